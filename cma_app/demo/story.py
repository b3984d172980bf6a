"""The demo's story: told step by step at the moments it happened, as the cast would have done it.

Whoever did a thing did it through the services, so there is an audit trail and nothing impossible.
The two centres and all they hold are one transaction: a story that breaks off leaves nothing. The
file review at its end is another, because it goes by the log of the first.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import at, today
from cma_app.database import app_engine, engine_for
from cma_app.demo.checklists import tell_checklists
from cma_app.demo.dates import moment_of
from cma_app.demo.ended import tell_ended
from cma_app.demo.households import HouseholdData, households
from cma_app.demo.keeping import tell_keeping
from cma_app.demo.people import (
    CAST,
    CENTRES,
    ORIGIN,
    Cast,
    DemoSignIns,
    UnlikeDemo,
    make_centres,
    make_rooms,
    settle_admin,
    sign_in_lines,
)
from cma_app.demo.reviewing import tell_review
from cma_app.demo.standing_in import tell_standing_in
from cma_app.demo.telling import Step, Telling
from cma_app.rules.parameters import read_yaml
from cma_app.services import creditors, reminder_sending
from cma_app.services.guideline_versions import load_sample
from cma_app.services.reminders import keep_timing
from cma_app.services.saved_views import save_view
from cma_app.session import SYSTEM, open_as
from cma_app.settings import settings
from models import Centre

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Span:
    """When a step was really told, and the moment it tells of."""

    began: datetime
    ended: datetime
    moment: datetime


SENDERS: Final = {"HMA": "Harbour Centre", "CWM": "Cwm Centre"}
"""The names that reminders come from: those of the centres would tell what they do."""
DIRECTORIES: Final = Path(__file__).with_name("creditors.yaml")
ONE_AT_A_TIME = 20261122
"""The advisory lock of a story: two that begin at once are told one after the other."""


def load(on: date | None = None, say: Say = lambda _words: None) -> DemoSignIns:
    """Tell the story with its T on a day, today unless given; told once, it changes nothing.

    Work of the past has its own dates. The database stamps its log with the real time, as it must;
    for the demo's two centres alone the owner then moves each row to the moment it tells of.
    """
    day = on or today()
    signs = DemoSignIns(told=True, lines=tuple(sign_in_lines()))
    admin = settle_admin()
    with app_engine().begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        if _is_told(connection, admin):
            say("The demo is loaded already.")
            return replace(signs, told=False)
        say("Adding two centres and their people")
        cast = make_centres(connection, admin)
        _load_guidelines(connection, cast)
        make_rooms(connection, cast)
        _load_directories(connection, cast)
        with at(moment_of("T-60 09:00", day, "england")):
            _load_timings(connection, cast)
            _keep_views(connection, cast)
        told = {data.code: Telling(data, cast, day) for data in households()}
        spans: list[Span] = []
        for moment, data, step in steps(day):
            if step is data.steps[0]:
                say(f"{data.client['first_name']} {data.client['last_name']}")
            began = _wall_clock(connection)
            with at(moment):
                told[data.code].tell(connection, step)
            spans.append(Span(began, _wall_clock(connection), moment))
        last = (
            *tell_ended(connection, cast, day),
            *tell_standing_in(connection, cast, day, told["H2"].case_id),
            *tell_checklists(connection, cast, day),
            *tell_keeping(connection, cast, day),
        )
        for moment, tell in last:
            began = _wall_clock(connection)
            with at(moment):
                tell()
            spans.append(Span(began, _wall_clock(connection), moment))
        began, moment = _wall_clock(connection), moment_of("T 08:30", day, "england")
        with at(moment):
            _remind(connection, cast)
        spans.append(Span(began, _wall_clock(connection), moment))
    codes = [centre.code for centre in CENTRES]
    _move_log(spans, codes)
    _move_log(_review_files(cast, day), codes)
    return signs


def _review_files(cast: Cast, day: date) -> list[Span]:
    """Tell the file review, which goes by the log of the story told before; all of it or none."""
    spans: list[Span] = []
    with app_engine().begin() as connection:
        began = _wall_clock(connection)
        for moment in tell_review(connection, cast, day):
            ended = _wall_clock(connection)
            spans.append(Span(began, ended, moment))
            began = ended
    return spans


def _keep_views(connection: Connection, cast: Cast) -> None:
    """Keep two views of Harbour's board: Ruth's own for her meeting, and one for the centre."""
    with open_as(cast["ruth"], ORIGIN, connection) as session:
        save_view(session, {"name": "Weekly meeting"}, shown={"view": "figures"})
        longest = {"show": "trainee", "view": "list", "sort": "longest"}
        named = {"name": "Trainee’s work, longest first", "is_shared": "on"}
        save_view(session, named, shown=longest)


def _load_guidelines(connection: Connection, cast: Cast) -> None:
    """Load the invented guidelines in both centres, as their managers do."""
    for member in CAST:
        if member.role == "manager":
            with open_as(cast[member.username], ORIGIN, connection) as session:
                load_sample(session)


def _load_directories(connection: Connection, cast: Cast) -> None:
    """Enter the creditors each centre writes to often, as its manager does."""
    entries = read_yaml(DIRECTORIES)
    for member in CAST:
        if member.role == "manager":
            with open_as(cast[member.username], ORIGIN, connection) as session:
                for entry in entries[member.centre]:
                    creditors.add_entry(session, entry)


def _load_timings(connection: Connection, cast: Cast) -> None:
    """Give each centre's letters a name that tells nothing, as its manager does."""
    for member in CAST:
        if member.role == "manager":
            said = {"valid_from": today().isoformat(), "working_days": "2", "at_time": "10:00"}
            with open_as(cast[member.username], ORIGIN, connection) as session:
                keep_timing(session, {**said, "sender": SENDERS[member.centre]})


