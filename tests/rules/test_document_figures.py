"""The figures on a paper: which are found, for what, where, and which are left alone."""

import pytest

from cma_app.rules.document_figures import Found, Spot, find_figures, income_line


def laid_out(text: str) -> list[Spot]:
    """Lay a text out as a page: a letter is ten wide, a line thirty high; columns by two spaces."""
    spots: list[Spot] = []
    for line, said in enumerate(text.strip("\n").split("\n")):
        place = 0
        for word in said.split(" "):
            if word:
                spots.append(Spot(word, place * 10, line * 30, len(word) * 10, 20, line, 0.9))
            place += len(word) + 1
    return spots


def found(text: str, kind: str | None = None) -> dict[str, list[str]]:
    by_kind: dict[str, list[str]] = {}
    for each in find_figures([(1, laid_out(text))], kind):
        by_kind.setdefault(each.kind, []).append(each.value)
    return by_kind


def test_a_letter_names_balance_account_and_day() -> None:
    said = found(
        "Date of notice: 5 November 2026\nOur reference: FE-2209817\n"
        "The sum outstanding is £1,450.00 today."
    )
    assert said == {
        "dated": ["2026-11-05"],
        "account_number": ["FE-2209817"],
        "balance": ["1450.00"],
    }


def test_the_nearest_label_wins() -> None:
    said = found("Previous balance £100.00 Minimum payment £25.00 New balance £134.20")
    assert said["payment"] == ["25.00"]
    assert set(said["balance"]) == {"134.20", "100.00"}


def test_a_column_is_known_by_its_head() -> None:
    said = found("Money out     Money in      Balance\n   92.00       10.00       120.40")
    assert said["balance"] == ["120.40"]


def test_says_where_it_stands() -> None:
    (figure,) = find_figures([(3, laid_out("You owe\nBalance £12.50"))], None)
    assert figure == Found("balance", "12.50", "balance", 3, 80, 30, 60, 20, 0.9)


@pytest.mark.parametrize(
    ("kind", "has"), [("payslip", True), ("council_tax", False), (None, False)]
)
def test_income_is_found_on_papers_of_income_alone(kind: str | None, has: bool) -> None:
    said = found("Gross pay £1,510.08\nNet pay £1,335.36", kind)
    assert said.get("income", []) == (["1335.36"] if has else [])


def test_a_payslip_has_no_balance() -> None:
    assert "balance" not in found("Balance £10.00\nNet pay £20.00", "payslip")


@pytest.mark.parametrize(
    "text",
    [
        "Balance 12",  # whole pounds may be anything
        "Balance £1.2",
        "31 February 2026",
        "Date 5 13 2026",
        "Account number none",
        "Ref A1",
        "",
    ],
)
def test_what_is_doubtful_is_left_alone(text: str) -> None:
    assert found(text) == {}


def test_dates_are_read_as_they_are_written_here() -> None:
    assert found("Issued 03/04/2026")["dated"] == ["2026-04-03"]
    assert found("Dated 1st Sept 2025")["dated"] == ["2025-09-01"]


def test_no_more_than_two_of_a_kind() -> None:
    many = "\n".join(f"Balance £{pounds}.00" for pounds in range(10, 20))
    assert len(found(many)["balance"]) == 2


def test_the_line_of_a_budget_is_that_of_the_paper() -> None:
    assert income_line("payslip") == "client-salary-or-wages"
    assert income_line("council_tax") is None
    assert income_line(None) is None
