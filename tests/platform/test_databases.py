"""Whose database it is, whether it answers, and who may serve from it."""

import socket
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from cma_app.databases import (
    Database,
    UnsafeRole,
    check_reachable,
    open_database,
    require_safe_role,
    settle_keys,
)
from cma_app.keys import KeyTrouble, load_or_make_keys
from cma_app.postgres import EmbeddedPostgres, PostgresError, plain
from cma_app.settings import settings


def changed(url: str, **parts) -> str:
    return make_url(url).set(**parts).render_as_string(hide_password=False)


def run(url: str, *statements: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_the_app_s_own_role_may_serve(postgres: EmbeddedPostgres):
    require_safe_role(postgres.app_url)


@pytest.mark.parametrize(
    ("rights", "words"),
    [
        ("SUPERUSER", "is a superuser"),
        ("BYPASSRLS", "has BYPASSRLS"),
        ("IN ROLE cma_owner", "owns tables"),
    ],
)
def test_a_role_that_passes_the_walls_may_not(postgres: EmbeddedPostgres, rights, words):
    run(postgres.superuser_url, f"CREATE ROLE too_strong LOGIN PASSWORD 'x' {rights}")
    run(postgres.superuser_url, "GRANT CONNECT ON DATABASE cma TO too_strong")
    try:
        with pytest.raises(UnsafeRole, match=words):
            require_safe_role(changed(postgres.app_url, username="too_strong", password="x"))
    finally:
        run(
            postgres.superuser_url,
            "REVOKE ALL ON DATABASE cma FROM too_strong",
            "DROP ROLE too_strong",
        )


def test_a_member_of_a_strong_role_may_not(postgres: EmbeddedPostgres):
    run(
        postgres.superuser_url,
        "CREATE ROLE strong BYPASSRLS",
        "CREATE ROLE member LOGIN PASSWORD 'x' IN ROLE strong",
        "GRANT CONNECT ON DATABASE cma TO member",
    )
    try:
        with pytest.raises(UnsafeRole, match="has BYPASSRLS"):
            require_safe_role(changed(postgres.app_url, username="member", password="x"))
    finally:
        run(
            postgres.superuser_url,
            "REVOKE ALL ON DATABASE cma FROM member",
            "DROP ROLE member",
            "DROP ROLE strong",
        )


def test_the_owner_may_not_serve(postgres: EmbeddedPostgres):
    with pytest.raises(UnsafeRole, match="cma_owner, which owns tables"):
        require_safe_role(postgres.owner_url)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"password": "wrong"}, "refuses the name or the password"),
        ({"username": "nobody_we_know"}, "refuses the name or the password"),
        ({"host": "nowhere.invalid"}, "no machine answers to the name"),
    ],
)
def test_a_wrong_address_is_one_sentence(postgres: EmbeddedPostgres, parts, words):
    with pytest.raises(PostgresError) as caught:
        check_reachable(changed(postgres.app_url, **parts), "DATABASE_URL")
    said = caught.value.sentence
    assert said.startswith("DATABASE_URL cannot be used: ")
    assert words in said
    assert "\n" not in said
    assert str(make_url(postgres.app_url).password) not in said


def test_a_database_that_is_not_there_is_one_sentence(postgres: EmbeddedPostgres):
    with pytest.raises(PostgresError, match="has no such database or role"):
        check_reachable(changed(postgres.superuser_url, database="none"), "DATABASE_URL")


def test_a_port_without_a_server_is_one_sentence(postgres: EmbeddedPostgres):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # taken and not listening: nothing can answer
        url = changed(postgres.app_url, port=probe.getsockname()[1])
        with pytest.raises(PostgresError, match="nothing answers as PostgreSQL"):
            check_reachable(url, "DATABASE_URL")


def test_ours_is_started_and_its_addresses_are_put_in_force(environment, own_home: Path):
    environment.setenv("CMA_HOME", str(own_home))
    with open_database(lambda _: None) as database:
        assert settings().serving_url == database.app_url
        assert settings().owner_url == database.owner_url
        check_reachable(database.app_url, "DATABASE_URL")
    assert settings().embedded
    (own_home / "keys" / "field_index").unlink()
    with pytest.raises(KeyTrouble, match="its keys"), open_database(lambda _: None):
        pass


def test_the_operator_s_own_is_used_as_it_is(environment, postgres: EmbeddedPostgres):
    environment.setenv("DATABASE_URL", postgres.app_url)
    with open_database(lambda _: None) as database:
        assert database.server is None
        assert database.owner_url is None
        with pytest.raises(PostgresError, match="needs DATABASE_OWNER_URL"):
            _ = database.owner


def test_a_database_stays_with_the_keys_it_was_made_with(
    postgres: EmbeddedPostgres, tmp_path: Path
):
    run(postgres.superuser_url, "CREATE DATABASE keyed OWNER cma_owner")
    try:
        url = changed(postgres.owner_url, database="keyed")
        database = Database(url, url, url)
        settle_keys(database, tmp_path / "ours")
        settle_keys(database, tmp_path / "ours")
        load_or_make_keys(tmp_path / "theirs")
        for other in ("theirs", "none"):
            with pytest.raises(KeyTrouble, match="made with other keys"):
                settle_keys(database, tmp_path / other)
        assert not (tmp_path / "none").exists()
        settle_keys(database, tmp_path / "theirs", restored=True)
        settle_keys(database, tmp_path / "theirs")
        with pytest.raises(KeyTrouble, match="made with other keys"):
            settle_keys(database, tmp_path / "ours")
    finally:
        run(postgres.superuser_url, "DROP DATABASE keyed")
