"""Keep what was advised: each version of a recommendation, the client's choice and how far it is.

Once given, the words of a version never change: a trigger holds that, whatever the app says. A
trainee's own session prepares a draft and no more; whoever signs it off gives it.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TABLE = "recommendations"
CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
NOT_HIDDEN = "NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
POLICY = (
    f"{CENTRE} AND {ROLE} IN ('manager', 'advisor', 'trainee', 'system') AND {NOT_HIDDEN}"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
)
READING = {
    "shadowing": (
        f"{CENTRE} AND {ROLE} = 'trainee'"
        " AND case_id = ANY ((SELECT cma_shadowed_cases())::bigint[])"
    ),
    "visiting": (
        f"{CENTRE} AND {ROLE} = 'visitor' AND (SELECT cma_open_grant()) IS NOT NULL"
        f" AND {NOT_HIDDEN}"
    ),
}
CHECKS = {
    "status": "status IN ('draft', 'advised', 'started', 'completed', 'failed', 'stopped')",
    "choice": "choice IN ('accepted', 'another', 'undecided')",
    "given": "(status = 'draft') = (given_at IS NULL) AND (given_at IS NULL OR given_by IS NOT NULL)",
    "chosen": (
        "(choice IS NOT DISTINCT FROM 'another') = (chosen IS NOT NULL)"
        " AND (chosen IS NULL) = (chosen_word IS NULL)"
        " AND (choice IS NULL) = (chosen_on IS NULL)"
    ),
    "started": (
        "status NOT IN ('started', 'completed')"
        " OR (started_on IS NOT NULL AND choice IN ('accepted', 'another'))"
    ),
    "ended": (
        "(status IN ('completed', 'failed', 'stopped')) = (ended_on IS NOT NULL)"
        " AND (status NOT IN ('draft', 'advised') OR started_on IS NULL)"
        " AND ended_on >= started_on"
    ),
}
KEEP = """
CREATE FUNCTION cma_keep_advice() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.status = 'draft'
     OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
  THEN
    RETURN NEW;
  END IF;
  IF NEW.status = 'draft'
     OR (OLD.superseded_on IS NOT NULL AND NEW.superseded_on IS DISTINCT FROM OLD.superseded_on)
     OR (NEW.case_id, NEW.version_no, NEW.nation, NEW.solution, NEW.solution_word, NEW.reasons,
         NEW.others, NEW.others_words, NEW.costs_told, NEW.advised_on, NEW.advised_by,
         NEW.given_at, NEW.given_by)
       IS DISTINCT FROM
        (OLD.case_id, OLD.version_no, OLD.nation, OLD.solution, OLD.solution_word, OLD.reasons,
         OLD.others, OLD.others_words, OLD.costs_told, OLD.advised_on, OLD.advised_by,
         OLD.given_at, OLD.given_by)
  THEN
    RAISE EXCEPTION 'advice that was given stays as it is' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'frozen';
  END IF;
  RETURN NEW;
END $$"""
LAST_BRANCH = "  ELSIF TG_TABLE_NAME = 'clients' THEN"
ADVICE_WAITS = (
    "  ELSIF TG_TABLE_NAME = 'recommendations' THEN\n"
    "    waits := becomes ->> 'status' <> 'draft'\n"
    "      AND coalesce(was ->> 'status', 'draft') = 'draft';\n"
)


def _moment(name: str, *, stamped: bool = False) -> sa.Column:
    default = sa.text("now()") if stamped else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not stamped)


def _number(name: str, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _day(name: str, *, optional: bool = True) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=optional)


def _said(name: str, length: int | None, *, optional: bool = True) -> sa.Column:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, nullable=optional)


def _create() -> None:
    people = [
        sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{TABLE}_{name}"))
        for name in ("created_by", "updated_by")
    ]
    parents = [
        sa.ForeignKeyConstraint(
            ["centre_id", column],
            [f"{parent}.centre_id", f"{parent}.id"],
            name=op.f(f"fk_{TABLE}_centre_id_{column}"),
        )
        for column, parent in (
            ("case_id", "cases"),
            ("advised_by", "users"),
            ("given_by", "users"),
        )
    ]
    op.create_table(
        TABLE,
        _moment("created_at", stamped=True),
        _moment("updated_at", stamped=True),
        _number("created_by", optional=True),
        _number("updated_by", optional=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _number("case_id"),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="draft", nullable=False),
        _said("nation", 20, optional=False),
        _said("solution", 30, optional=False),
        _said("solution_word", 100, optional=False),
        _said("reasons", None, optional=False),
        sa.Column(
            "others",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        _said("others_words", None),
        _said("costs_told", None, optional=False),
        _day("advised_on", optional=False),
        _number("advised_by"),
        _moment("given_at"),
        _number("given_by", optional=True),
        _day("superseded_on"),
        _said("choice", 10),
        _said("chosen", 30),
        _said("chosen_word", 100),
        _day("chosen_on"),
        _said("choice_note", 1000),
        _day("started_on"),
        _day("ended_on"),
        _said("progress_note", 1000),
        *[
            sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}"))
            for name, condition in CHECKS.items()
        ],
        *people,
        *parents,
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f(f"fk_{TABLE}_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "centre_id",
            "case_id",
            "version_no",
            name=op.f(f"uq_{TABLE}_centre_id_case_id_version_no"),
        ),
    )
    for name, where in (
        ("draft", "status = 'draft'"),
        ("standing", "status <> 'draft' AND superseded_on IS NULL"),
    ):
        op.create_index(
            f"uq_{TABLE}_{name}",
            TABLE,
            ["centre_id", "case_id"],
            unique=True,
            postgresql_where=sa.text(where),
        )
    op.create_index(f"idx_{TABLE}_advised", TABLE, ["centre_id", "advised_on"])


def _replace_in_wait(was: str, becomes: str) -> None:
    """Change the function that holds a trainee's acts, as it stands."""
    found = str(
        op.get_bind()
        .exec_driver_sql("SELECT pg_get_functiondef('cma_wait_for_sign_off()'::regprocedure)")
        .scalar_one()
    )
    if found.count(was) != 1:
        raise RuntimeError("the function is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(found.replace(was, becomes))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create()
    app = context.get_context().opts["app_role"]
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON {TABLE} USING ({POLICY}) WITH CHECK ({POLICY})")
    op.execute(f"CREATE POLICY platform ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for name, condition in READING.items():
        op.execute(f"CREATE POLICY {name} ON {TABLE} FOR SELECT USING ({condition})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    op.get_bind().exec_driver_sql(KEEP)
    _replace_in_wait(LAST_BRANCH, ADVICE_WAITS + LAST_BRANCH)
    op.execute(
        f"CREATE TRIGGER keep BEFORE UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_keep_advice()"
    )
    op.execute(
        f"CREATE TRIGGER wait_for_sign_off BEFORE INSERT OR UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_wait_for_sign_off()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute("DROP FUNCTION cma_keep_advice()")
    _replace_in_wait(ADVICE_WAITS, "")
