"""Reading what a form sends: dates of three boxes, ticks, and texts without their spaces."""

from datetime import date
from typing import Final, Protocol

from cma_app.errors import Invalid
from state.base import Form, FormErrors

UNSENT: Final = ""
"""Among a form's sentences where none was sent yet: they stand beside boxes, not in a summary."""


class Checks(Protocol):
    """What knows by itself what is wrong with one answer: a service's form."""

    def sentence_for(self, name: str, value: str) -> str | None:
        """Return what is wrong with an answer, None where nothing is."""
        ...


def checked(errors: FormErrors, form: Checks, name: str, value: str) -> FormErrors:
    """Return a form's sentences after one box was left: only that box's can come or go."""
    sentence = form.sentence_for(name, value)
    others = {key: said for key, said in errors.items() if key not in {name, UNSENT}}
    said = others if sentence is None else others | {name: sentence}
    is_sent = bool(errors) and UNSENT not in errors
    return said if is_sent or not said else said | {UNSENT: ""}


def text_in(form: Form, name: str) -> str:
    """Return the text of a box without the spaces around it; empty where the box was not sent."""
    return form.get(name, "").strip()


def ticked(form: Form, name: str) -> bool:
    """Say whether a tick box was ticked."""
    return form.get(name) == "on"


def date_in(form: Form, name: str, word: str = "date") -> date | None:
    """Return the date of `date_boxes`, None where all three are empty; Invalid under `name`."""
    parts = [text_in(form, f"{name}-{part}") for part in ("year", "month", "day")]
    if not any(parts):
        return None
    if not all(part.isascii() and part.isdigit() for part in parts) or len(parts[0]) != 4:
        raise Invalid({name: f"Enter the {word} as day, month and a year of four figures."})
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        raise Invalid({name: f"The {word} is not a real date. Check day and month."}) from None


def joined_date(form: Form, name: str) -> str:
    """Return the three boxes of `date_boxes` as one text, for a service's form to read."""
    return " ".join(text_in(form, f"{name}-{part}") for part in ("day", "month", "year")).strip()
