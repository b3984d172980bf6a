"""What the command palette found; `asked` says for what, so that no older answer is shown."""

from dataclasses import dataclass
from typing import Final

from cma_app.access.acts import Act
from cma_app.errors import CmaError
from cma_app.rules.workflow import AT_WORK, STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.case_list import FoundCase
from cma_app.services.clients import FoundClient
from cma_app.services.palette import FoundPlaces, find_places
from state.base import CentreState, act
from state.words import day_text

LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A client or a case that was found: who it is, and what tells them from another."""

    id: int
    name: str
    about: str
    is_restricted: bool = False

    @classmethod
    def of_client(cls, row: FoundClient) -> "PlaceLine":
        """Return what is shown of a client."""
        born = f"born {day_text(row.date_of_birth)}" if row.date_of_birth else "no date of birth"
        about = f"{row.client_reference}, {born}"
        return cls(row.id, f"{row.last_name}, {row.first_name}", about, row.is_restricted)

    @classmethod
    def of_case(cls, row: FoundCase) -> "PlaceLine":
        """Return what is shown of a case: its stage while it is at work, else how it stands."""
        status = Status(row.status)
        word = STAGE_LABELS[Stage(row.stage)] if status in AT_WORK else STATUS_LABELS[status]
        return cls(row.id, row.client, f"{row.reference}, {word}, {row.advisor}")


class PaletteState(CentreState):
    """The answer to what was typed last; empty again once the palette closes."""

    asked: str = ""
    clients: list[PlaceLine] = []
    cases: list[PlaceLine] = []
    trouble: str = ""

    @act(Act.CLIENT_FIND, debounce=180, supersedes=True, quiet=True)
    async def find(self, text: str):
        """Find clients and cases; a refusal is a sentence in the palette, over all notices."""
        asked, trouble, found = text[:LONGEST], "", FoundPlaces()
        try:
            found = await self.ask(find_places, asked)
        except CmaError as error:
            trouble = error.sentence
        self.asked, self.trouble = asked, trouble
        self.clients = [PlaceLine.of_client(row) for row in found.clients]
        self.cases = [PlaceLine.of_case(row) for row in found.cases]
