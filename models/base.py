"""What every table shares: its centre, its key, its stamps, and how money and time are kept."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Numeric,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SCHEMA_VERSION_TABLE = "alembic_version"

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

CENTRE_OWNED: dict[str, type["CentreOwned"]] = {}
"""Every table that belongs to a centre, by name: row security, triggers and tests go by it."""

CASEWORK: set[str] = set()
"""Those of them that hold something of a client: an admin and an unassigned trainee see none."""


def named(table: str) -> Any:
    """Name a table, in a type that both SQLModel and the type checker take."""
    return table


def when(**kwargs: Any) -> Any:
    """Declare a moment in UTC; the database keeps its zone."""
    return Field(sa_type=DateTime(timezone=True), **kwargs)  # type: ignore[call-overload]


def stamp() -> Any:
    """Declare a moment that the database fills in when the row is made."""
    return when(default=None, nullable=False, sa_column_kwargs={"server_default": text("now()")})


def money(digits: int = 10, **kwargs: Any) -> Any:
    """Declare a sum in pounds with two places."""
    kwargs.setdefault("default", None)
    return Field(sa_type=Numeric(digits, 2), **kwargs)  # type: ignore[call-overload]


def document(default: str, **kwargs: Any) -> Any:
    """Declare a JSONB column; `default` is its JSON."""
    factory = list if default == "[]" else dict
    return Field(
        default_factory=factory,
        sa_type=JSONB,
        nullable=False,
        sa_column_kwargs={"server_default": text(f"'{default}'")},
        **kwargs,
    )


def key(**kwargs: Any) -> Any:
    """Declare a 64-bit reference; the composite foreign key stands in `__table_args__`."""
    return Field(sa_type=BigInteger, **kwargs)  # type: ignore[call-overload]


def flag(*, default: bool = False) -> Any:
    """Declare a yes or no that the database fills in as well."""
    return Field(
        default=default,
        nullable=False,
        sa_column_kwargs={"server_default": text("true" if default else "false")},
    )


def word(default: str | None, length: int, **kwargs: Any) -> Any:
    """Declare a short text whose default the database knows too."""
    if default is not None:
        kwargs["sa_column_kwargs"] = {"server_default": text(f"'{default}'")}
        kwargs.setdefault("nullable", False)
    return Field(default=default, max_length=length, **kwargs)


def refers(
    column: str, table: str, *, name: str | None = None, ondelete: str | None = None
) -> ForeignKeyConstraint:
    """Refer to a row of the same centre: the database itself forbids another centre's."""
    return ForeignKeyConstraint(
        ["centre_id", column], [f"{table}.centre_id", f"{table}.id"], name=name, ondelete=ondelete
    )


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """Allow only these words in a column (NULL stays allowed where the column allows it)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def live(
    name: str, *columns: str, where: str = "deleted_at IS NULL", begins: str | None = None
) -> Index:
    """Index the rows that have not been removed; `begins` is a column searched by its beginning."""
    ops = {begins: "varchar_pattern_ops"} if begins is not None else {}
    return Index(name, *columns, postgresql_where=text(where), postgresql_ops=ops)


class CentreOwned(SQLModel):
    """A row that belongs to one centre; its key begins with the centre."""

    casework: ClassVar[bool] = True

    centre_id: int = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger,
        foreign_key="centres.id",
        sa_column_kwargs={"autoincrement": False},
    )
    id: int = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger,
        sa_column_args=[Identity()],
        sa_column_kwargs={"autoincrement": True},
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter each table in the register."""
        super().__pydantic_init_subclass__(**kwargs)
        table = cls.__dict__.get("__tablename__")
        if isinstance(table, str):
            CENTRE_OWNED[table] = cls
            if cls.casework:
                CASEWORK.add(table)


class Stamped(SQLModel):
    """Who made and last changed a row, and when. The people may be of another centre (admins)."""

    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    created_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="users.id")
    updated_by: int | None = Field(default=None, sa_type=BigInteger, foreign_key="users.id")


class SoftDeleted(SQLModel):
    """A row that is hidden when removed and keeps its history."""

    deleted_at: datetime | None = when(default=None, nullable=True)


class Versioned(SQLModel):
    """A row that two people may edit at once: the second is told, and nothing is lost."""

    version: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy's hook
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


ZERO = Decimal("0.00")
