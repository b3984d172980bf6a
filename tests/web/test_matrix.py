"""The matrix: each handler of ours x role x centre x assignment x signed in, over a real socket.

Each call of the table first succeeds for somebody who may make it. The same call is then made, on
records that nobody has touched, by everybody who may not: not one planted text comes back in any
frame, and nothing is written but the refusals.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

import cma_app.cma_app
from cma_app.access.acts import (
    READ_ONLY,
    READS,
    REFUSALS,
    ROLE_ACTS,
    VISITOR,
    Act,
    allows,
    submits,
)
from cma_app.access.policy import SHADOWING
from cma_app.errors import CmaError, NotFound
from cma_app.session import hash_token, open_as
from state.base import LOADS
from state.gate import declared
from tests.people import PASSWORD
from tests.served import HYDRATE, Served, Socket
from tests.web.calls import Call, filled, handler_of, handlers, route
from tests.web.matrix import CALLS, CASE, CLIENT, LEAVE, SHOWN, changes_rows
from tests.web.packs import ASHDOWN, ASSIGNED, BROOK, RESTRICTED, Pack, World

NUMBER = 7001
"""The number of this module's own two centres."""

WAIT = 60.0
"""Seconds in which every call is answered, or the test fails."""

TELL = "CentreState.tell"
REVEALING = {"ClientState.reveal", "ClientState.hide"}
MARKER = "zq-answered"
ON_SCREEN = {
    *("first_name", "client_reference", "address_line1", "address_line2", "city"),
    *("case_reference", "emergency", "priority_reason", "what", "body", "creditor_name"),
    *("account_number", "referred_by", "emergency_what", "needs", "wording"),
    *("original_creditor", "collector", "strategy"),
    *("register_reference", "about", "given_why", "review_note"),
}
"""The columns of free text that some page shows."""

NEVER = {"password_hash", "token_hash", "ni_number_index", "national_insurance_number"}
"""The columns that no page shows to anybody."""

LATE = 'notice_tone_rx_state_":"late"'
ENDED = "ended_rx_state_"


class Tab(Socket):
    """A tab that waits for the answer to each call: a marker sent behind it has come back."""

    def arrive(self) -> None:
        """Connect on a page that shows no record."""
        self.at = route("/not-found")
        event = {"name": HYDRATE, "payload": {}, "router_data": self.at}
        self._ws.send(f"40/_event,{json.dumps({'event': event})}")
        self.answers = 0
        self.frames += self._until_marked()

    def call(self, name: str, call: Call, at: Pack, args: Pack) -> list[str]:
        """Make one call with the address of one pack and the arguments of another."""
        self._ask(handler_of(name), filled(call.at, at), filled(call.args, args))
        came = self._until_marked()
        self.frames += came
        return came

    def run(self, name: str, at: Pack, args: Pack | None = None, own: Pack | None = None) -> str:
        """Make a call and the calls that go before it; return the frames of the call itself."""
        call = CALLS[name]
        for before in call.after:
            self.call(before, CALLS[before], own or at, own or at)
        return "\n".join(self.call(name, call, at, args or at))

    def rest(self) -> str:
        """Return the frames of what the last call set off."""
        came = self._until_marked()
        self.frames += came
        return "\n".join(came)

    def last_call(self, name: str, call: Call) -> None:
        """Make a call after which this tab is somebody else's, and wait until it is told so."""
        self._ask(handler_of(name), call.at, {})
        self._ask(handler_of(TELL), call.at, {"sentence": "more", "tone": "note"})
        while ENDED not in (self.frames[-1] if self.frames else ""):
            self.frames += self._frame()

    def _ask(self, handler: str, address: str, args: dict[str, Any]) -> None:
        self.at = route(address)
        event = {"name": handler, "payload": args, "router_data": self.at}
        self._ws.send(f"42/_event,{json.dumps(['event', event])}")

    def _until_marked(self) -> list[str]:
        self.answers += 1
        marker = f"{MARKER}-{self.answers};"
        payload = {"sentence": marker, "tone": "note"}
        event = {"name": handler_of(TELL), "payload": payload, "router_data": self.at}
        self._ws.send(f"42/_event,{json.dumps(['event', event])}")
        came: list[str] = []
        while not came or marker not in came[-1]:
            came += self._frame()
        return came

    def _frame(self) -> list[str]:
        frame = str(self._ws.recv(timeout=WAIT))
        if frame == "2":
            self._ws.send("3")
            return []
        return [frame]


