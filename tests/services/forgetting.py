"""A person whose every text holds one word, and looking for that word everywhere."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import AutoString

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.rules.dates import add_months
from cma_app.rules.forgetting import columns, last_days
from cma_app.settings import settings
from cma_app.vault import store
from models import CASEWORK, metadata
from tests.planting import CODED, WORDS, plant_one

BESIDE_THEM = ("rooms", "checklist_versions", "review_samples")
"""What rows of casework refer to and is of no client."""
NOT_PLANTED = {"retention_items"}
LONG_AGO = datetime(2019, 5, 1, 12, tzinfo=UTC)
_days = count(1)


def years_ago(years: int, *, days: int = 1) -> date:
    """Return the day so many years and days before today."""
    return add_months(today(), -12 * years) - timedelta(days=days)


def plant_person(owner: Engine, advisor: Actor, word: str, ended: date | None) -> dict[str, int]:
    """Plant a client with a row in every table of casework, the word in each of their texts.

    The case ended on a day, or is at work.
    """
    planted = {"users": advisor.user_id}
    path = store.new_path(advisor.centre_id)
    store.put(path, f"{word} as it lies in the store".encode())
    with owner.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name in BESIDE_THEM:
                planted[table.name] = plant_one(connection, table, advisor, planted, "beside")
            elif table.name in CASEWORK - NOT_PLANTED:
                over = _texts(table, word) | _said(table.name, word, ended, path)
                planted[table.name] = plant_one(
                    connection, table, advisor, planted, word, over, everywhere=True
                )
        _date(connection, advisor.centre_id, planted["cases"], ended)
        _type(connection, advisor, planted, word)
    return planted


OF_ENQUIRY = (
    *("clients", "consents", "contact_routes", "monitoring_answers", "referrals", "appointments"),
    *("rights_requests", "client_copies", "legal_holds"),
)
"""What may be kept of somebody who never had a case."""


def plant_enquiry(owner: Engine, advisor: Actor, word: str, last: date) -> int:
    """Plant a client without a case, the word in each of their texts, last recorded on a day."""
    planted = {"users": advisor.user_id}
    moment = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    with owner.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name not in OF_ENQUIRY:
                continue
            over = _texts(table, word) | _said(table.name, word, None, "")
            over |= {"created_at": moment, "updated_at": moment}
            over |= {"case_id": None, "room_id": None} if "case_id" in table.c else {}
            over |= {"given_at": moment} if table.name == "consents" else {}
            over |= {"status": "declined"} if table.name == "referrals" else {}
            over = {name: said for name, said in over.items() if name in table.c}
            planted[table.name] = plant_one(
                connection, table, advisor, planted, word, over, everywhere=True
            )
    return planted["clients"]


DRAFTS = {
    **dict.fromkeys(("advice", "closing", "household", "note"), "cases"),
    "pasted_debts": "cases",
    "pasted_edits": "cases",
    "debt": "debts",
    "letter": "letters",
    "sheet details": "budget_sheets",
    "file_review": "file_reviews",
}
"""What each form that keeps itself is about."""


def _type(connection: Connection, advisor: Actor, planted: Mapping[str, int], word: str) -> None:
    """Type the word today into each form about the person; what was planted is one of them."""
    given = {"c": advisor.centre_id, "u": advisor.user_id, "word": json.dumps({"body": word})}
    connection.execute(text("DELETE FROM drafts WHERE id = :n"), {"n": planted["drafts"]})
    for form, table in DRAFTS.items():
        connection.execute(
            text(
                "INSERT INTO drafts (centre_id, user_id, form, record_id, content)"
                " VALUES (:c, :u, :form, :n, cast(:word AS jsonb))"
            ),
            given | {"form": form, "n": planted[table]},
        )


def age_log(owner: Engine, table: str, number: int, *, days: int) -> None:
    """Move what the log has of a record back by days, as if it had been done then."""
    with owner.begin() as connection:
        connection.execute(
            text(
                'UPDATE audit_logs SET "timestamp" = "timestamp" - make_interval(days => :d)'
                " WHERE table_name = :t AND record_id = :n"
            ),
            {"t": table, "n": number, "d": days},
        )


def _texts(table: Table, word: str) -> dict[str, Any]:
    decided = columns()["tables"][table.name]
    named = {*decided.get("empty", []), *decided.get("becomes", {})}
    if "remove" in decided:
        named = {each.name for each in table.c if isinstance(each.type, JSONB)}
    free = {name: _holding(table.c[name], word) for name in named if _is_text(table.c[name])}
    return free | {name: "ours" for name in decided.get("ours", []) if _is_any_word(table, name)}


def _is_any_word(table: Table, name: str) -> bool:
    """Say whether a column of ours would be planted with the word, and takes any other."""
    column = table.c[name]
    is_listed = name in WORDS or f"{table.name}.{name}" in WORDS
    is_listed |= name in CODED and bool(column.nullable)
    is_ruled = any(
        f"{name} IN (" in str(getattr(rule, "sqltext", "")) for rule in table.constraints
    )
    is_text = isinstance(column.type, AutoString) and column.server_default is None
    return is_text and not is_listed and not is_ruled


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, AutoString | JSONB) or column.type.python_type is str


def _holding(column: Column[Any], word: str) -> Any:
    if isinstance(column.type, JSONB):
        is_list = column.server_default.arg.text == "'[]'"  # type: ignore[union-attr]
        return [word] if is_list else {"line": {"amount": "1.00", "note": word}}
    return word[: getattr(column.type, "length", None)]


def _said(name: str, word: str, ended: date | None, path: str) -> Mapping[str, Any]:
    """Return what must be so that the rows fit, and that nothing holds the person."""
    closed = {"status": "closed", "closing_date": ended} if ended else {"status": "open"}
    said: dict[str, dict[str, Any]] = {
        "clients": {"is_restricted": False},
        "cases": closed,
        "referrals": {"status": "waiting", "emergency": "no"},
        "documents": {
            "access_level": "case_team",
            "upload_status": "stored",
            "ocr_status": "read",
            "file_path": path,
        },
        "document_versions": {"file_path": path},
        "client_feedback": {"answered_on": LONG_AGO.date(), "asked_on": LONG_AGO.date()},
        "appointments": {"scheduled_date": LONG_AGO.date() + timedelta(days=next(_days))},
        "legal_holds": {"ended_at": LONG_AGO},
        "rights_requests": {"outcome": "fulfilled", "decided_on": LONG_AGO.date()},
        "request_deadlines": {"done_on": date(2026, 11, 22)},
        "retention_dates": {
            "keep_until": LONG_AGO.date(),
            "ended_at": LONG_AGO,
            "ended_because": word,
        },
        "case_closings": {"status": "referred", "revision": 2},
        "case_compliance": {"answer": "not_applicable"},
        "next_actions": {"put_off_from": LONG_AGO.date(), "cause": f"cause/{next(_days)}"},
        "breathing_spaces": {"kind": "crisis"},
        "breathing_space_debts": {"is_in": False},
        "file_review_versions": {"version_no": 2},
        "client_copies": {"request_id": None},
        "letters": {"content_hash": word},
        "sign_offs": {
            "content": word,
            "content_hash": hashlib.sha256(word.encode()).hexdigest(),
        },
        "issued_files": {"file_bytes": word.encode(), "file_name": f"{word}.pdf"},
    }
    return said.get(name, {})


def _date(connection: Connection, centre_id: int, case_id: int, ended: date | None) -> None:
    """Give the case the dates that closing it would have."""
    if ended is None:
        return
    for covers, until in last_days(ended).items():
        connection.execute(
            text(
                "INSERT INTO retention_dates (centre_id, case_id, covers, counted_from, years,"
                " keep_until, rule) VALUES (:centre, :case, :covers, :ended, 6, :until, 'A rule')"
            ),
            {
                "centre": centre_id,
                "case": case_id,
                "covers": covers,
                "ended": ended,
                "until": until,
            },
        )
    connection.execute(
        text("UPDATE cases SET retention_date = :until WHERE centre_id = :centre AND id = :case"),
        {"centre": centre_id, "case": case_id, "until": last_days(ended)["case"]},
    )


def where_found(owner: Engine, word: str) -> dict[str, int]:
    """Return in which tables of the whole database, and whether in the store, a word stands.

    Every column of every table is read as text, bytes too; the log is one of the tables.
    """
    found: dict[str, int] = {}
    with owner.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).scalars()
        for table in list(tables):
            number = connection.execute(
                text(
                    f"SELECT count(*) FROM {table} t WHERE t::text ILIKE :word"
                    " OR t::text ILIKE :bytes"
                ),
                {"word": f"%{word}%", "bytes": f"%{word.encode().hex()}%"},
            ).scalar_one()
            if number:
                found[table] = number
    files = [each for each in Path(settings().documents_at).rglob("*") if each.is_file()]
    number = sum(word.encode() in each.read_bytes() for each in files)
    return found | ({"the store": number} if number else {})


def columns_with(owner: Engine, word: str) -> list[str]:
    """Return the columns in which a word stands, where a test is to say which."""
    with owner.connect() as connection:
        return [
            f"{table}.{key}"
            for table in where_found(owner, word)
            if table != "the store"
            for row in connection.execute(
                text(f"SELECT to_jsonb(t) FROM {table} t WHERE t::text ILIKE :word"),
                {"word": f"%{word}%"},
            ).scalars()
            for key, value in row.items()
            if word in str(value)
        ]
