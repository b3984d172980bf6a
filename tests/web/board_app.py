"""The live board and the changes of pages behind our walls, without the screens: quick to start."""

from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from cma_app.web import live_board, live_topics
from cma_app.web.security import Walls


async def figures(_request: Request) -> JSONResponse:
    """Answer with what the boards of this process did since it started."""
    return JSONResponse({"open": live_board.rooms.watchers, **asdict(live_board.figures)})


def app() -> Walls:
    """Return the app for the server's factory."""
    routes = [*live_board.ROUTES, *live_topics.ROUTES, Route("/figures", figures)]
    return Walls(Starlette(routes=routes))
