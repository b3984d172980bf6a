"""What a person changes about a document: its name and type, who may see it, whether it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid
from cma_app.rules.document_types import document_types
from cma_app.services.document_choices import remember_choice
from cma_app.services.document_requests import settle_request
from cma_app.services.document_uses import list_uses
from cma_app.services.documents import document_here
from cma_app.services.forms import Blank, Form, choice, given
from cma_app.services.locking import locked
from cma_app.services.restoring import restore
from cma_app.services.restricted_files import WORKING_ROLES
from cma_app.session import CentreSession
from models import Document, User

CHANGED: Final = "Somebody changed this document in the meantime."
NOBODY_LEADS: Final = "Name a manager too, so that the document is never out of reach."


class DocumentForm(Form):
    """A document's name and type; the type may wait."""

    document_name: Annotated[str, given("Give the document a name."), Field(max_length=120)]
    document_type: Annotated[str | None, Blank, BeforeValidator(choice("", *document_types()))] = (
        None
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the centre for whom a document could be."""

    id: int
    name: str
    role: str
    is_named: bool


def change_document(
    session: CentreSession, document_id: int, data: Mapping[str, Any], *, version: int
) -> Document:
    """Rename a document or say what it is; where somebody was first, Conflict has theirs."""
    document_here(session, document_id, Act.DOCUMENT_EDIT)
    form = DocumentForm.read(data)
    document = locked(session, Document, document_id)
    if document.version != version:
        stored = {
            "document_name": document.document_name,
            "document_type": document.document_type or "",
        }
        mine = {name: value or "" for name, value in form.model_dump().items()}
        raise Conflict(CHANGED, {k: v for k, v in stored.items() if v != mine[k]})
    is_sorted_now = form.document_type != document.document_type
    document.document_name, document.document_type = form.document_name, form.document_type
    session.flush()
    if is_sorted_now:
        remember_choice(session, document)
        settle_request(session, document)
    return document


def list_readers(session: CentreSession, document_id: int) -> list[Reader]:
    """Return the centre's people who work with clients, and for whom this document is."""
    document, _ = document_here(session, document_id, Act.DOCUMENT_RESTRICT)
    people = session.execute(
        select(User)
        .where(
            col(User.role).in_(WORKING_ROLES), col(User.is_active), col(User.deleted_at).is_(None)
        )
        .order_by(col(User.last_name), col(User.first_name))
    ).scalars()
    named = set(document.named_people) if document.access_level == "named_people" else set()
    return [Reader(each.id, each.full_name, each.role, each.id in named) for each in people]


def restrict_document(
    session: CentreSession, document_id: int, user_ids: list[int], *, version: int
) -> Document:
    """Let only these people, and whoever says so, see the document; for others it is not there."""
    known = {each.id: each.role for each in list_readers(session, document_id)}
    wanted = {*user_ids, session.actor.user_id} - {0}
    if wanted - known.keys():
        raise Invalid({"people": "Choose people of your centre who work with clients."})
    if not any(known[each] == "manager" for each in wanted):
        raise Invalid({"people": NOBODY_LEADS})
    document = _unchanged(session, document_id, version)
    document.named_people, document.access_level = sorted(wanted), "named_people"
    session.flush()
    return document


def open_document_to_team(session: CentreSession, document_id: int, *, version: int) -> Document:
    """Let everybody who may see the case see the document again."""
    document_here(session, document_id, Act.DOCUMENT_RESTRICT)
    document = _unchanged(session, document_id, version)
    document.access_level, document.named_people = "case_team", []
    session.flush()
    return document


def remove_document(session: CentreSession, document_id: int) -> Document:
    """Put a document away; `restore_document` brings it back. What proves something stays."""
    _, case = document_here(session, document_id, Act.DOCUMENT_REMOVE)
    uses = [each for each in list_uses(session, case.id) if each.document_id == document_id]
    if uses:
        raise Conflict(f"It is the evidence for “{uses[0].label}”. Take it off there first.")
    session.authorize(Act.DOCUMENT_REMOVE, case)
    document = locked(session, Document, document_id)
    document.deleted_at = now()
    session.flush()
    return document


def restore_document(session: CentreSession, document_id: int) -> int:
    """Bring a document that was put away back, and return its case.

    Conflict once its days have passed and its stored copy was removed for good.
    """
    case_id = restore(session, Document, document_id, Act.DOCUMENT_REMOVE)
    document = session.require(Document, document_id)
    if document.file_path is None and document.upload_status == "pending":
        raise Conflict("Its stored copy was removed for good. Ask the client for it again.")
    return case_id


def _unchanged(session: CentreSession, document_id: int, version: int) -> Document:
    document = locked(session, Document, document_id)
    if document.version != version:
        raise Conflict(f"{CHANGED} Load the page again.")
    return document
