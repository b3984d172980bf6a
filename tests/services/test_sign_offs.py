"""Work that waits for sign-off: submitted, decided by another person, void where a figure moved."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cma_app.access.actor import Actor
from cma_app.clock import now, today
from cma_app.database import app_engine
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.sign_offs import late_since
from cma_app.services import case_steps, debt_events, letters, sign_offs, statements
from cma_app.services.budgets import record_line, start_sheet
from cma_app.services.debts import add_debt
from cma_app.services.next_actions import list_actions
from cma_app.services.notes import record_note
from cma_app.services.own_work import read_own_work
from cma_app.services.sign_off_list import banners_of, list_queue, waiting_count
from cma_app.services.sign_offs import Decision
from cma_app.services.vulnerability import VulnerabilityForm, add_vulnerability
from cma_app.services.walk_in import start_walk_in
from models import BudgetSheet, Case, Client, DebtEvent, Letter, SignOff, Statement
from tests.people import Cast
from tests.services.closings import ending
from tests.services.intake_forms import walk_in_form
from tests.services.money import audited, let_through, make_case
from tests.services.signing import fine, opened, send_back, sign_off, submit
from tests.services.test_debt_events import CLAIM, RENT, owe
from tests.services.test_debt_events import add as add_event
from tests.services.test_letters import draft
from tests.services.test_statements import Leanne
from tests.walls.test_isolation import scope

CALM = {"priority": "low", "reason": "The hearing was adjourned"}


@pytest.fixture
def case_id(cast: Cast) -> int:
    """A case that Tess holds, supervised by Amina."""
    return make_case(cast, cast.tess)


def read_case(cast: Cast, case_id: int) -> Case:
    with cast.open(cast.ashdown_system) as session:
        return session.require(Case, case_id)


class TestSubmit:
    def test_keeps_what_was_asked_and_does_nothing_yet(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        assert (row.status, row.version_no, row.act) == ("submitted", 1, "case:lower_priority")
        assert read_case(cast, case_id).priority == "medium"
        shown = opened(cast, row)
        assert [(line.label, line.new) for line in shown.lines] == [
            ("Priority now", "Medium"),
            ("Lowered to", "Low"),
            ("Why", "The hearing was adjourned"),
        ]
        assert (shown.waits_for, shown.may_decide, shown.is_changed) == ("Amina Khan", True, False)
        assert audited_of(cast, row) == ["sign_off:submit"]

    def test_another_version_withdraws_the_one_that_waits(self, cast: Cast, case_id: int) -> None:
        first = submit(cast, "lower_priority", case_id, **CALM)
        second = submit(cast, "lower_priority", case_id, **{**CALM, "reason": "Settled"})
        assert (second.version_no, second.previous_id) == (2, first.id)
        same = submit(cast, "lower_priority", case_id, **{**CALM, "reason": "Settled"})
        assert same.id == second.id
        with pytest.raises(Conflict, match="withdrawn"):
            sign_off(cast, first)
        (line,) = [each for each in opened(cast, second).lines if each.key == "reason"]
        assert (line.old, line.new) == ("The hearing was adjourned", "Settled")

    def test_says_beside_the_box_what_could_not_be_done(self, cast: Cast, case_id: int) -> None:
        with pytest.raises(Invalid) as wrong:
            submit(cast, "lower_priority", case_id, priority="low", reason=" ")
        assert wrong.value.fields == {"reason": "Say why."}
        with pytest.raises(Conflict, match="lower one"):
            submit(cast, "lower_priority", case_id, priority="high", reason="Why not")
        with pytest.raises(Conflict, match="cannot go from"):
            submit(cast, "move_stage", case_id, stage="review")

    @pytest.mark.parametrize("who", ["amina", "maria", "root"])
    def test_is_a_trainees_alone(self, cast: Cast, case_id: int, who: str) -> None:
        with pytest.raises((Refused, NotFound)):
            submit(cast, "lower_priority", case_id, getattr(cast, who), **CALM)

    def test_never_of_a_case_that_is_not_assigned(self, cast: Cast) -> None:
        others = make_case(cast, cast.amina)
        for who in (cast.tess, cast.colin):
            with pytest.raises(NotFound):
                submit(cast, "lower_priority", others, who, **CALM)

    def test_can_be_taken_back_by_its_author_alone(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        for who in (cast.amina, cast.colin):
            with pytest.raises((Refused, NotFound)), cast.open(who) as session:
                sign_offs.withdraw(session, row.id)
        with cast.open(cast.tess) as session:
            assert sign_offs.withdraw(session, row.id).status == "withdrawn"
        with pytest.raises(Conflict):
            sign_off(cast, row)


def audited_of(cast: Cast, row: SignOff) -> list[str]:
    with cast.open(cast.maria) as session:
        wanted = text(
            "SELECT action FROM audit_logs WHERE table_name = 'sign_offs' AND record_id = :id"
            " ORDER BY id"
        )
        return list(session.execute(wanted, {"id": row.id}).scalars())


class TestSignOff:
    def test_carries_it_out_and_names_both(self, cast: Cast, case_id: int) -> None:
        row = sign_off(cast, submit(cast, "lower_priority", case_id, **CALM))
        assert (row.status, row.decided_by) == ("approved", cast.amina.user_id)
        assert row.decided_hash == row.content_hash
        case = read_case(cast, case_id)
        assert (case.priority, case.priority_reason) == ("low", "The hearing was adjourned")
        with cast.open(cast.maria) as session:
            logged = audited(session, "case:lower_priority", "cases")
            assert [each.user_id for each in logged] == [cast.amina.user_id] * 2
            assert logged[-1].new_values == {
                "done_for": "Tess Moore",
                "signed_off_by": "Amina Khan",
                "sign_off": row.id,
            }

    def test_by_a_manager_or_their_supervisor_and_nobody_else(
        self, cast: Cast, case_id: int
    ) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        for who, error in (
            (cast.ben, Refused), (cast.tess, Refused), (cast.root, NotFound),
            (cast.colin, NotFound), (cast.bea, NotFound),
        ):  # fmt: skip
            for decide in (sign_off, send_back):
                with pytest.raises((error, Refused if who is cast.root else error)):
                    decide(cast, row, who)
        assert not opened(cast, row, cast.ben).may_decide
        assert sign_off(cast, row, cast.maria).status == "approved"

    def test_never_ones_own_even_once_one_is_a_manager(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        risen = replace(cast.tess, role="manager")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET role = 'manager' WHERE id = :id"),
                {"id": cast.tess.user_id},
            )
        with pytest.raises(Refused, match="Somebody else"):
            sign_off(cast, row, risen)
        with pytest.raises(DBAPIError, match="nobody_signs_off_their_own"):
            decided(risen, row, row.content_hash)
        with cast.open(risen) as session:
            assert list_queue(session).rows == []

    def test_a_changed_figure_voids_it_and_nothing_is_done(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.tess) as session:
            sheet_id = start_sheet(session, case_id).id
            record_line(session, sheet_id, code="client-salary-or-wages", typed="900")
        row = submit(cast, "verify_sheet", sheet_id)
        with cast.open(cast.tess) as session:
            record_line(session, sheet_id, code="client-salary-or-wages", typed="901")
        assert opened(cast, row).is_changed
        assert sign_off(cast, row).status == "void"
        with cast.open(cast.tess) as session:
            assert session.require(BudgetSheet, sheet_id).verification_status == "unverified"
            (banner,) = banners_of(session, session.require(Case, case_id))
            assert (banner.status, banner.is_mine) == ("void", True)
        with pytest.raises(Conflict, match="changed since"):
            sign_off(cast, row)
        again = submit(cast, "verify_sheet", sheet_id)
        assert (again.version_no, again.previous_id) == (2, row.id)
        assert sign_off(cast, again).status == "approved"

    def test_a_note_never_voids_it(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        with cast.open(cast.tess) as session:
            record_note(session, case_id, channel="phone", minutes=5, body="She rang",
                        next_action="Ring back", next_action_date=today())  # fmt: skip
        assert sign_off(cast, row).status == "approved"

    def test_with_edits_does_what_was_edited_and_keeps_both(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        edited = sign_off(cast, row, reason="Adjourned to 4 January", to="Urgent")
        assert edited.edits == {"reason": "Adjourned to 4 January"}
        assert read_case(cast, case_id).priority_reason == "Adjourned to 4 January"
        assert read_case(cast, case_id).priority == "low"
        with pytest.raises(Invalid) as wrong:
            sign_off(cast, submit(cast, "lower_priority", self.urgent(cast), **CALM), reason=" ")
        assert wrong.value.fields == {"edit-reason": "Say why."}

    def urgent(self, cast: Cast) -> int:
        return make_case(cast, cast.tess)

    def test_needs_every_point_of_the_checklist(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        points = fine(row.step)
        for wrong in ({}, {**points, "reason": "change"}):
            with pytest.raises(Invalid), cast.open(cast.amina) as session:
                decision = Decision(wrong, {}, {})
                sign_offs.sign_off(session, row.id, decision, seen=row.content_hash)
        with pytest.raises(Conflict, match="not the version"):
            sign_off(cast, row, seen="0" * 64)
        sign_off(cast, row)
        with pytest.raises(Conflict, match="Amina Khan signed this off"):
            sign_off(cast, row, cast.maria)


class TestSendBack:
    def test_says_beside_the_line_and_the_next_version_shows_it(
        self, cast: Cast, case_id: int
    ) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        back = send_back(cast, row, reason="Adjourned until when?", nonsense="x")
        assert (back.status, back.comments) == ("returned", {"reason": "Adjourned until when?"})
        assert read_case(cast, case_id).priority == "medium"
        again = submit(cast, "lower_priority", case_id, priority="low", reason="To 4 January")
        shown = opened(cast, again)
        (line,) = [each for each in shown.lines if each.is_changed]
        assert (line.old, line.new, line.comment) == (
            "The hearing was adjourned",
            "To 4 January",
            "Adjourned until when?",
        )
        assert (shown.before_no, shown.before_by) == (1, "Amina Khan")
        assert sign_off(cast, again).status == "approved"

    def test_says_what_has_to_change(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        with pytest.raises(Invalid) as wrong, cast.open(cast.amina) as session:
            decision = Decision(fine(row.step), {}, {})
            sign_offs.send_back(session, row.id, decision, seen=row.content_hash)
        assert list(wrong.value.fields) == ["remark"]
        with cast.open(cast.tess) as session:
            assert banners_of(session, session.require(Case, case_id))[0].status == "submitted"

    def test_is_told_to_the_trainee_with_why_over_time(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        send_back(cast, row)
        with cast.open(cast.tess) as session:
            mine = read_own_work(session)
            assert [each.id for each in mine.to_do] == [row.id]
            assert mine.reasons == [("The reason holds, and the record shows it.", 1)]
            (month,) = mine.months
            assert (month.at_once, month.after_changes, month.not_yet) == (0, 0, 1)
        sign_off(cast, submit(cast, "lower_priority", case_id, **CALM))
        with cast.open(cast.tess) as session:
            mine = read_own_work(session)
            assert (mine.to_do, mine.waiting, mine.decided.total) == ([], [], 2)
            assert mine.months[0].after_changes == 1
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            read_own_work(session)


class TestEachStep:
    """Every step of the table, from a trainee's submission to what signing it off does."""

    def test_stage(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.tess) as session:
            case_steps.move_stage(session, case_id, stage="advice")
        for stage in ("action", "review"):
            with pytest.raises((Refused, Conflict)), cast.open(cast.tess) as session:
                case_steps.move_stage(session, case_id, stage=stage)
        with cast.open(cast.tess) as session:
            case_steps.move_stage(session, case_id, stage="closing")
        with pytest.raises(Refused, match="signed off"), cast.open(cast.tess) as session:
            case_steps.move_stage(session, case_id, stage="action")
        sign_off(cast, submit(cast, "move_stage", case_id, stage="action"))
        assert read_case(cast, case_id).stage == "action"
        with cast.open(cast.tess) as session:
            assert case_steps.move_stage(session, case_id, stage="review").stage == "review"

    def test_the_cases_emergency(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.tess) as session:
            case_steps.record_emergency(session, case_id, what="Eviction", on=today())
        row = submit(cast, "end_emergency", case_id, reason="Suspended")
        assert read_case(cast, case_id).emergency == "Eviction"
        sign_off(cast, row)
        assert read_case(cast, case_id).emergency is None

    def test_an_emergency_put_off(self, cast: Cast, case_id: int, owner: Engine) -> None:
        """Recording is free, and so are the first and a sooner day; a later one waits."""
        day = today() + timedelta(days=6)
        with cast.open(cast.tess) as session:
            for on in (None, day + timedelta(days=1), day):
                case_steps.record_emergency(session, case_id, what="Eviction", on=on)
        later = day + timedelta(days=9)
        for on in (later, None):
            with pytest.raises(Refused), cast.open(cast.tess) as session:
                case_steps.record_emergency(session, case_id, what="Nothing much", on=on)
        change = {"day": later, "id": case_id}
        with (
            pytest.raises(DBAPIError, match="waits for sign-off"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            connection.execute(
                text("UPDATE cases SET emergency_date = :day WHERE id = :id"), change
            )
        with pytest.raises(Conflict, match="counts at once"):
            submit(cast, "replace_emergency", case_id, what="Bailiffs", on=f"{today()}", at="")
        row = submit(cast, "replace_emergency", case_id, what="Hearing", on=f"{later}", at="10:30")
        assert read_case(cast, case_id).emergency_date == day
        sign_off(cast, row, new="Possession hearing")
        case = read_case(cast, case_id)
        assert (case.emergency, case.emergency_date) == ("Possession hearing", later)
        with cast.open(cast.tess) as session:
            standing = {(each.what, each.due_date) for each in list_actions(session, case_id)}
        assert {("Eviction", day), ("Possession hearing", later)} <= standing

    def test_an_emergency_of_a_debt_that_is_put_off_is_a_new_one_and_the_end_of_the_old(
        self, cast: Cast
    ) -> None:
        _, debt_id = owe(cast, cast.tess)
        event_id = add_event(cast, debt_id, cast.tess)
        with cast.open(cast.tess) as session:
            event = session.require(DebtEvent, event_id)
            data = {"kind": event.kind, "event_date": f"{event.event_date + timedelta(days=3)}"}
            data["event_time"] = f"{event.event_time:%H:%M}" if event.event_time else ""
            with pytest.raises(Invalid, match="another event"):
                debt_events.change_event(session, event_id, data, version=event.version)
        with (
            pytest.raises(DBAPIError, match="waits for sign-off"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            later = "UPDATE debt_events SET event_date = event_date + 1 WHERE id = :id"
            connection.execute(text(later), {"id": event_id})
        with cast.open(cast.amina) as session:
            version = session.require(DebtEvent, event_id).version
            debt_events.change_event(session, event_id, data, version=version)

    @pytest.mark.parametrize("step", ["end_event", "take_back_event"])
    def test_an_emergency_of_a_debt(self, cast: Cast, step: str) -> None:
        _, debt_id = owe(cast, cast.tess)
        event_id = add_event(cast, debt_id, cast.tess)
        asked = {"how": "Warrant suspended", "ended_on": ""} if step == "end_event" else {}
        sign_off(cast, submit(cast, step, event_id, **asked))
        with cast.open(cast.ashdown_system) as session:
            if step == "take_back_event":
                with pytest.raises(NotFound):
                    session.require(DebtEvent, event_id)
            else:
                event = session.require(DebtEvent, event_id)
                assert (event.ended_how, event.ended_by) == (
                    "Warrant suspended",
                    cast.amina.user_id,
                )

    def test_a_vulnerability(self, cast: Cast, case_id: int) -> None:
        flag = {"driver": "health", "detail": "Cannot see well", "adjustment": "Large print"}
        client_id = read_case(cast, case_id).client_id
        with cast.open(cast.tess) as session:
            client = add_vulnerability(session, client_id, VulnerabilityForm.read(flag))
            flag_id = client.vulnerability_flags[0]["id"]
        row = submit(cast, "remove_vulnerability", client_id, flag_id=flag_id)
        assert row.case_id == case_id
        sign_off(cast, row)
        with cast.open(cast.tess) as session:
            assert session.require(Client, client_id).vulnerability_flags == []

    def test_a_statement_verified_and_issued(self, cast: Cast) -> None:
        case = Leanne(cast, cast.tess)
        case.prepare()
        row = case.do(statements.complete_statement)
        sign_off(cast, submit(cast, "verify_statement", row.id))
        case.confirm()
        case.authorise()
        with pytest.raises(Refused, match="supervisor"):
            case.do(statements.issue_statement)
        issued = sign_off(cast, submit(cast, "issue_statement", row.id))
        assert issued.status == "approved"
        with cast.open(cast.tess) as session:
            stored = session.require(Statement, row.id)
            assert (stored.status, stored.issued_by) == ("issued", cast.amina.user_id)

    def test_a_letter_with_its_words_edited(self, cast: Cast) -> None:
        case = Leanne(cast, cast.tess)
        letter = draft(cast, case, "closing", cast.tess)
        with cast.open(cast.tess) as session:
            parts = letters.read_letter(session, letter.id).form.model_dump()
            said = {"to_lines": "Leanne Whitmore\n1 Sea View", "salutation": "Dear Ms Whitmore",
                    "subject": "Your case", "body": "We have closed your case."}  # fmt: skip
            letters.edit_letter(session, letter.id, parts | said, version=letter.version)
        row = submit(cast, "issue_letter", letter.id, route="handed")
        sign_off(cast, row, body="We have closed your case. Come back at any time.")
        with cast.open(cast.tess) as session:
            stored = session.require(Letter, letter.id)
            assert (stored.status, stored.issued_by) == ("issued", cast.amina.user_id)
            assert "Come back at any time." in str(stored.content)

    def test_a_closing(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.tess) as session:
            debt = add_debt(session, case_id, {"creditor": "Harbour Homes", "debt_type": "rent",
                                               "balance": "120"})  # fmt: skip
            form = ending(session, case_id)
        form[f"debt-{debt.id}-outcome"] = "unknown"
        with pytest.raises(Invalid):
            submit(cast, "close_case", case_id, form={**form, "reason": ""})
        row = submit(cast, "close_case", case_id, form=form)
        assert read_case(cast, case_id).status != "closed"
        sign_off(cast, row, what_next="She rings us if the landlord writes")
        case = read_case(cast, case_id)
        assert case.status == "closed"

    def test_a_closing_waits_for_its_gate_with_nothing_decided(self, cast: Cast) -> None:
        with cast.open(cast.tess) as session:
            case_id = start_walk_in(session, walk_in_form()).id
            form = ending(session, case_id)
        row = submit(cast, "close_case", case_id, form=form)
        with pytest.raises(Conflict, match="waits for the checklist"):
            sign_off(cast, row)
        assert opened(cast, row).row.status == "submitted"
        let_through(cast, case_id)
        assert sign_off(cast, row).status == "approved"


class TestWhatNothingStops:
    def test_a_note_an_emergency_and_urgency_take_effect_at_once(
        self, cast: Cast, case_id: int
    ) -> None:
        submit(cast, "lower_priority", case_id, **CALM)
        with cast.open(cast.tess) as session:
            record_note(session, case_id, channel="phone", minutes=5, body="Bailiffs are here")
            case_steps.raise_priority(session, case_id, priority="urgent", reason="Bailiffs")
        assert read_case(cast, case_id).priority == "urgent"
        with cast.open(cast.tess) as session:
            (told,) = list_actions(session, case_id)
            assert (told.owner_id, told.due_date) == (cast.amina.user_id, today())
            assert told.what == "Tess Moore made this urgent: Bailiffs"
            case_steps.record_emergency(session, case_id, what="Eviction", on=today())
        assert read_case(cast, case_id).emergency == "Eviction"


class TestTheQueue:
    def test_is_of_ones_own_trainees_or_of_the_whole_centre(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        seen = {}
        for who in ("amina", "ben", "maria", "colin", "bea"):
            with cast.open(getattr(cast, who)) as session:
                seen[who] = [each.id for each in list_queue(session).rows]
        assert seen == {"amina": [row.id], "maria": [row.id], "ben": [], "colin": [], "bea": []}
        for who in (cast.tess, cast.root):
            with pytest.raises(Refused), cast.open(who) as session:
                list_queue(session)

    def test_marks_what_waits_past_three_working_days(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        old = submit(cast, "lower_priority", case_id, **CALM)
        new = submit(cast, "lower_priority", make_case(cast, cast.tess), **CALM)
        since = late_since(today(), "england")
        with owner.begin() as connection:
            for row, day in ((old, since), (new, since + timedelta(days=1))):
                moment = now() - timedelta(days=(today() - day).days)
                connection.execute(
                    text("UPDATE sign_offs SET submitted_at = :at WHERE id = :id"),
                    {"at": moment, "id": row.id},
                )
        with cast.open(cast.maria) as session:
            rows = list_queue(session).rows
            assert [(each.id, each.is_late) for each in rows] == [(old.id, True), (new.id, False)]
            assert rows[0].days > 3 >= rows[1].days
            assert [each.id for each in list_queue(session, late_only=True).rows] == [old.id]
            assert (waiting_count(session), waiting_count(session, late_only=True)) == (2, 1)

    def test_leaves_out_a_restricted_file(self, cast: Cast, owner: Engine, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        client_id = read_case(cast, case_id).client_id
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :id"), {"id": client_id}
            )
        with cast.open(cast.maria) as session:
            assert list_queue(session).rows == []
        with pytest.raises(NotFound):
            opened(cast, row, cast.maria)


INSERTED = """
INSERT INTO sign_offs (centre_id, case_id, act, step, subject_id, subject_key, version_no, content,
  content_hash, status, submitted_by, submitted_at, decided_by, decided_at, decided_hash)
SELECT centre_id, case_id, act, step, subject_id, 'another', 1, content, content_hash, :status,
  :who, now(), CAST(:by AS bigint), CASE WHEN CAST(:by AS bigint) IS NULL THEN NULL ELSE now() END,
  CASE WHEN CAST(:by AS bigint) IS NULL THEN NULL ELSE content_hash END
FROM sign_offs WHERE id = :id RETURNING id
"""


def decided(actor: Any, row: SignOff, content_hash: str | None, *, by: Actor | None = None) -> None:
    """Decide a row in raw SQL, as the app's role."""
    with app_engine().begin() as connection:
        scope(connection, actor)
        connection.execute(
            text(
                "UPDATE sign_offs SET status = 'approved', decided_by = :me, decided_at = now(),"
                " decided_hash = :hash WHERE id = :id"
            ),
            {"me": (by or actor).user_id, "hash": content_hash, "id": row.id},
        )


class TestTheDatabase:
    """What it refuses by itself, whatever the app says."""

    def test_decides_once_as_submitted_and_by_a_colleague(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        for actor, hash_ in (
            (cast.amina, "0" * 64),
            (cast.amina, None),
            (cast.tess, row.content_hash),
            (replace(cast.tess, role="advisor"), row.content_hash),
        ):
            with pytest.raises(DBAPIError, match=r"sign_off|signed_off_as_submitted|own"):
                decided(actor, row, hash_)
        decided(cast.amina, row, row.content_hash)
        with pytest.raises(DBAPIError, match="decided"):
            decided(cast.maria, row, row.content_hash)

    @pytest.mark.parametrize("who", ["tess", "amina", "maria"])
    def test_takes_no_row_that_comes_decided(self, cast: Cast, case_id: int, who: str) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        actor, other = getattr(cast, who), cast.ben.user_id
        for said in (
            {"status": "approved", "by": other, "who": actor.user_id},
            {"status": "approved", "by": actor.user_id, "who": actor.user_id},
            {"status": "submitted", "by": None, "who": other},
        ):
            with (
                pytest.raises(DBAPIError, match=r"sign_off|own"),
                app_engine().begin() as connection,
            ):
                scope(connection, actor)
                connection.execute(text(INSERTED), {**said, "id": row.id})

    def test_lets_nobody_approve_in_anothers_name(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        for actor in (cast.tess, replace(cast.tess, role="manager")):
            for by in (cast.amina, cast.maria, cast.tess):
                with pytest.raises(DBAPIError, match=r"sign_off|own"):
                    decided(actor, row, row.content_hash, by=by)

    def test_lets_an_advisor_approve_nothing_of_their_own(self, cast: Cast, case_id: int) -> None:
        first = submit(cast, "lower_priority", case_id, **CALM)
        with app_engine().begin() as connection:
            scope(connection, cast.amina)
            said = {"status": "submitted", "by": None, "who": cast.amina.user_id, "id": first.id}
            own_id = connection.execute(text(INSERTED), said).scalar_one()
        with cast.open(cast.amina) as session:
            own = session.require(SignOff, own_id)
        for by in (cast.amina, cast.maria):
            with pytest.raises(DBAPIError, match=r"sign_off|own"):
                decided(cast.amina, own, own.content_hash, by=by)

    def test_lets_another_centre_decide_nothing(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        for who in (cast.colin, cast.bea, cast.root):
            decided(who, row, row.content_hash)  # no such row there
        assert opened(cast, row).row.status == "submitted"

    def test_lets_nobody_change_what_was_submitted(self, cast: Cast, case_id: int) -> None:
        row = submit(cast, "lower_priority", case_id, **CALM)
        for column, value in (("content", "{}"), ("content_hash", "0"), ("submitted_by", "1")):
            with (
                pytest.raises(DBAPIError, match="permission denied"),
                app_engine().begin() as connection,
            ):
                scope(connection, cast.amina)
                connection.execute(
                    text(f"UPDATE sign_offs SET {column} = :v WHERE id = :id"),
                    {"v": value, "id": row.id},
                )

    @pytest.mark.parametrize(
        "change",
        [
            "cases SET status = 'closed'",
            "cases SET stage = 'action'",
            "cases SET priority = 'low'",
            "cases SET emergency = NULL",
            "budget_sheets SET verification_status = 'verified'",
            "statements SET status = 'issued'",
            "letters SET status = 'issued'",
            "debt_events SET ended_at = now()",
            "debt_events SET deleted_at = now()",
            "debt_events SET kind = 'claim'",
            "debts SET deleted_at = now()",
            "clients SET vulnerability_flags = '[]'",
        ],
    )
    def test_refuses_a_trainees_session_each_such_state(
        self, cast: Cast, change: str, held: dict[str, int]
    ) -> None:
        table = change.split(maxsplit=1)[0]
        wanted = text(f"UPDATE {change} WHERE id = :id")
        with (
            pytest.raises(DBAPIError, match="waits for sign-off"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            connection.execute(wanted, {"id": held[table]})

    @pytest.fixture
    def held(self, cast: Cast) -> dict[str, int]:
        """A row of Tess's in every table that a sign-off leads on."""
        case = Leanne(cast, cast.tess)
        debt_id = owe(cast, cast.tess)[1]
        event_id = add_event(cast, debt_id, cast.tess)
        case.prepare()
        letter = draft(cast, case, "closing", cast.tess)
        with cast.open(cast.tess) as session:
            client_id = session.require(Case, case.case_id).client_id
            flag = {"driver": "health", "detail": "Blind", "adjustment": "Large print"}
            add_vulnerability(session, client_id, VulnerabilityForm.read(flag))
            case_steps.record_emergency(session, case.case_id, what="Something else")
        return {
            "cases": case.case_id,
            "budget_sheets": case.sheet_id,
            "statements": case.shown().statement.id,
            "letters": letter.id,
            "debt_events": event_id,
            "debts": debt_id,
            "clients": client_id,
        }

    @pytest.mark.parametrize(
        ("first", "change"),
        [
            ("", "cases SET emergency = NULL, emergency_date = NULL, emergency_time = NULL"),
            ("cases SET status = 'closed', stage = 'review'", "cases SET status = 'in_progress'"),
            *[
                ("budget_sheets SET verification_status = 'verified'", f"budget_sheets SET {each}")
                for each in (
                    "savings = savings + 1",
                    "total_income = total_income + 1",
                    "expense_details = '{}'",
                )
            ],
        ],
    )
    def test_refuses_a_trainees_session_what_undoes_a_decision(
        self, cast: Cast, owner: Engine, held: dict[str, int], first: str, change: str
    ) -> None:
        """An emergency beside a mere step of a debt, an ended case, a verified sheet's figures."""
        with cast.open(cast.tess) as session:
            debt_id = add_debt(session, held["cases"], RENT).id
        add_event(cast, debt_id, cast.tess, **CLAIM)
        table = change.split(maxsplit=1)[0]
        if first:
            with owner.begin() as connection:
                connection.execute(text(f"UPDATE {first} WHERE id = :id"), {"id": held[table]})
        with (
            pytest.raises(DBAPIError, match="waits for sign-off"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            connection.execute(text(f"UPDATE {change} WHERE id = :id"), {"id": held[table]})
