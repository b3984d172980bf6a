"""The bytes of a first load, as Chromium takes them over the wire."""

from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from cma_app.postgres import EmbeddedPostgres
from tests.browser.conftest import CHROMIUM, READY, Office
from tests.browser.test_shell import Meter
from tests.people import PASSWORD, Cast
from tests.served import Served, serving


def first_load(server: EmbeddedPostgres, home: Path, cast: Cast) -> tuple[int, int]:
    """Return the bytes of the sign-in page, and of the first page after signing in."""
    with serving(server, home) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            return _taken(served, browser, cast)
        finally:
            browser.close()


def _taken(served: Served, browser: Browser, cast: Cast) -> tuple[int, int]:
    desk = Office(served, browser, cast).desk()
    meter = Meter(desk)
    desk.page.goto(f"{served.origin}/", wait_until="networkidle")
    sign_in, meter.total = meter.total, 0
    desk.page.fill("#identifier", cast.usernames["amina"])
    desk.page.fill("#password", PASSWORD)
    desk.page.click("button[type=submit]")
    desk.page.wait_for_selector(READY)
    desk.page.wait_for_load_state("networkidle")
    return sign_in, meter.total
