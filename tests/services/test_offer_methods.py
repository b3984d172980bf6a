"""Every way of sharing through the services: what is saved, what a statement says, what is kept."""

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.printing.content import StatementContent
from cma_app.printing.public_format import to_public_json
from cma_app.printing.statements import full, summary
from cma_app.rules.offers import METHODS
from cma_app.rules.parameters import parameter
from cma_app.rules.reconcile import findings
from cma_app.services.budgets import record_line, revise_sheet
from cma_app.services.debts import change_debt
from cma_app.services.next_actions import list_actions
from cma_app.services.offer_settings import LumpSumForm
from cma_app.services.offer_sharing import change_sharing, offer_lump_sum, withdraw_lump_sum
from cma_app.services.offer_tasks import plan_to_vary, vary_tasks
from cma_app.services.offers import CaseOffers, read_offers
from cma_app.services.statement_list import read_statements
from cma_app.services.statements import prepare_statement
from cma_app.services.timeline import read_timeline
from models import Offer
from tests.people import Cast
from tests.services.money import audited, make_case
from tests.services.test_offers import Household, budget_of, owe, record, rows
from tests.services.test_statements import Leanne

GIFT = {"lump_sum": "£1,500", "lump_sum_source": "A gift.", "not_borrowed": "on"}


@pytest.fixture
def whitmore(cast: Cast) -> Household:
    """Return a household with £149.00 for debts: the priority ones take £100.00 of it."""
    found = Household(cast)
    record(cast, found.case_id, decided={found.rent: "12w", found.tax: "48"})
    return found


@dataclass
class Desk:
    """A case and its advisor; each verb is one session."""

    cast: Cast
    case_id: int

    def read(self) -> CaseOffers:
        with self.cast.open(self.cast.amina) as session:
            return read_offers(session, self.case_id)

    def share(self, name: str, typed: str, **more: Any) -> CaseOffers:
        with self.cast.open(self.cast.amina) as session:
            return change_sharing(session, self.case_id, name=name, typed=typed, **more)

    def once(self, **over: str) -> CaseOffers:
        with self.cast.open(self.cast.amina) as session:
            return offer_lump_sum(session, self.case_id, LumpSumForm.read({**GIFT, **over}))

    def decide(self, **more: Any) -> CaseOffers:
        return record(self.cast, self.case_id, **more)

    def rows(self) -> dict[int, Offer]:
        return rows(self.cast, self.case_id)

    def amounts(self, *debt_ids: int) -> list[str]:
        kept = self.rows()
        return [str(kept[debt_id].amount) for debt_id in debt_ids]

    def content(self) -> StatementContent:
        """Return what a statement of the case says now."""
        with self.cast.open(self.cast.amina) as session:
            prepare_statement(session, self.case_id)
            shown = read_statements(session, self.case_id).shown
            assert shown is not None
            return shown.content


@pytest.fixture
def desk(cast: Cast, whitmore: Household) -> Desk:
    return Desk(cast, whitmore.case_id)


def known(owner: Engine, debt_id: int, **facts: Any) -> None:
    """Write what the debt's own page asks for."""
    named = ", ".join(f"{name} = :{name}" for name in facts)
    with owner.begin() as connection:
        connection.execute(
            text(f"UPDATE debts SET {named} WHERE id = :id"), facts | {"id": debt_id}
        )


def plan_of(found: CaseOffers) -> Any:
    assert found.plan is not None
    return found.plan


