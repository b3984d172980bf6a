"""The household a budget is true for; each new answer is a new row, so old sheets stay true."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.services.forms import Form, choice
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Household

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


def _number(value: Any) -> Any:
    return 0 if isinstance(value, str) and not value.strip() else value


def _tenure(value: Any) -> Any:
    return None if value in (None, "") else choice(*TENURES)(value)


def _employments(value: Any) -> Any:
    words = value.split(",") if isinstance(value, str) else list(value or ())
    known = choice(*EMPLOYMENTS)
    return [known(word) for word in words if word]


class HouseholdForm(Form):
    """Who lives on the budget; employment is a list, or its words with commas between."""

    adults: Annotated[int, BeforeValidator(_number), Field(ge=1, le=20)] = 1
    children_under_16: Annotated[int, BeforeValidator(_number), Field(ge=0, le=20)] = 0
    children_16_to_18: Annotated[int, BeforeValidator(_number), Field(ge=0, le=20)] = 0
    other_dependants: Annotated[int, BeforeValidator(_number), Field(ge=0, le=20)] = 0
    vehicles: Annotated[int, BeforeValidator(_number), Field(ge=0, le=20)] = 0
    tenure: Annotated[str | None, BeforeValidator(_tenure)] = None
    employment: Annotated[list[str], BeforeValidator(_employments)] = []


def record_household(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> Household:
    """Record who lives on the budget; the newest sheet then refers to the new answer.

    The same answer again changes nothing. A verified sheet with a new household is unverified; one
    whose statement was issued keeps the household it had.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.BUDGET_RECORD, case)
    answers = HouseholdForm.read(data).model_dump()
    locked(session, Case, case_id)
    newest = _newest(session, Household, case_id)
    if newest is None or any(getattr(newest, name) != value for name, value in answers.items()):
        newest = Household(case_id=case_id, **answers)
        session.add(newest)
        session.flush()
    sheet = _newest(session, BudgetSheet, case_id)
    if sheet is not None and sheet.frozen_at is None and sheet.household_id != newest.id:
        sheet.household_id = newest.id
        sheet.verification_status = "unverified"
        sheet.verified_by, sheet.verified_date = None, None
        session.flush()
    return newest


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
