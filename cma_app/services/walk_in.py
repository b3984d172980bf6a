"""Walk-in: one screen and one submit make the client, the case and the first note."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from cma_app.access.acts import Act
from cma_app.errors import Invalid
from cma_app.rules.identifiers import BadIdentifier, email, nation_of_postcode, phone, postcode
from cma_app.services.cases import start_case
from cma_app.services.clients import ClientForm, record_client
from cma_app.services.contact_routes import record_routes
from cma_app.services.drafts import drop_draft
from cma_app.services.duplicates import PossiblePerson, person_of, possible
from cma_app.services.forms import BirthDate, Form, LongText
from cma_app.services.intake import EMERGENCY_WORDS, SOURCES, IntakeForm, read_intake
from cma_app.services.notes import record_note
from cma_app.session import CentreSession
from models import Case, Client

DRAFT: Final = "walk_in"


def _minutes(value: Any) -> Any:
    return 0 if value is None or (isinstance(value, str) and not value.strip()) else value


class WalkInForm(IntakeForm):
    """The shared questions and the first note."""

    note: LongText = None
    minutes: Annotated[int, Field(ge=0, le=600), BeforeValidator(_minutes)] = 0


def start_walk_in(
    session: CentreSession, data: Mapping[str, Any], *, client_id: int | None = None
) -> Case:
    """Make client, case and first note at once and return the case; forget the draft.

    With `client_id` the person was here before: their details stay as they are, and what they say
    today about safe contact replaces what they said then.
    """
    session.authorize(Act.CLIENT_RECORD)
    form, answers = read_intake(data, WalkInForm)
    if client_id is None:
        client = record_client(session, client_form(form), answers)
    else:
        client = session.require(Client, client_id)
        record_routes(session, client.id, answers)
    case = start_intake_case(session, client, form)
    record_note(session, case.id, channel="in_person", minutes=form.minutes, body=first_words(form))
    drop_draft(session, DRAFT)
    return case


def client_form(form: IntakeForm) -> ClientForm:
    """Return what an intake says about the person, as a client's details."""
    return ClientForm(
        first_name=form.first_name,
        last_name=form.last_name,
        date_of_birth=form.date_of_birth,
        postcode=form.postcode,
        nation=form.known_nation,
        phone_primary=form.phone,
        email=form.email,
    )


def start_intake_case(session: CentreSession, client: Client, form: IntakeForm) -> Case:
    """Start the case of a client by what the intake says, and return it."""
    session.authorize(Act.CASE_START, client)
    return start_case(
        session,
        client,
        nation=form.known_nation,
        source=form.source,
        referred_by=form.referred_by,
        emergency=form.emergency_what,
        emergency_date=form.emergency_date,
        emergency_time=form.emergency_time,
    )


def first_words(form: WalkInForm) -> str:
    """Return the first note: what was asked at the door, and then what was typed."""
    source = SOURCES[form.source] + (f" ({form.referred_by})" if form.referred_by else "")
    soon = EMERGENCY_WORDS[form.emergency].lower()
    asked = f"First contact. Who sent them: {source}. Anything in the next 14 days: {soon}."
    return f"{asked}\n\n{form.note}" if form.note else asked


def look_alikes(
    session: CentreSession, data: Mapping[str, Any], *, but_client: int | None = None
) -> list[PossiblePerson]:
    """Return who may be the person whose form is being filled in; half an answer counts for none.

    For showing while typing: what cannot be read yet is left out, never refused.
    """
    session.authorize(Act.CLIENT_FIND)
    return possible(
        session,
        person_of(
            first_name=str(data.get("first_name") or "").strip()[:100],
            last_name=str(data.get("last_name") or "").strip()[:100],
            date_of_birth=_birth_or_none(data.get("date_of_birth")),
            postcode=_read_or_none(postcode, data.get("postcode")),
            phones=(_read_or_none(phone, data.get("phone")),),
            email=_read_or_none(email, data.get("email")),
        ),
        but_client=but_client,
    )


def suggested_nation(typed: str) -> str | None:
    """Return the nation that a postcode suggests: None where unreadable or at a border."""
    code = _read_or_none(postcode, typed)
    return nation_of_postcode(code) if code else None


class _Birth(Form):
    date_of_birth: BirthDate = None


def _birth_or_none(typed: Any) -> date | None:
    try:
        return _Birth.read({"date_of_birth": typed}).date_of_birth
    except Invalid:
        return None


def _read_or_none(rule: Any, typed: Any) -> str | None:
    try:
        return rule(str(typed).replace("\x00", "")) if typed else None
    except BadIdentifier:
        return None
