"""The frame of every screen: rail, top bar, notices, dialogs; and `screen`, which makes a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_core.el.elements.base import BaseHTML

from cma_app.access.acts import READ_ONLY, Act
from pages import routes
from pages.components.empty import skeleton
from pages.components.form import VISITING
from pages.components.icons import icon
from pages.components.palette import act_link, book_act, note_act, palette, palette_button
from pages.components.table import anchor, dialog, link, opens
from pages.components.visit_banner import visit_banner
from state.base import CentreState
from state.shell import ShellState

NAME: Final = "CMA"


class NativeForm(BaseHTML):
    """A form that the browser posts by itself; Reflex's own swallows the submit."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


@dataclass(frozen=True, slots=True)
class Screen:
    """A page and where it lives; `cma_app.cma_app` adds each to the app."""

    component: Callable[[], rx.Component]
    route: str
    title: str
    on_load: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the rail, drawn for those whose role includes its act."""

    key: str
    word: str
    route: str
    icon: str
    act: Act
    begins: bool = False
    """Whether a group of lines begins with it."""


MENU: Final = (
    Entry("home", "My day", routes.HOME, "day", Act.HOME_SEE),
    Entry("walk-in", "Walk-in", routes.WALK_IN, "walk-in", Act.CLIENT_RECORD),
    Entry("calendar", "Calendar", routes.CALENDAR, "calendar", Act.APPOINTMENT_SEE),
    Entry("cases", "Cases", routes.CASES, "folder", Act.CASE_LIST, begins=True),
    Entry("clients", "Clients", routes.CLIENTS, "client", Act.CLIENT_FIND),
    Entry("referrals", "Referrals", routes.REFERRALS, "referral", Act.REFERRAL_LIST),
    Entry("documents", "Documents", routes.DOCUMENTS, "page", Act.DOCUMENT_FIND),
    Entry("creditors", "Creditors", routes.CREDITORS, "creditor", Act.CREDITOR_SEE),
    Entry("sign-offs", "Sign-offs", routes.SIGN_OFFS, "note", Act.SIGN_OFF_DECIDE, begins=True),
    Entry("my-work", "My work", routes.MY_WORK, "note", Act.SIGN_OFF_SUBMIT, begins=True),
    Entry("board", "Caseload board", routes.BOARD, "board", Act.CASELOAD_SEE),
    Entry("compliance", "Compliance", routes.COMPLIANCE, "check", Act.COMPLIANCE_SEE),
    Entry("outcomes", "Outcomes", routes.OUTCOMES, "chart", Act.REPORT_SEE),
    Entry("reviews", "File reviews", routes.REVIEWS, "review", Act.REVIEW_SEE_ALL),
    Entry("my-reviews", "My file reviews", routes.MY_REVIEWS, "came-back", Act.REVIEW_ANSWER),
    Entry("requests", "Data requests", routes.REQUESTS, "shield", Act.RIGHTS_SEE_ALL),
    Entry("retention", "Retention", routes.RETENTION, "clock", Act.RETENTION_SEE),
    Entry("people", "People", routes.PEOPLE, "people", Act.USER_LIST, begins=True),
    Entry("centres", "Centres", routes.CENTRES, "centre", Act.CENTRE_LIST),
    Entry("checklists", "Checklists", routes.CHECKLISTS, "list", Act.CHECKLIST_EDIT),
    Entry("guidelines", "Guidelines", routes.GUIDELINES, "measure", Act.GUIDELINE_LOAD),
    Entry("access", "Emergency access", routes.EMERGENCY_ACCESS, "eye", Act.ACCESS_SEE),
)
"""The rail: the day, the records, the work on them, the centre. A line sets each group apart."""


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


def when_may(act: Act, then: rx.Component, otherwise: rx.Component | None = None) -> rx.Component:
    """Return `then` for those who do an act or prepare it; the gate refuses the others anyway."""
    return rx.cond(reaches(act), then, otherwise or rx.fragment())


def reaches(act: Act) -> Any:
    """Say whether this person does an act, or prepares it for another's sign-off."""
    acts, prepared = rx.Var.create(ShellState.acts), rx.Var.create(ShellState.prepared)
    return acts.contains(act.value) | prepared.contains(act.value)


