"""What the offers tab shows and asks."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import Conflict, Invalid
from cma_app.rules import debt_types
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.rules.offers import Plan, PlanLine
from cma_app.services import offers
from cma_app.services.offers import CaseOffers, OfferDebt, ReviewForm
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import checked, date_in
from state.words import day_text, pounds

LIABLE = {"joint": "joint", "guarantor": "guarantor"}


@dataclass(frozen=True, slots=True)
class OfferView:
    """One debt and its offer, as text."""

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
    long_term: bool
    waits: bool

    @classmethod
    def of(cls, debt: OfferDebt, line: PlanLine) -> "OfferView":
        """Return what is shown of one debt's offer."""
        entry = debt.entered
        often = FREQUENCIES[entry.frequency].lower() if entry else ""
        return cls(
            id=debt.id,
            creditor=debt.creditor,
            kind=_kind(debt),
            owed=pounds(debt.balance, sign=False),
            entered=f"{pounds(entry.amount, sign=False)} {often}" if entry else "Not decided",
            seen=f"{entry.amount} {entry.frequency}" if entry else "",
            share=f"{line.share}%" if line.share is not None else "",
            exact=f"{line.exact:,.4f}" if line.exact is not None else "",
            offer=pounds(line.offer, sign=False),
            months=str(line.months) if line.months is not None else "",
            long_term=line.long_term,
            waits=line.offer is None,
        )


@dataclass(frozen=True, slots=True)
class ExcludedView:
    """A debt without an offer, and why."""

    creditor: str
    kind: str
    owed: str
    why: str


@dataclass(frozen=True, slots=True)
class TotalsView:
    """The sums of the offers as text."""

    available: str = "£0.00"
    priority: str = "£0.00"
    others: str = "£0.00"
    unallocated: str = "£0.00"
    priority_owed: str = "0.00"
    priority_offered: str = "0.00"
    others_owed: str = "0.00"
    others_share: str = ""
    others_exact: str = ""
    others_offered: str = "0.00"
    in_deficit: bool = False
    adds_up: bool = False
    penny: str = ""


@dataclass(frozen=True, slots=True)
class OffersView:
    """All that the tab shows."""

    sheet_number: int = 0
    first: list[OfferView] = field(default_factory=list)
    others: list[OfferView] = field(default_factory=list)
    excluded: list[ExcludedView] = field(default_factory=list)
    totals: TotalsView = TotalsView()
    problem: str = ""
    is_saved: bool = False
    is_stale: bool = False
    saved_at: str = ""
    review: str = ""
    review_day: str = ""
    review_month: str = ""
    review_year: str = ""
    to_decide: int = 0
    has_long_term: bool = False

    @classmethod
    def of(cls, found: CaseOffers) -> "OffersView":
        """Return what is shown of a case's offers."""
        if found.sheet is None or found.plan is None:
            return cls()
        debts = {str(debt.id): debt for debt in found.debts}
        shown = [(line, OfferView.of(debts[line.key], line)) for line in found.plan.lines]
        on = found.review_on
        return cls(
            sheet_number=found.sheet.sheet_no,
            first=[view for line, view in shown if line.priority],
            others=[view for line, view in shown if not line.priority],
            excluded=[
                ExcludedView(
                    debt.creditor, _kind(debt), pounds(debt.balance, sign=False), debt.why_not
                )
                for debt in found.debts
                if debt.why_not
            ],
            totals=_totals(found.plan),
            problem=found.problem,
            is_saved=found.is_saved,
            is_stale=found.is_stale,
            saved_at=f"{local(found.saved_at):%H:%M}" if found.saved_at else "",
            review=day_text(on),
            review_day=str(on.day),
            review_month=str(on.month),
            review_year=str(on.year),
            to_decide=len(found.plan.to_decide),
            has_long_term=any(line.long_term for line in found.plan.lines),
        )


def _kind(debt: OfferDebt) -> str:
    label = debt_types.debt_type(debt.debt_type).label
    how = LIABLE.get(debt.liability, "")
    return f"{label}, {how}" if how else label


