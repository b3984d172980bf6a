"""What stands around every tab of a case: who it is about, what is urgent, where to go."""

from typing import Final

import reflex as rx

from pages import routes
from pages.components.empty import skeleton
from pages.components.icons import icon
from pages.components.safe_routes import safe_routes
from pages.components.status import badge
from pages.components.table import link
from state.case_bar import CaseBarState

TABS: Final = (
    ("overview", "Overview"),
    ("budget", "Budget"),
    ("debts", "Debts"),
    ("offers", "Offers"),
    ("notes", "Notes"),
)


def case_frame(
    tab: str, *children: rx.Component, sticky: rx.Component | None = None
) -> rx.Component:
    """Return a tab of a case: the identity bar, the tabs, and `children` as the page.

    `sticky` is a sum line (class `sumline`) that stays with the bar. The screen's `on_load`
    begins with `CaseBarState.open_tab`.
    """
    bar = CaseBarState.bar
    line = [sticky] if sticky is not None else []
    return rx.cond(
        bar.case_id == 0,
        rx.el.div(skeleton(6), class_name="page"),
        rx.fragment(
            rx.el.div(_identity(tab), *line, class_name="stay"),
            rx.el.div(*children, class_name="page"),
        ),
    )


def _identity(tab: str) -> rx.Component:
    return rx.el.section(
        _top(), _facts(), _tabs(tab), class_name="identity-bar", aria_label="Client and case"
    )


def _top() -> rx.Component:
    bar = CaseBarState.bar
    return rx.el.div(
        rx.el.h1(bar.name),
        rx.el.span(bar.reference, class_name="ref"),
        rx.cond(bar.emergency != "", badge("Emergency", "soon", "late")),
        rx.cond(bar.priority == "urgent", badge("Urgent", "soon", "up")),
        rx.cond(bar.is_restricted, badge("Restricted file", "note", "lock")),
        rx.cond(~bar.is_at_work, badge(bar.status_word, "", "dash")),
        rx.cond(bar.household != "", rx.el.span(bar.household, class_name="quiet")),
        rx.cond(bar.clock_lead != "", _clock()),
        class_name="identity-top",
    )


def _clock() -> rx.Component:
    bar = CaseBarState.bar
    return rx.el.p(
        icon("clock"),
        rx.el.span(rx.el.strong(bar.clock_lead), ", ", bar.clock_rest),
        class_name="clock",
    )


def _facts() -> rx.Component:
    bar = CaseBarState.bar
    return rx.el.dl(
        rx.el.div(rx.el.dt("Safe ways to reach them"), rx.el.dd(safe_routes(bar.routes))),
        _fact("Stage", bar.stage_word),
        _fact(bar.surplus_word, bar.surplus),
        _fact("Total debt", bar.total_debt),
        rx.el.div(
            rx.el.dt("Next review"),
            rx.el.dd(
                bar.next_review,
                rx.cond(bar.is_review_overdue, rx.fragment(" ", badge("Overdue", "late"))),
            ),
        ),
        _fact("Advisor", bar.advisor),
        class_name="facts",
    )


def _fact(term: rx.Var[str] | str, value: rx.Var[str] | str) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(value))


def _tabs(current: str) -> rx.Component:
    case_id = CaseBarState.bar.case_id
    return rx.el.nav(
        *[
            link(
                word,
                to=routes.case_path(case_id, tab),
                custom_attrs={"aria-current": "page"} if tab == current else {},
            )
            for tab, word in TABS
        ],
        class_name="tabs",
        aria_label="Case",
    )
