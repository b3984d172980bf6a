"""Handing several cases on from the board's list: who takes them, what becomes of each, and back.

The cases come from the ticked rows. Who held each when it was looked at stays here, so that a case
which somebody else gave away meanwhile is left alone; so does what has to be known to take it back.
"""

from dataclasses import dataclass
from typing import Final

from cma_app.access.acts import Act
from cma_app.errors import Invalid
from cma_app.services.caseload_moves import (
    Moved,
    MoveRow,
    Moves,
    move_cases,
    preview_moves,
    undo_moves,
)
from cma_app.services.next_actions import list_holders
from state.base import CentreState, Form, act
from state.caseload import CaseloadState, number_in
from state.recent_moves import RecentMovesState
from state.words import several

TICKED: Final = "case-"
"""What the names of the rows' tick boxes begin with."""


@dataclass(frozen=True, slots=True)
class MoveLine:
    """What becomes, or became, of one case, as text; `why` is empty where nothing stands by."""

    case_id: int
    name: str
    reference: str
    holder: str
    why: str
    visits: str

    @classmethod
    def of(cls, row: MoveRow) -> "MoveLine":
        """Return what is shown of one case."""
        goes = several(row.appointments, "appointment") + " too" if row.appointments else ""
        many = "stay" if len(row.stays) > 1 else "stays"
        stays = f"{' and '.join(row.stays)} {many} with {row.holder}" if row.stays else ""
        return cls(
            case_id=row.case_id,
            name=row.client or "A case",
            reference=row.reference or "A case",
            holder=row.holder,
            why=row.refusal,
            visits="; ".join(each for each in (goes, stays) if each),
        )


class CaseloadMovesState(CentreState):
    """The cases chosen, who is to take them, and what became of each.

    `phase` is choosing, looking, done or undone.
    """

    phase: str = "choosing"
    chosen: int = 0
    people: list[tuple[str, str]] = []
    holder: str = ""
    holder_name: str = ""
    appointments: bool = True
    lines: list[MoveLine] = []
    moving: int = 0
    obstacle: str = ""
    asked: int = 0

    _cases: list[int] = []
    _seen: list[tuple[int, int]] = []
    _done: list[Moved] = []

    @act(Act.CASE_ASSIGN)
    async def choose(self, form: Form):
        """Begin with the cases whose boxes are ticked."""
        names = [name.removeprefix(TICKED) for name in form if name.startswith(TICKED)]
        cases = [int(name) for name in names if number_in(name)]
        people = await self.ask(list_holders)
        self.asked = (self.asked + 1) % 1_000_000  # its boxes begin anew
        self._cases, self.chosen = cases, len(cases)
        self._seen, self._done = [], []
        self.holder, self.holder_name, self.appointments = "", "", True
        self._show([], "choosing")
        self.people = [(str(one.id), one.name) for one in people]

    @act(Act.CASE_ASSIGN)
    async def look(self, advisor: str):
        """Show what would become of each case with another person."""
        await self._look(number_in(advisor), appointments=self.appointments)

    @act(Act.CASE_ASSIGN)
    async def take_appointments(self, ticked: bool):  # noqa: FBT001 - what a tick box says
        """Take the appointments along, or leave them where they are."""
        await self._look(self.holder, appointments=ticked)

    @act(Act.CASE_ASSIGN)
    async def move(self):
        """Hand on each case that may be, and say of the others why not."""
        movable = {line.case_id for line in self.lines if not line.why}
        if self.phase != "looking" or not movable:
            return None
        found: Moves = await self.ask(
            move_cases,
            [pair for pair in self._seen if pair[0] in movable],
            advisor_id=int(self.holder),
            appointments=self.appointments,
        )
        refused = [line for line in self.lines if line.why]
        self._show([MoveLine.of(row) for row in found.rows] + refused, "done")
        self._done = found.done
        return [CaseloadState.open, RecentMovesState.open]

    @act(Act.CASE_ASSIGN)
    async def undo(self):
        """Give every case back to who held it."""
        if self.phase != "done" or not self._done:
            return None
        rows: list[MoveRow] = await self.ask(undo_moves, self._done)
        self._show([MoveLine.of(row) for row in rows], "undone")
        self._done = []
        return [CaseloadState.open, RecentMovesState.open]

    async def _look(self, holder: str, *, appointments: bool) -> None:
        self.holder, self.appointments = holder, appointments
        self.holder_name = dict(self.people).get(holder, "")
        if not holder:
            self._show([], "choosing")
            return
        try:
            rows: list[MoveRow] = await self.ask(
                preview_moves, self._cases, advisor_id=int(holder), appointments=appointments
            )
        except Invalid as invalid:
            self._show([], "choosing")
            self.obstacle = invalid.sentence
            return
        self._show([MoveLine.of(row) for row in rows], "looking")
        self._seen = [(row.case_id, row.seen) for row in rows]

    def _show(self, lines: list[MoveLine], phase: str) -> None:
        self.lines, self.phase, self.obstacle = lines, phase, ""
        self.moving = sum(1 for line in lines if not line.why)
