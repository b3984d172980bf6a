"""Cases: begun, opened, and every step with who may take it."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules import workflow
from cma_app.rules.workflow import Stage, Status
from cma_app.services.case_facts import open_facts
from cma_app.services.case_steps import (
    assign_case,
    edit_case,
    end_emergency,
    lower_priority,
    move_stage,
    raise_priority,
    record_emergency,
    reopen_case,
)
from cma_app.services.cases import open_case, read_case, start_case
from cma_app.services.forms import ReasonForm
from cma_app.services.next_actions import list_actions, record_action
from models import AuditLog, Case, Client, NextAction
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.money import let_through


def make_client(cast: Cast, person: Actor, first: str = "Leanne", last: str = "Whitmore") -> int:
    """Return the id of a new client of this person's centre."""
    with cast.open(person) as session:
        client = Client(
            client_reference=session.next_reference("client"), first_name=first, last_name=last
        )
        session.add(client)
        session.flush()
        return client.id


def make_case(cast: Cast, person: Actor, **over: object) -> int:
    """Return the id of a new case of a new client, held by this person."""
    client_id = make_client(cast, person)
    with cast.open(person) as session:
        given = {"nation": "england", **over}
        return start_case(session, session.require(Client, client_id), **given).id  # type: ignore[arg-type]


def put(owner: Engine, case_id: int, **values: object) -> None:
    """Put a case into a state directly: where it was is not what is tested."""
    columns = ", ".join(f"{name} = :{name}" for name in values)
    with owner.begin() as connection:
        connection.execute(
            text(f"UPDATE cases SET {columns} WHERE id = :id"), {"id": case_id, **values}
        )


def acts(cast: Cast, case_id: int, table: str = "cases") -> list[str]:
    """Return the acts in the audit log of a case, oldest first."""
    with cast.open(cast.maria) as session:
        rows = (
            select(AuditLog.action)
            .where(col(AuditLog.case_id) == case_id, col(AuditLog.table_name) == table)
            .order_by(col(AuditLog.timestamp), col(AuditLog.id))
        )
        return list(session.exec(rows))


def row_of(owner: Engine, case_id: int) -> dict[str, object]:
    """Return everything stored of a case."""
    with owner.begin() as connection:
        row = connection.execute(text("SELECT * FROM cases WHERE id = :id"), {"id": case_id})
        return dict(row.mappings().one())


