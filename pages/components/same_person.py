"""Who may be the same person, with the reasons as badges."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from pages import routes
from pages.components.status import badge
from pages.components.table import link


def same_people(people: Any, action: Callable[[Any], rx.Component]) -> rx.Component:
    """Return the list; `people` is a var of `SamePerson`, `action` makes the buttons of one."""
    return rx.el.ul(rx.foreach(people, lambda person: _person(person, action)))


def _person(person: Any, action: Callable[[Any], rx.Component]) -> rx.Component:
    to_client = link(rx.el.strong(person.name), to=routes.client_path(person.id))
    return rx.el.li(
        rx.el.div(
            rx.cond(person.kind == "client", to_client, rx.el.strong(person.name)),
            rx.el.p(person.detail, class_name="hint"),
        ),
        rx.el.p(
            badge(person.strength, "soon"),
            rx.foreach(person.reasons, lambda reason: badge(reason, "note", "done")),
            class_name="chips",
        ),
        action(person),
        class_name="stack close match",
        key=person.key,
    )
