"""A budget sheet as text, ready to show: its lines, its sums and where the money goes."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cma_app.rules.budget_lines import line_stamp
from cma_app.rules.financial_statement import (
    Line,
    StatementLines,
    Totals,
    statement_lines,
    totals,
)
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.rules.payslips import typed_pay
from cma_app.rules.typing_rules import typing_rules
from cma_app.services.budgets import TYPE_LABELS, CaseBudget
from cma_app.services.sheet_day import sheet_day
from models import BudgetSheet
from state.budget_parts import Offered, PartView
from state.household_words import said_of
from state.sheet_head import HeadView
from state.words import day_text, moment_text, pounds

FREQUENCY_CHOICES = [[code, label] for code, label in FREQUENCIES.items()]


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as it is stored; `seen` goes back with the next edit of it."""

    amount: str
    frequency: str
    monthly: str
    note: str
    seen: str

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "LineView":
        """Return what is shown of a stored line: several payslips as they were typed."""
        slips = stored.get("payslips", ())
        return cls(
            amount=typed_pay(slips) if slips else pounds(Decimal(stored["amount"]), sign=False),
            frequency=stored["frequency"],
            monthly=pounds(Decimal(stored["monthly"]), sign=False),
            note=stored.get("note", ""),
            seen=line_stamp(stored),
        )

    @staticmethod
    def told(theirs: dict[str, str]) -> str:
        """Return another person's line in words."""
        if not theirs.get("amount"):
            return "empty"
        often = FREQUENCIES.get(theirs["frequency"], "").lower()
        note = f", “{theirs['note']}”" if theirs.get("note") else ""
        return f"{pounds(Decimal(theirs['amount']))} {often}{note}"


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of saving one line: a sentence a box, or another person's line in words."""

    seq: int
    ok: bool
    errors: dict[str, str] = field(default_factory=dict)
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One line of the statement before anything is entered."""

    code: str
    label: str
    hint: str
    likely: bool
    often: str
    repeats: bool = False

    @classmethod
    def of(cls, line: Line, nation: str) -> "LineSpec":
        """Return a line as it is called in a nation."""
        return cls(
            code=line.key,
            label=line.label_in(nation),
            hint=line.hint,
            likely=line.likely or line.partner,
            often=line.default_frequency,
            repeats=line.repeatable,
        )


@dataclass(frozen=True, slots=True)
class GroupView:
    """Lines that share a subtotal."""

    key: str
    label: str
    section: str
    lines: list[LineSpec]

    @classmethod
    def all_of(
        cls, lines: StatementLines, nation: str, used: set[str], *, is_joint: bool
    ) -> list["GroupView"]:
        """Return the statement's groups; a line that may repeat has one empty line more.

        On a single sheet the partner's lines are left out, unless one is filled from before.
        """
        return [
            cls(
                key=group.key,
                label=group.label,
                section=group.section,
                lines=_repeated(
                    [
                        LineSpec.of(line, nation)
                        for line in group.lines
                        if is_joint or not line.partner or line.key in used
                    ],
                    used,
                ),
            )
            for group in lines.groups
        ]


def _repeated(specs: list[LineSpec], used: set[str]) -> list[LineSpec]:
    """Return the lines of a group with the repeats that are used, and one more."""
    shown: list[LineSpec] = []
    for spec in specs:
        if ":" in spec.code:
            continue
        shown.append(spec)
        if spec.repeats:
            numbers = {int(code.split(":")[1]) for code in used if code.startswith(f"{spec.code}:")}
            if spec.code in used or numbers:
                numbers.add(max(numbers, default=1) + 1)
            shown += [
                replace(
                    spec, code=f"{spec.code}:{number}", label=f"{spec.label}, {number}", likely=True
                )
                for number in sorted(numbers)
            ]
    return shown


@dataclass(frozen=True, slots=True)
class SumsView:
    """The sums of a sheet as text."""

    income: str = "0.00"
    fixed: str = "0.00"
    flexible: str = "0.00"
    total_income: str = "£0.00"
    outgoings: str = "£0.00"
    surplus: str = "£0.00"
    is_deficit: bool = False
    savings: str = "£0.00"
    savings_box: str = "0.00"
    is_savings_chosen: bool = False
    fee: str = ""
    available: str = "£0.00"
    groups: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: BudgetSheet, sums: Totals) -> "SumsView":
        """Return a sheet's sums; the surplus is the database's own column."""
        by_group = {**sums.income, **sums.fixed, **sums.flexible}
        return cls(
            income=pounds(sums.total_income, sign=False),
            fixed=pounds(sums.total_fixed, sign=False),
            flexible=pounds(sums.total_flexible, sign=False),
            total_income=pounds(sheet.total_income),
            outgoings=pounds(sheet.total_expenses),
            surplus=pounds(sheet.surplus_deficit),
            is_deficit=sheet.surplus_deficit < 0,
            savings=pounds(sheet.savings),
            savings_box=pounds(sheet.savings, sign=False),
            is_savings_chosen=sheet.savings_chosen is not None,
            fee=pounds(sums.debt_admin_fee) if sums.debt_admin_fee else "",
            available=pounds(sums.available),
            groups={key: pounds(amount, sign=False) for key, amount in by_group.items()},
        )


@dataclass(frozen=True, slots=True)
class SheetView:
    """The sheet's own facts; `id` is 0 where none was begun."""

    id: int = 0
    number: int = 0
    version: int = 0
    is_verified: bool = False
    verified: str = ""
    is_newest: bool = True
    is_frozen: bool = False
    may_verify: bool = False
    head: HeadView = field(default_factory=HeadView)


