"""One cell of a pasted table: what it says, or a sentence about what is wrong with it.

Nothing is turned or filled in silently: a credit keeps its minus sign and is flagged, a month
without a day becomes its first and says so, and a cell with two readings is asked about.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from cma_app.rules.entries import MOST, BadAmount, parse_entry, parse_money
from cma_app.rules.frequencies import FREQUENCIES, UnknownFrequency, monthly
from cma_app.rules.pasted_words import FIELDS, is_blank, is_nothing, liability_of, plain

LONGEST_CELL: Final = 10_000
LONGEST_READ: Final = 60  # of an amount or a date
LONGEST: Final = {"creditor": 255, "original_creditor": 255, "collector": 255, "debt_type": 100}
LONGEST_NUMBER: Final = 100
MONEY_FIELDS: Final = ("balance", "arrears", "monthly_payment")
DATE_FIELDS: Final = ("balance_date", "agreement_date", "default_date", "last_payment_date")
MOST_RATE: Final = Decimal("999.99")
PENNY: Final = Decimal("0.01")
FIRST_YEAR: Final = 1900
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

GROUPED: Final = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3})+,[0-9]{2}")  # 1 234,50 and 1.234,50
SPACED: Final = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]{1,2})?")  # 1 234.50
COMMA_ONCE: Final = re.compile(r"([0-9]+),([0-9]{1,2})")
POINT_THREE: Final = re.compile(r"([0-9]{1,3})\.([0-9]{3})")
SIDE: Final = re.compile(r"(.*?)\s*(?<![a-z])(dr|debit|od|cr|credit)\.?", re.DOTALL)
EXPONENT: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?e\+?[0-9]+", re.IGNORECASE)
RATE: Final = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?\s*%?\s*(?:apr|p\.?a\.?|variable|fixed)?")
DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})")
YEAR_FIRST: Final = re.compile(r"([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})")
DAY_WORD: Final = re.compile(
    r"(?:[a-z]+,? )?([0-9]{1,2})(?:st|nd|rd|th)?[ \-/.]*(?:of )?([a-z]{3,9})"
    r"[ \-/.,]*([0-9]{4}|[0-9]{2})"
)
WORD_DAY: Final = re.compile(r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
MONTH_WORD: Final = re.compile(r"([a-z]{3,9})\.?[ \-/.,']*([0-9]{4}|[0-9]{2})")
MONTH_FIGURE: Final = re.compile(r"([0-9]{1,2})[/\-.]([0-9]{4})")
YEAR_MONTH: Final = re.compile(r"([0-9]{4})[/\-.]([0-9]{1,2})")
CLOCK: Final = re.compile(r"[ t]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?(?: ?[ap]m|z)?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as pasted, what it was read as (None for nothing), and what a person must know.

    `problem` has to be put right before the row is accepted; `note` is only said. A judgment is
    True, False or its date; money is in pounds, a rate in per cent.
    """

    field: str
    raw: str
    value: Decimal | date | str | bool | None = None
    problem: str = ""
    note: str = ""


def read_cell(field: str, raw: str, *, on: date) -> Cell:
    """Return a cell read for a field; the day decides centuries and what lies in the future."""
    if field not in FIELDS:
        raise LookupError(f"There is no field {field}.")
    if len(raw) > LONGEST_CELL:
        short = f"This cell has more than {LONGEST_CELL:,} characters. Shorten it."
        return Cell(field, f"{raw[:100]}…", problem=short)
    text = tidy(raw)
    if is_blank(text):
        return Cell(field, raw)
    if field in MONEY_FIELDS:
        return _money(field, raw, text, on)
    if field in (*DATE_FIELDS, "judgment"):
        return (_judgment if field == "judgment" else _date)(field, raw, text, on)
    readers = {"liability": _liability, "interest_rate": _rate}
    return readers.get(field, _text)(field, raw, text)


def tidy(raw: str) -> str:
    """Return text on one line, without control characters or marks that cannot be seen."""
    shown = (" " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each for each in raw)
    kept = (each for each in shown if unicodedata.category(each) not in {"Cf", "Cs", "Co", "Cn"})
    return " ".join("".join(kept).split())


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"


def _is_formula(text: str) -> bool:
    return text.startswith(("=", "@")) or (text.startswith(("+", "-")) and "(" in text)


def _text(field: str, raw: str, text: str) -> Cell:
    most = LONGEST.get(field, LONGEST_NUMBER)
    if len(text) > most:
        return Cell(field, raw, text[:most], problem=f"Use at most {most} characters.")
    if field in {"account_number", "collector_reference"} and EXPONENT.fullmatch(text):
        return Cell(
            field,
            raw,
            problem=f"The spreadsheet has shortened this number to {text}. Type it in full.",
        )
    note = "This looks like a formula. It is kept as plain text." if _is_formula(text) else ""
    return Cell(field, raw, text, note=note)


