"""Appointments: booked, moved, confirmed, cancelled, and what came of them.

An advisor and a room take one appointment at a time: the database refuses the second, and the
person who asked reads who is there and when it is free. A client who misses two of a case's
appointments is a question for the manager. A trainee books for cases assigned to them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.appointments import (
    MISSED_ASKS,
    MODES,
    STANDS,
    TYPES,
    asks_manager,
    is_question,
)
from cma_app.rules.calendars import add_working_days
from cma_app.rules.local_time import NoSuchTime, moment_at
from cma_app.rules.task_rules import MISSED_TWICE
from cma_app.rules.workflow import AT_WORK
from cma_app.services.appointment_forms import (
    AppointmentForm,
    CancelForm,
    NoteForm,
    OutcomeForm,
)
from cma_app.services.appointment_slots import Place, hold_slot, taken, why_not_then
from cma_app.services.availability import read_diary
from cma_app.services.cases import find_holder
from cma_app.services.locking import locked
from cma_app.services.next_actions import complete_action, list_actions, record_action
from cma_app.services.reminders import plan_reminder, ring_about_change
from cma_app.session import CentreSession
from models import Appointment, AppointmentNote, Case, Centre, Client, FileAccess, Room, User

FARTHEST: Final = timedelta(days=730)
OVERLAPS: Final = ("ex_appointments_advisor_slot", "ex_appointments_room_slot")
ENDED: Final = "This appointment no longer stands. Book another."


def book_appointment(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> Appointment:
    """Book an appointment in a case and return it.

    Raises Invalid beside a field, and SlotTaken with the next free times where the advisor or the
    room is taken. Outside working hours and on a bank holiday it needs `anyway` ticked.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.APPOINTMENT_BOOK, case)
    form = AppointmentForm.read(data)
    if case.status not in AT_WORK:
        raise Conflict("This case has ended. Reopen it before you book in it.")
    place = _checked_place(session, case, form)
    row = Appointment(case_id=case.id, client_id=case.client_id, **_columns(form))
    _keep(session, case, row, place)
    return row


def move_appointment(
    session: CentreSession, appointment_id: int, data: Mapping[str, Any], *, version: int
) -> Appointment:
    """Change an appointment that stands: when, who, where, what for; raises what booking raises.

    Another day, time or advisor makes a confirmed one unconfirmed. Conflict carries what is stored
    where somebody changed it since `version`.
    """
    row, case = _mine(session, appointment_id, Act.APPOINTMENT_BOOK)
    form = AppointmentForm.read(data)
    _unchanged(session, row, version)
    if row.status not in STANDS:
        raise Conflict(ENDED)
    was = (row.scheduled_date, row.scheduled_time, row.advisor_id)
    told = (row.meeting_mode, row.duration_minutes)
    place = _checked_place(session, case, form, was=row)
    for name, value in _columns(form).items():
        setattr(row, name, value)
    if was != (row.scheduled_date, row.scheduled_time, row.advisor_id):
        row.status = "scheduled"
    if was[:2] != (row.scheduled_date, row.scheduled_time):
        row.reminder_sent = False  # of its new time nobody was reminded
    _keep(session, case, row, place)
    if told != (row.meeting_mode, row.duration_minutes):
        ring_about_change(session, row)
    return row


def confirm_appointment(
    session: CentreSession, appointment_id: int, *, version: int
) -> Appointment:
    """Record that the client said they will come."""
    row, _ = _mine(session, appointment_id, Act.APPOINTMENT_BOOK)
    _unchanged(session, row, version)
    if row.status not in STANDS:
        raise Conflict(ENDED)
    row.status = "confirmed"
    session.flush()
    return row


def cancel_appointment(
    session: CentreSession, appointment_id: int, data: Mapping[str, Any], *, version: int
) -> Appointment:
    """Cancel an appointment: by whom, and why; its time is free again."""
    row, _ = _mine(session, appointment_id, Act.APPOINTMENT_CANCEL)
    form = CancelForm.read(data)
    _unchanged(session, row, version)
    if row.status not in STANDS:
        raise Conflict(ENDED)
    row.status, row.cancelled_by, row.cancel_reason = "cancelled", form.cancelled_by, form.reason
    session.flush()
    return row


