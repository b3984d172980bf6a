"""The help: which keys do what, and the way to turn them off on a device."""

from typing import Final

import reflex as rx

from pages.components.table import dialog

HELP: Final = "help"
"""The dialog's key, for `opens`."""
KEYS: Final = (
    ("Ctrl and K", "Go anywhere, or find a client or case (⌘ and K on a Mac)"),
    ("/", "Find a client or case"),
    ("g then c", "Go to Cases"),
    ("n", "The page's main action"),
    ("Alt and N", "Write a note, on any page of a case"),
    ("Alt and A", "All lines of a budget sheet, or those in use"),
    ("h", "Hide or show the names on the caseload board"),
    ("?", "This help"),
    ("Esc", "Close a dialog"),
)


def shortcuts_dialog() -> rx.Component:
    """Return the dialog, which the foot of the rail and the key `?` open."""
    return dialog(
        HELP,
        "Help and shortcuts",
        rx.el.dl(
            *[rx.el.div(rx.el.dt(rx.el.kbd(each)), rx.el.dd(what)) for each, what in KEYS],
            class_name="key-list",
        ),
        rx.el.label(
            rx.el.input(type="checkbox", custom_attrs={"id": "shortcuts-off"}),
            "Turn the keys without Ctrl or Alt off on this device",
            class_name="choice",
        ),
    )
