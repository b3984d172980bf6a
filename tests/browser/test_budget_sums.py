"""What the browser adds up while somebody types is, to the penny, what the server would store."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cma_app.errors import CmaError
from cma_app.rules.entries import TYPED, parse_entry
from cma_app.rules.financial_statement import (
    INCOME,
    NIL,
    TooLarge,
    line_entry,
    statement_lines,
    totals,
)
from cma_app.rules.frequencies import ALL, monthly_from_pay
from cma_app.rules.payslips import is_several, parse_pay
from cma_app.rules.typing_rules import TypingRules, pence, typing_rules

pytestmark = pytest.mark.browser

ON = date(2026, 11, 20)
SOURCE = Path(__file__).parents[2] / "assets" / "budget_sums.js"
MONTHS = """([rules, asked]) => asked.map(([text, often]) => {
  const month = sums.monthOf(rules, text, often);
  return month === null ? null : String(month);
})"""
SUMS = """([sheets, groups]) => sheets.map(([rules, months]) => {
  const of = Object.fromEntries(Object.entries(months).map(([code, sum]) => [code, BigInt(sum)]));
  const found = sums.sumsOf(rules, groups, of);
  if (found === null) return null;
  const { groups: byGroup, ...others } = found;
  return Object.fromEntries(
    Object.entries({ ...others, ...byGroup }).map(([name, sum]) => [name, sums.moneyText(sum)]),
  );
})"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A blank page that knows the module, and nothing else of ours."""
    page = chromium.new_page()
    page.evaluate(
        """async (source) => {
          const file = new Blob([source], { type: "text/javascript" });
          globalThis.sums = await import(URL.createObjectURL(file));
        }""",
        SOURCE.read_text(encoding="utf-8"),
    )
    yield page
    page.close()


def rules(**about: Any) -> TypingRules:
    return typing_rules(ON, **{"chosen": None, "fee": NIL} | about)


def sent(said: TypingRules) -> dict[str, Any]:
    return {name: getattr(said, name) for name in TypingRules.__slots__}


def stored(text: str, often: str) -> str | None:
    """Return the pence a month that the server would store of a box, None where it refuses."""
    try:
        if not text.strip():
            return "0"
        if is_several(text):
            pay = parse_pay(text, often)
            line_entry("rent", NIL, pay.frequency, on=ON, payslips=pay.payslips)
            return str(pence(monthly_from_pay(pay.payslips, pay.frequency, ON)))
        entered = parse_entry(text, often)
        return str(pence(Decimal(line_entry("rent", *_of(entered), on=ON)["monthly"])))
    except CmaError:
        return None


def _of(entered: Any) -> tuple[Decimal, str]:
    return entered.amount, entered.frequency


def tidy(chance: random.Random) -> str:
    """Return an entry as people are told to write it, several payslips among them."""
    often = chance.choice(["", " w", " 4w", "m", " per week", "y", " x10", " 2m", " q"])
    slips = [
        f"{Decimal(chance.randrange(10 ** chance.randrange(1, 9))) / 100:,}"
        for _ in range(chance.choice([1, 1, 1, 2, 3, 12]))
    ]
    return "; ".join(slips) + often


def amount(chance: random.Random) -> str:
    whole = chance.choice(["", "0", "7", "85", "340", "1200", "9999999", "10000000", "3404"])
    whole = chance.choice([whole, str(chance.randrange(10 ** chance.randrange(1, 9)))])
    if chance.random() < 0.3 and whole:
        whole = f"{int(whole):,}"
    part = chance.choice(["", "", ".", ".5", ".05", ".50", ".99", ".005", ",50", ".1.2"])
    return chance.choice(["", "", "£", "£ ", " ", "-", "−", "(", "££"]) + whole + part


def typed(chance: random.Random) -> str:
    """Return what a person might type in a box, or what might fall on the keys."""
    if chance.random() < 0.4:
        return tidy(chance)
    often = chance.choice(["", "", *TYPED, "per week", "a month", "/week", "x10", "zz", "4w", "2m"])
    text = amount(chance) + chance.choice(["", " ", "\xa0", "-"]) + often
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        text += chance.choice(["; ", " + ", "+", ";"]) + amount(chance) + chance.choice(["", often])
    if chance.random() < 0.2:
        keys = list(text or "8")
        keys[chance.randrange(len(keys))] = chance.choice("0123456789 .,;+-£wmx/()")
        text = "".join(keys)
    return text.upper() if chance.random() < 0.1 else text


