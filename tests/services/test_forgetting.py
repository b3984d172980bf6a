"""Forgetting: listed, confirmed, done whole or not at all, and nothing of it left anywhere."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from cma_app import jobs
from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Conflict, NotFound, Refused
from cma_app.retention_jobs import keep_centre
from cma_app.services.forgetting import (
    confirm_list,
    confirmed_items,
    forget,
    list_today,
    write_list,
)
from models import RetentionItem, RetentionRun
from tests.people import Cast
from tests.services.forgetting import plant_person, where_found, years_ago

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store of one's own, so that what lies in it is this test's."""
    from cma_app.settings import settings, use_settings

    before = settings()
    use_settings(before.model_copy(update={"document_store": str(tmp_path / "documents")}))
    yield tmp_path / "documents"
    use_settings(before)


def items(cast: Cast, actor: Actor | None = None) -> dict[int, RetentionItem]:
    with cast.open(actor or cast.ashdown_system) as session:
        found = session.exec(select(RetentionItem).order_by(col(RetentionItem.id)))
        return {each.client_id: each for each in found}


def confirm(cast: Cast, manager: Actor | None = None) -> int:
    with cast.open(manager or cast.maria) as session:
        run = session.exec(select(RetentionRun).where(col(RetentionRun.status) == "listed")).one()
        return confirm_list(session, run.id, version=run.version, listed_on=run.listed_on)


def keep(centre_id: int) -> bool:
    return asyncio.run(keep_centre(jobs._in_centre, jobs._held, centre_id))


def relist(cast: Cast, system: Actor | None = None) -> None:
    with cast.open(system or cast.ashdown_system) as session:
        write_list(session)


def test_nothing_is_left_of_who_is_forgotten_and_all_of_everybody_else(
    cast: Cast, owner: Engine
) -> None:
    gone = plant_person(owner, cast.amina, "qanarygone", years_ago(6))
    plant_person(owner, cast.amina, "qanarystays", years_ago(5))
    plant_person(owner, cast.colin, "qanaryother", years_ago(6))
    before = {word: where_found(owner, word) for word in ("qanarystays", "qanaryother")}
    assert len(where_found(owner, "qanarygone")) > 45

    assert keep(cast.amina.centre_id)
    assert where_found(owner, "qanarygone") == where_found(owner, "qanarygone")
    listed = items(cast)[gone["clients"]]
    assert (listed.covers, listed.state) == ("case", "due")
    assert confirm(cast) == 1
    assert not keep(cast.amina.centre_id)

    assert items(cast)[gone["clients"]].state == "done"
    assert where_found(owner, "qanarygone") == {}
    assert {word: where_found(owner, word) for word in before} == before
