"""What creditors answer about each debt: accept, reject, counter, hold; and that the client knows.

An answer may be corrected, or removed and brought back; the letters' chasers follow what stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.services.chasers import settle_chasers
from cma_app.services.forms import Day, Form, LongText, Pounds, choice
from cma_app.services.locking import locked
from cma_app.services.partners import debts_that_left
from cma_app.services.restoring import restore
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
NEEDS_AMOUNT: Final = {
    "counter": "Enter what the creditor asks for, by the month.",
    "balance": "Enter the balance they gave.",
}
LONGEST_NOTE: Final = 2000


class ReplyForm(Form):
    """One answer; a counter and a balance name an amount, a hold its last day."""

    reply: Annotated[str, BeforeValidator(choice(*REPLY_WORDS))]
    received_on: Day = None
    amount: Pounds = None
    hold_until: Day = None
    client_told_on: Day = None
    note: LongText = None


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One answer as the list shows it; `offered` is what our offer was when it came."""

    id: int
    debt_id: int
    letter_id: int | None
    creditor: str
    account: str
    reply: str
    received_on: date
    amount: Decimal | None
    offered: Decimal | None
    hold_until: date | None
    note: str | None
    client_told_on: date | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Answerable:
    """A debt that a creditor may answer about, with what is offered on it now."""

    debt_id: int
    creditor_id: int
    creditor: str
    account: str
    balance: Decimal
    offered: Decimal | None


def list_replies(session: CentreSession, case_id: int) -> list[ReplyRow]:
    """Return what creditors answered in a case, the newest first; not of debts that left it."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    listed = (
        select(
            col(CreditorReply.id),
            col(CreditorReply.debt_id),
            col(CreditorReply.letter_id),
            col(Creditor.creditor_name),
            col(Debt.account_number),
            col(CreditorReply.reply),
            col(CreditorReply.received_on),
            col(CreditorReply.amount),
            col(Offer.amount).label("offered"),
            col(CreditorReply.hold_until),
            col(CreditorReply.note),
            col(CreditorReply.client_told_on),
            col(CreditorReply.updated_at),
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
        .outerjoin(
            Offer,
            (col(Offer.id) == col(CreditorReply.offer_id))
            & (col(Offer.centre_id) == col(CreditorReply.centre_id)),
        )
        .where(
            col(CreditorReply.centre_id) == case.centre_id,
            col(CreditorReply.case_id) == case.id,
            col(CreditorReply.deleted_at).is_(None),
            col(CreditorReply.debt_id).not_in(debts_that_left(session, case)),
        )
        .order_by(col(CreditorReply.received_on).desc(), col(CreditorReply.id).desc())
        .limit(500)
    )
    return [ReplyRow(*row) for row in session.execute(listed)]


def answerable_debts(session: CentreSession, case_id: int) -> list[Answerable]:
    """Return the debts of a case that creditors may answer about, by creditor."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    newest = (
        select(col(Offer.debt_id), col(Offer.amount))
        .ext(distinct_on(col(Offer.debt_id)))
        .where(col(Offer.centre_id) == case.centre_id, col(Offer.deleted_at).is_(None))
        .order_by(col(Offer.debt_id), col(Offer.budget_sheet_id).desc())
        .subquery()
    )
    listed = (
        select(
            col(Debt.id),
            col(Debt.creditor_id),
            col(Creditor.creditor_name),
            col(Debt.account_number),
            col(Debt.balance),
            newest.c.amount,
        )
        .join(
            Creditor,
            (col(Creditor.id) == col(Debt.creditor_id))
            & (col(Creditor.centre_id) == col(Debt.centre_id)),
        )
        .outerjoin(newest, newest.c.debt_id == col(Debt.id))
        .where(
            col(Debt.centre_id) == case.centre_id,
            col(Debt.case_id) == case.id,
            col(Debt.deleted_at).is_(None),
        )
        .order_by(col(Creditor.creditor_name), col(Debt.position), col(Debt.id))
    )
    return [
        Answerable(row[0], row[1], row[2], row[3] or "", row[4], row[5])
        for row in session.execute(listed)
    ]


def record_reply(
    session: CentreSession, debt_id: int, data: Mapping[str, Any], *, letter_id: int | None = None
) -> CreditorReply:
    """Record what a creditor answered about a debt; for that debt its letters wait no more.

    A hold is chased on the day after its last.
    """
    debt = session.require(Debt, debt_id)
    case = session.require(Case, debt.case_id)
    session.authorize(Act.REPLY_RECORD, case)
    form = _read(data)
    locked(session, Case, case.id)
    letter = session.require(Letter, letter_id) if letter_id else None
    if letter is not None and (letter.case_id != case.id or letter.creditor_id != debt.creditor_id):
        raise Conflict("That letter was not to this creditor. Choose another.")
    if letter is not None and letter.status != "issued":
        raise Conflict("That letter was not issued yet, so nobody can have answered it.")
    reply = CreditorReply(
        case_id=case.id,
        debt_id=debt.id,
        letter_id=letter.id if letter else None,
        offer_id=_newest_offer(session, debt),
        **_columns(form),
    )
    session.add(reply)
    session.flush()
    settle_chasers(session, debt)
    return reply


