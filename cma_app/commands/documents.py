"""What an operator does about stored documents: new keys while people work, and a sweep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, text

from cma_app.clock import now
from cma_app.database import engine_for
from cma_app.databases import Database
from cma_app.keys import KeyTrouble
from cma_app.vault import keyring, store
from cma_app.vault.sealing import context_of

Say = Callable[[str], None]

YOUNG: Final = timedelta(hours=6)
"""Bytes without a row may be on their way for so long."""
BATCH: Final = 500
_NEXT: Final = text(
    "SELECT centre_id, id, document_id, version_number, wrapped_key, encryption_key_id"
    " FROM document_versions WHERE encryption_key_id <> :key AND id > :after"
    " ORDER BY id LIMIT :batch FOR UPDATE"
)
_WRAP: Final = text(
    "UPDATE document_versions SET wrapped_key = :wrapped, encryption_key_id = :key"
    " WHERE centre_id = :centre AND id = :id"
)
_NAME: Final = text(
    "UPDATE documents d SET encryption_key_id = :key FROM document_versions v"
    " WHERE v.centre_id = d.centre_id AND v.document_id = d.id AND v.file_path = d.file_path"
    " AND v.encryption_key_id = :key AND d.encryption_key_id IS DISTINCT FROM :key"
)
_LEFT: Final = text("SELECT DISTINCT encryption_key_id FROM document_versions")
_WHOLE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_ACT: Final = text("SELECT set_config('app.act', :act, true)")
_KNOWN: Final = text("SELECT file_path FROM document_versions WHERE file_path = ANY (:paths)")
_EVERY: Final = text("SELECT centre_id, document_id, file_path FROM document_versions")
_DAMAGED: Final = text(
    "UPDATE documents SET upload_status = 'damaged' WHERE upload_status = 'stored'"
    " AND file_path IN :paths"
).bindparams(bindparam("paths", expanding=True))


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: bytes that no row named, and versions whose bytes are gone."""

    removed: int
    missing: int


@contextmanager
def owner_engine(database: Database) -> Iterator[Engine]:
    """Give an engine of the role that sees every centre, while the block runs."""
    engine = engine_for(database.owner, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def rotate_keys(owner: Engine, say: Say) -> int:
    """Wrap every document's key anew and drop the old keys; return how many were wrapped.

    People go on working: who stores a document holds a share of the lock until the commit, so
    that after our turn no row with an old key can still come. A row that does not open keeps the
    key it names, and is told of.
    """
    new = keyring.make_key()
    keyring.make_current(new)
    with owner.begin() as connection:
        connection.execute(_WHOLE, {"name": keyring.LOCK})
    done, after = 0, 0
    while after is not None:
        wrapped, after = _wrap_some(owner, new, after, say)
        done += wrapped
    with owner.begin() as connection:
        connection.execute(_ACT, {"act": "keys:rotate"})
        connection.execute(_NAME, {"key": new})
        named = set(connection.execute(_LEFT).scalars())
    for name in keyring.key_names() - named - {new}:
        keyring.drop_key(name)
    return done


def _wrap_some(owner: Engine, new: str, after: int, say: Say) -> tuple[int, int | None]:
    """Wrap some keys; return how many, and after which row to go on (None: that was all)."""
    done = 0
    with owner.begin() as connection:
        connection.execute(_ACT, {"act": "keys:rotate"})
        rows = connection.execute(_NEXT, {"key": new, "after": after, "batch": BATCH}).all()
        for row in rows:
            try:
                _wrap(connection, row, new)
                done += 1
            except KeyTrouble:
                say(f"centre {row.centre_id}, document {row.document_id}: does not open")
    return done, rows[-1].id if rows else None


def _wrap(connection: Connection, row: Any, new: str) -> None:
    context = context_of(row.centre_id, row.document_id, row.version_number)
    own = keyring.unwrap(row.wrapped_key, key_id=row.encryption_key_id, context=context)
    wrapped = keyring.wrap(own, key_id=new, context=context)
    connection.execute(
        _WRAP, {"wrapped": wrapped, "key": new, "centre": row.centre_id, "id": row.id}
    )


def sweep(owner: Engine, say: Say, *, older_than: timedelta = YOUNG) -> Swept:
    """Remove bytes that no row names, once they are old enough, and tell of rows without bytes."""
    until, found = now() - older_than, dict(store.everything())
    old = [path for path, put_at in found.items() if put_at < until]
    with owner.begin() as connection:
        connection.execute(_ACT, {"act": "documents:sweep"})
        known = set(connection.execute(_KNOWN, {"paths": old}).scalars())
        rows = connection.execute(_EVERY).all()
        missing = [row for row in rows if row.file_path not in found]
        # what was put after we listed is not missing: asked for once more by its own path
        missing = [row for row in missing if not store.exists(row.file_path)]
        if missing:
            connection.execute(_DAMAGED, {"paths": [row.file_path for row in missing]})
    orphans = [path for path in old if path not in known]
    for path in orphans:
        store.remove(path)
    removed = len(orphans) + store.remove_unfinished(until)
    for row in missing:
        say(f"centre {row.centre_id}, document {row.document_id}: its stored copy is missing")
    say(f"{removed} leftover copies removed, {len(missing)} missing")
    return Swept(removed, len(missing))
