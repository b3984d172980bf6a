"""Legal dates in a browser: a breathing space by keyboard, its clock on the board, requests."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from cma_app.clock import today
from cma_app.services.breathing_space import record_space
from cma_app.services.debt_events import add_event
from cma_app.services.debts import add_debt
from cma_app.services.requests import record_request
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture
from tests.browser.test_board import WITHIN
from tests.people import Cast
from tests.plant import plant_case
from tests.services.money import make_case

pytestmark = [pytest.mark.browser, pytest.mark.database]


def day_text(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def type_day(page: Page, day: date) -> None:
    """Type a day into its three boxes; the first has the focus."""
    for part in (day.day, day.month, day.year):
        page.keyboard.type(str(part))
        page.keyboard.press("Tab")


def spaces(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Standard breathing space"))


def listed(page: Page) -> Locator:
    return page.get_by_role("region", name="Legal dates", exact=True).first


def begun(office: Office, cast: Cast, case_id: int, start: date) -> Page:
    """Return the dates of a case whose standard breathing space began on a day."""
    with cast.open(cast.amina) as session:
        record_space(session, case_id, {"kind": "standard", "start_date": start.isoformat()})
    page = office.signed_in("amina", f"/cases/{case_id}/dates").page
    expect(spaces(page)).to_be_visible()
    return page


def owe(cast: Cast, case_id: int, kind: str, creditor: str) -> None:
    with cast.open(cast.amina) as session:
        add_debt(session, case_id, {"creditor": creditor, "debt_type": kind, "balance": "4700"})


def test_an_advisor_records_by_keyboard_and_sees_the_clock(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    owe(cast, case_id, "credit_card", "Bellgrove Bank")
    owe(cast, case_id, "social_fund", "Department for Work and Pensions")
    start = today() - timedelta(days=27)
    page = office.signed_in("amina", f"/cases/{case_id}/dates").page
    expect(page.get_by_text("No breathing space is recorded.")).to_be_visible()
    page.get_by_role("button", name="Record a breathing space").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Breathing space", exact=True)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("Enter the start date")
    assert findings(page) == []
    picture(page, "dates-record-refused")
    dialog.get_by_label("Standard").focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_label("Who confirms the treatment")).to_be_hidden()
    page.locator("#space-start_date").focus()
    type_day(page, start)
    page.locator("#space-register_reference").fill("BSS-0000004107")
    page.locator("#space-register_reference").press("Enter")
    expect(dialog).to_be_hidden()
    space, last = spaces(page), start + timedelta(59)
    expect(space.get_by_text(re.compile("Today is day 28. Protected until"))).to_be_visible()
    expect(space.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("Midway review: .*days 26 to 35")
    )
    expect(space.get_by_role("row", name=re.compile("Bellgrove Bank.*In it"))).to_be_visible()
    expect(space.get_by_role("row", name=re.compile("Pensions.*Left out"))).to_be_visible()
    bar = page.get_by_role("region", name="Client and case")
    expect(bar.get_by_text(re.compile(f"Protected until {day_text(last)}"))).to_be_visible()
    expect(
        listed(page).get_by_role("row", name=re.compile("Breathing space review"))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Record a breathing space")).to_have_count(0)
    assert faults(page, "dates") == []


def test_the_review_waits_for_its_day_and_leaves_the_list(office: Office, cast: Cast) -> None:
    case_id, start = make_case(cast, cast.amina), today() - timedelta(days=27)
    page = begun(office, cast, case_id, start)
    space = spaces(page)
    space.get_by_role("button", name="Record review").focus()
    page.keyboard.press("Enter")
    review = page.get_by_role("dialog", name="Midway review")
    expect(review.get_by_text(re.compile("days 26 to 35"))).to_be_visible()
    page.locator("#review-review_held_on").focus()
    type_day(page, start + timedelta(3))
    review.get_by_label("It goes on").check()
    review.get_by_role("button", name="Record review").click()
    expect(review.get_by_text("No review may be made before").first).to_be_visible()
    for part, number in zip(("", "-month", "-year"), today().timetuple()[2::-1], strict=True):
        page.locator(f"#review-review_held_on{part}").fill(str(number))
    review.get_by_role("button", name="Record review").click()
    expect(review).to_be_hidden()
    expect(space.get_by_text(re.compile("It goes on · Amina Khan"))).to_be_visible()
    expect(listed(page).get_by_text("Breathing space review")).to_have_count(0)


def test_an_end_and_a_record_made_by_a_slip_are_undone(office: Office, cast: Cast) -> None:
    case_id, start = make_case(cast, cast.amina), today() - timedelta(days=27)
    page = begun(office, cast, case_id, start)
    space = spaces(page)
    space.get_by_role("button", name="Record its end").click()
    end = page.get_by_role("dialog", name="It ended early")
    expect(end.get_by_label("Why")).to_contain_text("A debt solution is in place")
    page.locator("#end-space-ended_on").focus()
    type_day(page, today())
    end.get_by_label("Why").select_option("debt_solution")
    end.get_by_role("button", name="Record its end").click()
    expect(end).to_be_hidden()
    expect(space.get_by_text("A debt solution is in place.")).to_be_visible()
    space.get_by_role("button", name="Undo its end").click()
    expect(space.get_by_role("button", name="Record its end")).to_be_visible()
    page.get_by_text(re.compile("History \\(")).click()
    expect(page.get_by_text("Breathing space: its end was taken back")).to_be_visible()
    space.get_by_role("button", name="Take back").click()
    expect(space).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(space.get_by_text(re.compile("Today is day 28"))).to_be_visible()


def test_a_debt_is_left_out_with_its_reason(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    owe(cast, case_id, "credit_card", "Bellgrove Bank")
    with cast.open(cast.amina) as session:
        record_space(session, case_id, {"kind": "standard", "start_date": today().isoformat()})
    page = office.signed_in("amina", f"/cases/{case_id}/dates").page
    spaces(page).get_by_role("button", name="Decide about Bellgrove Bank").click()
    dialog = page.get_by_role("dialog", name="In it or left out")
    dialog.get_by_label("Left out", exact=True).check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Say why it is left out.").first).to_be_visible()
    assert findings(page) == []
    picture(page, "dates-debt-refused")
    dialog.get_by_label("Why it is left out").fill("Taken out by fraud")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    row = spaces(page).get_by_role("row", name=re.compile("Bellgrove"))
    expect(row).to_contain_text("Taken out by fraud")


def test_a_request_is_recorded_answered_and_opened_again(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    page = office.signed_in("amina", f"/cases/{case_id}/dates").page
    page.get_by_role("button", name="Add a request").click()
    dialog = page.get_by_role("dialog", name="Request with a last day")
    dialog.get_by_label("Which request").select_option("complaint")
    dialog.get_by_label("From or to whom").fill("The client")
    page.locator("#request-asked_on").focus()
    type_day(page, today())
    picture(page, "dates-request")
    assert findings(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    row = listed(page).get_by_role("row", name=re.compile("Complaint about our service"))
    expect(row.get_by_text(re.compile("working days left"))).to_be_visible()
    requests = page.get_by_role("region", name="Requests with a last day")
    requests.get_by_role("button", name=re.compile("^Answered")).click()
    done = page.get_by_role("dialog", name="Answered")
    expect(done.get_by_text("Complaint about our service")).to_be_visible()
    done.get_by_label("How it was answered").fill("Copy handed over")
    done.get_by_label("How it was answered").press("Enter")
    expect(done).to_be_hidden()
    expect(requests.get_by_text(re.compile("Copy handed over, Amina Khan"))).to_be_visible()
    expect(row).to_have_count(0)
    requests.get_by_role("button", name=re.compile("^Open again")).click()
    expect(row).to_be_visible()


def test_a_new_clock_is_on_a_second_persons_board_without_reload(
    office: Office, cast: Cast, owner: Engine
) -> None:
    case_id = plant_case(owner, cast.amina, last="Protected")
    page = office.signed_in("maria", "/board").page
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.evaluate("window.same = true")
    start = today() - timedelta(days=27)
    with cast.open(cast.amina) as session:
        record_space(session, case_id, {"kind": "standard", "start_date": start.isoformat()})
    card = page.locator(f"[data-case='{case_id}']")
    last = start + timedelta(59)
    expect(card.get_by_text(f"Protected to {last.day} {last:%b}", exact=True)).to_be_visible(
        timeout=WITHIN
    )
    debt = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "10"}
    claim = {"kind": "claim", "event_date": today().isoformat()}
    with cast.open(cast.amina) as session:
        debt_id = add_debt(session, case_id, debt).id
        reply_by = (today() + timedelta(days=2)).isoformat()
        add_event(session, debt_id, {**claim, "reply_by": reply_by})
    expect(card.locator(".legal", has_text="County Court claim, answer")).to_be_visible(
        timeout=WITHIN
    )
    expect(page.get_by_role("link", name="Legal date in 7 days 1")).to_be_visible()
    assert page.evaluate("window.same") is True
    picture(page, "dates-board")
    page.get_by_role("link", name="Legal date in 7 days 1").click()
    page.wait_for_url("**/board?show=legal")
    expect(page.get_by_role("link", name="Pat Protected")).to_be_visible()
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.get_by_role("table").get_by_text(re.compile("Protected to"))).to_be_visible()
    picture(page, "dates-board-list")


def test_near_dates_stand_on_the_advisors_first_page(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    said = {"kind": "information", "about": "Court", "asked_on": today().isoformat()}
    due = (today() + timedelta(days=2)).isoformat()
    with cast.open(cast.amina) as session:
        record_request(session, case_id, {**said, "due_date": due})
    page = office.signed_in("amina", "/").page
    # before a weekend the day to act by is earlier than the day itself
    groups = page.get_by_role("region", name=re.compile("^(Overdue|Today|This week)"))
    near = groups.filter(has_text="A court or creditor asks us")
    expect(near.get_by_text("Request", exact=True)).to_be_visible()
    picture(page, "dates-my-day")
    near.get_by_role("link", name=re.compile("^Open dates")).click()
    page.wait_for_url(f"**/cases/{case_id}/dates")
    expect(page.get_by_role("region", name="Requests with a last day")).to_be_visible()


def test_scotland_says_what_there_is_instead(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina, nation="scotland")
    page = office.signed_in("amina", f"/cases/{case_id}/dates").page
    expect(page.get_by_text("There is no breathing space in Scotland.")).to_be_visible()
    expect(page.get_by_role("button", name="Record a breathing space")).to_have_count(0)


def test_a_trainee_records_and_neither_reviews_nor_ends(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.tess)
    with cast.open(cast.tess) as session:
        said = {"kind": "standard", "start_date": (today() - timedelta(days=27)).isoformat()}
        record_space(session, case_id, said)
    page = office.signed_in("tess", f"/cases/{case_id}/dates").page
    space = spaces(page)
    expect(space.get_by_role("button", name="Put right")).to_be_visible()
    for word in ("Record review", "Record its end", "Take back"):
        expect(space.get_by_role("button", name=word)).to_have_count(0)
