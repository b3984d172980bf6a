"""Who the second person of a case is, while the two have not been separated.

Every reading of a case asks here. After a separation nobody is named, whatever rows of earlier
days still refer to them.
"""

from sqlalchemy import select
from sqlmodel import col

from cma_app.session import CentreSession
from models import BreathingSpace, BreathingSpaceDebt, Case, CasePerson, Client, Debt


def joined_person(session: CentreSession, case: Case) -> CasePerson | None:
    """Return the row that joins a second person to a case now, if one does."""
    joined = select(CasePerson).where(
        col(CasePerson.centre_id) == case.centre_id,
        col(CasePerson.case_id) == case.id,
        col(CasePerson.left_on).is_(None),
    )
    return session.execute(joined).scalar_one_or_none()


def partner_of(session: CentreSession, case: Case) -> Client | None:
    """Return the second person of a case, who has a file of their own; None where there is none."""
    person = joined_person(session, case)
    return session.require(Client, person.client_id) if person is not None else None


def people_here(session: CentreSession, case: Case) -> set[int]:
    """Return the clients whom a case is about now: its own, and a second one who has not left."""
    joined = joined_person(session, case)
    return {case.client_id} | ({joined.client_id} if joined is not None else set())


def debts_that_left(session: CentreSession, case: Case) -> set[int]:
    """Return the debts that were only a second person's and left the case with them."""
    left = select(col(CasePerson.id)).where(
        col(CasePerson.centre_id) == case.centre_id,
        col(CasePerson.case_id) == case.id,
        col(CasePerson.left_on).is_not(None),
    )
    if session.execute(left.limit(1)).first() is None:
        return set()
    debts = Debt.__table__  # type: ignore[attr-defined]
    theirs = select(debts.c.id).where(
        debts.c.centre_id == case.centre_id,
        debts.c.case_id == case.id,
        debts.c.owed_by == "partner",
        debts.c.deleted_at.is_not(None),
    )
    return set(session.execute(theirs).scalars())


def clocks_here(session: CentreSession, case: Case) -> dict[str, set[int]]:
    """Return the breathing spaces of who is on the case now, and the debts in them, by table.

    Those taken back are among them. Of others nothing is told, whether or not one may see them.
    """
    spaces, debts = BreathingSpace.__table__, BreathingSpaceDebt.__table__  # type: ignore[attr-defined]
    theirs = select(spaces.c.id).where(
        spaces.c.centre_id == case.centre_id,
        spaces.c.case_id == case.id,
        spaces.c.client_id.in_(people_here(session, case)),
    )
    here = set(session.execute(theirs).scalars())
    of_them = select(debts.c.id).where(
        debts.c.centre_id == case.centre_id, debts.c.breathing_space_id.in_(here)
    )
    return {
        "breathing_spaces": here,
        "breathing_space_debts": set(session.execute(of_them).scalars()),
    }