class TestChangeSharing:
    def test_equal_shares_are_saved_at_once(self, desk: Desk, whitmore: Household) -> None:
        found = desk.share("method", "equal")
        assert desk.amounts(whitmore.card, whitmore.loan, whitmore.catalogue) == [
            "16.33",
            "16.34",
            "16.33",
        ]
        assert desk.rows()[whitmore.card].method == "equal"
        assert not found.is_stale
        assert found.saved_at is not None

    def test_by_agreed_payment(self, desk: Desk, whitmore: Household, owner: Engine) -> None:
        known(owner, whitmore.card, monthly_payment=30)
        known(owner, whitmore.loan, monthly_payment=68)
        found = desk.share("method", "pro_rata_contractual")
        assert desk.amounts(whitmore.card, whitmore.loan, whitmore.catalogue) == [
            "15.00",
            "34.00",
            "0.00",
        ]
        assert plan_of(found).missing == (str(whitmore.catalogue),)

    def test_nil_leaves_all_of_it_unallocated(self, desk: Desk, whitmore: Household) -> None:
        plan = plan_of(desk.share("method", "nil"))
        assert (plan.other_total, plan.unallocated) == (Decimal("0.00"), Decimal("49.00"))
        assert desk.rows()[whitmore.card].method == "nil"

    def test_whole_pounds_leave_the_pence(self, desk: Desk, whitmore: Household) -> None:
        with desk.cast.open(desk.cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="0.40")
        plan = plan_of(desk.share("in_pounds", "on"))
        shared = (whitmore.card, whitmore.loan, whitmore.catalogue)
        assert all(amount.endswith(".00") for amount in desk.amounts(*shared))
        assert plan.unallocated == plan.left_to_share % 1

    def test_a_minimum_for_each(self, desk: Desk, whitmore: Household) -> None:
        desk.share("minimum", "£5")
        assert desk.amounts(whitmore.catalogue) == ["5.00"]
        assert desk.read().sharing.minimum == Decimal("5.00")
        desk.share("minimum", "")
        assert desk.amounts(whitmore.catalogue) == ["3.18"]

    @pytest.mark.parametrize("typed", ["12,5", "-1", "1e9", "9999999", "a lot", "5" * 10_000])
    def test_a_doubtful_minimum_gets_a_sentence(self, desk: Desk, typed: str) -> None:
        with pytest.raises(Invalid) as invalid:
            desk.share("minimum", typed)
        assert list(invalid.value.fields) == ["minimum"]

    @pytest.mark.parametrize("typed", ["", "full_and_final", "DROP TABLE"])
    def test_only_ways_of_the_list(self, desk: Desk, typed: str) -> None:
        with pytest.raises(Invalid) as invalid:
            desk.share("method", typed)
        assert list(invalid.value.fields) == ["method"]

    def test_an_unknown_setting_is_a_page_that_is_out_of_date(self, desk: Desk) -> None:
        with pytest.raises(Conflict, match="out of date"):
            desk.share("total_income", "5")

    def test_two_people_see_both_values(self, desk: Desk) -> None:
        desk.share("method", "equal", seen="pro_rata_balance")
        with pytest.raises(Conflict) as conflict:
            desk.share("method", "nil", seen="pro_rata_balance")
        assert conflict.value.theirs == {"method": "Equal"}
        assert desk.read().sharing.method == "equal"
        assert desk.share("method", "equal", seen="pro_rata_balance").sharing.method == "equal"

    def test_what_was_entered_survives_every_way_of_sharing(
        self, desk: Desk, whitmore: Household
    ) -> None:
        desk.share("method", "manual")
        desk.decide(decided={whitmore.card: "10", whitmore.loan: "5w"})
        assert desk.amounts(whitmore.card, whitmore.loan) == ["10.00", "21.67"]
        for method in ("pro_rata_balance", "equal", "pro_rata_contractual", "nil"):
            desk.share("method", method)
        desk.share("method", "pro_rata_balance")
        assert desk.amounts(whitmore.card, whitmore.loan) == ["17.52", "28.30"]
        desk.share("method", "manual")
        assert desk.amounts(whitmore.card, whitmore.loan) == ["10.00", "21.67"]

    def test_each_typed_waits_for_the_rest(self, desk: Desk, whitmore: Household) -> None:
        found = desk.share("method", "manual")
        assert set(plan_of(found).to_decide) == {
            str(each) for each in (whitmore.card, whitmore.loan, whitmore.catalogue)
        }
        with desk.cast.open(desk.cast.amina) as session:
            prepare_statement(session, desk.case_id)
            shown = read_statements(session, desk.case_id).shown
            assert shown is not None
            assert "Decide each offer." in [gap.sentence for gap in shown.gaps]

    def test_too_much_is_kept_and_can_be_lowered_box_by_box(
        self, desk: Desk, whitmore: Household
    ) -> None:
        desk.share("method", "manual")
        desk.decide(decided={whitmore.card: "20", whitmore.loan: "20", whitmore.catalogue: "9"})
        with desk.cast.open(desk.cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="47")
        found = desk.share("tokens", "on")
        assert "Lower them by" in found.problem
        assert found.is_stale
        with pytest.raises(Invalid):
            desk.decide(decided={whitmore.card: "21"})
        for debt_id in (whitmore.card, whitmore.loan):
            found = desk.decide(decided={debt_id: "1"})
        assert "Lower them by" in found.problem
        found = desk.decide(decided={whitmore.catalogue: "0"})
        assert (found.problem, found.is_stale) == ("", False)
        assert desk.amounts(whitmore.card, whitmore.loan, whitmore.catalogue) == [
            "1.00",
            "1.00",
            "0.00",
        ]

    def test_a_revised_sheet_shares_as_the_last(self, desk: Desk, whitmore: Household) -> None:
        desk.share("method", "equal")
        desk.share("minimum", "5")
        with desk.cast.open(desk.cast.amina) as session:
            revise_sheet(session, whitmore.sheet_id)
        sharing = desk.read().sharing
        assert (sharing.method, sharing.minimum) == ("equal", Decimal("5.00"))

    def test_is_not_found_by_strangers(self, desk: Desk) -> None:
        cast = desk.cast
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                change_sharing(session, desk.case_id, name="method", typed="equal")

    def test_is_written_in_the_audit_log_and_told(self, desk: Desk, cast: Cast) -> None:
        desk.share("method", "equal")
        with cast.open(cast.amina) as session:
            assert audited(session, "offer:record", "budget_sheets")
            told = [event.title for event in read_timeline(session, desk.case_id)]
        assert "Sharing of offers changed" in told


