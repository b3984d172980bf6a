"""The boxes of a recommendation, of what the client chose, and of how far a solution is.

`other-bankruptcy` and the like say why an option suits less, by the option's code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Self

from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules.solutions import Solution, solution_word, solutions_on
from cma_app.services.debt_forms import PastDay, optional_text
from cma_app.services.forms import Blank, Form, given, storable
from models import Recommendation

CHOICE_WORDS: Final = {
    "accepted": "Accepts the advice",
    "another": "Chooses another, against the advice",
    "undecided": "Has not decided yet",
}
STATUS_WORDS: Final = {
    "advised": "Advised, not started",
    "started": "Started",
    "completed": "Completed",
    "failed": "Failed",
    "stopped": "Stopped",
}
OTHER: Final = "other-"
MOST_WORDS: Final = 6000
MOST_OF_ONE: Final = 1000
WORDS: Final = ("reasons", "others_words", "costs_told")
"""The texts of a recommendation that whoever signs it off may put better."""
LOOKED_AGAIN: Final = "looked_again"
"""The box that says that a draft was looked at under the rules of the case's nation."""
LIST_ALONE: Final = "Choose one of the list."

Words = Annotated[str | None, optional_text(MOST_WORDS)]
Note = Annotated[str | None, optional_text(MOST_OF_ONE)]


class AdviceForm(Form):
    """A recommendation but for each other option; a day left empty is today."""

    solution: Annotated[str, given("Choose what you recommend.")]
    reasons: Annotated[str, given("Say why this fits them."), optional_text(MOST_WORDS)]
    others_words: Words = None
    costs_told: Annotated[
        str, given("Say which costs and risks they were told of."), optional_text(MOST_WORDS)
    ]
    advised_on: PastDay = None
    choice: Annotated[str | None, Blank] = None
    chosen: Annotated[str | None, Blank] = None
    choice_note: Note = None


class OtherForm(Form):
    """Why one option suits less."""

    why: Note = None


class ChoiceForm(Form):
    """What the client chose; a day left empty is today."""

    choice: Annotated[str, given("Choose what the client decided.")]
    chosen: Annotated[str | None, Blank] = None
    chosen_on: PastDay = None
    choice_note: Note = None


class ProgressForm(Form):
    """How far a solution is, with its days."""

    status: Annotated[str, given("Choose how far it is.")]
    started_on: PastDay = None
    ended_on: PastDay = None
    progress_note: Note = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a client chose, in the words of the day; `chosen` is what they chose instead."""

    choice: str | None = None
    chosen: str | None = None
    chosen_word: str | None = None
    chosen_on: date | None = None
    choice_note: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """A whole recommendation, checked: what may be recommended on its day in the case's nation."""

    form: AdviceForm
    solution: Solution
    advised_on: date
    choice: Choice
    others: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Any], nation: str) -> Self:
        """Return the advice, or raise Invalid with a sentence by box."""
        wrong: dict[str, str] = {}
        try:
            form = AdviceForm.read(data)
        except Invalid as error:
            raise Invalid(error.fields | _others_of(data, {}, "")[1]) from None
        day = form.advised_on or today()
        options = solutions_on(day, nation)
        if form.solution not in options:
            wrong["solution"] = LIST_ALONE
        others, faults = _others_of(data, options, form.solution)
        wrong |= faults
        if not (others or form.others_words):
            wrong["others_words"] = "Say why the other options suit less."
        choice = Choice()
        try:
            choice = _choice(form, form.solution, day, options, nation)
        except Invalid as error:
            wrong |= error.fields
        if wrong:
            raise Invalid(wrong)
        return cls(form, options[form.solution], day, choice, others)

    @staticmethod
    def sentence_for(name: str, value: str) -> str | None:
        """Return what is wrong with one box by itself, None where nothing is."""
        if name.startswith(OTHER):
            return OtherForm.sentence_for("why", value)
        return AdviceForm.sentence_for(name, value)


