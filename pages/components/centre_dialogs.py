"""The dialogs of the centres' list: editing one, its manager, and asking before it is closed."""

from typing import Any, Final

import reflex as rx

from cma_app.services.centre_settings import FACTOR_BOXES
from pages.components.confirm import confirm, stored_now
from pages.components.form import (
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog
from state.centre_edit import CentreEditState
from state.centres import NATION_WORDS, CentresState

EDIT: Final = "edit-centre"
MANAGER: Final = "centre-manager"
CLOSE: Final = "close-centre"
LABELS: Final = {
    "name": "Name",
    "nation": "Nation",
    "address_line1": "Address, first line",
    "address_line2": "Address, second line",
    "city": "Town or city",
    "postcode": "Postcode",
    "phone": "Phone",
    "email": "E-mail address",
    "website": "Website",
    "small_print": "What a letter ends with",
    "membership_code": "Membership code",
    "verify_statements": "A second person verifies each statement",
    "second_factor_manager": "Managers",
    "second_factor_advisor": "Advisors",
    "second_factor_trainee": "Trainees",
}
ANSWERS: Any = CentreEditState.centre.answers  # pyright: ignore[reportAttributeAccessIssue]
ERRORS: Any = CentreEditState.centre_errors
CLOSING: Any = CentresState.closing


def centre_dialogs() -> rx.Component:
    """Return the dialogs."""
    return rx.fragment(_edit(), _manager(), _close())


def _edit() -> rx.Component:
    return dialog(
        EDIT,
        "Edit a centre",
        form(
            saved_mark(CentreEditState.saves),
            error_summary(ERRORS),
            stored_now(CentreEditState.centre_lost, CentreEditState.centre_theirs, LABELS),
            rx.el.p(
                "Code ", rx.el.strong(ANSWERS["code"]), ". It begins each reference and stays."
            ),
            _box("name", width="full", max_length=100),
            select(
                LABELS["nation"],
                "nation",
                tuple(NATION_WORDS.items()),
                error=ERRORS["nation"],
                value=ANSWERS["nation"],
                width="w12",
                key="edit-",
            ),
            _box("address_line1", width="full"),
            _box("address_line2", width="full"),
            rx.el.div(_box("city", width="w12"), _box("postcode", width="w8"), class_name="pair"),
            _box("phone", type="tel", width="w12", max_length=40),
            _box("email", type="email", width="full", max_length=255),
            _box("website", width="full", max_length=255),
            text_area(
                LABELS["small_print"],
                "small_print",
                value=ANSWERS["small_print"],
                error=ERRORS["small_print"],
                hint="Who regulates the centre, its charity number.",
                rows=2,
                max_length=500,
                key="edit-",
            ),
            _box(
                "membership_code",
                width="w12",
                max_length=20,
                hint="Of the Standard Financial Statement. It stands on each statement.",
            ),
            tick(
                LABELS["verify_statements"],
                "verify_statements",
                checked=ANSWERS["verify_statements"] == "on",
                key="edit-",
            ),
            rx.el.p(
                "Whoever wrote it, and before the client confirms it. What a trainee wrote waits"
                " for a second person at every centre.",
                class_name="hint",
            ),
            _second_factors(),
            form_foot(submit("Save changes")),
            on_submit=CentreEditState.save_edit,
            on_check=CentreEditState.check_edit,
            key=f"{CentreEditState.openings}/{CentreEditState.saves}",
        ),
    )


def _second_factors() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Who must sign in with a second factor"),
        rx.el.p(
            "Whoever must and has none sets one up right after the password, before anything else.",
            class_name="hint",
        ),
        *[
            tick(LABELS[name], name, checked=ANSWERS[name] == "on", key="edit-")
            for name in FACTOR_BOXES
        ],
        class_name="field",
    )


def _box(name: str, **over: Any) -> rx.Component:
    return field(LABELS[name], name, value=ANSWERS[name], error=ERRORS[name], key="edit-", **over)


def _manager() -> rx.Component:
    errors = CentresState.manager_errors
    return dialog(
        MANAGER,
        "Choose a manager",
        form(
            saved_mark(CentresState.managed),
            error_summary(errors),
            select(
                rx.Var.create("Manager of ") + CentresState.chosen.name,
                "user_id",
                CentresState.managers,
                hint="Active managers of this centre. Add one under People first.",
                error=errors["user_id"],
            ),
            form_foot(submit("Save manager")),
            on_submit=CentresState.choose_manager,
            key=f"{CentresState.chosen.id}/{CentresState.managed}",
        ),
    )


def _close() -> rx.Component:
    return confirm(
        CLOSE,
        "Close a centre",
        rx.el.p(
            "Everybody of ",
            rx.el.strong(CLOSING.name),
            " is signed out at once and nobody of it can sign in.",
            rx.cond(CLOSING.touches != "", rx.fragment(" It has ", CLOSING.touches, ".")),
        ),
        rx.el.dl(
            *[
                rx.el.div(rx.el.dt(what), rx.el.dd(said))
                for what, said in (
                    ("Stops", "signing in, reminders to clients, calendar feeds, invitations"),
                    ("Stays", "every record, for as long as it has to be kept, and the code"),
                    ("Not done by itself", "cases are not closed and clients are not told"),
                )
            ],
            class_name="about",
        ),
        rx.el.p(
            "You can reopen it at any time: its active people can sign in again.",
            class_name="hint",
        ),
        word="Close centre",
        busy="Closing",
        on_yes=CentresState.close(CLOSING.id),
        done=CentresState.closed,
        obstacle=CentresState.obstacle,
    )
