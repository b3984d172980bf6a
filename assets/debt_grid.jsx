/* The debts' rows: Tab moves, Enter in the last box saves the row and starts the next, each row is
   saved by itself when it is left. What is typed stays in its box until the server has it. A figure
   of a paper stands below the box that it would fill. */
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Link } from "react-router";

const BOXES = [
  "creditor", "debt_type", "liability", "owed_by", "balance", "arrears", "monthly_payment",
  "account_number", "priority", "priority_reason", "status",
];
const BLANK = {
  creditor: "", debt_type: "", liability: "sole", owed_by: "client", balance: "", arrears: "",
  monthly_payment: "", account_number: "", priority: "by_type", priority_reason: "", status: "active",
};
const SHAPES = {
  late: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1",
  up: "m6 14 6-6 6 6",
  court: "M4 20h16M6 20V9M12 20V9M18 20V9M3 9l9-5 9 5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7v5l3.5 2",
  lock: "M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3",
  down: "M12 4v13M6.5 11.5 12 17l5.5-5.5",
  dash: "M6 12h12",
  open: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
};
const Badge = ({ tone, shape, word, title }) => (
  <span className={tone ? `badge ${tone}` : "badge"} title={title}>
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d={SHAPES[shape]} /></svg>
    {word}
  </span>
);
const plain = (text) => text.trim().toLowerCase().replace(/[£,\s]/g, "");
/* What a paper says of a box, below it: to use it is to type it, and nothing is kept by itself. */
const Offer = ({ offer, word, typed, use, dismiss }) => {
  const what = `${offer.shown} of ${offer.paper}, ${offer.day}`;
  return (
    <span className="offer-below" data-figure={offer.id}>
      {plain(typed) === plain(offer.fill) ? (
        <span className="hint">Filled in</span>
      ) : (
        <button type="button" className="offer-use fig" title={`Use ${what}`}
          aria-label={`Use ${what}, as ${word}`} onClick={use}>{offer.shown}</button>
      )}
      <button type="button" className="offer-no" title="Dismiss"
        aria-label={`Dismiss ${what}, for ${word}`} onClick={dismiss}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m7 7 10 10M17 7 7 17" /></svg>
      </button>
    </span>
  );
};
const WAIT = 10000; // milliseconds until an unanswered save may be sent again
const same = (a, b) => BOXES.every((name) => a[name].trim() === b[name].trim());
const nextBox = (box, by = 1) => {
  const boxes = [...box.closest("[data-debts]").querySelectorAll("[data-box]")];
  return boxes[boxes.indexOf(box) + by];
};

