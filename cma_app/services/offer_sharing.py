"""Changing how a sheet's offers are shared: each setting by itself, or one sum once and for all."""

from dataclasses import replace

from cma_app.errors import Conflict
from cma_app.rules.offers import BadOffer
from cma_app.services.offer_desk import CaseOffers, Desk, keep, offers_now, open_desk
from cma_app.services.offer_records import keep_entries
from cma_app.services.offer_settings import LumpSumForm, Sharing, change_setting
from cma_app.session import CentreSession
from models import Case


def change_sharing(
    session: CentreSession, case_id: int, *, name: str, typed: str, seen: str | None = None
) -> CaseOffers:
    """Change one setting of how the newest sheet's offers are shared, and save them shared so.

    `name` is a word of SETTINGS. What was entered for single debts is kept, whichever way of
    sharing is chosen. Where it does not fit, the setting is saved and the offers wait.
    """
    case, desk = open_desk(session, case_id)
    change_setting(desk.sheet, name, typed, seen)
    return _shared_anew(session, case, desk)


def offer_lump_sum(
    session: CentreSession, case_id: int, form: LumpSumForm, *, seen: str | None = None
) -> CaseOffers:
    """Offer one sum in full and final settlement, by balance, instead of monthly payments."""
    case, desk = open_desk(session, case_id)
    stored = desk.sharing.stored("lump_sum")
    if seen is not None and seen != stored != f"{form.lump_sum:.2f}":
        raise Conflict(
            "Somebody changed the lump sum in the meantime.",
            {"lump_sum": desk.sharing.said("lump_sum")},
        )
    desk.sheet.lump_sum, desk.sheet.lump_sum_source = form.lump_sum, form.lump_sum_source
    return _shared_anew(session, case, desk)


def withdraw_lump_sum(session: CentreSession, case_id: int) -> CaseOffers:
    """Take the lump sum back and offer monthly payments again, shared as before."""
    case, desk = open_desk(session, case_id)
    desk.sheet.lump_sum, desk.sheet.lump_sum_source = None, None
    return _shared_anew(session, case, desk)


def _shared_anew(session: CentreSession, case: Case, before: Desk) -> CaseOffers:
    """Save the offers as the sheet's settings share them now, unless what was entered is too much.

    Only the settings themselves say which entries count, so none is changed here.
    """
    desk = replace(before, sharing=Sharing.of(before.sheet))
    try:
        desk.plan()
    except BadOffer:
        keep_entries(session, desk.sheet, desk.debts)
    else:
        keep(session, desk, None)
    session.flush()
    return offers_now(session, case)
