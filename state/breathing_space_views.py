"""A breathing space in words: its picture, its days as a table, its debts, and what it allows."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from cma_app.clock import today
from cma_app.errors import CmaError
from cma_app.rules.breathing_space import KINDS, LegalDay, added_days, effects, end_reasons
from cma_app.rules.debt_types import debt_type
from cma_app.services.breathing_space_forms import REVIEW_OUTCOMES
from cma_app.services.breathing_space_list import CaseSpaces, CoveredDebt, Space
from cma_app.services.legal_dates import AHEAD
from cma_app.services.timeline import Event
from state.words import away, day_text, moment_text, pounds, several, weekday_text

PICTURE: Final = 1000
"""Units of the picture's width."""
ZERO: Final = Decimal("0.00")
DATE_BOXES: Final = ("submitted_on", "start_date", "treatment_ended")
Words = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PieceView:
    """A part of the picture, and its line in the key: its colour, what it is, from when to when."""

    key: str
    word: str
    days: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class DayView:
    """A day of the clock as a row of the table."""

    label: str
    day: str
    act: str
    away: str
    tone: str
    is_confirmed: bool

    @classmethod
    def of(cls, one: LegalDay, *, is_over: bool) -> "DayView":
        """Return what is shown of a day."""
        ahead = (one.day - today()).days
        near = not is_over and ahead >= 0 and one.act_by <= today() + AHEAD
        return cls(
            label=one.label,
            day=weekday_text(one.day, year=True),
            act=f"Act by {weekday_text(one.act_by)}" if one.rolls else "",
            away=away(one.day),
            tone="soon" if near else "past" if ahead < 0 or is_over else "",
            is_confirmed=one.is_confirmed,
        )


@dataclass(frozen=True, slots=True)
class CoveredView:
    """A debt as a breathing space has it."""

    debt_id: int = 0
    creditor: str = ""
    kind: str = ""
    balance: str = ""
    is_in: bool = False
    is_decided: bool = False
    word: str = ""
    said: str = ""
    rule: str = ""
    reason: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    version: int = 0

    @classmethod
    def of(cls, one: CoveredDebt, start: date, nation: str) -> "CoveredView":
        """Return what is shown of a debt."""
        later = one.is_in and one.effective_on is not None and one.effective_on != start
        said = one.reason if not one.is_in else "The arrears alone" if one.part == "arrears" else ""
        if later and one.effective_on is not None:
            said = " · ".join(
                part for part in (_added_words(one.effective_on, nation), said) if part
            )
        parts = split_day(one.effective_on) if later else ("", "", "")
        return cls(
            debt_id=one.debt_id,
            creditor=one.creditor,
            kind=_debt_word(one.debt_type),
            balance=pounds(one.balance),
            is_in=one.is_in,
            is_decided=one.is_decided,
            word="In it" if one.is_in else "Left out" if one.is_decided else "Not decided",
            said=said or ("" if one.is_decided else "Entered after the breathing space was."),
            rule=one.rule,
            reason=one.reason,
            day=parts[0],
            month=parts[1],
            year=parts[2],
            version=one.version,
        )


