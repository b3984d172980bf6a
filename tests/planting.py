"""One row in every table of a centre, made from the tables: a new table is planted too."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Time,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlmodel import AutoString

from cma_app.access.actor import Actor
from models import metadata

CENTRE_TABLES = [table for table in metadata.sorted_tables if "centre_id" in table.c]
SUBMITTED = json.dumps({"step": "lower_priority", "asked": {}, "lines": [], "bound": ""})
WORDS = {
    "route": "call",
    "debt_type": "credit_card",
    "role": "advisor",
    "source": "self",
    "reply": "accept",
    "recipient": "client",
    "letters.kind": "holding",
    "account_links.kind": "invitation",
    "account_links.status": "sent",  # one that waits would stand before a test's own in the queue
    "notifications.kind": "task_given",
    "access_grants.kind": "fault",
    "access_grants.expires_at": datetime(2026, 11, 22, 1, tzinfo=UTC),
    "access_grants.opened_at": datetime(2026, 11, 22, tzinfo=UTC),
    "issued_files.kind": "full",
    "debt_events.kind": "claim",
    "gate": "statement",
    "basis": "equality",
    "grouping": "client",
    "covers": "case",
    "legal_holds.kind": "complaint",
    "retention_items.state": "due",
    "case_closings.status": "closed",
    "appointment_type": "advice",
    "breathing_spaces.kind": "standard",
    "breathing_spaces.protected_until": date(2026, 12, 31),
    "request_deadlines.kind": "data_access",
    "rights_requests.kind": "access",
    "rights_requests.channel": "phone",
    "rights_requests.due_date": date(2026, 12, 22),
    "sign_offs.step": "lower_priority",
    "sign_offs.act": "case:lower_priority",
    "sign_offs.content": SUBMITTED,
    "sign_offs.content_hash": hashlib.sha256(SUBMITTED.encode()).hexdigest(),
    "recommendations.solution": "offers",
    "client_feedback.way": "phone",
    "client_feedback.answered_on": date(2026, 11, 22),
    "saved_views.is_shared": True,
    "document_readings.status": "failed",
    "document_readings.why": "slow",
    "document_figures.kind": "balance",
    "document_figures.value": "12.34",
    "document_type_choices.chosen": "payslip",
    "documents.upload_status": "stored",
    "identities.ended_at": datetime(2026, 11, 22, tzinfo=UTC),  # one that lives, a person
    "second_factors.kind": "app",
    "second_factors.sealed_secret": "sealed",
}
CODED = {
    "nation",
    "tenure",
    "marital_status",
    "employment_status",
    "entered_frequency",
    "payment_frequency",
    "deduction_frequency",
    "deduction_source",
    "balance_source",
    "secured_on",
    "confirmed_how",
    "partner_confirmed_how",
    "cancelled_by",
    "review_outcome",
    "ended_reason",
    "done_how",
    "outcome",
    "ground",
    "reason",
    "result",
    "route",
    "answer",
    "why",
    "chased_how",
    "budget_line",
    "ended_how",
    "second_method",
    "skipped_because",
    "choice",
    "chosen",
    "chosen_word",
}
"""Optional columns whose words are a list's: free text would be an impossible row."""

ONCE = {"identity_providers", "retention_runs"}
"""What a centre has one of, however often it is planted."""
ANOTHERS = {"reviewer_id", "stand_in_id", "decided_by", "given_by"}
"""Columns in which the planted person may not stand: nobody reviews a file of their own."""
BESIDE = {"cover_id", "trainee_id"}
"""Columns in which somebody stands beside the planted person: the planted one of the people."""
NUMBERS = {"retention_items.client_id": "clients"}
"""Columns that hold a row's number and refer to none, so that it outlives the row."""
SHOWN_FROM = {"finished_at"}
"""Optional moments without which a row is not shown to the planted person."""

_numbers = count(1)


def plant(owner: Engine, person: Actor, canary: str = "canary") -> dict[str, int]:
    """Plant a row of this person's centre in every table; return the ids by table."""
    planted: dict[str, int] = {}
    with owner.begin() as connection:
        for table in CENTRE_TABLES:
            planted[table.name] = plant_one(connection, table, person, planted, canary)
    return planted


def plant_one(
    connection: Connection,
    table: Table,
    person: Actor,
    planted: Mapping[str, int],
    canary: str,
    over: Mapping[str, Any] | None = None,
    *,
    everywhere: bool = False,
) -> int:
    """Plant one row, referring to what was planted before; `over` is said by the caller.

    The canary stands in the texts that a row must have and in the best known ones; `everywhere`
    puts it into each optional text too.
    """
    if table.name in ONCE and (there := _planted_before(connection, table, person)):
        return there
    values: dict[str, Any] = {"centre_id": person.centre_id, **(over or {})}
    for column in table.c:
        if column.name in values or column.computed is not None or column.identity is not None:
            continue
        parent = _parent(table, column.name)
        if column.name in ANOTHERS:
            continue
        if column.name in BESIDE:
            values[column.name] = planted["users"]
        elif parent == "users":
            values[column.name] = person.user_id
        elif parent == table.name:
            continue
        elif parent is not None:
            values[column.name] = planted[parent]
        elif f"{table.name}.{column.name}" in WORDS or (
            not column.nullable and column.server_default is None
        ):
            values[column.name] = _value(column, canary, person)
        elif column.name in {"notes", "body", "detail", "creditor_name", "first_name"}:
            values[column.name] = canary
        elif column.name in SHOWN_FROM or (everywhere and _is_free_text(column)):
            values[column.name] = _value(column, canary, person)
    statement = insert(table).values(values)
    if "id" in table.c:
        return connection.execute(statement.returning(table.c.id)).scalar_one()
    connection.execute(statement)
    return 0


def _planted_before(connection: Connection, table: Table, person: Actor) -> int | None:
    one = select(table.c.id).where(table.c.centre_id == person.centre_id)
    return connection.execute(one).scalar_one_or_none()


def _is_free_text(column: Column[Any]) -> bool:
    coded = column.name in CODED or column.server_default is not None
    return isinstance(column.type, AutoString | Text) and not coded


def _parent(table: Table, column: str) -> str | None:
    for key in table.foreign_key_constraints:
        columns = [each.name for each in key.columns]
        if column in columns and column != "centre_id":
            return key.referred_table.name
    return NUMBERS.get(f"{table.name}.{column}")


def _value(column: Column[Any], canary: str, person: Actor) -> Any:
    name, kind = column.name, column.type
    by_type: tuple[tuple[type, Any], ...] = (
        (Boolean, False),
        (DateTime, datetime(2026, 11, 22, tzinfo=UTC)),
        (Date, date(2026, 11, 22)),
        (Time, time(9, 30)),
        (Integer, 1),
        (Numeric, 1),
        (JSONB, {}),
        (INET, "127.0.0.1"),
        (LargeBinary, b"bytes"),
    )
    if (column.table.name, name) == ("reminder_timings", "valid_from"):
        return date(2040, 1, 1) + timedelta(days=next(_numbers))  # one a day in a centre
    for known in (f"{column.table.name}.{name}", name):
        if known in WORDS:
            return WORDS[known]
    if name == "subject_id":  # one version of a step waits at a time
        return next(_numbers)
    if name == "last_day" and column.table.name == "review_samples":  # each draw has its days
        return date(2026, 11, 22) + timedelta(days=next(_numbers))
    for kind_of, value in by_type:
        if isinstance(kind, kind_of):
            return value
    text = f"{canary} {next(_numbers)} {name} {person.centre_code}-{person.user_id}"
    return text[: kind.length] if getattr(kind, "length", None) else text
