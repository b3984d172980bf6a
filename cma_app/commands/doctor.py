"""`cma doctor`: what is there and what is missing, in words."""

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from cma_app.build import fingerprint
from cma_app.commands import demonstration
from cma_app.commands.schema import is_current
from cma_app.databases import Database, open_database, require_safe_role, settle_keys
from cma_app.errors import CmaError
from cma_app.keys import keys_present
from cma_app.postgres_place import find_binaries
from cma_app.serve import HOST
from cma_app.settings import ROOT, Settings, settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and what we say."""

    well: bool
    words: str


def ok(words: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(well=True, words=words)


def missing(words: str) -> Finding:
    """Return a finding that somebody should act on."""
    return Finding(well=False, words=words)


def examine() -> Iterator[Finding]:
    """Give the findings one after another, from the ground up."""
    chosen = settings()
    yield ok(f"Python {sys.version_info.major}.{sys.version_info.minor}")
    yield ok(f"The data, keys and logs are in {chosen.home}")
    yield _screens()
    yield _port(chosen)
    yield _reader()
    yield from _database(chosen)


def _screens() -> Finding:
    mark = ROOT / ".web" / "cma-fingerprint"
    if not mark.exists():
        return missing("The screens are not built yet: `make run` builds them")
    if mark.read_text() != fingerprint():
        return missing("The screens are older than their sources: `make run` builds them")
    return ok("The screens are built and current")


def _port(chosen: Settings) -> Finding:
    with socket.socket() as probe:
        taken = probe.connect_ex((HOST, chosen.port)) == 0
    state = "something answers on it (`cma serve`, or another program)" if taken else "it is free"
    return ok(f"Port {chosen.port}: {state}")


def _reader() -> Finding:
    found = shutil.which("tesseract")
    if found:
        return ok(f"Scanned papers can be read ({found})")
    return ok("Tesseract is not installed: scanned papers are kept but not read")


def _database(chosen: Settings) -> Iterator[Finding]:
    if chosen.embedded:
        try:
            binaries = find_binaries()
        except CmaError as error:
            yield missing(error.sentence)
            return
        yield ok(f"PostgreSQL {binaries.version}, run by us")
        if not (chosen.home / "postgres").exists():
            yield ok("There is no database yet: `make run` makes it")
            return
    else:
        yield ok("An external PostgreSQL, from DATABASE_URL")
    try:
        with open_database(lambda _: None) as database:
            yield ok("The database answers")
            for look in (_migrations, _role, _keys, _centres):
                yield _safely(look, database)
    except CmaError as error:
        yield missing(error.sentence)


def _safely(look: Callable[[Database], Finding], database: Database) -> Finding:
    try:
        return look(database)
    except CmaError as error:
        return missing(error.sentence)
    except psycopg.Error:
        return missing("The database has not the tables we expect: run `cma migrate`")


def _migrations(database: Database) -> Finding:
    if is_current(database):
        return ok("The schema is current")
    return missing("The schema is not this version's: run `cma migrate`")


def _role(database: Database) -> Finding:
    require_safe_role(database.app_url)
    return ok("The app's role cannot pass the walls between centres")


def _keys(database: Database) -> Finding:
    home = settings().home
    if not keys_present(home):
        return missing(f"The keys in {home / 'keys'} are missing: put them back")
    settle_keys(database, home)
    return ok("The keys are the ones the database was made with")


def _centres(database: Database) -> Finding:
    if database.owner_url is None:
        return ok("DATABASE_OWNER_URL is not set: migrations are somebody else's work")
    found = demonstration.look(database)
    return ok(f"{len(found.real)} centres of your own, {found.demo} of the demo")
