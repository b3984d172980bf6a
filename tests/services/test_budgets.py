"""Budget sheets: lines saved one by one, sums by the rules, checked by another person."""

import threading
from datetime import date
from decimal import Decimal

import pytest

from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.budget_lines import line_stamp
from cma_app.rules.financial_statement import UnknownLine
from cma_app.services.budgets import (
    CaseBudget,
    read_budget,
    record_line,
    record_savings,
    revise_sheet,
    start_sheet,
    verify_sheet,
)
from models import BudgetSheet, Case, Client
from tests.people import Cast
from tests.rules.cases import cases
from tests.services.money import audited, make_case

WAGES, RENT, FOOD = "client-salary-or-wages", "rent", "groceries"


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def sheet_id(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        return start_sheet(session, case_id).id


def line(cast: Cast, sheet_id: int, code: str, typed: str, **more: str) -> BudgetSheet:
    with cast.open(cast.amina) as session:
        return record_line(session, sheet_id, code=code, typed=typed, **more)


def budget(cast: Cast, case_id: int) -> CaseBudget:
    with cast.open(cast.amina) as session:
        return read_budget(session, case_id)


class TestStartSheet:
    def test_begins_sheet_one_of_today(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            sheet = start_sheet(session, case_id, statement_date=date(2026, 11, 20))
            assert (sheet.sheet_no, sheet.sheet_type, sheet.lines_version) == (
                1,
                "initial",
                "2018-02",
            )
            assert start_sheet(session, case_id).id == sheet.id

    def test_refuses_a_date_before_the_statement(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            start_sheet(session, case_id, statement_date=date(2017, 1, 1))
        assert list(invalid.value.fields) == ["statement_date"]

    def test_is_not_found_by_strangers(self, cast: Cast, case_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                start_sheet(session, case_id)


class TestRecordLine:
    @pytest.mark.parametrize(
        "example", cases("monthly")["published"], ids=lambda each: each["source"]
    )
    def test_published_months(self, cast: Cast, sheet_id: int, example: dict[str, str]) -> None:
        sheet = line(cast, sheet_id, WAGES, example["amount"], frequency=example["frequency"])
        assert sheet.income_details[WAGES]["monthly"] == example["monthly"]
        assert str(sheet.total_income) == example["monthly"]

    @pytest.mark.parametrize(
        ("typed", "amount", "frequency", "monthly"),
        [
            ("85w", "85.00", "weekly", "368.33"),
            ("340 4w", "340.00", "four_weekly", "368.33"),
            ("1200y", "1200.00", "yearly", "100.00"),
            ("£1,200.50", "1200.50", "monthly", "1200.50"),
        ],
    )
    def test_keeps_what_was_entered_beside_the_month(
        self, cast: Cast, sheet_id: int, typed: str, amount: str, frequency: str, monthly: str
    ) -> None:
        sheet = line(cast, sheet_id, RENT, typed, frequency="monthly", note="ends in May")
        assert sheet.expense_details[RENT] == {
            "amount": amount,
            "frequency": frequency,
            "monthly": monthly,
            "note": "ends in May",
        }

    def test_the_database_works_out_the_surplus(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        line(cast, sheet_id, WAGES, "1286.50")
        sheet = line(cast, sheet_id, RENT, "1371.20")
        assert sheet.surplus_deficit == Decimal("-84.70")
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert case.monthly_surplus == Decimal("-84.70")
            assert session.require(Client, case.client_id).monthly_income == Decimal("1286.50")

    @pytest.mark.parametrize(
        "example", cases("statement")["groups"], ids=lambda each: each["source"]
    )
    def test_published_statement(
        self, cast: Cast, sheet_id: int, example: dict[str, list[str]]
    ) -> None:
        income = (WAGES, "child-benefit", "state-pensions", "boarders-lodgers")
        flexible = ("mobile-phone", FOOD, "clothing-footwear")
        for codes, amounts in (
            (income, example["income_groups"]),
            (flexible, example["flexible_groups"]),
        ):
            for code, amount in zip(codes, amounts, strict=True):
                sheet = line(cast, sheet_id, code, amount, frequency="monthly")
        assert str(sheet.total_income) == example["total_income"]
        assert str(sheet.total_expenses) == example["total_flexible"]

    @pytest.mark.parametrize(
        ("field", "more"),
        [
            ("amount", {"typed": "1e9"}),
            ("amount", {"typed": "12,5"}),
            ("amount", {"typed": "-3"}),
            ("amount", {"typed": "lots"}),
            ("amount", {"typed": "85 blue moons"}),
            ("amount", {"typed": "9" * 10_000}),
            ("amount", {"typed": "9999999d"}),
            ("frequency", {"typed": "85", "frequency": "hourly"}),
            ("note", {"typed": "85", "note": "x" * 501}),
        ],
    )
    def test_what_is_doubtful_gets_a_sentence_and_loses_nothing(
        self, cast: Cast, sheet_id: int, field: str, more: dict[str, str]
    ) -> None:
        line(cast, sheet_id, RENT, "500")
        with pytest.raises(Invalid) as invalid:
            line(cast, sheet_id, RENT, **more)
        assert list(invalid.value.fields) == [field]
        with cast.open(cast.amina) as session:
            assert session.require(BudgetSheet, sheet_id).total_expenses == Decimal("500.00")

    def test_an_empty_box_takes_the_line_away(self, cast: Cast, sheet_id: int) -> None:
        line(cast, sheet_id, RENT, "500")
        sheet = line(cast, sheet_id, RENT, " ")
        assert sheet.expense_details == {}
        assert sheet.total_expenses == Decimal("0.00")

    def test_a_line_may_repeat_where_the_statement_says_so(self, cast: Cast, sheet_id: int) -> None:
        line(cast, sheet_id, "other-essential-costs", "10")
        sheet = line(cast, sheet_id, "other-essential-costs:2", "5")
        assert sheet.total_expenses == Decimal("15.00")
        with pytest.raises(UnknownLine):
            line(cast, sheet_id, "rent:2", "5")

    def test_a_line_that_ended_is_unknown(self, cast: Cast, sheet_id: int) -> None:
        with pytest.raises(UnknownLine, match="ended on 5 Apr 2025"):
            line(cast, sheet_id, "working-tax-credit", "50")

    def test_two_people_on_two_lines_both_keep_their_work(self, cast: Cast, sheet_id: int) -> None:
        failures: list[BaseException] = []

        def enter(actor: object, code: str) -> None:
            try:
                for amount in range(1, 6):
                    with cast.open(actor) as session:  # type: ignore[arg-type]
                        record_line(session, sheet_id, code=code, typed=str(amount))
            except BaseException as error:
                failures.append(error)

        people = [
            threading.Thread(target=enter, args=pair)
            for pair in ((cast.amina, RENT), (cast.ben, FOOD), (cast.maria, WAGES))
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert failures == []
        with cast.open(cast.amina) as session:
            sheet = session.require(BudgetSheet, sheet_id)
        assert (sheet.total_income, sheet.total_expenses) == (Decimal("5.00"), Decimal("10.00"))

    def test_two_people_on_one_line_see_both_values(self, cast: Cast, sheet_id: int) -> None:
        seen = line_stamp(line(cast, sheet_id, RENT, "500").expense_details[RENT])
        with cast.open(cast.ben) as session:
            record_line(session, sheet_id, code=RENT, typed="120w", seen=seen)
        with pytest.raises(Conflict) as conflict:
            line(cast, sheet_id, RENT, "510", seen=seen)
        assert conflict.value.theirs == {"amount": "120.00", "frequency": "weekly", "note": ""}

    def test_the_same_answer_from_both_is_no_conflict(self, cast: Cast, sheet_id: int) -> None:
        line(cast, sheet_id, RENT, "500")
        assert line(cast, sheet_id, RENT, "500", seen="").total_expenses == Decimal("500.00")

    def test_is_not_found_by_strangers(self, cast: Cast, sheet_id: int) -> None:
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                record_line(session, sheet_id, code=RENT, typed="1")

    def test_is_written_in_the_audit_log(self, cast: Cast, sheet_id: int) -> None:
        line(cast, sheet_id, RENT, "500")
        with cast.open(cast.amina) as session:
            row = audited(session, "budget_sheet:record", "budget_sheets")[-1]
        assert row.record_id == sheet_id
        assert row.new_values is not None
        assert row.new_values["expense_details"][RENT]["amount"] == "500.00"


class TestRecordSavings:
    def test_follows_the_usual_share_until_somebody_chooses(
        self, cast: Cast, sheet_id: int
    ) -> None:
        line(cast, sheet_id, WAGES, "2150")
        assert line(cast, sheet_id, RENT, "1985").savings == Decimal("16.00")
        with cast.open(cast.amina) as session:
            assert record_savings(session, sheet_id, "5").savings == Decimal("5.00")
        assert line(cast, sheet_id, FOOD, "163").savings == Decimal("2.00")
        assert line(cast, sheet_id, FOOD, "").savings == Decimal("5.00")
        with cast.open(cast.amina) as session:
            assert record_savings(session, sheet_id, "").savings == Decimal("16.00")

    @pytest.mark.parametrize("typed", ["20.01", "-1", "much"])
    def test_stays_between_nil_and_the_cap(self, cast: Cast, sheet_id: int, typed: str) -> None:
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            record_savings(session, sheet_id, typed)
        assert list(invalid.value.fields) == ["savings"]

    def test_is_not_found_by_strangers(self, cast: Cast, sheet_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                record_savings(session, sheet_id, "1")


class TestReviseSheet:
    def test_copies_to_a_new_sheet_and_leaves_the_old(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        line(cast, sheet_id, RENT, "500")
        with cast.open(cast.ben) as session:
            new_id = revise_sheet(session, sheet_id).id
        line(cast, new_id, RENT, "600")
        with cast.open(cast.amina) as session:
            old, new = session.require(BudgetSheet, sheet_id), session.require(BudgetSheet, new_id)
            assert (new.sheet_no, new.sheet_type, new.revises_id) == (2, "revised", sheet_id)
            assert (old.total_expenses, new.total_expenses) == (Decimal(500), Decimal(600))
            assert session.require(Case, case_id).monthly_surplus == Decimal("-600.00")
        assert [sheet.sheet_no for sheet in budget(cast, case_id).sheets] == [2, 1]

    def test_leaves_out_lines_that_have_ended(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            old = start_sheet(session, case_id, statement_date=date(2025, 4, 5))
            record_line(session, old.id, code="working-tax-credit", typed="50")
            record_line(session, old.id, code=WAGES, typed="900")
            new = revise_sheet(session, old.id, statement_date=date(2025, 4, 6))
            assert list(new.income_details) == [WAGES]
            assert new.total_income == Decimal("900.00")

    def test_the_old_sheet_can_no_longer_be_changed(self, cast: Cast, sheet_id: int) -> None:
        with cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)
        with pytest.raises(Conflict, match="Open sheet 2"):
            line(cast, sheet_id, RENT, "1")
        with pytest.raises(Conflict, match="Open sheet 2"), cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)

    def test_is_not_found_by_strangers(self, cast: Cast, sheet_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                revise_sheet(session, sheet_id)


class TestVerifySheet:
    def version(self, cast: Cast, sheet_id: int) -> int:
        with cast.open(cast.amina) as session:
            return session.require(BudgetSheet, sheet_id).version

    def test_marks_the_sheet_and_says_who(self, cast: Cast, case_id: int, sheet_id: int) -> None:
        version = line(cast, sheet_id, RENT, "500").version
        with cast.open(cast.ben) as session:
            assert read_budget(session, case_id).may_verify
            sheet = verify_sheet(session, sheet_id, version=version)
            assert (sheet.verification_status, sheet.verified_by) == (
                "verified",
                cast.ben.user_id,
            )
            assert sheet.verified_date is not None
        assert budget(cast, case_id).verified_by == "Ben Ellis"

    def test_refuses_whoever_recorded_any_of_it(self, cast: Cast, sheet_id: int) -> None:
        with cast.open(cast.ben) as session:
            record_line(session, sheet_id, code=FOOD, typed="1")
        version = line(cast, sheet_id, RENT, "500").version
        for recorder in (cast.amina, cast.ben):
            with pytest.raises(Refused, match="Another advisor"), cast.open(recorder) as session:
                verify_sheet(session, sheet_id, version=version)

    def test_refuses_whoever_recorded_what_another_only_copied(
        self, cast: Cast, case_id: int, sheet_id: int
    ) -> None:
        line(cast, sheet_id, RENT, "500")
        with cast.open(cast.ben) as session:
            copied = revise_sheet(session, sheet_id)
            copy_id, version = copied.id, copied.version
        with cast.open(cast.amina) as session:
            assert not read_budget(session, case_id).may_verify
        with pytest.raises(Refused, match="Another advisor"), cast.open(cast.amina) as session:
            verify_sheet(session, copy_id, version=version)

    def test_lets_pass_who_recorded_what_was_verified_before_it_was_copied(
        self, cast: Cast, sheet_id: int
    ) -> None:
        version = line(cast, sheet_id, RENT, "500").version
        with cast.open(cast.maria) as session:
            verify_sheet(session, sheet_id, version=version)
        with cast.open(cast.ben) as session:
            copied = revise_sheet(session, sheet_id)
            copy_id, version = copied.id, copied.version
        with cast.open(cast.amina) as session:
            verify_sheet(session, copy_id, version=version)

    def test_refuses_a_trainee(self, cast: Cast) -> None:
        hers = make_case(cast, cast.tess)
        with cast.open(cast.amina) as session:
            sheet_id = start_sheet(session, hers).id
            record_line(session, sheet_id, code=RENT, typed="1")
        with pytest.raises(Refused, match="supervisor"), cast.open(cast.tess) as session:
            verify_sheet(session, sheet_id, version=2)

    def test_is_not_found_from_another_centre(self, cast: Cast, sheet_id: int) -> None:
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            verify_sheet(session, sheet_id, version=1)

    def test_refuses_figures_that_moved(self, cast: Cast, sheet_id: int) -> None:
        version = line(cast, sheet_id, RENT, "500").version
        line(cast, sheet_id, RENT, "600")
        with pytest.raises(Conflict, match="Check them again"), cast.open(cast.ben) as session:
            verify_sheet(session, sheet_id, version=version)

    def test_refuses_twice_and_refuses_an_empty_sheet(self, cast: Cast, sheet_id: int) -> None:
        with pytest.raises(Conflict, match="no lines"), cast.open(cast.ben) as session:
            verify_sheet(session, sheet_id, version=1)
        version = line(cast, sheet_id, RENT, "500").version
        with cast.open(cast.ben) as session:
            verified = verify_sheet(session, sheet_id, version=version).version
        with pytest.raises(Conflict, match="already"), cast.open(cast.maria) as session:
            verify_sheet(session, sheet_id, version=verified)

    def test_a_change_takes_it_back(self, cast: Cast, case_id: int, sheet_id: int) -> None:
        version = line(cast, sheet_id, RENT, "500").version
        with cast.open(cast.ben) as session:
            verify_sheet(session, sheet_id, version=version)
        assert line(cast, sheet_id, RENT, "500").verification_status == "verified"
        sheet = line(cast, sheet_id, RENT, "501")
        assert (sheet.verification_status, sheet.verified_by) == ("unverified", None)

    def test_is_written_in_the_audit_log(self, cast: Cast, sheet_id: int) -> None:
        version = line(cast, sheet_id, RENT, "500").version
        with cast.open(cast.ben) as session:
            verify_sheet(session, sheet_id, version=version)
        with cast.open(cast.amina) as session:
            (row,) = audited(session, "budget_sheet:verify", "budget_sheets")
        assert (row.user_id, row.record_id) == (cast.ben.user_id, sheet_id)


class TestReadBudget:
    def test_a_case_without_a_sheet_has_none(self, cast: Cast, case_id: int) -> None:
        assert budget(cast, case_id).sheet is None

    def test_an_older_sheet_by_its_number(self, cast: Cast, case_id: int, sheet_id: int) -> None:
        with cast.open(cast.amina) as session:
            revise_sheet(session, sheet_id)
        with cast.open(cast.ben) as session:
            older = read_budget(session, case_id, sheet_no=1)
            assert older.sheet is not None
            assert older.sheet.id == sheet_id
            assert not older.is_newest
            assert not older.may_verify
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            read_budget(session, case_id, sheet_no=7)

    def test_is_not_found_by_strangers(self, cast: Cast, case_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                read_budget(session, case_id)


class TestPayslips:
    def test_several_are_kept_beside_their_mean(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            sheet = start_sheet(session, case_id)
            record_line(session, sheet.id, code="other-earnings", typed="1980; £1,410 + 2250")
            line = sheet.income_details["other-earnings"]
            assert (line["amount"], line["monthly"]) == ("1880.00", "1880.00")
            assert line["payslips"] == ["1980.00", "1410.00", "2250.00"]
            assert sheet.total_income == Decimal("1880.00")

    def test_the_mean_is_rounded_once_after_the_factor(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            sheet = start_sheet(session, case_id)
            record_line(session, sheet.id, code="client-salary-or-wages", typed="100; 100; 101 w")
            line = sheet.income_details["client-salary-or-wages"]
            assert (line["amount"], line["monthly"]) == ("100.33", "434.78")

    @pytest.mark.parametrize("typed", ["1980; x", "12,5; 10", "1980; -1", "; ".join(["1"] * 5000)])
    def test_a_bad_one_is_said_and_nothing_is_kept(self, cast: Cast, typed: str) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            sheet = start_sheet(session, case_id)
            with pytest.raises(Invalid) as said:
                record_line(session, sheet.id, code="other-earnings", typed=typed)
            assert set(said.value.fields) == {"amount"}
            assert sheet.income_details == {}
