"""Letters: merged, edited, issued by a safe route under an authority, locked, chased, answered."""

import io
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import letters, replies
from cma_app.services.authorities import record_authority
from cma_app.services.case_people import join_new_person
from cma_app.services.chasers import waiting_letters
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.debts import change_debt, list_debts
from cma_app.services.issued_files import open_issued_file
from cma_app.services.letter_drafts import draft_letters
from cma_app.services.letter_issue import issue_letter
from models import Case, Creditor, Debt, Letter
from tests.people import Cast
from tests.services.intake_forms import ROUTES
from tests.services.money import audited
from tests.services.test_statements import Leanne

EDITED = {
    "to_lines": "Northern Bank\n1 Quay Street\nLeeds",
    "their_reference": "NB 1",
    "salutation": "Dear Sir or Madam",
    "subject": "Leanne Whitmore",
    "body": "Please tell us the balance.",
}


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    case = Leanne(cast)
    case.authorise()
    return case


def creditor_of(cast: Cast, case: Leanne, name: str) -> int:
    with cast.open(cast.amina) as session:
        rows = session.exec(select(Creditor).where(col(Creditor.case_id) == case.case_id))
        return next(row.id for row in rows if row.creditor_name == name)


def draft(cast: Cast, case: Leanne, kind: str, who: Any = None, **more: Any) -> Letter:
    with cast.open(who or cast.amina) as session:
        return draft_letters(session, case.case_id, kind, **more)[0]


def to_bank(cast: Cast, case: Leanne, kind: str = "balance_request") -> Letter:
    bank = creditor_of(cast, case, "Northern Bank")
    row = draft(cast, case, kind, creditor_ids=[bank])
    with cast.open(cast.amina) as session:
        body = letters.read_letter(session, row.id).form.body
        said = EDITED if kind != "offer" else EDITED | {"body": body}
        return letters.edit_letter(session, row.id, said, version=row.version)


def issue(cast: Cast, row: Letter, who: Any = None, route: str = "post", **more: Any) -> Letter:
    with cast.open(who or cast.amina) as session:
        return issue_letter(session, row.id, version=row.version, route=route, **more)


def printed(cast: Cast, row: Letter, ending: str = "pdf") -> bytes:
    with cast.open(cast.amina) as session:
        return letters.print_letter(session, row.id, ending=ending).content


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


class TestDraftLetters:
    def test_merges_one_for_each_creditor(self, cast: Cast, leanne: Leanne) -> None:
        with cast.open(cast.amina) as session:
            made = draft_letters(session, leanne.case_id, "balance_request")
            again = draft_letters(session, leanne.case_id, "balance_request")
            assert len(made) == 5
            assert [row.id for row in made] == [row.id for row in again]
            logged = audited(session, "letter:record", "letters")
            assert [row.record_id for row in logged] == [row.id for row in made]
            opened = letters.read_letter(session, made[0].id)
            assert "Leanne Whitmore" in opened.form.body
            assert opened.missing == ["the account's reference"]

    def test_another_cases_creditor_is_refused(self, cast: Cast, leanne: Leanne) -> None:
        other = creditor_of(cast, Leanne(cast), "Northern Bank")
        with pytest.raises(Conflict, match="creditor of this case"):
            draft(cast, leanne, "holding", creditor_ids=[other])

    def test_is_not_found_elsewhere_or_unassigned(self, cast: Cast, leanne: Leanne) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound):
                draft(cast, leanne, "holding", stranger)
        with pytest.raises((Refused, NotFound)):
            draft(cast, leanne, "holding", cast.root)

    def test_an_unknown_kind_is_said(self, cast: Cast, leanne: Leanne) -> None:
        with pytest.raises(Exception, match="no such letter"):
            draft(cast, leanne, "love")


