"""Answers for monitoring: who asks, who sees, what is kept of them, and taking them off."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select

from cma_app.access.actor import Actor
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.monitoring import Monitoring, read_monitoring, record_answers, remove_answer
from models import AuditLog, MonitoringAnswer
from tests.people import Cast
from tests.services.reporting import Planted

pytestmark = pytest.mark.database


@pytest.fixture
def case(cast: Cast) -> Planted:
    return Planted(cast, cast.amina)


def record(cast: Cast, who: Actor, case: Planted, **said: str) -> int:
    with cast.open(who) as session:
        return record_answers(session, case.client_id, said)


def read(cast: Cast, who: Actor, case: Planted) -> Monitoring:
    with cast.open(who) as session:
        return read_monitoring(session, case.client_id)


def answers(cast: Cast, who: Actor, case: Planted) -> dict[str, str | None]:
    return {each.question.code: each.answer for each in read(cast, who, case).answers}


NONE = {"sex": None, "ethnicity": None, "disability": None}


class TestRecordAnswers:
    def test_keeps_each_with_its_basis_and_leaves_the_others(
        self, cast: Cast, case: Planted
    ) -> None:
        assert record(cast, cast.amina, case, sex="female", ethnicity="") == 1
        assert record(cast, cast.amina, case, sex="female", disability="not_said") == 1
        assert answers(cast, cast.amina, case) == NONE | {"sex": "female", "disability": "not_said"}
        with cast.open(cast.amina) as session:
            kept = {row.question: row for row in session.exec(select(MonitoringAnswer))}
        assert (kept["sex"].basis, kept["disability"].basis) == ("legitimate_interests", "equality")
        assert kept["sex"].questions_version == "2026-1"

    def test_an_answer_may_change(self, cast: Cast, case: Planted) -> None:
        record(cast, cast.amina, case, sex="female")
        assert record(cast, cast.amina, case, sex="male") == 1
        assert answers(cast, cast.amina, case)["sex"] == "male"

    def test_the_log_says_that_it_changed_and_never_what(self, cast: Cast, case: Planted) -> None:
        record(cast, cast.amina, case, ethnicity="mixed")
        with cast.open(cast.amina) as session:
            remove_answer(session, case.client_id, "ethnicity")
        with cast.open(cast.maria) as session:
            rows = [
                row
                for row in session.exec(select(AuditLog))
                if row.table_name == "monitoring_answers"
            ]
        assert {row.action for row in rows} == {"client:record_monitoring"}
        assert [(row.new_values or {})["monitored_answer"] for row in rows] == ["changed"] * 2
        assert "mixed" not in str([(row.old_values, row.new_values) for row in rows])

    @pytest.mark.parametrize("who", ["ben", "maria"])
    def test_is_for_who_holds_a_case(self, cast: Cast, case: Planted, who: str) -> None:
        with pytest.raises(Refused):
            record(cast, getattr(cast, who), case, sex="female")

    @pytest.mark.parametrize("who", ["tess", "colin"])
    def test_is_not_found_out_of_reach(self, cast: Cast, case: Planted, who: str) -> None:
        with pytest.raises(NotFound):
            record(cast, getattr(cast, who), case, sex="female")

    def test_an_admin_is_refused(self, cast: Cast, case: Planted) -> None:
        with pytest.raises((Refused, NotFound)):
            record(cast, cast.root, case, sex="female")

    def test_refuses_what_no_list_has(self, cast: Cast, case: Planted) -> None:
        with pytest.raises(Invalid) as error:
            record(cast, cast.amina, case, sex="female", ethnicity="martian")
        assert error.value.fields == {"ethnicity": "Choose one of the answers."}
        assert answers(cast, cast.amina, case) == NONE

    def test_asks_nothing_sensitive_of_who_withdrew(self, cast: Cast, case: Planted) -> None:
        case.consent("special_category", given=False)
        assert read(cast, cast.amina, case).withdrawn
        with pytest.raises(Conflict):
            record(cast, cast.amina, case, disability="none")
        assert record(cast, cast.amina, case, sex="female") == 1


class TestWhoSees:
    def test_the_holder_and_who_recorded_it_and_nobody_else(
        self, cast: Cast, case: Planted
    ) -> None:
        record(cast, cast.amina, case, sex="female")
        assert answers(cast, cast.amina, case)["sex"] == "female"
        for who in (cast.ben, cast.maria):
            found = read(cast, who, case)
            assert {each.answer for each in found.answers} == {None}
            assert not found.may_record
        case.on_case(advisor_id=cast.tess.user_id)
        for who in (cast.amina, cast.tess):
            assert answers(cast, who, case)["sex"] == "female"
        for who in (cast.colin, cast.root):
            with pytest.raises((NotFound, Refused)):
                read(cast, who, case)

    @pytest.mark.parametrize("who", ["maria", "ben"])
    def test_who_recorded_the_client_and_holds_no_case_sees_none_and_writes_none(
        self, cast: Cast, case: Planted, owner: Engine, who: str
    ) -> None:
        """A client met at the door by one, whose case another holds."""
        person: Actor = getattr(cast, who)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET created_by = :who WHERE id = :id"),
                {"who": person.user_id, "id": case.client_id},
            )
        record(cast, cast.amina, case, ethnicity="mixed")
        found = read(cast, person, case)
        assert {each.answer for each in found.answers} == {None}
        assert not found.may_record
        with pytest.raises(Refused):
            record(cast, person, case, ethnicity="white")
        with pytest.raises(ProgrammingError, match="row-level security"), cast.open(person) as own:
            own.execute(
                text(
                    "INSERT INTO monitoring_answers (centre_id, client_id, question,"
                    " monitored_answer, basis, questions_version)"
                    " VALUES (:centre, :client, 'sex', 'male', 'equality', '2026-1')"
                ),
                {"centre": person.centre_id, "client": case.client_id},
            )

    def test_a_manager_sees_none_by_raw_sql_either(self, cast: Cast, case: Planted) -> None:
        record(cast, cast.amina, case, sex="female")
        with cast.open(cast.maria) as session:
            many = text("SELECT count(*) FROM monitoring_answers")
            assert session.execute(many).scalar_one() == 0

    def test_a_restricted_file_hides_them_from_who_is_not_named(
        self, cast: Cast, case: Planted, owner: Engine
    ) -> None:
        record(cast, cast.amina, case, sex="female")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :id"),
                {"id": case.client_id},
            )
        with pytest.raises(NotFound):
            read(cast, cast.amina, case)


class TestRemoveAnswer:
    def test_takes_it_off(self, cast: Cast, case: Planted, owner: Engine) -> None:
        record(cast, cast.amina, case, sex="female", disability="none")
        with cast.open(cast.amina) as session:
            remove_answer(session, case.client_id, "sex")
        assert answers(cast, cast.amina, case) == NONE | {"disability": "none"}
        with owner.connect() as connection:
            many = text("SELECT count(*) FROM monitoring_answers WHERE client_id = :id")
            assert connection.execute(many, {"id": case.client_id}).scalar_one() == 1

    @pytest.mark.parametrize("who", ["ben", "maria", "tess", "colin"])
    def test_is_not_found_for_who_does_not_see_it(
        self, cast: Cast, case: Planted, who: str
    ) -> None:
        record(cast, cast.amina, case, sex="female")
        with cast.open(getattr(cast, who)) as session, pytest.raises(NotFound):
            remove_answer(session, case.client_id, "sex")
        assert answers(cast, cast.amina, case)["sex"] == "female"
