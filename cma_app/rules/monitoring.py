"""What a client may be asked for equality monitoring, as dated questions with their basis."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import Reference, read_yaml, reference_of

NOT_SAID: Final = "not_said"
"""The answer that somebody prefers not to answer; no row at all is that nobody asked."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why the centre may keep an answer, and the law that says so."""

    code: str
    label: str
    reference: Reference


@dataclass(frozen=True, slots=True)
class Question:
    """One optional question; `is_special` says that its answer is specially protected."""

    code: str
    label: str
    basis: Basis
    is_special: bool
    answers: dict[str, str]
    reference: Reference


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions from a day on, and the words that go before them."""

    start: date
    version: str
    say: str
    questions: tuple[Question, ...]

    def find(self, code: str) -> Question | None:
        """Return a question by its code, None where this version has none."""
        return next((each for each in self.questions if each.code == code), None)


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("monitoring.yaml"))


@cache
def bases() -> dict[str, Basis]:
    """Return every lawful basis that an answer may have, by its code."""
    return {
        code: Basis(code, said["label"], reference_of(said))
        for code, said in _content()["bases"].items()
    }


@cache
def _versions() -> tuple[Questions, ...]:
    found = [
        Questions(
            each["from"],
            each["version"],
            each["say"],
            tuple(_question(said) for said in each["questions"]),
        )
        for each in _content()["versions"]
    ]
    return tuple(sorted(found, key=lambda each: each.start))


def _question(said: dict[str, Any]) -> Question:
    not_said = _content()["not_said"]
    answers = {each["code"]: each["label"] for each in said["answers"]}
    return Question(
        code=said["code"],
        label=said["label"],
        basis=bases()[said["basis"]],
        is_special=said["is_special"],
        answers={**answers, not_said["code"]: not_said["label"]},
        reference=reference_of(said),
    )


def questions_on(day: date) -> Questions:
    """Return what may be asked on a day; LookupError before the first version."""
    started = [each for each in _versions() if each.start <= day]
    if not started:
        raise LookupError(f"Nothing may be asked before {_versions()[0].start}.")
    return started[-1]


def answer_label(question: str, answer: str) -> str:
    """Return how a stored answer reads, by the newest version that had it; else itself."""
    for version in reversed(_versions()):
        found = version.find(question)
        if found is not None and answer in found.answers:
            return found.answers[answer]
    return answer.replace("_", " ").capitalize()
