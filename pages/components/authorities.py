"""The authorities of a case: who may be written to, and the dialog that records one."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.authorities import SIGNED_HOW
from pages.components.form import (
    choice,
    date_boxes,
    error_summary,
    form,
    form_foot,
    select,
    submit,
)
from pages.components.note_dialog import saved_mark
from pages.components.status import status_badge
from pages.components.table import card, dialog, opens, row_button
from pages.layout import when_may
from state.shell import ShellState
from state.statements import StatementState

SHELL: Any = ShellState
STATE: Any = StatementState
VIEW: Any = StatementState.view


def authorities_card() -> rx.Component:
    """Return the list of authorities with what can be done about each."""

    def row(view: Any) -> rx.Component:
        state = status_badge(
            view.state,
            {
                "live": ("Live", "good"),
                "expired": ("Not live", "soon"),
                "withdrawn": ("Withdrawn", ""),
            },
        )
        return rx.el.li(
            rx.el.div(
                rx.el.strong(view.creditor),
                rx.cond(view.person != "", rx.fragment(", from ", view.person)),
                " ",
                state,
            ),
            rx.el.span(view.said, class_name="sub"),
            rx.cond(
                (view.state == "live") & SHELL.acts.contains(Act.AUTHORITY_RECORD.value),
                row_button(
                    "Withdraw",
                    rx.Var.create(f" the authority for {view.creditor}"),
                    on_click=STATE.withdraw(view.id),
                ),
            ),
        )

    add = rx.el.button(
        "Record an authority",
        type="button",
        class_name="button small",
        custom_attrs=opens("authority"),
    )
    nothing = rx.el.p(
        "No authority yet. A creditor may only be written to under one.", class_name="quiet"
    )
    return card(
        "Authorities",
        rx.el.div(
            rx.cond(
                VIEW.authorities.length() > 0,
                rx.el.ul(rx.foreach(VIEW.authorities, row), class_name="stack close"),
                nothing,
            ),
            class_name="card-body",
        ),
        key="authorities",
        end=when_may(Act.AUTHORITY_RECORD, add),
    )


def authority_dialog() -> rx.Component:
    """Return the dialog that records an authority the client signed."""
    errors = STATE.authority_errors
    return dialog(
        "authority",
        "Record an authority",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.cond(
                VIEW.people.length() > 0,
                select(
                    "Who signed it",
                    "client_id",
                    VIEW.people,
                    error=errors["client_id"],
                    key="authority-",
                ),
            ),
            select(
                "For",
                "creditor_id",
                VIEW.creditors,
                error=errors["creditor_id"],
                key="authority-",
            ),
            choice(
                "How it was given",
                "how",
                list(SIGNED_HOW.items()),
                value="paper",
                error=errors["how"],
                key="authority-",
            ),
            date_boxes(
                "Signed on",
                "signed_on",
                error=errors["signed_on"],
                hint="For example, 22 11 2026",
                key="authority-",
            ),
            date_boxes(
                "Last day",
                "expires_on",
                error=errors["expires_on"],
                hint="Leave empty where it has no end. Usually twelve months",
                key="authority-",
            ),
            form_foot(submit("Record authority")),
            on_submit=STATE.authorise,
            on_check=STATE.check_authority,
            key=VIEW.authorities.length(),
        ),
    )
