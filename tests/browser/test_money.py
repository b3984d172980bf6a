"""Debts, budget and offers as an advisor enters them: by keyboard, and read back to the penny."""

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.services.budgets import record_line, start_sheet
from cma_app.services.debts import add_debt
from tests.browser.conftest import Desk, Office
from tests.people import Cast
from tests.rules.cases import cases
from tests.services.money import make_case

pytestmark = pytest.mark.browser

WAGES, RENT, FOOD = "client-salary-or-wages", "rent", "groceries"


def desk_at(office: Office, case_id: int, tab: str, who: str = "amina") -> Desk:
    return office.signed_in(who, f"/cases/{case_id}/{tab}")


def amount(page: Page, code: str) -> Locator:
    return page.locator(f"tr[data-code='{code}'] input[data-amount]")


def month(page: Page, code: str) -> Locator:
    return page.locator(f"tr[data-code='{code}'] td.monthly")


def sums(page: Page) -> Locator:
    return page.locator(".sumline")


def type_row(page: Page, row: dict[str, str]) -> None:
    """Type one debt from the focused creditor box, moving by Tab, and leave it by Enter."""
    page.keyboard.type(row["creditor"])
    page.keyboard.press("Tab")
    page.keyboard.type(row["kind"])
    for name in ("liability", "owed_by", "balance", "arrears", "payment", "account"):
        page.keyboard.press("Tab")
        if row.get(name):
            page.keyboard.type(row[name])
    page.keyboard.press("Enter")


class TestDebts:
    def test_rows_are_typed_by_keyboard_alone(self, office: Office, cast: Cast) -> None:
        desk = desk_at(office, make_case(cast, cast.amina), "debts")
        page = desk.page
        page.locator("[data-debt=new] [data-box=creditor]").focus()
        type_row(page, {"creditor": "Harbour Homes", "kind": "Rent arr", "balance": "£1,240"})
        type_row(page, {"creditor": "Northern Bank", "kind": "Credit c", "balance": "1430.50"})
        type_row(
            page,
            {
                "creditor": "Swift Loans",
                "kind": "Unsecured",
                "owed_by": "Joint",
                "balance": "2310",
                "account": "SL 1",
            },
        )
        expect(sums(page)).to_contain_text("The household owes£4,980.50")
        expect(sums(page)).to_contain_text("Priority£1,240.00")
        expect(sums(page)).to_contain_text("Partner owes£2,310.00")
        expect(page.locator(".identity-bar")).to_contain_text("£4,980.50")
        expect(page.locator("[data-debt] [data-box=creditor]:focus")).to_have_value("")
        desk.open(page.url.removeprefix(office.served.origin))
        expect(page.locator("[data-debt] [data-box=account_number]").nth(2)).to_have_value("SL 1")
        expect(page.locator("[data-debt] [data-box=balance]").nth(1)).to_have_value("1,430.50")

    def test_the_next_row_has_the_focus_before_the_next_key(
        self, office: Office, cast: Cast
    ) -> None:
        page = desk_at(office, make_case(cast, cast.amina), "debts").page
        page.locator("[data-debt=new] [data-box=creditor]").fill("Northern Bank")
        page.locator("[data-debt=new] [data-box=account_number]").focus()
        # a key that waits on a busy machine comes before any timer: the same task tells
        where = page.evaluate(
            """() => {
              const enter = { key: "Enter", bubbles: true, cancelable: true };
              document.activeElement.dispatchEvent(new KeyboardEvent("keydown", enter));
              return [document.activeElement.dataset.box, document.activeElement.value];
            }"""
        )
        assert where == ["creditor", ""]

    def test_a_doubtful_balance_keeps_the_row(self, office: Office, cast: Cast) -> None:
        page = desk_at(office, make_case(cast, cast.amina), "debts").page
        page.locator("[data-debt=new] [data-box=creditor]").fill("Northern Bank")
        page.locator("[data-debt=new] [data-box=debt_type]").select_option("credit_card")
        row = page.locator("[data-debt=new]").first
        for typed in ("1e9", "12,5", "-4", "a lot", "9" * 10_000):
            row.locator("[data-box=balance]").fill(typed)
            row.locator("[data-box=account_number]").press("Enter")
            wrong = page.locator("[data-box=balance][aria-invalid=true]")
            expect(wrong).to_have_value(typed)
            said = page.locator(f"[id='{wrong.get_attribute('aria-describedby')}']")
            expect(said).to_contain_text("Balance: ")
        wrong.fill("500")
        page.locator("[data-box=account_number]").first.press("Enter")
        expect(sums(page)).to_contain_text("The household owes£500.00")

    def test_removing_can_be_undone(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            row = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "70"}
            add_debt(session, case_id, row)
        page = desk_at(office, case_id, "debts").page
        page.get_by_role("button", name="Remove Northern Bank").click()
        expect(sums(page)).to_contain_text("The household owes£0.00")
        page.get_by_role("button", name="Undo").click()
        expect(sums(page)).to_contain_text("The household owes£70.00")

    def test_two_people_on_one_debt_see_both(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            row = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "70"}
            add_debt(session, case_id, row)
        mine = desk_at(office, case_id, "debts").page
        theirs = desk_at(office, case_id, "debts", "ben").page
        mine.locator("[data-box=balance]").first.fill("80")
        theirs.locator("[data-box=balance]").first.fill("90")
        theirs.locator("[data-box=account_number]").first.press("Enter")
        expect(sums(theirs)).to_contain_text("The household owes£90.00")
        mine.locator("[data-box=account_number]").first.press("Enter")
        expect(mine.get_by_role("alert")).to_contain_text("balance 90.00")
        expect(mine.locator("[data-box=balance]").first).to_have_value("80")
        mine.get_by_role("button", name="Save mine").click()
        expect(sums(mine)).to_contain_text("The household owes£80.00")


