"""A case's documents in a browser: dropped in, tried again, looked at, used, asked for."""

import base64
import re

import pytest
from playwright.sync_api import Page, Route, expect

from cma_app.services.compliance import open_checklist
from cma_app.services.contact_routes import RouteAnswers, record_routes
from models import Case
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture
from tests.papers import paper
from tests.people import Cast
from tests.platform.waiting import until
from tests.services.money import make_case

pytestmark = [pytest.mark.browser, pytest.mark.database]

DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  return carried;
}"""
WATCH = """() => {
  window.sawStates = [];
  new MutationObserver(() => {
    for (const line of document.querySelectorAll(".upload-line"))
      window.sawStates.push(line.dataset.state);
  }).observe(document.querySelector("[data-upload-list]"), {
    subtree: true, childList: true, attributes: true,
  });
}"""


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Let files go over the zone, as from a folder of the machine."""
    given = [(name, "", base64.b64encode(content).decode()) for name, content in files]
    carried = page.evaluate_handle(DROP, given)
    zone = page.locator("[data-upload]").first
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": carried})


@pytest.fixture
def case_id(cast: Cast) -> int:
    number = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        open_checklist(session, number)
        client = session.require(Case, number).client_id
        said = {f"route_{route}": "no" for route in ("voicemail", "text", "email", "post")}
        record_routes(session, client, RouteAnswers.read({**said, "route_call": "yes"}))
    return number


def test_files_are_dropped_tried_again_looked_at_and_used_in_two_presses(
    office: Office, cast: Cast, case_id: int
) -> None:
    desk = office.signed_in("amina", f"/cases/{case_id}/documents", expected=("/documents",))
    page = desk.page
    expect(page.get_by_text("No documents yet.")).to_be_visible()
    assert faults(page, "documents-empty") == []
    page.evaluate(WATCH)
    lost: list[str] = []

    def loses_the_first(route: Route) -> None:
        name = route.request.headers.get("x-file-name", "")
        if route.request.method == "POST" and name == "Rent.pdf" and not lost:
            lost.append(name)
            route.abort()
        else:
            route.continue_()

    page.route("**/cases/*/documents", loses_the_first)
    drop(page, ("Payslip.pdf", paper("Pay", 2)), ("Rent.pdf", paper("Rent")), ("a.exe", b"MZ12"))
    lines = page.locator(".upload-line")
    refused, rent = lines.filter(has_text="a.exe"), lines.filter(has_text="Rent.pdf")
    expect(refused).to_contain_text("This is a program, not a document. It was not kept.")
    expect(refused.get_by_role("button", name="Try again")).to_have_count(0)
    expect(rent).to_contain_text("The connection was lost on the way.")
    expect(lines.filter(has_text="Payslip.pdf")).to_contain_text("Added")
    picture(page, "documents-sending")
    assert findings(page) == []
    rent.get_by_role("button", name="Try again").click()
    expect(rent).to_contain_text("Added")
    saw = page.evaluate("window.sawStates")
    assert {"sending", "checking", "stored", "refused"} <= set(saw)
    table = page.get_by_role("region", name="Documents of the case")
    expect(table.get_by_role("link", name="Payslip")).to_be_visible()
    expect(table.get_by_role("link", name="Rent")).to_be_visible()
    for name in ("a.exe", "Rent.pdf", "Payslip.pdf"):
        page.get_by_role("button", name=f"Put away {name}").click()
    expect(lines).to_have_count(0)

    use_as_evidence(page)
    look_and_name(page)
    choose_readers(page)
    add_version_and_remove(page)
    ben = office.signed_in("ben", f"/cases/{case_id}/documents").page
    expect(ben.get_by_role("link", name="Rent")).to_be_visible()
    expect(ben.get_by_text("June payslip")).to_have_count(0)


def use_as_evidence(page: Page) -> None:
    """Let the payslip show an item of the checklist, in two presses."""
    table = page.get_by_role("region", name="Documents of the case")
    page.get_by_role("button", name=re.compile(r"^Use as evidence\s?: Payslip")).click()  # once
    dialog = page.get_by_role("dialog", name="What does it show?")
    expect(dialog.get_by_role("button", name="F7 Evidence of income seen")).to_be_visible()
    picture(page, "documents-evidence")
    assert findings(page) == []
    dialog.get_by_role("button", name="F7 Evidence of income seen").click()  # twice
    expect(dialog).to_be_hidden()
    row = table.get_by_role("row", name="Payslip")
    expect(row).to_contain_text("F7 Evidence of income seen")
    assert faults(page, "documents") == []


