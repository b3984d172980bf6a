"""What has to be done next in a case: by whom, on which day, and whether it is done."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, Refused
from cma_app.services.cases import HOLDERS, find_holder
from cma_app.services.notifications import notify
from cma_app.session import CentreSession
from models import BreathingSpace, Case, Client, FileAccess, NextAction, RequestDeadline, User

MOST_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action of a case, with its owner's name; times are local."""

    id: int
    kind: str
    what: str
    due_date: date | None
    due_time: time | None
    owner_id: int
    owner: str
    done_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may hold a case or an action."""

    id: int
    name: str
    role: str


def record_action(
    session: CentreSession,
    case_id: int,
    *,
    what: str,
    due_date: date | None = None,
    due_time: time | None = None,
    owner_id: int | None = None,
    note_id: int | None = None,
    kind: str = "task",
    rule: str | None = None,
    tells: bool = True,
) -> NextAction:
    """Add something to do to a case; its owner is who holds the case unless another is named.

    A colleague who is given it is told, unless a `rule` made it or something else `tells` them.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.ACTION_RECORD, case)
    action = NextAction(
        case_id=case.id,
        note_id=note_id,
        owner_id=_owner(session, case, owner_id or case.advisor_id, is_asked=rule is None),
        kind=kind,
        rule=rule,
        what=_what(what, due_date, due_time),
        due_date=due_date,
        due_time=due_time,
    )
    session.add(action)
    session.flush()
    if tells and rule is None:
        _tell(session, action)
    return action


def give_task(
    session: CentreSession,
    reference: str,
    *,
    what: str,
    due_date: date | None = None,
    owner_id: int | None = None,
) -> NextAction:
    """Add a task to the case of a reference, for oneself or a colleague, by its day.

    Invalid beside `reference` where no case that the person may see is called so.
    """
    session.authorize(Act.ACTION_RECORD)
    said = reference.strip()
    wanted = select(col(Case.id)).where(col(Case.case_reference).in_((said, said.upper())))
    case_id = session.execute(wanted.limit(1)).scalar_one_or_none()
    if case_id is None:
        raise Invalid({"reference": "No case of yours has this reference. Check it."})
    if due_date is None:
        raise Invalid({"due_date": "Give the day by which it has to be done."})
    owner = owner_id or session.actor.user_id
    return record_action(session, case_id, what=what, due_date=due_date, owner_id=owner)


def edit_action(
    session: CentreSession,
    action_id: int,
    *,
    version: int,
    what: str,
    due_date: date | None = None,
    due_time: time | None = None,
    owner_id: int | None = None,
) -> NextAction:
    """Change an action that is still to do; Conflict carries what somebody else made of it."""
    action = session.require(NextAction, action_id)
    case = session.require(Case, action.case_id)
    session.authorize(Act.ACTION_RECORD, case)
    before = action.owner_id
    owner = _owner(session, case, owner_id or before)
    if action.version != version:
        raise Conflict(theirs=_theirs(session, action))
    if action.done_at is not None:
        raise Conflict("This action is done. Undo that first.")
    action.what, action.owner_id = _what(what, due_date, due_time), owner
    action.due_date, action.due_time = due_date, due_time
    session.flush()
    if owner != before:
        _tell(session, action)
    return action


def put_off_action(
    session: CentreSession, action_id: int, *, version: int, due_date: date | None, reason: str
) -> NextAction:
    """Move a task to a later day and keep why; the day of an emergency or a legal clock stays."""
    action = session.require(NextAction, action_id)
    session.authorize(Act.ACTION_RECORD, session.require(Case, action.case_id))
    if action.version != version:
        raise Conflict(theirs=_theirs(session, action))
    if action.done_at is not None:
        raise Conflict("This task is done already.")
    if action.kind == "emergency" or _is_of_a_clock(session, action):
        raise Refused("A law, a court or a paper fixed this day, so it cannot be put off.")
    _refuse_wrong_day(action, due_date, reason.strip())
    action.put_off_from, action.put_off_reason = action.due_date, reason.strip()
    action.due_date, action.due_time = due_date, None
    session.flush()
    return action


def _refuse_wrong_day(action: NextAction, due_date: date | None, reason: str) -> None:
    wrong: dict[str, str] = {}
    if due_date is None or due_date <= max(today(), action.due_date or date.min):
        wrong["due_date"] = "Choose a later day."
    if not reason:
        wrong["reason"] = "Say why it waits."
    elif len(reason) > MOST_REASON:
        wrong["reason"] = f"Use at most {MOST_REASON} characters."
    if wrong:
        raise Invalid(wrong)


def _is_of_a_clock(session: CentreSession, action: NextAction) -> bool:
    """Say whether a breathing space or a request keeps this action's day."""
    spaces = select(col(BreathingSpace.id)).where(
        col(BreathingSpace.centre_id) == action.centre_id,
        or_(
            col(BreathingSpace.review_action_id) == action.id,
            col(BreathingSpace.end_action_id) == action.id,
        ),
    )
    requests = select(col(RequestDeadline.id)).where(
        col(RequestDeadline.centre_id) == action.centre_id,
        col(RequestDeadline.action_id) == action.id,
    )
    return any(session.execute(each.limit(1)).first() for each in (spaces, requests))


