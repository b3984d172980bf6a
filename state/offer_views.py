"""What the offers tab shows, as text: each debt with its offer, the sums, how they are shared."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from cma_app.clock import local, today
from cma_app.rules import debt_types
from cma_app.rules.frequencies import FREQUENCIES, monthly
from cma_app.rules.full_and_final import Settlement
from cma_app.rules.offers import METHODS, Plan, PlanLine
from cma_app.rules.parameters import parameter
from cma_app.services.offer_settings import SETTINGS, Sharing
from cma_app.services.offers import CaseOffers, OfferDebt, entry_text
from state.budget_parts import BAR, PartView
from state.words import day_text, pounds, several

NIL = Decimal("0.00")
SHARED = ("pro_rata_balance", "pro_rata_contractual", "equal")
LIABLE = {"joint": "joint", "guarantor": "guarantor"}
TAKEN_FROM = {"benefits": "Benefits", "earnings": "Earnings"}
METHOD_CHOICES = [[code, word] for code, word in METHODS.items()]
WHY = {
    "pro_rata_balance": "Each creditor gets the same part of what it is owed. Most creditors expect"
    " this, so use it unless there is a reason not to.",
    "pro_rata_contractual": "Each creditor gets the same part of its agreed payment. It suits"
    " debts on very different terms, such as a long loan beside a card.",
    "equal": "Each creditor gets the same sum, up to what it is owed. It suits a few small debts"
    " and is easy to keep up.",
    "manual": "You enter each offer yourself. Note on the statement why creditors are treated"
    " differently: they will ask.",
    "nil": "Nothing is offered for now, so the money stays unallocated. Note why, and set an early"
    " review date.",
}
"""Why one would share in each way, in plain words."""
TAGS = {
    "apply_to_vary": "Below the order",
    "above_agreed": "Above agreed payment",
    "never_cleared": "Never cleared",
}
PARTS = ("p1", "p2", "p3", "p4", "p5")
"""The colours of the bar; what has none of its own is shown together."""


def term_text(months: int | None) -> str:
    """Return 6 years 10 months; empty where nothing is cleared."""
    if months is None:
        return ""
    years, rest = divmod(months, 12)
    said = [several(years, "year")] * bool(years) + [several(rest, "month")] * bool(rest)
    return " ".join(part.replace(" ", "\u00a0") for part in said)


@dataclass(frozen=True, slots=True)
class OfferView:
    """One debt and its offer, as text; `seen` goes back with the next edit of it."""

    id: int
    creditor: str
    kind: str
    owed: str
    entered: str
    seen: str
    share: str
    exact: str
    offer: str
    months: str
    term: str
    long_term: bool
    is_fixed: bool
    is_token: bool
    tags: list[str]

    @classmethod
    def of(cls, debt: OfferDebt, line: PlanLine, found: CaseOffers) -> "OfferView":
        """Return what is shown of one debt's offer."""
        sharing = found.sharing
        entry = debt.entry_under(sharing)
        often = FREQUENCIES[entry.frequency].lower() if entry else ""
        offer = line.offer
        if found.problem and entry is not None and not found.is_frozen:
            offer = monthly(entry.amount, entry.frequency)  # what has to be made to fit
        findings = found.plan.findings if found.plan else ()
        months = None if line.source == "token" else line.months  # no token is meant to clear it
        return cls(
            id=debt.id,
            creditor=debt.creditor,
            kind=kind_of(debt),
            owed=pounds(debt.balance, sign=False),
            entered=f"{pounds(entry.amount, sign=False)} {often}" if entry else "Not decided",
            seen=entry_text(debt, sharing),
            share=f"{line.share}%" if line.share is not None else "",
            exact=f"{line.exact:,.4f}" if line.exact is not None else "",
            offer=pounds(offer, sign=False),
            months="" if months is None else f"{months:,}",
            term=term_text(months),
            long_term=line.long_term and months is not None,
            is_fixed=entry is not None and sharing.method != "manual" and not debt.is_priority,
            is_token=line.source == "token",
            tags=[TAGS[each.code] for each in findings if each.key == line.key],
        )


@dataclass(frozen=True, slots=True)
class OnceView:
    """One debt's part of a lump sum, with its part of what is owed."""

    id: int
    creditor: str
    kind: str
    owed: str
    offer: str
    percent: str