def frame(content: rx.Component, *, section: str, act: Act) -> rx.Component:
    """Return a page's content in the frame, or what stands in its place."""
    body = rx.cond(
        ShellState.person == 0,
        rx.el.div(skeleton(4), class_name="page"),
        rx.cond(CentreState.missing, not_found_panel(), when_may(act, content, _not_yours_panel())),
    )
    return rx.fragment(
        anchor("Skip to main content", href="#main", class_name="skip"),
        rx.el.div(
            _rail(section),
            rx.el.div(
                rx.cond(VISITING, visit_banner()),
                _topbar(),
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
        _help(),
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


def _not_yours_panel() -> rx.Component:
    return rx.cond(
        VISITING,
        _panel("Not part of emergency access", READ_ONLY),
        _panel("Not part of your role", "Your role does not include this. Ask your manager."),
    )


def _panel(title: str, sentence: str) -> rx.Component:
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


def _rail(section: str) -> rx.Component:
    return rx.el.nav(
        rx.el.div(
            icon("brand"), rx.el.span(ShellState.centre, class_name="word"), class_name="rail-brand"
        ),
        *[when_may(entry.act, _line(entry, current=entry.key == section)) for entry in MENU],
        rx.el.button(
            icon("help"),
            rx.el.span("Help and shortcuts", class_name="word"),
            type="button",
            class_name="rail-foot",
            custom_attrs=opens("help"),
        ),
        NativeForm.create(
            rx.el.button(
                icon("sign-out"), rx.el.span("Sign out", class_name="word"), type="submit"
            ),
            action=routes.SIGN_OUT,
            method="post",
        ),
        class_name="rail",
        aria_label="Main",
    )


def _line(entry: Entry, *, current: bool) -> rx.Component:
    attrs: dict[str, Any] = {"aria-current": "page"} if current else {}
    return link(
        icon(entry.icon),
        rx.el.span(entry.word, class_name="word"),
        to=entry.route,
        class_name="begins" if entry.begins else "",
        custom_attrs={**attrs, "data-menu": entry.key},
    )


def _topbar() -> rx.Component:
    finder = link(
        icon("find"),
        rx.el.span("Find a client or case"),
        rx.el.kbd("/"),
        to=routes.CLIENTS,
        class_name="finder",
        custom_attrs={"data-shortcut": "/"},
    )
    return rx.el.header(
        when_may(Act.CLIENT_FIND, finder),
        palette_button(),
        when_may(Act.NOTIFICATION_SEE, _bell()),
        rx.el.div(
            rx.el.span(ShellState.initials, class_name="person", aria_hidden="true"),
            link(
                ShellState.name,
                ", ",
                ShellState.role,
                to=routes.SIGN_INS,
                title="Your sign-ins and password",
            ),
            class_name="who",
        ),
        class_name="topbar",
    )


def _bell() -> rx.Component:
    """Return the bell with how many notifications are new; it grows by itself."""
    unread = ShellState.unread
    new = rx.cond(unread == 1, "1 new notification", f"{unread} new notifications")
    return rx.el.div(
        link(
            icon("bell"),
            rx.cond(unread > 0, rx.el.span(unread, class_name="fig", aria_hidden="true")),
            rx.el.span("Notifications", class_name="sr"),
            to=routes.NOTIFICATIONS,
            class_name="button plain",
            title="Notifications",
        ),
        rx.el.span(rx.cond(unread > 0, new, ""), class_name="sr", role="status"),
        class_name="bell",
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


def _help() -> rx.Component:
    keys = (
        ("Ctrl and K", "Go anywhere, or find a client or case (⌘ and K on a Mac)"),
        ("/", "Find a client or case"),
        ("g then c", "Go to Cases"),
        ("n", "The page's main action"),
        ("Alt and N", "Write a note, on any page of a case"),
        ("?", "This help"),
        ("Esc", "Close a dialog"),
    )
    return dialog(
        "help",
        "Help and shortcuts",
        rx.el.dl(
            *[
                rx.el.div(rx.el.dt(rx.el.kbd(each)), rx.el.dd(what), class_name="keyline")
                for each, what in keys
            ]
        ),
        rx.el.label(
            rx.el.input(type="checkbox", custom_attrs={"id": "shortcuts-off"}),
            "Turn the keys without Ctrl or Alt off on this device",
            class_name="choice",
        ),
    )


def head() -> list[rx.Component]:
    """Return what the head of every page holds: our style sheet, font and scripts."""
    return [
        rx.el.link(rel="stylesheet", href="/style.css"),
        rx.el.link(rel="stylesheet", href="/font.css"),
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
