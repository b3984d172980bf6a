"""A person's private calendar feed: made, renewed and ended on the page of their hours."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import calendar_feeds
from cma_app.services.calendar_feeds import FeedNow
from cma_app.settings import settings
from state.base import CentreState, act, current_sign_in, load, notice
from state.calendar import number_in
from state.words import day_text


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed in words; `is_own`: it is that of whoever looks."""

    user_id: int = 0
    is_own: bool = False
    may_see: bool = False
    since: str = ""
    fetched: str = ""

    @classmethod
    def of(cls, found: FeedNow | None, user_id: int) -> "FeedView":
        """Return what is shown of a person's feed."""
        return cls(
            user_id=user_id,
            is_own=user_id == current_sign_in().actor.user_id,
            may_see=True,
            since=day_text(found.since) if found else "",
            fetched=day_text(found.fetched_on, none="Not yet") if found else "",
        )


class FeedState(CentreState):
    """The feed of the person whose hours are on screen; its address is shown once."""

    feed: FeedView = FeedView()
    shown: str = ""

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show whether a person has a feed: one's own, or anybody's to a manager."""
        self.shown = ""
        await self._look(number_in(self.query("who")) or current_sign_in().actor.user_id)

    async def _look(self, who: int) -> None:
        actor = current_sign_in().actor
        if who != actor.user_id and not actor.may(Act.AVAILABILITY_MANAGE):
            self.feed = FeedView()
            return
        found = await self.ask(calendar_feeds.read_feed, who)
        self.feed = FeedView.of(found, who)

    @act(Act.FEED_KEEP)
    async def renew(self):
        """Make one's own feed anew, and show its address this once."""
        secret = await self.ask(calendar_feeds.renew_feed)
        await self._look(current_sign_in().actor.user_id)
        self.shown = f"{settings().allowed_origins[0]}/feeds/{secret}.ics"
        return notice("The address is below. It is shown this once.")

    @act(Act.FEED_KEEP)
    async def end(self):
        """End the feed on screen: its address opens nothing from now on."""
        who = self.feed.user_id or current_sign_in().actor.user_id
        self.shown = ""
        try:
            await self.ask(calendar_feeds.revoke_feed, who)
        except Conflict:
            await self._look(who)
            raise
        await self._look(who)
        return notice("Ended. Its address opens nothing any more.")
