"""Where a month's money goes: the parts of a bar and of the table beside it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cma_app.rules.financial_statement import NIL, Totals
from state.words import pounds

BAR = 1000  # units of the bar's width


@dataclass(frozen=True, slots=True)
class Offered:
    """A month's offers from the sheet: to priority debts, and to the others."""

    first: Decimal = NIL
    others: Decimal = NIL


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the bar and of the table beside it."""

    key: str
    label: str
    amount: str
    share: str
    x: str
    width: str

    @classmethod
    def all_of(
        cls, sums: Totals, offered: Offered, *, whole: Decimal | None = None
    ) -> list["PartView"]:
        """Return where a month's money goes; the bar is as long as income or outgoings.

        `whole` is what a full bar stands for where two are compared; shares are of the own sum.
        """
        first, others = offered.first, offered.others
        left = max(NIL, sums.available - first - others)
        amounts = (
            ("p1", "Fixed costs", sums.total_fixed),
            ("p2", "Flexible costs", sums.total_flexible),
            ("p4", "Priority offers", first),
            ("p5", "Other offers", others),
            ("p3", "Savings", sums.savings),
            ("p6", "Not offered", left),
        )
        own = sum((amount for _, _, amount in amounts), NIL)
        parts, x = [], NIL
        for key, label, amount in amounts:
            if amount <= 0:
                continue
            width = amount * BAR / (whole or own)
            share = (amount * 100 / own).quantize(Decimal("0.1"), ROUND_HALF_UP)
            text = pounds(amount, sign=False)
            parts.append(cls(key, label, text, f"{share}%", f"{x:.2f}", f"{width:.2f}"))
            x += width
        return parts
