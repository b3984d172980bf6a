"""Many boards of one process: told of a change together, asked for once, and each only its own."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.services import case_steps, caseload, users
from cma_app.services.caseload_values import Filter
from cma_app.session import open_as
from cma_app.web.rooms import SIGNED_OUT
from state.board_view import board_words
from tests.people import Cast
from tests.plant import plant_action, plant_case, plant_referral
from tests.served import Served
from tests.web.boards import (
    Board,
    another_manager,
    cookie_for,
    cookie_of,
    ids,
    listeners,
    sql,
    watching,
)

pytestmark = pytest.mark.database

ROUNDS, AT_ONCE = 15, 3
"""Random changes, and how many of them come before each board is compared again."""
NAMED = (
    "INSERT INTO file_access (centre_id, client_id, user_id)"
    " SELECT centre_id, client_id, :user FROM cases WHERE id = :id"
)


def figures(served: Served) -> dict[str, int]:
    return httpx.get(f"{served.origin}/figures").json()


@contextmanager
def open_boards(served: Served, cookies: list[str]) -> Iterator[list[Board]]:
    """Open a board for each cookie; each was given everything."""
    with ExitStack() as stack:
        boards = [stack.enter_context(watching(served, cookie)) for cookie in cookies]
        for board in boards:
            assert "board" in board.next()
        yield boards


class TestTwenty:
    def test_hear_a_change_within_a_second_asked_once_for_each_sight(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina, stage="fact_find")
        secret = plant_case(owner, cast.amina, restricted=True, last="Secretname")
        _, nell = another_manager(owner, cast, "Nell")
        olu, olus = another_manager(owner, cast, "Olu")
        sql(owner, NAMED, user=olu.user_id, id=secret)
        who = [cast.usernames["maria"]] * 8 + [nell] * 6 + [olus] * 6
        with open_boards(board_app, [cookie_for(each) for each in who]) as boards:
            sql(owner, "UPDATE cases SET priority = 'high' WHERE id = :id", id=case_id)
            for board in boards:  # a process puts its statements together once, at its first change
                assert ids(board.hear()) == {case_id}
            before = figures(board_app)
            assert before["open"] == 20
            with cast.open(cast.amina) as session:
                case_steps.move_stage(session, case_id, stage="advice")
            began = time.monotonic()
            heard = [board.hear() for board in boards]
            assert time.monotonic() - began < 1
            for change in heard:
                assert [(card["id"], card["lane"]) for card in change["cards"]] == [
                    (case_id, "advice")
                ]
            after = figures(board_app)
            assert after["told"] - before["told"] == 20
            assert after["rounds"] - before["rounds"] == 1
            assert after["asked"] - before["asked"] == 2  # the named one's sight, and the others'

            sql(owner, "UPDATE cases SET priority = 'high' WHERE id = :id", id=secret)
            heard = [board.hear() for board in boards]
            assert [ids(change) for change in heard] == [set()] * 14 + [{secret}] * 6
            assert [change["gone"] for change in heard] == [[]] * 20
            assert "Secretname" not in str(heard[:14])
            open_cases = [change["summary"]["stats"][0]["figure"] for change in heard]
            assert open_cases == ["1"] * 14 + ["2"] * 6

    def test_a_burst_is_told_in_few_rounds_and_nothing_of_it_is_lost(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_ids = [plant_case(owner, cast.amina, stage="fact_find") for _ in range(30)]
        with open_boards(board_app, [cookie_of(cast, "maria")] * 4) as boards:
            before = figures(board_app)
            for case_id in case_ids:
                sql(owner, "UPDATE cases SET stage = 'advice' WHERE id = :id", id=case_id)
            for board in boards:
                waiting = 1
                while waiting:
                    lanes = board.hear()["summary"]["lanes"]
                    waiting = next(lane["count"] for lane in lanes if lane["key"] == "fact_find")
                assert next(lane["count"] for lane in lanes if lane["key"] == "advice") == 30
            assert 1 <= figures(board_app)["rounds"] - before["rounds"] < 30

    def test_say_that_the_database_is_away_and_catch_up(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        with open_boards(board_app, [cookie_of(cast, "maria")] * 10) as boards:
            assert listeners(board_app, end=True) == 1
            case_id = plant_case(owner, cast.amina)
            for board in boards:
                assert board.next() == {"away": True}
                assert ids(board.next()["board"]) == {case_id}
            sql(owner, "UPDATE cases SET priority = 'high' WHERE id = :id", id=case_id)
            assert [ids(board.hear()) for board in boards] == [{case_id}] * 10

    def test_one_person_who_is_deactivated_stops_hearing_and_the_others_do_not(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        nell, nells = another_manager(owner, cast, "Nell")
        cookies = [cookie_of(cast, "maria")] * 2 + [cookie_for(nells)] * 3
        with open_boards(board_app, cookies) as boards:
            with cast.open(cast.root) as session:
                users.deactivate(session, nell.user_id)
            case_id = plant_case(owner, cast.amina)
            for board in boards[2:]:
                said = board.rest()
                assert str(case_id) not in said
                assert board.closed_with(within=2) == SIGNED_OUT
            for board in boards[:2]:
                while case_id not in ids(board.hear()):
                    pass

    def test_a_case_leaves_when_the_file_of_its_second_person_is_hidden(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_id, other = plant_case(owner, cast.amina), plant_case(owner, cast.amina)
        of_other = "(SELECT client_id FROM cases WHERE id = :other)"
        join = (
            "INSERT INTO case_people (centre_id, case_id, client_id, role)"
            f" SELECT centre_id, id, {of_other}, 'partner' FROM cases WHERE id = :id"
        )
        hide = f"UPDATE clients SET is_restricted = :on WHERE id = {of_other}"
        with open_boards(board_app, [cookie_of(cast, "maria")]) as boards:
            sql(owner, join, id=case_id, other=other)
            assert ids(boards[0].hear()) == {case_id}
            sql(owner, hide, on=True, other=other)
            assert set(boards[0].hear()["gone"]) == {case_id, other}
            sql(owner, hide, on=False, other=other)
            assert ids(boards[0].hear()) == {case_id, other}
            sql(
                owner,
                "UPDATE case_people SET left_on = current_date WHERE case_id = :id",
                id=case_id,
            )
            assert ids(boards[0].hear()) == {case_id}
            sql(owner, hide, on=True, other=other)
            assert set(boards[0].hear()["gone"]) == {other}
            sql(owner, join, id=case_id, other=other)
            assert set(boards[0].hear()["gone"]) == {case_id}


@dataclass
class Screen:
    """What a browser shows that was told these messages: as `live_board.jsx` patches them."""

    board: Board
    person: Actor
    wanted: Filter
    cards: dict[int, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)

    def take(self, said: dict[str, Any]) -> None:
        whole, change = said.get("board"), said.get("change")
        if whole:
            self.cards = {card["id"]: card for card in whole["cards"]}
            self.summary = whole["summary"]
        elif change:
            for id_ in change["gone"]:
                self.cards.pop(id_, None)
            self.cards |= {card["id"]: card for card in change["cards"]}
            self.summary = change["summary"]

    def due(self) -> tuple[dict[int, Any], dict[str, Any]]:
        """Return what this person sees when they ask for themselves, now."""
        with open_as(self.person) as session:
            words = board_words(caseload.board(session, wanted=self.wanted))
        return {card["id"]: card for card in words["cards"]}, words["summary"]


class TestEveryBoardShowsItsOwnPersonsSight:
    """Over many random changes: what was pushed is what each would be told who asks alone."""

    def test_over_random_changes(self, board_app: Served, cast: Cast, owner: Engine) -> None:
        dice = random.Random(20261126)
        world = Changes(owner, cast, dice)
        with ExitStack() as stack:
            screens = [
                self.screen(stack, board_app, person, cookie, wanted)
                for person, cookie in world.managers
                for wanted in (Filter(), world.filter())
            ]
            may = world.names_seen()
            before = figures(board_app)
            for _ in range(ROUNDS):
                did = []
                for _ in range(AT_ONCE):
                    did.append(world.change())
                    now = world.names_seen()
                    may = {who: may[who] | names for who, names in now.items()}
                for screen in screens:
                    due = screen.due()
                    while (screen.cards, screen.summary) != due:
                        try:
                            said = screen.board.next(5)
                        except TimeoutError:
                            pytest.fail(f"a board of {screen.person.name} is not current: {did}")
                        told = {name for name in world.names if name in str(said)}
                        assert told <= may[screen.person.user_id], did
                        screen.take(said)
                may = now
            after = figures(board_app)
        assert after["asked"] - before["asked"] < after["told"] - before["told"]
        assert world.restricted > 3

    def screen(
        self, stack: ExitStack, served: Served, person: Actor, cookie: str, wanted: Filter
    ) -> Screen:
        query = f"?show={wanted.show}&advisor={wanted.advisor_id or ''}"
        board = stack.enter_context(watching(served, cookie, query))
        screen = Screen(board, person, wanted)
        screen.take(board.next())
        return screen


class Changes:
    """A centre of three managers, and everything that may change on its boards, by dice."""

    def __init__(self, owner: Engine, cast: Cast, dice: random.Random) -> None:
        self.owner, self.cast, self.dice = owner, cast, dice
        self.managers = [(cast.maria, cookie_of(cast, "maria"))]
        for name in ("Nell", "Olu"):
            person, username = another_manager(owner, cast, name)
            self.managers.append((person, cookie_for(username)))
        self.holders = [cast.amina.user_id, cast.ben.user_id, cast.tess.user_id]
        self.names = [f"Zq{number}x" for number in range(14)]
        self.cases = [plant_case(owner, cast.amina, last=name) for name in self.names]
        self.restricted = 0

    def filter(self) -> Filter:
        return Filter(
            self.dice.choice([None, *self.holders]), self.dice.choice(["", "emergency", "undated"])
        )

    def names_seen(self) -> dict[int, set[str]]:
        """Return the names of the clients whose cases each manager sees at all, by manager."""
        return {person.user_id: self._seen_by(person) for person, _ in self.managers}

    def _seen_by(self, person: Actor) -> set[str]:
        with open_as(person) as session:
            rows = session.execute(
                text(
                    "SELECT c.last_name FROM cases k JOIN clients c ON c.centre_id = k.centre_id"
                    " AND c.id = k.client_id"
                )
            )
            return {row.last_name for row in rows}

    def change(self) -> str:
        """Change something and return what."""
        ways: list[Callable[[int], None]] = [
            self.restrict,
            self.restrict,
            self.open_to_all,
            self.name,
            self.unname,
            self.join,
            self.part,
            self.move,
            self.hand_over,
            self.plan,
            self.close,
            self.reopen,
            self.raise_alarm,
            self.refer,
            self.go_on_leave,
            self.marry,
        ]
        way, case_id = self.dice.choice(ways), self.dice.choice(self.cases)
        way(case_id)
        return f"{way.__name__} {case_id}"

    def run(self, statement: str, case_id: int, **values: object) -> None:
        sql(self.owner, statement, id=case_id, **values)

    def restrict(self, case_id: int) -> None:
        self.restricted += 1
        self.run(f"UPDATE clients SET is_restricted = true {OF_CASE}", case_id)

    def open_to_all(self, case_id: int) -> None:
        self.run(f"UPDATE clients SET is_restricted = false {OF_CASE}", case_id)

    def name(self, case_id: int) -> None:
        person, _ = self.dice.choice(self.managers)
        self.run(
            "INSERT INTO file_access (centre_id, client_id, user_id) SELECT centre_id, client_id,"
            " :user FROM cases WHERE id = :id ON CONFLICT DO NOTHING",
            case_id,
            user=person.user_id,
        )

    def unname(self, case_id: int) -> None:
        person, _ = self.dice.choice(self.managers)
        self.run(
            "DELETE FROM file_access WHERE user_id = :user"
            " AND client_id = (SELECT client_id FROM cases WHERE id = :id)",
            case_id,
            user=person.user_id,
        )

    def join(self, case_id: int) -> None:
        other = self.dice.choice([each for each in self.cases if each != case_id])
        self.run(
            "INSERT INTO case_people (centre_id, case_id, client_id, role) SELECT k.centre_id,"
            " :id, k.client_id, 'partner' FROM cases k WHERE k.id = :other AND NOT EXISTS"
            " (SELECT FROM case_people p WHERE p.case_id = :id AND p.left_on IS NULL)",
            case_id,
            other=other,
        )

    def part(self, case_id: int) -> None:
        self.run(
            "UPDATE case_people SET left_on = current_date WHERE left_on IS NULL"
            " AND case_id <> :id",
            case_id,
        )

    def move(self, case_id: int) -> None:
        stage = self.dice.choice(["fact_find", "advice", "action"])
        self.run("UPDATE cases SET stage = :stage WHERE id = :id", case_id, stage=stage)

    def hand_over(self, case_id: int) -> None:
        holder = self.dice.choice(self.holders)
        self.run("UPDATE cases SET advisor_id = :user WHERE id = :id", case_id, user=holder)

    def plan(self, case_id: int) -> None:
        plant_action(self.owner, self.cast.amina, case_id, f"Step {self.dice.random()}", today())

    def close(self, case_id: int) -> None:
        self.run("UPDATE cases SET status = 'closed' WHERE id = :id", case_id)

    def reopen(self, case_id: int) -> None:
        self.run("UPDATE cases SET status = 'in_progress' WHERE id = :id", case_id)

    def refer(self, _case_id: int) -> None:
        plant_referral(self.owner, self.cast.maria)

    def go_on_leave(self, case_id: int) -> None:
        self.run(
            "INSERT INTO staff_leave (centre_id, user_id, first_day, last_day)"
            " SELECT centre_id, :user, current_date - 1, current_date + 3 FROM cases"
            " WHERE id = :id",
            case_id,
            user=self.dice.choice(self.holders),
        )

    def marry(self, case_id: int) -> None:
        self.run(
            "UPDATE users SET last_name = :name WHERE id = :user AND :id > 0",
            case_id,
            name=f"Other{self.dice.randrange(1000)}",
            user=self.dice.choice(self.holders),
        )

    def raise_alarm(self, case_id: int) -> None:
        what = self.dice.choice(["Eviction", None])
        self.run("UPDATE cases SET emergency = :what WHERE id = :id", case_id, what=what)


OF_CASE = "WHERE id = (SELECT client_id FROM cases WHERE id = :id)"
