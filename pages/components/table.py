"""Tables and cards: the head stays, the first column is the link, numbers at the right."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML
from reflex_components_core.react_router.dom import ReactRouterLink

from pages.components.icons import icon


class _Anchor(BaseHTML):
    """An `a` as the browser knows it; `rx.el.a` is a router's link for addresses of ours."""

    tag = "a"

    href: rx.Var[str]


def anchor(
    *children: rx.Component | rx.Var[str] | str, href: rx.Var[str] | str, **props: Any
) -> rx.Component:
    """Return a plain link: to a part of this page, a page made on the server, or a download."""
    return _Anchor.create(*children, href=href, **props)


def link(
    *children: rx.Component | rx.Var[str] | str,
    to: rx.Var[str] | str,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """Return a link within the app, which changes the page without loading it anew."""
    return ReactRouterLink.create(*children, to=to, class_name=class_name, **props)


def column(
    word: str,
    *,
    num: bool = False,
    sort: Literal["ascending", "descending", "none"] | rx.Var[str] | None = None,
    on_sort: Any = None,
) -> rx.Component:
    """Return a column's head; with `on_sort` it is a button that sorts, and says which way."""
    name = "num" if num else ""
    if on_sort is None:
        return rx.el.th(word, scope="col", class_name=name)
    button = rx.el.button(word, type="button", class_name="sort", on_click=on_sort)
    return rx.el.th(
        button, scope="col", class_name=name, aria_sort="none" if sort is None else sort
    )


def row_head(*children: rx.Component | rx.Var[str] | str, to: rx.Var[str] | str) -> rx.Component:
    """Return a row's first cell, which is the link to its record."""
    return rx.el.th(link(*children, to=to), scope="row")


def cell(word: str, *children: rx.Component | rx.Var[str] | str, **props: Any) -> rx.Component:
    """Return a cell of a piled table, which on a phone says the `word` of its column."""
    return rx.el.td(*children, custom_attrs={"data-word": word}, **props)


def table(
    caption: str,
    columns: Sequence[rx.Component],
    rows: Any,
    row: Callable[[Any], rx.Component],
    *,
    when_empty: rx.Component | None = None,
    foot: rx.Component | None = None,
    kind: str = "",
) -> rx.Component:
    """Return a table whose caption screen readers hear; `row` makes the `rx.el.tr` of a row.

    `kind` "piled": on a phone the cells of a row lie on each other, and nothing scrolls sideways;
    "piled free": and its first column may break into lines where there is room, too.
    """
    parts = [
        rx.el.caption(caption, class_name="sr"),
        rx.el.thead(rx.el.tr(*columns)),
        rx.el.tbody(rx.foreach(rows, row)),
    ]
    if foot is not None:
        parts.append(rx.el.tfoot(foot))
    shown = rx.el.div(
        rx.el.table(*parts, class_name=f"table {kind}".strip()),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label=caption,
    )
    return rx.cond(rows.length() > 0, shown, when_empty) if when_empty is not None else shown


def row_button(
    word: str, whose: rx.Var[str] | str, *, on_click: Any, kind: str = "", **props: Any
) -> rx.Component:
    """Return a small button of a row; screen readers hear `whose` row it is: " for Ann Dee"."""
    return rx.el.button(
        word,
        rx.el.span(whose, class_name="sr"),
        type="button",
        class_name=f"button small {kind}".strip(),
        on_click=on_click,
        **props,
    )


def pager(
    label: rx.Var[str] | str,
    *,
    on_back: Any,
    on_next: Any,
    has_back: rx.Var[bool],
    has_next: rx.Var[bool],
) -> rx.Component:
    """Return the foot of a paged list: "1 to 50 of 312" and the two steps."""
    return rx.el.nav(
        rx.el.span(label, class_name="fig", role="status"),
        rx.el.span(
            _step("Previous", on_back, has_back),
            _step("Next", on_next, has_next),
            class_name="chips",
        ),
        class_name="between pager",
        aria_label="Pages",
    )


def list_pager(foot: Any, *, on_back: Any, on_next: Any) -> rx.Component:
    """Return the pager of a `state.lists.Foot`."""
    return pager(
        foot.label,
        on_back=on_back,
        on_next=on_next,
        has_back=foot.has_back,
        has_next=foot.has_next,
    )


def _step(word: str, on_click: Any, possible: rx.Var[bool]) -> rx.Component:
    return rx.el.button(
        word, type="button", class_name="button small", on_click=on_click, disabled=~possible
    )


def chip(
    word: rx.Var[str] | str,
    *,
    pressed: rx.Var[bool] | bool,
    on_click: Any,
    count: rx.Var[Any] | None = None,
) -> rx.Component:
    """Return a filter that is on or off, with its count."""
    figure = [rx.el.span(count, class_name="fig")] if count is not None else []
    return rx.el.button(
        word,
        *figure,
        type="button",
        class_name="chip",
        aria_pressed=rx.cond(pressed, "true", "false"),
        on_click=on_click,
    )


def card(
    title: rx.Var[str] | str,
    *children: rx.Component,
    key: str,
    count: rx.Var[Any] | None = None,
    end: rx.Component | None = None,
) -> rx.Component:
    """Return a section with a head; `key` makes the ids on the page differ."""
    head: list[rx.Component] = [rx.el.h2(title, custom_attrs={"id": f"{key}-title"})]
    if count is not None:
        head.append(rx.el.span(count, class_name="count"))
    if end is not None:
        head.append(rx.el.span(end, class_name="end"))
    return rx.el.section(
        rx.el.div(*head, class_name="card-head"),
        *children,
        class_name="card",
        aria_labelledby=f"{key}-title",
    )


def dialog(key: str, title: rx.Var[str] | str, *children: rx.Component) -> rx.Component:
    """Return a native dialog which `opens(key)` on a button shows; Escape closes it."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.div(
                rx.el.h2(title, custom_attrs={"id": f"{key}-title"}),
                rx.el.button(
                    icon("close"),
                    rx.el.span("Close", class_name="sr"),
                    type="button",
                    class_name="button plain small",
                    custom_attrs={"data-closes": key},
                ),
                class_name="between",
            ),
            *children,
            class_name="stack",
        ),
        aria_labelledby=f"{key}-title",
        custom_attrs={"id": key},
    )


def current(is_here: Any) -> dict[str, Any]:
    """Return the `custom_attrs` of a link that leads to what is shown already, where `is_here`."""
    return {"aria-current": rx.cond(is_here, "page", rx.Var("undefined"))}


def opens(key: str, *, fills: bool = False) -> dict[str, str]:
    """Return the `custom_attrs` that make a button open the dialog of that key.

    `fills` says that the same click asks the server what the dialog is about: nothing in it can be
    read, typed or pressed until that came.
    """
    attrs = {"data-opens": key, "aria-haspopup": "dialog"}
    return attrs | {"data-fills": ""} if fills else attrs
