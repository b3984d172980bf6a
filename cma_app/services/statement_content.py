"""What a case's statement says now: its rows as the content that is printed and frozen."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.printing.content import (
    Centre as PrintedCentre,
)
from cma_app.printing.content import (
    Debt as PrintedDebt,
)
from cma_app.printing.content import (
    Group,
    Guideline,
    Line,
    Person,
    StatementContent,
    Totals,
)
from cma_app.printing.content import (
    Household as PrintedHousehold,
)
from cma_app.rules.court_stages import JUDGED
from cma_app.rules.financial_statement import (
    INCOME,
    NIL,
    StatementLines,
    available_for_priority,
    statement_lines,
)
from cma_app.rules.frequencies import FREQUENCIES, how_we_convert
from cma_app.rules.guidelines import GuidelineFinding
from cma_app.services.centre_settings import setting_of
from cma_app.services.guidelines import sheet_findings
from cma_app.services.households import EMPLOYMENTS, TENURES
from cma_app.services.offer_settings import lump_sum_note
from cma_app.services.offers import CaseOffers, OfferDebt, read_offers
from cma_app.services.partners import partner_of
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Centre, Client, Creditor, Debt, Household, Statement, User

SETTLED: Final = frozenset({"settled", "written_off"})


def content_now(session: CentreSession, statement: Statement) -> StatementContent:
    """Return what a statement says as the rows stand now, without who confirmed or verified it."""
    case = session.require(Case, statement.case_id)
    sheet = session.require(BudgetSheet, statement.budget_sheet_id)
    session.authorize(Act.CASE_OPEN, case)
    on = sheet_day(sheet)
    offers = read_offers(session, case.id)
    lines = statement_lines(on)
    client = session.require(Client, case.client_id)
    home = session.require(Household, sheet.household_id) if sheet.household_id else None
    findings = {each.group: each for each in sheet_findings(session, sheet)}
    groups = _groups(sheet, lines, findings, case.nation)
    first, others, deducted = _debts(session, case, offers)
    return StatementContent(
        number=f"{case.case_reference}/{statement.statement_no}",
        case_reference=case.case_reference,
        statement_date=on,
        review_date=offers.review_on,
        lines_version=sheet.lines_version,
        centre=_centre(session, case),
        client=_person(client, home.employment if home else (), _note(home, "employment_note")),
        partner=_partner(session, case, sheet, home),
        is_joint=sheet.is_joint,
        address=tuple(
            part
            for part in (client.address_line1, client.address_line2, client.city, client.postcode)
            if part
        ),
        household=_household(home),
        groups=groups,
        totals=_totals(sheet, groups, offers),
        priority_debts=first,
        non_priority_debts=others,
        deduction_debts=deducted,
        savings_considered=sheet.are_savings_considered or sheet.savings > 0,
        assets_considered=sheet.are_assets_considered,
        offer_method=offers.sharing.words(in_deficit=bool(offers.plan and offers.plan.in_deficit)),
        notes=_notes(statement, offers),
        how_we_convert=how_we_convert(on),
        advisor=session.require(User, case.advisor_id).full_name,
    )


def hash_of(content: StatementContent) -> str:
    """Return the SHA-256, in hex, of what a statement says of the household and its offers.

    Who advises, and from where, is left out: a case that is handed on says the same. So are the
    numbers of the debts, which nobody reads and older statements do not have.
    """
    bare = replace(
        content,
        status_label="",
        confirmation=None,
        verified_by="",
        verified_on=None,
        advisor="",
        centre=PrintedCentre(name=""),
    )
    said = bare.to_json()
    for part in ("priority_debts", "non_priority_debts", "deduction_debts"):
        said[part] = [{k: v for k, v in debt.items() if k != "debt_id"} for debt in said[part]]
    text = json.dumps(said, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _notes(statement: Statement, offers: CaseOffers) -> tuple[str, ...]:
    """Return where a lump sum comes from, and what the advisor notes for creditors."""
    noted = [part.strip() for part in (statement.note or "").split("\n") if part.strip()]
    if offers.settlement is not None:
        noted.insert(0, lump_sum_note(offers.settlement, offers.sharing.lump_sum_source))
    return tuple(noted)


def _note(home: Household | None, name: str) -> str:
    return (getattr(home, name) or "") if home is not None else ""


def _centre(session: CentreSession, case: Case) -> PrintedCentre:
    centre = session.get(Centre, case.centre_id)
    if centre is None:  # row security would have to hide one's own centre
        return PrintedCentre(name=session.actor.centre_name)
    advisor = session.require(User, case.advisor_id)
    lines = (centre.address_line1, centre.address_line2, centre.city, centre.postcode)
    return PrintedCentre(
        name=centre.name,
        address=tuple(line for line in lines if line),
        contact=advisor.full_name,
        phone=centre.phone or "",
        email=centre.email or "",
        membership_code=setting_of(centre, "membership_code"),
    )


def _person(client: Client, employment: Iterable[str], other: str) -> Person:
    words = tuple(employment)
    return Person(
        name=client.full_name,
        date_of_birth=client.date_of_birth,
        employment=words,
        employment_labels=tuple(EMPLOYMENTS.get(word, word) for word in words),
        employment_other=other,
    )


def _partner(
    session: CentreSession, case: Case, sheet: BudgetSheet, home: Household | None
) -> Person | None:
    """Return the partner of a joint statement; of a single one nothing of them is printed."""
    partner = partner_of(session, case) if sheet.is_joint else None
    if partner is None:
        return None
    if home is None or home.partner_client_id not in (None, partner.id):  # another's answers
        return _person(partner, (), "")
    return _person(partner, home.partner_employment, _note(home, "partner_employment_note"))


def _household(home: Household | None) -> PrintedHousehold:
    if home is None:
        return PrintedHousehold()
    return PrintedHousehold(
        children_under_16=home.children_under_16,
        children_16_to_18=home.children_16_to_18,
        other_dependants=home.other_dependants,
        non_dependants=home.non_dependants,
        total=home.adults
        + home.children_under_16
        + home.children_16_to_18
        + home.other_dependants
        + home.non_dependants,
        vehicles=home.vehicles,
        tenure=home.tenure or "",
        tenure_label=TENURES.get(home.tenure or "", ""),
        tenure_other=home.tenure_note or "",
    )


def _groups(
    sheet: BudgetSheet,
    lines: StatementLines,
    findings: dict[str, GuidelineFinding],
    nation: str | None,
) -> tuple[Group, ...]:
    """Return the groups as they are printed: of a single statement without the partner's lines."""
    entered = {**sheet.income_details, **sheet.expense_details}
    made = []
    for group in lines.groups:
        side = sheet.income_details if group.section == INCOME else sheet.expense_details
        its = tuple(
            _line(code, entered[code], lines, nation)
            for line in group.lines
            if sheet.is_joint or not line.partner
            for code in side
            if code.partition(":")[0] == line.key
        )
        made.append(
            Group(
                key=group.key,
                label=group.label,
                section=group.section,
                total=sum((line.monthly for line in its), NIL),
                lines=its,
                guideline=_guideline(findings.get(group.key), sheet),
            )
        )
    return tuple(made)