class TestFixedOffers:
    def test_one_is_fixed_and_the_others_share_the_rest(
        self, desk: Desk, whitmore: Household
    ) -> None:
        found = desk.decide(decided={whitmore.card: "25"})
        card, loan, catalogue = whitmore.card, whitmore.loan, whitmore.catalogue
        assert desk.amounts(card, loan, catalogue) == ["25.00", "21.57", "2.43"]
        assert desk.rows()[card].is_fixed
        assert plan_of(found).unallocated == Decimal("0.00")
        desk.share("method", "equal")
        assert desk.amounts(card, loan, catalogue) == ["25.00", "12.00", "12.00"]

    def test_an_emptied_box_shares_again(self, desk: Desk, whitmore: Household) -> None:
        desk.decide(decided={whitmore.card: "25"})
        desk.decide(decided={whitmore.card: ""})
        assert desk.amounts(whitmore.card) == ["17.52"]
        assert not desk.rows()[whitmore.card].is_fixed

    def test_it_holds_after_a_deficit(self, desk: Desk, whitmore: Household) -> None:
        desk.decide(decided={whitmore.card: "25"})
        with desk.cast.open(desk.cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="500")
        found = desk.decide()
        assert {offer.amount for offer in desk.rows().values()} == {Decimal("0.00")}
        assert found.problem == ""
        with pytest.raises(Invalid, match="nothing left"):
            desk.decide(decided={whitmore.loan: "5"})
        with desk.cast.open(desk.cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="")
        desk.decide()
        assert desk.amounts(whitmore.card) == ["25.00"]


