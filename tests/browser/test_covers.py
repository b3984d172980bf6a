"""Cover and shadowing in three people's browsers: who is away, who sees it, and who only reads."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from cma_app.clock import today
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture, settled
from tests.plant import plant_case

pytestmark = [pytest.mark.browser, pytest.mark.database]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def day(ahead: int) -> str:
    return (today() + timedelta(days=ahead)).isoformat()


def chip(page: Page, words: str) -> None:
    expect(page.locator(".badge", has_text=words).first).to_be_visible()


def test_a_trainee_is_given_a_stand_in(office: Office) -> None:
    manager = office.signed_in("maria", "/people").page
    press(manager, "Edit Tess Moore")
    dialog = manager.locator("#edit-person")
    dialog.locator("[name=stand_in_id]").select_option(label="Amina Khan")
    press(manager, "Save changes")
    expect(dialog.locator("#edit-stand_in_id-error")).to_contain_text("other than the supervisor")
    assert findings(manager) == []
    dialog.locator("[name=stand_in_id]").select_option(label="Maria Silva")
    press(manager, "Save changes")
    expect(dialog).to_be_hidden()
    press(manager, "More about Tess Moore")
    stand_in = manager.locator("#person dl div").filter(has_text="Stand-in")
    expect(stand_in).to_contain_text("Maria Silva")


def test_a_cover_is_set_seen_and_asked_for_help(office: Office, owner: Engine) -> None:
    cast = office.cast
    hers = plant_case(owner, cast.amina, last="Absent")
    novice = plant_case(owner, cast.tess, last="Novice")

    away = settled(office.signed_in("amina", "/availability").page)
    away.locator("#first_day").fill(day(20))
    away.locator("#leave-cover_id").select_option(label="Ben Ellis")
    press(away, "Add leave")
    expect(away.get_by_text("Ben Ellis covers", exact=True)).to_have_count(1)
    away.locator("#first_day").fill(day(40))
    press(away, "Add leave")
    chip(away, "Nobody covers")
    away.locator("#cover-first_day").fill(day(0))
    press(away, "Set cover")
    expect(away.locator("#cover-cover_id-error")).to_contain_text("Choose who covers.")
    away.locator("#cover-cover_id").select_option(label="Ben Ellis")
    away.locator("#cover-last_day").fill(day(3))
    away.locator("#cover-note").fill("The hearing on Monday")
    press(away, "Set cover")
    expect(away.get_by_text("Ben Ellis covers", exact=True)).to_have_count(2)
    assert faults(away, "availability-cover") == []

    ben = office.signed_in("ben", "/")
    page = settled(ben.page)
    expect(page.get_by_text("You are covering for Amina Khan until")).to_be_visible()
    expect(page.get_by_text("The hearing on Monday.")).to_be_visible()
    expect(page.get_by_text("You supervise Tess Moore for Amina Khan.")).to_be_visible()
    assert faults(page, "home-cover") == []
    settled(ben.open("/cases"))
    row = page.get_by_role("row", name="Absent")
    expect(row).to_contain_text("Covering for Amina Khan")
    picture(page, "cases-cover-1280")
    row.get_by_role("link").first.click()
    expect(page.locator(".identity-bar")).to_contain_text("Covering for Amina Khan")
    expect(page).to_have_url(f"{office.served.origin}/cases/{hers}")

    trainee = settled(office.signed_in("tess", f"/cases/{novice}").page)
    bar = trainee.locator(".identity-bar")
    expect(bar).to_contain_text("Ben Ellis, for Amina Khan")
    press(trainee, "Ask for help")
    expect(trainee.get_by_text("Ben Ellis finds it under My day.")).to_be_visible()
    asked = trainee.get_by_role("button", name="Tess Moore asks for your help", exact=True)
    expect(asked).to_be_visible()
    assert faults(trainee, "case-supervisor") == []
    settled(ben.open("/"))
    expect(page.get_by_text("Tess Moore asks for your help").first).to_be_visible()

    settled(away)
    today_first = re.compile(r"^Take off\s*, Ben Ellis covers")
    away.get_by_role("button", name=today_first).first.click()
    expect(away.get_by_text("Cover taken off.")).to_be_visible()
    settled(ben.open("/cases"))
    expect(page.get_by_text("Absent")).to_have_count(0)


def test_a_shadow_reads_a_case_and_changes_nothing(office: Office, owner: Engine) -> None:
    cast = office.cast
    case = plant_case(owner, cast.amina, last="Learned", surplus=10)
    advisor = settled(office.signed_in("amina", f"/cases/{case}").page)
    press(advisor, "Let a trainee shadow")
    dialog = advisor.locator("#let-shadow")
    press(advisor, "Let them shadow")
    expect(dialog.locator(".error-summary")).to_be_focused()
    assert findings(advisor) == []
    dialog.locator("#shadow-trainee_id").select_option(label="Tess Moore")
    dialog.locator("#shadow-reason").fill("To see advice given")
    press(advisor, "Let them shadow")
    expect(dialog).to_be_hidden()
    expect(advisor.get_by_text("Now, until the case ends")).to_be_visible()

    desk = office.signed_in("tess", "/cases")
    page = settled(desk.page)
    row = page.get_by_role("row", name="Learned")
    expect(row).to_contain_text("You are shadowing")
    row.get_by_role("link").first.click()
    expect(page.locator(".identity-bar")).to_contain_text("You are shadowing")
    settled(page)
    main = page.locator("#main")
    for word in ("Add note", "Add action", "Move stage", "Edit", "Let a trainee shadow"):
        expect(main.get_by_role("button", name=word, exact=True)).to_have_count(0)
    assert faults(page, "case-shadow") == []
    for tab in ("household", "debts", "letters", "notes"):
        settled(desk.open(f"/cases/{case}/{tab}"))
        expect(page.locator("#main :is(input, textarea):enabled:visible")).to_have_count(0)
        expect(main.locator(".button.main:visible")).to_have_count(0)

    press(advisor, "End for Tess Moore")
    expect(advisor.get_by_text("They no longer see this case.")).to_be_visible()
    desk.open(f"/cases/{case}/notes")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
