"""Referrals: people who wait to be seen. One needs no advisor and becomes a case in one click."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from sqlalchemy import case as either
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services.case_steps import record_emergency
from cma_app.services.cases import start_case
from cma_app.services.clients import ClientForm, record_client
from cma_app.services.contact_routes import (
    RouteAnswers,
    SafeRouteValue,
    record_routes,
    times_in_words,
)
from cma_app.services.drafts import drop_draft
from cma_app.services.duplicates import PossiblePerson, person_of, possible
from cma_app.services.forms import Day, LongText
from cma_app.services.intake import EMERGENCY_WORDS, SOURCES, IntakeForm, read_intake
from cma_app.services.notes import record_note
from cma_app.session import CentreSession, count
from models import Case, Client, Referral
from models.clients import ROUTES

DRAFT: Final = "walk_in"  # the same screen keeps a person as a referral or starts the case
MOST_WORDS: Final = 20_000


def _today_if_blank(value: Any) -> Any:
    return today() if value is None or (isinstance(value, str) and not value.strip()) else value


class ReferralForm(IntakeForm):
    """The shared questions, when the referral came, and what is needed."""

    received_date: Annotated[Day, BeforeValidator(_today_if_blank)] = None
    note: LongText = None


@dataclass(frozen=True, slots=True)
class WaitingReferral:
    """A line of the waiting list, with all that the person need not be asked again."""

    id: int
    first_name: str
    last_name: str
    source: str
    referred_by: str | None
    received_date: date
    days_waiting: int
    emergency: str
    emergency_what: str | None
    emergency_date: date | None
    emergency_time: time | None
    needs: str | None
    routes: tuple[SafeRouteValue, ...]


def record_referral(session: CentreSession, data: Mapping[str, Any]) -> Referral:
    """Keep somebody who waits to be seen, and return the referral; no advisor is needed."""
    session.authorize(Act.REFERRAL_RECORD)
    form, answers = read_intake(data, ReferralForm)
    received = form.received_date or today()
    if received > today():
        raise Invalid({"received_date": "This date is in the future. Check it."})
    referral = Referral(
        source=form.source,
        referred_by=form.referred_by,
        received_date=received,
        first_name=form.first_name,
        last_name=form.last_name,
        date_of_birth=form.date_of_birth,
        phone=form.phone,
        email=form.email.lower() if form.email else None,
        postcode=form.postcode,
        nation=form.known_nation,
        routes={value.route: _stored(value) for value in answers.values},
        emergency=form.emergency,
        emergency_what=form.emergency_what,
        emergency_date=form.emergency_date,
        emergency_time=form.emergency_time,
        needs=form.note,
    )
    session.add(referral)
    session.flush()
    drop_draft(session, DRAFT)
    return referral


def waiting_referrals(
    session: CentreSession, *, source: str = "", sort: str = "urgent", number: int = 1
) -> Page[WaitingReferral]:
    """Return a page of those who wait: emergencies by their date first, then the longest wait.

    `sort` is `urgent`, `longest` or `newest`.
    """
    session.authorize(Act.REFERRAL_LIST)
    columns = (
        col(Referral.id),
        col(Referral.first_name),
        col(Referral.last_name),
        col(Referral.source),
        col(Referral.referred_by),
        col(Referral.received_date),
        col(Referral.emergency),
        col(Referral.emergency_what),
        col(Referral.emergency_date),
        col(Referral.emergency_time),
        col(Referral.needs),
        col(Referral.routes),
    )
    statement = select(*columns).where(*waits())
    if source in SOURCES:
        statement = statement.where(col(Referral.source) == source)
    page = statement.order_by(*_order(sort)).limit(PAGE_SIZE).offset(offset_of(number))
    rows = [_line(row) for row in session.execute(page)]
    return Page(rows, count(session, statement), max(number, 1))


def waits() -> tuple[Any, ...]:
    """Return the conditions of a referral that waits, for lists and counts alike."""
    return col(Referral.status) == "waiting", col(Referral.deleted_at).is_(None)


def count_waiting(session: CentreSession) -> int:
    """Return how many wait to be seen: as many as the whole list has lines."""
    session.authorize(Act.REFERRAL_LIST)
    return count(session, select(col(Referral.id)).where(*waits()))


def _order(sort: str) -> tuple[Any, ...]:
    if sort == "newest":
        return col(Referral.received_date).desc(), col(Referral.id).desc()
    oldest = (col(Referral.received_date), col(Referral.id))
    if sort == "longest":
        return oldest
    pressing = either((col(Referral.emergency) == "yes", 0), else_=1)
    soonest = col(Referral.emergency_date).asc().nulls_last()
    return pressing, soonest, col(Referral.emergency_time).asc().nulls_last(), *oldest


def _line(row: Any) -> WaitingReferral:
    return WaitingReferral(
        **{name: getattr(row, name) for name in row._fields if name != "routes"},
        days_waiting=(today() - row.received_date).days,
        routes=tuple(routes_of(row.routes)),
    )


def _stored(value: SafeRouteValue) -> dict[str, str]:
    kept = {name: part for name, part in asdict(value).items() if name not in {"route", "times"}}
    return {name: f"{part}" for name, part in kept.items() if part}


def routes_of(stored: dict[str, Any]) -> list[SafeRouteValue]:
    """Return the five routes of a referral as they were answered."""
    return [_route(route, stored.get(route) or {}) for route in ROUTES]


def _route(route: str, kept: dict[str, str]) -> SafeRouteValue:
    start, end = (
        time.fromisoformat(kept[name]) if kept.get(name) else None
        for name in ("from_time", "to_time")
    )
    return SafeRouteValue(
        route,
        kept.get("answer", "not_asked"),
        times_in_words(start, end),
        start,
        end,
        kept.get("note", ""),
    )


def same_people(session: CentreSession, referral_id: int) -> list[PossiblePerson]:
    """Return the clients and the other waiting referrals that may be this person."""
    referral = session.require(Referral, referral_id)
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    person = person_of(
        first_name=referral.first_name,
        last_name=referral.last_name,
        date_of_birth=referral.date_of_birth,
        postcode=referral.postcode,
        phones=(referral.phone,),
        email=referral.email,
    )
    return possible(session, person, but_referral=referral.id)


def accept_referral(
    session: CentreSession, referral_id: int, *, client_id: int | None = None
) -> Case:
    """Make a referral a case and return it: nothing is typed again.

    With `client_id` the person is a client already: what is blank in their details is filled in,
    nothing is overwritten. Conflict where the referral was decided already.
    """
    referral = session.require(Referral, referral_id)
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    _still_waiting(referral)
    answers = RouteAnswers(routes_of(referral.routes))
    if client_id is None:
        client = record_client(session, _details(referral), answers)
    else:
        client = session.require(Client, client_id)
        _fill_blanks(session, client, referral, answers)
    case = start_case(
        session,
        client,
        nation=referral.nation,
        source=referral.source,
        referred_by=referral.referred_by,
        emergency=referral.emergency_what if referral.emergency == "yes" else None,
        emergency_date=referral.emergency_date,
        emergency_time=referral.emergency_time,
    )
    record_note(session, case.id, channel="other", minutes=0, body=_first_words(referral))
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    referral.status, referral.decided_at = "accepted", now()
    referral.client_id, referral.case_id = client.id, case.id
    session.add(referral)
    session.flush()
    return case


def join_case(session: CentreSession, referral_id: int, case_id: int) -> Case:
    """Add a referral to a case that is open for the same person, and return that case.

    What it says becomes a note there, blank details are filled in, and its emergency becomes the
    case's where that has none. Conflict where the case has ended or the referral was decided.
    """
    referral = session.require(Referral, referral_id)
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    _still_waiting(referral)
    case = session.require(Case, case_id)
    if case.status not in {"open", "in_progress"}:
        raise Conflict("That case has ended. Use this client to begin a new case instead.")
    client = session.require(Client, case.client_id)
    _fill_blanks(session, client, referral, RouteAnswers(routes_of(referral.routes)))
    record_note(session, case.id, channel="other", minutes=0, body=_first_words(referral))
    if referral.emergency == "yes" and not case.emergency:
        record_emergency(
            session,
            case.id,
            what=referral.emergency_what or "Emergency",
            on=referral.emergency_date,
            at=referral.emergency_time,
        )
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    referral.status, referral.decided_at = "merged", now()
    referral.client_id, referral.case_id = client.id, case.id
    session.add(referral)
    session.flush()
    return case


def _details(referral: Referral) -> ClientForm:
    return ClientForm(
        first_name=referral.first_name,
        last_name=referral.last_name,
        date_of_birth=referral.date_of_birth,
        phone_primary=referral.phone,
        email=referral.email,
        postcode=referral.postcode,
        nation=referral.nation,
    )


def _fill_blanks(
    session: CentreSession, client: Client, referral: Referral, answers: RouteAnswers
) -> None:
    session.authorize(Act.CLIENT_RECORD, client)
    for name, value in _details(referral).model_dump(exclude_unset=True).items():
        if getattr(client, name) in (None, ""):
            setattr(client, name, value)
    session.add(client)
    asked = [value for value in answers.values if value.answer != "not_asked"]
    record_routes(session, client.id, RouteAnswers(asked))


def _first_words(referral: Referral) -> str:
    source = SOURCES[referral.source]
    if referral.referred_by:
        source += f" ({referral.referred_by})"
    day = referral.received_date
    soon = EMERGENCY_WORDS[referral.emergency].lower()
    said = (
        f"Referral accepted. Who sent them: {source}. Received {day.day} {day:%b %Y}."
        f" Anything in the next 14 days: {soon}."
    )
    return f"{said}\n\n{referral.needs}" if referral.needs else said


def merge_referrals(session: CentreSession, referral_id: int, other_id: int) -> Referral:
    """Make two waiting referrals of one person one, and return the earlier, which stays.

    What it lacks is taken from the other, so that no answer is lost; a yes to the emergency
    question wins, and of two dates the sooner.
    """
    referral = session.require(Referral, referral_id)
    other = session.require(Referral, other_id)
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    if referral.id == other.id:
        raise Invalid({"other": "Choose another referral to merge with."})
    _still_waiting(referral)
    _still_waiting(other)
    first, second = sorted((referral, other), key=lambda each: (each.received_date, each.id))
    for name in ("date_of_birth", "phone", "email", "postcode", "nation", "referred_by"):
        setattr(first, name, getattr(first, name) or getattr(second, name))
    first.routes = _safest(first.routes, second.routes)
    _take_emergency(first, second)
    first.needs = _joined(first, second)
    second.status, second.decided_at = "merged", now()
    second.merged_into_id = first.id
    session.add(first)
    session.add(second)
    session.flush()
    return first


def _safest(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return one answer for each route: no wins over yes, and any answer over none."""
    rank = {"no": 0, "yes": 1, "not_asked": 2}
    answered = [
        min(
            (first.get(route) or {}, second.get(route) or {}),
            key=lambda kept: rank[kept.get("answer", "not_asked")],
        )
        for route in ROUTES
    ]
    return dict(zip(ROUTES, answered, strict=True))


