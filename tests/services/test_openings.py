"""Openings: whichever part of a file is read, the log has one line of it a day and sign-in."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import now
from cma_app.services.cases import open_case, read_case
from cma_app.services.clients import open_client, read_client
from cma_app.services.documents import list_documents
from cma_app.services.feedback import list_feedback
from cma_app.session import open_as
from models import Case
from tests.people import Cast
from tests.services.money import make_case

pytestmark = pytest.mark.database


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def ben(cast: Cast) -> Actor:
    """Return Ben as he is when he has signed in."""
    return replace(cast.ben, session_id=7_001)


def opened(owner: Engine, person: Actor) -> list[tuple[str, str | None]]:
    """Return the openings by a person: the act, and in which sign-in."""
    wanted = text(
        "SELECT action, session_id FROM audit_logs WHERE user_id = :user AND centre_id = :centre"
        " AND action IN ('case:open', 'client:open', 'document:see') ORDER BY id"
    )
    with owner.connect() as connection:
        asked = {"user": person.user_id, "centre": person.centre_id}
        return [tuple(row) for row in connection.execute(wanted, asked)]


class TestOpenings:
    def test_are_one_a_sign_in_and_day(self, owner: Engine, case_id: int, ben: Actor) -> None:
        second, begun = replace(ben, session_id=7_002), now()
        with time_machine.travel(begun, tick=False):  # one day, if midnight comes meanwhile
            for who in (ben, ben, second):
                with open_as(who) as session:
                    list_feedback(session, case_id)
                    list_documents(session, case_id)
                with open_as(who) as session:
                    read_case(session, case_id)
        assert opened(owner, ben) == [("case:open", "7001"), ("case:open", "7002")]
        with time_machine.travel(begun + timedelta(days=2)), open_as(ben) as session:
            list_feedback(session, case_id)
        assert opened(owner, ben)[2:] == [("case:open", "7001")]

    def test_are_written_of_documents_and_of_clients(
        self, owner: Engine, case_id: int, ben: Actor
    ) -> None:
        with open_as(ben) as session:
            list_documents(session, case_id)
        with open_as(ben) as session:
            client_id = session.require(Case, case_id).client_id
            read_client(session, client_id)
        assert [act for act, _ in opened(owner, ben)] == ["case:open", "client:open"]

    def test_of_a_visit_are_written_each_time_and_once(
        self, owner: Engine, case_id: int, ben: Actor
    ) -> None:
        for _ in range(2):
            with open_as(ben) as session:
                client_id = open_case(session, case_id).client_id
                list_feedback(session, case_id)
                open_client(session, client_id)
        assert [act for act, _ in opened(owner, ben)] == ["case:open", "client:open"] * 2

    def test_are_none_of_who_has_no_sign_in(self, cast: Cast, owner: Engine, case_id: int) -> None:
        for who in (cast.ben, cast.ashdown_system):
            with open_as(who) as session:
                list_feedback(session, case_id)
            assert opened(owner, who) == []
