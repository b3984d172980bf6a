"""Ending a case: what is kept of it, what it waits for, who may, and what is told to the second."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.closing import words_on
from cma_app.services.appointments import book_appointment
from cma_app.services.case_steps import record_emergency, reopen_case
from cma_app.services.closing_page import read_closing, read_record
from cma_app.services.closings import amend_closing, end_case, save_outcomes
from cma_app.services.compliance_gates import open_gate
from cma_app.services.debts import add_debt
from cma_app.services.drafts import keep_draft, kept_draft
from cma_app.services.next_actions import list_actions, record_action
from models import Case, Debt
from tests.people import Cast
from tests.services.closings import close_with, ending
from tests.services.test_cases import acts, make_case, put

pytestmark = pytest.mark.database


def let_through(cast: Cast, case_id: int) -> None:
    with cast.open(cast.maria) as session:
        open_gate(session, case_id, gate="closing", reason="Audited on paper")


@pytest.fixture
def case_id(cast: Cast) -> int:
    """A case of Amina's that the gate lets close, with two debts."""
    case_id = make_case(cast, cast.amina)
    debt(cast, case_id, "Northern Bank", "1000.50")
    debt(cast, case_id, "Quay Council", "250", debt_type="council_tax")
    let_through(cast, case_id)
    return case_id


def debt(cast: Cast, case_id: int, creditor: str, balance: str, **over: Any) -> int:
    said = {"creditor": creditor, "debt_type": "credit_card", "balance": balance, **over}
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, said).id


def boxes(cast: Cast, case_id: int, *parts: dict[str, str]) -> dict[str, str]:
    """Return the boxes of the case's debts, in order."""
    with cast.open(cast.amina) as session:
        ids = [each.id for each in read_closing(session, case_id).debts]
    return {
        f"debt-{number}-{box}": said
        for number, part in zip(ids, parts, strict=True)
        for box, said in part.items()
    }


WRITTEN_OFF = {"outcome": "written_off", "start": "1000.50", "now": "0", "off": "900.25"}
PLAN = {"outcome": "plan", "start": "300", "now": "250"}


