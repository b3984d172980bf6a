/* Ticking the cases of a form, rows of a table or cards of the board: the box in the head ticks all,
   Shift ticks a run, the arrows go from box to box (with Shift they tick on the way), Escape unticks.
   What is ticked is plain form data; this counts it. Rows that come anew (`listed` grows) begin
   unticked. With `turns` the boxes are there only while the button here is pressed. */
import { useEffect, useRef, useState } from "react";

const CASES = 'input[type=checkbox][name^="case-"]';

const said = (count) =>
  count === 0
    ? "Tick cases to hand them on."
    : count === 1
      ? "1 case ticked"
      : `${count} cases ticked`;

export function PickedRows({ listed, turns, children }) {
  const mark = useRef(null);
  const [count, setCount] = useState(0);
  const [on, setOn] = useState(!turns);
  useEffect(() => {
    const form = mark.current.closest("form");
    let last = -1;
    const all = () => form.querySelector("thead input[type=checkbox]");
    const boxes = () => [...form.querySelectorAll(CASES)];
    const tell = () => {
      const rows = boxes();
      const ticked = rows.filter((box) => box.checked).length;
      if (all()) {
        all().checked = ticked > 0 && ticked === rows.length;
        all().indeterminate = ticked > 0 && ticked < rows.length;
      }
      setCount(ticked);
    };
    const tick = (rows, on) => {
      for (const box of rows) box.checked = on;
      tell();
    };
    const clicked = (event) => {
      if (event.target === all()) return tick(boxes(), event.target.checked);
      const rows = boxes();
      const at = rows.indexOf(event.target);
      if (at < 0) return undefined;
      const run = event.shiftKey && last >= 0;
      if (run) tick(rows.slice(Math.min(at, last), Math.max(at, last) + 1), event.target.checked);
      last = at;
      return tell();
    };
    const pressed = (event) => {
      const rows = boxes();
      const at = rows.indexOf(event.target);
      if (at < 0) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") tick(rows, false);
      if (!step) return;
      event.preventDefault();
      const next = rows[at + step];
      if (!next) return;
      if (event.shiftKey) tick([event.target, next], true);
      last = at + step;
      next.focus();
    };
    tell();
    form.addEventListener("click", clicked);
    form.addEventListener("keydown", pressed);
    const moved = new MutationObserver(tell); // a card that left took its tick along
    moved.observe(form, { childList: true, subtree: true });
    return () => {
      moved.disconnect();
      form.removeEventListener("click", clicked);
      form.removeEventListener("keydown", pressed);
    };
  }, []);
  useEffect(() => {
    if (!turns) return;
    const form = mark.current.closest("form");
    form.toggleAttribute("data-ticks", on);
    if (on) return;
    for (const box of form.querySelectorAll(CASES)) box.checked = false;
    setCount(0);
  }, [turns, on]);
  useEffect(() => {
    for (const box of mark.current.closest("form").querySelectorAll("input[type=checkbox]")) {
      box.checked = false;
      box.indeterminate = false;
    }
    setCount(0);
  }, [listed]);
  return (
    <div className="picked" ref={mark}>
      {turns && (
        <button type="button" className="button" aria-pressed={on} onClick={() => setOn(!on)}>
          Tick cases
        </button>
      )}
      <span role="status">{on ? said(count) : ""}</span>
      {on && children}
    </div>
  );
}
