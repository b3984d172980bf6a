"""Pages that follow what others do: the waiting list, without reload, and not under one's hand."""

import re

import pytest
from playwright.sync_api import Page, expect

from cma_app.clock import today
from cma_app.services.next_actions import record_action
from cma_app.services.referrals import record_referral
from tests.browser.conftest import Office
from tests.browser.looking import picture
from tests.people import Cast
from tests.platform.waiting import until
from tests.services.intake_forms import ROUTES
from tests.services.money import make_case

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


def test_my_day_waits_for_a_hand_and_takes_ones_own_click_for_ones_own(office: Office, cast: Cast):
    case_id = make_case(cast, cast.amina)

    def give(what: str) -> None:
        with cast.open(cast.amina) as session:
            record_action(session, case_id, what=what, due_date=today())

    give("Ring the council")
    frames: list[str] = []
    desk = office.desk()
    page = desk.page
    page.on("websocket", lambda ws: ws.on("framereceived", lambda said: frames.append(str(said))))
    desk.sign_in(cast.usernames["amina"], "/")
    mark = page.locator(".page-head .live")
    first = page.get_by_role("listitem").filter(has_text="Ring the council")
    expect(mark).to_have_text("Live")

    first.hover()
    give("Write to the bank")
    expect(mark).to_contain_text("This list has changed.")
    second = page.get_by_role("listitem").filter(has_text="Write to the bank")
    expect(second).to_have_count(0)
    mark.get_by_role("button", name="Show").click()
    expect(second).to_be_visible()

    mark.evaluate(
        "(mark) => { window.said = [];"
        " new MutationObserver(() => window.said.push(mark.textContent))"
        ".observe(mark, {subtree: true, childList: true, characterData: true}); }"
    )
    frames.clear()
    first.get_by_role("button", name="Done").click()
    expect(page.locator(".undo")).to_contain_text("Done: Ring the council")
    until(lambda: any("my_day" in each for each in frames), what="word of one's own change")
    expect(mark).to_have_text("Live")
    assert not any("changed" in each for each in page.evaluate("window.said"))
