"""The frame of every screen: rail, top bar, notices, dialogs; and `screen`, which makes a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from cma_app.access.acts import READ_ONLY, REFUSALS, Act, Role
from cma_app.errors import Refused
from pages import routes
from pages.components.empty import skeleton
from pages.components.form import VISITING
from pages.components.icons import icon
from pages.components.may import reaches, when_may
from pages.components.palette import act_link, book_act, note_act, palette
from pages.components.rail import rail
from pages.components.shortcuts import shortcuts_dialog
from pages.components.table import anchor, link
from pages.components.topbar import topbar
from pages.components.visit_banner import visit_banner
from state.base import CentreState
from state.shell import ShellState

NAME: Final = "CMA"
FOR_AN_ADMIN: Final = (
    "An admin looks after centres and people. To read a client's record in an emergency, open"
    " Centres and ask for emergency access."
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A page and where it lives; `cma_app.cma_app` adds each to the app."""

    component: Callable[[], rx.Component]
    route: str
    title: str
    on_load: tuple[Any, ...]


def screen(
    title: str, *, route: str, act: Act, section: str = "", on_load: Any = ()
) -> Callable[[Callable[[], rx.Component]], Screen]:
    """Make a function that returns a page's content into a Screen with the frame around it.

    `section` is the key of the rail's line that is current. `on_load` handlers run after the
    frame knows who is signed in. Who lacks `act` reads a sentence instead of the content.
    """
    loads = tuple(on_load) if isinstance(on_load, list | tuple) else (on_load,)

    def wrap(content: Callable[[], rx.Component]) -> Screen:
        def framed() -> rx.Component:
            return frame(content(), section=section, act=act)

        framed.__name__ = content.__name__
        framed.__module__ = content.__module__
        return Screen(framed, route, f"{title} | {NAME}", (ShellState.arrive, *loads))

    return wrap


def page_head(
    title: rx.Var[str] | str,
    *actions: rx.Component,
    lead: rx.Var[str] | str | None = None,
    live: rx.Component | None = None,
) -> rx.Component:
    """Return the head of a page: its one title, a few words, the main action at the right.

    `live` is the mark of a page that follows what changes (`components/watch.py`).
    """
    said = [rx.el.p(lead)] if lead is not None else []
    said += [live] if live is not None else []
    doing = [rx.el.div(*actions, class_name="actions")] if actions else []
    return rx.el.div(rx.el.h1(title), *said, *doing, class_name="page-head")


def main_link(word: str, to: rx.Var[str] | str, shape: str | None = None) -> rx.Component:
    """Return the page's main action, where it is an address; the key `n` follows it."""
    shown = [icon(shape)] if shape is not None else []
    return link(*shown, word, to=to, class_name="button main", custom_attrs={"data-shortcut": "n"})


def main_button(word: str, on_click: Any) -> rx.Component:
    """Return the page's main action, where it opens something here; the key `n` presses it."""
    return rx.el.button(
        word,
        type="button",
        class_name="button main",
        on_click=on_click,
        custom_attrs={"data-shortcut": "n"},
    )


def frame(content: rx.Component, *, section: str, act: Act) -> rx.Component:
    """Return a page's content in the frame, or what stands in its place."""
    body = rx.cond(
        ShellState.person == 0,
        rx.el.div(skeleton(4), class_name="page"),
        rx.cond(
            CentreState.missing, not_found_panel(), when_may(act, content, _not_yours_panel(act))
        ),
    )
    return rx.fragment(
        anchor("Skip to main content", href="#main", class_name="skip"),
        rx.el.div(
            rail(section),
            rx.el.div(
                rx.cond(VISITING, visit_banner()),
                topbar(),
                rx.el.main(body, custom_attrs={"id": "main"}, tab_index=-1),
            ),
            class_name=rx.cond(VISITING, "app visiting", "app"),
            custom_attrs={
                "data-hydrated": rx.cond(CentreState.is_hydrated, "true", "false"),
                "data-settled": CentreState.settled,
                "data-ended": CentreState.ended,
                "data-person": ShellState.person,
                "data-anew": ShellState.anew,
            },
        ),
        _notice(),
        _connection(),
        shortcuts_dialog(),
        palette(
            finds=reaches(Act.CLIENT_FIND),
            acts=(
                when_may(Act.NOTE_RECORD, note_act()),
                when_may(Act.APPOINTMENT_BOOK, book_act()),
                when_may(Act.CLIENT_RECORD, act_link("New walk-in", routes.WALK_IN, "walk-in")),
            ),
        ),
    )


def not_found_panel() -> rx.Component:
    """Return what a page says when its record is absent, removed, or another centre's."""
    return _panel(
        "Not found", "This was not found. It may have been removed, or the address is wrong."
    )


def _not_yours_panel(act: Act) -> rx.Component:
    ask = REFUSALS.get(act, Refused.sentence)
    return rx.cond(
        VISITING,
        _panel("Not part of emergency access", READ_ONLY),
        _panel(
            "Not part of your role", rx.cond(ShellState.role == Role.ADMIN.value, FOR_AN_ADMIN, ask)
        ),
    )


def _panel(title: str, sentence: rx.Var[str] | str) -> rx.Component:
    onward = rx.cond(
        VISITING,
        link("Find a client", to=routes.CLIENTS),
        link("Go to My day", to=routes.HOME),
    )
    return rx.el.div(
        rx.el.div(rx.el.h1(title), class_name="page-head"),
        rx.el.p(sentence),
        rx.el.p(onward),
        class_name="page",
    )


def _notice() -> rx.Component:
    """Return the place where notices are read out; each new number is a new toast."""
    return rx.el.div(
        rx.cond(
            CentreState.notice_sentence != "",
            rx.el.div(
                rx.el.span(CentreState.notice_sentence),
                rx.el.button("Close", type="button", class_name="button small"),
                class_name=f"toast {CentreState.notice_tone}",
                key=CentreState.notice_number,
            ),
        ),
        role="status",
        class_name="notices",
    )


def _connection() -> rx.Component:
    return rx.el.div(
        rx.cond(
            has_connection_errors,
            rx.el.p(
                "The connection is interrupted. What you typed is kept; it comes back by itself.",
                class_name="interrupted",
            ),
        ),
        role="status",
    )


def head() -> list[rx.Component]:
    """Return what the head of every page holds: our style sheet, font and scripts."""
    return [
        rx.el.link(rel="stylesheet", href="/style.css"),
        rx.el.link(rel="stylesheet", href="/font.css"),
        rx.el.link(rel="stylesheet", href="/print.css", media="print"),
        rx.el.link(rel="icon", href="/icon.svg"),
        rx.el.script(src="/shell.js", defer=True),
        rx.el.script(src="/palette.js", defer=True),
        rx.el.script(src="/drafts.js", defer=True),
        rx.el.script(src="/session.js", defer=True),
        rx.el.script(src="/visit.js", defer=True),
        rx.el.script(src="/case.js", defer=True),
        rx.el.script(src="/kept.js", defer=True),
        rx.el.script(src="/letter.js", defer=True),
        rx.el.script(src="/upload.js", defer=True),
    ]


def broken_panel() -> rx.Component:
    """Return what stands in place of a page that failed in the browser."""
    return rx.el.main(
        rx.el.h1("Something went wrong"),
        rx.el.p("This page could not be shown. Load it again; what was saved is kept."),
        rx.el.p(anchor("Go to My day", href=routes.HOME)),
        class_name="page",
    )
