"""What goes by itself, once a day: removed documents' bytes, old drafts, bytes that no row names,
and lines of the log whose own years have passed. None of it asks anybody: each has had its days.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.rules.dates import add_months
from cma_app.rules.parameters import parameter
from cma_app.session import CentreSession

ORPHAN_AFTER: Final = timedelta(days=1)
"""Bytes without a row may be on their way for so long."""
BATCH: Final = 200
_EMPTY: Final = text("SELECT cma_empty_removed(:before, :most)")
_UNNAMED: Final = text("SELECT * FROM cma_unnamed_paths(:paths)")
_DRAFTS: Final = text("SELECT cma_forget_drafts(:before)")
_OLD_LOG: Final = text("SELECT cma_forget_old_log(:before)")


def empty_removed(session: CentreSession) -> tuple[int, list[str]]:
    """Empty some documents that were removed long enough ago, by the days of the rule.

    Return how many, and the paths whose bytes go after that. Who is held keeps them.
    """
    session.authorize(Act.RETENTION_WORK)
    given = {"before": _days_ago("removed_document_days"), "most": BATCH}
    found = session.execute(_EMPTY, given).scalar_one()
    return int(found["documents"]), list(found["paths"])


def unnamed(session: CentreSession, paths: list[str]) -> list[str]:
    """Return which of the centre's paths in the store no document names."""
    session.authorize(Act.RETENTION_WORK)
    return list(session.execute(_UNNAMED, {"paths": paths}).scalars())


def forget_drafts(session: CentreSession) -> int:
    """Forget what was typed and never saved, once nobody has touched it for the rule's days."""
    session.authorize(Act.RETENTION_WORK)
    return int(session.execute(_DRAFTS, {"before": _days_ago("draft_days")}).scalar_one())


def forget_old_log(session: CentreSession) -> int:
    """Remove lines of the log whose own years have passed and that speak of nobody who is here."""
    session.authorize(Act.RETENTION_WORK)
    years = int(parameter("retention_audit_years").on(today()))
    since = add_months(today(), -12 * years)
    before = now() - (today() - since)
    return int(session.execute(_OLD_LOG, {"before": before}).scalar_one())


def _days_ago(name: str) -> datetime:
    return now() - timedelta(days=int(parameter(name).on(today())))
