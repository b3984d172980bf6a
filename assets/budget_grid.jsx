/* The budget's lines: typed by keyboard alone, each saved by itself when it is left. What is typed
   stays in the box until the server has it; nothing is added up here. */
import { Fragment, memo, useEffect, useRef, useState } from "react";

const LETTERS = {
  d: "daily", w: "weekly", f: "fortnightly", 4: "four_weekly", 2: "twice_monthly", m: "monthly",
  q: "quarterly", t: "termly", h: "half_yearly", y: "yearly", x: "ten_instalments",
};
const WAIT = 10000; // milliseconds until an unanswered save may be sent again
const same = (a, b) =>
  a.typed.trim() === b.typed.trim() && a.frequency === b.frequency && a.note.trim() === b.note.trim();

function step(box, by) {
  const boxes = [...box.closest("[data-budget]").querySelectorAll("input[data-amount]")];
  const row = box.closest("tr").querySelector("input[data-amount]");
  const next = boxes[boxes.indexOf(row) + by];
  if (!next) return box.blur();
  next.focus();
  next.select();
}

const unchanged = (a, b) =>
  a.spec === b.spec && a.editable === b.editable && a.result?.seq === b.result?.seq &&
  a.line?.seen === b.line?.seen && a.line?.monthly === b.line?.monthly;

