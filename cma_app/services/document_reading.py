"""What a person sees and decides of a read document: its pages, its type, the figures found in it.

Nothing that was read is taken over by itself: a person confirms or corrects the type and accepts or
dismisses each figure, into the field that stands beside it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.reading.words import GOOD_CONFIDENCE, GOOD_COVERAGE
from cma_app.rules.document_figures import income_line
from cma_app.rules.document_types import document_types
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.services import budgets, debts
from cma_app.services.debt_forms import PastDay
from cma_app.services.document_choices import remember_choice
from cma_app.services.document_queue import queue_reading
from cma_app.services.document_requests import settle_request
from cma_app.services.forms import Form
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import (
    BudgetSheet,
    Case,
    Creditor,
    Debt,
    Document,
    DocumentFigure,
    DocumentPage,
    DocumentReading,
    DocumentTypeChoice,
)

FIELDS: Final = {
    "balance": ("balance", "Balance"),
    "arrears": ("arrears", "Arrears"),
    "payment": ("monthly_payment", "Monthly payment"),
    "account_number": ("account_number", "Account number"),
    "dated": ("balance_date", "Balance as at"),
}
"""The field of a debt that a figure of each kind would fill, and its name on screen."""
GONE: Final = "This document has a newer version. Load the page again."
FROM_A_DOCUMENT: Final = "From a document of the case"
"""What a budget line says of where its figure came from."""


class _DayForm(Form):
    value: PastDay = None


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document with how its reading stands."""

    document: Document
    reading: DocumentReading | None
    pages: tuple[DocumentPage, ...]
    figures: tuple[DocumentFigure, ...]
    chosen: DocumentTypeChoice | None
    debts: tuple[tuple[Debt, str], ...]
    likely_debt: int
    budget_line: str
    recorded_income: dict[str, str]
    may_decide: bool


def read_reading(session: CentreSession, document_id: int) -> OpenDocument:
    """Return a document with what was read in its newest version; NotFound where out of reach."""
    document = session.require(Document, document_id)
    case = session.require(Case, document.case_id) if document.case_id else None
    session.authorize(Act.DOCUMENT_SEE, case)
    here = (
        col(DocumentPage.document_id) == document_id,
        col(DocumentPage.version_number) == document.version_number,
    )
    pages = session.execute(select(DocumentPage).where(*here).order_by(col(DocumentPage.page_no)))
    figures = session.execute(
        select(DocumentFigure)
        .where(
            col(DocumentFigure.document_id) == document_id,
            col(DocumentFigure.version_number) == document.version_number,
        )
        .order_by(col(DocumentFigure.kind), col(DocumentFigure.id))
    )
    owed = debts_of(session, document.case_id)
    line = income_line(document.document_type or document.ai_classification.get("type")) or ""
    return OpenDocument(
        document=document,
        reading=_reading(session, document),
        pages=tuple(pages.scalars()),
        figures=tuple(figures.scalars()),
        chosen=_choice(session, document),
        debts=owed,
        likely_debt=_likely(document, owed),
        budget_line=line,
        recorded_income=_income_now(session, document.case_id, line),
        may_decide=session.actor.may(Act.DOCUMENT_SORT) if session.actor.user_id else True,
    )


def is_poor(page: DocumentPage) -> bool:
    """Say whether a page read badly, as its reader told when it was read."""
    if page.ink_coverage is None:
        return False
    sure = page.confidence if page.confidence is not None else Decimal(0)
    return page.ink_coverage < Decimal(str(GOOD_COVERAGE)) or sure < Decimal(str(GOOD_CONFIDENCE))


def place_of(session: CentreSession, figure_id: int) -> DocumentFigure:
    """Return a figure, with its page and box, of a document that the reader may see."""
    figure = session.require(DocumentFigure, figure_id)
    _authorize(session, session.require(Document, figure.document_id), Act.DOCUMENT_SEE)
    return figure


def read_again(session: CentreSession, document_id: int) -> None:
    """Have a document read again whose reading failed; Conflict where it did not."""
    document = session.require(Document, document_id)
    _authorize(session, document, Act.DOCUMENT_READ)
    row = _reading(session, document)
    if row is None:
        queue_reading(session, document)
        return
    row = locked(session, DocumentReading, row.id)
    if row.status != "failed":
        raise Conflict("This document has been read, or is being read.")
    row.status, row.attempts, row.due_at, row.why = "waiting", 0, now(), None
    document.ocr_status = "waiting"


def choose_type(
    session: CentreSession, document_id: int, code: str, *, version: int
) -> DocumentTypeChoice:
    """Confirm the suggested type of a document, or say what it is; kept for the next sorter.

    `version` is the version of the file that the person saw.
    """
    document = session.require(Document, document_id)
    _authorize(session, document, Act.DOCUMENT_SORT)
    if code not in document_types():
        raise Invalid({"document_type": "Choose a type from the list."})
    document = locked(session, Document, document_id)
    if document.version_number != version:
        raise Conflict(GONE)
    document.document_type = code
    session.flush()
    settle_request(session, document)
    session.authorize(Act.DOCUMENT_SORT)
    choice = remember_choice(session, document)
    if choice is None:
        raise NotFound
    return choice


