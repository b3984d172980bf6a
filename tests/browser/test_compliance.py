"""The checklist in a browser: a task list that the record and a person answer, and its gates."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from cma_app.services.debts import add_debt
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture, sideways
from tests.people import Cast
from tests.services.test_cases import make_case
from tests.services.test_compliance import keep_document

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_an_advisor_answers_by_keyboard_and_the_record_ticks_itself(
    office: Office, cast: Cast
) -> None:
    case_id = make_case(cast, cast.amina)
    desk = office.signed_in("amina", f"/cases/{case_id}/checklist")
    page = desk.page
    intake = page.locator("details", has=page.get_by_role("heading", name="Intake"))
    expect(intake.get_by_text("Proved by the record. The nation is set.")).to_be_visible()
    picture(page, "checklist-new")
    assert findings(page) == []

    item = intake.get_by_role("button", name="No conflict of interest")
    item.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Answer this item")
    dialog.get_by_label("Met", exact=True).check()
    dialog.get_by_role("button", name="Save answer").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Write down what shows it.")
    picture(page, "checklist-answer-refused")
    assert findings(page) == []
    dialog.get_by_label("Notes").fill("Asked the team: nobody knows her")
    dialog.get_by_label("Notes").press("Tab")
    dialog.get_by_role("button", name="Save answer").click()
    expect(dialog).to_be_hidden()
    expect(intake.get_by_text("Asked the team: nobody knows her · Amina Khan")).to_be_visible()

    facts = page.locator("details", has=page.get_by_role("heading", name="Fact find"))
    facts.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(facts.get_by_text("No debt is listed.")).to_be_visible()
    with cast.open(cast.amina) as session:
        debt = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "10"}
        add_debt(session, case_id, debt)
    page.reload()  # a stage that was begun opens by itself
    expect(facts.get_by_text("Proved by the record. Debts are listed.")).to_be_visible()
    facts.get_by_role("button", name="All debts listed").click()
    expect(dialog.get_by_text("The record ticks this by itself")).to_be_visible()
    expect(dialog.get_by_label("Met", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    for width in (768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page, boxes_may=True) == []
        picture(page, f"checklist-{width}")


def test_a_document_of_the_case_is_chosen_as_evidence(
    office: Office, cast: Cast, owner: Engine
) -> None:
    case_id = make_case(cast, cast.amina)
    page = office.signed_in("amina", f"/cases/{case_id}/checklist").page
    dialog = page.get_by_role("dialog", name="Answer this item")
    page.get_by_role("button", name="Service information given").click()
    expect(dialog.get_by_text("No document is kept with this case yet.")).to_be_visible()
    keep_document(owner, cast, case_id)
    page.reload()
    page.get_by_role("button", name="Service information given").click()
    dialog.get_by_label("Met", exact=True).check()
    dialog.get_by_label("Document that shows it").select_option("Service letter.pdf")
    picture(page, "checklist-evidence")
    assert findings(page) == []
    dialog.get_by_role("button", name="Save answer").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Service letter.pdf · Amina Khan")).to_be_visible()


def test_closing_waits_until_a_manager_lets_it_through(office: Office, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    page = office.signed_in("amina", f"/cases/{case_id}/checklist").page
    closing = page.get_by_role("region", name="Closing the case")
    expect(closing.get_by_text("Waits", exact=True)).to_be_visible()
    expect(closing.get_by_role("button", name="Let through")).to_have_count(0)

    manager = office.signed_in("maria", f"/cases/{case_id}/checklist").page
    gate = manager.get_by_role("region", name="Closing the case")
    gate.get_by_role("button", name="Let through").click()
    dialog = manager.get_by_role("dialog", name="Let this case through")
    dialog.get_by_role("button", name="Let through").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    assert findings(manager) == []
    dialog.get_by_label("Reason").fill("The file was audited on paper")
    dialog.get_by_role("button", name="Let through").click()
    expect(gate.get_by_text("The file was audited on paper (Maria")).to_be_visible()
    picture(manager, "checklist-let-through")

    page.goto(page.url.replace("/checklist", "/closing"))
    expect(page.get_by_text("A manager let it through: The file was audited")).to_be_visible()
    page.get_by_label("The case is").select_option("closed")
    how = page.get_by_role("region", name="How it ends")
    how.get_by_label("Why", exact=True).select_option("advice_complete")
    how.get_by_label("Debt solution").select_option("unknown")
    how.get_by_label("Outcome for the regulator").select_option("unknown")
    page.get_by_role("button", name="End the case").click()
    expect(page.get_by_text("The case is closed.")).to_be_visible()
