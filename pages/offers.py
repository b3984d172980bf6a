"""The offers tab: priority debts first, the rest to the penny."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import date_boxes, error_summary, form, form_foot, submit
from pages.components.icons import icon
from pages.components.offer_sharing import lump_sum_card, others_card
from pages.components.offer_tables import (
    deducted_table,
    excluded_table,
    first_table,
    may_change,
)
from pages.components.stack_bar import bar_and_table
from pages.components.status import badge, callout
from pages.components.sum_line import part, saved_mark, sign
from pages.components.table import card, link, row_button
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.offers import OfferState

OFFERS: Any = OfferState
VIEW: Any = OfferState.view


def _sums() -> rx.Component:
    totals = VIEW.totals
    return rx.el.section(
        part("Available for debts", totals.available),
        sign("="),
        part("Priority offers", totals.priority),
        sign("+"),
        part("Other offers", totals.others),
        sign("+"),
        part("Unallocated", totals.unallocated, answer=True),
        _beside("Tokens, not from surplus", totals.tokens),
        _beside("Full and final, once", totals.once),
        rx.el.div(
            rx.cond(totals.adds_up, badge("Adds up to the penny", "good")),
            rx.cond(totals.in_deficit, badge("Deficit: nothing to offer", "soon")),
            rx.cond(VIEW.is_frozen, badge("Issued: read only", "note", "lock")),
            rx.cond(VIEW.is_stale & ~VIEW.is_frozen, badge("Out of date: save again", "soon")),
            rx.cond(~VIEW.is_saved & (VIEW.sheet_number != 0), badge("Not saved yet", "note")),
            class_name="end",
        ),
        rx.cond(VIEW.is_saved & ~VIEW.is_stale & ~VIEW.is_frozen, saved_mark(VIEW.saved_at)),
        class_name="sumline",
        aria_label="Available and offered, monthly",
    )


def _beside(word: str, figure: Any) -> rx.Component:
    """Return what is offered beside the sum and never out of it, where there is such."""
    return rx.cond(figure != "", rx.el.div(part(word, figure), class_name="beside"))


def _said() -> rx.Component:
    """Return what the reader should know before going on."""
    to_budget = link("Revise the budget", to=routes.case_path(OFFERS.opened, "budget"))
    frozen = callout(
        rx.el.strong("A statement was issued with these offers, so they stay as they are. "),
        rx.cond(VIEW.problem != "", rx.fragment(VIEW.problem, " ")),
        "To offer anew: ",
        to_budget,
        ".",
    )
    deficit = callout(
        rx.el.strong("Nothing is available, so nothing is offered from surplus. "),
        "Next: check benefits and other income; go through the outgoings line by line; see whether "
        "arrears grow while nothing is paid. Token offers suit a client for whom things will "
        "get better soon.",
    )
    problem = callout(rx.el.strong("What was entered no longer fits. "), VIEW.problem)
    waiting = callout(
        icon("half"),
        " Priority debts without a decision: ",
        VIEW.first_waiting,
        ". They are offered nothing until you enter an offer.",
    )
    others_waiting = callout(
        icon("half"),
        " Other debts without an offer: ",
        VIEW.others_waiting,
        ". Type one for each; 0 offers nothing.",
    )
    return rx.fragment(
        rx.cond(VIEW.is_frozen, frozen),
        rx.cond(VIEW.totals.in_deficit, deficit),
        rx.cond((VIEW.problem != "") & ~VIEW.is_frozen, problem),
        rx.cond(VIEW.first_waiting > 0, waiting),
        rx.cond(VIEW.others_waiting > 0, others_waiting),
        rx.cond(VIEW.long_term != "", callout(VIEW.long_term)),
        rx.cond(VIEW.totals.penny != "", callout(VIEW.totals.penny)),
    )


def _findings() -> rx.Component:
    def row(each: Any) -> rx.Component:
        task = rx.cond(
            each.is_planned,
            badge("On the list", "good"),
            when_may(
                Act.ACTION_RECORD,
                row_button(
                    "Add task",
                    rx.Var.create(f" to apply to vary for {each.creditor}"),
                    on_click=OFFERS.vary(each.debt_id),
                ),
            ),
        )
        return rx.el.li(
            icon("half"),
            rx.el.span(each.sentence),
            rx.cond(each.asks_court, task),
        )

    shown = card(
        "Look at these offers",
        rx.el.ul(rx.foreach(VIEW.findings, row), class_name="tasks findings"),
        key="findings",
        count=VIEW.findings.length(),
    )
    return rx.cond(VIEW.findings.length() > 0, shown)


def _who_gets_what() -> rx.Component:
    shown = card(
        rx.Var.create(f"Who gets what of {VIEW.totals.available}"),
        bar_and_table(
            VIEW.parts,
            said="Bar of who gets which part; the table below has the figures",
            caption="Who gets which part of what is available",
            heads=("Who", "A month, £", "Share"),
        ),
        key="who",
    )
    return rx.cond(VIEW.parts.length() > 0, shown)


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
    kept = card(
        "Review",
        rx.el.p("These offers are looked at again on ", VIEW.review, ".", class_name="card-body"),
        key="save",
    )
    return rx.cond(may_change(), card("Review and save", filled, key="save"), kept)


@screen(
    "Offers",
    route=routes.CASE_OFFERS,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, OfferState.open],
)
def offers() -> rx.Component:
    """Return the offers under the case's bar."""
    no_sheet = empty(
        "Offers are worked out from the budget. There is no budget sheet yet.",
        link("Enter the budget", to=routes.case_path(OFFERS.opened, "budget")),
    )
    no_debts = empty(
        "There are no debts yet, so there is nothing to offer.",
        link("Enter the debts", to=routes.case_path(OFFERS.opened, "debts")),
    )
    plan = rx.fragment(
        _said(),
        first_table(),
        others_card(),
        deducted_table(),
        _findings(),
        _who_gets_what(),
        excluded_table(),
        lump_sum_card(),
        _save(),
    )
    return case_frame(
        "offers",
        rx.cond(VIEW.sheet_number == 0, no_sheet, rx.cond(VIEW.has_debts, plan, no_debts)),
        opened=OFFERS.opened,
        sticky=rx.cond(VIEW.sheet_number == 0, rx.fragment(), _sums()),
    )