def complete_action(session: CentreSession, action_id: int) -> NextAction:
    """Mark an action as done by the person, now."""
    action = session.require(NextAction, action_id)
    session.authorize(Act.ACTION_DONE, session.require(Case, action.case_id))
    if action.done_at is not None:
        raise Conflict("This action is done already.")
    action.done_at, action.done_by = now(), session.actor.user_id or None
    session.flush()
    return action


def undo_action(session: CentreSession, action_id: int) -> NextAction:
    """Make an action that was marked as done one that is still to do."""
    action = session.require(NextAction, action_id)
    session.authorize(Act.ACTION_DONE, session.require(Case, action.case_id))
    if action.done_at is None:
        raise Conflict("This action is still to do.")
    action.done_at, action.done_by = None, None
    session.flush()
    return action


def list_actions(session: CentreSession, case_id: int) -> list[ActionRow]:
    """Return what is still to do in a case, the earliest date first and undated ones last."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(*_columns())
        .join(
            User,
            (col(User.centre_id) == col(NextAction.centre_id))
            & (col(User.id) == col(NextAction.owner_id)),
        )
        .where(col(NextAction.centre_id) == case.centre_id, col(NextAction.case_id) == case.id)
        .where(col(NextAction.deleted_at).is_(None), col(NextAction.done_at).is_(None))
        .order_by(
            col(NextAction.due_date).asc().nulls_last(),
            col(NextAction.due_time).asc().nulls_last(),
            col(NextAction.id),
        )
        .limit(100)
    )
    return [_row(row) for row in session.execute(wanted)]


def list_holders(session: CentreSession) -> list[Holder]:
    """Return who may hold a case or an action in this centre, by name."""
    session.authorize(Act.CASE_LIST)
    wanted = (
        select(User.id, User.first_name, User.last_name, User.username, User.role)  # type: ignore[call-overload]
        .where(col(User.centre_id) == session.actor.centre_id, col(User.deleted_at).is_(None))
        .where(col(User.is_active), col(User.role).in_(HOLDERS))
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
    )
    return [
        Holder(row.id, _name(row.first_name, row.last_name, row.username), row.role)
        for row in session.execute(wanted)
    ]


def _columns() -> tuple:
    return (
        NextAction.id,
        NextAction.kind,
        NextAction.what,
        NextAction.due_date,
        NextAction.due_time,
        NextAction.owner_id,
        NextAction.done_at,
        NextAction.version,
        User.first_name,
        User.last_name,
        User.username,
    )


def _row(row: tuple) -> ActionRow:
    action_id, kind, what, day, at, owner_id, done_at, version, *name = row
    return ActionRow(action_id, kind, what, day, at, owner_id, _name(*name), done_at, version)


def _name(first: str | None, last: str | None, username: str) -> str:
    return " ".join(part for part in (first, last) if part) or username


def _what(what: str, due_date: date | None, due_time: time | None) -> str:
    said = what.strip()
    if not said:
        raise Invalid({"what": "Say what has to be done."})
    if len(said) > 200:
        raise Invalid({"what": "Use at most 200 characters."})
    if due_time is not None and due_date is None:
        raise Invalid({"due_date": "Give the day of this time."})
    return said


def _owner(session: CentreSession, case: Case, owner_id: int, *, is_asked: bool = True) -> int:
    """Return whose it will be: somebody who works here and, where a person asks, sees the case."""
    try:
        person = find_holder(session, owner_id)
    except Invalid as error:
        raise Invalid({"owner_id": error.fields["advisor_id"]}) from None
    if person.id == case.advisor_id or not is_asked:
        return person.id
    if person.role == "trainee":
        sentence = f"{person.full_name} sees their own cases alone. Choose somebody else."
        raise Invalid({"owner_id": sentence})
    if session.require(Client, case.client_id).is_restricted:
        named = select(col(FileAccess.id)).where(
            col(FileAccess.centre_id) == case.centre_id,
            col(FileAccess.client_id) == case.client_id,
            col(FileAccess.user_id) == person.id,
        )
        if session.execute(named).first() is None:
            sentence = f"This file is restricted. Name {person.full_name} on it first."
            raise Invalid({"owner_id": sentence})
    return person.id


def _tell(session: CentreSession, action: NextAction) -> None:
    notify(session, action.owner_id, kind="task_given", case_id=action.case_id, ref_id=action.id)


def _theirs(session: CentreSession, action: NextAction) -> dict[str, str]:
    owner = session.require(User, action.owner_id)
    return {
        "what": action.what,
        "due_date": f"{action.due_date.day} {action.due_date:%b %Y}" if action.due_date else "None",
        "due_time": f"{action.due_time:%H:%M}" if action.due_time else "None",
        "owner_id": owner.full_name,
    }
