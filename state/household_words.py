"""The answers of the household as a page lists and tells them."""

from cma_app.services import households
from cma_app.services.households import EMPLOYMENTS as WORK
from cma_app.services.households import TENURES as HOMES
from cma_app.services.households import Answers
from state.words import several

TENURES: list[tuple[str, str]] = list(households.TENURES.items())
EMPLOYMENTS: list[tuple[str, str]] = list(households.EMPLOYMENTS.items())
NOT_ASKED = "Not asked yet"


def said_of(answers: Answers | None) -> str:
    """Return a household in one line: "2 adults, 1 child under 16; tenant, social"."""
    if answers is None:
        return NOT_ASKED
    counted = (
        (answers.adults, "adult", None),
        (answers.children_under_16, "child under 16", "children under 16"),
        (answers.children_16_to_18, "child of 16 to 18", "children of 16 to 18"),
        (answers.other_dependants, "other dependant", None),
        (answers.non_dependants, "non-dependant", None),
        (answers.vehicles, "vehicle", None),
    )
    said = [several(number, one, many) for number, one, many in counted if number]
    tenure = answers.tenure or ""
    home = "other home" if tenure == "other" else _small(HOMES.get(tenure, ""))
    work = _work(answers.employment, answers.employment_note)
    theirs = _work(answers.partner_employment, answers.partner_employment_note)
    parts = (
        ", ".join(said),
        _with(home, answers.tenure_note),
        ", ".join(work),
        f"partner: {', '.join(theirs)}" if theirs else "",
    )
    return "; ".join(part for part in parts if part)


def _work(words: list[str], note: str | None) -> list[str]:
    return [
        _with("other work", note) if word == "other" else _small(WORK[word])
        for word in words
        if word in WORK
    ]


def _small(words: str) -> str:
    """Return a choice's words as they stand within a line."""
    return words[:1].lower() + words[1:]


def _with(word: str, note: str | None) -> str:
    return f"{word} ({note})" if note else word
