"""Tells open pages that something of their centre changed; they ask for it themselves.

One socket a tab, whatever the page watches. What goes over it is the name of a topic and nothing of
any record: the page then asks its own handler, past the gate like any other event.
"""

import json
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import allows
from cma_app.access.topics import ACT_OF, PERSONAL, Topic
from cma_app.services.watching import Look
from cma_app.web.rooms import UNREADABLE, Room, Rooms, Watcher, attend

ADDRESS: Final = "/changes"


class News(NamedTuple):
    """Topics that changed, each with whom it concerns, and the pages that want all of theirs."""

    told: frozenset[tuple[str, str]]
    fresh: frozenset["PageWatcher"]


@dataclass(eq=False)
class PageWatcher(Watcher):
    """One open tab, and the topics that its page watches."""

    topics: set[Topic] = field(default_factory=set)

    def hears(self, topic: str, person: str) -> bool:
        """Say whether a topic that changed is news for this page."""
        watched = [each for each in self.topics if each == topic]
        if not watched or not allows(self.actor.role, ACT_OF[watched[0]]):
            return False
        return watched[0] not in PERSONAL or person == str(self.actor.user_id)


class PageRoom(Room[PageWatcher, News, News]):
    """The open pages of a centre."""

    def __init__(self, centre_id: int) -> None:
        super().__init__(centre_id)
        self._changed: set[tuple[str, str]] = set()
        self._fresh: set[PageWatcher] = set()

    def heard(self, told: str) -> bool:
        """Keep which topic changed, and for whom, where a page here watches it."""
        topic, _, person = told.partition("/")
        news = any(each.hears(topic, person) for each in self.watchers)
        if news:
            self._changed.add((topic, person))
        return news

    def refresh(self, watchers: set[PageWatcher]) -> None:
        """Have everything told to these."""
        self._fresh |= watchers

    def gathers(self) -> bool:
        """Say whether something changed: more of it is likely in a moment."""
        return bool(self._changed)

    def question(self, watchers: list[PageWatcher]) -> News | None:
        """Return what changed; nothing but the sign-ins is read for it."""
        news = News(frozenset(self._changed), frozenset(self._fresh.intersection(watchers)))
        self._changed, self._fresh = set(), set()
        return news if any(news) else None

    def answer(self, seen: Look, question: News) -> News:  # noqa: ARG002 - no record is read
        """Return what changed."""
        return question

    def tell(self, watchers: list[PageWatcher], answer: News) -> None:
        """Post to each page the topics that are news for it; all of its own where it asked."""
        for watcher in watchers:
            if watcher in answer.fresh:
                watcher.asked = 0
                news = {each for each in watcher.topics if allows(watcher.actor.role, ACT_OF[each])}
            else:
                news = {topic for topic, person in answer.told if watcher.hears(topic, person)}
            if news or watcher in answer.fresh:
                watcher.post(json.dumps({"topics": sorted(news)}))


rooms = Rooms(PageRoom, "cma_topic")


async def changes(socket: WebSocket) -> None:
    """Serve one tab until it is closed, its sign-in ends, or it falls behind."""
    asked = socket.query_params.get("topics", "")

    def page_of(token_hash: str, origin: Origin, actor: Actor) -> PageWatcher | int:
        topics = _topics(asked)
        return (
            UNREADABLE if topics is None else PageWatcher(token_hash, origin, actor, topics=topics)
        )

    await attend(socket, rooms, page_of, _heed)


def _heed(watcher: PageWatcher, said: str) -> bool:
    """Take the topics of the page that the tab has gone to."""
    topics = _topics(said)
    if topics is not None:
        watcher.topics = topics
        rooms.refresh(watcher)
    return topics is not None


def _topics(asked: str) -> set[Topic] | None:
    """Return the topics named, separated by commas, or None where one is unknown."""
    try:
        return {Topic(name) for name in asked.split(",") if name}
    except ValueError:
        return None


ROUTES: Final[list[BaseRoute]] = [WebSocketRoute(ADDRESS, changes)]
