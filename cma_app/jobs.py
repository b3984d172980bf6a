"""The worker: its queue and its jobs: reminders, links, documents, tasks, old news, what is kept.

The rows of `reminders`, `account_links` and `document_readings` are what is true; a job is only a
nudge, and may be lost or come twice. A job holds the numbers of a centre and of an appointment, a
link or a document, and opens that centre's session by itself.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from cma_app.access.actor import Actor
from cma_app.database import app_engine
from cma_app.databases import require_safe_role
from cma_app.link_jobs import add_links, keep_looking_for_links
from cma_app.mail import deliver
from cma_app.postgres_parts import plain
from cma_app.reading_jobs import AT_ONCE as DOCUMENTS_AT_ONCE
from cma_app.reading_jobs import QUEUE, add_reading, keep_looking
from cma_app.retention_jobs import add_retention
from cma_app.services import access_mail, notifications, reminder_sending, rule_tasks
from cma_app.services.reminder_sending import Claim, Due, lock_name
from cma_app.session import SYSTEM, CentreSession, open_as
from cma_app.settings import settings

log = structlog.get_logger(__name__)

AT_ONCE: Final = 4
"""Letters on their way at the same time."""
STOP_SECONDS: Final = 10
"""How long a letter on its way may take to end when we are told to stop."""
STALLED_SECONDS: Final = 60
"""Seconds without a sign of life after which a worker's jobs are taken off the queue."""
POLL_SECONDS: Final = 5.0


async def _in_centre(centre_id: int, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what a verb of the services returns, in a centre's session on another thread."""

    def run() -> Any:
        with open_as(Actor(0, centre_id, SYSTEM, "Worker", "", "")) as session:
            return work(session, *args, **kwargs)

    return await asyncio.to_thread(run)


@contextlib.asynccontextmanager
async def _held(name: str) -> AsyncIterator[bool]:
    """Hold the lock of that name; False where another worker does.

    The lock belongs to a connection of its own: it ends with this process, however that ends.
    """
    connection = await psycopg.AsyncConnection.connect(
        _address(), autocommit=True, connect_timeout=5, application_name="cma worker lock"
    )
    try:
        cursor = await connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))",
            (name,),
        )
        row = await cursor.fetchone()
        yield bool(row and row[0])
    finally:
        await connection.close()


async def remind(centre_id: int, appointment_id: int) -> None:
    """Send the reminder of an appointment, if it is due and nobody else is about it."""
    async with _held(lock_name(centre_id, appointment_id)) as is_mine:
        if not is_mine:
            return
        claimed: Claim | None = await _in_centre(centre_id, reminder_sending.claim, appointment_id)
        if claimed is None:
            return

        async def still_may() -> bool:
            return bool(await _in_centre(centre_id, reminder_sending.hand_over, claimed))

        came = await deliver(claimed.message, still_may=still_may)
        await _in_centre(centre_id, reminder_sending.record_delivery, claimed, came)
        log.info("reminder", came=came.result, code=came.code)


