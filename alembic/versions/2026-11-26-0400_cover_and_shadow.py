"""Stand in, cover and shadow: a trainee's second supervisor, who does whose work, who follows what.

A cover gives no right, so no policy knows of it. A shadow opens one case to one trainee for reading:
a second policy on each table of a case, for SELECT alone, so that no write can pass by it. It is
never open on a restricted file, nor on a case that has ended, whatever the row of the shadow says.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
HIDDEN_CLIENTS = "(SELECT cma_hidden_clients())::bigint[]"
NOT_HIDDEN = "NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
OWN_CASE = "case_id = ANY ((SELECT cma_own_cases())::bigint[])"
OWN_CLIENTS = "(SELECT cma_own_clients())::bigint[]"
SHADOWED_CASES = "(SELECT cma_shadowed_cases())::bigint[]"
SHADOWED_CLIENTS = "(SELECT cma_shadowed_clients())::bigint[]"

# A person sets their own cover, a manager everybody's; a trainee's is the manager's to set.
SETS_COVER = f"({ROLE} IN ('manager', 'system') OR ({ROLE} = 'advisor' AND absent_id = {ME}))"
SEEN_SHADOW = f"({ROLE} <> 'trainee' OR trainee_id = {ME} OR {OWN_CASE})"
POLICIES = {
    "covers": (f"{CENTRE} AND {AT_WORK}", f"{CENTRE} AND {SETS_COVER}"),
    "case_shadows": (
        f"{CENTRE} AND {AT_WORK} AND {NOT_HIDDEN} AND {SEEN_SHADOW}",
        f"{CENTRE} AND {ROLE} IN ('manager', 'advisor', 'system') AND {NOT_HIDDEN}",
    ),
}
"""What is seen of each new table, and what may be written."""

OF_A_CASE = (
    *("ai_insights", "budget_sheets", "case_closings", "case_compliance"),
    *("case_notes", "closing_debts", "closing_gains", "creditor_replies", "creditors"),
    *("debt_events", "debts", "gate_overrides", "households", "issued_files"),
    *("next_actions", "offers", "request_deadlines", "retention_dates", "statements"),
)
OF_A_PERSON_TOO = (
    *("appointments", "authorities", "breathing_spaces", "case_people", "letters", "referrals"),
    "reminders",
)
OF_A_CLIENT = ("consents", "contact_routes")
# What the log tells of these is told by the record alone, or is no part of following a case.
NOT_TOLD = (
    "'referrals', 'appointment_notes', 'legal_holds', 'file_access', 'case_shadows',"
    " 'review_samples', 'file_reviews', 'file_review_versions', 'review_responses',"
    " 'sign_offs', 'notifications', 'monitoring_answers', 'documents', 'document_versions',"
    " 'document_uses', 'document_requests', 'document_readings', 'document_pages',"
    " 'document_figures', 'document_type_choices'"
)
SEEN_PERSON = f"(client_id IS NULL OR NOT client_id = ANY ({HIDDEN_CLIENTS}))"
FOLLOWED = f"{CENTRE} AND {ROLE} = 'trainee'"
SHADOWING = {
    "cases": f"{FOLLOWED} AND id = ANY ({SHADOWED_CASES})",
    "clients": f"{FOLLOWED} AND id = ANY ({SHADOWED_CLIENTS})",
    **dict.fromkeys(OF_A_CASE, f"{FOLLOWED} AND case_id = ANY ({SHADOWED_CASES})"),
    **dict.fromkeys(
        OF_A_PERSON_TOO, f"{FOLLOWED} AND case_id = ANY ({SHADOWED_CASES}) AND {SEEN_PERSON}"
    ),
    **dict.fromkeys(OF_A_CLIENT, f"{FOLLOWED} AND client_id = ANY ({SHADOWED_CLIENTS})"),
    "breathing_space_debts": (
        f"{FOLLOWED} AND case_id = ANY ({SHADOWED_CASES})"
        " AND EXISTS (SELECT 1 FROM breathing_spaces b"
        " WHERE b.centre_id = breathing_space_debts.centre_id"
        " AND b.id = breathing_space_debts.breathing_space_id)"
    ),
    "appointment_notes": (
        f"{FOLLOWED} AND EXISTS (SELECT 1 FROM appointments a"
        " WHERE a.centre_id = appointment_notes.centre_id"
        f" AND a.id = appointment_notes.appointment_id AND a.case_id = ANY ({SHADOWED_CASES}))"
    ),
    "audit_logs": (
        f"{FOLLOWED} AND case_id = ANY ({SHADOWED_CASES}) AND {SEEN_PERSON}"
        f" AND coalesce(table_name, '') NOT IN ({NOT_TOLD})"
    ),
}

# A note of an appointment went by seeing the appointment, which a shadow does: now by whose it is.
OF_APPOINTMENT = (
    f"{CENTRE} AND {AT_WORK} AND EXISTS (SELECT 1 FROM appointments a"
    " WHERE a.centre_id = appointment_notes.centre_id AND a.id = appointment_notes.appointment_id"
)
NOTES = f"{OF_APPOINTMENT})"
OWN_NOTES = f"{OF_APPOINTMENT} AND ({ROLE} <> 'trainee' OR a.client_id = ANY ({OWN_CLIENTS})))"

IN_CENTRE = "centre_id = nullif(current_setting('app.centre_id', true), '')::bigint"
MINE = "nullif(current_setting('app.user_id', true), '')::bigint"
FUNCTIONS = {
    "cma_shadowed_cases": f"""
        SELECT coalesce(array_agg(k.id), '{{}}') FROM public.case_shadows s
        JOIN public.cases k ON k.centre_id = s.centre_id AND k.id = s.case_id
        JOIN public.clients c ON c.centre_id = k.centre_id AND c.id = k.client_id
        WHERE s.{IN_CENTRE} AND s.trainee_id = {MINE}
          AND current_setting('app.role', true) = 'trainee' AND s.ended_at IS NULL
          AND (now() AT TIME ZONE 'Europe/London')::date
            BETWEEN s.first_day AND coalesce(s.last_day, 'infinity')
          AND k.status IN ('open', 'in_progress') AND k.deleted_at IS NULL
          AND k.advisor_id <> {MINE} AND NOT c.is_restricted
          AND NOT EXISTS (SELECT 1 FROM public.case_people p
            JOIN public.clients o ON o.centre_id = p.centre_id AND o.id = p.client_id
            WHERE p.centre_id = k.centre_id AND p.case_id = k.id AND p.left_on IS NULL
              AND o.is_restricted)""",
    "cma_shadowed_clients": f"""
        SELECT coalesce(array_agg(id), '{{}}') FROM (
          SELECT k.client_id AS id FROM public.cases k
          WHERE k.{IN_CENTRE} AND k.id = ANY (public.cma_shadowed_cases())
          UNION
          SELECT p.client_id FROM public.case_people p
          WHERE p.{IN_CENTRE} AND p.left_on IS NULL
            AND p.case_id = ANY (public.cma_shadowed_cases())
        ) followed WHERE NOT id = ANY (public.cma_own_clients())""",
}
END_SHADOWS = """
CREATE FUNCTION cma_end_shadows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_TABLE_NAME = 'cases' THEN
    UPDATE public.case_shadows SET ended_at = now(), ended_by = NEW.updated_by
    WHERE centre_id = NEW.centre_id AND case_id = NEW.id AND ended_at IS NULL
      AND (NEW.status NOT IN ('open', 'in_progress') OR trainee_id = NEW.advisor_id);
  ELSE
    UPDATE public.case_shadows s SET ended_at = now(), ended_by = NULL
    FROM public.cases k
    WHERE s.centre_id = NEW.centre_id AND s.ended_at IS NULL
      AND k.centre_id = s.centre_id AND k.id = s.case_id AND (k.client_id = NEW.id OR EXISTS (
        SELECT 1 FROM public.case_people p WHERE p.centre_id = k.centre_id
        AND p.case_id = k.id AND p.client_id = NEW.id AND p.left_on IS NULL));
  END IF;
  RETURN NULL;
