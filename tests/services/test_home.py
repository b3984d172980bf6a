"""The first page: what each role is told to do next."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import at, today
from cma_app.errors import Conflict, NotFound
from cma_app.services import home, users
from cma_app.services.case_steps import record_emergency
from cma_app.services.home import MyDay
from cma_app.services.next_actions import record_action
from cma_app.services.replies import record_reply, tell_client, untell_client
from cma_app.services.requests import record_request
from cma_app.services.review_feedback import open_feedback
from cma_app.services.rule_tasks import make_rule_tasks
from cma_app.services.users import PersonForm
from state.home_views import DayView
from tests.people import Cast
from tests.plant import plant_action, plant_case
from tests.services.money import make_case
from tests.services.reviewing import finish, give, one_review
from tests.services.signing import send_back, sign_off, submit
from tests.services.test_appointments import MORNING, book
from tests.services.test_covers import cover
from tests.services.test_statements import Leanne


def day_of(cast: Cast, actor: Actor) -> MyDay:
    with cast.open(actor) as session:
        return home.my_day(session)


class TestAdvisor:
    def test_sees_own_work_emergencies_first(self, cast: Cast, owner: Engine) -> None:
        day = today()
        case_id = plant_case(owner, cast.amina)
        plant_action(owner, cast.amina, case_id, "Today", day)
        plant_action(owner, cast.amina, case_id, "Late", day - timedelta(days=4))
        plant_action(owner, cast.amina, case_id, "Court", day, kind="emergency")
        plant_action(owner, cast.amina, case_id, "Tomorrow", day + timedelta(days=1))
        plant_action(owner, cast.ben, case_id, "Ben's", day)
        seen = day_of(cast, cast.amina).actions
        assert [task.what for task in seen.rows] == ["Court", "Late", "Today", "Tomorrow"]
        assert seen.total == 4

    def test_sees_reviews_of_the_week_and_new_cases(self, cast: Cast, owner: Engine) -> None:
        day = today()
        due = plant_case(owner, cast.amina, review=day + timedelta(days=7))
        plant_case(owner, cast.amina, review=day + timedelta(days=8))
        plant_case(owner, cast.ben, review=day)
        new = plant_case(owner, cast.amina, stage="waiting", status="open")
        seen = day_of(cast, cast.amina)
        assert [task.case_id for task in seen.reviews.rows] == [due]
        assert [task.case_id for task in seen.new_cases.rows] == [new]
        assert seen.centre is None
        assert seen.system is None

    def test_sees_forty_and_counts_all(self, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina)
        for number in range(42):
            plant_action(owner, cast.amina, case_id, f"Step {number}", today())
        seen = day_of(cast, cast.amina)
        assert (len(seen.actions.rows), seen.actions.total) == (40, 42)
        assert (DayView.of(seen).today.total, DayView.of(seen).hidden) == (40, 2)

    def test_has_nothing_of_closed_cases(self, cast: Cast, owner: Engine) -> None:
        closed = plant_case(owner, cast.amina, status="closed", review=today(), emergency="x")
        plant_action(owner, cast.amina, closed, "Too late", today())
        seen = day_of(cast, cast.amina)
        assert seen.actions.total == seen.reviews.total == seen.emergencies.total == 0


class TestTrainee:
    def test_sees_assigned_cases_alone(self, cast: Cast, owner: Engine) -> None:
        mine, other = plant_case(owner, cast.tess), plant_case(owner, cast.amina)
        plant_action(owner, cast.tess, mine, "Mine", today())
        plant_action(owner, cast.tess, other, "Not mine", today())
        seen = day_of(cast, cast.tess)
        assert [task.what for task in seen.actions.rows] == ["Mine"]
        assert seen.referrals is None


class TestManager:
    def test_sees_what_the_centre_owes_and_who_waits(self, cast: Cast, owner: Engine) -> None:
        day = today()
        late = plant_case(owner, cast.amina, review=day - timedelta(days=1), emergency="Eviction")
        plant_action(owner, cast.amina, late, "Late", day - timedelta(days=1))
        plant_case(owner, cast.ben)
        plant_case(owner, cast.colin, emergency="Theirs")
        _refer(owner, cast.maria, "Waits", days=5)
        _refer(owner, cast.maria, "Urgent", days=1, emergency="yes")
        _refer(owner, cast.colin, "Theirs", days=9)
        seen = day_of(cast, cast.maria)
        assert seen.centre is not None
        assert seen.referrals is not None
        assert (seen.centre.overdue_reviews, seen.centre.undated) == (1, 1)
        assert seen.centre.overdue_actions == 1
        assert [task.case_id for task in seen.emergencies.rows] == [late]
        assert [(row.name, row.days) for row in seen.referrals.rows] == [
            ("Pat Urgent", 1),
            ("Pat Waits", 5),
        ]

    def test_sees_nothing_of_another_centre(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.amina, review=today(), emergency="x")
        _refer(owner, cast.maria, "Waits", days=5)
        seen = day_of(cast, cast.bea)
        assert seen.centre is not None
        assert seen.referrals is not None
        assert (seen.centre.undated, seen.emergencies.total, seen.referrals.total) == (0, 0, 0)


class TestAdmin:
    def test_sees_numbers_and_no_client(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.amina, review=today(), emergency="x")
        before = day_of(cast, cast.root)
        with cast.open(cast.maria) as session:
            form = {"first_name": "N", "last_name": "W", "username": f"nw{cast.maria.user_id}"}
            form |= {"email": f"{form['username']}@example.org", "role": "advisor"}
            users.add(session, PersonForm.read(form))
        after = day_of(cast, cast.root)
        assert before.system is not None
        assert after.system is not None
        assert after.system.people == before.system.people + 1
        assert after.system.unused_passwords == before.system.unused_passwords + 1
        assert after.emergencies.total == 0


def _refer(owner: Engine, by: Actor, last: str, *, days: int, emergency: str = "no") -> None:
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO referrals (centre_id, received_date, first_name, last_name,"
                " emergency) VALUES (:centre, :day, 'Pat', :last, :emergency)"
            ),
            {
                "centre": by.centre_id,
                "day": today() - timedelta(days=days),
                "last": last,
                "emergency": emergency,
            },
        )


def lines(seen: MyDay) -> dict[str, list[tuple[str, str, str]]]:
    """Return the page's rows by group: kind, step and where it leads."""
    view = DayView.of(seen)
    return {
        name: [(row.kind, row.step, row.path) for row in getattr(view, name).rows]
        for name in ("overdue", "today", "week", "later")
    }


