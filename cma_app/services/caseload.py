"""The caseload board: what a centre has open, who holds it, and what is due.

Three questions, each one statement: tallies by advisor and stage (everything that is counted on
the board is a sum of them), the first cards of each lane, and a page of the list.
"""

from typing import Any, Final

from sqlalchemy import Select, case, func, literal, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services.caseload_cards import read_cards, shown_of
from cma_app.services.caseload_counts import people_at_work, tallies
from cma_app.services.caseload_filters import first_due, narrowed, own_due
from cma_app.services.caseload_values import LANE_CARDS, LANES, Board, Card, Filter, Summary
from cma_app.services.emergencies import has_open_emergency
from cma_app.session import CentreSession
from models import Case


def board(session: CentreSession, *, wanted: Filter | None = None) -> Board:
    """Return the board of the whole centre, narrowed by a filter."""
    session.authorize(Act.CASELOAD_SEE)
    wanted = wanted or Filter()
    counts = tallies(session).under(wanted)
    return Board(counts, read_cards(session, _first_cards(wanted)), today())


def listing(
    session: CentreSession,
    *,
    status: str = "",
    wanted: Filter | None = None,
    sort: str = "review",
    number: int = 1,
) -> Page[Card]:
    """Return a page of the centre's open cases under a filter of the board, for big centres."""
    session.authorize(Act.CASELOAD_SEE)
    conditions = [*narrowed(wanted or Filter()), *([col(Case.status) == status] if status else [])]
    total = session.execute(select(func.count(col(Case.id))).where(*conditions)).scalar_one()
    picked = (
        select(col(Case.centre_id), col(Case.id).label("id"))
        .where(*conditions)
        .order_by(*SORTS.get(sort, SORTS["review"]))
        .offset(offset_of(number))
        .limit(PAGE_SIZE)
        .subquery()
    )
    cards = read_cards(session, shown_of(picked, *SORTS.get(sort, SORTS["review"])))
    return Page(cards, total, number)


def summary(session: CentreSession, *, wanted: Filter | None = None) -> Summary:
    """Return every count of the board under a filter, without its cards."""
    session.authorize(Act.CASELOAD_SEE)
    return tallies(session).under(wanted or Filter())


def holders(session: CentreSession) -> list[tuple[int, str, str]]:
    """Return the active people who may hold cases, by name: id, name, role."""
    session.authorize(Act.CASELOAD_SEE)
    return people_at_work(session)


SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "review": (col(Case.next_review_date), col(Case.id)),
    "opened": (col(Case.opening_date), col(Case.id)),
    "reference": (col(Case.case_reference),),
    "action": (own_due().day.asc().nulls_last(), col(Case.id)),
    "longest": (col(Case.stage_since), col(Case.id)),
}
"""What the list can be sorted by."""


def _first_cards(wanted: Filter) -> Select[*tuple[Any, ...]]:
    joined, due = first_due()
    order = (~has_open_emergency(), due.day.nulls_last(), col(Case.id))
    ranked = (
        select(
            col(Case.centre_id),
            col(Case.id).label("id"),
            func.row_number().over(partition_by=_lane(wanted), order_by=order).label("place"),
        )
        .join(joined, literal(value=True))
        .where(*narrowed(wanted, due))
        .subquery()
    )
    picked = select(ranked.c.centre_id, ranked.c.id).where(ranked.c.place <= LANE_CARDS).subquery()
    return shown_of(picked)


def _lane(wanted: Filter) -> Any:
    if wanted.by:
        return col(Case.advisor_id)
    return case(
        *[(col(Case.stage).in_(each.stages), literal(each.key)) for each in LANES[:-1]],
        else_=literal(LANES[-1].key),
    )
