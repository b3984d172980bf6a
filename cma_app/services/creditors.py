"""The creditor directory: a centre's own entries beside the shipped list, so a name is typed once.

The shipped list is read-only and has no addresses. An own entry of the same name stands in its
place, and letters to that creditor take its address and e-mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.rules import creditor_list, debt_types, identifiers
from cma_app.rules.creditor_list import ListedCreditor
from cma_app.rules.pasted_cells import tidy
from cma_app.services import forms
from cma_app.services.locking import locked
from cma_app.session import CentreSession, count
from models import Creditor, CreditorEntry, Debt

Source = Literal["all", "own", "shipped"]
CHANGED: Final = (
    "Somebody else changed this creditor after you opened it. What is stored now is shown; save"
    " again to keep yours."
)
LONGEST_SEARCH: Final = 100
MOST_LISTED: Final = 10_000  # more than the shipped list has
NAMES_OFFERED: Final = 300  # of each sort, beside the shipped list
PRIVATE_TYPES: Final = ("friends_family",)
"""Kinds of debt whose creditor is a private person: the name is offered to no other case."""
PERHAPS_PRIVATE: Final = ("rent", "ground_rent_service_charge", "child_maintenance", "other")
"""Kinds whose creditor may be one, a landlord for example: offered once two cases name it."""
ANSWERS: Final = (
    *("name", "debt_type", "address_line1", "address_line2", "city", "postcode"),
    *("phone", "email", "note"),
)


def _one_line(value: Any) -> Any:
    return tidy(value) if isinstance(value, str) else value


def _postcode(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        code = identifiers.postcode(value)
    except CmaError:
        code = identifiers.NO_FIXED_ADDRESS
    if code == identifiers.NO_FIXED_ADDRESS:
        raise ValueError("Enter a full postcode, like PO1 3AX.")
    return code


def _known_type(value: Any) -> Any:
    if value is None or not str(value).strip():
        return None
    try:
        return debt_types.debt_type(str(value)).code
    except CmaError as error:
        raise ValueError(error.sentence) from None


Line = Annotated[forms.Text, BeforeValidator(_one_line)]


class CreditorForm(forms.Form):
    """One entry of a centre's own; only the name must be there."""

    name: Annotated[
        str,
        Field(max_length=255),
        forms.given("Enter the creditor's name."),
        BeforeValidator(_one_line),
    ]
    debt_type: Annotated[str | None, BeforeValidator(_known_type)] = None
    address_line1: Line = None
    address_line2: Line = None
    city: Annotated[str | None, Field(max_length=100), forms.Blank, BeforeValidator(_one_line)] = (
        None
    )
    postcode: Annotated[str | None, BeforeValidator(_postcode)] = None
    phone: forms.Phone = None
    email: forms.Email = None
    note: Annotated[str | None, Field(max_length=500), forms.Blank] = None


@dataclass(frozen=True, slots=True)
class CreditorLine:
    """A row of the directory; `id` is 0 for one of the shipped list, and so is its version."""

    id: int
    version: int
    name: str
    other_names: tuple[str, ...]
    debt_type: str | None
    address: tuple[str, ...]
    phone: str
    email: str
    note: str


@dataclass(frozen=True, slots=True)
class CreditorDetails:
    """An own entry's answers by a `CreditorForm`'s names; `version` goes back with an edit."""

    id: int
    version: int
    answers: dict[str, str]


