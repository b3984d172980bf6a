"""Advice in preparation: discarded and brought back; and a nation that changes after the advice."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cma_app.access.actor import Actor
from cma_app.database import app_engine
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import advice_drafts, recommendations
from cma_app.services.advice_nation import OldNation
from cma_app.services.case_overview import read_workspace
from cma_app.services.case_steps import edit_case
from cma_app.services.drafts import keep_draft
from cma_app.services.own_work import read_own_work
from cma_app.services.recommendations import ADVICE_DRAFT, read_advice
from cma_app.services.sign_off_list import banners_of
from models import Case, Recommendation
from tests.people import Cast
from tests.services.advising import advice_form, advise, choose, prepare, progress
from tests.services.money import audited, make_case
from tests.services.signing import send_back, sign_off, submit
from tests.services.test_recommendations import stored
from tests.walls.test_isolation import scope

pytestmark = pytest.mark.database


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def trainees(cast: Cast) -> int:
    """A case that Tess holds, supervised by Amina."""
    return make_case(cast, cast.tess)


def move(cast: Cast, case_id: int, nation: str) -> None:
    with cast.open(cast.amina) as session:
        case = session.require(Case, case_id)
        edit_case(
            session,
            case_id,
            version=case.version,
            nation=nation,
            case_type=case.case_type,
            next_review_date=case.next_review_date,
        )


class TestDiscarding:
    """A draft is its author's to discard, until it waits; it can be brought back."""

    def discard(self, cast: Cast, row: Recommendation, who: Actor | None = None) -> dict[str, str]:
        with cast.open(who or cast.tess) as session:
            version = stored(cast, row).version
            return advice_drafts.discard_advice(session, row.id, version=version)

    def restore(self, cast: Cast, row: Recommendation, who: Actor | None = None) -> None:
        with cast.open(who or cast.tess) as session:
            advice_drafts.restore_advice(session, row.id, {"reasons": "So far"})

    def test_takes_it_away_with_what_was_typed_and_brings_both_back(
        self, cast: Cast, trainees: int
    ) -> None:
        row = prepare(cast, trainees)
        send_back(cast, submit(cast, "give_advice", row.id), reasons="Why?")
        with cast.open(cast.tess) as session:
            keep_draft(session, ADVICE_DRAFT, {"reasons": "So far"}, record_id=trainees)
            assert read_advice(session, trainees).may_discard
        assert self.discard(cast, row) == {"reasons": "So far"}
        with cast.open(cast.tess) as session:
            page = read_advice(session, trainees)
            assert (page.draft, page.given, page.typed) == (None, [], {})
            assert banners_of(session, session.require(Case, trainees)) == []
            assert read_own_work(session).to_do == []
        self.restore(cast, row)
        with cast.open(cast.tess) as session:
            page = read_advice(session, trainees)
            assert page.draft is not None
            assert (page.draft.row.reasons, page.typed) == (row.reasons, {"reasons": "So far"})
            assert len(read_own_work(session).to_do) == 1
            assert len(audited(session, "recommendation:prepare", "recommendations")) == 3

    def test_its_number_is_not_used_again_and_two_drafts_never_stand(
        self, cast: Cast, trainees: int
    ) -> None:
        first = prepare(cast, trainees)
        self.discard(cast, first)
        second = prepare(cast, trainees)
        assert (first.version_no, second.version_no) == (1, 2)
        with pytest.raises(Conflict, match="Another draft"):
            self.restore(cast, first)
        self.discard(cast, second)
        self.restore(cast, first)
        with pytest.raises(NotFound):
            self.restore(cast, first)

    def test_not_while_it_waits_and_not_once_it_was_given(self, cast: Cast, trainees: int) -> None:
        row = prepare(cast, trainees)
        waiting = submit(cast, "give_advice", row.id)
        with cast.open(cast.tess) as session:
            assert not read_advice(session, trainees).may_discard
        with pytest.raises(Conflict, match="waits for sign-off"):
            self.discard(cast, row)
        sign_off(cast, waiting)
        for who in (cast.tess, cast.amina):
            with pytest.raises(Conflict, match="was given"):
                self.discard(cast, row, who)
        with pytest.raises(DBAPIError, match="discarded"), app_engine().begin() as connection:
            scope(connection, cast.amina)
            gone = "UPDATE recommendations SET deleted_at = now() WHERE id = :id"
            connection.execute(text(gone), {"id": row.id})

    def test_not_what_somebody_changed_meanwhile(self, cast: Cast, trainees: int) -> None:
        row = prepare(cast, trainees)
        with pytest.raises(Conflict, match="meantime"), cast.open(cast.tess) as session:
            advice_drafts.discard_advice(session, row.id, version=row.version + 1)

    @pytest.mark.parametrize("who", ["amina", "maria", "colin", "root"])
    def test_is_its_authors_alone(self, cast: Cast, trainees: int, who: str) -> None:
        row, actor = prepare(cast, trainees), getattr(cast, who)
        with pytest.raises((NotFound, Refused)):
            self.discard(cast, row, actor)
        self.discard(cast, row)
        with pytest.raises((NotFound, Refused)):
            self.restore(cast, row, actor)

    def test_is_not_for_a_trainee_who_does_not_hold_the_case(
        self, cast: Cast, trainees: int
    ) -> None:
        row = prepare(cast, trainees)
        with cast.open(cast.maria) as session:
            case = session.require(Case, trainees)
            case.advisor_id = cast.amina.user_id
        for verb in (self.discard, self.restore):
            with pytest.raises((NotFound, Refused)):
                verb(cast, row)


