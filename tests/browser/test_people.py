"""People and centres in a manager's and an admin's browser: edited, and asked before an end."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.services import users as people
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture, sideways
from tests.mail_server import mail_server
from tests.plant import plant_case
from tests.services.test_account_links import NEW, address_in, send
from tests.services.test_caseload_moves import holders
from tests.services.test_users import nell, person

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def press_more(page: Page, name: str, word: str) -> None:
    """Press a rarer deed of a row: it is in the dialog behind the row's "More"."""
    press(page, f"More about {name}")
    press(page, word)


def users(office: Office, owner: Engine, who: str, column: str) -> Any:
    with owner.begin() as connection:
        return connection.execute(
            text(f"SELECT {column} FROM users WHERE username = :name"),
            {"name": office.cast.usernames[who]},
        ).scalar_one()


class TestEditAPerson:
    def test_nothing_can_be_typed_before_it_says_who_it_is_about(self, office: Office):
        desk = office.signed_in("maria", "/people")
        page, dialog = desk.page, desk.page.locator("#edit-person")
        press(page, "Edit Amina Khan")
        expect(dialog.locator("[name=last_name]")).to_have_value("Khan")
        dialog.get_by_role("button", name="Close").click()
        desk.cut()
        press(page, "Edit Ben Ellis")
        expect(dialog.get_by_role("heading", name="Edit a person")).to_be_visible()
        expect(dialog.locator("[name=last_name]")).not_to_be_visible()
        expect(dialog.get_by_role("button", name="Save changes")).not_to_be_visible()
        desk.mend()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(dialog.locator("[name=last_name]")).to_be_visible()
        expect(dialog.locator("[name=last_name]")).to_have_value("Ellis")

    def test_another_role_signs_the_person_out(self, office: Office, owner: Engine):
        ben = office.signed_in("ben", expected=("/session",))
        page = office.signed_in("maria", "/people").page
        press(page, "Edit Ben Ellis")
        dialog = page.locator("#edit-person")
        expect(dialog.locator("[name=last_name]")).to_have_value("Ellis")
        dialog.locator("[name=last_name]").fill("Ellis-Ward")
        dialog.locator("[name=email]").fill("ben@")
        dialog.locator("[name=phone]").focus()
        expect(dialog.locator("#edit-email-error")).to_be_visible()
        press(page, "Save changes")
        expect(dialog.locator(".error-summary")).to_be_focused()
        assert findings(page) == []
        picture(page, "people-edit-error-1280")
        dialog.locator("[name=email]").fill(f"new{office.cast.ben.user_id}@example.org")
        dialog.locator("[name=role]").select_option("trainee")
        dialog.locator("[name=supervisor_id]").select_option(label="Amina Khan")
        press(page, "Save changes")
        expect(dialog).to_be_hidden()
        row = page.get_by_role("row", name=re.compile("Ben Ellis-Ward"))
        expect(row).to_contain_text("Trainee")
        expect(row).to_contain_text("Supervisor Amina Khan")
        assert users(office, owner, "ben", "role") == "trainee"
        ben.page.reload()
        expect(ben.page.locator("#identifier")).to_be_visible()

    def test_two_at_once_lose_nothing(self, office: Office, owner: Engine):
        page = office.signed_in("maria", "/people").page
        press(page, "Edit Ben Ellis")
        dialog = page.locator("#edit-person")
        expect(dialog.locator("[name=last_name]")).to_have_value("Ellis")
        dialog.locator("[name=first_name]").fill("Benjamin")
        other = office.signed_in("root", "/people").page
        press(other, "Edit Ben Ellis")
        theirs = other.locator("#edit-person")
        expect(theirs.locator("[name=last_name]")).to_have_value("Ellis")
        theirs.locator("[name=phone]").fill("020 7946 0001")
        press(other, "Save changes")
        expect(theirs).to_be_hidden()
        press(page, "Save changes")
        expect(dialog.locator(".theirs")).to_contain_text("Phone: stored now is 020 7946 0001")
        expect(dialog.locator("[name=first_name]")).to_have_value("Benjamin")
        assert findings(page) == []
        picture(page, "people-edit-theirs-1280")
        dialog.locator("[name=phone]").fill("020 7946 0001")
        press(page, "Save changes")
        expect(dialog).to_be_hidden()
        assert users(office, owner, "ben", "first_name") == "Benjamin"
        assert users(office, owner, "ben", "phone") == "020 7946 0001"

    def test_offers_nobody_their_own_role(self, office: Office):
        page = office.signed_in("maria", "/people").page
        press(page, "Edit Maria Silva")
        dialog = page.locator("#edit-person")
        expect(dialog).to_contain_text("Nobody changes their own role.")
        expect(dialog.get_by_label("Role")).to_have_count(0)
        expect(page.get_by_role("button", name="Edit Root Admin")).to_have_count(0)


