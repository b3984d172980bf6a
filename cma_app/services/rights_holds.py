"""What stands in the way of forgetting a client: said plainly, before an erasure is decided."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.requests import request_kind, request_kinds
from cma_app.rules.retention import keep_until
from cma_app.rules.rights import right
from cma_app.rules.workflow import AT_WORK
from cma_app.services.breathing_space_forms import day_said
from cma_app.services.retention import HOLD_LABELS
from cma_app.session import CentreSession
from models import Case, CasePerson, Client, LegalHold, RequestDeadline, RightsRequest


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that holds a client's record, and the case it is of, if it is of one."""

    sentence: str
    case_id: int = 0

    @property
    def lower_first(self) -> str:
        """Return the sentence as it stands within another."""
        return self.sentence[:1].lower() + self.sentence[1:]


def what_holds(session: CentreSession, client: Client, *, besides: int = 0) -> list[Obstacle]:
    """Return what holds a client's record now, as far as the reader may see it.

    `besides` is the request that is being decided, which holds it no longer than that.
    """
    session.authorize(Act.CLIENT_OPEN, client)
    cases = cases_about(session, client.id)
    found = [
        Obstacle(f"Case {each.case_reference} is open", each.id)
        for each in cases
        if each.status in AT_WORK
    ]
    found += [
        Obstacle(f"It is held: {HOLD_LABELS.get(row.kind, row.kind).lower()}, {row.reason}")
        for row in _holds(session, client)
    ]
    found += [
        Obstacle(f"A request is open: {right(row.kind).label.lower()}")
        for row in _requests(session, client)
        if row.id != besides
    ]
    found += [
        Obstacle(f"A request is open: {request_kind(row.kind).label.lower()}", row.case_id)
        for row in _of_cases(session, [each.id for each in cases])
    ]
    return found


def kept_until(session: CentreSession, client: Client) -> date | None:
    """Return the last day that the law has a client's cases kept; None where none has ended."""
    session.authorize(Act.CLIENT_OPEN, client)
    ended = [each.closing_date for each in cases_about(session, client.id) if each.closing_date]
    lasts = [kept.keep_until for day in ended for kept in keep_until(day) if kept.covers == "case"]
    return max(lasts, default=None)


def duty_words(session: CentreSession, client: Client) -> str:
    """Return until when the record is to be kept, and by which rule; empty where no case ended."""
    until = kept_until(session, client)
    if until is None:
        return ""
    rule = next(each.rule for each in keep_until(today()) if each.covers == "case")
    return f"Records are kept until {day_said(until)}: {rule}"


def cases_about(session: CentreSession, client_id: int) -> list[Case]:
    """Return the cases that are about a client now, joint ones too, as far as one may see them."""
    joined = select(col(CasePerson.case_id)).where(
        col(CasePerson.centre_id) == session.actor.centre_id,
        col(CasePerson.client_id) == client_id,
        col(CasePerson.left_on).is_(None),
    )
    wanted = (
        select(Case)
        .where(
            col(Case.centre_id) == session.actor.centre_id,
            or_(col(Case.client_id) == client_id, col(Case.id).in_(joined)),
        )
        .order_by(col(Case.id))
    )
    return list(session.execute(wanted).scalars())


def _holds(session: CentreSession, client: Client) -> list[LegalHold]:
    wanted = (
        select(LegalHold)
        .where(
            col(LegalHold.centre_id) == client.centre_id,
            col(LegalHold.client_id) == client.id,
            col(LegalHold.ended_at).is_(None),
        )
        .order_by(col(LegalHold.id))
    )
    return list(session.execute(wanted).scalars())


def _requests(session: CentreSession, client: Client) -> list[RightsRequest]:
    wanted = (
        select(RightsRequest)
        .where(
            col(RightsRequest.centre_id) == client.centre_id,
            col(RightsRequest.client_id) == client.id,
            col(RightsRequest.outcome).is_(None),
        )
        .order_by(col(RightsRequest.id))
    )
    return list(session.execute(wanted).scalars())


def _of_cases(session: CentreSession, case_ids: list[int]) -> list[RequestDeadline]:
    holding = [each.code for each in request_kinds() if each.holds]
    wanted = (
        select(RequestDeadline)
        .where(
            col(RequestDeadline.centre_id) == session.actor.centre_id,
            col(RequestDeadline.case_id).in_(case_ids),
            col(RequestDeadline.kind).in_(holding),
            col(RequestDeadline.done_on).is_(None),
        )
        .order_by(col(RequestDeadline.id))
    )
    return list(session.execute(wanted).scalars())
