"""Who is signed in, as every page's frame shows it."""

from cma_app.access.actor import Actor
from cma_app.access.acts import NEEDS_SIGN_OFF, ROLE_ACTS, Act, Role
from cma_app.services.notifications import count_unread
from state.base import SIGNED_IN, CentreState, act, current_sign_in


class ShellState(CentreState):
    """The frame: the person, the centre, and the acts that decide what is drawn."""

    person: int = 0
    name: str = ""
    initials: str = ""
    role: str = ""
    centre: str = ""
    acts: list[str] = []
    prepared: list[str] = []  # what this person prepares and another signs off
    unread: int = 0

    @act(SIGNED_IN)
    async def arrive(self):
        """Begin a page: say who is signed in, and forget the last page's "not found"."""
        self.missing = False
        actor = current_sign_in().actor
        self._greet(actor)
        if actor.may(Act.NOTIFICATION_SEE):
            self.unread = await self.ask(count_unread)

    def _greet(self, actor: Actor) -> None:
        self.person = actor.user_id
        self.name = actor.name
        self.initials = "".join(word[0] for word in actor.name.split()[:2]).upper()
        self.role = actor.role
        self.centre = actor.centre_name
        self.acts = sorted(ROLE_ACTS[Role(actor.role)])
        self.prepared = sorted(act for act in NEEDS_SIGN_OFF if actor.prepares(act))
