"""Handing many cases on: each row says what becomes of it, and all of it can be taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, Refused
from cma_app.services.appointments import book_appointment
from cma_app.services.caseload_moves import (
    MOST_MOVED,
    Moved,
    MoveRow,
    Moves,
    move_cases,
    preview_moves,
    undo_moves,
)
from cma_app.services.recent_moves import moves_today, undo_recent
from tests.people import Cast
from tests.plant import plant_action, plant_case
from tests.services.test_handing_on import soon

pytestmark = pytest.mark.database


@pytest.fixture
def three(cast: Cast, owner: Engine) -> list[int]:
    """Two cases of Amina's and one of Tess's, all open."""
    return [
        plant_case(owner, cast.amina, last="Archer"),
        plant_case(owner, cast.amina, last="Baker"),
        plant_case(owner, cast.tess, last="Cooper"),
    ]


def looked(cast: Cast, cases: list[int], to: int) -> list[MoveRow]:
    with cast.open(cast.maria) as session:
        return preview_moves(session, cases, advisor_id=to, appointments=True)


def moved(cast: Cast, rows: list[MoveRow], to: int, **about: bool) -> Moves:
    seen = [(row.case_id, row.seen) for row in rows]
    with cast.open(cast.maria) as session:
        return move_cases(session, seen, advisor_id=to, **about)


def undone(cast: Cast, done: list[Moved]) -> list[MoveRow]:
    with cast.open(cast.maria) as session:
        return undo_moves(session, done)


def held(owner: Engine, table: str, column: str, ids: list[int]) -> list[int]:
    with owner.begin() as connection:
        found = connection.execute(
            text(f"SELECT {column} FROM {table} WHERE id = ANY (:ids) ORDER BY id"), {"ids": ids}
        )
        return list(found.scalars())


def holders(owner: Engine, cases: list[int]) -> list[int]:
    return held(owner, "cases", "advisor_id", cases)


def execute(owner: Engine, statement: str, **values: object) -> None:
    with owner.begin() as connection:
        connection.execute(text(statement), values)


class TestPreview:
    def test_says_of_each_case_what_would_become_of_it_and_changes_nothing(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        hidden = plant_case(owner, cast.amina, restricted=True)
        named = plant_case(owner, cast.amina, restricted=True, last="Dyer")
        execute(
            owner,
            "INSERT INTO file_access (centre_id, client_id, user_id)"
            " SELECT centre_id, client_id, :who FROM cases WHERE id = :case",
            who=cast.maria.user_id,
            case=named,
        )
        ended = plant_case(owner, cast.amina, status="closed")
        theirs = plant_case(owner, cast.colin)
        cases = [*three, hidden, named, ended, theirs]
        rows = looked(cast, cases, cast.tess.user_id)
        assert [row.case_id for row in rows] == cases
        assert [row.refusal for row in rows] == [
            "",
            "",
            "Tess Moore holds this case already.",
            "This case was not found. It may have been removed.",
            "This file is restricted. Name Tess Moore on it first.",
            "This case is closed.",
            "This case was not found. It may have been removed.",
        ]
        assert (rows[0].client, rows[0].holder) == ("Pat Archer", "Amina Khan")
        assert {row.client for row in (rows[3], rows[6])} == {""}
        assert holders(owner, three) == [cast.amina.user_id] * 2 + [cast.tess.user_id]

    def test_refuses_nobody_too_many_and_somebody_who_holds_none(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        for cases, to in (
            ([], cast.ben.user_id),
            (list(range(1, MOST_MOVED + 2)), cast.ben.user_id),
            (three, cast.root.user_id),
            (three, cast.colin.user_id),
        ):
            with pytest.raises(Invalid):
                looked(cast, cases, to)

    @pytest.mark.parametrize("role", ["admin", "advisor", "trainee"])
    def test_refuses_the_other_roles(self, cast: Cast, three: list[int], role: str) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            preview_moves(session, three, advisor_id=cast.ben.user_id)


class TestMove:
    def test_moves_what_may_be_moved_and_says_why_the_rest_stays(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        rows = looked(cast, three, cast.ben.user_id)
        execute(
            owner,
            "UPDATE cases SET advisor_id = :who WHERE id = :id",
            who=cast.maria.user_id,
            id=three[1],
        )
        action = plant_action(owner, cast.amina, three[0], "Ring", today())
        found = moved(cast, rows, cast.ben.user_id)
        assert [row.refusal for row in found.rows] == [
            "",
            "Somebody gave this case to Maria Silva first.",
            "",
        ]
        assert [each.case_id for each in found.done] == [three[0], three[2]]
        assert holders(owner, three) == [cast.ben.user_id, cast.maria.user_id, cast.ben.user_id]
        assert held(owner, "next_actions", "owner_id", [action]) == [cast.ben.user_id]

    def test_writes_one_line_of_the_log_for_each(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        moved(cast, looked(cast, three, cast.ben.user_id), cast.ben.user_id)
        with owner.begin() as connection:
            lines = connection.execute(
                text(
                    "SELECT record_id, user_id FROM audit_logs WHERE table_name = 'cases'"
                    " AND action LIKE '%case:assign%' AND record_id = ANY (:ids) ORDER BY 1"
                ),
                {"ids": three},
            ).all()
        assert [tuple(line) for line in lines] == [(each, cast.maria.user_id) for each in three]

    @pytest.mark.parametrize("role", ["admin", "advisor", "trainee"])
    def test_refuses_the_other_roles(
        self, cast: Cast, owner: Engine, three: list[int], role: str
    ) -> None:
        with pytest.raises(Refused), cast.open(cast.by_role(role)) as session:
            move_cases(session, [(three[0], cast.amina.user_id)], advisor_id=cast.ben.user_id)
        assert holders(owner, three)[0] == cast.amina.user_id

    def test_another_centres_manager_finds_none(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        with cast.open(cast.bea) as session:
            found = move_cases(
                session, [(three[0], cast.amina.user_id)], advisor_id=cast.colin.user_id
            )
        assert found.done == []
        assert "not found" in found.rows[0].refusal
        assert holders(owner, three)[0] == cast.amina.user_id


class TestUndo:
    def test_gives_back_all_with_what_went_along_and_nothing_else(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        theirs = plant_action(owner, cast.amina, three[0], "Ring", today())
        bens = plant_action(owner, cast.ben, three[0], "Check", today() + timedelta(days=1))
        with cast.open(cast.maria) as session:
            said = {
                "appointment_type": "review",
                "advisor_id": str(cast.amina.user_id),
                "scheduled_date": soon(3).isoformat(),
                "scheduled_time": "10:00",
                "anyway": "on",
            }
            visit = book_appointment(session, three[0], said).id
        rows = looked(cast, three, cast.ben.user_id)
        assert rows[0].appointments == 1
        found = moved(cast, rows, cast.ben.user_id, appointments=True)
        assert held(owner, "appointments", "advisor_id", [visit]) == [cast.ben.user_id]
        assert held(owner, "next_actions", "owner_id", [theirs, bens]) == [cast.ben.user_id] * 2
        back = undone(cast, found.done)
        assert [row.refusal for row in back] == ["", "", ""]
        assert holders(owner, three) == [cast.amina.user_id] * 2 + [cast.tess.user_id]
        assert held(owner, "appointments", "advisor_id", [visit]) == [cast.amina.user_id]
        assert held(owner, "next_actions", "owner_id", [theirs, bens]) == [
            cast.amina.user_id,
            cast.ben.user_id,
        ]

    def test_leaves_a_case_that_went_on_and_one_whose_holder_left(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        found = moved(cast, looked(cast, three, cast.ben.user_id), cast.ben.user_id)
        execute(
            owner,
            "UPDATE cases SET advisor_id = :who WHERE id = :id",
            who=cast.maria.user_id,
            id=three[0],
        )
        execute(owner, "UPDATE users SET is_active = false WHERE id = :id", id=cast.tess.user_id)
        back = undone(cast, found.done)
        assert [row.refusal for row in back] == [
            "Somebody gave this case to Maria Silva since.",
            "",
            "Tess Moore cannot hold cases any more.",
        ]
        assert holders(owner, three) == [
            cast.maria.user_id,
            cast.amina.user_id,
            cast.ben.user_id,
        ]

    def test_refuses_an_advisor_and_finds_nothing_from_another_centre(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        found = moved(cast, looked(cast, three, cast.ben.user_id), cast.ben.user_id)
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            undo_moves(session, found.done)
        with cast.open(cast.bea) as session:
            back = undo_moves(session, found.done)
        assert all("not found" in row.refusal for row in back)
        assert holders(owner, three) == [cast.ben.user_id] * 3


class TestLaterTheSameDay:
    """What was handed on is found in the log, wherever its page has gone."""

    def test_gives_back_what_stands_with_what_went_along(
        self, cast: Cast, owner: Engine, three: list[int]
    ) -> None:
        theirs = plant_action(owner, cast.amina, three[0], "Ring", today())
        bens = plant_action(owner, cast.ben, three[0], "Check", today() + timedelta(days=1))
        moved(cast, looked(cast, three, cast.ben.user_id), cast.ben.user_id)
        later = plant_action(owner, cast.ben, three[0], "Write", today())
        execute(
            owner,
            "UPDATE cases SET advisor_id = :who WHERE id = :id",
            who=cast.maria.user_id,
            id=three[1],
        )
        with cast.open(cast.maria) as session:
            found = {move.case_id: (move.before, move.after) for move in moves_today(session)}
        assert found == {
            three[0]: ("Amina Khan", "Ben Ellis"),
            three[2]: ("Tess Moore", "Ben Ellis"),
        }
        with cast.open(cast.maria) as session:
            back = undo_recent(session, three)
        assert [row.refusal for row in back] == ["", ""]
        assert holders(owner, three) == [
            cast.amina.user_id,
            cast.maria.user_id,
            cast.tess.user_id,
        ]
        assert held(owner, "next_actions", "owner_id", [theirs, bens, later]) == [
            cast.amina.user_id,
            *[cast.ben.user_id] * 2,
        ]
        with cast.open(cast.maria) as session:
            assert moves_today(session) == []
            with pytest.raises(Conflict, match="given back"):
                undo_recent(session, three)

    def test_is_ones_own_alone(self, cast: Cast, owner: Engine, three: list[int]) -> None:
        moved(cast, looked(cast, three, cast.ben.user_id), cast.ben.user_id)
        for who in (cast.amina, cast.tess, cast.root):
            with pytest.raises(Refused), cast.open(who) as session:
                undo_recent(session, three)
        with cast.open(cast.bea) as session:
            assert moves_today(session) == []
            with pytest.raises(Conflict):
                undo_recent(session, three)
        assert holders(owner, three) == [cast.ben.user_id] * 3
