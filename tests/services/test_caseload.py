"""The caseload board: its counts, its cards, and who sees what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import now, today
from cma_app.errors import Refused
from cma_app.rules.appointments import asks_manager
from cma_app.services import caseload
from cma_app.services.caseload_rounds import Round
from cma_app.services.caseload_values import LANE_CARDS, SHOWS, Board, Filter, Tally
from cma_app.services.referrals import waiting_referrals
from cma_app.services.sign_off_list import list_queue
from state.board_view import CHIPS, TILES, matches
from tests.people import Cast
from tests.plant import plant_action, plant_case, plant_referral
from tests.services.signing import submit


def seen(cast: Cast, actor: Actor, **filters: object) -> Board:
    with cast.open(actor) as session:
        return caseload.board(session, wanted=Filter(**filters))  # type: ignore[arg-type]


@pytest.fixture
def office(cast: Cast, owner: Engine) -> dict[str, int]:
    """Six open cases of Ashdown's and one that is closed."""
    day = today()
    cases = {
        "late": plant_case(owner, cast.amina, stage="fact_find", debt=100, priority_debt=25),
        "today": plant_case(owner, cast.ben, stage="advice", surplus=Decimal("-12.50"), debt=300),
        "emergency": plant_case(
            owner, cast.ben, stage="closing", emergency="Eviction", priority="urgent"
        ),
        "trainee": plant_case(owner, cast.tess, stage="waiting", review=day - timedelta(days=1)),
        "undated": plant_case(owner, cast.amina, stage="fact_find"),
        "unplanned": plant_case(owner, cast.amina, stage="evidence"),
        "closed": plant_case(owner, cast.amina, status="closed", debt=1_000_000),
    }
    plant_action(owner, cast.amina, cases["late"], "Ring", day - timedelta(days=2))
    plant_action(owner, cast.amina, cases["late"], "Later", day + timedelta(days=9))
    plant_action(owner, cast.ben, cases["today"], "Write", day)
    plant_action(owner, cast.ben, cases["emergency"], "Go to court", day + timedelta(days=1))
    plant_action(owner, cast.tess, cases["trainee"], "Meet", day + timedelta(days=3))
    plant_action(owner, cast.amina, cases["undated"], "Some day", None)
    plant_action(owner, cast.maria, cases["trainee"], asks_manager(2), day + timedelta(days=8))
    return cases


