"""What a client asks about their data, in a browser: its clock, the copy taken, the register."""

import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.clock import today
from cma_app.services.rights import record_right
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture
from tests.browser.test_dates import type_day
from tests.papers import keep
from tests.people import Cast
from tests.services.money import make_case
from tests.services.test_portability import client_of
from tests.services.test_rights import ASKED

pytestmark = [pytest.mark.browser, pytest.mark.database]


def asked(page: Page) -> Locator:
    return page.get_by_role("region", name="Requests about their data")


def step(page: Page, word: str, title: str) -> Locator:
    """Press a step of the request and return its dialog, filled."""
    asked(page).get_by_role("button", name=re.compile(f"^{word}")).first.click()
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog.get_by_text(re.compile("Access to their data")).first).to_be_visible()
    return dialog


def test_a_request_is_recorded_paused_extended_and_answered_with_a_copy(
    office: Office, cast: Cast
) -> None:
    case_id = make_case(cast, cast.amina)
    other, hers = (keep(cast, case_id, name) for name in ("Neighbour.pdf", "Payslip.pdf"))
    assert other < hers
    client_id = client_of(cast, case_id)
    page = office.signed_in("amina", f"/clients/{client_id}").page
    card = page.get_by_role("region", name="Their data")
    expect(card.get_by_text("Nothing is asked and not answered.")).to_be_visible()
    card.get_by_role("link", name=re.compile("^Open")).click()
    expect(asked(page).get_by_text(re.compile("A request needs no form"))).to_be_visible()

    record(page)
    stop_run_and_extend(page)
    assert take_copy(page) == [hers]
    dialog = step(page, "Decide", "Decide")
    dialog.get_by_label("Done as asked").check()
    dialog.get_by_label("What the client was told").fill("Copy handed over at the centre")
    dialog.get_by_role("button", name="Keep the decision").click()
    expect(asked(page).get_by_text("Answered", exact=True)).to_be_visible()
    assert faults(page, "rights-answered") == []
    page.get_by_role("link", name="Back to the client").click()
    expect(card.get_by_text(re.compile("Last copy of everything"))).to_be_visible()
    picture(page, "rights-client")


def record(page: Page) -> None:
    page.get_by_role("button", name="Record a request").click()
    dialog = page.get_by_role("dialog", name="Request about data")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.locator(".error-summary")).to_be_focused()
    assert findings(page) == []
    dialog.get_by_label("What they ask for").select_option("access")
    page.locator("#right-received_on").focus()
    type_day(page, today() - timedelta(days=4))
    dialog.get_by_label("How it came").select_option("in_person")
    dialog.get_by_label("In their words").fill("All you have, on paper")
    dialog.get_by_label("Known to us").check()
    picture(page, "rights-record")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(asked(page).get_by_text(re.compile("working days left"))).to_be_visible()


def stop_run_and_extend(page: Page) -> None:
    dialog = step(page, "Stop the clock", "Stop the clock")
    dialog.get_by_label("What you asked for").select_option("clarification")
    page.locator("#s-since").focus()
    type_day(page, today() - timedelta(days=2))
    dialog.get_by_role("button", name="Stop the clock").click()
    expect(dialog).to_be_hidden()
    expect(asked(page).get_by_text("Clock stands", exact=True)).to_be_visible()
    assert faults(page, "rights-stands") == []
    dialog = step(page, "Their answer came", "Their answer came")
    page.locator("#r-until").focus()
    type_day(page, today())
    dialog.get_by_role("button", name="Let the clock run").click()
    expect(asked(page).get_by_text(re.compile("2 days of waiting added"))).to_be_visible()
    dialog = step(page, "Needs longer", "Two further months")
    page.locator("#l-extended_on").focus()
    type_day(page, today())
    dialog.get_by_label("Why it takes longer").fill("Three boxes of paper")
    dialog.get_by_role("button", name="Give it longer").click()
    expect(asked(page).get_by_text(re.compile("^3 months from"))).to_be_visible()


def take_copy(page: Page) -> list[int]:
    """Take a copy without the neighbour's bill, and return the documents in it."""
    copy = page.get_by_role("region", name="A copy of everything")
    copy.get_by_label(re.compile("^Neighbour")).check()
    copy.get_by_role("button", name="Prepare the copy").click()
    expect(copy.get_by_text("Tick that you know what it holds").first).to_be_visible()
    copy.get_by_label("Which request it answers").select_option(index=1)
    copy.get_by_label(re.compile("^I know what it holds")).check()
    copy.get_by_role("button", name="Prepare the copy").click()
    copies = page.get_by_role("region", name="Copies that were taken")
    with page.expect_download() as waiting:
        copies.get_by_role("link", name="Take the copy").click()
    found = zipfile.ZipFile(Path(waiting.value.path()))
    assert found.testzip() is None
    said = json.loads(found.read("everything.json"))
    expect(copies.get_by_text("Taken", exact=True)).to_be_visible()
    expect(copies.get_by_text(re.compile("1 document left out"))).to_be_visible()
    return [row["id"] for row in said["documents"]]


def test_a_manager_answers_an_erasure_from_the_register(office: Office, cast: Cast) -> None:
    page = office.signed_in("maria", "/requests").page
    expect(page.get_by_text(re.compile("No request is here"))).to_be_visible()
    client_id = client_of(cast, make_case(cast, cast.amina))
    with cast.open(cast.amina) as session:
        late = {"kind": "erasure", "received_on": (today() - timedelta(40)).isoformat()}
        record_right(session, client_id, {**ASKED, **late})
    page.get_by_role("link", name="My day").click()
    line = page.get_by_role("listitem").filter(has_text="Erasure, came")
    expect(line.get_by_text("Data request", exact=True)).to_be_visible()
    page.get_by_text("Quality", exact=True).click()
    page.get_by_role("link", name="Data requests").click()
    page.get_by_role("button", name=re.compile("^Late")).click()
    page.wait_for_url("**/requests?state=late")
    expect(page.get_by_text(re.compile("days late"))).to_be_visible()
    assert faults(page, "rights-register") == []
    page.get_by_role("link", name="Leanne Whitmore").click()
    asked(page).get_by_role("button", name=re.compile("^Decide")).click()
    dialog = page.get_by_role("dialog", name="Decide")
    expect(dialog.get_by_text(re.compile("Case .* is open")).first).to_be_visible()
    dialog.get_by_role("radio", name="Refused").check()
    dialog.get_by_label("What the client was told").fill("Kept while the case is open")
    dialog.get_by_role("button", name="Keep the decision").click()
    expect(dialog.get_by_text("Say on which ground.").first).to_be_visible()
    assert findings(page) == []
    picture(page, "rights-decide")
    dialog.get_by_label(re.compile("^Ground")).select_option("still_needed")
    dialog.get_by_role("button", name="Keep the decision").click()
    expect(dialog).to_be_hidden()
    expect(asked(page).get_by_text(re.compile("^Refused on"))).to_be_visible()
