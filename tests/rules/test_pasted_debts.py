import csv
import io
import time
from datetime import date
from decimal import Decimal
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cma_app.rules.debt_types import debt_type, debt_types
from cma_app.rules.pasted_cells import read_cell
from cma_app.rules.pasted_debts import BadMapping, KnownDebt, read_table
from cma_app.rules.pasted_words import FIELDS, guess_type, plain, words
from tests.rules.cases import cases

EXAMPLES = cases("pasted_debts")
TODAY = date(2026, 11, 22)


def read(text, **over):
    return read_table(text, **{"nation": "england", "on": TODAY, **over})


def values(table, field):
    return [debt.cell(field).value for debt in table.debts]


def check(field, example):
    cell = read_cell(field, example["raw"], on=TODAY)
    value = str(cell.value) if isinstance(cell.value, Decimal) else cell.value
    assert value == example["value"]
    assert type(value) is type(example["value"])
    assert example.get("problem", "") in cell.problem
    assert example.get("note", "") in cell.note
    assert bool(cell.problem) == ("problem" in example)
    assert bool(cell.note) == ("note" in example)
    assert cell.raw == example["raw"]


class TestCells:
    @pytest.mark.parametrize("example", EXAMPLES["money"], ids=lambda each: each["raw"][:20])
    def test_money(self, example):
        check("balance", example)

    @pytest.mark.parametrize("example", EXAMPLES["payment"], ids=lambda each: each["raw"])
    def test_payment_by_the_month(self, example):
        check("monthly_payment", example)

    @pytest.mark.parametrize("example", EXAMPLES["dates"], ids=lambda each: each["raw"])
    def test_dates_day_first(self, example):
        check("last_payment_date", example)

    @pytest.mark.parametrize("example", EXAMPLES["other"], ids=lambda each: each["raw"][:20])
    def test_the_other_fields(self, example):
        check(example["field"], example)

    def test_a_cell_that_is_too_long_is_said_and_cut(self):
        cell = read_cell("creditor", "a" * 10_001, on=TODAY)
        assert "10,000 characters" in cell.problem
        assert cell.value is None
        assert len(cell.raw) < 200
        assert (
            read_cell("creditor", "a" * 10_000, on=TODAY).problem == "Use at most 255 characters."
        )

    @given(st.sampled_from(list(FIELDS)), st.text(max_size=80))
    def test_any_text_is_read_or_explained(self, field, text):
        cell = read_cell(field, text, on=TODAY)
        assert cell.problem == "" or cell.problem.endswith(".")

    @given(st.decimals("0", "9999999.99", places=2))
    def test_every_amount_is_read_as_it_is_printed(self, amount):
        for printed in (
            f"{amount}",
            f"£{amount:,}",
            f"{amount:,} DR",
            f"{amount:,}".replace(",", " "),
        ):
            assert read_cell("balance", printed, on=TODAY).value == amount

    @given(st.dates(date(1977, 1, 1), TODAY))
    def test_every_date_is_read_as_it_is_printed(self, day):
        for form in ("%d/%m/%Y", "%d-%b-%y", "%Y-%m-%d", "%d %B %Y", "%d.%m.%y"):
            assert read_cell("default_date", day.strftime(form), on=TODAY).value == day


class TestKindOfDebt:
    @pytest.mark.parametrize("example", EXAMPLES["types"], ids=lambda e: e["kind"] + e["creditor"])
    def test_is_guessed_from_words_and_says_how_sure(self, example):
        guess = guess_type(example["kind"], [example["creditor"]], nation=example["nation"])
        assert (guess.code, guess.confidence) == (example["code"], example["confidence"])
        assert guess.because.endswith(".")

    def test_each_kind_has_words_and_its_own_label_is_certain(self):
        assert set(words()["types"]) == {kind.code for kind in debt_types()}
        for kind in debt_types():
            guess = guess_type(kind.label, [], nation=None)
            assert (guess.code, guess.confidence) == (kind.code, "certain")

    @given(st.text(max_size=60), st.sampled_from(["wales", "scotland", "northern_ireland", None]))
    def test_is_never_one_that_the_nation_does_not_have(self, text, nation):
        code = guess_type(text, [text], nation=nation).code
        assert code is None or nation is None or nation in debt_type(code).nations


