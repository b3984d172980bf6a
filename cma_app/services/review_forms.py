"""What a reviewer fills in, checked: a score for each criterion, what was found, what is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules.review_criteria import NEEDS_COMMENT, Criteria, scores
from cma_app.services.forms import Day, Form, storable

LONGEST: Final = 4000
LONGEST_COMMENT: Final = 1000
LONGEST_STEP: Final = 150
"""What is to be done becomes a next action, which holds 200 characters with its beginning."""
ACTION_LINES: Final = 3


class _Due(Form):
    due: Day = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that has to be done, and by when."""

    what: str
    due: date


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """A filled-in review: score and comment by criterion, and the rest."""

    scores: dict[str, dict[str, str]]
    summary: str
    harm: Step | None
    actions: list[Step]
    reason: str

    @property
    def given(self) -> dict[str, str]:
        """Return the score of each criterion."""
        return {code: said["score"] for code, said in self.scores.items()}


def read_review(
    data: Mapping[str, Any], criteria: Criteria, *, is_correction: bool, harm_was: str = ""
) -> ReviewForm:
    """Return the checked review; Invalid has a sentence for each answer that is wrong.

    `harm_was` is the harm an earlier version told of: said again, it needs no new date.
    """
    wrong: dict[str, str] = {}
    given = _scores(data, criteria, wrong)
    summary = _text(data, "summary", LONGEST, wrong)
    if not summary:
        wrong["summary"] = "Say what was found, in a few words: the advisor reads it first."
    reason = _text(data, "reason", 500, wrong)
    if is_correction and not reason:
        wrong["reason"] = "Say why the review is corrected."
    harm = _harm(data, wrong, harm_was)
    steps = [_step(data, f"action-{number}", wrong) for number in range(1, ACTION_LINES + 1)]
    if wrong:
        raise Invalid(wrong)
    return ReviewForm(given, summary, harm, [each for each in steps if each], reason)


def _scores(
    data: Mapping[str, Any], criteria: Criteria, wrong: dict[str, str]
) -> dict[str, dict[str, str]]:
    given = {}
    for each in criteria.criteria:
        score = str(data.get(f"score-{each.code}", ""))
        comment = _text(data, f"comment-{each.code}", LONGEST_COMMENT, wrong)
        if score not in scores():
            wrong[f"score-{each.code}"] = f"Choose a score for {each.word.lower()}."
        if score in NEEDS_COMMENT and not comment:
            wrong[f"comment-{each.code}"] = f"Say what is missing in {each.word.lower()}."
        given[each.code] = {"score": score, "comment": comment}
    return given


def _harm(data: Mapping[str, Any], wrong: dict[str, str], harm_was: str) -> Step | None:
    """Return what harms the client now and by when it is put right; None where nothing does."""
    if data.get("harm") not in {"yes", "no"}:
        wrong["harm"] = "Say whether anything harms the client now."
        return None
    if data.get("harm") == "no":
        return None
    what = _text(data, "harm-what", LONGEST_STEP, wrong)
    if not what:
        wrong["harm-what"] = "Say what harms the client, so that it can be put right."
    if harm_was and what == harm_was:
        return Step(what, today())
    due = _due(data, "harm-due", wrong)
    if due is None:
        wrong.setdefault("harm-due", "Enter the day by which it must be put right.")
        return None
    return Step(what, due)


def _step(data: Mapping[str, Any], name: str, wrong: dict[str, str]) -> Step | None:
    what = _text(data, name, LONGEST_STEP, wrong)
    due = _due(data, f"{name}-due", wrong)
    if what and due is None:
        wrong.setdefault(f"{name}-due", "Enter the day by which it is done.")
    if due is not None and not what:
        wrong.setdefault(name, "Say what has to be done by this day.")
    return Step(what, due) if what and due is not None else None


def _due(data: Mapping[str, Any], name: str, wrong: dict[str, str]) -> date | None:
    try:
        day = _Due.read({"due": data.get(name, "")}).due
    except Invalid as error:
        wrong[name] = error.fields["due"]
        return None
    if day is not None and day < today():
        wrong[name] = "Choose today or a later day."
    return day


def _text(data: Mapping[str, Any], name: str, most: int, wrong: dict[str, str]) -> str:
    said = storable(str(data.get(name, ""))).strip()
    if len(said) > most:
        wrong[name] = f"Use at most {most:,} characters."
    return said
