"""Reminders: when they are planned, to whom they go, what comes of them, and who decides."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from cma_app import jobs
from cma_app.access.actor import Actor
from cma_app.clock import at
from cma_app.database import app_engine
from cma_app.errors import CmaError, Conflict, Invalid, NotFound, Refused
from cma_app.mail import Delivery
from cma_app.rules.reminders import RETRY, tells
from cma_app.services import appointments, reminder_sending, reminders
from cma_app.services.call_list import my_calls, read_call_list
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.locking import locked
from cma_app.services.reminder_timings import read_timings
from cma_app.session import SYSTEM, CentreSession
from models import Appointment, Case, Client, Reminder
from state.reminder_views import ReminderView, TimingView, goes_again
from tests.mail_server import MailServer, mail_server
from tests.people import Cast
from tests.services.intake_forms import ROUTES
from tests.services.money import audited, make_case

BOOKED_AT = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""A Wednesday; the appointment is on the Thursday of the week after, at ten."""
GOES = datetime(2026, 12, 1, 10, tzinfo=UTC)
ADDRESS = "leanne@example.org"


@pytest.fixture(autouse=True)
def morning() -> Any:
    with at(BOOKED_AT):
        yield


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def case_id(cast: Cast) -> int:
    return safe_case(cast, cast.amina)


def safe_case(cast: Cast, holder: Actor, **routes: str) -> int:
    """Return a case whose client may be written to, unless the routes say otherwise."""
    case_id = make_case(cast, holder)
    with cast.open(cast.ashdown_system) as session:
        client = session.require(Client, session.require(Case, case_id).client_id)
        client.email, client.phone_primary = ADDRESS, "07700 900123"
    answer(cast, case_id, **{"route_email": "yes", **routes})
    return case_id


def answer(cast: Cast, case_id: int, **routes: str) -> None:
    with cast.open(cast.ashdown_system) as session:
        client_id = session.require(Case, case_id).client_id
        record_routes(session, client_id, RouteAnswers.read({**ROUTES, **routes}))


def form(who: Actor, **over: str) -> dict[str, str]:
    return {
        "appointment_type": "advice",
        "meeting_mode": "in_person",
        "advisor_id": str(who.user_id),
        "scheduled_date": "3 12 2026",
        "scheduled_time": "10:00",
        "duration_minutes": "60",
        "location": "17 Canary Row",
        "preparation_notes": "Bring the debt letters",
        **over,
    }


def book(cast: Cast, case_id: int, who: Actor | None = None, **over: str) -> Appointment:
    with cast.open(who or cast.amina) as session:
        return appointments.book_appointment(session, case_id, form(who or cast.amina, **over))


def rows(cast: Cast, appointment_id: int) -> list[Reminder]:
    with cast.open(cast.ashdown_system) as session:
        found = session.execute(
            text("SELECT id FROM reminders WHERE appointment_id = :a ORDER BY id"),
            {"a": appointment_id},
        )
        return [session.require(Reminder, each) for (each,) in found]


def now_of(cast: Cast, appointment_id: int) -> Reminder:
    return next(each for each in rows(cast, appointment_id) if each.is_current)


def appointment_of(cast: Cast, appointment_id: int) -> Appointment:
    with cast.open(cast.ashdown_system) as session:
        return session.require(Appointment, appointment_id)


def remind(cast: Cast, row: Appointment, when: datetime = GOES) -> None:
    """Do what the worker's job does."""
    with at(when):
        asyncio.run(jobs.remind(cast.amina.centre_id, row.id))


@pytest.fixture
def booked(cast: Cast, case_id: int) -> Appointment:
    return book(cast, case_id)


def move(cast: Cast, row: Appointment, **over: str) -> Appointment:
    with cast.open(cast.amina) as session:
        version = session.require(Appointment, row.id).version
        return appointments.move_appointment(
            session, row.id, form(cast.amina, **over), version=version
        )


