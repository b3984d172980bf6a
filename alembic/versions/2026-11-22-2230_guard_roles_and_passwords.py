"""Guard roles and passwords: only those who run people change a role, a centre or a password.

Row security cannot compare old with new, so a trigger does. Everybody keeps the right to change
their own password; the owner's functions and migrations pass.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION cma_guard_people() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  role text := coalesce(current_setting('app.role', true), '');
BEGIN
  IF role IN ('admin', 'manager', 'system')
     OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
  THEN
    RETURN NEW;
  END IF;
  IF OLD.id = nullif(current_setting('app.user_id', true), '')::bigint
     AND (NEW.role, NEW.centre_id, NEW.is_active, NEW.username, NEW.supervisor_id)
       IS NOT DISTINCT FROM
         (OLD.role, OLD.centre_id, OLD.is_active, OLD.username, OLD.supervisor_id)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'only a manager or an admin changes people'
    USING ERRCODE = 'insufficient_privilege';
END $$"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(GUARD)
    op.execute(
        "CREATE TRIGGER guard_people BEFORE UPDATE ON users"
        " FOR EACH ROW EXECUTE FUNCTION cma_guard_people()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_people ON users")
    op.execute("DROP FUNCTION cma_guard_people()")
