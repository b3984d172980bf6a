"""A copy of everything about a client as one ZIP: begun with a reason, made while it is sent.

The file is never kept: it is written piece by piece to whoever asked, one document in memory at a
time. Who took it, when and why stays in `client_copies` and in the log.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import select, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.intake.kinds import KEPT
from cma_app.printing.copy_index import index_page
from cma_app.rules.rights import right
from cma_app.services.compliance_rows import names_of
from cma_app.services.documents import open_version
from cma_app.services.issued_files import safe_name
from cma_app.services.locking import locked
from cma_app.services.portability import Everything, everything, may_copy
from cma_app.services.portability_tables import SECTIONS
from cma_app.services.rights_forms import CopyForm
from cma_app.services.rights_holds import cases_about
from cma_app.session import CentreSession
from models import Client, ClientCopy, Document, IssuedFile, RightsRequest

log = structlog.get_logger(__name__)

PURPOSE: Final = "copy"
DOCUMENTS: Final = "documents/"
FRESH: Final = timedelta(minutes=15)
"""How long after it was asked for the sending of a copy may begin."""
AGAIN: Final = timedelta(hours=1)
"""How long after it broke off the same copy may be begun again, from its start."""
TAKEN: Final = "This copy was taken already. Ask for another one."
UNDER_WAY: Final = "This copy is under way. If nothing comes of it, ask for another one."
OLD: Final = "This copy was asked for too long ago. Ask for another one."
Opens = Callable[[], AbstractContextManager[CentreSession]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of a client as the page lists it, so that it can be left out."""

    id: int
    name: str
    case: str
    size: int


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy that was asked for: who, when, why, and what became of it."""

    row: ClientCopy
    who: str
    why: str

    @property
    def is_stuck(self) -> bool:
        """Say whether it was begun so long ago that nothing more will come of it."""
        return self.row.status in ("asked", "making") and self.row.updated_at < now() - FRESH

    @property
    def may_begin_again(self) -> bool:
        """Say whether it broke off so lately that whoever asked may take it after all."""
        return _broke_off(self.row)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the ZIP that is still to be read: a document, or what was issued."""

    record_id: int
    is_document: bool
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a ZIP will hold; its pieces are read one by one."""

    copy_id: int
    file_name: str
    content: Everything
    pieces: list[Piece]


def list_papers(session: CentreSession, client_id: int) -> list[Paper]:
    """Return the documents of a client that a copy would hold, newest first."""
    client = session.require(Client, client_id)
    may_copy(session, client)
    references = {each.id: each.case_reference for each in cases_about(session, client.id)}
    return [
        Paper(each.id, each.document_name, references[each.case_id or 0], each.file_size or 0)
        for each in _documents(session, list(references))
    ]


def list_copies(session: CentreSession, client_id: int) -> list[CopyRow]:
    """Return who took a copy of everything about a client, when and why, the newest first."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    wanted = (
        select(ClientCopy)
        .where(
            col(ClientCopy.centre_id) == client.centre_id, col(ClientCopy.client_id) == client.id
        )
        .order_by(col(ClientCopy.id).desc())
        .limit(50)
    )
    rows = list(session.execute(wanted).scalars())
    names = names_of(session, {row.created_by for row in rows})
    return [CopyRow(row, names.get(row.created_by or 0, ""), _why(session, row)) for row in rows]


def ask_for_copy(session: CentreSession, client_id: int, data: Mapping[str, Any]) -> ClientCopy:
    """Ask for a copy, for an open request of the client or a reason; who asked is written down.

    `leave-12` in the data leaves document 12 out, as being about somebody else.
    """
    client = session.require(Client, client_id)
    may_copy(session, client)
    form = CopyForm.read(data)
    wrong: dict[str, str] = {}
    if form.request_id is None and form.reason is None:
        wrong["reason"] = "Choose the request that it answers, or say why it is made."
    if not form.is_warned:
        wrong["is_warned"] = "Tick that you know what it holds and how it is handed over."
    if wrong:
        raise Invalid(wrong)
    if form.request_id is not None:
        request = session.require(RightsRequest, form.request_id)
        if request.client_id != client.id:
            raise NotFound
    mine = [each.id for each in list_papers(session, client.id)]
    left = [each for each in mine if data.get(f"leave-{each}")]
    copy = ClientCopy(
        client_id=client.id, request_id=form.request_id, reason=form.reason, left_out=left
    )
    session.authorize(Act.CLIENT_EXPORT, client)
    session.add(copy)
    session.flush()
    session.record_event(
        Act.CLIENT_EXPORT.value,
        record=client,
        client_id=client.id,
        values=json.dumps({"copy": copy.id, "request": form.request_id, "left_out": len(left)}),
    )
    return copy


