"""The draw of files: fair, repeatable, by level, and with a reason for each pick by risk."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations

import pytest

from cma_app.rules.closing import every_word
from cma_app.rules.review_criteria import criteria_on, outcome_of, results, scores
from cma_app.rules.review_sampling import (
    Drawable,
    Rate,
    Risk,
    asked_of,
    default_rates,
    draw,
    lapse_of,
    level_unsaid,
    levels,
    months_begun,
    place_of,
    risks_on,
)

DAY = date(2026, 11, 1)
FILES = [Drawable(case_id, 1) for case_id in range(101, 121)]
SEEDS = [f"seed-{number}" for number in range(2000)]
LIMIT = 43.82
"""What chi squared with 19 degrees of freedom passes once in a thousand draws of its own."""


def rule(code: str, at_most: int) -> Risk:
    return Risk(code, code, "Because.", at_most, is_by_hand=False, limits={})


def drawn(seed: str, rate: Rate = Rate(25)) -> set[int]:  # noqa: B008 - frozen
    return {each.file.case_id for each in draw(FILES, {1: rate}, seed, [])}


def unfairness(draw_of: Callable[[str], set[int]], asked: int) -> float:
    """Return how far the files' counts stand from equal, as a chi squared of 19 degrees."""
    counts = Counter(case_id for seed in SEEDS for case_id in draw_of(seed))
    share = asked / len(FILES)
    expected = len(SEEDS) * share
    spread = expected * (1 - share) * len(FILES) / (len(FILES) - 1)
    return sum((counts[each.case_id] - expected) ** 2 for each in FILES) / spread


class TestFairness:
    def test_every_file_is_as_likely_as_any_other(self) -> None:
        assert unfairness(drawn, 5) < LIMIT

    def test_the_measure_finds_a_draw_that_likes_some_files(self) -> None:
        def liking(seed: str) -> set[int]:
            order = sorted(FILES, key=lambda f: place_of(seed, f.case_id) >> (f.case_id == 101))
            return {each.case_id for each in order[:5]}

        assert unfairness(liking, 5) > LIMIT

    def test_two_files_come_together_as_often_as_any_two(self) -> None:
        pairs = Counter(pair for seed in SEEDS for pair in combinations(sorted(drawn(seed)), 2))
        expected = len(SEEDS) * (5 * 4) / (20 * 19)
        assert len(pairs) == 190
        assert sum((many - expected) ** 2 / expected for many in pairs.values()) < 260  # 189 df

    def test_a_file_drawn_by_itself_is_drawn_as_often_as_its_rate(self) -> None:
        alone = [Drawable(7, 1, is_apart=True)]
        many = sum(bool(draw(alone, {1: Rate(30, 5)}, seed, [])) for seed in SEEDS)
        assert abs(many - 600) < 70  # 3.4 deviations


class TestDraw:
    def test_the_same_seed_draws_the_same_files_whatever_their_order(self) -> None:
        risks = [rule("late", 1)]
        files = [Drawable(n, n % 3, risks=("late",) if n % 5 == 0 else ()) for n in range(60)]
        rates = dict.fromkeys(range(3), Rate(20))
        first = draw(files, rates, "abc", risks)
        assert draw(list(reversed(files)), rates, "abc", risks) == first
        assert draw(files, rates, "abd", risks) != first

    def test_is_kept_in_figures_so_that_a_new_release_cannot_change_it(self) -> None:
        assert sorted(drawn("of 2026")) == [102, 105, 108, 114, 119]

    def test_a_file_that_is_not_seen_changes_the_place_of_no_other(self) -> None:
        order = [f.case_id for f in sorted(FILES, key=lambda f: place_of("s", f.case_id))]
        fewer = sorted(FILES[3:], key=lambda f: place_of("s", f.case_id))
        assert [f.case_id for f in fewer] == [n for n in order if n not in {101, 102, 103}]

    @pytest.mark.parametrize(
        ("rate", "pool", "asked"),
        [
            (Rate(100), 7, 7),
            (Rate(50), 7, 4),
            (Rate(10, 2), 7, 2),
            (Rate(10, 2), 1, 2),
            (Rate(10, 2), 31, 4),
            (Rate(0), 31, 0),
            (Rate(10), 0, 0),
        ],
    )
    def test_rounds_up_and_asks_no_fewer_than_the_least(
        self, rate: Rate, pool: int, asked: int
    ) -> None:
        assert asked_of(rate, pool) == asked

    @pytest.mark.parametrize(
        ("first", "last", "months"),
        [
            (date(2026, 1, 1), date(2026, 1, 31), 1),
            (date(2026, 1, 1), date(2026, 2, 1), 2),
            (date(2026, 1, 1), date(2026, 3, 31), 3),
            (date(2026, 11, 20), date(2026, 11, 20), 1),
            (date(2026, 10, 27), date(2026, 11, 26), 1),
            (date(2026, 10, 27), date(2026, 11, 27), 2),
        ],
    )
    def test_the_least_is_of_each_month_that_a_period_began(
        self, first: date, last: date, months: int
    ) -> None:
        assert months_begun(first, last) == months
        assert Rate(10, 2).over(months) == Rate(10, 2 * months)
        assert asked_of(Rate(10, 2).over(3), 12) == 6

    def test_takes_of_each_advisor_by_the_advisors_own_rate(self) -> None:
        files = [Drawable(n, n % 2) for n in range(40)]
        picks = draw(files, {0: Rate(100), 1: Rate(10)}, "s", [])
        assert Counter(each.file.holder_id for each in picks) == {0: 20, 1: 2}
        assert all(each.is_random for each in picks)

    def test_a_rule_takes_so_many_and_counts_those_that_were_drawn_anyway(self) -> None:
        files = [Drawable(n, 1, risks=("late",)) for n in range(10)]
        none = draw(files, {1: Rate(0)}, "s", [rule("late", 2)])
        assert [each.is_random for each in none] == [False, False]
        some = draw(files, {1: Rate(20)}, "s", [rule("late", 2)])
        assert [each.is_random for each in some] == [True, True]
        assert len(draw(files, {1: Rate(0)}, "s", [rule("late", 0)])) == 10

    def test_each_pick_names_every_rule_it_fits(self) -> None:
        files = [Drawable(1, 1, risks=("late", "gate"))]
        (pick,) = draw(files, {1: Rate(0)}, "s", [rule("gate", 1), rule("late", 1)])
        assert pick.risks == ("late", "gate")

    def test_restricted_files_move_no_count_of_the_others(self) -> None:
        apart = [Drawable(n, 1, is_apart=True) for n in range(900, 960)]
        rates = {1: Rate(25)}
        with_them = {e.file.case_id for e in draw([*FILES, *apart], rates, "s", [])}
        assert {n for n in with_them if n < 900} == drawn("s")

    def test_a_restricted_file_at_risk_takes_no_others_place(self) -> None:
        risky = [Drawable(n, 1, risks=("late",)) for n in range(10)]
        apart = [Drawable(n, 1, is_apart=True, risks=("late",)) for n in range(900, 910)]
        rules = [rule("late", 1)]
        without = draw(risky, {1: Rate(0)}, "s", rules)
        beside = draw([*apart, *risky], {1: Rate(0)}, "s", rules)
        assert [each for each in beside if not each.file.is_apart] == without
        assert len(beside) == 11


