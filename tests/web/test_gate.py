"""The gate over a real socket: what a bare client may send, and what it ever hears back."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy import Engine, text

import cma_app.cma_app
from cma_app.services import centres, users
from cma_app.services.person_forms import PersonEdit
from state.gate import INTERNAL, attended, declared, undeclared_handlers
from tests.people import Cast
from tests.served import CENTRE, SHELL, Served, Socket
from tests.web.tabs import Tab

pytestmark = pytest.mark.database

ROOT = "reflex___state____state"
ARRIVE = f"{SHELL}.arrive"
TELL = f"{CENTRE}.tell"


def handlers() -> list[str]:
    """Every handler that the app registers, Reflex's own included."""
    assert cma_app.cma_app.app
    return sorted(RegistrationContext.get().event_handlers)


class TestDeclarations:
    def test_every_handler_of_ours_declares_an_act_and_its_arguments(self):
        assert handlers()
        assert undeclared_handlers() == []

    def test_of_reflex_own_events_only_the_short_list_passes(self):
        own = {name for name in handlers() if CENTRE not in name}
        assert {name for name in own if declared(name) is not None} == INTERNAL

    def test_what_a_page_asks_by_itself_keeps_no_sign_in_awake(self):
        """The page of a document that waits to be read asks every two seconds how far it is."""
        asked = [name for name in handlers() if name.endswith("document_reading_state.refresh")]
        assert asked
        assert [name for name in asked if attended(name)] == []

    def test_no_automatic_setter_exists(self):
        setters = [name for name in handlers() if name.rpartition(".")[2].startswith("set_")]
        assert [name for name in setters if CENTRE in name] == []


class TestSignedIn:
    def test_a_page_says_who_is_signed_in(self, served: Served, cast: Cast):
        with Socket(served, served.sign_in(cast, "amina")) as tab:
            assert "Amina Khan" in "".join(tab.open())

    def test_setvar_is_refused_on_every_state_and_changes_nothing(self, served: Served, cast: Cast):
        names = [name for name in handlers() if name.endswith(".setvar")]
        assert len(names) > 2
        with Socket(served, served.sign_in(cast, "tess")) as tab:
            tab.open()
            for name in names:
                for var in ("role", "acts", "person", "_bound_to", "ended", "is_hydrated"):
                    tab.post(name, var_name=var, value="admin")
            tab.hear("could not be understood", times=6 * len(names))
            assert '"admin"' not in "".join([*tab.send(ARRIVE), *tab.open()])

    @pytest.mark.parametrize(
        "name",
        [
            "reflex___state____state.hydrate",
            "reflex___state____state.set_is_hydrated",
            f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal",
            f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
            f"{CENTRE}.ask",
            f"{CENTRE}._bound_to",
            f"{CENTRE}.reset",
            "no.such.handler",
        ],
    )
    def test_what_nobody_declared_is_refused(self, served: Served, cast: Cast, name: str):
        with Tab(served, served.sign_in(cast, "amina")) as tab:
            tab.settle()
            came = tab.asked(name)
        assert [frame for frame in came if "could not be understood" not in frame] == []

    @pytest.mark.parametrize(
        "payload",
        [
            {"sentence": 1, "tone": "good"},
            {"sentence": "x"},
            {"sentence": "x", "tone": "good", "more": 1},
            {"sentence": ["x"], "tone": "good"},
            {"sentence": None, "tone": "good"},
            {},
        ],
    )
    def test_arguments_that_do_not_fit_never_reach_the_handler(
        self, served: Served, cast: Cast, payload: dict[str, object]
    ):
        with Tab(served, served.sign_in(cast, "amina")) as tab:
            tab.settle()
            (came,) = tab.asked(TELL, **payload)
        assert "could not be understood" in came
        assert "settled_rx_state_" in came

    def test_arguments_that_fit_do(self, served: Served, cast: Cast):
        with Tab(served, served.sign_in(cast, "amina")) as tab:
            tab.settle()
            (came,) = tab.asked(TELL, sentence="told you so", tone="good")
        assert "told you so" in came

    def test_browser_storage_never_sets_a_var(self, served: Served, cast: Cast):
        with Socket(served, served.sign_in(cast, "tess")) as tab:
            came = tab.open() + tab.send(
                "reflex___state____state.hydrate_and_load", vars={f"{SHELL}.role": "admin"}
            )
            assert "could not be understood" in came[-1]
            assert '"admin"' not in "".join(came)


