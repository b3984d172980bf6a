"""Calendar files read back: right across clock changes, and without a word too much."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar

from cma_app.printing.calendar_files import CalendarEvent, calendar_file

LONDON = ZoneInfo("Europe/London")


def event(begins: datetime, minutes: int = 60, **over: object) -> CalendarEvent:
    return CalendarEvent(
        **{
            "key": "1/7",
            "sequence": 2,
            "changed": datetime(2026, 3, 1, 9, tzinfo=UTC),
            "begins": begins,
            "ends": begins + timedelta(minutes=minutes),
            "kind": "Advice",
            "is_confirmed": True,
            **over,
        }
    )  # type: ignore[arg-type]


def read(file: bytes) -> list[Calendar]:
    return list(Calendar.from_ical(file).walk("VEVENT"))


def test_holds_what_the_standard_asks_for_and_nothing_more():
    file = calendar_file([event(datetime(2026, 12, 3, 10, tzinfo=UTC))])
    (shown,) = read(file)
    assert set(shown) == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS"),
    }
    assert b"DTSTART:20261203T100000Z" in file
    assert file.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert (shown["SUMMARY"], shown["STATUS"], shown["CLASS"]) == ("Advice", "CONFIRMED", "PRIVATE")


def test_each_side_of_a_clock_change_it_is_the_time_on_the_wall():
    """Ten o'clock on the Saturday and on the Sunday of both changes of 2026."""
    for day, hour in ((28, 10), (29, 9)):
        (shown,) = read(calendar_file([event(datetime(2026, 3, day, hour, tzinfo=UTC))]))
        assert shown.decoded("DTSTART").astimezone(LONDON).hour == 10
    for day, hour in ((24, 9), (25, 10)):
        (shown,) = read(calendar_file([event(datetime(2026, 10, day, hour, tzinfo=UTC))]))
        assert shown.decoded("DTSTART").astimezone(LONDON).hour == 10


def test_over_the_change_it_lasts_its_real_minutes():
    (shown,) = read(calendar_file([event(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 120)]))
    assert shown.decoded("DTEND") - shown.decoded("DTSTART") == timedelta(hours=2)


def test_an_event_keeps_its_identifier_and_no_two_share_one():
    first = event(datetime(2026, 12, 3, 10, tzinfo=UTC))
    moved = event(datetime(2026, 12, 9, 10, tzinfo=UTC), sequence=3)
    other = event(datetime(2026, 12, 3, 10, tzinfo=UTC), key="2/7")
    names = [str(read(calendar_file([each]))[0]["UID"]) for each in (first, moved, other)]
    assert names[0] == names[1] != names[2]


def test_a_feed_may_be_empty():
    file = calendar_file([], name="Appointments")
    assert read(file) == []
    assert b"X-WR-CALNAME:Appointments" in file
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT30M" in file
