"""The boxes of a closing: how the case ended, each debt, each gain, and what still stands.

Names of boxes: `debt-12-outcome`, `-start`, `-now`, `-off`; `gain-1-kind`, `-amount`, `-frequency`,
`-detail`; `saved-home` is ticked for what the client kept; `meeting-7` and `task-9` say what
happens to an appointment and to an action.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import AfterValidator

from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules.closing import (
    GAIN_FREQUENCIES,
    ONCE,
    OTHER,
    UNKNOWN,
    EndedDebt,
    Gain,
    Totals,
    contradictions,
    every_word,
    kind_of,
    totals,
    words_on,
)
from cma_app.services.debt_forms import optional_text
from cma_app.services.forms import Blank, Form, Pounds, given, storable

ENDINGS: Final = {"closed": "Closed", "referred": "Referred on", "cancelled": "Cancelled"}
STANDING: Final = {
    "meeting": {"end": "Cancel it", "keep": "It goes ahead"},
    "task": {"end": "It is dealt with", "keep": "It stays to do"},
}
WIDEST: Final = Decimal("99999999.99")  # what a sum of a debt or a gain can hold
MOST_GAINS: Final = 40
DEBT: Final = re.compile(r"debt-([0-9]{1,18})-(outcome|start|now|off)")
GAIN: Final = re.compile(r"gain-([0-9]{1,3})-(kind|amount|frequency|detail)")
SAVED: Final = re.compile(r"saved-([a-z_]{1,30})")
STANDS: Final = re.compile(r"(meeting|task)-([0-9]{1,18})")

F = TypeVar("F", bound=Form)


def _fits(amount: Decimal | None) -> Decimal | None:
    if amount is not None and amount > WIDEST:
        raise ValueError(f"Enter a sum of £{WIDEST:,} or less.")
    return amount


Sum = Annotated[Pounds, AfterValidator(_fits)]
Long = Annotated[str | None, optional_text(2000)]


class EndingForm(Form):
    """How a case ended, but for its debts and gains."""

    status: Annotated[str, given("Choose how the case ends.")]
    reason: Annotated[str, given("Choose why the case ends.")]
    reason_words: Annotated[str | None, optional_text(100)] = None
    referred_to: Annotated[str | None, optional_text(200)] = None
    debt_solution: Annotated[str | None, Blank] = None
    fca_outcome: Annotated[str | None, Blank] = None
    client_words: Long = None
    what_next: Long = None
    emergency_words: Annotated[str | None, optional_text(500)] = None
    amended_because: Annotated[str | None, optional_text(500)] = None


class DebtPart(Form):
    """What became of one debt; a sum left empty is not known."""

    outcome: Annotated[str | None, Blank] = None
    start: Sum = None
    now: Sum = None
    off: Sum = None

    def ended(self) -> EndedDebt:
        """Return the debt as its rules know it."""
        return EndedDebt(self.outcome or UNKNOWN, self.start, self.now, self.off)


class GainPart(Form):
    """One gain; a sum left empty is not known."""

    kind: Annotated[str | None, Blank] = None
    amount: Sum = None
    frequency: Annotated[str | None, Blank] = None
    detail: Annotated[str | None, optional_text(200)] = None

    @property
    def is_empty(self) -> bool:
        """Say whether nobody wrote anything in its row."""
        return self.kind is None and self.amount is None and self.detail is None

    def gain(self) -> Gain:
        """Return the gain as its rules know it."""
        return Gain(self.amount, self.frequency or ONCE)


@dataclass(frozen=True, slots=True)
class ClosingForm:
    """A whole closing, checked as far as the form itself can tell."""

    ending: EndingForm
    debts: dict[int, DebtPart] = field(default_factory=dict)
    gains: list[GainPart] = field(default_factory=list)
    saved: tuple[str, ...] = ()
    meetings: dict[int, str] = field(default_factory=dict)
    tasks: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the form, or raise Invalid with a sentence by box."""
        wrong: dict[str, str] = {}
        ending = _part(EndingForm, data, "", wrong)
        debts = {
            number: part
            for number, boxes in _boxes(DEBT, data).items()
            if (part := _part(DebtPart, boxes, f"debt-{number}-", wrong)) is not None
        }
        gains = {
            number: part
            for number, boxes in _boxes(GAIN, data).items()
            if (part := _part(GainPart, boxes, f"gain-{number}-", wrong)) is not None
        }
        for number, boxes in _boxes(GAIN, data).items():
            wrong |= _gain_faults(boxes, f"gain-{number}-")
        for number, debt in debts.items():
            said = contradictions(debt.ended())
            wrong |= {f"debt-{number}-{box}": sentence for box, sentence in said.items()}
        if wrong or ending is None:
            raise Invalid(wrong)
        return cls(
            ending=ending,
            debts=debts,
            gains=[part for part in gains.values() if not part.is_empty][:MOST_GAINS],
            saved=_saved(data),
            meetings=_answers("meeting", data),
            tasks=_answers("task", data),
        )

    @staticmethod
    def sentence_for(name: str, value: str) -> str | None:
        """Return what is wrong with one box by itself, None where nothing is."""
        for pattern, part in ((DEBT, DebtPart), (GAIN, GainPart)):
            found = pattern.fullmatch(name)
            if found:
                return part.sentence_for(found[2], value)
        return EndingForm.sentence_for(name, value)