def _take_emergency(first: Referral, second: Referral) -> None:
    def urgency(each: Referral) -> tuple[Any, ...]:
        answer = ("yes", "not_known", "no").index(each.emergency)
        return answer, each.emergency_date or date.max, each.emergency_time or time.max

    pressing = min((first, second), key=urgency)
    for name in ("emergency", "emergency_what", "emergency_date", "emergency_time"):
        setattr(first, name, getattr(pressing, name))


def _joined(first: Referral, second: Referral) -> str:
    day = second.received_date
    sent = SOURCES[second.source]
    also = f"Also referred on {day.day} {day:%b %Y}. Who sent them: {sent}."
    parts = (first.needs, also, second.needs)
    return "\n\n".join(part for part in parts if part)[:MOST_WORDS]


def decline_referral(session: CentreSession, referral_id: int, *, reason: str) -> Referral:
    """Take a referral off the waiting list, with the reason in its record; Invalid without one."""
    referral = session.require(Referral, referral_id)
    session.authorize(Act.REFERRAL_ACCEPT, referral)
    _still_waiting(referral)
    why = reason.replace("\x00", "").strip()
    if not why:
        raise Invalid({"reason": "Say why, such as: outside our area, given to another centre."})
    if len(why) > 500:
        raise Invalid({"reason": "Use at most 500 characters."})
    referral.status, referral.decided_at = "declined", now()
    referral.declined_reason = why
    session.add(referral)
    session.flush()
    return referral


def _still_waiting(referral: Referral) -> None:
    if referral.status != "waiting":
        raise Conflict("Somebody has already decided on this referral. Load the list again.")
