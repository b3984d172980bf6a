"""Which facts of the record hold for a case: what ticks a checklist's items by itself.

Each proof is one condition over a case, its newest budget sheet and that sheet's statement, so
that one case and a whole centre are asked in the same way and always as things are now.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import text

from cma_app.clock import today
from cma_app.session import CentreSession

OWED: Final = (
    "d.centre_id = k.centre_id AND d.case_id = k.id AND d.deleted_at IS NULL"
    " AND d.status IN ('active', 'disputed') AND d.liability <> 'not_liable'"
)
ALL_DEBTS: Final = "d.centre_id = k.centre_id AND d.case_id = k.id AND d.deleted_at IS NULL"
LIVE_AUTHORITY: Final = (
    "a.centre_id = k.centre_id AND a.case_id = k.id AND a.deleted_at IS NULL"
    " AND a.signed_on <= :today AND (a.expires_on IS NULL OR a.expires_on >= :today)"
    " AND (a.withdrawn_on IS NULL OR a.withdrawn_on > :today)"
)
STANDING_ADVICE: Final = (
    "r.centre_id = k.centre_id AND r.case_id = k.id AND r.status <> 'draft'"
    " AND r.superseded_on IS NULL"
)
STANDING_STATEMENT: Final = (
    "t.status IN ('issued', 'superseded') OR"
    " (t.status IN ('complete', 'verified', 'confirmed') AND b.updated_at <= t.completed_at)"
)
"""A figure that changed after a statement was completed takes its proof away."""

PROOFS: Final[dict[str, str]] = {
    "routes_asked": (
        "(SELECT count(*) FROM contact_routes r WHERE r.centre_id = k.centre_id"
        " AND r.client_id = k.client_id AND r.route IN ('call', 'post')"
        " AND r.answer <> 'not_asked') = 2"
    ),
    "holding_agreed": (
        "coalesce((SELECT c.is_given FROM consents c WHERE c.centre_id = k.centre_id"
        " AND c.client_id = k.client_id AND c.purpose = 'holding' ORDER BY c.id DESC LIMIT 1),"
        " false)"
    ),
    "special_asked": (
        "EXISTS (SELECT FROM consents c WHERE c.centre_id = k.centre_id"
        " AND c.client_id = k.client_id AND c.purpose = 'special_category')"
    ),
    "authority_live": (
        f"EXISTS (SELECT FROM debts d WHERE {OWED}) AND NOT EXISTS (SELECT FROM debts d"
        f" WHERE {OWED} AND NOT EXISTS (SELECT FROM authorities a WHERE {LIVE_AUTHORITY}"
        " AND (a.creditor_id IS NULL OR a.creditor_id = d.creditor_id)))"
    ),
    "nation_set": "k.nation IS NOT NULL",
    "household_recorded": (
        "EXISTS (SELECT FROM households h WHERE h.centre_id = k.centre_id AND h.case_id = k.id)"
    ),
    "debts_listed": f"EXISTS (SELECT FROM debts d WHERE {ALL_DEBTS})",
    "balances_evidenced": (
        f"EXISTS (SELECT FROM debts d WHERE {ALL_DEBTS})"
        f" AND NOT EXISTS (SELECT FROM debts d WHERE {OWED} AND NOT d.is_balance_verified)"
    ),
    "budget_complete": f"coalesce({STANDING_STATEMENT}, false)",
    "guidelines_explained": f"coalesce({STANDING_STATEMENT}, false)",
    "savings_considered": "coalesce(b.are_savings_considered, false)",
    "assets_considered": "coalesce(b.are_assets_considered, false)",
    "budget_verified": (
        "coalesce(b.verification_status = 'verified', false) OR t.verified_at IS NOT NULL"
    ),
    "client_confirmed": f"t.confirmed_at IS NOT NULL AND ({STANDING_STATEMENT})",
    "advice_given": f"EXISTS (SELECT FROM recommendations r WHERE {STANDING_ADVICE})",
    "choice_recorded": (
        f"EXISTS (SELECT FROM recommendations r WHERE {STANDING_ADVICE}"
        " AND r.choice IN ('accepted', 'another'))"
    ),
    "advice_signed_off": (
        f"EXISTS (SELECT FROM recommendations r WHERE {STANDING_ADVICE}"
        " AND r.given_by <> r.advised_by)"
    ),
    "feedback_asked": (
        "EXISTS (SELECT FROM client_feedback f WHERE f.centre_id = k.centre_id"
        " AND f.case_id = k.id AND f.deleted_at IS NULL)"
    ),
    "statement_issued": (
        "EXISTS (SELECT FROM statements i WHERE i.centre_id = k.centre_id AND i.case_id = k.id"
        " AND i.deleted_at IS NULL AND i.status IN ('issued', 'superseded'))"
    ),
    "replies_told": (
        "coalesce((SELECT bool_and(y.client_told_on IS NOT NULL) FROM creditor_replies y"
        " WHERE y.centre_id = k.centre_id AND y.case_id = k.id AND y.deleted_at IS NULL), false)"
    ),
    "review_in_time": "coalesce(k.next_review_date >= :today, false)",
    "outcome_per_debt": (
        f"EXISTS (SELECT FROM debts d WHERE {ALL_DEBTS})"
        f" AND NOT EXISTS (SELECT FROM debts d WHERE {ALL_DEBTS} AND d.outcome IS NULL)"
    ),
    "totals_recorded": (
        "EXISTS (SELECT FROM case_closings g WHERE g.centre_id = k.centre_id AND g.case_id = k.id"
        " AND g.round_no = k.reopened_count + 1)"
    ),
    "closing_letter": (
        "EXISTS (SELECT FROM letters l WHERE l.centre_id = k.centre_id AND l.case_id = k.id"
        " AND l.deleted_at IS NULL AND l.kind = 'closing' AND l.status = 'issued')"
    ),
}
"""A condition for each fact of `rules.checklists.proofs`, over the case `k`."""

CONDITIONS: Final[dict[str, str]] = {
    "holder_is_trainee": (
        "EXISTS (SELECT FROM users u WHERE u.centre_id = k.centre_id AND u.id = k.advisor_id"
        " AND u.role = 'trainee')"
    ),
    "is_debt_relief_order": "k.case_type = 'debt_relief_order'",
    "has_breathing_space": (
        "EXISTS (SELECT FROM breathing_spaces e WHERE e.centre_id = k.centre_id"
        " AND e.case_id = k.id AND e.deleted_at IS NULL)"
    ),
}
"""What makes an item mandatory, for each of `rules.checklists.conditions`, over the case `k`."""

_NEWEST: Final = """
  LEFT JOIN LATERAL (
    SELECT s.* FROM budget_sheets s WHERE s.centre_id = k.centre_id AND s.case_id = k.id
    AND s.deleted_at IS NULL ORDER BY s.sheet_no DESC LIMIT 1
  ) b ON true
  LEFT JOIN LATERAL (
    SELECT s.* FROM statements s WHERE s.centre_id = b.centre_id AND s.budget_sheet_id = b.id
    AND s.deleted_at IS NULL ORDER BY s.statement_no DESC LIMIT 1
  ) t ON true
