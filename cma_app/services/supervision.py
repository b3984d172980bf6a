"""Who supervises whom: the supervisor, the stand-in, and whoever covers one of them today.

These are asked in the midst of other verbs, so they leave the act alone that is being done.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.services.availability import read_diary
from cma_app.services.covers import CoverNow, covered_ids, covers_today
from cma_app.services.next_actions import list_actions, record_action
from cma_app.services.people_list import SUPERVISES
from cma_app.session import CentreSession
from models import Case, User


@dataclass(frozen=True, slots=True)
class Trainee:
    """A trainee whom the acting person supervises today; `for_whom` is empty for their own."""

    id: int
    name: str
    for_whom: str


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Somebody who answers for a trainee, and who covers them today where somebody does."""

    id: int
    name: str
    is_stand_in: bool
    cover: CoverNow | None

    @property
    def answers(self) -> int:
        """Return who answers today: whoever covers them, or they themselves."""
        return self.id if self.cover is None else self.cover.cover_id


def supervises(session: CentreSession, trainee_id: int) -> bool:
    """Say whether the acting person supervises a trainee today: NotFound in another centre."""
    return _answers(session, session.require(User, trainee_id), _stands_for(session))


def trainees_of(session: CentreSession) -> list[Trainee]:
    """Return the active trainees whom the acting person supervises today, by name."""
    stands_for = _stands_for(session)
    wanted = (
        select(User)
        .where(
            col(User.role) == Role.TRAINEE.value,
            col(User.is_active).is_(True),
            or_(col(User.supervisor_id).in_(stands_for), col(User.stand_in_id).in_(stands_for)),
        )
        .order_by(col(User.last_name), col(User.first_name), col(User.id))
    )
    found = session.execute(wanted).scalars().all()
    me = session.actor.user_id
    absent = {who for each in found for who in _pair(each)} & (stands_for - {me})
    names = _names(session, absent)
    return [
        Trainee(each.id, each.full_name, _for_whom(each, me, names))
        for each in found
        if _answers(session, each, stands_for)
    ]


def supervisor_of(session: CentreSession, trainee_id: int) -> User | None:
    """Return the supervisor of a person; None where nobody was chosen."""
    supervisor_id = session.require(User, trainee_id).supervisor_id
    return session.require(User, supervisor_id) if supervisor_id is not None else None


def supervisors_of(session: CentreSession, trainee_id: int) -> list[Supervisor]:
    """Return who answers for a trainee, the supervisor first, with who covers each today."""
    if trainee_id == session.actor.user_id and session.actor.role != Role.TRAINEE:
        return []
    trainee = session.require(User, trainee_id)
    if trainee.role != Role.TRAINEE:
        return []
    people = _pair(trainee)
    covers, names = covers_today(session), _names(session, people)
    return [
        Supervisor(who, names[who], who == trainee.stand_in_id, covers.get(who))
        for who in people
        if who in names
    ]


def ask_supervisor(session: CentreSession, case_id: int) -> Supervisor:
    """Put a trainee's case on the list of whoever answers for them today, and return who that is.

    The supervisor, or who covers them; the stand-in where the supervisor is away and uncovered.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.ACTION_RECORD, case)
    asks = session.require(User, session.actor.user_id)
    found = here_today(session, asks.id)
    if found is None:
        raise Conflict("No supervisor is set for you. Ask your manager.")
    what, who = f"{asks.full_name} asks for your help", found.answers
    if any(each.what == what and each.owner_id == who for each in list_actions(session, case_id)):
        raise Conflict("You have asked already; it stands under the next actions.")
    record_action(session, case_id, what=what, due_date=today(), owner_id=who)
    return found


def here_today(session: CentreSession, trainee_id: int) -> Supervisor | None:
    """Return who answers for a trainee today: of the two the first who is at work or covered.

    The supervisor where nobody is; None where nobody was chosen.
    """
    found = supervisors_of(session, trainee_id)
    diary = read_diary(session, [each.id for each in found], today(), today())
    here = (each for each in found if each.cover is not None or not diary.is_away(each.id, today()))
    return next(here, found[0] if found else None)


def _pair(trainee: User) -> list[int]:
    """Return the supervisor and the stand-in of a trainee, whoever of them there is."""
    return [who for who in (trainee.supervisor_id, trainee.stand_in_id) if who is not None]


def _stands_for(session: CentreSession) -> set[int]:
    """Return oneself and whom one covers today; nobody for whose role supervises nobody."""
    if session.actor.role not in SUPERVISES:
        return set()
    return {session.actor.user_id, *covered_ids(session)}


def _answers(session: CentreSession, trainee: User, stands_for: set[int]) -> bool:
    """Say whether somebody answers for a trainee; nobody does for themselves."""
    is_trainee = trainee.role == Role.TRAINEE and trainee.id != session.actor.user_id
    return is_trainee and not stands_for.isdisjoint(_pair(trainee))


def _for_whom(trainee: User, me: int, names: dict[int, str]) -> str:
    pair = _pair(trainee)
    return "" if me in pair else next((names[who] for who in pair if who in names), "")


def _names(session: CentreSession, people: set[int] | list[int]) -> dict[int, str]:
    if not people:
        return {}
    named = select(
        col(User.id), func.concat_ws(" ", col(User.first_name), col(User.last_name))
    ).where(col(User.id).in_(people))
    return {row[0]: row[1] for row in session.execute(named)}
