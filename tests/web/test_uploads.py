"""Files that come in over our own route: by whom, from where, how large, and what comes back."""

import asyncio
import json
import socket
from contextlib import ExitStack
from time import monotonic
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select
from starlette.requests import Request

from cma_app.intake.refusals import MOST_BYTES, SENTENCES
from cma_app.services.document_changes import restrict_document
from cma_app.vault import store
from cma_app.web import uploads
from cma_app.web.downloads import attachment
from models import AuditLog, Document
from tests.papers import keep, paper, picture
from tests.people import Cast
from tests.served import Served
from tests.services.money import make_case

pytestmark = pytest.mark.database


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def send(
    served: Served,
    cookie: str,
    path: str,
    content: Any,
    name: str = "Payslip.pdf",
    *,
    origin: str = "same",
    **headers: str,
) -> httpx.Response:
    sent = {
        "X-File-Name": quote(name),
        "X-Upload-Key": str(uuid4()),
        "Cookie": cookie,
        "Origin": served.origin if origin == "same" else origin,
        **headers,
    }
    kept = {header: value for header, value in sent.items() if value}
    return httpx.post(f"{served.origin}{path}", content=content, headers=kept, timeout=60)


def announced(served: Served, cookie: str, path: str, length: int) -> int:
    """Return what a request that announces so many bytes, and sends none, is answered."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(_head(served, cookie, path, length).encode())
        return int(line.recv(100).split()[1])


def _head(served: Served, cookie: str, path: str, length: int) -> str:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {served.name}:{served.port}\r\nCookie: {cookie}\r\n"
        f"Origin: {served.origin}\r\nX-Upload-Key: {uuid4()}\r\nContent-Length: {length}\r\n\r\n"
    )


def count(owner: Engine, case_id: int) -> int:
    with owner.connect() as connection:
        found = text("SELECT count(*) FROM documents WHERE case_id = :c")
        return int(connection.execute(found, {"c": case_id}).scalar_one())


def test_a_file_comes_in_and_goes_out_as_an_attachment_that_can_do_nothing(
    served: Served, cast: Cast, owner: Engine, case_id: int
) -> None:
    cookie, path = served.sign_in(cast, "amina"), f"/cases/{case_id}/documents"
    key = {"X-Upload-Key": str(uuid4()), "X-Document-Type": "payslip"}
    name = "Ärger “mit” der Bank;\\..\\x.pdf"
    first = send(served, cookie, path, paper(), name, **key)
    assert first.status_code == 201, first.text
    again = send(served, cookie, path, paper(), name, **key)  # its answer was lost
    assert again.json() == first.json()
    assert count(owner, case_id) == 1
    number = first.json()["id"]
    for address, kind in (
        (f"/documents/{number}/file", "application/pdf"),
        (f"/documents/{number}/versions/1", "application/pdf"),
        (f"/documents/{number}/pages/1.jpg", "image/jpeg"),
    ):
        answer = served.get(address, cookie)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "no-store"
    newer = send(served, cookie, f"/documents/{number}/versions", picture("PNG"), "new.png")
    assert newer.status_code == 201
    assert served.get(f"/documents/{number}/file", cookie).headers["content-type"] == "image/png"
    with cast.open(cast.maria) as session:
        views = session.exec(
            select(AuditLog.new_values).where(
                col(AuditLog.action) == "document:open", col(AuditLog.record_id) == number
            )
        ).all()
    assert len(views) == 4


def test_who_may_not_is_answered_before_a_byte_is_read_and_nothing_is_kept(
    served: Served, cast: Cast, owner: Engine, case_id: int
) -> None:
    number = keep(cast, case_id)
    cookies = {who: served.sign_in(cast, who) for who in ("amina", "colin", "tess", "root", "ben")}
    before = (count(owner, case_id), len(list(store.everything())))
    for who, status in (("colin", 404), ("tess", 404), ("root", 404)):
        for path in (f"/cases/{case_id}/documents", f"/documents/{number}/versions"):
            answer = send(served, cookies[who], path, paper())
            assert answer.status_code == status, (who, path, answer.text)
        for path in ("file", "versions/1", "pages/1.jpg"):
            assert served.get(f"/documents/{number}/{path}", cookies[who]).status_code == status
    path = f"/cases/{case_id}/documents"
    assert send(served, "", path, paper()).status_code == 401
    for origin in ("https://evil.example", "null", ""):
        assert send(served, cookies["amina"], path, paper(), origin=origin).status_code == 403
    key = {"X-Upload-Key": ""}
    assert send(served, cookies["amina"], path, paper(), **key).status_code == 409
    for length in (MOST_BYTES + 1, 10**12):
        assert announced(served, cookies["amina"], path, length) == 413
    chunked = send(served, cookies["amina"], path, iter([b"%PDF-", b"more"]))
    assert chunked.status_code == 413  # no length is told
    assert httpx.post(f"{served.origin}/_upload", content=b"x").status_code in {403, 404}
    assert (count(owner, case_id), len(list(store.everything()))) == before
    with cast.open(cast.maria) as session:
        version = session.require(Document, number).version
        restrict_document(session, number, [], version=version)
    for who in ("amina", "ben"):
        assert served.get(f"/documents/{number}/file", cookies[who]).status_code == 404
        assert served.get(f"/documents/{number}/pages/1.jpg", cookies[who]).status_code == 404
        newer = send(served, cookies[who], f"/documents/{number}/versions", paper())
        assert newer.status_code == 404


def test_slow_senders_keep_nobody_waiting(
    served: Served, cast: Cast, owner: Engine, case_id: int
) -> None:
    path = f"/cases/{case_id}/documents"
    slow, quick = served.sign_in(cast, "amina"), served.sign_in(cast, "ben")
    with ExitStack() as lines:
        for _ in range(uploads.ARRIVING_EACH + 3):  # more than come in, or are made safe, at once
            line = socket.create_connection(("127.0.0.1", served.port), timeout=10)
            lines.enter_context(line)
            line.sendall(_head(served, slow, path, 5_000).encode() + b"%PDF-1.7")
        began = monotonic()
        assert send(served, quick, path, paper()).status_code == 201
        assert served.get(path, quick).status_code == 200
        assert monotonic() - began < uploads.GRACE_SECONDS
    assert count(owner, case_id) == 1  # what was never sent whole is not kept


def test_a_file_that_comes_too_slowly_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "GRACE_SECONDS", 0.05)

    async def arrive(parts: int) -> int:
        """Take in a file whose last part never comes."""
        left = [b"x" * 40_000] * parts

        async def receive() -> dict[str, Any]:
            if not left:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": left.pop(), "more_body": len(left) != 1}

        request = Request({"type": "http", "method": "POST", "headers": []}, receive)
        with uploads.spool() as file:
            return (await uploads._arrived(request, file, "a.pdf", "k")).size

    with pytest.raises(TimeoutError):
        asyncio.run(arrive(0))
    assert asyncio.run(arrive(3)) == 80_000
    assert json.loads(bytes(uploads._said(TimeoutError()).body)) == {
        "sentence": uploads.LATE,
        "again": True,
    }


def test_each_refusal_is_its_sentence(served: Served, cast: Cast, case_id: int) -> None:
    cookie, path = served.sign_in(cast, "amina"), f"/cases/{case_id}/documents"
    content = paper()
    assert send(served, cookie, path, content).status_code == 201
    for sent, name, status, said in (
        (b"MZ" + b"x" * 99, "setup.exe", 422, SENTENCES["program"]),
        (b"", "empty.pdf", 422, SENTENCES["empty"]),
        (content[: len(content) // 2], "half.pdf", 422, SENTENCES["cut_off"]),
        (content, "again.pdf", 409, "This very file is here already, as “Payslip”."),
    ):
        answer = send(served, cookie, path, sent, name)
        assert (answer.status_code, answer.json()["sentence"]) == (status, said)
        assert not answer.json()["again"]
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plain.pdf", 'attachment; filename="plain.pdf"'),
        ("März.pdf", "attachment; filename=\"M_rz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf"),
        (
            'a"b\r\nX: y.pdf',
            "attachment; filename=\"a_b__X_ y.pdf\"; filename*=UTF-8''a%22b%0D%0AX%3A%20y.pdf",
        ),
        ("../x", "attachment; filename=\"_x\"; filename*=UTF-8''..%2Fx"),
        ("…", "attachment; filename=\"_\"; filename*=UTF-8''%E2%80%A6"),
    ],
)
def test_a_name_is_safe_in_a_header(name: str, header: str) -> None:
    assert attachment(name) == header
    header.encode("ascii")
    assert json.dumps(header)
