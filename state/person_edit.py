"""The form that edits one person of the list."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import people_list, users
from cma_app.services.person_forms import PersonEdit
from cma_app.services.users import PersonDetails
from state.base import Form, FormErrors, act, notice
from state.forms import checked
from state.person_views import ROLE_WORDS
from state.users import NO_PASSWORD, UsersState


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person's stored details, as the form begins; `id` is 0 until one is chosen."""

    id: int = 0
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    role: str = "advisor"
    role_word: str = ""
    supervisor_id: str = ""
    stand_in_id: str = ""
    is_self: bool = False

    @classmethod
    def of(cls, stored: PersonDetails) -> "PersonView":
        """Return what the form begins with."""
        return cls(
            id=stored.id,
            username=stored.username,
            first_name=stored.first_name,
            last_name=stored.last_name,
            email=stored.email,
            phone=stored.phone,
            role=stored.role,
            role_word=ROLE_WORDS[stored.role],
            supervisor_id=str(stored.supervisor_id or ""),
            stand_in_id=str(stored.stand_in_id or ""),
            is_self=stored.is_self,
        )


class PersonEditState(UsersState):
    """The person whose details are being edited."""

    person: PersonView = PersonView()
    person_version: int = 0
    person_role: str = "advisor"
    person_errors: FormErrors = {}
    person_theirs: dict[str, str] = {}
    person_lost: str = ""
    openings: int = 0
    saves: int = 0

    @act(Act.USER_EDIT)
    async def begin_edit(self, person: int):
        """Fill the form with what is stored of a person now."""
        self.person = PersonView()
        stored = await self.ask(users.read_person, person, centre_id=self._centre_id())
        self.person, self.person_version = PersonView.of(stored), stored.version
        self.person_role = stored.role
        self.person_errors, self.person_theirs, self.person_lost = {}, {}, ""
        self.openings += 1

    @act(Act.USER_EDIT)
    def pick_role(self, role: str):
        """Ask for a supervisor where the person becomes a trainee."""
        self.person_role = role if role in ROLE_WORDS else self.person.role

    @act(Act.USER_EDIT, quiet=True)
    def check_edit(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.person_errors = checked(self.person_errors, PersonEdit, name, value)

    @act(Act.USER_EDIT, form="person_errors")
    async def save_edit(self, form: Form):
        """Save the details; where somebody else was first, show both and lose neither."""
        try:
            name = await self.ask(
                users.edit,
                self.person.id,
                PersonEdit.read(form),
                version=self.person_version,
                centre_id=self._centre_id(),
                show=lambda it: it.full_name,
            )
        except Conflict as error:
            self._both(error)
            return None
        changes_role = form.get("role") != self.person.role
        await self._refresh(NO_PASSWORD)
        found = await self.ask(people_list.choices_of_supervisor, centre_id=self._centre_id())
        self._keep_supervisors(found)
        self.person_theirs, self.person_lost = {}, ""
        self.saves += 1
        return notice(
            f"{name} was changed and signed out." if changes_role else f"{name} was changed."
        )

    def _both(self, error: Conflict) -> None:
        theirs = dict(error.theirs)
        self.person_version = int(theirs.pop("version", self.person_version))
        if "role" in theirs:
            theirs["role"] = ROLE_WORDS[theirs["role"]]
        self.person_lost, self.person_theirs = error.sentence, theirs
