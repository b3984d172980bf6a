"""Clients: found, opened, recorded, edited; their National Insurance number shown when asked for.

The number is stored encrypted, bound to the client's row, with a keyed index for matching; the
audit log says only that it changed, and who looked at it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.keys import decrypt_field, encrypt_field, match_index
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.rules import identifiers
from cma_app.rules.nations import NATIONS
from cma_app.services.contact_routes import RouteAnswers, record_routes, safe_routes
from cma_app.services.duplicates import starts_with
from cma_app.services.forms import (
    BirthDate,
    Blank,
    Email,
    Form,
    Name,
    NiNumber,
    Phone,
    Postcode,
    Text,
    Tick,
)
from cma_app.session import ANONYMOUS, CentreSession, count, was_seen
from models import Case, CasePerson, Client

__all__ = [
    "ClientForm",
    "FoundClient",
    "HeldCase",
    "cases_of",
    "edit_client",
    "find_clients",
    "first_clients",
    "masked_ni_number",
    "open_client",
    "read_client",
    "record_client",
    "reveal_ni_number",
    "safe_routes",
]

MARITAL_STATUSES: Final[dict[str, str]] = {
    "single": "Single",
    "married": "Married",
    "civil_partnership": "Civil partnership",
    "living_together": "Living together",
    "separated": "Separated",
    "divorced": "Divorced",
    "widowed": "Widowed",
}
EMPLOYMENT_STATUSES: Final[dict[str, str]] = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "self_employed": "Self-employed",
    "unemployed": "Unemployed",
    "ill_or_disabled": "Not working due to illness or disability",
    "carer": "Carer",
    "student": "Student",
    "retired": "Retired",
    "other": "Other",
}
"""The words of the financial statement's header."""

SORTS: Final = {
    "name": (col(Client.last_name_search), col(Client.first_name_search), col(Client.id)),
    "reference": (col(Client.client_reference),),
    "born": (col(Client.date_of_birth), col(Client.id)),
    "postcode": (col(Client.postcode), col(Client.id)),
    "newest": (col(Client.id).desc(),),
}
REFERENCE: Final = re.compile(r"[A-Z0-9]{1,10}-[0-9]{4}(-[0-9]{0,6})?")
OUTWARD: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


def _one_of(words: Mapping[str, str]) -> BeforeValidator:
    def read(value: Any) -> Any:
        if value in ("", None):
            return None
        if value not in words:
            raise ValueError("Choose one of the answers.")
        return value

    return BeforeValidator(read)


def _dependents(value: Any) -> Any:
    return 0 if isinstance(value, str) and not value.strip() else value


class ClientForm(Form):
    """What is recorded of a person; only the names are needed."""

    title: Annotated[str | None, Field(max_length=10), Blank] = None
    first_name: Name
    last_name: Name
    date_of_birth: BirthDate = None
    phone_primary: Phone = None
    phone_secondary: Phone = None
    email: Email = None
    address_line1: Text = None
    address_line2: Text = None
    city: Annotated[str | None, Field(max_length=100), Blank] = None
    postcode: Postcode = None
    nation: Annotated[str | None, _one_of(NATIONS)] = None
    marital_status: Annotated[str | None, _one_of(MARITAL_STATUSES)] = None
    employment_status: Annotated[str | None, _one_of(EMPLOYMENT_STATUSES)] = None
    dependents: Annotated[int, Field(ge=0, le=30), BeforeValidator(_dependents)] = 0
    ni_number: NiNumber = None
    ni_number_forgotten: Tick = False


COLUMNS: Final = tuple(
    name for name in ClientForm.model_fields if name not in {"ni_number", "ni_number_forgotten"}
)


@dataclass(frozen=True, slots=True)
class FoundClient:
    """A line of the list of clients."""

    id: int
    client_reference: str
    first_name: str
    last_name: str
    date_of_birth: date | None
    postcode: str | None
    is_restricted: bool


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case of a client, as their page lists it; `other` is who shares it, by full name."""

    id: int
    case_reference: str
    status: str
    stage: str
    opening_date: date
    closing_date: date | None
    other: str = ""


def find_clients(
    session: CentreSession,
    *,
    text: str = "",
    sort: str = "name",
    direction: Literal["ascending", "descending"] = "ascending",
    number: int = 1,
) -> Page[FoundClient]:
    """Return a page of clients by one box: name's beginning, reference, postcode or birth date."""
    session.authorize(Act.CLIENT_FIND)
    columns = [col(getattr(Client, each.name)) for each in fields(FoundClient)]
    statement = select(*columns).where(col(Client.deleted_at).is_(None))
    statement = _narrowed(session, statement, text.replace("\x00", "")[:200].strip())
    keys = SORTS.get(sort, SORTS["name"])
    if direction == "descending":
        keys = tuple(each.desc() for each in keys) if sort != "newest" else (col(Client.id),)
    ordered = statement.order_by(*keys).limit(PAGE_SIZE).offset(offset_of(number))
    rows = [FoundClient(*row) for row in session.execute(ordered)]
    return Page(rows, count(session, statement), max(number, 1))


