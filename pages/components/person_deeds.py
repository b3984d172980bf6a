"""The dialog behind a person's row: what is known of them, and their way in given or taken."""

from typing import Any, Final

import reflex as rx

from pages.components.deeds import deed, more_dialog
from pages.components.leaving_dialog import DEACTIVATE
from pages.components.people_dialogs import RESET, UNLINK
from state.leaving import LeavingState
from state.linking import LinkingState
from state.users import UsersState

MORE: Final = "person"
PERSON: Any = UsersState.chosen
WHOSE: Any = rx.Var.create(" for ") + PERSON.name


def person_dialog() -> rx.Component:
    """Return the dialog; `UsersState.choose` fills it."""
    return more_dialog(
        MORE,
        PERSON.name,
        PERSON.about,
        rx.cond(PERSON.may_change, rx.cond(PERSON.is_active, _active(), _left())),
    )


def _left() -> rx.Component:
    return _deed(
        "They can sign in again, with a one-time password that is shown once.",
        "Reactivate",
        on_click=UsersState.reactivate(PERSON.id),
    )


def _active() -> rx.Component:
    return rx.fragment(
        rx.cond(PERSON.may_invite, _invite()),
        rx.cond(
            PERSON.may_withdraw,
            _deed(
                "The link in the letter works no more.",
                "Take invitation back",
                on_click=UsersState.withdraw_invitation(PERSON.id),
            ),
        ),
        rx.cond(
            PERSON.takes_password,
            _deed(
                "Signs them out and shows a one-time password once, for you to hand over.",
                "New password",
                on_click=UsersState.reset_password(PERSON.id),
            ),
        ),
        rx.cond(PERSON.may_link, rx.cond(PERSON.is_linked, _unlink(), _code())),
        rx.cond(
            PERSON.has_factors,
            _deed(
                "They lost what they prove themselves with. You are asked first.",
                "Reset second factor",
                on_click=UsersState.ask_reset(PERSON.id),
                asks=RESET,
            ),
        ),
        _deed(
            "They leave: you say who takes over their work. You are asked first.",
            "Deactivate",
            on_click=LeavingState.ask_deactivate(PERSON.id),
            asks=DEACTIVATE,
        ),
    )


def _invite() -> rx.Component:
    return deed(
        "Sends a link by e-mail with which they choose their own password.",
        "Invite",
        rx.cond(PERSON.was_invited, f" {PERSON.name} again", f" {PERSON.name}"),
        closes=MORE,
        on_click=UsersState.send_invitation(PERSON.id),
    )


def _unlink() -> rx.Component:
    return _deed(
        "The organisation's sign-in opens this account no more. You are asked first.",
        "Unlink",
        on_click=LinkingState.ask_unlink(PERSON.id),
        asks=UNLINK,
    )


def _code() -> rx.Component:
    return _deed(
        "Shows a code once with which they link their account to the organisation's.",
        "Linking code",
        on_click=LinkingState.issue_code(PERSON.id),
    )


def _deed(sentence: str, word: str, *, on_click: Any, asks: str = "") -> rx.Component:
    return deed(sentence, word, WHOSE, closes=MORE, on_click=on_click, asks=asks)
