"""Which files a review looks at: drawn at random by level, and picked by rules of risk.

The order of a draw comes from its seed and the number of each file alone: no library's random
numbers, so that the same seed gives the same files for ever, and a file that is not seen changes
the place of no other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cma_app.rules.dates import add_months
from cma_app.rules.parameters import Reference, read_yaml, reference_of

WIDTH: Final = 2**256
"""How many places there are for a file in a draw's order."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of an advisor's files are drawn: a part in a hundred, at least so many a month."""

    percent: int
    at_least: int = 0

    def over(self, months: int) -> "Rate":
        """Return the rate of a period of so many months: its least is of all of them."""
        return Rate(self.percent, self.at_least * months)

    def to_json(self) -> dict[str, int]:
        """Return the rate as it is kept."""
        return {"percent": self.percent, "at_least": self.at_least}


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of all levels, from a day on, and where they come from."""

    start: date
    by_level: Mapping[str, Rate]
    reference: Reference
    certainty: str


@dataclass(frozen=True, slots=True)
class Risk:
    """A rule that picks files: what it says, and how many of an advisor's it takes (0: all).

    `codes` are the words of a closing that it looks for.
    """

    code: str
    word: str
    why: str
    at_most: int
    is_by_hand: bool
    limits: Mapping[str, int]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawable:
    """A file that a draw could take. One that is `is_apart` is drawn by itself."""

    case_id: int
    holder_id: int
    is_apart: bool = False
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pick:
    """A file that a draw took: at random, by rules of risk, or both."""

    file: Drawable
    is_random: bool
    risks: tuple[str, ...]


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("review_sampling.yaml"))


@cache
def levels() -> dict[str, str]:
    """Return the levels of advisors with their words, the least experienced first."""
    return dict(_content()["levels"])


def level_unsaid() -> str:
    """Return the level of an advisor of whom nobody said one."""
    return str(_content()["unsaid"])


def default_rates(on: date) -> Rates:
    """Return the rates every centre starts from; LookupError before there were any."""
    found = _newest(_content()["rates"], on)
    return Rates(
        found["from"],
        {level: Rate(**said) for level, said in found["levels"].items()},
        reference_of(found),
        found["certainty"],
    )


@cache
def risks_on(on: date) -> tuple[Risk, ...]:
    """Return the rules that pick files on a day; LookupError before there were any."""
    return tuple(_risk(each) for each in _newest(_content()["risks"], on)["rules"])


def risk_sources(on: date) -> Reference:
    """Return where the rules of a day come from."""
    return reference_of(_newest(_content()["risks"], on))


def _risk(said: Mapping[str, Any]) -> Risk:
    known = {"code", "word", "why", "at_most", "by_hand", "codes"}
    limits = {name: value for name, value in said.items() if name not in known}
    why = said["why"].format(**{name: f"{value:,}" for name, value in limits.items()})
    is_by_hand = said.get("by_hand", False)
    codes = tuple(said.get("codes", ()))
    return Risk(said["code"], said["word"], why, said["at_most"], is_by_hand, limits, codes)


def _newest(versions: Iterable[dict[str, Any]], on: date) -> dict[str, Any]:
    started = [each for each in versions if each["from"] <= on]
    if not started:
        raise LookupError(f"No rule of file reviews is as old as {on}.")
    return max(started, key=lambda each: each["from"])


def place_of(seed: str, case_id: int) -> int:
    """Return a file's place in a draw's order: each order is as likely as any other."""
    return int.from_bytes(sha256(f"{seed}:{case_id}".encode()).digest())


def months_begun(first: date, last: date) -> int:
    """Return how many months of a period began by its last day: each begins on the first's day."""
    months = 1
    while add_months(first, months) <= last:
        months += 1
    return months


def lapse_of(level: str, since: date, on: date) -> tuple[date, str] | None:
    """Return from which day a level said from a day counts as another, and which; None if never.

    The rule is that of the day `on`.
    """
    rule = _newest(_content()["lapses"], on)["levels"].get(level)
    return None if rule is None else (add_months(since, rule["months"]), rule["becomes"])


def asked_of(rate: Rate, pool: int) -> int:
    """Return how many files a rate asks of so many: rounded up, and no fewer than its least."""
    return max(-(-rate.percent * pool // 100), rate.at_least)


def draw(
    files: Iterable[Drawable], rates: Mapping[int, Rate], seed: str, risks: Iterable[Risk]
) -> list[Pick]:
    """Return the files that a seed draws of each advisor, and those that a rule picks besides.

    `rates` is by the number of the advisor. A rule fills its number first with files that were
    drawn anyway; all that fit a drawn file are named on it.
    """
    by_holder: dict[int, list[Drawable]] = {}
    for file in sorted(files, key=lambda each: place_of(seed, each.case_id)):
        by_holder.setdefault(file.holder_id, []).append(file)
    rules = list(risks)
    return [
        pick
        for holder_id, own in sorted(by_holder.items())
        for pick in _of_one(own, rates[holder_id], seed, rules)
    ]


def _of_one(own: list[Drawable], rate: Rate, seed: str, rules: list[Risk]) -> list[Pick]:
    together = [each for each in own if not each.is_apart]
    drawn = {each.case_id for each in together[: asked_of(rate, len(together))]}
    taken = set(drawn)
    for rule in rules:
        fitting = [each.case_id for each in together if rule.code in each.risks]
        fitting.sort(key=lambda case_id: case_id not in drawn)
        taken |= set(fitting[: rule.at_most] if rule.at_most else fitting)
    # one that is apart takes no other's place: it comes by its own chance, or by any rule it fits
    apart = [each for each in own if each.is_apart]
    drawn |= {each.case_id for each in apart if _by_itself(each, rate, seed)}
    taken |= {each.case_id for each in apart if each.case_id in drawn or each.risks}
    return [Pick(each, each.case_id in drawn, each.risks) for each in own if each.case_id in taken]


def _by_itself(file: Drawable, rate: Rate, seed: str) -> bool:
    """Say whether a file is drawn that no count may tell of: by a chance of its own."""
    return place_of(seed, file.case_id) * 100 < rate.percent * WIDTH
