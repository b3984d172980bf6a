"""A recommendation that waits for sign-off: what is submitted of it, and how it is given."""

from collections.abc import Mapping
from typing import Any

from cma_app.rules.nations import NATIONS
from cma_app.rules.solutions import solution_word
from cma_app.services.recommendation_forms import CHOICE_WORDS, OTHER
from cma_app.services.recommendations import give_prepared, refuse_given
from cma_app.services.sign_off_case import money_lines
from cma_app.services.sign_off_content import Line, day_words
from cma_app.session import CentreSession
from models import Case, Recommendation

Asked = Mapping[str, Any]


def advice_lines(session: CentreSession, row: Recommendation, _asked: Asked) -> list[Line]:
    """Return what is recommended and why, why not the others, and the figures it stands on."""
    case = session.require(Case, row.case_id)
    others = [
        Line(f"{OTHER}{code}", f"Why not: {solution_word(code, row.nation)}", why, may_edit=True)
        for code, why in row.others.items()
    ]
    stands = "not given yet" if row.status == "draft" else "given"
    return [
        Line("version", "Version", f"{row.version_no}, {stands}"),
        Line("solution", "Recommended", row.solution_word),
        Line("reasons", "Why it fits", row.reasons, may_edit=True),
        *others,
        Line("others_words", "Why the others suit less", row.others_words or "", may_edit=True),
        Line("costs_told", "Costs and risks told", row.costs_told, may_edit=True),
        Line("advised_on", "Advised on", day_words(row.advised_on)),
        Line("choice", "The client's own choice", choice_line(row)),
        Line("choice_note", "About the choice", row.choice_note or ""),
        Line("nation", "Nation", NATIONS[case.nation]),
        *money_lines(case, session),
    ]


def choice_line(row: Recommendation) -> str:
    """Return what a client chose as a line says it."""
    word = CHOICE_WORDS.get(row.choice or "", "Not recorded")
    return f"{word}: {row.chosen_word}" if row.chosen_word else word


def check_advice(session: CentreSession, row: Recommendation, _asked: Asked) -> None:
    """Refuse what was given already, and advice on a case that has ended."""
    refuse_given(session.require(Case, row.case_id), row)


def do_give(session: CentreSession, row: Recommendation, _asked: Asked, edits: Asked) -> None:
    """Give the advice, with the words that whoever signs off put better."""
    give_prepared(session, row.id, edits)
