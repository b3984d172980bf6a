"""Requests with a last day: recorded with the day by rule, changed, answered, opened again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.legal_dates import act_by
from cma_app.rules.requests import RequestKind, last_day, request_kind
from cma_app.services.breathing_space_forms import day_said, theirs_of
from cma_app.services.clock_actions import drop_action, keep_action, settle_action
from cma_app.services.debt_events import NearDay
from cma_app.services.debt_forms import PastDay, optional_text
from cma_app.services.forms import Form, given
from cma_app.services.locking import locked
from cma_app.services.restoring import restore
from cma_app.services.retention import recount_people
from cma_app.session import CentreSession
from models import Case, RequestDeadline, User

COUNTED_ANEW: Final = "A request was recorded, answered or taken back"


class RequestForm(Form):
    """A request as a form sends it; `due_date` is filled in where the paper gives the last day."""

    kind: Annotated[str, given("Choose the kind of request."), Field(max_length=30)]
    about: Annotated[str, given("Say who asked, or was asked."), Field(max_length=200)]
    asked_on: Annotated[PastDay, given("Enter the day it came or was sent.")]
    due_date: NearDay = None
    given_why: Annotated[str | None, optional_text(300)] = None
    detail: Annotated[str | None, optional_text(500)] = None


class DoneForm(Form):
    """How a request was answered, and on which day; today where none is given."""

    done_how: Annotated[str, given("Say how it was answered."), Field(max_length=200)]
    done_on: PastDay = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request with its last day by rule (None where the paper gives it) and who answered."""

    row: RequestDeadline
    kind: RequestKind
    by_rule: date | None
    nation: str
    done_by: str


def list_requests(session: CentreSession, case_id: int) -> list[RequestRow]:
    """Return the requests of a case: the open ones, soonest first, then those answered."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(RequestDeadline, func.concat_ws(" ", col(User.first_name), col(User.last_name)))
        .outerjoin(
            User,
            (col(User.centre_id) == col(RequestDeadline.centre_id))
            & (col(User.id) == col(RequestDeadline.done_by)),
        )
        .where(
            col(RequestDeadline.centre_id) == case.centre_id,
            col(RequestDeadline.case_id) == case.id,
        )
        .order_by(
            col(RequestDeadline.done_on).is_not(None),
            col(RequestDeadline.due_date),
            col(RequestDeadline.id),
        )
        .limit(100)
    )
    return [
        RequestRow(
            row,
            request_kind(row.kind),
            last_day(row.kind, row.asked_on, case.nation),
            case.nation,
            name,
        )
        for row, name in session.execute(wanted)
    ]


def record_request(
    session: CentreSession, case_id: int, data: Mapping[str, Any]
) -> RequestDeadline:
    """Record a request; its last day is the rule's unless the paper gives one."""
    case = session.require(Case, case_id)
    session.authorize(Act.REQUEST_RECORD, case)
    request = RequestDeadline(case_id=case.id, **_values(RequestForm.read(data), case))
    session.add(request)
    session.flush()
    _plan(session, case, request)
    recount_people(session, case, COUNTED_ANEW)
    return request


def change_request(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RequestDeadline:
    """Record a request anew, an extension too; where somebody was first, Conflict has theirs."""
    request, case = _held(session, request_id)
    values = _values(RequestForm.read(data), case)
    if request.version != version:
        sentence = "Somebody changed this request in the meantime."
        raise Conflict(sentence, theirs_of(request, values))
    if request.done_on is not None:
        raise Conflict("This was answered. Open it again before you change it.")
    for name, value in values.items():
        setattr(request, name, value)
    session.flush()
    _plan(session, case, request)
    recount_people(session, case, COUNTED_ANEW)
    return request


def finish_request(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RequestDeadline:
    """Record how and when a request was answered."""
    request, case = _held(session, request_id)
    form = DoneForm.read(data)
    if request.version != version:
        raise Conflict("Somebody changed this request in the meantime.")
    if request.done_on is not None:
        raise Conflict("This was answered already.")
    day = form.done_on or today()
    if day < request.asked_on:
        raise Invalid({"done_on": "It cannot be answered before it was asked."})
    request.done_on, request.done_how = day, form.done_how
    request.done_by = session.actor.user_id or None
    session.flush()
    settle_action(session, request.action_id)
    recount_people(session, case, COUNTED_ANEW)
    return request


def reopen_request(session: CentreSession, request_id: int) -> RequestDeadline:
    """Make a request that was answered an open one."""
    request, case = _held(session, request_id)
    if request.done_on is None:
        raise Conflict("This is open already.")
    request.done_on, request.done_how, request.done_by = None, None, None
    session.flush()
    _plan(session, case, request)
    recount_people(session, case, COUNTED_ANEW)
    return request


def remove_request(session: CentreSession, request_id: int) -> RequestDeadline:
    """Take back a request that was recorded by mistake; `restore_request` brings it back."""
    request, case = _held(session, request_id)
    drop_action(session, request.action_id)
    request.deleted_at = now()
    recount_people(session, case, COUNTED_ANEW)
    return request


def restore_request(session: CentreSession, request_id: int) -> RequestDeadline:
    """Bring back a request that was taken back; NotFound where none was."""
    case_id = restore(session, RequestDeadline, request_id, Act.REQUEST_RECORD)
    case, request = session.require(Case, case_id), locked(session, RequestDeadline, request_id)
    if request.done_on is None:
        _plan(session, case, request)
    recount_people(session, case, COUNTED_ANEW)
    return request


def _held(session: CentreSession, request_id: int) -> tuple[RequestDeadline, Case]:
    request = session.require(RequestDeadline, request_id)
    case = session.require(Case, request.case_id)
    session.authorize(Act.REQUEST_RECORD, case)
    return locked(session, RequestDeadline, request_id), case


def _values(form: RequestForm, case: Case) -> dict[str, Any]:
    """Return what is kept of a form, with the last day; Invalid says what is missing."""
    asked = form.asked_on
    try:
        kind = request_kind(form.kind)
    except CmaError as error:
        raise Invalid({"kind": error.sentence}) from None
    if asked is None or kind.count_on(asked) is None:
        raise Invalid({"asked_on": "There was no such right yet on that day."})
    by_rule = last_day(kind.code, asked, case.nation)
    due = form.due_date or by_rule
    is_given = due != by_rule
    wrong = {}
    if due is None:
        wrong["due_date"] = "Enter the last day that the paper gives."
    elif due < asked:
        wrong["due_date"] = "The last day cannot be before it came or was sent."
    elif is_given and by_rule is not None and form.given_why is None:
        wrong["given_why"] = f"The rule gives {day_said(by_rule)}. Say why it is another day."
    if wrong:
        raise Invalid(wrong)
    said = form.model_dump() | {"due_date": due, "is_given": is_given}
    return said | ({} if is_given else {"given_why": None})


def _plan(session: CentreSession, case: Case, request: RequestDeadline) -> None:
    kind = request_kind(request.kind)
    verb = "Answer due from" if kind.is_ours else "Answer due to"
    by = act_by(request.due_date, case.nation)
    last = "" if by == request.due_date else f", last day {day_said(request.due_date)}"
    what = f"{kind.label}. {verb} {request.about}"[: 200 - len(last)] + last
    request.action_id = keep_action(
        session, case, request.action_id, kind="task", what=what, due=by
    )
    session.flush()
