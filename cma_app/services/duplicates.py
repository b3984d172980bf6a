"""Who may already be here: clients and waiting referrals that look like one person.

Candidates come from indexed look-ups (name, birth date, postcode, phone, e-mail, NI number); the
rule compares them. Restricted files never appear. Of clients that are not theirs a trainee is told
name, reference and reasons: the database says which answers agree, and the file stays shut.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Mapped
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.rules import identifiers
from cma_app.rules.duplicates import Match, Person, Strength, compare
from cma_app.session import CentreSession
from models import Case, Client, Referral

MOST_CANDIDATES: Final = 200  # of each look-up; more alike than that, and a name says nothing
MOST_SHOWN: Final = 8
STRENGTHS: Final[tuple[Strength, ...]] = ("definite", "likely", "possible")

ANOTHER_DAY: Final = date(1, 1, 2)  # a birth date that nobody has: "not the one you typed"
ANOTHER_NUMBER: Final = "another"

Kind = Literal["client", "referral", "others_client"]

_OTHERS: Final = text(
    "SELECT * FROM cma_match_names(:first, :last, :born, :postcode, :phones, :email, :ni)"
)


@dataclass(frozen=True, slots=True)
class PossiblePerson:
    """A client or a waiting referral that may be the same person, and why.

    An "others_client" is known by name and reference alone, and its `id` is 0.
    """

    kind: Kind
    id: int
    name: str
    reference: str
    strength: Strength
    reasons: tuple[str, ...]
    received_date: date | None = None
    source: str = ""
    case_id: int | None = None
    case_reference: str = ""


def person_of(
    *,
    first_name: str | None = "",
    last_name: str | None = "",
    date_of_birth: date | None = None,
    postcode: str | None = "",
    phones: Iterable[str | None] = (),
    email: str | None = "",
    ni_match: str | None = None,
) -> Person:
    """Return what the rule compares; values are as they are stored."""
    return Person(
        first_name=first_name or "",
        last_name=last_name or "",
        date_of_birth=date_of_birth,
        ni_match=ni_match,
        phones=tuple(_digits(phone) for phone in phones if phone),
        email=email or "",
        postcode=postcode or "",
    )


def _digits(phone: str) -> str:
    try:
        return identifiers.phone_digits(phone)
    except identifiers.BadIdentifier:
        return phone


def possible(
    session: CentreSession,
    person: Person,
    *,
    but_client: int | None = None,
    but_referral: int | None = None,
) -> list[PossiblePerson]:
    """Return who may be this person, strongest first: clients, then waiting referrals."""
    session.authorize(Act.CLIENT_FIND)
    found = [each for each in _clients(session, person) if each.id != but_client]
    found += _others_clients(session, person)
    found += [each for each in _referrals(session, person) if each.id != but_referral]
    found.sort(key=lambda each: (STRENGTHS.index(each.strength), -len(each.reasons)))
    return _with_cases(session, found[:MOST_SHOWN])


def _clients(session: CentreSession, person: Person) -> list[PossiblePerson]:
    rows: dict[int, Any] = {}
    for key, order in _look_ups(person):
        statement = select(
            col(Client.id),
            col(Client.first_name),
            col(Client.last_name),
            col(Client.client_reference),
            col(Client.date_of_birth),
            col(Client.postcode),
            col(Client.phone_primary),
            col(Client.phone_secondary),
            col(Client.email),
            col(Client.ni_number_index),
        ).where(key, col(Client.is_restricted).is_(False), col(Client.deleted_at).is_(None))
        ordered = statement.order_by(*order).limit(MOST_CANDIDATES)
        rows |= {row.id: row for row in session.execute(ordered)}
    return [
        PossiblePerson(
            "client",
            row.id,
            f"{row.first_name} {row.last_name}",
            row.client_reference,
            match.strength,
            tuple(match.reasons),
        )
        for row in rows.values()
        if (match := compare(person, _of_client(row))).strength is not None
    ]


def _others_clients(session: CentreSession, person: Person) -> list[PossiblePerson]:
    """Return who of the centre looks alike and is not this trainee's: all see theirs above."""
    if session.actor.role != Role.TRAINEE:
        return []
    asked = {
        "first": person.first_name.strip(),
        "last": person.last_name.strip(),
        "born": person.date_of_birth,
        "postcode": None if person.postcode == identifiers.NO_FIXED_ADDRESS else person.postcode,
        "phones": [_written(phone) for phone in person.phones],
        "email": person.email,
        "ni": person.ni_match,
    }
    return [
        PossiblePerson(
            "others_client",
            0,
            f"{row.first_name} {row.last_name}",
            row.client_reference,
            match.strength,
            tuple(match.reasons),
        )
        for row in session.execute(_OTHERS, asked)
        if (match := compare(person, _agreeing(person, row))).strength is not None
    ]


