from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.errors import CmaError
from cma_app.rules.guideline_tables import COLUMNS, BadTable, parse_guidelines
from cma_app.rules.guidelines import (
    SAMPLE,
    STATUS_WORDS,
    Guideline,
    GuidelineHousehold,
    applicable,
    compare,
    flexible_groups,
    takes_effect,
)

TODAY = date(2026, 11, 22)
GROUPS = ("communications-leisure", "food-housekeeping", "personal")
FOOD = "food-housekeeping"
HEADER = ",".join(COLUMNS)
ROWS = [f"2026/27,2026-04-06,{group},100,50,30,40" for group in GROUPS]
TABLE = "\n".join([HEADER, *ROWS])


def guideline(version: str = "2026/27", valid_from: date = date(2026, 4, 6)) -> list[Guideline]:
    amounts = (Decimal(100), Decimal(50), Decimal(30), Decimal(40))
    return [Guideline(version, valid_from, group, *amounts) for group in GROUPS]


class TestValue:
    @pytest.mark.parametrize(
        ("household", "value"),
        [((1, 0, 0), 100), ((2, 0, 0), 150), ((3, 2, 0), 260), ((1, 0, 2), 180), ((2, 3, 1), 280)],
    )
    def test_is_the_sum_over_the_household(self, household, value):
        assert guideline()[0].value_for(GuidelineHousehold(*household)) == value

    def test_wants_an_adult(self):
        with pytest.raises(CmaError, match="at least one adult"):
            guideline()[0].value_for(GuidelineHousehold(adults=0))
        with pytest.raises(CmaError):
            guideline()[0].value_for(GuidelineHousehold(children_16_18=-1))


class TestApplicable:
    def test_the_newest_version_begun_by_the_day_holds(self):
        both = guideline() + guideline("2025/26", date(2025, 4, 7))
        for day, version in (
            (date(2025, 4, 7), "2025/26"),
            (date(2026, 4, 5), "2025/26"),
            (date(2026, 4, 6), "2026/27"),
            (TODAY, "2026/27"),
        ):
            found = applicable(both, day)
            assert {each.version for each in found.values()} == {version}
            assert set(found) == set(GROUPS)
        assert applicable(both, date(2025, 4, 6)) == {}

    def test_versions_of_one_day_do_not_mix(self):
        found = applicable(guideline("one") + guideline("two")[:2], TODAY)
        assert {each.version for each in found.values()} == {"two"}
        assert len(found) == 2

    def test_a_year_begins_on_the_first_monday_of_april(self):
        assert takes_effect(2025) == date(2025, 4, 7)
        assert takes_effect(2026) == date(2026, 4, 6)
        assert takes_effect(2024) == date(2024, 4, 1)


class TestCompare:
    def one(self, amount: str, reason: str = "", guidelines: list[Guideline] | None = None):
        found = compare(
            {FOOD: Decimal(amount)},
            guideline() if guidelines is None else guidelines,
            GuidelineHousehold(2, 1, 0),
            on=TODAY,
            explained={FOOD: reason},
        )
        assert [each.group for each in found] == list(GROUPS)
        return found[1]

    def test_at_the_guideline_is_within(self):
        found = self.one("180.00")
        assert (found.status, found.difference, found.blocks_sign_off) == ("within", 0, False)
        assert self.one("170.00").difference == -10

    def test_a_penny_over_needs_a_reason_before_sign_off(self):
        found = self.one("180.01")
        assert (found.status, found.blocks_sign_off) == ("over_unexplained", True)
        assert found.guideline == 180
        assert found.sentence == (
            "Food and housekeeping is £0.01 over the guideline. Say why before sign-off."
        )
        assert self.one("180.01", "  ").blocks_sign_off

    def test_a_reason_is_enough(self):
        found = self.one("250", "Coeliac: gluten-free food.")
        assert (found.status, found.blocks_sign_off) == ("over_explained", False)
        assert found.difference == 70

    def test_nothing_loaded_blocks_nothing(self):
        found = self.one("9000", guidelines=[])
        assert found.status == "none_loaded"
        assert found.guideline is found.difference is found.version is None
        assert not found.blocks_sign_off

    def test_each_status_has_its_words(self):
        assert STATUS_WORDS["over_unexplained"] == "Over, explanation missing"
        assert set(STATUS_WORDS) == {"within", "over_explained", "over_unexplained", "none_loaded"}