def record_outcome(
    session: CentreSession, appointment_id: int, data: Mapping[str, Any], *, version: int
) -> Appointment:
    """Record what came of an appointment; a follow-up with a date becomes a next action.

    An outcome recorded by mistake is recorded anew. The second appointment of a case that a client
    misses asks the manager, by a next action of the manager's on the next working day.
    """
    row, case = _mine(session, appointment_id, Act.APPOINTMENT_OUTCOME)
    form = OutcomeForm.read(data)
    _unchanged(session, row, version)
    if row.status == "cancelled":
        raise Conflict("This appointment was cancelled, so nothing came of it.")
    if moment_at(row.scheduled_date, row.scheduled_time) > now():
        raise Conflict("It has not begun yet. Move or cancel it instead.")
    if form.follow_up and form.follow_up_date is None:
        raise Invalid({"follow_up_date": "Give the day by which to follow up."})
    if form.follow_up_date is not None and form.follow_up_date < today():
        raise Invalid({"follow_up_date": "Choose today or a later day."})
    is_new = form.follow_up_date is not None and form.follow_up_date != row.follow_up_date
    row.status, row.outcome_summary = form.outcome, form.outcome_summary
    row.follow_up_date = form.follow_up_date or row.follow_up_date
    row.follow_up_required = row.follow_up_date is not None
    session.flush()
    if is_new:
        when = f"{row.scheduled_date.day} {row.scheduled_date:%b}"
        what = form.follow_up or f"Follow up the appointment of {when}"
        record_action(session, case.id, what=what, due_date=form.follow_up_date)
    _ask_manager(session, case)
    session.authorize(Act.APPOINTMENT_OUTCOME, case)
    return row


def add_note(
    session: CentreSession, appointment_id: int, data: Mapping[str, Any]
) -> AppointmentNote:
    """Write a note on an appointment."""
    row, _ = _mine(session, appointment_id, Act.APPOINTMENT_NOTE)
    note = AppointmentNote(appointment_id=row.id, body=NoteForm.read(data).body)
    session.add(note)
    session.flush()
    return note


def missed_in(session: CentreSession, case_id: int) -> int:
    """Return how many appointments of a case its client did not come to."""
    case = session.require(Case, case_id)
    session.authorize(Act.APPOINTMENT_SEE, case)
    missed = select(func.count()).where(
        col(Appointment.centre_id) == case.centre_id,
        col(Appointment.case_id) == case.id,
        col(Appointment.status) == "did_not_attend",
        col(Appointment.deleted_at).is_(None),
    )
    return session.execute(missed).scalar_one()


def _mine(session: CentreSession, appointment_id: int, act: Act) -> tuple[Appointment, Case]:
    """Return an appointment to be changed, with its case, once the act was allowed."""
    row = session.require(Appointment, appointment_id)
    case = session.require(Case, row.case_id or 0)
    session.authorize(act, case)
    return locked(session, Appointment, appointment_id), case


def _unchanged(session: CentreSession, row: Appointment, version: int) -> None:
    if row.version == version:
        return
    room = session.require(Room, row.room_id).name if row.room_id else "None"
    raise Conflict(
        theirs={
            "appointment_type": TYPES[row.appointment_type],
            "meeting_mode": MODES[row.meeting_mode],
            "advisor_id": session.require(User, row.advisor_id).full_name,
            "room_id": room,
            "scheduled_date": f"{row.scheduled_date.day} {row.scheduled_date:%b %Y}",
            "scheduled_time": f"{row.scheduled_time:%H:%M}",
            "duration_minutes": str(row.duration_minutes),
            "location": row.location or "None",
            "preparation_notes": row.preparation_notes or "None",
        }
    )


def _checked_place(
    session: CentreSession, case: Case, form: AppointmentForm, *, was: Appointment | None = None
) -> Place:
    """Return when and with whom, checked as far as a person can put it right."""
    day: date = form.scheduled_date  # type: ignore[assignment]
    at: time = form.scheduled_time  # type: ignore[assignment]
    place = Place(form.advisor_id, form.room_id, day, at, form.duration_minutes)
    _check_advisor(session, case, place.advisor_id)
    _check_room(session, form, was.room_id if was is not None else None)
    if form.meeting_mode == "outreach" and not form.location:
        raise Invalid({"location": "Say where you meet the client."})
    try:
        moment_at(day, at)
    except NoSuchTime as error:
        raise Invalid({"scheduled_time": error.sentence}) from None
    if was is None or (was.scheduled_date, was.scheduled_time) != (day, at):
        _check_day(day)
    if was is None or _place_of(was) != replace(place, room_id=was.room_id):
        _check_hours(session, place, anyway=form.anyway)
    return place