def first_clients(session: CentreSession, text: str, most: int) -> list[FoundClient]:
    """Return the first few clients that the one box means, by name and uncounted."""
    session.authorize(Act.CLIENT_FIND)
    columns = [col(getattr(Client, each.name)) for each in fields(FoundClient)]
    statement = select(*columns).where(col(Client.deleted_at).is_(None))
    narrowed = _narrowed(session, statement, text.replace("\x00", "")[:200].strip())
    rows = session.execute(narrowed.order_by(*SORTS["name"]).limit(most))
    return [FoundClient(*row) for row in rows]


def _narrowed(
    session: CentreSession, statement: Select[*tuple[Any, ...]], text: str
) -> Select[*tuple[Any, ...]]:
    """Say what the one box means: a date, a postcode, a reference, a phone, or else a name."""
    if not text:
        return statement
    if REFERENCE.fullmatch(text.upper()):
        return statement.where(_by_reference(session, text.upper()))
    for reading in (_by_birth_date, _by_postcode, _by_phone):
        condition = reading(text)
        if condition is not None:
            return statement.where(condition)
    return statement.where(_by_name(text))


def _by_birth_date(text: str) -> ColumnElement[bool] | None:
    if not re.fullmatch(r"[0-9]{1,4}[ ./-][0-9]{1,2}[ ./-][0-9]{1,4}", text):
        return None
    try:
        born = ClientForm.read({"first_name": "x", "last_name": "x", "date_of_birth": text})
    except Invalid:
        return col(Client.id).is_(None)
    return col(Client.date_of_birth) == born.date_of_birth


def _by_reference(session: CentreSession, reference: str) -> ColumnElement[bool]:
    """Match a client's reference or a case's; the cases are read first, each by its own index."""
    of_case = session.execute(
        select(col(Case.client_id))
        .where(starts_with(col(Case.case_reference), reference), col(Case.deleted_at).is_(None))
        .order_by(col(Case.case_reference))
        .limit(PAGE_SIZE)
    ).scalars()
    mine = starts_with(col(Client.client_reference), reference)
    return or_(mine, col(Client.id).in_(set(of_case)))


def _by_postcode(text: str) -> ColumnElement[bool] | None:
    try:
        return col(Client.postcode) == identifiers.postcode(text)
    except identifiers.BadIdentifier:
        outward = text.upper().replace(" ", "")
        if OUTWARD.fullmatch(outward):
            return starts_with(col(Client.postcode), f"{outward} ")
        return None


def _by_phone(text: str) -> ColumnElement[bool] | None:
    if sum(letter.isdigit() for letter in text) < 7:
        return None
    try:
        return col(Client.phone_primary) == identifiers.phone(text)
    except identifiers.BadIdentifier:
        return None


def _by_name(text: str) -> ColumnElement[bool]:
    """Match `whit`, `leanne`, `leanne whit` and `whitmore, leanne`, whatever the capitals."""
    first, last = col(Client.first_name_search), col(Client.last_name_search)
    words = text.lower().replace(",", " ").split()
    whole = " ".join(words)
    ways = [starts_with(last, whole), starts_with(first, whole)]
    for cut in range(1, min(len(words), 4)):
        head, tail = " ".join(words[:cut]), " ".join(words[cut:])
        ways.append(starts_with(first, head) & starts_with(last, tail))
        ways.append(starts_with(last, head) & starts_with(first, tail))
    return or_(*ways)


def open_client(session: CentreSession, client_id: int) -> Client:
    """Return a client and write in the audit log that the file was opened."""
    client = read_client(session, client_id)
    session.record_opening(client, again=True)
    return client


