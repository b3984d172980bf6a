"""Files to take away: to whom, as what, and with nothing told to anybody else."""

import io
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from cma_app.services import letters, statement_list
from models import AuditLog, IssuedFile
from tests.people import Cast
from tests.served import Served
from tests.services.test_letters import draft
from tests.services.test_replies import sent
from tests.services.test_statements import Leanne

pytestmark = pytest.mark.database


@pytest.fixture
def issued(cast: Cast) -> Leanne:
    case = Leanne(cast)
    case.issue()
    return case


def paths(case: Leanne) -> list[str]:
    shown = case.shown()
    kept = [f"/files/{number}" for number, _, _ in shown.files]
    return [*kept, f"/statements/{shown.statement.id}/full.pdf"]


@pytest.fixture
def written(cast: Cast) -> list[str]:
    """The addresses of an issued letter's files, and of a draft in both forms."""
    case = Leanne(cast)
    case.authorise()
    row = sent(cast, case)
    begun = draft(cast, case, "appointment")
    with cast.open(cast.amina) as session:
        kept = letters.read_letter(session, row.id).files
    files = [f"/files/{number}" for number, _, _ in kept]
    both = [f"/letters/{each.id}.{ending}" for each in (row, begun) for ending in ("pdf", "docx")]
    return [*files, *both]


def fetch(served: Served, cast: Cast, who: str, path: str) -> Any:
    return served.get(path, served.sign_in(cast, who))


class TestDownload:
    def test_sends_the_very_bytes_as_an_attachment(
        self, served: Served, cast: Cast, issued: Leanne
    ) -> None:
        with cast.open(cast.amina) as session:
            kept = {row.id: row.file_bytes for row in session.exec(select(IssuedFile))}
        for path in paths(issued)[:3]:
            answer = fetch(served, cast, "amina", path)
            assert answer.status_code == 200
            assert answer.content == kept[int(path.rsplit("/", 1)[1])]
            assert answer.headers["content-disposition"].startswith("attachment; filename=")
            assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"

    def test_a_draft_is_made_on_the_spot(self, served: Served, cast: Cast) -> None:
        case = Leanne(cast)
        case.prepare()
        answer = fetch(served, cast, "amina", paths(case)[-1])
        assert answer.headers["content-type"] == "application/pdf"
        page = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        assert "not for sending" in page

    def test_is_written_down_once_each_time(
        self, served: Served, cast: Cast, issued: Leanne
    ) -> None:
        path = paths(issued)[0]
        for _ in range(2):
            fetch(served, cast, "amina", path)
        with cast.open(cast.maria) as session:
            rows = session.exec(
                select(AuditLog).where(
                    col(AuditLog.action) == "statement:print",
                    col(AuditLog.record_id) == int(path.rsplit("/", 1)[1]),
                )
            ).all()
        assert len(rows) == 2

    @pytest.mark.parametrize("who", ["colin", "tess", "root", "bea"])
    def test_nobody_else_learns_anything(
        self, served: Served, cast: Cast, issued: Leanne, who: str
    ) -> None:
        for path in paths(issued):
            answer = fetch(served, cast, who, path)
            absent = fetch(served, cast, who, "/files/999999999")
            assert (answer.status_code, answer.text) == (absent.status_code, absent.text)
            assert answer.status_code == 404

    def test_who_is_not_signed_in_goes_to_sign_in(self, served: Served, issued: Leanne) -> None:
        for path in paths(issued):
            answer = served.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"] == "/sign-in"

    @pytest.mark.parametrize("path", ["/statements/1/other.pdf", "/files/x", "/letters/1.exe"])
    def test_an_odd_address_is_refused(self, served: Served, cast: Cast, path: str) -> None:
        assert fetch(served, cast, "amina", path).status_code in {404, 409}

    def test_an_unknown_layout_says_so(self, served: Served, cast: Cast, issued: Leanne) -> None:
        with cast.open(cast.amina) as session:
            shown = statement_list.read_statements(session, issued.case_id).shown
            assert shown is not None
            number = shown.statement.id
        answer = fetch(served, cast, "amina", f"/statements/{number}/other.pdf")
        assert "summary" in answer.text


class TestLetters:
    def test_are_sent_whole_to_who_may(
        self, served: Served, cast: Cast, written: list[str]
    ) -> None:
        answers = [fetch(served, cast, "ben", path) for path in written]
        assert {answer.status_code for answer in answers} == {200}
        issued, kept = (
            [each.content for each in answers[:2]],
            [each.content for each in answers[2:4]],
        )
        assert issued == kept
        assert all(each.content[:4] in {b"%PDF", b"PK\x03\x04"} for each in answers)
        assert all(
            each.headers["content-disposition"].startswith("attachment;") for each in answers
        )

    @pytest.mark.parametrize("who", ["colin", "tess", "root", "bea"])
    def test_nobody_else_learns_anything(
        self, served: Served, cast: Cast, written: list[str], who: str
    ) -> None:
        for path in written:
            answer = fetch(served, cast, who, path)
            absent = fetch(served, cast, who, "/letters/999999999.pdf")
            assert (answer.status_code, answer.text) == (absent.status_code, absent.text)
            assert answer.status_code == 404

    def test_who_is_not_signed_in_goes_to_sign_in(self, served: Served, written: list[str]) -> None:
        assert {served.get(path).status_code for path in written} == {303}


class TestOutcomes:
    PATHS = tuple(f"/outcomes.{each}?from=2025-10-01&to=2025-10-31" for each in ("csv", "xlsx"))

    def test_a_manager_takes_the_report_of_the_days_she_named(
        self, served: Served, cast: Cast
    ) -> None:
        for path in self.PATHS:
            answer = fetch(served, cast, "maria", path)
            assert answer.status_code == 200
            named = f"{cast.maria.centre_code}-outcomes-2025-10-01-to-2025-10-31"
            assert f'filename="{named}.' in answer.headers["content-disposition"]
            assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_others_are_refused(self, served: Served, cast: Cast, who: str) -> None:
        for path in self.PATHS:
            answer = fetch(served, cast, who, path)
            assert answer.status_code == 403
            assert answer.text == "Only a manager takes a report away. Ask your manager."

    def test_an_odd_ending_is_absent_and_odd_days_are_last_month(
        self, served: Served, cast: Cast
    ) -> None:
        assert fetch(served, cast, "maria", "/outcomes.exe").status_code == 404
        odd = fetch(served, cast, "maria", "/outcomes.csv?from=x%0d%0aSet-Cookie:a&to=2025-13-01")
        assert odd.status_code == 200
        assert "set-cookie" not in odd.headers
        assert {served.get(path).status_code for path in self.PATHS} == {303}
