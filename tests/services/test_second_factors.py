"""The second factor: codes taken once, near their time, slowly, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, text

from cma_app.clock import now
from cma_app.errors import Invalid, SignedOut
from cma_app.services.second_factors import (
    WRONG_CODE,
    confirm,
    proved_lately,
)
from cma_app.services.sign_in import finish, sign_in
from cma_app.session import hash_token, open_session, resume
from tests.people import PASSWORD, Cast
from tests.services.factors import DESK, enrol, forget_used, sign_in_by

A_WHILE = timedelta(minutes=5)


def begin(cast: Cast, who: str = "amina") -> str:
    """Give the right password, and return what the database keeps of the waiting token."""
    begun = sign_in(cast.usernames[who], PASSWORD, DESK)
    assert begun.waits
    return hash_token(begun.token)


def refused_as(waiting: str, code: str) -> str:
    """Return the sentence by which a code is refused."""
    with pytest.raises(Invalid) as invalid:
        finish(waiting, {"code": code}, DESK)
    return invalid.value.fields["code"]


class TestSigningIn:
    def test_waits_for_the_code_and_then_has_a_new_token(self, cast: Cast) -> None:
        phone = enrol(cast.amina)
        waiting = begin(cast)
        with pytest.raises(SignedOut):
            resume(waiting, DESK)
        with pytest.raises(SignedOut), open_session(waiting, DESK):
            pass
        signed_in = finish(waiting, {"code": f" {phone.code()[:3]} {phone.code()[3:]}"}, DESK)
        assert hash_token(signed_in.token) != waiting
        assert resume(hash_token(signed_in.token), DESK).user_id == cast.amina.user_id
        with pytest.raises(SignedOut):
            finish(waiting, {"code": phone.code(1)}, DESK)

    def test_takes_a_code_once_and_of_the_next_step_after_that(self, cast: Cast) -> None:
        phone = enrol(cast.amina)
        finish(begin(cast), {"code": phone.code()}, DESK)
        waiting = begin(cast)
        assert refused_as(waiting, phone.code()) == WRONG_CODE
        assert finish(waiting, {"code": phone.code(1)}, DESK).actor.name == "Amina Khan"

    def test_takes_the_step_before_and_after_and_none_beyond(
        self, cast: Cast, owner: Engine
    ) -> None:
        phone = enrol(cast.amina)
        with time_machine.travel(now(), tick=False):
            for steps, taken in ((-2, False), (2, False), (-1, True), (1, True)):
                forget_used(owner, cast.amina)
                waiting = begin(cast)
                if taken:
                    assert finish(waiting, {"code": phone.code(steps)}, DESK)
                else:
                    assert refused_as(waiting, phone.code(steps)) == WRONG_CODE

    def test_asks_nobody_without_a_factor(self, cast: Cast) -> None:
        enrol(cast.amina)
        assert not sign_in(cast.usernames["ben"], PASSWORD, DESK).waits


class TestConfirming:
    def test_stamps_the_sign_in_at_hand(self, cast: Cast, owner: Engine) -> None:
        phone = enrol(cast.amina)
        actor = sign_in_by(cast.amina, phone.code()).actor
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE sessions SET proved_at = now() - interval '6 minutes' WHERE id = :id"),
                {"id": actor.session_id},
            )
        with cast.open(actor) as session:
            assert not proved_lately(session, A_WHILE)
            confirm(session, {"code": phone.code(1)})
            assert proved_lately(session, A_WHILE)

    def test_refuses_a_wrong_code_and_who_has_none(self, cast: Cast) -> None:
        enrol(cast.amina)
        for person in (sign_in_by(cast.ben).actor, cast.amina):
            with pytest.raises(Invalid), cast.open(person) as session:
                confirm(session, {"code": "000000"})
