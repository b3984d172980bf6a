"""How many files are drawn of whom: a centre's rates and its advisors' levels, each by date.

Both only grow: what held on a day can be told for ever. A trainee's level is their role; an
advisor of whom nobody said a level counts as newly qualified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules.review_sampling import Rate, default_rates, lapse_of, level_unsaid, levels
from cma_app.services.cases import HOLDERS
from cma_app.services.forms import Day, Form, choice, given
from cma_app.session import CentreSession
from models import ReviewLevel, ReviewRates, User

ASKED_OF: Final = ("advisor", "trainee")
"""Whose files are asked for even where they hold none; a manager's are drawn where there are."""
MOST_FILES: Final = 50

Percent = Annotated[int, Field(ge=0, le=100)]
Files = Annotated[int, Field(ge=0, le=MOST_FILES)]


class RatesForm(Form):
    """A centre's rates from a day on, which is not in the past."""

    valid_from: Annotated[Day, given("Say from which day.")]
    trainee_percent: Percent
    trainee_at_least: Files
    newly_qualified_percent: Percent
    newly_qualified_at_least: Files
    experienced_percent: Percent
    experienced_at_least: Files


class LevelForm(Form):
    """A person's level from a day on, which is not in the past."""

    user_id: int
    level: Annotated[str, BeforeValidator(choice("newly_qualified", "experienced"))]
    valid_from: Annotated[Day, given("Say from which day.")]


@dataclass(frozen=True, slots=True)
class RatesInForce:
    """Rates by level, since when, and whose: `source` is empty where the centre set its own."""

    by_level: Mapping[str, Rate]
    since: date
    source: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class PersonLevel:
    """Somebody whose files are drawn; `is_said` is whether anybody recorded the level.

    `until` is the day from which a level that lapses counts as the next, `since` when it was said.
    """

    id: int
    name: str
    role: str
    level: str
    is_said: bool
    since: date | None = None
    works_here: bool = True
    until: date | None = None


@dataclass(frozen=True, slots=True)
class RatesPage:
    """What the settings show: the rates in force, those to come, and everybody's level."""

    in_force: RatesInForce
    coming: list[RatesInForce]
    people: list[PersonLevel]


def read_rates(session: CentreSession) -> RatesPage:
    """Return the rates in force, those that start later, and the levels of all who hold cases."""
    session.authorize(Act.REVIEW_SET_RATES)
    coming = _kept(session).where(col(ReviewRates.valid_from) > today()).limit(20)
    return RatesPage(
        in_force=rates_on(session, today()),
        coming=[_in_words(row) for row in session.exec(coming)],
        people=[
            each
            for each in levels_on(session, today()).values()
            if each.works_here and each.role in HOLDERS
        ],
    )


def set_rates(session: CentreSession, data: Mapping[str, Any]) -> ReviewRates:
    """Set the rates from a day on; what was drawn before stays as it was drawn."""
    session.authorize(Act.REVIEW_SET_RATES)
    form = RatesForm.read(data)
    _refuse_past(form.valid_from)
    said = form.model_dump()
    row = ReviewRates(
        valid_from=form.valid_from or today(),
        rates={
            level: {"percent": said[f"{level}_percent"], "at_least": said[f"{level}_at_least"]}
            for level in levels()
        },
    )
    session.add(row)
    session.flush()
    return row


def set_level(session: CentreSession, data: Mapping[str, Any]) -> ReviewLevel:
    """Say a person's level from a day on; a trainee's is their role."""
    session.authorize(Act.REVIEW_SET_RATES)
    form = LevelForm.read(data)
    _refuse_past(form.valid_from)
    person = session.require(User, form.user_id)
    if person.role not in {"advisor", "manager"}:
        raise Invalid({"level": "A trainee's level is their role. Change that under People."})
    row = ReviewLevel(user_id=person.id, level=form.level, valid_from=form.valid_from or today())
    session.add(row)
    session.flush()
    return row


def rates_on(session: CentreSession, day: date) -> RatesInForce:
    """Return the rates of a day: the centre's own, or those that every centre starts from."""
    newest = _kept(session).where(col(ReviewRates.valid_from) <= day).limit(1)
    row = session.exec(newest).first()
    if row is not None:
        return _in_words(row)
    found = default_rates(day)
    return RatesInForce(
        found.by_level, found.start, found.reference.title, found.reference.href or ""
    )


def levels_on(session: CentreSession, day: date) -> dict[int, PersonLevel]:
    """Return the level of everybody of the centre, by id, in the order of their names."""
    said: dict[int, ReviewLevel] = {}
    rows = (
        sqlmodel_select(ReviewLevel)
        .where(
            col(ReviewLevel.centre_id) == session.actor.centre_id,
            col(ReviewLevel.valid_from) <= day,
        )
        .order_by(col(ReviewLevel.valid_from), col(ReviewLevel.id))
    )
    for row in session.exec(rows):
        said[row.user_id] = row
    people = session.execute(
        select(User)
        .where(col(User.centre_id) == session.actor.centre_id)
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
    ).scalars()
    return {each.id: level_of(each, said.get(each.id), day) for each in people}


def level_of(person: User, said: ReviewLevel | None, day: date) -> PersonLevel:
    """Return a person's level on a day: a trainee's is the role, another's what was said last.

    What was said lapses after its months, where its level has such; an unsaid one never does.
    """
    is_trainee = person.role == "trainee"
    said = None if is_trainee else said
    level = "trainee" if is_trainee else said.level if said else level_unsaid()
    lapse = lapse_of(level, said.valid_from, day) if said else None
    if lapse is not None and lapse[0] <= day:
        level = lapse[1]
    return PersonLevel(
        id=person.id,
        name=person.full_name,
        role=person.role,
        level=level,
        is_said=is_trainee or said is not None,
        since=said.valid_from if said else None,
        works_here=person.is_active,
        until=lapse[0] if lapse else None,
    )


def _kept(session: CentreSession) -> Any:
    return (
        sqlmodel_select(ReviewRates)
        .where(col(ReviewRates.centre_id) == session.actor.centre_id)
        .order_by(col(ReviewRates.valid_from).desc(), col(ReviewRates.id).desc())
    )


def _in_words(row: ReviewRates) -> RatesInForce:
    by_level = {level: Rate(**said) for level, said in row.rates.items()}
    return RatesInForce(by_level, row.valid_from)


def _refuse_past(day: date | None) -> None:
    if day is not None and day < today():
        raise Invalid({"valid_from": "Choose today or a later day: what was drawn stays."})
