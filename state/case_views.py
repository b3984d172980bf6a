"""What the first tab of a case shows, as text."""

from dataclasses import dataclass

from cma_app.clock import today
from cma_app.errors import CmaError
from cma_app.rules.debt_types import debt_type
from cma_app.services.case_facts import CaseFacts
from cma_app.services.case_overview import DebtLine, MoneyLeft
from cma_app.services.intake import SOURCES
from cma_app.services.next_actions import ActionRow
from cma_app.services.timeline import Event
from state.words import away, clock_text, day_text, moment_text, pounds, several, weekday_text


@dataclass(frozen=True, slots=True)
class ActionView:
    """A next action as text."""

    id: int = 0
    kind: str = "task"
    what: str = ""
    when: str = ""
    sub: str = ""
    is_overdue: bool = False
    day: str = ""
    clock: str = ""
    owner_id: str = ""
    owner: str = ""
    version: int = 0

    @classmethod
    def of(cls, row: ActionRow) -> "ActionView":
        """Return what is shown of an action."""
        at = clock_text(row.due_time)
        return cls(
            id=row.id,
            kind=row.kind,
            what=row.what,
            when=weekday_text(row.due_date) or "No date",
            sub=", ".join(part for part in (away(row.due_date), at) if part),
            is_overdue=row.due_date is not None and row.due_date < today(),
            day=row.due_date.isoformat() if row.due_date else "",
            clock=at,
            owner_id=str(row.owner_id),
            owner=row.owner,
            version=row.version,
        )


@dataclass(frozen=True, slots=True)
class DebtView:
    """A debt as a line of the summary."""

    id: int
    creditor: str
    type_word: str
    is_priority: bool
    balance: str
    offer: str

    @classmethod
    def of(cls, line: DebtLine) -> "DebtView":
        """Return what is shown of a debt."""
        try:
            word = debt_type(line.debt_type).label
        except CmaError:
            word = line.debt_type.replace("_", " ").capitalize()
        balance = pounds(line.balance, sign=False)
        offer = pounds(line.offer, sign=False, none="–")
        return cls(line.id, line.creditor, word, line.is_priority, balance, offer)


@dataclass(frozen=True, slots=True)
class MoneyView:
    """What is left each month, as text; `left` is what offers leave over."""

    is_done: bool = False
    income: str = ""
    outgoings: str = ""
    surplus_word: str = "Surplus"
    surplus: str = ""
    savings: str = ""
    left: str = ""
    checked: str = ""

    @classmethod
    def of(cls, money: MoneyLeft | None) -> "MoneyView":
        """Return what is shown of the current budget sheet."""
        if money is None:
            return cls()
        left = money.surplus - money.savings - (money.offers or 0)
        is_offered = money.offers is not None and money.surplus > 0
        return cls(
            is_done=True,
            income=pounds(money.income),
            outgoings=pounds(money.outgoings),
            surplus_word="Deficit" if money.surplus < 0 else "Surplus",
            surplus=pounds(money.surplus),
            savings=pounds(money.savings),
            left=pounds(left) if is_offered else "No offers yet",
            checked="Verified" if money.is_verified else "Not verified",
        )


@dataclass(frozen=True, slots=True)
class EventView:
    """A line of the timeline as text."""

    title: str
    text: str
    when: str
    by: str
    is_ahead: bool

    @classmethod
    def of(cls, event: Event) -> "EventView":
        """Return what is shown of an event."""
        title = f"{event.title} ({event.count} times)" if event.count > 1 else event.title
        if event.kind == "debt-added" and event.count > 1:
            return cls(
                several(event.count, "debt") + " added",
                "",
                moment_text(event.at),
                event.by,
                is_ahead=False,
            )
        if event.at is not None:
            return cls(title, event.text, moment_text(event.at), event.by, is_ahead=False)
        day, clock = weekday_text(event.day, year=True), clock_text(event.clock)
        return cls(title, "", f"{day}, {clock}" if clock else day, event.by, is_ahead=True)


@dataclass(frozen=True, slots=True)
class CaseEdit:
    """What the form that edits a case begins with, and the steps it may take."""

    version: int = 0
    stage: str = "fact_find"
    advisor_id: int = 0
    nation: str = "england"
    source: str = ""
    referred_by: str = ""
    case_type: str = "casework"
    review: str = ""
    opened: str = ""
    ended: str = ""
    reason: str = ""
    emergency: str = ""
    emergency_day: str = ""
    emergency_clock: str = ""

    @classmethod
    def of(cls, facts: CaseFacts) -> "CaseEdit":
        """Return the stored answers."""
        return cls(
            version=facts.version,
            stage=facts.stage,
            advisor_id=facts.advisor_id,
            nation=facts.nation,
            source=SOURCES.get(facts.source or "", ""),
            referred_by=facts.referred_by or "",
            case_type=facts.case_type,
            review=facts.next_review.isoformat() if facts.next_review else "",
            opened=day_text(facts.opened),
            ended=day_text(facts.closed),
            reason=facts.closure_reason or "",
            emergency=facts.emergency or "",
            emergency_day=facts.emergency_date.isoformat() if facts.emergency_date else "",
            emergency_clock=clock_text(facts.emergency_time),
        )
