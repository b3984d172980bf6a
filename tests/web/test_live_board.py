"""The live board's socket, on the real server: who is let in, what is heard, when it closes."""

import json
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cma_app.clock import today
from cma_app.serve import WebProcess
from cma_app.services import case_steps, users
from cma_app.services.sign_in import sign_out
from cma_app.session import hash_token
from cma_app.web.live_board import MOST_CASES
from cma_app.web.rooms import NOT_ALLOWED, RELOAD, SIGNED_OUT, UNREADABLE
from tests.people import Cast
from tests.plant import plant_action, plant_case
from tests.served import Served
from tests.web.boards import cookie_of, ids, listeners, sql, watching

pytestmark = pytest.mark.database


class TestComingIn:
    def test_gives_the_whole_board_of_the_own_centre(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        mine, _ = plant_case(owner, cast.amina), plant_case(owner, cast.colin)
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            board = tab.next()["board"]
        assert ids(board) == {mine}
        assert board["summary"]["stats"][0]["figure"] == "1"

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
    def test_refuses_another_origin(self, board_app: Served, cast: Cast, origin: str) -> None:
        cookie = cookie_of(cast, "maria")
        with (
            pytest.raises(InvalidStatus) as refused,
            watching(board_app, cookie, origin=origin),
        ):
            pass
        assert refused.value.response.status_code == 403

    def test_refuses_a_missing_origin(self, board_app: Served, cast: Cast) -> None:
        headers = {"Cookie": cookie_of(cast, "maria")}
        with (
            pytest.raises(InvalidStatus),
            connect(f"ws://localhost:{board_app.port}/board/live", additional_headers=headers),
        ):
            pass

    @pytest.mark.parametrize("cookie", ["", "cma=abcdefghijklmnopqrstuvwxyz"])
    def test_closes_to_who_is_not_signed_in(self, board_app: Served, cookie: str) -> None:
        with watching(board_app, cookie) as tab:
            assert tab.closed_with() == SIGNED_OUT

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_closes_to_the_other_roles(self, board_app: Served, cast: Cast, who: str) -> None:
        with watching(board_app, cookie_of(cast, who)) as tab:
            assert tab.closed_with() == NOT_ALLOWED

    @pytest.mark.parametrize("said", ["x", "[]", '{"show": "x"}', '{"advisor": -1}', "x" * 300])
    def test_closes_to_what_it_cannot_read(self, board_app: Served, cast: Cast, said: str) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            tab.say(said)
            assert tab.closed_with() == UNREADABLE


class TestChanges:
    def test_a_moved_case_is_heard_with_its_lane_and_the_counts(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina, stage="fact_find")
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            with cast.open(cast.amina) as session:
                case_steps.move_stage(session, case_id, stage="advice")
            began = time.monotonic()
            change = tab.hear()
            assert time.monotonic() - began < 1
        assert [(card["id"], card["lane"]) for card in change["cards"]] == [(case_id, "advice")]
        counts = {lane["key"]: lane["count"] for lane in change["summary"]["lanes"]}
        assert (counts["advice"], counts["fact_find"]) == (1, 0)

    def test_a_new_thing_to_do_is_heard(self, board_app: Served, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina)
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            plant_action(owner, cast.amina, case_id, "Ring Pat", today() - timedelta(days=1))
            card = tab.hear()["cards"][0]
        assert (card["step"], card["mark"]) == ("Ring Pat", "Overdue")
        assert card["coded_step"] == f"Ring {card['reference']}"

    def test_a_closed_case_is_gone(self, board_app: Served, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina)
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            sql(owner, "UPDATE cases SET status = 'closed' WHERE id = :id", id=case_id)
            change = tab.hear()
        assert (change["cards"], change["gone"]) == ([], [case_id])

    def test_a_filter_hides_what_does_not_match(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina)
        with watching(board_app, cookie_of(cast, "maria"), "?show=emergency") as tab:
            assert ids(tab.next()["board"]) == set()
            tab.say({"show": "", "advisor": cast.amina.user_id})
            assert ids(tab.next()["board"]) == {case_id}
            tab.say({"show": "", "advisor": cast.ben.user_id})
            assert ids(tab.next()["board"]) == set()
            sql(owner, "UPDATE cases SET priority = 'high' WHERE id = :id", id=case_id)
            assert tab.hear()["gone"] == [case_id]

    def test_another_centres_change_is_not_heard(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        with watching(board_app, cookie_of(cast, "bea")) as tab:
            tab.next()
            plant_case(owner, cast.amina)
            assert tab.is_silent()

    def test_a_restricted_file_shows_to_those_named_alone(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina, restricted=True, last="Hidden")
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            sql(owner, "UPDATE cases SET priority = 'high' WHERE id = :id", id=case_id)
            change = tab.hear()
            assert (change["cards"], change["gone"]) == ([], [])
            assert "Hidden" not in json.dumps(change)
            sql(
                owner,
                "INSERT INTO file_access (centre_id, client_id, user_id)"
                " SELECT centre_id, client_id, :user FROM cases WHERE id = :id",
                user=cast.maria.user_id,
                id=case_id,
            )
            sql(owner, "UPDATE cases SET priority = 'low' WHERE id = :id", id=case_id)
            assert ids(tab.hear()) == {case_id}

    def test_a_file_that_becomes_restricted_leaves_the_board(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina)
        of_case = "WHERE id = (SELECT client_id FROM cases WHERE id = :id)"
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            assert ids(tab.next()["board"]) == {case_id}
            sql(owner, f"UPDATE clients SET is_restricted = true {of_case}", id=case_id)
            assert tab.hear()["gone"] == [case_id]
            sql(owner, f"UPDATE clients SET is_restricted = false {of_case}", id=case_id)
            assert ids(tab.hear()) == {case_id}

    def test_a_new_name_is_heard(self, board_app: Served, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina)
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            sql(
                owner,
                "UPDATE clients SET last_name = 'Newname'"
                " WHERE id = (SELECT client_id FROM cases WHERE id = :id)",
                id=case_id,
            )
            assert tab.hear()["cards"][0]["name"] == "Pat Newname"

    def test_many_changes_at_once_bring_the_whole_board(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        for _ in range(MOST_CASES + 1):
            plant_case(owner, cast.amina)
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            sql(
                owner,
                "UPDATE cases SET priority = 'high' WHERE centre_id = :centre",
                centre=cast.maria.centre_id,
            )
            assert "board" in tab.next()


class TestClosing:
    def test_at_once_when_signed_out(self, board_app: Served, cast: Cast) -> None:
        cookie = cookie_of(cast, "maria")
        with watching(board_app, cookie) as tab:
            tab.next()
            sign_out(hash_token(cookie.removeprefix("cma=")))
            assert tab.closed_with(within=2) == SIGNED_OUT

    def test_at_once_when_deactivated(self, board_app: Served, cast: Cast) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            with cast.open(cast.root) as session:
                users.deactivate(session, cast.maria.user_id)
            assert tab.closed_with(within=2) == SIGNED_OUT

    def test_at_once_when_the_role_changes(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            sql(owner, "UPDATE users SET role = 'advisor' WHERE id = :id", id=cast.maria.user_id)
            assert tab.closed_with(within=2) == NOT_ALLOWED

    def test_when_the_sign_in_expires(self, board_app: Served, cast: Cast, owner: Engine) -> None:
        cookie = cookie_of(cast, "maria")
        sql(
            owner,
            "UPDATE sessions SET expires_at = now() + interval '2 seconds' WHERE user_id = :id",
            id=cast.maria.user_id,
        )
        with watching(board_app, cookie) as tab:
            tab.next()
            assert tab.closed_with(within=6) == SIGNED_OUT

    def test_does_not_keep_the_sign_in_awake(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        cookie = cookie_of(cast, "maria")
        sql(
            owner,
            "UPDATE sessions SET last_seen_at = now() - interval '10 minutes' WHERE user_id = :id",
            id=cast.maria.user_id,
        )
        with watching(board_app, cookie) as tab:
            tab.next()
            plant_case(owner, cast.amina)
            tab.hear()
        with owner.begin() as connection:
            quiet = connection.execute(
                text("SELECT now() - last_seen_at FROM sessions WHERE user_id = :id"),
                {"id": cast.maria.user_id},
            ).scalar_one()
        assert quiet > timedelta(minutes=9)

    def test_to_a_browser_that_floods(self, board_app: Served, cast: Cast) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            with suppress(ConnectionClosed):
                for _ in range(500):
                    tab.say({"show": ""})
            assert tab.closed_with() in {RELOAD, 0}  # 0: cut off while it was still sending
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            assert "board" in tab.next()


class TestTheListening:
    def test_comes_back_after_a_break_with_the_whole_board(
        self, board_app: Served, cast: Cast, owner: Engine
    ) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            assert listeners(board_app, end=True) == 1
            assert tab.next() == {"away": True}
            case_id = plant_case(owner, cast.amina)
            assert ids(tab.next()["board"]) == {case_id}
            plant_case(owner, cast.amina)
            assert tab.hear()["cards"]

    def test_ends_with_the_last_board(self, board_app: Served, cast: Cast) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            assert listeners(board_app) == 1
        end = time.monotonic() + 5
        while listeners(board_app) and time.monotonic() < end:
            pass
        assert listeners(board_app) == 0


class TestStopping:
    def test_the_server_ends_while_a_board_is_open(
        self, web: WebProcess, board_app: Served, cast: Cast
    ) -> None:
        with watching(board_app, cookie_of(cast, "maria")) as tab:
            tab.next()
            began = time.monotonic()
            web.stop()
            assert time.monotonic() - began < 8
            assert tab.closed_with() in {0, 1000, 1001, 1006, 1012}
        web.start()
