"""A small check of the public data format's shape, written from its facts.

Facts: the names and nesting of DDS v1.1's JSON data entry schema, a sum as digits, a point and two
digits (the pattern of the same format's XML), and the fields it requires.
"""

import re
from typing import Any

SUM = re.compile(r"\d+\.\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:?\d{2}")
TENURES = {
    "Owner",
    "Mortgage",
    "Living with parents",
    "Tenant - private sector",
    "Tenant - social",
    "other",
}
WORK = {
    "Full-time",
    "Part-time",
    "Unemployed",
    "Not working due to illness / disability",
    "Self-employed",
    "Retired",
    "Carer",
    "Student",
    "Other",
}
REQUIRED = {
    "client-name": str,
    "client-date-of-birth": MOMENT,
    "is-joint-application": bool,
    "client-address": str,
    "dependent-children-under-16": int,
    "dependent-children-16-18": int,
    "other-dependents": int,
    "non-dependents": int,
    "total-number-in-household": int,
    "vehicles": int,
    "housing-tenure": TENURES,
    "client-employment-status": [WORK],
}
OPTIONAL = {
    "partner-name": str,
    "partner-date-of-birth": MOMENT,
    "partner-employment-status": [WORK],
    "partner-employment-status-other": str,
    "client-employment-status-other": str,
    "housing-tenure-other": str,
    "asset-use-considered": bool,
    "additional-notes": [str],
}
LINE = {"monthly-amount": SUM, "notes": str}
PRIORITY = {"creditor": str, "amount-owed": SUM, "repayment-offer": SUM, "notes": str}


def _group(total: str, lines: str) -> dict[str, Any]:
    return {**dict.fromkeys(lines.split(), LINE), total: SUM}


SECTIONS: dict[str, Any] = {
    "overview": dict.fromkeys(
        (
            "total-monthly-income",
            "total-monthly-outgoings",
            "income-minus-outgoings",
            "savings-contribution",
            "debt-admin-fee",
            "total-available-for-priority-debts",
            "total-available-for-non-priority-debts",
        ),
        SUM,
    ),
    "monthly-income": {
        "earnings": _group(
            "total-earnings", "client-salary-or-wages partner-salary-or-wages other-earnings"
        ),
        "benefits": _group(
            "total-benefits",
            "tax-credits-universal-credit jobseekers-allowance-income-based "
            "jobseekers-allowance-contribution-based income-support working-tax-credit "
            "child-tax-credit child-benefit employment-support-allowance disability-benefits "
            "carers-allowance local-housing-allowance council-tax-support other-benefits",
        ),
        "pensions": _group(
            "total-pensions", "state-pensions private-work-pensions pension-credit other-pensions"
        ),
        "other-income": _group(
            "total-other-income",
            "maintenance-child-support boarders-lodgers non-dependants-contributions "
            "student-loans-grants other-other-income",
        ),
        "total-monthly-income": SUM,
    },
    "monthly-outgoings": {
        "fixed-costs": {
            "home-contents": _group(
                "total-home-contents",
                "rent ground-rent-service-charges mortgage mortgage-endowment secured-loans "
                "council-tax-rates appliance-furniture-rental tv-licence other-home-contents",
            ),
            "utilities": _group(
                "total-utilities", "gas electricity other-utilities other-utilities-expenditure"
            ),
            "water": _group("total-water", "water-supply water-waste"),
            "care-health": _group(
                "total-care-health",
                "childcare-costs adult-care-costs child-maintenance-child-support "
                "prescriptions-medicines dentistry-opticians other-care-health",
            ),
            "transport-travel": _group(
                "total-transport-travel",
                "public-transport hire-purchase-conditional-sale-vehicle car-insurance road-tax "
                "mot-ongoing-maintenance breakdown-cover fuel-parking-toll-road-charges "
                "other-transport-travel",
            ),
            "school": _group(
                "total-school", "school-uniform after-school-clubs-school-trips other-school"
            ),
            "pensions-insurance": _group(
                "total-pensions-insurances",
                "pension-payments life-insurance mortgage-payment-protection-insurance "
                "buildings-contents-insurance health-insurance other-pensions-insurances",
            ),
            "professional": _group(
                "total-professional",
                "professional-courses union-fees professional-fees other-professional",
            ),
            "other-essential": {"other-essential-costs": [LINE], "total-other-essential": SUM},
            "total-fixed-costs": SUM,
        },
        "flexible-costs": {
            "communications-leisure": _group(
                "total-communications-leisure",
                "home-phone-internet-tv mobile-phone hobbies-leisure-sport gifts pocket-money "
                "newspapers-magazines-stationery-postage other-communications-leisure",
            ),
            "food-housekeeping": _group(
                "total-food-housekeeping",
                "groceries nappies-baby-items school-work-meals laundry-dry-cleaning alcohol "
                "smoking-products vet-bills-pet-insurance house-repairs-maintenance "
                "other-food-housekeeping",
            ),
            "personal": _group(
                "total-personal", "clothing-footwear hairdressing toiletries other-personal"
            ),
            "total-flexible-costs": SUM,
        },
        "total-monthly-outgoings": SUM,
    },
    "savings": {"savings-contribution": SUM, "savings-contribution-considered": bool},
    "debts": {
        "debt-admin-fee": LINE,
        "total-available-for-priority-debts": SUM,
        "priority-debts": [PRIORITY],
        "total-priority-debts": SUM,
        "total-priority-debt-offers": SUM,
        "total-available-for-non-priority-debts": SUM,
        "non-priority-debts": [{**PRIORITY, "ccj": bool}],
        "total-non-priority-debts": SUM,
        "token-payments": SUM,
    },
}


def problems(whole: Any) -> list[str]:
    """Return what does not have the format's shape; sums are texts as they stand in the file."""
    shape = {**REQUIRED, **SECTIONS}
    extra = {name: part for name, part in OPTIONAL.items() if name in whole}
    return _differences(whole, {**shape, **extra}, "statement")


def _differences(value: Any, shape: Any, where: str) -> list[str]:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        missing = [f"{where}: {name} is missing" for name in shape.keys() - value.keys()]
        unknown = [f"{where}: {name} is unknown" for name in value.keys() - shape.keys()]
        return (
            missing
            + unknown
            + [
                problem
                for name in shape.keys() & value.keys()
                for problem in _differences(value[name], shape[name], f"{where}.{name}")
            ]
        )
    if isinstance(shape, list):
        if not isinstance(value, list) or (shape == [WORK] and not value):
            return [f"{where} is no list"]
        return [each for part in value for each in _differences(part, shape[0], where)]
    return [] if _fits(value, shape) else [f"{where}: {value!r}"]


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, set):
        return value in shape
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and bool(shape.fullmatch(value))
    if shape is int:
        return isinstance(value, str) and value.isdecimal()
    return isinstance(value, shape) and not (shape is str and isinstance(value, bool))
