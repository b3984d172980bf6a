"""A table pasted into a case by keyboard alone: read, corrected, added, and taken back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.services.creditors import add_entry
from cma_app.services.debts import add_debt
from models import Case
from tests.browser.conftest import Desk, Office
from tests.browser.looking import faults
from tests.people import Cast
from tests.services.money import make_case

pytestmark = [pytest.mark.database, pytest.mark.browser, pytest.mark.deep]

SHEET = (
    "Creditor\tType\tBalance\tMissed payments amount\tPayment\tAccount no\tJoint or sole\n"
    "Northern Lender\tCredit card\t£1,430.50\t£45\t45\t4929 0001\tSole\n"
    "Harbour Homes\tRent\t1240\t1,240.00\t\tHH-77\tJoint\n"
    "Swift Loans\tLoan\t12,5\t\t£20 w\tSL 1\t\n"
    "Acme\tSomething\t-20\t\t\t\t\n"
    "Total\t\t4,980.50\t\t\t\t\n"
)


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def desk_at(office: Office, case_id: int, who: str = "amina") -> Desk:
    desk = office.signed_in(who, f"/cases/{case_id}/debts/paste")
    expect(desk.page.locator("#paste-text")).to_be_attached()
    return desk


def read(page: Page, text: str = SHEET) -> None:
    page.fill("#paste-text", text)
    page.get_by_role("button", name="Read it", exact=True).click()


def box(page: Page, line: int, name: str) -> Locator:
    return page.locator(f"[data-line='{line}'] [data-box='{name}']")


def tick(page: Page, line: int) -> Locator:
    return page.locator(f"[data-line='{line}'] input[type=checkbox]")


def foot(page: Page) -> Locator:
    return page.locator(".pasted-foot .sums")


def kept(page: Page) -> Locator:
    """Return the sign that all is kept; it is away while something is not."""
    return page.get_by_text(re.compile(r"^Kept \d\d:\d\d$"))


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until a box or button has the focus."""
    for _ in range(60):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab does not lead there")


