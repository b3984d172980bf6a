"""Breathing spaces: recorded by rule, refused where barred, reviewed, ended, undone; who may."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import LONDON, at, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.breathing_space import latest_start
from cma_app.rules.legal_dates import act_by
from cma_app.services.authorities import record_authority
from cma_app.services.breathing_space import (
    change_space,
    confirm_treatment,
    end_space,
    record_space,
    remove_space,
    restore_space,
    review_space,
    undo_end,
    undo_review,
)
from cma_app.services.breathing_space_debts import decide_debt
from cma_app.services.breathing_space_list import Space, read_spaces
from cma_app.services.breathing_space_protection import held_creditors, protections
from cma_app.services.case_people import join_new_person
from cma_app.services.chasers import waiting_letters
from cma_app.services.debts import add_debt
from cma_app.services.letter_drafts import draft_letters
from cma_app.services.letter_issue import issue_letter
from cma_app.services.letters import edit_letter
from cma_app.services.next_actions import complete_action, list_actions
from cma_app.services.separation import separate_people
from cma_app.services.timeline import read_space_history, read_timeline
from models import BreathingSpace, Case, Client, Debt, NextAction
from state.breathing_space_views import CoveredView
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.intake_forms import ROUTES
from tests.services.money import audited, make_case
from tests.services.test_letters import EDITED
from tests.services.test_two_at_once import at_once

START = today() - timedelta(days=27)
"""Day 28 is today: the midway review may be held."""
STANDARD = {"kind": "standard", "start_date": START.isoformat(), "register_reference": "bss-1"}
CRISIS = {
    "kind": "crisis",
    "start_date": START.isoformat(),
    "contact_name": "Nia Bell",
    "contact_role": "Care co-ordinator",
}
REVIEWED = {"review_held_on": today().isoformat(), "review_outcome": "goes_on"}
ENDED = {"ended_on": today().isoformat(), "ended_reason": "client_asked"}


def record(cast: Cast, case_id: int, who: Actor | None = None, **over: str) -> int:
    with cast.open(who or cast.amina) as session:
        return record_space(session, case_id, {**STANDARD, **over}).id


def do(cast: Cast, verb: Any, space_id: int, data: Any = None, who: Actor | None = None) -> None:
    """Take a step with the version that is stored."""
    with cast.open(who or cast.amina) as session:
        if data is None:
            verb(session, space_id)
            return
        version = session.require(BreathingSpace, space_id).version
        verb(session, space_id, data, version=version)


def stored(cast: Cast, space_id: int) -> BreathingSpace:
    with cast.open(cast.amina) as session:
        return session.require(BreathingSpace, space_id)


def spaces(cast: Cast, case_id: int) -> list[Space]:
    with cast.open(cast.amina) as session:
        return read_spaces(session, case_id).spaces


def to_do(cast: Cast, case_id: int) -> dict[str, date | None]:
    with cast.open(cast.amina) as session:
        return {row.what: row.due_date for row in list_actions(session, case_id)}


def refused(cast: Cast, case_id: int, **over: str) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        record(cast, case_id, **over)
    return error.value.fields


def owe(cast: Cast, case_id: int, kind: str, name: str, **more: str) -> int:
    debt = {"creditor": name, "debt_type": kind, "balance": "100", **more}
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, debt).id


def joined(cast: Cast, case_id: int) -> int:
    person = {"first_name": "Sam", "last_name": "Second", "nation": "england", **ROUTES}
    with cast.open(cast.amina) as session:
        return join_new_person(session, case_id, person).id


class TestRecord:
    def test_every_day_comes_from_the_start_and_the_steps_are_to_do(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        row = stored(cast, record(cast, case_id))
        assert row.review_from == START + timedelta(25)
        assert row.review_by == START + timedelta(34)
        assert row.protected_until == START + timedelta(59)
        assert row.register_reference == "BSS-1"
        dues = {
            what.partition(":")[2].split()[0]: due for what, due in to_do(cast, case_id).items()
        }
        assert dues == {
            "midway": act_by(START + timedelta(34), "england"),
            "last": act_by(START + timedelta(59), "england"),
        }

    def test_debts_go_in_by_their_kind_and_each_left_out_says_why(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id, "rent", "Landlord")
        owe(cast, case_id, "student_loan", "Loans Company")
        record(cast, case_id)
        found = {
            each.creditor: (each.is_in, each.reason) for each in spaces(cast, case_id)[0].debts
        }
        assert found == {
            "Landlord": (True, ""),
            "Loans Company": (False, "A student loan is not eligible."),
        }

    def test_is_written_in_the_log_and_told_on_the_timeline(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        record(cast, case_id)
        with cast.open(cast.amina) as session:
            (row,) = [
                row
                for row in audited(session, "breathing_space:record", "breathing_spaces")
                if row.case_id == case_id and not row.old_values
            ]
            titles = [event.title for event in read_timeline(session, case_id)]
        assert row.new_values["kind"] == "standard"
        assert "Standard breathing space recorded" in titles

    def test_a_crisis_needs_its_contact_and_has_no_last_day(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assert refused(cast, case_id, kind="crisis") == {
            "contact_name": "Name who confirms the treatment."
        }
        row = stored(cast, record(cast, case_id, **CRISIS))
        assert (row.protected_until, row.review_by) == (None, START + timedelta(30))
        (what,) = to_do(cast, case_id)
        assert what == "Breathing space: ask the named contact whether the treatment goes on"

    def test_a_crisis_whose_treatment_ended_lasts_by_rule(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        ended = START + timedelta(10)
        row = stored(cast, record(cast, case_id, **CRISIS, treatment_ended=ended.isoformat()))
        assert row.protected_until == ended + timedelta(29)
        assert row.review_by is None

    def test_a_trainee_records_what_the_register_says_on_an_own_case(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        assert record(cast, case_id, cast.tess)

    def test_other_peoples_cases_are_not_found(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for who in (cast.tess, cast.colin):
            with pytest.raises(NotFound):
                record(cast, case_id, who)
        with pytest.raises((NotFound, Refused)):
            record(cast, case_id, cast.root)

    def test_a_case_that_has_ended_takes_none(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Done")
        with pytest.raises(Refused):
            record(cast, case_id)

    @pytest.mark.parametrize("nation", ["scotland", "northern_ireland"])
    def test_another_nation_says_what_there_is_instead(self, cast: Cast, nation: str) -> None:
        case_id = make_case(cast, cast.amina, nation=nation)
        assert refused(cast, case_id)["kind"].startswith("There is no breathing space in")

    def test_days_that_contradict_each_other_are_refused(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        latest = latest_start(today(), "england")
        late = refused(cast, case_id, start_date=(latest + timedelta(1)).isoformat())
        assert "Applied for today, it can start on" in late["start_date"]
        said = refused(cast, case_id, submitted_on=START.isoformat())
        assert "the day after the register's entry" in said["start_date"]
        assert record(cast, case_id, submitted_on=(START - timedelta(1)).isoformat())

    def test_before_there_was_the_law_it_is_refused(self, cast: Cast) -> None:
        said = refused(cast, make_case(cast, cast.amina), start_date="2021-05-03")
        assert "from 4 May 2021" in said["start_date"]

    def test_two_never_run_on_the_same_day(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        record(cast, case_id)
        said = refused(cast, case_id, **CRISIS)
        assert "A standard breathing space is recorded for these days" in said["start_date"]

    def test_two_people_at_once_record_one(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        deeds = [lambda session: record_space(session, case_id, STANDARD)] * 2
        failures = at_once(cast, *deeds)
        assert [type(each) for each in failures] == [Invalid]
        assert len(spaces(cast, case_id)) == 1


class TestBarred:
    """A standard one must have ended more than twelve months before the next is applied for."""

    ended = date(2025, 10, 15)

    @pytest.fixture
    def case_id(self, cast: Cast) -> int:
        case_id = make_case(cast, cast.amina)
        start = self.ended - timedelta(days=59)
        with at(datetime(2025, 12, 1, 12, tzinfo=LONDON)):
            record(cast, case_id, start_date=start.isoformat())
        return case_id

    def test_on_the_day_twelve_months_later_it_is_still_barred(
        self, cast: Cast, case_id: int
    ) -> None:
        with at(datetime(2026, 10, 20, 12, tzinfo=LONDON)):
            said = refused(cast, case_id, submitted_on="2026-10-15", start_date="2026-10-17")
        assert said["start_date"] == (
            "A standard breathing space ended on Wed 15 Oct 2025. "
            "Another can be applied for from Fri 16 Oct 2026."
        )

    def test_on_the_next_day_it_is_not(self, cast: Cast, case_id: int) -> None:
        with at(datetime(2026, 10, 20, 12, tzinfo=LONDON)):
            assert record(cast, case_id, submitted_on="2026-10-16", start_date="2026-10-20")

    def test_without_its_day_the_application_was_the_day_before_the_start(
        self, cast: Cast, case_id: int
    ) -> None:
        with at(datetime(2026, 10, 20, 12, tzinfo=LONDON)):
            said = refused(cast, case_id, start_date="2026-10-16")
            assert "applied for from Fri 16 Oct 2026" in said["start_date"]
            assert record(cast, case_id, start_date="2026-10-17")

    def test_an_earlier_one_recorded_after_a_later_one_is_compared_too(
        self, cast: Cast, case_id: int
    ) -> None:
        with at(datetime(2025, 12, 1, 12, tzinfo=LONDON)):  # the later began on 17 Aug 2025
            said = refused(cast, case_id, start_date="2025-03-01")
            assert "ends on Tue 29 Apr 2025" in said["start_date"]
            assert record(cast, case_id, start_date="2024-06-17")  # over on 15 Aug 2024

    def test_a_crisis_has_no_such_limit(self, cast: Cast, case_id: int) -> None:
        with at(datetime(2025, 12, 1, 12, tzinfo=LONDON)):
            assert record(cast, case_id, **{**CRISIS, "start_date": "2025-11-20"})

    def test_another_case_of_the_same_client_is_barred_too(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.ashdown_system) as session:
            first = session.require(Case, case_id)
            again = Case(
                case_reference=session.next_reference("case"),
                client_id=first.client_id,
                advisor_id=cast.amina.user_id,
                nation="england",
            )
            session.add(again)
            session.flush()
            other = again.id
        with at(datetime(2026, 3, 2, 12, tzinfo=LONDON)):
            assert "ended on" in refused(cast, other, start_date="2026-03-02")["start_date"]


class TestChange:
    def test_moves_its_days_and_its_actions(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        moved = START + timedelta(1)
        do(cast, change_space, space_id, {**STANDARD, "start_date": moved.isoformat()})
        assert stored(cast, space_id).protected_until == moved + timedelta(59)
        assert act_by(moved + timedelta(59), "england") in to_do(cast, case_id).values()
        assert len(to_do(cast, case_id)) == 2

    def test_the_second_person_sees_what_the_first_stored(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        do(cast, change_space, space_id, {**STANDARD, "register_reference": "BSS-2"})
        with cast.open(cast.ben) as session, pytest.raises(Conflict) as conflict:
            change_space(session, space_id, {**STANDARD, "register_reference": "X"}, version=1)
        assert conflict.value.theirs == {"register_reference": "BSS-2"}

    def test_a_review_that_would_be_too_early_by_then_is_refused(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        do(cast, review_space, space_id, REVIEWED)
        later = {**STANDARD, "start_date": (START + timedelta(10)).isoformat()}
        with pytest.raises(Invalid, match="would be too early"):
            do(cast, change_space, space_id, later)

    def test_of_the_other_person_it_takes_their_debts(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        partner = joined(cast, case_id)
        owe(cast, case_id, "credit_card", "Hers", owed_by="client")
        owe(cast, case_id, "credit_card", "Theirs", owed_by="partner")
        space_id = record(cast, case_id)
        do(cast, change_space, space_id, {**STANDARD, "client_id": str(partner)})
        found = {each.creditor: each.is_in for each in spaces(cast, case_id)[0].debts}
        assert found == {"Hers": False, "Theirs": True}
        with pytest.raises(Invalid, match="one of the people"):
            do(cast, change_space, space_id, {**STANDARD, "client_id": "999999"})

    def test_who_may_not_finds_nothing(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        for who in (cast.tess, cast.colin):
            with cast.open(who) as session, pytest.raises(NotFound):
                change_space(session, space_id, STANDARD, version=1)


class TestReview:
    def test_is_recorded_with_who_and_its_action_is_done(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        do(cast, review_space, space_id, REVIEWED)
        (space,) = spaces(cast, case_id)
        assert (space.row.review_outcome, space.reviewed_by) == ("goes_on", "Amina Khan")
        assert [what for what in to_do(cast, case_id) if "midway" in what] == []

    def test_not_within_the_first_25_days(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        for number, allowed in ((24, False), (25, True)):
            said = {**REVIEWED, "review_held_on": (START + timedelta(number)).isoformat()}
            if allowed:
                do(cast, review_space, space_id, said)
            else:
                with pytest.raises(Invalid, match="No review may be made before"):
                    do(cast, review_space, space_id, said)

    def test_to_cancel_says_why(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        with pytest.raises(Invalid) as error:
            do(cast, review_space, space_id, {**REVIEWED, "review_outcome": "to_cancel"})
        assert "review_note" in error.value.fields

    def test_a_slip_is_undone_and_it_is_to_do_again(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        do(cast, review_space, space_id, REVIEWED)
        with pytest.raises(Conflict, match="recorded already"):
            do(cast, review_space, space_id, REVIEWED)
        do(cast, undo_review, space_id)
        assert stored(cast, space_id).review_held_on is None
        assert any("midway review" in what for what in to_do(cast, case_id))
        with pytest.raises(Conflict):
            do(cast, undo_review, space_id)

    def test_a_crisis_has_none(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina), **CRISIS)
        with pytest.raises(Invalid, match="no midway review"):
            do(cast, review_space, space_id, REVIEWED)

    def test_a_trainee_asks_the_supervisor_and_others_find_nothing(self, cast: Cast) -> None:
        mine = record(cast, make_case(cast, cast.tess), cast.tess)
        with pytest.raises(Refused, match="Ask your supervisor"):
            do(cast, review_space, mine, REVIEWED, cast.tess)
        with pytest.raises(Refused):
            do(cast, undo_review, mine, None, cast.tess)
        for verb in (review_space, end_space):
            with cast.open(cast.colin) as session, pytest.raises(NotFound):
                verb(session, mine, REVIEWED, version=1)


class TestContact:
    def test_asks_again_thirty_days_after_they_confirmed(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id, **CRISIS)
        do(cast, confirm_treatment, space_id, {"confirmed_on": today().isoformat()})
        assert stored(cast, space_id).review_by == today() + timedelta(30)
        assert list(to_do(cast, case_id).values()) == [act_by(today() + timedelta(30), "england")]

    def test_never_goes_back(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina), **CRISIS)
        do(cast, confirm_treatment, space_id, {"confirmed_on": today().isoformat()})
        with pytest.raises(Invalid, match="later than that"):
            do(cast, confirm_treatment, space_id, {"confirmed_on": START.isoformat()})
        with pytest.raises(Invalid, match="from the start"):
            before = (START - timedelta(1)).isoformat()
            do(cast, confirm_treatment, space_id, {"confirmed_on": before})

    def test_nobody_is_asked_of_a_standard_one(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        with pytest.raises(Conflict, match="crisis alone"):
            do(cast, confirm_treatment, space_id, {"confirmed_on": today().isoformat()})

    def test_who_may_not_finds_nothing(self, cast: Cast) -> None:
        space_id = record(cast, make_case(cast, cast.amina), **CRISIS)
        for who in (cast.tess, cast.colin):
            with cast.open(who) as session, pytest.raises(NotFound):
                confirm_treatment(session, space_id, {"confirmed_on": "1 1 2026"}, version=1)


class TestEnd:
    def test_is_recorded_and_nothing_is_left_to_do(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        do(cast, end_space, space_id, ENDED)
        (space,) = spaces(cast, case_id)
        assert (space.last_day, space.ended_by) == (today(), "Amina Khan")
        assert to_do(cast, case_id) == {}
        with pytest.raises(Conflict, match="ended on"):
            do(cast, end_space, space_id, ENDED)
        with pytest.raises(Conflict, match="ended on"):
            do(cast, change_space, space_id, STANDARD)

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"ended_on": (START - timedelta(1)).isoformat()}, "ended_on"),
            ({"ended_reason": "treatment_stopped"}, "ended_reason"),
            ({"ended_reason": ""}, "ended_reason"),
            ({"ended_on": ""}, "ended_on"),
        ],
    )
    def test_what_contradicts_is_refused(
        self, cast: Cast, over: dict[str, str], field: str
    ) -> None:
        space_id = record(cast, make_case(cast, cast.amina))
        with pytest.raises(Invalid) as error:
            do(cast, end_space, space_id, {**ENDED, **over})
        assert set(error.value.fields) == {field}

    def test_a_slip_is_undone_unless_another_one_began_meanwhile(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        earlier = {**ENDED, "ended_on": (START + timedelta(5)).isoformat()}
        do(cast, end_space, space_id, earlier)
        do(cast, undo_end, space_id)
        assert len(to_do(cast, case_id)) == 2
        do(cast, end_space, space_id, earlier)
        second = record(cast, case_id, **{**CRISIS, "start_date": today().isoformat()})
        with pytest.raises(Conflict, match="Another one"):
            do(cast, undo_end, space_id)
        do(cast, remove_space, second)
        do(cast, undo_end, space_id)

    def test_taken_back_and_brought_back(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        do(cast, remove_space, space_id)
        assert spaces(cast, case_id) == []
        assert to_do(cast, case_id) == {}
        do(cast, restore_space, space_id)
        assert len(spaces(cast, case_id)) == 1
        assert len(to_do(cast, case_id)) == 2
        with pytest.raises(NotFound):
            do(cast, restore_space, space_id)
        with cast.open(cast.amina) as session:
            titles = [event.title for event in read_space_history(session, case_id)]
        assert titles[:2] == ["Breathing space brought back", "Breathing space taken back"]

    def test_brought_back_beside_another_it_is_refused(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        do(cast, remove_space, space_id)
        record(cast, case_id)
        with pytest.raises(Conflict, match="stands for these days"):
            do(cast, restore_space, space_id)

    def test_only_who_may(self, cast: Cast) -> None:
        mine = record(cast, make_case(cast, cast.tess), cast.tess)
        for verb, data in ((end_space, ENDED), (undo_end, None), (remove_space, None)):
            with pytest.raises(Refused):
                do(cast, verb, mine, data, cast.tess)
        others = record(cast, make_case(cast, cast.amina))
        for who in (cast.tess, cast.colin):
            for verb in (undo_end, remove_space, restore_space):
                with cast.open(who) as session, pytest.raises((NotFound, Refused)):
                    verb(session, others)
        assert stored(cast, others).deleted_at is None


class TestDebts:
    def test_one_found_later_has_its_own_day(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        late = owe(cast, case_id, "credit_card", "Found later")
        (debt,) = spaces(cast, case_id)[0].debts
        assert (debt.is_in, debt.is_decided) == (False, False)
        with cast.open(cast.amina) as session:
            decide_debt(session, space_id, late, {"is_in": "yes"}, version=0)
        (debt,) = spaces(cast, case_id)[0].debts
        assert (debt.is_in, debt.effective_on) == (True, today())

    def test_left_out_says_why_and_a_day_outside_is_refused(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        debt_id = owe(cast, case_id, "credit_card", "Bank")
        space_id = record(cast, case_id)
        outside = {"is_in": "yes", "effective_on": (START - timedelta(1)).isoformat()}
        for said, field in (({"is_in": "no"}, "reason"), (outside, "effective_on")):
            with cast.open(cast.amina) as session, pytest.raises(Invalid) as error:
                decide_debt(session, space_id, debt_id, said, version=1)
            assert set(error.value.fields) == {field}
        with cast.open(cast.amina) as session:
            said = {"is_in": "no", "reason": "Taken out by fraud"}
            decide_debt(session, space_id, debt_id, said, version=1)
        with cast.open(cast.ben) as session, pytest.raises(Conflict, match="in the meantime"):
            decide_debt(session, space_id, debt_id, {"is_in": "yes"}, version=1)

    def test_one_added_later_says_the_days_of_its_creditor_and_of_us(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        noon = datetime(2026, 4, 1, 12, tzinfo=LONDON)
        with at(noon):
            space_id = record(cast, case_id, start_date="2026-03-10")
            debt_id = owe(cast, case_id, "credit_card", "Bank")
            said = {"is_in": "yes", "effective_on": "2026-03-16"}
            with cast.open(cast.amina) as session:
                decide_debt(session, space_id, debt_id, said, version=0)
            (space,) = spaces(cast, case_id)
            shown = CoveredView.of(space.debts[0], space.row.start_date, space.nation)
        assert shown.said == (
            "From 16 Mar 2026: its creditor may ask for a review until Sat 4 Apr"
            " (act by Thu 2 Apr), our answer is due by Sun 19 Apr (act by Fri 17 Apr)"
        )

    def test_creditors_are_held_while_it_runs(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        debt_id = owe(cast, case_id, "credit_card", "Bank")
        owe(cast, case_id, "student_loan", "Loans Company")
        space_id = record(cast, case_id)
        with cast.open(cast.amina) as session:
            creditor = session.require(Debt, debt_id).creditor_id
            assert held_creditors(session, case_id) == {creditor: START + timedelta(59)}
            signed = {"how": "paper", "signed_on": f"{today():%d %m %Y}"}
            record_authority(session, case_id, signed)
            letter = draft_letters(session, case_id, "holding", creditor_ids=[creditor])[0]
            letter = edit_letter(session, letter.id, EDITED, version=letter.version)
            issue_letter(session, letter.id, version=letter.version, route="post")
            (waits,) = waiting_letters(session, case_id)
            assert (waits.is_protected, waits.protected_until) == (True, START + timedelta(59))
        do(cast, end_space, space_id, {**ENDED, "ended_on": START.isoformat()})
        with cast.open(cast.amina) as session:
            assert held_creditors(session, case_id) == {}

    def test_who_may_not_finds_nothing(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        debt_id, space_id = owe(cast, case_id, "credit_card", "Bank"), record(cast, case_id)
        for who in (cast.tess, cast.colin):
            with cast.open(who) as session, pytest.raises(NotFound):
                decide_debt(session, space_id, debt_id, {"is_in": "yes"}, version=1)
        elsewhere = owe(cast, make_case(cast, cast.amina), "credit_card", "Other case")
        with cast.open(cast.amina) as session, pytest.raises(Invalid, match="of this case"):
            decide_debt(session, space_id, elsewhere, {"is_in": "yes"}, version=0)


class TestProtection:
    def test_runs_to_its_last_day_and_no_longer(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        record(cast, case_id)
        for after, runs in ((59, True), (60, False)):
            noon = datetime.combine(START + timedelta(after), datetime.min.time(), LONDON)
            with at(noon + timedelta(hours=12)), cast.open(cast.amina) as session:
                assert bool(protections(session, [case_id])) == runs

    def test_an_action_done_by_hand_is_not_made_again(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        space_id = record(cast, case_id)
        with cast.open(cast.amina) as session:
            review = session.require(BreathingSpace, space_id).review_action_id
            complete_action(session, review or 0)
        do(cast, review_space, space_id, REVIEWED)
        with cast.open(cast.amina) as session:
            kept = session.exec(select(NextAction).where(col(NextAction.case_id) == case_id)).all()
        assert len(kept) == 2

    def test_another_centre_and_an_admin_see_none(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        record(cast, case_id)
        with cast.open(cast.colin) as session:
            assert protections(session, [case_id]) == {}
            with pytest.raises(NotFound):
                read_spaces(session, case_id)
        with cast.open(cast.root) as session, pytest.raises(Refused):
            protections(session, [case_id])


class TestTwoPeople:
    def test_it_leaves_with_the_person_and_the_case_tells_nothing(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        partner = joined(cast, case_id)
        owe(cast, case_id, "credit_card", "Theirs", owed_by="partner")
        record(cast, case_id, client_id=str(partner))
        with cast.open(cast.amina) as session:
            assert "of the second person" in next(iter(list_actions(session, case_id))).what
            own = separate_people(session, case_id, opens_case=True)
            assert own is not None
            new_case = own.id
        assert spaces(cast, case_id) == []
        assert to_do(cast, case_id) == {}
        with cast.open(cast.amina) as session:
            assert read_space_history(session, case_id) == []
            assert not [e for e in read_timeline(session, case_id) if "reathing" in e.title]
            assert session.require(Client, partner)
        (moved,) = spaces(cast, new_case)
        assert moved.last_day == START + timedelta(59)
        assert [each.creditor for each in moved.debts] == ["Theirs"]
        assert len(to_do(cast, new_case)) == 2
