"""Until when a record is kept: set at the end, ended by reopening and by holds."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.clock import at, now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.requests import RequestKind, request_kinds
from cma_app.services.case_people import join_new_person
from cma_app.services.case_steps import reopen_case
from cma_app.services.cases import start_case
from cma_app.services.closing_page import read_closing
from cma_app.services.requests import (
    change_request,
    finish_request,
    record_request,
    remove_request,
    reopen_request,
    restore_request,
)
from cma_app.services.retention import lift_hold, list_holds, list_kept, place_hold
from cma_app.services.separation import separate_people
from models import Case, Client, RequestDeadline
from tests.people import Cast
from tests.services.closings import close_with
from tests.services.intake_forms import ROUTES
from tests.services.test_cases import acts, make_case
from tests.services.test_two_at_once import at_once

pytestmark = pytest.mark.database

LEAP = date(2028, 2, 29)


def on(day: date) -> Any:
    """Make it noon of a day for the verbs; what the database stamps stays real."""
    return at(now().replace(year=day.year, month=day.month, day=day.day, hour=12))


def cancel(cast: Cast, case_id: int, who: Any = None) -> None:
    with cast.open(who or cast.amina) as session:
        close_with(session, case_id, status="cancelled", reason="moved_away")


def dates(owner: Engine, case_id: int) -> tuple[date | None, date | None]:
    """Return the last day of a case, and of its client's own details."""
    with owner.begin() as connection:
        row = connection.execute(
            text(
                "SELECT k.retention_date, c.retention_date FROM cases k JOIN clients c"
                " ON c.centre_id = k.centre_id AND c.id = k.client_id WHERE k.id = :c"
            ),
            {"c": case_id},
        ).one()
    return row[0], row[1]


