"""The published cases, entered through the screens; the published numbers are read from the page.

Where a source publishes the totals of groups alone, each group is entered as one line: the page
adds groups as it adds lines.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.services.walk_in import start_walk_in
from tests.browser.conftest import Office
from tests.depth import others_deep
from tests.people import Cast
from tests.rules.cases import cases
from tests.services.intake_forms import walk_in_form
from tests.services.money import make_case

pytestmark = [pytest.mark.database, pytest.mark.browser]

WAGES = "client-salary-or-wages"
INCOME = (WAGES, "tax-credits-universal-credit", "private-work-pensions", "other-other-income")
FLEXIBLE = ("mobile-phone", "groceries", "clothing-footwear")
FIXED = "rent"


def line(page: Page, code: str) -> Locator:
    return page.locator(f"tr[data-code='{code}']")


def enter(page: Page, code: str, amount: str, frequency: str = "monthly") -> None:
    """Type a line of the budget as it is published, and save it by Enter."""
    row = line(page, code)
    row.locator("select").select_option(frequency)
    row.locator("input[data-amount]").fill(amount)
    row.locator("input[data-amount]").press("Enter")


def save(page: Page, savings: str) -> None:
    page.locator("#savings").fill(savings)
    page.locator("#savings").press("Enter")


def begin_budget(office: Office, cast: Cast) -> tuple[Page, int]:
    """Return the page of a case's new budget with every line shown, and the case's id."""
    case_id = make_case(cast, cast.amina)
    page = office.signed_in("amina", f"/cases/{case_id}/budget").page
    page.get_by_role("button", name="Start the budget").click()
    page.get_by_role("button", name="Show all lines").click()
    return page, case_id


def sum_of(page: Page, word: str) -> Locator:
    """Return the figure under a word of the line of sums."""
    return page.locator(".sumline > div", has=page.locator(".dt", has_text=re.compile(f"^{word}$")))


def section(page: Page, title: str) -> Locator:
    return page.locator("section.card", has=page.get_by_role("heading", name=title, exact=True))


def pounds(amounts: Iterable[str]) -> Decimal:
    return sum((Decimal(amount) for amount in amounts), Decimal(0))


class TestMonthly:
    def test_each_amount_is_shown_by_the_month(self, office: Office, cast: Cast) -> None:
        page, _ = begin_budget(office, cast)
        for case in cases("monthly")["published"]:
            enter(page, WAGES, case["amount"], case["frequency"])
            shown = f"{Decimal(case['monthly']):,.2f}"
            expect(line(page, WAGES).locator("td.monthly")).to_have_text(shown)
            expect(sum_of(page, "Income")).to_contain_text(f"£{shown}")


class TestOffers:
    @pytest.mark.parametrize(
        "case", others_deep(cases("offers")["published"]), ids=lambda case: case["source"]
    )
    def test_each_creditor_is_offered_what_is_published(
        self, office: Office, cast: Cast, case: dict[str, Any]
    ) -> None:
        page, case_id = begin_budget(office, cast)
        enter(page, WAGES, case["available"])
        available = sum_of(page, "Available for debts")
        expect(sum_of(page, "Income")).to_contain_text(f"£{case['available']}")
        save(page, "0")
        expect(available).to_contain_text(f"£{case['available']}")
        page.get_by_role("link", name="Debts", exact=True).click()
        page.wait_for_url(f"**/cases/{case_id}/debts")
        for name, balance in case["balances"].items():
            row = page.locator("[data-debt=new]").last
            row.locator("[data-box=creditor]").fill(name)
            row.locator("[data-box=debt_type]").select_option("credit_card")
            row.locator("[data-box=balance]").fill(balance)
            row.locator("[data-box=account_number]").press("Enter")
            expect(page.get_by_role("button", name=f"Remove {name}", exact=True)).to_be_visible()
        owed = f"£{pounds(case['balances'].values()):,.2f}"
        expect(sum_of(page, "The household owes")).to_contain_text(owed)
        page.get_by_role("link", name="Offers", exact=True).click()
        page.get_by_role("button", name="Save offers").click()
        expect(page.get_by_text("Adds up to the penny")).to_be_visible()
        table = page.get_by_role("table", name="Non-priority offers")
        boxes = {
            name: table.get_by_role("row")
            .filter(has=page.get_by_role("link", name=name, exact=True))
            .locator("input")
            for name in case["offers"]
        }
        for name, offer in case["offers"].items():
            expect(boxes[name]).to_have_value(offer)
        expect(sum_of(page, "Other offers")).to_contain_text(f"£{case['available']}")
        expect(sum_of(page, "Unallocated")).to_contain_text("£0.00")
        page.select_option("#method", label="Each typed")
        expect(sum_of(page, "Unallocated")).to_contain_text(f"£{case['available']}")
        for name, offer in case["offers"].items():
            boxes[name].fill(offer)
            boxes[name].press("Enter")
        expect(sum_of(page, "Unallocated")).to_contain_text("£0.00")
        expect(sum_of(page, "Other offers")).to_contain_text(f"£{case['available']}")
        page.select_option("#method", label="By balance")
        expect(page.get_by_text("kept for “Each typed”")).to_be_visible()
        for name, offer in case["offers"].items():
            expect(boxes[name]).to_have_value(offer)


class TestStatement:
    def test_totals_and_what_is_available(self, office: Office, cast: Cast) -> None:
        (groups,), (available,) = cases("statement")["groups"], cases("statement")["available"]
        page, _ = begin_budget(office, cast)
        for code, amount in zip(INCOME, groups["income_groups"], strict=True):
            enter(page, code, amount)
        for code, amount in zip(FLEXIBLE, groups["flexible_groups"], strict=True):
            enter(page, code, amount)
        fixed = Decimal(available["total_outgoings"]) - Decimal(groups["total_flexible"])
        enter(page, FIXED, f"{fixed}")
        income = f"£{Decimal(groups['total_income']):,.2f}"
        outgoings = f"£{Decimal(available['total_outgoings']):,.2f}"
        expect(section(page, "Income").locator(".card-head")).to_contain_text(income)
        expect(section(page, "Flexible costs").locator(".card-head")).to_contain_text(
            f"£{groups['total_flexible']}"
        )
        for code, amount in zip(INCOME, groups["income_groups"], strict=True):
            group = page.locator("tbody", has=line(page, code))
            expect(group.locator("tr.sum")).to_contain_text(f"{Decimal(amount):,.2f}")
        expect(sum_of(page, "Income")).to_contain_text(income)
        expect(sum_of(page, "Outgoings")).to_contain_text(outgoings)
        save(page, "5")
        expect(sum_of(page, "Savings")).to_contain_text("£5.00")
        save(page, available["savings"])
        expect(sum_of(page, "Savings")).to_contain_text(f"£{available['savings']}")
        expect(sum_of(page, "Available for debts")).to_contain_text(
            f"£{available['available_for_priority']}"
        )


class TestNationalInsuranceNumber:
    NUMBERS = cases("identifiers")["national_insurance_number"]["published"]

    def test_the_valid_are_kept_masked_and_shown_by_a_click(
        self, office: Office, cast: Cast
    ) -> None:
        with cast.open(cast.amina) as session:
            client_id = start_walk_in(session, walk_in_form()).client_id
        desk = office.signed_in("amina", f"/clients/{client_id}")
        page = desk.page
        for typed in self.NUMBERS["valid"]:
            number = typed.replace(" ", "").upper()
            page.fill("#ni_number", typed)
            page.get_by_role("button", name="Save details").click()
            expect(page.locator("#ni-masked")).to_have_text(f"•• •• •• {number[6:8]} {number[8]}")
            assert number not in page.content()
            page.get_by_role("button", name="Show", exact=True).click()
            expect(page.locator("#ni-number")).to_have_text(number)
            page.get_by_role("button", name="Hide").click()

    def test_the_invalid_are_refused_and_stay_in_the_box(self, office: Office, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            client_id = start_walk_in(session, walk_in_form()).client_id
        desk = office.signed_in("amina")
        for typed in self.NUMBERS["invalid"]:
            page = desk.open(f"/clients/{client_id}")
            page.fill("#ni_number", typed)
            page.get_by_role("button", name="Save details").click()
            expect(page.locator("#ni_number-error")).to_be_visible()
            expect(page.locator("#ni_number")).to_have_value(typed)
            expect(page.locator("#ni-masked")).to_have_count(0)
