"""Feedback: nobody is asked who has not agreed, what they say is kept, mistakes are taken back."""

from datetime import timedelta
from typing import Any

import pytest

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.consents import wording_on
from cma_app.services import case_people, feedback
from cma_app.services.compliance_proofs import proven
from cma_app.services.consents import ConsentForm, record_consent
from cma_app.services.feedback import NOT_AGREED, list_feedback
from cma_app.services.separation import separate_people
from models import Case, ClientFeedback
from tests.people import Cast
from tests.services.money import audited, make_case

ASKED = {"way": "phone"}
PARTNER = {"first_name": "Jo", "last_name": "Whitmore", "date_of_birth": "1 2 1980"}


@pytest.fixture
def case_id(cast: Cast) -> int:
    case_id = make_case(cast, cast.amina)
    agree(cast, case_id)
    return case_id


def agree(cast: Cast, case_id: int, answer: str = "given") -> None:
    with cast.open(cast.amina) as session:
        client_id = session.require(Case, case_id).client_id
        version = wording_on("feedback", today()).version
        said = {"purpose": "feedback", "answer": answer, "wording_version": version}
        record_consent(session, client_id, ConsentForm.read(said))


def ask(cast: Cast, case_id: int, who: Any = None, **said: Any) -> ClientFeedback:
    with cast.open(who or cast.amina) as session:
        return feedback.record_feedback(session, case_id, {**ASKED, **said})


def join(cast: Cast, case_id: int) -> int:
    """Join a second person to a case and return who they are as a client."""
    with cast.open(cast.amina) as session:
        routes = {f"route_{each}": "yes" for each in ("call", "text", "voicemail", "email", "post")}
        return case_people.join_new_person(session, case_id, {**PARTNER, **routes}).id


def wrong_boxes(cast: Cast, case_id: int, **said: Any) -> set[str]:
    with pytest.raises(Invalid) as wrong:
        ask(cast, case_id, **said)
    return set(wrong.value.fields)


