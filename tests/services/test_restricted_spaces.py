"""The breathing space of a restricted person: for who is not named, it is nowhere."""

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.services.breathing_space_debts import decide_debt
from cma_app.services.breathing_space_list import read_spaces
from cma_app.services.breathing_space_protection import held_creditors, protections
from cma_app.services.caseload import board
from cma_app.services.home import my_day
from cma_app.services.legal_dates import list_legal_dates
from cma_app.services.next_actions import complete_action, list_actions
from cma_app.services.restricted_files import restrict_file
from cma_app.services.separation import separate_people
from cma_app.services.timeline import read_space_history, read_timeline
from tests.people import Cast
from tests.services.money import make_case
from tests.services.test_breathing_space import CRISIS, joined, owe, record

TABLES = ("breathing_spaces", "breathing_space_debts")


@pytest.fixture
def case_id(cast: Cast) -> int:
    """Ben's case whose second person, of a restricted file, is in a mental health crisis."""
    found = make_case(cast, cast.ben)
    partner = joined(cast, found)
    owe(cast, found, "credit_card", "Theirs", owed_by="partner")
    record(cast, found, **CRISIS, client_id=str(partner))
    with cast.open(cast.maria) as session:
        restrict_file(session, partner, [cast.amina.user_id])
    return found


@pytest.fixture
def left(owner: Engine, case_id: int) -> int:
    """That case after the person left it, with the breathing space still standing on it."""
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE case_people SET left_on = current_date WHERE case_id = :case"),
            {"case": case_id},
        )
    return case_id


def rows(cast: Cast, who: Actor, table: str, case_id: int) -> int:
    with cast.open(who) as session:
        wanted = text(f"SELECT count(*) FROM {table} WHERE case_id = :case")
        return session.execute(wanted, {"case": case_id}).scalar_one()


@pytest.mark.parametrize("table", TABLES)
class TestRawSql:
    def test_finds_it_for_the_named_alone(self, cast: Cast, left: int, table: str) -> None:
        assert rows(cast, cast.amina, table, left) == 1
        assert rows(cast, cast.ben, table, left) == 0

    def test_finds_none_once_they_were_separated(
        self, cast: Cast, case_id: int, table: str
    ) -> None:
        with cast.open(cast.maria) as session:
            separate_people(session, case_id, opens_case=False)
        assert rows(cast, cast.amina, table, case_id) == 1
        assert rows(cast, cast.ben, table, case_id) == 0

    def test_changes_none(self, cast: Cast, left: int, table: str) -> None:
        for who, number in ((cast.ben, 0), (cast.amina, 1)):
            with cast.open(who) as session:
                changed = session.execute(
                    text(f"UPDATE {table} SET case_id = case_id WHERE case_id = :case"),
                    {"case": left},
                )
                assert changed.rowcount == number  # type: ignore[attr-defined]


class TestPages:
    def test_the_dates_tab_tells_nothing(self, cast: Cast, left: int) -> None:
        with cast.open(cast.ben) as session:
            assert read_spaces(session, left).spaces == []
            assert list_legal_dates(session, left) == []
            assert held_creditors(session, left) == {}

    def test_the_board_and_the_bar_tell_nothing(self, cast: Cast, left: int, owner: Engine) -> None:
        with cast.open(cast.maria) as session:
            assert protections(session, [left])
        with owner.begin() as connection:
            connection.execute(
                text("DELETE FROM file_access WHERE user_id = :user"), {"user": cast.maria.user_id}
            )
        with cast.open(cast.maria) as session:
            (card,) = [each for each in board(session).cards if each.id == left]
            assert (card.legal, card.protection) == (None, None)
            assert protections(session, [left]) == {}

    def test_the_first_page_tells_nothing(self, cast: Cast, left: int) -> None:
        with cast.open(cast.ben) as session:
            assert my_day(session).legal_dates.total == 0

    def test_the_timeline_tells_nothing_of_it_nor_of_what_was_done(
        self, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.maria) as session:
            for each in list_actions(session, case_id):
                complete_action(session, each.id)
            (space,) = read_spaces(session, case_id).spaces
            debt, said = space.debts[0], {"is_in": "no", "reason": "Not hers"}
            decide_debt(session, space.row.id, debt.debt_id, said, version=debt.version)
            assert [e for e in read_space_history(session, case_id) if "Not hers" in e.text]
            separate_people(session, case_id, opens_case=False)
        with cast.open(cast.ben) as session:
            assert read_space_history(session, case_id) == []
            told = [f"{each.title} {each.text}" for each in read_timeline(session, case_id)]
        assert [each for each in told if "reathing" in each or "Not hers" in each] == []

    def test_what_is_to_do_names_neither_the_person_nor_their_contact(
        self, cast: Cast, left: int
    ) -> None:
        with cast.open(cast.ben) as session:
            said = " ".join(each.what for each in list_actions(session, left))
        assert said == "Breathing space of the second person: a check is due, see Dates"
