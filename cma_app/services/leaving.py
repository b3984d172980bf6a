"""Leaving: what a person holds, who takes it over, and the end of their sign-ins, all or nothing.

A manager hands cases and trainees on and deactivates in one transaction. An admin, who sees no
client, sees numbers and leaves the cases to a manager. A preview is what would happen, done and
taken back. Reactivating somebody later gives sign-in back and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select, text
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import now, today
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.services import users
from cma_app.services.caseload_moves import MOST_MOVED, MoveRow, move_cases, preview_moves
from cma_app.services.locking import locked
from cma_app.services.people_list import SUPERVISES
from cma_app.session import CentreSession
from models import Case, Centre, Client, Cover, FileReview, NextAction, User

OPEN: Final = ("open", "in_progress")
_HELD: Final = text("SELECT * FROM cma_held_by(:user)")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each a person holds or has before them, restricted files included."""

    cases: int = 0
    appointments: int = 0
    actions: int = 0
    reviews: int = 0
    sign_offs: int = 0
    trainees: int = 0
    covers: int = 0


@dataclass(frozen=True, slots=True)
class HeldCase:
    """An open case of somebody who leaves."""

    id: int
    reference: str
    client: str
    is_restricted: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """What somebody holds who is to leave.

    `cases` are those that the acting person may see; `obstacle` says why it cannot be done here.
    """

    id: int
    name: str
    counts: Counts
    cases: list[HeldCase]
    trainees: list[str]
    holders: list[tuple[int, str]]
    supervisors: list[tuple[int, str]]
    obstacle: str


@dataclass(frozen=True, slots=True)
class Left:
    """What became of what somebody held: one row a case, and what still wants a person."""

    name: str
    rows: list[MoveRow]
    trainees: int
    actions: int
    reviews: int
    covers: int
    sign_offs: int


class Stopped(CmaError):
    """Nothing was done, because of some of the cases: each says why it stays."""

    def __init__(self, rows: list[MoveRow]) -> None:
        self.rows = rows
        super().__init__("Nothing was changed: some cases cannot go where you chose.")


def what_they_hold(
    session: CentreSession, user_id: int, *, centre_id: int | None = None
) -> Holding:
    """Return what a person holds, before they are deactivated; an admin is told numbers alone."""
    session.authorize(Act.USER_DEACTIVATE)
    with session.in_centre(centre_id):
        person = users.leaver(session, user_id)
        counts = _counts(session, person.id)
        cases = _cases(session, person.id)
        return Holding(
            person.id,
            person.full_name,
            counts,
            cases,
            [each.full_name for each in _trainees(session, person.id)],
            _active(session, person.id, ("advisor", "trainee", "manager")),
            _active(session, person.id, SUPERVISES),
            _obstacle(session, person, counts, len(cases)),
        )


def preview_leaving(
    session: CentreSession,
    user_id: int,
    holders: Mapping[int, int],
    *,
    appointments: bool = True,
) -> list[MoveRow]:
    """Return what would become of each of these cases with the person chosen for it."""
    session.authorize(Act.CASE_ASSIGN)
    _refuse_themself(user_id, holders)
    return [
        row
        for to, cases in _by_holder(holders)
        for row in preview_moves(session, cases, advisor_id=to, appointments=appointments)
    ]


