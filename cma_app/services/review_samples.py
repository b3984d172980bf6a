"""Drawing files for review: shown beforehand by number alone, drawn once, and never changed.

The seed is made here and kept with the draw, so that anybody can repeat it. Days that were drawn
before may be drawn again with a reason that stands beside the draw for good: the first one stays.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import insert, select, text
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Invalid
from cma_app.rules.review_sampling import Drawable, Pick, Risk, draw, risks_on
from cma_app.services.forms import Blank, Day, Form, choice, given
from cma_app.services.review_draws import Earlier, PersonLine, count_lines, overlapping
from cma_app.services.review_facts import Period, PoolFile, find_pool
from cma_app.services.review_rates import ASKED_OF, PersonLevel, levels_on, rates_on
from cma_app.session import CentreSession
from models import Case, FileReview, ReviewPool, ReviewSample

LONGEST_DAYS: Final = 366
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
class Preview:
    """What a draw would ask of whom, by number; and the draws whose days it would repeat."""

    lines: list[PersonLine]
    earlier: list[Earlier]


def preview_draw(session: CentreSession, data: Mapping[str, Any]) -> Preview:
    """Return how many files a draw would ask of whom; which ones nobody can see beforehand."""
    session.authorize(Act.REVIEW_DRAW)
    period = _period(DrawForm.read(data))
    pool = find_pool(session, period, today())
    rates = rates_on(session, today()).by_level
    people = _asked_people(session, pool)
    return Preview(count_lines(people, rates, pool, period.months), overlapping(session, period))


def draw_sample(session: CentreSession, data: Mapping[str, Any]) -> ReviewSample:
    """Draw the files of some days and keep seed, pool and picks; once drawn, it stands.

    Invalid asks for the reason where any of the days were drawn before.
    """
    session.authorize(Act.REVIEW_DRAW)
    form = DrawForm.read(data)
    period = _period(form)
    session.execute(_ONE_AT_A_TIME, {"centre": session.actor.centre_id})
    earlier = overlapping(session, period)
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
        {who: rates[level].over(period.months) for who, level in levels.items()},
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
    rule = next(each for each in risks_on(local(sample.drawn_at).date()) if each.code == form.code)
    level = next(each["level"] for each in sample.people if each["id"] == place.holder_id)
    file = PoolFile(
        case.id, place.holder_id, reference=case.case_reference, advisor_id=case.advisor_id
    )
    review = _review(session, sample, file, level)
    review.risks = [_kept(rule) | {"why": f"{rule.why} {form.why}"}]
    session.add(review)
    session.flush()
    return review


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
