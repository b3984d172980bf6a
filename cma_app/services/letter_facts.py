"""What a letter is merged from: the case's facts as text, who it goes to, and its table."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, today
from cma_app.printing.content import Debt as FrozenDebt
from cma_app.printing.letter_content import Column, Letterhead, Row, Table
from cma_app.rules.closing import label_of
from cma_app.rules.parameters import parameter
from cma_app.services.centre_settings import setting_of
from cma_app.services.letter_offers import (
    accounts_at,
    accounts_table,
    offer_words,
    offered,
    offers_table,
)
from cma_app.services.letter_people import people_of
from cma_app.session import CentreSession
from models import Appointment, Case, Centre, Creditor, CreditorEntry, Debt, Letter, User


@dataclass(frozen=True, slots=True)
class CreditorTo:
    """A creditor of a case that can be written to: its standing debts, and its address."""

    id: int
    name: str
    references: tuple[str, ...]
    balance: Decimal
    owed_by: tuple[str, ...]
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
            func.array_agg(col(Debt.owed_by)).label("owed_by"),
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
            owed_by=tuple(row.owed_by),
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
        website=setting_of(centre, "website"),
        small_print=setting_of(centre, "small_print"),
    )


def facts_for(
    session: CentreSession,
    case: Case,
    *,
    kind: str,
    about: str,
    client_id: int,
    creditor: CreditorTo | None,
    chases: Letter | None = None,
) -> dict[str, str]:
    """Return what a letter's words are filled with; what the case does not know is absent.

    `about` names whose debts it is about. An offer speaks from the issued statement alone, its
    balance too.
    """
    session.authorize(Act.CASE_OPEN, case)
    head = letterhead(session, case)
    hold = int(parameter("letter_hold_days").on(today()))
    facts = {
        "client": about,
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
    if kind == "appointment":
        facts |= _appointment_facts(session, case, client_id)
    if chases is not None and chases.issued_at is not None:
        facts["last_letter"] = _day(local(chases.issued_at).date())
    return facts


def _appointment_facts(session: CentreSession, case: Case, client_id: int) -> dict[str, str]:
    """Return when and where a person's next appointment in a case is, where one is booked."""
    wanted = (
        select(
            col(Appointment.scheduled_date),
            col(Appointment.scheduled_time),
            col(Appointment.location),
        )
        .where(
            col(Appointment.centre_id) == case.centre_id,
            col(Appointment.case_id) == case.id,
            col(Appointment.client_id) == client_id,
            col(Appointment.status).in_(("scheduled", "confirmed")),
            col(Appointment.scheduled_date) >= today(),
            col(Appointment.deleted_at).is_(None),
        )
        .order_by(col(Appointment.scheduled_date), col(Appointment.scheduled_time))
        .limit(1)
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        return {}
    day, at, where = found
    return {
        "appointment_when": f"{day:%A} {day.day} {day:%B %Y} at {at:%H:%M}",
        "appointment_where": where or "",
    }


def _offer_facts(session: CentreSession, case: Case, creditor: CreditorTo) -> dict[str, str]:
    """Return what the issued statement says of a creditor: what was frozen, never what is now."""
    content, debts = offered(session, case, creditor.id, creditor.name)
    if content is None:
        return {}
    facts = {"statement_date": _day(content.statement_date)}
    if content.review_date is not None:
        facts["review_date"] = _day(content.review_date)
    if debts:
        facts["balance"] = _pounds(sum((debt.balance for debt in debts), Decimal("0.00")))
        facts["offer"] = "\n".join(_offer_line(debt) for debt in debts)
    return facts


def _offer_line(debt: FrozenDebt) -> str:
    words = offer_words(debt)
    return f"Account {debt.reference}: {words}" if debt.reference else words


def table_for(session: CentreSession, case: Case, letter: Letter) -> Table | None:
    """Return the table a letter carries: creditors, outcomes, offers, or the accounts it names."""
    session.authorize(Act.CASE_OPEN, case)
    if letter.creditor_id is not None:
        if letter.kind == "offer":
            creditor = session.require(Creditor, letter.creditor_id)
            return offers_table(offered(session, case, creditor.id, creditor.creditor_name)[1])
        return accounts_table(accounts_at(session, case, letter.creditor_id))
    rows = _debt_rows(session, case, letter.client_id)
    if letter.kind == "authority" and rows:
        return Table(
            columns=(Column(label="Creditor"), Column(label="Account")),
            rows=tuple(Row(cells=(row.creditor_name, row.account_number or "")) for row in rows),
        )
    if letter.kind == "closing" and rows:
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
                        label_of("outcomes", row.outcome or row.status),
                        f"{row.balance:,.2f}",
                    )
                )
                for row in rows
            ),
        )
    return None


def _debt_rows(session: CentreSession, case: Case, client_id: int) -> list[Any]:
    """Return the debts that one person of a case owes; all where the case has one person only."""
    people = {each.id: each.role for each in people_of(session, case.id)}
    others = {"client": "partner", "partner": "client"}
    not_theirs = others[people.get(client_id, "client")] if len(people) > 1 else ""
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
            col(Debt.owed_by) != not_theirs,
        )
        .order_by(col(Debt.position), col(Debt.id))
    )
    return list(session.execute(listed))


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _pounds(amount: Decimal) -> str:
    return f"£{amount:,.2f}"