def sheet_of(cast: Cast, case_id: int, **lines: str) -> int:
    with cast.open(cast.amina) as session:
        sheet_id = start_sheet(session, case_id).id
        for code, typed in lines.items():
            name = WAGES if code == "wages" else code
            record_line(session, sheet_id, code=name, typed=typed, frequency="monthly")
        return sheet_id


class TestBudget:
    def test_a_budget_by_keyboard_alone(self, office: Office, cast: Cast) -> None:
        page = desk_at(office, make_case(cast, cast.amina), "budget").page
        page.get_by_role("button", name="Start the budget").click()
        amount(page, WAGES).focus()
        page.keyboard.type("1108.50 4w")
        page.keyboard.press("Enter")
        expect(month(page, WAGES)).to_have_text("1,200.88")
        expect(amount(page, WAGES)).to_have_value("1,108.50")
        amount(page, RENT).focus()
        page.keyboard.type("165")
        page.keyboard.press("Tab")
        page.keyboard.press("w")
        page.keyboard.press("Enter")
        expect(month(page, RENT)).to_have_text("715.00")
        expect(sums(page)).to_contain_text("Income£1,200.88")
        expect(sums(page)).to_contain_text("Surplus£485.88")
        expect(sums(page)).to_contain_text("Available for debts£465.88")
        amount(page, FOOD).fill("700")
        amount(page, FOOD).press("Enter")
        expect(sums(page)).to_contain_text("Deficit−£214.12")
        expect(page.locator(".identity-bar")).to_contain_text("−£214.12")

    def test_published_months_and_the_three_ways_to_type(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id)
        page = desk_at(office, case_id, "budget").page
        short = {"four_weekly": "4w", "weekly": "w", "fortnightly": "f"}
        typed = [
            (f"{each['amount']} {short[each['frequency']]}", f"{float(each['monthly']):,.2f}")
            for each in cases("monthly")["published"]
        ]
        for entry, monthly in [
            *typed,
            ("85w", "368.33"),
            ("340 4w", "368.33"),
            ("1200y", "100.00"),
        ]:
            amount(page, WAGES).fill(entry)
            amount(page, WAGES).press("Enter")
            expect(month(page, WAGES)).to_have_text(monthly)

    def test_what_is_wrong_stays_with_its_sentence(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, rent="500")
        page = desk_at(office, case_id, "budget").page
        amount(page, RENT).fill("12,5")
        amount(page, RENT).press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Check the comma")
        expect(amount(page, RENT)).to_have_value("12,5")
        expect(sums(page)).to_contain_text("Outgoings£500.00")
        amount(page, RENT).press("Escape")
        expect(amount(page, RENT)).to_have_value("500.00")

    def test_empty_lines_appear_by_the_key(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id)
        page = desk_at(office, case_id, "budget").page
        expect(amount(page, WAGES)).to_be_visible()
        assert page.locator("tr[data-code]").count() < 40
        page.keyboard.press("Alt+a")
        expect(amount(page, "vet-bills-pet-insurance")).to_be_visible()
        assert page.locator("tr[data-code]").count() > 80

    @pytest.mark.deep
    def test_two_people_on_one_sheet(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, rent="500")
        mine = desk_at(office, case_id, "budget").page
        theirs = desk_at(office, case_id, "budget", "ben").page
        amount(mine, RENT).fill("510")
        for code, typed in ((FOOD, "300"), (RENT, "520")):
            amount(theirs, code).fill(typed)
            amount(theirs, code).press("Enter")
        expect(sums(theirs)).to_contain_text("Outgoings£820.00")
        expect(theirs.locator("[data-saving]")).to_have_count(0)  # the sums run ahead of the server
        amount(mine, RENT).press("Enter")
        expect(mine.get_by_role("alert")).to_contain_text("£520.00 monthly")
        expect(amount(mine, RENT)).to_have_value("510")
        expect(month(mine, FOOD)).to_have_text("300.00")
        mine.get_by_role("button", name="Save mine").click()
        expect(sums(mine)).to_contain_text("Outgoings£810.00")

    def test_another_advisor_verifies_and_a_change_takes_it_back(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, rent="500")
        mine = desk_at(office, case_id, "budget").page
        expect(mine.get_by_text("Not verified")).to_be_visible()
        expect(mine.get_by_role("button", name="Verify figures")).to_have_count(0)
        theirs = desk_at(office, case_id, "budget", "ben").page
        theirs.get_by_role("button", name="Verify figures").click()
        expect(theirs.get_by_text("Verified by Ben Ellis")).to_be_visible()
        amount(mine, RENT).fill("510")
        amount(mine, RENT).press("Enter")
        expect(sums(mine)).to_contain_text("Outgoings£510.00")
        expect(mine.get_by_text("Not verified")).to_be_visible()

    def test_savings_and_a_revised_sheet(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="2150", rent="1985")
        page = desk_at(office, case_id, "budget").page
        expect(sums(page)).to_contain_text("Savings£16.00")
        page.locator("#savings").fill("30")
        page.locator("#savings").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("£20")
        page.locator("#savings").fill("5")
        page.locator("#savings").press("Enter")
        expect(sums(page)).to_contain_text("Available for debts£160.00")
        page.get_by_role("button", name="Revise in a new sheet").click()
        expect(page.get_by_role("heading", name="Sheet 2")).to_be_visible()
        page.get_by_role("link", name="Sheet 1, initial").click()
        expect(page.get_by_text("This sheet was revised")).to_be_visible()
        expect(amount(page, RENT)).not_to_be_editable()


