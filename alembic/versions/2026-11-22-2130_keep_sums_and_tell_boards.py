"""Keep sums where they are derived, and tell the live boards which case changed.

Money is entered on debts and budget lines alone. A creditor's columns, a case's totals and a
client's income follow by trigger, so nothing can be typed twice or forgotten.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEEP_DEBT_SUMS = """
CREATE FUNCTION cma_keep_debt_sums() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  debt record;
BEGIN
  FOR debt IN
    SELECT DISTINCT centre_id, creditor_id, case_id FROM (
      SELECT NEW.centre_id, NEW.creditor_id, NEW.case_id
      UNION ALL SELECT OLD.centre_id, OLD.creditor_id, OLD.case_id WHERE TG_OP = 'UPDATE'
    ) touched
  LOOP
    UPDATE creditors SET current_balance = s.balance, arrears_amount = s.arrears,
      monthly_payment = s.payment,
      priority_level = CASE WHEN s.priority THEN 'priority' ELSE 'non-priority' END
    FROM (SELECT coalesce(sum(balance), 0) AS balance, coalesce(sum(arrears), 0) AS arrears,
            coalesce(sum(monthly_payment), 0) AS payment,
            coalesce(bool_or(is_priority), false) AS priority
          FROM debts d WHERE d.centre_id = debt.centre_id AND d.creditor_id = debt.creditor_id
            AND d.deleted_at IS NULL AND d.status IN ('active', 'disputed')
            AND d.liability <> 'not_liable') s
    WHERE creditors.centre_id = debt.centre_id AND creditors.id = debt.creditor_id
      AND (current_balance, arrears_amount, creditors.monthly_payment, priority_level)
        IS DISTINCT FROM (s.balance, s.arrears, s.payment,
          CASE WHEN s.priority THEN 'priority' ELSE 'non-priority' END);
    UPDATE cases SET total_debt = s.total, priority_debt = s.priority
    FROM (SELECT sum(balance) AS total,
            coalesce(sum(balance) FILTER (WHERE is_priority), 0) AS priority
          FROM debts d WHERE d.centre_id = debt.centre_id AND d.case_id = debt.case_id
            AND d.deleted_at IS NULL AND d.status IN ('active', 'disputed')
            AND d.liability <> 'not_liable') s
    WHERE cases.centre_id = debt.centre_id AND cases.id = debt.case_id
      AND (total_debt, priority_debt) IS DISTINCT FROM (s.total, s.priority);
  END LOOP;
  RETURN NULL;
END $$"""

KEEP_SURPLUS = """
CREATE FUNCTION cma_keep_surplus() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  sheet record;
BEGIN
  SELECT b.surplus_deficit, b.total_income INTO sheet FROM budget_sheets b
  WHERE b.centre_id = NEW.centre_id AND b.case_id = NEW.case_id AND b.deleted_at IS NULL
  ORDER BY b.sheet_no DESC LIMIT 1;
  UPDATE cases SET monthly_surplus = sheet.surplus_deficit
  WHERE centre_id = NEW.centre_id AND id = NEW.case_id
    AND monthly_surplus IS DISTINCT FROM sheet.surplus_deficit;
  UPDATE clients SET monthly_income = sheet.total_income
  WHERE centre_id = NEW.centre_id AND monthly_income IS DISTINCT FROM sheet.total_income
    AND id = (SELECT k.client_id FROM cases k
              WHERE k.centre_id = NEW.centre_id AND k.id = NEW.case_id);
  RETURN NULL;
END $$"""

TELL_BOARDS = """
CREATE FUNCTION cma_tell_boards() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  row_now jsonb := to_jsonb(NEW);
BEGIN
  PERFORM pg_notify('cma_case', (row_now ->> 'centre_id') || '/'
    || CASE WHEN TG_TABLE_NAME = 'cases' THEN row_now ->> 'id' ELSE row_now ->> 'case_id' END);
  RETURN NULL;
END $$"""

TELL_SIGN_OUT = """
CREATE FUNCTION cma_tell_sign_out() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_notify('cma_signed_out', NEW.centre_id || '/' || NEW.user_id);
  RETURN NULL;
END $$"""

TRIGGERS = (
    ("keep_sums", "debts", "INSERT OR UPDATE", "cma_keep_debt_sums", ""),
    ("keep_surplus", "budget_sheets", "INSERT OR UPDATE", "cma_keep_surplus", ""),
    ("tell_boards", "cases", "INSERT OR UPDATE", "cma_tell_boards", ""),
    ("tell_boards", "next_actions", "INSERT OR UPDATE", "cma_tell_boards", ""),
    (
        "tell_sign_out",
        "sessions",
        "UPDATE",
        "cma_tell_sign_out",
        "WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)",
    ),
    (
        "tell_sign_out",
        "users",
        "UPDATE",
        "cma_tell_sign_out_user",
        "WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.role IS DISTINCT FROM NEW.role)",
    ),
)
TELL_SIGN_OUT_USER = (
    TELL_SIGN_OUT.replace("cma_tell_sign_out", "cma_tell_sign_out_user")
    .replace("NEW.user_id", "NEW.id")
    .replace("pg_notify('cma_signed_out_user'", "pg_notify('cma_signed_out'")
)
FUNCTIONS = (KEEP_DEBT_SUMS, KEEP_SURPLUS, TELL_BOARDS, TELL_SIGN_OUT, TELL_SIGN_OUT_USER)


def upgrade() -> None:
    for statement in FUNCTIONS:
        op.get_bind().exec_driver_sql(statement)
    for name, table, events, function, condition in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} AFTER {events} ON {table} FOR EACH ROW {condition}"
            f" EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    for name, table, *_ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in sorted({trigger[3] for trigger in TRIGGERS}):
        op.execute(f"DROP FUNCTION {function}()")
