"""The list of cases: filtered, sorted and paged by the database, with a count for each filter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.rules.workflow import AT_WORK
from cma_app.services.covers import covered_ids
from cma_app.services.emergencies import OpenEmergency, of_debts, own_emergency, soonest
from cma_app.session import CentreSession
from models import Case, Client, NextAction, User
from models.cases import PRIORITIES, STAGES, STATUSES

AT_WORK_WORDS: Final = tuple(sorted(status.value for status in AT_WORK))
SORTS: Final = ("reference", "client", "priority", "stage", "review", "action", "debt", "opened")
"""What the list can be sorted by; a minus before the word turns it round."""

_PRIORITY_PLACE: Final = case(
    {word: place for place, word in enumerate(PRIORITIES)}, value=col(Case.priority), else_=0
)
_STAGE_PLACE: Final = case(
    {word: place for place, word in enumerate(STAGES)}, value=col(Case.stage), else_=0
)
_TO_DO: Final = and_(
    col(NextAction.centre_id) == col(Case.centre_id),
    col(NextAction.case_id) == col(Case.id),
    col(NextAction.deleted_at).is_(None),
    col(NextAction.done_at).is_(None),
)
_DUE: Final = select(func.min(NextAction.due_date)).where(_TO_DO).correlate(Case).scalar_subquery()
_ADVISOR: Final = (
    col(User.first_name).label("advisor_first"),
    col(User.last_name).label("advisor_last"),
)
_IS_DATED: Final = exists().where(_TO_DO, col(NextAction.due_date).is_not(None)).correlate(Case)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What to show: an empty word means all; `status` "at_work" is open and in progress."""

    search: str = ""
    status: str = "at_work"
    stage: str = ""
    priority: str = ""
    advisor_id: int | None = None
    overdue: bool = False
    undated: bool = False
    sort: str = "action"
    number: int = 1


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the list; money in pounds, None where nothing is known.

    `covering` is the person whose case it is where the reader covers them today.
    """

    id: int
    reference: str
    client: str
    status: str
    stage: str
    priority: str
    emergency: str | None
    emergency_date: date | None
    advisor: str
    next_review: date | None
    next_action: date | None
    total_debt: Decimal | None
    surplus: Decimal | None
    opened: date
    covering: str = ""
    is_shadowed: bool = False


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many of the cases found each chip would show."""

    statuses: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    undated: int = 0
    mine: int = 0
    at_work: int = 0


@dataclass(frozen=True, slots=True)
class CaseListing:
    """A page of cases with the counts beside it."""

    page: Page[CaseRow]
    counts: CaseCounts


