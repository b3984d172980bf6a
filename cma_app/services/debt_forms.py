"""The boxes of a debt: the row of the grid, and the whole page of one debt."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field

from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules.closing import every_word
from cma_app.rules.frequencies import FREQUENCIES, monthly
from cma_app.rules.inclusion import solutions
from cma_app.services.forms import Blank, Day, Form, Pounds, Tick

LIABILITY_LABELS: Final = {
    "sole": "Sole",
    "joint": "Joint",
    "guarantor": "Guarantor",
    "disputed": "Disputed",
    "not_liable": "Not liable",
}
OWED_BY_LABELS: Final = {"client": "Client", "partner": "Partner", "joint": "Joint"}
STATUS_LABELS: Final = {
    "active": "Owed",
    "disputed": "Disputed",
    "settled": "Settled",
    "written_off": "Written off",
}


KNOWN_LABELS: Final = {"unknown": "Not known", "yes": "Yes", "no": "No"}
SOURCE_LABELS: Final = {
    "client": "The client",
    "letter": "A letter or statement",
    "credit_report": "A credit report",
    "creditor": "The creditor, asked",
}
SECURITY_LABELS: Final = {
    "home": "The home",
    "other_property": "Other property",
    "vehicle": "A vehicle",
    "goods": "Goods",
}
DEDUCTION_LABELS: Final = {"benefits": "Benefits", "earnings": "Earnings"}
INCLUSION_LABELS: Final = {"by_type": "By kind of debt", "yes": "Yes", "no": "No"}
OUTCOME_LABELS: Final = every_word("outcomes")
LATER_THAN_AGREED: Final = {
    "default_date": "default",
    "last_payment_date": "last payment",
    "last_acknowledged_date": "last acknowledgement",
}
MOST_PAID: Final = Decimal("999999.99")  # the width of a payment


def _needs(sentence: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise ValueError(sentence)
        return value

    return read


def optional_text(most: int) -> BeforeValidator:
    """Read a text that may be left empty, of at most so many characters."""

    def read(value: Any) -> Any:
        text = value.strip() if isinstance(value, str) else value
        if isinstance(text, str) and len(text) > most:
            raise ValueError(f"Use at most {most} characters.")
        return text or None

    return BeforeValidator(read)


def _blank_is(word: str) -> BeforeValidator:
    return BeforeValidator(lambda value: word if value in (None, "") else value)


class DebtForm(Form):
    """One row of the debts grid; `priority` other than by type needs a reason."""

    creditor: Annotated[str, BeforeValidator(_needs("Enter who is owed.")), Field(max_length=255)]
    debt_type: Annotated[str, BeforeValidator(_needs("Choose the kind of debt."))]
    liability: Annotated[
        Literal["sole", "joint", "guarantor", "disputed", "not_liable"], _blank_is("sole")
    ] = "sole"
    owed_by: Annotated[Literal["client", "partner", "joint"], _blank_is("client")] = "client"
    balance: Annotated[
        Pounds, BeforeValidator(_needs("Enter what is owed, like 1240. Enter 0 if not yet known."))
    ]
    arrears: Pounds = None
    monthly_payment: Pounds = None
    account_number: Annotated[str | None, optional_text(100)] = None
    priority: Annotated[Literal["by_type", "priority", "non_priority"], _blank_is("by_type")] = (
        "by_type"
    )
    priority_reason: Annotated[str | None, optional_text(500)] = None
    status: Annotated[Literal["active", "settled", "written_off"], _blank_is("active")] = "active"


def _past(day: date | None) -> date | None:
    """Let a day pass that has been, in the last hundred years."""
    if day is not None and not date(today().year - 100, 1, 1) <= day <= today():
        raise ValueError("Enter a date in the past, such as 27 3 2024.")
    return day


def _often(value: Any) -> Any:
    if value in (None, ""):
        return None
    if value not in FREQUENCIES:
        raise ValueError("Choose how often from the list.")
    return value


def _percent(value: Any) -> Any:
    """Read a rate a year, such as 29.9 or 29.9%."""
    if not isinstance(value, str):
        return value
    typed = value.strip().removesuffix("%").strip()
    if not typed:
        return None
    try:
        rate = Decimal(typed) if all(each in "0123456789." for each in typed) else None
    except InvalidOperation:
        rate = None
    if rate is None or rate >= 1000 or -int(rate.as_tuple().exponent) > 2:
        raise ValueError("Enter a rate a year like 29.9, with two figures at most after the point.")
    return rate


PastDay = Annotated[Day, AfterValidator(_past)]
Often = Annotated[str | None, BeforeValidator(_often)]
Percent = Annotated[Decimal | None, BeforeValidator(_percent)]
Known = Annotated[Literal["yes", "no", "unknown"], _blank_is("unknown")]


class FileForm(DebtForm):
    """All of one debt; `in_offers` and the like say by_type, yes or no for each solution."""

    original_creditor: Annotated[str | None, optional_text(255)] = None
    collector: Annotated[str | None, optional_text(255)] = None
    collector_reference: Annotated[str | None, optional_text(100)] = None
    balance_date: PastDay = None
    balance_source: Annotated[
        Literal["client", "letter", "credit_report", "creditor"] | None, Blank
    ] = None
    is_balance_verified: Tick = False
    payment_amount: Pounds = None
    payment_frequency: Often = None
    interest_rate: Percent = None
    are_charges_added: Known = "unknown"
    is_regulated: Known = "unknown"
    deduction_source: Annotated[Literal["benefits", "earnings"] | None, Blank] = None
    deduction_amount: Pounds = None
    deduction_frequency: Often = None
    agreement_date: PastDay = None
    default_date: PastDay = None
    last_payment_date: PastDay = None
    last_acknowledged_date: PastDay = None
    secured_on: Annotated[Literal["home", "other_property", "vehicle", "goods"] | None, Blank] = (
        None
    )
    ordered_payment: Pounds = None
    included_in: dict[str, str] = {}
    strategy: Annotated[str | None, optional_text(500)] = None
    outcome: Annotated[str | None, Blank] = None
    written_off_amount: Pounds = None
    notes: Annotated[str | None, optional_text(2000)] = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the checked form; raise Invalid with a sentence for each field that is wrong."""
        wrong: dict[str, str] = {}
        said = {code: str(data.get(f"in_{code}") or "by_type") for code in solutions()}
        for code, word in said.items():
            if word not in INCLUSION_LABELS:
                wrong[f"in_{code}"] = "Choose one of the answers."
        chosen = {code: word for code, word in said.items() if word in ("yes", "no")}
        try:
            form = super().read({**data, "included_in": chosen})
        except Invalid as error:
            raise Invalid({**error.fields, **wrong}) from None
        wrong |= form.contradictions()
        if wrong:
            raise Invalid(wrong)
        return form

    def payment_a_month(self) -> Decimal | None:
        """Return what is paid in a month, in pounds; None where nothing was said."""
        if self.payment_amount is None:
            return None
        return monthly(self.payment_amount, self.payment_frequency or "monthly")

    def contradictions(self) -> dict[str, str]:
        """Return a sentence by box for what cannot be true together or is too wide to keep."""
        wrong: dict[str, str] = {}
        if self.outcome is not None and self.outcome not in OUTCOME_LABELS:
            wrong["outcome"] = "Choose one of the answers."
        for name in ("payment_amount", "deduction_amount", "ordered_payment"):
            if (getattr(self, name) or Decimal(0)) > MOST_PAID:
                wrong[name] = f"Enter a payment of £{MOST_PAID:,} or less."
        if self.payment_amount is not None and self.payment_frequency is None:
            wrong["payment_frequency"] = "Choose how often this is paid."
        if self.deduction_amount is not None and self.deduction_source is None:
            wrong["deduction_source"] = "Choose what it is taken from."
        if self.deduction_amount is not None and self.deduction_frequency is None:
            wrong["deduction_frequency"] = "Choose how often this is taken."
        agreed = self.agreement_date
        for name, word in LATER_THAN_AGREED.items():
            day = getattr(self, name)
            if agreed is not None and day is not None and day < agreed:
                wrong[name] = f"The {word} cannot be before the date of the agreement."
        return wrong
