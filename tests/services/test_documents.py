"""Documents: kept sealed, seen by whom they are for, opened whole or not at all."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import now
from cma_app.commands.documents import rotate_keys, sweep
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import documents
from cma_app.services.compliance import read_checklist
from cma_app.services.document_changes import (
    change_document,
    list_readers,
    open_document_to_team,
    remove_document,
    restore_document,
    restrict_document,
)
from cma_app.services.document_files import download_document, page_picture
from cma_app.services.document_intake import find_upload, keep_document
from cma_app.services.documents import (
    DocumentDamaged,
    list_documents,
    open_bytes,
    read_document,
)
from cma_app.services.timeline import read_timeline
from cma_app.settings import settings
from cma_app.vault import keyring, store
from models import AuditLog, Document
from tests.papers import keep, made_safe, paper, picture, renew, told
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.money import make_case

pytestmark = pytest.mark.database


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def rows(cast: Cast, case_id: int, who: Actor | None = None, **how: Any) -> list[str]:
    with cast.open(who or cast.amina) as session:
        return [row.name for row in list_documents(session, case_id, **how).rows]


def opened(cast: Cast, document_id: int, who: Actor | None = None) -> bytes:
    with cast.open(who or cast.amina) as session:
        return open_bytes(session, document_id, purpose="test")


def version_of(cast: Cast, document_id: int) -> int:
    with cast.open(cast.maria) as session:
        return session.require(Document, document_id).version


def stored(owner: Engine, document_id: int) -> list[Any]:
    with owner.connect() as connection:
        return list(
            connection.execute(
                text("SELECT * FROM document_versions WHERE document_id = :d ORDER BY id"),
                {"d": document_id},
            )
        )


class TestKeep:
    def test_what_is_kept_is_sealed_and_opens_for_who_may_see_the_case(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        content = paper("Planted words of a secret kind")
        with cast.open(cast.amina) as session:
            safe = made_safe(content, "Secret payslip.pdf")
            original = told(content, r"C:\private\Secret payslip.pdf", "a" * 20)
            made = keep_document(session, case_id, safe, original, type_code="payslip")
            number = made.id
        (version,) = stored(owner, number)
        kept = store.get(version.file_path)
        assert safe.content not in kept
        assert b"%PDF" not in kept
        assert "payslip" not in version.file_path.lower()
        assert opened(cast, number) == safe.content
        with cast.open(cast.amina) as session:
            found = read_document(session, number)
            assert (found.row.name, found.row.type_label) == ("Secret payslip", "Payslip")
            assert found.row.status == "stored"
            assert [each.original_size for each in found.versions] == [len(content)]
            assert find_upload(session, case_id, "a" * 20).id == number  # type: ignore[union-attr]
            assert find_upload(session, case_id, "b" * 20) is None

    def test_the_very_file_is_told_of_and_not_kept_twice(self, cast: Cast, case_id: int) -> None:
        content = paper()
        for turn in range(2):
            with cast.open(cast.amina) as session:
                safe = made_safe(content)
                if turn:
                    with pytest.raises(Conflict, match="here already, as “First”"):
                        keep_document(session, case_id, safe, told(content, "Second.pdf"))
                else:
                    keep_document(session, case_id, safe, told(content, "First.pdf"))
        assert rows(cast, case_id) == ["First"]

    def test_where_the_row_fails_nothing_is_left(
        self, cast: Cast, case_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = set(store.everything())

        def fails(*_: object) -> None:
            raise Conflict("not today")

        monkeypatch.setattr("cma_app.services.document_intake.document_arrived", fails)
        with pytest.raises(Conflict, match="not today"):
            keep(cast, case_id)
        assert set(store.everything()) == before
        assert rows(cast, case_id) == []

    def test_a_new_version_stands_before_the_old_one_and_both_open(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        number = keep(cast, case_id)
        first = opened(cast, number)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE documents SET ocr_status = 'read', extracted_text = 'old' WHERE id=:d"
                ),
                {"d": number},
            )
        renew(cast, number, picture("PNG"), "photo.png")
        with cast.open(cast.amina) as session:
            found = read_document(session, number)
            assert [each.number for each in found.versions] == [2, 1]
            assert (found.row.mime_type, found.row.ocr_status) == ("image/png", "waiting")
            assert open_bytes(session, number, purpose="test", number=1) == first
            assert download_document(session, number).file_name == "Payslip.png"
            assert download_document(session, number, 1).file_name == "Payslip.pdf"
            with pytest.raises(NotFound):
                download_document(session, number, 3)
        with owner.connect() as connection:
            read = text("SELECT extracted_text FROM documents WHERE id = :d")
            assert connection.execute(read, {"d": number}).scalar_one() is None

    def test_a_page_is_a_picture_and_there_is_none_beyond_the_last(
        self, cast: Cast, case_id: int
    ) -> None:
        number = keep(cast, case_id)
        with cast.open(cast.amina) as session:
            assert page_picture(session, number, 1, size="small").content[:3] == b"\xff\xd8\xff"
            for page in (0, 2):
                with pytest.raises(NotFound):
                    page_picture(session, number, page)

    def test_each_view_is_in_the_log_and_the_readers_job_is_none(
        self, cast: Cast, case_id: int
    ) -> None:
        number = keep(cast, case_id)
        opened(cast, number)
        with cast.open(cast.ashdown_system) as session:
            open_bytes(session, number, purpose=documents.READ)
        with cast.open(cast.amina) as session:
            page_picture(session, number, 1)
        with cast.open(cast.maria) as session:
            found = session.exec(
                select(AuditLog).where(
                    col(AuditLog.action) == "document:open", col(AuditLog.record_id) == number
                )
            ).all()
        views = [(row.user_id, json.loads(json.dumps(row.new_values))["purpose"]) for row in found]
        with cast.open(cast.amina) as session:
            told = [(each.title, each.text) for each in read_timeline(session, case_id)]
        assert told.count(("Document added", "Payslip")) == 1  # and no view is told of there
        assert sorted(views) == [
            (cast.amina.user_id, "page 1"),
            (cast.amina.user_id, "test"),
        ]


class TestSeal:
    def test_a_swapped_changed_or_missing_copy_does_not_open_and_is_told(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        ours, other, third = (keep(cast, case_id) for _ in range(3))
        paths = [stored(owner, each)[0].file_path for each in (ours, other, third)]
        root = Path(settings().documents_at)
        one, two = (root / paths[0]).read_bytes(), (root / paths[1]).read_bytes()
        (root / paths[0]).write_bytes(two)
        (root / paths[1]).write_bytes(one[:-1] + bytes([one[-1] ^ 1]))
        (root / paths[2]).unlink()
        for number in (ours, other, third):
            with pytest.raises(DocumentDamaged, match="cannot be opened"):
                opened(cast, number)
        with cast.open(cast.maria) as session:
            told_of = session.exec(
                select(AuditLog.record_id).where(col(AuditLog.action) == "document:damaged")
            ).all()
            assert {ours, other, third} <= set(told_of)
            found = {row.id: row.status for row in list_documents(session, case_id).rows}
        assert set(found.values()) == {"damaged"}

    def test_a_whole_row_put_in_anothers_place_does_not_open(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        ours, other = keep(cast, case_id), keep(cast, case_id)
        columns = "file_path, file_sha256, wrapped_key, encryption_key_id"
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE document_versions SET file_path = 'away/' || id WHERE document_id = :b"
                ),
                {"b": other},
            )
            moved = stored(owner, other)[0]
            connection.execute(
                text(
                    f"UPDATE document_versions v SET ({columns}) = (:p, :s, :w, :k)"
                    " WHERE document_id = :a"
                ),
                {
                    "a": ours,
                    "p": moved.file_path,
                    "s": moved.file_sha256,
                    "w": moved.wrapped_key,
                    "k": moved.encryption_key_id,
                },
            )
        with pytest.raises(DocumentDamaged):
            opened(cast, ours)
        told: list[str] = []
        rotate_keys(owner, told.append)  # goes on past it, and keeps the key that it names
        assert [f"document {ours}: does not open" in each for each in told] == [True]
        with owner.begin() as connection:
            connection.execute(
                text("DELETE FROM document_versions WHERE document_id IN (:a, :b)"),
                {"a": ours, "b": other},
            )
            connection.execute(
                text("UPDATE documents SET encryption_key_id = NULL WHERE id IN (:a, :b)"),
                {"a": ours, "b": other},
            )

    def test_keys_are_changed_while_people_work_and_the_old_one_goes(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        first = [keep(cast, case_id) for _ in range(6)]
        before = keyring.current_key_id()
        with ThreadPoolExecutor(3) as pool:
            adding = [pool.submit(keep, cast, case_id) for _ in range(12)]
            changing = pool.submit(rotate_keys, owner, lambda _: None)
            reading = [pool.submit(opened, cast, each) for each in first * 3]
            added = [each.result() for each in adding]
            assert all(each.result() for each in reading)
            assert changing.result() >= len(first)
        assert keyring.current_key_id() != before
        assert before not in keyring.key_names()
        assert all(opened(cast, each).startswith(b"%PDF") for each in [*first, *added])
        with owner.connect() as connection:
            ids = connection.execute(
                text(
                    "SELECT DISTINCT encryption_key_id FROM documents"
                    " WHERE encryption_key_id IS NOT NULL"
                )
            ).scalars()
            assert set(ids) == {keyring.current_key_id()}

    def test_the_sweep_takes_what_no_row_names_and_tells_what_is_missing(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        number = keep(cast, case_id)
        orphan = store.new_path(cast.amina.centre_id)
        store.put(orphan, b"left by a crash")
        half = Path(settings().documents_at) / f"{store.new_path(cast.amina.centre_id)}#1"
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(b"half writ")
        assert sweep(owner, lambda _: None).removed == 0  # too young: it may be on its way
        found = sweep(owner, lambda _: None, older_than=timedelta(seconds=-1))
        assert found.removed >= 2
        assert not half.exists()
        assert orphan not in {path for path, _ in store.everything()}
        assert opened(cast, number)
        store.remove(stored(owner, number)[0].file_path)
        assert sweep(owner, lambda _: None).missing >= 1
        with cast.open(cast.amina) as session:
            assert read_document(session, number).row.status == "damaged"


class TestAccess:
    def test_another_centre_and_an_unassigned_trainee_find_nothing(
        self, cast: Cast, case_id: int
    ) -> None:
        number = keep(cast, case_id)
        for who in (cast.colin, cast.bea, cast.tess):
            with cast.open(who) as session:
                for verb in (
                    lambda s: list_documents(s, case_id),
                    lambda s: read_document(s, number),
                    lambda s: open_bytes(s, number, purpose="x"),
                    lambda s: page_picture(s, number, 1),
                    lambda s: change_document(s, number, {"document_name": "x"}, version=1),
                    lambda s: keep_document(s, case_id, made_safe(paper()), told(b"x", "x.pdf")),
                ):
                    with pytest.raises(NotFound):
                        verb(session)
        with cast.open(cast.root) as session, pytest.raises((Refused, NotFound)):
            list_documents(session, case_id)

    def test_a_trainee_adds_and_names_but_neither_hides_nor_removes(self, cast: Cast) -> None:
        theirs = make_case(cast, cast.tess)
        number = keep(cast, theirs, by=cast.tess)
        with cast.open(cast.tess) as session:
            change_document(
                session, number, {"document_name": "Rent"}, version=version_of(cast, number)
            )
            for verb in (
                lambda: remove_document(session, number),
                lambda: list_readers(session, number),
                lambda: restrict_document(session, number, [], version=2),
            ):
                with pytest.raises(Refused, match="Ask your supervisor"):
                    verb()

    def test_a_document_for_named_people_is_nowhere_for_the_others(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        number, open_one = keep(cast, case_id, "Hidden.pdf"), keep(cast, case_id, "Open.pdf")
        with cast.open(cast.amina) as session:
            with pytest.raises(Invalid, match="Name a manager too"):
                restrict_document(session, number, [], version=version_of(cast, number))
            with pytest.raises(Invalid, match="of your centre"):
                restrict_document(
                    session, number, [cast.colin.user_id], version=version_of(cast, number)
                )
        with cast.open(cast.amina) as session:
            restrict_document(
                session, number, [cast.maria.user_id], version=version_of(cast, number)
            )
        for who in (cast.amina, cast.maria):
            assert rows(cast, case_id, who) == ["Open", "Hidden"]
        with cast.open(cast.ben) as session:
            found = list_documents(session, case_id)
            assert ([row.name for row in found.rows], found.total) == (["Open"], 1)
            for verb in (
                lambda: read_document(session, number),
                lambda: open_bytes(session, number, purpose="x"),
                lambda: page_picture(session, number, 1),
                lambda: download_document(session, number),
                lambda: list_readers(session, number),
                lambda: restore_document(session, number),
            ):
                with pytest.raises(NotFound):
                    verb()
            seen = session.execute(
                text(
                    "SELECT count(*) FROM documents WHERE id = :d UNION ALL"
                    " SELECT count(*) FROM document_versions WHERE document_id = :d UNION ALL"
                    " SELECT count(*) FROM audit_logs WHERE table_name = 'documents'"
                    " AND record_id = :d"
                ),
                {"d": number},
            ).scalars()
            assert list(seen) == [0, 0, 0]
            assert "Hidden" not in repr(read_timeline(session, case_id))
            assert "Hidden" not in repr(read_checklist(session, case_id))
        with cast.open(cast.maria) as session:
            assert {each.name for each in list_readers(session, number) if each.is_named} == {
                "Amina Khan",
                "Maria Silva",
            }
            open_document_to_team(session, number, version=version_of(cast, number))
        assert opened(cast, number, cast.ben)
        assert opened(cast, open_one, cast.ben)

    def test_a_removed_document_comes_back_as_it_was(self, cast: Cast, case_id: int) -> None:
        number = keep(cast, case_id)
        with cast.open(cast.amina) as session:
            remove_document(session, number)
        assert rows(cast, case_id) == []
        assert rows(cast, case_id, removed=True) == ["Payslip"]
        with pytest.raises(NotFound):
            opened(cast, number)
        with cast.open(cast.amina) as session:
            assert restore_document(session, number) == case_id
        assert opened(cast, number)

    def test_two_edits_at_once_lose_nothing(self, cast: Cast, case_id: int) -> None:
        number = keep(cast, case_id)
        seen = version_of(cast, number)
        with cast.open(cast.ben) as session:
            change_document(session, number, {"document_name": "Ben's"}, version=seen)
        with cast.open(cast.amina) as session, pytest.raises(Conflict) as raised:
            change_document(session, number, {"document_name": "Amina's"}, version=seen)
        assert raised.value.theirs == {"document_name": "Ben's"}
        with cast.open(cast.amina) as session, pytest.raises(Invalid, match="Give the document"):
            change_document(session, number, {"document_name": " "}, version=seen + 1)

    def test_what_was_kept_stands_in_no_hand_but_the_owners(self, cast: Cast, case_id: int) -> None:
        keep(cast, case_id)
        with cast.open(cast.amina) as session, pytest.raises(Exception, match="permission denied"):
            session.execute(text("UPDATE document_versions SET taken_out = '[]'"))

    def test_how_long_it_is_kept_follows_the_case(self, cast: Cast, case_id: int) -> None:
        number = keep(cast, case_id)
        with cast.open(cast.amina) as session:
            assert read_document(session, number).row.retention_date is None
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Done")
        late = keep(cast, case_id)
        with cast.open(cast.maria) as session:
            kept = {read_document(session, each).row.retention_date for each in (number, late)}
        (day,) = kept
        assert day is not None
        assert day > now().date()
