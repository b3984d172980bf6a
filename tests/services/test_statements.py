"""A statement's way: draft, complete, verified, confirmed, issued; frozen then for good."""

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cma_app.clock import today
from cma_app.commands.statements import check_statements
from cma_app.databases import Database
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.postgres import EmbeddedPostgres
from cma_app.printing.content import StatementContent
from cma_app.printing.statements import full
from cma_app.rules.reconcile import findings
from cma_app.services import centres, statement_list, statements
from cma_app.services.authorities import record_authority, withdraw_authority
from cma_app.services.budgets import record_line, revise_sheet, start_sheet
from cma_app.services.case_steps import assign_case
from cma_app.services.consents import ConsentForm, record_consent
from cma_app.services.debts import add_debt
from cma_app.services.households import record_household
from cma_app.services.issued_files import open_issued_file
from cma_app.services.notes import record_note
from cma_app.services.offers import record_offers
from cma_app.services.statement_list import OpenStatement
from models import Case, Client, Statement
from tests.people import Cast
from tests.services.money import audited, make_case


def ask_for_a_second_person(cast: Cast) -> None:
    """Let Ashdown's admin decide that each statement is verified, whoever wrote it."""
    with cast.open(cast.root) as session:
        centre = centres.read_centre(session, cast.amina.centre_id)
        asked = {**centre.answers, "verify_statements": "on"}
        centres.edit(session, centre.id, asked, version=centre.version)


class Leanne:
    """A case of Amina's (or another's) with a budget, five debts, saved offers and an authority."""

    def __init__(self, cast: Cast, who: Any = None) -> None:
        self.cast, self.who = cast, who or cast.amina
        self.case_id = make_case(cast, self.who)
        with cast.open(cast.ashdown_system) as session:
            client = session.require(Client, session.require(Case, self.case_id).client_id)
            client.date_of_birth = date(1984, 3, 27)
        with cast.open(self.who) as session:
            record_household(session, self.case_id, {"adults": "1", "children_under_16": "2"})
            self.sheet_id = start_sheet(session, self.case_id).id
            record_line(session, self.sheet_id, code="client-salary-or-wages", typed="2150")
            record_line(session, self.sheet_id, code="rent", typed="1985", frequency="monthly")
            self.rent = self.owe(session, "Harbour Homes", "1240", "rent")
            self.tax = self.owe(session, "City Council", "860", "council_tax")
            self.owe(session, "Northern Bank", "1430", "credit_card")
            self.owe(session, "Swift Loans", "2310", "personal_loan")
            self.owe(session, "Home Catalogue", "260", "catalogue")
            record_offers(session, self.case_id, decided={self.rent: "12w", self.tax: "48"})

    def owe(self, session: Any, name: str, balance: str, kind: str) -> int:
        row = {"creditor": name, "debt_type": kind, "balance": balance}
        return add_debt(session, self.case_id, row).id

    def authorise(self) -> int:
        with self.cast.open(self.who) as session:
            signed = {"signed_on": f"{today():%d %m %Y}", "how": "paper"}
            return record_authority(session, self.case_id, signed).id

    def do(self, verb: Any, who: Any = None, **more: Any) -> Statement:
        with self.cast.open(who or self.who) as session:
            shown = statement_list.read_statements(session, self.case_id).shown
            assert shown is not None
            row = shown.statement
            return verb(session, row.id, version=row.version, **more)

    def prepare(self) -> None:
        with self.cast.open(self.who) as session:
            statements.prepare_statement(session, self.case_id)

    def confirm(self, **more: Any) -> Statement:
        said = {"how": "phone", "is_accurate": True, "may_send": True, **more}
        return self.do(statements.confirm_statement, **said)

    def issue(self) -> int:
        self.prepare()
        self.do(statements.complete_statement)
        self.confirm()
        self.authorise()
        return self.do(statements.issue_statement).id

    def shown(self, who: Any = None) -> OpenStatement:
        with self.cast.open(who or self.who) as session:
            shown = statement_list.read_statements(session, self.case_id).shown
            assert shown is not None
            return shown


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    return Leanne(cast)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


