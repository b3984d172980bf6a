"""Documents a client was asked for: what is here, what is missing, who is asked again and when.

The next chaser stands among the case's actions, so that it is on somebody's day. A chaser goes by
a route the client said is safe, and by no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.calendars import add_working_days, is_working_day
from cma_app.rules.document_types import document_types, next_chaser, type_label
from cma_app.services.clock_actions import drop_action, keep_action, settle_action
from cma_app.services.contact_routes import ROUTE_WORDS, SafeRouteValue, safe_routes
from cma_app.services.debt_forms import optional_text
from cma_app.services.forms import Form, choice
from cma_app.services.locking import locked
from cma_app.services.restoring import restore
from cma_app.session import CentreSession
from models import Case, Document, DocumentRequest

CHASERS: Final = ("email", "text", "call", "post")
"""The routes by which a document is asked for again, in the order they are offered."""


class AskForm(Form):
    """Which document the client is asked for, and of what, if that needs saying."""

    document_type: Annotated[str, BeforeValidator(choice(*document_types()))]
    about: Annotated[str | None, optional_text(200)] = None


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A document that was asked for; `document` is the name of what came, where it may be seen."""

    id: int
    version: int
    type_label: str
    about: str
    status: str
    asked_on: date
    chased_count: int
    chased_on: date | None
    chased_how: str
    next_chaser_on: date | None
    is_due: bool
    received_on: date | None
    document_id: int | None
    document: str


@dataclass(frozen=True, slots=True)
class AskedList:
    """What was asked for in a case, what is missing first, and how the client may be asked.

    `routes` are the safe ones with their times; `unsafe` names those that are not.
    """

    rows: list[AskedRow]
    missing: int
    received: int
    routes: list[tuple[str, str]]
    unsafe: list[str]


def list_asked(session: CentreSession, case_id: int) -> AskedList:
    """Return the documents a case's client was asked for."""
    case = session.require(Case, case_id)
    session.authorize(Act.DOCUMENT_SEE, case)
    wanted = (
        select(DocumentRequest, col(Document.document_name))
        .outerjoin(
            Document,
            (col(Document.centre_id) == col(DocumentRequest.centre_id))
            & (col(Document.id) == col(DocumentRequest.document_id))
            & col(Document.deleted_at).is_(None),
        )
        .where(
            col(DocumentRequest.centre_id) == case.centre_id,
            col(DocumentRequest.case_id) == case.id,
        )
        .order_by(
            col(DocumentRequest.status) != "asked",
            col(DocumentRequest.next_chaser_on),
            col(DocumentRequest.id),
        )
        .limit(100)
    )
    rows = [_row(row, name) for row, name in session.execute(wanted)]
    routes = {each.route: each for each in safe_routes(session, case.client_id)}
    return AskedList(
        rows=rows,
        missing=sum(row.status == "asked" for row in rows),
        received=sum(row.status == "received" for row in rows),
        routes=[
            (each, ", ".join(filter(None, (ROUTE_WORDS[each], routes[each].times))))
            for each in CHASERS
            if _is_safe(routes[each])
        ],
        unsafe=[ROUTE_WORDS[each] for each in CHASERS if not _is_safe(routes[each])],
    )


def _is_safe(route: SafeRouteValue) -> bool:
    return route.answer == "yes"


def _row(row: DocumentRequest, name: str | None) -> AskedRow:
    chaser = row.next_chaser_on
    return AskedRow(
        id=row.id,
        version=row.version,
        type_label=type_label(row.document_type),
        about=row.about or "",
        status=row.status,
        asked_on=row.asked_on,
        chased_count=row.chased_count,
        chased_on=row.chased_on,
        chased_how=ROUTE_WORDS.get(row.chased_how or "", ""),
        next_chaser_on=chaser,
        is_due=row.status == "asked" and (chaser is None or chaser <= today()),
        received_on=row.received_on,
        document_id=row.document_id if name else None,
        document=name or "",
    )


