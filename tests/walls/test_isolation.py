"""The walls hold, table by table, and each one alone is worth something.

A probe returns what leaked. It is asked with every wall up (nothing leaks) and with just one
down, in a transaction that is rolled back: then something must leak, or the probe proves nothing.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, Engine, Row, create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.database import app_engine
from cma_app.errors import Conflict, NotFound, SignedOut
from cma_app.postgres import EmbeddedPostgres
from cma_app.session import CentreSession, hash_token, open_as, open_session
from models import CASEWORK, CENTRE_OWNED, Case, Client
from tests.people import Cast, make_cast
from tests.plant import plant_case
from tests.planting import CENTRE_TABLES, plant, plant_one

TABLES = [table.name for table in CENTRE_TABLES]
MANAGERS = {"access_grants", "account_links", "linking_codes", "review_pool", "saved_views"}
MANAGERS |= {"retention_items", "retention_runs", "retention_statistics"}
"""Tables of managers alone: which files may be under review, how the board is looked at, who had
emergency access, codes handed over, who was sent a link."""
BY_FUNCTIONS = {"access_grants", "audit_logs", "retention_statistics"}
"""Tables of which the app writes no row itself."""
SCOPE = text(
    "SELECT set_config('app.centre_id', :centre, true), set_config('app.user_id', :user, true),"
    " set_config('app.role', :role, true)"
)


def scope(connection: Connection, actor: Actor) -> None:
    connection.execute(
        SCOPE,
        {"centre": str(actor.centre_id), "user": str(actor.user_id), "role": actor.role},
    )


def seen(connection: Connection, table: str, centre_id: int) -> int:
    return connection.execute(
        text(f"SELECT count(*) FROM {table} WHERE centre_id = :c"), {"c": centre_id}
    ).scalar_one()


@contextmanager
def one_wall_down(postgres: EmbeddedPostgres, statement: str) -> Iterator[Connection]:
    """Yield a connection as the app's role with one wall taken down, and put it back."""
    url = postgres.superuser_url.rsplit("/", 1)[0] + "/cma"
    engine = create_engine(url)
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(statement))
        connection.execute(text("SET LOCAL ROLE cma_app"))
        yield connection
        transaction.rollback()
    engine.dispose()


@pytest.fixture
def planted(owner: Engine, cast: Cast) -> dict[str, int]:
    """Plant both centres; return Ashdown's ids."""
    plant(owner, cast.colin)
    return plant(owner, cast.amina)


NUMBER = 7002
"""The number of the two centres that stand for the whole module."""


@pytest.fixture(scope="module")
def standing(owner: Engine) -> tuple[Cast, dict[str, int]]:
    """Plant two centres once; return their people and Ashdown's ids."""
    people = make_cast(owner, NUMBER)
    plant(owner, people.colin)
    return people, plant(owner, people.amina)


class Standing:
    """For tests in which nothing is ever changed: they share what was planted once."""

    @pytest.fixture
    def cast(self, standing: tuple[Cast, dict[str, int]]) -> Cast:
        return standing[0]

    @pytest.fixture
    def planted(self, standing: tuple[Cast, dict[str, int]]) -> dict[str, int]:
        return standing[1]


class TestRowSecurity(Standing):
    def test_shows_no_row_of_the_next_centre(self, cast: Cast, planted: dict[str, int]) -> None:
        with app_engine().begin() as connection:
            for table in TABLES:
                scope(connection, cast.bea if table in MANAGERS else cast.colin)
                assert seen(connection, table, cast.colin.centre_id) > 0, table
                assert seen(connection, table, cast.amina.centre_id) == 0, table

    def test_shows_nothing_without_a_centre(self, planted: dict[str, int]) -> None:
        with app_engine().begin() as connection:
            for table in TABLES:
                count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                assert count == 0, table

    @pytest.mark.parametrize("table", TABLES)
    def test_changes_no_row_of_the_next_centre(
        self, cast: Cast, planted: dict[str, int], owner: Engine, table: str
    ) -> None:
        column = "last_no" if table == "reference_counters" else "id"
        statements = (
            f"UPDATE {table} SET {column} = {column} WHERE centre_id = :c",
            f"DELETE FROM {table} WHERE centre_id = :c",
        )
        for statement in statements:
            try:
                with app_engine().begin() as connection:
                    scope(connection, cast.bea if table in MANAGERS else cast.colin)
                    done = connection.execute(text(statement), {"c": cast.amina.centre_id})
                    assert done.rowcount == 0
            except ProgrammingError as error:
                assert "permission denied" in str(error.orig)
        with owner.connect() as connection:
            assert seen(connection, table, cast.amina.centre_id) > 0

    @pytest.mark.parametrize("table", sorted(set(TABLES) - BY_FUNCTIONS))
    def test_takes_no_row_for_the_next_centre(
        self, cast: Cast, planted: dict[str, int], table: str
    ) -> None:
        into = next(each for each in CENTRE_TABLES if each.name == table)
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.bea if table in MANAGERS else cast.colin)
            plant_one(connection, into, cast.amina, planted, "second")

    def test_alone_dropped_is_noticed(
        self, cast: Cast, planted: dict[str, int], postgres: EmbeddedPostgres
    ) -> None:
        down = "ALTER TABLE cases DISABLE ROW LEVEL SECURITY"
        with one_wall_down(postgres, down) as connection:
            scope(connection, cast.colin)
            assert seen(connection, "cases", cast.amina.centre_id) > 0
            assert seen(connection, "clients", cast.amina.centre_id) == 0


