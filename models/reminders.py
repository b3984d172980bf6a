"""Reminders of appointments, when a centre's go, and the private calendar feeds of its people."""

from datetime import date, datetime, time
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import (
    CentreOwned,
    Stamped,
    Versioned,
    flag,
    key,
    named,
    one_of,
    refers,
    when,
    word,
)

REMINDER_STATUSES = (
    "waiting",
    "claimed",
    "sending",
    "sent",
    "unknown",
    "left",
    "call",
    "called",
    "none",
    "dropped",
)
REMINDER_REASONS = (
    "no_server",
    "sender",
    "words",
    "no_email",
    "route_no",
    "route_not_asked",
    "route_hours",
    "refused",
    "unreachable",
    "late",
    "changed",
)
CALL_RESULTS = ("spoke", "voicemail", "text", "other", "no_answer")
AT_WORK = "status IN ('claimed','sending')"
DUE = "status = 'waiting' AND is_current"


class Reminder(CentreOwned, Stamped, table=True):
    """The reminder of one appointment for one beginning; another beginning has another row.

    It holds no address and no name: whoever sends it reads them when it goes. `is_current` is
    that of the time which the appointment has now.
    """

    __tablename__ = named("reminders")
    __table_args__ = (
        refers("appointment_id", "appointments"),
        refers("client_id", "clients"),
        refers("case_id", "cases"),
        refers("called_by", "users"),
        one_of("status", REMINDER_STATUSES),
        one_of("reason", REMINDER_REASONS),
        one_of("result", CALL_RESULTS),
        CheckConstraint("status <> 'sent' OR sent_at IS NOT NULL", name="sent"),
        CheckConstraint("status <> 'call' OR reason IS NOT NULL", name="why_call"),
        CheckConstraint("status <> 'called' OR called_by IS NOT NULL", name="called"),
        Index("idx_reminders_appointment", "centre_id", "appointment_id"),
        Index("idx_reminders_client", "centre_id", "client_id"),
        Index("idx_reminders_case", "centre_id", "case_id"),
        Index(
            "uq_reminders_current",
            "centre_id",
            "appointment_id",
            unique=True,
            postgresql_where=text("is_current"),
        ),
        Index("idx_reminders_due", "due_at", postgresql_where=text(DUE)),
        Index("idx_reminders_at_work", "centre_id", "id", postgresql_where=text(AT_WORK)),
        Index("idx_reminders_status", "centre_id", "status", postgresql_where=text("is_current")),
    )

    appointment_id: int = key()
    client_id: int = key()
    case_id: int | None = key(default=None)
    starts_at: datetime = when()
    is_current: bool = flag(default=True)
    status: str = word("waiting", 20)
    due_at: datetime = when()
    reason: str | None = Field(default=None, max_length=20)
    reply_code: int | None = None
    attempts: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    claimed_at: datetime | None = when(default=None, nullable=True)
    sent_at: datetime | None = when(default=None, nullable=True)
    calls: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    called_at: datetime | None = when(default=None, nullable=True)
    called_by: int | None = key(default=None)
    result: str | None = Field(default=None, max_length=20)
    note: str | None = Field(default=None, max_length=500)


class ReminderTiming(CentreOwned, Stamped, Versioned, table=True):
    """When the reminders for appointments from a day on go, and the name they come from."""

    casework: ClassVar[bool] = False
    __tablename__ = named("reminder_timings")
    __table_args__ = (
        UniqueConstraint("centre_id", "valid_from"),
        CheckConstraint("working_days BETWEEN 1 AND 10", name="days"),
        CheckConstraint("at_time BETWEEN '08:00' AND '20:00'", name="at_time"),
    )

    valid_from: date = Field()
    working_days: int = Field()
    at_time: time = Field()
    sender: str | None = Field(default=None, max_length=60)


class CalendarFeed(CentreOwned, Stamped, table=True):
    """A person's private calendar address: the hash of its secret, until it is revoked."""

    casework: ClassVar[bool] = False
    __tablename__ = named("calendar_feeds")
    __table_args__ = (
        refers("user_id", "users"),
        UniqueConstraint("token_hash"),
        Index("idx_calendar_feeds_user", "centre_id", "user_id"),
        Index(
            "uq_calendar_feeds_living",
            "centre_id",
            "user_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    user_id: int = key()
    token_hash: str = Field(max_length=64)
    revoked_at: datetime | None = when(default=None, nullable=True)
    fetched_on: date | None = None
