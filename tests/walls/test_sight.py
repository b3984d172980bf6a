"""The class of permission is complete: what is asked once for many people is the same for each.

`services/watching.py` says that a manager's or an advisor's sight is their centre, their role and
the files hidden from them. Here the catalogue is read: no policy on a table that the board reads
asks for more, in these roles.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from cma_app.access.actor import Origin
from cma_app.access.acts import Role
from cma_app.database import app_engine
from cma_app.services import caseload
from cma_app.services.caseload_rounds import Round, read_near
from cma_app.services.watching import SHARED, look, sight_of
from cma_app.session import CentreSession, open_as
from tests.people import Cast, make_cast
from tests.plant import plant_case

RARE = {"centres"}
"""Tables of which the board reads what hardly ever changes: the nation. Its next load shows it."""
ASKED = {"cma_hidden_clients", "cma_hidden_cases"}
"""What a policy may ask of the person beside the role: these follow from the hidden files."""
PERSONAL = ("app.user_id", "app.session_id", "cma_own_")


def without_trainees(policy: str) -> str:
    """Return a policy's text without what it asks of trainees alone."""
    opening = re.compile(r"<> 'trainee'::text\) OR \(")
    while (found := opening.search(policy)) is not None:
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(policy[end], 0)
            end += 1
        policy = policy[: found.start()] + policy[end:]
    return policy


def of_board(session: CentreSession, case_id: int) -> None:
    """Ask what an open board asks: everything, and a change."""
    caseload.board(session)
    Round([case_id]).change(session)


def of_case(session: CentreSession, case_id: int) -> None:
    """Ask of a changed case what is asked once for all who see the same of it."""
    read_near(session, [case_id])


def read_by(cast: Cast, case_id: int, asks: Callable[[CentreSession, int], None]) -> set[str]:
    """Return the tables that are read, as the plans of the statements say."""
    sent: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            sent.append((statement, values))

    with cast.open(cast.maria) as session:
        event.listen(app_engine(), "before_cursor_execute", hear)
        try:
            asks(session, case_id)
        finally:
            event.remove(app_engine(), "before_cursor_execute", hear)
        raw = session.connection().connection.cursor()
        found: set[str] = set()
        for statement, values in sent:
            raw.execute(f"EXPLAIN {statement}", values)
            lines = [line for (line,) in raw.fetchall()]
            found |= {name for line in lines for name in re.findall(r" on (\w+)", line)}
    return found


def test_no_table_of_the_board_asks_more_of_a_person_than_their_sight(
    owner: Engine, cast: Cast
) -> None:
    case_id = plant_case(owner, cast.amina, emergency="Eviction")
    with owner.connect() as connection:
        rows = connection.execute(
            text("SELECT tablename, qual FROM pg_policies WHERE policyname = 'centre_isolation'")
        )
        policies = {row.tablename: row.qual for row in rows}
    read = read_by(cast, case_id, of_board) & set(policies)
    assert {"cases", "clients", "next_actions", "users", "debt_events"} <= read
    for table in read:
        asked = without_trainees(policies[table])
        assert not [word for word in PERSONAL if word in asked], (table, asked)
        assert set(re.findall(r"cma_\w+(?=\()", asked)) <= ASKED, (table, asked)


def test_a_board_is_told_of_every_table_that_it_reads(owner: Engine, cast: Cast) -> None:
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger"
                " WHERE tgfoid::regproc::text LIKE 'cma\\_tell\\_boards%'"
            )
        )
        tell = {row.name for row in rows}
        tables = {
            row.tablename
            for row in connection.execute(text("SELECT tablename FROM pg_policies")).all()
        }
    read = read_by(cast, plant_case(owner, cast.amina, emergency="Eviction"), of_board) & tables
    assert read - tell - RARE == set(), "a trigger `tell_boards` is owed: docs/ARCHITECTURE.md"


def test_what_a_changed_case_says_follows_from_the_case_and_the_people_that_a_round_asks_for(
    owner: Engine, cast: Cast
) -> None:
    """Who sees the case, and the same of these people, sees the same rows of each table of it."""
    case_id = plant_case(owner, cast.amina, emergency="Eviction")
    read = read_by(cast, case_id, of_case)
    with owner.connect() as connection:
        rows = connection.execute(
            text("SELECT tablename, qual FROM pg_policies WHERE policyname = 'centre_isolation'")
        )
        policies = {row.tablename: without_trainees(row.qual) for row in rows}
    assert {"cases", "next_actions", "debt_events", "breathing_spaces"} <= read
    by_person = {each for each in read if "cma_hidden_clients" in policies.get(each, "")}
    assert by_person <= {"cases", "clients", "breathing_spaces"}, "what is owed: _NEAR"


