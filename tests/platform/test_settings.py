from pathlib import Path

import pytest

from cma_app.settings import ROOT, BadSettings, clear_settings, settings, use_settings

OWNER = "postgresql://owner:secret@db.example.org/cma"


def test_a_fresh_machine_needs_no_setting(environment):
    fresh = settings()
    assert fresh.port == 8000
    assert fresh.home == ROOT / "var"
    assert fresh.embedded
    assert fresh.allowed_origins == ("http://localhost:8000", "http://127.0.0.1:8000")
    assert (fresh.idle_minutes, fresh.absolute_hours, fresh.https) == (30, 10, False)


def test_the_system_variable_home_is_not_ours(environment):
    environment.setenv("HOME", "/somewhere")
    environment.setenv("HTTPS", "1")
    assert settings().home == ROOT / "var"
    assert not settings().https


def test_the_origins_follow_the_port_or_the_list(environment):
    environment.setenv("PORT", "9001")
    assert settings().allowed_origins == ("http://localhost:9001", "http://127.0.0.1:9001")
    environment.setenv("CMA_ORIGINS", "https://a.example.org/, https://b.example.org:8443")
    clear_settings()
    assert settings().allowed_origins == ("https://a.example.org", "https://b.example.org:8443")


def test_both_addresses_become_psycopg_ones(environment):
    environment.setenv("DATABASE_URL", "postgres://app:secret@db.example.org:5433/cma")
    environment.setenv("DATABASE_OWNER_URL", OWNER)
    assert settings().serving_url == "postgresql+psycopg://app:secret@db.example.org:5433/cma"
    assert settings().owner_url == "postgresql+psycopg://owner:secret@db.example.org/cma"
    assert not settings().embedded
    assert "secret" not in repr(settings())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "abc", "PORT cannot be 'abc'"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("CMA_HTTPS", "perhaps", "CMA_HTTPS cannot be 'perhaps'"),
        ("CMA_ORIGINS", "*", "CMA_ORIGINS must list exact addresses"),
        ("CMA_ORIGINS", "https://*.example.org", "CMA_ORIGINS must list exact addresses"),
        ("CMA_ORIGINS", "https://a.example.org/path", "CMA_ORIGINS must list exact addresses"),
        ("CMA_ORIGINS", "a.example.org", "CMA_ORIGINS must list exact addresses"),
        ("DATABASE_URL", "mysql://app:secret@host/cma", "DATABASE_URL must be a PostgreSQL"),
        ("DATABASE_URL", "postgresql://app:secret@host", "DATABASE_URL must be a PostgreSQL"),
        ("DATABASE_OWNER_URL", OWNER, "DATABASE_URL is not: set both"),
        ("CMA_HTTPS", "true", "set CMA_ORIGINS"),
        ("CMA_IDLE_MINUTES", "0", "greater than or equal to 1"),
        ("CMA_SMTP_HOST", "mail.example.org", "set CMA_SMTP_SENDER"),
        ("CMA_SMTP_PORT", "0", "greater than or equal to 1"),
        ("CMA_SMTP_TLS", "ssl", "'starttls', 'tls' or 'none'"),
    ],
)
def test_a_wrong_value_is_one_sentence_without_a_password(environment, name, value, words):
    environment.setenv(name, value)
    with pytest.raises(BadSettings) as caught:
        settings()
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith(".")
    assert "\n" not in caught.value.sentence
    assert "secret" not in caught.value.sentence


def test_an_unencrypted_origin_is_refused_with_https(environment):
    environment.setenv("CMA_HTTPS", "true")
    environment.setenv("CMA_ORIGINS", "https://a.example.org,http://a.example.org")
    with pytest.raises(BadSettings, match="must begin https://"):
        settings()


def test_chosen_settings_win_until_they_are_cleared(environment):
    use_settings(settings().model_copy(update={"port": 9}))
    assert settings().port == 9
    clear_settings()
    assert settings().port == 8000


def test_a_home_is_absolute(environment, tmp_path: Path):
    environment.chdir(tmp_path)
    environment.setenv("CMA_HOME", "here")
    assert settings().home == tmp_path / "here"


def test_a_mail_server_elsewhere_is_never_spoken_to_in_the_clear(environment):
    environment.setenv("CMA_SMTP_HOST", "mail.example.org")
    environment.setenv("CMA_SMTP_SENDER", "hello@post.example.org")
    assert settings().smtp_tls == "starttls"
    clear_settings()
    environment.setenv("CMA_SMTP_TLS", "none")
    with pytest.raises(BadSettings, match="on this machine alone"):
        settings()
    clear_settings()
    environment.setenv("CMA_SMTP_HOST", "localhost")
    assert settings().smtp_host == "localhost"


def test_the_mail_password_comes_from_the_environment_or_a_file(environment, tmp_path):
    assert settings().mail_password is None
    clear_settings()
    file = tmp_path / "password"
    file.write_text("from a file\nand no more\n")
    environment.setenv("CMA_SMTP_PASSWORD_FILE", str(file))
    assert settings().mail_password == "from a file"
    clear_settings()
    environment.setenv("CMA_SMTP_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(BadSettings, match="cannot be read"):
        _ = settings().mail_password
    clear_settings()
    environment.setenv("CMA_SMTP_PASSWORD", "from the environment")
    assert settings().mail_password == "from the environment"
    assert "environment" not in repr(settings())
