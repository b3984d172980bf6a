"""Every way of sharing what is left, over thousands of sets of debts."""

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cma_app.rules.offers import (
    METHODS,
    SOURCE_WORDS,
    BadOffer,
    DebtForOffer,
    OffersAboveAvailable,
    Plan,
    plan_offers,
)
from cma_app.rules.parameters import parameter

TODAY = date(2026, 11, 22)
NIL = Decimal(0)
TOKEN = Decimal("1.00")
SHARED = ("pro_rata_balance", "pro_rata_contractual", "equal")


def pounds(least: int, most: int) -> st.SearchStrategy[Decimal]:
    """Return whole pence as pounds: much quicker to draw than decimals."""
    return st.integers(least * 100, most * 100).map(lambda pence: Decimal(pence).scaleb(-2))


MONEY = pounds(0, 9999)
SMALL = pounds(0, 60)
AVAILABLE = pounds(-200, 3000)


def numbered(debts: list[DebtForOffer]) -> list[DebtForOffer]:
    return [
        DebtForOffer(str(place), *(getattr(debt, name) for name in DebtForOffer.__slots__[1:]))
        for place, debt in enumerate(debts)
    ]


def one(**fields) -> st.SearchStrategy[DebtForOffer]:
    """Return debts of any balance; a field that is not given stays at its default."""
    fields = {"priority": st.just(value=False)} | fields
    return st.builds(DebtForOffer, key=st.just(""), balance=MONEY, **fields)


def debts(each: st.SearchStrategy[DebtForOffer]) -> st.SearchStrategy[list[DebtForOffer]]:
    return st.lists(each, max_size=9).map(numbered)


MAYBE = st.none() | SMALL
ANY = {"priority": st.booleans(), "contractual": MAYBE, "court_instalment": MAYBE}
RICH = debts(
    one(**ANY)
    | one(**ANY, manual_offer=SMALL, included=st.booleans())
    | one(**ANY, deduction=SMALL)
    | one(**ANY, token=st.just(value=True), manual_offer=MAYBE)
)
PLAIN = debts(one(contractual=MAYBE))


def offers(plan: Plan) -> dict[str, Decimal]:
    return {line.key: line.offer or NIL for line in plan.lines}


def rest(*balances: str, **more) -> list[DebtForOffer]:
    return [
        DebtForOffer(chr(97 + place), Decimal(balance), priority=False, **more)
        for place, balance in enumerate(balances)
    ]


@settings(max_examples=1000)
@given(
    AVAILABLE, RICH, st.sampled_from(list(METHODS)), st.booleans(), st.booleans(), st.none() | SMALL
)
def test_available_is_from_surplus_plus_unallocated(
    available, given_debts, method, whole, tokens, minimum
):
    try:
        plan = plan_offers(
            available,
            given_debts,
            TODAY,
            method=method,
            whole_pounds=whole,
            minimum=minimum,
            token_offers=tokens,
        )
    except BadOffer:
        return
    paid = Counter()
    for line in plan.lines:
        paid[line.source] += line.offer or NIL
    assert plan.available == plan.from_surplus + plan.unallocated == available
    assert paid["surplus"] == plan.from_surplus == plan.priority_total + plan.other_total
    assert paid["token"] == plan.tokens_total
    assert paid["deduction"] == paid["none"] == 0
    assert plan.deductions_total == sum(line.deduction or NIL for line in plan.lines)
    assert 0 <= plan.from_surplus <= max(NIL, available)
    assert plan.left_to_share == plan.left_for_others - plan.fixed_total
    for debt, line in zip(given_debts, plan.lines, strict=True):
        assert 0 <= (line.offer or NIL) <= debt.balance
        assert line.key == debt.key


