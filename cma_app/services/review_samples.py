"""Drawing files for review: shown beforehand by number alone, drawn once, and never changed.

The seed is made here and kept with the draw, so that anybody can repeat it. Days that were drawn
before may be drawn again with a reason that stands beside the draw for good: the first one stays.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import func, insert, select, text
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Invalid
from cma_app.rules.review_sampling import Drawable, Pick, Rate, Risk, asked_of, draw, risks_on
from cma_app.services.forms import Blank, Day, Form, choice, given
from cma_app.services.review_facts import Period, PoolFile, find_pool
from cma_app.services.review_rates import ASKED_OF, PersonLevel, levels_on, rates_on
from cma_app.session import CentreSession
from models import Case, FileReview, ReviewPool, ReviewSample, User

LONGEST_DAYS: Final = 366
SHOWN: Final = 100
"""Draws that the list of them names."""
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('review_samples'), :centre)")


class DrawForm(Form):
    """The days whose files are drawn; the reason where they were drawn before."""

    first_day: Annotated[Day, given("Enter the first day.")]
    last_day: Annotated[Day, given("Enter the last day.")]
    reason: Annotated[str | None, Field(max_length=500), Blank] = None


class AddForm(Form):
    """A file that a manager asks for besides: its reference, why, and in which words."""

    case_reference: Annotated[str, given("Enter the reference of the case."), Field(max_length=50)]
    code: Annotated[str, BeforeValidator(choice("complaint", "by_hand"))]
    why: Annotated[str, given("Say why this file."), Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Of one advisor: how many files could be drawn, were asked and drawn, and why fewer.

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
class Preview:
    """What a draw would ask of whom, by number; and the draws whose days it would repeat."""

    lines: list[PersonLine]
    earlier: list[Earlier]


@dataclass(frozen=True, slots=True)
class OpenSample:
    """A draw: who drew, when, with which seed, and what was asked of whom."""

    draw: Earlier
    seed: str
    lines: list[PersonLine]


def preview_draw(session: CentreSession, data: Mapping[str, Any]) -> Preview:
    """Return how many files a draw would ask of whom; which ones nobody can see beforehand."""
    session.authorize(Act.REVIEW_DRAW)
    period = _period(DrawForm.read(data))
    pool = find_pool(session, period, today())
    rates = rates_on(session, today()).by_level
    people = _asked_people(session, pool)
    return Preview(_lines(people, rates, pool), _overlapping(session, period))


def draw_sample(session: CentreSession, data: Mapping[str, Any]) -> ReviewSample:
    """Draw the files of some days and keep seed, pool and picks; once drawn, it stands.

    Invalid asks for the reason where any of the days were drawn before.
    """
    session.authorize(Act.REVIEW_DRAW)
    form = DrawForm.read(data)
    period = _period(form)
    session.execute(_ONE_AT_A_TIME, {"centre": session.actor.centre_id})
    earlier = _overlapping(session, period)
    if earlier and not form.reason:
        raise Invalid({"reason": _drawn_before(earlier)})
    pool = find_pool(session, period, today())
    people = _asked_people(session, pool)
    rates = rates_on(session, today()).by_level
    seed = secrets.token_hex(16)
    sample = ReviewSample(
        first_day=period.first,
        last_day=period.last,
        draw_no=_next_number(earlier, period),
        seed=seed,
        rates={level: rate.to_json() for level, rate in rates.items()},
        people=[
            {"id": each.id, "level": each.level, "is_said": each.is_said}
            for each in people.values()
        ],
        reason=form.reason,
        drawn_by=session.actor.user_id,
        drawn_at=now(),
    )
    session.add(sample)
    session.flush()
    _keep_pool(session, sample, pool)
    levels = {each.id: each.level for each in people.values()}
    picks = draw(
        [Drawable(each.case_id, each.holder_id, each.is_apart, each.risks) for each in pool],
        {who: rates[level] for who, level in levels.items()},
        seed,
        risks_on(today()),
    )
    _keep_picks(session, sample, picks, pool, levels)
    return sample


def add_file(session: CentreSession, sample_id: int, data: Mapping[str, Any]) -> FileReview:
    """Add a file to a draw by hand, with the reason; it must have been open in the draw's days."""
    sample = session.require(ReviewSample, sample_id)
    session.authorize(Act.REVIEW_DRAW)
    form = AddForm.read(data)
    wanted = (
        select(Case, ReviewPool)
        .join(ReviewPool, col(ReviewPool.case_id) == col(Case.id))
        .where(
            col(Case.centre_id) == session.actor.centre_id,
            col(Case.case_reference) == form.case_reference.upper(),
            col(ReviewPool.sample_id) == sample.id,
        )
    )
    found = session.execute(wanted).first()
    if found is None:
        raise Invalid(
            {"case_reference": "No file of this reference was open in these days. Check it."}
        )
    case, place = found
    known = select(col(FileReview.id)).where(
        col(FileReview.sample_id) == sample.id, col(FileReview.case_id) == case.id
    )
    if session.execute(known).first() is not None:
        raise Invalid({"case_reference": "This file is in the draw already."})
    rule = next(each for each in risks_on(sample.drawn_at.date()) if each.code == form.code)
    level = next(each["level"] for each in sample.people if each["id"] == place.holder_id)
    file = PoolFile(
        case.id, place.holder_id, reference=case.case_reference, advisor_id=case.advisor_id
    )
    review = _review(session, sample, file, level)
    review.risks = [_kept(rule) | {"why": f"{rule.why} {form.why}"}]
    session.add(review)
    session.flush()
    return review


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
    lines = _lines(people, rates, pool, _drawn(session, sample, pool))
    return OpenSample(_earlier(sample, drawer), sample.seed, lines)


