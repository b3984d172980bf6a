"""Shadowing: who lets whom, what a trainee then reads, and that nothing can be changed."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.access.policy import SHADOWING
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import case_steps, clients, notes, supervision
from cma_app.services.case_facts import open_facts
from cma_app.services.case_list import CaseFilter, list_cases
from cma_app.services.case_overview import read_workspace
from cma_app.services.shadows import end_shadow, let_shadow, list_shadows
from tests.people import Cast
from tests.plant import plant_case
from tests.services.money import audited


def said(cast: Cast, **over: object) -> dict[str, str]:
    """Return the form that lets Tess shadow a case from today on."""
    form = {
        "trainee_id": cast.tess.user_id,
        "first_day": today().isoformat(),
        "reason": "To see a hearing prepared",
    }
    return {name: str(value) for name, value in (form | over).items()}


@pytest.fixture
def case(cast: Cast, owner: Engine) -> int:
    """Return a case of Amina's that Tess shadows."""
    case_id = plant_case(owner, cast.amina)
    with cast.open(cast.amina) as session:
        let_shadow(session, case_id, said(cast))
    return case_id


class TestLet:
    def test_by_an_advisor_or_a_manager_and_once(self, cast: Cast, owner: Engine) -> None:
        first, second = plant_case(owner, cast.amina), plant_case(owner, cast.amina)
        for who, case_id in ((cast.amina, first), (cast.maria, second)):
            with cast.open(who) as session:
                let_shadow(session, case_id, said(cast))
                found = list_shadows(session, case_id)
                assert [row.trainee for row in found.rows] == ["Tess Moore"]
                assert audited(session, "case_shadow:keep", "case_shadows")
        with pytest.raises(Invalid) as refused, cast.open(cast.ben) as session:
            let_shadow(session, first, said(cast))
        assert "already" in refused.value.fields["trainee_id"]

    def test_again_once_its_days_are_over(self, cast: Cast, owner: Engine, case: int) -> None:
        with owner.begin() as connection:
            over = "UPDATE case_shadows SET first_day = :day, last_day = :day WHERE case_id = :id"
            day = today() - timedelta(days=2)
            connection.execute(text(over), {"day": day, "id": case})
        with cast.open(cast.amina) as session:
            assert list_shadows(session, case).rows == []
            let_shadow(session, case, said(cast))
            assert len(list_shadows(session, case).rows) == 1

    def test_refuses_a_trainee_an_admin_and_another_centre(self, cast: Cast, case: int) -> None:
        with cast.open(cast.amina) as session:
            shadow_id = list_shadows(session, case).rows[0].id
        for who, error in ((cast.tess, Refused), (cast.root, Refused), (cast.colin, NotFound)):
            with pytest.raises(error), cast.open(who) as session:
                let_shadow(session, case, said(cast))
            with pytest.raises(error), cast.open(who) as session:
                end_shadow(session, shadow_id)
            with pytest.raises(error), cast.open(who) as session:
                list_shadows(session, case)

    def test_says_beside_each_field_what_is_wrong(self, cast: Cast, owner: Engine) -> None:
        case_id, held = plant_case(owner, cast.amina), plant_case(owner, cast.tess)
        yesterday = (today() - timedelta(days=1)).isoformat()
        for of, over, field in (
            (case_id, {"trainee_id": ""}, "trainee_id"),
            (case_id, {"trainee_id": cast.ben.user_id}, "trainee_id"),
            (case_id, {"trainee_id": cast.colin.user_id}, "trainee_id"),
            (held, {}, "trainee_id"),
            (case_id, {"reason": " "}, "reason"),
            (case_id, {"first_day": "2031-01-01"}, "first_day"),
            (case_id, {"last_day": yesterday}, "last_day"),
            (case_id, {"first_day": yesterday, "last_day": yesterday}, "last_day"),
        ):
            with pytest.raises(Invalid) as refused, cast.open(cast.maria) as session:
                let_shadow(session, of, said(cast, **over))
            assert field in refused.value.fields, over

    def test_never_a_restricted_file_or_a_case_that_ended(self, cast: Cast, owner: Engine) -> None:
        secret, ended = (
            plant_case(owner, cast.amina, restricted=True),
            plant_case(owner, cast.amina, status="closed"),
        )
        with owner.begin() as connection:
            name = text(
                "INSERT INTO file_access (centre_id, client_id, user_id)"
                " SELECT centre_id, client_id, :maria FROM cases WHERE id = :id"
            )
            connection.execute(name, {"maria": cast.maria.user_id, "id": secret})
        for case_id, words in ((secret, "restricted"), (ended, "has ended")):
            with cast.open(cast.maria) as session:
                assert words in list_shadows(session, case_id).barred
            with pytest.raises(Refused, match=words), cast.open(cast.maria) as session:
                let_shadow(session, case_id, said(cast))


class TestWhatATraineeSees:
    def test_the_case_in_their_list_and_its_bar(self, cast: Cast, owner: Engine, case: int) -> None:
        own = plant_case(owner, cast.tess)
        plant_case(owner, cast.amina)
        with cast.open(cast.tess) as session:
            found = list_cases(session, CaseFilter(advisor_id=cast.tess.user_id))
            assert {row.id: row.is_shadowed for row in found.page.rows} == {own: False, case: True}
            assert found.counts.mine == found.page.total == 2
            assert open_facts(session, case, first=True).is_shadowed
            assert not open_facts(session, own, first=True).is_shadowed
            titles = {event.title for event in read_workspace(session, case).events}
        assert titles

    def test_nothing_once_it_was_ended(self, cast: Cast, case: int) -> None:
        with cast.open(cast.ben) as session:
            shadow_id = list_shadows(session, case).rows[0].id
            end_shadow(session, shadow_id)
        with pytest.raises(Conflict), cast.open(cast.ben) as session:
            end_shadow(session, shadow_id)
        with pytest.raises(NotFound), cast.open(cast.tess) as session:
            open_facts(session, case, first=True)


class TestEveryWriteIsRefusedInWords:
    def test_in_the_case_and_the_clients_file(self, cast: Cast, case: int) -> None:
        note = notes.NoteForm.read({"channel": "phone", "body": "He rang."})
        with cast.open(cast.tess) as session:
            client_id = open_facts(session, case, first=True).client_id
        for verb in (
            lambda session: notes.save_note(session, case, note),
            lambda session: case_steps.raise_priority(session, case, priority="high", reason="x"),
            lambda session: clients.reveal_ni_number(session, client_id),
            lambda session: supervision.ask_supervisor(session, case),
        ):
            with pytest.raises(Refused) as refused, cast.open(cast.tess) as session:
                verb(session)
            assert refused.value.sentence == SHADOWING
