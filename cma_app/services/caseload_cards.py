"""What a card of the board says: one statement for the cases, and what its parts add."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, func, literal, select
from sqlmodel import col

from cma_app.access.acts import Role
from cma_app.services.breathing_space_protection import Protection, protections
from cma_app.services.caseload_filters import waits_for_manager
from cma_app.services.caseload_values import Card
from cma_app.services.covers import covers_today
from cma_app.services.emergencies import (
    OpenEmergency,
    has_open_emergency,
    of_debts,
    own_emergency,
    soonest,
)
from cma_app.services.legal_dates import LegalDate, of_cases, own_date
from cma_app.session import CentreSession
from models import Case, Client, NextAction, User


def shown_of(picked: Any, *order: Any) -> Select[*tuple[Any, ...]]:
    """Return the select of what a card shows, for the cases picked: centre_id and id."""
    first = (
        select(col(NextAction.what).label("what"), col(NextAction.due_date).label("due_date"))
        .where(
            col(NextAction.centre_id) == picked.c.centre_id,
            col(NextAction.case_id) == picked.c.id,
            col(NextAction.done_at).is_(None),
        )
        .order_by(col(NextAction.due_date), col(NextAction.id))
        .limit(1)
        .lateral("first_action")
    )
    shown: Select[*tuple[Any, ...]] = (
        select(
            col(Case.id),
            col(Case.case_reference),
            col(Client.first_name),
            col(Client.last_name),
            col(Case.advisor_id),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("advisor"),
            col(User.role),
            col(Case.status),
            col(Case.stage),
            col(Case.stage_since),
            col(Case.priority),
            col(Case.nation),
            col(Case.emergency),
            col(Case.emergency_date),
            col(Case.emergency_time),
            col(Case.next_review_date),
            col(Case.total_debt),
            col(Case.monthly_surplus),
            first.c.what,
            first.c.due_date,
            waits_for_manager().label("is_missed"),
        )
        .select_from(picked)
        .join(Case, (col(Case.centre_id) == picked.c.centre_id) & (col(Case.id) == picked.c.id))
        .join(
            Client,
            (col(Client.centre_id) == col(Case.centre_id))
            & (col(Client.id) == col(Case.client_id)),
        )
        .join(
            User,
            (col(User.centre_id) == col(Case.centre_id)) & (col(User.id) == col(Case.advisor_id)),
        )
        .outerjoin(first, literal(value=True))
        .order_by(*order or (~has_open_emergency(), first.c.due_date.nulls_last(), col(Case.id)))
    )
    return shown


def read_cards(session: CentreSession, shown: Select[*tuple[Any, ...]]) -> list[Card]:
    """Return the cards of a select that `shown_of` made, in its order."""
    rows = session.execute(shown).all()
    case_ids = [row.id for row in rows]
    urgent, dates = of_debts(session, case_ids), of_cases(session, case_ids)
    spaces, covers = protections(session, case_ids), covers_today(session)
    cards = [
        _card(row, urgent.get(row.id, []), dates.get(row.id, []), spaces.get(row.id, []))
        for row in rows
    ]
    return [
        replace(card, cover=covers[card.advisor_id].name) if card.advisor_id in covers else card
        for card in cards
    ]


def _card(
    row: Row[Any],
    of_its_debts: Sequence[OpenEmergency],
    dates: Sequence[LegalDate],
    spaces: Sequence[Protection],
) -> Card:
    own = own_emergency(row.emergency, row.emergency_date, row.emergency_time)
    first = soonest(own, of_its_debts)
    said = own_date(row.id, row.emergency, row.emergency_date, row.emergency_time, row.nation)
    return Card(
        row.id,
        row.case_reference,
        row.first_name,
        row.last_name,
        row.advisor_id,
        row.advisor,
        row.role == Role.TRAINEE,
        row.status,
        row.stage,
        row.stage_since,
        row.priority,
        first.label if first is not None else None,
        first.day if first is not None else None,
        row.next_review_date,
        row.total_debt,
        row.monthly_surplus,
        row.what,
        row.due_date,
        is_missed=row.is_missed,
        legal=min([*said, *dates], key=lambda each: each.day, default=None),
        deadline=next((each for each in dates if each.tells_alone), None),
        protection=next(iter(spaces), None),
    )
