"""Calendar files over HTTP: an authorised route for one, an address with a secret for a feed."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.services import calendar_feeds
from cma_app.services.appointments import book_appointment
from models import Appointment
from tests.people import Cast
from tests.platform.waiting import until
from tests.served import Served
from tests.services.test_reminders import form, safe_case

pytestmark = pytest.mark.database


@pytest.fixture
def booked(cast: Cast) -> Appointment:
    day = (today() + timedelta(days=14)).isoformat()
    said = form(cast.amina, scheduled_date=day, anyway="on")
    case_id = safe_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        return book_appointment(session, case_id, said)


def address(cast: Cast) -> str:
    with cast.open(cast.amina) as session:
        return f"/feeds/{calendar_feeds.renew_feed(session)}.ics"


class TestFile:
    def test_is_sent_as_an_attachment(
        self, served: Served, cast: Cast, booked: Appointment
    ) -> None:
        answer = served.get(f"/appointments/{booked.id}.ics", served.sign_in(cast, "amina"))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "attachment" in answer.headers["content-disposition"]
        assert len(list(Calendar.from_ical(answer.content).walk("VEVENT"))) == 1

    @pytest.mark.parametrize("who", ["colin", "tess", "root", "bea"])
    def test_nobody_else_learns_anything(
        self, served: Served, cast: Cast, booked: Appointment, who: str
    ) -> None:
        cookie = served.sign_in(cast, who)
        answer = served.get(f"/appointments/{booked.id}.ics", cookie)
        absent = served.get("/appointments/999999999.ics", cookie)
        assert (answer.status_code, answer.text) == (absent.status_code, absent.text)
        assert answer.status_code == 404

    def test_who_is_not_signed_in_goes_to_sign_in(
        self, served: Served, booked: Appointment
    ) -> None:
        assert served.get(f"/appointments/{booked.id}.ics").status_code == 303


class TestFeed:
    def test_is_read_without_a_sign_in(
        self, served: Served, cast: Cast, booked: Appointment
    ) -> None:
        answer = served.get(address(cast))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        assert event.decoded("DTSTART") == booked.slot.lower
        for word in ("Leanne", "Whitmore", "Canary", "debt", "A1"):
            assert word not in answer.text

    def test_once_ended_it_looks_like_any_wrong_address(
        self, served: Served, cast: Cast, booked: Appointment
    ) -> None:
        at = address(cast)
        with cast.open(cast.amina) as session:
            calendar_feeds.revoke_feed(session, cast.amina.user_id)
        answer, absent = served.get(at), served.get(f"/feeds/{'x' * 43}.ics")
        assert answer.status_code == absent.status_code == 404
        assert answer.text == absent.text

    def test_once_renewed_the_old_one_is_dead(self, served: Served, cast: Cast) -> None:
        first, second = address(cast), address(cast)
        assert served.get(first).status_code == 404
        assert served.get(second).status_code == 200

    def test_its_secret_is_in_no_log(self, served: Served, cast: Cast) -> None:
        at = address(cast)
        served.get(at)
        served.get(at.replace(".ics", "x.ics"))
        assert at.removesuffix(".ics").rpartition("/")[2] not in served.log.read_text()

    def test_its_secret_is_in_no_log_when_the_database_fails(
        self, served: Served, cast: Cast, owner: Engine
    ) -> None:
        at, before = address(cast), len(served.log.read_text())
        asks = "EXECUTE ON FUNCTION cma_feed(text)"
        with owner.begin() as connection:
            connection.execute(text(f"REVOKE {asks} FROM cma_app"))
        try:
            assert served.get(at).status_code >= 500
        finally:
            with owner.begin() as connection:
                connection.execute(text(f"GRANT {asks} TO cma_app"))
        until(lambda: "request_failed" in served.log.read_text()[before:])
        logged = served.log.read_text()[before:]
        assert "/feeds/" in logged
        assert at.removesuffix(".ics").rpartition("/")[2] not in logged

    @pytest.mark.parametrize("way", ["/feeds/.ics", "/feeds/%00.ics", "/feeds/a/b.ics"])
    def test_an_odd_address_opens_nothing(self, served: Served, way: str) -> None:
        assert served.get(way).status_code == 404