@settings(max_examples=600)
@given(AVAILABLE, PLAIN, st.sampled_from(SHARED))
def test_all_that_can_be_shared_is_shared_to_the_penny(available, given_debts, method):
    plan = plan_offers(available, given_debts, TODAY, method=method)
    sharing = [debt for debt in given_debts if method != "pro_rata_contractual" or debt.contractual]
    owed = sum((debt.balance for debt in sharing), NIL)
    assert plan.from_surplus == max(NIL, min(available, owed))


@settings(max_examples=400)
@given(AVAILABLE, PLAIN, st.sampled_from(SHARED), st.none() | SMALL)
def test_whole_pounds_are_whole_until_all_is_paid(available, given_debts, method, minimum):
    plan = plan_offers(
        available, given_debts, TODAY, method=method, whole_pounds=True, minimum=minimum
    )
    found = offers(plan)
    sharing = [debt for debt in given_debts if method != "pro_rata_contractual" or debt.contractual]
    if available >= sum(debt.balance for debt in sharing):
        assert all(found[debt.key] == debt.balance for debt in sharing)
        return
    assert all(offer == int(offer) for offer in found.values())
    room = sum(int(debt.balance) for debt in sharing)
    assert plan.from_surplus == max(0, min(int(available), room))


@settings(max_examples=400)
@given(AVAILABLE, PLAIN, st.sampled_from(SHARED), SMALL)
def test_a_minimum_is_kept_where_all_can_have_it(available, given_debts, method, minimum):
    plan = plan_offers(available, given_debts, TODAY, method=method, minimum=minimum)
    sharing = [debt for debt in given_debts if method != "pro_rata_contractual" or debt.contractual]
    least = {debt.key: min(minimum, debt.balance) for debt in sharing}
    if available >= sum(least.values()):
        assert all(offers(plan)[key] >= lowest for key, lowest in least.items())
    else:
        assert offers(plan) == offers(plan_offers(available, given_debts, TODAY, method=method))


@settings(max_examples=600)
@given(
    AVAILABLE,
    PLAIN,
    st.sampled_from(["pro_rata_balance", "equal"]),
    st.booleans(),
    st.none() | SMALL,
)
def test_a_bigger_balance_never_gets_less(available, given_debts, method, whole, minimum):
    plan = plan_offers(
        available, given_debts, TODAY, method=method, whole_pounds=whole, minimum=minimum
    )
    for less, more in pairwise(sorted(given_debts, key=lambda debt: debt.balance)):
        assert less.balance == more.balance or offers(plan)[less.key] <= offers(plan)[more.key]


@settings(max_examples=600)
@given(AVAILABLE, PLAIN, st.booleans(), st.none() | SMALL)
def test_a_bigger_contractual_payment_never_gets_less_unless_capped(
    available, given_debts, whole, minimum
):
    plan = plan_offers(
        available,
        given_debts,
        TODAY,
        method="pro_rata_contractual",
        whole_pounds=whole,
        minimum=minimum,
    )
    found = offers(plan)
    for less, more in pairwise(sorted(given_debts, key=lambda debt: debt.contractual or NIL)):
        capped = found[more.key] >= int(more.balance)
        alike = less.contractual == more.contractual
        assert alike or capped or found[less.key] <= found[more.key]


@settings(max_examples=400)
@given(st.data(), AVAILABLE, PLAIN, st.sampled_from(SHARED), st.booleans(), st.none() | SMALL)
def test_the_order_of_the_debts_changes_nothing(
    data, available, given_debts, method, whole, minimum
):
    def alike(asked: list[DebtForOffer]) -> Counter:
        plan = plan_offers(
            available, asked, TODAY, method=method, whole_pounds=whole, minimum=minimum
        )
        found = offers(plan)
        by_payment = method == "pro_rata_contractual"
        return Counter(
            (debt.balance, by_payment and debt.contractual, found[debt.key]) for debt in asked
        )

    assert alike(given_debts) == alike(data.draw(st.permutations(given_debts)))


