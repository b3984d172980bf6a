"""The forms of a breathing space, and what in them contradicts the law or itself."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from cma_app.clock import today
from cma_app.errors import CmaError, Invalid
from cma_app.rules.breathing_space import Clock, clock, end_reasons, latest_start, why_none
from cma_app.services.debt_events import NearDay
from cma_app.services.debt_forms import PastDay, optional_text
from cma_app.services.forms import Blank, Form, given
from models import BreathingSpace

REVIEW_OUTCOMES = {
    "goes_on": "It goes on",
    "to_cancel": "It is to be cancelled",
}


def _number(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _reference(value: Any) -> Any:
    text = " ".join(value.upper().split()) if isinstance(value, str) else value
    if isinstance(text, str) and len(text) > 30:
        raise ValueError("Use at most 30 characters.")
    return text or None


class SpaceForm(Form):
    """A breathing space as the register tells it; `client_id` says whose, where a case has two."""

    kind: Annotated[
        Literal["standard", "crisis"], given("Say whether it is standard or a mental health one.")
    ]
    client_id: Annotated[int | None, BeforeValidator(_number)] = None
    submitted_on: PastDay = None
    start_date: Annotated[NearDay, given("Enter the start date that the register gives.")]
    register_reference: Annotated[str | None, BeforeValidator(_reference)] = None
    contact_name: Annotated[str | None, optional_text(100)] = None
    contact_role: Annotated[str | None, optional_text(100)] = None
    contact_phone: Annotated[str | None, optional_text(30)] = None
    treatment_ended: PastDay = None

    def days(self, nation: str) -> Clock:
        """Return the clock of what is said, or raise Invalid with what contradicts."""
        start = self.start_date
        if start is None:
            raise Invalid({"start_date": "Enter the start date that the register gives."})
        none = why_none(nation)
        if none:
            raise Invalid({"kind": none})
        wrong = self._contradictions(start, nation)
        if wrong:
            raise Invalid(wrong)
        try:
            return clock(self.kind, start, nation, treatment_ended=self.treatment_ended)
        except CmaError as error:
            raise Invalid({"start_date": error.sentence}) from None

    def _contradictions(self, start: date, nation: str) -> dict[str, str]:
        wrong = {}
        latest = latest_start(self.submitted_on or today(), nation)
        if self.submitted_on is not None and start <= self.submitted_on:
            wrong["start_date"] = "It starts the day after the register's entry: check both days."
        elif start > latest:
            since = "then" if self.submitted_on is not None else "today"
            wrong["start_date"] = (
                f"Applied for {since}, it can start on {day_said(latest)} at the latest."
            )
        if self.kind == "crisis" and self.contact_name is None:
            wrong["contact_name"] = "Name who confirms the treatment."
        if self.treatment_ended is not None and self.treatment_ended < start:
            wrong["treatment_ended"] = "Treatment cannot have ended before the start."
        return wrong

    def stored(self) -> dict[str, Any]:
        """Return what is kept of it; a standard one has no contact and no treatment."""
        said = self.model_dump(exclude={"client_id"})
        if self.kind == "standard":
            contact = ("contact_name", "contact_role", "contact_phone", "treatment_ended")
            said |= dict.fromkeys(contact)
        return said


class ReviewForm(Form):
    """The midway review: held on which day, with what outcome, and why."""

    review_held_on: Annotated[PastDay, given("Enter the day of the review.")]
    review_outcome: Annotated[
        Literal["goes_on", "to_cancel"], given("Say what the review came to.")
    ]
    review_note: Annotated[str | None, optional_text(500)] = None

    def checked(self, space: BreathingSpace, nation: str) -> dict[str, Any]:
        """Return what is kept of it, or raise Invalid: none is held within the first days."""
        held = clock(space.kind, space.start_date, nation)
        first = held.day("midway_first")
        wrong = {}
        if first is None or self.review_held_on is None:
            raise Invalid({"review_held_on": "A mental health crisis has no midway review."})
        if self.review_held_on < first.day:
            wrong["review_held_on"] = (
                f"No review may be made before {day_said(first.day)}: that is its first day."
            )
        if held.last_protected is not None and self.review_held_on > held.last_protected:
            wrong["review_held_on"] = "The breathing space was over by then."
        if self.review_outcome == "to_cancel" and self.review_note is None:
            wrong["review_note"] = "Write down why it is to be cancelled."
        if wrong:
            raise Invalid(wrong)
        return self.model_dump()


class ContactForm(Form):
    """When the named contact last said that the treatment goes on."""

    confirmed_on: Annotated[PastDay, given("Enter the day on which they said so.")]


class SpaceEndForm(Form):
    """How a breathing space ended before its last day."""

    ended_on: Annotated[PastDay, given("Enter the day on which it ended.")]
    ended_reason: Annotated[str, given("Choose why it ended."), Field(max_length=30)]
    ended_note: Annotated[str | None, optional_text(500)] = None

    def checked(self, space: BreathingSpace) -> dict[str, Any]:
        """Return what is kept of it, or raise Invalid with what contradicts."""
        wrong = {}
        reasons = {each.code for each in end_reasons() if space.kind in each.kinds}
        if self.ended_reason not in reasons:
            wrong["ended_reason"] = "Choose why it ended from the list."
        if self.ended_on is not None and self.ended_on < space.start_date:
            wrong["ended_on"] = "It cannot have ended before it started."
        until = space.protected_until
        if self.ended_on is not None and until is not None and self.ended_on > until:
            wrong["ended_on"] = f"By itself it ends on {day_said(until)}. Enter an earlier day."
        if wrong:
            raise Invalid(wrong)
        return self.model_dump()


class CoveredForm(Form):
    """Whether one debt is in the breathing space, from when, and why not."""

    is_in: Annotated[Literal["yes", "no"], given("Say whether it is in.")]
    effective_on: NearDay = None
    reason: Annotated[str | None, optional_text(300), Blank] = None


def theirs_of(row: Any, said: Mapping[str, Any]) -> dict[str, str]:
    """Return what is stored where it differs from what was said, as text by field."""
    stored = {name: getattr(row, name) for name in said if hasattr(row, name)}
    return {
        name: day_said(value) if isinstance(value, date) else str(value or "empty")
        for name, value in stored.items()
        if value != said[name]
    }


def day_said(day: date) -> str:
    """Return Mon 21 Dec 2026, as sentences about a breathing space say a day."""
    return f"{day_short(day)} {day:%Y}"


def day_short(day: date) -> str:
    """Return Mon 21 Dec."""
    return f"{day:%a} {day.day} {day:%b}"