"""


def fact_holds(code: str, facts: Mapping[str, str] = PROOFS) -> str:
    """Return the condition that the fact named by an SQL expression holds for the case `k`.

    Only the fact that is named is looked up, so that many items of many cases can be asked.
    """
    whens = " ".join(f"WHEN '{fact}' THEN ({_alone(said)})" for fact, said in facts.items())
    return f"coalesce(CASE {code} {whens} END, false)"


def _alone(condition: str) -> str:
    """Return a condition that brings the newest budget sheet and its statement where it needs."""
    needs = re.search(r"\b[bt]\.", condition)
    return f"SELECT {condition} FROM (VALUES (1)) AS one {_NEWEST}" if needs else condition


def proven(session: CentreSession, case_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return which facts and conditions hold for each of these cases, as the record stands now.

    A case that the person may not see is absent.
    """
    facts = PROOFS | CONDITIONS
    columns = ", ".join(f"({condition}) AS {code}" for code, condition in facts.items())
    asked = text(
        f"SELECT k.id AS case_id, {columns} FROM cases k {_NEWEST}"
        " WHERE k.centre_id = :centre AND k.id = ANY (:ids) AND k.deleted_at IS NULL"
    )
    rows = session.execute(
        asked, {"centre": session.actor.centre_id, "ids": list(case_ids), "today": today()}
    ).mappings()
    return {row["case_id"]: {code for code in facts if row[code]} for row in rows}
