"""Bookings, moves and cancellations at once: random times, lengths, advisors and rooms, no overlap.

Both roads are raced: the services, and plain SQL that asks no service. The night on which the
clocks go back is among the days. Overlaps are then sought in the table from local date and time
alone, not from the column that the constraints use.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from itertools import combinations, count
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from cma_app.access.actor import Actor
from cma_app.clock import at
from cma_app.errors import Conflict
from cma_app.rules.local_time import end_of, moment_at
from cma_app.services import appointments
from cma_app.services.appointment_slots import SlotTaken
from cma_app.services.next_actions import list_actions
from cma_app.services.rooms import add_room
from tests.people import Cast
from tests.services.money import make_case

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
DAYS = (date(2026, 10, 22), date(2026, 10, 23), date(2026, 10, 24), date(2026, 10, 25))
WORKERS, TURNS = 6, 60
DEADLOCK = "40P01"
_seeds = count(20261125)

INSERT = text(
    "INSERT INTO appointments (centre_id, case_id, client_id, advisor_id, room_id,"
    " appointment_type, scheduled_date, scheduled_time, duration_minutes)"
    " SELECT centre_id, id, client_id, :advisor, :room, 'advice', :day, :at, :minutes"
    " FROM cases WHERE id = :case RETURNING id"
)
MOVE = text(
    "UPDATE appointments SET advisor_id = :advisor, room_id = :room, scheduled_date = :day,"
    " scheduled_time = :at, duration_minutes = :minutes WHERE id = :id"
)


def overlaps(owner: Engine, centre: int) -> tuple[int, list[Any]]:
    """Return how many appointments stand, and the pairs that meet in an advisor or room."""
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, advisor_id, room_id, scheduled_date AS day, scheduled_time AS at,"
                " duration_minutes AS minutes FROM appointments WHERE centre_id = :c"
                " AND status IN ('scheduled', 'confirmed') AND deleted_at IS NULL"
            ),
            {"c": centre},
        ).all()
    spans = {
        row.id: (moment_at(row.day, row.at), end_of(row.day, row.at, row.minutes)) for row in rows
    }
    meeting = [
        (one.id, other.id)
        for one, other in combinations(rows, 2)
        if one.advisor_id == other.advisor_id or (one.room_id and one.room_id == other.room_id)
        if spans[one.id][0] < spans[other.id][1] and spans[other.id][0] < spans[one.id][1]
    ]
    return len(rows), meeting


class Centre:
    """A centre of two advisors, a manager and three rooms, who all book in one case."""

    def __init__(self, cast: Cast) -> None:
        self.people: list[Actor] = [cast.amina, cast.ben, cast.maria]
        self.cast, self.id = cast, cast.amina.centre_id
        self.case = make_case(cast, cast.amina)
        with cast.open(cast.maria) as session:
            self.rooms = [add_room(session, {"name": f"Room {n}"}).id for n in range(3)]

    def wish(self, dice: random.Random) -> dict[str, Any]:
        """Return any advisor, perhaps a room, any time of four days and any length."""
        day = dice.choice(DAYS)
        minutes = dice.randrange(0, 24 * 60, 5)
        return {
            "advisor": dice.choice(self.people).user_id,
            "room": dice.choice([None, *self.rooms]),
            "day": day,
            "at": time(*divmod(minutes, 60)),
            "minutes": dice.randint(5, 60),
        }


@pytest.fixture
def centre(cast: Cast) -> Centre:
    return Centre(cast)


def race(work: Any) -> list[Any]:
    """Run one worker per connection, each with dice of its own, and return what each says."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, [next(_seeds) for _ in range(WORKERS)]))