class TestSignedOut:
    @pytest.mark.parametrize(
        "cookie", ["", "cma=", f"cma={'x' * 43}", "cma=" + "'" * 43, "other=1"]
    )
    def test_hears_nothing_but_that_it_is_over(self, served: Served, cookie: str):
        with Socket(served, cookie) as tab:
            came = [*tab.open(), *tab.send(ARRIVE), *tab.send(TELL, sentence="hi", tone="good")]
            said = [frame for frame in came if frame.startswith("42")]
            assert len(said) == 3
            assert all("ended_rx_state_" in frame and len(frame) < 200 for frame in said)

    def test_an_ended_sign_in_is_refused_at_the_next_event(
        self, served: Served, cast: Cast, owner: Engine
    ):
        cookie = served.sign_in(cast, "amina")
        with Tab(served, cookie) as tab:
            tab.settle()
            with owner.begin() as connection:
                connection.execute(
                    text("UPDATE sessions SET revoked_at = now() WHERE user_id = :user"),
                    {"user": cast.amina.user_id},
                )
            tab.post(ARRIVE)
            assert "Amina" not in "".join(tab.hear("ended_rx_state_", times=1))

    @pytest.mark.parametrize("stamp", ["last_seen_at", "expires_at"])
    def test_one_that_idled_out_or_is_too_old_is_refused_a_second_later(
        self, served: Served, cast: Cast, owner: Engine, stamp: str
    ):
        """Its stamps move back, which is the clock moved on: the event comes a second too late."""
        limits = {"last_seen_at": "30 minutes 1 second", "expires_at": "10 hours 1 second"}
        move = text(
            f"UPDATE sessions SET {stamp} = {stamp} - interval '{limits[stamp]}'"
            " WHERE user_id = :user"
        )
        with Tab(served, served.sign_in(cast, "amina")) as tab:
            tab.settle()
            with owner.begin() as connection:
                connection.execute(move, {"user": cast.amina.user_id})
            tab.post(ARRIVE)
            assert "Amina" not in "".join(tab.hear("ended_rx_state_", times=1))

    def test_signing_out_wipes_what_the_tab_held(self, served: Served, cast: Cast):
        cookie = served.sign_in(cast, "amina")
        with Socket(served, cookie) as tab:
            tab.open()
            tab.send(TELL, sentence="a secret of the tab", tone="good")
            client = tab.client
            assert served.post("/sign-out", cookie).status_code == 303
        again = served.sign_in(cast, "amina")
        with Socket(served, again, client=client) as tab:
            assert "a secret of the tab" not in "".join(tab.open())


def deactivated(cast: Cast) -> None:
    with cast.open(cast.maria) as session:
        users.deactivate(session, cast.ben.user_id)


def given_another_role(cast: Cast) -> None:
    with cast.open(cast.maria) as session:
        seen = users.read_person(session, cast.ben.user_id)
        form = PersonEdit.read(
            {
                "first_name": "Ben",
                "last_name": "Ellis",
                "email": seen.email,
                "role": "trainee",
                "supervisor_id": str(cast.amina.user_id),
            }
        )
        users.edit(session, cast.ben.user_id, form, version=seen.version)


def given_another_password(cast: Cast) -> None:
    with cast.open(cast.maria) as session:
        users.reset_password(session, cast.ben.user_id)


def left_without_a_centre(cast: Cast) -> None:
    with cast.open(cast.root) as session:
        session.actor = replace(session.actor, centre_id=cast.bea.centre_id)
        centres.close(session, cast.ben.centre_id)


