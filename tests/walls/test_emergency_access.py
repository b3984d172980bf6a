"""Emergency access opens one centre to one sign-in for reading, by raw SQL too, and for a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from cma_app.access.actor import Actor
from cma_app.access.acts import VISITOR
from cma_app.database import app_engine
from cma_app.postgres import EmbeddedPostgres
from models import CASEWORK
from tests.people import Cast, make_cast
from tests.planting import CENTRE_TABLES, ONCE, plant, plant_one
from tests.walls.test_catalogue import BESIDE_CASES, NEVER_VISITED
from tests.walls.test_isolation import one_wall_down, scope

NUMBER = 7005
"""The number of the two centres that stand for the whole module."""
TABLES = {each.name: each for each in CENTRE_TABLES}
VISITED = sorted(CASEWORK - set(NEVER_VISITED))
WRITTEN = sorted(set(TABLES) - {"audit_logs", "access_grants", "retention_statistics"})
REASON = "A client may be in danger tonight"
LATER = (
    "opened_at = opened_at - interval '31 minutes', expires_at = expires_at - interval '31 minutes'"
)
"""Half an hour and a minute later, which for the database is the same as a clock that has moved."""
_numbers = count(1)


class Visited:
    """Brook, which Ashdown's admin visits: Colin's file, and a restricted one of Bea's."""

    def __init__(self, owner: Engine) -> None:
        self.owner = owner
        self.cast: Cast = make_cast(owner, NUMBER)
        self.ashdown = plant(owner, self.cast.amina)
        self.mine = plant(owner, self.cast.colin)
        self.shut = plant(owner, self.cast.bea)
        run(
            owner, "UPDATE clients SET is_restricted = true WHERE id = :id", id=self.shut["clients"]
        )
        run(
            owner,
            "INSERT INTO second_factors (centre_id, user_id, kind, name, sealed_secret,"
            " confirmed_at) VALUES (:centre, :me, 'app', 'Phone', 'sealed', now())",
            centre=self.cast.root.centre_id,
            me=self.cast.root.user_id,
        )
        self.sign_in = self.new_sign_in(self.cast.root)
        self.visitor = replace(
            self.cast.root,
            role=VISITOR,
            centre_id=self.cast.colin.centre_id,
            session_id=self.sign_in,
        )
        self.grant = self.new_grant(self.visitor)

    def new_sign_in(self, person: Actor) -> int:
        """Return a living sign-in of a person."""
        return run(
            self.owner,
            "INSERT INTO sessions (centre_id, user_id, token_hash, expires_at)"
            " VALUES (:centre, :user, :hash, now() + interval '1 hour') RETURNING id",
            centre=person.centre_id,
            user=person.user_id,
            hash=f"visit {next(_numbers)}",
        )

    def new_grant(self, visitor: Actor) -> int:
        """Return a grant for that sign-in and centre, made by the owner."""
        return run(
            self.owner,
            "INSERT INTO access_grants (centre_id, created_by, session_id, admin_name, kind,"
            " reason, expires_at) VALUES (:centre, :me, :sign_in, 'Root Admin', 'fault', :reason,"
            " now() + interval '30 minutes') RETURNING id",
            centre=visitor.centre_id,
            me=visitor.user_id,
            sign_in=visitor.session_id,
            reason=REASON,
        )


def run(owner: Engine, statement: str, **values: object) -> int:
    """Run a statement as the owner; return the number that it returns, or 0."""
    with owner.begin() as connection:
        done = connection.execute(text(statement), values)
        return int(done.scalar_one()) if done.returns_rows else 0


@pytest.fixture(scope="module")
def visited(owner: Engine) -> Visited:
    return Visited(owner)


def put(connection: Connection, actor: Actor) -> None:
    """Say who acts, and by which sign-in."""
    scope(connection, actor)
    sign_in = text("SELECT set_config('app.session_id', :id, true)")
    connection.execute(sign_in, {"id": str(actor.session_id or "")})


@contextmanager
def as_person(actor: Actor) -> Iterator[Connection]:
    """Yield a connection in that person's name, and roll back what it did."""
    with app_engine().connect() as connection, connection.begin() as transaction:
        put(connection, actor)
        yield connection
        transaction.rollback()


@contextmanager
def changed(
    visited: Visited, change: str, back: str, table: str = "access_grants"
) -> Iterator[None]:
    """Change the grant, or its sign-in or person, for a while."""
    which = {
        "access_grants": visited.grant,
        "sessions": visited.sign_in,
        "users": visited.cast.root.user_id,
    }
    run(visited.owner, f"UPDATE {table} SET {change} WHERE id = :id", id=which[table])
    try:
        yield
    finally:
        run(visited.owner, f"UPDATE {table} SET {back} WHERE id = :id", id=which[table])


