"""Appointments in a browser: booked by mouse and by keyboard, moved, met, missed and cancelled."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.rules.calendars import add_working_days
from cma_app.services import appointments
from cma_app.services.appointments import book_appointment
from cma_app.services.rooms import add_room
from models import Appointment
from tests.browser.conftest import Office
from tests.browser.looking import findings, picture, settled, sideways
from tests.people import Cast
from tests.services.money import make_case

pytestmark = [pytest.mark.browser, pytest.mark.database]


def working_day() -> date:
    """Return a working day from next week on, so that its whole week is ahead."""
    return add_working_days(today() + timedelta(days=7), 1, "england")


def booked(cast: Cast, case_id: int, at: str = "10:00", day: date | None = None) -> Appointment:
    said = {
        "appointment_type": "advice",
        "advisor_id": str(cast.amina.user_id),
        "scheduled_date": (day or working_day()).isoformat(),
        "scheduled_time": at,
        "preparation_notes": "Bring the letters.",
        "anyway": "on",
    }
    with cast.open(cast.amina) as session:
        return book_appointment(session, case_id, said)


def row_of(owner: Engine, appointment_id: int) -> tuple[str, str, str]:
    with owner.connect() as connection:
        row = connection.execute(
            text("SELECT scheduled_date, scheduled_time, status FROM appointments WHERE id = :id"),
            {"id": appointment_id},
        ).one()
    return row.scheduled_date.isoformat(), f"{row.scheduled_time:%H:%M}", row.status


def calendar(office: Office, who: str = "amina", view: str = "week") -> Page:
    desk = office.signed_in(who, f"/calendar?view={view}&day={working_day().isoformat()}")
    return settled(desk.page)


def cell(page: Page, day: date, at: str) -> str:
    """Return the words of the link that books a time."""
    return f"Book {day:%a} {day.day} {day:%b}, {at}"


class TestBooking:
    def test_by_mouse_from_the_calendar(self, office: Office, cast: Cast) -> None:
        make_case(cast, cast.amina)
        day = working_day()
        page = calendar(office)
        page.get_by_role("link", name=cell(page, day, "11:30")).click()
        expect(page.get_by_label("Day", exact=True)).to_have_value(day.isoformat())
        expect(page.get_by_label("Begins at")).to_have_value("11:30")
        page.get_by_label("For whom").fill("whit")
        page.get_by_role("button", name=re.compile("Leanne Whitmore")).click()
        expect(page.get_by_text("For Leanne Whitmore")).to_be_visible()
        page.get_by_role("button", name="Book appointment").click()
        expect(page.get_by_role("link", name=re.compile("11:30 to 12:30"))).to_be_visible()
        assert findings(page) == []

    def test_by_keyboard_alone(self, office: Office, cast: Cast, owner: Engine) -> None:
        make_case(cast, cast.amina)
        page = calendar(office)
        grid = page.get_by_role("grid")
        stops = grid.locator("[data-step][tabindex='0']")
        expect(stops).to_have_count(1)
        stops.focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        expect(stops).to_be_focused()
        told = stops.inner_text()
        assert "10:00" in told
        picture(page, "calendar-focus")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Begins at")).to_have_value("10:00")
        page.get_by_label("For whom").focus()
        page.keyboard.type("whit")
        choice = page.get_by_role("button", name=re.compile("Leanne Whitmore"))
        expect(choice).to_be_visible()
        page.keyboard.press("Tab")
        expect(choice).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("For Leanne Whitmore")).to_be_visible()
        page.get_by_label("Preparation").focus()
        page.keyboard.type("Letters")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/calendar\?day="))
        with owner.connect() as connection:
            row = connection.execute(
                text("SELECT scheduled_time FROM appointments WHERE centre_id = :c"),
                {"c": cast.amina.centre_id},
            ).scalar_one()
        assert f"{row:%H:%M}" == "10:00"

    def test_a_taken_time_says_who_and_books_the_free_one_picked(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        booked(cast, case_id)
        desk = office.signed_in("amina", f"/calendar/book?case={case_id}")
        page = settled(desk.page)
        expect(page.get_by_text("For Leanne Whitmore")).to_be_visible()
        page.get_by_label("Day", exact=True).fill(working_day().isoformat())
        page.get_by_label("Begins at").fill("10:30")
        page.get_by_label("Preparation").fill("Kept while choosing")
        page.get_by_role("button", name="Book appointment").click()
        box = page.locator(".error-summary")
        expect(box).to_be_focused()
        expect(box).to_contain_text("Amina Khan has Leanne Whitmore")
        expect(box.get_by_role("radio")).to_have_count(3)
        picture(page, "booking-taken")
        assert findings(page) == []
        expect(page.get_by_label("Preparation")).to_have_value("Kept while choosing")
        page.get_by_label("Begins at").fill("18:00")
        page.get_by_role("button", name="Book appointment").click()
        expect(page.get_by_text("works 09:00 to 17:00").first).to_be_visible()
        expect(page.get_by_text("Amina Khan has Leanne Whitmore")).to_have_count(0)
        page.get_by_label("Begins at").fill("10:30")
        page.get_by_role("button", name="Book appointment").click()
        box.get_by_label(re.compile("11:00")).check()
        page.get_by_role("button", name="Book appointment").click()
        expect(page).to_have_url(re.compile(rf"/cases/{case_id}$"))
        card = page.get_by_role("region", name="Appointments")
        expect(card.get_by_role("link", name="Advice")).to_have_count(2)
        expect(card).to_contain_text("11:00")

    def test_outside_hours_it_asks_and_then_books(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/calendar/book?case={case_id}").page
        page.get_by_label("Day", exact=True).fill(working_day().isoformat())
        page.get_by_label("Begins at").fill("18:00")
        page.get_by_role("button", name="Book appointment").click()
        expect(page.locator(".error-summary")).to_be_focused()
        expect(page.locator(".error-summary")).to_contain_text("works 09:00 to 17:00")
        assert findings(page) == []
        page.get_by_label("Book it outside working hours all the same").check()
        page.get_by_role("button", name="Book appointment").click()
        expect(page.get_by_role("region", name="Appointments")).to_contain_text("18:00")

    def test_shows_the_next_free_times_before_anything_is_booked(
        self, office: Office, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        page = office.signed_in("amina", f"/calendar/book?case={case_id}").page
        page.get_by_label("Day", exact=True).fill(working_day().isoformat())
        page.get_by_role("button", name="Show the next free times").click()
        expect(page.locator(".callout").get_by_role("radio")).to_have_count(3)
        expect(page.locator(".callout")).to_contain_text("09:00")


class TestMoving:
    def test_by_dragging_fills_in_the_form(self, office: Office, cast: Cast, owner: Engine) -> None:
        row = booked(cast, make_case(cast, cast.amina))
        day = working_day()
        page = calendar(office)
        free = page.get_by_role("link", name=cell(page, day, "14:00"))
        page.get_by_role("link", name=re.compile("10:00 to 11:00")).drag_to(free)
        expect(page.get_by_label("Begins at")).to_have_value("14:00")
        assert row_of(owner, row.id)[1] == "10:00"
        picture(page, "appointment-move")
        assert findings(page) == []
        page.get_by_role("button", name="Save change").click()
        expect(page.get_by_text(re.compile("14:00 to 15:00")).first).to_be_visible()
        assert row_of(owner, row.id)[1] == "14:00"

    def test_by_the_plain_form(self, office: Office, cast: Cast, owner: Engine) -> None:
        row = booked(cast, make_case(cast, cast.amina))
        page = office.signed_in("amina", f"/appointments/{row.id}").page
        page.get_by_role("button", name="Move or change").click()
        page.get_by_label("Begins at").fill("15:30")
        page.get_by_role("button", name="Save change").click()
        expect(page.get_by_text(re.compile("15:30 to 16:30")).first).to_be_visible()
        assert row_of(owner, row.id)[1] == "15:30"

    def test_shows_what_a_colleague_stored_meanwhile(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        row = booked(cast, make_case(cast, cast.amina))
        page = office.signed_in("amina", f"/appointments/{row.id}").page
        page.get_by_role("button", name="Move or change").click()
        page.get_by_label("Begins at").fill("15:30")
        with cast.open(cast.ben) as session:
            appointments.confirm_appointment(session, row.id, version=1)
        page.get_by_role("button", name="Save change").click()
        expect(page.get_by_text("Somebody changed this in the meantime.").first).to_be_visible()
        expect(page.get_by_label("Begins at")).to_have_value("15:30")
        page.get_by_role("button", name="Save change").click()
        expect(page.get_by_text(re.compile("15:30 to 16:30")).first).to_be_visible()


class TestAfterwards:
    def test_a_missed_one_is_recorded_and_the_second_asks_the_manager(
        self, office: Office, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        rows = [booked(cast, case_id, at).id for at in ("10:00", "12:00")]
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE appointments SET scheduled_date = :d WHERE id = ANY (:ids)"),
                {"d": today() - timedelta(days=1), "ids": rows},
            )
        desk = office.signed_in("amina", "/")
        page = desk.page
        unsaid = page.get_by_role("main").get_by_text("Outcome missing")
        expect(unsaid).to_have_count(2)
        picture(page, "home-unsaid")
        assert findings(page) == []
        for number, row in enumerate(rows):
            desk.open(f"/appointments/{row}")
            page.get_by_role("button", name="Record the outcome").click()
            shown = page.get_by_role("dialog", name="Record the outcome")
            if number == 0:
                shown.get_by_role("button", name="Record outcome").click()
                expect(shown.locator(".error-summary")).to_be_focused()
                assert findings(page) == []
            shown.get_by_label("They did not come").check()
            shown.get_by_role("button", name="Record outcome").click()
            expect(shown).to_be_hidden()
            expect(page.get_by_text("Did not attend")).to_be_visible()
            assert row_of(owner, row)[2] == "did_not_attend"
        page = settled(office.signed_in("maria", f"/cases/{case_id}").page)
        actions = page.get_by_role("region", name="Next actions")
        expect(actions).to_contain_text("Missed twice: decide whether the case stays open")
        expect(page.get_by_text("Missed 2 times")).to_be_visible()
        picture(page, "case-missed")
        board = office.signed_in("maria", "/board").page
        expect(board.get_by_text("Missed twice: decide").first).to_be_visible()

    def test_is_cancelled_by_whom_and_why(self, office: Office, cast: Cast, owner: Engine) -> None:
        row = booked(cast, make_case(cast, cast.amina))
        page = office.signed_in("amina", f"/appointments/{row.id}").page
        page.get_by_role("button", name="Client confirmed").click()
        expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
        page.get_by_role("button", name="Cancel", exact=True).click()
        shown = page.get_by_role("dialog", name="Cancel the appointment")
        shown.get_by_label("The client").check()
        shown.get_by_label("Why").fill("Her bus did not come")
        shown.get_by_role("button", name="Cancel the appointment").click()
        expect(page.get_by_text("By the client: Her bus did not come")).to_be_visible()
        expect(page.get_by_role("link", name="Book another")).to_be_visible()
        assert row_of(owner, row.id)[2] == "cancelled"

    def test_a_note_is_written_on_it(self, office: Office, cast: Cast) -> None:
        row = booked(cast, make_case(cast, cast.amina))
        page = office.signed_in("ben", f"/appointments/{row.id}").page
        notes = page.get_by_role("region", name="Notes")
        notes.get_by_label("Note", exact=True).fill("Needs the lift.")
        notes.get_by_role("button", name="Save note").click()
        expect(notes.get_by_role("listitem")).to_contain_text("Needs the lift.")


class TestWhoSeesWhat:
    def test_a_trainee_sees_that_a_colleague_is_taken_and_no_more(
        self, office: Office, cast: Cast
    ) -> None:
        booked(cast, make_case(cast, cast.amina))
        day = working_day().isoformat()
        page = settled(office.signed_in("tess", f"/calendar?view=day&day={day}&who=all").page)
        expect(page.get_by_text("Taken")).to_be_visible()
        expect(page.get_by_text("Leanne")).to_have_count(0)
        assert findings(page) == []

    def test_an_admin_has_no_calendar(self, office: Office, cast: Cast) -> None:
        page = office.signed_in("root", "/calendar").page
        expect(page.get_by_role("heading", name="Not part of your role")).to_be_visible()
        expect(page.locator("[data-menu=calendar]")).to_have_count(0)


class TestAvailability:
    def test_an_advisor_keeps_own_hours_and_leave(self, office: Office, cast: Cast) -> None:
        page = settled(office.signed_in("amina", "/availability").page)
        page.get_by_label("Monday").fill("17-9")
        page.get_by_label("Tuesday").focus()
        expect(page.get_by_text("17-9 ends before it begins.")).to_be_visible()
        page.get_by_label("Monday").fill("10-12:30, 1pm to 4pm")
        page.get_by_role("button", name="Save hours").click()
        expect(page.get_by_label("Monday")).to_have_value("10:00 to 12:30, 13:00 to 16:00")
        day = working_day()
        page.get_by_label("First day away").fill(day.isoformat())
        page.get_by_role("button", name="Add leave").click()
        leave = page.get_by_role("region", name="Leave")
        expect(leave.get_by_role("listitem")).to_contain_text(f"{day.day} {day:%b %Y}")
        assert findings(page) == []
        assert sideways(page, boxes_may=False) == []
        leave.get_by_role("button", name=re.compile("^Take off")).click()
        expect(leave.get_by_text("No leave is recorded")).to_be_visible()
        expect(page.get_by_role("button", name="Add room")).to_have_count(0)

    def test_a_manager_keeps_the_rooms(self, office: Office, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            add_room(session, {"name": "Room 1"})
        page = settled(office.signed_in("maria", "/availability").page)
        rooms = page.get_by_role("region", name="Rooms")
        rooms.get_by_label("New room").fill("room 1")
        rooms.get_by_role("button", name="Add room").click()
        expect(rooms.get_by_role("alert")).to_contain_text("There is a room of this name.")
        rooms.get_by_label("New room").fill("Annexe")
        rooms.get_by_role("button", name="Add room").click()
        expect(rooms.get_by_role("listitem").filter(has_text="Annexe")).to_be_visible()
        rooms.get_by_role("button", name="Close Room 1").click()
        expect(rooms.get_by_text("Closed")).to_be_visible()
        rooms.get_by_role("button", name="Rename Annexe").click()
        shown = page.get_by_role("dialog", name="Rename the room")
        expect(shown.get_by_label("Name")).to_have_value("Annexe")
        shown.get_by_label("Name").fill("Garden room")
        shown.get_by_role("button", name="Rename room").click()
        expect(rooms.get_by_role("button", name="Close Garden room")).to_be_visible()
        picture(page, "availability-manager")
        assert findings(page) == []