class TestParse:
    def faults(self, text: str, **given_beside) -> dict[tuple[int, str], str]:
        with pytest.raises(BadTable) as refused:
            parse_guidelines(text, **given_beside)
        cells = refused.value.cells
        assert all(cell.sentence.endswith(".") for cell in cells)
        return {(cell.row, cell.column): cell.sentence for cell in cells}

    def test_reads_every_row(self):
        assert parse_guidelines(TABLE) == guideline()

    def test_takes_tabs_pounds_commas_labels_and_any_order_of_columns(self):
        names = ["Group", "Each child 16-18", *COLUMNS[3:6], "Version", "valid from"]
        rows = [
            [label, "£40.00", "£1,100", " 50 ", "30.00", "2026/27", "6 Apr 2026"]
            for label in reversed(flexible_groups(TODAY).values())
        ]
        text = "\ufeff" + "\r\n".join("\t".join(cells) for cells in [names, *rows]) + "\r\n\r\n"
        found = parse_guidelines(text)
        assert [each.group for each in found] == list(GROUPS)
        assert found[0].first_adult == 1100
        assert found[0].valid_from == date(2026, 4, 6)

    def test_takes_a_quoted_figure_with_a_comma(self):
        text = TABLE.replace("personal,100", 'personal,"£1,200.50"')
        assert parse_guidelines(text)[2].first_adult == Decimal("1200.50")

    def test_version_and_date_may_be_given_beside_the_table(self):
        text = "\n".join([",".join(COLUMNS[2:]), *(f"{group},100,50,30,40" for group in GROUPS)])
        found = parse_guidelines(text, version="2026/27", valid_from=date(2026, 4, 6))
        assert found == guideline()
        assert set(self.faults(text)) == {(1, "version"), (1, "valid_from")}

    def test_every_bad_cell_has_its_row_and_column(self):
        text = TABLE.replace("leisure,100", "leisure,lots").replace(
            "personal,100,50", "personal,-1,12,50"
        )
        text = text.replace("housekeeping,100,50,30", "housekeeping,100,1e9,12.345")
        found = self.faults(text)
        assert list(found) == [
            (2, "first_adult"),
            (3, "each_additional_adult"),
            (3, "each_child_under_16"),
            (4, ""),
        ]
        assert found[2, "first_adult"].startswith("Row 2, first_adult: Enter the amount in figures")
        assert "quotation marks" in found[4, ""]

    def test_a_figure_below_nil_an_empty_one_and_a_huge_one(self):
        text = TABLE.replace("leisure,100,50,30", "leisure,-100,,100000")
        found = self.faults(text)
        assert "minus" in found[2, "first_adult"]
        assert "Enter an amount" in found[2, "each_additional_adult"]
        assert "£99,999.99 or less" in found[2, "each_child_under_16"]

    def test_an_unknown_group_is_refused(self):
        found = self.faults(TABLE.replace("personal", "holidays"))
        assert "no flexible group “holidays”" in found[4, "group"]

    def test_each_group_is_needed_exactly_once(self):
        assert "“personal” is missing" in self.faults("\n".join([HEADER, *ROWS[:2]]))[4, "group"]
        assert "there twice" in self.faults("\n".join([TABLE, ROWS[0]]))[5, "group"]

    def test_one_table_is_one_version(self):
        found = self.faults(TABLE.replace("2026/27,2026-04-06,personal", "new,2026-04-07,personal"))
        assert set(found) == {(4, "version"), (4, "valid_from")}

    def test_bad_dates_and_versions(self):
        found = self.faults(TABLE.replace("2026/27,2026-04-06,food", f"{'v' * 51},soon,food"))
        assert "like 2026-04-06" in found[3, "valid_from"]
        assert "50 characters" in found[3, "version"]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "Paste the table"),
            (" \n ", "Paste the table"),
            ("x" * 20_001, "too long"),
            (f'{HEADER}\n"a', "no partner"),
            (HEADER + "\n" + "a\n" * 60, "at most 50 rows"),
            (HEADER + ",colour\n", "no column “colour”"),
            (HEADER + ",group\n", "there twice"),
            ("group\n", "“version” is missing"),
        ],
    )
    def test_tables_that_are_none(self, text, said):
        assert any(said in sentence for sentence in self.faults(text).values())

    def test_only_a_header_misses_every_group(self):
        with pytest.raises(BadTable) as refused:
            parse_guidelines(HEADER)
        missing = [cell.sentence for cell in refused.value.cells]
        assert missing == [f"The group “{group}” is missing." for group in GROUPS]

    @given(st.text(max_size=300), st.booleans())
    def test_anything_at_all_is_read_or_refused_in_sentences(self, text, with_header):
        try:
            parse_guidelines(f"{HEADER}\n{text}" if with_header else text)
        except BadTable as refused:
            assert all(cell.sentence for cell in refused.cells)


def test_the_sample_is_plainly_fictional_and_whole():
    found = parse_guidelines(SAMPLE.read_text(encoding="utf-8"))
    assert {each.group for each in found} == set(GROUPS)
    assert all(each.version.startswith("Fictional") for each in found)
    assert found[0].valid_from == takes_effect(2025)
