"""What the budget tab's guideline card shows and asks: each group, and why it is over."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.services.guideline_reasons import explain_group
from cma_app.services.guidelines import beside_guidelines, read_sheet_guidelines
from cma_app.session import CentreSession
from state.base import CentreState, act
from state.budgets import BudgetState
from state.guideline_view import GuidelineCard


@dataclass(frozen=True, slots=True)
class ReasonResult:
    """What became of saving one explanation: a sentence, another person's words, or when."""

    seq: int
    error: str = ""
    theirs: str = ""
    saved: str = ""


def _explain(
    session: CentreSession, sheet_id: int, group: str, reason: str, seen: str
) -> tuple[GuidelineCard, int]:
    sheet = explain_group(session, sheet_id, group=group, reason=reason, seen=seen)
    session.refresh(sheet, ["version"])
    return GuidelineCard.of(beside_guidelines(session, sheet)), sheet.version


class GuidelineReasonState(CentreState):
    """One sheet's flexible groups beside their guidelines, and what became of each explanation."""

    card: GuidelineCard = GuidelineCard()
    results: dict[str, ReasonResult] = {}

    @act(Act.CASE_OPEN, quiet=True, supersedes=True)
    async def refresh(self):
        """Compare the sheet on screen with its guidelines again."""
        wanted = self.query("sheet")
        number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else None
        with suppress(NotFound):  # the page says so by itself
            await self._compare(number)

    @act(Act.BUDGET_RECORD)
    async def explain(self, group: str, reason: str, seen: str):
        """Save why a group is over; what is wrong lands beside its box, nothing typed is lost."""
        try:
            card, version = await self.ask(_explain, self.card.sheet_id, group, reason, seen)
        except Invalid as error:
            return self._note(group, error=next(iter(error.fields.values())))
        except Conflict as error:
            if "reason" not in error.theirs:
                self._note(group, error=error.sentence)
                raise
            await self._compare(None)
            return self._note(group, theirs=error.theirs["reason"] or "nothing")
        except CmaError as error:
            self._note(group, error=error.sentence)
            raise
        self.card = card
        self._note(group, saved=f"{local(now()):%H:%M}")
        sheet = await self.get_state(BudgetState)
        if version != sheet.sheet.version:
            sheet.sheet = replace(
                sheet.sheet, version=version, is_verified=False, verified="", may_verify=False
            )
        return None

    async def _compare(self, number: int | None) -> None:
        case_id = self.route_id("case_id")
        found = await self.ask(
            read_sheet_guidelines, case_id, sheet_no=number, show=GuidelineCard.of
        )
        if found.sheet_id != self.card.sheet_id:
            self.results = {}
        self.card = found

    def _note(self, group: str, **what: Any) -> None:
        before = self.results.get(group)
        seq = (before.seq if before else 0) + 1
        self.results = {**self.results, group[:50]: ReasonResult(seq=seq, **what)}
