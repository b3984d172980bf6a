"""Deactivating somebody: what they hold, who takes it over, and what became of it."""

from dataclasses import dataclass, field, replace

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services import leaving
from cma_app.services.caseload_moves import MoveRow
from cma_app.services.leaving import Counts, Holding, Left, Stopped
from state.base import act, notice
from state.caseload import number_in
from state.users import NO_PASSWORD, UsersState
from state.words import several


@dataclass(frozen=True, slots=True)
class LeavingCase:
    """An open case of whoever leaves: to whom it goes, and what would become of it."""

    id: int
    client: str
    reference: str
    is_restricted: bool
    goes_to: str = ""
    why: str = ""
    visits: str = ""


@dataclass(frozen=True, slots=True)
class LeavingView:
    """Who is about to be deactivated, and what they hold; `id` is 0 until that is known."""

    id: int = 0
    name: str = ""
    holds: list[tuple[str, str]] = field(default_factory=list)
    trainees: str = ""
    holders: list[tuple[str, str]] = field(default_factory=list)
    supervisors: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, found: Holding) -> "LeavingView":
        """Return what the dialog says of a person."""
        return cls(
            id=found.id,
            name=found.name,
            holds=_holds(found.counts),
            trainees=" and ".join(found.trainees),
            holders=[(str(who), name) for who, name in found.holders],
            supervisors=[(str(who), name) for who, name in found.supervisors],
        )


def _holds(counts: Counts) -> list[tuple[str, str]]:
    """Return what a person holds and what becomes of it; nothing of which there is none."""
    told = (
        ("Open cases", counts.cases, "you choose who takes over each"),
        ("Appointments to come", counts.appointments, "go along where the new person is free"),
        ("Tasks", counts.actions, "go to whoever holds the case"),
        ("Trainees", counts.trainees, "get another supervisor"),
        ("File reviews to write", counts.reviews, "wait for another reviewer"),
        ("Work waiting for sign-off", counts.sign_offs, "waits as before"),
        ("Covers", counts.covers, "end"),
    )
    return [(f"{what}: {many}", becomes) for what, many, becomes in told if many]


