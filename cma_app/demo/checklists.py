"""What Harbour's manager made of its checklists: told last, so that no case of the story has it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from cma_app.demo.dates import moment_of
from cma_app.demo.people import ORIGIN, Cast
from cma_app.rules.checklists import Item, read_items
from cma_app.rules.parameters import read_yaml
from cma_app.services import checklist_drafts
from cma_app.session import open_as

STEPS: Final = Path(__file__).with_name("checklists.yaml")
MANAGER: Final = "ruth"


def tell_checklists(
    connection: Connection, cast: Cast, on: date
) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Yield each step's moment and what tells it, the earliest first."""
    for step in read_yaml(STEPS):
        yield moment_of(step["at"], on, "england"), partial(_tell, connection, cast, step)


def _tell(connection: Connection, cast: Cast, step: Mapping[str, Any]) -> None:
    with open_as(cast[MANAGER], ORIGIN, connection) as session:
        draft = checklist_drafts.draft_checklist(session, step["case_type"])
        known = {item.code: item for item in read_items(draft.items)}
        for said in step.get("add", ()):
            checklist_drafts.add_item(session, draft.id, said)
        for code, said in step.get("change", {}).items():
            form = _form(known[code]) | said
            checklist_drafts.edit_item(session, draft.id, code, form, seen=known[code].to_json())
        for code in step.get("remove", ()):
            checklist_drafts.remove_item(session, draft.id, code, seen=known[code].to_json())
        if step["publish"]:
            checklist_drafts.publish_checklist(session, draft.id, version=draft.version)


def _form(item: Item) -> dict[str, Any]:
    """Return an item as its form sends it."""
    gates = {f"gate_{gate}": gate in item.gates for gate in ("statement", "advice")}
    return item.to_json() | gates
