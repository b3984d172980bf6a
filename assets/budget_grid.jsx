/* The budget's lines: typed by keyboard alone, each saved by itself when it is left. What is typed
   stays in the box until the server has it, is kept in this browser (budget_kept.js) and is shown
   in the sums with each key (budget_store.js); the stored sums are the server's. */
import { Fragment, memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { keeperOf, openHere, personHere } from "./budget_kept.js";
import { Offer } from "./figure_offers.jsx";
import { forget, hold, monthText, type, useTyped, useTypedCodes } from "./budget_store.js";

const LETTERS = {
  d: "daily", w: "weekly", f: "fortnightly", 4: "four_weekly", 2: "twice_monthly", m: "monthly",
  q: "quarterly", t: "termly", h: "half_yearly", y: "yearly", x: "ten_instalments",
};
const FROM_A_PAPER = "From a document of the case";
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

const offersOf = (rows) => (rows ?? []).map((row) => row.id).join();
const unchanged = (a, b) =>
  offersOf(a.offers) === offersOf(b.offers) &&
  a.spec === b.spec && a.editable === b.editable && a.result?.seq === b.result?.seq &&
  a.loads === b.loads && a.isRead === b.isRead &&
  a.line?.seen === b.line?.seen && a.line?.monthly === b.line?.monthly;

const Line = memo(function Line({ spec, line, result, frequencies, editable, save, loads, desk, isRead, offers, dismiss }) {
  const stored = {
    typed: line?.amount ?? "", frequency: line?.frequency ?? spec.often, note: line?.note ?? "",
  };
  const [draft, setDraft] = useState(null);
  const now = useRef({ draft: null, base: "", sent: null, done: null, again: false });
  now.current.stored = stored;
  now.current.seen = line?.seen ?? "";
  const shown = draft ?? stored;
  const row = useRef(null);
  const keep = (value, isKept = false) => {
    type(spec.code, value, isKept);
    desk.put(spec.code, value && { ...value, base: now.current.base });
  };
  const put = (value) => {
    if (value === null) now.current.done = null;
    now.current.draft = value;
    setDraft(value);
    keep(value);
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
        if (row.current?.contains(document.activeElement)) {
          it.done = sent;
          keep(null);
        } else put(null);
      }
    }
    if (it.again) {
      it.again = false;
      send();
    }
  }, [result?.seq]);
  useEffect(() => {
    // the sheet was read anew, after a cut connection: what went unanswered goes again
    if (!now.current.sent) return;
    now.current.sent = null;
    send();
  }, [loads]);
  useEffect(() => {
    const it = now.current;
    const kept = desk.kept.get(spec.code);
    desk.kept.delete(spec.code);
    if (!kept || it.draft !== null) return;
    const { base, ...text } = kept;
    it.base = base;
    if (same(text, it.stored)) return put(null);
    it.draft = text;
    setDraft(text);
    keep(text, true);
  }, [isRead]);
  useEffect(() => {
    desk.lines.set(spec.code, { send, drop: () => put(null) });
    return () => desk.lines.delete(spec.code);
  });
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
  const asTyped = draft === null ? null : monthText(draft.typed, draft.frequency);
  const month = asTyped ?? line?.monthly ?? "";
  const amountBox = () => row.current.querySelector("input[data-amount]");
  const use = (offer) => {
    change({ typed: offer.fills[spec.code], note: shown.note || FROM_A_PAPER });
    amountBox().focus();
  };
  return (
    <Fragment>
      <tr ref={row} data-code={spec.code} data-saving={draft !== null ? "" : undefined} onBlur={left} onKeyDown={keys}>
        <th scope="row">
          {spec.label}
          {spec.hint ? <span className="sub">{spec.hint}</span> : null}
        </th>
        <td className="num" data-word="Amount, £">
          <input className="box" data-amount="" inputMode="decimal" autoComplete="off" maxLength={200}
            aria-label={`${spec.label}, amount in pounds`} value={shown.typed} readOnly={!editable}
            onChange={(event) => change({ typed: event.target.value })} {...said("amount")} />
        </td>
        <td data-word="How often">
          <select className="box" aria-label={`${spec.label}, how often`} value={shown.frequency}
            disabled={!editable} onChange={(event) => change({ frequency: event.target.value })}
            {...said("frequency")}>
            {frequencies.map(([code, word]) => <option key={code} value={code}>{word}</option>)}
          </select>
        </td>
        <td className="num monthly" data-word="Monthly, £">{month}</td>
        <td data-word="Note">
          <input className="box note" autoComplete="off" maxLength={1000} value={shown.note}
            aria-label={`${spec.label}, note`} readOnly={!editable}
            onChange={(event) => change({ note: event.target.value })} {...said("note")} />
        </td>
      </tr>
      {problems.length || theirs || offers?.length ? (
        <tr className="said">
          <td colSpan={5}>
            {offers?.length ? (
              <ul className="figure-offers" aria-label={`From documents: ${spec.label}`}>
                {offers.map((offer) => (
                  <Offer key={offer.id} row={offer} label={spec.label}
                    isUsed={shown.typed === offer.fills[spec.code] && draft !== null}
                    onUse={() => use(offer)}
                    onDismiss={() => {
                      amountBox().focus();
                      dismiss(offer.id);
                    }} />
                ))}
              </ul>
            ) : null}
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

const Sum = ({ sums, of }) => of(useTyped().sums ?? sums);

/* What was typed before a reload and is not saved: it says so, and what can be done. */
function KeptNote({ labels, desk }) {
  const { kept } = useTyped();
  if (!kept.length) return null;
  const each = (deed) => () => kept.forEach((code) => desk.lines.get(code)?.[deed]());
  return (
    <div className="callout kept" role="status">
      <p>
        Typed earlier on this device and not saved yet:{" "}
        <strong>{kept.map((code) => labels[code] ?? code).join(", ")}</strong>.
      </p>
      <p className="chips">
        <button type="button" className="button small" onClick={each("send")}>Save what was typed</button>
        <button type="button" className="button small" onClick={each("drop")}>Forget it</button>
      </p>
    </div>
  );
}

/* Return what the lines share: how a text is kept, and what each line can be told. */
function useDesk(secret, sheet, editable) {
  const desk = useRef(null);
  const [isRead, setRead] = useState(false);
  desk.current ??= { lines: new Map(), kept: new Map(), put: () => {} };
  useEffect(() => {
    if (!editable) return undefined;
    let gone = false;
    const keeper = keeperOf(secret, `${personHere()}:${sheet}`);
    desk.current.put = keeper.put;
    keeper.read().then((found) => {
      if (gone) return;
      desk.current.kept = new Map(Object.entries(found));
      openHere(desk.current);
      setRead(true);
    });
    return () => {
      gone = true;
      openHere(null);
      desk.current.put = () => {};
    };
  }, [secret, sheet, editable]);
  return [desk.current, isRead];
}

export function BudgetGrid({ sheet, groups, lines, results, sums, rules, frequencies, editable, loads, secret, offers, onSave, onDismiss }) {
  const [all, setAll] = useState(false);
  const save = useRef(onSave);
  save.current = onSave;
  const call = useRef((...values) => save.current(...values)).current;
  const putAway = useRef(onDismiss);
  putAway.current = onDismiss;
  const dismiss = useRef((id) => putAway.current(id)).current;
  const offered = editable ? offers : {};
  const [desk, isRead] = useDesk(secret, sheet, editable);
  useLayoutEffect(() => hold(groups, lines, rules), [groups, lines, rules]);
  useEffect(() => forget, []);
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
  const codes = useTypedCodes();
  const visible = ({ code, likely }) =>
    all || likely || lines[code] || results[code] || offered[code] || codes.includes(`,${code},`) || desk.kept.has(code);
  const labels = Object.fromEntries(
    groups.flatMap((group) => group.lines.map((spec) => [spec.code, spec.label])),
  );
  return (
    <div className="stack" data-budget="">
      <KeptNote labels={labels} desk={desk} />
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
              <span className="end fig" data-section={section}>
                <strong><Sum sums={sums} of={(each) => `£${each[section]}`} /></strong>
              </span>
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
                        frequencies={frequencies} editable={editable} save={call} loads={loads}
                        desk={desk} isRead={isRead} offers={offered[spec.code]} dismiss={dismiss} />
                    ))}
                    <tr className="sum" data-group={group.key}>
                      <th scope="row">Subtotal</th><td colSpan={2}></td>
                      <td className="num"><Sum sums={sums} of={(each) => each.groups[group.key]} /></td>
                      <td></td>
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

/* The totals that stay in view: with each key while somebody types, else as they are stored. */
export function BudgetSums({ sums, savedAt }) {
  const { sums: typed, count } = useTyped();
  const shown = typed ?? sums;
  const part = (word, value, key) => (
    <div><p className="dt">{word}</p><p className="dd" data-sum={key}>{value}</p></div>
  );
  const sign = (mark) => <span className="op" aria-hidden="true">{mark}</span>;
  return (
    <section className="sumline" aria-label="Totals, monthly" data-typed={count ? "" : undefined}>
      {part("Income", shown.total_income, "income")}
      {sign("−")}
      {part("Outgoings", shown.outgoings, "outgoings")}
      {sign("=")}
      <div className={shown.is_deficit ? "answer short" : "answer"}>
        <p className="dt">{shown.is_deficit ? "Deficit" : "Surplus"}</p>
        <p className="dd" data-sum="surplus">{shown.surplus}</p>
      </div>
      {sign("−")}
      {part("Savings", shown.savings, "savings")}
      {sums.fee ? sign("−") : null}
      {sums.fee ? part("Fee", sums.fee, "fee") : null}
      {sign("=")}
      {part("Available for debts", shown.available, "available")}
      <div className="end">
        {count ? <span className="quiet">Not saved yet</span> : null}
        <span role="status">{!count && savedAt ? <span className="live">Saved {savedAt}</span> : null}</span>
      </div>
    </section>
  );
}
