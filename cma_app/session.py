"""The only road to a row: a session opened for one person, in their centre, for one event.

What it promises: every read of the ORM is narrowed to the actor's centre and to rows that were
not removed; every write is stamped and refused for another centre; PostgreSQL's row security is
told who acts and is the second wall, for raw SQL too; the database's triggers learn the act and
the address; and it commits once, at its edge.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Engine,
    Row,
    any_,
    event,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col

from cma_app.access.actor import Actor, Origin, Visit
from cma_app.access.acts import READ_ONLY, VISITOR, Act, Role, allows, refusal
from cma_app.access.policy import NO_SHADOWS, SHADOWING, Shadows, check
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Conflict, NotFound, Refused, SignedOut
from cma_app.openings import is_opening, opening
from cma_app.settings import settings
from models import Case, Centre, Client, ReferenceCounter
from models.base import CentreOwned, SoftDeleted, Stamped, Versioned

SYSTEM = "system"
"""The role of work that no person started, such as demo data; it never comes from a browser."""

ANONYMOUS: Final = "This record is anonymous: nothing more is kept in it. Record the client anew."
"""What is read where the person was forgotten while their page was open."""
UNKEEPABLE: Final = "Something in this cannot be kept: a number too large, or a stray character."

WIDEST_ID: Final = 2**63 - 1
"""The largest number a bigint holds."""

Table = TypeVar("Table", bound=CentreOwned)

_RESUME = text(
    "SELECT * FROM cma_resume(:token_hash, :idle, :touch, :address, :agent)"
).execution_options(autoflush=False)
_VISIT = text("SELECT * FROM cma_visit()").execution_options(autoflush=False)
_RESUME_WAITING = text("SELECT * FROM cma_resume_waiting(:token_hash, :address, :agent)")
_SCOPE = text(
    "SELECT set_config('app.centre_id', :centre_id, true),"
    " set_config('app.user_id', :user_id, true), set_config('app.role', :role, true),"
    " set_config('app.session_id', :session_id, true),"
    " set_config('app.ip_address', :address, true), set_config('app.user_agent', :agent, true)"
)
_CENTRE = text("SELECT set_config('app.centre_id', :centre_id, true)").execution_options(
    autoflush=False
)
_SHADOWS = text(
    "SELECT cma_shadowed_cases() AS cases, cma_shadowed_clients() AS clients"
).execution_options(autoflush=False)
_SHADOWED_CASES = any_(literal_column("(SELECT cma_shadowed_cases())::bigint[]", ARRAY(BigInteger)))
_ACT = text("SELECT set_config('app.act', :act, true)")
_EVENT = text(
    "SELECT cma_record_event(:action, :table, :record, :client, :case, cast(:values AS jsonb))"
)


def hash_token(token: str) -> str:
    """Return what the database keeps of a sign-in token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class CentreSession(Session):
    """A session in one person's centre; `actor` is that person."""

    def __init__(self, engine: Engine | Connection, actor: Actor) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.actor = actor
        self._shadows: Shadows | None = None
        self._told: set[tuple[object, ...]] = set()  # what the log has of this visit already
        self._opened: dict[tuple[type, int], bool] = {}  # files read, and whether that was written

    def require(self, model: type[Table], record_id: int) -> Table:
        """Return the row, or raise NotFound: absent and another centre's look alike."""
        if not 0 < record_id <= WIDEST_ID:
            raise NotFound
        key = {"centre_id": self.actor.centre_id, "id": record_id}
        row = self.get(model, key)
        if row is None or getattr(row, "deleted_at", None) is not None:
            raise NotFound
        return row

    def authorize(self, act: Act, record: CentreOwned | None = None) -> None:
        """Let the act pass or raise Refused; the act is what the audit log will say."""
        if self.actor.role != SYSTEM and not allows(self.actor.role, act):
            raise Refused(refusal(act, self.actor.role), act.value)
        if record is not None:
            check(self.actor, act, record, self.shadows())
        self.execute(_ACT, {"act": act.value})
        if self.actor.role == VISITOR:
            self._record_visit(act, record)
        if isinstance(record, Case | Client) and is_opening(self.actor, act):
            self.record_opening(record)

    def record_opening(self, record: Case | Client, *, again: bool = False) -> None:
        """Write that a file was opened: where this sign-in has not today, or `again` for a visit.

        It is written once in a transaction, and looked up once.
        """
        key = (type(record), record.id)
        if self._opened.get(key) or (key in self._opened and not again):
            return
        statement, values = opening(self.actor, record, again=again)
        self._opened[key] = self.execute(statement, values).first() is not None

    def _record_visit(self, act: Act, record: CentreOwned | None) -> None:
        """Write once a transaction what is done under emergency access, reading included.

        What names no record, such as a list, is written of the grant itself.
        """
        told = (act, type(record), record.id if record is not None else None)
        if self.actor.visit is None or told in self._told:
            return
        self._told.add(told)
        of_grant = ("access_grants", self.actor.visit.grant_id)
        table, number = (record.__tablename__, record.id) if record is not None else of_grant
        self.execute(
            _EVENT,
            {
                "action": act.value,
                "table": table,
                "record": number,
                "client": number
                if isinstance(record, Client)
                else getattr(record, "client_id", None),
                "case": number if isinstance(record, Case) else getattr(record, "case_id", None),
                "values": None,
            },
        )

    def shadows(self) -> Shadows:
        """Return what a trainee follows today; the database says it, and is asked once."""
        if self.actor.role != Role.TRAINEE:
            return NO_SHADOWS
        if self._shadows is None:
            row = self.execute(_SHADOWS).one()
            self._shadows = Shadows(frozenset(row.cases), frozenset(row.clients))
        return self._shadows

    def record_event(
        self,
        action: str,
        *,
        record: CentreOwned | None = None,
        client_id: int | None = None,
        case_id: int | None = None,
        values: str | None = None,
    ) -> None:
        """Write an audit row for something that changes no row: an opening, a reveal, a refusal."""
        self.flush()
        self.execute(
            _EVENT,
            {
                "action": action,
                "table": record.__tablename__ if record is not None else None,
                "record": record.id if record is not None else None,
                "client": client_id,
                "case": case_id,
                "values": values,
            },
        )

    @contextmanager
    def in_centre(self, centre_id: int | None) -> Iterator["CentreSession"]:
        """Work in another centre for a while: an admin may, and sees no client there either.

        The same transaction is put into that centre, so that the walls and the audit log speak of
        it. For anybody else another centre is not found. Without a centre, or with one's own,
        nothing changes. When it goes wrong everything is rolled back, the scope with it.
        """
        home = self.actor
        if centre_id is None or centre_id == home.centre_id:
            yield self
            return
        if home.role not in {"admin", SYSTEM}:
            raise NotFound
        self.flush()
        centre = self.get(Centre, centre_id)
        if centre is None:
            raise NotFound
        self.actor = replace(
            home, centre_id=centre.id, centre_name=centre.name, centre_code=centre.code
        )
        try:
            self.execute(_CENTRE, {"centre_id": str(centre.id)})
            yield self
            self.flush()
            self.execute(_CENTRE, {"centre_id": str(home.centre_id)})
        except BaseException:
            self.rollback()
            raise
        finally:
            self.actor = home

    def next_reference(self, kind: str) -> str:
        """Return the next reference of a kind, such as HMA-2026-000101; take it last."""
        year = now().year
        upsert = text(
            "INSERT INTO reference_counters (centre_id, kind, year, last_no)"
            " VALUES (:centre, :kind, :year, 1) ON CONFLICT (centre_id, kind, year)"
            " DO UPDATE SET last_no = reference_counters.last_no + 1, updated_at = now()"
            " RETURNING last_no"
        )
        number = self.execute(
            upsert, {"centre": self.actor.centre_id, "kind": kind, "year": year}
        ).scalar_one()
        return f"{self.actor.centre_code}-{year}-{number:06d}"


