"""Draws as they stand: the centre's list of them, and one with its figures.

Every figure is counted from files that the reader may see.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.rules.review_sampling import Rate, asked_of, months_begun
from cma_app.services.review_facts import Period, PoolFile
from cma_app.services.review_rates import PersonLevel
from cma_app.session import CentreSession
from models import Case, FileReview, ReviewPool, ReviewSample, User

SHOWN: Final = 100
"""Draws that the list of them names."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Of one advisor: how many files could be drawn, were asked and drawn, and why fewer.

    `rate` is of the whole period: its least is that of all its months.
    Restricted files are `apart`: each is drawn by a chance of its own, and is in no other figure.
    """

    id: int
    name: str
    level: str
    is_said: bool
    rate: Rate
    pool: int
    asked: int
    drawn: int = 0
    risks: int = 0
    apart_pool: int = 0
    apart_drawn: int = 0

    @property
    def why_fewer(self) -> str:
        """Return why fewer files could be drawn than were asked, or an empty text."""
        if self.pool == 0:
            return "No file was open in the period."
        if self.asked > self.pool:
            return f"Only {self.pool} could be drawn."
        return ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A draw of the centre, for a list of them."""

    id: int
    first_day: date
    last_day: date
    draw_no: int
    drawn_by: str
    drawn_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OpenSample:
    """A draw: who drew, when, with which seed, and what was asked of whom."""

    draw: Earlier
    seed: str
    lines: list[PersonLine]


def list_samples(session: CentreSession) -> list[Earlier]:
    """Return the centre's draws, the newest first."""
    session.authorize(Act.REVIEW_SEE_ALL)
    newest = _samples(session).order_by(col(ReviewSample.id).desc()).limit(SHOWN)
    return [_earlier(row, by) for row, by in session.execute(newest)]


def read_sample(session: CentreSession, sample_id: int) -> OpenSample:
    """Return a draw with its figures, counted from the files that the reader may see."""
    sample = session.require(ReviewSample, sample_id)
    session.authorize(Act.REVIEW_SEE_ALL)
    drawer = session.require(User, sample.drawn_by)
    pool = [
        PoolFile(row.case_id, row.holder_id, row.is_apart)
        for row in session.exec(
            sqlmodel_select(ReviewPool)
            .join(Case, col(Case.id) == col(ReviewPool.case_id))
            .where(
                col(ReviewPool.centre_id) == session.actor.centre_id,
                col(ReviewPool.sample_id) == sample.id,
            )
        )
    ]
    names = _names(session, {each["id"] for each in sample.people})
    people = {
        each["id"]: PersonLevel(
            each["id"], names.get(each["id"], ""), "", each["level"], is_said=each["is_said"]
        )
        for each in sample.people
    }
    rates = {level: Rate(**said) for level, said in sample.rates.items()}
    months = months_begun(sample.first_day, sample.last_day)
    lines = count_lines(people, rates, pool, months, _drawn(session, sample, pool))
    return OpenSample(_earlier(sample, drawer), sample.seed, lines)


def overlapping(session: CentreSession, period: Period) -> list[Earlier]:
    """Return the draws that had any of these days, the newest first."""
    wanted = (
        _samples(session)
        .where(
            col(ReviewSample.first_day) <= period.last, col(ReviewSample.last_day) >= period.first
        )
        .order_by(col(ReviewSample.id).desc())
    )
    return [_earlier(row, by) for row, by in session.execute(wanted)]


def _samples(session: CentreSession) -> Any:
    return (
        select(ReviewSample, User)
        .join(User, col(User.id) == col(ReviewSample.drawn_by))
        .where(col(ReviewSample.centre_id) == session.actor.centre_id)
    )


def _earlier(row: ReviewSample, drawer: User) -> Earlier:
    return Earlier(
        row.id,
        row.first_day,
        row.last_day,
        row.draw_no,
        drawer.full_name,
        row.drawn_at,
        row.reason or "",
    )


def count_lines(
    people: Mapping[int, PersonLevel],
    rates: Mapping[str, Rate],
    pool: Iterable[PoolFile],
    months: int,
    drawn: Mapping[str, Counter[int]] | None = None,
) -> list[PersonLine]:
    """Return a line for each of these people, with what could be drawn and what was.

    `months` are those that the period began.
    """
    counted = drawn or {}
    none: Counter[int] = Counter()
    together: Counter[int] = Counter()
    apart: Counter[int] = Counter()
    for each in pool:
        (apart if each.is_apart else together)[each.holder_id] += 1
    return [
        PersonLine(
            id=each.id,
            name=each.name,
            level=each.level,
            is_said=each.is_said,
            rate=rates[each.level].over(months),
            pool=together[each.id],
            asked=asked_of(rates[each.level].over(months), together[each.id]),
            drawn=counted.get("drawn", none)[each.id],
            risks=counted.get("risks", none)[each.id],
            apart_pool=apart[each.id],
            apart_drawn=counted.get("apart", none)[each.id],
        )
        for each in people.values()
    ]


def _drawn(
    session: CentreSession, sample: ReviewSample, pool: Iterable[PoolFile]
) -> dict[str, Counter[int]]:
    """Count what was drawn of each advisor: at random, by risk alone, and of restricted files."""
    alone = {each.case_id for each in pool if each.is_apart}
    counts: dict[str, Counter[int]] = {name: Counter() for name in ("drawn", "risks", "apart")}
    rows = select(
        col(FileReview.case_id), col(FileReview.holder_id), col(FileReview.is_random)
    ).where(col(FileReview.centre_id) == sample.centre_id, col(FileReview.sample_id) == sample.id)
    seen = {each.case_id for each in pool}
    for row in session.execute(rows):
        if row.case_id not in seen:
            continue
        name = "risks" if not row.is_random else "apart" if row.case_id in alone else "drawn"
        counts[name][row.holder_id] += 1
    return counts


def _names(session: CentreSession, ids: set[int]) -> dict[int, str]:
    name = func.concat_ws(" ", col(User.first_name), col(User.last_name))
    rows = session.execute(
        select(col(User.id), name.label("name")).where(
            col(User.centre_id) == session.actor.centre_id, col(User.id).in_(ids)
        )
    )
    return {row.id: row.name for row in rows}
