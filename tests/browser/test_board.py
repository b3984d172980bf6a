"""The manager's board in a browser: live, without reload, and without names when asked."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.services import case_steps
from tests.browser.conftest import Office
from tests.people import Cast
from tests.plant import plant_action, plant_case, plant_referral

pytestmark = [pytest.mark.database, pytest.mark.browser]

WITHIN = 1000
"""Milliseconds in which another person's change is on screen."""


def lane(page: Page, title: str):
    return page.get_by_role("region", name=re.compile(title))


class TestBoard:
    def test_another_persons_change_arrives_without_reload_and_focus_stays(
        self, office: Office, cast: Cast, owner: Engine
    ):
        stays = plant_case(owner, cast.amina, last="Stays", stage="advice")
        moves = plant_case(owner, cast.amina, last="Moves", stage="fact_find", debt=100)
        page = office.signed_in("maria", "/board").page
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        page.evaluate("window.same = true")
        page.get_by_role("link", name="Pat Moves").focus()
        with cast.open(cast.amina) as session:
            case_steps.move_stage(session, moves, stage="advice")
        advice = lane(page, "Advice")
        expect(advice.get_by_role("link", name="Pat Moves")).to_be_visible(timeout=WITHIN)
        expect(advice.get_by_role("heading", name=re.compile("Advice.*2"))).to_be_visible()
        expect(page.get_by_role("link", name="Pat Moves")).to_be_focused()
        expect(page.get_by_text(re.compile(r"Live, last change \d\d:\d\d"))).to_be_visible()
        plant_action(owner, cast.amina, stays, "Ring back", today() - timedelta(days=1))
        expect(advice.get_by_text("Overdue")).to_be_visible(timeout=WITHIN)
        expect(page.get_by_role("link", name="Overdue 1")).to_be_visible()
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE cases SET status = 'closed' WHERE id = :id"), {"id": moves}
            )
        expect(page.get_by_role("link", name="Pat Moves")).to_have_count(0, timeout=WITHIN)
        assert page.evaluate("window.same") is True

    def test_filters_are_in_the_address(self, office: Office, cast: Cast, owner: Engine):
        plant_case(owner, cast.amina, last="Plain")
        plant_case(owner, cast.ben, last="Pressing", emergency="Eviction")
        page = office.signed_in("maria", "/board").page
        page.get_by_role("link", name="Emergency 1").click()
        page.wait_for_url("**/board?show=emergency")
        expect(page.get_by_role("link", name="Pat Plain")).to_have_count(0)
        expect(page.get_by_role("link", name="Pat Pressing")).to_be_visible()
        page.get_by_role("link", name="Everyone 2").click()
        expect(page.get_by_role("link", name="Pat Plain")).to_be_visible()
        page.get_by_role("link", name="Amina Khan").click()
        page.wait_for_url("**advisor=*")
        expect(page.get_by_role("link", name="Pat Plain")).to_be_visible()
        expect(page.get_by_role("link", name="Pat Pressing")).to_have_count(0)
        page.reload()
        expect(page.get_by_role("link", name="Pat Plain")).to_be_visible()
        expect(page.get_by_role("link", name="Pat Pressing")).to_have_count(0)
        page.goto(f"{office.served.origin}/board?show=nothing-of-ours")
        page.wait_for_url(f"{office.served.origin}/board")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()

    def test_hides_names_everywhere_with_a_key(self, office: Office, cast: Cast, owner: Engine):
        case_id = plant_case(owner, cast.amina, last="Zuckerman")
        plant_action(owner, cast.amina, case_id, "Ring Pat Zuckerman", today())
        page = office.signed_in("maria", "/board").page
        expect(page.get_by_role("link", name="Pat Zuckerman")).to_be_visible()
        page.keyboard.press("h")
        expect(page.get_by_role("button", name="Hide names")).to_have_attribute(
            "aria-pressed", "true"
        )
        assert "Zuckerman" not in page.inner_text("body")
        assert "Zuckerman" not in page.title()
        page.get_by_role("link", name="List", exact=True).click()
        expect(page.get_by_role("table")).to_be_visible()
        assert "Zuckerman" not in page.inner_text("body")
        page.keyboard.press("h")
        expect(page.get_by_role("link", name="Pat Zuckerman")).to_be_visible()

    def test_shows_another_centre_nothing(self, office: Office, cast: Cast, owner: Engine):
        page = office.signed_in("bea", "/board").page
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        plant_case(owner, cast.amina, last="Elsewhere")
        plant_case(owner, cast.colin, last="Here")
        expect(page.get_by_role("link", name="Pat Here")).to_be_visible()
        expect(page.get_by_text("Elsewhere")).to_have_count(0)

    def test_says_when_the_connection_is_gone_and_comes_back(
        self, office: Office, cast: Cast, owner: Engine
    ):
        desk = office.desk(expected=("/board/live?",))
        page = desk.page
        page.clock.install()
        sockets = []
        page.route_web_socket(
            re.compile("/board/live"), lambda ws: sockets.append((ws, ws.connect_to_server()))
        )
        desk.sign_in(cast.usernames["maria"], "/board")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        case_id = plant_case(owner, cast.amina, last="Before")
        expect(page.get_by_role("link", name="Pat Before")).to_be_visible()
        sockets[-1][0].close(code=1012)
        expect(page.get_by_text("Reconnecting…")).to_be_visible()
        plant_action(owner, cast.amina, case_id, "Ring back", today())
        expect(page.locator(".next .name", has_text="Ring back")).to_be_visible()
        expect(page.get_by_text("Reconnecting…")).to_have_count(0)
        sockets[-1][1].on_message(lambda _: None)  # a line that died without a word
        plant_case(owner, cast.amina, last="Meanwhile")
        page.clock.fast_forward(60_000)
        expect(page.get_by_text("Reconnecting…")).to_be_visible()
        expect(page.get_by_role("link", name="Pat Meanwhile")).to_be_visible()
        expect(page.get_by_text("Reconnecting…")).to_have_count(0)

    def test_by_advisor_a_case_changes_lanes_with_its_focus_and_a_referral_is_counted(
        self, office: Office, cast: Cast, owner: Engine
    ):
        case_id = plant_case(owner, cast.amina, last="Moves")
        page = office.signed_in("maria", "/board").page
        page.get_by_role("link", name="By advisor").click()
        page.wait_for_url("**/board?by=advisor")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(lane(page, "Amina Khan").get_by_role("link", name="Pat Moves")).to_be_visible()
        page.get_by_role("link", name="Pat Moves").focus()
        with cast.open(cast.maria) as session:
            case_steps.assign_case(session, case_id, advisor_id=cast.tess.user_id)
        trainees = lane(page, "Tess Moore, trainee")
        expect(trainees.get_by_role("link", name="Pat Moves")).to_be_visible(timeout=WITHIN)
        expect(page.get_by_role("link", name="Pat Moves")).to_be_focused()
        plant_referral(owner, cast.amina)
        expect(page.get_by_role("link", name="Referrals waiting, open these: 1")).to_be_visible()
        page.get_by_role("link", name="Referrals waiting, open these: 1").click()
        expect(page.get_by_role("rowheader", name="Ray Waits")).to_have_count(1)

    def test_a_number_opens_its_cases_and_the_view_is_kept_and_shared(
        self, office: Office, cast: Cast, owner: Engine
    ):
        plant_case(owner, cast.amina, last="Idle")
        busy = plant_case(owner, cast.amina, last="Busy")
        plant_action(owner, cast.amina, busy, "Ring", today())
        page = office.signed_in("maria", "/board").page
        page.get_by_role("link", name="No next action, open these: 1").click()
        page.wait_for_url("**/board?show=unplanned&view=list")
        rows = page.get_by_role("rowheader")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("Pat Idle")
        page.get_by_role("button", name="Views", exact=True).click()
        views = page.locator("dialog[open]")
        views.get_by_label("Save what is shown now as").fill("Nothing planned")
        views.get_by_label("Every manager of the centre sees it").check()
        views.get_by_role("button", name="Save view").click()
        expect(views.get_by_text("Shared by you")).to_be_visible()
        page.goto(f"{office.served.origin}/board")
        page.get_by_role("button", name="Views", exact=True).click()
        views.get_by_role("button", name="Change view Nothing planned").click()
        views.get_by_label("Name", exact=True).fill("To be planned")
        views.get_by_role("button", name="Save", exact=True).click()
        views.get_by_role("button", name="Remove view To be planned").click()
        views.get_by_role("button", name="Undo").click()
        views.get_by_role("link", name="To be planned").click()
        expect(views).to_have_count(0)
        expect(page.get_by_role("button", name="View: To be planned")).to_be_visible()
        expect(page.get_by_role("rowheader")).to_have_count(1)
        elsewhere = office.signed_in("bea", "/board").page
        elsewhere.get_by_role("button", name="Views", exact=True).click()
        expect(elsewhere.get_by_text("No view is kept yet.")).to_be_visible()

    def test_ticked_cases_are_handed_on_by_keyboard_and_given_back(
        self, office: Office, cast: Cast, owner: Engine
    ):
        for last in ("Archer", "Baker"):
            plant_case(owner, cast.amina, last=last)
        plant_case(owner, cast.tess, last="Cooper")
        page = office.signed_in("maria", "/board?view=list&sort=reference").page
        page.get_by_role("checkbox", name="Pat Archer").focus()
        for key in ("Space", "Shift+ArrowDown", "ArrowDown", "Space"):
            page.keyboard.press(key)
        expect(page.get_by_text("3 cases ticked")).to_be_visible()
        page.get_by_role("button", name="Hand on…").press("Enter")
        shown = page.locator("dialog[open]")
        expect(shown.get_by_text("3 cases ticked.")).to_be_visible()
        shown.get_by_label("Give them to").select_option(label="Tess Moore")
        expect(shown.get_by_text("Goes to Tess Moore")).to_have_count(2)
        expect(shown.get_by_text("Tess Moore holds this case already.")).to_be_visible()
        shown.get_by_role("button", name="Hand on 2 cases").press("Enter")
        expect(shown.get_by_text("2 cases handed on to Tess Moore.")).to_be_visible()
        expect(shown.get_by_role("button", name="Close").last).to_be_focused()
        cases = page.get_by_role("table", name="Open cases of the centre", include_hidden=True)
        expect(cases.locator("td", has_text="Tess Moore")).to_have_count(3)
        shown.get_by_role("button", name="Undo all").press("Enter")
        expect(shown.get_by_text("2 cases given back.")).to_be_visible()
        page.keyboard.press("Escape")
        expect(cases.locator("td", has_text="Amina Khan")).to_have_count(2)
        expect(page.get_by_text("Tick cases to hand them on.")).to_be_visible()
        self.cards_are_ticked_and_given_back_from_another_page(office, page, owner, cast)

    def cards_are_ticked_and_given_back_from_another_page(
        self, office: Office, page: Page, owner: Engine, cast: Cast
    ):
        """Tick on the live board, through a change of another card, and undo after leaving."""
        other = plant_case(owner, cast.tess, last="Dyer", stage="fact_find")
        page.goto(f"{office.served.origin}/board")
        expect(page.get_by_role("checkbox")).to_have_count(0)
        page.get_by_role("button", name="Tick cases").click()
        page.get_by_role("checkbox", name="Pat Archer").check()
        page.get_by_role("checkbox", name="Pat Baker").focus()
        page.keyboard.press("Space")
        with cast.open(cast.tess) as session:
            case_steps.move_stage(session, other, stage="advice")
        expect(page.get_by_text("Live, last change")).to_be_visible()
        expect(page.get_by_role("checkbox", name="Pat Baker")).to_be_focused()
        expect(page.get_by_text("2 cases ticked")).to_be_visible()
        page.get_by_role("button", name="Hand on…").click()
        shown = page.locator("dialog[open]")
        shown.get_by_label("Give them to").select_option(label="Ben Ellis")
        shown.get_by_role("button", name="Hand on 2 cases").click()
        expect(shown.get_by_text("2 cases handed on to Ben Ellis.")).to_be_visible()
        page.goto(f"{office.served.origin}/cases")
        page.goto(f"{office.served.origin}/board?view=list&sort=reference")
        page.get_by_role("button", name="Handed on today 2").click()
        shown.get_by_role("button", name="Undo handing on").first.click()
        expect(page.get_by_text("1 case given back.")).to_be_visible()
        cases = page.get_by_role("table", name="Open cases of the centre", include_hidden=True)
        expect(cases.locator("td", has_text="Ben Ellis")).to_have_count(1)