class TestCodes:
    def test_every_code_is_one_that_a_closing_chooses(self) -> None:
        rules = {each.code: each for each in risks_on(DAY)}
        assert "own_choice" in rules["advice_rejected"].codes
        assert set(rules["advice_rejected"].codes) <= set(every_word("fca_outcomes"))
        found = set(rules["insolvency"].codes)
        assert {"bankruptcy", "iva", "trust_deed", "minimal_assets"} < found
        assert found <= set(every_word("solutions"))


class TestLapse:
    def test_a_level_counts_as_the_next_after_its_months(self) -> None:
        said = date(2026, 8, 30)
        assert lapse_of("newly_qualified", said, DAY) == (date(2026, 11, 30), "experienced")
        assert lapse_of("experienced", said, DAY) is None


class TestRates:
    def test_what_every_centre_starts_from(self) -> None:
        found = default_rates(DAY)
        assert found.by_level == {
            "trainee": Rate(100, 0),
            "newly_qualified": Rate(50, 2),
            "experienced": Rate(10, 2),
        }
        assert found.reference.title.startswith("Our default.")
        assert found.certainty == "low"
        assert set(levels()) == set(found.by_level)
        assert level_unsaid() == "newly_qualified"

    def test_nothing_is_known_of_before(self) -> None:
        with pytest.raises(LookupError):
            default_rates(date(2019, 12, 31))
        assert default_rates(date(2020, 1, 1))

    def test_every_rule_has_a_sentence_with_its_figures(self) -> None:
        rules = {each.code: each for each in risks_on(DAY)}
        assert len(rules) == 12
        assert rules["high_debt"].why == "Owes £50,000 or more."
        assert rules["late"].why.endswith("10 days overdue.")
        assert not [each for each in rules.values() if "{" in each.why]


class TestCriteria:
    CRITERIA = criteria_on(DAY)

    def given(self, **over: str) -> dict[str, str]:
        return {each.code: "met" for each in self.CRITERIA.criteria} | over

    @pytest.mark.parametrize(
        ("over", "harm", "result", "percent"),
        [
            ({}, False, "meets", 100),
            ({"facts": "not_met", "letters": "partly"}, False, "meets", 81),
            ({"facts": "not_met", "letters": "not_met"}, False, "partly", 75),
            (
                {"facts": "not_met", "letters": "not_met", "money": "not_met", "records": "partly"},
                False,
                "below",
                56,
            ),
            ({"advice": "not_met"}, False, "below", 87),
            ({"advice": "partly"}, False, "meets", 93),
            ({}, True, "below", 100),
            ({"vulnerable": "not_applicable", "facts": "not_met"}, False, "meets", 85),
        ],
    )
    def test_what_scores_come_to(
        self, over: dict[str, str], harm: bool, result: str, percent: int
    ) -> None:
        found = outcome_of(self.CRITERIA, self.given(**over), harm=harm)
        assert (found.result, found.percent) == (result, percent)

    def test_a_file_to_which_nothing_applies_meets_it_without_a_figure(self) -> None:
        none = dict.fromkeys(self.given(), "not_applicable")
        assert outcome_of(self.CRITERIA, none, harm=False).percent is None

    def test_a_critical_one_is_named(self) -> None:
        found = outcome_of(self.CRITERIA, self.given(advice="not_met"), harm=False)
        assert found.why == "Suitable advice is critical and was not met."

    def test_a_criterion_without_a_score_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            outcome_of(self.CRITERIA, {"facts": "met"}, harm=False)

    def test_the_words_and_their_source(self) -> None:
        assert list(scores()) == ["met", "partly", "not_met", "not_applicable"]
        assert list(results()) == ["meets", "partly", "below"]
        assert len(self.CRITERIA.criteria) == 8
        assert "CONC 8" in self.CRITERIA.reference.title
        with pytest.raises(LookupError):
            criteria_on(self.CRITERIA.start - timedelta(1))
