"""Tasks: given to a colleague, put off with a reason, and made by rules, once for each cause."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import at, now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.jobs import tidy_centre
from cma_app.rules.dates import add_months
from cma_app.rules.task_rules import task_rules
from cma_app.services import next_actions, requests
from cma_app.services.case_steps import record_emergency
from cma_app.services.next_actions import give_task, put_off_action, record_action
from cma_app.services.notifications import count_unread
from cma_app.services.offers import record_offers
from cma_app.services.restricted_files import restrict_file
from cma_app.services.rule_tasks import FINDERS, make_rule_tasks, open_centres
from models import Case, NextAction
from tests.people import Cast
from tests.services.test_cases import make_case, put
from tests.services.test_statements import Leanne

pytestmark = pytest.mark.database


def soon(days: int = 3) -> date:
    return today() + timedelta(days=days)


def reference(cast: Cast, case_id: int) -> str:
    with cast.open(cast.ashdown_system) as session:
        return session.require(Case, case_id).case_reference


def tasks(cast: Cast, case_id: int, rule: str | None = None) -> list[NextAction]:
    with cast.open(cast.ashdown_system) as session:
        wanted = select(NextAction).where(col(NextAction.case_id) == case_id)
        if rule:
            wanted = wanted.where(col(NextAction.rule) == rule)
        return list(session.exec(wanted.order_by(col(NextAction.id))))


def give(cast: Cast, who: Actor, case_id: int, **over: Any) -> NextAction:
    said = {"what": "Ring", "due_date": soon(), **over}
    with cast.open(who) as session:
        return give_task(session, reference(cast, case_id).lower(), **said)


class TestGive:
    def test_a_colleague_gets_it_with_case_and_day(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        row = give(cast, cast.maria, case_id, owner_id=cast.ben.user_id)
        assert (row.case_id, row.owner_id, row.due_date) == (case_id, cast.ben.user_id, soon())
        assert give(cast, cast.amina, case_id).owner_id == cast.amina.user_id

    def test_not_whom_the_case_is_hidden_from(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid, match="sees their own cases alone"):
            give(cast, cast.amina, case_id, owner_id=cast.tess.user_id)
        with pytest.raises(Invalid):
            give(cast, cast.amina, case_id, owner_id=cast.colin.user_id)
        with cast.open(cast.maria) as session:
            client_id = session.require(Case, case_id).client_id
            restrict_file(session, client_id, [cast.amina.user_id])
        with pytest.raises(Invalid, match="restricted"):
            give(cast, cast.amina, case_id, owner_id=cast.ben.user_id)

    def test_what_is_missing_is_said_beside_its_box(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for over in ({"due_date": None}, {"what": " "}):
            with pytest.raises(Invalid) as error:
                give(cast, cast.amina, case_id, **over)
            assert list(error.value.fields) == list(over)

    @pytest.mark.parametrize("who", ["tess", "colin"])
    def test_a_case_out_of_sight_has_no_reference(self, cast: Cast, who: str) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as error:
            give(cast, getattr(cast, who), case_id)
        assert list(error.value.fields) == ["reference"]

    def test_an_admin_gives_none(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Refused):
            give(cast, cast.root, case_id)


class TestPutOff:
    @pytest.fixture
    def task(self, cast: Cast) -> NextAction:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            return record_action(session, case_id, what="Ring", due_date=today())

    def put_off(self, cast: Cast, who: Actor, task: NextAction, **over: Any) -> NextAction:
        said = {"version": task.version, "due_date": soon(), "reason": "Is away", **over}
        with cast.open(who) as session:
            return put_off_action(session, task.id, **said)

    def test_keeps_the_day_it_had_and_why(self, cast: Cast, task: NextAction) -> None:
        row = self.put_off(cast, cast.amina, task)
        assert (row.due_date, row.put_off_from, row.put_off_reason) == (
            soon(),
            today(),
            "Is away",
        )

    def test_needs_a_later_day_and_a_reason(self, cast: Cast, task: NextAction) -> None:
        with pytest.raises(Invalid) as error:
            self.put_off(cast, cast.amina, task, due_date=today(), reason=" ")
        assert set(error.value.fields) == {"due_date", "reason"}
        with pytest.raises(Invalid):
            self.put_off(cast, cast.amina, task, reason="x" * 301)

    def test_meets_who_was_first(self, cast: Cast, task: NextAction) -> None:
        self.put_off(cast, cast.ben, task)
        with pytest.raises(Conflict) as error:
            self.put_off(cast, cast.amina, task)
        assert error.value.theirs["what"] == "Ring"
        with cast.open(cast.amina) as session:
            done = next_actions.complete_action(session, task.id)
        with pytest.raises(Conflict, match="done"):
            self.put_off(cast, cast.amina, done)

    @pytest.mark.parametrize("who", ["tess", "colin"])
    def test_out_of_sight_is_not_found(self, cast: Cast, task: NextAction, who: str) -> None:
        with pytest.raises(NotFound):
            self.put_off(cast, getattr(cast, who), task)

    def test_never_the_day_of_a_law_or_a_court(self, cast: Cast, task: NextAction) -> None:
        asked = {"kind": "data_access", "about": "Pat", "asked_on": f"{today():%d %m %Y}"}
        with cast.open(cast.amina) as session:
            record_emergency(session, task.case_id, what="Eviction", on=today())
            requests.record_request(session, task.case_id, asked)
        fixed = [row for row in tasks(cast, task.case_id) if row.id != task.id]
        assert len(fixed) == 2
        for row in fixed:
            with pytest.raises(Refused, match="fixed this day"):
                self.put_off(cast, cast.amina, row, due_date=soon(90))


class TestRules:
    def run(self, cast: Cast) -> int:
        with cast.open(cast.ashdown_system) as session:
            return make_rule_tasks(session)

    def test_what_waits_for_evidence_is_chased_once(self, cast: Cast, owner: Engine) -> None:
        waits, fresh = make_case(cast, cast.amina), make_case(cast, cast.amina)
        since = soon(-14)
        put(owner, waits, stage="evidence", status="in_progress", stage_since=since)
        put(owner, fresh, stage="evidence", status="in_progress", stage_since=soon(-13))
        assert [self.run(cast), self.run(cast)] == [1, 0]
        (row,) = tasks(cast, waits, "evidence_waits")
        assert (row.owner_id, row.due_date) == (cast.amina.user_id, today())
        assert row.cause == f"case/{waits}/{since}"
        with cast.open(cast.amina) as session:
            next_actions.complete_action(session, row.id)
        assert self.run(cast) == 0  # done stays done
        put(owner, waits, stage_since=soon(-15))  # it went on, came back and waits again
        assert self.run(cast) == 1

    def test_a_cause_that_is_gone_takes_its_task_along(self, cast: Cast, owner: Engine) -> None:
        waits = make_case(cast, cast.amina)
        put(owner, waits, stage="evidence", status="in_progress", stage_since=soon(-20))
        self.run(cast)
        put(owner, waits, stage="advice", stage_since=today())
        assert self.run(cast) == 0
        assert tasks(cast, waits, "evidence_waits") == []

    def test_offers_are_reviewed_by_their_day(self, cast: Cast) -> None:
        case = Leanne(cast)
        with cast.open(cast.amina) as session:
            record_offers(session, case.case_id, decided={}, review_on=soon(8))
        assert self.run(cast) == 0
        with cast.open(cast.amina) as session:
            record_offers(session, case.case_id, decided={}, review_on=soon(7))
        assert [self.run(cast), self.run(cast)] == [1, 0]
        (row,) = tasks(cast, case.case_id, "offers_review")
        assert (row.due_date, row.kind) == (soon(7), "review")

    def test_a_statement_is_gone_through_after_a_year(self, cast: Cast, owner: Engine) -> None:
        case = Leanne(cast)
        case.issue()
        with at(now() + timedelta(days=340)):
            self.run(cast)
        assert tasks(cast, case.case_id, "statement_review") == []
        year = add_months(today(), 12)
        with at(now() + timedelta(days=352)):
            self.run(cast)
            self.run(cast)
        (row,) = tasks(cast, case.case_id, "statement_review")
        assert row.due_date == year

    def test_nothing_of_an_ended_case_or_another_centre(self, cast: Cast, owner: Engine) -> None:
        ended = make_case(cast, cast.amina)
        put(owner, ended, stage="evidence", status="closed", stage_since=soon(-20))
        theirs = make_case(cast, cast.colin)
        put(owner, theirs, stage="evidence", status="in_progress", stage_since=soon(-20))
        assert self.run(cast) == 0
        assert tasks(cast, ended) == []

    def test_two_workers_at_once_make_one(self, cast: Cast, owner: Engine) -> None:
        waits = make_case(cast, cast.amina)
        put(owner, waits, stage="evidence", status="in_progress", stage_since=soon(-20))
        with cast.open(cast.ashdown_system) as first:
            assert make_rule_tasks(first) == 1
            with cast.open(cast.ashdown_system) as second:
                # it would wait for the first to end, as two workers do: so it may not wait here
                second.execute(text("SET LOCAL lock_timeout = '50ms'"))
                with pytest.raises(Exception, match="lock timeout"):
                    make_rule_tasks(second)
                second.rollback()
        assert self.run(cast) == 0
        assert len(tasks(cast, waits, "evidence_waits")) == 1

    def test_the_worker_makes_them_and_forgets_old_news(self, cast: Cast, owner: Engine) -> None:
        waits = make_case(cast, cast.amina)
        put(owner, waits, stage="evidence", status="in_progress", stage_since=soon(-20))
        with at(now() - timedelta(days=91)):
            give(cast, cast.maria, waits, owner_id=cast.ben.user_id)
        with cast.open(cast.ben) as session:
            assert count_unread(session) == 1
        asyncio.run(tidy_centre(cast.amina.centre_id))
        assert len(tasks(cast, waits, "evidence_waits")) == 1
        with cast.open(cast.ben) as session:
            assert count_unread(session) == 0

    def test_the_worker_alone_hears_of_all_centres(self, cast: Cast) -> None:
        with cast.open(cast.ashdown_system) as session:
            assert {cast.amina.centre_id, cast.colin.centre_id} <= set(open_centres(session))
        with cast.open(cast.maria) as session:
            assert open_centres(session) == []

    def test_each_rule_of_the_data_is_looked_for(self) -> None:
        rules = {rule.code for rule in task_rules(today()) if not rule.at_once}
        assert rules == set(FINDERS)
        assert all(rule.reference.title for rule in task_rules(today()))
        assert task_rules(date(2019, 12, 31)) == ()
