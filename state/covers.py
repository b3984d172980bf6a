"""Who covers a person while they are away, beside their hours and leave."""

from dataclasses import dataclass, field
from datetime import date

from cma_app.access.acts import Act
from cma_app.services import covers
from cma_app.services.covers import CoverForm, CoverRow, Covers
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.calendar import number_in
from state.forms import checked
from state.words import weekday_text


@dataclass(frozen=True, slots=True)
class CoverLine:
    """Days on which somebody covers, as text."""

    id: int
    who: str
    when: str
    note: str
    is_today: bool

    @classmethod
    def of(cls, row: CoverRow, who: str) -> "CoverLine":
        """Return what is shown of a cover."""
        return cls(row.id, who, days_text(row.first_day, row.last_day), row.note, row.is_today)


@dataclass(frozen=True, slots=True)
class CoversView:
    """A person's covers: who covers them, whom they cover, and who could."""

    user_id: int = 0
    away: list[CoverLine] = field(default_factory=list)
    covering: list[CoverLine] = field(default_factory=list)
    uncovered: list[int] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    perhaps: list[tuple[str, str]] = field(default_factory=list)
    may_set: bool = False
    suggested: str = ""

    @classmethod
    def of(cls, found: Covers, user_id: int) -> "CoversView":
        """Return what is shown of a person's covers."""
        people = [(str(who), name) for who, name in found.choices]
        return cls(
            user_id=user_id,
            away=[CoverLine.of(row, f"{row.cover} covers") for row in found.away],
            covering=[CoverLine.of(row, f"Covers for {row.absent}") for row in found.covering],
            uncovered=found.uncovered,
            choices=[("", "Choose"), *people],
            perhaps=[("", "Nobody yet"), *people],
            may_set=found.may_set,
            suggested=found.suggested,
        )


def days_text(first: date, last: date) -> str:
    """Return Thu 26 Nov 2026 to Fri 4 Dec 2026, or the one day."""
    begins, ends = weekday_text(first, year=True), weekday_text(last, year=True)
    return begins if first == last else f"{begins} to {ends}"


class CoverState(CentreState):
    """The covers of the person whose hours are on screen."""

    covers: CoversView = CoversView()
    errors: FormErrors = {}
    saved: int = 0

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show the covers of the person whom the address names, one's own otherwise."""
        self.errors = {}
        await self._look(number_in(self.query("who")) or current_sign_in().actor.user_id)

    async def _look(self, who: int) -> None:
        self.covers = CoversView.of(await self.ask(covers.list_covers, who), who)

    @act(Act.AVAILABILITY_RECORD, form="errors")
    async def add(self, form: Form):
        """Say who covers the person between two days."""
        who = self.covers.user_id
        row = await self.ask(covers.set_cover, who, form)
        await self._look(who)
        self.saved += 1
        return notice(f"{row.cover} covers {row.absent}.")

    @act(Act.AVAILABILITY_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, CoverForm, name, value)

    @act(Act.AVAILABILITY_RECORD)
    async def remove(self, cover_id: int):
        """Take a cover off."""
        await self.ask(covers.remove_cover, cover_id, show=lambda row: row.id)
        await self._look(self.covers.user_id)
        return notice("Cover taken off.")