def _boxes(pattern: re.Pattern[str], data: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Return the boxes of each row by its number, in order."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in data.items():
        found = pattern.fullmatch(name)
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = value
    return dict(sorted(rows.items()))


def _part(form: type[F], data: Mapping[str, Any], prefix: str, wrong: dict[str, str]) -> F | None:
    try:
        return form.read(data)
    except Invalid as error:
        wrong |= {f"{prefix}{name}": said for name, said in error.fields.items()}
        return None


def _answers(kind: str, data: Mapping[str, Any]) -> dict[int, str]:
    found = ((STANDS.fullmatch(name), value) for name, value in data.items())
    return {
        int(each[2]): str(value)
        for each, value in found
        if each and each[1] == kind and value in STANDING[kind]
    }


def _saved(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the client kept, in the order of the list: every ticked word of it."""
    named = (SAVED.fullmatch(name) for name, value in data.items() if value)
    ticked = {found[1] for found in named if found}
    return tuple(code for code in every_word("saved") if code in ticked)


def _gain_faults(boxes: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Return what a row of a gain lacks, where something was written in it."""
    said = {name: str(value).strip() for name, value in boxes.items()}
    wrong: dict[str, str] = {}
    if not any(said.get(name) for name in ("kind", "amount", "detail")):
        return wrong
    if kind_of("gains", said.get("kind", "")) is None:
        wrong[f"{prefix}kind"] = "Choose what was gained."
    if said.get("frequency") not in GAIN_FREQUENCIES:
        wrong[f"{prefix}frequency"] = "Choose how often."
    return wrong


def check_ending(
    form: ClosingForm, *, on: date, nation: str, debts: Mapping[int, str | None]
) -> None:
    """Refuse what may not be chosen on a day; `debts` are the case's, with the outcome each has.

    A closed case needs an outcome for each debt, its solution and the regulator's outcome, and for
    each of them "not known" is an answer. Otherwise what was not said is not known.
    """
    ending, wrong = form.ending, dict[str, str]()
    if ending.status not in ENDINGS:
        wrong["status"] = "Choose one of the answers."
    elif ending.reason not in words_on("reasons", on, ending=ending.status):
        wrong["reason"] = f"Choose a reason for a case that is {ENDINGS[ending.status].lower()}."
    if ending.reason == OTHER and not ending.reason_words:
        wrong["reason_words"] = "Say in a few words why the case ends."
    if ending.status == "referred" and not ending.referred_to:
        wrong["referred_to"] = "Say to whom the client was referred."
    needed = ending.status == "closed"
    for name, code, words in (
        ("debt_solution", ending.debt_solution, words_on("solutions", on, nation=nation)),
        ("fca_outcome", ending.fca_outcome, words_on("fca_outcomes", on)),
    ):
        if code is None and needed:
            wrong[name] = "Choose one. Not known is an answer too."
        elif code is not None and code not in words:
            wrong[name] = "Choose one of the answers."
    for number, stored in debts.items():
        code = form.debts.get(number, DebtPart()).outcome
        if code is None and needed:
            wrong[f"debt-{number}-outcome"] = "Choose an outcome. Not known is one too."
        elif code not in (None, stored) and code not in words_on("outcomes", on, nation=nation):
            wrong[f"debt-{number}-outcome"] = "Choose one of the answers."
    if wrong:
        raise Invalid(wrong)


def foresee(data: Mapping[str, Any], on: date | None = None) -> Totals:
    """Return the sums of what is typed so far; a box that cannot be read counts as not known."""
    on = on or today()

    def readable(part: type[Form], boxes: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in boxes.items()
            if part.sentence_for(name, str(value)) is None
        }

    debts = [
        DebtPart.read(readable(DebtPart, boxes)).ended() for boxes in _boxes(DEBT, data).values()
    ]
    parts = [GainPart.read(readable(GainPart, boxes)) for boxes in _boxes(GAIN, data).values()]
    gains = [
        part.gain()
        for part in parts
        if not part.is_empty and part.frequency in {None, *GAIN_FREQUENCIES}
    ]
    return totals(debts, gains, on)


def clean(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the boxes of a form that a draft keeps: those of a closing, as text."""
    known = set(EndingForm.model_fields)
    return {
        name: storable(str(value))
        for name, value in data.items()
        if name in known or any(each.fullmatch(name) for each in (DEBT, GAIN, SAVED, STANDS))
    }
