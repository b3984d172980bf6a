"""Every column of every table of casework is decided, and the database does what was decided."""

from typing import Any

import pytest
from sqlalchemy import ARRAY, Engine, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import AutoString

from cma_app.clock import today
from cma_app.rules.forgetting import columns
from cma_app.rules.parameters import parameter
from models import CASEWORK, metadata
from tests.forgetting_plan import plan

TABLES: dict[str, dict[str, Any]] = columns()["tables"]
ALWAYS = set(columns()["always"])
FREE = (AutoString, Text, JSONB, LargeBinary, ARRAY)


def test_every_table_with_something_of_a_client_is_decided() -> None:
    assert set(TABLES) == CASEWORK


@pytest.mark.parametrize("table", sorted(CASEWORK))
def test_every_column_is_decided(table: str) -> None:
    decided = TABLES[table]
    if "remove" in decided:
        return
    named = {
        *decided.get("empty", []),
        *decided.get("becomes", {}),
        *decided.get("ours", []),
        *decided.get("keep", []),
    }
    there = {each.name for each in metadata.tables[table].c if each.computed is None}
    assert there - ALWAYS == named - ALWAYS, (
        "decide in rules/forgetting.yaml what becomes of each column"
    )


@pytest.mark.parametrize("table", sorted(CASEWORK))
def test_no_text_is_kept_that_is_not_one_of_our_words(table: str) -> None:
    kept = TABLES[table].get("keep", [])
    free = [name for name in kept if isinstance(metadata.tables[table].c[name].type, FREE)]
    assert free == [], "a text is emptied, or a word of our own lists"


def test_the_last_contact_counts_every_table_of_who_never_had_a_case(owner: Engine) -> None:
    no_contact = {"file_access", "legal_holds", "reminders", "retention_items"}
    theirs = {
        name
        for name in CASEWORK - no_contact
        if "client_id" in (there := metadata.tables[name].c)
        and ("case_id" not in there or there.case_id.nullable)
    }
    with owner.connect() as connection:
        function = connection.execute(
            text("SELECT pg_get_functiondef('cma_last_contact(bigint, bigint)'::regprocedure)")
        ).scalar_one()
    asked = {name for name in CASEWORK if f"FROM public.{name} " in function}
    assert asked == (theirs | {"clients"}) - {"cases"}


def test_the_database_does_what_was_decided(owner: Engine) -> None:
    with owner.connect() as connection:
        kept = connection.execute(text("SELECT cma_forgetting_plan()")).scalar_one()
    assert kept == plan(), "print it anew in a migration: python -m tests.forgetting_plan"


def test_nothing_is_written_of_who_is_anonymous(owner: Engine) -> None:
    guarded = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_anonymous'"
    with owner.connect() as connection:
        found = set(connection.execute(text(guarded)).scalars())
    assert found == CASEWORK - {"retention_items"}, "a trigger is owed: decision 0037"


@pytest.mark.parametrize(
    ("function", "rules"),
    [
        ("cma_hindered", {"years": ["retention_case_years", "retention_financial_years"]}),
        ("cma_empty_removed", {"days": ["removed_document_days"]}),
        ("cma_forget_drafts", {"days": ["draft_days"]}),
        ("cma_forget_old_log", {"years": ["retention_audit_years"]}),
    ],
)
def test_the_database_holds_the_years_of_the_rules(
    owner: Engine, function: str, rules: dict[str, list[str]]
) -> None:
    with owner.connect() as connection:
        said = connection.execute(
            text("SELECT prosrc FROM pg_proc WHERE proname = :f"), {"f": function}
        ).scalar_one()
    for unit, names in rules.items():
        for name in names:
            assert f"interval '{parameter(name).on(today())} {unit}'" in said
