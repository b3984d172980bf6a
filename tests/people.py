"""The cast. Ashdown: Amina and Ben (advisors), Tess (trainee), Maria (manager), Root (admin).
Brook: Colin, an advisor who must never see anything of Ashdown's, and Bea, its manager."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.session import SYSTEM, CentreSession, open_as

PASSWORD = "a pass phrase for tests"
ASHDOWN = {
    "amina": ("Amina Khan", "advisor"),
    "ben": ("Ben Ellis", "advisor"),
    "tess": ("Tess Moore", "trainee"),
    "maria": ("Maria Silva", "manager"),
    "root": ("Root Admin", "admin"),
}
BROOK = {"colin": ("Colin Hart", "advisor"), "bea": ("Bea Lowe", "manager")}


@cache
def _password_hash() -> str:
    """Return a real hash made cheaply, since the cast signs in hundreds of times in a run."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True)
class Cast:
    """Each person as an Actor; `cast.open(cast.amina)` opens a session for one of them."""

    amina: Actor
    ben: Actor
    tess: Actor
    maria: Actor
    root: Actor
    colin: Actor
    bea: Actor
    ashdown_system: Actor
    brook_system: Actor
    usernames: dict[str, str]

    def open(self, actor: Actor) -> AbstractContextManager[CentreSession]:
        """Open a committed session as this person."""
        return open_as(actor)

    def by_role(self, role: str) -> Actor:
        """Return Ashdown's person of a role."""
        people: dict[str, Actor] = {
            "admin": self.root,
            "manager": self.maria,
            "advisor": self.amina,
            "trainee": self.tess,
        }
        return people[role]


def make_cast(owner: Engine, number: int) -> Cast:
    """Make two centres and their people; usernames carry the number, so that runs never meet."""
    people: dict[str, Actor] = {}
    usernames: dict[str, str] = {}
    for centre, crew in (("Ashdown", ASHDOWN), ("Brook", BROOK)):
        people |= _make_centre(owner, centre, crew, number, usernames)
    return Cast(**people, usernames=usernames)


def _make_centre(
    owner: Engine,
    centre: str,
    crew: dict[str, tuple[str, str]],
    number: int,
    usernames: dict[str, str],
) -> dict[str, Actor]:
    code = f"{centre[0]}{number}"
    made: dict[str, Actor] = {}
    with owner.begin() as connection:
        centre_id = connection.execute(
            text("INSERT INTO centres (name, code) VALUES (:name, :code) RETURNING id"),
            {"name": centre, "code": code},
        ).scalar_one()
        for name, (full_name, role) in crew.items():
            usernames[name] = f"{name}{number}"
            user_id = make_user(connection.execute, centre_id, usernames[name], full_name, role)
            made[name] = Actor(user_id, centre_id, role, full_name, centre, code)
        if "tess" in made:
            connection.execute(
                text("UPDATE users SET supervisor_id = :s WHERE id = :t"),
                {"s": made["amina"].user_id, "t": made["tess"].user_id},
            )
    made[f"{centre.lower()}_system"] = Actor(0, centre_id, SYSTEM, "System", centre, code)
    return made


def make_user(
    execute: Callable[..., object], centre_id: int, username: str, full_name: str, role: str
) -> int:
    """Make one more person of a centre and return their id."""
    first, last = full_name.split()
    result = execute(
        text(
            "INSERT INTO users (centre_id, username, email, password_hash, first_name, last_name,"
            " role) VALUES (:centre, :username, :email, :hash, :first, :last, :role) RETURNING id"
        ),
        {
            "centre": centre_id,
            "username": username,
            "email": f"{username}@example.org",
            "hash": _password_hash(),
            "first": first,
            "last": last,
            "role": role,
        },
    )
    return result.scalar_one()  # type: ignore[attr-defined]
