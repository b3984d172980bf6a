from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cma_app.rules import parameters
from cma_app.rules.debt_types import debt_types
from cma_app.rules.frequencies import ALL
from cma_app.rules.parameters import Parameter, Reference, Value, parameter, parameter_names

TODAY = date(2026, 11, 22)


def test_which_parameters_there_are():
    assert parameter_names() == (
        "draft_days",
        "guidelines_begin_month",
        "letter_chase_days",
        "letter_hold_days",
        "notification_days",
        "offer_review_months",
        "offer_review_months_most",
        "reminder_hour",
        "reminder_least_hours",
        "reminder_working_days",
        "removed_document_days",
        "report_least_count",
        "report_year_begins_month",
        "retention_audit_years",
        "retention_case_years",
        "retention_enquiry_years",
        "retention_financial_years",
        "savings_cap",
        "savings_rounding",
        "savings_share",
        "time_to_clear_warning_months",
        "token_offer",
    )


@pytest.mark.parametrize("name", parameter_names())
def test_every_value_has_a_day_a_source_and_how_sure_we_are(name):
    found = parameter(name)
    assert found.description
    assert found.unit
    for value in found.values:
        assert isinstance(value.start, date)
        assert len(value.reference.title) > 10
        assert value.certainty in {"H", "M", "L"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("savings_share", "0.10"),
        ("savings_cap", "20.00"),
        ("token_offer", "1.00"),
        ("time_to_clear_warning_months", "120"),
        ("offer_review_months", "6"),
    ],
)
def test_figures_of_today(name, value):
    assert parameter(name).on(TODAY) == Decimal(value)


def test_a_choice_is_a_word():
    assert parameter("savings_rounding").choice_on(TODAY) == "whole_pound_down"


def test_the_newest_value_begun_by_a_day_holds():
    source = Reference("An Act")
    dated = Parameter(
        "limit",
        "A limit",
        "GBP",
        (
            Value(date(2021, 6, 29), "30000", source, "H"),
            Value(date(2024, 6, 28), "50000", source, "H"),
        ),
    )
    assert dated.on(date(2024, 6, 27)) == 30000
    assert dated.on(date(2024, 6, 28)) == 50000
    with pytest.raises(LookupError, match="Nothing is known of limit before 2021-06-29"):
        dated.on(date(2021, 6, 28))


def test_before_the_first_day_and_an_unknown_name_are_sentences():
    with pytest.raises(LookupError, match="Nothing is known of savings_cap before"):
        parameter("savings_cap").on(date(2000, 1, 1))
    with pytest.raises(LookupError, match="no parameter named"):
        parameter("../frequencies")


def test_a_float_in_a_rule_file_is_refused(tmp_path: Path):
    path = tmp_path / "bad.yaml"
    path.write_text("values: [{from: 2020-01-01, value: 0.1}]")
    with pytest.raises(TypeError, match="in quotes"):
        parameters.read_yaml(path)


def test_frequencies_and_debt_types_name_their_sources():
    for known in ALL.values():
        assert all(factor.reference.title for factor in known.factors)
    assert all(kind.reference.title and kind.certainty for kind in debt_types())