@dataclass(frozen=True, slots=True)
class DeductedView:
    """A debt that is paid by deduction."""

    id: int
    creditor: str
    kind: str
    owed: str
    source: str
    taken: str
    months: str
    term: str


@dataclass(frozen=True, slots=True)
class ExcludedView:
    """A debt without an offer, and why."""

    id: int
    creditor: str
    kind: str
    owed: str
    why: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """Something to look at, and whether it is on the case's list already."""

    debt_id: int
    creditor: str
    sentence: str
    asks_court: bool
    is_planned: bool


@dataclass(frozen=True, slots=True)
class TotalsView:
    """The sums of the offers as text; tokens and lump sums are not from the surplus."""

    available: str = "£0.00"
    priority: str = "£0.00"
    others: str = "£0.00"
    unallocated: str = "£0.00"
    tokens: str = ""
    once: str = ""
    priority_owed: str = "0.00"
    priority_offered: str = "0.00"
    others_owed: str = "0.00"
    others_share: str = ""
    others_exact: str = ""
    others_offered: str = "0.00"
    once_owed: str = ""
    once_offered: str = ""
    once_percent: str = ""
    in_deficit: bool = False
    adds_up: bool = False
    penny: str = ""

    @classmethod
    def of(cls, plan: Plan, settlement: Settlement | None) -> "TotalsView":
        """Return the sums of a plan."""
        first = [line for line in plan.lines if line.priority and line.source != "deduction"]
        others = [line for line in plan.lines if not line.priority and line.source != "deduction"]
        offered = sum((line.offer or NIL for line in plan.lines if line.source == "surplus"), NIL)
        shared = [line for line in others if line.exact is not None]
        exact = sum((line.exact or NIL for line in shared), NIL)
        own = sum((line.offer or NIL for line in others), NIL)
        return cls(
            available=pounds(plan.available),
            priority=pounds(plan.priority_total),
            others=pounds(plan.other_total),
            unallocated=pounds(plan.unallocated),
            tokens=pounds(plan.tokens_total) if plan.tokens_total else "",
            once=pounds(settlement.total) if settlement else "",
            priority_owed=pounds(sum((line.owed for line in first), NIL), sign=False),
            priority_offered=pounds(plan.priority_total, sign=False),
            others_owed=pounds(sum((line.owed for line in others), NIL), sign=False),
            others_share="100.00%" if any(line.share for line in others) else "",
            others_exact=f"{min(exact, plan.left_to_share):,.4f}" if shared else "",
            others_offered=pounds(own, sign=False),
            once_owed=pounds(settlement.owed, sign=False) if settlement else "",
            once_offered=pounds(settlement.total, sign=False) if settlement else "",
            once_percent=f"{settlement.percent}%" if settlement and settlement.percent else "",
            in_deficit=plan.in_deficit,
            adds_up=not plan.in_deficit and offered + plan.unallocated == plan.available,
            penny=_penny(shared),
        )


@dataclass(frozen=True, slots=True)
class SharingView:
    """How what is left is shared, as the controls show it; `seen` is what each was as stored."""

    method: str = "pro_rata_balance"
    in_pounds: str = ""
    minimum: str = ""
    tokens: str = ""
    token: str = ""
    lump_sum: str = ""
    lump_sum_source: str = ""
    lump_sum_left: str = ""
    why: str = ""
    kept: str = ""
    missing: str = ""
    minimum_unmet: bool = False
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: CaseOffers) -> "SharingView":
        """Return the settings of a sheet, and what they leave to be said."""
        sharing, settlement = found.sharing, found.settlement
        token = parameter("token_offer").on(today())
        left = settlement.unallocated if settlement else NIL
        return cls(
            method=sharing.method,
            in_pounds=sharing.stored("in_pounds"),
            minimum=pounds(sharing.minimum, sign=False),
            tokens=sharing.stored("tokens"),
            token=pounds(token),
            lump_sum=pounds(sharing.lump_sum, sign=False),
            lump_sum_source=sharing.lump_sum_source,
            lump_sum_left=pounds(left) if left else "",
            why=WHY[sharing.method],
            kept=_kept(found.debts, sharing),
            missing=_missing(found),
            minimum_unmet=_is_unmet(found.plan, sharing),
            seen={name: sharing.stored(name) for name in (*SETTINGS, "lump_sum")},
        )


