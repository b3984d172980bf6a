"""Everything that is counted on the board: by advisor and stage, and beside the open cases.

Whoever opens a board counts in one statement. Whoever watches keeps a line for each open case,
and after a change reads those that changed alone: what is counted stays a sum of the lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import case, func, literal, select
from sqlmodel import col

from cma_app.access.acts import Role
from cma_app.clock import today
from cma_app.services.availability import read_diary
from cma_app.services.caseload_filters import at_work, first_due, shows
from cma_app.services.caseload_values import Tallies, Tally, added
from cma_app.services.referrals import count_waiting
from cma_app.services.sign_off_list import waiting_count
from cma_app.session import CentreSession
from models import Case, User

Place = tuple[int, str]
"""Where a case is counted: who holds it, and its stage."""


class Line(NamedTuple):
    """One open case as it is counted."""

    place: Place
    tally: Tally


class Around(NamedTuple):
    """What is told beside the open cases; `holders` are those for whom it was read."""

    people: list[tuple[int, str, str]]
    beside: Mapping[str, int]
    away: Mapping[int, str]
    holders: frozenset[int]


def tallies(session: CentreSession) -> Tallies:
    """Return what the centre has open, by advisor and stage, and what is counted beside it."""
    joined, due = first_due()
    conditions = shows(due)
    counted = (
        select(
            col(Case.advisor_id),
            col(Case.stage),
            func.count().label("open"),
            func.count().filter(col(Case.priority) == "urgent").label("urgent"),
            *[func.count().filter(shown).label(name) for name, shown in conditions.items()],
            func.coalesce(func.sum(col(Case.total_debt)), 0).label("owed"),
            func.coalesce(func.sum(col(Case.priority_debt)), 0).label("priority_owed"),
        )
        .join(joined, literal(value=True))
        .where(at_work())
        .group_by(col(Case.advisor_id), col(Case.stage))
    )
    lines = [_line(row, ("open", "urgent", *conditions)) for row in session.execute(counted)]
    return _told({line.place: line.tally for line in lines}, _around(session, lines))


def lines_of(session: CentreSession, case_ids: Sequence[int] | None = None) -> dict[int, Line]:
    """Return a line for each open case, or for those of these that are open and seen."""
    joined, due = first_due()
    conditions = shows(due)
    only = [] if case_ids is None else [col(Case.id).in_(list(case_ids))]
    wanted = (
        select(
            col(Case.id),
            col(Case.advisor_id),
            col(Case.stage),
            literal(value=True).label("open"),
            (col(Case.priority) == "urgent").label("urgent"),
            *[shown.label(name) for name, shown in conditions.items()],
            func.coalesce(col(Case.total_debt), 0).label("owed"),
            func.coalesce(col(Case.priority_debt), 0).label("priority_owed"),
        )
        .join(joined, literal(value=True))
        .where(at_work(), *only)
    )
    names = ("open", "urgent", *conditions)
    return {row.id: _line(row, names) for row in session.execute(wanted)}


@dataclass
class Counts:
    """What is counted on the boards of one sight, kept up to date from change to change.

    It is right for as long as it hears of each change of a case, and for its day.
    """

    day: date
    lines: dict[int, Line]
    parts: dict[Place, Tally]
    around: Around

    @classmethod
    def read(cls, session: CentreSession) -> "Counts":
        """Return what is counted now."""
        lines = lines_of(session)
        held: dict[Place, list[Tally]] = defaultdict(list)
        for line in lines.values():
            held[line.place].append(line.tally)
        parts = {place: added(each) for place, each in held.items()}
        return cls(today(), lines, parts, _around(session, lines.values()))

    def take(
        self, session: CentreSession, case_ids: Sequence[int], lines: Mapping[int, Line]
    ) -> None:
        """Take what changed: the cases, and the lines of those that are open now.

        What is told beside them is read again where more than open cases changed: case 0 is told
        for that, and who comes or goes may have brought or taken something else.
        """
        is_wider = 0 in case_ids
        for case_id in case_ids:
            before, now = self.lines.pop(case_id, None), lines.get(case_id)
            is_wider = is_wider or (before is None) != (now is None)
            if before is not None:
                self._add(before, -1)
            if now is not None:
                self.lines[case_id] = now
                self._add(now, 1)
        if is_wider or self.around.holders != {who for who, _ in self.parts}:
            self.around = _around(session, self.lines.values())

    def tallies(self) -> Tallies:
        """Return what is counted, to be narrowed by a filter."""
        return _told(self.parts, self.around)

    def _add(self, line: Line, times: int) -> None:
        before = self.parts.get(line.place, Tally())
        sums: dict[str, Any] = {
            name: getattr(before, name) + times * getattr(line.tally, name) for name in FIGURES
        }
        self.parts[line.place] = Tally(**sums)
        if not sums["open"]:
            del self.parts[line.place]


MOST_LISTED = 200
"""People without an open case who are offered beside those who hold one."""
FIGURES = tuple(each.name for each in fields(Tally))


def people_at_work(session: CentreSession, also: Iterable[int] = ()) -> list[tuple[int, str, str]]:
    """Return the active people who may hold cases, and these, by name: id, name, role.

    So many are listed at most, but of `also` everybody: a lane may not lack its holder.
    """
    holders = col(User.id).in_(list(also))
    rank = case({"advisor": 1, "trainee": 2}, value=col(User.role), else_=3)
    rows = session.execute(
        select(
            col(User.id),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("name"),
            col(User.role),
            holders.label("holds"),
        )
        .where((col(User.is_active).is_(True) & (col(User.role) != Role.ADMIN.value)) | holders)
        .order_by(rank, col(User.last_name), col(User.id))
    ).all()
    others = [row for row in rows if not row.holds][:MOST_LISTED]
    listed = {row.id for row in others} | {row.id for row in rows if row.holds}
    return [(row.id, row.name, row.role) for row in rows if row.id in listed]


def _line(row: Any, names: Iterable[str]) -> Line:
    counted = {name: int(getattr(row, name) or 0) for name in names}
    tally = Tally(**counted, owed=row.owed, priority_owed=row.priority_owed)
    return Line((row.advisor_id, row.stage), tally)


def _told(parts: Mapping[Place, Tally], around: Around) -> Tallies:
    trainees = {who for who, _, role in around.people if role == Role.TRAINEE}
    told = {
        place: replace(tally, trainee=tally.open) if place[0] in trainees else tally
        for place, tally in parts.items()
    }
    return Tallies(around.people, told, around.beside, around.away)


def _around(session: CentreSession, lines: Iterable[Line]) -> Around:
    holders = frozenset(line.place[0] for line in lines)
    people = people_at_work(session, also=holders)
    beside = {
        "referrals": count_waiting(session),
        "sign_offs": waiting_count(session, late_only=True),
    }
    return Around(people, beside, _away(session, [who for who, _, _ in people]), holders)


def _away(session: CentreSession, people: list[int]) -> dict[int, str]:
    """Return who is not at work today, and in a few words why."""
    day = today()
    diary = read_diary(session, people, day, day)
    away: dict[int, str] = {}
    for who in people:
        last = max((last for first, last in diary.leave[who] if first <= day <= last), default=None)
        if last is not None:
            away[who] = "away today" if last == day else f"away to {last.day} {last:%b}"
        elif diary.weeks[who] and not diary.working(who)(day):
            away[who] = "not in today"
    return away
