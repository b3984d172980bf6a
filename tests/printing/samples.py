"""Statements of the demo's households, made from their data by the rules, and a very long one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from cma_app.printing.content import (
    Centre,
    Confirmation,
    Debt,
    Group,
    Guideline,
    Household,
    Line,
    Person,
    StatementContent,
    Totals,
)
from cma_app.rules.entries import parse_entry
from cma_app.rules.financial_statement import StatementLines, statement_lines, totals_of_groups
from cma_app.rules.frequencies import FREQUENCIES, how_we_convert, monthly
from cma_app.rules.offers import NIL, DebtForOffer, Plan, plan_offers, review_date
from cma_app.settings import ROOT

DAY = date(2026, 11, 22)
PRIORITY = {"rent", "council_tax", "hmrc", "van"}
HARBOUR = Centre(
    name="Harbour Money Advice",
    address=("3 Camber Quay", "Portsmouth", "PO1 2NE"),
    contact="Priya Nair",
    phone="07700 900010",
    email="advice@harbour.example",
    membership_code="HMA-0000",
)


def _lines(typed: Mapping[str, Any], known: StatementLines) -> dict[str, Line]:
    lines = {}
    for key, entry in typed.items():
        words = entry if isinstance(entry, dict) else {"typed": entry}
        read = parse_entry(str(words["typed"]))
        lines[key] = Line(
            key=key,
            label=known.line(key).label,
            amount=read.amount,
            frequency=read.frequency,
            frequency_label=FREQUENCIES[read.frequency],
            monthly=monthly(read.amount, read.frequency, DAY),
            note=words.get("note", ""),
        )
    return lines


def groups_of(lines: Mapping[str, Line], known: StatementLines) -> tuple[Group, ...]:
    made = []
    for group in known.groups:
        its = tuple(line for key, line in lines.items() if known.line(key).group == group.key)
        made.append(
            Group(
                key=group.key,
                label=group.label,
                section=group.section,
                total=sum((line.monthly for line in its), NIL),
                lines=its,
            )
        )
    return tuple(made)


def totals_of(groups: tuple[Group, ...], plan_of: Any) -> tuple[Totals, Plan]:
    by = {
        section: {group.key: group.total for group in groups if group.section == section}
        for section in ("income", "fixed", "flexible")
    }
    sums = totals_of_groups(by["income"], by["fixed"], by["flexible"], on=DAY)
    plan = plan_of(sums.available)
    return (
        Totals(
            income=sums.total_income,
            fixed=sums.total_fixed,
            flexible=sums.total_flexible,
            outgoings=sums.total_outgoings,
            surplus=sums.surplus,
            savings=sums.savings,
            available_for_priority=sums.available,
            priority_offers=plan.priority_total,
            available_for_non_priority=sums.available - plan.priority_total,
            non_priority_offers=plan.other_total,
            unallocated=plan.unallocated,
        ),
        plan,
    )


def household_statement(name: str, **over: Any) -> StatementContent:
    """Return the statement of a demo household, by its data file's name."""
    told = yaml.safe_load((ROOT / f"cma_app/demo/data/{name}.yaml").read_text(encoding="utf-8"))
    known = statement_lines(DAY)
    sheet = told["budgets"][-1]
    lines = _lines({**sheet["income"], **sheet["outgoings"]}, known)
    groups = groups_of(lines, known)
    offers = {
        key: monthly(read.amount, read.frequency, DAY)
        for key, typed in told["offers"].items()
        for read in [parse_entry(typed)]
    }
    debts = [
        DebtForOffer(
            key=debt["key"],
            balance=Decimal(debt["balance"]).quantize(Decimal("0.01")),
            arrears=Decimal(debt["arrears"]) if "arrears" in debt else None,
            priority=debt["key"] in PRIORITY,
            manual_offer=offers.get(debt["key"]),
        )
        for debt in told["debts"]
    ]
    totals, plan = totals_of(groups, lambda available: plan_offers(available, debts, DAY))
    creditors = {debt["key"]: debt["creditor"] for debt in told["debts"]}

    def printed(debt: DebtForOffer) -> Debt:
        line = plan.line(debt.key)
        return Debt(
            creditor=creditors[debt.key],
            reference=f"{debt.key.upper()[:3]}-20{len(debt.key)}71",
            balance=debt.balance,
            arrears=debt.arrears,
            offer=line.offer,
            months=line.months,
            long_term=line.long_term,
        )

    client = told["client"]
    home = told["household"]
    content = StatementContent(
        number=f"HMA-2026-{told['code'][1:]:0>6}/1",
        case_reference=f"HMA-2026-{told['code'][1:]:0>6}",
        statement_date=DAY,
        review_date=review_date(DAY),
        lines_version=known.version,
        centre=HARBOUR,
        client=Person(
            name=f"{client['first_name']} {client['last_name']}",
            date_of_birth=date(*reversed([int(part) for part in client["date_of_birth"].split()])),
            employment=tuple(home["employment"].split(",")),
            employment_labels=tuple(
                word.replace("_", "-").capitalize() for word in home["employment"].split(",")
            ),
        ),
        address=(client["address_line1"], client["city"], client["postcode"]),
        household=Household(
            children_under_16=home.get("children_under_16", 0),
            total=home["adults"] + home.get("children_under_16", 0),
            vehicles=home.get("vehicles", 0),
            tenure=home["tenure"],
            tenure_label={"tenant_social": "Tenant, social", "tenant_private": "Tenant, private"}[
                home["tenure"]
            ],
        ),
        groups=groups,
        totals=totals,
        priority_debts=tuple(printed(debt) for debt in debts if debt.priority),
        non_priority_debts=tuple(printed(debt) for debt in debts if not debt.priority),
        savings_considered=True,
        assets_considered=True,
        offer_method="Shared by balance, to the penny",
        how_we_convert=how_we_convert(DAY),
        advisor="Priya Nair",
        verified_by="Tom Hale",
        verified_on=date(2026, 11, 16),
    )
    return replace(content, **over)


