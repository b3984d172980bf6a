"""Every environment variable the system reads, typed, read once."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
"""The project folder."""


LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadSettings(ValueError):
    """A setting cannot be used; `str(error)` is one sentence that says which and why."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Settings(BaseSettings):
    """What the environment says, with a default for everything a fresh machine lacks."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    port: int = Field(8000, ge=1, le=65535, validation_alias="PORT")
    """Where the web process listens, on loopback."""
    home: Path = Field(ROOT / "var", validation_alias="CMA_HOME")
    """Data, keys and logs; one for each clone of the project unless it is set."""

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    """Serves: a role that cannot pass row security. None: the embedded PostgreSQL."""
    database_owner_url: SecretStr | None = Field(None, validation_alias="DATABASE_OWNER_URL")
    """Migrates, seeds and backs up: the role that owns the tables."""
    pool_size: int = Field(10, ge=1, le=100, validation_alias="CMA_POOL_SIZE")
    """Database connections of the web process, and its worker threads."""
    statement_seconds: int = Field(15, ge=1, le=600, validation_alias="CMA_STATEMENT_SECONDS")
    """A statement that takes longer is ended, in seconds."""

    origins: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias="CMA_ORIGINS")
    """The addresses people type, scheme and port included; all others are refused."""
    https: bool = Field(default=False, validation_alias="CMA_HTTPS")
    """Whether people reach us over HTTPS: the cookie is then `__Host-` and Secure."""
    trusted_proxy_hops: int = Field(0, ge=0, le=5, validation_alias="CMA_TRUSTED_PROXY_HOPS")
    """How many proxies of our own stand in front and add to X-Forwarded-For."""

    idle_minutes: int = Field(30, ge=1, le=240, validation_alias="CMA_IDLE_MINUTES")
    """A sign-in ends after this many minutes without an event."""
    absolute_hours: int = Field(10, ge=1, le=24, validation_alias="CMA_ABSOLUTE_HOURS")
    """A sign-in ends this many hours after it began, whatever happens."""

    admin_factor: Literal["required", "optional"] | None = Field(
        None, validation_alias="CMA_ADMIN_FACTOR"
    )
    """Whether an admin must have a second factor. None: yes where people come over HTTPS."""

    report_least_count: int = Field(0, ge=0, le=100, validation_alias="CMA_REPORT_LEAST_COUNT")
    """The least count that leaves a centre in a report, where more than the rule asks is wished."""

    smtp_host: str | None = Field(None, validation_alias="CMA_SMTP_HOST")
    """The mail server for reminders and account links. None: calls and one-time passwords."""
    smtp_port: int = Field(587, ge=1, le=65535, validation_alias="CMA_SMTP_PORT")
    """Where it listens: 587 with starttls, 465 with tls."""
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", validation_alias="CMA_SMTP_TLS"
    )
    """How the way to it is encrypted; none only to this machine itself."""
    smtp_user: str | None = Field(None, validation_alias="CMA_SMTP_USER")
    """Who signs in there, if anybody does."""
    smtp_password: SecretStr | None = Field(None, validation_alias="CMA_SMTP_PASSWORD")
    """That user's password."""
    smtp_password_file: Path | None = Field(None, validation_alias="CMA_SMTP_PASSWORD_FILE")
    """A file whose first line is that password, in place of CMA_SMTP_PASSWORD."""
    smtp_sender: str | None = Field(None, validation_alias="CMA_SMTP_SENDER")
    """The address that reminders come from; it may not say what a centre does."""
    smtp_seconds: int = Field(60, ge=1, le=600, validation_alias="CMA_SMTP_SECONDS")
    """How long we wait for each answer of the mail server, in seconds."""

    document_store: str | None = Field(None, validation_alias="CMA_DOCUMENT_STORE")
    """Where documents lie, sealed: a folder, or s3://bucket/prefix. None: CMA_HOME/documents."""
    s3_endpoint: str | None = Field(None, validation_alias="CMA_S3_ENDPOINT")
    """The address of an S3-compatible store that is not Amazon's."""
    s3_region: str | None = Field(None, validation_alias="CMA_S3_REGION")
    """Its region, where it has some."""
    s3_access_key_id: str | None = Field(None, validation_alias="CMA_S3_ACCESS_KEY_ID")
    """Who signs in there."""
    s3_password: SecretStr | None = Field(None, validation_alias="CMA_S3_SECRET_ACCESS_KEY")
    """With what."""
    scanner: str | None = Field(None, validation_alias="CMA_CLAMD")
    """A virus scanner that speaks clamd's INSTREAM: host:port, or the path of its socket."""
    scanner_seconds: int = Field(30, ge=1, le=300, validation_alias="CMA_CLAMD_SECONDS")
    """How long we wait for each of its answers; without one no file is taken in."""

    sso_seconds: int = Field(10, ge=1, le=60, validation_alias="CMA_SSO_SECONDS")
    """How long each answer of an identity provider may take, in seconds."""
    sso_private_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validation_alias="CMA_SSO_PRIVATE_HOSTS"
    )
    """Names of identity providers that may lie in a private network; all others may not."""

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("sso_private_hosts", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            exact = parts.scheme in {"http", "https"} and parts.hostname and "*" not in origin
            if not exact or parts.path or parts.query or parts.username:
                raise ValueError(
                    "must list exact addresses such as https://advice.example.org,"
                    f" and '{origin}' is not one"
                )
        return value

    @field_validator("scanner")
    @classmethod
    def _scanner(cls, value: str | None) -> str | None:
        plain = value is None or re.fullmatch(r"/.+|[A-Za-z0-9.-]+:[0-9]{1,5}", value)
        if not plain:
            raise ValueError("must be host:port or the path of a socket, such as localhost:3310")
        return value

    @field_validator("document_store")
    @classmethod
    def _store(cls, value: str | None) -> str | None:
        if value is None or value.startswith("/"):
            return value
        if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{2,62}(/[A-Za-z0-9._/-]*)?", value):
            raise ValueError("must be a folder's full path, or s3://bucket or s3://bucket/prefix")
        return value

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _psycopg(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = value.get_secret_value()
        scheme, separator, rest = url.partition("://")
        known = {"postgresql", "postgres", "postgresql+psycopg"}
        if not separator or scheme not in known or not urlsplit(f"postgresql://{rest}").path[1:]:
            raise ValueError(
                "must be a PostgreSQL address such as postgresql://name:password@host:5432/cma"
            )
        return SecretStr(f"postgresql+psycopg://{rest}")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.database_owner_url and not self.database_url:
            raise ValueError("DATABASE_OWNER_URL is set and DATABASE_URL is not: set both")
        if self.https and not self.origins:
            raise ValueError("CMA_HTTPS is on: set CMA_ORIGINS to the https address people type")
        if self.https and any(not origin.startswith("https://") for origin in self.origins):
            raise ValueError("CMA_HTTPS is on: every address in CMA_ORIGINS must begin https://")
        if self.smtp_host:
            self._check_mail(self.smtp_host)
        return self

    def _check_mail(self, host: str) -> None:
        sender = self.smtp_sender or ""
        if not re.fullmatch(r"[^@\s<>\"]+@[A-Za-z0-9.-]+", sender):
            raise ValueError(
                "CMA_SMTP_HOST is set: set CMA_SMTP_SENDER to the address that reminders come from"
            )
        if self.smtp_tls == "none" and host not in LOOPBACK:
            raise ValueError(
                "CMA_SMTP_TLS is none: that is for a mail server on this machine alone"
            )

    @property
    def documents_at(self) -> str:
        """Where documents lie: a folder's full path, or s3://bucket/prefix."""
        return self.document_store or str(self.home / "documents")

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The exact origins a browser may send; loopback on our port unless they were set."""
        return self.origins or (f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}")

    @property
    def admins_need_factor(self) -> bool:
        """Whether an admin without a second factor is led to set one up before anything else."""
        return self.https if self.admin_factor is None else self.admin_factor == "required"

    @property
    def embedded(self) -> bool:
        """Whether we run PostgreSQL ourselves, because no DATABASE_URL was given."""
        return self.database_url is None

    @property
    def mail_password(self) -> str | None:
        """The mail server's password, out of its file if one is named; BadSettings if it is not."""
        if self.smtp_password is not None:
            return self.smtp_password.get_secret_value()
        if self.smtp_password_file is None:
            return None
        try:
            return self.smtp_password_file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        except (OSError, UnicodeDecodeError):
            raise BadSettings(
                f"CMA_SMTP_PASSWORD_FILE names {self.smtp_password_file}, which cannot be read."
            ) from None

    @property
    def serving_url(self) -> str:
        """The SQLAlchemy address for the role that serves; BadSettings when none is known."""
        return _known(self.database_url, "DATABASE_URL")

    @property
    def owner_url(self) -> str:
        """The SQLAlchemy address for the role that owns the tables; BadSettings when unknown."""
        return _known(self.database_owner_url, "DATABASE_OWNER_URL")


def _known(url: SecretStr | None, name: str) -> str:
    if url is None:
        raise BadSettings(f"{name} is not set. Set it, or use `cma`, which starts PostgreSQL.")
    return url.get_secret_value()


@cache
def _read() -> Settings:
    try:
        return Settings()  # pyright: ignore[reportCallIssue] - the environment fills it
    except ValidationError as error:
        raise BadSettings(_sentence(error)) from None


_chosen: list[Settings] = []


def settings() -> Settings:
    """Return the settings in force: those given to `use_settings`, else the environment's."""
    return _chosen[-1] if _chosen else _read()


def use_settings(chosen: Settings) -> None:
    """Put these settings in force for this process: `cma` does, once it knows the database."""
    _chosen[:] = [chosen]


def clear_settings() -> None:
    """Forget what was read or chosen, so that the next call reads the environment again."""
    _chosen.clear()
    _read.cache_clear()


def child_environment(**extra: str) -> dict[str, str]:
    """Return this process's environment with `extra` on top, for a child process."""
    return {**os.environ, **extra}  # noqa: TID251 - handed on whole, never read elsewhere


def _sentence(error: ValidationError) -> str:
    """Say the first thing that is wrong in one sentence that never shows a database address."""
    first: dict[str, Any] = dict(error.errors()[0])
    message = str(first["msg"]).removeprefix("Value error, ")
    name = str(first["loc"][0]) if first["loc"] else ""
    if not name:
        return f"{message}."
    if message.startswith("must "):
        return f"{name} {message}."
    said = message[0].lower() + message[1:]
    return f"{name} cannot be '{first['input']}': {said.replace('input should', 'it should')}."
