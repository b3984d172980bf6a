"""The dialog of the people's list that edits one of them."""

from typing import Any, Final

import reflex as rx

from pages.components.confirm import stored_now
from pages.components.form import error_summary, field, form, form_foot, select, submit
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog
from state.person_edit import PersonEditState
from state.users import UsersState

EDIT: Final = "edit-person"
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


def edit_dialog() -> rx.Component:
    """Return the dialog."""
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
