"""The household: every answer of the statement's header, a row each time it differs."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.services.budgets import read_budget, revise_sheet, start_sheet
from cma_app.services.case_people import join_new_person
from cma_app.services.households import (
    CaseHousehold,
    HouseholdForm,
    read_household,
    record_household,
)
from cma_app.services.separation import separate_people
from models import BudgetSheet, Household
from tests.people import Cast
from tests.services.intake_forms import ROUTES
from tests.services.money import audited, make_case

ANSWERS = {"adults": "2", "children_under_16": "1", "tenure": "tenant_social"}
DEREK = {"first_name": "Derek", "last_name": "Fenwick", **ROUTES}


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def sheet_id(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        return start_sheet(session, case_id, statement_date=date(2026, 11, 22)).id


def record(cast: Cast, case_id: int, seen: int | None = None, **answers: Any) -> int:
    with cast.open(cast.amina) as session:
        return record_household(session, case_id, ANSWERS | answers, seen=seen).id


def read(cast: Cast, case_id: int) -> CaseHousehold:
    with cast.open(cast.amina) as session:
        return read_household(session, case_id)


class TestRecordHousehold:
    def test_a_new_answer_is_a_new_row_and_the_sheet_refers_to_it(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        first = record(cast, case_id, employment="part_time,carer")
        assert record(cast, case_id, employment="part_time,carer") == first
        second = record(cast, case_id, adults="1")
        with cast.open(cast.amina) as session:
            assert session.require(Household, first).employment == ["part_time", "carer"]
            assert session.require(BudgetSheet, sheet_id).household_id == second
            rows = session.exec(select(Household).where(col(Household.case_id) == case_id)).all()
            assert [row.adults for row in rows] == [2, 1]

    def test_an_older_sheet_keeps_its_household(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        first = record(cast, case_id)
        with cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)
        record(cast, case_id, adults="1")
        with cast.open(cast.amina) as session:
            older = read_budget(session, case_id, sheet_no=1)
        assert older.household is not None
        assert older.household.id == first

    def test_a_frozen_sheet_keeps_its_own(
        self, cast: Cast, case_id: int, sheet_id: int, owner: Engine
    ) -> None:
        first = record(cast, case_id)
        with owner.begin() as connection:
            freeze = "UPDATE budget_sheets SET frozen_at = now() WHERE id = :id"
            connection.execute(text(freeze), {"id": sheet_id})
        second = record(cast, case_id, adults="3")
        found = read(cast, case_id)
        assert [past.answers.id for past in found.history] == [second, first]
        assert [past.sheets for past in found.history] == [[], [1]]
        assert found.sheet is not None
        assert found.sheet.answers is not None
        assert (found.sheet.is_frozen, found.sheet.answers.id) == (True, first)

    def test_a_new_answer_unverifies_the_sheet(
        self, cast: Cast, case_id: int, sheet_id: int, owner: Engine
    ) -> None:
        record(cast, case_id)
        with owner.begin() as connection:
            verify = "UPDATE budget_sheets SET verification_status = 'verified' WHERE id = :id"
            connection.execute(text(verify), {"id": sheet_id})
        record(cast, case_id, vehicles="1")
        with cast.open(cast.amina) as session:
            assert session.require(BudgetSheet, sheet_id).verification_status == "unverified"

    def test_takes_every_answer_of_the_header(self, cast: Cast, case_id: int) -> None:
        found = record(
            cast,
            case_id,
            has_partner="yes",
            child_ages="",
            children_16_to_18="2",
            other_dependants="1",
            non_dependants="3",
            vehicles="2",
            tenure="other",
            tenure_note="House boat",
            employment=["part_time", "other"],
            employment_note="Bell ringer",
            partner_employment=["retired", "other"],
            partner_employment_note="Treasurer",
        )
        with cast.open(cast.amina) as session:
            row = session.require(Household, found)
        assert (row.children_under_16, row.children_16_to_18) == (1, 2)
        assert (row.other_dependants, row.non_dependants, row.vehicles) == (1, 3, 2)
        assert (row.tenure, row.tenure_note) == ("other", "House boat")
        assert (row.employment, row.employment_note) == (["part_time", "other"], "Bell ringer")
        assert row.has_partner
        assert row.partner_employment == ["retired", "other"]
        assert row.partner_employment_note == "Treasurer"
        assert row.partner_client_id is None

    def test_a_text_for_other_counts_only_beside_other(self, cast: Cast, case_id: int) -> None:
        found = record(
            cast,
            case_id,
            tenure_note="Boat",
            employment_note="Bells",
            partner_employment=["retired"],
            partner_employment_note="Coins",
        )
        with cast.open(cast.amina) as session:
            row = session.require(Household, found)
        assert (row.tenure_note, row.employment_note) == (None, None)
        assert (row.partner_employment, row.partner_employment_note) == ([], None)

    @pytest.mark.parametrize(
        ("ages", "younger", "older"),
        [("3, 7, 16", 2, 1), ("0 and 15", 2, 0), ("18;17", 0, 2), ("16", 0, 1)],
    )
    def test_the_counts_follow_from_the_ages(
        self, cast: Cast, case_id: int, ages: str, younger: int, older: int
    ) -> None:
        found = record(cast, case_id, child_ages=ages, children_under_16="")
        with cast.open(cast.amina) as session:
            row = session.require(Household, found)
        assert (row.children_under_16, row.children_16_to_18) == (younger, older)

    @given(st.lists(st.integers(0, 18), max_size=20))
    def test_each_child_is_counted_once(self, ages: list[int]) -> None:
        said = HouseholdForm.read({"child_ages": ", ".join(map(str, ages))}).answers()
        assert said["children_under_16"] + said["children_16_to_18"] == len(ages)
        assert said["children_16_to_18"] == len([age for age in ages if age >= 16])

    def test_counts_that_disagree_with_the_ages_get_a_sentence(
        self, cast: Cast, case_id: int
    ) -> None:
        with pytest.raises(Invalid) as invalid:
            record(cast, case_id, child_ages="3, 17", children_under_16="2", children_16_to_18="1")
        assert invalid.value.fields == {
            "children_under_16": "The ages say 1 under 16. Empty this box, or mend the ages."
        }

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("adults", "0", "1 or more"),
            ("adults", "many", "whole number"),
            ("adults", "1e9", "whole number"),
            ("vehicles", "-1", "0 or more"),
            ("vehicles", "£2", "whole number"),
            ("non_dependants", "21", "20 or less"),
            ("tenure", "castle", "one of the answers"),
            ("employment", "pirate", "one of the answers"),
            ("tenure_note", "x" * 101, "at most 100"),
            ("employment_note", "x" * 10_000, "at most 100"),
            ("child_ages", "three", "whole years"),
            ("child_ages", "12,5x", "whole years"),
            ("child_ages", "-3", "whole years"),
            ("child_ages", "19", "at most 18"),
            ("child_ages", "1 " * 21, "at most 20 ages"),
        ],
    )
    def test_what_does_not_fit_gets_a_sentence(
        self, cast: Cast, case_id: int, field: str, typed: str, sentence: str
    ) -> None:
        with pytest.raises(Invalid) as invalid:
            record(cast, case_id, **{field: typed})
        assert list(invalid.value.fields) == [field]
        assert sentence in invalid.value.fields[field]

    def test_a_partner_is_an_adult(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as invalid:
            record(cast, case_id, has_partner="yes", adults="1")
        assert list(invalid.value.fields) == ["adults"]

    def test_the_second_to_save_sees_what_the_first_said(self, cast: Cast, case_id: int) -> None:
        first = record(cast, case_id, seen=0)
        with pytest.raises(Conflict) as conflict:
            record(cast, case_id, seen=0, adults="4", tenure="owner")
        assert conflict.value.theirs == {
            "seen": str(first),
            "adults": "2",
            "tenure": "Tenant, social",
        }
        assert record(cast, case_id, seen=0) == first
        assert record(cast, case_id, seen=first, adults="4") != first

    def test_a_second_person_with_a_file_is_a_partner(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            derek = join_new_person(session, case_id, DEREK).id
        with pytest.raises(Invalid, match="Derek Fenwick is on this case"):
            record(cast, case_id)
        found = record(cast, case_id, has_partner="yes")
        with cast.open(cast.amina) as session:
            assert session.require(Household, found).partner_client_id == derek

    def test_is_not_found_by_strangers(self, cast: Cast, case_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                record_household(session, case_id, ANSWERS)

    def test_is_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        record(cast, case_id)
        with cast.open(cast.amina) as session:
            (row,) = audited(session, "budget_sheet:record", "households")
        assert row.case_id == case_id


class TestReadHousehold:
    def test_lists_the_answers_with_who_and_which_sheet(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        assert read(cast, case_id).history == []
        record(cast, case_id)
        with cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)
        record(cast, case_id, adults="1")
        newest, oldest = read(cast, case_id).history
        assert (newest.sheets, oldest.sheets) == ([2], [1])
        assert newest.recorded_by == "Amina Khan"
        assert newest.answers.adults == 1

    def test_what_a_partner_said_of_their_work_leaves_with_them(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            join_new_person(session, case_id, DEREK)
        theirs = {"partner_employment": ["other"], "partner_employment_note": "Clock mender"}
        record(cast, case_id, has_partner="yes", **theirs)
        assert "Clock mender" in str(read(cast, case_id))
        with cast.open(cast.amina) as session:
            separate_people(session, case_id, opens_case=False)
        found = read(cast, case_id)
        assert len(found.history) == 2
        assert "Clock mender" not in str(found)
        assert [past.answers.partner_employment for past in found.history] == [[], []]

    def test_is_not_found_by_strangers(self, cast: Cast, case_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                read_household(session, case_id)
