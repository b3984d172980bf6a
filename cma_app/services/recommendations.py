"""Recommending a solution: prepared, given, superseded by the next; the client's choice, progress.

What was given never changes. A trainee prepares a draft, and whoever signs it off gives it: until
then nobody chooses or starts it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.nations import NATIONS
from cma_app.rules.solutions import Solution, solutions_on
from cma_app.rules.workflow import AT_WORK
from cma_app.services.advice_nation import refuse_other_nation, under_others
from cma_app.services.compliance_rows import names_of
from cma_app.services.drafts import drop_draft, kept_draft
from cma_app.services.locking import locked
from cma_app.services.recommendation_forms import (
    LOOKED_AGAIN,
    Advice,
    Choice,
    put_better,
    read_choice,
    read_progress,
)
from cma_app.session import CentreSession
from models import Case, Recommendation, SignOff

ADVICE_DRAFT: Final = "advice"
WAITS: Final = "This waits for sign-off. It can be chosen and started once it is signed off."
LATER: Final = "Later advice stands in its place. Record it there."
ENDED: Final = "This case has ended. Reopen it before you advise anew."
NATION_CHANGED: Final = (
    "The nation of this case was changed in the meantime, and with it what can be recommended."
    " Load the page again; what you typed is kept."
)
ADVISED_FIRST: Final = (
    "Somebody advised or changed the draft in the meantime. Load the page again to read it; what"
    " you typed is kept."
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a case's advice, with who advised and who let it take effect.

    `under` names the nation whose rules it is for, where the case is under others now.
    """

    row: Recommendation
    advised_by: str
    given_by: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class AdvicePage:
    """All advice of a case: the draft if any, what was given, the newest first, and the options.

    `seen` names what the reader saw, for the next save; `typed` is what they had not saved.
    `may_discard` says that the draft is the reader's own and does not wait for sign-off.
    """

    case_id: int
    nation: str
    is_at_work: bool
    options: Mapping[str, Solution]
    draft: Version | None
    given: list[Version]
    seen: str
    typed: Mapping[str, str]
    may_discard: bool = False


def read_advice(session: CentreSession, case_id: int) -> AdvicePage:
    """Return the advice of a case as it stands."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    rows = _rows(session, case)
    names = names_of(session, {who for row in rows for who in (row.advised_by, row.given_by)})
    versions = [
        Version(
            row,
            names[row.advised_by],
            names.get(row.given_by or 0, ""),
            under_others(row, case) if row.superseded_on is None else "",
        )
        for row in rows
    ]
    drafts = [each for each in versions if each.row.status == "draft"]
    return AdvicePage(
        case_id=case.id,
        nation=case.nation,
        is_at_work=case.status in AT_WORK,
        options=solutions_on(today(), case.nation),
        draft=drafts[0] if drafts else None,
        given=[each for each in versions if each.row.status != "draft"],
        seen=_seen(case, rows),
        typed=kept_draft(session, ADVICE_DRAFT, record_id=case.id),
        may_discard=bool(drafts) and _may_discard(session, drafts[0].row),
    )


def prepare_advice(
    session: CentreSession, case_id: int, data: Mapping[str, Any], *, seen: str | None = None
) -> Recommendation:
    """Keep advice as the case's draft; it takes effect once it is given.

    Raises Invalid beside a box, and Conflict where the case has ended or somebody was first.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.RECOMMENDATION_PREPARE, case)
    case = locked(session, Case, case_id)
    return _write(session, case, data, seen)


