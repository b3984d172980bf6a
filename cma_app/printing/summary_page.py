"""The words and figures of the summary for creditors: no line that tells how people live.

Fixed costs are shown as the public summary format has them: the home's and the fuels' main lines
by themselves, the rest of their groups in one sum, and every other group as its total.
"""

from decimal import Decimal
from typing import Any, Final

from cma_app.printing.content import NIL, Debt, Group, StatementContent
from cma_app.printing.statement_page import (
    head,
    is_kept,
    offer_words,
    overview,
    pairs,
    signing,
    ticks,
    with_lump_sums,
)
from cma_app.printing.typesetting import day, money

# The lines of two groups that stand by themselves; the rest of the group is one sum.
APART: Final = {
    "home-contents": (
        ("rent", "Rent"),
        ("mortgage", "Mortgage"),
        ("secured-loans", "Other secured loans"),
        ("council-tax-rates", "Council tax"),
    ),
    "utilities": (("gas", "Gas"), ("electricity", "Electricity")),
}
REST: Final = {"home-contents": "Other home and contents", "utilities": "Other utilities"}

Page = dict[str, Any]


def summary_page(content: StatementContent) -> Page:
    """Return what the summary layout prints."""
    sums = content.totals
    return {
        **head(content),
        "people": _people(content),
        "overview": overview(content),
        "income": _table("Income", _totals(content, "income"), "Total income", sums.income),
        "fixed": _table("Fixed outgoings", fixed_rows(content), "Total fixed", sums.fixed),
        "flexible": _table(
            "Flexible outgoings", _totals(content, "flexible"), "Total flexible", sums.flexible
        ),
        "outgoings": ["Total outgoings", money(sums.outgoings)],
        "ticks": ticks(content),
        "notes": list(content.notes),
        "debts": _debts(content),
        "convert": content.how_we_convert,
        "signing": signing(content),
    }


def _people(content: StatementContent) -> list[list[list[str]]]:
    home = content.household
    people = [("Client", content.client)]
    if content.partner:
        people.append(("Partner", content.partner))
    left = [
        [role, ", ".join(part for part in (one.name, _born(one.date_of_birth)) if part)]
        for role, one in people
    ]
    left += pairs(("Address", ", ".join(content.address)))
    children = home.children_under_16 + home.children_16_to_18
    right = pairs(
        ("Housing", ": ".join(part for part in (home.tenure_label, home.tenure_other) if part)),
        ("Employment", "; ".join(", ".join(one.employment_labels) for _, one in people)),
        (
            "Household",
            f"{home.total} in all; children: {home.children_under_16} under 16, "
            f"{home.children_16_to_18} aged 16 to 18"
            if children
            else f"{home.total} in all, no children",
        ),
        ("Other dependants", str(home.other_dependants or "")),
        ("Non-dependants", str(home.non_dependants or "")),
        ("Vehicles", str(home.vehicles)),
    )
    return [left, right]


def _born(on: Any) -> str:
    return f"born {day(on)}" if on else ""


def _table(title: str, rows: list[tuple[str, Decimal]], label: str, total: Decimal) -> Page:
    return {
        "title": title,
        "rows": [[name, money(amount)] for name, amount in rows],
        "total": [label, money(total)],
    }


def _totals(content: StatementContent, section: str) -> list[tuple[str, Decimal]]:
    return [(group.label, group.total) for group in content.in_section(section)]


def fixed_rows(content: StatementContent) -> list[tuple[str, Decimal]]:
    """Return the summary's fixed lines with their sums, which add up to the fixed total."""
    rows: list[tuple[str, Decimal]] = []
    for group in content.in_section("fixed"):
        rows += _apart(group) if group.key in APART else [(group.label, group.total)]
    return rows


def _apart(group: Group) -> list[tuple[str, Decimal]]:
    lines = {line.key: line for line in group.lines}
    rows = [
        (lines[key].label if key in lines else label, lines[key].monthly if key in lines else NIL)
        for key, label in APART[group.key]
    ]
    return [*rows, (REST[group.key], group.total - sum((sum_ for _, sum_ in rows), NIL))]


def _debts(content: StatementContent) -> list[Page]:
    tables = [
        _debt_table("Priority debts", "Owed", content.priority_debts, ccj=False),
        _debt_table("Other debts", "Balance", content.non_priority_debts, ccj=True),
    ]
    if content.deduction_debts:
        tables.append(
            _debt_table("Debts paid by deduction", "Balance", content.deduction_debts, ccj=False)
        )
    return tables


def _debt_table(title: str, owed: str, debts: tuple[Debt, ...], *, ccj: bool) -> Page:
    offered = sum((debt.offer or NIL for debt in debts if _counts(debt)), NIL)
    return {
        "title": title,
        "columns": ["Creditor", owed, "CCJ" if ccj else "", "Offer a month"],
        "rows": [
            {
                "name": debt.creditor,
                "cells": [money(debt.balance), ("Yes" if debt.ccj else "No") if ccj else ""],
                "offer": offer_words(debt),
                "kept": is_kept(debt.creditor),
            }
            for debt in debts
        ],
        "totals": [
            money(sum((debt.balance for debt in debts), NIL)),
            "",
            with_lump_sums(offered, debts),
        ],
    }


def _counts(debt: Debt) -> bool:
    return debt.kind in ("surplus", "token")
