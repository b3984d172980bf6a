"""Count without seeing: what an admin needs to know of centres and people, and no row of casework.

An admin's row security shows no case and only one centre's people at a time. These two functions
of the owner answer with numbers and a manager's name alone.
"""

from alembic import context, op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"

OPEN_CASES = f"""
CREATE FUNCTION cma_open_cases_of(p_user bigint)
RETURNS integer LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT count(*)::integer FROM public.cases k
  WHERE k.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
    AND k.advisor_id = p_user AND k.deleted_at IS NULL AND k.status IN ('open', 'in_progress')
$$"""

PEOPLE = f"""
CREATE FUNCTION cma_people_by_centre()
RETURNS TABLE (centre_id bigint, people integer, unused_passwords integer, manager_name text)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT c.id,
    (count(u.id) FILTER (WHERE u.is_active))::integer,
    (count(u.id) FILTER (WHERE u.is_active AND u.must_change_password))::integer,
    max(concat_ws(' ', u.first_name, u.last_name)) FILTER (WHERE u.id = c.manager_id)
  FROM public.centres c
  LEFT JOIN public.users u ON u.centre_id = c.id AND u.deleted_at IS NULL
  WHERE current_setting('app.role', true) = 'admin'
  GROUP BY c.id
$$"""

FUNCTIONS = {"cma_open_cases_of(bigint)": OPEN_CASES, "cma_people_by_centre()": PEOPLE}


def upgrade() -> None:
    app = context.get_context().opts["app_role"]
    for signature, statement in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
