"""Court steps and emergencies of a debt: recorded, changed, dealt with, taken back; told alike."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import LONDON, local, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.case_facts import open_facts
from cma_app.services.case_list import CaseFilter, list_cases
from cma_app.services.case_steps import lower_priority, record_emergency
from cma_app.services.caseload import board
from cma_app.services.caseload_rounds import Round
from cma_app.services.caseload_values import Filter
from cma_app.services.debt_events import (
    add_event,
    change_event,
    end_event,
    list_events,
    remove_event,
    reopen_event,
    restore_event,
)
from cma_app.services.debts import add_debt, list_debts, remove_debt, restore_debt
from cma_app.services.emergencies import OpenEmergency, open_emergencies
from cma_app.services.home import my_day
from cma_app.services.timeline import read_timeline
from models import Case, Debt, DebtEvent, NextAction
from tests.people import Cast
from tests.services.money import audited, make_case

RENT = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "2964"}
SOON = today() + timedelta(days=5)
EVICTION = {"kind": "eviction", "event_date": SOON.isoformat(), "event_time": "10:30"}
CLAIM = {"kind": "claim", "event_date": (today() - timedelta(days=9)).isoformat()}
ORDER = {"kind": "judgment", "event_date": (today() - timedelta(days=2)).isoformat()}


def said(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def owe(cast: Cast, who: Actor | None = None, nation: str = "england") -> tuple[int, int]:
    """Return a new case of somebody's and a rent debt of it."""
    holder = who or cast.amina
    case_id = make_case(cast, holder, nation=nation)
    with cast.open(holder) as session:
        return case_id, add_debt(session, case_id, RENT).id


def add(cast: Cast, debt_id: int, who: Actor | None = None, **event: str) -> int:
    with cast.open(who or cast.amina) as session:
        return add_event(session, debt_id, event or EVICTION).id


def open_ones(cast: Cast, case_id: int, who: Actor | None = None) -> list[OpenEmergency]:
    with cast.open(who or cast.amina) as session:
        return open_emergencies(session, session.require(Case, case_id))


def stage(cast: Cast, debt_id: int) -> tuple[str, date | None]:
    with cast.open(cast.amina) as session:
        debt = session.require(Debt, debt_id)
        return debt.court_stage, debt.court_stage_date


def to_do(cast: Cast, case_id: int) -> list[tuple[str, date | None, time | None]]:
    with cast.open(cast.amina) as session:
        wanted = select(NextAction).where(
            col(NextAction.case_id) == case_id, col(NextAction.done_at).is_(None)
        )
        return [(each.what, each.due_date, each.due_time) for each in session.exec(wanted)]


