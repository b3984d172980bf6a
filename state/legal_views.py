"""Legal dates and protection in words, for the bar of a case, its list of dates and the board."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from cma_app.clock import today
from cma_app.services.breathing_space_protection import Protection
from cma_app.services.legal_dates import LegalDate, is_near
from state.words import clock_text, several, weekday_text

STRIP: Final = 1000
"""Units of the picture's width."""
STRIP_DAYS: Final = 60
"""Days that the picture of what is ahead is long."""


@dataclass(frozen=True, slots=True)
class ShieldView:
    """A breathing space in the bar of its case: "Protected until Mon 21 Dec", and what is due."""

    lead: str
    rest: str

    @classmethod
    def of(cls, one: Protection, *, names_them: bool) -> "ShieldView":
        """Return what is shown of it; `names_them` where a case is of two people."""
        whose = f"{one.name}: " if names_them else ""
        return cls(whose + _lead(one), review_words(one))


def _lead(one: Protection) -> str:
    if one.start > today():
        return f"Breathing space from {weekday_text(one.start)}"
    if one.until is None:
        return "Protected while crisis treatment lasts"
    return f"Protected until {_acted(one.until, one.act_by)}"


def review_words(one: Protection) -> str:
    """Return what is to be done in a breathing space, and between which days; empty for nothing."""
    if one.review_by is None:
        return ""
    by = _acted(one.review_by, one.review_act_by)
    was_due = one.review_by < today()
    if one.review_from is None:
        return f"the named contact was to be asked by {by}" if was_due else f"ask again by {by}"
    if was_due:
        return f"review was due {weekday_text(one.review_by)}"
    if one.review_from > today():
        return f"review between {weekday_text(one.review_from)} and {by}"
    return f"review by {by}"


def _acted(day: date, act_by: date | None) -> str:
    moved = act_by is not None and act_by != day
    return f"{weekday_text(day)}, act by {weekday_text(act_by)}" if moved else weekday_text(day)


@dataclass(frozen=True, slots=True)
class DateView:
    """A legal date as a row: what, whom it concerns, which day, and how long there is.

    `tone` is late, soon or empty. `x` is its place in the picture, empty beyond its end.
    """

    label: str
    about: str
    day: str
    short: str
    act: str
    left: str
    tone: str
    source: str
    ref_id: int
    x: str

    @classmethod
    def of(cls, one: LegalDate) -> "DateView":
        """Return what is shown of a legal date."""
        at = clock_text(one.at)
        day = weekday_text(one.day, year=True)
        ahead = one.left.days
        near = "soon" if is_near(one) else ""
        return cls(
            label=one.label,
            about=one.about,
            day=f"{day}, {at}" if at else day,
            short=weekday_text(one.day),
            act=f"Act by {weekday_text(one.left.act_by)}" if one.left.rolls else "",
            left=left_words(one),
            tone="late" if ahead < 0 else near,
            source=one.source,
            ref_id=one.ref_id,
            x=f"{ahead * STRIP / STRIP_DAYS:.1f}" if 0 <= ahead <= STRIP_DAYS else "",
        )


def left_words(one: LegalDate) -> str:
    """Return "4 working days left", "today", "no working day left" or "2 days late"."""
    if one.left.days < 0:
        return f"{several(-one.left.days, 'day')} late"
    if one.left.act_by == today():
        return "today" if one.left.days == 0 else "act today"
    if not one.left.working_days:
        return "today" if one.left.days == 0 else "no working day left"
    return f"{several(one.left.working_days, 'working day')} left"


def board_words(one: LegalDate | None) -> str:
    """Return a legal date as a card says it: "Hearing 30 Nov, act by Fri 27 Nov"."""
    if one is None:
        return ""
    act = f", act by {weekday_text(one.left.act_by)}" if one.left.rolls else ""
    return f"{one.label} {one.day.day} {one.day:%b}{act}"


def guard_words(one: Protection | None, *, briefly: bool = False) -> str:
    """Return a protection as a card says it: "Protected to 21 Dec, review by Thu 26 Nov".

    `briefly` leaves out the review, where the card's next action tells of it.
    """
    if one is None:
        return ""
    whose = "Partner protected" if one.is_partners else "Protected"
    if one.start > today():
        said = f"{whose} from {one.start.day} {one.start:%b}"
    elif one.until is None:
        said = f"{whose}, crisis"
    else:
        said = f"{whose} to {one.until.day} {one.until:%b}"
    is_due = one.review_from is None or one.review_from <= today()
    review = review_words(one) if is_due and not briefly else ""
    return f"{said}, {review}" if review else said