@dataclass(frozen=True, slots=True)
class OffersView:
    """All that the tab shows."""

    sheet_number: int = 0
    has_debts: bool = False
    is_frozen: bool = False
    first: list[OfferView] = field(default_factory=list)
    others: list[OfferView] = field(default_factory=list)
    once: list[OnceView] = field(default_factory=list)
    deducted: list[DeductedView] = field(default_factory=list)
    excluded: list[ExcludedView] = field(default_factory=list)
    findings: list[FindingView] = field(default_factory=list)
    parts: list[PartView] = field(default_factory=list)
    totals: TotalsView = TotalsView()
    sharing: SharingView = SharingView()
    problem: str = ""
    is_saved: bool = False
    is_stale: bool = False
    saved_at: str = ""
    review: str = ""
    review_day: str = ""
    review_month: str = ""
    review_year: str = ""
    first_waiting: int = 0
    others_waiting: int = 0
    long_term: str = ""

    @classmethod
    def of(cls, found: CaseOffers, planned: frozenset[int] = frozenset()) -> "OffersView":
        """Return what is shown of a case's offers; `planned` debts have a task for the court."""
        plan = found.plan
        if found.sheet is None or plan is None:
            return cls(has_debts=bool(found.debts))
        debts = {str(debt.id): debt for debt in found.debts}
        offered = [line for line in plan.lines if line.source != "deduction"]
        once = {line.key for line in found.settlement.lines} if found.settlement else set()
        shown = [
            (line, OfferView.of(debts[line.key], line, found))
            for line in offered
            if line.key not in once
        ]
        on = found.review_on
        return cls(
            sheet_number=found.sheet.sheet_no,
            has_debts=bool(found.debts),
            is_frozen=found.is_frozen,
            first=[view for line, view in shown if line.priority],
            others=[view for line, view in shown if not line.priority],
            once=_once(found.settlement, debts),
            deducted=[
                _deducted(debts[line.key], line)
                for line in plan.lines
                if line.source == "deduction"
            ],
            excluded=_excluded(found, {line.key for line in plan.lines}),
            findings=[
                FindingView(
                    int(each.key),
                    debts[each.key].creditor,
                    each.sentence,
                    each.code == "apply_to_vary",
                    int(each.key) in planned,
                )
                for each in plan.findings
                if each.key not in once
            ],
            parts=_parts(plan, debts),
            totals=TotalsView.of(plan, found.settlement),
            sharing=SharingView.of(found),
            problem=found.problem,
            is_saved=found.is_saved,
            is_stale=found.is_stale,
            saved_at=f"{local(found.saved_at):%H:%M}" if found.saved_at else "",
            review=day_text(on),
            review_day=str(on.day),
            review_month=str(on.month),
            review_year=str(on.year),
            first_waiting=sum(debts[key].is_priority for key in plan.to_decide),
            others_waiting=sum(not debts[key].is_priority for key in plan.to_decide),
            long_term=_long_term(plan, found.sheet.statement_date or today()),
        )


def kind_of(debt: OfferDebt) -> str:
    """Return the kind of a debt in words, and whether somebody else owes it too."""
    label = debt_types.debt_type(debt.debt_type).label
    how = LIABLE.get(debt.liability, "")
    return f"{label}, {how}" if how else label


def _once(settlement: Settlement | None, debts: dict[str, OfferDebt]) -> list[OnceView]:
    return [
        OnceView(
            debts[line.key].id,
            debts[line.key].creditor,
            kind_of(debts[line.key]),
            pounds(line.owed, sign=False),
            pounds(line.offer, sign=False),
            f"{line.percent}%" if line.percent is not None else "",
        )
        for line in (settlement.lines if settlement else ())
    ]


def _deducted(debt: OfferDebt, line: PlanLine) -> DeductedView:
    return DeductedView(
        id=debt.id,
        creditor=debt.creditor,
        kind=kind_of(debt),
        owed=pounds(debt.balance, sign=False),
        source=TAKEN_FROM.get(debt.deduction_source, "Not recorded"),
        taken=pounds(debt.deduction, sign=False, none="Not recorded"),
        months="" if line.months is None else f"{line.months:,}",
        term=term_text(line.months),
    )


