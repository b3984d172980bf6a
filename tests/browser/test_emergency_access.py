"""An admin opens a centre in an emergency, looks at a client, and its manager ends it."""

import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.conftest import Desk, Office
from tests.browser.looking import faults, picture
from tests.plant import plant_case
from tests.services.factors import Phone, enrol, forget_used, sign_in_by

pytestmark = [pytest.mark.browser, pytest.mark.database]

WHY = "Nobody of the centre answers, and an eviction is at noon"
SECOND = 1000
"""Milliseconds within which a page is refused whose access was ended."""


def line(page: Page):
    return page.get_by_role("region", name="Emergency access", exact=True)


def admins_desk(office: Office, owner: Engine, phone: Phone) -> Desk:
    """Return a desk at which the admin came in with a second factor, an hour ago."""
    desk = office.desk()
    token = sign_in_by(office.cast.root, phone.code()).token
    with owner.begin() as connection:
        old = "UPDATE sessions SET proved_at = now() - interval '1 hour' WHERE user_id = :me"
        connection.execute(text(old), {"me": office.cast.root.user_id})
    url = office.served.origin
    desk.context.add_cookies([{"name": "cma", "value": token, "url": url}])
    return desk


def test_an_admin_looks_and_the_manager_ends_it(office: Office, owner: Engine) -> None:
    cast, phone = office.cast, enrol(office.cast.root)
    case_id = plant_case(owner, cast.colin, last="Ortega")
    page = admins_desk(office, owner, phone).open(
        f"/centres/{cast.colin.centre_id}/emergency-access"
    )
    forget_used(owner, cast.root)
    expect(page.get_by_text("Told at once: Bea Lowe.")).to_be_visible()
    page.get_by_label("Why do you need it?").fill("Because")
    page.get_by_role("button", name="Open emergency access").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page, "access-ask") == []
    page.get_by_label("What is it about?").select_option("cover")
    page.get_by_label("Why do you need it?").fill(WHY)
    page.get_by_label("Code of your second factor").fill(phone.code())
    page.get_by_role("button", name="Open emergency access").click()
    expect(line(page)).to_contain_text("Emergency access to Brook")
    expect(line(page)).to_contain_text("minutes left")
    expect(page.get_by_role("heading", name="Clients")).to_be_visible()
    expect(page.get_by_role("link", name="New walk-in")).to_have_count(0)
    page.get_by_role("link", name="Ortega, Pat").click()
    expect(page.get_by_role("heading", name="Pat Ortega")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    assert faults(page, "access-client") == []
    page.goto(f"{office.served.origin}/cases/{case_id}")
    expect(page.get_by_role("heading", name="Pat Ortega")).to_be_visible()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_role("button", name="Write a note")).to_have_count(0)
    picture(page, "access-case-1280")
    page.goto(f"{office.served.origin}/cases/{case_id}/documents")
    expect(page.get_by_role("link", name="Documents", exact=True).last).to_be_visible()
    picture(page, "access-documents-1280")
    page.goto(f"{office.served.origin}/board")
    expect(page.get_by_role("heading", name="Not part of emergency access")).to_be_visible()
    page.goto(f"{office.served.origin}/cases/{case_id}/debts")
    expect(page.get_by_role("heading", name="Pat Ortega")).to_be_visible()

    manager = office.signed_in("bea", "/notifications").page
    news = manager.get_by_role("strong").filter(has_text="Somebody opened emergency access")
    expect(news).to_contain_text("Root Admin")
    manager.get_by_role("button", name="See it or end it").click()
    expect(manager.get_by_text(WHY)).to_be_visible()
    expect(manager.get_by_role("link", name="Pat Ortega").first).to_be_visible()
    assert faults(manager, "access-register") == []
    manager.get_by_role("button", name="End it now").click()
    expect(manager.get_by_text("Ended by a manager")).to_be_visible()
    began = time.monotonic()
    expect(line(page)).to_have_count(0, timeout=SECOND)
    assert time.monotonic() - began < 1
    expect(page.get_by_role("heading", name="Centres", exact=True)).to_be_visible()
    page.goto(f"{office.served.origin}/cases/{case_id}")
    expect(page.get_by_role("heading", name="Not part of your role")).to_be_visible()


def test_one_leaves_by_hand_and_is_put_out_when_the_time_is_over(
    office: Office, owner: Engine
) -> None:
    cast, phone = office.cast, enrol(office.cast.root)
    at = f"/centres/{cast.colin.centre_id}/emergency-access"
    page = admins_desk(office, owner, phone).open(at)
    for ends in ("by hand", "by time"):
        forget_used(owner, cast.root)
        page.goto(f"{office.served.origin}{at}")
        page.get_by_label("What is it about?").select_option("fault")
        page.get_by_label("Why do you need it?").fill(WHY)
        code = page.get_by_label("Code of your second factor")
        if ends == "by hand":  # the second time it was proved a moment ago
            code.fill(phone.code())
        else:
            expect(page.get_by_text("no code is asked")).to_be_visible()
            expect(code).to_have_count(0)
        page.get_by_role("button", name="Open emergency access").click()
        expect(line(page)).to_be_visible()
        if ends == "by hand":
            page.get_by_role("button", name="Leave now").click()
        else:
            soon = (
                "UPDATE access_grants SET expires_at = now() + interval '3 s' WHERE centre_id = :c"
            )
            with owner.begin() as connection:
                connection.execute(text(soon), {"c": cast.colin.centre_id})
            page.goto(f"{office.served.origin}/cases")
            expect(line(page)).to_contain_text("seconds left")
        expect(page.get_by_role("heading", name="Centres", exact=True)).to_be_visible()
        expect(line(page)).to_have_count(0)