def leanne(**over: Any) -> StatementContent:
    """Return H1: two priority offers, then an exact penny; guidelines and a confirmation."""
    content = household_statement("h1_whitmore", **over)
    levels = {
        "communications-leisure": Guideline(
            status="within", version="sample 2026/27", amount=Decimal("180.00")
        ),
        "food-housekeeping": Guideline(
            status="over_explained",
            version="sample 2026/27",
            amount=Decimal("500.00"),
            explanation="One child needs food without gluten.",
        ),
        "personal": Guideline(status="none_loaded"),
    }
    usual = {
        "groups": tuple(replace(each, guideline=levels.get(each.key)) for each in content.groups),
        "confirmation": Confirmation(by="Leanne Whitmore", on=date(2026, 11, 20), how="by phone"),
        "notes": (
            "Hours at work fell from 30 to 22 a week in June 2026.",
            "Council tax of this year is paid as an outgoing; the arrears are of last year.",
        ),
    }
    return replace(content, **{**usual, **over})


def marek(**over: Any) -> StatementContent:
    """Return H2: profit of several months, and offers that take 539 months."""
    return household_statement("h2_dudek", **over)


def in_deficit() -> StatementContent:
    """Return a household whose outgoings are above its income: nil, tokens and a deduction."""
    content = household_statement("h1_whitmore")
    known = statement_lines(DAY)
    lines = {line.key: line for group in content.groups for line in group.lines}
    rent = lines["rent"]
    lines["rent"] = replace(
        rent, amount=Decimal("222.62"), monthly=monthly(Decimal("222.62"), "weekly", DAY)
    )
    groups = groups_of(lines, known)
    totals, _ = totals_of(groups, lambda available: plan_offers(available, [], DAY))
    others = tuple(
        replace(debt, offer=Decimal("1.00"), kind="token", months=None)
        for debt in content.non_priority_debts
    )
    return replace(
        content,
        groups=groups,
        totals=replace(totals, token_offers=Decimal("3.00")),
        priority_debts=tuple(
            replace(debt, offer=NIL, months=None) for debt in content.priority_debts
        ),
        non_priority_debts=others,
        deduction_debts=(
            Debt(
                creditor="Department for Work and Pensions",
                reference="BL-778",
                balance=Decimal("412.00"),
                offer=Decimal("24.50"),
                kind="deduction",
                deducted_from="Universal Credit",
                months=17,
            ),
        ),
        status_label="Draft: not for sending",
    )


def enormous() -> StatementContent:
    """Return 120 lines and 40 debts with very long names."""
    content = leanne()
    extra = tuple(
        Line(
            key=f"other-essential-costs:{n}" if n > 1 else "other-essential-costs",
            label="Other essential costs",
            amount=Decimal("1.00") + n,
            frequency="weekly",
            frequency_label="Weekly",
            monthly=monthly(Decimal("1.00") + n, "weekly", DAY),
            note=f"Cost number {n}, explained at some length so that the note takes two lines.",
        )
        for n in range(1, 97)
    )
    groups = tuple(
        replace(group, lines=extra, total=sum((line.monthly for line in extra), NIL))
        if group.key == "other-essential"
        else group
        for group in content.groups
    )
    debts = [DebtForOffer(f"d{n}", Decimal(100 * n), priority=False) for n in range(1, 41)]
    totals, plan = totals_of(groups, lambda available: plan_offers(available, debts, DAY))
    return replace(
        content,
        groups=groups,
        totals=totals,
        is_joint=True,
        client=replace(content.client, name="Wilhelmina Featherstonehaugh-Cholmondeley " * 2),
        partner=Person(name="Bartholomew " * 9),
        priority_debts=(),
        non_priority_debts=tuple(
            Debt(
                creditor=f"Long Named Consumer Finance Company number {n} (Assigned)",
                reference=f"00000000000000000000{n}",
                balance=debt.balance,
                offer=plan.line(debt.key).offer,
                ccj=n % 7 == 0,
                note="Sold on twice since the agreement was made." if n % 5 == 0 else "",
            )
            for n, debt in enumerate(debts, 1)
        ),
    )


def joint(**over: Any) -> StatementContent:
    """Return a statement of two people that neither confirmed yet."""
    sam = Person(
        name="Sam Whitmore", date_of_birth=date(1990, 2, 3), employment_labels=("Full-time",)
    )
    return leanne(**{"partner": sam, "is_joint": True, "confirmation": None, **over})


def settling() -> StatementContent:
    """Return a household that offers half of each other debt once, in full and final settlement."""
    content = leanne()
    half = tuple(
        replace(debt, kind="lump_sum", offer=debt.balance / 2, months=None)
        for debt in content.non_priority_debts
    )
    left = content.totals.available_for_non_priority
    return replace(
        content,
        non_priority_debts=half,
        totals=replace(content.totals, non_priority_offers=NIL, unallocated=left),
        offer_method="One sum each, in full and final settlement",
    )
