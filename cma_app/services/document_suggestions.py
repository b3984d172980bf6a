"""Figures of a case's papers beside the box that each would fill: for a person to use, or put away.

A debt is offered what stands on papers that show it, and on those that show none and name it: by
its account number, else by its creditor. A line of the budget is offered the income of a payslip
and the like. What is recorded already is not offered, nor what is older than it. Nobody is told of
a document that they may not see: row security leaves its figures out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.rules.document_figures import income_line
from cma_app.services.document_reading import (
    FIELDS,
    debts_of,
    newest_sheet,
    settle_figure,
    spoken_of,
)
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Debt, Document, DocumentFigure, DocumentUse

MOST: Final = 2
"""Figures that stand beside one box, of the newest papers."""
UNSURE: Final = Decimal("0.85")
SUMS: Final = ("balance", "arrears")
OF_ITS_DAY: Final = ("balance", "arrears", "dated")
"""What a paper says of its own day: of no use beside what is newer."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A figure of a paper; `field` is a debt's column or a budget line, `dated` the paper's day."""

    id: int
    kind: str
    field: str
    value: str
    document_id: int
    case_id: int
    page_no: int
    paper: str
    dated: date
    is_unsure: bool


def suggest_for_debt(session: CentreSession, debt: Debt) -> list[Suggestion]:
    """Return what the papers of a debt's case offer for its boxes, the newest paper first.

    Whoever follows a case without holding it is offered nothing: its documents are not theirs.
    """
    case = session.require(Case, debt.case_id)
    session.authorize(Act.CASE_OPEN, case)
    if session.shadows().hold(case):
        return []
    session.authorize(Act.DOCUMENT_SEE, case)
    papers = _papers(session, debt.case_id)
    return _for_debt(debt, papers, _shown_by(session, papers, debts_of(session, debt.case_id)))


def suggest_for_debts(session: CentreSession, case_id: int) -> dict[int, list[Suggestion]]:
    """Return by each debt of a case what papers offer for it; those without an offer are left out.

    One who follows the case is offered nothing, as with one debt alone.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    if session.shadows().hold(case):
        return {}
    session.authorize(Act.DOCUMENT_SEE, case)
    papers = _papers(session, case_id)
    if not papers:
        return {}
    owed = debts_of(session, case_id)
    shown = _shown_by(session, papers, owed)
    offered = {debt.id: _for_debt(debt, papers, shown) for debt, _ in owed}
    return {debt_id: rows for debt_id, rows in offered.items() if rows}


def suggest_for_sheet(session: CentreSession, case_id: int) -> list[Suggestion]:
    """Return what the papers of a case offer for the income of its newest budget sheet."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    if session.shadows().hold(case):
        return []
    session.authorize(Act.DOCUMENT_SEE, case)
    sheet = newest_sheet(session, case_id)
    details = (sheet.income_details if sheet is not None else None) or {}
    found = []
    for paper in _papers(session, case_id):
        line = income_line(paper.type_code)
        if line is None:
            continue
        offered = paper.suggestions({"income": (line, "")})
        found += [
            each
            for each in offered
            if not _same_sum((details.get(line) or {}).get("amount"), each.value)
        ]
    return _few(found)


def take_for_debt(session: CentreSession, debt_id: int, figure_ids: Iterable[int]) -> None:
    """Record that a debt now says what these figures say; those that it does not stay offered.

    They are figures that stood beside its boxes when it was saved.
    """
    debt = session.require(Debt, debt_id)
    session.authorize(Act.FIGURE_DECIDE, session.require(Case, debt.case_id))
    for figure in _still_open(session, debt.case_id, figure_ids):
        if figure.kind in FIELDS and _same(debt, figure.kind, figure.value):
            figure.debt_id = debt_id
            settle_figure(session, figure, figure.value)


def take_for_sheet(
    session: CentreSession, sheet_id: int, line: str, figure_ids: Iterable[int]
) -> None:
    """Record that a budget's line now says what one of these figures says."""
    sheet = session.require(BudgetSheet, sheet_id)
    session.authorize(Act.FIGURE_DECIDE, session.require(Case, sheet.case_id))
    stored = (sheet.income_details or {}).get(line) or {}
    for figure in _still_open(session, sheet.case_id, figure_ids):
        if figure.kind == "income" and _same_sum(stored.get("amount"), figure.value):
            figure.budget_line = line
            settle_figure(session, figure, figure.value)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document's newest version with its figures, decided ones too: they tell its day."""

    row: Row[Any]
    figures: Sequence[DocumentFigure]

    @property
    def type_code(self) -> str | None:
        return self.row.document_type or (self.row.ai_classification or {}).get("type")

    @property
    def written_on(self) -> date | None:
        """The day that the paper bears; a date that somebody put away is none."""
        for figure in self.figures:
            if figure.kind == "dated" and figure.status != "dismissed":
                return date.fromisoformat(figure.value)
        return None

    def suggestions(self, fields: dict[str, tuple[str, str]]) -> list[Suggestion]:
        day = self.written_on or local(self.row.created_at).date()
        tells_a_sum = any(each.kind in SUMS for each in self.figures)
        return [
            Suggestion(
                id=each.id,
                kind=each.kind,
                field=fields[each.kind][0],
                value=each.value,
                document_id=self.row.id,
                case_id=self.row.case_id,
                page_no=each.page_no,
                paper=self.row.document_name,
                dated=day,
                is_unsure=each.sure is not None and each.sure < UNSURE,
            )
            for each in self.figures
            if each.status == "open"
            and each.kind in fields
            and (each.kind != "dated" or tells_a_sum)
        ]


