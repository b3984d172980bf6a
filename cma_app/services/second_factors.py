"""The second factor of a person: proving it, with what is known of the sign-in at hand.

A wrong proof counts and slows the next down, as a wrong password does. The person's factors are
locked while one is proved, so that a code is taken once however many come at the same time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import text
from sqlmodel import col, select

from cma_app.access.actor import Origin
from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Invalid
from cma_app.keys import decrypt_field, match_index
from cma_app.rules.one_time_codes import is_app_code, plain_code, step_of
from cma_app.services.passkeys import (
    Site,
    credential_in,
    is_proof,
    new_challenge,
    options_to_prove,
    take_challenge,
)
from cma_app.services.slowing import note_event, subject_of, too_many, wait_left
from cma_app.session import CentreSession
from models import RecoveryCode, SecondFactor, SignInSession

Second = Literal["app", "passkey", "recovery"]
WINDOW: Final = timedelta(hours=24)
"""How long wrong codes count: at 15 minutes a try, a day has room for about a hundred."""
WRONG_CODE: Final = "This code is not right, or it was used already. Wait for the next one."
WRONG_PASSKEY: Final = "The passkey was not accepted. Try it again, or give a code."
NO_FACTOR: Final = "You have no second factor yet. Set one up under your name first."

_ORIGIN = text(
    "SELECT nullif(current_setting('app.ip_address', true), '') AS ip_address,"
    " current_setting('app.user_agent', true) AS user_agent"
)


def has_factor(session: CentreSession) -> bool:
    """Say whether the person who acts has a second factor that counts."""
    return bool(_factors(session))


def proved_lately(session: CentreSession, within: timedelta) -> bool:
    """Say whether the second factor was proved in this very sign-in, so lately."""
    row = _sign_in(session)
    fresh = row is not None and row.proved_at is not None and row.proved_at > now() - within
    return fresh and bool(_factors(session))


def confirm(session: CentreSession, answer: Mapping[str, Any]) -> None:
    """Take a fresh proof of the second factor: `code`, of an app or a recovery code.

    Or `passkey`, what a browser answered to `passkey_options`, with the `site` it stands on.

    A step of a verb that has authorized its own act, which the log goes on to name. Ask it in the
    person's own centre and before the verb writes anything: a wrong one is counted and committed
    before it is refused. Raises Invalid with the sentence for `code`; stamps the sign-in on
    success, so that `proved_lately` holds.
    """
    prove(session, answer)


def prove(session: CentreSession, answer: Mapping[str, Any]) -> Second:
    """Take a proof as `confirm` does, and return what it was."""
    factors = _factors(session, lock=True)
    if not factors:
        raise Invalid({"code": NO_FACTOR})
    proved = (
        _prove_passkey(session, factors, answer)
        if "passkey" in answer
        else _prove_code(session, factors, answer)
    )
    stamp_proof(session)
    return proved


def passkey_options(session: CentreSession, site: Site) -> str:
    """Return what the browser is asked in order to prove with a passkey of one's own, as JSON."""
    session.authorize(Act.OWN_FACTOR_PROVE)
    mine = [each for each in _factors(session) if each.kind == "passkey"]
    return options_to_prove(site, new_challenge(session), mine)


def kinds_of_own(session: CentreSession) -> set[str]:
    """Return which kinds of factors one has, to ask for no other."""
    session.authorize(Act.OWN_FACTOR_PROVE)
    return {each.kind for each in _factors(session)}


def prove_again(session: CentreSession, answer: Mapping[str, Any]) -> None:
    """Show once more that it is oneself, before something that asks for it."""
    session.authorize(Act.OWN_FACTOR_PROVE)
    prove(session, answer)


def stamp_proof(session: CentreSession) -> None:
    """Say of the sign-in at hand that the second factor was proved now."""
    if (row := _sign_in(session)) is not None:
        row.proved_at = now()
    session.flush()


def code_hash(session: CentreSession, plain: str) -> str:
    """Return what is kept of a recovery code: a keyed hash, of one person alone."""
    return match_index(f"recovery code of {session.actor.user_id}: {plain}")


def secret_context(session: CentreSession) -> str:
    """Return what a person's sealed secrets are bound to."""
    return f"second_factors.sealed_secret {session.actor.centre_id}/{session.actor.user_id}"


def _prove_code(
    session: CentreSession, factors: list[SecondFactor], answer: Mapping[str, Any]
) -> Second:
    asked = session.execute(_ORIGIN).one()
    origin = Origin(asked.ip_address, asked.user_agent)
    subject = subject_of("second factor", str(session.actor.user_id))
    if wait := wait_left(session, subject, origin, window=WINDOW):
        raise Invalid({"code": too_many(wait)})
    plain = plain_code(answer.get("code"))
    if is_app_code(plain):
        proved: Second = "app"
        is_right = _is_of_an_app(session, factors, plain)
    else:
        proved = "recovery"
        is_right = _is_recovery_code(session, plain)
    note_event(session, "sign_in" if is_right else "sign_in_failed", subject, origin)
    if not is_right:
        session.commit()
        raise Invalid({"code": WRONG_CODE})
    return proved


def _prove_passkey(
    session: CentreSession, factors: list[SecondFactor], answer: Mapping[str, Any]
) -> Second:
    """Take a passkey's answer; nobody guesses one, so that a wrong one slows nothing down."""
    told, site = answer["passkey"], answer["site"]
    challenge, named = take_challenge(session), credential_in(told)
    used = next((each for each in factors if named and each.credential_id == named), None)
    if challenge is None or used is None or not is_proof(told, site, challenge, used):
        session.commit()  # the challenge is spent
        raise Invalid({"code": WRONG_PASSKEY})
    return "passkey"


def _is_of_an_app(session: CentreSession, factors: list[SecondFactor], code: str) -> bool:
    for factor in factors:
        if factor.sealed_secret is None:
            continue
        secret = decrypt_field(factor.sealed_secret, context=secret_context(session))
        step = step_of(secret, code, now(), after=factor.last_step)
        if step is not None:
            factor.last_step, factor.last_used_at = step, now()
            return True
    return False


def _is_recovery_code(session: CentreSession, plain: str) -> bool:
    found = session.exec(
        select(RecoveryCode)
        .where(
            col(RecoveryCode.user_id) == session.actor.user_id,
            col(RecoveryCode.code_hash) == code_hash(session, plain),
            col(RecoveryCode.used_at).is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if found is None:
        return False
    found.used_at = now()
    return True


def _factors(session: CentreSession, *, lock: bool = False) -> list[SecondFactor]:
    """Return the person's own factors that count; locked until the commit where asked."""
    mine = (
        select(SecondFactor)
        .where(
            col(SecondFactor.user_id) == session.actor.user_id,
            col(SecondFactor.confirmed_at).is_not(None),
        )
        .order_by(col(SecondFactor.id))
    )
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    return list(session.exec(mine))


def _sign_in(session: CentreSession) -> SignInSession | None:
    """Return the sign-in at hand; there is none where work did not come by a browser."""
    number = session.actor.session_id
    return session.require(SignInSession, number) if number else None