class TestByKeyboardAlone:
    def test_paste_read_correct_add_and_take_back(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        desk = office.signed_in("amina", f"/cases/{case_id}/debts")
        page = desk.page
        tab_to(page, page.get_by_role("link", name="Paste from a table"))
        page.keyboard.press("Enter")
        area = page.get_by_label("The table")
        expect(area).to_be_visible()
        tab_to(page, area)
        page.keyboard.insert_text(SHEET)  # as a paste does
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(tick(page, 2)).to_be_focused()
        expect(foot(page)).to_contain_text("4 debts ticked: balance £2,670.50, arrears £1,285.00")
        expect(foot(page)).to_contain_text("payments £131.67 a month. 2 boxes not counted")

        tab_to(page, page.get_by_role("button", name="Add 4 debts"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Nothing was added yet")
        expect(box(page, 4, "balance")).to_be_focused()
        expect(box(page, 4, "balance")).to_have_value("12,5")
        expect(page.locator("#paste-4-balance-error")).to_contain_text("write 12.50 or 12,500")

        page.keyboard.press("Control+a")
        page.keyboard.type("2310")
        page.keyboard.press("Tab")
        expect(page.locator("#paste-4-balance-error")).to_have_count(0)
        tab_to(page, tick(page, 5))
        page.keyboard.press("Space")
        expect(foot(page)).to_contain_text("3 debts ticked: balance £4,980.50")
        tab_to(page, page.get_by_role("button", name="Add 3 debts"))
        page.keyboard.press("Enter")

        expect(page.get_by_text("3 debts added, £4,980.50 in all.")).to_be_visible()
        expect(page.locator(".identity-bar")).to_contain_text("£4,980.50")
        expect(page.get_by_role("link", name="See them on the list")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-debt] [data-box=creditor]").nth(1)).to_have_value(
            "Harbour Homes"
        )
        expect(page.locator("[data-debt] [data-box=owed_by]").nth(1)).to_have_value("joint")

    def test_all_can_be_taken_off_again(self, office: Office, case_id: int) -> None:
        page = desk_at(office, case_id).page
        read(page)
        tick(page, 4).uncheck()
        tick(page, 5).uncheck()
        page.get_by_role("button", name="Add 2 debts").click()
        expect(page.locator(".identity-bar")).to_contain_text("£2,670.50")
        page.get_by_role("button", name="Take them off again").click()
        expect(page.get_by_text("2 debts taken off the list again.")).to_be_visible()
        expect(page.locator(".identity-bar")).not_to_contain_text("£2,670.50")


class TestWhatIsKept:
    def test_a_reload_loses_nothing(self, office: Office, case_id: int) -> None:
        desk = desk_at(office, case_id)
        page = desk.page
        read(page)
        box(page, 4, "balance").fill("2310")
        tick(page, 5).uncheck()
        box(page, 2, "account_number").fill("4929 9999")
        expect(kept(page)).to_be_visible()
        desk.open(f"/cases/{case_id}/debts/paste")
        expect(box(page, 4, "balance")).to_have_value("2310")
        expect(box(page, 2, "account_number")).to_have_value("4929 9999")
        expect(tick(page, 5)).not_to_be_checked()
        expect(foot(page)).to_contain_text("3 debts ticked: balance £4,980.50")

    def test_what_was_not_read_yet_is_kept_too(self, office: Office, case_id: int) -> None:
        desk = desk_at(office, case_id)
        page = desk.page
        page.fill("#paste-text", "Creditor\tBalance\nAcme\t5")
        expect(kept(page)).to_be_visible()
        desk.open(f"/cases/{case_id}/debts/paste")
        expect(page.locator("#paste-text")).to_have_value("Creditor\tBalance\nAcme\t5")
        page.get_by_role("button", name="Start again").click()
        expect(page.locator("#paste-text")).to_have_value("")
        expect(page.locator("#paste-text")).to_be_focused()

    def test_another_text_begins_anew_and_the_same_one_does_not(
        self, office: Office, case_id: int
    ) -> None:
        page = desk_at(office, case_id).page
        read(page)
        box(page, 4, "balance").fill("2310")
        page.locator("summary", has_text="What was pasted").click()
        page.get_by_role("button", name="Read it again").click()
        expect(box(page, 4, "balance")).to_have_value("2310")
        page.fill("#paste-text", SHEET.replace("12,5", "99"))
        page.get_by_role("button", name="Read it again").click()
        expect(box(page, 4, "balance")).to_have_value("99.00")


class TestWhatIsSaid:
    def test_rows_that_are_there_already_are_left_out(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            row = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "1240"}
            add_debt(session, case_id, row)
        page = desk_at(office, case_id).page
        read(page)
        expect(tick(page, 3)).not_to_be_checked()
        expect(tick(page, 2)).to_be_checked()
        said = page.locator("[data-line='3']")
        expect(said).to_contain_text("Possibly already on the list: Harbour Homes, £1,240.00.")
        tick(page, 3).check()
        expect(said).to_contain_text("It is added all the same.")
        tick(page, 4).uncheck()
        tick(page, 5).uncheck()
        page.get_by_role("button", name="Add 2 debts").click()
        expect(page.locator(".identity-bar")).to_contain_text("£3,910.50")

    def test_a_box_is_checked_when_it_is_left(self, office: Office, case_id: int) -> None:
        page = desk_at(office, case_id).page
        read(page)
        wrong = box(page, 2, "arrears")
        wrong.fill("1e9")
        wrong.press("Tab")
        expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#paste-2-arrears-error")).to_contain_text("Arrears: ")
        wrong.fill("20")
        expect(page.locator("#paste-2-arrears-error")).to_have_count(0)

    def test_the_columns_can_be_chosen(self, office: Office, case_id: int) -> None:
        page = desk_at(office, case_id).page
        read(page, "Creditor\tBalance\tWhat is late\nAcme\t700\t35\n")
        page.get_by_label("What is late").select_option("arrears")
        expect(box(page, 2, "arrears")).to_have_value("35.00")
        page.get_by_label("What is late").select_option("balance")
        expect(box(page, 2, "balance")).to_have_value("35.00")
        expect(box(page, 2, "arrears")).to_have_value("")

    def test_the_directorys_name_is_one_press_away(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            add_entry(session, {"name": "Quay Water", "debt_type": "water"})
        page = desk_at(office, case_id).page
        read(page, "Creditor\tBalance\nQUAY WATER LTD\t700\n")
        expect(box(page, 2, "debt_type")).to_have_value("water")
        page.get_by_role("button", name="Use the name Quay Water, line 2").click()
        expect(box(page, 2, "creditor")).to_have_value("Quay Water")

    def test_too_much_is_said_and_kept_in_the_box(self, office: Office, case_id: int) -> None:
        page = desk_at(office, case_id).page
        read(page, "x" * 60_000)
        expect(page.get_by_role("alert")).to_contain_text("This is 60,000 characters long.")
        assert len(page.locator("#paste-text").input_value()) == 60_000
        read(
            page,
            "Creditor,Type,Balance\n" + "".join(f"Lender {n},Loan,{n}\n" for n in range(1, 301)),
        )
        expect(page.get_by_text("Only the first 100 debts are shown")).to_be_visible()
        page.get_by_role("button", name="Add 100 debts").click()
        expect(page.get_by_text("100 debts added, £5,050.00 in all.")).to_be_visible()

    @pytest.mark.parametrize(
        "text",
        [
            "<img src=x onerror=alert(1)>\t=1+1\n<script>alert(1)</script>\t5\n",
            "\x00\x01\ufffe\u202e \ud83d",
            "word " * 2_500,
        ],
    )
    def test_hostile_text_is_only_text(self, office: Office, case_id: int, text: str) -> None:
        page = desk_at(office, case_id).page
        page.locator("#paste-text").evaluate(
            """(box, text) => {
              const put = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
              put.set.call(box, text + String.fromCharCode(0xd800));
              box.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
            text,
        )
        page.get_by_role("button", name="Read it", exact=True).click()
        expect(page.locator("summary", has_text="What was pasted")).to_be_visible()
        assert page.locator("main img, main script").count() == 0


class TestOthers:
    def test_the_next_centre_finds_nothing(self, office: Office, case_id: int) -> None:
        page = office.signed_in("colin", f"/cases/{case_id}/debts/paste").page
        expect(page.get_by_role("heading", name="Not found")).to_be_visible()
        expect(page.locator("#paste-text")).to_have_count(0)

    def test_an_ended_case_takes_none(self, office: Office, cast: Cast, case_id: int) -> None:
        with cast.open(cast.ashdown_system) as session:
            session.require(Case, case_id).status = "closed"
        page = office.signed_in("amina", f"/cases/{case_id}/debts/paste").page
        expect(page.get_by_text("Nothing can be added to a case that has ended.")).to_be_visible()
        expect(page.locator("#paste-text")).to_have_count(0)


class TestLooks:
    def test_every_state_in_both_themes_and_down_to_320(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            row = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "1240"}
            add_debt(session, case_id, row)
        page = desk_at(office, case_id).page
        assert faults(page, "paste-empty") == []
        read(page)
        expect(tick(page, 2)).to_be_focused()
        for word in ("What was pasted", "Columns: 7 of 7 taken in", "2 lines left out"):
            page.locator("summary", has_text=word).click()
        assert faults(page, "paste-read") == []
        page.get_by_role("button", name="Add 3 debts").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert faults(page, "paste-refused") == []
        tick(page, 4).uncheck()
        tick(page, 5).uncheck()
        page.get_by_role("button", name="Add 1 debt").click()
        expect(page.get_by_text("1 debt added")).to_be_visible()
        assert faults(page, "paste-added") == []
