"""Appointments: who books when, what the database refuses, and what comes of them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cma_app.access.actor import Actor
from cma_app.clock import LONDON, at, local
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import appointments
from cma_app.services.appointment_slots import SlotTaken, find_free
from cma_app.services.availability import add_leave, record_week
from cma_app.services.next_actions import complete_action, list_actions
from cma_app.services.rooms import add_room, close_room
from models import Appointment, Room
from tests.people import Cast
from tests.services.money import audited, make_case

WEDNESDAY = date(2026, 11, 25)
MORNING = datetime.combine(WEDNESDAY, time(8), LONDON)


@pytest.fixture(autouse=True)
def morning() -> Any:
    """Make it a Wednesday, 08:00."""
    with at(MORNING):
        yield


def form(who: Actor, **over: str) -> dict[str, str]:
    """Return a booking as the screen sends it: an hour at ten on Thursday."""
    return {
        "appointment_type": "advice",
        "meeting_mode": "in_person",
        "advisor_id": str(who.user_id),
        "scheduled_date": "26 11 2026",
        "scheduled_time": "10:00",
        "duration_minutes": "60",
        **over,
    }


def book(cast: Cast, who: Actor, case_id: int, **over: str) -> Appointment:
    """Book as this person, with them unless another is named."""
    with cast.open(who) as session:
        return appointments.book_appointment(session, case_id, form(who, **over))


def make_room(cast: Cast, name: str = "Room 1") -> Room:
    with cast.open(cast.maria) as session:
        return add_room(session, {"name": name})


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def booked(cast: Cast, case_id: int) -> Appointment:
    return book(cast, cast.amina, case_id)


class TestBook:
    def test_keeps_local_time_and_its_slot_in_utc(self, cast: Cast, case_id: int) -> None:
        row = book(
            cast,
            cast.amina,
            case_id,
            scheduled_date="23 7 2027",
            preparation_notes="Bring the letters.",
        )
        assert (row.scheduled_date, row.scheduled_time) == (date(2027, 7, 23), time(10))
        assert row.slot.lower == datetime(2027, 7, 23, 9, tzinfo=UTC)
        assert row.slot.upper - row.slot.lower == timedelta(hours=1)
        assert (row.status, row.version) == ("scheduled", 1)

    def test_is_written_in_the_audit_log(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.amina) as session:
            rows = audited(session, "appointment:book", "appointments")
        assert [row.record_id for row in rows] == [booked.id]
        assert rows[0].case_id == booked.case_id

    def test_refuses_an_admin(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(NotFound), cast.open(cast.root) as session:
            appointments.book_appointment(session, case_id, form(cast.amina))

    def test_a_trainee_books_for_their_own_case_alone(self, cast: Cast, case_id: int) -> None:
        own = make_case(cast, cast.tess)
        assert book(cast, cast.tess, own).advisor_id == cast.tess.user_id
        with pytest.raises(NotFound):
            book(cast, cast.tess, case_id)

    def test_is_not_found_from_another_centre(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(NotFound):
            book(cast, cast.colin, case_id)

    def test_takes_nobody_of_another_centre(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as refused:
            book(cast, cast.amina, case_id, advisor_id=str(cast.colin.user_id))
        assert "advisor_id" in refused.value.fields

    def test_a_trainee_meets_only_whom_they_see(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as refused:
            book(cast, cast.maria, case_id, advisor_id=str(cast.tess.user_id))
        assert "assigned cases only" in refused.value.fields["advisor_id"]

    def test_a_restricted_file_is_for_those_it_names(
        self, cast: Cast, case_id: int, owner: Engine
    ) -> None:
        restrict(owner, cast.amina, case_id)
        with pytest.raises(Invalid) as refused:
            book(cast, cast.amina, case_id, advisor_id=str(cast.ben.user_id))
        assert "not named" in refused.value.fields["advisor_id"]
        assert book(cast, cast.amina, case_id).id

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"scheduled_date": "24 11 2026"}, "scheduled_date"),
            ({"scheduled_date": "31 2 2027"}, "scheduled_date"),
            ({"scheduled_date": "1 1 2031"}, "scheduled_date"),
            ({"scheduled_date": ""}, "scheduled_date"),
            ({"scheduled_time": "25:00"}, "scheduled_time"),
            ({"scheduled_time": ""}, "scheduled_time"),
            ({"duration_minutes": "-30"}, "duration_minutes"),
            ({"duration_minutes": "1e9"}, "duration_minutes"),
            ({"duration_minutes": "12,5"}, "duration_minutes"),
            ({"duration_minutes": "481"}, "duration_minutes"),
            ({"appointment_type": "dentist"}, "appointment_type"),
            ({"meeting_mode": "fax"}, "meeting_mode"),
            ({"meeting_mode": "outreach"}, "location"),
            ({"advisor_id": ""}, "advisor_id"),
            ({"advisor_id": "£7"}, "advisor_id"),
            ({"room_id": "999999999"}, "room_id"),
            ({"location": "x" * 256}, "location"),
            ({"preparation_notes": "x" * 10_001}, "preparation_notes"),
        ],
    )
    def test_says_beside_each_field_what_is_wrong(
        self, cast: Cast, case_id: int, over: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            book(cast, cast.amina, case_id, **over)
        assert field in refused.value.fields

    def test_takes_no_closed_room(self, cast: Cast, case_id: int) -> None:
        room = make_room(cast)
        with cast.open(cast.maria) as session:
            close_room(session, room.id)
        with pytest.raises(Invalid) as refused:
            book(cast, cast.amina, case_id, room_id=str(room.id))
        assert "room_id" in refused.value.fields

    def test_refuses_a_case_that_has_ended(self, cast: Cast, case_id: int, owner: Engine) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE cases SET status = 'closed' WHERE id = :c"), {"c": case_id}
            )
        with pytest.raises(Conflict, match="has ended"):
            book(cast, cast.amina, case_id)


class TestWorkingHours:
    def test_outside_them_it_is_asked_for_twice(self, cast: Cast, case_id: int) -> None:
        late = {"scheduled_time": "16:30"}
        with pytest.raises(Invalid) as asked:
            book(cast, cast.amina, case_id, **late)
        assert "09:00 to 17:00" in asked.value.fields["anyway"]
        assert book(cast, cast.amina, case_id, **late, anyway="on").scheduled_time == time(16, 30)

    def test_are_a_persons_own(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            hours = {"valid_from": "26 11 2026", "thursday": "10-14, 6pm to 8pm"}
            record_week(session, cast.amina.user_id, hours)
        assert book(cast, cast.amina, case_id, scheduled_time="18:30").id
        with pytest.raises(Invalid) as asked:
            book(cast, cast.amina, case_id, scheduled_time="14:00")
        assert "10:00 to 14:00, 18:00 to 20:00" in asked.value.fields["anyway"]
        with pytest.raises(Invalid) as asked:
            book(cast, cast.amina, case_id, scheduled_date="27 11 2026")
        assert "does not work on a Friday" in asked.value.fields["anyway"]

    def test_a_bank_holiday_is_the_nations_own(
        self, cast: Cast, case_id: int, owner: Engine
    ) -> None:
        on = {"scheduled_date": "30 11 2026"}  # St Andrew's Day
        assert book(cast, cast.amina, case_id, **on).id
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET nation = 'scotland' WHERE id = :c"),
                {"c": cast.amina.centre_id},
            )
        with pytest.raises(Invalid) as asked:
            book(cast, cast.ben, case_id, **on)
        assert "bank holiday in Scotland" in asked.value.fields["anyway"]

    def test_nobody_is_booked_on_leave(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            add_leave(session, cast.amina.user_id, {"first_day": "26 11 2026"})
        with pytest.raises(Invalid) as refused:
            book(cast, cast.amina, case_id, anyway="on")
        assert "on leave" in refused.value.fields["scheduled_date"]


class TestClockChange:
    def test_a_skipped_time_is_refused_with_a_sentence(self, cast: Cast, case_id: int) -> None:
        with at(datetime(2026, 3, 27, 9, tzinfo=UTC)), pytest.raises(Invalid) as refused:
            book(
                cast, cast.amina, case_id,
                scheduled_date="29 3 2026", scheduled_time="01:30", anyway="on",
            )  # fmt: skip
        assert "no 01:30 that day" in refused.value.fields["scheduled_time"]

    def test_a_skipped_time_is_refused_by_the_database_too(
        self, owner: Engine, booked: Appointment
    ) -> None:
        with (
            pytest.raises(IntegrityError, match="ck_appointments_time_exists"),
            owner.begin() as connection,
        ):
            connection.execute(
                text(
                    "UPDATE appointments SET scheduled_date = '2026-03-29',"
                    " scheduled_time = '01:30' WHERE id = :id"
                ),
                {"id": booked.id},
            )

    def test_the_slot_is_worked_out_without_a_search_path_as_a_restore_does(
        self, owner: Engine, booked: Appointment
    ) -> None:
        with owner.begin() as connection:
            connection.execute(text("SET LOCAL search_path = ''"))
            starts = connection.execute(
                text(
                    "UPDATE public.appointments SET scheduled_time = '11:00' WHERE id = :id"
                    " RETURNING lower(slot)"
                ),
                {"id": booked.id},
            ).scalar_one()
        assert starts == datetime(2026, 11, 26, 11, tzinfo=UTC)

    def test_of_a_time_that_comes_twice_it_is_the_first(self, cast: Cast, case_id: int) -> None:
        with at(datetime(2026, 10, 23, 9, tzinfo=UTC)):
            row = book(
                cast, cast.amina, case_id,
                scheduled_date="25 10 2026", scheduled_time="01:30", anyway="on",
            )  # fmt: skip
        assert row.slot.lower == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_an_appointment_over_the_change_lasts_its_real_minutes(
        self, cast: Cast, case_id: int
    ) -> None:
        """From 01:30, first time, 120 minutes end at 02:30 UTC: 02:00 is taken, 02:30 is free."""
        night = {"scheduled_date": "25 10 2026", "anyway": "on"}
        with at(datetime(2026, 10, 23, 9, tzinfo=UTC)):
            book(cast, cast.amina, case_id, scheduled_time="01:30", duration_minutes="120", **night)
            with pytest.raises(SlotTaken):
                book(cast, cast.amina, case_id, scheduled_time="02:00", **night)
            assert book(cast, cast.amina, case_id, scheduled_time="02:30", **night).id


class TestTaken:
    def test_says_who_is_there_and_the_next_three_free_times(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        with pytest.raises(SlotTaken) as refused:
            book(cast, cast.amina, case_id, scheduled_time="10:30")
        assert refused.value.sentence.startswith("Amina Khan has Leanne Whitmore (")
        assert "from 10:00 to 11:00" in refused.value.sentence
        assert [(free.day, free.at) for free in refused.value.free] == [
            (date(2026, 11, 26), time(9)),
            (date(2026, 11, 26), time(11)),
            (date(2026, 11, 26), time(12)),
        ]

    def test_what_only_touches_is_free(self, cast: Cast, booked: Appointment, case_id: int) -> None:
        assert book(cast, cast.amina, case_id, scheduled_time="11:00").id
        assert book(cast, cast.amina, case_id, scheduled_time="09:00").id

    def test_a_room_is_taken_by_whoever_is_in_it(self, cast: Cast, case_id: int) -> None:
        room = str(make_room(cast).id)
        book(cast, cast.amina, case_id, room_id=room)
        other = make_case(cast, cast.ben)
        with pytest.raises(SlotTaken) as refused:
            book(cast, cast.ben, other, room_id=room)
        assert refused.value.sentence.startswith("Room 1 is taken from 10:00 to 11:00 by Amina")
        assert (refused.value.free[0].day, refused.value.free[0].at) == (
            date(2026, 11, 26),
            time(9),
        )
        assert book(cast, cast.ben, other).room_id is None

    def test_a_trainee_reads_that_it_is_taken_and_no_more(
        self, cast: Cast, booked: Appointment
    ) -> None:
        own = make_case(cast, cast.tess)
        with pytest.raises(SlotTaken) as refused:
            book(cast, cast.tess, own, advisor_id=str(cast.amina.user_id))
        assert refused.value.sentence == "Amina Khan is taken from 10:00 to 11:00."

    def test_a_restricted_file_is_taken_and_no_more(
        self, cast: Cast, case_id: int, owner: Engine
    ) -> None:
        restrict(owner, cast.amina, case_id)
        room = str(make_room(cast).id)
        book(cast, cast.amina, case_id, room_id=room)
        other = make_case(cast, cast.ben)
        with pytest.raises(SlotTaken) as refused:
            book(cast, cast.ben, other, room_id=room)
        assert refused.value.sentence == "Room 1 is taken from 10:00 to 11:00."

    def test_the_database_refuses_without_the_service(
        self, owner: Engine, booked: Appointment
    ) -> None:
        with (
            pytest.raises(IntegrityError, match="ex_appointments_advisor_slot"),
            owner.begin() as connection,
        ):
            connection.execute(
                text(
                    "INSERT INTO appointments (centre_id, case_id, client_id, advisor_id,"
                    " appointment_type, scheduled_date, scheduled_time) SELECT centre_id, case_id,"
                    " client_id, advisor_id, 'advice', scheduled_date, '10:59'"
                    " FROM appointments WHERE id = :id"
                ),
                {"id": booked.id},
            )

    def test_offers_skip_leave_holidays_and_the_past(self, cast: Cast, case_id: int) -> None:
        christmas_eve = datetime(2026, 12, 24, 15, 20, tzinfo=UTC)
        with at(christmas_eve), cast.open(cast.amina) as session:
            add_leave(session, cast.amina.user_id, {"first_day": "29 12 2026"})
            free = find_free(session, advisor_id=cast.amina.user_id, minutes=60)
        assert [(each.day, each.at) for each in free] == [
            (date(2026, 12, 24), time(15, 30)),
            (date(2026, 12, 30), time(9)),
            (date(2026, 12, 30), time(10)),
        ]


class TestMove:
    def test_moves_and_is_no_longer_confirmed(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.amina) as session:
            row = appointments.confirm_appointment(session, booked.id, version=1)
            assert row.status == "confirmed"
            row = appointments.move_appointment(
                session, booked.id, form(cast.amina, scheduled_time="10:30"), version=2
            )
        assert (row.scheduled_time, row.status) == (time(10, 30), "scheduled")
        assert local(row.slot.lower).time() == time(10, 30)

    def test_keeps_a_confirmation_when_the_time_stays(
        self, cast: Cast, booked: Appointment
    ) -> None:
        with cast.open(cast.amina) as session:
            appointments.confirm_appointment(session, booked.id, version=1)
            said = form(cast.amina, preparation_notes="Letters")
            row = appointments.move_appointment(session, booked.id, said, version=2)
        assert (row.preparation_notes, row.status) == ("Letters", "confirmed")

    def test_asks_about_hours_again_only_when_the_time_changes(
        self, cast: Cast, case_id: int
    ) -> None:
        evening = {"scheduled_time": "18:00"}
        row = book(cast, cast.amina, case_id, **evening, anyway="on")
        with cast.open(cast.amina) as session:
            said = form(cast.amina, **evening, preparation_notes="By the side door")
            appointments.move_appointment(session, row.id, said, version=1)
        with pytest.raises(Invalid) as asked, cast.open(cast.amina) as session:
            said = form(cast.amina, **evening, duration_minutes="90")
            appointments.move_appointment(session, row.id, said, version=2)
        assert "anyway" in asked.value.fields

    def test_onto_a_taken_time_changes_nothing(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        later = book(cast, cast.amina, case_id, scheduled_time="14:00")
        with pytest.raises(SlotTaken), cast.open(cast.amina) as session:
            appointments.move_appointment(session, later.id, form(cast.amina), version=1)
        with cast.open(cast.amina) as session:
            assert session.require(Appointment, later.id).scheduled_time == time(14)

    def test_shows_what_somebody_else_stored(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.ben) as session:
            said = form(cast.amina, scheduled_time="15:00")
            appointments.move_appointment(session, booked.id, said, version=1)
        with pytest.raises(Conflict) as met, cast.open(cast.amina) as session:
            appointments.move_appointment(session, booked.id, form(cast.amina), version=1)
        assert met.value.theirs["scheduled_time"] == "15:00"

    def test_is_not_found_for_strangers(self, cast: Cast, booked: Appointment) -> None:
        for who in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(who) as session:
                appointments.move_appointment(session, booked.id, form(cast.amina), version=1)


class TestCancel:
    def test_says_by_whom_and_frees_the_time(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        said = {"cancelled_by": "client", "reason": "Ill today"}
        with cast.open(cast.amina) as session:
            row = appointments.cancel_appointment(session, booked.id, said, version=1)
            assert (row.status, row.cancelled_by) == ("cancelled", "client")
        assert book(cast, cast.amina, case_id).id
        with cast.open(cast.amina) as session:
            logged = audited(session, "appointment:cancel", "appointments")
        assert logged[0].new_values["cancel_reason"] == "Ill today"

    def test_needs_who_and_why(self, cast: Cast, booked: Appointment) -> None:
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            appointments.cancel_appointment(session, booked.id, {"cancelled_by": "dog"}, version=1)
        assert set(refused.value.fields) == {"cancelled_by", "reason"}
        with pytest.raises(Invalid, match="who cancelled"), cast.open(cast.amina) as session:
            appointments.cancel_appointment(session, booked.id, {"reason": "Ill"}, version=1)

    def test_is_done_once(self, cast: Cast, booked: Appointment) -> None:
        said = {"cancelled_by": "centre", "reason": "Fire alarm"}
        with cast.open(cast.amina) as session:
            appointments.cancel_appointment(session, booked.id, said, version=1)
        with pytest.raises(Conflict, match="no longer stands"), cast.open(cast.ben) as session:
            appointments.cancel_appointment(session, booked.id, said, version=2)

    def test_is_not_found_for_strangers(self, cast: Cast, booked: Appointment) -> None:
        said = {"cancelled_by": "centre", "reason": "Fire alarm"}
        for who in (cast.colin, cast.tess, cast.root):
            with pytest.raises(NotFound), cast.open(who) as session:
                appointments.cancel_appointment(session, booked.id, said, version=1)


AFTERWARDS = datetime(2026, 11, 26, 12, tzinfo=UTC)


def missed(cast: Cast, case_id: int, day: str, when: datetime) -> Appointment:
    """Book an appointment and record, later, that nobody came."""
    row = book(cast, cast.amina, case_id, scheduled_date=day)
    with at(when), cast.open(cast.amina) as session:
        said = {"outcome": "did_not_attend"}
        return appointments.record_outcome(session, row.id, said, version=1)


class TestOutcome:
    def test_a_follow_up_becomes_a_task_with_a_date(
        self, cast: Cast, booked: Appointment, case_id: int
    ) -> None:
        said = {
            "outcome": "late",
            "outcome_summary": "Twenty minutes late; all letters read.",
            "follow_up": "Ring the landlord",
            "follow_up_date": "1 12 2026",
        }
        with at(AFTERWARDS), cast.open(cast.amina) as session:
            row = appointments.record_outcome(session, booked.id, said, version=1)
            assert (row.status, row.follow_up_required) == ("late", True)
            tasks = [(each.what, each.due_date) for each in list_actions(session, case_id)]
            assert tasks == [("Ring the landlord", date(2026, 12, 1))]
            appointments.record_outcome(session, booked.id, said, version=row.version)
            assert len(list_actions(session, case_id)) == 1

    @pytest.mark.parametrize("outcome", [{}, {"outcome": ""}, {"outcome": "cancelled"}])
    def test_says_that_an_outcome_is_one_of_three(
        self, cast: Cast, booked: Appointment, outcome: dict[str, str]
    ) -> None:
        with at(AFTERWARDS), pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            appointments.record_outcome(session, booked.id, outcome, version=1)
        assert "outcome" in refused.value.fields

    def test_a_follow_up_needs_its_day(self, cast: Cast, booked: Appointment) -> None:
        with at(AFTERWARDS), pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            said = {"outcome": "attended", "follow_up": "Ring"}
            appointments.record_outcome(session, booked.id, said, version=1)
        assert "follow_up_date" in refused.value.fields

    def test_nothing_comes_of_what_has_not_begun(self, cast: Cast, booked: Appointment) -> None:
        with pytest.raises(Conflict, match="not begun"), cast.open(cast.amina) as session:
            said = {"outcome": "attended"}
            appointments.record_outcome(session, booked.id, said, version=1)

    def test_nothing_comes_of_what_was_cancelled(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.amina) as session:
            said = {"cancelled_by": "client", "reason": "Ill"}
            appointments.cancel_appointment(session, booked.id, said, version=1)
        with at(AFTERWARDS), pytest.raises(Conflict), cast.open(cast.amina) as session:
            appointments.record_outcome(session, booked.id, {"outcome": "attended"}, version=2)

    def test_one_missed_asks_nobody(self, cast: Cast, case_id: int) -> None:
        missed(cast, case_id, "26 11 2026", AFTERWARDS)
        with cast.open(cast.amina) as session:
            assert list_actions(session, case_id) == []

    def test_two_missed_ask_the_manager_once(self, cast: Cast, case_id: int) -> None:
        missed(cast, case_id, "26 11 2026", AFTERWARDS)
        friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
        second = missed(cast, case_id, "27 11 2026", friday)
        with at(friday), cast.open(cast.maria) as session:
            (asked,) = list_actions(session, case_id)
            assert asked.owner_id == cast.maria.user_id
            assert asked.what == "Missed twice: decide whether the case stays open"
            assert asked.due_date == date(2026, 11, 30)
            said = {"outcome": "did_not_attend", "outcome_summary": "Rang: no answer."}
            appointments.record_outcome(session, second.id, said, version=second.version)
            assert len(list_actions(session, case_id)) == 1
            complete_action(session, asked.id)
        missed(cast, case_id, "30 11 2026", datetime(2026, 11, 30, 12, tzinfo=UTC))
        with cast.open(cast.maria) as session:
            assert [row.what[:14] for row in list_actions(session, case_id)] == ["Missed 3 times"]

    def test_a_mistake_is_put_right_and_the_question_goes(self, cast: Cast, case_id: int) -> None:
        missed(cast, case_id, "26 11 2026", AFTERWARDS)
        friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
        second = missed(cast, case_id, "27 11 2026", friday)
        with at(friday), cast.open(cast.amina) as session:
            said = {"outcome": "attended"}
            appointments.record_outcome(session, second.id, said, version=second.version)
            assert list_actions(session, case_id) == []

    def test_a_trainees_missed_ones_ask_the_manager_too(self, cast: Cast) -> None:
        own = make_case(cast, cast.tess)
        for day, when in (("26 11 2026", 26), ("27 11 2026", 27)):
            row = book(cast, cast.tess, own, scheduled_date=day)
            with at(datetime(2026, 11, when, 12, tzinfo=UTC)), cast.open(cast.tess) as session:
                appointments.record_outcome(
                    session, row.id, {"outcome": "did_not_attend"}, version=1
                )
        with cast.open(cast.maria) as session:
            assert [row.owner_id for row in list_actions(session, own)] == [cast.maria.user_id]

    def test_is_not_found_for_strangers(self, cast: Cast, booked: Appointment) -> None:
        for who in (cast.colin, cast.tess, cast.root):
            with at(AFTERWARDS), pytest.raises(NotFound), cast.open(who) as session:
                appointments.record_outcome(session, booked.id, {"outcome": "late"}, version=1)


class TestNote:
    def test_is_kept_and_logged(self, cast: Cast, booked: Appointment) -> None:
        with cast.open(cast.ben) as session:
            note = appointments.add_note(session, booked.id, {"body": " Needs the lift. "})
            assert note.body == "Needs the lift."
            assert audited(session, "appointment:note", "appointment_notes")[0].record_id == note.id

    def test_needs_words(self, cast: Cast, booked: Appointment) -> None:
        for body in (" ", "x" * 10_001):
            with pytest.raises(Invalid), cast.open(cast.ben) as session:
                appointments.add_note(session, booked.id, {"body": body})

    def test_is_not_found_for_strangers(self, cast: Cast, booked: Appointment) -> None:
        for who in (cast.colin, cast.tess, cast.root):
            with pytest.raises(NotFound), cast.open(who) as session:
                appointments.add_note(session, booked.id, {"body": "x"})


def restrict(owner: Engine, who: Actor, case_id: int) -> None:
    """Restrict a case's file to one person."""
    with owner.begin() as connection:
        client = connection.execute(
            text(
                "UPDATE clients SET is_restricted = true FROM cases k"
                " WHERE k.id = :k AND k.client_id = clients.id RETURNING clients.id"
            ),
            {"k": case_id},
        ).scalar_one()
        connection.execute(
            text("INSERT INTO file_access (centre_id, client_id, user_id) VALUES (:c, :k, :u)"),
            {"c": who.centre_id, "k": client, "u": who.user_id},
        )


def test_an_admin_may_nothing_here(cast: Cast) -> None:
    with pytest.raises(Refused), cast.open(cast.root) as session:
        find_free(session, advisor_id=cast.amina.user_id, minutes=60)
