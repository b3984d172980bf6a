"""The cases screen, the workspace and notes, in a real browser."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cma_app.clock import today
from cma_app.services.case_list import CaseFilter, list_cases
from cma_app.services.next_actions import list_actions, record_action
from cma_app.services.notes import list_notes, record_note
from tests.browser.conftest import Office
from tests.depth import others_deep
from tests.people import Cast
from tests.services.test_case_list import named_case, owe
from tests.services.test_cases import make_case

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def faults(page: Page) -> list[str]:
    """Return what axe finds on a page as it stands."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


def look(page: Page, name: str) -> None:
    """Keep a picture where CMA_SHOTS names a folder: for people to look at."""
    folder = os.environ.get("CMA_SHOTS")  # noqa: TID251 - no setting of the app
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def a_full_case(cast: Cast) -> int:
    """Return the id of a case with an emergency, debts, a budget, notes and actions."""
    case_id = named_case(
        cast,
        cast.amina,
        "Leanne",
        "Whitmore",
        emergency="Eviction",
        emergency_date=today() + timedelta(days=5),
    )
    owe(cast, case_id)
    with cast.open(cast.amina) as session:
        record_note(session, case_id, channel="phone", minutes=12, body="Rang about the rent.")
        record_action(session, case_id, what="Send the offer", due_date=today())
    return case_id


class TestCasesList:
    def test_searches_filters_and_sorts_in_the_address(self, office: Office, cast: Cast) -> None:
        wanted = named_case(cast, cast.amina, "Leanne", "Whitmore")
        named_case(cast, cast.amina, "Marek", "Dudek")
        page = office.signed_in("amina", "/cases").page
        expect(page.locator("tbody tr")).to_have_count(2)
        page.fill("#find-case", "whit")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"q=whit"))
        expect(page.locator("#find-case")).to_be_focused()
        expect(page.locator("#find-case")).to_have_value("whit")
        page.get_by_role("button", name=re.compile("^No dated next action")).click()
        expect(page).to_have_url(re.compile(r"undated=1"))
        page.get_by_role("button", name="Client", exact=True).click()
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Client")
        page.reload()
        expect(page.locator("#find-case")).to_have_value("whit")
        page.get_by_role("link", name="Leanne Whitmore").click()
        expect(page).to_have_url(re.compile(rf"/cases/{wanted}$"))

    def test_says_what_to_do_where_there_is_nothing(self, office: Office) -> None:
        page = office.signed_in("amina", "/cases").page
        expect(page.locator(".empty")).to_contain_text("You hold no open case")
        page.get_by_role("button", name="Show everybody's").click()
        expect(page.locator(".empty")).to_contain_text("A walk-in makes the first one")
        assert faults(page) == []

    def test_a_trainee_sees_the_assigned_alone(self, office: Office, cast: Cast) -> None:
        named_case(cast, cast.tess, "Gordon", "Tait")
        named_case(cast, cast.amina, "Leanne", "Whitmore")
        page = office.signed_in("tess", "/cases?advisor=all").page
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody")).to_contain_text("Gordon Tait")


