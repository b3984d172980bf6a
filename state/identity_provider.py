"""The form that sets a centre's identity provider, and the connection that is tried."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.access.acts import Act
from cma_app.identity.asking import Tried, try_connection
from cma_app.identity.troubles import NotProven
from cma_app.services import identity_providers
from cma_app.services.identity_providers import ProviderDetails, ProviderForm
from cma_app.settings import settings
from state.base import Form, FormErrors, act, in_worker, notice
from state.centres import CentresState
from state.forms import checked

BACK: Final = "/sign-in/organisation/back"


@dataclass(frozen=True, slots=True)
class ProviderView:
    """What is set for a centre, as the form begins; `id` is 0 until a centre is chosen."""

    id: int = 0
    name: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    has_secret: bool = False
    linked: str = ""
    all_linked: bool = False

    @classmethod
    def of(cls, stored: ProviderDetails) -> "ProviderView":
        """Return what the form begins with."""
        people = "1 person" if stored.people == 1 else f"{stored.people} people"
        return cls(
            stored.centre_id,
            stored.centre_name,
            stored.answers,
            stored.has_secret,
            f"{stored.linked} of {people} linked",
            stored.linked == stored.people,
        )


@dataclass(frozen=True, slots=True)
class TriedView:
    """What a tried connection showed; `said` is empty until one was tried."""

    said: str = ""
    works: bool = False
    facts: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, tried: Tried) -> "TriedView":
        """Return what stands under the form."""
        facts = [
            ("Signs with", ", ".join(tried.algorithms)),
            ("Keys", str(tried.keys)),
            ("Signs out there too", "Yes" if tried.signs_out else "No, here alone"),
        ]
        said = "The connection works. The secret is checked at the first sign-in."
        return cls(said, works=True, facts=facts)


class IdentityProviderState(CentresState):
    """The identity provider of the centre that is being set."""

    provider: ProviderView = ProviderView()
    provider_errors: FormErrors = {}
    tried: TriedView = TriedView()
    addresses: list[str] = []
    openings: int = 0
    saves: int = 0

    _version: int = 0

    @act(Act.CENTRE_EDIT)
    async def begin(self, centre: int):
        """Fill the form with what is set for a centre now."""
        self.provider = ProviderView()
        stored = await self.ask(identity_providers.read_provider, centre)
        self._show_provider(stored)
        self.openings += 1

    @act(Act.CENTRE_EDIT, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.provider_errors = checked(self.provider_errors, ProviderForm, name, value)

    @act(Act.CENTRE_EDIT, form="provider_errors")
    async def send(self, form: Form):
        """Try the connection to the issuer that is typed, or save all of it."""
        self.tried = TriedView()
        if form.get("intent") == "try":
            await self._try(form.get("issuer", ""))
            return None
        await self.ask(
            identity_providers.keep_provider, self.provider.id, form, version=self._version
        )
        self.saves += 1
        word = "saved and on" if form.get("is_active") else "saved and off"
        return notice(f"Single sign-on of {self.provider.name} is {word}.")

    async def _try(self, typed: str) -> None:
        """Ask the provider of an issuer what it says of itself."""
        issuer = await self.ask(identity_providers.issuer_to_try, typed)
        try:
            tried = await in_worker(try_connection, issuer)
        except NotProven as error:
            self.tried = TriedView(error.explained)
            return
        self.tried = TriedView.of(tried)

    def _show_provider(self, stored: ProviderDetails) -> None:
        self.provider, self._version = ProviderView.of(stored), stored.version
        self.provider_errors, self.tried = {}, TriedView()
        self.addresses = [f"{each}{BACK}" for each in settings().allowed_origins]
