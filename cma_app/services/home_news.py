"""What came for the signed-in person: creditors' answers, file reviews, and sign-offs."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.services.covers import whose_work
from cma_app.services.home_tasks import AT_WORK, MOST, Listed, case_of, client_of_case
from cma_app.services.sign_off_list import (
    BACK,
    shown_versions,
    version_rows,
    was_not_answered,
)
from cma_app.services.supervision import trainees_of
from cma_app.session import CentreSession, count
from models import Case, Client, Creditor, CreditorReply, Debt, FileReview, SignOff


@dataclass(frozen=True, slots=True)
class Reply:
    """What a creditor answered and the client was not told yet."""

    id: int
    case_id: int
    client: str
    reference: str
    creditor: str
    reply: str
    amount: Decimal | None
    received_on: date


@dataclass(frozen=True, slots=True)
class Review:
    """A file review that came back unread, or one to be written; `finished_at` tells which."""

    id: int
    reference: str
    result: str
    finished_at: datetime | None


def my_replies(session: CentreSession) -> Listed:
    """Return what creditors answered in my open cases and the client was not told yet.

    The cases of whom I cover today are among mine.
    """
    session.authorize(Act.HOME_SEE)
    wanted = (
        select(
            col(CreditorReply.id),
            col(CreditorReply.case_id),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
            col(Case.case_reference),
            col(Creditor.creditor_name),
            col(CreditorReply.reply),
            col(CreditorReply.amount),
            col(CreditorReply.received_on),
        )
        .join(Case, case_of(CreditorReply))
        .join(Client, client_of_case())
        .join(
            Debt,
            (col(Debt.centre_id) == col(CreditorReply.centre_id))
            & (col(Debt.id) == col(CreditorReply.debt_id)),
        )
        .join(
            Creditor,
            (col(Creditor.centre_id) == col(Debt.centre_id))
            & (col(Creditor.id) == col(Debt.creditor_id)),
        )
        .where(
            col(Case.advisor_id).in_(whose_work(session)),
            col(Case.status).in_(AT_WORK),
            col(CreditorReply.client_told_on).is_(None),
            col(CreditorReply.deleted_at).is_(None),
            col(Debt.deleted_at).is_(None),
        )
        .order_by(col(CreditorReply.received_on), col(CreditorReply.id))
    )
    total = count(session, wanted)
    return Listed([Reply(*row) for row in session.execute(wanted.limit(MOST))], total)


def my_file_reviews(session: CentreSession) -> Listed:
    """Return the reviews of my files that I did not read yet, and the files I am to review."""
    session.authorize(Act.HOME_SEE)
    me = session.actor.user_id
    unread = and_(
        col(FileReview.holder_id) == me,
        col(FileReview.finished_at).is_not(None),
        col(FileReview.answer).is_(None),
    )
    to_write = and_(col(FileReview.reviewer_id) == me, col(FileReview.finished_at).is_(None))
    wanted = (
        select(
            col(FileReview.id),
            col(FileReview.case_reference),
            func.coalesce(col(FileReview.result), ""),
            col(FileReview.finished_at),
        )
        .where(or_(unread, to_write) if session.actor.may(Act.REVIEW_RECORD) else unread)
        .order_by(col(FileReview.finished_at).desc().nulls_last(), col(FileReview.id))
    )
    total = count(session, wanted)
    return Listed([Review(*row) for row in session.execute(wanted.limit(MOST))], total)


def my_sign_offs(session: CentreSession) -> Listed:
    """Return what came back to me and was not submitted again, or what my trainees submitted.

    The longest waiting first; of a case that has ended nothing comes back.
    """
    session.authorize(Act.HOME_SEE)
    if session.actor.may(Act.SIGN_OFF_SUBMIT):
        wanted = version_rows(session).where(
            col(SignOff.submitted_by) == session.actor.user_id,
            col(SignOff.status).in_(BACK),
            col(Case.status).in_(AT_WORK),
            was_not_answered(),
        )
    else:
        trainees = [each.id for each in trainees_of(session)]
        wanted = version_rows(session).where(
            col(SignOff.submitted_by).in_(trainees), col(SignOff.status) == "submitted"
        )
    total = count(session, wanted)
    shown = wanted.order_by(
        func.coalesce(col(SignOff.decided_at), col(SignOff.submitted_at)), col(SignOff.id)
    )
    return Listed(shown_versions(session, shown.limit(MOST)), total)
