/* One money box that is saved by itself: by Enter, which moves to the next such box, or when left. */
import { useEffect, useRef, useState } from "react";
import { keepHere, onKept } from "./budget_kept.js";

export function EntryBox({ name, label, value, error, theirs, seq, readOnly, describedBy, keeps, onCommit }) {
  const [draft, setDraft] = useState(null);
  const now = useRef({ draft: null, sent: null, done: null });
  const box = useRef(null);
  const keep = (text) => {
    if (keeps) keepHere(`box ${name}`, text);
  };
  const put = (text) => {
    if (text === null) now.current.done = null;
    now.current.draft = text;
    setDraft(text);
    keep(text);
  };
  useEffect(() => {
    if (!keeps || readOnly) return undefined;
    return onKept(`box ${name}`, (text) => {
      if (now.current.draft === null) put(text);
    });
  }, [keeps, readOnly]);
  useEffect(() => {
    const it = now.current;
    if (it.sent !== null && it.draft === it.sent && !error && !theirs) {
      // the text of a box in which somebody stands again is not replaced under them
      if (box.current === document.activeElement) {
        it.done = it.sent;
        keep(null);
      } else put(null);
    }
    it.sent = null;
  }, [seq]);
  const commit = () => {
    const it = now.current;
    if (it.draft === null || it.draft === it.sent) return undefined;
    if (it.draft === it.done) return put(null);
    if (it.draft.trim() === value && !error) return put(null);
    it.sent = it.draft;
    onCommit(it.draft);
    return undefined;
  };
  const keys = (event) => {
    if (event.key === "Escape") put(null);
    if (event.key !== "Enter") return;
    event.preventDefault();
    const boxes = [...document.querySelectorAll("input[data-entry]")];
    const next = boxes[boxes.indexOf(event.target) + 1];
    if (next) {
      next.focus();
      next.select();
    } else event.target.blur();
  };
  const wrong = draft !== null && error;
  const described = [describedBy, wrong ? `${name}-error` : ""].filter(Boolean).join(" ");
  return (
    <>
      <input ref={box} className="box dense w8 num" name={name} id={name} data-entry="" inputMode="decimal"
        autoComplete="off" maxLength={200} aria-label={label} value={draft ?? value}
        readOnly={readOnly} aria-invalid={wrong ? "true" : undefined}
        aria-describedby={described || undefined} onChange={(event) => put(event.target.value)}
        onBlur={commit} onKeyDown={keys} />
      {wrong ? <p className="field-error" id={`${name}-error`} role="alert">{error}</p> : null}
      {draft !== null && theirs ? (
        <p role="alert">
          Somebody entered <strong>{theirs}</strong>. Yours is kept here.{" "}
          <button type="button" className="button small" onClick={() => {
            now.current.sent = now.current.draft;
            onCommit(now.current.draft);
          }}>Save mine</button>{" "}
          <button type="button" className="button small" onClick={() => put(null)}>Take theirs</button>
        </p>
      ) : null}
    </>
  );
}
