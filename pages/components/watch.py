"""A page that hears when a list of its centre changes, and asks for it by itself.

    page_head("Referrals", ..., live=watch(Topic.REFERRALS, ReferralsState.refresh))

The handler is declared `@act(..., quiet=True, unattended=True)`: nobody pressed anything, so it
neither settles a button nor keeps the sign-in awake. It must leave alone what is being typed.
"""

from typing import Any

import reflex as rx

from cma_app.access.topics import Topic


class Watch(rx.Component):
    """The mark beside a page's title: live, reconnecting, or that the list has changed."""

    library = "$/public/watch"
    tag = "Watch"

    topic: rx.Var[str]

    on_change: rx.EventHandler[rx.event.no_args_event_spec]


def watch(topic: Topic, asks: Any) -> rx.Component:
    """Return the mark, which asks the handler when the topic changed; waits for a busy hand."""
    return Watch.create(topic=topic.value, on_change=asks)