def _others_of(
    data: Mapping[str, Any], options: Mapping[str, Solution], solution: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return why each other option suits less, and what is wrong with these boxes."""
    said, wrong = dict[str, str](), dict[str, str]()
    for name, value in data.items():
        if not name.startswith(OTHER):
            continue
        sentence = OtherForm.sentence_for("why", str(value))
        if sentence:
            wrong[name] = sentence
        code, text = name.removeprefix(OTHER), storable(str(value)).strip()
        if text and code in options and code != solution:
            said[code] = text
    return {code: said[code] for code in options if code in said}, wrong


def _choice(
    form: AdviceForm | ChoiceForm,
    solution: str,
    day: date,
    options: Mapping[str, Solution],
    nation: str,
) -> Choice:
    """Return what the client chose on a day; Invalid where it cannot be."""
    if form.choice is None:
        return Choice(choice_note=form.choice_note)
    if form.choice not in CHOICE_WORDS:
        raise Invalid({"choice": "Choose one of the answers."})
    if form.choice != "another":
        return Choice(form.choice, chosen_on=day, choice_note=form.choice_note)
    if form.chosen is None:
        raise Invalid({"chosen": "Choose what they chose instead."})
    if form.chosen not in options:
        raise Invalid({"chosen": LIST_ALONE})
    if form.chosen == solution:
        raise Invalid({"chosen": "This is what was recommended. Choose that they accept it."})
    word = solution_word(form.chosen, nation)
    return Choice("another", form.chosen, word, day, form.choice_note)


def put_better(row: Recommendation, edits: Mapping[str, str]) -> None:
    """Take over the edits of whoever signs off; Invalid beside one that cannot be."""
    wrong: dict[str, str] = {}
    others = dict(row.others)
    for name, said in edits.items():
        text, code = storable(said).strip(), name.removeprefix(OTHER)
        most = MOST_WORDS if name in WORDS else MOST_OF_ONE
        if len(text) > most:
            wrong[name] = f"Use at most {most} characters."
        elif name in WORDS and not text and (name != "others_words" or not others):
            wrong[name] = "Fill this in."
        elif name in WORDS:
            setattr(row, name, text or None)
        elif name.startswith(OTHER) and code in others:
            others[code] = text
    if wrong:
        raise Invalid(wrong)
    row.others = {code: text for code, text in others.items() if text}


def read_choice(data: Mapping[str, Any], *, solution: str, advised_on: date, nation: str) -> Choice:
    """Return what the client chose of advice given on a day; Invalid beside a box."""
    form = ChoiceForm.read(data)
    day = form.chosen_on or today()
    if day < advised_on:
        raise Invalid({"chosen_on": "They cannot choose before they were advised."})
    return _choice(form, solution, day, solutions_on(advised_on, nation), nation)


def read_progress(data: Mapping[str, Any], *, advised_on: date) -> ProgressForm:
    """Return how far a solution is, with the days it needs and no others; Invalid beside a box."""
    form = ProgressForm.read(data)
    wrong: dict[str, str] = {}
    if form.status not in STATUS_WORDS:
        raise Invalid({"status": "Choose one of the answers."})
    ends = form.status in {"completed", "failed", "stopped"}
    starts = form.status != "advised"
    started = form.started_on if starts else None
    ended = form.ended_on if ends else None
    if form.status in {"started", "completed"} and started is None:
        wrong["started_on"] = "Enter the day it started."
    if ends and ended is None:
        wrong["ended_on"] = "Enter the day it ended."
    if started is not None and started < advised_on:
        wrong["started_on"] = "It cannot start before it was advised."
    if ended is not None and ended < (started or advised_on):
        wrong["ended_on"] = "It cannot end before it started."
    if form.status in {"failed", "stopped"} and form.progress_note is None:
        wrong["progress_note"] = "Say why it did not go on."
    if wrong:
        raise Invalid(wrong)
    return form.model_copy(update={"started_on": started, "ended_on": ended})
