"""The public data format: its shape, its sums, and nothing below nil."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cma_app.printing.content import Debt, Line, Person, StatementContent
from cma_app.printing.public_format import NotExportable, public_json, to_public_json
from cma_app.rules.financial_statement import NIL
from cma_app.rules.reconcile import findings
from tests.printing.public_shape import problems
from tests.printing.samples import DAY, in_deficit, leanne, marek


def as_written(content: StatementContent) -> dict[str, Any]:
    """Return the file with each number as the text that stands in it."""
    return json.loads(public_json(content), parse_float=str, parse_int=str)


@pytest.mark.parametrize("made", [leanne, marek, in_deficit])
def test_the_file_has_the_shape_of_the_format_and_adds_up(made) -> None:
    assert problems(as_written(made())) == []
    assert findings(json.loads(public_json(made())), DAY) == []
    assert findings(to_public_json(made()), DAY) == []


def test_the_shape_check_finds_what_is_wrong() -> None:
    whole = as_written(leanne())
    whole["overview"]["income-minus-outgoings"] = "-1.00"
    whole["vehicles"] = "many"
    whole["housing-tenure"] = "Castle"
    del whole["savings"]["savings-contribution"]
    whole["monthly-income"]["earnings"]["tips"] = {}
    assert len(problems(whole)) == 5


def test_leannes_figures() -> None:
    whole = as_written(leanne())
    assert whole["overview"] == {
        "total-monthly-income": "2150.00",
        "total-monthly-outgoings": "1985.00",
        "income-minus-outgoings": "165.00",
        "savings-contribution": "16.00",
        "debt-admin-fee": "0.00",
        "total-available-for-priority-debts": "149.00",
        "total-available-for-non-priority-debts": "49.00",
    }
    rent = whole["monthly-outgoings"]["fixed-costs"]["home-contents"]["rent"]
    assert rent == {"monthly-amount": "715.00", "notes": ""}
    assert [debt["repayment-offer"] for debt in whole["debts"]["non-priority-debts"]] == [
        "17.52",
        "28.30",
        "3.18",
    ]
    assert whole["client-date-of-birth"] == "1988-04-12T00:00:00+00:00"
    assert whole["housing-tenure"] == "Tenant - social"


def test_a_deficit_is_nil_with_a_note() -> None:
    whole = as_written(in_deficit())
    assert whole["overview"]["income-minus-outgoings"] == "0.00"
    assert whole["overview"]["total-available-for-priority-debts"] == "0.00"
    assert any("−£84.69 a month" in note for note in whole["additional-notes"])
    assert "-" not in "".join(
        value for value in whole["overview"].values() if isinstance(value, str)
    )


def test_tokens_deductions_and_lump_sums_say_what_they_are() -> None:
    content = in_deficit()
    lump = Debt(
        creditor="Old Bank", balance=Decimal("800.00"), offer=Decimal("200.00"), kind="lump_sum"
    )
    content = replace(content, non_priority_debts=(*content.non_priority_debts, lump))
    debts = as_written(content)["debts"]
    assert debts["token-payments"] == "3.00"
    rows = {debt["creditor"]: debt for debt in debts["non-priority-debts"]}
    assert rows["Marlow Bank"]["repayment-offer"] == "1.00"
    assert rows["Marlow Bank"]["notes"] == "Token offer, not from surplus."
    assert rows["Old Bank"]["repayment-offer"] == "0.00"
    assert rows["Old Bank"]["notes"] == "Full and final offer of £200.00, paid once."
    deducted = rows["Department for Work and Pensions"]
    assert deducted["repayment-offer"] == "0.00"
    assert "£24.50 a month from Universal Credit" in deducted["notes"]


def test_a_line_the_format_does_not_know_joins_the_groups_other() -> None:
    content = leanne()
    streaming = Line(
        key="streaming",
        label="Streaming",
        amount=Decimal("9.99"),
        frequency="monthly",
        frequency_label="Monthly",
        monthly=Decimal("9.99"),
        note="For the children.",
    )
    groups = tuple(
        replace(group, lines=(*group.lines, streaming))
        if group.key == "communications-leisure"
        else group
        for group in content.groups
    )
    whole = as_written(replace(content, groups=groups))
    leisure = whole["monthly-outgoings"]["flexible-costs"]["communications-leisure"]
    assert leisure["other-communications-leisure"] == {
        "monthly-amount": "9.99",
        "notes": "Streaming: 9.99. For the children.",
    }
    assert problems(whole) == []


def test_a_joint_statement_of_people_with_other_answers() -> None:
    content = leanne(
        is_joint=True,
        partner=Person(name="Sam", employment=("carer", "other"), employment_other="Volunteer"),
    )
    home = replace(content.household, tenure="other", tenure_other="Boat")
    client = replace(content.client, employment=())
    whole = as_written(replace(content, household=home, client=client))
    assert problems(whole) == []
    assert whole["partner-employment-status"] == ["Carer", "Other"]
    assert whole["partner-employment-status-other"] == "Volunteer"
    assert (whole["housing-tenure"], whole["housing-tenure-other"]) == ("other", "Boat")
    assert whole["client-employment-status"] == ["Other"]
    assert "partner-date-of-birth" not in whole


def test_what_the_format_requires_and_the_statement_lacks_is_said() -> None:
    content = leanne()
    with pytest.raises(NotExportable, match="date of birth"):
        public_json(replace(content, client=replace(content.client, date_of_birth=None)))
    strange = replace(content.groups[0], key="winnings", label="Winnings", total=NIL)
    with pytest.raises(NotExportable, match="Winnings"):
        public_json(replace(content, groups=(strange,)))


def test_hostile_text_is_one_json_text() -> None:
    words = 'quote " back \\ {"a": 1} \u2028 \x00 \ud800 </script> 😀'
    whole = json.loads(public_json(leanne(notes=(words,))))
    assert 'quote " back \\ {"a": 1} \n' in whole["additional-notes"][1]
    assert "</script> 😀" in whole["additional-notes"][1]
