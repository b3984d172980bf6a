"""The second factor: codes taken once, near their time, slowly, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.services.centres import edit, read_centre
from cma_app.services.factor_resets import people_with_factors, reset_factors
from cma_app.services.factor_setup import (
    begin_app,
    finish_app,
    list_factors,
    remove,
    rename,
    renew_codes,
)
from cma_app.services.notifications import list_notifications
from cma_app.services.second_factors import (
    WINDOW,
    WRONG_CODE,
    confirm,
    has_factor,
    proved_lately,
)
from cma_app.services.sign_in import finish, remaining, sign_in, sign_out
from cma_app.services.slowing import FREE_TRIES, subject_of, wait_left
from cma_app.session import hash_token, open_session, open_waiting, resume
from cma_app.settings import Settings
from tests.people import PASSWORD, Cast
from tests.plant import plant_case
from tests.services.factors import DESK, enrol, forget_used, sign_in_by
from tests.services.money import audited

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

    def test_leaves_the_act_of_the_verb_in_force(self, cast: Cast) -> None:
        phone = enrol(cast.amina)
        with cast.open(cast.amina) as session:
            session.authorize(Act.NOTE_RECORD)
            confirm(session, {"code": phone.code()})
            named = session.execute(text("SELECT current_setting('app.act')")).scalar_one()
        assert named == Act.NOTE_RECORD.value


class TestGuessing:
    def test_is_slowed_down_and_then_the_right_code_is_taken(self, cast: Cast) -> None:
        phone, waiting = enrol(cast.amina), begin(cast)
        for _ in range(FREE_TRIES):
            assert refused_as(waiting, "000000") == WRONG_CODE
        assert refused_as(waiting, phone.code()).startswith("Too many tries. Wait 5 seconds")
        with time_machine.travel(timedelta(seconds=6), tick=True):
            assert finish(waiting, {"code": phone.code()}, DESK)

    def test_counts_recovery_codes_and_codes_together_and_each_sign_in_anew(
        self, cast: Cast
    ) -> None:
        phone = enrol(cast.amina)
        for wrong in ("000000", "abcde-fghjk", "", "000001", "nonsense"):
            assert refused_as(begin(cast), wrong) == WRONG_CODE
        assert refused_as(begin(cast), phone.recovery[0]).startswith("Too many tries")

    def test_a_thousand_guesses_take_more_than_a_week(self, cast: Cast, owner: Engine) -> None:
        """Whoever guesses all day as fast as they may waits a quarter of an hour for the next."""
        subject = subject_of("second factor", str(cast.amina.user_id))
        failed = (
            "INSERT INTO security_events (kind, subject_hash, occurred_at) SELECT 'sign_in_failed',"
            " :subject, now() - n * interval '15 minutes' FROM generate_series(0, 95) n"
        )
        with owner.begin() as connection:
            connection.execute(text(failed), {"subject": subject})
        with app_engine().begin() as connection:
            pause = wait_left(connection, subject, DESK, window=WINDOW)
        assert timedelta(minutes=14, seconds=50) < pause <= timedelta(minutes=15)
        assert pause * 1000 > timedelta(days=7)

    def test_many_at_once_take_one_code_once(self, cast: Cast) -> None:
        phone, waiting = enrol(cast.amina), [begin(cast) for _ in range(4)]
        code = phone.code()

        def attempt(each: str) -> bool:
            try:
                return bool(finish(each, {"code": code}, DESK))
            except Invalid:
                return False

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(attempt, waiting)) == [False, False, False, True]


class TestWaiting:
    def test_ends_after_five_minutes(self, cast: Cast, owner: Engine) -> None:
        phone = enrol(cast.amina)
        waiting = begin(cast)
        moved = "UPDATE sessions SET waits_until = waits_until - interval '5 minutes'"
        with owner.begin() as connection:
            until = connection.execute(
                text(f"{moved} WHERE token_hash = :t RETURNING waits_until"), {"t": waiting}
            ).scalar_one()
        assert now() - timedelta(seconds=20) < until <= now()
        with pytest.raises(SignedOut):
            finish(waiting, {"code": phone.code()}, DESK)

    def test_sees_ones_own_factors_and_no_casework(self, cast: Cast, owner: Engine) -> None:
        enrol(cast.amina)
        enrol(cast.ben)
        plant_case(owner, cast.amina)
        with open_waiting(begin(cast), DESK) as session:
            assert session.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0
            assert session.execute(text("SELECT count(*) FROM clients")).scalar_one() == 0
            assert session.execute(text("SELECT count(*) FROM second_factors")).scalar_one() == 1

    def test_is_no_living_sign_in_and_signing_out_ends_it(self, cast: Cast) -> None:
        enrol(cast.amina)
        waiting = begin(cast)
        with pytest.raises(SignedOut):
            remaining(waiting)
        sign_out(waiting)
        with pytest.raises(SignedOut), open_waiting(waiting, DESK):
            pass


class TestRecoveryCodes:
    def test_each_signs_in_once(self, cast: Cast) -> None:
        phone = enrol(cast.amina)
        assert len(set(phone.recovery)) == 10
        first, second = phone.recovery[:2]
        assert finish(begin(cast), {"code": first.upper().replace("-", " ")}, DESK)
        waiting = begin(cast)
        assert refused_as(waiting, first) == WRONG_CODE
        with cast.open(finish(waiting, {"code": second}, DESK).actor) as session:
            assert list_factors(session).codes_left == 8

    def test_new_ones_end_the_old(self, cast: Cast) -> None:
        old = enrol(cast.amina).recovery
        with cast.open(cast.amina) as session:
            new = renew_codes(session)
        assert refused_as(begin(cast), old[0]) == WRONG_CODE
        assert finish(begin(cast), {"code": new[0]}, DESK)

    def test_another_persons_is_wrong(self, cast: Cast) -> None:
        enrol(cast.amina)
        assert refused_as(begin(cast), enrol(cast.ben).recovery[0]) == WRONG_CODE


class TestKeeping:
    def test_asks_for_a_proof_of_the_last_quarter_of_an_hour(
        self, cast: Cast, owner: Engine
    ) -> None:
        phone = enrol(cast.amina)
        actor = sign_in_by(cast.amina, phone.code()).actor
        own = sign_in_by(cast.ben).actor
        with owner.begin() as connection:
            connection.execute(
                text(
                    "UPDATE sessions SET proved_at = proved_at - interval '16 minutes',"
                    " created_at = created_at - interval '16 minutes' WHERE id = ANY (:ids)"
                ),
                {"ids": [actor.session_id, own.session_id]},
            )
        for verb in (begin_app, renew_codes):
            for person in (actor, own):
                with pytest.raises(Refused, match="Show first"), cast.open(person) as session:
                    verb(session)
        with cast.open(actor) as session:
            confirm(session, {"code": phone.code(1)})
            begin_app(session)

    def test_a_removed_one_is_asked_for_no_more_and_its_codes_die(
        self, cast: Cast, owner: Engine
    ) -> None:
        enrol(cast.amina)
        elsewhere = hash_token(sign_in_by(cast.ben).token)
        other = hash_token(sign_in_by(cast.amina).token)
        with cast.open(cast.amina) as session:
            remove(session, list_factors(session).factors[0].id)
            assert not has_factor(session)
        assert not sign_in(cast.usernames["amina"], PASSWORD, DESK).waits
        assert resume(elsewhere, DESK)
        with pytest.raises(SignedOut), open_waiting(other, DESK):
            pass
        with owner.connect() as connection:
            kept = connection.execute(
                text(
                    "SELECT count(*) FROM second_factors f, recovery_codes r WHERE f.user_id = :u"
                    " AND r.user_id = :u AND (f.sealed_secret IS NOT NULL OR r.deleted_at IS NULL)"
                ),
                {"u": cast.amina.user_id},
            ).scalar_one()
        assert kept == 0

    @pytest.mark.parametrize("who", ["ben", "maria", "tess", "colin", "root"])
    def test_nobody_elses_is_found(self, cast: Cast, who: str) -> None:
        enrol(cast.amina)
        with cast.open(cast.amina) as session:
            mine = list_factors(session).factors[0].id
        for verb in (remove, lambda session, it: rename(session, it, "Mine now")):
            with pytest.raises(NotFound), cast.open(getattr(cast, who)) as session:
                verb(session, mine)
        with cast.open(getattr(cast, who)) as session:
            rows = session.execute(text("SELECT count(*) FROM second_factors")).scalar_one()
            assert (rows, list_factors(session).factors) == (0, [])

    def test_tells_the_person_and_the_log_and_keeps_no_secret_there(
        self, cast: Cast, owner: Engine
    ) -> None:
        phone = enrol(cast.amina)
        with cast.open(cast.amina) as session:
            told = list_notifications(session).rows
            assert [row.kind for row in told] == ["factor_changed"]
        with owner.connect() as connection:
            logged = " ".join(
                connection.execute(
                    text(
                        "SELECT new_values::text FROM audit_logs WHERE user_id = :u"
                        " AND table_name IN ('second_factors', 'recovery_codes', 'sessions')"
                    ),
                    {"u": cast.amina.user_id},
                ).scalars()
            )
            sealed = connection.execute(
                text("SELECT sealed_secret FROM second_factors WHERE user_id = :u"),
                {"u": cast.amina.user_id},
            ).scalar_one()
        assert "confirmed_at" in logged
        assert phone.secret not in logged + sealed
        assert sealed not in logged

    def test_a_wrong_code_confirms_nothing(self, cast: Cast) -> None:
        with cast.open(cast.ben) as session:
            begin_app(session)
        with pytest.raises(Invalid) as invalid, cast.open(cast.ben) as session:
            finish_app(session, code="000000")
        assert list(invalid.value.fields) == ["code"]
        with cast.open(cast.ben) as session:
            assert not has_factor(session)


class TestResetting:
    def test_removes_all_and_tells_the_person(self, cast: Cast) -> None:
        phone = enrol(cast.amina)
        living = hash_token(sign_in_by(cast.amina, phone.code()).token)
        with cast.open(cast.maria) as session:
            assert people_with_factors(session) == {cast.amina.user_id: "1 authenticator app"}
            assert reset_factors(session, cast.amina.user_id) == "Amina Khan"
            assert people_with_factors(session) == {}
            assert audited(session, "user:reset_factors", "second_factors")
            assert len(audited(session, "user:reset_factors", "recovery_codes")) == 10
        with pytest.raises(SignedOut):
            resume(living, DESK)
        again = sign_in(cast.usernames["amina"], PASSWORD, DESK)
        assert not again.waits
        with cast.open(again.actor) as session:
            assert list_notifications(session).rows[0].said.startswith("Maria Silva reset your")
        with pytest.raises(Conflict), cast.open(cast.maria) as session:
            reset_factors(session, cast.amina.user_id)

    def test_an_admin_does_it_in_any_centre(self, cast: Cast) -> None:
        enrol(cast.colin)
        with cast.open(cast.root) as session:
            name = reset_factors(session, cast.colin.user_id, centre_id=cast.colin.centre_id)
        assert name == "Colin Hart"

    @pytest.mark.parametrize(
        ("who", "whose", "error"),
        [
            ("maria", "maria", Refused),
            ("maria", "root", Refused),
            ("maria", "colin", NotFound),
            ("amina", "ben", Refused),
            ("tess", "ben", Refused),
        ],
    )
    def test_is_refused(self, cast: Cast, who: str, whose: str, error: type[Exception]) -> None:
        other = getattr(cast, whose)
        enrol(other)
        with pytest.raises(error), cast.open(getattr(cast, who)) as session:
            reset_factors(session, other.user_id)
        assert sign_in(cast.usernames[whose], PASSWORD, DESK).waits

    @pytest.mark.parametrize("who", ["amina", "maria"])
    def test_the_database_refuses_it_too(self, cast: Cast, who: str) -> None:
        """An advisor for anybody, and a manager for themselves."""
        for person in (cast.amina, cast.maria):
            enrol(person)
        with pytest.raises(ProgrammingError), cast.open(getattr(cast, who)) as session:
            session.execute(text("SELECT cma_reset_factors(:u)"), {"u": getattr(cast, who).user_id})


class TestRequiring:
    def test_of_a_role_by_the_centre(self, cast: Cast) -> None:
        with cast.open(cast.root) as session:
            answers = read_centre(session, cast.amina.centre_id)
            edit(
                session,
                cast.amina.centre_id,
                {**answers.answers, "nation": "england", "second_factor_advisor": "on"},
                version=answers.version,
            )
            again = read_centre(session, cast.amina.centre_id).answers
        assert (again["second_factor_advisor"], again["second_factor_manager"]) == ("on", "")
        held = {who: sign_in_by(getattr(cast, who)).actor for who in ("amina", "maria", "root")}
        assert {who: actor.is_held for who, actor in held.items()} == {
            "amina": True,
            "maria": False,
            "root": False,
        }
        phone = enrol(cast.amina)
        assert not sign_in_by(cast.amina, phone.code()).actor.is_held

    def test_of_admins_by_the_deployment(self) -> None:
        chosen = {
            (https, word): Settings(
                CMA_HTTPS=https, CMA_ORIGINS="https://a.example", CMA_ADMIN_FACTOR=word
            ).admins_need_factor
            for https in (True, False)
            for word in (None, "required", "optional")
        }
        assert [key for key, needs in chosen.items() if needs] == [
            (True, None),
            (True, "required"),
            (False, "required"),
        ]
