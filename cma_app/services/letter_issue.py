"""Issuing a letter: locked, its very bytes kept, and when its answer is chased.

A letter with advice or an offer is issued by an advisor. A creditor is written to under a live
authority. A client is written to only by a route they answered with yes.
"""

import hashlib
import json
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BeforeValidator

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict
from cma_app.printing.letters import letter_docx, letter_pdf
from cma_app.rules.letter_templates import letter_kinds
from cma_app.services.chasers import ANSWERED, plan_chasers, usual_chase_day
from cma_app.services.compliance_gates import pass_gate
from cma_app.services.forms import Form, choice
from cma_app.services.issued_files import PDF, WORD, Printed, keep_file, safe_name
from cma_app.services.letter_people import letter_here
from cma_app.services.letter_texts import content_of, form_of, template_of
from cma_app.services.letter_ways import ROUTE_WORDS, refuse_unready
from cma_app.services.locking import locked
from cma_app.services.next_actions import list_actions, record_action
from cma_app.session import CentreSession
from models import Case, Letter

SEND_COPY: Final = "Give the client copies of the statement and the offers"
FORMATS: Final = {"pdf": (PDF, letter_pdf, "letter"), "docx": (WORD, letter_docx, "letter_word")}


class IssueForm(Form):
    """How a letter leaves."""

    route: Annotated[str, BeforeValidator(choice(*ROUTE_WORDS))]


def act_of(letter: Letter) -> Act:
    """Return the act that issues a letter: one of its own where it carries advice."""
    return Act.LETTER_ISSUE_ADVICE if template_of(letter).carries_advice else Act.LETTER_ISSUE


def draft_of(session: CentreSession, letter_id: int, act: Act) -> tuple[Letter, Case]:
    """Return a letter that may still change, locked, and its case."""
    _, case = letter_here(session, letter_id, act)
    locked(session, Case, case.id)
    letter = locked(session, Letter, letter_id)
    if letter.status == "issued":
        raise Conflict("This letter was issued and stays as it is. Draft a new one.")
    return letter, case


def issue_letter(
    session: CentreSession,
    letter_id: int,
    *,
    version: int,
    route: str,
    figures_meant: bool = False,
) -> Letter:
    """Lock a letter, keep what is printed of it, and set when its answer is chased.

    `figures_meant` says that sums which the frozen statement does not have are right all the same.
    """
    act = act_of(session.require(Letter, letter_id))
    letter, case = draft_of(session, letter_id, act)
    if letter.version != version:
        raise Conflict("Somebody changed this letter in the meantime. Read it again.")
    chosen = IssueForm.read({"route": route}).route
    form = form_of(session, letter)
    refuse_unready(session, letter, form, route=chosen, figures_meant=figures_meant)
    if act is Act.LETTER_ISSUE_ADVICE:
        pass_gate(session, case, "advice", letter=letter)
    content = replace(content_of(session, letter, form), status_label="")
    session.authorize(act, case)
    frozen = content.to_json()
    letter.content = frozen
    letter.content_hash = hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()
    letter.route, letter.status = chosen, "issued"
    letter.issued_by, letter.issued_at = session.actor.user_id or None, now()
    if letter.kind in ANSWERED:
        letter.chase_on = usual_chase_day(today())
    for ending, (media_type, make, kind) in FORMATS.items():
        printed = Printed(file_name(case, letter, ending), media_type, make(content))
        keep_file(session, printed, case_id=case.id, kind=kind, letter_id=letter.id)
    if letter.chases_id:
        chased = locked(session, Letter, letter.chases_id)
        chased.chased_at, chased.chase_on = now(), None
    session.flush()
    if letter.kind == "offer":
        _remember_copy(session, case)
    plan_chasers(session, case.id)
    return letter


def _remember_copy(session: CentreSession, case: Case) -> None:
    """Plan that the client gets copies (CONC 8.5.1R), once for all offers that go out together."""
    waiting = {each.what for each in list_actions(session, case.id)}
    if SEND_COPY not in waiting:
        record_action(session, case.id, what=SEND_COPY, due_date=today())


def file_name(case: Case, letter: Letter, ending: str) -> str:
    """Return the name of a letter's file: HMA-2026-000101-Offer-12.pdf."""
    word = letter_kinds().get(letter.kind, letter.kind)
    return safe_name(case.case_reference, word, str(letter.id), ending=ending)