def list_cases(session: CentreSession, wanted: CaseFilter) -> CaseListing:
    """Return the page of cases that a filter asks for.

    One's own are also those of the people one covers today. A trainee finds those assigned, and
    those shadowed, alone.
    """
    session.authorize(Act.CASE_LIST)
    covered = covered_ids(session)
    where = _conditions(session, wanted, covered)
    total = session.execute(_from(select(func.count())).where(*where)).scalar_one()
    rows = session.execute(
        _from(select(*_columns()))
        .where(*where)
        .order_by(*_order(wanted.sort))
        .limit(PAGE_SIZE)
        .offset(offset_of(wanted.number))
    ).all()
    urgent = of_debts(session, [row.id for row in rows])
    shadowed = session.shadows().cases
    listed = [
        _row(
            row,
            urgent.get(row.id, []),
            is_covered=row.advisor_id in covered,
            is_shadowed=row.id in shadowed,
        )
        for row in rows
    ]
    page = Page(listed, total, wanted.number)
    return CaseListing(page, _counts(session, wanted, covered))


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case as a name or a reference finds it, whatever its status."""

    id: int
    reference: str
    client: str
    status: str
    stage: str
    advisor: str


def first_cases(session: CentreSession, text: str, most: int) -> list[FoundCase]:
    """Return the newest few cases that a name or a reference finds, ended ones too, uncounted."""
    session.authorize(Act.CASE_LIST)
    search = CaseFilter(search=text.replace("\x00", ""))
    rows = session.execute(
        _from(select(*_columns()[:6], *_ADVISOR))
        .where(*_scope(session, search, ()))
        .order_by(col(Case.id).desc())
        .limit(most)
    )
    return [
        FoundCase(
            row.id,
            row.case_reference,
            f"{row.first_name} {row.last_name}",
            row.status,
            row.stage,
            _advisor(row),
        )
        for row in rows
    ]


def _from(statement: Any) -> Any:
    return (
        statement.select_from(Case)
        .join(
            Client,
            and_(
                col(Client.centre_id) == col(Case.centre_id),
                col(Client.id) == col(Case.client_id),
            ),
        )
        .join(
            User,
            and_(col(User.centre_id) == col(Case.centre_id), col(User.id) == col(Case.advisor_id)),
        )
    )


def _columns() -> tuple[Any, ...]:
    return (
        Case.id,
        Case.case_reference,
        Client.first_name,
        Client.last_name,
        Case.status,
        Case.stage,
        Case.priority,
        Case.emergency,
        Case.emergency_date,
        Case.emergency_time,
        Case.advisor_id,
        *_ADVISOR,
        Case.next_review_date,
        _DUE.label("next_action"),
        Case.total_debt,
        Case.monthly_surplus,
        Case.opening_date,
    )


def _row(
    row: Any, of_its_debts: Sequence[OpenEmergency], *, is_covered: bool, is_shadowed: bool
) -> CaseRow:
    advisor = _advisor(row)
    own = own_emergency(row.emergency, row.emergency_date, row.emergency_time)
    first = soonest(own, of_its_debts)
    return CaseRow(
        id=row.id,
        reference=row.case_reference,
        client=f"{row.first_name} {row.last_name}",
        status=row.status,
        stage=row.stage,
        priority=row.priority,
        emergency=first.label if first is not None else None,
        emergency_date=first.day if first is not None else None,
        advisor=advisor,
        next_review=row.next_review_date,
        next_action=row.next_action,
        total_debt=row.total_debt,
        surplus=row.monthly_surplus,
        opened=row.opening_date,
        covering=advisor if is_covered else "",
        is_shadowed=is_shadowed,
    )


def _advisor(row: Any) -> str:
    return " ".join(part for part in (row.advisor_first, row.advisor_last) if part)


def _mine(session: CentreSession, covered: Sequence[int]) -> ColumnElement[bool]:
    """Return what one works on: one's own, the covered people's, and what a trainee follows."""
    held = col(Case.advisor_id).in_((session.actor.user_id, *covered))
    shadowed = session.shadows().cases
    return or_(held, col(Case.id).in_(shadowed)) if shadowed else held


def _scope(
    session: CentreSession, wanted: CaseFilter, covered: Sequence[int]
) -> list[ColumnElement[bool]]:
    """Return the conditions that every count shares: the centre, the search, the advisor."""
    scope = [
        col(Case.centre_id) == session.actor.centre_id,
        col(Case.deleted_at).is_(None),
        col(Client.deleted_at).is_(None),
    ]
    if wanted.search.strip():
        scope.append(_found(session, wanted.search))
    if wanted.advisor_id == session.actor.user_id:
        scope.append(_mine(session, covered))
    elif wanted.advisor_id is not None:
        scope.append(col(Case.advisor_id) == wanted.advisor_id)
    return scope


def _conditions(
    session: CentreSession, wanted: CaseFilter, covered: Sequence[int]
) -> list[ColumnElement[bool]]:
    where = _scope(session, wanted, covered)
    if wanted.status == "at_work":
        where.append(col(Case.status).in_(AT_WORK_WORDS))
    elif wanted.status in STATUSES:
        where.append(col(Case.status) == wanted.status)
    if wanted.stage in STAGES:
        where.append(col(Case.stage) == wanted.stage)
    if wanted.priority in PRIORITIES:
        where.append(col(Case.priority) == wanted.priority)
    if wanted.overdue:
        where.append(_overdue())
    if wanted.undated:
        where.append(_undated())
    return where


def _found(session: CentreSession, search: str) -> ColumnElement[bool]:
    """Return what a search means: a reference where it holds a figure, else one or two names."""
    said = " ".join(search.split())[:100]
    if said.isascii() and said.isdigit():
        return col(Case.case_reference).in_(_numbered(session, int(said)))
    if any(each.isdigit() for each in said):
        return func.starts_with(col(Case.case_reference), said.upper())
    first, _, last = said.lower().replace(",", " ").partition(" ")
    if not last.strip():
        return or_(
            func.starts_with(col(Client.last_name_search), first),
            func.starts_with(col(Client.first_name_search), first),
        )
    return or_(_named(first, last.strip()), _named(last.strip(), first))


def _named(first: str, last: str) -> ColumnElement[bool]:
    return and_(
        func.starts_with(col(Client.first_name_search), first),
        func.starts_with(col(Client.last_name_search), last),
    )


def _numbered(session: CentreSession, number: int) -> list[str]:
    """Return the references of a number in the last ten years: 108 finds HMA-2026-000108."""
    code, year = session.actor.centre_code, today().year
    return [f"{code}-{each}-{number:06d}" for each in range(year - 9, year + 1)]


def _overdue() -> ColumnElement[bool]:
    return and_(col(Case.next_review_date) < today(), col(Case.status).in_(AT_WORK_WORDS))


def _undated() -> ColumnElement[bool]:
    return and_(col(Case.status).in_(AT_WORK_WORDS), ~_IS_DATED)


def _counts(session: CentreSession, wanted: CaseFilter, covered: Sequence[int]) -> CaseCounts:
    scope = _scope(session, wanted, covered)
    by_status = _from(select(col(Case.status), func.count())).where(*scope)
    figures = _from(
        select(
            func.count().filter(_overdue()),
            func.count().filter(_undated()),
            func.count().filter(_mine(session, covered), col(Case.status).in_(AT_WORK_WORDS)),
            func.count().filter(col(Case.status).in_(AT_WORK_WORDS)),
        )
    ).where(*scope)
    overdue, undated, mine, at_work = session.execute(figures).one()
    statuses = session.execute(by_status.group_by(col(Case.status))).all()
    return CaseCounts(dict(list(statuses)), overdue, undated, mine, at_work)


def _order(sort: str) -> tuple[Any, ...]:
    word = sort.lstrip("-")
    by: dict[str, tuple[Any, ...]] = {
        "reference": (col(Case.case_reference),),
        "client": (col(Client.last_name_search), col(Client.first_name_search)),
        "priority": (_PRIORITY_PLACE,),
        "stage": (_STAGE_PLACE, col(Case.stage_since)),
        "review": (col(Case.next_review_date),),
        "action": (_DUE,),
        "debt": (col(Case.total_debt),),
        "opened": (col(Case.opening_date),),
    }
    columns = by.get(word, by["action"])
    if sort.startswith("-"):
        return (*[each.desc().nulls_last() for each in columns], col(Case.id).desc())
    return (*[each.asc().nulls_last() for each in columns], col(Case.id))
