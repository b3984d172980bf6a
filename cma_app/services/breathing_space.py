"""Breathing spaces: recorded as the register tells them, put right, reviewed, and ended.

Every day comes from the rules by the start date. The midway review and the last protected day
stand among the case's next actions, on the working day by which they are done.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.breathing_space import Clock, LegalDay, clock, next_contact
from cma_app.rules.legal_dates import act_by
from cma_app.services.breathing_space_bars import (
    refuse_barred,
    refuse_lost_review,
    refuse_met_again,
)
from cma_app.services.breathing_space_debts import cover_debts
from cma_app.services.breathing_space_forms import (
    ContactForm,
    ReviewForm,
    SpaceEndForm,
    SpaceForm,
    day_said,
    day_short,
    theirs_of,
)
from cma_app.services.clock_actions import drop_action, keep_action, settle_action
from cma_app.services.locking import locked
from cma_app.services.partners import partner_of
from cma_app.services.restoring import restore
from cma_app.session import CentreSession
from models import BreathingSpace, Case, Client


def record_space(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> BreathingSpace:
    """Record a breathing space of the client, or of the second person; the debts go in by rule.

    Invalid says what bars it: the nation, a day that cannot be, one that runs, or a standard one
    that ended within twelve months of the application.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.BREATHING_SPACE_RECORD, case)
    form = SpaceForm.read(data)
    days = form.days(case.nation)
    case = locked(session, Case, case.id)
    person = _person(session, case, form.client_id)
    refuse_barred(session, form, days, person)
    space = BreathingSpace(case_id=case.id, client_id=person.id, **form.stored())
    _keep_days(space, days)
    session.add(space)
    session.flush()
    cover_debts(session, case, space)
    _plan(session, case, space)
    return space


def change_space(
    session: CentreSession, space_id: int, data: Mapping[str, Any], *, version: int
) -> BreathingSpace:
    """Put a breathing space right; where somebody changed it since `version`, Conflict has theirs.

    Its days and its next actions move along.
    """
    space, case = _held(session, space_id, Act.BREATHING_SPACE_RECORD)
    form = SpaceForm.read(data)
    days = form.days(case.nation)
    said = form.stored()
    _refuse_stale(space, version, said)
    _refuse_over(space, "Undo its end before you change it.")
    person = _person(session, case, form.client_id or space.client_id)
    refuse_barred(session, form, days, person, but=space.id)
    refuse_lost_review(space, form, days)
    for name, value in said.items():
        setattr(space, name, value)
    if space.client_id != person.id:
        space.client_id = person.id
        cover_debts(session, case, space, again=True)
    _keep_days(space, days)
    session.flush()
    _plan(session, case, space)
    return space


def review_space(
    session: CentreSession, space_id: int, data: Mapping[str, Any], *, version: int
) -> BreathingSpace:
    """Record the midway review: none may be held within the first days of a standard one."""
    space, case = _held(session, space_id, Act.BREATHING_SPACE_REVIEW)
    said = ReviewForm.read(data).checked(space, case.nation)
    _refuse_stale(space, version, said)
    _refuse_over(space, "There is nothing left to review.")
    if space.review_held_on is not None:
        raise Conflict("The review was recorded already. Undo it first.")
    for name, value in said.items():
        setattr(space, name, value)
    space.reviewed_by = session.actor.user_id or None
    session.flush()
    settle_action(session, space.review_action_id)
    return space


def undo_review(session: CentreSession, space_id: int) -> BreathingSpace:
    """Take back a review that was recorded by a slip: it is to do again."""
    space, case = _held(session, space_id, Act.BREATHING_SPACE_REVIEW)
    if space.review_held_on is None:
        raise Conflict("No review is recorded.")
    space.review_held_on, space.review_outcome, space.review_note = None, None, None
    space.reviewed_by = None
    session.flush()
    _plan(session, case, space)
    return space