class TestHeadings:
    def test_no_words_mean_two_things(self):
        content = words()
        said = [plain(each) for each in content["ignored"]]
        said += [plain(each) for each in chain(*content["headings"].values())]
        assert len(said) == len(set(said))
        assert set(content["headings"]) == set(FIELDS)
        sure = [plain(each) for part in content["types"].values() for each in part["sure"]]
        assert len(sure) == len(set(sure))
        assert all(isinstance(each, str) for each in content["ignored"] + content["blanks"])

    def test_every_synonym_names_its_field_in_a_table(self):
        for field, synonyms in words()["headings"].items():
            if field == "creditor":
                continue
            for synonym in synonyms:
                table = read(f"Creditor\t{synonym.upper()}:\nAcme\tx\n")
                assert [column.field for column in table.columns] == ["creditor", field], synonym

    def test_longer_headings_are_known_by_their_words_and_the_longest_win(self):
        table = read(
            "Creditor\tBalance owed at 1 May (£)\tCredit limit (£)\tDate of default\nA\t5\t6\t\n"
        )
        assert [c.field for c in table.columns] == ["creditor", "balance", None, "default_date"]

    def test_the_second_of_two_alike_is_left_and_said(self):
        table = read("Creditor\tBalance\tAmount owed\nA\t5\t6\n")
        assert [column.field for column in table.columns] == ["creditor", "balance", None]
        assert "Another column" in table.columns[2].said

    def test_rows_above_the_headings_are_listed(self):
        table = read("My list for May\n\nCreditor\tBalance\nNext\t5\n")
        assert values(table, "creditor") == ["Next"]
        assert [row.reason for row in table.skipped] == [
            "It stands above the headings.", "Blank.", "These are the headings.",
        ]  # fmt: skip

    def test_without_headings_columns_are_guessed_and_dates_left_to_the_advisor(self):
        table = read(
            "4929123412341234,Barclaycard,1234.50,25,01/02/2020,Credit card\n"
            "889911XX,Very,250.00,5,Nov 2023,Catalogue\n"
        )
        assert [column.field for column in table.columns] == [
            "account_number", "creditor", "balance", None, None, "debt_type",
        ]  # fmt: skip
        assert table.columns[4].said == "These are dates. Choose which."
        assert {column.how for column in table.columns} == {"content", "none"}


class TestSkipping:
    def test_totals_headings_rules_and_blanks_are_listed_with_the_reason(self):
        table = read(
            "Creditor\tBalance\nPriority debts\t\nNext\t5.00\n-----\t-----\nTotal\t5.00\n\n\n"
            "Creditor\tBalance\nTotal Gas and Power\t7.00\nGrand total:\t12.00\n"
        )
        assert values(table, "creditor") == ["Next", "Total Gas and Power"]
        assert [(row.line, row.reason) for row in table.skipped] == [
            (1, "These are the headings."),
            (2, "This is a heading over a group of debts."),
            (4, "This is a line drawn between rows."),
            (5, "This is a total."),
            (6, "2 blank lines."),
            (8, "These are the headings again."),
            (10, "This is a total."),
        ]

    def test_a_sum_without_a_name_is_not_a_debt(self):
        table = read("Creditor,Balance\nNext,5.00\nVery,7.50\n,12.50\n,3.00\n")
        assert values(table, "balance") == [Decimal("5.00"), Decimal("7.50"), Decimal("3.00")]
        assert "sum of the rows above" in table.skipped[-1].reason
        assert table.debts[2].problems == ("Enter who is owed.",)


class TestProblems:
    def test_what_is_missing_is_said_and_keeps_the_row_from_being_ready(self):
        table = read("Creditor\tType\tBalance\nNext\tCatalogue\t\nVery\tcatalogue\t5\nAcme\t?\t5\n")
        assert "Enter what is owed." in table.debts[0].problems[0]
        assert [debt.is_ready() for debt in table.debts] == [False, True, False]

    def test_a_credit_keeps_its_minus_and_is_not_ready(self):
        debt = read("Creditor\tType\tBalance\nNext\tCatalogue\t(5.00)\n").debts[0]
        assert debt.cell("balance").value == Decimal("-5.00")
        assert not debt.is_ready()

    def test_an_amount_split_by_its_comma_is_said(self):
        debt = read("Creditor,Balance\nNext,1,234.50\n").debts[0]
        assert debt.problems == ("This row has more cells than there are columns. Check each one.",)

    def test_the_name_in_the_shipped_list_is_offered(self):
        table = read("Creditor\tBalance\nLOWELL FINANCIAL LTD\t5\nAcme\t6\n")
        assert [debt.directory_name for debt in table.debts] == ["Lowell", None]


