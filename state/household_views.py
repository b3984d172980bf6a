"""What the household tab shows, as text."""

from dataclasses import dataclass, field, replace
from typing import Any

from cma_app.rules.consents import purposes
from cma_app.services.case_people import PersonFacts
from cma_app.services.households import Answers, CaseHousehold, PastAnswer
from cma_app.services.separation import OwedLine, Parting
from state.household_words import EMPLOYMENTS, NOT_ASKED, said_of
from state.safe_routes import SafeRoute, routes_in_words
from state.words import day_text, moment_text, pounds

WORK = ("employment", "partner_employment")
BLANK = {
    "has_partner": "no",
    "adults": "1",
    **dict.fromkeys(
        (
            "children_under_16",
            "children_16_to_18",
            "other_dependants",
            "non_dependants",
            "vehicles",
        ),
        "",
    ),
    **dict.fromkeys(
        ("child_ages", "tenure", "tenure_note", "employment_note", "partner_employment_note"), ""
    ),
}


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """One purpose, and how this person answered."""

    word: str
    answer: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person of the case, with their own routes and consents."""

    id: int
    name: str
    detail: str
    is_second: bool
    routes: list[SafeRoute]
    consents: list[ConsentWord]

    @classmethod
    def of(cls, person: PersonFacts) -> "PersonView":
        """Return the view of a person."""
        words = purposes()
        born = day_text(person.date_of_birth, none="birth date not recorded")
        return cls(
            id=person.client_id,
            name=person.name,
            detail=f"{person.reference}, {'born ' if person.date_of_birth else ''}{born}",
            is_second=person.is_second,
            routes=routes_in_words(person.routes),
            consents=[
                ConsentWord(words[purpose], _answer(given), given is True)
                for purpose, given in person.consents.items()
                if purpose in words
            ],
        )


def _answer(given: bool | None) -> str:  # noqa: FBT001 - three answers
    if given is None:
        return "not asked"
    return "given" if given else "withdrawn"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One answer of the past."""

    id: int
    when: str
    by: str
    said: str
    sheets: str

    @classmethod
    def of(cls, past: PastAnswer) -> "HistoryLine":
        """Return the line of an answer."""
        numbers = ", ".join(str(number) for number in past.sheets)
        word = "Sheets" if past.sheets[1:] else "Sheet"
        return cls(
            id=past.answers.id,
            when=moment_text(past.recorded_at),
            by=past.recorded_by,
            said=said_of(past.answers),
            sheets=f"{word} {numbers}" if numbers else "",
        )


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """All that the tab shows; `id` is that of the newest answer, 0 where nobody was asked."""

    id: int = 0
    answers: dict[str, str] = field(default_factory=lambda: dict(BLANK))
    employment: list[str] = field(default_factory=list)
    partner_employment: list[str] = field(default_factory=list)
    sheet: str = ""
    sheet_said: str = ""
    is_frozen: bool = False
    is_behind: bool = False
    history: list[HistoryLine] = field(default_factory=list)
    people: list[PersonView] = field(default_factory=list)
    second: str = ""
    second_id: str = ""
    joint: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, found: CaseHousehold, people: list[PersonFacts], parting: Parting
    ) -> "HouseholdView":
        """Return what is shown of a case's household and people."""
        newest = found.history[0].answers if found.history else None
        other = next((each for each in people if each.is_second), None)
        second = other.name if other is not None else ""
        return cls(
            id=newest.id if newest else 0,
            answers=_begins(newest, has_partner=bool(second)),
            employment=list(newest.employment) if newest else [],
            partner_employment=list(newest.partner_employment) if newest else [],
            history=[HistoryLine.of(past) for past in found.history],
            people=[PersonView.of(person) for person in people],
            second=second,
            second_id=str(other.client_id) if other is not None else "",
            joint=[_owed(line) for line in parting.joint] if second else [],
            theirs=[_owed(line) for line in parting.theirs] if second else [],
            **_sheet(found, newest),
        )

    def as_typed(self, kept: dict[str, str]) -> "HouseholdView":
        """Return the tab with what a person typed before and did not save in its boxes."""
        return replace(
            self,
            answers={name: kept.get(name, "") for name in BLANK},
            employment=ticked_words(kept, "employment"),
            partner_employment=ticked_words(kept, "partner_employment"),
        )


def ticked_words(form: dict[str, str], name: str) -> list[str]:
    """Return the kinds of work that are ticked in a form."""
    return [word for word, _ in EMPLOYMENTS if form.get(f"{name}-{word}") == "on"]


def _owed(line: OwedLine) -> str:
    return f"{line.creditor}, {pounds(line.balance)}"


def _begins(answers: Answers | None, *, has_partner: bool) -> dict[str, str]:
    """Return what the boxes of the form begin with."""
    if answers is None:
        return BLANK | ({"has_partner": "yes", "adults": "2"} if has_partner else {})
    counts = ("other_dependants", "non_dependants", "vehicles")
    by_hand = ("children_under_16", "children_16_to_18")
    texts = ("tenure", "tenure_note", "employment_note", "partner_employment_note")
    return {
        "has_partner": "yes" if answers.has_partner or has_partner else "no",
        "adults": str(answers.adults),
        "child_ages": ", ".join(str(age) for age in answers.child_ages),
        **{name: _number(getattr(answers, name)) for name in counts},
        **{name: "" if answers.child_ages else _number(getattr(answers, name)) for name in by_hand},
        **{name: getattr(answers, name) or "" for name in texts},
    }


def _number(number: int) -> str:
    return str(number) if number else ""


def _sheet(found: CaseHousehold, newest: Answers | None) -> dict[str, Any]:
    sheet = found.sheet
    if sheet is None:
        return {}
    return {
        "sheet": f"Sheet {sheet.sheet_no}, {day_text(sheet.statement_date)}",
        "sheet_said": said_of(sheet.answers) if sheet.answers else NOT_ASKED,
        "is_frozen": sheet.is_frozen,
        "is_behind": newest is not None
        and (sheet.answers is None or sheet.answers.id != newest.id),
    }