class TestPeople:
    def test_a_manager_adds_a_person_who_changes_the_password_at_first_sign_in(
        self, office: Office, cast: Cast
    ):
        username = f"nell{cast.maria.user_id}"
        page = office.signed_in("maria", "/people").page
        page.get_by_role("button", name="Add a person").click()
        page.get_by_role("button", name="Add person", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Check these answers")
        page.locator("#first_name").fill("Nell")
        page.locator("#last_name").fill("Ward")
        page.locator("#username").fill(username)
        page.locator("#email").fill(f"{username}@example.org")
        page.locator("#role").select_option("trainee")
        page.locator("#supervisor_id").select_option(label="Amina Khan")
        page.get_by_role("button", name="Add person").click()
        expect(page.get_by_role("heading", name="One-time password for Nell Ward")).to_be_visible()
        password = page.locator(".one-time").inner_text()
        page.get_by_role("button", name="I have handed it over").click()
        expect(page.locator(".one-time")).to_have_count(0)
        page.reload()
        expect(page.get_by_text("Nell Ward").first).to_be_visible()
        assert password not in page.content()
        other = office.desk().page
        other.goto(f"{office.served.origin}/sign-in")
        other.fill("#identifier", username)
        other.fill("#password", password)
        other.click("button[type=submit]")
        expect(other.get_by_role("heading", name="Change your password")).to_be_visible()

    def test_an_admin_looks_after_another_centre_and_adds_one(self, office: Office, cast: Cast):
        page = office.signed_in("root", f"/people?centre={cast.bea.centre_id}").page
        expect(page.get_by_role("rowheader", name=re.compile("Colin Hart"))).to_be_visible()
        expect(page.get_by_text("Amina Khan")).to_have_count(0)
        page.goto(f"{office.served.origin}/centres")
        page.get_by_role("button", name="Add a centre").click()
        page.locator("#name").fill("Harbour")
        page.locator("#code").fill(f"h{cast.root.centre_id}")
        page.locator("#nation").select_option("scotland")
        page.get_by_role("button", name="Add centre").click()
        expect(page.get_by_text("Harbour was added.")).to_be_visible()

    def test_anybody_elses_centre_is_not_found(self, office: Office, cast: Cast):
        page = office.signed_in("maria", f"/people?centre={cast.bea.centre_id}").page
        expect(page.get_by_role("heading", name="Not found")).to_be_visible()
        assert "Colin" not in page.content()
