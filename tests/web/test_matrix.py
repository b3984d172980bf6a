"""The matrix, first half: each handler of ours succeeds for somebody who may, over a real socket.

What everybody else hears of the same calls is in `test_matrix_refused.py`.
"""

import re
from typing import Final

import pytest
from sqlalchemy import text

from cma_app.errors import CmaError
from cma_app.session import hash_token
from tests.served import Served
from tests.web.calls import filled, handlers
from tests.web.matrix import CALLS, CASE, CLIENT, LEAVE, SHOWN, changes_rows
from tests.web.packs import ASHDOWN, Pack, World
from tests.web.tabs import LATE, Tab
from tests.web.watching import Log, said_in_logs

NUMBER: Final = 7001
"""The number of this module's own two centres."""

VISITS: Final = {"ClientState.open", "CaseBarState.open_tab"}
"""What writes an opening each time, and nothing else."""
REVEALING: Final = {"ClientState.reveal", "ClientState.hide"}
ON_SCREEN: Final = {
    *("first_name", "client_reference", "address_line1", "address_line2", "city"),
    *("case_reference", "emergency", "priority_reason", "what", "body", "creditor_name"),
    *("account_number", "referred_by", "emergency_what", "needs", "wording"),
    *("original_creditor", "collector", "strategy"),
    *("register_reference", "about", "given_why", "review_note"),
}
"""The columns of free text that some page shows."""

NEVER: Final = {"password_hash", "token_hash", "ni_number_index", "national_insurance_number"}
"""The columns that no page shows to anybody."""


def secrets_in(tab: Tab, pack: Pack) -> set[str]:
    """Return which secrets of a pack the tab heard."""
    heard = "".join(tab.frames)
    return {each for each in (*NEVER, pack["ni_number"]) if each in heard}


def test_every_handler_has_a_call():
    assert {name.partition(" ")[0] for name in CALLS} == set(handlers())
    assert {each for call in CALLS.values() for each in call.after} <= set(CALLS)


def test_the_canaries_stand_where_pages_show_them(
    world: World, served: Served, cookies: dict[str, str]
):
    """Otherwise that none is heard would mean nothing."""
    heard: set[str] = set()
    for who in ("amina", "maria"):
        with Tab(served, cookies[who]) as tab:
            tab.arrive()
            for name, call in CALLS.items():
                if call.by == who and call.shows == SHOWN:
                    tab.run(name, world.ashdown)
        for frame in tab.frames:
            heard |= set(re.findall(rf"{ASHDOWN.casework} \d+ (\w+)", frame))
    assert heard >= ON_SCREEN


FRESH: Final = text(
    "INSERT INTO sessions (centre_id, user_id, token_hash, expires_at)"
    " VALUES (:centre, :user, :hash, now() + interval '1 hour') RETURNING id"
)
AN_OPENING: Final = "action IN ('case:open', 'client:open') AND new_values IS NULL"
"""What tells an opening from what a reading keeps, such as how the checklist of a case stands."""
LEFT: Final = text(
    f"SELECT action FROM audit_logs WHERE session_id = cast(:sign_in AS text) AND {AN_OPENING}"
    " AND CASE action WHEN 'case:open' THEN case_id = :case ELSE client_id = :client END"
)


def test_nobody_reads_a_file_unseen(world: World, served: Served) -> None:
    """Each call that shows one, made alone in a sign-in of its own, leaves one opening of it.

    What goes before another call stands here itself.
    """
    packs = {"tess": world.of_tess()}
    unseen, shown = {}, 0
    for name, call in CALLS.items():
        if call.shows != SHOWN or call.after or not call.at.startswith((CASE, CLIENT)):
            continue
        pack, token = packs.get(call.by, world.ashdown), hash_token(f"{NUMBER} {name}")
        who = getattr(world.cast, call.by)
        asked = {"centre": who.centre_id, "user": who.user_id, "hash": hash_token(token)}
        with world.owner.begin() as connection:
            sign_in = connection.execute(FRESH, asked).scalar_one()
        with Tab(served, f"cma={token}") as tab:
            tab.arrive()
            answer = tab.run(name, pack) + tab.rest()
        assert pack["canary"] in answer, name
        of = {"case": pack["cases"], "client": pack["clients"], "sign_in": sign_in}
        with world.owner.connect() as connection:
            left = connection.execute(LEFT, of).scalars().all()
        wanted = "case:open" if call.at.startswith(CASE) else "client:open"
        shown += 1
        if left.count(wanted) != 1:
            unseen[name] = left
    assert shown > 30
    assert unseen == {}


@pytest.mark.parametrize("name", [name for name in CALLS if name != LEAVE])
def test_succeeds_for_somebody_who_may(
    name: str, world: World, served: Served, cookies: dict[str, str]
):
    call = CALLS[name]
    pack = world.of_ashdown() if changes_rows(name) else world.ashdown
    if call.by == "tess":  # what is assigned to a trainee; `TestATrainee` has what is not
        pack = world.of_tess()
    with Tab(served, cookies[call.by]) as tab:
        tab.arrive()
        log = Log(world.owner)
        answer = tab.run(name, pack) + tab.rest()
    assert LATE not in answer, answer[-600:]
    assert CmaError.sentence not in "".join(tab.frames)
    assert "settled_rx_state_" in answer
    assert filled(call.shows, pack) in answer
    assert secrets_in(tab, pack) == ({pack["ni_number"]} if name in REVEALING else set())
    if call.writes:
        what = "table_name = :name" + ("" if name in VISITS else f" AND NOT ({AN_OPENING})")
        assert log.written(what, name=call.writes)


def test_no_log_holds_a_secret_or_anybodys_words(served: Served, cookies: dict[str, str]):
    """After every call of this module."""
    assert said_in_logs(served, cookies) == []
