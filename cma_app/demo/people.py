"""The demo's cast: who works where, and what they sign in with. Nobody here is real."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

from sqlalchemy import Connection, text

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.commands.admins import create_admin
from cma_app.commands.demonstration import OFFICE_CODE, OFFICE_NAME
from cma_app.database import app_engine
from cma_app.databases import Database
from cma_app.errors import CmaError, Conflict
from cma_app.services import centres, rooms, users
from cma_app.services.passwords import hashed, matches
from cma_app.session import CentreSession, open_as
from cma_app.settings import settings
from models import User

PASSWORD: Final = "lantern-river-basket"  # noqa: S105 - printed with the demo, for the demo alone
ORIGIN: Final = Origin(user_agent="The demo's story")
EMAIL_HOST: Final = "example.org"


class UnlikeDemo(CmaError):
    """The database holds something under the demo's names that the demo did not make."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast; `supervisor` and `stand_in` are others' usernames."""

    username: str
    first_name: str
    last_name: str
    role: str
    centre: str
    supervisor: str = ""
    stand_in: str = ""

    @property
    def name(self) -> str:
        """Return the name as it stands on screen."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class DemoCentre:
    """One of the two centres; its telephone is from the range kept for drama."""

    code: str
    name: str
    nation: str
    city: str
    postcode: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoSignIns:
    """What the demo's people sign in with; `told` says whether the story was told just now."""

    told: bool
    lines: tuple[str, ...]
    password: str = PASSWORD


CENTRES: Final = (
    DemoCentre("HMA", "Harbour Money Advice", "england", "Portsmouth", "PO1 2GJ", "07700 900001"),
    DemoCentre("CWM", "Cwm Debt Centre", "wales", "Cardiff", "CF10 1EP", "07700 900002"),
)
CAST: Final = (
    Member("ruth", "Ruth", "Adeyemi", "manager", "HMA"),
    Member("tom", "Tom", "Hale", "advisor", "HMA"),
    Member("priya", "Priya", "Nair", "advisor", "HMA"),
    Member("callum", "Callum", "Reid", "trainee", "HMA", supervisor="priya", stand_in="tom"),
    Member("eleri", "Eleri", "Vaughan", "manager", "CWM"),
    Member("gareth", "Gareth", "Pugh", "advisor", "CWM"),
    Member("sian", "Siân", "Rees", "trainee", "CWM", supervisor="gareth", stand_in="eleri"),
)
ADMIN: Final = Member("admin", "Ada", "Winter", "admin", "")
"""Adds centres and people, belongs to neither centre and sees no client."""

ROOMS: Final = ("Room 1", "Room 2")
"""The rooms of each centre."""

Cast = dict[str, Actor]

_FIND = text("SELECT * FROM cma_find_sign_in(:identifier)")


def sign_in_lines() -> list[str]:
    """Return the demo's sign-ins, one line each, as they are printed."""
    named = {centre.code: centre.name for centre in CENTRES}
    people = [(each, f"{each.role}, {named[each.centre]}") for each in CAST]
    people.append((ADMIN, "admin: centres and people, no client"))
    return [f"{each.username:<8}{PASSWORD}   {each.name}, {what}" for each, what in people]


def settle_admin() -> Actor:
    """Return the demo's admin, made where there is none, as `cma create-admin` makes one."""
    address = settings().owner_url
    try:
        create_admin(
            Database(settings().serving_url, address, address),
            username=ADMIN.username,
            email=_email(ADMIN),
            name=ADMIN.name,
        )
    except Conflict:
        admin, password_hash = _find_admin()
        if not matches(PASSWORD, password_hash):
            raise UnlikeDemo(
                "There is an admin here whom the demo did not make: load it into a new database."
            ) from None
        return admin
    admin, _ = _find_admin()
    with open_as(admin, ORIGIN) as session:
        _give_password(session)
    return admin


def _find_admin() -> tuple[Actor, str]:
    """Return the admin and the hash of their password, as a sign-in finds them."""
    with app_engine().begin() as connection:
        found = connection.execute(_FIND, {"identifier": ADMIN.username}).one()
    actor = Actor(found.user_id, found.centre_id, ADMIN.role, ADMIN.name, OFFICE_NAME, OFFICE_CODE)
    return actor, found.password_hash


@cache
def _password_hash() -> str:
    return hashed(PASSWORD)


def _give_password(session: CentreSession) -> None:
    """Put the demo's password, hashed once for all, in the place of a person's one-time one."""
    session.authorize(Act.OWN_PASSWORD_CHANGE)
    person = session.require(User, session.actor.user_id)
    person.password_hash = _password_hash()
    person.must_change_password, person.password_expires_at = False, None
    session.flush()


def make_centres(connection: Connection, admin: Actor) -> Cast:
    """Add the two centres and their people as the admin and the managers do; return the cast."""
    cast: Cast = {}
    for demo in CENTRES:
        centre_id = _centre(connection, admin, demo)
        for member in (each for each in CAST if each.centre == demo.code):
            managed = member.role != "manager"
            adds = next(cast[each.username] for each in _managers(demo)) if managed else admin
            cast[member.username] = _person(
                connection, adds, member, demo, centre_id=centre_id, cast=cast
            )
        with open_as(admin, ORIGIN, connection) as session:
            for manager in _managers(demo):
                user_id = cast[manager.username].user_id
                centres.choose_manager(session, centre_id, user_id=user_id)
    return cast


def make_rooms(connection: Connection, cast: Cast) -> None:
    """Add the rooms of both centres, as their managers do."""
    for demo in CENTRES:
        for manager in _managers(demo):
            with open_as(cast[manager.username], ORIGIN, connection) as session:
                for name in ROOMS:
                    rooms.add_room(session, {"name": name})


def _managers(centre: DemoCentre) -> list[Member]:
    return [each for each in CAST if each.centre == centre.code and each.role == "manager"]


def _centre(connection: Connection, admin: Actor, demo: DemoCentre) -> int:
    """Add a centre and mark it: a marked centre is the demo's, any other is real."""
    form = centres.CentreForm.read({**asdict(demo), "email": f"post.{demo.code}@{EMAIL_HOST}"})
    with open_as(admin, ORIGIN, connection) as session:
        centre = centres.add(session, form)
        centre.settings = {"demo": True}
        session.flush()
        return centre.id


def _person(
    connection: Connection,
    adds: Actor,
    member: Member,
    demo: DemoCentre,
    *,
    centre_id: int,
    cast: Cast,
) -> Actor:
    others = {
        f"{name}_id": cast[username].user_id
        for name, username in (("supervisor", member.supervisor), ("stand_in", member.stand_in))
        if username
    }
    form = users.PersonForm.read({**asdict(member), "email": _email(member), **others})
    with open_as(adds, ORIGIN, connection) as session:
        issued = users.add(session, form, centre_id=centre_id)
    actor = Actor(issued.user_id, centre_id, member.role, member.name, demo.name, demo.code)
    with open_as(actor, ORIGIN, connection) as session:
        _give_password(session)
    return actor


def _email(member: Member) -> str:
    return f"{member.username}@{EMAIL_HOST}"