class TestTwice:
    TABLE = "Creditor\tAccount no\tBalance\n"

    def twice(self, rows, *existing):
        debts = read(self.TABLE + rows, existing=existing).debts
        return [bool(debt.duplicates) for debt in debts]

    def test_inside_the_paste(self):
        rows = "Next\t12345678\t5\nNEXT RETAIL LTD\t**** 5678\t6\nNext\t99990000\t5\n"
        assert self.twice(rows) == [False, True, False]

    def test_against_the_case(self):
        known = KnownDebt("barclaycard", "1234", Decimal("100.00"))
        table = read(self.TABLE + "Barclaycard\t55551234\t120\n", existing=[known])
        assert table.debts[0].duplicates == (
            "Possibly already on the list: barclaycard, account ending 1234, £100.00.",
        )

    def test_by_the_sum_where_an_account_is_not_known(self):
        known = KnownDebt("Acme", "", Decimal("100.00"))
        assert self.twice("Acme\t1111\t100\nAcme\t2222\t101\n", known) == [True, False]

    def test_a_sold_debt_by_account_and_sum(self):
        known = KnownDebt("Vanquis", "1234", Decimal("100.00"))
        assert self.twice("Lowell\t991234\t100\nLowell\t991234\t90\n", known)[0]

    def test_two_accounts_of_one_creditor_are_two_debts(self):
        known = KnownDebt("Acme", "1111", Decimal("100.00"))
        assert self.twice("Acme\t2222\t100\n", known) == [False]

    def test_nothing_owed_and_no_name_are_not_alike(self):
        assert self.twice("\t\t7\n\t\t7\nAcme\t\t0\nAcme\t\t0\n") == [False] * 4


class TestMapping:
    TEXT = "Creditor\tBalance\tOther\nNext\t5.00\t6.00\n"

    def test_a_choice_comes_first_and_the_others_stay(self):
        table = read(self.TEXT, mapping={2: "balance", 1: ""})
        assert [column.field for column in table.columns] == ["creditor", None, "balance"]
        assert [column.how for column in table.columns] == ["heading", "chosen", "chosen"]
        assert values(table, "balance") == [Decimal("6.00")]

    def test_the_column_that_had_the_field_gives_it_up(self):
        table = read(self.TEXT, mapping={2: "balance"})
        assert [column.field for column in table.columns] == ["creditor", None, "balance"]

    def test_an_unknown_field_and_one_chosen_twice_are_refused(self):
        with pytest.raises(BadMapping, match="from the list"):
            read(self.TEXT, mapping={0: "yacht"})
        with pytest.raises(BadMapping, match="Two columns"):
            read(self.TEXT, mapping={0: "balance", 1: "balance"})

    def test_a_column_that_is_not_there_is_no_harm(self):
        assert values(read(self.TEXT, mapping={70: "arrears", -1: ""}), "creditor") == ["Next"]


