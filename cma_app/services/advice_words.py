"""What the log says of a case's advice, in words: a title and a text a change."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cma_app.services.recommendation_forms import CHOICE_WORDS

Values = Mapping[str, Any]
Said = list[tuple[str, str]]
PROGRESS: Final = {
    "advised": "What was advised is not started after all",
    "started": "What was advised has started",
    "completed": "What was advised is completed",
    "failed": "What was advised failed",
    "stopped": "What was advised was stopped",
}


def say_advice(old: Values, new: Values) -> Said:
    """Return what a change of a recommendation is called; of a draft nothing is told."""
    if new.get("given_at"):
        return [("Advice given", new.get("solution_word") or "")]
    if new.get("superseded_on"):
        return [("Earlier advice was superseded", "")]
    if "status" in new and old:
        return [(PROGRESS[new["status"]], new.get("progress_note") or "")]
    return _say_choice(new) if "choice" in new and old else []


def _say_choice(new: Values) -> Said:
    word = CHOICE_WORDS.get(new.get("choice") or "")
    return [("The client's choice", _with(word, new.get("chosen_word")))] if word else []


def _with(word: str, also: str | None) -> str:
    return f"{word}: {also}" if also else word


ADVICE_SAYERS: Final[Mapping[str, Callable[[Values, Values], Said]]] = {
    "recommendations": say_advice
}
"""By the table that the log speaks of."""