def _period(form: DrawForm) -> Period:
    if form.first_day is None or form.last_day is None:
        raise Invalid({"first_day": "Enter the first day."})
    if form.last_day < form.first_day:
        raise Invalid({"last_day": "The last day comes before the first one."})
    if form.last_day > today():
        raise Invalid({"last_day": "Choose today or an earlier day: nobody knows what is to come."})
    if (form.last_day - form.first_day).days > LONGEST_DAYS:
        raise Invalid({"first_day": "Choose a year at most."})
    return Period(form.first_day, form.last_day)


def _asked_people(session: CentreSession, pool: Iterable[PoolFile]) -> dict[int, PersonLevel]:
    """Return all whose files are asked for: advisors and trainees, and who else held one then."""
    working = levels_on(session, today())
    holders = {each.holder_id for each in pool}
    return {
        each.id: each
        for each in working.values()
        if each.id in holders or (each.works_here and each.role in ASKED_OF)
    }


def _lines(
    people: Mapping[int, PersonLevel],
    rates: Mapping[str, Rate],
    pool: Iterable[PoolFile],
    drawn: Mapping[str, Counter[int]] | None = None,
) -> list[PersonLine]:
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
            rate=rates[each.level],
            pool=together[each.id],
            asked=asked_of(rates[each.level], together[each.id]),
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


def _keep_pool(session: CentreSession, sample: ReviewSample, pool: list[PoolFile]) -> None:
    if not pool:
        return
    session.execute(
        insert(ReviewPool),
        [
            {
                "centre_id": sample.centre_id,
                "sample_id": sample.id,
                "case_id": each.case_id,
                "holder_id": each.holder_id,
                "is_apart": each.is_apart,
            }
            for each in pool
        ],
    )


def _keep_picks(
    session: CentreSession,
    sample: ReviewSample,
    picks: Iterable[Pick],
    pool: Iterable[PoolFile],
    levels: Mapping[int, str],
) -> None:
    files = {each.case_id: each for each in pool}
    rules = {each.code: each for each in risks_on(today())}
    for pick in picks:
        file = files[pick.file.case_id]
        review = _review(session, sample, file, levels[file.holder_id])
        review.is_random = pick.is_random
        review.risks = [_kept(rules[code]) for code in pick.risks]
        session.add(review)
    session.flush()


def _review(session: CentreSession, sample: ReviewSample, file: PoolFile, level: str) -> FileReview:
    """Return a file to review, by whoever drew it unless it is or was her own."""
    me = session.actor.user_id
    return FileReview(
        sample_id=sample.id,
        case_id=file.case_id,
        case_reference=file.reference,
        holder_id=file.holder_id,
        level=level,
        reviewer_id=me if me and me not in {file.holder_id, file.advisor_id} else None,
    )


def _kept(rule: Risk) -> dict[str, str]:
    return {"code": rule.code, "word": rule.word, "why": rule.why}


def _overlapping(session: CentreSession, period: Period) -> list[Earlier]:
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


def _drawn_before(earlier: list[Earlier]) -> str:
    newest = earlier[0]
    days = f"{newest.first_day:%d %b %Y} to {newest.last_day:%d %b %Y}"
    return (
        f"{newest.drawn_by} drew files of {days} already. Say why they are drawn again: both"
        " draws stay, and the reason stands beside this one."
    )


def _next_number(earlier: list[Earlier], period: Period) -> int:
    same = [
        each.draw_no
        for each in earlier
        if (each.first_day, each.last_day) == (period.first, period.last)
    ]
    return max(same, default=0) + 1


def _names(session: CentreSession, ids: set[int]) -> dict[int, str]:
    name = func.concat_ws(" ", col(User.first_name), col(User.last_name))
    rows = session.execute(
        select(col(User.id), name.label("name")).where(
            col(User.centre_id) == session.actor.centre_id, col(User.id).in_(ids)
        )
    )
    return {row.id: row.name for row in rows}
