"""Offers: priority first, the rest to the penny, never above what is available."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.dates import add_months
from cma_app.services.budgets import record_line, record_savings, revise_sheet, start_sheet
from cma_app.services.debts import add_debt, change_debt, remove_debt
from cma_app.services.offers import CaseOffers, ReviewForm, read_offers, record_offers
from models import Offer
from tests.people import Cast
from tests.rules.cases import cases
from tests.services.money import audited, make_case

EXAMPLES = cases("offers")


def budget_of(cast: Cast, case_id: int, income: str, outgoings: str) -> int:
    with cast.open(cast.amina) as session:
        sheet_id = start_sheet(session, case_id).id
        record_line(session, sheet_id, code="client-salary-or-wages", typed=income)
        record_line(session, sheet_id, code="rent", typed=outgoings, frequency="monthly")
        return sheet_id


def owe(cast: Cast, case_id: int, name: str, balance: str, kind: str, **more: str) -> int:
    row = {"creditor": name, "debt_type": kind, "balance": balance, **more}
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, row).id


def record(cast: Cast, case_id: int, **more: Any) -> CaseOffers:
    with cast.open(cast.amina) as session:
        return record_offers(session, case_id, **more)


def rows(cast: Cast, case_id: int) -> dict[int, Offer]:
    with cast.open(cast.amina) as session:
        found = session.exec(select(Offer).where(col(Offer.case_id) == case_id))
        return {offer.debt_id: offer for offer in found}


class Household:
    """Leanne Whitmore's case: £149.00 available, two priority debts and three others."""

    def __init__(self, cast: Cast) -> None:
        self.case_id = make_case(cast, cast.amina)
        self.sheet_id = budget_of(cast, self.case_id, "2150", "1985")
        self.rent = owe(cast, self.case_id, "Harbour Homes", "1240", "rent")
        self.tax = owe(cast, self.case_id, "City Council", "860", "council_tax")
        self.card = owe(cast, self.case_id, "Northern Bank", "1430", "credit_card")
        self.loan = owe(cast, self.case_id, "Swift Loans", "2310", "personal_loan")
        self.catalogue = owe(cast, self.case_id, "Home Catalogue", "260", "catalogue")


@pytest.fixture
def whitmore(cast: Cast) -> Household:
    return Household(cast)


class TestReviewForm:
    @pytest.mark.parametrize("typed", ["", "1 1 2001", "1 1 2100", "31 2 2027", "soon"])
    def test_says_what_is_wrong_with_a_day(self, typed: str) -> None:
        assert ReviewForm.sentence_for("review_date", typed)

    def test_takes_a_day_within_the_rules(self) -> None:
        on = add_months(today(), 6)
        assert ReviewForm.sentence_for("review_date", f"{on:%d %m %Y}") is None