def dismiss_figure(session: CentreSession, figure_id: int) -> DocumentFigure:
    """Put a suggested figure away: it is wrong, or of no use."""
    figure, _ = _open_figure(session, figure_id)
    figure.status = "dismissed"
    figure.decided_by, figure.decided_at = session.actor.user_id, now()
    return figure


def reopen_figure(session: CentreSession, figure_id: int) -> DocumentFigure:
    """Bring back a figure that was dismissed."""
    figure = session.require(DocumentFigure, figure_id)
    _authorize(session, session.require(Document, figure.document_id), Act.FIGURE_DECIDE)
    figure = locked(session, DocumentFigure, figure_id)
    if figure.status != "dismissed":
        raise Conflict("This figure was not put away.")
    figure.status, figure.decided_by, figure.decided_at = "open", None, None
    return figure


def accept_for_debt(
    session: CentreSession, figure_id: int, debt_id: int, *, value: str, version: int
) -> DocumentFigure:
    """Take a figure over into a debt's field, as the person says it is.

    `value` is what stands in the box, which may correct what was read; `version` is that of the
    debt when it was shown. A new balance has to be verified again, as any new balance has.
    """
    figure, document = _open_figure(session, figure_id)
    if figure.kind not in FIELDS:
        raise Invalid({"value": "This figure is not one of a debt."})
    debt = session.require(Debt, debt_id)
    if debt.case_id != document.case_id:
        raise NotFound
    field, _ = FIELDS[figure.kind]
    if field == "balance_date":
        value = _date_balance(session, debt, value, version)
    else:
        boxes = _boxes(session, debt) | {field: value}
        try:
            debt = debts.change_debt(session, debt_id, boxes, version=version)
        except Invalid as wrong:
            said = wrong.fields.get(field) or next(iter(wrong.fields.values()))
            raise Invalid({"value": said}) from None
    if field == "balance":
        debt.balance_source = "letter"
    session.authorize(Act.FIGURE_DECIDE, session.require(Case, debt.case_id))
    figure.debt_id = debt_id
    return settle_figure(session, figure, value)


def accept_for_budget(
    session: CentreSession, figure_id: int, *, value: str, frequency: str, seen: str
) -> DocumentFigure:
    """Take an income over into the line of the case's budget sheet that its paper is of.

    `seen` is the line's stamp when it was shown; where it says something else now, Conflict.
    """
    figure, document = _open_figure(session, figure_id)
    line = income_line(document.document_type or document.ai_classification.get("type"))
    if figure.kind != "income" or line is None or document.case_id is None:
        raise Invalid({"value": "This figure is not an income."})
    if frequency not in FREQUENCIES:
        raise Invalid({"frequency": "Choose how often it is paid."})
    sheet = budgets.start_sheet(session, document.case_id)
    # never its name: whoever sees the sheet may not see the document, now or once it is restricted
    note = FROM_A_DOCUMENT
    try:
        budgets.record_line(
            session,
            sheet.id,
            code=line,
            typed=value,
            frequency=frequency,
            note=note,
            seen=seen,
        )
    except Invalid as wrong:
        raise Invalid({"value": next(iter(wrong.fields.values()))}) from None
    session.authorize(Act.FIGURE_DECIDE, session.require(Case, document.case_id))
    figure.budget_line = line
    return settle_figure(session, figure, value)


def settle_figure(session: CentreSession, figure: DocumentFigure, value: str) -> DocumentFigure:
    """Record that a figure was taken over, and as what."""
    figure.status, figure.taken = "accepted", value.strip()[:60]
    figure.decided_by, figure.decided_at = session.actor.user_id, now()
    session.flush()
    return figure


def _open_figure(session: CentreSession, figure_id: int) -> tuple[DocumentFigure, Document]:
    """Return a locked figure that nobody has decided on, and its document."""
    figure = session.require(DocumentFigure, figure_id)
    document = session.require(Document, figure.document_id)
    _authorize(session, document, Act.FIGURE_DECIDE)
    figure = locked(session, DocumentFigure, figure_id)
    if figure.version_number != document.version_number:
        raise Conflict(GONE)
    if figure.status != "open":
        raise Conflict("Somebody has decided on this figure already.")
    return figure, document


def _authorize(session: CentreSession, document: Document, act: Act) -> None:
    case = session.require(Case, document.case_id) if document.case_id else None
    session.authorize(act, case)


