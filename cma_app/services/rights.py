"""Requests of clients about their data: recorded, their clock stopped and run, told, decided.

The last day is always the rule's (`rules/rights.yaml`), by the holidays of the centre's nation.
While a request is open nothing of the client is forgotten: the database sees to that.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select, update

from cma_app.access.acts import Act
from cma_app.clock import LONDON, now, today
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.rules.rights import ERASURE, Clock, Pause, clock, ground, grounds_of, pauses_of, right
from cma_app.services.breathing_space_forms import day_said, theirs_of
from cma_app.services.locking import locked
from cma_app.services.retention import recount_client
from cma_app.services.rights_forms import (
    DecisionForm,
    ExtensionForm,
    ReceiptForm,
    RightsForm,
    RunForm,
    StopForm,
)
from cma_app.services.rights_holds import kept_until, what_holds
from cma_app.session import CentreSession
from models import Centre, Client, RightsRequest

BECAUSE = "A request about their data was recorded or answered"
OPEN_FIRST = "This was decided. Open it again before you change it."
CHANGED = "Somebody changed this request in the meantime."


def nation_here(session: CentreSession) -> str:
    """Return the nation whose holidays count at the centre."""
    centre = session.get(Centre, session.actor.centre_id)
    return centre.nation if centre is not None else "england"


def clock_of(row: RightsRequest, nation: str) -> Clock:
    """Return the clock of a request as it stands."""
    pauses = [
        Pause(each["reason"], _day(each["since"]) or row.received_on, _day(each.get("until")))
        for each in row.pauses
    ]
    return clock(row.kind, row.received_on, nation, pauses, extended=row.extended_on is not None)


def record_right(session: CentreSession, client_id: int, data: Mapping[str, Any]) -> RightsRequest:
    """Record what a client asks about their data; its last day is the rule's."""
    client = session.require(Client, client_id)
    session.authorize(Act.RIGHTS_RECORD, client)
    request = RightsRequest(client_id=client.id, **_values(session, RightsForm.read(data)))
    _count(session, request)
    session.add(request)
    _settled(session, request)
    return request