class TestTokens:
    def test_in_a_deficit_nil_is_the_default_and_tokens_are_beside_it(
        self, desk: Desk, whitmore: Household
    ) -> None:
        with desk.cast.open(desk.cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="500")
        assert {offer.amount for offer in desk.rows().values()} != {Decimal("1.00")}
        plan = plan_of(desk.share("tokens", "on"))
        token = parameter("token_offer").on(today())
        kept = desk.rows()
        for debt_id in (whitmore.card, whitmore.loan, whitmore.catalogue):
            assert (kept[debt_id].amount, kept[debt_id].is_token) == (token, True)
        assert (kept[whitmore.rent].amount, kept[whitmore.rent].is_token) == (Decimal(0), False)
        assert (plan.tokens_total, plan.from_surplus) == (3 * token, Decimal(0))
        assert plan.unallocated == plan.available

    def test_a_statement_says_that_they_are_not_from_surplus(
        self, desk: Desk, whitmore: Household
    ) -> None:
        with desk.cast.open(desk.cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="500")
        desk.share("tokens", "on")
        content = desk.content()
        assert content.offer_method == "Token payments"
        assert content.totals.token_offers == Decimal("3.00")
        assert "not from surplus" in text_of(full(content))


class TestDeductions:
    def test_are_shown_and_get_no_offer(
        self, desk: Desk, whitmore: Household, owner: Engine
    ) -> None:
        known(
            owner,
            whitmore.tax,
            deduction_source="benefits",
            deduction_amount=5,
            deduction_frequency="weekly",
        )
        found = desk.decide()
        line = plan_of(found).line(str(whitmore.tax))
        assert (line.source, line.deduction, line.offer) == (
            "deduction",
            Decimal("21.67"),
            Decimal("0.00"),
        )
        assert desk.rows()[whitmore.tax].method == "deduction"
        assert plan_of(found).priority_total == Decimal("52.00")
        with pytest.raises(Conflict, match="takes no offer"):
            desk.decide(decided={whitmore.tax: "5"})
        known(owner, whitmore.tax, deduction_source=None, deduction_amount=None)
        assert plan_of(desk.decide()).priority_total == Decimal("100.00")

    def test_one_of_unknown_size_is_no_offer_either(
        self, desk: Desk, whitmore: Household, owner: Engine
    ) -> None:
        known(owner, whitmore.card, deduction_source="earnings")
        desk.decide()
        (printed,) = desk.content().deduction_debts
        assert (printed.creditor, printed.offer, printed.deducted_from) == (
            "Northern Bank",
            None,
            "earnings",
        )


