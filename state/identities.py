"""Whether one's own account is linked to the organisation, on the page of one's sign-ins."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import identities
from cma_app.services.identities import OwnIdentity
from state.base import CentreState, act, load, notice
from state.words import moment_text


@dataclass(frozen=True, slots=True)
class IdentityView:
    """How one signs in; `host` is empty where the centre has no provider."""

    host: str = ""
    linked: str = ""
    may_unlink: bool = False

    @classmethod
    def of(cls, own: OwnIdentity) -> "IdentityView":
        """Return what the card shows."""
        linked = moment_text(own.linked_at)
        return cls(own.host, linked, may_unlink=own.passwords and linked != "")


class IdentitiesState(CentreState):
    """One's own identity at the centre's provider."""

    own: IdentityView = IdentityView()

    @load(Act.OWN_SIGN_IN_END)
    async def open(self):
        """Show whether one's own account is linked."""
        self.own = await self.ask(identities.own_identity, show=IdentityView.of)

    @act(Act.OWN_IDENTITY_LINK)
    async def unlink(self):
        """Unlink one's own account; the password stays."""
        said = "Unlinked. You sign in with your password."
        try:
            await self.ask(identities.unlink_own)
        except Conflict as another:  # it was unlinked elsewhere meanwhile: what is wanted, is so
            said = another.sentence
        self.own = await self.ask(identities.own_identity, show=IdentityView.of)
        return notice(said)