class TestWorkspace:
    @pytest.mark.parametrize("width", others_deep([1280, 768]))
    def test_shows_the_case_and_has_no_fault_axe_finds(
        self, office: Office, cast: Cast, width: int
    ) -> None:
        case_id = a_full_case(cast)
        page = office.signed_in("amina", f"/cases/{case_id}", width=width).page
        expect(page.locator("h1")).to_have_text("Leanne Whitmore")
        expect(page.locator(".clock")).to_contain_text("Eviction in 5 days")
        expect(page.locator(".facts")).to_contain_text("£99.50 a month")
        expect(page.locator(".facts")).to_contain_text("£820.10")
        expect(page.locator(".timeline")).to_contain_text("Rang about the rent.")
        look(page, f"case-{width}")
        assert faults(page) == []
        for opener in ("Add action", "Edit", "Move stage", "Lower priority"):
            page.get_by_role("button", name=opener, exact=True).click()
            expect(page.locator("dialog[open]")).to_have_count(1)
            assert faults(page) == []
            page.keyboard.press("Escape")

    def test_moves_and_is_refused_in_words(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}").page
        page.get_by_role("button", name="Move stage").click()
        page.select_option("dialog[open] select[name=stage]", "advice")
        page.get_by_role("button", name="Move case").click()
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(page.locator(".facts")).to_contain_text("Advice")
        expect(page.locator(".timeline")).to_contain_text("From fact find to advice")
        page.get_by_role("button", name="Lower priority").click()
        page.get_by_role("button", name="Lower priority", exact=True).last.click()
        expect(page.locator("dialog[open] .error-summary")).to_contain_text("Say why")
        expect(page.locator("dialog[open] .error-summary")).to_be_focused()

    def test_an_action_is_added_done_and_undone(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}").page
        page.get_by_role("button", name="Add the next action").click()
        page.fill("#new-what", "Ring the landlord")
        page.fill("#new-due_date", (today() + timedelta(days=2)).isoformat())
        page.locator("dialog[open]").get_by_role("button", name="Add action").click()
        expect(page.locator(".agenda")).to_contain_text("in 2 days")
        page.get_by_role("button", name="Done with Ring the landlord").click()
        expect(page.locator(".agenda")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".agenda li")).to_have_count(1)
        with cast.open(cast.amina) as session:
            (action,) = list_actions(session, case_id)
        assert action.done_at is None

    def test_two_people_editing_lose_nothing(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        desks = [office.signed_in(who, f"/cases/{case_id}").page for who in ("amina", "ben")]
        for page, nation in zip(desks, ("wales", "scotland"), strict=True):
            page.get_by_role("button", name="Edit", exact=True).click()
            page.select_option("dialog[open] select[name=nation]", nation)
        desks[0].get_by_role("button", name="Save case").click()
        expect(desks[0].locator("dialog[open]")).to_have_count(0)
        desks[1].get_by_role("button", name="Save case").click()
        expect(desks[1].locator("dialog[open] .stored")).to_contain_text("Wales")
        expect(desks[1].locator("dialog[open] select[name=nation]")).to_have_value("scotland")
        desks[1].get_by_role("button", name="Save case").click()
        expect(desks[1].locator("dialog[open]")).to_have_count(0)
        with cast.open(cast.amina) as session:
            assert list_cases(session, CaseFilter()).page.total == 1
        expect(desks[1].locator(".answers")).to_contain_text("Scotland")

    def test_a_trainee_sees_no_button_for_what_is_refused(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        page = office.signed_in("tess", f"/cases/{case_id}").page
        expect(page.get_by_role("button", name="Raise priority")).to_be_visible()
        expect(page.get_by_role("button", name="Lower priority")).to_be_visible()  # it is submitted
        expect(page.get_by_role("button", name="Hand on")).to_have_count(0)

    @pytest.mark.parametrize("who", ["colin", "tess"])
    def test_is_not_found_by_others(self, office: Office, cast: Cast, who: str) -> None:
        case_id = a_full_case(cast)
        page = office.signed_in(who, f"/cases/{case_id}").page
        expect(page.locator("h1")).to_have_text("Not found")
        expect(page.locator("body")).not_to_contain_text("Whitmore")


class TestNotes:
    def test_alt_n_writes_one_from_any_tab_and_an_input(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}").page
        expect(page.locator(".timeline")).to_be_visible()
        page.get_by_role("button", name="Edit", exact=True).click()
        page.focus("#next_review_date")
        page.keyboard.press("Alt+n")
        expect(page.locator("#note-body")).to_be_focused()
        page.keyboard.type("He rang about the bailiffs.")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("Alt+n")
        expect(page.locator("#note-body")).to_have_value("He rang about the bailiffs.")
        page.fill("#note-minutes", "7")
        page.fill("#note-next_action", "Write to the bailiffs")
        page.fill("#note-next_action_date", (today() + timedelta(days=1)).isoformat())
        assert faults(page) == []
        look(page, "note-dialog")
        page.get_by_role("button", name="Save note").click()
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(page.locator(".timeline")).to_contain_text("He rang about the bailiffs.")
        expect(page.locator(".agenda")).to_contain_text("Write to the bailiffs")
        page.keyboard.press("Alt+n")
        expect(page.locator("#note-body")).to_have_value("")

    def test_a_draft_comes_back_after_a_lost_page(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/notes").page
        expect(page.locator(".empty")).to_be_visible()
        page.keyboard.press("Alt+n")
        page.fill("#note-body", "Half a sent")
        expect(page.locator("dialog[open]")).to_contain_text("Draft kept")
        desk = office.signed_in("amina", f"/cases/{case_id}").page
        expect(desk.locator(".timeline")).to_be_visible()
        desk.keyboard.press("Alt+n")
        expect(desk.locator("#note-body")).to_have_value("Half a sent")

    def test_the_page_stands_in_the_address(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            for number in range(52):
                record_note(session, case_id, channel="phone", minutes=1, body=f"Call {number}")
        page = office.signed_in("amina", f"/cases/{case_id}/notes").page
        page.get_by_role("button", name="Next").click()
        expect(page).to_have_url(re.compile(rf"/cases/{case_id}/notes\?page=2$"))
        expect(page.locator(".pager")).to_contain_text("51 to 52 of 52")
        page.reload()
        expect(page.locator(".pager")).to_contain_text("51 to 52 of 52")
        expect(page.locator(".notes li .said")).to_have_text(["Call 1", "Call 0"])
        page.keyboard.press("Alt+n")
        page.fill("#note-body", "The newest of all")
        page.get_by_role("button", name="Save note").click()
        expect(page.locator(".notes li .said").first).to_have_text("The newest of all")
        expect(page).to_have_url(re.compile(rf"/cases/{case_id}/notes$"))
        page.go_back()
        expect(page.locator(".pager")).to_contain_text("51 to 53 of 53")

    @pytest.mark.parametrize("width", others_deep([1280, 768]))
    def test_is_corrected_and_the_first_wording_stays(
        self, office: Office, cast: Cast, width: int
    ) -> None:
        case_id = a_full_case(cast)
        page = office.signed_in("ben", f"/cases/{case_id}/notes", width=width).page
        page.get_by_role("button", name=re.compile("^Correct")).click()
        expect(page.locator("#correct-body")).to_have_value("Rang about the rent.")
        page.fill("#correct-body", "Rang about the gas.")
        assert faults(page) == []
        page.get_by_role("button", name="Save correction").click()
        expect(page.locator(".notes li")).to_contain_text("Rang about the gas.")
        expect(page.locator(".notes li")).to_contain_text("by Ben Ellis")
        page.get_by_text("See first version").click()
        expect(page.locator(".notes details")).to_contain_text("Rang about the rent.")
        look(page, f"notes-{width}")
        assert faults(page) == []
        with cast.open(cast.amina) as session:
            assert len(list_notes(session, case_id).page.rows[0].earlier) == 1
