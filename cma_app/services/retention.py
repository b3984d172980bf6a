"""Until when a case's record is kept: counted when it ends, ended when it is reopened or held.

Each class of a record has one standing row of `retention_dates`; those that ended say why and stay.
The database carries the case's own date to its documents and to its people, and gives none to a
case of somebody held: it sees the holds and requests that whoever closes or holds may not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import or_, select, update
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.retention import KeepUntil, class_label, keep_until
from cma_app.rules.workflow import AT_WORK
from cma_app.services.compliance_rows import names_of
from cma_app.services.forms import Day, Form, choice, given
from cma_app.services.locking import locked
from cma_app.services.partners import people_here
from cma_app.session import CentreSession
from models import Case, CasePerson, Client, LegalHold, RetentionDate

HOLD_LABELS: Final = {
    "complaint": "An open complaint",
    "legal_claim": "A legal claim",
    "subject_request": "A request about their data",
    "other": "Another reason",
}


class HoldForm(Form):
    """Why nothing of a client may be forgotten for now."""

    kind: Annotated[str, BeforeValidator(choice(*HOLD_LABELS))]
    reason: Annotated[str, given("Say why."), Field(max_length=500)]
    review_on: Day = None


class LiftForm(Form):
    """Why a hold is lifted."""

    reason: Annotated[str, given("Say why."), Field(max_length=500)]


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold on a client's record that stands."""

    id: int
    version: int
    person: str
    kind: str
    reason: str
    placed_by: str
    placed_at: datetime
    client_id: int = 0
    review_on: date | None = None
    is_to_review: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One class of a case's record that is, or was, to be kept until a day, and why it ended."""

    label: str
    counted_from: date
    years: int
    until: date
    rule: str
    ended_at: datetime | None
    ended_because: str


def recount(session: CentreSession, case: Case, because: str) -> None:
    """Make a case's dates those that hold now; whoever calls has locked the case.

    None stand while the case is at work or a person of it is held, which the database says.
    `because` is kept with what ends by it.
    """
    session.flush()
    wanted = {} if case.status in AT_WORK else {each.covers: each for each in _of(case)}
    _keep(session, case, wanted["case"].keep_until if wanted else None)
    if case.retention_date is None:
        wanted = {}
    standing = {row.covers: row for row in _rows(session, case) if row.ended_at is None}
    for covers, row in standing.items():
        if covers not in wanted or wanted[covers].keep_until != row.keep_until:
            row.ended_at, row.ended_because = now(), because[:200]
    session.flush()
    for covers, each in wanted.items():
        row = standing.get(covers)
        if row is None or row.ended_at is not None:
            session.add(
                RetentionDate(
                    case_id=case.id,
                    covers=covers,
                    counted_from=each.counted_from,
                    years=each.years,
                    keep_until=each.keep_until,
                    rule=each.rule,
                )
            )
    session.flush()


def recount_people(session: CentreSession, case: Case, because: str) -> None:
    """Make the dates of all cases of a case's people those that hold now, after a request."""
    session.flush()
    for client_id in sorted(people_here(session, case)):
        recount_client(session, client_id, because)


def recount_client(session: CentreSession, client_id: int, because: str) -> None:
    """Make the dates of all cases of a client those that hold now, after a request of theirs."""
    _recount_all(session, client_id, because)


def _of(case: Case) -> list[KeepUntil]:
    return keep_until(case.closing_date) if case.closing_date is not None else []


def _keep(session: CentreSession, case: Case, until: date | None) -> None:
    """Keep the date on the case; nobody's edit of it is disturbed."""
    table = Case.__table__  # type: ignore[attr-defined]
    session.execute(
        update(table)
        .where(table.c.centre_id == case.centre_id, table.c.id == case.id)
        .values(retention_date=until)
    )
    session.refresh(case, ["retention_date"])


def people_of(session: CentreSession, case: Case) -> list[int]:
    """Return the client of a case and every second person it ever had."""
    seconds = select(col(CasePerson.client_id)).where(
        col(CasePerson.centre_id) == case.centre_id, col(CasePerson.case_id) == case.id
    )
    return sorted({case.client_id, *session.execute(seconds).scalars()})


def lock_people(session: CentreSession, case: Case) -> None:
    """Hold the people of a case, so that no hold is placed on them unseen; the case comes first."""
    for client_id in people_of(session, case):
        locked(session, Client, client_id)


def _standing_holds(session: CentreSession, client_ids: Collection[int]) -> list[LegalHold]:
    wanted = (
        sqlmodel_select(LegalHold)
        .where(
            col(LegalHold.centre_id) == session.actor.centre_id,
            col(LegalHold.client_id).in_(client_ids),
            col(LegalHold.ended_at).is_(None),
        )
        .order_by(col(LegalHold.id))
    )
    return list(session.exec(wanted))


