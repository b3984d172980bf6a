"""What is to be done because of an offer: going back to the court where it ordered more."""

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.rules.court_stages import how_to_vary
from cma_app.services.next_actions import list_actions, record_action
from cma_app.services.offer_debts import OfferDebt
from cma_app.services.offers import CaseOffers, read_offers
from cma_app.session import CentreSession
from models import Case

LONGEST_NAME = 80


def vary_tasks(session: CentreSession, case_id: int, offers: CaseOffers) -> frozenset[int]:
    """Return the debts for which going back to the court is among what is still to do."""
    below = _below_order(offers)
    if not below:
        return frozenset()
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    waiting = {each.what for each in list_actions(session, case_id)}
    return frozenset(debt.id for debt in below if _what(debt, offers.nation) in waiting)


def plan_to_vary(session: CentreSession, case_id: int, debt_id: int) -> CaseOffers:
    """Put it on the case's list, due today, to ask the court for the lower instalments offered.

    Conflict where the offer is not below a court's order; a second time nothing is added.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.ACTION_RECORD, case)
    offers = read_offers(session, case_id)
    debt = next((each for each in _below_order(offers) if each.id == debt_id), None)
    if debt is None:
        raise Conflict("This offer is not below a court's order any more. Load the page again.")
    if debt_id not in vary_tasks(session, case_id, offers):
        record_action(session, case_id, what=_what(debt, offers.nation), due_date=today())
    return offers


def _below_order(offers: CaseOffers) -> list[OfferDebt]:
    findings = offers.plan.findings if offers.plan else ()
    below = {int(each.key) for each in findings if each.code == "apply_to_vary"}
    return [debt for debt in offers.debts if debt.id in below]


def _what(debt: OfferDebt, nation: str | None) -> str:
    name = debt.creditor
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return f"{short}: {how_to_vary(nation)}"
