"""Centres: an admin adds, edits and closes them, and says who manages each; no client in sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services import forms
from cma_app.services.centre_settings import NAMES, TICKS, keep_settings, setting_of
from cma_app.session import CentreSession, was_seen
from models import Centre, User
from models.cases import NATIONS

CHANGED: Final = (
    "Somebody else changed this centre after you opened it. What is stored now is shown; save"
    " again to keep yours."
)
_PEOPLE: Final = text("SELECT * FROM cma_people_by_centre()")


def _given(word: str) -> BeforeValidator:
    """Ask for an answer by its name, so that the list of errors says which is meant."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"Enter the {word}.")
        return value

    return BeforeValidator(read)


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _code(value: str) -> str:
    if not (2 <= len(value) <= 10 and value.isascii() and value.isalnum()):
        raise ValueError("Use 2 to 10 capital letters or digits, such as HMA.")
    return value


class CentreForm(forms.Form):
    """A centre's details and settings; the code begins every reference and never changes."""

    name: Annotated[str, _given("centre's name"), Field(max_length=100)]
    code: Annotated[str, BeforeValidator(_upper), AfterValidator(_code)]
    nation: Annotated[str, BeforeValidator(forms.choice(*NATIONS))]
    address_line1: forms.Text = None
    address_line2: forms.Text = None
    city: Annotated[forms.Text, AfterValidator(lambda value: value and value[:100])] = None
    postcode: forms.Postcode = None
    phone: forms.Phone = None
    email: forms.Email = None
    website: forms.Text = None
    small_print: Annotated[str | None, Field(max_length=500), forms.Blank] = None
    membership_code: Annotated[str | None, Field(max_length=20), forms.Blank] = None
    verify_statements: forms.Tick = False
    second_factor_manager: forms.Tick = False
    second_factor_advisor: forms.Tick = False
    second_factor_trainee: forms.Tick = False


@dataclass(frozen=True, slots=True)
class CentreRow:
    """A row of the list of centres."""

    id: int
    name: str
    code: str
    nation: str
    city: str
    status: str
    people: int
    unused_passwords: int
    manager: str


@dataclass(frozen=True, slots=True)
class CentreDetails:
    """A centre's answers by a `CentreForm`'s names, as stored; `version` goes back with an edit."""

    id: int
    version: int
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many centres are open, people active, and one-time passwords unused, in all."""

    centres: int
    people: int
    unused_passwords: int


@dataclass(frozen=True, slots=True)
class ClosingMeans:
    """What closing a centre would touch: who is signed out for good, and what nobody works on."""

    id: int
    name: str
    people: int
    open_cases: int


def list_centres(session: CentreSession, *, number: int = 1) -> Page[CentreRow]:
    """Return a page of the centres with their numbers of people and their managers."""
    session.authorize(Act.CENTRE_LIST)
    people = {row.centre_id: row for row in session.execute(_PEOPLE)}
    total = session.execute(select(func.count(col(Centre.id)))).scalar_one()
    rows = session.execute(
        select(
            col(Centre.id),
            col(Centre.name),
            col(Centre.code),
            col(Centre.nation),
            col(Centre.city),
            col(Centre.status),
        )
        .order_by(col(Centre.status), col(Centre.name), col(Centre.id))
        .offset(offset_of(number))
        .limit(PAGE_SIZE)
    ).all()
    found = [
        CentreRow(
            row.id,
            row.name,
            row.code,
            row.nation,
            row.city or "",
            row.status,
            people[row.id].people if row.id in people else 0,
            people[row.id].unused_passwords if row.id in people else 0,
            (people[row.id].manager_name if row.id in people else "") or "",
        )
        for row in rows
    ]
    return Page(found, total, number)


def totals(session: CentreSession) -> Totals:
    """Return the numbers of the whole system that an admin works from."""
    session.authorize(Act.CENTRE_LIST)
    counted = session.execute(_PEOPLE).all()
    centres = session.execute(
        select(func.count(col(Centre.id))).where(col(Centre.status) == "active")
    ).scalar_one()
    return Totals(
        centres,
        sum(row.people for row in counted),
        sum(row.unused_passwords for row in counted),
    )


def add(session: CentreSession, form: CentreForm) -> Centre:
    """Add a centre; its first people are added next, under People."""
    session.authorize(Act.CENTRE_ADD)
    typed = form.model_dump()
    centre = Centre(**{name: typed[name] for name in typed.keys() - set(NAMES)})
    keep_settings(centre, typed)
    try:
        with session.begin_nested():
            session.add(centre)
            session.flush()
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") == "uq_centres_code":
            raise Invalid({"code": "Another centre has this code. Choose another."}) from None
        raise
    return centre


def read_centre(session: CentreSession, centre_id: int) -> CentreDetails:
    """Return a centre's own details to edit them."""
    session.authorize(Act.CENTRE_EDIT)
    centre = _required(session, centre_id)
    answers = {name: _stored(centre, name) for name in CentreForm.model_fields}
    return CentreDetails(centre.id, centre.version, answers)


