"""The two people of a case: each with a file, routes and consents of their own.

A second person is a client like any other. Nothing is taken over from the first: a route nobody
asked them about says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.rules.consents import purposes
from cma_app.services.cases import read_case
from cma_app.services.clients import ClientForm, record_client
from cma_app.services.consents import consents_of, standing
from cma_app.services.contact_routes import RouteAnswers, SafeRouteValue, safe_routes
from cma_app.services.duplicates import PossiblePerson
from cma_app.services.forms import BirthDate, Form, Phone, given
from cma_app.services.households import answers_in, keep_household, newest_household
from cma_app.services.locking import locked
from cma_app.services.partners import partner_of
from cma_app.services.walk_in import look_alikes
from cma_app.session import CentreSession
from models import Case, CasePerson, Client

TWO: Final = "There are two people on this case already."


class PersonForm(Form):
    """What is asked of a second person before they have a file; the names are needed."""

    first_name: Annotated[str, Field(max_length=100), given("Enter their first name.")]
    last_name: Annotated[str, Field(max_length=100), given("Enter their last name.")]
    date_of_birth: BirthDate = None
    phone: Phone = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person of a case; `consents` has each purpose's newest answer, None where not asked."""

    client_id: int
    name: str
    reference: str
    date_of_birth: date | None
    is_second: bool
    routes: tuple[SafeRouteValue, ...]
    consents: dict[str, bool | None]


def read_people(session: CentreSession, case_id: int) -> list[PersonFacts]:
    """Return the client of a case, and the second person while there is one."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    first, second = session.require(Client, case.client_id), partner_of(session, case)
    people = [_facts(session, first, is_second=False)]
    return people if second is None else [*people, _facts(session, second, is_second=True)]


def alike_people(
    session: CentreSession, case_id: int, data: Mapping[str, Any]
) -> list[PossiblePerson]:
    """Return who may be the second person already; half an answer counts for none."""
    case = session.require(Case, case_id)
    session.authorize(Act.CLIENT_FIND, case)
    return look_alikes(session, data, but_client=case.client_id)


def join_new_person(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> Client:
    """Make a file for the second person, with answers of their own, and put them on the case."""
    case = _to_join(session, case_id)
    form, answers = PersonForm.read(data), RouteAnswers.read(data)
    details = ClientForm(
        first_name=form.first_name,
        last_name=form.last_name,
        date_of_birth=form.date_of_birth,
        phone_primary=form.phone,
        nation=case.nation,
    )
    return _join(session, case, record_client(session, details, answers))


def join_client(session: CentreSession, case_id: int, *, client_id: int) -> Client:
    """Put a client of the centre on a case as its second person; their file stays as it is."""
    case = _to_join(session, case_id)
    try:
        client = session.require(Client, client_id)
    except NotFound:
        raise Invalid({"client": "Choose a client of your centre."}) from None
    if client.id == case.client_id:
        raise Invalid({"client": "This is the client of the case. Choose their partner."})
    return _join(session, case, client)


def _to_join(session: CentreSession, case_id: int) -> Case:
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_JOIN, case)
    locked(session, Case, case.id)
    if partner_of(session, case) is not None:
        raise Conflict(TWO)
    return case


def _join(session: CentreSession, case: Case, client: Client) -> Client:
    """Join two people; a household that was answered says from now on that there is a partner."""
    session.authorize(Act.CASE_JOIN, case)
    session.add(CasePerson(case_id=case.id, client_id=client.id, joined_on=today()))
    session.flush()
    newest = newest_household(session, case)
    if newest is not None:
        now_two = {
            "has_partner": True,
            "partner_client_id": client.id,
            "adults": max(newest.adults, 2),
        }
        if newest.partner_client_id not in (None, client.id):  # another's answers
            now_two |= {"partner_employment": [], "partner_employment_note": None}
        keep_household(session, case, answers_in(newest) | now_two)
    return client


def _facts(session: CentreSession, client: Client, *, is_second: bool) -> PersonFacts:
    newest = standing(consents_of(session, client.id))
    return PersonFacts(
        client_id=client.id,
        name=client.full_name,
        reference=client.client_reference,
        date_of_birth=client.date_of_birth,
        is_second=is_second,
        routes=tuple(safe_routes(session, client.id)),
        consents={
            purpose: newest[purpose].is_given if purpose in newest else None
            for purpose in purposes()
        },
    )
