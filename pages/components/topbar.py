"""The bar over every page: the way to find, what is new, and who is signed in."""

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.icons import icon
from pages.components.may import when_may
from pages.components.palette import palette_box, palette_button
from pages.components.table import link
from state.shell import ShellState


def topbar() -> rx.Component:
    """Return the bar."""
    finder = link(
        icon("find"),
        rx.el.span("Find a client or case"),
        rx.el.kbd("/"),
        to=routes.CLIENTS,
        class_name="finder",
        custom_attrs={"data-shortcut": "/"},
    )
    return rx.el.header(
        when_may(Act.CLIENT_FIND, rx.fragment(finder, palette_button()), palette_box()),
        when_may(Act.NOTIFICATION_SEE, _bell()),
        rx.el.div(
            rx.el.span(ShellState.initials, class_name="person", aria_hidden="true"),
            link(
                ShellState.name,
                ", ",
                ShellState.role,
                to=routes.SIGN_INS,
                title="Your sign-ins and password",
            ),
            class_name="who",
        ),
        class_name="topbar",
    )


def _bell() -> rx.Component:
    """Return the bell with how many notifications are new; it grows by itself."""
    unread = ShellState.unread
    new = rx.cond(unread == 1, "1 new notification", f"{unread} new notifications")
    return rx.el.div(
        link(
            icon("bell"),
            rx.cond(unread > 0, rx.el.span(unread, class_name="fig", aria_hidden="true")),
            rx.el.span("Notifications", class_name="sr"),
            to=routes.NOTIFICATIONS,
            class_name="button plain",
            title="Notifications",
        ),
        rx.el.span(rx.cond(unread > 0, new, ""), class_name="sr", role="status"),
        class_name="bell",
    )
