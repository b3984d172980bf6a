"""The worker as a process of its own: killed in the middle, two at once, kept up."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from cma_app.clock import now, today
from cma_app.commands.serving import _Worker
from cma_app.databases import plain
from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WorkerProcess
from cma_app.services import reminders, users
from cma_app.services.account_links import find_link
from cma_app.services.appointments import book_appointment
from cma_app.services.call_list import read_call_list
from cma_app.settings import settings
from models import Appointment, Reminder
from tests.mail_server import MailServer, mail_server
from tests.people import Cast
from tests.platform.waiting import gone, until
from tests.services.test_account_links import token_in
from tests.services.test_reminders import ADDRESS, form, now_of, safe_case
from tests.services.test_users import nell, person

pytestmark = pytest.mark.database


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def due(cast: Cast, owner: Engine) -> Appointment:
    """An appointment in three weeks whose reminder is due now."""
    case_id = safe_case(cast, cast.amina)
    day = today() + timedelta(days=21)
    said = form(cast.amina, scheduled_date=day.isoformat(), anyway="on")
    with cast.open(cast.amina) as session:
        row = book_appointment(session, case_id, said)
    make_due(owner, row)
    return row


def make_due(owner: Engine, row: Appointment) -> None:
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE reminders SET due_at = :at WHERE appointment_id = :a AND is_current"),
            {"at": now() - timedelta(minutes=1), "a": row.id},
        )


class WorkerByDay(WorkerProcess):
    """A worker for which it is day, so that these tests hold at any hour."""

    def _command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.platform.worker_by_day")


@pytest.fixture
def worker(
    server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WorkerProcess]:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    chosen = settings().model_copy(update={"home": tmp_path})
    process = WorkerByDay(chosen)
    yield process
    process.stop()


def status(cast: Cast, row: Appointment) -> str:
    return now_of(cast, row.id).status


def jobs_of(postgres: EmbeddedPostgres) -> list[tuple[Any, ...]]:
    with psycopg.connect(plain(postgres.superuser_database_url)) as connection:
        return connection.execute("SELECT task_name, args FROM jobs.procrastinate_jobs").fetchall()


class TestKilled:
    def test_in_the_middle_of_sending_it_may_not_have_been_sent(
        self, cast: Cast, due: Appointment, server: MailServer, worker: WorkerProcess, owner: Engine
    ) -> None:
        """The server has the whole letter and hangs; the worker is killed; another begins."""
        server.hangs = True
        worker.start()
        assert server.has_one.wait(30), worker.log.read_text()
        assert status(cast, due) == "sending"
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        until(lambda: not worker.alive, what="the end")

        server.hangs = False
        _Worker(worker, lambda _words: None).look()  # as `cma serve` does
        until(lambda: status(cast, due) == "unknown", what="settling")
        with cast.open(cast.amina) as session:
            (line,) = read_call_list(session).unknown
            assert line.appointment_id == due.id
            assert not session.require(Appointment, due.id).reminder_sent
        assert len(server.had) == 1

        worker.stop()
        worker.start()  # and yet another looks round, and leaves it alone
        until(lambda: worked_once(owner, worker), what="a worker at work")
        assert (status(cast, due), len(server.had)) == ("unknown", 1)

        worker.stop()
        with cast.open(cast.amina) as session:
            reminders.send_again(session, line.id)
        worker.start()
        until(lambda: status(cast, due) == "sent", what="sending again")
        assert len(server.had) == 2
        with cast.open(cast.amina) as session:
            assert session.require(Appointment, due.id).reminder_sent
        assert ADDRESS not in worker.log.read_text()


def worked_once(owner: Engine, worker: WorkerProcess) -> bool:
    """Say whether the worker has looked round: it registers only after that."""
    with owner.connect() as connection:
        found = connection.execute(
            text("SELECT count(*) FROM jobs.procrastinate_workers WHERE last_heartbeat > :since"),
            {"since": now() - timedelta(seconds=time.monotonic() - _started(worker))},
        )
        return bool(found.scalar_one())


def _started(worker: WorkerProcess) -> float:
    """Return when the process began, by the monotonic clock of the machine."""
    ticks = int(Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[19])
    boot = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return ticks / os.sysconf("SC_CLK_TCK") - boot


class TestLinks:
    def test_an_invitation_goes_within_seconds_and_its_secret_is_in_no_log(
        self, cast: Cast, server: MailServer, worker: WorkerProcess
    ) -> None:
        with cast.open(cast.maria) as session:
            users.invite(session, person(nell(cast)))
        worker.start()
        until(lambda: server.letters, what="the letter")
        token = token_in(server.letters[0])
        assert find_link(token).username == nell(cast)
        assert token not in worker.log.read_text()


class TestTwoAtOnce:
    def test_send_one(
        self,
        cast: Cast,
        due: Appointment,
        server: MailServer,
        worker: WorkerProcess,
        tmp_path: Path,
    ) -> None:
        other = WorkerByDay(settings().model_copy(update={"home": tmp_path / "other"}))
        try:
            worker.start()
            other.start()
            until(lambda: status(cast, due) == "sent", what="sending")
        finally:
            other.stop()
            worker.stop()
        assert len(server.had) == 1
        with cast.open(cast.ashdown_system) as session:
            assert session.require(Reminder, now_of(cast, due.id).id).attempts == 1


class TestProcess:
    def test_stops_in_order_and_leaves_nothing_on_the_queue(
        self,
        cast: Cast,
        due: Appointment,
        server: MailServer,
        worker: WorkerProcess,
        postgres: EmbeddedPostgres,
    ) -> None:
        worker.start()
        pid = worker.pid
        assert pid is not None
        until(lambda: status(cast, due) == "sent", what="sending")
        worker.stop()
        assert gone(pid)
        mine = {"centre_id": due.centre_id, "appointment_id": due.id}
        assert mine not in [args for _, args in jobs_of(postgres)]

    def test_without_a_mail_server_everybody_is_on_the_call_list(
        self, cast: Cast, due: Appointment, worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CMA_SMTP_HOST")
        worker.start()
        until(lambda: status(cast, due) == "call", what="the call list")
        assert now_of(cast, due.id).reason == "no_server"

    def test_a_worker_that_keeps_ending_is_not_tried_for_a_while(
        self, worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CMA_SMTP_PORT", "no port")
        monkeypatch.setattr("cma_app.commands.serving.MOST_RESTARTS", 2)
        monkeypatch.setattr("cma_app.commands.serving.RESTART_WINDOW", 600.0)  # a slow machine
        said: list[str] = []
        keeping = _Worker(worker, said.append)
        worker.start()

        def looked() -> bool:
            keeping.look()
            return "keeps ending" in said[-1] if said else False

        until(looked, seconds=120, what="giving up for a while")
        assert len(said) == 3
        keeping.look()
        assert len(said) == 3
        assert "CMA_SMTP_PORT" in worker.log.read_text()
