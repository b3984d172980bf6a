"""Reading what waits for sign-off: the queue, one version, and a case's banner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import LONDON, local, today
from cma_app.paging import Page, offset_of
from cma_app.rules.sign_offs import Point, is_late, late_since, points_for, working_days_waited
from cma_app.services.sign_off_content import Compared, Content, compared
from cma_app.services.sign_off_steps import STEPS, step_of
from cma_app.services.sign_offs import may_decide, still_says
from cma_app.services.supervision import supervises, supervisor_of
from cma_app.session import CentreSession, count
from models import Case, Centre, Client, Letter, Recommendation, SignOff, Statement, User
from models.base import CentreOwned

SIZE: Final = 25
BACK: Final = ("returned", "void")
"""The states in which its author has to do something."""
DRAFTS: Final = (Letter, Recommendation, Statement)
"""What is submitted as a draft and may be discarded: then nobody has to do anything any more."""
OPEN: Final = ("submitted", *BACK)
"""The states in which somebody has to do something."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One version in a list; `days` are the working days it has waited, or had when decided."""

    id: int
    case_id: int
    step: str
    word: str
    version_no: int
    status: str
    reference: str
    client: str
    trainee_id: int
    trainee: str
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str
    days: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class OpenSignOff:
    """One version whole, beside the one before, and what this person may do about it."""

    row: QueueRow
    tab: str
    client_id: int
    subject_id: int
    hash: str
    lines: list[Compared]
    before_no: int
    before_remark: str
    before_reasons: list[dict[str, str]]
    before_by: str
    points: tuple[Point, ...]
    reasons: list[dict[str, str]]
    comments: dict[str, str]
    edits: dict[str, str]
    remark: str
    waits_for: str
    is_mine: bool
    is_newest: bool
    may_decide: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """What of a case waits, came back or was voided: which version, and for whom it waits."""

    id: int
    word: str
    status: str
    trainee: str
    waits_for: str
    submitted_at: datetime
    is_late: bool
    is_mine: bool


def list_queue(
    session: CentreSession, number: int = 1, *, late_only: bool = False
) -> Page[QueueRow]:
    """Return what waits for this person's sign-off, the longest first.

    Managers see all of their centre; advisors see the trainees they supervise.
    """
    session.authorize(Act.SIGN_OFF_DECIDE)
    wanted = version_rows(session).where(*_waiting(session, late_only=late_only))
    shown = wanted.order_by(col(SignOff.submitted_at), col(SignOff.id))
    return Page(
        shown_versions(session, shown.offset(offset_of(number, SIZE)).limit(SIZE)),
        count(session, wanted),
        number,
        SIZE,
    )


def waiting_count(session: CentreSession, *, late_only: bool = False) -> int:
    """Return how many versions wait for this person's sign-off; all of them, or the late alone."""
    session.authorize(Act.SIGN_OFF_DECIDE)
    return count(session, version_rows(session).where(*_waiting(session, late_only=late_only)))


def open_sign_off(session: CentreSession, sign_off_id: int) -> OpenSignOff:
    """Return one version beside the one before; whoever may open the case may read it."""
    stored = session.require(SignOff, sign_off_id)
    case = session.require(Case, stored.case_id)
    session.authorize(Act.CASE_OPEN, case)
    (row,) = shown_versions(session, version_rows(session).where(col(SignOff.id) == stored.id))
    before = session.require(SignOff, stored.previous_id) if stored.previous_id else None
    content = Content.from_text(stored.content)
    waits = stored.status == "submitted"
    return OpenSignOff(
        row=row,
        tab=step_of(stored.step).tab,
        client_id=case.client_id,
        subject_id=stored.subject_id,
        hash=stored.content_hash,
        lines=compared(
            content,
            Content.from_text(before.content) if before else None,
            before.comments if before else {},
        ),
        before_no=before.version_no if before else 0,
        before_remark=(before.remark or "") if before else "",
        before_reasons=before.reasons if before else [],
        before_by=_name_of(session, before.decided_by if before else None),
        points=points_for(stored.step, today()),
        reasons=stored.reasons,
        comments=stored.comments,
        edits=stored.edits,
        remark=stored.remark or "",
        waits_for=waits_for(session, stored.submitted_by),
        is_mine=stored.submitted_by == session.actor.user_id,
        is_newest=_is_newest(session, stored),
        may_decide=waits and may_decide(session, stored),
        is_changed=waits and not still_says(session, stored),
    )


def banners_of(session: CentreSession, case: Case) -> list[Banner]:
    """Return what of a case waits for sign-off or came back and was not submitted again."""
    session.authorize(Act.CASE_OPEN, case)
    wanted = version_rows(session).where(
        col(SignOff.case_id) == case.id, col(SignOff.status).in_(OPEN), was_not_answered()
    )
    return [
        Banner(
            row.id,
            row.word,
            row.status,
            row.trainee,
            waits_for(session, row.trainee_id) if row.status == "submitted" else row.trainee,
            row.submitted_at,
            row.is_late,
            row.trainee_id == session.actor.user_id,
        )
        for row in shown_versions(session, wanted.order_by(col(SignOff.id)).limit(20))
    ]