def read_client(session: CentreSession, client_id: int) -> Client:
    """Return a client whose page is open already, to show it again after a change."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    return client


def cases_of(session: CentreSession, client_id: int) -> list[HeldCase]:
    """Return a client's cases that this person may see, newest first, joint ones too."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    joined = (
        select(col(CasePerson.case_id), col(CasePerson.client_id))
        .where(col(CasePerson.centre_id) == client.centre_id, col(CasePerson.left_on).is_(None))
        .subquery()
    )
    other = case((joined.c.client_id == client.id, col(Case.client_id)), else_=joined.c.client_id)
    columns = [col(getattr(Case, each.name)) for each in fields(HeldCase) if each.name != "other"]
    rows = session.execute(
        select(*columns, func.concat_ws(" ", col(Client.first_name), col(Client.last_name)))
        .outerjoin(joined, joined.c.case_id == col(Case.id))
        .outerjoin(
            Client, (col(Client.centre_id) == col(Case.centre_id)) & (col(Client.id) == other)
        )
        .where(
            or_(col(Case.client_id) == client.id, joined.c.client_id == client.id),
            col(Case.deleted_at).is_(None),
        )
        .order_by(col(Case.id).desc())
    )
    return [HeldCase(*row) for row in rows]


def record_client(session: CentreSession, form: ClientForm, answers: RouteAnswers) -> Client:
    """Keep a new client with an answer for every contact route, and return it."""
    session.authorize(Act.CLIENT_RECORD)
    nation = form.nation or identifiers.nation_of_postcode(form.postcode or "")
    client = Client(
        # One counter for clients and cases: no reference ever names two people.
        client_reference=session.next_reference("case"),
        **{name: getattr(form, name) for name in COLUMNS if name not in {"nation", "email"}},
        nation=nation,
        email=form.email.lower() if form.email else None,
    )
    session.add(client)
    session.flush()
    if form.ni_number:
        _keep_ni_number(client, form.ni_number)
    record_routes(session, client.id, answers)
    session.authorize(Act.CLIENT_RECORD)
    session.flush()
    return client


def edit_client(
    session: CentreSession, client_id: int, form: ClientForm, *, version: int
) -> Client:
    """Change a client's details, unless somebody else did since `version` was on screen.

    Then Conflict carries what is stored now, by field, and the version to save over it.
    """
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_RECORD, client)
    if client.anonymised_at is not None:
        raise Conflict(ANONYMOUS)
    wanted = {name: getattr(form, name) for name in COLUMNS}
    wanted["email"] = form.email.lower() if form.email else None
    wanted["nation"] = form.nation or identifiers.nation_of_postcode(form.postcode or "")
    if client.version != version:
        raise Conflict(
            "Somebody else changed these details after you opened them. Theirs are shown beside"
            " yours; save again to keep yours.",
            {"version": str(client.version), **_theirs(client, wanted)},
        )
    was_seen(client, version)
    for name, value in wanted.items():
        setattr(client, name, value)
    if form.ni_number_forgotten:
        client.national_insurance_number = client.ni_number_index = None
    elif form.ni_number:
        _keep_ni_number(client, form.ni_number)
    session.add(client)
    session.flush()
    return client


def _theirs(client: Client, wanted: dict[str, Any]) -> dict[str, str]:
    return {
        name: in_words(name, getattr(client, name))
        for name, value in wanted.items()
        if getattr(client, name) != value
    }


def in_words(name: str, value: Any) -> str:
    """Return a stored value as people read it: a list's word, a date, "empty" for nothing."""
    words = {
        "nation": NATIONS,
        "marital_status": MARITAL_STATUSES,
        "employment_status": EMPLOYMENT_STATUSES,
    }.get(name, {})
    if value in (None, ""):
        return "empty"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return words.get(value, str(value))


def _context(client: Client) -> str:
    return f"clients.national_insurance_number:{client.centre_id}:{client.id}"


def _keep_ni_number(client: Client, number: str) -> None:
    client.national_insurance_number = encrypt_field(number, context=_context(client))
    client.ni_number_index = match_index(number)


def masked_ni_number(client: Client) -> str:
    """Return the number with all but its end hidden, or an empty text where none is kept."""
    if client.national_insurance_number is None:
        return ""
    number = decrypt_field(client.national_insurance_number, context=_context(client))
    return identifiers.masked_ni_number(number)


def reveal_ni_number(session: CentreSession, client_id: int) -> str:
    """Return a client's National Insurance number, and write down who looked; NotFound if none."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_REVEAL_NI_NUMBER, client)
    if client.national_insurance_number is None:
        raise NotFound("No National Insurance number is kept for this client.")
    number = decrypt_field(client.national_insurance_number, context=_context(client))
    session.record_event(Act.CLIENT_REVEAL_NI_NUMBER.value, record=client, client_id=client.id)
    return number
