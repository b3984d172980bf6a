"""The walk-in: what is typed is kept within seconds, look-alikes appear, one submit does it all."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import Invalid
from cma_app.rules.nations import NATIONS
from cma_app.services.clients import read_client
from cma_app.services.contact_routes import RouteAnswers
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.referrals import record_referral
from cma_app.services.walk_in import DRAFT, WalkInForm, look_alikes, start_walk_in, suggested_nation
from cma_app.session import CentreSession
from models.clients import ROUTES
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.forms import checked, joined_date
from state.same_person import SamePerson

DATES: Final = ("date_of_birth", "emergency_date", "received_date")
BLANK: Final = {f"route_{route}": "not_asked" for route in ROUTES} | {"source": "self"}
"""What a new form says before anybody typed: visible defaults."""


class WalkInState(CentreState):
    """The form of a person at the door."""

    ready: bool = False
    form_number: int = 0
    draft: dict[str, str] = {}
    errors: FormErrors = {}
    saved: str = ""
    nation: str = ""
    nation_word: str = ""
    asks_nation: bool = False
    changes_nation: bool = False
    same: list[SamePerson] = []
    using: int = 0
    using_name: str = ""

    @load(Act.CLIENT_RECORD)
    async def open(self):
        """Begin with what this person typed before and did not save, or with an empty form."""
        kept = await self.ask(kept_draft, DRAFT)
        self.same = await self.ask(look_alikes, _data(kept), show=SamePerson.each)
        self._begin(kept)

    @act(Act.CLIENT_RECORD)
    async def send(self, form: Form):
        """Do what the pressed button says: start the case, keep a referral, or keep a draft."""
        intent = form.get("intent", "start")
        typed = {name: text for name, text in form.items() if name != "intent"}
        if intent in {"draft", "keep"}:
            await self._keep(typed)
            return (
                notice("Kept as a draft. It is here when you come back.")
                if (intent == "keep")
                else None
            )
        try:
            return await (self._refer(typed) if intent == "referral" else self._start(typed))
        except Invalid as error:
            self.errors = dict(error.fields)
            self.asks_nation = self.asks_nation or "nation" in error.fields
            return None

    @act(Act.CLIENT_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        sheet = RouteAnswers if name.startswith("route_") else WalkInForm
        self.errors = checked(self.errors, sheet, name, value)

    @act(Act.CLIENT_FIND)
    async def use(self, number: int):
        """Start the case for a client who is here already."""
        self.using_name = await self.ask(
            read_client, number, show=lambda row: f"{row.full_name}, {row.client_reference}"
        )
        self.using = number

    @act(Act.CLIENT_RECORD)
    def use_nobody(self):
        """Make a new client after all."""
        self.using, self.using_name = 0, ""

    @act(Act.CLIENT_RECORD)
    def change_nation(self):
        """Ask for the nation, whatever the postcode suggests."""
        self.changes_nation = True

    @act(Act.CLIENT_RECORD)
    async def clear(self):
        """Throw the draft away and begin anew."""
        await self.ask(drop_draft, DRAFT)
        self._begin({})

    def _begin(self, kept: dict[str, str]) -> None:
        self.draft = BLANK | kept
        self.form_number += 1
        self.errors, self.saved = {}, ""
        self.using, self.using_name = 0, ""
        self.changes_nation = bool(kept.get("nation"))
        self._suggest(kept)
        if not kept:
            self.same = []
        self.ready = True

    def _suggest(self, typed: dict[str, str]) -> None:
        self.nation = suggested_nation(typed.get("postcode", "")) or ""
        self.nation_word = NATIONS.get(self.nation, "")
        self.asks_nation = bool(typed.get("postcode", "").strip()) and not self.nation

    async def _keep(self, typed: dict[str, str]) -> None:
        if typed.items() <= BLANK.items() or not any(_said(typed)):
            await self.ask(drop_draft, DRAFT)
            self.saved = ""
            return
        moment, same = await self.ask(_keep_and_look, typed)
        self.saved = f"Saved {local(moment):%H:%M}"
        self.same = same
        self._suggest(typed)

    async def _start(self, typed: dict[str, str]) -> list[Any]:
        case_id = await self.ask(
            start_walk_in, _data(typed), client_id=self.using or None, show=lambda case: case.id
        )
        self._begin({})
        return [notice("Case started."), rx.redirect(f"/cases/{case_id}")]

    async def _refer(self, typed: dict[str, str]) -> list[Any]:
        await self.ask(record_referral, _data(typed), show=lambda row: row.id)
        self._begin({})
        said: list[Any] = [notice("Kept as a referral. It is on the waiting list.")]
        if current_sign_in().actor.may(Act.REFERRAL_LIST):
            said.append(rx.redirect("/referrals"))
        return said


def _keep_and_look(session: CentreSession, typed: dict[str, str]) -> tuple[Any, list[SamePerson]]:
    """Keep the draft and look for the same person, in one visit to the database."""
    moment = keep_draft(session, DRAFT, typed)
    return moment, SamePerson.each(look_alikes(session, _data(typed)))


def _data(typed: dict[str, str]) -> dict[str, str]:
    """Return the form with each date of three boxes in one."""
    return typed | {name: joined_date(typed, name) for name in DATES}


def _said(typed: dict[str, str]) -> list[str]:
    return [text for name, text in typed.items() if text.strip() and BLANK.get(name) != text]
