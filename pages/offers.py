"""The offers tab: priority debts first, the rest to the penny."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import date_boxes, error_summary, form, form_foot, submit
from pages.components.icons import icon
from pages.components.money_grids import EntryBox
from pages.components.status import badge, callout
from pages.components.sum_line import part, saved_mark, sign
from pages.components.table import card, column, link
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.offers import OfferState
from state.shell import ShellState

OFFERS: Any = OfferState
SHELL: Any = ShellState
VIEW: Any = OfferState.view


def _sums() -> rx.Component:
    totals = VIEW.totals
    return rx.el.section(
        part("Available for debts", totals.available),
        sign("−"),
        part("Priority offers", totals.priority),
        sign("−"),
        part("Other offers", totals.others),
        sign("="),
        part("Unallocated", totals.unallocated, answer=True),
        rx.el.div(
            rx.cond(totals.adds_up, badge("Adds up to the penny", "good")),
            rx.cond(totals.in_deficit, badge("Deficit: nothing to offer", "soon")),
            rx.cond(VIEW.is_stale, badge("Out of date: save again", "soon")),
            rx.cond(~VIEW.is_saved & (VIEW.sheet_number != 0), badge("Not saved yet", "note")),
            class_name="end",
        ),
        rx.cond(VIEW.is_saved & ~VIEW.is_stale, saved_mark(VIEW.saved_at)),
        class_name="sumline",
        aria_label="Available and offered, monthly",
    )


def _debt(view: Any) -> rx.Component:
    return rx.el.th(
        link(view.creditor, to=routes.case_path(OFFERS.opened, "debts")),
        rx.el.span(view.kind, class_name="sub"),
        scope="row",
    )


def _months(view: Any) -> rx.Component:
    return rx.el.td(
        view.months,
        rx.cond(view.long_term, rx.fragment(" ", badge("Long", "soon"))),
        class_name="num",
    )


def _first_row(view: Any) -> rx.Component:
    name = rx.Var.create(f"offer-{view.id}")
    box = EntryBox.create(
        name=name,
        label=rx.Var.create(f"{view.creditor}, {view.kind}, offer in pounds"),
        value=view.offer,
        error=OFFERS.box_errors[name],
        theirs=OFFERS.box_theirs[name],
        seq=OFFERS.box_seq,
        read_only=~SHELL.acts.contains(Act.OFFER_RECORD.value),
        described_by="offer-hint",
        on_commit=lambda typed: OFFERS.decide(view.id, view.seen, typed),
    )
    return rx.el.tr(
        _debt(view),
        rx.el.td(view.owed, class_name="num"),
        rx.el.td(view.entered, class_name="num", col_span=2),
        rx.el.td(box, class_name="num"),
        _months(view),
        key=view.id,
    )


def _other_row(view: Any) -> rx.Component:
    return rx.el.tr(
        _debt(view),
        rx.el.td(view.owed, class_name="num"),
        rx.el.td(view.share, class_name="num"),
        rx.el.td(view.exact, class_name="num"),
        rx.el.td(rx.el.strong(view.offer), class_name="num"),
        _months(view),
        key=view.id,
    )


def _table(
    caption: str, heads: list[rx.Component], body: rx.Component, foot: rx.Component
) -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="sr"),
            rx.el.colgroup(
                rx.el.col(),
                *[rx.el.col(class_name="n") for _ in range(4)],
                rx.el.col(class_name="months"),
            ),
            rx.el.thead(rx.el.tr(*heads)),
            rx.el.tbody(body),
            rx.el.tfoot(foot),
            class_name="table shares",
        ),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label=caption,
    )


def _first() -> rx.Component:
    totals = VIEW.totals
    heads = [
        column("Debt"),
        column("Owed, £", num=True),
        rx.el.th("Entered as, £", scope="col", col_span=2, class_name="num"),
        column("Offer a month, £", num=True),
        column("Months", num=True),
    ]
    foot = rx.el.tr(
        rx.el.th("Priority total", scope="row"),
        rx.el.td(totals.priority_owed, class_name="num"),
        rx.el.td(col_span=2),
        rx.el.td(totals.priority_offered, class_name="num"),
        rx.el.td(),
    )
    hint = rx.el.p(
        "Loss of the home, goods or liberty. Type an offer like 48, 12w or 40 4w.",
        class_name="hint card-body",
        custom_attrs={"id": "offer-hint"},
    )
    return card(
        "Priority debts",
        hint,
        rx.cond(
            VIEW.first.length() > 0,
            _table("Priority offers", heads, rx.foreach(VIEW.first, _first_row), foot),
            empty("No priority debts."),
        ),
        key="first",
        end=badge("First", "note", "up"),
    )


def _others() -> rx.Component:
    totals = VIEW.totals
    heads = [
        column("Debt"),
        column("Owed, £", num=True),
        column("Share", num=True),
        column("Exact, £", num=True),
        column("Offer a month, £", num=True),
        column("Months", num=True),
    ]
    foot = rx.el.tr(
        rx.el.th("Non-priority total", scope="row"),
        rx.el.td(totals.others_owed, class_name="num"),
        rx.el.td(totals.others_share, class_name="num"),
        rx.el.td(totals.others_exact, class_name="num"),
        rx.el.td(totals.others_offered, class_name="num"),
        rx.el.td(),
    )
    return card(
        "Non-priority debts",
        rx.cond(
            VIEW.others.length() > 0,
            _table(
                "Non-priority offers, shared by balance",
                heads,
                rx.foreach(VIEW.others, _other_row),
                foot,
            ),
            empty("No non-priority debts."),
        ),
        key="others",
        end=rx.el.span("Shared by balance, largest remainder", class_name="hint"),
    )


def _excluded() -> rx.Component:
    def row(view: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(view.creditor, rx.el.span(view.kind, class_name="sub"), scope="row"),
            rx.el.td(view.owed, class_name="num"),
            rx.el.td(view.why),
        )

    shown = card(
        "Left out",
        rx.el.div(
            rx.el.table(
                rx.el.caption("Debts without an offer, and why", class_name="sr"),
                rx.el.thead(rx.el.tr(column("Debt"), column("Owed, £", num=True), column("Why"))),
                rx.el.tbody(rx.foreach(VIEW.excluded, row)),
                class_name="table",
            ),
            class_name="scroll",
            role="region",
            tab_index=0,
            aria_label="Debts without an offer",
        ),
        key="excluded",
        count=VIEW.excluded.length(),
    )
    return rx.cond(VIEW.excluded.length() > 0, shown)


def _said() -> rx.Component:
    """Return what the reader should know before going on."""
    deficit = callout(
        rx.el.strong("Nothing is available, so every offer is nil. "),
        "Next: check benefits and other income; go through the outgoings line by line; see whether "
        "arrears grow while nothing is paid.",
    )
    problem = callout(rx.el.strong("The saved priority offers no longer fit. "), VIEW.problem)
    waiting = callout(
        icon("half"),
        " Priority debts without a decision: ",
        VIEW.to_decide,
        ". They are offered nothing until you enter an offer.",
    )
    long_term = callout(
        "Some debts would take more than ten years to clear at these offers. Creditors may ask "
        "about that; look at other debt solutions too."
    )
    return rx.fragment(
        rx.cond(VIEW.totals.in_deficit, deficit),
        rx.cond(VIEW.problem != "", problem),
        rx.cond(VIEW.to_decide > 0, waiting),
        rx.cond(VIEW.has_long_term, long_term),
        rx.cond(VIEW.totals.penny != "", callout(VIEW.totals.penny)),
    )


def _save() -> rx.Component:
    errors = OFFERS.errors
    boxes = date_boxes(
        "Review date",
        "review_date",
        day=VIEW.review_day,
        month=VIEW.review_month,
        year=VIEW.review_year,
        hint="When the offers are looked at again, within 12 months",
        error=errors["review_date"],
    )
    filled = form(
        rx.el.div(error_summary(errors), boxes, class_name="card-body stack"),
        form_foot(submit("Save offers", busy="Saving")),
        on_submit=OFFERS.record,
        on_check=OFFERS.check,
        key=f"{OFFERS.opened}-{VIEW.review}",
    )
    return when_may(
        Act.OFFER_RECORD,
        card("Review and save", filled, key="save"),
    )


@screen(
    "Offers",
    route=routes.CASE_OFFERS,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, OfferState.open],
)
def offers() -> rx.Component:
    """Return the offers under the case's bar."""
    nothing = empty(
        "Offers are worked out from the budget. There is no budget sheet yet.",
        link("Enter the budget", to=routes.case_path(OFFERS.opened, "budget")),
    )
    plan = rx.fragment(_said(), _first(), _others(), _excluded(), _save())
    return case_frame(
        "offers",
        rx.cond(VIEW.sheet_number == 0, nothing, plan),
        opened=OFFERS.opened,
        sticky=rx.cond(VIEW.sheet_number == 0, rx.fragment(), _sums()),
    )
