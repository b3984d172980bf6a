from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.frequencies import (
    FREQUENCIES,
    UnknownFrequency,
    a_year,
    how_we_convert,
    monthly,
    monthly_from_pay,
)
from tests.rules.cases import cases

EXAMPLES = cases("monthly")
AMOUNTS = st.decimals("0.00", "9999999.99", places=2)
CODES = st.sampled_from(list(FREQUENCIES))


@pytest.mark.parametrize(
    "case",
    EXAMPLES["published"] + EXAMPLES["worked"],
    ids=lambda case: f"{case['amount']} {case['frequency']}",
)
def test_worked_examples(case):
    assert monthly(Decimal(case["amount"]), case["frequency"]) == Decimal(case["monthly"])


def test_each_frequency_has_an_example():
    assert {case["frequency"] for case in EXAMPLES["worked"]} == set(FREQUENCIES)
    assert len(FREQUENCIES) == 11


def test_an_unknown_frequency_lists_the_known():
    with pytest.raises(UnknownFrequency, match=r"Choose how often from: daily, weekly, .*yearly"):
        monthly(Decimal(1), "hourly")


def test_a_year_before_the_first_factor_is_counted_by_the_first():
    assert a_year(Decimal("85"), "weekly", date(2016, 5, 3)) == Decimal("4420.00")


def test_a_day_before_the_first_factor_has_none():
    with pytest.raises(LookupError, match="No weekly factor before"):
        monthly(Decimal(1), "weekly", date(1999, 1, 1))


def test_the_statement_says_how_we_convert():
    line = how_we_convert()
    assert "weekly × 52 ÷ 12, fortnightly × 26 ÷ 12, four-weekly × 13 ÷ 12" in line
    assert line.endswith("Each line is rounded to the penny, then added.")


class TestMonthlyFromPay:
    def test_takes_the_mean_of_the_payslips(self):
        pay = [Decimal("1980"), Decimal("1410"), Decimal("2250")]
        assert monthly_from_pay(pay, "monthly") == Decimal("1880.00")

    def test_rounds_once(self):
        # The mean is 100.005: rounded first it would be 100.01 and 433.38.
        assert monthly_from_pay([Decimal("100.00"), Decimal("100.01")], "weekly") == Decimal(
            "433.36"
        )

    def test_wants_a_payslip(self):
        with pytest.raises(Exception, match="at least one payslip"):
            monthly_from_pay([], "weekly")


@given(AMOUNTS, CODES)
def test_a_month_is_within_half_a_penny_of_the_exact(amount, code):
    factor = {
        "daily": (365, 12),
        "weekly": (52, 12),
        "fortnightly": (26, 12),
        "four_weekly": (13, 12),
        "twice_monthly": (2, 1),
        "monthly": (1, 1),
        "quarterly": (1, 3),
        "termly": (3, 12),
        "half_yearly": (1, 6),
        "yearly": (1, 12),
        "ten_instalments": (10, 12),
    }[code]
    result = monthly(amount, code)
    assert result.as_tuple().exponent == -2
    assert abs(result * factor[1] - amount * factor[0]) * 2 <= Decimal("0.01") * factor[1]


@given(AMOUNTS, AMOUNTS, CODES)
def test_more_is_never_less_by_the_month(one, other, code):
    assert monthly(min(one, other), code) <= monthly(max(one, other), code)


@given(AMOUNTS)
def test_a_month_is_itself(amount):
    assert monthly(amount, "monthly") == amount
