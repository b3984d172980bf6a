"""Leaving: cases, trainees and tasks go on and sign-ins end, all in one or nothing at all."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor, Origin
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.services import leaving, users
from cma_app.services.covers import add_covered_leave, set_cover
from cma_app.services.leaving import Counts, Holding, Left, Stopped, preview_leaving
from cma_app.services.people_list import list_people
from cma_app.services.sign_in import sign_in
from cma_app.session import hash_token, resume
from tests.people import PASSWORD, Cast
from tests.plant import plant_action, plant_case
from tests.services.test_caseload_moves import execute, held, holders
from tests.services.test_handing_on import book, soon

pytestmark = pytest.mark.database

HERE = Origin("127.0.0.1", "a test")


@pytest.fixture
def two(cast: Cast, owner: Engine) -> list[int]:
    return [plant_case(owner, cast.amina, last=last) for last in ("Archer", "Baker")]


def looked(cast: Cast, who: Actor, by: Actor | None = None, centre: int | None = None) -> Holding:
    with cast.open(by or cast.maria) as session:
        return leaving.what_they_hold(session, who.user_id, centre_id=centre)


def left(
    cast: Cast, who: Actor, holders: dict[int, int], by: Actor | None = None, **over: object
) -> Left:
    with cast.open(by or cast.maria) as session:
        return leaving.hand_on_and_deactivate(
            session,
            who.user_id,
            holders=holders,
            **over,  # type: ignore[arg-type]
        )


def is_active(owner: Engine, who: Actor) -> bool:
    return bool(held(owner, "users", "is_active", [who.user_id])[0])


class TestWhatTheyHold:
    def test_names_the_cases_and_counts_the_rest(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        plant_case(owner, cast.amina, status="closed")
        plant_action(owner, cast.amina, two[0], "Ring", today())
        book(cast, two[0], soon(3), cast.amina.user_id)
        with cast.open(cast.maria) as session:
            away = {"first_day": today().isoformat(), "cover_id": str(cast.amina.user_id)}
            set_cover(session, cast.ben.user_id, away)
        found = looked(cast, cast.amina)
        assert [case.client for case in found.cases] == ["Pat Archer", "Pat Baker"]
        assert found.counts == Counts(cases=2, appointments=1, actions=1, trainees=1, covers=1)
        assert found.trainees == ["Tess Moore"]
        assert dict(found.holders).keys() == {
            each.user_id for each in (cast.ben, cast.tess, cast.maria)
        }
        assert dict(found.supervisors).keys() == {cast.ben.user_id, cast.maria.user_id}
        assert found.obstacle == ""

    def test_an_admin_is_told_numbers_and_whom_to_ask(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        found = looked(cast, cast.amina, cast.root)
        assert (found.counts.cases, found.cases) == (2, [])
        assert "Ask a manager of the centre" in found.obstacle
        assert "Maria Silva" in found.obstacle
        execute(owner, "UPDATE users SET is_active = false WHERE id = :id", id=cast.maria.user_id)
        assert "no other active manager" in looked(cast, cast.amina, cast.root).obstacle

    def test_a_restricted_file_that_is_not_open_to_the_manager_stands_in_the_way(
        self, cast: Cast, owner: Engine
    ) -> None:
        plant_case(owner, cast.amina, restricted=True)
        found = looked(cast, cast.amina)
        assert (found.counts.cases, found.cases) == (1, [])
        assert "1 restricted file on which you are not named" in found.obstacle
        with pytest.raises(Conflict, match="restricted"):
            left(cast, cast.amina, {}, supervisor_id=cast.ben.user_id)
        assert is_active(owner, cast.amina)

    def test_refuses_the_other_roles_and_finds_nobody_of_another_centre(self, cast: Cast) -> None:
        for role in ("advisor", "trainee"):
            with pytest.raises(Refused):
                looked(cast, cast.ben, cast.by_role(role))
            with pytest.raises(Refused):
                left(cast, cast.ben, {}, cast.by_role(role))
        for verb in (looked, lambda *each: left(each[0], each[1], {}, each[2])):
            with pytest.raises(NotFound):
                verb(cast, cast.ben, cast.bea)
        with pytest.raises(NotFound):
            looked(cast, cast.colin, cast.maria, cast.colin.centre_id)
        with pytest.raises(Refused, match="yourself"):
            looked(cast, cast.maria)

    def test_the_counting_function_tells_an_advisor_nothing(self, cast: Cast) -> None:
        with cast.open(cast.ben) as session:
            counted = text("SELECT * FROM cma_held_by(:id)")
            assert session.execute(counted, {"id": cast.amina.user_id}).all() == []


class TestHandOn:
    def test_everything_goes_on_and_they_are_out_at_once(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        others = plant_case(owner, cast.tess)
        own = plant_action(owner, cast.amina, two[0], "Ring", today())
        theirs = plant_action(owner, cast.amina, others, "Look at it", today())
        visit = book(cast, two[1], soon(3), cast.amina.user_id)
        with cast.open(cast.maria) as session:
            away = {"first_day": today().isoformat(), "cover_id": str(cast.amina.user_id)}
            cover = set_cover(session, cast.ben.user_id, away).id
        token = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        to = {two[0]: cast.ben.user_id, two[1]: cast.maria.user_id}
        with cast.open(cast.maria) as session:
            rows = preview_leaving(session, cast.amina.user_id, to)
        assert [(row.client, row.refusal, row.appointments) for row in rows] == [
            ("Pat Archer", "", 0),
            ("Pat Baker", "", 1),
        ]
        assert holders(owner, two) == [cast.amina.user_id] * 2
        done = left(cast, cast.amina, to, supervisor_id=cast.ben.user_id)
        assert holders(owner, two) == [cast.ben.user_id, cast.maria.user_id]
        assert (done.trainees, done.actions, done.covers) == (1, 1, 1)
        owners = held(owner, "next_actions", "owner_id", [own, theirs])
        assert owners == [cast.ben.user_id, cast.tess.user_id]
        assert held(owner, "appointments", "advisor_id", [visit]) == [cast.maria.user_id]
        assert held(owner, "users", "supervisor_id", [cast.tess.user_id]) == [cast.ben.user_id]
        assert held(owner, "covers", "deleted_at", [cover])[0] is not None
        assert not is_active(owner, cast.amina)
        with pytest.raises(SignedOut):
            resume(token, HERE)
        with owner.begin() as connection:
            audited = connection.execute(
                text(
                    "SELECT DISTINCT user_id, action FROM audit_logs WHERE table_name = 'users'"
                    " AND record_id = :id AND old_values ? 'is_active'"
                ),
                {"id": cast.amina.user_id},
            ).all()
        assert audited == [(cast.maria.user_id, "user:deactivate")]

    def test_one_case_that_cannot_go_keeps_everything_where_it_is(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        named = plant_case(owner, cast.amina, restricted=True, last="Dyer")
        for who in (cast.maria, cast.amina):
            execute(
                owner,
                "INSERT INTO file_access (centre_id, client_id, user_id)"
                " SELECT centre_id, client_id, :who FROM cases WHERE id = :case",
                who=who.user_id,
                case=named,
            )
        to = dict.fromkeys([*two, named], cast.ben.user_id)
        with pytest.raises(Stopped) as stopped:
            left(cast, cast.amina, to, supervisor_id=cast.ben.user_id)
        said = {row.client: row.refusal for row in stopped.value.rows}
        assert said["Pat Dyer"] == "This file is restricted. Name Ben Ellis on it first."
        assert said["Pat Archer"] == ""
        assert holders(owner, [*two, named]) == [cast.amina.user_id] * 3
        assert is_active(owner, cast.amina)
        assert held(owner, "users", "supervisor_id", [cast.tess.user_id]) == [cast.amina.user_id]
        left(
            cast,
            cast.amina,
            {**to, named: cast.maria.user_id},
            supervisor_id=cast.ben.user_id,
        )
        assert holders(owner, [named]) == [cast.maria.user_id]

    def test_a_case_that_came_meanwhile_has_nobody_chosen_for_it(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        with pytest.raises(Conflict, match="Choose who takes over each case"):
            left(cast, cast.amina, {two[0]: cast.ben.user_id}, supervisor_id=cast.ben.user_id)
        assert is_active(owner, cast.amina)

    def test_nobody_takes_over_from_themself_and_trainees_need_somebody(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        with pytest.raises(Invalid, match="they are leaving"):
            left(cast, cast.amina, dict.fromkeys(two, cast.amina.user_id))
        for nobody in (None, cast.tess.user_id, cast.amina.user_id, cast.colin.user_id):
            with pytest.raises(Invalid, match="supervises"):
                to = dict.fromkeys(two, cast.ben.user_id)
                left(cast, cast.amina, to, supervisor_id=nobody)
        assert holders(owner, two) == [cast.amina.user_id] * 2

    def test_the_stand_in_who_becomes_supervisor_stands_in_no_more(
        self, cast: Cast, owner: Engine
    ) -> None:
        execute(
            owner,
            "UPDATE users SET stand_in_id = :ben WHERE id = :tess",
            ben=cast.ben.user_id,
            tess=cast.tess.user_id,
        )
        left(cast, cast.amina, {}, supervisor_id=cast.ben.user_id)
        row = held(owner, "users", "stand_in_id", [cast.tess.user_id])
        assert row == [None]

    def test_an_appointment_that_cannot_go_along_is_named(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        book(cast, two[0], soon(3), cast.amina.user_id)
        book(cast, plant_case(owner, cast.ben), soon(3), cast.ben.user_id)
        to = dict.fromkeys(two, cast.ben.user_id)
        done = left(cast, cast.amina, to, supervisor_id=cast.ben.user_id)
        assert [len(row.stays) for row in done.rows] == [1, 0]

    def test_more_than_one_page_of_cases_goes_at_once(self, cast: Cast, owner: Engine) -> None:
        cases = [plant_case(owner, cast.ben) for _ in range(52)]
        left(cast, cast.ben, dict.fromkeys(cases, cast.amina.user_id))
        assert set(holders(owner, cases)) == {cast.amina.user_id}

    def test_by_an_admin_only_where_there_is_no_case(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        to = dict.fromkeys(two, cast.ben.user_id)
        with pytest.raises(Conflict, match="an admin does not see"):
            left(cast, cast.amina, to, cast.root, supervisor_id=cast.ben.user_id)
        with pytest.raises(Refused), cast.open(cast.root) as session:
            preview_leaving(session, cast.amina.user_id, to)
        execute(
            owner,
            "UPDATE centres SET manager_id = :id WHERE id = :centre",
            id=cast.bea.user_id,
            centre=cast.bea.centre_id,
        )
        left(cast, cast.bea, {}, cast.root, centre_id=cast.bea.centre_id)
        assert not is_active(owner, cast.bea)
        assert held(owner, "centres", "manager_id", [cast.bea.centre_id]) == [None]

    def test_the_centres_named_manager_is_an_admins_to_change(
        self, cast: Cast, owner: Engine
    ) -> None:
        execute(owner, "UPDATE users SET role = 'manager' WHERE id = :id", id=cast.ben.user_id)
        execute(
            owner,
            "UPDATE centres SET manager_id = :id WHERE id = :centre",
            id=cast.ben.user_id,
            centre=cast.ben.centre_id,
        )
        with pytest.raises(Conflict, match="named as the manager"):
            left(cast, cast.ben, {})

    def test_reactivating_gives_sign_in_back_and_no_case(
        self, cast: Cast, owner: Engine, two: list[int]
    ) -> None:
        to = dict.fromkeys(two, cast.ben.user_id)
        left(cast, cast.amina, to, supervisor_id=cast.ben.user_id)
        with cast.open(cast.maria) as session:
            issued = users.reactivate(session, cast.amina.user_id)
        assert sign_in(cast.usernames["amina"], issued.password, HERE)
        assert holders(owner, two) == [cast.ben.user_id] * 2


def test_leave_and_who_covers_are_in_the_list_of_people(cast: Cast) -> None:
    with cast.open(cast.maria) as session:
        first = today() + timedelta(days=3)
        add_covered_leave(
            session,
            cast.ben.user_id,
            {
                "first_day": first.isoformat(),
                "last_day": (first + timedelta(days=4)).isoformat(),
                "cover_id": str(cast.amina.user_id),
            },
        )
        away = {row.name: row.leave for row in list_people(session).rows}
    found = away["Ben Ellis"]
    assert found is not None
    assert (found.first_day, found.is_today, found.cover) == (first, False, "Amina Khan")
    assert away["Amina Khan"] is None
    with cast.open(cast.root) as session:
        assert {row.leave for row in list_people(session).rows} == {None}
