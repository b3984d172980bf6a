"""One client's file: details, safe routes, flags, consents, and who may open it."""

from dataclasses import dataclass, field, replace
from typing import Final

from cma_app.access.acts import Act
from cma_app.clock import local, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.consents import wordings_on
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.clients import (
    COLUMNS,
    ClientForm,
    HeldCase,
    cases_of,
    edit_client,
    masked_ni_number,
    open_client,
    read_client,
    reveal_ni_number,
)
from cma_app.services.consents import (
    CONSENT_CHANNELS,
    ConsentForm,
    RecordedConsent,
    consents_of,
    record_consent,
    standing,
)
from cma_app.services.contact_routes import (
    RouteAnswers,
    SafeRouteValue,
    answer_in_words,
    record_routes,
    safe_routes,
)
from cma_app.services.restricted_files import (
    Colleague,
    colleagues,
    open_file_to_all,
    restrict_file,
)
from cma_app.services.vulnerability import (
    DRIVERS,
    Vulnerability,
    VulnerabilityForm,
    add_vulnerability,
    remove_vulnerability,
    revise_vulnerability,
    vulnerabilities_of,
)
from cma_app.session import CentreSession
from models import Client
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.forms import checked, joined_date
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

    @classmethod
    def of(cls, case: HeldCase) -> "FileCase":
        """Return the line of a case."""
        status, stage = STATUS_LABELS[Status(case.status)], STAGE_LABELS[Stage(case.stage)]
        word = stage if case.status in {"open", "in_progress"} else status
        return cls(case.id, case.case_reference, word, day_text(case.opening_date))


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
    version: int = 0
    details: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    routes: list[SafeRoute] = field(default_factory=list)
    flags: list[FlagView] = field(default_factory=list)
    purposes: list[PurposeView] = field(default_factory=list)
    history: list[ConsentLine] = field(default_factory=list)
    cases: list[FileCase] = field(default_factory=list)


