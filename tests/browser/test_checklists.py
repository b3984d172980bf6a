"""Checklists in a browser: drafted by mouse and by keyboard, previewed, published, discarded."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.rules.checklists import starting_items
from cma_app.services.checklist_drafts import draft_checklist, edit_item
from cma_app.services.checklists import read_checklists
from cma_app.services.compliance import read_checklist
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture, settled
from tests.people import Cast
from tests.services.test_cases import make_case
from tests.services.test_checklists import Desk, form

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.deep]


def stage(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def codes(page: Page, name: str) -> Locator:
    return stage(page, name).locator(".code")


def dialog(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name, exact=True)


def manager(office: Office, path: str = "/checklists") -> Page:
    return settled(office.signed_in("maria", path).page)


def drafted(office: Office, cast: Cast, path: str = "/checklists") -> Page:
    """Return a manager's page with the draft of casework on it."""
    Desk(cast)
    page = manager(office, path)
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    return page


def codes_of_new_case(cast: Cast) -> list[str]:
    case_id = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        return [row.standing.item.code for row in read_checklist(session, case_id).rows]


class TestByMouse:
    def test_a_manager_drafts_previews_and_publishes(self, office: Office, cast: Cast) -> None:
        before = make_case(cast, cast.amina)
        page = manager(office)
        expect(page.get_by_role("heading", name="Casework, Built in, 2026-11")).to_be_visible()
        picture(page, "checklists-built-in")
        page.get_by_role("button", name="Begin the next version").click()
        expect(page.get_by_role("heading", name="Casework, Version 1")).to_be_visible()

        page.get_by_role("button", name="Add item to Intake").click()
        box = dialog(page, "Add an item")
        box.get_by_role("button", name="Save item").click()
        expect(box.locator(".error-summary")).to_be_focused()
        expect(box.locator(".error-summary")).to_contain_text("Say what is asked.")
        box.get_by_label("What is asked").fill("Asked about the prepayment meter")
        box.get_by_label("Evidence").select_option("A note")
        box.get_by_label("Working days").fill("2")
        box.get_by_role("button", name="Save item").click()
        expect(box.locator(".error-summary")).to_contain_text("Choose the day")
        picture(page, "checklists-item-refused")
        box.get_by_label("Counted from").select_option("After the day the case was opened")
        box.get_by_label("Issuing advice").check()
        box.get_by_role("button", name="Save item").click()
        expect(box).to_be_hidden()
        line = stage(page, "Intake").get_by_role("listitem").last
        expect(line).to_contain_text("I11")
        expect(line).to_contain_text("due 2 working days after opening")
        expect(line.get_by_text("Holds: Issuing advice")).to_be_visible()

        stage(page, "Closure").get_by_role("button", name="Remove X6").click()
        expect(codes(page, "Closure")).to_have_text(["X1", "X2", "X3", "X4", "X5"])
        page.get_by_role("link", name="Changes (2)").click()
        expect(stage(page, "What differs from the list in use")).to_contain_text("1 new, 1 removed")
        page.get_by_role("link", name="Preview").click()
        intake = page.locator("details", has=page.get_by_role("heading", name="Intake"))
        expect(intake.get_by_text("Asked about the prepayment meter")).to_be_visible()
        expect(page.get_by_text("Nothing here is stored.")).to_be_visible()

        page.get_by_role("button", name="Publish", exact=True).click()
        ask = dialog(page, "Publish this checklist?")
        expect(ask).to_contain_text("1 new, 1 removed")
        expect(ask).to_contain_text("The one open case of this kind keeps the list")
        picture(page, "checklists-publish")
        assert findings(page) == []
        ask.get_by_role("button", name="Publish", exact=True).click()
        expect(ask).to_be_hidden()
        expect(stage(page, "Versions").get_by_role("listitem").first).to_contain_text("In use")
        after = codes_of_new_case(cast)
        assert "I11" in after
        assert "X6" not in after
        with cast.open(cast.amina) as session:
            kept = [row.standing.item for row in read_checklist(session, before).rows]
        assert kept == list(starting_items("casework"))

    def test_an_earlier_version_is_read_only_and_a_draft_comes_back(
        self, office: Office, cast: Cast
    ) -> None:
        page = drafted(office, cast)
        page.get_by_role("button", name="Discard draft").click()
        ask = dialog(page, "Discard this draft?")
        ask.get_by_role("button", name="Discard draft").click()
        expect(ask).to_be_hidden()
        versions = stage(page, "Versions")
        expect(versions.get_by_role("listitem").last).to_contain_text("Discarded")
        expect(page.get_by_role("button", name=re.compile("^(Edit|Add item)"))).to_have_count(0)
        versions.get_by_role("link", name="Version 1").click()
        page.get_by_role("button", name="Take up again").click()
        expect(page.get_by_role("button", name="Edit I2")).to_be_visible()

    def test_a_gate_is_not_emptied_without_a_word(self, office: Office, cast: Cast) -> None:
        desk = Desk(cast)
        held = [item.code for item in desk.page().items if "statement" in item.gates]
        for code in held[1:]:
            desk.edit(code, gate_statement=None)
        page = manager(office)
        expect(page.get_by_text("would wait for nothing")).to_have_count(0)
        page.get_by_role("button", name=f"Edit {held[0]}", exact=True).click()
        box = dialog(page, f"Edit {held[0]}")
        box.get_by_label("Issuing a statement").uncheck()
        box.get_by_role("button", name="Save item").click()
        expect(page.get_by_text("Nothing holds “Issuing a statement” any more.")).to_be_visible()
        expect(page.get_by_text("would wait for nothing")).to_be_visible()
        page.get_by_role("button", name="Publish", exact=True).click()
        ask = dialog(page, "Publish this checklist?")
        ask.get_by_role("button", name="Publish", exact=True).click()
        expect(ask.locator(".error-summary")).to_be_focused()
        picture(page, "checklists-gate-emptied")
        assert findings(page) == []
        ask.get_by_label("Issuing a statement may go on").check()
        ask.get_by_role("button", name="Publish", exact=True).click()
        expect(ask).to_be_hidden()
        expect(stage(page, "Gates")).to_contain_text("waits for nothing")


