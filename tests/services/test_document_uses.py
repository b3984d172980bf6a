"""What documents prove, and what a client was asked for: chased by a safe route, by date."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.rules.calendars import is_working_day
from cma_app.rules.document_types import chase_on, document_types, next_chaser
from cma_app.services.budgets import record_line, start_sheet
from cma_app.services.compliance import answer_item, open_checklist, read_checklist
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.debts import add_debt
from cma_app.services.document_changes import (
    change_document,
    remove_document,
    restrict_document,
)
from cma_app.services.document_requests import (
    AskedList,
    ask_again,
    ask_for,
    bring_back,
    chase,
    list_asked,
    not_needed,
    receive,
    take_back,
)
from cma_app.services.document_uses import (
    DEBT,
    ITEM,
    LINE,
    drop_use,
    list_targets,
    list_uses,
    use_as_evidence,
)
from cma_app.services.next_actions import list_actions
from models import Case, Document
from tests.papers import keep
from tests.people import Cast
from tests.services.money import make_case
from tests.services.reading import read

pytestmark = pytest.mark.database

_USE = "INSERT INTO document_uses (centre_id, document_id, case_id, debt_id)"


@pytest.fixture
def case_id(cast: Cast) -> int:
    number = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        open_checklist(session, number)
        add_debt(
            session,
            number,
            {"creditor": "Northgate Bank", "debt_type": "credit_card", "balance": "1250.00"},
        )
        sheet = start_sheet(session, number)
        record_line(session, sheet.id, code="client-salary-or-wages", typed="1400")
        client = session.require(Case, number).client_id
        said = {f"route_{route}": "no" for route in ("voicemail", "text", "email", "post")}
        record_routes(session, client, RouteAnswers.read({**said, "route_call": "yes"}))
    return number


def mark_of(cast: Cast, document_id: int, kind: str, word: str) -> str:
    with cast.open(cast.amina) as session:
        return next(
            each.mark
            for each in list_targets(session, document_id)
            if each.kind == kind and word in each.label
        )


class TestUses:
    def test_one_document_shows_an_item_a_debt_and_a_line(self, cast: Cast, case_id: int) -> None:
        number = keep(cast, case_id)
        for kind, word in ((ITEM, "F7"), (DEBT, "Northgate"), (LINE, "Wages")):
            mark = mark_of(cast, number, kind, word)
            with cast.open(cast.amina) as session:
                assert word in use_as_evidence(session, number, kind=kind, mark=mark)
            with cast.open(cast.ben) as session, pytest.raises(Conflict, match="already"):
                use_as_evidence(session, number, kind=kind, mark=mark)
        with cast.open(cast.amina) as session:
            uses = list_uses(session, case_id)
            assert {(use.document_id, use.kind) for use in uses} == {
                (number, ITEM),
                (number, DEBT),
                (number, LINE),
            }
            row = next(
                each
                for each in read_checklist(session, case_id).rows
                if each.standing.item.code == "F7"
            )
            assert (row.standing.answer, row.evidence) == ("met", "Payslip")
            with pytest.raises(Conflict, match="It is the evidence for “F7"):
                remove_document(session, number)
        for kind, word in ((ITEM, "F7"), (DEBT, "Northgate"), (LINE, "Wages")):
            mark = mark_of(cast, number, kind, word)
            with cast.open(cast.amina) as session:
                drop_use(session, number, kind=kind, mark=mark)
                with pytest.raises(NotFound):
                    drop_use(session, number, kind=kind, mark=mark)
        with cast.open(cast.amina) as session:
            assert list_uses(session, case_id) == []
            row = next(
                each
                for each in read_checklist(session, case_id).rows
                if each.standing.item.code == "F7"
            )
            assert (row.standing.answer, row.evidence) == ("unknown", "")
            remove_document(session, number)

    def test_evidence_for_named_people_is_told_to_nobody_else(
        self, cast: Cast, case_id: int
    ) -> None:
        number = keep(cast, case_id, "Private matter.pdf")
        mark = mark_of(cast, number, ITEM, "F7")
        with cast.open(cast.maria) as session:
            use_as_evidence(session, number, kind=ITEM, mark=mark)
            version = session.require(Document, number).version
            restrict_document(session, number, [], version=version)
        with cast.open(cast.amina) as session:
            assert list_uses(session, case_id) == []
            assert "Private" not in repr(read_checklist(session, case_id))
            row = next(
                each
                for each in read_checklist(session, case_id).rows
                if each.standing.item.code == "F7"
            )
            said = {"answer": "met", "notes": "Seen by the manager"}
            answer_item(session, row.id, said, version=row.version)  # takes nothing off unseen
            for verb in (list_targets, lambda s, n: use_as_evidence(s, n, kind=DEBT, mark="1")):
                with pytest.raises(NotFound):
                    verb(session, number)
        with cast.open(cast.maria) as session:
            assert [use.kind for use in list_uses(session, case_id)] == [ITEM]

    def test_another_centre_finds_nothing_and_a_foreign_target_is_none(
        self, cast: Cast, case_id: int
    ) -> None:
        number = keep(cast, case_id)
        other = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            debt = add_debt(
                session,
                other,
                {"creditor": "Elsewhere", "debt_type": "credit_card", "balance": "10.00"},
            ).id
            with pytest.raises(NotFound):
                use_as_evidence(session, number, kind=DEBT, mark=str(debt))
        for who in (cast.colin, cast.tess):
            with cast.open(who) as session, pytest.raises(NotFound):
                list_uses(session, case_id)


def asked(cast: Cast, case_id: int) -> AskedList:
    with cast.open(cast.amina) as session:
        return list_asked(session, case_id)


def begin(cast: Cast, case_id: int, kind: str = "payslip") -> int:
    with cast.open(cast.amina) as session:
        return ask_for(session, case_id, {"document_type": kind, "about": "The last three"}).id


def to_do(cast: Cast, case_id: int) -> list[str]:
    with cast.open(cast.amina) as session:
        return [row.what for row in list_actions(session, case_id) if row.done_at is None]


class TestAskedFor:
    def test_what_is_asked_for_is_chased_by_date_and_ticked_by_what_comes(
        self, cast: Cast, case_id: int
    ) -> None:
        begin(cast, case_id)
        found = asked(cast, case_id)
        (row,) = found.rows
        assert (found.missing, found.received) == (1, 0)
        assert row.next_chaser_on is not None
        assert is_working_day(row.next_chaser_on, "england")
        assert row.next_chaser_on >= today() + timedelta(days=chase_on(today()).days)
        assert to_do(cast, case_id) == ["Ask again for: Payslip, The last three"]
        number = keep(cast, case_id, kind="payslip")
        found = asked(cast, case_id)
        (row,) = found.rows
        assert (row.status, row.document_id, row.received_on) == ("received", number, today())
        assert (found.missing, found.received) == (0, 1)
        assert to_do(cast, case_id) == []

    def test_a_type_given_later_ticks_it_too(self, cast: Cast, case_id: int) -> None:
        begin(cast, case_id)
        number = keep(cast, case_id)
        assert asked(cast, case_id).missing == 1
        with cast.open(cast.amina) as session:
            version = session.require(Document, number).version
            said = {"document_name": "July", "document_type": "payslip"}
            change_document(session, number, said, version=version)
        assert asked(cast, case_id).missing == 0

    def test_it_is_chased_by_a_safe_route_alone_until_a_person_decides(
        self, cast: Cast, case_id: int
    ) -> None:
        number = begin(cast, case_id)
        found = asked(cast, case_id)
        assert [route for route, _ in found.routes] == ["call"]
        assert found.unsafe == ["E-mail", "Text", "Post"]
        with cast.open(cast.amina) as session, pytest.raises(Invalid, match="Post is not a safe"):
            chase(session, number, how="post", version=found.rows[0].version)
        for turn in range(chase_on(today()).most):
            version = asked(cast, case_id).rows[0].version
            with cast.open(cast.amina) as session:
                chase(session, number, how="call", version=version)
            with cast.open(cast.amina) as session, pytest.raises(Conflict, match="meantime"):
                chase(session, number, how="call", version=version)
            assert asked(cast, case_id).rows[0].chased_count == turn + 1
        (row,) = asked(cast, case_id).rows
        assert (row.next_chaser_on, row.is_due) == (None, True)
        assert to_do(cast, case_id) == ["Decide what to do without: Payslip, The last three"]

    def test_it_is_not_needed_needed_again_taken_back_and_brought_back(
        self, cast: Cast, case_id: int
    ) -> None:
        number = begin(cast, case_id)
        for verb, status, count in ((not_needed, "not_needed", 0), (ask_again, "asked", 1)):
            version = asked(cast, case_id).rows[0].version
            with cast.open(cast.amina) as session:
                verb(session, number, version=version)
            assert asked(cast, case_id).rows[0].status == status
            assert len(to_do(cast, case_id)) == count
        with cast.open(cast.amina) as session:
            take_back(session, number, version=asked(cast, case_id).rows[0].version)
        assert asked(cast, case_id).rows == []
        with cast.open(cast.amina) as session:
            bring_back(session, number)
        (row,) = asked(cast, case_id).rows
        assert (row.status, len(to_do(cast, case_id))) == ("asked", 1)
        other = keep(cast, make_case(cast, cast.amina))
        with cast.open(cast.amina) as session, pytest.raises(Invalid, match="of this case"):
            receive(session, number, document_id=other, version=row.version)
        for who in (cast.colin, cast.tess):
            with cast.open(who) as session, pytest.raises(NotFound):
                list_asked(session, case_id)


@pytest.mark.parametrize(
    "changed",
    [
        "UPDATE document_figures SET debt_id = :debt WHERE document_id = :here",
        "UPDATE document_requests SET document_id = :there WHERE case_id = :case",
        "UPDATE case_compliance SET evidence_document_id = :there WHERE case_id = :case",
        f"{_USE} VALUES (:centre, :here, :case, :debt)",
        f"{_USE} VALUES (:centre, :there, :case, :own)",
    ],
)
def test_the_database_itself_keeps_what_is_of_another_case_out(
    cast: Cast, case_id: int, changed: str
) -> None:
    here, elsewhere = read(cast, case_id), make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        boxes = {"creditor": "Elsewhere", "debt_type": "credit_card", "balance": "5"}
        values = {
            "centre": cast.amina.centre_id,
            "case": case_id,
            "here": here,
            "there": read(cast, elsewhere),
            "debt": add_debt(session, elsewhere, boxes).id,
            "own": add_debt(session, case_id, boxes).id,
        }
        ask_for(session, case_id, {"document_type": "payslip"})
    refused = pytest.raises((IntegrityError, ProgrammingError), match=r"another case|row-level")
    with cast.open(cast.amina) as session, refused:
        session.execute(text(changed), values)


def test_every_type_has_its_words_and_the_chasers_end() -> None:
    assert all(each.label and each.group for each in document_types().values())
    assert next_chaser(today(), 0) == today() + timedelta(days=7)
    assert next_chaser(today(), 3) is None
