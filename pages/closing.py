"""The closing page of a case: what it waits for, how it ends, and how it ended."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.closing_form import closing_form
from pages.components.closing_record import closing_record, holds_card, kept_card, sums_card
from pages.components.feedback import feedback_card, feedback_dialog
from pages.components.icons import icon
from pages.components.status import callout
from pages.components.table import card, link
from pages.layout import screen
from state.case_bar import CaseBarState
from state.closing import ClosingState
from state.feedback import FeedbackState

STATE: Any = ClosingState
VIEW: Any = ClosingState.view


@screen(
    "Closing",
    route=routes.CASE_CLOSING,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, ClosingState.open, FeedbackState.open],
)
def closing() -> rx.Component:
    """Return the form while the case is open or amended, and the record once it ended."""
    shows_form = VIEW.is_at_work | STATE.amending
    return case_frame(
        "closing",
        rx.el.div(
            rx.el.div(
                _back(),
                rx.cond(STATE.obstacle != "", _obstacle()),
                rx.cond(shows_form, closing_form(), closing_record()),
                class_name="stack",
            ),
            rx.el.div(
                rx.cond(shows_form, sums_card(STATE.sums)),
                rx.cond(VIEW.is_at_work, _gate()),
                feedback_card(),
                kept_card(),
                holds_card(),
                class_name="stack",
            ),
            class_name="split",
        ),
        feedback_dialog(),
        opened=STATE.opened,
    )


def _back() -> rx.Component:
    return rx.el.div(
        rx.el.h2(rx.cond(VIEW.is_at_work, "End the case", "How the case ended")),
        link("Back to the overview", to=routes.case_path(STATE.opened)),
        class_name="between",
    )


def _obstacle() -> rx.Component:
    return rx.el.div(
        rx.el.p(STATE.obstacle),
        rx.el.ul(
            rx.foreach(
                STATE.theirs,
                lambda pair: rx.el.li(pair[0], ": stored now is ", rx.el.strong(pair[1])),
            )
        ),
        class_name="callout theirs",
        role="alert",
    )


def _gate() -> rx.Component:
    """Return what the checklist still asks before the case is closed, each with its place."""

    def line(each: Any) -> rx.Component:
        return rx.el.li(
            link(each.what, to=each.path),
            rx.cond(each.more != "", rx.el.span(each.more, class_name="sub small")),
        )

    through = rx.cond(
        VIEW.let_through != "",
        callout("A manager let it through: ", VIEW.let_through),
        rx.cond(
            VIEW.may_let_through,
            rx.el.p(
                link(
                    "Let it through with a reason",
                    to=routes.case_path(STATE.opened, "checklist"),
                )
            ),
            rx.el.p("A manager can let it through, with a reason.", class_name="hint"),
        ),
    )

    def lines(of: Any) -> rx.Component:
        return rx.el.ul(rx.foreach(of, line), class_name="plain-list stack close")

    more = rx.el.details(
        rx.el.summary(
            rx.cond(
                VIEW.missing.length() > 0,
                f"and {VIEW.more_missing.length()} more",
                f"{VIEW.more_missing.length()} items are open",
            )
        ),
        lines(VIEW.more_missing),
    )
    waits = rx.fragment(
        rx.cond(VIEW.missing.length() > 0, lines(VIEW.missing)),
        rx.cond(VIEW.more_missing.length() > 0, more),
        through,
    )
    return card(
        "Before it can close",
        rx.el.div(
            rx.cond(
                VIEW.missing_count > 0,
                waits,
                rx.el.p(icon("done"), " Nothing of the checklist is missing.", class_name="inline"),
            ),
            rx.el.p(
                "To refer on or cancel waits for nothing.",
                class_name="hint",
            ),
            class_name="card-body stack close",
        ),
        key="gate",
        count=VIEW.missing_count,
        end=link("Checklist", to=routes.case_path(STATE.opened, "checklist")),
    )
