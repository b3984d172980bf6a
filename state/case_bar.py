"""The identity bar that every tab of a case shows, and the load that writes the opening."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.case_facts import CaseFacts, open_facts
from cma_app.services.cases import PRIORITY_LABELS
from cma_app.services.emergencies import OpenEmergency
from cma_app.services.supervision import Supervisor
from state.base import CentreState, act, load
from state.legal_views import DateView, ShieldView
from state.safe_routes import SafeRoute, routes_in_words
from state.sign_off_views import BannerView
from state.words import away, clock_text, day_text, pounds, several, weekday_text

MOST_CLOCKS: Final = 3
MOST_OTHERS: Final = 4
"""Legal dates on the overview, beside the emergencies."""


@dataclass(frozen=True, slots=True)
class ClockView:
    """An open emergency: "Eviction in 5 days" and "Mon 30 Nov 2026, 10:30"; the date never rolls.

    `debt_id` is 0 for the case's own. `about` is who is owed.
    """

    lead: str
    rest: str
    debt_id: int
    about: str
    consequence: str

    @classmethod
    def of(cls, one: OpenEmergency) -> "ClockView":
        """Return what is shown of an emergency."""
        day, at = weekday_text(one.day, year=True), clock_text(one.at)
        lead = one.label
        if one.day is not None and one.nature != "step":
            answer = ", answer" if one.nature == "answer" else ""
            was = " was due" if one.day < today() else ""
            lead = f"{one.label}{answer}{was} {away(one.day)}"
        rest = f"{day}, {at}" if at else day or "date not known"
        if one.nature == "step" and day:
            rest = f"of {day}"
        return cls(lead, rest, one.debt_id, one.creditor, one.consequence)


@dataclass(frozen=True, slots=True)
class CaseBar:
    """A case's facts as text; `case_id` is 0 until a case is open.

    `emergency` is the case's own; the clocks tell of its debts' too. `dates` are all legal dates,
    `other_dates` the first of those that are no emergency.
    """

    case_id: int = 0
    client_id: int = 0
    name: str = ""
    partner_id: int = 0
    partner: str = ""
    partner_routes: list[SafeRoute] = field(default_factory=list)
    reference: str = ""
    household: str = ""
    emergency: str = ""
    clocks: list[ClockView] = field(default_factory=list)
    more_clocks: int = 0
    shields: list[ShieldView] = field(default_factory=list)
    dates: list[DateView] = field(default_factory=list)
    other_dates: list[DateView] = field(default_factory=list)
    status: str = ""
    status_word: str = ""
    stage: str = ""
    stage_word: str = ""
    priority: str = ""
    priority_word: str = ""
    surplus_word: str = "Surplus"
    surplus: str = ""
    is_deficit: bool = False
    total_debt: str = ""
    next_review: str = ""
    is_review_overdue: bool = False
    advisor_id: int = 0
    advisor: str = ""
    covering: str = ""
    covered_by: str = ""
    supervisor: str = ""
    is_shadowed: bool = False
    is_restricted: bool = False
    is_at_work: bool = False
    may_lower: bool = False
    may_close: bool = False
    may_reopen: bool = False
    is_supervised: bool = False
    waits: list[BannerView] = field(default_factory=list)
    may_assign: bool = False
    priority_reason: str = ""
    routes: list[SafeRoute] = field(default_factory=list)
    holders: list[tuple[str, str]] = field(default_factory=list)
    draft: str = ""

    @classmethod
    def of(cls, facts: CaseFacts) -> "CaseBar":
        """Return what is shown of a case."""
        is_deficit = facts.surplus is not None and facts.surplus < 0
        return cls(
            case_id=facts.case_id,
            client_id=facts.client_id,
            name=facts.client_name,
            partner_id=facts.partner_id or 0,
            partner=facts.partner_name,
            partner_routes=routes_in_words(facts.partner_routes),
            reference=facts.reference,
            household=several(facts.children, "child", "children") if facts.children else "",
            emergency=facts.emergency or "",
            clocks=[ClockView.of(each) for each in facts.emergencies[:MOST_CLOCKS]],
            more_clocks=max(0, len(facts.emergencies) - MOST_CLOCKS),
            shields=[
                ShieldView.of(each, names_them=bool(facts.partner_name))
                for each in facts.protections
            ],
            dates=[DateView.of(each) for each in facts.legal_dates],
            other_dates=[DateView.of(each) for each in facts.legal_dates if not each.is_emergency][
                :MOST_OTHERS
            ],
            status=facts.status,
            status_word=STATUS_LABELS[Status(facts.status)],
            stage=facts.stage,
            stage_word=STAGE_LABELS[Stage(facts.stage)],
            priority=facts.priority,
            priority_word=PRIORITY_LABELS[facts.priority],
            surplus_word="Deficit" if is_deficit else "Surplus",
            surplus=_a_month(facts.surplus),
            is_deficit=is_deficit,
            total_debt=pounds(facts.total_debt, none="No debts yet"),
            next_review=day_text(facts.next_review, none="Not set"),
            is_review_overdue=facts.next_review is not None
            and facts.is_at_work
            and facts.next_review < today(),
            advisor_id=facts.advisor_id,
            advisor=facts.advisor,
            covering=facts.advisor if facts.covers_it else "",
            covered_by=_covered_by(facts),
            supervisor="" if facts.is_shadowed else _supervisor(facts.supervisors),
            is_shadowed=facts.is_shadowed,
            is_restricted=facts.is_restricted,
            is_at_work=facts.is_at_work,
            may_lower=facts.may_lower,
            may_close=facts.may_close,
            may_reopen=facts.may_reopen,
            is_supervised=facts.is_supervised,
            waits=[BannerView.of(each) for each in facts.waits],
            may_assign=facts.may_assign,
            priority_reason=facts.priority_reason or "",
            holders=[(str(each.id), each.name) for each in facts.holders],
            draft=facts.draft,
            routes=routes_in_words(facts.routes),
        )


def _covered_by(facts: CaseFacts) -> str:
    """Return who covers the advisor and until when, where that is not the reader."""
    if facts.cover is None or facts.covers_it:
        return ""
    return f"{facts.cover.name} covers until {day_text(facts.cover.until)}"


def _supervisor(found: Sequence[Supervisor]) -> str:
    """Return who answers for a trainee today: "Tom Hale, for Priya Nair" while he covers."""
    if not found:
        return ""
    first = found[0]
    return f"{first.cover.name}, for {first.name}" if first.cover is not None else first.name


def _a_month(surplus: Decimal | None) -> str:
    return f"{pounds(surplus)} a month" if surplus is not None else "No budget yet"


class CaseBarState(CentreState):
    """What stays on screen while a person works in one case."""

    bar: CaseBar = CaseBar()

    @load(Act.CASE_OPEN)
    async def open_tab(self):
        """Show the case's bar: the first thing every tab of a case does."""
        wanted = self.route_id("case_id")
        first = self.bar.case_id != wanted
        if first:
            self.bar = CaseBar()
        self.bar = await self.ask(open_facts, wanted, first=first, show=CaseBar.of)

    @act(Act.CASE_OPEN)
    async def refresh(self):
        """Show the bar anew, after something on a tab changed its figures."""
        self.bar = await self.ask(
            open_facts, self.route_id("case_id"), first=False, show=CaseBar.of
        )
