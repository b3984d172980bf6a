"""Forms: what a browser sends, checked into values or refused with a sentence beside each field.

A feature's form is a `Form` with these field types. `Form.read(data)` returns it or raises
Invalid with one sentence a field; blank text means "not given".
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cma_app.clock import today
from cma_app.errors import CmaError, Invalid
from cma_app.rules import entries, identifiers

SENTENCES = {
    "missing": "Fill this in.",
    "string_too_long": "Use at most {max_length} characters.",
    "too_long": "Use at most {max_length} characters.",
    "literal_error": "Choose one of the answers.",
    "enum": "Choose one of the answers.",
    "int_parsing": "Use a whole number, such as 2.",
    "int_type": "Use a whole number, such as 2.",
    "int_from_float": "Use a whole number, such as 2.",
    "greater_than_equal": "Use {ge} or more.",
    "less_than_equal": "Use {le} or less.",
    "string_type": "Fill this in.",
}


class Form(BaseModel):
    """What a person filled in; fields that no form knows are ignored."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, frozen=True)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the checked form; raise Invalid with a sentence for each field that is wrong."""
        try:
            return cls.model_validate({name: _storable(value) for name, value in data.items()})
        except ValidationError as error:
            raise Invalid(_sentences(error)) from None

    @classmethod
    def sentence_for(cls, name: str, value: str) -> str | None:
        """Return what is wrong with one answer by itself, None where nothing is.

        Rules between answers wait until all are sent; a name the form does not know is right.
        """
        try:
            cls.read({name: value})
        except Invalid as error:
            return error.fields.get(name) if name in cls.model_fields else None
        return None


def storable(text: str) -> str:
    """Return text without what no database keeps: NUL, and halves of characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def _storable(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def _sentences(error: ValidationError) -> dict[str, str]:
    said: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]) if problem["loc"] else "form"
        context = problem.get("ctx", {})
        if problem["type"] == "value_error":
            sentence = str(context["error"])
        else:
            sentence = SENTENCES.get(problem["type"], "Check this answer.").format(**context)
        said.setdefault(name, sentence)
    return said


def _blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _by(rule: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Apply a rule to text, and say its sentence as a form's."""

    def read(value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return value if not isinstance(value, str) else None
        try:
            return rule(value)
        except CmaError as error:
            raise ValueError(error.sentence) from None

    return read


def _filled(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError("Fill this in.")
    return value


def _date(value: Any) -> Any:
    """Read `2026-11-22`, `22/11/2026`, `22 11 2026` or three boxes already joined so."""
    if not isinstance(value, str):
        return value
    parts = value.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if not parts:
        return None
    example = "Enter a date like 27 3 1984."
    if len(parts) != 3 or not all(re.fullmatch("[0-9]{1,4}", part) for part in parts):
        raise ValueError(example)
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, year = (int(part) for part in parts)
    if year < 100:
        raise ValueError("Enter the year with four digits, such as 1984.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("There is no such date. Check the day and the month.") from None


def _birth(value: Any) -> Any:
    born = _date(value)
    if isinstance(born, date) and not date(1900, 1, 1) <= born <= today():
        raise ValueError("Enter a date of birth in the past, such as 27 3 1984.")
    return born


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip().replace(".", ":")
    if not text:
        return None
    hours, _, minutes = text.partition(":")
    try:
        return time(int(hours), int(minutes or 0))
    except ValueError:
        raise ValueError("Enter a time like 14:02.") from None


def read_record_id(value: Any) -> Any:
    """Read the number of a record that a list of choices sends; empty is none."""
    if not isinstance(value, str):
        return value
    said = value.strip()
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise ValueError("Choose one of the list.")
    return int(said)


def _tick(value: Any) -> Any:
    return value in (True, "on", "true", "yes", "1") if not isinstance(value, bool) else value


# A length stands before its reading: pydantic then leaves an answer that was not given alone.
Required = BeforeValidator(_filled)


def given(sentence: str) -> BeforeValidator:
    """Return what refuses an empty answer with a sentence that says which one is missing."""

    def read(value: Any) -> Any:
        if value is None or not str(value).strip():
            raise ValueError(sentence)
        return value

    return BeforeValidator(read)


Blank = BeforeValidator(_blank)
Name = Annotated[str, Field(max_length=100), Required]
Text = Annotated[str | None, Field(max_length=255), Blank]
LongText = Annotated[str | None, Field(max_length=10_000), Blank]
Pounds = Annotated[Decimal | None, BeforeValidator(_by(entries.parse_money))]
NiNumber = Annotated[
    str | None, Field(max_length=13), BeforeValidator(_by(identifiers.national_insurance_number))
]
Postcode = Annotated[str | None, Field(max_length=20), BeforeValidator(_by(identifiers.postcode))]
Phone = Annotated[str | None, Field(max_length=20), BeforeValidator(_by(identifiers.phone))]
Email = Annotated[str | None, Field(max_length=255), BeforeValidator(_by(identifiers.email))]
Day = Annotated[date | None, BeforeValidator(_date)]
BirthDate = Annotated[date | None, BeforeValidator(_birth)]
Clock = Annotated[time | None, BeforeValidator(_time)]
RecordId = Annotated[int | None, BeforeValidator(read_record_id)]
Tick = Annotated[bool, BeforeValidator(_tick)]


def choice(*words: str) -> Callable[[Any], Any]:
    """Return a check that a value is one of these words."""

    def read(value: Any) -> Any:
        if value not in words:
            raise ValueError("Choose one of the answers.")
        return value

    return read


class ReasonForm(Form):
    """Why something is done that needs a reason."""

    reason: Annotated[str, given("Say why."), Field(max_length=500)]
