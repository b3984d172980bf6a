"""Who is signed in, as every page's frame shows it."""

from dataclasses import dataclass

from cma_app.access.actor import Actor, Visit
from cma_app.access.acts import NEEDS_SIGN_OFF, ROLE_ACTS, Act
from cma_app.clock import local, now
from cma_app.rules.emergency_access import KINDS
from cma_app.services.notifications import count_unread
from state.base import SIGNED_IN, CentreState, act, current_sign_in


@dataclass(frozen=True, slots=True)
class VisitView:
    """The emergency access that this sign-in has; `until` is a clock's words, `left` seconds."""

    why: str = ""
    reason: str = ""
    until: str = ""
    left: int = 0

    @classmethod
    def of(cls, visit: Visit | None) -> "VisitView":
        """Return what every page says of it; without one nothing."""
        if visit is None:
            return cls()
        left = max(0, int((visit.expires_at - now()).total_seconds()))
        until = f"{local(visit.expires_at):%H:%M}"
        return cls(KINDS[visit.kind], visit.reason, until, left)


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
    visit: VisitView = VisitView()
    anew: str = ""  # where the browser loads everything anew, because who acts has changed

    @act(SIGNED_IN)
    async def arrive(self):
        """Begin a page: say who is signed in, and forget what was the last page's alone."""
        self.missing = False
        self._forget_old_notice()
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
        self.visit = VisitView.of(actor.visit)
        self.acts = sorted(ROLE_ACTS[actor.role])
        self.prepared = sorted(act for act in NEEDS_SIGN_OFF if actor.prepares(act))
