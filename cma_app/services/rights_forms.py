"""The forms of requests about data: what came, what stops its clock, and what was decided."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from cma_app.services.debt_forms import PastDay, optional_text
from cma_app.services.forms import Day, Form, Tick, choice, given
from models.rights import DECISIONS, IDENTITIES, RIGHT_CHANNELS

CHANNEL_WORDS: Final = {
    "in_person": "In person",
    "phone": "By phone",
    "email": "By e-mail",
    "letter": "By letter",
    "text": "By text",
    "website": "Through the website",
}
IDENTITY_WORDS: Final = {
    "known": "Known to us",
    "checked": "Proof was seen",
    "asked": "Proof is still needed",
}
DECISION_WORDS: Final = {
    "fulfilled": "Done as asked",
    "partly": "Done in part",
    "refused": "Refused",
    "withdrawn": "Taken back by the client",
}


class RightsForm(Form):
    """A request as it came; `asked_by` is who asks for the client, and by what right."""

    kind: Annotated[str, given("Choose what they ask for."), Field(max_length=20)]
    received_on: Annotated[PastDay, given("Enter the day it came.")]
    channel: Annotated[str, given("Say how it came."), BeforeValidator(choice(*RIGHT_CHANNELS, ""))]
    asked_for: Annotated[str, given("Write what they asked for."), Field(max_length=2000)]
    asked_by: Annotated[str | None, optional_text(200)] = None
    identity: Annotated[
        str, given("Say how you know who they are."), BeforeValidator(choice(*IDENTITIES, ""))
    ]
    identity_how: Annotated[str | None, optional_text(300)] = None


class StopForm(Form):
    """What the client was asked, on which day."""

    reason: Annotated[str, given("Choose what you asked for."), Field(max_length=20)]
    since: Annotated[PastDay, given("Enter the day you asked.")]


class RunForm(Form):
    """The day on which the client's answer came."""

    until: Annotated[PastDay, given("Enter the day the answer came.")]
    identity_how: Annotated[str | None, optional_text(300)] = None


class ExtensionForm(Form):
    """On which day the client was told that it takes longer, and why."""

    extended_on: Annotated[PastDay, given("Enter the day they were told.")]
    extended_why: Annotated[str, given("Say why it takes longer."), Field(max_length=500)]


class ReceiptForm(Form):
    """On which day a complaint was acknowledged, and how."""

    acknowledged_on: Annotated[PastDay, given("Enter the day.")]
    acknowledged_how: Annotated[str, given("Say how they were told."), Field(max_length=300)]


class DecisionForm(Form):
    """What was decided and what the client was told; `action_on` is of an erasure alone."""

    outcome: Annotated[str, given("Say what was decided."), BeforeValidator(choice(*DECISIONS, ""))]
    ground: Annotated[str | None, optional_text(30)] = None
    decided_on: PastDay = None
    answer: Annotated[str, given("Write what the client was told."), Field(max_length=2000)]
    action_on: Day = None


class CopyForm(Form):
    """Why everything about a client is copied: the request it answers, or a reason."""

    request_id: Annotated[int | None, BeforeValidator(lambda value: value or None)] = None
    reason: Annotated[str | None, optional_text(500)] = None
    is_warned: Tick = False
