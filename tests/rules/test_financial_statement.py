from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.errors import CmaError
from cma_app.rules.financial_statement import (
    Details,
    TooLarge,
    UnknownLine,
    available_for_non_priority,
    available_for_priority,
    check_lines,
    entries_on,
    line_entry,
    partner_lines,
    savings_for,
    statement_lines,
    totals,
    totals_of_groups,
)
from cma_app.rules.frequencies import FREQUENCIES
from tests.rules.cases import cases

EXAMPLES = cases("statement")
TODAY = date(2026, 11, 22)
BEFORE_THE_END_OF_TAX_CREDITS = date(2025, 4, 5)


def monthly_lines(**amounts: str) -> Details:
    return {
        code.replace("_", "-"): line_entry(code.replace("_", "-"), Decimal(amount), "monthly")
        for code, amount in amounts.items()
    }


class TestLines:
    def test_every_line_of_the_format_is_there(self):
        lines = statement_lines(BEFORE_THE_END_OF_TAX_CREDITS)
        assert {group.key: len(group.lines) for group in lines.groups} == EXAMPLES["lines"]
        assert len(lines.lines()) == 88
        assert len({line.key for line in lines.lines()}) == 88

    def test_sections_are_whole(self):
        lines = statement_lines(BEFORE_THE_END_OF_TAX_CREDITS)
        counts = {
            section: sum(len(group.lines) for group in lines.in_section(section))
            for section in ("income", "fixed", "flexible")
        }
        assert counts == {"income": 25, "fixed": 43, "flexible": 20}

    def test_tax_credits_end(self):
        keys = {line.key for line in statement_lines(date(2025, 4, 6)).lines()}
        before = {line.key for line in statement_lines(BEFORE_THE_END_OF_TAX_CREDITS).lines()}
        assert before - keys == {"working-tax-credit", "child-tax-credit"}
        with pytest.raises(UnknownLine, match="Working Tax Credit ended on 5 Apr 2025"):
            statement_lines(TODAY).line("working-tax-credit")

    def test_there_are_none_before_the_first_version(self):
        with pytest.raises(LookupError, match="no statement lines before 2018-02-01"):
            statement_lines(date(2018, 1, 31))

    def test_each_has_a_label_and_a_known_frequency(self):
        for line in statement_lines(TODAY).lines():
            assert line.label[0].isupper()
            assert line.default_frequency in FREQUENCIES

    def test_a_nation_has_its_own_words(self):
        council_tax = statement_lines(TODAY).line("council-tax-rates")
        assert council_tax.label_in("northern_ireland") == "Rates"
        assert council_tax.label_in("scotland") == "Council tax and water"
        assert council_tax.label_in("england") == council_tax.label_in(None) == "Council tax"

    def test_only_other_essential_costs_repeat(self):
        lines = statement_lines(TODAY)
        assert lines.line("other-essential-costs:2").key == "other-essential-costs"
        for code in ("rent:2", "other-essential-costs:", "other-essential-costs:x"):
            with pytest.raises(UnknownLine):
                lines.line(code)

    def test_most_households_see_between_fifteen_and_thirty(self):
        likely = [line for line in statement_lines(TODAY).lines() if line.likely]
        assert 15 <= len(likely) <= 30


class TestCheckLines:
    def test_an_unknown_code_is_named(self):
        with pytest.raises(UnknownLine, match="no line “yacht”"):
            check_lines([], ["rent", "yacht"], TODAY)

    def test_a_line_on_the_wrong_side_is_refused(self):
        with pytest.raises(UnknownLine, match="Rent is an outgoing"):
            check_lines(["rent"], [], TODAY)
        with pytest.raises(UnknownLine, match="Child Benefit is income"):
            check_lines([], ["child-benefit"], TODAY)


class TestLineEntry:
    def test_keeps_what_was_entered_beside_the_month(self):
        assert line_entry("rent", Decimal("85"), "weekly", " paid late ", TODAY) == {
            "amount": "85.00",
            "frequency": "weekly",
            "monthly": "368.33",
            "note": "paid late",
        }

    def test_refuses_a_minus_an_unknown_line_and_too_much(self):
        with pytest.raises(CmaError, match="minus"):
            line_entry("rent", Decimal("-1"), "weekly")
        with pytest.raises(UnknownLine):
            line_entry("yacht", Decimal(1), "weekly", on=TODAY)
        with pytest.raises(TooLarge, match="missing decimal point"):
            line_entry("rent", Decimal("9999999.99"), "daily")


class TestEntriesOn:
    def test_what_was_entered_is_converted_again_and_stays_as_it_is(self):
        entry = line_entry("rent", Decimal(85), "weekly", "with water", TODAY)
        slips = [Decimal(10), Decimal(11)]
        pay = line_entry("other-earnings", Decimal(0), "weekly", payslips=slips)
        details = {"rent": entry, "other-earnings": pay}
        assert entries_on(details, TODAY) == details

    def test_a_line_that_ended_is_unknown(self):
        entry = line_entry("working-tax-credit", Decimal(52), "weekly")
        assert entries_on({"working-tax-credit": entry}, date(2025, 4, 5))
        with pytest.raises(UnknownLine, match="ended on 5 Apr 2025"):
            entries_on({"working-tax-credit": entry}, date(2025, 4, 6))


class TestPartnerLines:
    def test_the_data_says_which_are_the_partners(self):
        found = partner_lines(["client-salary-or-wages", "partner-salary-or-wages", "rent"], TODAY)
        assert [line.key for line in found] == ["partner-salary-or-wages"]


