"""What every handler of ours declares, and that the gate and the services each refuse alone."""

import ast
import asyncio
import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import BaseState, State
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from sqlmodel import SQLModel

import cma_app.cma_app
from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act, refusal
from cma_app.errors import Refused
from cma_app.services.sign_in import sign_in
from cma_app.session import CentreSession, hash_token
from cma_app.settings import ROOT
from state.base import ACT, LOADS, SIGNED_IN, Asking, CentreState, SignIn, use_sign_in
from state.gate import Gate, cookie_name, declared, undeclared_handlers
from tests.people import PASSWORD, Cast

CODE = sorted([*(ROOT / "state").glob("*.py"), *(ROOT / "pages").rglob("*.py")])
BANNED = {"Cookie", "LocalStorage", "SessionStorage", "upload", "html", "markdown", "call_script"}
"""Of Reflex: storage and scripts in the browser's reach, raw HTML, and uploads without our gate."""


def states(of: type[BaseState] = CentreState) -> Iterator[type[BaseState]]:
    """Yield every state of ours."""
    assert cma_app.cma_app.app
    yield of
    for each in of.get_substates():
        yield from states(each)


def own_methods(state: type[BaseState]) -> dict[str, Any]:
    """Return what a state's own class body defines under a public name and can be called."""
    return {
        name: value
        for name, value in vars(state).items()
        if not name.startswith("_") and (inspect.isfunction(value) or hasattr(value, "fn"))
    }


class TestDeclarations:
    def test_every_handler_declares_an_act_and_the_type_of_each_argument(self) -> None:
        assert cma_app.cma_app.app
        assert undeclared_handlers() == []

    def test_the_acts_are_those_of_the_table(self) -> None:
        names = [
            name
            for name in RegistrationContext.get().event_handlers
            if CentreState.get_full_name() in name and not name.endswith(".setvar")
        ]
        assert len(names) > 90
        assert {declared(name) for name in names} <= {*Act, SIGNED_IN}

    def test_no_state_has_a_public_method_that_declares_nothing(self) -> None:
        for state in states():
            for name, value in own_methods(state).items():
                if name == "setvar":
                    continue  # Reflex's own: the gate refuses it
                assert hasattr(getattr(value, "fn", value), ACT), f"{state.__name__}.{name}"

    def test_no_method_is_called_like_a_setter(self) -> None:
        for state in states():
            setters = [name for name in state.event_handlers if name.startswith("set_")]
            assert setters == [], state.__name__

    def test_no_var_holds_a_row(self) -> None:
        for state in states():
            for name, hint in inspect.get_annotations(state, eval_str=True).items():
                assert not holds_a_row(hint), f"{state.__name__}.{name}"

    @pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
    def test_nothing_of_reflex_goes_round_the_walls(self, path: Any) -> None:
        used = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "rx"
        }
        assert used & BANNED == set()
        assert "dangerouslySetInnerHTML" not in path.read_text()


def holds_a_row(hint: Any, seen: frozenset[Any] = frozenset()) -> bool:
    """Say whether a type is a table's, or has one in its arguments or fields."""
    if hint in seen:
        return False
    seen |= {hint}
    if any(holds_a_row(each, seen) for each in get_args(hint) if isinstance(each, type)):
        return True
    if any(holds_a_row(each, seen) for each in get_args(hint) if get_args(each)):
        return True
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return any(holds_a_row(each, seen) for each in get_type_hints(hint).values())
    return isinstance(hint, type) and issubclass(hint, SQLModel)


def test_a_row_is_found_wherever_it_hides() -> None:
    from models import Case

    @dataclasses.dataclass
    class View:
        rows: list[Case]

    assert all(holds_a_row(each) for each in (Case, list[Case], dict[str, list[Case]], View))
    assert not holds_a_row(dict[str, list[tuple[str, str]]])


