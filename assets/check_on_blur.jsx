/* Asks about a box of a form once it is left: only where its text changed since it was asked about
   last, and never while the pointer is down, so that nothing moves from under a click. The three
   boxes of a date count as one once all are left; a box within [data-together] speaks for all that
   is in there, a line each. */
import { useEffect, useRef } from "react";

const PAUSE = 400; // milliseconds after the last key in a box that is known to be wrong
const TYPED = "input:not([type=radio], [type=checkbox], [type=hidden]), textarea";
const CHOSEN = "select, input[type=radio]";
const PART = /-(day|month|year)$/;

let held = null; // what the pointer is down on
const waiting = [];
if (typeof document !== "undefined") {
  const release = () => {
    setTimeout(() => {
      held = null;
      for (const each of waiting.splice(0)) each();
    });
  };
  document.addEventListener("pointerdown", (event) => { held = event.target; }, true);
  document.addEventListener("pointerup", release, true);
  document.addEventListener("pointercancel", release, true);
}

const group = (box) => box.closest("[data-together]");
const whole = (box) => group(box)?.dataset.together ?? box.name.replace(PART, "");
const boxesOf = (box) => {
  if (!PART.test(box.name)) return [box];
  return ["day", "month", "year"]
    .map((part) => box.form.elements[`${whole(box)}-${part}`])
    .filter(Boolean);
};
const linesOf = (within, form) => {
  const sent = new FormData(form);
  const names = new Set([...within.querySelectorAll("[name]")].map((each) => each.name));
  return [...names].map((name) => (sent.get(name) ?? "").trim()).join("\n");
};
const textOf = (box) =>
  group(box)
    ? linesOf(group(box), box.form)
    : boxesOf(box).map((each) => each.value.trim()).join(" ").trim();
const isWrong = (box) =>
  group(box)
    ? group(box).querySelector("[aria-invalid=true]") !== null
    : box.closest(".field.wrong") !== null;

export function CheckOnBlur({ onCheck }) {
  const mark = useRef(null);
  const ask = useRef(onCheck);
  ask.current = onCheck;
  useEffect(() => {
    const form = mark.current.closest("form");
    const asked = new Map();
    const changed = new Set(); // left with another text, though its question was never put
    let timer = null;
    const check = (box) => {
      if (!form.isConnected || !box.isConnected) return;
      const [name, text] = [whole(box), textOf(box)];
      if (asked.get(name) === text && !changed.has(name)) return;
      asked.set(name, text);
      changed.delete(name);
      ask.current(name, text);
    };
    const entered = ({ target }) => {
      if (target.matches(TYPED) && target.name && !asked.has(whole(target))) {
        asked.set(whole(target), textOf(target));
      }
    };
    const left = ({ target, relatedTarget }) => {
      if (!target.matches(TYPED) || !target.name) return;
      clearTimeout(timer);
      const boxes = boxesOf(target);
      if (boxes.includes(relatedTarget)) return;
      if (asked.get(whole(target)) !== textOf(target)) changed.add(whole(target));
      // a pressed button sends the form or drops it: either way it says all there is to say
      if (held?.closest?.("button, a")) return;
      const later = () => {
        if (!boxes.includes(document.activeElement)) check(target);
      };
      if (held) waiting.push(later);
      else setTimeout(later);
    };
    const typed = ({ target }) => {
      if (!target.matches(TYPED) || !target.name || PART.test(target.name)) return;
      clearTimeout(timer);
      if (isWrong(target)) timer = setTimeout(check, PAUSE, target);
    };
    const chosen = ({ target }) => {
      if (!target.matches(CHOSEN) || !target.name) return;
      if (isWrong(target) || target.value === "") ask.current(whole(target), textOf(target));
    };
    const heard = { focusin: entered, focusout: left, input: typed, change: chosen };
    for (const [kind, hear] of Object.entries(heard)) form.addEventListener(kind, hear);
    return () => {
      clearTimeout(timer);
      for (const [kind, hear] of Object.entries(heard)) form.removeEventListener(kind, hear);
    };
  }, []);
  return <span ref={mark} hidden />;
}