class Stranger(Tab):
    """A tab of somebody who is not signed in: each call is answered by saying so."""

    def _until_marked(self) -> list[str]:
        self.answers += 1
        came: list[str] = []
        while not came or ENDED not in came[-1]:
            came += self._frame()
        return came


@pytest.fixture(scope="module")
def world(owner: Engine, served: Served) -> World:
    assert cma_app.cma_app.app
    return World(owner, NUMBER)


@pytest.fixture(scope="module")
def cookies(world: World, served: Served) -> dict[str, str]:
    """Everybody's sign-in."""
    return {who: served.sign_in(world.cast, who) for who in world.cast.usernames}


class Log:
    """What the audit log got since it was asked last."""

    def __init__(self, owner: Engine) -> None:
        self.owner = owner
        self.last = self._newest()

    def _newest(self) -> int:
        with self.owner.connect() as connection:
            return connection.execute(text("SELECT max(id) FROM audit_logs")).scalar_one()

    def written(self, where: str = "true", **values: object) -> list[str]:
        """Return the changes and openings since then: who, what, of which record."""
        rows = text(
            "SELECT user_id, action, table_name, record_id FROM audit_logs WHERE id > :last"
            " AND action NOT LIKE 'refused%' AND coalesce(table_name, '') <> 'sessions'"
            f" AND ({where}) ORDER BY id"
        )
        with self.owner.connect() as connection:
            found = connection.execute(rows, {"last": self.last, **values}).all()
        return [f"{row.user_id} {row.action} {row.table_name} {row.record_id}" for row in found]

    def of(self, pack: Pack, people: list[int]) -> list[str]:
        """Return what was written about a pack, or in its centre by other centres' people."""
        return self.written(
            "case_id = :cases OR client_id = :clients"
            " OR (table_name = 'users' AND record_id = :users)"
            " OR (table_name = 'referrals' AND record_id IN (:referrals, :other_referral))"
            " OR (centre_id IN (:centre, :spare_centre) AND user_id = ANY (:people))",
            people=people,
            **{name: pack[name] for name in (
                "cases", "clients", "users", "referrals", "other_referral", "centre",
                "spare_centre",
            )},
        )  # fmt: skip


@pytest.fixture
def log(world: World) -> Log:
    return Log(world.owner)


LETS_SHADOW = "ShadowState.open"
"""The part of a case's page that is for those who let a trainee shadow it."""
NO_VISITORS = {LETS_SHADOW, "SignOffState.open", "CallListState.open mine"}
"""What reads and shows a visitor nothing: another's sign-off, and what would be one's own."""
LOOK_ALIKES = "WalkInState.send look-alikes"
"""The one call that tells a trainee of others' clients."""


def leaks(tab: Tab, *canaries: str) -> list[str]:
    """Return the frames with a canary, and those that say that something broke."""
    bad = (*canaries, CmaError.sentence)
    return [frame[:300] for frame in tab.frames if any(each in frame for each in bad)]


def secrets_in(tab: Tab, pack: Pack) -> set[str]:
    """Return which secrets of a pack the tab heard."""
    heard = "".join(tab.frames)
    return {each for each in (*NEVER, pack["ni_number"]) if each in heard}


def may(role: str, name: str) -> bool:
    """Say whether a role includes the act of a call, or prepares it for sign-off."""
    deed = declared(handler_of(name))
    return not isinstance(deed, Act) or allows(role, deed) or submits(role, deed)


def loads(name: str) -> bool:
    """Say whether a call is a page's own loading: the page tells who may not, and no notice."""
    registered = RegistrationContext.get().event_handlers[handler_of(name)]
    return getattr(registered.handler.fn, LOADS, False)


def test_every_handler_has_a_call():
    assert {name.partition(" ")[0] for name in CALLS} == set(handlers())
    assert {each for call in CALLS.values() for each in call.after} <= set(CALLS)


