"""Who a breathing space protects, in many cases at once: for boards, bars and chasers."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.legal_dates import act_by
from cma_app.session import CentreSession
from models import BreathingSpace, BreathingSpaceDebt, Case, Client, Debt


@dataclass(frozen=True, slots=True)
class Protection:
    """A breathing space that runs today or is about to: until which day, and what is due in it.

    `until` and `act_by` are None in a crisis while treatment lasts. `review_by` is None once the
    review was held. `is_partners` says that it is the second person's of the case.
    """

    space_id: int
    case_id: int
    name: str
    is_partners: bool
    kind: str
    start: date
    until: date | None
    act_by: date | None
    review_from: date | None
    review_by: date | None
    review_act_by: date | None


def protections(session: CentreSession, case_ids: Collection[int]) -> dict[int, list[Protection]]:
    """Return by case the breathing spaces that run today or later, those that end first before."""
    session.authorize(Act.CASE_LIST)
    if not case_ids:
        return {}
    last = func.coalesce(col(BreathingSpace.ended_on), col(BreathingSpace.protected_until))
    wanted = (
        select(
            BreathingSpace,
            col(Case.nation),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
            col(BreathingSpace.client_id) != col(Case.client_id),
        )
        .join(
            Case,
            (col(Case.centre_id) == col(BreathingSpace.centre_id))
            & (col(Case.id) == col(BreathingSpace.case_id)),
        )
        .join(
            Client,
            (col(Client.centre_id) == col(BreathingSpace.centre_id))
            & (col(Client.id) == col(BreathingSpace.client_id)),
        )
        .where(
            col(BreathingSpace.case_id).in_(list(case_ids)),
            func.coalesce(last, today()) >= today(),
        )
        .order_by(last.nulls_last(), col(BreathingSpace.id))
    )
    found: dict[int, list[Protection]] = defaultdict(list)
    for row, nation, name, is_partner in session.execute(wanted):
        found[row.case_id].append(_protection(row, nation, name, is_partners=is_partner))
    return dict(found)


def held_creditors(session: CentreSession, case_id: int) -> dict[int, date | None]:
    """Return the creditors whose debts are in a breathing space today, with its last day."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    running = {
        each.space_id: each.until
        for each in protections(session, [case.id]).get(case.id, [])
        if each.start <= today()
    }
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(col(Debt.creditor_id), col(BreathingSpaceDebt.breathing_space_id))
        .join(
            Debt,
            (col(Debt.centre_id) == col(BreathingSpaceDebt.centre_id))
            & (col(Debt.id) == col(BreathingSpaceDebt.debt_id)),
        )
        .where(
            col(BreathingSpaceDebt.centre_id) == case.centre_id,
            col(BreathingSpaceDebt.breathing_space_id).in_(list(running)),
            col(BreathingSpaceDebt.is_in),
            col(BreathingSpaceDebt.effective_on) <= today(),
        )
    )
    return {row.creditor_id: running[row.breathing_space_id] for row in session.execute(wanted)}


def _protection(row: BreathingSpace, nation: str, name: str, *, is_partners: bool) -> Protection:
    until = row.ended_on or row.protected_until
    waits = row.review_held_on is None and row.ended_on is None
    by = row.review_by if waits else None
    return Protection(
        space_id=row.id,
        case_id=row.case_id,
        name=name,
        is_partners=is_partners,
        kind=row.kind,
        start=row.start_date,
        until=until,
        act_by=act_by(until, nation) if until is not None else None,
        review_from=row.review_from if waits else None,
        review_by=by,
        review_act_by=act_by(by, nation) if by is not None else None,
    )
