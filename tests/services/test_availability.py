"""Weekly hours, leave and rooms: who keeps them, and what they refuse."""

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest

from cma_app.clock import LONDON, at
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import rooms
from cma_app.services.appointments import book_appointment
from cma_app.services.availability import (
    add_leave,
    read_availability,
    read_diary,
    record_week,
    remove_leave,
)
from tests.people import Cast
from tests.services.money import audited, make_case

NINE = {"valid_from": "25 11 2026", "monday": "9-12", "tuesday": "13-17"}


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """Make it Wednesday 25 November 2026, 08:00."""
    with at(datetime.combine(date(2026, 11, 25), time(8), LONDON)):
        yield


class TestWeek:
    def test_an_advisor_records_their_own(self, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            record_week(session, cast.amina.user_id, NINE)
            shown = read_availability(session, cast.amina.user_id)
            assert shown.week.days[:3] == ("09:00 to 12:00", "13:00 to 17:00", "")
            assert audited(session, "availability:record", "working_weeks")

    def test_nobodys_is_the_usual_one(self, cast: Cast) -> None:
        with cast.open(cast.ben) as session:
            shown = read_availability(session, cast.amina.user_id)
        assert (shown.week.id, shown.week.days[4:6]) == (0, ("09:00 to 17:00", ""))
        assert not shown.may_record

    def test_a_manager_records_everybodys(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            for person in (cast.maria, cast.amina, cast.tess):
                record_week(session, person.user_id, NINE)
                assert read_availability(session, person.user_id).may_record

    def test_refuses_a_colleague_a_trainee_and_an_admin(self, cast: Cast) -> None:
        for who, whose in ((cast.ben, cast.amina), (cast.tess, cast.tess), (cast.root, cast.amina)):
            with pytest.raises(Refused), cast.open(who) as session:
                record_week(session, whose.user_id, NINE)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            record_week(session, cast.amina.user_id, NINE)
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            read_availability(session, cast.amina.user_id)

    def test_holds_from_its_day_on_and_keeps_what_was(self, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            record_week(session, cast.amina.user_id, NINE)
            later = {"valid_from": "7 12 2026", "monday": "14-18"}
            record_week(session, cast.amina.user_id, later)
            diary = read_diary(
                session, [cast.amina.user_id], date(2026, 11, 25), date(2026, 12, 31)
            )
            planned = read_availability(session, cast.amina.user_id).planned
        hours = [diary.hours(cast.amina.user_id, date(2026, *day)) for day in ((11, 30), (12, 7))]
        assert hours == [[(time(9), time(12))], [(time(14), time(18))]]
        assert diary.hours(cast.amina.user_id, date(2026, 12, 8)) == []
        assert [week.valid_from for week in planned] == [date(2026, 12, 7)]

    def test_shows_what_somebody_else_recorded(self, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            record_week(session, cast.amina.user_id, NINE)
        with pytest.raises(Conflict) as met, cast.open(cast.maria) as session:
            record_week(session, cast.amina.user_id, {**NINE, "monday": ""})
        assert met.value.theirs["monday"] == "09:00 to 12:00"
        assert met.value.theirs["sunday"] == "Off"
        with cast.open(cast.maria) as session:
            week = read_availability(session, cast.amina.user_id).week
            seen = (week.id, week.version)
            record_week(session, cast.amina.user_id, {**NINE, "monday": ""}, seen=seen)
            assert read_availability(session, cast.amina.user_id).week.days[0] == ""

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"valid_from": ""}, "valid_from"),
            ({"valid_from": "24 11 2026"}, "valid_from"),
            ({"valid_from": "1 1 2031"}, "valid_from"),
            ({"monday": "nine to five"}, "monday"),
            ({"sunday": "17-9"}, "sunday"),
            ({"friday": "x" * 10_000}, "friday"),
        ],
    )
    def test_says_beside_each_field_what_is_wrong(
        self, cast: Cast, over: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            record_week(session, cast.amina.user_id, NINE | over)
        assert field in refused.value.fields


class TestLeave:
    def test_counts_the_appointments_that_have_to_move(self, cast: Cast) -> None:
        booking = {
            "appointment_type": "advice",
            "advisor_id": str(cast.amina.user_id),
            "scheduled_date": "26 11 2026",
            "scheduled_time": "10:00",
        }
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            book_appointment(session, case_id, booking)
            days = {"first_day": "26 11 2026", "last_day": "27 11 2026"}
            leave, standing = add_leave(session, cast.amina.user_id, days)
            assert (leave.last_day, standing) == (date(2026, 11, 27), 1)
            assert [row.id for row in read_availability(session, cast.amina.user_id).leave] == [
                leave.id
            ]

    def test_is_taken_off_again(self, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            leave, _ = add_leave(session, cast.amina.user_id, {"first_day": "26 11 2026"})
            remove_leave(session, leave.id)
            assert read_availability(session, cast.amina.user_id).leave == []
            diary = read_diary(
                session, [cast.amina.user_id], date(2026, 11, 26), date(2026, 11, 26)
            )
            assert not diary.is_away(cast.amina.user_id, date(2026, 11, 26))

    @pytest.mark.parametrize(
        ("days", "field"),
        [
            ({"first_day": ""}, "first_day"),
            ({"first_day": "31 2 2027"}, "first_day"),
            ({"first_day": "20 11 2026"}, "first_day"),
            ({"first_day": "2 12 2026", "last_day": "1 12 2026"}, "last_day"),
            ({"first_day": "2 12 2026", "last_day": "1 12 2036"}, "last_day"),
        ],
    )
    def test_says_what_is_wrong(self, cast: Cast, days: dict[str, str], field: str) -> None:
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            add_leave(session, cast.amina.user_id, days)
        assert field in refused.value.fields

    def test_is_recorded_once(self, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            add_leave(
                session, cast.amina.user_id, {"first_day": "1 12 2026", "last_day": "4 12 2026"}
            )
        with (
            pytest.raises(Invalid, match="Leave from 1 Dec 2026"),
            cast.open(cast.maria) as session,
        ):
            add_leave(session, cast.amina.user_id, {"first_day": "4 12 2026"})

    def test_refuses_a_colleague_and_another_centre(self, cast: Cast) -> None:
        day = {"first_day": "1 12 2026"}
        with cast.open(cast.amina) as session:
            leave, _ = add_leave(session, cast.amina.user_id, day)
        with pytest.raises(Refused), cast.open(cast.ben) as session:
            add_leave(session, cast.amina.user_id, day)
        with pytest.raises(Refused), cast.open(cast.ben) as session:
            remove_leave(session, leave.id)
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            remove_leave(session, leave.id)


class TestRooms:
    def test_a_manager_keeps_them(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            room = rooms.add_room(session, {"name": " Room 2 "})
            rooms.add_room(session, {"name": "Annexe"})
            rooms.rename_room(session, room.id, {"name": "room 2"}, seen=1)
            rooms.close_room(session, room.id)
            shown = [(each.name, each.is_open) for each in rooms.list_rooms(session)]
            assert shown == [("Annexe", True), ("room 2", False)]
            rooms.open_room(session, room.id)
            assert audited(session, "room:keep", "rooms")

    def test_refuses_everybody_else(self, cast: Cast) -> None:
        for who in (cast.amina, cast.tess, cast.root):
            with pytest.raises(Refused), cast.open(who) as session:
                rooms.add_room(session, {"name": "Mine"})

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            room = rooms.add_room(session, {"name": "Room 1"})
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            rooms.close_room(session, room.id)
        with cast.open(cast.bea) as session:
            assert rooms.list_rooms(session) == []

    def test_takes_a_name_once(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            rooms.add_room(session, {"name": "Room 1"})
        for name in ("ROOM 1", "", "x" * 101):
            with pytest.raises(Invalid) as refused, cast.open(cast.maria) as session:
                rooms.add_room(session, {"name": name})
            assert "name" in refused.value.fields

    def test_shows_what_somebody_else_stored(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            room = rooms.add_room(session, {"name": "Room 1"})
            rooms.rename_room(session, room.id, {"name": "Blue room"}, seen=1)
        with pytest.raises(Conflict) as met, cast.open(cast.maria) as session:
            rooms.rename_room(session, room.id, {"name": "Red room"}, seen=1)
        assert met.value.theirs == {"name": "Blue room"}