class TestGroups:
    def test_each_thing_stands_where_its_day_is_with_its_one_click(
        self, cast: Cast, owner: Engine
    ) -> None:
        day = today()
        case_id = plant_case(owner, cast.amina, review=day + timedelta(days=3))
        at = f"/cases/{case_id}"
        plant_action(owner, cast.amina, case_id, "Late", day - timedelta(days=2))
        plant_action(owner, cast.amina, case_id, "Now", day)
        plant_action(owner, cast.amina, case_id, "Soon", day + timedelta(days=7))
        plant_action(owner, cast.amina, case_id, "Later", day + timedelta(days=8))
        other = plant_case(owner, cast.amina, emergency="Eviction", emergency_date=day)
        far = day + timedelta(days=20)
        ahead = plant_case(owner, cast.amina, emergency="Hearing", emergency_date=far)
        plant_action(owner, cast.amina, other, "Eviction", day, kind="emergency")
        assert lines(day_of(cast, cast.amina)) == {
            "overdue": [("task", "Done", at)],
            "today": [("emergency", "Open case", f"/cases/{other}"), ("task", "Done", at)],
            "week": [("review", "Review", at), ("task", "Done", at)],
            "later": [("emergency", "Open case", f"/cases/{ahead}")],
        }

    def test_a_rule_says_why_and_leads_to_where_it_is_done(self, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina, stage="evidence", since=today() - timedelta(14))
        with cast.open(cast.ashdown_system) as session:
            make_rule_tasks(session)
        (row,) = DayView.of(day_of(cast, cast.amina)).today.rows
        assert row.path == f"/cases/{case_id}/checklist"
        assert row.more.startswith("By rule: FCA Handbook, CONC 8.3")

    def test_a_legal_clock_is_told_once_and_a_colleagues_task_by_name(
        self, cast: Cast, owner: Engine
    ) -> None:
        case_id = plant_case(owner, cast.amina)
        asked = today() - timedelta(days=28)
        with cast.open(cast.maria) as session:
            said = {"kind": "data_access", "about": "Pat", "asked_on": f"{asked:%d %m %Y}"}
            record_request(session, case_id, said)
            record_action(session, case_id, what="Ring", due_date=today())
        view = DayView.of(day_of(cast, cast.amina))
        rows = [*view.overdue.rows, *view.today.rows, *view.week.rows]
        assert sorted((row.kind, row.step) for row in rows) == [
            ("legal-request", "Open dates"),
            ("task", "Done"),
        ]
        assert [row.more for row in rows if row.kind == "task"] == ["From Maria Silva"]

    def test_a_reply_stays_until_the_client_was_told(self, cast: Cast) -> None:
        case = Leanne(cast)
        with cast.open(cast.amina) as session:
            reply = record_reply(session, case.rent, {"reply": "accept"})
        (row,) = [each for each in day_of(cast, cast.amina).replies.rows if each.id == reply.id]
        assert row.creditor == "Harbour Homes"
        (line,) = DayView.of(day_of(cast, cast.amina)).today.rows
        assert (line.does, line.step) == ("reply", "Client told")
        assert line.what == "Harbour Homes: accepted"
        assert day_of(cast, cast.ben).replies.total == 0
        assert day_of(cast, cast.colin).replies.total == 0
        with cast.open(cast.amina) as session:
            tell_client(session, reply.id)
        assert day_of(cast, cast.amina).replies.total == 0
        for stranger in (cast.tess, cast.colin):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                untell_client(session, reply.id)
        with cast.open(cast.amina) as session:
            untell_client(session, reply.id)
            with pytest.raises(Conflict):
                untell_client(session, reply.id)
        assert day_of(cast, cast.amina).replies.total == 1

    def test_reviews_to_write_and_those_that_came_back(self, cast: Cast, owner: Engine) -> None:
        review = one_review(cast, owner, cast.amina)
        give(cast, review.id, cast.ben)
        assert lines(day_of(cast, cast.ben))["today"] == [
            ("to-review", "Review file", f"/reviews/{review.id}")
        ]
        assert day_of(cast, cast.amina).file_reviews.total == 0
        finish(cast, review.id, cast.ben)
        assert day_of(cast, cast.ben).file_reviews.total == 0
        assert lines(day_of(cast, cast.amina))["today"] == [
            ("came-back", "Read review", f"/my-reviews/{review.id}")
        ]
        with cast.open(cast.amina) as session:
            open_feedback(session, review.id)
        assert DayView.of(day_of(cast, cast.amina)).is_clear

    def test_what_waits_for_sign_off_and_what_came_back(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        calm = {"priority": "low", "reason": "Adjourned"}
        row = submit(cast, "lower_priority", case_id, **calm)
        see = ("sign-off", "See it", f"/sign-offs/{row.id}")
        assert lines(day_of(cast, cast.amina))["today"] == [see]
        for who in (cast.tess, cast.ben, cast.colin, cast.maria):
            assert day_of(cast, who).sign_offs.total == 0
        numbers = {each.word: each for each in DayView.of(day_of(cast, cast.maria)).numbers}
        waiting = numbers["Waiting for sign-off"]
        assert (waiting.figure, waiting.path) == ("1", "/sign-offs")
        cover(cast, cast.amina, cast.amina, cast.ben)
        assert lines(day_of(cast, cast.ben))["today"] == [see]

        send_back(cast, row)
        assert day_of(cast, cast.amina).sign_offs.total == 0
        (line,) = DayView.of(day_of(cast, cast.tess)).today.rows
        assert (line.kind, line.step, line.path) == ("sent-back", "See why", see[2])
        assert line.more == "Sent back by Amina Khan"
        again = submit(cast, "lower_priority", case_id, **calm)
        assert day_of(cast, cast.tess).sign_offs.total == 0
        with cast.open(cast.tess) as session:
            record_emergency(session, case_id, what="Eviction", on=today())
        assert sign_off(cast, again).status == "void"
        (back,) = day_of(cast, cast.tess).sign_offs.rows
        assert (back.id, back.status) == (again.id, "void")

    def test_what_waited_too_long_is_overdue(self, cast: Cast, owner: Engine) -> None:
        row = submit(cast, "lower_priority", make_case(cast, cast.tess), priority="low", reason="X")
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE sign_offs SET submitted_at = now() - interval '14 days'"
                     " WHERE id = :id"),
                {"id": row.id},
            )  # fmt: skip
        (line,) = DayView.of(day_of(cast, cast.amina)).overdue.rows
        assert (line.kind, line.mark) == ("sign-off", "Waits too long")

    def test_a_cover_has_the_absent_persons_replies_and_appointments(self, cast: Cast) -> None:
        case = Leanne(cast)
        with cast.open(cast.amina) as session:
            record_reply(session, case.rent, {"reply": "accept"})
        with at(MORNING):
            book(cast, cast.amina, case.case_id, scheduled_date=f"{today():%d %m %Y}")
            assert day_of(cast, cast.ben).replies.total == 0
            cover(cast, cast.amina, cast.amina, cast.ben)
            seen = day_of(cast, cast.ben)
            theirs, own = (
                [row.more for row in DayView.of(day).today.rows if row.kind == "appointment"]
                for day in (seen, day_of(cast, cast.amina))
            )
        assert (theirs, own) == (["In place of Amina Khan"], [""])
        assert seen.replies.total == 1
        assert day_of(cast, cast.colin).replies.total == 0
