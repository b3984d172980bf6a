/* Ticking rows of a table within a form: the box in the head ticks all, Shift ticks a run, the
   arrows go from box to box (with Shift they tick on the way), Escape unticks. What is ticked is
   plain form data; this counts it. Rows that come anew (`listed` grows) begin unticked. */
import { useEffect, useRef, useState } from "react";

export function PickedRows({ listed, children }) {
  const mark = useRef(null);
  const [count, setCount] = useState(0);
  useEffect(() => {
    const form = mark.current.closest("form");
    let last = -1;
    const all = () => form.querySelector("thead input[type=checkbox]");
    const boxes = () => [...form.querySelectorAll("tbody input[type=checkbox]")];
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
    return () => {
      form.removeEventListener("click", clicked);
      form.removeEventListener("keydown", pressed);
    };
  }, []);
  useEffect(() => {
    for (const box of mark.current.closest("form").querySelectorAll("input[type=checkbox]")) {
      box.checked = false;
      box.indeterminate = false;
    }
    setCount(0);
  }, [listed]);
  return (
    <div className="picked" ref={mark}>
      <span role="status">
        {count === 0 ? "Tick cases to hand them on." : count === 1 ? "1 case ticked" : `${count} cases ticked`}
      </span>
      {children}
    </div>
  );
}