def begin_copy(session: CentreSession, copy_id: int) -> Plan:
    """Return what a copy will hold and mark it as begun: soon after, by who asked.

    It is sent once; where that broke off, it may be begun again for a while.
    """
    copy = session.require(ClientCopy, copy_id)
    if copy.created_by != session.actor.user_id:
        raise NotFound
    client = session.require(Client, copy.client_id)
    may_copy(session, client)
    copy = locked(session, ClientCopy, copy_id)
    if copy.status == "made":
        raise Conflict(TAKEN)
    is_fresh = copy.status == "asked" and copy.created_at >= now() - FRESH
    if not (is_fresh or _broke_off(copy)):
        is_sent = copy.status == "making" and copy.updated_at >= now() - FRESH
        raise Conflict(UNDER_WAY if is_sent else OLD)
    papers = _documents(session, [each.id for each in cases_about(session, client.id)])
    left = set(copy.left_out)
    without = {each.id: each.document_name for each in papers if each.id in left}
    content = everything(session, client.id, why=_why(session, copy), without=without)
    pieces = [
        *_document_pieces([each for each in papers if each.id not in left]),
        *_issued_pieces(content),
    ]
    _name_files(content, pieces)
    copy.status, copy.files_total, copy.files_done = "making", len(pieces), 0
    copy.finished_at = None
    session.flush()
    return Plan(
        copy.id, safe_name(client.client_reference, "everything", ending="zip"), content, pieces
    )


def _broke_off(copy: ClientCopy) -> bool:
    """Say whether a copy broke off within the time in which it may be begun again.

    One that nothing was heard of for long broke off too: its sender was ended with the process.
    """
    since = now() - copy.updated_at
    return since < AGAIN and (
        copy.status == "broken" or (copy.status == "making" and since > FRESH)
    )


def _document_pieces(papers: list[Document]) -> list[Piece]:
    return [
        Piece(
            record_id=each.id,
            is_document=True,
            path=f"{DOCUMENTS}{number:03d}-"
            + safe_name(each.document_name, ending=KEPT.get(each.mime_type or "", "bin")),
            name=each.document_name,
        )
        for number, each in enumerate(papers, start=1)
    ]


def _issued_pieces(content: Everything) -> list[Piece]:
    """Return the letters and statements as they were issued, a letter once and not as Word too."""
    pieces = []
    for row in content.sections["issued_files"]:
        if row["kind"] == "letter_word":
            continue
        stem, _, ending = str(row["file_name"]).rpartition(".")
        name = safe_name(stem, ending=ending or "bin")
        path = f"letters-and-statements/{len(pieces) + 1:03d}-{name}"
        pieces.append(
            Piece(record_id=row["id"], is_document=False, path=path, name=str(row["file_name"]))
        )
    return pieces


def _name_files(content: Everything, pieces: list[Piece]) -> None:
    """Say beside each document and letter where in the ZIP it lies."""
    for name, is_document in (("documents", True), ("issued_files", False)):
        paths = {each.record_id: each.path for each in pieces if each.is_document == is_document}
        for row in content.sections[name]:
            row["file_in_this_copy"] = paths.get(row["id"])


def _documents(session: CentreSession, case_ids: list[int]) -> list[Document]:
    wanted = (
        select(Document)
        .where(
            col(Document.centre_id) == session.actor.centre_id,
            col(Document.case_id).in_(case_ids),
            col(Document.upload_status) != "pending",
        )
        .order_by(col(Document.id).desc())
    )
    return list(session.execute(wanted).scalars())


def _why(session: CentreSession, copy: ClientCopy) -> str:
    if copy.request_id is None:
        return copy.reason or ""
    # one that was taken back since is named all the same
    table = RightsRequest.__table__  # type: ignore[attr-defined]
    found = session.execute(
        select(table.c.kind, table.c.received_on).where(
            table.c.centre_id == copy.centre_id, table.c.id == copy.request_id
        )
    ).one()
    day = found.received_on
    said = f"{right(found.kind).label}, asked on {day.day} {day:%b %Y}"
    return f"{said}. {copy.reason}" if copy.reason else said


