"""The frame in Chromium: signing in, what each role sees, keys, bytes, and the end of a sign-in."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.access.acts import ROLE_ACTS, Role
from cma_app.settings import ROOT
from pages.components.rail import MENU
from tests.browser.conftest import READY, Desk, Office
from tests.browser.looking import faults, findings
from tests.people import PASSWORD

pytestmark = [pytest.mark.database, pytest.mark.browser]

ROLES = {"amina": "advisor", "tess": "trainee", "maria": "manager", "root": "admin"}


class Meter:
    """Counts the bytes that a page takes over the wire, headers included."""

    def __init__(self, desk: Desk) -> None:
        self.total = 0
        wire = desk.context.new_cdp_session(desk.page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.total += int(event["encodedDataLength"])


class TestSigningIn:
    @pytest.mark.parametrize("who", ROLES)
    def test_each_role_sees_the_menu_of_its_acts(self, office: Office, who: str):
        page = office.signed_in(who).page
        expected = [entry.word for entry in MENU if entry.act in ROLE_ACTS[Role(ROLES[who])]]
        assert page.locator(".rail a .word").all_text_contents() == expected
        expect(page.locator(".who")).to_contain_text(ROLES[who])
        expect(page.locator(".rail a[aria-current=page]")).to_have_text("My day")
        assert page.title() == "My day | CMA"

    def test_a_wrong_password_says_so_and_keeps_the_name(self, office: Office):
        desk = office.desk(expected=("/sign-in",))
        page = desk.page
        page.goto(f"{office.served.origin}/")
        page.fill("#identifier", office.cast.usernames["amina"])
        page.fill("#password", "not this one")
        page.click("button[type=submit]")
        expect(page.locator(".error-summary")).to_contain_text("not right")
        expect(page.locator("#identifier")).to_have_value(office.cast.usernames["amina"])
        expect(page.locator("#password")).to_have_value("")
        assert page.title() == "Error: Sign in | CMA"
        assert findings(page) == []

    def test_signing_out_leads_back_and_closes_every_page(self, office: Office):
        desk = office.signed_in("amina")
        desk.page.click("text=Sign out")
        desk.page.wait_for_url("**/sign-in")
        desk.page.goto(f"{office.served.origin}/")
        assert desk.page.url.endswith("/sign-in")

    def test_a_one_time_password_is_changed_first(self, office: Office, owner: Engine):
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET must_change_password = true WHERE id = :id"),
                {"id": office.cast.ben.user_id},
            )
        desk = office.desk(expected=("/password",))
        page = desk.page
        page.goto(f"{office.served.origin}/")
        page.fill("#identifier", office.cast.usernames["ben"])
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        expect(page.locator("h1")).to_have_text("Change your password")
        page.fill("#current", PASSWORD)
        page.fill("#new", "quiet harbour lantern")
        page.fill("#again", "quiet harbour lanterns")
        page.click("button[type=submit]")
        expect(page.locator("#again-error")).to_be_visible()
        assert findings(page) == []
        page.fill("#current", PASSWORD)
        page.fill("#new", "quiet harbour lantern")
        page.fill("#again", "quiet harbour lantern")
        page.click("button[type=submit]")
        page.wait_for_selector(READY)
        expect(page.locator(".who")).to_contain_text("Ben Ellis")


class TestBytes:
    def test_the_first_pages_are_small(self, office: Office, capsys: pytest.CaptureFixture[str]):
        desk = office.desk()
        meter = Meter(desk)
        desk.page.goto(f"{office.served.origin}/", wait_until="networkidle")
        sign_in_bytes, meter.total = meter.total, 0
        desk.page.fill("#identifier", office.cast.usernames["amina"])
        desk.page.fill("#password", PASSWORD)
        desk.page.click("button[type=submit]")
        desk.page.wait_for_selector(READY)
        desk.page.wait_for_load_state("networkidle")
        with capsys.disabled():
            print(f"\nsign-in page {sign_in_bytes:,} bytes, first page {meter.total:,} bytes")  # noqa: T201
        font = max(each.stat().st_size for each in (ROOT / "assets/fonts").glob("*.woff2"))
        assert 1_000 < sign_in_bytes - font <= 20_480  # text shows before the font is there
        assert 50_000 < meter.total <= 204_800


class TestFrame:
    def test_an_unknown_address_says_so(self, office: Office):
        desk = office.desk(expected=("/nowhere",))
        desk.sign_in(office.cast.usernames["amina"])
        page = desk.open("/nowhere")
        expect(page.locator("h1")).to_have_text("Not found")
        page.click("text=Go to My day")
        expect(page.locator("h1")).to_have_text("My day")

    def test_the_name_leads_to_ones_own_sign_ins_and_password(self, office: Office):
        page = office.signed_in("amina").page
        page.click(".who a")
        expect(page.locator("h1")).to_have_text("Your sign-ins")
        page.get_by_role("link", name="Change your password").click()
        expect(page.locator("h1")).to_have_text("Change your password")
        page.click("text=Go back without a change")
        page.wait_for_selector(READY)

    def test_the_first_stop_of_the_keyboard_skips_to_the_content(self, office: Office):
        page = office.signed_in("amina").page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


class TestRail:
    def test_a_managers_groups_stay_as_they_were_left(self, office: Office):
        desk = office.signed_in("maria")
        page, rail = desk.page, desk.page.get_by_role("navigation", name="Main")
        people, outcomes = (rail.get_by_role("link", name=word) for word in ("People", "Outcomes"))
        expect(rail.get_by_role("link", name="Caseload board")).to_be_visible()
        expect(people).to_be_hidden()
        rail.get_by_text("The centre", exact=True).click()
        people.click()
        page.wait_for_url("**/people")
        expect(people).to_have_attribute("aria-current", "page")
        expect(outcomes).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox", name="Find a client or case")).to_be_focused()
        page.keyboard.type("outc")
        page.keyboard.press("Enter")
        page.wait_for_url("**/outcomes")
        expect(outcomes).to_have_attribute("aria-current", "page")
        expect(outcomes).to_be_visible()
        rail.get_by_text("Quality", exact=True).click()
        rail.get_by_text("Quality", exact=True).click()
        rail.locator("summary").last.press("Enter")
        expect(people).to_be_hidden()
        rail.get_by_role("link", name="My day").click()
        expect(page.get_by_role("heading", name="My day", exact=True)).to_be_visible()
        page.reload()
        page.wait_for_selector(READY)
        expect(outcomes).to_be_visible()
        expect(people).to_be_hidden()
        assert faults(page, "rail-manager") == []

    def test_an_address_of_another_role_is_a_calm_page(self, office: Office):
        page = office.signed_in("tess", "/board").page
        expect(page.get_by_role("heading", name="Not part of your role")).to_be_visible()
        expect(page.get_by_text("Only a manager sees the whole caseload.")).to_be_visible()
        expect(page.locator(".toast")).to_have_count(0)


class TestShortcuts:
    def test_a_question_mark_shows_the_help_and_escape_closes_it(self, office: Office):
        page = office.signed_in("amina").page
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        assert findings(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()

    def test_they_rest_with_another_key_held_and_when_turned_off(self, office: Office):
        page = office.signed_in("amina").page
        page.keyboard.press("Control+?")
        expect(page.locator("#help")).to_be_hidden()
        page.click("text=Help and shortcuts")
        page.check("#shortcuts-off")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_hidden()

    def test_slash_goes_to_the_search(self, office: Office):
        page = office.signed_in("amina").page
        page.keyboard.press("/")
        page.wait_for_url("**/clients")

    def test_n_follows_the_main_action(self, office: Office):
        page = office.signed_in("amina").page
        page.keyboard.press("n")
        page.wait_for_url("**/walk-in")


class TestEndOfASignIn:
    def _age(self, owner: Engine, user_id: int, minutes: float) -> None:
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE sessions SET last_seen_at = now() - make_interval(secs => :seconds)"
                    " WHERE user_id = :user AND revoked_at IS NULL"
                ),
                {"seconds": minutes * 60, "user": user_id},
            )

    def _told(self, desk: Desk, office: Office) -> Page:
        """Sign in, and wait until the page was told how long it has: its clock starts there.

        The page has heard one answer when it hears a later one: only then is its alarm set.
        """
        with desk.page.expect_response("**/session") as told:
            page = desk.sign_in(office.cast.usernames["amina"])
        told.value.finished()
        page.evaluate("async () => { await (await fetch('/session')).json(); }")
        return page

    def test_is_warned_of_and_put_off(self, office: Office, owner: Engine):
        desk = office.desk()
        desk.page.clock.install()
        page = self._told(desk, office)
        self._age(owner, office.cast.amina.user_id, 28.5)
        page.clock.fast_forward(301_000)
        expect(page.locator("#session-warning")).to_be_visible()
        expect(page.locator("[data-left]")).to_have_text("2 minutes")
        assert findings(page) == []
        page.click("text=Stay signed in")
        expect(page.locator("#session-warning")).to_be_hidden()

    def test_covers_the_page_and_goes_on_in_place(self, office: Office, owner: Engine):
        desk = office.desk(expected=("/session", "/sign-in"))
        desk.page.clock.install()
        page = self._told(desk, office)
        page.evaluate(
            "document.querySelector('#main').append(Object.assign("
            "document.createElement('textarea'), {id: 'draft', value: 'half a thought'}))"
        )
        self._age(owner, office.cast.amina.user_id, 31)
        page.clock.fast_forward(301_000)
        cover = page.locator("#session-cover")
        expect(cover).to_be_visible()
        expect(page.locator(".app")).to_be_hidden()
        assert findings(page) == []
        page.fill("#cover-identifier", office.cast.usernames["amina"])
        page.fill("#cover-password", "not this one")
        page.click("#session-cover button")
        expect(cover).to_contain_text("not right")
        page.fill("#cover-password", PASSWORD)
        page.click("#session-cover button")
        expect(cover).to_be_hidden()
        expect(page.locator(".app")).to_be_visible()
        expect(page.locator("#draft")).to_have_value("half a thought")

    def test_another_person_starts_afresh(self, office: Office, owner: Engine):
        desk = office.desk(expected=("/session",))
        desk.page.clock.install()
        page = self._told(desk, office)
        self._age(owner, office.cast.amina.user_id, 31)
        page.clock.fast_forward(301_000)
        page.fill("#cover-identifier", office.cast.usernames["colin"])
        page.fill("#cover-password", PASSWORD)
        page.click("#session-cover button")
        page.wait_for_selector(READY)
        expect(page.locator(".who")).to_contain_text("Colin Hart")
        assert "Amina" not in page.content()
