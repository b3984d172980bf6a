"""A joint statement: confirmed by each of the two, and sent under an authority from each."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.services import statement_list, statements
from cma_app.services.authorities import list_authorities, record_authority
from cma_app.services.case_people import join_new_person
from cma_app.services.clients import ClientForm, edit_client
from cma_app.services.consents import ConsentForm, record_consent
from cma_app.services.debts import add_debt, list_debts, remove_debt
from cma_app.services.households import record_household
from cma_app.services.issued_files import open_issued_file
from cma_app.services.offers import record_offers
from cma_app.services.separation import separate_people
from cma_app.services.walk_in import start_walk_in
from models import BudgetSheet, Case, Client, Statement
from state.statement_views import StatementView
from tests.people import Cast
from tests.services.intake_forms import ROUTES, walk_in_form
from tests.services.test_statements import Leanne, text_of

SAM = {"first_name": "Sam", "last_name": "Whitmore", "date_of_birth": "2 3 1982", **ROUTES}
YES = {"how": "phone", "is_accurate": True, "may_send": True}
JOINT = "Harbour Finance"


class Two(Leanne):
    """Leanne's case with Sam on it, a debt that they share, one of Sam's, and a joint sheet."""

    def __init__(self, cast: Cast, born: str = SAM["date_of_birth"]) -> None:
        super().__init__(cast)
        with cast.open(self.who) as session:
            self.leanne = session.require(Case, self.case_id).client_id
            self.sam = join_new_person(session, self.case_id, SAM | {"date_of_birth": born}).id
            answers = {
                "adults": "2",
                "has_partner": "yes",
                "children_under_16": "2",
                "partner_employment": ["carer"],
            }
            record_household(session, self.case_id, answers)
            for name, owed_by in ((JOINT, "joint"), ("Sam's Card", "partner")):
                row = {"creditor": name, "debt_type": "credit_card", "balance": "500"}
                add_debt(session, self.case_id, row | {"owed_by": owed_by})
            record_offers(session, self.case_id, decided={self.rent: "12w", self.tax: "48"})
            session.require(BudgetSheet, self.sheet_id).is_joint = True

    def owed_to(self, session: Any, name: str) -> int:
        rows = list_debts(session, self.case_id).rows
        return next(row.id for row in rows if row.creditor == name)

    def complete(self) -> None:
        self.prepare()
        self.do(statements.complete_statement)

    def confirm_by(self, client_id: int, **more: Any) -> Statement:
        return self.confirm(client_id=client_id, **more)

    def sign(self, client_id: int) -> None:
        signed = {"signed_on": f"{today():%d %m %Y}", "client_id": str(client_id)}
        with self.cast.open(self.who) as session:
            record_authority(session, self.case_id, signed)

    def view(self) -> StatementView:
        with self.cast.open(self.who) as session:
            return StatementView.of(statement_list.read_statements(session, self.case_id))


@pytest.fixture
def two(cast: Cast) -> Two:
    return Two(cast)


class TestConfirmedByEach:
    def test_names_both_and_prints_the_partners_own_answers(self, two: Two) -> None:
        two.prepare()
        partner = two.shown().content.partner
        assert partner is not None
        assert (partner.name, partner.date_of_birth) == ("Sam Whitmore", date(1982, 3, 2))
        assert partner.employment_labels == ("Carer",)

    def test_one_of_two_is_not_enough_and_the_other_is_named(self, two: Two) -> None:
        two.complete()
        assert two.view().half_confirmed == ""
        assert two.confirm_by(two.leanne, how="in_person").status == "complete"
        view = two.view()
        assert view.half_confirmed.startswith("Sam Whitmore has to confirm")
        assert view.to_confirm == [(str(two.sam), "Sam Whitmore")]
        assert [(step.word, step.state) for step in view.steps if "Confirmed" in step.word] == [
            ("Confirmed by Leanne Whitmore", "done"),
            ("Confirmed by Sam Whitmore", "next"),
        ]
        with pytest.raises(Conflict, match="Sam Whitmore has to confirm"):
            two.do(statements.issue_statement)
        done = two.confirm_by(two.sam)
        assert done.status == "confirmed"
        assert (done.confirmed_client_id, done.confirmed_how) == (two.leanne, "in_person")
        assert (done.partner_client_id, done.partner_confirmed_how) == (two.sam, "phone")
        assert done.partner_confirmed_at is not None
        assert done.partner_consent_to_send

    def test_in_either_order_and_each_once(self, two: Two) -> None:
        two.complete()
        two.confirm_by(two.sam)
        with pytest.raises(Conflict, match="Sam Whitmore confirmed this statement already"):
            two.confirm_by(two.sam)
        with pytest.raises(Conflict, match="Leanne Whitmore has to confirm"):
            two.do(statements.issue_statement)
        assert two.confirm_by(two.leanne).status == "confirmed"

    def test_somebody_has_to_say_who(self, cast: Cast, two: Two) -> None:
        two.complete()
        with cast.open(cast.colin) as session:
            stranger = Client(client_reference="X", first_name="Xan", last_name="Doe")
            session.add(stranger)
            session.flush()
            foreign = stranger.id
        for client_id in (None, foreign, 999_999_999):
            with pytest.raises(Invalid) as invalid:
                two.confirm(client_id=client_id)
            assert invalid.value.fields == {"client_id": "Choose who confirmed it."}

    def test_what_changes_afterwards_voids_both(self, cast: Cast, two: Two) -> None:
        two.complete()
        two.confirm_by(two.leanne)
        two.confirm_by(two.sam)
        with cast.open(cast.amina) as session:
            sam = session.require(Client, two.sam)
            form = ClientForm(first_name="Samuel", last_name="Whitmore")
            edit_client(session, sam.id, form, version=sam.version)
        assert two.shown().is_changed
        with pytest.raises(Conflict, match="Something changed"):
            two.do(statements.issue_statement)
        with pytest.raises(Conflict, match="date of birth of Samuel Whitmore"):
            two.do(statements.complete_statement)

    def test_completing_again_asks_both_again(self, two: Two) -> None:
        two.complete()
        two.confirm_by(two.sam)
        two.do(statements.complete_statement)
        assert [each.confirmed_at for each in two.shown().signers] == [None, None]

    def test_a_single_statement_asks_the_client_alone(self, cast: Cast, two: Two) -> None:
        with cast.open(cast.amina) as session:
            session.require(BudgetSheet, two.sheet_id).is_joint = False
            remove_debt(session, two.owed_to(session, "Sam's Card"))
            record_offers(session, two.case_id)
        two.complete()
        assert two.view().to_confirm == []
        assert two.confirm().status == "confirmed"

    def test_a_single_statement_does_not_tell_what_the_partner_owes(
        self, cast: Cast, two: Two
    ) -> None:
        with cast.open(cast.amina) as session:
            session.require(BudgetSheet, two.sheet_id).is_joint = False
        with pytest.raises(Conflict, match="would tell of Sam's Card"):
            two.complete()
        assert [gap.tab for gap in two.shown().gaps] == ["debts"]

    def test_a_joint_sheet_needs_a_partner_on_the_case(self, cast: Cast) -> None:
        alone = Leanne(cast)
        with cast.open(cast.amina) as session:
            session.require(BudgetSheet, alone.sheet_id).is_joint = True
        alone.prepare()
        with pytest.raises(Conflict, match="partner on the case"):
            alone.do(statements.complete_statement)


class TestSentUnderBothAuthorities:
    def confirmed(self, two: Two) -> None:
        two.complete()
        two.confirm_by(two.leanne)
        two.confirm_by(two.sam)

    def test_whose_is_missing_is_named_with_what_they_owe(self, two: Two) -> None:
        self.confirmed(two)
        two.sign(two.leanne)
        with pytest.raises(Conflict) as conflict:
            two.do(statements.issue_statement)
        expected = f"No live authority of Sam Whitmore for {JOINT}, Sam's Card."
        assert conflict.value.sentence == expected
        two.sign(two.sam)
        assert two.do(statements.issue_statement).status == "issued"

    def test_the_partners_does_not_stand_in_for_the_clients(self, two: Two) -> None:
        self.confirmed(two)
        two.sign(two.sam)
        with pytest.raises(Conflict, match="No live authority of Leanne Whitmore"):
            two.do(statements.issue_statement)

    def test_one_who_withdrew_consent_stops_it_by_name(self, cast: Cast, two: Two) -> None:
        self.confirmed(two)
        two.sign(two.leanne)
        two.sign(two.sam)
        withdrawn = {"purpose": "sharing", "answer": "withdrawn", "wording_version": "2026-01"}
        with cast.open(cast.amina) as session:
            record_consent(session, two.sam, ConsentForm.read(withdrawn))
        with pytest.raises(Conflict, match="Sam Whitmore withdrew consent"):
            two.do(statements.issue_statement)

    def test_is_signed_by_somebody_of_the_case(self, cast: Cast, two: Two) -> None:
        with cast.open(cast.amina) as session:
            theirs = start_walk_in(session, walk_in_form()).client_id
        with pytest.raises(Invalid, match="people of this case"):
            two.sign(theirs)
        two.sign(two.sam)
        with cast.open(cast.amina) as session:
            (row,) = list_authorities(session, two.case_id)
        assert (row.client_id, row.person) == (two.sam, "Sam Whitmore")

    def test_what_is_issued_names_both(self, cast: Cast, two: Two) -> None:
        two.complete()
        two.confirm_by(two.leanne, how="in_person")
        two.confirm_by(two.sam)
        two.sign(two.leanne)
        two.sign(two.sam)
        two.do(statements.issue_statement)
        shown = two.shown()
        assert shown.confirmed is not None
        assert shown.confirmed.by == "Leanne Whitmore and Sam Whitmore"
        assert shown.confirmed.how == "in person and by phone"
        assert shown.is_intact
        with cast.open(cast.amina) as session:
            said = text_of(open_issued_file(session, shown.files[0][0]).content)
        assert "Leanne Whitmore and Sam Whitmore confirmed" in " ".join(said.split())

    def test_the_database_issues_none_that_one_did_not_confirm(
        self, two: Two, owner: Engine
    ) -> None:
        self.confirmed(two)
        statement_id = two.shown().statement.id
        forced = text(
            "UPDATE statements SET status = 'issued', issued_at = now(),"
            " partner_consent_to_send = false WHERE id = :id"
        )
        with pytest.raises(IntegrityError, match="issued_by_both"), owner.begin() as connection:
            connection.execute(forced, {"id": statement_id})


class TestAfterASeparation:
    def test_a_draft_tells_nothing_of_who_left(self, cast: Cast, two: Two) -> None:
        two.complete()
        two.confirm_by(two.sam)
        with cast.open(cast.amina) as session:
            separate_people(session, two.case_id, opens_case=False)
        shown, view = two.shown(), two.view()
        assert shown.content.partner is None
        assert (shown.statement.status, shown.sheet_no) == ("draft", 2)
        assert view.voided.endswith("The household changed.")
        assert "Sam" not in str(view)
        assert [each.client_id for each in shown.signers] == [two.leanne]

    def test_what_was_issued_stays_as_both_confirmed_it(self, cast: Cast, two: Two) -> None:
        two.complete()
        two.confirm_by(two.leanne)
        two.confirm_by(two.sam)
        two.sign(two.leanne)
        two.sign(two.sam)
        two.do(statements.issue_statement)
        with cast.open(cast.amina) as session:
            separate_people(session, two.case_id, opens_case=False)
            sam = session.require(Client, two.sam)
            form = ClientForm(first_name="Zqxlater", last_name="Zqxname")
            edit_client(session, sam.id, form, version=sam.version)
        view = two.view()
        assert view.is_intact
        assert "Zqx" not in str(view)
        assert [each.person for each in view.authorities] == [""]

    def test_is_not_found_by_strangers(self, cast: Cast, two: Two) -> None:
        two.complete()
        row = two.shown().statement
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                statements.confirm_statement(
                    session, row.id, version=row.version, client_id=two.sam, **YES
                )