class TestSessionFilter:
    """Asked as the owner, to whom row security shows everything: the session narrows alone."""

    def test_shows_no_row_of_the_next_centre(
        self, cast: Cast, planted: dict[str, int], owner: Engine
    ) -> None:
        with CentreSession(owner, cast.colin) as session:
            for name, model in CENTRE_OWNED.items():
                centres = set(session.scalars(select(model.centre_id)).all())
                assert centres == {cast.colin.centre_id}, name
                if name != "audit_logs":
                    with pytest.raises(NotFound):
                        session.require(model, planted[name])

    def test_hides_what_was_removed(
        self, cast: Cast, planted: dict[str, int], owner: Engine
    ) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE cases SET deleted_at = now() WHERE id = :id"),
                {"id": planted["cases"]},
            )
        with cast.open(cast.amina) as session:
            assert session.scalars(select(Case)).all() == []
            with pytest.raises(NotFound):
                session.require(Case, planted["cases"])

    def test_refuses_to_write_for_the_next_centre(self, cast: Cast, owner: Engine) -> None:
        with CentreSession(owner, cast.colin) as session:
            session.add(
                Client(
                    centre_id=cast.amina.centre_id,
                    client_reference="X",
                    first_name="A",
                    last_name="B",
                )
            )
            with pytest.raises(NotFound):
                session.flush()

    def test_alone_dropped_is_noticed(
        self, cast: Cast, planted: dict[str, int], owner: Engine
    ) -> None:
        from sqlmodel import Session

        with Session(owner) as session:
            assert cast.amina.centre_id in set(session.scalars(select(Case.centre_id)).all())


REFERENCES = sorted(
    (table.name, [column.name for column in key.columns][1], key.referred_table.name)
    for table in CENTRE_TABLES
    for key in table.foreign_key_constraints
    if len(key.columns) == 2
)


class TestCompositeKeys(Standing):
    @pytest.mark.parametrize(("table", "column", "parent"), REFERENCES)
    def test_forbid_a_reference_into_the_next_centre(
        self, cast: Cast, planted: dict[str, int], owner: Engine,
        table: str, column: str, parent: str,
    ) -> None:  # fmt: skip
        other = cast.amina.user_id if parent == "users" else planted[parent]
        with pytest.raises(IntegrityError, match="foreign key"), owner.begin() as connection:
            connection.execute(
                text(f"UPDATE {table} SET {column} = :other WHERE centre_id = :c"),
                {"other": other, "c": cast.colin.centre_id},
            )

    def test_alone_dropped_is_noticed(
        self, cast: Cast, planted: dict[str, int], postgres: EmbeddedPostgres
    ) -> None:
        down = "ALTER TABLE consents DROP CONSTRAINT fk_consents_centre_id_client_id"
        with one_wall_down(postgres, down) as connection:
            scope(connection, cast.colin)
            done = connection.execute(
                text("UPDATE consents SET client_id = :other"), {"other": planted["clients"]}
            )
            assert done.rowcount == 1


class TestRoles:
    def test_an_admin_sees_no_row_of_casework(self, cast: Cast, planted: dict[str, int]) -> None:
        with app_engine().begin() as connection:
            scope(connection, cast.root)
            for table in sorted(CASEWORK):
                assert seen(connection, table, cast.root.centre_id) == 0, table
            assert seen(connection, "users", cast.root.centre_id) > 0
            log = connection.execute(text("SELECT DISTINCT table_name FROM audit_logs")).scalars()
            assert set(log) <= {"users", "sessions"}

    def test_a_trainee_sees_nothing_that_is_not_assigned(
        self, cast: Cast, planted: dict[str, int]
    ) -> None:
        with app_engine().begin() as connection:
            scope(connection, cast.tess)
            for table in sorted(CASEWORK):
                assert seen(connection, table, cast.tess.centre_id) == 0, table

    def test_a_trainee_sees_what_is_assigned(self, cast: Cast, owner: Engine) -> None:
        plant(owner, cast.tess)
        with app_engine().begin() as connection:
            scope(connection, cast.tess)
            for table in sorted(CASEWORK):
                expected = 0 if table in MANAGERS else 1
                assert seen(connection, table, cast.tess.centre_id) == expected, table

    def test_the_session_narrows_a_trainee_too(
        self, cast: Cast, planted: dict[str, int], owner: Engine
    ) -> None:
        with CentreSession(owner, cast.tess) as session:
            assert session.scalars(select(Case)).all() == []


