"""The rail: what is daily on top, and for a manager the rest in groups that fold.

A group stays as its reader left it on this device, and the one with the open page is never folded
when the page comes (`assets/rail_group.jsx`).
"""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.icons import icon
from pages.components.may import reaches, when_may
from pages.components.native_form import NativeForm
from pages.components.shortcuts import HELP
from pages.components.table import link, opens
from state.shell import ShellState


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


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that fold under a word where there are many lines; `key` is what is remembered."""

    key: str
    word: str
    icon: str
    entries: tuple[Entry, ...]


DAILY: Final = (
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
)
GROUPS: Final = (
    Group(
        "quality",
        "Quality",
        "shield-check",
        (
            Entry("compliance", "Compliance", routes.COMPLIANCE, "check", Act.COMPLIANCE_SEE),
            Entry("outcomes", "Outcomes", routes.OUTCOMES, "chart", Act.REPORT_SEE),
            Entry("reviews", "File reviews", routes.REVIEWS, "review", Act.REVIEW_SEE_ALL),
            Entry(
                "my-reviews", "My file reviews", routes.MY_REVIEWS, "came-back", Act.REVIEW_ANSWER
            ),
            Entry("requests", "Data requests", routes.REQUESTS, "shield", Act.RIGHTS_SEE_ALL),
            Entry("retention", "Retention", routes.RETENTION, "clock", Act.RETENTION_SEE),
        ),
    ),
    Group(
        "centre",
        "The centre",
        "centre",
        (
            Entry("people", "People", routes.PEOPLE, "people", Act.USER_LIST),
            Entry("centres", "Centres", routes.CENTRES, "centre", Act.CENTRE_LIST),
            Entry("checklists", "Checklists", routes.CHECKLISTS, "list", Act.CHECKLIST_EDIT),
            Entry("guidelines", "Guidelines", routes.GUIDELINES, "measure", Act.GUIDELINE_LOAD),
            Entry("access", "Emergency access", routes.EMERGENCY_ACCESS, "eye", Act.ACCESS_SEE),
        ),
    ),
)
MENU: Final = (*DAILY, *(entry for group in GROUPS for entry in group.entries))
"""Every line of the rail, in its order."""
FOLDS: Final = Act.CASELOAD_SEE
"""Whoever looks after a whole centre has twenty lines, and so they fold; others have a dozen."""


class RailGroup(rx.Component):
    """Lines under their head, the first child, that folds them; without `folds` just lines."""

    library = "$/public/rail_group"
    tag = "RailGroup"

    name: rx.Var[str]
    folds: rx.Var[bool]
    holds_page: rx.Var[bool]
    """Whether the open page is one of its lines."""


def rail(section: str) -> rx.Component:
    """Return the rail; `section` is the key of the line that is current."""
    return rx.el.nav(
        rx.el.div(
            icon("brand"), rx.el.span(ShellState.centre, class_name="word"), class_name="rail-brand"
        ),
        rx.el.div(
            *[_line(entry, section) for entry in DAILY],
            *[_group(group, section) for group in GROUPS],
            class_name="rail-main",
        ),
        rx.el.button(
            icon("help"),
            rx.el.span("Help and shortcuts", class_name="word"),
            type="button",
            class_name="rail-foot",
            custom_attrs=opens(HELP),
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


def _group(group: Group, section: str) -> rx.Component:
    head = rx.fragment(
        icon(group.icon),
        rx.el.span(group.word, class_name="word"),
        icon("turn"),
    )
    return RailGroup.create(
        head,
        *[_line(entry, section) for entry in group.entries],
        name=group.key,
        folds=reaches(FOLDS),
        holds_page=section in {entry.key for entry in group.entries},
    )


def _line(entry: Entry, section: str) -> rx.Component:
    here: dict[str, Any] = {"aria-current": "page"} if entry.key == section else {}
    line = link(
        icon(entry.icon),
        rx.el.span(entry.word, class_name="word"),
        to=entry.route,
        title=entry.word,
        class_name="begins" if entry.begins else "",
        custom_attrs={**here, "data-menu": entry.key},
    )
    return when_may(entry.act, line)
