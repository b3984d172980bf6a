"""The one box of a list that is searched while one types."""

from typing import Any

import reflex as rx


def finder(label: str, at: str, *, hint: str, value: Any, on_change: Any, key: Any) -> rx.Component:
    """Return the box; `at` is its id, and with another `key` it begins anew with the value."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=at),
            rx.el.p(hint, class_name="hint", custom_attrs={"id": f"{at}-hint"}),
            rx.el.input(
                type="search",
                name="q",
                default_value=value,
                max_length=100,
                class_name="box w20",
                on_change=on_change,
                custom_attrs={
                    "id": at,
                    "autoComplete": "off",
                    "aria-describedby": f"{at}-hint",
                },
            ),
            class_name="field",
        ),
        role="search",
        key=key,
    )