def _waiting(session: CentreSession, *, late_only: bool) -> list[Any]:
    """Return the conditions of what waits for this person."""
    is_waiting = col(SignOff.status) == "submitted"
    conditions = [is_waiting, col(SignOff.submitted_by) != session.actor.user_id]
    if session.actor.role != Role.MANAGER:
        authors = select(col(SignOff.submitted_by)).where(
            col(SignOff.centre_id) == session.actor.centre_id, is_waiting
        )
        found = session.execute(authors.distinct()).scalars()
        conditions.append(
            col(SignOff.submitted_by).in_([each for each in found if supervises(session, each)])
        )
    if late_only:
        after = late_since(today(), _nation(session)) + timedelta(days=1)
        begins = datetime.combine(after, datetime.min.time(), LONDON)
        conditions.append(col(SignOff.submitted_at) < begins)
    return conditions


def version_rows(session: CentreSession) -> Any:
    """Return a select of versions as a list shows them."""
    trainee, decider = aliased(User), aliased(User)
    return (
        select(
            col(SignOff.id),
            col(SignOff.case_id),
            col(SignOff.step),
            col(SignOff.version_no),
            col(SignOff.status),
            col(Case.case_reference),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
            func.concat_ws(" ", col(trainee.first_name), col(trainee.last_name)).label("trainee"),
            col(SignOff.submitted_by),
            col(SignOff.submitted_at),
            col(SignOff.decided_at),
            func.concat_ws(" ", col(decider.first_name), col(decider.last_name)).label("decider"),
        )
        .select_from(SignOff)
        .join(
            Case,
            and_(
                col(Case.centre_id) == col(SignOff.centre_id),
                col(Case.id) == col(SignOff.case_id),
            ),
        )
        .join(
            Client,
            and_(
                col(Client.centre_id) == col(Case.centre_id),
                col(Client.id) == col(Case.client_id),
            ),
        )
        .join(
            trainee,
            and_(
                col(trainee.centre_id) == col(SignOff.centre_id),
                col(trainee.id) == col(SignOff.submitted_by),
            ),
        )
        .outerjoin(
            decider,
            and_(
                col(decider.centre_id) == col(SignOff.centre_id),
                col(decider.id) == col(SignOff.decided_by),
            ),
        )
        .where(col(SignOff.centre_id) == session.actor.centre_id)
    )


def was_not_answered() -> Any:
    """Return the condition that no version was submitted after this one, and its draft is there."""
    newer = aliased(SignOff)
    after = select(col(newer.id)).where(
        col(newer.centre_id) == col(SignOff.centre_id), col(newer.previous_id) == col(SignOff.id)
    )
    return and_(~after.exists(), *[~_discarded(each) for each in DRAFTS])


def _discarded(draft: type[CentreOwned]) -> Any:
    """Return the condition that what was submitted is a draft of a table, discarded since."""
    table = draft.__table__  # type: ignore[attr-defined]
    steps = [code for code, step in STEPS.items() if step.table is draft]
    return (
        select(table.c.id)
        .where(
            col(SignOff.step).in_(steps),
            table.c.centre_id == col(SignOff.centre_id),
            table.c.id == col(SignOff.subject_id),
            table.c.deleted_at.is_not(None),
        )
        .exists()
    )


def shown_versions(session: CentreSession, wanted: Any) -> list[QueueRow]:
    """Return the rows of a select that `version_rows` made."""
    nation, on = _nation(session), today()
    found = []
    for row in session.execute(wanted):
        since = local(row.submitted_at).date()
        until = local(row.decided_at).date() if row.decided_at else on
        found.append(
            QueueRow(
                id=row.id,
                case_id=row.case_id,
                step=row.step,
                word=step_of(row.step).word,
                version_no=row.version_no,
                status=row.status,
                reference=row.case_reference,
                client=row.client,
                trainee_id=row.submitted_by,
                trainee=row.trainee,
                submitted_at=row.submitted_at,
                decided_at=row.decided_at,
                decided_by=row.decider or "",
                days=working_days_waited(since, until, nation),
                is_late=row.status == "submitted" and is_late(since, on, nation),
            )
        )
    return found


def _nation(session: CentreSession) -> str:
    centre = session.get(Centre, session.actor.centre_id)
    return centre.nation if centre is not None else "england"


def waits_for(session: CentreSession, trainee_id: int) -> str:
    """Return for whom a trainee's work waits: their supervisor, or a manager where none is."""
    supervisor = supervisor_of(session, trainee_id)
    return supervisor.full_name if supervisor is not None else "a manager"


def _name_of(session: CentreSession, person_id: int | None) -> str:
    return session.require(User, person_id).full_name if person_id else ""


def _is_newest(session: CentreSession, row: SignOff) -> bool:
    newer = select(col(SignOff.id)).where(
        col(SignOff.centre_id) == row.centre_id,
        col(SignOff.previous_id) == row.id,
    )
    return session.execute(newer.limit(1)).first() is None
