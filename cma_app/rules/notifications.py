"""The kinds of notifications: the sentence of each, the click that acts, and where that leads.

A sentence names a colleague and a case's reference, never a client: it stands on a screen that
others look at too.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: `said` has {by} and {case} in it, `opens` is a word of the state's addresses."""

    said: str
    step: str = "Open case"
    opens: str = "case"


KINDS: Final = {
    "case_assigned": Kind("{by} gave you case {case}"),
    "referral_assigned": Kind("{by} gave you somebody who was referred, as case {case}"),
    "case_handed_on": Kind("{by} gave your case {case} to a colleague"),
    "task_given": Kind("{by} gave you a task in case {case}"),
    "review_given": Kind("{by} asked you to review the file of case {case}", "Review", "review"),
    "review_finished": Kind("{by} finished a review of {case}", "Read review", "my_review"),
    "raised_urgent": Kind("{by} raised case {case} to urgent"),
    "signoff_asked": Kind("{by} asks for your sign-off in case {case}", "See it", "sign_off"),
    "signoff_sent_back": Kind("{by} sent back your work in case {case}", "See why", "sign_off"),
    "signoff_approved": Kind("{by} signed off your work in case {case}", "See it", "sign_off"),
    "signoff_void": Kind(
        "Your work in case {case} changed since you submitted it", "See it", "sign_off"
    ),
    "emergency_access": Kind(
        "Somebody opened emergency access to the clients of your centre",
        "See it or end it",
        "emergency_access",
    ),
    "factor_changed": Kind(
        "Your second factor was changed. If it was not you, tell your manager", "Look", "sign_ins"
    ),
    "factors_reset": Kind(
        "{by} reset your second factor. Set up another one", "Set it up", "sign_ins"
    ),
    "cover_given": Kind("{by} asked you to cover for a colleague", "Open My day", "home"),
}
"""Every kind by its stored word; whoever tells of something new adds a line."""


def sentence(kind: str, *, by: str, reference: str) -> str:
    """Return the sentence of a notification; without a reference it says "a file of yours"."""
    said = KINDS[kind].said.format(by=by or "The system", case=reference or "a file of yours")
    return f"{said}."
