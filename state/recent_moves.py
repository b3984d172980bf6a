"""What was handed on today, on the board at any time: given back one by one or all at once."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.services.caseload_moves import MoveRow
from cma_app.services.recent_moves import RecentMove, moves_today, undo_recent
from state.base import CentreState, act, load, notice
from state.caseload import CaseloadState
from state.words import several


@dataclass(frozen=True, slots=True)
class RecentLine:
    """A case that was handed on, as text."""

    case_id: int
    name: str
    reference: str
    went: str
    at: str

    @classmethod
    def of(cls, move: RecentMove) -> "RecentLine":
        """Return what is shown of one case."""
        went = f"From {move.before} to {move.after}"
        return cls(move.case_id, move.client, move.reference, went, f"{local(move.at):%H:%M}")


class RecentMovesState(CentreState):
    """The cases that this person handed on today and that stand so, the newest first."""

    lines: list[RecentLine] = []

    @load(Act.CASE_ASSIGN)
    async def open(self):
        """Show what was handed on."""
        await self._show()

    async def _show(self) -> None:
        found: list[RecentMove] = await self.ask(moves_today)
        self.lines = [RecentLine.of(each) for each in found]

    @act(Act.CASE_ASSIGN)
    async def undo(self, case_id: int):
        """Give one case back."""
        return await self._undo([case_id])

    @act(Act.CASE_ASSIGN)
    async def undo_all(self):
        """Give back every case that is shown."""
        return await self._undo([line.case_id for line in self.lines])

    async def _undo(self, case_ids: list[int]):
        rows: list[MoveRow] = await self.ask(undo_recent, case_ids)
        await self._show()
        refused = [row for row in rows if row.refusal]
        many = several(len(rows) - len(refused), "case")
        told = [notice(f"{many} given back.")] if len(rows) > len(refused) else []
        told += [notice(f"{row.reference}: {row.refusal}", "late") for row in refused[:3]]
        return [*told, CaseloadState.open]
