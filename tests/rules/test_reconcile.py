"""What does not add up is said with both figures; what adds up is left in peace."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.printing.content import Guideline, StatementContent
from cma_app.printing.public_format import public_json, to_public_json
from cma_app.rules.offers import DebtForOffer, plan_offers
from cma_app.rules.reconcile import findings
from tests.printing.samples import DAY, enormous, in_deficit, leanne, marek

# The sums of the public toolkit's own sample summary, which do not add up (domain reference 1.3).
SAMPLE: dict[str, Any] = {
    "overview": {
        "total-monthly-income": 3157.67,
        "total-monthly-outgoings": 2972.08,
        "savings-contribution": 18,
        "debt-admin-fee": 0,
        "total-available-for-priority-debts": 167.59,
        "total-available-for-non-priority-debts": 157.59,
    },
    "monthly-income": {
        "total-earnings": 3000,
        "total-benefits": 112.67,
        "total-pensions": 0,
        "total-other-income": 45.00,
        "total-monthly-income": 3157.67,
    },
    "monthly-outgoings": {
        "fixed-costs": {
            "mortgage": 650.50,
            "secured-loans": 120.52,
            "council-tax-rates": 75.90,
            "other-home-contents": 147.00,
            "gas": 37.50,
            "electricity": 22.00,
            "other-utilities": 42.68,
            "total-water": 16.67,
            "total-transport-travel": 172.08,
            "total-school": 10.00,
            "total-pensions-insurances": 240.00,
            "total-other-essential": 120,
            "total-fixed-costs": 2009.59,
        },
        "flexible-costs": {
            "total-communications-leisure": 95.00,
            "total-food-housekeeping": 788.33,
            "total-personal": 79.16,
            "total-flexible-costs": 962.49,
        },
        "total-monthly-outgoings": 2972.08,
    },
    "debts": {
        "priority-debts": [
            {"creditor": "A", "amount-owed": 500.00, "repayment-offer": 10},
            {"creditor": "B", "amount-owed": 1250.00, "repayment-offer": 12},
            {"creditor": "C", "amount-owed": 720, "repayment-offer": 11},
        ],
        "total-priority-debts": 2470.00,
        "non-priority-debts": [
            {"creditor": "D", "amount-owed": 1250, "repayment-offer": 0, "ccj": True}
        ],
        "total-non-priority-debts": 1250.00,
    },
}


def changed(content: StatementContent, **sums: str) -> StatementContent:
    changes = {name: Decimal(value) for name, value in sums.items()}
    return replace(content, totals=replace(content.totals, **changes))


def with_line(content: StatementContent, key: str, **changes: Any) -> StatementContent:
    return replace(
        content,
        groups=tuple(
            replace(
                group,
                lines=tuple(
                    replace(line, **changes) if line.key == key else line for line in group.lines
                ),
            )
            for group in content.groups
        ),
    )


class TestOurOwn:
    @pytest.mark.parametrize("made", [leanne, marek, in_deficit, enormous])
    def test_what_adds_up_is_left_in_peace(self, made) -> None:
        assert findings(made()) == []

    def test_a_line_that_does_not_follow_from_what_was_entered(self) -> None:
        found = findings(with_line(leanne(), "rent", monthly=Decimal("715.01")))
        assert found[0] == ("Rent is printed as £715.01, but £165.00 weekly comes to £715.00.")
        assert found[1] == (
            "Total Home and contents is printed as £831.25, but its lines add up to £831.26."
        )

    def test_variable_pay_is_the_mean_of_its_payments(self) -> None:
        slips = (Decimal("1980.00"), Decimal("1410.00"), Decimal("2250.00"))
        content = with_line(marek(), "other-earnings", payslips=slips)
        assert findings(content) == []
        content = with_line(content, "other-earnings", payslips=slips[:2])
        assert findings(content) == [
            "Other earnings is printed as £1,880.00, but the mean of 2 payments comes to £1,695.00."
        ]

    def test_an_unknown_frequency_is_a_finding(self) -> None:
        found = findings(with_line(leanne(), "rent", frequency="often"))
        assert found[0].startswith("Rent: Choose how often from")

    @pytest.mark.parametrize(
        ("sums", "sentence"),
        [
            ({"income": "2150.01"}, "Total income is printed as £2,150.01"),
            ({"fixed": "1238.81"}, "Total fixed outgoings is printed as £1,238.81"),
            ({"flexible": "746.19"}, "Total flexible outgoings is printed as £746.19"),
            ({"outgoings": "1985.01"}, "but fixed and flexible add up to £1,985.00."),
            ({"surplus": "-165.00"}, "The surplus is printed as −£165.00"),
            ({"available_for_priority": "165.00"}, "surplus less savings and fee is £149.00"),
            ({"available_for_non_priority": "49.01"}, "less the priority offers is £49.00"),
            ({"priority_offers": "99.00"}, "The sum of priority offers is printed as £99.00"),
            ({"non_priority_offers": "49.01"}, "but they come to £49.00."),
            ({"unallocated": "0.01"}, "what is unallocated add up to £149.01"),
            ({"token_offers": "1.00"}, "The sum of token offers is printed as £1.00"),
            ({"savings": "20.01"}, "above the most of £20.00 on 22 Nov 2026"),
            ({"savings": "-1.00"}, "cannot be below nil"),
        ],
    )
    def test_each_total_is_checked(self, sums: dict[str, str], sentence: str) -> None:
        assert any(sentence in found for found in findings(changed(leanne(), **sums)))

    def test_savings_in_a_deficit(self) -> None:
        found = findings(changed(in_deficit(), savings="5.00"))
        assert "Savings are printed as £5.00, but there is no surplus to save from." in found

    def test_offers_above_a_debt_and_above_what_there_is(self) -> None:
        content = leanne()
        first, *rest = content.non_priority_debts
        content = replace(content, non_priority_debts=(replace(first, offer=Decimal(9999)), *rest))
        content = changed(content, non_priority_offers="10030.48")
        found = findings(content)
        assert "Marlow Bank is offered £9,999.00, but is owed £1,430.00." in found
        assert "The offers are more than is available for debts." in found

    def test_offers_in_a_deficit(self) -> None:
        content = changed(in_deficit(), priority_offers="10.00")
        assert "The offers are more than is available for debts." in findings(content)

    def test_a_guideline_that_says_otherwise(self) -> None:
        level = Guideline(status="within", version="x", amount=Decimal("1.00"))
        groups = tuple(
            replace(group, guideline=level) if group.key == "personal" else group
            for group in leanne().groups
        )
        assert findings(leanne(groups=groups)) == [
            "Personal is over its guideline of £1.00, but the statement says otherwise."
        ]

    @given(
        st.lists(st.integers(1, 10**7), min_size=1, max_size=12),
        st.integers(0, 14_900),
    )
    def test_offers_of_the_rules_always_reconcile(self, pence: list[int], first: int) -> None:
        content = leanne()
        priority = [
            DebtForOffer(
                "p",
                Decimal("5000.00"),
                priority=True,
                manual_offer=Decimal(first).scaleb(-2),
            )
        ]
        debts = [
            DebtForOffer(str(at), Decimal(owed).scaleb(-2), priority=False)
            for at, owed in enumerate(pence)
        ]
        plan = plan_offers(Decimal("149.00"), [*priority, *debts], DAY)
        of = content.non_priority_debts[0]
        made = [
            replace(of, balance=line.owed, offer=line.offer, arrears=None) for line in plan.lines
        ]
        content = replace(
            content, priority_debts=tuple(made[:1]), non_priority_debts=tuple(made[1:])
        )
        content = changed(
            content,
            priority_offers=str(plan.priority_total),
            available_for_non_priority=str(Decimal("149.00") - plan.priority_total),
            non_priority_offers=str(plan.other_total),
            unallocated=str(plan.unallocated),
        )
        assert findings(content) == []
        assert findings(to_public_json(content), DAY) == []


class TestThePublicFormat:
    def test_the_toolkits_own_sample_is_found_out(self) -> None:
        assert findings(SAMPLE, date(2018, 2, 1)) == [
            "Total fixed costs is printed as £2,009.59, but its lines add up to £1,654.85.",
            (
                "“total-available-for-non-priority-debts” is printed as £157.59, "
                "but less the priority offers it is £134.59."
            ),
        ]

    def test_a_line_of_a_full_statement(self) -> None:
        whole = json.loads(public_json(leanne()))
        whole["monthly-income"]["earnings"]["other-earnings"]["monthly-amount"] = 1
        whole["debts"]["total-priority-debts"] = 1
        whole["debts"]["non-priority-debts"][0]["repayment-offer"] = 90
        assert findings(whole, DAY) == [
            "“earnings” is printed as £1,200.88, but its lines add up to £1,201.88.",
            "“total-priority-debts” is printed as £1.00, but the debts add up to £2,100.00.",
            "The other offers come to £121.48 without token payments, but £49.00 is available.",
        ]

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            (None, "“total-monthly-income” is not an amount."),
            ("a lot", "“total-monthly-income” is not an amount."),
            (True, "“total-monthly-income” is not an amount."),
            ("NaN", "“total-monthly-income” is not an amount."),
        ],
    )
    def test_what_is_no_amount_is_said(self, value: object, sentence: str) -> None:
        whole = {**SAMPLE, "monthly-income": {"total-monthly-income": value}}
        assert findings(whole) == [sentence]

    def test_what_is_missing_is_said(self) -> None:
        assert findings({}) == ["“monthly-income” is missing."]
        assert findings({**SAMPLE, "debts": []}) == ["“debts” is missing."]
        for odd in ({"priority-debts": "none"}, {"priority-debts": ["none"]}):
            assert "“" in findings({**SAMPLE, "debts": odd})[-1]
        fixed = {"fixed-costs": {}, "flexible-costs": {}, "total-monthly-outgoings": 1}
        found = findings({**SAMPLE, "monthly-outgoings": fixed})
        assert found == ["“total-fixed-costs” is missing."]
