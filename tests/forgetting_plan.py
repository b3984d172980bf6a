"""What the database is told to do when a person is forgotten, made from the decisions in the rules.

`python -m tests.forgetting_plan` prints it for a migration; a test compares the two.
"""

import json
import sys
from typing import Any

from sqlalchemy import ARRAY, Column, Table
from sqlalchemy.dialects.postgresql import JSONB

from cma_app.rules.forgetting import columns
from models import CASEWORK, metadata

BOTH = "client_id = ANY ($2) OR case_id = ANY ($3)"
LATE_LINES = {
    "table": "audit_logs",
    "set": "old_values = cma_redacted(old_values), new_values = cma_redacted(new_values)",
    "rows": f"({BOTH}) AND (old_values IS NOT NULL OR new_values IS NOT NULL)",
}
"""What somebody wrote whose commit the steps before waited for: it is in the log by now."""


def plan() -> dict[str, list[dict[str, str]]]:
    """Return the steps that blank a person, and those that remove what is left, children first."""
    tables = [each for each in reversed(metadata.sorted_tables) if each.name in CASEWORK]
    tables.sort(key=lambda each: each.name != "drafts")  # known by rows that are here still
    return {
        "blank": [*(step for table in tables for step in _blank(table)), LATE_LINES],
        "remove": [
            {"table": table.name, "rows": rows_of(table.name)} | _parents(table.name)
            for table in tables
            if table.name != "retention_items"
        ],
    }


def _blank(table: Table) -> list[dict[str, str]]:
    decided, rows = columns()["tables"][table.name], rows_of(table.name)
    if "remove" in decided:
        return [{"table": table.name, "rows": rows}]
    parts = [f"{name} = {_empty(table.c[name])}" for name in decided.get("empty", [])]
    parts += [f"{name} = {said}" for name, said in decided.get("becomes", {}).items()]
    parts += ["version = version + 1"] if parts and "version" in table.c else []
    return [{"table": table.name, "rows": rows, "set": ", ".join(parts)}] if parts else []


def rows_of(name: str) -> str:
    """Return which rows of a table are of the people ($2) and cases ($3) of a centre ($1)."""
    decided = columns()["tables"][name]
    table = metadata.tables[name]
    if "rows" in decided:
        return " ".join(decided["rows"].split())
    if "through" in decided:
        parent = decided["through"]
        return f"{_column(table, parent)} IN ({_of(parent)})"
    if "client_id" in table.c and "case_id" in table.c:
        return BOTH
    return "client_id = ANY ($2)" if "client_id" in table.c else "case_id = ANY ($3)"


def _parents(name: str) -> dict[str, str]:
    """Return how the log's lines of such rows name what they are of, where that is no case."""
    parent = columns()["tables"][name].get("through")
    if parent is None:
        return {}
    column = _column(metadata.tables[name], parent)
    return {"column": column, "parents": _of(parent, "p.id::text")}


def _column(table: Table, parent: str) -> str:
    return next(
        each.name
        for key in table.foreign_key_constraints
        if key.referred_table.name == parent
        for each in key.columns
        if each.name != "centre_id"
    )


def _of(parent: str, what: str = "p.id") -> str:
    return f"SELECT {what} FROM public.{parent} p WHERE p.centre_id = $1 AND ({rows_of(parent)})"


def _empty(column: Column[Any]) -> str:
    if column.nullable:
        return "NULL"
    if isinstance(column.type, JSONB):
        return column.server_default.arg.text  # type: ignore[union-attr]
    return "'{}'" if isinstance(column.type, ARRAY) else "''"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(plan(), indent=1, sort_keys=True) + "\n")
