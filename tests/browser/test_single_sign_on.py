"""An admin sets the provider; Ben links, signs out at both, and comes back by the one button."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.services.identity_providers import keep_provider
from tests.browser.conftest import READY, Desk, Office
from tests.browser.looking import faults, findings, picture, sideways
from tests.browser.test_people import press_more
from tests.npm_provider import CLIENT_ID, CLIENT_SECRET, NpmProvider, npm_provider
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.database]

THEIRS = ("/favicon.ico",)
"""What the provider's pages ask for and do not have."""


@pytest.fixture(scope="module")
def peer(served: Served) -> Iterator[NpmProvider]:
    with npm_provider(served.origin) as provider:
        yield provider


def keeps_off_the_net(desk: Desk) -> Desk:
    """Answer for the fonts that the provider's pages would fetch from afar."""
    desk.context.route(
        re.compile("^https://"), lambda route: route.fulfill(body="", content_type="text/css")
    )
    return desk


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def proves_there(page: Page, peer: NpmProvider, name: str) -> None:
    """Type a name at the provider and agree, until it sends the browser back."""
    expect(page).to_have_url(re.compile(re.escape(peer.issuer)))
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill("any")
    page.locator("[type=submit]").click()
    page.locator("[name=login]").wait_for(state="detached")
    page.locator("[type=submit]").click()


def set_up(office: Office, owner: Engine, peer: NpmProvider) -> None:
    name = f"Aa Advice {office.cast.ben.centre_id}"  # first in the list, however long it is
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE centres SET name = :name WHERE id = :id"),
            {"name": name, "id": office.cast.ben.centre_id},
        )
    page = office.signed_in("root", "/centres").page
    press_more(page, name, f"Single sign-on for {name}")
    dialog = page.locator("#identity-provider")
    expect(dialog.get_by_text("0 of 4 people linked")).to_be_visible()
    press(page, "Save")
    expect(dialog.locator(".error-summary")).to_be_focused()
    assert findings(page) == []
    picture(page, "sso-dialog-errors-1280")
    dialog.locator("[name=issuer]").fill(f"{peer.issuer}/nowhere")
    press(page, "Try the connection")
    expect(dialog.get_by_text("The provider answers with an error")).to_be_visible()
    dialog.locator("[name=issuer]").fill(peer.issuer)
    press(page, "Try the connection")
    expect(dialog.get_by_text("The connection works.")).to_be_visible()
    dialog.locator("[name=application_id]").fill(CLIENT_ID)
    dialog.locator("[name=application_secret]").fill(CLIENT_SECRET)
    dialog.get_by_label("People can sign in this way").check()
    assert faults(page, "sso-dialog") == []
    press(page, "Save")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(f"Single sign-on of {name} is saved and on.")).to_be_visible()


def test_with_the_organisations_button_to_my_day(
    office: Office, owner: Engine, peer: NpmProvider
) -> None:
    set_up(office, owner, peer)
    desk = keeps_off_the_net(office.desk(expected=(*THEIRS, "/sign-in/organisation")))
    page = desk.sign_in(office.cast.usernames["ben"], "/sign-ins")
    card = page.get_by_role("region", name="Sign in with your organisation", exact=True)
    expect(card.get_by_text("Link your account once")).to_be_visible()
    assert faults(page, "sso-link") == []
    press(page, "Link my account")
    proves_there(page, peer, "ben-there")
    page.wait_for_selector(READY)
    expect(card.get_by_text("Linked", exact=True)).to_be_visible()
    picture(page, "sso-linked-1280")
    press(page, "Sign out")  # who came with a password has nothing to end at the provider
    expect(page.locator("#identifier")).to_be_visible()
    assert faults(page, "sso-sign-in") == []

    page.get_by_role("link", name="Sign in with your organisation").click()
    code = page.get_by_label("Your centre’s code")
    expect(code).to_have_value(office.cast.ben.centre_code)
    assert faults(page, "sso-code") == []
    code.fill("NOSUCH")
    press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("There is no sign-in with an organisation")
    assert findings(page) == []
    code.fill(office.cast.ben.centre_code)
    press(page, "Continue")  # where Ben is still signed in
    page.wait_for_selector(READY)
    expect(page.get_by_role("heading", level=1)).to_have_text("My day")
    press(page, "Sign out")
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.locator("#identifier")).to_be_visible()


def test_a_code_from_the_manager_links_who_is_signed_out(office: Office, peer: NpmProvider) -> None:
    answers = {
        "issuer": peer.issuer,
        "application_id": CLIENT_ID,
        "application_secret": CLIENT_SECRET,
        "is_active": "on",
    }
    with office.cast.open(office.cast.root) as session:
        keep_provider(session, office.cast.root.centre_id, answers, version=0)
    manager = office.signed_in("maria", "/people").page
    press_more(manager, "Tess Moore", "Linking code for Tess Moore")
    callout = manager.locator(".callout", has_text="Linking code for Tess Moore")
    code = callout.locator(".one-time").inner_text()
    assert faults(manager, "sso-people") == []

    desk = keeps_off_the_net(office.desk(expected=THEIRS))
    page = desk.page
    page.goto(f"{office.served.origin}/sign-in/organisation")
    page.get_by_label("Your centre’s code").fill(office.cast.tess.centre_code)
    press(page, "Continue")
    desk.expected = (*desk.expected, "")  # the address it comes back with is the provider's to say
    proves_there(page, peer, "tess-there")
    expect(page.get_by_role("heading", name="Link your account")).to_be_visible()
    assert faults(page, "sso-linking-code") == []
    page.get_by_label("Linking code").fill(code)
    press(page, "Link and sign in")
    page.wait_for_selector(READY)
    expect(page.get_by_role("heading", level=1)).to_have_text("My day")

    press(manager, "I have handed it over")
    manager.reload()
    press_more(manager, "Tess Moore", "Unlink for Tess Moore")
    expect(manager.locator("#unlink")).to_contain_text("is signed out at once")
    assert findings(manager) + sideways(manager, boxes_may=True) == []
    desk.expected = ("",)
    press(manager, "Unlink")
    expect(manager.get_by_text("Tess Moore is unlinked and was signed out.")).to_be_visible()
    expect(page.get_by_role("dialog", name="You are signed out")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in with your organisation")).to_be_visible()
    picture(page, "sso-cover-1280")
