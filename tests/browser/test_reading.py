"""Papers in a browser: found by their words, read, sorted, and their figures taken over."""

import pytest
from playwright.sync_api import Page, expect

from cma_app.services.budgets import start_sheet
from cma_app.services.debts import add_debt
from models import BudgetSheet, Debt, Document
from tests.browser.conftest import Office
from tests.browser.looking import faults as faults_everywhere
from tests.browser.looking import findings, picture, sideways
from tests.people import Cast
from tests.reading.pages import LETTER, typed_pdf
from tests.services.money import make_case
from tests.services.reading import COUNCIL, PAYSLIP, kept, read_kept, stored

pytestmark = [pytest.mark.browser, pytest.mark.database]

SCAM = "Council tax refund. Reply today with your card number and security code, at once."


WATER = COUNCIL.replace("Ashdown Borough Council", "Northern Water").replace("860.00", "312.40")
WATER = WATER.replace("40771203", "88120034")


def selected(page: Page) -> str:
    return str(page.evaluate("getSelection().toString()"))


def faults(page: Page, name: str) -> list[str]:
    picture(page, name)
    return findings(page) + sideways(page, boxes_may=True)


def test_a_paper_is_found_read_sorted_and_its_balance_taken_over(
    office: Office, cast: Cast
) -> None:
    case_id = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        boxes = {"creditor": "Ashdown Borough Council", "debt_type": "council_tax", "balance": "9"}
        debt_id = add_debt(session, case_id, boxes).id
    number = kept(cast, case_id, typed_pdf(LETTER), "From the bailiffs.pdf")
    stored(cast, case_id, name="Not read yet.pdf")
    read_kept(cast, number)
    desk = office.signed_in("amina", "/documents")
    page = desk.page
    rows = page.get_by_role("region", name="Documents found").locator("tbody tr")
    expect(rows).to_have_count(2)

    page.get_by_label("Words").fill("compliance fee")
    page.get_by_role("button", name="Find").click()
    expect(rows).to_have_count(1)
    expect(rows.locator("mark").first).to_have_text("compliance")
    for width in (1280, 768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page, f"documents-{width}") == []
    page.set_viewport_size({"width": 1280, "height": 900})

    rows.get_by_role("link", name="From the bailiffs").click()
    words = page.locator("svg.page-words")
    expect(words.get_by_text("NOTICE", exact=True)).to_be_visible()
    drawn = page.request.get(
        f"{desk.served.origin}{words.locator('image').get_attribute('href') or ''}"
    )
    assert drawn.ok
    words.get_by_text("NOTICE", exact=True).dblclick()
    assert selected(page).strip() == "NOTICE"
    page.evaluate("getSelection().selectAllChildren(document.querySelector('svg.page-words'))")
    assert "The sum outstanding is £450.00." in " ".join(selected(page).split())
    expect(page.get_by_text("The file's own text")).to_be_visible()

    _decide(page, cast, number, debt_id)


def _decide(page: Page, cast: Cast, number: int, debt_id: int) -> None:
    """Confirm the type, take the balance over and dismiss the account number, by the page."""
    kind = page.get_by_role("region", name="What this is")
    kind.get_by_label("Type").select_option("enforcement_notice")
    kind.locator("button[type=submit]").click()
    expect(kind.get_by_text("Confirmed by a person")).to_be_visible()
    with cast.open(cast.amina) as session:
        assert session.require(Document, number).document_type == "enforcement_notice"

    figures = page.get_by_role("region", name="Figures found")
    balance = figures.locator("li").filter(has_text="Balance").first
    expect(balance.get_by_text("Recorded now: £9.00")).to_be_visible()
    balance.get_by_role("button", name="show Balance on the page").click()
    expect(page.locator(".figure-mark")).to_have_count(1)
    balance.get_by_label("Balance to take over").fill("lots")
    balance.get_by_role("button", name="Accept").click()
    expect(balance.get_by_role("alert")).to_be_visible()
    balance.get_by_label("Balance to take over").fill("525.00")
    balance.get_by_role("button", name="Accept").click()
    expect(balance.get_by_text("Taken over")).to_be_visible()
    with cast.open(cast.amina) as session:
        assert str(session.require(Debt, debt_id).balance) == "525.00"
    account = figures.locator("li").filter(has_text="Account number").first
    account.get_by_role("button", name="Dismiss").click()
    expect(account.get_by_role("button", name="Bring back")).to_be_visible()
    for width in (1280, 768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page, f"document-reading-{width}") == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, "document-reading-dark") == []


def test_what_waits_shows_itself_once_it_is_read_and_a_scam_is_told(
    office: Office, cast: Cast
) -> None:
    case_id = make_case(cast, cast.amina)
    number = kept(cast, case_id, typed_pdf(SCAM), "Refund.pdf")
    desk = office.signed_in("amina", f"/cases/{case_id}/documents/{number}/reading")
    page = desk.page
    expect(page.get_by_role("progressbar", name="Pages read")).to_be_visible()
    assert faults(page, "document-waiting-1280") == []
    read_kept(cast, number)
    expect(page.get_by_text("This may be a scam")).to_be_visible()
    expect(page.locator("svg.page-words")).to_be_visible()
    assert faults(page, "document-scam-1280") == []


