"""What papers say beside the boxes that it would fill: offered, used or put away, never posted."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.errors import NotFound, Refused
from cma_app.services import document_suggestions as offers
from cma_app.services.budgets import read_budget, record_line, start_sheet
from cma_app.services.case_steps import assign_case
from cma_app.services.debt_file import read_debt
from cma_app.services.debts import add_debt, change_debt
from cma_app.services.document_reading import dismiss_figure, read_reading, reopen_figure
from cma_app.services.document_uses import use_as_evidence
from models import Debt
from tests.people import Cast
from tests.services.money import make_case
from tests.services.reading import COUNCIL, PAYSLIP, read

pytestmark = pytest.mark.database

_FOLLOWED = text(
    "INSERT INTO case_shadows (centre_id, case_id, trainee_id, first_day, reason)"
    " VALUES (:centre, :case, :trainee, current_date - 2, 'To learn')"
)
LINE = "client-salary-or-wages"
BOXES = {"creditor": "Ashdown Borough Council", "debt_type": "council_tax", "balance": "700"}


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def owe(cast: Cast, case_id: int, **over: str) -> int:
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, BOXES | over).id


def beside(cast: Cast, case_id: int, debt_id: int, who: Actor | None = None) -> dict[str, str]:
    """Return what stands beside a debt's boxes; of two the first."""
    with cast.open(who or cast.amina) as session:
        rows = read_debt(session, case_id, debt_id).suggested
    return {row.field: row.value for row in reversed(rows)}


def grid(cast: Cast, case_id: int, who: Actor | None = None) -> dict[int, dict[str, str]]:
    """Return what stands beside the boxes of each debt of a case; of two the first."""
    with cast.open(who or cast.amina) as session:
        found = offers.suggest_for_debts(session, case_id)
    return {debt: {row.field: row.value for row in reversed(rows)} for debt, rows in found.items()}


def income(cast: Cast, case_id: int) -> list[tuple[str, str]]:
    with cast.open(cast.amina) as session:
        return [(row.field, row.value) for row in offers.suggest_for_sheet(session, case_id)]


def save(cast: Cast, case_id: int, debt_id: int, **over: str) -> None:
    """Save a debt as its page does, with what stood beside its boxes."""
    with cast.open(cast.amina) as session:
        shown = [row.id for row in read_debt(session, case_id, debt_id).suggested]
        version = session.require(Debt, debt_id).version
        change_debt(session, debt_id, BOXES | over, version=version)
        offers.take_for_debt(session, debt_id, shown)


def states(cast: Cast, document_id: int) -> dict[str, str]:
    with cast.open(cast.amina) as session:
        return {each.kind: each.status for each in read_reading(session, document_id).figures}


