"""The list of cases, the overview and the timeline: who finds what, in which order and words."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import NotFound, Refused
from cma_app.services.case_list import CaseFilter, CaseListing, list_cases
from cma_app.services.case_overview import read_overview, read_workspace
from cma_app.services.case_steps import (
    assign_case,
    edit_case,
    lower_priority,
    move_stage,
    raise_priority,
    reopen_case,
)
from cma_app.services.cases import open_case, start_case
from cma_app.services.compliance_gates import open_gate
from cma_app.services.next_actions import complete_action, record_action
from cma_app.services.notes import correct_note, record_note
from cma_app.services.timeline import read_timeline
from models import BudgetSheet, Case, Client, Creditor, Debt, Offer
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.test_cases import make_case, make_client, put


def named_case(cast: Cast, person: Actor, first: str, last: str, **over: object) -> int:
    """Return the id of a case of a client of this name."""
    client_id = make_client(cast, person, first, last)
    with cast.open(person) as session:
        given = {"nation": "england", **over}
        return start_case(session, session.require(Client, client_id), **given).id  # type: ignore[arg-type]


def found(cast: Cast, person: Actor, **wanted: object) -> CaseListing:
    """Return what a person finds."""
    with cast.open(person) as session:
        return list_cases(session, CaseFilter(**wanted))  # type: ignore[arg-type]


def ids(listing: CaseListing) -> list[int]:
    """Return the cases of a page in their order."""
    return [row.id for row in listing.page.rows]


class TestListCases:
    def test_a_trainee_finds_the_assigned_alone_and_nobody_another_centres(
        self, cast: Cast
    ) -> None:
        hers, theirs = make_case(cast, cast.tess), make_case(cast, cast.amina)
        brooks = make_case(cast, cast.colin)
        assert ids(found(cast, cast.tess)) == [hers]
        assert found(cast, cast.tess).counts.statuses == {"in_progress": 1}
        assert sorted(ids(found(cast, cast.ben))) == sorted([hers, theirs])
        assert ids(found(cast, cast.colin)) == [brooks]

    def test_refuses_an_admin(self, cast: Cast) -> None:
        with pytest.raises(Refused):
            found(cast, cast.root)

    @pytest.mark.parametrize(
        "search",
        ["whit", "WHITMORE", "lean", "Leanne Whit", "whitmore, lea", "  leanne   whitmore "],
    )
    def test_finds_a_client_by_the_beginning_of_names(self, cast: Cast, search: str) -> None:
        case_id = named_case(cast, cast.amina, "Leanne", "Whitmore")
        named_case(cast, cast.amina, "Marek", "Dudek")
        assert ids(found(cast, cast.amina, search=search)) == [case_id]

    @pytest.mark.parametrize("search", ["hitmore", "leanne dudek", "%", "_", "9999"])
    def test_finds_nobody_by_the_middle_of_a_name(self, cast: Cast, search: str) -> None:
        named_case(cast, cast.amina, "Leanne", "Whitmore")
        named_case(cast, cast.amina, "Marek", "Dudek")
        assert ids(found(cast, cast.amina, search=search)) == []

    def test_finds_a_reference_whole_by_its_beginning_or_its_number(self, cast: Cast) -> None:
        first = make_case(cast, cast.amina)
        second = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            reference = session.require(Case, second).case_reference
        assert ids(found(cast, cast.amina, search=reference.lower())) == [second]
        assert ids(found(cast, cast.amina, search="2")) == [second]
        start = reference.rsplit("-", 1)[0]
        assert sorted(ids(found(cast, cast.amina, search=start))) == [first, second]

    def test_filters_each_alone(self, cast: Cast, owner: Engine) -> None:
        plain, late = make_case(cast, cast.amina), make_case(cast, cast.ben)
        ended = make_case(cast, cast.amina)
        put(owner, late, next_review_date=today() - timedelta(days=1), priority="high")
        put(owner, ended, status="closed")
        with cast.open(cast.amina) as session:
            record_action(session, plain, what="Ring", due_date=today())
            record_action(session, late, what="Undated")
        assert ids(found(cast, cast.maria, overdue=True)) == [late]
        assert ids(found(cast, cast.maria, undated=True)) == [late]
        assert ids(found(cast, cast.maria, priority="high")) == [late]
        assert ids(found(cast, cast.maria, status="closed")) == [ended]
        assert ids(found(cast, cast.maria, advisor_id=cast.ben.user_id)) == [late]
        assert sorted(ids(found(cast, cast.maria, stage="fact_find"))) == [plain, late]
        assert len(ids(found(cast, cast.maria, status="any"))) == 3
        counts = found(cast, cast.maria).counts
        assert (counts.overdue, counts.undated, counts.at_work) == (1, 1, 2)
        assert counts.statuses == {"closed": 1, "in_progress": 2}

    def test_sorts_both_ways_with_the_empty_last(self, cast: Cast, owner: Engine) -> None:
        none, soon, later = (make_case(cast, cast.amina) for _ in range(3))
        put(owner, soon, next_review_date=today() + timedelta(days=1), priority="urgent")
        put(owner, later, next_review_date=today() + timedelta(days=9), priority="low")
        assert ids(found(cast, cast.amina, sort="review")) == [soon, later, none]
        assert ids(found(cast, cast.amina, sort="-review")) == [later, soon, none]
        assert ids(found(cast, cast.amina, sort="-priority")) == [soon, none, later]

    def test_pages_by_fifty(self, cast: Cast) -> None:
        client_id = make_client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            client = session.require(Client, client_id)
            for _ in range(52):
                start_case(session, client, nation="england")
        one, two = (found(cast, cast.amina, number=page) for page in (1, 2))
        assert (len(one.page.rows), len(two.page.rows)) == (50, 2)
        assert (one.page.total, one.page.pages) == (52, 2)
        assert not set(ids(one)) & set(ids(two))

    def test_a_restricted_file_is_absent(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE clients SET is_restricted = true WHERE id ="
                    " (SELECT client_id FROM cases WHERE id = :id)"
                ),
                {"id": case_id},
            )
        listing = found(cast, cast.amina)
        assert (ids(listing), listing.page.total, listing.counts.at_work) == ([], 0, 0)


def owe(cast: Cast, case_id: int) -> None:
    """Give a case two debts, a budget and one offer."""
    with cast.open(cast.amina) as session:
        creditor = Creditor(case_id=case_id, creditor_name="Northern Bank")
        session.add(creditor)
        session.flush()
        card, rent = (
            Debt(
                case_id=case_id,
                creditor_id=creditor.id,
                debt_type=kind,
                is_priority=priority,
                balance=Decimal(owed),
            )
            for kind, priority, owed in (
                ("credit_card", False, "520.10"),
                ("rent_arrears", True, "300.00"),
            )
        )
        sheet = BudgetSheet(
            case_id=case_id,
            lines_version="2018-02",
            total_income=Decimal("1000.00"),
            total_expenses=Decimal("900.50"),
            savings=Decimal("9.00"),
        )
        session.add_all([card, rent, sheet])
        session.flush()
        session.add(
            Offer(
                case_id=case_id,
                budget_sheet_id=sheet.id,
                debt_id=rent.id,
                amount=Decimal("25.00"),
            )
        )


class TestReadOverview:
    def test_sums_debts_and_what_is_left(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id)
        with cast.open(cast.ben) as session:
            seen = read_overview(session, case_id)
        assert [(line.debt_type, line.offer) for line in seen.debts] == [
            ("rent_arrears", Decimal("25.00")),
            ("credit_card", None),
        ]
        assert (seen.debt_count, seen.total) == (2, Decimal("820.10"))
        assert seen.priority_total == Decimal("300.00")
        assert seen.money is not None
        assert (seen.money.surplus, seen.money.offers) == (Decimal("99.50"), Decimal("25.00"))

    def test_a_new_case_has_neither(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            seen = read_overview(session, case_id)
        assert (seen.debts, seen.debt_count, seen.money) == ([], 0, None)

    @pytest.mark.parametrize("other", ["colin", "tess"])
    def test_is_not_found_elsewhere_and_by_an_unassigned_trainee(
        self, cast: Cast, other: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        for verb in (read_overview, read_workspace, read_timeline):
            with pytest.raises(NotFound), cast.open(getattr(cast, other)) as session:
                verb(session, case_id)


class TestReadTimeline:
    def titles(self, cast: Cast, case_id: int) -> list[tuple[str, str]]:
        """Return what Ben reads, the newest first."""
        with cast.open(cast.ben) as session:
            return [(each.title, each.text) for each in read_timeline(session, case_id)]

    def test_tells_each_step_in_words(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina, source="church")
        day = today() + timedelta(days=30)
        steps = (
            lambda s: move_stage(s, case_id, stage="advice"),
            lambda s: raise_priority(s, case_id, priority="high", reason="Bailiffs wrote"),
            lambda s: lower_priority(s, case_id, priority="low", reason="They withdrew"),
            lambda s: assign_case(s, case_id, advisor_id=cast.ben.user_id),
            lambda s: edit_case(
                s,
                case_id,
                version=s.require(Case, case_id).version,
                nation="wales",
                case_type="casework",
                next_review_date=day,
            ),
            lambda s: open_gate(s, case_id, gate="closing", reason="Audited on paper"),
            lambda s: close_case(s, case_id, reason="Moved away"),
            lambda s: reopen_case(s, case_id, reason="They came back"),
        )
        for step in steps:
            with cast.open(cast.maria) as session:
                step(session)
        told = self.titles(cast, case_id)
        for event in (
            ("Case opened", ""),
            ("Sent by", "Church"),
            ("Stage moved", "From fact find to advice"),
            ("Priority raised to high", "Bailiffs wrote"),
            ("Priority lowered to low", "They withdrew"),
            ("Case handed on", "To Ben Ellis"),
            ("Next review", f"{day.day} {day:%b %Y}"),
            ("Nation changed", "To Wales"),
            ("Case closed", "Moved away"),
            ("Case reopened", "They came back"),
        ):
            assert event in told
        assert told[0] == ("Case reopened", "They came back")
        assert not any("{" in text or "_" in text for _, text in told)

    def test_tells_money_and_joins_what_was_done_at_once(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id)
        with cast.open(cast.ben) as session:
            events = {each.title: each for each in read_timeline(session, case_id)}
        assert events["Debt added"].count == 2
        assert "£" in events["Debt added"].text
        assert "Budget begun" in events
        assert "Offers worked out" in events

    def test_tells_the_corrected_note_and_the_done_action_and_what_is_ahead(
        self, cast: Cast
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            note = record_note(session, case_id, channel="phone", minutes=5, body="First wording")
            correct_note(session, note.id, body="Second wording")
            done = record_action(session, case_id, what="Ring the landlord", due_date=today())
            complete_action(session, done.id)
            record_action(session, case_id, what="Hearing", due_date=today() + timedelta(days=3))
            events = read_timeline(session, case_id)
        assert (events[0].title, events[0].at) == ("Hearing", None)
        told = [(each.title, each.text) for each in events]
        assert ("Note, phone", "Second wording") in told
        assert ("Done", "Ring the landlord") in told
        assert not any(text == "First wording" for _, text in told)

    def test_leaves_openings_out(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        before = self.titles(cast, case_id)
        with cast.open(cast.amina) as session:
            open_case(session, case_id)
        assert self.titles(cast, case_id) == before


def test_sums_follow_the_debts(cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    owe(cast, case_id)
    with cast.open(cast.amina) as session:
        wanted = select(Case.total_debt, Case.monthly_surplus).where(col(Case.id) == case_id)
        assert session.exec(wanted).one() == (Decimal("820.10"), Decimal("99.50"))
