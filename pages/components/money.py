"""Sums of money, GBP: two places, tabular figures, a minus and the word for a deficit.

States hold money as text already made by `pounds`: no arithmetic happens in a browser.
"""

from decimal import Decimal

import reflex as rx


def pounds(amount: Decimal | None, *, sign: bool = True) -> str:
    """Return an amount as it is read: £1,234.50, −£12.00; an empty text where there is none."""
    if amount is None:
        return ""
    minus = "−" if amount < 0 else ""
    return f"{minus}{'£' if sign else ''}{abs(amount):,.2f}"


def money(text: rx.Var[str] | str) -> rx.Component:
    """Return a sum in a sentence, in tabular figures."""
    return rx.el.span(text, class_name="fig")


def money_cell(text: rx.Var[str] | str) -> rx.Component:
    """Return a table's cell with a sum at the right; the £ is in the head."""
    return rx.el.td(text, class_name="num")


def surplus(text: rx.Var[str] | str, *, is_deficit: rx.Var[bool] | bool) -> rx.Component:
    """Return the surplus or deficit with its word, for an identity bar or a sum line."""
    return rx.el.span(
        rx.cond(is_deficit, "Deficit ", "Surplus "), rx.el.span(text, class_name="fig")
    )
