"""Markup in every text is text: stored in each free column, typed into each box, never run.

The browser's content policy is switched off here, so that what is shown wrongly would run; and
every screen of the app is opened, so that a new one cannot be forgotten.
"""

import html
from itertools import cycle
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Dialog, expect
from sqlalchemy import Connection, Engine, Text, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import AutoString

from cma_app.cma_app import SCREENS
from tests.browser.conftest import READY
from tests.people import Cast
from tests.planting import CENTRE_TABLES
from tests.platform.waiting import until
from tests.served import Served
from tests.web.packs import Marks, Pack, plant_pack

pytestmark = [pytest.mark.database, pytest.mark.browser]

SIGN: Final = "zqmarks"
"""Stands in every payload, so that a page which shows one is known."""

RUNNERS: Final = (
    "<img src=x onerror=ran()>",
    "<svg onload=ran()>",
    "<script>ran()</script>",
    '<iframe srcdoc="<script>parent.ran()</script>">',
    "<details open ontoggle=ran()>",
    "<input autofocus onfocus=ran()>",
    "<video><source onerror=ran()></video>",
    "<audio src=x onerror=ran()>",
    "<body onload=ran()>",
    "<math><mtext><img src=x onerror=ran()>",
    '<a href="javascript:ran()">look</a>',
    "javascript:ran()",
    "{{ran()}}",
    "${ran()}",
    '<object data="javascript:ran()"></object>',
    '<form><button formaction="javascript:ran()">',
    "<marquee onstart=ran()>",
    '<noscript><p title="</noscript><img src=x onerror=ran()>">',
    '![look](x" onerror="ran())',
    "<svg><animate onbegin=ran() attributeName=x dur=1s>",
)
AROUND: Final = (
    "{}",
    '">{}',
    "'>{}",
    "</textarea>{}",
    "</title></style>{}",
    "-->{}",
    "]]>{}",
    '"}}}};ran();//{}',
    "\u202e{}\u0301",
    "[x]({})",
)
PAYLOADS: Final = [
    *(SIGN + each.format(runner) for runner in RUNNERS for each in AROUND[:-1]),
    *(SIGN + html.escape(runner).replace("(", "&#40;") for runner in RUNNERS),
]

IDS: Final = {
    "case_id": "cases",
    "client_id": "clients",
    "debt_id": "debts",
    "letter_id": "letters",
    "document_id": "documents",
    "appointment_id": "appointments",
    "review_id": "waiting_review",
    "sign_off_id": "sign_offs",
}
"""What the parts of an address stand for, by the name in a pack."""

WHO: Final = {"/centres": "root", "/my-work": "tess", "/my-reviews": "amina"}
"""Who looks at a screen, where it is not the manager."""

EVERY: Final = [screen.route for screen in SCREENS]
FIVE: Final = [
    "/clients/[client_id]",
    "/cases/[case_id]",
    "/cases/[case_id]/notes",
    "/cases/[case_id]/letters/[letter_id]",
    "/cases/[case_id]/documents/[document_id]/reading",
]
"""Screens with much free text; `make deep` opens every one."""

_LISTEN: Final = "window.ranTimes = 0; window.ran = () => { window.ranTimes += 1; };"
_TYPE: Final = """(payloads) => {
  const boxes = [...document.querySelectorAll("input, textarea")].filter((box) =>
    !box.readOnly && !box.disabled && box.offsetParent &&
    (box.tagName === "TEXTAREA" || ["text", "search", "email", "tel", ""].includes(box.type)));
  boxes.forEach((box, number) => {
    const kind = box.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    const value = Object.getOwnPropertyDescriptor(kind.prototype, "value");
    box.focus();
    value.set.call(box, payloads[number % payloads.length]);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    box.blur();
  });
  return boxes.length;
}"""
_SEEN: Final = """(sign) => ({
  ran: window.ranTimes,
  shows: document.body.textContent.includes(sign) ||
    [...document.querySelectorAll("input, textarea")].some((box) => box.value.includes(sign)),
  made: document.querySelectorAll(
    "[onerror], [onload], [onfocus], [ontoggle], [onbegin], [onstart], iframe, object, embed," +
    " [href^='javascript:'], [src^='javascript:'], [formaction], main script").length,
})"""


def _keep(connection: Connection, table: str, name: str, record: int, payload: str) -> bool:
    """Put a payload where planting put its own words; say whether the table's checks took it."""
    try:
        with connection.begin_nested():
            changed = connection.execute(
                text(
                    f"UPDATE {table} SET {name} = :payload"
                    f" WHERE id = :id AND {name} LIKE '{SIGN}%' RETURNING id"
                ),
                {"payload": payload, "id": record},
            )
            return changed.one_or_none() is not None
    except DBAPIError:
        return False