def confirm_treatment(
    session: CentreSession, space_id: int, data: Mapping[str, Any], *, version: int
) -> BreathingSpace:
    """Record that the named contact said the treatment goes on; they are asked again by rule."""
    space, case = _held(session, space_id, Act.BREATHING_SPACE_RECORD)
    form = ContactForm.read(data)
    _refuse_stale(space, version, form.model_dump())
    _refuse_over(space, "Nobody need be asked any more.")
    if space.kind != "crisis" or space.treatment_ended is not None:
        raise Conflict("The named contact is asked in a mental health crisis alone.")
    said = form.confirmed_on
    if said is None or said < space.start_date:
        raise Invalid({"confirmed_on": "Enter a day from the start on."})
    if space.confirmed_on is not None and said < space.confirmed_on:
        raise Invalid({"confirmed_on": "They confirmed it later than that already."})
    space.confirmed_on = said
    _keep_days(space, clock(space.kind, space.start_date, case.nation))
    session.flush()
    settle_action(session, space.review_action_id)
    _plan(session, case, space)
    return space


def end_space(
    session: CentreSession, space_id: int, data: Mapping[str, Any], *, version: int
) -> BreathingSpace:
    """Record that a breathing space ended before its last day, when and why."""
    space, _ = _held(session, space_id, Act.BREATHING_SPACE_END)
    said = SpaceEndForm.read(data).checked(space)
    _refuse_stale(space, version, said)
    _refuse_over(space, "It ended already.")
    for name, value in said.items():
        setattr(space, name, value)
    space.ended_by = session.actor.user_id or None
    session.flush()
    _drop_actions(session, space)
    return space


def undo_end(session: CentreSession, space_id: int) -> BreathingSpace:
    """Take back an end that was recorded by a slip; its days count again as the rules give them."""
    space, case = _held(session, space_id, Act.BREATHING_SPACE_END)
    if space.ended_on is None:
        raise Conflict("No end is recorded.")
    refuse_met_again(session, space)
    space.ended_on, space.ended_reason, space.ended_note = None, None, None
    space.ended_by = None
    session.flush()
    _plan(session, case, space)
    return space


def remove_space(session: CentreSession, space_id: int) -> BreathingSpace:
    """Take back a breathing space that was recorded by mistake; `restore_space` brings it back."""
    space, _ = _held(session, space_id, Act.BREATHING_SPACE_END)
    _drop_actions(session, space)
    space.deleted_at = now()
    session.flush()
    return space


def restore_space(session: CentreSession, space_id: int) -> BreathingSpace:
    """Bring back a breathing space that was taken back; NotFound where none was."""
    case_id = restore(session, BreathingSpace, space_id, Act.BREATHING_SPACE_END)
    case, space = session.require(Case, case_id), locked(session, BreathingSpace, space_id)
    if space.ended_on is None:
        _plan(session, case, space)
    return space


def _held(session: CentreSession, space_id: int, act: Act) -> tuple[BreathingSpace, Case]:
    """Return a breathing space, locked, and its case, for who may do the act."""
    space = session.require(BreathingSpace, space_id)
    case = session.require(Case, space.case_id)
    session.authorize(act, case)
    case = locked(session, Case, case.id)
    return locked(session, BreathingSpace, space_id), case


def _person(session: CentreSession, case: Case, client_id: int | None) -> Client:
    """Return whose it is: the client of the case, or the second person while there is one."""
    if client_id in (None, case.client_id):
        return session.require(Client, case.client_id)
    partner = partner_of(session, case)
    if partner is None or partner.id != client_id:
        raise Invalid({"client_id": "Choose one of the people of this case."})
    return partner


def _refuse_over(space: BreathingSpace, more: str) -> None:
    if space.ended_on is not None:
        raise Conflict(f"This breathing space ended on {day_said(space.ended_on)}. {more}")


def _refuse_stale(space: BreathingSpace, version: int, said: Mapping[str, Any]) -> None:
    if space.version != version:
        sentence = "Somebody changed this breathing space in the meantime."
        raise Conflict(sentence, theirs_of(space, said))


