"""Supervised work in two browsers at once: submitted, sent back, submitted again, signed off."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture, settled
from tests.people import Cast
from tests.services.money import make_case

pytestmark = [pytest.mark.browser, pytest.mark.database]


def in_order(page: Page) -> None:
    """Say of every point of the checklist that it is in order."""
    expect(page.get_by_role("button", name="Sign off", exact=True)).to_be_visible()
    for box in page.locator("input[name^='point-'][value=fine]").all():
        box.check()


def lower(page: Page, why: str) -> None:
    """Let a trainee submit that the priority is lowered."""
    page.get_by_role("button", name="Lower priority").click()
    dialog = page.get_by_role("dialog", name="Lower the priority")
    dialog.get_by_label("To").select_option("low")
    dialog.get_by_label("Why").fill(why)
    dialog.get_by_role("button", name="Submit for sign-off").click()
    expect(dialog).to_be_hidden()


def test_a_trainees_work_is_sent_back_once_and_then_signed_off(  # noqa: PLR0915 - one long walk
    office: Office, cast: Cast, owner: Engine
) -> None:
    case_id = make_case(cast, cast.tess)
    amina = settled(office.signed_in("amina", "/sign-offs").page)
    maria = settled(office.signed_in("maria", "/sign-offs").page)
    for queue in (amina, maria):
        expect(queue.locator(".page-head .live")).to_have_text("Live")
    tess = settled(office.signed_in("tess", f"/cases/{case_id}").page)
    lower(tess, "The hearing was adjourned")
    banner = tess.get_by_role("list", name="Waiting for sign-off")
    expect(banner).to_contain_text("Lower the priority waits for sign-off by Amina Khan")
    assert faults(tess, "sign-off-banner") == []

    everybodys = maria.get_by_role("row", name="Lower the priority")
    expect(everybodys).to_contain_text("Tess Moore")  # without a reload, as is the next
    row = amina.get_by_role("row", name="Lower the priority")
    expect(row).to_contain_text("Tess Moore")
    assert faults(amina, "sign-off-queue") == []
    row.get_by_role("link", name="Lower the priority").click()
    expect(amina.get_by_role("heading", name="Lower the priority", level=1)).to_be_visible()
    why = amina.get_by_role("listitem").filter(has_text="Why")
    why.get_by_text("Comment", exact=False).first.click()
    amina.get_by_label("Comment on Why").fill("Adjourned until when?")
    amina.get_by_role("button", name="Sign off", exact=True).click()
    expect(amina.get_by_role("alert")).to_contain_text("In order or not?")
    expect(amina.get_by_label("Comment on Why")).to_have_value("Adjourned until when?")
    assert faults(amina, "sign-off-errors") == []
    amina.get_by_role("button", name="Send back").click()
    expect(amina.get_by_text("Sent back to Tess Moore.")).to_be_visible()
    picture(amina, "sign-off-sent-back")

    tess.goto(f"{tess.url.split('/cases')[0]}/my-work")
    settled(tess)
    back = tess.get_by_role("region", name="Back with you")
    expect(back.get_by_role("row", name="Lower the priority")).to_contain_text("Sent back")
    assert faults(tess, "my-work") == []
    tess.get_by_role("link", name="My day", exact=True).click()
    expect(tess.get_by_role("region", name="Today")).to_contain_text("Sent back by Amina Khan")
    assert faults(tess, "home-sent-back") == []
    tess.get_by_role("link", name="See why").click()
    expect(tess.get_by_text("Adjourned until when?")).to_be_visible()
    tess.get_by_role("link", name="go there").click()
    lower(tess, "The hearing was adjourned to 4 January")
    expect(banner).to_contain_text("waits for sign-off by Amina Khan")

    amina.get_by_role("link", name="All sign-offs").click()
    amina.get_by_role("row", name="Lower the priority Version 2").get_by_role("link").click()
    why = amina.get_by_role("listitem").filter(has_text="to 4 January")
    expect(why).to_contain_text("Before: The hearing was adjourned")
    expect(why).to_contain_text("Said to the version before: Adjourned until when?")
    assert faults(amina, "sign-off-again") == []
    in_order(amina)
    amina.get_by_role("button", name="Sign off", exact=True).click()
    expect(everybodys).to_have_count(0)
    expect(amina.get_by_text("Signed off and done.")).to_be_visible()
    assert findings(amina) == []
    with owner.connect() as connection:
        wanted = text("SELECT priority, priority_reason FROM cases WHERE id = :id")
        found = connection.execute(wanted, {"id": case_id}).one()
    assert tuple(found) == ("low", "The hearing was adjourned to 4 January")

    tess.reload()
    settled(tess)
    expect(tess.get_by_role("list", name="Waiting for sign-off")).to_have_count(0)
    tess.get_by_role("link", name="My work").click()
    decided = tess.get_by_role("region", name="Decided")
    expect(decided.get_by_role("row", name="Version 2")).to_contain_text("Signed off")
    months = tess.get_by_role("table", name="How your work went")
    expect(months.get_by_role("cell", name="1", exact=True)).to_have_count(1)
    picture(tess, "my-work-after")
