/* Tells a page that a list of its centre changed: one socket a tab, whatever its page watches.
   The page asks for the list itself, but not under somebody's hand: while the pointer rests on a
   list, or something in a list, form or dialog has the focus, a word and a button say so. What
   follows one's own click at once is one's own change, which the page shows already. */
import { useEffect, useRef, useState } from "react";

import { keepSocket } from "./live_socket.js";

const APART = 1_000; // milliseconds between two asks of one list
const OWN = 2_000; // milliseconds after a click in which a change is taken for one's own
const LISTS = "#main :is(table, .agenda)";
const FORMS = "#main :is(form, dialog)";

const watching = new Set(); // of { topic, told, turned }
let kept = null;
let state = "";

const topics = () => [...new Set([...watching].map((each) => each.topic))].sort().join(",");

function joined(one) {
  watching.add(one);
  if (kept) kept.say(topics());
  else
    kept = keepSocket(
      () => `/changes?topics=${topics()}`,
      (said) => {
        for (const each of watching) if (said.topics?.includes(each.topic)) each.told();
      },
      (now) => {
        state = now;
        for (const each of watching) each.turned(now);
      },
    );
  one.turned(state);
  return () => {
    watching.delete(one);
    if (watching.size > 0) return;
    kept.end();
    kept = null;
    state = "";
  };
}

let clicked = -OWN;
addEventListener("click", () => (clicked = performance.now()), true);

const holds = (places) => document.activeElement?.closest?.(places) != null;
const inHand = () =>
  holds(FORMS) ||
  document.querySelector("dialog[open]") !== null ||
  (performance.now() - clicked > OWN &&
    (holds(LISTS) || document.querySelector(`${LISTS}:hover`) !== null));

export function Watch({ topic, onChange }) {
  const [now, setNow] = useState("");
  const [news, setNews] = useState(false);
  const latest = useRef(onChange);
  latest.current = onChange;
  const it = useRef({ news: false, at: 0, timer: 0 });
  const show = useRef(() => {});
  useEffect(() => {
    const own = it.current;
    show.current = () => {
      clearTimeout(own.timer);
      own.news = false;
      own.at = Date.now();
      setNews(false);
      latest.current();
    };
    const settle = () => {
      clearTimeout(own.timer);
      if (!own.news || document.hidden) return;
      if (inHand()) setNews(true);
      else own.timer = setTimeout(ask, Math.max(Math.random() * 300, own.at + APART - Date.now()));
    };
    const ask = () => (inHand() ? setNews(true) : show.current());
    const told = () => {
      own.news = true;
      settle();
    };
    const moved = () => {
      if (own.news) settle();
    };
    const signs = ["pointerover", "focusin", "focusout", "visibilitychange", "close"];
    for (const sign of signs) document.addEventListener(sign, moved, true);
    const left = joined({ topic, told, turned: setNow });
    return () => {
      left();
      clearTimeout(own.timer);
      for (const sign of signs) document.removeEventListener(sign, moved, true);
    };
  }, [topic]);
  const words = { live: "Live", away: "Reconnecting…" };
  return (
    <span className={now === "live" && !news ? "live" : "live off"}>
      {news ? "" : (words[now] ?? (now || "Connecting…"))}
      <span role="status">{news ? "This list has changed." : ""}</span>
      {news && (
        <button type="button" className="button small" onClick={() => show.current()}>
          Show
        </button>
      )}
      <span className="sr" role="status">
        {now === "away" ? "This list is not up to date: reconnecting." : ""}
      </span>
    </span>
  );
}
