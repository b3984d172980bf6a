"""A file's review: written, finished, corrected, answered, and never by its own advisor."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.case_steps import assign_case
from cma_app.services.file_reviews import (
    OpenReview,
    assign_reviewer,
    drop_review,
    finish_review,
    keep_review,
    open_review,
    reply,
)
from cma_app.services.next_actions import complete_action, list_actions
from cma_app.services.restricted_files import restrict_file
from cma_app.services.review_feedback import answer_feedback, list_my_reviews, open_feedback
from cma_app.services.review_results import ReviewFilter, list_reviews, read_results
from models import Case, FileReview, FileReviewVersion
from tests.people import Cast
from tests.services.money import audited
from tests.services.reviewing import (
    day,
    drawn,
    filled,
    finish,
    give,
    old_case,
    on,
    one_review,
    reviews_of,
)


@pytest.fixture
def review(cast: Cast, owner: Engine) -> FileReview:
    """A review that waits for Maria, of a file of Amina's."""
    return one_review(cast, owner, cast.amina)


def opened(cast: Cast, review_id: int, who: Actor | None = None) -> OpenReview:
    with cast.open(who or cast.maria) as session:
        return open_review(session, review_id)


def answer(cast: Cast, review: FileReview, stance: str, body: str = "", seen: int = 1) -> None:
    with cast.open(cast.amina) as session:
        answer_feedback(session, review.id, stance=stance, body=body, seen=seen)