def change_right(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RightsRequest:
    """Record a request anew; where somebody was first, Conflict has theirs."""
    request = _held(session, request_id, Act.RIGHTS_RECORD)
    values = _values(session, RightsForm.read(data))
    if request.version != version:
        raise Conflict(CHANGED, theirs_of(request, values))
    _is_open(request)
    if request.kind != values["kind"]:
        if request.pauses or request.extended_on or request.acknowledged_on:
            raise Invalid({"kind": "Its clock was changed. Take it back and record it anew."})
        if ERASURE in (request.kind, values["kind"]):
            session.authorize(Act.RIGHTS_DECIDE, session.require(Client, request.client_id))
    if request.pauses and values["received_on"] > (_day(request.pauses[0]["since"]) or today()):
        raise Invalid({"received_on": "You asked them something before that day."})
    for name, value in values.items():
        setattr(request, name, value)
    _count(session, request)
    _settled(session, request)
    return request


def stop_clock(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RightsRequest:
    """Stop the clock from the day on which the client was asked something, as the law lets it."""
    request = _held(session, request_id, Act.RIGHTS_DECIDE, version)
    _is_open(request)
    form = StopForm.read(data)
    if request.paused_since is not None:
        raise Conflict("The clock stands already.")
    allowed = {each.code for each in pauses_of(request.kind, request.received_on)}
    since = form.since or today()
    last = max([request.received_on, *[_day(each["until"]) or since for each in request.pauses]])
    if form.reason not in allowed:
        raise Invalid({"reason": "This does not stop the clock of such a request."})
    if since < last:
        raise Invalid({"since": f"Enter a day from {day_said(last)} on."})
    if request.due_date is not None and since > request.due_date:
        raise Invalid({"since": "The last day had passed. The clock cannot be stopped any more."})
    request.pauses = [*request.pauses, {"reason": form.reason, "since": since.isoformat()}]
    request.paused_since = since
    if form.reason == "identity":
        request.identity = "asked"
    return _counted(session, request)


def run_clock(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RightsRequest:
    """Let the clock run again from the day on which the client's answer came."""
    request = _held(session, request_id, Act.RIGHTS_RECORD, version)
    form = RunForm.read(data)
    if request.paused_since is None:
        raise Conflict("The clock of this request runs.")
    until = form.until or today()
    if until < request.paused_since:
        raise Invalid({"until": f"You asked on {day_said(request.paused_since)}."})
    current = _end_wait(request, until)
    if current["reason"] == "identity":
        if form.identity_how is None:
            raise Invalid({"identity_how": "Say what you saw."})
        request.identity, request.identity_how = "checked", form.identity_how
    return _counted(session, request)


def extend_right(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RightsRequest:
    """Give a request its two further months: the client was told why within the first."""
    request = _held(session, request_id, Act.RIGHTS_DECIDE, version)
    _is_open(request)
    form = ExtensionForm.read(data)
    if not right(request.kind).extended_as:
        raise Conflict("Such a request has no longer time.")
    if request.extended_on is not None:
        raise Conflict("This was given its longer time already.")
    told, found = form.extended_on or today(), clock_of(request, nation_here(session))
    _not_before_it_came(request, "extended_on", told)
    if told > found.first:
        raise Invalid(
            {
                "extended_on": f"They had to be told by {day_said(found.first)}. There is no longer"
                " time after that: answer now."
            }
        )
    request.extended_on, request.extended_why = told, form.extended_why
    return _counted(session, request)


def acknowledge_right(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RightsRequest:
    """Keep on which day a complaint was acknowledged; its answer follows without undue delay."""
    request = _held(session, request_id, Act.RIGHTS_RECORD, version)
    _is_open(request)
    form = ReceiptForm.read(data)
    if not right(request.kind).is_acknowledged:
        raise Conflict("Such a request is answered, not acknowledged.")
    day = form.acknowledged_on or today()
    _not_before_it_came(request, "acknowledged_on", day)
    request.acknowledged_on, request.acknowledged_how = day, form.acknowledged_how
    return _counted(session, request)


def decide_right(
    session: CentreSession, request_id: int, data: Mapping[str, Any], *, version: int
) -> RightsRequest:
    """Decide a request. A manager decides about erasure, and whether anything is refused.

    An erasure says on which day it will be done: after all that holds the record.
    """
    request = _held(session, request_id, Act.RIGHTS_DECIDE, version)
    _is_open(request)
    form = DecisionForm.read(data)
    client = session.require(Client, request.client_id)
    is_erasure = request.kind == ERASURE
    if form.outcome in ("refused", "partly") or (is_erasure and form.outcome == "fulfilled"):
        session.authorize(Act.RIGHTS_REFUSE, client)
    _check(session, request, client, form)
    request.outcome, request.answer = form.outcome, form.answer
    request.ground = form.ground if form.outcome in ("refused", "partly") else None
    request.decided_on, request.decided_by = (
        form.decided_on or today(),
        session.actor.user_id or None,
    )
    erases = is_erasure and form.outcome in ("fulfilled", "partly")
    request.action_on = form.action_on if erases else None
    request.paused_since = None
    if request.pauses and "until" not in request.pauses[-1]:
        _end_wait(request, request.decided_on)
    _settled(session, request)
    return request


def reopen_right(session: CentreSession, request_id: int, *, version: int) -> RightsRequest:
    """Make a decided request an open one; what was decided stays in the log."""
    request = _held(session, request_id, Act.RIGHTS_DECIDE, version)
    if request.outcome is None:
        raise Conflict("This is open already.")
    if request.kind == ERASURE or request.ground is not None:
        session.authorize(Act.RIGHTS_REFUSE, session.require(Client, request.client_id))
    request.outcome = request.ground = request.decided_on = request.decided_by = None
    request.answer = request.action_on = None
    _count(session, request)
    _settled(session, request)
    return request


def take_back_right(session: CentreSession, request_id: int) -> RightsRequest:
    """Take back a request that was recorded by mistake; `restore_right` brings it back."""
    request = _held(session, request_id, Act.RIGHTS_DECIDE)
    request.deleted_at = now()
    _settled(session, request)
    return request


def restore_right(session: CentreSession, request_id: int) -> RightsRequest:
    """Bring back a request that was taken back; NotFound where none was."""
    table = RightsRequest.__table__  # type: ignore[attr-defined]
    mine = (table.c.centre_id == session.actor.centre_id, table.c.id == request_id)
    removed = select(table.c.client_id).where(*mine, table.c.deleted_at.is_not(None))
    client_id = session.execute(removed).scalar_one_or_none()
    if client_id is None:
        raise NotFound
    session.authorize(Act.RIGHTS_DECIDE, session.require(Client, client_id))
    session.execute(update(table).where(*mine).values(deleted_at=None, version=table.c.version + 1))
    request = locked(session, RightsRequest, request_id)
    _settled(session, request)
    return request


def _held(
    session: CentreSession, request_id: int, act: Act, version: int | None = None
) -> RightsRequest:
    request = session.require(RightsRequest, request_id)
    session.authorize(act, session.require(Client, request.client_id))
    request = locked(session, RightsRequest, request_id)
    if version is not None and request.version != version:
        raise Conflict(CHANGED)
    return request


def _is_open(request: RightsRequest) -> None:
    if request.outcome is not None:
        raise Conflict(OPEN_FIRST)


def _end_wait(request: RightsRequest, until: date) -> dict[str, Any]:
    """Let the clock that stands run again from a day, and return the wait that ended."""
    *before, current = request.pauses
    request.pauses = [*before, {**current, "until": until.isoformat()}]
    request.paused_since = None
    return current


def _not_before_it_came(request: RightsRequest, name: str, day: date) -> None:
    if day < request.received_on:
        raise Invalid({name: f"It came on {day_said(request.received_on)}."})


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _values(session: CentreSession, form: RightsForm) -> dict[str, Any]:
    """Return what is kept of a form; Invalid says what is missing."""
    received = form.received_on or today()
    try:
        clock(form.kind, received, nation_here(session))
    except CmaError as error:
        known = form.kind and _is_known(form.kind)
        wrong = {"received_on": "There was no such right yet on that day."}
        raise Invalid(wrong if known else {"kind": error.sentence}) from None
    if form.identity == "checked" and form.identity_how is None:
        raise Invalid({"identity_how": "Say what you saw."})
    return form.model_dump()


def _is_known(kind: str) -> bool:
    try:
        right(kind)
    except CmaError:
        return False
    return True


def _count(session: CentreSession, request: RightsRequest) -> None:
    """Keep the last day by the rule; none once a complaint was acknowledged."""
    found = clock_of(request, nation_here(session))
    request.due_date = None if request.acknowledged_on is not None else found.due
    request.paused_since = found.stands_since


def _counted(session: CentreSession, request: RightsRequest) -> RightsRequest:
    """Keep the last day as its clock has it now, and return the request."""
    _count(session, request)
    session.flush()
    return request


def _settled(session: CentreSession, request: RightsRequest) -> None:
    """Keep what follows from a request for its client: whether they asked to be erased, and when;
    and until when their cases are kept."""
    session.flush()
    _mark_client(session, request.client_id)
    recount_client(session, request.client_id, BECAUSE)


def _asks_erasure(session: CentreSession, client_id: int) -> RightsRequest | None:
    """Return the erasure request that stands: open, or granted and still to be done."""
    wanted = (
        select(RightsRequest)
        .where(
            RightsRequest.centre_id == session.actor.centre_id,  # pyright: ignore[reportArgumentType]
            RightsRequest.client_id == client_id,  # pyright: ignore[reportArgumentType]
            RightsRequest.kind == ERASURE,  # pyright: ignore[reportArgumentType]
        )
        .order_by(RightsRequest.id.desc())  # type: ignore[attr-defined]
    )
    rows = session.execute(wanted).scalars()
    return next((row for row in rows if row.outcome not in ("refused", "withdrawn")), None)


def _mark_client(session: CentreSession, client_id: int) -> None:
    """Keep on the client whether erasure is asked for, and when it is done; disturb no edit."""
    stands = _asks_erasure(session, client_id)
    on = stands.action_on if stands is not None else None
    marks = (stands is not None, datetime.combine(on, time(), LONDON) if on else None)
    table = Client.__table__  # type: ignore[attr-defined]
    mine = (table.c.centre_id == session.actor.centre_id, table.c.id == client_id)
    stored = select(table.c.gdpr_deletion_request, table.c.gdpr_deletion_date).where(*mine)
    if tuple(session.execute(stored).one()) != marks:
        is_asked, day = marks
        session.execute(
            update(table)
            .where(*mine)
            .values(gdpr_deletion_request=is_asked, gdpr_deletion_date=day)
        )


def _check(
    session: CentreSession, request: RightsRequest, client: Client, form: DecisionForm
) -> None:
    """Raise Invalid where a decision lacks its ground or its day, or something holds the record."""
    wrong: dict[str, str] = {}
    day = form.decided_on or today()
    if day < request.received_on:
        wrong["decided_on"] = "It cannot be decided before it came."
    if form.outcome in ("refused", "partly"):
        codes = {each.code for each in grounds_of(request.kind)}
        if form.ground is None:
            wrong["ground"] = "Say on which ground."
        elif form.ground not in codes or ground(form.ground) is None:
            wrong["ground"] = "This is no ground for such a request."
    if request.kind == ERASURE and form.outcome in ("fulfilled", "partly"):
        wrong |= _check_erasure(session, request, client, form)
    if wrong:
        raise Invalid(wrong)


def _check_erasure(
    session: CentreSession, request: RightsRequest, client: Client, form: DecisionForm
) -> dict[str, str]:
    if form.action_on is None:
        return {"action_on": "Enter the day on which it will be done."}
    if form.action_on < today():
        return {"action_on": "Enter a day from today on."}
    if form.outcome == "partly":
        return {}
    if holds := what_holds(session, client, besides=request.id):
        return {"outcome": f"It cannot be done as asked: {holds[0].lower_first}."}
    until = kept_until(session, client)
    if until is not None and form.action_on <= until:
        return {
            "action_on": f"Records are kept until {day_said(until)}. Choose a later day, or say"
            " that it is refused or done in part."
        }
    return {}