def ids(connection: Connection, table: str) -> set[int]:
    return set(connection.execute(text(f"SELECT id FROM {table}")).scalars())


def seen(actor: Actor) -> set[str]:
    """Return the tables of casework of which a person sees a row, in any centre."""
    with as_person(actor) as connection:
        return {table for table in sorted(CASEWORK) if ids(connection, table)}


class TestWithAGrant:
    def test_reads_each_open_file_of_that_centre_and_no_restricted_one(
        self, visited: Visited
    ) -> None:
        with as_person(visited.visitor) as connection:
            for table in VISITED:
                assert ids(connection, table) == {visited.mine[table]}, table
            for table in BESIDE_CASES:
                both = {visited.mine[table], visited.shut[table]}
                assert ids(connection, table) == both, table

    def test_reads_nothing_that_was_decided_against(self, visited: Visited) -> None:
        with as_person(visited.visitor) as connection:
            for table in (*NEVER_VISITED, "access_grants"):
                assert ids(connection, table) == set(), table

    def test_reads_no_document_that_names_its_readers(self, visited: Visited) -> None:
        document = visited.mine["documents"]
        named = "UPDATE documents SET access_level = '{}', named_people = '{}' WHERE id = :id"
        only = f"{{{visited.cast.colin.user_id}}}"
        run(visited.owner, named.format("named_people", only), id=document)
        try:
            with as_person(visited.visitor) as connection:
                for table in VISITED:
                    if table.startswith("document") and table != "document_requests":
                        assert ids(connection, table) == set(), table
                told = text("SELECT count(*) FROM audit_logs WHERE table_name = 'documents'")
                assert connection.execute(told).scalar_one() == 0
        finally:
            run(visited.owner, named.format("case_team", "{}"), id=document)

    def test_reads_of_the_log_what_is_about_those_files(self, visited: Visited) -> None:
        with as_person(visited.visitor) as connection:
            rows = connection.execute(
                text("SELECT DISTINCT centre_id, case_id, client_id, table_name FROM audit_logs")
            ).all()
        assert {row.centre_id for row in rows} == {visited.visitor.centre_id}
        assert {row.case_id for row in rows} == {visited.mine["cases"], None}
        assert {row.client_id for row in rows} == {visited.mine["clients"], None}
        told = {row.table_name for row in rows}
        assert told >= {"cases", "clients", "debts", "documents"}
        assert told.isdisjoint({*NEVER_VISITED, "access_grants", "users", "sessions"})

    @pytest.mark.parametrize("table", WRITTEN)
    def test_changes_removes_and_adds_nothing(self, visited: Visited, table: str) -> None:
        column = "last_no" if table == "reference_counters" else "centre_id"
        for statement in (
            f"UPDATE {table} SET {column} = {column} WHERE centre_id = :c",
            f"DELETE FROM {table} WHERE centre_id = :c",
        ):
            with as_person(visited.visitor) as connection:
                try:
                    done = connection.execute(text(statement), {"c": visited.visitor.centre_id})
                    assert done.rowcount == 0
                except ProgrammingError as error:
                    assert isinstance(error.orig, InsufficientPrivilege)
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            as_person(visited.visitor) as connection,
        ):
            if table in ONCE:  # planting would give back the one that is there
                insert = text(f"INSERT INTO {table} (centre_id) VALUES (:c)")
                connection.execute(insert, {"c": visited.visitor.centre_id})
            plant_one(connection, TABLES[table], visited.visitor, visited.mine, "second")

    def test_does_not_rename_the_centre(self, visited: Visited) -> None:
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            as_person(visited.visitor) as connection,
        ):
            connection.execute(
                text("UPDATE centres SET name = 'Mine' WHERE id = :c"),
                {"c": visited.visitor.centre_id},
            )

    def test_what_happens_carries_the_grant_in_the_log(self, visited: Visited) -> None:
        opened = text("SELECT cma_record_event('client:open', 'clients', :id, :id, NULL, NULL)")
        newest = text("SELECT access_grant_id FROM audit_logs ORDER BY id DESC LIMIT 1")
        with as_person(visited.visitor) as connection:
            connection.execute(opened, {"id": visited.mine["clients"]})
            assert connection.execute(newest).scalar_one() == visited.grant
        with as_person(visited.cast.bea) as connection:
            connection.execute(opened, {"id": visited.mine["clients"]})
            assert connection.execute(newest).scalar_one() is None


