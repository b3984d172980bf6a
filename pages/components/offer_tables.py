"""The tables of the offers tab: priority debts, the others, and what gets no offer of its own."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty
from pages.components.money_grids import EntryBox
from pages.components.status import badge
from pages.components.table import card, column, link
from state.offers import OfferState
from state.shell import ShellState

OFFERS: Any = OfferState
SHELL: Any = ShellState
VIEW: Any = OfferState.view


def may_change() -> rx.Var[bool]:
    """Say whether the offers on screen can be changed by who is looking."""
    return SHELL.acts.contains(Act.OFFER_RECORD.value) & ~VIEW.is_frozen


def scrolled(caption: str, *parts: rx.Component, name: str = "table") -> rx.Component:
    """Return a table that scrolls in its own box where it must; screen readers hear `caption`."""
    return rx.el.div(
        rx.el.table(rx.el.caption(caption, class_name="sr"), *parts, class_name=name),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label=caption,
    )


def _debt(view: Any, *tags: rx.Component) -> rx.Component:
    return rx.el.th(
        link(view.creditor, to=routes.debt_path(OFFERS.opened, view.id)),
        rx.el.span(view.kind, class_name="sub"),
        *tags,
        scope="row",
    )


def _figure(word: str, *shown: Any, **props: Any) -> rx.Component:
    """Return a figure's cell; `word` is its column's, for where rows stand as small blocks."""
    return rx.el.td(*shown, class_name="num", custom_attrs={"data-word": word}, **props)


def _tagged(view: Any) -> rx.Component:
    """Return a debt's name with what to look at in its offer."""
    tags = rx.el.span(
        rx.cond(view.is_fixed, badge("Fixed", "note")),
        rx.cond(view.is_token, badge("Token, not from surplus", "note")),
        rx.foreach(view.tags, lambda word: badge(word, "soon")),
        class_name="tags",
    )
    return _debt(view, tags)


def _months(view: Any) -> rx.Component:
    return _figure(
        "Months",
        view.months,
        rx.cond(view.long_term, rx.fragment(" ", badge("Long", "soon"))),
        rx.el.span(view.term, class_name="sub"),
    )


def _box(view: Any, hint: str) -> rx.Component:
    """Return the box of an offer; where nobody may change it, the figure alone."""
    name = rx.Var.create(f"offer-{view.id}")
    box = EntryBox.create(
        name=name,
        label=rx.Var.create(f"{view.creditor}, {view.kind}, offer in pounds"),
        value=view.offer,
        error=OFFERS.box_errors[name],
        theirs=OFFERS.box_theirs[name],
        seq=OFFERS.box_seqs[name],
        described_by=hint,
        on_commit=lambda typed: OFFERS.decide(view.id, view.seen, typed),
    )
    return rx.cond(may_change(), box, rx.el.strong(view.offer))


def _where_shared(*cells: rx.Component) -> rx.Component:
    """Return the two cells that say how offers are worked out, where they share what is left."""
    alone = VIEW.totals.others_share == ""
    return rx.cond(alone, rx.el.td(col_span=2), rx.fragment(*cells))


def _first_row(view: Any) -> rx.Component:
    return rx.el.tr(
        _tagged(view),
        _figure("Owed, £", view.owed),
        _figure("Entered as, £", view.entered, col_span=2),
        _figure("Offer a month, £", _box(view, "offer-hint")),
        _months(view),
        key=view.id,
    )


def _other_row(view: Any) -> rx.Component:
    return rx.el.tr(
        _tagged(view),
        _figure("Owed, £", view.owed),
        _where_shared(_figure("Share", view.share), _figure("Exact, £", view.exact)),
        _figure("Offer a month, £", _box(view, "sharing-hint")),
        _months(view),
        key=view.id,
    )


def _shares(
    caption: str, heads: list[rx.Component], body: rx.Component, foot: rx.Component
) -> rx.Component:
    return scrolled(
        caption,
        rx.el.colgroup(
            rx.el.col(),
            *[rx.el.col(class_name="n") for _ in range(4)],
            rx.el.col(class_name="months"),
        ),
        rx.el.thead(rx.el.tr(*heads)),
        rx.el.tbody(body),
        rx.el.tfoot(foot),
        name="table shares",
    )


