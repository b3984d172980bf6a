"""The live board: one socket a board, changed rows alone, computed once for all who see the same.

The rounds in which boards are told are those of `rooms`; what a board may be told is what
`caseload` answers to a session of its own person, or of another whose sight is the same in the
same snapshot (`services/watching.py`). Each board has its own filter, and hears of no case that it
was not shown.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act, allows
from cma_app.clock import today
from cma_app.services import caseload
from cma_app.services.caseload_counts import Counts
from cma_app.services.caseload_rounds import Round
from cma_app.services.caseload_values import Filter
from cma_app.services.watching import Look, Sight, Standing
from cma_app.session import CentreSession
from cma_app.web.rooms import NOT_ALLOWED, UNREADABLE, Room, Rooms, Watcher, attend
from state.board_view import BoardWords, ChangeWords, board_words, change_words

ADDRESS: Final = "/board/live"
MOST_CASES: Final = 50
"""Cases changed at once, above which the whole board is sent instead."""


@dataclass(eq=False)
class BoardWatcher(Watcher):
    """One open board: what it is narrowed to, and the cases whose cards its browser was sent."""

    wanted: Filter = field(default_factory=Filter)
    shown: set[int] = field(default_factory=set)

    def refusal(self, standing: Standing | None) -> int | None:
        """Return the code to close with; a role that does not see the caseload has one."""
        refusal = super().refusal(standing)
        if refusal is None and standing and not allows(standing.role, Act.CASELOAD_SEE):
            return NOT_ALLOWED
        return refusal


class Wish(NamedTuple):
    """A board, the filter it has now, and whether it wants everything or what changed."""

    watcher: BoardWatcher
    wanted: Filter
    fresh: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What a round asks: the cases that changed, which boards are told, and what is known."""

    case_ids: list[int]
    boards: list[Wish]
    kept: dict[Sight, Counts]


class Whole:
    """A whole board, put into words once for all boards of a sight and a filter."""

    def __init__(self, wanted: Filter, words: BoardWords) -> None:
        self.wanted = wanted
        self._ids = {card["id"] for card in words["cards"]}
        self._text = json.dumps({"board": words})

    def told_to(self, watcher: BoardWatcher) -> str | None:
        """Return what is sent; nothing where the board has moved on to another filter."""
        if watcher.wanted != self.wanted:
            return None
        watcher.shown, watcher.asked = set(self._ids), 0
        return self._text


class Part:
    """What changed, put into words once for all boards of a sight and a filter."""

    def __init__(self, words: ChangeWords, absent: list[int]) -> None:
        self._ids = {card["id"] for card in words["cards"]}
        self._gone, self._absent = words["gone"], set(absent)
        said = {name: said for name, said in words.items() if name != "gone"}
        self._text = json.dumps(said)[1:-1]

    def told_to(self, watcher: BoardWatcher) -> str:
        """Return what is sent; of a case that was never shown not even the number is."""
        gone = [id_ for id_ in self._gone if id_ in watcher.shown or id_ not in self._absent]
        watcher.shown |= self._ids
        watcher.shown.difference_update(gone)
        return f'{{"change": {{{self._text}, "gone": {json.dumps(gone)}}}}}'


@dataclass(frozen=True, slots=True)
class Answer:
    """What each board is told, of how many sights, and what is known for the next round."""

    told: dict[BoardWatcher, Whole | Part]
    sights: int
    kept: dict[Sight, Counts]


@dataclass(slots=True)
class Figures:
    """What the boards of this process did since it started."""

    rounds: int = 0
    """Times that something was told."""
    asked: int = 0
    """Sessions that were opened for it: one for each sight in a round."""
    told: int = 0
    """Messages that went out."""


figures = Figures()


