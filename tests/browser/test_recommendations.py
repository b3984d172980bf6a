"""Advice in the browser: a trainee's comes back once, is signed off, begun and counted."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cma_app.clock import today
from tests.browser.conftest import Office
from tests.browser.looking import faults, picture, settled
from tests.browser.test_sign_offs import in_order
from tests.people import Cast
from tests.services.money import make_case
from tests.services.test_advice_drafts import move
from tests.services.test_feedback import agree

pytestmark = [pytest.mark.browser, pytest.mark.database]


def write(page: Page, why: str) -> None:
    """Fill in a recommendation."""
    page.get_by_label("Recommended", exact=True).select_option("debt_relief_order")
    page.get_by_label("Why it fits them").fill(why)
    page.get_by_label("Why the other options suit less").fill("Nothing is left to pay with.")
    page.get_by_label("Costs and risks they were told of").fill("Six years on the credit file.")


def test_a_trainees_advice_comes_back_and_is_signed_off_begun_and_counted(  # noqa: PLR0915
    office: Office, cast: Cast
) -> None:
    case_id = make_case(cast, cast.tess)
    agree(cast, case_id)
    tess = settled(office.signed_in("tess", f"/cases/{case_id}/advice").page)
    write(tess, "She owes little.")
    expect(tess.get_by_text("not saved yet")).to_be_visible()  # kept while it is typed
    tess.reload()
    settled(tess)
    expect(tess.get_by_label("Why it fits them")).to_have_value("She owes little.")
    tess.get_by_label("Costs and risks they were told of").fill("")
    tess.get_by_role("button", name="Submit for sign-off").click()
    expect(tess.get_by_role("alert")).to_contain_text("Say which costs and risks")
    assert faults(tess, "advice-errors") == []
    tess.get_by_label("Costs and risks they were told of").fill("Six years on the credit file.")
    tess.get_by_role("radio", name="Chooses another, against the advice").check()
    tess.locator("#chosen").select_option("iva")
    tess.get_by_role("button", name="Submit for sign-off").click()
    banner = tess.get_by_role("list", name="Waiting for sign-off")
    expect(banner).to_contain_text("Give the recommendation waits for sign-off by Amina Khan")
    expect(tess.get_by_role("button", name="Record progress")).to_have_count(0)
    picture(tess, "advice-waits")

    amina = settled(office.signed_in("amina", "/sign-offs").page)
    amina.get_by_role("row", name="Give the recommendation").get_by_role("link").first.click()
    why = amina.get_by_role("listitem").filter(has_text="Why it fits")
    why.get_by_text("Comment", exact=False).first.click()
    amina.get_by_label("Comment on Why it fits").fill("How much is left each month?")
    amina.get_by_role("button", name="Send back").click()
    expect(amina.get_by_text("Sent back to Tess Moore.")).to_be_visible()

    tess.reload()
    settled(tess)
    expect(banner).to_contain_text("was sent back to you")
    banner.get_by_role("link").click()
    expect(tess.get_by_text("How much is left each month?")).to_be_visible()
    tess.get_by_role("link", name="go there").click()
    expect(tess.get_by_label("Why it fits them")).to_have_value("She owes little.")
    discard_and_move(tess, cast, case_id)
    tess.get_by_label("Why it fits them").fill("Nothing is left each month.")
    tess.get_by_role("button", name="Submit for sign-off").click()
    expect(banner).to_contain_text("waits for sign-off by Amina Khan")

    amina.get_by_role("link", name="All sign-offs").click()
    amina.get_by_role("row", name="Give the recommendation Version 2").get_by_role(
        "link"
    ).first.click()
    expect(amina.get_by_text("Said to the version before:")).to_be_visible()
    in_order(amina)
    amina.get_by_role("button", name="Sign off", exact=True).click()
    expect(amina.get_by_text("Signed off and done.")).to_be_visible()

    tess.reload()
    settled(tess)
    standing = tess.get_by_role("region", name="The advice that stands")
    expect(standing).to_contain_text("Signed off by Amina Khan")
    expect(standing).to_contain_text("Individual voluntary arrangement")
    standing.get_by_role("button", name="Record progress").click()
    far = tess.get_by_role("dialog", name="How far it is")
    far.get_by_label("How far it is").select_option("started")
    far.get_by_role("button", name="Record progress").click()
    expect(far.get_by_role("alert")).to_contain_text("Enter the day it started.")
    group = far.get_by_role("group", name="Started on")
    for part, number in (("Day", today().day), ("Month", today().month), ("Year", today().year)):
        group.get_by_label(part).fill(str(number))
    far.get_by_role("button", name="Record progress").click()
    expect(far).to_be_hidden()
    expect(standing).to_contain_text("Started")
    assert faults(tess, "advice-stands") == []
    expect(tess.get_by_text("No earlier version.")).to_be_visible()
    give_feedback(tess)

    maria = settled(
        office.signed_in("maria", f"/outcomes?from={today() - timedelta(1)}&to={today()}").page
    )
    chose = maria.get_by_role("region", name="What the clients chose", exact=True).last
    expect(chose.get_by_role("row", name="Chooses another")).to_contain_text("1")
    begun = maria.get_by_role("region", name="Solutions started by kind", exact=True).last
    expect(begun.get_by_role("row", name="Individual voluntary arrangement")).to_contain_text("1")
    mean = maria.locator(".stat").filter(has=maria.get_by_text("Mean rating", exact=True))
    expect(mean).to_contain_text("4.0 of 5")
    picture(maria, "outcomes-advice")


def discard_and_move(page: Page, cast: Cast, case_id: int) -> None:
    """Discard the draft by a slip and bring it back; see the nation change and change back."""
    page.get_by_role("button", name="Discard this draft").click()
    told = page.get_by_role("status").filter(has_text="Draft discarded: Debt relief order")
    expect(told).to_be_visible()
    expect(page.get_by_role("list", name="Waiting for sign-off")).to_have_count(0)
    picture(page, "advice-discarded")
    told.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Why it fits them")).to_have_value("She owes little.")
    expect(told).to_have_count(0)
    move(cast, case_id, "scotland")
    settled(page).goto(page.url.replace("/advice", ""))
    card = page.get_by_role("region", name="Case", exact=True)
    expect(card).to_contain_text("Scotland")
    expect(page.locator(".callout")).to_contain_text("Advice was prepared under the rules of")
    assert faults(page, "case-other-nation") == []
    page.get_by_role("link", name="Look at the advice").click()
    expect(page.get_by_text("I looked at this again under the rules of Scotland")).to_be_visible()
    page.get_by_role("button", name="Submit for sign-off").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose")
    assert faults(page, "advice-other-nation") == []
    move(cast, case_id, "england")
    page.reload()
    expect(page.get_by_text("I looked at this again")).to_have_count(0)
    expect(page.get_by_label("Recommended", exact=True)).to_have_value("debt_relief_order")


def give_feedback(page: Page) -> None:
    """Record what the client said, take it back by a slip, and bring it back."""
    card = page.get_by_role("region", name="Feedback")
    expect(card).to_contain_text("Nobody was asked yet")
    card.get_by_role("button", name="Record feedback").click()
    asked = page.get_by_role("dialog", name="Feedback")
    asked.get_by_label("They let us quote this without their name").check()
    asked.get_by_role("button", name="Save").click()
    expect(asked.get_by_role("alert")).to_contain_text("There are no words to quote.")
    asked.get_by_label("How they rate the service").select_option("4")
    asked.get_by_label("What they said").fill("I sleep again.")
    asked.get_by_role("button", name="Save").click()
    expect(asked).to_be_hidden()
    expect(card).to_contain_text("I sleep again.")
    card.get_by_role("button", name="Take back").click()
    expect(card).to_contain_text("Nobody was asked yet")
    card.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("4 of 5")
    expect(card).to_contain_text("May be quoted")
    assert faults(page, "advice-feedback") == []
