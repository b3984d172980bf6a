"""People of a centre: the list, the form for a new one, and a one-time password shown once."""

import functools
from dataclasses import dataclass
from typing import Any

import reflex as rx

from cma_app.access.acts import Act, Role
from cma_app.errors import Conflict, NotFound
from cma_app.services import account_links, factor_resets, identities, people_list, users
from cma_app.services.account_links import NO_MAIL, mail_is_on
from cma_app.services.people_list import CentreChoice
from cma_app.services.person_forms import PersonForm
from cma_app.services.users import Issued
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.forms import checked
from state.lists import Foot, address, page_in
from state.person_views import ROLE_WORDS, People, PersonLine
from state.words import moment_text

SHOWS = ("active", "unused", "inactive", "all")


@dataclass(frozen=True, slots=True)
class Password:
    """A one-time password on screen until it is put away; with `links_at` it is a linking code."""

    name: str
    username: str
    password: str
    valid_until: str
    links_at: str = ""

    @classmethod
    def of(cls, issued: Issued) -> "Password":
        """Return what is handed over."""
        until = moment_text(issued.valid_until)
        return cls(issued.name, issued.username, issued.password, until, issued.links_at)


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """Whom a dialog asks about before they lose something; `id` is 0 while nobody is."""

    id: int = 0
    name: str = ""


NO_PASSWORD = Password("", "", "", "")
NOBODY = People(rows=[], foot=Foot())