class TestCreditReport:
    TEXT = """Your accounts

    BARCLAYCARD
    Account number: ****1234
    Balance: £1,200   Start date: 01/02/2019
    Default date: n/a
    Address: 1 Any Street

    LOWELL PORTFOLIO I LTD
    Original lender: Vanquis
    Account type:    Credit card
    Current balance:
    Reference: 99
    Judgment: CCJ 12/03/2022
    """

    def test_a_block_is_a_debt(self):
        table = read(self.TEXT)
        assert table.layout == "blocks"
        assert values(table, "creditor") == ["BARCLAYCARD", "LOWELL PORTFOLIO I LTD"]
        assert values(table, "balance") == [Decimal("1200.00"), None]
        assert values(table, "agreement_date") == [date(2019, 2, 1), None]
        assert values(table, "judgment") == [None, date(2022, 3, 12)]
        assert values(table, "account_number") == ["****1234", "99"]
        assert [debt.debt_type.code for debt in table.debts] == ["credit_card", "credit_card"]
        assert [debt.line for debt in table.debts] == [3, 9]
        assert [row.text for row in table.skipped] == ["Your accounts"]

    def test_blocks_may_follow_without_a_gap_and_name_a_field_twice(self):
        table = read(
            "Lender: Next\nBalance: 5\nReference: 1\nAccount number: 2\n"
            "Lender: Very\nBalance: 6\nReference: 3\nAccount number: 4"
        )
        assert values(table, "creditor") == ["Next", "Very"]
        assert values(table, "account_number") == ["2", "4"]  # the plainer label

    def test_columns_held_apart_by_spaces_keep_their_place_over_a_gap(self):
        table = read(
            "Creditor             Type            Balance   Last paid\n"
            "Barclaycard          Credit card     £1,234.50  31/01/2020\n"
            "Thames Water                            250.00  Nov-23\n"
        )
        assert table.layout == "spaces"
        assert values(table, "debt_type") == ["Credit card", None]
        assert values(table, "balance") == [Decimal("1234.50"), Decimal("250.00")]

    def test_a_list_of_names_with_amounts_after_them(self):
        table = read(
            "1. Barclaycard - £1,200\n2. H and T Pawnbrokers: £300.50\nNext (£5)\nVery £6 CR"
        )
        assert values(table, "creditor") == ["Barclaycard", "H and T Pawnbrokers", "Next", "Very"]
        owed = [Decimal("1200.00"), Decimal("300.50"), Decimal("-5.00"), Decimal("-6.00")]
        assert values(table, "balance") == owed

    def test_the_vaguer_of_two_labels_gives_way(self):
        table = read("Name: J Smith\nCreditor: Next\nBalance: £5\n")
        assert values(table, "creditor") == ["Next"]