class TestTotals:
    def test_the_lines_as_printed_add_up(self):
        # Each line is 33.333: rounded first the page adds up to 66.66, not 66.67.
        income = {
            code: line_entry(code, Decimal(100), "quarterly")
            for code in ("client-salary-or-wages", "child-benefit")
        }
        found = totals(income, {}, TODAY)
        assert found.total_income == Decimal("66.66")
        assert found.income["earnings"] == found.income["benefits"] == Decimal("33.33")
        assert found.income["pensions"] == 0

    def test_a_household_from_line_to_available(self):
        income = monthly_lines(client_salary_or_wages="1200.88", child_benefit="949.12")
        outgoings = monthly_lines(rent="1238.82", groceries="700.00", toiletries="46.18")
        found = totals(income, outgoings, TODAY)
        assert found.total_fixed == Decimal("1238.82")
        assert found.total_flexible == Decimal("746.18")
        assert found.flexible["food-housekeeping"] == Decimal("700.00")
        assert found.surplus == Decimal("165.00")
        assert found.savings == Decimal("16.00")
        assert found.available == Decimal("149.00")

    def test_a_deficit_is_shown_as_it_is(self):
        found = totals(
            monthly_lines(state_pensions="1286.50"), monthly_lines(rent="1371.20"), TODAY
        )
        assert found.surplus == found.available == Decimal("-84.70")
        assert found.savings == 0

    def test_a_fee_and_chosen_savings_are_taken_off(self):
        found = totals(
            monthly_lines(state_pensions="200.00"),
            monthly_lines(rent="100.00"),
            TODAY,
            debt_admin_fee=Decimal("5.00"),
            savings=Decimal("3.50"),
        )
        assert found.available == Decimal("91.50")

    def test_repeated_costs_all_count(self):
        outgoings = monthly_lines(other_essential_costs="10.00") | {
            "other-essential-costs:2": line_entry("other-essential-costs:2", Decimal(5), "monthly")
        }
        assert totals({}, outgoings, TODAY).fixed["other-essential"] == Decimal("15.00")

    def test_an_unknown_line_is_an_error(self):
        with pytest.raises(UnknownLine):
            totals({}, {"yacht": {"monthly": "1.00"}}, TODAY)

    def test_an_empty_sheet_is_all_nil(self):
        found = totals({}, {}, TODAY)
        assert found.total_income == found.total_outgoings == found.available == 0

    def test_more_than_any_household_has_is_asked_about(self):
        many = monthly_lines(rent="999999.99", mortgage="0.01")
        with pytest.raises(TooLarge):
            totals({}, many, TODAY)

    @given(
        st.dictionaries(
            st.sampled_from([line.key for line in statement_lines(TODAY).lines()]),
            st.tuples(st.decimals("0.00", "300.00", places=2), st.sampled_from(list(FREQUENCIES))),
        )
    )
    def test_the_parts_always_add_up(self, entered):
        lines = statement_lines(TODAY)
        stored = {code: line_entry(code, *entry) for code, entry in entered.items()}
        income = {c: v for c, v in stored.items() if lines.line(c).section == "income"}
        outgoings = {c: v for c, v in stored.items() if c not in income}
        found = totals(income, outgoings, TODAY)
        assert found.total_income == sum(Decimal(v["monthly"]) for v in income.values())
        assert found.total_outgoings == sum(Decimal(v["monthly"]) for v in outgoings.values())
        assert found.total_outgoings == found.total_fixed + found.total_flexible
        assert found.available == found.surplus - found.savings
        assert 0 <= found.savings <= 20
        assert found.savings <= max(found.surplus, Decimal(0))


class TestPublishedStatement:
    @pytest.mark.parametrize("case", EXAMPLES["groups"])
    def test_group_totals_add_up(self, case):
        income = {str(n): Decimal(sum_) for n, sum_ in enumerate(case["income_groups"])}
        flexible = {str(n): Decimal(sum_) for n, sum_ in enumerate(case["flexible_groups"])}
        found = totals_of_groups(income, {}, flexible, on=TODAY)
        assert found.total_income == Decimal(case["total_income"])
        assert found.total_flexible == Decimal(case["total_flexible"])

    @pytest.mark.parametrize("case", EXAMPLES["available"])
    def test_available_for_priority(self, case):
        income, outgoings = Decimal(case["total_income"]), Decimal(case["total_outgoings"])
        found = totals_of_groups(
            {"all": income},
            {"all": outgoings},
            {},
            on=TODAY,
            debt_admin_fee=Decimal(case["debt_admin_fee"]),
        )
        assert found.savings == Decimal(case["savings"])
        assert found.available == Decimal(case["available_for_priority"])
        assert found.available == available_for_priority(income, outgoings, found.savings)

    def test_available_for_the_others(self):
        left = available_for_non_priority(Decimal("149.00"), [Decimal("52.00"), Decimal("48.00")])
        assert left == Decimal("49.00")


class TestSavings:
    @pytest.mark.parametrize("case", EXAMPLES["savings"], ids=lambda case: case["surplus"])
    def test_worked_examples(self, case):
        assert savings_for(Decimal(case["surplus"]), TODAY) == Decimal(case["savings"])

    def test_an_advisor_may_choose_from_nil_to_the_cap(self):
        assert savings_for(Decimal(500), TODAY, Decimal(0)) == 0
        assert savings_for(Decimal(500), TODAY, Decimal("20.00")) == 20
        for wrong in ("20.01", "-0.01"):
            with pytest.raises(CmaError, match=r"nil to £20\.00"):
                savings_for(Decimal(500), TODAY, Decimal(wrong))

    def test_a_choice_never_makes_a_deficit(self):
        assert savings_for(Decimal("7.50"), TODAY, Decimal(20)) == Decimal("7.50")
        assert savings_for(Decimal("-1"), TODAY, Decimal(20)) == 0
