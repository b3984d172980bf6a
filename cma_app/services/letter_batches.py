"""The drafts of a case by kind, each with what stands in its way: what is issued together."""

from dataclasses import dataclass
from typing import Final

from cma_app.access.acts import Act
from cma_app.services.drafts import kept_draft
from cma_app.services.letter_ways import Obstacle
from cma_app.services.letters import list_letters, read_letter
from cma_app.session import CentreSession
from models import Case

KEPT: Final = "letter"
"""The form under which what is typed on a letter and not saved is kept."""
MOST: Final = 60
UNSAVED: Final = Obstacle("What you typed on it is not saved yet.", "body")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft, whether this person's role may issue it, and why it cannot leave yet."""

    id: int
    version: int
    kind: str
    kind_word: str
    to: str
    may_issue: bool
    has_address: bool
    obstacles: list[Obstacle]


def list_drafts(session: CentreSession, case_id: int) -> list[DraftRow]:
    """Return the drafts of a case, by kind and then as they were made."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    drafts = [row for row in list_letters(session, case_id) if row.status == "draft"][:MOST]
    rows = [_row(session, row.id) for row in reversed(drafts)]
    return sorted(rows, key=lambda row: row.kind_word)


def _row(session: CentreSession, letter_id: int) -> DraftRow:
    found = read_letter(session, letter_id)
    unsaved = [UNSAVED] if kept_draft(session, KEPT, record_id=letter_id) else []
    return DraftRow(
        id=letter_id,
        version=found.letter.version,
        kind=found.letter.kind,
        kind_word=found.kind_word,
        to=found.to,
        may_issue=found.may_issue,
        has_address="\n" in found.form.to_lines.strip(),
        obstacles=[*unsaved, *found.obstacles],
    )