class TestStartCase:
    def test_is_held_by_who_starts_it_and_has_a_reference(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina, nation="wales")
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            assert case.advisor_id == cast.amina.user_id
            assert (case.nation, case.stage, case.status) == ("wales", "fact_find", "in_progress")
            assert case.case_reference == f"{cast.amina.centre_code}-{today().year}-000001"

    def test_a_managers_own_is_waiting(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            pass
        case_id = make_case(cast, cast.maria)
        with cast.open(cast.maria) as session:
            case = session.require(Case, case_id)
            assert (case.stage, case.status) == ("waiting", "open")

    def test_an_emergency_makes_it_urgent_and_is_the_first_action(self, cast: Cast) -> None:
        day = today() + timedelta(days=5)
        case_id = make_case(
            cast, cast.amina, emergency="Eviction", emergency_date=day, emergency_time=time(10, 30)
        )
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).priority == "urgent"
            (action,) = list_actions(session, case_id)
        assert (action.kind, action.what) == ("emergency", "Eviction")
        assert (action.due_date, action.due_time) == (day, time(10, 30))

    def test_refuses_an_advisor_who_gives_it_to_another(self, cast: Cast) -> None:
        with pytest.raises(Refused, match="Only a manager"):
            make_case(cast, cast.amina, advisor_id=cast.ben.user_id)

    def test_a_manager_gives_it_to_an_advisor(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.maria, advisor_id=cast.ben.user_id)
        with cast.open(cast.ben) as session:
            assert session.require(Case, case_id).stage == "fact_find"
        assert acts(cast, case_id) == ["case:start"]

    def test_another_centres_advisor_cannot_hold_it(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as invalid:
            make_case(cast, cast.maria, advisor_id=cast.colin.user_id)
        assert list(invalid.value.fields) == ["advisor_id"]

    def test_another_centres_client_is_not_found(self, cast: Cast) -> None:
        client_id = make_client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            client = session.require(Client, client_id)
            session.expunge(client)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            start_case(session, client, nation="england")

    def test_refuses_an_admin(self, cast: Cast) -> None:
        client = Client(centre_id=cast.root.centre_id, id=1, first_name="A", last_name="B")
        with pytest.raises(Refused), cast.open(cast.root) as session:
            start_case(session, client, nation="england")


class TestOpenCase:
    def test_writes_exactly_one_row(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            open_facts(session, case_id, first=True)
        for _ in range(3):
            with cast.open(cast.amina) as session:
                open_facts(session, case_id, first=False)
        assert acts(cast, case_id).count("case:open") == 1

    def test_a_tabs_own_address_cannot_be_read_unseen(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.ben) as session:
            read_case(session, case_id)
            read_case(session, case_id)
        with cast.open(cast.amina) as session:
            read_case(session, case_id)
        assert acts(cast, case_id).count("case:open") == 2

    @pytest.mark.parametrize("reader", ["colin", "tess"])
    def test_is_not_found_elsewhere_and_by_an_unassigned_trainee(
        self, cast: Cast, reader: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        for opens in (open_case, read_case):
            with pytest.raises(NotFound), cast.open(getattr(cast, reader)) as session:
                opens(session, case_id)

    def test_a_trainee_opens_their_own(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            assert open_case(session, case_id).advisor_id == cast.tess.user_id

    def test_refuses_an_admin_who_sees_no_client(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises((NotFound, Refused)), cast.open(cast.root) as session:
            open_case(session, case_id)


STEPS = {
    "move_stage": lambda session, case_id: move_stage(session, case_id, stage="advice"),
    "raise_priority": lambda session, case_id: raise_priority(session, case_id, priority="urgent"),
    "edit_case": lambda session, case_id: edit_case(
        session, case_id, version=1, nation="wales", case_type="one_off"
    ),
    "record_emergency": lambda session, case_id: record_emergency(
        session, case_id, what="Bailiffs"
    ),
    "lower_priority": lambda session, case_id: lower_priority(
        session, case_id, priority="low", reason="It is settled"
    ),
    "close_case": lambda session, case_id: close_case(session, case_id, reason="Moved away"),
    "assign_case": lambda session, case_id: assign_case(
        session, case_id, advisor_id=session.actor.user_id
    ),
}
AUDITED = {
    "move_stage": "case:move_stage",
    "raise_priority": "case:raise_priority",
    "edit_case": "case:edit",
    "record_emergency": "case:edit",
    "lower_priority": "case:lower_priority",
    "close_case": "case:close",
    "assign_case": "case:assign",
}


class TestEverySteps:
    @pytest.mark.parametrize("step", STEPS)
    def test_is_done_by_a_manager_and_written_down(self, cast: Cast, step: str) -> None:
        case_id = make_case(cast, cast.amina)
        let_through(cast, case_id)
        with cast.open(cast.maria) as session:
            STEPS[step](session, case_id)
        assert acts(cast, case_id)[-1] == AUDITED[step]

    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("other", ["colin", "tess"])
    def test_is_not_found_elsewhere_and_by_an_unassigned_trainee(
        self, cast: Cast, owner: Engine, step: str, other: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        before = row_of(owner, case_id)
        with pytest.raises(NotFound), cast.open(getattr(cast, other)) as session:
            STEPS[step](session, case_id)
        assert row_of(owner, case_id) == before

    @pytest.mark.parametrize("step", ["lower_priority", "close_case", "assign_case"])
    def test_refuses_a_trainee_with_their_own_case(
        self, cast: Cast, owner: Engine, step: str
    ) -> None:
        case_id = make_case(cast, cast.tess)
        before = row_of(owner, case_id)
        with pytest.raises(Refused, match="Ask your"), cast.open(cast.tess) as session:
            STEPS[step](session, case_id)
        assert row_of(owner, case_id) == before

    @pytest.mark.parametrize("step", ["move_stage", "raise_priority", "edit_case"])
    def test_a_trainee_may_with_their_own_case(self, cast: Cast, step: str) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            STEPS[step](session, case_id)


class TestMoveStage:
    def test_moves_the_status_with_the_stage(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.maria)
        with cast.open(cast.maria) as session:
            case = move_stage(session, case_id, stage="fact_find")
            assert (case.status, case.stage_since) == ("in_progress", today())

    def test_every_move_is_as_the_workflow_says_and_a_refused_one_changes_nothing(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        tried = 0
        for here in Stage:
            for status in Status:
                put(owner, case_id, stage=here.value, status=status.value)
                for there in Stage:
                    if workflow.refuse_move(here, there, status) is None:
                        continue
                    tried += 1
                    before = row_of(owner, case_id)
                    with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
                        move_stage(session, case_id, stage=there)
                    said = workflow.refuse_move(here, there, status)
                    assert conflict.value.sentence == said
                    assert row_of(owner, case_id) == before
        assert tried > 250

    def test_an_unknown_stage_is_refused_beside_its_box(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            move_stage(session, case_id, stage="heaven")
        assert list(invalid.value.fields) == ["stage"]

    def test_tells_who_looks_at_an_older_stage(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.ben) as session:
            move_stage(session, case_id, stage="evidence", seen="fact_find")
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            move_stage(session, case_id, stage="advice", seen="fact_find")
        assert conflict.value.theirs == {"stage": "Evidence"}


class TestEditCase:
    def test_two_people_lose_nothing(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.ben) as session:
            edit_case(session, case_id, version=1, nation="scotland", case_type="casework")
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            edit_case(session, case_id, version=1, nation="wales", case_type="casework")
        assert conflict.value.theirs == {"nation": "Scotland"}
        with cast.open(cast.amina) as session:
            version = session.require(Case, case_id).version
            edit_case(session, case_id, version=version, nation="wales", case_type="casework")

    def test_the_same_answer_from_two_people_is_no_conflict(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for person in (cast.ben, cast.amina):
            with cast.open(person) as session:
                edit_case(session, case_id, version=1, nation="scotland", case_type="casework")

    def test_a_review_lies_ahead(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            edit_case(
                session,
                case_id,
                version=1,
                nation="wales",
                case_type="casework",
                next_review_date=date(2020, 1, 1),
            )
        assert list(invalid.value.fields) == ["next_review_date"]


class TestPriorities:
    @pytest.mark.parametrize(
        ("verb", "to"), [("raise", "medium"), ("raise", "low"), ("lower", "high")]
    )
    def test_go_the_way_their_verb_says(
        self, cast: Cast, owner: Engine, verb: str, to: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        before = row_of(owner, case_id)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            if verb == "raise":
                raise_priority(session, case_id, priority=to)
            else:
                lower_priority(session, case_id, priority=to, reason="Because")
        assert row_of(owner, case_id) == before

    def test_no_reason_is_cut_short_unasked(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            case = raise_priority(session, case_id, priority="high", reason="x" * 500)
            assert case.priority_reason == "x" * 500
        with (
            pytest.raises(Invalid, match="at most 500"),
            cast.open(cast.amina) as session,
        ):
            raise_priority(session, case_id, priority="urgent", reason="x" * 501)

    def test_lowering_needs_a_reason_that_stays(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid, match="Say why"), cast.open(cast.amina) as session:
            lower_priority(session, case_id, priority="low", reason=" ")
        with cast.open(cast.amina) as session:
            case = lower_priority(session, case_id, priority="low", reason="Hearing was lifted")
            assert case.priority_reason == "Hearing was lifted"


class TestEmergency:
    def test_is_one_action_however_often_it_is_recorded(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        day = today() + timedelta(days=3)
        with cast.open(cast.amina) as session:
            record_emergency(session, case_id, what="Bailiffs")
            case = record_emergency(session, case_id, what="Bailiffs", on=day, at=time(9))
            assert (case.priority, case.emergency_date) == ("urgent", day)
            (action,) = list_actions(session, case_id)
        assert (action.due_date, action.due_time) == (day, time(9))

    def test_ends_with_a_reason_and_not_by_a_trainee(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess, emergency="Eviction")
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            end_emergency(session, case_id, reason="Over")
        with cast.open(cast.amina) as session:
            assert end_emergency(session, case_id, reason="Suspended").emergency is None
            assert list_actions(session, case_id) == []
        assert "case:end_emergency" in acts(cast, case_id)


class TestAssignCase:
    def test_open_actions_go_with_it_and_done_ones_stay(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            record_action(session, case_id, what="Ring the landlord")
            done = record_action(session, case_id, what="Ask for the letter")
            done.done_at, done_id = done.created_at, done.id
        with cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=cast.ben.user_id)
        with cast.open(cast.ben) as session:
            (action,) = list_actions(session, case_id)
            assert action.owner_id == cast.ben.user_id
            assert session.require(NextAction, done_id).owner_id == cast.amina.user_id

    def test_refuses_an_advisor(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Refused, match="Only a manager"), cast.open(cast.amina) as session:
            assign_case(session, case_id, advisor_id=cast.ben.user_id)

    @pytest.mark.parametrize("other", ["colin", "root"])
    def test_refuses_somebody_who_holds_no_case_here(self, cast: Cast, other: str) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid), cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=getattr(cast, other).user_id)

    def test_refuses_somebody_not_named_on_a_restricted_file(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE clients SET is_restricted = true WHERE id ="
                    " (SELECT client_id FROM cases WHERE id = :id)"
                ),
                {"id": case_id},
            )
            connection.execute(
                text(
                    "INSERT INTO file_access (centre_id, client_id, user_id)"
                    " SELECT centre_id, client_id, :user FROM cases WHERE id = :id"
                ),
                {"id": case_id, "user": cast.maria.user_id},
            )
        with pytest.raises(Invalid, match="restricted"), cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=cast.ben.user_id)


class TestCloseAndReopen:
    def test_closes_for_a_reason_in_the_persons_own_words(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            close_case(session, case_id, reason="")
        assert list(invalid.value.fields) == ["reason_words"]
        let_through(cast, case_id)
        with cast.open(cast.amina) as session:
            case = close_case(session, case_id, reason="Moved away")
            assert (case.status, case.closing_date) == ("closed", today())
            assert case.closure_reason == "Moved away"

    def test_does_not_close_twice(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        let_through(cast, case_id)
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Moved away")
        with pytest.raises(Conflict, match="already closed"), cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Again")

    def test_reopens_in_review_and_keeps_why(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Moved away", status="cancelled")
            case = reopen_case(session, case_id, reason="They came back")
            assert (case.status, case.stage) == ("in_progress", "review")
            assert case.closing_date is None
        assert "case:reopen" in acts(cast, case_id)

    def test_reopening_takes_as_long_a_reason_as_its_form_says(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        long = "They came back " * 33
        let_through(cast, case_id)
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Moved away")
        assert ReasonForm.sentence_for("reason", long) is None
        with cast.open(cast.amina) as session:
            assert reopen_case(session, case_id, reason=long).status == "in_progress"

    @pytest.mark.parametrize("other", ["tess", "colin"])
    def test_reopening_is_not_for_a_trainee_nor_another_centre(
        self, cast: Cast, owner: Engine, other: str
    ) -> None:
        case_id = make_case(cast, cast.tess)
        put(owner, case_id, status="closed")
        with pytest.raises((Refused, NotFound)), cast.open(getattr(cast, other)) as session:
            reopen_case(session, case_id, reason="They came back")

    def test_an_open_case_is_not_reopened(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            reopen_case(session, case_id, reason="They came back")
