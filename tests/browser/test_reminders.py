"""The call list, an appointment's reminder and a private feed, in a browser."""

import re
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.clock import now, today
from cma_app.rules.calendars import add_working_days
from cma_app.services.appointments import book_appointment
from models import Appointment
from tests.browser.conftest import Office
from tests.browser.looking import faults, findings, picture, settled, sideways
from tests.people import Cast
from tests.services.test_reminders import form, safe_case

pytestmark = [pytest.mark.browser, pytest.mark.database]


def booked(cast: Cast, owner: Engine, status: str, reason: str | None = None) -> Appointment:
    """Return an appointment of next week whose reminder came to this."""
    day = add_working_days(today() + timedelta(days=3), 1, "england")
    case_id = safe_case(cast, cast.amina, route_call="yes", route_voicemail="no")
    said = form(cast.amina, scheduled_date=day.isoformat(), anyway="on")
    with cast.open(cast.amina) as session:
        row = book_appointment(session, case_id, said)
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE reminders SET status = :s, reason = :r, due_at = :at"
                 " WHERE appointment_id = :a"),
            {"s": status, "r": reason, "at": now(), "a": row.id},
        )  # fmt: skip
    return row


def status_of(owner: Engine, row: Appointment) -> str:
    with owner.connect() as connection:
        wanted = text("SELECT status FROM reminders WHERE appointment_id = :a AND is_current")
        return str(connection.execute(wanted, {"a": row.id}).scalar_one())


def at(office: Office, path: str, who: str = "amina") -> Page:
    return settled(office.signed_in(who, path).page)


class TestCallList:
    def test_somebody_records_that_they_rang(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        row = booked(cast, owner, "call", "route_not_asked")
        page = at(office, "/call-list", "ben")
        line = page.get_by_role("listitem").filter(has_text="Nobody has asked yet").first
        expect(line).to_contain_text("07700 900123")
        expect(line).to_contain_text("No voicemail")
        assert faults(page, "call-list") == []
        line.get_by_role("button", name=re.compile("Record call")).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Leanne Whitmore")
        dialog.get_by_role("button", name="Record call").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Say what came of it")
        picture(page, "call-list-dialog-error")
        dialog.get_by_label("Spoke to the client").check()
        dialog.get_by_label("Remark (optional)").fill("Will be there")
        dialog.get_by_role("button", name="Record call").click()
        expect(page.get_by_text("Nobody has to be called.")).to_be_visible()
        assert status_of(owner, row) == "called"

    def test_what_may_not_have_been_sent_is_decided_by_a_person(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        row = booked(cast, owner, "unknown")
        page = at(office, "/call-list?mine=1")
        expect(page.get_by_role("heading", name="May not have been sent")).to_be_visible()
        assert faults(page, "call-list-unknown") == []
        page.get_by_role("button", name="Send again to Leanne Whitmore").click()
        expect(page.get_by_role("heading", name="May not have been sent")).to_have_count(0)
        assert status_of(owner, row) == "waiting"

    def test_a_manager_changes_when_reminders_go(self, office: Office, cast: Cast) -> None:
        page = at(office, "/call-list", "maria")
        page.get_by_text("Change", exact=True).click()
        page.get_by_label("Name it comes from").fill("Ashdown Debt Advice")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert").first).to_contain_text("tells them what we do")
        expect(page.get_by_label("Name it comes from")).to_have_value("Ashdown Debt Advice")
        assert findings(page) == []
        picture(page, "call-list-timing")
        page.get_by_label("Name it comes from").fill("Ashdown House")
        page.get_by_label("Working days before").fill("3")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("3 working days before, at 10:00")).to_be_visible()
        expect(page.get_by_text("Ashdown House")).to_be_visible()

    def test_what_is_planned_can_be_put_right(self, office: Office, cast: Cast) -> None:
        page = at(office, "/call-list", "maria")
        page.get_by_text("Change", exact=True).click()
        for days in ("3", "4"):
            page.get_by_label("Working days before").fill(days)
            day = today() + timedelta(days=40)
            page.get_by_label("For appointments from").fill(day.isoformat())
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text(f": {days} working days before, at 10:00")).to_be_visible()
        expect(page.get_by_text("Somebody recorded this day")).to_have_count(0)

    def test_an_advisor_reads_it_alone(self, office: Office, cast: Cast) -> None:
        page = at(office, "/call-list")
        expect(page.get_by_text("2 working days before, at 10:00")).to_be_visible()
        expect(page.get_by_text("Change", exact=True)).to_have_count(0)