def edit(
    session: CentreSession, centre_id: int, data: Mapping[str, Any], *, version: int
) -> Centre:
    """Change a centre's details by a `CentreForm`'s answers; its code stays, whatever was sent.

    Where somebody else was first since `version`, Conflict carries what is stored now, by field,
    and the version to save over it.
    """
    session.authorize(Act.CENTRE_EDIT)
    centre = _required(session, centre_id)
    wanted = CentreForm.read({**data, "code": centre.code})
    if centre.version != version:
        differ = _differences(centre, wanted)
        raise Conflict(CHANGED, {"version": str(centre.version), **differ})
    was_seen(centre, version)
    typed = wanted.model_dump()
    for name in typed.keys() - set(NAMES):
        setattr(centre, name, typed[name])
    keep_settings(centre, typed)
    session.flush()
    return centre


def what_closing_means(session: CentreSession, centre_id: int) -> ClosingMeans:
    """Return whom and how much closing a centre touches, in numbers alone."""
    session.authorize(Act.CENTRE_EDIT)
    centre = _required(session, centre_id)
    with session.in_centre(centre.id):
        people, cases = session.execute(
            select(
                func.count().filter(col(User.is_active).is_(True)),
                func.coalesce(func.sum(func.cma_open_cases_of(col(User.id))), 0),
            ).where(col(User.centre_id) == centre.id)
        ).one()
    return ClosingMeans(centre.id, centre.name, people, int(cases))


def close(session: CentreSession, centre_id: int) -> Centre:
    """Close a centre: its people are signed out at once and cannot sign in; its records stay."""
    session.authorize(Act.CENTRE_EDIT)
    centre = _required(session, centre_id)
    if centre.id == session.actor.centre_id:
        raise Conflict("You cannot close your own centre. An admin of another centre can.")
    if centre.status != "active":
        raise Conflict("This centre is already closed.")
    centre.status = "closed"
    with session.in_centre(centre.id):
        session.execute(
            text(
                "UPDATE sessions SET revoked_at = now()"
                " WHERE centre_id = :centre AND revoked_at IS NULL"
            ),
            {"centre": centre.id},
        )
    return centre


def reopen(session: CentreSession, centre_id: int) -> Centre:
    """Open a closed centre again: its active people can sign in."""
    session.authorize(Act.CENTRE_EDIT)
    centre = _required(session, centre_id)
    if centre.status == "active":
        raise Conflict("This centre is already open.")
    centre.status = "active"
    return centre


def choose_manager(session: CentreSession, centre_id: int, *, user_id: int) -> Centre:
    """Say which of a centre's managers answers for it."""
    session.authorize(Act.CENTRE_EDIT)
    centre = _required(session, centre_id)
    with session.in_centre(centre.id):
        person = session.require(User, user_id)
        if person.role != Role.MANAGER or not person.is_active:
            raise Invalid({"user_id": "Choose an active manager of this centre."})
        centre.manager_id = person.id
    return centre


def choices_of_manager(session: CentreSession, centre_id: int) -> list[tuple[int, str]]:
    """Return a centre's active managers."""
    session.authorize(Act.CENTRE_LIST)
    with session.in_centre(centre_id):
        rows = session.execute(
            select(
                col(User.id),
                func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("name"),
            )
            .where(col(User.is_active).is_(True), col(User.role) == Role.MANAGER.value)
            .order_by(col(User.last_name), col(User.id))
            .limit(100)
        ).all()
    return [(row.id, row.name) for row in rows]


def _stored(centre: Centre, name: str) -> str:
    return setting_of(centre, name) if name in NAMES else getattr(centre, name) or ""


def _differences(centre: Centre, form: CentreForm) -> dict[str, str]:
    """Return what is stored, in words, of each answer that is another in the form."""
    found = {}
    for name, value in form.model_dump().items():
        stored = _stored(centre, name)
        if name in TICKS:
            stored, value = ("ticked" if each else "not ticked" for each in (stored, value))  # noqa: PLW2901
        if stored != (value or ""):
            found[name] = stored or "nothing"
    return found


def _required(session: CentreSession, centre_id: int) -> Centre:
    centre = session.get(Centre, centre_id)
    if centre is None:
        raise NotFound
    return centre
