"""What a case can end with, as dated words, and the sums of a closing to the penny.

What is not known stays out of every sum and is counted beside it: nothing is guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from cma_app.rules.frequencies import FREQUENCIES, a_year
from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import Reference, read_yaml, reference_of

Part = Literal["outcomes", "reasons", "solutions", "fca_outcomes", "saved", "gains"]

NIL: Final = Decimal("0.00")
UNKNOWN: Final = "unknown"
OTHER: Final = "other"
ONCE: Final = "once"
GAIN_FREQUENCIES: Final = {ONCE: "Once", **FREQUENCIES}
GROUPS: Final[dict[str, str]] = {
    "written_off": "Written off",
    "arranged": "Repayment arranged",
    "solution": "In a debt solution",
    "paid": "Paid",
    "client": "With the client",
    "unknown": "No outcome, or not known",
}
"""Where a debt goes in the sums, in the order of the picture."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One word that a closing may choose, between its days and in its nations."""

    code: str
    label: str
    start: date
    until: date | None
    reference: Reference
    certainty: str
    nations: tuple[str, ...]
    group: str
    writes_off: str
    endings: tuple[str, ...]

    def holds(self, on: date, nation: str | None) -> bool:
        """Say whether it may be chosen on a day in a nation."""
        is_dated = self.start <= on and (self.until is None or on <= self.until)
        return is_dated and (nation is None or nation in self.nations)


def _kind(content: dict[str, Any]) -> Kind:
    return Kind(
        code=content["code"],
        label=content["label"],
        start=content["from"],
        until=content.get("until"),
        reference=reference_of(content),
        certainty=content["certainty"],
        nations=tuple(content.get("nations", NATIONS)),
        group=content.get("group", ""),
        writes_off=content.get("writes_off", "no"),
        endings=tuple(content.get("endings", ())),
    )


@cache
def _kinds(part: Part) -> dict[str, Kind]:
    content = read_yaml(Path(__file__).with_name("closing.yaml"))[part]
    return {each["code"]: _kind(each) for each in content}


def kind_of(part: Part, code: str) -> Kind | None:
    """Return a word of a list by its code, whenever it held; None for one that never did."""
    return _kinds(part).get(code)


def label_of(part: Part, code: str) -> str:
    """Return how a stored code reads, itself where no list ever had it."""
    kind = kind_of(part, code)
    return kind.label if kind is not None else code.replace("_", " ").capitalize()


def every_word(part: Part) -> dict[str, str]:
    """Return every word of a list by its code, whenever it may be chosen."""
    return {code: kind.label for code, kind in _kinds(part).items()}


def words_on(
    part: Part, on: date, *, nation: str | None = None, ending: str | None = None
) -> dict[str, str]:
    """Return what may be chosen on a day, by code: in a nation, and for one way of ending."""
    return {
        code: kind.label
        for code, kind in _kinds(part).items()
        if kind.holds(on, nation) and (ending is None or ending in kind.endings)
    }


@dataclass(frozen=True, slots=True)
class EndedDebt:
    """One debt at a closing, in pounds; None is not known."""

    outcome: str
    owed_at_start: Decimal | None = None
    owed_at_closing: Decimal | None = None
    written_off: Decimal | None = None

    @property
    def group(self) -> str:
        """Return where it goes in the sums."""
        kind = kind_of("outcomes", self.outcome)
        return kind.group if kind is not None else UNKNOWN

    @property
    def may_be_written_off(self) -> bool:
        """Say whether a sum written off belongs to its outcome."""
        kind = kind_of("outcomes", self.outcome)
        return kind is not None and kind.writes_off != "no"


@dataclass(frozen=True, slots=True)
class Gain:
    """One gain as it was said; `frequency` is one of ours, or once. None is not known."""

    amount: Decimal | None
    frequency: str

    def counted(self, on: date | None = None) -> Decimal | None:
        """Return what it is in a year, or once, in pounds and rounded once."""
        if self.amount is None or self.frequency == ONCE:
            return self.amount
        return a_year(self.amount, self.frequency, on)


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known of a sum in pounds, of how many it is, and of how many it is not known."""

    known: Decimal = NIL
    unknown: int = 0
    of: int = 0

    @classmethod
    def adding(cls, amounts: Iterable[Decimal | None]) -> "Sum":
        """Return the sum of what is known."""
        listed = list(amounts)
        known = [each for each in listed if each is not None]
        return cls(sum(known, NIL), len(listed) - len(known), len(known))


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a closing. `arranged` and `in_solution` are what is still owed under each."""

    owed_at_start: Sum
    owed_at_closing: Sum
    written_off: Sum
    arranged: Sum
    in_solution: Sum
    gained_a_year: Sum
    gained_once: Sum
    where: dict[str, Decimal]

    @property
    def first_year(self) -> Decimal:
        """Return what the client gained in the first year, in pounds."""
        return self.gained_a_year.known + self.gained_once.known


def totals(
    debts: Iterable[EndedDebt], gains: Iterable[Gain] = (), on: date | None = None
) -> Totals:
    """Return the sums of a closing on a day."""
    listed, gained = list(debts), list(gains)

    def still_owed(group: str) -> Sum:
        return Sum.adding(each.owed_at_closing for each in listed if each.group == group)

    return Totals(
        owed_at_start=Sum.adding(each.owed_at_start for each in listed),
        owed_at_closing=Sum.adding(each.owed_at_closing for each in listed),
        written_off=Sum.adding(each.written_off for each in listed if each.may_be_written_off),
        arranged=still_owed("arranged"),
        in_solution=still_owed("solution"),
        gained_a_year=Sum.adding(each.counted(on) for each in gained if each.frequency != ONCE),
        gained_once=Sum.adding(each.counted(on) for each in gained if each.frequency == ONCE),
        where=where_it_went(listed),
    )


def where_it_went(debts: Iterable[EndedDebt]) -> dict[str, Decimal]:
    """Return what was owed at the start by where it went; it adds up to the start to the penny.

    Of a debt's start, what was written off goes there and the rest to its outcome's group. A debt
    whose start is not known is left out.
    """
    where = dict.fromkeys(GROUPS, NIL)
    for each in debts:
        if each.owed_at_start is None:
            continue
        off = NIL
        if each.may_be_written_off and each.written_off is not None:
            off = min(each.written_off, each.owed_at_start)
        where["written_off"] += off
        where[_rest_of(each)] += each.owed_at_start - off
    return where


def _rest_of(debt: EndedDebt) -> str:
    """Return where the rest of a debt goes: of one written off only what is nil now was paid."""
    if debt.group != "written_off":
        return debt.group
    if debt.written_off is None or debt.owed_at_closing is None:
        return UNKNOWN
    return "client" if debt.owed_at_closing else "paid"


def contradictions(debt: EndedDebt) -> dict[str, str]:
    """Return a sentence by box (start, now, off) for what cannot be true together."""
    wrong: dict[str, str] = {}
    kind = kind_of("outcomes", debt.outcome)
    if kind is None:
        return wrong
    if kind.writes_off == "no" and debt.written_off:
        wrong["off"] = "With this outcome nothing is written off. Empty this, or choose another."
    left = debt.owed_at_closing
    if left and kind.writes_off in {"whole", "part"}:
        wrong["now"] = "With this outcome nothing is owed any more. Enter 0, or choose another."
    if left and kind.code == "paid":
        wrong["now"] = "A debt that was paid off is not owed. Enter 0, or choose another outcome."
    return wrong
