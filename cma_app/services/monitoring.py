"""A client's optional answers for equality monitoring: asked, kept apart, and taken off again.

They are seen by who recorded them and by who holds a case of the client, on no list and no board.
Managers get counts alone. What was answered is never in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.monitoring import Question, Questions, answer_label, questions_on
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Client, Consent, MonitoringAnswer

NOT_YOURS: Final = "These answers are asked and seen by whoever holds a case of this client."
WITHDRAWN: Final = (
    "The client has withdrawn their agreement to sensitive facts being kept, so this is not asked."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answer, None where nobody asked."""

    question: Question
    answer: str | None
    word: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What may be asked of a client and what they answered.

    `may_record` is for who holds a case of theirs; `withdrawn` says that sensitive facts are not
    asked for.
    """

    client_id: int
    questions: Questions
    answers: list[Asked]
    may_record: bool
    withdrawn: bool


def read_monitoring(session: CentreSession, client_id: int) -> Monitoring:
    """Return the questions of today and the answers that the reader may see."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    kept = {row.question: row for row in _rows(session, client)}
    questions = questions_on(today())
    return Monitoring(
        client_id=client.id,
        questions=questions,
        answers=[_asked(session, each, kept.get(each.code)) for each in questions.questions],
        may_record=_holds(session, client),
        withdrawn=_is_withdrawn(session, client),
    )


def record_answers(session: CentreSession, client_id: int, data: Mapping[str, Any]) -> int:
    """Keep the answers that were given, each with its lawful basis; return how many changed.

    A question left alone stays as it is. Raises Refused for who holds no case of the client, and
    Invalid beside an answer that no list has or that may not be asked for.
    """
    client = locked(session, Client, client_id)
    session.authorize(Act.CLIENT_MONITORING_RECORD, client)
    if not _holds(session, client):
        raise Refused(NOT_YOURS, Act.CLIENT_MONITORING_RECORD.value)
    questions = questions_on(today())
    given = [
        (each, str(data[each.code]))
        for each in questions.questions
        if str(data.get(each.code) or "").strip()
    ]
    _refuse(given, withdrawn=_is_withdrawn(session, client))
    kept = {row.question: row for row in _rows(session, client)}
    changed = 0
    for question, answer in given:
        row = kept.get(question.code)
        if row is not None and row.monitored_answer == answer:
            continue
        if row is None:
            row = MonitoringAnswer(
                client_id=client.id,
                question=question.code,
                monitored_answer=answer,
                basis=question.basis.code,
                questions_version=questions.version,
            )
        row.monitored_answer, row.basis = answer, question.basis.code
        row.questions_version = questions.version
        session.add(row)
        changed += 1
    session.flush()
    return changed


def remove_answer(session: CentreSession, client_id: int, question: str) -> None:
    """Take an answer off, as the client asked; NotFound where there is none the reader may see."""
    client = locked(session, Client, client_id)
    session.authorize(Act.CLIENT_MONITORING_RECORD, client)
    row = next((each for each in _rows(session, client) if each.question == question), None)
    if row is None:
        raise NotFound("This answer is no longer there.")
    session.delete(row)
    session.flush()


def _refuse(given: list[tuple[Question, str]], *, withdrawn: bool) -> None:
    wrong = {
        question.code: "Choose one of the answers."
        for question, answer in given
        if answer not in question.answers
    }
    if wrong:
        raise Invalid(wrong)
    if withdrawn and any(question.is_special for question, _ in given):
        raise Conflict(WITHDRAWN)


def _asked(session: CentreSession, question: Question, row: MonitoringAnswer | None) -> Asked:
    if row is None:
        return Asked(question, None, "", is_mine=False)
    word = answer_label(question.code, row.monitored_answer)
    return Asked(question, row.monitored_answer, word, row.created_by == session.actor.user_id)


def _rows(session: CentreSession, client: Client) -> list[MonitoringAnswer]:
    wanted = (
        select(MonitoringAnswer)
        .where(
            col(MonitoringAnswer.centre_id) == client.centre_id,
            col(MonitoringAnswer.client_id) == client.id,
        )
        .order_by(col(MonitoringAnswer.id))
    )
    return list(session.exec(wanted))


def _holds(session: CentreSession, client: Client) -> bool:
    """Say whether the reader holds a case of the client: what the wall goes by."""
    mine = text("SELECT :client = ANY (cma_held_clients())")
    return bool(session.execute(mine, {"client": client.id}).scalar_one())


def _is_withdrawn(session: CentreSession, client: Client) -> bool:
    newest = (
        select(Consent.is_given)
        .where(
            col(Consent.centre_id) == client.centre_id,
            col(Consent.client_id) == client.id,
            col(Consent.purpose) == "special_category",
        )
        .order_by(col(Consent.id).desc())
        .limit(1)
    )
    return session.exec(newest).first() is False
