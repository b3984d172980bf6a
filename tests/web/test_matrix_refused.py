"""The matrix, second half: each handler x role x centre x assignment x signed in, refused.

Each call of the table succeeds for somebody who may make it (`test_matrix.py`). The same call is
made here by everybody who may not: not one planted text comes back in any frame, and nothing is
written but the refusals. It has a world of its own, in which few files are planted: a list that
every call adds to would make each later one slower.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cma_app.access.acts import READ_ONLY, READS, REFUSALS, ROLE_ACTS, VISITOR
from cma_app.access.policy import SHADOWING
from cma_app.errors import NotFound
from cma_app.session import hash_token, open_as
from cma_app.settings import ROOT
from state.base import LOADS
from state.gate import declared
from tests.served import Served
from tests.web.calls import handler_of, handlers
from tests.web.matrix import CALLS, CASE, CLIENT, LEAVE, SHOWN
from tests.web.packs import ASHDOWN, BROOK, RESTRICTED, Pack, World
from tests.web.tabs import ENDED, LATE, Stranger, Tab, leaks, may
from tests.web.watching import MARKS, Log, holding, said_in_logs

NUMBER: Final = 7003
"""The number of this module's own two centres."""

LETS_SHADOW: Final = "ShadowState.open"
"""The part of a case's page that is for those who let a trainee shadow it."""
NO_VISITORS: Final = {LETS_SHADOW, "SignOffState.open", "CallListState.open mine"}
"""What reads and shows a visitor nothing: another's sign-off, and what would be one's own."""
LOOK_ALIKES: Final = "WalkInState.send look-alikes"
"""The one call that tells a trainee of others' clients."""


@pytest.fixture
def log(world: World) -> Log:
    return Log(world.owner)


def loads(name: str) -> bool:
    """Say whether a call is a page's own loading: the page tells who may not, and no notice."""
    registered = RegistrationContext.get().event_handlers[handler_of(name)]
    return getattr(registered.handler.fn, LOADS, False)


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
        tab.attempt(name, theirs)
        if call.args_name_one:
            tab.attempt(name, own, args=theirs)
        if call.place_names_one and (call.args_name_one or call.after):
            tab.attempt(name, theirs, args=own, own=own)
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
                    tab.attempt(name, world.ashdown)
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
                name: tab.whole(name, pack)
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
                tab.attempt(name, hidden)
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
                    tab.attempt(name, hidden)
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
    """After every call of this module, and some that break."""

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
        assert said_in_logs(served, cookies, canary) == []


class TestTheDisk:
    """After every call of this module: a tab's words are in memory, and what is kept is sealed."""

    def test_holds_nobodys_words_outside_the_database_and_the_documents(
        self, world: World, served: Served, cookies: dict[str, str], home: Path
    ) -> None:
        with Tab(served, cookies["amina"]) as tab:
            tab.arrive()
            for name in ("ClientState.reveal", "NoteState.open", "DocumentReadingState.open"):
                tab.run(name, world.ashdown)
            heard = "".join(tab.frames)
            assert all(mark in heard for mark in (ASHDOWN.casework, ASHDOWN.ni_number))
            assert holding(*MARKS, under=(home, ROOT)) == []
        assert holding(*MARKS, under=(home, ROOT)) == []