class TestPrepareStatement:
    def test_begins_a_draft_of_the_newest_sheet_once(self, cast: Cast, leanne: Leanne) -> None:
        with cast.open(cast.amina) as session:
            first = statements.prepare_statement(session, leanne.case_id)
            again = statements.prepare_statement(session, leanne.case_id)
            assert (first.id, first.statement_no, first.status) == (again.id, 1, "draft")
            assert first.budget_sheet_id == leanne.sheet_id

    def test_needs_a_budget(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="budget"):
            statements.prepare_statement(session, case_id)

    def test_is_not_found_elsewhere_or_unassigned(self, cast: Cast, leanne: Leanne) -> None:
        for stranger in (cast.colin, cast.tess):
            with cast.open(stranger) as session, pytest.raises(NotFound):
                statements.prepare_statement(session, leanne.case_id)
        with cast.open(cast.root) as session, pytest.raises((Refused, NotFound)):
            statements.prepare_statement(session, leanne.case_id)


class TestNoteStatement:
    @pytest.mark.parametrize("typed", ["half \ud83d of one", "half\x00 of one"])
    def test_keeps_what_can_be_kept(self, leanne: Leanne, typed: str) -> None:
        leanne.prepare()
        note = leanne.do(statements.note_statement, note=typed).note or ""
        assert (note[:4], note[-6:]) == ("half", "of one")


