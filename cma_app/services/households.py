"""The household a budget is true for; each new answer is a new row, so old sheets stay true.

The answers are those of the financial statement's header. What a person who has left the case said
of their work is never handed out again, though the rows of that time keep it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services.cases import read_case
from cma_app.services.forms import Blank, Form, choice
from cma_app.services.locking import locked
from cma_app.services.partners import partner_of
from cma_app.services.sheet_day import sheet_day_column
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Client, Household, User

TENURES: Final = {
    "owner": "Owner",
    "mortgage": "Mortgage",
    "tenant_private": "Tenant, private",
    "tenant_social": "Tenant, social",
    "living_with_parents": "Living with parents",
    "other": "Other",
}
EMPLOYMENTS: Final = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "self_employed": "Self-employed",
    "unemployed": "Unemployed",
    "not_working_illness": "Not working due to illness or disability",
    "carer": "Carer",
    "retired": "Retired",
    "student": "Student",
    "other": "Other",
}
"""The answers of the statement's header: several may hold at once."""

GROWN: Final = 16  # the statement counts children under 16, and those of 16 to 18
OLDEST: Final = 18
MOST: Final = 20
AGES: Final = "Enter ages in whole years with commas, such as 3, 7, 16. Use 0 for a baby."
OLDER: Final = (
    f"A dependent child is at most {OLDEST}. Count older ones as non-dependants, or as other"
    " dependants."
)
CHANGED: Final = (
    "Somebody else recorded the household after you opened it. Theirs is shown beside yours; save"
    " again to keep yours."
)
PARTNERS: Final = ("partner_employment", "partner_employment_note")
"""The answers that are the partner's own."""


def _number(value: Any) -> Any:
    return 0 if isinstance(value, str) and not value.strip() else value


def _tenure(value: Any) -> Any:
    return None if value in (None, "") else choice(*TENURES)(value)


def _employments(value: Any) -> Any:
    words = value.split(",") if isinstance(value, str) else list(value or ())
    known = choice(*EMPLOYMENTS)
    return [known(word) for word in words if word]


def _ages(value: Any) -> Any:
    """Read `3, 7 and 16` as ages in years."""
    if not isinstance(value, str):
        return list(value or ())
    parts = [part for part in re.split(r"[\s,;]+|\band\b", value) if part]
    if not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise ValueError(AGES)
    ages = [int(part) for part in parts]
    if any(age > OLDEST for age in ages):
        raise ValueError(OLDER)
    if len(ages) > MOST:
        raise ValueError(f"Enter at most {MOST} ages.")
    return ages


def _yes(value: Any) -> Any:
    return value if isinstance(value, bool) else value == "yes"


Count = Annotated[int, BeforeValidator(_number), Field(ge=0, le=MOST)]
Unknown = Annotated[int | None, Field(ge=0, le=MOST), Blank]
Note = Annotated[str | None, Field(max_length=100), Blank]
Words = Annotated[list[str], BeforeValidator(_employments)]


class HouseholdForm(Form):
    """Who lives on the budget; employment is a list, or its words with commas between."""

    has_partner: Annotated[bool, BeforeValidator(_yes)] = False
    adults: Annotated[int, BeforeValidator(_number), Field(ge=1, le=MOST)] = 1
    child_ages: Annotated[list[int], BeforeValidator(_ages)] = []
    children_under_16: Unknown = None
    children_16_to_18: Unknown = None
    other_dependants: Count = 0
    non_dependants: Count = 0
    vehicles: Count = 0
    tenure: Annotated[str | None, BeforeValidator(_tenure)] = None
    tenure_note: Note = None
    employment: Words = []
    employment_note: Note = None
    partner_employment: Words = []
    partner_employment_note: Note = None

    def answers(self) -> dict[str, Any]:
        """Return the columns of a household; raise Invalid where two answers do not agree."""
        said, wrong = self.model_dump(), {}
        if self.child_ages:
            younger = sum(age < GROWN for age in self.child_ages)
            by_age = {
                "children_under_16": (younger, "under 16"),
                "children_16_to_18": (len(self.child_ages) - younger, "of 16 to 18"),
            }
            for name, (number, word) in by_age.items():
                if said[name] not in (None, number):
                    wrong[name] = f"The ages say {number} {word}. Empty this box, or mend the ages."
                said[name] = number
        if self.has_partner and self.adults < 2:
            wrong["adults"] = "With a partner there are at least 2 adults."
        if wrong:
            raise Invalid(wrong)
        if not self.has_partner:
            said |= {"partner_employment": [], "partner_employment_note": None}
        for words, note in (("employment", "employment_note"), PARTNERS):
            said[note] = said[note] if "other" in said[words] else None
        return said | {
            "children_under_16": said["children_under_16"] or 0,
            "children_16_to_18": said["children_16_to_18"] or 0,
            "tenure_note": self.tenure_note if self.tenure == "other" else None,
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """A household as it may be shown: without a partner's own answers once they have left."""

    id: int
    adults: int
    child_ages: list[int]
    children_under_16: int
    children_16_to_18: int
    other_dependants: int
    non_dependants: int
    vehicles: int
    tenure: str | None
    tenure_note: str | None
    employment: list[str]
    employment_note: str | None
    has_partner: bool
    partner_employment: list[str]
    partner_employment_note: str | None

    @classmethod
    def of(cls, row: Household, partner: Client | None) -> "Answers":
        """Return the answers of a row, for a case whose second person is `partner`."""
        has_left = row.partner_client_id is not None and (
            partner is None or partner.id != row.partner_client_id
        )
        said = {name: getattr(row, name) for name in cls.__slots__}  # type: ignore[attr-defined]
        if has_left:
            said |= {"partner_employment": [], "partner_employment_note": None}
        return cls(**said)


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """One answer of the history, and the numbers of the sheets that were made for it."""

    answers: Answers
    recorded_at: datetime
    recorded_by: str
    sheets: list[int]


@dataclass(frozen=True, slots=True)
class SheetHousehold:
    """What the newest sheet was made for; `answers` is None where nobody was asked by then."""

    sheet_no: int
    statement_date: date
    is_frozen: bool
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class CaseHousehold:
    """The answers of a case, the newest first, and the newest sheet with its own."""

    history: list[PastAnswer]
    sheet: SheetHousehold | None


def read_household(session: CentreSession, case_id: int) -> CaseHousehold:
    """Return who lives on the budget as it was answered each time, and what a sheet holds."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    partner = partner_of(session, case)
    rows = session.execute(
        select(Household, col(User.first_name), col(User.last_name))
        .outerjoin(
            User,
            (col(User.centre_id) == col(Household.centre_id))
            & (col(User.id) == col(Household.created_by)),
        )
        .where(col(Household.centre_id) == case.centre_id, col(Household.case_id) == case.id)
        .order_by(col(Household.id).desc())
    ).all()
    sheets = _sheets(session, case)
    history = [
        PastAnswer(
            Answers.of(row, partner),
            row.created_at,
            " ".join(part for part in (first, last) if part),
            sorted(sheet.sheet_no for sheet in sheets if sheet.household_id == row.id),
        )
        for row, first, last in rows
    ]
    return CaseHousehold(history, _made_for(sheets, history))


def record_household(
    session: CentreSession, case_id: int, data: Mapping[str, Any], *, seen: int | None = None
) -> Household:
    """Record who lives on the budget; the newest sheet then refers to the new answer.

    The same answer again changes nothing. A verified sheet with a new household is unverified; one
    whose statement was issued keeps the household it had. `seen` is the id of the answer on screen,
    0 for none: where another came in the meantime and differs, Conflict has it and its id.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.BUDGET_RECORD, case)
    answers = HouseholdForm.read(data).answers()
    locked(session, Case, case_id)
    partner = partner_of(session, case)
    if partner is not None and not answers["has_partner"]:
        sentence = f"{partner.full_name} is on this case. Separate the two first, or answer yes."
        raise Invalid({"has_partner": sentence})
    newest = newest_household(session, case)
    wanted = answers | {"partner_client_id": partner.id if partner else None}
    if seen is not None and newest is not None and newest.id != seen and _differs(newest, wanted):
        raise Conflict(CHANGED, _theirs(Answers.of(newest, partner), answers))
    return keep_household(session, case, wanted)