class LeavingState(UsersState):
    """The person who is about to be deactivated."""

    leaver: LeavingView = LeavingView()
    leaving_cases: list[LeavingCase] = []
    supervisor: str = ""
    everything: str = ""
    takes_visits: bool = True
    obstacle: str = ""
    chosen_all: bool = True
    asked: int = 0
    left: int = 0

    @act(Act.USER_DEACTIVATE)
    async def ask_deactivate(self, person: int):
        """Show what a person holds before they are deactivated."""
        self.leaver = LeavingView()
        found: Holding = await self.ask(leaving.what_they_hold, person, centre_id=self._centre_id())
        self._begin(found)

    @act(Act.USER_DEACTIVATE)
    async def give_all(self, holder: str):
        """Give every case to one person, to be changed one by one."""
        self.everything = holder if number_in(holder) else ""
        self.leaving_cases = [replace(line, goes_to=self.everything) for line in self.leaving_cases]
        await self._look()

    @act(Act.USER_DEACTIVATE)
    async def give_one(self, case: int, holder: str):
        """Give one case to somebody else than the rest."""
        to = holder if number_in(holder) else ""
        self.leaving_cases = [
            replace(line, goes_to=to) if line.id == case else line for line in self.leaving_cases
        ]
        await self._look()

    @act(Act.USER_DEACTIVATE)
    async def take_visits(self, ticked: bool):  # noqa: FBT001 - what a tick box says
        """Take the appointments along, or leave them where they are."""
        self.takes_visits = ticked
        await self._look()

    @act(Act.USER_DEACTIVATE)
    def choose_supervisor(self, person: str):
        """Say who supervises their trainees from now on."""
        self.supervisor, self.obstacle = person if number_in(person) else "", ""

    @act(Act.USER_DEACTIVATE)
    async def deactivate(self):
        """Hand everything on and deactivate: all of it, or nothing and why."""
        self.obstacle = ""
        try:
            done: Left = await self.ask(
                leaving.hand_on_and_deactivate,
                self.leaver.id,
                holders=self._holders(),
                supervisor_id=int(self.supervisor) if self.supervisor else None,
                appointments=self.takes_visits,
                centre_id=self._centre_id(),
            )
        except Stopped as stopped:
            self._mark(stopped.rows)
            self.obstacle = stopped.sentence
            return None
        except Invalid as invalid:
            self.obstacle = next(iter(invalid.fields.values()))
            return None
        except Conflict as conflict:
            found = await self.ask(
                leaving.what_they_hold, self.leaver.id, centre_id=self._centre_id()
            )
            self._begin(found, keep=True)
            self.obstacle = conflict.sentence
            return None
        await self._refresh(NO_PASSWORD)
        self.became = _became(done, dict(self.leaver.holders), self._holders())
        self.left += 1
        return notice(f"{done.name} can no longer sign in.")

    def _begin(self, found: Holding, *, keep: bool = False) -> None:
        """Show what somebody holds; what was chosen for a case that is still there stays."""
        chosen = {line.id: line.goes_to for line in self.leaving_cases} if keep else {}
        self.leaving_cases = [
            LeavingCase(
                each.id, each.client, each.reference, each.is_restricted, chosen.get(each.id, "")
            )
            for each in found.cases
        ]
        self.leaver, self.obstacle = LeavingView.of(found), found.obstacle
        if not keep:
            self.everything, self.supervisor, self.takes_visits = "", "", True
            self.asked = (self.asked + 1) % 1_000_000
        self._count()

    def _holders(self) -> dict[int, int]:
        return {line.id: int(line.goes_to) for line in self.leaving_cases if line.goes_to}

    async def _look(self) -> None:
        """Show what would become of each case with whom was chosen for it."""
        self.obstacle = ""
        self._count()
        holders = self._holders()
        if not holders:
            self._mark([])
            return
        try:
            rows: list[MoveRow] = await self.ask(
                leaving.preview_leaving,
                self.leaver.id,
                holders,
                appointments=self.takes_visits,
            )
        except Invalid as invalid:
            self.obstacle = next(iter(invalid.fields.values()))
            return
        self._mark(rows)

    def _count(self) -> None:
        self.chosen_all = all(line.goes_to for line in self.leaving_cases)

    def _mark(self, rows: list[MoveRow]) -> None:
        by_case = {row.case_id: row for row in rows}
        self.leaving_cases = [_marked(line, by_case.get(line.id)) for line in self.leaving_cases]


def _marked(line: LeavingCase, row: MoveRow | None) -> LeavingCase:
    if row is None:
        return replace(line, why="", visits="")
    return replace(line, why=row.refusal, visits=_visits(row))


def _visits(row: MoveRow) -> str:
    goes = f"{several(row.appointments, 'appointment')} too" if row.appointments else ""
    many = "stay" if len(row.stays) > 1 else "stays"
    stays = f"{' and '.join(row.stays)} {many}: move or cancel" if row.stays else ""
    return "; ".join(part for part in (goes, stays) if part)


def _became(done: Left, names: dict[str, str], holders: dict[int, int]) -> list[str]:
    """Return what became of everything, a line each, and what still wants a person."""
    said = [f"{done.name} can no longer sign in."]
    for to in dict.fromkeys(holders.values()):
        many = sum(1 for each in holders.values() if each == to)
        said.append(f"{several(many, 'case')} went to {names.get(str(to), 'a colleague')}.")
    for row in done.rows:
        if row.stays:
            many = "stand" if len(row.stays) > 1 else "stands"
            said.append(
                f"{' and '.join(row.stays)} with {row.client} still {many} in the calendar under"
                " their name: move or cancel it there."
            )
    for many, what in (
        (done.trainees, "Trainees with another supervisor"),
        (done.actions, "Tasks that went to whoever holds the case"),
        (done.reviews, "File reviews that wait for another reviewer"),
        (done.sign_offs, "Work that waits for sign-off as before"),
        (done.covers, "Covers that ended; look whether somebody is away uncovered"),
    ):
        if many:
            said.append(f"{what}: {many}.")
    return said