def test_the_canaries_stand_where_pages_show_them(
    world: World, served: Served, cookies: dict[str, str]
):
    """Otherwise that none is heard would mean nothing."""
    heard: set[str] = set()
    for who in ("amina", "maria"):
        with Tab(served, cookies[who]) as tab:
            tab.arrive()
            for name, call in CALLS.items():
                if call.by == who and call.shows == SHOWN:
                    tab.run(name, world.ashdown)
        for frame in tab.frames:
            heard |= set(re.findall(rf"{ASHDOWN.casework} \d+ (\w+)", frame))
    assert heard >= ON_SCREEN


@pytest.mark.parametrize("name", [name for name in CALLS if name != LEAVE])
def test_succeeds_for_somebody_who_may(
    name: str, world: World, served: Served, cookies: dict[str, str]
):
    call = CALLS[name]
    pack = world.of_ashdown() if changes_rows(name) else world.ashdown
    if call.by == "tess":  # what is assigned to a trainee; `TestATrainee` has what is not
        pack = world.of_tess()
    with Tab(served, cookies[call.by]) as tab:
        tab.arrive()
        log = Log(world.owner)
        answer = tab.run(name, pack) + tab.rest()
    assert LATE not in answer, answer[-600:]
    assert CmaError.sentence not in "".join(tab.frames)
    assert "settled_rx_state_" in answer
    assert filled(call.shows, pack) in answer
    assert secrets_in(tab, pack) == ({pack["ni_number"]} if name in REVEALING else set())
    if call.writes:
        assert log.written("table_name = :name", name=call.writes)


class TestTheOtherRoles:
    @pytest.mark.parametrize("who", ["root", "maria", "amina", "tess"])
    def test_are_refused_and_told_nothing(
        self, who: str, world: World, served: Served, cookies: dict[str, str], log: Log
    ):
        role = getattr(world.cast, who).role
        barred = [name for name in CALLS if not may(role, name)]
        assert barred
        with Tab(served, cookies[who]) as tab:
            tab.arrive()
            for name in barred:
                answer = "".join(tab.call(name, CALLS[name], world.ashdown, world.ashdown))
                assert LATE in answer, name
            tab.rest()
        assert leaks(tab, *ASHDOWN.all) == []
        assert log.written() == []


def attack(tab: Tab, theirs: Pack, own: Pack, names: Iterable[str] = CALLS) -> None:
    """Make each call with the next centre's numbers, in the address, the arguments and both."""
    tab.arrive()
    for name in names:
        call = CALLS[name]
        tab.run(name, theirs)
        if call.args_name_one:
            tab.run(name, own, args=theirs)
        if call.place_names_one and (call.args_name_one or call.after):
            tab.run(name, theirs, args=own, own=own)
    tab.rest()


class TestTheNextCentre:
    def test_would_be_noticed(self, world: World, served: Served, cookies: dict[str, str]):
        """A colleague may what the next centre may not: the same watch sees and counts it."""
        theirs = world.of_ashdown()
        log = Log(world.owner)
        with Tab(served, cookies["ben"]) as tab:
            tab.arrive()
            tab.run("ClientState.save", theirs)
            tab.run("ClientState.reveal", theirs)
            tab.run("DebtState.remove", theirs)
            tab.rest()
        assert all(leaks(tab, mark) for mark in (ASHDOWN.casework, ASHDOWN.ni_number))
        written = " ".join(log.of(theirs, [world.cast.ben.user_id]))
        assert all(table in written for table in ("clients", "debts"))

    @pytest.mark.parametrize(
        ("who", "names"),
        [
            ("bea", list(CALLS)),
            ("maria", [name for name in CALLS if not may("advisor", name)]),
            pytest.param("maria", list(CALLS), marks=pytest.mark.deep),
            pytest.param("colin", list(CALLS), marks=pytest.mark.deep),
        ],
        ids=["bea", "maria, what no advisor may", "maria", "colin"],
    )
    def test_hears_and_changes_nothing(
        self, who: str, names: list[str], world: World, served: Served, cookies: dict[str, str]
    ):
        """What both roles may is refused to both by the same policies; `make deep` asks both."""
        from_brook = who in {"colin", "bea"}
        marks, theirs = (ASHDOWN, world.ashdown) if from_brook else (BROOK, world.brook)
        own = world.of_brook() if from_brook else world.of_ashdown()
        log = Log(world.owner)
        with Tab(served, cookies[who]) as tab:
            attack(tab, theirs, own, names)
        assert leaks(tab, *marks.all) == []
        assert log.of(theirs, [getattr(world.cast, who).user_id]) == []


