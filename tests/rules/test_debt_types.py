import pytest

from cma_app.rules.debt_types import (
    UnknownDebtType,
    consequence,
    debt_type,
    debt_types,
    is_priority,
)
from cma_app.rules.nations import NATIONS

PRIORITY = {
    "mortgage", "secured_loan", "rent", "ground_rent_service_charge", "council_tax", "rates",
    "enforcement_of_judgments", "gas", "electricity", "court_fine", "child_maintenance",
    "tv_licence", "hmrc", "benefit_overpayment", "social_fund", "hire_purchase_essential",
    "logbook_loan", "parking_penalty", "business_rates",
}  # fmt: skip
USUALLY_NOT = {
    "credit_card", "store_card", "overdraft", "personal_loan", "payday_loan", "catalogue",
    "buy_now_pay_later", "water", "former_energy_supplier", "private_parking", "phone_broadband",
    "vet_dental", "friends_family", "court_judgment", "hire_purchase_other", "student_loan",
    "other",
}  # fmt: skip


def test_every_kind_is_there_and_priority_ones_come_first():
    kinds = debt_types()
    assert len(kinds) == 36
    assert {kind.code for kind in kinds if kind.priority} == PRIORITY
    assert {kind.code for kind in kinds if not kind.priority} == USUALLY_NOT
    assert [kind.priority for kind in kinds] == sorted(
        (kind.priority for kind in kinds), reverse=True
    )


def test_each_says_what_happens_in_each_nation():
    for kind in debt_types():
        assert set(kind.nations) <= set(NATIONS)
        for nation in kind.nations:
            assert consequence(kind.code, nation).endswith(".")


def test_prison_for_council_tax_is_in_england_alone():
    assert "Prison" in consequence("council_tax", "england")
    for nation in ("wales", "scotland", None):
        assert "rison" not in consequence("council_tax", nation)
    assert "Summary warrant" in consequence("council_tax", "scotland")


def test_northern_ireland_has_rates_and_no_council_tax():
    codes = {kind.code for kind in debt_types("northern_ireland")}
    assert {"rates", "enforcement_of_judgments"} <= codes
    assert not {"council_tax", "water"} & codes
    assert not {"rates", "enforcement_of_judgments"} & {kind.code for kind in debt_types("england")}


def test_water_is_collected_with_council_tax_in_scotland():
    assert is_priority("water", "scotland")
    assert not is_priority("water", "england")
    assert not is_priority("water", None)


def test_priority_by_kind():
    assert is_priority("rent", "wales")
    assert not is_priority("credit_card", "wales")


def test_an_unknown_kind_is_an_error():
    with pytest.raises(UnknownDebtType, match="from the list"):
        debt_type("yacht")


def test_no_nation_is_told_of_another_nations_procedure():
    foreign = {
        "scotland": ("Liability order", "nforcement agents", "Traffic Enforcement", "High Court"),
        "northern_ireland": ("Liability order", "nforcement agents", "heriff", "ummary warrant"),
        "england": ("heriff", "ummary warrant", "arrestment", "Enforcement of Judgments"),
        "wales": ("heriff", "ummary warrant", "arrestment", "Enforcement of Judgments", "rison is"),
    }
    for nation, words in foreign.items():
        for kind in debt_types(nation):
            said = consequence(kind.code, nation)
            assert not [word for word in words if word in said], f"{kind.code} in {nation}"
