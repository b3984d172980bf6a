"""What a client's file shows, as text, and how its forms begin."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.clock import local, today
from cma_app.rules.consents import wordings_on
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.client_copies import list_copies
from cma_app.services.clients import (
    COLUMNS,
    HeldCase,
    cases_of,
    masked_ni_number,
    open_client,
    read_client,
)
from cma_app.services.consents import CONSENT_CHANNELS, RecordedConsent, consents_of, standing
from cma_app.services.contact_routes import SafeRouteValue, answer_in_words, safe_routes
from cma_app.services.restricted_files import Colleague
from cma_app.services.rights_list import list_rights
from cma_app.services.vulnerability import DRIVERS, Vulnerability, vulnerabilities_of
from cma_app.session import CentreSession
from models import Client
from state.rights_views import CopyView, RightView
from state.safe_routes import SafeRoute
from state.words import day_text

LABELS: Final = {
    "title": "Title",
    "first_name": "First name",
    "last_name": "Last name",
    "date_of_birth": "Date of birth",
    "phone_primary": "Mobile or main phone",
    "phone_secondary": "Other phone",
    "email": "E-mail",
    "address_line1": "Address, first line",
    "address_line2": "Address, second line",
    "city": "Town or city",
    "postcode": "Postcode",
    "nation": "Nation",
    "marital_status": "Marital status",
    "employment_status": "Work",
    "dependents": "Dependants",
}


@dataclass(frozen=True, slots=True)
class FlagView:
    """A vulnerability flag as text, and as its form begins."""

    id: str = ""
    driver: str = ""
    driver_word: str = ""
    detail: str = ""
    adjustment: str = ""
    review: str = ""
    is_review_due: bool = False
    day: str = ""
    month: str = ""
    year: str = ""
    recorded_at: str = ""

    @classmethod
    def of(cls, flag: Vulnerability) -> "FlagView":
        """Return the view of a flag."""
        day = flag.review_date
        return cls(
            flag.id,
            flag.driver,
            DRIVERS.get(flag.driver, flag.driver),
            flag.detail,
            flag.adjustment,
            day_text(day, none="No review date"),
            day is not None and day <= today(),
            str(day.day) if day else "",
            str(day.month) if day else "",
            str(day.year) if day else "",
            flag.recorded_at,
        )


@dataclass(frozen=True, slots=True)
class PurposeView:
    """A purpose, what is read out for it, and how the client last answered."""

    purpose: str
    word: str
    version: str
    wording: str
    standing: str
    said: str


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One line of the history of consents."""

    id: int
    word: str
    answer: str
    when: str
    channel: str
    version: str
    wording: str
    by: str


@dataclass(frozen=True, slots=True)
class FileCase:
    """A case of the client, as a line."""

    id: int
    reference: str
    stage: str
    opened: str
    other: str

    @classmethod
    def of(cls, case: HeldCase) -> "FileCase":
        """Return the line of a case."""
        status, stage = STATUS_LABELS[Status(case.status)], STAGE_LABELS[Stage(case.stage)]
        word = stage if case.status in {"open", "in_progress"} else status
        return cls(case.id, case.case_reference, word, day_text(case.opening_date), case.other)


@dataclass(frozen=True, slots=True)
class PersonTick:
    """Somebody who may be named on the file."""

    name: str
    box: str
    is_named: bool

    @classmethod
    def of(cls, person: Colleague) -> "PersonTick":
        """Return the tick of a colleague."""
        return cls(f"{person.name}, {person.role}", f"person-{person.id}", person.is_named)


@dataclass(frozen=True, slots=True)
class FileView:
    """The whole file, as its page shows it; `id` is 0 until a client is open."""

    id: int = 0
    reference: str = ""
    name: str = ""
    born: str = ""
    ni_masked: str = ""
    is_restricted: bool = False
    is_shadowed: bool = False
    version: int = 0
    details: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    routes: list[SafeRoute] = field(default_factory=list)
    flags: list[FlagView] = field(default_factory=list)
    purposes: list[PurposeView] = field(default_factory=list)
    history: list[ConsentLine] = field(default_factory=list)
    cases: list[FileCase] = field(default_factory=list)
    asked: list[RightView] = field(default_factory=list)
    copy: CopyView = field(default_factory=CopyView)


def opened_file(session: CentreSession, client_id: int) -> FileView:
    """Return a client's file for somebody who opens it, which is written down."""
    return _view(session, open_client(session, client_id))


def stored_file(session: CentreSession, client_id: int) -> FileView:
    """Return a client's file as it is stored now, for somebody who has it open."""
    return _view(session, read_client(session, client_id))


def _view(session: CentreSession, client: Client) -> FileView:
    routes = safe_routes(session, client.id)
    history = consents_of(session, client.id)
    asked = [RightView.of(each) for each in list_rights(session, client.id).rows]
    copies = [CopyView.of(each, session.actor.user_id) for each in list_copies(session, client.id)]
    return FileView(
        id=client.id,
        reference=client.client_reference,
        name=client.full_name,
        born=day_text(client.date_of_birth, none="Not recorded"),
        ni_masked=masked_ni_number(client),
        is_restricted=client.is_restricted,
        is_shadowed=session.shadows().hold(client),
        version=client.version,
        details=_details(client),
        answers=_answers(routes),
        answered={route.route: answer_in_words(route) for route in routes},
        routes=[SafeRoute.of(route) for route in routes],
        flags=[FlagView.of(flag) for flag in vulnerabilities_of(client)],
        purposes=_purposes(history),
        history=[_consent_line(each) for each in history],
        cases=[FileCase.of(case) for case in cases_of(session, client.id)],
        asked=[each for each in asked if each.is_open],
        copy=copies[0] if copies else CopyView(),
    )


def _details(client: Client) -> dict[str, str]:
    born = client.date_of_birth
    shown = {name: str(getattr(client, name) or "") for name in COLUMNS}
    return shown | {
        "date_of_birth-day": str(born.day) if born else "",
        "date_of_birth-month": str(born.month) if born else "",
        "date_of_birth-year": str(born.year) if born else "",
    }


def _answers(routes: list[SafeRouteValue]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for route in routes:
        name = f"route_{route.route}"
        answers[name] = route.answer
        answers[f"{name}_from"] = f"{route.from_time:%H:%M}" if route.from_time else ""
        answers[f"{name}_to"] = f"{route.to_time:%H:%M}" if route.to_time else ""
    return answers


def _purposes(history: list[RecordedConsent]) -> list[PurposeView]:
    newest = standing(history)
    views = []
    for wording in wordings_on(today()):
        last = newest.get(wording.purpose)
        answer = "not asked" if last is None else "given" if last.is_given else "withdrawn"
        said = day_text(local(last.given_at).date()) if last else ""
        views.append(
            PurposeView(wording.purpose, wording.word, wording.version, wording.text, answer, said)
        )
    return views


def _consent_line(each: RecordedConsent) -> ConsentLine:
    words = {wording.purpose: wording.word for wording in wordings_on(today())}
    moment = local(each.given_at)
    return ConsentLine(
        each.id,
        words.get(each.purpose, each.purpose),
        "Given" if each.is_given else "Withdrawn",
        f"{day_text(moment.date())}, {moment:%H:%M}",
        CONSENT_CHANNELS.get(each.channel, each.channel),
        each.wording_version,
        each.wording,
        each.recorded_by or "System",
    )
