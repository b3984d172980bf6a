"""Spending guidelines: what a licensed table says a household typically spends, by group.

A guideline is neither a cap nor a target. Creditors agree not to question spending at or under it;
what is above it needs an explanation before a sheet is signed off. The figures are for members of
the scheme and are imported by each centre, so there is none here but a fictional sample.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from cma_app.errors import CmaError
from cma_app.rules.financial_statement import FLEXIBLE, NIL, statement_lines
from cma_app.rules.parameters import parameter

SAMPLE: Final = Path(__file__).with_name("samples") / "guidelines_fictional.csv"
"""A table whose figures are invented, for the demo."""

WITHIN, EXPLAINED = "within", "over_explained"
UNEXPLAINED, NONE_LOADED = "over_unexplained", "none_loaded"
STATUS_WORDS: Final[dict[str, str]] = {
    WITHIN: "Within",
    EXPLAINED: "Over, explained",
    UNEXPLAINED: "Over, explanation missing",
    NONE_LOADED: "No guideline loaded",
}
"""What each status is called on a page."""


@dataclass(frozen=True, slots=True)
class GuidelineHousehold:
    """Who lives on the budget; a household has at least one adult."""

    adults: int = 1
    children_under_16: int = 0
    children_16_18: int = 0


@dataclass(frozen=True, slots=True)
class Guideline:
    """What one version allows one flexible group, in pounds a month for each person.

    The figures of a sample are invented and stand only where no licensed version holds.
    """

    version: str
    valid_from: date
    group: str
    first_adult: Decimal
    each_additional_adult: Decimal
    each_child_under_16: Decimal
    each_child_16_18: Decimal
    is_sample: bool = False

    def value_for(self, household: GuidelineHousehold) -> Decimal:
        """Return the group's guideline for a household, in pounds a month."""
        if household.adults < 1 or min(household.children_under_16, household.children_16_18) < 0:
            raise CmaError("Enter who lives in the household: at least one adult.")
        return (
            self.first_adult
            + self.each_additional_adult * (household.adults - 1)
            + self.each_child_under_16 * household.children_under_16
            + self.each_child_16_18 * household.children_16_18
        )


@dataclass(frozen=True, slots=True)
class GuidelineFinding:
    """One flexible group beside its guideline, in pounds a month; below it is a minus difference.

    Guideline, difference, version and its first day are None where none is loaded.
    `blocks_sign_off` is only for what is over without an explanation; nothing blocks saving.
    """

    group: str
    label: str
    amount: Decimal
    guideline: Decimal | None
    difference: Decimal | None
    status: str
    version: str | None
    sentence: str
    blocks_sign_off: bool
    valid_from: date | None = None
    is_sample: bool = False


def flexible_groups(on: date) -> dict[str, str]:
    """Return the groups that have guidelines with their labels, in the order of the page."""
    return {group.key: group.label for group in statement_lines(on).in_section(FLEXIBLE)}


def takes_effect(year: int) -> date:
    """Return the first Monday of the month in which a year's guidelines begin, April.

    Raises LookupError, with a sentence, for a year before the scheme.
    """
    month = int(parameter("guidelines_begin_month").on(date(year, 12, 31)))
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def year_begun(on: date) -> date:
    """Return the first day of the guideline year that a day falls in."""
    this = takes_effect(on.year)
    return this if this <= on else takes_effect(on.year - 1)


def year_word(first: date) -> str:
    """Return what the guideline year that begins on a day is usually called: 2026/27."""
    return f"{first.year}/{(first.year + 1) % 100:02d}"


def applicable(
    guidelines: Iterable[Guideline], on: date, *, kept: str | None = None
) -> dict[str, Guideline]:
    """Return the version that holds on a day by group: the newest begun by then, or nothing.

    `kept` is the version a sheet was completed with: where it is loaded it holds, whatever came
    later. A sample gives way to any licensed version that has begun. Of two versions that begin on
    one day the one listed last holds; versions never mix.
    """
    known = list(guidelines)
    if kept is not None and (own := [each for each in known if each.version == kept]):
        return {each.group: each for each in own}
    begun = [each for each in known if each.valid_from <= on]
    begun = [each for each in begun if not each.is_sample] or begun
    if not begun:
        return {}
    newest = max(each.valid_from for each in begun)
    version = [each.version for each in begun if each.valid_from == newest][-1]
    return {
        each.group: each for each in begun if each.version == version and each.valid_from == newest
    }


def compare(
    amounts: Mapping[str, Decimal],
    guidelines: Iterable[Guideline],
    household: GuidelineHousehold,
    *,
    on: date,
    explained: Mapping[str, str] | None = None,
    kept: str | None = None,
) -> list[GuidelineFinding]:
    """Return each flexible group beside the guideline of the statement's date, in page order.

    `amounts` are the groups' monthly totals; `explained` has what the advisor wrote, by group;
    `kept` is the version that the sheet was completed with, if it was.
    """
    known = applicable(guidelines, on, kept=kept)
    return [
        _finding(
            (key, label),
            amounts.get(key, NIL),
            known.get(key),
            household,
            reason=(explained or {}).get(key, ""),
        )
        for key, label in flexible_groups(on).items()
    ]


def _finding(
    group: tuple[str, str],
    amount: Decimal,
    guideline: Guideline | None,
    household: GuidelineHousehold,
    *,
    reason: str,
) -> GuidelineFinding:
    key, label = group
    value = guideline.value_for(household) if guideline else None
    over = None if value is None else amount - value
    status = _status(over, reason)
    return GuidelineFinding(
        group=key,
        label=label,
        amount=amount,
        guideline=value,
        difference=over,
        status=status,
        version=guideline.version if guideline else None,
        sentence=_sentence(label, over, status),
        blocks_sign_off=status == UNEXPLAINED,
        valid_from=guideline.valid_from if guideline else None,
        is_sample=bool(guideline and guideline.is_sample),
    )


def _status(over: Decimal | None, reason: str) -> str:
    if over is None:
        return NONE_LOADED
    if over <= 0:
        return WITHIN
    return EXPLAINED if reason.strip() else UNEXPLAINED


def _sentence(label: str, over: Decimal | None, status: str) -> str:
    if over is None:
        return f"{label}: no guideline is loaded for this date."
    if status == WITHIN:
        return f"{label} is within the guideline."
    if status == EXPLAINED:
        return f"{label} is £{over:,.2f} over the guideline, and says why."
    return f"{label} is £{over:,.2f} over the guideline. Say why before sign-off."
