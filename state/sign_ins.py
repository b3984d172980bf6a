"""What the page of one's own sign-ins shows and asks."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.services import sign_ins
from cma_app.services.sign_ins import OwnSignIn
from state.base import CentreState, act, load, notice
from state.words import moment_text


@dataclass(frozen=True, slots=True)
class SignInLine:
    """One sign-in, ready to show; `ended` is empty while it lives."""

    id: int
    device: str
    address: str
    began: str
    seen: str
    ended: str
    is_this: bool

    @classmethod
    def of(cls, row: OwnSignIn) -> "SignInLine":
        """Return the line of a sign-in."""
        return cls(
            id=row.id,
            device=row.device,
            address=row.address,
            began=moment_text(row.began_at),
            seen=moment_text(row.seen_at),
            ended=moment_text(row.ended_at),
            is_this=row.is_this,
        )


def _lines(rows: list[OwnSignIn]) -> list[SignInLine]:
    return [SignInLine.of(row) for row in rows]


class SignInsState(CentreState):
    """One's own sign-ins, living and ended."""

    living: list[SignInLine] = []
    past: list[SignInLine] = []
    ready: bool = False

    @load(Act.OWN_SIGN_IN_END)
    async def open(self):
        """Show where one is signed in."""
        await self._look()
        self.ready = True

    @act(Act.OWN_SIGN_IN_END)
    async def end(self, number: int):
        """Sign oneself out on one other device."""
        await self.ask(sign_ins.end_sign_in, number)
        await self._look()
        return notice("Signed out there.")

    @act(Act.OWN_SIGN_IN_END)
    async def end_others(self):
        """Sign oneself out everywhere but here."""
        await self.ask(sign_ins.end_all_others)
        await self._look()
        return notice("Signed out everywhere else.")

    async def _look(self) -> None:
        lines: list[SignInLine] = await self.ask(sign_ins.list_sign_ins, show=_lines)
        self.living = [line for line in lines if not line.ended]
        self.past = [line for line in lines if line.ended]
