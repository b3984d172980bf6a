"""The centre's checklists in figures: a number opens its rows, and a row its case's checklist."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import Office
from tests.browser.looking import faults, settled
from tests.people import Cast
from tests.services.money import let_through
from tests.services.test_compliance_overview import Office as Files

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.deep]


@pytest.fixture
def files(cast: Cast, owner: Engine) -> dict[str, int]:
    """Two cases of Amina's and one of Ben's: four items late, one not met, one let through."""
    kept = Files(cast, owner)
    made = {"first": kept.case(cast.amina), "second": kept.case(cast.amina)}
    made["bens"] = kept.case(cast.ben)
    kept.late(made["first"], "I2", "I3", days=3)
    kept.late(made["second"], "I2")
    kept.late(made["bens"], "I2", days=9)
    kept.answer(made["bens"], "F3", answer="not_met", remedial_action="Ask on Friday")
    let_through(cast, made["first"], "advice")
    return made


def figures(page: Page, region: str, name: str) -> list[str]:
    rows = page.get_by_role("region", name=region, exact=True).get_by_role("row")
    cells = rows.filter(has=page.get_by_role("rowheader", name=re.compile(name))).locator(".num")
    return [re.sub(r"\D", "", each) for each in cells.all_inner_texts()]


class TestByMouse:
    def test_a_manager_goes_from_a_number_to_the_case(
        self, office: Office, files: dict[str, int]
    ) -> None:
        page = settled(office.signed_in("maria", "/compliance").page)
        expect(page.get_by_role("link", name="4 Late")).to_be_visible()
        expect(page.get_by_text("Late or not met in 3 cases.")).to_be_visible()
        assert figures(page, "By advisor", "Amina Khan") == ["3", "0", "0", "1"]
        assert figures(page, "By advisor", "Ben Ellis") == ["1", "1", "0", "0"]
        assert figures(page, "By item", "^I2") == ["3", "0", "0"]
        page.get_by_role("link", name="1 late, Ben Ellis").click()
        rows = page.get_by_role("table", name="Open items").locator("tbody tr")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("9 days late")
        assert "show=late" in page.url
        assert "advisor=" in page.url
        expect(page.get_by_role("navigation", name="Pages")).to_contain_text("1 to 1 of 1")
        page.get_by_label("Show").select_option("Not met")
        expect(rows).to_contain_text("Ask on Friday")
        page.get_by_label("Advisor").select_option("Everybody's")
        page.get_by_label("Show").select_option("Late, not met and due")
        expect(rows).to_have_count(5)
        page.go_back()
        expect(rows).to_have_count(1)
        rows.get_by_role("link").first.click()
        expect(page).to_have_url(re.compile(rf"/cases/{files['bens']}/checklist$"))

    def test_a_gate_that_was_let_through_says_by_whom_and_why(
        self, office: Office, files: dict[str, int]
    ) -> None:
        page = settled(office.signed_in("maria", "/compliance").page)
        page.get_by_role("link", name="1 Gates let through", exact=True).click()
        row = page.get_by_role("table", name="Gates let through").locator("tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("Issuing advice")
        expect(row).to_contain_text("Maria Silva")
        assert faults(page, "compliance-let-through") == []


class TestByKeyboard:
    def test_an_advisor_sees_their_own_and_reaches_a_case(
        self, office: Office, files: dict[str, int]
    ) -> None:
        page = settled(office.signed_in("amina", "/compliance").page)
        expect(page.get_by_text("of your open cases")).to_be_visible()
        expect(page.get_by_role("region", name="By advisor")).to_have_count(0)
        number = page.get_by_role("link", name=re.compile("^2 late, No conflict of interest"))
        number.focus()
        page.keyboard.press("Enter")
        rows = page.get_by_role("table", name="Open items").locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(page.get_by_label("Advisor")).to_have_count(0)
        every = page.get_by_role("button", name="I2: show every item")
        every.focus()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(3)
        rows.first.get_by_role("link").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"/cases/{files['first']}/checklist$"))


def test_pages_are_whole_with_rows_and_without(
    office: Office, cast: Cast, files: dict[str, int]
) -> None:
    page = settled(office.signed_in("maria", "/compliance").page)
    expect(page.get_by_role("region", name="By item", exact=True)).to_be_visible()
    assert faults(page, "compliance") == []
    page.get_by_role("link", name="14 days").click()
    expect(page.get_by_text("Due within 14 days")).to_be_visible()
    page.goto(f"{office.served.origin}/compliance/list?days=14")
    expect(page.get_by_role("table", name="Open items").locator("tbody tr")).to_have_count(5)
    assert faults(page, "compliance-list") == []
    page.goto(f"{office.served.origin}/compliance/list?show=due&item=Z1")
    expect(page.get_by_text("No item of an open case fits")).to_be_visible()
    assert faults(page, "compliance-list-empty") == []
    page.get_by_role("button", name="Show all figures").click()
    expect(page).to_have_url(re.compile("/compliance$"))
    other = settled(office.signed_in("tess", "/compliance").page)
    expect(
        other.get_by_text("Nothing is late, not met or due. Every date is kept.")
    ).to_be_visible()
    assert faults(other, "compliance-empty") == []


def test_an_admin_has_no_part_in_it(office: Office) -> None:
    page = office.signed_in("root", "/compliance").page
    expect(page.get_by_role("heading", name="Not part of your role")).to_be_visible()