class TestOpen:
    def test_shows_whose_file_and_the_criteria_of_the_day(
        self, cast: Cast, review: FileReview
    ) -> None:
        found = opened(cast, review.id)
        assert (found.holder, found.reviewer, found.client) == (
            "Amina Khan",
            "Maria Silva",
            "Leanne Whitmore",
        )
        assert (len(found.criteria.criteria), found.may_write) == (8, True)
        with cast.open(cast.maria) as session:
            assert audited(session, "case:open", "cases")

    @pytest.mark.parametrize(
        ("who", "error"),
        [("amina", NotFound), ("ben", NotFound), ("tess", NotFound), ("bea", NotFound),
         ("root", NotFound), ("colin", NotFound)],
    )  # fmt: skip
    def test_is_absent_for_everybody_else(
        self, cast: Cast, review: FileReview, who: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            opened(cast, review.id, getattr(cast, who))
        with pytest.raises(error), cast.open(getattr(cast, who)) as session:
            finish_review(session, review.id, filled(), seen=0)

    def test_its_own_advisor_cannot_open_it_when_it_is_finished_either(
        self, cast: Cast, review: FileReview
    ) -> None:
        finish(cast, review.id)
        with pytest.raises(NotFound):
            opened(cast, review.id, cast.amina)


class TestAssign:
    def test_an_advisor_reviews_anothers_file(self, cast: Cast, review: FileReview) -> None:
        give(cast, review.id, cast.ben)
        assert opened(cast, review.id, cast.ben).may_write
        assert opened(cast, review.id).why_not == "Ben Ellis reviews this file."
        with pytest.raises(Refused, match="Ben Ellis reviews"):
            finish(cast, review.id)
        assert finish(cast, review.id, cast.ben) == 1
        with cast.open(cast.maria) as session:
            assert audited(session, "file_review:assign", "file_reviews")

    @pytest.mark.parametrize("who", ["amina", "tess", "colin", "root"])
    def test_never_its_own_advisor_a_trainee_or_a_stranger(
        self, cast: Cast, review: FileReview, who: str
    ) -> None:
        with pytest.raises(Invalid, match="not whose file"):
            give(cast, review.id, getattr(cast, who))

    def test_nor_who_holds_the_case_now(self, cast: Cast, review: FileReview) -> None:
        give(cast, review.id, cast.ben)
        with cast.open(cast.maria) as session:
            assign_case(session, review.case_id, advisor_id=cast.ben.user_id)
        with pytest.raises(Refused, match="of their own"):
            finish(cast, review.id, cast.ben)
        with pytest.raises(Invalid):
            give(cast, review.id, cast.ben)

    def test_the_database_refuses_it_too(
        self, cast: Cast, owner: Engine, review: FileReview
    ) -> None:
        own = text("UPDATE file_reviews SET reviewer_id = holder_id WHERE id = :id")
        refused = pytest.raises(IntegrityError, match="nobody_reviews_their_own")
        with refused, owner.begin() as connection:
            connection.execute(own, {"id": review.id})

    def test_a_manager_does_not_review_her_own_file(self, cast: Cast, owner: Engine) -> None:
        own = one_review(cast, owner, cast.maria)
        assert own.reviewer_id is None
        assert opened(cast, own.id).why_not.startswith("Nobody reviews a file of their own")
        with pytest.raises(Refused):
            finish(cast, own.id)
        give(cast, own.id, cast.ben)
        assert finish(cast, own.id, cast.ben) == 1

    @pytest.mark.parametrize(
        ("who", "error"), [("ben", NotFound), ("tess", NotFound), ("bea", NotFound)]
    )
    def test_is_the_managers(
        self, cast: Cast, review: FileReview, who: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error), cast.open(getattr(cast, who)) as session:
            assign_reviewer(session, review.id, cast.ben.user_id)
        give(cast, review.id, cast.ben)
        with pytest.raises(Refused), cast.open(cast.ben) as session:
            assign_reviewer(session, review.id, cast.maria.user_id)

    def test_two_managers_see_each_others_choice(self, cast: Cast, review: FileReview) -> None:
        with pytest.raises(Conflict), cast.open(cast.maria) as session:
            assign_reviewer(session, review.id, cast.ben.user_id, seen=0)
        finish(cast, review.id)
        with pytest.raises(Conflict, match="finished"):
            give(cast, review.id, cast.ben)


class TestFinish:
    def test_keeps_scores_result_and_who(self, cast: Cast, review: FileReview) -> None:
        finish(cast, review.id, score__facts="partly", comment__facts="No rent book seen")
        (version,) = opened(cast, review.id).versions
        assert (version.row.result, version.row.percent) == ("meets", 93)
        assert version.row.scores["facts"] == {"score": "partly", "comment": "No rent book seen"}
        assert version.by == "Maria Silva"
        assert version.why.startswith("93% of the points")
        with cast.open(cast.maria) as session:
            assert audited(session, "file_review:record", "file_review_versions")

    @pytest.mark.parametrize(
        ("over", "field"),
        [
            ({"score__facts": ""}, "score-facts"),
            ({"score__facts": "good"}, "score-facts"),
            ({"score__facts": "partly"}, "comment-facts"),
            ({"score__advice": "not_met", "comment__advice": " "}, "comment-advice"),
            ({"comment__facts": "x" * 1001}, "comment-facts"),
            ({"summary": "  "}, "summary"),
            ({"harm": ""}, "harm"),
            ({"harm": "yes", "harm__due": day(30)}, "harm-what"),
            ({"harm": "yes", "harm__what": "Bailiffs"}, "harm-due"),
            ({"harm": "yes", "harm__what": "Bailiffs", "harm__due": day(-30)}, "harm-due"),
            ({"action__1": "Ring", "action__1__due": "31 2 2026"}, "action-1-due"),
            ({"action__1": "Ring"}, "action-1-due"),
            ({"action__2__due": day(30)}, "action-2"),
        ],
    )
    def test_says_beside_the_box_what_is_wrong(
        self, cast: Cast, review: FileReview, over: dict[str, str], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            finish(cast, review.id, **over)
        assert list(refused.value.fields) == [field]

    def test_harm_is_below_the_standard_and_a_task_with_a_day(
        self, cast: Cast, review: FileReview
    ) -> None:
        finish(
            cast,
            review.id,
            harm="yes",
            harm__what="Possession hearing not answered",
            harm__due=day(1),
            action__1="Read the leaflet on rent arrears",
            action__1__due=day(14),
        )
        with cast.open(cast.amina) as session:
            actions = list_actions(session, review.case_id)
        assert [(each.what, each.due_date, each.owner) for each in actions] == [
            ("File review, harm now: Possession hearing not answered", on(1), "Amina Khan"),
            ("File review: Read the leaflet on rent arrears", on(14), "Amina Khan"),
        ]
        with cast.open(cast.amina) as session:
            complete_action(session, actions[0].id)
        (version,) = opened(cast, review.id).versions
        assert version.row.result == "below"
        assert [(each.is_harm, each.is_done) for each in version.actions] == [
            (True, True),
            (False, False),
        ]

    def test_the_task_is_for_who_advises_now_and_the_review_stays_whose_it_was(
        self, cast: Cast, review: FileReview
    ) -> None:
        with cast.open(cast.maria) as session:
            assign_case(session, review.case_id, advisor_id=cast.ben.user_id)
        finish(cast, review.id, action__1="Ring the landlord", action__1__due=day(2))
        with cast.open(cast.ben) as session:
            (action,) = list_actions(session, review.case_id)
        assert action.owner == "Ben Ellis"
        with cast.open(cast.amina) as session:
            assert [row.id for row in list_my_reviews(session).came_back.rows] == [review.id]
        with cast.open(cast.ben) as session:
            assert list_my_reviews(session).came_back.rows == []

    def test_of_an_advisor_who_left_the_task_is_the_reviewers(
        self, cast: Cast, owner: Engine, review: FileReview
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET is_active = false WHERE id = :id"),
                {"id": cast.amina.user_id},
            )
        finish(cast, review.id, action__1="Ring the landlord", action__1__due=day(2))
        with cast.open(cast.maria) as session:
            assert [each.owner for each in list_actions(session, review.case_id)] == ["Maria Silva"]

    def test_a_correction_is_another_version_with_its_reason(
        self, cast: Cast, review: FileReview
    ) -> None:
        harm = {"harm": "yes", "harm__what": "Eviction", "harm__due": day(1)}
        finish(cast, review.id, **harm)
        with pytest.raises(Invalid) as refused:
            finish(cast, review.id, seen=1)
        assert list(refused.value.fields) == ["reason"]
        again = harm | {"harm__due": "", "reason": "Facts were scored by mistake"}
        finish(cast, review.id, seen=1, score__facts="not_applicable", **again)
        newest, first = opened(cast, review.id).versions
        assert (newest.row.version_no, newest.row.reason) == (2, "Facts were scored by mistake")
        assert first.row.scores["facts"]["score"] == "met"
        assert len(newest.actions) == 1  # the harm told before makes no second task
        with cast.open(cast.maria) as session:
            assert len(list_actions(session, review.case_id)) == 1

    def test_a_second_finish_of_the_same_page_is_refused(
        self, cast: Cast, review: FileReview
    ) -> None:
        finish(cast, review.id)
        with pytest.raises(Conflict, match="in the meantime"):
            finish(cast, review.id)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE file_review_versions SET summary = 'better' WHERE review_id = :id",
            "DELETE FROM file_review_versions WHERE review_id = :id",
            "UPDATE review_responses SET body = 'never' WHERE review_id = :id",
        ],
    )
    def test_what_is_finished_never_changes_by_raw_sql_either(
        self, cast: Cast, review: FileReview, statement: str
    ) -> None:
        finish(cast, review.id)
        denied = pytest.raises(ProgrammingError, match="permission denied")
        with denied, cast.open(cast.maria) as session:
            session.execute(text(statement), {"id": review.id})

    def test_a_draft_stays_until_it_is_finished_or_dropped(
        self, cast: Cast, review: FileReview
    ) -> None:
        typed = {"summary": "Half a thou", "score-facts": "met"}
        with cast.open(cast.maria) as session:
            keep_review(session, review.id, typed)
        assert opened(cast, review.id).typed == typed
        with cast.open(cast.maria) as session:
            drop_review(session, review.id)
        assert opened(cast, review.id).typed == {}
        with cast.open(cast.maria) as session:
            keep_review(session, review.id, typed)
        finish(cast, review.id)
        assert opened(cast, review.id).typed == {}

    @pytest.mark.parametrize("who", ["amina", "ben", "tess", "bea"])
    def test_nobody_else_keeps_a_draft(self, cast: Cast, review: FileReview, who: str) -> None:
        for verb in (lambda s: keep_review(s, review.id, {}), lambda s: drop_review(s, review.id)):
            with pytest.raises(NotFound), cast.open(getattr(cast, who)) as session:
                verb(session)


