"""The second factor in a real browser: an app's codes, a passkey, and the page that lay open."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.clock import now
from cma_app.services.drafts import kept_draft
from cma_app.services.walk_in import DRAFT
from tests.browser.conftest import READY, Office
from tests.browser.looking import findings, picture, sideways
from tests.people import PASSWORD, Cast
from tests.platform.waiting import until
from tests.services.factors import Phone, enrol, forget_used

pytestmark = [pytest.mark.browser, pytest.mark.database]

WIDTHS = ((1280, 800), (768, 1024), (320, 700))
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def looked_at(page: Page, name: str) -> None:
    """Take pictures of a page in light and dark and at each width, and complain of what is cut."""
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        picture(page, f"{name}-{width}")
        assert sideways(page, boxes_may=True) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    picture(page, f"{name}-dark")
    assert findings(page) == []
    page.emulate_media(color_scheme="light")


def heading(page: Page, words: str) -> None:
    """Wait until the page has this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def give_password(page: Page, office: Office, who: str) -> None:
    """Fill the sign-in form and send it."""
    page.goto(f"{office.served.origin}/sign-in?next=/sign-ins")
    page.get_by_label("Username or e-mail address").fill(office.cast.usernames[who])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    """Sign out by the button of the frame."""
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    heading(page, "Sign in")


def test_an_app_is_set_up_asked_for_and_removed(office: Office, owner: Engine) -> None:
    cast = office.cast
    page = office.signed_in("amina", "/sign-ins", expected=("/app", "/second")).page
    region = page.get_by_role("region", name="Second factor", exact=True)
    expect(region.get_by_text("Your password alone signs you in")).to_be_visible()
    region.get_by_role("link", name="Add a second factor").click()
    heading(page, "Set up a second factor")
    looked_at(page, "factor-choice")
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_text("I cannot scan it").click()
    looked_at(page, "factor-app")
    phone = Phone(page.locator(".factor-key").inner_text().replace(" ", ""))
    page.get_by_label("Code that the app shows").fill("000000")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#code-error")).to_contain_text("not the code")
    page.get_by_label("Code that the app shows").fill(phone.code())
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Finish").click()
    heading(page, "Keep your recovery codes")
    looked_at(page, "factor-codes")
    codes = page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(region.get_by_role("row", name=re.compile("My phone"))).to_be_visible()
    expect(region.get_by_text("10 recovery codes are left.")).to_be_visible()
    looked_at(page, "factors")

    sign_out(page)
    give_password(page, office, "amina")
    heading(page, "One more step")
    looked_at(page, "factor-second")
    page.get_by_label("Code", exact=True).fill("123456")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("not right")
    forget_used(owner, cast.amina)
    page.get_by_label("Code", exact=True).fill(phone.code())
    page.get_by_role("button", name="Sign in", exact=True).click()
    heading(page, "Your sign-ins")

    sign_out(page)
    give_password(page, office, "amina")
    page.get_by_text("I do not have it with me").click()
    page.get_by_label("Recovery code").fill(codes[3])
    page.get_by_role("button", name="Use this code").click()
    expect(region.get_by_text("9 recovery codes are left.")).to_be_visible()
    region.get_by_role("button", name="Rename My phone").click()
    page.get_by_label("Name", exact=True).fill("Old phone")
    page.get_by_role("button", name="Save", exact=True).click()
    region.get_by_role("button", name="Remove Old phone").click()
    dialog = page.get_by_role("dialog", name="Remove a second factor")
    expect(dialog).to_contain_text("Old phone")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(region.get_by_text("Your password alone signs you in")).to_be_visible()


def test_a_passkey_is_made_and_signs_in_with_and_without_the_password(office: Office) -> None:
    page = office.signed_in("ben", "/sign-ins").page
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    region = page.get_by_role("region", name="Second factor", exact=True)
    page.get_by_role("link", name="Add a second factor").click()
    page.get_by_role("link", name="Passkey").click()
    looked_at(page, "factor-passkey")
    page.get_by_label("Name").fill("This laptop")
    page.get_by_role("button", name="Make a passkey").click()
    heading(page, "Keep your recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(region.get_by_role("row", name=re.compile("This laptop"))).to_be_visible()

    sign_out(page)
    give_password(page, office, "ben")
    heading(page, "One more step")
    expect(page.get_by_label("Code", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Your sign-ins")

    sign_out(page)
    looked_at(page, "sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_selector(READY)
    expect(page.locator(".who")).to_contain_text("Ben Ellis")


def _kept(cast: Cast) -> str | None:
    with cast.open(cast.tess) as session:
        return kept_draft(session, DRAFT).get("last_name")


def test_a_page_that_lay_open_asks_for_both_in_place(office: Office, owner: Engine) -> None:
    cast = office.cast
    desk = office.signed_in("tess", "/walk-in", expected=("/session", "/sign-in/second"))
    page = desk.page
    page.clock.install()
    page.clock.pause_at(now() + timedelta(hours=1))
    page.get_by_label("Last name").fill("Typed before it ended")
    page.locator("[name=source]").select_option("self")
    answer = page.locator("[name=route_call]").last
    answer.check()
    phone = enrol(cast.tess)  # it ends the sign-in at hand, before what was typed is kept
    cover = page.get_by_role("dialog", name="You are signed out")
    expect(cover).to_be_visible()
    assert _kept(cast) is None
    page.clock.resume()
    cover.get_by_label("Username or e-mail address").fill(cast.usernames["tess"])
    cover.get_by_label("Password").fill(PASSWORD)
    cover.get_by_role("button", name="Sign in").click()
    code = cover.get_by_label("Code")
    expect(code).to_be_focused()
    picture(page, "cover-second")
    code.fill("000000")
    cover.get_by_role("button", name="Sign in").click()
    expect(cover.get_by_text("not right")).to_be_visible()
    code.fill(phone.code())
    cover.get_by_role("button", name="Sign in").click()
    expect(cover).to_be_hidden()
    expect(page.get_by_label("Last name")).to_have_value("Typed before it ended")
    expect(page.locator("[name=source]")).to_have_value("self")
    expect(answer).to_be_checked()
    until(lambda: _kept(cast) == "Typed before it ended", what="keeping what was put back")
    with owner.connect() as connection:
        living = connection.execute(
            text(
                "SELECT count(*) FROM sessions WHERE user_id = :u AND revoked_at IS NULL"
                " AND second_method = 'app'"
            ),
            {"u": cast.tess.user_id},
        ).scalar_one()
    assert living == 1
