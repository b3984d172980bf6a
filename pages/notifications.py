"""Everything a person was told: the new first, each with the click that acts on it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import button
from pages.components.status import badge
from pages.components.table import card, link, list_pager, row_button
from pages.layout import page_head, screen
from state.notifications import NotificationsState
from state.shell import ShellState

STATE: Any = NotificationsState


@screen(
    "Notifications",
    route=routes.NOTIFICATIONS,
    act=Act.NOTIFICATION_SEE,
    on_load=NotificationsState.open,
)
def notifications() -> rx.Component:
    """Return what this person was told, or that nothing was."""
    all_seen = button("Mark all as seen", on_click=NotificationsState.all_seen, busy="Marking")
    return rx.el.div(
        page_head("Notifications", rx.cond(STATE.unread > 0, all_seen)),
        rx.cond(STATE.ready, rx.fragment(_news(), _list()), skeleton(4)),
        class_name="page",
    )


def _news() -> rx.Component:
    """Return the way to what came while the list was open: nothing moves under the reader."""
    return rx.el.div(
        rx.cond(
            ShellState.unread > STATE.unread,
            rx.el.p(
                "Something new came.",
                button("Show it", on_click=NotificationsState.show_new, kind="small"),
                class_name="between callout",
            ),
        ),
        role="status",
        class_name="says",
    )


def _list() -> rx.Component:
    nothing = empty(
        "Nothing yet. You are told here when a case, a task or a review comes to you.",
        link("Go to My day", to=routes.HOME, class_name="button"),
    )
    return card(
        "What you were told",
        rx.cond(
            STATE.rows.length() > 0,
            rx.fragment(
                rx.el.ul(rx.foreach(STATE.rows, _row), class_name="agenda told"),
                list_pager(
                    STATE.foot,
                    on_back=NotificationsState.step(-1),
                    on_next=NotificationsState.step(1),
                ),
            ),
            nothing,
        ),
        key="told",
    )


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.when, class_name="when"),
        rx.el.span(
            rx.cond(row.is_seen, row.said, rx.el.strong(row.said)),
            rx.cond(row.is_seen, rx.fragment(), badge("New", "note")),
        ),
        rx.el.span(
            rx.cond(
                row.is_seen,
                rx.fragment(),
                row_button(
                    "Seen",
                    f": {row.said}",
                    on_click=NotificationsState.seen(row.id),
                    kind="plain",
                ),
            ),
            row_button(row.step, f": {row.said}", on_click=NotificationsState.follow(row.id)),
            class_name="acts",
        ),
        key=row.id,
    )
