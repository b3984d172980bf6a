"""What a centre's checklists come to: late, due soon, not met, and gates that were let through.

Of cases at work alone. An item counts once: as not met where a person said so, else as late after
its last day, else as due. Each number and the rows behind it are one question, so that they agree.
Who answers for the centre sees all of it; an advisor or trainee the cases they hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services.compliance_proofs import CONDITIONS, fact_holds
from cma_app.session import CentreSession
from models import User

KINDS: Final = ("late", "not_met", "due")
AHEAD: Final = (7, 14, 30)
"""How many days ahead "due soon" may look; the first unless the reader says otherwise."""
LOOKED_BACK: Final = 90
"""The days for which gates that were let through are counted."""

_OPEN: Final = f"""
  SELECT c.id, c.case_id, c.position, c.compliance_type AS code, c.deadline_date,
    c.remedial_action, c.item ->> 'text' AS words, c.item ->> 'stage' AS stage,
    k.case_reference, k.advisor_id, concat_ws(' ', p.first_name, p.last_name) AS client,
    CASE WHEN c.answer = 'not_met' THEN 'not_met' WHEN c.deadline_date < :today THEN 'late'
      ELSE 'due' END AS kind
  FROM cases k
  JOIN clients p ON p.centre_id = k.centre_id AND p.id = k.client_id AND p.deleted_at IS NULL
  JOIN case_compliance c ON c.centre_id = k.centre_id AND c.case_id = k.id
  WHERE k.centre_id = :centre AND k.deleted_at IS NULL AND k.status IN ('open', 'in_progress')
    AND (cast(:advisor AS bigint) IS NULL OR k.advisor_id = :advisor)
    AND (cast(:code AS text) IS NULL OR c.compliance_type = :code)
    AND c.deleted_at IS NULL AND c.answer IN ('unknown', 'not_met')
    AND (c.answer = 'not_met' OR c.deadline_date <= :until)
    AND (cast(c.item ->> 'is_mandatory' AS boolean)
      OR {fact_holds("c.item ->> 'mandatory_when'", CONDITIONS)})
    AND NOT {fact_holds("c.item ->> 'proof'")}
"""
_LET_THROUGH: Final = """
  SELECT o.id, o.case_id, o.gate, o.reason, o.missing, o.created_at, o.created_by, o.used_at,
    k.case_reference, k.advisor_id, concat_ws(' ', p.first_name, p.last_name) AS client
  FROM gate_overrides o
  JOIN cases k ON k.centre_id = o.centre_id AND k.id = o.case_id AND k.deleted_at IS NULL
  JOIN clients p ON p.centre_id = k.centre_id AND p.id = k.client_id AND p.deleted_at IS NULL
  WHERE o.centre_id = :centre AND o.created_at >= :since
    AND (cast(:advisor AS bigint) IS NULL OR k.advisor_id = :advisor)
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items stand so; `cases` are those with a late or not met one."""

    late: int = 0
    not_met: int = 0
    due: int = 0
    cases: int = 0
    let_through: int = 0


@dataclass(frozen=True, slots=True)
class AdvisorTally:
    """What stands open in the cases that one person holds."""

    id: int
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class ItemTally:
    """How often one item stands open; its words are those of the newest case that has it."""

    code: str
    words: str
    stage: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Overview:
    """A centre's checklists, or a person's own where `is_whole` is not."""

    is_whole: bool
    days: int
    whole: Tally
    advisors: list[AdvisorTally]
    items: list[ItemTally]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One open item of one case."""

    case_id: int
    reference: str
    client: str
    advisor: str
    code: str
    words: str
    kind: str
    deadline: date | None
    remedy: str


@dataclass(frozen=True, slots=True)
class LetThrough:
    """One gate that a manager let a case through."""

    case_id: int
    reference: str
    client: str
    advisor: str
    gate: str
    reason: str
    missing: list[str]
    given_by: str
    given_at: datetime
    used_at: datetime | None


def read_overview(session: CentreSession, *, days: int = AHEAD[0]) -> Overview:
    """Return every count of the centre, or of one's own cases, with `days` of what is due."""
    session.authorize(Act.COMPLIANCE_SEE)
    found = session.execute(
        text(
            f"WITH open AS MATERIALIZED ({_OPEN})"
            " SELECT GROUPING(advisor_id) AS no_advisor, GROUPING(code) AS no_code, advisor_id,"
            " code, count(*) FILTER (WHERE kind = 'late') AS late,"
            " count(*) FILTER (WHERE kind = 'not_met') AS not_met,"
            " count(*) FILTER (WHERE kind = 'due') AS due,"
            " count(DISTINCT case_id) FILTER (WHERE kind <> 'due') AS cases,"
            " (array_agg(words ORDER BY id DESC))[1] AS words,"
            " (array_agg(stage ORDER BY id DESC))[1] AS stage"
            " FROM open GROUP BY GROUPING SETS ((advisor_id), (code), ())"
        ),
        _asked(session, days=days),
    ).all()
    let = _let_through_by_advisor(session)
    by_advisor = {row.advisor_id: row for row in found if not row.no_advisor}
    names = _names(session, {*by_advisor, *let})
    return Overview(
        is_whole=session.actor.may(Act.CASELOAD_SEE),
        days=_ahead(days),
        whole=next(
            _tally(row, sum(let.values())) for row in found if row.no_advisor and row.no_code
        ),
        advisors=sorted(
            (
                AdvisorTally(
                    each, names.get(each, ""), _tally(by_advisor.get(each), let.get(each, 0))
                )
                for each in {*by_advisor, *let}
            ),
            key=lambda each: (*_worst_first(each.tally), each.name),
        ),
        items=sorted(
            (
                ItemTally(row.code, row.words, row.stage, _tally(row))
                for row in found
                if not row.no_code
            ),
            key=lambda each: (*_worst_first(each.tally), each.code),
        ),
    )


