"""Handing a case on: the appointments go along where the new holder can keep them."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.errors import Conflict, NotFound, Refused
from cma_app.rules.calendars import add_working_days
from cma_app.services.appointments import book_appointment
from cma_app.services.handing_on import hand_on
from models import Case
from tests.people import Cast
from tests.services.test_cases import make_case

pytestmark = pytest.mark.database


def soon(number: int) -> date:
    return add_working_days(today(), number, "england")


def book(cast: Cast, case_id: int, day: date, advisor: int) -> int:
    said = {
        "appointment_type": "review",
        "advisor_id": str(advisor),
        "scheduled_date": day.isoformat(),
        "scheduled_time": "10:00",
        "anyway": "on",
    }
    with cast.open(cast.maria) as session:
        return book_appointment(session, case_id, said).id


def advisors(owner: Engine, case_id: int) -> list[int]:
    with owner.begin() as connection:
        rows = connection.execute(
            text("SELECT advisor_id FROM appointments WHERE case_id = :c ORDER BY id"),
            {"c": case_id},
        )
        return list(rows.scalars())


def test_a_busy_new_holder_leaves_the_one_and_takes_the_other(cast: Cast, owner: Engine) -> None:
    case_id, other = make_case(cast, cast.amina), make_case(cast, cast.ben)
    for number in (3, 4):
        book(cast, case_id, soon(number), cast.amina.user_id)
    book(cast, other, soon(3), cast.ben.user_id)
    with cast.open(cast.maria) as session:
        handed = hand_on(session, case_id, advisor_id=cast.ben.user_id, moves=True)
        assert session.require(Case, case_id).advisor_id == cast.ben.user_id
    assert handed.moved == 1
    assert handed.stays == (f"{soon(3):%a %-d %b}, 10:00",)
    assert advisors(owner, case_id) == [cast.amina.user_id, cast.ben.user_id]


def test_without_being_asked_none_moves_and_each_is_named(cast: Cast, owner: Engine) -> None:
    case_id = make_case(cast, cast.amina)
    book(cast, case_id, soon(3), cast.amina.user_id)
    with cast.open(cast.maria) as session:
        handed = hand_on(session, case_id, advisor_id=cast.ben.user_id)
    assert (handed.moved, len(handed.stays)) == (0, 1)
    assert advisors(owner, case_id) == [cast.amina.user_id]


def test_anothers_appointment_in_the_case_stays_theirs(cast: Cast, owner: Engine) -> None:
    case_id = make_case(cast, cast.amina)
    book(cast, case_id, soon(3), cast.maria.user_id)
    with cast.open(cast.maria) as session:
        handed = hand_on(session, case_id, advisor_id=cast.ben.user_id, moves=True)
    assert (handed.moved, handed.stays) == (0, ())
    assert advisors(owner, case_id) == [cast.maria.user_id]


def test_who_may(cast: Cast, owner: Engine) -> None:
    case_id = make_case(cast, cast.amina)
    book(cast, case_id, soon(3), cast.amina.user_id)
    for who in (cast.amina, cast.ben, cast.tess, cast.bea, cast.root):
        with pytest.raises((Refused, NotFound)), cast.open(who) as session:
            hand_on(session, case_id, advisor_id=cast.ben.user_id, moves=True)
    with pytest.raises(Conflict), cast.open(cast.maria) as session:
        hand_on(session, case_id, advisor_id=cast.ben.user_id, seen=cast.tess.user_id, moves=True)
    assert advisors(owner, case_id) == [cast.amina.user_id]
