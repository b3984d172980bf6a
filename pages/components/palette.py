"""The command palette: one box that goes anywhere and finds clients and cases, for the keyboard.

It is a combobox over one list (`assets/palette.js` has its behaviour). Places, tabs and the page's
main action are taken from the links that the page shows already, so it offers nothing that the role
has not; acts and what the server found are made here.
"""

from typing import Any, Final

import reflex as rx

from pages import routes
from pages.components.icons import icon
from pages.components.note_dialog import KEY as NOTE
from pages.components.status import badge
from pages.components.table import link
from state.case_bar import CaseBarState
from state.palette import LONGEST, PaletteState

KEY: Final = "palette"
LIST: Final = "palette-list"
HINT: Final = "palette-hint"
OPENS: Final = {
    "data-palette": "open",
    "aria-haspopup": "dialog",
    "aria-keyshortcuts": "Control+K Meta+K",
}
CASE_HERE: Final = routes.in_address("case_id")


def palette_button() -> rx.Component:
    """Return the target for those who do not press Ctrl and K."""
    return rx.el.button(
        rx.el.span("Go anywhere, ", class_name="sr"),
        rx.el.kbd("Ctrl K"),
        type="button",
        class_name="palette-button",
        title="Go anywhere",
        custom_attrs=OPENS,
    )


def palette_box() -> rx.Component:
    """Return the wide target for those who have no search of clients beside it."""
    return rx.el.button(
        icon("find"),
        rx.el.span("Go to a page"),
        rx.el.kbd("Ctrl K"),
        type="button",
        class_name="finder",
        custom_attrs=OPENS,
    )


def palette(*, finds: Any, acts: tuple[rx.Component, ...]) -> rx.Component:
    """Return the dialog; `finds` says whether this person may look for clients and cases."""
    found = rx.fragment(
        _group("clients", "Clients", rx.foreach(PaletteState.clients, _client)),
        _group("cases", "Cases", rx.foreach(PaletteState.cases, _case)),
    )
    return rx.el.dialog(
        rx.el.div(
            rx.el.div(
                icon("find"),
                rx.cond(finds, _box(asks=True), _box(asks=False)),
                rx.el.button(
                    rx.el.span("Close", class_name="sr"),
                    rx.el.kbd("Esc"),
                    type="button",
                    custom_attrs={"data-closes": KEY},
                ),
                class_name="palette-top",
            ),
            rx.el.div(
                _group("page", "On this page"),
                _group("acts", "Do", *acts),
                _group("tabs", "In this case"),
                _group("places", "Go to"),
                rx.cond(finds, found),
                role="listbox",
                aria_label="Where to",
                class_name="palette-list",
                custom_attrs={
                    "id": LIST,
                    "data-asked": PaletteState.asked,
                    "data-trouble": PaletteState.trouble,
                },
            ),
            rx.el.p(class_name="palette-status", role="status"),
            rx.el.p(
                rx.el.span(rx.el.kbd("↑"), " ", rx.el.kbd("↓"), " choose"),
                rx.el.span(rx.el.kbd("Enter"), " go there"),
                rx.el.span(rx.el.kbd("Esc"), " close"),
                class_name="palette-keys",
                aria_hidden="true",
            ),
            class_name="palette-in",
        ),
        aria_label="Go anywhere",
        custom_attrs={"id": KEY},
    )


def act_link(word: Any, to: Any, key: str) -> rx.Component:
    """Return an act that is a page of its own."""
    return link(word, to=to, **_option(f"palette-{key}"))


def note_act() -> rx.Component:
    """Return the note of the open case; it is left out where the page has no button for one."""
    option = _option("palette-note")
    option["custom_attrs"] |= {"data-press": f"[data-opens='{NOTE}']"}
    return rx.el.div("Add a note to this case", **option)


def book_act() -> rx.Component:
    """Return the way to the booking form, for the client of the open case where there is one."""
    bar: Any = CaseBarState.bar
    here = (bar.case_id.to_string() == CASE_HERE) & ~bar.is_shadowed
    return act_link(
        rx.cond(here, "Book an appointment for this case", "Book an appointment"),
        rx.cond(here, f"{routes.BOOKING}?case={bar.case_id}", routes.BOOKING),
        "book",
    )


def _box(*, asks: bool) -> rx.Component:
    where = "Find a client or case, or go to a page" if asks else "Go to a page"
    return rx.el.input(
        type="text",
        role="combobox",
        placeholder=where,
        aria_label=where,
        max_length=LONGEST,
        custom_attrs={
            "autoComplete": "off",
            "autoCapitalize": "off",
            "spellCheck": "false",
            "enterKeyHint": "go",
            "aria-expanded": "true",
            "aria-controls": LIST,
            "aria-autocomplete": "list",
            "data-asks": "yes" if asks else "no",
        },
        **({"on_change": PaletteState.find} if asks else {}),
    )


def _group(key: str, word: str, *options: rx.Component) -> rx.Component:
    """Return a part of the list; the script fills those that have no options of their own."""
    return rx.el.div(
        rx.el.p(word, custom_attrs={"id": f"palette-{key}-word"}),
        rx.el.div(*options),
        role="group",
        aria_labelledby=f"palette-{key}-word",
        custom_attrs={"data-group": key},
    )


def _client(line: Any) -> rx.Component:
    return link(
        rx.el.span(
            line.name,
            rx.cond(line.is_restricted, rx.fragment(" ", badge("Restricted file", "note", "lock"))),
        ),
        rx.el.span(line.about, class_name="sub"),
        to=routes.client_path(line.id),
        **_option(f"palette-client-{line.id}"),
    )


def _case(line: Any) -> rx.Component:
    return link(
        rx.el.span(line.name),
        rx.el.span(line.about, class_name="sub"),
        to=routes.case_path(line.id),
        **_option(f"palette-case-{line.id}"),
    )


def _option(at: Any) -> dict[str, Any]:
    return {
        "role": "option",
        "tab_index": -1,
        "custom_attrs": {"id": at, "aria-selected": "false"},
    }