class TestPlan:
    def test_it_goes_two_working_days_before(self, cast: Cast, booked: Appointment) -> None:
        (row,) = rows(cast, booked.id)
        assert (row.status, row.due_at) == ("waiting", GOES)
        assert row.starts_at == datetime(2026, 12, 3, 10, tzinfo=UTC)

    def test_a_moved_one_is_reminded_for_its_new_time(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked)
        assert appointment_of(cast, booked.id).reminder_sent
        with at(GOES + timedelta(hours=1)):
            moved = move(cast, booked, scheduled_date="10 12 2026")
        assert not moved.reminder_sent
        old, new = rows(cast, booked.id)
        assert (old.status, old.is_current) == ("sent", False)
        assert (new.status, new.due_at) == ("waiting", datetime(2026, 12, 8, 10, tzinfo=UTC))
        remind(cast, booked, datetime(2026, 12, 8, 10, tzinfo=UTC))
        assert [each["Subject"] for each in server.letters] == [
            "Reminder of your appointment on Thursday 3 December",
            "Reminder of your appointment on Thursday 10 December",
        ]

    def test_moved_there_and_back_it_is_planned_anew(self, cast: Cast, booked: Appointment) -> None:
        move(cast, booked, scheduled_time="11:00")
        move(cast, booked)
        assert [each.status for each in rows(cast, booked.id)] == ["dropped", "dropped", "waiting"]

    def test_another_mode_before_it_went_changes_nothing(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        move(cast, booked, meeting_mode="phone", duration_minutes="30")
        (row,) = rows(cast, booked.id)
        assert (row.status, row.due_at, row.reason) == ("waiting", GOES, None)
        remind(cast, booked)
        assert "10:00 to 10:30" in server.letters[0].get_content()

    def test_one_that_was_booked_just_before_needs_none(self, cast: Cast, case_id: int) -> None:
        row = book(cast, case_id, scheduled_date="25 11 2026", scheduled_time="11:00")
        assert now_of(cast, row.id).status == "none"

    def test_of_an_earlier_version_it_is_planned_by_the_worker(
        self, cast: Cast, booked: Appointment, owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("DELETE FROM reminders WHERE appointment_id = :a"), {"a": booked.id}
            )
        with cast.open(Actor(0, 0, SYSTEM, "Worker", "", "")) as session:
            due = reminder_sending.due_reminders(session)
        assert ("plan", booked.id) in [(each.what, each.appointment_id) for each in due]
        with cast.open(cast.ashdown_system) as session:
            reminder_sending.plan_missing(session, booked.id)
        assert now_of(cast, booked.id).due_at == GOES


class TestSend:
    def test_says_when_and_how_and_nothing_else(
        self, cast: Cast, booked: Appointment, server: MailServer, owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET name = 'Ashdown Debt Advice', phone = '01632 960100'"
                     " WHERE id = :c"),
                {"c": cast.amina.centre_id},
            )  # fmt: skip
        remind(cast, booked)
        (letter,) = server.letters
        assert letter["To"] == ADDRESS
        assert letter["From"] == "Appointments <hello@post.example.org>"
        body = letter.get_content()
        assert "Thursday 3 December 2026, 10:00 to 11:00" in body
        assert "ring us on 01632 960100" in body
        whole = letter.as_string()
        assert not tells(body, date(2026, 12, 1))
        assert not tells(f"{letter['From']} {letter['Subject']}", date(2026, 12, 1))
        for word in ("Leanne", "Whitmore", "Canary", "Ashdown", "Amina", "letters", "Advice"):
            assert word not in whole.replace(ADDRESS, ""), word
        assert server.greeted[-1] == "post.example.org"
        assert letter["Message-ID"].endswith("@post.example.org>")

    def test_marks_the_appointment_and_leaves_its_version_alone(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked)
        kept = appointment_of(cast, booked.id)
        assert (kept.reminder_sent, kept.version) == (True, booked.version)
        sent = now_of(cast, booked.id)
        assert (sent.status, sent.sent_at) == ("sent", GOES)

    def test_is_written_in_the_audit_log(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked)
        with cast.open(cast.amina) as session:
            log = audited(session, "appointment:remind", "reminders")
            said = [each.new_values["status"] for each in log]
            about = {(each.client_id, each.case_id, each.user_id) for each in log}
            assert ADDRESS not in str([each.new_values for each in log])
        assert said == ["claimed", "sending", "sent"]
        assert about == {(booked.client_id, booked.case_id, None)}

    def test_never_goes_twice(self, cast: Cast, booked: Appointment, server: MailServer) -> None:
        for _ in range(3):
            remind(cast, booked)
        assert len(server.letters) == 1

    def test_two_workers_at_once_send_one(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        async def both() -> None:
            here = (cast.amina.centre_id, booked.id)
            await asyncio.gather(*[jobs.remind(*here) for _ in range(6)])

        with at(GOES):
            asyncio.run(both())
        assert len(server.letters) == 1
        assert now_of(cast, booked.id).attempts == 1

    def test_not_before_its_moment(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked, GOES - timedelta(seconds=1))
        assert not server.had
        assert now_of(cast, booked.id).status == "waiting"

    @pytest.mark.parametrize("what", ["cancelled", "attended", "late", "did_not_attend"])
    def test_what_no_longer_stands_is_not_reminded(
        self, cast: Cast, booked: Appointment, server: MailServer, owner: Engine, what: str
    ) -> None:
        with owner.begin() as connection:
            by = "'client'" if what == "cancelled" else "NULL"
            connection.execute(
                text(f"UPDATE appointments SET status = :s, cancelled_by = {by} WHERE id = :a"),
                {"s": what, "a": booked.id},
            )
        remind(cast, booked)
        assert not server.had
        assert now_of(cast, booked.id).status == "dropped"

    def test_of_autumn_it_goes_by_the_clock_on_the_wall(
        self, cast: Cast, case_id: int, server: MailServer
    ) -> None:
        """The clocks go back on 25 October 2026: before it ten o'clock is nine in UTC."""
        with at(datetime(2026, 10, 12, 8, tzinfo=UTC)):
            row = book(cast, case_id, scheduled_date="26 10 2026")
        assert now_of(cast, row.id).due_at == datetime(2026, 10, 22, 9, tzinfo=UTC)
        assert now_of(cast, row.id).starts_at == datetime(2026, 10, 26, 10, tzinfo=UTC)
        remind(cast, row, datetime(2026, 10, 22, 9, tzinfo=UTC))
        assert "10:00 to 11:00" in server.letters[0].get_content()


class TestAtNight:
    """Where people are asleep a letter that is late waits for the morning."""

    @pytest.mark.parametrize(
        "night",
        [
            datetime(2026, 12, 1, 20, 5, tzinfo=UTC),
            datetime(2026, 12, 2, 3, tzinfo=UTC),
            datetime(2026, 12, 2, 7, 59, 59, tzinfo=UTC),
        ],
    )
    def test_it_waits_until_eight(
        self, cast: Cast, booked: Appointment, server: MailServer, night: datetime
    ) -> None:
        remind(cast, booked, night)
        assert not server.greeted
        morning = datetime(2026, 12, 2, 8, tzinfo=UTC)
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.due_at, kept.attempts) == ("waiting", morning, 0)
        remind(cast, booked, morning)
        assert now_of(cast, booked.id).status == "sent"

    def test_what_was_set_for_the_last_minute_goes_in_the_round_after_it(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        with cast.open(cast.maria) as session:
            reminders.keep_timing(session, {**TestTiming.SAID, "at_time": "20:00"})
        remind(cast, booked, datetime(2026, 12, 2, 20, 1, tzinfo=UTC))
        assert now_of(cast, booked.id).status == "sent"

    def test_eight_is_by_the_clock_on_the_wall(
        self, cast: Cast, case_id: int, server: MailServer
    ) -> None:
        with at(datetime(2026, 7, 1, 8, tzinfo=UTC)):
            row = book(cast, case_id, scheduled_date="9 7 2026")
        remind(cast, row, datetime(2026, 7, 7, 19, 30, tzinfo=UTC))
        assert now_of(cast, row.id).due_at == datetime(2026, 7, 8, 7, tzinfo=UTC)
        remind(cast, row, datetime(2026, 7, 8, 7, tzinfo=UTC))
        assert now_of(cast, row.id).status == "sent"

    def test_what_would_be_too_late_in_the_morning_is_a_call_at_once(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked, datetime(2026, 12, 2, 22, tzinfo=UTC))
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.reason) == ("call", "late")
        assert not server.greeted

    def test_a_server_that_is_back_at_night_takes_it_in_the_morning(
        self, cast: Cast, case_id: int, server: MailServer
    ) -> None:
        row = book(cast, case_id, scheduled_date="4 12 2026")
        server.rcpt_reply = "451 later"
        remind(cast, row, datetime(2026, 12, 2, 19, 58, tzinfo=UTC))
        server.rcpt_reply = ""
        remind(cast, row, datetime(2026, 12, 2, 20, 15, tzinfo=UTC))
        assert now_of(cast, row.id).due_at == datetime(2026, 12, 3, 8, tzinfo=UTC)
        assert not server.had


