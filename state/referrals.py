"""The waiting list: emergencies first, each accepted in one click, merged or declined."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.paging import Page
from cma_app.services.forms import ReasonForm
from cma_app.services.intake import SOURCES
from cma_app.services.referrals import (
    WaitingReferral,
    accept_referral,
    decline_referral,
    join_case,
    merge_referrals,
    same_people,
    waiting_referrals,
)
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked
from state.lists import Foot, address, page_beside, page_in
from state.safe_routes import SafeRoute
from state.same_person import SamePerson
from state.words import away, clock_text, day_text, several, weekday_text

PLAIN: Final = {"source": "", "sort": "urgent", "page": "1"}


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """Somebody who waits, as text."""

    id: int
    name: str
    source: str
    received: str
    waiting: str
    emergency: str
    emergency_word: str
    emergency_when: str
    needs: str
    routes: list[SafeRoute]

    @classmethod
    def of(cls, row: WaitingReferral) -> "ReferralLine":
        """Return what is shown of a referral in the list."""
        sent = SOURCES.get(row.source, row.source)
        return cls(
            id=row.id,
            name=f"{row.first_name} {row.last_name}",
            source=f"{sent}, {row.referred_by}" if row.referred_by else sent,
            received=day_text(row.received_date),
            waiting=several(row.days_waiting, "day") if row.days_waiting else "Today",
            emergency=row.emergency,
            emergency_word=row.emergency_what or "",
            emergency_when=_when(row),
            needs=row.needs or "",
            routes=[SafeRoute.of(route) for route in row.routes],
        )


class ReferralsState(CentreState):
    """The list, and the referral that is being decided."""

    rows: list[ReferralLine] = []
    foot: Foot = Foot()
    shown: dict[str, str] = dict(PLAIN)
    ready: bool = False
    deciding: int = 0
    deciding_name: str = ""
    same: list[SamePerson] = []
    declining: int = 0
    errors: FormErrors = {}

    @load(Act.REFERRAL_LIST)
    async def open(self):
        """Show the part of the waiting list that the address asks for."""
        self.shown = {name: self.query(name, plain)[:40] for name, plain in PLAIN.items()}
        await self._again()
        asked = self.query("show")
        if asked.isascii() and asked.isdigit() and len(asked) < 10:
            await self._decide(int(asked))

    @act(Act.REFERRAL_LIST, quiet=True, unattended=True)
    async def refresh(self):
        """Show the list as it is now: somebody changed it."""
        await self._again()

    @act(Act.REFERRAL_LIST)
    def choose(self, name: str, value: str):
        """Go to the list with one filter or another order."""
        shown = self.shown | {"page": "1", name: value} if name in PLAIN else self.shown
        return rx.redirect(_address(shown))

    @act(Act.REFERRAL_LIST)
    def step(self, by: int):
        """Go a page forth or back."""
        return rx.redirect(_address(self.shown | {"page": page_beside(self.shown["page"], by)}))

    @act(Act.REFERRAL_ACCEPT)
    async def accept(self, number: int):
        """Make a case at once; where somebody looks alike, show them first."""
        if await self.ask(same_people, number) and self.deciding != number:
            await self._decide(number)
            return notice("Somebody here looks alike. Choose above the list.", "note")
        return await self._accept(number, None)

    @act(Act.REFERRAL_ACCEPT)
    async def accept_for(self, client_number: int):
        """Make a case for a client who is here already."""
        return await self._accept(self.deciding, client_number)

    @act(Act.REFERRAL_ACCEPT)
    async def join(self, case_number: int):
        """Add the referral to the case that this person has already."""
        case_id = await self.ask(join_case, self.deciding, case_number, show=lambda case: case.id)
        self._put_away()
        return [notice("Added to the case they have."), rx.redirect(f"/cases/{case_id}")]

    @act(Act.REFERRAL_ACCEPT)
    async def merge(self, other: int):
        """Make two referrals of one person one; the earlier stays."""
        await self.ask(merge_referrals, self.deciding, other, show=lambda row: row.id)
        self._put_away()
        await self._again()
        return notice("Merged. The earlier referral stays and keeps both stories.")

    @act(Act.REFERRAL_ACCEPT)
    def begin_decline(self, number: int):
        """Ask for the reason."""
        self._put_away()
        self.declining = number

    @act(Act.REFERRAL_ACCEPT, form="errors")
    async def decline(self, form: Form):
        """Take the referral off the list, with the reason."""
        await self.ask(
            decline_referral, self.declining, reason=form.get("reason", ""), show=lambda row: row.id
        )
        self._put_away()
        await self._again()
        return notice("Declined. The reason is kept with the referral.")

    @act(Act.REFERRAL_ACCEPT, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ReasonForm, name, value)

    @act(Act.REFERRAL_LIST)
    def put_away(self):
        """Close what is open below the list's line."""
        self._put_away()

    def _put_away(self) -> None:
        self.deciding, self.deciding_name, self.same = 0, "", []
        self.declining, self.errors = 0, {}

    async def _decide(self, number: int) -> None:
        same = await self.ask(same_people, number, show=SamePerson.each)
        names = [row.name for row in self.rows if row.id == number]
        self._put_away()
        self.deciding, self.same = number, same
        self.deciding_name = names[0] if names else "this person"

    async def _accept(self, number: int, client_id: int | None) -> Any:
        try:
            case_id = await self.ask(
                accept_referral, number, client_id=client_id, show=lambda case: case.id
            )
        except Conflict:
            await self._again()
            raise
        self._put_away()
        return [notice("Accepted. This is the new case."), rx.redirect(f"/cases/{case_id}")]

    async def _again(self) -> None:
        page: Page[WaitingReferral] = await self.ask(
            waiting_referrals,
            source=self.shown["source"],
            sort=self.shown["sort"],
            number=page_in(self.shown["page"]),
        )
        self.rows, self.ready = [ReferralLine.of(row) for row in page.rows], True
        self.foot = Foot.of(page, none="Nobody is waiting")
        if self.deciding and all(row.id != self.deciding for row in page.rows):
            self._put_away()


def _when(row: WaitingReferral) -> str:
    if row.emergency_date is None:
        return "Date not known" if row.emergency == "yes" else ""
    at = f", {clock_text(row.emergency_time)}" if row.emergency_time else ""
    return f"{weekday_text(row.emergency_date)}{at} ({away(row.emergency_date)})"


def _address(shown: dict[str, str]) -> str:
    return address("/referrals", shown, PLAIN)