class TestRecordOffers:
    def test_priority_first_then_to_the_exact_penny(self, cast: Cast, whitmore: Household) -> None:
        done = record(cast, whitmore.case_id, decided={whitmore.rent: "12w", whitmore.tax: "48"})
        assert done.plan is not None
        assert done.plan.unallocated == Decimal("0.00")
        kept = rows(cast, whitmore.case_id)
        assert {debt: offer.amount for debt, offer in kept.items()} == {
            whitmore.rent: Decimal("52.00"),
            whitmore.tax: Decimal("48.00"),
            whitmore.card: Decimal("17.52"),
            whitmore.loan: Decimal("28.30"),
            whitmore.catalogue: Decimal("3.18"),
        }
        rent = kept[whitmore.rent]
        assert (rent.entered_amount, rent.entered_frequency, rent.method) == (
            Decimal("12.00"),
            "weekly",
            "manual",
        )
        assert kept[whitmore.card].method == "pro_rata_balance"
        assert kept[whitmore.card].review_date == add_months(today(), 6)

    def test_a_fee_is_taken_from_what_is_available(
        self, cast: Cast, whitmore: Household, owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE budget_sheets SET debt_admin_fee = 9 WHERE id = :id"),
                {"id": whitmore.sheet_id},
            )
        with cast.open(cast.amina) as session:
            plan = read_offers(session, whitmore.case_id).plan
        assert plan is not None
        assert plan.available == Decimal("140.00")

    @pytest.mark.parametrize("case", EXAMPLES["published"], ids=lambda case: case["source"])
    def test_published_offers(self, cast: Cast, case: dict[str, Any]) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_id = budget_of(cast, case_id, case["available"], "0")
        with cast.open(cast.amina) as session:
            record_savings(session, sheet_id, "0")
        ids = {
            name: owe(cast, case_id, name, balance, "credit_card")
            for name, balance in case["balances"].items()
        }
        record(cast, case_id)
        kept = rows(cast, case_id)
        assert {name: str(kept[debt].amount) for name, debt in ids.items()} == case["offers"]

    @pytest.mark.parametrize("case", EXAMPLES["households"], ids=lambda case: case["name"])
    def test_households_of_the_demonstration(self, cast: Cast, case: dict[str, Any]) -> None:
        case_id = make_case(cast, cast.amina)
        budget_of(cast, case_id, case["income"], case["outgoings"])
        first = {
            name: owe(cast, case_id, name, owed, "rent")
            for name, (owed, _) in case["priority"].items()
        }
        others = {
            name: owe(cast, case_id, name, owed, "credit_card")
            for name, owed in case["balances"].items()
        }
        decided = {first[name]: offer or "" for name, (_, offer) in case["priority"].items()}
        done = record(cast, case_id, decided=decided)
        kept = rows(cast, case_id)
        assert {name: str(kept[debt].amount) for name, debt in others.items()} == case["offers"]
        assert done.plan is not None
        assert str(done.plan.unallocated) == case["unallocated"]
        offered = sum((offer.amount for offer in kept.values()), Decimal(0))
        assert offered <= max(done.plan.available, Decimal(0))

    def test_a_deficit_offers_nil_to_all_and_keeps_what_was_decided(
        self, cast: Cast, whitmore: Household
    ) -> None:
        record(cast, whitmore.case_id, decided={whitmore.rent: "12w"})
        with cast.open(cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="500")
        done = record(cast, whitmore.case_id)
        assert done.plan is not None
        assert done.plan.in_deficit
        kept = rows(cast, whitmore.case_id)
        assert {(offer.amount, offer.method) for offer in kept.values()} == {
            (Decimal("0.00"), "nil")
        }
        with cast.open(cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="")
        record(cast, whitmore.case_id)
        assert rows(cast, whitmore.case_id)[whitmore.rent].amount == Decimal("52.00")

    def test_never_above_what_is_available(self, cast: Cast, whitmore: Household) -> None:
        with pytest.raises(Invalid) as invalid:
            record(cast, whitmore.case_id, decided={whitmore.rent: "100.01", whitmore.tax: "100"})
        assert set(invalid.value.fields) == {f"offer-{whitmore.rent}", f"offer-{whitmore.tax}"}
        assert "Lower them by £51.01." in invalid.value.fields[f"offer-{whitmore.rent}"]
        assert rows(cast, whitmore.case_id) == {}

    @pytest.mark.parametrize("typed", ["1240.01", "99999999", "12,5", "-1", "some", "1e3"])
    def test_a_doubtful_offer_gets_a_sentence(
        self, cast: Cast, whitmore: Household, typed: str
    ) -> None:
        with pytest.raises(Invalid) as invalid:
            record(cast, whitmore.case_id, decided={whitmore.rent: typed})
        assert list(invalid.value.fields) == [f"offer-{whitmore.rent}"]

    def test_a_debt_that_is_left_out_takes_no_decision(
        self, cast: Cast, whitmore: Household
    ) -> None:
        debt = owe(cast, whitmore.case_id, "Paid", "10", "catalogue", status="settled")
        with pytest.raises(Conflict, match="takes no offer"):
            record(cast, whitmore.case_id, decided={debt: "2"})

    def test_two_people_on_two_debts_both_keep_their_work(
        self, cast: Cast, whitmore: Household
    ) -> None:
        record(cast, whitmore.case_id, decided={whitmore.rent: "12w"}, seen={whitmore.rent: ""})
        with cast.open(cast.ben) as session:
            record_offers(
                session, whitmore.case_id, decided={whitmore.tax: "48"}, seen={whitmore.tax: ""}
            )
        kept = rows(cast, whitmore.case_id)
        assert (kept[whitmore.rent].amount, kept[whitmore.tax].amount) == (Decimal(52), Decimal(48))

    def test_two_people_on_one_debt_see_both_values(self, cast: Cast, whitmore: Household) -> None:
        record(cast, whitmore.case_id, decided={whitmore.rent: "12w"}, seen={whitmore.rent: ""})
        with pytest.raises(Conflict) as conflict, cast.open(cast.ben) as session:
            record_offers(
                session, whitmore.case_id, decided={whitmore.rent: "40"}, seen={whitmore.rent: ""}
            )
        assert conflict.value.theirs == {f"offer-{whitmore.rent}": "12.00 weekly"}

    @pytest.mark.parametrize("months", [0, 13])
    def test_the_review_is_soon(self, cast: Cast, whitmore: Household, months: int) -> None:
        with pytest.raises(Invalid) as invalid:
            record(cast, whitmore.case_id, review_on=add_months(today(), months))
        assert list(invalid.value.fields) == ["review_date"]
        done = record(cast, whitmore.case_id, review_on=add_months(today(), 3))
        assert done.review_on == add_months(today(), 3)

    def test_without_a_budget_there_is_nothing_to_offer(self, cast: Cast) -> None:
        with pytest.raises(Conflict, match="Enter the budget first"):
            record(cast, make_case(cast, cast.amina))

    def test_is_not_found_by_strangers(self, cast: Cast, whitmore: Household) -> None:
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                record_offers(session, whitmore.case_id)

    def test_is_written_in_the_audit_log(self, cast: Cast, whitmore: Household) -> None:
        record(cast, whitmore.case_id)
        with cast.open(cast.amina) as session:
            found = audited(session, "offer:record", "offers")
        assert len(found) == 5
        assert {row.case_id for row in found} == {whitmore.case_id}


