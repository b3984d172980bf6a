"""Appointments and the notes made for them; rooms, and when people work and are away."""

from datetime import date, time
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Computed, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    flag,
    key,
    live,
    named,
    one_of,
    refers,
    word,
)

APPOINTMENT_TYPES = ("first", "advice", "review", "casework", "other")
APPOINTMENT_STATUSES = (
    "scheduled",
    "confirmed",
    "attended",
    "late",
    "did_not_attend",
    "cancelled",
)
MEETING_MODES = ("in_person", "phone", "video", "outreach")
CANCELLED_BY = ("client", "centre", "creditor", "other")
STANDS = "status IN ('scheduled','confirmed') AND deleted_at IS NULL"

_LOCAL = "scheduled_date + scheduled_time"
_STARTS = f"cma_uk_moment({_LOCAL})"
_ENDS = (
    f"({_STARTS} AT TIME ZONE 'UTC' + duration_minutes * interval '1 minute') AT TIME ZONE 'UTC'"
)
SLOT = f"tstzrange({_STARTS}, {_ENDS}, '[)')"


def _booked_once(column: str, where: str) -> ExcludeConstraint:
    """Refuse two appointments that stand for one of these at overlapping moments."""
    return ExcludeConstraint(
        ("centre_id", "="),
        (column, "="),
        ("slot", "&&"),
        where=text(where),
        using="gist",
        name=f"ex_appointments_{column.removesuffix('_id')}_slot",
    )


class Room(CentreOwned, Stamped, Versioned, table=True):
    """A room of the centre's; a closed one takes no more bookings and keeps its past ones."""

    casework: ClassVar[bool] = False
    __tablename__ = named("rooms")
    __table_args__ = (Index("uq_rooms_name", "centre_id", text("lower(name)"), unique=True),)

    name: str = Field(max_length=100)
    is_open: bool = flag(default=True)


class WorkingWeek(CentreOwned, Stamped, Versioned, table=True):
    """When a person works, from a day on: per weekday (0 is Monday) its pairs of local times."""

    casework: ClassVar[bool] = False
    __tablename__ = named("working_weeks")
    __table_args__ = (
        refers("user_id", "users"),
        UniqueConstraint("centre_id", "user_id", "valid_from"),
    )

    user_id: int = key()
    valid_from: date = Field()
    days: dict[str, Any] = document("{}")


class StaffLeave(CentreOwned, Stamped, SoftDeleted, table=True):
    """Whole days on which a person is away, both ends included. Why is nobody's business."""

    casework: ClassVar[bool] = False
    __tablename__ = named("staff_leave")
    __table_args__ = (
        refers("user_id", "users"),
        CheckConstraint("last_day >= first_day", name="days"),
        live("idx_staff_leave_user", "centre_id", "user_id", "last_day"),
    )

    user_id: int = key()
    first_day: date = Field()
    last_day: date = Field()


class Appointment(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """A meeting by local date and time; the database books neither advisor nor room twice.

    `slot` is its range in UTC: of a time that comes twice the first, and a time that the clocks
    skip is refused.
    """

    __tablename__ = named("appointments")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("client_id", "clients"),
        refers("advisor_id", "users"),
        refers("room_id", "rooms"),
        one_of("status", APPOINTMENT_STATUSES),
        one_of("appointment_type", APPOINTMENT_TYPES),
        one_of("meeting_mode", MEETING_MODES),
        one_of("cancelled_by", CANCELLED_BY),
        CheckConstraint(
            "(status = 'cancelled') = (cancelled_by IS NOT NULL)", name="is_cancelled_by"
        ),
        CheckConstraint("duration_minutes BETWEEN 5 AND 480", name="duration"),
        CheckConstraint(f"{_STARTS} AT TIME ZONE 'Europe/London' = {_LOCAL}", name="time_exists"),
        _booked_once("advisor_id", STANDS),
        _booked_once("room_id", f"room_id IS NOT NULL AND {STANDS}"),
        Index("idx_appointments_centre_id", "centre_id", "client_id"),
        Index("idx_appointments_case", "centre_id", "case_id"),
        Index("idx_appointments_advisor_date", "centre_id", "advisor_id", "scheduled_date"),
        Index("idx_appointments_date_status", "centre_id", "scheduled_date", "status"),
        Index("idx_appointments_room", "centre_id", "room_id"),
        live("idx_appointments_stands", "scheduled_date", where=STANDS),
    )

    case_id: int | None = key(default=None)
    client_id: int = key()
    advisor_id: int = key()
    room_id: int | None = key(default=None)
    appointment_type: str = Field(max_length=50)
    status: str = word("scheduled", 30)
    scheduled_date: date = Field()
    scheduled_time: time = Field()
    duration_minutes: int = Field(
        default=60, nullable=False, sa_column_kwargs={"server_default": "60"}
    )
    slot: Any = Field(default=None, sa_column=Column(TSTZRANGE, Computed(SLOT, persisted=True)))
    location: str | None = Field(default=None, max_length=255)
    meeting_mode: str = word("in_person", 30)
    preparation_notes: str | None = Field(default=None, sa_type=Text)
    outcome_summary: str | None = Field(default=None, sa_type=Text)
    cancelled_by: str | None = Field(default=None, max_length=20)
    cancel_reason: str | None = Field(default=None, max_length=500)
    follow_up_required: bool = flag()
    follow_up_date: date | None = None
    reminder_sent: bool = flag()


class AppointmentNote(CentreOwned, Stamped, SoftDeleted, table=True):
    """What was noted about one appointment."""

    __tablename__ = named("appointment_notes")
    __table_args__ = (
        refers("appointment_id", "appointments"),
        Index("idx_appointment_notes_appointment", "centre_id", "appointment_id", "id"),
    )

    appointment_id: int = key()
    body: str = Field(sa_type=Text)
