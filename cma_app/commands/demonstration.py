"""The demo: two centres of made-up people, never beside real ones."""

import importlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from cma_app.commands.admins import OFFICE_CODE
from cma_app.database import engine_for
from cma_app.databases import Database, Say
from cma_app.errors import Refused


@dataclass(frozen=True)
class Found:
    """What centres a database holds."""

    demo: int
    real: tuple[str, ...]


def centres_in(connection: Connection) -> Found:
    """Return how many demo centres there are, and the real ones by name."""
    rows = connection.execute(
        text(
            "SELECT name, coalesce(settings ->> 'demo', '') = 'true' AS demo FROM centres"
            " WHERE code <> :office ORDER BY name"
        ),
        {"office": OFFICE_CODE},
    ).all()
    return Found(
        demo=sum(1 for row in rows if row.demo),
        real=tuple(str(row.name) for row in rows if not row.demo),
    )


def look(database: Database) -> Found:
    """Return what centres the database holds, read as the owner of the tables."""
    engine = engine_for(database.owner, pool_size=1)
    try:
        with engine.connect() as connection:
            return centres_in(connection)
    finally:
        engine.dispose()


def load_demo(database: Database, say: Say) -> bool:
    """Tell the demo's story once; whether it was told now. Refused beside a real centre."""
    found = look(database)
    if found.real:
        raise Refused(
            f"This database holds a real centre ({found.real[0]}): the demo is not put beside it."
        )
    if found.demo:
        return False
    say("Telling the demo's story: two centres, twelve households")
    _story().load()
    return True


def sign_ins() -> list[str]:
    """Return the demo's sign-ins, one line each, as they are printed at the start."""
    people: Any = importlib.import_module("cma_app.demo.people")
    return list(people.sign_in_lines())


def _story() -> Any:
    return importlib.import_module("cma_app.demo.story")