def client_of(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        return session.require(Case, case_id).client_id


def another_case(cast: Cast, case_id: int) -> int:
    with cast.open(cast.amina) as session:
        client = session.require(Client, session.require(Case, case_id).client_id)
        return start_case(session, client, nation="england").id


class TestClosing:
    def test_a_leap_day_is_kept_until_the_last_of_february(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with on(LEAP):
            cancel(cast, case_id)
        assert dates(owner, case_id) == (date(2034, 2, 28), date(2034, 2, 28))
        with cast.open(cast.amina) as session:
            kept = list_kept(session, case_id)
        assert [each.until for each in kept] == [
            date(2034, 2, 28),
            date(2035, 2, 28),
            date(2038, 2, 28),
        ]
        assert all(each.counted_from == LEAP and each.rule for each in kept)

    def test_documents_have_their_cases_date_and_later_ones_too(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        add = text(
            "INSERT INTO documents (centre_id, case_id, document_name)"
            " SELECT centre_id, id, 'A letter' FROM cases WHERE id = :c"
        )
        found = text("SELECT retention_date FROM documents WHERE case_id = :c")
        with owner.begin() as connection:
            connection.execute(add, {"c": case_id})
        with on(LEAP):
            cancel(cast, case_id)
        with owner.begin() as connection:
            connection.execute(add, {"c": case_id})
            listed = list(connection.execute(found, {"c": case_id}).scalars())
        assert listed == [date(2034, 2, 28)] * 2

    def test_another_open_case_keeps_the_client_open(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        other = another_case(cast, case_id)
        with on(LEAP):
            cancel(cast, case_id)
        assert dates(owner, case_id) == (date(2034, 2, 28), None)
        with cast.open(cast.amina) as session:
            page = read_closing(session, case_id)
            assert page.other_cases == [session.require(Case, other).case_reference]
            assert page.client_until is None
        with on(date(2028, 5, 1)):
            cancel(cast, other)
        assert dates(owner, case_id) == (date(2034, 2, 28), date(2034, 5, 1))

    def test_a_new_case_opens_the_client_again(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        cancel(cast, case_id)
        assert dates(owner, case_id)[1] is not None
        another_case(cast, case_id)
        assert dates(owner, case_id)[1] is None

    def test_a_second_person_is_kept_as_long_as_the_case_of_the_two(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        person = {"first_name": "Derek", "last_name": "Marsh", **ROUTES}
        with cast.open(cast.amina) as session:
            second = join_new_person(session, case_id, person).id
        with on(LEAP):
            cancel(cast, case_id)
        assert person_until(owner, second) == date(2034, 2, 28)

    def test_a_hidden_case_of_a_restricted_file_keeps_its_person_open_too(
        self, cast: Cast, owner: Engine
    ) -> None:
        """Whoever closes the one case need not see the other."""
        hidden = make_case(cast, cast.amina)
        person = {"first_name": "Derek", "last_name": "Marsh", **ROUTES}
        with cast.open(cast.amina) as session:
            second = join_new_person(session, hidden, person)
            own = start_case(session, second, nation="england").id
            second_id = second.id
        restrict(owner, client_of(cast, hidden), cast.amina.user_id)
        with pytest.raises(NotFound), cast.open(cast.ben) as session:
            session.require(Case, hidden)
        with on(LEAP):
            cancel(cast, own, cast.ben)
        assert dates(owner, own) == (date(2034, 2, 28), None)
        with on(date(2028, 6, 1)):
            cancel(cast, hidden)
        assert person_until(owner, second_id) == date(2034, 6, 1)

    def test_a_restricted_file_is_dated_by_who_is_named_on_it(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        restrict(owner, client_of(cast, case_id), cast.amina.user_id)
        for verb in (read_closing, list_kept, list_holds):
            with pytest.raises(NotFound), cast.open(cast.ben) as session:
                verb(session, case_id)
        with on(LEAP):
            cancel(cast, case_id)
        assert dates(owner, case_id) == (date(2034, 2, 28), date(2034, 2, 28))


class TestReopening:
    def test_ends_the_dates_says_why_and_counts_anew(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with on(LEAP):
            cancel(cast, case_id)
        with cast.open(cast.amina) as session:
            reopen_case(session, case_id, reason="They came back")
        assert dates(owner, case_id) == (None, None)
        with on(date(2029, 3, 1)):
            cancel(cast, case_id)
        assert dates(owner, case_id) == (date(2035, 3, 1), date(2035, 3, 1))
        with cast.open(cast.amina) as session:
            kept = list_kept(session, case_id)
        ended = [each for each in kept if each.ended_at is not None]
        assert [each.ended_because for each in ended] == ["Reopened: They came back"] * 3
        assert len(kept) == 6


class TestHolds:
    HOLD = {"kind": "complaint", "reason": "Complaint of 3 March is open"}

    def test_a_hold_keeps_all_of_a_client_until_it_is_lifted(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        other = another_case(cast, case_id)
        with on(LEAP):
            cancel(cast, case_id)
        with cast.open(cast.amina) as session:
            hold_id = place_hold(session, case_id, self.HOLD).id
        assert dates(owner, case_id) == (None, None)
        with on(LEAP):
            cancel(cast, other)
        assert dates(owner, other) == (None, None)
        with cast.open(cast.maria) as session:
            (hold,) = list_holds(session, case_id)
            assert (hold.kind, hold.placed_by) == ("An open complaint", "Amina Khan")
            lift_hold(session, hold_id, reason="Answered and over", version=hold.version)
        assert dates(owner, case_id) == (date(2034, 2, 28), date(2034, 2, 28))
        assert dates(owner, other)[0] == date(2034, 2, 28)
        with cast.open(cast.amina) as session:
            assert list_holds(session, case_id) == []
            why = [each.ended_because for each in list_kept(session, case_id) if each.ended_at]
        assert why == ["Held: an open complaint"] * 3
        assert "legal_hold:place" in acts(cast, case_id)

    def test_a_second_hold_still_stands_when_one_is_lifted(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        cancel(cast, case_id)
        with cast.open(cast.maria) as session:
            first = place_hold(session, case_id, self.HOLD)
            place_hold(session, case_id, {**self.HOLD, "kind": "legal_claim"})
            lift_hold(session, first.id, reason="Over", version=first.version)
        assert dates(owner, case_id) == (None, None)

    def test_is_lifted_once(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.maria) as session:
            hold = place_hold(session, case_id, self.HOLD)
            version, number = hold.version, hold.id
            lift_hold(session, number, reason="Over", version=version)
        with pytest.raises(Conflict), cast.open(cast.maria) as session:
            lift_hold(session, number, reason="Over", version=version)

    @pytest.mark.parametrize(
        ("over", "box"),
        [({"kind": ""}, "kind"), ({"kind": "mood"}, "kind"), ({"reason": " "}, "reason")],
    )
    def test_says_what_and_why(self, cast: Cast, over: dict[str, str], box: str) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            place_hold(session, case_id, {**self.HOLD, **over})
        assert list(invalid.value.fields) == [box]

    def test_who_may(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with pytest.raises(Refused, match="supervisor"), cast.open(cast.tess) as session:
            place_hold(session, case_id, self.HOLD)
        with cast.open(cast.amina) as session:
            number = place_hold(session, case_id, self.HOLD).id
        with pytest.raises(Refused, match="Only a manager"), cast.open(cast.amina) as session:
            lift_hold(session, number, reason="Over", version=1)
        for verb in (
            lambda s: place_hold(s, case_id, self.HOLD),
            lambda s: lift_hold(s, number, reason="Over", version=1),
            lambda s: list_holds(s, case_id),
            lambda s: list_kept(s, case_id),
        ):
            with pytest.raises(NotFound), cast.open(cast.bea) as session:
                verb(session)
        with cast.open(cast.amina) as session:
            assert len(list_holds(session, case_id)) == 1


class TestHiddenHolds:
    """What holds a record does so whoever looks: the database decides it."""

    def two(self, cast: Cast) -> tuple[int, int]:
        """Return a case of two, and the second person's own case."""
        joint = make_case(cast, cast.amina)
        person = {"first_name": "Derek", "last_name": "Marsh", **ROUTES}
        with cast.open(cast.amina) as session:
            second = join_new_person(session, joint, person)
            return joint, start_case(session, second, nation="england").id

    def test_a_hold_on_a_hidden_person_who_left_holds_the_case(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        person = {"first_name": "Derek", "last_name": "Marsh", **ROUTES}
        with cast.open(cast.amina) as session:
            second = join_new_person(session, case_id, person).id
        with cast.open(cast.amina) as session:
            own = separate_people(session, case_id, opens_case=True)
            assert own is not None
            place_hold(session, own.id, TestHolds.HOLD)
        restrict(owner, second, cast.amina.user_id)
        with pytest.raises(NotFound), cast.open(cast.ben) as session:
            session.require(Client, second)
        with on(LEAP):
            cancel(cast, case_id, cast.ben)
        assert dates(owner, case_id) == (None, None)
        with cast.open(cast.ben) as session:
            assert list_kept(session, case_id) == []
            assert list_holds(session, case_id) == []

    def test_a_hold_clears_a_closed_case_that_its_placer_cannot_see(
        self, cast: Cast, owner: Engine
    ) -> None:
        hidden, own = self.two(cast)
        with on(LEAP):
            cancel(cast, hidden)
        restrict(owner, client_of(cast, hidden), cast.amina.user_id)
        with cast.open(cast.ben) as session:
            hold = place_hold(session, own, TestHolds.HOLD)
            number, version = hold.id, hold.version
        assert dates(owner, hidden) == (None, None)
        with cast.open(cast.amina) as session:
            ended = [each.ended_because for each in list_kept(session, hidden)]
        assert ended == ["Held"] * 3
        with cast.open(cast.maria) as session:
            lift_hold(session, number, reason="Over", version=version)
        assert dates(owner, hidden) == (date(2034, 2, 28), date(2034, 2, 28))
        with cast.open(cast.amina) as session:
            assert [each.ended_because for each in list_kept(session, hidden)][3:] == [""] * 3

    def test_a_hold_placed_while_a_hidden_case_ends_is_seen(
        self, cast: Cast, owner: Engine
    ) -> None:
        hidden, own = self.two(cast)
        restrict(owner, client_of(cast, hidden), cast.amina.user_id)
        wrong = at_once(
            cast,
            lambda session: close_with(session, hidden, status="cancelled", reason="moved_away"),
            lambda session: place_hold(session, own, TestHolds.HOLD),
        )
        assert wrong == []
        assert dates(owner, hidden) == (None, None)
        with cast.open(cast.amina) as session:
            assert [each for each in list_kept(session, hidden) if each.ended_at is None] == []

    def test_no_raw_update_dates_what_is_held(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            place_hold(session, case_id, TestHolds.HOLD)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE cases SET retention_date = '2034-01-01' WHERE id = :c"), {"c": case_id}
            )
        assert dates(owner, case_id) == (None, None)


CAME = today() - timedelta(days=3)


def asked(kind: str) -> dict[str, str]:
    due = CAME + timedelta(days=9)
    return {
        "kind": kind,
        "about": "The client",
        "asked_on": CAME.isoformat(),
        "due_date": due.isoformat(),
        "given_why": "Agreed with them",
    }


class TestRequests:
    @pytest.mark.parametrize("kind", request_kinds(), ids=lambda kind: kind.code)
    def test_what_is_asked_of_us_about_their_record_holds_it(
        self, cast: Cast, owner: Engine, kind: RequestKind
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            number = record_request(session, case_id, asked(kind.code)).id
        with on(LEAP):
            cancel(cast, case_id)
        until = date(2034, 2, 28)
        assert dates(owner, case_id) == ((None, None) if kind.holds else (until, until))
        with cast.open(cast.amina) as session:
            version = session.require(RequestDeadline, number).version
            finish_request(session, number, {"done_how": "Answered"}, version=version)
        assert dates(owner, case_id) == (until, until)

    def test_each_verb_counts_anew(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with on(LEAP):
            cancel(cast, case_id)
        until, held = (date(2034, 2, 28),) * 2, (None, None)
        with cast.open(cast.amina) as session:
            number = record_request(session, case_id, asked("complaint")).id
        assert dates(owner, case_id) == held

        def change(kind: str) -> None:
            with cast.open(cast.amina) as session:
                version = session.require(RequestDeadline, number).version
                change_request(session, number, asked(kind), version=version)

        change("information")
        assert dates(owner, case_id) == until
        change("data_access")
        assert dates(owner, case_id) == held
        with cast.open(cast.amina) as session:
            version = session.require(RequestDeadline, number).version
            finish_request(session, number, {"done_how": "Sent"}, version=version)
        assert dates(owner, case_id) == until
        for verb, then in (
            (reopen_request, held),
            (remove_request, until),
            (restore_request, held),
        ):
            with cast.open(cast.amina) as session:
                verb(session, number)
            assert dates(owner, case_id) == then, verb.__name__

    def test_the_kinds_that_hold(self) -> None:
        holding = {kind.code for kind in request_kinds() if kind.holds}
        assert holding == {"data_access", "data_rights", "data_complaint", "complaint"}


def restrict(owner: Engine, client_id: int, user_id: int) -> None:
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE clients SET is_restricted = true WHERE id = :c"), {"c": client_id}
        )
        connection.execute(
            text(
                "INSERT INTO file_access (centre_id, client_id, user_id)"
                " SELECT centre_id, id, :u FROM clients WHERE id = :c"
            ),
            {"c": client_id, "u": user_id},
        )


def person_until(owner: Engine, client_id: int) -> date | None:
    with owner.begin() as connection:
        return connection.execute(
            text("SELECT retention_date FROM clients WHERE id = :c"), {"c": client_id}
        ).scalar_one()