def list_creditors(
    session: CentreSession, *, text: str = "", source: Source = "all", number: int = 1
) -> Page[CreditorLine]:
    """Return a page of the directory: own entries by name, then the shipped list by name.

    `text` finds the beginning of any word of a name, or of another name a shipped one goes by.
    """
    session.authorize(Act.CREDITOR_SEE)
    text = " ".join(text.split())[:LONGEST_SEARCH]
    shipped = list(creditor_list.listed_creditors())
    if text:
        shipped = creditor_list.find(text, MOST_LISTED)
    own = select(CreditorEntry).where(
        col(CreditorEntry.centre_id) == session.actor.centre_id, _matches(text, shipped)
    )
    own_total = count(session, own) if source != "shipped" else 0
    rest = _not_ours(session, shipped) if source != "own" else []
    skipped = offset_of(number)
    rows: list[CreditorLine] = []
    if skipped < own_total:
        ordered = own.order_by(col(CreditorEntry.name_search), col(CreditorEntry.id)).offset(
            skipped
        )
        rows = [_own_line(row) for row in session.execute(ordered.limit(PAGE_SIZE)).scalars()]
    start = max(skipped - own_total, 0)
    rows += [_shipped_line(each) for each in rest[start : start + PAGE_SIZE - len(rows)]]
    return Page(rows, own_total + len(rest), number)


def read_entry(session: CentreSession, entry_id: int) -> CreditorDetails:
    """Return an own entry's answers, to edit them."""
    session.authorize(Act.CREDITOR_RECORD)
    entry = session.require(CreditorEntry, entry_id)
    answers = {name: str(getattr(entry, name) or "") for name in ANSWERS}
    return CreditorDetails(entry.id, entry.version, answers)


def add_entry(session: CentreSession, data: Mapping[str, Any]) -> CreditorEntry:
    """Add a creditor of the centre's own; its name is there once, however it is cased."""
    session.authorize(Act.CREDITOR_RECORD)
    entry = CreditorEntry(**CreditorForm.read(data).model_dump())
    _save(session, entry)
    return entry


def change_entry(
    session: CentreSession, entry_id: int, data: Mapping[str, Any], *, version: int
) -> CreditorEntry:
    """Change an own entry; where somebody was first since `version`, Conflict has what is stored.

    `theirs` then holds the version to save over it, too.
    """
    session.authorize(Act.CREDITOR_RECORD)
    session.require(CreditorEntry, entry_id)
    values = CreditorForm.read(data).model_dump()
    entry = locked(session, CreditorEntry, entry_id)
    if entry.version != version:
        raise Conflict(CHANGED, _theirs(entry, values))
    for name, value in values.items():
        setattr(entry, name, value)
    _save(session, entry)
    return entry


def remove_entry(session: CentreSession, entry_id: int) -> CreditorEntry:
    """Take an own entry out of the directory; no case loses its creditor by that."""
    session.authorize(Act.CREDITOR_REMOVE)
    session.require(CreditorEntry, entry_id)
    entry = locked(session, CreditorEntry, entry_id)
    entry.deleted_at = now()
    session.flush()
    return entry


def restore_entry(session: CentreSession, entry_id: int) -> None:
    """Bring a removed entry back as it was; Conflict where its name was added again meanwhile."""
    session.authorize(Act.CREDITOR_REMOVE)
    table = CreditorEntry.__table__  # type: ignore[attr-defined]
    back = (
        update(table)
        .where(
            table.c.centre_id == session.actor.centre_id,
            table.c.id == entry_id,
            table.c.deleted_at.is_not(None),
        )
        .values(
            deleted_at=None,
            version=table.c.version + 1,
            updated_at=now(),
            updated_by=session.actor.user_id or None,
        )
        .returning(table.c.id)
    )
    try:
        with session.begin_nested():
            found = session.execute(back).scalar_one_or_none()
    except IntegrityError:
        raise Conflict(
            "This name was added again in the meantime, so the removed entry stays removed."
        ) from None
    if found is None:
        raise NotFound


def known_kinds(session: CentreSession) -> dict[str, str]:
    """Return the names a debt's box may offer, each with its usual kind of debt, empty for none.

    Own entries say it first, then the shipped list, then what the centre's cases owe that name
    for. A private person's name is never among the last.
    """
    session.authorize(Act.CREDITOR_SEE)
    own = session.execute(
        select(col(CreditorEntry.name), col(CreditorEntry.debt_type))
        .where(col(CreditorEntry.centre_id) == session.actor.centre_id)
        .order_by(col(CreditorEntry.id).desc())
        .limit(NAMES_OFFERED)
    )
    shipped = (
        (each.name, "" if each.debt_type == "other" else each.debt_type)
        for each in creditor_list.listed_creditors()
    )
    known: dict[str, tuple[str, str]] = {}
    for name, kind in (*own, *shipped, *_used_names(session)):
        first, chosen = known.get(name.casefold(), (name, None))
        known[name.casefold()] = (first, chosen or kind or "")
    return dict(sorted(known.values(), key=lambda pair: pair[0].casefold()))


