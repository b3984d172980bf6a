"""The guidelines of a centre: the versions that are loaded, and loading the licensed table."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import (
    button,
    date_boxes,
    error_summary,
    field,
    form,
    submit,
    text_area,
)
from pages.components.icons import icon
from pages.components.status import badge, callout
from pages.components.table import card, column, row_button, table
from pages.layout import page_head, screen, when_may
from state.guideline_view import COLUMNS
from state.guidelines import GuidelineState

STATE: Any = GuidelineState
VIEW: Any = GuidelineState.view
PREVIEW: Any = GuidelineState.preview
ERRORS: Any = GuidelineState.errors

LICENCE = (
    "The figures are licensed to members of the Standard Financial Statement scheme."
    " None are built in: paste or upload yours."
)


class TableFile(rx.Component):
    """A choice of a text file, which is read in the browser into a box of the page."""

    library = "$/public/table_file"
    tag = "TableFile"

    name: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]
    target: rx.Var[str]


@screen(
    "Guidelines",
    route=routes.GUIDELINES,
    act=Act.GUIDELINE_SEE,
    section="guidelines",
    on_load=GuidelineState.open,
)
def guidelines() -> rx.Component:
    """Return the versions of a centre's guidelines and, for a manager, the way to load one."""
    return rx.el.div(
        page_head("Spending guidelines", lead=LICENCE),
        rx.cond(
            VIEW.overdue != "",
            callout(
                rx.el.strong("A new year of guidelines began on ", VIEW.overdue, ". "),
                "None that begins then is loaded. The latest have to be used: load yours.",
            ),
        ),
        _versions(),
        when_may(
            Act.GUIDELINE_LOAD,
            rx.cond(
                VIEW.suggested_day != "", rx.el.div(_load(), class_name="no-print"), skeleton(4)
            ),
        ),
        _undo(),
        class_name="page",
    )


def _versions() -> rx.Component:
    sample = when_may(
        Act.GUIDELINE_LOAD,
        button(
            "Load the fictional sample",
            on_click=STATE.take_in_sample,
            busy="Loading",
        ),
    )
    nothing = empty(
        "No guidelines are loaded, so flexible costs are compared with nothing."
        " A manager loads the centre's licensed table, or invented figures to practise with.",
        sample,
    )
    shown = rx.el.div(rx.foreach(VIEW.versions, _version), class_name="stack")
    return rx.cond(VIEW.versions.length() > 0, shown, card("Loaded", nothing, key="loaded"))


def _version(view: Any) -> rx.Component:
    marks = rx.el.span(
        rx.cond(view.is_sample, badge("Fictional sample", "soon", "open")),
        rx.cond(view.holds, badge("Holds today", "good")),
        class_name="chips",
    )
    remove = rx.cond(
        view.kept != "",
        rx.el.span(view.kept, ", so it stays."),
        row_button("Remove", f" {view.version}", on_click=STATE.remove(view.id)),
    )
    return card(
        view.version,
        rx.cond(
            view.is_sample,
            rx.el.p(
                "These figures are invented, for practice. Statements that use them say so.",
                class_name="card-body small",
            ),
        ),
        _figures(view),
        rx.el.div(
            rx.el.span(view.since, ". ", view.loaded, "."),
            when_may(Act.GUIDELINE_REMOVE, remove),
            class_name="card-body between small quiet",
        ),
        key=f"version-{view.id}",
        end=marks,
    )


def _columns() -> list[rx.Component]:
    return [column(COLUMNS[0]), *[column(f"{word}, £", num=True) for word in COLUMNS[1:]]]


def _figures(view: Any) -> rx.Component:
    def row(cells: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(cells[0], scope="row"),
            *[rx.el.td(cells[place], class_name="num") for place in range(1, len(COLUMNS))],
        )

    return table("Guideline figures a month for each person", _columns(), view.rows, row)


def _load() -> rx.Component:
    first = VIEW.suggested
    return card(
        "Load your guidelines",
        rx.el.div(
            form(
                error_summary(ERRORS),
                TableFile.create(
                    name="table-file",
                    label="Choose a CSV or text file",
                    hint="It is read here in the browser and put in the box below.",
                    target="table",
                ),
                text_area(
                    "Or paste the table",
                    "table",
                    hint="A header row and a row for each of the three groups, from a spreadsheet"
                    " or as CSV: group, first adult, each additional adult, each child under 16,"
                    " each child 16-18.",
                    error=ERRORS["table"],
                    rows=6,
                ),
                field(
                    "Version",
                    "version",
                    hint=rx.Var.create(f"For example {VIEW.suggested_word}"),
                    error=ERRORS["version"],
                ),
                date_boxes(
                    "First day",
                    "valid_from",
                    hint=rx.Var.create(
                        f"A year's guidelines begin on the first Monday of April:"
                        f" {VIEW.suggested_day}"
                    ),
                    error=ERRORS["valid_from"],
                    day=first[0],
                    month=first[1],
                    year=first[2],
                ),
                rx.el.p(
                    "Where the table has its own columns for version and first day, those count.",
                    class_name="small quiet",
                ),
                rx.el.div(submit("Look at the table", busy="Reading")),
                on_submit=STATE.look,
                key=STATE.loads,
            ),
            _preview(),
            class_name="card-body stack wide",
        ),
        key="load",
    )


def _preview() -> rx.Component:
    bad = rx.fragment(
        rx.el.h3(icon("late"), PREVIEW.summary, class_name="field-error"),
        rx.el.ul(rx.foreach(PREVIEW.faults, rx.el.li), class_name="stack close"),
    )
    good = rx.el.h3(PREVIEW.title)
    told = rx.cond(PREVIEW.is_ready, good, bad)
    shown = rx.fragment(
        rx.cond(
            PREVIEW.rows.length() > 0,
            table("The table as it was read", _preview_columns(), PREVIEW.rows, _preview_row),
        ),
        rx.cond(
            PREVIEW.is_ready,
            rx.el.div(
                button("Load these guidelines", on_click=STATE.take_in, busy="Loading", kind="main")
            ),
            rx.el.p("Put it right in the box above and look again.", class_name="small quiet"),
        ),
    )
    return rx.el.section(
        rx.el.div(rx.cond(PREVIEW.is_shown, told), role="status", class_name="stack close"),
        rx.cond(PREVIEW.is_shown, shown),
        class_name="preview stack",
        aria_label="Preview",
    )


def _preview_columns() -> list[rx.Component]:
    return [column("Row"), *_columns()]


def _preview_row(view: Any) -> rx.Component:
    def cell(each: Any, place: Any) -> rx.Component:
        return rx.el.td(
            each.text,
            rx.cond(
                each.said != "", rx.el.span(icon("late"), each.said, class_name="field-error cell")
            ),
            class_name=rx.cond(place == 0, "", "num"),
        )

    return rx.el.tr(
        rx.el.th(
            view.number,
            rx.cond(
                view.said != "", rx.el.span(icon("late"), view.said, class_name="field-error cell")
            ),
            scope="row",
        ),
        rx.foreach(view.cells, cell),
    )


def _undo() -> rx.Component:
    return rx.el.div(
        rx.cond(
            STATE.removed_id != 0,
            rx.el.div(
                rx.el.span("Guidelines ", STATE.removed, " removed."),
                rx.el.button(
                    "Undo", type="button", class_name="button small", on_click=STATE.undo_remove
                ),
                class_name="toast undo",
                key=STATE.removed_number,
            ),
        ),
        role="status",
    )
