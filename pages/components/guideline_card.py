"""The budget tab's card of spending guidelines: each flexible group, and why it is over.

It looks by itself: whenever another version of the sheet is on screen it asks for the comparison,
so that nothing else has to know of it.
"""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.guidelines import EXPLAINED, NONE_LOADED, UNEXPLAINED, WITHIN
from pages import routes
from pages.components.empty import skeleton
from pages.components.icons import icon
from pages.components.status import badge, callout
from pages.components.table import anchor, card, link
from state.budgets import BudgetState
from state.guideline_reasons import GuidelineReasonState
from state.guideline_view import BAR
from state.shell import ShellState

BUDGET: Any = BudgetState
SHELL: Any = ShellState
STATE: Any = GuidelineReasonState
CARD: Any = GuidelineReasonState.card
SPEC: Any = rx.event.passthrough_event_spec  # its stub knows two types at most


class ReasonBox(rx.Component):
    """A box for one explanation, saved when it is left."""

    library = "$/public/reason_box"
    tag = "ReasonBox"

    name: rx.Var[str]
    group: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    value: rx.Var[str]
    error: rx.Var[str]
    theirs: rx.Var[str]
    saved: rx.Var[str]
    seq: rx.Var[int]
    read_only: rx.Var[bool]

    on_commit: rx.EventHandler[SPEC(str, str, str)]


class WhenChanged(rx.Component):
    """Nothing to see: it tells of a value that has become another."""

    library = "$/public/when_changed"
    tag = "WhenChanged"

    value: rx.Var[str]

    on_change: rx.EventHandler[rx.event.no_args_event_spec]


def guideline_card() -> rx.Component:
    """Return the card for the sheet on screen; BudgetState has that sheet."""
    sheet = BUDGET.sheet
    looks = WhenChanged.create(
        value=rx.cond(
            sheet.id != 0,
            rx.Var.create(f"{sheet.id}-{sheet.version}-{BUDGET.household}"),
            "",
        ),
        on_change=STATE.refresh,
    )
    return rx.fragment(
        looks,
        rx.cond(CARD.sheet_id == sheet.id, _shown(), rx.cond(sheet.id != 0, skeleton(4))),
    )


def guideline_gaps() -> rx.Component:
    """Return which groups keep the sheet from being verified, each a link to its box."""
    return rx.cond(
        (CARD.sheet_id == BUDGET.sheet.id) & (CARD.missing.length() > 0),
        rx.el.div(
            rx.el.p(rx.el.strong("Before it can be signed off:")),
            rx.el.ul(rx.foreach(CARD.missing, _gap), class_name="gaps"),
        ),
    )


def _gap(view: Any) -> rx.Component:
    to = rx.Var.create(f"#explain-{view.group}")
    return rx.el.li(icon("late"), anchor(view.label, " is over: say why", href=to))


def _may_explain() -> rx.Var[bool]:
    sheet = BUDGET.sheet
    may = SHELL.acts.contains(Act.BUDGET_RECORD.value)
    return sheet.is_newest & ~sheet.is_frozen & may


def _shown() -> rx.Component:
    return card(
        "Spending guidelines",
        rx.el.div(
            rx.cond(CARD.is_loaded, _compared(), _nothing()),
            rx.el.div(rx.foreach(CARD.groups, _group), class_name="guides"),
            class_name="card-body stack",
        ),
        key="guidelines",
        end=rx.cond(CARD.is_sample, badge("Fictional sample", "soon", "open")),
    )


def _compared() -> rx.Component:
    return rx.el.p(
        "Compared with ",
        link(CARD.version, to=routes.GUIDELINES),
        ", from ",
        CARD.since,
        ", for ",
        CARD.household,
        ". ",
        CARD.kept,
        class_name="small quiet",
    )


def _nothing() -> rx.Component:
    return callout(
        "No spending guideline is loaded for this sheet's date, so nothing is compared. ",
        link("See the guidelines", to=routes.GUIDELINES),
    )


def _group(view: Any) -> rx.Component:
    figures = rx.el.dl(
        *[
            rx.el.div(rx.el.dt(word), rx.el.dd(value))
            for word, value in (
                ("Amount", view.amount),
                ("Guideline", view.guideline),
                ("Difference", view.difference),
            )
        ],
        class_name="guide-figures",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h3(view.label, custom_attrs={"id": rx.Var.create(f"guide-{view.group}")}),
            _status(view.status),
            class_name="guide-name",
        ),
        rx.cond(view.status != NONE_LOADED, _bar(view), rx.el.span()),
        figures,
        rx.cond(view.is_over | (view.reason != ""), _reason(view)),
        class_name="guide",
        role="group",
        aria_labelledby=rx.Var.create(f"guide-{view.group}"),
    )


def _status(status: Any) -> rx.Component:
    return rx.match(  # pyright: ignore[reportReturnType]
        status,
        (WITHIN, badge("Within", "good")),
        (EXPLAINED, badge("Over, explained", "note", "note")),
        (UNEXPLAINED, badge("Over, explanation missing", "soon", "late")),
        badge("No guideline loaded", "", "dash"),
    )


def _bar(view: Any) -> rx.Component:
    """Return the amount as a bar, what is over in another tone, and the guideline as a mark.

    The figures beside it say the same, so that it is for the eye alone.
    """
    return rx.el.svg(
        rx.el.rect(class_name="track", x="0", y="6", width=str(BAR), height="12"),
        rx.el.rect(class_name="amount", x="0", y="6", width=view.width, height="12"),
        rx.el.rect(class_name="over", x=view.mark, y="6", width=view.over, height="12"),
        rx.el.line(
            class_name="mark",
            x1=view.mark,
            x2=view.mark,
            y1="0",
            y2="24",
            custom_attrs={"vectorEffect": "non-scaling-stroke"},
        ),
        view_box=f"0 0 {BAR} 24",
        class_name="guidebar",
        custom_attrs={"preserveAspectRatio": "none", "aria-hidden": "true"},
    )


def _reason(view: Any) -> rx.Component:
    result = STATE.results[view.group]
    return ReasonBox.create(
        name=rx.Var.create(f"explain-{view.group}"),
        group=view.group,
        label=rx.Var.create(f"Why {view.label} is over"),
        hint="Printed on the statement for creditors. Saved when you leave the box.",
        value=view.reason,
        error=rx.cond(result, result.error, ""),
        theirs=rx.cond(result, result.theirs, ""),
        saved=rx.cond(result, result.saved, ""),
        seq=rx.cond(result, result.seq, 0),
        read_only=~_may_explain(),
        on_commit=STATE.explain,
        key=f"{CARD.sheet_id}-{view.group}",
    )
