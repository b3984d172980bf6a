"""Whether two records may be one person, and why.

An equal National Insurance number is definite. A different one, or a different birth date, means
two people; 1 January is left out of both because it is used where only the year is known. A
mobile number or an e-mail address is strong; a birth date, postcode or other phone is weak; a name,
spelled alike, comes last.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from rapidfuzz import fuzz

from cma_app.rules.identifiers import NO_FIXED_ADDRESS

Strength = Literal["definite", "likely", "possible"]
# How alike first and last names are, in per cent: Steven and Stephen 77, Ben and Bella 50.
ALIKE: Final = (70.0, 80.0)
SAME: Final = (95.0, 95.0)
UK_MOBILE: Final = "447"


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared of a client; empty where it is not recorded.

    `ni_match` is a keyed digest, never the number. `phones` are figures with the country's first
    (`identifiers.phone_digits`).
    """

    first_name: str = ""
    last_name: str = ""
    date_of_birth: date | None = None
    ni_match: str | None = None
    phones: tuple[str, ...] = ()
    email: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """How sure we are that two records are one person; the reasons are words for badges."""

    strength: Strength | None
    reasons: list[str]


def compare(a: Person, b: Person) -> Match:
    """Return how likely two records are one person, with the reasons, strongest first."""
    if a.ni_match and b.ni_match:
        if a.ni_match != b.ni_match:
            return Match(None, [])
        return Match("definite", ["NI number", *_strong(a, b), *_weak(a, b), *_name(a, b)])
    if _birth_dates_differ(a, b):
        return Match(None, [])
    strong, weak, name = _strong(a, b), _weak(a, b), _name(a, b)
    reasons = [*strong, *weak, *name]
    if (strong and len(reasons) > 1) or len(weak) + len(name) > 2:
        return Match("likely", reasons)
    if strong or len(reasons) > 1 or _names_are(SAME, a, b):
        return Match("possible", reasons)
    return Match(None, [])


def _exact_birth(person: Person) -> date | None:
    born = person.date_of_birth
    return None if born is None or (born.month, born.day) == (1, 1) else born


def _birth_dates_differ(a: Person, b: Person) -> bool:
    born_a, born_b = _exact_birth(a), _exact_birth(b)
    return born_a is not None and born_b is not None and born_a != born_b


def _shared_phones(a: Person, b: Person) -> set[str]:
    return {phone for phone in a.phones if phone} & set(b.phones)


def _strong(a: Person, b: Person) -> list[str]:
    reasons = []
    if any(phone.startswith(UK_MOBILE) for phone in _shared_phones(a, b)):
        reasons.append("Mobile")
    if a.email and a.email.casefold() == b.email.casefold():
        reasons.append("E-mail")
    return reasons


def _weak(a: Person, b: Person) -> list[str]:
    reasons = []
    if _exact_birth(a) and _exact_birth(a) == _exact_birth(b):
        reasons.append("Birth date")
    if a.postcode and a.postcode == b.postcode and a.postcode != NO_FIXED_ADDRESS:
        reasons.append("Postcode")
    if any(not phone.startswith(UK_MOBILE) for phone in _shared_phones(a, b)):
        reasons.append("Phone")
    return reasons


def _name(a: Person, b: Person) -> list[str]:
    return ["Name"] if _names_are(ALIKE, a, b) else []


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalpha())


def _names_are(least: tuple[float, float], a: Person, b: Person) -> bool:
    """Say whether first and last names are as alike as asked, either way round."""
    names = [_plain(part) for part in (a.first_name, a.last_name, b.first_name, b.last_name)]
    if not all(names):
        return False
    first_a, last_a, first_b, last_b = names
    return any(
        fuzz.ratio(first_a, first) >= least[0] and fuzz.ratio(last_a, last) >= least[1]
        for first, last in ((first_b, last_b), (last_b, first_b))
    )
