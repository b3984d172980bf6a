"""Close what stood open where pieces meet: a closed centre, and one without passwords.

Emergency access ends with the centre that is read, and does not come back when it opens again.
Where a centre's organisation alone lets its people in, no link in a letter sets a password.
"""

from alembic import context, op

revision = "0041"
down_revision = "0036"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"
LIVES = "AND g.ended_at IS NULL AND g.expires_at > now()"
OF_AN_OPEN_CENTRE = (
    f"{LIVES}\n    AND EXISTS (SELECT 1 FROM public.centres o"
    " WHERE o.id = g.centre_id AND o.status = 'active')"
)
ACTIVE = "AND c.status = 'active'"
BY_PASSWORD = f"{ACTIVE} AND public.cma_may_use_password(u.id)"
CHANGES = {
    "cma_open_grant()": (LIVES, OF_AN_OPEN_CENTRE),
    "cma_visit()": (LIVES, OF_AN_OPEN_CENTRE),
    "cma_find_link(text, timestamptz)": (ACTIVE, BY_PASSWORD),
    "cma_use_link(text, text, timestamptz, inet, text)": (ACTIVE, BY_PASSWORD),
    "cma_ask_reset(text, text, timestamptz, timestamptz, timestamptz, integer, integer, inet,"
    " text)": (ACTIVE, BY_PASSWORD),
}
CLOSED = f"""
CREATE FUNCTION cma_end_access_with_centre() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  UPDATE public.access_grants SET ended_at = now(), ended_how = 'closed', updated_at = now()
  WHERE centre_id = NEW.id AND ended_at IS NULL AND expires_at > now();
  RETURN NULL;
END $$"""
ENDS = "ended_how IN ('left', 'revoked', 'signed_out'{})"


def _changed(signature: str, was: str, becomes: str) -> None:
    """Change a function as it stands, so that nothing which others added to it is lost."""
    found = str(
        op.get_bind()
        .exec_driver_sql(f"SELECT pg_get_functiondef('{signature}'::regprocedure)")
        .scalar_one()
    )
    if found.count(was) != 1:
        raise RuntimeError("the function is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(found.replace(was, becomes))


def _may_end(condition: str) -> None:
    name = op.f("ck_access_grants_ended_how")
    op.drop_constraint(name, "access_grants")
    op.create_check_constraint(name, "access_grants", condition)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _may_end(ENDS.format(", 'closed'"))
    for signature, (was, becomes) in CHANGES.items():
        _changed(signature, was, becomes)
    op.get_bind().exec_driver_sql(CLOSED)
    op.execute(f"REVOKE ALL ON FUNCTION cma_end_access_with_centre() FROM PUBLIC, {app}")
    op.execute(
        "CREATE TRIGGER end_access AFTER UPDATE OF status ON centres FOR EACH ROW"
        " WHEN (NEW.status <> 'active') EXECUTE FUNCTION cma_end_access_with_centre()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER end_access ON centres")
    op.execute("DROP FUNCTION cma_end_access_with_centre()")
    for signature, (was, becomes) in CHANGES.items():
        _changed(signature, becomes, was)
    op.execute("UPDATE access_grants SET ended_how = 'revoked' WHERE ended_how = 'closed'")
    _may_end(ENDS.format(""))