class TestDeactivate:
    def test_hands_everything_on_first_and_says_what_became_of_it(
        self, office: Office, owner: Engine
    ):
        cases = [plant_case(owner, office.cast.amina, last=last) for last in ("Archer", "Baker")]
        page = office.signed_in("maria", "/people").page
        dialog = page.locator("#deactivate")
        press_more(page, "Amina Khan", "Deactivate for Amina Khan")
        expect(dialog).to_contain_text("Amina Khan is signed out at once")
        expect(dialog).to_contain_text("Open cases: 2")
        expect(dialog).to_contain_text("Trainees: 1")
        done = dialog.get_by_role("button", name="Hand on and deactivate")
        expect(done).to_be_disabled()
        dialog.get_by_label("Give every case to").select_option(label="Ben Ellis")
        one = dialog.get_by_label("Who takes over the case of Pat Baker")
        expect(one).to_have_value(str(office.cast.ben.user_id))
        one.select_option(label="Maria Silva")
        expect(dialog.get_by_text("Goes", exact=True)).to_have_count(2)
        done.click()
        expect(dialog.get_by_role("alert")).to_contain_text("Choose who supervises their trainees")
        for width, height in ((1280, 900), (768, 1024), (320, 700)):
            page.set_viewport_size({"width": width, "height": height})
            picture(page, f"people-leaving-{width}")
            assert findings(page) + sideways(page, boxes_may=True) == []
        page.emulate_media(color_scheme="dark")
        assert findings(page) == []
        page.set_viewport_size({"width": 768, "height": 1024})
        picture(page, "people-leaving-dark-768")
        page.emulate_media(color_scheme="light")
        dialog.get_by_label("Who supervises Tess Moore").select_option(label="Ben Ellis")
        done.click()
        expect(dialog).to_be_hidden()
        said = page.locator(".callout").filter(has_text="Handed on")
        expect(said).to_contain_text("Amina Khan can no longer sign in.")
        expect(said).to_contain_text("1 case went to Ben Ellis.")
        expect(said).to_contain_text("Trainees with another supervisor: 1.")
        picture(page, "people-handed-on-768")
        assert findings(page) == []
        said.get_by_role("button", name="I have read it").click()
        expect(said).to_have_count(0)
        expect(page.get_by_role("row", name=re.compile("Tess Moore"))).to_contain_text("Ben Ellis")
        assert not users(office, owner, "amina", "is_active")
        assert holders(owner, cases) == [office.cast.ben.user_id, office.cast.maria.user_id]

    def test_an_admin_is_told_whom_to_ask(self, office: Office, owner: Engine):
        plant_case(owner, office.cast.ben, last="Archer")
        page = office.signed_in("root", "/people", width=768).page
        press_more(page, "Ben Ellis", "Deactivate for Ben Ellis")
        dialog = page.locator("#deactivate")
        expect(dialog.get_by_role("alert")).to_contain_text("Ask a manager of the centre")
        expect(dialog).not_to_contain_text("Archer")
        dialog.get_by_role("button", name="Cancel").click()
        press_more(page, "Tess Moore", "Deactivate for Tess Moore")
        expect(dialog).to_contain_text("Tess Moore is signed out at once")
        expect(dialog.get_by_role("alert")).to_have_count(0)
        dialog.get_by_role("button", name="Deactivate", exact=True).click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("row", name=re.compile("Tess Moore"))).to_have_count(0)
        assert not users(office, owner, "tess", "is_active")