def test_what_is_hidden_of_a_case_follows_from_the_hidden_files(owner: Engine) -> None:
    with owner.connect() as connection:
        body = connection.execute(
            text("SELECT prosrc FROM pg_proc WHERE proname = 'cma_hidden_cases'")
        ).scalar_one()
    assert "cma_hidden_clients()" in body
    assert "app.user_id" not in body
    assert "app.role" not in body


def test_the_reading_of_policies_sees_a_person_who_is_asked_for() -> None:
    mine = "((advisor_id = ( SELECT current_setting('app.user_id'::text))))"
    assert "app.user_id" in without_trainees(f"({mine})")
    trainees = f"((role <> 'trainee'::text) OR {mine})"
    assert "app.user_id" not in without_trainees(trainees)
    assert "app.user_id" in without_trainees(f"({trainees} AND {mine})")


@pytest.mark.parametrize("role", Role)
def test_only_roles_whose_sight_is_shared_share_one(role: Role) -> None:
    same = sight_of(1, role, "x") == sight_of(2, role, "x")
    assert same == (role in {Role.MANAGER, Role.ADVISOR}) == (role.value in SHARED)
    assert sight_of(1, role, "x") != sight_of(1, role, "y")
    assert sight_of(1, Role.MANAGER, "x") != sight_of(1, Role.ADVISOR, "x")


def test_a_look_knows_the_own_centres_sign_ins_alone_and_writes_nothing(owner: Engine) -> None:
    """A hash of another centre is not looked up, and nobody's scope is left behind."""
    cast = make_cast(owner, 9300)
    with owner.begin() as connection:
        for who, token in ((cast.maria, "ours"), (cast.bea, "theirs")):
            connection.execute(
                text(
                    "INSERT INTO sessions (centre_id, user_id, token_hash, expires_at)"
                    " VALUES (:centre, :user, :hash, now() + interval '1 hour')"
                ),
                {"centre": who.centre_id, "user": who.user_id, "hash": f"{token}-9300"},
            )
    with look(cast.maria.centre_id, ["ours-9300", "theirs-9300", "none"]) as seen:
        assert set(seen.standings) == {"ours-9300"}
        assert seen.standings["ours-9300"].user_id == cast.maria.user_id
        left = seen._connection.execute(
            text("SELECT current_setting('app.user_id', true), count(*) FROM clients")
        ).one()
        assert tuple(left) == ("", 0)
        with (
            seen.open(cast.maria, Origin()) as session,
            pytest.raises(Exception, match="read-only"),
        ):
            session.execute(text("UPDATE cases SET priority = 'low'"))


def test_a_look_hides_from_each_what_the_policies_hide(owner: Engine) -> None:
    """The digest is that of the very list that row security asks for, in each person's name."""
    cast = make_cast(owner, 9301)
    case_id = plant_case(owner, cast.amina, restricted=True)
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO file_access (centre_id, client_id, user_id)"
                " SELECT centre_id, client_id, :user FROM cases WHERE id = :id"
            ),
            {"user": cast.maria.user_id, "id": case_id},
        )
        for who in (cast.maria, cast.amina, cast.ben):
            connection.execute(
                text(
                    "INSERT INTO sessions (centre_id, user_id, token_hash, expires_at)"
                    " VALUES (:centre, :user, :hash, now() + interval '1 hour')"
                ),
                {"centre": who.centre_id, "user": who.user_id, "hash": f"{who.name}-9301"},
            )
    hashes = [f"{who.name}-9301" for who in (cast.maria, cast.amina, cast.ben)]
    with look(cast.maria.centre_id, hashes) as seen:
        sights = [seen.standings[each].sight for each in hashes]
    assert sights[1] == sights[2] != sights[0]
    digests = []
    for who in (cast.maria, cast.amina):
        with open_as(who) as session:
            digests.append(
                session.execute(
                    text(
                        "SELECT encode(sha256(convert_to(array_to_string("
                        "cma_hidden_clients(), ','), 'UTF8')), 'hex')"
                    )
                ).scalar_one()
            )
    assert [sights[0].hidden, sights[1].hidden] == digests
