"""Requests of clients about their data, and the copies of everything that were made for them."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    key,
    live,
    named,
    one_of,
    refers,
    when,
    word,
)

RIGHTS: Final = (
    "access",
    "rectification",
    "erasure",
    "restriction",
    "portability",
    "objection",
    "complaint",
)
RIGHT_CHANNELS: Final = ("in_person", "phone", "email", "letter", "text", "website")
IDENTITIES: Final = ("known", "checked", "asked")
DECISIONS: Final = ("fulfilled", "partly", "refused", "withdrawn")
COPY_STATUSES: Final = ("asked", "making", "made", "broken")


class RightsRequest(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """What a client asked about their data: when it came, its clock, and what was decided.

    `due_date` is the rule's, with the waits in `pauses` (`reason`, `since`, `until`) and an
    extension; none while there is no fixed day any more. `paused_since` says that the clock stands.
    """

    __tablename__ = named("rights_requests")
    __table_args__ = (
        refers("client_id", "clients"),
        refers("decided_by", "users"),
        one_of("kind", RIGHTS),
        one_of("channel", RIGHT_CHANNELS),
        one_of("identity", IDENTITIES),
        one_of("outcome", DECISIONS),
        CheckConstraint("due_date >= received_on", name="due_date"),
        CheckConstraint("(outcome IS NULL) = (decided_on IS NULL)", name="decided"),
        CheckConstraint(
            "outcome NOT IN ('partly', 'refused') OR ground IS NOT NULL", name="says_why"
        ),
        CheckConstraint("action_on IS NULL OR kind = 'erasure'", name="action_on"),
        Index("idx_rights_requests_client", "centre_id", "client_id", "id"),
        live(
            "idx_rights_requests_open",
            "centre_id",
            "due_date",
            "id",
            where="deleted_at IS NULL AND outcome IS NULL",
        ),
    )

    client_id: int = key()
    kind: str = Field(max_length=20)
    received_on: date = Field()
    channel: str = Field(max_length=20)
    asked_for: str = Field(max_length=2000)
    asked_by: str | None = Field(
        default=None, max_length=200
    )  # who asks for them, and by what right
    identity: str = word("known", 20)
    identity_how: str | None = Field(default=None, max_length=300)
    pauses: list[dict[str, Any]] = document("[]")
    paused_since: date | None = None
    due_date: date | None = None
    extended_on: date | None = None  # the client was told
    extended_why: str | None = Field(default=None, max_length=500)
    acknowledged_on: date | None = None
    acknowledged_how: str | None = Field(default=None, max_length=300)
    outcome: str | None = Field(default=None, max_length=20)
    ground: str | None = Field(default=None, max_length=30)
    decided_on: date | None = None
    decided_by: int | None = key(default=None)
    answer: str | None = Field(default=None, max_length=2000)  # what the client was told
    action_on: date | None = None  # when what is to be erased will be


class ClientCopy(CentreOwned, Stamped, table=True):
    """One copy of everything about a client: who took it, why, and what became of it.

    The file itself is never kept. `left_out` are the documents that whoever took it left out, as
    being about somebody else; `failed` those that did not open.
    """

    __tablename__ = named("client_copies")
    __table_args__ = (
        refers("client_id", "clients"),
        refers("request_id", "rights_requests"),
        one_of("status", COPY_STATUSES),
        CheckConstraint("request_id IS NOT NULL OR reason IS NOT NULL", name="says_why"),
        Index("idx_client_copies_client", "centre_id", "client_id", "id"),
        Index("idx_client_copies_request", "centre_id", "request_id"),
    )

    client_id: int = key()
    request_id: int | None = key(default=None)
    reason: str | None = Field(default=None, max_length=500)
    status: str = word("asked", 10)
    left_out: list[int] = document("[]")
    files_total: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    files_done: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    failed: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    file_size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, max_length=64)
    finished_at: datetime | None = when(default=None, nullable=True)
