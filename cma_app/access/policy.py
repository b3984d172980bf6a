"""What the record itself forbids, once the role's acts have allowed: whose, and in what state."""

from cma_app.access.actor import Actor
from cma_app.access.acts import Act
from cma_app.errors import NotFound, Refused
from models import Case
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


def check(actor: Actor, act: Act, record: CentreOwned) -> None:
    """Let the act on this record pass; NotFound if it is out of reach, Refused with a sentence."""
    if record.centre_id not in (None, actor.centre_id):
        raise NotFound
    if not isinstance(record, Case):
        return
    if actor.role == "trainee" and record.advisor_id != actor.user_id:
        raise NotFound
    if act in FIGURES and record.status in ENDED:
        raise Refused("This case has ended, so its figures stand still. Reopen it first.", act)