REFUSED = [
    ("CaseState", "reopen", {"form": {"reason": "Moved"}}),
    ("ClosingState", "place_hold", {"form": {"kind": "complaint", "reason": "Open"}}),
    ("CaseState", "assign", {"form": {"advisor_id": "1"}}),
    ("UsersState", "reset_password", {"person": 1}),
    ("LeavingState", "ask_deactivate", {"person": 1}),
    ("CentresState", "close", {"centre": 1}),
    ("CaseloadState", "open", {}),
    ("ReferralsState", "accept", {"number": 1}),
]
"""What a trainee may not do, by state, handler and arguments."""


def state_of(name: str) -> BaseState:
    """Return a new state of ours by its class's name, in a tree of its own."""
    found = next(each for each in states() if each.__name__ == name)
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    return root.get_substate(found.get_full_name().split("."))


@pytest.fixture
def signed_in(cast: Cast) -> tuple[str, SignIn]:
    """Sign Tess, a trainee, in; return her token and the sign-in as the gate reads it."""
    token = sign_in(cast.usernames["tess"], PASSWORD, Origin()).token
    return token, SignIn(hash_token(token), Origin(), cast.tess)


class TestEachAlone:
    @pytest.mark.parametrize(("state", "handler", "args"), REFUSED)
    def test_without_the_gate_the_service_refuses(
        self,
        state: str,
        handler: str,
        args: dict[str, Any],
        cast: Cast,
        signed_in: tuple[str, SignIn],
        owner: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The handler is run as if the gate had let it through."""
        from tests.planting import plant

        planted = plant(owner, cast.tess)
        monkeypatch.setattr(Asking, "query", lambda *_: "")
        monkeypatch.setattr(Asking, "route_id", lambda *_: planted["cases"])
        if handler == "accept":
            args = {"number": planted["referrals"]}
        on = state_of(state)

        async def run() -> None:
            use_sign_in(signed_in[1])
            with pytest.raises(Refused):
                await on.event_handlers[handler].fn(on, **args)

        asyncio.run(run())

    @pytest.mark.parametrize(("state", "handler", "args"), REFUSED)
    def test_without_the_services_the_gate_refuses(
        self,
        state: str,
        handler: str,
        args: dict[str, Any],
        signed_in: tuple[str, SignIn],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The services would let everybody do everything; Tess is told no before they are asked."""
        monkeypatch.setattr(CentreSession, "authorize", lambda *_: None)
        on = state_of(state)
        event = Event(name=f"{on.get_full_name()}.{handler}", payload=args)
        update = asyncio.run(at_the_gate(on, event, signed_in[0]))
        assert update is not None
        fn = on.event_handlers[handler].fn
        sentence = refusal(getattr(fn, ACT), "trainee") or Refused.sentence
        told = update.delta[CentreState.get_full_name()]["notice_sentence_rx_state_"]
        assert told == ("" if getattr(fn, LOADS, False) else sentence)  # a page says it itself

    @pytest.mark.parametrize(("state", "handler", "args"), REFUSED)
    def test_with_its_role_check_down_the_gate_lets_the_same_event_through(
        self,
        state: str,
        handler: str,
        args: dict[str, Any],
        signed_in: tuple[str, SignIn],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """So it is that check, and nothing else about the event, which refused it above."""
        monkeypatch.setattr(Actor, "may", lambda *_: True)
        on = state_of(state)
        event = Event(name=f"{on.get_full_name()}.{handler}", payload=args)
        assert asyncio.run(at_the_gate(on, event, signed_in[0])) is None


async def at_the_gate(state: BaseState, event: Event, token: str) -> Any:
    """Return what the gate says to an event that came over a socket with this sign-in."""

    async def nothing(token: str, *events: Event) -> None:
        """Take what would go to the browser or the queue."""

    context = EventContext(
        token="tab",
        state_manager=StateManagerMemory(),
        enqueue_impl=nothing,
        router_data={"headers": {"cookie": f"{cookie_name()}={token}"}, "ip": "127.0.0.1"},
    )
    with context:
        return await Gate().preprocess(cma_app.cma_app.app, state, event)