@dataclass(frozen=True, slots=True)
class EffectView:
    """What an advisor is told while one runs; `source` is where it comes from."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class SpaceView:
    """One breathing space as its card shows it, and what may be done with it."""

    id: int = 0
    version: int = 0
    kind: str = ""
    title: str = ""
    state: str = ""
    summary: str = ""
    pieces: list[PieceView] = field(default_factory=list)
    now: str = ""
    picture: str = ""
    days: list[DayView] = field(default_factory=list)
    source: str = ""
    facts: Words = field(default_factory=list)
    debts: list[CoveredView] = field(default_factory=list)
    in_it: str = ""
    effects: list[EffectView] = field(default_factory=list)
    may_review: bool = False
    may_confirm: bool = False
    may_end: bool = False
    is_reviewed: bool = False
    is_ended: bool = False
    warning: str = ""
    reasons: Words = field(default_factory=list)
    boxes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, space: Space, *, names_them: bool) -> "SpaceView":
        """Return what is shown of a breathing space."""
        row, runs = space.row, space.state != "over"
        whose = f" of {space.name}" if names_them else ""
        inside = [each for each in space.debts if each.is_in]
        owed = sum((each.balance for each in inside), ZERO)
        return cls(
            id=row.id,
            version=row.version,
            kind=row.kind,
            title=f"{KINDS[row.kind]}{whose}",
            state=space.state,
            summary=_summary(space),
            pieces=_pieces(space),
            now=_now(space),
            picture=_picture(space),
            days=[DayView.of(each, is_over=not runs) for each in space.days.days],
            source=space.days.reference.title,
            facts=_facts(space),
            debts=[CoveredView.of(each, row.start_date, space.nation) for each in space.debts],
            in_it=f"{several(len(inside), 'debt')}, {pounds(owed)}",
            effects=[
                EffectView(each.text, each.reference.title)
                for each in (effects(row.kind) if runs else ())
            ],
            may_review=row.kind == "standard" and row.review_held_on is None and _open(space),
            may_confirm=row.kind == "crisis" and row.treatment_ended is None and _open(space),
            may_end=_open(space),
            is_reviewed=row.review_held_on is not None,
            is_ended=row.ended_on is not None,
            warning=_warning(space),
            reasons=[
                ("", "Choose"),
                *[(each.code, each.label) for each in end_reasons() if row.kind in each.kinds],
            ],
            boxes=values_of(space),
        )


@dataclass(frozen=True, slots=True)
class SpacesView:
    """The breathing spaces of a case; `none` says what there is where the law has none."""

    spaces: list[SpaceView] = field(default_factory=list)
    people: Words = field(default_factory=list)
    none: str = ""
    may_record: bool = False
    history: list[tuple[str, str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, found: CaseSpaces, history: list[Event], none: str) -> "SpacesView":
        """Return what is shown of a case's breathing spaces."""
        both = len(found.people) > 1
        return cls(
            spaces=[SpaceView.of(each, names_them=both) for each in found.spaces],
            people=[(str(who), name) for who, name in found.people],
            none=none,
            may_record=found.is_at_work and not none and _is_one_free(found),
            history=[
                (each.title, each.text, f"{moment_text(each.at)} · {each.by}") for each in history
            ],
        )


def _is_one_free(found: CaseSpaces) -> bool:
    """Say whether somebody of the case has no breathing space that runs or is to come."""
    held = {each.row.client_id for each in found.spaces if each.state != "over"}
    return any(who not in held for who, _ in found.people)


def values_of(space: Space | None) -> dict[str, str]:
    """Return what the boxes of the form begin with."""
    row = space.row if space is not None else None
    values = {
        name: str(getattr(row, name, None) or "")
        for name in ("kind", "client_id", "register_reference")
    }
    for name in ("contact_name", "contact_role", "contact_phone"):
        values[name] = str(getattr(row, name, None) or "")
    for name in DATE_BOXES:
        parts = split_day(getattr(row, name, None))
        values |= dict(zip((f"{name}-{p}" for p in ("day", "month", "year")), parts, strict=True))
    return values


def _added_words(added: date, nation: str) -> str:
    """Return until when the creditor of a debt added later may ask, and by when we answer."""
    creditor, adviser = (
        weekday_text(each.day) + (f" (act by {weekday_text(each.act_by)})" if each.rolls else "")
        for each in added_days(added, nation)
    )
    since = f"From {day_text(added)}: its creditor may ask for a review until"
    return f"{since} {creditor}, our answer is due by {adviser}"


def split_day(day: date | None) -> tuple[str, str, str]:
    """Return a day as three boxes hold it."""
    return (str(day.day), str(day.month), str(day.year)) if day is not None else ("", "", "")


def _debt_word(code: str) -> str:
    try:
        return debt_type(code).label
    except CmaError:
        return code.replace("_", " ").capitalize()


def _open(space: Space) -> bool:
    return space.row.ended_on is None and space.state != "over"


def _summary(space: Space) -> str:
    row, last = space.row, space.last_day
    if row.ended_on is not None:
        reason = next((e.label for e in end_reasons() if e.code == row.ended_reason), "")
        return f"Ended on {weekday_text(row.ended_on, year=True)}. {reason}."
    if last is None:
        return "Protected while crisis treatment lasts."
    if space.state == "over":
        return f"Ran its whole time. The last protected day was {weekday_text(last, year=True)}."
    number = (today() - row.start_date).days + 1
    word = f"Today is day {number}. " if number > 0 else ""
    end = space.days.day("end")
    act = f", act by {weekday_text(end.act_by)}" if end is not None and end.rolls else ""
    return f"{word}Protected until {weekday_text(last, year=True)}{act}."


