"""The calendar: which days and whose are in the address, what they hold comes from here."""

from datetime import date, timedelta
from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.services import appointment_list
from state.base import CentreState, act, current_sign_in, load
from state.calendar_views import EVERYBODY, VIEWS, Asked, CalendarView

FARTHEST: Final = timedelta(days=3660)


def day_in(said: str) -> date:
    """Return the day an address names, today where it names none that could be."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return today()
    return day if abs(day - today()) < FARTHEST else today()


def number_in(said: str) -> int:
    """Return the number an address or a form names, 0 where it names none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


class CalendarState(CentreState):
    """Some days of the calendar."""

    view: CalendarView = CalendarView()
    filled: int = 0

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show the days that the address names, of the person it names."""
        await self._show()
        self.filled += 1

    @act(Act.APPOINTMENT_SEE, quiet=True, unattended=True)
    async def refresh(self):
        """Show these days as they are now: somebody changed an appointment."""
        await self._show()

    async def _show(self) -> None:
        asked = self._asked()
        self.view = await self.ask(
            appointment_list.read_calendar,
            asked.first,
            asked.last,
            advisor_id=asked.who,
            show=lambda page: CalendarView.of(asked, page),
        )

    @act(Act.APPOINTMENT_SEE)
    def choose(self, who: str):
        """Show one person's calendar, or the whole centre's."""
        asked = self._asked()
        chosen = number_in(who) or None
        return rx.redirect(Asked(asked.view, asked.day, chosen).address())

    @act(Act.APPOINTMENT_SEE)
    def turn_to(self, day: str):
        """Show the days around a date."""
        return rx.redirect(self._asked().address(day=day_in(day)))

    def _asked(self) -> Asked:
        view, who = self.query("view"), self.query("who")
        return Asked(
            view=view if view in VIEWS else "week",
            day=day_in(self.query("day")),
            who=None if who == EVERYBODY else (number_in(who) or self._usual()),
        )

    def _usual(self) -> Any:
        """Return whose calendar a person sees first: their own, a manager the whole centre's."""
        actor = current_sign_in().actor
        return None if actor.may(Act.CASELOAD_SEE) or actor.visit else actor.user_id