function Row({ name, row, result, options, kinds, editable, number, offers, save, remove, dismiss, open, onOpen }) {
  const stored = row ?? BLANK;
  const [draft, setDraft] = useState(null);
  const now = useRef({ draft: null, version: 0, sent: null, done: null, again: false });
  now.current.row = row;
  const shown = draft ?? stored;
  const body = useRef(null);
  const offered = useRef(false); // a row that had room for offers keeps it: nothing moves below
  if (offers) offered.current = true;
  const put = (value) => {
    if (value === null) now.current.done = null;
    now.current.draft = value;
    setDraft(value);
  };
  const change = (box, value) => {
    const it = now.current;
    if (it.draft === null) it.version = it.row?.version ?? 0;
    const part = { [box]: value };
    if (box === "liability" && value === "joint") part.owed_by = "joint";
    if (box === "owed_by" && value === "joint" && (it.draft ?? stored).liability === "sole")
      part.liability = "joint";
    put({ ...(it.draft ?? it.row ?? BLANK), ...part });
  };
  // a known name fills the kind of debt where it is empty: when it is chosen, or typed and left
  const fill = () => {
    const it = now.current;
    const usual = kinds.get(it.draft?.creditor.trim().toLowerCase());
    if (!usual || it.draft.debt_type || !options.types.some((type) => type.code === usual)) return;
    change("debt_type", usual);
  };
  const chosen = (event) => {
    change("creditor", event.target.value);
    if (!event.nativeEvent.inputType || event.nativeEvent.inputType === "insertReplacementText") fill();
  };
  const send = () => {
    const it = now.current;
    if (it.draft === null) return;
    if (it.done && same(it.draft, it.done)) {
      put(null);
      return;
    }
    if (same(it.draft, it.row ?? BLANK)) {
      if (!it.sent) put(null);
      return;
    }
    if (it.sent && Date.now() - it.sent.at < WAIT) {
      it.again = !same(it.draft, it.sent);
      return;
    }
    it.sent = { ...it.draft, at: Date.now() };
    const typed = Object.fromEntries(BOXES.map((box) => [box, it.draft[box]]));
    save(name, it.row?.id ?? 0, it.version, typed);
  };
  useEffect(() => {
    const it = now.current;
    const sent = it.sent;
    it.sent = null;
    if (result?.ok) {
      it.version = it.row?.version ?? 0;
      // the text of a row in which somebody stands again is not replaced under them
      if (it.draft && sent && same(it.draft, sent)) {
        if (body.current?.contains(document.activeElement)) it.done = sent;
        else put(null);
      }
    }
    if (it.again) {
      it.again = false;
      send();
    }
  }, [result?.seq]);
  const keys = (event) => {
    if (event.key === "Escape" && !now.current.sent && editable) return put(null);
    if (event.key !== "Enter" || ["A", "BUTTON"].includes(event.target.tagName)) return undefined;
    event.preventDefault();
    const box = event.target;
    if (nextBox(box)) nextBox(box).focus();
    else {
      flushSync(send); // the next row is there once this one is sent, and before the next key
      nextBox(box)?.focus();
    }
    return undefined;
  };
  const left = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) send();
  };
  const errors = draft !== null && result ? result.errors : {};
  const theirs = draft !== null && result ? result.theirs : "";
  const at = `debt-${name}`;
  const who = shown.creditor.trim() || (row ? "debt" : `new debt, row ${number}`);
  const said = (box) =>
    errors[box] ? { "aria-invalid": "true", "aria-describedby": `${at}-${box}-error` } : {};
  const text = (box, word, more = {}) => (
    <input className="box" data-box={box} autoComplete="off" maxLength={12000}
      aria-label={`${word}, ${who}`} value={shown[box]} readOnly={!editable}
      onChange={(event) => change(box, event.target.value)} {...more} {...said(box)} />
  );
  const list = (box, word, choices, more = {}) => (
    <select className="box" data-box={box} aria-label={`${word}, ${who}`} value={shown[box]}
      disabled={!editable} onChange={(event) => change(box, event.target.value)} {...more} {...said(box)}>
      {choices.map(([code, label]) => <option key={code} value={code}>{label}</option>)}
    </select>
  );
  const below = (box, word) => {
    const offer = offers?.[box];
    const at = () => body.current.querySelector(`[data-box=${box}]`);
    return offer ? (
      <Offer offer={offer} word={`${word}, ${who}`} typed={shown[box]}
        use={() => {
          change(box, offer.fill);
          at().focus();
          requestAnimationFrame(() => at()?.select());
        }}
        dismiss={() => {
          at().focus();
          dismiss(offer.id);
        }} />
    ) : null;
  };
  const papers = new Map(Object.values(offers ?? {}).map((offer) => [offer.paper, offer]));
  const kind = options.types.find((type) => type.code === shown.debt_type);
  const first = shown.priority === "by_type" ? kind?.is_priority : shown.priority === "priority";
  const choices = [["", "Choose"], ...options.types.map((type) => [type.code, type.label])];
  const problems = Object.entries(errors);
  const isOpen = open || Boolean(errors.priority_reason || errors.status || errors.priority);
  const money = { inputMode: "decimal" };
  const saved = (draft === null || now.current.done) && result?.ok ? result.at : "";
  return (
    <tbody ref={body} data-debt={row?.id ?? "new"} data-saving={draft !== null ? "" : undefined}
      onBlur={left} onKeyDown={keys}>
      <tr className={offered.current ? "offered" : undefined}>
        <td data-word="Creditor">{text("creditor", "Creditor", { list: "creditor-names", onChange: chosen, onBlur: fill })}</td>
        <td data-word="Kind of debt">{list("debt_type", "Kind of debt", choices)}</td>
        <td data-word="Liability">{list("liability", "Liability", options.liabilities)}</td>
        <td data-word="Owed by">{list("owed_by", "Owed by", options.owedBy)}</td>
        <td className="num" data-word="Balance, £">{text("balance", "Balance in pounds", money)}{below("balance", "balance")}</td>
        <td className="num" data-word="Arrears, £">{text("arrears", "Arrears in pounds", money)}{below("arrears", "arrears")}</td>
        <td className="num" data-word="Payment, £">{text("monthly_payment", "Payment a month in pounds", money)}{below("monthly_payment", "payment a month")}</td>
        <td data-word="Account">{text("account_number", "Account number")}{below("account_number", "account number")}</td>
        <td className="end">
          {row && editable ? (
            <button type="button" className="button plain small" aria-label={`Remove ${who}`}
              onClick={() => remove(row.id)}>Remove</button>
          ) : null}
        </td>
      </tr>
      <tr className="said">
        <td colSpan={9}>
          <div className="debt-said">
            <div className="debt-what">
              {kind ? (
                <Badge tone={first ? "note" : ""} shape={first ? "up" : "open"}
                  word={first ? "Priority" : "Non-priority"} />
              ) : null}
              {(row?.marks ?? []).map((mark) => <Badge key={mark.word} {...mark} />)}
              {papers.size ? (
                <span className="hint from-papers">From{" "}
                  {[...papers].map(([paper, offer], place) => (
                    <span key={paper}>{place ? " and " : ""}<Link to={offer.to}>{paper}</Link>, {offer.day}
                      {offer.is_unsure ? " (read badly: check it)" : ""}</span>
                  ))}
                </span>
              ) : null}
              {kind && first ? <span className="hint">{kind.consequence}</span> : null}
            </div>
            <div className="debt-acts">
              {draft !== null && row === undefined && !problems.length ? (
                <span className="quiet">Not saved yet</span>
              ) : null}
              <span className="quiet" role="status">{saved ? `Saved ${saved}` : ""}</span>
              {kind ? (
                <button type="button" className="button plain small" aria-expanded={isOpen}
                  aria-label={`Treat ${who} otherwise`} onClick={() => onOpen(name)}>Treat as</button>
              ) : null}
              {row ? (
                <Link className="button small" to={`${options.path}/${row.id}`}
                  aria-label={`Open the debt to ${row.creditor}`}>Open debt</Link>
              ) : null}
            </div>
          </div>
          {isOpen ? (
            <div className="debt-more">
              <label>Treat as{" "}
                <select className="box dense" value={shown.priority} disabled={!editable}
                  aria-label={`Treat as, ${who}`}
                  onChange={(event) => change("priority", event.target.value)}>
                  <option value="by_type">By kind of debt</option>
                  <option value="priority">Priority</option>
                  <option value="non_priority">Non-priority</option>
                </select>
              </label>
              <label>Reason{" "}
                <input className="box dense" value={shown.priority_reason} readOnly={!editable}
                  maxLength={600} aria-label={`Reason, ${who}`}
                  onChange={(event) => change("priority_reason", event.target.value)}
                  {...said("priority_reason")} />
              </label>
              <label>State{" "}
                <select className="box dense" value={shown.status} disabled={!editable}
                  aria-label={`State, ${who}`} onChange={(event) => change("status", event.target.value)}>
                  <option value="active">Owed</option>
                  <option value="settled">Settled</option>
                  <option value="written_off">Written off</option>
                </select>
              </label>
            </div>
          ) : null}
          {problems.map(([box, sentence]) => (
            <p className="field-error" id={`${at}-${box}-error`} key={box} role="alert">
              {options.words[box] ? `${options.words[box]}: ` : ""}{sentence}
            </p>
          ))}
          {theirs ? (
            <p role="alert">
              Somebody changed this debt: <strong>{theirs}</strong>. Yours is kept here.{" "}
              <button type="button" className="button small" onClick={() => {
                now.current.version = now.current.row?.version ?? 0;
                send();
              }}>Save mine</button>{" "}
              <button type="button" className="button small" onClick={() => put(null)}>Take theirs</button>
            </p>
          ) : null}
        </td>
      </tr>
    </tbody>
  );
}

