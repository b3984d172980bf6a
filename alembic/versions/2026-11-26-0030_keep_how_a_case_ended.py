"""Keep how a case ended: its closings, each debt's outcome, what was gained, until when it is kept.

A closing is never changed, by raw SQL either: the app may read and insert it, no more. Until when
a client's own details and a case's documents are kept follows from the cases, in the database:
whoever closes one need not see another, and no verb can forget it. So does what a hold holds.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
BY_CASE = (
    f"{CENTRE} AND {AT_WORK} AND NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
)
BY_CLIENT = (
    f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR client_id = ANY ((SELECT cma_own_clients())::bigint[]))"
)
POLICIES = {
    "case_closings": BY_CASE,
    "closing_debts": BY_CASE,
    "closing_gains": BY_CASE,
    "retention_dates": BY_CASE,
    "legal_holds": BY_CLIENT,
}
FOR_EVER = ("case_closings", "closing_debts", "closing_gains")

# The kinds of request that hold a record while they are open: those of rules/requests.yaml with
# `holds`, which a test compares.
HOLDING = "('data_access', 'data_rights', 'data_complaint', 'complaint')"

# Whether nothing of a person may be forgotten: a hold stands, or a request is open in a case that
# is about them now.
HELD = f"""
CREATE FUNCTION cma_held(p_centre bigint, p_client bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT FROM public.legal_holds h WHERE h.centre_id = p_centre
    AND h.client_id = p_client AND h.ended_at IS NULL)
  OR EXISTS (SELECT FROM public.request_deadlines r
    JOIN public.cases k ON k.centre_id = r.centre_id AND k.id = r.case_id
    WHERE r.centre_id = p_centre AND r.done_on IS NULL AND r.deleted_at IS NULL
    AND r.kind IN {HOLDING} AND (k.client_id = p_client OR EXISTS (
      SELECT FROM public.case_people p WHERE p.centre_id = k.centre_id
      AND p.case_id = k.id AND p.client_id = p_client AND p.left_on IS NULL)))
