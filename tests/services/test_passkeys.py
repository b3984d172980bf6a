"""Passkeys: taken from our own pages alone, once, with the person verified and the count ahead."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.errors import Conflict, Invalid, Refused, SignedOut
from cma_app.services.factor_setup import list_factors, remove
from cma_app.services.passkey_setup import KNOWN, NOT_MADE, begin_passkey, finish_passkey
from cma_app.services.passkey_sign_in import WRONG, ask_for_passkey, sign_in_by_passkey
from cma_app.services.passkeys import Site, user_handle
from cma_app.services.second_factors import WRONG_PASSKEY, passkey_options
from cma_app.services.sign_in import finish, sign_in
from cma_app.session import hash_token, open_waiting, resume
from tests.people import PASSWORD, Cast
from tests.services.authenticator import HERE, PRESENT, Authenticator
from tests.services.factors import DESK, sign_in_by


def register(cast: Cast, person: Actor, key: Authenticator | None = None) -> Authenticator:
    """Give a person a passkey."""
    key = key or Authenticator()
    signed_in = sign_in_by(person).actor
    with cast.open(signed_in) as session:
        asked = begin_passkey(session, HERE)
        assert len(finish_passkey(session, HERE, answer=key.make(asked), name="Laptop")) == 10
    return key


def begin(cast: Cast, who: str = "amina") -> tuple[str, str]:
    """Give the right password; return the waiting token's hash and what the passkey is asked."""
    waiting = hash_token(sign_in(cast.usernames[who], PASSWORD, DESK).token)
    with open_waiting(waiting, DESK) as session:
        return waiting, passkey_options(session, HERE)


def give(waiting: str, answer: object) -> Any:
    """Answer for a sign-in that waits."""
    return finish(waiting, {"passkey": answer, "site": HERE}, DESK)


class TestMaking:
    def test_asks_for_a_verified_person_under_a_name_that_tells_nothing(self, cast: Cast) -> None:
        with cast.open(sign_in_by(cast.amina).actor) as session:
            asked = json.loads(begin_passkey(session, HERE))
        assert asked["rp"]["id"] == "localhost"
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        assert user_handle(1, 2) != user_handle(2, 1)
        assert len(user_handle(1, 2)) == 32

    @pytest.mark.parametrize(
        "over",
        [
            {"origin": "http://evil.example"},
            {"host": "evil.example"},
            {"challenge": "AAAA"},
            {"flags": PRESENT},
        ],
        ids=["origin", "host", "challenge", "not verified"],
    )
    def test_refuses_what_was_made_for_elsewhere(self, cast: Cast, over: dict[str, Any]) -> None:
        person = sign_in_by(cast.amina).actor
        with cast.open(person) as session:
            asked = begin_passkey(session, HERE)
        with pytest.raises(Invalid) as invalid, cast.open(person) as session:
            finish_passkey(session, HERE, answer=Authenticator().make(asked, **over))
        assert invalid.value.fields == {"passkey": NOT_MADE}
        with pytest.raises(Invalid), cast.open(person) as session:  # the challenge is spent
            finish_passkey(session, HERE, answer=Authenticator().make(asked))

    @pytest.mark.parametrize(
        "answer", ["", "{}", "[]", "null", '{"id": 1}', '{"response": []}', "\x00", None]
    )
    def test_takes_no_nonsense(self, cast: Cast, answer: object) -> None:
        person = sign_in_by(cast.amina).actor
        with cast.open(person) as session:
            begin_passkey(session, HERE)
        with pytest.raises(Invalid), cast.open(person) as session:
            finish_passkey(session, HERE, answer=answer)

    def test_one_passkey_is_one_persons(self, cast: Cast) -> None:
        key = register(cast, cast.amina)
        with pytest.raises(Invalid) as invalid:
            register(cast, cast.colin, key)
        assert invalid.value.fields == {"passkey": KNOWN}

    def test_a_bare_address_has_none(self, cast: Cast) -> None:
        there = Site("http://127.0.0.1:8000", "127.0.0.1")
        with pytest.raises(Conflict), cast.open(sign_in_by(cast.amina).actor) as session:
            begin_passkey(session, there)