class TestRecord:
    def test_keeps_when_and_how_and_later_what_they_said(self, cast: Cast, case_id: int) -> None:
        row = ask(cast, case_id, asked_on=f"{today() - timedelta(days=9)}")
        assert (row.answered_on, row.is_declined, row.may_be_quoted) == (None, False, False)
        with cast.open(cast.ben) as session:
            proof = "feedback_asked" in proven(session, [case_id])[case_id]
            data = {"way": "letter", "asked_on": f"{row.asked_on}", "rating": "5"}
            data |= {"said": "I sleep again.", "may_be_quoted": "on"}
            row = feedback.change_feedback(session, row.id, data, version=row.version)
        assert proof
        assert (row.rating, row.answered_on, row.may_be_quoted) == (5, today(), True)
        with cast.open(cast.maria) as session:
            assert len(audited(session, "feedback:record", "client_feedback")) == 2
            (shown,) = list_feedback(session, case_id).rows
        assert (shown.name, shown.row.said) == ("Leanne Whitmore", "I sleep again.")

    def test_asks_nobody_who_has_not_agreed(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        for _ in range(2):
            with pytest.raises(Invalid) as wrong:
                ask(cast, case_id)
            assert wrong.value.fields == {"asked_on": NOT_AGREED}
            agree(cast, case_id, "withdrawn")
        assert ask(cast, case_id, is_declined="on").is_declined
        agree(cast, case_id)
        assert ask(cast, case_id).id

    def test_says_beside_the_box_what_is_wrong(self, cast: Cast, case_id: int) -> None:
        early, late = (f"{today() + timedelta(days=n)}" for n in (-1, 1))
        assert wrong_boxes(cast, case_id, rating="6") == {"rating"}
        assert wrong_boxes(cast, case_id, way="pigeon") == {"way"}
        assert wrong_boxes(cast, case_id, asked_on=late) == {"asked_on"}
        assert wrong_boxes(cast, case_id, rating="4", answered_on=early) == {"answered_on"}
        assert wrong_boxes(cast, case_id, answered_on=f"{today()}") == {"rating"}
        assert wrong_boxes(cast, case_id, may_be_quoted="on") == {"may_be_quoted"}
        assert wrong_boxes(cast, case_id, is_declined="on", rating="4") == {"is_declined"}

    def test_turns_no_refusal_into_an_answer_of_who_has_not_agreed(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        row = ask(cast, case_id, is_declined="on")
        for answer in ({"rating": "5", "said": "Very good."}, {}):
            with pytest.raises(Invalid) as wrong, cast.open(cast.amina) as session:
                data = {**ASKED, **answer}
                feedback.change_feedback(session, row.id, data, version=row.version)
            assert wrong.value.fields == {"is_declined": NOT_AGREED}
        agree(cast, case_id)
        with cast.open(cast.amina) as session:
            data = {**ASKED, "rating": "5"}
            row = feedback.change_feedback(session, row.id, data, version=row.version)
        assert (row.is_declined, row.rating) == (False, 5)

    def test_of_who_left_the_case_stands_as_it_is(self, cast: Cast, case_id: int) -> None:
        partner = join(cast, case_id)
        rows = [ask(cast, case_id, client_number=str(partner), is_declined="on") for _ in range(2)]
        with cast.open(cast.amina) as session:
            feedback.remove_feedback(session, rows[1].id)
        with cast.open(cast.amina) as session:
            separate_people(session, case_id, opens_case=False)
        for verb, row, more in (
            (feedback.change_feedback, rows[0], {"data": ASKED, "version": rows[0].version}),
            (feedback.remove_feedback, rows[0], {}),
            (feedback.restore_feedback, rows[1], {}),
        ):
            with pytest.raises(NotFound), cast.open(cast.amina) as session:
                verb(session, row.id, **more)
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            session.require(ClientFeedback, rows[1].id)

    def test_of_two_people_says_which(self, cast: Cast, case_id: int) -> None:
        partner = join(cast, case_id)
        assert wrong_boxes(cast, case_id) == {"client_number"}
        assert wrong_boxes(cast, case_id, client_number="999999") == {"client_number"}
        assert wrong_boxes(cast, case_id, client_number=str(partner)) == {"client_number"}
        row = ask(cast, case_id, client_number=str(partner), is_declined="on")
        assert row.client_id == partner

    def test_whoever_comes_second_is_told(self, cast: Cast, case_id: int) -> None:
        row = ask(cast, case_id)
        with pytest.raises(Conflict), cast.open(cast.ben) as session:
            feedback.change_feedback(session, row.id, ASKED, version=row.version + 1)

    def test_is_taken_back_and_brought_back(self, cast: Cast, case_id: int) -> None:
        row = ask(cast, case_id, rating="3")
        with cast.open(cast.amina) as session:
            feedback.remove_feedback(session, row.id)
            assert list_feedback(session, case_id).rows == []
            assert "feedback_asked" not in proven(session, [case_id])[case_id]
        with cast.open(cast.amina) as session:
            assert feedback.restore_feedback(session, row.id).rating == 3
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            feedback.restore_feedback(session, row.id)

    @pytest.mark.parametrize("who", ["colin", "root", "tess"])
    def test_is_not_for_another_centre_role_or_trainee(
        self, cast: Cast, case_id: int, who: str
    ) -> None:
        actor, row = getattr(cast, who), ask(cast, case_id)
        with pytest.raises((NotFound, Refused)):
            ask(cast, case_id, actor)
        for verb, more in (
            (feedback.change_feedback, {"data": ASKED, "version": 1}),
            (feedback.remove_feedback, {}),
            (feedback.restore_feedback, {}),
        ):
            with pytest.raises((NotFound, Refused)), cast.open(actor) as session:
                verb(session, row.id, **more)
        with pytest.raises((NotFound, Refused)), cast.open(actor) as session:
            list_feedback(session, case_id)
