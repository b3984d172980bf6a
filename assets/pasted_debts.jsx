/* A box to paste a table into, and the debts it proposes: each box can be corrected, each row left
   out, and all that is ticked is added at once. Corrections are kept by "line:box", apart from what
   was read, so that reading the same text anew loses none of them. */
import { useEffect, useRef, useState } from "react";

const GRID = [
  ["creditor", "Creditor"], ["debt_type", "Kind of debt"], ["liability", "Liability"],
  ["owed_by", "Owed by"], ["balance", "Balance, £"], ["arrears", "Arrears, £"],
  ["monthly_payment", "Payment, £"], ["account_number", "Account"],
];
const WORDS = Object.fromEntries(GRID.map(([box, word]) => [box, word.replace(", £", "")]));
const MONEY = ["balance", "arrears", "monthly_payment"];
const AMOUNT = /^£?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/;
const FRAME = 180_000; // bytes of one message

const several = (number, one, many = `${one}s`) =>
  `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
const pence = (text) => {
  if (!text.trim()) return 0n;
  const found = AMOUNT.exec(text.trim());
  if (!found || found[1].length > 14) return null;
  return BigInt(found[1].replaceAll(",", "")) * 100n + BigInt((found[2] ?? "0").padEnd(2, "0"));
};
const pounds = (amount) =>
  `£${(amount / 100n).toLocaleString("en-GB")}.${String(amount % 100n).padStart(2, "0")}`;
// what cannot be shown only makes a message longer
const plain = (text) => (text.toWellFormed?.() ?? text).replace(/[\u0000-\u0008\u000e-\u001f]/g, "");
const bytes = (value) => new TextEncoder().encode(JSON.stringify(value)).length;

function Said({ at, children, kind = "field-error" }) {
  return <p className={kind} id={at}>{children}</p>;
}

function ProposedRow({ row, edits, errors, options, isOn, put, tick, left, open, onOpen }) {
  const at = (box) => `${row.line}:${box}`;
  const value = (box) => edits[at(box)] ?? row.boxes[box] ?? "";
  const wrong = (box) => (at(box) in edits ? null : row.said[box]) ?? errors[at(box)] ?? "";
  const note = (box) => (at(box) in edits ? "" : row.notes[box] ?? "");
  const who = value("creditor").trim() || `line ${row.line}`;
  const id = (box, what) => `paste-${row.line}-${box}-${what}`;
  const tied = (box) => {
    const about = [wrong(box) && id(box, "error"), note(box) && id(box, "note")].filter(Boolean);
    const said = about.length ? { "aria-describedby": about.join(" ") } : {};
    return wrong(box) ? { ...said, "aria-invalid": "true" } : said;
  };
  const text = (box, word, more = {}) => (
    <input className="box" data-box={box} autoComplete="off" maxLength={2000}
      aria-label={`${word}, ${who}`} value={value(box)} onBlur={() => left(row.line, box, value(box))}
      onChange={(event) => put(row.line, box, event.target.value)} {...more} {...tied(box)} />
  );
  const list = (box, word, choices) => (
    <select className="box" data-box={box} aria-label={`${word}, ${who}`} value={value(box)}
      onChange={(event) => {
        put(row.line, box, event.target.value);
        left(row.line, box, event.target.value, true);
      }} {...tied(box)}>
      {choices.map(([code, label]) => <option key={code} value={code}>{label}</option>)}
    </select>
  );
  const money = { inputMode: "decimal" };
  const unread = row.boxes.liability === "" ? [["", "Choose"]] : [];
  const beside = options.beside.filter(([box]) => box in row.boxes);
  const filled = beside.filter(([box]) => value(box));
  const isOpen = open || (isOn && beside.some(([box]) => wrong(box)));
  const words = { ...WORDS, ...Object.fromEntries(beside) };
  const boxes = [...GRID.map(([box]) => box), ...beside.map(([box]) => box)];
  const problems = isOn ? boxes.filter(wrong) : [];
  const notes = boxes.filter(note);
  const suggest = row.suggest && value("creditor") !== row.suggest ? row.suggest : "";
  return (
    <tbody className={isOn ? undefined : "left-out"} data-line={row.line}>
      <tr>
        <td className="tick">
          <label>
            <input type="checkbox" checked={isOn} onChange={(event) => tick(row, event.target.checked)}
              aria-label={`Add ${who}, line ${row.line}`}
              aria-describedby={row.like ? id("row", "like") : undefined} />
          </label>
        </td>
        <td data-word="Creditor">{text("creditor", "Creditor")}</td>
        <td data-word="Kind of debt">{list("debt_type", "Kind of debt", [["", "Choose"], ...options.types])}</td>
        <td data-word="Liability">{list("liability", "Liability", [...unread, ...options.liabilities])}</td>
        <td data-word="Owed by">{list("owed_by", "Owed by", options.owedBy)}</td>
        <td className="num" data-word="Balance, £">{text("balance", "Balance in pounds", money)}</td>
        <td className="num" data-word="Arrears, £">{text("arrears", "Arrears in pounds", money)}</td>
        <td className="num" data-word="Payment, £">{text("monthly_payment", "Payment a month in pounds", money)}</td>
        <td data-word="Account">{text("account_number", "Account number")}</td>
      </tr>
      <tr className="said">
        <td colSpan={9}>
          {row.like ? (
            <p className="like" id={id("row", "like")}>
              {row.like}{isOn ? " It is added all the same." : " It is left out until you tick it."}
            </p>
          ) : null}
          {problems.map((box) => (
            <Said at={id(box, "error")} key={box}>{words[box]}: {wrong(box)}</Said>
          ))}
          {isOn && row.row ? <p>{row.row}</p> : null}
          {notes.map((box) => (
            <Said at={id(box, "note")} kind="hint small" key={box}>{words[box]}: {note(box)}</Said>
          ))}
          {suggest ? (
            <p className="hint small">The directory has it as “{suggest}”.{" "}
              <button type="button" className="as-link" aria-label={`Use the name ${suggest}, line ${row.line}`}
                onClick={() => put(row.line, "creditor", suggest)}>Use that name</button>
            </p>
          ) : null}
          {beside.length && !isOpen && filled.length ? (
            <p className="hint small">
              Also kept: {filled.map(([box, word]) => `${word.toLowerCase()} ${value(box)}`).join(", ")}.{" "}
              <button type="button" className="as-link" aria-label={`Change what else is kept of ${who}`}
                onClick={() => onOpen(row.line)}>Change</button>
            </p>
          ) : null}
          {isOpen ? (
            <div className="debt-more">
              {beside.map(([box, word]) => (
                <label key={box}>{word}{" "}{text(box, word, { className: "box dense" })}</label>
              ))}
            </div>
          ) : null}
        </td>
      </tr>
    </tbody>
  );
}

function Columns({ columns, fields, choose }) {
  const taken = columns.filter((column) => column.field).length;
  const needs = !taken || columns.some((column) => column.said);
  const [isOpen, setOpen] = useState(needs);
  return (
    <details className="columns" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Columns: {taken} of {columns.length} taken in</summary>
      <ul>
        {columns.map((column) => (
          <li key={column.index}>
            <label htmlFor={`column-${column.index}`}>{column.heading}</label>
            <select className="box dense" id={`column-${column.index}`} value={column.field}
              aria-describedby={`column-${column.index}-said`}
              onChange={(event) => choose(column.index, event.target.value)}>
              <option value="">Not taken in</option>
              {fields.map(([code, label]) => <option key={code} value={code}>{label}</option>)}
            </select>
            <span className="hint small" id={`column-${column.index}-said`}>
              {column.example ? `For example ${column.example}. ` : ""}{column.said}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function PastedDebts({ view, options, errors, answers, refused, readings, said, kept, keeps,
  onRead, onKeepText, onKeepEdits, onCheck, onAdd, onStartAgain }) {
  const [text, setText] = useState(view.typed);
  const [edits, setEdits] = useState(view.edits);
  const [wrong, setWrong] = useState({});
  const [tooLong, setTooLong] = useState("");
  const [open, setOpen] = useState(0);
  const [isWaiting, setWaiting] = useState(false); // for what was typed to be kept
  const root = useRef(null);
  const read = useRef(view.text);
  const asked = useRef(new Map());
  useEffect(() => {
    // debts were added, or all was put away: the way on from there
    const on = document.querySelector(".pasted-added a");
    if (on) on.focus();
    else if (readings > 1 && !view.is_read) root.current.querySelector("textarea").focus();
  }, []);
  useEffect(() => setWrong(errors), [answers]);
  useEffect(() => setWaiting(false), [keeps]);
  useEffect(() => {
    if (view.is_read && readings > 1) root.current.querySelector("[data-line] input")?.focus();
  }, [readings]);
  useEffect(() => {
    if (refused) root.current.querySelector("[data-line] [aria-invalid=true]")?.focus();
  }, [refused]);

  const put = (line, box, value) => {
    const next = { ...edits, [`${line}:${box}`]: value };
    if (box === "liability" && value === "joint") next[`${line}:owed_by`] = "joint";
    setEdits(next);
    setWaiting(true);
    setWrong(({ [`${line}:${box}`]: gone, ...others }) => others);
    onKeepEdits(next);
  };
  const on = (row) => (edits[`${row.line}:on`] ?? (row.like ? "" : "yes")) === "yes";
  const tick = (row, isOn) => put(row.line, "on", isOn ? "yes" : "");
  const tickAll = (isOn) => {
    const next = { ...edits };
    for (const row of view.rows) next[`${row.line}:on`] = isOn && !row.like ? "yes" : "";
    setEdits(next);
    setWaiting(true);
    onKeepEdits(next);
  };
  const left = (line, box, value, isChosen = false) => {
    const at = `${line}:${box}`;
    if (!isChosen && !(at in edits)) return;
    if (asked.current.get(at) === value) return;
    asked.current.set(at, value);
    onCheck(`${line}`, box, value);
  };
  const start = (mapping) => {
    const typed = plain(text);
    const long = bytes(typed) > FRAME || typed.length > options.most;
    setTooLong(long ? `This is ${typed.length.toLocaleString("en-GB")} characters long. Paste at most ${
      options.most.toLocaleString("en-GB")} at a time: part of the table first, then the rest.` : "");
    if (long) return;
    if (typed !== read.current) {
      setEdits({});
      asked.current.clear();
    }
    read.current = typed;
    onRead(typed, typed === view.text ? mapping : {});
  };
  const typing = (value) => {
    setText(value);
    setTooLong("");
    setWaiting(true);
    const typed = plain(value);
    if (typed.length <= options.most && bytes(typed) <= FRAME) onKeepText(typed);
  };
  const again = () => {
    onKeepText(""); // in place of a text that still waits to be kept
    onStartAgain();
  };
  const value = (row, box) => edits[`${row.line}:${box}`] ?? row.boxes[box] ?? "";
  const ticked = view.rows.filter(on);
  const add = () =>
    onAdd(ticked.map((row) => ({
      line: `${row.line}`,
      sure: row.like || wrong[`${row.line}:creditor`]?.startsWith("Possibly") ? "yes" : "",
      ...Object.fromEntries([...GRID, ...options.beside].map(([box]) => [box, value(row, box)])),
    })));
  const sums = MONEY.map((box) => {
    const amounts = ticked.map((row) => pence(value(row, box)));
    return [amounts.reduce((sum, each) => sum + (each ?? 0n), 0n), amounts.filter((each) => each === null).length];
  });
  const uncounted = sums.reduce((all, [, number]) => all + number, 0);
  const message = tooLong || said;
  const box = (
    <div className="field full">
      <label htmlFor="paste-text">The table</label>
      <p className="hint" id="paste-hint">
        Copy the rows in a spreadsheet or on a credit report, with their headings, and paste them here.
        At most {options.most.toLocaleString("en-GB")} characters and {options.mostRows} debts at a time. Nothing is
        added before you have seen it.
      </p>
      <textarea className="box" id="paste-text" rows={view.is_read ? 5 : 10} value={text} spellCheck={false}
        aria-describedby={message && !view.is_read ? "paste-hint paste-said" : "paste-hint"}
        aria-invalid={message && !view.is_read ? "true" : undefined}
        onChange={(event) => typing(event.target.value)} />
    </div>
  );
  const button = (
    <button type="button" data-busy="" className={view.is_read ? "button" : "button main"}
      onClick={() => start(view.mapping)}>
      <span className="idle">{view.is_read ? "Read it again" : "Read it"}</span>
      <span className="busy">Reading</span>
    </button>
  );
  const foot = (
    <>
      {button}
      {view.is_read || text ? (
        <button type="button" className="button plain" onClick={again}>Start again</button>
      ) : null}
      <span className="quiet small" role="status">{isWaiting ? "" : kept}</span>
    </>
  );
  const alert = message ? <p className="field-error" role="alert" id="paste-said">{message}</p> : null;
  if (!view.is_read) {
    return (
      <div className="card-body stack" ref={root}>
        {box}
        {alert}
        <div className="chips">{foot}</div>
      </div>
    );
  }
  return (
    <div ref={root}>
      <div className="card-body pasted-told">
        <details>
          <summary>What was pasted</summary>
          <div className="stack">{box}<div className="pair">{button}</div></div>
        </details>
        <Columns columns={view.columns} fields={options.fields}
          choose={(index, field) => {
            const mapping = { ...view.mapping };
            for (const column of view.columns) {
              if (field && column.field === field && column.index !== index) mapping[column.index] = "";
            }
            onRead(read.current, { ...mapping, [index]: field });
          }} />
        {view.skipped.length ? (
          <details>
            <summary>{several(view.skipped.length, "line")} left out</summary>
            <ul className="skipped">
              {view.skipped.map(([line, row, reason]) => (
                <li key={line}><span className="fig">Line {line}</span> {row} <span className="quiet">{reason}</span></li>
              ))}
            </ul>
          </details>
        ) : null}
        {view.problems.map((problem) => <p className="callout" key={problem}>{problem}</p>)}
      </div>
      {view.rows.length ? (
        <div className="scroll" role="region" tabIndex={0} aria-label="Proposed debts" data-debts=""
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !event.target.dataset.box) return;
            event.preventDefault();
            const boxes = [...event.currentTarget.querySelectorAll("[data-box]")];
            boxes[boxes.indexOf(event.target) + 1]?.focus();
          }}>
          <table className="table grid debts pasted">
            <caption className="sr">Debts read from what was pasted, one row each</caption>
            <colgroup>
              <col className="tick" /><col className="who" /><col className="kind" /><col className="how" />
              <col className="how" /><col className="sum" /><col className="sum" /><col className="sum" />
              <col className="account" />
            </colgroup>
            <thead>
              <tr>
                <th scope="col"><span className="sr">Add</span></th>
                {GRID.map(([name, word]) => (
                  <th scope="col" key={name} className={MONEY.includes(name) ? "num" : undefined}>{word}</th>
                ))}
              </tr>
            </thead>
            {view.rows.map((row) => (
              <ProposedRow key={row.line} row={row} edits={edits} errors={wrong} options={options}
                isOn={on(row)} put={put} tick={tick} left={left} open={open === row.line}
                onOpen={setOpen} />
            ))}
          </table>
        </div>
      ) : null}
      <div className="form-foot pasted-foot">
        {view.rows.length ? (
          <button type="button" className="button main" data-busy="" disabled={!ticked.length} onClick={add}>
            <span className="idle">Add {several(ticked.length, "debt")}</span>
            <span className="busy">Adding</span>
          </button>
        ) : null}
        <button type="button" className="button" onClick={again}>Start again</button>
        {view.rows.length ? (
          <>
            <button type="button" className="button plain" onClick={() => tickAll(ticked.length === 0)}>
              {ticked.length ? "Untick all" : "Tick all"}
            </button>
            <p className="sums" role="status">
              <strong>{several(ticked.length, "debt")} ticked</strong>: balance{" "}
              <strong className="fig">{pounds(sums[0][0])}</strong>, arrears{" "}
              <strong className="fig">{pounds(sums[1][0])}</strong>, payments{" "}
              <strong className="fig">{pounds(sums[2][0])}</strong> a month
              {uncounted ? `. ${several(uncounted, "box", "boxes")} not counted: no amount in it` : ""}
            </p>
          </>
        ) : null}
        <span className="quiet small" role="status">{isWaiting ? "" : kept}</span>
        {alert}
      </div>
    </div>
  );
}
