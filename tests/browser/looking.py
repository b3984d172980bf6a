"""What can be said of a page by looking: axe's findings, what is cut off, and a picture of it."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import depth

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASKED = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
"""Every rule, and what breaks it in full; of what passes axe writes down one example alone."""

_CUT = """() => {
  const name = (each) => each.getAttribute("aria-label") ?? each.className ?? each.tagName;
  const scrolls = (each) => /auto|scroll/.test(getComputedStyle(each).overflowX);
  const reached = (each) => each.tabIndex >= 0 || each.querySelector("a, button, input, select");
  const root = document.documentElement;
  const boxes = [...document.body.querySelectorAll("*")].filter(
    (each) => each.clientWidth > 1 && scrolls(each) && each.scrollWidth > each.clientWidth + 1,
  );
  return {
    page: root.scrollWidth - root.clientWidth,
    boxes: boxes.map(name),
    unreached: boxes.filter((each) => !reached(each)).map(name),
  };
}"""

_PAPER = """() => {
  const kept = document.querySelectorAll(".rail, .topbar, .tabs, .button, .form-foot, .toast");
  const root = document.documentElement;
  return [
    ...[...kept].filter((each) => each.getClientRects().length).map((each) => each.className),
    ...(getComputedStyle(root).colorScheme === "light" ? [] : ["the colours of a dark screen"]),
    ...(root.scrollWidth > root.clientWidth ? ["more than fits between the margins"] : []),
  ].map((each) => `printed: ${each}`);
}"""


def settled(page: Page) -> Page:
    """Wait until nothing on the page is a skeleton any more, and return it."""
    expect(page.locator(".skeleton")).to_have_count(0)
    return page


def findings(page: Page) -> list[str]:
    """Return what axe finds on a page as it stands; in dark only in a deep run.

    The colours of both themes are tokens, whose contrast `tests/rules` reckons without a browser.
    """
    if not depth.deep and page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        return []
    answer = Axe().run(page, options=ASKED)
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in answer.response["violations"]
        for node in each["nodes"]
    ]


def sideways(page: Page, *, boxes_may: bool) -> list[str]:
    """Return what needs scrolling sideways and must not.

    The page never; a box within it only where `boxes_may`, and then the keyboard reaches it.
    """
    cut = page.evaluate(_CUT)
    found = [f"the page, by {cut['page']} px"] if cut["page"] else []
    return found + (cut["unreached"] if boxes_may else cut["boxes"])


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page where CMA_SHOTS names a folder, for people to look at."""
    folder = os.environ.get("CMA_SHOTS")  # noqa: TID251 - no setting of the app
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def on_paper(page: Page) -> list[str]:
    """Return what is printed on A4 from a dark screen and must not be."""
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    found: list[str] = page.evaluate(_PAPER)
    page.emulate_media(media="screen")
    return found


def faults(page: Page, name: str) -> list[str]:
    """Return what is wrong at 1280 in light, at 768 in dark, on paper and at 320, with pictures.

    It is as high as all that is on it, so that no bar that stays lies over a part of it, and is
    left 1280 wide.
    """
    found: list[str] = []
    for scheme, width in (("light", 1280), ("dark", 768)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 2400})
        picture(page, f"{name}-{width}")
        found += findings(page) + sideways(page, boxes_may=False)
    found += on_paper(page)
    page.set_viewport_size({"width": 320, "height": 700})
    picture(page, f"{name}-320")
    found += sideways(page, boxes_may=True)
    page.set_viewport_size({"width": 1280, "height": 800})
    return found