def _liability(field: str, raw: str, text: str) -> Cell:
    code = liability_of(text)
    if code is None:
        wrong = f"{_quoted(text)} is not a liability: write sole, joint, guarantor or not liable."
        return Cell(field, raw, problem=wrong)
    return Cell(field, raw, code)


def _rate(field: str, raw: str, text: str) -> Cell:
    if is_nothing(text):
        return Cell(field, raw, Decimal("0.00"))
    found = RATE.fullmatch(text.lower()) if len(text) <= LONGEST_READ else None
    if found is None:
        wrong = f"{_quoted(text)} is not a rate: write per cent a year with a point, like 19.9."
        return Cell(field, raw, problem=wrong)
    rate = Decimal(f"{found[1]}.{found[2] or 0}").quantize(PENNY)
    if rate > MOST_RATE:
        return Cell(field, raw, problem=f"Enter a rate of {MOST_RATE} or less.")
    return Cell(field, raw, rate)


def _judgment(field: str, raw: str, text: str, on: date) -> Cell:
    said = plain(text)
    if said in {"no", "n", "false", "0"} or is_nothing(text):
        return Cell(field, raw, value=False)
    if said in {"yes", "y", "true", "ccj", "judgment", "judgement", "decree", "1"}:
        return Cell(field, raw, value=True)
    bare = re.sub(r"^(?:yes|ccj|judge?ment|decree)[\s,:(\-]*(?:on |dated )?", "", text.lower())
    cell = _date(field, raw, bare.rstrip(") "), on)
    if cell.value is None:
        wrong = f"{_quoted(text)} does not say if there is one: write yes, no or its date."
        return Cell(field, raw, problem=wrong)
    return cell


# Money


def _money(field: str, raw: str, text: str, on: date) -> Cell:
    if is_nothing(text):
        return Cell(field, raw, Decimal("0.00"))
    if len(text) > LONGEST_READ:
        return Cell(field, raw, problem="That is too long for an amount. Write it like 1,200.50.")
    if text.startswith("="):
        wrong = "This is a formula, not its result. Copy the values from the spreadsheet."
        return Cell(field, raw, problem=wrong)
    if re.search(r"[$€]|\b(?:usd|eur|euros?|dollars?)\b", text.lower()):
        return Cell(field, raw, problem="This is in another currency. Write it in pounds.")
    digits, is_credit = _without_marks(text)
    if digits is None:
        return Cell(field, raw, Decimal("0.00"))  # "£ -" is how a spreadsheet shows nought
    return _amount(field, raw, text, digits, on, is_credit=is_credit)


def _without_marks(text: str) -> tuple[str | None, bool]:
    """Return an amount without pound sign, brackets, minus, DR or CR, and if it is a credit."""
    rest = text.lower().replace("−", "-").replace("–", "-").replace("gbp", "£")
    is_credit = False
    side = SIDE.fullmatch(rest)
    if side:
        rest, is_credit = side[1].strip(), side[2] in {"cr", "credit"}
    rest = rest.strip("£ ")
    if rest == "-":
        return None, False
    if rest.startswith("(") and rest.endswith(")"):
        rest, is_credit = rest[1:-1], True
    rest = rest.strip("£ ")
    if rest.startswith("-") or rest.endswith("-"):
        rest, is_credit = rest.strip("- "), True
    return rest.strip("£ "), is_credit


def _amount(field: str, raw: str, text: str, digits: str, on: date, *, is_credit: bool) -> Cell:
    note = ""
    try:
        if GROUPED.fullmatch(digits) or SPACED.fullmatch(digits):
            amount = parse_money(_regrouped(digits))
            note = f"Read as £{amount:,}."
        elif field == "monthly_payment":
            amount, note = _by_the_month(digits, on)
        else:
            amount = parse_money(digits)
    except (BadAmount, UnknownFrequency) as error:
        return Cell(field, raw, problem=_how_to_write(text, digits, error.sentence))
    if is_credit and amount:
        wrong = (
            f"{_quoted(text)} is a credit or a minus: enter {amount:,} if it is owed, 0 if the "
            "creditor owes the client."
        )
        return Cell(field, raw, -amount, wrong, note)
    return Cell(field, raw, amount, note=note)


