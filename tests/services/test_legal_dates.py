"""One list of legal dates: of debts, claims, breathing spaces and requests; on the case, the board
and the first page, alike."""

from datetime import date, datetime, timedelta

import pytest

from cma_app.clock import LONDON, at, today
from cma_app.errors import NotFound, Refused
from cma_app.rules.calendars import is_working_day
from cma_app.rules.legal_dates import act_by
from cma_app.services.breathing_space import end_space, record_space, review_space
from cma_app.services.case_steps import record_emergency
from cma_app.services.caseload import board, listing
from cma_app.services.caseload_rounds import Round
from cma_app.services.caseload_values import Card, Filter
from cma_app.services.debt_events import add_event, end_event
from cma_app.services.debts import add_debt
from cma_app.services.home import my_day
from cma_app.services.legal_dates import list_legal_dates
from cma_app.services.next_actions import complete_action
from cma_app.services.requests import finish_request, record_request
from models import BreathingSpace, DebtEvent, RequestDeadline
from state.board_view import card_words, matches
from state.legal_views import DateView
from tests.people import Cast
from tests.services.money import make_case

SPACE = {"kind": "standard", "start_date": (today() - timedelta(days=27)).isoformat()}


def on(days: int) -> date:
    return today() + timedelta(days=days)


def debt_of(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        said = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "500"}
        return add_debt(session, case_id, said).id


def happens(cast: Cast, debt_id: int, kind: str, day: date, **more: str) -> int:
    said = {"kind": kind, "event_date": day.isoformat(), "event_time": "10:00", **more}
    with cast.open(cast.amina) as session:
        return add_event(session, debt_id, said).id


def asked(cast: Cast, case_id: int, due: date) -> int:
    said = {"kind": "information", "about": "Court", "asked_on": today().isoformat()}
    with cast.open(cast.amina) as session:
        return record_request(session, case_id, {**said, "due_date": due.isoformat()}).id