def _remind(connection: Connection, cast: Cast) -> None:
    """Look which reminders are due, as the worker does; a mail server leaves them to the worker."""
    if settings().smtp_host:
        return
    centres = {cast[member.username].centre_id for member in CAST}
    worker = Actor(0, 0, SYSTEM, "Worker", "", "")
    with open_as(worker, ORIGIN, connection) as session:
        found = reminder_sending.due_reminders(session)
    for due in found:
        if due.what == "send" and due.centre_id in centres:
            with open_as(replace(worker, centre_id=due.centre_id), ORIGIN, connection) as session:
                reminder_sending.claim(session, due.appointment_id)


def _wall_clock(connection: Connection) -> datetime:
    return connection.execute(text("SELECT clock_timestamp()")).scalar_one()


def _move_log(spans: list[Span], codes: list[str]) -> None:
    """Move the demo's log rows to the moments they tell of: only the owner of the log can."""
    move = text(
        "UPDATE audit_logs SET timestamp = :moment + (timestamp - :began)"
        " WHERE timestamp >= :began AND timestamp < :ended"
        " AND centre_id IN (SELECT id FROM centres WHERE code = ANY (:codes)"
        " AND settings ->> 'demo' = 'true')"
    )
    owner = engine_for(settings().owner_url, pool_size=1)
    with owner.begin() as connection:
        for span in spans:
            connection.execute(move, {**asdict(span), "codes": codes})
    owner.dispose()


def steps(on: date) -> Iterator[tuple[datetime, HouseholdData, Step]]:
    """Yield every step of every household, the earliest first."""
    dated = [
        (moment_of(step["at"], on, data.nation), data, step)
        for data in households()
        for step in data.steps
    ]
    yield from sorted(dated, key=lambda each: each[0])


def _is_told(connection: Connection, admin: Actor) -> bool:
    """Say whether both centres are there; a centre of the same code that is real is refused."""
    codes = [centre.code for centre in CENTRES]
    with open_as(admin, ORIGIN, connection) as session:
        found = session.exec(select(Centre).where(col(Centre.code).in_(codes))).all()
    for centre in found:
        if not centre.settings.get("demo"):
            raise UnlikeDemo(f"{centre.name} has the demo's code {centre.code} and is real.")
    return bool(found)
