"""A statement from draft to issued in a browser, and the file that comes of it."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from cma_app.services.budgets import record_line, revise_sheet
from cma_app.services.offers import record_offers
from cma_app.services.statements import (
    complete_statement,
    issue_statement,
    verify_statement,
)
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture
from tests.people import Cast
from tests.services.test_statements import Leanne, ask_for_a_second_person

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_an_advisor_takes_a_statement_to_the_creditors(office: Office, cast: Cast) -> None:
    case = Leanne(cast)
    desk = office.signed_in("amina", f"/cases/{case.case_id}/statement")
    page = desk.page
    page.get_by_role("button", name="Prepare a statement").click()
    way = page.get_by_role("region", name="Statement 1")
    expect(way.get_by_text("Draft")).to_be_visible()
    expect(page.get_by_role("table", name="Sums of the statement")).to_contain_text("£165.00")
    picture(page, "statement-draft")

    page.get_by_role("button", name="Complete statement").click()
    expect(way.get_by_text("Not needed")).to_be_visible()

    page.get_by_role("button", name="Record the client's confirmation").click()
    dialog = page.get_by_role("dialog", name="Record the client's confirmation")
    dialog.get_by_role("button", name="Record confirmation").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose how the client confirmed it.")
    assert findings(page) == []
    dialog.get_by_label("By phone").check()
    dialog.get_by_label("They say that it is accurate").check()
    dialog.get_by_label("They consent to our sending it to the creditors").check()
    dialog.get_by_role("button", name="Record confirmation").click()
    expect(way.get_by_text("No live authority for City Council")).to_be_visible()
    expect(page.get_by_role("button", name="Issue statement")).to_be_disabled()

    page.get_by_role("button", name="Record an authority").click()
    signed = page.get_by_role("dialog", name="Record an authority")
    for part, typed in (("Day", "2"), ("Month", "1"), ("Year", "2026")):
        signed.get_by_label(part, exact=True).first.fill(typed)
    signed.get_by_role("button", name="Record authority").click()
    expect(page.get_by_text("On paper, signed 2 Jan 2026, no end date")).to_be_visible()
    picture(page, "statement-confirmed")

    page.get_by_role("button", name="Issue statement").click()
    expect(page.get_by_role("link", name="Full statement, PDF")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Full statement, PDF").click()
    kept = Path(waiting.value.path()).read_bytes()
    said = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(kept)).pages)
    for figure in ("165.00", "52.00", "17.52", "28.30", "3.18"):
        assert figure in said, figure
    picture(page, "statement-issued")
    assert findings(page) == []
    page.set_viewport_size({"width": 768, "height": 1000})
    picture(page, "statement-issued-768")

    desk.open(f"/cases/{case.case_id}/budget")
    expect(page.get_by_text("A statement was issued from this sheet")).to_be_visible()


def test_a_trainees_statement_is_verified_by_another_and_later_superseded(
    office: Office, cast: Cast
) -> None:
    case = Leanne(cast, cast.tess)
    tess = office.signed_in("tess", f"/cases/{case.case_id}/statement").page
    tess.get_by_role("button", name="Prepare a statement").click()
    tess.get_by_role("button", name="Complete statement").click()
    expect(tess.get_by_text("Another advisor has to verify this statement")).to_be_visible()
    expect(tess.get_by_role("button", name="Verify statement")).to_have_count(0)
    assert findings(tess) == []

    amina = office.signed_in("amina", f"/cases/{case.case_id}/statement").page
    who = amina.get_by_role("region", name="Who it is of")
    expect(who).to_contain_text("27 Mar 1984")
    expect(who).to_contain_text("Children under 16")
    amina.get_by_role("button", name="Verify statement").click()
    expect(amina.get_by_role("button", name="Record the client's confirmation")).to_be_visible()
    case.confirm()
    case.authorise()
    case.do(issue_statement, cast.amina)

    with cast.open(cast.amina) as session:
        record_line(session, revise_sheet(session, case.sheet_id).id, code="rent", typed="1995")
        record_offers(session, case.case_id)
    tess.reload()
    tess.get_by_role("button", name="Prepare a statement").click()
    second = tess.get_by_role("region", name="Statement 2")
    differs = tess.get_by_role("table", name="What differs from the statement issued before")
    expect(differs).to_contain_text("£165.00")
    expect(differs).to_contain_text("£155.00")
    picture(tess, "statement-second")
    case.do(complete_statement)
    case.do(verify_statement, cast.ben)
    case.confirm()
    case.do(issue_statement, cast.amina)
    tess.reload()
    expect(second.get_by_text("Issued", exact=True).first).to_be_visible()
    tess.get_by_role("link", name="Statement 1", exact=True).click()
    first = tess.get_by_role("region", name="Statement 1")
    expect(first.get_by_text("Superseded")).to_be_visible()
    expect(tess.get_by_role("table", name="Sums of the statement")).to_contain_text("£165.00")


def test_an_advisors_own_waits_where_the_centre_asks(office: Office, cast: Cast) -> None:
    ask_for_a_second_person(cast)
    case = Leanne(cast)
    case.prepare()
    amina = office.signed_in("amina", f"/cases/{case.case_id}/statement").page
    amina.get_by_role("button", name="Complete statement").click()
    expect(amina.get_by_text("Another advisor has to verify this statement")).to_be_visible()
    expect(amina.get_by_role("button", name="Verify statement")).to_have_count(0)
    ben = office.signed_in("ben", f"/cases/{case.case_id}/statement").page
    ben.get_by_role("button", name="Verify statement").click()
    expect(ben.get_by_role("button", name="Record the client's confirmation")).to_be_visible()


def test_a_draft_is_discarded_after_one_question(office: Office, cast: Cast) -> None:
    case = Leanne(cast)
    case.prepare()
    page = office.signed_in("amina", f"/cases/{case.case_id}/statement").page
    page.get_by_role("button", name="Discard", exact=True).click()
    dialog = page.get_by_role("dialog", name="Discard this statement")
    expect(dialog).to_be_visible()
    assert findings(page) == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("region", name="Statement 1")).to_be_visible()
    page.get_by_role("button", name="Discard", exact=True).click()
    dialog.get_by_role("button", name="Discard statement").click()
    expect(page.get_by_text("No statement yet.")).to_be_visible()
    page.get_by_role("button", name="Prepare a statement").click()
    expect(page.get_by_role("region", name="Statement 2")).to_be_visible()