class ClientState(CentreState):
    """The file on screen, and what its forms answered."""

    file: FileView = FileView()
    details_number: int = 0
    details_version: int = 0
    routes_number: int = 0
    errors: FormErrors = {}
    theirs: dict[str, str] = {}
    lost_to: str = ""
    route_errors: FormErrors = {}
    route_theirs: dict[str, str] = {}
    routes_seen: dict[str, str] = {}
    routes_lost: str = ""
    flag_errors: FormErrors = {}
    flag: FlagView = FlagView()
    writes_flag: bool = False
    ni_number: str = ""
    people: list[PersonTick] = []

    @load(Act.CLIENT_OPEN)
    async def open(self):
        """Show the client in the address, and write that the file was opened."""
        self.file = FileView()
        self.ni_number = ""
        self._begin(await self.ask(_opened, self.route_id("client_id")))
        self._begin_routes()
        self.errors, self.route_errors, self.flag_errors, self.theirs = {}, {}, {}, {}
        self.lost_to, self.writes_flag, self.people = "", False, []

    @act(Act.CLIENT_RECORD)
    async def save(self, form: Form):
        """Save the details; where somebody else was first, show both and lose neither."""
        typed = form | {"date_of_birth": joined_date(form, "date_of_birth")}
        version = int(form.get("version") or 0) if form.get("version", "").isdigit() else 0
        try:
            read = ClientForm.read(typed)
            await self.ask(edit_client, self.file.id, read, version=version, show=lambda _: None)
        except Invalid as error:
            self.errors = dict(error.fields)
            return None
        except Conflict as error:
            self._both(error)
            return None
        self.errors, self.theirs, self.lost_to, self.ni_number = {}, {}, "", ""
        self._begin(await self.ask(_file, self.file.id))
        return notice("Details saved.")

    @act(Act.CLIENT_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ClientForm, name, value)

    @act(Act.CLIENT_REVEAL_NI_NUMBER)
    async def reveal(self):
        """Show the National Insurance number; who looked is written down."""
        self.ni_number = await self.ask(reveal_ni_number, self.file.id)

    @act(Act.CLIENT_OPEN)
    def hide(self):
        """Hide the number again."""
        self.ni_number = ""

    @act(Act.CLIENT_ROUTES_RECORD, form="route_errors")
    async def save_routes(self, form: Form):
        """Keep today's answers; where somebody else was first, show both and lose neither."""
        read = RouteAnswers.read(form)
        try:
            await self.ask(record_routes, self.file.id, read, seen=self.routes_seen)
        except Conflict as error:
            self.routes_lost, self.route_theirs = error.sentence, error.theirs
            shown = {name.removeprefix("route_"): now for name, now in error.theirs.items()}
            self.routes_seen = {**self.routes_seen, **shown}
            return None
        await self._again()
        self._begin_routes()
        return notice("Safe routes saved.")

    @act(Act.CLIENT_VULNERABILITY_RECORD)
    def write_flag(self, number: str):
        """Begin a new flag, or the revision of one."""
        found = [flag for flag in self.file.flags if flag.id == number]
        self.flag = found[0] if found else FlagView()
        self.flag_errors, self.writes_flag = {}, True

    @act(Act.CLIENT_VULNERABILITY_RECORD)
    def leave_flag(self):
        """Put the form of a flag away."""
        self.writes_flag, self.flag_errors = False, {}

    @act(Act.CLIENT_VULNERABILITY_RECORD, form="flag_errors")
    async def save_flag(self, form: Form):
        """Keep a flag with what we do differently."""
        read = VulnerabilityForm.read(form | {"review_date": joined_date(form, "review_date")})
        try:
            await self.ask(_keep_flag, self.file.id, self.flag, read)
        except Conflict:
            await self._again()  # theirs is in the list, one's own stays in the form
            newest = [flag for flag in self.file.flags if flag.id == self.flag.id]
            seen = newest[0].recorded_at if newest else ""
            self.flag = replace(self.flag, recorded_at=seen)
            raise
        self.writes_flag = False
        await self._again()
        return notice("Vulnerability saved.")

    @act(Act.CLIENT_VULNERABILITY_RECORD, quiet=True)
    def check_flag(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.flag_errors = checked(self.flag_errors, VulnerabilityForm, name, value)

    @act(Act.CLIENT_VULNERABILITY_REMOVE)
    async def remove_flag(self, number: str):
        """Remove a flag."""
        await self.ask(remove_vulnerability, self.file.id, number, show=lambda _: None)
        await self._again()
        return notice("Vulnerability removed.")

    @act(Act.CLIENT_CONSENT_RECORD)
    async def agree(self, form: Form):
        """Add an answer about one purpose to the history."""
        await self.ask(
            record_consent, self.file.id, ConsentForm.read(form), show=lambda row: row.id
        )
        await self._again()
        return notice("Answer kept, with the words and the time.")

    @act(Act.CLIENT_RESTRICT)
    async def choose_people(self):
        """Show who could be named on the file."""
        found = await self.ask(colleagues, self.file.id)
        me = current_sign_in().actor.user_id
        self.people = [PersonTick.of(person) for person in found if person.id != me]

    @act(Act.CLIENT_RESTRICT)
    async def restrict(self, form: Form):
        """Let only the ticked people and oneself see the file."""
        ticked = [name.removeprefix("person-") for name in form if name.startswith("person-")]
        numbers = [int(each) for each in ticked if each.isascii() and each.isdigit()]
        await self.ask(restrict_file, self.file.id, numbers, show=lambda _: None)
        self.people = []
        await self._again()
        return notice("Restricted. Only the people you named find this file.")

    @act(Act.CLIENT_RESTRICT)
    async def unrestrict(self):
        """Let the whole centre see the file again."""
        await self.ask(open_file_to_all, self.file.id, show=lambda _: None)
        self.people = []
        await self._again()
        return notice("Open to the whole centre again.")

    def _both(self, error: Conflict) -> None:
        theirs = dict(error.theirs)
        self.details_version = int(theirs.pop("version", self.details_version))
        self.lost_to, self.theirs, self.errors = error.sentence, theirs, {}

    def _begin_routes(self) -> None:
        """Begin the form of the safe routes anew with what is stored."""
        self.routes_number += 1
        self.routes_seen = self.file.answered
        self.routes_lost, self.route_theirs = "", {}

    def _begin(self, file: FileView) -> None:
        """Show a file with the form of its details begun anew."""
        self.file = file
        self.details_number += 1
        self.details_version = file.version

    async def _again(self) -> None:
        """Show the file anew and leave what is typed in the details alone.

        Their version moves on only where nobody changed them meanwhile, else saving will say so.
        """
        file: FileView = await self.ask(_file, self.file.id)
        if file.details == self.file.details and file.ni_masked == self.file.ni_masked:
            self.details_version = file.version
        self.file = file


def _keep_flag(
    session: CentreSession, client_id: int, flag: FlagView, read: VulnerabilityForm
) -> None:
    if flag.id:
        revise_vulnerability(session, client_id, flag.id, read, seen_at=flag.recorded_at)
    else:
        add_vulnerability(session, client_id, read)


def _opened(session: CentreSession, client_id: int) -> FileView:
    return _view(session, open_client(session, client_id))


def _file(session: CentreSession, client_id: int) -> FileView:
    return _view(session, read_client(session, client_id))


def _view(session: CentreSession, client: Client) -> FileView:
    routes = safe_routes(session, client.id)
    history = consents_of(session, client.id)
    return FileView(
        id=client.id,
        reference=client.client_reference,
        name=client.full_name,
        born=day_text(client.date_of_birth, none="Not recorded"),
        ni_masked=masked_ni_number(client),
        is_restricted=client.is_restricted,
        version=client.version,
        details=_details(client),
        answers=_answers(routes),
        answered={route.route: answer_in_words(route) for route in routes},
        routes=[SafeRoute.of(route) for route in routes],
        flags=[FlagView.of(flag) for flag in vulnerabilities_of(client)],
        purposes=_purposes(history),
        history=[_consent_line(each) for each in history],
        cases=[FileCase.of(case) for case in cases_of(session, client.id)],
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
