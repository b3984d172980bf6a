"""People of a centre: adding and editing them, one-time passwords, leaving and coming back.

A manager works in the own centre; an admin names another by `centre_id`. A one-time password is
returned once to whoever issued it, and only its hash is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import account_links
from cma_app.services.account_links import ELSEWHERE
from cma_app.services.identities import end_link, make_code, provider_here
from cma_app.services.identity_providers import INSTEAD
from cma_app.services.passwords import ONE_TIME_VALID, hashed, one_time_password
from cma_app.services.people_list import SUPERVISES
from cma_app.services.person_forms import PersonEdit, PersonForm
from cma_app.services.sign_in import end_other_sign_ins
from cma_app.session import CentreSession, was_seen
from models import Centre, User

MANAGED: Final = (Role.MANAGER.value, Role.ADVISOR.value, Role.TRAINEE.value)
"""The roles a manager looks after; an admin's account is an admin's to change."""
CHANGED: Final = (
    "Somebody else changed this person after you opened them. What is stored now is shown; save"
    " again to keep yours."
)
_TAKEN: Final = {
    "uq_users_username": {"username": "This username cannot be used. Choose another."},
    "uq_users_email": {"email": "This e-mail address cannot be used. Choose another."},
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A one-time password, returned once: who it is for and when it stops working."""

    user_id: int
    name: str
    username: str
    password: str = field(repr=False)
    valid_until: datetime
    links_at: str = ""
    """A centre's code where this is a linking code in place of a password."""


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What may be edited of a person, as it is stored; `version` goes back with the edit."""

    id: int
    version: int
    username: str
    first_name: str
    last_name: str
    email: str
    phone: str
    role: str
    supervisor_id: int | None
    stand_in_id: int | None
    is_self: bool


def add(session: CentreSession, form: PersonForm, *, centre_id: int | None = None) -> Issued:
    """Add a person and return the one-time password to hand over, once."""
    password = one_time_password()
    person = _add(session, form, password, now() + ONE_TIME_VALID, centre_id=centre_id)
    with session.in_centre(centre_id):
        return _handed_over(session, person, password)


def invite(session: CentreSession, form: PersonForm, *, centre_id: int | None = None) -> User:
    """Add a person and have a letter sent to them, in which they choose their own password.

    Invalid beside `how` where no letters can be sent.
    """
    session.authorize(Act.USER_ADD)
    if not account_links.mail_is_on():
        raise Invalid({"how": account_links.NO_MAIL})
    person = _add(session, form, one_time_password(), now(), centre_id=centre_id)
    account_links.invite(session, person.id, centre_id=centre_id)
    return person


def _add(
    session: CentreSession,
    form: PersonForm,
    password: str,
    until: datetime,
    *,
    centre_id: int | None,
) -> User:
    """Add a person whose password is to be changed, and works until then."""
    session.authorize(Act.USER_ADD)
    _refuse_role(session, form.role)
    with session.in_centre(centre_id):
        person = User(
            username=form.username,
            email=form.email,
            password_hash=hashed(password),
            must_change_password=True,
            password_expires_at=until,
            first_name=form.first_name,
            last_name=form.last_name,
            role=form.role,
            supervisor_id=_supervisor(session, form),
            stand_in_id=_stand_in(session, form),
            phone=form.phone,
            qualification_level=form.qualification_level,
        )
        _save(session, person)
    return person


def read_person(
    session: CentreSession, user_id: int, *, centre_id: int | None = None
) -> PersonDetails:
    """Return a person's details to edit them; a manager may not open an admin's."""
    session.authorize(Act.USER_EDIT)
    with session.in_centre(centre_id):
        person = managed_person(session, user_id)
    return PersonDetails(
        person.id,
        person.version,
        person.username,
        person.first_name or "",
        person.last_name or "",
        person.email,
        person.phone or "",
        person.role,
        person.supervisor_id,
        person.stand_in_id,
        person.id == session.actor.user_id,
    )


def edit(
    session: CentreSession,
    user_id: int,
    form: PersonEdit,
    *,
    version: int,
    centre_id: int | None = None,
) -> User:
    """Change a person's details; another role ends their sign-ins at once.

    Where somebody else was first since `version`, Conflict carries what is stored now, by field,
    and the version to save over it. Nobody changes their own role.
    """
    session.authorize(Act.USER_EDIT)
    with session.in_centre(centre_id):
        person = managed_person(session, user_id)
        if person.version != version:
            raise Conflict(CHANGED, _theirs(session, person, form))
        was_seen(person, version)
        changes_role = form.role != person.role
        if changes_role:
            _refuse_new_role(session, person, form.role)
        person.supervisor_id = _supervisor(session, form, of=person)
        person.stand_in_id = _stand_in(session, form, of=person)
        person.role = form.role
        person.first_name, person.last_name = form.first_name, form.last_name
        person.email, person.phone = form.email, form.phone
        _save(session, person)
        if changes_role:
            end_other_sign_ins(session, person.id)
    return person


def reset_password(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> Issued:
    """Give a person a new one-time password, returned once; their sign-ins end."""
    session.authorize(Act.USER_RESET_PASSWORD)
    if user_id == session.actor.user_id:
        raise Refused("Change your own password under your name, at the top of the page.")
    password = one_time_password()
    with session.in_centre(centre_id):
        person = managed_person(session, user_id)
        if not person.is_active:
            raise Conflict("This person is not active. Reactivate them instead.")
        if _signs_in_elsewhere(session, person):
            raise Conflict(ELSEWHERE)
        _give(person, password)
        end_other_sign_ins(session, person.id)
    return _issued(person, password)


def deactivate(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> User:
    """Stop a person from signing in, at once; refused while cases or trainees are theirs."""
    session.authorize(Act.USER_DEACTIVATE)
    with session.in_centre(centre_id):
        person = leaver(session, user_id)
        _refuse_holding_cases(session, person, "then deactivate")
        _refuse_supervising(session, person)
        person.is_active = False
        end_link(session, person.id)
        end_other_sign_ins(session, person.id)
    return person


def leaver(session: CentreSession, user_id: int) -> User:
    """Return an active person whom the acting person may deactivate."""
    session.authorize(Act.USER_DEACTIVATE)
    if user_id == session.actor.user_id:
        raise Refused("You cannot deactivate yourself. Ask another manager or an admin.")
    person = managed_person(session, user_id)
    if not person.is_active:
        raise Conflict("This person is already deactivated.")
    return person


def reactivate(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> Issued:
    """Let a person sign in again, with a new one-time password that is returned once."""
    session.authorize(Act.USER_DEACTIVATE)
    password = one_time_password()
    with session.in_centre(centre_id):
        person = managed_person(session, user_id)
        if person.is_active:
            raise Conflict("This person is already active.")
        person.is_active = True
        _give(person, password)
        session.flush()
        return _handed_over(session, person, password)


def _signs_in_elsewhere(session: CentreSession, person: User) -> bool:
    """Say whether a password opens nothing for this person: the centre has a provider instead."""
    provider = provider_here(session)
    return person.role != Role.ADMIN and provider is not None and provider.passwords == INSTEAD


def _handed_over(session: CentreSession, person: User, password: str) -> Issued:
    """Return what a person begins with: a one-time password, or a linking code instead."""
    if not _signs_in_elsewhere(session, person):
        return _issued(person, password)
    made = make_code(session, person)
    return Issued(
        person.id, made.name, made.username, made.code, made.valid_until, made.centre_code
    )


def _refuse_role(session: CentreSession, role: str) -> None:
    if session.actor.role == Role.MANAGER and role not in MANAGED:
        raise Invalid({"role": "Only an admin can make somebody an admin."})


def managed_person(session: CentreSession, user_id: int) -> User:
    """Return a person one may look after: a manager may not touch an admin's account."""
    person = session.require(User, user_id)
    if session.actor.role == Role.MANAGER and person.role not in MANAGED:
        raise Refused("Only an admin can change an admin's account.")
    return person


