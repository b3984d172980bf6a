"""Appointments read: the calendar, one, a case's, a person's day; and what a reader is not told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import Engine

from cma_app.access.actor import Actor
from cma_app.clock import LONDON, at
from cma_app.errors import NotFound, Refused
from cma_app.services import appointment_list, appointments
from cma_app.services.home import my_day
from cma_app.services.timeline import read_timeline
from tests.people import Cast
from tests.services.money import audited, make_case
from tests.services.test_appointments import book, make_room, restrict

DAY = date(2026, 11, 26)
AFTERWARDS = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """Make it Wednesday 25 November 2026, 08:00."""
    with at(datetime.combine(date(2026, 11, 25), time(8), LONDON)):
        yield


def seen(cast: Cast, who: Actor, advisor_id: int | None = None) -> list[tuple[str, str, str]]:
    """Return the calendar of DAY for somebody: when, whose, whom."""
    with cast.open(who) as session:
        page = appointment_list.read_calendar(session, DAY, DAY, advisor_id=advisor_id)
    return [(f"{line.at:%H:%M}", line.advisor, line.client) for line in page.lines]


class TestCalendar:
    def test_shows_the_centre_or_one_advisor(self, cast: Cast) -> None:
        book(cast, cast.amina, make_case(cast, cast.amina))
        book(cast, cast.ben, make_case(cast, cast.ben), scheduled_time="09:00")
        assert seen(cast, cast.maria) == [
            ("09:00", "Ben Ellis", "Leanne Whitmore"),
            ("10:00", "Amina Khan", "Leanne Whitmore"),
        ]
        assert seen(cast, cast.maria, cast.ben.user_id) == [
            ("09:00", "Ben Ellis", "Leanne Whitmore")
        ]

    def test_what_one_may_not_see_is_taken(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        book(cast, cast.amina, case_id)
        assert seen(cast, cast.tess) == [("10:00", "Amina Khan", "")]
        restrict(owner, cast.amina, case_id)
        assert seen(cast, cast.maria) == [("10:00", "Amina Khan", "")]
        assert seen(cast, cast.amina) == [("10:00", "Amina Khan", "Leanne Whitmore")]
        assert seen(cast, cast.colin) == []

    def test_a_cancelled_one_is_no_time_taken(self, cast: Cast) -> None:
        row = book(cast, cast.amina, make_case(cast, cast.amina))
        with cast.open(cast.amina) as session:
            why = {"cancelled_by": "client", "reason": "Ill"}
            appointments.cancel_appointment(session, row.id, why, version=1)
        assert seen(cast, cast.tess) == []
        assert len(seen(cast, cast.amina)) == 1

    def test_refuses_an_admin(self, cast: Cast) -> None:
        with pytest.raises(Refused):
            seen(cast, cast.root)


class TestOne:
    def test_is_opened_with_its_notes_and_written_down(self, cast: Cast) -> None:
        room = make_room(cast)
        row = book(cast, cast.amina, make_case(cast, cast.amina), room_id=str(room.id))
        with cast.open(cast.ben) as session:
            appointments.add_note(session, row.id, {"body": "Needs the lift."})
            found = appointment_list.read_appointment(session, row.id)
            assert (found.line.room, found.has_begun) == ("Room 1", False)
            assert [(note.author, note.body) for note in found.notes] == [
                ("Ben Ellis", "Needs the lift.")
            ]
            opened = audited(session, "case:open", "cases")
            assert [log.user_id for log in opened] == [cast.ben.user_id]

    def test_is_not_found_for_strangers(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        row = book(cast, cast.amina, case_id)
        restrict(owner, cast.amina, case_id)
        for who in (cast.colin, cast.tess, cast.root, cast.ben, cast.maria):
            with pytest.raises(NotFound), cast.open(who) as session:
                appointment_list.read_appointment(session, row.id)


class TestOfACase:
    def test_are_those_to_come_and_the_past(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        later = book(cast, cast.amina, case_id, scheduled_date="30 11 2026")
        first = book(cast, cast.amina, case_id)
        gone = book(cast, cast.amina, case_id, scheduled_time="15:00")
        with cast.open(cast.amina) as session:
            why = {"cancelled_by": "centre", "reason": "Training"}
            appointments.cancel_appointment(session, gone.id, why, version=1)
            found = appointment_list.list_case_appointments(session, case_id)
            assert [line.id for line in found.ahead] == [first.id, later.id]
            assert [line.id for line in found.past] == [gone.id]
        for who in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(who) as session:
                appointment_list.list_case_appointments(session, case_id)


class TestMine:
    def test_are_todays_and_those_nobody_said_what_came_of(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        row = book(cast, cast.amina, case_id)
        book(cast, cast.amina, case_id, scheduled_date="27 11 2026")
        book(cast, cast.ben, make_case(cast, cast.ben))
        with at(AFTERWARDS), cast.open(cast.amina) as session:
            mine = my_day(session).appointments
            assert mine is not None
            assert [line.day.day for line in mine.today] == [27]
            assert [line.id for line in mine.unsaid] == [row.id]
            appointments.record_outcome(session, row.id, {"outcome": "attended"}, version=1)
            assert appointment_list.list_my_appointments(session).unsaid == []


class TestTimeline:
    def test_tells_what_became_of_an_appointment(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        row = book(cast, cast.amina, case_id)
        with cast.open(cast.amina) as session:
            said = {
                "appointment_type": "advice",
                "advisor_id": str(cast.amina.user_id),
                "scheduled_date": "26 11 2026",
                "scheduled_time": "11:00",
            }
            appointments.move_appointment(session, row.id, said, version=1)
        with at(AFTERWARDS), cast.open(cast.amina) as session:
            came = {"outcome": "did_not_attend", "outcome_summary": "No answer."}
            appointments.record_outcome(session, row.id, came, version=2)
        with cast.open(cast.amina) as session:
            told = [(each.title, each.text) for each in read_timeline(session, case_id)]
        for each in (
            ("Appointment booked", "26 Nov 2026, 10:00"),
            ("Appointment moved", "To 11:00"),
            ("Appointment: did not attend", "No answer."),
        ):
            assert each in told
