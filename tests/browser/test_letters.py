"""Letters in a browser: drafted to all, edited, issued together, read back, answered and chased."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.services import replies
from cma_app.services.debts import change_debt, list_debts
from cma_app.services.letter_drafts import draft_letters
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture, settled, sideways
from tests.people import Cast
from tests.services.test_letters import EDITED, creditor_of
from tests.services.test_replies import debt_at, sent
from tests.services.test_statements import Leanne

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    """Leanne with an authority and an account number at each creditor."""
    case = Leanne(cast)
    case.authorise()
    with cast.open(cast.amina) as session:
        for number, row in enumerate(list_debts(session, case.case_id).rows, start=1):
            said = {
                "creditor": row.creditor,
                "debt_type": row.debt_type,
                "balance": f"{row.balance}",
                "account_number": f"AC-{number}",
            }
            change_debt(session, row.id, said, version=row.version)
    return case


def tab(case: Leanne) -> str:
    return f"/cases/{case.case_id}/letters"


def taken(page: Page, word: str) -> bytes:
    """Return what a link hands over."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=word, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button by keyboard alone."""
    wanted = page.get_by_role("button", name=name).first
    wanted.focus()
    page.keyboard.press("Enter")


class TestABatch:
    def test_is_drafted_edited_and_issued_by_keyboard_and_read_back(
        self, office: Office, cast: Cast, leanne: Leanne
    ) -> None:
        page = office.signed_in("amina", tab(leanne)).page
        expect(page.get_by_text("No letters yet.")).to_be_visible()
        assert findings(page) == []
        picture(page, "letters-empty-1280")

        self.draft_all(page)
        self.edit_one(page)
        self.issue_all(page)
        self.read_back(page)

    def draft_all(self, page: Page) -> None:
        page.keyboard.press("n")
        new = page.get_by_role("dialog", name="New letter")
        press(page, re.compile("^Draft letters$"))
        expect(new.get_by_role("alert")).to_contain_text("Choose what to write.")
        assert findings(page) == []
        new.get_by_label("What to write").select_option("holding")
        press(page, "Choose all")
        expect(new.get_by_role("checkbox", name="Swift Loans")).to_be_checked()
        expect(new.get_by_text("No address known:")).to_contain_text("Home Catalogue")
        picture(page, "letters-new-1280")
        press(page, re.compile("^Draft letters$"))
        expect(page.get_by_text("5 letters drafted.")).to_be_visible()
        expect(new).to_be_hidden()

    def edit_one(self, page: Page) -> None:
        drafts = page.get_by_role("region", name="Drafts to issue")
        drafts.get_by_role("link", name="Northern Bank").press("Enter")
        box = page.get_by_label("Name and address")
        box.fill("Northern Bank\n1 Quay Street\nLeeds")
        paper = page.get_by_role("article", name="The letter as it prints")
        expect(paper).to_contain_text("1 Quay Street")
        expect(page.get_by_text("not saved yet")).to_be_visible()
        press(page, "Save letter")
        expect(page.get_by_text("Letter saved.")).to_be_visible()
        assert findings(page) == []
        picture(page, "letter-draft-1280")
        page.set_viewport_size({"width": 768, "height": 1024})
        picture(page, "letter-draft-768")
        assert sideways(page, boxes_may=False) == []
        page.set_viewport_size({"width": 320, "height": 700})
        assert sideways(page, boxes_may=True) == []
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("link", name="All letters").press("Enter")

    def issue_all(self, page: Page) -> None:
        press(page, re.compile("^Issue all 5"))
        ask = page.get_by_role("dialog", name="Issue these letters?")
        press(page, "Issue letters")
        expect(ask.get_by_role("alert")).to_contain_text("Choose how they leave.")
        ask.get_by_label("By post").check()
        press(page, "Issue letters")
        became = page.get_by_role("region", name="What became of them")
        expect(became.get_by_role("listitem")).to_have_count(5, timeout=60_000)
        expect(page.get_by_text("1 of 5 letters issued.")).to_be_visible(timeout=60_000)
        expect(became.get_by_text("There is no address yet")).to_have_count(4)
        picture(page, "letters-outcome-1280")
        press(page, re.compile("^Issue all 4"))
        ask.get_by_label("Handed over").check()
        press(page, "Issue letters")
        expect(page.get_by_text("4 of 4 letters issued.")).to_be_visible(timeout=60_000)
        expect(became.get_by_text("Issued", exact=True)).to_have_count(4)
        assert findings(page) == []

    def read_back(self, page: Page) -> None:
        row = page.get_by_role("row", name=re.compile("Northern Bank"))
        expect(row).to_contain_text("Waiting")
        expect(row).to_contain_text("by post")
        row.get_by_role("link").press("Enter")
        expect(page.get_by_text("It never changes.")).to_be_visible()
        expect(page.get_by_label("Name and address")).to_have_count(0)
        pages = PdfReader(io.BytesIO(taken(page, "PDF"))).pages
        said = "\n".join(each.extract_text() for each in pages)
        assert "1 Quay Street" in said
        assert "AC-3" in said
        assert "not for sending" not in said
        words = "\n".join(p.text for p in Document(io.BytesIO(taken(page, "Word"))).paragraphs)
        assert "1 Quay Street" in words
        assert findings(page) == []
        picture(page, "letter-issued-1280")

    def test_at_768(self, office: Office, cast: Cast, leanne: Leanne) -> None:
        sent(cast, leanne)
        with cast.open(cast.amina) as session:
            draft_letters(session, leanne.case_id, "balance_request")
        page = settled(office.signed_in("amina", tab(leanne), width=768, height=1024).page)
        page.emulate_media(color_scheme="dark")
        assert findings(page) + sideways(page, boxes_may=False) == []
        picture(page, "letters-filled-768")
        page.set_viewport_size({"width": 320, "height": 700})
        assert sideways(page, boxes_may=True) == []


