"""What is kept in a column comes back exactly, and an odd column is refused with a sentence."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.printing.content import Debt, Group, Guideline, StatementContent
from cma_app.printing.frozen import Unreadable
from cma_app.printing.letter_content import Block, LetterContent, Row, Table
from tests.printing.letter_samples import OFFERS, long_letter, offer_letter
from tests.printing.samples import enormous, in_deficit, leanne, marek


def through_json(content: Any) -> Any:
    return json.loads(json.dumps(content.to_json()))


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


@pytest.mark.parametrize("made", [leanne, marek, in_deficit, enormous])
def test_a_statement_comes_back_exactly(made: Callable[[], StatementContent]) -> None:
    content = made()
    again = StatementContent.from_json(through_json(content))
    assert again == content
    assert again.to_json() == content.to_json()


@pytest.mark.parametrize("made", [offer_letter, long_letter])
def test_a_letter_comes_back_exactly(made: Callable[[], LetterContent]) -> None:
    assert LetterContent.from_json(through_json(made())) == made()


def test_every_leaf_is_a_text_or_nothing() -> None:
    assert all(leaf is None or isinstance(leaf, str) for leaf in leaves(leanne().to_json()))
    assert leanne().to_json()["totals"]["unallocated"] == "0.00"
    assert leanne().to_json()["statement_date"] == "2026-11-22"
    assert leanne().to_json()["savings_considered"] == "true"
    assert leanne().to_json()["layout"] == "1"


@given(
    name=st.text(),
    sum_=st.decimals(allow_nan=False, allow_infinity=False, places=2),
    months=st.none() | st.integers(0, 10**6),
    is_joint=st.booleans(),
)
def test_any_value_comes_back(name: str, sum_: Decimal, months: int | None, is_joint: bool) -> None:
    debt = Debt(creditor=name, balance=sum_, months=months, joint=is_joint)
    kept = leanne(non_priority_debts=(debt,)).to_json()
    assert StatementContent.from_json(kept).non_priority_debts == (debt,)


def test_a_field_with_a_default_may_be_missing_from_what_is_old() -> None:
    kept = leanne().to_json()
    del kept["offer_method"]
    assert StatementContent.from_json(kept).offer_method == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: kept.pop("number"),
        lambda kept: kept.update(unknown="x"),
        lambda kept: kept.update(statement_date="22 Nov"),
        lambda kept: kept.update(savings_considered="perhaps"),
        lambda kept: kept["totals"].update(income="a lot"),
        lambda kept: kept["totals"].update(income=12.5),
        lambda kept: kept.update(groups="none"),
        lambda kept: kept["groups"][0].update(section="spending"),
        lambda kept: kept.update(client=None),
    ],
)
def test_another_shape_is_refused_with_a_sentence(spoil: Callable[[Any], Any]) -> None:
    kept = leanne().to_json()
    spoil(kept)
    with pytest.raises(Unreadable, match="cannot be read"):
        StatementContent.from_json(kept)


def test_words_that_no_layout_knows_are_refused_at_once() -> None:
    level = Guideline(status="fine")
    group = Group(
        key="x", label="X", section="flexible", total=Decimal(0), lines=(), guideline=level
    )
    with pytest.raises(ValueError, match="fine"):
        leanne(groups=(group,))
    with pytest.raises(ValueError, match="gift"):
        leanne(priority_debts=(Debt(creditor="x", balance=Decimal(1), kind="gift"),))
    with pytest.raises(ValueError, match="song"):
        Block(kind="song")
    with pytest.raises(ValueError, match="rows"):
        Block(kind="paragraph", table=OFFERS)
    with pytest.raises(ValueError, match="cells"):
        Table(columns=OFFERS.columns, rows=(Row(cells=("one",)),))
