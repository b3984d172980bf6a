"""What a person proves beside the password: authenticator apps, passkeys and recovery codes."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from models.base import CentreOwned, SoftDeleted, Stamped, key, named, one_of, refers, when


class SecondFactor(CentreOwned, Stamped, SoftDeleted, table=True):
    """An authenticator app or a passkey of one person; it counts once it is confirmed.

    The app's secret is sealed with the deployment's keys. `last_step` is the step of the last code
    that was taken, so that none is taken twice; `sign_count` is what the passkey last counted.
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("second_factors")
    __table_args__ = (
        refers("user_id", "users"),
        one_of("kind", ("app", "passkey")),
        CheckConstraint(
            "deleted_at IS NOT NULL OR (kind = 'app' AND sealed_secret IS NOT NULL)"
            " OR (kind = 'passkey' AND credential_id IS NOT NULL AND public_key IS NOT NULL)",
            name="can_be_proved",
        ),
        Index("idx_second_factors_user", "centre_id", "user_id"),
        Index(
            "uq_second_factors_credential",
            "credential_id",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    user_id: int = key()
    kind: str = Field(max_length=10)
    name: str = Field(max_length=60)
    sealed_secret: str | None = Field(default=None, max_length=300)
    last_step: int = Field(
        default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    credential_id: str | None = Field(default=None, max_length=1400)
    public_key: str | None = Field(default=None, max_length=3000)
    sign_count: int = Field(
        default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    transports: str | None = Field(default=None, max_length=100)
    confirmed_at: datetime | None = when(default=None, nullable=True)
    last_used_at: datetime | None = when(default=None, nullable=True)


class RecoveryCode(CentreOwned, Stamped, SoftDeleted, table=True):
    """One of ten codes for the day the phone is lost: a keyed hash, taken once."""

    casework: ClassVar[bool] = False
    __tablename__ = named("recovery_codes")
    __table_args__ = (
        refers("user_id", "users"),
        Index("uq_recovery_codes_code", "centre_id", "user_id", "code_hash", unique=True),
    )

    user_id: int = key()
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = when(default=None, nullable=True)