class TestEnding:
    def test_keeps_each_debt_the_gains_and_the_sums(self, cast: Cast, case_id: int) -> None:
        said = boxes(cast, case_id, WRITTEN_OFF, PLAN) | {
            "gain-1-kind": "benefit",
            "gain-1-detail": "Carer's Allowance",
            "gain-1-amount": "81.90",
            "gain-1-frequency": "weekly",
            "gain-3-kind": "grant",
            "gain-3-amount": "150",
            "gain-3-frequency": "once",
            "gain-4-kind": "refund",
            "gain-4-frequency": "once",
            "client_words": "I sleep again",
            "what_next": "They come back at any time",
            "saved-fuel": "on",
            "saved-home": "on",
            "saved-liberty": "",
            "saved-nothing": "on",
            "debt_solution": "offers",
            "fca_outcome": "advice_followed",
        }
        with cast.open(cast.amina) as session:
            closing = close_with(session, case_id, **said)
            assert closing.owed_at_start == Decimal("1300.50")
            assert closing.owed_at_closing == Decimal(250)
            assert closing.written_off == Decimal("900.25")
            assert closing.arranged == Decimal(250)
            assert closing.gained_a_year == Decimal("4258.80")
            assert closing.gained_once == Decimal(150)
            assert closing.saved == ["home", "fuel"]
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert (case.status, case.debt_solution, case.fca_outcome) == (
                "closed",
                "offers",
                "advice_followed",
            )
            assert case.closure_reason == "Advice is complete"
            record = read_record(session, case_id)
            assert record is not None
            assert [each.outcome for each in record.debts] == ["Written off", "Repayment arranged"]
            assert record.totals.gained_once.unknown == 1
            assert record.words["fca_outcome"] == "Advice given, and the client acts on it"
            assert record.words["saved"] == "Their home; Gas or electricity on"
            first = read_closing(session, case_id).debts[0]
            kept = session.require(Debt, first.id)
            assert (kept.outcome, kept.written_off_amount) == ("written_off", Decimal("900.25"))
        assert "case:close" in acts(cast, case_id)

    def test_what_was_owed_at_the_start_is_the_first_balance_above_nil(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        number = debt(cast, case_id, "Later Ltd", "0")
        with cast.open(cast.amina) as session:
            assert read_closing(session, case_id).debts[0].start is None
            assert read_closing(session, case_id).debts[0].now is None
        for balance in ("80", "120"):
            with cast.open(cast.amina) as session:
                session.require(Debt, number).balance = Decimal(balance)
        with cast.open(cast.amina) as session:
            found = read_closing(session, case_id).debts[0]
        assert (found.start, found.now) == (Decimal(80), Decimal(120))

    def test_not_known_is_an_answer_and_stays_out_of_the_sums(
        self, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
            record = read_record(session, case_id)
        assert record is not None
        assert (record.totals.owed_at_start.known, record.totals.owed_at_start.unknown) == (0, 2)
        assert {each.outcome for each in record.debts} == {"Not known"}

    @pytest.mark.parametrize(
        ("over", "box"),
        [
            ({"status": ""}, "status"),
            ({"status": "gone"}, "status"),
            ({"reason": ""}, "reason"),
            ({"reason": "opened_in_error"}, "reason"),  # not of a case that is closed
            ({"reason": "other"}, "reason_words"),
            ({"debt_solution": ""}, "debt_solution"),
            ({"debt_solution": "das"}, "debt_solution"),  # not in England
            ({"fca_outcome": ""}, "fca_outcome"),
            ({"fca_outcome": "perfect"}, "fca_outcome"),
            ({"gain-1-amount": "10"}, "gain-1-kind"),
            ({"gain-1-kind": "grant", "gain-1-amount": "ten"}, "gain-1-amount"),
            ({"gain-1-kind": "grant", "gain-1-amount": "10"}, "gain-1-frequency"),
            ({"status": "referred", "reason": "specialist"}, "referred_to"),
        ],
    )
    def test_what_does_not_fit_is_told_beside_its_box(
        self, cast: Cast, owner: Engine, case_id: int, over: dict[str, str], box: str
    ) -> None:
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            close_with(session, case_id, **over)
        assert box in invalid.value.fields
        assert counted(owner, case_id) == 0

    def test_a_debt_without_an_outcome_or_with_a_sum_too_wide(
        self, cast: Cast, case_id: int
    ) -> None:
        said = boxes(cast, case_id, {"outcome": ""}, {"outcome": "plan", "start": "100000000"})
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            close_with(session, case_id, **said)
        assert next(name for name in said if name in invalid.value.fields).endswith("start")
        said = boxes(cast, case_id, {"outcome": ""}, {"outcome": "plan"})
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            close_with(session, case_id, **said)
        assert [name.rpartition("-")[2] for name in invalid.value.fields] == ["outcome"]

    def test_another_cases_debt_is_not_written(self, cast: Cast, case_id: int) -> None:
        other = make_case(cast, cast.amina)
        number = debt(cast, other, "Elsewhere", "10")
        with cast.open(cast.amina) as session:
            close_with(session, case_id, **{f"debt-{number}-outcome": "paid"})
        with cast.open(cast.amina) as session:
            assert session.require(Debt, number).outcome is None


class TestTheGate:
    def test_names_what_is_missing_with_its_place_and_nothing_is_kept(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        debt(cast, case_id, "Northern Bank", "10")
        with (
            pytest.raises(Conflict, match="Closing the case waits"),
            cast.open(cast.amina) as session,
        ):
            close_with(session, case_id)
        assert counted(owner, case_id) == 0
        with cast.open(cast.amina) as session:
            page = read_closing(session, case_id)
            assert session.require(Debt, page.debts[0].id).outcome is None
        codes = {row.standing.item.code for row in page.missing}
        assert "X3" in codes  # the closing letter
        assert not codes & {"X1", "X2"}  # this page itself gives them

    def test_a_managers_override_lets_it_through_once(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            assert read_closing(session, case_id).let_through == "Audited on paper"
            close_with(session, case_id)
            reopen_case(session, case_id, reason="They came back")
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            close_with(session, case_id)

    @pytest.mark.parametrize("status", ["referred", "cancelled"])
    def test_referring_on_and_cancelling_wait_for_nothing(self, cast: Cast, status: str) -> None:
        case_id = make_case(cast, cast.amina)
        debt(cast, case_id, "Northern Bank", "10")
        said = {"status": status, "reason": "no_capacity", "referred_to": "Quay Law Centre"}
        with cast.open(cast.amina) as session:
            closing = end_case(session, case_id, said)
            assert closing.referred_to == ("Quay Law Centre" if status == "referred" else None)
            assert (closing.debt_solution, closing.fca_outcome) == ("unknown", "unknown")
            case = session.require(Case, case_id)
            assert (case.status, case.closure_reason) == (status, "We could not take it on")
            assert case.retention_date is not None


class TestWhatStands:
    def booked(self, cast: Cast, case_id: int) -> int:
        day = today() + timedelta(days=20)
        said = {
            "appointment_type": "review",
            "advisor_id": str(cast.amina.user_id),
            "scheduled_date": day.isoformat(),
            "scheduled_time": "10:00",
            "anyway": "on",
        }
        with cast.open(cast.amina) as session:
            return book_appointment(session, case_id, said).id

    def test_must_be_decided_about(self, cast: Cast, case_id: int) -> None:
        meeting = self.booked(cast, case_id)
        with cast.open(cast.amina) as session:
            task = record_action(session, case_id, what="Ring the bank").id
            record_emergency(session, case_id, what="Eviction")
        names = {f"meeting-{meeting}", f"task-{task}", "emergency_words"}
        with cast.open(cast.amina) as session:
            said = dict.fromkeys(names, "")
            whole = ending(session, case_id, **said)
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            end_case(session, case_id, whole)
        assert set(invalid.value.fields) == names

    @pytest.mark.parametrize("answer", ["end", "keep"])
    def test_is_ended_or_stays_as_was_said(
        self, cast: Cast, owner: Engine, case_id: int, answer: str
    ) -> None:
        meeting = self.booked(cast, case_id)
        with cast.open(cast.amina) as session:
            task = record_action(session, case_id, what="Ring the bank").id
            said = {f"meeting-{meeting}": answer, f"task-{task}": answer}
            close_with(session, case_id, **said)
        with owner.begin() as connection:
            row = connection.execute(
                text("SELECT status, cancelled_by FROM appointments WHERE id = :id"),
                {"id": meeting},
            ).one()
        with cast.open(cast.amina) as session:
            left = [each.id for each in list_actions(session, case_id)]
        if answer == "end":
            assert tuple(row) == ("cancelled", "centre")
            assert task not in left
        else:
            assert tuple(row) == ("scheduled", None)
            assert task in left

    def test_is_cancelled_only_if_the_gate_lets_the_case_go(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        meeting = self.booked(cast, case_id)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            close_with(session, case_id)
        with cast.open(cast.amina) as session:
            assert [each[0] for each in read_closing(session, case_id).standing.meetings] == [
                meeting
            ]


class TestTwoAtOnce:
    def test_the_second_is_told_who_was_first(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            said = ending(session, case_id)

        def close(who: Any) -> str:
            try:
                with cast.open(who) as session:
                    end_case(session, case_id, said)
            except Conflict as conflict:
                return conflict.sentence
            return ""

        with ThreadPoolExecutor(2) as pool:
            told = sorted(pool.map(close, (cast.amina, cast.maria)))
        assert told[0] == ""
        assert "already closed: " in told[1]
        assert any(name in told[1] for name in ("Amina Khan", "Maria Silva"))

    def test_an_outcome_changed_since_is_told_and_not_overwritten(
        self, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            first = read_closing(session, case_id).debts[0]
            session.require(Debt, first.id).outcome = "paid"
        said = boxes(cast, case_id, {"outcome": "plan"}, {"outcome": "plan"})
        for verb in (save_outcomes, close_all):
            with pytest.raises(Conflict) as conflict, cast.open(cast.ben) as session:
                verb(session, case_id, said, seen={first.id: ""})
            assert conflict.value.theirs == {"Northern Bank": "Paid off"}
        with cast.open(cast.ben) as session:
            assert save_outcomes(session, case_id, said, seen={first.id: "paid"}) == 2


def close_all(session, case_id, said, *, seen):
    return end_case(session, case_id, ending(session, case_id, **said), seen=seen)


class TestSavingOutcomes:
    def test_a_trainee_prepares_and_an_advisor_closes(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            number = add_debt(
                session,
                case_id,
                {"creditor": "Bank", "debt_type": "credit_card", "balance": "5"},
            ).id
            said = {f"debt-{number}-outcome": "with_client"}
            assert save_outcomes(session, case_id, said) == 1
        let_through(cast, case_id)
        with pytest.raises(Refused, match="Ask your supervisor"), cast.open(cast.tess) as session:
            close_with(session, case_id)
        with cast.open(cast.amina) as session:
            close_with(session, case_id, **said)

    def test_an_ended_case_is_not_saved_into(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
        with pytest.raises(Refused, match="Reopen it first"), cast.open(cast.amina) as session:
            save_outcomes(session, case_id, {})

    def test_nor_is_one_that_ended_since_it_was_read(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Refused, match="Reopen it first"), cast.open(cast.ben) as session:
            read = session.require(Case, case_id)
            with cast.open(cast.amina) as other:
                close_with(other, case_id)
            assert read.status != "closed"
            save_outcomes(session, case_id, {})


class TestAmending:
    def amended(self, cast: Cast, case_id: int, *, seen: int = 1, **over: str) -> Any:
        with cast.open(cast.maria) as session:
            said = ending(session, case_id, amended_because="The bank wrote later", **over)
            return amend_closing(session, case_id, said, seen=seen)

    def test_keeps_what_was_said_before(self, cast: Cast, owner: Engine, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
        said = boxes(cast, case_id, WRITTEN_OFF, PLAN)
        self.amended(cast, case_id, reason="moved_away", **said)
        with cast.open(cast.amina) as session:
            page = read_closing(session, case_id)
            assert [each.revision for each in page.history] == [2, 1]
            assert page.history[0].because == "The bank wrote later"
            assert page.record is not None
            assert page.record.closing.written_off == Decimal("900.25")
            assert session.require(Case, case_id).closure_reason == "Client moved away"
        with owner.begin() as connection:
            kept = connection.execute(
                text("SELECT outcome FROM closing_debts WHERE case_id = :c ORDER BY id"),
                {"c": case_id},
            ).scalars()
            assert list(kept) == ["unknown", "unknown", "written_off", "plan"]

    def test_needs_a_reason_and_the_revision_that_was_read(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
        with pytest.raises(Invalid) as invalid, cast.open(cast.maria) as session:
            amend_closing(session, case_id, ending(session, case_id), seen=1)
        assert list(invalid.value.fields) == ["amended_because"]
        self.amended(cast, case_id)
        with pytest.raises(Conflict, match="Maria Silva changed this closing"):
            self.amended(cast, case_id)

    def test_an_open_case_is_not_amended_and_how_it_ended_stays(
        self, cast: Cast, case_id: int
    ) -> None:
        with pytest.raises(Conflict, match="open"):
            self.amended(cast, case_id)
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
        self.amended(cast, case_id, status="cancelled", reason="moved_away")
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).status == "closed"

    def test_a_case_that_ended_before_there_were_closings_gets_its_first(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        put(owner, case_id, status="closed", closing_date=date(2024, 2, 29))
        with cast.open(cast.maria) as session:
            closing = amend_closing(session, case_id, ending(session, case_id), seen=0)
            assert (closing.revision, closing.closed_on) == (1, date(2024, 2, 29))
            assert session.require(Case, case_id).retention_date == date(2030, 2, 28)

    def test_a_gain_of_a_day_before_every_factor_is_counted_by_the_first(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        put(owner, case_id, status="closed", closing_date=date(2016, 5, 3))
        gain = {"gain-1-kind": "benefit", "gain-1-amount": "85", "gain-1-frequency": "weekly"}
        with cast.open(cast.maria) as session:
            closing = amend_closing(session, case_id, ending(session, case_id, **gain), seen=0)
            assert closing.gained_a_year == Decimal("4420.00")
            assert read_closing(session, case_id).record is not None

    @pytest.mark.parametrize("who", ["amina", "tess"])
    def test_is_a_managers(self, cast: Cast, who: str) -> None:
        case_id = make_case(cast, getattr(cast, who))
        with (
            pytest.raises(Refused, match="Only a manager"),
            cast.open(getattr(cast, who)) as session,
        ):
            amend_closing(session, case_id, {}, seen=1)

    def test_no_row_of_it_can_be_changed_by_raw_sql(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
        for table in ("case_closings", "closing_debts", "closing_gains"):
            with (
                pytest.raises(Exception, match="permission denied"),
                cast.open(cast.maria) as session,
            ):
                session.execute(text(f"UPDATE {table} SET updated_at = now()"))


class TestReopening:
    def test_another_closing_is_another_round(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id, debt_solution="offers")
            case = reopen_case(session, case_id, reason="They came back")
            assert (case.debt_solution, case.fca_outcome, case.closure_reason) == (None,) * 3
            assert read_record(session, case_id) is None
        let_through(cast, case_id)
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
            history = read_closing(session, case_id).history
        assert [(each.round_no, each.revision) for each in history] == [(2, 1), (1, 1)]


class TestTheDraft:
    def test_is_ones_own_and_goes_when_the_case_has_ended(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            keep_draft(session, "closing", {"client_words": "So far"}, record_id=case_id)
            assert read_closing(session, case_id).draft == {"client_words": "So far"}
        with cast.open(cast.ben) as session:
            assert read_closing(session, case_id).draft == {}
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
            assert kept_draft(session, "closing", record_id=case_id) == {}


VERBS = {
    "end_case": lambda session, case_id: end_case(session, case_id, {}),
    "save_outcomes": lambda session, case_id: save_outcomes(session, case_id, {}),
    "amend_closing": lambda session, case_id: amend_closing(session, case_id, {}, seen=0),
    "read_closing": read_closing,
    "read_record": read_record,
}


class TestStrangers:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("who", ["colin", "tess", "root"])
    def test_find_nothing(self, cast: Cast, case_id: int, verb: str, who: str) -> None:
        with cast.open(cast.amina) as session:
            close_with(session, case_id)
        with pytest.raises((NotFound, Refused)), cast.open(getattr(cast, who)) as session:
            VERBS[verb](session, case_id)


def counted(owner: Engine, case_id: int) -> int:
    with owner.begin() as connection:
        return connection.execute(
            text("SELECT count(*) FROM case_closings WHERE case_id = :c"), {"c": case_id}
        ).scalar_one()


def test_every_reason_fits_beside_the_case() -> None:
    for status in ("closed", "referred", "cancelled"):
        assert all(len(word) <= 100 for word in words_on("reasons", today(), ending=status))