@pytest.mark.deep
class TestOffers:
    def owe(self, cast: Cast, case_id: int, debts: dict[str, tuple[str, str]]) -> None:
        with cast.open(cast.amina) as session:
            for name, (kind, balance) in debts.items():
                row = {"creditor": name, "debt_type": kind, "balance": balance}
                add_debt(session, case_id, row)

    def test_priority_first_and_the_rest_to_the_penny(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="2150", rent="1985")
        self.owe(
            cast,
            case_id,
            {
                "Harbour Homes": ("rent", "1240"),
                "City Council": ("council_tax", "860"),
                "Northern Bank": ("credit_card", "1430"),
                "Swift Loans": ("personal_loan", "2310"),
                "Home Catalogue": ("catalogue", "260"),
            },
        )
        page = desk_at(office, case_id, "offers").page
        page.get_by_label("Harbour Homes").focus()
        page.keyboard.type("12w")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Harbour Homes")).to_have_value("52.00")
        page.keyboard.type("500")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Lower them by")
        page.get_by_label("City Council").fill("48")
        page.get_by_label("City Council").press("Enter")
        expect(sums(page)).to_contain_text("Priority offers£100.00")
        expect(sums(page)).to_contain_text("Unallocated£0.00")
        for offer in ("17.52", "28.30", "3.18"):
            expect(page.locator(f"input[data-entry][value='{offer}']")).to_be_visible()
        expect(page.get_by_text("12.00 weekly")).to_be_visible()

    def test_a_deficit_says_what_to_do(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sheet_of(cast, case_id, wages="1286.50", rent="1371.20")
        self.owe(cast, case_id, {"Northern Bank": ("credit_card", "4310")})
        page = desk_at(office, case_id, "offers").page
        expect(page.get_by_text("check benefits and other income")).to_be_visible()
        expect(sums(page)).to_contain_text("−£84.70")
