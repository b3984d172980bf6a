"""How a client may safely be reached: a shape and a word for each route."""

from typing import Any

import reflex as rx

from pages.components.icons import icon


def safe_routes(
    routes: rx.Var[list[Any]] | rx.Var[Any],
    whose: rx.Var[str] | str = "Safe ways to reach them",
) -> rx.Component:
    """Return the routes of a client in a row; `routes` is a var of `state.safe_routes.SafeRoute`.

    "Do not call" is said in words: nobody has to read a colour. `whose` names the list to those
    who hear it.
    """
    return rx.el.ul(rx.foreach(routes, _route), class_name="safe-routes", aria_label=whose)


def _route(route: Any) -> rx.Component:
    shape = rx.match(route.answer, ("yes", icon("done")), ("no", icon("close")), icon("dash"))
    return rx.el.li(shape, route.word, class_name=f"route {route.answer}")
