"""Freeze what was issued: a statement, its sheet, its offers and a letter never change then.

Row security cannot compare old with new, so triggers do. The owner passes: what retention will
one day blank, and migrations.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FREEZE = """
CREATE FUNCTION cma_freeze_issued() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  -- what the database computes after this trigger, and the stamps
  may_move text[] := ARRAY['updated_at', 'updated_by', 'version', 'surplus_deficit'];
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
BEGIN
  IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF TG_TABLE_NAME = 'statements' THEN
    IF OLD.status = 'issued' AND NEW.status = 'superseded' THEN
      may_move := may_move || ARRAY['status', 'superseded_at'];
    ELSIF OLD.status NOT IN ('issued', 'superseded') THEN
      RETURN NEW;
    END IF;
  ELSIF TG_TABLE_NAME = 'letters' THEN
    IF OLD.status <> 'issued' THEN
      RETURN NEW;
    END IF;
    may_move := may_move || ARRAY['chase_on', 'chased_at'];
  ELSIF was ->> 'frozen_at' IS NULL THEN
    RETURN NEW;
  END IF;
  IF (was - may_move) IS DISTINCT FROM (becomes - may_move) THEN
    RAISE EXCEPTION 'what was issued never changes' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'frozen';
  END IF;
  RETURN NEW;
END $$"""

FREEZE_OFFERS = """
CREATE FUNCTION cma_freeze_offers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT 1 FROM budget_sheets b WHERE b.centre_id = NEW.centre_id
             AND b.frozen_at IS NOT NULL AND b.id IN (NEW.budget_sheet_id,
               CASE WHEN TG_OP = 'UPDATE' THEN OLD.budget_sheet_id END))
  THEN
    RAISE EXCEPTION 'what was issued never changes' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'frozen';
  END IF;
  RETURN NEW;
END $$"""

FROZEN = ("budget_sheets", "letters", "statements")


def upgrade() -> None:
    op.get_bind().exec_driver_sql(FREEZE)
    op.get_bind().exec_driver_sql(FREEZE_OFFERS)
    for table in FROZEN:
        op.execute(
            f"CREATE TRIGGER freeze_issued BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_freeze_issued()"
        )
    op.execute(
        "CREATE TRIGGER freeze_issued BEFORE INSERT OR UPDATE ON offers"
        " FOR EACH ROW EXECUTE FUNCTION cma_freeze_offers()"
    )


def downgrade() -> None:
    for table in (*FROZEN, "offers"):
        op.execute(f"DROP TRIGGER freeze_issued ON {table}")
    op.execute("DROP FUNCTION cma_freeze_offers()")
    op.execute("DROP FUNCTION cma_freeze_issued()")
