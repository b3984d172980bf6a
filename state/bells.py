"""Rings the bell of open pages: puts the new count of a person's notifications into their frames.

The count is asked in a session of the person's own, so that row security decides what is in it.
It is no activity: a page left open signs out like any other.
"""

from collections import defaultdict

import structlog
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from reflex_base.registry import RegistrationContext

from cma_app.access.actor import Origin
from cma_app.access.acts import Act
from cma_app.errors import SignedOut
from cma_app.services.notifications import count_unread
from cma_app.session import open_as, resume
from state.base import CentreState, in_worker
from state.shell import ShellState

log = structlog.get_logger(__name__)


async def ring(user_id: int | None) -> None:
    """Count anew for a person (None: for everybody) and show it on each of their open pages."""
    app = RegistrationContext.get().app
    pages: dict[str, list[str]] = defaultdict(list)
    for root in list(getattr(app.state_manager, "states", {}).values()):
        own = root.get_substate(CentreState.get_full_name().split("."))
        person = own._bound_person.partition(":")[0]  # noqa: SLF001 - as the gate binds it
        if person and (user_id is None or person == str(user_id)):
            pages[own._bound_to].append(root.rx_router_session.client_token)  # noqa: SLF001
    for token_hash, clients in pages.items():
        try:
            unread = await in_worker(_unread, token_hash)
            for client in clients:
                async with app.modify_state(BaseStateToken(ident=client, cls=State)) as root:
                    (await root.get_state(ShellState)).unread = unread
        except SignedOut:
            continue
        except Exception as error:
            log.warning("bell_failed", error=type(error).__name__)


def _unread(token_hash: str) -> int:
    actor = resume(token_hash, Origin(), touch=False)
    if not actor.may(Act.NOTIFICATION_SEE):
        return 0
    with open_as(actor) as session:
        return count_unread(session)
