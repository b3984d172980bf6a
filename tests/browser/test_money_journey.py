"""A client's money from the first debt to the last offer, by the keyboard alone and to the penny.

Nothing here clicks: boxes, links and buttons are reached by Tab, as an advisor does who keeps both
hands on the keys. What is printed is then held against what every tab shows.
"""

import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from cma_app.services.creditors import add_entry
from cma_app.services.statement_list import unreconciled_statements
from cma_app.services.walk_in import start_walk_in
from tests.browser.conftest import READY, Office
from tests.people import Cast
from tests.services.intake_forms import walk_in_form

pytestmark = [pytest.mark.database, pytest.mark.browser]

MOST_STOPS = 500
"""Presses of Tab after which a thing counts as out of reach."""
SUM = re.compile(r"\d[\d,]*\.\d\d(?!\d)")
PASTED = "Creditor\tType\tBalance\tAccount no\nSwift Loans\tLoan\t£2,310.00\tSL 1\n"
PAYSLIPS = ("1100", "1,250.50", "1080")
CREDITORS = ("Harbour Homes", "Northern Bank", "Swift Loans")
SHOWN = """() => [
  document.querySelector("main").innerText,
  ...[...document.querySelectorAll("main input")].map((box) => box.value),
].join("\\n")"""


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    expect(wanted).to_be_visible()
    wanted = wanted.first
    for _ in range(MOST_STOPS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {wanted}")


def press(page: Page, word: str | re.Pattern[str], within: Locator | None = None) -> None:
    """Reach a button and press Enter."""
    reach(page, (within or page.locator("body")).get_by_role("button", name=word, exact=True))
    page.keyboard.press("Enter")


def follow(page: Page, word: str) -> None:
    """Reach a link and press Enter."""
    reach(page, page.get_by_role("link", name=word, exact=True))
    page.keyboard.press("Enter")


def tab_of(page: Page, word: str, name: str) -> None:
    """Go to another tab of the case."""
    follow(page, word)
    page.wait_for_url(f"**/{name}")
    page.wait_for_selector(READY)
    expect(page.locator(".skeleton")).to_have_count(0)


def tick(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Space")
    expect(wanted).to_be_checked()


def choose(page: Page, within: Locator, label: str) -> None:
    """Choose one of several answers: Tab comes to the one that is chosen, or else to the first."""
    chosen = within.get_by_role("radio", checked=True)
    if chosen.count():
        reach(page, chosen)
    else:
        reach(page, within.get_by_role("radio").first)
        page.keyboard.press("Space")
    wanted = within.get_by_label(label, exact=True)
    for _ in range(10):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"The arrows do not lead to {label}")


def sums_in(text: str) -> set[Decimal]:
    """Return every sum that a text says, to the penny."""
    return {Decimal(found.replace(",", "")) for found in SUM.findall(text)}


def taken(page: Page, word: str) -> str:
    """Return the text of the PDF that a link hands over."""
    reach(page, page.get_by_role("link", name=word, exact=True))
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    pages = PdfReader(io.BytesIO(Path(waiting.value.path()).read_bytes())).pages
    return "\n".join(each.extract_text() for each in pages)


def sums(page: Page) -> Locator:
    return page.locator(".sumline")


@pytest.mark.deep
class TestByKeyboardAlone:
    def test_from_the_first_debt_to_the_last_offer(self, office: Office, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            for name in CREDITORS:
                where = {"address_line1": "1 Quay Street", "city": "Leeds", "postcode": "LS1 4AB"}
                add_entry(session, {"name": name, **where})
        with cast.open(cast.amina) as session:
            case_id = start_walk_in(session, walk_in_form()).id
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        shown = {Decimal(slip.replace(",", "")) for slip in PAYSLIPS}  # as they were typed
        self.household(page)
        self.debts(page)
        self.budget(page)
        shown |= sums_in(page.evaluate(SHOWN))
        self.offers(page)
        shown |= sums_in(page.evaluate(SHOWN))
        printed = self.statement(page)
        shown |= sums_in(page.evaluate(SHOWN))
        assert sums_in(printed) - shown == set()
        self.advice(page)
        self.checklist(page)
        for letter in self.letters(page):
            assert sums_in(letter)
            assert sums_in(letter) - shown == set()
        with cast.open(cast.ashdown_system) as session:
            assert unreconciled_statements(session) == []

    def household(self, page: Page) -> None:
        page.locator("[name=adults]").focus()
        page.keyboard.type("1")
        reach(page, page.locator("[name=child_ages]"))
        page.keyboard.type("4, 9")
        press(page, "Save household")
        answers = page.get_by_role("region", name="Answers so far")
        expect(answers).to_contain_text("2 children under 16")

    def debts(self, page: Page) -> None:
        """Type two debts and paste the third."""
        tab_of(page, "Debts", "debts")
        reach(page, page.locator("[data-debt=new] [data-box=creditor]"))
        rows = (
            ("Harbour Homes", "Rent arr", "1240", "HH 7"),
            ("Northern Bank", "Credit c", "£1,430", "NB 1"),
        )
        for creditor, kind, balance, account in rows:
            for typed in (creditor, kind, "", "", balance, "", "", account):
                page.keyboard.type(typed)
                page.keyboard.press("Enter")
        expect(sums(page)).to_contain_text("The household owes£2,670.00")
        follow(page, "Paste from a table")
        reach(page, page.get_by_label("The table"))
        page.keyboard.insert_text(PASTED)  # as a paste does
        press(page, "Read it")
        press(page, "Add 1 debt")
        expect(page.get_by_text("1 debt added, £2,310.00 in all.")).to_be_visible()
        expect(page.locator(".identity-bar")).to_contain_text("£4,980.00")

    def budget(self, page: Page) -> None:
        """Type the budget: the pay is the mean of three payslips."""
        tab_of(page, "Budget", "budget")
        press(page, "Start the budget")
        lines = (
            ("client-salary-or-wages", f"{' + '.join(PAYSLIPS)} 4w", "1,238.79"),
            ("rent", "85w", "368.33"),
            ("tv-licence", "180y", "15.00"),
            ("groceries", "340 4w", "368.33"),
        )
        for code, typed, monthly in lines:
            reach(page, page.locator(f"tr[data-code='{code}'] input[data-amount]"))
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
            expect(page.locator(f"tr[data-code='{code}'] td.monthly")).to_have_text(monthly)
        expect(sums(page)).to_contain_text("Income£1,238.79")
        expect(sums(page)).to_contain_text("Outgoings£751.66")
        expect(sums(page)).to_contain_text("Surplus£487.13")
        expect(sums(page)).to_contain_text("Available for debts£467.13")

    def offers(self, page: Page) -> None:
        tab_of(page, "Offers", "offers")
        reach(page, page.get_by_label("Harbour Homes"))
        page.keyboard.type("12w")
        page.keyboard.press("Enter")
        expect(sums(page)).to_contain_text("Priority offers£52.00")
        press(page, "Save offers")
        expect(page.get_by_text("Adds up to the penny")).to_be_visible()
        expect(sums(page)).to_contain_text("Other offers£415.13")
        expect(sums(page)).to_contain_text("Unallocated£0.00")

    def statement(self, page: Page) -> str:
        """Take the statement to issue and return what its PDF says."""
        tab_of(page, "Statement", "statement")
        press(page, "Prepare a statement")
        press(page, "Complete statement")
        expect(page.get_by_text("Not needed")).to_be_visible()  # an advisor's own
        press(page, "Record the client's confirmation")
        dialog = page.get_by_role("dialog", name="Record the client's confirmation")
        choose(page, dialog, "By phone")
        tick(page, dialog.get_by_label("They say that it is accurate"))
        tick(page, dialog.get_by_label("They consent to our sending it to the creditors"))
        press(page, "Record confirmation", dialog)
        expect(page.get_by_text("No live authority for")).to_be_visible()
        press(page, "Record an authority")
        signed = page.get_by_role("dialog", name="Record an authority")
        reach(page, signed.get_by_label("Day", exact=True).first)
        for typed in ("2", "1", "2026"):
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
        press(page, "Record authority", signed)
        expect(page.get_by_text("On paper, signed 2 Jan 2026, no end date")).to_be_visible()
        press(page, "Issue statement")
        said = taken(page, "Full statement, PDF")
        for figure in ("1,238.79", "751.66", "487.13", "467.13", "52.00", "415.13"):
            assert figure in said, figure
        return said

    def advice(self, page: Page) -> None:
        """Record what is recommended and why, and what she chose."""
        tab_of(page, "Advice", "advice")
        reach(page, page.get_by_label("Recommended", exact=True))
        page.keyboard.type("Repayment offers")
        for label in ("Why it fits", "Why the other options suit less", "Costs and risks"):
            reach(page, page.get_by_label(label))
            page.keyboard.type("Talked through with her.")
        choose(page, page.locator("#advice-form"), "Accepts the advice")
        press(page, "Record the advice")
        expect(page.get_by_role("heading", name="The advice that stands")).to_be_visible()
        expect(page.get_by_role("heading", name="Repayment offers to creditors")).to_be_visible()

    def checklist(self, page: Page) -> None:
        """Answer what the record does not prove, until advice waits for nothing."""
        tab_of(page, "Checklist", "checklist")
        gate = page.get_by_role("region", name="Issuing advice")
        dialog = page.get_by_role("dialog", name="Answer this item")
        for code in ("I10", "F1", "F11", "A1", "A2", "A3"):
            press(page, re.compile(f"^{code} "), gate)
            expect(dialog).to_contain_text(code)
            choose(page, dialog, "Met")
            reach(page, dialog.get_by_label("Notes"))
            page.keyboard.type("Talked through with her today.")
            press(page, "Save answer", dialog)
            expect(dialog).to_be_hidden()
            expect(gate.get_by_role("button", name=re.compile(f"^{code} "))).to_have_count(0)
        expect(gate).to_contain_text("Nothing of the checklist stands in the way.")

    def letters(self, page: Page) -> list[str]:
        """Draft an offer to every creditor, issue them together, and return what each says."""
        tab_of(page, "Letters", "letters")
        page.keyboard.press("n")
        new = page.get_by_role("dialog", name="New letter")
        reach(page, new.get_by_label("What to write"))
        page.keyboard.type("Offer")
        press(page, "Choose all", new)
        expect(new.get_by_role("checkbox", name="Swift Loans")).to_be_checked()
        press(page, "Draft letters", new)
        expect(page.get_by_text("3 letters drafted.")).to_be_visible()
        expect(new).to_be_hidden()
        press(page, re.compile("^Issue all 3"))
        ask = page.get_by_role("dialog", name="Issue these letters?")
        choose(page, ask, "By post")
        press(page, "Issue letters", ask)
        expect(page.get_by_text("3 of 3 letters issued.")).to_be_visible(timeout=60_000)
        said = []
        for name in CREDITORS:
            reach(page, page.get_by_role("row", name=re.compile(name)).get_by_role("link"))
            page.keyboard.press("Enter")
            expect(page.get_by_text("It never changes.")).to_be_visible()
            letter = taken(page, "PDF")
            assert "1 Quay Street" in letter
            assert name in letter
            said.append(letter)
            follow(page, "All letters")
            expect(page.get_by_role("row", name=re.compile(name))).to_be_visible()
        return said