class BoardRoom(Room[BoardWatcher, Question, Answer]):
    """The open boards of a centre."""

    def __init__(self, centre_id: int) -> None:
        super().__init__(centre_id)
        self._changed: set[int] = set()
        self._fresh: set[BoardWatcher] = set()
        self._day = today()
        self._kept: dict[Sight, Counts] = {}
        self._forgets = False

    def heard(self, told: str) -> bool:
        """Keep which case changed."""
        if told.isdigit():
            self._changed.add(int(told))
        return bool(self._changed)

    def refresh(self, watchers: set[BoardWatcher]) -> None:
        """Have the whole board told to these; where all are meant, a change may be missed."""
        self._fresh |= watchers
        self._forgets = self._forgets or watchers >= self.watchers

    def gathers(self) -> bool:
        """Say whether a case changed: more of it is likely in a moment."""
        return bool(self._changed)

    def question(self, watchers: list[BoardWatcher]) -> Question | None:
        """Return what changed for whom; a new day, or very much, brings whole boards.

        What is known is taken along, and comes back with an answer alone: a round that fails has
        lost it, together with the changes that it was to tell.
        """
        changed, self._changed = sorted(self._changed), set()
        fresh, self._fresh = self._fresh, set()
        day, self._day = self._day, today()
        every = len(changed) > MOST_CASES or day != self._day
        boards = [Wish(each, each.wanted, every or each in fresh) for each in watchers]
        if not changed:
            boards = [each for each in boards if each.fresh]
        if not boards:
            self._kept = {} if changed else self._kept
            return None
        kept, self._kept = self._kept, {}
        forgets, self._forgets = self._forgets, False
        return Question(changed, boards, {} if every or forgets else kept)

    def answer(self, seen: Look, question: Question) -> Answer:
        """Return what each board is told: asked once for each sight, worded once for a filter."""
        same: dict[Sight, list[Wish]] = defaultdict(list)
        for board in question.boards:
            standing = seen.standings.get(board.watcher.token_hash)
            if standing is not None and board.watcher.refusal(standing) is None:
                same[standing.sight].append(board)
        told: dict[BoardWatcher, Whole | Part] = {}
        this = Round(question.case_ids, question.kept)
        for sight, boards in same.items():
            first = boards[0].watcher
            with seen.open(replace(first.actor, role=sight.role), first.origin) as session:
                told |= _of_sight(session, this, sight, boards)
        return Answer(told, len(same), this.counts if question.case_ids else question.kept)

    def tell(self, watchers: list[BoardWatcher], answer: Answer) -> None:
        """Post to each board what it is told."""
        figures.rounds += 1
        figures.asked += answer.sights
        self._kept = answer.kept
        for watcher in watchers:
            one = answer.told.get(watcher)
            said = one.told_to(watcher) if one is not None else None
            if said is not None:
                watcher.post(said)
                figures.told += 1


def _of_sight(
    session: CentreSession, this: Round, sight: Sight, boards: list[Wish]
) -> dict[BoardWatcher, Whole | Part]:
    """Return what the boards of one sight are told; the session is one of its people's."""
    told: dict[bool, dict[Filter, Whole | Part]] = {True: {}, False: {}}
    for wanted in {each.wanted for each in boards if each.fresh}:
        told[True][wanted] = Whole(wanted, board_words(caseload.board(session, wanted=wanted)))
    patched = {each.wanted for each in boards if not each.fresh}
    if patched:
        change = this.change(session, sight)
        for wanted in patched:
            told[False][wanted] = Part(change_words(change, wanted), change.gone)
    return {each.watcher: told[each.fresh][each.wanted] for each in boards}


rooms = Rooms(BoardRoom, "cma_case")


async def live_board(socket: WebSocket) -> None:
    """Serve one board until it is closed, its sign-in ends, or it falls behind."""
    asked = dict(socket.query_params)

    def board_of(token_hash: str, origin: Origin, actor: Actor) -> BoardWatcher | int:
        wanted = Filter.read(asked)
        if wanted is None:
            return UNREADABLE
        if not actor.may(Act.CASELOAD_SEE):
            return NOT_ALLOWED
        return BoardWatcher(token_hash, origin, actor, wanted=wanted)

    await attend(socket, rooms, board_of, _heed)


def _heed(watcher: BoardWatcher, said: str) -> bool:
    """Take a new filter, or a wish for all rows, from the browser."""
    wanted = _read_filter(said)
    if wanted is not None:
        watcher.wanted = wanted
        rooms.refresh(watcher)
    return wanted is not None


def _read_filter(said: str) -> Filter | None:
    """Return the filter that a browser names, or None where it cannot be understood."""
    try:
        asked = json.loads(said)
    except ValueError:
        return None
    return Filter.read(asked) if isinstance(asked, dict) else None


ROUTES: Final[list[BaseRoute]] = [WebSocketRoute(ADDRESS, live_board)]
