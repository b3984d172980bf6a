"""The caseload in figures: what a manager takes to the weekly meeting."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.board import ways
from pages.components.bar_table import bar_table
from pages.components.empty import skeleton
from pages.components.form import select
from pages.components.saved_views import views_button, views_dialog
from pages.components.table import card, column, link, table
from pages.layout import page_head, screen
from state.caseload_figures import AGES, KEPT, TALL, WAITING, WORK, CaseloadFiguresState
from state.saved_views import SavedViewsState

STATE: Any = CaseloadFiguresState
VIEW: Any = CaseloadFiguresState.view
NOBODY = "No open case matches."


@screen(
    "Caseload in figures",
    route=routes.BOARD_FIGURES,
    act=Act.CASELOAD_SEE,
    section="board",
    on_load=(CaseloadFiguresState.open, SavedViewsState.open),
)
def board_figures() -> rx.Component:
    """Return the figures, each as a picture and in numbers."""
    return rx.el.div(
        page_head("Caseload in figures", views_button()),
        ways(STATE.ways),
        rx.cond(STATE.ready, _figures(), skeleton(6)),
        views_dialog(),
        class_name="page tight board-page",
    )


def _figures() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            select(
                "Advisor",
                "advisor",
                STATE.holders,
                value=STATE.advisor,
                on_change=STATE.choose_advisor,
                width="w20",
            ),
            rx.cond(
                VIEW.narrowed != "",
                rx.el.p(VIEW.narrowed, " ", link("Count all open cases", to=VIEW.everything)),
            ),
            class_name="filters",
            key=STATE.advisor,
        ),
        card(
            "Open cases by stage",
            bar_table(
                "Open cases by stage",
                "Stage",
                WORK,
                VIEW.stages,
                more=("Open",),
                none=NOBODY,
            ),
            key="stages",
        ),
        card(
            "Open cases by advisor",
            bar_table(
                "Open cases by advisor",
                "Advisor",
                WORK,
                VIEW.people,
                more=("Open", "Weighted"),
                none=NOBODY,
            ),
            rx.el.p("Weights: ", VIEW.weights, class_name="hint card-body"),
            key="people",
        ),
        card(
            "Days in the stage",
            bar_table(
                "Open cases by days in their stage",
                "Stage",
                AGES,
                VIEW.ages,
                more=("Median", "Longest"),
                none=NOBODY,
            ),
            key="ages",
        ),
        card("Opened and ended, twelve weeks", _weeks(), key="weeks"),
        card(
            "Appointments, twelve weeks",
            bar_table(
                "Appointments by advisor, of the last twelve weeks",
                "Advisor",
                KEPT,
                VIEW.visits,
                more=("Missed rate",),
                none="No appointment was due in these weeks.",
            ),
            key="visits",
        ),
        card(
            "Referrals by days of waiting",
            bar_table(
                "Referrals by days of waiting",
                "Referrals",
                WAITING,
                VIEW.waiting,
                more=("All",),
                none="Nobody is waiting to be seen.",
            ),
            key="waiting",
            end=rx.el.span(VIEW.wait, class_name="quiet"),
        ),
    )


def _weeks() -> rx.Component:
    picture = rx.el.svg(
        rx.foreach(VIEW.weeks, _column),
        view_box=f"0 0 480 {TALL}",
        class_name="weeks",
        custom_attrs={
            "preserveAspectRatio": "none",
            "role": "img",
            "aria-label": VIEW.weeks_said,
        },
    )
    return rx.fragment(
        rx.el.div(
            rx.el.ul(
                rx.el.li(rx.el.span(class_name="key p1"), "Opened"),
                rx.el.li(rx.el.span(class_name="key p5"), "Ended"),
                rx.el.li(rx.Var.create(f"The tallest column: {VIEW.most}"), class_name="quiet"),
                class_name="clock-key",
            ),
            picture,
            rx.el.div(
                rx.el.span(VIEW.first_week),
                rx.el.span(VIEW.last_week),
                class_name="strip-scale hint",
            ),
            class_name="card-body stack close",
        ),
        rx.el.details(
            rx.el.summary("The weeks as a table"),
            table(
                "Cases opened and ended by week",
                [
                    column("Week from Monday"),
                    column("Opened", num=True),
                    column("Ended", num=True),
                ],
                VIEW.weeks,
                lambda week: rx.el.tr(
                    rx.el.th(week.name, scope="row"),
                    rx.el.td(week.opened, class_name="num"),
                    rx.el.td(week.ended, class_name="num"),
                ),
            ),
            class_name="change",
        ),
    )


def _column(week: Any) -> rx.Component:
    return rx.fragment(
        rx.el.rect(
            class_name="p1", x=week.x, y=week.opened_top, width="15", height=week.opened_tall
        ),
        rx.el.rect(
            class_name="p5", x=week.beside, y=week.ended_top, width="15", height=week.ended_tall
        ),
    )