class TestMonthOf:
    @pytest.mark.parametrize("seed", range(4))
    def test_reads_each_of_thousands_of_boxes_as_the_server_does(
        self, page: Page, seed: int
    ) -> None:
        chance = random.Random(seed)
        asked = [(typed(chance), chance.choice(list(ALL))) for _ in range(5000)]
        shown = page.evaluate(MONTHS, [sent(rules()), asked])
        would = [stored(*each) for each in asked]
        wrong = [both for both in zip(asked, shown, would, strict=True) if both[1] != both[2]]
        assert wrong == []
        read = sum(each is not None for each in would)
        assert 1000 < read < 4500, "both what is read and what is refused is drawn often"

    @pytest.mark.parametrize(
        "text",
        ["", "  ", "12,5", "1e9", "-4", "9" * 10_000, "1\t2", "٣", "85 ;", "1; ;2", "84w;84"],
    )
    def test_says_nothing_of_what_is_refused(self, page: Page, text: str) -> None:
        shown = page.evaluate(MONTHS, [sent(rules()), [[text, "weekly"]]])
        assert shown == [stored(text, "weekly")]

    def test_says_nothing_of_how_often_it_does_not_know(self, page: Page) -> None:
        asked = [["85", "hourly"], ["85", "toString"], ["85 constructor", "weekly"]]
        assert page.evaluate(MONTHS, [sent(rules()), asked]) == [None, None, None]


def sheet(chance: random.Random) -> tuple[dict[str, str], dict[str, Any]]:
    most = 10 ** chance.choice([3, 5, 6, 8])
    codes = [line.key for line in statement_lines(ON).lines()]
    chosen = chance.choice([None, None, Decimal(chance.randrange(2001)) / 100])
    fee = chance.choice([NIL, NIL, Decimal(chance.randrange(5000)) / 100])
    months = {
        code: str(chance.randrange(most)) for code in chance.sample(codes, chance.randrange(40))
    }
    return months, {"chosen": chosen, "fee": fee}


def counted(months: dict[str, str], about: dict[str, Any]) -> dict[str, str] | None:
    lines = statement_lines(ON)
    sides: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for code, sum_ in months.items():
        side = sides[lines.line(code).section != INCOME]
        side[code] = {"monthly": str(Decimal(sum_) / 100)}
    try:
        found = totals(*sides, ON, about["fee"], savings=about["chosen"])
    except TooLarge:
        return None
    said = {
        "income": found.total_income,
        "fixed": found.total_fixed,
        "flexible": found.total_flexible,
        "outgoings": found.total_outgoings,
        "surplus": found.surplus,
        "savings": found.savings,
        "available": found.available,
        **found.income,
        **found.fixed,
        **found.flexible,
    }
    return {name: _text(sum_) for name, sum_ in said.items()}


def _text(sum_: Decimal) -> str:
    return f"{'−' if sum_ < 0 else ''}{abs(sum_):,.2f}"


class TestSumsOf:
    @pytest.mark.parametrize("seed", range(4))
    def test_adds_up_each_of_many_sheets_as_the_server_does(self, page: Page, seed: int) -> None:
        chance = random.Random(seed)
        drawn = [sheet(chance) for _ in range(500)]
        groups = [
            {
                "key": group.key,
                "section": group.section,
                "lines": [{"code": line.key} for line in group.lines],
            }
            for group in statement_lines(ON).groups
        ]
        asked = [[sent(rules(**about)), months] for months, about in drawn]
        shown = page.evaluate(SUMS, [asked, groups])
        would = [counted(*each) for each in drawn]
        assert [pair for pair in zip(shown, would, strict=True) if pair[0] != pair[1]] == []
        assert any(each is None for each in would)
        assert any(each and each["surplus"].startswith("−") for each in would)

    def test_rounds_savings_to_the_penny_where_that_is_the_rule(self, page: Page) -> None:
        penny = {**sent(rules()), "whole_pounds": False}
        months = [[penny, {"rent": "0", "client-salary-or-wages": "18555"}]]
        groups = [
            {"key": "e", "section": "income", "lines": [{"code": "client-salary-or-wages"}]},
        ]
        assert page.evaluate(SUMS, [months, groups])[0]["savings"] == "18.56"
