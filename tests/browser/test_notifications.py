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

TASK = "Ring the landlord"

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
        plant_action(owner, cast.amina, case_id, TASK, today())
        desk = office.signed_in("ben")
        ben = settled(desk.page)
        expect(ben.get_by_text("Nothing is waiting for you.")).to_be_visible()
        expect(bell(ben)).to_have_count(0)
        maria = office.signed_in("maria", f"/cases/{case_id}")
        hand_on(settled(maria.page))
        expect(bell(ben)).to_have_text("1")
        expect(ben.locator(".bell [role=status]")).to_have_text("1 new notification")
        reference = open_the_news(ben)
        ben.wait_for_url(re.compile(rf"/cases/{case_id}/?$"))
        expect(ben.locator("h1")).to_contain_text("Rhoda Quill")
        expect(bell(ben)).to_have_count(0)

        desk.open("/")
        do_and_undo(ben)
        put_off(ben)
        give_a_task(settled(maria.open("/")), reference)
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


def hand_on(maria: Page) -> None:
    press(maria, "Hand on")
    dialog = maria.locator("#assign")
    dialog.locator("[name=advisor_id]").select_option(label="Ben Ellis")
    dialog.get_by_role("button", name="Hand on").click()
    expect(dialog).to_be_hidden()


def open_the_news(ben: Page) -> str:
    """Follow the bell and the one notification; return the reference that it names."""
    ben.get_by_role("link", name="Notifications").click()
    row = ben.locator(".told > li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Maria Silva gave you case ")
    expect(row).not_to_contain_text("Quill")
    assert faults(ben, "notifications-one") == []
    named = re.search(r"A\d+-2026-\d{6}", row.inner_text())
    assert named
    press(row, "Open case")
    return named[0]


def do_and_undo(ben: Page) -> None:
    task = group(ben, "Today").locator("li", has_text=TASK)
    expect(task).to_have_count(1)
    press(task, "Done")
    expect(ben.locator(".undo")).to_contain_text(f"Done: {TASK}")
    expect(task).to_have_count(0)
    press(ben.locator(".undo"), "Undo")
    expect(task).to_have_count(1)


def put_off(ben: Page) -> None:
    press(group(ben, "Today").locator("li", has_text=TASK), "Put off")
    dialog = ben.locator("#put-off")
    expect(dialog.locator("[name=due_date]")).to_have_value(today().isoformat())
    dialog.locator("[name=due_date]").fill((today() + timedelta(days=3)).isoformat())
    press(dialog, "Put off")
    expect(dialog.locator(".error-summary")).to_contain_text("Say why it waits.")
    assert faults(ben, "home-put-off") == []
    dialog.locator("[name=reason]").fill("The landlord is away")
    press(dialog, "Put off")
    expect(dialog).to_be_hidden()
    waits = group(ben, "This week").locator("li", has_text=TASK)
    expect(waits).to_contain_text("The landlord is away")


def give_a_task(maria: Page, reference: str) -> None:
    press(maria, "New task")
    dialog = maria.locator("#give")
    expect(dialog.locator("[name=reference]")).to_be_visible()
    dialog.locator("[name=reference]").fill("nothing")
    dialog.locator("[name=what]").fill("Send the form again")
    dialog.locator("[name=due_date]").fill(today().isoformat())
    dialog.locator("[name=owner_id]").select_option(label="Ben Ellis")
    press(dialog, "Add task")
    expect(dialog.locator(".error-summary")).to_contain_text("No case of yours has this")
    expect(dialog.locator("[name=what]")).to_have_value("Send the form again")
    assert faults(maria, "home-give") == []
    dialog.locator("[name=reference]").fill(reference)
    press(dialog, "Add task")
    expect(dialog).to_be_hidden()
