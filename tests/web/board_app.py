"""The live board behind our walls, without the screens: quick to start."""

from starlette.applications import Starlette

from cma_app.web import live_board
from cma_app.web.security import Walls


def app() -> Walls:
    """Return the app for the server's factory."""
    return Walls(Starlette(routes=live_board.ROUTES))
