"""Clients, how to reach them safely, what they consented to, and who may open their file."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Computed, Index, Text, UniqueConstraint
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
    money,
    named,
    one_of,
    refers,
    when,
    word,
)

ROUTES = ("call", "voicemail", "text", "email", "post")
ANSWERS = ("yes", "no", "not_asked")
BASES = ("equality", "legitimate_interests")


class Client(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """The person advised. Income and the like are derived from the current budget sheet."""

    __tablename__ = named("clients")
    __table_args__ = (
        UniqueConstraint("centre_id", "client_reference"),
        live("idx_clients_centre_id", "centre_id", "last_name_search", "first_name_search", "id"),
        live("idx_clients_first_name", "centre_id", "first_name_search", "id"),
        live("idx_clients_postcode", "centre_id", "postcode", begins="postcode"),
        live("idx_clients_reference", "centre_id", "client_reference", begins="client_reference"),
        live("idx_clients_birth_date", "centre_id", "date_of_birth"),
        live("idx_clients_phone", "centre_id", "phone_primary"),
        live("idx_clients_other_phone", "centre_id", "phone_secondary"),
        live("idx_clients_email", "centre_id", "email"),
        live("idx_clients_ni_number", "centre_id", "ni_number_index"),
        Index("idx_clients_created_by", "centre_id", "created_by", "id"),  # a trainee sees by it
        Index("idx_clients_restricted", "centre_id", "id", postgresql_where="is_restricted"),
    )

    client_reference: str = Field(max_length=50)
    title: str | None = Field(default=None, max_length=10)
    first_name: str = Field(max_length=100)
    last_name: str = Field(max_length=100)
    first_name_search: str = Field(
        default=None,
        sa_column=Column(Text(collation="C"), Computed("lower(first_name)", persisted=True)),
    )
    last_name_search: str = Field(
        default=None,
        sa_column=Column(Text(collation="C"), Computed("lower(last_name)", persisted=True)),
    )
    date_of_birth: date | None = None
    national_insurance_number: str | None = Field(default=None, sa_type=Text)  # encrypted
    ni_number_index: str | None = Field(default=None, max_length=64)  # keyed, for matching only
    phone_primary: str | None = Field(default=None, max_length=20)
    phone_secondary: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=255)
    address_line1: str | None = Field(default=None, max_length=255)
    address_line2: str | None = Field(default=None, max_length=255)
    city: str | None = Field(default=None, max_length=100)
    postcode: str | None = Field(default=None, max_length=20)
    nation: str | None = Field(default=None, max_length=20)
    marital_status: str | None = Field(default=None, max_length=20)
    employment_status: str | None = Field(default=None, max_length=50)
    monthly_income: Decimal | None = money(10)
    dependents: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    vulnerability_flags: list[dict[str, Any]] = document("[]")
    data_consent: bool = flag()
    data_consent_date: datetime | None = when(default=None, nullable=True)
    gdpr_deletion_request: bool = flag()
    gdpr_deletion_date: datetime | None = when(default=None, nullable=True)
    retention_date: date | None = None  # kept by the database from all their cases
    anonymised_at: datetime | None = when(default=None, nullable=True)  # nobody is named any more
    is_restricted: bool = flag()

    @property
    def full_name(self) -> str:
        """Return the name as it stands on screen."""
        return f"{self.first_name} {self.last_name}"


class ContactRoute(CentreOwned, Stamped, table=True):
    """Whether one way of reaching a client is safe, and between which times."""

    __tablename__ = named("contact_routes")
    __table_args__ = (
        refers("client_id", "clients"),
        UniqueConstraint("centre_id", "client_id", "route"),
        one_of("route", ROUTES),
        one_of("answer", ANSWERS),
    )

    client_id: int = key()
    route: str = Field(max_length=20)
    answer: str = word("not_asked", 10)
    from_time: time | None = None
    to_time: time | None = None
    note: str | None = Field(default=None, max_length=200)


class Consent(CentreOwned, Stamped, table=True):
    """One consent given or withdrawn, in the words that were read out, never overwritten."""

    __tablename__ = named("consents")
    __table_args__ = (
        refers("client_id", "clients"),
        Index("idx_consents_client", "centre_id", "client_id", "purpose", "id"),
    )

    client_id: int = key()
    purpose: str = Field(max_length=50)
    wording_version: str = Field(max_length=20)
    wording: str = Field(sa_type=Text)
    is_given: bool = Field()
    channel: str = Field(max_length=20)
    given_at: datetime = when()


class MonitoringAnswer(CentreOwned, Stamped, table=True):
    """One optional answer for equality monitoring, kept apart from the client's own details.

    Seen by who recorded it and by who holds a case of the client; counted for managers by a
    function of the owner. The log says that it changed, never what it was.
    """

    __tablename__ = named("monitoring_answers")
    __table_args__ = (
        refers("client_id", "clients"),
        UniqueConstraint("centre_id", "client_id", "question"),
        one_of("basis", BASES),
        Index("idx_monitoring_answers_created_by", "centre_id", "created_by"),
    )

    client_id: int = key()
    question: str = Field(max_length=20)
    monitored_answer: str = Field(max_length=20)
    basis: str = Field(max_length=30)
    questions_version: str = Field(max_length=20)


class FileAccess(CentreOwned, Stamped, table=True):
    """A person named on a restricted file."""

    __tablename__ = named("file_access")
    __table_args__ = (
        refers("client_id", "clients"),
        refers("user_id", "users"),
        UniqueConstraint("centre_id", "client_id", "user_id"),
        Index("idx_file_access_user", "centre_id", "user_id", "client_id"),
    )

    client_id: int = key()
    user_id: int = key()


class Draft(CentreOwned, Stamped, table=True):
    """What a person had typed and not yet saved; its author alone sees it."""

    __tablename__ = named("drafts")
    __table_args__ = (
        refers("user_id", "users"),
        UniqueConstraint("centre_id", "user_id", "form", "record_id"),
    )

    user_id: int = key()
    form: str = Field(max_length=50)
    record_id: int = key(default=0)
    content: dict[str, Any] = document("{}")
