"""The words and figures of the full statement, ready to be set: every figure already a text."""

from decimal import Decimal
from typing import Any, Final

from cma_app.printing.content import NIL, Debt, Group, Line, Person, StatementContent
from cma_app.printing.typesetting import day, money, pounds

SECTIONS: Final = {
    "income": ("Income", "Total income"),
    "fixed": ("Fixed outgoings", "Total fixed outgoings"),
    "flexible": ("Flexible outgoings", "Total flexible outgoings"),
}
KEPT_ROWS: Final = 14  # a longer group may break over pages; its heading is then repeated
KEPT_LETTERS: Final = 900

Page = dict[str, Any]


def full_page(content: StatementContent) -> Page:
    """Return what the full layout prints."""
    return {
        **head(content),
        "people": people(content),
        "overview": overview(content),
        "sections": [_section(content, name) for name in SECTIONS],
        "debts": _debts(content),
        "notes": list(content.notes),
        "convert": content.how_we_convert,
        "ticks": ticks(content),
        "signing": signing(content),
    }


def head(content: StatementContent) -> Page:
    """Return what stands at the top and the foot of every layout."""
    centre = content.centre
    names = [content.client.name]
    if content.partner and content.is_joint:
        names.append(content.partner.name)
    return {
        "number": content.number,
        "names": " and ".join(names),
        "status": content.status_label,
        "centre": {
            "name": centre.name,
            "lines": [line for line in (*centre.address, centre.phone, centre.email) if line],
        },
        "references": pairs(
            ("Statement", content.number),
            ("Case reference", content.case_reference),
            ("Statement date", day(content.statement_date)),
            ("Review date", day(content.review_date) or "Not set"),
            ("Contact", centre.contact),
            ("Membership code", centre.membership_code),
        ),
    }


def pairs(*facts: tuple[str, str]) -> list[list[str]]:
    """Return the facts that have a value, in order."""
    return [[label, value] for label, value in facts if value]


def people(content: StatementContent) -> list[list[list[str]]]:
    """Return who a statement is of and how they live: two columns of labels and words."""
    home = content.household
    tenure = ": ".join(part for part in (home.tenure_label, home.tenure_other) if part)
    single = "Joint" if content.is_joint else "Single"
    clients = [("Client", content.client)]
    if content.partner:
        clients.append(("Partner", content.partner))
    return [
        [
            *(fact for role, person in clients for fact in _person(role, person)),
            ["Address", "\n".join(content.address) or "Not given"],
            ["Application", single],
        ],
        [
            ["Housing", tenure or "Not recorded"],
            ["Children under 16", str(home.children_under_16)],
            ["Children 16 to 18", str(home.children_16_to_18)],
            ["Other dependants", str(home.other_dependants)],
            ["Non-dependants", str(home.non_dependants)],
            ["People in household", str(home.total)],
            ["Vehicles", str(home.vehicles)],
        ],
    ]


def _person(role: str, person: Person) -> list[list[str]]:
    work = ", ".join(person.employment_labels)
    if person.employment_other:
        work = f"{work}: {person.employment_other}" if work else person.employment_other
    return [
        [role, person.name],
        ["Date of birth", day(person.date_of_birth) or "Not recorded"],
        ["Employment", work or "Not recorded"],
    ]


def overview(content: StatementContent) -> list[list[str]]:
    """Return the sums from income to what is left, each with how it stands out."""
    sums = content.totals
    short = sums.surplus < 0
    rows = [
        ["Total income", money(sums.income), "plain"],
        ["Total outgoings", money(sums.outgoings), "plain"],
        [
            "Deficit: outgoings are above income" if short else "Surplus",
            money(sums.surplus),
            "deficit" if short else "sum",
        ],
        ["Less savings contribution", money(sums.savings), "plain"],
        ["Less debt administration fee", money(sums.debt_admin_fee), "plain"],
        _left("Available for priority debts", sums.available_for_priority),
        ["Less priority offers", money(sums.priority_offers), "plain"],
        _left("Available for other debts", sums.available_for_non_priority),
        ["Less other offers", money(sums.non_priority_offers), "plain"],
        _left("Unallocated", sums.unallocated),
    ]
    if sums.token_offers:
        rows.append(["Token offers, not from surplus", money(sums.token_offers), "aside"])
    return rows