class TestAppointment:
    def test_shows_the_reminder_and_takes_the_decision(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        row = booked(cast, owner, "unknown")
        page = at(office, f"/appointments/{row.id}")
        card = page.get_by_role("region", name="Reminder")
        expect(card).to_contain_text("Nobody knows whether it was sent")
        assert faults(page, "appointment-unknown") == []
        card.get_by_role("button", name="Leave it as it is").click()
        expect(card).to_contain_text("decided to leave it so")
        assert status_of(owner, row) == "left"
        card.get_by_role("button", name="Record a call").click()
        dialog = page.get_by_role("dialog", name="Record a call")
        dialog.get_by_label("No answer: it stays on the list").check()
        dialog.get_by_role("button", name="Record call").click()
        expect(dialog).to_be_hidden()
        dialog_again = card.get_by_role("button", name="Record a call")
        dialog_again.click()
        dialog.get_by_label("Sent a text").check()
        dialog.get_by_role("button", name="Record call").click()
        expect(card).to_contain_text("Sent a text: Amina Khan")

    def test_hands_out_its_calendar_file(self, office: Office, cast: Cast, owner: Engine) -> None:
        row = booked(cast, owner, "waiting")
        page = at(office, f"/appointments/{row.id}")
        with page.expect_download() as caught:
            page.get_by_role("link", name="Calendar file").click()
        file = caught.value
        assert file.suggested_filename == f"appointment-{row.scheduled_date}.ics"
        assert b"BEGIN:VEVENT" in file.path().read_bytes()

    def test_stands_on_my_day(self, office: Office, cast: Cast, owner: Engine) -> None:
        booked(cast, owner, "call", "refused")
        page = at(office, "/")
        card = page.get_by_role("listitem").filter(has_text="The mail server refused it")
        expect(card).to_have_count(1)
        assert faults(page, "my-day-calls") == []
        card.get_by_role("link", name=re.compile("^Call")).click()
        expect(page.get_by_role("region", name="Reminder")).to_contain_text("Call the client")


class TestFeed:
    def test_is_made_shown_once_renewed_and_ended(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        booked(cast, owner, "waiting")
        page = at(office, "/availability")
        card = page.get_by_role("region", name="Calendar feed")
        card.get_by_role("button", name="Make an address").click()
        shown = page.locator("#feed-address")
        expect(shown).to_contain_text("/feeds/")
        assert faults(page, "availability-feed") == []
        first = str(shown.text_content()).replace("localhost", "127.0.0.1")
        assert b"BEGIN:VEVENT" in httpx.get(first).content
        card.get_by_role("button", name="Renew the address").click()
        expect(shown).not_to_have_text(str(first.replace("127.0.0.1", "localhost")))
        second = str(shown.text_content()).replace("localhost", "127.0.0.1")
        assert httpx.get(first).status_code == 404
        assert httpx.get(second).status_code == 200
        page.reload()
        settled(page)
        expect(card.get_by_role("button", name="End it")).to_be_visible()
        expect(shown).to_have_count(0)
        card.get_by_role("button", name="End it").click()
        expect(card).to_contain_text("There is none.")
        assert httpx.get(second).status_code == 404

    def test_nobody_elses_is_shown(self, office: Office, cast: Cast) -> None:
        page = at(office, f"/availability?who={cast.ben.user_id}")
        expect(page.get_by_text("Hours of Ben Ellis")).to_be_visible()
        expect(page.get_by_role("region", name="Calendar feed")).to_have_count(0)
        assert sideways(page, boxes_may=False) == []
