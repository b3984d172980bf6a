"""The legal dates of a case as a picture of the weeks ahead, a table, and the overview's card."""

from typing import Any

import reflex as rx

from pages import routes
from pages.components.status import badge
from pages.components.table import card, column, link, table
from state.case_bar import CaseBarState
from state.legal_views import STRIP, STRIP_DAYS

BAR: Any = CaseBarState.bar
WEEK = STRIP * 7 / STRIP_DAYS


def dates_strip() -> rx.Component:
    """Return the weeks ahead with a mark for each legal date; the table beside it says the same."""
    weeks = [
        rx.el.line(x1=f"{week * WEEK:.1f}", x2=f"{week * WEEK:.1f}", y1="0", y2="28")
        for week in range(1, STRIP_DAYS // 7 + 1)
    ]

    def mark(one: Any) -> rx.Component:
        return rx.cond(
            one.x != "",
            rx.el.rect(
                class_name=rx.Var.create(f"mark {one.tone}"), x=one.x, y="4", width="6", height="20"
            ),
        )

    said = rx.Var.create(
        f"The next {STRIP_DAYS} days with {BAR.dates.length()} legal dates; the table lists them."
    )
    return rx.el.div(
        rx.el.svg(
            *weeks,
            rx.foreach(BAR.dates, mark),
            view_box=f"0 0 {STRIP} 28",
            class_name="strip",
            custom_attrs={"preserveAspectRatio": "none", "role": "img", "aria-label": said},
        ),
        rx.el.p(
            rx.el.span("Today"),
            rx.el.span(f"In {STRIP_DAYS // 2} days"),
            rx.el.span(f"In {STRIP_DAYS} days"),
            class_name="strip-scale hint",
            aria_hidden="true",
        ),
        class_name="card-body",
    )


def dates_table() -> rx.Component:
    """Return every legal date, the next first, with how long there is to act."""
    return table(
        "Legal dates, the next first",
        [column("What"), column("Day"), column("To act")],
        BAR.dates,
        _row,
        kind="piled free",
    )


def _row(one: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            _where(one),
            rx.cond(one.about != "", rx.el.span(one.about, class_name="sub")),
            scope="row",
        ),
        rx.el.td(one.day, class_name="fig"),
        rx.el.td(_left(one), rx.cond(one.act != "", rx.el.span(one.act, class_name="sub"))),
    )


def _left(one: Any) -> rx.Component:
    return rx.match(  # pyright: ignore[reportReturnType]
        one.tone,
        ("late", badge(one.left, "late")),
        ("soon", badge(one.left, "soon")),
        rx.el.span(one.left),
    )


def _where(one: Any) -> rx.Component:
    """Return the date's word, a link to the debt that it is of."""
    debt = link(one.label, to=routes.debt_path(BAR.case_id, one.ref_id))
    asked = link(one.label, to=routes.client_data_path(one.ref_id))
    of_a_debt = (one.source == "event") | (one.source == "answer")
    return rx.cond(of_a_debt, debt, rx.cond(one.source == "rights", asked, one.label))


def other_dates_card() -> rx.Component:
    """Return the overview's card of the next legal dates that are no emergency."""
    to_all = routes.case_path(BAR.case_id, "dates")

    def line(one: Any) -> rx.Component:
        return rx.el.li(
            rx.el.span(one.short, class_name="when"),
            rx.el.span(
                rx.el.strong(one.label),
                rx.cond(one.about != "", rx.fragment(" · ", one.about)),
                rx.cond(one.act != "", rx.el.span(one.act, class_name="sub")),
            ),
            _left(one),
        )

    return rx.cond(
        BAR.other_dates.length() > 0,
        card(
            "Legal dates",
            rx.el.ul(rx.foreach(BAR.other_dates, line), class_name="agenda"),
            key="legal-dates",
            end=link("All dates", to=to_all),
        ),
    )
