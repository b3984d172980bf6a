"""A centre with cases whose every day and sum is said, for reports with known answers."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel, col, select

from cma_app.access.actor import Actor
from cma_app.rules.report_periods import Days
from models import (
    Appointment,
    BudgetSheet,
    Case,
    CaseClosing,
    CaseNote,
    Client,
    ClientFeedback,
    ClosingDebt,
    ClosingGain,
    Consent,
    Creditor,
    CreditorReply,
    Debt,
    Household,
    MonitoringAnswer,
    Recommendation,
    Referral,
    RequestDeadline,
)
from tests.people import Cast

OCTOBER = Days(date(2025, 10, 1), date(2025, 10, 31))
"""Clocks go back on its 26th: it begins an hour before midnight in UTC, and ends at midnight."""
MIDDLE = date(2025, 10, 15)


class Planted:
    """A person's case, made by the system's hand; each verb adds one thing to it."""

    def __init__(self, cast: Cast, holder: Actor, opened: date = MIDDLE, **client: Any) -> None:
        self.cast, self.holder = cast, holder
        self.actor = cast.ashdown_system if holder.centre_code[0] == "A" else cast.brook_system
        with cast.open(self.actor) as session:
            reference = session.next_reference("client")
            made = {"first_name": "Nova", "last_name": "Reed", **client}
            person = Client(client_reference=reference, **made)
            session.add(person)
            session.flush()
            case = Case(
                case_reference=session.next_reference("case"),
                client_id=person.id,
                advisor_id=holder.user_id,
                opening_date=opened,
            )
            session.add(case)
            session.flush()
            self.id, self.client_id = case.id, person.id

    def add(self, *rows: SQLModel) -> int:
        with self.cast.open(self.actor) as session:
            for row in rows:
                session.add(row)
                session.flush()
            return rows[-1].id  # type: ignore[attr-defined]

    def on_case(self, **over: Any) -> "Planted":
        with self.cast.open(self.actor) as session:
            case = session.require(Case, self.id)
            for name, value in over.items():
                setattr(case, name, value)
            session.add(case)
        return self

    def note(self, when: datetime | date = MIDDLE, channel: str = "phone") -> "Planted":
        moment = when if isinstance(when, datetime) else datetime.combine(when, time(11), UTC)
        self.add(CaseNote(case_id=self.id, channel=channel, body="Spoke", happened_at=moment))
        return self

    def meeting(
        self, day: date = MIDDLE, status: str = "attended", at: time = time(9), **over: Any
    ) -> "Planted":
        if status == "cancelled":
            over = {"cancelled_by": "client", **over}
        said = {"appointment_type": "first", "scheduled_time": at, **over}
        row = Appointment(
            case_id=self.id,
            client_id=self.client_id,
            advisor_id=self.holder.user_id,
            scheduled_date=day,
            status=status,
            **said,
        )
        self.add(row)
        return self

    def debt(self, balance: str, kind: str = "credit_card", *, priority: bool = False) -> int:
        creditor = self.add(Creditor(case_id=self.id, creditor_name="Northern Bank"))
        row = Debt(
            case_id=self.id,
            creditor_id=creditor,
            debt_type=kind,
            balance=Decimal(balance),
            is_priority=priority,
        )
        return self.add(row)

    def referred(self, day: date) -> "Planted":
        row = Referral(
            received_date=day,
            first_name="Nova",
            last_name="Reed",
            status="accepted",
            decided_at=datetime.combine(day, time(12), UTC),
            client_id=self.client_id,
            case_id=self.id,
        )
        self.add(row)
        return self

    def household(self, **said: Any) -> "Planted":
        self.add(Household(case_id=self.id, **said))
        return self

    def income(self, amount: str) -> "Planted":
        row = BudgetSheet(case_id=self.id, lines_version="2018-02", total_income=Decimal(amount))
        self.add(row)
        return self

    def accepted(self, debt_id: int, day: date) -> "Planted":
        self.add(CreditorReply(case_id=self.id, debt_id=debt_id, reply="accept", received_on=day))
        return self

    def complaint(self, day: date, kind: str = "complaint") -> "Planted":
        row = RequestDeadline(case_id=self.id, kind=kind, about="us", asked_on=day, due_date=day)
        self.add(row)
        return self

    def consent(self, purpose: str, *, given: bool) -> "Planted":
        row = Consent(
            client_id=self.client_id,
            purpose=purpose,
            wording_version="1",
            wording="Words",
            is_given=given,
            channel="phone",
            given_at=datetime.combine(MIDDLE, time(9), UTC),
        )
        self.add(row)
        return self

    def advised(self, day: date = MIDDLE, solution: str = "offers", **over: Any) -> "Planted":
        """Advise something on a day; where there was advice, this is the next version."""
        with self.cast.open(self.actor) as session:
            wanted = select(Recommendation).where(col(Recommendation.case_id) == self.id)
            before = list(session.exec(wanted))
            for each in before:
                each.superseded_on = day
        row = Recommendation(
            case_id=self.id,
            version_no=len(before) + 1,
            nation="england",
            solution=solution,
            solution_word=solution,
            reasons="Fits",
            others_words="Do not",
            costs_told="Told",
            advised_on=day,
            advised_by=self.holder.user_id,
            **{
                "status": "advised",
                "given_at": datetime.combine(day, time(12), UTC),
                "given_by": self.holder.user_id,
                **over,
            },
        )
        self.add(row)
        return self

    def asked_feedback(
        self, day: date = MIDDLE, rating: int | None = None, **over: Any
    ) -> "Planted":
        answered = {} if rating is None else {"rating": rating, "answered_on": day}
        said = {"way": "phone", "asked_on": day, **answered, **over}
        self.add(ClientFeedback(case_id=self.id, client_id=self.client_id, **said))
        return self

    def answered(self, question: str, answer: str) -> "Planted":
        row = MonitoringAnswer(
            client_id=self.client_id,
            question=question,
            monitored_answer=answer,
            basis="equality",
            questions_version="2026-1",
        )
        self.add(row)
        return self

    def end(
        self,
        day: date = MIDDLE,
        *,
        status: str = "closed",
        debts: tuple[tuple[int, str, str, str | None, str | None], ...] = (),
        gains: tuple[tuple[str, str, bool], ...] = (),
        revision: int = 1,
        round_no: int = 1,
        **said: Any,
    ) -> "Planted":
        """End the case; a debt is its id, outcome, group, what is owed and what was written off."""
        over = {"debt_solution": "offers", "fca_outcome": "advice_followed", **said}
        closing = CaseClosing(
            case_id=self.id,
            round_no=round_no,
            revision=revision,
            amended_because="Put right" if revision > 1 else None,
            status=status,
            closed_on=day,
            reason="advice_complete",
            referred_to="A court" if status == "referred" else None,
            **over,
        )
        number = self.add(closing)
        for debt_id, outcome, group, owed, off in debts:
            row = ClosingDebt(
                case_id=self.id,
                closing_id=number,
                debt_id=debt_id,
                creditor_name="Northern Bank",
                debt_type="credit_card",
                is_priority=False,
                outcome=outcome,
                outcome_word=outcome,
                grouping=group,
                owed_at_start=Decimal(1000),
                owed_at_closing=Decimal(owed) if owed else None,
                written_off=Decimal(off) if off else None,
            )
            self.add(row)
        for kind, amount, once in gains:
            row = ClosingGain(
                case_id=self.id,
                closing_id=number,
                kind=kind,
                kind_word=kind,
                amount=Decimal(amount),
                counted=Decimal(amount),
                entered_frequency="once" if once else "yearly",
            )
            self.add(row)
        return self.on_case(status=status, closing_date=day)
