"""Views of the caseload board under a name: a manager's own, and those shared with the centre.

A view is a set of filters and no result: who opens it sees what they may see then. A shared view
is the centre's: every manager may rename and remove it, and only its owner takes it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import func, select, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.services.caseload import SORTS
from cma_app.services.caseload_values import Filter
from cma_app.services.forms import Form, Tick, given
from cma_app.session import CentreSession
from models import SavedView, User

MOST_VIEWS: Final = 40
"""Views that one person keeps, and that a centre shares."""
MOST_NAME: Final = 60
WAYS: Final = ("", "list", "figures")
"""As what a view opens: the board, the list, or the figures."""
_WORDS: Final = ("show", "advisor", "by", "stage", "status", "sort", "view")


class ViewForm(Form):
    """A view's name, and whether every manager of the centre sees it."""

    name: Annotated[
        str, Field(max_length=MOST_NAME), given("Give the view a name, like Deficits of Ben.")
    ]
    is_shared: Tick = False


@dataclass(frozen=True, slots=True)
class KeptView:
    """A view as it is listed; `shown` are the words of its address."""

    id: int
    version: int
    name: str
    shown: dict[str, str]
    is_shared: bool
    is_mine: bool
    owner: str


def list_views(session: CentreSession) -> list[KeptView]:
    """Return one's own views and those shared with the centre, by name."""
    session.authorize(Act.VIEW_KEEP)
    wanted = (
        select(SavedView, User)
        .join(
            User,
            (col(User.centre_id) == col(SavedView.centre_id))
            & (col(User.id) == col(SavedView.owner_id)),
        )
        .where(_is_seen(session))
        .order_by(col(SavedView.is_shared), func.lower(col(SavedView.name)), col(SavedView.id))
    )
    me = session.actor.user_id
    return [
        KeptView(
            id=row.id,
            version=row.version,
            name=row.name,
            shown=dict(row.shown),
            is_shared=row.is_shared,
            is_mine=row.owner_id == me,
            owner=owner.full_name,
        )
        for row, owner in session.execute(wanted)
    ]


def save_view(
    session: CentreSession, data: Mapping[str, Any], *, shown: Mapping[str, str]
) -> SavedView:
    """Keep what is shown under a name; Invalid where the name is taken."""
    session.authorize(Act.VIEW_KEEP)
    form = ViewForm.read(data)
    _refuse_taken(session, form.name, is_shared=form.is_shared)
    _refuse_more(session, is_shared=form.is_shared)
    row = SavedView(
        owner_id=session.actor.user_id,
        name=form.name,
        shown=known_words(shown),
        is_shared=form.is_shared,
    )
    session.add(row)
    session.flush()
    return row


def change_view(
    session: CentreSession, view_id: int, data: Mapping[str, Any], *, version: int
) -> SavedView:
    """Rename a view, share it or take it back; Conflict where somebody changed it meanwhile."""
    row = _require(session, view_id)
    session.authorize(Act.VIEW_KEEP, row)
    form = ViewForm.read(data)
    if row.version != version:
        raise Conflict(f"Somebody changed this view. It is called {row.name} now.")
    if row.is_shared and not form.is_shared and row.owner_id != session.actor.user_id:
        raise Conflict("Only who keeps this view can stop sharing it. Save a view of your own.")
    _refuse_taken(session, form.name, is_shared=form.is_shared, but=row.id)
    row.name, row.is_shared = form.name, form.is_shared
    session.flush()
    return row


def remove_view(session: CentreSession, view_id: int) -> SavedView:
    """Remove a view; a shared one is removed for every manager of the centre."""
    row = _require(session, view_id)
    session.authorize(Act.VIEW_KEEP, row)
    row.deleted_at = now()
    session.flush()
    return row


def restore_view(session: CentreSession, view_id: int) -> None:
    """Bring a removed view back; NotFound where none was, Conflict where its name is taken now."""
    session.authorize(Act.VIEW_KEEP)
    table = SavedView.__table__  # type: ignore[attr-defined]
    removed = (
        table.c.centre_id == session.actor.centre_id,
        table.c.id == view_id,
        table.c.is_shared | (table.c.owner_id == session.actor.user_id),
        table.c.deleted_at.is_not(None),
    )
    row = session.execute(select(table.c.name, table.c.is_shared).where(*removed)).one_or_none()
    if row is None:
        raise NotFound
    try:
        _refuse_taken(session, row.name, is_shared=row.is_shared)
    except Invalid:
        raise Conflict(f"Another view is called {row.name} now. Rename that one first.") from None
    changed = {"deleted_at": None, "updated_at": now(), "version": table.c.version + 1}
    changed["updated_by"] = session.actor.user_id or None
    session.execute(update(table).where(*removed).values(**changed))


def known_words(shown: Mapping[str, str]) -> dict[str, str]:
    """Return the words of an address that say something; Invalid where one is none of ours."""
    said = {name: shown[name] for name in _WORDS if shown.get(name)}
    known = (
        Filter.read(said) is not None
        and said.get("view", "") in WAYS
        and said.get("sort", "review") in SORTS
        and said.get("status", "open") in ("open", "in_progress")
    )
    if not known:
        raise Invalid({"name": "This view cannot be kept. Open the board again and try once more."})
    return said


def _is_seen(session: CentreSession) -> Any:
    return col(SavedView.is_shared) | (col(SavedView.owner_id) == session.actor.user_id)


def _require(session: CentreSession, view_id: int) -> SavedView:
    """Return a view that one sees; somebody else's own view is not found."""
    row = session.require(SavedView, view_id)
    if not row.is_shared and row.owner_id != session.actor.user_id:
        raise NotFound
    return row


def _refuse_taken(session: CentreSession, name: str, *, is_shared: bool, but: int = 0) -> None:
    wanted = select(col(SavedView.id)).where(
        func.lower(col(SavedView.name)) == func.lower(name), *_beside(session, is_shared=is_shared)
    )
    if any(found != but for found in session.execute(wanted).scalars()):
        whose = "The centre has" if is_shared else "You have"
        raise Invalid({"name": f"{whose} a view of this name already. Choose another."})


def _refuse_more(session: CentreSession, *, is_shared: bool) -> None:
    wanted = select(func.count(col(SavedView.id))).where(*_beside(session, is_shared=is_shared))
    if session.execute(wanted).scalar_one() >= MOST_VIEWS:
        raise Invalid({"name": f"{MOST_VIEWS} views are kept already. Remove one first."})


def _beside(session: CentreSession, *, is_shared: bool) -> tuple[Any, ...]:
    """Return the conditions of the views among which a name may stand once."""
    if is_shared:
        return (col(SavedView.is_shared).is_(True),)
    return (
        col(SavedView.is_shared).is_(False),
        col(SavedView.owner_id) == session.actor.user_id,
    )