def look_and_name(page: Page) -> None:
    """Look at the payslip's pages, and say what it is."""
    page.get_by_role("link", name="Payslip").click()
    sheet = page.get_by_role("img", name="Page 1 of Payslip")
    expect(sheet).to_be_visible()
    drawn = "[...document.querySelectorAll('.sheets img')].some((each) => each.naturalWidth > 900)"
    until(lambda: page.evaluate(drawn))
    page.get_by_label("Name", exact=True).fill("June payslip")
    page.get_by_label("Type", exact=True).select_option("payslip")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="June payslip")).to_be_visible()


def choose_readers(page: Page) -> None:
    """Let only two people see the document."""
    page.get_by_role("button", name="Choose who sees it").click()
    readers = page.get_by_role("dialog", name="Who sees it")
    readers.get_by_role("button", name="Only these people").click()
    expect(readers.get_by_role("alert")).to_contain_text("Name a manager too")
    assert findings(page) == []
    readers.get_by_label("Maria Silva").check()
    readers.get_by_role("button", name="Only these people").click()
    expect(readers).to_be_hidden()
    expect(page.get_by_text("Amina Khan, Maria Silva")).to_be_visible()


def add_version_and_remove(page: Page) -> None:
    """Add a newer version; remove the document, which its use forbids until it is taken off."""
    page.locator("[data-upload-choose]").set_input_files(
        {"name": "newer.pdf", "mimeType": "application/pdf", "buffer": paper("Newer")}
    )
    versions = page.get_by_role("region", name="Versions")
    expect(versions.get_by_role("link", name="Version 2")).to_be_visible()
    assert faults(page, "document") == []
    page.get_by_role("button", name="Remove", exact=True).click()
    away = page.get_by_role("dialog", name="Remove this document?")
    away.get_by_role("button", name="Remove", exact=True).click()
    expect(away.get_by_role("alert")).to_contain_text("It is the evidence for")
    away.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name=re.compile(r"^Take off\s?: F7")).click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    away.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="June payslip")).to_be_visible()


def test_what_is_missing_is_asked_for_chased_safely_and_ticked(
    office: Office, cast: Cast, case_id: int
) -> None:
    page = office.signed_in("amina", f"/cases/{case_id}/documents").page
    awaited = page.get_by_role("region", name="Asked for")
    awaited.get_by_role("button", name="Ask for a document").click()
    dialog = page.get_by_role("dialog", name="Ask for a document")
    dialog.get_by_role("button", name="Write it down").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Which document").select_option("bank_statement")
    dialog.get_by_label("Of what").fill("The last three months")
    dialog.get_by_role("button", name="Write it down").click()
    expect(dialog).to_be_hidden()
    expect(awaited.get_by_text("1 missing, 0 of them chased; 0 received")).to_be_visible()
    expect(awaited.get_by_text("Next chaser")).to_be_visible()
    expect(awaited.get_by_text("Do not use: e-mail, text, post.")).to_be_visible()
    awaited.get_by_role("button", name="Chased").click()
    chaser = page.get_by_role("dialog", name="Asked again")
    picture(page, "documents-chase")
    assert findings(page) == []
    chaser.get_by_label("Call").check()
    chaser.get_by_role("button", name="Write it down").click()
    expect(awaited.get_by_text("chased once")).to_be_visible()
    zone = page.locator("[data-upload]").first
    zone.locator("select").select_option("bank_statement")
    page.locator("[data-upload-choose]").first.set_input_files(
        {"name": "June.pdf", "mimeType": "application/pdf", "buffer": paper("Statement")}
    )
    expect(awaited.get_by_text("0 missing, 0 of them chased; 1 received")).to_be_visible()
    expect(awaited.get_by_role("link", name="June")).to_be_visible()
    picture(page, "documents-received")
    assert findings(page) == []