const Line = memo(function Line({ spec, line, result, frequencies, editable, save }) {
  const stored = {
    typed: line?.amount ?? "", frequency: line?.frequency ?? spec.often, note: line?.note ?? "",
  };
  const [draft, setDraft] = useState(null);
  const now = useRef({ draft: null, base: "", sent: null, done: null, again: false });
  now.current.stored = stored;
  now.current.seen = line?.seen ?? "";
  const shown = draft ?? stored;
  const row = useRef(null);
  const put = (value) => {
    if (value === null) now.current.done = null;
    now.current.draft = value;
    setDraft(value);
  };
  const change = (part) => {
    const it = now.current;
    if (it.draft === null) it.base = it.seen;
    put({ ...(it.draft ?? it.stored), ...part });
  };
  const send = () => {
    const it = now.current;
    if (it.draft === null) return;
    if (it.done && same(it.draft, it.done)) {
      put(null);
      return;
    }
    if (same(it.draft, it.stored) || (!it.draft.typed.trim() && !it.draft.note.trim() && !it.seen)) {
      if (!it.sent) put(null);
      return;
    }
    if (it.sent && Date.now() - it.sent.at < WAIT) {
      it.again = !same(it.draft, it.sent);
      return;
    }
    it.sent = { ...it.draft, at: Date.now() };
    save(spec.code, it.draft.typed, it.draft.frequency, it.draft.note, it.base);
  };
  useEffect(() => {
    const it = now.current;
    const sent = it.sent;
    it.sent = null;
    if (result?.ok) {
      it.base = it.seen;
      // the text of a box in which somebody stands again is not replaced under them
      if (it.draft && sent && same(it.draft, sent)) {
        if (row.current?.contains(document.activeElement)) it.done = sent;
        else put(null);
      }
    }
    if (it.again) {
      it.again = false;
      send();
    }
  }, [result?.seq]);
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const often = event.target.tagName === "SELECT" ? LETTERS[event.key.toLowerCase()] : undefined;
    if (event.key === "Enter") step(event.target, event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown" && event.target.tagName !== "SELECT") step(event.target, 1);
    else if (event.key === "ArrowUp" && event.target.tagName !== "SELECT") step(event.target, -1);
    else if (event.key === "Escape" && !now.current.sent) put(null);
    else if (often) change({ frequency: often });
    else return;
    event.preventDefault();
  };
  const left = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) send();
  };
  const errors = draft !== null && result ? result.errors : {};
  const theirs = draft !== null && result ? result.theirs : "";
  const at = `line-${spec.code}`;
  const said = (name) =>
    errors[name] ? { "aria-invalid": "true", "aria-describedby": `${at}-${name}-error` } : {};
  const problems = Object.entries(errors);
  return (
    <Fragment>
      <tr ref={row} data-code={spec.code} data-saving={draft !== null ? "" : undefined} onBlur={left} onKeyDown={keys}>
        <th scope="row">
          {spec.label}
          {spec.hint ? <span className="sub">{spec.hint}</span> : null}
        </th>
        <td className="num">
          <input className="box" data-amount="" inputMode="decimal" autoComplete="off" maxLength={200}
            aria-label={`${spec.label}, amount in pounds`} value={shown.typed} readOnly={!editable}
            onChange={(event) => change({ typed: event.target.value })} {...said("amount")} />
        </td>
        <td>
          <select className="box" aria-label={`${spec.label}, how often`} value={shown.frequency}
            disabled={!editable} onChange={(event) => change({ frequency: event.target.value })}
            {...said("frequency")}>
            {frequencies.map(([code, word]) => <option key={code} value={code}>{word}</option>)}
          </select>
        </td>
        <td className="num monthly">{line?.monthly ?? ""}</td>
        <td>
          <input className="box note" autoComplete="off" maxLength={1000} value={shown.note}
            aria-label={`${spec.label}, note`} readOnly={!editable}
            onChange={(event) => change({ note: event.target.value })} {...said("note")} />
        </td>
      </tr>
      {problems.length || theirs ? (
        <tr className="said">
          <td colSpan={5}>
            {problems.map(([name, sentence]) => (
              <p className="field-error" id={`${at}-${name}-error`} key={name} role="alert">{sentence}</p>
            ))}
            {theirs ? (
              <p role="alert">
                Somebody changed this line to <strong>{theirs}</strong>. Yours is kept here.{" "}
                <button type="button" className="button small" onClick={() => {
                  now.current.base = now.current.seen;
                  send();
                }}>Save mine</button>{" "}
                <button type="button" className="button small" onClick={() => put(null)}>Take theirs</button>
              </p>
            ) : null}
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}, unchanged);

export function BudgetGrid({ groups, lines, results, sums, frequencies, editable, onSave }) {
  const [all, setAll] = useState(false);
  const save = useRef(onSave);
  save.current = onSave;
  const call = useRef((...values) => save.current(...values)).current;
  useEffect(() => {
    const toggle = (event) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyA") return;
      event.preventDefault();
      setAll((before) => !before);
    };
    document.addEventListener("keydown", toggle);
    return () => document.removeEventListener("keydown", toggle);
  }, []);
  const sections = [["income", "Income"], ["fixed", "Fixed costs"], ["flexible", "Flexible costs"]];
  const visible = (spec) => all || spec.likely || lines[spec.code] || results[spec.code];
  return (
    <div className="stack" data-budget="">
      {sections.map(([section, word]) => {
        const shown = groups.filter((group) => group.section === section && group.lines.some(visible));
        return (
          <section className="card" key={section} aria-labelledby={`${section}-title`}>
            <div className="card-head">
              <h2 id={`${section}-title`}>{word}</h2>
              {section === "income" ? (
                <button type="button" className="button small" aria-pressed={all}
                  onClick={() => setAll(!all)}>{all ? "Hide empty lines" : "Show all lines"}</button>
              ) : null}
              <span className="end fig"><strong>£{sums[section]}</strong></span>
            </div>
            <div className="scroll" role="region" tabIndex={0} aria-label={`${word}, lines`}>
              <table className="table grid lines">
                <caption className="sr">{word}, lines</caption>
                <colgroup>
                  <col /><col className="amount" /><col className="often" /><col className="month" />
                  <col className="note" />
                </colgroup>
                <thead>
                  <tr>
                    <th scope="col">Line</th><th scope="col" className="num">Amount, £</th>
                    <th scope="col">How often</th><th scope="col" className="num">Monthly, £</th>
                    <th scope="col">Note</th>
                  </tr>
                </thead>
                {shown.map((group) => (
                  <tbody key={group.key}>
                    <tr className="group"><th scope="rowgroup" colSpan={5}>{group.label}</th></tr>
                    {group.lines.filter(visible).map((spec) => (
                      <Line key={spec.code} spec={spec} line={lines[spec.code]} result={results[spec.code]}
                        frequencies={frequencies} editable={editable} save={call} />
                    ))}
                    <tr className="sum">
                      <th scope="row">Subtotal</th><td colSpan={2}></td>
                      <td className="num">{sums.groups[group.key]}</td><td></td>
                    </tr>
                  </tbody>
                ))}
              </table>
            </div>
          </section>
        );
      })}
    </div>
  );
}
