"""The figures of a manager's week: caseload by stage and person, ages, what came and went, visits.

What is counted of open cases asks by the board's own filters, so that figures, board and list
agree. A restricted file counts for those alone who may see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Date, cast, func, literal, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.caseload_weights import weights_on
from cma_app.rules.workflow import Stage
from cma_app.services.caseload import summary
from cma_app.services.caseload_filters import first_due, narrowed, shows
from cma_app.services.caseload_values import Filter
from cma_app.services.referrals import waits
from cma_app.session import CentreSession
from models import Appointment, Case, Referral

WEEKS: Final = 12
"""Weeks that the figures go back, the one that runs included."""
BANDS: Final = (7, 28, 56)
"""Days in a stage at which a band of ages ends; the last band has no end."""
WAITS: Final = (7, 14, 28)
"""Days of waiting at which a band of waits ends."""


@dataclass(frozen=True, slots=True)
class Load:
    """Open cases of a stage or a person by what is to do: with a day to come, late, or none."""

    coming: int = 0
    overdue: int = 0
    undated: int = 0
    emergency: int = 0

    @property
    def open(self) -> int:
        """Return how many there are."""
        return self.coming + self.overdue + self.undated

    def __add__(self, other: "Load") -> "Load":
        """Return two added up."""
        return Load(
            self.coming + other.coming,
            self.overdue + other.overdue,
            self.undated + other.undated,
            self.emergency + other.emergency,
        )


@dataclass(frozen=True, slots=True)
class Ages:
    """How long the open cases of a stage have been in it: cases by band; days of two of them."""

    bands: tuple[int, ...]
    median: int
    longest: int


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """The open cases of one person; `weighted` is in cases, by the weights of the day."""

    id: int
    name: str
    load: Load
    weighted: Decimal
    away: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """What came and went in the week from a Monday on."""

    start: date
    opened: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Visits:
    """What became of one person's appointments; `unsaid` are past and nobody has said."""

    name: str
    attended: int = 0
    late: int = 0
    missed: int = 0
    cancelled: int = 0
    unsaid: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of the page, under one filter; those of waiting are the whole centre's."""

    filter: Filter
    day: date
    stages: dict[Stage, Load]
    people: list[PersonLoad]
    ages: dict[Stage, Ages]
    weeks: list[Week]
    visits: list[Visits]
    waiting: tuple[int, ...]
    longest_wait: int
    weights: str
    holders: list[tuple[int, str]]


def read_figures(session: CentreSession, *, wanted: Filter | None = None) -> Figures:
    """Return the figures of the centre's caseload under a filter of the board."""
    session.authorize(Act.CASELOAD_SEE)
    wanted = wanted or Filter()
    loads = _loads(session, wanted)
    by_stage: dict[Stage, Load] = {}
    for (_, stage), load in loads.items():
        by_stage[stage] = by_stage.get(stage, Load()) + load
    counted = summary(session)
    waiting, longest = _waiting(session)
    return Figures(
        filter=wanted,
        day=today(),
        stages={stage: by_stage[stage] for stage in Stage if stage in by_stage},
        people=[
            _person(holder.id, holder.name, holder.away, loads)
            for holder in counted.holders
            if wanted.advisor_id in (None, holder.id)
        ],
        ages=_ages(session, wanted),
        weeks=_weeks(session, wanted),
        visits=_visits(session, wanted, {one.id: one.name for one in counted.holders}),
        waiting=waiting,
        longest_wait=longest,
        weights=weights_on(today()).reference.title,
        holders=[(one.id, one.name) for one in counted.holders],
    )


def _loads(session: CentreSession, wanted: Filter) -> dict[tuple[int, Stage], Load]:
    joined, due = first_due()
    of = shows(due)
    rows = session.execute(
        select(
            col(Case.advisor_id),
            col(Case.stage),
            func.count().filter(due.day >= today()).label("coming"),
            func.count().filter(of["overdue"]).label("overdue"),
            func.count().filter(of["undated"]).label("undated"),
            func.count().filter(of["emergency"]).label("emergency"),
        )
        .join(joined, literal(value=True))
        .where(*narrowed(wanted, due))
        .group_by(col(Case.advisor_id), col(Case.stage))
    )
    return {
        (row.advisor_id, Stage(row.stage)): Load(
            row.coming, row.overdue, row.undated, row.emergency
        )
        for row in rows
    }


