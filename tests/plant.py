"""Cases planted by the owner, for tests about seeing them: services are tested elsewhere."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today

_numbers = count(500_001)  # beyond those that the services give

_CLIENT = text(
    "INSERT INTO clients (centre_id, client_reference, first_name, last_name, is_restricted)"
    " VALUES (:centre, :reference, :first, :last, :restricted) RETURNING id"
)
_CASE = text(
    "INSERT INTO cases (centre_id, case_reference, client_id, advisor_id, status, stage,"
    " stage_since, priority, emergency, emergency_date, next_review_date, total_debt,"
    " priority_debt, monthly_surplus)"
    " VALUES (:centre, :reference, :client, :advisor, :status, :stage, :since, :priority,"
    " :emergency, :emergency_date, :review, :debt, :priority_debt, :surplus) RETURNING id"
)
_ACTION = text(
    "INSERT INTO next_actions (centre_id, case_id, owner_id, kind, what, due_date)"
    " VALUES (:centre, :case, :owner, :kind, :what, :due) RETURNING id"
)


def plant_case(owner: Engine, advisor: Actor, **over: Any) -> int:
    """Plant a client with one case of an advisor's and return the case's id."""
    number = next(_numbers)
    values = {
        "centre": advisor.centre_id,
        "advisor": advisor.user_id,
        "reference": f"{advisor.centre_code}-2026-{number:06d}",
        "first": "Pat",
        "last": f"Client{number}",
        "restricted": False,
        "status": "in_progress",
        "stage": "advice",
        "since": today() - timedelta(days=3),
        "priority": "medium",
        "emergency": None,
        "emergency_date": None,
        "review": None,
        "debt": None,
        "priority_debt": None,
        "surplus": None,
        **over,
    }
    with owner.begin() as connection:
        values["client"] = connection.execute(_CLIENT, values).scalar_one()
        return connection.execute(_CASE, values).scalar_one()


def plant_action(
    owner: Engine, actor: Actor, case_id: int, what: str, due: date | None, kind: str = "task"
) -> int:
    """Plant something to do in a case, owned by the actor, and return its id."""
    with owner.begin() as connection:
        return connection.execute(
            _ACTION,
            {
                "centre": actor.centre_id,
                "case": case_id,
                "owner": actor.user_id,
                "kind": kind,
                "what": what,
                "due": due,
            },
        ).scalar_one()


def plant_referral(owner: Engine, actor: Actor, status: str = "waiting", days: int = 0) -> int:
    """Plant a referral that came so many days ago, and return its id."""
    with owner.begin() as connection:
        return connection.execute(
            text(
                "INSERT INTO referrals (centre_id, source, received_date, first_name, last_name,"
                " nation, emergency, status) VALUES (:centre, 'self', :day, 'Ray', 'Waits',"
                " 'england', 'no', :status) RETURNING id"
            ),
            {"centre": actor.centre_id, "day": today() - timedelta(days=days), "status": status},
        ).scalar_one()
