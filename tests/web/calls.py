"""A call to a handler as the matrix writes it down, and how a pack's numbers get into it."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reflex_base.registry import RegistrationContext

from state.base import CentreState
from tests.web.packs import Pack


@dataclass(frozen=True)
class Call:
    """One call: `after` are calls made first in the same tab, `shows` is in a frame of the answer.

    `writes` is the table of which the audit log has a new row.
    """

    at: str = "/"
    by: str = "amina"
    args: dict[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    shows: str = ""
    writes: str = ""

    @property
    def names_a_record(self) -> bool:
        """Say whether it is about a planted record."""
        return self.place_names_one or self.args_name_one

    @property
    def place_names_one(self) -> bool:
        """Say whether its address has a planted record in it."""
        return "{" in self.at

    @property
    def args_name_one(self) -> bool:
        """Say whether a planted record is among its arguments."""
        return bool(re.search(r"@\w|\{\w", str(list(self.args.values()))))


def form(**boxes: str) -> dict[str, Any]:
    """Return the arguments of a handler that takes a form."""
    return {"form": {name.replace("__", "-"): typed for name, typed in boxes.items()}}


def boxes(day: date) -> list[tuple[str, str]]:
    """Return a day as the three boxes of a form, by part."""
    return [("day", str(day.day)), ("month", str(day.month)), ("year", str(day.year))]


def left(name: str, value: str) -> dict[str, Any]:
    """Return the arguments of a handler that is told of a box which was left."""
    return {"name": name, "value": value}


def flag_set(name: str, value: str) -> str:
    """Return how a frame says that a var of a state is something now."""
    return f'"{name}_rx_state_":{value}'


@cache
def handlers() -> dict[str, str]:
    """Return the full name of each registered handler of ours by its short name."""
    found: dict[str, str] = {}
    for full in RegistrationContext.get().event_handlers:
        if CentreState.get_full_name() not in full or full.endswith(".setvar"):
            continue
        state, method = full.split(".")[-2:]
        short = f"{state.rpartition('____')[2].title().replace('_', '')}.{method}"
        assert short not in found, f"two handlers are called {short}"
        found[short] = full
    return found


def handler_of(name: str) -> str:
    """Return the registered handler that a call of the table is made to."""
    return handlers()[name.partition(" ")[0]]


def filled(value: Any, pack: Pack) -> Any:
    """Return a value of the table with a pack's numbers and words in it."""
    if isinstance(value, dict):
        return {filled(name, pack): filled(each, pack) for name, each in value.items()}
    if isinstance(value, str) and value.startswith("@"):
        return pack[value[1:]]
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: str(pack[found[1]]), value)
    return value


def route(address: str) -> dict[str, Any]:
    """Return what a browser says of the page it is on."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    for kind, name in (
        ("centres", "centre_id"),
        ("clients", "client_id"),
        ("cases", "case_id"),
        ("letters", "letter_id"),
        ("appointments", "appointment_id"),
        ("reviews", "review_id"),
        ("my-reviews", "review_id"),
        ("sign-offs", "sign_off_id"),
    ):
        if number := re.search(rf"/{kind}/(\d+)", parts.path):
            query[name] = number[1]
    if number := re.match(r"/cases/\d+/debts/(\d+)", parts.path):
        query["debt_id"] = number[1]
    if number := re.match(r"/cases/\d+/documents/(\d+)", parts.path):
        query["document_id"] = number[1]
    return {"pathname": parts.path, "asPath": address, "query": query}