def hand_on_and_deactivate(
    session: CentreSession,
    user_id: int,
    *,
    holders: Mapping[int, int],
    supervisor_id: int | None = None,
    appointments: bool = True,
    centre_id: int | None = None,
) -> Left:
    """Give each open case to whom `holders` says, trainees a supervisor, and deactivate.

    All of it or nothing: `Stopped` says which cases stand in the way, Conflict what else does.
    Open actions follow their case. Reviews that they had to write wait for another reviewer, and
    covers in which they stand end.
    """
    session.authorize(Act.USER_DEACTIVATE)
    with session.in_centre(centre_id):
        person = locked(session, User, users.leaver(session, user_id).id)
        counts = _counts(session, person.id)
        held = _cases(session, person.id)
        if why := _obstacle(session, person, counts, len(held)):
            raise Conflict(why)
        rows = _hand_on(session, person, held, holders, appointments=appointments)
        trainees = _give_supervisor(session, person, supervisor_id)
        actions = _hand_actions_on(session, person.id)
        reviews = _wait_for_another(session, person.id)
        covers = _end_covers(session, person.id)
        _is_no_longer_named(session, person)
        users.deactivate(session, person.id)
    return Left(person.full_name, rows, trainees, actions, reviews, covers, counts.sign_offs)


def _counts(session: CentreSession, user_id: int) -> Counts:
    row = session.execute(_HELD, {"user": user_id}).one_or_none()
    return Counts(*row) if row is not None else Counts()


def _cases(session: CentreSession, user_id: int) -> list[HeldCase]:
    """Return the open cases of a person which the acting person may see: an admin sees none."""
    rows = session.execute(
        select(
            col(Case.id),
            col(Case.case_reference),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
            col(Client.is_restricted),
        )
        .join(
            Client,
            (col(Client.centre_id) == col(Case.centre_id))
            & (col(Client.id) == col(Case.client_id)),
        )
        .where(col(Case.advisor_id) == user_id, col(Case.status).in_(OPEN))
        .order_by(col(Client.last_name), col(Client.first_name), col(Case.id))
    ).all()
    return [HeldCase(*row) for row in rows]


def _trainees(session: CentreSession, user_id: int) -> list[User]:
    """Return the active trainees whose supervisor or stand-in a person is."""
    wanted = (
        select(User)
        .where(
            col(User.is_active).is_(True),
            or_(col(User.supervisor_id) == user_id, col(User.stand_in_id) == user_id),
        )
        .order_by(col(User.last_name), col(User.id))
    )
    return list(session.execute(wanted).scalars())


def _active(session: CentreSession, leaver_id: int, roles: Sequence[str]) -> list[tuple[int, str]]:
    """Return the centre's other active people of these roles, by name."""
    wanted = (
        select(User)
        .where(col(User.is_active).is_(True), col(User.role).in_(roles), col(User.id) != leaver_id)
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
        .limit(500)
    )
    return [(each.id, each.full_name) for each in session.execute(wanted).scalars()]


def _obstacle(session: CentreSession, person: User, counts: Counts, seen: int) -> str:
    """Return why this person cannot be deactivated here and now; empty where they can."""
    if session.actor.role == Role.ADMIN and counts.cases:
        cases = _several(counts.cases, "open case")
        managers = _active(session, person.id, ("manager",))
        if managers:
            names = " or ".join(name for _, name in managers[:3])
            return (
                f"{person.full_name} holds {cases}, which an admin does not see. Ask a manager of"
                f" the centre to hand them on and deactivate: {names}."
            )
        return (
            f"{person.full_name} holds {cases}, which an admin does not see, and the centre has no"
            " other active manager to hand them on. Make somebody its manager first: Edit, Role."
        )
    if hidden := counts.cases - seen:
        files = _several(hidden, "restricted file")
        return (
            f"{person.full_name} holds {files} on which you are not named. Somebody who is named on"
            " them hands them on first."
        )
    return _named_as_manager(session, person)


def _named_as_manager(session: CentreSession, person: User) -> str:
    if session.actor.role == Role.ADMIN:
        return ""
    centre = session.get(Centre, session.actor.centre_id)
    if centre is None or centre.manager_id != person.id:
        return ""
    return (
        f"{person.full_name} is named as the manager of the centre. An admin chooses another under"
        " Centres first."
    )


def _is_no_longer_named(session: CentreSession, person: User) -> None:
    """Take their name off the centre, which has no named manager until an admin chooses one."""
    centre = session.get(Centre, session.actor.centre_id)
    if centre is not None and centre.manager_id == person.id:
        centre.manager_id = None
        session.flush()