def _regrouped(digits: str) -> str:
    """Return pounds and pence after a point from 1 234,50 or 1.234,50 or 1 234.50."""
    if "," in digits:
        digits = digits.replace(".", "").replace(",", ".")
    return digits.replace(" ", "")


def _by_the_month(digits: str, on: date) -> tuple[Decimal, str]:
    entry = parse_entry(digits)
    if entry.frequency == "monthly":
        return entry.amount, ""
    month = monthly(entry.amount, entry.frequency, on)
    if month > MOST:
        raise BadAmount(f"Enter an amount of £{MOST:,} or less.")
    often = FREQUENCIES[entry.frequency].lower()
    return month, f"£{entry.amount:,} {often} comes to £{month:,} a month."


def _how_to_write(text: str, digits: str, sentence: str) -> str:
    comma, point = COMMA_ONCE.fullmatch(digits), POINT_THREE.fullmatch(digits)
    if comma:
        pence = f"{comma[1]}.{comma[2]:0<2}"
        either = f" or {comma[1]},{comma[2]:0<3}" if len(comma[1]) <= 3 else ""
        return f"{_quoted(text)} is not an amount: write {pence}{either}."
    if point:
        return (
            f"{_quoted(text)} is not an amount: write {point[1]}.{point[2][:2]} or "
            f"{point[1]},{point[2]}."
        )
    return f"{_quoted(text)} is not an amount. {sentence}"


# Dates


class _NotADate(Exception):
    pass


def _date(field: str, raw: str, text: str, on: date) -> Cell:
    if is_nothing(text) or plain(text) == "never":
        return Cell(field, raw)
    if len(text) > LONGEST_READ:
        return Cell(field, raw, problem="That is too long for a date. Write it like 22/11/2026.")
    try:
        day, is_month_only = _day_in(CLOCK.sub("", text.lower()), on)
    except _NotADate as wrong:
        return Cell(field, raw, problem=f"{_quoted(text)} is not a date{wrong}")
    note = f"Only the month is given: kept as {_shown(day)}." if is_month_only else ""
    if day > on:
        return Cell(field, raw, day, f"{_shown(day)} has not come yet. Check the date.", note)
    return Cell(field, raw, day, note=note)


def _shown(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3].title()} {day.year}"


def _day_in(text: str, on: date) -> tuple[date, bool]:
    for pattern, order in ((DAY_FIRST, "dmy"), (YEAR_FIRST, "ymd")):
        found = pattern.fullmatch(text)
        if found:
            parts = dict(zip(order, found.groups(), strict=True))
            return _day(parts["d"], int(parts["m"]), parts["y"], on), False
    for pattern, order in ((DAY_WORD, "dmy"), (WORD_DAY, "mdy")):
        found = pattern.fullmatch(text)
        if found:
            parts = dict(zip(order, found.groups(), strict=True))
            return _day(parts["d"], _month(parts["m"]), parts["y"], on), False
    return _first_of_month(text, on), True


def _first_of_month(text: str, on: date) -> date:
    for pattern, order in ((MONTH_WORD, "my"), (MONTH_FIGURE, "my"), (YEAR_MONTH, "ym")):
        found = pattern.fullmatch(text)
        if found:
            parts = dict(zip(order, found.groups(), strict=True))
            month = int(parts["m"]) if parts["m"].isdigit() else _month(parts["m"])
            return _day("1", month, parts["y"], on)
    if re.fullmatch(r"[0-9]{5}", text):
        raise _NotADate(" but a spreadsheet's number for one. Show the column as dates there.")
    if re.fullmatch(r"[0-9]{4}", text):
        raise _NotADate(": write the month too, like Nov 2023.")
    raise _NotADate(": write the day first, like 22/11/2026.")


def _month(word: str) -> int:
    for number, name in enumerate(MONTHS, start=1):
        if name.startswith(word) or (word == "sept" and number == 9):
            return number
    raise _NotADate(f": {word} is not a month.")


def _day(day: str, month: int, year: str, on: date) -> date:
    whole = int(year)
    if len(year) == 2:  # debts lie in the past: the newest such year that has begun
        whole += on.year // 100 * 100
        whole -= 100 if whole > on.year else 0
    if whole < FIRST_YEAR:
        raise _NotADate(f": check the year {year}.")
    if not 1 <= month <= 12:
        swapped = f" Write the day first, like {month}/{day}/{year}." if 12 < month <= 31 else ""
        raise _NotADate(f": there is no month {month}.{swapped}")
    try:
        return date(whole, month, int(day))
    except ValueError:
        name = MONTHS[month - 1].title()
        raise _NotADate(f": there is no {int(day)} {name} {whole}.") from None
