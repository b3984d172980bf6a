"""What stands around every tab of a case: who it is about, what is urgent, where to go."""

from typing import Any, Final

import reflex as rx

from pages import routes
from pages.components.empty import skeleton
from pages.components.form import VISITING, read_only
from pages.components.icons import icon
from pages.components.note_dialog import note_button, note_dialog
from pages.components.safe_routes import safe_routes
from pages.components.sign_off import waits_banner
from pages.components.standing_in import own_supervisor
from pages.components.status import badge, callout
from pages.components.table import link
from state.case_bar import CaseBarState

TABS: Final = (
    ("overview", "Overview"),
    ("household", "Household"),
    ("debts", "Debts"),
    ("dates", "Dates"),
    ("budget", "Budget"),
    ("advice", "Advice"),
    ("offers", "Offers"),
    ("statement", "Statement"),
    ("letters", "Letters"),
    ("documents", "Documents"),
    ("checklist", "Checklist"),
    ("notes", "Notes"),
)
FIGURES: Final = frozenset({"household", "debts", "budget", "offers", "statement"})
ENDED: Final = "This case has ended, so its figures stand still. Reopen it on the overview first."
BAR: Any = CaseBarState.bar


def case_frame(
    tab: str,
    *children: rx.Component,
    opened: Any,
    record: tuple[str, Any] | None = None,
    sticky: rx.Component | None = None,
    reads: bool = False,
) -> rx.Component:
    """Return a tab of a case: the identity bar, the tabs, and `children` as the page.

    `opened` is the id of the case that `children` tell of, and `record` names the part of the
    address that holds the id of the one record they tell of. Until those are the bar's and the
    address's there is a skeleton, so that nobody reads or types on another. `sticky` is a sum
    line (class `sumline`) that stays with the BAR. Whoever shadows the case, or has emergency
    access, changes nothing in `children`; with `reads` these hold no change, or wrap it in
    `read_only` themselves. The screen's `on_load` begins with `CaseBarState.open_tab`.
    """
    here = BAR.case_id == opened
    if record is not None:
        name, record_id = record
        here &= record_id.to_string() == routes.in_address(name)
    line = [rx.cond(here, sticky)] if sticky is not None else []
    still = [rx.cond(~BAR.is_at_work, callout(ENDED))] if tab in FIGURES else []
    inside = children if reads else (read_only(*children, when=BAR.is_shadowed),)
    return rx.cond(
        BAR.case_id.to_string() != routes.in_address("case_id"),
        rx.el.div(skeleton(6), class_name="page"),
        rx.fragment(
            rx.el.div(_identity(tab), *line, class_name="stay"),
            waits_banner(),
            rx.el.div(rx.cond(here, rx.fragment(*still, *inside), skeleton(6)), class_name="page"),
            rx.cond(~(BAR.is_shadowed | VISITING), note_dialog()),
        ),
    )


def _identity(tab: str) -> rx.Component:
    return rx.el.section(
        _top(), _facts(), _tab_row(tab), class_name="identity-bar", aria_label="Client and case"
    )


def _top() -> rx.Component:
    return rx.el.div(
        rx.el.h1(BAR.name, rx.cond(BAR.partner != "", rx.fragment(" and ", BAR.partner))),
        rx.el.span(BAR.reference, class_name="ref"),
        rx.cond(BAR.supervisor == "", _advisor()),
        rx.cond(BAR.clocks.length() > 0, badge("Emergency", "soon", "late")),
        rx.cond(BAR.priority == "urgent", badge("Urgent", "soon", "up")),
        rx.cond(BAR.is_restricted, badge("Restricted file", "note", "lock")),
        rx.cond(BAR.is_shadowed, badge("You are shadowing", "note", "eye")),
        rx.cond(BAR.covering != "", badge(f"Covering for {BAR.covering}", "note", "people")),
        rx.cond(~BAR.is_at_work, badge(BAR.status_word, "", "dash")),
        rx.cond(BAR.household != "", rx.el.span(BAR.household, class_name="quiet")),
        rx.cond((BAR.clocks.length() > 0) | (BAR.shields.length() > 0), _clocks()),
        class_name="identity-top",
    )


def _clocks() -> rx.Component:
    more = rx.el.p(
        link(
            f"and {BAR.more_clocks} more",
            to=routes.case_path(BAR.case_id),
        )
    )
    return rx.el.div(
        rx.foreach(BAR.shields, _shield),
        rx.foreach(BAR.clocks, _clock),
        rx.cond(BAR.more_clocks > 0, more),
        class_name="clocks",
    )


def _shield(view: Any) -> rx.Component:
    said = link(
        rx.el.strong(view.lead),
        rx.cond(view.rest != "", rx.fragment("; ", view.rest)),
        rx.el.span(", open the breathing space", class_name="sr"),
        to=routes.case_path(BAR.case_id, "dates"),
    )
    return rx.el.p(icon("shield"), said, class_name="clock shield")


def _clock(view: Any) -> rx.Component:
    said = rx.el.span(rx.el.strong(view.lead), ", ", view.rest)
    where = link(
        said,
        rx.el.span(f", the debt to {view.about}", class_name="sr"),
        to=routes.debt_path(BAR.case_id, view.debt_id),
    )
    return rx.el.p(icon("clock"), rx.cond(view.debt_id != 0, where, said), class_name="clock")


def _facts() -> rx.Component:
    return rx.el.dl(
        *_reach(),
        _fact("Stage", BAR.stage_word),
        _fact(BAR.surplus_word, BAR.surplus),
        _fact("Total debt", BAR.total_debt),
        rx.el.div(
            rx.el.dt("Next review"),
            rx.el.dd(
                BAR.next_review,
                rx.cond(BAR.is_review_overdue, rx.fragment(" ", badge("Overdue", "late"))),
            ),
        ),
        rx.cond(BAR.supervisor != "", own_supervisor()),
        class_name="facts",
    )


def _advisor() -> rx.Component:
    covered = rx.cond(BAR.covered_by != "", rx.fragment(" ", BAR.covered_by))
    return rx.el.span("Advisor ", rx.el.strong(BAR.advisor), covered, class_name="quiet advisor")


def _reach() -> tuple[rx.Component, rx.Component]:
    """Return how to reach whom: of two people each is named, so that nobody writes to the other."""
    whose = rx.cond(BAR.partner != "", f"Safe ways to reach {BAR.name}", "Safe ways to reach them")
    return (
        rx.el.div(rx.el.dt(whose), rx.el.dd(safe_routes(BAR.routes, whose))),
        rx.cond(
            BAR.partner != "",
            rx.el.div(
                rx.el.dt("Safe ways to reach ", BAR.partner),
                rx.el.dd(
                    safe_routes(BAR.partner_routes, f"Safe ways to reach {BAR.partner}"),
                ),
                class_name="second",
            ),
        ),
    )


def _fact(term: rx.Var[str] | str, value: rx.Var[str] | str) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(value))


def _tab_row(current: str) -> rx.Component:
    write = rx.cond(BAR.is_shadowed | VISITING, rx.fragment(), note_button())
    return rx.el.div(_tabs(current), write, class_name="tab-row")


def _tabs(current: str) -> rx.Component:
    case_id = BAR.case_id
    shown = {
        tab: link(
            word,
            to=routes.case_path(case_id, tab),
            custom_attrs={"aria-current": "page"} if tab == current else {},
        )
        for tab, word in TABS
    }
    shown["documents"] = rx.cond(BAR.is_shadowed, rx.fragment(), shown["documents"])
    return rx.el.nav(
        *shown.values(),
        class_name="tabs",
        aria_label="Case",
    )
