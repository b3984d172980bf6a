"""Advice in a test: the boxes of a recommendation, prepared, given, chosen and started."""

from typing import Any

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.services import recommendations
from models import Recommendation
from tests.people import Cast


def advice_form(**over: Any) -> dict[str, Any]:
    """Return the boxes of a recommendation of repayment offers; `_` for `-` in names of others."""
    return {
        "solution": "offers",
        "reasons": "All can be paid within reason.",
        "others_words": "A debt relief order would cost her the car.",
        "costs_told": "Creditors may add interest, and her credit file shows it for six years.",
        **over,
    }


def advise(cast: Cast, case_id: int, who: Actor | None = None, **over: Any) -> Recommendation:
    """Give advice, as Amina."""
    with cast.open(who or cast.amina) as session:
        return recommendations.give_advice(session, case_id, advice_form(**over))


def prepare(cast: Cast, case_id: int, who: Actor | None = None, **over: Any) -> Recommendation:
    """Prepare advice, as Tess."""
    with cast.open(who or cast.tess) as session:
        return recommendations.prepare_advice(session, case_id, advice_form(**over))


def choose(
    cast: Cast, row: Recommendation, who: Actor | None = None, **said: Any
) -> Recommendation:
    """Record what the client chose, that they accept where nothing is said, as Amina."""
    with cast.open(who or cast.amina) as session:
        version = session.require(Recommendation, row.id).version
        data = {"choice": "accepted", **said}
        return recommendations.record_choice(session, row.id, data, version=version)


def progress(
    cast: Cast, row: Recommendation, status: str, who: Actor | None = None, **said: Any
) -> Recommendation:
    """Record how far it is, begun and over today where it needs days, as Amina."""
    day = today().isoformat()
    data = {"status": status, "started_on": day, "ended_on": day, "progress_note": "Told", **said}
    with cast.open(who or cast.amina) as session:
        version = session.require(Recommendation, row.id).version
        return recommendations.record_progress(session, row.id, data, version=version)
