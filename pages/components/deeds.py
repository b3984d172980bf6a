"""The dialog behind a row's "More": what else is known, and the rarer things to do about it.

A row keeps the one button that is used daily. Each deed of the dialog says beforehand what it does.
"""

from typing import Any

import reflex as rx

from pages.components.table import dialog, link, opens, row_button


def more_button(name: Any, key: str, *, on_click: Any) -> rx.Component:
    """Return a row's button that fills and opens its dialog; `name` is whose row it is."""
    about = rx.Var.create(f" about {name}")
    return row_button("More", about, on_click=on_click, custom_attrs=opens(key, fills=True))


def more_dialog(key: str, title: Any, facts: Any, *deeds: rx.Component) -> rx.Component:
    """Return the dialog: `facts` is a var of pairs of words, `deeds` are made by `deed`."""
    return dialog(
        key,
        title,
        rx.el.dl(rx.foreach(facts, _fact), class_name="about"),
        rx.el.ul(*deeds, class_name="deeds"),
    )


def _fact(pair: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1]))


def deed(
    sentence: Any,
    word: Any,
    whose: Any,
    *,
    closes: str,
    on_click: Any = None,
    asks: str = "",
    to: Any = None,
) -> rx.Component:
    """Return a sentence and the button that does it, which closes the dialog of the key `closes`.

    `whose` follows the word for those who hear it. `asks` is the key of a dialog that opens in its
    place and asks first; `to` makes it a link.
    """
    attrs = {"data-closes": closes} | (opens(asks, fills=True) if asks else {})
    if to is not None:
        spoken = rx.el.span(whose, class_name="sr")
        does = link(word, spoken, to=to, class_name="button small", custom_attrs=attrs)
    else:
        does = row_button(word, whose, on_click=on_click, custom_attrs=attrs)
    return rx.el.li(rx.el.p(sentence), does)
