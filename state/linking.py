"""Linking codes and unlinking, on the list of people."""

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import identities
from cma_app.services.identities import IssuedCode
from state.base import act, notice
from state.users import NO_PASSWORD, AskedAbout, Password, UsersState
from state.words import moment_text


def _shown(issued: IssuedCode) -> Password:
    until = moment_text(issued.valid_until)
    return Password(issued.name, issued.username, issued.code, until, issued.centre_code)


class LinkingState(UsersState):
    """Who of a centre's people is linked to its organisation."""

    unlinking: AskedAbout = AskedAbout()
    unlink_obstacle: str = ""
    unlinked: int = 0

    @act(Act.USER_LINK)
    async def issue_code(self, person: int):
        """Give a person a linking code, shown once."""
        issued = await self.ask(
            identities.issue_code, person, centre_id=self._centre_id(), show=_shown
        )
        await self._refresh(issued)
        return notice(f"{issued.name} has a new linking code.")

    @act(Act.USER_LINK)
    def ask_unlink(self, person: int):
        """Ask before a person of the list is unlinked."""
        names = {line.id: line.name for line in self.people.rows}
        self.unlinking, self.unlink_obstacle = AskedAbout(person, names.get(person, "")), ""

    @act(Act.USER_LINK)
    async def unlink(self, person: int):
        """Unlink a person and sign them out."""
        self.unlink_obstacle = ""
        try:
            name = await self.ask(
                identities.unlink,
                person,
                centre_id=self._centre_id(),
                show=lambda it: it.full_name,
            )
        except Conflict as error:
            self.unlink_obstacle = error.sentence
            return None
        await self._refresh(NO_PASSWORD)
        self.unlinked += 1
        return notice(f"{name} is unlinked and was signed out.")
