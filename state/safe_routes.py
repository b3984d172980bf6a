"""How a client may safely be reached, as every page of the case shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cma_app.services.contact_routes import ROUTE_WORDS, SafeRouteValue


@dataclass(frozen=True, slots=True)
class SafeRoute:
    """One route in words, ready to show: "Do not call", "Text 10:00 to 12:00"."""

    route: str
    answer: str
    times: str
    word: str

    @classmethod
    def of(cls, value: SafeRouteValue) -> "SafeRoute":
        """Return the view of a route's answer."""
        return cls(value.route, value.answer, value.times, _word(value))


_NEVER = {
    "call": "Do not call",
    "voicemail": "No voicemail",
    "text": "Do not text",
    "email": "No e-mail",
    "post": "No post",
}


def _word(value: SafeRouteValue) -> str:
    name = ROUTE_WORDS[value.route]
    if value.answer == "no":
        return _NEVER[value.route]
    if value.answer == "not_asked":
        return f"{name}: not asked"
    return f"{name} {value.times}".strip()


def routes_in_words(values: Sequence[SafeRouteValue]) -> list[SafeRoute]:
    """Return the answered routes, and in one more those that nobody asked about."""
    answered = [SafeRoute.of(value) for value in values if value.answer != "not_asked"]
    unasked = [ROUTE_WORDS[value.route] for value in values if value.answer == "not_asked"]
    if not unasked:
        return answered
    word = f"Not asked: {', '.join(unasked).lower()}" if answered else "Not asked yet"
    return [*answered, SafeRoute("", "not_asked", "", word)]
