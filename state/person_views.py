"""A person of a centre in words: their row in the list, and what is behind it."""

from dataclasses import dataclass, field

from cma_app.access.actor import Actor
from cma_app.access.acts import Role
from cma_app.paging import Page
from cma_app.services.account_links import Invite, mail_is_on
from cma_app.services.people_list import AwayFrom, Person
from state.lists import Foot
from state.words import moment_text, weekday_text

ROLE_WORDS = {
    "advisor": "Advisor",
    "trainee": "Trainee",
    "manager": "Manager",
    "admin": "Admin",
}
FAILED = {
    "refused": "The address was refused: check it under Edit",
    "unreachable": "The mail server could not be reached",
    "late": "It could not be sent in time",
    "left": "They were not active any more",
}
"""Why no letter arrived, in words."""
OPEN = ("waiting", "sent", "unknown")
"""Invitations that can be taken back."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A row of the list of people, and what is behind it; `id` is 0 while none is chosen."""

    id: int = 0
    name: str = ""
    username: str = ""
    role: str = ""
    supervisor: str = ""
    status: str = ""
    told: str = ""
    leave: str = ""
    last_login: str = ""
    about: list[tuple[str, str]] = field(default_factory=list)
    has_factors: bool = False
    is_active: bool = False
    may_change: bool = False
    may_edit: bool = False
    is_linked: bool = False
    may_link: bool = False
    takes_password: bool = False
    may_invite: bool = False
    was_invited: bool = False
    may_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """A page of people, with the words under it."""

    rows: list[PersonLine]
    foot: Foot

    @classmethod
    def of(cls, page: Page[Person], factors: dict[int, str], actor: Actor, way_in: str) -> "People":
        """Return a page of people as the list shows it to this person."""
        return cls(
            rows=[_line(person, factors.get(person.id, ""), actor, way_in) for person in page.rows],
            foot=Foot.of(page),
        )


def _line(person: Person, factors: str, actor: Actor, way_in: str) -> PersonLine:
    takes_password = way_in != "instead" or person.role == Role.ADMIN
    managed = person.role != Role.ADMIN or actor.role == Role.ADMIN
    invited = person.invite.state
    may_change = managed and person.id != actor.user_id
    return PersonLine(
        id=person.id,
        name=person.name,
        username=person.username,
        role=ROLE_WORDS[person.role],
        supervisor=person.supervisor,
        status=_status(person),
        told=_invite_text(person.invite),
        leave=_away_text(person.leave),
        last_login=moment_text(person.last_login) or "Never",
        about=_about(person, factors, way_in),
        has_factors=factors != "",
        is_active=person.is_active,
        may_change=may_change,
        may_edit=managed,
        is_linked=person.is_linked,
        may_link=way_in != "" and person.role != Role.ADMIN and person.is_active,
        takes_password=takes_password,
        may_invite=may_change and takes_password and person.waits_for_password and mail_is_on(),
        was_invited=invited != "none",
        may_withdraw=may_change and invited in OPEN,
    )


def _about(person: Person, factors: str, way_in: str) -> list[tuple[str, str]]:
    """Return what is known of a person beside their row; nothing of which there is none."""
    known = (
        ("E-mail address", person.email),
        ("Supervisor", person.supervisor),
        ("Stand-in", person.stand_in),
        ("Second factor", factors or "None"),
        ("Organisation", "Linked" if person.is_linked else "Not linked" if way_in else ""),
        ("Invitation", _invite_text(person.invite)),
        ("Leave", _leave_text(person.leave)),
    )
    return [(what, said) for what, said in known if said]


def _status(person: Person) -> str:
    """Return the word of the badge: how it stands with a person and their way in."""
    if not person.is_active:
        return "inactive"
    if person.waits_for_password:
        state = person.invite.state
        return {"none": "unused", "waiting": "invited", "sent": "invited"}.get(state, state)
    return "active"


def _invite_text(invite: Invite) -> str:
    at, until = moment_text(invite.at), moment_text(invite.until)
    return {
        "none": "",
        "waiting": "The letter is on its way",
        "sent": f"Sent {at}; works until {until}",
        "unknown": f"Sent {at}, perhaps in vain; works until {until}",
        "failed": FAILED.get(invite.reason, FAILED["unreachable"]),
        "old": f"Sent {at}; its time is over",
        "ended": f"{at}: taken back, or another address",
    }[invite.state]


def _away_text(leave: AwayFrom | None) -> str:
    """Return in a few words that a person is away now or soon, and where nobody covers."""
    if leave is None:
        return ""
    when = (
        f"until {weekday_text(leave.last_day)}"
        if leave.is_today
        else f"from {weekday_text(leave.first_day)}"
    )
    return f"Leave {when}{'' if leave.cover else ', nobody covers'}"


def _leave_text(leave: AwayFrom | None) -> str:
    if leave is None:
        return ""
    days = (
        f"until {weekday_text(leave.last_day)}"
        if leave.is_today
        else f"from {weekday_text(leave.first_day)} to {weekday_text(leave.last_day)}"
    )
    cover = f"; {leave.cover} covers" if leave.cover else "; nobody covers yet"
    return f"On leave {days}{cover}"
