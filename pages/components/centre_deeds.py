"""The dialog behind a centre's row: what is known of it, and what an admin rarely does there."""

from typing import Any, Final

import reflex as rx

from pages import routes
from pages.components.centre_dialogs import CLOSE, MANAGER
from pages.components.deeds import deed, more_dialog
from pages.components.identity_provider import PROVIDER
from state.centres import CentresState
from state.identity_provider import IdentityProviderState

MORE: Final = "centre"
CENTRE: Any = CentresState.chosen


def centre_dialog() -> rx.Component:
    """Return the dialog; `CentresState.choose` fills it."""
    return more_dialog(
        MORE,
        CENTRE.name,
        CENTRE.about,
        _deed(
            "Who answers for the centre.",
            "Choose manager",
            on_click=CentresState.ask_manager(CENTRE.id),
            asks=MANAGER,
        ),
        _deed(
            "Its people sign in at their organisation's identity provider.",
            "Single sign-on",
            on_click=IdentityProviderState.begin(CENTRE.id),
            asks=PROVIDER,
        ),
        rx.cond(CENTRE.is_open, _emergency()),
        rx.cond(CENTRE.is_own, rx.fragment(), rx.cond(CENTRE.is_open, _close(), _reopen())),
    )


def _emergency() -> rx.Component:
    return deed(
        "You read its clients for a short time. Its managers are told, and see what you opened.",
        "Emergency access",
        rx.Var.create(" to ") + CENTRE.name,
        closes=MORE,
        to=routes.access_path(CENTRE.id),
    )


def _close() -> rx.Component:
    return _deed(
        "Nobody of it can sign in. Its records stay. You are asked first.",
        "Close",
        on_click=CentresState.ask_close(CENTRE.id),
        asks=CLOSE,
    )


def _reopen() -> rx.Component:
    return _deed(
        "Its active people can sign in again.",
        "Reopen",
        on_click=CentresState.reopen(CENTRE.id),
    )


def _deed(sentence: str, word: str, *, on_click: Any, asks: str = "") -> rx.Component:
    whose = rx.Var.create(" for ") + CENTRE.name
    return deed(sentence, word, whose, closes=MORE, on_click=on_click, asks=asks)
