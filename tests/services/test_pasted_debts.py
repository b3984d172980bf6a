"""Debts pasted as a table: read and kept, added all together or not at all, and taken back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import pasted_debts
from cma_app.services.creditors import add_entry
from cma_app.services.debts import add_debt, list_debts
from cma_app.services.pasted_debts import (
    MOST_ADDED,
    MOST_PASTED,
    Added,
    BadRows,
    Pasted,
    add_pasted,
    forget_pasted,
    keep_edits,
    keep_pasted,
    kept_pasted,
    read_pasted,
    take_back,
)
from models import Case, Debt
from state.pasted_views import PastedView
from tests.people import Cast
from tests.services.money import audited, make_case

SHEET = (
    "Creditor\tType\tBalance\tMissed\tPayment\tAccount no\tJoint or sole\n"
    "Northern Bank\tCredit card\t£1,430.50\t£45\t45\t4929 0001\tSole\n"
    "Harbour Homes\tRent\t1240\t1,240.00\t\tHH-77\tJoint\n"
    "Swift Loans\tLoan\t2,310\t\t£20 w\tSL 1\t\n"
    "Total\t\t4,980.50\t\t\t\t\n"
)
CARD = {"line": "2", "creditor": "Northern Bank", "debt_type": "credit_card", "balance": "1,430.50"}
RENT = {"line": "3", "creditor": "Harbour Homes", "debt_type": "rent", "balance": "1240"}


def read(cast: Cast, case_id: int, text: str = SHEET, who: Any = None, **more: Any) -> Pasted:
    with cast.open(who or cast.amina) as session:
        return read_pasted(session, case_id, text, **more)


def kept(cast: Cast, case_id: int, who: Any = None) -> Pasted:
    with cast.open(who or cast.amina) as session:
        return kept_pasted(session, case_id)


def add(cast: Cast, case_id: int, *rows: dict[str, str], who: Any = None) -> Added:
    with cast.open(who or cast.amina) as session:
        return add_pasted(session, case_id, rows)


def owed(cast: Cast, case_id: int) -> dict[str, Decimal]:
    with cast.open(cast.amina) as session:
        return {row.creditor: row.balance for row in list_debts(session, case_id).rows}


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


class TestReadPasted:
    def test_proposes_and_adds_nothing(self, cast: Cast, case_id: int) -> None:
        rows = PastedView.of(read(cast, case_id)).rows
        assert [row.boxes["creditor"] for row in rows] == [
            "Northern Bank",
            "Harbour Homes",
            "Swift Loans",
        ]
        assert rows[0].boxes["balance"] == "1,430.50"
        assert rows[1].boxes["liability"] == rows[1].boxes["owed_by"] == "joint"
        assert rows[2].boxes["monthly_payment"] == "86.67"
        assert "comes to £86.67 a month" in rows[2].notes["monthly_payment"]
        assert all(row.said == {} for row in rows)
        assert owed(cast, case_id) == {}

    def test_says_beside_each_box_what_could_not_be_read(self, cast: Cast, case_id: int) -> None:
        text = (
            "Creditor\tType\tBalance\tLiability\tDefault date\n"
            "Acme\tSomething\t12,5\tme\t31/02/2024\n\tRent\t-20\t\t\n"
        )
        first, second = PastedView.of(read(cast, case_id, text)).rows
        assert set(first.said) == {"debt_type", "balance", "liability", "default_date"}
        assert first.boxes["balance"] == "12,5"
        assert first.boxes["liability"] == first.boxes["debt_type"] == ""
        assert set(second.said) == {"creditor", "balance"}
        assert "credit or a minus" in second.said["balance"]
        assert second.boxes["balance"] == "-20"

    def test_marks_what_is_on_the_list_already(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            add_debt(session, case_id, CARD | {"account_number": "4929 0001", "balance": "900"})
        rows = PastedView.of(read(cast, case_id)).rows
        assert "already on the list: Northern Bank" in rows[0].like
        assert [row.like for row in rows[1:]] == ["", ""]

    def test_knows_the_creditors_of_the_directory(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            add_entry(session, {"name": "Quay Water", "debt_type": "water"})
        text = "Creditor\tBalance\nQUAY WATER LTD.\t20\nBarclaycard plc\t30\nAcme\t4\n"
        rows = PastedView.of(read(cast, case_id, text)).rows
        assert [row.suggest for row in rows] == ["Quay Water", "Barclaycard", ""]
        assert [row.boxes["debt_type"] for row in rows] == ["water", "credit_card", ""]
        assert "A guess" in rows[0].notes["debt_type"]

    def test_takes_a_choice_of_columns(self, cast: Cast, case_id: int) -> None:
        text = "Creditor\tBalance\tB\nAcme\t5\t7\n"
        rows = PastedView.of(read(cast, case_id, text, mapping={1: "arrears", 2: "balance"})).rows
        assert (rows[0].boxes["arrears"], rows[0].boxes["balance"]) == ("5.00", "7.00")
        with pytest.raises(Invalid) as invalid:
            read(cast, case_id, text, mapping={1: "balance", 2: "balance"})
        assert "Two columns" in invalid.value.fields["mapping"]

    @pytest.mark.parametrize(
        ("text", "word"),
        [("", "Paste a table"), (" \n", "Paste a table"), ("x" * 50_001, "50,001")],
    )
    def test_says_its_limits(self, cast: Cast, case_id: int, text: str, word: str) -> None:
        with pytest.raises(Invalid) as invalid:
            read(cast, case_id, text)
        assert word in invalid.value.fields["text"]

    def test_shows_so_many_rows_and_says_that_more_follow(self, cast: Cast, case_id: int) -> None:
        text = "Creditor,Balance\n" + "".join(f"Lender {n},{n}\n" for n in range(1, 301))
        view = PastedView.of(read(cast, case_id, text))
        assert len(view.rows) == MOST_ADDED
        assert f"first {MOST_ADDED} debts" in view.problems[-1]

    @pytest.mark.parametrize(
        "text",
        [
            "Creditor;Balance\n<script>alert(1)</script>;£5\n",
            'Creditor,Balance\n=HYPERLINK("http://x"),=1+1\n',
            "Creditor\tBalance\n\x00Acme\ud800\t5\n",
            "\t\t\t\n\x01\x02\u202e",
            "z" * 12_000,
            "(" * 20_000 + "\n" + '"' * 20_000,
        ],
    )
    def test_any_text_is_answered(self, cast: Cast, case_id: int, text: str) -> None:
        view = PastedView.of(read(cast, case_id, text))
        assert view.rows or view.problems
        assert PastedView.of(kept(cast, case_id)).rows == view.rows

    @given(text=st.text(max_size=300))
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    def test_every_text_comes_back_as_it_was_read(
        self, cast: Cast, case_id: int, text: str
    ) -> None:
        if not text.strip("\x00 \n\t") or not text.strip():
            return
        try:
            view = PastedView.of(read(cast, case_id, text))
        except Invalid as error:
            assert set(error.fields) == {"text"}
            return
        assert PastedView.of(kept(cast, case_id)) == view
        assert owed(cast, case_id) == {}

    def test_is_not_found_by_a_stranger(self, cast: Cast, case_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound):
                read(cast, case_id, who=stranger)
        with pytest.raises((NotFound, Refused)):
            read(cast, case_id, who=cast.root)

    def test_is_refused_once_the_case_has_ended(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.ashdown_system) as session:
            session.require(Case, case_id).status = "closed"
        with pytest.raises(Refused, match="has ended"):
            read(cast, case_id)
        with pytest.raises(Refused, match="has ended"):
            add(cast, case_id, CARD)


class TestKept:
    def test_what_was_read_and_corrected_survives(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id, mapping={2: "arrears", 3: "balance"})
        with cast.open(cast.amina) as session:
            keep_edits(session, case_id, {"2:balance": "1,400", "3:on": ""})
        back = kept(cast, case_id)
        assert (back.text, back.mapping) == (SHEET, {2: "arrears", 3: "balance"})
        assert back.edits == {"2:balance": "1,400", "3:on": ""}
        assert back.table is not None
        assert len(back.table.debts) == 3

    def test_what_was_only_pasted_survives_unread(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            keep_pasted(session, case_id, SHEET)
        back = kept(cast, case_id)
        assert (back.text, back.table) == (SHEET, None)

    def test_the_same_text_keeps_its_corrections_and_another_does_not(
        self, cast: Cast, case_id: int
    ) -> None:
        read(cast, case_id)
        with cast.open(cast.amina) as session:
            keep_edits(session, case_id, {"2:balance": "1,400"})
        assert read(cast, case_id).edits == {"2:balance": "1,400"}
        assert read(cast, case_id, SHEET.replace("Swift", "Slow")).edits == {}

    def test_is_its_authors_alone(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        assert kept(cast, case_id, cast.ben).text == ""
        assert kept(cast, make_case(cast, cast.amina)).text == ""

    def test_can_be_put_away(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        with cast.open(cast.amina) as session:
            keep_edits(session, case_id, {"2:balance": "1,400"})
            forget_pasted(session, case_id)
        assert kept(cast, case_id) == Pasted(nation="england")

    @pytest.mark.parametrize(
        "verb",
        [
            lambda session, case: keep_pasted(session, case, "x"),
            lambda session, case: keep_edits(session, case, {"1:on": ""}),
            kept_pasted,
            forget_pasted,
        ],
    )
    def test_no_stranger_finds_the_case(self, cast: Cast, case_id: int, verb: Any) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                verb(session, case_id)

    def test_too_much_is_a_sentence(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            keep_pasted(session, case_id, "x" * (MOST_PASTED + 1))
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            keep_edits(session, case_id, {"2:creditor": "x" * 200_000})


class TestAddPasted:
    def test_adds_all_with_their_sums_and_puts_the_draft_away(
        self, cast: Cast, case_id: int
    ) -> None:
        read(cast, case_id)
        added = add(cast, case_id, CARD, RENT)
        assert owed(cast, case_id) == {
            "Northern Bank": Decimal("1430.50"),
            "Harbour Homes": Decimal("1240.00"),
        }
        assert added.balance == Decimal("2670.50")
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert (case.total_debt, case.priority_debt) == (Decimal("2670.50"), Decimal(1240))
        assert kept(cast, case_id).text == ""

    def test_keeps_what_else_a_table_says(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        beside = {
            "original_creditor": "Old Bank",
            "collector": "Lowell",
            "collector_reference": "L-1",
            "balance_date": "1 Nov 2026",
            "agreement_date": "May 2020",
            "default_date": "3 May 2023",
            "last_payment_date": "",
            "interest_rate": "19.9%",
            "judgment": "4 Jun 2024",
        }
        debt_id = add(cast, case_id, CARD | beside).ids[0]
        with cast.open(cast.amina) as session:
            debt = session.require(Debt, debt_id)
            assert (debt.original_creditor, debt.collector) == ("Old Bank", "Lowell")
            assert f"{debt.agreement_date} {debt.default_date}" == "2020-05-01 2023-05-03"
            assert debt.last_payment_date is None
            assert debt.interest_rate == Decimal("19.90")
            assert debt.notes == "The pasted table says: court judgment of 4 Jun 2024."

    def test_adds_none_where_one_is_wrong_and_says_which(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        wrong = {"line": "9", "creditor": "", "debt_type": "", "balance": "12,5"}
        odd = RENT | {"line": "11", "default_date": "31/02/2024", "liability": ""}
        with pytest.raises(BadRows) as bad:
            add(cast, case_id, CARD, wrong, odd)
        assert set(bad.value.fields) == {
            ("9", "creditor"),
            ("9", "debt_type"),
            ("9", "balance"),
            ("11", "default_date"),
            ("11", "liability"),
        }
        assert all(sentence.endswith(".") for sentence in bad.value.fields.values())
        assert owed(cast, case_id) == {}
        assert kept(cast, case_id).text == SHEET

    @pytest.mark.parametrize(
        "typed", ["", "1e9", "12,5", "-5", "(20.00)", "a lot", "£", "=1+1", "9" * 2_000]
    )
    def test_a_doubtful_balance_is_refused_beside_its_box(
        self, cast: Cast, case_id: int, typed: str
    ) -> None:
        read(cast, case_id)
        with pytest.raises(BadRows) as bad:
            add(cast, case_id, CARD | {"balance": typed})
        assert list(bad.value.fields) == [("2", "balance")]

    def test_sums_that_no_household_has_are_refused(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        rows = [
            CARD | {"line": f"{n}", "creditor": f"B{n}", "balance": "9999999"} for n in range(12)
        ]
        with pytest.raises(BadRows) as bad:
            add(cast, case_id, *rows)
        assert list(bad.value.fields) == [("10", "balance"), ("11", "balance")]
        assert owed(cast, case_id) == {}

    def test_is_added_once(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        add(cast, case_id, CARD)
        with pytest.raises(Conflict, match="added already"):
            add(cast, case_id, CARD | {"sure": "yes"})
        assert owed(cast, case_id) == {"Northern Bank": Decimal("1430.50")}

    def test_says_what_a_colleague_added_meanwhile(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        with cast.open(cast.ben) as session:
            add_debt(session, case_id, CARD)
        with pytest.raises(BadRows) as bad:
            add(cast, case_id, CARD, RENT)
        assert "already on the list" in bad.value.fields["2", "creditor"]
        assert len(add(cast, case_id, CARD | {"sure": "yes"}, RENT).ids) == 2

    def test_takes_so_many_rows_and_not_none(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        with pytest.raises(Invalid):
            add(cast, case_id)
        rows = [CARD | {"line": str(n)} for n in range(MOST_ADDED + 1)]
        with pytest.raises(Invalid) as invalid:
            add(cast, case_id, *rows)
        assert str(MOST_ADDED) in invalid.value.fields["rows"]

    def test_hostile_names_are_only_names(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        name = "<b>Robert'); DROP TABLE debts;--"
        add(cast, case_id, CARD | {"creditor": name, "account_number": "=cmd|' /C calc'!A0\x00"})
        assert list(owed(cast, case_id)) == [name]

    def test_a_trainee_adds_to_their_own_case_alone(self, cast: Cast, case_id: int) -> None:
        own = make_case(cast, cast.tess)
        read(cast, own, who=cast.tess)
        assert len(add(cast, own, CARD, who=cast.tess).ids) == 1
        for stranger in (cast.tess, cast.colin):
            with pytest.raises(NotFound):
                add(cast, case_id, CARD, who=stranger)

    def test_is_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        added = add(cast, case_id, CARD, RENT)
        with cast.open(cast.amina) as session:
            rows = audited(session, "debt:record", "debts")
        assert [row.record_id for row in rows] == added.ids


class TestTakeBack:
    def test_removes_what_was_added_and_nothing_else(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            add_debt(session, case_id, CARD | {"creditor": "Southern Bank"})
        read(cast, case_id)
        added = add(cast, case_id, CARD, RENT)
        with cast.open(cast.amina) as session:
            assert take_back(session, case_id, added.ids) == 2
        assert list(owed(cast, case_id)) == ["Southern Bank"]

    def test_touches_no_debt_of_another_case(self, cast: Cast, case_id: int) -> None:
        other = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            theirs = add_debt(session, other, CARD).id
            assert take_back(session, case_id, [theirs, 999_999_999]) == 0
            assert session.exec(select(Debt).where(col(Debt.id) == theirs)).one().deleted_at is None

    def test_is_not_found_by_a_stranger(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        added = add(cast, case_id, CARD)
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                take_back(session, case_id, added.ids)


def test_the_limit_fits_a_drafts(cast: Cast, case_id: int) -> None:
    text = "Creditor,Balance\n" + "x" * (MOST_PASTED - 20)
    assert read(cast, case_id, text).table is not None
    assert pasted_debts.MOST_PASTED == 50_000