def _keep_days(space: BreathingSpace, days: Clock) -> None:
    """Keep the days of the clock on the row, for lists that look by day."""
    first, last = days.day("midway_first"), days.day("midway_last")
    space.review_from = first.day if first is not None else None
    space.review_by = last.day if last is not None else None
    if space.kind == "crisis" and days.last_protected is None:
        space.review_by = next_contact(space.start_date, space.confirmed_on)
    space.protected_until = days.last_protected


def _plan(session: CentreSession, case: Case, space: BreathingSpace) -> None:
    """Keep its next actions: the review or the contact, and the last protected day.

    Their words name nobody: they stay in the case when the person has left it.
    """
    days = clock(space.kind, space.start_date, case.nation, treatment_ended=space.treatment_ended)
    whose = _whose(session, case, space)
    first, last = days.day("midway_first"), days.day("midway_last")
    review = space.review_by is not None and space.review_held_on is None
    if first is not None and last is not None and review:
        between = f"between {day_short(first.day)} and {day_short(last.day)}"
        what, due = f"Breathing space{whose}: midway review {between}", last.act_by
    elif review and space.review_by is not None:
        asks = "ask the named contact whether the treatment goes on"
        of_client = space.client_id == case.client_id
        what = f"Breathing space{whose}: {asks if of_client else 'a check is due, see Dates'}"
        due = act_by(space.review_by, case.nation)
    else:
        what, due = "", None
    if due is not None:
        space.review_action_id = keep_action(
            session, case, space.review_action_id, kind="review", what=what, due=due
        )
    elif space.review_held_on is None:
        drop_action(session, space.review_action_id)
    end = days.day("end")
    if end is not None and end.day >= today():
        what = f"Breathing space{whose}: last protected day {_of(end)}"
        space.end_action_id = keep_action(
            session, case, space.end_action_id, kind="task", what=what, due=end.act_by
        )
    else:
        drop_action(session, space.end_action_id)
    session.flush()


def _whose(session: CentreSession, case: Case, space: BreathingSpace) -> str:
    if space.client_id == case.client_id and partner_of(session, case) is None:
        return ""
    return " of the client" if space.client_id == case.client_id else " of the second person"


def _of(day: LegalDay) -> str:
    return f"{day_said(day.day)}, act by {day_said(day.act_by)}" if day.rolls else day_said(day.day)


def _drop_actions(
    session: CentreSession, space: BreathingSpace, *, even_done: bool = False
) -> None:
    for action_id in (space.review_action_id, space.end_action_id):
        drop_action(session, action_id, even_done=even_done)


def leave_with(session: CentreSession, case: Case, client_id: int, own: Case | None) -> None:
    """Take a person's breathing spaces off a case they leave, into the case of their own."""
    session.authorize(Act.CASE_SEPARATE, case)
    wanted = select(BreathingSpace).where(
        col(BreathingSpace.centre_id) == case.centre_id,
        col(BreathingSpace.case_id) == case.id,
        col(BreathingSpace.client_id) == client_id,
    )
    for space in list(session.execute(wanted).scalars()):
        _drop_actions(session, space, even_done=True)
        space.deleted_at = now()
        session.flush()
        if own is not None:
            _copy(session, own, space)


def _copy(session: CentreSession, own: Case, space: BreathingSpace) -> None:
    free = {"review_note", "ended_note", "version", "deleted_at", "case_id", "id"}
    stamps = {"created_at", "created_by", "updated_at", "updated_by"}
    left = free | stamps | {"review_action_id", "end_action_id"}
    kept = {name: getattr(space, name) for name in set(BreathingSpace.model_fields) - left}
    copy = BreathingSpace(case_id=own.id, **kept)
    session.add(copy)
    session.flush()
    cover_debts(session, own, copy)
    if copy.ended_on is None:
        _plan(session, own, copy)