class TestProving:
    def test_finishes_a_sign_in(self, cast: Cast) -> None:
        key = register(cast, cast.amina)
        waiting, asked = begin(cast)
        assert json.loads(asked)["userVerification"] == "required"
        assert len(json.loads(asked)["allowCredentials"]) == 1
        assert resume(hash_token(give(waiting, key.prove(asked)).token), DESK).name == "Amina Khan"

    @pytest.mark.parametrize(
        "over",
        [
            {"origin": "http://localhost:9000"},
            {"host": "evil.example"},
            {"challenge": "AAAA"},
            {"flags": PRESENT},
            {"count": 0},
        ],
        ids=["origin", "host", "challenge", "not verified", "count goes back"],
    )
    def test_refuses(self, cast: Cast, over: dict[str, Any]) -> None:
        key = register(cast, cast.amina)
        waiting, asked = begin(cast)
        give(waiting, key.prove(asked, count=7))
        waiting, asked = begin(cast)
        with pytest.raises(Invalid) as invalid:
            give(waiting, key.prove(asked, **{"count": 8, **over}))
        assert invalid.value.fields == {"code": WRONG_PASSKEY}

    def test_takes_a_challenge_once_and_of_this_sign_in_alone(self, cast: Cast) -> None:
        key = register(cast, cast.amina)
        waiting, asked = begin(cast)
        with pytest.raises(Invalid):
            give(waiting, Authenticator(key.credential).prove(asked))
        with pytest.raises(Invalid):
            give(waiting, key.prove(asked))
        (one, of_one), (other, _) = begin(cast), begin(cast)
        with pytest.raises(Invalid):
            give(other, key.prove(of_one))
        assert give(one, key.prove(of_one))

    def test_anothers_passkey_proves_nothing(self, cast: Cast) -> None:
        register(cast, cast.amina)
        bens = register(cast, cast.ben)
        waiting, asked = begin(cast)
        with pytest.raises(Invalid):
            give(waiting, bens.prove(asked))

    @pytest.mark.parametrize("answer", ["", "{}", '{"id": "a", "rawId": "a"}', None, "\x00"])
    def test_takes_no_nonsense(self, cast: Cast, answer: object) -> None:
        register(cast, cast.amina)
        waiting, _ = begin(cast)
        with pytest.raises(Invalid):
            give(waiting, answer)


class TestSigningInByPasskeyAlone:
    def test_needs_neither_password_nor_code(self, cast: Cast) -> None:
        key = register(cast, cast.amina)
        ticket, asked = ask_for_passkey(HERE)
        signed_in = sign_in_by_passkey(ticket, key.prove(asked), HERE, DESK)
        assert not signed_in.waits
        assert resume(hash_token(signed_in.token), DESK).user_id == cast.amina.user_id
        with pytest.raises(Refused, match=WRONG):
            sign_in_by_passkey(ticket, key.prove(asked), HERE, DESK)

    def test_belongs_to_the_browser_that_asked(self, cast: Cast) -> None:
        key = register(cast, cast.amina)
        (_, asked), (other, _) = ask_for_passkey(HERE), ask_for_passkey(HERE)
        for ticket in (other, "", "unknown"):
            with pytest.raises(Refused, match=WRONG):
                sign_in_by_passkey(ticket, key.prove(asked), HERE, DESK)

    def test_knows_no_stranger_no_leaver_and_no_removed_key(
        self, cast: Cast, owner: Engine
    ) -> None:
        keys = {who: register(cast, getattr(cast, who)) for who in ("amina", "ben")}
        with cast.open(cast.amina) as session:
            remove(session, list_factors(session).factors[0].id)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET is_active = false WHERE id = :id"), {"id": cast.ben.user_id}
            )
        for key in (Authenticator(), *keys.values()):
            ticket, asked = ask_for_passkey(HERE)
            with pytest.raises(Refused, match=WRONG):
                sign_in_by_passkey(ticket, key.prove(asked), HERE, DESK)

    def test_ends_with_the_factor(self, cast: Cast) -> None:
        key = register(cast, cast.amina)
        ticket, asked = ask_for_passkey(HERE)
        living = hash_token(sign_in_by_passkey(ticket, key.prove(asked), HERE, DESK).token)
        with cast.open(cast.amina) as session:
            remove(session, list_factors(session).factors[0].id)
        with pytest.raises(SignedOut):
            resume(living, DESK)
