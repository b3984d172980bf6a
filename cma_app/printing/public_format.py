"""A frozen statement in the public data format, so that a creditor's machine can read it.

Facts of the format (names, nesting, required fields) are those of the public developer toolkit's
data entry schema, DDS v1.1: https://github.com/moneyadviceservice/sfs-developer-toolkit. It knows
no sum below nil: such a sum is written as 0.00 and said in a note.
"""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.printing.content import NIL, Debt, Group, Line, Person, StatementContent
from cma_app.printing.glyphs import clean
from cma_app.printing.typesetting import day, each_text, pounds
from cma_app.rules.financial_statement import statement_lines

FORMAT_DAY: Final = date(2018, 2, 1)  # the lines of DDS v1.1, those that ended since included
PENNY: Final = Decimal("0.01")
NOT_RECORDED: Final = "Not recorded"
# In JSON this group has another name than in the same format's XML, and than its own total.
GROUP_NAMES: Final = {"pensions-insurances": "pensions-insurance"}
TENURES: Final = {
    "owner": "Owner",
    "mortgage": "Mortgage",
    "living_with_parents": "Living with parents",
    "tenant_private": "Tenant - private sector",
    "tenant_social": "Tenant - social",
}
EMPLOYMENTS: Final = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "unemployed": "Unemployed",
    "not_working_illness": "Not working due to illness / disability",
    "self_employed": "Self-employed",
    "retired": "Retired",
    "carer": "Carer",
    "student": "Student",
    "other": "Other",
}


class NotExportable(CmaError):
    """The public format asks for something the statement does not have; the sentence says what."""


def public_json(content: StatementContent) -> bytes:
    """Return the statement as a JSON file: sums are numbers with two places, never below nil."""
    return _text(to_public_json(content), 0).encode() + b"\n"


def to_public_json(content: StatementContent) -> dict[str, Any]:
    """Return the statement in the public format's structure, its sums as Decimal.

    A client without a name or a date of birth raises NotExportable. `public_json` writes it.
    """
    if not content.client.name.strip() or content.client.date_of_birth is None:
        raise NotExportable("Record the client's name and date of birth first.")
    whole = {
        **_header(content),
        "overview": _overview(content),
        "monthly-income": _income(content),
        "monthly-outgoings": _outgoings(content),
        "savings": {
            "savings-contribution": _sum(content.totals.savings),
            "savings-contribution-considered": content.savings_considered,
        },
        "debts": _debts(content),
        "additional-notes": [note for note in _notes(content) if note.strip()],
    }
    return each_text(whole, clean)


def _sum(amount: Decimal | None) -> Decimal:
    return max(NIL, amount or NIL).quantize(PENNY)


def _header(content: StatementContent) -> dict[str, Any]:
    home = content.household
    people = _person("client", content.client)
    if content.partner:
        people |= _person("partner", content.partner)
    tenure = TENURES.get(home.tenure, "other")
    header: dict[str, Any] = {
        "client-name": people.pop("client-name"),
        "client-date-of-birth": people.pop("client-date-of-birth"),
        "is-joint-application": content.is_joint,
        **people,
        "client-address": ", ".join(content.address) or NOT_RECORDED,
        "dependent-children-under-16": home.children_under_16,
        "dependent-children-16-18": home.children_16_to_18,
        "other-dependents": home.other_dependants,
        "non-dependents": home.non_dependants,
        "total-number-in-household": home.total,
        "vehicles": home.vehicles,
        "housing-tenure": tenure,
        "asset-use-considered": content.assets_considered,
    }
    if tenure == "other":
        header["housing-tenure-other"] = home.tenure_other or home.tenure_label or NOT_RECORDED
    return header


def _person(role: str, person: Person) -> dict[str, Any]:
    facts: dict[str, Any] = {f"{role}-name": person.name}
    if person.date_of_birth:
        facts[f"{role}-date-of-birth"] = f"{person.date_of_birth.isoformat()}T00:00:00+00:00"
    work = [EMPLOYMENTS.get(code, "Other") for code in person.employment] or ["Other"]
    facts[f"{role}-employment-status"] = list(dict.fromkeys(work))
    if "Other" in work:
        other = person.employment_other or ("" if person.employment else NOT_RECORDED)
        facts[f"{role}-employment-status-other"] = other or "Other"
    return facts


def _overview(content: StatementContent) -> dict[str, Any]:
    sums = content.totals
    return {
        "total-monthly-income": _sum(sums.income),
        "total-monthly-outgoings": _sum(sums.outgoings),
        "income-minus-outgoings": _sum(sums.surplus),
        "savings-contribution": _sum(sums.savings),
        "debt-admin-fee": _sum(sums.debt_admin_fee),
        "total-available-for-priority-debts": _sum(sums.available_for_priority),
        "total-available-for-non-priority-debts": _sum(sums.available_for_non_priority),
    }


def _income(content: StatementContent) -> dict[str, Any]:
    return {
        **_groups(content, "income"),
        "total-monthly-income": _sum(content.totals.income),
    }


