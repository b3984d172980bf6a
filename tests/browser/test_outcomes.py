"""The outcomes report by mouse and keyboard: a number opens its rows, small ones do not leave."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import Office
from tests.browser.looking import faults, settled
from tests.people import Cast
from tests.services.reporting import MIDDLE, OCTOBER, Planted

pytestmark = [pytest.mark.browser, pytest.mark.database]

AT = f"/outcomes?from={OCTOBER.first}&to={OCTOBER.last}"
FLAGGED = [{"id": "1", "driver": "health", "detail": "Ill", "adjustment": "Ring late"}]


@pytest.fixture
def crowd(cast: Cast) -> list[Planted]:
    """Eight people seen, seven cases ended: three of vulnerable people, one home kept."""
    made = []
    for number in range(8):
        said = {"vulnerability_flags": FLAGGED} if number < 3 else {}
        case = Planted(cast, cast.amina, MIDDLE, postcode="CF10 1AA", **said).note()
        case.answered("sex", "female" if number < 6 else "male")
        debt = case.debt(f"{100 + number}.50")
        if number < 7:
            part = (debt, "plan", "arranged", "50", None)
            case.end(MIDDLE, debts=(part,), saved=["home"] if number == 0 else [])
        made.append(case)
    return made


def number(page: Page, label: str) -> str:
    stat = page.locator(".stat").filter(has=page.get_by_text(label, exact=True))
    return stat.locator("dd").first.inner_text().split()[0]


class TestByMouse:
    def test_a_manager_goes_from_a_number_to_the_case_and_sees_what_leaves(
        self, office: Office, crowd: list[Planted]
    ) -> None:
        page = settled(office.signed_in("maria", AT).page)
        expect(page.get_by_text("1 Oct 2025 to 31 Oct 2025, by definitions 2026-3")).to_be_visible()
        assert number(page, "Clients seen") == "8"
        assert number(page, "Home kept") == "1"
        assert faults(page, "outcomes") == []
        vulnerability = page.get_by_role("region", name="Vulnerability", exact=True).last
        expect(vulnerability.get_by_role("row", name=re.compile("^Vulnerable"))).to_contain_text(
            "3"
        )
        sex = page.get_by_role("region", name="Sex", exact=True).last
        expect(sex.get_by_role("row", name=re.compile("^Male"))).to_contain_text("Fewer than 5")
        vulnerability.get_by_role("link", name="3 Vulnerable").click()
        rows = page.get_by_role("table", name="Rows behind the figure").locator("tbody tr")
        expect(rows).to_have_count(3)
        expect(page.get_by_role("heading", level=1)).to_have_text("Vulnerability: Vulnerable")
        assert faults(page, "outcomes-rows") == []
        rows.first.get_by_role("link").click()
        expect(page).to_have_url(re.compile(r"/cases/\d+$"))
        page.go_back()
        expect(rows).to_have_count(3)
        page.get_by_role("link", name="All figures").click()
        page.get_by_role("link", name="As it leaves").click()
        expect(page.get_by_text("This is what the files hold.")).to_be_visible()
        row = vulnerability.get_by_role("row", name=re.compile("^Vulnerable"))
        expect(row).to_contain_text("Fewer than 5")
        assert page.locator(".figures-grid a").count() == 0
        assert faults(page, "outcomes-leaving") == []
        page.emulate_media(media="print")  # says what was chosen, and nothing to press
        expect(page.get_by_role("link", name="As it leaves")).to_be_visible()
        expect(page.get_by_role("link", name="As the centre counts")).to_be_hidden()
        expect(page.get_by_role("link", name="Download CSV")).to_be_hidden()
        page.emulate_media(media="screen")
        with page.expect_download() as kept:
            page.get_by_role("link", name="Download CSV").click()
        assert kept.value.suggested_filename.endswith("outcomes-2025-10-01-to-2025-10-31.csv")
        said = kept.value.path().read_text("utf-8-sig")
        assert '"Vulnerability","Vulnerable","people","fewer than 5"' in said

    def test_other_days_and_a_slip_in_them(self, office: Office, crowd: list[Planted]) -> None:
        page = settled(office.signed_in("maria", "/outcomes").page)
        expect(page.locator(".stat").first).to_be_visible()
        page.get_by_text("Other days").click()
        first = page.get_by_role("group", name="First day")
        last = page.get_by_role("group", name="Last day")
        for group, year in ((first, "2025"), (last, "2024")):
            group.get_by_label("Day").fill("15")
            group.get_by_label("Month").fill("10")
            group.get_by_label("Year").fill(year)
        page.get_by_role("button", name="Count these days").click()
        expect(page.get_by_text("The last day is before the first.").first).to_be_visible()
        last.get_by_label("Year").fill("2025")
        page.get_by_role("button", name="Count these days").click()
        expect(page.get_by_text("15 Oct 2025, by definitions")).to_be_visible()
        assert number(page, "Clients seen") == "8"
        page.get_by_role("link", name="Last month").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("15 Oct 2025, by definitions")).to_have_count(0)


class TestMonitoring:
    def test_the_holder_asks_keeps_and_takes_off(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        case = Planted(cast, cast.amina)
        at = f"/clients/{case.client_id}"
        page = settled(office.signed_in("amina", at).page)
        card = page.get_by_role("region", name="Equality monitoring")
        card.get_by_label("Sex").select_option("Female")
        card.get_by_label("Condition that limits daily life").select_option("Prefers not to say")
        card.get_by_role("button", name="Keep these answers").click()
        expect(card.get_by_role("listitem")).to_have_count(2)
        assert faults(page, "monitoring") == []
        card.get_by_role("button", name="Take off for Sex").click()
        expect(card.get_by_role("listitem")).to_have_count(1)
        expect(card.get_by_label("Sex")).to_have_value("")
        other = settled(office.signed_in("ben", at).page)
        theirs = other.get_by_role("region", name="Equality monitoring")
        expect(theirs.get_by_text("Asked and seen by whoever holds a case")).to_be_visible()
        expect(theirs.get_by_role("listitem")).to_have_count(0)


def test_an_advisor_has_no_part_in_the_report(office: Office) -> None:
    page = office.signed_in("amina", "/outcomes").page
    expect(page.get_by_role("heading", name="Not part of your role")).to_be_visible()
