"""Checklists: a manager edits what each kind of case is asked, looks at it, and puts it in use."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.checklist_cards import checklist_gate, checklist_progress, checklist_stage
from pages.components.checklist_dialogs import (
    DISCARD,
    ITEM,
    PUBLISH,
    checklist_dialogs,
)
from pages.components.checklist_parts import (
    change_badge,
    changes_card,
    gates_card,
    standing_badge,
    versions_card,
)
from pages.components.empty import empty, skeleton
from pages.components.form import button
from pages.components.icons import icon
from pages.components.status import badge, callout
from pages.components.table import current, link, opens, row_button
from pages.layout import page_head, screen
from state.checklists import TYPE_LINKS, ChecklistsState

STATE: Any = ChecklistsState
VIEW: Any = ChecklistsState.view
PREVIEW: Any = ChecklistsState.preview
LEAD = (
    "What a file audit asks of each kind of case. An open case keeps the list it was opened with."
)


@screen(
    "Checklists",
    route=routes.CHECKLISTS,
    act=Act.CHECKLIST_EDIT,
    section="checklists",
    on_load=ChecklistsState.open,
)
def checklists() -> rx.Component:
    """Return the kinds of case, one version in full, and the list of versions beside it."""
    return rx.el.div(
        page_head("Checklists", lead=LEAD),
        rx.cond(VIEW.case_type == "", skeleton(6), _shown()),
        checklist_dialogs(),
        class_name="page",
    )


def _shown() -> rx.Component:
    views = rx.match(
        STATE.shows,
        ("preview", _preview()),
        ("changes", rx.cond(_is_draft(), changes_card(), _items())),
        _items(),
    )
    return rx.fragment(
        _types(),
        rx.el.div(
            rx.el.div(_head(), _warnings(), views, class_name="stack"),
            rx.el.div(versions_card(), gates_card(), class_name="stack aside near-top"),
            class_name="split",
        ),
    )


def _is_draft() -> Any:
    return VIEW.standing == "draft"


def _types() -> rx.Component:
    def one(case_type: str, word: str, to: str) -> rx.Component:
        here = VIEW.case_type == case_type
        return link(
            word,
            to=to,
            class_name="chip",
            custom_attrs=current(here),
        )

    return rx.el.nav(
        *[one(*each) for each in TYPE_LINKS], class_name="chips", aria_label="Kind of case"
    )


def _head() -> rx.Component:
    """Return the name of the version on screen, what can be done with it, and its views."""
    draft = rx.fragment(
        rx.el.button(
            "Publish",
            type="button",
            class_name="button main",
            on_click=STATE.consider,
            custom_attrs={"data-shortcut": "n", **opens(PUBLISH, fills=True)},
        ),
        rx.el.button(
            "Discard draft",
            type="button",
            class_name="button",
            on_click=STATE.consider,
            custom_attrs=opens(DISCARD, fills=True),
        ),
    )
    begin = rx.cond(
        VIEW.has_draft,
        link("Go to the draft", to=VIEW.draft_to, class_name="button"),
        rx.cond(
            VIEW.standing == "discarded",
            button("Take up again", on_click=STATE.take_up(VIEW.id), busy="Taking up"),
            rx.cond(
                VIEW.standing == "in_use",
                button(
                    "Begin the next version",
                    on_click=STATE.begin_draft,
                    busy="Beginning",
                    kind="main",
                ),
            ),
        ),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(VIEW.type_word, ", ", VIEW.name, custom_attrs={"id": "version-title"}),
            standing_badge(VIEW.standing, VIEW.standing_word),
            rx.el.span(rx.cond(_is_draft(), draft, begin), class_name="end chips"),
            class_name="card-head",
        ),
        rx.el.div(
            rx.el.nav(
                rx.foreach(VIEW.tabs, _tab), class_name="tabs", aria_label="Views of this version"
            ),
            class_name="card-tabs",
        ),
        class_name="card",
        aria_labelledby="version-title",
    )


def _tab(each: Any) -> rx.Component:
    return link(
        each[1],
        to=each[2],
        custom_attrs={"id": rx.Var.create(f"view-{each[0]}"), **current(STATE.shows == each[0])},
    )


def _warnings() -> rx.Component:
    """Return what nobody should publish unaware: a gate that nothing would hold."""

    def one(gate: Any) -> rx.Component:
        return rx.el.p(
            icon("late"),
            rx.el.span(
                rx.el.strong(gate.word),
                " would wait for nothing of the checklist. Tick it on an item, or say so when you"
                " publish.",
            ),
            class_name="field-error",
        )

    return rx.cond(
        VIEW.emptied.length() > 0,
        rx.el.div(rx.foreach(VIEW.emptied, one), class_name="callout warns stack close"),
    )


def _items() -> rx.Component:
    return rx.el.div(rx.foreach(VIEW.groups, _group), class_name="stack")


def _group(view: Any) -> rx.Component:
    add = rx.el.button(
        icon("plus"),
        "Add item",
        rx.el.span(rx.Var.create(f" to {view.word}"), class_name="sr"),
        type="button",
        class_name="button small",
        on_click=STATE.begin_add(view.key),
        custom_attrs={"id": rx.Var.create(f"add-{view.key}"), **opens(ITEM, fills=True)},
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(view.word, custom_attrs={"id": rx.Var.create(f"stage-{view.key}")}),
            rx.el.span(view.count, class_name="count"),
            rx.el.span(rx.cond(_is_draft(), add), class_name="end"),
            class_name="card-head",
        ),
        rx.cond(
            view.rows.length() > 0,
            rx.el.ul(
                rx.foreach(view.rows, lambda each: _line(each, view.key)),
                class_name="tasks edits",
            ),
            empty("Nothing is asked at this stage."),
        ),
        class_name="card",
        aria_labelledby=rx.Var.create(f"stage-{view.key}"),
        key=view.key,
    )


def _line(row: Any, stage: Any) -> rx.Component:
    marks = rx.el.span(
        change_badge(row.change),
        rx.cond(row.holds != "", badge(rx.Var.create(f"Holds: {row.holds}"), "note", "lock")),
        class_name="chips",
    )
    return rx.el.li(
        rx.el.span(row.code, class_name="code"),
        rx.el.div(
            rx.el.span(row.text, class_name="asked"),
            rx.el.span(row.said, class_name="sub"),
            rx.cond(row.ticks != "", rx.el.span(row.ticks, class_name="sub")),
            rx.cond((row.change != "") | (row.holds != ""), marks),
        ),
        rx.cond(_is_draft(), _tools(row, stage)),
        key=row.code,
    )


def _tools(row: Any, stage: Any) -> rx.Component:
    whose = rx.Var.create(f" {row.code}")

    def step(word: str, shape: str, by: int) -> rx.Component:
        return rx.el.button(
            icon(shape),
            rx.el.span("Move ", row.code, f" {word}", class_name="sr"),
            type="button",
            class_name="button small plain",
            title=f"Move {word}",
            on_click=STATE.move(row.code, by),
            custom_attrs={"id": rx.Var.create(f"{shape}-{row.code}")},
        )

    return rx.el.span(
        step("up", "up", -1),
        step("down", "down", 1),
        row_button(
            "Edit",
            whose,
            on_click=STATE.begin_edit(row.code),
            custom_attrs={"id": rx.Var.create(f"edit-{row.code}"), **opens(ITEM, fills=True)},
        ),
        row_button(
            "Remove",
            whose,
            on_click=STATE.remove(row.code),
            custom_attrs={
                "id": rx.Var.create(f"remove-{row.code}"),
                "data-then": rx.Var.create(f"add-{stage}"),
            },
        ),
        class_name="chips tools",
    )


def _preview() -> rx.Component:
    """Return the version as an advisor would see it in a case opened today."""

    def plain(view: Any) -> rx.Component:
        return rx.el.span(view.text, class_name="asked")

    def missing(view: Any) -> rx.Component:
        return rx.el.span(view.code, " ", view.text)

    return rx.fragment(
        callout("As an advisor would see it in a case opened today. Nothing here is stored."),
        rx.el.div(
            rx.el.div(
                rx.foreach(PREVIEW.stages, lambda each: checklist_stage(each, plain)),
                class_name="stack",
            ),
            rx.el.div(
                checklist_progress(PREVIEW),
                rx.foreach(PREVIEW.gates, lambda each: checklist_gate(each, missing)),
                class_name="stack",
            ),
            class_name="stack",
        ),
    )
