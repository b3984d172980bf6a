"""A copy of everything: no table is forgotten, others are left out and said, the ZIP is whole."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import at, now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.printing.copy_index import index_page
from cma_app.rules.financial_statement import partner_lines
from cma_app.services.budgets import record_line, start_sheet
from cma_app.services.case_people import join_new_person
from cma_app.services.client_copies import (
    ask_for_copy,
    begin_copy,
    list_copies,
    list_papers,
    send_copy,
)
from cma_app.services.clients import ClientForm, edit_client
from cma_app.services.debts import add_debt
from cma_app.services.document_changes import remove_document, restrict_document
from cma_app.services.issued_files import Printed, keep_file
from cma_app.services.portability import everything
from cma_app.services.portability_tables import LEFT_OUT, SECTIONS
from cma_app.services.rights import record_right
from cma_app.session import CentreSession
from cma_app.settings import settings
from models import (
    CASEWORK,
    Case,
    CasePerson,
    Client,
    ClientCopy,
    Debt,
    Document,
    DocumentFigure,
    DocumentVersion,
    Letter,
)
from tests.papers import keep
from tests.people import Cast
from tests.planting import plant
from tests.services.intake_forms import ROUTES
from tests.services.money import audited, make_case
from tests.services.test_rights import ASKED
from tests.services.test_statements import Leanne

pytestmark = pytest.mark.database

WARNED = {"is_warned": "on", "reason": "For the ombudsman"}


def client_of(cast: Cast, case_id: int) -> int:
    with cast.open(cast.ashdown_system) as session:
        return session.require(Case, case_id).client_id


def ask(cast: Cast, client_id: int, who: Actor | None = None, /, **said: str) -> int:
    with cast.open(who or cast.amina) as session:
        return ask_for_copy(session, client_id, {**WARNED, **said}).id


def taken(cast: Cast, copy_id: int, who: Actor | None = None) -> zipfile.ZipFile:
    me = who or cast.amina
    with cast.open(me) as session:
        plan = begin_copy(session, copy_id)
    return zipfile.ZipFile(io.BytesIO(b"".join(send_copy(plan, lambda: cast.open(me)))))


def read(cast: Cast, client_id: int, who: Actor | None = None) -> dict[str, Any]:
    with cast.open(who or cast.amina) as session:
        return everything(session, client_id, why="A test").as_json()


def read_from(session: CentreSession, document_id: int) -> None:
    """Let a computer have read a figure from a document."""
    session.add(DocumentFigure(document_id=document_id, kind="account_number", value="4400 1212"))
    session.flush()


class TestEverything:
    def test_a_row_of_every_table_is_in_it_or_left_out_with_a_reason(
        self, cast: Cast, owner: Engine
    ) -> None:
        planted = plant(owner, cast.amina)
        found = read(cast, planted["clients"])
        assert set(SECTIONS) | set(LEFT_OUT) == CASEWORK
        assert not set(SECTIONS) & set(LEFT_OUT)
        for table in SECTIONS:
            assert [row["id"] for row in found[table]] == [planted[table]], table
        for table, why in LEFT_OUT.items():
            assert found["left_out_and_why"][table.replace("_", " ").capitalize()] == why
            assert table not in found

    def test_says_values_as_people_and_programs_read_them(self, cast: Cast) -> None:
        case = Leanne(cast)
        client_id = client_of(cast, case.case_id)
        with cast.open(cast.amina) as session:
            client = session.require(Client, client_id)
            form = ClientForm.read(
                {"first_name": "Leanne", "last_name": "W", "ni_number": "AB123456C"}
            )
            edit_client(session, client_id, form, version=client.version)
        found = read(cast, client_id)
        assert found["clients"][0]["national_insurance_number"] == "AB123456C"
        assert found["debts"][0]["balance"] == "1240.00"
        assert found["debts"][0]["debt_type"] == "Rent arrears"
        assert found["cases"][0]["advisor_id"] == "Amina Khan"
        assert found["cases"][0]["opening_date"] == today().isoformat()
        assert found["about_this_file"]["controller"]["name"] == "Ashdown"
        said = json.dumps(found)
        for secret in ("ni_number_index", "wrapped_key", "file_path", "password", "search"):
            assert secret not in said.replace("search words", "")

    def test_the_other_person_of_a_joint_case_is_left_out_and_it_says_so(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        first = client_of(cast, case_id)
        with cast.open(cast.amina) as session:
            second = join_new_person(
                session, case_id, {"first_name": "Owen", "last_name": "Partnerson", **ROUTES}
            ).id
            for name, whose in (("Hers", "client"), ("His", "partner"), ("Theirs", "joint")):
                row = {"creditor": name, "debt_type": "credit_card", "balance": "10"}
                debt = add_debt(session, case_id, row)
                session.require(Debt, debt.id).owed_by = whose
            begun = start_sheet(session, case_id)
            begun.is_joint, sheet = True, begun.id
            session.flush()
            his = partner_lines(["client-salary-or-wages", "partner-salary-or-wages"], today())[
                0
            ].key
            record_line(session, sheet, code="client-salary-or-wages", typed="100")
            record_line(session, sheet, code=his, typed="200")
            his_debt = session.exec(select(Debt).where(col(Debt.owed_by) == "partner")).one()
            letter = Letter(
                case_id=case_id,
                client_id=second,
                creditor_id=his_debt.creditor_id,
                kind="holding",
                recipient="creditor",
                template_version="1",
                subject="His letter",
                content={},
            )
            session.add(letter)
            session.flush()
            printed = Printed("His letter.pdf", "application/pdf", b"%PDF")
            keep_file(session, printed, case_id=case_id, kind="letter", letter_id=letter.id)
        hers, theirs = read(cast, first), read(cast, second)
        assert [[row["subject"] for row in each["letters"]] for each in (hers, theirs)] == [
            [],
            ["His letter"],
        ]
        assert [len(each["issued_files"]) for each in (hers, theirs)] == [0, 1]
        assert {row["creditor_name"] for row in hers["creditors"]} == {"Hers", "Theirs"}
        assert {row["creditor_name"] for row in theirs["creditors"]} == {"His", "Theirs"}
        assert [set(each["income_details"]) for each in hers["budget_sheets"]] == [
            {"client-salary-or-wages"}
        ]
        assert [set(each["income_details"]) for each in theirs["budget_sheets"]] == [{his}]
        assert [row["first_name"] for row in hers["clients"]] == ["Leanne"]
        assert "Partnerson" not in json.dumps(hers)
        assert "The other person of a joint case" in hers["left_out_and_why"]
        with cast.open(cast.ashdown_system) as session:
            person = session.exec(
                select(CasePerson).where(col(CasePerson.case_id) == case_id)
            ).one()
            person.left_on = today()
        assert [row["id"] for row in read(cast, first)["cases"]] == [case_id]
        assert read(cast, first)["left_out_and_why"].get("The other person of a joint case") is None

    def test_only_who_holds_a_case_or_a_manager_reads_it(self, cast: Cast, owner: Engine) -> None:
        planted = plant(owner, cast.amina)
        client_id = planted["clients"]
        assert read(cast, client_id, cast.maria)["clients"]
        with pytest.raises(Refused, match="holds a case"):
            read(cast, client_id, cast.ben)
        for who in (cast.tess, cast.colin, cast.bea):
            with pytest.raises((NotFound, Refused)):
                read(cast, client_id, who)
        own = client_of(cast, make_case(cast, cast.tess))
        with pytest.raises(Refused, match="Ask your supervisor"):
            read(cast, own, cast.tess)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :c"), {"c": own}
            )
        with pytest.raises(NotFound):
            read(cast, own, cast.maria)

    def test_says_what_the_reader_may_not_see(self, cast: Cast, owner: Engine) -> None:
        planted = plant(owner, cast.amina)
        found = read(cast, planted["clients"], cast.maria)
        assert found["monitoring_answers"] == []
        assert "who can add them" in found["left_out_and_why"]["Answers to equality questions"]
        own = read(cast, planted["clients"])
        assert own["monitoring_answers"]
        assert "Answers to equality questions" not in own["left_out_and_why"]


class TestAsk:
    def test_needs_a_reason_or_a_request_of_the_client_and_a_tick(self, cast: Cast) -> None:
        client_id = client_of(cast, make_case(cast, cast.amina))
        with cast.open(cast.amina) as session, pytest.raises(Invalid) as error:
            ask_for_copy(session, client_id, {})
        assert set(error.value.fields) == {"reason", "is_warned"}
        other = client_of(cast, make_case(cast, cast.amina))
        with cast.open(cast.amina) as session:
            request = record_right(session, other, ASKED).id
        with pytest.raises(NotFound):
            ask(cast, client_id, request_id=str(request))
        copy_id = ask(cast, other, request_id=str(request), reason="")
        with cast.open(cast.maria) as session:
            (row,) = list_copies(session, other)
            assert (row.row.id, row.who) == (copy_id, "Amina Khan")
            assert row.why.startswith("Access to their data, asked on")
            (logged,) = [
                each for each in audited(session, "client:export", "clients") if each.new_values
            ]
            assert logged.client_id == other
            assert (logged.new_values or {})["copy"] == copy_id

    def test_is_taken_once_soon_and_by_who_asked(self, cast: Cast) -> None:
        client_id = client_of(cast, make_case(cast, cast.amina))
        copy_id = ask(cast, client_id)
        for who in (cast.maria, cast.ben, cast.tess, cast.colin):
            with cast.open(who) as session, pytest.raises((NotFound, Refused)):
                begin_copy(session, copy_id)
        assert taken(cast, copy_id).testzip() is None
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="already"):
            begin_copy(session, copy_id)
        late = ask(cast, client_id)
        with (
            at(now() + timedelta(minutes=16)),
            cast.open(cast.amina) as session,
            pytest.raises(Conflict, match="too long ago"),
        ):
            begin_copy(session, late)


class TestZip:
    def test_holds_json_index_documents_and_what_was_issued(self, cast: Cast) -> None:
        case = Leanne(cast)
        case.issue()
        names = ("Bill.pdf", "../../Bill.pdf", "Gas\r\nbill.pdf")
        papers = [keep(cast, case.case_id, name) for name in names]
        client_id = client_of(cast, case.case_id)
        with cast.open(cast.amina) as session:
            for paper in papers[:2]:
                read_from(session, paper)
        copy_id = ask(cast, client_id, **{f"leave-{papers[0]}": "on"})
        found = taken(cast, copy_id)
        assert found.testzip() is None
        inside = found.namelist()
        assert len(set(inside)) == len(inside)
        assert all(".." not in name and "\n" not in name for name in inside)
        assert len([name for name in inside if name.startswith("documents/")]) == 2
        assert [name for name in inside if name.startswith("letters-and-statements/")]
        said = json.loads(found.read("everything.json"))
        assert papers[0] not in [row["id"] for row in said["documents"]]
        for table in ("document_figures", "document_versions"):
            told = {row["document_id"] for row in said[table]}
            assert papers[1] in told, table
            assert papers[0] not in told, table
        assert "1 left out" in said["left_out_and_why"]["Documents about somebody else"]
        for row in (*said["documents"], *said["issued_files"]):
            if path := row["file_in_this_copy"]:
                assert found.read(path)[:4] in {b"%PDF", b"{\n  ", b'{"da'} or path.endswith("json")
        lines = found.read("manifest-sha256.txt").decode().splitlines()
        hashes = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}
        assert set(hashes) == set(inside) - {"manifest-sha256.txt"}
        for name, digest in hashes.items():
            assert hashlib.sha256(found.read(name)).hexdigest() == digest
        page = found.read("index.html").decode()
        assert "<script" not in page
        assert "What was left out, and why" in page
        with cast.open(cast.amina) as session:
            (row,) = list_copies(session, client_id)
            assert (row.row.status, row.row.failed) == ("made", 0)
            assert row.row.files_done == row.row.files_total > 2
            opened = audited(session, "document:open", "documents")
            assert {each.new_values["purpose"] for each in opened if each.new_values} == {"copy"}

    def test_a_damaged_document_is_said_and_the_copy_goes_on(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        bad, _ = keep(cast, case_id, "Damaged.pdf"), keep(cast, case_id, "Whole.pdf")
        with cast.open(cast.amina) as session:
            path = session.exec(
                select(DocumentVersion.file_path).where(col(DocumentVersion.document_id) == bad)
            ).one()
        Path(settings().documents_at, path).write_bytes(b"broken")
        client_id = client_of(cast, case_id)
        found = taken(cast, ask(cast, client_id))
        said = json.loads(found.read("everything.json"))
        assert "Damaged" in said["left_out_and_why"]["Documents that did not open"]
        assert len([name for name in found.namelist() if name.startswith("documents/")]) == 1
        with cast.open(cast.amina) as session:
            assert list_copies(session, client_id)[0].row.failed == 1

    def test_whoever_goes_away_in_the_middle_leaves_a_copy_that_says_so(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        keep(cast, case_id)
        client_id = client_of(cast, case_id)
        copy_id = ask(cast, client_id)
        with cast.open(cast.amina) as session:
            plan = begin_copy(session, copy_id)
        pieces = send_copy(plan, lambda: cast.open(cast.amina))
        next(pieces)
        pieces.close()
        with cast.open(cast.amina) as session:
            assert session.require(ClientCopy, copy_id).status == "broken"
            assert list_copies(session, client_id)[0].may_begin_again

    def test_one_that_broke_off_is_taken_after_all_for_a_while(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        keep(cast, case_id)
        client_id = client_of(cast, case_id)
        lost, left, late = (ask(cast, client_id) for _ in range(3))
        for copy_id in (lost, late):
            with cast.open(cast.amina) as session:
                pieces = send_copy(begin_copy(session, copy_id), lambda: cast.open(cast.amina))
            next(pieces)
            pieces.close()
        with cast.open(cast.maria) as session, pytest.raises(NotFound):
            begin_copy(session, lost)
        assert taken(cast, lost).testzip() is None
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="already"):
            begin_copy(session, lost)
        with cast.open(cast.amina) as session:
            begin_copy(session, left)  # and the process ends here
        with cast.open(cast.amina) as session, pytest.raises(Conflict, match="under way"):
            begin_copy(session, left)
        with at(now() + timedelta(minutes=16)):
            assert taken(cast, left).testzip() is None
        with (
            at(now() + timedelta(minutes=61)),
            cast.open(cast.amina) as session,
            pytest.raises(Conflict, match="too long ago"),
        ):
            begin_copy(session, late)

    def test_what_is_for_others_or_removed_is_not_in_it(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.ben)
        secret, gone = (keep(cast, case_id, name, by=cast.ben) for name in ("S.pdf", "G.pdf"))
        with cast.open(cast.maria) as session:
            version = session.require(Document, secret).version
            restrict_document(session, secret, [], version=version)
        with cast.open(cast.ben) as session:
            remove_document(session, gone)
            read_from(session, gone)
        client_id = client_of(cast, case_id)
        with cast.open(cast.ben) as session:
            assert list_papers(session, client_id) == []
        found = taken(cast, ask(cast, client_id, cast.ben), cast.ben)
        assert not [name for name in found.namelist() if name.startswith("documents/")]
        said = json.loads(found.read("everything.json"))
        assert [row["id"] for row in said["documents"]] == [gone]
        assert said["documents"][0]["removed_at"]
        assert said["document_figures"] == []
        assert "Documents for named people" in said["left_out_and_why"]

    def test_memory_does_not_grow_with_the_number_of_documents(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for number in range(12):
            keep(cast, case_id, f"Paper {number}.pdf")
        client_id = client_of(cast, case_id)

        def largest_piece(left: int) -> int:
            with cast.open(cast.amina) as session:
                papers = list_papers(session, client_id)
            leave = {f"leave-{each.id}": "on" for each in papers[:left]}
            copy_id = ask(cast, client_id, **leave)
            with cast.open(cast.amina) as session:
                plan = begin_copy(session, copy_id)
            largest = 0
            for piece in send_copy(plan, lambda: cast.open(cast.amina)):
                largest = max(largest, len(piece))
            return largest

        assert largest_piece(0) <= 2 * largest_piece(11) + 4_096


def test_every_text_of_the_index_is_escaped() -> None:
    bad = '<script>alert("x")</script>'
    names = ("about", "reference", "what_for", "made_at", "made_by", "made_because", "complaints")
    controller = {"name": bad, "address": bad, "phone": None, "email": None}
    about = {**dict.fromkeys(names, bad), "controller": controller}
    rows = [{"id": 1, "note": bad, "deep": {"a": [bad]}, "file_in_this_copy": f'x"{bad}'}]
    page = index_page(about, [(bad, rows), ("Empty", [])], [{"day": bad}], {bad: bad})
    assert "<script" not in page
    assert 'href="x&quot;' in page
    assert "We hold nothing under: empty." in page
