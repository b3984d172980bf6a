"""The words of everyday letters on a given day, and how they are filled from a case."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.parameters import read_yaml

TABLE: Final = "{table}"
"""A paragraph that is only this is where a letter's table stands."""

_NAME: Final = re.compile(r"\{([a-z_]+)\}")
_POUNDS: Final = re.compile(r"(?:£|GBP) ?([0-9][0-9,]*(?:\.[0-9]+)?)")
_TO_WRITE: Final = re.compile(r"\[([^\[\]\n]{1,100})\]")


class UnknownLetter(CmaError):
    """A kind of letter that there is not."""

    sentence = "There is no such letter. Choose one of the list."


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """One kind of letter as it stands on a day; `carries_advice` needs an advisor to issue it."""

    kind: str
    word: str
    recipient: str
    carries_advice: bool
    version: str
    subject: str
    body: str
    enclosures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilledLetter:
    """A subject and a body with the case's facts in them; `missing` says what still to write."""

    subject: str
    body: str
    missing: tuple[str, ...]


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))


def letter_kinds() -> dict[str, str]:
    """Return each kind of letter with its word, in the order of the menu."""
    return {kind: letter["word"] for kind, letter in _content()["letters"].items()}


def letter_template(kind: str, on: date) -> LetterTemplate:
    """Return a kind's words that hold on a day; UnknownLetter where there are none."""
    letter = _content()["letters"].get(kind)
    started = [each for each in (letter or {}).get("versions", ()) if each["from"] <= on]
    if letter is None or not started:
        raise UnknownLetter
    return _template(kind, letter, max(started, key=lambda each: each["from"]))


def letter_template_of(kind: str, version: str) -> LetterTemplate:
    """Return the words of a version, whenever it held; UnknownLetter where there is none."""
    letter = _content()["letters"].get(kind)
    for words in (letter or {}).get("versions", ()):
        if letter is not None and words["version"] == version:
            return _template(kind, letter, words)
    raise UnknownLetter


def _template(kind: str, letter: Mapping[str, Any], words: Mapping[str, Any]) -> LetterTemplate:
    return LetterTemplate(
        kind=kind,
        word=letter["word"],
        recipient=letter["recipient"],
        carries_advice=letter["carries_advice"],
        version=words["version"],
        subject=words["subject"],
        body=words["body"].strip(),
        enclosures=tuple(words["enclosures"]),
    )


def for_several_accounts(template: LetterTemplate) -> LetterTemplate:
    """Return a template that lists below its first paragraph which accounts it is about.

    One that has a table already stays as it is.
    """
    if TABLE in template.body:
        return template
    first, _, rest = template.body.partition("\n\n")
    listed = _content()["several_accounts"].strip()
    return replace(template, body=f"{first}\n\n{listed}\n\n{rest}")


def has_table(text: str) -> bool:
    """Say whether a text has a place for its table: a paragraph that is only its mark."""
    return any(part.strip() == TABLE for part in text.replace("\r\n", "\n").split("\n\n"))


def sums_said(text: str) -> dict[str, Decimal]:
    """Return the sums of money that a text says, as they are written, with what each comes to."""
    return {
        found.group(0).rstrip(","): Decimal(found.group(1).replace(",", ""))
        for found in _POUNDS.finditer(text)
    }


def fill(template: LetterTemplate, facts: Mapping[str, str]) -> FilledLetter:
    """Return a template's words with a case's facts; what a fact says is text and nothing more.

    A fact that is not there, or empty, becomes what to write in square brackets.
    """
    words = _content()["fills"]
    missing: dict[str, str] = {}

    def put(found: re.Match[str]) -> str:
        name = found.group(1)
        if found.group(0) == TABLE:
            return TABLE
        if facts.get(name, "").strip():
            return facts[name]
        missing[name] = words[name]
        return f"[{words[name]}]"

    subject = _NAME.sub(put, template.subject)
    return FilledLetter(subject, _NAME.sub(put, template.body), tuple(missing.values()))


def still_to_write(text: str) -> list[str]:
    """Return what a text still shows in square brackets for somebody to write, each once."""
    return list(dict.fromkeys(_TO_WRITE.findall(text)))