def space(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        return record_space(session, case_id, SPACE).id


def dates(cast: Cast, case_id: int) -> list[tuple[str, date]]:
    with cast.open(cast.amina) as session:
        return [(each.label, each.day) for each in list_legal_dates(session, case_id)]


def card(cast: Cast, case_id: int) -> Card:
    with cast.open(cast.maria) as session:
        return next(each for each in board(session).cards if each.id == case_id)


class TestListLegalDates:
    def test_every_source_is_in_it_the_next_first(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        debt_id = debt_of(cast, case_id)
        happens(cast, debt_id, "possession_hearing", on(12))
        served = (today() - timedelta(days=2)).isoformat()
        happens(cast, debt_id, "claim", today(), event_date=served, reply_by=on(3).isoformat())
        asked(cast, case_id, on(5))
        space(cast, case_id)
        with cast.open(cast.amina) as session:
            record_emergency(session, case_id, what="Bailiffs", on=on(1), at=None)
        found = dates(cast, case_id)
        assert set(found) == {
            ("Bailiffs", on(1)),
            ("County Court claim, answer", on(3)),
            ("A court or creditor asks us for something", on(5)),
            ("Breathing space review", on(7)),
            ("Possession hearing", on(12)),
            ("Last protected day", on(32)),
        }
        order = [act_by(day, "england") for _, day in found]
        assert order == sorted(order)

    def test_what_is_dealt_with_is_gone(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        event_id = happens(cast, debt_of(cast, case_id), "hearing", on(12))
        request_id, space_id = asked(cast, case_id, on(5)), space(cast, case_id)
        with cast.open(cast.amina) as session:
            version = session.require(DebtEvent, event_id).version
            end_event(session, event_id, {"how": "Adjourned"}, version=version)
            version = session.require(RequestDeadline, request_id).version
            finish_request(session, request_id, {"done_how": "Sent"}, version=version)
            held = {"review_held_on": today().isoformat(), "review_outcome": "goes_on"}
            version = session.require(BreathingSpace, space_id).version
            review_space(session, space_id, held, version=version)
        assert dates(cast, case_id) == [("Last protected day", on(32))]
        with cast.open(cast.amina) as session:
            version = session.require(BreathingSpace, space_id).version
            said = {"ended_on": today().isoformat(), "ended_reason": "client_asked"}
            end_space(session, space_id, said, version=version)
        assert dates(cast, case_id) == []

    def test_a_step_without_a_last_day_is_no_date(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        happens(cast, debt_of(cast, case_id), "judgment", today())
        assert dates(cast, case_id) == []

    def test_a_day_that_is_no_working_day_says_when_to_act(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        sunday = on((6 - today().weekday()) % 7 + 7)
        asked(cast, case_id, sunday)
        with cast.open(cast.amina) as session:
            (found,) = list_legal_dates(session, case_id)
        assert found.left.rolls
        assert found.left.act_by < sunday
        assert is_working_day(found.left.act_by, "england")

    def test_others_find_nothing(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for who in (cast.tess, cast.colin):
            with cast.open(who) as session, pytest.raises(NotFound):
                list_legal_dates(session, case_id)
        with cast.open(cast.root) as session, pytest.raises((NotFound, Refused)):
            list_legal_dates(session, case_id)


class TestBoard:
    def test_a_card_tells_of_the_protection_and_the_next_last_day(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = space(cast, case_id)
        happens(cast, debt_of(cast, case_id), "claim", today(), reply_by=on(3).isoformat())
        shown = card(cast, case_id)
        words = card_words(shown, today())
        assert words["guard"] == f"Protected to {on(32).day} {on(32):%b}"
        assert words["legal"].startswith(f"County Court claim, answer {on(3).day} {on(3):%b}")
        assert shown.legal is not None
        assert shown.legal.day == on(3)
        with cast.open(cast.amina) as session:
            done = session.require(BreathingSpace, space_id).review_action_id
            complete_action(session, done or 0)
            last = session.require(BreathingSpace, space_id).end_action_id
            complete_action(session, last or 0)
        words = card_words(card(cast, case_id), today())
        assert words["guard"].startswith(f"Protected to {on(32).day} {on(32):%b}, review by")

    def test_an_answer_that_is_the_next_action_is_not_told_twice(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        asked(cast, case_id, on(3))
        words = card_words(card(cast, case_id), today())
        assert words["legal"] == ""
        assert words["step"].startswith("A court or creditor asks us for something")

    def test_the_emergency_is_not_told_twice(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        happens(cast, debt_of(cast, case_id), "eviction", on(3))
        words = card_words(card(cast, case_id), today())
        assert (words["emergency"], words["legal"]) == (f"Eviction {on(3).day} {on(3):%b}", "")

    @pytest.mark.parametrize("days", [-1, 7, 8])
    def test_the_filter_and_the_live_patch_agree_on_seven_days(self, cast: Cast, days: int) -> None:
        near, own = make_case(cast, cast.amina), make_case(cast, cast.amina)
        happens(cast, debt_of(cast, near), "eviction", on(days))
        with cast.open(cast.amina) as session:
            record_emergency(session, own, what="Bailiffs", on=on(days), at=None)
        wanted = Filter(show="legal")
        with cast.open(cast.maria) as session:
            seen = board(session, wanted=wanted)
            change = Round([near, own]).change(session)
            lines = listing(session, wanted=wanted)
        expected = {near, own} if act_by(on(days), "england") <= on(7) else set()
        assert {each.id for each in seen.cards} == expected
        assert {each.id for each in lines.rows} == expected
        assert {each.id for each in change.cards if matches(each, wanted, today())} == expected
        assert seen.summary.centre.legal == len(expected)

    @pytest.mark.parametrize(
        ("seen_on", "day", "is_near"),
        [
            (date(2027, 12, 20), date(2027, 12, 28), True),  # act by Christmas Eve
            (date(2027, 12, 20), date(2027, 12, 29), False),
            (date(2026, 3, 29), date(2026, 4, 6), True),  # Easter Monday
            (date(2026, 3, 29), date(2026, 4, 7), False),
        ],
    )
    def test_a_date_is_near_by_the_day_on_which_to_act(
        self, cast: Cast, *, seen_on: date, day: date, is_near: bool
    ) -> None:
        near, own = make_case(cast, cast.amina), make_case(cast, cast.amina)
        with at(datetime(seen_on.year, seen_on.month, seen_on.day, 12, tzinfo=LONDON)):
            asked(cast, near, day)
            with cast.open(cast.amina) as session:
                record_emergency(session, own, what="Bailiffs", on=day, at=None)
                first = my_day(session).legal_dates.total
                (shown,) = [DateView.of(each) for each in list_legal_dates(session, near)]
            wanted = Filter(show="legal")
            with cast.open(cast.maria) as session:
                seen = {each.id for each in board(session, wanted=wanted).cards}
                change = Round([near, own]).change(session)
            live = {each.id for each in change.cards if matches(each, wanted, seen_on)}
        assert seen == live == ({near, own} if is_near else set())
        assert (first, shown.tone) == (int(is_near), "soon" if is_near else "")

    def test_scotlands_holidays_are_its_own(self, cast: Cast) -> None:
        english = make_case(cast, cast.amina)
        scottish = make_case(cast, cast.amina, nation="scotland")
        with at(datetime(2026, 11, 22, 12, tzinfo=LONDON)):  # Saint Andrew's Day in eight days
            for case_id in (english, scottish):
                asked(cast, case_id, date(2026, 11, 30))
            with cast.open(cast.maria) as session:
                found = board(session, wanted=Filter(show="legal"))
        assert {each.id for each in found.cards} == {scottish}

    def test_another_centres_board_counts_none(self, cast: Cast) -> None:
        asked(cast, make_case(cast, cast.amina), on(1))
        with cast.open(cast.bea) as session:
            assert board(session).summary.centre.legal == 0


class TestFirstPage:
    def test_near_ones_of_mine_but_emergencies_which_have_a_card_of_their_own(
        self, cast: Cast
    ) -> None:
        mine, others = make_case(cast, cast.amina), make_case(cast, cast.ben)
        happens(cast, debt_of(cast, mine), "eviction", on(2))
        asked(cast, mine, on(3))
        asked(cast, mine, on(20))
        asked(cast, others, on(4))
        with cast.open(cast.amina) as session:
            found = my_day(session)
        assert [each.date.day for each in found.legal_dates.rows] == [on(3)]
        assert found.emergencies.total == 1
        with cast.open(cast.maria) as session:
            assert my_day(session).legal_dates.total == 2
        with cast.open(cast.colin) as session:
            assert my_day(session).legal_dates.total == 0