@settings(max_examples=400)
@given(AVAILABLE, debts(one(manual_offer=MAYBE, contractual=MAYBE)), st.sampled_from(list(METHODS)))
def test_a_decided_offer_stands_and_the_rest_share_what_is_left(available, given_debts, method):
    assume(available > 0)
    decided = {d.key: d.manual_offer for d in given_debts if d.manual_offer is not None}
    try:
        plan = plan_offers(available, given_debts, TODAY, method=method)
    except BadOffer:
        too_much = sum(decided.values()) > available
        above = any(d.manual_offer and d.manual_offer > d.balance for d in given_debts)
        assert too_much or above
        return
    assert {key: plan.line(key).offer for key in decided} == decided
    assert plan.fixed_total == sum(decided.values())
    undecided = [debt for debt in given_debts if debt.key not in decided]
    left = available - plan.fixed_total
    alone = plan_offers(left, undecided, TODAY, method=method) if left else None
    for debt in undecided:
        expected = alone.line(debt.key).offer if alone else plan.line(debt.key).offer or NIL
        assert (plan.line(debt.key).offer or NIL) == (expected or NIL)


class TestByContractualPayment:
    def test_shares_by_payment_and_lists_who_has_none(self):
        asked = [
            DebtForOffer("card", Decimal(900), priority=False, contractual=Decimal(30)),
            DebtForOffer("loan", Decimal(300), priority=False, contractual=Decimal(90)),
            DebtForOffer("friend", Decimal(500), priority=False),
            DebtForOffer("shop", Decimal(500), priority=False, contractual=Decimal(0)),
        ]
        plan = plan_offers(Decimal(40), asked, TODAY, method="pro_rata_contractual")
        assert offers(plan) == {"card": 10, "loan": 30, "friend": 0, "shop": 0}
        assert plan.missing == ("friend", "shop")
        assert plan.line("loan").share == 75
        assert plan.line("friend").share == 0
        assert plan.line("card").method == "pro_rata_contractual"

    def test_nobody_with_a_payment_leaves_everything(self):
        plan = plan_offers(Decimal(40), rest("900"), TODAY, method="pro_rata_contractual")
        assert plan.unallocated == 40
        assert plan.line("a").share is None

    def test_what_a_capped_debt_cannot_take_goes_to_the_rest(self):
        asked = [
            DebtForOffer("a", Decimal(5), priority=False, contractual=Decimal(100)),
            DebtForOffer("b", Decimal(500), priority=False, contractual=Decimal(10)),
            DebtForOffer("none", Decimal(500), priority=False),
        ]
        plan = plan_offers(Decimal(40), asked, TODAY, method="pro_rata_contractual")
        assert offers(plan) == {"a": 5, "b": 35, "none": 0}


class TestEqual:
    def test_shares_alike_with_the_odd_penny_to_the_larger(self):
        plan = plan_offers(Decimal("10.00"), rest("50", "90", "70"), TODAY, method="equal")
        assert offers(plan) == {"a": Decimal("3.33"), "b": Decimal("3.34"), "c": Decimal("3.33")}

    def test_caps_and_shares_the_excess(self):
        plan = plan_offers(Decimal(30), rest("4", "90", "70"), TODAY, method="equal")
        assert offers(plan) == {"a": 4, "b": 13, "c": 13}


