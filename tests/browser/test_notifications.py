"""A manager gives away a case and a task: the advisor's bell rises by itself, and work is done."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from cma_app.clock import today
from tests.browser.conftest import Office
from tests.browser.looking import faults, settled
from tests.plant import plant_action, plant_case

pytestmark = [pytest.mark.database, pytest.mark.browser]


def bell(page: Page) -> Locator:
    return page.locator(".bell .fig")


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def press(within: Page | Locator, name: str) -> None:
    within.get_by_role("button", name=re.compile(f"^{name}")).click()


class TestDay:
    def test_what_a_manager_gives_away_is_told_opened_done_and_put_off(
        self, office: Office, owner: Engine
    ) -> None:
        cast = office.cast
        case_id = plant_case(owner, cast.amina, first="Rhoda", last="Quill")
        plant_action(owner, cast.amina, case_id, "Ring the landlord", today())
        desk = office.signed_in("ben")
        ben = settled(desk.page)
        expect(ben.get_by_text("Nothing is waiting for you.")).to_be_visible()
        expect(bell(ben)).to_have_count(0)

        maria = settled(office.signed_in("maria", f"/cases/{case_id}").page)
        press(maria, "Hand on")
        hand_on = maria.locator("#assign")
        hand_on.locator("[name=advisor_id]").select_option(label="Ben Ellis")
        hand_on.get_by_role("button", name="Hand on").click()
        expect(hand_on).to_be_hidden()
        expect(bell(ben)).to_have_text("1")
        expect(ben.locator(".bell [role=status]")).to_have_text("1 new notification")

        ben.get_by_role("link", name="Notifications").click()
        row = ben.locator(".told > li")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(re.compile(r"Maria Silva gave you case A\d+-2026-\d+\."))
        expect(row).not_to_contain_text("Quill")
        assert faults(ben, "notifications-one") == []
        press(row, "Open case")
        ben.wait_for_url(re.compile(rf"/cases/{case_id}/?$"))
        expect(ben.locator("h1")).to_contain_text("Rhoda Quill")
        expect(bell(ben)).to_have_count(0)

        desk.open("/")
        task = group(ben, "Today").locator("li", has_text="Ring the landlord")
        expect(task).to_have_count(1)
        press(task, "Done")
        expect(ben.locator(".undo")).to_contain_text("Done: Ring the landlord")
        expect(task).to_have_count(0)
        ben.locator(".undo").get_by_role("button", name="Undo").click()
        expect(task).to_have_count(1)

        press(task, "Put off")
        dialog = ben.locator("#put-off")
        expect(dialog.locator("[name=due_date]")).to_have_value(today().isoformat())
        dialog.locator("[name=due_date]").fill((today() + timedelta(days=3)).isoformat())
        dialog.get_by_role("button", name="Put off").click()
        expect(dialog.locator(".error-summary")).to_contain_text("Say why it waits.")
        assert faults(ben, "home-put-off") == []
        dialog.locator("[name=reason]").fill("The landlord is away")
        dialog.get_by_role("button", name="Put off").click()
        expect(dialog).to_be_hidden()
        waits = group(ben, "This week").locator("li", has_text="Ring the landlord")
        expect(waits).to_contain_text("The landlord is away")

        maria.goto(f"{office.served.origin}/")
        settled(maria)
        press(maria, "New task")
        new = maria.locator("#give")
        expect(new.locator("[name=reference]")).to_be_visible()
        new.locator("[name=reference]").fill("nothing")
        new.locator("[name=what]").fill("Send the form again")
        new.locator("[name=due_date]").fill(today().isoformat())
        new.locator("[name=owner_id]").select_option(label="Ben Ellis")
        new.get_by_role("button", name="Add task").click()
        expect(new.locator(".error-summary")).to_contain_text("No case of yours has this")
        expect(new.locator("[name=what]")).to_have_value("Send the form again")
        assert faults(maria, "home-give") == []
        reference = waits.locator(".sub").first.text_content() or ""
        new.locator("[name=reference]").fill(reference.rpartition(" · ")[2].strip())
        new.get_by_role("button", name="Add task").click()
        expect(new).to_be_hidden()
        expect(bell(ben)).to_have_text("1")

        desk.open("/notifications")
        expect(ben.locator(".told .badge")).to_have_count(1)
        press(ben, "Mark all as seen")
        expect(ben.locator(".told .badge")).to_have_count(0)
        expect(ben.get_by_role("button", name="Mark all as seen")).to_have_count(0)
        expect(bell(ben)).to_have_count(0)
        desk.open("/")
        expect(group(ben, "Today")).to_contain_text("From Maria Silva")
        assert faults(ben, "home-day") == []