def _refuse_new_role(session: CentreSession, person: User, role: str) -> None:
    if person.id == session.actor.user_id:
        raise Invalid({"role": "You cannot change your own role. Ask another manager or an admin."})
    _refuse_role(session, role)
    if role == Role.ADMIN:
        _refuse_holding_cases(session, person, "then change the role: an admin holds no case")
    if role not in SUPERVISES:
        _refuse_supervising(session, person)
    leads = select(col(Centre.id)).where(col(Centre.manager_id) == person.id)
    if person.role == Role.MANAGER and session.execute(leads).first() is not None:
        raise Conflict(
            f"{person.full_name} is named as the manager of the centre. An admin chooses another"
            " under Centres first."
        )


def _refuse_supervising(session: CentreSession, person: User) -> None:
    """Refuse while active trainees have this person as their supervisor or stand-in."""
    for column, does, other in (
        (User.supervisor_id, "supervises", "supervisor"),
        (User.stand_in_id, "stands in as supervisor of", "stand-in"),
    ):
        trainees = session.execute(
            select(func.concat_ws(" ", col(User.first_name), col(User.last_name)))
            .where(col(column) == person.id, col(User.is_active).is_(True))
            .order_by(col(User.last_name), col(User.id))
        ).scalars()
        if names := ", ".join(trainees):
            raise Conflict(
                f"{person.full_name} {does} {names}. Choose another {other} first: Edit, beside"
                " the trainee's name."
            )


