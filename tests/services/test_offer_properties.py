"""Whatever a case owes and however it shares: what is saved adds up, on PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, text

from cma_app.clock import today
from cma_app.rules.offers import METHODS
from cma_app.rules.parameters import parameter
from cma_app.services.budgets import start_sheet
from cma_app.services.offers import CaseOffers, read_offers, record_offers
from models import BudgetSheet, Creditor, Debt, Offer
from tests.people import Cast
from tests.services.money import make_case
from tests.services.test_offers import rows

NIL = Decimal("0.00")


def pounds(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 100).map(lambda pence: Decimal(pence).scaleb(-2))


@dataclass(frozen=True)
class Owed:
    """One debt as it may be found in a case; `typed` is what the advisor enters for it."""

    balance: Decimal
    is_priority: bool
    monthly_payment: Decimal | None
    ordered_payment: Decimal | None
    deduction_amount: Decimal | None
    liability: str
    typed: Decimal | None


DEBT = st.builds(
    Owed,
    balance=pounds(5000),
    is_priority=st.booleans(),
    monthly_payment=st.none() | pounds(90),
    ordered_payment=st.none() | pounds(60),
    deduction_amount=st.none() | st.none() | pounds(20),
    liability=st.sampled_from(["sole", "sole", "joint", "not_liable"]),
    typed=st.none() | st.none() | pounds(40),
)
SHARING = st.fixed_dictionaries(
    {
        "offer_method": st.sampled_from(list(METHODS)),
        "offers_in_pounds": st.booleans(),
        "offer_minimum": st.none() | pounds(20),
        "makes_token_offers": st.booleans(),
        "lump_sum": st.none() | st.none() | st.none() | pounds(9000).filter(bool),
        "lump_sum_source": st.just("A gift"),
    }
)


class Bench:
    """One case whose debts and sharing are set anew by the owner for each example."""

    def __init__(self, cast: Cast, owner: Engine) -> None:
        self.cast, self.owner = cast, owner
        self.case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            self.sheet_id = start_sheet(session, self.case_id).id

    def owe(self, owed: list[Owed], available: Decimal, sharing: dict) -> list[int]:
        """Replace what is owed, what is available, and how it is shared."""
        centre = {"centre_id": self.cast.amina.centre_id, "case_id": self.case_id}
        with self.owner.begin() as connection:
            for table in ("offers", "debts", "creditors"):
                connection.execute(text(f"DELETE FROM {table} WHERE case_id = :case_id"), centre)
            ids = []
            for place, debt in enumerate(owed):
                creditor = insert(Creditor).values(**centre, creditor_name=f"Creditor {place}")
                creditor_id = connection.execute(creditor.returning(Creditor.id)).scalar_one()
                row = insert(Debt).values(
                    **centre,
                    creditor_id=creditor_id,
                    position=place,
                    debt_type="rent" if debt.is_priority else "credit_card",
                    is_priority=debt.is_priority,
                    liability=debt.liability,
                    balance=debt.balance,
                    monthly_payment=debt.monthly_payment,
                    ordered_payment=debt.ordered_payment,
                    deduction_amount=debt.deduction_amount,
                    deduction_frequency="monthly" if debt.deduction_amount is not None else None,
                    deduction_source="benefits" if debt.deduction_amount is not None else None,
                )
                ids.append(connection.execute(row.returning(Debt.id)).scalar_one())
        with self.cast.open(self.cast.ashdown_system) as session:
            sheet = session.require(BudgetSheet, self.sheet_id)
            sheet.total_income = max(available, NIL)
            sheet.total_expenses = max(-available, NIL)
            for name, value in sharing.items():
                setattr(sheet, name, value)
        return ids

    def save(self, entered: dict[int, str]) -> CaseOffers:
        """Save every offer, leaving out each entry that does not fit beside those before it."""
        for debt_id, typed in entered.items():
            with self.cast.open(self.cast.amina) as session:
                found = read_offers(session, self.case_id)
                debt = next(each for each in found.debts if each.id == debt_id)
                plan = found.plan
                assert plan is not None
                closed = found.settlement is not None and not debt.is_priority
                room = max(plan.available - plan.priority_total - plan.fixed_total, NIL)
                amount = Decimal(typed)
                if debt.is_deducted or debt.why_not or closed or amount > min(room, debt.balance):
                    continue
                record_offers(session, self.case_id, decided={debt_id: typed})
        with self.cast.open(self.cast.amina) as session:
            return record_offers(session, self.case_id)


@pytest.fixture
def bench(cast: Cast, owner: Engine) -> Iterator[Bench]:
    return Bench(cast, owner)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    owed=st.lists(DEBT, max_size=6),
    available=st.integers(-20_000, 60_000).map(lambda pence: Decimal(pence).scaleb(-2)),
    sharing=SHARING,
)
def test_what_is_saved_adds_up(
    bench: Bench, owed: list[Owed], available: Decimal, sharing: dict
) -> None:
    ids = bench.owe(owed, available, sharing)
    entered = {
        debt_id: f"{debt.typed}"
        for debt_id, debt in zip(ids, owed, strict=True)
        if debt.typed is not None
    }
    done = bench.save(entered)
    plan = done.plan
    assert plan is not None
    assert (done.problem, done.is_stale) == ("", False)
    kept = rows(bench.cast, bench.case_id)
    by_id = dict(zip(ids, owed, strict=True))
    standing = {debt_id for debt_id, debt in by_id.items() if debt.liability != "not_liable"}
    assert kept.keys() == standing
    _adds_up(plan.available, plan.unallocated, kept)
    _each_is_right(kept, by_id)
    if sharing["lump_sum"] is None:
        assert {offer.lump_sum for offer in kept.values()} <= {None}
        _whole_pounds_where_asked(done, kept, sharing)
    else:
        _once(sharing["lump_sum"], kept, by_id)


def _adds_up(available: Decimal, unallocated: Decimal, kept: dict[int, Offer]) -> None:
    """Say that what is available is the offers and what is left, tokens and lump sums apart."""
    monthly = [offer.amount for offer in kept.values() if not offer.is_token]
    assert available == sum(monthly, NIL) + unallocated
    assert sum(monthly, NIL) <= max(available, NIL)


def _each_is_right(kept: dict[int, Offer], owed: dict[int, Owed]) -> None:
    token = parameter("token_offer").on(today())
    for debt_id, offer in kept.items():
        debt = owed[debt_id]
        assert NIL <= offer.amount <= debt.balance
        assert (offer.lump_sum or NIL) <= debt.balance
        if debt.deduction_amount is not None:
            assert (offer.method, offer.amount, offer.lump_sum) == ("deduction", NIL, None)
        if offer.is_token:
            assert (offer.method, offer.amount) == ("token", min(token, debt.balance))
            assert not debt.is_priority


def _whole_pounds_where_asked(done: CaseOffers, kept: dict[int, Offer], sharing: dict) -> None:
    """Say that shares are whole pounds, unless there is enough to clear every debt that shares."""
    plan = done.plan
    assert plan is not None
    shared = [line for line in plan.lines if line.share]
    if not sharing["offers_in_pounds"] or plan.left_to_share >= sum(
        (line.owed for line in shared), NIL
    ):
        return
    for line in shared:
        assert kept[int(line.key)].amount % 1 == 0


def _once(lump_sum: Decimal, kept: dict[int, Offer], owed: dict[int, Owed]) -> None:
    once = {debt_id: offer for debt_id, offer in kept.items() if offer.lump_sum is not None}
    asked = sum((owed[debt_id].balance for debt_id in once), NIL)
    assert sum((offer.lump_sum or NIL for offer in once.values()), NIL) == min(lump_sum, asked)
    assert all(offer.amount == NIL for offer in once.values())
    assert not any(owed[debt_id].is_priority for debt_id in once)