class UsersState(CentreState):
    """The people of a centre, for its manager or an admin."""

    people: People = NOBODY
    chosen: PersonLine = PersonLine()
    show: str = "active"
    sought: str = ""
    centre: str = ""
    centre_name: str = ""
    centres: list[tuple[str, str]] = []
    roles: list[tuple[str, str]] = []
    supervisors: list[tuple[str, str]] = []
    stand_ins: list[tuple[str, str]] = []
    role: str = "advisor"
    mail: bool = False
    issued: Password = NO_PASSWORD
    way_in: str = ""
    resetting: AskedAbout = AskedAbout()
    reset_obstacle: str = ""
    reset_done: int = 0
    became: list[str] = []
    adding: bool = False
    errors: FormErrors = {}
    form_number: int = 0

    @load(Act.USER_LIST)
    async def open(self):
        """Show the people under the filters in the address."""
        self.issued, self.became = NO_PASSWORD, []
        self.adding = False
        centre_id = self._centre_id()
        asked_show = self.query("show", "active")
        wanted = {
            "show": asked_show if asked_show in SHOWS else "active",
            "prefix": self.query("q")[:50],
        }
        self.way_in = await self.ask(identities.way_in_here, centre_id=centre_id)
        people = await self._page({**wanted, "number": page_in(self.query("page"))})
        choices = await self.ask(people_list.choices_of_centre)
        supervisors = await self.ask(people_list.choices_of_supervisor, centre_id=centre_id)
        self.people = people
        self.show, self.sought = wanted["show"], wanted["prefix"]
        self.mail = mail_is_on()
        self._keep_choices(centre_id, choices, supervisors)

    @act(Act.USER_LIST)
    def narrow(self, show: str):
        """Show the active, those with an unused one-time password, those who left, or all."""
        return rx.redirect(self._address(show=show if show in SHOWS else "active"))

    @act(Act.USER_LIST)
    def find(self, form: Form):
        """Find people by the beginning of a name or username."""
        return rx.redirect(self._address(q=form.get("q", "").strip()[:50]))

    @act(Act.USER_LIST)
    def turn(self, number: int):
        """Go to a page of the list."""
        return rx.redirect(self._address(page=str(max(number, 1))))

    @act(Act.USER_LIST)
    def choose_centre(self, centre: str):
        """Look after another centre's people; for anybody but an admin it is not found."""
        return rx.redirect(f"/people?centre={centre}" if centre.isdigit() else "/people")

    @act(Act.USER_LIST)
    def choose(self, person: int):
        """Show what is behind a person's row, and what may be done about them."""
        found = [line for line in self.people.rows if line.id == person]
        self.chosen = found[0] if found else PersonLine()

    @act(Act.USER_ADD)
    def choose_role(self, role: str):
        """Ask for a supervisor where the new person is a trainee."""
        self.role = role if role in ROLE_WORDS else "advisor"

    @act(Act.USER_ADD)
    def begin(self):
        """Open the form."""
        self.adding = True

    @act(Act.USER_ADD)
    def stop(self):
        """Close the form and forget what was typed."""
        self.adding = False
        self.errors = {}

    @act(Act.USER_ADD, form="errors")
    async def add(self, form: Form):
        """Add a person and send them an invitation, or show the one-time password, once."""
        read = PersonForm.read(form)
        issued, said = NO_PASSWORD, "was added and is invited."
        if form.get("how") == "invitation":
            name = await self.ask(
                users.invite, read, centre_id=self._centre_id(), show=lambda it: it.full_name
            )
        else:
            issued = await self.ask(users.add, read, centre_id=self._centre_id(), show=Password.of)
            name, said = issued.name, "was added."
        await self._refresh(issued)
        self.form_number += 1
        self.adding = False
        self.role = "advisor"
        return notice(f"{name} {said}")

    @act(Act.USER_ADD)
    async def send_invitation(self, person: int):
        """Send a person who is not in yet an invitation; an earlier link works no more."""
        if not mail_is_on():
            return notice(NO_MAIL, "note")
        name = await self.ask(
            account_links.invite, person, centre_id=self._centre_id(), show=lambda it: it.full_name
        )
        await self._refresh(NO_PASSWORD)
        return notice(f"{name} is sent an invitation.")

    @act(Act.USER_ADD)
    async def withdraw_invitation(self, person: int):
        """Take an invitation back: its link works no more."""
        name = await self.ask(
            account_links.withdraw,
            person,
            centre_id=self._centre_id(),
            show=lambda it: it.full_name,
        )
        await self._refresh(NO_PASSWORD)
        return notice(f"The invitation of {name} is taken back. Its link does not work any more.")

    @act(Act.USER_ADD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, PersonForm, name, value)

    @act(Act.USER_RESET_PASSWORD)
    async def reset_password(self, person: int):
        """Give a person a new one-time password, shown once."""
        issued = await self.ask(
            users.reset_password, person, centre_id=self._centre_id(), show=Password.of
        )
        await self._refresh(issued)
        return notice(f"{issued.name} has a new one-time password and was signed out.")

    @act(Act.USER_RESET_FACTORS)
    def ask_reset(self, person: int):
        """Ask before a person's second factors are removed."""
        names = {line.id: line.name for line in self.people.rows}
        self.resetting, self.reset_obstacle = AskedAbout(person, names.get(person, "")), ""

    @act(Act.USER_RESET_FACTORS)
    async def reset_factors(self, person: int):
        """Remove a person's second factors; say in the dialog what stands in the way."""
        self.reset_obstacle = ""
        try:
            name = await self.ask(factor_resets.reset_factors, person, centre_id=self._centre_id())
        except Conflict as error:
            self.reset_obstacle = error.sentence
            return None
        await self._refresh(NO_PASSWORD)
        self.reset_done += 1
        return notice(f"{name} has no second factor now and was signed out.")

    @act(Act.USER_DEACTIVATE)
    async def reactivate(self, person: int):
        """Let a person sign in again, with a one-time password shown once."""
        issued = await self.ask(
            users.reactivate, person, centre_id=self._centre_id(), show=Password.of
        )
        await self._refresh(issued)
        return notice(f"{issued.name} can sign in again.")

    @act(Act.USER_LIST)
    def put_away(self):
        """Forget what is shown once: a one-time password, and what became of a leaver's work."""
        self.issued, self.became = NO_PASSWORD, []

    async def _refresh(self, issued: Password) -> None:
        wanted = {"show": self.show, "prefix": self.sought, "number": self.people.foot.number}
        self.people = await self._page(wanted)
        self.issued, self.became = issued, []

    async def _page(self, wanted: dict[str, Any]) -> People:
        """Return the page asked for; `show` is the list's own word, so `ask` does not take it."""
        ask_list = functools.partial(people_list.list_people, **wanted)
        centre_id = self._centre_id()
        page = await self.ask(ask_list, centre_id=centre_id)
        factors = await self.ask(factor_resets.people_with_factors, centre_id=centre_id)
        return People.of(page, factors, current_sign_in().actor, self.way_in)

    def _centre_id(self) -> int | None:
        asked = self.query("centre")
        if not asked:
            return None
        if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
            raise NotFound
        return int(asked)

    def _keep_choices(
        self,
        centre_id: int | None,
        choices: list[CentreChoice],
        supervisors: list[tuple[int, str]],
    ) -> None:
        actor = current_sign_in().actor
        here = centre_id or actor.centre_id
        self.centre = str(here)
        self.centre_name = next((each.name for each in choices if each.id == here), "")
        self.centres = [(str(each.id), f"{each.name} ({each.code})") for each in choices]
        self._keep_supervisors(supervisors)
        self.roles = [
            (word, said)
            for word, said in ROLE_WORDS.items()
            if word != Role.ADMIN or actor.role == Role.ADMIN
        ]

    def _keep_supervisors(self, found: list[tuple[int, str]]) -> None:
        people = [(str(who), name) for who, name in found]
        self.supervisors = [("", "Choose"), *people]
        self.stand_ins = [("", "Nobody"), *people]

    def _address(self, **over: str) -> str:
        kept = {"centre": self.query("centre"), "show": self.show, "q": self.sought, **over}
        return address("/people", kept)