$$"""
CASES_OF = """
CREATE FUNCTION cma_cases_of(p_centre bigint, p_client bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT k.id FROM public.cases k WHERE k.centre_id = p_centre AND k.client_id = p_client
  UNION
  SELECT p.case_id FROM public.case_people p WHERE p.centre_id = p_centre
  AND p.client_id = p_client
$$"""
# A case of anybody held has no date, whoever sets it.
DATE_CASE = """
CREATE FUNCTION cma_date_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.retention_date IS NOT NULL AND (
    public.cma_held(NEW.centre_id, NEW.client_id) OR EXISTS (
      SELECT FROM public.case_people p WHERE p.centre_id = NEW.centre_id
      AND p.case_id = NEW.id AND public.cma_held(p.centre_id, p.client_id)))
  THEN NEW.retention_date := NULL;
  END IF;
  RETURN NEW;
END $$"""
# Cases are locked before the hold is written: an ending under way comes first, and is seen.
LOCK_CASES = """
CREATE FUNCTION cma_lock_cases_of() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM FROM public.cases k WHERE k.centre_id = NEW.centre_id
  AND k.id IN (SELECT public.cma_cases_of(NEW.centre_id, NEW.client_id))
  ORDER BY k.id FOR UPDATE;
  RETURN NEW;
END $$"""
# What stands of a person's cases ends when they are held; what stood last stands again when they
# are not, in cases that have ended since the same day.
COUNT_CLIENT = """
CREATE FUNCTION cma_count_client(p_centre bigint, p_client bigint, p_why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF public.cma_held(p_centre, p_client) THEN
    UPDATE public.retention_dates d
    SET ended_at = now(), ended_because = p_why, updated_at = now()
    WHERE d.centre_id = p_centre AND d.ended_at IS NULL
    AND d.case_id IN (SELECT public.cma_cases_of(p_centre, p_client));
    UPDATE public.cases k SET retention_date = NULL
    WHERE k.centre_id = p_centre AND k.retention_date IS NOT NULL
    AND k.id IN (SELECT public.cma_cases_of(p_centre, p_client));
  ELSE
    UPDATE public.cases k SET retention_date = (
      SELECT d.keep_until FROM public.retention_dates d
      WHERE d.centre_id = k.centre_id AND d.case_id = k.id AND d.covers = 'case'
      AND d.counted_from = k.closing_date ORDER BY d.id DESC LIMIT 1)
    WHERE k.centre_id = p_centre AND k.retention_date IS NULL AND k.closing_date IS NOT NULL
    AND k.id IN (SELECT public.cma_cases_of(p_centre, p_client));
    INSERT INTO public.retention_dates
      (centre_id, case_id, covers, counted_from, years, keep_until, rule)
    SELECT DISTINCT ON (d.case_id, d.covers)
      d.centre_id, d.case_id, d.covers, d.counted_from, d.years, d.keep_until, d.rule
    FROM public.retention_dates d
    JOIN public.cases k ON k.centre_id = d.centre_id AND k.id = d.case_id
    WHERE d.centre_id = p_centre AND d.counted_from = k.closing_date
    AND k.retention_date IS NOT NULL
    AND k.id IN (SELECT public.cma_cases_of(p_centre, p_client))
    AND NOT EXISTS (SELECT FROM public.retention_dates s WHERE s.centre_id = d.centre_id
      AND s.case_id = d.case_id AND s.ended_at IS NULL)
    ORDER BY d.case_id, d.covers, d.id DESC;
  END IF;
  PERFORM public.cma_keep_client(p_centre, p_client);
END $$"""
OF_HOLD = """
CREATE FUNCTION cma_keep_of_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM public.cma_count_client(NEW.centre_id, NEW.client_id, 'Held');
  RETURN NULL;
END $$"""
OF_REQUEST = """
CREATE FUNCTION cma_keep_of_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE person bigint;
BEGIN
  FOR person IN
    SELECT k.client_id FROM public.cases k
    WHERE k.centre_id = NEW.centre_id AND k.id = NEW.case_id
    UNION
    SELECT p.client_id FROM public.case_people p
    WHERE p.centre_id = NEW.centre_id AND p.case_id = NEW.case_id AND p.left_on IS NULL
    ORDER BY 1
  LOOP
    PERFORM FROM public.cases k WHERE k.centre_id = NEW.centre_id
    AND k.id IN (SELECT public.cma_cases_of(NEW.centre_id, person))
    ORDER BY k.id FOR UPDATE;
    PERFORM public.cma_count_client(NEW.centre_id, person, 'Held: a request is open');
  END LOOP;
  RETURN NULL;
END $$"""

# The last day of the longest kept of all their cases; none while a case of theirs is at work or
# something is held.
KEEP_CLIENT = """
CREATE FUNCTION cma_keep_client(p_centre bigint, p_client bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH theirs AS (
    SELECT k.retention_date FROM public.cases k
    WHERE k.centre_id = p_centre AND k.deleted_at IS NULL AND (
      k.client_id = p_client OR EXISTS (
        SELECT FROM public.case_people p WHERE p.centre_id = k.centre_id
        AND p.case_id = k.id AND p.client_id = p_client))
  ), found AS (
    SELECT CASE
      WHEN EXISTS (SELECT FROM theirs WHERE retention_date IS NULL) THEN NULL
      WHEN public.cma_held(p_centre, p_client) THEN NULL
      ELSE (SELECT max(retention_date) FROM theirs) END AS until
  )
  UPDATE public.clients c SET retention_date = found.until FROM found
  WHERE c.centre_id = p_centre AND c.id = p_client
    AND c.retention_date IS DISTINCT FROM found.until
$$"""
OF_CASE = """
CREATE FUNCTION cma_keep_of_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM public.cma_keep_client(NEW.centre_id, NEW.client_id);
  PERFORM public.cma_keep_client(p.centre_id, p.client_id) FROM public.case_people p
  WHERE p.centre_id = NEW.centre_id AND p.case_id = NEW.id;
  IF TG_OP = 'UPDATE' THEN
    UPDATE public.documents d SET retention_date = NEW.retention_date
    WHERE d.centre_id = NEW.centre_id AND d.case_id = NEW.id
      AND d.retention_date IS DISTINCT FROM NEW.retention_date;
  END IF;
  RETURN NULL;
END $$"""
OF_CLIENT = """
CREATE FUNCTION cma_keep_of_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM public.cma_keep_client(NEW.centre_id, NEW.client_id);
  RETURN NULL;
END $$"""
OF_DOCUMENT = """
CREATE FUNCTION cma_keep_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.case_id IS NOT NULL THEN
    SELECT k.retention_date INTO NEW.retention_date FROM public.cases k
    WHERE k.centre_id = NEW.centre_id AND k.id = NEW.case_id;
  END IF;
  RETURN NEW;
END $$"""
FUNCTIONS = {
    "cma_held(bigint, bigint)": HELD,
    "cma_cases_of(bigint, bigint)": CASES_OF,
    "cma_keep_client(bigint, bigint)": KEEP_CLIENT,
    "cma_count_client(bigint, bigint, text)": COUNT_CLIENT,
    "cma_date_case()": DATE_CASE,
    "cma_lock_cases_of()": LOCK_CASES,
    "cma_keep_of_case()": OF_CASE,
    "cma_keep_of_client()": OF_CLIENT,
    "cma_keep_of_hold()": OF_HOLD,
    "cma_keep_of_request()": OF_REQUEST,
    "cma_keep_document()": OF_DOCUMENT,
}
TRIGGERS = (
    ("cases", "date_case", "BEFORE UPDATE OF retention_date", "cma_date_case"),
    (
        "cases",
        "keep_until",
        "AFTER INSERT OR UPDATE OF client_id, retention_date, deleted_at",
        "cma_keep_of_case",
    ),
    (
        "case_people",
        "keep_until",
        "AFTER INSERT OR UPDATE OF client_id, left_on",
        "cma_keep_of_client",
    ),
    ("legal_holds", "lock_cases", "BEFORE INSERT OR UPDATE OF ended_at", "cma_lock_cases_of"),
    ("legal_holds", "keep_until", "AFTER INSERT OR UPDATE OF ended_at", "cma_keep_of_hold"),
    (
        "request_deadlines",
        "keep_until",
        "AFTER INSERT OR UPDATE OF kind, done_on, deleted_at",
        "cma_keep_of_request",
    ),
    ("documents", "keep_until", "BEFORE INSERT", "cma_keep_document"),
)


def _stamps() -> list[sa.Column]:
    def moment(name: str) -> sa.Column:
        return sa.Column(
            name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        )

    return [
        moment("created_at"),
        moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str, length: int, *, needed: bool = True) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=not needed)


def _sum(name: str, digits: int) -> sa.Column:
    return sa.Column(name, sa.Numeric(digits, 2), nullable=True)


def _total(name: str) -> sa.Column:
    return sa.Column(name, sa.Numeric(14, 2), nullable=False)


def _keys(table: str, *refers: tuple[str, str]) -> list[sa.Constraint]:
    return [
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{of}.centre_id", f"{of}.id"],
                name=op.f(f"fk_{table}_centre_id_{column}"),
            )
            for column, of in refers
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    ]


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


ENDED_SAYS_WHY = "(ended_at IS NULL) = (ended_because IS NULL)"


def _closings() -> None:
    op.create_table(
        "case_closings",
        *_stamps(),
        _key("case_id"),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _text("amended_because", 500, needed=False),
        _text("status", 30),
        sa.Column("closed_on", sa.Date(), nullable=False),
        _text("reason", 30),
        _text("reason_words", 100, needed=False),
        _text("referred_to", 200, needed=False),
        _text("debt_solution", 30),
        _text("fca_outcome", 30),
        sa.Column("client_words", sa.Text(), nullable=True),
        sa.Column("what_next", sa.Text(), nullable=True),
        _text("emergency_words", 500, needed=False),
        *map(_total, ("owed_at_start", "owed_at_closing", "written_off", "arranged")),
        *map(_total, ("in_solution", "gained_a_year", "gained_once")),
        sa.Column("words", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _check("case_closings", "amendment_says_why", "(revision = 1) = (amended_because IS NULL)"),
        _check(
            "case_closings", "referred_to_whom", "status <> 'referred' OR referred_to IS NOT NULL"
        ),
        _check("case_closings", "status", "status IN ('closed', 'referred', 'cancelled')"),
        _unique("case_closings", "centre_id", "case_id", "round_no", "revision"),
        *_keys("case_closings", ("case_id", "cases")),
    )
    op.create_index("idx_case_closings_closed", "case_closings", ["centre_id", "closed_on", "id"])
    op.create_table(
        "closing_debts",
        *_stamps(),
        *map(_key, ("case_id", "closing_id", "debt_id")),
        _text("creditor_name", 255),
        _text("debt_type", 50),
        sa.Column("is_priority", sa.Boolean(), nullable=False),
        _text("outcome", 30),
        _text("outcome_word", 100),
        _text("grouping", 20),
        *[_sum(name, 10) for name in ("owed_at_start", "owed_at_closing", "written_off")],
        *[
            _check("closing_debts", name, f"{name} >= 0")
            for name in ("owed_at_start", "owed_at_closing", "written_off")
        ],
        _check(
            "closing_debts",
            "grouping",
            "grouping IN ('written_off', 'arranged', 'solution', 'paid', 'client', 'unknown')",
        ),
        _unique("closing_debts", "centre_id", "closing_id", "debt_id"),
        *_keys(
            "closing_debts",
            ("case_id", "cases"),
            ("closing_id", "case_closings"),
            ("debt_id", "debts"),
        ),
    )
    op.create_index("idx_closing_debts_case", "closing_debts", ["centre_id", "case_id"])
    op.create_index("idx_closing_debts_debt", "closing_debts", ["centre_id", "debt_id"])
    op.create_table(
        "closing_gains",
        *_stamps(),
        *map(_key, ("case_id", "closing_id")),
        _text("kind", 30),
        _text("kind_word", 100),
        _text("detail", 200, needed=False),
        _sum("amount", 10),
        _text("entered_frequency", 20),
        _sum("counted", 12),
        _check("closing_gains", "amount", "amount >= 0"),
        _check("closing_gains", "counted", "(amount IS NULL) = (counted IS NULL)"),
        *_keys("closing_gains", ("case_id", "cases"), ("closing_id", "case_closings")),
    )
    op.create_index("idx_closing_gains_case", "closing_gains", ["centre_id", "case_id"])
    op.create_index("idx_closing_gains_closing", "closing_gains", ["centre_id", "closing_id"])


def _retention() -> None:
    op.create_table(
        "retention_dates",
        *_stamps(),
        _key("case_id"),
        _text("covers", 20),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        _text("rule", 300),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _text("ended_because", 200, needed=False),
        _check("retention_dates", "covers", "covers IN ('case', 'financial', 'audit')"),
        _check("retention_dates", "ended_says_why", ENDED_SAYS_WHY),
        *_keys("retention_dates", ("case_id", "cases")),
    )
    op.create_index(
        "uq_retention_dates_standing",
        "retention_dates",
        ["centre_id", "case_id", "covers"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("idx_retention_dates_case", "retention_dates", ["centre_id", "case_id", "id"])
    op.create_index(
        "idx_retention_dates_due",
        "retention_dates",
        ["centre_id", "keep_until"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "legal_holds",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *_stamps(),
        _key("client_id"),
        _text("kind", 20),
        _text("reason", 500),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        _text("ended_because", 500, needed=False),
        _check(
            "legal_holds",
            "kind",
            "kind IN ('complaint', 'legal_claim', 'subject_request', 'other')",
        ),
        _check("legal_holds", "ended_says_why", ENDED_SAYS_WHY),
        *_keys("legal_holds", ("client_id", "clients"), ("ended_by", "users")),
    )
    op.create_index("idx_legal_holds_client", "legal_holds", ["centre_id", "client_id", "id"])
    op.add_column("cases", sa.Column("retention_date", sa.Date(), nullable=True))
    op.add_column(
        "cases", sa.Column("reopened_count", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("clients", sa.Column("retention_date", sa.Date(), nullable=True))


def _wall(table: str, condition: str, app: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON {table} USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    may = "SELECT, INSERT" if table in FOR_EVER else "SELECT, INSERT, UPDATE"
    op.execute(f"GRANT {may} ON {table} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _closings()
    _retention()
    for table, condition in POLICIES.items():
        _wall(table, condition, app)
    for signature, statement in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for table, name, when, runs in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {runs}()"
        )


def downgrade() -> None:
    for table, name, *_ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_column("clients", "retention_date")
    op.drop_column("cases", "reopened_count")
    op.drop_column("cases", "retention_date")
    for table in ("legal_holds", "retention_dates", *reversed(FOR_EVER)):
        op.drop_table(table)