class TestRevoked:
    """What somebody else does ends an open page within a second, and refuses its next event."""

    @pytest.mark.parametrize(
        "undone", [deactivated, given_another_role, given_another_password, left_without_a_centre]
    )
    def test_an_open_page_is_told_within_a_second_and_its_next_event_refused(
        self, served: Served, cast: Cast, undone: Callable[[Cast], None]
    ):
        cookie = served.sign_in(cast, "ben")
        with Socket(served, cookie) as tab, Socket(served, cookie) as busy:
            tab.open()
            busy.open()
            undone(cast)
            began = time.monotonic()
            busy.post(ARRIVE)  # an event on its way just then
            assert "Ellis" not in "".join(busy.hear("ended_rx_state_", times=1))
            assert time.monotonic() - began < 1
            tab.hear("ended_rx_state_", times=1)  # and nobody touched this one
            assert time.monotonic() - began < 1
        with Socket(served, cookie, client=tab.client) as again:
            assert "Ellis" not in "".join([*again.open(), *again.send(ARRIVE)])
        assert served.get("/session", cookie).status_code == 401


class TestStolenTabToken:
    def test_without_a_cookie_it_shows_nothing(self, served: Served, cast: Cast):
        with Socket(served, served.sign_in(cast, "amina")) as tab:
            tab.open()
            tab.send(TELL, sentence="for Amina only", tone="good")
        with Socket(served, client=tab.client) as thief:
            heard = "".join([*thief.open(), *thief.send(ARRIVE)])
        assert "Amina" not in heard

    @pytest.mark.parametrize("thief", ["colin", "tess", "maria"])
    def test_with_another_persons_cookie_it_is_wiped(self, served: Served, cast: Cast, thief: str):
        with Socket(served, served.sign_in(cast, "amina")) as tab:
            tab.open()
            tab.send(TELL, sentence="for Amina only", tone="good")
        for first in ("open", "send"):
            with Socket(served, served.sign_in(cast, thief), client=tab.client) as other:
                heard = other.open() if first == "open" else [*other.open(), *other.send(ARRIVE)]
            said = "".join(heard).replace("Your supervisor: Amina Khan", "")  # which is Tess's own
            assert "Amina" not in said

    def test_while_the_tab_is_open_the_thief_gets_another(self, served: Served, cast: Cast):
        with Socket(served, served.sign_in(cast, "amina")) as tab:
            tab.open()
            with Socket(served, served.sign_in(cast, "colin"), client=tab.client) as thief:
                heard = "".join([*thief.open(), *thief.send(ARRIVE)])
            assert "Amina" not in heard
            assert "Amina" in "".join(tab.send(ARRIVE)) or "Amina" in "".join(tab.open())

    def test_the_same_person_signing_in_again_keeps_the_tab(self, served: Served, cast: Cast):
        with Socket(served, served.sign_in(cast, "amina")) as tab:
            tab.open()
            tab.send(TELL, sentence="still here", tone="good")
        with Socket(served, served.sign_in(cast, "amina"), client=tab.client) as again:
            assert "still here" in "".join(again.open())


class TestOneTimePassword:
    def test_nothing_but_the_password_page_until_it_is_changed(
        self, served: Served, cast: Cast, owner: Engine
    ):
        cookie = served.sign_in(cast, "ben")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET must_change_password = true WHERE id = :id"),
                {"id": cast.ben.user_id},
            )
        with Socket(served, cookie) as tab:
            heard = "".join([*tab.open(), *tab.send(ARRIVE)])
        assert "Ellis" not in heard
        assert served.get("/", cookie).headers["location"] == "/password"


class TestLogs:
    def test_neither_password_nor_cookie_nor_payload_is_written(self, served: Served, cast: Cast):
        served.post("/sign-in", identifier="canary-name", password="canary-password")
        cookie = served.sign_in(cast, "amina")
        with Socket(served, cookie) as tab:
            tab.open()
            tab.send("no.such.handler", canary="canary-unknown")
            tab.send(TELL, sentence=["canary-argument"], tone="good")
            tab.send(f"{SHELL}.setvar", var_name="role", value="canary-setvar")
            tab.send(TELL, sentence="canary-fine", tone="good")
            tab.raw('42/_event,["event","canary-text"]')
            tab.raw('42/_event,["client_error",{"message":"canary-client"}]')
            tab.listen()
        written = served.log.read_text()
        assert written
        assert "canary" not in written
        assert cookie.split("=")[1] not in written
        assert tab.client not in written
