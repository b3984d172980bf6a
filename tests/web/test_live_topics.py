"""What open pages are told: that a list of their centre changed, whose role may see it, no more."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Engine, text
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import cma_app.cma_app
from cma_app.access.actor import Actor, Origin
from cma_app.access.topics import ACT_OF, PERSONAL, Topic
from cma_app.postgres import EmbeddedPostgres
from cma_app.services import users
from cma_app.services.referrals import record_referral
from cma_app.web import live_topics
from cma_app.web.live_topics import PageWatcher
from cma_app.web.rooms import SIGNED_OUT, UNREADABLE
from tests.people import Cast
from tests.plant import plant_action, plant_case
from tests.served import Served, Socket
from tests.services.intake_forms import ROUTES
from tests.web.boards import Board, cookie_of, listeners, sql
from tests.web.calls import handler_of

pytestmark = pytest.mark.database

NEWS = {"topics": ["referrals"]}
PERSON = {
    "first_name": "Nova",
    "last_name": "Arrival",
    "nation": "england",
    "source": "self",
    "emergency": "no",
    **ROUTES,
}


@contextmanager
def page(
    served: Served, cookie: str, topics: str = "referrals", origin: str | None = None
) -> Iterator[Board]:
    with connect(
        f"ws://localhost:{served.port}/changes?topics={topics}",
        origin=origin or served.origin,  # type: ignore[arg-type]
        additional_headers={"Cookie": cookie} if cookie else {},
    ) as tab:
        yield Board(tab)


def refer(cast: Cast, actor: Actor) -> None:
    with cast.open(actor) as session:
        record_referral(session, PERSON)


def test_a_page_hears_that_its_list_changed_and_nothing_of_it(
    board_app: Served, cast: Cast
) -> None:
    with (
        page(board_app, cookie_of(cast, "amina")) as ours,
        page(board_app, cookie_of(cast, "maria"), "") as elsewhere,
        page(board_app, cookie_of(cast, "tess")) as trainees,
        page(board_app, cookie_of(cast, "colin")) as theirs,
    ):
        assert [tab.next() for tab in (ours, theirs)] == [NEWS, NEWS]  # so that none was missed
        assert [tab.next() for tab in (elsewhere, trainees)] == [{"topics": []}] * 2
        refer(cast, cast.ben)
        assert ours.next(1) == NEWS
        for tab in (elsewhere, trainees, theirs):
            assert tab.is_silent(0.3)
        elsewhere.say("referrals")
        assert elsewhere.next() == NEWS
        refer(cast, cast.ben)
        assert [ours.next(1), elsewhere.next(1)] == [NEWS, NEWS]


def test_a_burst_is_told_as_one(board_app: Served, cast: Cast) -> None:
    with page(board_app, cookie_of(cast, "amina")) as tab:
        tab.next()
        with cast.open(cast.ben) as session:
            for _ in range(5):
                record_referral(session, PERSON)
        assert tab.next(1) == NEWS
        assert tab.is_silent(0.3)


@pytest.mark.parametrize("topics", ["unknown", "referrals,x", "referrals/1"])
def test_closes_to_what_is_no_topic(board_app: Served, cast: Cast, topics: str) -> None:
    with page(board_app, cookie_of(cast, "amina"), topics) as tab:
        assert tab.closed_with() == UNREADABLE


def test_closes_to_who_is_not_signed_in_and_refuses_another_origin(
    board_app: Served, cast: Cast
) -> None:
    with page(board_app, "") as tab:
        assert tab.closed_with() == SIGNED_OUT
    with (
        pytest.raises(InvalidStatus),
        page(board_app, cookie_of(cast, "amina"), origin="https://elsewhere.example"),
    ):
        pass


def test_says_that_the_database_is_away_and_has_everything_asked_anew(
    board_app: Served, cast: Cast
) -> None:
    with page(board_app, cookie_of(cast, "amina")) as tab:
        tab.next()
        assert listeners(board_app, end=True) == 1
        assert tab.next() == {"away": True}
        assert tab.next() == NEWS


def test_ends_with_the_sign_in(board_app: Served, cast: Cast) -> None:
    with page(board_app, cookie_of(cast, "ben")) as tab:
        tab.next()
        with cast.open(cast.root) as session:
            users.deactivate(session, cast.ben.user_id)
        assert tab.closed_with(within=2) == SIGNED_OUT


def test_a_topic_of_a_person_is_told_to_them_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = cast.amina
    watcher = PageWatcher("", Origin(), me, topics={Topic.REFERRALS})
    assert watcher.hears("referrals", "")
    assert not watcher.hears("another", "")
    monkeypatch.setattr(live_topics, "PERSONAL", frozenset(Topic))
    assert watcher.hears("referrals", str(me.user_id))
    assert not watcher.hears("referrals", str(cast.ben.user_id))
    assert not watcher.hears("referrals", "")
    watcher.actor = replace(me, role="trainee")
    assert not watcher.hears("referrals", str(me.user_id))


def test_the_trigger_names_the_centre_the_topic_and_both_persons_of_a_row(
    postgres: EmbeddedPostgres, owner: Engine, cast: Cast
) -> None:
    case_id = plant_case(owner, cast.amina)
    action_id = plant_action(owner, cast.amina, case_id, "Ring", None)
    address = postgres.owner_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as heard:
        heard.execute("LISTEN cma_topic")
        with owner.begin() as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER a_test AFTER UPDATE ON next_actions FOR EACH ROW"
                    " EXECUTE FUNCTION cma_tell_topic('mine', 'owner_id')"
                )
            )
            connection.execute(
                text("UPDATE next_actions SET owner_id = :ben WHERE id = :id"),
                {"ben": cast.ben.user_id, "id": action_id},
            )
            connection.execute(text("DROP TRIGGER a_test ON next_actions"))
        told = [each.payload for each in heard.notifies(timeout=5, stop_after=4)]
    both = [
        f"{topic}/{who.user_id}" for topic in ("mine", "my_day") for who in (cast.amina, cast.ben)
    ]
    assert sorted(told) == sorted(f"{cast.amina.centre_id}/{each}" for each in both)


def test_every_topic_has_its_triggers_and_its_act(owner: Engine) -> None:
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT encode(tgargs, 'escape') AS said FROM pg_trigger"
                " WHERE tgfoid = 'cma_tell_topic'::regproc"
            )
        )
        told = [row.said.removesuffix("\\000").split("\\000") for row in rows]
    assert {words[0] for words in told} == set(Topic) == set(ACT_OF)
    for words in told:
        assert (len(words) == 2) == (words[0] in PERSONAL), words


def test_a_page_that_asks_by_itself_does_not_keep_the_sign_in_awake(
    served: Served, cast: Cast, owner: Engine
) -> None:
    assert cma_app.cma_app.app  # whose handlers are named
    cookie = served.sign_in(cast, "amina")
    quiet = text("SELECT now() - last_seen_at FROM sessions WHERE user_id = :id")
    with Socket(served, cookie) as tab:
        tab.open("/referrals")
        for handler, keeps_awake in (
            ("ReferralsState.refresh", False),
            ("ReferralsState.put_away", True),
        ):
            sql(
                owner,
                "UPDATE sessions SET last_seen_at = now() - interval '10 minutes'"
                " WHERE user_id = :id",
                id=cast.amina.user_id,
            )
            came = tab.send(handler_of(handler), "/referrals")
            assert came, handler
            with owner.connect() as connection:
                lay = connection.execute(quiet, {"id": cast.amina.user_id}).scalar_one()
            assert (lay < timedelta(minutes=9)) == keeps_awake, handler
        assert "rows" in json.dumps(tab.frames)
