"""Signing in: equal answers, slow-down, expiry, sign-out."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from scipy.stats import mannwhitneyu
from sqlalchemy import Engine, text

from cma_app.access.actor import Origin
from cma_app.errors import Invalid, Refused, SignedOut
from cma_app.services import passwords, slowing
from cma_app.services.passwords import OwnWords, good_password
from cma_app.services.sign_in import WRONG, change_own_password, remaining, sign_in, sign_out
from cma_app.services.slowing import FREE_TRIES, WINDOW
from cma_app.session import hash_token, open_session, resume
from cma_app.settings import settings
from tests.people import PASSWORD, Cast

HERE = Origin("127.0.0.1", "a test")


class TestSignIn:
    def test_by_username_gives_a_token_and_the_person(self, cast: Cast) -> None:
        signed_in = sign_in(cast.usernames["amina"], PASSWORD, HERE)
        assert signed_in.actor.user_id == cast.amina.user_id
        assert signed_in.token not in repr(signed_in)
        assert resume(hash_token(signed_in.token), HERE).role == "advisor"

    def test_by_email_in_any_case(self, cast: Cast) -> None:
        email = f"{cast.usernames['amina']}@EXAMPLE.org"
        assert sign_in(email, PASSWORD, HERE).actor.name == "Amina Khan"

    def test_answers_known_and_unknown_people_alike(self, cast: Cast) -> None:
        said = []
        for identifier in (cast.usernames["ben"], f"nobody{cast.ben.user_id}"):
            with pytest.raises(Refused) as refused:
                sign_in(identifier, "wrong", HERE)
            said.append(refused.value.sentence)
        assert said[0] == said[1]

    def test_slows_down_after_failures_and_then_lets_in(self, cast: Cast) -> None:
        for _ in range(FREE_TRIES):
            with pytest.raises(Refused, match="not right"):
                sign_in(cast.usernames["ben"], "wrong", HERE)
        with pytest.raises(Refused, match="Wait 5 seconds"):
            sign_in(cast.usernames["ben"], PASSWORD, HERE)
        with time_machine.travel(timedelta(seconds=6), tick=True):
            assert sign_in(cast.usernames["ben"], PASSWORD, HERE).actor.name == "Ben Ellis"

    def test_many_tries_at_once_are_no_more_than_one_after_the_other(self, cast: Cast) -> None:
        def attempt(_: int) -> str:
            with pytest.raises(Refused) as refused:
                sign_in(cast.usernames["ben"], "wrong", HERE)
            return refused.value.sentence

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(attempt, range(16)))
        assert said.count(WRONG) == FREE_TRIES

    @pytest.mark.parametrize("identifier", ["amina\x00", "\x00", "\udc80"])
    def test_refuses_what_no_name_holds_in_the_same_words(
        self, cast: Cast, identifier: str
    ) -> None:
        with pytest.raises(Refused, match="not right"):
            sign_in(f"{identifier}{cast.ben.user_id}", "wrong\udc80", HERE)

    def test_an_address_that_is_none_is_left_out(self, cast: Cast, owner: Engine) -> None:
        told = Origin("192.0.2.1:443, x", "a test")
        assert told.ip_address is None
        token = sign_in(cast.usernames["amina"], PASSWORD, told).token
        with open_session(hash_token(token), told) as session:
            assert session.actor.name == "Amina Khan"

    def test_refuses_somebody_who_left(self, cast: Cast, owner: Engine) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE users SET is_active = false WHERE id = :id"), {"id": cast.ben.user_id}
            )
        with pytest.raises(Refused, match="not right"):
            sign_in(cast.usernames["ben"], PASSWORD, HERE)

    def test_keeps_neither_the_token_nor_the_identifier(self, cast: Cast, owner: Engine) -> None:
        token = sign_in(cast.usernames["amina"], PASSWORD, HERE).token
        with owner.begin() as connection:
            kept = connection.execute(
                text(
                    "SELECT s::text FROM sessions s UNION ALL SELECT e::text FROM security_events e"
                )
            ).scalars()
            assert not any(token in row or "amina" in row for row in kept)


class TestGuessing:
    def test_after_a_thousand_wrong_ones_the_right_one_works_when_the_window_is_over(
        self, cast: Cast, owner: Engine
    ) -> None:
        name, there = cast.usernames["ben"], Origin("192.0.2.77", "a test")
        said = set()
        for number in range(1000):
            with pytest.raises(Refused) as refused:
                sign_in(name, f"wrong {number}", there)
            said.add(refused.value.sentence.split(".", 1)[0])
        assert said == {WRONG.split(".", 1)[0], "Too many tries"}
        with pytest.raises(Refused, match="Too many tries"):
            sign_in(name, PASSWORD, there)
        with time_machine.travel(WINDOW + timedelta(seconds=1), tick=True):
            assert sign_in(name, PASSWORD, there).actor.name == "Ben Ellis"

    def test_takes_as_long_for_nobody_as_for_somebody(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """200 wrong tries each by Mann-Whitney: the ranks of both are mixed as chance mixes them.

        All of the way is taken, with hashes that are cheap; equal ones would be told apart in one
        run of a hundred, so that three runs have to agree before it counts.
        """
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", cheap)
        monkeypatch.setattr(passwords, "_DUMMY", cheap.hash("nobody's"))
        monkeypatch.setattr(slowing, "FREE_TRIES", 10_000)
        monkeypatch.setattr(slowing, "ADDRESS_TRIES", 10_000)
        found = []
        for turn in range(3):
            names = (cast.usernames["amina"], f"nobody{cast.amina.user_id}-{turn}")
            took = tries(names, 200)
            found.append(mannwhitneyu(*(took[name] for name in names)).pvalue)
            if found[-1] > 0.01:
                return
        raise AssertionError(found)


def tries(names: tuple[str, str], many: int) -> dict[str, list[int]]:
    """Return how long wrong tries take for each name, one after the other, the first ones aside."""
    took: dict[str, list[int]] = {name: [] for name in names}
    for number in range(many + 5):
        for name in names if number % 2 else reversed(names):
            began = time.perf_counter_ns()
            with pytest.raises(Refused, match="not right"):
                sign_in(name, "wrong", Origin("192.0.2.78", "a test"))
            took[name].append(time.perf_counter_ns() - began)
    return {name: times[5:] for name, times in took.items()}


class TestClock:
    """The sign-in at the very second at which it is over; its stamps move, which is the same."""

    @pytest.mark.parametrize("over", [False, True])
    @pytest.mark.parametrize("column", ["last_seen_at", "expires_at"])
    def test_idle_and_absolute(self, cast: Cast, owner: Engine, column: str, over: bool) -> None:
        limits = {
            "last_seen_at": timedelta(minutes=settings().idle_minutes),
            "expires_at": timedelta(hours=settings().absolute_hours),
        }
        token = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        move = f"UPDATE sessions SET {column} = {column} - cast(:back AS interval)"
        with owner.begin() as connection:
            back = limits[column] + timedelta(seconds=1 if over else -30)
            connection.execute(text(f"{move} WHERE token_hash = :t"), {"back": back, "t": token})
        assert_lives(token, lives=not over)


def assert_lives(token: str, *, lives: bool) -> None:
    """Check that a sign-in still lets its person in, or does not."""
    if lives:
        assert resume(token, HERE).name == "Amina Khan"
        return
    with pytest.raises(SignedOut):
        resume(token, HERE)


class TestSignOut:
    def test_ends_the_sign_in_at_once(self, cast: Cast) -> None:
        token = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        sign_out(token)
        with pytest.raises(SignedOut):
            resume(token, HERE)
        with pytest.raises(SignedOut), open_session(token, HERE):
            pass


class TestRemaining:
    def test_counts_down_and_does_not_touch(self, cast: Cast, owner: Engine) -> None:
        token = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE sessions SET last_seen_at = now() - interval '10 minutes'"
                    " WHERE token_hash = :t"
                ),
                {"t": token},
            )
        assert 1190 <= remaining(token).idle_seconds <= 1200
        assert 1190 <= remaining(token).idle_seconds <= 1200
        resume(token, HERE)
        assert remaining(token).idle_seconds > 1790

    @pytest.mark.parametrize("column", ["last_seen_at", "expires_at"])
    def test_is_over_when_idle_or_too_old(self, cast: Cast, owner: Engine, column: str) -> None:
        token = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        with owner.begin() as connection:
            connection.execute(
                text(
                    f"UPDATE sessions SET {column} = now() - interval '31 minutes'"
                    " WHERE token_hash = :t"
                ),
                {"t": token},
            )
        with pytest.raises(SignedOut):
            remaining(token)
        with pytest.raises(SignedOut):
            resume(token, HERE)


class TestChangeOwnPassword:
    def test_changes_it_and_ends_other_sign_ins(self, cast: Cast) -> None:
        elsewhere = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        here = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        with open_session(here, HERE) as session:
            change_own_password(session, current=PASSWORD, new="quite another phrase")
        assert resume(here, HERE).name == "Amina Khan"
        with pytest.raises(SignedOut):
            resume(elsewhere, HERE)
        assert sign_in(cast.usernames["amina"], "quite another phrase", HERE)

    @pytest.mark.parametrize(
        ("current", "new", "field"),
        [
            ("wrong", "quite another phrase", "current"),
            (PASSWORD, "short", "new"),
            (PASSWORD, PASSWORD, "new"),
            (PASSWORD, "aaaaaaaaaaaaaaaa", "new"),
        ],
    )
    def test_refuses_bad_ones_beside_the_field(
        self, cast: Cast, current: str, new: str, field: str
    ) -> None:
        with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
            change_own_password(session, current=current, new=new)
        assert list(invalid.value.fields) == [field]

    def test_guesses_at_the_current_one_slow_down(self, cast: Cast) -> None:
        token = hash_token(sign_in(cast.usernames["amina"], PASSWORD, HERE).token)
        for _ in range(FREE_TRIES):
            with pytest.raises(Invalid, match="not your"), open_session(token, HERE) as session:
                change_own_password(session, current="guess", new="quite another phrase")
        with pytest.raises(Invalid, match="Too many"), open_session(token, HERE) as session:
            change_own_password(session, current=PASSWORD, new="quite another phrase")


class TestGoodPassword:
    OWN = OwnWords(
        username="amina.khan",
        email="a.khan@ashdown.example",
        names=("Amina", "Khan"),
        centre="Ashdown Money Advice",
        code="AMA",
    )

    @pytest.mark.parametrize(
        "known",
        [
            "1q2w3e4r5t6y",
            "123456789012",
            "987654321098",
            "qwertyuiop123",
            "qwertyuiopasdfgh",
            "passwordpassword",
            "password12345",
            "Password1234!",
            "P@ssw0rd12345",
            "iloveyou1234",
            "letmeinletmein",
            "adminadmin123",
            "welcome12345",
            "unbelievable",
            "manchesterunited",
            "liverpoolfc1",
            "abcdefghijkl",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabc",
        ],
    )
    def test_refuses_what_is_tried_first_however_long(self, known: str) -> None:
        assert len(known) >= 12
        with pytest.raises(Invalid) as invalid:
            good_password(known, field="new", own=self.OWN)
        assert invalid.value.fields == {"new": passwords.TRIED_FIRST}

    @pytest.mark.parametrize(
        "own",
        [
            "amina.khan.1984",
            "Amina-Khan-Amina",
            "a.khan@ashdown.example",
            "ashdownmoneyadvice",
            "Ashdown.2026.AMA",
            "debtadvice2026",
            "casework-casework",
            "AMA-AMA-AMA-2026",
        ],
    )
    def test_refuses_what_is_about_the_person_and_the_work(self, own: str) -> None:
        with pytest.raises(Invalid) as invalid:
            good_password(own, field="new", own=self.OWN)
        assert invalid.value.fields == {"new": passwords.TOO_OWN}

    @pytest.mark.parametrize(
        "good",
        [
            "blue kettle sings",
            "lantern-river-basket",
            "my ashdown kettle whistles",
            "ключ дверь корова",
            "k7#vQ2!mZ9pL",
            "x" * 3 + "violet marches kettle" * 5,
        ],
    )
    def test_takes_words_without_a_capital_or_a_digit(self, good: str) -> None:
        assert good_password(good, field="new", own=self.OWN) == good

    @pytest.mark.parametrize("length", [11, 201])
    def test_refuses_the_short_and_the_endless(self, length: int) -> None:
        with pytest.raises(Invalid) as invalid:
            good_password(("violet kettle " * 20)[:length], field="new", own=self.OWN)
        assert "characters" in invalid.value.fields["new"]
