"""The demo, told once in a run: on the Wednesday that the design's pictures show."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from functools import cache

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import LONDON, at
from cma_app.demo.people import DemoSignIns
from cma_app.demo.story import load
from cma_app.postgres import EmbeddedPostgres
from cma_app.session import CentreSession, open_as

T = date(2026, 11, 25)
MORNING = datetime.combine(T, clock_time(9, 14), LONDON)


@dataclass(frozen=True)
class Told:
    """The demo as it stands: its people as actors, and how long the telling took."""

    people: dict[str, Actor]
    signs: DemoSignIns
    seconds: float
    owner: Engine

    def open(self, username: str) -> AbstractContextManager[CentreSession]:
        """Open a committed session as one of the cast."""
        return open_as(self.people[username])

    def case(self, last_name: str) -> int:
        """Return the id of a household's case, whoever may see it."""
        return self.value(
            "SELECT k.id FROM cases k JOIN clients c USING (centre_id)"
            " JOIN centres e ON e.id = k.centre_id"
            " WHERE c.id = k.client_id AND c.last_name = :name AND e.code IN ('HMA', 'CWM')",
            name=last_name,
        )

    def value(self, statement: str, **values: object) -> object:
        """Return the one value of a statement, as the owner sees it."""
        with self.owner.connect() as connection:
            return connection.execute(text(statement), values).scalar_one()

    def rows(self, statement: str, **values: object) -> list[tuple]:
        """Return the rows of a statement, as the owner sees them."""
        with self.owner.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]


@cache
def tell(owner: Engine) -> Told:
    """Tell the demo on T, once in a run whoever asks first, and return it."""
    began = time.monotonic()
    signs = load(on=T)
    seconds = time.monotonic() - began
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT u.username, u.id, u.centre_id, u.role, u.first_name || ' ' || u.last_name,"
                " c.name, c.code FROM users u JOIN centres c ON c.id = u.centre_id"
                " WHERE c.code IN ('HMA', 'CWM', 'OFFICE')"
            )
        )
        people = {row[0]: Actor(*row[1:]) for row in rows}
    return Told(people, signs, seconds, owner)


@pytest.fixture(scope="session")
def told(postgres: EmbeddedPostgres, owner: Engine) -> Told:
    """Return the demo, told on T."""
    return tell(owner)


@pytest.fixture
def morning() -> Iterator[datetime]:
    """Make it T, 09:14, while a test runs."""
    with at(MORNING):
        yield MORNING
