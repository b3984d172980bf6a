"""What every list shares: whatever an address says, it means a page, and back again."""

import pytest

from cma_app.paging import Page
from state.lists import Foot, address, page_beside, page_in


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("1", 1),
        ("37", 37),
        ("99999", 99_999),
        ("", 1),
        ("0", 1),
        ("-2", 1),
        ("2.0", 1),
        ("two", 1),
        ("²", 1),
        ("٣", 1),
        ("100000", 1),
        ("9" * 400, 1),
    ],
)
def test_an_address_names_a_page_or_the_first(said: str, page: int):
    assert page_in(said) == page


def test_there_is_nothing_before_the_first_page():
    assert [page_beside(said, by) for said, by in (("3", -1), ("1", -1), ("x", 1))] == [
        "2",
        "1",
        "2",
    ]


def test_an_address_says_only_what_is_not_plain():
    plain = {"q": "", "status": "at_work", "page": "1"}
    assert address("/cases", plain, plain) == "/cases"
    assert address("/cases", {**plain, "status": "", "page": "2"}, plain) == "/cases?status=&page=2"
    assert address("/notes", {"page": "1"}) == "/notes"
    assert address("/people", {"q": "a&show=all#x"}) == "/people?q=a%26show%3Dall%23x"


@pytest.mark.parametrize(
    ("page", "label", "back", "further"),
    [
        (Page([], 0), "Nobody", False, False),
        (Page([0] * 50, 1_234), "1 to 50 of 1,234", False, True),
        (Page([0] * 34, 1_234, 25), "1,201 to 1,234 of 1,234", True, False),
        (Page([], 12, 9), "Nobody", True, False),
    ],
)
def test_a_foot_says_where_one_is(page: Page[int], label: str, back: bool, further: bool):
    foot = Foot.of(page, none="Nobody")
    assert (foot.label, foot.has_back, foot.has_next) == (label, back, further)
