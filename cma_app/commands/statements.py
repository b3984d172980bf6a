"""Looks through every centre's issued statements for sums that do not reconcile."""

import psycopg

from cma_app.access.actor import Actor
from cma_app.databases import Database, Say
from cma_app.postgres import plain
from cma_app.services.statement_list import unreconciled_statements
from cma_app.session import SYSTEM, open_as


def check_statements(database: Database, say: Say, *, code: str | None = None) -> int:
    """Say each statement that does not add up and why, centre by centre; return how many do not.

    `code` is that of the one centre to look at.
    """
    with psycopg.connect(plain(database.owner)) as connection:
        centres = connection.execute(
            "SELECT id, name, code FROM public.centres"
            " WHERE code = %(code)s::text OR %(code)s::text IS NULL ORDER BY name",
            {"code": code},
        ).fetchall()
    wrong = 0
    for centre_id, name, its_code in centres:
        with open_as(Actor(0, centre_id, SYSTEM, "System", name, its_code)) as session:
            found = unreconciled_statements(session)
        wrong += len(found)
        for number, sentences in found:
            say(f"{name}, statement {number}:")
            for sentence in sentences:
                say(f"  {sentence}")
    say(f"{wrong} issued statements do not reconcile." if wrong else "Every issued one adds up.")
    return wrong