def _line(code: str, stored: dict[str, Any], lines: StatementLines, nation: str | None) -> Line:
    return Line(
        key=code,
        label=lines.line(code).label_in(nation),
        amount=Decimal(stored["amount"]),
        frequency=stored["frequency"],
        frequency_label=FREQUENCIES[stored["frequency"]],
        monthly=Decimal(stored["monthly"]),
        note=stored.get("note", ""),
        payslips=tuple(Decimal(slip) for slip in stored.get("payslips", ())),
    )


def _guideline(finding: GuidelineFinding | None, sheet: BudgetSheet) -> Guideline | None:
    if finding is None:
        return None
    return Guideline(
        status=finding.status,
        version=finding.version or "",
        amount=finding.guideline,
        explanation=str(sheet.guideline_reasons.get(finding.group, "")),
    )


def _totals(sheet: BudgetSheet, groups: tuple[Group, ...], offers: CaseOffers) -> Totals:
    def add(section: str) -> Decimal:
        return sum((group.total for group in groups if group.section == section), NIL)

    available = available_for_priority(
        sheet.total_income, sheet.total_expenses, sheet.savings, sheet.debt_admin_fee
    )
    plan = offers.plan
    first = plan.priority_total if plan else NIL
    others = plan.other_total if plan else NIL
    return Totals(
        income=add("income"),
        fixed=add("fixed"),
        flexible=add("flexible"),
        outgoings=sheet.total_expenses,
        surplus=sheet.surplus_deficit,
        savings=sheet.savings,
        debt_admin_fee=sheet.debt_admin_fee,
        available_for_priority=available,
        priority_offers=first,
        available_for_non_priority=available - first,
        non_priority_offers=others,
        unallocated=available - first - others,
        token_offers=plan.tokens_total if plan else NIL,
    )