class TestRestrictedFiles:
    @pytest.fixture
    def restricted(self, owner: Engine, planted: dict[str, int]) -> dict[str, int]:
        """Restrict Ashdown's planted client to Amina, whom the planted access row names."""
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :id"),
                {"id": planted["clients"]},
            )
        return planted

    def test_are_absent_for_everybody_not_named(
        self, cast: Cast, restricted: dict[str, int]
    ) -> None:
        of_the_client = sorted(CASEWORK - {"drafts"})
        for person in (cast.ben, cast.maria):
            with app_engine().begin() as connection:
                scope(connection, person)
                for table in of_the_client:
                    assert seen(connection, table, person.centre_id) == 0, (person.name, table)
                logged = connection.execute(
                    text("SELECT count(*) FROM audit_logs WHERE client_id = :c OR case_id = :k"),
                    {"c": restricted["clients"], "k": restricted["cases"]},
                ).scalar_one()
                assert logged == 0

    def test_are_there_for_the_named(self, cast: Cast, restricted: dict[str, int]) -> None:
        with cast.open(cast.amina) as session:
            assert session.require(Client, restricted["clients"]).is_restricted
            assert session.require(Case, restricted["cases"])


THIRD = 7009
"""The number of a third centre, for what three do at once."""
SIGN_IN = text(
    "INSERT INTO sessions (centre_id, user_id, token_hash, expires_at)"
    " VALUES (:centre, :user, :hash, now() + interval '1 hour')"
)
SEEN = text("SELECT DISTINCT centre_id FROM cases")


class ThreeCentres:
    """A person of each of three centres, signed in, and what they do on the app's own pool."""

    def __init__(self, owner: Engine, people: list[Actor]) -> None:
        self.people = people
        for person in people:
            plant_case(owner, person)
            asked = {"centre": person.centre_id, "user": person.user_id}
            with owner.begin() as connection:
                connection.execute(SIGN_IN, asked | {"hash": hash_token(self.token(person))})

    @staticmethod
    def token(person: Actor) -> str:
        return f"pool-{person.user_id}"

    def strangers(self, first: int, turns: int) -> int:
        """Return how often another centre was seen in so many transactions, a third of which fail.

        In turn somebody comes by a sign-in, by their person, by a sign-in that is none, and nobody
        comes: a transaction without a centre, which sees what the one before left behind.
        """
        found = 0
        for turn in range(first, first + turns):
            person = self.people[turn % 3]
            with suppress(Conflict, DBAPIError), self._opened(turn % 4, person) as execute:
                seen = set(execute(SEEN).scalars())
                found += seen != ({person.centre_id} if turn % 4 < 2 else set())
                if turn // 12 % 3 == 0:
                    execute(text("SELECT 1 / 0"))
        return found

    @contextmanager
    def _opened(self, way: int, person: Actor) -> Iterator[Any]:
        if way == 0:
            with open_session(hash_token(self.token(person)), Origin()) as session:
                yield session.execute
        elif way == 1:
            with open_as(person) as session:
                yield session.execute
        else:
            if way == 2:
                with suppress(SignedOut), open_session("none", Origin()):
                    pass
            with app_engine().begin() as connection:
                yield connection.execute


def test_pooled_connections_never_carry_a_centre_over(cast: Cast, owner: Engine) -> None:
    """1,200 transactions of three centres, by six threads at once on the pool that serves."""
    people = [cast.amina, cast.colin, make_cast(owner, THIRD).amina]
    three = ThreeCentres(owner, people)
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda first: three.strangers(first, 200), range(6)))
    assert found == [0] * 6


def test_absent_and_foreign_rows_look_alike(cast: Cast, planted: dict[str, int]) -> None:
    said = []
    for record_id in (planted["cases"], 999_999_999):
        with pytest.raises(NotFound) as error, open_as(cast.colin) as session:
            session.require(Case, record_id)
        said.append((type(error.value), error.value.sentence))
    assert said[0] == said[1]


def test_a_secret_never_enters_the_audit_log(cast: Cast, owner: Engine) -> None:
    with cast.open(cast.amina) as session:
        client = Client(
            client_reference="S-1",
            first_name="Ann",
            last_name="Dee",
            national_insurance_number="CZ615546D",
            ni_number_index="f" * 64,
        )
        session.add(client)
        session.flush()
        record_id = client.id
    with owner.connect() as connection:
        row = connection.execute(
            text(
                "SELECT a::text FROM audit_logs a WHERE table_name = 'clients' AND record_id = :id"
            ),
            {"id": record_id},
        ).scalar_one()
    assert "CZ615546D" not in row
    assert "ffff" not in row
    assert '""national_insurance_number"": ""changed""' in row


