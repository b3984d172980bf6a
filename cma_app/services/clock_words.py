"""What the log says of breathing spaces and requests, in words: a title and a text a change."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.breathing_space import end_reasons
from cma_app.rules.requests import request_kind
from cma_app.services.breathing_space_forms import REVIEW_OUTCOMES

Values = Mapping[str, Any]
Said = list[tuple[str, str]]
KEPT: Final = frozenset({"review_action_id", "end_action_id", "action_id", "version"})
"""Columns that a change of something else moves along: nothing is told of them alone."""


def say_space(old: Values, new: Values) -> Said:  # noqa: PLR0911 - one line a kind of change
    """Return what a change of a breathing space is called, and its details."""
    if taken := _taken("Breathing space", new):
        return taken
    if not old:
        kind = "Standard" if new.get("kind") == "standard" else "Mental health crisis"
        return [(f"{kind} breathing space recorded", f"From {_day(new.get('start_date'))}")]
    if new.get("ended_on"):
        label = next((e.label for e in end_reasons() if e.code == new.get("ended_reason")), "")
        return [(f"Breathing space ended on {_day(new['ended_on'])}", label)]
    if "ended_on" in new:
        return [("Breathing space: its end was taken back", "")]
    if new.get("review_held_on"):
        outcome = REVIEW_OUTCOMES.get(new.get("review_outcome") or "", "")
        return [(f"Midway review held on {_day(new['review_held_on'])}", outcome)]
    if "review_held_on" in new:
        return [("Midway review was taken back", "")]
    if "confirmed_on" in new:
        return [("Crisis treatment confirmed", f"On {_day(new['confirmed_on'])}")]
    if not new.keys() - KEPT:
        return []
    moved = "start_date" in new
    text = f"Start from {_day(old['start_date'])} to {_day(new['start_date'])}" if moved else ""
    return [("Breathing space put right", text)]


def say_covered(old: Values, new: Values) -> Said:
    """Return what a decision about one debt of a breathing space is called."""
    if not old or "is_in" not in new:
        return []
    title = "A debt was put into the breathing space" if new["is_in"] else "A debt was left out"
    return [(title, new.get("reason") or "")]


def say_request(old: Values, new: Values) -> Said:
    """Return what a change of a request is called, and its details."""
    if taken := _taken("Request", new):
        return taken
    if not old:
        return [(f"Request: {_request(new['kind'])}", f"Due {_day(new.get('due_date'))}")]
    if new.get("done_on"):
        return [("Request answered", new.get("done_how") or "")]
    if "done_on" in new:
        return [("Request opened again", "")]
    if "due_date" in new:
        text = f"From {_day(old['due_date'])} to {_day(new['due_date'])}"
        return [("Last day of a request changed", text)]
    return [("Request changed", "")] if new.keys() - KEPT else []


def _taken(word: str, new: Values) -> Said:
    if new.get("deleted_at"):
        return [(f"{word} taken back", "")]
    return [(f"{word} brought back", "")] if "deleted_at" in new and len(new) < 4 else []


def _request(code: str) -> str:
    try:
        return request_kind(code).label.lower()
    except CmaError:
        return code


def _day(day: str | None) -> str:
    if not day:
        return ""
    found = date.fromisoformat(day[:10])
    return f"{found.day} {found:%b %Y}"


CLOCK_SAYERS: Final[dict[str, Callable[[Values, Values], Said]]] = {
    "breathing_spaces": say_space,
    "breathing_space_debts": say_covered,
    "request_deadlines": say_request,
}