class TestByKeyboard:
    def test_items_are_moved_edited_and_removed_without_a_mouse(
        self, office: Office, cast: Cast
    ) -> None:
        page = drafted(office, cast)
        down = page.get_by_role("button", name="Move F1 down")
        down.focus()
        page.keyboard.press("Enter")
        expect(codes(page, "Fact find").nth(1)).to_have_text("F1")
        expect(down).to_be_focused()
        page.keyboard.press("Enter")
        expect(codes(page, "Fact find").nth(2)).to_have_text("F1")
        expect(down).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name="Move F1 up")).to_be_focused()
        page.keyboard.press("Enter")
        expect(codes(page, "Fact find").nth(1)).to_have_text("F1")
        expect(page.get_by_role("button", name="Move F1 up")).to_be_focused()

        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Edit F1", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        box = dialog(page, "Edit F1")
        text = box.get_by_label("What is asked")
        expect(text).to_have_value(re.compile("Reason for the debts"))
        text.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("Why the debts came to be")
        box.get_by_role("button", name="Save item").focus()
        page.keyboard.press("Enter")
        expect(box).to_be_hidden()
        expect(stage(page, "Fact find")).to_contain_text("Why the debts came to be")

        page.get_by_role("button", name="Remove F2", exact=True).focus()
        page.keyboard.press("Enter")
        expect(codes(page, "Fact find").first).to_have_text("F1")
        expect(page.get_by_role("button", name="Add item to Fact find")).to_be_focused()
        page.get_by_role("link", name=re.compile("^Changes")).focus()
        page.keyboard.press("Enter")
        back = page.get_by_role("button", name="Put back F2")
        back.focus()
        page.keyboard.press("Enter")
        expect(back).to_have_count(0)
        expect(page.get_by_role("link", name=re.compile("^Changes"))).to_be_focused()
        page.keyboard.press("n")
        ask = dialog(page, "Publish this checklist?")
        expect(ask).to_contain_text("1 changed")
        ask.get_by_role("button", name="Publish", exact=True).focus()
        page.keyboard.press("Enter")
        expect(ask).to_be_hidden()
        assert codes_of_new_case(cast).count("F2") == 1


class TestTwoManagers:
    def test_the_second_is_told_and_loses_nothing(self, office: Office, cast: Cast) -> None:
        page = drafted(office, cast)
        page.get_by_role("button", name="Edit I2", exact=True).click()
        box = dialog(page, "Edit I2")
        box.get_by_label("What is asked").fill("Mine")
        with cast.open(cast.maria) as session:
            draft = draft_checklist(session, "casework")
            item = next(i for i in read_checklists(session, "casework").items if i.code == "I2")
            edit_item(session, draft.id, "I2", form(item, text="Theirs"), seen=item.to_json())
        box.get_by_role("button", name="Save item").click()
        expect(box.get_by_role("alert")).to_contain_text("Somebody changed this item")
        expect(box.get_by_role("alert")).to_contain_text("What is asked: stored now is Theirs")
        expect(box.get_by_label("What is asked")).to_have_value("Mine")
        picture(page, "checklists-both")
        box.get_by_role("button", name="Save item").click()
        expect(box).to_be_hidden()
        expect(stage(page, "Intake")).to_contain_text("Mine")

    def test_nobody_publishes_what_they_did_not_see(self, office: Office, cast: Cast) -> None:
        page = drafted(office, cast)
        Desk(cast).edit("I2", text="Theirs")
        page.get_by_role("button", name="Publish", exact=True).click()
        ask = dialog(page, "Publish this checklist?")
        ask.get_by_role("button", name="Publish", exact=True).click()
        expect(ask.get_by_role("alert")).to_contain_text("Look at it as it is now")
        expect(ask).to_contain_text("1 changed")
        ask.get_by_role("button", name="Publish", exact=True).click()
        expect(ask).to_be_hidden()


def test_each_view_is_whole_at_every_width(office: Office, cast: Cast) -> None:
    desk = Desk(cast)
    desk.edit("I2", text="Nobody knows them", evidence="none", due_days="4")
    desk.edit("A1", gate_advice=None)
    page = drafted(office, cast)
    assert faults(page, "checklists-draft") == []
    for view in ("changes", "preview"):
        page.goto(f"{office.served.origin}/checklists?view={view}")
        page.wait_for_selector("html[data-ready]")
        expect(settled(page).locator(".code").first).to_be_visible()
        assert faults(page, f"checklists-{view}") == []


def test_is_not_part_of_another_role(office: Office) -> None:
    page = office.signed_in("amina", "/checklists").page
    expect(page.get_by_role("heading", name="Not part of your role")).to_be_visible()
    expect(page.get_by_role("link", name="Checklists")).to_have_count(0)