class TestWhoIsRung:
    @pytest.mark.parametrize(
        ("routes", "reason"),
        [
            ({"route_email": "no"}, "route_no"),
            ({"route_email": "not_asked"}, "route_not_asked"),
            (
                {"route_email": "yes", "route_email_from": "10:00", "route_email_to": "12:00"},
                "route_hours",
            ),
        ],
    )
    def test_who_may_not_be_written_to(
        self, cast: Cast, server: MailServer, routes: dict[str, str], reason: str
    ) -> None:
        row = book(cast, safe_case(cast, cast.amina, **routes))
        remind(cast, row)
        assert not server.greeted
        kept = now_of(cast, row.id)
        assert (kept.status, kept.reason) == ("call", reason)
        assert not appointment_of(cast, row.id).reminder_sent

    def test_whose_routes_were_never_asked(self, cast: Cast, server: MailServer) -> None:
        row = book(cast, make_case(cast, cast.amina))
        remind(cast, row)
        assert now_of(cast, row.id).reason == "route_not_asked"

    def test_who_has_no_address(
        self, cast: Cast, booked: Appointment, server: MailServer, owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET email = NULL WHERE id = :c"), {"c": booked.client_id}
            )
        remind(cast, booked)
        assert now_of(cast, booked.id).reason == "no_email"

    def test_everybody_without_a_server(self, cast: Cast, booked: Appointment) -> None:
        remind(cast, booked)
        assert now_of(cast, booked.id).reason == "no_server"

    def test_whoever_it_is_too_late_for(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked, datetime(2026, 12, 3, 6, 1, tzinfo=UTC))
        assert now_of(cast, booked.id).reason == "late"
        assert not server.had

    @pytest.mark.parametrize("where", ["rcpt_reply", "data_reply"])
    def test_whom_the_server_refuses(
        self, cast: Cast, booked: Appointment, server: MailServer, where: str
    ) -> None:
        setattr(server, where, f"550 5.1.1 <{ADDRESS}> unknown")
        remind(cast, booked)
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.reason, kept.reply_code) == ("call", "refused", 550)
        assert not appointment_of(cast, booked.id).reminder_sent
        remind(cast, booked, GOES + timedelta(hours=1))
        assert not server.letters

    def test_whom_a_busy_server_does_not_take_in_four_rounds(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        server.rcpt_reply = "451 later"
        moment = GOES
        for pause in (*RETRY, timedelta(0)):
            remind(cast, booked, moment)
            moment += pause
            remind(cast, booked, moment - timedelta(seconds=1))  # too early: nothing
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.reason, kept.reply_code) == ("call", "unreachable", 451)
        assert kept.attempts == 4

    def test_a_server_that_is_back_takes_it(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        server.data_reply = "451 later"
        remind(cast, booked)
        assert now_of(cast, booked.id).status == "waiting"
        server.data_reply = ""
        remind(cast, booked, GOES + RETRY[0])
        assert len(server.letters) == 1
        assert now_of(cast, booked.id).status == "sent"

    def test_a_server_that_is_not_there_is_waited_for(
        self, cast: Cast, booked: Appointment
    ) -> None:
        with mail_server() as gone:
            pass
        with mail_server() as other:
            other.port = gone.port
            from cma_app.settings import settings, use_settings

            use_settings(settings().model_copy(update={"smtp_port": gone.port}))
            remind(cast, booked)
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.due_at) == ("waiting", GOES + RETRY[0])


