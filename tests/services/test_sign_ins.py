"""One's own sign-ins: seen, ended one by one or all, and nobody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Origin
from cma_app.clock import now
from cma_app.errors import NotFound, SignedOut
from cma_app.services.sign_in import sign_in, sign_out
from cma_app.services.sign_ins import end_all_others, end_sign_in, list_sign_ins
from cma_app.session import hash_token, open_session, resume
from cma_app.settings import settings
from tests.people import PASSWORD, Cast
from tests.services.money import audited

DESK = Origin("127.0.0.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/132.0")
PHONE = Origin("10.0.0.7", "Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Safari/537.36")


def at(cast: Cast, who: str, origin: Origin) -> str:
    """Sign a person in on a device and return what the database keeps of the token."""
    return hash_token(sign_in(cast.usernames[who], PASSWORD, origin).token)


def is_living(token_hash: str) -> bool:
    try:
        resume(token_hash, DESK, touch=False)
    except SignedOut:
        return False
    return True


def test_shows_where_one_is_signed_in_this_device_first(cast: Cast) -> None:
    desk = at(cast, "amina", DESK)
    at(cast, "amina", PHONE)
    at(cast, "ben", PHONE)
    with open_session(desk, DESK) as session:
        rows = list_sign_ins(session)
    assert [(row.device, row.address, row.is_this, row.ended_at) for row in rows] == [
        ("Firefox on Windows", "127.0.0.1", True, None),
        ("Chrome on Android", "10.0.0.7", False, None),
    ]


def test_says_when_one_ended_by_itself_or_by_hand(cast: Cast, owner: Engine) -> None:
    idle = at(cast, "amina", PHONE)
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE sessions SET last_seen_at = :then WHERE token_hash = :token"),
            {"then": now() - timedelta(minutes=settings().idle_minutes + 1), "token": idle},
        )
    sign_out(at(cast, "amina", PHONE))
    desk = at(cast, "amina", DESK)
    with open_session(desk, DESK) as session:
        rows = list_sign_ins(session)
    assert [(row.is_this, row.ended_at is None) for row in rows] == [
        (True, True),
        (False, False),
        (False, False),
    ]


def test_one_is_ended_at_once_and_the_log_says_so(cast: Cast) -> None:
    desk, phone = at(cast, "amina", DESK), at(cast, "amina", PHONE)
    with open_session(desk, DESK) as session:
        other = next(row for row in list_sign_ins(session) if not row.is_this)
        end_sign_in(session, other.id)
    assert is_living(desk)
    assert not is_living(phone)
    with cast.open(cast.maria) as session:
        assert [row.record_id for row in audited(session, "own_sign_in:end", "sessions")] == [
            other.id
        ]


def test_all_others_are_ended_at_once(cast: Cast) -> None:
    desk, phones = at(cast, "amina", DESK), [at(cast, "amina", PHONE) for _ in range(2)]
    bens = at(cast, "ben", PHONE)
    with open_session(desk, DESK) as session:
        end_all_others(session)
    assert [is_living(each) for each in (desk, *phones, bens)] == [True, False, False, True]


@pytest.mark.parametrize("who", ["ben", "maria", "tess", "colin", "root"])
def test_nobody_elses_is_found(cast: Cast, who: str) -> None:
    desk = at(cast, "amina", DESK)
    with open_session(desk, DESK) as session:
        mine = list_sign_ins(session)[0].id
    theirs = at(cast, who, PHONE)
    with pytest.raises(NotFound), open_session(theirs, PHONE) as session:
        end_sign_in(session, mine)
    assert is_living(desk)


def test_the_one_at_hand_is_ended_by_signing_out_alone(cast: Cast) -> None:
    desk = at(cast, "amina", DESK)
    with pytest.raises(NotFound), open_session(desk, DESK) as session:
        end_sign_in(session, list_sign_ins(session)[0].id)
    assert is_living(desk)
