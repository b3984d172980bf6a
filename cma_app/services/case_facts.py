"""What every page of a case shows of it: the identity bar's facts, read in one go."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.rules import workflow
from cma_app.services.breathing_space_protection import Protection, protections
from cma_app.services.cases import open_case, read_case
from cma_app.services.contact_routes import SafeRouteValue, safe_routes
from cma_app.services.covers import CoverNow, covers_today
from cma_app.services.drafts import kept_draft
from cma_app.services.emergencies import OpenEmergency, open_emergencies
from cma_app.services.legal_dates import LegalDate, list_legal_dates
from cma_app.services.next_actions import Holder, list_holders
from cma_app.services.notes import NOTE_DRAFT
from cma_app.services.partners import partner_of
from cma_app.services.rights_list import rights_of_case
from cma_app.services.sign_off_list import Banner, banners_of
from cma_app.services.supervision import Supervisor, supervisors_of
from cma_app.session import CentreSession
from models import Case, Client, Household, User


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as its identity bar tells it; money in pounds, None where nothing is known.

    `emergency` is the case's own; `emergencies` are all that are open, those of its debts too.
    `cover` is who covers the advisor today and `covers_it` says that it is the reader;
    `supervisors` are those of the trainee who reads it.
    """

    case_id: int
    client_id: int
    client_name: str
    reference: str
    version: int
    status: str
    stage: str
    priority: str
    nation: str
    source: str | None
    referred_by: str | None
    case_type: str
    emergency: str | None
    emergency_date: date | None
    emergency_time: time | None
    emergencies: tuple[OpenEmergency, ...]
    protections: tuple[Protection, ...]
    legal_dates: tuple[LegalDate, ...]
    adults: int | None
    children: int
    surplus: Decimal | None
    total_debt: Decimal | None
    priority_debt: Decimal | None
    next_review: date | None
    opened: date
    closed: date | None
    closure_reason: str | None
    debt_solution: str | None
    advisor_id: int
    advisor: str
    is_restricted: bool
    is_at_work: bool
    may_lower: bool
    may_close: bool
    may_reopen: bool
    is_supervised: bool  # what needs it waits for another person's sign-off
    waits: tuple[Banner, ...]
    may_assign: bool
    priority_reason: str | None
    routes: tuple[SafeRouteValue, ...]
    partner_id: int | None
    partner_name: str
    partner_routes: tuple[SafeRouteValue, ...]
    holders: tuple[Holder, ...]
    draft: str
    cover: CoverNow | None
    covers_it: bool
    supervisors: tuple[Supervisor, ...]
    is_shadowed: bool


def open_facts(session: CentreSession, case_id: int, *, first: bool) -> CaseFacts:
    """Return a case's facts; `first` says that a visit begins, which is always written down."""
    case = open_case(session, case_id) if first else read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    client = session.require(Client, case.client_id)
    advisor = session.require(User, case.advisor_id)
    partner = partner_of(session, case)
    adults, children = _household(session, case)
    cover = covers_today(session).get(case.advisor_id)
    is_supervised = session.actor.prepares(Act.CASE_CLOSE)
    return CaseFacts(
        case_id=case.id,
        client_id=client.id,
        client_name=client.full_name,
        reference=case.case_reference,
        version=case.version,
        status=case.status,
        stage=case.stage,
        priority=case.priority,
        nation=case.nation,
        source=case.source,
        referred_by=case.referred_by,
        case_type=case.case_type,
        emergency=case.emergency,
        emergency_date=case.emergency_date,
        emergency_time=case.emergency_time,
        emergencies=tuple(open_emergencies(session, case)),
        protections=tuple(protections(session, [case.id]).get(case.id, [])),
        legal_dates=tuple(_legal_dates(session, case)),
        adults=adults,
        children=children if adults is not None else client.dependents,
        surplus=case.monthly_surplus,
        total_debt=case.total_debt,
        priority_debt=case.priority_debt,
        next_review=case.next_review_date,
        opened=case.opening_date,
        closed=case.closing_date,
        closure_reason=case.closure_reason,
        debt_solution=case.debt_solution,
        advisor_id=advisor.id,
        advisor=advisor.full_name,
        is_restricted=client.is_restricted or (partner is not None and partner.is_restricted),
        is_at_work=case.status in workflow.AT_WORK,
        may_lower=session.actor.may(Act.CASE_LOWER_PRIORITY) or is_supervised,
        may_close=session.actor.may(Act.CASE_CLOSE) or is_supervised,
        may_reopen=session.actor.may(Act.CASE_REOPEN),
        is_supervised=is_supervised,
        waits=tuple(banners_of(session, case)),
        may_assign=session.actor.may(Act.CASE_ASSIGN),
        priority_reason=case.priority_reason,
        routes=tuple(safe_routes(session, client.id)),
        partner_id=partner.id if partner else None,
        partner_name=partner.full_name if partner else "",
        partner_routes=tuple(safe_routes(session, partner.id)) if partner else (),
        holders=tuple(list_holders(session)),
        draft=kept_draft(session, NOTE_DRAFT, record_id=case.id).get("body", ""),
        cover=cover,
        covers_it=cover is not None and cover.cover_id == session.actor.user_id,
        supervisors=tuple(supervisors_of(session, session.actor.user_id)),
        is_shadowed=session.shadows().hold(case),
    )


def _household(session: CentreSession, case: Case) -> tuple[int | None, int]:
    """Return the adults and children of the newest household of a case; no adults if none."""
    newest = (
        select(
            col(Household.adults),
            col(Household.children_under_16),
            col(Household.children_16_to_18),
        )
        .where(col(Household.centre_id) == case.centre_id, col(Household.case_id) == case.id)
        .order_by(col(Household.id).desc())
        .limit(1)
    )
    row = session.execute(newest).first()
    return (row[0], row[1] + row[2]) if row is not None else (None, 0)


def _legal_dates(session: CentreSession, case: Case) -> list[LegalDate]:
    """Return the legal dates of a case, and the requests of its people about their data."""
    found = [*list_legal_dates(session, case.id), *rights_of_case(session, case)]
    return sorted(found, key=lambda each: each.order)