def _person(who: int, name: str, away: str, loads: Mapping[tuple[int, Stage], Load]) -> PersonLoad:
    weights = weights_on(today())
    load, weighted = Load(), Decimal(0)
    for (holder, stage), part in loads.items():
        if holder == who:
            load += part
            weighted += weights.weigh(stage, cases=part.open, emergencies=part.emergency)
    return PersonLoad(who, name, load, weighted, away)


def _ages(session: CentreSession, wanted: Filter) -> dict[Stage, Ages]:
    joined, due = first_due()
    days = today() - col(Case.stage_since)
    rows = session.execute(
        select(
            col(Case.stage),
            *_banded(days, BANDS),
            func.percentile_disc(0.5).within_group(days).label("median"),
            func.max(days).label("longest"),
        )
        .join(joined, literal(value=True))
        .where(*narrowed(wanted, due))
        .group_by(col(Case.stage))
    ).all()
    found = {
        Stage(row.stage): Ages(
            tuple(getattr(row, f"band{place}") for place in range(len(BANDS) + 1)),
            row.median,
            row.longest,
        )
        for row in rows
    }
    return {stage: found[stage] for stage in Stage if stage in found}


def _banded(days: Any, ends: tuple[int, ...]) -> list[Any]:
    """Return a count for each band of days, the last of which has no end."""
    starts = (None, *ends)
    bands = [
        (days > start if start is not None else None, days <= end if end is not None else None)
        for start, end in zip(starts, (*ends, None), strict=True)
    ]
    return [
        func.count().filter(*[each for each in band if each is not None]).label(f"band{place}")
        for place, band in enumerate(bands)
    ]


def first_monday(day: date) -> date:
    """Return the Monday on which the weeks of the figures begin."""
    return day - timedelta(days=day.weekday(), weeks=WEEKS - 1)


def _weeks(session: CentreSession, wanted: Filter) -> list[Week]:
    first = first_monday(today())
    whose = [col(Case.advisor_id) == wanted.advisor_id] if wanted.advisor_id is not None else []

    def by_week(day: Any) -> dict[date, int]:
        monday = cast(func.date_trunc("week", day), Date)
        rows = session.execute(
            select(monday.label("monday"), func.count().label("many"))
            .where(day >= first, day <= today(), *whose)
            .group_by(monday)
        )
        return {row.monday: row.many for row in rows}

    opened, ended = by_week(col(Case.opening_date)), by_week(col(Case.closing_date))
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [Week(each, opened.get(each, 0), ended.get(each, 0)) for each in mondays]


def _visits(session: CentreSession, wanted: Filter, names: Mapping[int, str]) -> list[Visits]:
    status = col(Appointment.status)
    counted = select(
        col(Appointment.advisor_id),
        func.count().filter(status == "attended").label("attended"),
        func.count().filter(status == "late").label("late"),
        func.count().filter(status == "did_not_attend").label("missed"),
        func.count().filter(status == "cancelled").label("cancelled"),
        func.count().filter(status.in_(("scheduled", "confirmed"))).label("unsaid"),
    ).where(
        col(Appointment.scheduled_date) >= first_monday(today()),
        col(Appointment.scheduled_date) < today(),
    )
    if wanted.advisor_id is not None:
        counted = counted.where(col(Appointment.advisor_id) == wanted.advisor_id)
    rows = {
        row.advisor_id: row
        for row in session.execute(counted.group_by(col(Appointment.advisor_id)))
    }
    order = [who for who in names if who in rows] + [who for who in rows if who not in names]
    return [
        Visits(
            names.get(who, "Others"),
            *[
                getattr(rows[who], name)
                for name in ("attended", "late", "missed", "cancelled", "unsaid")
            ],
        )
        for who in order
    ]


def _waiting(session: CentreSession) -> tuple[tuple[int, ...], int]:
    days = today() - col(Referral.received_date)
    row = session.execute(
        select(*_banded(days, WAITS), func.coalesce(func.max(days), 0).label("longest")).where(
            *waits()
        )
    ).one()
    return tuple(row[: len(WAITS) + 1]), row.longest
