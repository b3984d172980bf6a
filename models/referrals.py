"""Referrals: people who were sent or came by, before there is a case."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Index, Text
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

SOURCES = ("self", "church", "gp", "council", "landlord", "other_agency", "other")
EMERGENCY_ANSWERS = ("yes", "no", "not_known")


class Referral(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """Somebody waiting to be seen; needs no advisor, becomes a case without retyping."""

    __tablename__ = named("referrals")
    __table_args__ = (
        refers("client_id", "clients"),
        refers("case_id", "cases"),
        refers("merged_into_id", "referrals"),
        one_of("source", SOURCES),
        one_of("emergency", EMERGENCY_ANSWERS),
        one_of("status", ("waiting", "accepted", "merged", "declined")),
        live("idx_referrals_waiting", "centre_id", "status", "received_date", "id"),
        Index("idx_referrals_client", "centre_id", "client_id"),
        Index("idx_referrals_case", "centre_id", "case_id"),
        Index("idx_referrals_merged_into", "centre_id", "merged_into_id"),
    )

    source: str = word("self", 20)
    referred_by: str | None = Field(default=None, max_length=200)
    received_date: date = Field()
    first_name: str = Field(max_length=100)
    last_name: str = Field(max_length=100)
    date_of_birth: date | None = None
    phone: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=255)
    postcode: str | None = Field(default=None, max_length=20)
    nation: str | None = Field(default=None, max_length=20)
    routes: dict[str, Any] = document("{}")
    emergency: str = word("not_known", 10)
    emergency_what: str | None = Field(default=None, max_length=200)
    emergency_date: date | None = None
    emergency_time: time | None = None
    needs: str | None = Field(default=None, sa_type=Text)
    status: str = word("waiting", 10)
    decided_at: datetime | None = when(default=None, nullable=True)
    declined_reason: str | None = Field(default=None, max_length=500)
    client_id: int | None = key(default=None)
    case_id: int | None = key(default=None)
    merged_into_id: int | None = key(default=None)
