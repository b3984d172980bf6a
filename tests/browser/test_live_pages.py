"""Pages that follow what others do: the waiting list, without reload, and not under one's hand."""

import re

import pytest
from playwright.sync_api import Page, expect

from cma_app.services.referrals import record_referral
from tests.browser.conftest import Office
from tests.browser.looking import picture
from tests.people import Cast
from tests.services.intake_forms import ROUTES

pytestmark = [pytest.mark.database, pytest.mark.browser]


def refer(cast: Cast, last_name: str) -> None:
    person = {
        "first_name": "Nova",
        "last_name": last_name,
        "nation": "england",
        "source": "self",
        "emergency": "no",
    }
    with cast.open(cast.ben) as session:
        record_referral(session, person | ROUTES)


def in_table(page: Page, name: str):
    return page.get_by_role("rowheader", name=re.compile(name))


def test_the_waiting_list_follows_says_when_it_cannot_and_waits_for_a_hand(
    office: Office, cast: Cast
):
    desk = office.desk(expected=("/changes?topics=referrals",))
    page = desk.page
    sockets = []
    page.route_web_socket(
        re.compile("/changes"), lambda ws: sockets.append((ws, ws.connect_to_server()))
    )
    refer(cast, "Early")
    desk.sign_in(cast.usernames["amina"], "/referrals")
    expect(in_table(page, "Nova Early")).to_be_visible()
    page.mouse.move(1, 1)
    mark = page.locator(".page-head .live")
    expect(mark).to_have_text("Live")
    page.evaluate("window.same = true")
    refer(cast, "Second")
    expect(in_table(page, "Nova Second")).to_be_visible()

    page.get_by_role("button", name="Decline Nova Early").focus()
    refer(cast, "Third")
    expect(mark).to_contain_text("This list has changed.")
    expect(in_table(page, "Nova Third")).to_have_count(0)
    expect(page.get_by_role("button", name="Decline Nova Early")).to_be_focused()
    picture(page, "live-list-changed")
    page.set_viewport_size({"width": 320, "height": 800})
    picture(page, "live-list-changed-320")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 768, "height": 800})
    picture(page, "live-list-changed-768")
    mark.get_by_role("button", name="Show").click()
    expect(in_table(page, "Nova Third")).to_be_visible()
    expect(mark).to_have_text("Live")

    sockets[-1][0].close(code=1012)
    expect(mark).to_contain_text("Reconnecting…")
    refer(cast, "Fourth")
    expect(in_table(page, "Nova Fourth")).to_be_visible()
    expect(mark).to_have_text("Live")
    assert page.evaluate("window.same") is True
