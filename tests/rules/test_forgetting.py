"""Who is to be forgotten, when, and what holds them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.forgetting import (
    COMING,
    DUE,
    HELD,
    SOON,
    WORDS,
    CaseFacts,
    PersonFacts,
    Reason,
    Verdict,
    bands,
    circles,
    columns,
    judge,
    last_days,
)

TODAY = date(2034, 3, 1)
LEAP = date(2028, 2, 29)  # six years on: 28 February 2034, the last day it is kept


def person(number: int = 1, **more: object) -> PersonFacts:
    return PersonFacts(number, **more)  # type: ignore[arg-type]


def case(number: int, *people: int, ended: date | None = LEAP) -> CaseFacts:
    return CaseFacts(number, frozenset(people or (1,)), ended)


def said(found: list[Verdict]) -> list[tuple[int, str, str, tuple[str, ...]]]:
    return [
        (one.person, one.covers, one.state, tuple(each.code for each in one.reasons))
        for one in found
    ]


def test_it_goes_on_the_day_after_the_last_on_which_it_is_kept() -> None:
    (one,) = judge([person()], [case(1)], date(2034, 3, 1))
    assert (one.state, one.kept_until, one.reasons) == (
        DUE,
        date(2034, 2, 28),
        (Reason("years"),),
    )
    (one,) = judge([person()], [case(1)], date(2034, 2, 28))
    assert (one.state, one.reasons) == (COMING, (Reason("years_coming"),))
    assert judge([person()], [case(1)], date(2034, 2, 28) - SOON) == []


def test_the_newest_of_all_their_cases_counts() -> None:
    cases = [case(1), case(2, ended=LEAP + timedelta(days=30)), case(3, ended=date(2020, 1, 1))]
    (one,) = judge([person()], cases, TODAY)
    assert (one.state, one.kept_until) == (COMING, date(2034, 3, 30))


def test_a_case_at_work_holds_whose_other_case_would_go() -> None:
    cases = [case(1), case(2, ended=None)]
    assert said(judge([person()], cases, TODAY)) == [(1, "case", HELD, ("at_work",))]
    assert judge([person()], [case(2, ended=None)], TODAY) == []  # nothing would go: not listed


def test_a_hold_holds_them_and_whoever_shares_a_case_with_them() -> None:
    people = [person(holds=("A legal claim",)), person(2)]
    (first, second) = judge(people, [case(1, 1, 2)], TODAY)
    assert (first.state, first.reasons) == (HELD, (Reason("hold", "A legal claim"),))
    assert (second.state, second.reasons) == (HELD, (Reason("shared_held"),))


def test_a_second_person_with_a_running_case_keeps_both() -> None:
    cases = [case(1, 1, 2), case(2, 2, ended=None)]
    assert said(judge([person(), person(2)], cases, TODAY)) == [
        (1, "case", HELD, ("shared",)),
        (2, "case", HELD, ("at_work",)),
    ]
    later = [case(1, 1, 2), case(2, 2, ended=date(2033, 1, 1))]
    assert said(judge([person(), person(2)], later, TODAY)) == [(1, "case", HELD, ("shared",))]


def test_two_go_together_on_the_later_day() -> None:
    cases = [case(1, 1, 2), case(2, 2, ended=LEAP + timedelta(days=20))]
    found = judge([person(), person(2)], cases, TODAY)
    assert {(one.state, one.kept_until) for one in found} == {(COMING, date(2034, 3, 20))}


def test_figures_follow_a_year_later_and_nothing_after_them() -> None:
    gone = person(gone=frozenset({"case"}))
    assert judge([gone], [case(1)], TODAY) == []
    (one,) = judge([gone], [case(1)], date(2035, 3, 1))
    assert (one.covers, one.state, one.kept_until) == ("financial", DUE, date(2035, 2, 28))
    all_gone = person(gone=frozenset({"case", "financial"}))
    assert judge([all_gone], [case(1)], date(2050, 1, 1)) == []


def test_an_erasure_counts_on_its_day_for_who_has_no_case() -> None:
    assert judge([person()], [], TODAY) == []
    (one,) = judge([person(erase_on=TODAY)], [], TODAY)
    assert (one.state, one.reasons) == (DUE, (Reason("erasure"),))
    (one,) = judge([person(erase_on=TODAY + timedelta(days=1))], [], TODAY)
    assert one.state == COMING
    assert judge([person(erase_on=TODAY)], [case(1, ended=None)], TODAY) == []


def test_who_never_had_a_case_goes_by_the_years_of_an_enquiry() -> None:
    asked = person(last_contact=LEAP)
    (one,) = judge([asked], [], date(2030, 3, 1))
    assert (one.state, one.kept_until, one.reasons) == (
        DUE,
        date(2030, 2, 28),
        (Reason("enquiry"),),
    )
    (one,) = judge([asked], [], date(2030, 2, 28))
    assert (one.state, one.reasons) == (COMING, (Reason("enquiry_coming"),))
    assert judge([asked], [], date(2030, 2, 28) - SOON) == []
    (one,) = judge([person(last_contact=LEAP, holds=("A claim",))], [], TODAY)
    assert (one.state, one.reasons) == (HELD, (Reason("hold", "A claim"),))
    (one,) = judge([person(last_contact=LEAP, erase_on=date(2028, 3, 9))], [], date(2028, 3, 9))
    assert (one.state, one.reasons) == (DUE, (Reason("erasure"),))
    assert said(judge([person(last_contact=date(2014, 1, 1))], [], TODAY))[0][2] == DUE


def test_circles_reach_over_others() -> None:
    cases = [case(1, 1, 2), case(2, 2, 3), case(3, 5)]
    assert circles([1, 2, 3, 4, 5], cases) == [(1, 2, 3), (4,), (5,)]


DAYS = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2034, 1, 1)))
WORLDS = st.lists(st.tuples(st.sets(st.integers(1, 5), min_size=1, max_size=2), DAYS), max_size=6)


@given(WORLDS, st.sets(st.integers(1, 5)))
def test_nobody_is_due_while_anything_of_their_circle_is_kept(
    world: list[tuple[set[int], date | None]], held: set[int]
) -> None:
    people = [person(n, holds=("A hold",) if n in held else ()) for n in range(1, 6)]
    cases = [CaseFacts(n, frozenset(who), day) for n, (who, day) in enumerate(world)]
    for one in judge(people, cases, TODAY):
        if one.state != DUE:
            continue
        theirs = [each for each in cases if each.people & set(one.circle)]
        assert not held & set(one.circle)
        assert all(each.ended and last_days(each.ended)["case"] < TODAY for each in theirs)


def test_every_reason_has_words_and_every_figure_its_bands() -> None:
    assert {"years", "erasure", "hold", "at_work", "shared", "shared_held"} <= set(WORDS)
    assert set(bands()) == {"owed", "written_off", "gained", "surplus", "debts"}
    assert all(starts == sorted(set(starts)) for starts in bands().values())


@pytest.mark.parametrize("table", sorted(columns()["tables"]))
def test_what_stays_and_what_goes_is_said_once(table: str) -> None:
    decided = columns()["tables"][table]
    if "remove" in decided:
        assert set(decided) <= {"remove", "rows", "through"}
        assert decided["remove"].endswith(".")
        return
    named = [
        *decided.get("empty", []),
        *decided.get("becomes", {}),
        *decided.get("ours", []),
        *decided.get("keep", []),
    ]
    assert len(named) == len(set(named))
