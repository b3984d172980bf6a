from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.errors import CmaError
from cma_app.rules.budget_lines import line_stamp
from cma_app.rules.entries import BadAmount
from cma_app.rules.financial_statement import TooLarge, is_line_reconciled, line_entry, totals
from cma_app.rules.frequencies import FREQUENCIES, UnknownFrequency, monthly_from_pay
from cma_app.rules.payslips import Pay, is_several, mean_of, parse_pay, typed_pay
from tests.rules.test_financial_statement import TODAY

WAGES = "client-salary-or-wages"
THREE = (Decimal(1980), Decimal(1410), Decimal(2250))


class TestParse:
    @pytest.mark.parametrize(
        "typed",
        [
            "1980; 1410; 2250",
            "1980 + 1410 + 2250 m",
            "£1,980.00;£1,410;£2,250 monthly;",
            "1980m;1410 m;2250 pcm",
            "1,980\n1,410\n2,250\n",
            " 1980;1410+2250 ",
        ],
    )
    def test_reads_payslips(self, typed):
        assert parse_pay(typed) == Pay(THREE, "monthly")

    def test_how_often_after_the_last_is_for_all(self):
        assert parse_pay("300; 310.50 w") == Pay((Decimal(300), Decimal("310.50")), "weekly")
        assert parse_pay("300; 310", "four_weekly").frequency == "four_weekly"

    def test_one_alone_is_a_payslip_too(self):
        assert parse_pay("1,980 4w") == Pay((Decimal(1980),), "four_weekly")
        assert not is_several("1,980 4w")
        assert is_several("1; 2")
        assert is_several("1+2")
        assert not is_several("85\n")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("1980;;2250", "Payslip 2: Enter an amount"),
            ("1980; lots", "Payslip 2: Enter the amount in figures"),
            ("12,5; 1410", "Payslip 1: Check the comma"),
            ("1980; -5; 3", "Payslip 2: .* minus"),
            ("1980, 1410, 2250", "comma|spaces"),
            ("1980 w; 1410 m", "paid alike: is each of them monthly"),
            ("1980 w; 1410", "paid alike: is each of them monthly"),
            (";".join(["1"] * 54), "at most 53"),
            ("9" * 10_000, "too long"),
            ("", "Enter an amount"),
            (";", "Enter an amount"),
        ],
    )
    def test_says_what_is_wrong(self, typed, said):
        with pytest.raises(BadAmount, match=said):
            parse_pay(typed)

    def test_an_unknown_word_for_how_often(self):
        with pytest.raises(UnknownFrequency, match="Payslip 2: After the amount"):
            parse_pay("1980; 1410 hourly")
        with pytest.raises(UnknownFrequency):
            parse_pay("1980", "hourly")

    def test_shows_them_as_they_were_typed(self):
        assert typed_pay(["1980.00", "1410.50"]) == "1980; 1410.50"
        assert parse_pay(typed_pay(THREE)).payslips == THREE

    @given(st.text(max_size=80))
    def test_anything_is_read_or_refused_in_a_sentence(self, typed):
        try:
            pay = parse_pay(typed)
        except CmaError as error:
            assert error.sentence
            return
        assert all(amount >= 0 for amount in pay.payslips)


class TestStored:
    def test_keeps_each_payslip_beside_their_mean_and_the_month(self):
        stored = line_entry(WAGES, Decimal(0), "monthly", "self-employed", TODAY, payslips=THREE)
        assert stored == {
            "amount": "1880.00",
            "frequency": "monthly",
            "monthly": "1880.00",
            "note": "self-employed",
            "payslips": ["1980.00", "1410.00", "2250.00"],
        }
        assert totals({WAGES: stored}, {}, TODAY).total_income == Decimal("1880.00")

    def test_is_rounded_only_at_the_end(self):
        # The mean is 100.005: rounded first the month would be 433.38.
        pay = (Decimal("100.00"), Decimal("100.01"))
        stored = line_entry(WAGES, Decimal(0), "weekly", payslips=pay)
        assert (stored["amount"], stored["monthly"]) == ("100.01", "433.36")
        assert is_line_reconciled(stored)

    def test_a_line_without_payslips_is_stored_as_before(self):
        assert "payslips" not in line_entry(WAGES, Decimal(85), "weekly")

    def test_refuses_a_minus_and_too_much(self):
        with pytest.raises(CmaError, match="minus"):
            line_entry(WAGES, Decimal(0), "weekly", payslips=[Decimal(1), Decimal(-1)])
        with pytest.raises(TooLarge):
            line_entry(WAGES, Decimal(0), "daily", payslips=[Decimal(9999999)])

    def test_a_month_that_does_not_follow_is_found(self):
        stored = line_entry(WAGES, Decimal(0), "weekly", payslips=THREE)
        assert not is_line_reconciled({**stored, "monthly": "1880.00"})
        assert not is_line_reconciled({**stored, "payslips": ["1980.00"]})
        assert is_line_reconciled(line_entry(WAGES, Decimal(85), "weekly"))

    def test_an_editor_is_told_when_another_changed_a_payslip(self):
        one = line_entry(WAGES, Decimal(0), "monthly", payslips=[Decimal(1), Decimal(3)])
        other = line_entry(WAGES, Decimal(0), "monthly", payslips=[Decimal(2), Decimal(2)])
        assert one["monthly"] == other["monthly"]
        assert line_stamp(one) != line_stamp(other)
        assert line_stamp(line_entry(WAGES, Decimal(2), "monthly")) == "2.00|monthly|"


PAYSLIPS = st.lists(st.integers(0, 900_000).map(lambda p: Decimal(p).scaleb(-2)), min_size=1)


@given(PAYSLIPS, st.sampled_from(list(FREQUENCIES)))
def test_the_order_of_payslips_changes_nothing_and_alike_ones_are_one(payslips, frequency):
    month = monthly_from_pay(payslips, frequency)
    assert month == monthly_from_pay(sorted(payslips), frequency)
    assert monthly_from_pay([payslips[0]] * 5, frequency) == monthly_from_pay(
        payslips[:1], frequency
    )
    assert min(payslips) <= mean_of(payslips) <= max(payslips)


def test_no_payslips_have_no_mean():
    with pytest.raises(CmaError, match="at least one"):
        mean_of([])
