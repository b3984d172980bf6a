"""The demo: two centres of made-up people, never beside real ones."""

import importlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from cma_app.databases import Database, Say
from cma_app.errors import Refused
from cma_app.postgres import plain

OFFICE_CODE, OFFICE_NAME = "OFFICE", "System administration"
"""Everybody belongs to a centre; admins to this one, which has no clients."""


@dataclass(frozen=True)
class Found:
    """What centres a database holds."""

    demo: int
    real: tuple[str, ...]


def look(database: Database) -> Found:
    """Return how many demo centres the database holds, and the real ones by name."""
    with psycopg.connect(plain(database.owner)) as connection:
        rows = connection.execute(
            "SELECT name, coalesce(settings ->> 'demo', '') = 'true' FROM public.centres"
            " WHERE code <> %s ORDER BY name",
            [OFFICE_CODE],
        ).fetchall()
    return Found(
        demo=sum(1 for _, demo in rows if demo),
        real=tuple(str(name) for name, demo in rows if not demo),
    )


def load_demo(database: Database, say: Say, *, on: date | None = None) -> bool:
    """Tell the demo's story once, as on a day; whether it was told now.

    Refused beside a real centre.
    """
    found = look(database)
    if found.real:
        raise Refused(
            f"This database holds a real centre ({found.real[0]}): the demo is not put beside it."
        )
    if found.demo:
        return False
    say("Telling the demo's story: two centres, twelve households")
    story: Any = importlib.import_module("cma_app.demo.story")
    engine: Any = importlib.import_module("cma_app.database").app_engine
    try:
        story.load(on, say=lambda words: say(f"  {words}"))
    finally:
        engine().dispose()
        engine.cache_clear()  # the next database of this process is another one
    return True


def sign_ins() -> list[str]:
    """Return the demo's sign-ins, one line each, as they are printed at the start."""
    people: Any = importlib.import_module("cma_app.demo.people")
    return list(people.sign_in_lines())
