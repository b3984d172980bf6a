"""The words of appointments: types, modes, statuses, outcomes, and who cancelled."""

from typing import Final

TYPES: Final = {
    "first": "First appointment",
    "advice": "Advice",
    "review": "Review",
    "casework": "Casework",
    "other": "Other",
}
MODES: Final = {
    "in_person": "In person",
    "phone": "By phone",
    "video": "By video",
    "outreach": "Outreach",
}
STATUSES: Final = {
    "scheduled": "Booked",
    "confirmed": "Confirmed",
    "attended": "Attended",
    "late": "Attended late",
    "did_not_attend": "Did not attend",
    "cancelled": "Cancelled",
}
OUTCOMES: Final = {
    "attended": "They came",
    "late": "They came late",
    "did_not_attend": "They did not come",
}
CANCELLED_BY: Final = {
    "client": "The client",
    "centre": "Us",
    "creditor": "A creditor",
    "other": "Somebody else",
}
STANDS: Final = frozenset({"scheduled", "confirmed"})
"""The statuses in which an appointment holds its time; the database's constraints say the same."""

SHORTEST: Final = 5
LONGEST: Final = 480
"""Minutes that an appointment may last."""

MISSED_ASKS: Final = 2
"""Non-attendances in a case from which on a manager decides: our own default, as is usual."""


def asks_manager(missed: int) -> str:
    """Return what a manager is asked once a client missed this many appointments of a case."""
    times = "twice" if missed == MISSED_ASKS else f"{missed} times"
    return f"Missed {times}: decide whether the case stays open"


QUESTION_LIKE: Final = "Missed %: decide whether the case stays open"
"""The same question for a database to find, as a pattern of LIKE."""


def is_question(what: str) -> bool:
    """Say whether a next action is the question that missed appointments ask."""
    begins, _, ends = QUESTION_LIKE.partition("%")
    return what.startswith(begins) and what.endswith(ends)
