"""What may never leave in a letter, and when a creditor's silence is chased."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import CmaError
from cma_app.services import debts, letters, replies, statements
from cma_app.services.budgets import record_line, revise_sheet
from cma_app.services.chasers import CHASE, waiting_letters
from cma_app.services.letter_issue import SEND_COPY
from cma_app.services.offers import record_offers
from models import Case, Client, Debt, Letter, NextAction
from tests.people import Cast
from tests.services.test_letters import EDITED, creditor_of, draft, issue, to_bank
from tests.services.test_statements import Leanne


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    case = Leanne(cast)
    case.authorise()
    return case


def put_address(cast: Cast, case: Leanne) -> None:
    with cast.open(cast.ashdown_system) as session:
        client = session.require(Client, session.require(Case, case.case_id).client_id)
        client.address_line1, client.city, client.postcode = "9 Secret Lane", "Leeds", "LS1 1AA"


def test_unsafe_post_leaves_the_address_off_the_draft(cast: Cast, leanne: Leanne) -> None:
    put_address(cast, leanne)  # no route was ever answered: "not asked"
    row = draft(cast, leanne, "appointment")
    assert "9 Secret Lane" not in row.content["to_lines"]


def issued_statement(cast: Cast) -> Leanne:
    case = Leanne(cast)
    case.issue()
    return case


def test_an_offer_states_the_frozen_balance(cast: Cast) -> None:
    case = issued_statement(cast)
    with cast.open(cast.ashdown_system) as session:
        bank = creditor_of(cast, case, "Northern Bank")
        debt = session.exec(select(Debt).where(col(Debt.creditor_id) == bank)).one()
        debt.balance = Decimal("9999.00")
    bank = creditor_of(cast, case, "Northern Bank")
    body = draft(cast, case, "offer", creditor_ids=[bank]).content["body"]
    assert "1,430.00" in body
    assert "9,999.00" not in body


def test_a_draft_offer_of_a_superseded_statement_is_not_issued(cast: Cast) -> None:
    case = issued_statement(cast)
    row = to_bank(cast, case, "offer")
    with cast.open(cast.amina) as session:
        case.sheet_id = revise_sheet(session, case.sheet_id).id
        record_line(session, case.sheet_id, code="client-salary-or-wages", typed="2140")
        record_offers(session, case.case_id, decided={case.rent: "12w", case.tax: "48"})
    case.prepare()
    case.do(statements.complete_statement)
    case.confirm()
    case.do(statements.issue_statement)
    with pytest.raises(CmaError):
        issue(cast, row)


def sent(
    cast: Cast, case: Leanne, name: str = "Northern Bank", kind: str = "balance_request"
) -> Letter:
    bank = creditor_of(cast, case, name)
    row = draft(cast, case, kind, creditor_ids=[bank])
    with cast.open(cast.amina) as session:
        row = letters.edit_letter(session, row.id, EDITED, version=row.version)
    return issue(cast, row)


def debt_at(cast: Cast, case: Leanne, name: str = "Northern Bank") -> int:
    bank = creditor_of(cast, case, name)
    with cast.open(cast.amina) as session:
        return session.exec(select(Debt).where(col(Debt.creditor_id) == bank)).one().id


def test_a_hold_moves_the_chase_to_after_its_last_day(cast: Cast, leanne: Leanne) -> None:
    row = sent(cast, leanne)
    last = today() + timedelta(days=30)
    with cast.open(cast.amina) as session:
        said = {"reply": "hold", "hold_until": f"{last:%d %m %Y}"}
        replies.record_reply(session, debt_at(cast, leanne), said, letter_id=row.id)
    with cast.open(cast.amina) as session:
        assert session.require(Letter, row.id).chase_on == last + timedelta(days=1)


def chases(cast: Cast, case: Leanne) -> tuple[int, int]:
    """Return how many letters wait for an answer, and how many tasks say to chase them."""
    with cast.open(cast.amina) as session:
        waiting = waiting_letters(session, case.case_id)
        planned = session.exec(
            select(NextAction).where(
                col(NextAction.case_id) == case.case_id,
                col(NextAction.what) == CHASE,
                col(NextAction.done_at).is_(None),
            )
        ).all()
        return len(waiting), len(planned)


def test_nobody_is_chased_about_a_debt_that_no_longer_stands(cast: Cast, leanne: Leanne) -> None:
    sent(cast, leanne)
    debt_id = debt_at(cast, leanne)
    assert chases(cast, leanne) == (1, 1)
    with cast.open(cast.amina) as session:
        debt = session.require(Debt, debt_id)
        row = {"creditor": "Northern Bank", "debt_type": debt.debt_type, "balance": "0"}
        settled = row | {"status": "settled"}
        debts.change_debt(session, debt_id, settled, version=debt.version, form=debts.FileForm)
    assert chases(cast, leanne) == (0, 0)


def test_nobody_is_chased_about_a_debt_that_was_removed(cast: Cast, leanne: Leanne) -> None:
    sent(cast, leanne)
    debt_id = debt_at(cast, leanne)
    with cast.open(cast.amina) as session:
        debts.remove_debt(session, debt_id)
    assert chases(cast, leanne) == (0, 0)
    with cast.open(cast.amina) as session:
        debts.restore_debt(session, debt_id)
    assert chases(cast, leanne) == (1, 1)


def test_a_chaser_is_for_the_letter_that_was_asked(cast: Cast, leanne: Leanne) -> None:
    first, second = sent(cast, leanne), sent(cast, leanne, kind="holding")
    bank = creditor_of(cast, leanne, "Northern Bank")
    one = draft(cast, leanne, "chaser", creditor_ids=[bank], chases_id=first.id)
    other = draft(cast, leanne, "chaser", creditor_ids=[bank], chases_id=second.id)
    assert (one.chases_id, other.chases_id) == (first.id, second.id)


def test_a_chaser_goes_to_the_creditor_that_was_written_to(cast: Cast, leanne: Leanne) -> None:
    first = sent(cast, leanne)
    other = creditor_of(cast, leanne, "Swift Loans")
    with pytest.raises(CmaError):
        draft(cast, leanne, "chaser", creditor_ids=[other], chases_id=first.id)


def test_removing_one_of_two_answers_does_not_begin_the_wait_again(
    cast: Cast, leanne: Leanne
) -> None:
    row, debt = sent(cast, leanne), debt_at(cast, leanne)
    with cast.open(cast.amina) as session:
        one = replies.record_reply(session, debt, {"reply": "other"}, letter_id=row.id).id
        replies.record_reply(session, debt, {"reply": "accept"}, letter_id=row.id)
    with cast.open(cast.amina) as session:
        replies.remove_reply(session, one)
    with cast.open(cast.amina) as session:
        assert waiting_letters(session, leanne.case_id) == []


def test_removing_an_answer_that_names_no_letter_lets_it_wait_again(
    cast: Cast, leanne: Leanne
) -> None:
    row, debt = sent(cast, leanne), debt_at(cast, leanne)
    with cast.open(cast.amina) as session:
        one = replies.record_reply(session, debt, {"reply": "other"}).id
    with cast.open(cast.amina) as session:
        replies.remove_reply(session, one)
    with cast.open(cast.amina) as session:
        assert [w.letter_id for w in waiting_letters(session, leanne.case_id)] == [row.id]


def test_an_issued_offer_leaves_a_next_action_to_send_the_client_a_copy(cast: Cast) -> None:
    case = issued_statement(cast)
    issue(cast, to_bank(cast, case, "offer"))
    with cast.open(cast.amina) as session:
        planned = session.exec(select(NextAction).where(col(NextAction.case_id) == case.case_id))
        assert {each.what for each in planned} == {SEND_COPY, CHASE}


def test_email_to_a_creditor_needs_an_address_of_that_kind(cast: Cast, leanne: Leanne) -> None:
    bank = creditor_of(cast, leanne, "Northern Bank")
    row = draft(cast, leanne, "balance_request", creditor_ids=[bank])
    with cast.open(cast.amina) as session:
        row = letters.edit_letter(session, row.id, EDITED, version=row.version)
    with pytest.raises(CmaError):
        issue(cast, row, route="email")


def test_a_written_placeholder_blocks_whatever_it_says(cast: Cast, leanne: Leanne) -> None:
    bank = creditor_of(cast, leanne, "Northern Bank")
    row = draft(cast, leanne, "balance_request", creditor_ids=[bank])
    with cast.open(cast.amina) as session:
        said = EDITED | {"salutation": "Dear [name of the creditor]"}
        row = letters.edit_letter(session, row.id, said, version=row.version)
    with pytest.raises(CmaError):
        issue(cast, row)


def test_an_answer_removed_by_mistake_comes_back_and_ends_the_wait_again(
    cast: Cast, leanne: Leanne
) -> None:
    row, debt = sent(cast, leanne), debt_at(cast, leanne)
    with cast.open(cast.amina) as session:
        one = replies.record_reply(session, debt, {"reply": "accept"}, letter_id=row.id).id
        replies.remove_reply(session, one)
    with cast.open(cast.amina) as session:
        replies.restore_reply(session, one)
    with cast.open(cast.amina) as session:
        assert [each.id for each in replies.list_replies(session, leanne.case_id)] == [one]
        assert waiting_letters(session, leanne.case_id) == []
    for stranger in (cast.colin, cast.tess):
        with cast.open(stranger) as session, pytest.raises(CmaError):
            replies.restore_reply(session, one)
