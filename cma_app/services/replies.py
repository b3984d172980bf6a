"""What creditors answer: accept, reject, counter, hold; and which letters wait for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.parameters import parameter
from cma_app.services.forms import Day, Form, LongText, Pounds, choice
from cma_app.session import CentreSession
from models import Case, Creditor, CreditorReply, Debt, Letter, Offer

REPLY_WORDS: Final = {
    "accept": "Accepted",
    "reject": "Rejected",
    "counter": "Asks for another amount",
    "hold": "Holds action",
    "balance": "Gave the balance",
    "other": "Something else",
}
ANSWERED: Final = frozenset({"balance_request", "holding", "offer", "chaser"})
"""Kinds of letter that a creditor is to answer."""

LONGEST_NOTE: Final = 2000


class ReplyForm(Form):
    """One answer; a counter names an amount, a hold its last day."""

    reply: Annotated[str, BeforeValidator(choice(*REPLY_WORDS))]
    received_on: Day = None
    amount: Pounds = None
    hold_until: Day = None
    note: LongText = None


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One answer as the list shows it."""

    id: int
    debt_id: int
    letter_id: int | None
    creditor: str
    reply: str
    received_on: date
    amount: Decimal | None
    hold_until: date | None
    note: str | None
    client_told_on: date | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An issued letter that nobody answered; `is_due` says that its chaser is."""

    letter_id: int
    kind: str
    creditor: str
    chase_on: date
    is_due: bool


def list_replies(session: CentreSession, case_id: int) -> list[ReplyRow]:
    """Return what creditors answered in a case, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    listed = (
        select(
            col(CreditorReply.id),
            col(CreditorReply.debt_id),
            col(CreditorReply.letter_id),
            col(Creditor.creditor_name),
            col(CreditorReply.reply),
            col(CreditorReply.received_on),
            col(CreditorReply.amount),
            col(CreditorReply.hold_until),
            col(CreditorReply.note),
            col(CreditorReply.client_told_on),
        )
        .join(
            Debt,
            (col(Debt.id) == col(CreditorReply.debt_id))
            & (col(Debt.centre_id) == col(CreditorReply.centre_id)),
        )
        .join(
            Creditor,
            (col(Creditor.id) == col(Debt.creditor_id))
            & (col(Creditor.centre_id) == col(Debt.centre_id)),
        )
        .where(
            col(CreditorReply.centre_id) == case.centre_id,
            col(CreditorReply.case_id) == case.id,
            col(CreditorReply.deleted_at).is_(None),
        )
        .order_by(col(CreditorReply.received_on).desc(), col(CreditorReply.id).desc())
        .limit(500)
    )
    return [ReplyRow(*row) for row in session.execute(listed)]