def _papers(session: CentreSession, case_id: int) -> list[_Paper]:
    """Return the papers of a case that have figures to offer, the newest first."""
    columns = (
        col(Document.id),
        col(Document.case_id),
        col(Document.document_name),
        col(Document.document_type),
        col(Document.ai_classification),
        col(Document.created_at),
    )
    found = session.execute(
        select(*columns, DocumentFigure)
        .join(
            DocumentFigure,
            (col(DocumentFigure.centre_id) == col(Document.centre_id))
            & (col(DocumentFigure.document_id) == col(Document.id))
            & (col(DocumentFigure.version_number) == col(Document.version_number)),
        )
        .where(col(Document.case_id) == case_id)
        .order_by(col(Document.id), col(DocumentFigure.id))
    )
    papers: dict[int, tuple[Row[Any], list[DocumentFigure]]] = {}
    for row in found:
        papers.setdefault(row.id, (row, []))[1].append(row.DocumentFigure)
    made = [
        _Paper(row, figures)
        for row, figures in papers.values()
        if any(each.status == "open" for each in figures)
    ]
    made.sort(key=lambda each: (each.written_on or date.min, each.row.id), reverse=True)
    return made


def _shown_by(
    session: CentreSession, papers: list[_Paper], owed: tuple[tuple[Debt, str], ...]
) -> dict[int, set[int]]:
    """Return by each paper the debts that it shows; of one that shows none, which it speaks of."""
    numbers = [each.row.id for each in papers]
    if not numbers:
        return {}
    shown: dict[int, set[int]] = {}
    for document_id, debt_id in session.execute(
        select(col(DocumentUse.document_id), col(DocumentUse.debt_id)).where(
            col(DocumentUse.document_id).in_(numbers), col(DocumentUse.debt_id).is_not(None)
        )
    ):
        shown.setdefault(document_id, set()).add(debt_id)
    unused = [number for number in numbers if number not in shown]
    texts = select(col(Document.id), col(Document.extracted_text)).where(
        col(Document.id).in_(unused)
    )
    for document_id, said in session.execute(texts):
        shown[document_id] = {spoken_of(said, owed)}
    return shown


def _for_debt(debt: Debt, papers: list[_Paper], shown: dict[int, set[int]]) -> list[Suggestion]:
    return _few(
        each
        for paper in papers
        if debt.id in shown.get(paper.row.id, ())
        for each in paper.suggestions(FIELDS)
        if _is_news(debt, each, paper)
    )


def _is_news(debt: Debt, offered: Suggestion, paper: _Paper) -> bool:
    if _same(debt, offered.kind, offered.value):
        return False
    day = paper.written_on
    known = debt.balance_date
    is_older = known is not None and day is not None and day < known
    return not (is_older and offered.kind in OF_ITS_DAY)


def _same(debt: Debt, kind: str, value: str) -> bool:
    stored = getattr(debt, FIELDS[kind][0])
    if stored is None:
        return False
    if kind == "dated":
        return bool(stored.isoformat() == value)
    if kind == "account_number":
        return _plain(stored) == _plain(value)
    return _same_sum(stored, value)


def _plain(number: str) -> str:
    return "".join(each for each in number.lower() if each.isalnum())


def _same_sum(stored: Any, value: str) -> bool:
    if stored in (None, ""):
        return False
    try:
        return Decimal(str(stored)) == Decimal(value)
    except InvalidOperation:
        return False


def _few(offered: Iterable[Suggestion]) -> list[Suggestion]:
    """Return at most two a box, each value once: the newest paper that says it."""
    kept: list[Suggestion] = []
    for each in offered:
        beside = [other for other in kept if other.field == each.field]
        if len(beside) < MOST and all(other.value != each.value for other in beside):
            kept.append(each)
    return kept


def _still_open(
    session: CentreSession, case_id: int, figure_ids: Iterable[int]
) -> list[DocumentFigure]:
    """Return those of these figures, locked, that are of this case and that nobody decided on."""
    wanted = (
        select(col(DocumentFigure.id))
        .join(
            Document,
            (col(Document.centre_id) == col(DocumentFigure.centre_id))
            & (col(Document.id) == col(DocumentFigure.document_id))
            & (col(Document.version_number) == col(DocumentFigure.version_number)),
        )
        .where(
            col(DocumentFigure.id).in_(list(figure_ids)),
            col(DocumentFigure.status) == "open",
            col(Document.case_id) == case_id,
        )
        .order_by(col(DocumentFigure.id))
    )
    numbers = session.execute(wanted).scalars().all()
    held = [locked(session, DocumentFigure, number) for number in numbers]
    return [each for each in held if each.status == "open"]
