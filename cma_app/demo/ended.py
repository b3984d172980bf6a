"""Files that Harbour ended before the day of the story, for its outcomes report.

Told last and through the services, like all of it; none is at work on the day of the story.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from cma_app.demo.dates import moment_of
from cma_app.demo.people import ORIGIN, Cast
from cma_app.rules.parameters import read_yaml
from cma_app.services import closings, compliance_gates, debts, monitoring, notes, walk_in
from cma_app.session import open_as
from models import Case

FILES: Final = Path(__file__).with_name("ended.yaml")
MANAGER: Final = "ruth"
NATION: Final = "england"
ROUTES: Final = {
    "route_call": "yes",
    "route_text": "yes",
    "route_voicemail": "no",
    "route_email": "not_asked",
    "route_post": "yes",
}
REASON: Final = "Checked on the paper form of that time; the file is complete."

File = Mapping[str, Any]


def tell_ended(
    connection: Connection, cast: Cast, on: date
) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Yield each step's moment and what tells it: how a file began, and how it ended."""
    for said in read_yaml(FILES):
        made: dict[str, int] = {}
        begin, end = (
            moment_of(f"{said[part]} {clock}", on, NATION)
            for part, clock in (("opened", "10:15"), ("ended", "15:30"))
        )
        yield begin, partial(_open, connection, cast, said, made)
        yield end, partial(_end, connection, cast, said, made)


def _open(connection: Connection, cast: Cast, said: File, made: dict[str, int]) -> None:
    first, last = said["name"].split()
    typed = {
        "first_name": first,
        "last_name": last,
        "date_of_birth": said["born"],
        "postcode": said["postcode"],
        "nation": NATION,
        "phone": said["phone"],
        "source": "self",
        "emergency": "no",
        "note": "Came with letters. Wants to know where to begin.",
        "minutes": "40",
        **ROUTES,
    }
    with open_as(cast[said["holder"]], ORIGIN, connection) as session:
        case = walk_in.start_walk_in(session, typed)
        made["case"] = case.id
        for creditor, kind, owed, *_ in said["debts"]:
            debt = {"creditor": creditor, "debt_type": kind, "balance": owed}
            made[creditor] = debts.add_debt(session, case.id, debt).id
        if said["answers"]:  # nothing was asked before there were questions
            monitoring.record_answers(session, case.client_id, said["answers"])


def _end(connection: Connection, cast: Cast, said: File, made: dict[str, int]) -> None:
    with open_as(cast[MANAGER], ORIGIN, connection) as session:
        compliance_gates.open_gate(session, made["case"], gate="closing", reason=REASON)
    form = {
        "status": "closed",
        "reason": "advice_complete",
        "debt_solution": said["solution"],
        "fca_outcome": said["result"],
        **{f"saved-{what}": "on" for what in said["saved"]},
    }
    for creditor, _, owed, outcome, now, off in said["debts"]:
        boxes = {"outcome": outcome, "start": owed, "now": now, "off": off}
        form |= {f"debt-{made[creditor]}-{box}": text for box, text in boxes.items()}
    for number, (kind, detail, amount, often) in enumerate(said["gains"], start=1):
        boxes = {"kind": kind, "detail": detail, "amount": amount, "frequency": often}
        form |= {f"gain-{number}-{box}": text for box, text in boxes.items()}
    with open_as(cast[said["holder"]], ORIGIN, connection) as session:
        case = session.require(Case, made["case"])
        form |= {f"task-{each.id}": "end" for each in closings.open_tasks(session, case)}
        notes.record_note(
            session,
            made["case"],
            channel="phone",
            minutes=15,
            body="Went through what was reached, and how to come back.",
        )
        closings.end_case(session, made["case"], form)