def ask_for(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> DocumentRequest:
    """Write down that the client was asked for a document, and when to ask again."""
    case = session.require(Case, case_id)
    session.authorize(Act.DOCUMENT_ASK, case)
    form = AskForm.read(data)
    asked = DocumentRequest(
        case_id=case.id, document_type=form.document_type, about=form.about, asked_on=today()
    )
    session.add(asked)
    session.flush()
    _plan(session, case, asked)
    return asked


def chase(session: CentreSession, asked_id: int, *, how: str, version: int) -> DocumentRequest:
    """Write down that the client was asked again, by a route that is safe, and when next."""
    asked, case = _held(session, asked_id, version)
    _refuse_settled(asked)
    routes = {each.route: each for each in safe_routes(session, case.client_id)}
    if how not in CHASERS or not _is_safe(routes[how]):
        word = ROUTE_WORDS.get(how, "This route")
        raise Invalid({"how": f"{word} is not a safe way to reach this client. Choose another."})
    session.authorize(Act.DOCUMENT_ASK, case)
    asked.chased_count += 1
    asked.chased_on, asked.chased_how = today(), how
    _plan(session, case, asked)
    return asked


def receive(
    session: CentreSession, asked_id: int, *, document_id: int | None, version: int
) -> DocumentRequest:
    """Write down that a document came; which one, where it is kept here."""
    asked, case = _held(session, asked_id, version)
    _refuse_settled(asked)
    if document_id is not None and session.require(Document, document_id).case_id != case.id:
        raise Invalid({"document_id": "Choose a document of this case."})
    _came(session, asked, document_id)
    return asked


def not_needed(session: CentreSession, asked_id: int, *, version: int) -> DocumentRequest:
    """Write down that a document is no longer asked for."""
    asked, _ = _held(session, asked_id, version)
    _refuse_settled(asked)
    asked.status, asked.next_chaser_on = "not_needed", None
    drop_action(session, asked.action_id)
    session.flush()
    return asked


def ask_again(session: CentreSession, asked_id: int, *, version: int) -> DocumentRequest:
    """Make a document that came, or was not needed, one that is missing."""
    asked, case = _held(session, asked_id, version)
    if asked.status == "asked":
        raise Conflict("This is asked for already.")
    asked.status, asked.document_id, asked.received_on = "asked", None, None
    _plan(session, case, asked)
    return asked


def take_back(session: CentreSession, asked_id: int, *, version: int) -> DocumentRequest:
    """Take back what was asked by mistake; `bring_back` undoes it."""
    asked, _ = _held(session, asked_id, version)
    asked.deleted_at = now()
    drop_action(session, asked.action_id)
    session.flush()
    return asked


def bring_back(session: CentreSession, asked_id: int) -> DocumentRequest:
    """Bring back what was taken back."""
    case_id = restore(session, DocumentRequest, asked_id, Act.DOCUMENT_ASK)
    case, asked = session.require(Case, case_id), locked(session, DocumentRequest, asked_id)
    if asked.status == "asked":
        _plan(session, case, asked)
    return asked


def settle_request(session: CentreSession, document: Document) -> None:
    """Tick what was asked for, where a document of that very type has come."""
    if not document.document_type:
        return
    waiting = session.execute(
        select(DocumentRequest)
        .where(
            col(DocumentRequest.centre_id) == document.centre_id,
            col(DocumentRequest.case_id) == document.case_id,
            col(DocumentRequest.document_type) == document.document_type,
            col(DocumentRequest.status) == "asked",
        )
        .order_by(col(DocumentRequest.id))
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()
    if waiting is not None:
        _came(session, waiting, document.id)


def _came(session: CentreSession, asked: DocumentRequest, document_id: int | None) -> None:
    asked.status, asked.document_id = "received", document_id
    asked.received_on, asked.next_chaser_on = today(), None
    settle_action(session, asked.action_id)
    session.flush()


def _held(session: CentreSession, asked_id: int, version: int) -> tuple[DocumentRequest, Case]:
    case = session.require(Case, session.require(DocumentRequest, asked_id).case_id)
    session.authorize(Act.DOCUMENT_ASK, case)
    asked = locked(session, DocumentRequest, asked_id)
    if asked.version != version:
        raise Conflict("Somebody changed this in the meantime. Load the page again.")
    return asked, case


def _refuse_settled(asked: DocumentRequest) -> None:
    if asked.status != "asked":
        raise Conflict("This is no longer asked for. Load the page again.")


def _plan(session: CentreSession, case: Case, asked: DocumentRequest) -> None:
    """Set the day of the next chaser, a working day; after the last one a person decides."""
    last = asked.chased_on or asked.asked_on
    due = next_chaser(last, asked.chased_count)
    name = f"{type_label(asked.document_type)}{f', {asked.about}' if asked.about else ''}"
    if due is None:
        what = f"Decide what to do without: {name}"
        on = last
    else:
        works = is_working_day(due, case.nation)
        on = due = due if works else add_working_days(due, 1, case.nation)
        what = f"Ask again for: {name}"
    asked.next_chaser_on = due
    asked.action_id = keep_action(session, case, asked.action_id, kind="task", what=what, due=on)
    session.flush()