async def look(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - when it was due
    """Look every minute which reminders want something, in any centre, and what to write of."""
    await look_round(context.app)
    await mail_access()


async def mail_access() -> None:
    """Write to managers of emergency access to their centre; what did not go waits a minute."""
    if settings().smtp_host is None:
        return
    for centre_id, grant_id in await _in_centre(0, access_mail.unmailed):
        try:
            letters = await _in_centre(centre_id, access_mail.claim_letters, grant_id)
            came = [(await deliver(each, still_may=_may)).result for each in letters]
            if came and set(came) == {"unreached"}:
                await _in_centre(centre_id, access_mail.put_back, grant_id)
        except Exception as error:
            log.warning("access_mail_failed", error=type(error).__name__)


async def _may() -> bool:
    return True


async def look_round(app: procrastinate.App) -> None:
    """Settle what a dead worker left, plan what has no plan, and queue what is due."""
    await _clear_stalled(app)
    found: list[Due] = await _in_centre(0, reminder_sending.due_reminders)
    for due in found:
        here = (due.centre_id, due.appointment_id)
        if due.what == "settle":
            await _one(due, reminder_sending.settle)
        elif due.what == "plan":
            await _one(due, reminder_sending.plan_missing)
        else:
            job = app.configure_task("remind", queueing_lock="remind/{}/{}".format(*here))
            with contextlib.suppress(AlreadyEnqueued):
                await job.defer_async(centre_id=here[0], appointment_id=here[1])


async def _one(due: Due, work: Callable[[CentreSession, int], None]) -> None:
    """Do one step; one that goes wrong is told of and does not hold up the others."""
    try:
        await _in_centre(due.centre_id, work, due.appointment_id)
    except Exception as error:
        log.warning("reminder_step_failed", step=due.what, error=type(error).__name__)


async def _clear_stalled(app: procrastinate.App) -> None:
    """Take jobs of workers that are gone off the queue: the reminders' rows know the rest."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


async def tidy(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - when it was due
    """Every hour make the tasks that rules ask for and forget old notifications, by centre."""
    await tidy_round()


async def tidy_round() -> None:
    """Go through the centres once."""
    for centre_id in await _in_centre(0, rule_tasks.open_centres):
        await tidy_centre(centre_id)


async def tidy_centre(centre_id: int) -> None:
    """Make a centre's tasks and forget its old news; what goes wrong holds up nothing else."""
    for work in (rule_tasks.make_rule_tasks, notifications.forget_old):
        try:
            await _in_centre(centre_id, work)
        except Exception as error:
            log.warning("round_failed", step=work.__name__, error=type(error).__name__)


def _address() -> str:
    return plain(settings().serving_url)


class _Connector(procrastinate.PsycopgConnector):
    """The queue's connection, which knows a job that is queued already behind row security.

    The library reads the lock's name out of the error's detail, and PostgreSQL gives no detail of
    a table that has row security: without this, one job left on the queue ends every worker.
    """

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        with _queued_already():
            return await super().execute_query_one_async(query, **arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        with _queued_already():
            return await super().execute_query_all_async(query, **arguments)


@contextlib.contextmanager
def _queued_already() -> Iterator[None]:
    """Tell of a job that waits already as the library does where it gets the detail."""
    try:
        yield
    except Exception as error:
        cause = error.__context__
        if isinstance(cause, psycopg.errors.UniqueViolation):
            raise UniqueViolation(
                constraint_name=cause.diag.constraint_name, queueing_lock=None
            ) from cause
        raise


def make_app() -> procrastinate.App:
    """Return the queue on our database: in its own schema, as the worker that may see it."""
    connector = _Connector(
        conninfo=_address(),
        min_size=1,
        max_size=6,
        kwargs={
            "connect_timeout": 5,
            "application_name": "cma worker",
            "options": "-c search_path=jobs -c app.role=worker -c timezone=UTC",
        },
    )
    app = procrastinate.App(connector=connector)
    app.task(name="remind")(remind)
    every_minute = app.periodic(cron="* * * * *")
    every_minute(app.task(name="look", queueing_lock="look", pass_context=True)(look))
    every_hour = app.periodic(cron="7 * * * *")
    every_hour(app.task(name="tidy", queueing_lock="tidy", pass_context=True)(tidy))
    add_reading(app, _in_centre, _held)
    add_links(app, _in_centre, _held)
    add_retention(app, _in_centre, _held)
    return app


async def _quiet(
    call_next: Callable[[], Awaitable[Any]], context: procrastinate.JobContext, _worker: Any
) -> Any:
    """Run a job so that what goes wrong is told by its kind alone: its text may hold an address."""
    try:
        return await call_next()
    except Exception as error:
        log.warning("job_failed", task=context.job.task_name, error=type(error).__name__)
        return None


async def work() -> None:
    """Work until SIGTERM: what an earlier worker left is looked at first."""
    app = make_app()
    async with app.open_async():
        await look_round(app)
        with contextlib.suppress(AlreadyEnqueued):  # beside the reminders, which do not wait for it
            await app.configure_task("tidy", queueing_lock="tidy").defer_async(timestamp=0)
        beside = [
            asyncio.create_task(keep_looking(app, _in_centre)),
            asyncio.create_task(keep_looking_for_links(app, _in_centre)),
            asyncio.create_task(_run(app, "documents", QUEUE, DOCUMENTS_AT_ONCE, signals=False)),
        ]
        try:
            await _run(app, "reminders", "default", AT_ONCE)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _run(
    app: procrastinate.App, name: str, queue: str, at_once: int, *, signals: bool = True
) -> None:
    """Work on one queue until SIGTERM or until cancelled: documents never hold up a reminder."""
    await app.run_worker_async(
        name=name,
        queues=[queue],
        install_signal_handlers=signals,
        concurrency=at_once,
        delete_jobs="always",
        fetch_job_polling_interval=POLL_SECONDS,
        shutdown_graceful_timeout=STOP_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        worker_middleware=[_quiet],
    )


def main() -> None:
    """Run the worker in this process, with the addresses of the environment."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    require_safe_role(settings().serving_url)
    try:
        asyncio.run(work())
    finally:
        app_engine().dispose()
