"""From a key in a budget of 120 lines to the total on the screen, in Chromium."""

import statistics
from pathlib import Path

from playwright.sync_api import sync_playwright

from cma_app.postgres import EmbeddedPostgres
from tests.browser.conftest import CHROMIUM, Office
from tests.browser.long_sheet import keystrokes, long_sheet
from tests.people import Cast
from tests.served import serving
from tests.services.money import make_case

KEYS = 120


def key_to_total(server: EmbeddedPostgres, home: Path, cast: Cast) -> tuple[float, float]:
    """Return the median and the worst of many keys, in milliseconds."""
    case_id = make_case(cast, cast.amina)
    long_sheet(cast, case_id)
    with serving(server, home) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            desk = Office(served, browser, cast).signed_in("amina", f"/cases/{case_id}/budget")
            took = keystrokes(desk.page, "rent", KEYS)
        finally:
            browser.close()
    return statistics.median(took), max(took)
