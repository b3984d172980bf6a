"""The creditor directory in a browser: found, added, copied, edited by two, removed, typed once."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.services.creditors import add_entry, change_entry
from tests.browser.conftest import Office
from tests.browser.looking import faults
from tests.people import Cast
from tests.services.money import make_case

pytestmark = [pytest.mark.database, pytest.mark.browser]

HARBOUR = {
    "name": "Harbour Homes",
    "debt_type": "rent",
    "address_line1": "1 Quay Street",
    "city": "Hull",
    "postcode": "HU1 1AA",
    "phone": "01482 496001",
    "email": "rents@harbour.example",
    "note": "Ask for the income team.",
}


def plant(cast: Cast, **over: str) -> int:
    with cast.open(cast.amina) as session:
        return add_entry(session, HARBOUR | over).id


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def fill(shown: Locator, **boxes: str) -> None:
    for name, typed in boxes.items():
        shown.locator(f"#creditor-{name}").fill(typed)


class TestDirectory:
    def test_is_searched_while_typing_over_both_lists(self, office: Office, cast: Cast) -> None:
        plant(cast)
        page = office.signed_in("tess", "/creditors").page
        expect(row(page, "Harbour Homes")).to_contain_text("1 Quay Street, Hull, HU1 1AA")
        page.get_by_label("Find a creditor").press_sequentially("barc")
        expect(row(page, "Barclaycard")).to_contain_text("Built in, read-only")
        expect(row(page, "Harbour Homes")).to_have_count(0)
        expect(page).to_have_url(re.compile(r"q=barc$"))
        page.get_by_label("Find a creditor").fill("homes")
        expect(row(page, "Harbour Homes")).to_be_visible()
        expect(
            page.get_by_role("button", name=re.compile("^(Edit|Remove|Copy|Add a)"))
        ).to_have_count(0)

    def test_comes_in_pages_that_the_address_keeps(self, office: Office) -> None:
        desk = office.signed_in("amina", "/creditors?source=shipped")
        page = desk.page
        first = page.locator("tbody th").first.inner_text()
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page).to_have_url(re.compile(r"source=shipped&page=2$"))
        expect(page.locator("tbody th").first).not_to_have_text(first)
        expect(page.get_by_text(re.compile(r"^51 to 100 of \d+$"))).to_be_visible()

    def test_one_is_added_by_keyboard_and_wrong_boxes_say_so(
        self, office: Office, cast: Cast
    ) -> None:
        page = office.signed_in("amina", "/creditors?source=own").page
        expect(page.get_by_text("No entries of your own yet.")).to_be_visible()
        page.keyboard.press("n")
        shown = page.get_by_role("dialog", name="Add a creditor")
        expect(shown).to_be_visible()
        fill(shown, postcode="HULL", email="rents@", phone="12")
        shown.locator("#creditor-phone").press("Enter")
        summary = shown.locator(".error-summary")
        expect(summary).to_be_focused()
        for sentence in ("Enter the creditor's name.", "full postcode", "e-mail address"):
            expect(summary).to_contain_text(sentence)
        fill(shown, **{name: typed for name, typed in HARBOUR.items() if name != "debt_type"})
        shown.get_by_label("Usual kind of debt").select_option("rent")
        shown.locator("#creditor-phone").press("Enter")
        expect(shown).to_be_hidden()
        expect(page.get_by_text("Harbour Homes was added.")).to_be_visible()
        expect(row(page, "Harbour Homes")).to_contain_text("rents@harbour.example")
        page.keyboard.press("n")
        fill(shown, name="harbour homes")
        shown.get_by_role("button", name="Save creditor").click()
        expect(summary).to_contain_text("has a creditor of this name already")
        expect(shown.locator("#creditor-name")).to_have_value("harbour homes")

    def test_a_shipped_one_is_copied_and_given_an_address(self, office: Office) -> None:
        page = office.signed_in("maria", "/creditors?q=barclaycard").page
        page.get_by_role("button", name=re.compile("^Copy to our own ?: Barclaycard$")).click()
        shown = page.get_by_role("dialog", name="Copy to our own")
        expect(shown.locator("#creditor-name")).to_have_value("Barclaycard")
        expect(shown.get_by_label("Usual kind of debt")).to_have_value("credit_card")
        fill(shown, address_line1="1 Card Street", city="Leeds", postcode="ls11aa")
        shown.get_by_role("button", name="Save creditor").click()
        expect(row(page, "Barclaycard")).to_contain_text("1 Card Street, Leeds, LS1 1AA")
        expect(row(page, "Barclaycard")).to_contain_text("Our own")
        expect(page.get_by_text("Built in, read-only")).to_have_count(0)

    def test_who_saves_second_sees_both(self, office: Office, cast: Cast) -> None:
        entry_id = plant(cast)
        page = office.signed_in("amina", "/creditors?source=own").page
        page.get_by_role("button", name="Edit Harbour Homes").click()
        shown = page.get_by_role("dialog", name="Edit a creditor")
        expect(shown.locator("#creditor-city")).to_have_value("Hull")
        with cast.open(cast.ben) as session:
            change_entry(session, entry_id, HARBOUR | {"city": "Leeds"}, version=1)
        fill(shown, city="York")
        shown.get_by_role("button", name="Save creditor").click()
        expect(shown.get_by_role("alert")).to_contain_text("Town or city: stored now is Leeds")
        expect(shown.locator("#creditor-city")).to_have_value("York")
        shown.get_by_role("button", name="Save creditor").click()
        expect(row(page, "Harbour Homes")).to_contain_text("1 Quay Street, York")

    def test_a_removed_one_comes_back(self, office: Office, cast: Cast) -> None:
        plant(cast)
        page = office.signed_in("amina", "/creditors?source=own").page
        page.get_by_role("button", name="Remove Harbour Homes").click()
        expect(page.get_by_text("Harbour Homes removed.")).to_be_visible()
        expect(row(page, "Harbour Homes")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(row(page, "Harbour Homes")).to_contain_text("HU1 1AA")

    def test_the_next_centre_finds_nothing_of_it(self, office: Office, cast: Cast) -> None:
        plant(cast)
        page = office.signed_in("colin", "/creditors?q=harbour").page
        expect(page.get_by_text("No creditor is found so.")).to_be_visible()
        desk = office.signed_in("root", "/creditors")
        expect(
            desk.page.locator("main").get_by_text("An admin looks after centres")
        ).to_be_visible()


class TestTypedOnce:
    def test_a_known_name_fills_the_kind_where_it_is_empty(
        self, office: Office, cast: Cast
    ) -> None:
        plant(cast)
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/debts").page
        fresh = page.locator("[data-debt=new]").first
        name, kind = fresh.locator("[data-box=creditor]"), fresh.locator("[data-box=debt_type]")
        expect(page.locator("#creditor-names option[value='Harbour Homes']")).to_have_count(1)
        expect(page.locator("#creditor-names option[value='Barclaycard']")).to_have_count(1)
        name.focus()
        page.keyboard.type("harbour homes")
        expect(kind).to_have_value("")
        page.keyboard.press("Tab")
        expect(kind).to_be_focused()
        expect(kind).to_have_value("rent")
        kind.select_option("council_tax")
        name.fill("Barclaycard")
        name.press("Tab")
        expect(kind).to_have_value("council_tax")

    def test_a_chosen_name_fills_it_at_once(self, office: Office, cast: Cast) -> None:
        page = office.signed_in("amina", f"/cases/{make_case(cast, cast.amina)}/debts").page
        name = page.locator("[data-debt=new] [data-box=creditor]").first
        name.evaluate(
            """(box) => {  // as the browser does when one of the list is chosen
              const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
              put.set.call(box, "Barclaycard");
              const how = { bubbles: true, inputType: "insertReplacementText" };
              box.dispatchEvent(new InputEvent("input", how));
            }"""
        )
        kind = page.locator("[data-debt=new] [data-box=debt_type]").first
        expect(kind).to_have_value("credit_card")


@pytest.mark.deep
class TestLooks:
    def test_every_state_in_both_themes_and_down_to_320(self, office: Office, cast: Cast) -> None:
        page = office.signed_in("amina", "/creditors?source=own").page
        expect(page.get_by_text("No entries of your own yet.")).to_be_visible()
        assert faults(page, "creditors-none") == []
        plant(cast)
        plant(cast, name="Quay Water", address_line1="", city="", postcode="", note="")
        page = office.signed_in("amina", "/creditors").page
        expect(row(page, "Quay Water")).to_be_visible()
        assert faults(page, "creditors-all") == []
        page.get_by_role("button", name="Edit Harbour Homes").click()
        shown = page.get_by_role("dialog", name="Edit a creditor")
        expect(shown.locator("#creditor-city")).to_have_value("Hull")
        fill(shown, name="", postcode="HULL")
        shown.get_by_role("button", name="Save creditor").click()
        expect(shown.locator(".error-summary")).to_be_focused()
        assert faults(page, "creditors-wrong") == []
