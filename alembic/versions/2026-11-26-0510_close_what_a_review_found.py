"""Close what a review of the walls found: ways round a sign-off, and answers seen by who made a file.

In a trainee's own session an emergency went without a sign-off where its kind was changed, where
its debt was removed, and where the case had any other event; a verified sheet kept that word while
its figures changed; an ended case was opened again. An answer for monitoring was seen and written by
whoever had recorded the client, a manager too, though they hold no case. What a document proves
could be said of another case than the document's own, and stood in that case's log.
"""

from alembic import context, op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"

# The letters that carry advice and the events that are emergencies as they were when this was
# written; the services ask the dated lists.
EMERGENCIES = (
    "ARRAY['statutory_demand', 'bankruptcy_petition', 'bailiff_visit', 'hearing',"
    " 'possession_hearing', 'eviction', 'disconnection', 'self_disconnected', 'arrest_warrant',"
    " 'repossession', 'insolvency_deadline', 'no_essentials']"
)
DECLARED = (
    """
  ranks text[] := ARRAY['low', 'medium', 'high', 'urgent'];""",
    f"""
  ranks text[] := ARRAY['low', 'medium', 'high', 'urgent'];
  ended text[] := ARRAY['closed', 'referred', 'cancelled'];
  pressing text[] := {EMERGENCIES};
  figures text[] := ARRAY['income_details', 'expense_details', 'total_income', 'total_expenses',
    'savings', 'debt_admin_fee'];""",
)
OF_CASES = (
    """
        AND NOT EXISTS (SELECT 1 FROM debt_events e WHERE e.centre_id = NEW.centre_id
          AND e.case_id = NEW.id AND e.ended_at IS NULL AND e.deleted_at IS NULL));""",
    """
        -- an emergency of the case's own becomes that of a debt: it is told of there, for its day
        AND NOT EXISTS (SELECT 1 FROM debt_events e WHERE e.centre_id = NEW.centre_id
          AND e.case_id = NEW.id AND e.ended_at IS NULL AND e.deleted_at IS NULL
          AND e.kind = ANY (pressing) AND (was ->> 'emergency_date' IS NULL
            OR (was ->> 'emergency_date')::date IN (e.event_date, e.reply_by))))
      OR (TG_OP = 'UPDATE' AND was ->> 'status' = ANY (ended)
        AND NOT becomes ->> 'status' = ANY (ended));""",
)
OF_SHEETS = (
    """
      AND was ->> 'verification_status' IS DISTINCT FROM 'verified';""",
    """
      AND (was ->> 'verification_status' IS DISTINCT FROM 'verified'
        OR (SELECT bool_or(was -> name IS DISTINCT FROM becomes -> name)
            FROM unnest(figures) name));""",
)
OF_EVENTS = (
    """
    waits := was ->> 'kind' IN ('statutory_demand', 'bankruptcy_petition', 'bailiff_visit',
        'hearing', 'possession_hearing', 'eviction', 'disconnection', 'self_disconnected',
        'arrest_warrant', 'repossession', 'insolvency_deadline', 'no_essentials')
      AND was ->> 'ended_at' IS NULL AND was ->> 'deleted_at' IS NULL
      AND (becomes ->> 'ended_at' IS NOT NULL OR becomes ->> 'deleted_at' IS NOT NULL);""",
    """
    waits := was ->> 'kind' = ANY (pressing)
      AND was ->> 'ended_at' IS NULL AND was ->> 'deleted_at' IS NULL
      AND (becomes ->> 'ended_at' IS NOT NULL OR becomes ->> 'deleted_at' IS NOT NULL
        OR NOT becomes ->> 'kind' = ANY (pressing)
        OR was ->> 'debt_id' IS DISTINCT FROM becomes ->> 'debt_id');
  ELSIF TG_TABLE_NAME = 'debts' THEN
    waits := TG_OP = 'UPDATE' AND was ->> 'deleted_at' IS NULL
      AND becomes ->> 'deleted_at' IS NOT NULL
      AND EXISTS (SELECT 1 FROM debt_events e WHERE e.centre_id = NEW.centre_id
        AND e.debt_id = NEW.id AND e.ended_at IS NULL AND e.deleted_at IS NULL
        AND e.kind = ANY (pressing));""",
)
CHANGES = (DECLARED, OF_CASES, OF_SHEETS, OF_EVENTS)

HELD_CLIENTS = """
CREATE FUNCTION cma_held_clients() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT k.client_id AS id FROM public.cases k
    WHERE k.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
      AND k.advisor_id = nullif(current_setting('app.user_id', true), '')::bigint
      AND k.deleted_at IS NULL
    UNION
    SELECT p.client_id FROM public.case_people p
    JOIN public.cases k ON k.centre_id = p.centre_id AND k.id = p.case_id
    WHERE p.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
      AND p.left_on IS NULL
      AND k.advisor_id = nullif(current_setting('app.user_id', true), '')::bigint
      AND k.deleted_at IS NULL
  ) held
$$"""
IN_REACH = (
    f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
)
OF_DOCUMENT = (
    f"{CENTRE} AND {AT_WORK} AND EXISTS (SELECT 1 FROM documents d"
    " WHERE d.centre_id = document_uses.centre_id AND d.id = document_uses.document_id{own})"
)
OWN_CASE = (
    " AND d.case_id = document_uses.case_id)"
    " AND (debt_id IS NULL OR EXISTS (SELECT 1 FROM debts t"
    " WHERE t.centre_id = document_uses.centre_id AND t.id = document_uses.debt_id"
    " AND t.case_id = document_uses.case_id)"
)


def _wait(changes: tuple[tuple[str, str], ...]) -> None:
    """Change the function that refuses a trainee's session, as it stands."""
    function = str(
        op.get_bind()
        .exec_driver_sql("SELECT pg_get_functiondef('cma_wait_for_sign_off()'::regprocedure)")
        .scalar_one()
    )
    for was, becomes in changes:
        if was not in function:
            raise RuntimeError("the function is not the one that this migration was made for")
        function = function.replace(was, becomes)
    op.get_bind().exec_driver_sql(function)


def _monitored(held: str) -> None:
    seen = f"{IN_REACH} AND ({ROLE} = 'system' OR created_by = {ME} OR {held})"
    written = f"{IN_REACH} AND ({ROLE} = 'system' OR {held})"
    op.execute(
        f"ALTER POLICY centre_isolation ON monitoring_answers USING ({seen}) WITH CHECK ({written})"
    )


def _uses(check: str) -> None:
    op.execute(f"ALTER POLICY centre_isolation ON document_uses WITH CHECK ({check})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _wait(CHANGES)
    op.execute(
        "CREATE TRIGGER wait_for_sign_off BEFORE UPDATE ON debts"
        " FOR EACH ROW EXECUTE FUNCTION cma_wait_for_sign_off()"
    )
    op.get_bind().exec_driver_sql(HELD_CLIENTS)
    op.execute("REVOKE ALL ON FUNCTION cma_held_clients() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION cma_held_clients() TO {app}")
    _monitored("client_id = ANY ((SELECT cma_held_clients())::bigint[])")
    _uses(OF_DOCUMENT.format(own=OWN_CASE))


def downgrade() -> None:
    _uses(OF_DOCUMENT.format(own=""))
    _monitored("client_id = ANY ((SELECT cma_own_clients())::bigint[])")
    op.execute("DROP FUNCTION cma_held_clients()")
    op.execute("DROP TRIGGER wait_for_sign_off ON debts")
    _wait(tuple((becomes, was) for was, becomes in CHANGES))