class TestATrainee:
    def test_hears_and_changes_nothing_of_what_is_not_assigned(
        self, world: World, served: Served, cookies: dict[str, str], log: Log
    ):
        with Tab(served, cookies["tess"]) as tab:
            tab.arrive()
            for name in CALLS:
                if may("trainee", name) and name != LOOK_ALIKES:
                    tab.run(name, world.ashdown)
            tab.rest()
        assert leaks(tab, ASHDOWN.casework, ASHDOWN.ni_number) == []
        assert log.of(world.ashdown, []) == []

    def test_is_told_the_name_and_reference_of_who_looks_alike_and_no_more(
        self, world: World, served: Served, cookies: dict[str, str], log: Log
    ):
        with Tab(served, cookies["tess"]) as tab:
            tab.arrive()
            answer = tab.run(LOOK_ALIKES, world.ashdown) + tab.rest()
        told = set(re.findall(rf"{ASHDOWN.casework} (?:\d+ )?(\w+)", answer))
        assert told == {"first_name", "family", "client_reference"}
        assert ASHDOWN.ni_number not in answer
        assert log.of(world.ashdown, []) == []


class TestATraineeWhoShadows:
    """Beside the trainee to whom a case is assigned, and the one who has nothing of it."""

    def test_reads_the_case_and_changes_nothing(
        self, world: World, served: Served, cookies: dict[str, str]
    ):
        with world.shadowed() as pack, Tab(served, cookies["tess"]) as tab:
            log = Log(world.owner)
            tab.arrive()
            answers = {
                name: tab.run(name, pack) + tab.rest()
                for name, call in CALLS.items()
                if may("trainee", name) and call.at.startswith((CASE, CLIENT))
            }
            done = log.written("case_id = :k OR client_id = :c", k=pack["cases"], c=pack["clients"])
        reads = {name for name in answers if declared(handler_of(name)) in READS}
        shown = {name for name in reads if CALLS[name].shows == SHOWN}
        assert len(shown) > 15
        assert {name for name in shown if ASHDOWN.casework not in answers[name]} == {LETS_SHADOW}
        assert leaks(tab) == []
        writes = {name for name in answers if CALLS[name].writes and name not in reads}
        assert len(writes) > 40
        holds_none = "You hold no case of this client."
        said = (SHADOWING, holds_none, NotFound.sentence, *REFUSALS.values())
        assert {name for name in writes if not any(each in answers[name] for each in said)} == set()
        assert {row.split()[1] for row in done} <= {act.value for act in READS}


class TestAVisitor:
    """An admin with emergency access to the centre."""

    GRANT = text(
        "INSERT INTO access_grants (centre_id, created_by, session_id, admin_name, kind, reason,"
        " expires_at) SELECT centre_id, user_id, id, 'Root', 'fault', 'To see what a fault does',"
        " now() + interval '1 hour' FROM sessions WHERE token_hash = :hash"
    )

    @pytest.fixture
    def cookie(self, world: World, served: Served) -> str:
        """Return the cookie of a sign-in of its own, which has emergency access."""
        cookie = served.sign_in(world.cast, "root")
        with world.owner.begin() as connection:
            connection.execute(self.GRANT, {"hash": hash_token(cookie.partition("=")[2])})
        return cookie

    def test_reads_each_open_file_and_does_nothing_else(
        self, world: World, served: Served, cookie: str
    ):
        hidden = world.restricted()
        log = Log(world.owner)
        with Tab(served, cookie) as tab:
            tab.arrive()
            barred = {name for name in CALLS if not may(VISITOR, name)}
            for name in barred:
                answer = "".join(tab.call(name, CALLS[name], world.ashdown, world.ashdown))
                assert (LATE if loads(name) else READ_ONLY) in answer, name
            reads = [name for name in CALLS if name not in barred | {LEAVE}]
            answers = {name: tab.run(name, world.ashdown) + tab.rest() for name in reads}
            for name in reads:
                tab.run(name, hidden)
            tab.rest()
        shown = {name for name, call in CALLS.items() if call.shows == SHOWN} - barred
        assert len(shown) > 30
        assert {name for name in shown if ASHDOWN.casework not in answers[name]} <= NO_VISITORS
        assert leaks(tab, ASHDOWN.ni_number, RESTRICTED.casework, RESTRICTED.ni_number) == []
        done = {row.split()[1] for row in log.written()}
        assert done <= {act.value for act in ROLE_ACTS[VISITOR]}
        about = "case_id = :cases OR client_id = :clients"
        assert log.written(about, cases=hidden["cases"], clients=hidden["clients"]) == []

    def test_leaves_and_hears_no_more(self, world: World, served: Served, cookie: str):
        with Tab(served, cookie) as tab:
            tab.arrive()
            assert ASHDOWN.casework in tab.run("ClientState.open", world.ashdown)
            log = Log(world.owner)
            tab.last_call(LEAVE, CALLS[LEAVE])
        assert log.written("table_name = 'access_grants'")
        with Tab(served, cookie) as tab:
            tab.arrive()
            assert LATE in tab.run("ClientState.open", world.ashdown)
        assert leaks(tab, *ASHDOWN.all) == []


