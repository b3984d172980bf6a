"""Reading a document: queued, claimed, recorded once; type and figures are a person's to decide."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.reading.words import Reading
from cma_app.services import document_reading, document_worker
from cma_app.services.budgets import read_budget
from cma_app.services.case_steps import assign_case
from cma_app.services.debts import add_debt
from cma_app.services.document_changes import restrict_document
from cma_app.services.document_queue import queue_reading
from cma_app.services.document_reading import (
    accept_for_budget,
    accept_for_debt,
    choose_type,
    dismiss_figure,
    read_again,
    read_reading,
    reopen_figure,
    sorter_figures,
)
from models import AuditLog, Debt, Document, DocumentPage, DocumentReading, DocumentTypeChoice
from tests.people import Cast
from tests.services.money import audited, make_case
from tests.services.reading import (
    COUNCIL,
    PAYSLIP,
    claimed,
    document,
    page_of,
    read,
    stored,
)

pytestmark = pytest.mark.database


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def record(cast: Cast, claim: Any, *texts: str) -> bool:
    pages = tuple(page_of(said, number) for number, said in enumerate(texts, 1))
    with cast.open(cast.ashdown_system) as session:
        return document_worker.record_reading(session, claim, Reading(pages, len(pages)))


def fail(cast: Cast, claim: Any, why: str) -> None:
    with cast.open(cast.ashdown_system) as session:
        document_worker.record_failure(session, claim, why)


def reading_of(cast: Cast, document_id: int) -> DocumentReading:
    with cast.open(cast.ashdown_system) as session:
        rows = session.exec(select(DocumentReading)).all()
        return max(
            (row for row in rows if row.document_id == document_id),
            key=lambda row: row.version_number,
        )


def make_due(owner: Engine, document_id: int) -> None:
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE document_readings SET due_at = :at WHERE document_id = :d"),
            {"at": now() - timedelta(seconds=1), "d": document_id},
        )


def opened(cast: Cast, document_id: int, who: Actor | None = None) -> Any:
    with cast.open(who or cast.amina) as session:
        return read_reading(session, document_id)


def figure(cast: Cast, document_id: int, kind: str) -> int:
    return next(each.id for each in opened(cast, document_id).figures if each.kind == kind)


def owe(cast: Cast, case_id: int, **over: Any) -> Debt:
    boxes = {"creditor": "Ashdown Borough Council", "debt_type": "council_tax", "balance": "700"}
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, boxes | over)


class TestQueue:
    def test_what_waits_is_told_to_the_systems_own_work_alone(
        self, cast: Cast, case_id: int
    ) -> None:
        number = stored(cast, case_id)
        assert document(cast, number).ocr_status == "waiting"
        mine = (cast.amina.centre_id, number)
        with cast.open(cast.ashdown_system) as session:
            assert mine in document_worker.due_readings(session)
        for who in (cast.amina, cast.maria, cast.tess):
            with cast.open(who) as session:
                assert document_worker.due_readings(session) == []
        with pytest.raises(Refused), cast.open(cast.root) as session:
            document_worker.due_readings(session)

    def test_is_claimed_again_when_its_worker_is_gone(self, cast: Cast, case_id: int) -> None:
        number = stored(cast, case_id)
        first = claimed(cast, number)
        assert document(cast, number).ocr_status == "reading"
        second = claimed(cast, number)  # whoever claims holds the lock: the first is dead
        assert second is not None
        assert record(cast, second, COUNCIL)
        assert not record(cast, first, "What the dead one would say")
        assert claimed(cast, number) is None
        assert "Council tax reminder" in (document(cast, number).extracted_text or "")
        with cast.open(cast.ashdown_system) as session:
            pages = session.exec(select(DocumentPage)).all()
        assert len([page for page in pages if page.document_id == number]) == 1

    def test_three_deaths_are_enough(self, cast: Cast, case_id: int) -> None:
        number = stored(cast, case_id)
        assert [claimed(cast, number) is not None for _ in range(4)] == [True] * 3 + [False]
        assert document(cast, number).ocr_status == "failed"
        assert reading_of(cast, number).why == "ended"

    def test_a_slow_one_is_tried_again_later_and_an_unreadable_one_is_not(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        slow, broken = stored(cast, case_id), stored(cast, case_id)
        fail(cast, claimed(cast, slow), "slow")
        assert document(cast, slow).ocr_status == "waiting"
        assert claimed(cast, slow) is None  # not yet
        make_due(owner, slow)
        assert claimed(cast, slow) is not None
        fail(cast, claimed(cast, broken), "unreadable")
        assert document(cast, broken).ocr_status == "failed"

    def test_a_newer_version_is_read_and_the_older_reading_dropped(
        self, cast: Cast, case_id: int
    ) -> None:
        number = stored(cast, case_id)
        old = claimed(cast, number)
        with cast.open(cast.ashdown_system) as session:
            row = session.require(Document, number)
            row.version_number = 2
            session.flush()
            queue_reading(session, row)
        assert not record(cast, old, "The first version")
        assert record(cast, claimed(cast, number), "The second version")
        assert document(cast, number).extracted_text == "The second version"
        assert [page.version_number for page in opened(cast, number).pages] == [2]

    def test_progress_is_told_while_it_is_read(self, cast: Cast, case_id: int) -> None:
        number = stored(cast, case_id)
        claim = claimed(cast, number)
        assert claim is not None
        with cast.open(cast.ashdown_system) as session:
            document_worker.tell_progress(session, claim, 3, 8)
        found = reading_of(cast, number)
        assert (found.pages_done, found.page_count) == (3, 8)

    def test_nobody_but_the_worker_claims_across_the_centre(self, cast: Cast, case_id: int) -> None:
        number = stored(cast, case_id)
        with cast.open(cast.brook_system) as session:
            assert document_worker.claim_reading(session, number) is None


class TestRecord:
    def test_keeps_text_words_type_and_how_well_it_went(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id)
        found = opened(cast, number)
        row = found.document
        assert (row.ocr_status, row.ocr_confidence) == ("read", Decimal("0.95"))
        assert row.ai_classification["type"] == "council_tax"
        assert row.document_type is None  # a suggestion is not a type
        assert found.pages[0].words[0][0] == "Ashdown"
        assert {each.kind for each in found.figures} == {"balance", "account_number", "dated"}
        assert all(each.status == "open" for each in found.figures)

    @pytest.mark.parametrize(
        ("pages", "status"),
        [
            ([page_of(COUNCIL, coverage=0.3)], "poor"),
            ([page_of(COUNCIL), page_of("?", 2, confidence=0.3)], "poor"),
            ([page_of("", words=(), coverage=None, confidence=None)], "no_text"),
        ],
    )
    def test_says_when_it_read_badly(
        self, cast: Cast, case_id: int, pages: list[Any], status: str
    ) -> None:
        number = stored(cast, case_id)
        claim = claimed(cast, number)
        assert claim is not None
        with cast.open(cast.ashdown_system) as session:
            document_worker.record_reading(session, claim, Reading(tuple(pages), len(pages)))
        assert document(cast, number).ocr_status == status

    def test_a_scam_is_flagged_beside_the_type(self, cast: Cast, case_id: int) -> None:
        said = "Council tax refund. Reply today with your card number and security code."
        found = opened(cast, read(cast, case_id, said)).document.ai_classification
        assert {sign["code"] for sign in found["scam"]} >= {"secrets", "urgency"}

    def test_no_text_holds_what_the_database_or_the_search_cannot_keep(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id, "Plain\x00 \ue000words\ue001 here")
        assert document(cast, number).extracted_text == "Plain words here"
        assert [word[0] for word in opened(cast, number).pages[0].words] == [
            "Plain",
            "words",
            "here",
        ]


class TestSeen:
    @pytest.mark.parametrize("who", ["colin", "bea", "root", "tess"])
    def test_is_absent_for_who_may_not_see_the_case(
        self, cast: Cast, case_id: int, who: str
    ) -> None:
        number = read(cast, case_id)
        chosen = figure(cast, number, "balance")
        person = getattr(cast, who)
        for work in (
            lambda session: read_reading(session, number),
            lambda session: choose_type(session, number, "payslip", version=1),
            lambda session: dismiss_figure(session, chosen),
            lambda session: document_reading.place_of(session, chosen),
            lambda session: read_again(session, number),
        ):
            with pytest.raises(NotFound), cast.open(person) as session:
                work(session)

    def test_a_trainee_sees_it_once_the_case_is_theirs(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id)
        with cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=cast.tess.user_id)
        assert opened(cast, number, cast.tess).figures
        with cast.open(cast.tess) as session:
            choose_type(session, number, "council_tax", version=1)

    def test_one_for_named_people_is_absent_for_everybody_else(
        self, cast: Cast, case_id: int
    ) -> None:
        only = {"access_level": "named_people", "named_people": [cast.maria.user_id]}
        number = read(cast, case_id, **only)
        assert opened(cast, number, cast.maria).pages
        with pytest.raises(NotFound):
            opened(cast, number, cast.amina)
        with cast.open(cast.amina) as session:
            for table in ("document_pages", "document_readings", "document_figures"):
                counted = text(f"SELECT count(*) FROM {table} WHERE document_id = :d")
                assert session.execute(counted, {"d": number}).scalar_one() == 0
            told = "SELECT count(*) FROM audit_logs WHERE table_name LIKE 'document_%'"
            assert session.execute(text(told)).scalar_one() == 0


class TestAgain:
    def test_one_that_failed_is_read_again(self, cast: Cast, case_id: int) -> None:
        number = stored(cast, case_id)
        fail(cast, claimed(cast, number), "unreadable")
        with cast.open(cast.amina) as session:
            read_again(session, number)
        assert document(cast, number).ocr_status == "waiting"
        assert record(cast, claimed(cast, number), COUNCIL)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            read_again(session, number)


class TestType:
    def test_a_choice_is_kept_beside_what_was_suggested_for_the_next_sorter(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id)
        with cast.open(cast.amina) as session:
            choose_type(session, number, "enforcement_notice", version=1)
        found = opened(cast, number)
        assert found.document.document_type == "enforcement_notice"
        kept = found.chosen
        assert (kept.suggested, kept.chosen) == ("council_tax", "enforcement_notice")
        assert "council tax" in kept.terms
        assert not [term for term in kept.terms if "40771203" in term]
        with cast.open(cast.maria) as session:
            (audit,) = audited(session, "document:sort", "document_type_choices")
            assert audit.new_values["terms"] == "changed"
            figures = sorter_figures(session)
        assert [(each.chosen, each.suggested, each.right) for each in figures] == [(1, 1, 0)]

    def test_a_person_may_choose_anew_and_each_choice_stays(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id)
        for code in ("court_form", "council_tax"):
            with cast.open(cast.amina) as session:
                choose_type(session, number, code, version=1)
        with cast.open(cast.amina) as session:
            rows = session.exec(
                select(DocumentTypeChoice).order_by(col(DocumentTypeChoice.id))
            ).all()
        assert [row.chosen for row in rows] == ["court_form", "council_tax"]
        assert opened(cast, number).document.document_type == "council_tax"

    @pytest.mark.parametrize(
        ("code", "version", "error"), [("a toy", 1, Invalid), ("payslip", 2, Conflict)]
    )
    def test_refuses_what_is_no_type_or_of_another_version(
        self, cast: Cast, case_id: int, code: str, version: int, error: type[Exception]
    ) -> None:
        number = read(cast, case_id)
        with pytest.raises(error), cast.open(cast.amina) as session:
            choose_type(session, number, code, version=version)


class TestFigures:
    def test_the_likely_debt_is_that_of_the_account_number_else_of_the_creditor(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id)
        owe(cast, case_id, creditor="Somebody else")
        council = owe(cast, case_id)
        assert opened(cast, number).likely_debt == council.id
        by_number = owe(cast, case_id, creditor="A third", account_number="4077 1203")
        assert opened(cast, number).likely_debt == by_number.id

    def test_accepting_fills_the_field_as_the_person_says(self, cast: Cast, case_id: int) -> None:
        number, debt = read(cast, case_id), owe(cast, case_id)
        with cast.open(cast.amina) as session:
            taken = accept_for_debt(
                session, figure(cast, number, "balance"), debt.id, value="866.00", version=1
            )
            assert (taken.status, taken.value, taken.taken) == ("accepted", "860.00", "866.00")
        with cast.open(cast.amina) as session:
            now_owed = session.require(Debt, debt.id)
            assert (now_owed.balance, now_owed.balance_source) == (Decimal("866.00"), "letter")
            assert not now_owed.is_balance_verified
            version = now_owed.version
            accept_for_debt(
                session,
                figure(cast, number, "account_number"),
                debt.id,
                value="40771203",
                version=version,
            )
        with cast.open(cast.amina) as session:
            assert session.require(Debt, debt.id).account_number == "40771203"
            version = session.require(Debt, debt.id).version
            day = figure(cast, number, "dated")
            taken = accept_for_debt(session, day, debt.id, value="5 11 2026", version=version)
            assert (taken.value, taken.taken) == ("2026-11-05", "2026-11-05")
            assert str(session.require(Debt, debt.id).balance_date) == "2026-11-05"

    def test_nothing_is_posted_by_itself(self, cast: Cast, case_id: int) -> None:
        debt = owe(cast, case_id)
        read(cast, case_id)
        with cast.open(cast.amina) as session:
            assert session.require(Debt, debt.id).balance == Decimal("700.00")

    @pytest.mark.parametrize("value", ["", "lots", "-3", "2026-13-40", "2999-01-01"])
    def test_a_wrong_value_is_refused_with_a_sentence(
        self, cast: Cast, case_id: int, value: str
    ) -> None:
        number, debt = read(cast, case_id), owe(cast, case_id)
        kind = "dated" if "-" in value[1:] else "balance"
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            accept_for_debt(session, figure(cast, number, kind), debt.id, value=value, version=1)
        assert list(refused.value.fields) == ["value"]
        assert opened(cast, number).figures[0].status == "open"

    def test_who_comes_second_is_told(self, cast: Cast, case_id: int) -> None:
        number, debt = read(cast, case_id), owe(cast, case_id)
        chosen = figure(cast, number, "balance")
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            accept_for_debt(session, chosen, debt.id, value="1", version=0)
        with cast.open(cast.amina) as session:
            dismiss_figure(session, chosen)
        with pytest.raises(Conflict, match="already"), cast.open(cast.ben) as session:
            accept_for_debt(session, chosen, debt.id, value="1", version=1)

    def test_a_debt_of_another_case_is_not_found(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id)
        other = owe(cast, make_case(cast, cast.amina))
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            accept_for_debt(
                session, figure(cast, number, "balance"), other.id, value="1", version=1
            )

    def test_a_dismissed_one_comes_back(self, cast: Cast, case_id: int) -> None:
        chosen = figure(cast, read(cast, case_id), "balance")
        with cast.open(cast.amina) as session:
            assert dismiss_figure(session, chosen).status == "dismissed"
        with cast.open(cast.amina) as session:
            assert reopen_figure(session, chosen).status == "open"
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            reopen_figure(session, chosen)

    def test_income_fills_the_line_of_its_paper(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id, PAYSLIP, name="October pay.pdf")
        assert opened(cast, number).budget_line == "client-salary-or-wages"
        chosen = figure(cast, number, "income")
        with cast.open(cast.amina) as session:
            accept_for_budget(session, chosen, value="1335.36", frequency="four_weekly", seen="")
        with cast.open(cast.amina) as session:
            sheet = read_budget(session, case_id).sheet
        assert sheet is not None
        line = sheet.income_details["client-salary-or-wages"]
        assert (line["amount"], line["frequency"]) == ("1335.36", "four_weekly")
        assert line["note"] == "From a document of the case"

    def test_the_line_does_not_name_its_paper_to_who_may_not_see_it(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id, PAYSLIP, name="Clinic sick pay.pdf")
        people = [cast.amina.user_id, cast.maria.user_id]
        with cast.open(cast.amina) as session:
            version = session.require(Document, number).version
            restrict_document(session, number, people, version=version)
        chosen = figure(cast, number, "income")
        with cast.open(cast.amina) as session:
            accept_for_budget(session, chosen, value="1335.36", frequency="four_weekly", seen="")
        with cast.open(cast.ben) as session:
            sheet = read_budget(session, case_id).sheet
            told = session.execute(select(AuditLog)).scalars().all()
        assert "Clinic" not in str(sheet)
        assert "Clinic" not in str([(row.old_values, row.new_values) for row in told])

    def test_income_is_refused_where_the_line_changed_or_how_often_is_no_word(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id, PAYSLIP)
        chosen = figure(cast, number, "income")
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            accept_for_budget(session, chosen, value="9", frequency="monthly", seen="8|monthly|")
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            accept_for_budget(session, chosen, value="9", frequency="now and then", seen="")