def _agreeing(person: Person, row: Any) -> Person:
    """Return what is compared of a client of whom only is known what agrees with `person`."""
    born = ANOTHER_DAY if row.other_birth else None
    number = ANOTHER_NUMBER if row.other_ni else None
    return person_of(
        first_name=row.first_name,
        last_name=row.last_name,
        date_of_birth=person.date_of_birth if row.same_birth else born,
        postcode=person.postcode if row.same_postcode else "",
        phones=row.same_phones,
        email=person.email if row.same_email else "",
        ni_match=person.ni_match if row.same_ni else number,
    )


def _of_client(row: Any) -> Person:
    return person_of(
        first_name=row.first_name,
        last_name=row.last_name,
        date_of_birth=row.date_of_birth,
        postcode=row.postcode,
        phones=(row.phone_primary, row.phone_secondary),
        email=row.email,
        ni_match=row.ni_number_index,
    )


Order = tuple[Mapped[Any], ...]


def _look_ups(person: Person) -> list[tuple[ColumnElement[bool], Order]]:
    """Return the look-ups worth making, each answered by one index, in that index's order."""
    by_name: Order = (col(Client.last_name_search), col(Client.first_name_search))
    exact: list[tuple[ColumnElement[bool], Order]] = [(key, ()) for key in _exact_keys(person)]
    return exact + [(key, by_name) for key in _name_keys(person)]


def _exact_keys(person: Person) -> list[ColumnElement[bool]]:
    keys: list[ColumnElement[bool]] = []
    if person.ni_match:
        keys.append(col(Client.ni_number_index) == person.ni_match)
    if person.email:
        keys.append(col(Client.email).in_({person.email, person.email.lower()}))
    for written in map(_written, person.phones):
        keys += [col(Client.phone_primary) == written, col(Client.phone_secondary) == written]
    if person.date_of_birth:
        keys.append(col(Client.date_of_birth) == person.date_of_birth)
    if person.postcode and person.postcode != identifiers.NO_FIXED_ADDRESS:
        keys.append(col(Client.postcode) == person.postcode)
    return keys


def _name_keys(person: Person) -> list[ColumnElement[bool]]:
    """Return two letters of one name and one of the other, either way round."""
    first, last = person.first_name.lower().strip(), person.last_name.lower().strip()
    if not (first and last):
        return []
    return [_begins(last[:2], first[:1]), _begins(first[:2], last[:1])]


def _begins(last: str, first: str) -> ColumnElement[bool]:
    return starts_with(col(Client.last_name_search), last) & starts_with(
        col(Client.first_name_search), first
    )


def starts_with(column: Mapped[Any], prefix: str) -> ColumnElement[bool]:
    """Say in SQL that a column begins so, in the one way an index answers under row security."""
    return func.starts_with(column, prefix)


def _written(digits: str) -> str:
    try:
        return identifiers.phone(f"+{digits}")
    except identifiers.BadIdentifier:
        return digits


def _referrals(session: CentreSession, person: Person) -> list[PossiblePerson]:
    waiting = select(
        col(Referral.id),
        col(Referral.first_name),
        col(Referral.last_name),
        col(Referral.date_of_birth),
        col(Referral.postcode),
        col(Referral.phone),
        col(Referral.email),
        col(Referral.received_date),
        col(Referral.source),
    ).where(col(Referral.status) == "waiting", col(Referral.deleted_at).is_(None))
    found = []
    for row in session.execute(waiting.order_by(col(Referral.received_date)).limit(1000)):
        match = _match_referral(person, row)
        if match.strength is not None:
            found.append(
                PossiblePerson(
                    "referral",
                    row.id,
                    f"{row.first_name} {row.last_name}",
                    "",
                    match.strength,
                    tuple(match.reasons),
                    row.received_date,
                    row.source,
                )
            )
    return found


def _match_referral(person: Person, row: Any) -> Match:
    other = person_of(
        first_name=row.first_name,
        last_name=row.last_name,
        date_of_birth=row.date_of_birth,
        postcode=row.postcode,
        phones=(row.phone,),
        email=row.email,
    )
    return compare(person, other)


def _with_cases(session: CentreSession, found: list[PossiblePerson]) -> list[PossiblePerson]:
    """Add the newest case of each client, so that it can be opened from there."""
    ids = [each.id for each in found if each.kind == "client"]
    if not ids:
        return found
    cases = session.execute(
        select(col(Case.client_id), col(Case.id), col(Case.case_reference))
        .where(col(Case.client_id).in_(ids), col(Case.deleted_at).is_(None))
        .order_by(col(Case.id))
    )
    newest = {row.client_id: row for row in cases}
    return [
        PossiblePerson(
            each.kind,
            each.id,
            each.name,
            each.reference,
            each.strength,
            each.reasons,
            each.received_date,
            each.source,
            newest[each.id].id,
            newest[each.id].case_reference,
        )
        if each.kind == "client" and each.id in newest
        else each
        for each in found
    ]