def _left(label: str, amount: Decimal) -> list[str]:
    if amount < 0:
        return [f"{label} (deficit)", money(amount), "deficit"]
    return [label, money(amount), "sum"]


def _section(content: StatementContent, name: str) -> Page:
    title, total = SECTIONS[name]
    return {
        "title": title,
        "groups": [_group(group) for group in content.in_section(name)],
        "total_label": total,
        "total": money(getattr(content.totals, name)),
    }


def _group(group: Group) -> Page:
    letters = sum(len(line.note) + len(line.label) for line in group.lines)
    guideline = _guideline(group)
    letters += len(guideline)
    return {
        "label": group.label,
        "rows": [_row(line) for line in group.lines],
        "total": money(group.total),
        "guideline": guideline,
        "kept": len(group.lines) <= KEPT_ROWS and letters <= KEPT_LETTERS,
    }


def _row(line: Line) -> list[Any]:
    often = line.frequency_label.lower()
    often = f"in {often}" if often[:1].isdigit() else often
    note = line.note
    if line.payslips:
        slips = ", ".join(money(slip) for slip in line.payslips)
        mean = f"Mean of {len(line.payslips)} payments: {slips}."
        note = f"{mean} {note}" if note else mean
    return [
        line.label,
        money(line.amount),
        often,
        money(line.monthly),
        note,
        is_kept(line.label, note),
    ]


def is_kept(*texts: str) -> bool:
    """Say whether a row is short enough to stay on one page."""
    return sum(map(len, texts)) <= KEPT_LETTERS


def _guideline(group: Group) -> str:
    line = group.guideline
    if line is None:
        return ""
    if line.status == "none_loaded" or line.amount is None:
        return "No spending guideline loaded."
    named = f"guideline {line.version}".strip()
    amount = pounds(line.amount)
    if line.status == "within":
        return f"Within {named}: {amount}."
    over = f"{pounds(group.total - line.amount)} over {named}: {amount}."
    return f"{over} {line.explanation or 'Explanation missing.'}"


def _debts(content: StatementContent) -> list[Page]:
    sums = content.totals
    tables = [
        {
            "title": "Priority debts",
            "lead": _available("priority", sums.available_for_priority),
            "columns": _columns("Owed", "Arrears", "Offer a month", "To clear"),
            "rows": [_priority(debt) for debt in content.priority_debts],
            "totals": ["", *_sums(content.priority_debts, arrears=True), ""],
            "empty": "No priority debts.",
        },
        {
            "title": "Other debts",
            "lead": _other_lead(content),
            "columns": _columns("Balance", "CCJ", "Offer a month", "To clear"),
            "rows": [_other(debt) for debt in content.non_priority_debts],
            "totals": ["", *_sums(content.non_priority_debts, arrears=False), ""],
            "empty": "No other debts.",
        },
    ]
    if content.deduction_debts:
        tables.append(
            {
                "title": "Debts paid by deduction",
                "lead": "These are paid before the money arrives, so no offer is made on them.",
                "columns": _columns("Balance", "", "Deduction a month", "To clear"),
                "rows": [_deducted(debt) for debt in content.deduction_debts],
                "totals": ["", *_sums(content.deduction_debts, arrears=False), ""],
                "empty": "",
            }
        )
    return tables


def _available(which: str, amount: Decimal) -> str:
    short = " (deficit)" if amount < 0 else ""
    return f"Available for {which} debts: {pounds(amount)} a month{short}."


def _columns(*sums: str) -> list[str]:
    return ["Creditor and reference", *sums, "Note"]


def _other_lead(content: StatementContent) -> str:
    sums = content.totals
    lead = _available("other", sums.available_for_non_priority)
    if content.offer_method:
        lead += f" Offers: {content.offer_method[:1].lower()}{content.offer_method[1:]}."
    if any(debt.kind == "token" for debt in content.non_priority_debts):
        lead += " Token offers are not from surplus."
    return lead