class TestLimits:
    def test_too_many_characters_are_said_and_nothing_is_read(self):
        table = read("a" * 200_001)
        assert table.debts == ()
        assert "200,000" in table.problems[0]

    def test_rows_past_the_500th_are_counted(self):
        table = read("Creditor\tBalance\n" + "Next\t5\n" * 503)
        assert len(table.debts) == 500
        assert "3 more" in table.problems[0]
        assert read("Creditor\tBalance\n" + "Next\t5\n" * 500).problems == ()

    def test_rows_that_are_not_debts_are_listed_up_to_500(self):
        table = read("Creditor\tBalance\nNext\t5\n" + "Total\t5\n" * 600)
        assert len(table.skipped) == 500
        assert "101 more" in table.problems[0]

    def test_columns_past_the_50th_are_left_and_said(self):
        table = read("Creditor\tBalance" + "\tx" * 60 + "\nNext\t5" + "\ty" * 60)
        assert len(table.columns) == 50
        assert "50 columns" in table.problems[0]

    def test_an_empty_paste_has_a_sentence(self):
        assert read("  \n ").problems == (
            "No debts were found in this. Paste a table with one debt on each row.",
        )

    @pytest.mark.parametrize(
        "part",
        ['"', '"a\t', '""\t', '"a,b\n', "\t", "\n", " ", ",", "a ", "a  b\n", "|a", "a:b\n", "1,",
         "creditor: a\nbalance: 1\n", "balance: a  ", "(", "é", "Total\n", "Creditor  Balance  ",
         "12/12/", "\x00", "=HYPERLINK("],
    )  # fmt: skip
    def test_time_grows_with_the_text_alone(self, part):
        def seconds(size):
            start = time.process_time()
            read((part * (size // len(part) + 1))[:size])
            return time.process_time() - start

        seconds(1_000)  # the words are read once
        # Twenty times the text: a squared time would be 400 times as long.
        assert seconds(200_000) < max(seconds(10_000) * 80, 2.0)


SPOKEN_FOR = {
    *chain(
        *words()["headings"].values(),
        *(words()[each] for each in ("ignored", "blanks", "nothing", "sections", "totals")),
    )
}
NAMES = st.from_regex(r"[A-Z][a-z]{2,9}( [A-Z][a-z]{2,9})?", fullmatch=True).filter(
    lambda name: not SPOKEN_FOR & {plain(name), *plain(name).split()}
)
DEBTS = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from(["Credit card", "Council tax", "Overdraft", "Catalogue"]),
        st.decimals("0.01", "99999.99", places=2),
        st.from_regex(r"[1-9][0-9]{7}", fullmatch=True),
        st.dates(date(1980, 1, 1), TODAY),
    ),
    min_size=1,
    max_size=8,
)
HEADINGS = ["Creditor", "Type", "Balance", "Account number", "Last payment"]


def printed(debts):
    return [[n, kind, f"£{b:,}", ref, f"{day:%d/%m/%Y}"] for n, kind, b, ref, day in debts]


def by_csv(mark):
    def write(rows):
        out = io.StringIO()
        csv.writer(out, delimiter=mark).writerows([HEADINGS, *rows])
        return out.getvalue()

    return write


def by_pipes(rows):
    lines = [f"| {' | '.join(row)} |" for row in [HEADINGS, ["---"] * 5, *rows]]
    return "\n".join(lines)


def by_spaces(rows):
    return "\n".join("".join(cell.ljust(26) for cell in row) for row in [HEADINGS, *rows])


def by_blocks(rows):
    return "\n\n".join(
        "\n".join(f"{h}: {cell}" for h, cell in zip(HEADINGS, row, strict=True)) for row in rows
    )


WRITERS = {
    "tabs": by_csv("\t"),
    "commas": by_csv(","),
    "semicolons": by_csv(";"),
    "pipes": by_pipes,
    "spaces": by_spaces,
    "blocks": by_blocks,
}


class TestAnyText:
    @pytest.mark.parametrize("layout", WRITERS)
    @settings(max_examples=40)
    @given(debts=DEBTS)
    def test_known_debts_read_back_equal(self, layout, debts):
        table = read(WRITERS[layout](printed(debts)))
        assert table.layout == layout
        assert [
            (
                debt.cell("creditor").value,
                debt.cell("debt_type").value,
                debt.cell("balance").value,
                debt.cell("account_number").value,
                debt.cell("last_payment_date").value,
            )
            for debt in table.debts
        ] == debts
        assert {debt.debt_type.confidence for debt in table.debts} == {"certain"}
        assert table.problems == ()

    @given(st.lists(st.text('ab",\n', min_size=1, max_size=12), min_size=1, max_size=6))
    def test_marks_quotes_and_new_lines_inside_cells_read_back(self, names):
        table = read(by_csv(",")([[f"Bank{name}", "Overdraft", "5", "1", ""] for name in names]))
        assert values(table, "creditor") == [" ".join(f"Bank{name}".split()) for name in names]

    def test_a_quote_that_is_never_closed_is_a_character(self):
        table = read('Creditor\tBalance\n"The Bank\t5\nNext\t6\n' + "Very\t7\n" * 30 + '"Z"\t8\n')
        assert values(table, "creditor")[:2] == ['"The Bank', "Next"]
        assert values(table, "creditor")[-1] == "Z"

    @settings(max_examples=300)
    @given(
        st.lists(
            st.one_of(
                st.text(max_size=12),
                st.sampled_from(
                    ["\t", ",", ";", "|", "\n", "  ", '"', ": ", "Creditor", "Balance", "Total",
                     "£5", "(5)", "1/2/20", "Barclaycard", "Reference"]
                ),
            ),
            max_size=60,
        ).map("".join)
    )  # fmt: skip
    def test_is_read_without_an_error_and_every_line_is_accounted_for(self, text):
        table = read(text)
        lines = [row.line for row in (*table.debts, *table.skipped)]
        assert len(lines) == len(set(lines)) or table.layout == "blocks"
        for debt in table.debts:
            assert debt.debt_type.code is None or debt.debt_type.confidence != "none"
            assert all(cell.field in FIELDS for cell in debt.cells)

    @given(
        st.text(), st.dictionaries(st.integers(-1, 6), st.sampled_from(list(FIELDS)), max_size=1)
    )
    def test_is_read_with_any_choice_of_a_column(self, text, mapping):
        read(text, mapping=mapping)


def test_the_file_of_words_says_when_and_how_sure():
    assert words()["certainty"] == "M"
    assert words()["checked_on"] == TODAY