def _place_of(row: Appointment) -> Place:
    return Place(
        row.advisor_id, row.room_id, row.scheduled_date, row.scheduled_time, row.duration_minutes
    )


def _check_advisor(session: CentreSession, case: Case, advisor_id: int) -> None:
    """Refuse who could not see whom they are to meet."""
    advisor = find_holder(session, advisor_id)
    if advisor.role == Role.TRAINEE.value and case.advisor_id != advisor.id:
        raise Invalid(
            {
                "advisor_id": f"{advisor.full_name} is a trainee and sees assigned cases only."
                " Choose another advisor, or hand the case on first."
            }
        )
    client = session.require(Client, case.client_id)
    if client.is_restricted and not _is_named(session, client, advisor.id):
        raise Invalid({"advisor_id": f"{advisor.full_name} is not named on this restricted file."})


def _is_named(session: CentreSession, client: Client, user_id: int) -> bool:
    named = select(col(FileAccess.id)).where(
        col(FileAccess.client_id) == client.id, col(FileAccess.user_id) == user_id
    )
    return session.execute(named).first() is not None


def _check_room(session: CentreSession, form: AppointmentForm, held: int | None) -> None:
    if form.room_id is None:
        return
    room = session.get(Room, {"centre_id": session.actor.centre_id, "id": form.room_id})
    if room is None or (not room.is_open and room.id != held):
        raise Invalid({"room_id": "Choose a room that is open."})


def _check_day(day: date) -> None:
    if day < today():
        raise Invalid({"scheduled_date": "This day is over. Choose today or a later one."})
    if day > today() + FARTHEST:
        raise Invalid({"scheduled_date": "Choose a day within the next two years."})


def _check_hours(session: CentreSession, place: Place, *, anyway: bool) -> None:
    diary = read_diary(session, [place.advisor_id], place.day, place.day)
    if diary.is_away(place.advisor_id, place.day):
        name = session.require(User, place.advisor_id).full_name
        raise Invalid({"scheduled_date": f"{name} is on leave that day. Choose another."})
    why = why_not_then(session, place, diary)
    if why and not anyway:
        raise Invalid({"anyway": f"{why} Tick this to book it all the same."})


def _columns(form: AppointmentForm) -> dict[str, Any]:
    return form.model_dump(exclude={"anyway"})


def _keep(session: CentreSession, case: Case, row: Appointment, place: Place) -> None:
    """Write the row and plan its reminder; where the time is taken, say by whom instead."""
    own = row.id or 0
    with session.no_autoflush:
        hold_slot(session, place, but=own)
        session.authorize(Act.APPOINTMENT_BOOK, case)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if name not in OVERLAPS:
            raise
        raise taken(session, place, but=own) from None
    plan_reminder(session, row)
    session.refresh(row)


def _ask_manager(session: CentreSession, case: Case) -> None:
    """Keep the manager's question as the missed appointments have it: asked once, taken back.

    The case is held, so that of two outcomes recorded at once the second counts the first.
    """
    locked(session, Case, case.id)
    missed = missed_in(session, case.id)
    asked = [row for row in list_actions(session, case.id) if is_question(row.what)]
    if missed < MISSED_ASKS:
        for row in asked:
            complete_action(session, row.id)
    elif not asked and case.status in AT_WORK:
        record_action(
            session,
            case.id,
            what=asks_manager(missed),
            due_date=add_working_days(today(), 1, _nation(session)),
            owner_id=_manager(session) or case.advisor_id,
            rule=MISSED_TWICE,
        )


def _nation(session: CentreSession) -> str:
    centre = session.get(Centre, session.actor.centre_id)
    return centre.nation if centre is not None else "england"


def _manager(session: CentreSession) -> int | None:
    """Return who answers for the centre: its manager, or the first person of that role."""
    centre = session.get(Centre, session.actor.centre_id)
    chosen = centre.manager_id if centre is not None else None
    managers = (
        select(col(User.id))
        .where(col(User.role) == Role.MANAGER.value, col(User.is_active))
        .order_by((col(User.id) == (chosen or 0)).desc(), col(User.id))
        .limit(1)
    )
    return session.execute(managers).scalar_one_or_none()
