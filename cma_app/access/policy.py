"""What the record itself forbids, once the role's acts have allowed: whose, and in what state."""

from dataclasses import dataclass
from typing import Any, Final

from cma_app.access.actor import Actor
from cma_app.access.acts import READS, Act, Role
from cma_app.errors import NotFound, Refused
from models import Case, Client
from models.base import CentreOwned

ENDED = frozenset({"closed", "referred", "cancelled"})
FIGURES = frozenset(
    {
        Act.CASE_JOIN,
        Act.DEBT_RECORD,
        Act.DEBT_REMOVE,
        Act.EMERGENCY_END,
        Act.BREATHING_SPACE_RECORD,
        Act.BUDGET_RECORD,
        Act.BUDGET_VERIFY,
        Act.OFFER_RECORD,
        Act.STATEMENT_PREPARE,
        Act.STATEMENT_VERIFY,
        Act.STATEMENT_CONFIRM,
        Act.STATEMENT_ISSUE,
    }
)
"""What stands still once a case has ended. A note or a next action never does."""


SHADOWING: Final = (
    "You are shadowing this case: you can read it and change nothing. Ask whoever holds it."
)


@dataclass(frozen=True, slots=True)
class Shadows:
    """The cases that a trainee follows today without holding them, and the clients of those."""

    cases: frozenset[int] = frozenset()
    clients: frozenset[int] = frozenset()

    def hold(self, record: Any) -> bool:
        """Say whether a record is one of a case that is followed, or of its client."""
        if isinstance(record, Case):
            return record.id in self.cases
        if (case_id := getattr(record, "case_id", None)) is not None:
            return case_id in self.cases
        own = record.id if isinstance(record, Client) else getattr(record, "client_id", None)
        return own in self.clients


NO_SHADOWS: Final = Shadows()


def check(actor: Actor, act: Act, record: CentreOwned, shadows: Shadows = NO_SHADOWS) -> None:
    """Let the act on this record pass; NotFound if it is out of reach, Refused with a sentence."""
    if record.centre_id not in (None, actor.centre_id):
        raise NotFound
    followed = actor.role == Role.TRAINEE and shadows.hold(record)
    if followed and act not in READS:
        raise Refused(SHADOWING, act)
    if not isinstance(record, Case):
        return
    if actor.role == Role.TRAINEE and record.advisor_id != actor.user_id and not followed:
        raise NotFound
    if act in FIGURES and record.status in ENDED:
        raise Refused("This case has ended, so its figures stand still. Reopen it first.", act)
