"""The questions that a walk-in and a referral share, checked in one place."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field

from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules import identifiers
from cma_app.rules.nations import NATIONS
from cma_app.services.contact_routes import RouteAnswers
from cma_app.services.forms import (
    BirthDate,
    Blank,
    Clock,
    Day,
    Email,
    Form,
    Name,
    Phone,
    Postcode,
    choice,
)

SOURCES: Final[dict[str, str]] = {
    "self": "Themselves",
    "church": "Church",
    "gp": "GP",
    "council": "Council",
    "landlord": "Landlord",
    "other_agency": "Another agency",
    "other": "Somebody else",
}
EMERGENCY_WORDS: Final[dict[str, str]] = {"yes": "Yes", "no": "No", "not_known": "Not known"}
SOON: Final = timedelta(days=14)  # "anything in the next 14 days?"


def _emergency(value: Any) -> Any:
    if value not in EMERGENCY_WORDS:
        raise ValueError("Say if anything happens in the next 14 days.")
    return value


def _nation(value: Any) -> Any:
    if value in ("", None):
        return None
    if value not in NATIONS:
        raise ValueError("Choose one of the four nations.")
    return value


class IntakeForm(Form):
    """Who came, where they live, how they came, and what presses."""

    first_name: Name
    last_name: Name
    date_of_birth: BirthDate = None
    postcode: Postcode = None
    nation: Annotated[str | None, BeforeValidator(_nation)] = None
    phone: Phone = None
    email: Email = None
    source: Annotated[str, BeforeValidator(choice(*SOURCES))]
    referred_by: Annotated[str | None, Field(max_length=200), Blank] = None
    emergency: Annotated[str, Field(validate_default=True), BeforeValidator(_emergency)] = ""
    emergency_what: Annotated[str | None, Field(max_length=200), Blank] = None
    emergency_date: Day = None
    emergency_time: Clock = None

    @property
    def known_nation(self) -> str | None:
        """Return the nation that was chosen, or else the one the postcode suggests."""
        return self.nation or identifiers.nation_of_postcode(self.postcode or "")


Read = TypeVar("Read", bound=IntakeForm)


def read_intake(data: Mapping[str, Any], kind: type[Read]) -> tuple[Read, RouteAnswers]:
    """Return the checked form and the answers for the five routes.

    Raises Invalid with every sentence at once, in the order of the page.
    """
    wrong: dict[str, str] = {}
    form = answers = None
    try:
        form = kind.read(_without_unasked(data))
    except Invalid as error:
        wrong |= _unsaid(data) | error.fields
    else:
        wrong |= _unsaid(data) | _date_faults(form) | _nation_faults(form)
    try:
        answers = RouteAnswers.read(data)
    except Invalid as error:
        wrong |= error.fields
    if form is None or answers is None or wrong:
        raise Invalid(_in_order(wrong))
    return form, answers


def _without_unasked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was typed about an emergency where the answer is not yes."""
    asked = data.get("emergency") == "yes"
    hidden = ("emergency_what", "emergency_date", "emergency_time")
    return {name: value for name, value in data.items() if asked or name not in hidden}


def _unsaid(data: Mapping[str, Any]) -> dict[str, str]:
    if data.get("emergency") != "yes" or str(data.get("emergency_what") or "").strip():
        return {}
    return {"emergency_what": "Say what happens, such as: eviction, bailiffs, disconnection."}


def _date_faults(form: IntakeForm) -> dict[str, str]:
    if form.emergency_date is None:
        wrong = "Enter the date as well as the time." if form.emergency_time else ""
    elif form.emergency_date < today():
        wrong = "This date has passed. Check the day, month and year."
    elif form.emergency_date > today() + SOON:
        wrong = "This is more than 14 days away. Choose No, and put the date in the note."
    else:
        wrong = ""
    return {"emergency_date": wrong} if wrong else {}


def _nation_faults(form: IntakeForm) -> dict[str, str]:
    if form.known_nation:
        return {}
    if form.postcode:
        return {"nation": "This postcode does not say which nation. Choose where they live."}
    return {"nation": "Choose where they live: the law differs by nation."}


def _in_order(wrong: dict[str, str]) -> dict[str, str]:
    order = [
        "first_name",
        "last_name",
        "date_of_birth",
        "postcode",
        "nation",
        "phone",
        "email",
        *(f"route_{route}" for route in ("call", "voicemail", "text", "email", "post")),
        "emergency",
        "emergency_what",
        "emergency_date",
        "emergency_time",
    ]
    known = {name: wrong[name] for name in order if name in wrong}
    return known | wrong
