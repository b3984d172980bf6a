"""Two people at one case at the same moment, each on a connection of their own."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlmodel import col, select

from cma_app.errors import Conflict
from cma_app.services import letters, replies
from cma_app.services.chasers import CHASE
from cma_app.services.compliance import open_checklist
from cma_app.services.letter_drafts import draft_letters
from cma_app.services.letter_issue import SEND_COPY, issue_letter
from models import Debt, Letter, NextAction
from tests.people import Cast
from tests.services.money import let_through
from tests.services.test_letters import EDITED, creditor_of, draft
from tests.services.test_statements import Leanne


def at_once(cast: Cast, *deeds: Callable[[Any], Any]) -> list[BaseException]:
    """Do each deed in a session of its own; none commits before all have done theirs or wait."""
    failures: list[BaseException] = []
    done = threading.Barrier(len(deeds))

    def act(who: Any, deed: Callable[[Any], Any]) -> None:
        try:
            with cast.open(who) as session:
                deed(session)
                with suppress(threading.BrokenBarrierError):  # the other waits for this commit
                    done.wait(timeout=1)
        except Exception as error:
            failures.append(error)

    people = [
        threading.Thread(target=act, args=pair)
        for pair in zip((cast.amina, cast.ben, cast.maria), deeds, strict=False)
    ]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return failures


def edited(cast: Cast, case: Leanne, name: str, kind: str) -> Letter:
    row = draft(cast, case, kind, creditor_ids=[creditor_of(cast, case, name)])
    body = {"body": "{table}"} if kind == "offer" else {}
    with cast.open(cast.amina) as session:
        return letters.edit_letter(session, row.id, EDITED | body, version=row.version)


def issuing(row: Letter, route: str = "post") -> Callable[[Any], Any]:
    return lambda session: issue_letter(session, row.id, version=row.version, route=route)


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    case = Leanne(cast)
    case.issue()
    return case


def actions(cast: Cast, case: Leanne, what: str) -> int:
    with cast.open(cast.amina) as session:
        wanted = select(NextAction).where(
            col(NextAction.case_id) == case.case_id,
            col(NextAction.what) == what,
            col(NextAction.done_at).is_(None),
        )
        return len(session.exec(wanted).all())


def test_one_draft_is_made_for_a_creditor(cast: Cast, leanne: Leanne) -> None:
    bank = creditor_of(cast, leanne, "Northern Bank")

    def deed(session: Any) -> Any:
        return draft_letters(session, leanne.case_id, "holding", creditor_ids=[bank])

    assert at_once(cast, deed, deed) == []
    with cast.open(cast.amina) as session:
        assert len(letters.list_letters(session, leanne.case_id)) == 1


def test_two_offers_plan_one_copy_and_one_chaser(cast: Cast, leanne: Leanne) -> None:
    rows = [edited(cast, leanne, name, "offer") for name in ("Northern Bank", "Swift Loans")]
    assert at_once(cast, *(issuing(row) for row in rows)) == []
    assert (actions(cast, leanne, SEND_COPY), actions(cast, leanne, CHASE)) == (1, 1)


def test_one_letter_is_issued_once(cast: Cast, leanne: Leanne) -> None:
    row = edited(cast, leanne, "Northern Bank", "holding")
    failures = at_once(cast, issuing(row), issuing(row))
    assert [type(each) for each in failures] == [Conflict]
    with cast.open(cast.amina) as session:
        assert len(letters.read_letter(session, row.id).files) == 2


def test_one_override_is_for_one_deed(cast: Cast, leanne: Leanne) -> None:
    with cast.open(cast.amina) as session:
        open_checklist(session, leanne.case_id)
    offer = edited(cast, leanne, "Northern Bank", "offer")
    closing = draft(cast, leanne, "closing")
    with cast.open(cast.amina) as session:
        closing = letters.edit_letter(session, closing.id, EDITED, version=closing.version)
    let_through(cast, leanne.case_id, "advice")
    failures = at_once(cast, issuing(offer), issuing(closing, "handed"))
    assert [type(each) for each in failures] == [Conflict]


def test_an_answer_while_a_letter_leaves_plans_one_chaser(cast: Cast, leanne: Leanne) -> None:
    first, second = (
        edited(cast, leanne, name, "holding") for name in ("Northern Bank", "Swift Loans")
    )
    with cast.open(cast.amina) as session:
        debt = session.exec(select(Debt).where(col(Debt.creditor_id) == first.creditor_id)).one()
        issuing(first)(session)

    def answer(session: Any) -> Any:
        return replies.record_reply(session, debt.id, {"reply": "accept"})

    assert at_once(cast, issuing(second), answer) == []
    assert actions(cast, leanne, CHASE) == 1
