"""The report's definitions and periods, and the questions that may be asked for monitoring."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cma_app.rules import outcomes
from cma_app.rules.monitoring import NOT_SAID, answer_label, questions_on
from cma_app.rules.outcomes import cell_name, definitions_on, tables
from cma_app.rules.parameters import parameter, read_yaml
from cma_app.rules.report_periods import Days, days_from, quick_choices, year_begin
from cma_app.rules.suppression import Cell
from cma_app.services.outcome_rows import rows_of
from cma_app.services.outcome_words import MONITORED, part_words

NOW = date(2026, 11, 26)
CERTAINTIES = {"H", "M", "L"}


class TestDefinitions:
    def test_each_figure_is_defined_once_with_its_source(self) -> None:
        content = read_yaml(Path(outcomes.__file__).with_name("outcomes.yaml"))
        for version in content["versions"]:
            codes = [each["code"] for each in version["figures"]]
            assert len(codes) == len(set(codes)) == 65
        for figure in definitions_on(NOW).figures.values():
            assert figure.words.endswith(".")
            assert figure.reference.title
            assert figure.certainty in CERTAINTIES

    def test_each_figure_has_rows_or_is_asked_for_monitoring(self) -> None:
        definitions = definitions_on(NOW)
        monitored = {f"seen_by_{question}" for question in MONITORED}
        assert set(rows_of(definitions)) | monitored == set(definitions.figures)
        assert not [each for each in monitored if definitions.figures[each].opens]

    def test_each_breakdown_has_words_and_a_figure_it_belongs_to(self) -> None:
        definitions = definitions_on(NOW)
        words = part_words(definitions)
        for figure in definitions.figures.values():
            assert figure.section in definitions.sections
            if figure.across:
                assert {figure.of, figure.across} <= set(definitions.figures)
            elif figure.of:
                assert figure.parts in words, figure.code
                of = definitions.figures[figure.of]
                assert bool(of.money) == bool(figure.money), figure.code
                assert of.counts == figure.counts, figure.code

    def test_a_day_before_the_first_version_goes_by_the_first(self) -> None:
        assert definitions_on(date(2001, 1, 1)).version == "2026-3"

    def test_bands_end_where_the_next_begins(self) -> None:
        for name, bands in definitions_on(NOW).bands.items():
            ends = [band.until for band in bands[:-1]]
            assert ends == sorted(each for each in ends if each is not None), name
            assert bands[-1].until is None, name

    def test_crossed_tables_add_up_to_both_margins(self) -> None:
        code = "result_by_vulnerability"
        names = [
            cell_name(code, row, column)
            for row in ("referred", "unknown")
            for column in ("yes", "no")
        ]
        margins = ["ended_by_result/referred", "ended_by_result/unknown"]
        margins += ["ended_by_vulnerability/yes", "ended_by_vulnerability/no", "cases_ended"]
        found = tables(definitions_on(NOW), {name: Cell(9, 9) for name in (*names, *margins)})
        by_total = {each.total: set(each.parts) for each in found}
        assert by_total["ended_by_result/referred"] == {
            f"{code}/referred/{c}" for c in ("yes", "no")
        }
        assert by_total["ended_by_vulnerability/yes"] == {
            f"{code}/{row}/yes" for row in ("referred", "unknown")
        }


class TestPeriods:
    @pytest.mark.parametrize(
        ("on", "month", "quarter", "this_year", "last_year"),
        [
            ("2026-11-26", "2026-10-01", "2026-07-01", "2026-04-01", "2025-04-01"),
            ("2026-04-01", "2026-03-01", "2026-01-01", "2026-04-01", "2025-04-01"),
            ("2026-03-31", "2026-02-01", "2025-10-01", "2025-04-01", "2024-04-01"),
            ("2026-01-01", "2025-12-01", "2025-10-01", "2025-04-01", "2024-04-01"),
        ],
    )
    def test_quick_choices(
        self, on: str, month: str, quarter: str, this_year: str, last_year: str
    ) -> None:
        day = date.fromisoformat(on)
        found = quick_choices(day)
        assert [each.first.isoformat() for each in found.values()] == [
            month,
            quarter,
            this_year,
            last_year,
        ]
        assert found["This financial year"].last == day
        whole = [each.is_whole_months for name, each in found.items() if "This" not in name]
        assert whole == [True, True, True]
        assert found["Last financial year"].last.isoformat()[5:] == "03-31"

    def test_days_begin_and_end_at_a_british_midnight(self) -> None:
        october = Days(date(2026, 10, 1), date(2026, 10, 31))
        assert october.begins == datetime(2026, 9, 30, 23, tzinfo=UTC)
        assert october.ends == datetime(2026, 11, 1, tzinfo=UTC)

    def test_what_makes_no_period_is_last_month(self) -> None:
        usual = quick_choices(NOW)["Last month"]
        early, late = date(2026, 2, 1), date(2026, 2, 28)
        assert days_from(early, late, NOW) == Days(early, late)
        for first, last in ((None, late), (late, early), (early, date(2026, 11, 27))):
            assert days_from(first, last, NOW) == usual

    def test_the_year_and_the_limit_are_dated_facts(self) -> None:
        assert year_begin(date(2026, 3, 31)) == date(2025, 4, 1)
        limit = parameter("report_least_count").value_on(NOW)
        assert (limit.value, bool(limit.reference.title)) == ("5", True)


class TestQuestions:
    def test_each_may_be_refused_and_says_its_basis(self) -> None:
        asked = questions_on(NOW)
        assert [each.code for each in asked.questions] == list(MONITORED)
        for each in asked.questions:
            assert NOT_SAID in each.answers
            assert each.basis.reference.title
            assert each.is_special == (each.basis.code == "equality")

    def test_an_answer_keeps_its_word(self) -> None:
        assert answer_label("sex", "not_said") == "Prefers not to say"
        assert answer_label("sex", "gone_word") == "Gone word"

    def test_nothing_is_asked_before_there_were_questions(self) -> None:
        with pytest.raises(LookupError):
            questions_on(date(2020, 1, 1))
