"""Clients in the browser: found by one box, edited by two, their number shown and hidden."""

import re

import pytest
from playwright.sync_api import expect

from cma_app.services.clients import ClientForm, edit_client
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.walk_in import start_walk_in
from models import Client
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture
from tests.people import Cast
from tests.services.intake_forms import walk_in_form

pytestmark = pytest.mark.browser


def known(cast: Cast, **over: str) -> int:
    with cast.open(cast.amina) as session:
        return start_walk_in(session, walk_in_form(**over)).client_id


def edited(cast: Cast, client_id: int, **over: str) -> None:
    with cast.open(cast.ben) as session:
        form = ClientForm.read({"first_name": "Leanne", "last_name": "Whitmore", **over})
        edit_client(session, client_id, form, version=session.require(Client, client_id).version)


class TestClients:
    def test_are_found_while_typing_and_the_address_can_be_shared(self, office: Office, cast: Cast):
        mine = known(cast)
        known(cast, first_name="Marek", last_name="Dudek", phone="", email="")
        desk = office.signed_in("amina", "/clients")
        page = desk.page
        expect(page.locator("table.table tbody tr")).to_have_count(2)
        page.fill("#find-client", "leanne whit")
        expect(page.locator("table.table tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"\?q=leanne\+whit$"))
        expect(page.locator("#find-client")).to_have_value("leanne whit")
        page.get_by_role("link", name="Whitmore, Leanne").click()
        page.wait_for_url(f"**/clients/{mine}")
        desk.open("/clients?q=nobody")
        expect(page.locator("main")).to_contain_text("Nobody is found so.")

    def test_are_not_found_from_the_next_centre(self, office: Office, cast: Cast):
        mine = known(cast)
        page = office.signed_in("colin", f"/clients/{mine}").page
        expect(page.locator("h1")).to_have_text("Not found")


class TestClientFile:
    def test_shows_and_hides_the_number(self, office: Office, cast: Cast):
        mine = known(cast)
        edited(cast, mine, ni_number="AB123456C")
        desk = office.signed_in("amina")
        page = desk.page
        page.clock.install()
        desk.open(f"/clients/{mine}")
        expect(page.locator("#ni-masked")).to_have_text("•• •• •• 56 C")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator("#ni-number")).to_have_text("AB123456C")
        page.get_by_role("button", name="Hide").click()
        expect(page.locator("#ni-masked")).to_be_visible()
        page.get_by_role("button", name="Show", exact=True).click()  # and walks away
        expect(page.locator("#ni-number")).to_be_visible()
        page.clock.fast_forward(55_000)
        expect(page.locator("#ni-number")).to_be_visible()
        page.clock.fast_forward(6_000)
        expect(page.locator("#ni-number")).to_have_count(0)
        expect(page.locator("#ni-masked")).to_be_visible()

    def test_shows_both_values_when_somebody_was_first(self, office: Office, cast: Cast):
        mine = known(cast)
        page = office.signed_in("amina", f"/clients/{mine}").page
        page.fill("[name='city']", "Fareham")
        edited(cast, mine, city="Gosport")
        page.get_by_role("button", name="Save details").click()
        expect(page.locator(".theirs")).to_contain_text("Town or city: stored now is Gosport")
        expect(page.locator("[name='city']")).to_have_value("Fareham")
        page.get_by_role("button", name="Save details").click()
        expect(page.locator(".toast")).to_contain_text("Details saved.")

    def test_records_a_flag_and_a_consent(self, office: Office, cast: Cast):
        mine = known(cast)
        page = office.signed_in("amina", f"/clients/{mine}").page
        page.get_by_role("button", name="Add", exact=True).click()
        page.select_option("[name='driver']", "health")
        page.fill("[name='detail']", "Mornings are hard.")
        page.get_by_role("button", name="Save vulnerability").click()
        expect(page.locator(".error-summary")).to_contain_text("Say what we do differently")
        page.fill("[name='adjustment']", "Appointments after noon.")
        page.get_by_role("button", name="Save vulnerability").click()
        expect(page.locator("main")).to_contain_text("We do: Appointments after noon.")
        page.get_by_role("button", name="They agree: Keeping a record").click()
        expect(page.get_by_role("button", name="Withdraw: Keeping a record")).to_be_visible()

    def test_is_restricted_by_the_manager(self, office: Office, cast: Cast):
        mine = known(cast)
        page = office.signed_in("maria", f"/clients/{mine}").page
        page.get_by_role("button", name="Name people").click()
        page.get_by_label("Ben Ellis, advisor").check()
        page.get_by_role("button", name="Restrict this file").click()
        expect(page.locator("main")).to_contain_text("Only the people named on it.")
        other = office.signed_in("amina", f"/clients/{mine}").page
        expect(other.locator("h1")).to_have_text("Not found")


class TestSafeRoutes:
    def test_answered_by_two_at_once_show_both(self, office: Office, cast: Cast):
        mine = known(cast)
        page = office.signed_in("amina", f"/clients/{mine}").page
        page.check("#route_call-no")
        with cast.open(cast.ben) as session:
            typed = walk_in_form(route_call_from="10:00", route_post="no")
            record_routes(session, mine, RouteAnswers.read(typed))
        page.get_by_role("button", name="Save safe routes").click()
        expect(page.locator(".theirs")).to_contain_text("Call: stored now is Yes, from 10:00")
        expect(page.locator("#route_call-no")).to_be_checked()
        page.get_by_role("button", name="Save safe routes").click()
        expect(page.locator(".theirs")).to_have_count(0)
        expect(page.locator("#route_call-no")).to_be_checked()
        expect(page.locator("#route_post-no")).to_be_checked()


class TestWhoSentThem:
    def test_stands_on_the_case(self, office: Office, cast: Cast):
        with cast.open(cast.amina) as session:
            form = walk_in_form(source="gp", referred_by="Dr Lee")
            case_id = start_walk_in(session, form).id
        page = office.signed_in("amina", f"/cases/{case_id}").page
        about = page.get_by_role("region", name="Case", exact=True)
        expect(about.locator("dl")).to_contain_text("GPDr Lee")
        expect(page.locator("main")).to_contain_text("GP (Dr Lee)")
        assert findings(page) == []
        picture(page, "case-sent-by-1280")