class TestAnotherNation:
    """The case changes its nation: what was advised is looked at again."""

    def told(self, cast: Cast, case_id: int) -> OldNation | None:
        with cast.open(cast.amina) as session:
            return read_workspace(session, case_id).old_nation

    def test_is_told_until_it_is_advised_anew(self, cast: Cast, case_id: int) -> None:
        row = choose(cast, advise(cast, case_id, solution="debt_relief_order"))
        assert self.told(cast, case_id) is None
        move(cast, case_id, "wales")  # the same law: nothing to look at
        assert self.told(cast, case_id) is None
        move(cast, case_id, "scotland")
        assert self.told(cast, case_id) == OldNation("England", "", "Scotland")
        with cast.open(cast.ben) as session:
            assert [each.under for each in read_advice(session, case_id).given] == ["England"]
        # what they chose of it is still heard, in the words of the nation it was for
        assert choose(cast, row, choice="another", chosen="iva").chosen_word is not None
        move(cast, case_id, "england")
        assert self.told(cast, case_id) is None
        move(cast, case_id, "scotland")
        anew = advise(cast, case_id, solution="minimal_assets")
        assert (anew.nation, self.told(cast, case_id)) == ("scotland", None)

    def test_is_not_told_of_what_is_over(self, cast: Cast, case_id: int) -> None:
        progress(cast, choose(cast, advise(cast, case_id)), "completed")
        move(cast, case_id, "scotland")
        assert self.told(cast, case_id) is None

    def test_a_form_opened_before_is_not_given_for_the_other_nation(
        self, cast: Cast, case_id: int
    ) -> None:
        with cast.open(cast.amina) as session:
            seen = read_advice(session, case_id).seen
        move(cast, case_id, "scotland")
        with pytest.raises(Conflict, match="nation of this case"), cast.open(cast.amina) as session:
            recommendations.give_advice(session, case_id, advice_form(), seen=seen)

    def test_a_draft_is_given_once_somebody_says_they_looked_again(
        self, cast: Cast, trainees: int
    ) -> None:
        row = prepare(cast, trainees)
        waiting = submit(cast, "give_advice", row.id)
        move(cast, trainees, "scotland")
        assert self.told(cast, trainees) == OldNation("", "England", "Scotland")
        assert sign_off(cast, waiting).status == "void"
        with pytest.raises(Conflict, match="under the rules of England"):
            submit(cast, "give_advice", row.id)
        with (
            pytest.raises(Conflict, match="under the rules of England"),
            cast.open(cast.amina) as session,
        ):
            recommendations.give_prepared(session, row.id, {})
        for verb, who in ((prepare, cast.tess), (advise, cast.amina)):
            with pytest.raises(Invalid) as wrong:
                verb(cast, trainees, who)
            assert set(wrong.value.fields) == {"looked_again"}
        again = prepare(cast, trainees, looked_again=True)
        assert (again.id, again.nation) == (row.id, "scotland")
        assert self.told(cast, trainees) is None
        assert sign_off(cast, submit(cast, "give_advice", row.id)).status == "approved"
