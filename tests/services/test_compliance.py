"""A case's checklist: rows from its opening, answers, what the record proves, gates."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.calendars import add_working_days
from cma_app.rules.checklists import conditions, proofs, starting_items
from cma_app.services import letters
from cma_app.services.breathing_space import remove_space
from cma_app.services.budgets import record_line
from cma_app.services.case_steps import assign_case, edit_case, move_stage, record_emergency
from cma_app.services.compliance import (
    CaseChecklist,
    answer_item,
    open_checklist,
    read_checklist,
)
from cma_app.services.compliance_gates import open_gate, pass_gate
from cma_app.services.compliance_proofs import CONDITIONS, PROOFS, proven
from cma_app.services.compliance_rows import CheckRow
from cma_app.services.debts import add_debt, remove_debt
from cma_app.services.households import record_household
from cma_app.services.letter_drafts import draft_letters
from cma_app.services.next_actions import record_action
from cma_app.services.notes import record_note
from cma_app.services.statements import complete_statement
from models import Case, CaseCompliance, Letter
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.money import audited, let_through
from tests.services.test_breathing_space import record
from tests.services.test_cases import make_case
from tests.services.test_letters import EDITED, creditor_of, draft, issue
from tests.services.test_statements import Leanne


def checklist(cast: Cast, case_id: int, who: Actor | None = None) -> CaseChecklist:
    with cast.open(who or cast.amina) as session:
        return read_checklist(session, case_id)


def row_of(cast: Cast, case_id: int, code: str, who: Actor | None = None) -> CheckRow:
    rows = checklist(cast, case_id, who).rows
    return next(row for row in rows if row.standing.item.code == code)


def answer(cast: Cast, case_id: int, code: str, who: Actor | None = None, **said: Any) -> None:
    row = row_of(cast, case_id, code)
    with cast.open(who or cast.amina) as session:
        answer_item(session, row.id, said, version=row.version)


def missing(cast: Cast, case_id: int, gate: str = "closing") -> set[str]:
    """Return the codes of the items that a gate waits for."""
    gates = checklist(cast, case_id, cast.maria).gates
    (row,) = [each for each in gates if each.gate == gate]
    return {each.standing.item.code for each in row.missing}


def keep_document(owner: Engine, cast: Cast, case_id: int) -> int:
    """Keep a document with a case of Ashdown's."""
    kept = text(
        "INSERT INTO documents (centre_id, case_id, document_name)"
        " VALUES (:centre, :case, 'Service letter.pdf') RETURNING id"
    )
    with owner.begin() as connection:
        values = {"centre": cast.amina.centre_id, "case": case_id}
        return connection.execute(kept, values).scalar_one()