def _date_balance(session: CentreSession, debt: Debt, value: str, version: int) -> str:
    """Set the day that a debt's balance is of, and return it as figures are kept."""
    case = session.require(Case, debt.case_id)
    session.authorize(Act.DEBT_RECORD, case)
    debt = locked(session, Debt, debt.id)
    if debt.version != version:
        raise Conflict("Somebody changed this debt in the meantime. Look again.")
    debt.balance_date = _DayForm.read({"value": value}).value
    if debt.balance_date is None:
        raise Invalid({"value": "Enter a date like 5 11 2026."})
    return debt.balance_date.isoformat()


def _boxes(session: CentreSession, debt: Debt) -> dict[str, Any]:
    """Return a debt's row as its boxes say it, so that one of them can be changed."""
    creditor = session.require(Creditor, debt.creditor_id)
    names = ("debt_type", "owed_by", "balance", "arrears", "monthly_payment", "account_number")
    said = {name: "" if (v := getattr(debt, name)) is None else str(v) for name in names}
    chosen = "by_type" if not debt.priority_reason else None
    chosen = chosen or ("priority" if debt.is_priority else "non_priority")
    return said | {
        "creditor": creditor.creditor_name,
        "liability": debt.liability,
        "priority": chosen,
        "priority_reason": debt.priority_reason or "",
        "status": "active" if debt.status == "disputed" else debt.status,
    }


def _reading(session: CentreSession, document: Document) -> DocumentReading | None:
    return session.execute(
        select(DocumentReading).where(
            col(DocumentReading.document_id) == document.id,
            col(DocumentReading.version_number) == document.version_number,
        )
    ).scalar_one_or_none()


def _choice(session: CentreSession, document: Document) -> DocumentTypeChoice | None:
    return (
        session.execute(
            select(DocumentTypeChoice)
            .where(
                col(DocumentTypeChoice.document_id) == document.id,
                col(DocumentTypeChoice.version_number) == document.version_number,
            )
            .order_by(col(DocumentTypeChoice.id).desc())
            .limit(1)
        )
        .scalars()
        .first()
    )


def debts_of(session: CentreSession, case_id: int | None) -> tuple[tuple[Debt, str], ...]:
    """Return the debts of a case, each with its creditor's name; none where there is no case."""
    if case_id is None:
        return ()
    found = session.execute(
        select(Debt, col(Creditor.creditor_name))
        .join(
            Creditor,
            (col(Creditor.id) == col(Debt.creditor_id))
            & (col(Creditor.centre_id) == col(Debt.centre_id)),
        )
        .where(col(Debt.case_id) == case_id)
        .order_by(col(Debt.position), col(Debt.id))
    )
    return tuple((row[0], row[1]) for row in found)


def _likely(document: Document, owed: tuple[tuple[Debt, str], ...]) -> int:
    """Return the debt that a document is of: the one that it speaks of, else the only one."""
    named = spoken_of(document.extracted_text, owed)
    return named or (owed[0][0].id if len(owed) == 1 else 0)


def spoken_of(text: str | None, owed: tuple[tuple[Debt, str], ...]) -> int:
    """Return the debt that a text speaks of: by its account number, else by its creditor; or 0."""
    said = " ".join((text or "").lower().split())
    plain = said.replace(" ", "")
    for debt, _ in owed:
        number = (debt.account_number or "").lower().replace(" ", "")
        if len(number) >= 5 and number in plain:
            return debt.id
    for debt, name in owed:
        if len(name) >= 4 and name.lower() in said:
            return debt.id
    return 0


def newest_sheet(session: CentreSession, case_id: int) -> BudgetSheet | None:
    """Return the newest budget sheet of a case; None where there is none."""
    return session.execute(
        select(BudgetSheet)
        .where(col(BudgetSheet.case_id) == case_id)
        .order_by(col(BudgetSheet.sheet_no).desc())
        .limit(1)
    ).scalar_one_or_none()


def _income_now(session: CentreSession, case_id: int | None, line: str) -> dict[str, str]:
    """Return the stored line of the case's newest budget sheet; empty where there is none."""
    if case_id is None or not line:
        return {}
    sheet = newest_sheet(session, case_id)
    return dict((sheet.income_details or {}).get(line) or {}) if sheet is not None else {}


@dataclass(frozen=True, slots=True)
class SorterFigures:
    """How the sorter did in this centre: types chosen, suggested, and suggested as was chosen."""

    version: str
    chosen: int
    suggested: int
    right: int


def sorter_figures(session: CentreSession) -> list[SorterFigures]:
    """Return, by version of the sorter, how often people took what it suggested."""
    session.authorize(Act.DOCUMENT_SEE)  # it stands beside a document that is read
    suggested = col(DocumentTypeChoice.suggested)
    found = session.execute(
        select(
            func.coalesce(col(DocumentTypeChoice.model_version), ""),
            func.count(),
            func.count(suggested),
            func.count().filter(suggested == col(DocumentTypeChoice.chosen)),
        )
        .group_by(col(DocumentTypeChoice.model_version))
        .order_by(func.max(col(DocumentTypeChoice.id)).desc())
        .limit(12)
    )
    return [SorterFigures(*row) for row in found]
