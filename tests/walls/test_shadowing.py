"""A shadow opens one case to one trainee for reading, by raw SQL too, and a cover opens nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from cma_app.access.actor import Actor
from cma_app.access.policy import SHADOWING
from cma_app.database import app_engine
from cma_app.errors import NotFound, Refused
from cma_app.postgres import EmbeddedPostgres
from models import CASEWORK, Case, CaseNote, Client, Debt
from tests.people import Cast, make_cast
from tests.planting import CENTRE_TABLES, plant, plant_one
from tests.walls.test_catalogue import NEVER_FOLLOWED
from tests.walls.test_isolation import one_wall_down, scope

NUMBER = 7003
"""The number of the two centres that stand for the whole module."""
FOLLOWED = sorted(CASEWORK - set(NEVER_FOLLOWED))
TABLES = {each.name: each for each in CENTRE_TABLES}
SHADOW = text(
    "INSERT INTO case_shadows (centre_id, case_id, trainee_id, first_day, last_day, reason)"
    " VALUES (:centre, :case, :trainee, current_date - 2, NULL, 'To learn') RETURNING id"
)


class Followed:
    """Two files of one centre: Tess shadows the first, Amina's, and has nothing of the other."""

    def __init__(self, owner: Engine) -> None:
        self.owner = owner
        self.cast: Cast = make_cast(owner, NUMBER)
        self.mine = plant(owner, self.cast.amina)
        self.other = plant(owner, self.cast.ben)
        with owner.begin() as connection:
            self.shadow = connection.execute(
                SHADOW,
                {
                    "centre": self.cast.amina.centre_id,
                    "case": self.mine["cases"],
                    "trainee": self.cast.tess.user_id,
                },
            ).scalar_one()


@pytest.fixture(scope="module")
def followed(owner: Engine) -> Followed:
    return Followed(owner)


@pytest.fixture(scope="module")
def own(followed: Followed) -> dict[str, int]:
    """A file of Tess's own."""
    return plant(followed.owner, followed.cast.tess)


@contextmanager
def as_person(actor: Actor) -> Iterator[Connection]:
    """Yield a connection in that person's name, and roll back what it did."""
    with app_engine().connect() as connection, connection.begin() as transaction:
        scope(connection, actor)
        yield connection
        transaction.rollback()


def ids(connection: Connection, table: str) -> set[int]:
    return set(connection.execute(text(f"SELECT id FROM {table}")).scalars())


@contextmanager
def changed(owner: Engine, change: str, back: str, **values: object) -> Iterator[None]:
    """Change a row as the owner for a while, and put it back."""
    with owner.begin() as connection:
        connection.execute(text(change), values)
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(text(back), values)


