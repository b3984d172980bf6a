"""Forgetting, where it is worked around: the log, open tabs, forged days, hidden files, drafts."""

import runpy
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cma_app.clock import now, today
from cma_app.errors import Conflict
from cma_app.services import forgetting_page
from cma_app.services.clients import ClientForm, edit_client
from cma_app.services.drafts import keep_draft
from cma_app.services.forgetting import confirmed_items, forget
from cma_app.services.forgetting_page import read_retention
from cma_app.services.forgetting_sweep import empty_removed
from cma_app.services.notes import record_note
from cma_app.services.retention import place_hold
from cma_app.vault import store
from models import CASEWORK, Client, RetentionItem, RetentionRun
from tests.people import Cast
from tests.platform.waiting import until
from tests.services.forgetting import DRAFTS, age_log, plant_person, where_found, years_ago
from tests.services.test_forgetting import (
    confirm,
    confirm_shown,
    items,
    keep,
    one,
    relist,
    shelf,  # noqa: F401 - a store of this test's own
)
from tests.services.test_retention import restrict

pytestmark = pytest.mark.database
GRANTED = text(
    "SELECT attname FROM pg_attribute WHERE attrelid = cast(:t AS regclass) AND attnum > 0"
    " AND attgenerated = '' AND attidentity = ''"
    " AND has_column_privilege(attrelid, attnum, 'UPDATE') ORDER BY attname = 'updated_at' DESC"
)
LINES = "SELECT count(*) FROM audit_logs l WHERE table_name = :t AND l::text ILIKE :w"


def do(owner: Engine, statement: str, **given: object) -> None:
    with owner.begin() as connection:
        connection.execute(text(statement), given)


def test_what_was_read_from_a_document_is_in_no_line_of_the_log(cast: Cast, owner: Engine) -> None:
    emptied = plant_person(owner, cast.amina, "qanaryemptied", years_ago(6))
    reread = plant_person(owner, cast.amina, "qanaryreread", years_ago(6))
    lives = plant_person(owner, cast.amina, "qanarylives", None)
    do(
        owner,
        "UPDATE documents SET deleted_at = now() - interval '40 days' WHERE id = :d",
        d=emptied["documents"],
    )
    age_log(owner, "documents", emptied["documents"], days=40)
    for each in (reread, lives):  # another reading took their place
        do(owner, "DELETE FROM document_figures WHERE id = :f", f=each["document_figures"])
    with cast.open(cast.ashdown_system) as session:
        number, paths = empty_removed(session)
    assert number == 1
    for path in paths:
        store.remove(path)
    for table in ("document_figures", "document_type_choices", "document_versions"):
        assert one(owner, LINES, t=table, w="%qanaryemptied%") == 0, table
    sorted_as = (
        "SELECT new_values ->> 'ai_classification' FROM audit_logs WHERE table_name = 'documents'"
        " AND record_id = :d AND new_values ? 'ai_classification'"
    )
    assert one(owner, sorted_as, d=emptied["documents"]) == "removed"
    assert "qanarylives" in str(one(owner, sorted_as, d=lives["documents"]))
    keep(cast.amina.centre_id)
    assert confirm(cast) == 2
    keep(cast.amina.centre_id)
    assert where_found(owner, "qanaryemptied") == where_found(owner, "qanaryreread") == {}
    assert one(owner, LINES, t="document_figures", w="%qanarylives%") == 2


def test_the_migration_cleans_what_was_emptied_before_it(cast: Cast, owner: Engine) -> None:
    before = plant_person(owner, cast.amina, "qanarybefore", None)
    plant_person(owner, cast.amina, "qanaryafter", None)
    for table in ("document_figures", "document_type_choices", "document_versions"):
        do(owner, f"DELETE FROM {table} WHERE id = :n", n=before[table])
    (file,) = Path("alembic/versions").glob("*_forget_without_a_trace.py")
    with owner.begin() as connection:
        connection.exec_driver_sql(runpy.run_path(str(file))["ORPHANS"])
    for table in ("document_figures", "document_type_choices"):
        assert one(owner, LINES, t=table, w="%qanarybefore%") == 0, table
        assert one(owner, LINES, t=table, w="%qanaryafter%") == 1, table


