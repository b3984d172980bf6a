"""Two versions of a budget side by side: one table of every line, and where the money goes."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import select
from pages.components.stack_bar import part_name, stack_bar
from pages.components.status import badge
from pages.components.table import card, chip, link
from pages.layout import screen
from state.budget_versions import BudgetVersionsState
from state.case_bar import CaseBarState

STATE: Any = BudgetVersionsState
FOUND: Any = BudgetVersionsState.found
COLUMNS = 6


def _choice() -> rx.Component:
    def side(word: str, name: str, value: Any) -> rx.Component:
        return select(
            word,
            name,
            FOUND.choices,
            value=value,
            width="w20",
            on_change=lambda number: STATE.choose(name, number),
        )

    return rx.el.div(
        side("Compare", "from", FOUND.before.number),
        side("With", "to", FOUND.after.number),
        rx.el.div(
            chip("All lines", pressed=~STATE.only_changes, on_click=STATE.choose("show", "")),
            chip(
                "Changes only",
                pressed=STATE.only_changes,
                on_click=STATE.choose("show", "changes"),
                count=FOUND.changes,
            ),
            class_name="chips",
        ),
        class_name="choose-two",
        key=rx.Var.create(f"{FOUND.before.number}-{FOUND.after.number}"),
    )


def _head() -> rx.Component:
    def version(each: Any) -> rx.Component:
        return rx.el.th(
            rx.el.strong(each.title),
            rx.el.span(
                each.on, rx.cond(each.is_verified, ", verified", ", not verified"), class_name="sub"
            ),
            scope="colgroup",
            col_span=2,
            class_name="num",
        )

    return rx.el.thead(
        rx.el.tr(
            rx.el.th("Line", scope="col", row_span=2),
            version(FOUND.before),
            version(FOUND.after),
            rx.el.th("Change, £", scope="col", row_span=2, class_name="num"),
        ),
        rx.el.tr(
            rx.el.th("Entered, £", scope="col", class_name="num"),
            rx.el.th("Monthly, £", scope="col", class_name="num"),
            rx.el.th("Entered, £", scope="col", class_name="num"),
            rx.el.th("Monthly, £", scope="col", class_name="num"),
        ),
    )


def _difference(said: Any) -> rx.Component:
    return rx.el.td(
        rx.cond(said != "", rx.el.strong(said), rx.el.span("no change", class_name="sr")),
        class_name="num",
    )


def _old(value: Any, is_gone: Any) -> rx.Component:
    return rx.cond(is_gone, rx.el.del_(value), rx.el.span(value))


def _new(value: Any, is_new: Any) -> rx.Component:
    return rx.cond(is_new, rx.el.ins(value), rx.el.span(value))


def _line(row: Any) -> rx.Component:
    is_changed = row.change != ""
    was, is_ = row.before != "", row.after != ""
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.span(row.label),
                rx.match(
                    row.change,
                    ("Added", badge("Added", "note", "plus")),
                    ("Removed", badge("Removed", "soon", "dash")),
                    ("Changed", badge("Changed", "soon", "half")),
                    rx.fragment(),
                ),
                class_name="inline",
            ),
            rx.cond(row.note != "", rx.el.span(row.note, class_name="sub")),
            scope="row",
        ),
        rx.el.td(rx.cond(was, _old(row.before, is_changed), _none()), class_name="num entered"),
        rx.el.td(_old(row.before_month, is_changed), class_name="num"),
        rx.el.td(rx.cond(is_, _new(row.after, is_changed), _none()), class_name="num entered"),
        rx.el.td(_new(row.after_month, is_changed), class_name="num"),
        _difference(row.difference),
        class_name=rx.cond(is_changed, "changed", ""),
        custom_attrs={"data-code": row.key},
    )


def _none() -> rx.Component:
    return rx.el.span("not entered", class_name="sr")


def _sum(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.label, scope="row"),
        rx.el.td(row.before, class_name="num", col_span=2),
        rx.el.td(row.after, class_name="num", col_span=2),
        _difference(row.difference),
        class_name="sum",
        custom_attrs={"data-sum": row.key},
    )


def _group(group: Any) -> rx.Component:
    total = group.total
    return rx.el.tbody(
        rx.el.tr(
            rx.el.th(group.label, scope="rowgroup", col_span=COLUMNS),
            class_name="group",
        ),
        rx.foreach(group.rows, _line),
        rx.el.tr(
            rx.el.th("Subtotal", scope="row"),
            rx.el.td(total.before, class_name="num", col_span=2),
            rx.el.td(total.after, class_name="num", col_span=2),
            _difference(total.difference),
            class_name="sum",
            custom_attrs={"data-group": group.key},
        ),
        key=group.key,
    )


def _facts() -> rx.Component:
    def fact(row: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                rx.el.span(
                    row.label,
                    rx.cond(row.is_changed, badge("Changed", "soon", "half")),
                    class_name="inline",
                ),
                scope="row",
            ),
            rx.el.td(_old(row.before, row.is_changed), class_name="num", col_span=2),
            rx.el.td(_new(row.after, row.is_changed), class_name="num", col_span=2),
            rx.el.td(),
            class_name=rx.cond(row.is_changed, "changed", ""),
            custom_attrs={"data-fact": row.key},
        )

    head = rx.el.tr(
        rx.el.th("Household and statement", scope="rowgroup", col_span=COLUMNS),
        class_name="group",
    )
    return rx.cond(
        FOUND.facts.length() > 0,
        rx.el.tbody(head, rx.foreach(FOUND.facts, fact), key="facts"),
    )


def _table() -> rx.Component:
    caption = "Two budget sheets side by side, pounds"
    shown = rx.el.table(
        rx.el.caption(caption, class_name="sr"),
        rx.el.colgroup(
            rx.el.col(),
            rx.el.col(class_name="entered"),
            rx.el.col(class_name="month"),
            rx.el.col(class_name="entered"),
            rx.el.col(class_name="month"),
            rx.el.col(class_name="diff"),
        ),
        _head(),
        rx.foreach(FOUND.groups, _group),
        _facts(),
        rx.el.tfoot(rx.foreach(FOUND.sums, _sum)),
        class_name="table versions pairs",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Side by side", custom_attrs={"id": "versions-title"}),
            rx.cond(
                FOUND.changes == 0,
                rx.el.span("No differences", class_name="count"),
            ),
            class_name="card-head",
        ),
        rx.el.div(shown, class_name="scroll", role="region", tab_index=0, aria_label=caption),
        class_name="card",
        aria_labelledby="versions-title",
    )


def _picture() -> rx.Component:
    def bar(version: Any, parts: Any) -> rx.Component:
        return rx.el.div(
            rx.el.p(version.title, class_name="small"),
            stack_bar(
                parts,
                rx.Var.create(f"Bar of {version.title}; the table below has the figures"),
            ),
        )

    def version(number: Any) -> rx.Component:
        return rx.el.th(rx.Var.create(f"Sheet {number}"), scope="col", class_name="num")

    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            part_name(each),
            rx.el.td(each.before, class_name="num"),
            rx.el.td(each.after, class_name="num"),
        )

    return card(
        "Where the money goes",
        rx.el.div(
            rx.el.div(
                bar(FOUND.before, FOUND.bar_before),
                bar(FOUND.after, FOUND.bar_after),
                class_name="card-body stack",
            ),
            rx.el.table(
                rx.el.caption("Where the money goes in both sheets", class_name="sr"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("Part, £ a month", scope="col"),
                        version(FOUND.before.number),
                        version(FOUND.after.number),
                    )
                ),
                rx.el.tbody(rx.foreach(FOUND.parts, row)),
                class_name="table",
            ),
            class_name="both-bars",
        ),
        key="both",
    )


@screen(
    "Compare budgets",
    route=routes.CASE_BUDGET_COMPARE,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, BudgetVersionsState.open],
)
def budget_versions() -> rx.Component:
    """Return two budget sheets side by side under the case's bar."""
    back = link("Back to the budget", to=routes.case_path(STATE.opened, "budget"))
    nothing = empty(
        "There are not two sheets to compare yet. Revise the budget in a new sheet first.", back
    )
    both = rx.el.div(
        rx.el.div(rx.el.p(back), _choice(), class_name="stack close"),
        _picture(),
        _table(),
        class_name="stack",
    )
    shown = rx.cond(FOUND.is_there, both, nothing)
    return case_frame("budget", shown, opened=STATE.opened, reads=True)