def keep_household(session: CentreSession, case: Case, wanted: Mapping[str, Any]) -> Household:
    """Make a new row of other answers, and let the newest sheet refer to it unless it is frozen."""
    newest = newest_household(session, case)
    if newest is None or _differs(newest, wanted):
        newest = Household(case_id=case.id, **wanted)
        session.add(newest)
        session.flush()
    sheet = _newest(session, BudgetSheet, case.id)
    if sheet is not None and sheet.frozen_at is None and sheet.household_id != newest.id:
        sheet.household_id = newest.id
        sheet.verification_status = "unverified"
        sheet.verified_by, sheet.verified_date = None, None
        session.flush()
    return newest


def newest_household(session: CentreSession, case: Case) -> Household | None:
    """Return a case's newest answer, locked, if anybody was asked."""
    return _newest(session, Household, case.id)


def answers_in(row: Household) -> dict[str, Any]:
    """Return the columns of an answer, to make the next one of."""
    names = [*HouseholdForm.model_fields, "partner_client_id"]
    return {name: getattr(row, name) for name in names}


def _differs(row: Household, wanted: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in wanted.items())


def _theirs(stored: Answers, mine: Mapping[str, Any]) -> dict[str, str]:
    """Return what is stored now, in words, where it differs from what was typed."""
    return {"seen": str(stored.id)} | {
        name: in_words(name, getattr(stored, name))
        for name, value in mine.items()
        if getattr(stored, name) != value
    }


def in_words(name: str, value: Any) -> str:
    """Return a stored answer as people read it, "empty" where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, "", []):
        return "empty"
    if name == "tenure":
        return str(TENURES.get(value, value))
    if isinstance(value, list):
        return ", ".join(EMPLOYMENTS.get(str(each), str(each)) for each in value)
    return str(value)


def _sheets(session: CentreSession, case: Case) -> Sequence[Any]:
    listed = (
        select(
            col(BudgetSheet.sheet_no),
            col(BudgetSheet.household_id),
            col(BudgetSheet.frozen_at),
            sheet_day_column().label("on"),
        )
        .where(
            col(BudgetSheet.centre_id) == case.centre_id,
            col(BudgetSheet.case_id) == case.id,
            col(BudgetSheet.deleted_at).is_(None),
        )
        .order_by(col(BudgetSheet.sheet_no).desc())
    )
    return session.execute(listed).all()


def _made_for(sheets: Sequence[Any], history: Sequence[PastAnswer]) -> SheetHousehold | None:
    if not sheets:
        return None
    newest = sheets[0]
    made_for = [each.answers for each in history if each.answers.id == newest.household_id]
    return SheetHousehold(
        newest.sheet_no,
        newest.on,
        newest.frozen_at is not None,
        made_for[0] if made_for else None,
    )


def _newest(session: CentreSession, model: Any, case_id: int) -> Any:
    order = model.sheet_no if model is BudgetSheet else model.id
    rows = (
        select(model)
        .where(col(model.case_id) == case_id, col(model.centre_id) == session.actor.centre_id)
        .order_by(col(order).desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(rows).first()
