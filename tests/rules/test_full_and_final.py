from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cma_app.rules.full_and_final import full_and_final
from cma_app.rules.offers import BadOffer, DebtForOffer

MONEY = st.decimals("0.00", "99999.99", places=2)


def owed(*balances: Decimal | str) -> list[DebtForOffer]:
    return [
        DebtForOffer(str(place), Decimal(balance), priority=False)
        for place, balance in enumerate(balances)
    ]


def test_a_lump_sum_is_shared_by_balance_with_its_percentage():
    found = full_and_final(Decimal(1000), owed("1430", "2310", "260"))
    assert [str(line.offer) for line in found.lines] == ["357.50", "577.50", "65.00"]
    assert {line.percent for line in found.lines} == {Decimal("25.00")}
    assert (found.total, found.unallocated, found.percent) == (1000, 0, 25)


def test_more_than_is_owed_pays_all_and_leaves_the_rest():
    found = full_and_final(Decimal(100), owed("30", "20.50", "0"))
    assert [line.offer for line in found.lines] == [30, Decimal("20.50"), 0]
    assert found.line("0").percent == 100
    assert found.line("2").percent is None
    assert found.unallocated == Decimal("49.50")


def test_a_debt_left_out_gets_no_part():
    left_out = DebtForOffer("x", Decimal(500), priority=False, included=False)
    found = full_and_final(Decimal(10), [*owed("20"), left_out])
    assert [line.key for line in found.lines] == ["0"]


def test_a_sum_is_needed():
    for nothing in ("0", "-1"):
        with pytest.raises(BadOffer, match="Enter the lump sum"):
            full_and_final(Decimal(nothing), owed("20"))


@settings(max_examples=800)
@given(st.decimals("0.01", "50000.00", places=2), st.lists(MONEY, max_size=10))
def test_the_parts_add_up_and_none_is_above_its_balance(lump_sum, balances):
    found = full_and_final(lump_sum, owed(*balances))
    assert found.total == sum((line.offer for line in found.lines), Decimal(0))
    assert found.total == min(lump_sum, sum(balances))
    assert found.lump_sum == found.total + found.unallocated
    assert all(line.offer <= line.owed for line in found.lines)