def first_table() -> rx.Component:
    """Return the priority debts, each with the offer the advisor decides."""
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
        _figure("Owed, £", totals.priority_owed),
        rx.el.td(col_span=2),
        _figure("Offer a month, £", totals.priority_offered),
        rx.el.td(),
    )
    hint = rx.el.p(
        "Loss of the home, goods or liberty.",
        rx.cond(may_change(), " Type an offer like 48, 12w or 40 4w.", ""),
        class_name="hint card-body",
        custom_attrs={"id": "offer-hint"},
    )
    return card(
        "Priority debts",
        rx.cond(
            VIEW.first.length() > 0,
            rx.fragment(
                hint, _shares("Priority offers", heads, rx.foreach(VIEW.first, _first_row), foot)
            ),
            empty("No priority debts."),
        ),
        key="first",
        end=badge("First", "note", "up"),
    )


def others_table() -> rx.Component:
    """Return the debts that share what is left, with what each of them is offered a month."""
    totals = VIEW.totals
    heads = [
        column("Debt"),
        column("Owed, £", num=True),
        _where_shared(column("Share", num=True), column("Exact, £", num=True)),
        column("Offer a month, £", num=True),
        column("Months", num=True),
    ]
    foot = rx.el.tr(
        rx.el.th("Non-priority total", scope="row"),
        _figure("Owed, £", totals.others_owed),
        _where_shared(
            _figure("Share", totals.others_share), _figure("Exact, £", totals.others_exact)
        ),
        _figure("Offer a month, £", totals.others_offered),
        rx.el.td(),
    )
    return rx.cond(
        VIEW.others.length() > 0,
        _shares("Non-priority offers", heads, rx.foreach(VIEW.others, _other_row), foot),
        empty("No non-priority debts."),
    )


def once_table() -> rx.Component:
    """Return the full and final offers, each as a part of what is owed."""
    totals = VIEW.totals

    def row(view: Any) -> rx.Component:
        return rx.el.tr(
            _debt(view),
            rx.el.td(view.owed, class_name="num"),
            rx.el.td(rx.el.strong(view.offer), class_name="num"),
            rx.el.td(view.percent, class_name="num"),
        )

    return rx.cond(
        VIEW.once.length() > 0,
        scrolled(
            "Full and final offers",
            rx.el.thead(
                rx.el.tr(
                    column("Debt"),
                    column("Owed, £", num=True),
                    column("Offer once, £", num=True),
                    column("Of the balance", num=True),
                )
            ),
            rx.el.tbody(rx.foreach(VIEW.once, row)),
            rx.el.tfoot(
                rx.el.tr(
                    rx.el.th("Full and final total", scope="row"),
                    rx.el.td(totals.once_owed, class_name="num"),
                    rx.el.td(totals.once_offered, class_name="num"),
                    rx.el.td(totals.once_percent, class_name="num"),
                )
            ),
        ),
        empty("No non-priority debts."),
    )


def deducted_table() -> rx.Component:
    """Return the debts that are paid by deduction, where there are any: no offer is made."""

    def row(view: Any) -> rx.Component:
        return rx.el.tr(
            _debt(view),
            rx.el.td(view.owed, class_name="num"),
            rx.el.td(view.source),
            rx.el.td(view.taken, class_name="num"),
            rx.el.td(view.months, rx.el.span(view.term, class_name="sub"), class_name="num"),
        )

    shown = card(
        "Paid by deduction",
        scrolled(
            "Debts paid by deduction",
            rx.el.thead(
                rx.el.tr(
                    column("Debt"),
                    column("Owed, £", num=True),
                    column("Taken from"),
                    column("Deduction a month, £", num=True),
                    column("Months", num=True),
                )
            ),
            rx.el.tbody(rx.foreach(VIEW.deducted, row)),
        ),
        key="deducted",
        end=rx.el.span("Taken before the money arrives, so no offer", class_name="hint"),
    )
    return rx.cond(VIEW.deducted.length() > 0, shown)


def excluded_table() -> rx.Component:
    """Return the debts without an offer, and why, where there are any."""

    def row(view: Any) -> rx.Component:
        return rx.el.tr(
            _debt(view),
            rx.el.td(view.owed, class_name="num"),
            rx.el.td(view.why),
        )

    shown = card(
        "Left out",
        scrolled(
            "Debts without an offer, and why",
            rx.el.thead(rx.el.tr(column("Debt"), column("Owed, £", num=True), column("Why"))),
            rx.el.tbody(rx.foreach(VIEW.excluded, row)),
        ),
        key="excluded",
        count=VIEW.excluded.length(),
    )
    return rx.cond(VIEW.excluded.length() > 0, shown)
