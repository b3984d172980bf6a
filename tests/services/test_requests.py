"""Requests with a last day: counted by rule, extended with a reason, answered, taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.requests import last_day
from cma_app.services.next_actions import list_actions
from cma_app.services.requests import (
    RequestRow,
    change_request,
    finish_request,
    list_requests,
    record_request,
    remove_request,
    reopen_request,
    restore_request,
)
from cma_app.services.timeline import read_timeline
from models import NextAction, RequestDeadline
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.money import audited, make_case

CAME = today() - timedelta(days=3)
ACCESS = {"kind": "data_access", "about": "The client", "asked_on": CAME.isoformat()}
PAPER = {
    "kind": "information",
    "about": "County court",
    "asked_on": CAME.isoformat(),
    "due_date": (today() + timedelta(days=9)).isoformat(),
}


def record(cast: Cast, case_id: int, who: Actor | None = None, **said: str) -> int:
    with cast.open(who or cast.amina) as session:
        return record_request(session, case_id, said or ACCESS).id


def listed(cast: Cast, case_id: int) -> list[RequestRow]:
    with cast.open(cast.amina) as session:
        return list_requests(session, case_id)


def do(cast: Cast, verb: Any, request_id: int, data: Any = None) -> None:
    with cast.open(cast.amina) as session:
        if data is None:
            verb(session, request_id)
            return
        version = session.require(RequestDeadline, request_id).version
        verb(session, request_id, data, version=version)


def to_do(cast: Cast, case_id: int) -> list[tuple[str, date | None]]:
    with cast.open(cast.amina) as session:
        return [(row.what, row.due_date) for row in list_actions(session, case_id)]


class TestRecord:
    def test_its_last_day_is_the_rules_and_to_do(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        record(cast, case_id)
        (found,) = listed(cast, case_id)
        due = last_day("data_access", CAME, "england")
        assert (found.row.due_date, found.row.is_given) == (due, False)
        assert to_do(cast, case_id) == [
            ("Access to the client's data. Answer due to The client", due)
        ]
        with cast.open(cast.amina) as session:
            rows = audited(session, "request_deadline:record", "request_deadlines")
            assert [row.case_id for row in rows if not row.old_values][-1] == case_id
            titles = [event.title for event in read_timeline(session, case_id)]
        assert "Request: access to the client's data" in titles

    def test_the_papers_last_day_is_asked_for_and_kept(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as error:
            record(cast, case_id, **{**PAPER, "due_date": ""})
        assert error.value.fields == {"due_date": "Enter the last day that the paper gives."}
        record(cast, case_id, **PAPER)
        assert listed(cast, case_id)[0].row.is_given

    def test_a_last_day_on_a_weekend_is_acted_on_before_it(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        saturday = today() + timedelta(days=(5 - today().weekday()) % 7 + 14)
        record(cast, case_id, **{**PAPER, "due_date": saturday.isoformat()})
        ((what, due),) = to_do(cast, case_id)
        assert due is not None
        assert due < saturday
        assert what.endswith(f"last day {saturday:%a} {saturday.day} {saturday:%b %Y}")

    def test_another_day_than_the_rules_needs_a_reason(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        longer = {**ACCESS, "due_date": (CAME + timedelta(days=85)).isoformat()}
        with pytest.raises(Invalid, match="The rule gives"):
            record(cast, case_id, **longer)
        record(cast, case_id, **longer, given_why="Extended, and she was told on 3 Nov")
        (found,) = listed(cast, case_id)
        assert (found.row.is_given, found.by_rule) == (
            True,
            last_day("data_access", CAME, "england"),
        )

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"kind": "nothing"}, "kind"),
            ({"kind": ""}, "kind"),
            ({"about": " "}, "about"),
            ({"asked_on": (today() + timedelta(days=1)).isoformat()}, "asked_on"),
            ({"asked_on": ""}, "asked_on"),
            ({"due_date": (CAME - timedelta(days=1)).isoformat()}, "due_date"),
            ({"kind": "data_complaint", "asked_on": "2026-06-18"}, "asked_on"),
        ],
    )
    def test_what_cannot_be_is_refused(self, cast: Cast, over: dict[str, str], field: str) -> None:
        with pytest.raises(Invalid) as error:
            record(cast, make_case(cast, cast.amina), **{**ACCESS, **over})
        assert set(error.value.fields) == {field}

    def test_one_can_come_after_the_case_has_ended(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Done")
        assert record(cast, case_id)

    def test_a_trainee_records_on_an_own_case_and_others_find_none(self, cast: Cast) -> None:
        assert record(cast, make_case(cast, cast.tess), cast.tess)
        case_id = make_case(cast, cast.amina)
        for who in (cast.tess, cast.colin):
            with pytest.raises(NotFound):
                record(cast, case_id, who)
        with pytest.raises((NotFound, Refused)):
            record(cast, case_id, cast.root)


class TestAfterwards:
    def test_answered_settles_its_action_and_is_opened_again(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        request_id = record(cast, case_id)
        do(cast, finish_request, request_id, {"done_how": "Handed over and signed for"})
        assert to_do(cast, case_id) == []
        (found,) = listed(cast, case_id)
        assert (found.row.done_on, found.done_by) == (today(), "Amina Khan")
        with pytest.raises(Conflict, match="answered already"):
            do(cast, finish_request, request_id, {"done_how": "Again"})
        with pytest.raises(Conflict, match="Open it again"):
            do(cast, change_request, request_id, ACCESS)
        do(cast, reopen_request, request_id)
        assert len(to_do(cast, case_id)) == 1
        with pytest.raises(Conflict, match="open already"):
            do(cast, reopen_request, request_id)

    def test_not_answered_before_it_was_asked(self, cast: Cast) -> None:
        request_id = record(cast, make_case(cast, cast.amina))
        early = {"done_how": "By post", "done_on": (CAME - timedelta(days=1)).isoformat()}
        with pytest.raises(Invalid) as error:
            do(cast, finish_request, request_id, early)
        assert set(error.value.fields) == {"done_on"}

    def test_a_change_moves_its_action_and_the_second_person_sees_it(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        request_id = record(cast, case_id, **PAPER)
        later = (today() + timedelta(days=20)).isoformat()
        do(cast, change_request, request_id, {**PAPER, "due_date": later})
        with cast.open(cast.amina) as session:
            kept = session.exec(select(NextAction).where(col(NextAction.case_id) == case_id)).all()
        assert len(kept) == 1
        with cast.open(cast.ben) as session, pytest.raises(Conflict) as conflict:
            change_request(session, request_id, PAPER, version=1)
        assert set(conflict.value.theirs) == {"due_date"}

    def test_taken_back_and_brought_back(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        request_id = record(cast, case_id)
        do(cast, remove_request, request_id)
        assert (listed(cast, case_id), to_do(cast, case_id)) == ([], [])
        do(cast, restore_request, request_id)
        assert (len(listed(cast, case_id)), len(to_do(cast, case_id))) == (1, 1)
        with pytest.raises(NotFound):
            do(cast, restore_request, request_id)

    def test_who_may_not_finds_nothing(self, cast: Cast) -> None:
        request_id = record(cast, make_case(cast, cast.amina))
        done = {"done_how": "x"}
        for who in (cast.tess, cast.colin):
            for verb in (reopen_request, remove_request, restore_request):
                with cast.open(who) as session, pytest.raises(NotFound):
                    verb(session, request_id)
            for steps, data in ((change_request, ACCESS), (finish_request, done)):
                with cast.open(who) as session, pytest.raises(NotFound):
                    steps(session, request_id, data, version=1)
        do(cast, remove_request, request_id)
        for who in (cast.tess, cast.colin):
            with cast.open(who) as session, pytest.raises(NotFound):
                restore_request(session, request_id)
