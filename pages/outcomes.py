"""The outcomes and funder report: every heading as figures, pictures and tables, with its words."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import date_boxes, error_summary, form, form_foot, submit
from pages.components.icons import icon
from pages.components.table import anchor, card, current, link
from pages.layout import page_head, screen
from state.outcome_views import BAR
from state.outcomes import OutcomesState

STATE: Any = OutcomesState
VIEW: Any = OutcomesState.view


@screen(
    "Outcomes",
    route=routes.OUTCOMES,
    act=Act.REPORT_SEE,
    section="outcomes",
    on_load=OutcomesState.open,
)
def report() -> rx.Component:
    """Return the days above, then each heading with its figures."""
    return rx.el.div(
        page_head("Outcomes", rx.cond(VIEW.version != "", _files()), lead=_lead()),
        rx.cond(
            VIEW.version != "",
            rx.el.div(
                _period(),
                _leaving(),
                _headings(),
                rx.foreach(VIEW.sections, _section),
                _not_counted(),
                class_name="stack",
            ),
            skeleton(8),
        ),
        class_name="page",
    )


def _lead() -> rx.Var[str]:
    return rx.cond(
        VIEW.version != "",
        rx.Var.create(f"{VIEW.days}, by definitions {VIEW.version}. Counted {VIEW.made}."),
        "Counting.",
    )


def _files() -> rx.Component:
    def one(each: Any) -> rx.Component:
        return anchor(
            icon("download"), "Download ", each[0], href=each[1], class_name="button", download=""
        )

    return rx.fragment(rx.foreach(VIEW.files, one))


def _chips(words: Any, label: str) -> rx.Component:
    def one(each: Any) -> rx.Component:
        return link(each[0], to=each[1], class_name="chip", custom_attrs=current(each[2]))

    return rx.el.nav(
        rx.el.span(label, class_name="quiet"),
        rx.foreach(words, one),
        class_name="chips",
        aria_label=label,
    )


def _period() -> rx.Component:
    other = rx.el.details(
        rx.el.summary("Other days"),
        form(
            rx.el.div(
                error_summary(STATE.errors),
                rx.el.div(_day("First day", "first"), _day("Last day", "last"), class_name="pair"),
                class_name="card-body stack",
            ),
            form_foot(submit("Count these days", busy="Counting")),
            on_submit=STATE.choose,
            on_check=STATE.check,
            key=STATE.filled,
        ),
        class_name="other-days",
    )
    return rx.el.section(
        rx.el.div(
            _chips(VIEW.quick, "Period"),
            _chips(VIEW.views, "Shown"),
            class_name="card-body stack close",
        ),
        other,
        class_name="card",
        aria_label="Period",
    )


def _day(legend: str, name: str) -> rx.Component:
    return date_boxes(
        legend,
        name,
        hint="For example, 1 4 2026",
        error=STATE.errors[name],
        day=STATE.boxes[f"{name}-day"],
        month=STATE.boxes[f"{name}-month"],
        year=STATE.boxes[f"{name}-year"],
    )


def _leaving() -> rx.Component:
    """Say what is kept back from what leaves the centre."""
    return rx.cond(
        VIEW.is_leaving,
        rx.el.div(
            rx.el.p(
                rx.el.strong("This is what the files hold. "),
                rx.Var.create(
                    f"A number of fewer than {VIEW.limit} people is not shown, nor is what it could"
                    f" be worked out from: {VIEW.kept_back} figures are kept back. Advisors have"
                    " numbers for names."
                ),
            ),
            class_name="callout",
        ),
    )


def _headings() -> rx.Component:
    def one(each: Any) -> rx.Component:
        return rx.el.li(anchor(each.title, href=f"#{each.key}-heading"))

    return rx.el.nav(
        rx.el.ul(rx.foreach(VIEW.sections, one), class_name="headings"),
        aria_label="Headings",
    )


def _section(section: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(section.title, custom_attrs={"id": f"{section.key}-heading"}, tab_index=-1),
        rx.cond(section.stats.length() > 0, _stats(section)),
        rx.el.div(
            rx.foreach(section.tables, _table),
            rx.foreach(section.crossed, _crossed),
            class_name="figures-grid",
        ),
        class_name="stack heading",
        aria_labelledby=f"{section.key}-heading",
        key=section.key,
    )


def _stats(section: Any) -> rx.Component:
    def one(each: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(each.label),
            rx.el.dd(_told(each.number, each.label)),
            rx.cond(each.also != "", rx.el.dd(each.also, class_name="also")),
            class_name="stat",
            key=each.key,
        )

    def words(each: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(each.label), rx.el.dd(each.words, rx.el.span(each.source, class_name="sub"))
        )

    return rx.el.div(
        rx.el.dl(rx.foreach(section.stats, one), class_name="stats many"),
        rx.el.details(
            rx.el.summary("How these are counted"),
            rx.el.dl(rx.foreach(section.stats, words), class_name="definitions"),
            class_name="counted",
        ),
        class_name="card",
    )


def _told(told: Any, said: Any) -> rx.Component:
    """Return a number that opens its rows where they may be seen; one kept back says so."""
    return rx.cond(
        told.path != "",
        link(told.text, rx.el.span(" ", said, class_name="sr"), to=told.path),
        rx.el.span(told.text, class_name=rx.cond(told.is_kept, "kept-back", "")),
    )


def _bar(part: Any) -> rx.Component:
    return rx.el.svg(
        rx.el.rect(class_name="k-not_met", x="0", y="0", width=part.width, height="12"),
        view_box=f"0 0 {BAR} 12",
        class_name="countbar",
        custom_attrs={"preserveAspectRatio": "none", "role": "img", "aria-label": part.said},
    )


def _table(each: Any) -> rx.Component:
    def row(part: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(part.label, scope="row"),
            rx.el.td(_bar(part), class_name="bars"),
            rx.el.td(_told(part.number, part.label), class_name="num"),
            rx.cond(each.money != "", rx.el.td(_told(part.money, part.label), class_name="num")),
            key=part.key,
        )

    shown = rx.el.div(
        rx.el.table(
            rx.el.caption(each.title, class_name="sr"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Part", scope="col"),
                    rx.el.th(
                        rx.el.span("Share, as bars", class_name="sr"),
                        scope="col",
                        class_name="bars",
                    ),
                    rx.el.th(each.counts, scope="col", class_name="num"),
                    rx.cond(each.money != "", rx.el.th(each.money, scope="col", class_name="num")),
                )
            ),
            rx.el.tbody(rx.foreach(each.parts, row)),
            rx.el.tfoot(
                rx.el.tr(
                    rx.el.th("All", scope="row"),
                    rx.el.td(class_name="bars"),
                    rx.el.td(_told(each.whole, each.title), class_name="num"),
                    rx.cond(
                        each.money != "",
                        rx.el.td(_told(each.whole_money, each.title), class_name="num"),
                    ),
                )
            ),
            class_name="table breakdown",
        ),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label=each.title,
    )
    return _figure_card(each, rx.cond(each.parts.length() > 0, shown, empty(each.none)))


def _crossed(each: Any) -> rx.Component:
    def row(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(line[0], scope="row"),
            rx.foreach(line[1], lambda told: rx.el.td(_told(told, line[0]), class_name="num")),
        )

    shown = rx.el.div(
        rx.el.table(
            rx.el.caption(each.title, class_name="sr"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Outcome", scope="col"),
                    rx.foreach(
                        each.columns, lambda word: rx.el.th(word, scope="col", class_name="num")
                    ),
                )
            ),
            rx.el.tbody(rx.foreach(each.rows, row)),
            class_name="table breakdown",
        ),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label=each.title,
    )
    none = empty("Nothing to count in these days.")
    return _figure_card(each, rx.cond(each.rows.length() > 0, shown, none))


def _figure_card(each: Any, shown: rx.Component) -> rx.Component:
    """Return a breakdown as a card with how it is counted at its foot."""
    return rx.el.section(
        rx.el.div(
            rx.el.h3(each.title, custom_attrs={"id": f"{each.key}-title"}), class_name="card-head"
        ),
        shown,
        rx.el.details(
            rx.el.summary("How this is counted"),
            rx.el.p(each.words, rx.el.span(each.source, class_name="sub")),
            class_name="counted",
        ),
        class_name="card",
        aria_labelledby=f"{each.key}-title",
        key=each.key,
    )


def _not_counted() -> rx.Component:
    def one(each: Any) -> rx.Component:
        return rx.el.div(rx.el.dt(each[0]), rx.el.dd(each[1]))

    return card(
        "What this report does not hold",
        rx.el.dl(
            rx.el.div(
                rx.el.dt("Restricted files"),
                rx.el.dd("Files on which you are not named are not counted."),
            ),
            rx.foreach(VIEW.not_counted, one),
            class_name="definitions card-body",
        ),
        key="not-counted",
    )
