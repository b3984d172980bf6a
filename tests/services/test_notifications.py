"""What people are told of inside the app: by whom, seen by whom, gone with the case, forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from cma_app.access.actor import Actor
from cma_app.clock import at, now, today
from cma_app.errors import Conflict, NotFound
from cma_app.rules.notifications import KINDS
from cma_app.services import notifications
from cma_app.services.case_steps import assign_case, raise_priority, record_emergency
from cma_app.services.next_actions import edit_action, list_actions, record_action
from cma_app.services.notifications import Told, notify
from cma_app.services.restricted_files import restrict_file
from models import Case, Notification
from state.notifications import PLACES, path_of
from tests.people import Cast
from tests.services.reviewing import finish, give, one_review
from tests.services.test_cases import make_case, put

pytestmark = pytest.mark.database


def told(cast: Cast, who: Actor) -> list[Told]:
    with cast.open(who) as session:
        return notifications.list_notifications(session).rows


def unread(cast: Cast, who: Actor) -> int:
    with cast.open(who) as session:
        return notifications.count_unread(session)


def kinds(cast: Cast, who: Actor) -> list[str]:
    return [each.kind for each in told(cast, who)]


def assign(cast: Cast, case_id: int, to: Actor) -> None:
    with cast.open(cast.maria) as session:
        assign_case(session, case_id, advisor_id=to.user_id)


class TestWhatTells:
    def test_an_assigned_case_tells_both_with_its_reference_alone(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assign(cast, case_id, cast.ben)
        with cast.open(cast.ben) as session:
            reference = session.require(Case, case_id).case_reference
        (new,) = told(cast, cast.ben)
        assert new.said == f"Maria Silva gave you case {reference}."
        assert path_of(new) == f"/cases/{case_id}"
        (gone,) = told(cast, cast.amina)
        assert gone.said == f"Maria Silva gave your case {reference} to a colleague."
        assert unread(cast, cast.maria) == 0

    def test_a_referral_says_that_it_is_one(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        put(owner, case_id, stage="waiting", status="open")
        with owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO referrals (centre_id, received_date, first_name, last_name,"
                    " status, case_id) VALUES (:centre, :day, 'P', 'R', 'accepted', :case)"
                ),
                {"centre": cast.amina.centre_id, "day": today(), "case": case_id},
            )
        assign(cast, case_id, cast.ben)
        assert kinds(cast, cast.ben) == ["referral_assigned"]

    def test_a_task_given_or_handed_over_tells_whoever_gets_it(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.maria) as session:
            action = record_action(session, case_id, what="Ring Pat about the rent")
        assert kinds(cast, cast.amina) == ["task_given"]
        assert "Pat" not in told(cast, cast.amina)[0].said
        with cast.open(cast.amina) as session:
            edit_action(session, action.id, version=1, what="Ring Pat", owner_id=cast.ben.user_id)
            record_action(session, case_id, what="My own")
        assert kinds(cast, cast.ben) == ["task_given"]
        assert len(told(cast, cast.amina)) == 1

    def test_a_review_tells_reviewer_and_then_the_advisor_once(
        self, cast: Cast, owner: Engine
    ) -> None:
        review = one_review(cast, owner, cast.amina)
        give(cast, review.id, cast.ben)
        (asked,) = told(cast, cast.ben)
        assert path_of(asked) == f"/reviews/{review.id}"
        step = {"action-1": "Ring", "action-1-due": (today() + timedelta(days=3)).isoformat()}
        finish(cast, review.id, cast.ben, **step)
        (came,) = told(cast, cast.amina)
        assert (came.kind, path_of(came)) == ("review_finished", f"/my-reviews/{review.id}")

    def test_a_trainee_who_raises_to_urgent_tells_the_supervisor(self, cast: Cast) -> None:
        case_id, other = make_case(cast, cast.tess), make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            raise_priority(session, case_id, priority="high")
        assert kinds(cast, cast.amina) == []
        with cast.open(cast.tess) as session:
            raise_priority(session, case_id, priority="urgent", reason="Bailiffs")
            record_emergency(session, other, what="Eviction")
            record_emergency(session, other, what="Eviction", on=today())
        assert kinds(cast, cast.amina) == ["raised_urgent"] * 2
        with cast.open(cast.amina) as session:
            given = [each.what for each in list_actions(session, other)]
        assert given.count("Tess Moore made this urgent: Eviction") == 1
        mine = make_case(cast, cast.ben)
        with cast.open(cast.ben) as session:
            raise_priority(session, mine, priority="urgent")
        assert len(told(cast, cast.amina)) == 2

    def test_a_file_closed_to_the_supervisor_is_urgent_all_the_same(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.maria) as session:
            file = session.require(Case, case_id).client_id
            restrict_file(session, file, [cast.tess.user_id, cast.maria.user_id])
        with cast.open(cast.tess) as session:
            assert record_emergency(session, case_id, what="Eviction").priority == "urgent"
            assert [each.owner_id for each in list_actions(session, case_id)] == [cast.tess.user_id]
        assert kinds(cast, cast.amina) == []

    def test_words_that_name_the_client_are_left_out(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.maria) as session:
            name = session.execute(
                text(
                    "SELECT last_name FROM clients WHERE id ="
                    " (SELECT client_id FROM cases WHERE id = :id)"
                ),
                {"id": case_id},
            ).scalar_one()
            for what, ref in ((f"Budget of {name.upper()}", 1), ("Budget, version 2", 2)):
                notify(
                    session,
                    cast.amina.user_id,
                    kind="signoff_sent_back",
                    case_id=case_id,
                    ref_id=ref,
                    what=what,
                )
        said = " ".join(each.said for each in told(cast, cast.amina))
        assert name.upper() not in said
        assert "Budget, version 2" in said

    def test_a_kind_that_is_none_is_refused(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session, pytest.raises(LookupError):
            notify(session, cast.amina.user_id, kind="gossip", case_id=None)


class TestWhoReads:
    def test_what_was_not_seen_is_not_told_twice(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for to in (cast.ben, cast.amina, cast.ben):
            assign(cast, case_id, to)
        assert kinds(cast, cast.ben).count("case_assigned") == 1
        with cast.open(cast.ben) as session:
            assert notifications.mark_all_seen(session) == 2
        for to in (cast.amina, cast.ben):
            assign(cast, case_id, to)
        assert kinds(cast, cast.ben).count("case_assigned") == 2
        assert unread(cast, cast.ben) == 2

    def test_one_is_seen_and_stands_after_the_unseen(self, cast: Cast) -> None:
        first, second = make_case(cast, cast.amina), make_case(cast, cast.amina)
        for case_id in (first, second):
            assign(cast, case_id, cast.ben)
        newest, oldest = told(cast, cast.ben)
        with cast.open(cast.ben) as session:
            assert notifications.mark_seen(session, newest.id).id == newest.id
            notifications.mark_seen(session, newest.id)
        assert [(each.id, each.is_seen) for each in told(cast, cast.ben)] == [
            (oldest.id, False),
            (newest.id, True),
        ]
        assert unread(cast, cast.ben) == 1

    @pytest.mark.parametrize("who", ["amina", "maria", "tess", "colin"])
    def test_nobody_reads_or_marks_anothers(self, cast: Cast, who: str) -> None:
        case_id = make_case(cast, cast.amina)
        assign(cast, case_id, cast.ben)
        (new,) = told(cast, cast.ben)
        stranger = getattr(cast, who)
        assert new.id not in [each.id for each in told(cast, stranger)]
        with cast.open(stranger) as session:
            with pytest.raises(NotFound):
                notifications.mark_seen(session, new.id)
            seen = text("SELECT count(*) FROM notifications WHERE id = :id")
            assert session.execute(seen, {"id": new.id}).scalar_one() == 0
            notifications.mark_all_seen(session)
        assert unread(cast, cast.ben) == 1

    def test_a_trainee_who_lost_the_case_has_neither_row_nor_count(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assign(cast, case_id, cast.tess)
        assert unread(cast, cast.tess) == 1
        (new,) = told(cast, cast.tess)
        assign(cast, case_id, cast.ben)
        assert (told(cast, cast.tess), unread(cast, cast.tess)) == ([], 0)
        with cast.open(cast.tess) as session, pytest.raises(NotFound):
            notifications.mark_seen(session, new.id)
        assign(cast, case_id, cast.tess)
        assert kinds(cast, cast.tess) == ["case_handed_on", "case_assigned"]

    def test_a_file_restricted_since_takes_its_news_along(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        assign(cast, case_id, cast.ben)
        with cast.open(cast.maria) as session:
            restrict_file(session, session.require(Case, case_id).client_id, [cast.amina.user_id])
        assert (told(cast, cast.ben), unread(cast, cast.ben)) == ([], 0)
        assert kinds(cast, cast.amina) == ["case_handed_on"]

    def test_none_is_made_about_a_case_that_its_maker_does_not_see(self, cast: Cast) -> None:
        theirs = make_case(cast, cast.amina)
        for who, error in ((cast.tess, ProgrammingError), (cast.colin, Conflict)):
            with pytest.raises(error), cast.open(who) as session:
                notify(session, cast.ben.user_id, kind="case_assigned", case_id=theirs)
        assert unread(cast, cast.ben) == 0

    def test_is_deleted_after_the_days_of_the_rule(self, cast: Cast) -> None:
        first, second = make_case(cast, cast.amina), make_case(cast, cast.amina)
        with at(now() - timedelta(days=91)):
            assign(cast, first, cast.ben)
        with at(now() - timedelta(days=89)):
            assign(cast, second, cast.ben)
        assert len(told(cast, cast.ben)) == 2
        with cast.open(cast.brook_system) as session:
            assert notifications.forget_old(session) == 0
        with cast.open(cast.ashdown_system) as session:
            assert notifications.forget_old(session) == 2  # Ben's and Amina's
        assert [each.case_id for each in told(cast, cast.ben)] == [second]


def test_each_kind_leads_somewhere() -> None:
    for kind in KINDS:
        row = Notification(kind=kind)
        new = Told(1, row.kind, "", "", 7, 9, now(), is_seen=False)
        assert path_of(new) == PLACES[KINDS[kind].opens].format(case_id=7, ref_id=9)
    nothing = Told(1, "review_finished", "", "", 0, 0, now(), is_seen=False)
    assert path_of(nothing) == "/"
