"""Keeping and removing in a browser: looked at, held, taken off, confirmed, and done."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from cma_app import jobs
from cma_app.clock import today
from cma_app.retention_jobs import keep_centre
from cma_app.services.forgetting import write_list
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture
from tests.browser.test_dates import type_day
from tests.people import Cast
from tests.services.forgetting import age_log, years_ago
from tests.services.money import make_case
from tests.services.test_retention import cancel, on

pytestmark = [pytest.mark.browser, pytest.mark.database]


def ended(cast: Cast, owner: Engine, name: str, day: date) -> None:
    """End a new client's case on a day."""
    case_id = make_case(cast, cast.amina)
    with on(day):
        cancel(cast, case_id)
    with owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE clients SET last_name = :n WHERE (centre_id, id) ="
                " (SELECT centre_id, client_id FROM cases WHERE id = :k)"
            ),
            {"n": name, "k": case_id},
        )
    age_log(owner, "cases", case_id, days=(today() - day).days)


def do_what_was_confirmed(centre_id: int) -> None:
    """Let the worker have its turn, beside the browser's own loop."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(
            lambda: asyncio.run(keep_centre(jobs._in_centre, jobs._held, centre_id))
        ).result(60)


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def relisted(cast: Cast, page: Page) -> None:
    with cast.open(cast.ashdown_system) as session:
        write_list(session)
    page.reload()


def test_a_manager_holds_one_and_confirms_the_others(
    office: Office, cast: Cast, owner: Engine
) -> None:
    page = office.signed_in("maria", "/retention").page
    expect(page.get_by_text(re.compile("first list of this centre"))).to_be_visible()
    for name, day in (
        ("Hallam", years_ago(6, days=8)),
        ("Kowal", years_ago(6)),
        ("Prowse", years_ago(6, days=-30)),
    ):
        ended(cast, owner, name, day)
    relisted(cast, page)
    due = part(page, "Due now")
    expect(due.get_by_role("row")).to_have_count(3)
    coming = part(page, "Coming in the next 90 days")
    expect(coming.get_by_role("link", name="Leanne Prowse")).to_be_visible()

    due.get_by_role("button", name="Hold Leanne Kowal").click()
    dialog = page.get_by_role("dialog", name="Hold this record")
    expect(dialog.get_by_text("Leanne Kowal")).to_be_visible()
    dialog.get_by_role("button", name="Hold the record").click()
    expect(dialog.locator(".error-summary")).to_be_focused()
    assert findings(page) == []
    dialog.get_by_label("Because of").select_option("complaint")
    dialog.get_by_label("Why it is held").fill("The ombudsman asked for the file")
    page.locator("#place-review_on").focus()
    type_day(page, today() + timedelta(days=40))
    dialog.get_by_role("button", name="Hold the record").click()
    expect(dialog).to_be_hidden()
    expect(part(page, "Holds").get_by_text("The ombudsman asked for the file")).to_be_visible()
    relisted(cast, page)
    expect(part(page, "Held").get_by_text("Held: An open complaint")).to_be_visible()
    expect(due.get_by_role("row")).to_have_count(2)
    assert faults(page, "retention") == []
    picture(page, "retention")

    due.get_by_role("button", name="Confirm this list").click()
    sure = page.get_by_role("dialog", name="Remove for good?")
    expect(sure.get_by_text("1 person")).to_be_visible()
    picture(page, "retention-confirm")
    sure.get_by_role("button", name="Remove them").click()
    expect(due.get_by_text("Being removed", exact=True)).to_be_visible()
    do_what_was_confirmed(cast.maria.centre_id)
    expect(due.get_by_role("link", name="Anonymised client")).to_be_visible(timeout=20_000)
    expect(due.get_by_text("Removed", exact=True)).to_be_visible()
    expect(part(page, "Lists that were confirmed").get_by_text("1 person removed")).to_be_visible()
    picture(page, "retention-done")

    part(page, "Holds").get_by_role("button", name=re.compile("^Take off")).click()
    off = page.get_by_role("dialog", name="Take this hold off")
    expect(off.get_by_text(re.compile("ombudsman"))).to_be_visible()
    off.get_by_label("Why it is taken off").fill("The complaint is over")
    off.get_by_role("button", name="Take the hold off").click()
    expect(part(page, "Holds").get_by_text(re.compile("No record is held"))).to_be_visible()


def test_an_advisor_reads_whom_to_ask(office: Office) -> None:
    page = office.signed_in("amina", "/retention").page
    expect(page.get_by_text(re.compile("Only a manager sees what is kept"))).to_be_visible()
