"""Finds what does not add up in a statement: our own, frozen or fresh, or one in the public format.

Every finding is a sentence with both figures. An empty list means that the printed page adds up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.frequencies import monthly_from_pay
from cma_app.rules.parameters import parameter

NIL: Final = Decimal("0.00")
SECTIONS: Final = {
    "income": "Total income",
    "fixed": "Total fixed outgoings",
    "flexible": "Total flexible outgoings",
}


def findings(statement: Any, on: date | None = None) -> list[str]:
    """Return a sentence for each sum of a statement that does not reconcile.

    `statement` has the fields of a printed statement's content, or is a dictionary in the public
    format (full or summary). `on` is the day whose rules hold; content has its own statement date,
    and without a day the savings rule of the public format's statement is not checked.
    """
    if isinstance(statement, Mapping):
        return _public(statement, on)
    day = on or statement.statement_date
    return [
        *_lines(statement.groups, day),
        *_groups(statement),
        *_sums(statement.totals),
        *_savings(statement.totals.surplus, statement.totals.savings, day),
        *_offers(statement),
        *_guidelines(statement.groups),
    ]


def _differs(name: str, printed: Decimal, expected: Decimal, why: str) -> list[str]:
    if printed == expected:
        return []
    return [f"{name} is printed as {_figure(printed)}, but {why} {_figure(expected)}."]


def _figure(amount: Decimal) -> str:
    return f"{'−' if amount < 0 else ''}£{abs(amount):,.2f}"


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NIL)


def _lines(groups: Sequence[Any], day: date) -> list[str]:
    found = []
    for line in (line for group in groups for line in group.lines):
        try:
            slips = list(line.payslips) or [line.amount]
            expected = monthly_from_pay(slips, line.frequency, day)
            entered = f"{_figure(line.amount)} {line.frequency_label.lower()}"
            if slips != [line.amount]:
                entered = f"the mean of {len(slips)} payments"
            found += _differs(line.label, line.monthly, expected, f"{entered} comes to")
        except CmaError as error:
            found.append(f"{line.label}: {error.sentence}")
    return found


def _groups(statement: Any) -> list[str]:
    found = []
    for group in statement.groups:
        lines = _total(line.monthly for line in group.lines)
        found += _differs(f"Total {group.label}", group.total, lines, "its lines add up to")
    for section, name in SECTIONS.items():
        groups = _total(group.total for group in statement.groups if group.section == section)
        printed = getattr(statement.totals, section)
        found += _differs(name, printed, groups, "its groups add up to")
    return found


def _sums(sums: Any) -> list[str]:
    both = sums.fixed + sums.flexible
    surplus = sums.income - sums.outgoings
    available = surplus - sums.savings - sums.debt_admin_fee
    left = sums.available_for_priority - sums.priority_offers
    used = sums.priority_offers + sums.non_priority_offers + sums.unallocated
    return [
        *_differs("Total outgoings", sums.outgoings, both, "fixed and flexible add up to"),
        *_differs("The surplus", sums.surplus, surplus, "income less outgoings is"),
        *_differs(
            "Available for priority debts",
            sums.available_for_priority,
            available,
            "the surplus less savings and fee is",
        ),
        *_differs(
            "Available for other debts",
            sums.available_for_non_priority,
            left,
            "what is available less the priority offers is",
        ),
        *_differs(
            "Available for priority debts",
            sums.available_for_priority,
            used,
            "the offers and what is unallocated add up to",
        ),
    ]


def _savings(surplus: Decimal, savings: Decimal, day: date | None) -> list[str]:
    if savings < 0:
        return [f"Savings are printed as {_figure(savings)}; they cannot be below nil."]
    if surplus <= 0 and savings:
        return [f"Savings are printed as {_figure(savings)}, but there is no surplus to save from."]
    if savings > max(surplus, NIL):
        return [f"Savings of {_figure(savings)} are more than the surplus of {_figure(surplus)}."]
    cap = parameter("savings_cap").on(day) if day else None
    if cap is not None and day and savings > cap:
        shown = f"{day.day} {day:%b %Y}"
        return [f"Savings of {_figure(savings)} are above the most of {_figure(cap)} on {shown}."]
    return []


def _offers(statement: Any) -> list[str]:
    sums = statement.totals
    priority, others = statement.priority_debts, statement.non_priority_debts
    tokens = _offered((*priority, *others), "token")
    found = [
        *_differs(
            "The sum of priority offers",
            sums.priority_offers,
            _offered(priority, "surplus"),
            "they come to",
        ),
        *_differs(
            "The sum of other offers",
            sums.non_priority_offers,
            _offered(others, "surplus"),
            "they come to",
        ),
        *_differs("The sum of token offers", sums.token_offers, tokens, "they come to"),
    ]
    if sums.priority_offers + sums.non_priority_offers > max(sums.available_for_priority, NIL):
        found.append("The offers are more than is available for debts.")
    for debt in (*priority, *others):
        most = max(debt.balance, debt.arrears or NIL)
        if debt.offer is not None and not 0 <= debt.offer <= most:
            found.append(
                f"{debt.creditor} is offered {_figure(debt.offer)}, but is owed {_figure(most)}."
            )
    return found


def _offered(debts: Sequence[Any], kind: str) -> Decimal:
    return _total(debt.offer for debt in debts if debt.kind == kind and debt.offer is not None)


def _guidelines(groups: Sequence[Any]) -> list[str]:
    found = []
    for group in groups:
        line = group.guideline
        if line is None or line.amount is None or line.status == "none_loaded":
            continue
        is_within = group.total <= line.amount
        if is_within != (line.status == "within"):
            where = "within" if is_within else "over"
            found.append(
                f"{group.label} is {where} its guideline of {_figure(line.amount)}, "
                "but the statement says otherwise."
            )
    return found


# The public format: sums by their names, whether lines stand below them or not.


def _public(whole: Mapping[str, Any], on: date | None) -> list[str]:
    try:
        income = _part(whole, "monthly-income")
        outgoings = _part(whole, "monthly-outgoings")
        fixed = _part(outgoings, "fixed-costs")
        flexible = _part(outgoings, "flexible-costs")
        return [
            *_public_section("Total income", income, "total-monthly-income"),
            *_public_section("Total fixed costs", fixed, "total-fixed-costs"),
            *_public_section("Total flexible costs", flexible, "total-flexible-costs"),
            *_differs(
                "Total outgoings",
                _amount(outgoings, "total-monthly-outgoings"),
                _amount(fixed, "total-fixed-costs") + _amount(flexible, "total-flexible-costs"),
                "fixed and flexible costs add up to",
            ),
            *_public_overview(whole, income, outgoings, on),
            *_public_debts(whole),
        ]
    except _Missing as missing:
        return [str(missing)]


class _Missing(Exception):
    """A part of the public format that is not there or is no amount."""


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    if not isinstance(part, Mapping):
        raise _Missing(f"“{name}” is missing.")
    return part


def _amount(part: Any, name: str) -> Decimal:
    if not isinstance(part, Mapping) or name not in part:
        raise _Missing(f"“{name}” is missing.")
    return _read(part[name], name)


def _rows(part: Mapping[str, Any], name: str) -> Sequence[Any]:
    rows = part.get(name, [])
    if not isinstance(rows, list):
        raise _Missing(f"“{name}” is not a list.")
    return rows


def _read(value: Any, name: str) -> Decimal:
    if isinstance(value, Mapping):
        totals = [key for key in value if key.startswith("total-")]
        return _amount(value, totals[0] if totals else "monthly-amount")
    if isinstance(value, list):
        return _total(_read(each, name) for each in value)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise _Missing(f"“{name}” is not an amount.") from None
    if isinstance(value, bool) or not amount.is_finite():
        raise _Missing(f"“{name}” is not an amount.")
    return amount


def _public_section(name: str, section: Mapping[str, Any], total: str) -> list[str]:
    found = []
    for key, group in section.items():
        sums = [each for each in group if each.startswith("total-")] if _is_group(group) else []
        if sums:
            lines = _total(_read(value, each) for each, value in group.items() if each != sums[0])
            found += _differs(f"“{key}”", _amount(group, sums[0]), lines, "its lines add up to")
    parts = _total(_read(value, key) for key, value in section.items() if key != total)
    return found + _differs(name, _amount(section, total), parts, "its lines add up to")


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping)


def _public_overview(
    whole: Mapping[str, Any],
    income: Mapping[str, Any],
    outgoings: Mapping[str, Any],
    on: date | None,
) -> list[str]:
    overview, debts = _part(whole, "overview"), _part(whole, "debts")
    earned = _amount(income, "total-monthly-income")
    spent = _amount(outgoings, "total-monthly-outgoings")
    savings, fee = _amount(overview, "savings-contribution"), _amount(overview, "debt-admin-fee")
    available = earned - spent - savings - fee
    left = available - _total(
        _amount(debt, "repayment-offer") for debt in _rows(debts, "priority-debts")
    )
    # (name of the sum, what it should be, why); the format shows nothing below nil
    expected = [
        ("total-monthly-income", earned, "the income section says"),
        ("total-monthly-outgoings", spent, "the outgoings section says"),
        ("income-minus-outgoings", earned - spent, "income less outgoings is"),
        ("total-available-for-priority-debts", available, "income less all that comes first is"),
        ("total-available-for-non-priority-debts", left, "less the priority offers it is"),
    ]
    found = []
    for name, amount, why in expected:
        for part in (overview, debts):
            if name in part:
                found += _differs(f"“{name}”", _amount(part, name), max(amount, NIL), why)
    return list(dict.fromkeys(found)) + _savings(earned - spent, savings, on)


def _public_debts(whole: Mapping[str, Any]) -> list[str]:
    debts = _part(whole, "debts")
    priority, others = _rows(debts, "priority-debts"), _rows(debts, "non-priority-debts")
    found = []
    for name, rows, field in (
        ("total-priority-debts", priority, "amount-owed"),
        ("total-priority-debt-offers", priority, "repayment-offer"),
        ("total-non-priority-debts", others, "amount-owed"),
    ):
        if name in debts:
            rows_total = _total(_amount(row, field) for row in rows)
            found += _differs(f"“{name}”", _amount(debts, name), rows_total, "the debts add up to")
    tokens = _amount(debts, "token-payments") if "token-payments" in debts else NIL
    offered = _total(_amount(row, "repayment-offer") for row in others) - tokens
    left = _amount(_part(whole, "overview"), "total-available-for-non-priority-debts")
    if offered > left:
        found.append(
            f"The other offers come to {_figure(offered)} without token payments, "
            f"but {_figure(left)} is available."
        )
    return found
