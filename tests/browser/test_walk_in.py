"""From the door to a case: what is typed is kept, look-alikes appear, one submit does it all."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cma_app.clock import today
from cma_app.services.referrals import record_referral
from cma_app.services.walk_in import start_walk_in
from models import Client
from tests.browser.conftest import Office
from tests.browser.looking import findings
from tests.people import Cast
from tests.services.intake_forms import emergency, walk_in_form

pytestmark = pytest.mark.browser

CASE = re.compile(r"/cases/\d+$")


def fill_person(page: Page, **over: str) -> None:
    typed = {
        "first_name": "Leanne",
        "last_name": "Whitmore",
        "date_of_birth-day": "27",
        "date_of_birth-month": "3",
        "date_of_birth-year": "1984",
        "postcode": "po1 3ax",
        "phone": "07700 900123",
    } | over
    for name, text in typed.items():
        page.fill(f"[name='{name}']", text)


def known(cast: Cast, **over: str) -> int:
    with cast.open(cast.ben) as session:
        return start_walk_in(session, walk_in_form(**over)).client_id


class TestWalkIn:
    def test_one_submit_makes_the_case(self, office: Office):
        page = office.signed_in("amina", "/walk-in").page
        fill_person(page)
        page.check("#route_call-yes")
        page.fill("[name='route_call_from']", "10:00")
        page.check("[name='emergency'][value='yes']")
        day = today() + timedelta(days=5)
        page.fill("[name='emergency_what']", "Eviction")
        for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
            page.fill(f"[name='emergency_date-{part}']", str(number))
        page.fill("[name='note']", "Came with a folder of letters.")
        page.get_by_role("button", name="Start case").click()
        page.wait_for_url(CASE)
        expect(page.locator("main")).to_contain_text("Leanne Whitmore")
        expect(page.locator("main")).to_contain_text("Call from 10:00")
        page.goto(f"{office.served.origin}/walk-in")
        expect(page.locator("[name='first_name']")).to_have_value("")

    def test_says_all_that_is_wrong_and_loses_nothing(self, office: Office):
        page = office.signed_in("amina", "/walk-in").page
        fill_person(page, **{"date_of_birth-day": "31", "date_of_birth-month": "2"})
        page.fill("[name='email']", "leanne@")
        page.get_by_role("button", name="Start case").click()
        summary = page.locator(".error-summary")
        expect(summary.locator("li")).to_have_count(3)
        expect(summary).to_be_focused()
        expect(page.locator("#email-error")).to_contain_text("Enter an e-mail address")
        expect(page.locator("[name='email']")).to_have_value("leanne@")
        summary.get_by_text("Say if anything happens").click()
        expect(page.locator("#emergency")).to_be_focused()

    def test_keeps_itself_within_two_seconds_and_survives_a_reload(self, office: Office):
        desk = office.signed_in("amina", "/walk-in")
        page = desk.page
        fill_person(page, postcode="CF10 1AA")
        page.check("#route_post-no")
        expect(page.locator(".form-foot .live")).to_have_text(
            re.compile(r"^Saved \d\d:\d\d$"), timeout=2500
        )
        expect(page.locator("main")).to_contain_text("Wales, from the postcode.")
        desk.open("/walk-in")
        expect(page.locator("[name='last_name']")).to_have_value("Whitmore")
        expect(page.locator("[name='date_of_birth-year']")).to_have_value("1984")
        expect(page.locator("#route_post-no")).to_be_checked()
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("[name='last_name']")).to_have_value("")

    def test_tells_a_trainee_of_somebody_elses_client_and_opens_nothing(
        self, office: Office, cast: Cast
    ):
        mine = known(cast)
        with cast.open(cast.ben) as session:
            reference = session.require(Client, mine).client_reference
        desk = office.signed_in("tess", "/walk-in")
        fill_person(desk.page)
        same = desk.page.get_by_role("region", name="Possibly the same person")
        expect(same).to_contain_text("Leanne Whitmore")
        expect(same).to_contain_text(f"{reference}. Not one of yours")
        expect(same).to_contain_text("Mobile")
        expect(same.locator("a, button")).to_have_count(0)
        assert findings(desk.page) == []
        page = desk.open(f"/clients/{mine}")
        expect(page.locator("main")).to_contain_text("This was not found.")
        expect(page.locator("main")).not_to_contain_text("Leanne")

    def test_asks_for_the_nation_at_a_border(self, office: Office):
        page = office.signed_in("amina", "/walk-in").page
        fill_person(page, postcode="SY1 1AA")
        expect(page.get_by_text("Where do they live?")).to_be_visible()

    def test_shows_who_looks_alike_and_starts_the_case_for_them(self, office: Office, cast: Cast):
        known(cast)
        page = office.signed_in("amina", "/walk-in").page
        fill_person(page, first_name="Leane")
        same = page.get_by_role("region", name="Possibly the same person")
        expect(same).to_contain_text("Leanne Whitmore")
        for reason in ("Mobile", "Birth date", "Postcode", "Name"):
            expect(same.locator(".badge", has_text=reason).first).to_be_visible()
        same.get_by_role("button", name="Use this client").click()
        expect(page.locator(".callout")).to_contain_text("Leanne Whitmore")
        page.check("[name='emergency'][value='no']")
        page.get_by_role("button", name="Start case").click()
        page.wait_for_url(CASE)
        expect(page.locator("main")).to_contain_text("Leanne Whitmore")


class TestReferrals:
    def test_waits_and_becomes_a_case_in_one_click(self, office: Office, cast: Cast):
        with cast.open(cast.maria) as session:
            record_referral(session, walk_in_form(last_name="Slow", email="", phone=""))
            record_referral(
                session,
                walk_in_form(
                    first_name="Una",
                    last_name="Fast",
                    date_of_birth="2 2 1990",
                    postcode="SO14 0AA",
                    **emergency(3),
                ),
            )
        page = office.signed_in("amina", "/referrals").page
        rows = page.locator("table.table tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("Una Fast")
        expect(rows.first).to_contain_text("10:30")
        page.get_by_role("button", name="Accept Una Fast").click()
        page.wait_for_url(CASE)
        expect(page.locator("main")).to_contain_text("Una Fast")

    def test_shows_the_client_who_is_here_before_making_another(self, office: Office, cast: Cast):
        known(cast)
        with cast.open(cast.maria) as session:
            record_referral(session, walk_in_form(first_name="Lean"))
        page = office.signed_in("amina", "/referrals").page
        page.get_by_role("button", name="Accept Lean Whitmore").click()
        page.get_by_role("button", name="Same person: new case").click()
        page.wait_for_url(CASE)
        expect(page.locator("main")).to_contain_text("Leanne Whitmore")

    def test_is_kept_from_the_walk_in(self, office: Office):
        page = office.signed_in("amina", "/walk-in").page
        fill_person(page)
        page.check("[name='emergency'][value='not_known']")
        page.get_by_role("button", name="Keep as referral").click()
        page.wait_for_url("**/referrals")
        expect(page.locator("table.table tbody tr")).to_contain_text("Leanne Whitmore")

    def test_is_declined_with_a_reason(self, office: Office, cast: Cast):
        with cast.open(cast.maria) as session:
            record_referral(session, walk_in_form())
        page = office.signed_in("amina", "/referrals").page
        page.get_by_role("button", name="Decline Leanne Whitmore").click()
        page.get_by_role("button", name="Decline", exact=True).click()
        expect(page.locator(".error-summary")).to_contain_text("Say why")
        page.fill("[name='reason']", "Outside our area.")
        page.get_by_role("button", name="Decline", exact=True).click()
        expect(page.locator("main")).to_contain_text("Nobody is waiting")