class TestEditLetter:
    def test_two_editors_see_both(self, cast: Cast, leanne: Leanne) -> None:
        row = draft(cast, leanne, "appointment")
        with cast.open(cast.amina) as session:
            letters.edit_letter(session, row.id, EDITED, version=row.version)
        with cast.open(cast.amina) as session, pytest.raises(Conflict) as said:
            mine = EDITED | {"body": "Mine."}
            letters.edit_letter(session, row.id, mine, version=row.version)
        assert said.value.theirs == {"body": EDITED["body"]}

    @pytest.mark.parametrize(
        ("name", "value"),
        [("body", ""), ("subject", "x" * 10_000), ("to_lines", " "), ("body", "x" * 10_001)],
    )
    def test_bad_input_gets_its_sentence(
        self, cast: Cast, leanne: Leanne, name: str, value: str
    ) -> None:
        row = draft(cast, leanne, "appointment")
        with cast.open(cast.amina) as session, pytest.raises(Invalid) as said:
            letters.edit_letter(session, row.id, EDITED | {name: value}, version=row.version)
        assert set(said.value.fields) == {name}

    def test_markup_stays_text(self, cast: Cast, leanne: Leanne) -> None:
        row = draft(cast, leanne, "appointment")
        hostile = '#panic() $x$ <b>{{ 1 + 1 }}</b> {centre} \\ "'
        with cast.open(cast.amina) as session:
            row = letters.edit_letter(
                session, row.id, EDITED | {"body": hostile}, version=row.version
            )
        assert "#panic() $x$ <b>{{ 1 + 1 }}</b>" in text_of(printed(cast, row))
        words = "\n".join(
            p.text for p in Document(io.BytesIO(printed(cast, row, "docx"))).paragraphs
        )
        assert "{{ 1 + 1 }}" in words