class TestInvited:
    def test_the_link_of_a_letter_leads_to_a_password_and_the_password_in(self, office: Office):
        cast = office.cast
        with mail_server() as server:
            with cast.open(cast.maria) as session:
                people.invite(session, person(nell(cast)))
            with ThreadPoolExecutor(1) as worker:  # the browser's loop runs in this thread
                worker.submit(send, cast).result()
        there = address_in(server.letters[0]).partition("/invitation")[2]
        listed = office.signed_in("maria", "/people?show=unused").page
        row = listed.get_by_role("row", name=re.compile("Nell Ward"))
        expect(row).to_contain_text("Invited, not yet in")
        expect(row).to_contain_text("works until")
        for width, height in ((1280, 800), (768, 1024), (320, 700)):
            listed.set_viewport_size({"width": width, "height": height})
            picture(listed, f"people-invited-{width}")
            assert sideways(listed, boxes_may=True) == []
        desk = office.desk(expected=("/invitation",))
        page = desk.page
        page.goto(f"{office.served.origin}/invitation{there}")
        expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
        assert findings(page) == []
        page.fill("#new", "passwordpassword")
        page.fill("#again", "passwordpassword")
        page.keyboard.press("Enter")
        expect(page.locator("#new-error")).to_contain_text("tried first")
        for scheme, width, height in (
            ("light", 1280, 800),
            ("dark", 768, 1024),
            ("dark", 320, 700),
        ):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": height})
            picture(page, f"invitation-{scheme}-{width}")
            assert findings(page) + sideways(page, boxes_may=True) == []
        page.fill("#new", NEW)
        page.fill("#again", NEW)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()
        picture(page, "invitation-done-320")
        page.get_by_role("link", name="Sign in").click()
        page.fill("#identifier", nell(cast))
        page.fill("#password", NEW)
        page.keyboard.press("Enter")
        page.wait_for_selector("html[data-ready]")
        listed.reload()
        expect(row).to_have_count(0)
        gone = office.desk(expected=(f"/invitation{there}",)).page
        gone.goto(f"{office.served.origin}/invitation{there}")
        expect(gone.get_by_role("heading", name="This link does not work")).to_be_visible()
        picture(gone, "invitation-gone-1280")
        gone.goto(f"{office.served.origin}/forgotten")
        picture(gone, "forgotten-1280")


class TestCentres:
    def own_page(self, office: Office, owner: Engine) -> tuple[Page, str]:
        """Return the centres as Root sees them, and the name of a centre which comes first."""
        name = f"Aaa {office.cast.bea.centre_id}"
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET name = :name WHERE id = :id"),
                {"name": name, "id": office.cast.bea.centre_id},
            )
        return office.signed_in("root", "/centres").page, name

    def test_are_edited_but_for_the_code(self, office: Office, owner: Engine):
        page, name = self.own_page(office, owner)
        press(page, f"Edit {name}")
        dialog = page.locator("#edit-centre")
        expect(dialog.locator("[name=name]")).to_have_value(name)
        expect(dialog).to_contain_text(office.cast.bea.centre_code)
        expect(dialog.locator("[name=code]")).to_have_count(0)
        assert findings(page) == []
        picture(page, "centres-edit-1280")
        dialog.locator("[name=nation]").select_option("wales")
        dialog.locator("[name=postcode]").fill("sa1 1aa")
        dialog.get_by_label("A second person verifies each statement").check()
        press(page, "Save changes")
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("Wales")
        with owner.begin() as connection:
            row = connection.execute(
                text("SELECT code, nation, postcode FROM centres WHERE id = :id"),
                {"id": office.cast.bea.centre_id},
            ).one()
        assert tuple(row) == (office.cast.bea.centre_code, "wales", "SA1 1AA")
        press(page, f"Edit {name}")
        expect(dialog.get_by_label("A second person verifies each statement")).to_be_checked()

    def test_are_closed_only_after_a_yes(self, office: Office, owner: Engine):
        page, name = self.own_page(office, owner)
        row = page.get_by_role("row", name=re.compile(name))
        press_more(page, name, f"Close for {name}")
        dialog = page.locator("#close-centre")
        expect(dialog).to_contain_text(f"Everybody of {name} is signed out at once")
        assert findings(page) == []
        picture(page, "centres-close-1280")
        dialog.get_by_role("button", name="Cancel").click()
        expect(row).to_contain_text("Open")
        press_more(page, name, f"Close for {name}")
        dialog.get_by_role("button", name="Close centre").click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_text(f"{name} is closed. Nobody of it can sign in.")).to_be_visible()
        with owner.connect() as connection:
            status = connection.execute(
                text("SELECT status FROM centres WHERE id = :id"),
                {"id": office.cast.bea.centre_id},
            ).scalar_one()
        assert status == "closed"
