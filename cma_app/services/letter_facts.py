"""What a letter is merged from: the case's facts as text, who it goes to, and its table."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, today
from cma_app.printing.content import StatementContent
from cma_app.printing.letter_content import Column, Letterhead, Row, Table
from cma_app.rules.letter_templates import LetterTemplate
from cma_app.rules.parameters import parameter
from cma_app.session import CentreSession
from models import Case, Centre, Client, Creditor, CreditorEntry, Debt, Letter, Statement, User


@dataclass(frozen=True, slots=True)
class CreditorTo:
    """A creditor of a case that can be written to: its standing debts, and its address."""

    id: int
    name: str
    references: tuple[str, ...]
    balance: Decimal
    address: tuple[str, ...]
    email: str


def creditors_to(session: CentreSession, case_id: int) -> list[CreditorTo]:
    """Return the creditors of a case with a debt that stands, by name, with known addresses."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    owed = (
        select(
            col(Creditor.id),
            col(Creditor.creditor_name),
            col(Creditor.contact_email),
            func.array_agg(func.coalesce(col(Debt.account_number), "")).label("numbers"),
            func.sum(col(Debt.balance)).label("balance"),
        )
        .join(
            Debt,
            (col(Debt.creditor_id) == col(Creditor.id))
            & (col(Debt.centre_id) == col(Creditor.centre_id)),
        )
        .where(
            col(Creditor.centre_id) == case.centre_id,
            col(Creditor.case_id) == case.id,
            col(Debt.deleted_at).is_(None),
            col(Debt.status).in_(("active", "disputed")),
        )
        .group_by(col(Creditor.id), col(Creditor.creditor_name), col(Creditor.contact_email))
        .order_by(col(Creditor.creditor_name))
    )
    entries = _directory(session)
    return [
        CreditorTo(
            id=row.id,
            name=row.creditor_name,
            references=tuple(number for number in row.numbers if number),
            balance=row.balance,
            address=_address(entries.get(row.creditor_name.casefold())),
            email=row.contact_email or _email(entries.get(row.creditor_name.casefold())),
        )
        for row in session.execute(owed)
    ]


def _directory(session: CentreSession) -> dict[str, CreditorEntry]:
    rows = session.execute(
        select(CreditorEntry).where(col(CreditorEntry.centre_id) == session.actor.centre_id)
    )
    return {entry.name.casefold(): entry for entry in rows.scalars()}


def _address(entry: CreditorEntry | None) -> tuple[str, ...]:
    if entry is None:
        return ()
    lines = (entry.address_line1, entry.address_line2, entry.city, entry.postcode)
    return tuple(line for line in lines if line)


def _email(entry: CreditorEntry | None) -> str:
    return (entry.email or "") if entry is not None else ""


def client_lines(client: Client) -> tuple[str, ...]:
    """Return a client's name and address as they stand in an envelope's window."""
    lines = (client.address_line1, client.address_line2, client.city, client.postcode)
    return (client.full_name, *(line for line in lines if line))


def letterhead(session: CentreSession, case: Case) -> Letterhead:
    """Return the centre as its letters show it."""
    session.authorize(Act.CASE_OPEN, case)
    centre = session.get(Centre, case.centre_id)
    if centre is None:  # row security would have to hide one's own centre
        return Letterhead(name=session.actor.centre_name)
    lines = (centre.address_line1, centre.address_line2, centre.city, centre.postcode)
    return Letterhead(
        name=centre.name,
        address=tuple(line for line in lines if line),
        phone=centre.phone or "",
        email=centre.email or "",
        website=str(centre.settings.get("website", "")),
        small_print=str(centre.settings.get("small_print", "")),
    )


def facts_for(
    session: CentreSession,
    case: Case,
    *,
    kind: str,
    client: Client,
    creditor: CreditorTo | None,
    chases: Letter | None = None,
) -> dict[str, str]:
    """Return what a letter's words are filled with; what the case does not know is absent.

    An offer speaks from the issued statement alone, its balance too.
    """
    session.authorize(Act.CASE_OPEN, case)
    head = letterhead(session, case)
    hold = int(parameter("letter_hold_days").on(today()))
    facts = {
        "client": client.full_name,
        "advisor": session.require(User, case.advisor_id).full_name,
        "centre": head.name,
        "centre_phone": head.phone,
        "hold_days": str(hold),
        "answer_by": _day(today() + timedelta(days=hold)),
    }
    if creditor is not None:
        facts |= {
            "creditor": creditor.name,
            "reference": ", ".join(creditor.references),
        }
        if kind == "offer":
            facts |= _offer_facts(session, case, creditor)
        else:
            facts["balance"] = _pounds(creditor.balance)
    if chases is not None and chases.issued_at is not None:
        facts["last_letter"] = _day(local(chases.issued_at).date())
    return facts