class TestAddEvent:
    def test_an_emergency_makes_the_case_urgent_and_is_something_to_do(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        add(cast, debt_id)
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert (case.priority, case.priority_reason) == ("urgent", "Eviction")
            assert [row.action for row in audited(session, "debt:record", "debt_events")]
            raised = audited(session, "case:raise_priority", "cases")
            assert [row.new_values["priority"] for row in raised] == ["urgent"]
        assert to_do(cast, case_id) == [("Eviction", SOON, time(10, 30))]
        (told,) = open_ones(cast, case_id)
        assert told.words == f"Eviction {said(SOON)} 10:30"
        assert told.consequence.startswith("The client has to leave by then.")
        assert (told.debt_id, told.creditor) == (debt_id, "Harbour Homes")

    def test_a_trainee_raises_the_alarm_on_an_own_case(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast, cast.tess)
        add(cast, debt_id, cast.tess)
        with cast.open(cast.tess) as session:
            assert session.require(Case, case_id).priority == "urgent"

    def test_a_court_step_is_kept_on_the_debt_and_raises_no_alarm(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        add(cast, debt_id, **ORDER)
        add(cast, debt_id, **CLAIM)
        assert stage(cast, debt_id) == ("judgment", today() - timedelta(days=2))
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).priority == "medium"
            assert [row.kind for row in list_events(session, case_id)] == ["judgment", "claim"]

    def test_that_courts_are_out_of_it_again_is_a_step_too(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        add(cast, debt_id, **ORDER)
        add(cast, debt_id, kind="none", event_date=today().isoformat())
        assert stage(cast, debt_id) == ("none", today())

    def test_a_statutory_demand_is_a_step_and_an_emergency_with_a_last_day(
        self, cast: Cast
    ) -> None:
        case_id, debt_id = owe(cast)
        served = today() - timedelta(days=3)
        add(
            cast,
            debt_id,
            kind="statutory_demand",
            event_date=served.isoformat(),
            reply_by=SOON.isoformat(),
        )
        (told,) = open_ones(cast, case_id)
        assert told.words == f"Statutory demand, answer by {said(SOON)}"
        assert to_do(cast, case_id) == [("Statutory demand", SOON, None)]
        assert stage(cast, debt_id) == ("statutory_demand", served)

    def test_what_was_told_at_the_walk_in_is_told_by_the_debt_from_then_on(
        self, cast: Cast
    ) -> None:
        case_id, debt_id = owe(cast)
        with cast.open(cast.amina) as session:
            record_emergency(session, case_id, what="Eviction notice", on=SOON, at=time(10, 30))
        add(cast, debt_id)
        assert [each.debt_id for each in open_ones(cast, case_id)] == [debt_id]
        assert len(to_do(cast, case_id)) == 1

    def test_another_emergency_of_the_same_day_stands_beside_it(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        with cast.open(cast.amina) as session:
            record_emergency(session, case_id, what="No gas", on=SOON)
        add(cast, debt_id)
        assert [each.label for each in open_ones(cast, case_id)] == ["Eviction", "No gas"]

    def test_speaks_the_words_of_the_nation(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast, nation="scotland")
        add(cast, debt_id, kind="bailiff_visit", event_date=SOON.isoformat())
        assert open_ones(cast, case_id)[0].label == "Sheriff officer visit"

    @pytest.mark.parametrize(
        ("event", "box"),
        [
            ({"kind": ""}, "kind"),
            ({"kind": "duel", "event_date": "1 11 2026"}, "kind"),
            ({"kind": "eviction", "event_date": SOON.isoformat()}, "event_time"),
            ({"kind": "eviction", "event_time": "10:30"}, "event_date"),
            ({"kind": "claim"}, "event_date"),
            ({"kind": "claim", "event_date": "31 2 2026"}, "event_date"),
            ({"kind": "claim", "event_date": SOON.isoformat()}, "event_date"),
            ({"kind": "bailiff_visit", "event_date": "1 1 9999"}, "event_date"),
            ({**CLAIM, "reply_by": "1 1 2001"}, "reply_by"),
            ({**CLAIM, "detail": "x" * 501}, "detail"),
            ({**EVICTION, "event_time": "half past"}, "event_time"),
        ],
    )
    def test_says_what_is_wrong_beside_its_box(
        self, cast: Cast, event: dict[str, str], box: str
    ) -> None:
        case_id, debt_id = owe(cast)
        with pytest.raises(Invalid) as refused:
            add(cast, debt_id, **event)
        assert list(refused.value.fields) == [box]
        assert refused.value.fields[box].endswith(".")
        assert open_ones(cast, case_id) == []

    def test_refuses_who_is_no_caseworker(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        with pytest.raises((Refused, NotFound)):
            add(cast, debt_id, cast.root)

    @pytest.mark.parametrize("who", ["colin", "tess"])
    def test_is_not_found_where_it_is_out_of_reach(self, cast: Cast, who: str) -> None:
        _, debt_id = owe(cast)
        with pytest.raises(NotFound):
            add(cast, debt_id, getattr(cast, who))

    def test_an_ended_case_stands_still(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        with cast.open(cast.ashdown_system) as session:
            session.require(Case, case_id).status = "closed"
        with pytest.raises(Refused, match="Reopen it first"):
            add(cast, debt_id)


class TestChangeEvent:
    def change(self, cast: Cast, event_id: int, who: Actor | None = None, **over: Any) -> DebtEvent:
        version = over.pop("version", 1)
        with cast.open(who or cast.amina) as session:
            return change_event(session, event_id, {**EVICTION, **over}, version=version)

    def test_moves_the_action_along(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        later = SOON + timedelta(days=7)
        self.change(cast, add(cast, debt_id), event_date=later.isoformat(), event_time="9:00")
        assert to_do(cast, case_id) == [("Eviction", later, time(9))]
        assert [each.day for each in open_ones(cast, case_id)] == [later]

    def test_who_comes_second_is_told_what_is_stored(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        self.change(cast, event_id, cast.ben, event_time="9:15")
        with pytest.raises(Conflict) as refused:
            self.change(cast, event_id, event_time="11:00")
        assert refused.value.theirs == {"event_time": "09:15:00"}
        assert [each.at for each in open_ones(cast, case_id)] == [time(9, 15)]

    def test_a_trainee_cannot_make_something_else_of_an_emergency(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast, cast.tess)
        event_id = add(cast, debt_id, cast.tess)
        with pytest.raises(Refused, match="Ask your supervisor"):
            self.change(cast, event_id, cast.tess, **CLAIM)
        self.change(cast, event_id, **CLAIM)
        assert open_ones(cast, case_id) == []
        told = ("Tess Moore made this urgent: Eviction", today(), None)
        assert to_do(cast, case_id) == [told]  # her supervisor's, to look at

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        with pytest.raises(NotFound):
            self.change(cast, add(cast, debt_id), cast.colin)

    def test_what_was_dealt_with_is_opened_first(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        with cast.open(cast.amina) as session:
            version = end_event(session, event_id, {"how": "Suspended"}, version=1).version
        with pytest.raises(Conflict, match="Open it again"):
            self.change(cast, event_id, version=version)


class TestEndEvent:
    def end(self, cast: Cast, event_id: int, who: Actor | None = None, **form: Any) -> DebtEvent:
        version = form.pop("version", 1)
        with cast.open(who or cast.amina) as session:
            data = {"how": "Suspended on terms", **form}
            return end_event(session, event_id, data, version=version)

    def test_says_how_when_and_by_whom_and_lowers_nothing(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        self.end(cast, event_id, cast.ben)
        with cast.open(cast.amina) as session:
            (row,) = list_events(session, case_id)
            assert (row.ended_how, row.ended_by) == ("Suspended on terms", "Ben Ellis")
            assert row.ended_at is not None
            assert local(row.ended_at).date() == today()
            assert session.require(Case, case_id).priority == "urgent"
        assert open_ones(cast, case_id) == []
        assert to_do(cast, case_id) == []

    def test_on_a_day_that_has_been(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        day = today() - timedelta(days=1)
        event = self.end(cast, add(cast, debt_id), ended_on=day.isoformat())
        assert event.ended_at == datetime.combine(day, time(12), LONDON)

    @pytest.mark.parametrize(
        ("form", "box"),
        [
            ({"how": " "}, "how"),
            ({"how": "x" * 201}, "how"),
            ({"ended_on": "1 1 2999"}, "ended_on"),
        ],
    )
    def test_needs_how_and_a_day_that_has_been(
        self, cast: Cast, form: dict[str, str], box: str
    ) -> None:
        _, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        with pytest.raises(Invalid) as refused:
            self.end(cast, event_id, **form)
        assert list(refused.value.fields) == [box]

    def test_a_trainee_ends_a_step_but_no_emergency(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast, cast.tess)
        emergency = add(cast, debt_id, cast.tess)
        self.end(cast, add(cast, debt_id, cast.tess, **CLAIM), cast.tess, how="Defence sent")
        with pytest.raises(Refused, match="cannot take an emergency off"):
            self.end(cast, emergency, cast.tess)
        assert len(open_ones(cast, case_id)) == 1

    def test_refuses_twice_and_stale(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        version = self.end(cast, event_id).version
        with pytest.raises(Conflict, match="meantime"):
            self.end(cast, event_id)
        with pytest.raises(Conflict, match="already"):
            self.end(cast, event_id, version=version)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        with pytest.raises(NotFound):
            self.end(cast, add(cast, debt_id), cast.colin)


class TestReopenEvent:
    def test_is_an_emergency_again_after_somebody_lowered_the_priority(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        with cast.open(cast.amina) as session:
            end_event(session, event_id, {"how": "Paid"}, version=1)
            lower_priority(session, case_id, priority="low", reason="Paid")
        with cast.open(cast.amina) as session:
            reopen_event(session, event_id)
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).priority == "urgent"
        assert to_do(cast, case_id) == [("Eviction", SOON, time(10, 30))]
        with cast.open(cast.amina) as session, pytest.raises(Conflict):
            reopen_event(session, event_id)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        with cast.open(cast.colin) as session, pytest.raises(NotFound):
            reopen_event(session, event_id)


class TestRemoveEvent:
    def test_falls_back_to_the_step_before_and_can_be_undone(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        add(cast, debt_id, **CLAIM)
        event_id = add(cast, debt_id, **ORDER)
        with cast.open(cast.amina) as session:
            remove_event(session, event_id)
        assert stage(cast, debt_id)[0] == "claim"
        with cast.open(cast.amina) as session:
            assert restore_event(session, event_id) == debt_id
        assert stage(cast, debt_id)[0] == "judgment"
        with cast.open(cast.amina) as session, pytest.raises(NotFound):
            restore_event(session, event_id)

    def test_takes_the_emergency_and_its_action_away_and_back(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        with cast.open(cast.amina) as session:
            remove_event(session, event_id)
        assert (open_ones(cast, case_id), to_do(cast, case_id)) == ([], [])
        with cast.open(cast.amina) as session:
            restore_event(session, event_id)
        assert (len(open_ones(cast, case_id)), len(to_do(cast, case_id))) == (1, 1)

    def test_a_trainee_cannot_take_an_emergency_off_even_with_its_debt(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast, cast.tess)
        event_id = add(cast, debt_id, cast.tess)
        with cast.open(cast.tess) as session, pytest.raises(Refused):
            remove_event(session, event_id)
        with cast.open(cast.tess) as session, pytest.raises(Refused):
            remove_debt(session, debt_id)
        assert len(open_ones(cast, case_id)) == 1

    def test_a_removed_debt_takes_its_emergency_along_and_brings_it_back(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        add(cast, debt_id)
        with cast.open(cast.amina) as session:
            remove_debt(session, debt_id)
        assert open_ones(cast, case_id) == []
        with cast.open(cast.amina) as session:
            restore_debt(session, debt_id)
        assert len(open_ones(cast, case_id)) == 1

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        _, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        for verb in (remove_event, restore_event):
            with cast.open(cast.colin) as session, pytest.raises(NotFound):
                verb(session, event_id)


class TestWhereItIsTold:
    def test_on_the_bar_the_list_the_board_the_home_and_the_grid(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        words = f"Eviction {said(SOON)} 10:30"

        def told() -> list[bool]:
            with cast.open(cast.maria) as session:
                facts = open_facts(session, case_id, first=True)
                (row,) = [
                    each
                    for each in list_cases(session, CaseFilter()).page.rows
                    if each.id == case_id
                ]
                shown = board(session)
                (card,) = [each for each in shown.cards if each.id == case_id]
                watched = Round([case_id]).change(session)
                home = my_day(session).emergencies
                return [
                    [each.words for each in facts.emergencies] == [words],
                    (row.emergency, row.emergency_date) == ("Eviction", SOON),
                    (card.emergency, card.emergency_date) == ("Eviction", SOON),
                    watched.cards[0].emergency == "Eviction",
                    watched.tallies.under(Filter()).centre.emergency == 1,
                    [(each.what, each.due_time) for each in home.rows]
                    == [("Eviction", time(10, 30))],
                    list_debts(session, case_id).marks[debt_id].emergencies == (words,),
                ]

        assert told() == [True] * 7
        with cast.open(cast.amina) as session:
            end_event(session, event_id, {"how": "Suspended"}, version=1)
        assert told() == [False] * 7

    def test_in_the_timeline_in_words(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        event_id = add(cast, debt_id)
        with cast.open(cast.amina) as session:
            end_event(session, event_id, {"how": "Suspended"}, version=1)
        with cast.open(cast.amina) as session:
            said = [(each.title, each.text) for each in read_timeline(session, case_id)]
        assert ("Eviction", f"{SOON.day} {SOON:%b %Y}") in said
        assert ("Court step or event dealt with", "Suspended") in said

    def test_the_soonest_of_both_kinds_stands_first(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        with cast.open(cast.amina) as session:
            record_emergency(session, case_id, what="Bailiffs", on=SOON - timedelta(days=1))
        add(cast, debt_id)
        assert [each.label for each in open_ones(cast, case_id)] == ["Bailiffs", "Eviction"]
        with cast.open(cast.amina) as session:
            (row,) = [
                each for each in list_cases(session, CaseFilter()).page.rows if each.id == case_id
            ]
            assert row.emergency == "Bailiffs"
            day = my_day(session)
            assert day.emergencies.total == 2
            assert [each.what for each in day.emergencies.rows] == ["Bailiffs", "Eviction"]

    def test_a_day_that_has_passed_was_due(self, cast: Cast) -> None:
        case_id, debt_id = owe(cast)
        past = today() - timedelta(days=3)
        add(cast, debt_id, kind="disconnection", event_date=past.isoformat())
        assert open_ones(cast, case_id)[0].words == f"Disconnection was due {said(past)}"

    def test_nothing_of_it_is_told_in_another_centre(self, cast: Cast, owner: Engine) -> None:
        _, debt_id = owe(cast)
        add(cast, debt_id)
        with cast.open(cast.bea) as session:
            assert my_day(session).emergencies.total == 0
            assert [card for card in board(session).cards if card.emergency] == []