def give_advice(
    session: CentreSession, case_id: int, data: Mapping[str, Any], *, seen: str | None = None
) -> Recommendation:
    """Recommend a solution: it stands at once, in the place of what was advised before.

    Raises what `prepare_advice` does.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.RECOMMENDATION_GIVE, case)
    case = locked(session, Case, case_id)
    return _give(session, case, _write(session, case, data, seen))


def give_prepared(
    session: CentreSession, recommendation_id: int, edits: Mapping[str, str]
) -> Recommendation:
    """Give what a trainee prepared, with the words that whoever signs it off put better."""
    row = session.require(Recommendation, recommendation_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.RECOMMENDATION_GIVE, case)
    case = locked(session, Case, case.id)
    row = locked(session, Recommendation, row.id)
    refuse_given(case, row)
    put_better(row, edits)
    session.flush()
    return _give(session, case, row)


def record_choice(
    session: CentreSession, recommendation_id: int, data: Mapping[str, Any], *, version: int
) -> Recommendation:
    """Record what the client chose, against the advice too; Conflict while it waits or is past."""
    row, case = _standing(session, recommendation_id, version)
    choice = read_choice(data, solution=row.solution, advised_on=row.advised_on, nation=row.nation)
    if row.superseded_on is not None:
        raise Conflict(LATER)
    if row.status in {"started", "completed"} and choice.choice == "undecided":
        raise Invalid({"choice": "It has started. Change how far it is first."})
    _choose(row, choice)
    session.flush()
    session.authorize(Act.RECOMMENDATION_FOLLOW, case)
    return row


def record_progress(
    session: CentreSession, recommendation_id: int, data: Mapping[str, Any], *, version: int
) -> Recommendation:
    """Record how far a solution is; nothing starts while it waits, or before the client chose.

    Of advice that was superseded only what had started goes on.
    """
    row, case = _standing(session, recommendation_id, version)
    form = read_progress(data, advised_on=row.advised_on)
    if row.superseded_on is not None and row.status == "advised":
        raise Conflict(LATER)
    if form.status in {"started", "completed"} and row.choice not in {"accepted", "another"}:
        raise Invalid({"status": "Record what the client chose first."})
    row.status, row.progress_note = form.status, form.progress_note
    row.started_on, row.ended_on = form.started_on, form.ended_on
    session.flush()
    session.authorize(Act.RECOMMENDATION_FOLLOW, case)
    return row


def standing_advice(session: CentreSession, case: Case) -> Recommendation | None:
    """Return the advice of a case that stands, None before any was given."""
    given = (row for row in _rows(session, case) if row.status != "draft")
    return next((row for row in given if row.superseded_on is None), None)


def draft_of(session: CentreSession, case: Case) -> Recommendation | None:
    """Return the advice of a case that is in preparation, None where there is none."""
    return next((row for row in _rows(session, case) if row.status == "draft"), None)


def waits_for_sign_off(session: CentreSession, row: Recommendation) -> bool:
    """Say whether a draft was submitted and nobody decided yet."""
    wanted = select(SignOff.id).where(
        col(SignOff.centre_id) == row.centre_id,
        col(SignOff.case_id) == row.case_id,
        col(SignOff.step) == "give_advice",
        col(SignOff.subject_id) == row.id,
        col(SignOff.status) == "submitted",
    )
    return session.exec(wanted).first() is not None


def taken_of(row: Recommendation) -> str:
    """Return the solution that is taken: what the client chose instead, else what was advised."""
    return row.chosen or row.solution


def refuse_given(case: Case, row: Recommendation) -> None:
    """Raise Conflict where it cannot be given: it was, the case has ended or changed its nation."""
    if row.status != "draft":
        raise Conflict("This was given already.")
    if case.status not in AT_WORK:
        raise Conflict(ENDED)
    refuse_other_nation(row, case)


def _may_discard(session: CentreSession, row: Recommendation) -> bool:
    is_own = row.advised_by == session.actor.user_id
    return is_own and not waits_for_sign_off(session, row)


def _last_number(session: CentreSession, case: Case) -> int:
    """Return the last number of a version, of discarded ones too: none is used twice."""
    table = Recommendation.__table__  # type: ignore[attr-defined]
    last = select(func.coalesce(func.max(table.c.version_no), 0)).where(
        table.c.centre_id == case.centre_id, table.c.case_id == case.id
    )
    return int(session.execute(last).scalar_one())


def _rows(session: CentreSession, case: Case) -> list[Recommendation]:
    wanted = (
        select(Recommendation)
        .where(
            col(Recommendation.centre_id) == case.centre_id,
            col(Recommendation.case_id) == case.id,
        )
        .order_by(col(Recommendation.version_no).desc())
    )
    return list(session.exec(wanted))


def _seen(case: Case, rows: Iterable[Recommendation]) -> str:
    """Return a name of what there is: another once the advice, its draft or the nation changed."""
    newest = next(iter(rows), None)
    if newest is None:
        return case.nation
    changed = newest.version if newest.status == "draft" else 0
    return f"{case.nation}/{newest.version_no}.{changed}"


def _write(
    session: CentreSession, case: Case, data: Mapping[str, Any], seen: str | None
) -> Recommendation:
    if case.status not in AT_WORK:
        raise Conflict(ENDED)
    advice, rows = Advice.read(data, case.nation), _rows(session, case)
    if seen is not None and seen != _seen(case, rows):
        is_elsewhere = seen.partition("/")[0] != case.nation
        raise Conflict(NATION_CHANGED if is_elsewhere else ADVISED_FIRST)
    if rows and rows[0].status == "draft":
        _refuse_unlooked(rows[0], case, data)
    words = {
        "nation": case.nation,
        "solution": advice.solution.code,
        "solution_word": advice.solution.label,
        "reasons": advice.form.reasons,
        "others": advice.others,
        "others_words": advice.form.others_words,
        "costs_told": advice.form.costs_told,
        "advised_on": advice.advised_on,
        "advised_by": session.actor.user_id,
    }
    if rows and rows[0].status == "draft":
        row = rows[0]
        for name, said in words.items():
            setattr(row, name, said)
    else:
        number = _last_number(session, case) + 1
        row = Recommendation(case_id=case.id, version_no=number, **words)
    _choose(row, advice.choice)
    session.add(row)
    session.flush()
    drop_draft(session, ADVICE_DRAFT, record_id=case.id)
    return row


def _refuse_unlooked(draft: Recommendation, case: Case, data: Mapping[str, Any]) -> None:
    """Raise Invalid where a draft for another nation is saved and nobody says it was looked at."""
    if under_others(draft, case) and not data.get(LOOKED_AGAIN):
        said = f"Look at it under the rules of {NATIONS[case.nation]}, then tick this."
        raise Invalid({LOOKED_AGAIN: said})


def _choose(row: Recommendation, choice: Choice) -> None:
    row.choice, row.chosen, row.chosen_word = choice.choice, choice.chosen, choice.chosen_word
    row.chosen_on, row.choice_note = choice.chosen_on, choice.choice_note


def _give(session: CentreSession, case: Case, row: Recommendation) -> Recommendation:
    """Let a draft take effect; what stood is superseded and keeps its words and progress."""
    session.authorize(Act.RECOMMENDATION_GIVE, case)
    before = standing_advice(session, case)
    if before is not None:
        before.superseded_on = today()
        session.flush()
    row.status, row.given_at, row.given_by = "advised", now(), session.actor.user_id
    session.flush()
    return row


def _standing(
    session: CentreSession, recommendation_id: int, version: int
) -> tuple[Recommendation, Case]:
    """Return advice that was given, locked, with its case."""
    row = session.require(Recommendation, recommendation_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.RECOMMENDATION_FOLLOW, case)
    row = locked(session, Recommendation, recommendation_id)
    if row.status == "draft":
        raise Conflict(WAITS)
    if row.version != version:
        raise Conflict("Somebody changed this in the meantime. Look at it and try again.")
    return row, case
