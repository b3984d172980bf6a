from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cma_app.rules.financial_statement import available_for_priority, savings_for
from cma_app.rules.offers import (
    BadOffer,
    DebtForOffer,
    OffersAboveAvailable,
    is_long_term,
    months_to_clear,
    plan_offers,
    review_date,
    share,
)
from tests.rules.cases import cases

EXAMPLES = cases("offers")
TODAY = date(2026, 11, 22)
MONEY = st.decimals("0.00", "99999.99", places=2)
AVAILABLE = st.decimals("-500.00", "5000.00", places=2)
BALANCES = st.dictionaries(st.integers(0, 30), MONEY, max_size=12)
PENNY = Decimal("0.01")


def pounds(amounts: dict[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in amounts.items()}


@pytest.mark.parametrize(
    "case", EXAMPLES["published"] + EXAMPLES["worked"], ids=lambda case: case["source"]
)
def test_worked_examples(case):
    offers = share(Decimal(case["available"]), pounds(case["balances"]))
    assert {key: str(offer) for key, offer in offers.items()} == case["offers"]


@pytest.mark.parametrize("case", EXAMPLES["households"], ids=lambda case: case["name"])
def test_households_of_the_demonstration(case):
    income, outgoings = Decimal(case["income"]), Decimal(case["outgoings"])
    savings = savings_for(income - outgoings, TODAY)
    assert savings == Decimal(case["savings"])
    debts = [
        DebtForOffer(
            key, Decimal(owed), True, manual_offer=None if offer is None else Decimal(offer)
        )
        for key, (owed, offer) in case["priority"].items()
    ] + [DebtForOffer(key, Decimal(owed), False) for key, owed in case["balances"].items()]
    available = available_for_priority(income, outgoings, savings)
    plan = plan_offers(available, debts, TODAY)
    others = {line.key: str(line.offer) for line in plan.lines if not line.priority}
    assert others == case["offers"]
    assert {line.key: line.months for line in plan.lines} == case["months"]
    assert plan.unallocated == Decimal(case["unallocated"])


class TestShare:
    @settings(max_examples=1200)
    @given(AVAILABLE, BALANCES)
    def test_adds_up_is_capped_fair_and_in_order(self, available, balances):
        offers = share(available, balances)
        owed = sum(balances.values())
        shared = max(Decimal(0), min(available, owed))
        assert offers.keys() == balances.keys()
        assert sum(offers.values()) == shared
        for key, offer in offers.items():
            exact = Fraction(shared) * Fraction(balances[key]) / Fraction(owed or 1)
            assert 0 <= offer <= balances[key]
            assert abs(Fraction(offer) - exact) < Fraction(PENNY)
        for less, more in pairwise(sorted(balances, key=lambda key: balances[key])):
            assert balances[less] == balances[more] or offers[less] <= offers[more]

    @given(AVAILABLE, BALANCES)
    def test_the_same_debts_give_the_same_offers(self, available, balances):
        assert share(available, balances) == share(available, dict(balances))

    @settings(max_examples=500)
    @given(AVAILABLE, BALANCES)
    def test_whole_pounds_are_whole_and_never_above(self, available, balances):
        offers = share(available, balances, whole_pounds=True)
        owed = sum(balances.values())
        if available >= owed:
            assert offers == balances
            return
        assert all(offer == int(offer) <= balances[key] for key, offer in offers.items())
        room = sum(int(balance) for balance in balances.values())
        assert sum(offers.values()) == max(0, min(int(available), room))

    @settings(max_examples=500)
    @given(AVAILABLE, BALANCES, st.decimals("0.01", "20.00", places=2), st.booleans())
    def test_a_minimum_is_kept_where_there_is_enough(self, available, balances, minimum, whole):
        offers = share(available, balances, minimum=minimum, whole_pounds=whole)
        assert sum(offers.values()) <= max(Decimal(0), available)
        assert all(offers[key] <= balances[key] for key in balances)
        if not whole:
            least = {key: min(minimum, balance) for key, balance in balances.items()}
            assert sum(offers.values()) == max(0, min(available, sum(balances.values())))
            if available >= sum(least.values()):
                assert all(offers[key] >= least[key] for key in balances)
            else:
                assert offers == share(available, balances)

    def test_a_minimum_is_paid_for_by_the_larger(self):
        offers = share(
            Decimal(49), pounds({"a": "1430", "b": "2310", "c": "260"}), minimum=Decimal(5)
        )
        assert offers == pounds({"a": "16.82", "b": "27.18", "c": "5.00"})

    def test_a_capped_small_debt_leaves_its_minimum_to_the_rest(self):
        offers = share(Decimal(50), pounds({"a": "3.00", "b": "997.00"}), minimum=Decimal(5))
        assert offers == pounds({"a": "3.00", "b": "47.00"})

    def test_whole_pounds_with_a_capped_debt(self):
        offers = share(Decimal("11.50"), pounds({"a": "1.90", "b": "10.00"}), whole_pounds=True)
        assert offers == pounds({"a": "1", "b": "10"})

    def test_no_debts_get_nothing(self):
        assert share(Decimal(10), {}) == {}

    def test_refuses_a_balance_below_nil_and_parts_of_a_penny(self):
        with pytest.raises(BadOffer, match="below nil"):
            share(Decimal(10), {"a": Decimal("-1")})
        with pytest.raises(BadOffer, match="pounds and pence"):
            share(Decimal("10.001"), {"a": Decimal(1)})


class TestPlan:
    RENT = DebtForOffer(
        "rent", Decimal(1240), priority=True, manual_offer=Decimal(52), name="Rent arrears"
    )
    CARD = DebtForOffer("card", Decimal(1430), priority=False)
    LOAN = DebtForOffer("loan", Decimal(2310), priority=False)

    def test_priority_comes_first_and_the_rest_is_shared(self):
        plan = plan_offers(Decimal(100), [self.RENT, self.CARD, self.LOAN], TODAY)
        assert plan.priority_total == 52
        assert plan.left_for_others == plan.other_total == 48
        assert plan.line("card").share == Decimal("38.24")
        assert plan.line("card").exact == Decimal("18.3529")
        assert plan.line("card").offer == Decimal("18.35")
        assert plan.line("rent").share is None

    def test_an_undecided_priority_debt_waits_for_the_advisor(self):
        undecided = DebtForOffer("tax", Decimal(860), priority=True)
        plan = plan_offers(Decimal(100), [undecided, self.CARD], TODAY)
        assert plan.line("tax").offer is None
        assert plan.to_decide == ("tax",)
        assert plan.line("card").offer == 100

    def test_nil_is_a_decision(self):
        nil = DebtForOffer("tax", Decimal(860), priority=True, manual_offer=Decimal(0))
        plan = plan_offers(Decimal(100), [nil, self.CARD], TODAY)
        assert plan.line("tax").offer == 0
        assert plan.to_decide == ()

    def test_refuses_more_than_there_is(self):
        with pytest.raises(OffersAboveAvailable, match=r"Lower them by £12\.00") as refused:
            plan_offers(Decimal(40), [self.RENT], TODAY)
        assert refused.value.over_by == 12

    def test_refuses_more_than_is_owed_and_less_than_nil(self):
        for offer, sentence in ((41, "Van is more than is owed. Enter £40.00"), (-1, "below nil")):
            debt = DebtForOffer(
                "van", Decimal(40), priority=True, manual_offer=Decimal(offer), name="Van"
            )
            with pytest.raises(BadOffer, match=sentence):
                plan_offers(Decimal(100), [debt], TODAY)

    def test_a_deficit_offers_nil_to_all(self):
        plan = plan_offers(Decimal("-84.70"), [self.RENT, self.CARD], TODAY)
        assert [line.offer for line in plan.lines] == [0, 0]
        assert plan.in_deficit
        assert plan.unallocated == plan.available == Decimal("-84.70")

    def test_a_debt_left_out_gets_nothing_and_changes_no_share(self):
        disputed = DebtForOffer("loan", Decimal(9000), priority=False, included=False)
        plan = plan_offers(Decimal(48), [self.CARD, disputed], TODAY)
        assert plan.line("loan").offer == 0
        assert plan.line("loan").share is None
        assert plan.line("card").offer == 48

    def test_money_beyond_the_balances_stays_unallocated(self):
        small = DebtForOffer("small", Decimal(30), priority=False)
        plan = plan_offers(Decimal(48), [small], TODAY)
        assert plan.line("small").offer == 30
        assert plan.unallocated == 18

    def test_arrears_are_what_a_priority_offer_clears(self):
        mortgage = DebtForOffer(
            "home", Decimal(90000), priority=True, arrears=Decimal(500), manual_offer=Decimal(50)
        )
        assert plan_offers(Decimal(48 + 50), [mortgage], TODAY).line("home").months == 10

    def test_warns_of_a_term_above_ten_years(self):
        card = DebtForOffer("card", Decimal("1200.00"), priority=False)
        assert not plan_offers(Decimal("10.00"), [card], TODAY).line("card").long_term
        later = plan_offers(Decimal("9.99"), [card], TODAY).line("card")
        assert (later.months, later.long_term) == (121, True)

    @settings(max_examples=1000)
    @given(
        AVAILABLE,
        st.lists(
            st.builds(
                DebtForOffer,
                key=st.uuids().map(str),
                balance=MONEY,
                priority=st.booleans(),
                manual_offer=st.none() | st.decimals("0.00", "60.00", places=2),
                included=st.booleans(),
            ),
            max_size=8,
            unique_by=lambda debt: debt.key,
        ),
    )
    def test_offers_and_the_rest_are_what_is_available(self, available, debts):
        try:
            plan = plan_offers(available, debts, TODAY)
        except BadOffer:
            return
        offered = sum((line.offer or Decimal(0) for line in plan.lines), Decimal(0))
        assert offered + plan.unallocated == available
        assert offered <= max(Decimal(0), available)
        assert offered == plan.priority_total + plan.other_total
        shares = [line.share for line in plan.lines if line.share is not None]
        assert not shares or abs(sum(shares) - 100) <= PENNY * len(shares)


def test_months_are_whole_and_go_up():
    assert months_to_clear(Decimal(1240), Decimal(52)) == 24
    assert months_to_clear(Decimal(1248), Decimal(52)) == 24
    assert months_to_clear(Decimal(100), Decimal(0)) is None
    assert months_to_clear(Decimal(0), Decimal(5)) is None


def test_ten_years_exactly_is_not_long():
    assert not is_long_term(120, TODAY)
    assert is_long_term(121, TODAY)
    assert not is_long_term(None, TODAY)


def test_a_review_is_six_months_on_or_the_last_day():
    assert review_date(date(2026, 11, 25)) == date(2027, 5, 25)
    assert review_date(date(2026, 8, 31)) == date(2027, 2, 28)