def _narrow(state: ORMExecuteState) -> None:
    """Add the centre, and the rows not removed, to every read, bulk update and bulk delete."""
    session = state.session
    if not isinstance(session, CentreSession) or state.is_column_load:
        return
    if not (state.is_select or state.is_update or state.is_delete) or not state.is_orm_statement:
        return
    centre, me = session.actor.centre_id, session.actor.user_id
    criteria = [
        with_loader_criteria(
            CentreOwned, lambda table: col(table.centre_id) == centre, include_aliases=True
        ),
        with_loader_criteria(
            SoftDeleted, lambda table: table.deleted_at.is_(None), include_aliases=True
        ),
        with_loader_criteria(
            ReferenceCounter, col(ReferenceCounter.centre_id) == centre, include_aliases=True
        ),
    ]
    if session.actor.role == Role.TRAINEE:
        own = col(Case.advisor_id) == me
        seen = or_(own, col(Case.id) == _SHADOWED_CASES) if state.is_select else own
        criteria.append(with_loader_criteria(Case, seen, include_aliases=True))
    if session.actor.role not in {"admin", SYSTEM}:
        criteria.append(
            with_loader_criteria(Centre, col(Centre.id) == centre, include_aliases=True)
        )
    state.statement = state.statement.options(*criteria)


