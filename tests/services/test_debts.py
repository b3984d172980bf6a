"""Debts: recorded, changed, removed and brought back; sums kept; nobody's work lost."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.dates import add_months
from cma_app.rules.inclusion import solutions
from cma_app.services.debt_events import add_event
from cma_app.services.debt_file import DebtFile, read_debt, record_debt
from cma_app.services.debts import (
    CaseDebts,
    add_debt,
    change_debt,
    list_debts,
    remove_debt,
    restore_debt,
)
from models import Case, Creditor, Debt
from tests.people import Cast
from tests.services.money import audited, make_case

CARD = {"creditor": "Northern Bank", "debt_type": "credit_card", "balance": "1,430"}
RENT = {"creditor": "City Council", "debt_type": "rent", "balance": "1240", "arrears": "1240"}


def add(cast: Cast, case_id: int, row: Mapping[str, Any], **over: str) -> int:
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, {**row, **over}).id


def listed(cast: Cast, case_id: int) -> CaseDebts:
    with cast.open(cast.amina) as session:
        return list_debts(session, case_id)


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


class TestAddDebt:
    def test_records_what_was_typed_and_keeps_the_sums(self, cast: Cast, case_id: int) -> None:
        add(cast, case_id, RENT)
        add(
            cast,
            case_id,
            CARD,
            balance="£1,430.50",
            account_number="4929 0000",
            monthly_payment="45",
        )
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert case.total_debt == Decimal("2670.50")
            assert case.priority_debt == Decimal("1240.00")
            bank = session.exec(
                select(Creditor).where(col(Creditor.creditor_name) == "Northern Bank")
            ).one()
            assert (bank.current_balance, bank.monthly_payment, bank.priority_level) == (
                Decimal("1430.50"),
                Decimal("45.00"),
                "non-priority",
            )

    def test_priority_follows_the_kind_and_the_nation(self, cast: Cast, case_id: int) -> None:
        add(cast, case_id, RENT)
        add(cast, case_id, CARD)
        assert [row.is_priority for row in listed(cast, case_id).rows] == [True, False]

    def test_another_priority_needs_a_reason(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as invalid:
            add(cast, case_id, CARD, priority="priority")
        assert list(invalid.value.fields) == ["priority_reason"]
        add(cast, case_id, CARD, priority="priority", priority_reason="A charging order is near")
        row = listed(cast, case_id).rows[0]
        assert row.is_priority
        assert row.priority_reason == "A charging order is near"

    def test_empty_boxes_are_not_given(self, cast: Cast, case_id: int) -> None:
        empty = dict.fromkeys(("arrears", "monthly_payment", "account_number", "priority"), "")
        add(cast, case_id, CARD, **empty, priority_reason=" ", status="", liability="")
        row = listed(cast, case_id).rows[0]
        assert (row.arrears, row.account_number, row.priority_reason) == (None, None, None)
        assert (row.liability, row.owed_by, row.status) == ("sole", "client", "active")

    def test_a_creditor_typed_twice_is_one(self, cast: Cast, case_id: int) -> None:
        add(cast, case_id, CARD)
        add(cast, case_id, CARD, creditor="northern bank", debt_type="overdraft", balance="70")
        with cast.open(cast.amina) as session:
            creditor = session.exec(select(Creditor).where(col(Creditor.case_id) == case_id)).one()
            assert creditor.current_balance == Decimal("1500.00")

    @pytest.mark.parametrize(
        "typed",
        ["", "1e9", "12,5", "-5", "a lot", "1.234", "1 2", "9" * 10_000, "99999999", "1200.5.0"],
    )
    def test_a_doubtful_balance_gets_a_sentence(self, cast: Cast, case_id: int, typed: str) -> None:
        with pytest.raises(Invalid) as invalid:
            add(cast, case_id, CARD, balance=typed)
        assert list(invalid.value.fields) == ["balance"]
        assert invalid.value.fields["balance"].endswith(".")
        assert listed(cast, case_id).rows == []

    def test_each_wrong_box_has_its_own_sentence(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as invalid:
            add(cast, case_id, {}, creditor=" ", debt_type="", balance="x", arrears="y")
        assert set(invalid.value.fields) == {"creditor", "debt_type", "balance", "arrears"}

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("creditor", "x" * 10_000),
            ("debt_type", "gambling"),
            ("account_number", "1" * 101),
            ("liability", "perhaps"),
            ("owed_by", "nobody"),
            ("monthly_payment", "1000000"),
            ("status", "forgotten"),
        ],
    )
    def test_what_does_not_fit_gets_a_sentence(
        self, cast: Cast, case_id: int, field: str, typed: str
    ) -> None:
        with pytest.raises(Invalid) as invalid:
            add(cast, case_id, CARD, **{field: typed})
        assert list(invalid.value.fields) == [field]

    def test_sums_that_no_household_has_are_refused(self, cast: Cast, case_id: int) -> None:
        for number in range(10):
            add(cast, case_id, CARD, creditor=f"Bank {number}", balance="9999999.99")
        with pytest.raises(Invalid, match="comes to more"):
            add(cast, case_id, CARD, balance="9999999.99")

    def test_a_trainee_records_on_an_assigned_case_alone(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(NotFound), cast.open(cast.tess) as session:
            add_debt(session, case_id, CARD)
        mine = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            assert add_debt(session, mine, CARD).id

    def test_refuses_an_admin(self, cast: Cast, case_id: int) -> None:
        with pytest.raises((Refused, NotFound)), cast.open(cast.root) as session:
            add_debt(session, case_id, CARD)

    def test_is_not_found_from_another_centre(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            add_debt(session, case_id, CARD)

    def test_is_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.amina) as session:
            (row,) = audited(session, "debt:record", "debts")
            assert (row.record_id, row.user_id, row.case_id) == (
                debt_id,
                cast.amina.user_id,
                case_id,
            )


class TestListDebts:
    def test_a_joint_debt_counts_once_and_in_full_for_each(self, cast: Cast, case_id: int) -> None:
        add(cast, case_id, CARD, balance="7800", owed_by="joint")
        add(cast, case_id, CARD, balance="2700", owed_by="partner")
        add(cast, case_id, CARD, balance="1500", owed_by="client")
        totals = listed(cast, case_id).totals
        assert totals.has_partner
        assert (totals.household, totals.client, totals.partner) == (
            Decimal("12000.00"),
            Decimal("9300.00"),
            Decimal("10500.00"),
        )
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).total_debt == totals.household

    def test_joint_liability_means_owed_by_both(self, cast: Cast, case_id: int) -> None:
        add(cast, case_id, CARD, liability="joint")
        assert listed(cast, case_id).rows[0].owed_by == "joint"

    def test_what_is_not_owed_is_listed_and_not_counted(self, cast: Cast, case_id: int) -> None:
        add(cast, case_id, CARD, balance="100")
        add(cast, case_id, CARD, balance="20", liability="disputed")
        add(cast, case_id, CARD, balance="3", liability="not_liable")
        add(cast, case_id, CARD, balance="4", status="settled")
        debts = listed(cast, case_id)
        assert len(debts.rows) == 4
        assert debts.totals.household == Decimal("120.00")
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).total_debt == Decimal("120.00")

    def test_is_not_found_from_another_centre(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            list_debts(session, case_id)

    def test_is_not_found_by_an_unassigned_trainee(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(NotFound), cast.open(cast.tess) as session:
            list_debts(session, case_id)

    def test_writes_one_opening_a_visit(self, cast: Cast, case_id: int) -> None:
        listed(cast, case_id)
        listed(cast, case_id)
        with cast.open(cast.amina) as session:
            assert len(audited(session, "case:open", "cases")) == 1


class TestChangeDebt:
    def test_changes_the_row_and_the_sums(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.amina) as session:
            change_debt(session, debt_id, {**CARD, "balance": "1400"}, version=1)
        with cast.open(cast.amina) as session:
            assert session.require(Debt, debt_id).version == 2
            assert session.require(Case, case_id).total_debt == Decimal("1400.00")

    def test_corrects_a_creditors_name_in_place(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD, creditor="Nothern Bank")
        with cast.open(cast.amina) as session:
            change_debt(session, debt_id, CARD, version=1)
        with cast.open(cast.amina) as session:
            names = session.exec(select(Creditor.creditor_name)).all()
            assert names == ["Northern Bank"]

    def test_moves_a_debt_to_another_creditor(self, cast: Cast, case_id: int) -> None:
        first = add(cast, case_id, CARD)
        add(cast, case_id, CARD, balance="70")
        with cast.open(cast.amina) as session:
            change_debt(session, first, {**CARD, "creditor": "Southern Bank"}, version=1)
        with cast.open(cast.amina) as session:
            sums = {
                row.creditor_name: row.current_balance for row in session.exec(select(Creditor))
            }
        assert sums == {"Northern Bank": Decimal("70.00"), "Southern Bank": Decimal("1430.00")}

    def test_shows_both_values_where_somebody_was_first(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.ben) as session:
            change_debt(session, debt_id, {**CARD, "balance": "1400"}, version=1)
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            change_debt(session, debt_id, {**CARD, "balance": "1500"}, version=1)
        assert conflict.value.theirs == {"balance": "1400.00"}
        assert listed(cast, case_id).rows[0].balance == Decimal("1400.00")

    def test_is_not_found_from_another_centre(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            change_debt(session, debt_id, CARD, version=1)

    def test_is_not_found_by_an_unassigned_trainee(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with pytest.raises(NotFound), cast.open(cast.tess) as session:
            change_debt(session, debt_id, CARD, version=1)

    def test_the_audit_log_has_before_and_after(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.ben) as session:
            change_debt(session, debt_id, {**CARD, "balance": "1400"}, version=1)
        with cast.open(cast.amina) as session:
            row = audited(session, "debt:record", "debts")[-1]
        assert (row.old_values, row.new_values) == ({"balance": 1430.0}, {"balance": 1400.0})
        assert row.user_id == cast.ben.user_id


class TestRemoveAndRestoreDebt:
    def test_takes_it_off_and_brings_it_back(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.amina) as session:
            remove_debt(session, debt_id)
        assert listed(cast, case_id).rows == []
        with cast.open(cast.amina) as session:
            assert not session.require(Case, case_id).total_debt
            assert restore_debt(session, debt_id) == case_id
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).total_debt == Decimal("1430.00")
        assert listed(cast, case_id).rows[0].version == 3

    def test_only_a_removed_debt_comes_back(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            restore_debt(session, debt_id)

    def test_neither_is_found_from_another_centre(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            remove_debt(session, debt_id)
        with cast.open(cast.amina) as session:
            remove_debt(session, debt_id)
        for stranger in (cast.colin, cast.tess, cast.root):
            with pytest.raises((NotFound, Refused)), cast.open(stranger) as session:
                restore_debt(session, debt_id)

    def test_both_are_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.amina) as session:
            remove_debt(session, debt_id)
        with cast.open(cast.ben) as session:
            restore_debt(session, debt_id)
        with cast.open(cast.amina) as session:
            rows = audited(session, "debt:remove", "debts")
        assert [row.user_id for row in rows] == [cast.amina.user_id, cast.ben.user_id]
        assert rows[1].old_values is not None
        assert "deleted_at" in rows[1].old_values


WHOLE = {
    **CARD,
    "original_creditor": "Old Bank",
    "collector": "Grange Recoveries",
    "collector_reference": "GR 77",
    "balance_date": "2 11 2026",
    "balance_source": "credit_report",
    "is_balance_verified": "on",
    "arrears": "30.50",
    "payment_amount": "£12.50",
    "payment_frequency": "weekly",
    "interest_rate": "29.9%",
    "are_charges_added": "no",
    "is_regulated": "yes",
    "deduction_source": "benefits",
    "deduction_amount": "5",
    "deduction_frequency": "weekly",
    "agreement_date": "1 2 2019",
    "default_date": "1 3 2020",
    "last_payment_date": "4 5 2024",
    "last_acknowledged_date": "5 5 2024",
    "secured_on": "goods",
    "ordered_payment": "20",
    "in_offers": "no",
    "in_bankruptcy": "by_type",
    "strategy": "Ask for a write-off",
    "outcome": "plan",
    "notes": "She kept every letter.",
}


def opened(cast: Cast, case_id: int, debt_id: int) -> DebtFile:
    with cast.open(cast.amina) as session:
        return read_debt(session, case_id, debt_id)


class TestRecordDebt:
    def record(self, cast: Cast, debt_id: int, who: Any = None, **over: Any) -> Debt:
        version = over.pop("version", 1)
        with cast.open(who or cast.amina) as session:
            return record_debt(session, debt_id, {**WHOLE, **over}, version=version)

    def test_keeps_every_field_and_the_month_beside_what_was_said(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id = add(cast, case_id, CARD)
        self.record(cast, debt_id)
        debt = opened(cast, case_id, debt_id).debt
        assert (debt.payment_amount, debt.payment_frequency) == (Decimal("12.50"), "weekly")
        assert debt.monthly_payment == Decimal("54.17")
        assert (debt.original_creditor, debt.collector) == ("Old Bank", "Grange Recoveries")
        assert debt.collector_reference == "GR 77"
        assert (debt.balance_date, debt.balance_source) == (date(2026, 11, 2), "credit_report")
        assert (debt.interest_rate, debt.are_charges_added) == (Decimal("29.90"), "no")
        assert (debt.is_regulated, debt.secured_on) == ("yes", "goods")
        assert (debt.deduction_source, debt.deduction_amount) == ("benefits", Decimal("5.00"))
        assert debt.deduction_frequency == "weekly"
        assert (debt.agreement_date, debt.default_date) == (date(2019, 2, 1), date(2020, 3, 1))
        assert (debt.last_payment_date, debt.last_acknowledged_date) == (
            date(2024, 5, 4),
            date(2024, 5, 5),
        )
        assert debt.ordered_payment == Decimal("20.00")
        assert debt.included_in == {"offers": "no"}
        assert (debt.strategy, debt.outcome) == ("Ask for a write-off", "plan")
        assert debt.notes == "She kept every letter."

    def test_says_who_checked_the_balance_until_it_is_another(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id = add(cast, case_id, CARD)
        version = self.record(cast, debt_id, cast.ben).version
        file = opened(cast, case_id, debt_id)
        assert file.verified is not None
        assert file.verified.by == "Ben Ellis"
        self.record(cast, debt_id, version=version, balance="1500")
        file = opened(cast, case_id, debt_id)
        assert (file.debt.is_balance_verified, file.verified) == (False, None)

    def test_the_grid_takes_the_check_off_too_and_the_payment_over(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id = add(cast, case_id, CARD)
        version = self.record(cast, debt_id).version
        row = {**CARD, "balance": "1", "monthly_payment": "60"}
        with cast.open(cast.amina) as session:
            change_debt(session, debt_id, row, version=version)
        debt = opened(cast, case_id, debt_id).debt
        assert not debt.is_balance_verified
        assert (debt.monthly_payment, debt.payment_amount) == (Decimal("60.00"), None)
        assert debt.collector == "Grange Recoveries"

    def test_an_override_needs_a_reason_and_a_kind_its_consequence(
        self, cast: Cast, case_id: int
    ) -> None:
        debt_id = add(cast, case_id, RENT)
        with pytest.raises(Invalid) as refused:
            self.record(cast, debt_id, priority="priority")
        assert list(refused.value.fields) == ["priority_reason"]
        file = opened(cast, case_id, debt_id)
        assert file.first_by_type
        assert file.consequence == (
            "The landlord can ask the court for possession, and the client can be evicted."
        )

    @pytest.mark.parametrize(
        ("over", "box"),
        [
            ({"balance": "-1"}, "balance"),
            ({"payment_amount": "12,5"}, "payment_amount"),
            ({"payment_amount": "999999", "payment_frequency": "daily"}, "payment_amount"),
            ({"payment_frequency": ""}, "payment_frequency"),
            ({"payment_frequency": "often"}, "payment_frequency"),
            ({"deduction_source": ""}, "deduction_source"),
            ({"deduction_frequency": ""}, "deduction_frequency"),
            ({"deduction_amount": "1e9"}, "deduction_amount"),
            ({"ordered_payment": "1000000"}, "ordered_payment"),
            ({"interest_rate": "-3"}, "interest_rate"),
            ({"interest_rate": "1.234"}, "interest_rate"),
            ({"interest_rate": "1000"}, "interest_rate"),
            ({"interest_rate": "1e2"}, "interest_rate"),
            ({"interest_rate": "1.2.3"}, "interest_rate"),
            ({"balance_date": "1 1 2999"}, "balance_date"),
            ({"agreement_date": "1 1 1800"}, "agreement_date"),
            ({"agreement_date": "31 2 2019"}, "agreement_date"),
            ({"default_date": "1 1 2019"}, "default_date"),
            ({"last_payment_date": "31 1 2019"}, "last_payment_date"),
            ({"last_acknowledged_date": "1 1 2000"}, "last_acknowledged_date"),
            ({"notes": "x" * 10_000}, "notes"),
            ({"strategy": "x" * 501}, "strategy"),
            ({"collector": "x" * 256}, "collector"),
            ({"secured_on": "boat"}, "secured_on"),
            ({"outcome": "forgotten"}, "outcome"),
            ({"in_offers": "perhaps"}, "in_offers"),
            ({"written_off_amount": "lots"}, "written_off_amount"),
        ],
    )
    def test_says_what_is_wrong_beside_its_box(
        self, cast: Cast, case_id: int, over: dict[str, str], box: str
    ) -> None:
        debt_id = add(cast, case_id, CARD)
        with pytest.raises(Invalid) as refused:
            self.record(cast, debt_id, **over)
        assert list(refused.value.fields) == [box]
        assert refused.value.fields[box].endswith(".")
        assert opened(cast, case_id, debt_id).debt.collector is None

    def test_who_comes_second_is_told_what_is_stored(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        self.record(cast, debt_id, cast.ben)
        with pytest.raises(Conflict) as refused:
            self.record(cast, debt_id, collector="Somebody else", balance="9")
        assert refused.value.theirs == {"collector": "Grange Recoveries", "balance": "1430.00"}

    def test_is_found_by_who_holds_it_alone(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        for who in (cast.colin, cast.tess):
            with pytest.raises(NotFound):
                self.record(cast, debt_id, who)
            with cast.open(who) as session, pytest.raises(NotFound):
                read_debt(session, case_id, debt_id)
        with pytest.raises((Refused, NotFound)):
            self.record(cast, debt_id, cast.root)

    def test_is_not_found_under_another_case(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        other = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session, pytest.raises(NotFound):
            read_debt(session, other, debt_id)

    def test_is_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        self.record(cast, add(cast, case_id, CARD))
        with cast.open(cast.amina) as session:
            last = audited(session, "debt:record", "debts")[-1]
        assert last.new_values is not None
        assert last.new_values["collector"] == "Grange Recoveries"

    def test_an_ended_case_stands_still(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.ashdown_system) as session:
            session.require(Case, case_id).status = "closed"
        with pytest.raises(Refused, match="Reopen it first"):
            self.record(cast, debt_id)


class TestReadDebt:
    def test_tells_each_solution_of_the_nation_and_why(self, cast: Cast) -> None:
        for nation in ("england", "scotland"):
            case_id = make_case(cast, cast.amina, nation=nation)
            file = opened(cast, case_id, add(cast, case_id, CARD))
            assert file.solutions == solutions(nation)
            assert set(file.inclusions) == set(solutions(nation))
            assert all(each.why.endswith(".") for each in file.inclusions.values())

    def test_age_is_a_flag_that_names_what_is_unknown(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        age = opened(cast, case_id, debt_id).age
        assert age.status == "unknown"
        assert "the last payment" in age.sentence
        old = add_months(today(), -73)
        form = {**CARD, "last_payment_date": old.isoformat()}
        with cast.open(cast.amina) as session:
            record_debt(session, debt_id, form, version=1)
        age = opened(cast, case_id, debt_id).age
        assert age.status == "possibly"
        assert age.sentence.startswith("Possibly")
        assert listed(cast, case_id).marks[debt_id].age.status == "possibly"

    def test_a_judgment_is_counted_for_the_age(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        old = add_months(today(), -73)
        form = {**CARD, "last_payment_date": old.isoformat()}
        with cast.open(cast.amina) as session:
            record_debt(session, debt_id, form, version=1)
            event = {"kind": "judgment", "event_date": old.isoformat()}
            add_event(session, debt_id, event)
        assert opened(cast, case_id, debt_id).age.status == "none"

    def test_marks_what_stands_out_for_the_list(self, cast: Cast, case_id: int) -> None:
        debt_id = add(cast, case_id, CARD)
        with cast.open(cast.amina) as session:
            record_debt(session, debt_id, WHOLE, version=1)
            event = {"kind": "judgment", "event_date": today().isoformat()}
            add_event(session, debt_id, event)
        marks = listed(cast, case_id).marks[debt_id]
        assert (marks.court, marks.court_date) == ("County Court judgment", today())
        assert (marks.deduction, marks.secured_on) == ("benefits", "goods")
