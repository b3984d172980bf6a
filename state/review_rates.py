"""How many files are drawn of whom: the centre's rates and each advisor's level."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.review_sampling import levels
from cma_app.services import review_rates
from cma_app.services.review_rates import (
    LevelForm,
    PersonLevel,
    RatesForm,
    RatesInForce,
    RatesPage,
)
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked
from state.words import day_text


@dataclass(frozen=True, slots=True)
class LevelLine:
    """Somebody's level as text."""

    id: int
    name: str
    role: str
    level: str
    word: str
    since: str
    may_change: bool

    @classmethod
    def of(cls, person: PersonLevel) -> "LevelLine":
        """Return what is shown of a person."""
        since = f"Since {day_text(person.since)}" if person.since else ""
        if person.until and person.until > today():
            since += f", experienced from {day_text(person.until)}"
        elif person.until:
            since = f"Since {day_text(person.until)}, newly qualified before"
        return cls(
            id=person.id,
            name=person.name,
            role=person.role.capitalize(),
            level=person.level,
            word=levels()[person.level],
            since=since or ("By their role" if person.is_said else "Not set: counts as this"),
            may_change=person.role != "trainee",
        )


@dataclass(frozen=True, slots=True)
class RatesView:
    """The rates as text, and as the form begins with them."""

    since: str = ""
    source: str = ""
    href: str = ""
    coming: tuple[str, ...] = ()


def _words(rates: RatesInForce) -> str:
    said = [
        f"{levels()[level]} {rate.percent}%, at least {rate.at_least} a month"
        for level, rate in rates.by_level.items()
    ]
    return f"From {day_text(rates.since)}: {'; '.join(said)}"


def _typed(rates: RatesInForce) -> dict[str, str]:
    boxes = {"valid_from": today().isoformat()}
    for level, rate in rates.by_level.items():
        boxes[f"{level}_percent"] = str(rate.percent)
        boxes[f"{level}_at_least"] = str(rate.at_least)
    return boxes


def _shown(found: RatesPage) -> tuple[RatesView, dict[str, str], list[LevelLine]]:
    rates = found.in_force
    since = "" if rates.source else f"Set by your centre, since {day_text(rates.since)}"
    coming = tuple(_words(each) for each in reversed(found.coming))
    view = RatesView(since, rates.source, rates.href, coming)
    return view, _typed(rates), [LevelLine.of(each) for each in found.people]


def _keep(session: CentreSession, form: Form) -> RatesPage:
    review_rates.set_rates(session, form)
    return review_rates.read_rates(session)


def _say_level(session: CentreSession, form: Form, user_id: int) -> RatesPage:
    review_rates.set_level(session, {**form, "user_id": user_id})
    return review_rates.read_rates(session)


class ReviewRatesState(CentreState):
    """The rates in force and the levels of the centre's people."""

    view: RatesView = RatesView()
    typed: dict[str, str] = {}
    people: list[LevelLine] = []
    person: LevelLine = LevelLine(0, "", "", "", "", "", may_change=False)
    errors: FormErrors = {}
    level_errors: FormErrors = {}
    saved: int = 0
    filled: int = 0

    @load(Act.REVIEW_SET_RATES)
    async def open(self):
        """Show the rates in force and everybody's level."""
        self._take(await self.ask(review_rates.read_rates, show=_shown))
        self.errors, self.level_errors = {}, {}

    @act(Act.REVIEW_SET_RATES, form="errors")
    async def keep(self, form: Form):
        """Set the rates from a day on."""
        self._take(await self.ask(_keep, form, show=_shown))
        return notice("Rates kept. What was drawn before stays.")

    @act(Act.REVIEW_SET_RATES, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, RatesForm, name, value)

    @act(Act.REVIEW_SET_RATES)
    def choose(self, number: int):
        """Open the dialog of a person's level."""
        known = {each.id: each for each in self.people}
        self.person = known.get(number, self.person)
        self.level_errors = {}

    @act(Act.REVIEW_SET_RATES, form="level_errors")
    async def say_level(self, form: Form):
        """Say the level of the person in the dialog, from a day on."""
        self._take(await self.ask(_say_level, form, self.person.id, show=_shown))
        self.saved += 1
        return notice(f"Level of {self.person.name} kept.")

    @act(Act.REVIEW_SET_RATES, quiet=True)
    def check_level(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.level_errors = checked(self.level_errors, LevelForm, name, value)

    def _take(self, found: tuple[RatesView, dict[str, str], list[LevelLine]]) -> None:
        self.view, self.typed, self.people = found
        self.filled += 1
