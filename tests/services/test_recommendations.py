"""What is recommended: given by who may, never changed, superseded; chosen and started after it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cma_app.clock import today
from cma_app.database import app_engine
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services import recommendations
from cma_app.services.closing_page import read_closing
from cma_app.services.compliance import open_checklist
from cma_app.services.compliance_proofs import proven
from cma_app.services.debts import add_debt
from cma_app.services.drafts import keep_draft
from cma_app.services.recommendations import ADVICE_DRAFT, read_advice
from cma_app.services.sign_off_list import banners_of
from cma_app.services.timeline import read_timeline
from models import Case, Recommendation
from tests.people import Cast
from tests.services.advising import advice_form, advise, choose, prepare, progress
from tests.services.closings import close_with
from tests.services.money import audited, make_case
from tests.services.signing import opened, send_back, sign_off, submit
from tests.walls.test_isolation import scope

WRONG_ADVICE: list[tuple[dict[str, str], str]] = [
    ({"solution": "das"}, "solution"),
    ({"solution": ""}, "solution"),
    ({"reasons": " "}, "reasons"),
    ({"costs_told": ""}, "costs_told"),
    ({"others_words": "", "other-offers": "It is the one"}, "others_words"),
    ({"other-iva": "x" * 1001}, "other-iva"),
    ({"choice": "another"}, "chosen"),
    ({"choice": "another", "chosen": "offers"}, "chosen"),
    ({"choice": "another", "chosen": "trust_deed"}, "chosen"),
    ({"choice": "maybe"}, "choice"),
    ({"advised_on": f"{today() + timedelta(days=2)}"}, "advised_on"),
]
EARLY = f"{today() - timedelta(days=1)}"
WRONG_PROGRESS: list[tuple[str, dict[str, str], str]] = [
    ("started", {"started_on": ""}, "started_on"),
    ("completed", {"ended_on": ""}, "ended_on"),
    ("completed", {"ended_on": EARLY}, "ended_on"),
    ("started", {"started_on": EARLY}, "started_on"),
    ("failed", {"progress_note": " "}, "progress_note"),
    ("draft", {}, "status"),
]
PROOFS = {"advice_given", "choice_recorded", "advice_signed_off"}


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


@pytest.fixture
def trainees(cast: Cast) -> int:
    """A case that Tess holds, supervised by Amina."""
    return make_case(cast, cast.tess)


def stored(cast: Cast, row: Recommendation) -> Recommendation:
    with cast.open(cast.ashdown_system) as session:
        return session.require(Recommendation, row.id)


def proofs_of(cast: Cast, case_id: int) -> set[str]:
    with cast.open(cast.amina) as session:
        return proven(session, [case_id])[case_id] & PROOFS


class TestGiveAdvice:
    def test_stands_at_once_in_the_words_of_its_day(self, cast: Cast, case_id: int) -> None:
        row = advise(
            cast,
            case_id,
            **{"other-bankruptcy": "The home would go.", "other-offers": "No", "other-das": "No"},
        )
        assert (row.status, row.version_no, row.given_by) == ("advised", 1, cast.amina.user_id)
        assert (row.solution_word, row.nation) == ("Repayment offers to creditors", "england")
        assert row.others == {"bankruptcy": "The home would go."}
        assert (row.advised_on, row.choice) == (today(), None)
        with cast.open(cast.maria) as session:
            assert len(audited(session, "recommendation:give", "recommendations")) == 2
            told = [event.title for event in read_timeline(session, case_id)]
        assert "Advice given" in told

    def test_the_next_supersedes_it_and_changes_no_word(self, cast: Cast, case_id: int) -> None:
        first = progress(cast, choose(cast, advise(cast, case_id)), "started")
        second = advise(cast, case_id, solution="token_offers", reasons="Her hours were cut.")
        old = stored(cast, first)
        assert (second.version_no, old.superseded_on) == (2, today())
        assert (old.reasons, old.status) == (first.reasons, "started")
        assert progress(cast, old, "stopped").status == "stopped"  # what had begun ends
        with pytest.raises(Conflict, match="Later advice"):
            choose(cast, old)
        with cast.open(cast.ben) as session:
            page = read_advice(session, case_id)
        assert [each.row.version_no for each in page.given] == [2, 1]
        third = advise(cast, case_id)
        with pytest.raises(Conflict, match="Later advice"):
            progress(cast, second, "started")
        assert third.version_no == 3

    def test_the_database_keeps_what_was_given(self, cast: Cast, case_id: int) -> None:
        row = advise(cast, case_id)
        for change in ("reasons = 'Other'", "status = 'draft', given_at = NULL, given_by = NULL"):
            with pytest.raises(DBAPIError, match="stays as it is"):
                self.change(cast, row, change)

    def change(self, cast: Cast, row: Recommendation, change: str) -> None:
        with app_engine().begin() as connection:
            scope(connection, cast.amina)
            connection.execute(
                text(f"UPDATE recommendations SET {change} WHERE id = :id"), {"id": row.id}
            )

    def test_says_beside_the_box_what_is_wrong(self, cast: Cast, case_id: int) -> None:
        for over, box in WRONG_ADVICE:
            with pytest.raises(Invalid) as wrong:
                advise(cast, case_id, **over)
            assert set(wrong.value.fields) == {box}, over

    def test_another_nation_has_its_own_options(self, cast: Cast) -> None:
        scottish = make_case(cast, cast.amina, nation="scotland")
        row = advise(cast, scottish, solution="bankruptcy")
        assert row.solution_word.startswith("Sequestration")
        with pytest.raises(Invalid):
            advise(cast, scottish, solution="debt_relief_order")

    def test_whoever_comes_second_is_told(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            seen = read_advice(session, case_id).seen
        advise(cast, case_id, cast.ben)
        with pytest.raises(Conflict, match="in the meantime"), cast.open(cast.amina) as session:
            recommendations.give_advice(session, case_id, advice_form(), seen=seen)

    def test_no_advice_once_the_case_has_ended(self, cast: Cast, case_id: int) -> None:
        row = choose(cast, advise(cast, case_id))
        with cast.open(cast.amina) as session:
            close_with(session, case_id, status="cancelled", reason="moved_away")
        with pytest.raises(Conflict, match="has ended"):
            advise(cast, case_id)
        assert progress(cast, row, "completed").status == "completed"  # what comes of it is heard

    def test_what_was_typed_is_forgotten_once_it_is_given(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            keep_draft(session, ADVICE_DRAFT, {"reasons": "So far"}, record_id=case_id)
            assert read_advice(session, case_id).typed == {"reasons": "So far"}
        advise(cast, case_id)
        with cast.open(cast.amina) as session:
            assert read_advice(session, case_id).typed == {}

    @pytest.mark.parametrize("who", ["colin", "root", "tess"])
    def test_is_not_for_another_centre_role_or_trainee(
        self, cast: Cast, case_id: int, who: str
    ) -> None:
        actor = getattr(cast, who)
        row = advise(cast, case_id)
        for verb in (advise, prepare):
            with pytest.raises((NotFound, Refused)):
                verb(cast, case_id, actor)
        for later, args in ((choose, ()), (progress, ("started",))):
            with pytest.raises((NotFound, Refused)):
                later(cast, row, *args, who=actor)
        with pytest.raises((NotFound, Refused)), cast.open(actor) as session:
            read_advice(session, case_id)


class TestPrepared:
    """A trainee's recommendation, which waits."""

    def test_nothing_follows_from_it_before_it_is_signed_off(
        self, cast: Cast, trainees: int, owner: Engine
    ) -> None:
        row = prepare(cast, trainees, choice="accepted")
        assert (row.status, row.given_at) == ("draft", None)
        assert proofs_of(cast, trainees) == set()
        with pytest.raises(Refused, match="signed off"):
            advise(cast, trainees, cast.tess)
        submitted = submit(cast, "give_advice", row.id)
        for who in (cast.tess, cast.amina):
            with pytest.raises(Conflict, match="waits for sign-off"):
                progress(cast, row, "started", who)
            with pytest.raises(Conflict, match="waits for sign-off"):
                choose(cast, row, who)
        with (
            pytest.raises(DBAPIError, match="waits for sign-off"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            change = "UPDATE recommendations SET status = 'advised', given_at = now(), given_by = 1"
            connection.execute(text(f"{change} WHERE id = :id"), {"id": row.id})
        assert sign_off(cast, submitted).status == "approved"
        given = stored(cast, row)
        assert (given.status, given.given_by) == ("advised", cast.amina.user_id)
        assert (given.advised_by, given.choice) == (cast.tess.user_id, "accepted")
        assert proofs_of(cast, trainees) == PROOFS
        assert progress(cast, given, "started", cast.tess).status == "started"

    def test_comes_back_with_a_comment_beside_the_line(self, cast: Cast, trainees: int) -> None:
        row = prepare(cast, trainees)
        first = submit(cast, "give_advice", row.id)
        send_back(cast, first, reasons="Why not a write-off?")
        again = prepare(cast, trainees, reasons="She can pay, so no write-off.")
        assert again.id == row.id
        second = submit(cast, "give_advice", row.id)
        (line,) = [each for each in opened(cast, second).lines if each.is_changed]
        assert (line.key, line.comment) == ("reasons", "Why not a write-off?")
        edited = sign_off(
            cast, second, reasons="She can pay.", costs_told=advice_form()["costs_told"]
        )
        assert edited.edits == {"reasons": "She can pay."}
        assert stored(cast, row).reasons == "She can pay."
        with pytest.raises(Invalid) as wrong:
            another = prepare(cast, trainees)
            sign_off(cast, submit(cast, "give_advice", another.id), reasons=" ")
        assert wrong.value.fields == {"edit-reasons": "Fill this in."}

    @pytest.mark.parametrize("moved", ["words", "choice", "debt"])
    def test_a_change_voids_it(self, cast: Cast, trainees: int, moved: str) -> None:
        row = prepare(cast, trainees)
        waiting = submit(cast, "give_advice", row.id)
        if moved == "debt":
            with cast.open(cast.tess) as session:
                debt = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "120"}
                add_debt(session, trainees, debt)
        else:
            prepare(cast, trainees, **({"reasons": "X"} if moved == "words"
                                       else {"choice": "undecided"}))  # fmt: skip
        assert opened(cast, waiting).is_changed
        assert sign_off(cast, waiting).status == "void"
        assert stored(cast, row).status == "draft"
        with cast.open(cast.tess) as session:
            (banner,) = banners_of(session, session.require(Case, trainees))
            assert (banner.word, banner.status) == ("Give the recommendation", "void")

    def test_is_signed_off_by_its_supervisor_and_never_by_its_author(
        self, cast: Cast, trainees: int
    ) -> None:
        waiting = submit(cast, "give_advice", prepare(cast, trainees).id)
        for who in (cast.ben, cast.tess, cast.colin):
            with pytest.raises((Refused, NotFound)):
                sign_off(cast, waiting, who)
        assert sign_off(cast, waiting, cast.maria).status == "approved"

    def test_an_advisor_who_takes_it_over_gives_it_as_their_own(
        self, cast: Cast, trainees: int
    ) -> None:
        row = prepare(cast, trainees)
        waiting = submit(cast, "give_advice", row.id)
        taken = advise(cast, trainees, cast.ben)
        assert (taken.id, taken.advised_by) == (row.id, cast.ben.user_id)
        assert proofs_of(cast, trainees) == {"advice_given"}
        assert sign_off(cast, waiting).status == "void"


class TestChoice:
    def test_against_the_advice_is_kept_and_proven(self, cast: Cast, case_id: int) -> None:
        row = advise(cast, case_id)
        assert proofs_of(cast, case_id) == {"advice_given"}
        choose(cast, row, choice="undecided")
        assert "choice_recorded" not in proofs_of(cast, case_id)
        chosen = choose(cast, row, choice="another", chosen="write_off", choice_note="Too long.")
        assert (chosen.chosen_word, chosen.chosen_on) == ("Write-off asked of creditors", today())
        assert proofs_of(cast, case_id) == {"advice_given", "choice_recorded"}
        assert recommendations.taken_of(chosen) == "write_off"
        back = choose(cast, row)
        assert (back.choice, back.chosen, back.chosen_word) == ("accepted", None, None)

    def test_has_its_day_and_its_version(self, cast: Cast, case_id: int) -> None:
        row = advise(cast, case_id)
        with pytest.raises(Invalid) as wrong:
            choose(cast, row, chosen_on=f"{today() - timedelta(days=1)}")
        assert set(wrong.value.fields) == {"chosen_on"}
        with pytest.raises(Conflict), cast.open(cast.ben) as session:
            data = {"choice": "accepted"}
            recommendations.record_choice(session, row.id, data, version=row.version + 1)

    def test_cannot_become_open_once_it_started(self, cast: Cast, case_id: int) -> None:
        row = progress(cast, choose(cast, advise(cast, case_id)), "started")
        with pytest.raises(Invalid) as wrong:
            choose(cast, row, choice="undecided")
        assert set(wrong.value.fields) == {"choice"}


class TestProgress:
    def test_goes_on_and_is_put_right(self, cast: Cast, case_id: int) -> None:
        row = choose(cast, advise(cast, case_id))
        assert progress(cast, row, "started").ended_on is None
        done = progress(cast, row, "completed")
        assert (done.started_on, done.ended_on) == (today(), today())
        again = progress(cast, row, "advised")
        assert (again.started_on, again.ended_on) == (None, None)

    def test_says_beside_the_box_what_is_wrong(self, cast: Cast, case_id: int) -> None:
        row = choose(cast, advise(cast, case_id))
        for status, over, box in WRONG_PROGRESS:
            with pytest.raises(Invalid) as wrong:
                progress(cast, row, status, **over)
            assert set(wrong.value.fields) == {box}, (status, over)

    def test_nothing_starts_before_the_client_chose(self, cast: Cast, case_id: int) -> None:
        row = advise(cast, case_id)
        for said in ("started", "completed"):
            with pytest.raises(Invalid, match="chose first"):
                progress(cast, row, said)
        assert progress(cast, row, "failed", started_on="").status == "failed"


class TestTheClosing:
    def test_begins_with_what_came_of_the_advice(self, cast: Cast, case_id: int) -> None:
        row = choose(cast, advise(cast, case_id), choice="another", chosen="token_offers")
        progress(cast, row, "started")
        with cast.open(cast.amina) as session:
            open_checklist(session, case_id)
            found = read_closing(session, case_id).advised
        assert found == {"debt_solution": "token_offers", "fca_outcome": "own_choice"}
