"""What stands above a budget sheet's lines, as its form begins."""

from dataclasses import dataclass, replace

from cma_app.services.budgets import TYPE_LABELS
from cma_app.services.sheet_day import sheet_day
from cma_app.services.sheet_details import details_stamp
from models import BudgetSheet
from state.words import day_text, pounds

SHEET_TYPES = list(TYPE_LABELS.items())


@dataclass(frozen=True, slots=True)
class HeadView:
    """What stands above the lines, as its form begins; `seen` goes back with the form."""

    summary: str = ""
    sheet_type: str = "initial"
    day: str = ""
    month: str = ""
    year: str = ""
    is_joint: bool = False
    are_savings_considered: bool = False
    are_assets_considered: bool = False
    fee: str = ""
    seen: str = ""

    @classmethod
    def of(cls, sheet: BudgetSheet) -> "HeadView":
        """Return what is shown of a sheet's details."""
        on = sheet_day(sheet)
        considered = (
            ("savings considered", sheet.are_savings_considered),
            ("assets considered", sheet.are_assets_considered),
        )
        said = [TYPE_LABELS[sheet.sheet_type], day_text(on)]
        said += ["joint" if sheet.is_joint else "single"]
        said += [word for word, is_ticked in considered if is_ticked]
        return cls(
            summary=", ".join(said),
            sheet_type=sheet.sheet_type,
            day=str(on.day),
            month=str(on.month),
            year=str(on.year),
            is_joint=sheet.is_joint,
            are_savings_considered=sheet.are_savings_considered,
            are_assets_considered=sheet.are_assets_considered,
            fee=pounds(sheet.debt_admin_fee, sign=False),
            seen=details_stamp(sheet),
        )

    def as_typed(self, kept: dict[str, str]) -> "HeadView":
        """Return the form with what a person typed before and did not save in its boxes."""
        return replace(
            self,
            sheet_type=kept.get("sheet_type", self.sheet_type),
            day=kept.get("statement_date-day", ""),
            month=kept.get("statement_date-month", ""),
            year=kept.get("statement_date-year", ""),
            is_joint="is_joint" in kept,
            are_savings_considered="are_savings_considered" in kept,
            are_assets_considered="are_assets_considered" in kept,
            fee=kept.get("debt_admin_fee", ""),
            seen=kept.get("seen", self.seen),
        )


def told_details(theirs: dict[str, str]) -> str:
    """Return what another person recorded, in one line."""
    return ", ".join(f"{name.lower()} {value}" for name, value in theirs.items())