export function DebtGrid({ rows, results, options, names, editable, offers, onSave, onRemove, onDismiss }) {
  const serial = useRef(0);
  const mount = useRef(Date.now().toString(36)).current;
  const another = () => `new-${mount}-${(serial.current += 1)}`;
  const keys = useRef(new Map());
  const [fresh, setFresh] = useState(() => [another()]);
  const [open, setOpen] = useState("");
  useEffect(() => {
    // a new row that the server now has keeps its boxes and its focus; a blank one stands below
    setFresh((before) => {
      const still = before.filter((name) => !results[name]?.id);
      for (const name of before) {
        if (results[name]?.id) keys.current.set(results[name].id, name);
      }
      if (still.length === before.length) return before;
      return still.length ? still : [...still, another()];
    });
  }, [results]);
  const saveRow = (name, id, version, typed) => {
    onSave(name, id, version, typed);
    if (!id) {
      setFresh((before) =>
        before[before.length - 1] === name ? [...before, another()] : before,
      );
    }
  };
  const known = new Set(rows.map((row) => row.id));
  const nameOf = (id) =>
    keys.current.get(id) ?? Object.keys(results).find((name) => results[name].id === id) ?? `${id}`;
  const waiting = fresh.filter((name) => !known.has(results[name]?.id) && !results[name]?.id);
  const listed = [
    ...rows.map((row) => [nameOf(row.id), row]),
    ...(editable ? waiting.map((name) => [name, undefined]) : []),
  ];
  // names typed here are offered at once; the directory's own kind of debt comes first
  const offered = new Map(rows.filter((row) => row.debt_type !== "friends_family")
    .map((row) => [row.creditor.trim().toLowerCase(), [row.creditor, row.debt_type]]));
  for (const [known, kind] of Object.entries(names)) offered.set(known.toLowerCase(), [known, kind]);
  const kinds = new Map([...offered].map(([plain, [, kind]]) => [plain, kind]));
  const toggle = (name) => setOpen((before) => (before === name ? "" : name));
  return (
    <div className="scroll" role="region" tabIndex={0} aria-label="Debts" data-debts="">
      <table className="table grid debts">
        <caption className="sr">Debts, one row each</caption>
        <colgroup>
          <col className="who" /><col className="kind" /><col className="how" /><col className="how" />
          <col className="sum" /><col className="sum" /><col className="sum" /><col className="account" />
          <col className="act" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Creditor</th><th scope="col">Kind of debt</th><th scope="col">Liability</th>
            <th scope="col">Owed by</th><th scope="col" className="num">Balance, £</th>
            <th scope="col" className="num">Arrears, £</th><th scope="col" className="num">Payment, £</th>
            <th scope="col">Account</th><th scope="col"><span className="sr">Remove</span></th>
          </tr>
        </thead>
        {listed.map(([name, row], place) => (
          <Row key={name} name={name} row={row} result={results[name]} options={options}
            kinds={kinds} editable={editable} number={place + 1} save={saveRow} remove={onRemove}
            offers={editable && row ? offers[row.id] : undefined} dismiss={onDismiss}
            open={open === name} onOpen={toggle} />
        ))}
      </table>
      <datalist id="creditor-names">
        {[...offered].map(([plain, [known]]) => <option key={plain} value={known} />)}
      </datalist>
    </div>
  );
}
