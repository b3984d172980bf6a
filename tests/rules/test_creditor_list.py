import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules import creditor_list
from cma_app.rules.creditor_list import (
    by_name,
    by_start_of_name,
    find,
    listed_creditors,
    plain_name,
)
from cma_app.rules.debt_types import debt_type
from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import read_yaml

FILE = Path(creditor_list.__file__).with_name("creditor_list.yaml")


def test_no_two_names_or_other_names_are_the_same():
    seen: dict[str, str] = {}
    for each in listed_creditors():
        for name in (each.name, *each.other_names):
            plain = plain_name(name)
            assert plain, f"{name} has no letters"
            assert plain not in seen, f"{name} is {seen[plain]} again"
            seen[plain] = name


def test_every_kind_of_debt_exists_where_the_creditor_is():
    for each in listed_creditors():
        kind = debt_type(each.debt_type)
        assert each.nations
        assert set(each.nations) <= set(NATIONS)
        assert set(each.nations) & set(kind.nations), each.name
        assert each.kind in {"creditor", "collector", "both"}


def test_the_list_is_long_and_says_that_it_is_to_be_confirmed():
    assert len(listed_creditors()) >= 150
    head = FILE.read_text(encoding="utf-8").split("\ngroups:")[0]
    assert "general knowledge" in head
    assert read_yaml(FILE)["certainty"] == "M"


def test_it_holds_names_and_kinds_alone():
    content = read_yaml(FILE)
    for group in content["groups"]:
        assert set(group) <= {"debt_type", "kind", "nations", "creditors"}
        for each in group["creditors"]:
            assert set(each) <= {"name", "also", "nations"}


@pytest.mark.parametrize(
    "debt", ["water", "hmrc", "child_maintenance", "tv_licence", "student_loan", "court_fine",
             "catalogue", "buy_now_pay_later", "hire_purchase_essential", "benefit_overpayment"],
)  # fmt: skip
def test_what_clients_owe_most_is_there(debt):
    assert any(each.debt_type == debt for each in listed_creditors())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("barclayc", "Barclaycard"),
        ("BARCLAYS", "Barclays"),
        ("amex", "American Express"),
        ("dwr cymru", "Dŵr Cymru Welsh Water"),
        ("DŴR", "Dŵr Cymru Welsh Water"),
        ("m&s", "M&S Bank"),
        ("m and s", "M&S Bank"),
        ("sainsburys", "Sainsbury's Bank"),
        ("hmrc", "HM Revenue and Customs"),
        ("csa", "Child Maintenance Service"),
        ("littlewood", "Littlewoods"),
        ("e.on", "E.ON Next"),
        ("eon", "E.ON Next"),
    ],
)
def test_finds_by_start_without_case_or_accents_and_by_other_names(typed, name):
    assert find(typed)[0].name == name


def test_finds_a_word_inside_after_names_that_start_with_it():
    names = [each.name for each in find("northern", limit=50)]
    assert names.index("Northern Ireland Housing Executive") < names.index("Virgin Money")
    assert "Severn Trent Water" in [each.name for each in find("trent", limit=50)]
    assert find("arclays") == []


def test_the_exact_name_comes_first():
    assert find("Next")[0].name == "Next"
    assert find("E.ON Next")[0].name == "E.ON Next"


def test_the_order_is_the_same_every_time_and_as_long_as_asked():
    found = find("c", limit=400)
    assert found == find("C", limit=400)
    assert find("c") == found[:8]
    assert find("c", limit=0) == []
    assert len({each.name for each in found}) == len(found)


def test_a_nation_leaves_out_what_is_not_there():
    assert find("scottish water", nation="england") == []
    assert find("scottish water", nation="scotland")


@pytest.mark.parametrize("typed", ["", "   ", "!!", "'.-"])
def test_nothing_typed_finds_nothing(typed):
    assert find(typed) == []


def test_a_name_is_found_whole():
    assert by_name("barclays bank plc").name == "Barclays"
    assert by_name("LOWELL FINANCIAL LTD").name == "Lowell"
    assert by_name("Barclay") is None
    assert by_name("") is None


def test_a_longer_name_is_known_by_its_start_but_not_by_a_short_word():
    assert by_start_of_name("Barclaycard Platinum Visa").name == "Barclaycard"
    assert by_start_of_name("British Gas Electricity Account").name == "British Gas Electricity"
    assert by_start_of_name("Next Door Plumbing") is None
    assert by_start_of_name("Skylark Cafe") is None


@given(st.text(max_size=200))
def test_any_text_can_be_looked_up(text):
    assert len(find(text)) <= 8
    by_start_of_name(text)


def test_looking_up_is_quick_even_for_a_very_long_text():
    find("a")  # the list is read once
    start = time.perf_counter()
    for _ in range(20):
        find("water company " * 20_000)
        find("b")
    assert time.perf_counter() - start < 1
