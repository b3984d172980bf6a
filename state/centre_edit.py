"""The form that edits one centre of the list."""

from dataclasses import dataclass, field

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import centres
from cma_app.services.centres import CentreDetails, CentreForm
from state.base import Form, FormErrors, act, notice
from state.centres import NATION_WORDS, CentresState
from state.forms import checked


@dataclass(frozen=True, slots=True)
class CentreView:
    """A centre's stored details, as the form begins; `id` is 0 until one is chosen."""

    id: int = 0
    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: CentreDetails) -> "CentreView":
        """Return what the form begins with."""
        return cls(stored.id, stored.answers)


class CentreEditState(CentresState):
    """The centre whose details are being edited."""

    centre: CentreView = CentreView()
    centre_version: int = 0
    centre_errors: FormErrors = {}
    centre_theirs: dict[str, str] = {}
    centre_lost: str = ""
    openings: int = 0
    saves: int = 0

    @act(Act.CENTRE_EDIT)
    async def begin_edit(self, centre: int):
        """Fill the form with what is stored of a centre now."""
        self.centre = CentreView()
        stored = await self.ask(centres.read_centre, centre)
        self.centre, self.centre_version = CentreView.of(stored), stored.version
        self.centre_errors, self.centre_theirs, self.centre_lost = {}, {}, ""
        self.openings += 1

    @act(Act.CENTRE_EDIT, quiet=True)
    def check_edit(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.centre_errors = checked(self.centre_errors, CentreForm, name, value)

    @act(Act.CENTRE_EDIT, form="centre_errors")
    async def save_edit(self, form: Form):
        """Save the details; where somebody else was first, show both and lose neither."""
        try:
            name = await self.ask(
                centres.edit,
                self.centre.id,
                form,
                version=self.centre_version,
                show=lambda it: it.name,
            )
        except Conflict as error:
            self._both(error)
            return None
        await self._show(self.listed.foot.number)
        self.centre_theirs, self.centre_lost = {}, ""
        self.saves += 1
        return notice(f"{name} was changed.")

    def _both(self, error: Conflict) -> None:
        theirs = dict(error.theirs)
        self.centre_version = int(theirs.pop("version", self.centre_version))
        if "nation" in theirs:
            theirs["nation"] = NATION_WORDS[theirs["nation"]]
        self.centre_lost, self.centre_theirs = error.sentence, theirs
