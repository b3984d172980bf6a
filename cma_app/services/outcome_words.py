"""How the parts of the report's breakdowns read, in the order they are shown."""

from collections.abc import Mapping

from cma_app.rules.closing import every_word
from cma_app.rules.debt_types import debt_types
from cma_app.rules.monitoring import questions_on
from cma_app.rules.outcomes import UNKNOWN, Definitions
from cma_app.rules.solutions import every_solution
from cma_app.services.closing_forms import ENDINGS
from cma_app.services.feedback import RATINGS
from cma_app.services.households import TENURES
from cma_app.services.notes import CHANNEL_LABELS
from cma_app.services.recommendation_forms import CHOICE_WORDS

NOT_RECORDED = "Not recorded"
NAMED_WHERE_FOUND = frozenset({"district", "advisor"})
"""Breakdowns that name a part only where there is somebody in it."""
MONITORED = ("sex", "ethnicity", "disability")
"""Breakdowns by answers that nobody is shown for one person alone."""

Words = dict[str, str]


def part_words(definitions: Definitions) -> Mapping[str, Words]:
    """Return the words of each breakdown's parts by their codes, what is not recorded last."""
    bands = {
        name: {f"b{number}": band.label for number, band in enumerate(found)}
        for name, found in definitions.bands.items()
    }
    asked = questions_on(definitions.start).questions
    words: dict[str, Words] = {
        "channels": dict(CHANNEL_LABELS),
        "vulnerable": {"yes": "Vulnerable", "no": "Others"},
        "priority": {"yes": "Priority", "no": "Not priority"},
        "household": {
            "alone": "One adult",
            "alone_children": "One adult with children",
            "together": "Several adults",
            "together_children": "Several adults with children",
            UNKNOWN: NOT_RECORDED,
        },
        "tenure": {**TENURES, UNKNOWN: NOT_RECORDED},
        "age": {**bands["age"], UNKNOWN: NOT_RECORDED},
        "income": {**bands["income"], UNKNOWN: NOT_RECORDED},
        "waited": bands["waited"],
        "district": {},
        "advisor": {},
        "endings": dict(ENDINGS),
        "debt_types": {each.code: each.label for each in debt_types()},
        "solutions": every_word("solutions"),
        "advised_solutions": every_solution(),
        "choices": {**CHOICE_WORDS, UNKNOWN: NOT_RECORDED},
        "feedback_answers": {
            "answered": "Gave feedback",
            "declined": "Did not want to",
            UNKNOWN: "No answer yet",
        },
        "ratings": {**{str(each): word for each, word in RATINGS.items()}, UNKNOWN: "Words alone"},
        "fca_outcomes": every_word("fca_outcomes"),
        "outcomes": every_word("outcomes"),
        "gains": every_word("gains"),
        "appointment_results": {
            "kept": "Kept",
            "late": "Kept, late",
            "missed": "Missed",
            "by_client": "Cancelled by the client",
            "by_us": "Cancelled by us or another",
            UNKNOWN: NOT_RECORDED,
        },
        "review_results": {
            "meets": "Meets the standard",
            "partly": "Partly",
            "below": "Below",
            UNKNOWN: NOT_RECORDED,
        },
    }
    return words | {each.code: {**each.answers, UNKNOWN: NOT_RECORDED} for each in asked}
