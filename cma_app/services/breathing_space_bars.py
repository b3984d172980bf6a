"""What bars a breathing space: another one, one too soon after one, a review held already."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.errors import Conflict, Invalid
from cma_app.rules.breathing_space import Clock, next_application
from cma_app.services.breathing_space_forms import SpaceForm, day_said
from cma_app.session import CentreSession
from models import BreathingSpace, Client

KINDS_SAID: Final = {"standard": "standard", "crisis": "mental health crisis"}


def refuse_barred(
    session: CentreSession, form: SpaceForm, days: Clock, person: Client, *, but: int = 0
) -> None:
    """Refuse one that meets another of the same person, or a standard one too soon after one."""
    for other in _spaces_of(session, person.id, but):
        until = _last_day(other)
        if _meets(other.start_date, until, days.start, days.last_protected):
            said = f"until {day_said(until)}" if until else "while treatment lasts"
            raise Invalid(
                {
                    "start_date": f"A {KINDS_SAID[other.kind]} breathing space is recorded for "
                    f"these days, {said}. Record its end first, where it ended earlier."
                }
            )
        if form.kind == other.kind == "standard":
            _refuse_too_soon(form, days, other)


def _refuse_too_soon(form: SpaceForm, days: Clock, other: BreathingSpace) -> None:
    """Refuse a standard one too soon after another, or one after which another came too soon."""
    until, ends, said = _last_day(other), days.last_protected, ""
    if until is not None and until < days.start:
        first = next_application(until)
        if _applied_on(form.submitted_on, days.start) < first:
            said = f"A standard breathing space ended on {day_said(until)}. "
            said += f"Another can be applied for from {day_said(first)}."
    elif ends is not None and ends < other.start_date:
        first = next_application(ends)
        if _applied_on(other.submitted_on, other.start_date) < first:
            said = f"This one ends on {day_said(ends)}, within twelve months before the one of "
            said += f"{day_said(other.start_date)}. Check the days; where it ended earlier, "
            said += "take the later one back first."
    if said:
        raise Invalid({"start_date": said})


def _applied_on(submitted: date | None, start: date) -> date:
    """Return when one was applied for: where it is not known, the day before it started."""
    return submitted or start - timedelta(days=1)


def _spaces_of(session: CentreSession, client_id: int, but: int) -> list[BreathingSpace]:
    wanted = select(BreathingSpace).where(
        col(BreathingSpace.centre_id) == session.actor.centre_id,
        col(BreathingSpace.client_id) == client_id,
        col(BreathingSpace.id) != but,
    )
    newest_first = wanted.order_by(col(BreathingSpace.start_date).desc())
    return list(session.execute(newest_first).scalars())


def refuse_met_again(session: CentreSession, space: BreathingSpace) -> None:
    """Refuse to open one again on days for which another was recorded meanwhile."""
    for other in _spaces_of(session, space.client_id, space.id):
        if _meets(other.start_date, _last_day(other), space.start_date, space.protected_until):
            raise Conflict("Another one is recorded for these days. Take that back first.")


def _meets(start: date, until: date | None, other: date, other_until: date | None) -> bool:
    return start <= (other_until or date.max) and other <= (until or date.max)


def _last_day(space: BreathingSpace) -> date | None:
    return space.ended_on or space.protected_until


def refuse_lost_review(space: BreathingSpace, form: SpaceForm, days: Clock) -> None:
    """Refuse a start or a kind under which the review that is recorded could not have been."""
    if space.review_held_on is None:
        return
    first = days.day("midway_first")
    if form.kind != "standard" or first is None or space.review_held_on < first.day:
        raise Invalid(
            {"start_date": f"Its review of {day_said(space.review_held_on)} would be too early. "}
            | ({"kind": "Undo its review first."} if form.kind != "standard" else {})
        )