def _theirs(session: CentreSession, person: User, form: PersonEdit) -> dict[str, str]:
    """Return what is stored where the form says something else, and the version now."""
    wanted = form.model_dump()
    stored = {name: getattr(person, name) for name in wanted}
    for name in ("supervisor_id", "stand_in_id"):
        if stored[name] is not None and wanted[name] != stored[name]:
            stored[name] = session.require(User, stored[name]).full_name
    differ = {
        name: str(stored[name] or "nothing")
        for name, value in wanted.items()
        if stored[name] != value
    }
    return {"version": str(person.version), **differ}


def _supervisor(
    session: CentreSession, form: PersonForm | PersonEdit, *, of: User | None = None
) -> int | None:
    if form.role != Role.TRAINEE:
        return None
    if form.supervisor_id is None:
        raise Invalid({"supervisor_id": "Choose who supervises this trainee."})
    return _one_who_may(session, "supervisor_id", form.supervisor_id, of)


def _stand_in(
    session: CentreSession, form: PersonForm | PersonEdit, *, of: User | None = None
) -> int | None:
    """Return who supervises a trainee when the supervisor cannot; nobody need be named."""
    if form.role != Role.TRAINEE or form.stand_in_id is None:
        return None
    if form.stand_in_id == form.supervisor_id:
        raise Invalid({"stand_in_id": "Choose somebody other than the supervisor."})
    return _one_who_may(session, "stand_in_id", form.stand_in_id, of)


def _one_who_may(session: CentreSession, name: str, user_id: int, of: User | None) -> int:
    """Return the id of somebody who may supervise `of`; Invalid beside the field otherwise."""
    try:
        person = session.require(User, user_id)
    except NotFound:
        person = None
    if person is None or person is of or not _may_supervise(person):
        raise Invalid({name: "Choose an advisor or a manager of this centre."})
    return person.id


def _may_supervise(person: User) -> bool:
    return person.is_active and person.role in SUPERVISES


def _save(session: CentreSession, person: User) -> None:
    """Store the person, or say which answer is taken without saying by whom or where."""
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError as error:
        diagnostics = getattr(error.orig, "diag", None)
        name = getattr(diagnostics, "constraint_name", "")
        if name in _TAKEN:
            raise Invalid(_TAKEN[name]) from None
        raise


def _refuse_holding_cases(session: CentreSession, person: User, then: str) -> None:
    held = session.execute(
        text("SELECT cma_open_cases_of(:user)"), {"user": person.id}
    ).scalar_one()
    if held:
        cases = "1 open case" if held == 1 else f"{held} open cases"
        raise Conflict(
            f"{person.full_name} still holds {cases}. A manager gives them to somebody else"
            f" under Cases, filtered by this advisor; {then}."
        )


def _give(person: User, password: str) -> None:
    person.password_hash = hashed(password)
    person.must_change_password = True
    person.password_expires_at = now() + ONE_TIME_VALID


def _issued(person: User, password: str) -> Issued:
    if person.password_expires_at is None:
        raise ValueError("a one-time password without its end")
    return Issued(
        person.id, person.full_name, person.username, password, person.password_expires_at
    )