class TestBeginChecklist:
    def test_opening_a_case_gives_it_the_items_of_its_type(self, cast: Cast) -> None:
        found = checklist(cast, make_case(cast, cast.amina))
        assert [row.standing.item for row in found.rows] == list(starting_items("casework"))
        assert [row.standing.item.code for row in found.rows if row.is_proven] == ["I9"]

    def test_days_are_working_days_of_the_centres_nation(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assert row_of(cast, case_id, "I2").standing.deadline == add_working_days(
            today(), 2, "england"
        )
        assert row_of(cast, case_id, "A7").standing.deadline is None
        with cast.open(cast.amina) as session:
            move_stage(session, case_id, stage="advice")
        assert row_of(cast, case_id, "A7").standing.deadline == add_working_days(
            today(), 10, "england"
        )

    def test_an_older_case_gets_its_items_once_when_asked(self, cast: Cast) -> None:
        older = Leanne(cast)
        assert checklist(cast, older.case_id).rows == []
        with cast.open(cast.amina) as session:
            begun = open_checklist(session, older.case_id)
            again = open_checklist(session, older.case_id)
        assert len(begun.rows) == len(again.rows) == 48


class TestConditions:
    """What is asked of some cases alone, as the case stands now."""

    def test_each_condition_of_the_rules_is_asked_of_the_record(self) -> None:
        assert set(CONDITIONS) == set(conditions())

    def test_a_trainees_case_waits_for_a_second_person(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assert not missing(cast, case_id) & {"A8", "B5", "C3"}
        with cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=cast.tess.user_id)
        assert missing(cast, case_id) & {"A8", "B5", "C3"} == {"A8", "B5"}
        assert "A8" not in missing(cast, case_id, "advice")
        with cast.open(cast.maria) as session, pytest.raises(Conflict, match="waits for"):
            pass_gate(session, session.require(Case, case_id), "closing")
        with pytest.raises(Invalid, match="record ticks"):
            answer(cast, case_id, "A8", cast.maria, answer="met")

    def test_a_breathing_space_asks_whether_its_days_were_met(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        assert "C3" in missing(cast, case_id)
        with cast.open(cast.maria) as session:
            remove_space(session, space_id)
        assert "C3" not in missing(cast, case_id)

    def test_a_debt_relief_order_waits_for_its_check(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assert "C5" not in missing(cast, case_id)
        with cast.open(cast.amina) as session:
            version = session.require(Case, case_id).version
            edit_case(
                session,
                case_id,
                nation="england",
                case_type="debt_relief_order",
                version=version,
            )
        assert "C5" in missing(cast, case_id)


class TestProofs:
    def test_each_fact_of_the_rules_is_asked_of_the_record(self) -> None:
        assert set(PROOFS) == set(proofs())

    def test_what_holds_ticks_itself_and_unticks_when_it_is_gone(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assert row_of(cast, case_id, "F4").standing.answer == "unknown"
        with cast.open(cast.amina) as session:
            debt = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "10"}
            debt_id = add_debt(session, case_id, debt).id
        row = row_of(cast, case_id, "F4")
        assert (row.standing.answer, row.is_proven, row.why) == ("met", True, "Debts are listed.")
        with cast.open(cast.amina) as session:
            remove_debt(session, debt_id)
        row = row_of(cast, case_id, "F4")
        assert (row.standing.answer, row.why) == ("unknown", "No debt is listed.")

    def test_a_statement_proves_its_items_and_a_changed_figure_takes_them_back(
        self, cast: Cast
    ) -> None:
        case = Leanne(cast)
        case.prepare()
        case.do(complete_statement)
        case.confirm()
        case.authorise()

        def facts() -> set[str]:
            with cast.open(cast.amina) as session:
                return proven(session, [case.case_id])[case.case_id]

        asked = {"budget_complete", "guidelines_explained", "client_confirmed", "authority_live"}
        assert asked <= facts()
        with cast.open(cast.amina) as session:
            record_line(session, case.sheet_id, code="gas", typed="1")
        assert facts() & asked == {"authority_live"}

    def test_one_statement_tells_of_many_cases_and_none_of_anothers(self, cast: Cast) -> None:
        mine, theirs = make_case(cast, cast.amina), make_case(cast, cast.colin)
        with cast.open(cast.amina) as session:
            assert set(proven(session, [mine, theirs])) == {mine}


class TestAnswerItem:
    def test_says_who_when_and_with_what(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        answer(cast, case_id, "I2", answer="met", notes="Asked the team: nobody knows her")
        row = row_of(cast, case_id, "I2")
        assert (row.standing.answer, row.checked_by) == ("met", "Amina Khan")
        assert checklist(cast, case_id).status == "on_track"
        with cast.open(cast.amina) as session:
            stored = session.require(CaseCompliance, row.id)
            assert (stored.requirement_met, stored.evidence_provided) == (True, True)
            assert stored.check_date == today()
            assert audited(session, "compliance:answer", "case_compliance")

    @pytest.mark.parametrize(
        ("code", "said", "field"),
        [
            ("I2", {"answer": "not_applicable"}, "notes"),
            ("I2", {"answer": "not_met"}, "remedial_action"),
            ("I2", {"answer": "met"}, "notes"),
            ("I5", {"answer": "met"}, "notes"),
            ("F4", {"answer": "met"}, "answer"),
            ("I2", {"answer": "perhaps"}, "answer"),
            ("I2", {"answer": "met", "notes": "x" * 2001}, "notes"),
        ],
    )
    def test_says_beside_the_box_what_is_missing(
        self, cast: Cast, code: str, said: dict, field: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as refused:
            answer(cast, case_id, code, **said)
        assert list(refused.value.fields) == [field]

    def test_a_document_of_the_case_shows_it_and_no_others_does(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id, other = make_case(cast, cast.amina), make_case(cast, cast.amina)
        mine, theirs = (keep_document(owner, cast, each) for each in (case_id, other))
        assert checklist(cast, case_id).papers == [(mine, "Service letter.pdf")]
        with pytest.raises(Invalid) as refused:
            answer(cast, case_id, "I5", answer="met", evidence_document_id=str(theirs))
        assert list(refused.value.fields) == ["evidence_document_id"]
        answer(cast, case_id, "I5", answer="met", evidence_document_id=str(mine))
        row = row_of(cast, case_id, "I5")
        assert (row.evidence_document_id, row.evidence) == (mine, "Service letter.pdf")

    def test_what_does_not_apply_stays_so_whatever_the_record_says(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        answer(cast, case_id, "F2", answer="not_applicable", notes="Lives alone in a hostel")
        with cast.open(cast.amina) as session:
            record_household(session, case_id, {"adults": "1"})
        assert row_of(cast, case_id, "F2").standing.answer == "not_applicable"

    def test_two_people_see_both_answers(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        row = row_of(cast, case_id, "I2")
        answer(cast, case_id, "I2", cast.ben, answer="met", notes="Asked")
        with pytest.raises(Conflict) as refused, cast.open(cast.amina) as session:
            said = {"answer": "not_applicable", "notes": "No"}
            answer_item(session, row.id, said, version=row.version)
        assert refused.value.theirs == {"answer": "met", "notes": "Asked"}

    def test_a_trainee_leaves_an_advisors_item_and_nobody_is_their_own_supervisor(
        self, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.tess)
        answer(cast, case_id, "I2", cast.tess, answer="met", notes="Asked")
        with pytest.raises(Refused, match="advisor"):
            answer(cast, case_id, "A3", cast.tess, answer="met", notes="Because")
        own = make_case(cast, cast.amina)
        with pytest.raises(Refused, match="Another"):
            answer(cast, own, "C5", answer="met", notes="On paper")
        answer(cast, own, "C5", cast.ben, answer="met", notes="On paper")

    @pytest.mark.parametrize("other", ["colin", "tess"])
    def test_is_not_found_elsewhere_or_unassigned(self, cast: Cast, other: str) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(NotFound):
            answer(cast, case_id, "I2", getattr(cast, other), answer="unknown")


class TestStatus:
    def test_is_late_after_the_last_day_and_kept_on_the_case(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE case_compliance SET deadline_date = :day"
                    " WHERE case_id = :case AND compliance_type = 'I2'"
                ),
                {"day": today() - timedelta(1), "case": case_id},
            )
        assert checklist(cast, case_id).status == "late"
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert case.compliance_status == "late"

    def test_keeping_it_disturbs_nobody_who_edits_the_case(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            before = session.require(Case, case_id).version
        answer(cast, case_id, "I2", answer="met", notes="Asked")
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).version == before


class TestGates:
    def test_closing_waits_and_says_for_what(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        waits = pytest.raises(Conflict, match="Closing the case waits")
        with waits, cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Done")

    @pytest.mark.parametrize("gate", ["statement", "advice", "closing"])
    def test_none_stops_a_note_an_emergency_or_an_urgent_letter(
        self, cast: Cast, gate: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            pass_gate(session, session.require(Case, case_id), gate)
        with cast.open(cast.amina) as session:
            record_note(session, case_id, channel="phone", minutes=1, body="Bailiffs came")
            record_action(session, case_id, what="Apply to suspend", due_date=today())
            record_emergency(session, case_id, what="Bailiffs", on=today())
            (row,) = draft_letters(session, case_id, "authority")
        assert issue(cast, row, route="handed").status == "issued"

    def test_a_client_who_stops_is_not_kept(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            ended = close_case(session, case_id, reason="Moved away", status="cancelled")
            assert ended.status == "cancelled"

    def test_a_manager_opens_one_with_a_reason_for_one_deed(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.maria) as session:
            opened = open_gate(session, case_id, gate="closing", reason="File audited on paper")
            assert len(opened.missing) > 30
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            pass_gate(session, case, "closing")
            with pytest.raises(Conflict):
                pass_gate(session, case, "closing")
        with cast.open(cast.maria) as session:
            assert audited(session, "gate:override", "gate_overrides")

    def test_an_override_holds_for_what_was_missing_then_alone(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        answer(cast, case_id, "I2", answer="met", notes="Asked")
        with cast.open(cast.maria) as session:
            open_gate(session, case_id, gate="closing", reason="Audited")
        answer(cast, case_id, "I2", answer="unknown")
        with cast.open(cast.amina) as session, pytest.raises(Conflict):
            pass_gate(session, session.require(Case, case_id), "closing")

    @pytest.mark.parametrize(("who", "error"), [("amina", Refused), ("colin", NotFound)])
    def test_is_a_managers_alone(self, cast: Cast, who: str, error: type[Exception]) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(error), cast.open(getattr(cast, who)) as session:
            open_gate(session, case_id, gate="closing", reason="Please")

    def test_needs_a_reason_and_something_missing(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.maria) as session:
            with pytest.raises(Invalid):
                open_gate(session, case_id, gate="closing", reason="  ")
            with pytest.raises(Invalid):
                open_gate(session, case_id, gate="heaven", reason="Please")


class TestAdviceThatLeavesTogether:
    """A manager decides once about the letters of advice that lie ready, not once for each."""

    def ready(self, cast: Cast, *names: str) -> tuple[Leanne, list[Letter]]:
        case = Leanne(cast)
        case.issue()
        with cast.open(cast.amina) as session:
            open_checklist(session, case.case_id)
        return case, [self.offer_to(cast, case, name) for name in names]

    def offer_to(self, cast: Cast, case: Leanne, name: str) -> Letter:
        row = draft(cast, case, "offer", creditor_ids=[creditor_of(cast, case, name)])
        with cast.open(cast.amina) as session:
            said = EDITED | {"body": "{table}"}
            return letters.edit_letter(session, row.id, said, version=row.version)

    def test_one_decision_lets_out_all_drafts_of_a_kind(self, cast: Cast) -> None:
        case, rows = self.ready(cast, "Northern Bank", "Swift Loans", "Home Catalogue")
        with pytest.raises(Conflict, match="waits for the checklist"):
            issue(cast, rows[0])
        let_through(cast, case.case_id, "advice")
        assert [issue(cast, row).status for row in rows] == ["issued"] * 3

    def test_a_letter_drafted_after_the_deed_waits_for_another_decision(self, cast: Cast) -> None:
        case, rows = self.ready(cast, "Northern Bank")
        let_through(cast, case.case_id, "advice")
        issue(cast, rows[0])
        late = self.offer_to(cast, case, "Swift Loans")
        with pytest.raises(Conflict, match="waits for the checklist"):
            issue(cast, late)

    def test_another_kind_of_advice_is_another_deed(self, cast: Cast) -> None:
        case, rows = self.ready(cast, "Northern Bank")
        closing = draft(cast, case, "closing")
        with cast.open(cast.amina) as session:
            closing = letters.edit_letter(session, closing.id, EDITED, version=closing.version)
        let_through(cast, case.case_id, "advice")
        issue(cast, rows[0])
        with pytest.raises(Conflict, match="waits for the checklist"):
            issue(cast, closing, route="handed")

    def test_the_next_day_they_wait_again(self, cast: Cast, owner: Engine) -> None:
        case, rows = self.ready(cast, "Northern Bank", "Swift Loans")
        let_through(cast, case.case_id, "advice")
        issue(cast, rows[0])
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE gate_overrides SET used_at = used_at - interval '1 day'")
            )
        with pytest.raises(Conflict, match="waits for the checklist"):
            issue(cast, rows[1])

    def test_a_decision_said_twice_is_one(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for _ in range(2):
            let_through(cast, case_id)
        with cast.open(cast.amina) as session:
            pass_gate(session, session.require(Case, case_id), "closing")
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            pass_gate(session, session.require(Case, case_id), "closing")