class TestManual:
    def test_waits_for_each_offer(self):
        asked = [DebtForOffer("a", Decimal(50), False, manual_offer=Decimal(20))]
        asked.append(DebtForOffer("b", Decimal(60), priority=False))
        plan = plan_offers(Decimal(45), asked, TODAY, method="manual")
        assert plan.line("a").offer == 20
        assert plan.line("b").offer is None
        assert plan.to_decide == ("b",)
        assert plan.unallocated == 25
        assert plan.line("a").method == "manual"

    def test_refuses_more_than_there_is_and_names_the_sum(self):
        asked = rest("500", "600", manual_offer=Decimal("30.50"))
        with pytest.raises(OffersAboveAvailable) as refused:
            plan_offers(Decimal("45.00"), asked, TODAY, method="manual")
        assert str(refused.value) == (
            "The offers come to £61.00 but only £45.00 a month is available. Lower them by £16.00."
        )
        assert isinstance(refused.value, BadOffer)

    def test_counts_the_priority_offers_too(self):
        rent = DebtForOffer("rent", Decimal(900), priority=True, manual_offer=Decimal(40))
        with pytest.raises(BadOffer, match=r"decided offers come to £60\.00 but only £45\.00"):
            plan_offers(Decimal(45), [rent, *rest("500", manual_offer=Decimal(20))], TODAY)

    def test_exactly_what_there_is_fits(self):
        plan = plan_offers(
            Decimal(45), rest("500", manual_offer=Decimal(45)), TODAY, method="manual"
        )
        assert plan.unallocated == 0

    def test_refuses_more_than_the_balance(self):
        with pytest.raises(BadOffer, match=r"Card is more than is owed. Enter £20\.00 or less"):
            plan_offers(
                Decimal(45),
                rest("20", manual_offer=Decimal("20.01"), name="Card"),
                TODAY,
                method="manual",
            )

    def test_says_that_a_deficit_has_nothing_to_offer(self):
        asked = rest("500", manual_offer=Decimal(5))
        with pytest.raises(BadOffer, match=r"come to £5\.00 but the budget has nothing left"):
            plan_offers(Decimal("-10"), asked, TODAY, method="manual")


class TestNil:
    def test_offers_nothing_to_the_rest_and_keeps_the_priority_offers(self):
        rent = DebtForOffer("rent", Decimal(900), priority=True, manual_offer=Decimal(40))
        plan = plan_offers(Decimal(100), [rent, *rest("500")], TODAY, method="nil")
        assert offers(plan) == {"rent": 40, "a": 0}
        assert plan.unallocated == 60
        assert plan.to_decide == ()
        assert plan.line("a").method == "nil"


class TestTokens:
    def test_a_deficit_is_nil_unless_tokens_are_asked_for(self):
        asked = rest("500", "0.60")
        nil = plan_offers(Decimal("-84.70"), asked, TODAY)
        assert nil.tokens_total == 0
        assert [line.method for line in nil.lines] == ["nil", "nil"]
        tokens = plan_offers(Decimal("-84.70"), asked, TODAY, token_offers=True)
        assert offers(tokens) == {"a": TOKEN, "b": Decimal("0.60")}
        assert tokens.tokens_total == Decimal("1.60")
        assert tokens.from_surplus == 0
        assert tokens.unallocated == tokens.available == Decimal("-84.70")
        assert SOURCE_WORDS[tokens.line("a").source] == "Not from surplus"
        assert tokens.line("a").method == "token"
        assert tokens.line("a").months == 500

    def test_priority_debts_get_none_unless_marked(self):
        rent = DebtForOffer("rent", Decimal(900), priority=True)
        plan = plan_offers(Decimal(-1), [rent, *rest("500")], TODAY, token_offers=True)
        assert offers(plan) == {"rent": 0, "a": TOKEN}

    def test_one_decided_as_nil_stays_nil(self):
        asked = [*rest("500"), DebtForOffer("z", Decimal(9), False, manual_offer=Decimal(0))]
        plan = plan_offers(Decimal(-1), asked, TODAY, token_offers=True)
        assert offers(plan) == {"a": TOKEN, "z": 0}

    def test_where_the_priority_offers_take_everything(self):
        rent = DebtForOffer("rent", Decimal(900), priority=True, manual_offer=Decimal(40))
        plan = plan_offers(Decimal(40), [rent, *rest("500")], TODAY, token_offers=True)
        assert offers(plan) == {"rent": 40, "a": TOKEN}
        assert (plan.from_surplus, plan.unallocated, plan.tokens_total) == (40, 0, 1)

    def test_none_where_there_is_something_to_share(self):
        plan = plan_offers(Decimal(40), rest("500"), TODAY, token_offers=True)
        assert (plan.line("a").offer, plan.tokens_total) == (40, 0)

    def test_one_creditor_can_have_one_while_the_others_share(self):
        marked = DebtForOffer("z", Decimal(900), priority=False, token=True)
        plan = plan_offers(Decimal(40), [*rest("500"), marked], TODAY)
        assert offers(plan) == {"a": 40, "z": TOKEN}
        assert plan.unallocated == 0

    def test_the_amount_is_the_dated_parameter(self):
        assert parameter("token_offer").on(TODAY) == TOKEN


