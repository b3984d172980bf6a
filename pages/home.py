"""The first page: what to do next."""

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.layout import main_link, page_head, screen, when_may
from state.home import HomeState


@screen("My day", route=routes.HOME, act=Act.HOME_SEE, section="home", on_load=HomeState.open)
def home() -> rx.Component:
    """Return the day and the main action."""
    walk_in = main_link("New walk-in", routes.WALK_IN, "walk-in")
    return rx.el.div(
        page_head("My day", when_may(Act.CLIENT_RECORD, walk_in), lead=HomeState.day),
        class_name="page",
    )
