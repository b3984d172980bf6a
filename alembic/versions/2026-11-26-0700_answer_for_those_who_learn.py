"""Let no trainee's own session put an emergency off, and let sampling fall once training is over.

An emergency that is put off waits for sign-off like its end, of a case and of a debt alike. To
record one stays free, and so does a day that is sooner, or the first day that is known. On the day
somebody stops being a trainee they begin as newly qualified, so that how many of their files are
reviewed falls by itself after the months of that level. A calendar and a person's day are told when
they changed.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
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
# As the owner: an admin makes somebody an advisor, and has no say over levels of review.
BEGINS = """
CREATE FUNCTION cma_begin_as_newly_qualified() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.review_levels (centre_id, user_id, level, valid_from, created_by)
  VALUES (NEW.centre_id, NEW.id, 'newly_qualified', (now() AT TIME ZONE 'Europe/London')::date,
    nullif(current_setting('app.user_id', true), '')::bigint);
  RETURN NULL;
END $$"""
TOPICS = (
    ("tell_topic", "appointments", "'appointments'"),
    ("tell_my_day", "appointments", "'my_day', 'advisor_id'"),
    ("tell_my_day", "next_actions", "'my_day', 'owner_id'"),
)
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
    for name, table, said in TOPICS:
        op.execute(
            f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION cma_tell_topic({said})"
        )
    op.get_bind().exec_driver_sql(BEGINS)
    op.execute("REVOKE ALL ON FUNCTION cma_begin_as_newly_qualified() FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER begin_as_newly_qualified AFTER UPDATE OF role ON users FOR EACH ROW"
        " WHEN (OLD.role = 'trainee' AND NEW.role IN ('advisor', 'manager'))"
        " EXECUTE FUNCTION cma_begin_as_newly_qualified()"
    )


def downgrade() -> None:
    for name, table, _ in TOPICS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP TRIGGER begin_as_newly_qualified ON users")
    op.execute("DROP FUNCTION cma_begin_as_newly_qualified()")
    for table in TABLES:
        op.execute(f"DROP TRIGGER put_no_emergency_off ON {table}")
    op.execute("DROP FUNCTION cma_put_no_emergency_off()")
