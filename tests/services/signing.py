"""Submitting and deciding in a test: the whole checklist in order, or what is to change."""

from typing import Any

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.rules.sign_offs import points_for
from cma_app.services import sign_offs
from cma_app.services.sign_off_list import OpenSignOff, open_sign_off
from cma_app.services.sign_offs import Decision
from models import SignOff
from tests.people import Cast


def fine(step: str, **over: str) -> dict[str, str]:
    """Return a step's checklist with every point in order, but for `over`."""
    return {each.code: "fine" for each in points_for(step, today())} | over


def submit(
    cast: Cast, step: str, subject_id: int, who: Actor | None = None, **asked: Any
) -> SignOff:
    """Submit a step, as Tess."""
    with cast.open(who or cast.tess) as session:
        return sign_offs.submit(session, step, subject_id, asked)


def sign_off(
    cast: Cast, row: SignOff, who: Actor | None = None, *, seen: str = "", **edits: str
) -> SignOff:
    """Sign a version off, as Amina who supervises Tess."""
    decision = Decision(fine(row.step), {}, edits, "")
    with cast.open(who or cast.amina) as session:
        return sign_offs.sign_off(session, row.id, decision, seen=seen or row.content_hash)


def send_back(
    cast: Cast, row: SignOff, who: Actor | None = None, *, remark: str = "", **comments: str
) -> SignOff:
    """Send a version back, as Amina."""
    points = fine(row.step, reason="change") if "reason" in fine(row.step) else {}
    decision = Decision(points, comments, {}, remark)
    with cast.open(who or cast.amina) as session:
        return sign_offs.send_back(session, row.id, decision, seen=row.content_hash)


def opened(cast: Cast, row: SignOff, who: Actor | None = None) -> OpenSignOff:
    """Return a version as somebody reads it, Amina where nobody is named."""
    with cast.open(who or cast.amina) as session:
        return open_sign_off(session, row.id)
