"""The waiting list of referrals."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.access.topics import Topic
from cma_app.services.intake import SOURCES
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import button, error_summary, form, form_foot, select, submit, text_area
from pages.components.icons import icon
from pages.components.safe_routes import safe_routes
from pages.components.same_person import same_people
from pages.components.status import badge
from pages.components.table import cell, column, link, list_pager, row_button, table
from pages.components.watch import watch
from pages.layout import main_link, page_head, screen
from state.referrals import ReferralsState

SHOWN: Any = ReferralsState.shown
ROWS: Any = ReferralsState.rows
SAME: Any = ReferralsState.same
FOOT: Any = ReferralsState.foot
ORDERS = (
    ("urgent", "Emergencies first"),
    ("longest", "Longest wait first"),
    ("newest", "Newest first"),
)


@screen(
    "Referrals",
    route=routes.REFERRALS,
    act=Act.REFERRAL_LIST,
    section="referrals",
    on_load=ReferralsState.open,
)
def referrals() -> rx.Component:
    """Return who waits to be seen, and what is being decided."""
    return rx.el.div(
        page_head(
            "Referrals",
            main_link("New referral", routes.WALK_IN, "referral"),
            live=watch(Topic.REFERRALS, ReferralsState.refresh),
        ),
        _filters(),
        rx.cond(ReferralsState.deciding > 0, _deciding()),
        rx.cond(ReferralsState.declining > 0, _declining()),
        rx.cond(
            ReferralsState.ready,
            rx.el.section(_table(), _pager(), class_name="card", aria_label="Waiting to be seen"),
            skeleton(5),
        ),
        class_name="page",
    )


def _filters() -> rx.Component:
    return rx.el.div(
        select(
            "Who sent them",
            "source",
            [("", "Anybody"), *SOURCES.items()],
            value=SHOWN["source"],
            width="w12",
            on_change=lambda value: ReferralsState.choose("source", value),
        ),
        select(
            "Order",
            "sort",
            ORDERS,
            value=SHOWN["sort"],
            width="w12",
            on_change=lambda value: ReferralsState.choose("sort", value),
        ),
        class_name="pair",
        role="search",
        key=f"{SHOWN['source']}-{SHOWN['sort']}",
    )


def _table() -> rx.Component:
    heads = ("Person", "Waiting", "In the next 14 days", "Safe ways to reach them", "Decide")
    return table(
        "Waiting to be seen",
        [column(word) for word in heads],
        ROWS,
        _row,
        when_empty=_nobody(),
        kind="piled free",
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.strong(row.name),
            rx.el.span(row.source, class_name="sub"),
            rx.cond(row.needs != "", _needs(row)),
            scope="row",
        ),
        cell(
            "Waiting",
            rx.el.span(row.waiting, class_name="fig"),
            rx.el.span(f"since {row.received}", class_name="sub"),
        ),
        cell(
            "In the next 14 days",
            rx.match(
                row.emergency,
                ("yes", _emergency(row)),
                ("no", rx.el.span("Nothing", class_name="hint")),
                badge("Not known", "soon", "open"),
            ),
        ),
        rx.el.td(safe_routes(row.routes)),
        rx.el.td(
            rx.el.span(
                row_button(
                    "Accept",
                    f" {row.name}",
                    on_click=ReferralsState.accept(row.id),
                    kind="main",
                ),
                row_button(
                    "Decline", f" {row.name}", on_click=ReferralsState.begin_decline(row.id)
                ),
                class_name="row-acts",
            )
        ),
        key=row.id,
    )


def _needs(row: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary("What is needed", class_name="as-link"),
        rx.el.p(row.needs, class_name="said hint"),
    )


def _emergency(row: Any) -> rx.Component:
    return rx.el.span(
        badge(row.emergency_word, "soon"), rx.el.span(row.emergency_when, class_name="sub fig")
    )


def _nobody() -> rx.Component:
    return rx.cond(
        SHOWN["source"] != "",
        empty("Nobody was sent by them.", link("Show everybody", to=routes.REFERRALS)),
        empty(
            "Nobody is waiting. A referral is kept from the walk-in page.",
            link(icon("referral"), "New referral", to=routes.WALK_IN, class_name="button"),
        ),
    )


def _pager() -> rx.Component:
    return list_pager(FOOT, on_back=ReferralsState.step(-1), on_next=ReferralsState.step(1))


def _deciding() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                f"Who looks like {ReferralsState.deciding_name}?",
                custom_attrs={"id": "deciding-title"},
            ),
            rx.el.span(SAME.length(), class_name="count"),
            class_name="card-head",
        ),
        rx.cond(SAME.length() > 0, same_people(SAME, _same), empty("Nobody here looks alike.")),
        rx.el.p(
            button(
                "Accept as a new client",
                on_click=ReferralsState.accept(ReferralsState.deciding),
                kind="main",
                busy="Accepting",
            ),
            button("Not now", on_click=ReferralsState.put_away, kind="plain"),
            class_name="card-body chips",
        ),
        class_name="card",
        aria_labelledby="deciding-title",
        role="region",
        aria_live="polite",
    )


def _same(person: Any) -> rx.Component:
    return rx.cond(
        person.kind == "client",
        rx.el.p(
            rx.cond(
                person.case_id != 0,
                button(
                    "Same person: add to their case",
                    on_click=ReferralsState.join(person.case_id),
                    kind="small",
                ),
            ),
            button(
                "Same person: new case",
                on_click=ReferralsState.accept_for(person.id),
                kind="small",
            ),
            class_name="chips",
        ),
        rx.el.p(
            button("Merge the two", on_click=ReferralsState.merge(person.id), kind="small"),
            rx.el.span("The earlier stays and keeps both stories.", class_name="hint"),
            class_name="chips",
        ),
    )


def _declining() -> rx.Component:
    return rx.el.section(
        form(
            rx.el.div(
                error_summary(ReferralsState.errors),
                text_area(
                    "Why is it declined?",
                    "reason",
                    hint="For example: outside our area, given to another centre.",
                    error=ReferralsState.errors["reason"],
                    rows=2,
                    max_length=500,
                ),
                class_name="card-body stack",
            ),
            form_foot(
                submit("Decline", busy="Declining"),
                button("Cancel", on_click=ReferralsState.put_away, kind="plain"),
            ),
            on_submit=ReferralsState.decline,
            on_check=ReferralsState.check,
            key=ReferralsState.declining,
        ),
        class_name="card",
        aria_label="Decline a referral",
    )