class TestARestrictedFile:
    @pytest.mark.parametrize("who", [pytest.param("ben", marks=pytest.mark.deep), "maria"])
    def test_is_absent_for_whoever_it_does_not_name(
        self, who: str, world: World, served: Served, cookies: dict[str, str]
    ):
        hidden = world.restricted()
        log = Log(world.owner)
        with Tab(served, cookies[who]) as tab:
            tab.arrive()
            for name in CALLS:
                if may(getattr(world.cast, who).role, name):
                    tab.run(name, hidden)
            tab.rest()
        assert leaks(tab, RESTRICTED.casework, RESTRICTED.ni_number) == []
        about = "case_id = :cases OR client_id = :clients"
        assert log.written(about, cases=hidden["cases"], clients=hidden["clients"]) == []


class TestSignedOut:
    @pytest.mark.parametrize("cookie", ["", f"cma={'x' * 43}"])
    def test_hears_only_that_it_is_over(self, cookie: str, world: World, served: Served, log: Log):
        with Stranger(served, cookie) as tab:
            tab.arrive()
            for name in CALLS:
                answer = "".join(tab.call(name, CALLS[name], world.ashdown, world.ashdown))
                assert ENDED in answer, name
                assert len(answer) < 200, name
        assert leaks(tab, *ASHDOWN.all) == []
        assert log.written() == []


class TestTheLogs:
    """After every call of this module, and some that break: nothing of it is in any log."""

    def test_hold_no_secret_and_nobodys_words(
        self, world: World, served: Served, cookies: dict[str, str]
    ) -> None:
        canary = "zqlog"
        with Tab(served, cookies["amina"], client=f"{canary}-tab") as tab:
            tab.arrive()
            for raw in (
                f'42/_event,["event",{{"name":"{canary}","payload":{{"body":"{canary}"}}}}]',
                f'42/_event,["event",{{"{canary}":1}}]',
                f"42/_event,{canary}",
            ):
                tab.raw(raw)
            for name in ("ClientState.save", "NoteState.save", "ClientState.find"):
                handler = next((each for each in map(handler_of, handlers()) if name in each), None)
                if handler:
                    tab._ask(handler, f"/?q={canary}", {"form": {canary: canary}, canary: canary})
        served.post("/sign-in", identifier=canary, password=canary, next=f"//{canary}")
        served.get(f"/{canary}?token={canary}", f"cma={canary}")
        served.get("/documents/none", cookies["amina"], **{"X-Canary": canary})
        with open_as(world.cast.amina) as session, suppress(DBAPIError):
            session.execute(text("SELECT cast(:canary AS int)"), {"canary": canary})
        logs = "".join(each.read_text() for each in served.log.parent.rglob("*.log"))
        assert "Started worker" in logs
        tokens = [cookie.partition("=")[2] for cookie in cookies.values()]
        marks = (*ASHDOWN.all, *BROOK.all, *RESTRICTED.all, *ASSIGNED.all)
        assert [each for each in (canary, PASSWORD, *tokens, *marks) if each in logs] == []
