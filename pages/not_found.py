"""What an address without a page shows."""

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.layout import not_found_panel, screen


@screen("Not found", route=routes.NOT_FOUND, act=Act.HOME_SEE)
def not_found() -> rx.Component:
    """Return the sentence and the way back."""
    return not_found_panel()