def _debts(
    session: CentreSession, case: Case, offers: CaseOffers
) -> tuple[tuple[PrintedDebt, ...], tuple[PrintedDebt, ...], tuple[PrintedDebt, ...]]:
    """Return the priority debts, the others, and those paid by deduction, as they are printed."""
    first, others, deducted = [], [], []
    rows = _rows(session, case)
    lines = {int(line.key): line for line in offers.plan.lines} if offers.plan else {}
    once = {int(each.key): each for each in offers.settlement.lines} if offers.settlement else {}
    for debt in offers.debts:
        if debt.status in SETTLED or debt.liability == "not_liable":
            continue
        row, line = rows[debt.id], lines.get(debt.id)
        printed = PrintedDebt(
            creditor=debt.creditor,
            reference=row.account_number or "",
            balance=debt.balance,
            arrears=debt.arrears,
            ccj=row.court_stage in JUDGED,
            joint=debt.owed_by == "joint",
            note=_debt_note(debt),
            kind="none",
            debt_id=debt.id,
        )
        if line is not None and line.source == "deduction":
            known = line.deduction if debt.deduction is not None else None
            deducted.append(
                replace(printed, kind="deduction", offer=known, deducted_from=debt.deduction_source)
            )
            continue
        if debt.id in once:
            printed = replace(printed, kind="lump_sum", offer=once[debt.id].offer)
        elif line is not None and line.source in {"surplus", "token"}:
            printed = replace(
                printed,
                kind=line.source,
                offer=line.offer,
                months=line.months if line.source == "surplus" else None,
                long_term=line.long_term and line.source == "surplus",
            )
        (first if debt.is_priority else others).append(printed)
    return tuple(first), tuple(others), tuple(deducted)


def _debt_note(debt: OfferDebt) -> str:
    words = []
    if debt.liability == "disputed" or debt.status == "disputed":
        words.append("Disputed")
    if debt.liability == "guarantor":
        words.append("As guarantor")
    return ", ".join(words)


def _rows(session: CentreSession, case: Case) -> dict[int, Any]:
    wanted = select(
        col(Debt.id),
        col(Debt.creditor_id),
        col(Debt.account_number),
        col(Debt.court_stage),
    ).where(
        col(Debt.centre_id) == case.centre_id,
        col(Debt.case_id) == case.id,
        col(Debt.deleted_at).is_(None),
    )
    return {row.id: row for row in session.execute(wanted)}


def creditors_on(
    session: CentreSession, case_id: int, owed_by: tuple[str, ...] = ("client", "partner", "joint")
) -> dict[int, str]:
    """Return the creditors whom a statement is for, by id: those of debts that still stand.

    `owed_by` narrows them to whose debts are meant.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(col(Creditor.id), col(Creditor.creditor_name))
        .join(
            Debt,
            (col(Debt.creditor_id) == col(Creditor.id))
            & (col(Debt.centre_id) == col(Creditor.centre_id)),
        )
        .where(
            col(Creditor.centre_id) == case.centre_id,
            col(Creditor.case_id) == case.id,
            col(Debt.deleted_at).is_(None),
            col(Debt.status).in_(("active", "disputed")),
            col(Debt.liability) != "not_liable",
            col(Debt.owed_by).in_(owed_by),
        )
        .distinct()
        .order_by(col(Creditor.creditor_name))
    )
    return {row.id: row.creditor_name for row in session.execute(wanted)}