class TestFeedback:
    def test_comes_back_once_it_is_finished_and_says_that_it_was_read(
        self, cast: Cast, review: FileReview
    ) -> None:
        with cast.open(cast.amina) as session:
            assert list_my_reviews(session).came_back.total == 0
            with pytest.raises(NotFound):
                open_feedback(session, review.id)
        finish(cast, review.id)
        for _ in range(2):
            with cast.open(cast.amina) as session:
                found = open_feedback(session, review.id)
        assert (found.reviewer, found.may_answer) == ("Maria Silva", True)
        (version,) = opened(cast, review.id).versions
        assert [(each.stance, each.by) for each in version.said] == [("read", "Amina Khan")]

    def test_a_dispute_says_why_and_is_answered_once(self, cast: Cast, review: FileReview) -> None:
        finish(cast, review.id)
        with pytest.raises(Invalid):
            answer(cast, review, "disputed")
        answer(cast, review, "disputed", "The rent book is in the paper file")
        with pytest.raises(Conflict, match="already"):
            answer(cast, review, "accepted")
        assert opened(cast, review.id).may_reply
        with cast.open(cast.maria) as session:
            with pytest.raises(Invalid):
                reply(session, review.id, " ")
            reply(session, review.id, "Seen; please scan it")
        with pytest.raises(Conflict), cast.open(cast.maria) as session:
            reply(session, review.id, "And again")
        (version,) = opened(cast, review.id).versions
        assert [each.stance for each in version.said] == ["disputed", "replied"]
        with cast.open(cast.maria) as session:
            assert audited(session, "file_review:answer", "review_responses")

    def test_a_corrected_review_is_answered_anew(self, cast: Cast, review: FileReview) -> None:
        finish(cast, review.id)
        answer(cast, review, "disputed", "No")
        finish(cast, review.id, seen=1, reason="You are right")
        with pytest.raises(Conflict, match="corrected"):
            answer(cast, review, "accepted")
        answer(cast, review, "accepted", seen=2)

    @pytest.mark.parametrize("who", ["ben", "tess", "maria", "colin", "bea"])
    def test_is_ones_own_alone(self, cast: Cast, review: FileReview, who: str) -> None:
        finish(cast, review.id)
        other = getattr(cast, who)
        with cast.open(other) as session:
            assert list_my_reviews(session).came_back.total == 0
        for verb in (
            lambda s: open_feedback(s, review.id),
            lambda s: answer_feedback(s, review.id, stance="accepted", body="", seen=1),
        ):
            with pytest.raises(NotFound), cast.open(other) as session:
                verb(session)

    def test_an_admin_has_none(self, cast: Cast) -> None:
        with pytest.raises(Refused), cast.open(cast.root) as session:
            list_my_reviews(session)

    def test_a_trainee_reads_their_own_when_the_case_is_anothers(
        self, cast: Cast, owner: Engine
    ) -> None:
        review = one_review(cast, owner, cast.tess)
        with cast.open(cast.maria) as session:
            assign_case(session, review.case_id, advisor_id=cast.ben.user_id)
        finish(cast, review.id, action__1="Ring", action__1__due=day(3))
        with cast.open(cast.tess) as session:
            found = open_feedback(session, review.id)
            assert (found.is_mine, found.row.client) == (False, "")
            assert found.row.reference == review.case_reference
            assert [each.is_done for each in found.versions[0].actions] == [None]
            answer_feedback(session, review.id, stance="accepted", body="", seen=1)

    def test_a_file_restricted_since_is_hidden_from_who_is_not_named(
        self, cast: Cast, review: FileReview
    ) -> None:
        finish(cast, review.id)
        with cast.open(cast.maria) as session:
            client_id = session.require(Case, review.case_id).client_id
            restrict_file(session, client_id, [cast.ben.user_id])
        with cast.open(cast.amina) as session:
            assert list_my_reviews(session).came_back.total == 0
            log = text(
                "SELECT count(*) FROM audit_logs WHERE table_name IN"
                " ('file_reviews', 'file_review_versions', 'review_responses')"
            )
            assert session.execute(log).scalar_one() == 0

    def test_what_one_is_to_review_is_listed(self, cast: Cast, review: FileReview) -> None:
        give(cast, review.id, cast.ben)
        with cast.open(cast.ben) as session:
            found = list_my_reviews(session)
        assert [(row.id, row.other) for row in found.to_review] == [(review.id, "Amina Khan")]
        assert found.to_review_count == 1

    def test_the_log_tells_others_nothing_of_it(self, cast: Cast, review: FileReview) -> None:
        finish(cast, review.id, summary="Careless")
        log = text("SELECT count(*) FROM audit_logs WHERE table_name = 'file_review_versions'")
        seen = {}
        for who in ("maria", "amina", "ben", "tess", "bea"):
            with cast.open(getattr(cast, who)) as session:
                seen[who] = session.execute(log).scalar_one()
        assert seen == {"maria": 1, "amina": 1, "ben": 0, "tess": 0, "bea": 0}


