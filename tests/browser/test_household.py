"""The household tab by keyboard: the header's answers, a second person, and their separation."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.services.case_people import join_new_person, read_people
from cma_app.services.debts import add_debt
from cma_app.services.drafts import kept_draft
from cma_app.services.households import record_household
from cma_app.services.separation import separate_people
from cma_app.services.walk_in import start_walk_in
from tests.browser.conftest import Office
from tests.browser.looking import faults
from tests.browser.test_journeys import into, press
from tests.people import Cast
from tests.platform.waiting import until
from tests.services.intake_forms import ROUTES, walk_in_form
from tests.services.money import make_case
from tests.services.test_joint_statements import Two

pytestmark = [pytest.mark.browser, pytest.mark.database]

DEREK = {"first_name": "Derek", "last_name": "Fenwick", **ROUTES}


def answers(page: Page) -> Locator:
    return page.get_by_role("region", name="Answers so far")


def people(page: Page) -> Locator:
    return page.get_by_role("region", name="People of this case")


def bar(page: Page) -> Locator:
    return page.locator(".identity-bar")


def wait_kept(cast: Cast, case_id: int, **typed: str) -> None:
    """Wait until the server keeps what Amina typed on the case's household."""

    def is_kept() -> bool:
        with cast.open(cast.amina) as session:
            return typed.items() <= kept_draft(session, "household", record_id=case_id).items()

    until(is_kept, what=f"keeping {typed}")


def looked_at(page: Page, name: str) -> None:
    """Look at a page in each width: axe finds nothing and nothing is cut off."""
    assert faults(page, name) == []


