"""Calendar files and feeds: whose they are, what they say, and that a dead one stays dead."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import at
from cma_app.errors import CmaError, Conflict, NotFound, Refused
from cma_app.services import appointments, calendar_feeds
from cma_app.services.issued_files import Printed
from cma_app.session import open_as
from models import Appointment
from tests.people import Cast
from tests.services.money import audited
from tests.services.test_reminders import BOOKED_AT, book, form, safe_case

NOBODY = Actor(0, 0, "", "", "", "")


@pytest.fixture(autouse=True)
def morning() -> Any:
    with at(BOOKED_AT):
        yield


@pytest.fixture
def case_id(cast: Cast) -> int:
    return safe_case(cast, cast.amina)


@pytest.fixture
def booked(cast: Cast, case_id: int) -> Appointment:
    return book(cast, case_id)


def renew(cast: Cast, who: Actor) -> str:
    with cast.open(who) as session:
        return calendar_feeds.renew_feed(session)


def fetch(secret: str) -> Printed:
    """Do what the address of a feed does."""
    with open_as(NOBODY) as session:
        owner = calendar_feeds.find_feed_owner(session, secret)
    with open_as(owner) as session:
        return calendar_feeds.feed_file(session)


def begins(file: Printed) -> list[datetime]:
    found = Calendar.from_ical(file.content).walk("VEVENT")
    return [each.decoded("DTSTART") for each in found]


class TestFile:
    def test_is_the_appointments_time_in_utc(self, cast: Cast, case_id: int) -> None:
        row = book(cast, case_id, scheduled_date="8 7 2027")
        with cast.open(cast.amina) as session:
            file = calendar_feeds.appointment_file(session, row.id)
        assert begins(file) == [datetime(2027, 7, 8, 9, tzinfo=UTC)]
        assert file.file_name == "appointment-2027-07-08.ics"

    def test_says_nothing_of_the_client(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.amina) as session:
            said = calendar_feeds.appointment_file(session, booked.id).content.decode()
        for word in ("Leanne", "Whitmore", "leanne@", "Canary", "debt", "Amina", "Ashdown"):
            assert word not in said
        assert "SUMMARY:Advice" in said

    def test_is_written_in_the_audit_log(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.ben) as session:
            calendar_feeds.appointment_file(session, booked.id)
        with cast.open(cast.amina) as session:
            (row,) = audited(session, "appointment:file", "appointments")
        assert (row.record_id, row.client_id) == (booked.id, booked.client_id)
        assert row.user_id == cast.ben.user_id

    def test_a_cancelled_one_has_none(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.amina) as session:
            said = {"cancelled_by": "client", "reason": "Ill"}
            appointments.cancel_appointment(session, booked.id, said, version=booked.version)
        with pytest.raises(Conflict, match="cancelled"), cast.open(cast.amina) as session:
            calendar_feeds.appointment_file(session, booked.id)

    @pytest.mark.parametrize("who", ["colin", "tess", "root"])
    def test_is_not_found_by_anybody_else(self, cast: Cast, booked: Appointment, who: str) -> None:
        with pytest.raises(NotFound), cast.open(getattr(cast, who)) as session:
            calendar_feeds.appointment_file(session, booked.id)


class TestFeed:
    def test_is_ones_own_appointments_alone(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        book(cast, case_id, cast.ben, scheduled_date="4 12 2026")
        assert begins(fetch(renew(cast, cast.amina))) == [datetime(2026, 12, 3, 10, tzinfo=UTC)]
        assert begins(fetch(renew(cast, cast.ben))) == [datetime(2026, 12, 4, 10, tzinfo=UTC)]
        assert begins(fetch(renew(cast, cast.colin))) == []

    def test_has_no_word_of_a_client(self, cast: Cast, booked: Appointment, owner: Engine) -> None:
        """Every text of the client, the case and the appointment is a canary."""
        with owner.begin() as connection:
            for statement in (
                "UPDATE clients SET first_name = 'zqx', last_name = 'zqx' WHERE id = :client",
                "UPDATE clients SET client_reference = 'zqx' || id WHERE id = :client",
                "UPDATE cases SET case_reference = 'zqx' || id WHERE id = :case",
                "UPDATE appointments SET location = 'zqx' WHERE id = :appointment",
                "UPDATE appointments SET preparation_notes = 'zqx' WHERE id = :appointment",
            ):
                connection.execute(
                    text(statement),
                    {
                        "client": booked.client_id,
                        "case": booked.case_id,
                        "appointment": booked.id,
                    },
                )
        file = fetch(renew(cast, cast.amina))
        assert len(begins(file)) == 1
        assert b"zqx" not in file.content.lower()
        with cast.open(cast.amina) as session:
            one = calendar_feeds.appointment_file(session, booked.id)
        assert b"zqx" not in one.content.lower()

    def test_leaves_out_what_was_cancelled(self, cast: Cast, booked: Appointment) -> None:
        secret = renew(cast, cast.amina)
        with cast.open(cast.amina) as session:
            said = {"cancelled_by": "client", "reason": "Ill"}
            appointments.cancel_appointment(session, booked.id, said, version=booked.version)
        assert begins(fetch(secret)) == []

    def test_follows_a_move_with_a_later_sequence(self, cast: Cast, booked: Appointment) -> None:
        secret = renew(cast, cast.amina)
        (before,) = Calendar.from_ical(fetch(secret).content).walk("VEVENT")
        with cast.open(cast.amina) as session:
            said = form(cast.amina, scheduled_time="14:00")
            appointments.move_appointment(session, booked.id, said, version=booked.version)
        (after,) = Calendar.from_ical(fetch(secret).content).walk("VEVENT")
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after.decoded("DTSTART").hour == 14

    def test_notes_once_a_day_that_it_was_asked_for(self, cast: Cast) -> None:
        secret = renew(cast, cast.amina)
        for _ in range(3):
            fetch(secret)
        with at(BOOKED_AT + timedelta(days=1)):
            fetch(secret)
        with cast.open(cast.amina) as session:
            found = calendar_feeds.read_feed(session, cast.amina.user_id)
            assert found is not None
            assert found.fetched_on == date(2026, 11, 26)
            assert len(audited(session, "calendar_feed:read", "calendar_feeds")) == 2

    def test_is_of_the_day_on_a_british_calendar(self, cast: Cast, owner: Engine) -> None:
        renew(cast, cast.amina)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE calendar_feeds SET created_at = '2026-07-07 23:30+00'"
                     " WHERE user_id = :u"),
                {"u": cast.amina.user_id},
            )  # fmt: skip
        with cast.open(cast.amina) as session:
            found = calendar_feeds.read_feed(session, cast.amina.user_id)
        assert found is not None
        assert found.since == date(2026, 7, 8)

    @pytest.mark.parametrize("secret", ["", "x", "x" * 65, "é" * 20, "../../etc", "a\x00b"])
    def test_what_is_no_secret_opens_nothing(self, cast: Cast, secret: str) -> None:
        with pytest.raises(NotFound):
            fetch(secret)


class TestRenew:
    def test_keeps_the_secret_as_its_hash_alone(self, cast: Cast, owner: Engine) -> None:
        secret = renew(cast, cast.amina)
        assert len(secret) >= 43
        with owner.connect() as connection:
            kept = connection.execute(
                text("SELECT c::text || coalesce((SELECT string_agg(a::text, '') FROM audit_logs a"
                     " WHERE a.centre_id = c.centre_id AND a.table_name = 'calendar_feeds'), '')"
                     " FROM calendar_feeds c WHERE user_id = :u"),
                {"u": cast.amina.user_id},
            ).scalar_one()  # fmt: skip
        assert secret not in kept

    def test_ends_the_one_before(self, cast: Cast) -> None:
        first, second = renew(cast, cast.amina), renew(cast, cast.amina)
        with pytest.raises(NotFound):
            fetch(first)
        assert fetch(second)

    def test_is_written_in_the_audit_log(self, cast: Cast) -> None:
        renew(cast, cast.amina)
        renew(cast, cast.amina)
        with cast.open(cast.maria) as session:
            log = audited(session, "calendar_feed:keep", "calendar_feeds")
        assert len(log) == 3  # made, ended, made
        assert {each.user_id for each in log} == {cast.amina.user_id}

    def test_an_admin_has_no_calendar(self, cast: Cast) -> None:
        with pytest.raises(Refused), cast.open(cast.root) as session:
            calendar_feeds.renew_feed(session)


class TestRevoke:
    def test_ends_it_at_once(self, cast: Cast) -> None:
        secret = renew(cast, cast.amina)
        with cast.open(cast.amina) as session:
            calendar_feeds.revoke_feed(session, cast.amina.user_id)
            assert calendar_feeds.read_feed(session, cast.amina.user_id) is None
        with pytest.raises(NotFound):
            fetch(secret)

    def test_a_manager_ends_anybodys(self, cast: Cast) -> None:
        secret = renew(cast, cast.tess)
        with cast.open(cast.maria) as session:
            calendar_feeds.revoke_feed(session, cast.tess.user_id)
        with pytest.raises(NotFound):
            fetch(secret)

    @pytest.mark.parametrize("who", ["ben", "tess", "colin", "bea", "root"])
    def test_nobody_else_does(self, cast: Cast, who: str) -> None:
        secret = renew(cast, cast.amina)
        for verb in (calendar_feeds.revoke_feed, calendar_feeds.read_feed):
            with pytest.raises(CmaError), cast.open(getattr(cast, who)) as session:
                verb(session, cast.amina.user_id)
        assert fetch(secret)

    def test_twice_is_a_sentence(self, cast: Cast) -> None:
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            calendar_feeds.revoke_feed(session, cast.amina.user_id)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE users SET is_active = false WHERE id = :u",
            "UPDATE centres SET status = 'closed' WHERE id = :c",
        ],
    )
    def test_who_no_longer_works_here_has_none(
        self, cast: Cast, owner: Engine, statement: str
    ) -> None:
        secret = renew(cast, cast.amina)
        with owner.begin() as connection:
            connection.execute(
                text(statement), {"u": cast.amina.user_id, "c": cast.amina.centre_id}
            )
        with pytest.raises(NotFound):
            fetch(secret)