@dataclass(frozen=True, slots=True)
class SheetLink:
    """One sheet in the list of them."""

    number: int
    word: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class LinesView:
    """What changes when one line is saved."""

    version: int
    on: date
    lines: dict[str, LineView]
    sums: SumsView
    totals: Totals
    is_joint: bool
    rules: dict[str, Any]

    @classmethod
    def of(cls, sheet: BudgetSheet) -> "LinesView":
        """Return a sheet's lines and sums, and the rules by which it is added up while typed."""
        on, fee, chosen = sheet_day(sheet), sheet.debt_admin_fee, sheet.savings_chosen
        sums = totals(sheet.income_details, sheet.expense_details, on, fee, savings=chosen)
        stored = {**sheet.income_details, **sheet.expense_details}
        return cls(
            version=sheet.version,
            on=on,
            lines={code: LineView.of(line) for code, line in stored.items()},
            sums=SumsView.of(sheet, sums),
            totals=sums,
            is_joint=sheet.is_joint,
            rules=asdict(typing_rules(on, chosen=chosen, fee=fee)),
        )

    def groups(self, nation: str) -> list[GroupView]:
        """Return the statement's groups as they are called in a nation."""
        used = set(self.lines)
        return GroupView.all_of(statement_lines(self.on), nation, used, is_joint=self.is_joint)

    def parts(self, offered: Offered) -> list[PartView]:
        """Return where the month's money goes."""
        return PartView.all_of(self.totals, offered)


@dataclass(frozen=True, slots=True)
class BudgetView:
    """All that the budget tab shows."""

    sheet: SheetView
    sheets: list[SheetLink]
    groups: list[GroupView]
    lines: dict[str, LineView]
    sums: SumsView
    parts: list[PartView]
    household: str
    nation: str = ""
    offered: Offered = field(default_factory=Offered)
    rules: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, found: CaseBudget) -> "BudgetView":
        """Return what is shown of a case's sheet."""
        household = said_of(found.household)
        sheet = found.sheet
        if sheet is None:
            return cls(SheetView(), [], [], {}, SumsView(), [], household)
        lines = LinesView.of(sheet)
        offered = Offered(found.priority_offers, found.other_offers)
        return cls(
            sheet=_sheet(found, sheet),
            sheets=[
                SheetLink(
                    row.sheet_no,
                    f"Sheet {row.sheet_no}, {TYPE_LABELS[row.sheet_type].lower()},"
                    f" {day_text(row.statement_date)}",
                    row.verification_status == "verified",
                )
                for row in found.sheets
            ],
            groups=lines.groups(found.nation),
            lines=lines.lines,
            sums=lines.sums,
            parts=lines.parts(offered),
            household=household,
            nation=found.nation,
            offered=offered,
            rules=lines.rules,
        )


def _sheet(found: CaseBudget, sheet: BudgetSheet) -> SheetView:
    is_verified = sheet.verification_status == "verified"
    when = moment_text(sheet.verified_date)
    return SheetView(
        id=sheet.id,
        number=sheet.sheet_no,
        version=sheet.version,
        is_verified=is_verified,
        verified=f"Verified by {found.verified_by}, {when}" if is_verified else "",
        is_newest=found.is_newest,
        is_frozen=sheet.frozen_at is not None,
        may_verify=found.may_verify,
        head=HeadView.of(sheet),
    )