def _stamp(session: Session, *_: Any) -> None:
    """Stamp who and when; refuse a row of another centre, and one of a case that is shadowed."""
    if not isinstance(session, CentreSession):
        return
    actor = session.actor
    who = actor.user_id or None
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, CentreOwned):
            if row.centre_id is None:
                row.centre_id = actor.centre_id
            if row.centre_id != actor.centre_id:
                raise NotFound
    changed = [row for row in session.dirty if session.is_modified(row)]
    written = (*session.new, *changed, *session.deleted)
    if written and actor.role == VISITOR:
        raise Refused(READ_ONLY)
    if written and any(map(session.shadows().hold, written)):
        raise Refused(SHADOWING)
    for row in session.new:
        if isinstance(row, Stamped | Centre):
            row.created_by, row.updated_by = who, who
    for row in changed:
        if isinstance(row, Stamped | Centre):
            row.updated_by, row.updated_at = who, now()


event.listen(CentreSession, "do_orm_execute", _narrow)
event.listen(CentreSession, "before_flush", _stamp)


def _person(row: Row[Any]) -> Actor:
    return Actor(
        user_id=row.user_id,
        centre_id=row.centre_id,
        role=row.role,
        name=row.name,
        centre_name=row.centre_name,
        centre_code=row.centre_code,
        session_id=row.session_id,
        must_change_password=row.must_change_password,
        must_set_up_factor=not row.has_factor and _must_have_factor(row),
    )


def _must_have_factor(row: Row[Any]) -> bool:
    """Say whether the centre asks this role for a second factor, or the deployment its admins."""
    return row.factor_required or (row.role == Role.ADMIN and settings().admins_need_factor)


def _asked(token_hash: str, origin: Origin, *, touch: bool) -> dict[str, Any]:
    return {
        "token_hash": token_hash,
        "idle": timedelta(minutes=settings().idle_minutes),
        "touch": touch,
        "address": origin.ip_address or "",
        "agent": (origin.user_agent or "")[:400],
    }


def resume(token_hash: str, origin: Origin, *, touch: bool = True) -> Actor:
    """Return who a sign-in belongs to, read from the database now; raise SignedOut otherwise."""
    with app_engine().begin() as connection:
        row = connection.execute(_RESUME, _asked(token_hash, origin, touch=touch)).one_or_none()
        if row is None:
            raise SignedOut
        return _visiting(connection, _person(row))


def _visiting(connection: Connection | Session, person: Actor) -> Actor:
    """Return an admin as the visitor of the centre that this sign-in has emergency access to.

    The transaction goes there too. Anybody else, and an admin without it, stays who they are.
    """
    if person.role != Role.ADMIN or person.must_change_password or person.must_set_up_factor:
        return person
    row = connection.execute(_VISIT).one_or_none()
    if row is None:
        return person
    return replace(
        person,
        role=VISITOR,
        centre_id=row.centre_id,
        centre_name=row.centre_name,
        centre_code=row.centre_code,
        visit=Visit(row.grant_id, row.kind, row.reason, row.expires_at),
    )


def resume_waiting(token_hash: str, origin: Origin) -> Actor:
    """Return whose sign-in waits for its second factor; raise SignedOut where none does."""
    with app_engine().begin() as connection:
        row = connection.execute(_RESUME_WAITING, _waiting(token_hash, origin)).one_or_none()
    if row is None:
        raise SignedOut
    return _person(row)


def _waiting(token_hash: str, origin: Origin) -> dict[str, Any]:
    asked = _asked(token_hash, origin, touch=False)
    return {name: asked[name] for name in ("token_hash", "address", "agent")}


