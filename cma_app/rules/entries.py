"""What an advisor types into a money box, read without guessing.

A box takes an amount, and after it, if they like, how often: `85w`, `340 4w`, `1200y`, `85`,
`£1,200.50`, `£85 weekly`, `31.50 m`, `150 x10`.

How often, by its shortest form: d day, w week, f or 2w fortnight, 4w four weeks, 2m twice a month,
m month, q quarter, t term, h half-year, y year, x10 ten instalments. The words work too ("per
week", "four-weekly", "pcm"). A form that starts with a letter may touch the amount; one that
starts with a digit needs a space before it, because a digit that touches belongs to the amount.
So `84w` is £84 weekly. `3404w`, long and without a comma, might be either, and is asked about.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cma_app.errors import CmaError
from cma_app.rules.frequencies import ALL, FREQUENCIES, UnknownFrequency, known_frequency

MOST: Final = Decimal("9999999.99")  # what the narrowest money column and a page can hold
LONGEST: Final = 60
MONEY: Final = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]*))?|\.([0-9]+)")
ENTRY: Final = re.compile(r"(?P<money>[£\s]*[0-9.,]+)(?P<often>\s*[a-z/].*|\s+[0-9]+\s*-?[a-z].*)?")
EITHER_WAY: Final = re.compile(r"([0-9]{3,})([24])(w|wk|weekly|m|monthly)")
DIGIT_FORMS: Final = {"2w", "4w", "2m"}
STARTS: Final = ("", "per", "every", "each", "a", "an")
"""What may stand between the amount and the word for how often."""
TYPED: Final[dict[str, str]] = {
    word: code
    for code, known in ALL.items()
    for word in (*known.typed, code.replace("_", ""), known.label.lower().replace("-", ""))
}


class BadAmount(CmaError):
    """What was typed is not an amount of money; the sentence says how to write it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount in pounds and how often it is paid, as the advisor meant it."""

    amount: Decimal
    frequency: str


def parse_money(text: str) -> Decimal:
    """Return pounds to the penny from typed text; anything doubtful raises BadAmount."""
    typed = _tidy(text)
    if typed.startswith(("-", "−", "–", "£-", "£−", "(")):
        raise BadAmount("Enter an amount of nil or more, without a minus sign.")
    digits = typed.removeprefix("£").strip()
    found = MONEY.fullmatch(digits)
    if not found:
        raise BadAmount(_what_is_wrong(digits))
    if len(found[1] or found[2] or "") > 2:
        raise BadAmount("Enter pounds and pence: two figures at most after the point.")
    amount = Decimal(digits.replace(",", "").removesuffix("."))
    if amount > MOST:
        raise BadAmount(f"Enter an amount of £{MOST:,} or less.")
    return amount.quantize(Decimal("0.01"))


def _tidy(text: str) -> str:
    if len(text) > LONGEST:
        raise BadAmount("That is too long for an amount. Enter it like 85 or 1,200.50.")
    typed = text.replace("\u00a0", " ").strip().lower()
    if not typed:
        raise BadAmount("Enter an amount, like 85 or 1,200.50.")
    return typed


def _what_is_wrong(digits: str) -> str:
    if re.fullmatch(r"[0-9.,]+", digits) and "," in digits:
        return "Check the comma: write thousands as 1,200 and pence after a point, like 12.50."
    if re.fullmatch(r"[0-9., ]+", digits) and " " in digits:
        return "Write the amount without spaces inside it, like 1200 or 1,200.50."
    return "Enter the amount in figures, like 85 or 1,200.50."


def parse_entry(text: str, default_frequency: str = "monthly") -> Entry:
    """Return the amount and how often from what was typed in one box.

    Raises BadAmount for the amount and UnknownFrequency for the word after it, in sentences.
    """
    known_frequency(default_frequency)
    typed = _tidy(text)
    found = ENTRY.fullmatch(typed)
    if not found or not found["often"]:
        return Entry(parse_money(typed), default_frequency)
    _refuse_two_readings(typed)
    return Entry(parse_money(found["money"]), _frequency_typed(found["often"]))


def _refuse_two_readings(typed: str) -> None:
    either = EITHER_WAY.fullmatch(typed.removeprefix("£").strip())
    if not either or either[2] + either[3][0] not in DIGIT_FORMS:
        return
    amount, digit, word = either.groups()
    raise BadAmount(
        f"This can be read two ways. Write {amount} {digit}{word} for "
        f"{FREQUENCIES[TYPED[digit + word[0]]].lower()}, "
        f"or {int(amount + digit):,}{word} for {FREQUENCIES[TYPED[word]].lower()}."
    )


def _frequency_typed(often: str) -> str:
    word = re.sub(r"[\s_\-/.]+", "", often)
    for start in STARTS:
        if word.startswith(start) and word.removeprefix(start) in TYPED:
            return TYPED[word.removeprefix(start)]
    raise UnknownFrequency(
        "After the amount, say how often: d day, w week, f fortnight, 4w four weeks, m month, "
        "2m twice a month, q quarter, t term, h half-year, y year, x10 ten instalments."
    )
