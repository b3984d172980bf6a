"""How a client may safely be reached: one answer for each route, with the times that suit.

No client is saved without an answer for each route; "not asked" is an answer. Whoever writes or
rings reads them on every page of the case, and a route is safe only where the answer is yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from pydantic import model_validator
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services.forms import Clock, Form, Text
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Client, ContactRoute
from models.clients import ANSWERS, ROUTES

ROUTE_WORDS: Final[dict[str, str]] = {
    "call": "Call",
    "voicemail": "Voicemail",
    "text": "Text",
    "email": "E-mail",
    "post": "Post",
}
ANSWER_WORDS: Final = {"yes": "Yes", "no": "No", "not_asked": "Not asked"}
CHANGED: Final = (
    "Somebody else changed these answers after you opened them. Theirs are shown beside yours;"
    " save again to keep yours."
)
UNANSWERED: Final = "Choose yes, no or not asked."


@dataclass(frozen=True, slots=True)
class SafeRouteValue:
    """One route, its answer (`yes`, `no`, `not_asked`), and its times in words, if any."""

    route: str
    answer: str
    times: str = ""
    from_time: time | None = None
    to_time: time | None = None
    note: str = ""


class _Times(Form):
    """The times and the remark of one route."""

    from_time: Clock = None
    to_time: Clock = None
    note: Text = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Times":
        if self.from_time and self.to_time and self.from_time >= self.to_time:
            raise ValueError("The first time must come before the second.")
        return self


class RouteAnswers:
    """The answers to all routes, as a form sends them: `route_call`, `route_call_from`, ..."""

    def __init__(self, values: list[SafeRouteValue]) -> None:
        self.values = values

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "RouteAnswers":
        """Return the answers; raise Invalid with a sentence for each route that lacks one."""
        values, wrong = [], {}
        for route in ROUTES:
            name = f"route_{route}"
            answer = data.get(name) or ""
            if answer not in ANSWERS:
                wrong[name] = f"{ROUTE_WORDS[route]}: {UNANSWERED.lower()}"
                continue
            try:
                values.append(_value(route, answer, data))
            except Invalid as error:
                wrong[name] = _on_row(route, error)
        if wrong:
            raise Invalid(wrong)
        return cls(values)

    @classmethod
    def sentence_for(cls, name: str, value: str) -> str | None:
        """Return what is wrong with one route as it stands, None where nothing is.

        `value` is the answer and both times, a line each; a missing answer waits until all are
        sent, and no time counts where the answer is no.
        """
        route = name.removeprefix("route_")
        if route not in ROUTES or name == route:
            return None
        answer, start, end, *_ = [*value.split("\n"), "", "", ""]
        try:
            _value(route, answer or "yes", {f"{name}_from": start, f"{name}_to": end})
        except Invalid as error:
            return _on_row(route, error)
        return None


def _on_row(route: str, error: Invalid) -> str:
    return f"{ROUTE_WORDS[route]}: {next(iter(error.fields.values())).lower()}"


def _value(route: str, answer: str, data: Mapping[str, Any]) -> SafeRouteValue:
    name = f"route_{route}"
    if answer != "yes":
        return SafeRouteValue(route, answer)
    times = _Times.read(
        {
            "from_time": data.get(f"{name}_from"),
            "to_time": data.get(f"{name}_to"),
            "note": data.get(f"{name}_note"),
        }
    )
    if times.note and len(times.note) > 200:
        raise Invalid({name: "Use at most 200 characters."})
    return SafeRouteValue(
        route,
        answer,
        times_in_words(times.from_time, times.to_time),
        times.from_time,
        times.to_time,
        times.note or "",
    )


def times_in_words(start: time | None, end: time | None) -> str:
    """Return 10:00 to 12:00, from 10:00, until 12:00, or an empty text."""
    if start and end:
        return f"{start:%H:%M} to {end:%H:%M}"
    if start:
        return f"from {start:%H:%M}"
    return f"until {end:%H:%M}" if end else ""


def safe_routes(session: CentreSession, client_id: int) -> list[SafeRouteValue]:
    """Return the five routes in their order; one that was never answered reads "not asked"."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    stored = {row.route: row for row in _rows(session, client_id)}
    return [route_value(route, stored.get(route)) for route in ROUTES]


def route_value(route: str, row: ContactRoute | None) -> SafeRouteValue:
    """Return one route as it is stored; one that was never answered reads "not asked"."""
    if row is None:
        return SafeRouteValue(route, "not_asked")
    times = times_in_words(row.from_time, row.to_time)
    return SafeRouteValue(route, row.answer, times, row.from_time, row.to_time, row.note or "")


def answer_in_words(value: SafeRouteValue) -> str:
    """Return an answer with its times, such as "Yes, 10:00 to 12:00"."""
    word = ANSWER_WORDS[value.answer]
    return f"{word}, {value.times}" if value.times else word


def record_routes(
    session: CentreSession,
    client_id: int,
    answers: RouteAnswers,
    *,
    seen: Mapping[str, str] | None = None,
) -> None:
    """Keep the answers; what they were before stays in the audit log.

    `seen` is what was on screen, by route, in words. A route that somebody else changed since and
    that was left alone here stays theirs; one that both changed raises Conflict with theirs.
    """
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_ROUTES_RECORD, client)
    kept = answers.values
    if seen is not None:
        locked(session, Client, client_id)
        kept = _but_theirs(kept, {v.route: v for v in safe_routes(session, client_id)}, seen)
        session.authorize(Act.CLIENT_ROUTES_RECORD, client)
    stored = {row.route: row for row in _rows(session, client_id)}
    for value in kept:
        row = stored.get(value.route) or ContactRoute(client_id=client_id, route=value.route)
        row.answer, row.note = value.answer, value.note or None
        row.from_time, row.to_time = value.from_time, value.to_time
        session.add(row)
    session.flush()


def _but_theirs(
    mine: list[SafeRouteValue], stored: Mapping[str, SafeRouteValue], seen: Mapping[str, str]
) -> list[SafeRouteValue]:
    """Return one's own answers without those left alone; Conflict where both changed one."""
    kept, theirs = [], {}
    for value in mine:
        now, wanted = answer_in_words(stored[value.route]), answer_in_words(value)
        was = seen.get(value.route, now)
        if now in (was, wanted):
            kept.append(value)
        elif wanted != was:
            theirs[f"route_{value.route}"] = now
    if theirs:
        raise Conflict(CHANGED, theirs)
    return kept


def _rows(session: CentreSession, client_id: int) -> list[ContactRoute]:
    mine = col(ContactRoute.client_id) == client_id
    return list(session.exec(select(ContactRoute).where(mine)))