class TestOfferLumpSum:
    def test_is_shared_by_balance_once(self, desk: Desk, whitmore: Household) -> None:
        found = desk.once()
        kept = desk.rows()
        assert [
            (str(kept[each].lump_sum), str(kept[each].amount), kept[each].method)
            for each in (whitmore.card, whitmore.loan, whitmore.catalogue)
        ] == [
            ("536.25", "0.00", "full_and_final"),
            ("866.25", "0.00", "full_and_final"),
            ("97.50", "0.00", "full_and_final"),
        ]
        assert kept[whitmore.rent].amount == Decimal("52.00")
        assert found.settlement is not None
        assert {line.percent for line in found.settlement.lines} == {Decimal("37.50")}
        assert plan_of(found).unallocated == Decimal("49.00")
        assert not found.is_stale

    def test_is_printed_with_its_source_and_as_a_part_of_the_balance(
        self, desk: Desk, whitmore: Household
    ) -> None:
        desk.once()
        content = desk.content()
        assert content.offer_method == "Full and final, by balance"
        assert {debt.kind for debt in content.non_priority_debts} == {"lump_sum"}
        said = text_of(full(content))
        assert "37.5% of the balance" in said
        assert "Source: A gift. It is not new borrowing." in said
        assert findings(content) == []

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("lump_sum", ""),
            ("lump_sum", "0"),
            ("lump_sum", "-5"),
            ("lump_sum", "12,5"),
            ("lump_sum", "1e9"),
            ("lump_sum", "5" * 10_000),
            ("lump_sum_source", " "),
            ("lump_sum_source", "x" * 401),
            ("not_borrowed", ""),
        ],
    )
    def test_asks_for_what_it_needs(self, name: str, typed: str) -> None:
        with pytest.raises(Invalid) as invalid:
            LumpSumForm.read({**GIFT, name: typed})
        assert list(invalid.value.fields) == [name]

    def test_must_say_that_it_is_not_borrowed(self) -> None:
        with pytest.raises(Invalid) as invalid:
            LumpSumForm.read({"lump_sum": "5", "lump_sum_source": "A gift"})
        assert "new borrowing" in invalid.value.fields["not_borrowed"]

    def test_more_than_is_owed_is_left_over(self, desk: Desk) -> None:
        found = desk.once(lump_sum="5000")
        assert found.settlement is not None
        assert (found.settlement.total, found.settlement.unallocated) == (
            Decimal("4000.00"),
            Decimal("1000.00"),
        )

    def test_takes_no_single_offers_meanwhile(self, desk: Desk, whitmore: Household) -> None:
        desk.decide(decided={whitmore.card: "25"})
        desk.once()
        with pytest.raises(Conflict, match="takes no offer"):
            desk.decide(decided={whitmore.card: "5"})

    def test_two_people_see_both_values(self, desk: Desk) -> None:
        desk.once()
        with pytest.raises(Conflict) as conflict, desk.cast.open(desk.cast.ben) as session:
            form = LumpSumForm.read({**GIFT, "lump_sum": "900"})
            offer_lump_sum(session, desk.case_id, form, seen="")
        assert conflict.value.theirs == {"lump_sum": "£1,500.00"}

    def test_is_not_found_by_strangers(self, desk: Desk) -> None:
        cast = desk.cast
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                offer_lump_sum(session, desk.case_id, LumpSumForm.read(GIFT))


class TestWithdrawLumpSum:
    def test_brings_the_monthly_offers_back(self, desk: Desk, whitmore: Household) -> None:
        desk.decide(decided={whitmore.card: "25"})
        before = desk.amounts(whitmore.card, whitmore.loan, whitmore.catalogue)
        desk.once()
        with desk.cast.open(desk.cast.amina) as session:
            withdraw_lump_sum(session, desk.case_id)
        assert desk.amounts(whitmore.card, whitmore.loan, whitmore.catalogue) == before
        assert {offer.lump_sum for offer in desk.rows().values()} == {None}

    def test_is_not_found_by_strangers(self, desk: Desk) -> None:
        cast = desk.cast
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                withdraw_lump_sum(session, desk.case_id)


class TestPlanToVary:
    def test_adds_the_task_once_in_the_nations_words(
        self, desk: Desk, whitmore: Household, owner: Engine
    ) -> None:
        known(owner, whitmore.card, ordered_payment=30)
        found = desk.read()
        assert [each.code for each in plan_of(found).findings] == ["apply_to_vary"]
        cast = desk.cast
        for _ in range(2):
            with cast.open(cast.amina) as session:
                found = plan_to_vary(session, desk.case_id, whitmore.card)
                assert vary_tasks(session, desk.case_id, found) == {whitmore.card}
                tasks = [(each.what, each.due_date) for each in list_actions(session, desk.case_id)]
        assert tasks == [("Northern Bank: Apply to vary the order: form N245.", today())]

    def test_in_scotland_the_sheriff(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina, nation="scotland")
        budget_of(cast, case_id, "1000", "980")
        debt_id = owe(cast, case_id, "Northern Bank", "500", "credit_card")
        known(owner, debt_id, ordered_payment=100)
        with cast.open(cast.amina) as session:
            plan_to_vary(session, case_id, debt_id)
            assert "sheriff" in list_actions(session, case_id)[0].what

    def test_only_where_a_court_ordered_more(self, desk: Desk, whitmore: Household) -> None:
        with pytest.raises(Conflict, match="not below"), desk.cast.open(desk.cast.amina) as session:
            plan_to_vary(session, desk.case_id, whitmore.card)

    def test_is_not_found_by_strangers(
        self, desk: Desk, whitmore: Household, owner: Engine
    ) -> None:
        known(owner, whitmore.card, ordered_payment=30)
        cast = desk.cast
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                plan_to_vary(session, desk.case_id, whitmore.card)


