"""What a manager sees of what is kept and removed: the list, holds, documents, earlier lists."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.forgetting import COMING, DUE, HELD, WORDS
from cma_app.services.compliance_rows import names_of
from cma_app.services.factor_setup import is_fresh
from cma_app.services.retention import Hold, all_holds
from cma_app.session import CentreSession
from models import Case, Client, Document, RetentionItem, RetentionRun, RetentionStatistic

MOST: Final = 200
"""How many people of each part of the list are shown; all of them are counted."""
SKIPPED: Final = {
    "hold": "Held since the list was confirmed",
    "at_work": "A case of theirs was reopened",
    "undated": "Not due after all",
    "shared": "Somebody who shares a case with them was not on the list",
    "changed": "Their cases changed in that moment",
    "failed": "It went wrong; they stand on the next list",
}
"""Why somebody who was confirmed was left."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person on the list; the name is empty where there is no client any more."""

    client_id: int
    name: str
    reference: str
    covers: str
    state: str
    kept_until: date
    reasons: list[tuple[str, str]]
    cases: int
    rows: dict[str, int]
    skipped_because: str


@dataclass(frozen=True, slots=True)
class ListSeen:
    """The newest list as the reader may see it; `id` is 0 where none was written yet."""

    id: int = 0
    version: int = 0
    status: str = ""
    listed_on: date | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    people: list[Listed] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarlierList:
    """One list that was confirmed before, by whom, and how many people were done and left."""

    confirmed_at: datetime
    confirmed_by: str
    status: str
    done: int
    left: int
    waiting: int


@dataclass(frozen=True, slots=True)
class PastDocument:
    """A document whose date has passed, and the case it is of."""

    id: int
    name: str
    case_id: int
    reference: str
    until: date


@dataclass(frozen=True, slots=True)
class RetentionPage:
    """The whole page; `is_fresh` says that a list may be confirmed without asking again."""

    shown: ListSeen
    holds: list[Hold]
    documents: list[PastDocument]
    documents_total: int
    earlier: list[EarlierList]
    kept_figures: int
    is_fresh: bool


def read_retention(session: CentreSession) -> RetentionPage:
    """Return the page. What is restricted and not the reader's is not in it, nor counted."""
    session.authorize(Act.RETENTION_SEE)
    total = session.execute(select(func.count()).select_from(_past().subquery())).scalar_one()
    return RetentionPage(
        shown=_newest(session),
        holds=all_holds(session),
        documents=[
            PastDocument(*row)
            for row in session.execute(
                _past().order_by(col(Document.retention_date), col(Document.id)).limit(MOST)
            )
        ],
        documents_total=total,
        earlier=_earlier(session),
        kept_figures=session.execute(
            select(func.count()).select_from(RetentionStatistic)
        ).scalar_one(),
        is_fresh=is_fresh(session),
    )


def words_of(code: str, about: str) -> str:
    """Return a reason in words."""
    return f"{WORDS['hold']}: {about}" if code == "hold" else WORDS.get(code, code)


def _newest(session: CentreSession) -> ListSeen:
    wanted = select(RetentionRun).order_by(col(RetentionRun.id).desc()).limit(1)
    run = session.execute(wanted).scalar_one_or_none()
    if run is None:
        return ListSeen()
    counted = session.execute(
        select(col(RetentionItem.state), col(RetentionItem.covers), func.count())
        .where(col(RetentionItem.run_id) == run.id)
        .group_by(col(RetentionItem.state), col(RetentionItem.covers))
    )
    return ListSeen(
        id=run.id,
        version=run.version,
        status=run.status,
        listed_on=run.listed_on,
        confirmed_at=run.confirmed_at,
        confirmed_by=names_of(session, {run.confirmed_by}).get(run.confirmed_by or 0, ""),
        people=[
            each
            for state in (DUE, COMING, HELD, "confirmed", "done", "skipped")
            for each in _people(session, run, state)
        ],
        counts={(state, covers): number for state, covers, number in counted},
    )


def _people(session: CentreSession, run: RetentionRun, state: str) -> list[Listed]:
    client = Client.__table__  # type: ignore[attr-defined]
    wanted = (
        select(
            RetentionItem,
            func.concat_ws(" ", client.c.first_name, client.c.last_name),
            func.coalesce(client.c.client_reference, ""),
        )
        .outerjoin(
            client,
            (client.c.centre_id == col(RetentionItem.centre_id))
            & (client.c.id == col(RetentionItem.client_id)),
        )
        .where(col(RetentionItem.run_id) == run.id, col(RetentionItem.state) == state)
        .order_by(  # who goes together stands together
            col(RetentionItem.kept_until), col(RetentionItem.circle), col(RetentionItem.id)
        )
        .limit(MOST)
    )
    return [_listed(*row) for row in session.execute(wanted)]


def _listed(row: RetentionItem, name: str, reference: str) -> Listed:
    return Listed(
        client_id=row.client_id,
        name=name,
        reference=reference,
        covers=row.covers,
        state=row.state,
        kept_until=row.kept_until,
        reasons=[(each["code"], each.get("about", "")) for each in row.reasons],
        cases=len(row.what.get("cases", [])),
        rows=dict(row.what.get("rows", {})),
        skipped_because=SKIPPED.get(row.skipped_because or "", ""),
    )


def _past() -> Select[*tuple[Any, ...]]:
    wanted: Select[*tuple[Any, ...]] = (
        select(
            col(Document.id),
            col(Document.document_name),
            col(Case.id),
            col(Case.case_reference),
            col(Document.retention_date),
        )
        .join(
            Case,
            (col(Case.centre_id) == col(Document.centre_id))
            & (col(Case.id) == col(Document.case_id)),
        )
        .where(col(Document.retention_date) < today())
    )
    return wanted


def _earlier(session: CentreSession) -> list[EarlierList]:
    state = col(RetentionItem.state)
    wanted = (
        select(
            col(RetentionRun.confirmed_at),
            col(RetentionRun.confirmed_by),
            col(RetentionRun.status),
            func.count().filter(state == "done"),
            func.count().filter(state == "skipped"),
            func.count().filter(state == "confirmed"),
        )
        .outerjoin(
            RetentionItem,
            (col(RetentionItem.centre_id) == col(RetentionRun.centre_id))
            & (col(RetentionItem.run_id) == col(RetentionRun.id)),
        )
        .where(col(RetentionRun.confirmed_at).is_not(None))
        .group_by(
            col(RetentionRun.id),
            col(RetentionRun.confirmed_at),
            col(RetentionRun.confirmed_by),
            col(RetentionRun.status),
        )
        .order_by(col(RetentionRun.id).desc())
        .limit(20)
    )
    rows = session.execute(wanted).all()
    names = names_of(session, {row[1] for row in rows})
    return [EarlierList(at, names.get(by or 0, ""), *more) for at, by, *more in rows]
