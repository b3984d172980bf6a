"""Which revision the migrations end in, and which one a database is at: read without alembic."""

import re
from functools import cache
from typing import Any

import psycopg

from cma_app.settings import ROOT

_REVISION = re.compile(r"^revision(?::[^=]*)? = [\"']([^\"']+)[\"']", re.MULTILINE)
_BEFORE = re.compile(r"^down_revision(?::[^=]*)? = [\"']([^\"']+)[\"']", re.MULTILINE)


@cache
def newest_revision() -> str:
    """Return the revision that no other one follows; the history is one line (a test says so)."""
    found: set[str] = set()
    before: set[str] = set()
    for path in (ROOT / "alembic" / "versions").glob("*.py"):
        text = path.read_text()
        found.update(_REVISION.findall(text))
        before.update(_BEFORE.findall(text))
    (newest,) = found - before
    return newest


def revision_of(connection: psycopg.Connection[Any]) -> str | None:
    """Return the revision the database is at; None when no migration has run."""
    known = connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
    if known is None or known[0] is None:
        return None
    row = connection.execute("SELECT max(version_num) FROM public.alembic_version").fetchone()
    return str(row[0]) if row and row[0] else None