class TestBoard:
    def test_counts_what_is_open(self, cast: Cast, office: dict[str, int]) -> None:
        assert seen(cast, cast.maria).summary.centre == Tally(
            open=6,
            urgent=1,
            emergency=1,
            today=1,
            overdue=1,
            undated=2,
            unplanned=1,
            missed=1,
            review=1,
            deficit=1,
            trainee=1,
            owed=Decimal("400.00"),
            priority_owed=Decimal("25.00"),
        )

    def test_puts_each_case_in_its_lane(self, cast: Cast, office: dict[str, int]) -> None:
        assert seen(cast, cast.maria).summary.lanes == {
            "waiting": 1,
            "fact_find": 3,
            "advice": 1,
            "approval": 0,
            "action": 1,
        }

    def test_shows_the_first_thing_to_do_and_the_most_pressing_first(
        self, cast: Cast, office: dict[str, int]
    ) -> None:
        cards = seen(cast, cast.maria).cards
        order = ("emergency", "late", "today", "trainee", "undated", "unplanned")
        assert [card.id for card in cards] == [office[name] for name in order]
        assert (cards[1].next_action, cards[1].due_date) == ("Ring", today() - timedelta(days=2))
        assert cards[3].is_trainees

    @pytest.mark.parametrize(
        ("show", "names"),
        [
            ("today", {"today"}),
            ("overdue", {"late"}),
            ("emergency", {"emergency"}),
            ("deficit", {"today"}),
            ("trainee", {"trainee"}),
            ("undated", {"undated", "unplanned"}),
            ("unplanned", {"unplanned"}),
            ("missed", {"trainee"}),
            ("review", {"trainee"}),
        ],
    )
    def test_filters_and_counts_agree(
        self, cast: Cast, office: dict[str, int], show: str, names: set[str]
    ) -> None:
        board = seen(cast, cast.maria, show=show)
        assert {card.id for card in board.cards} == {office[name] for name in names}
        assert sum(board.summary.lanes.values()) == len(names)

    def test_narrows_to_an_advisor(self, cast: Cast, office: dict[str, int]) -> None:
        board = seen(cast, cast.maria, advisor_id=cast.ben.user_id)
        assert {card.id for card in board.cards} == {office["today"], office["emergency"]}
        assert board.summary.shown.open == 2
        assert board.summary.centre.open == 6

    def test_tallies_each_person(self, cast: Cast, office: dict[str, int]) -> None:
        holders = {each.name: each.tally for each in seen(cast, cast.maria).summary.holders}
        assert list(holders) == ["Ben Ellis", "Amina Khan", "Tess Moore", "Maria Silva"]
        assert (holders["Amina Khan"].open, holders["Amina Khan"].overdue) == (3, 1)
        assert holders["Maria Silva"] == Tally()

    def test_shows_twenty_cards_of_a_lane_and_counts_all(self, cast: Cast, owner: Engine) -> None:
        for _ in range(LANE_CARDS + 3):
            plant_case(owner, cast.amina)
        board = seen(cast, cast.maria)
        assert len(board.cards) == LANE_CARDS
        assert board.summary.lanes["advice"] == LANE_CARDS + 3

    def test_has_the_lane_of_whoever_holds_a_case_however_many_people_there_are(
        self, cast: Cast, office: dict[str, int], owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO users (centre_id, username, email, password_hash, last_name, role)"
                    " SELECT :c, 'many' || :c || '-' || n, 'many' || :c || '-' || n || '@example',"
                    " 'x', 'Aaa', 'advisor' FROM generate_series(1, 210) n"
                ),
                {"c": cast.amina.centre_id},
            )
        lanes = seen(cast, cast.maria, by="advisor").summary.lanes
        assert lanes[str(cast.amina.user_id)] == 3

    def test_shows_another_centre_nothing(self, cast: Cast, office: dict[str, int]) -> None:
        board = seen(cast, cast.bea)
        assert board.cards == []
        assert board.summary.centre == Tally()
        assert {each.name for each in board.summary.holders} == {"Colin Hart", "Bea Lowe"}

    def test_leaves_out_a_restricted_file_unless_one_is_named_on_it(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina, restricted=True)
        assert seen(cast, cast.maria).summary.centre.open == 0
        with owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO file_access (centre_id, client_id, user_id)"
                    " SELECT centre_id, client_id, :user FROM cases WHERE id = :case"
                ),
                {"user": cast.maria.user_id, "case": case_id},
            )
        board = seen(cast, cast.maria)
        assert [card.id for card in board.cards] == [case_id]

    @pytest.mark.parametrize("role", ["admin", "advisor", "trainee"])
    def test_refuses_the_other_roles(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused):
            seen(cast, cast.by_role(role))


class TestCountsAndLists:
    """A number of the board opens exactly its cases: each filter, alone and with others."""

    def test_as_many_as_are_counted_are_listed_and_shown(
        self, cast: Cast, owner: Engine, office: dict[str, int]
    ) -> None:
        hearing = {"emergency": "Hearing", "emergency_date": today() + timedelta(days=3)}
        plant_case(owner, cast.ben, stage="action", **hearing)
        plant_case(owner, cast.amina, restricted=True, **hearing)
        with cast.open(cast.maria) as session:
            everything = caseload.board(session).cards
            for show in SHOWS:
                narrow = Filter(cast.ben.user_id, show, "advisor", ("advice", "action", "closing"))
                for wanted in (narrow, Filter(show=show)):
                    board = caseload.board(session, wanted=wanted)
                    rows = caseload.listing(session, wanted=wanted)
                    counted = board.summary.shown.of(show)
                    assert sum(board.summary.lanes.values()) == counted
                    assert rows.total == len(rows.rows) == counted, wanted
                    assert {card.id for card in rows.rows} == {card.id for card in board.cards}
                    matching = [card for card in everything if matches(card, wanted, today())]
                    assert {card.id for card in matching} == {card.id for card in rows.rows}
                assert counted > 0, show

    def test_the_referrals_of_the_top_row_are_those_of_the_waiting_list(
        self, cast: Cast, owner: Engine
    ) -> None:
        for actor, status in (
            (cast.amina, "waiting"),
            (cast.amina, "waiting"),
            (cast.amina, "declined"),
            (cast.colin, "waiting"),
        ):
            plant_referral(owner, actor, status)
        with cast.open(cast.maria) as session:
            assert caseload.summary(session).of("referrals") == 2
            assert waiting_referrals(session).total == 2

    def test_the_late_sign_offs_of_the_top_row_are_those_of_the_queue(
        self, cast: Cast, owner: Engine
    ) -> None:
        calm = {"priority": "low", "reason": "The hearing was adjourned"}
        for days in (10, 0):
            case_id = plant_case(owner, cast.tess)
            row = submit(cast, "lower_priority", case_id, **calm)
            with owner.begin() as connection:
                connection.execute(
                    text("UPDATE sign_offs SET submitted_at = :at WHERE id = :id"),
                    {"at": now() - timedelta(days=days), "id": row.id},
                )
        with cast.open(cast.maria) as session:
            assert caseload.summary(session).of("sign_offs") == 1
            assert list_queue(session, late_only=True).total == 1
        with cast.open(cast.bea) as session:
            assert caseload.summary(session).of("sign_offs") == 0

    def test_every_tile_leads_to_a_list_that_exists(self, cast: Cast) -> None:
        keys = {tile.key for tile in TILES} - {"referrals", "sign_offs"}
        assert keys <= set(SHOWS)
        assert {show for show, _ in CHIPS} == set(SHOWS)


