"""The centre's checklists in figures: by advisor, by item, and the rows behind each number."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import button, select
from pages.components.icons import icon
from pages.components.status import status_badge
from pages.components.table import card, cell, chip, column, current, link, list_pager, table
from pages.layout import page_head, screen
from state.compliance_overview import BAR, LET, PATH, OpenItemsState, OverviewState

VIEW: Any = OverviewState.view
ITEMS: Any = OpenItemsState
SHOWN: Any = OpenItemsState.shown
KINDS: Final = (
    ("", "Late, not met and due"),
    ("late", "Late"),
    ("not_met", "Not met"),
    ("due", "Due soon"),
    (LET, "Gates let through"),
)
DAYS: Final = (("7", "7 days"), ("14", "14 days"), ("30", "30 days"))
HEADS: Final = (("late", "Late"), ("not_met", "Not met"), ("due", "Due"))


@screen(
    "Compliance",
    route=routes.COMPLIANCE,
    act=Act.COMPLIANCE_SEE,
    section="compliance",
    on_load=OverviewState.open,
)
def overview() -> rx.Component:
    """Return the counts above, then a bar and its figures by advisor and by item."""
    asked = rx.cond(
        VIEW.is_whole,
        "What the checklists of all open cases still ask.",
        "What the checklists of your open cases still ask.",
    )
    lead = rx.cond(VIEW.cases == "", asked, rx.Var.create(f"{asked} {VIEW.cases}"))
    return rx.el.div(
        page_head("Compliance", _ahead(), lead=lead),
        rx.cond(
            VIEW.is_ready,
            rx.fragment(
                _totals(),
                rx.el.div(
                    rx.cond(VIEW.is_whole, _by_advisor()), _by_item(), class_name="stack counts"
                ),
            ),
            skeleton(6),
        ),
        class_name="page",
    )


def _ahead() -> rx.Component:
    def one(each: Any) -> rx.Component:
        return link(
            each[0],
            to=each[1],
            class_name="chip",
            custom_attrs=current(each[2]),
        )

    return rx.el.nav(
        rx.el.span("Due within", class_name="quiet"),
        rx.foreach(VIEW.ahead, one),
        class_name="chips",
        aria_label="Due within",
    )


def _totals() -> rx.Component:
    whole = VIEW.whole

    def one(word: Any, number: Any, to: Any, also: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(word),
            rx.el.dd(_figure(number, to, word)),
            rx.el.dd(also, class_name="also"),
            class_name="stat",
        )

    return rx.el.section(
        rx.el.dl(
            one("Late", whole.late, whole.late_to, "past their day, not answered"),
            one("Not met", whole.not_met, whole.not_met_to, "answered so; to be mended"),
            one(
                rx.Var.create(f"Due within {VIEW.days} days"),
                whole.due,
                whole.due_to,
                "not answered yet",
            ),
            one(
                "Gates let through",
                whole.let_through,
                whole.let_to,
                "by a manager, in the last 90 days",
            ),
            class_name="stats",
        ),
        class_name="card",
        aria_label="In all",
    )


def _figure(number: Any, to: Any, said: Any, whose: Any = "") -> rx.Component:
    """Return a number that opens its rows; none opens nothing."""
    return rx.cond(
        number == "0",
        rx.el.span("0", class_name="quiet"),
        link(number, rx.el.span(" ", said, whose, class_name="sr"), to=to),
    )


def _by_advisor() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(link(each.name, to=each.path), scope="row"),
            *_cells(each),
            cell(
                "Let through",
                _figure(each.let_through, each.let_to, "gates let through, ", each.name),
                class_name="num",
            ),
            key=each.key,
        )

    return card(
        "By advisor",
        table(
            "Open items by advisor",
            [column("Advisor"), *_heads(), column("Let through", num=True)],
            VIEW.advisors,
            row,
            when_empty=empty("Nothing is late, not met or due in any open case."),
            kind="piled",
        ),
        key="by-advisor",
    )


def _by_item() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(each.code, " ", each.name, to=each.path),
                scope="row",
                class_name="wraps",
            ),
            *_cells(each),
            key=each.key,
        )

    return card(
        "By item",
        table(
            "Open items by what is asked",
            [column("Item"), *_heads()],
            VIEW.questions,
            row,
            when_empty=empty("Nothing is late, not met or due. Every date is kept."),
            kind="piled",
        ),
        key="by-item",
    )


def _heads() -> list[rx.Component]:
    picture = rx.el.th(
        rx.el.span("Share, as bars", class_name="sr"), scope="col", class_name="bars"
    )
    figures = [
        rx.el.th(rx.el.span(class_name=f"key k-{kind}"), word, scope="col", class_name="num")
        for kind, word in HEADS
    ]
    return [picture, *figures]


def _cells(each: Any) -> list[rx.Component]:
    whose = rx.Var.create(f", {each.name}")
    return [
        rx.el.td(_bar(each), class_name="bars"),
        cell("Late", _figure(each.late, each.late_to, "late", whose), class_name="num"),
        cell("Not met", _figure(each.not_met, each.not_met_to, "not met", whose), class_name="num"),
        cell("Due", _figure(each.due, each.due_to, "due soon", whose), class_name="num"),
    ]


def _bar(each: Any) -> rx.Component:
    def piece(part: Any) -> rx.Component:
        return rx.el.rect(
            class_name=f"k-{part.kind}", x=part.x, y="0", width=part.width, height="12"
        )

    return rx.el.svg(
        rx.foreach(each.parts, piece),
        view_box=f"0 0 {BAR} 12",
        class_name="countbar",
        custom_attrs={"preserveAspectRatio": "none", "role": "img", "aria-label": each.said},
    )


@screen(
    "Compliance, items",
    route=routes.COMPLIANCE_LIST,
    act=Act.COMPLIANCE_SEE,
    section="compliance",
    on_load=OpenItemsState.open,
)
def open_items() -> rx.Component:
    """Return the rows behind a number, with the filters that the address says."""
    return rx.el.div(
        page_head(
            "Compliance",
            link(icon("board"), "All figures", to=ITEMS.back, class_name="button"),
            lead="The items behind a figure, the longest overdue first.",
        ),
        _filters(),
        rx.cond(
            ITEMS.ready,
            rx.el.section(
                rx.cond(SHOWN["show"] == LET, _let_table(), _table()),
                list_pager(ITEMS.foot, on_back=ITEMS.step(-1), on_next=ITEMS.step(1)),
                class_name="card",
                aria_label="Items found",
            ),
            skeleton(6),
        ),
        class_name="page",
    )


def _filters() -> rx.Component:
    advisor = rx.el.div(
        rx.el.label("Advisor", html_for="advisor"),
        rx.el.select(
            rx.el.option("Everybody's", value=""),
            rx.foreach(ITEMS.holders, lambda pair: rx.el.option(pair[1], value=pair[0])),
            name="advisor",
            default_value=SHOWN["advisor"],
            class_name="box w12",
            on_change=lambda value: ITEMS.choose("advisor", value),
            custom_attrs={"id": "advisor"},
        ),
        class_name="field",
    )
    item = rx.el.div(
        rx.el.span("Item", class_name="label"),
        chip(
            rx.Var.create(f"{SHOWN['item']}: show every item"),
            pressed=True,
            on_click=ITEMS.choose("item", ""),
        ),
        class_name="field",
    )
    return rx.el.div(
        select(
            "Show",
            "show",
            KINDS,
            value=SHOWN["show"],
            width="w20",
            on_change=lambda value: ITEMS.choose("show", value),
        ),
        rx.cond(
            SHOWN["show"] != LET,
            select(
                "Due within",
                "days",
                DAYS,
                value=SHOWN["days"],
                width="w8",
                on_change=lambda value: ITEMS.choose("days", value),
            ),
        ),
        rx.cond(ITEMS.is_whole, advisor),
        rx.cond((SHOWN["item"] != "") & (SHOWN["show"] != LET), item),
        class_name="filters",
        role="search",
        key=ITEMS.filled,
    )


def _whose(row: Any) -> rx.Component:
    return rx.el.th(
        link(row.client, to=routes.case_path(row.case_id, "checklist")),
        rx.el.span(row.reference, class_name="sub ref"),
        scope="row",
    )


def _table() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            _whose(each),
            rx.el.td(
                rx.el.span(each.code, " ", each.words),
                rx.cond(each.remedy != "", rx.el.span("To do: ", each.remedy, class_name="sub")),
            ),
            rx.el.td(
                status_badge(
                    each.kind,
                    {
                        "late": ("Late", "late"),
                        "not_met": ("Not met", "late"),
                        "due": ("Due", "soon"),
                    },
                )
            ),
            rx.el.td(
                rx.el.span(each.deadline, class_name="fig"),
                rx.cond(each.away != "", rx.el.span(each.away, class_name="sub")),
            ),
            cell("Advisor", each.advisor),
        )

    return table(
        "Open items",
        [column("Client"), column("Item"), column("Stands"), column("Due"), column("Advisor")],
        ITEMS.rows,
        row,
        when_empty=_nothing("No item of an open case fits these filters."),
        kind="piled",
    )


def _let_table() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            _whose(each),
            rx.el.td(each.gate, rx.el.span(each.used, class_name="sub")),
            rx.el.td(each.reason, rx.el.span("Missing: ", each.missing, class_name="sub")),
            cell("Let through by", each.given),
            cell("Advisor", each.advisor),
        )

    return table(
        "Gates let through",
        [
            column("Client"),
            column("Gate"),
            column("Reason"),
            column("Let through by"),
            column("Advisor"),
        ],
        ITEMS.let,
        row,
        when_empty=_nothing("No gate was let through in the last 90 days."),
        kind="piled",
    )


def _nothing(sentence: str) -> rx.Component:
    return empty(sentence, button("Show all figures", on_click=rx.redirect(PATH)))
