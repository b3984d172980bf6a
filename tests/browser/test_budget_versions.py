"""The head of a budget sheet, and two sheets side by side, as an advisor sees them."""

import re

import pytest
from playwright.sync_api import Page, expect

from cma_app.services.budgets import record_line, revise_sheet
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture
from tests.browser.test_money import FOOD, RENT, WAGES, amount, desk_at, sheet_of, sums
from tests.people import Cast
from tests.services.money import make_case

pytestmark = pytest.mark.browser

THEIRS = "partner-salary-or-wages"


def details(page: Page) -> None:
    page.locator("summary", has_text="Sheet details").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save details").click()


class TestDetails:
    def test_a_joint_sheet_shows_the_partners_lines_and_asks_before_they_go(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1000")
        page = desk_at(office, case_id, "budget").page
        expect(amount(page, WAGES)).to_be_visible()
        expect(amount(page, THEIRS)).to_have_count(0)
        details(page)
        page.get_by_label("Joint statement").check()
        save(page)
        amount(page, THEIRS).fill("900")
        amount(page, THEIRS).press("Enter")
        expect(sums(page)).to_contain_text("Income£1,900.00")
        expect(sums(page)).to_contain_text("Saved ")
        page.get_by_label("Joint statement").uncheck()
        save(page)
        expect(page.get_by_text("Take them out, or leave the statement joint?")).to_be_visible()
        expect(page.locator(".sheet-details .field-error")).to_contain_text("Partner's wages")
        page.get_by_label("Take the partner’s lines out").check()
        save(page)
        expect(amount(page, THEIRS)).to_have_count(0)
        expect(sums(page)).to_contain_text("Income£1,000.00")

    def test_what_was_typed_is_there_after_a_reload(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1000")
        page = desk_at(office, case_id, "budget").page
        details(page)
        page.get_by_label("Savings contribution considered").check()
        page.locator("#sheet-debt_admin_fee").fill("12,5")
        page.locator("#sheet-debt_admin_fee").press("Tab")
        kept = page.get_by_text(re.compile("^Kept ..:.., not saved yet"))
        expect(kept).to_be_visible()
        expect(page.get_by_text("Check the comma")).to_be_visible()
        page.reload()
        expect(page.get_by_text("What you typed is kept, and not saved yet.")).to_be_visible()
        expect(page.locator("#sheet-debt_admin_fee")).to_have_value("12,5")
        expect(page.get_by_label("Savings contribution considered")).to_be_checked()
        assert findings(page) == []
        picture(page, "sheet-details-kept")
        page.locator("#sheet-debt_admin_fee").fill("12.50")
        save(page)
        expect(page.get_by_text("Sheet details saved.")).to_be_visible()
        expect(page.get_by_text("not saved yet")).to_have_count(0)
        page.get_by_label("Savings contribution considered").uncheck()
        expect(kept).to_be_visible()
        page.get_by_role("button", name="Throw away what I typed").click()
        expect(page.get_by_label("Savings contribution considered")).to_be_checked()
        page.reload()
        expect(page.locator("summary", has_text="Sheet details")).to_be_visible()
        expect(page.get_by_text("not saved yet")).to_have_count(0)

    def test_date_ticks_and_a_fee(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1000")
        page = desk_at(office, case_id, "budget").page
        details(page)
        page.locator("#sheet-statement_date-year").fill("2017")
        page.locator("#sheet-debt_admin_fee").fill("12,5")
        save(page)
        summary = page.locator(".error-summary")
        expect(summary).to_contain_text("no statement lines before")
        expect(summary).to_contain_text("Check the comma")
        page.locator("#sheet-statement_date").fill("5")
        page.locator("#sheet-statement_date-month").fill("4")
        page.locator("#sheet-statement_date-year").fill("2025")
        page.locator("#sheet-debt_admin_fee").fill("15")
        page.get_by_label("Savings contribution considered").check()
        page.get_by_label("Use of assets").check()
        save(page)
        expect(page.locator("#main")).to_contain_text(
            "Initial, 5 Apr 2025, single, savings considered, assets considered"
        )
        expect(sums(page)).to_contain_text("Fee£15.00")
        expect(sums(page)).to_contain_text("Available for debts£965.00")
        page.keyboard.press("Alt+a")
        expect(amount(page, "working-tax-credit")).to_be_visible()
        amount(page, WAGES).press_sequentially("0")
        expect(sums(page)).to_contain_text("Available for debts")

    def test_two_people_on_one_head_see_both(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1000")
        mine = desk_at(office, case_id, "budget").page
        theirs = desk_at(office, case_id, "budget", "ben").page
        for page, fee in ((theirs, "7"), (mine, "9")):
            details(page)
            page.locator("#sheet-debt_admin_fee").fill(fee)
            save(page)
            expect(sums(page)).to_contain_text("Fee£7.00")
        expect(mine.get_by_role("alert")).to_contain_text("debt administration fee 7.00")
        expect(mine.locator("#sheet-debt_admin_fee")).to_have_value("9")
        save(mine)
        expect(sums(mine)).to_contain_text("Fee£9.00")


class TestCompare:
    def test_two_sheets_side_by_side_and_the_changes_alone(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        first = sheet_of(cast, case_id, wages="1000", rent="500", groceries="200")
        with cast.open(cast.amina) as session:
            new = revise_sheet(session, first).id
            record_line(session, new, code=RENT, typed="120 w")
            record_line(session, new, code=FOOD, typed="")
        page = desk_at(office, case_id, "budget").page
        page.get_by_role("link", name="Compare two sheets").click()
        row = page.locator(f"tr[data-code='{RENT}']")
        expect(row).to_have_text("RentChanged500.00 monthly500.00120.00 weekly520.00+20.00")
        expect(page.locator(f"tr[data-code='{FOOD}']")).to_contain_text("Removed")
        expect(page.locator(f"tr[data-code='{WAGES}']")).to_contain_text("no change")
        expect(page.locator("tfoot tr[data-sum=surplus]")).to_contain_text("300.00480.00+180.00")
        page.get_by_role("button", name="Changes only 2").click()
        expect(page.locator(f"tr[data-code='{WAGES}']")).to_have_count(0)
        expect(row).to_be_visible()
        page.get_by_label("With", exact=True).select_option("1")
        expect(page.get_by_text("No differences")).to_be_visible()
        assert page.url.endswith("/budget/compare?from=1&to=1&show=changes")

    def test_one_sheet_alone_says_what_to_do(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1000")
        page = desk_at(office, case_id, "budget/compare").page
        expect(page.get_by_text("There are not two sheets to compare yet")).to_be_visible()
        page.get_by_role("link", name="Back to the budget").click()
        expect(amount(page, WAGES)).to_be_visible()

    def test_another_centre_finds_nothing(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1000")
        page = desk_at(office, case_id, "budget/compare", "bea").page
        expect(page.get_by_role("heading", name="Not found")).to_be_visible()