def test_services_never_book_twice(centre: Centre, owner: Engine) -> None:
    def work(seed: int) -> tuple[int, int]:
        dice, done, refused, mine = random.Random(seed), 0, 0, []
        who = centre.people[seed % 3]
        for _ in range(TURNS):
            wish = centre.wish(dice)
            said = {
                "appointment_type": "advice",
                "advisor_id": str(wish["advisor"]),
                "room_id": str(wish["room"] or ""),
                "scheduled_date": wish["day"].isoformat(),
                "scheduled_time": f"{wish['at']:%H:%M}",
                "duration_minutes": str(wish["minutes"]),
                "anyway": "on",
            }
            try:
                with at(NOW), centre.cast.open(who) as session:
                    if mine and dice.random() < 0.3:
                        row = dice.choice(mine)
                        moved = appointments.move_appointment(session, row[0], said, version=row[1])
                        mine[mine.index(row)] = (moved.id, moved.version)
                    elif mine and dice.random() < 0.1:
                        gone = mine.pop(dice.randrange(len(mine)))
                        why = {"cancelled_by": "client", "reason": "x"}
                        appointments.cancel_appointment(session, gone[0], why, version=gone[1])
                    else:
                        booked = appointments.book_appointment(session, centre.case, said)
                        mine.append((booked.id, booked.version))
                done += 1
            except SlotTaken as taken:
                assert taken.sentence
                refused += 1
        return done, refused

    told = race(work)
    standing, meeting = overlaps(owner, centre.id)
    assert meeting == []
    assert sum(done for done, _ in told) > 100
    assert sum(refused for _, refused in told) > 20, "nobody met anybody: this proves nothing"
    assert standing > 100


def test_the_database_alone_never_books_twice(centre: Centre, owner: Engine) -> None:
    def work(seed: int) -> tuple[int, int]:
        dice, done, refused, mine = random.Random(seed), 0, 0, []
        for _ in range(TURNS):
            wish = centre.wish(dice) | {"case": centre.case}
            try:
                with owner.begin() as connection:
                    if mine and dice.random() < 0.3:
                        connection.execute(MOVE, wish | {"id": dice.choice(mine)})
                    else:
                        mine.append(connection.execute(INSERT, wish).scalar_one())
                done += 1
            except IntegrityError as error:
                assert error.orig.diag.constraint_name in appointments.OVERLAPS  # type: ignore[union-attr]
                refused += 1
            except OperationalError as error:
                assert error.orig.sqlstate == DEADLOCK  # type: ignore[union-attr]
                refused += 1
        return done, refused

    told = race(work)
    standing, meeting = overlaps(owner, centre.id)
    assert meeting == []
    assert sum(refused for _, refused in told) > 20, "nobody met anybody: this proves nothing"
    assert standing > 100


def test_one_slot_for_many_is_one_persons(centre: Centre, owner: Engine) -> None:
    said = {
        "appointment_type": "advice",
        "advisor_id": str(centre.people[0].user_id),
        "scheduled_date": "22 10 2026",
        "scheduled_time": "10:00",
    }

    def work(seed: int) -> str:
        try:
            with at(NOW), centre.cast.open(centre.people[seed % 3]) as session:
                appointments.book_appointment(session, centre.case, said)
        except SlotTaken as taken:
            return taken.sentence
        except Conflict as other:
            return f"unexpected: {other.sentence}"
        return "booked"

    told = race(work)
    assert told.count("booked") == 1
    assert all(each == "booked" or "has Leanne Whitmore" in each for each in told)
    assert overlaps(owner, centre.id) == (1, [])


def test_two_outcomes_at_once_ask_the_manager_once(centre: Centre) -> None:
    day, who = date(2026, 10, 19), centre.people[0]
    said = {
        "appointment_type": "advice",
        "advisor_id": str(who.user_id),
        "scheduled_date": day.isoformat(),
        "duration_minutes": "30",
    }
    with at(datetime(2026, 10, 19, 7, tzinfo=UTC)), centre.cast.open(who) as session:
        rows = [
            appointments.book_appointment(session, centre.case, said | {"scheduled_time": clock}).id
            for clock in ("09:00", "10:00", "11:00", "12:00", "13:00", "14:00")
        ]
    waiting = list(rows)

    def work(_: int) -> None:
        with at(NOW), centre.cast.open(who) as session:
            missed = {"outcome": "did_not_attend"}
            appointments.record_outcome(session, waiting.pop(), missed, version=1)

    race(work)
    with centre.cast.open(who) as session:
        asked = [each.what for each in list_actions(session, centre.case)]
    assert len(asked) == 1
    assert asked[0].startswith("Missed ")
