"""Keep what the client kept, and equality answers apart; count those without seeing them.

An answer for monitoring is seen by who recorded it and by who holds a case of the client, and
written by holders alone. The log holds no answer. Who answers for the centre gets counts of five
clients or more, from a function of the owner.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
TABLE = "monitoring_answers"
HELD = "client_id = ANY ((SELECT cma_own_clients())::bigint[])"
IN_REACH = (
    f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
)
SEEN = f"{IN_REACH} AND ({ROLE} = 'system' OR created_by = {ME} OR {HELD})"
WRITTEN = f"{IN_REACH} AND ({ROLE} = 'system' OR {HELD})"

# Of so few clients no count is given: it would be a person's own answer. Whoever has withdrawn
# consent for sensitive facts is not counted.
COUNT = """
CREATE FUNCTION cma_count_monitoring(p_clients bigint[])
RETURNS TABLE (question text, answer text, clients integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH asked AS (
    SELECT c.centre_id, c.id FROM public.clients c
    WHERE c.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
      AND c.id = ANY (p_clients) AND c.deleted_at IS NULL
      AND NOT c.id = ANY ((SELECT public.cma_hidden_clients())::bigint[])
      AND coalesce(current_setting('app.role', true), '') IN ('manager', 'system')
  )
  SELECT m.question::text, m.monitored_answer::text, count(*)::integer
  FROM asked a JOIN public.monitoring_answers m
    ON m.centre_id = a.centre_id AND m.client_id = a.id
  WHERE (SELECT count(*) FROM asked) >= 5
    AND (SELECT s.is_given FROM public.consents s
         WHERE s.centre_id = a.centre_id AND s.client_id = a.id
           AND s.purpose = 'special_category' ORDER BY s.id DESC LIMIT 1) IS NOT FALSE
  GROUP BY 1, 2
$$"""
SIGNATURE = "cma_count_monitoring(bigint[])"


def _secrets(before: str, after: str) -> None:
    """Change the list of columns whose values the log never holds."""
    op.execute(
        "DO $$ BEGIN EXECUTE replace(pg_get_functiondef('cma_audit'::regproc),"
        f" $a${before}$a$, $a${after}$a$); END $$"
    )


def _moment(name: str) -> sa.Column:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _words(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _create() -> None:
    op.create_table(
        TABLE,
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        _words("question", 20),
        _words("monitored_answer", 20),
        _words("basis", 30),
        _words("questions_version", 20),
        sa.CheckConstraint(
            "basis IN ('equality', 'legitimate_interests')", name=op.f(f"ck_{TABLE}_basis")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f(f"fk_{TABLE}_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f(f"fk_{TABLE}_updated_by")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f(f"fk_{TABLE}_centre_id")),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f(f"fk_{TABLE}_centre_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "centre_id",
            "client_id",
            "question",
            name=op.f(f"uq_{TABLE}_centre_id_client_id_question"),
        ),
    )
    op.create_index(f"idx_{TABLE}_created_by", TABLE, ["centre_id", "created_by"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "case_closings",
        sa.Column(
            "saved",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    _create()
    _secrets("'token_hash'", "'token_hash', 'monitored_answer'")
    app = context.get_context().opts["app_role"]
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON {TABLE} USING ({SEEN}) WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY platform ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    op.get_bind().exec_driver_sql(COUNT)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {app}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.drop_table(TABLE)
    _secrets("'token_hash', 'monitored_answer'", "'token_hash'")
    op.drop_column("case_closings", "saved")
