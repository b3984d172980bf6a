"""A statement from draft to issued in a browser, and the file that comes of it."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import Office
from tests.browser.looking import findings, picture
from tests.people import Cast
from tests.services.test_statements import Leanne

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