class TestWithoutAGrant:
    def test_an_admin_sees_no_client_in_any_centre(self, visited: Visited) -> None:
        root = visited.cast.root
        for who in (root, replace(root, centre_id=visited.visitor.centre_id)):
            assert seen(replace(who, session_id=visited.sign_in)) == set()

    def test_the_role_alone_shows_nothing(self, visited: Visited) -> None:
        """Not another centre's, not by another sign-in, and to nobody else who takes that role."""
        cast, visitor = visited.cast, visited.visitor
        other_sign_in = visited.new_sign_in(cast.root)
        for who in (
            replace(visitor, centre_id=cast.amina.centre_id),
            replace(visitor, session_id=other_sign_in),
            replace(visitor, session_id=None),
            *(
                replace(each, role=VISITOR, session_id=visited.sign_in)
                for each in (cast.bea, cast.colin, cast.maria, cast.tess)
            ),
            replace(visitor, user_id=cast.bea.user_id),
        ):
            assert seen(who) == set(), who

    @pytest.mark.parametrize(
        ("table", "change", "back"),
        [
            (
                "access_grants",
                LATER,
                LATER.replace("-", "+"),
            ),
            (
                "access_grants",
                "ended_at = now(), ended_how = 'left'",
                "ended_at = NULL, ended_how = NULL",
            ),
            ("sessions", "expires_at = now()", "expires_at = now() + interval '1 hour'"),
            ("users", "role = 'manager'", "role = 'admin'"),
            ("users", "is_active = false", "is_active = true"),
        ],
        ids=["run out", "ended", "signed out by the clock", "no admin", "deactivated"],
    )
    def test_nothing_is_seen_once_it_is_over(
        self, visited: Visited, table: str, change: str, back: str
    ) -> None:
        assert seen(visited.visitor) == set(VISITED)
        with changed(visited, change, back, table):
            assert seen(visited.visitor) == set()
        assert seen(visited.visitor) == set(VISITED)

    def test_would_be_noticed_if_time_did_not_count(
        self, visited: Visited, postgres: EmbeddedPostgres
    ) -> None:
        with visited.owner.connect() as connection:
            function = connection.execute(
                text("SELECT pg_get_functiondef('cma_open_grant()'::regprocedure)")
            ).scalar_one()
        down = function.replace("AND g.expires_at > now()", "")
        assert down != function
        with (
            changed(visited, LATER, LATER.replace("-", "+")),
            one_wall_down(postgres, down) as connection,
        ):
            put(connection, visited.visitor)
            assert ids(connection, "clients") == {visited.mine["clients"]}


OPENED = text("SELECT cma_open_access(:centre, 'fault', :reason, :minutes)")


