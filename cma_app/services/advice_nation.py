"""Advice under another nation's rules: given or prepared, and the case has another nation since.

It is read from what is kept: a recommendation keeps whose options were considered. Between nations
with the same options, such as England and Wales, nothing has to be looked at again.
"""

from dataclasses import dataclass
from typing import Final

from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.rules.nations import NATIONS
from cma_app.rules.solutions import has_same_options
from cma_app.session import CentreSession
from models import Case, Recommendation

OVER: Final = ("completed", "failed", "stopped")
"""How far a solution is where nothing is left to look at again."""


@dataclass(frozen=True, slots=True)
class OldNation:
    """The nations under whose rules a case's advice stands and is prepared, empty where it fits.

    `now` is the case's own nation.
    """

    given: str = ""
    prepared: str = ""
    now: str = ""


def under_others(row: Recommendation, case: Case) -> str:
    """Return the nation whose rules advice was for, where the case has others now; else empty."""
    if row.status in OVER or has_same_options(row.nation, case.nation, today()):
        return ""
    return NATIONS.get(row.nation, row.nation)


def old_nation(session: CentreSession, case: Case) -> OldNation | None:
    """Return what of an open case's advice is for another nation; None where all of it fits."""
    wanted = select(Recommendation).where(
        col(Recommendation.centre_id) == case.centre_id,
        col(Recommendation.case_id) == case.id,
        col(Recommendation.superseded_on).is_(None),
        col(Recommendation.nation) != case.nation,
    )
    found = {row.status == "draft": under_others(row, case) for row in session.exec(wanted)}
    if not any(found.values()):
        return None
    return OldNation(found.get(False, ""), found.get(True, ""), NATIONS[case.nation])


def refuse_other_nation(row: Recommendation, case: Case) -> None:
    """Raise Conflict where a draft was prepared for another nation and not looked at since."""
    before = under_others(row, case)
    if before:
        raise Conflict(
            f"This was prepared under the rules of {before}, and the case is now under those of"
            f" {NATIONS[case.nation]}. It is looked at again and saved first, then given."
        )
