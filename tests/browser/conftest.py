"""Chromium against the built app; what a page complains about fails its test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from cma_app.postgres import EmbeddedPostgres
from tests.people import PASSWORD, Cast
from tests.served import Served, serving

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", *NAMES))), "chromium")
"""The engine without the windows around it where there is one: half the work for each page."""
READY = "html[data-ready]"
PATIENCE = 15_000
"""Milliseconds that a sentence about a page has to come true, on a machine that is busy."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, home: Path) -> Iterator[Served]:
    with serving(postgres, home) as app:
        yield app


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Desk:
    """One person at one browser: `page`, `open(path)`, and what the browser complained about."""

    served: Served
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    was_cut: bool = False

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")
        where = str(message.location.get("url", ""))
        if message.type not in {"error", "warning"}:
            return
        if refused and any(where.endswith(path) for path in self.expected):
            return
        if self.was_cut and "ERR_INTERNET_DISCONNECTED" in message.text:
            return
        self.complaints.append(f"{message.type}: {message.text} {where}")

    def cut(self) -> None:
        """Cut the connection: no request goes out and the open socket is closed."""
        self.was_cut = True
        self.context.set_offline(True)
        self.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    def mend(self) -> None:
        """Give the connection back."""
        self.context.set_offline(False)

    def open(self, path: str) -> Page:
        """Go to an address and wait until the page can be used."""
        self.page.goto(f"{self.served.origin}{path}")
        self.page.wait_for_selector(READY)
        return self.page

    def sign_in(self, username: str, path: str = "/", password: str = PASSWORD) -> Page:
        """Sign in on the page for it, on the way to an address."""
        self.page.goto(f"{self.served.origin}{path}")
        self.page.fill("#identifier", username)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(READY)
        return self.page


class Office:
    """Gives desks, and at the end of the test hears what their browsers complained about."""

    def __init__(self, served: Served, browser: Browser, cast: Cast) -> None:
        self.served, self.cast = served, cast
        self._browser = browser
        self._desks: list[Desk] = []

    def desk(self, *, width: int = 1280, height: int = 800, expected: tuple[str, ...] = ()) -> Desk:
        """Return a fresh browser at which nobody is signed in; `expected` may answer 4xx."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        desk = Desk(self.served, context, context.new_page(), expected=expected)
        self._desks.append(desk)
        return desk

    def signed_in(self, who: str, path: str = "/", **about: int) -> Desk:
        """Return a desk at which a person of the cast is signed in, at an address."""
        desk = self.desk(**about)
        name, _, token = self.served.sign_in(self.cast, who).partition("=")
        desk.context.add_cookies([{"name": name, "value": token, "url": self.served.origin}])
        desk.open(path)
        return desk

    def close(self) -> list[str]:
        """Close every browser and return the complaints."""
        for desk in self._desks:
            desk.context.close()
        return [complaint for desk in self._desks for complaint in desk.complaints]


@pytest.fixture
def office(served: Served, chromium: Browser, cast: Cast) -> Iterator[Office]:
    """Return the desks of a test; a policy violation or a console error fails it."""
    rooms = Office(served, chromium, cast)
    yield rooms
    assert rooms.close() == []