class TestOpening:
    def values(self, visited: Visited, **over: object) -> dict[str, object]:
        return {
            "centre": visited.visitor.centre_id,
            "reason": REASON,
            "minutes": 30,
            **over,
        }

    def test_is_the_functions_alone(self, visited: Visited) -> None:
        add = text(
            "INSERT INTO access_grants (centre_id, created_by, session_id, admin_name, kind,"
            " reason, expires_at) VALUES (:centre, :me, 1, 'X', 'fault', :reason, now())"
        )
        cast = visited.cast
        for who in (cast.root, cast.bea, cast.colin, visited.visitor):
            values = {"centre": who.centre_id, "me": who.user_id, "reason": REASON}
            for statement in (add, text("UPDATE access_grants SET expires_at = now()")):
                with (
                    pytest.raises(ProgrammingError, match="permission denied"),
                    as_person(who) as connection,
                ):
                    connection.execute(statement, values)

    def test_is_an_admins_who_is_signed_in(self, visited: Visited) -> None:
        cast = visited.cast
        managers = visited.new_sign_in(cast.bea)
        for who in (
            cast.root,  # by no sign-in
            replace(cast.root, session_id=managers),
            replace(cast.bea, session_id=managers),
            replace(cast.bea, session_id=managers, role="admin"),
            replace(cast.colin, session_id=visited.sign_in, role="admin"),
            visited.visitor,
        ):
            with (
                pytest.raises(ProgrammingError, match="only an admin"),
                as_person(who) as connection,
            ):
                connection.execute(OPENED, self.values(visited))

    @pytest.mark.parametrize(
        "over", [{"minutes": 241}, {"minutes": 0}, {"reason": " " * 30}, {"reason": "Because"}]
    )
    def test_needs_a_reason_and_a_time(self, visited: Visited, over: dict[str, object]) -> None:
        root = replace(visited.cast.root, session_id=self.proved(visited))
        with pytest.raises(IntegrityError), as_person(root) as connection:
            connection.execute(OPENED, self.values(visited, **over))

    def test_tells_the_managers_of_that_centre(self, visited: Visited) -> None:
        root = replace(visited.cast.root, session_id=self.proved(visited))
        told = text("SELECT user_id, what FROM notifications WHERE ref_id = :id")
        with as_person(root) as connection:
            made = connection.execute(OPENED, self.values(visited)).scalar_one()
            put(connection, visited.cast.ashdown_system)
            assert connection.execute(told, {"id": made}).all() == []
            put(connection, visited.cast.brook_system)
            ((who, what),) = connection.execute(told, {"id": made}).all()
            logged = connection.execute(
                text("SELECT user_id FROM audit_logs WHERE record_id = :id AND table_name = :t"),
                {"id": made, "t": "access_grants"},
            ).scalar_one()
        assert who == visited.cast.bea.user_id
        assert what.startswith("By Root Admin, until ")
        assert logged == root.user_id

    def test_is_one_at_a_time_for_a_sign_in(self, visited: Visited) -> None:
        root = replace(visited.cast.root, session_id=self.proved(visited))
        with pytest.raises(IntegrityError, match="already"), as_person(root) as connection:
            for centre in (visited.visitor.centre_id, visited.cast.amina.centre_id):
                connection.execute(OPENED, self.values(visited, centre=centre))

    @pytest.mark.parametrize("proved", ["NULL", "now() - interval '5 minutes 1 second'"])
    def test_needs_a_second_factor_proved_in_this_very_sign_in(
        self, visited: Visited, proved: str
    ) -> None:
        self.proved(visited)  # another sign-in's proof is none of this one's
        root = replace(visited.cast.root, session_id=self.proved(visited, proved))
        with (
            pytest.raises(ProgrammingError, match="second factor proved"),
            as_person(root) as connection,
        ):
            connection.execute(OPENED, self.values(visited))

    def test_needs_a_second_factor_that_is_still_there(self, visited: Visited) -> None:
        root = replace(visited.cast.root, session_id=self.proved(visited))
        gone = "UPDATE second_factors SET deleted_at = {} WHERE user_id = :me"
        run(visited.owner, gone.format("now()"), me=root.user_id)
        try:
            with (
                pytest.raises(ProgrammingError, match="second factor proved"),
                as_person(root) as connection,
            ):
                connection.execute(OPENED, self.values(visited))
        finally:
            run(visited.owner, gone.format("NULL"), me=root.user_id)

    def proved(self, visited: Visited, when: str = "now()") -> int:
        sign_in = visited.new_sign_in(visited.cast.root)
        stamp = f"UPDATE sessions SET proved_at = {when} WHERE id = :id"
        run(visited.owner, stamp, id=sign_in)
        return sign_in


class TestEnding:
    END = text("SELECT cma_end_access(:id)")

    def test_is_for_who_opened_it_and_the_managers_of_that_centre(self, visited: Visited) -> None:
        cast, values = visited.cast, {"id": visited.grant}
        nobody = (
            cast.colin,
            cast.maria,
            cast.root,
            replace(cast.colin, role="manager"),
            replace(visited.visitor, session_id=None),
            replace(cast.maria, centre_id=cast.bea.centre_id),
        )
        for who in nobody:
            with as_person(who) as connection:
                assert connection.execute(self.END, values).scalar_one() is False, who
        for who in (cast.bea, visited.visitor):
            with as_person(who) as connection:
                assert connection.execute(self.END, values).scalar_one() is True
                put(connection, visited.visitor)
                assert ids(connection, "clients") == set()

    def test_comes_with_the_end_of_the_sign_in(self, visited: Visited) -> None:
        sign_in = visited.new_sign_in(visited.cast.root)
        grant = visited.new_grant(replace(visited.visitor, session_id=sign_in))
        run(visited.owner, "UPDATE sessions SET revoked_at = now() WHERE id = :id", id=sign_in)
        with as_person(visited.cast.bea) as connection:
            how = text("SELECT ended_how FROM access_grants WHERE id = :id")
            assert connection.execute(how, {"id": grant}).scalar_one() == "signed_out"


def test_the_register_is_for_the_managers_of_that_centre(visited: Visited) -> None:
    cast = visited.cast
    told = text("SELECT count(*) FROM audit_logs WHERE table_name = 'access_grants'")
    for who, sees in ((cast.bea, True), (cast.colin, False), (cast.root, False)):
        with as_person(who) as connection:
            assert (visited.grant in ids(connection, "access_grants")) is sees
            assert bool(connection.execute(told).scalar_one()) is sees
    with as_person(cast.maria) as connection:
        assert visited.grant not in ids(connection, "access_grants")