def newest_issued(session: CentreSession, case: Case) -> Statement | None:
    """Return the statement of a case that is issued and not superseded, if there is one."""
    session.authorize(Act.CASE_OPEN, case)
    found = session.execute(
        select(col(Statement.id))
        .where(
            col(Statement.centre_id) == case.centre_id,
            col(Statement.case_id) == case.id,
            col(Statement.status) == "issued",
            col(Statement.deleted_at).is_(None),
        )
        .order_by(col(Statement.statement_no).desc())
        .limit(1)
    ).scalar_one_or_none()
    return session.require(Statement, found) if found is not None else None


def _offer_facts(session: CentreSession, case: Case, creditor: CreditorTo) -> dict[str, str]:
    """Return what the issued statement offers a creditor: what was frozen, never what is now."""
    statement = newest_issued(session, case)
    if statement is None:
        return {}
    content = StatementContent.from_json(statement.content)
    facts = {"statement_date": _day(content.statement_date)}
    if content.review_date is not None:
        facts["review_date"] = _day(content.review_date)
    debts = (*content.priority_debts, *content.non_priority_debts, *content.deduction_debts)
    offered = [debt for debt in debts if debt.creditor == creditor.name]
    if offered:
        facts["balance"] = _pounds(sum((debt.balance for debt in offered), Decimal("0.00")))
    said = [_offer_words(debt) for debt in offered if debt.offer is not None]
    if said:
        facts["offer"] = "\n".join(said)
    return facts


def _offer_words(debt: Any) -> str:
    account = f" on account {debt.reference}" if debt.reference else ""
    if debt.kind == "lump_sum":
        return f"{_pounds(debt.offer)} once, in full and final settlement{account}"
    if debt.kind == "token":
        return f"{_pounds(debt.offer)} a month{account}, a token that is not from surplus"
    if debt.kind == "deduction":
        return f"{_pounds(debt.offer)} a month{account}, already taken by deduction"
    if not debt.offer:
        return f"nothing at present{account}: the budget leaves no surplus for this debt"
    return f"{_pounds(debt.offer)} a month{account}"


def table_for(session: CentreSession, case: Case, template: LetterTemplate) -> Table | None:
    """Return the table a letter carries: the creditors, or each debt with its outcome."""
    session.authorize(Act.CASE_OPEN, case)
    rows = _debt_rows(session, case)
    if template.kind == "authority" and rows:
        return Table(
            columns=(Column(label="Creditor"), Column(label="Account")),
            rows=tuple(Row(cells=(row.creditor_name, row.account_number or "")) for row in rows),
        )
    if template.kind == "closing" and rows:
        return Table(
            columns=(
                Column(label="Creditor"),
                Column(label="Outcome"),
                Column(label="Owed, £", is_sum=True),
            ),
            rows=tuple(
                Row(
                    cells=(
                        row.creditor_name,
                        (row.outcome or row.status).replace("_", " "),
                        f"{row.balance:,.2f}",
                    )
                )
                for row in rows
            ),
        )
    return None


def _debt_rows(session: CentreSession, case: Case) -> list[Any]:
    listed = (
        select(
            col(Creditor.creditor_name),
            col(Debt.account_number),
            col(Debt.balance),
            col(Debt.status),
            col(Debt.outcome),
        )
        .join(
            Creditor,
            (col(Creditor.id) == col(Debt.creditor_id))
            & (col(Creditor.centre_id) == col(Debt.centre_id)),
        )
        .where(
            col(Debt.centre_id) == case.centre_id,
            col(Debt.case_id) == case.id,
            col(Debt.deleted_at).is_(None),
        )
        .order_by(col(Debt.position), col(Debt.id))
    )
    return list(session.execute(listed))


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _pounds(amount: Decimal) -> str:
    return f"£{amount:,.2f}"