class TestATraineeWhoShadows:
    def test_reads_every_table_of_that_case_alone(self, followed: Followed) -> None:
        with as_person(followed.cast.tess) as connection:
            for table in FOLLOWED:
                assert ids(connection, table) == {followed.mine[table]}, table

    def test_reads_nothing_that_is_no_part_of_following(self, followed: Followed) -> None:
        own = {"case_shadows": {followed.shadow}}
        with as_person(followed.cast.tess) as connection:
            for table in NEVER_FOLLOWED:
                assert ids(connection, table) == own.get(table, set()), table

    def test_reads_of_the_log_what_is_about_that_case(self, followed: Followed) -> None:
        with as_person(followed.cast.tess) as connection:
            cases = connection.execute(text("SELECT DISTINCT case_id FROM audit_logs")).scalars()
            assert set(cases) == {followed.mine["cases"]}
            told = connection.execute(text("SELECT DISTINCT table_name FROM audit_logs")).scalars()
            assert set(told).isdisjoint(NEVER_FOLLOWED)

    @pytest.mark.parametrize("table", [*FOLLOWED, "case_shadows", "covers"])
    def test_changes_removes_and_adds_nothing(self, followed: Followed, table: str) -> None:
        row = {"id": followed.mine[table]}
        for statement in (
            f"UPDATE {table} SET centre_id = centre_id WHERE id = :id",
            f"DELETE FROM {table} WHERE id = :id",
        ):
            with as_person(followed.cast.tess) as connection:
                try:
                    assert connection.execute(text(statement), row).rowcount == 0
                except ProgrammingError as error:
                    assert isinstance(error.orig, InsufficientPrivilege)
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            as_person(followed.cast.tess) as connection,
        ):
            person = followed.cast.amina
            plant_one(connection, TABLES[table], person, followed.mine, "second")

    def test_would_be_noticed_if_it_could_write(
        self, followed: Followed, postgres: EmbeddedPostgres
    ) -> None:
        down = (
            "CREATE POLICY too_much ON debts USING (case_id = ANY"
            " ((SELECT cma_shadowed_cases())::bigint[]))"
        )
        with one_wall_down(postgres, down) as connection:
            scope(connection, followed.cast.tess)
            done = connection.execute(text("UPDATE debts SET notes = 'x'"))
            assert done.rowcount == 1

    def test_shadows_nothing_for_anybody_else(self, followed: Followed) -> None:
        cast = followed.cast
        for person in (cast.amina, cast.maria, cast.root, replace(cast.colin, role="trainee")):
            with as_person(person) as connection:
                assert connection.execute(text("SELECT cma_shadowed_cases()")).scalar_one() == []


class TestAShadowIsOver:
    """It opens nothing, whatever its row says."""

    SHADOW = "UPDATE case_shadows SET {} WHERE id = :shadow"

    def sees(self, followed: Followed) -> bool:
        with as_person(followed.cast.tess) as connection:
            seen = {table for table in FOLLOWED if ids(connection, table)}
        assert seen in (set(), set(FOLLOWED))
        return bool(seen)

    @pytest.mark.parametrize(
        ("change", "back"),
        [
            ("last_day = current_date - 1", "last_day = NULL"),
            ("first_day = current_date + 2", "first_day = current_date - 2"),
            ("ended_at = now()", "ended_at = NULL"),
        ],
    )
    def test_before_and_after_its_days(self, followed: Followed, change: str, back: str) -> None:
        assert self.sees(followed)
        forth, again = self.SHADOW.format(change), self.SHADOW.format(back)
        with changed(followed.owner, forth, again, shadow=followed.shadow):
            assert not self.sees(followed)
        assert self.sees(followed)

    @pytest.mark.parametrize("who", ["clients", "partner"])
    def test_once_a_file_of_the_case_is_restricted(self, followed: Followed, who: str) -> None:
        """To a trainee who is named on it too; and the database ends the shadow."""
        mine = followed.mine
        with followed.owner.begin() as connection:
            person = plant_one(connection, TABLES["clients"], followed.cast.amina, mine, "canary")
            if who == "partner":
                join = "UPDATE case_people SET client_id = :person WHERE id = :id"
                connection.execute(text(join), {"person": person, "id": mine["case_people"]})
        file = person if who == "partner" else mine["clients"]
        back = f"UPDATE case_people SET client_id = {mine['clients']} WHERE id = :id"
        restrict = "UPDATE clients SET is_restricted = {} WHERE id = :file"
        named = (
            "INSERT INTO file_access (centre_id, client_id, user_id)"
            f" VALUES ({followed.cast.tess.centre_id}, :file, {followed.cast.tess.user_id})"
        )
        drop = f"DELETE FROM file_access WHERE user_id = {followed.cast.tess.user_id}"
        with (
            changed(followed.owner, named, drop, file=file),
            changed(followed.owner, restrict.format("true"), restrict.format("false"), file=file),
        ):
            assert self.ended(followed)
            again = self.SHADOW.format("ended_at = NULL")
            with followed.owner.begin() as connection:
                connection.execute(text(again), {"shadow": followed.shadow})
            assert not self.sees(followed)
        with followed.owner.begin() as connection:
            connection.execute(text(back), {"id": mine["case_people"]})

    @pytest.mark.parametrize(
        "change", ["status = 'closed'", "status = 'referred'", "advisor_id = :tess"]
    )
    def test_once_the_case_ends_or_is_the_trainees(self, followed: Followed, change: str) -> None:
        cast, case = followed.cast, followed.mine["cases"]
        values = {"case": case, "tess": cast.tess.user_id, "amina": cast.amina.user_id}
        back = "UPDATE cases SET status = 'in_progress', advisor_id = :amina WHERE id = :case"
        with changed(followed.owner, f"UPDATE cases SET {change} WHERE id = :case", back, **values):
            assert self.ended(followed)
            if "status" in change:
                assert not self.sees(followed)
        assert not self.sees(followed)
        with followed.owner.begin() as connection:
            again = self.SHADOW.format("ended_at = NULL")
            connection.execute(text(again), {"shadow": followed.shadow})

    def ended(self, followed: Followed) -> bool:
        with followed.owner.connect() as connection:
            ended = text("SELECT ended_at IS NOT NULL FROM case_shadows WHERE id = :id")
            return connection.execute(ended, {"id": followed.shadow}).scalar_one()