def _outgoings(content: StatementContent) -> dict[str, Any]:
    sums = content.totals
    return {
        "fixed-costs": {**_groups(content, "fixed"), "total-fixed-costs": _sum(sums.fixed)},
        "flexible-costs": {
            **_groups(content, "flexible"),
            "total-flexible-costs": _sum(sums.flexible),
        },
        "total-monthly-outgoings": _sum(sums.outgoings),
    }


def _groups(content: StatementContent, section: str) -> dict[str, Any]:
    held = {group.key: group for group in content.in_section(section)}
    known = statement_lines(FORMAT_DAY).in_section(section)
    unknown = sorted(held.keys() - {group.key for group in known})
    if unknown:
        raise NotExportable(f"The public format has no group “{held[unknown[0]].label}”.")
    return {
        GROUP_NAMES.get(group.key, group.key): {
            **_lines(held.get(group.key), [line.key for line in group.lines]),
            f"total-{group.key}": _sum(held[group.key].total if group.key in held else NIL),
        }
        for group in known
    }


def _lines(group: Group | None, keys: list[str]) -> dict[str, Any]:
    lines = group.lines if group else ()
    if keys == ["other-essential-costs"]:
        return {keys[0]: [_line(line.monthly, [line.note]) for line in lines]}
    return {key: _one(key, keys, lines) for key in keys}


def _one(key: str, keys: list[str], lines: Iterable[Line]) -> dict[str, Any]:
    """Return a line; the group's last, its "other", also takes lines the format does not know."""
    its = [line for line in lines if line.key == key]
    later = [line for line in lines if line.key not in keys] if key == keys[-1] else []
    notes = [line.note for line in its]
    notes += [f"{line.label}: {line.monthly:.2f}. {line.note}".strip() for line in later]
    return _line(sum((line.monthly for line in (*its, *later)), NIL), notes)


def _line(amount: Decimal, notes: Iterable[str]) -> dict[str, Any]:
    return {"monthly-amount": _sum(amount), "notes": " ".join(note for note in notes if note)}


def _debts(content: StatementContent) -> dict[str, Any]:
    sums = content.totals
    others = (*content.non_priority_debts, *content.deduction_debts)
    return {
        "debt-admin-fee": _line(sums.debt_admin_fee, [content.debt_admin_fee_note]),
        "total-available-for-priority-debts": _sum(sums.available_for_priority),
        "priority-debts": [_debt(debt) for debt in content.priority_debts],
        "total-priority-debts": _owed(content.priority_debts),
        "total-priority-debt-offers": sum(map(_monthly, content.priority_debts), NIL),
        "total-available-for-non-priority-debts": _sum(sums.available_for_non_priority),
        "non-priority-debts": [{**_debt(debt), "ccj": debt.ccj} for debt in others],
        "total-non-priority-debts": _owed(others),
        "token-payments": _sum(sums.token_offers),
    }


def _owed(debts: Iterable[Debt]) -> Decimal:
    return sum((_sum(debt.balance) for debt in debts), NIL)


def _debt(debt: Debt) -> dict[str, Any]:
    return {
        "creditor": debt.creditor,
        "amount-owed": _sum(debt.balance),
        "repayment-offer": _monthly(debt),
        "notes": " ".join(part for part in (_how(debt), debt.note) if part),
    }


def _monthly(debt: Debt) -> Decimal:
    return _sum(debt.offer if debt.kind in ("surplus", "token") else NIL)


def _how(debt: Debt) -> str:
    if debt.offer is None:
        return "No offer."
    if debt.kind == "token":
        return "Token offer, not from surplus."
    if debt.kind == "lump_sum":
        return f"Full and final offer of {pounds(debt.offer)}, paid once."
    if debt.kind == "deduction":
        source = f" from {debt.deducted_from}" if debt.deducted_from else ""
        return f"Paid by deduction: {pounds(debt.offer)} a month{source}. No offer."
    return ""


def _notes(content: StatementContent) -> list[str]:
    return [
        f"Statement {content.number} of {day(content.statement_date)}, {content.centre.name}.",
        _deficit(content),
        *content.notes,
        *(
            f"{group.label}: {group.guideline.explanation}"
            for group in content.groups
            if group.guideline and group.guideline.explanation
        ),
        content.how_we_convert,
    ]


def _deficit(content: StatementContent) -> str:
    sums = content.totals
    if min(sums.surplus, sums.available_for_priority, sums.available_for_non_priority) >= 0:
        return ""
    return (
        f"Deficit: income less outgoings is {pounds(sums.surplus)} a month, "
        f"available for priority debts {pounds(sums.available_for_priority)}, "
        f"for other debts {pounds(sums.available_for_non_priority)}. "
        "Sums below nil are shown as 0.00."
    )


def _text(value: Any, depth: int) -> str:
    """Return JSON in which a Decimal is a number with two places (json writes none)."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and value:
        parts = [f"{json.dumps(key)}: {_text(part, depth + 1)}" for key, part in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{outer}}}"
    if isinstance(value, list) and value:
        parts = [_text(part, depth + 1) for part in value]
        return "[\n" + ",\n".join(inner + part for part in parts) + f"\n{outer}]"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return json.dumps(value, ensure_ascii=False)
