"""Who is acting: read from the database at every event, never kept."""

from dataclasses import dataclass

from cma_app.access.acts import Act, allows


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, for the audit log."""

    ip_address: str | None = None
    user_agent: str | None = None


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

    def may(self, act: Act) -> bool:
        """Say whether this person's role includes an act."""
        return allows(self.role, act)