def _used_names(session: CentreSession) -> list[tuple[str, str]]:
    """Return the names the centre's newest debts are owed to, with the kind last owed for."""
    newest = (
        select(col(Creditor.creditor_name), col(Debt.debt_type), col(Debt.case_id))
        .join(
            Debt,
            (col(Debt.creditor_id) == col(Creditor.id))
            & (col(Debt.centre_id) == col(Creditor.centre_id)),
        )
        .where(col(Creditor.centre_id) == session.actor.centre_id)
        .order_by(col(Debt.id).desc())
        .limit(NAMES_OFFERED * 5)
    )
    rows = [(name.casefold(), name, kind, case) for name, kind, case in session.execute(newest)]
    private = {plain for plain, _, kind, _ in rows if kind in PRIVATE_TYPES}
    cases: dict[str, set[int]] = {}
    sure: set[str] = set()
    found: dict[str, tuple[str, str]] = {}
    for plain, name, kind, case in rows:
        cases.setdefault(plain, set()).add(case)
        found.setdefault(plain, (name, kind))
        if kind not in PERHAPS_PRIVATE:
            sure.add(plain)
    offered = [
        plain
        for plain in found
        if plain not in private and (plain in sure or len(cases[plain]) > 1)
    ]
    return [found[plain] for plain in offered[:NAMES_OFFERED]]


def _matches(text: str, shipped: list[ListedCreditor]) -> ColumnElement[bool]:
    """Return what an own entry must be: found by a word, or the copy of a shipped one found."""
    searched = col(CreditorEntry.name_search)
    if not text:
        return searched.is_not(None)
    plain = text.lower()
    return or_(
        searched.startswith(plain, autoescape=True),
        searched.contains(f" {plain}", autoescape=True),
        searched.in_([each.name.lower() for each in shipped]),
    )


def _not_ours(session: CentreSession, shipped: list[ListedCreditor]) -> list[ListedCreditor]:
    """Return the shipped ones that have no own entry in their place."""
    copied = select(col(CreditorEntry.name_search)).where(
        col(CreditorEntry.centre_id) == session.actor.centre_id,
        col(CreditorEntry.name_search).in_([each.name.lower() for each in shipped]),
    )
    ours = set(session.execute(copied).scalars())
    return [each for each in shipped if each.name.lower() not in ours]


def _own_line(row: CreditorEntry) -> CreditorLine:
    lines = (row.address_line1, row.address_line2, row.city, row.postcode)
    return CreditorLine(
        id=row.id,
        version=row.version,
        name=row.name,
        other_names=(),
        debt_type=row.debt_type,
        address=tuple(line for line in lines if line),
        phone=row.phone or "",
        email=row.email or "",
        note=row.note or "",
    )


def _shipped_line(each: ListedCreditor) -> CreditorLine:
    kind = None if each.debt_type == "other" else each.debt_type
    return CreditorLine(0, 0, each.name, each.other_names, kind, (), "", "", "")


def _save(session: CentreSession, entry: CreditorEntry) -> None:
    """Store the entry, or say that the directory has its name already."""
    try:
        with session.begin_nested():
            session.add(entry)
            session.flush()
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", "")
        if name != "uq_creditor_directory_name":
            raise
        raise Invalid(
            {"name": "Your directory has a creditor of this name already. Edit that one instead."}
        ) from None


def _theirs(entry: CreditorEntry, values: dict[str, Any]) -> dict[str, str]:
    """Return what is stored where the form says something else, and the version now."""
    differ = {
        name: str(getattr(entry, name) or "nothing")
        for name, value in values.items()
        if getattr(entry, name) != value
    }
    return {"version": str(entry.version), **differ}
