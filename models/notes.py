"""Notes of a case, and what has to be done next, by whom and by when."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    key,
    live,
    named,
    one_of,
    refers,
    when,
    word,
)

CHANNELS = ("in_person", "phone", "video", "text", "email", "letter", "other")
ACTION_KINDS = ("task", "emergency", "review")


class CaseNote(CentreOwned, Stamped, SoftDeleted, table=True):
    """What was said or done; a correction is a new note that points to the one it corrects."""

    __tablename__ = named("case_notes")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("corrects_id", "case_notes"),
        one_of("channel", CHANNELS),
        Index("idx_case_notes_case", "centre_id", "case_id", "id"),
        Index("idx_case_notes_corrects", "centre_id", "corrects_id"),
    )

    case_id: int = key()
    corrects_id: int | None = key(default=None)
    channel: str = word("in_person", 20)
    minutes: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    body: str = Field(sa_type=Text)
    happened_at: datetime = when()


class NextAction(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """Something to do in a case, with an owner and a date; legal dates never roll.

    `rule` is the code of the rule that made it, `cause` what it was made for: never twice for one.
    `put_off_from` is the day it had before it was last put off, and `put_off_reason` says why.
    """

    __tablename__ = named("next_actions")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("note_id", "case_notes"),
        refers("owner_id", "users"),
        refers("done_by", "users"),
        one_of("kind", ACTION_KINDS),
        CheckConstraint("cause IS NULL OR rule IS NOT NULL", name="cause_of_a_rule"),
        CheckConstraint(
            "put_off_from IS NULL OR put_off_reason IS NOT NULL", name="put_off_says_why"
        ),
        Index(
            "uq_next_actions_cause",
            "centre_id",
            "rule",
            "cause",
            unique=True,
            postgresql_where="cause IS NOT NULL",
        ),
        Index("idx_next_actions_note", "centre_id", "note_id"),
        live(
            "idx_next_actions_case",
            "centre_id",
            "case_id",
            "due_date",
            "id",
            where="deleted_at IS NULL AND done_at IS NULL",
        ),
        live(
            "idx_next_actions_owner",
            "centre_id",
            "owner_id",
            "due_date",
            "id",
            where="deleted_at IS NULL AND done_at IS NULL",
        ),
    )

    case_id: int = key()
    note_id: int | None = key(default=None)
    owner_id: int = key()
    kind: str = word("task", 20)
    what: str = Field(max_length=200)
    due_date: date | None = None
    due_time: time | None = None
    done_at: datetime | None = when(default=None, nullable=True)
    done_by: int | None = key(default=None)
    rule: str | None = Field(default=None, max_length=40)
    cause: str | None = Field(default=None, max_length=80)
    put_off_from: date | None = None
    put_off_reason: str | None = Field(default=None, max_length=300)
