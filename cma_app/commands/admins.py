"""The first person of a new installation: an admin, who adds centres and people."""

from sqlalchemy import Connection, text

from cma_app.clock import now
from cma_app.commands.demonstration import OFFICE_CODE, OFFICE_NAME
from cma_app.database import engine_for
from cma_app.databases import Database
from cma_app.errors import Conflict, Invalid
from cma_app.services.passwords import ONE_TIME_VALID, hashed, one_time_password


def create_admin(database: Database, *, username: str, email: str, name: str) -> str:
    """Add an admin and return the one-time password; Conflict when the name is in use."""
    username, email = username.strip().lower(), email.strip().lower()
    first, _, last = name.strip().partition(" ")
    wrong = {} if username and " " not in username else {"username": "Give a username."}
    if "@" not in email:
        wrong["email"] = f"'{email}' is not an e-mail address."
    if wrong:
        raise Invalid(wrong)
    password = one_time_password()
    engine = engine_for(database.owner, pool_size=1)
    try:
        with engine.begin() as connection:
            taken = connection.execute(
                text("SELECT 1 FROM users WHERE username = :username OR email = :email"),
                {"username": username, "email": email},
            )
            if taken.first() is not None:
                raise Conflict(f"There already is somebody called {username} or {email}.")
            connection.execute(
                text(
                    "INSERT INTO users (centre_id, username, email, password_hash, first_name,"
                    " last_name, role, is_active, must_change_password, password_expires_at)"
                    " VALUES (:centre, :username, :email, :hash, :first, :last, 'admin', true,"
                    " true, :expires)"
                ),
                {
                    "centre": _office(connection),
                    "username": username,
                    "email": email,
                    "hash": hashed(password),
                    "first": first or None,
                    "last": last or None,
                    "expires": now() + ONE_TIME_VALID,
                },
            )
    finally:
        engine.dispose()
    return password


def _office(connection: Connection) -> int:
    """Return the admins' centre, made when it is not there; later acts are audited in it."""
    connection.execute(text("SELECT set_config('app.act', 'created_admin', true)"))
    connection.execute(
        text(
            "INSERT INTO centres (name, code, nation, status) VALUES (:name, :code, 'england',"
            " 'active') ON CONFLICT (code) DO NOTHING"
        ),
        {"name": OFFICE_NAME, "code": OFFICE_CODE},
    )
    found = connection.execute(
        text("SELECT id FROM centres WHERE code = :code"), {"code": OFFICE_CODE}
    )
    return int(found.scalar_one())
