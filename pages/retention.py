"""Keeping and removing: who is to be forgotten, what holds whom, and a manager's confirmation."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.retention import HOLD_LABELS
from pages import routes
from pages.components.bar_table import bar_table
from pages.components.confirm import confirm
from pages.components.empty import empty, skeleton
from pages.components.form import (
    date_boxes,
    error_summary,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.note_dialog import saved_mark
from pages.components.page_words import Every
from pages.components.status import tone_badge
from pages.components.table import (
    anchor,
    card,
    cell,
    column,
    dialog,
    link,
    opens,
    row_button,
    table,
)
from pages.layout import page_head, screen
from state.retention import PARTS, RetentionState

STATE: Any = RetentionState
VIEW: Any = RetentionState.view
ERRORS: Any = RetentionState.errors
HOLD: Any = RetentionState.hold
CONFIRM: Final = "confirm-list"
PLACE: Final = "hold-person"
LIFT: Final = "take-hold-off"
PROVE: Final = f"{routes.PROVE}?next={routes.RETENTION}"


@screen(
    "Keeping and removing",
    route=routes.RETENTION,
    act=Act.RETENTION_SEE,
    section="retention",
    on_load=RetentionState.open,
)
def retention() -> rx.Component:
    """Return the picture, the three parts of the list, the holds, documents and earlier lists."""
    return rx.el.div(
        page_head(
            "Keeping and removing",
            lead="Whose record is to be removed by the years of the law, and what is held back."
            " Nothing goes before a manager confirms it.",
        ),
        rx.cond(STATE.ready, _content(), skeleton(6)),
        class_name="page",
    )


def _content() -> rx.Component:
    return rx.el.div(
        rx.cond(VIEW.working, Every.create(seconds=5, on_tick=STATE.refresh)),
        _picture(),
        _due(),
        _people(
            "Coming in the next 90 days",
            "coming",
            STATE.coming,
            VIEW.coming,
            "Nobody's years pass in the next 90 days.",
        ),
        _people(
            "Held",
            "held",
            STATE.held,
            VIEW.held,
            "Nobody is held whose years have passed or soon will.",
        ),
        rx.cond(STATE.more != "", rx.el.p(STATE.more, class_name="hint")),
        _holds(),
        _documents(),
        _earlier(),
        _confirm(),
        _place(),
        _lift(),
        class_name="stack",
    )


def _picture() -> rx.Component:
    told = rx.cond(
        VIEW.id == 0,
        "The first list of this centre is written within five minutes.",
        rx.Var.create(f"List of {VIEW.listed}. It is written anew each day."),
    )
    return card(
        "What there is",
        bar_table(
            "People on the list, by what is due",
            "People",
            PARTS,
            VIEW.picture,
            more=("All",),
            none="There is no list yet.",
        ),
        rx.el.p(
            told,
            " Restricted files, and whoever shares a case with one, are counted here for who is"
            " named on them alone.",
            " ",
            VIEW.figures,
            class_name="hint card-body",
        ),
        key="picture",
    )


def _due() -> rx.Component:
    ask = rx.cond(
        VIEW.fresh,
        rx.el.button(
            "Confirm this list",
            type="button",
            class_name="button main small",
            on_click=STATE.begin,
            custom_attrs=opens(CONFIRM, fills=True),
        ),
        anchor("Show that it is you to confirm", href=PROVE, class_name="button small"),
    )
    listed = table(
        "Who is due now",
        [column("Client"), column("What goes"), column("Why"), column("Kept until"), rx.el.td()],
        STATE.due,
        _person,
        when_empty=empty("Nobody's record is due to be removed."),
        kind="piled removals",
    )
    return card(
        "Due now",
        listed,
        rx.cond(
            VIEW.confirmed != "",
            rx.el.p(VIEW.confirmed, class_name="hint card-body", role="status"),
        ),
        key="due",
        count=STATE.due.length(),
        end=rx.cond(VIEW.may_confirm, ask),
    )


def _people(title: str, key: str, rows: Any, count: Any, none: str) -> rx.Component:
    return card(
        title,
        table(
            title,
            [
                column("Client"),
                column("What goes"),
                column("Why"),
                column("Kept until"),
                rx.el.td(),
            ],
            rows,
            _person,
            when_empty=empty(none),
            kind="piled removals",
        ),
        key=key,
        count=count,
    )


def _person(one: Any) -> rx.Component:
    hold = row_button(
        "Hold",
        rx.Var.create(f" {one.name}"),
        on_click=STATE.choose(one.id),
        custom_attrs=opens(PLACE, fills=True),
    )
    is_asked = (one.word == "Due now") | (one.word == "In the next 90 days") | (one.word == "Held")
    return rx.el.tr(
        rx.el.th(
            rx.cond(one.path != "", link(one.name, to=one.path), rx.el.span(one.name)),
            rx.el.span(one.reference, class_name="sub ref"),
            scope="row",
        ),
        rx.el.td(
            one.what,
            rx.cond(one.numbers != "", rx.el.span(one.numbers, class_name="sub")),
            class_name="wraps",
        ),
        rx.el.td(
            rx.foreach(one.why, lambda why: rx.el.span(why, class_name="line")), class_name="wraps"
        ),
        cell("Kept until", one.until, class_name="fig"),
        rx.el.td(rx.cond(is_asked, hold, tone_badge(one.word, one.tone)), class_name="num"),
        key=one.id,
    )


def _holds() -> rx.Component:
    def row(one: Any) -> rx.Component:
        off = row_button(
            "Take off",
            rx.Var.create(f" the hold on {one.person}"),
            on_click=STATE.choose_hold(one.id),
            custom_attrs=opens(LIFT, fills=True),
        )
        return rx.el.tr(
            rx.el.th(
                link(one.person, to=one.path),
                rx.el.span(one.placed, class_name="sub"),
                scope="row",
            ),
            rx.el.td(one.kind, rx.el.span(one.reason, class_name="sub"), class_name="wraps"),
            cell(
                "Look again on",
                one.review,
                rx.cond(one.late, tone_badge("Look at it again", "late")),
                class_name="wraps",
            ),
            rx.el.td(off, class_name="num"),
            key=one.id,
        )

    return card(
        "Holds",
        table(
            "Holds that stand, those to be looked at first",
            [column("Client"), column("Why"), column("Look again on"), rx.el.td()],
            STATE.holds,
            row,
            kind="piled",
            when_empty=empty(
                "No record is held. A hold is put on from a list above, or from the"
                " Closing page of a case."
            ),
        ),
        key="holds",
        count=STATE.holds.length(),
    )


def _documents() -> rx.Component:
    def row(one: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(link(one.name, to=one.path), scope="row", class_name="wraps"),
            rx.el.td(one.reference),
            cell("Kept until", one.until, class_name="fig"),
            key=one.id,
        )

    return card(
        "Documents whose date has passed",
        table(
            "Documents whose date has passed, the oldest first",
            [column("Document"), column("Case"), column("Kept until")],
            STATE.documents,
            row,
            kind="piled",
            when_empty=empty("No document's date has passed."),
        ),
        rx.cond(
            VIEW.documents > 0,
            rx.el.p("They go with their case, once it is confirmed.", class_name="hint card-body"),
        ),
        key="documents",
        count=VIEW.documents,
    )


def _earlier() -> rx.Component:
    def row(one: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(one.when, scope="row"),
            cell("By", one.by),
            rx.el.td(one.came, class_name="wraps"),
            rx.el.td(
                rx.cond(
                    one.is_done,
                    tone_badge("Done", "good"),
                    tone_badge("Being done", "note"),
                )
            ),
        )

    return card(
        "Lists that were confirmed",
        table(
            "Lists that were confirmed, the newest first",
            [column("When"), column("By"), column("What came of it"), column("State")],
            STATE.earlier,
            row,
            kind="piled",
            when_empty=empty("No list has been confirmed."),
        ),
        key="earlier",
        count=STATE.earlier.length(),
    )


def _confirm() -> rx.Component:
    return confirm(
        CONFIRM,
        "Remove for good?",
        rx.el.p(
            rx.el.strong(VIEW.due_said),
            " of the list of ",
            VIEW.listed,
            ". Names, addresses, notes, letters and documents go, and the log forgets what they"
            " said. At seven years their figures go too.",
        ),
        rx.el.p(
            "It cannot be undone. Whoever is held when their turn comes is left.",
            class_name="callout",
        ),
        word="Remove them",
        busy="Confirming",
        on_yes=STATE.confirm,
        done=STATE.done,
        obstacle=STATE.obstacle,
    )


def _place() -> rx.Component:
    return dialog(
        PLACE,
        "Hold this record",
        form(
            saved_mark(STATE.done),
            error_summary(ERRORS),
            rx.el.p(
                "Nothing of ",
                rx.el.strong(STATE.person_name),
                " is removed until the hold is taken off.",
            ),
            select(
                "Because of",
                "kind",
                [("", "Choose"), *HOLD_LABELS.items()],
                error=ERRORS["kind"],
                key="place-",
            ),
            text_area(
                "Why it is held",
                "reason",
                error=ERRORS["reason"],
                rows=2,
                max_length=600,
                key="place-",
            ),
            date_boxes(
                "Look at it again on",
                "review_on",
                hint="A day on which somebody asks whether it is still needed",
                error=ERRORS["review_on"],
                key="place-",
            ),
            form_foot(submit("Hold the record")),
            on_submit=STATE.place,
            on_check=STATE.check,
            key=f"place/{STATE.done}",
        ),
    )


def _lift() -> rx.Component:
    return dialog(
        LIFT,
        "Take this hold off",
        form(
            saved_mark(STATE.done),
            error_summary(ERRORS),
            rx.el.p(rx.el.strong(HOLD.person), " ", HOLD.kind, ". ", HOLD.reason),
            text_area(
                "Why it is taken off",
                "reason",
                error=ERRORS["reason"],
                rows=2,
                max_length=600,
                key="lift-",
            ),
            form_foot(submit("Take the hold off")),
            on_submit=STATE.lift,
            on_check=STATE.check,
            key=f"lift/{STATE.done}",
        ),
    )
