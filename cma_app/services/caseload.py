"""The caseload board: what a centre has open, who holds it, and what is due.

Three questions, each one statement: tallies by advisor and stage (everything that is counted on
the board is a sum of them), the first cards of each lane, and a page of the list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, Select, case, func, literal, select
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import today
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services.availability import read_diary
from cma_app.services.breathing_space_protection import Protection, protections
from cma_app.services.caseload_filters import (
    at_work,
    first_due,
    narrowed,
    own_due,
    shows,
    waits_for_manager,
)
from cma_app.services.caseload_values import (
    LANE_CARDS,
    LANES,
    Board,
    Card,
    Change,
    Filter,
    Summary,
    Tallies,
    Tally,
)
from cma_app.services.covers import covers_today
from cma_app.services.emergencies import (
    OpenEmergency,
    has_open_emergency,
    of_debts,
    own_emergency,
    soonest,
)
from cma_app.services.legal_dates import LegalDate, of_cases, own_date
from cma_app.services.referrals import count_waiting
from cma_app.services.sign_off_list import waiting_count
from cma_app.session import CentreSession
from models import Case, Client, NextAction, User


def board(session: CentreSession, *, wanted: Filter | None = None) -> Board:
    """Return the board of the whole centre, narrowed by a filter."""
    session.authorize(Act.CASELOAD_SEE)
    wanted = wanted or Filter()
    tallies = _tallies(session)
    cards = _cards(session, _first_cards(wanted))
    return Board(tallies.under(wanted), cards, today())


def changes(session: CentreSession, case_ids: Sequence[int]) -> Change:
    """Return what these cases look like now, and every count, for somebody who watches."""
    session.authorize(Act.CASELOAD_SEE)
    cards = _cards(session, _cards_of(case_ids))
    seen = {card.id for card in cards}
    gone = [each for each in case_ids if each not in seen]
    return Change(cards, gone, _tallies(session), today())


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
    cards = _cards(session, _shown(picked, *SORTS.get(sort, SORTS["review"])))
    return Page(cards, total, number)


def summary(session: CentreSession, *, wanted: Filter | None = None) -> Summary:
    """Return every count of the board under a filter, without its cards."""
    session.authorize(Act.CASELOAD_SEE)
    return _tallies(session).under(wanted or Filter())


def holders(session: CentreSession) -> list[tuple[int, str, str]]:
    """Return the active people who may hold cases, by name: id, name, role."""
    session.authorize(Act.CASELOAD_SEE)
    return _people(session)


SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "review": (col(Case.next_review_date), col(Case.id)),
    "opened": (col(Case.opening_date), col(Case.id)),
    "reference": (col(Case.case_reference),),
    "action": (own_due().day.asc().nulls_last(), col(Case.id)),
    "longest": (col(Case.stage_since), col(Case.id)),
}
"""What the list can be sorted by."""


def _tallies(session: CentreSession) -> Tallies:
    joined, due = first_due()
    conditions = shows(due)
    counted = (
        select(
            col(Case.advisor_id),
            col(Case.stage),
            func.count().label("open"),
            func.count().filter(col(Case.priority) == "urgent").label("urgent"),
            *[func.count().filter(shown).label(name) for name, shown in conditions.items()],
            func.coalesce(func.sum(col(Case.total_debt)), 0).label("owed"),
            func.coalesce(func.sum(col(Case.priority_debt)), 0).label("priority_owed"),
        )
        .join(joined, literal(value=True))
        .where(at_work())
        .group_by(col(Case.advisor_id), col(Case.stage))
    )
    rows = session.execute(counted).all()
    people = _people(session, also={row.advisor_id for row in rows})
    trainees = {who for who, _, role in people if role == Role.TRAINEE}
    parts = {
        (row.advisor_id, row.stage): Tally(
            open=row.open,
            urgent=row.urgent,
            trainee=row.open if row.advisor_id in trainees else 0,
            owed=row.owed,
            priority_owed=row.priority_owed,
            **{name: getattr(row, name) for name in conditions},
        )
        for row in rows
    }
    beside = {
        "referrals": count_waiting(session),
        "sign_offs": waiting_count(session, late_only=True),
    }
    return Tallies(people, parts, beside, _away(session, [who for who, _, _ in people]))


def _away(session: CentreSession, people: list[int]) -> dict[int, str]:
    """Return who is not at work today, and in a few words why."""
    day = today()
    diary = read_diary(session, people, day, day)
    away: dict[int, str] = {}
    for who in people:
        last = max((last for first, last in diary.leave[who] if first <= day <= last), default=None)
        if last is not None:
            away[who] = "away today" if last == day else f"away to {last.day} {last:%b}"
        elif diary.weeks[who] and not diary.working(who)(day):
            away[who] = "not in today"
    return away


def _people(session: CentreSession, also: Iterable[int] = ()) -> list[tuple[int, str, str]]:
    rows = session.execute(
        select(
            col(User.id),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("name"),
            col(User.role),
        )
        .where(
            (col(User.is_active).is_(True) & (col(User.role) != Role.ADMIN.value))
            | col(User.id).in_(list(also))
        )
        .order_by(
            case({"advisor": 1, "trainee": 2}, value=col(User.role), else_=3),
            col(User.last_name),
            col(User.id),
        )
        .limit(200)
    ).all()
    return [(row.id, row.name, row.role) for row in rows]


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
    return _shown(picked)


def _lane(wanted: Filter) -> Any:
    if wanted.by:
        return col(Case.advisor_id)
    return case(
        *[(col(Case.stage).in_(each.stages), literal(each.key)) for each in LANES[:-1]],
        else_=literal(LANES[-1].key),
    )


def _cards_of(case_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    picked = (
        select(col(Case.centre_id), col(Case.id).label("id"))
        .where(at_work(), col(Case.id).in_(list(case_ids)))
        .subquery()
    )
    return _shown(picked)


def _shown(picked: Any, *order: Any) -> Select[*tuple[Any, ...]]:
    """Return the select of what a card shows, for the cases picked."""
    first = (
        select(col(NextAction.what).label("what"), col(NextAction.due_date).label("due_date"))
        .where(
            col(NextAction.centre_id) == picked.c.centre_id,
            col(NextAction.case_id) == picked.c.id,
            col(NextAction.done_at).is_(None),
        )
        .order_by(col(NextAction.due_date), col(NextAction.id))
        .limit(1)
        .lateral("first_action")
    )
    shown: Select[*tuple[Any, ...]] = (
        select(
            col(Case.id),
            col(Case.case_reference),
            col(Client.first_name),
            col(Client.last_name),
            col(Case.advisor_id),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("advisor"),
            col(User.role),
            col(Case.status),
            col(Case.stage),
            col(Case.stage_since),
            col(Case.priority),
            col(Case.nation),
            col(Case.emergency),
            col(Case.emergency_date),
            col(Case.emergency_time),
            col(Case.next_review_date),
            col(Case.total_debt),
            col(Case.monthly_surplus),
            first.c.what,
            first.c.due_date,
            waits_for_manager().label("is_missed"),
        )
        .select_from(picked)
        .join(Case, (col(Case.centre_id) == picked.c.centre_id) & (col(Case.id) == picked.c.id))
        .join(
            Client,
            (col(Client.centre_id) == col(Case.centre_id))
            & (col(Client.id) == col(Case.client_id)),
        )
        .join(
            User,
            (col(User.centre_id) == col(Case.centre_id)) & (col(User.id) == col(Case.advisor_id)),
        )
        .outerjoin(first, literal(value=True))
        .order_by(*order or (~has_open_emergency(), first.c.due_date.nulls_last(), col(Case.id)))
    )
    return shown


def _cards(session: CentreSession, shown: Select[*tuple[Any, ...]]) -> list[Card]:
    rows = session.execute(shown).all()
    case_ids = [row.id for row in rows]
    urgent, dates = of_debts(session, case_ids), of_cases(session, case_ids)
    spaces, covers = protections(session, case_ids), covers_today(session)
    cards = [
        _card(row, urgent.get(row.id, []), dates.get(row.id, []), spaces.get(row.id, []))
        for row in rows
    ]
    return [
        replace(card, cover=covers[card.advisor_id].name) if card.advisor_id in covers else card
        for card in cards
    ]


def _card(
    row: Row[Any],
    of_its_debts: Sequence[OpenEmergency],
    dates: Sequence[LegalDate],
    spaces: Sequence[Protection],
) -> Card:
    own = own_emergency(row.emergency, row.emergency_date, row.emergency_time)
    first = soonest(own, of_its_debts)
    said = own_date(row.id, row.emergency, row.emergency_date, row.emergency_time, row.nation)
    return Card(
        row.id,
        row.case_reference,
        row.first_name,
        row.last_name,
        row.advisor_id,
        row.advisor,
        row.role == Role.TRAINEE,
        row.status,
        row.stage,
        row.stage_since,
        row.priority,
        first.label if first is not None else None,
        first.day if first is not None else None,
        row.next_review_date,
        row.total_debt,
        row.monthly_surplus,
        row.what,
        row.due_date,
        is_missed=row.is_missed,
        legal=min([*said, *dates], key=lambda each: each.day, default=None),
        deadline=next((each for each in dates if each.tells_alone), None),
        protection=next(iter(spaces), None),
    )