def _sums(debts: tuple[Debt, ...], *, arrears: bool) -> list[str]:
    owed = sum((debt.balance for debt in debts), NIL)
    behind = sum((debt.arrears or NIL for debt in debts), NIL)
    offered = sum((debt.offer or NIL for debt in debts if debt.kind != "lump_sum"), NIL)
    return [money(owed), money(behind) if arrears else "", with_lump_sums(offered, debts)]


def with_lump_sums(monthly: Decimal, debts: tuple[Debt, ...]) -> str:
    """Return what is offered in all: by the month, and beneath it what is offered once."""
    once = sum((debt.offer or NIL for debt in debts if debt.kind == "lump_sum"), NIL)
    if not once:
        return money(monthly)
    return f"{money(monthly)}\nonce: {money(once)}" if monthly else f"{money(once)}\nonce"


def _named(debt: Debt) -> list[str]:
    small = [debt.reference and f"Ref. {debt.reference}", "Joint and several" * debt.joint]
    return [debt.creditor, " · ".join(part for part in small if part)]


def _priority(debt: Debt) -> Page:
    return _debt(debt, money(debt.arrears))


def _other(debt: Debt) -> Page:
    return _debt(debt, "Yes" if debt.ccj else "No")


def _deducted(debt: Debt) -> Page:
    row = _debt(debt, "")
    return {
        **row,
        "offer": [money(debt.offer), debt.deducted_from and f"from {debt.deducted_from}"],
    }


def _debt(debt: Debt, second: str) -> Page:
    return {
        "name": _named(debt),
        "owed": money(debt.balance),
        "second": second,
        "offer": offer_words(debt),
        "months": [_term(debt.months), "long term" if debt.long_term else ""],
        "note": debt.note,
        "kept": is_kept(debt.creditor, debt.reference, debt.note, debt.deducted_from),
    }


def _term(months: int | None) -> str:
    if not months:
        return ""
    return "1\u00a0month" if months == 1 else f"{months}\u00a0months"


def offer_words(debt: Debt) -> list[str]:
    """Return an offer's figure and, beneath it, the words that say what kind it is."""
    if debt.kind == "deduction":
        taken = f": {pounds(debt.offer)} a month" if debt.offer else ""
        return ["None", f"paid by deduction{taken}"]
    if debt.kind == "none" or debt.offer is None:
        return ["None", ""]
    if debt.kind == "token":
        return [money(debt.offer), "token, not from surplus"]
    if debt.kind == "lump_sum":
        return [money(debt.offer), f"once, full and final{_part_of(debt)}"]
    return [money(debt.offer), ""]


def _part_of(debt: Debt) -> str:
    if debt.balance <= 0 or debt.offer is None:
        return ""
    part = f"{debt.offer * 100 / debt.balance:.1f}".removesuffix(".0")
    return f": {part}% of the balance"


def ticks(content: StatementContent) -> list[list[str]]:
    """Return what was considered, with yes or no."""
    return [
        ["Monthly savings contribution considered", _yes(content.savings_considered)],
        ["Use of assets for lump sums considered", _yes(content.assets_considered)],
    ]


def _yes(answer: bool) -> str:  # noqa: FBT001 - a tick and nothing else
    return "Yes" if answer else "No"


def signing(content: StatementContent) -> Page:
    """Return who confirmed, prepared and verified the statement."""
    confirmed = content.confirmation
    return {
        "confirmed": (
            f"{confirmed.by} confirmed on {day(confirmed.on)} that this statement is accurate, "
            f"and agreed to it being sent. How: {confirmed.how}."
            if confirmed
            else ""
        ),
        "signers": [content.client.name]
        + ([content.partner.name] if content.partner and content.is_joint else []),
        "people": pairs(
            ("Prepared by", content.advisor),
            (
                "Verified by",
                ", ".join(part for part in (content.verified_by, day(content.verified_on)) if part),
            ),
            ("Fee note", content.debt_admin_fee_note),
        ),
    }
