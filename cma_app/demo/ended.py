"""Files that Harbour ended before the day of the story, for its outcomes report.

Told last and through the services, like all of it; none is at work on the day of the story.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from cma_app.clock import today
from cma_app.demo.dates import moment_of
from cma_app.demo.people import ORIGIN, Cast
from cma_app.rules.consents import wording_on
from cma_app.rules.parameters import read_yaml
from cma_app.services import (
    closings,
    compliance_gates,
    consents,
    debts,
    feedback,
    monitoring,
    notes,
    recommendations,
    walk_in,
)
from cma_app.session import CentreSession, open_as
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
ADVISED: Final = {
    "reasons": "It fits what they can pay and what they want to keep.",
    "others_words": "The others cost more, take longer, or are not open to them.",
    "costs_told": "Fees where there are any, the credit file, and what creditors may do meanwhile.",
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
        if "advised" in said:  # six years ago none of it was asked or kept in the program
            monitoring.record_answers(session, case.client_id, said["answers"])
            _agree_to_feedback(session, case.client_id)
            recommendations.give_advice(session, case.id, {**ADVISED, **said["advised"]})


def _agree_to_feedback(session: CentreSession, client_id: int) -> None:
    version = wording_on("feedback", today()).version
    form = {"purpose": "feedback", "answer": "given", "wording_version": version}
    consents.record_consent(session, client_id, consents.ConsentForm.read(form))


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
        if said.get("came"):
            _go_on(session, made["case"], said["came"])
        if "feedback" in said:
            feedback.record_feedback(session, made["case"], {"way": "phone", **said["feedback"]})
        closings.end_case(session, made["case"], form)


def _go_on(session: CentreSession, case_id: int, came: str) -> None:
    """Record that what was advised began that day, and was completed where it was."""
    (version, *_) = recommendations.read_advice(session, case_id).given
    day = today().isoformat()
    how = {"status": came, "started_on": day, "ended_on": day}
    recommendations.record_progress(session, version.row.id, how, version=version.row.version)
