"""Second factors for tests: somebody with an app in hand, and the codes it shows."""

from dataclasses import dataclass, field

from pyotp.totp import TOTP
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor, Origin
from cma_app.clock import now
from cma_app.services.factor_setup import begin_app, finish_app
from cma_app.services.sign_in import SignedIn, admit, finish
from cma_app.session import hash_token, open_as

DESK = Origin("127.0.0.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/132.0")


@dataclass
class Phone:
    """An authenticator app, and the recovery codes that came with it."""

    secret: str
    recovery: list[str] = field(default_factory=list)

    def code(self, steps: int = 0) -> str:
        """Return the code of this step, or of one before or after it."""
        return TOTP(self.secret).at(now(), counter_offset=steps)


def enrol(person: Actor) -> Phone:
    """Give a person an authenticator app.

    It is confirmed by the code of the step before: `code()` and then `code(1)` still work.
    """
    with open_as(person) as session:
        phone = Phone(begin_app(session).secret.replace(" ", ""))
        phone.recovery = finish_app(session, code=phone.code(-1))
    return phone


def forget_used(owner: Engine, person: Actor) -> None:
    """Let the codes of this step be taken once more: no test waits for the next."""
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE second_factors SET last_step = 0 WHERE user_id = :user"),
            {"user": person.user_id},
        )


def sign_in_by(person: Actor, code: str | None = None, origin: Origin = DESK) -> SignedIn:
    """Sign a person in as if the password was right, with a code where they have an app.

    Its `actor` has the sign-in in it: `cast.open(sign_in_by(person, code).actor)`.
    """
    begun = admit(person.user_id, origin)
    return finish(hash_token(begun.token), {"code": code}, origin) if code else begun