@contextmanager
def _edge(session: CentreSession) -> Iterator[CentreSession]:
    """Commit when all went well; put what the database refused into words otherwise."""
    with session:
        try:
            yield session
            session.commit()
        except StaleDataError:
            raise Conflict from None
        except IntegrityError as error:
            raise Conflict(_refused_by(error)) from error
        except (DataError, UnicodeEncodeError):  # its text may hold the value
            raise Conflict(UNKEEPABLE) from None
        except OperationalError as error:
            if "statement timeout" in str(error.orig):
                raise Conflict("This took too long and was stopped. Try a narrower search.") from (
                    error
                )
            raise


_SENTENCES: Final = {
    "ex_appointments_advisor_slot": (
        "The advisor already has an appointment then. Choose another time."
    ),
    "ex_appointments_room_slot": "The room is taken then. Choose another room or time.",
    "ex_breathing_spaces_client": (
        "A breathing space of this person stands for these days. Load the page again."
    ),
    "anonymous": ANONYMOUS,
    "frozen": "This was issued and stays as it is. Make a new version instead.",
    "one_access_at_a_time": (
        "You have emergency access already. Load the page again, and leave it first."
    ),
    "waits_for_sign_off": "This waits for your supervisor's sign-off. Submit it instead.",
    "idx_sign_offs_one_waits": "This was submitted a moment ago. Load the page again to see it.",
}
"""What a person reads where the database itself refused, by the constraint's name."""


def _refused_by(error: IntegrityError) -> str:
    diagnostics = getattr(error.orig, "diag", None)
    name = getattr(diagnostics, "constraint_name", None) or ""
    if name in _SENTENCES:
        return _SENTENCES[name]
    if name.startswith("uq_"):
        return "Somebody has just saved the same thing. Load the page again to see it."
    return "This does not fit what is stored. Load the page again and check the values."


@contextmanager
def open_session(token_hash: str, origin: Origin, *, touch: bool = True) -> Iterator[CentreSession]:
    """Open the session of whoever is signed in with this token; raise SignedOut otherwise.

    One statement reads the sign-in and puts the transaction into that person's centre. Without
    `touch` it does not count as activity.
    """
    session = CentreSession(app_engine(), Actor(0, 0, "", "", "", ""))
    try:
        with _edge(session):
            row = session.execute(_RESUME, _asked(token_hash, origin, touch=touch)).one_or_none()
            if row is None:
                raise SignedOut
            session.actor = _visiting(session, _person(row))
            yield session
    except Refused as error:
        if session.actor.user_id:
            record_refusal(session.actor, origin, error)
        raise


@contextmanager
def open_waiting(token_hash: str, origin: Origin) -> Iterator[CentreSession]:
    """Open the session of a sign-in that waits for its second factor, to give that and no more.

    Row security knows it as no role of the centre: it sees the person's own factors and no
    casework. Raises SignedOut where no sign-in waits.
    """
    session = CentreSession(app_engine(), Actor(0, 0, "", "", "", ""))
    with _edge(session):
        row = session.execute(_RESUME_WAITING, _waiting(token_hash, origin)).one_or_none()
        if row is None:
            raise SignedOut
        session.actor = _person(row)
        yield session


def record_refusal(actor: Actor, origin: Origin, error: Refused) -> None:
    """Write a refusal to the audit log in a transaction of its own: the refused one is gone."""
    with open_as(actor, origin) as session:
        session.record_event(f"refused {error.act or ''}".strip())


@contextmanager
def open_as(
    actor: Actor, origin: Origin | None = None, engine: Engine | Connection | None = None
) -> Iterator[CentreSession]:
    """Open a session for a person who did not come by a browser: demo, operators, tests.

    An admin works on another centre's people this way, with that centre in the actor; row
    security still shows an admin no client. On a connection that is in a transaction the commit is
    its holder's: several people's work stands or falls together.
    """
    origin = origin or Origin()
    session = CentreSession(engine or app_engine(), actor)
    with _edge(session):
        session.execute(
            _SCOPE,
            {
                "centre_id": str(actor.centre_id),
                "user_id": str(actor.user_id) if actor.user_id else "",
                "role": actor.role,
                "session_id": str(actor.session_id or ""),
                "address": origin.ip_address or "",
                "agent": origin.user_agent or "",
            },
        )
        yield session


def was_seen(row: Versioned, version: int) -> None:
    """Make the next flush compare with the version the editor saw, so nobody's work is lost."""
    set_committed_value(row, "version", version)


def count(session: CentreSession, statement: Any) -> int:
    """Return how many rows a select would give."""
    return session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
