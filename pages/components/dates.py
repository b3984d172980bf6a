"""Dates and times as people read and type them: 22 Nov 2026, 14:02. States hold the text."""

from datetime import date, datetime
from typing import Any

import reflex as rx

from cma_app.clock import local
from pages.components.form import Text, date_boxes


def day_text(day: date | None) -> str:
    """Return 22 Nov 2026, or an empty text."""
    return f"{day.day} {day:%b %Y}" if day is not None else ""


def moment_text(moment: datetime | None) -> str:
    """Return 22 Nov 2026, 14:02 by a British clock, or an empty text."""
    if moment is None:
        return ""
    there = local(moment)
    return f"{day_text(there.date())}, {there:%H:%M}"


def time_of(text: rx.Var[str] | str, iso: rx.Var[str] | str | None = None) -> rx.Component:
    """Return a time element that shows `text`; `iso` is for machines, where it is known."""
    attrs = {"dateTime": iso} if iso is not None else {}
    return rx.el.time(text, class_name="fig", custom_attrs=attrs)


def kept_date(legend: Text, name: str, values: Any, errors: Any, *, hint: Text) -> rx.Component:
    """Return the boxes of a date that begins with `name-day`, `name-month`, `name-year`."""
    return date_boxes(
        legend,
        name,
        hint=hint,
        error=errors[name],
        day=values[f"{name}-day"],
        month=values[f"{name}-month"],
        year=values[f"{name}-year"],
    )


def birth_boxes(values: Any, errors: Any) -> rx.Component:
    """Return the boxes for somebody's date of birth."""
    example = "For example, 27 3 1984"
    return kept_date("Date of birth", "date_of_birth", values, errors, hint=example)