class TestResults:
    def test_are_counted_by_advisor_and_by_criterion_of_the_newest_version(
        self, cast: Cast, owner: Engine
    ) -> None:
        for who in (cast.amina, cast.ben, cast.tess):
            old_case(cast, owner, who)
        sample_id = drawn(cast)
        by = {row.holder_id: row.id for row in reviews_of(cast, sample_id).values()}
        finish(cast, by[cast.amina.user_id], score__advice="not_met", comment__advice="None")
        finish(cast, by[cast.amina.user_id], seen=1, reason="It was there after all")
        finish(cast, by[cast.tess.user_id], score__facts="not_applicable")
        with cast.open(cast.maria) as session:
            found = read_results(session, ReviewFilter(sample_id=sample_id))
        assert [(a.name, a.meets, a.partly, a.below, a.waiting) for a in found.advisors] == [
            ("Amina Khan", 1, 0, 0, 0),
            ("Ben Ellis", 0, 0, 0, 1),
            ("Tess Moore", 1, 0, 0, 0),
        ]
        facts, advice = found.criteria["facts"], found.criteria["advice"]
        assert (facts.met, facts.not_applicable) == (1, 1)
        assert (advice.met, advice.not_met) == (2, 0)

    def test_the_list_is_filtered_and_counted(self, cast: Cast, owner: Engine) -> None:
        for who in (cast.amina, cast.ben):
            old_case(cast, owner, who)
        sample_id = drawn(cast)
        by = {row.holder_id: row for row in reviews_of(cast, sample_id).values()}
        mine = by[cast.amina.user_id]
        finish(cast, mine.id)
        answer(cast, mine, "disputed", "No")

        def listed(**over: object) -> list[int]:
            with cast.open(cast.maria) as session:
                found = list_reviews(session, ReviewFilter(sample_id=sample_id, **over))  # type: ignore[arg-type]
            assert dict(found.counts) in (
                {"all": 2, "waiting": 1, "done": 1, "unanswered": 0, "disputed": 1},
                {"all": 1, "waiting": 0, "done": 1, "unanswered": 0, "disputed": 1},
            )
            assert len(found.holders) == 2
            return [row.id for row in found.page.rows]

        assert listed() == [by[cast.ben.user_id].id, mine.id]
        assert listed(state="disputed") == [mine.id]
        assert listed(state="unanswered") == []
        assert listed(holder_id=cast.amina.user_id) == [mine.id]
        assert listed(number=2) == []

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_are_a_managers(self, cast: Cast, who: str) -> None:
        for verb in (list_reviews, read_results):
            with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
                verb(session, ReviewFilter())

    def test_of_the_next_centre_nothing(self, cast: Cast, review: FileReview) -> None:
        with cast.open(cast.bea) as session:
            assert list_reviews(session, ReviewFilter()).counts["all"] == 0
            assert read_results(session, ReviewFilter(sample_id=review.sample_id)).advisors == []


def test_a_version_tells_the_criteria_of_its_day(cast: Cast, review: FileReview) -> None:
    finish(cast, review.id)
    with cast.open(cast.maria) as session:
        (version,) = opened(cast, review.id).versions
        row = session.require(FileReviewVersion, version.row.id)
        assert row.criteria_from <= today()
