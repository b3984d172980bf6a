"""Where a handler's act waits for sign-off: submitted in place of being done."""

from typing import Any

from cma_app.services import sign_offs
from cma_app.services.sign_off_list import waits_for
from cma_app.services.sign_off_steps import step_of
from cma_app.session import CentreSession
from state.base import CentreState, current_sign_in, notice
from state.case_bar import CaseBarState


def _submit(session: CentreSession, step: str, subject_id: int, asked: dict[str, Any]) -> str:
    sign_offs.submit(session, step, subject_id, asked)
    return waits_for(session, session.actor.user_id)


async def submitted(
    state: CentreState, step: str, subject_id: int, *, on_case: bool = True, **asked: Any
) -> list[Any]:
    """Submit a step where this person's doing of it waits for sign-off, and return what is told.

    Empty where they may do it themselves: the handler goes on. `on_case` says that the page has a
    case's bar, which then shows what waits.
    """
    if not current_sign_in().actor.prepares(step_of(step).act):
        return []
    who = await state.ask(_submit, step, subject_id, asked)
    told = notice(f"Submitted. It waits for sign-off by {who}.", "note")
    return [told, CaseBarState.refresh] if on_case else [told]
