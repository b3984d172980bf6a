"""One's own second factors on the page of one's sign-ins: what there is, and changing it."""

from typing import Any, Final

import reflex as rx

from pages.components.confirm import confirm
from pages.components.empty import empty
from pages.components.form import error_summary, field, form, form_foot, submit
from pages.components.note_dialog import saved_mark
from pages.components.table import anchor, card, cell, column, dialog, opens, row_button, table
from state.factors import FactorsState

RENAME: Final = "rename-factor"
REMOVE: Final = "remove-factor"
PROVE: Final = "/second-factor/prove?next=/sign-ins"
STATE: Any = FactorsState
CHOSEN: Any = FactorsState.chosen


def own_factors() -> rx.Component:
    """Return the card of one's second factors, with its dialogs."""
    heads = ("Name", "Kind", "Added", "Last used", "")
    has_some = STATE.factors.length() > 0
    add = anchor("Add a second factor", href="/second-factor", class_name="button small")
    return rx.fragment(
        card(
            "Second factor",
            table(
                "Your second factors",
                [column(word) if word else rx.el.td() for word in heads],
                STATE.factors,
                _line,
                when_empty=empty(
                    "Your password alone signs you in. With a second factor, nobody who learns it"
                    " can."
                ),
                kind="piled",
            ),
            rx.cond(has_some, _foot()),
            key="factors",
            count=STATE.factors.length(),
            end=add,
        ),
        _rename(),
        _remove(),
    )


def _line(line: Any) -> rx.Component:
    whose = rx.Var.create(f" {line.name}")
    actions = rx.el.span(
        row_button(
            "Rename",
            whose,
            on_click=STATE.choose(line.id),
            custom_attrs=opens(RENAME, fills=True),
        ),
        rx.cond(
            STATE.fresh,
            row_button(
                "Remove",
                whose,
                on_click=STATE.choose(line.id),
                custom_attrs=opens(REMOVE, fills=True),
            ),
        ),
        class_name="chips",
    )
    return rx.el.tr(
        rx.el.th(line.name, scope="row"),
        rx.el.td(line.kind),
        cell("Added", line.added, class_name="fig"),
        cell("Last used", line.used, class_name="fig"),
        rx.el.td(actions, class_name="num"),
        key=line.id,
    )


def _foot() -> rx.Component:
    left = rx.match(
        STATE.codes_left,
        (0, "No recovery code is left. Make new ones before you lose your phone."),
        (1, "1 recovery code is left."),
        rx.Var.create(f"{STATE.codes_left} recovery codes are left."),
    )
    return rx.el.div(
        rx.el.p(left),
        rx.el.p(
            anchor("Make new recovery codes", href="/second-factor/codes", class_name="button"),
            rx.cond(
                STATE.fresh,
                rx.fragment(),
                anchor("Show that it is you to remove one", href=PROVE, class_name="button"),
            ),
            class_name="chips",
        ),
        class_name="card-body stack close",
    )


def _rename() -> rx.Component:
    return dialog(
        RENAME,
        "Rename",
        form(
            saved_mark(STATE.done),
            error_summary(STATE.errors),
            rx.el.input(type="hidden", name="factor", value=CHOSEN.id, read_only=True),
            field(
                "Name",
                "name",
                value=CHOSEN.name,
                error=STATE.errors["name"],
                hint="How you tell it from others, such as My phone.",
                max_length=60,
                key="factor-",
            ),
            form_foot(submit("Save")),
            on_submit=STATE.rename,
            key=f"{CHOSEN.id}/{STATE.done}",
        ),
    )


def _remove() -> rx.Component:
    return confirm(
        REMOVE,
        "Remove a second factor",
        rx.el.p(
            rx.el.strong(CHOSEN.name),
            " is asked for no more, and your other sign-ins end. With the last one the recovery"
            " codes go too.",
        ),
        word="Remove",
        busy="Removing",
        on_yes=STATE.remove(CHOSEN.id),
        done=STATE.done,
        obstacle=STATE.obstacle,
    )