def list_open_items(
    session: CentreSession,
    *,
    kind: str = "",
    advisor_id: int | None = None,
    code: str = "",
    days: int = AHEAD[0],
    number: int = 1,
) -> Page[OpenItem]:
    """Return a page of the items behind a number, the longest overdue first; "" is any kind."""
    session.authorize(Act.COMPLIANCE_SEE)
    asked = _asked(session, days=days, advisor_id=advisor_id, code=code) | {
        "kinds": [kind] if kind in KINDS else list(KINDS)
    }
    narrowed = f"SELECT * FROM ({_OPEN}) each WHERE kind = ANY (:kinds)"
    rows, total = _page(
        session, narrowed, "deadline_date NULLS LAST, case_id, position, id", asked, number
    )
    names = _names(session, {row.advisor_id for row in rows})
    listed = [
        OpenItem(
            case_id=row.case_id,
            reference=row.case_reference,
            client=row.client,
            advisor=names.get(row.advisor_id, ""),
            code=row.code,
            words=row.words,
            kind=row.kind,
            deadline=row.deadline_date,
            remedy=row.remedial_action or "",
        )
        for row in rows
    ]
    return Page(listed, total, number)


def list_let_through(
    session: CentreSession, *, advisor_id: int | None = None, number: int = 1
) -> Page[LetThrough]:
    """Return a page of the gates that were let through in the days looked back, newest first."""
    session.authorize(Act.COMPLIANCE_SEE)
    asked = _asked(session, advisor_id=advisor_id)
    rows, total = _page(session, _LET_THROUGH, "created_at DESC, id DESC", asked, number)
    names = _names(session, {each for row in rows for each in (row.advisor_id, row.created_by)})
    listed = [
        LetThrough(
            case_id=row.case_id,
            reference=row.case_reference,
            client=row.client,
            advisor=names.get(row.advisor_id, ""),
            gate=row.gate,
            reason=row.reason,
            missing=list(row.missing),
            given_by=names.get(row.created_by, ""),
            given_at=row.created_at,
            used_at=row.used_at,
        )
        for row in rows
    ]
    return Page(listed, total, number)


def _page(
    session: CentreSession, rows: str, order: str, asked: dict[str, Any], number: int
) -> tuple[list[Any], int]:
    """Return one page of rows and how many there are in all, in one statement."""
    found = session.execute(
        text(
            f"WITH open AS MATERIALIZED ({rows}) SELECT n.total, r.* FROM"
            " (SELECT count(*) AS total FROM open) n LEFT JOIN (SELECT * FROM open"
            f" ORDER BY {order} LIMIT :size OFFSET :before) r ON true"
        ),
        {**asked, "size": PAGE_SIZE, "before": offset_of(number)},
    ).all()
    return [row for row in found if row.id is not None], found[0].total


def _asked(
    session: CentreSession,
    *,
    days: int = AHEAD[0],
    advisor_id: int | None = None,
    code: str = "",
) -> dict[str, Any]:
    """Return the values of a question; who does not answer for the centre asks of their own."""
    actor = session.actor
    return {
        "centre": actor.centre_id,
        "advisor": advisor_id if actor.may(Act.CASELOAD_SEE) or actor.visit else actor.user_id,
        "code": code or None,
        "today": today(),
        "until": today() + timedelta(days=_ahead(days)),
        "since": now() - timedelta(days=LOOKED_BACK),
    }


def _ahead(days: int) -> int:
    return days if days in AHEAD else AHEAD[0]


def _let_through_by_advisor(session: CentreSession) -> dict[int, int]:
    counted = text(
        f"SELECT advisor_id, count(*) AS many FROM ({_LET_THROUGH}) o GROUP BY advisor_id"
    )
    return {row.advisor_id: row.many for row in session.execute(counted, _asked(session))}


def _tally(row: Any, let_through: int = 0) -> Tally:
    if row is None:
        return Tally(let_through=let_through)
    return Tally(row.late, row.not_met, row.due, row.cases, let_through)


def _worst_first(tally: Tally) -> tuple[int, int, int]:
    return -(tally.late + tally.not_met), -tally.due, -tally.let_through


def _names(session: CentreSession, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = [each for each in ids if each]
    if not wanted:
        return {}
    return {
        user.id: user.full_name
        for user in session.exec(select(User).where(col(User.id).in_(wanted)))
    }
