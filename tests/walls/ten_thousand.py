"""Ten thousand cases in one centre and one thousand next door, planted by the owner in a moment."""

import json

from sqlalchemy import Connection, Engine, text

from cma_app.access.actor import Actor
from cma_app.rules.checklists import starting_items
from tests.people import Cast

TABLES = ("clients", "cases", "next_actions", "case_compliance", "gate_overrides")
BIG, SMALL = 10_000, 1_000

_CLIENTS = text(
    "INSERT INTO clients (centre_id, client_reference, first_name, last_name, postcode,"
    " date_of_birth)"
    " SELECT :centre, :code || '-C' || n, 'First' || n % 211, 'Last' || n % 1009,"
    " 'CF' || n % 90 || ' 1AA', date '1950-01-01' + n % 18000"
    " FROM generate_series(1, :many) n"
)
_CASES = text(
    "INSERT INTO cases (centre_id, case_reference, client_id, advisor_id, status, stage, priority,"
    " next_review_date, opening_date, stage_since, total_debt, priority_debt, monthly_surplus)"
    " SELECT c.centre_id, :code || '-2026-' || lpad(c.n::text, 6, '0'), c.id,"
    " (:advisors)[1 + c.n % cardinality(:advisors)],"
    " CASE WHEN c.n <= :ended THEN 'closed' WHEN c.n % 9 = 0 THEN 'open' ELSE 'in_progress' END,"
    " CASE WHEN c.n % 9 = 0 THEN 'waiting' ELSE (ARRAY['fact_find', 'evidence', 'advice',"
    "   'approval', 'action', 'review'])[1 + c.n % 6] END,"
    " CASE WHEN c.n % 40 = 0 THEN 'urgent' ELSE 'medium' END,"
    " CASE WHEN c.n % 5 <> 0 THEN current_date - 30 + c.n % 200 END,"
    " current_date - 900 + (c.n * 900 / :many), current_date - c.n % 60,"
    " c.n % 30000, c.n % 900, c.n % 300 - 60"
    " FROM (SELECT centre_id, id, (row_number() OVER (ORDER BY id))::int AS n FROM clients"
    "       WHERE centre_id = :centre) c"
)
_ACTIONS = text(
    "INSERT INTO next_actions (centre_id, case_id, owner_id, what, due_date, done_at)"
    " SELECT k.centre_id, k.id, k.advisor_id, 'Step ' || s,"
    " current_date - 20 + (k.id * s % 60)::int,"
    " CASE WHEN s < 3 OR k.status = 'closed' THEN now() END"
    " FROM cases k CROSS JOIN generate_series(1, 3) s"
    " WHERE k.centre_id = :centre AND k.id % 11 <> 0"
)
_COMPLIANCE = text(
    "INSERT INTO case_compliance (centre_id, case_id, compliance_type, position, item, answer,"
    " remedial_action, deadline_date)"
    " SELECT k.centre_id, k.id, i.item ->> 'code', i.place, i.item,"
    " CASE WHEN k.status = 'closed' THEN CASE WHEN i.place % 7 = 0 THEN 'unknown' ELSE 'met' END"
    "      WHEN (k.id + i.place) % 31 = 0 THEN 'not_met'"
    "      WHEN (k.id + i.place) % 3 = 0 THEN 'unknown' ELSE 'met' END,"
    " CASE WHEN (k.id + i.place) % 31 = 0 THEN 'Ask again' END,"
    " CASE WHEN i.item ->> 'due_from' = 'opening' THEN k.opening_date + 14 END"
    " FROM cases k CROSS JOIN (SELECT value AS item, ordinality::int AS place"
    "   FROM jsonb_array_elements(cast(:list AS jsonb)) WITH ORDINALITY) i"
    " WHERE k.centre_id = :centre AND (k.status <> 'closed' OR i.place < 12)"
)
_LET_THROUGH = text(
    "INSERT INTO gate_overrides (centre_id, case_id, gate, reason, created_at)"
    " SELECT k.centre_id, k.id, 'closing', 'Audited on paper',"
    " now() - (k.id % 900) * interval '1 day'"
    " FROM cases k WHERE k.centre_id = :centre AND k.id % 4 = 0"
)


def plant_crowd(connection: Connection, actor: Actor, advisors: list[int], many: int) -> None:
    """Plant a centre's clients, their cases, most of them ended, and what is to be done in each.

    The triggers of these tables are off, or every row would be audited and told to boards.
    """
    values = {
        "centre": actor.centre_id,
        "code": actor.centre_code,
        "many": many,
        "advisors": advisors,
        "ended": many * 8 // 10,
    }
    for statement in (_CLIENTS, _CASES, _ACTIONS):
        connection.execute(statement, values)


def plant(owner: Engine, cast: Cast) -> None:
    """Plant Ashdown's ten thousand cases and Brook's thousand; most of both are closed by now."""
    ashdown = [cast.amina.user_id, cast.ben.user_id, cast.tess.user_id, cast.maria.user_id]
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # a busy machine plants slowly
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for actor, advisors, many in (
            (cast.maria, ashdown, BIG),
            (cast.bea, [cast.colin.user_id], SMALL),
        ):
            plant_crowd(connection, actor, advisors, many)
            values = {
                "centre": actor.centre_id,
                "list": json.dumps([item.to_json() for item in starting_items("casework")]),
            }
            for statement in (_COMPLIANCE, _LET_THROUGH):
                connection.execute(statement, values)
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (*TABLES, "users"):
            connection.execute(text(f"ANALYZE {table}"))