class TestTheSessionToo:
    """What the services go through: they read the case and are refused in words."""

    def test_reads_that_case_and_no_other(self, followed: Followed) -> None:
        with followed.cast.open(followed.cast.tess) as session:
            assert session.require(Case, followed.mine["cases"])
            with pytest.raises(NotFound):
                session.require(Case, followed.other["cases"])

    @pytest.mark.parametrize("model", [Case, Client, Debt, CaseNote])
    def test_a_change_is_refused_in_words(self, followed: Followed, model: type) -> None:
        with pytest.raises(Refused) as refused, followed.cast.open(followed.cast.tess) as session:
            row = session.require(model, followed.mine[model.__tablename__])
            row.created_by = None
            session.flush()
        assert refused.value.sentence == SHADOWING

    def test_a_new_row_is_refused_in_words(self, followed: Followed) -> None:
        with pytest.raises(Refused) as refused, followed.cast.open(followed.cast.tess) as session:
            session.add(CaseNote(case_id=followed.mine["cases"], channel="phone", body="Hello"))
            session.flush()
        assert refused.value.sentence == SHADOWING


class TestACover:
    def test_is_set_by_the_absent_person_or_a_manager_by_raw_sql_too(
        self, followed: Followed
    ) -> None:
        cast = followed.cast
        add = text(
            "INSERT INTO covers (centre_id, absent_id, cover_id, first_day, last_day)"
            " VALUES (:centre, :absent, :cover, current_date, current_date)"
        )
        values = {
            "centre": cast.amina.centre_id,
            "absent": cast.amina.user_id,
            "cover": cast.maria.user_id,
        }
        for person in (cast.amina, cast.maria):
            with as_person(person) as connection:
                assert connection.execute(add, values).rowcount == 1
        for person in (cast.ben, cast.tess, cast.root):
            with (
                pytest.raises(ProgrammingError, match="row-level security"),
                as_person(person) as connection,
            ):
                connection.execute(add, values)


class TestWhatADocumentProves:
    """A use is let in by its document; it is of the document's own case all the same."""

    USE = text(
        "INSERT INTO document_uses (centre_id, document_id, case_id, debt_id)"
        " VALUES (:centre, :document, :case, :debt)"
    )

    @pytest.mark.parametrize("of", ["the case", "the debt", "neither"])
    def test_is_of_the_documents_own_case_by_raw_sql_too(
        self, followed: Followed, own: dict[str, int], of: str
    ) -> None:
        person = followed.cast.tess
        values = {
            "centre": person.centre_id,
            "document": own["documents"],
            "case": followed.mine["cases"] if of == "the case" else own["cases"],
            "debt": own["debts"] if of == "neither" else followed.mine["debts"],
        }
        if of == "neither":
            with as_person(person) as connection:
                assert connection.execute(self.USE, values).rowcount == 1
            return
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            as_person(person) as connection,
        ):
            connection.execute(self.USE, values)
