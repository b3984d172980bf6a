"""The job queue: in a schema of its own, for the worker's eyes, with numbers of records alone."""

import asyncio
import json
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Engine, text

from cma_app.databases import plain
from cma_app.jobs import make_app
from cma_app.postgres import EmbeddedPostgres
from tests.walls.test_catalogue import rows

TABLES = {
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
}
ADD = (
    "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, args, queueing_lock)"
    " VALUES ('default', 'remind', %s, %s)"
)


def as_app(postgres: EmbeddedPostgres, role: str) -> psycopg.Connection[Any]:
    """Connect as the app does: `worker` is what the worker's own connections say they are."""
    return psycopg.connect(
        plain(postgres.app_url), options=f"-c app.role={role} -c search_path=jobs"
    )


def test_its_tables_are_the_owners_and_row_security_is_forced(owner: Engine) -> None:
    found = rows(
        owner,
        "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class"
        " WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r'",
    )
    assert {row[0] for row in found} == TABLES
    assert {row[1:] for row in found} == {(True, True, "cma_owner")}
    policies = rows(owner, "SELECT DISTINCT policyname FROM pg_policies WHERE schemaname = 'jobs'")
    assert {row[0] for row in policies} == {"worker", "platform"}


def test_nothing_in_it_is_for_everybody_and_the_app_makes_nothing_there(owner: Engine) -> None:
    functions = rows(
        owner,
        "SELECT proname, has_function_privilege('public', oid, 'execute'), prosecdef FROM pg_proc"
        " WHERE pronamespace = 'jobs'::regnamespace",
    )
    assert len(functions) > 10
    assert not [row for row in functions if row[1] or row[2]]
    may = "SELECT has_schema_privilege(:who, 'jobs', :what)"
    assert rows(owner, may, who="public", what="usage") == [(False,)]
    assert rows(owner, may, who="cma_app", what="usage") == [(True,)]
    assert rows(owner, may, who="cma_app", what="create") == [(False,)]


@pytest.mark.parametrize("role", ["", "advisor", "manager", "admin", "system"])
def test_only_the_worker_sees_or_makes_a_job(postgres: EmbeddedPostgres, role: str) -> None:
    counted = "SELECT count(*) FROM jobs.procrastinate_jobs"
    with as_app(postgres, "worker") as worker:
        worker.execute(ADD, (json.dumps({"centre_id": 1, "appointment_id": 2}), None))
        assert worker.execute(counted).fetchone() != (0,)
        worker.execute("SELECT set_config('app.role', %s, true)", (role,))
        assert worker.execute(counted).fetchone() == (0,)
        worker.rollback()
    with as_app(postgres, role) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
        other.execute(ADD, (json.dumps({"centre_id": 1}), None))


@pytest.mark.parametrize(
    ("args", "lock"),
    [
        ({"centre_id": 1, "appointment_id": 2, "client": 3}, None),
        ({"centre_id": "Leanne Whitmore"}, None),
        ({"appointment_id": {"name": "Leanne"}}, None),
        ({"centre_id": 1}, "Leanne Whitmore"),
    ],
)
def test_a_job_with_anything_but_numbers_is_refused(
    postgres: EmbeddedPostgres, args: dict[str, Any], lock: str | None
) -> None:
    with as_app(postgres, "worker") as worker, pytest.raises(psycopg.errors.CheckViolation):
        worker.execute(ADD, (json.dumps(args), lock))


def test_what_is_due_is_told_to_the_systems_own_work_alone(
    postgres: EmbeddedPostgres, owner: Engine
) -> None:
    due = "SELECT count(*) FROM public.cma_due_reminders('2100-01-01')"
    with owner.connect() as connection:
        waiting = connection.execute(
            text("SELECT count(*) FROM reminders WHERE status = 'waiting' AND is_current")
        ).scalar_one()
    for role in ("advisor", "manager", "admin", ""):
        with as_app(postgres, role) as other:
            assert other.execute(due).fetchone() == (0,)
    with as_app(postgres, "system") as system:
        found = system.execute(due).fetchone()
        assert found is not None
        assert found[0] >= min(waiting, 500)


def test_a_job_that_is_queued_already_is_told_so(postgres: EmbeddedPostgres) -> None:
    """Row security keeps the error's detail back, and the worker has to know it all the same."""

    async def twice() -> None:
        async with app.open_async():
            number = await job.defer_async(**of)
            try:
                with pytest.raises(AlreadyEnqueued):
                    await job.defer_async(**of)
            finally:
                await app.job_manager.cancel_job_by_id_async(number, delete_job=True)

    app = make_app()
    of = {"centre_id": 1, "appointment_id": 987654321}
    job = app.configure_task("remind", queueing_lock="remind/1/987654321")
    asyncio.run(twice())
