"""Who shadows the case on screen: let by an advisor or a manager, and ended by one."""

from dataclasses import dataclass, field

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.services import shadows
from cma_app.services.shadows import CaseShadows, ShadowForm, ShadowRow
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.forms import checked
from state.words import day_text


@dataclass(frozen=True, slots=True)
class ShadowLine:
    """One trainee who shadows the case."""

    id: int
    trainee: str
    when: str
    reason: str

    @classmethod
    def of(cls, row: ShadowRow) -> "ShadowLine":
        """Return what is shown of a shadow."""
        begins = f"From {day_text(row.first_day)}" if row.first_day > today() else "Now"
        until = day_text(row.last_day) if row.last_day is not None else "the case ends"
        return cls(row.id, row.trainee, f"{begins}, until {until}", row.reason)


@dataclass(frozen=True, slots=True)
class ShadowsView:
    """Who shadows the case, and what the form that lets somebody begins with."""

    on_case: int = 0
    rows: list[ShadowLine] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    may_let: bool = False
    today: str = ""

    @classmethod
    def of(cls, found: CaseShadows, case_id: int) -> "ShadowsView":
        """Return what is shown of a case's shadows."""
        return cls(
            on_case=case_id,
            rows=[ShadowLine.of(row) for row in found.rows],
            choices=[("", "Choose"), *[(str(who), name) for who, name in found.choices]],
            may_let=not found.barred and bool(found.choices),
            today=today().isoformat(),
        )


class ShadowState(CentreState):
    """The shadows of the case on screen."""

    view: ShadowsView = ShadowsView()
    errors: FormErrors = {}
    saved: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show who shadows the case, to those who may let somebody."""
        self.view, self.errors = ShadowsView(), {}
        if current_sign_in().actor.may(Act.SHADOW_KEEP):
            await self._look()

    async def _look(self) -> None:
        case_id = self.route_id("case_id")
        self.view = ShadowsView.of(await self.ask(shadows.list_shadows, case_id), case_id)

    @act(Act.SHADOW_KEEP, form="errors")
    async def let(self, form: Form):
        """Let a trainee read the case."""
        await self.ask(shadows.let_shadow, self.route_id("case_id"), form, show=lambda row: row.id)
        await self._look()
        self.saved += 1
        return notice("They can read this case now, and change nothing.")

    @act(Act.SHADOW_KEEP, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ShadowForm, name, value)

    @act(Act.SHADOW_KEEP)
    async def end(self, shadow_id: int):
        """Close the case to whoever shadows it."""
        await self.ask(shadows.end_shadow, shadow_id, show=lambda row: row.id)
        await self._look()
        return notice("They no longer see this case.")
