"""What stands above a sheet's lines: its date, kind, for whom, what was considered, a fee."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.budgets import (
    SINGLE,
    read_budget,
    record_line,
    revise_sheet,
    start_sheet,
    verify_sheet,
)
from cma_app.services.sheet_day import sheet_day, sheet_day_column
from cma_app.services.sheet_details import details_stamp, record_details
from models import BudgetSheet
from tests.people import Cast
from tests.services.money import audited, make_case

WAGES, THEIRS = "client-salary-or-wages", "partner-salary-or-wages"
TAX_CREDIT = "working-tax-credit"
ON = date(2025, 4, 5)


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def sheet_id(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        return start_sheet(session, case_id, statement_date=ON).id


def head(**more: Any) -> dict[str, Any]:
    return {"sheet_type": "initial", "statement_date": "5 4 2025", **more}


def record(cast: Cast, sheet_id: int, **more: Any) -> BudgetSheet:
    with cast.open(cast.amina) as session:
        return record_details(session, sheet_id, head(**more))


def line(cast: Cast, sheet_id: int, code: str, typed: str) -> BudgetSheet:
    with cast.open(cast.amina) as session:
        return record_line(session, sheet_id, code=code, typed=typed, frequency="monthly")


class TestRecordDetails:
    def test_records_all_of_the_head(self, cast: Cast, sheet_id: int) -> None:
        sheet = record(
            cast,
            sheet_id,
            sheet_type="final",
            is_joint="on",
            are_savings_considered="on",
            are_assets_considered="on",
            debt_admin_fee="£1,012.50",
        )
        assert (sheet.sheet_type, sheet.is_joint, sheet.debt_admin_fee) == (
            "final",
            True,
            Decimal("1012.50"),
        )
        assert sheet.are_savings_considered
        assert sheet.are_assets_considered
        sheet = record(cast, sheet_id)
        assert (sheet.is_joint, sheet.debt_admin_fee) == (False, Decimal("0.00"))
        assert not sheet.are_savings_considered

    def test_writes_the_audit_log_once(self, cast: Cast, sheet_id: int) -> None:
        record(cast, sheet_id, is_joint="on")
        record(cast, sheet_id, is_joint="on")
        with cast.open(cast.amina) as session:
            rows = audited(session, "budget_sheet:record", "budget_sheets")
            mine = [row for row in rows if row.record_id == sheet_id]
            assert [row.new_values.get("is_joint") for row in mine][-1] is True
            assert len(mine) == 2

    def test_a_verified_sheet_is_unverified(self, cast: Cast, sheet_id: int) -> None:
        version = line(cast, sheet_id, WAGES, "900").version
        with cast.open(cast.ben) as session:
            verify_sheet(session, sheet_id, version=version)
        assert record(cast, sheet_id).verification_status == "verified"
        assert record(cast, sheet_id, debt_admin_fee="5").verification_status == "unverified"

    def test_both_values_where_another_person_was_first(self, cast: Cast, sheet_id: int) -> None:
        with cast.open(cast.ben) as session:
            seen = details_stamp(session.require(BudgetSheet, sheet_id))
            record_details(session, sheet_id, head(debt_admin_fee="7"))
        with cast.open(cast.amina) as session, pytest.raises(Conflict) as caught:
            record_details(session, sheet_id, head(debt_admin_fee="9"), seen=seen)
        assert caught.value.theirs["Debt administration fee"] == "7.00"

    def test_an_older_sheet_stays(self, cast: Cast, sheet_id: int) -> None:
        with cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)
        with pytest.raises(Conflict, match="Open sheet 2"):
            record(cast, sheet_id, is_joint="on")

    def test_another_centre_finds_nothing(self, cast: Cast, sheet_id: int) -> None:
        with cast.open(cast.bea) as session, pytest.raises(NotFound):
            record_details(session, sheet_id, head())

    def test_refuses_an_admin(self, cast: Cast, sheet_id: int) -> None:
        with cast.open(cast.root) as session, pytest.raises((Refused, NotFound)):
            record_details(session, sheet_id, head())


class TestDate:
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("", "Enter the date"),
            ("31 2 2025", "no such date"),
            ("1 2 17", "four digits"),
            ("31 1 2018", "no statement lines before 2018-02-01"),
            ("soon", "Enter a date like"),
        ],
    )
    def test_refuses_a_date_without_lines(
        self, cast: Cast, sheet_id: int, typed: str, sentence: str
    ) -> None:
        with pytest.raises(Invalid) as caught:
            record(cast, sheet_id, statement_date=typed)
        assert sentence in caught.value.fields["statement_date"]

    def test_refuses_a_day_to_come(self, cast: Cast, sheet_id: int) -> None:
        with pytest.raises(Invalid) as caught:
            record(cast, sheet_id, statement_date=f"{today() + timedelta(1):%d %m %Y}")
        assert "later than today" in caught.value.fields["statement_date"]
        day = f"{today():%d %m %Y}"
        assert record(cast, sheet_id, statement_date=day).statement_date == today()

    def test_refuses_to_drop_a_line_that_ended(self, cast: Cast, sheet_id: int) -> None:
        line(cast, sheet_id, TAX_CREDIT, "52")
        with pytest.raises(Invalid) as caught:
            record(cast, sheet_id, statement_date="6 4 2025")
        assert "ended on 5 Apr 2025" in caught.value.fields["statement_date"]
        line(cast, sheet_id, TAX_CREDIT, "")
        assert record(cast, sheet_id, statement_date="6 4 2025").statement_date == date(2025, 4, 6)


class TestJoint:
    def test_a_single_sheet_takes_no_line_of_the_partner(self, cast: Cast, sheet_id: int) -> None:
        with pytest.raises(Invalid) as caught:
            line(cast, sheet_id, THEIRS, "900")
        assert caught.value.fields == {"amount": SINGLE}
        record(cast, sheet_id, is_joint="on")
        assert line(cast, sheet_id, THEIRS, "900").total_income == Decimal("900.00")

    def test_made_single_it_asks_before_the_partners_lines_go(
        self, cast: Cast, sheet_id: int
    ) -> None:
        record(cast, sheet_id, is_joint="on")
        line(cast, sheet_id, WAGES, "1000")
        line(cast, sheet_id, THEIRS, "900")
        with pytest.raises(Invalid) as caught:
            record(cast, sheet_id)
        assert "Partner's wages" in caught.value.fields["is_joint"]
        sheet = record(cast, sheet_id, takes_partner_out="on")
        assert (sheet.is_joint, sheet.total_income) == (False, Decimal("1000.00"))
        assert list(sheet.income_details) == [WAGES]

    def test_a_revised_sheet_stays_joint_and_asks_again_what_was_considered(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        record(cast, sheet_id, is_joint="on", are_assets_considered="on", debt_admin_fee="5")
        line(cast, sheet_id, THEIRS, "900")
        with cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)
            new = read_budget(session, case_id).sheet
            assert new is not None
            assert (new.is_joint, new.debt_admin_fee) == (True, Decimal("5.00"))
            assert not new.are_assets_considered
            assert list(new.income_details) == [THEIRS]


class TestFee:
    @pytest.mark.parametrize("typed", ["-1", "12,5", "1e9", "10000", "x" * 10_000])
    def test_refuses_what_is_no_fee(self, cast: Cast, sheet_id: int, typed: str) -> None:
        with pytest.raises(Invalid) as caught:
            record(cast, sheet_id, debt_admin_fee=typed)
        assert list(caught.value.fields) == ["debt_admin_fee"]


@pytest.mark.parametrize(
    ("begun", "day"),
    [
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 23, 1, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 1, 1, 23, 59, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_a_sheet_without_a_date_is_of_the_british_day_it_was_begun_on(
    cast: Cast, owner: Engine, begun: datetime, day: date
) -> None:
    case_id = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        sheet_id = start_sheet(session, case_id).id
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE budget_sheets SET created_at = :at, statement_date = NULL WHERE id = :id"),
            {"at": begun, "id": sheet_id},
        )
    with cast.open(cast.amina) as session:
        sheet = session.require(BudgetSheet, sheet_id)
        listed = session.exec(select(sheet_day_column()).where(col(BudgetSheet.id) == sheet_id))
        assert (sheet_day(sheet), listed.one()) == (day, day)
