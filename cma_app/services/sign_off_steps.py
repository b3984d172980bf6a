"""Every step that waits for sign-off where a trainee takes it: one table.

A step names the act it is, the row it acts on, what is submitted of it, and how it is carried out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.errors import NotFound
from cma_app.services import sign_off_advice as of_advice
from cma_app.services import sign_off_case as of_case
from cma_app.services import sign_off_papers as of_papers
from cma_app.services.closing_forms import clean
from cma_app.services.forms import storable
from cma_app.services.sign_off_content import Content, Line
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Client, DebtEvent, Letter, Recommendation, Statement
from models.base import CentreOwned

Asked = Mapping[str, Any]
Lines = Callable[[CentreSession, Any, Asked], list[Line]]
Check = Callable[[CentreSession, Any, Asked], None]
Do = Callable[[CentreSession, Any, Asked, Asked], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `part` names what of the row it is about, `tab` is where a trainee takes it.

    `asked` are the names of what is asked for; nothing else is kept. Of what is one of a case, such
    as its sheet, the next row's submission answers the last one's.
    """

    act: Act
    word: str
    table: type[CentreOwned]
    tab: str
    lines: Lines
    do: Do
    check: Check | None = None
    bound: Callable[[CentreSession, Any], str] | None = None
    asked: tuple[str, ...] = ()
    part: str = ""
    is_one_of_a_case: bool = False


STEPS: Final[dict[str, Step]] = {
    "move_stage": Step(
        Act.CASE_ACT_ON_ADVICE, "Act on the advice", Case, "overview",
        of_case.stage_lines, of_case.do_stage, of_case.check_stage, asked=("stage",),
    ),
    "lower_priority": Step(
        Act.CASE_LOWER_PRIORITY, "Lower the priority", Case, "overview",
        of_case.priority_lines, of_case.do_priority, of_case.check_priority,
        asked=("priority", "reason"),
    ),
    "end_emergency": Step(
        Act.CASE_LOWER_PRIORITY, "End the emergency", Case, "overview",
        of_case.emergency_lines, of_case.do_emergency, of_case.check_emergency, asked=("reason",),
    ),
    "replace_emergency": Step(
        Act.CASE_LOWER_PRIORITY, "Put an emergency off", Case, "overview",
        of_case.replacement_lines, of_case.do_replacement, of_case.check_replacement,
        asked=("what", "on", "at"),
    ),
    "close_case": Step(
        Act.CASE_CLOSE, "End the case", Case, "closing",
        of_case.closing_lines, of_case.do_closing, of_case.check_closing, asked=("form",),
    ),
    "end_event": Step(
        Act.EMERGENCY_END, "End an emergency of a debt", DebtEvent, "debts",
        of_case.event_lines, of_case.do_end_event, of_case.check_event, asked=("how", "ended_on"),
    ),
    "take_back_event": Step(
        Act.EMERGENCY_END, "Take back an emergency", DebtEvent, "debts",
        of_case.event_lines, of_case.do_take_back, of_case.check_event,
    ),
    "remove_vulnerability": Step(
        Act.CLIENT_VULNERABILITY_REMOVE, "Remove a vulnerability", Client, "client",
        of_case.flag_lines, of_case.do_remove_flag, asked=("flag_id",), part="flag_id",
    ),
    "give_advice": Step(
        Act.RECOMMENDATION_GIVE, "Give the recommendation", Recommendation, "advice",
        of_advice.advice_lines, of_advice.do_give, of_advice.check_advice,
    ),
    "verify_sheet": Step(
        Act.BUDGET_VERIFY, "Verify the budget", BudgetSheet, "budget",
        of_papers.sheet_lines, of_papers.do_verify_sheet, of_papers.check_sheet,
        is_one_of_a_case=True,
    ),
    "verify_statement": Step(
        Act.STATEMENT_VERIFY, "Verify the statement", Statement, "statement",
        of_papers.statement_lines_of, of_papers.do_verify_statement, of_papers.check_verify,
        of_papers.statement_bound, is_one_of_a_case=True,
    ),
    "issue_statement": Step(
        Act.STATEMENT_ISSUE, "Issue the statement", Statement, "statement",
        of_papers.statement_lines_of, of_papers.do_issue_statement, of_papers.check_issue,
        of_papers.statement_bound, is_one_of_a_case=True,
    ),
    "issue_letter": Step(
        Act.LETTER_ISSUE_ADVICE, "Issue a letter", Letter, "letters",
        of_papers.letter_lines, of_papers.do_issue_letter, of_papers.check_letter,
        of_papers.letter_bound, asked=("route", "figures_meant"),
    ),
}  # fmt: skip
"""By the code that a submission keeps."""


def step_of(code: str) -> Step:
    """Return a step; a code of none is NotFound."""
    found = STEPS.get(code)
    if found is None:
        raise NotFound
    return found


def kept_of(code: str, asked: Asked) -> dict[str, Any]:
    """Return what of a form a submission keeps, as it can be stored."""
    kept: dict[str, Any] = {}
    for name in step_of(code).asked:
        said = asked.get(name)
        if name == "form":
            kept[name] = clean(said if isinstance(said, Mapping) else {})
        elif said is not None:
            kept[name] = storable(said) if isinstance(said, str) else said
    return kept


def content_of_step(code: str, session: CentreSession, row: Any, asked: Asked) -> Content:
    """Return what a step submits of a row as it stands now."""
    step = step_of(code)
    lines = tuple(step.lines(session, row, asked))
    return Content(code, asked, lines, step.bound(session, row) if step.bound else "")
