"""One answer by itself: what its box says once it is left, and which sentences come and go."""

from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import model_validator

from cma_app.clock import today
from cma_app.services.forms import (
    BirthDate,
    Clock,
    Email,
    Form,
    Name,
    Postcode,
    ReasonForm,
    given,
)
from state.forms import UNSENT, checked


class Person(Form):
    """A form with a rule between two answers."""

    first_name: Name
    born: BirthDate = None
    email: Email = None
    postcode: Postcode = None
    opens: Clock = None
    closes: Clock = None
    pet: Annotated[str, given("Say which pet.")]

    @model_validator(mode="after")
    def _in_order(self) -> "Person":
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValueError("The first time must come before the second.")
        return self


class TestSentenceFor:
    @pytest.mark.parametrize(
        ("name", "typed", "begins"),
        [
            ("email", "leanne@", "Enter an e-mail address"),
            ("postcode", "PO1", "Enter a full postcode"),
            ("born", "31 2 1984", "There is no such date"),
            ("born", "27 3", "Enter a date like"),
            ("opens", "25:99", "Enter a time"),
            ("first_name", "   ", "Fill this in."),
            ("first_name", "x" * 101, "Use at most 100 characters."),
            ("pet", "", "Say which pet."),
        ],
    )
    def test_says_what_is_wrong_with_that_answer(self, name: str, typed: str, begins: str) -> None:
        assert (Person.sentence_for(name, typed) or "").startswith(begins)

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("email", "leanne@example.org"),
            ("email", ""),
            ("postcode", "po1 3ax"),
            ("born", "27 3 1984"),
            ("born", ""),
            ("first_name", "Leanne"),
            ("opens", "9"),
        ],
    )
    def test_says_nothing_of_a_right_answer_while_others_are_missing(
        self, name: str, typed: str
    ) -> None:
        assert Person.sentence_for(name, typed) is None

    def test_says_nothing_of_a_name_it_does_not_know(self) -> None:
        assert Person.sentence_for("form", "x") is None
        assert Person.sentence_for("__class__", "x") is None

    def test_a_birth_is_not_tomorrow(self) -> None:
        assert Person.sentence_for("born", f"{today() + timedelta(days=1):%d %m %Y}")


class TestChecked:
    def test_an_error_of_a_form_that_was_not_sent_is_marked_so(self) -> None:
        errors = checked({}, Person, "email", "leanne@")
        assert errors.keys() == {"email", UNSENT}

    def test_the_last_right_answer_leaves_nothing(self) -> None:
        errors = checked(checked({}, Person, "email", "leanne@"), Person, "email", "l@example.org")
        assert errors == {}

    def test_only_the_box_that_was_left_changes(self) -> None:
        errors = checked({}, Person, "email", "leanne@")
        errors = checked(errors, Person, "postcode", "PO1")
        errors = checked(errors, Person, "email", "")
        assert errors.keys() == {"postcode", UNSENT}

    def test_a_form_that_was_sent_keeps_its_other_sentences_and_its_summary(self) -> None:
        sent = {"email": "Somebody has it already.", "pet": "Say which pet."}
        assert checked(sent, Person, "email", "l@example.org") == {"pet": "Say which pet."}
        assert UNSENT not in checked(sent, Person, "postcode", "PO1")
        assert sent.keys() == {"email", "pet"}

    def test_a_name_from_elsewhere_adds_nothing(self) -> None:
        assert checked({}, ReasonForm, "nobody knows this", "x") == {}

    def test_a_reason_that_is_there_takes_its_sentence_away(self) -> None:
        assert checked({"reason": "Say why."}, ReasonForm, "reason", "Moved away.") == {}


@pytest.mark.parametrize("typed", ["half \ud83d of one", "nul\x00 in it"])
def test_what_no_database_keeps_is_left_out_and_the_rest_is_kept(typed: str) -> None:
    said = ReasonForm.read({"reason": typed}).reason
    assert said.encode()
    assert "\x00" not in said
    assert said.split()[0].startswith(typed[:3])
