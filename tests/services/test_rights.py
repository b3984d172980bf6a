"""Requests about data: their clock, who decides, what holds an erasure, and who sees them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import at, now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.rights import clock
from cma_app.services.case_facts import open_facts
from cma_app.services.home import my_day
from cma_app.services.requests import record_request
from cma_app.services.retention import list_kept, place_hold
from cma_app.services.rights import (
    acknowledge_right,
    change_right,
    decide_right,
    extend_right,
    record_right,
    reopen_right,
    restore_right,
    run_clock,
    stop_clock,
    take_back_right,
)
from cma_app.services.rights_list import (
    RightsFilter,
    RightsRow,
    list_all_rights,
    list_rights,
    read_right,
)
from models import Case, RightsRequest
from tests.people import Cast
from tests.services.closings import close_with
from tests.services.money import audited, make_case

pytestmark = pytest.mark.database

CAME = today() - timedelta(days=3)
ASKED = {
    "kind": "access",
    "received_on": CAME.isoformat(),
    "channel": "phone",
    "asked_for": "A copy of all you have about me",
    "identity": "known",
}
THEIRS = {"kind": "complaint", "about": "The client"}
DONE = {"outcome": "fulfilled", "answer": "Copy handed over"}


@pytest.fixture
def client_id(cast: Cast) -> int:
    return client_of(cast, make_case(cast, cast.amina))


def client_of(cast: Cast, case_id: int) -> int:
    with cast.open(cast.ashdown_system) as session:
        return session.require(Case, case_id).client_id


def record(cast: Cast, client_id: int, who: Actor | None = None, /, **said: str) -> int:
    with cast.open(who or cast.amina) as session:
        return record_right(session, client_id, {**ASKED, **said}).id


def do(cast: Cast, verb: Any, request_id: int, who: Actor | None = None, /, **data: str) -> None:
    with cast.open(who or cast.amina) as session:
        version = session.require(RightsRequest, request_id).version
        args = (data,) if data else ()
        verb(session, request_id, *args, version=version)


def shown(cast: Cast, request_id: int) -> RightsRow:
    with cast.open(cast.amina) as session:
        return read_right(session, request_id)


def marked(owner: Engine, client_id: int) -> tuple[bool, date | None]:
    with owner.begin() as connection:
        row = connection.execute(
            text(
                "SELECT gdpr_deletion_request,"
                " (gdpr_deletion_date AT TIME ZONE 'Europe/London')::date"
                " FROM clients WHERE id = :c"
            ),
            {"c": client_id},
        ).one()
    return row[0], row[1]


def kept(owner: Engine, case_id: int) -> date | None:
    with owner.begin() as connection:
        return connection.execute(
            text("SELECT retention_date FROM cases WHERE id = :c"), {"c": case_id}
        ).scalar_one()


class TestRecord:
    def test_its_last_day_is_the_rules_by_the_centres_nation(
        self, cast: Cast, client_id: int, owner: Engine
    ) -> None:
        first = record(cast, client_id)
        assert shown(cast, first).row.due_date == clock("access", CAME, "england").due
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE centres SET nation = 'scotland' WHERE id = :c"),
                {"c": cast.amina.centre_id},
            )
        came = date(2026, 10, 30)  # 30 November is a holiday in Scotland alone
        second = record(cast, client_id, received_on=came.isoformat())
        assert shown(cast, second).row.due_date == date(2026, 12, 1)
        with cast.open(cast.amina) as session:
            rows = audited(session, "rights_request:record", "rights_requests")
            assert {row.client_id for row in rows} == {client_id}
            assert [each.row.id for each in list_rights(session, client_id).rows] == [second, first]

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"kind": "other"}, "kind"),
            ({"kind": ""}, "kind"),
            ({"received_on": (today() + timedelta(1)).isoformat()}, "received_on"),
            ({"kind": "complaint", "received_on": "2026-06-18"}, "received_on"),
            ({"channel": ""}, "channel"),
            ({"channel": "pigeon"}, "channel"),
            ({"asked_for": " "}, "asked_for"),
            ({"identity": "checked"}, "identity_how"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, cast: Cast, client_id: int, over: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as error:
            record(cast, client_id, **over)
        assert set(error.value.fields) == {field}

    def test_a_change_counts_anew_and_the_second_person_sees_it(
        self, cast: Cast, client_id: int
    ) -> None:
        request_id = record(cast, client_id)
        earlier = CAME - timedelta(days=2)
        do(cast, change_right, request_id, **{**ASKED, "received_on": earlier.isoformat()})
        assert shown(cast, request_id).row.due_date == clock("access", earlier, "england").due
        with cast.open(cast.ben) as session, pytest.raises(Conflict) as conflict:
            change_right(session, request_id, ASKED, version=1)
        assert set(conflict.value.theirs) == {"received_on"}

    def test_a_trainee_records_for_an_own_client_and_decides_nothing(self, cast: Cast) -> None:
        own = client_of(cast, make_case(cast, cast.tess))
        request_id = record(cast, own, cast.tess)
        for verb, data in (
            (decide_right, DONE),
            (stop_clock, {"reason": "identity", "since": CAME.isoformat()}),
            (extend_right, {"extended_on": CAME.isoformat(), "extended_why": "Much"}),
        ):
            with pytest.raises(Refused, match="Ask your supervisor"):
                do(cast, verb, request_id, cast.tess, **data)

    def test_nobody_else_finds_it(self, cast: Cast, client_id: int) -> None:
        request_id = record(cast, client_id)
        for who in (cast.tess, cast.colin, cast.bea, cast.root):
            with pytest.raises((NotFound, Refused)):
                record(cast, client_id, who)
            for verb in (change_right, run_clock, acknowledge_right, decide_right):
                with cast.open(who) as session, pytest.raises((NotFound, Refused)):
                    verb(session, request_id, ASKED, version=1)
            for later in (take_back_right, restore_right):
                with cast.open(who) as session, pytest.raises((NotFound, Refused)):
                    later(session, request_id)
            with cast.open(who) as session, pytest.raises((NotFound, Refused)):
                list_rights(session, client_id)


class TestClock:
    def test_stands_while_the_client_is_asked_and_runs_after(
        self, cast: Cast, client_id: int
    ) -> None:
        request_id = record(cast, client_id, received_on=(today() - timedelta(10)).isoformat())
        since, until = today() - timedelta(8), today() - timedelta(2)
        with pytest.raises(Invalid) as error:
            do(cast, stop_clock, request_id, reason="other", since=since.isoformat())
        assert set(error.value.fields) == {"reason"}
        do(cast, stop_clock, request_id, reason="clarification", since=since.isoformat())
        assert shown(cast, request_id).row.paused_since == since
        with pytest.raises(Conflict, match="stands already"):
            do(cast, stop_clock, request_id, reason="identity", since=since.isoformat())
        with pytest.raises(Invalid) as early:
            do(cast, run_clock, request_id, until=(since - timedelta(1)).isoformat())
        assert set(early.value.fields) == {"until"}
        do(cast, run_clock, request_id, until=until.isoformat())
        found = shown(cast, request_id)
        assert (found.row.paused_since, found.clock.paused) == (None, 6)
        assert found.row.due_date == found.clock.due
        with pytest.raises(Conflict, match="runs"):
            do(cast, run_clock, request_id, until=until.isoformat())

    def test_proof_of_who_they_are_starts_the_month_and_is_kept(
        self, cast: Cast, client_id: int
    ) -> None:
        request_id = record(cast, client_id, kind="erasure", identity="asked")
        do(cast, stop_clock, request_id, reason="identity", since=CAME.isoformat())
        with pytest.raises(Invalid) as error:
            do(cast, run_clock, request_id, until=today().isoformat())
        assert set(error.value.fields) == {"identity_how"}
        do(cast, run_clock, request_id, until=today().isoformat(), identity_how="Passport")
        found = shown(cast, request_id)
        assert (found.clock.starts, found.row.identity) == (today(), "checked")

    def test_longer_only_where_told_within_the_first_month(
        self, cast: Cast, client_id: int
    ) -> None:
        came = today() - timedelta(days=50)
        request_id = record(cast, client_id, received_on=came.isoformat())
        first = clock("access", came, "england").first
        why = {"extended_why": "Eleven boxes of paper"}
        with pytest.raises(Invalid, match="had to be told by"):
            do(
                cast,
                extend_right,
                request_id,
                extended_on=(first + timedelta(1)).isoformat(),
                **why,
            )
        do(cast, extend_right, request_id, extended_on=first.isoformat(), **why)
        assert shown(cast, request_id).row.due_date == (
            clock("access", came, "england", extended=True).due
        )
        with pytest.raises(Conflict, match="already"):
            do(cast, extend_right, request_id, extended_on=first.isoformat(), **why)

    def test_a_complaint_is_acknowledged_and_then_has_no_fixed_day(
        self, cast: Cast, client_id: int
    ) -> None:
        request_id = record(cast, client_id, kind="complaint")
        with pytest.raises(Conflict, match="no longer time"):
            do(cast, extend_right, request_id, extended_on=CAME.isoformat(), extended_why="x")
        told = {"acknowledged_on": today().isoformat(), "acknowledged_how": "By letter"}
        do(cast, acknowledge_right, request_id, **told)
        assert shown(cast, request_id).row.due_date is None
        with pytest.raises(Conflict, match="answered, not acknowledged"):
            do(cast, acknowledge_right, record(cast, client_id), **told)


class TestDecide:
    def test_is_kept_with_who_and_opened_again(self, cast: Cast, client_id: int) -> None:
        request_id = record(cast, client_id)
        do(cast, decide_right, request_id, **DONE)
        found = shown(cast, request_id)
        assert (found.row.outcome, found.row.decided_on) == ("fulfilled", today())
        assert found.decided_by == "Amina Khan"
        with pytest.raises(Conflict, match="Open it again"):
            do(cast, decide_right, request_id, **DONE)
        do(cast, reopen_right, request_id)
        assert shown(cast, request_id).row.outcome is None

    def test_a_refusal_is_a_managers_and_needs_a_ground_of_its_kind(
        self, cast: Cast, client_id: int
    ) -> None:
        request_id = record(cast, client_id)
        said = {"outcome": "refused", "answer": "Told why, and where to complain"}
        with pytest.raises(Refused, match="Ask your manager"):
            do(cast, decide_right, request_id, ground="unfounded", **said)
        for ground in ("", "legal_duty", "nonsense"):
            with pytest.raises(Invalid) as error:
                do(cast, decide_right, request_id, cast.maria, ground=ground, **said)
            assert set(error.value.fields) == {"ground"}
        do(cast, decide_right, request_id, cast.maria, ground="unfounded", **said)
        with pytest.raises(Refused):
            do(cast, reopen_right, request_id)
        do(cast, reopen_right, request_id, cast.maria)

    def test_a_decision_ends_what_stands(self, cast: Cast, client_id: int) -> None:
        request_id = record(cast, client_id)
        do(cast, stop_clock, request_id, reason="clarification", since=CAME.isoformat())
        do(cast, decide_right, request_id, outcome="withdrawn", answer="They rang")
        found = shown(cast, request_id)
        assert found.row.paused_since is None
        assert found.row.pauses[-1]["until"] == today().isoformat()


class TestErasure:
    def test_marks_the_client_and_says_what_holds_it(
        self, cast: Cast, client_id: int, owner: Engine
    ) -> None:
        request_id = record(cast, client_id, kind="erasure")
        assert marked(owner, client_id) == (True, None)
        do(cast, change_right, request_id, **{**ASKED, "kind": "objection"})
        assert marked(owner, client_id) == (False, None)
        do(cast, change_right, request_id, **{**ASKED, "kind": "erasure"})
        day = (today() + timedelta(days=30)).isoformat()
        with pytest.raises(Refused, match="A manager decides about erasure"):
            do(cast, decide_right, request_id, action_on=day, **DONE)
        with pytest.raises(Invalid) as error:
            do(cast, decide_right, request_id, cast.maria, action_on=day, **DONE)
        assert "is open" in error.value.fields["outcome"]
        part = {"outcome": "partly", "answer": "Kept for the case", "ground": "still_needed"}
        do(cast, decide_right, request_id, cast.maria, action_on=day, **part)
        assert marked(owner, client_id) == (True, today() + timedelta(days=30))
        do(cast, reopen_right, request_id, cast.maria)
        said = {"outcome": "refused", "answer": "Told", "ground": "legal_duty"}
        do(cast, decide_right, request_id, cast.maria, **said)
        assert marked(owner, client_id) == (False, None)

    def test_is_done_after_the_years_that_the_law_has_it_kept(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with (
            at(now().replace(year=2028, month=2, day=29, hour=12)),
            cast.open(cast.amina) as session,
        ):
            close_with(session, case_id, status="cancelled", reason="moved_away")
        client_id = client_of(cast, case_id)
        request_id = record(cast, client_id, kind="erasure")
        last = date(2034, 2, 28)
        with pytest.raises(Invalid, match="Records are kept until"):
            do(cast, decide_right, request_id, cast.maria, action_on=last.isoformat(), **DONE)
        day = last + timedelta(1)
        do(cast, decide_right, request_id, cast.maria, action_on=day.isoformat(), **DONE)
        assert marked(owner, client_id) == (True, day)
        with cast.open(cast.amina) as session:
            assert "28 Feb 2034" in list_rights(session, client_id).duty

    def test_what_holds_it_is_told_in_sentences(self, cast: Cast, client_id: int) -> None:
        record(cast, client_id, kind="complaint")
        with cast.open(cast.amina) as session:
            case_id = session.exec(select(Case.id).where(col(Case.client_id) == client_id)).one()
            place_hold(session, case_id, {"kind": "legal_claim", "reason": "A claim is threatened"})
            record_request(session, case_id, {**THEIRS, "asked_on": CAME.isoformat()})
            found = list_rights(session, client_id).holds
        assert [bool(case) for _, case in found] == [True, False, False, True]
        assert [said for said, _ in found][1:] == [
            "It is held: a legal claim, A claim is threatened",
            "A request is open: complaint about data protection",
            "A request is open: complaint about our service",
        ]


class TestHolds:
    def test_an_open_request_keeps_the_record_and_an_answered_one_lets_go(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            close_with(session, case_id, status="cancelled", reason="moved_away")
        until = kept(owner, case_id)
        assert until is not None
        request_id = record(cast, client_of(cast, case_id))
        assert kept(owner, case_id) is None
        do(cast, decide_right, request_id, **DONE)
        assert kept(owner, case_id) == until
        do(cast, reopen_right, request_id)
        assert kept(owner, case_id) is None
        with cast.open(cast.amina) as session:
            take_back_right(session, request_id)
        assert kept(owner, case_id) == until
        with cast.open(cast.amina) as session:
            restore_right(session, request_id)
        assert kept(owner, case_id) is None
        with cast.open(cast.amina) as session:
            assert all(each.ended_because for each in list_kept(session, case_id))

    def test_a_case_that_ends_while_one_is_open_has_no_date_until_it_is_answered(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        request_id = record(cast, client_of(cast, case_id))
        with cast.open(cast.amina) as session:
            close_with(session, case_id, status="cancelled", reason="moved_away")
        assert kept(owner, case_id) is None
        do(cast, decide_right, request_id, **DONE)
        assert kept(owner, case_id) is not None


class TestLists:
    def test_the_manager_sees_all_of_the_centre_by_state(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            assert list_all_rights(session, RightsFilter()).page.rows == []
        first = client_of(cast, make_case(cast, cast.amina))
        second = client_of(cast, make_case(cast, cast.tess))
        late = record(cast, first, received_on=(today() - timedelta(60)).isoformat())
        waits = record(cast, second)
        do(cast, stop_clock, waits, reason="clarification", since=CAME.isoformat())
        done = record(cast, first, kind="objection")
        do(cast, decide_right, done, **DONE)
        with cast.open(cast.maria) as session:
            for state, wanted in (
                ("open", [late, waits]),
                ("late", [late]),
                ("waiting", [waits]),
                ("decided", [done]),
                ("all", [late, waits, done]),
            ):
                found = list_all_rights(session, RightsFilter(state))
                assert [each.row.id for each in found.page.rows] == wanted, state
                assert found.counts[state] == len(wanted)
            kinds = list_all_rights(session, RightsFilter("all", "objection"))
            assert [each.row.id for each in kinds.page.rows] == [done]
        with cast.open(cast.bea) as session:
            assert list_all_rights(session, RightsFilter("all")).page.total == 0
        for who in (cast.amina, cast.tess, cast.root):
            with cast.open(who) as session, pytest.raises(Refused):
                list_all_rights(session, RightsFilter())

    def test_near_ones_stand_on_my_day_and_among_the_cases_dates(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        request_id = record(
            cast, client_of(cast, case_id), received_on=(today() - timedelta(40)).isoformat()
        )
        record(cast, client_of(cast, case_id), kind="objection")  # not near yet
        for who, wanted in ((cast.amina, 1), (cast.maria, 1), (cast.ben, 0), (cast.tess, 0)):
            with cast.open(who) as session:
                assert my_day(session).rights.total == wanted, who.name
        with cast.open(cast.amina) as session:
            dates = open_facts(session, case_id, first=False).legal_dates
        assert [each.label for each in dates] == ["Access to their data", "Objection"]
        assert all(each.source == "rights" for each in dates)
        do(cast, decide_right, request_id, **DONE)
        with cast.open(cast.amina) as session:
            assert my_day(session).rights.total == 0
