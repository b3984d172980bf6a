"""Which debts are in a breathing space: by their kind at first, then as an advisor decides."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.inclusion import inclusion
from cma_app.services.breathing_space_forms import CoveredForm
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import BreathingSpace, BreathingSpaceDebt, Case, Debt

SOLUTION: Final = "breathing_space"
OWED: Final = ("active", "disputed")


def cover_debts(
    session: CentreSession, case: Case, space: BreathingSpace, *, again: bool = False
) -> None:
    """Enter each debt the person owes: in, or left out with the reason that its kind gives.

    `again` says that it is another person's now: what was decided for the first is left out.
    """
    rows = {row.debt_id: row for row in _rows(session, space)}
    owed = _owed(session, case, space)
    for row in rows.values() if again else ():
        row.is_in, row.reason = False, "Recorded for the other person by mistake."
    for debt in owed:
        row = rows.get(debt.id)
        if row is None:
            row = _entered(space, debt)
            session.add(row)
        elif not again:
            continue
        row.is_in, row.reason = _by_rule(debt, case.nation)
        row.effective_on = space.start_date
    session.flush()


def decide_debt(
    session: CentreSession, space_id: int, debt_id: int, data: Mapping[str, Any], *, version: int
) -> BreathingSpaceDebt:
    """Put a debt into a breathing space, from a day on, or leave it out and say why.

    `version` is of the decision the person saw, 0 where there was none.
    """
    space = session.require(BreathingSpace, space_id)
    case = session.require(Case, space.case_id)
    session.authorize(Act.BREATHING_SPACE_RECORD, case)
    form = CoveredForm.read(data)
    debt = session.require(Debt, debt_id)
    if debt.case_id != case.id:
        raise Invalid({"is_in": "Choose a debt of this case."})
    locked(session, BreathingSpace, space.id)
    row = next((each for each in _rows(session, space) if each.debt_id == debt.id), None)
    if (row.version if row is not None else 0) != version:
        raise Conflict("Somebody decided about this debt in the meantime. Look at it again.")
    values = _decided(form, space, row)
    if row is None:
        row = _entered(space, debt)
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    return row


def _decided(
    form: CoveredForm, space: BreathingSpace, row: BreathingSpaceDebt | None
) -> dict[str, Any]:
    is_in = form.is_in == "yes"
    last = space.ended_on or space.protected_until or date.max
    stands = row is not None and (row.is_in or not is_in)
    usual = row.effective_on if row is not None and stands else min(today(), last)
    day = form.effective_on or max(usual, space.start_date)
    if not is_in and form.reason is None:
        raise Invalid({"reason": "Say why it is left out."})
    if is_in and not space.start_date <= day <= last:
        raise Invalid({"effective_on": "Enter a day on which the breathing space runs."})
    return {"is_in": is_in, "effective_on": day, "reason": form.reason}


def _rows(session: CentreSession, space: BreathingSpace) -> list[BreathingSpaceDebt]:
    wanted = select(BreathingSpaceDebt).where(
        col(BreathingSpaceDebt.centre_id) == space.centre_id,
        col(BreathingSpaceDebt.breathing_space_id) == space.id,
    )
    return list(session.execute(wanted).scalars())


def _owed(session: CentreSession, case: Case, space: BreathingSpace) -> list[Debt]:
    """Return the debts that the person owes, alone or with the other."""
    alone = "client" if space.client_id == case.client_id else "partner"
    wanted = select(Debt).where(
        col(Debt.centre_id) == case.centre_id,
        col(Debt.case_id) == case.id,
        col(Debt.deleted_at).is_(None),
        col(Debt.status).in_(OWED),
        col(Debt.owed_by).in_((alone, "joint")),
    )
    return list(session.execute(wanted.order_by(col(Debt.position), col(Debt.id))).scalars())


def _entered(space: BreathingSpace, debt: Debt) -> BreathingSpaceDebt:
    return BreathingSpaceDebt(
        case_id=space.case_id,
        breathing_space_id=space.id,
        debt_id=debt.id,
        effective_on=space.start_date,
    )


def _by_rule(debt: Debt, nation: str) -> tuple[bool, str | None]:
    """Return whether a debt is in, and the reason where it is left out."""
    found = inclusion(debt.debt_type, nation, SOLUTION)
    chosen = debt.included_in.get(SOLUTION)
    is_in = found.included if chosen not in ("yes", "no") else chosen == "yes"
    if is_in:
        return True, None
    return False, found.why if not found.included else "An advisor left it out on its own page."
