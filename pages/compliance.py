"""The checklist tab: what a file audit asks, by stage, and what still waits for it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.compliance_dialogs import ANSWER, GATE, compliance_dialogs
from pages.components.empty import empty
from pages.components.form import button
from pages.components.icons import icon
from pages.components.status import status_badge
from pages.components.table import card, opens
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.compliance import ComplianceState

STATE: Any = ComplianceState
VIEW: Any = ComplianceState.view


@screen(
    "Checklist",
    route=routes.CASE_CHECKLIST,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, ComplianceState.open],
)
def compliance() -> rx.Component:
    """Return the checklist under the case's bar."""
    begin = empty(
        "This case was opened before there were checklists.",
        when_may(
            Act.COMPLIANCE_ANSWER,
            button("Begin the checklist", on_click=STATE.begin, busy="Beginning", kind="main"),
        ),
    )
    shown = rx.el.div(
        rx.el.div(rx.foreach(VIEW.stages, _stage), class_name="stack"),
        rx.el.div(_file_check(), rx.foreach(VIEW.gates, _gate), class_name="stack aside"),
        class_name="split",
    )
    return case_frame(
        "checklist",
        rx.cond(VIEW.is_begun, shown, begin),
        compliance_dialogs(),
        opened=STATE.opened,
    )


def _stage(view: Any) -> rx.Component:
    state = rx.cond(
        view.is_complete,
        rx.el.span(icon("done"), "Complete", class_name="badge good"),
        rx.el.span(view.left, class_name="hint"),
    )
    return rx.el.details(
        rx.el.summary(
            rx.el.span(icon("turn"), class_name="turn inline"),
            rx.el.h2(view.word),
            rx.el.span(view.count, class_name="count"),
            rx.el.span(state, class_name="end"),
            class_name="card-head",
        ),
        rx.el.ul(rx.foreach(view.rows, _item), class_name="tasks"),
        class_name="card",
        open=view.is_open,
        key=view.key,
    )


def _item(view: Any) -> rx.Component:
    word = rx.el.button(
        view.text,
        type="button",
        class_name="link",
        on_click=STATE.edit_item(view.id),
        custom_attrs=opens(ANSWER, fills=True),
    )
    optional = rx.cond(view.is_mandatory, "", "Optional. ")
    return rx.el.li(
        rx.el.span(view.code, class_name="code"),
        rx.el.div(
            word,
            rx.el.span(optional, view.said, " ", view.due, class_name="sub"),
        ),
        status_badge(
            view.answer,
            {
                "met": ("Met", "good"),
                "not_met": ("Not met", "late"),
                "not_applicable": ("Not applicable", ""),
                "unknown": ("Not answered", ""),
                "late": ("Late", "late"),
            },
        ),
        custom_attrs={"id": rx.Var.create(f"item-{view.id}")},
    )


def _file_check() -> rx.Component:
    return card(
        "File check",
        rx.el.div(
            rx.el.p(rx.el.strong(VIEW.progress, class_name="fig"), " done or not needed"),
            rx.el.progress(
                value=VIEW.done,
                max=VIEW.total,
                aria_label=rx.Var.create(f"Checklist, {VIEW.progress} done"),
            ),
            rx.el.p(
                VIEW.proven, " A person answered the rest, with name and date.", class_name="hint"
            ),
            class_name="card-body stack",
        ),
        key="file-check",
        end=status_badge(
            VIEW.status,
            {
                "pending": ("Not answered yet", ""),
                "on_track": ("On track", "note"),
                "late": ("Late", "late"),
                "not_met": ("Not met", "late"),
                "met": ("Met", "good"),
            },
        ),
    )


def _gate(view: Any) -> rx.Component:
    def missing(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                each.code,
                " ",
                each.text,
                type="button",
                class_name="link",
                on_click=STATE.edit_item(each.id),
                custom_attrs=opens(ANSWER, fills=True),
            )
        )

    more = rx.cond(view.count > 4, rx.el.p("and ", view.count - 4, " more", class_name="hint"))
    let = rx.cond(
        VIEW.may_override & (view.opened == ""),
        rx.el.button(
            "Let through",
            rx.el.span(rx.Var.create(f": {view.word}"), class_name="sr"),
            type="button",
            class_name="button small",
            on_click=STATE.choose_gate(view.gate),
            custom_attrs=opens(GATE, fills=True),
        ),
    )
    waits = rx.fragment(
        rx.el.p(rx.el.strong("Waits for:")),
        rx.el.ul(rx.foreach(view.missing, missing), class_name="stack close plain-list"),
        more,
        rx.cond(view.opened != "", rx.el.p(view.opened, class_name="callout")),
        let,
    )
    nothing = rx.el.p("Nothing of the checklist stands in the way.")
    return rx.el.section(
        rx.el.div(
            rx.el.h2(view.word, custom_attrs={"id": rx.Var.create(f"gate-{view.gate}")}),
            rx.el.span(
                rx.cond(
                    view.count == 0,
                    rx.el.span(icon("done"), "Open", class_name="badge good"),
                    rx.el.span(icon("half"), "Waits", class_name="badge note"),
                ),
                class_name="end",
            ),
            class_name="card-head",
        ),
        rx.el.div(rx.cond(view.count == 0, nothing, waits), class_name="card-body stack close"),
        class_name="card",
        aria_labelledby=rx.Var.create(f"gate-{view.gate}"),
        key=view.gate,
    )