class TestKept:
    def test_what_was_typed_is_there_after_a_reload(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        into(page, "adults", "2")
        into(page, "child_ages", "3, 7, x")
        page.locator("[name='employment-part_time']").check()
        page.locator("[name=tenure]").select_option("other")
        into(page, "tenure_note", "House boat")
        expect(page.get_by_text(re.compile("^Kept ..:.., not saved yet"))).to_be_visible()
        expect(page.get_by_text("Enter ages in whole years")).to_be_visible()
        wait_kept(cast, case_id, tenure_note="House boat")
        page.reload()
        expect(page.get_by_text("What you typed is kept, and not saved yet.")).to_be_visible()
        expect(page.locator("[name=child_ages]")).to_have_value("3, 7, x")
        expect(page.locator("[name=tenure_note]")).to_have_value("House boat")
        expect(page.locator("[name='employment-part_time']")).to_be_checked()
        looked_at(page, "household-kept")
        into(page, "child_ages", "3, 7")
        press(page, "Save household")
        expect(answers(page)).to_contain_text("2 adults, 2 children under 16; other home")
        expect(page.get_by_text("not saved yet")).to_have_count(0)
        page.reload()
        expect(page.locator("[name=child_ages]")).to_have_value("3, 7")
        expect(page.get_by_text("not saved yet")).to_have_count(0)

    def test_it_is_thrown_away_on_request(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        into(page, "adults", "4")
        page.get_by_role("button", name="Throw away what I typed").click()
        expect(page.locator("[name=adults]")).to_have_value("1")
        page.reload()
        expect(page.locator("[name=adults]")).to_have_value("1")

    def test_who_was_first_is_shown_beside_it(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        into(page, "adults", "4")
        wait_kept(cast, case_id, adults="4")
        with cast.open(cast.ben) as session:
            record_household(session, case_id, {"adults": "3"})
        page.reload()
        expect(page.locator("[name=adults]")).to_have_value("4")
        press(page, "Save household")
        expect(page.get_by_text("Somebody", exact=False)).to_be_visible()
        expect(page.locator("[name=adults]")).to_have_value("4")

    def test_words_on_a_partner_go_with_them(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            join_new_person(session, case_id, DEREK)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        page.locator("[name='partner_employment-other']").check()
        into(page, "partner_employment_note", "Bell ringer")
        wait_kept(cast, case_id, partner_employment_note="Bell ringer")
        with cast.open(cast.amina) as session:
            separate_people(session, case_id, opens_case=False)
        page.reload()
        expect(page.locator("[name=adults]")).to_be_visible()
        expect(page.get_by_text("not saved yet")).to_have_count(0)
        expect(page.locator("[name=partner_employment_note]")).to_have_value("")


class TestTheAnswers:
    def test_are_all_asked_and_named_on_the_sheet(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        expect(page.get_by_label("What other home")).not_to_be_visible()
        into(page, "adults", "2")
        into(page, "child_ages", "3, 7, x")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Enter ages in whole years")).to_be_visible()
        looked_at(page, "household-error")
        into(page, "child_ages", "3, 7 and 16")
        page.keyboard.press("Tab")
        expect(page.get_by_text("2 under 16, 1 of 16 to 18")).to_be_visible()
        expect(page.locator("[name=children_under_16]")).to_have_count(0)
        page.locator("[name=has_partner][value=no]").focus()
        page.keyboard.press("ArrowLeft")
        page.locator("[name=tenure]").focus()
        page.keyboard.type("Other")
        into(page, "tenure_note", "House boat")
        for box in ("employment-part_time", "partner_employment-other"):
            page.locator(f"[name='{box}']").focus()
            page.keyboard.press("Space")
        into(page, "partner_employment_note", "Bell ringer")
        press(page, "Save household")
        said = (
            "2 adults, 2 children under 16, 1 child of 16 to 18; other home (House boat);"
            " part-time; partner: other work (Bell ringer)"
        )
        expect(answers(page)).to_contain_text(said)
        expect(bar(page)).to_contain_text("3 children")
        looked_at(page, "household-filled")
        page.get_by_role("navigation", name="Case").get_by_role("link", name="Budget").click()
        press(page, "Start the budget")
        expect(page.get_by_text("This sheet was made for: 2 adults")).to_be_visible()

    def test_counts_that_disagree_get_a_sentence_and_nothing_is_lost(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        into(page, "children_under_16", "4")
        into(page, "child_ages", "3")
        page.keyboard.press("Enter")
        summary = page.locator(".error-summary")
        expect(summary).to_contain_text("The ages say 1 under 16")
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.locator("[name=child_ages]")).to_have_value("3")

    def test_the_second_to_save_sees_both(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        mine = office.signed_in("amina", f"/cases/{case_id}/household").page
        theirs = office.signed_in("ben", f"/cases/{case_id}/household").page
        into(theirs, "adults", "3")
        press(theirs, "Save household")
        expect(answers(theirs)).to_contain_text("3 adults")
        into(mine, "adults", "2")
        press(mine, "Save household")
        expect(mine.locator(".theirs")).to_contain_text("Adults: stored now is 3")
        expect(mine.locator("[name=adults]")).to_have_value("2")
        press(mine, "Save household")
        expect(answers(mine)).to_contain_text("2 adults")


class TestTwoPeople:
    def test_a_new_partner_gets_a_file_and_is_named_with_their_own_routes(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        press(page, "Add the partner")
        dialog = page.get_by_role("dialog", name="Add the partner")
        dialog.get_by_role("button", name="Make a file and add").focus()
        page.keyboard.press("Enter")
        expect(dialog.locator(".error-summary")).to_contain_text("Enter their first name.")
        looked_at(page, "household-join")
        into(page, "first_name", "Derek")
        page.keyboard.press("Tab")
        page.keyboard.type("Fenwick")
        page.locator("[name=route_text][value=not_asked]").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("[name=route_text][value=yes]")).to_be_checked()
        press(page, "Make a file and add")
        expect(dialog).not_to_be_visible()
        expect(page.locator("h1")).to_have_text("Leanne Whitmore and Derek Fenwick")
        his = bar(page).get_by_role("list", name="Safe ways to reach Derek Fenwick")
        hers = bar(page).get_by_role("list", name="Safe ways to reach Leanne Whitmore")
        expect(his).to_contain_text("Text")
        expect(his).to_contain_text("Not asked: call")
        expect(hers).to_have_text("Not asked yet")
        expect(people(page)).to_contain_text("Keeping a record: not asked")
        looked_at(page, "household-two")
        people(page).get_by_role("link", name="Derek Fenwick").focus()
        page.keyboard.press("Enter")
        cases = page.get_by_role("region", name="Cases")
        expect(cases).to_contain_text("With Leanne Whitmore")
        cases.get_by_role("link").first.click()
        expect(page.locator("h1")).to_have_text("Leanne Whitmore and Derek Fenwick")

    def test_who_is_here_already_is_found_and_added(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.ben) as session:
            form = walk_in_form(first_name="Derek", last_name="Fenwick")
            derek = start_walk_in(session, form).client_id
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        press(page, "Add the partner")
        into(page, "first_name", "Derek")
        page.keyboard.press("Tab")
        page.keyboard.type("Fenwick")
        page.keyboard.press("Tab")
        press(page, "Add this client")
        expect(page.locator("h1")).to_have_text("Leanne Whitmore and Derek Fenwick")
        with cast.open(cast.amina) as session:
            assert [each.client_id for each in read_people(session, case_id)][1] == derek

    def test_the_question_says_what_happens_and_then_it_does(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            join_new_person(session, case_id, DEREK)
            record_household(session, case_id, {"adults": "2", "has_partner": "yes"})
            for name, balance, owed_by in (
                ("Dyffryn Bank", "7800", "joint"),
                ("Marlow Bank", "1500", "partner"),
            ):
                row = {"creditor": name, "debt_type": "credit_card", "balance": balance}
                add_debt(session, case_id, row | {"owed_by": owed_by})
        page = office.signed_in("amina", f"/cases/{case_id}/household").page
        press(page, "Separate the two")
        dialog = page.get_by_role("dialog", name="Separate the two")
        expect(dialog).to_contain_text("Dyffryn Bank, £7,800.00")
        expect(dialog).to_contain_text("Marlow Bank, £1,500.00")
        looked_at(page, "household-separate")
        page.keyboard.press("Escape")
        expect(people(page)).to_contain_text("Derek Fenwick")
        press(page, "Separate the two")
        dialog.get_by_role("button", name="Separate the two").focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Leanne Whitmore")
        expect(dialog).not_to_be_visible()
        expect(people(page)).not_to_contain_text("Derek")
        expect(page.get_by_role("button", name="Add the partner")).to_be_visible()
        expect(answers(page).get_by_role("listitem").first).to_contain_text("1 adult")
        assert "Derek" not in page.locator("body").inner_text()

    def test_a_trainee_may_join_and_not_separate(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            join_new_person(session, case_id, DEREK)
        page = office.signed_in("tess", f"/cases/{case_id}/household").page
        expect(people(page)).to_contain_text("Derek Fenwick")
        expect(page.get_by_role("button", name="Separate the two")).to_have_count(0)


class TestAJointStatement:
    def test_is_confirmed_by_each_of_the_two(self, office: Office, cast: Cast) -> None:
        two = Two(cast)
        two.complete()
        page = office.signed_in("amina", f"/cases/{two.case_id}/statement").page
        way = page.get_by_role("region", name="Statement 1")
        for who in ("Leanne Whitmore", "Sam Whitmore"):
            press(page, "Record a confirmation")
            dialog = page.get_by_role("dialog", name="Record a confirmation")
            dialog.get_by_label("Who confirms it").select_option(label=who)
            dialog.get_by_label("In person").check()
            dialog.get_by_label("They say that it is accurate").check()
            dialog.get_by_label("They consent to our sending it to the creditors").check()
            if who.startswith("Leanne"):
                looked_at(page, "joint-confirm")
            dialog.get_by_role("button", name="Record confirmation").focus()
            page.keyboard.press("Enter")
            expect(dialog).not_to_be_visible()
            expect(way).to_contain_text(f"{who}, in person")
            if who.startswith("Leanne"):
                expect(way).to_contain_text("Sam Whitmore has to confirm the statement")
                looked_at(page, "joint-half")
        expect(way).to_contain_text("No live authority of Sam Whitmore for Harbour Finance")
        press(page, "Record an authority")
        signed = page.get_by_role("dialog", name="Record an authority")
        signed.get_by_label("Who signed it").select_option(label="Sam Whitmore")
        for part, typed in (("Day", "2"), ("Month", "1"), ("Year", "2026")):
            signed.get_by_label(part, exact=True).first.fill(typed)
        signed.get_by_role("button", name="Record authority").click()
        expect(page.get_by_role("region", name="Authorities")).to_contain_text("from Sam Whitmore")
        expect(way).not_to_contain_text("No live authority of Sam Whitmore")
        expect(way).to_contain_text("No live authority of Leanne Whitmore")
