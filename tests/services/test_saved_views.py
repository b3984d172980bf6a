"""Views of the board: one's own, the centre's; renamed, shared, removed and brought back."""

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.database import app_engine
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.saved_views import (
    KeptView,
    change_view,
    list_views,
    remove_view,
    restore_view,
    save_view,
)
from tests.people import Cast
from tests.walls.test_isolation import scope

pytestmark = pytest.mark.database

DEFICITS = {"show": "deficit", "view": "list"}


@pytest.fixture
def other(cast: Cast, owner: Engine) -> Actor:
    """Return a second manager of Ashdown: Ben, for this test."""
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE users SET role = 'manager' WHERE id = :id"), {"id": cast.ben.user_id}
        )
    return Actor(
        **{
            **{name: getattr(cast.ben, name) for name in cast.ben.__dataclass_fields__},
            "role": "manager",
        }
    )


def saved(cast: Cast, actor: Actor, name: str, *, shared: bool = False, **shown: str) -> int:
    said = {"name": name, **({"is_shared": "on"} if shared else {})}
    with cast.open(actor) as session:
        return save_view(session, said, shown=shown or DEFICITS).id


def views(cast: Cast, actor: Actor) -> list[KeptView]:
    with cast.open(actor) as session:
        return list_views(session)


def names(cast: Cast, actor: Actor) -> list[str]:
    return [view.name for view in views(cast, actor)]


def change(cast: Cast, actor: Actor, view_id: int, name: str, **about: object) -> None:
    said = {"name": name, **({"is_shared": "on"} if about.get("shared") else {})}
    with cast.open(actor) as session:
        change_view(session, view_id, said, version=int(str(about.get("version", 1))))


class TestSave:
    def test_keeps_what_is_shown_and_leaves_out_what_says_nothing(self, cast: Cast) -> None:
        saved(cast, cast.maria, "Late work", show="overdue", advisor="", view="list", page="4")
        (view,) = views(cast, cast.maria)
        assert (view.name, view.shown) == ("Late work", {"show": "overdue", "view": "list"})
        assert (view.is_mine, view.is_shared, view.owner) == (True, False, "Maria Silva")

    @pytest.mark.parametrize(
        "shown",
        [{"show": "x"}, {"advisor": "-1"}, {"view": "//evil"}, {"sort": "x"}, {"stage": "none"}],
    )
    def test_refuses_words_that_are_none_of_ours(self, cast: Cast, shown: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            saved(cast, cast.maria, "Odd", **shown)

    def test_refuses_no_name_a_long_one_and_one_that_is_taken(self, cast: Cast) -> None:
        saved(cast, cast.maria, "Late work")
        for name in ("", "x" * 61, "LATE work"):
            with pytest.raises(Invalid) as refused:
                saved(cast, cast.maria, name)
            assert "name" in refused.value.fields
        assert names(cast, cast.maria) == ["Late work"]

    @pytest.mark.parametrize("role", ["admin", "advisor", "trainee"])
    def test_refuses_the_other_roles(self, cast: Cast, role: str) -> None:
        with pytest.raises(Refused):
            saved(cast, cast.by_role(role), "Mine")


class TestWhoSees:
    def test_ones_own_are_seen_by_nobody_else_and_shared_ones_by_the_centres_managers(
        self, cast: Cast, other: Actor
    ) -> None:
        mine = saved(cast, cast.maria, "Mine")
        ours = saved(cast, cast.maria, "Ours", shared=True)
        assert names(cast, other) == ["Ours"]
        assert names(cast, cast.bea) == []
        with app_engine().begin() as connection:
            for actor, expected in (
                (cast.maria, {mine, ours}),
                (other, {ours}),
                (cast.amina, set()),
                (cast.tess, set()),
                (cast.root, set()),
                (cast.bea, set()),
            ):
                scope(connection, actor)
                for column, where in (
                    ("id", "saved_views WHERE true"),
                    ("DISTINCT record_id", "audit_logs WHERE table_name = 'saved_views'"),
                ):
                    found = connection.execute(text(f"SELECT {column} FROM {where}")).scalars()
                    assert set(found) == expected, (actor.role, where)

    def test_two_people_may_use_one_name_for_their_own(self, cast: Cast, other: Actor) -> None:
        saved(cast, cast.maria, "Mine")
        saved(cast, other, "Mine")
        assert names(cast, other) == ["Mine"]


class TestChange:
    def test_renames_and_shares(self, cast: Cast, other: Actor) -> None:
        view = saved(cast, cast.maria, "Mine")
        change(cast, cast.maria, view, "Ours now", shared=True)
        assert names(cast, other) == ["Ours now"]
        change(cast, other, view, "Renamed", shared=True, version=2)
        assert names(cast, cast.maria) == ["Renamed"]

    def test_only_its_owner_stops_sharing(self, cast: Cast, other: Actor) -> None:
        view = saved(cast, cast.maria, "Ours", shared=True)
        with pytest.raises(Conflict):
            change(cast, other, view, "Ours")
        change(cast, cast.maria, view, "Ours")
        assert names(cast, other) == []

    def test_tells_who_came_second(self, cast: Cast) -> None:
        view = saved(cast, cast.maria, "Mine")
        change(cast, cast.maria, view, "First")
        with pytest.raises(Conflict, match="First"):
            change(cast, cast.maria, view, "Second", version=1)

    def test_is_not_found_for_others_and_from_another_centre(
        self, cast: Cast, other: Actor
    ) -> None:
        view = saved(cast, cast.maria, "Mine")
        for actor in (other, cast.bea):
            with pytest.raises(NotFound):
                change(cast, actor, view, "Theirs")
            with pytest.raises(NotFound), cast.open(actor) as session:
                remove_view(session, view)


class TestRemove:
    def test_removes_and_brings_back(self, cast: Cast, other: Actor) -> None:
        view = saved(cast, cast.maria, "Ours", shared=True)
        with cast.open(other) as session:
            remove_view(session, view)
        assert names(cast, cast.maria) == []
        with cast.open(other) as session:
            restore_view(session, view)
        assert names(cast, cast.maria) == ["Ours"]

    def test_does_not_come_back_under_a_name_that_is_taken_now(self, cast: Cast) -> None:
        view = saved(cast, cast.maria, "Mine")
        with cast.open(cast.maria) as session:
            remove_view(session, view)
        saved(cast, cast.maria, "Mine")
        with pytest.raises(Conflict, match="Mine"), cast.open(cast.maria) as session:
            restore_view(session, view)

    def test_brings_back_nobody_elses(self, cast: Cast, other: Actor) -> None:
        view = saved(cast, cast.maria, "Mine")
        with cast.open(cast.maria) as session:
            remove_view(session, view)
        for actor in (other, cast.bea):
            with pytest.raises(NotFound), cast.open(actor) as session:
                restore_view(session, view)
