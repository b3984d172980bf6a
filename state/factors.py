"""What the page of one's own sign-ins shows of the second factor: apps, passkeys and codes."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.services import factor_setup
from cma_app.services.factor_setup import OwnFactor, OwnFactors
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.words import moment_text

KIND_WORDS = {"app": "Authenticator app", "passkey": "Passkey"}


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One second factor, ready to show."""

    id: int = 0
    name: str = ""
    kind: str = ""
    added: str = ""
    used: str = ""

    @classmethod
    def of(cls, row: OwnFactor) -> "FactorLine":
        """Return the line of a second factor."""
        return cls(
            id=row.id,
            name=row.name,
            kind=KIND_WORDS[row.kind],
            added=moment_text(row.added_at),
            used=moment_text(row.used_at) or "Never",
        )


def _now(session: CentreSession) -> tuple[OwnFactors, bool]:
    return factor_setup.list_factors(session), factor_setup.is_fresh(session)


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


class FactorsState(CentreState):
    """One's own second factors; `fresh` says that they may be changed without asking again."""

    factors: list[FactorLine] = []
    codes_left: int = 0
    fresh: bool = False
    ready: bool = False
    chosen: FactorLine = FactorLine()
    errors: FormErrors = {}
    obstacle: str = ""
    done: int = 0

    @load(Act.OWN_FACTOR_KEEP)
    async def open(self):
        """Show one's own second factors."""
        await self._look()
        self.ready = True

    @act(Act.OWN_FACTOR_KEEP)
    def choose(self, number: int):
        """Begin to rename or to remove one."""
        found = [line for line in self.factors if line.id == number]
        self.chosen = found[0] if found else FactorLine()
        self.errors, self.obstacle = {}, ""

    @act(Act.OWN_FACTOR_KEEP, form="errors")
    async def rename(self, form: Form):
        """Give one another name."""
        await self.ask(factor_setup.rename, _number(form.get("factor")), form.get("name", ""))
        await self._look()
        self.done += 1
        return notice("Renamed.")

    @act(Act.OWN_FACTOR_KEEP)
    async def remove(self, number: int):
        """Remove one; other sign-ins end."""
        await self.ask(factor_setup.remove, number)
        await self._look()
        self.done += 1
        return notice("Removed. Your other sign-ins have ended.")

    async def _look(self) -> None:
        own, fresh = await self.ask(_now)
        self.factors = [FactorLine.of(row) for row in own.factors]
        self.codes_left, self.fresh = own.codes_left, fresh
