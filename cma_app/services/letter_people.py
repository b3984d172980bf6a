"""Who of a case a letter may be to or about: its client and a partner, each by their own routes."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import NotFound
from cma_app.services.authorities import AuthorityRow, without_authority
from cma_app.services.contact_routes import safe_routes
from cma_app.services.partners import people_here
from cma_app.session import CentreSession
from models import Case, CasePerson, Client, Letter

POSTAL = ("post", "email")
"""The client's routes by which a letter can travel."""


@dataclass(frozen=True, slots=True)
class PersonTo:
    """One person of a case; `answers` says for post and e-mail what they answered."""

    id: int
    name: str
    first_name: str
    role: str
    address: tuple[str, ...]
    email: str
    answers: dict[str, str]

    def is_safe(self, route: str) -> bool:
        """Say whether a letter may reach them so: only where they answered yes."""
        return self.answers.get(route) == "yes"

    @property
    def window(self) -> tuple[str, ...]:
        """Return what stands in the envelope's window: no address where post is not safe."""
        return (self.name, *self.address) if self.is_safe("post") else (self.name,)


def people_of(session: CentreSession, case_id: int) -> list[PersonTo]:
    """Return the people of a case, its client first; who left it is not among them."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    partners = session.exec(
        select(CasePerson.client_id)
        .where(
            col(CasePerson.centre_id) == case.centre_id,
            col(CasePerson.case_id) == case.id,
            col(CasePerson.left_on).is_(None),
        )
        .order_by(col(CasePerson.id))
    ).all()
    return [
        _person(session, case.client_id, "client"),
        *(_person(session, client_id, "partner") for client_id in partners),
    ]


def owing(owed_by: Collection[str], people: list[PersonTo]) -> list[PersonTo]:
    """Return who of the case owes a creditor; the client, where a debt names nobody else."""
    found = [
        each for each in people if each.role in owed_by or ("joint" in owed_by and len(people) > 1)
    ]
    return found or people[:1]


def unsigned(
    given: list[AuthorityRow], people: list[PersonTo], creditor_id: int, name: str
) -> list[PersonTo]:
    """Return who of some people signed no authority for a creditor that holds today."""
    return [
        each
        for each in people
        if without_authority(
            [row for row in given if row.client_id == each.id], {creditor_id: name}, today()
        )
    ]


def letter_here(session: CentreSession, letter_id: int, act: Act) -> tuple[Letter, Case]:
    """Return a letter and its case to who may do `act`; NotFound where who it is of has left."""
    letter = session.require(Letter, letter_id)
    case = session.require(Case, letter.case_id)
    session.authorize(act, case)
    if letter.client_id not in people_here(session, case):
        raise NotFound
    return letter, case


def draft_like(session: CentreSession, letter: Letter) -> Letter | None:
    """Return another draft of the same kind to the same reader, where there is one."""
    found = session.exec(
        select(Letter.id)
        .where(
            col(Letter.centre_id) == session.actor.centre_id,
            col(Letter.case_id) == letter.case_id,
            col(Letter.kind) == letter.kind,
            col(Letter.id).is_distinct_from(letter.id),
            col(Letter.status) == "draft",
            col(Letter.deleted_at).is_(None),
            col(Letter.client_id) == letter.client_id,
            col(Letter.creditor_id).is_not_distinct_from(letter.creditor_id),
            col(Letter.chases_id).is_not_distinct_from(letter.chases_id),
        )
        .order_by(col(Letter.id))
        .limit(1)
    ).first()
    return session.require(Letter, found) if found is not None else None


def reader_of(session: CentreSession, letter: Letter) -> PersonTo:
    """Return whose letter it is."""
    session.authorize(Act.CASE_OPEN, session.require(Case, letter.case_id))
    return _person(session, letter.client_id, "client")


def _person(session: CentreSession, client_id: int, role: str) -> PersonTo:
    client = session.require(Client, client_id)
    lines = (client.address_line1, client.address_line2, client.city, client.postcode)
    routes = safe_routes(session, client_id)
    return PersonTo(
        id=client_id,
        name=client.full_name,
        first_name=client.first_name,
        role=role,
        address=tuple(line for line in lines if line),
        email=client.email or "",
        answers={each.route: each.answer for each in routes if each.route in POSTAL},
    )
