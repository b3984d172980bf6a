"""Which step of a case may follow which, and the sentence for a step that may not.

A status is the schema's word; a stage is the finer step of the work. Both move by the tables below:
- forward to a stage named in NEXT: evidence and sign-off may be passed over, a fact find may not;
- back to any earlier stage, because facts change, but never to a referral once it was taken on;
- to closing from anywhere, because a client may stop at any time;
- a case is closed from the closing stage, or from another with a reason; it is referred or
  cancelled only with a reason; one that is over can only be reopened, which needs a reason.
"""

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """The five statuses of the schema."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    REFERRED = "referred"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """The steps of a case, in order."""

    REFERRAL = "referral"
    WAITING = "waiting"
    FACT_FIND = "fact_find"
    EVIDENCE = "evidence"
    ADVICE = "advice"
    APPROVAL = "approval"
    ACTION = "action"
    REVIEW = "review"
    CLOSING = "closing"


STATUS_LABELS: Final[dict[Status, str]] = {
    Status.OPEN: "Open",
    Status.IN_PROGRESS: "In progress",
    Status.CLOSED: "Closed",
    Status.REFERRED: "Referred",
    Status.CANCELLED: "Cancelled",
}
STAGE_LABELS: Final[dict[Stage, str]] = {
    Stage.REFERRAL: "Referral",
    Stage.WAITING: "Waiting",
    Stage.FACT_FIND: "Fact find",
    Stage.EVIDENCE: "Evidence",
    Stage.ADVICE: "Advice",
    Stage.APPROVAL: "Sign-off",
    Stage.ACTION: "Action",
    Stage.REVIEW: "Review",
    Stage.CLOSING: "Closing",
}
NEXT: Final[dict[Stage, tuple[Stage, ...]]] = {
    Stage.REFERRAL: (Stage.WAITING, Stage.FACT_FIND),
    Stage.WAITING: (Stage.FACT_FIND,),
    Stage.FACT_FIND: (Stage.EVIDENCE, Stage.ADVICE),
    Stage.EVIDENCE: (Stage.ADVICE,),
    Stage.ADVICE: (Stage.APPROVAL, Stage.ACTION),
    Stage.APPROVAL: (Stage.ACTION,),
    Stage.ACTION: (Stage.REVIEW,),
    Stage.REVIEW: (),
    Stage.CLOSING: (),
}
BEFORE_WORK: Final = frozenset({Stage.REFERRAL, Stage.WAITING})
AT_WORK: Final = frozenset({Status.OPEN, Status.IN_PROGRESS})
PAST_SIGN_OFF: Final = frozenset({Stage.ACTION, Stage.REVIEW})
"""What follows on advice: a trainee's case comes here only once the advice is signed off."""
REOPENED_AT: Final = Stage.REVIEW
ORDER: Final[dict[Stage, int]] = {stage: place for place, stage in enumerate(Stage)}


def status_of(stage: str) -> Status:
    """Return the status a case at work has in a stage: open until its fact find begins."""
    return Status.OPEN if Stage(stage) in BEFORE_WORK else Status.IN_PROGRESS


def next_stages(stage: str, status: str = Status.IN_PROGRESS) -> list[Stage]:
    """Return every stage a case may move to, in order; none where the case is over."""
    return [other for other in Stage if refuse_move(stage, other, status) is None]


def refuse_move(from_stage: str, to_stage: str, status: str = Status.IN_PROGRESS) -> str | None:
    """Return the sentence that says why a stage may not follow another, or None where it may.

    A word that is no stage or status raises ValueError.
    """
    here, there = Stage(from_stage), Stage(to_stage)
    if Status(status) not in AT_WORK:
        return f"This case is {Status(status).value}. Reopen it before you move it."
    if here == there:
        return f"The case is already in {STAGE_LABELS[here].lower()}."
    if there == Stage.REFERRAL:
        return "This referral was taken on: a case cannot go back to being a referral."
    if there == Stage.CLOSING or there in NEXT[here] or ORDER[there] < ORDER[here]:
        return None
    ahead = [STAGE_LABELS[stage].lower() for stage in (*NEXT[here], Stage.CLOSING)]
    return (
        f"A case cannot go from {STAGE_LABELS[here].lower()} to {STAGE_LABELS[there].lower()}. "
        f"Next can be {' or '.join(ahead)}."
    )


def passes_sign_off(from_stage: str, to_stage: str) -> bool:
    """Say whether a move acts on advice: from before the action stage, or back from closing."""
    return Stage(to_stage) in PAST_SIGN_OFF and Stage(from_stage) not in PAST_SIGN_OFF


def refuse_status(from_status: str, to_status: str, *, stage: str, reason: str = "") -> str | None:
    """Return the sentence that says why a status may not follow another, or None where it may.

    The stage is the case's own. A word that is no status or stage raises ValueError.
    """
    here, there, at = Status(from_status), Status(to_status), Stage(stage)
    if here == there:
        return f"The case is already {STATUS_LABELS[there].lower()}."
    if here not in AT_WORK:
        return _refuse_reopening(here, there, reason)
    if there in AT_WORK:
        return None if there == status_of(at) else _stage_says(at)
    return _refuse_ending(there, at, reason)


def _refuse_ending(there: Status, at: Stage, reason: str) -> str | None:
    if reason.strip() or (there == Status.CLOSED and at == Stage.CLOSING):
        return None
    if there == Status.CLOSED:
        return "Say why the case is closed before its closing stage, or move it to closing first."
    return f"Say why the case is {STATUS_LABELS[there].lower()}."


def _refuse_reopening(here: Status, there: Status, reason: str) -> str | None:
    was = STATUS_LABELS[here].lower()
    if there != Status.IN_PROGRESS:
        return f"This case is {was}. It can only be reopened, as in progress."
    return None if reason.strip() else f"Say why the {was} case is reopened."


def _stage_says(stage: Stage) -> str:
    status = STATUS_LABELS[status_of(stage)].lower()
    return f"A case in {STAGE_LABELS[stage].lower()} is {status}. Move its stage instead."