def correct_reply(
    session: CentreSession, reply_id: int, data: Mapping[str, Any], *, seen: str
) -> CreditorReply:
    """Change an answer that was recorded wrongly; `seen` is when it last changed, as shown.

    Where another person changed it since, Conflict has theirs.
    """
    reply = _of_case(session, reply_id)
    form = _read(data)
    reply = locked(session, CreditorReply, reply.id)
    if reply.updated_at.isoformat() != seen:
        raise Conflict("Somebody changed this answer in the meantime.", _theirs(reply, form))
    for name, value in _columns(form).items():
        setattr(reply, name, value)
    session.flush()
    settle_chasers(session, session.require(Debt, reply.debt_id))
    return reply


def tell_client(session: CentreSession, reply_id: int) -> CreditorReply:
    """Note that the client was told of an answer today (CONC 8.3.4R)."""
    reply = _of_case(session, reply_id)
    if reply.client_told_on is not None:
        raise Conflict("The client was told of this already.")
    reply.client_told_on = today()
    session.flush()
    return reply


def untell_client(session: CentreSession, reply_id: int) -> CreditorReply:
    """Take back what was noted by mistake today: that the client was told of an answer."""
    reply = _of_case(session, reply_id)
    if reply.client_told_on != today():
        raise Conflict("This was not noted today. Correct the answer under its case's letters.")
    reply.client_told_on = None
    session.flush()
    return reply


def remove_reply(session: CentreSession, reply_id: int) -> CreditorReply:
    """Take away an answer recorded by mistake; a letter that no other answers waits again."""
    reply = _of_case(session, reply_id)
    reply.deleted_at = now()
    session.flush()
    settle_chasers(session, session.require(Debt, reply.debt_id))
    return reply


def restore_reply(session: CentreSession, reply_id: int) -> int:
    """Bring a removed answer back and return its case; NotFound where none was removed."""
    case_id = restore(session, CreditorReply, reply_id, Act.REPLY_RECORD)
    locked(session, Case, case_id)
    reply = session.require(CreditorReply, reply_id)
    settle_chasers(session, session.require(Debt, reply.debt_id))
    return case_id


def _of_case(session: CentreSession, reply_id: int) -> CreditorReply:
    reply = session.require(CreditorReply, reply_id)
    session.authorize(Act.REPLY_RECORD, session.require(Case, reply.case_id))
    locked(session, Case, reply.case_id)
    return reply


def _read(data: Mapping[str, Any]) -> ReplyForm:
    form = ReplyForm.read(data)
    wrong = {}
    for name in ("received_on", "client_told_on"):
        day = getattr(form, name)
        if day is not None and day > today():
            wrong[name] = "This day has not come yet."
    if form.amount is None and form.reply in NEEDS_AMOUNT:
        wrong["amount"] = NEEDS_AMOUNT[form.reply]
    if form.reply == "hold" and form.hold_until is None:
        wrong["hold_until"] = "Enter the last day of the hold."
    if form.hold_until is not None and form.hold_until < (form.received_on or today()):
        wrong["hold_until"] = "A hold cannot end before the answer came. Check both days."
    if form.note is not None and len(form.note) > LONGEST_NOTE:
        wrong["note"] = f"Use at most {LONGEST_NOTE:,} characters."
    if wrong:
        raise Invalid(wrong)
    return form


def _columns(form: ReplyForm) -> dict[str, Any]:
    """Return what is kept of an answer; a day of a hold only where it is one."""
    return {
        "reply": form.reply,
        "received_on": form.received_on or today(),
        "amount": form.amount if form.reply not in {"hold", "reject"} else None,
        "hold_until": form.hold_until if form.reply == "hold" else None,
        "client_told_on": form.client_told_on,
        "note": form.note,
    }


def _theirs(reply: CreditorReply, form: ReplyForm) -> dict[str, str]:
    stored = {name: getattr(reply, name) for name in _columns(form)}
    return {
        name: _word(name, value) for name, value in stored.items() if value != _columns(form)[name]
    }


def _word(name: str, value: Any) -> str:
    if name == "reply":
        return REPLY_WORDS[value]
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return f"£{value:,.2f}" if isinstance(value, Decimal) else str(value or "Empty")


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
