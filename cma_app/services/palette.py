"""What the command palette finds: the first few clients and cases that a few letters mean.

It reads as the two lists read: row security leaves out what is another centre's, not assigned to a
trainee, or restricted to people who are not asking. Nothing is counted, so nothing tells of more.
"""

from dataclasses import dataclass, field
from typing import Final

from cma_app.access.acts import Act
from cma_app.services.case_list import FoundCase, first_cases
from cma_app.services.clients import FoundClient, first_clients
from cma_app.session import CentreSession

LEAST: Final = 2
"""Letters that are asked about: one alone would mean half the centre."""
MOST: Final = 8
"""Lines of each kind."""


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """The clients by name and the cases by age that were found."""

    clients: list[FoundClient] = field(default_factory=list)
    cases: list[FoundCase] = field(default_factory=list)


def find_places(session: CentreSession, text: str) -> FoundPlaces:
    """Return who is found by the beginning of a name, by a reference, or by a case's number."""
    session.authorize(Act.CLIENT_FIND)
    asked = text.replace("\x00", "").strip()
    if len(asked) < LEAST:
        return FoundPlaces()
    return FoundPlaces(first_clients(session, asked, MOST), first_cases(session, asked, MOST))
