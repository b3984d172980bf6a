"""Appointments and the notes made for them."""

from datetime import date, time

from sqlalchemy import Column, Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import TSRANGE, ExcludeConstraint
from sqlmodel import Field

from models.base import CentreOwned, SoftDeleted, Stamped, flag, key, named, refers, word

SLOT = (
    "tsrange(scheduled_date + scheduled_time, scheduled_date + scheduled_time"
    " + duration_minutes * interval '1 minute', '[)')"
)


class Appointment(CentreOwned, Stamped, SoftDeleted, table=True):
    """A meeting by local date and time; the database refuses to book an advisor twice."""

    __tablename__ = named("appointments")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("client_id", "clients"),
        refers("advisor_id", "users"),
        ExcludeConstraint(
            ("centre_id", "="),
            ("advisor_id", "="),
            ("slot", "&&"),
            where=text("status IN ('scheduled','confirmed') AND deleted_at IS NULL"),
            using="gist",
            name="ex_appointments_advisor_slot",
        ),
        Index("idx_appointments_centre_id", "centre_id", "client_id"),
        Index("idx_appointments_case", "centre_id", "case_id"),
        Index("idx_appointments_advisor_date", "centre_id", "advisor_id", "scheduled_date"),
        Index("idx_appointments_date_status", "centre_id", "scheduled_date", "status"),
    )

    case_id: int | None = key(default=None)
    client_id: int = key()
    advisor_id: int = key()
    appointment_type: str = Field(max_length=50)
    status: str = word("scheduled", 30)
    scheduled_date: date = Field()
    scheduled_time: time = Field()
    duration_minutes: int = Field(
        default=60, nullable=False, sa_column_kwargs={"server_default": "60"}
    )
    slot: str = Field(default=None, sa_column=Column(TSRANGE, Computed(SLOT, persisted=True)))
    location: str | None = Field(default=None, max_length=255)
    meeting_mode: str = word("in_person", 30)
    preparation_notes: str | None = Field(default=None, sa_type=Text)
    outcome_summary: str | None = Field(default=None, sa_type=Text)
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
