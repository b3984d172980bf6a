"""Forms that answer while they are filled in: a sentence beside the box that was left, no more."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Office
from tests.browser.looking import findings, settled
from tests.browser.test_clients import known
from tests.people import Cast

pytestmark = pytest.mark.browser


def says(page: Page, box: str, at: str, sentence: str) -> None:
    """Expect a sentence beside a box, tied to it, and nothing more than that."""
    said = page.locator(f"#{at}-error")
    expect(said).to_contain_text(sentence)
    expect(page.locator(box)).to_have_attribute("aria-invalid", "true")
    expect(page.locator(box)).to_have_attribute(
        "aria-describedby", re.compile(rf"(^| ){at}-error$")
    )
    expect(page.locator(".error-summary")).to_have_count(0)
    assert not page.title().startswith("Error:")


def silent(page: Page, box: str, at: str) -> None:
    expect(page.locator(f"#{at}-error")).to_have_count(0)
    expect(page.locator(box)).to_have_attribute("aria-invalid", "false")


def type_and_leave(page: Page, box: str, text: str) -> None:
    page.focus(box)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def times_of_a_route(page: Page) -> None:
    """Type wrong times for texts, and right ones: the sentence stands on the row of texts."""
    row, start = page.locator("tr", has=page.locator("#route_text-yes")), "[name=route_text_from]"
    page.check("#route_text-yes")
    type_and_leave(page, start, "half ten")
    says(page, start, "route_text", "Text: enter a time like 14:02")
    expect(row.locator("#route_text-error")).to_have_count(1)
    expect(page.locator("main .field-error")).to_have_count(1)
    expect(page.locator("[name=route_text_to]")).to_be_focused()
    assert findings(settled(page)) == []
    type_and_leave(page, start, "10:30")
    silent(page, start, "route_text")
    type_and_leave(page, "[name=route_text_to]", "9")
    says(page, "[name=route_text_to]", "route_text", "the first time must come before the second")
    type_and_leave(page, "[name=route_text_to]", "12.15")
    silent(page, "[name=route_text_to]", "route_text")
    type_and_leave(page, "[name=route_text_to]", "noon")
    says(page, "[name=route_text_to]", "route_text", "enter a time like")
    page.check("#route_text-no")
    silent(page, "[name=route_text_to]", "route_text")


class TestWalkIn:
    def test_says_what_is_wrong_beside_the_box_that_was_left(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        type_and_leave(page, "#postcode", "PO1")
        says(page, "#postcode", "postcode", "Enter a full postcode")
        expect(page.locator("#phone")).to_be_focused()
        expect(page.locator("#postcode")).to_have_value("PO1")
        assert findings(settled(page)) == []
        type_and_leave(page, "#postcode", "PO1 3AX")
        silent(page, "#postcode", "postcode")
        expect(page.locator("#phone")).to_be_focused()

    def test_a_sentence_goes_while_the_answer_is_put_right(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        type_and_leave(page, "#email", "leanne@")
        says(page, "#email", "email", "Enter an e-mail address")
        page.focus("#email")
        page.keyboard.press("End")
        page.keyboard.type("example.org")
        silent(page, "#email", "email")
        expect(page.locator("#email")).to_be_focused()
        expect(page.locator("#email")).to_have_value("leanne@example.org")

    def test_a_date_is_read_once_all_its_boxes_are_left(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        page.focus("#date_of_birth")
        for part in ("31", "2"):
            page.keyboard.type(part)
            page.keyboard.press("Tab")
        type_and_leave(page, "#email", "leanne@")
        says(page, "#email", "email", "Enter an e-mail address")
        says(page, "#date_of_birth", "date_of_birth", "Enter a date like")
        type_and_leave(page, "#date_of_birth-year", "1984")
        expect(page.locator("#date_of_birth-error")).to_contain_text("There is no such date")
        page.focus("#date_of_birth")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("28")
        page.keyboard.press("Tab")
        expect(page.locator("#date_of_birth-error")).to_have_count(1)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        silent(page, "#date_of_birth", "date_of_birth")

    def test_a_box_filled_left_and_emptied_at_once_is_asked_about(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        page.evaluate(
            """() => {
              const box = document.querySelector("#first_name");
              for (const text of ["L", ""]) {
                box.focus();
                box.value = text;
                box.dispatchEvent(new Event("input", { bubbles: true }));
                box.blur();
              }
            }"""
        )
        says(page, "#first_name", "first_name", "Fill this in.")

    def test_whoever_tabs_through_is_not_scolded(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        page.focus("#first_name")
        for _ in range(6):
            page.keyboard.press("Tab")
        type_and_leave(page, "#email", "leanne@")
        says(page, "#email", "email", "Enter an e-mail address")
        expect(page.locator("main .field-error")).to_have_text([re.compile("Enter an e-mail")])
        type_and_leave(page, "#first_name", "L")
        type_and_leave(page, "#first_name", " ")
        says(page, "#first_name", "first_name", "Fill this in.")

    def test_the_times_of_a_safe_route_are_read_on_its_row(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        times_of_a_route(page)

    def test_a_click_on_the_main_button_is_not_lost_to_it(self, office: Office) -> None:
        page = office.signed_in("amina", "/walk-in").page
        page.focus("#email")
        page.keyboard.type("leanne@")
        page.get_by_role("button", name="Start case").click()
        summary = page.locator(".error-summary")
        expect(summary).to_be_focused()
        expect(summary).to_contain_text("Enter an e-mail address")
        type_and_leave(page, "#email", "leanne@example.org")
        expect(page.locator("#email-error")).to_have_count(0)
        expect(summary).not_to_contain_text("Enter an e-mail address")
        expect(summary).to_contain_text("Fill this in.")
        expect(summary).not_to_be_focused()


class TestClientFile:
    def test_says_what_is_wrong_beside_the_box_that_was_left(
        self, office: Office, cast: Cast
    ) -> None:
        page = office.signed_in("amina", f"/clients/{known(cast)}").page
        type_and_leave(page, "#phone_primary", "07")
        says(page, "#phone_primary", "phone_primary", "Enter a phone number")
        expect(page.locator("#phone_secondary")).to_be_focused()
        type_and_leave(page, "#dependents", "some")
        says(page, "#dependents", "dependents", "Use a whole number")
        assert findings(settled(page)) == []
        type_and_leave(page, "#phone_primary", "07700 900123")
        silent(page, "#phone_primary", "phone_primary")
        says(page, "#dependents", "dependents", "Use a whole number")

    def test_the_times_of_a_safe_route_are_read_on_its_row(
        self, office: Office, cast: Cast
    ) -> None:
        page = office.signed_in("amina", f"/clients/{known(cast)}").page
        times_of_a_route(page)


@pytest.mark.deep
class TestPerson:
    def test_says_what_is_wrong_beside_the_box_that_was_left(self, office: Office) -> None:
        page = office.signed_in("maria", "/people").page
        page.get_by_role("button", name="Add a person").click()
        type_and_leave(page, "#username", "Nell Ward")
        says(page, "#username", "username", "Use 3 to 50 small letters")
        expect(page.locator("#email")).to_be_focused()
        assert findings(settled(page)) == []
        type_and_leave(page, "#username", "nell")
        silent(page, "#username", "username")
        type_and_leave(page, "#email", "nell@")
        says(page, "#email", "email", "Enter an e-mail address")
        page.focus("#role")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".error-summary")).to_be_focused()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Add a person").click()
        expect(page.locator("#email")).to_have_value("")
        silent(page, "#email", "email")


@pytest.mark.deep
class TestCaseDialogs:
    def test_a_note_says_what_is_wrong_with_its_minutes(self, office: Office, cast: Cast) -> None:
        page = office.signed_in("amina", f"/clients/{known(cast)}").page
        page.locator("main a[href^='/cases/']").first.click()
        page.locator("[data-opens='note']").first.click()
        type_and_leave(page, "#note-minutes", "long")
        says(page, "#note-minutes", "note-minutes", "Use a whole number")
        expect(page.locator("#note-body")).to_be_focused()
        page.keyboard.type("He rang.")
        type_and_leave(page, "#note-minutes", "5")
        silent(page, "#note-minutes", "note-minutes")
        expect(page.locator("#note-body")).to_have_value("He rang.")

    def test_reasons_are_read_where_they_are_left(self, office: Office, cast: Cast) -> None:
        page = office.signed_in("amina", f"/clients/{known(cast)}").page
        page.locator("main a[href^='/cases/']").first.click()
        page.get_by_role("button", name="Raise priority", exact=True).click()
        page.eval_on_selector("#raise-reason", "each => each.removeAttribute('maxlength')")
        page.focus("#raise-reason")
        page.keyboard.insert_text("x" * 501)
        page.keyboard.press("Tab")
        says(page, "#raise-reason", "raise-reason", "Use at most 500 characters.")
        page.fill("#raise-reason", "")
        page.keyboard.press("Tab")
        silent(page, "#raise-reason", "raise-reason")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="End case", exact=True).click()
        page.focus("#reason_words")
        page.eval_on_selector("#reason_words", "each => each.removeAttribute('maxlength')")
        page.keyboard.insert_text("x" * 101)
        page.keyboard.press("Tab")
        says(page, "#reason_words", "reason_words", "Use at most 100 characters.")
        page.fill("#reason_words", "")
        page.keyboard.press("Tab")
        silent(page, "#reason_words", "reason_words")
