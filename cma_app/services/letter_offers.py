"""What a letter may say in figures: the accounts it is about, and what was frozen for each."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.printing.content import Debt as FrozenDebt
from cma_app.printing.content import StatementContent
from cma_app.printing.letter_content import Column, Row, Table
from cma_app.rules.debt_types import debt_type
from cma_app.rules.letter_templates import sums_said
from cma_app.session import CentreSession
from models import Case, Debt, Statement

NOT_KNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Account:
    """One debt at a creditor, as a letter names it."""

    debt_id: int
    number: str
    kind: str
    owed_by: str


def accounts_at(session: CentreSession, case: Case, creditor_id: int) -> list[Account]:
    """Return the debts of a case at a creditor that still stand, as they were entered."""
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(col(Debt.id), col(Debt.account_number), col(Debt.debt_type), col(Debt.owed_by))
        .where(
            col(Debt.centre_id) == case.centre_id,
            col(Debt.case_id) == case.id,
            col(Debt.creditor_id) == creditor_id,
            col(Debt.deleted_at).is_(None),
            col(Debt.status).in_(("active", "disputed")),
        )
        .order_by(col(Debt.position), col(Debt.id))
    )
    return [
        Account(row.id, row.account_number or "", debt_type(row.debt_type).label, row.owed_by)
        for row in session.execute(wanted)
    ]


def accounts_table(accounts: list[Account]) -> Table:
    """Return the table of the accounts that a letter is about."""
    return Table(
        columns=(Column(label="Account"), Column(label="Kind")),
        rows=tuple(Row(cells=(each.number or NOT_KNOWN, each.kind)) for each in accounts),
    )


def newest_issued(session: CentreSession, case: Case) -> Statement | None:
    """Return the statement of a case that is issued and not superseded, if there is one."""
    session.authorize(Act.CASE_OPEN, case)
    found = session.execute(
        select(col(Statement.id))
        .where(
            col(Statement.centre_id) == case.centre_id,
            col(Statement.case_id) == case.id,
            col(Statement.status) == "issued",
            col(Statement.deleted_at).is_(None),
        )
        .order_by(col(Statement.statement_no).desc())
        .limit(1)
    ).scalar_one_or_none()
    return session.require(Statement, found) if found is not None else None


def offered(
    session: CentreSession, case: Case, creditor_id: int, name: str
) -> tuple[StatementContent | None, list[FrozenDebt]]:
    """Return the issued statement of a case and its lines for one creditor, as they were frozen.

    A line is found by its debt; in a statement of before that was kept, by the creditor's name.
    """
    statement = newest_issued(session, case)
    if statement is None:
        return None, []
    content = StatementContent.from_json(statement.content)
    wanted = select(col(Debt.id)).where(
        col(Debt.centre_id) == case.centre_id,
        col(Debt.case_id) == case.id,
        col(Debt.creditor_id) == creditor_id,
    )
    mine = set(session.execute(wanted).scalars())
    return content, [
        debt
        for debt in (
            *content.priority_debts,
            *content.non_priority_debts,
            *content.deduction_debts,
        )
        if (debt.debt_id in mine if debt.debt_id else debt.creditor.casefold() == name.casefold())
    ]


def offers_table(debts: list[FrozenDebt]) -> Table | None:
    """Return the table of what is offered on each account; nobody types in it."""
    if not debts:
        return None
    rows = tuple(
        Row(cells=(debt.reference or NOT_KNOWN, f"{debt.balance:,.2f}", offer_words(debt)))
        for debt in debts
    )
    return Table(
        columns=(
            Column(label="Account"),
            Column(label="Owed, £", is_sum=True),
            Column(label="Offer"),
        ),
        rows=rows,
        total=_total(debts),
    )


def _total(debts: list[FrozenDebt]) -> Row | None:
    if len(debts) < 2:
        return None
    owed = sum((debt.balance for debt in debts), Decimal("0.00"))
    monthly = {"surplus", "token", "deduction"}
    same = all(debt.kind in monthly and debt.offer is not None for debt in debts)
    said = sum((debt.offer or Decimal("0.00") for debt in debts), Decimal("0.00"))
    return Row(cells=("All", f"{owed:,.2f}", f"£{said:,.2f} a month" if same else ""))


def offer_words(debt: Any) -> str:
    """Return a frozen offer in words: the sum, how often, and where it does not come of surplus."""
    if debt.offer is None or debt.kind == "none":
        return "No offer is made on this account"
    if debt.kind == "lump_sum":
        return f"£{debt.offer:,.2f} once, in full and final settlement"
    if debt.kind == "token":
        return f"£{debt.offer:,.2f} a month, a token that is not from surplus"
    if debt.kind == "deduction":
        return f"£{debt.offer:,.2f} a month, already taken by deduction"
    if not debt.offer:
        return "Nothing at present: the budget leaves no surplus for this debt"
    return f"£{debt.offer:,.2f} a month"


def strange_sums(text: str, debts: list[FrozenDebt]) -> list[str]:
    """Return the sums that a text says and no frozen line does: typed, or changed by hand."""
    known: set[Decimal] = set()
    for part in ("balance", "offer", "arrears"):
        sums = [value for debt in debts if (value := getattr(debt, part)) is not None]
        known |= {*sums, sum(sums, Decimal("0.00"))}
    return [said for said, amount in sums_said(text).items() if amount not in known]
