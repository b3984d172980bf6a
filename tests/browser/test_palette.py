"""The command palette in Chromium: press, type, Enter, the address changes; and what it hides."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture
from tests.people import Cast
from tests.plant import plant_case
from tests.services.test_case_list import named_case

pytestmark = [pytest.mark.database, pytest.mark.browser]


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Go anywhere")


def options(page: Page) -> Locator:
    return palette(page).get_by_role("option")


def press(page: Page, typed: str = "") -> None:
    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.type(typed)


def test_finds_and_goes_by_keys_and_by_hand(office: Office, cast: Cast, owner: Engine) -> None:
    case_id = named_case(cast, cast.amina, "Leanne", "Whitmore")
    plant_case(owner, cast.ben, last="Whitlock", restricted=True)
    page = office.signed_in("amina").page
    press(page)
    picture(page, "palette-opened-1280")
    page.keyboard.type("whit")
    expect(options(page)).to_have_text([re.compile("^Whitmore, Leanne"), re.compile("^Leanne")])
    expect(palette(page)).not_to_contain_text("Whitlock")
    assert faults(page, "palette-found") == []
    page.set_viewport_size({"width": 320, "height": 640})
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go anywhere, Ctrl K").click()
    expect(palette(page).get_by_role("combobox")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Go anywhere, Ctrl K")).to_be_focused()
    picture(page, "palette-closed-320")
    page.get_by_role("button", name="Go anywhere, Ctrl K").click()
    palette(page).get_by_role("combobox").fill("leanne")
    expect(options(page)).to_have_count(2)
    options(page).first.click()
    page.wait_for_url("**/clients/*")
    expect(page.get_by_role("heading", name="Leanne Whitmore")).to_be_visible()

    press(page, "whit")
    expect(options(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case_id}")
    expect(palette(page)).to_be_hidden()
    expect(page.locator("#palette-list")).to_have_attribute("data-asked", "")


def test_does_what_the_page_does_and_leaves_typing_alone(office: Office, cast: Cast) -> None:
    case_id = named_case(cast, cast.amina, "Leanne", "Whitmore")
    page = office.signed_in("amina", f"/cases/{case_id}").page
    expect(page.get_by_role("heading", name="Leanne Whitmore")).to_be_visible()
    press(page)
    expect(palette(page).get_by_role("group", name="In this case: Leanne Whitmore")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    assert findings(page) == []
    picture(page, "palette-case-1280")
    page.keyboard.type("book")
    expect(options(page).first).to_have_text("Book an appointment for this case")
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_hidden()
    press(page, "add a no")
    page.keyboard.press("Enter")
    note = page.locator("dialog#note textarea")
    expect(note).to_be_focused()
    page.keyboard.type("gcn?/")
    expect(note).to_have_value("gcn?/")
    press(page, "nobody of this name")
    expect(palette(page).get_by_role("status")).to_contain_text("Nobody found")
    expect(palette(page).locator("input")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(note).to_be_focused()
    page.keyboard.press("Escape")
    press(page, "deb")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case_id}/debts")

    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/cases")
    expect(page.get_by_role("heading", name="Cases", exact=True)).to_be_visible()
    page.keyboard.press("?")
    page.check("#shortcuts-off")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    press(page)


def test_says_that_it_looks_and_what_went_wrong(office: Office, cast: Cast) -> None:
    """With the connection cut nothing is found, and nothing that was found before is shown."""
    named_case(cast, cast.amina, "Leanne", "Whitmore")
    desk = office.signed_in("amina")
    page = desk.page
    press(page, "whit")
    expect(options(page)).to_have_count(2)
    desk.cut()
    page.keyboard.type("x")
    expect(palette(page).get_by_role("status")).to_have_text("Looking…")
    expect(options(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(palette(page)).to_be_visible()
    desk.mend()
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()


def test_offers_an_admin_pages_alone(office: Office, cast: Cast) -> None:
    named_case(cast, cast.amina, "Leanne", "Whitmore")
    page = office.signed_in("root").page
    press(page, "whit")
    expect(palette(page).get_by_role("status")).to_have_text("No page of that name.")
    palette(page).get_by_role("combobox").fill("peop")
    expect(options(page)).to_have_text(["People"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/people")
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    press(page)
    assert "Clients" not in options(page).all_inner_texts()
