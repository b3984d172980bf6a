"""Ending a case in a test: all that a closing page would send, and as little of it as may be."""

from typing import Any

from cma_app.services.closings import debts_of, end_case, open_tasks, standing_appointments
from cma_app.session import CentreSession
from models import Case, CaseClosing


def ending(session: CentreSession, case_id: int, **over: Any) -> dict[str, Any]:
    """Return a closing in which nothing is known; `over` is said besides, `_` for `-`."""
    case = session.require(Case, case_id)
    return {
        "status": "closed",
        "reason": "advice_complete",
        "debt_solution": "unknown",
        "fca_outcome": "unknown",
        **{f"debt-{each.debt.id}-outcome": "unknown" for each in debts_of(session, case)},
        **{f"meeting-{each.id}": "end" for each in standing_appointments(session, case)},
        **{f"task-{each.id}": "keep" for each in open_tasks(session, case)},
        "emergency_words": "It is known to the client",
        **over,
    }


def close_case(
    session: CentreSession, case_id: int, *, reason: str, status: str = "closed"
) -> Case:
    """End a case for a reason in one's own words, and return it."""
    said = {"status": status, "reason": "other", "reason_words": reason, "referred_to": "A court"}
    end_case(session, case_id, ending(session, case_id, **said))
    return session.require(Case, case_id)


def close_with(session: CentreSession, case_id: int, **over: Any) -> CaseClosing:
    """End a case with what is said over the least that a closing says."""
    return end_case(session, case_id, ending(session, case_id, **over))