def marked(owner: Engine, cast: Cast, payloads: list[str]) -> Pack:
    """Return a file with a payload in every text that its tables let one write, each in turn."""
    pack = plant_pack(owner, cast.amina, cast.ben, Marks(SIGN, SIGN, "AB123456C"))
    given = cycle(payloads)
    kept: set[str] = set()
    with owner.begin() as connection:
        for table in CENTRE_TABLES:
            if "id" not in table.c:
                continue
            for column in (each for each in table.c if isinstance(each.type, AutoString | Text)):
                most = getattr(column.type, "length", None) or 10_000
                payload = next(each for each in given if len(each) <= max(most, 24))
                if _keep(connection, table.name, column.name, pack[table.name], payload[:most]):
                    kept.add(f"{table.name}.{column.name}")
    pack["kept"] = kept
    return pack


def _address(route: str, pack: Pack) -> str:
    for name, stands_for in IDS.items():
        route = route.replace(f"[{name}]", str(pack[stands_for]))
    return route


class Look:
    """One person's page without a content policy: what ran on it, and what it asked or said."""

    def __init__(self, served: Served, chromium: Browser, cookie: str) -> None:
        self.origin, self.typed, self.frames = served.origin, 0, 0
        self.dialogs: list[str] = []
        self.context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
        self.context.add_init_script(_LISTEN)
        name, _, token = cookie.partition("=")
        self.context.add_cookies([{"name": name, "value": token, "url": served.origin}])
        self.page = self.context.new_page()
        self.page.on("dialog", self._asked)
        self.page.on("websocket", lambda ws: ws.on("framereceived", self._heard))

    def at(self, path: str, payloads: list[str]) -> dict[str, Any]:
        """Open an address, type a payload into each box, and return what came of it."""
        self.page.goto(f"{self.origin}{path}")
        self.page.wait_for_selector(READY)
        expect(self.page.locator(".skeleton")).to_have_count(0)
        self.typed += self.page.evaluate(_TYPE, payloads)
        before = -1
        while before != self.frames:  # until the server has answered all that was typed
            before = self.frames
            self.page.wait_for_timeout(300)
        return self.page.evaluate(_SEEN, SIGN)

    def _asked(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.dialogs.append(dialog.message)
        dialog.accept()

    def _heard(self, _: object) -> None:
        self.frames += 1


class TestMarkup:
    def test_two_hundred_are_told_apart(self) -> None:
        assert len(set(PAYLOADS)) == len(PAYLOADS) == 200

    def test_that_ran_would_be_noticed(self, chromium: Browser) -> None:
        with chromium.new_context() as context:
            context.add_init_script(_LISTEN)
            page = context.new_page()
            page.set_content(f"<body><main>{PAYLOADS[0]}</main></body>")
            until(lambda: page.evaluate(_SEEN, SIGN)["ran"])
            assert page.evaluate(_SEEN, SIGN) == {"ran": 1, "shows": True, "made": 1}

    @pytest.mark.parametrize(
        ("payloads", "routes"),
        [
            pytest.param(PAYLOADS[::10], FIVE, id="five"),
            pytest.param(PAYLOADS, EVERY, marks=pytest.mark.deep, id="every"),
        ],
    )
    def test_runs_on_no_screen(
        self, payloads: list[str], routes: list[str], served: Served, chromium: Browser,
        cast: Cast, owner: Engine,
    ) -> None:  # fmt: skip
        pack = marked(owner, cast, payloads)
        assert len(pack["kept"]) >= 150
        given, wrong, shown = cycle(payloads), {}, set()
        looks: dict[str, Look] = {}
        for route in routes:
            who = next((WHO[at] for at in WHO if route.startswith(at)), "maria")
            if who not in looks:
                looks[who] = Look(served, chromium, served.sign_in(cast, who))
            look = looks[who]
            seen = look.at(_address(route, pack), [next(given) for _ in range(60)])
            if seen["ran"] or seen["made"] or look.dialogs:
                wrong[route] = (seen, look.dialogs)
            if seen["shows"]:
                shown.add(route)
        for look in looks.values():
            look.context.close()
        assert wrong == {}
        assert len(shown) >= 0.6 * len(routes), sorted(shown)
        assert sum(look.typed for look in looks.values()) >= 2 * len(routes)
