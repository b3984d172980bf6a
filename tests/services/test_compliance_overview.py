"""What a centre's checklists come to: each number, the rows behind it, and who sees which."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Refused
from cma_app.services.compliance import answer_item, read_checklist
from cma_app.services.compliance_gates import open_gate
from cma_app.services.compliance_overview import (
    AHEAD,
    KINDS,
    Overview,
    Tally,
    list_let_through,
    list_open_items,
    read_overview,
)
from cma_app.services.debts import add_debt
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.test_cases import make_case


class Office:
    """A centre whose items are dated by hand: `late` puts a code past its day."""

    def __init__(self, cast: Cast, owner: Engine) -> None:
        self.cast, self.owner = cast, owner

    def case(self, who: Actor) -> int:
        """Start a case of which nothing is due within the month."""
        case_id = make_case(self.cast, who)
        self.run("UPDATE case_compliance SET deadline_date = NULL WHERE case_id = :case", case_id)
        return case_id

    def dated(self, case_id: int, code: str, day: date) -> None:
        self.run(
            "UPDATE case_compliance SET deadline_date = :day"
            " WHERE case_id = :case AND compliance_type = :code",
            case_id,
            day=day,
            code=code,
        )

    def late(self, case_id: int, *codes: str, days: int = 1) -> None:
        for code in codes:
            self.dated(case_id, code, today() - timedelta(days))

    def run(self, statement: str, case_id: int, **values: Any) -> None:
        with self.owner.begin() as connection:
            connection.execute(text(statement), {"case": case_id, **values})

    def answer(self, case_id: int, code: str, **said: str) -> None:
        with self.cast.open(self.cast.maria) as session:
            rows = read_checklist(session, case_id).rows
            row = next(row for row in rows if row.standing.item.code == code)
            answer_item(session, row.id, said, version=row.version)

    def seen(self, who: Actor, days: int = 7) -> Overview:
        with self.cast.open(who) as session:
            return read_overview(session, days=days)

    def rows(self, who: Actor, **asked: Any) -> list[tuple[str, str]]:
        with self.cast.open(who) as session:
            return [(row.code, row.kind) for row in list_open_items(session, **asked).rows]


@pytest.fixture
def office(cast: Cast, owner: Engine) -> Office:
    return Office(cast, owner)


class TestReadOverview:
    def test_counts_by_advisor_and_by_item_and_in_all(self, cast: Cast, office: Office) -> None:
        hers, his = office.case(cast.amina), office.case(cast.ben)
        office.late(hers, "I2", "I3")
        office.late(his, "I2")
        office.dated(his, "I8", today() + timedelta(5))
        office.answer(his, "F3", answer="not_met", remedial_action="Ask on Friday")
        found = office.seen(cast.maria)
        assert found.is_whole
        assert found.whole == Tally(late=3, not_met=1, due=1, cases=2)
        assert [(each.name, each.tally) for each in found.advisors] == [
            ("Ben Ellis", Tally(late=1, not_met=1, due=1, cases=1)),
            ("Amina Khan", Tally(late=2, cases=1)),
        ]
        assert (found.items[0].code, found.items[0].tally.late) == ("I2", 2)
        assert {each.code for each in found.items} == {"I2", "I3", "I8", "F3"}

    def test_today_is_due_and_yesterday_late(self, cast: Cast, office: Office) -> None:
        case_id = office.case(cast.amina)
        office.dated(case_id, "I2", today())
        assert office.seen(cast.maria).whole == Tally(due=1)
        office.late(case_id, "I2")
        assert office.seen(cast.maria).whole == Tally(late=1, cases=1)

    @pytest.mark.parametrize("days", AHEAD)
    def test_looks_as_far_ahead_as_asked(self, cast: Cast, office: Office, days: int) -> None:
        case_id = office.case(cast.amina)
        office.dated(case_id, "I2", today() + timedelta(days))
        office.dated(case_id, "I3", today() + timedelta(days + 1))
        assert office.seen(cast.maria, days=days).whole.due == 1
        assert office.seen(cast.maria, days=days + 3).days == AHEAD[0]

    def test_what_is_asked_of_trainees_alone_is_late_in_their_cases(
        self, cast: Cast, office: Office
    ) -> None:
        for who in (cast.amina, cast.tess):
            office.late(office.case(who), "A8", "A9")
        found = office.seen(cast.maria)
        assert [(each.name, each.tally.late) for each in found.advisors] == [("Tess Moore", 1)]
        assert office.rows(cast.maria, kind="late") == [("A8", "late")]

    def test_what_the_record_proves_is_not_late(self, cast: Cast, office: Office) -> None:
        case_id = office.case(cast.amina)
        office.late(case_id, "F4", "B1", "I9")
        assert {each.code for each in office.seen(cast.maria).items} == {"F4", "B1"}
        with cast.open(cast.amina) as session:
            debt = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "10"}
            add_debt(session, case_id, debt)
        assert {each.code for each in office.seen(cast.maria).items} == {"B1"}

    def test_agrees_with_the_case_itself(self, cast: Cast, office: Office) -> None:
        case_id = make_case(cast, cast.amina)
        office.run(
            "UPDATE case_compliance SET deadline_date = current_date - 3 WHERE case_id = :case"
            " AND deadline_date IS NOT NULL",
            case_id,
        )
        with cast.open(cast.maria) as session:
            late = {
                row.standing.item.code
                for row in read_checklist(session, case_id).rows
                if row.is_late
            }
        assert late
        assert {code for code, _ in office.rows(cast.maria, kind="late")} == late

    def test_optional_items_answers_and_ended_cases_are_left_out(
        self, cast: Cast, office: Office
    ) -> None:
        case_id, ended = office.case(cast.amina), office.case(cast.amina)
        office.late(case_id, "A9", "I2", "I3")
        office.late(ended, "I2")
        office.answer(case_id, "I2", answer="met", notes="Asked")
        office.answer(case_id, "I3", answer="not_applicable", notes="New to us")
        with cast.open(cast.amina) as session:
            close_case(session, ended, reason="Moved away", status="cancelled")
        assert office.seen(cast.maria).whole == Tally()
        assert office.seen(cast.maria).advisors == []

    def test_an_advisor_and_a_trainee_see_their_own(self, cast: Cast, office: Office) -> None:
        for who in (cast.amina, cast.ben, cast.tess):
            office.late(office.case(who), "I2")
        for who in (cast.amina, cast.tess):
            found = office.seen(who)
            assert not found.is_whole
            assert found.whole == Tally(late=1, cases=1)
            assert [each.id for each in found.advisors] == [who.user_id]
        assert office.seen(cast.maria).whole.late == 3

    def test_another_centre_counts_its_own_and_an_admin_is_refused(
        self, cast: Cast, office: Office
    ) -> None:
        office.late(office.case(cast.amina), "I2")
        assert office.seen(cast.bea).whole == Tally()
        with pytest.raises(Refused):
            office.seen(cast.root)


class TestListOpenItems:
    def test_each_number_opens_exactly_its_rows(self, cast: Cast, office: Office) -> None:
        for who in (cast.amina, cast.ben, cast.ben):
            case_id = office.case(who)
            office.late(case_id, "I2", "F4", days=case_id % 5 + 1)
            office.dated(case_id, "I8", today() + timedelta(2))
            office.answer(case_id, "F3", answer="not_met", remedial_action="Ask")
        found = office.seen(cast.maria)
        for kind in KINDS:
            assert len(office.rows(cast.maria, kind=kind)) == getattr(found.whole, kind)
            for each in found.advisors:
                listed = office.rows(cast.maria, kind=kind, advisor_id=each.id)
                assert len(listed) == getattr(each.tally, kind)
            for item in found.items:
                listed = office.rows(cast.maria, kind=kind, code=item.code)
                assert listed == [(item.code, kind)] * getattr(item.tally, kind)

    def test_says_whose_case_what_and_by_when(self, cast: Cast, office: Office) -> None:
        case_id = office.case(cast.amina)
        office.late(case_id, "I2", days=4)
        with cast.open(cast.maria) as session:
            (row,) = list_open_items(session).rows
        assert (row.case_id, row.advisor, row.code) == (case_id, "Amina Khan", "I2")
        assert row.words.startswith("No conflict of interest")
        assert row.deadline == today() - timedelta(4)

    def test_is_paged_with_the_longest_overdue_first(self, cast: Cast, office: Office) -> None:
        for _ in range(2):
            case_id = make_case(cast, cast.amina)
            office.run(
                "UPDATE case_compliance SET deadline_date = current_date - (10 + position)"
                " WHERE case_id = :case AND (item ->> 'is_mandatory')::boolean",
                case_id,
            )
        with cast.open(cast.maria) as session:
            first = list_open_items(session)
            second = list_open_items(session, number=2)
            beyond = list_open_items(session, number=99)
        days = [row.deadline for row in (*first.rows, *second.rows)]
        assert days == sorted(days, key=lambda day: day or today())
        assert first.total == second.total == beyond.total == len(days)
        assert (len(first.rows), beyond.rows) == (50, [])

    def test_nobody_asks_for_anothers(self, cast: Cast, office: Office) -> None:
        office.late(office.case(cast.ben), "I2")
        assert office.rows(cast.amina, advisor_id=cast.ben.user_id) == []
        assert office.rows(cast.tess, advisor_id=cast.ben.user_id) == []
        assert office.rows(cast.bea, advisor_id=cast.ben.user_id) == []
        assert office.rows(cast.maria, advisor_id=cast.ben.user_id) == [("I2", "late")]
        with pytest.raises(Refused):
            office.rows(cast.root)

    def test_a_restricted_file_is_not_told_of(
        self, cast: Cast, office: Office, owner: Engine
    ) -> None:
        case_id = office.case(cast.ben)
        office.late(case_id, "I2")
        office.run(
            "UPDATE clients SET is_restricted = true WHERE id ="
            " (SELECT client_id FROM cases WHERE id = :case)",
            case_id,
        )
        assert office.rows(cast.amina) == []
        assert office.seen(cast.amina).whole == Tally()


class TestLetThrough:
    def test_counts_and_lists_what_a_manager_let_through(
        self, cast: Cast, office: Office, owner: Engine
    ) -> None:
        hers, his = office.case(cast.amina), office.case(cast.ben)
        with cast.open(cast.maria) as session:
            open_gate(session, hers, gate="advice", reason="Eviction tomorrow")
            old = open_gate(session, his, gate="closing", reason="Long ago").id
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE gate_overrides SET created_at = now() - interval '91 days'"
                    " WHERE id = :id"
                ),
                {"id": old},
            )
        found = office.seen(cast.maria)
        assert found.whole.let_through == 1
        assert [(each.name, each.tally.let_through) for each in found.advisors] == [
            ("Amina Khan", 1)
        ]
        with cast.open(cast.maria) as session:
            page = list_let_through(session)
        (row,) = page.rows
        assert (row.gate, row.reason, row.given_by) == (
            "advice",
            "Eviction tomorrow",
            "Maria Silva",
        )
        assert (row.case_id, row.used_at, page.total) == (hers, None, 1)
        assert "A1" in row.missing

    @pytest.mark.parametrize(("who", "seen"), [("amina", 1), ("ben", 0), ("tess", 0), ("bea", 0)])
    def test_is_for_who_holds_the_case(
        self, cast: Cast, office: Office, who: str, seen: int
    ) -> None:
        case_id = office.case(cast.amina)
        with cast.open(cast.maria) as session:
            open_gate(session, case_id, gate="advice", reason="Eviction tomorrow")
        with cast.open(getattr(cast, who)) as session:
            asked = list_let_through(session, advisor_id=cast.amina.user_id)
        assert asked.total == seen
        with cast.open(cast.root) as session, pytest.raises(Refused):
            list_let_through(session)
