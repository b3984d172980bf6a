"""Letters to either of two people of a case, each by their own safe routes; and what is due."""

from datetime import time, timedelta

import pytest
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.printing.letter_content import LetterContent
from cma_app.services import letters, replies
from cma_app.services.authorities import list_authorities, record_authority, withdraw_authority
from cma_app.services.chasers import CHASE, waiting_letters
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.debts import add_debt, list_debts, restore_debt
from cma_app.services.home import my_day
from cma_app.services.letter_batches import list_drafts
from cma_app.services.letter_drafts import draft_letters, readers_of
from cma_app.services.separation import separate_people
from models import Appointment, Case, CasePerson, Client, CreditorReply, Debt, Letter, NextAction
from tests.people import Cast
from tests.services.intake_forms import ROUTES
from tests.services.test_letters import EDITED, creditor_of, draft, issue, printed, text_of
from tests.services.test_replies import debt_at, put_address, sent
from tests.services.test_statements import Leanne


class Couple(Leanne):
    """Leanne with a partner of her own file, and a joint debt and one of the partner's."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        self.authorise()
        with cast.open(cast.ashdown_system) as session:
            partner = Client(
                client_reference=session.next_reference("client"),
                first_name="Sam",
                last_name="Dray",
                address_line1="4 Quiet Road",
                city="Leeds",
            )
            session.add(partner)
            session.flush()
            self.partner_id = partner.id
            session.add(CasePerson(case_id=self.case_id, client_id=partner.id))
        with cast.open(cast.amina) as session:
            self.client_id = session.require(Case, self.case_id).client_id
            for name, owed_by in (("Joint Bank", "joint"), ("Sam's Store", "partner")):
                row = {
                    "creditor": name,
                    "debt_type": "credit_card",
                    "balance": "100",
                    "owed_by": owed_by,
                }
                add_debt(session, self.case_id, row)

    def allow_post(self, client_id: int) -> None:
        with self.cast.open(self.cast.amina) as session:
            answers = RouteAnswers.read(ROUTES | {"route_post": "yes", "route_email": "no"})
            record_routes(session, client_id, answers)


@pytest.fixture
def couple(cast: Cast) -> Couple:
    return Couple(cast)


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    case = Leanne(cast)
    case.authorise()
    return case


class TestReaders:
    def test_a_letter_is_to_whoever_of_the_case_is_chosen(self, cast: Cast, couple: Couple) -> None:
        both = [couple.client_id, couple.partner_id]
        with cast.open(cast.amina) as session:
            made = draft_letters(session, couple.case_id, "appointment", client_ids=both)
            assert [row.client_id for row in made] == both
            assert [row.content["salutation"] for row in made] == ["Dear Leanne", "Dear Sam"]
            listed = letters.list_letters(session, couple.case_id)
            assert {row.to for row in listed} == {"Leanne Whitmore", "Sam Dray"}

    def test_each_is_reached_by_their_own_routes_alone(self, cast: Cast, couple: Couple) -> None:
        put_address(cast, couple)
        couple.allow_post(couple.partner_id)
        both = [couple.client_id, couple.partner_id]
        with cast.open(cast.amina) as session:
            made = draft_letters(session, couple.case_id, "authority", client_ids=both)
            ways = [letters.read_letter(session, row.id).ways.possible for row in made]
        assert ways == [["handed"], ["post", "handed"]]
        assert "9 Secret Lane" not in text_of(printed(cast, made[0]))
        assert "4 Quiet Road" in text_of(printed(cast, made[1]))

    def test_each_reads_of_their_own_and_the_joint_debts(self, cast: Cast, couple: Couple) -> None:
        both = [couple.client_id, couple.partner_id]
        with cast.open(cast.amina) as session:
            made = draft_letters(session, couple.case_id, "authority", client_ids=both)
        hers, his = (text_of(printed(cast, row)) for row in made)
        assert "Joint Bank" in hers
        assert "Joint Bank" in his
        assert ("Northern Bank" in hers, "Northern Bank" in his) == (True, False)
        assert ("Sam's Store" in hers, "Sam's Store" in his) == (False, True)

    def test_a_creditor_reads_who_owes_them(self, cast: Cast, couple: Couple) -> None:
        def about(name: str) -> str:
            to = creditor_of(cast, couple, name)
            return draft(cast, couple, "holding", creditor_ids=[to]).content["body"]

        assert "advising Leanne Whitmore, who" in about("Northern Bank")
        assert "advising Leanne Whitmore and Sam Dray, who" in about("Joint Bank")
        assert "advising Sam Dray, who" in about("Sam's Store")

    def test_who_left_the_case_or_was_never_in_it_is_refused(
        self, cast: Cast, couple: Couple
    ) -> None:
        with cast.open(cast.ashdown_system) as session:
            row = session.exec(
                select(CasePerson).where(col(CasePerson.case_id) == couple.case_id)
            ).one()
            row.left_on = today()
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="person of this"):
            draft_letters(session, couple.case_id, "appointment", client_ids=[couple.partner_id])

    def test_says_what_is_wanting_for_each_creditor(self, cast: Cast) -> None:
        case = Leanne(cast)
        with cast.open(cast.amina) as session:
            found = readers_of(session, case.case_id)
        assert len(found.creditors) == 5
        assert not any(each.has_authority or each.has_address for each in found.creditors)
        assert [each.name for each in found.people] == ["Leanne Whitmore"]
        with cast.open(cast.colin) as session, pytest.raises(NotFound):
            readers_of(session, case.case_id)


def test_an_appointment_letter_says_when_and_where_the_next_one_is(
    cast: Cast, leanne: Leanne
) -> None:
    day = today() + timedelta(days=2)
    with cast.open(cast.ashdown_system) as session:
        client_id = session.require(Case, leanne.case_id).client_id
        for days, at, where in ((9, time(9, 0), "Room 9"), (2, time(10, 30), "Room 2")):
            session.add(
                Appointment(
                    case_id=leanne.case_id,
                    client_id=client_id,
                    advisor_id=cast.amina.user_id,
                    appointment_type="first",
                    scheduled_date=today() + timedelta(days=days),
                    scheduled_time=at,
                    location=where,
                )
            )
    body = draft(cast, leanne, "appointment").content["body"]
    assert f"on {day:%A} {day.day} {day:%B %Y} at 10:30." in body
    assert "Where: Room 2." in body


class TestSafePost:
    def test_an_address_typed_or_kept_is_left_off_once_post_is_unsafe(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        put_address(cast, leanne)
        with cast.open(cast.amina) as session:
            client_id = session.require(Case, leanne.case_id).client_id
            record_routes(session, client_id, RouteAnswers.read(ROUTES | {"route_post": "yes"}))
        row = draft(cast, leanne, "appointment")
        assert "9 Secret Lane" in text_of(printed(cast, row))
        with cast.open(cast.amina) as session:
            record_routes(session, client_id, RouteAnswers.read(ROUTES | {"route_post": "no"}))
        assert "9 Secret Lane" not in text_of(printed(cast, row))
        with cast.open(cast.amina) as session:
            shown = letters.read_letter(session, row.id)
            assert shown.hides_address
            assert "9 Secret Lane" not in shown.form.to_lines
            said = shown.form.model_dump() | {
                "to_lines": "Leanne Whitmore\n9 Secret Lane",
                "body": "Come.",
            }
            row = letters.edit_letter(session, row.id, said, version=row.version)
        done = issue(cast, row, route="handed")
        assert LetterContent.from_json(done.content).recipient == ("Leanne Whitmore",)


class TestRestoreLetter:
    def test_brings_a_discarded_draft_back(self, cast: Cast, leanne: Leanne) -> None:
        row = draft(cast, leanne, "appointment")
        with cast.open(cast.amina) as session:
            letters.discard_letter(session, row.id)
            assert letters.list_letters(session, leanne.case_id) == []
        for stranger in (cast.colin, cast.tess, cast.root):
            with cast.open(stranger) as session, pytest.raises(CmaError):
                letters.restore_letter(session, row.id)
        with cast.open(cast.amina) as session:
            letters.restore_letter(session, row.id)
        with cast.open(cast.amina) as session:
            assert [each.id for each in letters.list_letters(session, leanne.case_id)] == [row.id]
            with pytest.raises(NotFound):
                letters.restore_letter(session, row.id)

    def test_not_beside_a_newer_draft(self, cast: Cast, leanne: Leanne) -> None:
        row = draft(cast, leanne, "appointment")
        with cast.open(cast.amina) as session:
            letters.discard_letter(session, row.id)
        newer = draft(cast, leanne, "appointment")
        with pytest.raises(Conflict, match="newer draft"), cast.open(cast.amina) as session:
            letters.restore_letter(session, row.id)
        with cast.open(cast.amina) as session:
            assert [each.id for each in letters.list_letters(session, leanne.case_id)] == [newer.id]


class TestChasers:
    def planned(self, cast: Cast, case: Leanne) -> list[NextAction]:
        with cast.open(cast.amina) as session:
            return list(
                session.exec(
                    select(NextAction).where(
                        col(NextAction.case_id) == case.case_id, col(NextAction.what) == CHASE
                    )
                )
            )

    def test_one_next_action_stands_on_the_first_chase_day(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        first = sent(cast, leanne)
        sent(cast, leanne, "Swift Loans")
        assert [each.due_date for each in self.planned(cast, leanne)] == [first.chase_on]
        last = today() + timedelta(days=3)
        with cast.open(cast.amina) as session:
            said = {"reply": "hold", "hold_until": f"{last:%d %m %Y}"}
            replies.record_reply(session, debt_at(cast, leanne), said)
        assert [each.due_date for each in self.planned(cast, leanne)] == [last + timedelta(days=1)]
        with cast.open(cast.amina) as session:
            assert waiting_letters(session, leanne.case_id)[0].hold_until == last

    def test_is_due_on_the_first_page_and_done_once_nobody_is_silent(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        row, debt = sent(cast, leanne), debt_at(cast, leanne)
        with cast.open(cast.amina) as session:
            said = {
                "reply": "hold",
                "received_on": f"{today() - timedelta(days=9):%d %m %Y}",
                "hold_until": f"{today() - timedelta(days=1):%d %m %Y}",
            }
            replies.record_reply(session, debt, said, letter_id=row.id)
        with cast.open(cast.amina) as session:
            assert waiting_letters(session, leanne.case_id)[0].is_due
            due = [task for task in my_day(session).actions.rows if task.what == CHASE]
            assert [task.due_date for task in due] == [today()]
            replies.record_reply(session, debt, {"reply": "accept"}, letter_id=row.id)
        assert all(each.done_at is not None for each in self.planned(cast, leanne))

    def test_a_letter_waits_until_each_of_its_accounts_is_answered(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        with cast.open(cast.amina) as session:
            row = {"creditor": "Northern Bank", "debt_type": "overdraft", "balance": "50"}
            second = add_debt(session, leanne.case_id, row).id
        letter = sent(cast, leanne)
        with cast.open(cast.amina) as session:
            debts = session.exec(
                select(Debt.id).where(col(Debt.creditor_id) == letter.creditor_id)
            ).all()
            assert second in debts
            replies.record_reply(session, second, {"reply": "accept"}, letter_id=letter.id)
            assert len(waiting_letters(session, leanne.case_id)) == 1
            other = next(each for each in debts if each != second)
            replies.record_reply(session, other, {"reply": "reject"}, letter_id=letter.id)
            assert waiting_letters(session, leanne.case_id) == []


class TestCorrectReply:
    def test_changes_it_and_tells_who_came_second(self, cast: Cast, leanne: Leanne) -> None:
        debt = debt_at(cast, leanne)
        with cast.open(cast.amina) as session:
            said = {"reply": "counter", "amount": "£25"}
            one = replies.record_reply(session, debt, said).id
        with cast.open(cast.amina) as session:
            row = replies.list_replies(session, leanne.case_id)[0]
            assert (str(row.amount), str(row.offered)) == ("25.00", "17.52")
            seen = row.changed_at.isoformat()
            replies.correct_reply(session, one, {"reply": "counter", "amount": "22"}, seen=seen)
        with cast.open(cast.ben) as session, pytest.raises(Conflict) as met:
            replies.correct_reply(session, one, {"reply": "reject"}, seen=seen)
        assert met.value.theirs == {"reply": "Asks for another amount", "amount": "£22.00"}
        for stranger in (cast.colin, cast.tess, cast.root):
            with cast.open(stranger) as session, pytest.raises(CmaError):
                replies.correct_reply(session, one, {"reply": "accept"}, seen=seen)

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"reply": "balance"}, "amount"),
            ({"reply": "counter", "amount": "-5"}, "amount"),
            ({"reply": "counter", "amount": "1e9"}, "amount"),
            ({"reply": "hold", "hold_until": "1 1 2001"}, "hold_until"),
            ({"reply": "accept", "client_told_on": "1 1 2100"}, "client_told_on"),
        ],
    )
    def test_bad_input_gets_its_sentence(
        self, cast: Cast, leanne: Leanne, data: dict[str, str], field: str
    ) -> None:
        debt = debt_at(cast, leanne)
        with cast.open(cast.amina) as session:
            one = replies.record_reply(session, debt, {"reply": "accept"})
            seen = one.updated_at.isoformat()
            with pytest.raises(Invalid) as said:
                replies.correct_reply(session, one.id, data, seen=seen)
            assert set(said.value.fields) == {field}
            assert session.require(CreditorReply, one.id).reply == "accept"


def test_a_batch_says_why_a_draft_cannot_leave(cast: Cast, leanne: Leanne) -> None:

    bank = creditor_of(cast, leanne, "Northern Bank")
    with cast.open(cast.amina) as session:
        draft_letters(session, leanne.case_id, "holding")
        ready = draft_letters(session, leanne.case_id, "holding", creditor_ids=[bank])[0]
        letters.edit_letter(session, ready.id, EDITED, version=ready.version)
        rows = {row.to: row for row in list_drafts(session, leanne.case_id)}
    assert rows["Northern Bank"].obstacles == []
    assert rows["Swift Loans"].obstacles[0].sentence.startswith("Still to write")
    case = Leanne(cast, cast.tess)
    with cast.open(cast.tess) as session:
        draft_letters(session, case.case_id, "closing")
        assert [row.may_issue for row in list_drafts(session, case.case_id)] == [False]
    assert isinstance(ready, Letter)


class TestWhoseAuthority:
    """A creditor is told that we act for somebody only under that person's own authority."""

    def shared_store(self, cast: Cast, couple: Couple, owed_by: str) -> Letter:
        with cast.open(cast.amina) as session:
            row = {"creditor": "Northern Bank", "debt_type": "overdraft", "balance": "70"}
            add_debt(session, couple.case_id, row | {"owed_by": owed_by})
        bank = creditor_of(cast, couple, "Northern Bank")
        return self.edited(cast, draft(cast, couple, "holding", creditor_ids=[bank]))

    def edited(self, cast: Cast, row: Letter) -> Letter:
        with cast.open(cast.amina) as session:
            return letters.edit_letter(session, row.id, EDITED, version=row.version)

    def partner_signs(self, cast: Cast, couple: Couple) -> None:
        signed = {"signed_on": f"{today():%d %m %Y}", "client_id": str(couple.partner_id)}
        with cast.open(cast.amina) as session:
            record_authority(session, couple.case_id, signed)

    @pytest.mark.parametrize("owed_by", ["partner", "joint"])
    def test_a_letter_about_two_needs_both(self, cast: Cast, couple: Couple, owed_by: str) -> None:
        row = self.shared_store(cast, couple, owed_by)
        with pytest.raises(Conflict, match="authority of Sam Dray for Northern Bank"):
            issue(cast, row)
        with cast.open(cast.amina) as session:
            known = {each.name: each for each in readers_of(session, couple.case_id).creditors}
        assert not known["Northern Bank"].has_authority
        self.partner_signs(cast, couple)
        assert issue(cast, row).status == "issued"

    def test_the_partners_own_debt_needs_theirs_alone(self, cast: Cast, couple: Couple) -> None:
        store = creditor_of(cast, couple, "Sam's Store")
        row = self.edited(cast, draft(cast, couple, "holding", creditor_ids=[store]))
        with pytest.raises(Conflict, match="authority of Sam Dray for Sam's Store"):
            issue(cast, row)
        self.partner_signs(cast, couple)
        with cast.open(cast.amina) as session:
            for each in list_authorities(session, couple.case_id):
                if each.client_id == couple.client_id:
                    withdraw_authority(session, each.id)
        assert issue(cast, row).status == "issued"

    def test_a_draft_that_names_who_left_is_gone(self, cast: Cast, couple: Couple) -> None:
        joint = creditor_of(cast, couple, "Joint Bank")
        row = draft(cast, couple, "holding", creditor_ids=[joint])
        assert "Sam Dray" in row.content["body"]
        with cast.open(cast.amina) as session:
            separate_people(session, couple.case_id, opens_case=False)
        with cast.open(cast.amina) as session:
            with pytest.raises(NotFound):
                letters.read_letter(session, row.id)
            anew = draft_letters(session, couple.case_id, "holding", creditor_ids=[joint])[0]
            assert "Sam Dray" not in anew.content["body"]

    def test_a_debt_that_left_with_them_is_not_brought_back(
        self, cast: Cast, couple: Couple
    ) -> None:
        with cast.open(cast.amina) as session:
            rows = list_debts(session, couple.case_id).rows
            theirs = next(each.id for each in rows if each.creditor == "Sam's Store")
            separate_people(session, couple.case_id, opens_case=False)
        with cast.open(cast.amina) as session, pytest.raises(NotFound):
            restore_debt(session, theirs)