def _rows(session: CentreSession, case: Case) -> list[RetentionDate]:
    wanted = (
        sqlmodel_select(RetentionDate)
        .where(
            col(RetentionDate.centre_id) == case.centre_id,
            col(RetentionDate.case_id) == case.id,
        )
        .order_by(col(RetentionDate.id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(wanted))


def list_kept(session: CentreSession, case_id: int) -> list[Kept]:
    """Return until when a case's record is kept, and what held before, in the order it was set."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    return [
        Kept(
            class_label(row.covers),
            row.counted_from,
            row.years,
            row.keep_until,
            row.rule,
            row.ended_at,
            row.ended_because or "",
        )
        for row in _rows(session, case)
    ]


def list_holds(session: CentreSession, case_id: int) -> list[Hold]:
    """Return the holds that stand on the people whom a case is about now."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    return _told(session, _standing_holds(session, people_here(session, case)))


def all_holds(session: CentreSession) -> list[Hold]:
    """Return every hold of the centre that stands, those to be looked at first. A manager may."""
    session.authorize(Act.RETENTION_SEE)
    rows = session.exec(
        sqlmodel_select(LegalHold)
        .where(col(LegalHold.ended_at).is_(None))
        .order_by(col(LegalHold.review_on).asc().nulls_first(), col(LegalHold.id))
        .limit(500)
    )
    return _told(session, list(rows))


def _told(session: CentreSession, rows: list[LegalHold]) -> list[Hold]:
    names = names_of(session, {row.created_by for row in rows})
    return [
        Hold(
            id=row.id,
            version=row.version,
            person=session.require(Client, row.client_id).full_name,
            kind=HOLD_LABELS.get(row.kind, row.kind),
            reason=row.reason,
            placed_by=names.get(row.created_by or 0, ""),
            placed_at=row.created_at,
            client_id=row.client_id,
            review_on=row.review_on,
            is_to_review=row.review_on is not None and row.review_on <= today(),
        )
        for row in rows
    ]


def other_open_cases(session: CentreSession, case: Case) -> list[str]:
    """Return the references of other cases at work for the same people, as far as one may see.

    Who left either case is not of it here: after a separation neither tells of the other.
    """
    theirs = people_here(session, case)
    second = select(col(CasePerson.case_id)).where(
        col(CasePerson.centre_id) == case.centre_id,
        col(CasePerson.client_id).in_(theirs),
        col(CasePerson.left_on).is_(None),
    )
    wanted = (
        select(col(Case.case_reference))
        .where(
            col(Case.centre_id) == case.centre_id,
            col(Case.id) != case.id,
            col(Case.status).in_([each.value for each in AT_WORK]),
            or_(col(Case.client_id).in_(theirs), col(Case.id).in_(second)),
        )
        .order_by(col(Case.id))
    )
    return list(session.execute(wanted).scalars())


def place_hold(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> LegalHold:
    """Keep all of a case's client, whatever the dates say, until the hold is lifted."""
    case = session.require(Case, case_id)
    session.authorize(Act.HOLD_PLACE, case)
    return _place(session, case.client_id, HoldForm.read(data))


def hold_person(session: CentreSession, client_id: int, data: Mapping[str, Any]) -> LegalHold:
    """Keep all of a client by their own record, with the day on which somebody looks again."""
    session.authorize(Act.HOLD_PLACE, session.require(Client, client_id))
    form = HoldForm.read(data)
    if form.review_on is None or form.review_on <= today():
        raise Invalid({"review_on": "Enter a day to come, on which you look at it again."})
    return _place(session, client_id, form)


def _place(session: CentreSession, client_id: int, form: HoldForm) -> LegalHold:
    """Place a hold, the cases taken first, so that forgetting under way has ended and is seen.

    Who has no case, or cases that one may not see, is held by the database as the hold is written.
    """
    _lock_cases(session, client_id)
    client = session.require(Client, client_id)
    session.refresh(client, ["anonymised_at"])
    if client.anonymised_at is not None:
        raise Conflict("This record is anonymous already. There is nobody left to hold.")
    _end_dates(session, client_id, f"Held: {HOLD_LABELS[form.kind].lower()}")
    hold = LegalHold(
        client_id=client_id, kind=form.kind, reason=form.reason, review_on=form.review_on
    )
    session.add(hold)
    _recount_all(session, client_id, "Held")
    return hold


def lift_hold(session: CentreSession, hold_id: int, *, reason: str, version: int) -> LegalHold:
    """Lift a hold and say why; what its cases' dates say counts again. A manager may."""
    hold = session.require(LegalHold, hold_id)
    session.authorize(Act.HOLD_LIFT, hold)
    said = LiftForm.read({"reason": reason}).reason
    _lock_cases(session, hold.client_id)
    hold = locked(session, LegalHold, hold_id)
    if hold.ended_at is not None or hold.version != version:
        raise Conflict("Somebody lifted this hold in the meantime.")
    hold.ended_at, hold.ended_by = now(), session.actor.user_id or None
    hold.ended_because = said
    _recount_all(session, hold.client_id, "The hold was lifted")
    return hold


def _cases_of(session: CentreSession, client_id: int) -> list[int]:
    second = select(col(CasePerson.case_id)).where(
        col(CasePerson.centre_id) == session.actor.centre_id,
        col(CasePerson.client_id) == client_id,
    )
    wanted = (
        select(col(Case.id))
        .where(
            col(Case.centre_id) == session.actor.centre_id,
            or_(col(Case.client_id) == client_id, col(Case.id).in_(second)),
        )
        .order_by(col(Case.id))
    )
    return list(session.execute(wanted).scalars())


def _lock_cases(session: CentreSession, client_id: int) -> None:
    for case_id in _cases_of(session, client_id):
        locked(session, Case, case_id)


def _end_dates(session: CentreSession, client_id: int, because: str) -> None:
    """End what stands of a client's cases; a case they have left is not told why."""
    for case_id in _cases_of(session, client_id):
        case = locked(session, Case, case_id)
        if client_id in people_here(session, case):
            for row in _rows(session, case):
                if row.ended_at is None:
                    row.ended_at, row.ended_because = now(), because[:200]
    session.flush()


def _recount_all(session: CentreSession, client_id: int, because: str) -> None:
    session.flush()
    for case_id in _cases_of(session, client_id):
        recount(session, locked(session, Case, case_id), because)
