"""When reminders go, whom they go to, and what they may not say."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from cma_app.rules import reminders
from cma_app.rules.local_time import end_of
from cma_app.rules.parameters import read_yaml
from cma_app.rules.reminders import (
    RESULTS,
    STATUSES,
    WHY_CALL,
    Timing,
    by_day,
    goes_at,
    is_late,
    neutral_name,
    reminder_letter,
    tells,
    usual_timing,
    why_call,
)
from models.reminders import CALL_RESULTS, REMINDER_REASONS, REMINDER_STATUSES

TODAY = date(2026, 11, 26)
USUAL = usual_timing(TODAY)
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


def due(day: date, made: datetime = LONG_AGO, at: time = time(10), nation: str = "england"):
    return goes_at(day, at, made=made, timing=USUAL, nation=nation)


@pytest.mark.parametrize(
    ("day", "nation", "goes"),
    [
        (date(2026, 12, 3), "england", datetime(2026, 12, 1, 10, tzinfo=UTC)),
        (date(2026, 12, 7), "england", datetime(2026, 12, 3, 10, tzinfo=UTC)),  # over a weekend
        (date(2026, 12, 2), "england", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        (date(2026, 12, 2), "scotland", datetime(2026, 11, 27, 10, tzinfo=UTC)),  # St Andrew's
        (date(2026, 3, 31), "england", datetime(2026, 3, 27, 10, tzinfo=UTC)),  # clocks on the 29th
        (date(2026, 4, 1), "england", datetime(2026, 3, 30, 9, tzinfo=UTC)),
        (date(2026, 10, 26), "england", datetime(2026, 10, 22, 9, tzinfo=UTC)),  # on the 25th
        (date(2026, 10, 28), "england", datetime(2026, 10, 26, 10, tzinfo=UTC)),
        (date(2026, 12, 29), "england", datetime(2026, 12, 23, 10, tzinfo=UTC)),  # Christmas
    ],
)
def test_it_goes_at_ten_on_the_wall_two_working_days_before(day, nation, goes):
    assert due(day, nation=nation) == goes


def test_what_is_settled_later_goes_at_the_next_such_hour():
    tuesday = datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert due(date(2026, 12, 3), tuesday) == tuesday + timedelta(days=1)
    assert due(date(2026, 12, 3), tuesday - timedelta(seconds=1)) == tuesday
    friday = datetime(2026, 12, 4, 15, tzinfo=UTC)
    assert due(date(2026, 12, 7), friday, time(15)) == datetime(2026, 12, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (datetime(2026, 12, 1, 7, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (datetime(2026, 12, 1, 20, 4, tzinfo=UTC), datetime(2026, 12, 1, 20, 4, tzinfo=UTC)),
        (datetime(2026, 12, 1, 20, 5, tzinfo=UTC), datetime(2026, 12, 2, 8, tzinfo=UTC)),
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC)),  # summer
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC)),
    ],
)
def test_none_goes_at_night(moment, goes):
    assert by_day(moment) == goes


def test_where_that_is_too_near_none_is_needed():
    assert due(date(2026, 12, 2), datetime(2026, 12, 1, 11, tzinfo=UTC), time(13, 59)) is None
    assert due(date(2026, 12, 2), datetime(2026, 12, 1, 11, tzinfo=UTC), time(14)) is not None
    assert due(date(2026, 12, 1), datetime(2026, 12, 1, 11, tzinfo=UTC), time(15)) is None


def test_late_is_less_than_four_hours_before():
    begins = datetime(2026, 12, 3, 10, tzinfo=UTC)
    assert not is_late(begins - timedelta(hours=4), begins)
    assert is_late(begins - timedelta(hours=4) + timedelta(seconds=1), begins)


@pytest.mark.parametrize(
    ("email", "answer", "hours", "why"),
    [
        ("a@example.org", "yes", False, ""),
        ("a@example.org", "yes", True, "route_hours"),
        ("a@example.org", "no", False, "route_no"),
        ("a@example.org", "not_asked", False, "route_not_asked"),
        (None, "yes", False, "no_email"),
        ("", "yes", False, "no_email"),
        (None, "no", False, "route_no"),
    ],
)
def test_only_a_plain_yes_is_written_to(email, answer, hours, why):
    assert why_call(email, answer, has_hours=hours) == why


@pytest.mark.parametrize(
    "text",
    [
        "Harbour Money Advice",
        "Cwm Debt Centre",
        "hello@harbourdebtadvice.org.uk",
        "CANOLFAN DYLED",
        "Your IVA",
        "creditors",
        "What you owe",
        "Bankruptcy team",
        "the county court",
    ],
)
def test_words_that_tell(text):
    assert tells(text, TODAY)
    assert neutral_name(text, TODAY) == "Appointments"


@pytest.mark.parametrize("text", ["Harbour Centre", "Ivan Drost", "Powell House", "07700 900123"])
def test_words_that_tell_nothing(text):
    assert tells(text, TODAY) == ""
    assert neutral_name(text, TODAY) == text


@pytest.mark.parametrize("mode", ["in_person", "phone", "video", "outreach"])
@pytest.mark.parametrize("phone", ["", "01632 960100"])
def test_no_letter_tells(mode, phone):
    ends = end_of(TODAY, time(10), 60)
    letter = reminder_letter(
        TODAY, time(10), ends=ends, mode=mode, sender="Debt Centre", phone=phone, on=TODAY
    )
    assert letter.subject == "Reminder of your appointment on Thursday 26 November"
    assert "10:00 to 11:00" in letter.body
    assert (phone in letter.body) == bool(phone) or not phone
    for part in (letter.sender, letter.subject, letter.body):
        assert tells(part, TODAY) == ""


def test_over_the_autumn_change_it_ends_by_the_clock_on_the_wall():
    night = date(2026, 10, 25)
    ends = end_of(night, time(0, 30), 120)
    letter = reminder_letter(
        night, time(0, 30), ends=ends, mode="phone", sender="", phone="", on=night
    )
    assert "00:30 to 01:30" in letter.body


def test_the_table_and_the_rules_know_the_same_words():
    assert set(STATUSES) == set(REMINDER_STATUSES)
    assert set(WHY_CALL) == set(REMINDER_REASONS)
    assert set(RESULTS) == set(CALL_RESULTS)


def test_words_and_letters_are_dated_and_have_a_source():
    content = read_yaml(Path(reminders.__file__).with_name("reminders.yaml"))
    assert content["reference"]["title"]
    assert content["certainty"] in {"H", "M", "L"}
    with pytest.raises(LookupError):
        tells("debt", date(2019, 12, 31))
    assert Timing(2, time(10)) == USUAL