class TestByAdvisor:
    def test_stands_each_case_in_its_holders_lane(self, cast: Cast, office: dict[str, int]) -> None:
        board = seen(cast, cast.maria, by="advisor")
        assert board.summary.lanes == {
            f"{cast.ben.user_id}": 2,
            f"{cast.amina.user_id}": 3,
            f"{cast.tess.user_id}": 1,
        }
        assert {card.id for card in board.cards} == set(office.values()) - {office["closed"]}

    def test_weighs_by_stage_and_emergency(self, cast: Cast, office: dict[str, int]) -> None:
        weights = {one.name: one.weighted for one in seen(cast, cast.maria).summary.holders}
        assert weights == {
            "Ben Ellis": Decimal("3.5"),  # advice 2.0, closing 0.5, an emergency 1.0
            "Amina Khan": Decimal("4.0"),
            "Tess Moore": Decimal("1.0"),
            "Maria Silva": Decimal(0),
        }

    def test_says_who_is_away_and_for_how_long(self, cast: Cast, owner: Engine) -> None:
        day = today()
        last = day + timedelta(days=5)
        for who, until in ((cast.ben, last), (cast.tess, day)):
            with owner.begin() as connection:
                connection.execute(
                    text(
                        "INSERT INTO staff_leave (centre_id, user_id, first_day, last_day)"
                        " VALUES (:centre, :who, :first, :last)"
                    ),
                    {"centre": who.centre_id, "who": who.user_id, "first": day, "last": until},
                )
        away = {one.name: one.away for one in seen(cast, cast.maria).summary.holders}
        assert away == {
            "Ben Ellis": f"away to {last.day} {last:%b}",
            "Amina Khan": "",
            "Tess Moore": "away today",
            "Maria Silva": "",
        }


class TestChanges:
    def test_tells_what_a_case_is_now_and_what_left(
        self, cast: Cast, office: dict[str, int], owner: Engine
    ) -> None:
        theirs = plant_case(owner, cast.colin)
        with cast.open(cast.maria) as session:
            change = Round([office["late"], office["closed"], theirs]).change(session)
        assert [card.id for card in change.cards] == [office["late"]]
        assert change.gone == [office["closed"], theirs]
        assert change.tallies.under(Filter()).centre.open == 6

    def test_refuses_an_advisor(self, cast: Cast) -> None:
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            Round([1]).change(session)


class TestListing:
    def test_pages_by_review_date_with_the_undated_last(
        self, cast: Cast, office: dict[str, int]
    ) -> None:
        with cast.open(cast.maria) as session:
            page = caseload.listing(session)
        assert page.total == 6
        assert page.rows[0].id == office["trainee"]

    def test_filters_by_status_and_advisor(self, cast: Cast, office: dict[str, int]) -> None:
        with cast.open(cast.maria) as session:
            page = caseload.listing(
                session, status="in_progress", wanted=Filter(advisor_id=cast.ben.user_id)
            )
            undated = caseload.listing(session, wanted=Filter(show="undated"))
            nothing = caseload.listing(session, status="open")
        assert {card.id for card in page.rows} == {office["today"], office["emergency"]}
        assert {card.id for card in undated.rows} == {office["undated"], office["unplanned"]}
        assert nothing.total == 0

    def test_turns_pages(self, cast: Cast, owner: Engine) -> None:
        for _ in range(53):
            plant_case(owner, cast.amina)
        with cast.open(cast.maria) as session:
            first, second = (caseload.listing(session, number=number) for number in (1, 2))
        assert (len(first.rows), len(second.rows), first.total) == (50, 3, 53)
        assert not {card.id for card in first.rows} & {card.id for card in second.rows}

    def test_is_empty_from_another_centre(self, cast: Cast, office: dict[str, int]) -> None:
        with cast.open(cast.bea) as session:
            assert caseload.listing(session).total == 0


class TestHolders:
    def test_names_the_own_centres_people(self, cast: Cast) -> None:
        with cast.open(cast.bea) as session:
            assert [name for _, name, _ in caseload.holders(session)] == ["Colin Hart", "Bea Lowe"]