class TestChangedOnTheWay:
    """What changes when the server has agreed and the letter has not left."""

    def test_a_route_that_becomes_no_stops_it(
        self, cast: Cast, booked: Appointment, case_id: int, server: MailServer
    ) -> None:
        server.on_rcpt = lambda: answer(cast, case_id, route_email="no")
        remind(cast, booked)
        assert server.greeted
        assert not server.had
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.reason) == ("call", "route_no")

    def test_a_move_stops_it(self, cast: Cast, booked: Appointment, server: MailServer) -> None:
        server.on_rcpt = lambda: move(cast, booked, scheduled_time="12:00")
        remind(cast, booked)
        assert not server.had
        assert [each.status for each in rows(cast, booked.id)] == ["dropped", "waiting"]

    def test_cancelling_stops_it(self, cast: Cast, booked: Appointment, server: MailServer) -> None:
        def cancel() -> None:
            with cast.open(cast.amina) as session:
                said = {"cancelled_by": "client", "reason": "Ill"}
                appointments.cancel_appointment(session, booked.id, said, version=1)

        server.on_rcpt = cancel
        remind(cast, booked)
        assert not server.had
        assert now_of(cast, booked.id).status == "dropped"

    def test_another_address_gets_it_in_the_next_round(
        self, cast: Cast, booked: Appointment, server: MailServer, owner: Engine
    ) -> None:
        def change() -> None:
            with owner.begin() as connection:
                connection.execute(
                    text("UPDATE clients SET email = 'new@example.org' WHERE id = :c"),
                    {"c": booked.client_id},
                )

        server.on_rcpt = change
        remind(cast, booked)
        assert not server.had
        server.on_rcpt = lambda: None
        remind(cast, booked)
        assert [each["To"] for each in server.letters] == ["new@example.org"]


@pytest.fixture
def unknown(cast: Cast, booked: Appointment, server: MailServer) -> Reminder:
    """A letter of which nobody knows whether it was sent: its worker is gone."""
    with at(GOES), cast.open(cast.ashdown_system) as session:
        claimed = reminder_sending.claim(session, booked.id)
    assert claimed is not None
    with at(GOES), cast.open(cast.ashdown_system) as session:
        assert reminder_sending.hand_over(session, claimed)
    with at(GOES), cast.open(cast.ashdown_system) as session:
        reminder_sending.settle(session, booked.id)
    found = now_of(cast, booked.id)
    assert found.status == "unknown"
    return found


