"""The dialogs of the people's list: editing one, and asking before one loses something."""

from typing import Any, Final

import reflex as rx

from pages.components.confirm import confirm, stored_now
from pages.components.form import error_summary, field, form, form_foot, select, submit
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog
from state.linking import LinkingState
from state.person_edit import PersonEditState
from state.users import UsersState

EDIT: Final = "edit-person"
UNLINK: Final = "unlink"
RESET: Final = "reset-factor"
LABELS: Final = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail address",
    "phone": "Phone",
    "role": "Role",
    "supervisor_id": "Supervisor",
    "stand_in_id": "Stand-in",
}
STAND_IN_HINT: Final = "Supervises them beside the supervisor, and when the supervisor is away."
PERSON: Any = PersonEditState.person
ERRORS: Any = PersonEditState.person_errors
RESETTING: Any = UsersState.resetting
UNLINKING: Any = LinkingState.unlinking


def people_dialogs() -> rx.Component:
    """Return the dialogs."""
    return rx.fragment(_edit(), _unlink(), _reset())


def _edit() -> rx.Component:
    return dialog(
        EDIT,
        "Edit a person",
        form(
            saved_mark(PersonEditState.saves),
            error_summary(ERRORS),
            stored_now(PersonEditState.person_lost, PersonEditState.person_theirs, LABELS),
            rx.el.p("Username ", rx.el.strong(PERSON.username), ". It stays."),
            rx.el.div(
                _box("first_name", width="w12"), _box("last_name", width="w12"), class_name="pair"
            ),
            _box("email", type="email", width="full", max_length=255),
            _box("phone", type="tel", width="w12", max_length=40),
            rx.cond(PERSON.is_self, _own_role(), _role()),
            form_foot(submit("Save changes")),
            on_submit=PersonEditState.save_edit,
            on_check=PersonEditState.check_edit,
            key=f"{PersonEditState.openings}/{PersonEditState.saves}",
        ),
    )


def _box(name: str, **over: Any) -> rx.Component:
    return field(LABELS[name], name, value=PERSON[name], error=ERRORS[name], key="edit-", **over)


def _own_role() -> rx.Component:
    return rx.el.div(
        rx.el.input(type="hidden", name="role", value=PERSON.role, read_only=True),
        rx.el.p(PERSON.role_word, ". Nobody changes their own role.", class_name="hint"),
    )


def _role() -> rx.Component:
    return rx.el.div(
        select(
            "Role",
            "role",
            UsersState.roles,
            hint="Another role signs the person out at once.",
            error=ERRORS["role"],
            value=PERSON.role,
            on_change=PersonEditState.pick_role,
            key="edit-",
        ),
        rx.cond(
            PersonEditState.person_role == "trainee",
            rx.fragment(
                select(
                    "Supervisor",
                    "supervisor_id",
                    UsersState.supervisors,
                    error=ERRORS["supervisor_id"],
                    value=PERSON.supervisor_id,
                    key="edit-",
                ),
                select(
                    "Stand-in (optional)",
                    "stand_in_id",
                    UsersState.stand_ins,
                    hint=STAND_IN_HINT,
                    error=ERRORS["stand_in_id"],
                    value=PERSON.stand_in_id,
                    key="edit-",
                ),
            ),
        ),
        class_name="stack",
    )


def _unlink() -> rx.Component:
    return confirm(
        UNLINK,
        "Unlink a person",
        rx.el.p(
            rx.el.strong(UNLINKING.name),
            " is signed out at once, and the organisation's sign-in opens this account no more.",
        ),
        rx.el.p(
            "A linking code links it again, to the same or another identity.", class_name="hint"
        ),
        word="Unlink",
        busy="Unlinking",
        on_yes=LinkingState.unlink(UNLINKING.id),
        done=LinkingState.unlinked,
        obstacle=LinkingState.unlink_obstacle,
    )


def _reset() -> rx.Component:
    return confirm(
        RESET,
        "Reset a second factor",
        rx.el.p(
            rx.el.strong(RESETTING.name),
            " is signed out at once and signs in by the password alone, until they set up a second"
            " factor again. They are told that you did this.",
        ),
        rx.el.p(
            "Do it for somebody whom you see or whose voice you know: who asks for it may be"
            " somebody else.",
            class_name="hint",
        ),
        word="Reset",
        busy="Resetting",
        on_yes=UsersState.reset_factors(RESETTING.id),
        done=UsersState.reset_done,
        obstacle=UsersState.reset_obstacle,
    )
