"""A tab at the handlers' socket that knows when a call was answered and what it heard."""

import json
from typing import Any, Final

from cma_app.access.acts import Act, allows, submits
from cma_app.errors import CmaError
from state.gate import declared
from tests.served import HYDRATE, Socket
from tests.web.calls import Call, filled, handler_of, route
from tests.web.matrix import CALLS
from tests.web.packs import Pack

WAIT: Final = 60.0
"""Seconds in which every call is answered, or the test fails."""
LATE: Final = 'notice_tone_rx_state_":"late"'
"""What a frame holds that refuses a call."""
ENDED: Final = "ended_rx_state_"
"""What a frame holds that says that the sign-in is over."""

TELL: Final = "CentreState.tell"
MARKER: Final = "zq-answered"


class Tab(Socket):
    """A tab that waits for the answer to each call: a marker sent behind it has come back."""

    def arrive(self) -> None:
        """Connect on a page that shows no record."""
        self.at = route("/not-found")
        event = {"name": HYDRATE, "payload": {}, "router_data": self.at}
        self._ws.send(f"40/_event,{json.dumps({'event': event})}")
        self.answers = 0
        self.frames += self._until_marked()

    def settle(self) -> None:
        """Connect, and wait for all that a page sets off as it comes."""
        self.arrive()
        while '"is_hydrated_rx_state_":true' not in "".join(self.frames):
            self.rest()

    def call(self, name: str, call: Call, at: Pack, args: Pack) -> list[str]:
        """Make one call with the address of one pack and the arguments of another."""
        self._ask(handler_of(name), filled(call.at, at), filled(call.args, args))
        came = self._until_marked()
        self.frames += came
        return came

    def run(self, name: str, at: Pack, args: Pack | None = None, own: Pack | None = None) -> str:
        """Make a call and the calls that go before it; return the frames of the call itself."""
        self._prepare(name, own or at)
        return "\n".join(self.call(name, CALLS[name], at, args or at))

    def attempt(
        self, name: str, at: Pack, args: Pack | None = None, own: Pack | None = None
    ) -> None:
        """Make a call as `run` does and wait for no answer: it is among what is heard later."""
        self._prepare(name, own or at)
        call = CALLS[name]
        self._ask(handler_of(name), filled(call.at, at), filled(call.args, args or at))

    def _prepare(self, name: str, at: Pack) -> None:
        for before in CALLS[name].after:
            self.call(before, CALLS[before], at, at)

    def whole(self, name: str, at: Pack) -> str:
        """Make a call; return all frames of it, of the calls before it and of what they set off."""
        heard = len(self.frames)
        self.run(name, at)
        self.rest()
        return "\n".join(self.frames[heard:])

    def rest(self) -> str:
        """Return the frames of what the last call set off."""
        came = self._until_marked()
        self.frames += came
        return "\n".join(came)

    def asked(self, handler: str, **payload: Any) -> list[str]:
        """Send an event of any name where no record is shown; return what came and was set off."""
        self._ask(handler, "/not-found", payload)
        came = self._until_marked() + self._until_marked()
        self.frames += came
        return [frame for frame in came if MARKER not in frame]

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


def leaks(tab: Tab, *canaries: str) -> list[str]:
    """Return the frames with a canary, and those that say that something broke."""
    bad = (*canaries, CmaError.sentence)
    return [frame[:300] for frame in tab.frames if any(each in frame for each in bad)]


def may(role: str, name: str) -> bool:
    """Say whether a role includes the act of a call, or prepares it for sign-off."""
    deed = declared(handler_of(name))
    return not isinstance(deed, Act) or allows(role, deed) or submits(role, deed)
