"""A figure of a paper as it stands beside the box that it would fill."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from cma_app.services.document_suggestions import Suggestion
from state.words import day_text, pounds

BOXES: Final = {"monthly_payment": "payment_amount"}
"""The box of a debt's page that shows a column of another name."""
AS_MONTHLY: Final = {"payment_frequency": "monthly"}
"""How often a payment is made that a letter names."""

PUT_AWAY: Final = "Put away. It can be brought back on the document's page."


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """`fills` has the text of each box by its name, `to` the page of the paper that says it."""

    id: int = 0
    paper: str = ""
    day: str = ""
    shown: str = ""
    fills: dict[str, str] = field(default_factory=dict)
    to: str = ""
    is_unsure: bool = False

    @classmethod
    def of(cls, row: Suggestion) -> "SuggestionView":
        """Return what is shown of a figure beside a box."""
        return cls(
            id=row.id,
            paper=row.paper,
            day=day_text(row.dated),
            shown=shown_figure(row.kind, row.value),
            fills=_fills(row),
            to=f"/cases/{row.case_id}/documents/{row.document_id}/reading?figure={row.id}",
            is_unsure=row.is_unsure,
        )


Suggested = dict[str, list[SuggestionView]]
"""By the name of a box, or the code of a budget line, what papers say of it."""


def by_box(rows: Iterable[Suggestion]) -> Suggested:
    """Return suggestions by the box that each would fill."""
    found: Suggested = {}
    for row in rows:
        found.setdefault(BOXES.get(row.field, row.field), []).append(SuggestionView.of(row))
    return found


@dataclass(frozen=True, slots=True)
class GridOffer:
    """A figure under a box of the debts' grid: what it would fill in, and whose it is."""

    id: int = 0
    shown: str = ""
    fill: str = ""
    paper: str = ""
    day: str = ""
    to: str = ""
    is_unsure: bool = False


GRID_BOXES: Final = ("balance", "arrears", "monthly_payment", "account_number")
GridOffers = dict[str, dict[str, GridOffer]]
"""By a debt's id and the name of a box, what the newest paper says of it."""


def by_grid_box(found: Mapping[int, Iterable[Suggestion]]) -> GridOffers:
    """Return what stands under each box of the grid: one figure each, so that rows stay low."""
    offers: GridOffers = {}
    for debt_id, rows in found.items():
        for row in rows:
            if row.field in GRID_BOXES:
                boxes = offers.setdefault(str(debt_id), {})
                boxes.setdefault(row.field, _grid_offer(row))
    return offers


def _grid_offer(row: Suggestion) -> GridOffer:
    view = SuggestionView.of(row)
    is_number = row.kind == "account_number"
    return GridOffer(
        id=row.id,
        shown=view.shown,
        fill=row.value if is_number else pounds(Decimal(row.value), sign=False),
        paper=view.paper,
        day=view.day,
        to=view.to,
        is_unsure=view.is_unsure,
    )


def ids_of(suggested: Suggested) -> list[int]:
    """Return the figures that are shown."""
    return [each.id for shown in suggested.values() for each in shown]


def shown_figure(kind: str, value: str) -> str:
    """Return a figure as a person reads it."""
    if kind == "account_number":
        return value
    if kind == "dated":
        try:
            return day_text(date.fromisoformat(value))
        except ValueError:
            return value
    return f"£{Decimal(value):,.2f}"


def _fills(row: Suggestion) -> dict[str, str]:
    if row.kind == "account_number":
        return {row.field: row.value}
    if row.kind == "dated":
        day = date.fromisoformat(row.value)
        return {
            f"{row.field}-day": str(day.day),
            f"{row.field}-month": str(day.month),
            f"{row.field}-year": str(day.year),
        }
    amount = pounds(Decimal(row.value), sign=False)
    more = AS_MONTHLY if row.kind == "payment" else {}
    return {BOXES.get(row.field, row.field): amount, **more}
