"""What an operator does for admins: the first one of an installation, and a lost second factor."""

from sqlalchemy import Connection, text

from cma_app.clock import now
from cma_app.commands.demonstration import OFFICE_CODE, OFFICE_NAME
from cma_app.database import engine_for
from cma_app.databases import Database
from cma_app.errors import Conflict, Invalid, NotFound
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


def reset_factor(database: Database, *, username: str) -> str:
    """Remove a person's second factors and sign-ins and return their name; NotFound, Conflict."""
    engine = engine_for(database.owner, pool_size=1)
    try:
        with engine.begin() as connection:
            person = connection.execute(
                text(
                    "SELECT id, centre_id, concat_ws(' ', first_name, last_name) AS name FROM users"
                    " WHERE username = :username AND deleted_at IS NULL"
                ),
                {"username": username.strip().lower()},
            ).one_or_none()
            if person is None:
                raise NotFound(f"There is nobody called {username}.")
            connection.execute(
                text(
                    "SELECT set_config('app.centre_id', :centre, true),"
                    " set_config('app.role', 'system', true),"
                    " set_config('app.act', 'reset_factor', true)"
                ),
                {"centre": str(person.centre_id)},
            )
            gone = connection.execute(
                text("SELECT cma_reset_factors(:user)"), {"user": person.id}
            ).scalar_one()
            if not gone:
                raise Conflict(f"{person.name or username} has no second factor.")
            connection.execute(
                text(
                    "UPDATE sessions SET revoked_at = now() WHERE centre_id = :centre"
                    " AND user_id = :user AND revoked_at IS NULL"
                ),
                {"centre": person.centre_id, "user": person.id},
            )
    finally:
        engine.dispose()
    return person.name or username


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
