"""People and centres in a manager's and an admin's browser: edited, and asked before an end."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.conftest import Office
from tests.browser.looking import findings, picture

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


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
    def test_asks_first_and_says_what_stands_in_the_way(self, office: Office, owner: Engine):
        page = office.signed_in("maria", "/people", width=768).page
        dialog = page.locator("#deactivate")
        press(page, "Deactivate for Amina Khan")
        expect(dialog).to_contain_text("Amina Khan is signed out at once")
        dialog.get_by_role("button", name="Deactivate", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("Amina Khan supervises Tess Moore")
        assert findings(page) == []
        picture(page, "people-deactivate-768")
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
        assert users(office, owner, "amina", "is_active")
        press(page, "Deactivate for Tess Moore")
        expect(dialog).to_contain_text("Tess Moore is signed out at once")
        expect(dialog.get_by_role("alert")).to_have_count(0)
        dialog.get_by_role("button", name="Deactivate", exact=True).click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("row", name=re.compile("Tess Moore"))).to_have_count(0)
        assert not users(office, owner, "tess", "is_active")


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
        press(page, f"Close for {name}")
        dialog = page.locator("#close-centre")
        expect(dialog).to_contain_text(f"Everybody of {name} is signed out at once")
        assert findings(page) == []
        picture(page, "centres-close-1280")
        dialog.get_by_role("button", name="Cancel").click()
        expect(row).to_contain_text("Open")
        press(page, f"Close for {name}")
        dialog.get_by_role("button", name="Close centre").click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_text(f"{name} is closed. Nobody of it can sign in.")).to_be_visible()
        with owner.connect() as connection:
            status = connection.execute(
                text("SELECT status FROM centres WHERE id = :id"),
                {"id": office.cast.bea.centre_id},
            ).scalar_one()
        assert status == "closed"