def test_an_open_tab_writes_nothing_back(cast: Cast, owner: Engine) -> None:
    gone = plant_person(owner, cast.amina, "qanarytab", years_ago(6))
    client_id, case_id = gone["clients"], gone["cases"]
    typed = ClientForm.read({"first_name": "Qanarytab", "last_name": "Back"})
    with cast.open(cast.maria) as session:
        before = session.require(Client, client_id).version
    keep(cast.amina.centre_id)
    confirm(cast)
    keep(cast.amina.centre_id)
    assert one(owner, "SELECT version FROM clients WHERE id = :p", p=client_id) == before + 1
    deeds: list[Callable[[Any], Any]] = [
        lambda session: edit_client(session, client_id, typed, version=before),
        lambda session: edit_client(session, client_id, typed, version=before + 1),
        lambda session: place_hold(session, case_id, {"kind": "other", "reason": "Qanarytab"}),
        lambda session: record_note(
            session, case_id, channel="phone", minutes=1, body="Qanarytab rang"
        ),
        *(
            partial(keep_draft, form=form, content={"a": "Qanarytab"}, record_id=gone[table])
            for form, table in DRAFTS.items()
        ),
        lambda session: session.execute(
            text("UPDATE clients SET anonymised_at = NULL WHERE id = :p"), {"p": client_id}
        ),
    ]
    for deed in deeds:
        with pytest.raises(Conflict, match="is anonymous"), cast.open(cast.amina) as session:
            deed(session)
    assert where_found(owner, "qanarytab") == {}


def test_no_row_of_who_is_anonymous_changes_as_the_app(cast: Cast, owner: Engine) -> None:
    gone = plant_person(owner, cast.amina, "qanaryrows", years_ago(6))
    do(owner, "UPDATE clients SET anonymised_at = now() WHERE id = :p", p=gone["clients"])
    refused = set()
    with cast.open(cast.ashdown_system) as session:
        for table in sorted(CASEWORK - {"drafts", "retention_items"}):
            granted = session.execute(GRANTED, {"t": table}).scalars().first()
            if granted is None:
                continue
            with pytest.raises(IntegrityError) as found, session.begin_nested():
                session.execute(
                    text(f"UPDATE {table} SET {granted} = {granted} WHERE id = :n"),
                    {"n": gone[table]},
                )
            assert "this record is anonymous" in str(found.value), table
            refused.add(table)
    assert len(refused) > 30


def test_who_writes_while_one_is_forgotten_is_told(cast: Cast, owner: Engine) -> None:
    gone = plant_person(owner, cast.amina, "qanaryrace", years_ago(6))
    keep(cast.amina.centre_id)
    confirm(cast)
    came: list[BaseException] = []

    def write() -> None:
        try:
            with cast.open(cast.amina) as session:
                session.execute(
                    text(
                        "INSERT INTO case_notes (centre_id, case_id, body, channel, minutes,"
                        " happened_at) SELECT centre_id, :k, 'Qanaryrace', channel, minutes, now()"
                        " FROM case_notes WHERE id = :n"
                    ),
                    {"k": gone["cases"], "n": gone["case_notes"]},
                )
        except Exception as error:
            came.append(error)

    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    writer = threading.Thread(target=write)
    with cast.open(cast.ashdown_system) as session:
        (number,) = confirmed_items(session)
        forget(session, number)
        writer.start()
        until(lambda: came or one(owner, waits), what="the wait")
    writer.join()
    assert ["is anonymous" in str(each) for each in came] == [True]
    assert set(where_found(owner, "qanaryrace")) <= {"the store"}


def test_forged_days_forget_nobody(cast: Cast, owner: Engine) -> None:
    """Whoever runs SQL as the app can write every row but the log."""
    routes = {
        "removed": ["UPDATE cases SET deleted_at = now() - interval '9 years' WHERE id = :k"],
        "ended": [
            "UPDATE cases SET status = 'closed', closing_date = '2015-01-01' WHERE id = :k",
            (
                "UPDATE retention_dates SET keep_until = '2021-01-01', ended_at = NULL,"
                " ended_because = NULL WHERE case_id = :k"
            ),
        ],
    }
    made = {name: plant_person(owner, cast.amina, f"qanary{name}", None) for name in routes}
    with cast.open(cast.ashdown_system) as session:
        run = RetentionRun(listed_on=today(), status="confirmed", confirmed_at=now())
        session.add(run)
        session.flush()
        for name, statements in routes.items():
            for statement in statements:
                session.execute(text(statement), {"k": made[name]["cases"]})
            item = RetentionItem(
                run_id=run.id,
                client_id=made[name]["clients"],
                covers="case",
                state="confirmed",
                confirmed_at=now(),
                kept_until=today(),
            )
            session.add(item)
            session.flush()
            assert forget(session, item.id) == [], name
    assert {each.skipped_because for each in items(cast).values()} == {"undated"}
    relist(cast)  # the list asks the log too
    assert {each.skipped_because for each in items(cast).values()} == {"undated"}
    for statement in (
        "UPDATE cases SET client_id = :p WHERE id = :k",
        "UPDATE case_people SET client_id = :p WHERE case_id = :k",
    ):
        given = {"p": made["ended"]["clients"], "k": made["removed"]["cases"]}
        with pytest.raises(Conflict), cast.open(cast.ashdown_system) as session:
            session.execute(text(statement), given)


