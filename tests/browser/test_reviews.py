"""File reviews in a browser: drawn, reviewed with a draft that survives, read and disputed."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture, sideways
from tests.people import Cast
from tests.services.reviewing import day, days, drawn, finish, give, old_case, one_review

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.deep]


def score_all(page: Page) -> None:
    """Choose Met for every criterion, once the form is there."""
    expect(page.get_by_role("button", name="Finish review")).to_be_visible()
    for box in page.locator("input[name^='score-'][value=met]").all():
        box.check()


def test_a_manager_draws_once_and_says_why_she_draws_again(
    office: Office, cast: Cast, owner: Engine
) -> None:
    for who in (cast.amina, cast.amina, cast.amina, cast.ben, cast.tess):
        old_case(cast, owner, who)
    page = office.signed_in("maria", "/reviews").page
    expect(page.get_by_text("No files were drawn yet.")).to_be_visible()
    picture(page, "reviews-none")
    assert findings(page) == []
    page.get_by_role("main").get_by_role("link", name="Draw files").first.click()

    form = days()
    page.get_by_label("First day").fill(form["first_day"])
    page.get_by_label("Last day").fill(day(30))
    page.get_by_role("button", name="Show what would be asked").click()
    expect(page.get_by_role("alert")).to_contain_text("nobody knows what is to come")
    page.get_by_label("Last day").fill(form["last_day"])
    page.get_by_label("Last day").press("Enter")
    asked = page.get_by_role("region", name="What would be asked")
    amina = asked.get_by_role("row", name="Amina Khan")
    expect(amina).to_contain_text("Newly qualified (not set)")
    expect(amina.get_by_role("cell")).to_have_text(["50%, at least 2", "3", "2", ""])
    expect(asked.get_by_role("row", name="Ben Ellis")).to_contain_text("Only 1 could be drawn.")
    picture(page, "reviews-preview")
    assert findings(page) == []
    page.get_by_role("button", name="Draw the files").click()

    files = page.get_by_role("region", name="Files drawn for review")
    expect(files.get_by_role("row")).to_have_count(5)  # its head, two, one and one
    expect(page.get_by_text("Drawn by Maria Silva")).to_be_visible()
    assert faults(page, "reviews-drawn") == []

    page.get_by_role("link", name="Draw files").first.click()
    page.get_by_label("First day").fill(form["first_day"])
    page.get_by_label("Last day").fill(form["last_day"])
    page.get_by_role("button", name="Show what would be asked").click()
    expect(page.get_by_text("Some of these days were drawn before.")).to_be_visible()
    page.get_by_role("button", name="Draw the files").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why they are drawn again")
    page.get_by_label("Why they are drawn again").fill("Two advisors were away")
    page.get_by_role("button", name="Draw the files").click()
    expect(page.get_by_text("These days were drawn before.")).to_be_visible()
    expect(page.get_by_text("Two advisors were away")).to_be_visible()

    page.get_by_label("Advisor", exact=True).select_option(label="Amina Khan")
    expect(files.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("No file matches. Choose another")).to_be_visible()
    assert "state=done" in page.url
    page.reload()
    expect(page.get_by_role("button", name="Done")).to_have_attribute("aria-pressed", "true")


def test_a_review_is_written_by_keyboard_and_its_draft_survives_a_reload(
    office: Office, cast: Cast, owner: Engine
) -> None:
    review = one_review(cast, owner, cast.amina)
    page = office.signed_in("maria", f"/reviews/{review.id}").page
    facts = page.get_by_role("group", name="Facts")
    facts.get_by_label("Met", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(facts.get_by_label("Partly met")).to_be_checked()
    comment = page.get_by_label("Comment on Facts")
    comment.focus()
    page.keyboard.type("No rent book was seen")
    expect(page.get_by_text("Saved ")).to_be_visible()
    picture(page, "review-draft")
    page.reload()
    expect(comment).to_have_value("No rent book was seen")
    expect(facts.get_by_label("Partly met")).to_be_checked()

    page.get_by_role("button", name="Finish review").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a score for urgent matters.")
    assert faults(page, "review-refused") == []
    score_all(page)
    facts.get_by_label("Partly met").check()
    page.get_by_label("What the review found").fill("A careful file.")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("What harms them").fill("The hearing was not answered")
    page.get_by_label("Put right by").fill(day(2))
    page.get_by_role("button", name="Finish review").click()
    finding = page.get_by_role("region", name="What the review found")
    expect(finding.get_by_text("Below the standard").first).to_be_visible()
    expect(finding.get_by_text("No rent book was seen")).to_be_visible()
    assert faults(page, "review-finished") == []

    page.get_by_role("button", name="Correct this review").click()
    page.get_by_label("Why the review is corrected").fill("The hearing was answered by phone")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Finish review").click()
    expect(finding.get_by_text("Meets the standard", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()


def test_it_comes_back_to_its_advisor_who_disputes_it(
    office: Office, cast: Cast, owner: Engine
) -> None:
    review = one_review(cast, owner, cast.tess)
    finish(cast, review.id, action__1="Scan the rent book", action__1__due=day(9))
    page = office.signed_in("tess", "/").page
    page.get_by_role("link", name="My file reviews").click()
    expect(page.get_by_text("New", exact=True)).to_be_visible()
    assert faults(page, "my-reviews") == []
    page.get_by_role("link", name="Leanne Whitmore").click()
    expect(page.get_by_text("Scan the rent book")).to_be_visible()
    page.get_by_label("I dispute it").check()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    assert faults(page, "my-review") == []
    page.get_by_label("In your words").fill("It is in the paper file")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("button", name="Send answer")).to_have_count(0)
    expect(page.get_by_text("It is in the paper file")).to_be_visible()

    manager = office.signed_in("maria", "/reviews?state=disputed").page
    manager.get_by_role("link", name="Leanne Whitmore").click()
    manager.get_by_label("Your answer").fill("Thank you, I saw it there")
    manager.get_by_role("button", name="Answer", exact=True).click()
    expect(manager.get_by_text("Dispute answered").first).to_be_visible()
    expect(manager.get_by_text("Thank you, I saw it there")).to_be_visible()


def test_another_advisor_reviews_what_the_manager_gives_her(
    office: Office, cast: Cast, owner: Engine
) -> None:
    review = one_review(cast, owner, cast.amina)
    manager = office.signed_in("maria", f"/reviews/{review.id}").page
    manager.get_by_label("Reviewer", exact=True).select_option(label="Ben Ellis")
    manager.get_by_role("button", name="Choose", exact=True).click()
    expect(manager.get_by_text("Ben Ellis reviews this file.").first).to_be_visible()
    expect(manager.get_by_role("button", name="Finish review")).to_have_count(0)

    page = office.signed_in("ben", "/my-reviews").page
    page.get_by_role("link", name="Leanne Whitmore").click()
    score_all(page)
    page.get_by_label("What the review found").fill("A good file.")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Finish review").click()
    finding = page.get_by_role("region", name="What the review found")
    expect(finding.get_by_text("Meets the standard", exact=True)).to_be_visible()

    own = office.signed_in("amina", f"/reviews/{review.id}").page
    expect(own.get_by_role("heading", name="Not found")).to_be_visible()


def test_rates_and_levels_hold_from_a_day(office: Office, cast: Cast, owner: Engine) -> None:
    page = office.signed_in("maria", "/reviews/rates").page
    expect(page.get_by_text("Your centre has not set its own.")).to_be_visible()
    assert faults(page, "review-rates") == []
    group = page.get_by_role("group", name="Experienced")
    group.get_by_label("Percent of the files").fill("150")
    page.get_by_role("button", name="Save rates").click()
    expect(page.get_by_role("alert")).to_contain_text("Use 100 or less")
    group.get_by_label("Percent of the files").fill("20")
    page.get_by_role("button", name="Save rates").click()
    expect(page.get_by_text("Set by your centre, since")).to_be_visible()

    page.get_by_role("button", name="Change level of Ben Ellis").click()
    dialog = page.get_by_role("dialog", name="Level of an advisor")
    dialog.get_by_label("Level", exact=True).select_option(label="Experienced")
    dialog.get_by_role("button", name="Save level").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("row", name="Ben Ellis")).to_contain_text("Experienced")
    page.set_viewport_size({"width": 320, "height": 800})
    assert sideways(page, boxes_may=True) == []


def test_a_file_is_added_by_hand_with_its_reason(office: Office, cast: Cast, owner: Engine) -> None:
    for _ in range(4):
        old_case(cast, owner, cast.amina)
    drawn(cast)
    page = office.signed_in("maria", "/reviews").page
    page.get_by_role("button", name="Add a file").click()
    dialog = page.get_by_role("dialog", name="Add a file to this draw")
    dialog.get_by_label("Reference of the case").fill("NONE-1")
    dialog.get_by_label("Why this file").fill("Rude on the phone")
    dialog.get_by_role("button", name="Add file").click()
    expect(dialog.get_by_role("alert")).to_contain_text("No file of this reference was open")
    assert findings(page) == []


def test_a_reviewer_given_another_file_sees_it_on_her_list(
    office: Office, cast: Cast, owner: Engine
) -> None:
    review = one_review(cast, owner, cast.tess)
    give(cast, review.id, cast.amina)
    page = office.signed_in("amina", "/my-reviews").page
    waiting = page.get_by_role("region", name="For you to review")
    expect(waiting.get_by_role("row", name="Leanne Whitmore")).to_contain_text("Tess Moore")
    expect(page.get_by_text("No review of a file of yours is finished yet.")).to_be_visible()
    assert faults(page, "my-reviews-waiting") == []
