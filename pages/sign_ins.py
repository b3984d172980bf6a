"""How one signs in: one's second factor, where one is signed in, and a way to end each."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import button
from pages.components.native_form import NativeForm
from pages.components.own_factors import own_factors
from pages.components.status import badge
from pages.components.table import anchor, card, cell, column, row_button, table
from pages.layout import page_head, screen, when_may
from state.factors import FactorsState
from state.identities import IdentitiesState
from state.sign_ins import SignInsState

STATE: Any = SignInsState
OWN: Any = IdentitiesState


def _device(line: Any) -> rx.Component:
    return rx.el.th(
        rx.el.span(
            line.device, rx.cond(line.is_this, badge("This device", "good")), class_name="inline"
        ),
        scope="row",
    )


def _living(line: Any) -> rx.Component:
    end = row_button(
        "Sign out", rx.Var.create(f" of {line.device}, {line.address}"), on_click=STATE.end(line.id)
    )
    return rx.el.tr(
        _device(line),
        cell("Signed in", line.began, class_name="fig"),
        cell("Last seen", line.seen, class_name="fig"),
        cell("Address", line.address, class_name="fig"),
        rx.el.td(rx.cond(line.is_this, rx.fragment(), end), class_name="num"),
        key=line.id,
    )


def _past(line: Any) -> rx.Component:
    return rx.el.tr(
        _device(line),
        cell("Signed in", line.began, class_name="fig"),
        cell("Ended", line.ended, class_name="fig"),
        cell("Address", line.address, class_name="fig"),
        key=line.id,
    )


def _here() -> rx.Component:
    others = button(
        "Sign out everywhere else", on_click=STATE.end_others, busy="Signing out", kind="small"
    )
    heads = ("Device", "Signed in", "Last seen", "Address", "")
    return card(
        "Signed in now",
        table(
            "Where you are signed in now",
            [column(word) if word else rx.el.td() for word in heads],
            STATE.living,
            _living,
            kind="piled",
        ),
        key="living",
        count=STATE.living.length(),
        end=rx.cond(STATE.living.length() > 1, others),
    )


def _organisation() -> rx.Component:
    """Return how one's account is tied to the organisation; where there is none, nothing."""
    unlink = button("Unlink", on_click=OWN.unlink, busy="Unlinking", kind="small")
    linked = rx.el.p(
        badge("Linked", "good"), " Since ", OWN.own.linked, ", at ", rx.el.strong(OWN.own.host), "."
    )
    link_it = rx.fragment(
        rx.el.p(
            "Link your account once, and you sign in at ",
            rx.el.strong(OWN.own.host),
            " from then on.",
        ),
        NativeForm.create(
            rx.el.button("Link my account", type="submit", class_name="button main"),
            action=routes.LINK_IDENTITY,
            method="post",
        ),
    )
    return rx.cond(
        OWN.own.host != "",
        card(
            "Sign in with your organisation",
            rx.el.div(rx.cond(OWN.own.linked != "", linked, link_it), class_name="card-body stack"),
            key="organisation",
            end=rx.cond(OWN.own.may_unlink, unlink),
        ),
    )


def _before() -> rx.Component:
    heads = ("Device", "Signed in", "Ended", "Address")
    return card(
        "Ended in the last 30 days",
        table(
            "Your sign-ins that ended in the last 30 days",
            [column(word) for word in heads],
            STATE.past,
            _past,
            when_empty=empty("No other sign-in of yours in the last 30 days."),
            kind="piled",
        ),
        key="past",
        count=STATE.past.length(),
    )


@screen(
    "Your sign-ins",
    route=routes.SIGN_INS,
    act=Act.OWN_SIGN_IN_END,
    on_load=(SignInsState.open, FactorsState.open, IdentitiesState.open),
)
def sign_ins() -> rx.Component:
    """Return the page of one's own sign-ins."""
    return rx.el.div(
        page_head(
            "Your sign-ins",
            anchor("Change your password", href=routes.PASSWORD, class_name="button"),
            lead="A device you do not know? Sign it out, then choose a new password.",
        ),
        when_may(Act.OWN_IDENTITY_LINK, _organisation()),
        rx.cond(
            STATE.ready & FactorsState.ready,
            rx.fragment(own_factors(), _here(), _before()),
            skeleton(4),
        ),
        class_name="page",
    )
