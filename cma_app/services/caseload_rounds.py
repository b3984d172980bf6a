"""What changed on the boards of a centre, asked in one round for all who watch.

People of a shared role who see the same of the cases that changed, and of everybody in them, are
told the same of these, whatever else is hidden from them: it is asked once. What is counted differs
with each file that is hidden; it is kept for each sight and mended by what changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, select, text
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.services.caseload_cards import read_cards, shown_of
from cma_app.services.caseload_counts import Counts, Line, lines_of
from cma_app.services.caseload_filters import at_work
from cma_app.services.caseload_values import Card, Change
from cma_app.services.watching import Sight
from cma_app.session import CentreSession
from models import Case

_NEAR: Final = text(
    "SELECT 'case' AS kind, k.id FROM cases k WHERE k.centre_id = :centre AND k.id = ANY(:cases)"
    " UNION SELECT 'client', c.id FROM clients c WHERE c.centre_id = :centre AND c.id IN ("
    "  SELECT k.client_id FROM cases k WHERE k.centre_id = :centre AND k.id = ANY(:cases)"
    "  UNION SELECT p.client_id FROM case_people p"
    "   WHERE p.centre_id = :centre AND p.case_id = ANY(:cases)"
    "  UNION SELECT b.client_id FROM breathing_spaces b"
    "   WHERE b.centre_id = :centre AND b.case_id = ANY(:cases))"
).execution_options(autoflush=False)
"""What a session sees of cases and of who is, or was, in them; its walls are the policies'."""


@dataclass(frozen=True, slots=True)
class Near:
    """The cases that changed, as all see them who see the same of them."""

    cards: list[Card]
    gone: list[int]
    lines: dict[int, Line]


class _Class(NamedTuple):
    """Who is told the same of the cases that changed; a sight that nobody shares is its own."""

    role: str
    person: int
    sees: frozenset[tuple[str, int]]


class Round:
    """The questions of one round, which are all asked in one snapshot.

    `kept` is what the round before left, of a moment since which each change is among `case_ids`;
    afterwards `counts` is what this one leaves to the next.
    """

    def __init__(self, case_ids: Sequence[int], kept: dict[Sight, Counts] | None = None) -> None:
        self.case_ids = case_ids
        self.counts: dict[Sight, Counts] = {}
        self._kept = kept or {}
        self._near: dict[_Class, Near] = {}

    def change(self, session: CentreSession, sight: Sight | None = None) -> Change:
        """Return what these cases look like now, and every count, for those of a sight.

        The session is one of theirs. Without a sight nothing is shared or kept.
        """
        session.authorize(Act.CASELOAD_SEE)
        sight = sight or Sight(session.actor.role, "", session.actor.user_id)
        near = self._near_of(session, sight)
        counts = self._kept.pop(sight, None)
        if counts is None or counts.day != today():
            counts = Counts.read(session)
        else:
            counts.take(session, self.case_ids, near.lines)
        self.counts[sight] = counts
        return Change(near.cards, near.gone, counts.tallies(), today())

    def _near_of(self, session: CentreSession, sight: Sight) -> Near:
        asked = {"centre": session.actor.centre_id, "cases": list(self.case_ids)}
        sees = frozenset((row.kind, row.id) for row in session.execute(_NEAR, asked))
        same = _Class(sight.role, sight.person, sees)
        if same not in self._near:
            self._near[same] = read_near(session, self.case_ids)
        return self._near[same]


def read_near(session: CentreSession, case_ids: Sequence[int]) -> Near:
    """Return the cases that changed as those of a class see them; the session is one of theirs."""
    session.authorize(Act.CASELOAD_SEE)
    if not any(case_ids):  # case 0 is none: something beside the cases changed
        return Near([], list(case_ids), {})
    cards = read_cards(session, _picked(case_ids))
    seen = {card.id for card in cards}
    gone = [each for each in case_ids if each not in seen]
    return Near(cards, gone, lines_of(session, case_ids))


def _picked(case_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    picked = (
        select(col(Case.centre_id), col(Case.id).label("id"))
        .where(at_work(), col(Case.id).in_(list(case_ids)))
        .subquery()
    )
    return shown_of(picked)