class TestDebt:
    def test_a_paper_that_names_it_is_offered_with_its_page_and_day(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id = owe(cast, case_id)
        number = read(cast, case_id, COUNCIL, name="Council letter.pdf")
        with cast.open(cast.amina) as session:
            rows = read_debt(session, case_id, debt_id).suggested
        assert {row.field: row.value for row in rows} == {
            "balance": "860.00",
            "account_number": "40771203",
            "balance_date": "2026-11-05",
        }
        assert {(row.document_id, row.page_no, row.paper, str(row.dated)) for row in rows} == {
            (number, 1, "Council letter.pdf", "2026-11-05")
        }

    def test_nothing_is_posted_and_what_is_saved_alike_is_taken(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id, number = owe(cast, case_id), read(cast, case_id)
        save(cast, case_id, debt_id, balance="700", account_number="4077-1203")
        assert states(cast, number) == {
            "account_number": "accepted",
            "balance": "open",
            "dated": "open",
        }
        assert beside(cast, case_id, debt_id) == {"balance": "860.00", "balance_date": "2026-11-05"}
        save(cast, case_id, debt_id, balance="£860", account_number="40771203")
        assert beside(cast, case_id, debt_id) == {"balance_date": "2026-11-05"}
        with cast.open(cast.amina) as session:
            (taken,) = [
                each for each in read_reading(session, number).figures if each.kind == "balance"
            ]
        assert (taken.debt_id, taken.taken, taken.decided_by) == (
            debt_id,
            "860.00",
            cast.amina.user_id,
        )

    def test_what_was_put_away_stays_away_until_it_is_brought_back(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id, number = owe(cast, case_id), read(cast, case_id)
        with cast.open(cast.amina) as session:
            figures = read_reading(session, number).figures
            (balance,) = [each.id for each in figures if each.kind == "balance"]
            dismiss_figure(session, balance)
        assert "balance" not in beside(cast, case_id, debt_id)
        with cast.open(cast.amina) as session:
            reopen_figure(session, balance)
        assert beside(cast, case_id, debt_id)["balance"] == "860.00"

    def test_a_paper_goes_to_the_debt_it_shows_else_to_the_one_it_speaks_of(
        self, cast: Cast, case_id: int
    ) -> None:
        council, other = owe(cast, case_id), owe(cast, case_id, creditor="Somebody else")
        number = read(cast, case_id)
        assert beside(cast, case_id, council)
        assert beside(cast, case_id, other) == {}
        with cast.open(cast.amina) as session:
            use_as_evidence(session, number, kind="debt", mark=str(other))
        assert beside(cast, case_id, council) == {}
        assert beside(cast, case_id, other)["balance"] == "860.00"

    def test_what_is_older_than_the_recorded_balance_is_not_offered(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id, _ = owe(cast, case_id), read(cast, case_id)
        with cast.open(cast.amina) as session:
            session.require(Debt, debt_id).balance_date = date(2026, 11, 6)
        assert beside(cast, case_id, debt_id) == {"account_number": "40771203"}

    def test_a_day_alone_and_another_cases_paper_are_not_offered(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id = owe(cast, case_id)
        read(cast, case_id, "Ashdown Borough Council\nDate of notice: 5 November 2026\nThank you")
        read(cast, make_case(cast, cast.amina))
        assert beside(cast, case_id, debt_id) == {}

    def test_two_papers_stand_beside_a_box_the_newer_first(self, cast: Cast, case_id: int) -> None:
        debt_id = owe(cast, case_id)
        for day, sum_ in ((5, "860.00"), (9, "905.00"), (2, "840.00")):
            said = COUNCIL.replace("5 November", f"{day} November").replace("860.00", sum_)
            read(cast, case_id, said)
        with cast.open(cast.amina) as session:
            rows = read_debt(session, case_id, debt_id).suggested
        assert [row.value for row in rows if row.field == "balance"] == ["905.00", "860.00"]


class TestGrid:
    def test_each_debt_of_a_case_has_what_its_own_page_offers(
        self, cast: Cast, case_id: int
    ) -> None:
        council, other = owe(cast, case_id), owe(cast, case_id, creditor="Somebody else")
        number = read(cast, case_id)
        assert grid(cast, case_id) == {council: beside(cast, case_id, council)}
        with cast.open(cast.amina) as session:
            use_as_evidence(session, number, kind="debt", mark=str(other))
        assert grid(cast, case_id) == {other: beside(cast, case_id, other)}
        save(cast, case_id, council, balance="860")  # it stood beside the other one
        assert states(cast, number)["balance"] == "open"

    def test_nothing_is_offered_without_papers_or_to_who_only_follows(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        assert grid(cast, case_id) == {}
        debt_id, _ = owe(cast, case_id), read(cast, case_id)
        who = {"centre": cast.amina.centre_id, "case": case_id, "trainee": cast.tess.user_id}
        with owner.begin() as connection:
            connection.execute(_FOLLOWED, who)
        assert grid(cast, case_id, cast.tess) == {}
        assert list(grid(cast, case_id, cast.ben)) == [debt_id]


class TestBudget:
    def test_income_stands_beside_the_line_of_its_paper_until_it_is_recorded(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id, PAYSLIP)
        assert income(cast, case_id) == [(LINE, "1335.36")]
        with cast.open(cast.amina) as session:
            sheet = start_sheet(session, case_id)
            shown = [row.id for row in offers.suggest_for_sheet(session, case_id)]
            record_line(session, sheet.id, code=LINE, typed="1300")
            offers.take_for_sheet(session, sheet.id, LINE, shown)
        assert income(cast, case_id) == [(LINE, "1335.36")]
        with cast.open(cast.amina) as session:
            record_line(session, sheet.id, code=LINE, typed="1335.36", frequency="four_weekly")
            offers.take_for_sheet(session, sheet.id, LINE, shown)
        assert income(cast, case_id) == []
        assert states(cast, number)["income"] == "accepted"
        with cast.open(cast.amina) as session:
            stored = read_budget(session, case_id).sheet
        assert stored is not None
        assert stored.income_details[LINE]["frequency"] == "four_weekly"


class TestWalls:
    def test_nobody_is_told_of_a_paper_they_may_not_see(self, cast: Cast, case_id: int) -> None:
        debt_id = owe(cast, case_id)
        only = {"access_level": "named_people", "named_people": [cast.maria.user_id]}
        read(cast, case_id, **only)
        assert beside(cast, case_id, debt_id, cast.maria)
        assert beside(cast, case_id, debt_id, cast.ben) == {}

    @pytest.mark.parametrize(
        ("who", "error"),
        [("colin", NotFound), ("bea", NotFound), ("tess", NotFound), ("root", Refused)],
    )
    def test_who_may_not_see_the_case_is_refused(
        self, cast: Cast, case_id: int, who: str, error: type[Exception]
    ) -> None:
        debt_id, _ = owe(cast, case_id), read(cast, case_id, PAYSLIP)
        with cast.open(cast.amina) as session:
            sheet_id = start_sheet(session, case_id).id
            debt = session.require(Debt, debt_id)
            shown = [row.id for row in offers.suggest_for_sheet(session, case_id)]
        verbs: list[Any] = [
            lambda session: offers.suggest_for_debt(session, debt),
            lambda session: offers.suggest_for_debts(session, case_id),
            lambda session: offers.suggest_for_sheet(session, case_id),
            lambda session: offers.take_for_debt(session, debt_id, shown),
            lambda session: offers.take_for_sheet(session, sheet_id, LINE, shown),
        ]
        for verb in verbs:
            with pytest.raises((error, NotFound)), cast.open(getattr(cast, who)) as session:
                verb(session)

    def test_a_trainee_is_offered_them_once_the_case_is_theirs(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id, _ = owe(cast, case_id), read(cast, case_id)
        with cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=cast.tess.user_id)
        assert beside(cast, case_id, debt_id, cast.tess)["balance"] == "860.00"

    def test_who_follows_a_case_reads_its_debts_and_is_offered_nothing(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        debt_id, _ = owe(cast, case_id), read(cast, case_id)
        who = {"centre": cast.amina.centre_id, "case": case_id, "trainee": cast.tess.user_id}
        with owner.begin() as connection:
            connection.execute(_FOLLOWED, who)
        assert beside(cast, case_id, debt_id, cast.tess) == {}
        with cast.open(cast.tess) as session:
            assert offers.suggest_for_sheet(session, case_id) == []

    def test_another_cases_figures_are_not_taken(self, cast: Cast, case_id: int) -> None:
        debt_id = owe(cast, case_id, balance="860")
        elsewhere = make_case(cast, cast.amina)
        number = read(cast, elsewhere)
        with cast.open(cast.amina) as session:
            foreign = [each.id for each in read_reading(session, number).figures]
            offers.take_for_debt(session, debt_id, foreign)
        assert set(states(cast, number).values()) == {"open"}
