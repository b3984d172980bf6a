"""Match names for trainees: they are told that somebody is here already, and of nothing else.

A trainee's row security shows their own people alone, so whoever looks alike among the others
would be entered twice. This function of the owner answers with a name, a reference, and which of
the asked answers agree: no id, and no value that the trainee did not type. What agreement means is
decided by `cma_app.rules.duplicates`. Restricted files and other centres stay absent.
"""

from alembic import context, op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOST = 200  # of each look-up, as for everybody else
SIGNATURE = "cma_match_names(text, text, date, text, text[], text, text)"
LIVE = (
    "c.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint"
    " AND current_setting('app.role', true) = 'trainee'"
    " AND c.deleted_at IS NULL AND NOT c.is_restricted"
)


def _look_up(condition: str, order: str = "") -> str:
    return f"(SELECT c.id FROM public.clients c WHERE {LIVE} AND {condition} {order} LIMIT {MOST})"


def _begins(column: str, letters: str) -> str:
    """Say that a search column begins so, as a range: an index answers it for a parameter too."""
    end = r"U&'\+10FFFF'"
    return f"c.{column} >= {letters} AND c.{column} < {letters} || {end}"


def _named(last: str, first: str) -> str:
    """Return the look-up by two letters of the last name and one of the first."""
    return _look_up(
        f"{last} <> '' AND {first} <> ''"
        f" AND {_begins('last_name_search', f'left(lower({last}), 2)')}"
        f" AND {_begins('first_name_search', f'left(lower({first}), 1)')}",
        "ORDER BY c.last_name_search, c.first_name_search",
    )


LOOK_UPS = " UNION ".join(
    (
        _look_up("c.ni_number_index = p_ni"),
        _look_up("c.email IN (p_email, lower(p_email))"),
        _look_up("c.phone_primary = ANY (p_phones)"),
        _look_up("c.phone_secondary = ANY (p_phones)"),
        _look_up("c.date_of_birth = p_born"),
        _look_up("c.postcode = p_postcode"),
        _named("p_last", "p_first"),
        _named("p_first", "p_last"),
    )
)
MATCH = f"""
CREATE FUNCTION cma_match_names(
    p_first text, p_last text, p_born date, p_postcode text, p_phones text[], p_email text,
    p_ni text
) RETURNS TABLE (
    first_name text, last_name text, client_reference text, same_birth boolean,
    other_birth boolean, same_postcode boolean, same_phones text[], same_email boolean,
    same_ni boolean, other_ni boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.first_name, c.last_name, c.client_reference,
    coalesce(c.date_of_birth = p_born, false),
    coalesce(c.date_of_birth <> p_born AND to_char(c.date_of_birth, 'MMDD') <> '0101', false),
    coalesce(c.postcode = p_postcode, false),
    array(SELECT phone FROM unnest(p_phones) AS phone
      WHERE phone IN (c.phone_primary, c.phone_secondary)),
    coalesce(c.email IN (p_email, lower(p_email)), false),
    coalesce(c.ni_number_index = p_ni, false),
    coalesce(c.ni_number_index <> p_ni, false)
  FROM public.clients c
  WHERE {LIVE} AND c.id IN ({LOOK_UPS})
    AND NOT c.id = ANY ((SELECT public.cma_own_clients())::bigint[])
$$"""


def upgrade() -> None:
    app = context.get_context().opts["app_role"]
    op.get_bind().exec_driver_sql(MATCH)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {app}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
