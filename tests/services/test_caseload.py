"""The caseload board: its counts, its cards, and who sees what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Refused
from cma_app.services import caseload
from cma_app.services.caseload_values import LANE_CARDS, Board, Filter, Tally
from tests.people import Cast
from tests.plant import plant_action, plant_case


def seen(cast: Cast, actor: Actor, **filters: object) -> Board:
    with cast.open(actor) as session:
        return caseload.board(session, wanted=Filter(**filters))  # type: ignore[arg-type]


@pytest.fixture
def office(cast: Cast, owner: Engine) -> dict[str, int]:
    """Five open cases of Ashdown's and one that is closed."""
    day = today()
    cases = {
        "late": plant_case(owner, cast.amina, stage="fact_find", debt=100, priority_debt=25),
        "today": plant_case(owner, cast.ben, stage="advice", surplus=Decimal("-12.50"), debt=300),
        "emergency": plant_case(
            owner, cast.ben, stage="closing", emergency="Eviction", priority="urgent"
        ),
        "trainee": plant_case(owner, cast.tess, stage="waiting", review=day - timedelta(days=1)),
        "undated": plant_case(owner, cast.amina, stage="fact_find"),
        "closed": plant_case(owner, cast.amina, status="closed", debt=1_000_000),
    }
    plant_action(owner, cast.amina, cases["late"], "Ring", day - timedelta(days=2))
    plant_action(owner, cast.amina, cases["late"], "Later", day + timedelta(days=9))
    plant_action(owner, cast.ben, cases["today"], "Write", day)
    plant_action(owner, cast.ben, cases["emergency"], "Go to court", day + timedelta(days=1))
    plant_action(owner, cast.tess, cases["trainee"], "Meet", day + timedelta(days=3))
    plant_action(owner, cast.amina, cases["undated"], "Some day", None)
    return cases


class TestBoard:
    def test_counts_what_is_open(self, cast: Cast, office: dict[str, int]) -> None:
        assert seen(cast, cast.maria).summary.centre == Tally(
            open=5,
            urgent=1,
            emergency=1,
            today=1,
            overdue=1,
            undated=1,
            review=1,
            deficit=1,
            trainee=1,
            owed=Decimal("400.00"),
            priority_owed=Decimal("25.00"),
        )

    def test_puts_each_case_in_its_lane(self, cast: Cast, office: dict[str, int]) -> None:
        assert seen(cast, cast.maria).summary.lanes == {
            "waiting": 1,
            "fact_find": 2,
            "advice": 1,
            "approval": 0,
            "action": 1,
        }

    def test_shows_the_first_thing_to_do_and_the_most_pressing_first(
        self, cast: Cast, office: dict[str, int]
    ) -> None:
        cards = seen(cast, cast.maria).cards
        order = ("emergency", "late", "today", "trainee", "undated")
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
            ("undated", {"undated"}),
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
        assert board.summary.centre.open == 5

    def test_tallies_each_person(self, cast: Cast, office: dict[str, int]) -> None:
        holders = {each.name: each.tally for each in seen(cast, cast.maria).summary.holders}
        assert list(holders) == ["Ben Ellis", "Amina Khan", "Tess Moore", "Maria Silva"]
        assert (holders["Amina Khan"].open, holders["Amina Khan"].overdue) == (2, 1)
        assert holders["Maria Silva"] == Tally()

    def test_shows_twenty_cards_of_a_lane_and_counts_all(self, cast: Cast, owner: Engine) -> None:
        for _ in range(LANE_CARDS + 3):
            plant_case(owner, cast.amina)
        board = seen(cast, cast.maria)
        assert len(board.cards) == LANE_CARDS
        assert board.summary.lanes["advice"] == LANE_CARDS + 3

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


class TestChanges:
    def test_tells_what_a_case_is_now_and_what_left(
        self, cast: Cast, office: dict[str, int], owner: Engine
    ) -> None:
        theirs = plant_case(owner, cast.colin)
        with cast.open(cast.maria) as session:
            change = caseload.changes(session, [office["late"], office["closed"], theirs])
        assert [card.id for card in change.cards] == [office["late"]]
        assert change.gone == [office["closed"], theirs]
        assert change.tallies.under(Filter()).centre.open == 5

    def test_refuses_an_advisor(self, cast: Cast) -> None:
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            caseload.changes(session, [1])


class TestListing:
    def test_pages_by_review_date_with_the_undated_last(
        self, cast: Cast, office: dict[str, int]
    ) -> None:
        with cast.open(cast.maria) as session:
            page = caseload.listing(session)
        assert page.total == 5
        assert page.rows[0].id == office["trainee"]

    def test_filters_by_status_and_advisor(self, cast: Cast, office: dict[str, int]) -> None:
        with cast.open(cast.maria) as session:
            page = caseload.listing(
                session, status="in_progress", wanted=Filter(advisor_id=cast.ben.user_id)
            )
            undated = caseload.listing(session, wanted=Filter(show="undated"))
            nothing = caseload.listing(session, status="open")
        assert {card.id for card in page.rows} == {office["today"], office["emergency"]}
        assert [card.id for card in undated.rows] == [office["undated"]]
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
