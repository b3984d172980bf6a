"""Where one is signed in, in two browsers at once: ended here, covered there."""

import time

import pytest
from playwright.sync_api import Page, expect

from cma_app.services.users import deactivate
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture, sideways

pytestmark = [pytest.mark.browser, pytest.mark.database]

COVERED = ("/session",)
"""What answers 401 at a desk whose sign-in has ended."""
SECOND = 1000
"""Milliseconds within which a page whose sign-in ended is covered."""


def cover(page: Page):
    return page.get_by_role("dialog", name="You are signed out")


def test_a_sign_in_is_ended_from_another_device(office: Office) -> None:
    other = office.desk(expected=COVERED).sign_in(office.cast.usernames["amina"], "/cases")
    page = office.signed_in("amina", "/sign-ins").page
    now = page.get_by_role("region", name="Signed in now", exact=True)
    expect(now.get_by_text("This device")).to_be_visible()
    for width, height in ((1280, 800), (768, 1024), (320, 700)):
        page.set_viewport_size({"width": width, "height": height})
        picture(page, f"sign-ins-{width}")
        assert findings(page) + sideways(page, boxes_may=True) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    button = now.get_by_role("button", name="Sign out of Chrome").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signed out there.")).to_be_visible()
    expect(cover(other)).to_be_visible()
    expect(cover(page)).to_be_hidden()


def test_all_others_are_ended_with_one_button(office: Office) -> None:
    others = [office.signed_in("ben", at, expected=COVERED).page for at in ("/", "/cases")]
    page = office.signed_in("ben", "/sign-ins").page
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_have_count(0)
    for other in others:
        expect(cover(other)).to_be_visible()
    past = page.get_by_role("region", name="Ended in the last 30 days", exact=True)
    expect(past.get_by_role("row")).to_have_count(3)


def test_a_deactivated_persons_open_page_is_covered_within_a_second(office: Office) -> None:
    page = office.signed_in("ben", "/cases", expected=COVERED).page
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    with office.cast.open(office.cast.maria) as session:
        deactivate(session, office.cast.ben.user_id)
    began = time.monotonic()
    expect(cover(page)).to_be_visible(timeout=SECOND)
    assert time.monotonic() - began < 1
