"""One letter for a creditor's accounts, each listed; and figures that only a statement may say."""

import io
from decimal import Decimal

import pytest
from docx import Document

from cma_app.errors import CmaError, Invalid
from cma_app.printing.content import StatementContent
from cma_app.services import letters, statements
from cma_app.services.debts import add_debt, change_debt, list_debts
from cma_app.services.offers import record_offers
from models import Letter
from tests.people import Cast
from tests.services.test_letters import (
    EDITED,
    creditor_of,
    draft,
    issue,
    printed,
    text_of,
)
from tests.services.test_statements import Leanne


def two_accounts(cast: Cast, *, issued: bool = True) -> Leanne:
    """Return Leanne with a second account at the bank, its statement issued."""
    case = Leanne(cast)
    with cast.open(cast.amina) as session:
        row = {
            "creditor": "Northern Bank",
            "debt_type": "overdraft",
            "balance": "570",
            "account_number": "OD-77",
        }
        add_debt(session, case.case_id, row)
        record_offers(session, case.case_id, decided={case.rent: "12w", case.tax: "48"})
    if issued:
        case.issue()
    else:
        case.authorise()
    return case


def offer(cast: Cast, case: Leanne) -> Letter:
    return draft(cast, case, "offer", creditor_ids=[creditor_of(cast, case, "Northern Bank")])


def edit(cast: Cast, row: Letter, **said: str) -> Letter:
    """Change some parts of a letter and give it an address."""
    with cast.open(cast.amina) as session:
        form = letters.read_letter(session, row.id).form.model_dump()
        own = form | {"to_lines": EDITED["to_lines"], "their_reference": "NB 1"} | said
        own["subject"] = own["subject"].replace("[the account's reference]", "NB 1")
        return letters.edit_letter(session, row.id, own, version=row.version)


class TestAccounts:
    def test_the_frozen_statement_knows_which_debt_each_line_is(self, cast: Cast) -> None:
        case = two_accounts(cast)
        content = case.shown().content
        debts = (*content.priority_debts, *content.non_priority_debts)
        assert all(debt.debt_id for debt in debts)
        assert len({debt.debt_id for debt in debts}) == len(debts) == 6

    def test_an_older_frozen_statement_is_still_read_and_intact(self, cast: Cast) -> None:
        shown = two_accounts(cast).shown()
        old = shown.content.to_json()
        for part in ("priority_debts", "non_priority_debts", "deduction_debts"):
            for debt in old[part]:
                debt.pop("debt_id")
        again = StatementContent.from_json(old)
        assert statements.hash_of(again) == shown.statement.content_hash

    def test_an_offer_lists_each_account_with_its_own_offer(self, cast: Cast) -> None:
        case = two_accounts(cast)
        content = case.shown().content
        bank = [debt for debt in content.non_priority_debts if debt.creditor == "Northern Bank"]
        row = edit(cast, offer(cast, case))
        said = text_of(printed(cast, row))
        assert len(bank) == 2
        for debt in bank:
            assert f"{debt.balance:,.2f}" in said
            assert f"£{debt.offer:,.2f} a month" in said
        assert "OD-77" in said
        table = Document(io.BytesIO(printed(cast, row, "docx"))).tables[0]
        assert len(table.rows) == 4  # head, two accounts, and what they come to

    def test_a_debt_whose_creditor_was_renamed_keeps_its_offer(self, cast: Cast) -> None:
        case = two_accounts(cast)
        with cast.open(cast.amina) as session:
            debt = next(
                each
                for each in case.shown().content.non_priority_debts
                if each.creditor == "Swift Loans"
            )
            rows = list_debts(session, case.case_id).rows
            row = next(each for each in rows if each.id == debt.debt_id)
            said = {"creditor": "Swifter Loans", "debt_type": "personal_loan", "balance": "2310"}
            change_debt(session, debt.debt_id, said, version=row.version)
        named = creditor_of(cast, case, "Swifter Loans")
        made = draft(cast, case, "offer", creditor_ids=[named])
        assert "2,310.00" in made.content["body"]

    def test_an_everyday_letter_lists_several_accounts(self, cast: Cast) -> None:
        case = two_accounts(cast, issued=False)
        bank = creditor_of(cast, case, "Northern Bank")
        one = draft(cast, case, "holding", creditor_ids=[creditor_of(cast, case, "Swift Loans")])
        both = draft(cast, case, "holding", creditor_ids=[bank])
        assert "{table}" not in one.content["body"]
        assert "OD-77" in text_of(printed(cast, both))
        assert "Overdraft" in text_of(printed(cast, both))


class TestFigures:
    def test_an_amount_changed_in_the_text_is_pointed_out_and_refused(self, cast: Cast) -> None:
        case = two_accounts(cast)
        row = offer(cast, case)
        body = row.content["body"]
        assert "£2,000.00" in body
        row = edit(cast, row, body=body.replace("£2,000.00", "£1,000.00"))
        with cast.open(cast.amina) as session:
            shown = letters.read_letter(session, row.id)
        assert ["£1,000.00" in each.sentence for each in shown.obstacles] == [True]
        with pytest.raises(Invalid, match=r"£1,000\.00 is not in the statement"):
            issue(cast, row)

    def test_a_figure_that_is_meant_may_be_said(self, cast: Cast) -> None:
        case = two_accounts(cast)
        row = offer(cast, case)
        body = row.content["body"] + "\n\nA grant of £250 is expected in March."
        row = edit(cast, row, body=body)
        with pytest.raises(Invalid, match="£250 is not in the statement"):
            issue(cast, row)
        assert issue(cast, row, figures_meant=True).status == "issued"

    def test_the_offers_table_cannot_be_taken_out(self, cast: Cast) -> None:
        case = two_accounts(cast)
        row = offer(cast, case)
        row = edit(cast, row, body=row.content["body"].replace("{table}", "£40.00 a month"))
        with pytest.raises(CmaError, match="table of offers"):
            issue(cast, row, figures_meant=True)

    def test_frozen_figures_pass(self, cast: Cast) -> None:
        case = two_accounts(cast)
        assert issue(cast, edit(cast, offer(cast, case))).status == "issued"
        kept = Decimal("2000.00")
        assert (
            sum(
                debt.balance
                for debt in case.shown().content.non_priority_debts
                if debt.creditor == "Northern Bank"
            )
            == kept
        )