def _warning(space: Space) -> str:
    """Return what is wrong just now with the review or the contact; empty while nothing is."""
    row = space.row
    if not _open(space) or row.review_by is None or row.review_held_on is not None:
        return ""
    if row.review_by < today():
        if row.kind == "crisis":
            return f"The named contact was to be asked by {weekday_text(row.review_by)}."
        return f"No midway review is recorded; its last day was {weekday_text(row.review_by)}."
    barred = space.days.barred_until
    if barred is not None and today() == barred:
        return "A review made today would be too early: its first day is tomorrow."
    return ""


def _facts(space: Space) -> Words:
    row = space.row
    outcome = REVIEW_OUTCOMES.get(row.review_outcome or "", "")
    contact = ", ".join(p for p in (row.contact_name, row.contact_role, row.contact_phone) if p)
    review = " · ".join(
        p for p in (day_text(row.review_held_on), outcome, row.review_note, space.reviewed_by) if p
    )
    ended = " · ".join(p for p in (day_text(row.ended_on), row.ended_note, space.ended_by) if p)
    after = space.next_application
    said = (
        ("Start on the register", weekday_text(row.start_date, year=True)),
        ("Register reference", row.register_reference),
        ("Applied for on", day_text(row.submitted_on)),
        ("Register and creditors told by", weekday_text(space.told_by, year=True)),
        ("Named contact", contact),
        ("Contact last confirmed", day_text(row.confirmed_on)),
        ("Treatment ended", day_text(row.treatment_ended)),
        ("Review held", review),
        ("Ended", ended),
        (
            "Next application",
            f"from {weekday_text(after, year=True)}" if after else "",
        ),
        ("Recorded by", space.recorded_by),
    )
    return [(word, text) for word, text in said if text]


def _length(space: Space) -> tuple[date, date]:
    """Return the first and the last day of the picture; a crisis is drawn to what is due in it."""
    row = space.row
    last = row.protected_until or max(row.review_by or today(), today(), row.start_date)
    return row.start_date, last


def _pieces(space: Space) -> list[PieceView]:
    start, last = _length(space)
    row, days = space.row, space.days
    first, review = days.day("midway_first"), days.day("midway_last")
    if first is None or review is None:
        word = "Protected while treatment lasts" if row.protected_until is None else "Protected"
        return [_piece("b3", word, start, last, (start, last))]
    spans = [
        ("b1", "No review yet", start, days.barred_until or start),
        ("b2", "Midway review", first.day, review.day),
        ("b3", "Protected to the end", _next(review.day), last),
    ]
    return [_piece(key, word, since, until, (start, last)) for key, word, since, until in spans]


def _piece(key: str, word: str, since: date, until: date, whole: tuple[date, date]) -> PieceView:
    start, _ = whole
    number = f"days {(since - start).days + 1} to {(until - start).days + 1}"
    said = f"{weekday_text(since)} to {weekday_text(until)}, {number}"
    x, width = _x(since, whole), _x(_next(until), whole) - _x(since, whole)
    return PieceView(key, word, said, f"{x:.1f}", f"{width:.1f}")


def _x(day: date, whole: tuple[date, date]) -> float:
    start, last = whole
    return (day - start).days * PICTURE / ((last - start).days + 1)


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _now(space: Space) -> str:
    """Return where today, or the day it ended, is in the picture; empty outside."""
    whole = _length(space)
    day = space.row.ended_on or today()
    inside = whole[0] <= day <= whole[1]
    return (
        f"{_x(day, whole) + PICTURE / ((whole[1] - whole[0]).days + 1) / 2:.1f}" if inside else ""
    )


def _picture(space: Space) -> str:
    """Return what a screen reader hears in place of the picture."""
    parts = "; ".join(f"{piece.word}: {piece.days}" for piece in _pieces(space))
    return f"{_summary(space)} {parts}."
