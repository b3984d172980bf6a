"""Offers from the newest budget sheet: priority debts first, the rest shared as the sheet says.

The advisor decides each priority offer. Offers are saved all of a sheet together, so that they
always add up; what is shown is always worked out anew from the debts and the budget, and said to
be stale where it differs from what was saved. Offers of a frozen sheet are shown as they were
issued and never change.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator

from cma_app.access.acts import Act
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.entries import parse_entry
from cma_app.rules.financial_statement import NIL
from cma_app.rules.frequencies import monthly
from cma_app.rules.offers import BadOffer, OffersAboveAvailable
from cma_app.services.cases import read_case
from cma_app.services.forms import Day, Form, given
from cma_app.services.offer_debts import OfferDebt
from cma_app.services.offer_desk import CaseOffers, Desk, in_time, keep, offers_now, open_desk
from cma_app.services.offer_records import keep_entries
from cma_app.services.offer_settings import Sharing
from cma_app.session import CentreSession

__all__ = ["CaseOffers", "OfferDebt", "ReviewForm", "entry_text", "read_offers", "record_offers"]

MOST_ENTERED: Final = Decimal("999999.99")  # the width of an offer as entered


class ReviewForm(Form):
    """When the offers are looked at again, as it is typed."""

    review_date: Annotated[
        Day, AfterValidator(in_time), given("Enter the day when the offers are looked at again.")
    ]


def read_offers(session: CentreSession, case_id: int) -> CaseOffers:
    """Return what can be offered now on each debt of a case, beside what was saved."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    return offers_now(session, case)


def record_offers(
    session: CentreSession,
    case_id: int,
    *,
    decided: Mapping[int, str] | None = None,
    review_on: date | None = None,
    seen: Mapping[int, str] | None = None,
) -> CaseOffers:
    """Save all offers of a case's newest sheet and return them as they are now.

    `decided` holds the offers just typed, by debt (`12w` for £12 weekly); those typed before stay.
    For a debt that shares what is left it fixes its offer, and an empty text lets it share again;
    for any other an empty text undecides. Invalid has a sentence under `offer-<debt id>` or
    `review_date`. `seen` is what the editor saw in these boxes, as `entry_text` writes it: where
    another person's decision came between, Conflict has theirs and nothing is saved.
    """
    case, desk = open_desk(session, case_id)
    entered = replace(desk, debts=_entered(desk, decided or {}, seen or {}))
    try:
        entered.plan()
    except BadOffer as error:
        if not _is_nearer(desk, error):
            boxes = [f"offer-{debt_id}" for debt_id in decided or ()]
            raise Invalid(dict.fromkeys(boxes or ["offers"], error.sentence)) from None
        keep_entries(session, desk.sheet, entered.debts)
    else:
        keep(session, entered, review_on)
    session.flush()
    return offers_now(session, case)


def entry_text(debt: OfferDebt, sharing: Sharing) -> str:
    """Return the advisor's own offer as an editor sees it: `12.00 weekly`, or an empty text."""
    entry = debt.entry_under(sharing)
    return f"{entry.amount} {entry.frequency}" if entry is not None else ""


def _entered(desk: Desk, decided: Mapping[int, str], seen: Mapping[int, str]) -> list[OfferDebt]:
    """Return the debts with what was typed now in place of what was entered before."""
    debts = {debt.id: debt for debt in desk.debts}
    wrong: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for debt_id, typed in decided.items():
        debt = debts.get(debt_id)
        if debt is None or debt.is_deducted or debt.why_not or _is_once(debt, desk.sharing):
            raise Conflict("This debt takes no offer of its own any more. Load the page again.")
        now_stored = entry_text(debt, desk.sharing)
        if debt_id in seen and seen[debt_id] != now_stored:
            theirs[f"offer-{debt_id}"] = now_stored
            continue
        try:
            debts[debt_id] = _with_entry(desk, debt, typed)
        except CmaError as error:
            wrong[f"offer-{debt_id}"] = error.sentence
    if theirs:
        raise Conflict("Somebody changed this offer in the meantime.", theirs)
    if wrong:
        raise Invalid(wrong)
    return list(debts.values())


def _is_once(debt: OfferDebt, sharing: Sharing) -> bool:
    return sharing.is_full_and_final and not debt.is_priority


def _with_entry(desk: Desk, debt: OfferDebt, typed: str) -> OfferDebt:
    shares = not debt.is_priority and desk.sharing.method != "manual"
    if not typed.strip():
        kept = debt.entered if shares else None
        return replace(debt, entered=kept, is_fixed=False)
    entry = parse_entry(typed)
    most = debt.balance if not debt.is_priority else max(debt.balance, debt.arrears or NIL)
    if entry.amount > MOST_ENTERED or monthly(entry.amount, entry.frequency, desk.on) > most:
        raise BadOffer(
            f"The offer for {debt.creditor} is more than is owed. Enter £{most:,.2f} or less."
        )
    if entry.amount and desk.available <= 0 and not debt.is_priority:
        raise BadOffer("The budget has nothing left. Offer nil, or choose token offers.")
    return replace(debt, entered=entry, is_fixed=shares or debt.is_fixed)


def _is_nearer(before: Desk, error: BadOffer) -> bool:
    """Say whether what was entered fits less badly now than it did before, so that it is a step."""
    try:
        before.plan()
    except OffersAboveAvailable as was:
        return isinstance(error, OffersAboveAvailable) and error.over_by < was.over_by
    except BadOffer:
        return False
    return False