class TestIssueLetter:
    def test_locks_it_and_keeps_both_files(self, cast: Cast, leanne: Leanne) -> None:
        row = to_bank(cast, leanne)
        assert "not for sending" in text_of(printed(cast, row))
        row = issue(cast, row)
        assert (row.status, row.route) == ("issued", "post")
        assert row.chase_on is not None
        assert (row.chase_on - today()).days == 28
        said = text_of(printed(cast, row))
        assert "1 Quay Street" in said
        assert "not for sending" not in said
        with cast.open(cast.amina) as session:
            files = letters.read_letter(session, row.id).files
            assert [kind for _, kind, _ in files] == ["letter", "letter_word"]
            assert open_issued_file(session, files[0][0]).content == printed(cast, row)
            assert audited(session, "letter:issue", "letters")[-1].record_id == row.id
            with pytest.raises(Conflict, match="issued"):
                letters.edit_letter(session, row.id, EDITED, version=row.version)
        with pytest.raises(Conflict, match="issued"), cast.open(cast.amina) as session:
            session.execute(text(f"UPDATE letters SET subject = 'x' WHERE id = {row.id}"))

    def test_waits_for_what_is_still_to_write(self, cast: Cast, leanne: Leanne) -> None:
        row = draft(cast, leanne, "appointment")
        with pytest.raises(Invalid) as said:
            issue(cast, row, route="handed")
        assert "the day and time" in said.value.fields["body"]

    def test_a_partners_authority_does_not_stand_in_for_the_clients(self, cast: Cast) -> None:
        case = Leanne(cast)
        with cast.open(cast.amina) as session:
            sam = {"first_name": "Sam", "last_name": "Whitmore", **ROUTES}
            partner = join_new_person(session, case.case_id, sam).id
            signed = {"signed_on": f"{today():%d %m %Y}", "client_id": str(partner)}
            record_authority(session, case.case_id, signed)
        with pytest.raises(Conflict, match="of Leanne Whitmore for Northern Bank"):
            issue(cast, to_bank(cast, case))

    def test_needs_a_live_authority(self, cast: Cast) -> None:
        case = Leanne(cast)
        with pytest.raises(Conflict, match="authority for Northern Bank"):
            issue(cast, to_bank(cast, case))
        with cast.open(cast.amina) as session:
            bank = creditor_of(cast, case, "Northern Bank")
            signed = {"signed_on": f"{today():%d %m %Y}", "creditor_id": str(bank)}
            record_authority(session, case.case_id, signed)
        row = to_bank(cast, case)
        assert issue(cast, row).status == "issued"

    def test_a_client_is_written_to_by_a_safe_route_only(self, cast: Cast, leanne: Leanne) -> None:
        row = draft(cast, leanne, "appointment")
        with cast.open(cast.amina) as session:
            row = letters.edit_letter(session, row.id, EDITED, version=row.version)
        for route in ("post", "email"):
            with pytest.raises(Invalid, match=r".*") as said:
                issue(cast, row, route=route)
            assert "Not safe" in said.value.fields["route"]
        with cast.open(cast.amina) as session:
            client_id = session.require(Case, leanne.case_id).client_id
            answers = ROUTES | {"route_post": "yes", "route_email": "no"}
            record_routes(session, client_id, RouteAnswers.read(answers))
        with pytest.raises(Invalid):
            issue(cast, row, route="email")
        assert issue(cast, row, route="post").status == "issued"

    def test_a_creditor_who_is_owed_nothing_any_more_is_not_written_to(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        row = to_bank(cast, leanne, "holding")
        with cast.open(cast.amina) as session:
            rows = list_debts(session, leanne.case_id).rows
            debt = next(each for each in rows if each.creditor == "Northern Bank")
            said = {"creditor": debt.creditor, "debt_type": debt.debt_type, "balance": "0"}
            change_debt(session, debt.id, said | {"status": "settled"}, version=debt.version)
        with pytest.raises(Conflict, match="Northern Bank is owed nothing any more"):
            issue(cast, row)

    def test_an_offer_needs_an_issued_statement_and_an_advisor(self, cast: Cast) -> None:
        case = Leanne(cast)
        case.authorise()
        with pytest.raises((Conflict, Invalid)):
            issue(cast, to_bank(cast, case, "offer"))
        case.prepare()
        from cma_app.services import statements

        case.do(statements.complete_statement)
        case.confirm()
        case.do(statements.issue_statement)
        with cast.open(cast.amina) as session:
            old = letters.list_letters(session, case.case_id)[0]
            letters.discard_letter(session, old.id)
        row = issue(cast, to_bank(cast, case, "offer"))
        assert "£17.52 a month" in text_of(printed(cast, row))

    def test_a_trainee_reads_who_may_issue_an_offer(self, cast: Cast) -> None:
        case = Leanne(cast, cast.tess)
        row = draft(cast, case, "closing", cast.tess)
        with pytest.raises(Refused, match="supervisor"):
            issue(cast, row, cast.tess)


class TestReplies:
    def owed(self, cast: Cast, case: Leanne) -> int:
        bank = creditor_of(cast, case, "Northern Bank")
        with cast.open(cast.amina) as session:
            rows = session.exec(select(Debt).where(col(Debt.creditor_id) == bank))
            return rows.one().id

    def test_an_answer_ends_the_wait_and_a_removed_one_begins_it_again(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        row = issue(cast, to_bank(cast, leanne))
        debt = self.owed(cast, leanne)
        with cast.open(cast.amina) as session:
            assert [each.letter_id for each in waiting_letters(session, leanne.case_id)] == [row.id]
            said = {"reply": "counter", "amount": "£20.00", "note": "wants more"}
            answer = replies.record_reply(session, debt, said, letter_id=row.id)
            assert waiting_letters(session, leanne.case_id) == []
            replies.tell_client(session, answer.id)
            assert replies.list_replies(session, leanne.case_id)[0].client_told_on == today()
            replies.remove_reply(session, answer.id)
            assert len(waiting_letters(session, leanne.case_id)) == 1

    def test_a_chaser_follows_the_letter_it_chases(self, cast: Cast, leanne: Leanne) -> None:
        row = issue(cast, to_bank(cast, leanne))
        bank = creditor_of(cast, leanne, "Northern Bank")
        chaser = draft(cast, leanne, "chaser", creditor_ids=[bank], chases_id=row.id)
        with cast.open(cast.amina) as session:
            chaser = letters.edit_letter(session, chaser.id, EDITED, version=chaser.version)
        issue(cast, chaser)
        with cast.open(cast.amina) as session:
            waiting = waiting_letters(session, leanne.case_id)
            assert [each.letter_id for each in waiting] == [chaser.id]

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"reply": "counter"}, "amount"),
            ({"reply": "hold"}, "hold_until"),
            ({"reply": "maybe"}, "reply"),
            ({"reply": "accept", "received_on": "1 1 2100"}, "received_on"),
            ({"reply": "counter", "amount": "12,5"}, "amount"),
            ({"reply": "other", "note": "x" * 10_000}, "note"),
        ],
    )
    def test_bad_input_gets_its_sentence(
        self, cast: Cast, leanne: Leanne, data: dict[str, str], field: str
    ) -> None:
        with cast.open(cast.amina) as session, pytest.raises(Invalid) as said:
            replies.record_reply(session, self.owed(cast, leanne), data)
        assert field in said.value.fields

    def test_a_draft_is_not_answered(self, cast: Cast, leanne: Leanne) -> None:
        row = to_bank(cast, leanne)
        debt = self.owed(cast, leanne)
        with pytest.raises(Conflict, match="not issued"), cast.open(cast.amina) as session:
            replies.record_reply(session, debt, {"reply": "accept"}, letter_id=row.id)

    def test_strangers_find_nothing(self, cast: Cast, leanne: Leanne) -> None:
        debt = self.owed(cast, leanne)
        for stranger in (cast.colin, cast.tess):
            with cast.open(stranger) as session, pytest.raises(NotFound):
                replies.record_reply(session, debt, {"reply": "accept"})