class _Sent:
    """A file that is only written: what was written waits to be taken, counted and hashed."""

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._waiting: list[bytes] = []

    def write(self, content: Any) -> int:
        piece = bytes(content)
        self._waiting.append(piece)
        self.digest.update(piece)
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Keep what waits: it is taken, not flushed."""

    def take(self) -> bytes:
        """Return what was written since it was last asked."""
        said, self._waiting = b"".join(self._waiting), []
        return said


@dataclass(slots=True)
class _Made:
    """What a ZIP holds so far: each file's hash, and those that did not open."""

    hashes: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def send_copy(plan: Plan, opens: Opens) -> Generator[bytes]:
    """Yield a ZIP piece by piece; each document is read in a session of its own.

    A document that does not open is named in the index and the copy goes on. Whatever breaks it off
    marks the copy as broken: a reader's program says that the file is not whole.
    """
    sent, made, is_whole = _Sent(), _Made(), False
    try:
        with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
            for done, piece in enumerate(plan.pieces, start=1):
                with opens() as session:
                    content = _read(session, piece)
                    _progress(session, plan.copy_id, files_done=done)
                if content is None:
                    made.failed.append(piece.name)
                else:
                    _put(archive, made, piece.path, content)
                yield sent.take()
            yield from _put_words(archive, plan, made, sent)
        yield sent.take()
        with opens() as session:
            _progress(
                session,
                plan.copy_id,
                status="made",
                failed=len(made.failed),
                file_size=sent.size,
                sha256=sent.digest.hexdigest(),
                finished_at=now(),
            )
        is_whole = True
    finally:
        if not is_whole:
            _tell_broken(plan, opens)


def _put_words(archive: zipfile.ZipFile, plan: Plan, made: _Made, sent: _Sent) -> Iterator[bytes]:
    """Add the JSON, the index and the list of hashes, which come last to tell of all the rest."""
    if made.failed:
        plan.content.left_out["Documents that did not open"] = (
            f"{', '.join(made.failed)}: the stored copy is damaged. Ask the centre for it again."
        )
    said = plan.content.as_json()
    _put(archive, made, "everything.json", json.dumps(said, indent=2, ensure_ascii=False).encode())
    yield sent.take()
    page = index_page(
        plan.content.about,
        [(title, plan.content.sections[name]) for name, title in SECTIONS.items()],
        plan.content.opened,
        plan.content.left_out,
    )
    _put(archive, made, "index.html", page.encode())
    yield sent.take()
    lines = [f"{digest}  {path}" for path, digest in made.hashes.items()]
    archive.writestr("manifest-sha256.txt", "\n".join([*lines, ""]))


def _put(archive: zipfile.ZipFile, made: _Made, path: str, content: bytes) -> None:
    is_packed = path.startswith(DOCUMENTS)
    how = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    archive.writestr(path, content, how)
    made.hashes[path] = hashlib.sha256(content).hexdigest()


def _read(session: CentreSession, piece: Piece) -> bytes | None:
    """Return a piece's bytes; None where they do not open, which is not the copy's end."""
    try:
        if piece.is_document:
            return open_version(session, piece.record_id, purpose=PURPOSE)[1]
        kept = session.require(IssuedFile, piece.record_id)
    except CmaError as error:
        log.warning("copy_without", piece=piece.record_id, error=type(error).__name__)
        return None
    is_same = hashlib.sha256(kept.file_bytes).hexdigest() == kept.sha256
    return kept.file_bytes if is_same else None


def _progress(session: CentreSession, copy_id: int, **values: Any) -> None:
    session.authorize(Act.CLIENT_EXPORT)
    table = ClientCopy.__table__  # type: ignore[attr-defined]
    session.execute(
        update(table)
        .where(
            table.c.centre_id == session.actor.centre_id,
            table.c.id == copy_id,
            table.c.created_by == session.actor.user_id,
        )
        .values(updated_at=now(), **values)
    )


def _tell_broken(plan: Plan, opens: Opens) -> None:
    try:
        with opens() as session:
            _progress(session, plan.copy_id, status="broken", finished_at=now())
    except CmaError:  # the sign-in ended: the page says that nothing more came of it
        log.warning("copy_broken", copy=plan.copy_id)
