/* The caseload board: what the page was given, patched by what the socket tells.
   Cards keep their keys, so focus and scroll stay; a card that changes its lane takes focus along.
   A fresh board, from the page or from the socket, replaces everything. */
import { Fragment, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { keepSocket } from "./live_socket.js";

const SHOWN = 20; // cards of a lane
const FEW_CHIPS = 7; // filters that are always there
const PATHS = {
  Overdue: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1",
  shield: "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6z",
  eye: "M3 3l18 18M10 5.2A9 9 0 0 1 21 12a12 12 0 0 1-2.2 3.1M6.5 7A12 12 0 0 0 3 12a9.5 9.5 0 0 0 13 5.6",
};
const CLOCK = (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7v5l3.5 2" />
  </svg>
);

function Shape({ of }) {
  if (!PATHS[of]) return CLOCK;
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[of]} />
    </svg>
  );
}

/* Names give way to references on the whole page, for a screen that others can see. */
export function HideNames() {
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    setHidden(sessionStorage.getItem("cma-names") === "hidden");
  }, []);
  useEffect(() => {
    document.body.dataset.names = hidden ? "hidden" : "shown";
    return () => {
      delete document.body.dataset.names;
    };
  }, [hidden]);
  const turn = useCallback(() => {
    setHidden((was) => {
      sessionStorage.setItem("cma-names", was ? "shown" : "hidden");
      return !was;
    });
  }, []);
  useEffect(() => {
    const pressed = (event) => {
      const other = event.ctrlKey || event.metaKey || event.altKey || event.repeat;
      if (event.key.toLowerCase() !== "h" || other) return;
      if (event.target.closest?.("input, textarea, select, dialog")) return;
      if (localStorage.getItem("cma-shortcuts-off") === "yes") return;
      turn();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [turn]);
  return (
    <button
      type="button"
      className="button"
      aria-pressed={hidden}
      aria-keyshortcuts="h"
      onClick={turn}
    >
      <Shape of="eye" />
      Hide names
    </button>
  );
}

function Two({ plain, coded }) {
  return (
    <>
      <span className="name">{plain}</span>
      <span className="coded">{coded}</span>
    </>
  );
}

function Card({ card }) {
  return (
    <article className="card case" data-case={card.id}>
      <h3>
        <label className="tick">
          <input type="checkbox" name={`case-${card.id}`} aria-labelledby={`named-${card.id}`} />
        </label>
        <Link to={`/cases/${card.id}`} id={`named-${card.id}`}>
          <span className="name">{card.name}</span>
          <span className="coded fig">{card.reference}</span>
        </Link>
        <span className="person" title={card.owner}>
          <span aria-hidden="true">{card.initials}</span>
          <span className="sr">Owner {card.owner}</span>
        </span>
      </h3>
      <p className="ref stage">
        {card.stage}
        {card.emergency && (
          <span className="badge warn soon">
            {CLOCK}
            <Two plain={card.emergency} coded={card.coded_emergency} />
          </span>
        )}
      </p>
      {(card.guard || card.legal || card.cover) && (
        <p className="legal">
          {card.cover && <span className="badge">{card.cover}</span>}
          {card.guard && (
            <span className="badge note">
              <Shape of="shield" />
              {card.guard}
            </span>
          )}
          {card.legal && (
            <span className="badge warn soon">
              {CLOCK}
              {card.legal}
            </span>
          )}
        </p>
      )}
      <p className="next">
        <Two plain={card.step} coded={card.coded_step} />
      </p>
      <p className="due">
        {card.due}
        {card.mark && (
          <span className={card.mark === "Overdue" ? "badge late" : "badge soon"}>
            <Shape of={card.mark} />
            {card.mark}
          </span>
        )}
      </p>
      <p className="foot">
        <span>{card.money}</span>
        <span>
          {card.days}
          <span className="sr"> in this stage</span>
        </span>
      </p>
    </article>
  );
}

function Lane({ lane, cards }) {
  const id = `lane-${lane.key}`;
  return (
    <section className="lane" aria-labelledby={id}>
      <h2 id={id}>
        {lane.title}
        <span className="count">{lane.count}</span>
      </h2>
      <ul>
        {cards.map((card) => (
          <li key={card.id}>
            <Card card={card} />
          </li>
        ))}
      </ul>
      {lane.more.map((more) => (
        <Link key={more.to} to={more.to} className="more">
          {more.word}
        </Link>
      ))}
    </section>
  );
}

function Tiles({ tiles }) {
  return (
    <dl className="stats">
      {tiles.map((tile) => (
        <div className="stat" key={tile.word}>
          <dt>{tile.word}</dt>
          <dd>
            {tile.to ? (
              <Link to={tile.to}>
                <span className="sr">{tile.word}, open these: </span>
                {tile.figure}
              </Link>
            ) : (
              tile.figure
            )}
          </dd>
          <dd className="also">{tile.also}</dd>
        </div>
      ))}
    </dl>
  );
}

function Sums({ stats }) {
  return (
    <dl className="sums">
      {stats.map((stat) => (
        <div key={stat.word}>
          <dt>{stat.word}</dt>
          <dd>
            {stat.to ? <Link to={stat.to}>{stat.figure}</Link> : stat.figure}
            {stat.also && <span className="also">{stat.also}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Stats({ summary }) {
  return (
    <section className="card" aria-label="The centre today">
      <Tiles tiles={summary.tiles} />
      <Sums stats={summary.stats} />
      <ul className="crew" aria-label="Caseload by person">
        {summary.crew.map((one) => (
          <li key={one.id}>
            <span className="person" aria-hidden="true">
              {one.initials}
            </span>
            <span>
              <Link to={one.to} aria-current={one.pressed ? "true" : undefined}>
                {one.name}
              </Link>
              <span className="sub">{one.tally}</span>
              {one.away && <span className="sub">{one.away}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/* The ways to look at what is shown: by stage, by advisor, as a list, in figures. */
function Ways({ ways }) {
  return (
    <nav className="tabs ways" aria-label="Ways to look at the caseload">
      {ways.map((way) => (
        <Link key={way.word} to={way.to} aria-current={way.pressed ? "page" : undefined}>
          {way.word}
        </Link>
      ))}
    </nav>
  );
}

/* The filters: those asked for most in one row of a wide screen, the others once they are wanted. */
export function Chips({ chips }) {
  const [all, setAll] = useState(false);
  const shown = chips.filter((chip, at) => all || at < FEW_CHIPS || chip.pressed);
  return (
    <nav className="chips" aria-label="Filters">
      {shown.map((chip) => (
        <Link
          key={chip.word}
          to={chip.to ?? chip.path}
          className="chip"
          aria-current={chip.pressed ? "true" : undefined}
        >
          {chip.word} <span className="fig">{chip.count}</span>
        </Link>
      ))}
      {chips.length > FEW_CHIPS && (
        <button type="button" className="chip" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Fewer filters" : "More filters"}
        </button>
      )}
    </nav>
  );
}

const whole = (board) => ({
  summary: board.summary,
  cards: new Map(board.cards.map((card) => [card.id, card])),
});

const patched = (now, change) => {
  const cards = new Map(now.cards);
  for (const id of change.gone) cards.delete(id);
  for (const card of change.cards) cards.set(card.id, card);
  return { summary: change.summary, cards };
};

const inLane = (now, key) =>
  [...now.cards.values()]
    .filter((card) => card.lane === key)
    .sort((one, other) => (one.order < other.order ? -1 : one.order > other.order ? 1 : 0))
    .slice(0, SHOWN);

const short = (now) =>
  now.summary.lanes.some((lane) => inLane(now, lane.key).length < Math.min(SHOWN, lane.count));

/* What the address says that the board is narrowed to; the socket is asked for the same. */
const WORDS = ["show", "advisor", "by", "stage"];
const wordsOf = (said) =>
  new URLSearchParams(WORDS.filter((name) => said[name]).map((name) => [name, said[name]])).toString();

/* Keeps the board's socket, and asks it for everything when the filter in the address changes. */
function useSocket(query, hear) {
  const [state, setState] = useState("");
  const socket = useRef(null);
  const asked = useRef(query);
  const heard = useRef(hear);
  heard.current = hear;
  const ask = useCallback(() => {
    socket.current?.say(JSON.stringify(Object.fromEntries(new URLSearchParams(asked.current))));
  }, []);
  useEffect(() => {
    const where = () => `/board/live?${asked.current}`;
    const kept = keepSocket(where, (said) => heard.current(said), setState);
    socket.current = kept;
    return kept.end;
  }, []);
  useEffect(() => {
    if (asked.current === query) return;
    asked.current = query;
    ask();
  }, [query, ask]);
  return [state, ask];
}

export function LiveBoard({ board, children }) {
  const [search] = useSearchParams();
  const query = wordsOf(Object.fromEntries(search));
  const [now, setNow] = useState(null);
  const [at, setAt] = useState("");
  const latest = useRef(null);
  const held = useRef(null);
  const put = useCallback((next) => {
    held.current = document.activeElement?.closest?.("[data-case]")?.dataset.case ?? null;
    latest.current = next;
    setNow(next);
  }, []);
  useEffect(() => {
    if (board?.summary?.lanes) put(whole(board));
  }, [board, put]);
  const ask = useRef(() => {});
  const hear = (said) => {
    if (said.board) put(whole(said.board));
    if (!said.change || !latest.current) return;
    const { summary } = said.change;
    if (wordsOf(summary.shown) !== wordsOf(latest.current.summary.shown)) return;
    const next = patched(latest.current, said.change);
    put(next);
    setAt(said.change.at);
    if (short(next)) ask.current();
  };
  const [state, askWhole] = useSocket(query, hear);
  ask.current = askWhole;
  useLayoutEffect(() => {
    if (held.current === null || document.activeElement !== document.body) return;
    document
      .querySelector(`[data-case="${held.current}"] h3 a`)
      ?.focus({ preventScroll: true });
  }, [now]);
  const words = { live: at ? `Live, last change ${at}` : "Live", away: "Reconnecting…" };
  const said = words[state] ?? (state || "Connecting…");
  return (
    <Fragment>
      <div className="page-head">
        <h1>Caseload board</h1>
        <span className={state === "live" ? "live" : "live off"}>{said}</span>
        <span className="sr" role="status">
          {state === "away" ? "The board is reconnecting." : ""}
        </span>
        <div className="actions">
          <HideNames />
          {children}
        </div>
      </div>
      {now && (
        <Fragment>
          <Ways ways={now.summary.ways} />
          <Stats summary={now.summary} />
          <Chips chips={now.summary.chips} />
          {now.cards.size === 0 ? (
            <div className="card empty">
              <p>No open case matches. A walk-in makes the first, or a referral that is taken on.</p>
            </div>
          ) : (
            <div className="board">
              {now.summary.lanes.map((lane) => (
                <Lane key={lane.key} lane={lane} cards={inLane(now, lane.key)} />
              ))}
            </div>
          )}
        </Fragment>
      )}
    </Fragment>
  );
}
