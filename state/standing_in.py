"""Who answers for whom today: a trainee's supervisors, and the people somebody covers."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.services.covers import Covered, covered_people
from cma_app.services.supervision import (
    Supervisor,
    Trainee,
    ask_supervisor,
    supervisors_of,
    trainees_of,
)
from cma_app.session import CentreSession
from state.base import CentreState, act, load, notice
from state.case import CaseState
from state.words import day_text


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A sentence of the first page, and where it leads; an empty path leads nowhere."""

    words: str
    path: str = ""
    step: str = ""

    @classmethod
    def of_cover(cls, each: Covered) -> "StandingLine":
        """Return what is said of somebody whom the reader covers."""
        said = f"You are covering for {each.name} until {day_text(each.until)}."
        note = f" {each.note.rstrip('.')}." if each.note else ""
        return cls(f"{said}{note}", f"/cases?advisor={each.id}", "Open their cases")

    @classmethod
    def of_trainee(cls, each: Trainee) -> "StandingLine":
        """Return what is said of a trainee whom the reader supervises in somebody's place."""
        return cls(
            f"You supervise {each.name} for {each.for_whom}.",
            f"/cases?advisor={each.id}",
            "Open their cases",
        )

    @classmethod
    def of_supervisors(cls, found: list[Supervisor]) -> "StandingLine":
        """Return what a trainee is told of who supervises them."""
        said = [
            f"{each.name} ({each.cover.name} covers)" if each.cover is not None else each.name
            for each in found
        ]
        return cls(f"Your supervisor: {', or '.join(said)}.")


def _lines(session: CentreSession) -> list[StandingLine]:
    supervisors = supervisors_of(session, session.actor.user_id)
    return [
        *([StandingLine.of_supervisors(supervisors)] if supervisors else []),
        *map(StandingLine.of_cover, covered_people(session)),
        *[StandingLine.of_trainee(each) for each in trainees_of(session) if each.for_whom],
    ]


class StandingInState(CentreState):
    """What the first page says of cover and supervision, and the call for a supervisor."""

    lines: list[StandingLine] = []

    @load(Act.HOME_SEE)
    async def open(self):
        """Say whom one covers, and who supervises one."""
        self.lines = await self.ask(_lines)

    @act(Act.ACTION_RECORD)
    async def ask_for_supervisor(self):
        """Put the case on the list of the trainee's supervisor, for today."""
        found = await self.ask(ask_supervisor, self.route_id("case_id"))
        name = found.cover.name if found.cover is not None else found.name
        return [notice(f"{name} finds it under My day."), CaseState.look_again]
