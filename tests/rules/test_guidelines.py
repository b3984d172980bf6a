from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.errors import CmaError
from cma_app.rules.guideline_tables import (
    AMOUNTS,
    COLUMNS,
    BadTable,
    parse_guidelines,
    preview_table,
)
from cma_app.rules.guidelines import (
    SAMPLE,
    STATUS_WORDS,
    Guideline,
    GuidelineHousehold,
    applicable,
    compare,
    flexible_groups,
    takes_effect,
    year_begun,
    year_word,
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
        with pytest.raises(LookupError, match="before"):
            takes_effect(2017)

    @pytest.mark.parametrize(
        ("day", "first"),
        [
            (date(2026, 4, 5), date(2025, 4, 7)),
            (date(2026, 4, 6), date(2026, 4, 6)),
            (date(2027, 4, 4), date(2026, 4, 6)),
            (date(2027, 4, 5), date(2027, 4, 5)),
        ],
    )
    def test_a_day_falls_in_the_year_begun_by_then(self, day, first):
        assert year_begun(day) == first

    def test_a_year_is_called_by_both_its_numbers(self):
        assert year_word(date(2026, 4, 6)) == "2026/27"
        assert year_word(date(2099, 4, 6)) == "2099/00"

    @given(st.dates(date(2019, 1, 1), date(2099, 12, 31)))
    def test_a_year_always_begins_on_a_monday_within_a_week_of_april(self, day):
        first = year_begun(day)
        assert first <= day < takes_effect(first.year + 1)
        assert (first.weekday(), first.month) == (0, 4)
        assert first.day <= 7

    def test_what_a_sheet_keeps_holds_whatever_came_later(self):
        both = guideline("old", date(2025, 4, 7)) + guideline("new")
        assert {each.version for each in applicable(both, TODAY, kept="old").values()} == {"old"}
        gone = applicable(guideline("new"), TODAY, kept="old")
        assert {each.version for each in gone.values()} == {"new"}

    def test_a_sample_gives_way_to_what_is_licensed(self):
        sample = [replace(each, is_sample=True) for each in guideline("invented")]
        licensed = guideline("licensed", date(2025, 4, 7))
        for order in (sample + licensed, licensed + sample):
            found = applicable(order, TODAY)
            assert {each.version for each in found.values()} == {"licensed"}
        assert applicable(sample + licensed, date(2025, 4, 6)) == {}
        assert {each.version for each in applicable(sample, TODAY).values()} == {"invented"}


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


class TestPreview:
    def test_shows_what_would_be_kept(self):
        found = preview_table(TABLE)
        assert list(found.guidelines) == guideline()
        assert [cell.text for cell in found.rows[1].cells] == [
            "Food and housekeeping",
            *("£100.00", "£50.00", "£30.00", "£40.00"),
        ]

    def test_each_fault_stands_beside_its_cell_as_it_was_typed(self):
        text = TABLE.replace("leisure,100", "leisure,lots").replace("personal,100", "holidays,-1")
        found = preview_table(text)
        assert found.guidelines == ()
        cell = found.rows[0].cells[1]
        assert (cell.text, cell.said) == (
            "lots",
            "Enter the amount in figures, like 85 or 1,200.50.",
        )
        assert "no flexible group “holidays”" in found.rows[2].cells[0].said
        assert "minus" in found.rows[2].cells[1].said
        assert [cell.said for cell in found.rows[1].cells] == [""] * 5

    def test_what_has_no_cell_stands_above_or_beside_its_row(self):
        found = preview_table("\n".join([HEADER, ROWS[0], ROWS[1] + ",5"]))
        assert found.rows[1].said.startswith("8 cells where the header has 7.")
        assert preview_table("\n".join([HEADER, *ROWS[:2]])).faults == (
            "The group “personal” is missing.",
        )

    def test_names_what_was_given_nowhere(self):
        text = "\n".join([",".join(COLUMNS[2:]), *(f"{each},1,1,1,1" for each in GROUPS)])
        found = preview_table(text)
        assert (found.lacks, found.faults) == (("version", "valid_from"), ())
        assert preview_table(text, version="x", valid_from=TODAY).guidelines

    def test_knows_other_headings(self):
        headings = "Group,First adult,Each more adult,Child under 16,Child 16\u201318"
        text = "\n".join([headings, *(f"{each},100,50,30,40" for each in GROUPS)])
        found = preview_table(text, version="2026/27", valid_from=date(2026, 4, 6))
        assert list(found.guidelines) == guideline()

    @given(st.text(max_size=300), st.booleans())
    def test_a_table_is_either_whole_or_says_what_is_wrong(self, text, with_header):
        found = preview_table(f"{HEADER}\n{text}" if with_header else text)
        cells = [cell.said for row in found.rows for cell in row.cells]
        wrong = [*found.faults, *found.lacks, *(row.said for row in found.rows), *cells]
        assert bool(found.guidelines) != any(wrong)

    @given(
        st.lists(st.decimals(0, 99999, places=2), min_size=12, max_size=12),
        st.permutations(GROUPS),
    )
    def test_any_figures_come_back_as_they_were(self, figures, order):
        rows = [
            f"{group}," + ",".join(f"{each:.2f}" for each in figures[at * 4 : at * 4 + 4])
            for at, group in enumerate(order)
        ]
        text = "\n".join([",".join(COLUMNS[2:]), *rows])
        found = preview_table(text, version="v", valid_from=TODAY).guidelines
        read = {each.group: [getattr(each, name) for name in AMOUNTS] for each in found}
        assert read == {group: list(figures[at * 4 : at * 4 + 4]) for at, group in enumerate(order)}


def test_the_sample_is_plainly_fictional_and_whole():
    found = parse_guidelines(SAMPLE.read_text(encoding="utf-8"))
    assert {each.group for each in found} == set(GROUPS)
    assert all(each.version.startswith("Fictional") for each in found)
    assert found[0].valid_from == takes_effect(2025)
