"""A sheet of 120 lines, and how long a key takes from the keyboard to the total on the screen."""

from collections.abc import Iterator
from datetime import date

from playwright.sync_api import Locator, Page, expect

from cma_app.clock import today
from cma_app.rules.financial_statement import statement_lines
from cma_app.services.budgets import record_line, start_sheet
from tests.people import Cast

LINES = 120
REPEATED = "other-essential-costs"

_WATCH = """() => {
  const total = document.querySelector("[data-sum=outgoings]");
  const took = [];
  let pressed = 0;
  document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  const painted = new MessageChannel();
  painted.port1.onmessage = ({ data }) => took.push(performance.now() - data);
  new MutationObserver(() => {
    const from = pressed;
    requestAnimationFrame(() => painted.port2.postMessage(from));
  }).observe(total, { characterData: true, childList: true, subtree: true });
  globalThis.took = took;
}"""


def codes(on: date) -> Iterator[str]:
    """Give the codes of a long sheet in the order of the page: every single line, and repeats."""
    lines = [line for line in statement_lines(on).lines() if not line.partner]
    repeats = LINES - len(lines)
    for line in lines:
        yield line.key
        if line.key == REPEATED:
            yield from (f"{line.key}:{number}" for number in range(2, repeats + 2))


def long_sheet(cast: Cast, case_id: int, *, only_repeats: bool = False) -> int:
    """Return a sheet in which all 120 lines are filled, or only those that repeat."""
    with cast.open(cast.amina) as session:
        sheet_id = start_sheet(session, case_id).id
        for code in codes(today()):
            if not only_repeats or code.startswith(REPEATED):
                record_line(session, sheet_id, code=code, typed="10 w")
        return sheet_id


def amounts(page: Page) -> Locator:
    """Return the boxes of the amounts, in the order of the page."""
    return page.locator("input[data-amount]")


def keystrokes(page: Page, code: str, keys: int) -> list[float]:
    """Return the milliseconds from each of some keys to the total painted with it."""
    box = page.locator(f"tr[data-code='{code}'] input[data-amount]")
    box.fill("1")
    page.evaluate(_WATCH)
    for number in range(keys):
        page.keyboard.press("Backspace" if number % 2 else str(1 + number % 8))
        page.wait_for_function("(count) => took.length >= count", arg=number + 1)
    expect(box).to_be_focused()
    return page.evaluate("took")
