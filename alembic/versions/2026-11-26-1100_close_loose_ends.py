"""Close loose ends: drafts of advice, enquiries that went no further, links of who has left.

A draft of advice may be discarded, and only a draft: what was given stays. A client who never had
a case may be forgotten once a confirmed list says that their days have passed and nothing was
recorded of them since; whatever a list says, never within a year of that. A link that waits while
its person is not active any more fails, and says so.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

REASONS = ("refused", "unreachable", "late")
# The day on which anything was last recorded of somebody, or is to come; today while a referral of
# theirs waits. A hold, and who may open the file, are no contact.
LAST_CONTACT = """
CREATE FUNCTION cma_last_contact(p_centre bigint, p_client bigint) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT max((moment AT TIME ZONE 'Europe/London')::date) FROM (
    SELECT greatest(c.created_at, c.updated_at) FROM public.clients c
      WHERE c.centre_id = p_centre AND c.id = p_client
    UNION ALL SELECT CASE WHEN r.status = 'waiting' AND r.deleted_at IS NULL THEN now()
      ELSE greatest(r.created_at, r.updated_at) END FROM public.referrals r
      WHERE r.centre_id = p_centre AND r.client_id = p_client
    UNION ALL SELECT greatest(a.created_at, a.updated_at, upper(a.slot)) FROM public.appointments a
      WHERE a.centre_id = p_centre AND a.client_id = p_client
    UNION ALL SELECT greatest(s.created_at, s.given_at) FROM public.consents s
      WHERE s.centre_id = p_centre AND s.client_id = p_client
    UNION ALL SELECT greatest(w.created_at, w.updated_at) FROM public.contact_routes w
      WHERE w.centre_id = p_centre AND w.client_id = p_client
    UNION ALL SELECT greatest(m.created_at, m.updated_at) FROM public.monitoring_answers m
      WHERE m.centre_id = p_centre AND m.client_id = p_client
    UNION ALL SELECT greatest(q.created_at, q.updated_at) FROM public.rights_requests q
      WHERE q.centre_id = p_centre AND q.client_id = p_client
    UNION ALL SELECT greatest(y.created_at, y.updated_at) FROM public.client_copies y
      WHERE y.centre_id = p_centre AND y.client_id = p_client
  ) recorded (moment) WHERE current_setting('app.role', true) = 'system'
$$"""
LAST_OF_ERASURE = "      AND q.deleted_at IS NULL AND q.action_on <= today))\n"
OR_ENQUIRY = """      AND q.deleted_at IS NULL AND q.action_on <= today)
    AND NOT EXISTS (SELECT FROM public.retention_items i WHERE i.centre_id = p_centre
      AND i.run_id = p_run AND i.client_id = one AND i.covers = p_covers AND i.kept_until < today
      AND public.cma_last_contact(p_centre, one)
        <= least((i.what ->> 'last_contact')::date, today - interval '1 year')))
"""


def _replace_in_hindered(was: str, becomes: str) -> None:
    """Change the function that says why a circle may not go yet, as it stands."""
    signature = "cma_hindered(bigint, bigint, text, bigint[], bigint[])"
    found = str(
        op.get_bind()
        .exec_driver_sql(f"SELECT pg_get_functiondef('{signature}'::regprocedure)")
        .scalar_one()
    )
    if found.count(was) != 1:
        raise RuntimeError("the function is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(found.replace(was, becomes).replace("%", "%%"))


def _draft_index(where: str) -> None:
    op.drop_index("uq_recommendations_draft", "recommendations")
    op.create_index(
        "uq_recommendations_draft",
        "recommendations",
        ["centre_id", "case_id"],
        unique=True,
        postgresql_where=sa.text(where),
    )


def _reasons(*allowed: str) -> None:
    name = op.f("ck_account_links_reason")
    op.drop_constraint(name, "account_links")
    listed = ", ".join(f"'{each}'" for each in allowed)
    op.create_check_constraint(name, "account_links", f"reason IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    op.add_column("recommendations", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_recommendations_discarded"),
        "recommendations",
        "deleted_at IS NULL OR status = 'draft'",
    )
    _draft_index("status = 'draft' AND deleted_at IS NULL")
    _reasons(*REASONS, "left")
    signature = "cma_last_contact(bigint, bigint)"
    op.get_bind().exec_driver_sql(LAST_CONTACT)
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")
    _replace_in_hindered(LAST_OF_ERASURE, OR_ENQUIRY)


def downgrade() -> None:
    _replace_in_hindered(OR_ENQUIRY, LAST_OF_ERASURE)
    op.execute("DROP FUNCTION cma_last_contact(bigint, bigint)")
    op.execute("UPDATE account_links SET reason = 'refused' WHERE reason = 'left'")
    _reasons(*REASONS)
    op.execute("DELETE FROM recommendations WHERE deleted_at IS NOT NULL")
    _draft_index("status = 'draft'")
    op.drop_constraint(op.f("ck_recommendations_discarded"), "recommendations")
    op.drop_column("recommendations", "deleted_at")
