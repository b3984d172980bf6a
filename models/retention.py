"""What is to be forgotten: the list of a centre, who is on it, and what is left in the end."""

from datetime import date, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import (
    CentreOwned,
    Stamped,
    Versioned,
    document,
    key,
    named,
    one_of,
    refers,
    when,
    word,
)

RUN_STATUSES: Final = ("listed", "confirmed", "done")
ITEM_STATES: Final = ("due", "coming", "held", "left", "confirmed", "done", "skipped")


class RetentionRun(CentreOwned, Stamped, Versioned, table=True):
    """One list of who is to be forgotten: renewed daily until a manager confirms it, then done."""

    casework: ClassVar[bool] = False
    __tablename__ = named("retention_runs")
    __table_args__ = (
        refers("confirmed_by", "users"),
        one_of("status", RUN_STATUSES),
        CheckConstraint("(status = 'listed') = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("(status = 'done') = (ended_at IS NOT NULL)", name="ended"),
        Index(
            "uq_retention_runs_listed",
            "centre_id",
            unique=True,
            postgresql_where="status = 'listed'",
        ),
        Index("idx_retention_runs_listed_on", "centre_id", "listed_on", "id"),
    )

    status: str = word("listed", 10)
    listed_on: date = Field()
    confirmed_at: datetime | None = when(default=None, nullable=True)
    confirmed_by: int | None = key(default=None)
    ended_at: datetime | None = when(default=None, nullable=True)


class RetentionItem(CentreOwned, Stamped, table=True):
    """One person on a list: what of them goes, why, until when it is kept, and what holds it.

    `covers` is the class of the record. `what` are numbers of rows alone. The client is a number
    that stays when there is no client any more, and so refers to no row. `circle` are the numbers
    of all who are forgotten with them: who may not see one of those does not see the item.
    """

    __tablename__ = named("retention_items")
    __table_args__ = (
        refers("run_id", "retention_runs"),
        refers("confirmed_by", "users"),
        one_of("covers", ("case", "financial")),
        one_of("state", ITEM_STATES),
        CheckConstraint("state <> 'skipped' OR skipped_because IS NOT NULL", name="says_why"),
        UniqueConstraint("centre_id", "run_id", "client_id"),
        Index("idx_retention_items_client", "centre_id", "client_id", "id"),
    )

    run_id: int = key()
    client_id: int = key()
    covers: str = Field(max_length=20)
    state: str = Field(max_length=10)
    kept_until: date = Field()
    reasons: list[dict[str, Any]] = document("[]")  # a code and what of our lists it is about
    what: dict[str, Any] = document("{}")
    circle: list[int] = Field(
        default_factory=list,
        sa_type=ARRAY(BigInteger),
        nullable=False,
        sa_column_kwargs={"server_default": text("'{}'")},
    )  # type: ignore[call-overload]
    confirmed_at: datetime | None = when(default=None, nullable=True)
    confirmed_by: int | None = key(default=None)
    done_at: datetime | None = when(default=None, nullable=True)
    skipped_because: str | None = Field(default=None, max_length=20)


class RetentionStatistic(CentreOwned, table=True):
    """What is left of a case in the end: bands, under a random number that leads to nothing."""

    casework: ClassVar[bool] = False
    __tablename__ = named("retention_statistics")
    __table_args__ = (Index("idx_retention_statistics_year", "centre_id", "ended_year"),)

    ended_year: int = Field()
    nation: str = Field(max_length=20)
    case_type: str = Field(max_length=50)
    status: str = Field(max_length=30)
    debt_solution: str | None = Field(default=None, max_length=100)
    fca_outcome: str | None = Field(default=None, max_length=100)
    owed_from: int | None = None
    written_off_from: int | None = None
    gained_from: int | None = None
    surplus_from: int | None = None
    debts_from: int | None = None
