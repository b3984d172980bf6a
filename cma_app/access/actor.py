"""Who is acting: read from the database at every event, never kept."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from cma_app.access.acts import Act, allows, submits


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, for the audit log; an address that is none is left out."""

    ip_address: str | None = None
    user_agent: str | None = None

    def __post_init__(self) -> None:
        """Drop what a proxy told that no log could keep: every write would fail over it."""
        if self.ip_address is not None and not _is_address(self.ip_address):
            object.__setattr__(self, "ip_address", None)


def _is_address(told: str) -> bool:
    try:
        ip_address(told)
    except ValueError:
        return False
    return "%" not in told  # PostgreSQL's inet knows no zone


@dataclass(frozen=True, slots=True)
class Visit:
    """The emergency access that an admin's sign-in has, to the centre that the actor is then in."""

    grant_id: int
    kind: str
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person of one centre."""

    user_id: int
    centre_id: int
    role: str
    name: str
    centre_name: str
    centre_code: str
    session_id: int | None = None
    must_change_password: bool = False
    visit: Visit | None = None
    must_set_up_factor: bool = False

    @property
    def is_held(self) -> bool:
        """Whether this person does something about their sign-in before anything else opens."""
        return self.must_change_password or self.must_set_up_factor

    def may(self, act: Act) -> bool:
        """Say whether this person's role includes an act."""
        return allows(self.role, act)

    def prepares(self, act: Act) -> bool:
        """Say whether this person's doing of an act waits for another person's sign-off."""
        return submits(self.role, act)