class TestReadOffers:
    def test_excluded_debts_are_apart_with_the_reason(
        self, cast: Cast, whitmore: Household
    ) -> None:
        for liability in ("disputed", "not_liable"):
            owe(cast, whitmore.case_id, "Coerced", "2000", "credit_card", liability=liability)
        owe(cast, whitmore.case_id, "Paid", "10", "catalogue", status="settled")
        with cast.open(cast.amina) as session:
            offers = read_offers(session, whitmore.case_id)
        reasons = [debt.why_not.split(":")[0] for debt in offers.debts if debt.why_not]
        assert reasons == ["Disputed", "Not liable", "Settled"]
        assert offers.plan is not None
        assert len(offers.plan.lines) == 5

    def test_says_when_debts_or_budget_changed_since(self, cast: Cast, whitmore: Household) -> None:
        assert not record(cast, whitmore.case_id, decided={whitmore.rent: "12w"}).is_stale
        with cast.open(cast.amina) as session:
            row = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "1000"}
            change_debt(session, whitmore.card, row, version=1)
        with cast.open(cast.amina) as session:
            assert read_offers(session, whitmore.case_id).is_stale
        assert not record(cast, whitmore.case_id).is_stale
        with cast.open(cast.amina) as session:
            remove_debt(session, whitmore.loan)
        with cast.open(cast.amina) as session:
            assert read_offers(session, whitmore.case_id).is_stale
        done = record(cast, whitmore.case_id)
        assert not done.is_stale
        assert done.plan is not None
        assert done.plan.unallocated >= 0

    def test_says_when_the_priority_offers_no_longer_fit(
        self, cast: Cast, whitmore: Household
    ) -> None:
        record(cast, whitmore.case_id, decided={whitmore.rent: "100"})
        with cast.open(cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="100")
        with cast.open(cast.amina) as session:
            offers = read_offers(session, whitmore.case_id)
        assert offers.is_stale
        assert "Lower them by" in offers.problem
        with pytest.raises(Invalid):
            record(cast, whitmore.case_id)

    def test_a_revised_sheet_begins_with_the_decisions_of_the_last(
        self, cast: Cast, whitmore: Household
    ) -> None:
        record(cast, whitmore.case_id, decided={whitmore.rent: "12w"})
        with cast.open(cast.amina) as session:
            revise_sheet(session, whitmore.sheet_id)
        with cast.open(cast.amina) as session:
            offers = read_offers(session, whitmore.case_id)
        assert not offers.is_saved
        assert offers.plan is not None
        assert offers.plan.priority_total == Decimal("52.00")

    def test_is_not_found_by_strangers(self, cast: Cast, whitmore: Household) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                read_offers(session, whitmore.case_id)
