/* A box for an explanation, saved by itself when it is left or the page goes out of sight. What is
   typed stays here until it was saved; where another person wrote first, both are shown. */
import { useEffect, useRef, useState } from "react";

const PATIENCE = 15_000; // milliseconds after which an answer is no longer waited for

export function ReasonBox({ name, group, label, hint, value, error, theirs, saved, seq, readOnly, onCommit }) {
  const [draft, setDraft] = useState(null);
  const now = useRef({ draft: null, sent: null, at: 0, seen: "" });
  const box = useRef(null);
  const put = (text) => {
    if (now.current.draft === null) now.current.seen = value;
    now.current.draft = text;
    setDraft(text);
  };
  const send = (seen) => {
    const it = now.current;
    it.sent = it.draft;
    it.at = Date.now();
    onCommit(group, it.draft, seen);
  };
  useEffect(() => {
    const it = now.current;
    if (it.sent !== null && !error && !theirs) {
      if (it.draft === it.sent && box.current !== document.activeElement) put(null);
      else it.seen = it.sent.trim();
    }
    const changed = it.sent !== null && it.draft !== it.sent;
    it.sent = null;
    if (changed && box.current !== document.activeElement) later.current();
  }, [seq]);
  const commit = () => {
    const it = now.current;
    if (it.draft === null) return undefined;
    if (it.sent !== null && Date.now() - it.at < PATIENCE) return undefined; // goes when it came
    if (it.draft.trim() === value && !error && !theirs) return put(null);
    if (theirs && it.seen !== value) return undefined; // the two buttons decide
    return send(it.seen);
  };
  const later = useRef(commit);
  later.current = commit;
  useEffect(() => {
    const hidden = () => document.visibilityState === "hidden" && later.current();
    document.addEventListener("visibilitychange", hidden);
    return () => document.removeEventListener("visibilitychange", hidden);
  }, []);
  useEffect(() => {
    if (location.hash !== `#${name}`) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      box.current?.focus({ preventScroll: true });
      box.current?.scrollIntoView({ block: "center" });
    }));
  }, []);
  const wrong = draft !== null && error;
  const both = draft !== null && theirs && now.current.seen !== value;
  const described = [`${name}-hint`, wrong ? `${name}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={wrong ? "field full wrong" : "field full"}>
      <label htmlFor={name}>{label}</label>
      <p className="hint" id={`${name}-hint`}>{hint}</p>
      {wrong ? <p className="field-error" id={`${name}-error`} role="alert">{error}</p> : null}
      <textarea ref={box} className="box" id={name} rows={2} maxLength={20000} value={draft ?? value}
        readOnly={readOnly} aria-invalid={wrong ? "true" : undefined} aria-describedby={described}
        onChange={(event) => put(event.target.value)} onBlur={commit}
        onKeyDown={(event) => { if (event.key === "Escape") put(null); }} />
      {both ? (
        <div className="callout" role="alert">
          <p>Somebody wrote <strong>{theirs}</strong> in the meantime. Yours is kept in the box.</p>
          <p className="chips">
            <button type="button" className="button small" onClick={() => {
              now.current.seen = value;
              send(value);
            }}>Save mine</button>
            <button type="button" className="button small" onClick={() => put(null)}>Take theirs</button>
          </p>
        </div>
      ) : null}
      <p className="hint" role="status">{saved && !wrong && !both ? `Saved ${saved}` : ""}</p>
    </div>
  );
}