class TestWarnings:
    def test_above_what_was_agreed_and_never_cleared(
        self, desk: Desk, whitmore: Household, owner: Engine
    ) -> None:
        known(owner, whitmore.card, monthly_payment=10)
        known(owner, whitmore.loan, interest_rate=Decimal("29.90"))
        desk.decide(decided={whitmore.tax: "0"})
        found = {(each.key, each.code) for each in plan_of(desk.read()).findings}
        assert found == {
            (str(whitmore.card), "above_agreed"),
            (str(whitmore.loan), "never_cleared"),
            (str(whitmore.tax), "never_cleared"),
        }


class TestFrozen:
    @pytest.fixture
    def issued(self, cast: Cast) -> Leanne:
        leanne = Leanne(cast)
        leanne.issue()
        return leanne

    def test_offers_of_an_issued_statement_are_read_only(self, cast: Cast, issued: Leanne) -> None:
        desk = Desk(cast, issued.case_id)
        found = desk.read()
        assert (found.is_frozen, found.is_stale, found.problem) == (True, False, "")
        for verb in (
            lambda: desk.decide(decided={issued.rent: "10w"}),
            lambda: desk.share("method", "equal"),
            desk.once,
        ):
            with pytest.raises(Conflict, match="Revise it first"):
                verb()

    def test_they_stay_as_issued_when_debts_change(self, cast: Cast, issued: Leanne) -> None:
        desk = Desk(cast, issued.case_id)
        before = {line.key: line.offer for line in plan_of(desk.read()).lines}
        card = next(each for each in desk.read().debts if each.creditor == "Northern Bank")
        with cast.open(cast.amina) as session:
            row = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "900"}
            change_debt(session, card.id, row, version=1)
        found = desk.read()
        assert {line.key: line.offer for line in plan_of(found).lines} == before
        assert "Revise the budget" in found.problem
        assert plan_of(found).unallocated == Decimal("0.00")


def text_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages
    )


class TestStatements:
    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("way", ["surplus", "deficit", "tokens", "once"])
    def test_page_summary_and_data_add_up(
        self, cast: Cast, owner: Engine, method: str, way: str
    ) -> None:
        leanne = Leanne(cast)
        desk = Desk(cast, leanne.case_id)
        debts = {each.creditor: each.id for each in desk.read().debts}
        known(owner, debts["Home Catalogue"], deduction_source="benefits", deduction_amount=9)
        known(owner, debts["Northern Bank"], monthly_payment=30, ordered_payment=20)
        desk.share("method", method)
        if method == "manual":
            desk.decide(decided={debts["Northern Bank"]: "20", debts["Swift Loans"]: "9"})
        if way in ("deficit", "tokens"):
            with cast.open(cast.amina) as session:
                record_line(session, leanne.sheet_id, code="groceries", typed="500")
            desk.share("tokens", "on" if way == "tokens" else "")
            desk.decide()
        if way == "once":
            desk.once()
        content = desk.content()
        on = content.statement_date
        assert findings(content) == []
        assert findings(to_public_json(content), on) == []
        assert StatementContent.from_json(content.to_json()) == content
        for pdf in (full(content), summary(content)):
            said = text_of(pdf)
            assert "paid by deduction" in said.lower()
            assert ("not from surplus" in said) == (way == "tokens")
            assert ("full and final" in said) == (way == "once")
        (deducted,) = content.deduction_debts
        assert (deducted.creditor, deducted.offer) == ("Home Catalogue", Decimal("9.00"))
        words = {
            "deficit": "Nil, because nothing is available",
            "tokens": "Token payments",
            "once": "Full and final, by balance",
        }
        assert content.offer_method == words.get(way, METHODS[method])