def test_forged_moments_empty_no_document_no_draft_and_no_log(cast: Cast, owner: Engine) -> None:
    young = plant_person(owner, cast.amina, "qanarymoment", None)
    do(owner, "UPDATE drafts SET updated_at = now() - interval '179 days'")
    do(
        owner,
        "INSERT INTO audit_logs (centre_id, action, table_name, record_id, timestamp)"
        " VALUES (:c, 'a:line', 'rooms', 1, now() - interval '5 years 11 months')",
        c=cast.amina.centre_id,
    )
    before = where_found(owner, "qanarymoment")
    with cast.open(cast.ashdown_system) as session:
        session.execute(
            text("UPDATE documents SET deleted_at = now() - interval '9 years' WHERE id = :d"),
            {"d": young["documents"]},
        )
        asked = {"m": now() - timedelta(seconds=1), "old": now() - timedelta(days=1900)}
        emptied = text("SELECT cma_empty_removed(:m, 9) ->> 'documents'")
        assert session.execute(emptied, asked).scalar_one() == "0"
        assert session.execute(text("SELECT cma_forget_drafts(:m)"), asked).scalar_one() == 0
        assert session.execute(text("SELECT cma_forget_old_log(:old)"), asked).scalar_one() == 0
    after = where_found(owner, "qanarymoment")
    assert {name: after[name] for name in before if name != "audit_logs"} == {
        name: number for name, number in before.items() if name != "audit_logs"
    }


def test_a_circle_with_somebody_hidden_is_for_who_may_see_all_of_it(
    cast: Cast, owner: Engine
) -> None:
    seen = plant_person(owner, cast.amina, "qanaryseen", years_ago(6))
    hidden = plant_person(owner, cast.amina, "qanarykept", years_ago(6))["clients"]
    do(
        owner,
        "INSERT INTO case_people (centre_id, case_id, client_id, role, joined_on, left_on)"
        " VALUES (:c, :k, :p, 'partner', '2015-01-01', '2016-01-01')",
        c=cast.amina.centre_id,
        k=seen["cases"],
        p=hidden,
    )
    do(owner, "DELETE FROM file_access WHERE client_id = :p", p=hidden)
    restrict(owner, hidden, cast.amina.user_id)
    keep(cast.amina.centre_id)
    assert items(cast, cast.maria) == {}
    with cast.open(cast.maria) as session:
        shown = read_retention(session).shown
    assert (shown.people, shown.counts) == ([], {})
    with pytest.raises(Conflict, match="Nothing"):
        confirm(cast)
    do(
        owner,
        "UPDATE file_access SET user_id = :u WHERE client_id = :p",
        u=cast.maria.user_id,
        p=hidden,
    )
    assert set(items(cast, cast.maria)) == {seen["clients"], hidden}
    assert confirm(cast) == 2


def test_a_confirmation_is_for_who_was_shown(
    cast: Cast, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_person(owner, cast.amina, "qanaryshown", years_ago(6, days=9))
    plant_person(owner, cast.amina, "qanaryunseen", years_ago(6))
    keep(cast.amina.centre_id)
    monkeypatch.setattr(forgetting_page, "MOST", 1)
    with cast.open(cast.maria) as session:
        shown = read_retention(session).shown
        assert sum(shown.counts.values()) == 2
        assert confirm_shown(session, shown) == 1
    before = where_found(owner, "qanaryunseen")
    keep(cast.amina.centre_id)
    assert where_found(owner, "qanaryshown") == {}
    assert where_found(owner, "qanaryunseen") == before
