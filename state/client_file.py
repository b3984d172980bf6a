"""One client's file: details, safe routes, flags, consents, and who may open it."""

from dataclasses import replace

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services.clients import ClientForm, edit_client, reveal_ni_number
from cma_app.services.consents import ConsentForm, record_consent
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.restricted_files import colleagues, open_file_to_all, restrict_file
from cma_app.services.vulnerability import (
    VulnerabilityForm,
    add_vulnerability,
    remove_vulnerability,
    revise_vulnerability,
)
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.client_views import FileView, FlagView, PersonTick, opened_file, stored_file
from state.forms import checked, joined_date
from state.submitting import submitted


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
        self._begin(await self.ask(opened_file, self.route_id("client_id")))
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
        self._begin(await self.ask(stored_file, self.file.id))
        return notice("Details saved.")

    @act(Act.CLIENT_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ClientForm, name, value)

    @act(Act.CLIENT_REVEAL_NI_NUMBER)
    async def reveal(self):
        """Show the National Insurance number; who looked is written down."""
        self.ni_number = await self.ask(reveal_ni_number, self.file.id)

    @act(Act.CLIENT_OPEN, unattended=True)
    def hide(self):
        """Hide the number again; the page does it by itself after a while."""
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

    @act(Act.CLIENT_ROUTES_RECORD, quiet=True)
    def check_routes(self, name: str, value: str):
        """Say on the row of a route that was left what is wrong with its times."""
        self.route_errors = checked(self.route_errors, RouteAnswers, name, value)

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
        """Remove a flag, or submit that."""
        asked = {"flag_id": number}
        if told := await submitted(
            self, "remove_vulnerability", self.file.id, on_case=False, **asked
        ):
            return told
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
        file: FileView = await self.ask(stored_file, self.file.id)
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