class TestCompleteStatement:
    def test_says_who_and_binds_to_a_hash(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        done = leanne.do(statements.complete_statement)
        assert (done.status, done.completed_by) == ("complete", cast.amina.user_id)
        assert done.content_hash
        with cast.open(cast.amina) as session:
            logged = audited(session, "statement:prepare", "statements")
        assert logged[-1].record_id == done.id

    def test_lists_what_is_missing_and_refuses(self, cast: Cast) -> None:
        bare = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            start_sheet(session, bare)
            row = statements.prepare_statement(session, bare)
            shown = statement_list.read_statements(session, bare).shown
            assert shown is not None
            assert [gap.tab for gap in shown.gaps] == ["client", "household", "budget"]
            with pytest.raises(Conflict, match="date of birth"):
                statements.complete_statement(session, row.id, version=row.version)

    def test_waits_for_offers_that_are_saved_and_decided(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        with cast.open(cast.amina) as session:
            leanne.owe(session, "Power Now", "90", "gas")
        sentences = [gap.sentence for gap in leanne.shown().gaps]
        assert any("out of date" in each or "Decide" in each for each in sentences)
        with pytest.raises(Conflict):
            leanne.do(statements.complete_statement)

    def test_refuses_what_does_not_reconcile(
        self, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        leanne.prepare()
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE budget_sheets SET income_details = jsonb_set(income_details,"
                    " '{client-salary-or-wages,monthly}', '\"2151.00\"') WHERE id = :id"
                ),
                {"id": leanne.sheet_id},
            )
        assert findings(leanne.shown().content)
        with pytest.raises(Conflict, match=r"2,151\.00"):
            leanne.do(statements.complete_statement)

    def test_a_single_statement_prints_no_line_of_the_partner(
        self, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        theirs = {"amount": "0.00", "frequency": "monthly", "monthly": "0.00", "note": "Off sick"}
        with owner.begin() as connection:  # as a sheet from before the rule might be
            connection.execute(
                text(
                    "UPDATE budget_sheets SET income_details = income_details ||"
                    " jsonb_build_object('partner-salary-or-wages', cast(:line AS jsonb))"
                    " WHERE id = :id"
                ),
                {"line": json.dumps(theirs), "id": leanne.sheet_id},
            )
        leanne.prepare()
        shown = leanne.shown()
        codes = {line.key for group in shown.content.groups for line in group.lines}
        assert codes == {"client-salary-or-wages", "rent"}
        assert any("make it joint" in gap.sentence for gap in shown.gaps)

    def test_a_stale_version_is_refused(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        row = leanne.do(statements.complete_statement)
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="meantime"):
            statements.complete_statement(session, row.id, version=row.version - 1)


class TestVerifyStatement:
    @pytest.fixture
    def by_tess(self, cast: Cast) -> Leanne:
        case = Leanne(cast, cast.tess)
        case.prepare()
        case.do(statements.complete_statement)
        return case

    def test_is_needed_when_a_trainee_wrote_it(self, cast: Cast, by_tess: Leanne) -> None:
        assert by_tess.shown().needs_verification
        with pytest.raises(Conflict, match="verify"):
            by_tess.confirm()
        done = by_tess.do(statements.verify_statement, cast.amina)
        assert (done.status, done.verified_by) == ("verified", cast.amina.user_id)
        assert by_tess.confirm().status == "confirmed"

    def test_is_never_by_an_author_or_a_trainee(self, cast: Cast, by_tess: Leanne) -> None:
        with pytest.raises(Refused):
            by_tess.do(statements.verify_statement)
        with cast.open(cast.amina) as session:
            record_line(session, by_tess.sheet_id, code="gas", typed="1")
            record_offers(session, by_tess.case_id)
        by_tess.do(statements.complete_statement)
        with pytest.raises(Refused, match="Another advisor"):
            by_tess.do(statements.verify_statement, cast.amina)
        assert by_tess.do(statements.verify_statement, cast.ben).status == "verified"

    def test_figures_carried_over_still_have_their_author(self, cast: Cast) -> None:
        case = Leanne(cast, cast.tess)
        with cast.open(cast.amina) as session:
            record_line(session, case.sheet_id, code="gas", typed="1")
        with cast.open(cast.ben) as session:
            revise_sheet(session, case.sheet_id)
            record_offers(session, case.case_id, decided={case.rent: "12w", case.tax: "48"})
        case.who = cast.ben
        case.prepare()
        case.do(statements.complete_statement)
        assert case.shown().needs_verification
        with pytest.raises(Conflict, match="verify"):
            case.confirm()
        with pytest.raises(Refused, match="Another advisor"):
            case.do(statements.verify_statement, cast.amina)
        assert case.do(statements.verify_statement, cast.maria).status == "verified"

    def test_a_trainee_who_only_entered_a_debt_wrote_some_of_it(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        for holder in (cast.tess, cast.amina):
            with cast.open(cast.maria) as session:
                assign_case(session, leanne.case_id, advisor_id=holder.user_id)
            if holder is cast.tess:
                with cast.open(cast.tess) as session:
                    leanne.owe(session, "Late Fees", "10", "credit_card")
        with cast.open(cast.amina) as session:
            record_offers(session, leanne.case_id)
        leanne.prepare()
        leanne.do(statements.complete_statement)
        assert leanne.shown().needs_verification

    def test_is_needed_where_the_centre_always_asks(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        leanne.do(statements.complete_statement)
        assert not leanne.shown().needs_verification
        ask_for_a_second_person(cast)
        with pytest.raises(Conflict, match="verify"):
            leanne.confirm()
        leanne.do(statements.verify_statement, cast.ben)
        leanne.confirm()


class TestWhatChangesAfterwards:
    @pytest.fixture
    def confirmed(self, leanne: Leanne) -> Leanne:
        leanne.prepare()
        leanne.do(statements.complete_statement)
        leanne.confirm()
        leanne.authorise()
        return leanne

    def test_a_line_an_offer_a_debt_or_the_household_voids_it(
        self, cast: Cast, confirmed: Leanne
    ) -> None:
        def line(session: Any) -> None:
            record_line(session, confirmed.sheet_id, code="gas", typed="1")

        def debt(session: Any) -> None:
            confirmed.owe(session, "Late Fees", "10", "credit_card")

        def offer(session: Any) -> None:
            record_offers(session, confirmed.case_id, decided={confirmed.rent: "10w"})

        def household(session: Any) -> None:
            record_household(session, confirmed.case_id, {"adults": "2"})

        def sheet(session: Any) -> None:
            revise_sheet(session, confirmed.sheet_id)

        for change in (line, debt, offer, household, sheet):
            with cast.open(cast.amina) as session:
                assert statement_list.read_statements(session, confirmed.case_id).shown
                before = confirmed.shown()
                assert not before.is_changed, change.__name__
            with cast.open(cast.amina) as session:
                change(session)
            assert confirmed.shown().is_changed, change.__name__
            with pytest.raises(Conflict, match="changed"):
                confirmed.do(statements.issue_statement)
            with cast.open(cast.amina) as session:
                record_offers(session, confirmed.case_id)
            done = confirmed.do(statements.complete_statement)
            assert (done.status, done.confirmed_at, done.consent_to_send) == (
                "complete",
                None,
                False,
            )
            assert done.voided_at is not None
            confirmed.confirm()

    def test_a_note_or_another_holder_does_not(self, cast: Cast, confirmed: Leanne) -> None:
        with cast.open(cast.maria) as session:
            record_note(session, confirmed.case_id, channel="phone", minutes=5, body="Rang back.")
            assign_case(session, confirmed.case_id, advisor_id=cast.ben.user_id)
        assert not confirmed.shown().is_changed


class TestConfirmStatement:
    def test_records_who_when_and_how(self, leanne: Leanne) -> None:
        leanne.prepare()
        leanne.do(statements.complete_statement)
        done = leanne.confirm(how="video")
        assert (done.status, done.confirmed_how, done.consent_to_send) == (
            "confirmed",
            "video",
            True,
        )
        assert done.confirmed_at is not None

    def test_needs_both_answers_and_a_way(self, leanne: Leanne) -> None:
        leanne.prepare()
        leanne.do(statements.complete_statement)
        with pytest.raises(Invalid) as said:
            leanne.confirm(how="smoke", is_accurate=False, may_send=False)
        assert set(said.value.fields) == {"how", "is_accurate", "may_send"}

    def test_a_draft_cannot_be(self, leanne: Leanne) -> None:
        leanne.prepare()
        with pytest.raises(Conflict, match="Complete"):
            leanne.confirm()


class TestIssueStatement:
    def test_keeps_what_is_printed_and_freezes_it(
        self, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        statement_id = leanne.issue()
        shown = leanne.shown()
        assert shown.statement.status == "issued"
        assert shown.is_intact
        assert findings(shown.content) == []
        assert [kind for _, kind, _ in shown.files] == ["full", "summary", "data"]
        with cast.open(cast.amina) as session:
            kept = open_issued_file(session, shown.files[0][0])
        said = text_of(kept.content)
        for figure in ("2,150.00", "1,985.00", "165.00", "52.00", "17.52", "28.30", "3.18"):
            assert figure in said, figure
        with cast.open(cast.amina) as session:
            assert audited(session, "statement:issue", "statements")[-1].record_id == statement_id

    @pytest.mark.parametrize("at", ["draft", "complete", "confirmed"])
    def test_no_step_is_taken_in_an_ended_case(
        self, cast: Cast, leanne: Leanne, owner: Engine, at: str
    ) -> None:
        leanne.prepare()
        if at != "draft":
            leanne.do(statements.complete_statement)
        if at == "confirmed":
            leanne.confirm()
            leanne.authorise()
        with owner.begin() as connection:
            ended = text("UPDATE cases SET status = 'cancelled' WHERE id = :id")
            connection.execute(ended, {"id": leanne.case_id})
        steps: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
            (statements.note_statement, cast.amina, {"note": "x"}),
            (statements.complete_statement, cast.amina, {}),
            (statements.verify_statement, cast.ben, {}),
            (
                statements.confirm_statement,
                cast.amina,
                {"how": "phone", "is_accurate": True, "may_send": True},
            ),
            (statements.issue_statement, cast.amina, {}),
            (statements.discard_statement, cast.amina, {}),
        )
        for verb, who, more in steps:
            with pytest.raises(Refused, match="ended"):
                leanne.do(verb, who, **more)
        assert leanne.shown().statement.status == at

    def test_a_kept_file_that_was_changed_is_not_handed_out(
        self, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        statement_id = leanne.issue()
        with owner.begin() as connection:
            changed = text(
                "UPDATE issued_files SET file_bytes = file_bytes || 'x'::bytea"
                " WHERE statement_id = :id"
            )
            connection.execute(changed, {"id": statement_id})
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="not what was issued"):
            open_issued_file(session, leanne.shown().files[0][0])

    def test_needs_a_live_authority_for_each_creditor(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        leanne.do(statements.complete_statement)
        leanne.confirm()
        with pytest.raises(Conflict, match="No live authority for City Council"):
            leanne.do(statements.issue_statement)
        given = leanne.authorise()
        with cast.open(cast.amina) as session:
            withdraw_authority(session, given)
        with pytest.raises(Conflict, match="authority"):
            leanne.do(statements.issue_statement)

    def test_a_withdrawn_consent_stops_it(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        leanne.do(statements.complete_statement)
        leanne.confirm()
        leanne.authorise()
        with cast.open(cast.amina) as session:
            client_id = session.require(Statement, leanne.shown().statement.id).confirmed_client_id
            assert client_id is not None
            withdrawn = {"purpose": "sharing", "answer": "withdrawn", "wording_version": "2026-01"}
            record_consent(session, client_id, ConsentForm.read(withdrawn))
        with pytest.raises(Conflict, match="withdrew"):
            leanne.do(statements.issue_statement)

    def test_a_stranger_finds_nothing(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        row = leanne.shown().statement
        for stranger in (cast.colin, cast.tess):
            with cast.open(stranger) as session, pytest.raises(NotFound):
                statements.issue_statement(session, row.id, version=row.version)

    def test_prints_the_same_after_rules_and_words_have_moved(
        self, cast: Cast, leanne: Leanne, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leanne.issue()
        shown = leanne.shown()
        with cast.open(cast.amina) as session:
            before = open_issued_file(session, shown.files[0][0]).content
        from cma_app.rules import financial_statement, frequencies

        monkeypatch.setattr(frequencies, "FREQUENCIES", dict.fromkeys(frequencies.FREQUENCIES, "?"))
        monkeypatch.setattr(
            financial_statement, "statement_lines", lambda on: pytest.fail("looked up")
        )
        again = leanne.shown()
        with cast.open(cast.amina) as session:
            assert open_issued_file(session, again.files[0][0]).content == before
        assert full(StatementContent.from_json(again.statement.content)) == before

    def test_nothing_of_it_can_be_changed_by_hand(self, cast: Cast, leanne: Leanne) -> None:
        statement_id = leanne.issue()
        frozen = (
            f"UPDATE statements SET note = 'x' WHERE id = {statement_id}",
            f"UPDATE statements SET status = 'draft' WHERE id = {statement_id}",
            f"UPDATE budget_sheets SET savings = 1 WHERE id = {leanne.sheet_id}",
            f"UPDATE budget_sheets SET frozen_at = NULL WHERE id = {leanne.sheet_id}",
            f"UPDATE offers SET amount = 1 WHERE budget_sheet_id = {leanne.sheet_id}",
        )
        for statement in frozen:
            with pytest.raises(Conflict, match="issued"), cast.open(cast.amina) as session:
                session.execute(text(statement))
        from sqlalchemy.exc import ProgrammingError

        for verb in ("UPDATE issued_files SET file_bytes = ''", "DELETE FROM issued_files"):
            with pytest.raises(ProgrammingError), cast.open(cast.amina) as session:
                session.execute(text(verb))

    def test_the_budget_has_to_be_revised_and_the_next_one_supersedes(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        first = leanne.issue()
        with cast.open(cast.amina) as session, pytest.raises(Conflict):
            record_line(session, leanne.sheet_id, code="gas", typed="5")
        with cast.open(cast.amina) as session:
            sheet = revise_sheet(session, leanne.sheet_id)
            record_line(session, sheet.id, code="gas", typed="5")
            record_offers(session, leanne.case_id)
        leanne.prepare()
        assert ("Outgoings", "£1,985.00", "£1,990.00") in leanne.shown().difference
        leanne.do(statements.complete_statement)
        leanne.confirm()
        leanne.do(statements.issue_statement)
        with cast.open(cast.amina) as session:
            assert session.require(Statement, first).status == "superseded"
            rows = statement_list.read_statements(session, leanne.case_id).rows
            assert [(row.statement_no, row.status) for row in rows] == [
                (2, "issued"),
                (1, "superseded"),
            ]
            earlier = statement_list.read_statements(session, leanne.case_id, statement_no=1).shown
            assert earlier is not None
            assert earlier.content.totals.outgoings == Decimal("1985.00")


class TestPreviewStatement:
    def test_a_draft_says_that_it_is_one(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        row = leanne.shown().statement
        with cast.open(cast.amina) as session:
            for layout in ("full", "summary"):
                found = statements.preview_statement(session, row.id, layout=layout)
                assert "not for sending" in text_of(found.content)
        with cast.open(cast.amina) as session:
            assert len(audited(session, "statement:print", "statements")) == 2

    def test_is_not_found_elsewhere(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        row = leanne.shown().statement
        with cast.open(cast.colin) as session, pytest.raises(NotFound):
            statements.preview_statement(session, row.id, layout="full")


class TestDiscardStatement:
    def test_takes_a_draft_away_but_never_an_issued_one(self, cast: Cast, leanne: Leanne) -> None:
        leanne.prepare()
        leanne.do(statements.discard_statement)
        with cast.open(cast.amina) as session:
            assert statement_list.read_statements(session, leanne.case_id).shown is None
        leanne.issue()
        with pytest.raises(Conflict, match="issued"):
            leanne.do(statements.discard_statement)


class TestUnreconciledStatements:
    def test_finds_only_what_does_not_add_up(
        self, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        statement_id = leanne.issue()
        with cast.open(cast.maria) as session:
            assert statement_list.unreconciled_statements(session) == []
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE statements SET content = jsonb_set(content,"
                    " '{totals,income}', '\"2151.00\"') WHERE id = :id"
                ),
                {"id": statement_id},
            )
        with cast.open(cast.maria) as session:
            found = statement_list.unreconciled_statements(session)
        assert len(found) == 1
        assert not leanne.shown().is_intact

    def test_the_command_names_the_centre_and_the_sums(
        self, cast: Cast, leanne: Leanne, owner: Engine, postgres: EmbeddedPostgres
    ) -> None:
        statement_id = leanne.issue()
        database = Database(postgres.app_url, postgres.owner_url, None)
        said: list[str] = []
        code = cast.amina.centre_code
        assert check_statements(database, said.append, code=code) == 0
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE statements SET content = jsonb_set(content,"
                    " '{totals,savings}', '\"17.00\"') WHERE id = :id"
                ),
                {"id": statement_id},
            )
        assert check_statements(database, said.append, code=code) == 1
        assert any("Available for priority debts" in line for line in said)


def test_the_table_refuses_an_issued_row_that_is_not_whole(
    cast: Cast, leanne: Leanne, owner: Engine
) -> None:
    leanne.prepare()
    row = leanne.shown().statement
    with pytest.raises(IntegrityError, match="issued_whole"), owner.begin() as connection:
        connection.execute(
            text("UPDATE statements SET status = 'issued' WHERE id = :id"), {"id": row.id}
        )