class TestChangedAfterwards:
    """A letter that said otherwise how, or how long: somebody rings."""

    CHANGES = ({"meeting_mode": "phone"}, {"duration_minutes": "30"})

    @pytest.mark.parametrize("over", CHANGES)
    def test_who_was_written_to_is_rung(
        self, cast: Cast, booked: Appointment, server: MailServer, over: dict[str, str]
    ) -> None:
        remind(cast, booked)
        move(cast, booked, **over)
        (kept,) = rows(cast, booked.id)
        assert (kept.status, kept.reason, kept.sent_at) == ("call", "changed", GOES)
        with at(GOES), cast.open(cast.amina) as session:
            (line,) = read_call_list(session).calls
            assert (line.reason, line.phone) == ("changed", "07700 900123")
            shown = ReminderView.of(reminders.read_reminder(session, booked.id), stands=True)
            assert shown.sentence.startswith("Call the client: since the reminder")
            reminders.record_call(session, kept.id, {"result": "spoke"})
        assert now_of(cast, booked.id).status == "called"
        remind(cast, booked, GOES + timedelta(hours=1))
        assert len(server.letters) == 1

    @pytest.mark.parametrize("over", CHANGES)
    def test_so_is_who_may_have_been(
        self, cast: Cast, booked: Appointment, unknown: Reminder, over: dict[str, str]
    ) -> None:
        move(cast, booked, **over)
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.reason) == ("call", "changed")

    def test_and_who_was_rung(self, cast: Cast, to_call: Reminder) -> None:
        with at(GOES), cast.open(cast.amina) as session:
            reminders.record_call(session, to_call.id, {"result": "spoke", "note": "Will come"})
        move(cast, appointment_of(cast, to_call.appointment_id), meeting_mode="phone")
        kept = now_of(cast, to_call.appointment_id)
        assert (kept.status, kept.reason, kept.calls, kept.note) == ("call", "changed", 0, None)

    @pytest.mark.parametrize("over", [{}, {"location": "18 Canary Row"}])
    def test_not_where_the_letter_is_still_right(
        self, cast: Cast, booked: Appointment, server: MailServer, over: dict[str, str]
    ) -> None:
        remind(cast, booked)
        move(cast, booked, **over)
        assert now_of(cast, booked.id).status == "sent"

    def test_another_day_as_well_has_a_reminder_of_its_own(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked)
        move(cast, booked, meeting_mode="phone", scheduled_date="10 12 2026")
        assert [each.status for each in rows(cast, booked.id)] == ["sent", "waiting"]

    def test_on_the_way_the_letter_is_written_anew(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        server.on_rcpt = lambda: move(cast, booked, duration_minutes="30")
        remind(cast, booked)
        assert not server.had
        server.on_rcpt = lambda: None
        remind(cast, booked)
        assert "10:00 to 10:30" in server.letters[0].get_content()

    @pytest.mark.parametrize("result", ["sent", "unknown"])
    def test_while_the_server_has_it_somebody_rings(
        self, cast: Cast, booked: Appointment, server: MailServer, result: Any
    ) -> None:
        with at(GOES), cast.open(cast.ashdown_system) as session:
            claimed = reminder_sending.claim(session, booked.id)
        assert claimed is not None
        with at(GOES), cast.open(cast.ashdown_system) as session:
            assert reminder_sending.hand_over(session, claimed)
        move(cast, booked, meeting_mode="phone")
        with at(GOES), cast.open(cast.ashdown_system) as session:
            reminder_sending.record_delivery(session, claimed, Delivery(result))
        kept = now_of(cast, booked.id)
        assert (kept.status, kept.reason) == ("call", "changed")


class TestTwoAtOnce:
    def test_a_move_while_a_delivery_is_recorded_waits_for_it(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        """The move holds the appointment and wants the reminder: so does the delivery."""
        with at(GOES), cast.open(cast.ashdown_system) as session:
            claimed = reminder_sending.claim(session, booked.id)
        assert claimed is not None
        with at(GOES), cast.open(cast.ashdown_system) as session:
            assert reminder_sending.hand_over(session, claimed)

        def record() -> None:
            with at(GOES), cast.open(cast.ashdown_system) as other:
                reminder_sending.record_delivery(other, claimed, Delivery("sent"))

        with ThreadPoolExecutor(1) as pool:
            with cast.open(cast.amina) as session:
                locked(session, Appointment, booked.id)
                recording = pool.submit(record)
                _until_somebody_waits(session)
                said = form(cast.amina, scheduled_time="12:00")
                appointments.move_appointment(session, booked.id, said, version=booked.version)
            recording.result(10)
        old, new = rows(cast, booked.id)
        assert (old.status, old.sent_at, new.status) == ("sent", GOES, "waiting")
        assert not appointment_of(cast, booked.id).reminder_sent


def _until_somebody_waits(session: CentreSession) -> None:
    waits = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted"
        " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    )
    ends = time.monotonic() + 10
    while not session.execute(waits).scalar_one():
        assert time.monotonic() < ends, "nobody waits"


class TestSettle:
    def test_a_claim_of_which_nothing_left_us_waits_again(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        with at(GOES), cast.open(cast.ashdown_system) as session:
            reminder_sending.claim(session, booked.id)
        with at(GOES), cast.open(cast.ashdown_system) as session:
            reminder_sending.settle(session, booked.id)
        assert now_of(cast, booked.id).status == "waiting"
        remind(cast, booked)
        assert len(server.letters) == 1

    def test_leaves_alone_what_is_at_work(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        def look() -> None:
            with cast.open(cast.ashdown_system) as session:
                reminder_sending.settle(session, booked.id)
            assert now_of(cast, booked.id).status == "claimed"

        server.on_rcpt = look
        remind(cast, booked)
        assert now_of(cast, booked.id).status == "sent"

    def test_what_is_unknown_never_goes_by_itself(
        self, cast: Cast, booked: Appointment, unknown: Reminder, server: MailServer
    ) -> None:
        remind(cast, booked, GOES + timedelta(hours=3))
        assert not server.had
        assert not appointment_of(cast, booked.id).reminder_sent


class TestSendAgain:
    def test_sends_it_once_more(
        self, cast: Cast, booked: Appointment, unknown: Reminder, server: MailServer
    ) -> None:
        with at(GOES), cast.open(cast.amina) as session:
            reminders.send_again(session, unknown.id)
        remind(cast, booked, GOES + timedelta(minutes=1))
        assert len(server.letters) == 1

    def test_at_night_it_goes_in_the_morning(
        self, cast: Cast, booked: Appointment, unknown: Reminder, server: MailServer
    ) -> None:
        with at(datetime(2026, 12, 1, 21, tzinfo=UTC)), cast.open(cast.amina) as session:
            row = reminders.send_again(session, unknown.id)
            assert row.due_at == datetime(2026, 12, 2, 8, tzinfo=UTC)
            assert goes_again(row.due_at) == "It goes again on Wed 2 Dec, 08:00."
        remind(cast, booked, datetime(2026, 12, 1, 21, 1, tzinfo=UTC))
        assert not server.had
        remind(cast, booked, datetime(2026, 12, 2, 8, tzinfo=UTC))
        assert len(server.letters) == 1

    def test_where_it_is_too_late_for_a_letter_somebody_rings(
        self, cast: Cast, unknown: Reminder
    ) -> None:
        for moment in (
            datetime(2026, 12, 2, 22, tzinfo=UTC),
            datetime(2026, 12, 3, 9, tzinfo=UTC),
        ):
            with (
                at(moment),
                pytest.raises(Conflict, match="Call the client"),
                cast.open(cast.amina) as session,
            ):
                reminders.send_again(session, unknown.id)
        assert now_of(cast, unknown.appointment_id).status == "unknown"

    def test_a_second_person_reads_that_it_is_done(self, cast: Cast, unknown: Reminder) -> None:
        with at(GOES), cast.open(cast.amina) as session:
            reminders.send_again(session, unknown.id)
        with at(GOES), pytest.raises(Conflict), cast.open(cast.ben) as session:
            reminders.leave(session, unknown.id)

    def test_what_was_sent_stays_sent(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        remind(cast, booked)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            reminders.send_again(session, now_of(cast, booked.id).id)


class TestLeave:
    def test_takes_it_off_the_list(self, cast: Cast, unknown: Reminder) -> None:
        with at(GOES), cast.open(cast.amina) as session:
            assert [each.id for each in read_call_list(session).unknown] == [unknown.id]
            reminders.leave(session, unknown.id)
            assert not read_call_list(session).unknown


@pytest.fixture
def to_call(cast: Cast, case_id: int) -> Reminder:
    answer(cast, case_id, route_email="no", route_call="yes")
    row = book(cast, case_id)
    remind(cast, row)
    return now_of(cast, row.id)


class TestRecordCall:
    def test_takes_the_client_off_the_list(self, cast: Cast, to_call: Reminder) -> None:
        with at(GOES), cast.open(cast.ben) as session:
            (line,) = read_call_list(session).calls
            assert (line.reason, line.phone) == ("route_no", "07700 900123")
            reminders.record_call(session, to_call.id, {"result": "spoke", "note": "Will come"})
            assert not read_call_list(session).calls
            (after,) = read_call_list(session).others
            assert (after.status, after.result) == ("called", "spoke")
        kept = now_of(cast, to_call.appointment_id)
        assert (kept.called_by, kept.called_at) == (cast.ben.user_id, GOES)
        assert not appointment_of(cast, to_call.appointment_id).reminder_sent

    def test_unanswered_it_stays(self, cast: Cast, to_call: Reminder) -> None:
        with at(GOES), cast.open(cast.ben) as session:
            reminders.record_call(session, to_call.id, {"result": "no_answer"})
            (line,) = read_call_list(session).calls
        assert line.calls == 1

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"result": ""}, "result"),
            ({"result": "rang"}, "result"),
            ({"result": "spoke", "note": "x" * 501}, "note"),
        ],
    )
    def test_says_beside_each_field_what_is_wrong(
        self, cast: Cast, to_call: Reminder, form: dict[str, str], field: str
    ) -> None:
        with at(GOES), pytest.raises(Invalid) as refused, cast.open(cast.ben) as session:
            reminders.record_call(session, to_call.id, form)
        assert field in refused.value.fields

    def test_once_told_nothing_is_sent(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        with cast.open(cast.amina) as session:
            reminders.record_call(session, now_of(cast, booked.id).id, {"result": "spoke"})
        remind(cast, booked)
        assert not server.had

    def test_who_may_not_be_rung_shows_no_number(self, cast: Cast, case_id: int) -> None:
        answer(cast, case_id, route_email="no", route_call="not_asked")
        row = book(cast, case_id)
        remind(cast, row)
        with at(GOES), cast.open(cast.amina) as session:
            (line,) = read_call_list(session).calls
        assert line.phone == ""

    def test_is_over_when_the_appointment_is(self, cast: Cast, to_call: Reminder) -> None:
        with at(GOES + timedelta(days=3)):
            with cast.open(cast.amina) as session:
                assert not read_call_list(session).calls
            with pytest.raises(Conflict), cast.open(cast.amina) as session:
                reminders.record_call(session, to_call.id, {"result": "spoke"})


class TestWhoMay:
    """Each verb of a person: other role, other centre, a trainee not assigned."""

    @pytest.mark.parametrize("verb", ["record_call", "send_again", "leave", "read_reminder"])
    @pytest.mark.parametrize("who", ["colin", "tess", "root"])
    def test_nobody_else_decides(self, cast: Cast, unknown: Reminder, verb: str, who: str) -> None:
        number = unknown.appointment_id if verb == "read_reminder" else unknown.id
        more = [{"result": "spoke"}] if verb == "record_call" else []
        with at(GOES), pytest.raises(NotFound), cast.open(getattr(cast, who)) as session:
            getattr(reminders, verb)(session, number, *more)
        assert now_of(cast, unknown.appointment_id).status == "unknown"

    @pytest.mark.parametrize("verb", ["record_call", "send_again", "leave"])
    def test_a_trainee_decides_for_their_own(
        self, cast: Cast, server: MailServer, verb: str
    ) -> None:
        row = book(cast, safe_case(cast, cast.tess), cast.tess)
        with at(GOES), cast.open(cast.ashdown_system) as session:
            claimed = reminder_sending.claim(session, row.id)
            assert claimed is not None
            assert reminder_sending.hand_over(session, claimed)
            reminder_sending.record_delivery(session, claimed, Delivery("unknown"))
        more = [{"result": "spoke"}] if verb == "record_call" else []
        with at(GOES), cast.open(cast.tess) as session:
            getattr(reminders, verb)(session, now_of(cast, row.id).id, *more)
        assert now_of(cast, row.id).status in {"called", "waiting", "left"}

    def test_lists_are_ones_own(self, cast: Cast, to_call: Reminder) -> None:
        with at(GOES):
            for who in (cast.tess, cast.colin):
                with cast.open(who) as session:
                    assert read_call_list(session).calls == []
            with cast.open(cast.ben) as session:
                assert my_calls(session, most=5) == ([], 0)
                assert len(read_call_list(session).calls) == 1
                assert read_call_list(session, mine=True).calls == []
            with cast.open(cast.amina) as session:
                assert my_calls(session, most=5)[1] == 1
            with pytest.raises(Refused), cast.open(cast.root) as session:
                read_call_list(session)

    def test_a_restricted_file_is_for_those_it_names(
        self, cast: Cast, to_call: Reminder, owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :c"),
                {"c": to_call.client_id},
            )
        with at(GOES), cast.open(cast.maria) as session:
            assert read_call_list(session).calls == []


class TestTiming:
    SAID = {
        "valid_from": "25 11 2026",
        "working_days": "1",
        "at_time": "14:30",
        "sender": "Ashdown",
    }

    def test_plans_anew_what_waits(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        with cast.open(cast.maria) as session:
            reminders.keep_timing(session, self.SAID)
        due = datetime(2026, 12, 2, 14, 30, tzinfo=UTC)
        assert now_of(cast, booked.id).due_at == due
        remind(cast, booked, due)
        assert server.letters[0]["From"] == "Ashdown <hello@post.example.org>"

    def test_holds_for_appointments_from_its_day_on(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        with cast.open(cast.maria) as session:
            reminders.keep_timing(session, {**self.SAID, "valid_from": "4 12 2026"})
            assert len(read_timings(session).planned) == 1
        assert now_of(cast, booked.id).due_at == GOES
        later = book(cast, case_id, scheduled_date="4 12 2026")
        assert now_of(cast, later.id).due_at == datetime(2026, 12, 3, 14, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"valid_from": "24 11 2026"}, "valid_from"),
            ({"valid_from": ""}, "valid_from"),
            ({"working_days": "0"}, "working_days"),
            ({"working_days": "two"}, "working_days"),
            ({"at_time": "07:59"}, "at_time"),
            ({"at_time": "20:01"}, "at_time"),
            ({"at_time": ""}, "at_time"),
            ({"sender": "Ashdown Debt Advice"}, "sender"),
            ({"sender": "AshdownMoney"}, "sender"),
            ({"sender": "x" * 61}, "sender"),
            ({"sender": "A\r\nBcc: all@example.org"}, "sender"),
        ],
    )
    def test_says_beside_each_field_what_is_wrong(
        self, cast: Cast, over: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused, cast.open(cast.maria) as session:
            reminders.keep_timing(session, {**self.SAID, **over})
        assert field in refused.value.fields

    def test_asks_no_more_of_the_database_for_more_that_wait(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        few = self.asked(cast, "1")
        for hour in ("11:00", "12:00", "13:00"):
            book(cast, case_id, scheduled_time=hour)
        assert self.asked(cast, "3") == few
        assert now_of(cast, booked.id).due_at == datetime(2026, 11, 30, 14, 30, tzinfo=UTC)

    def asked(self, cast: Cast, days: str) -> int:
        """Return how many questions it takes to record a timing."""
        said: list[str] = []

        def hear(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                said.append(statement)

        with cast.open(cast.maria) as session:
            current = read_timings(session).current
            event.listen(app_engine(), "before_cursor_execute", hear)
            try:
                reminders.keep_timing(
                    session,
                    {**self.SAID, "working_days": days},
                    seen=(current.id, current.version),
                )
            finally:
                event.remove(app_engine(), "before_cursor_execute", hear)
        return len(said)

    def test_what_is_planned_can_be_put_right(self, cast: Cast) -> None:
        """What was on screen is the timing of the day that the form says, not of today."""
        planned = {**self.SAID, "valid_from": "4 12 2026"}
        with cast.open(cast.maria) as session:
            reminders.keep_timing(session, self.SAID)
            reminders.keep_timing(session, planned)
        with cast.open(cast.maria) as session:
            shown = TimingView.of(read_timings(session))
        for typed in ("2026-12-04", "4 12 2026", "04/12/2026"):
            assert shown.seen(typed) != (0, 0)
            assert shown.seen(typed) != shown.seen("2026-11-25")
        for nothing in ("2026-12-05", "", "x", "31 2 2027"):
            assert shown.seen(nothing) == (0, 0)
        with cast.open(cast.maria) as session:
            said = {**planned, "working_days": "3"}
            kept = reminders.keep_timing(session, said, seen=shown.seen(said["valid_from"]))
            assert kept.working_days == 3

    def test_who_comes_second_reads_what_is_stored(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            reminders.keep_timing(session, self.SAID)
        with pytest.raises(Conflict) as refused, cast.open(cast.maria) as session:
            reminders.keep_timing(session, {**self.SAID, "working_days": "3"})
        assert refused.value.theirs["working_days"] == "1"

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_is_the_managers(self, cast: Cast, who: str) -> None:
        with pytest.raises(CmaError), cast.open(getattr(cast, who)) as session:
            reminders.keep_timing(session, self.SAID)
        with cast.open(cast.maria) as session:
            assert read_timings(session).current.id == 0

    def test_stays_in_its_centre(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            reminders.keep_timing(session, self.SAID)
        with cast.open(cast.bea) as session:
            assert read_timings(session).current.id == 0


class TestWords:
    """What people read of a reminder, on the appointment's page and the list."""

    def view(self, cast: Cast, row: Appointment) -> ReminderView:
        with cast.open(cast.amina) as session:
            return ReminderView.of(reminders.read_reminder(session, row.id), stands=True)

    def test_waiting_says_when_it_goes_or_why_it_will_be_a_call(
        self, cast: Cast, booked: Appointment, case_id: int, server: MailServer
    ) -> None:
        assert self.view(cast, booked).sentence == "It goes by e-mail on Tue 1 Dec, 10:00."
        answer(cast, case_id, route_email="no")
        said = self.view(cast, booked).sentence
        assert said.startswith("It comes onto the call list on Tue 1 Dec, 10:00: e-mail is not")

    def test_long_due_says_that_the_worker_may_not_run(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        with at(GOES + timedelta(minutes=6)):
            assert "worker may not be running" in self.view(cast, booked).sentence
        with at(GOES + timedelta(minutes=4)):
            assert "worker" not in self.view(cast, booked).sentence

    def test_a_refusal_carries_the_servers_number_and_not_its_words(
        self, cast: Cast, booked: Appointment, server: MailServer
    ) -> None:
        server.rcpt_reply = f"550 no <{ADDRESS}> here"
        remind(cast, booked)
        with at(GOES):
            shown = self.view(cast, booked)
        assert shown.sentence == "Call the client: the mail server refused it (550)."
        assert shown.may_call
        assert not shown.may_decide
