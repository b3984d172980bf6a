"""Somebody sends more than anybody could type: another person's page goes on as before."""

import threading
import time
from contextlib import suppress

import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed

from cma_app.settings import settings
from tests.people import Cast
from tests.served import Served
from tests.web.calls import handler_of
from tests.web.tabs import TELL, Tab

pytestmark = pytest.mark.database

GREATEST = 200_000
"""Bytes of a frame that a tab may send."""
EVENTS = 300
"""How many events a tab sends without hearing an answer: some seconds of work."""
SLOWEST = 1.0
"""Seconds in which 19 of 20 events of somebody else are answered meanwhile."""


def test_nobody_else_waits(served: Served, cast: Cast) -> None:
    flooding, over = threading.Event(), threading.Event()

    def flood() -> None:
        with Tab(served, served.sign_in(cast, "colin")) as tab, suppress(ConnectionClosed):
            tab.settle()
            for _ in range(EVENTS):
                tab.post(handler_of("CasesState.open"), "/cases")
            flooding.set()
            over.wait()

    sender = threading.Thread(target=flood)
    took: list[float] = []
    with Tab(served, served.sign_in(cast, "amina")) as other:
        other.settle()
        sender.start()
        try:
            assert flooding.wait(timeout=30)
            for _ in range(20):
                began = time.perf_counter()
                other.asked(handler_of("CasesState.open"))
                took.append(time.perf_counter() - began)
        finally:
            over.set()
            sender.join()
    assert sorted(took)[18] < SLOWEST, took


def test_a_frame_has_a_greatest_length(served: Served, cast: Cast) -> None:
    """A tab that sends a longer one is cut off, and the next tab of its person works."""
    cookie = served.sign_in(cast, "amina")
    with Tab(served, cookie) as tab:
        tab.settle()
        tab.post(handler_of(TELL), sentence="x" * GREATEST, tone="note")
        with pytest.raises(ConnectionClosed):
            tab.hear("never said", times=1)
    with Tab(served, cookie) as again:
        again.settle()
        assert "told you so" in "".join(
            again.asked(handler_of(TELL), sentence="told you so", tone="note")
        )


def test_no_statement_runs_for_ever(cast: Cast) -> None:
    with cast.open(cast.amina) as session:
        limit = session.execute(text("SELECT current_setting('statement_timeout')")).scalar_one()
    assert limit == f"{settings().statement_seconds}s"
