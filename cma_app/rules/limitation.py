"""Whether a debt might be too old to claim: a flag to look into, never a finding.

A limit is law of a nation and a day (limitation.yaml). What is not known is named, and one recent
date is enough to lower the flag, because a payment or a written acknowledgement starts the time
again in most cases.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.dates import add_months
from cma_app.rules.debt_types import debt_type
from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import Reference, read_yaml, reference_of

NONE, POSSIBLY, UNKNOWN = "none", "possibly", "unknown"
JUDGMENTS: Final = ("court_judgment", "enforcement_of_judgments")
FACTS: Final[dict[str, str]] = {
    "nation": "which nation's law applies",
    "debt_type": "the kind of debt",
    "last_payment": "the last payment",
    "last_acknowledgement": "the last written acknowledgement",
    "fell_due": "the date of the agreement or default",
    "has_judgment": "whether there is a judgment",
    "judgment": "the date of the decree",
}
"""Every fact the flag may lack, in words."""


@dataclass(frozen=True, slots=True)
class LimitationFacts:
    """What is known of one debt; None is not known, `has_judgment` is yes, no or unknown.

    `default` is the day it fell due; where that is not known the day of the `agreement` is taken.
    `never_paid` and `never_acknowledged` say that the date is missing because it did not happen.
    """

    nation: str | None
    debt_type: str
    last_payment: date | None = None
    last_acknowledgement: date | None = None
    agreement: date | None = None
    default: date | None = None
    has_judgment: str = "unknown"
    judgment: date | None = None
    never_paid: bool = False
    never_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The time a creditor has from a day on; `years` is None where no limit is known."""

    start: date
    years: int | None
    interest_years: int | None
    starts_again: tuple[str, ...]
    note: str
    reference: Reference
    certainty: str


@dataclass(frozen=True, slots=True)
class LimitationFlag:
    """The flag: none, possibly or unknown, with a sentence where there is something to look into.

    `missing` names facts by the codes of FACTS. `last_day` is the last day to claim, where it can
    be worked out from what is known. `limit` is the law that was used.
    """

    status: str
    sentence: str
    missing: tuple[str, ...] = ()
    last_day: date | None = None
    limit: Limit | None = None


def limitation_flag(facts: LimitationFacts, on: date) -> LimitationFlag:
    """Return whether the age of a debt is to be looked into on a day; it never says that it is.

    The last day to claim is the anniversary itself: the flag goes up the day after.
    """
    debt_type(facts.debt_type)
    if facts.nation not in NATIONS:
        return _unknown(("nation",), None)
    if facts.has_judgment == "yes" or facts.debt_type in JUDGMENTS:
        return _of_judgment(facts, limit_on(facts.nation, JUDGMENTS[0], on), on)
    limit = limit_on(facts.nation, facts.debt_type, on)
    if limit.years is None:
        return LimitationFlag(NONE, limit.note, limit=limit)
    return _of_claim(facts, limit, on)


def limit_on(nation: str, kind: str, on: date) -> Limit:
    """Return the time a creditor has in a nation as the law stands on a day.

    An unknown nation or a day before the first law raises LookupError.
    """
    for rule in _nations()[nation]["rules"]:
        if kind in rule.get("types", [kind]):
            begun = [value for value in rule["values"] if value["from"] <= on]
            if not begun:
                raise LookupError(f"Nothing is known of time limits for {kind} before its law.")
            return _limit(max(begun, key=lambda value: value["from"]))
    raise LookupError(f"There is no time limit for {kind}.")


@cache
def _nations() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))


def _limit(content: dict[str, Any]) -> Limit:
    return Limit(
        start=content["from"],
        years=content["years"],
        interest_years=content.get("interest_years"),
        starts_again=tuple(content["starts_again"]),
        note=content.get("note", ""),
        reference=reference_of(content),
        certainty=content["certainty"],
    )


def _of_judgment(facts: LimitationFacts, limit: Limit, on: date) -> LimitationFlag:
    if limit.years is None:
        return LimitationFlag(NONE, limit.note, limit=limit)
    # A judgment is younger than its debt: where the debt is not old enough, nor is the judgment.
    known = _starts(facts, limit)
    last = add_months(max(known), 12 * limit.years) if known else None
    if last is not None and on <= last:
        return LimitationFlag(NONE, "", last_day=last if facts.judgment else None, limit=limit)
    if last is None or facts.judgment is None:
        return _unknown(("judgment",), limit)
    return _possibly(facts, limit, last)


def _of_claim(facts: LimitationFacts, limit: Limit, on: date) -> LimitationFlag:
    known = _starts(facts, limit)
    missing = _missing(facts, limit)
    if not known:
        return _unknown(missing, limit)
    newest = max(known)
    last = add_months(newest, 12 * (limit.years or 0))
    if on <= last:
        return _interest(facts, limit, newest, on) or LimitationFlag(
            NONE, "", last_day=last, limit=limit
        )
    # Without the payment the debt may be as young as the last one: that has to be known first.
    vital = tuple(fact for fact in missing if fact in ("last_payment", "fell_due"))
    if vital:
        return _unknown(vital, limit)
    return _possibly(facts, limit, last, missing=missing)


def _starts(facts: LimitationFacts, limit: Limit) -> list[date]:
    found = [facts.judgment or facts.default or facts.agreement]
    if "payment" in limit.starts_again:
        found.append(facts.last_payment)
    if "acknowledgement" in limit.starts_again:
        found.append(facts.last_acknowledgement)
    return [day for day in found if day is not None]


def _missing(facts: LimitationFacts, limit: Limit) -> tuple[str, ...]:
    """Return what is not known and would count; a known payment is start enough."""
    restarts = limit.starts_again
    paid = facts.last_payment is not None and "payment" in restarts
    lacks = {
        "last_payment": "payment" in restarts and not paid and not facts.never_paid,
        "last_acknowledgement": (
            "acknowledgement" in restarts
            and facts.last_acknowledgement is None
            and not facts.never_acknowledged
        ),
        "fell_due": not paid and facts.default is None and facts.agreement is None,
        "has_judgment": facts.has_judgment not in ("yes", "no"),
    }
    return tuple(fact for fact, is_missing in lacks.items() if is_missing)


def _interest(
    facts: LimitationFacts, limit: Limit, newest: date, on: date
) -> LimitationFlag | None:
    if limit.interest_years is None:
        return None
    last = add_months(newest, 12 * limit.interest_years)
    if on <= last:
        return None
    flag = _possibly(facts, limit, last, missing=_missing(facts, limit))
    sentence = (
        f"Interest more than {limit.interest_years} years old: "
        f"{flag.sentence[0].lower()}{flag.sentence[1:]}"
    )
    return LimitationFlag(POSSIBLY, sentence, flag.missing, last, limit)


def _possibly(
    facts: LimitationFacts, limit: Limit, last: date, missing: tuple[str, ...] = ()
) -> LimitationFlag:
    word = _nations()[facts.nation or ""]["word"]
    judgment = "decree" if facts.nation == "scotland" else "judgment"
    sentence = f"Possibly {word}: check last payment, acknowledgement and {judgment}."
    return LimitationFlag(POSSIBLY, sentence, missing, last, limit)


def _unknown(missing: tuple[str, ...], limit: Limit | None) -> LimitationFlag:
    words = [FACTS[fact] for fact in missing]
    said = " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
    return LimitationFlag(UNKNOWN, f"Age not checked. Not known: {said}.", missing, limit=limit)