class TestWhatIsTyped:
    def test_survives_a_cut_connection_and_a_reload(
        self, office: Office, cast: Cast, leanne: Leanne
    ) -> None:
        bank = creditor_of(cast, leanne, "Northern Bank")
        with cast.open(cast.amina) as session:
            row = draft_letters(session, leanne.case_id, "holding", creditor_ids=[bank])[0]
        desk = office.desk(expected=("/session", "/_event", ""))
        sockets = []
        desk.page.route_web_socket(
            re.compile("/_event"), lambda ws: sockets.append((ws, ws.connect_to_server()))
        )
        page = desk.sign_in(cast.usernames["amina"], f"{tab(leanne)}/{row.id}")
        long = ("Please hold all action on this account. " * 250)[:9_990] + " THE END"
        body = page.get_by_label("Letter", exact=True)
        body.fill("Begun.")
        expect(page.get_by_text("not saved yet")).to_be_visible()
        sockets[-1][0].close(code=1012)
        body.fill(long)
        expect(page.get_by_role("article")).to_contain_text("THE END", timeout=45_000)
        expect(body).to_have_value(long)
        page.reload()
        expect(page.get_by_label("Letter", exact=True)).to_have_value(long)
        expect(page.get_by_text("What you typed is kept, and not saved yet.")).to_be_visible()
        page.get_by_role("button", name="Save letter").click()
        expect(page.get_by_text("Letter saved.")).to_be_visible()
        page.get_by_label("Letter", exact=True).fill(long + "x" * 100)
        page.get_by_role("button", name="Save letter").click()
        expect(page.get_by_role("alert")).to_contain_text("at most 10000 characters")
        assert findings(page) == []

    @pytest.mark.deep
    def test_two_editors_see_both_texts(self, office: Office, cast: Cast, leanne: Leanne) -> None:
        bank = creditor_of(cast, leanne, "Northern Bank")
        with cast.open(cast.amina) as session:
            row = draft_letters(session, leanne.case_id, "holding", creditor_ids=[bank])[0]
        path = f"{tab(leanne)}/{row.id}"
        first = office.signed_in("amina", path).page
        second = office.signed_in("ben", path).page
        first.get_by_label("Letter", exact=True).fill("Amina's words.")
        first.get_by_role("button", name="Save letter").click()
        expect(first.get_by_text("Letter saved.")).to_be_visible()
        second.get_by_label("Letter", exact=True).fill("Ben's words.")
        second.get_by_role("button", name="Save letter").click()
        met = second.get_by_role("alert").filter(has_text="Stored now: Letter")
        expect(met).to_contain_text("Amina's words.")
        expect(second.get_by_label("Letter", exact=True)).to_have_value("Ben's words.")
        second.evaluate("scrollTo(0, 0)")
        assert findings(second) == []
        picture(second, "letter-conflict-1280")
        second.get_by_role("button", name="Save letter").click()
        expect(second.get_by_text("Letter saved.")).to_be_visible()

    def test_a_discarded_draft_comes_back(self, office: Office, cast: Cast, leanne: Leanne) -> None:
        with cast.open(cast.amina) as session:
            row = draft_letters(session, leanne.case_id, "appointment")[0]
        page = office.signed_in("amina", f"{tab(leanne)}/{row.id}").page
        page.get_by_role("button", name="Discard draft").click()
        expect(page.get_by_text("Draft discarded.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("row", name=re.compile("Appointment"))).to_be_visible()


class TestAClient:
    def test_is_written_to_by_a_safe_route_only(
        self, office: Office, cast: Cast, leanne: Leanne
    ) -> None:
        page = office.signed_in("amina", tab(leanne)).page
        page.get_by_role("button", name="New letter").click()
        new = page.get_by_role("dialog", name="New letter")
        new.get_by_label("What to write").select_option("appointment")
        expect(new.get_by_role("checkbox", name=re.compile("Leanne Whitmore"))).to_be_checked()
        new.get_by_role("button", name="Draft letters", exact=True).click()
        gap = page.get_by_role("button", name="the day and time")
        gap.click()
        page.keyboard.type("Tuesday at 10:30")
        expect(page.get_by_label("Letter", exact=True)).to_have_value(
            re.compile("on Tuesday at 10:30")
        )
        page.get_by_role("button", name=re.compile("^the place")).click()
        page.keyboard.type("Room 2")
        phone = page.get_by_role("button", name=re.compile("telephone number"))
        phone.click()
        page.keyboard.type("0113 496 0000")
        expect(page.get_by_role("region", name="Still to write")).to_have_count(0)
        page.get_by_role("button", name="Issue letter").click()
        ask = page.get_by_role("dialog", name="Issue this letter?")
        expect(ask.get_by_label("Handed over")).to_be_visible()
        expect(ask.get_by_label("By post")).to_have_count(0)
        expect(ask).to_contain_text("Not safe for Leanne Whitmore: post was never asked about.")
        assert findings(page) == []
        picture(page, "letter-issue-1280")
        ask.get_by_role("button", name="Issue letter").click()
        expect(ask.get_by_role("alert")).to_contain_text("Choose one of the answers.")
        ask.get_by_label("Handed over").check()
        ask.get_by_role("button", name="Issue letter").click()
        expect(page.get_by_text("It never changes.")).to_be_visible()

    def test_a_trainee_submits_the_letter(self, office: Office, cast: Cast) -> None:
        case = Leanne(cast, cast.tess)
        with cast.open(cast.tess) as session:
            row = draft_letters(session, case.case_id, "closing")[0]
        page = office.signed_in("tess", f"{tab(case)}/{row.id}").page
        expect(page.get_by_role("button", name="Submit for sign-off").first).to_be_visible()
        expect(page.get_by_role("button", name="Issue letter")).to_have_count(0)
        assert findings(page) == []


class TestAnswers:
    def test_a_counter_stands_beside_our_offer(
        self, office: Office, cast: Cast, leanne: Leanne
    ) -> None:
        sent(cast, leanne)
        page = office.signed_in("amina", tab(leanne)).page
        waiting = page.get_by_role("region", name="Waiting for an answer")
        waiting.get_by_role("button", name="Record answer of Northern Bank").click()
        dialog = page.get_by_role("dialog", name="What the creditor answered")
        expect(dialog.get_by_label("Debt", exact=True)).to_contain_text("offer £17.52")
        dialog.get_by_label("Asks for another amount").check()
        dialog.get_by_role("button", name="Save answer").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Enter what the creditor asks for")
        dialog.get_by_label("Amount, £").fill("12,5")
        dialog.get_by_label("Note", exact=True).focus()
        expect(dialog.locator(".field-error").first).to_be_visible()
        assert findings(page) == []
        picture(page, "letters-answer-1280")
        dialog.get_by_label("Amount, £").fill("£25")
        dialog.get_by_role("button", name="Save answer").click()
        expect(dialog).to_be_hidden()
        answers = page.get_by_role("region", name="Answers")
        expect(answers).to_contain_text("£25.00 a month. Our offer £17.52 a month")
        expect(waiting.get_by_role("listitem").filter(has_text="Northern Bank")).to_have_count(0)
        answers.get_by_role("button", name=re.compile("^Client told today")).click()
        expect(answers).to_contain_text("Client told")
        assert findings(page) == []
        picture(page, "letters-answered-1280")
        page.set_viewport_size({"width": 768, "height": 1024})
        picture(page, "letters-answered-768")

    @pytest.mark.deep
    def test_is_corrected_and_a_removed_one_comes_back(
        self, office: Office, cast: Cast, leanne: Leanne
    ) -> None:
        letter, debt = sent(cast, leanne), debt_at(cast, leanne)
        with cast.open(cast.amina) as session:
            said = {"reply": "counter", "amount": "25"}
            replies.record_reply(session, debt, said, letter_id=letter.id)
        page = office.signed_in("amina", tab(leanne)).page
        waiting = page.get_by_role("region", name="Waiting for an answer")
        answers = page.get_by_role("region", name="Answers")
        dialog = page.get_by_role("dialog", name="What the creditor answered")
        answers.get_by_role("button", name=re.compile("^Correct")).click()
        expect(dialog.get_by_label("Amount, £")).to_have_value("25.00")
        dialog.get_by_label("Amount, £").fill("22")
        dialog.get_by_role("button", name="Save answer").click()
        expect(answers).to_contain_text("£22.00 a month")
        answers.get_by_role("button", name=re.compile("^Remove")).click()
        page.get_by_role("button", name="Undo").click()
        expect(answers).to_contain_text("£22.00 a month")
        expect(waiting.get_by_role("listitem").filter(has_text="Northern Bank")).to_have_count(0)

    def test_silence_is_chased(
        self, office: Office, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        silent = sent(cast, leanne, "Swift Loans", "holding")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE letters SET chase_on = :day WHERE id = :id"),
                {"day": today() - timedelta(days=1), "id": silent.id},
            )
        page = office.signed_in("amina", tab(leanne)).page
        waiting = page.get_by_role("region", name="Waiting for an answer")
        expect(waiting.get_by_text("Chase now")).to_have_count(1)
        waiting.get_by_role("button", name="Draft chaser to Swift Loans").click()
        expect(page.get_by_role("heading", name="Chaser to Swift Loans")).to_be_visible()
        expect(page.get_by_role("article")).to_contain_text("have had no answer")
        page.get_by_label("Name and address").fill(EDITED["to_lines"])
        page.get_by_role("button", name="Issue letter").click()
        ask = page.get_by_role("dialog", name="Issue this letter?")
        ask.get_by_label("By post").check()
        ask.get_by_role("button", name="Issue letter").click()
        expect(page.get_by_text("Chase on")).to_be_visible()
        page.get_by_role("link", name="All letters").click()
        expect(page.get_by_role("row", name=re.compile("^Holding"))).to_contain_text("Chased")
