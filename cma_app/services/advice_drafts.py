"""Discarding a draft of advice, and bringing it back: its author's own, and none that waits."""

from sqlalchemy import select

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, NotFound, Refused
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.locking import locked
from cma_app.services.recommendations import ADVICE_DRAFT, draft_of, waits_for_sign_off
from cma_app.services.restoring import restore
from cma_app.session import CentreSession
from models import Case, Recommendation

NOT_YOURS = (
    "Somebody else prepared this, and it is theirs to discard. Record your own advice in its place."
)


def discard_advice(
    session: CentreSession, recommendation_id: int, *, version: int
) -> dict[str, str]:
    """Take away one's own draft; return what was typed and not saved, for the way back.

    Raises Conflict where it was given, waits for sign-off or was changed meanwhile, and Refused
    where it is somebody else's. Its number is not used again.
    """
    row = session.require(Recommendation, recommendation_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.RECOMMENDATION_PREPARE, case)
    locked(session, Case, case.id)
    row = locked(session, Recommendation, recommendation_id)
    if row.status != "draft":
        raise Conflict("This was given, and stays. Advise anew instead.")
    _refuse_others(session, row.advised_by)
    if waits_for_sign_off(session, row):
        raise Conflict("This waits for sign-off. Withdraw it there first, then discard it.")
    if row.version != version:
        raise Conflict("Somebody changed this in the meantime. Look at it and try again.")
    row.deleted_at = now()
    session.flush()
    typed = kept_draft(session, ADVICE_DRAFT, record_id=case.id)
    drop_draft(session, ADVICE_DRAFT, record_id=case.id)
    return typed


def restore_advice(session: CentreSession, recommendation_id: int, typed: dict[str, str]) -> int:
    """Bring back one's own discarded draft with what was typed in it, and return its case.

    NotFound where none was discarded; Conflict where another was begun since.
    """
    table = Recommendation.__table__  # type: ignore[attr-defined]
    wanted = select(table.c.case_id, table.c.advised_by).where(
        table.c.centre_id == session.actor.centre_id,
        table.c.id == recommendation_id,
        table.c.deleted_at.is_not(None),
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    case = session.require(Case, found.case_id)
    session.authorize(Act.RECOMMENDATION_PREPARE, case)
    _refuse_others(session, found.advised_by)
    locked(session, Case, case.id)
    if draft_of(session, case) is not None:
        raise Conflict("Another draft was begun since. Discard that one first.")
    restore(session, Recommendation, recommendation_id, Act.RECOMMENDATION_PREPARE)
    if typed:
        keep_draft(session, ADVICE_DRAFT, typed, record_id=case.id)
    return case.id


def _refuse_others(session: CentreSession, author: int) -> None:
    if author != session.actor.user_id:
        raise Refused(NOT_YOURS, Act.RECOMMENDATION_PREPARE.value)