def test_figures_stand_beside_the_boxes_they_would_fill(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        boxes = {"creditor": "Ashdown Borough Council", "debt_type": "council_tax", "balance": "9"}
        debt_id = add_debt(session, case_id, boxes).id
        more = {"creditor": "Northern Water", "debt_type": "water"}
        water_id = add_debt(session, case_id, boxes | more).id
        sheet_id = start_sheet(session, case_id).id
    papers = ((COUNCIL, "Council reminder"), (WATER, "Water bill"), (PAYSLIP, "October pay"))
    for said, name in papers:
        read_kept(cast, kept(cast, case_id, typed_pdf(said), f"{name}.pdf"))
    desk = office.signed_in("amina", f"/cases/{case_id}/debts/{debt_id}")
    page = desk.page

    balance = page.get_by_role("list", name="From documents: balance", exact=True)
    expect(balance).to_contain_text("Council reminder, 5 Nov 2026: £860.00")
    assert faults_everywhere(page, "debt-offered") == []
    balance.get_by_role("link", name="Council reminder").click()
    expect(page.locator(".figure-mark")).to_have_count(1)
    page.go_back()
    dismiss = page.get_by_role("button", name="Dismiss 40771203 of Council reminder")
    dismiss.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Account number")).to_be_focused()
    expect(dismiss).to_have_count(0)
    balance.get_by_role("button", name="Use").click()
    box = page.get_by_role("textbox", name="Balance, £")
    expect(box).to_be_focused()
    expect(box).to_have_value("860.00")
    expect(balance).to_contain_text("Filled in, not saved yet.")
    with cast.open(cast.amina) as session:
        assert str(session.require(Debt, debt_id).balance) == "9.00"
    page.get_by_role("list", name="date of the balance").get_by_role("button", name="Use").click()
    page.get_by_role("button", name="Save debt").click()
    expect(balance).to_have_count(0)
    with cast.open(cast.amina) as session:
        kept_now = session.require(Debt, debt_id)
        assert (str(kept_now.balance), str(kept_now.balance_date)) == ("860.00", "2026-11-05")
        assert not kept_now.account_number

    desk.open(f"/cases/{case_id}/budget")
    wages = page.locator("[data-code=client-salary-or-wages]")
    offered = page.get_by_role("list", name="From documents: Wages, take-home")
    expect(offered).to_contain_text("October pay, 27 Oct 2026: £1,335.36")
    assert faults_everywhere(page, "budget-offered") == []
    offered.get_by_role("button", name="Use").click()
    expect(wages.locator("input[data-amount]")).to_have_value("1,335.36")
    page.keyboard.press("Enter")
    expect(offered).to_have_count(0)
    with cast.open(cast.amina) as session:
        line = session.require(BudgetSheet, sheet_id).income_details["client-salary-or-wages"]
    assert (line["amount"], line["note"]) == ("1335.36", "From a document of the case")

    desk.open(f"/cases/{case_id}/debts")
    _type_from_the_grid(page, cast, water_id)


def _type_from_the_grid(page: Page, cast: Cast, debt_id: int) -> None:
    """Use a figure below its box by keyboard alone, dismiss another; no row moves."""
    row = page.locator(f"tbody[data-debt='{debt_id}']")
    balance = row.get_by_role("textbox", name="Balance in pounds")
    use = row.get_by_role("button", name="Use £312.40 of Water bill, 5 Nov 2026, as balance")
    expect(use).to_be_visible()
    assert faults_everywhere(page, "debts-offered") == []
    before = row.bounding_box()
    balance.focus()
    page.keyboard.press("Tab")
    expect(use).to_be_focused()
    page.keyboard.press("Enter")
    expect(balance).to_be_focused()
    expect(balance).to_have_value("312.40")
    expect(row.get_by_text("Filled in")).to_be_visible()
    with cast.open(cast.amina) as session:
        assert str(session.require(Debt, debt_id).balance) == "9.00"
    page.keyboard.press("Escape")
    expect(balance).to_have_value("9.00")
    use.click()
    page.get_by_label("Creditor, new debt").focus()
    expect(row.get_by_text("Saved")).to_be_visible()
    expect(use).to_have_count(0)
    with cast.open(cast.amina) as session:
        assert str(session.require(Debt, debt_id).balance) == "312.40"
    dismiss = row.get_by_role("button", name="Dismiss 88120034 of Water bill")
    dismiss.click()
    expect(dismiss).to_have_count(0)
    expect(row.get_by_role("textbox", name="Account number")).to_be_focused()
    assert row.bounding_box() == before
