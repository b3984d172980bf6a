"""The creditor directory: the centre's own entries and the shipped list, in one list."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.confirm import stored_now
from pages.components.empty import empty, skeleton
from pages.components.finder import finder
from pages.components.form import error_summary, field, form, form_foot, select, submit, text_area
from pages.components.note_dialog import saved_mark
from pages.components.status import badge
from pages.components.table import (
    card,
    cell,
    chip,
    column,
    dialog,
    list_pager,
    opens,
    row_button,
    table,
)
from pages.layout import page_head, screen, when_may
from state.creditors import KINDS, CreditorState

EDIT: Final = "edit-creditor"
SOURCES: Final = (("all", "All"), ("own", "Our own"), ("shipped", "Built in"))
LABELS: Final = {
    "name": "Name",
    "debt_type": "Usual kind of debt",
    "address_line1": "Address, first line",
    "address_line2": "Address, second line",
    "city": "Town or city",
    "postcode": "Postcode",
    "phone": "Phone",
    "email": "E-mail address",
    "note": "Note",
}
ROWS: Any = CreditorState.rows
SHOWN: Any = CreditorState.shown
FOOT: Any = CreditorState.foot
ERRORS: Any = CreditorState.errors
ENTRY: Any = CreditorState.entry
BEGIN: Any = CreditorState.begin


@screen(
    "Creditors",
    route=routes.CREDITORS,
    act=Act.CREDITOR_SEE,
    section="creditors",
    on_load=CreditorState.open,
)
def creditors() -> rx.Component:
    """Return the one box, the list, and the form for an own entry."""
    return rx.el.div(
        page_head("Creditors", when_may(Act.CREDITOR_RECORD, _add())),
        _finder(),
        _sources(),
        rx.cond(
            CreditorState.ready,
            card("Directory", _table(), _pager(), key="directory"),
            skeleton(6),
        ),
        _undo(),
        when_may(Act.CREDITOR_RECORD, _form()),
        class_name="page",
    )


def _add() -> rx.Component:
    return rx.el.button(
        "Add a creditor",
        type="button",
        class_name="button main",
        on_click=BEGIN("", ""),
        custom_attrs={"data-shortcut": "n", **opens(EDIT, fills=True)},
    )


def _finder() -> rx.Component:
    return finder(
        "Find a creditor",
        "find-creditor",
        hint="The beginning of any word of its name. Letters take the address and e-mail of your"
        " own entries; the built-in list has names and usual kinds only.",
        value=SHOWN["q"],
        on_change=CreditorState.find,
        key=CreditorState.filled,
    )


def _sources() -> rx.Component:
    return rx.el.div(
        *[
            chip(word, pressed=SHOWN["source"] == source, on_click=CreditorState.narrow(source))
            for source, word in SOURCES
        ],
        class_name="chips",
        role="group",
        aria_label="Filters",
    )


def _table() -> rx.Component:
    return table(
        "Creditors found",
        [
            column("Name"),
            column("Usual kind of debt"),
            column("Address and contact"),
            column("From"),
            column("Actions"),
        ],
        ROWS,
        _row,
        when_empty=_nothing(),
        kind="piled free",
    )


def _row(row: Any) -> rx.Component:
    not_said = rx.el.span("Not said", class_name="quiet")
    none = rx.el.span("None", class_name="quiet")
    return rx.el.tr(
        rx.el.th(
            rx.el.strong(row.name),
            rx.cond(row.also != "", rx.el.span(row.also, class_name="sub")),
            rx.cond(row.note != "", rx.el.span(row.note, class_name="sub")),
            scope="row",
        ),
        cell("Usual kind of debt", rx.cond(row.kind != "", row.kind, not_said)),
        cell(
            "Address and contact",
            rx.cond(
                row.id == 0,
                none,
                rx.cond(row.address != "", row.address, badge("No address yet", "soon")),
            ),
            rx.cond(row.contact != "", rx.el.span(row.contact, class_name="sub")),
        ),
        rx.el.td(
            rx.cond(
                row.id == 0,
                badge("Built in, read-only", "", "lock"),
                badge("Our own", "note", "done"),
            )
        ),
        rx.el.td(rx.el.span(_actions(row), class_name="row-acts")),
        class_name=rx.cond(row.id == 0, "shipped", "own"),
    )


def _actions(row: Any) -> rx.Component:
    whose = f": {row.name}"
    copy = row_button(
        "Copy to our own",
        whose,
        on_click=BEGIN(row.name, row.kind_code),
        custom_attrs=opens(EDIT, fills=True),
        title="Copy to our own and add the address",
    )
    own = rx.fragment(
        when_may(
            Act.CREDITOR_RECORD,
            row_button(
                "Edit",
                f" {row.name}",
                on_click=CreditorState.begin_edit(row.id),
                custom_attrs=opens(EDIT, fills=True),
            ),
        ),
        when_may(
            Act.CREDITOR_REMOVE,
            row_button("Remove", f" {row.name}", on_click=CreditorState.remove(row.id)),
        ),
    )
    return rx.cond(row.id == 0, when_may(Act.CREDITOR_RECORD, copy), own)


def _nothing() -> rx.Component:
    return rx.cond(
        SHOWN["q"] != "",
        empty("No creditor is found so. Try the beginning of its name, or add it above."),
        empty(
            "No entries of your own yet. Add one, or copy one of the built-in list and give it an"
            " address: then nobody types it again."
        ),
    )


def _pager() -> rx.Component:
    return list_pager(FOOT, on_back=CreditorState.step(-1), on_next=CreditorState.step(1))


def _undo() -> rx.Component:
    return rx.el.div(
        rx.cond(
            CreditorState.removed_id != 0,
            rx.el.div(
                rx.el.span(CreditorState.removed_name, " removed."),
                rx.el.button(
                    "Undo",
                    type="button",
                    class_name="button small",
                    on_click=CreditorState.undo_remove,
                ),
                class_name="toast undo",
                key=CreditorState.removed_number,
            ),
        ),
        role="status",
    )


def _form() -> rx.Component:
    return dialog(
        EDIT,
        ENTRY.title,
        form(
            saved_mark(CreditorState.saves),
            error_summary(ERRORS),
            stored_now(CreditorState.lost, CreditorState.theirs, LABELS),
            _box("name", width="full", max_length=300),
            select(
                LABELS["debt_type"],
                "debt_type",
                KINDS,
                hint="Choosing this name in a case fills it in.",
                value=ENTRY.answers["debt_type"],
                error=ERRORS["debt_type"],
                key="creditor-",
            ),
            _box("address_line1", width="full", max_length=300),
            _box("address_line2", width="full", max_length=300),
            rx.el.div(_box("city", width="w12"), _box("postcode", width="w8"), class_name="pair"),
            _box("phone", type="tel", width="w12", max_length=40),
            _box("email", type="email", width="full", max_length=300),
            text_area(
                LABELS["note"],
                "note",
                hint="Everybody of the centre reads this. Nothing about a client.",
                value=ENTRY.answers["note"],
                error=ERRORS["note"],
                rows=2,
                max_length=2000,
                key="creditor-",
            ),
            form_foot(submit("Save creditor")),
            on_submit=CreditorState.save,
            on_check=CreditorState.check,
            key=f"{CreditorState.openings}/{CreditorState.saves}",
        ),
    )


def _box(name: str, **over: Any) -> rx.Component:
    return field(
        LABELS[name], name, value=ENTRY.answers[name], error=ERRORS[name], key="creditor-", **over
    )
