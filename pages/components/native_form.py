"""A form that leaves the page: to signing out, or to somebody else's sign-in."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):
    """A form that the browser posts by itself; Reflex's own swallows the submit."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]