def _refuse_themself(user_id: int, holders: Mapping[int, int]) -> None:
    if user_id in holders.values():
        raise Invalid({"holder": "Choose somebody else: they are leaving."})


def _by_holder(holders: Mapping[int, int]) -> Iterator[tuple[int, list[int]]]:
    """Give the cases by whom they go to, so many at a time as may be moved at once."""
    for to in dict.fromkeys(holders.values()):
        cases = [case_id for case_id, each in holders.items() if each == to]
        for begin in range(0, len(cases), MOST_MOVED):
            yield to, cases[begin : begin + MOST_MOVED]


def _hand_on(
    session: CentreSession,
    person: User,
    held: list[HeldCase],
    holders: Mapping[int, int],
    *,
    appointments: bool,
) -> list[MoveRow]:
    if {case.id for case in held} - holders.keys():
        raise Conflict("Choose who takes over each case first. What they hold now is shown.")
    if not held:
        return []
    _refuse_themself(person.id, holders)
    now_held = {case.id: holders[case.id] for case in held}
    rows: list[MoveRow] = []
    for to, cases in _by_holder(now_held):
        seen = [(case_id, person.id) for case_id in cases]
        rows += move_cases(session, seen, advisor_id=to, appointments=appointments).rows
    if any(row.refusal for row in rows):
        raise Stopped(rows)
    session.authorize(Act.USER_DEACTIVATE)
    return rows


def _give_supervisor(session: CentreSession, person: User, supervisor_id: int | None) -> int:
    """Give the trainees of a person another supervisor; where they only stood in, nobody does."""
    trainees = _trainees(session, person.id)
    led = [each for each in trainees if each.supervisor_id == person.id]
    if led and supervisor_id not in dict(_active(session, person.id, SUPERVISES)):
        raise Invalid({"supervisor_id": "Choose who supervises their trainees from now on."})
    for trainee in trainees:
        if trainee.supervisor_id == person.id:
            trainee.supervisor_id = supervisor_id
        if trainee.stand_in_id in {person.id, trainee.supervisor_id}:
            trainee.stand_in_id = None
    session.flush()
    return len(trainees)


def _hand_actions_on(session: CentreSession, user_id: int) -> int:
    """Give what is still to do in other people's cases to whoever holds the case."""
    rows: Any = session.execute(
        select(NextAction, col(Case.advisor_id))
        .join(
            Case,
            (col(Case.centre_id) == col(NextAction.centre_id))
            & (col(Case.id) == col(NextAction.case_id)),
        )
        .where(
            col(NextAction.owner_id) == user_id,
            col(NextAction.done_at).is_(None),
            col(Case.advisor_id) != user_id,
        )
    ).all()
    for action, holder_id in rows:
        action.owner_id = holder_id
    session.flush()
    return len(rows)


def _wait_for_another(session: CentreSession, user_id: int) -> int:
    """Let the file reviews that a person had to write wait for another reviewer."""
    mine = (col(FileReview.reviewer_id) == user_id, col(FileReview.finished_at).is_(None))
    reviews = session.execute(select(FileReview).where(*mine)).scalars().all()
    for review in reviews:
        review.reviewer_id = None
    session.flush()
    return len(reviews)


def _end_covers(session: CentreSession, user_id: int) -> int:
    """End the covers in which a person stands, on either side; return how many."""
    standing = session.execute(
        select(Cover).where(
            or_(col(Cover.cover_id) == user_id, col(Cover.absent_id) == user_id),
            col(Cover.last_day) >= today(),
        )
    ).scalars()
    rows = standing.all()
    for row in rows:
        row.deleted_at = now()
    session.flush()
    return len(rows)


def _several(many: int, word: str) -> str:
    return f"1 {word}" if many == 1 else f"{many} {word}s"