def _totals(plan: Plan) -> TotalsView:
    first = [line for line in plan.lines if line.priority]
    others = [line for line in plan.lines if not line.priority]
    nil = Decimal("0.00")
    exact = sum((line.exact or nil for line in others), nil)
    offered = sum((line.offer or nil for line in plan.lines), nil)
    return TotalsView(
        available=pounds(plan.available),
        priority=pounds(plan.priority_total),
        others=pounds(plan.other_total),
        unallocated=pounds(plan.unallocated),
        priority_owed=pounds(sum((line.owed for line in first), nil), sign=False),
        priority_offered=pounds(plan.priority_total, sign=False),
        others_owed=pounds(sum((line.owed for line in others), nil), sign=False),
        others_share="100.00%" if any(line.share for line in others) else "",
        others_exact=f"{min(exact, plan.left_for_others):,.4f}" if others else "",
        others_offered=pounds(plan.other_total, sign=False),
        in_deficit=plan.in_deficit,
        adds_up=not plan.in_deficit and offered + plan.unallocated == plan.available,
        penny=_penny(others),
    )


def _penny(others: list[PlanLine]) -> str:
    """Return why one offer is not its exact share rounded, where there is such an offer."""
    alone = [(line, (line.exact or Decimal(0)).quantize(Decimal("0.01"))) for line in others]
    differing = [(line, rounded) for line, rounded in alone if line.offer not in (None, rounded)]
    if not differing:
        return ""
    line, rounded = differing[0]
    total = sum((each for _, each in alone), Decimal(0))
    made = sum((each.offer or Decimal(0) for each in others), Decimal(0))
    side = "more than there is" if total > made else "less than there is"
    return (
        f"Why {line.offer} and not {rounded}? Rounding each line alone comes to {total:,.2f},"
        f" {abs(total - made):,.2f} {side}. The last pennies go to the largest remainders."
    )


class OfferState(CentreState):
    """The offers of the newest sheet."""

    view: OffersView = OffersView()
    errors: FormErrors = {}
    box_errors: dict[str, str] = {}
    box_theirs: dict[str, str] = {}
    box_seq: int = 0
    opened: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show what can be offered now."""
        case_id = self.route_id("case_id")
        self.view = await self.ask(offers.read_offers, case_id, show=OffersView.of)
        self.errors, self.box_errors, self.box_theirs, self.opened = {}, {}, {}, case_id

    @act(Act.OFFER_RECORD)
    async def decide(self, debt_id: int, seen: str, typed: str):
        """Save a priority offer as it was typed, and with it all the others anew."""
        box = f"offer-{debt_id}"
        self.box_seq += 1
        self.box_errors = {k: v for k, v in self.box_errors.items() if k != box}
        self.box_theirs = {k: v for k, v in self.box_theirs.items() if k != box}
        case_id = self.route_id("case_id")
        try:
            self.view = await self.ask(
                offers.record_offers,
                case_id,
                decided={debt_id: typed},
                seen={debt_id: seen},
                show=OffersView.of,
            )
        except Invalid as error:
            said = error.fields.get(box, error.sentence)
            self.box_errors = {**self.box_errors, box: said}
        except Conflict as error:
            self.view = await self.ask(offers.read_offers, case_id, show=OffersView.of)
            self.box_theirs = {**self.box_theirs, box: error.theirs.get(box) or error.sentence}

    @act(Act.OFFER_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside the review date, once it is left, what is wrong with it."""
        self.errors = checked(self.errors, ReviewForm, name, value)

    @act(Act.OFFER_RECORD, form="errors")
    async def record(self, form: Form):
        """Save all offers with their review date."""
        on: date | None = date_in(form, "review_date", "review date")
        self.view = await self.ask(
            offers.record_offers, self.route_id("case_id"), review_on=on, show=OffersView.of
        )
        self.box_errors, self.box_theirs = {}, {}
        return [notice("Offers saved."), CaseBarState.refresh]
