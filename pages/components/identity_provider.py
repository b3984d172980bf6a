"""The dialog in which an admin sets a centre's identity provider."""

from typing import Any, Final

import reflex as rx

from pages.components.form import (
    choice,
    error_summary,
    field,
    form,
    form_foot,
    submit,
    tick,
)
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.status import badge
from pages.components.table import dialog
from state.identity_provider import IdentityProviderState

PROVIDER: Final = "identity-provider"
STATE: Any = IdentityProviderState
VIEW: Any = STATE.provider
ERRORS: Any = STATE.provider_errors


def identity_provider_dialog() -> rx.Component:
    """Return the dialog; `IdentityProviderState.begin` fills it."""
    return dialog(
        PROVIDER,
        "Single sign-on",
        form(
            saved_mark(STATE.saves),
            rx.el.input(type="hidden", name="intent", default_value="save"),
            error_summary(ERRORS),
            rx.el.p(
                "The people of ",
                rx.el.strong(VIEW.name),
                " sign in at their organisation's identity provider (OpenID Connect).",
            ),
            _addresses(),
            _box(
                "issuer",
                "Issuer",
                hint="As the provider names it, such as https://login.example.org/centre.",
                width="full",
                max_length=500,
            ),
            _box(
                "application_id",
                "Client ID",
                hint="Some providers call it application ID.",
                width="full",
                max_length=255,
            ),
            _box(
                "application_secret",
                "Client secret",
                type="password",
                hint=rx.cond(
                    VIEW.has_secret,
                    "One is stored, sealed, and never shown. Leave this empty to keep it.",
                    "It is stored sealed and never shown again.",
                ),
                width="full",
                max_length=500,
                autocomplete="new-password",
            ),
            choice(
                "Passwords",
                "passwords",
                (
                    ("beside", "Stay: each person signs in either way"),
                    ("instead", "Go: the organisation is the one way in"),
                ),
                hint="An admin's own password always works, so nobody is locked out.",
                error=ERRORS["passwords"],
                value=VIEW.answers["passwords"],
                key="sso-",
            ),
            _more(),
            tick(
                "People can sign in this way",
                "is_active",
                checked=VIEW.answers["is_active"] == "on",
                key="sso-",
            ),
            _linked(),
            _tried(),
            form_foot(
                submit("Save"),
                submit("Try the connection", busy="Asking the provider", kind="", value="try"),
            ),
            on_submit=STATE.send,
            on_check=STATE.check,
            key=f"{STATE.openings}/{STATE.saves}",
            custom_attrs={"data-intents": "save"},
        ),
    )


def _box(name: str, label: str, **over: Any) -> rx.Component:
    return field(label, name, value=VIEW.answers[name], error=ERRORS[name], key="sso-", **over)


def _addresses() -> rx.Component:
    return rx.el.div(
        rx.el.p("Enter this there as the redirect address:", class_name="label"),
        rx.foreach(STATE.addresses, lambda each: rx.el.code(each, class_name="address")),
        class_name="stack close",
    )


def _more() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Ask for a fresh or a stronger sign-in there"),
        rx.el.div(
            _box(
                "max_age_minutes",
                "Signed in there at most so many minutes ago",
                hint="Empty: whenever. The provider must tell when (auth_time).",
                width="w4",
                inputmode="numeric",
                max_length=4,
            ),
            _box(
                "acr",
                "Levels of which one must be met (acr)",
                hint="As the provider names them, with spaces. Empty: any.",
                width="full",
                max_length=255,
            ),
            class_name="stack",
        ),
    )


def _linked() -> rx.Component:
    """Return how many are linked: before passwords go, everybody had better be."""
    return rx.el.p(
        rx.cond(VIEW.all_linked, badge(VIEW.linked, "good"), badge(VIEW.linked, "soon")),
        " Who is not linked yet links under their own name, or with a code from their manager.",
        class_name="hint",
    )


def _tried() -> rx.Component:
    tried = STATE.tried
    facts = rx.el.dl(
        rx.foreach(
            tried.facts,
            lambda each: rx.el.div(rx.el.dt(each[0]), rx.el.dd(each[1]), class_name="keyline"),
        )
    )
    works = rx.el.div(rx.el.p(icon("done"), tried.said), facts, class_name="callout stack close")
    fails = rx.el.p(icon("late"), tried.said, class_name="field-error")
    return rx.el.div(
        rx.cond(tried.said != "", rx.cond(tried.works, works, fails), rx.fragment()),
        role="status",
    )
