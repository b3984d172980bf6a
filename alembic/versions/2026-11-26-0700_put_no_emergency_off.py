"""Let no trainee's own session put an emergency off: it waits for sign-off like its end.

Of a case and of a debt alike. To record one stays free, and so does a day that is sooner, or the
first day that is known.
"""

from alembic import op

revision = "0039"
down_revision = "0033"
branch_labels = None
depends_on = None

# The events that are emergencies as they were when this was written; the services ask the list.
EMERGENCIES = (
    "ARRAY['statutory_demand', 'bankruptcy_petition', 'bailiff_visit', 'hearing',"
    " 'possession_hearing', 'eviction', 'disconnection', 'self_disconnected', 'arrest_warrant',"
    " 'repossession', 'insolvency_deadline', 'no_essentials']"
)
# A demand and a petition are court steps: what presses is the last day to answer.
PUT_OFF = f"""
CREATE FUNCTION cma_put_no_emergency_off() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  steps text[] := ARRAY['statutory_demand', 'bankruptcy_petition'];
  was_day date;
  was_at time;
  day date;
  at_ time;
BEGIN
  IF coalesce(current_setting('app.role', true), '') <> 'trainee' THEN
    RETURN NEW;
  END IF;
  IF TG_TABLE_NAME = 'cases' THEN
    IF was ->> 'emergency' IS NULL OR becomes ->> 'emergency' IS NULL THEN
      RETURN NEW;
    END IF;
    was_day := (was ->> 'emergency_date')::date;
    was_at := (was ->> 'emergency_time')::time;
    day := (becomes ->> 'emergency_date')::date;
    at_ := (becomes ->> 'emergency_time')::time;
  ELSE
    IF NOT was ->> 'kind' = ANY ({EMERGENCIES}) THEN
      RETURN NEW;
    END IF;
    IF was ->> 'kind' = ANY (steps) THEN
      was_day := (was ->> 'reply_by')::date;
    ELSE
      was_day := (was ->> 'event_date')::date;
      was_at := (was ->> 'event_time')::time;
    END IF;
    IF becomes ->> 'kind' = ANY (steps) THEN
      day := (becomes ->> 'reply_by')::date;
    ELSE
      day := (becomes ->> 'event_date')::date;
      at_ := (becomes ->> 'event_time')::time;
    END IF;
  END IF;
  IF was_day IS NOT NULL AND (day IS NULL OR day > was_day
      OR (day = was_day AND was_at IS NOT NULL AND (at_ IS NULL OR at_ > was_at))) THEN
    RAISE EXCEPTION 'this waits for sign-off' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'waits_for_sign_off';
  END IF;
  RETURN NEW;
END $$"""
TABLES = {
    "cases": "emergency, emergency_date, emergency_time",
    "debt_events": "kind, event_date, event_time, reply_by",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(PUT_OFF)
    for table, columns in TABLES.items():
        op.execute(
            f"CREATE TRIGGER put_no_emergency_off BEFORE UPDATE OF {columns} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_put_no_emergency_off()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER put_no_emergency_off ON {table}")
    op.execute("DROP FUNCTION cma_put_no_emergency_off()")