class TestDeduction:
    TAX = DebtForOffer("tax", Decimal(860), priority=True, deduction=Decimal("16.55"))

    def test_is_shown_and_takes_no_offer(self):
        plan = plan_offers(Decimal(40), [self.TAX, *rest("500")], TODAY)
        line = plan.line("tax")
        assert (line.offer, line.deduction, line.source) == (0, Decimal("16.55"), "deduction")
        assert SOURCE_WORDS[line.source] == "Paid by deduction"
        assert line.months == 52
        assert plan.deductions_total == Decimal("16.55")
        assert plan.line("a").offer == plan.from_surplus == 40
        assert plan.to_decide == ()

    def test_refuses_an_offer_beside_it(self):
        both = DebtForOffer(
            "tax", Decimal(860), True, manual_offer=Decimal(5), name="Tax", deduction=Decimal(9)
        )
        with pytest.raises(BadOffer, match="Tax is paid by deduction"):
            plan_offers(Decimal(40), [both], TODAY)

    def test_gets_no_token(self):
        plan = plan_offers(Decimal(-1), [self.TAX], TODAY, token_offers=True)
        assert plan.tokens_total == 0


class TestOrderedInstalment:
    def ordered(self, instalment: str, **more) -> DebtForOffer:
        return DebtForOffer(
            "ccj",
            Decimal(500),
            priority=False,
            name="Ashgrove Cards",
            court_instalment=Decimal(instalment),
            **more,
        )

    def test_below_it_the_order_is_to_be_varied(self):
        plan = plan_offers(Decimal("29.99"), [self.ordered("30.00")], TODAY, nation="wales")
        (finding,) = plan.findings
        assert (finding.key, finding.code) == ("ccj", "apply_to_vary")
        assert finding.sentence == (
            "Ashgrove Cards: the court ordered £30.00 a month and the offer is £29.99. "
            "Apply to vary the order: form N245."
        )

    def test_at_it_nothing_is_found(self):
        assert not plan_offers(Decimal(30), [self.ordered("30.00")], TODAY).findings

    def test_in_a_deficit_too_and_in_the_words_of_the_nation(self):
        plan = plan_offers(Decimal(-1), [self.ordered("30.00")], TODAY, nation="scotland")
        assert "ask the sheriff" in plan.findings[0].sentence

    def test_not_while_it_waits_is_left_out_or_is_deducted(self):
        for debt, method in (
            (self.ordered("30.00"), "manual"),
            (self.ordered("30.00", included=False), "equal"),
            (self.ordered("30.00", deduction=Decimal(5)), "equal"),
        ):
            assert not plan_offers(Decimal(5), [debt], TODAY, method=method).findings


def test_an_unknown_method_and_figures_below_nil_are_refused():
    with pytest.raises(BadOffer, match="from: by balance, by contractual payment, equal"):
        plan_offers(Decimal(1), [], TODAY, method="fair")
    for name in ("contractual", "court_instalment", "deduction"):
        with pytest.raises(BadOffer, match="below nil"):
            plan_offers(Decimal(1), rest("5", **{name: Decimal(-1)}), TODAY)
    with pytest.raises(BadOffer, match="least for each debt"):
        plan_offers(Decimal(1), rest("5"), TODAY, minimum=Decimal(-1))
    with pytest.raises(ValueError, match="same key"):
        plan_offers(Decimal(1), [*rest("5"), *rest("6")], TODAY)
