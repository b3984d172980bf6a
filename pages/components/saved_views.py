"""The views of the board: a button that names the one shown, and the dialog that keeps them."""

from typing import Any, Final

import reflex as rx

from pages.components.empty import empty
from pages.components.form import button, error_summary, field, form, form_foot, submit, tick
from pages.components.status import badge
from pages.components.table import current, dialog, link, opens, row_button
from state.saved_views import SavedViewsState

STATE: Any = SavedViewsState
KEY: Final = "views"
SHARE: Final = "Every manager of the centre sees it"


def views_button() -> rx.Component:
    """Return the button that opens the views."""
    return rx.el.button(
        rx.cond(STATE.here != "", rx.Var.create(f"View: {STATE.here}"), "Views"),
        type="button",
        class_name="button view-button",
        custom_attrs=opens(KEY),
    )


def views_dialog() -> rx.Component:
    """Return the dialog with one's own views and the centre's."""
    return dialog(
        KEY,
        "Views of the board",
        rx.cond(STATE.removed > 0, _removed()),
        rx.cond(
            STATE.lines.length() > 0,
            rx.el.ul(rx.foreach(STATE.lines, _line), class_name="view-list"),
            empty("No view is kept yet. Narrow the board, then save what is shown under a name."),
        ),
        form(
            error_summary(STATE.errors),
            field(
                "Save what is shown now as",
                "name",
                hint="Not a client’s name: others may read it.",
                error=STATE.errors["name"],
                max_length=60,
                key="view-",
            ),
            tick(SHARE, "is_shared", key="view-"),
            form_foot(submit("Save view")),
            on_submit=STATE.save,
            on_check=STATE.check,
            key=STATE.filled,
        ),
    )


def _removed() -> rx.Component:
    return rx.el.p(
        rx.el.strong(STATE.removed_name),
        " was removed. ",
        button("Undo", on_click=STATE.undo_remove, kind="small"),
        class_name="undo",
        role="status",
    )


def _line(view: Any) -> rx.Component:
    return rx.el.li(rx.cond(STATE.editing == view.id, _boxes(view), _shown(view)))


def _shown(view: Any) -> rx.Component:
    whose = rx.Var.create(f" view {view.name}")
    return rx.el.div(
        rx.el.span(
            link(view.name, to=view.path, custom_attrs=current(view.is_here)),
            rx.el.span(view.whose, class_name="sub"),
        ),
        rx.el.span(
            rx.cond(view.is_here, badge("Shown now", "note")),
            row_button("Change", whose, on_click=STATE.begin(view.id)),
            row_button("Remove", whose, on_click=STATE.remove(view.id)),
            class_name="chips",
        ),
        class_name="between",
    )


def _boxes(view: Any) -> rx.Component:
    return form(
        error_summary(STATE.edit_errors),
        field(
            "Name",
            "name",
            value=view.name,
            error=STATE.edit_errors["name"],
            max_length=60,
            key="edit-view-",
        ),
        tick(SHARE, "is_shared", checked=view.is_shared, key="edit-view-"),
        form_foot(submit("Save"), button("Cancel", on_click=STATE.leave)),
        on_submit=STATE.change,
        key=view.version,
    )