END $$"""
ENDINGS = {
    "cases": (
        "AFTER UPDATE OF status, advisor_id",
        "OLD.status IS DISTINCT FROM NEW.status OR OLD.advisor_id IS DISTINCT FROM NEW.advisor_id",
    ),
    "clients": ("AFTER UPDATE OF is_restricted", "NEW.is_restricted AND NOT OLD.is_restricted"),
}
GUARD = """
CREATE OR REPLACE FUNCTION cma_guard_people() RETURNS trigger
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
     AND (NEW.role, NEW.centre_id, NEW.is_active, NEW.username, NEW.supervisor_id{new})
       IS NOT DISTINCT FROM
         (OLD.role, OLD.centre_id, OLD.is_active, OLD.username, OLD.supervisor_id{old})
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'only a manager or an admin changes people'
    USING ERRCODE = 'insufficient_privilege';
END $$"""


def _stamps(*, removed: bool = False) -> list[sa.Column]:
    def moment(name: str) -> sa.Column:
        return sa.Column(
            name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        )

    gone = [sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True)] if removed else []
    return [
        *gone,
        moment("created_at"),
        moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _keys(table: str, **parents: str) -> list[sa.Constraint]:
    return [
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_centre_id_{column}"),
            )
            for column, parent in parents.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        sa.CheckConstraint("last_day >= first_day", name=op.f(f"ck_{table}_days")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    ]


def _stand_ins() -> None:
    op.add_column("users", sa.Column("stand_in_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_users_centre_id_stand_in_id"),
        "users",
        "users",
        ["centre_id", "stand_in_id"],
        ["centre_id", "id"],
    )
    op.create_index("idx_users_stand_in", "users", ["centre_id", "stand_in_id"])
    op.create_check_constraint(
        op.f("ck_users_two_supervisors"), "users", "stand_in_id <> supervisor_id"
    )
    guard = GUARD.format(new=", NEW.stand_in_id", old=", OLD.stand_in_id")
    op.get_bind().exec_driver_sql(guard)


def _covers() -> None:
    op.create_table(
        "covers",
        *_stamps(removed=True),
        sa.Column("absent_id", sa.BigInteger(), nullable=False),
        sa.Column("cover_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.CheckConstraint("absent_id <> cover_id", name=op.f("ck_covers_two_people")),
        *_keys("covers", absent_id="users", cover_id="users"),
    )
    for who in ("absent", "cover"):
        op.create_index(
            f"idx_covers_{who}",
            "covers",
            ["centre_id", f"{who}_id", "last_day"],
            postgresql_where=sa.text("deleted_at IS NULL"),
        )


def _shadows() -> None:
    op.create_table(
        "case_shadows",
        *_stamps(),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("trainee_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        *_keys("case_shadows", case_id="cases", trainee_id="users", ended_by="users"),
    )
    for name in ("case", "trainee"):
        op.create_index(f"idx_case_shadows_{name}", "case_shadows", ["centre_id", f"{name}_id"])
    op.create_index(
        "uq_case_shadows_standing",
        "case_shadows",
        ["centre_id", "case_id", "trainee_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _wall(table: str, app: str, using: str, check: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON {table} USING ({using}) WITH CHECK ({check})")
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def _notes_of_appointments(condition: str) -> None:
    op.execute(
        f"ALTER POLICY centre_isolation ON appointment_notes USING ({condition})"
        f" WITH CHECK ({condition})"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _stand_ins()
    _covers()
    _shadows()
    for table, (using, check) in POLICIES.items():
        _wall(table, app, using, check)
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER"
            f" SET search_path = pg_catalog, public AS $${body}$$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}() TO {app}")
    for table, condition in SHADOWING.items():
        op.execute(f"CREATE POLICY shadowing ON {table} FOR SELECT USING ({condition})")
    _notes_of_appointments(OWN_NOTES)
    op.get_bind().exec_driver_sql(END_SHADOWS)
    op.execute("REVOKE ALL ON FUNCTION cma_end_shadows() FROM PUBLIC")
    for table, (moment, condition) in ENDINGS.items():
        op.execute(
            f"CREATE TRIGGER end_shadows {moment} ON {table} FOR EACH ROW"
            f" WHEN ({condition}) EXECUTE FUNCTION cma_end_shadows()"
        )


def downgrade() -> None:
    for table in ENDINGS:
        op.execute(f"DROP TRIGGER end_shadows ON {table}")
    op.execute("DROP FUNCTION cma_end_shadows()")
    _notes_of_appointments(NOTES)
    for table in SHADOWING:
        op.execute(f"DROP POLICY shadowing ON {table}")
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}()")
    for table in POLICIES:
        op.drop_table(table)
    op.get_bind().exec_driver_sql(GUARD.format(new="", old=""))
    op.drop_constraint(op.f("ck_users_two_supervisors"), "users")
    op.drop_index("idx_users_stand_in", "users")
    op.drop_constraint(op.f("fk_users_centre_id_stand_in_id"), "users")
    op.drop_column("users", "stand_in_id")
