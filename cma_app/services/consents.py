"""What a client agreed to, in the words read out to them: a history that is never overwritten.

Withdrawing stops the purpose from then on and keeps the record (UK GDPR, Article 7(3)).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict
from cma_app.rules.consents import purposes, wording_on
from cma_app.services.forms import Form, choice
from cma_app.session import CentreSession
from models import Client, Consent, User

CONSENT_CHANNELS: Final[dict[str, str]] = {
    "in_person": "In person",
    "phone": "By phone",
    "video": "By video",
    "text": "By text message",
    "email": "By e-mail",
    "letter": "By letter",
}


class ConsentForm(Form):
    """One answer to one question, and how it was given."""

    purpose: Annotated[str, BeforeValidator(choice(*purposes()))]
    answer: Annotated[str, BeforeValidator(choice("given", "withdrawn"))]
    channel: Annotated[str, BeforeValidator(choice(*CONSENT_CHANNELS))] = "in_person"
    wording_version: str


@dataclass(frozen=True, slots=True)
class RecordedConsent:
    """One line of the history."""

    id: int
    purpose: str
    is_given: bool
    wording_version: str
    wording: str
    channel: str
    given_at: datetime
    recorded_by: str


def consents_of(session: CentreSession, client_id: int) -> list[RecordedConsent]:
    """Return everything a client ever answered, newest first."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    rows = session.execute(
        select(Consent, col(User.first_name), col(User.last_name))
        .outerjoin(
            User,
            (col(User.centre_id) == col(Consent.centre_id))
            & (col(User.id) == col(Consent.created_by)),
        )
        .where(col(Consent.client_id) == client.id)
        .order_by(col(Consent.id).desc())
    )
    return [
        RecordedConsent(
            row.id,
            row.purpose,
            row.is_given,
            row.wording_version,
            row.wording,
            row.channel,
            row.given_at,
            " ".join(part for part in (first, last) if part),
        )
        for row, first, last in rows
    ]


def standing(history: list[RecordedConsent]) -> dict[str, RecordedConsent]:
    """Return the newest answer for each purpose that was ever asked."""
    newest: dict[str, RecordedConsent] = {}
    for each in history:
        newest.setdefault(each.purpose, each)
    return newest


def record_consent(session: CentreSession, client_id: int, form: ConsentForm) -> Consent:
    """Add an answer, with the words that were on screen and the time; Conflict if those changed."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_CONSENT_RECORD, client)
    wording = wording_on(form.purpose, today())
    if wording.version != form.wording_version:
        raise Conflict("The words to read out have changed. Load the page again and read the new.")
    consent = Consent(
        client_id=client.id,
        purpose=form.purpose,
        wording_version=wording.version,
        wording=wording.text,
        is_given=form.answer == "given",
        channel=form.channel,
        given_at=now(),
    )
    session.add(consent)
    if form.purpose == "holding":
        client.data_consent = consent.is_given
        client.data_consent_date = consent.given_at
        session.add(client)
    session.flush()
    return consent