def waiting_letters(session: CentreSession, case_id: int) -> list[Waiting]:
    """Return the letters of a case that wait for an answer, the first to be chased first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    listed = (
        select(
            col(Letter.id),
            col(Letter.kind),
            col(Creditor.creditor_name),
            col(Letter.chase_on),
        )
        .join(
            Creditor,
            (col(Creditor.id) == col(Letter.creditor_id))
            & (col(Creditor.centre_id) == col(Letter.centre_id)),
        )
        .where(
            col(Letter.centre_id) == case.centre_id,
            col(Letter.case_id) == case.id,
            col(Letter.status) == "issued",
            col(Letter.chase_on).is_not(None),
            col(Letter.deleted_at).is_(None),
        )
        .order_by(col(Letter.chase_on), col(Letter.id))
    )
    return [Waiting(*row, is_due=row.chase_on <= today()) for row in session.execute(listed)]


def record_reply(
    session: CentreSession, debt_id: int, data: Mapping[str, Any], *, letter_id: int | None = None
) -> CreditorReply:
    """Record what a creditor answered about a debt; its letters are chased no more.

    A hold is chased on the day after its last.
    """
    debt = session.require(Debt, debt_id)
    case = session.require(Case, debt.case_id)
    session.authorize(Act.REPLY_RECORD, case)
    form = ReplyForm.read(data)
    _refuse_incomplete(form)
    letter = session.require(Letter, letter_id) if letter_id else None
    if letter is not None and (letter.case_id != case.id or letter.creditor_id != debt.creditor_id):
        raise Conflict("That letter was not to this creditor. Choose another.")
    reply = CreditorReply(
        case_id=case.id,
        debt_id=debt.id,
        letter_id=letter.id if letter else None,
        offer_id=_newest_offer(session, debt),
        reply=form.reply,
        received_on=form.received_on or today(),
        amount=form.amount,
        hold_until=form.hold_until,
        note=form.note,
    )
    session.add(reply)
    session.flush()
    _settle_chasers(session, debt)
    return reply


def tell_client(session: CentreSession, reply_id: int) -> CreditorReply:
    """Note that the client was told of an answer today (CONC 8.3.4R)."""
    reply = session.require(CreditorReply, reply_id)
    session.authorize(Act.REPLY_RECORD, session.require(Case, reply.case_id))
    if reply.client_told_on is not None:
        raise Conflict("The client was told of this already.")
    reply.client_told_on = today()
    session.flush()
    return reply


def remove_reply(session: CentreSession, reply_id: int) -> CreditorReply:
    """Take away an answer recorded by mistake; a letter that no other answers waits again."""
    reply = session.require(CreditorReply, reply_id)
    session.authorize(Act.REPLY_RECORD, session.require(Case, reply.case_id))
    reply.deleted_at = now()
    session.flush()
    _settle_chasers(session, session.require(Debt, reply.debt_id))
    return reply


def _refuse_incomplete(form: ReplyForm) -> None:
    wrong = {}
    if form.received_on is not None and form.received_on > today():
        wrong["received_on"] = "This day has not come yet."
    if form.reply == "counter" and form.amount is None:
        wrong["amount"] = "Enter what the creditor asks for, by the month."
    if form.reply == "hold" and form.hold_until is None:
        wrong["hold_until"] = "Enter the last day of the hold."
    if form.note is not None and len(form.note) > LONGEST_NOTE:
        wrong["note"] = f"Use at most {LONGEST_NOTE:,} characters."
    if wrong:
        raise Invalid(wrong)


def _newest_offer(session: CentreSession, debt: Debt) -> int | None:
    return session.execute(
        select(col(Offer.id))
        .where(
            col(Offer.centre_id) == debt.centre_id,
            col(Offer.debt_id) == debt.id,
            col(Offer.deleted_at).is_(None),
        )
        .order_by(col(Offer.budget_sheet_id).desc())
        .limit(1)
    ).scalar_one_or_none()


def _settle_chasers(session: CentreSession, debt: Debt) -> None:
    """Set when each letter to a debt's creditor is chased, from the answers that stand."""
    letters = session.exec(
        sqlmodel_select(Letter)
        .where(
            col(Letter.case_id) == debt.case_id,
            col(Letter.creditor_id) == debt.creditor_id,
            col(Letter.status) == "issued",
            col(Letter.kind).in_(ANSWERED),
            col(Letter.chased_at).is_(None),
        )
        .with_for_update()
    ).all()
    answers = session.exec(
        sqlmodel_select(CreditorReply)
        .join(
            Debt,
            (col(Debt.id) == col(CreditorReply.debt_id))
            & (col(Debt.centre_id) == col(CreditorReply.centre_id)),
        )
        .where(
            col(CreditorReply.case_id) == debt.case_id, col(Debt.creditor_id) == debt.creditor_id
        )
        .order_by(col(CreditorReply.id))
    ).all()
    for letter in letters:
        since = letter.issued_at or now()
        mine = [each for each in answers if each.letter_id == letter.id or each.created_at > since]
        letter.chase_on = _chase_day(since, mine[-1] if mine else None)
    session.flush()


def _chase_day(issued_at: datetime, answer: CreditorReply | None) -> date | None:
    """Return when a letter is chased: some days after its issue, after a hold, or never."""
    if answer is None:
        issued = local(issued_at).date()
        return issued + timedelta(days=int(parameter("letter_chase_days").on(issued)))
    return answer.hold_until + timedelta(days=1) if answer.hold_until else None