def _excluded(found: CaseOffers, offered: set[str]) -> list[ExcludedView]:
    since = "Added after the statement was issued."
    return [
        ExcludedView(
            debt.id,
            debt.creditor,
            kind_of(debt),
            pounds(debt.balance, sign=False),
            debt.why_not or since,
        )
        for debt in found.debts
        if str(debt.id) not in offered
    ]


def _kept(debts: list[OfferDebt], sharing: Sharing) -> str:
    """Return how many amounts wait for "each typed", where another way of sharing is chosen."""
    waiting = [
        debt
        for debt in debts
        if debt.shares() and debt.entered is not None and debt.entry_under(sharing) is None
    ]
    if not waiting:
        return ""
    return f"{several(len(waiting), 'amount')} you entered before: kept for “Each typed”."


def _missing(found: CaseOffers) -> str:
    number = len(found.plan.missing) if found.plan else 0
    if not number:
        return ""
    has = "has" if number == 1 else "have"
    return (
        f"{several(number, 'debt')} {has} no agreed payment, so nothing is shared with "
        f"{'it' if number == 1 else 'them'}. Enter the payment on the debts, or fix an offer below."
    )


def _is_unmet(plan: Plan | None, sharing: Sharing) -> bool:
    if plan is None or not sharing.minimum or sharing.method not in SHARED or plan.in_deficit:
        return False
    return any(
        line.offer is not None and line.offer < min(sharing.minimum, line.owed)
        for line in plan.lines
        if line.share is not None
    )


def _long_term(plan: Plan, on: date) -> str:
    number = sum(line.long_term for line in plan.lines if line.source == "surplus")
    if not number:
        return ""
    limit = term_text(int(parameter("time_to_clear_warning_months").on(on)))
    return (
        f"{several(number, 'debt')} would take more than {limit} to clear at these offers. Go "
        "through the other debt solutions with the client, ask the creditors to stop interest or "
        "write off a part, and note why this plan still suits."
    )


def _parts(plan: Plan, debts: dict[str, OfferDebt]) -> list[PartView]:
    """Return who gets which part of what is available, the largest first, and what is left."""
    if plan.in_deficit:
        return []
    paid = [
        (debts[line.key].creditor, line.offer)
        for line in plan.lines
        if line.source == "surplus" and line.offer
    ]
    paid.sort(key=lambda pair: -pair[1])
    named = paid if len(paid) <= len(PARTS) else paid[: len(PARTS) - 1]
    rest = paid[len(named) :]
    amounts = [(name, amount, PARTS[place]) for place, (name, amount) in enumerate(named)]
    if rest:
        total = sum((amount for _, amount in rest), NIL)
        amounts.append((several(len(rest), "other debt"), total, PARTS[-1]))
    if plan.unallocated > 0:
        amounts.append(("Unallocated", plan.unallocated, "p6"))
    parts, x = [], NIL
    for name, amount, key in amounts:
        width = amount * BAR / plan.available
        share = (amount * 100 / plan.available).quantize(Decimal("0.1"), ROUND_HALF_UP)
        figure = pounds(amount, sign=False)
        parts.append(PartView(key, name, figure, f"{share}%", f"{x:.2f}", f"{width:.2f}"))
        x += width
    return parts


def _penny(shared: list[PlanLine]) -> str:
    """Return why one offer is not its exact share rounded, where rounding alone is the reason."""
    alone = [(line, (line.exact or NIL).quantize(Decimal("0.01"))) for line in shared]
    differing = [(line, rounded) for line, rounded in alone if line.offer not in (None, rounded)]
    near = all(abs((line.offer or NIL) - rounded) <= Decimal("0.01") for line, rounded in differing)
    total = sum((each for _, each in alone), NIL)
    made = sum((each.offer or NIL for each in shared), NIL)
    if not differing or not near or total == made:
        return ""
    line, rounded = differing[0]
    side = "more than there is" if total > made else "less than there is"
    return (
        f"Why {line.offer} and not {rounded}? Rounding each line alone comes to {total:,.2f},"
        f" {abs(total - made):,.2f} {side}. The last pennies go to the largest remainders."
    )
