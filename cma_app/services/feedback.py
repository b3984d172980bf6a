"""Asking clients how the service was, and what they say of it.

Nobody is asked without having agreed to it; that somebody does not want to say is kept too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.debt_forms import PastDay, optional_text
from cma_app.services.forms import Form, RecordId, Tick, choice
from cma_app.services.locking import locked
from cma_app.services.partners import people_here
from cma_app.services.restoring import restore
from cma_app.session import CentreSession
from models import Case, Client, ClientFeedback, Consent

PURPOSE: Final = "feedback"
RATINGS: Final = {
    5: "5, very good",
    4: "4, good",
    3: "3, neither",
    2: "2, poor",
    1: "1, very poor",
}
NOT_AGREED: Final = (
    "They have not agreed to be asked for feedback. Record that in their file first, or tick that"
    " they do not want to."
)


def _rating(value: Any) -> Any:
    return None if value in (None, "") else value


def _in_range(value: int | None) -> int | None:
    if value is not None and value not in RATINGS:
        raise ValueError("Choose a rating from 1 to 5.")
    return value


class FeedbackForm(Form):
    """One time of asking, and the answer; a day of asking left empty is today."""

    client_number: RecordId = None
    asked_on: PastDay = None
    way: Annotated[str, BeforeValidator(choice(*CONSENT_CHANNELS))]
    is_declined: Tick = False
    answered_on: PastDay = None
    rating: Annotated[int | None, AfterValidator(_in_range), BeforeValidator(_rating)] = None
    said: Annotated[str | None, optional_text(4000)] = None
    may_be_quoted: Tick = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One person of a case, and whether they agreed to be asked; None: never asked."""

    client_id: int
    name: str
    agreed: bool | None


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One time of asking, with whom."""

    row: ClientFeedback
    name: str


@dataclass(frozen=True, slots=True)
class FeedbackOf:
    """The feedback of a case, the newest first, and who can be asked."""

    rows: list[FeedbackRow]
    people: list[Asked]


def list_feedback(session: CentreSession, case_id: int) -> FeedbackOf:
    """Return the feedback of whoever a case is about now."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    people = _people(session, case)
    names = {each.client_id: each.name for each in people}
    wanted = (
        select(ClientFeedback)
        .where(
            col(ClientFeedback.centre_id) == case.centre_id,
            col(ClientFeedback.case_id) == case.id,
            col(ClientFeedback.client_id).in_(names),
        )
        .order_by(col(ClientFeedback.asked_on).desc(), col(ClientFeedback.id).desc())
        .limit(100)
    )
    rows = [FeedbackRow(row, names[row.client_id]) for row in session.exec(wanted)]
    return FeedbackOf(rows, people)


def record_feedback(
    session: CentreSession, case_id: int, data: Mapping[str, Any]
) -> ClientFeedback:
    """Record that somebody was asked, with the answer if there is one; Invalid beside a box."""
    case = session.require(Case, case_id)
    session.authorize(Act.FEEDBACK_RECORD, case)
    form, people = FeedbackForm.read(data), _people(session, case)
    asked = _who(form, people)
    values = _values(form)
    if not (asked.agreed or form.is_declined):
        raise Invalid({"client_number" if len(people) > 1 else "asked_on": NOT_AGREED})
    row = ClientFeedback(case_id=case.id, client_id=asked.client_id, **values)
    session.add(row)
    session.flush()
    session.authorize(Act.FEEDBACK_RECORD, case)
    return row


def change_feedback(
    session: CentreSession, feedback_id: int, data: Mapping[str, Any], *, version: int
) -> ClientFeedback:
    """Record the answer, or put right what was written; whom was asked stays.

    What somebody would not say becomes an answer only of who has agreed to be asked.
    """
    row, case = _held(session, feedback_id)
    form = FeedbackForm.read(data)
    values = _values(form)
    if row.version != version:
        raise Conflict("Somebody changed this in the meantime. Look at it and try again.")
    asks_anew = row.is_declined and not form.is_declined
    if asks_anew and not _agreed(session, row.client_id):
        raise Invalid({"is_declined": NOT_AGREED})
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    session.authorize(Act.FEEDBACK_RECORD, case)
    return row


def remove_feedback(session: CentreSession, feedback_id: int) -> ClientFeedback:
    """Take back what was recorded by mistake; `restore_feedback` brings it back."""
    row, _case = _held(session, feedback_id)
    row.deleted_at = now()
    session.flush()
    return row


def restore_feedback(session: CentreSession, feedback_id: int) -> ClientFeedback:
    """Bring back what was taken back; NotFound where nothing was."""
    restore(session, ClientFeedback, feedback_id, Act.FEEDBACK_RECORD)
    return _held(session, feedback_id)[0]


def _held(session: CentreSession, feedback_id: int) -> tuple[ClientFeedback, Case]:
    """Return what may be changed and its case; NotFound where whom it is of has left that."""
    row = session.require(ClientFeedback, feedback_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.FEEDBACK_RECORD, case)
    if row.client_id not in people_here(session, case):
        raise NotFound
    return locked(session, ClientFeedback, feedback_id), case


def _people(session: CentreSession, case: Case) -> list[Asked]:
    """Return whom a case is about now, its own client first."""
    ids = sorted(people_here(session, case), key=lambda each: each != case.client_id)
    return [
        Asked(each, session.require(Client, each).full_name, _agreed(session, each)) for each in ids
    ]


def _agreed(session: CentreSession, client_id: int) -> bool | None:
    newest = (
        select(Consent.is_given)
        .where(col(Consent.client_id) == client_id, col(Consent.purpose) == PURPOSE)
        .order_by(col(Consent.id).desc())
        .limit(1)
    )
    return session.exec(newest).first()


def _who(form: FeedbackForm, people: list[Asked]) -> Asked:
    if form.client_number is None and len(people) == 1:
        return people[0]
    found = [each for each in people if each.client_id == form.client_number]
    if not found:
        raise Invalid({"client_number": "Choose who was asked."})
    return found[0]


def _values(form: FeedbackForm) -> dict[str, Any]:
    """Return what is kept of a form; an answer without a day came today."""
    asked = form.asked_on or today()
    has_answer = form.rating is not None or form.said is not None
    answered: date | None = form.answered_on or (today() if has_answer else None)
    wrong: dict[str, str] = {}
    if form.is_declined and answered is not None:
        wrong["is_declined"] = "They answered, so untick this."
    if form.may_be_quoted and form.said is None:
        wrong["may_be_quoted"] = "There are no words to quote."
    if answered is not None and answered < asked:
        wrong["answered_on"] = "They cannot answer before they were asked."
    if form.answered_on is not None and not has_answer:
        wrong["rating"] = "Choose a rating, or write down what they said."
    if wrong:
        raise Invalid(wrong)
    return {
        "asked_on": asked,
        "way": form.way,
        "is_declined": form.is_declined,
        "answered_on": answered,
        "rating": form.rating,
        "said": form.said,
        "may_be_quoted": form.may_be_quoted,
    }