def test_the_log_keeps_of_a_document_only_the_entries_that_changed(
    cast: Cast, planted: dict[str, int], owner: Engine
) -> None:
    with owner.begin() as connection:
        for lines in ('{"rent": {"monthly": "1.00"}, "gas": {"monthly": "2.00"}}',
                      '{"rent": {"monthly": "1.00"}, "gas": {"monthly": "3.00"}}'):  # fmt: skip
            connection.execute(
                text("UPDATE budget_sheets SET expense_details = cast(:d AS jsonb) WHERE id = :id"),
                {"d": lines, "id": planted["budget_sheets"]},
            )
        row = connection.execute(
            text(
                "SELECT old_values, new_values FROM audit_logs WHERE table_name = 'budget_sheets'"
                " AND record_id = :id ORDER BY id DESC LIMIT 1"
            ),
            {"id": planted["budget_sheets"]},
        ).one()
    assert row.old_values == {"expense_details": {"gas": {"monthly": "2.00"}}}
    assert row.new_values == {"expense_details": {"gas": {"monthly": "3.00"}}}


class TestMatchingNames:
    """What a trainee is told of others' clients, asked by raw SQL."""

    ASKED = text("SELECT * FROM cma_match_names('x', 'x', NULL, NULL, '{}', :email, NULL) LIMIT 2")
    EMAIL = "known.to.all@example.org"
    TOLD: ClassVar = {"first_name", "last_name", "client_reference"}
    AGREES: ClassVar = {
        "same_birth",
        "other_birth",
        "same_postcode",
        "same_phones",
        "same_email",
        "same_ni",
        "other_ni",
    }

    def told(self, actor: Actor | None) -> list[Row[Any]]:
        """Return what the function says to somebody who knows the client's e-mail address."""
        with app_engine().begin() as connection:
            if actor is not None:
                scope(connection, actor)
            return list(connection.execute(self.ASKED, {"email": self.EMAIL}))

    @pytest.fixture
    def known(self, planted: dict[str, int], owner: Engine) -> int:
        """Return the id of a client of Ashdown's who can be found by e-mail."""
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET email = :email, created_by = NULL WHERE id = :id"),
                {"email": self.EMAIL, "id": planted["clients"]},
            )
        return planted["clients"]

    def test_says_a_name_a_reference_and_what_agrees(self, cast: Cast, known: int) -> None:
        (row,) = self.told(cast.tess)
        assert set(row._mapping) == self.TOLD | self.AGREES
        assert row.same_email
        assert not row.same_birth
        assert row.same_phones == []

    def test_says_nothing_to_anybody_else(self, cast: Cast, known: int) -> None:
        trainee_of_brook = replace(cast.colin, role="trainee")
        for who in (None, cast.amina, cast.maria, cast.root, cast.colin, trainee_of_brook):
            assert self.told(who) == [], who

    def test_says_nothing_of_a_restricted_file(self, cast: Cast, known: int, owner: Engine) -> None:
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id = :id"),
                {"id": known},
            )
        assert self.told(cast.tess) == []


class TestPeople:
    """Only those who run people change a role or another's password, by raw SQL too."""

    @pytest.mark.parametrize("name", ["tess", "amina"])
    @pytest.mark.parametrize(
        "change", ["role = 'manager'", "is_active = false", "username = 'x' || username"]
    )
    def test_nobody_else_changes_a_person(self, cast: Cast, name: str, change: str) -> None:
        person = getattr(cast, name)
        for target in (person, cast.ben):
            with (
                pytest.raises(ProgrammingError, match="only a manager or an admin"),
                app_engine().begin() as connection,
            ):
                scope(connection, person)
                connection.execute(
                    text(f"UPDATE users SET {change}, phone = '1' WHERE id = :id"),
                    {"id": target.user_id},
                )

    def test_one_changes_ones_own_password_and_nobody_elses(self, cast: Cast) -> None:
        change = text("UPDATE users SET password_hash = 'x' WHERE id = :id")
        with app_engine().begin() as connection:
            scope(connection, cast.tess)
            assert connection.execute(change, {"id": cast.tess.user_id}).rowcount == 1
        with (
            pytest.raises(ProgrammingError, match="only a manager"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            connection.execute(change, {"id": cast.maria.user_id})


def test_work_that_no_person_started_passes_the_acts(cast: Cast) -> None:
    with cast.open(cast.ashdown_system) as session:
        session.authorize(Act.CASE_CLOSE)
