"""How a case ended, to read: the record, its sums as picture and table, until when it is kept."""

from typing import Any, Final

import reflex as rx

from cma_app.services.retention import HOLD_LABELS
from pages import routes
from pages.components.empty import empty
from pages.components.form import button, error_summary, form, form_foot, select, submit, text_area
from pages.components.note_dialog import saved_mark
from pages.components.stack_bar import bar_and_table
from pages.components.table import card, column, dialog, link, opens, table
from state.closing import ClosingCardState, ClosingState

STATE: Any = ClosingState
VIEW: Any = ClosingState.view
RECORD: Any = ClosingState.view.record  # pyright: ignore[reportAttributeAccessIssue]
HOLD: Any = ClosingState.hold
HOLD_ERRORS: Any = ClosingState.hold_errors
PLACE: Final = "place-hold"
LIFT: Final = "lift-hold"
LIFTS: Any = opens(LIFT, fills=True)


def closing_record() -> rx.Component:
    """Return the record; where a case ended without one, the way to write it."""
    amend = rx.cond(VIEW.may_amend, button("Amend", on_click=STATE.begin_amending, kind="small"))
    nothing = card(
        "No closing is recorded",
        empty(
            "This case ended before closings were recorded.",
            rx.cond(VIEW.may_amend, button("Record it now", on_click=STATE.begin_amending)),
        ),
        key="no-record",
    )
    return rx.cond(
        RECORD.revision == 0,
        nothing,
        rx.el.div(
            card("Closing", _answers(RECORD), key="record", end=amend),
            sums_card(RECORD.sums),
            _debts(),
            rx.cond(RECORD.gains.length() > 0, _gains()),
            rx.cond(VIEW.history.length() > 1, _history()),
            class_name="stack",
        ),
    )


def closing_card() -> rx.Component:
    """Return the card of the overview that says how the case ended."""
    record: Any = ClosingCardState.record
    return rx.cond(
        record.revision > 0,
        card(
            "How it ended",
            rx.el.dl(
                _answer(record.status, record.closed),
                _answer("Why", record.reason),
                _answer("Solution", record.solution),
                rx.foreach(record.sums.sums, lambda each: _answer(each.label, each.amount)),
                class_name="answers wide card-body",
            ),
            key="how-it-ended",
            end=link("The whole record", to=routes.case_path(ClosingCardState.on_case, "closing")),
        ),
    )


def _answer(term: Any, word: Any) -> rx.Component:
    return rx.cond(word != "", rx.el.div(rx.el.dt(term), rx.el.dd(word)))


def _answers(record: Any) -> rx.Component:
    return rx.el.dl(
        _answer(record.status, record.closed),
        _answer("By", record.by),
        _answer("Changed because", record.amended),
        _answer("Why", record.reason),
        _answer("Referred to", record.referred_to),
        _answer("Solution", record.solution),
        _answer("For the regulator", record.fca_outcome),
        _answer("Open emergency", record.emergency_words),
        _answer("They kept", record.saved),
        _answer("Client's words", record.client_words),
        _answer("What is next", record.what_next),
        class_name="answers wide card-body",
    )


def sums_card(sums: Any) -> rx.Component:
    """Return the sums of a closing: where what was owed went, and the figures."""

    def row(each: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(each.label, rx.cond(each.note != "", rx.el.span(each.note, class_name="sub"))),
            rx.el.dd(each.amount, class_name="num"),
        )

    picture = bar_and_table(
        sums.parts,
        said=sums.said,
        caption="What was owed at the start, by where it went",
        heads=("Where it went", "£", "Share"),
    )
    return card(
        "The sums",
        rx.cond(
            sums.parts.length() > 0,
            picture,
            rx.el.p(
                "Once it is known what was owed at the start, the picture stands here.",
                class_name="hint card-body",
            ),
        ),
        rx.el.dl(rx.foreach(sums.sums, row), class_name="figures card-body"),
        key="sums",
    )


def _debts() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(each.creditor, rx.el.span(each.outcome, class_name="sub"), scope="row"),
            rx.el.td(each.start, class_name="num"),
            rx.el.td(each.now, class_name="num"),
            rx.el.td(each.off, class_name="num"),
        )

    return card(
        "Each debt",
        table(
            "Each debt and its outcome, in pounds",
            [
                column("Debt and outcome"),
                column("At start, £", num=True),
                column("At closing, £", num=True),
                column("Written off, £", num=True),
            ],
            RECORD.debts,
            row,
            when_empty=rx.el.p("There were no debts.", class_name="card-body"),
        ),
        key="ended-debts",
        count=RECORD.debts.length(),
    )


def _gains() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(each.what, rx.el.span(each.said, class_name="sub"), scope="row"),
            rx.el.td(each.counted, class_name="num"),
        )

    return card(
        "Gained for the client",
        table("Gains", [column("Gain"), column("Comes to", num=True)], RECORD.gains, row),
        key="ended-gains",
    )


def _history() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.strong(each.what),
            rx.el.span(each.more, class_name="sub"),
            rx.cond(each.path != "", rx.el.span(each.path, class_name="sub")),
        )

    return card(
        "Earlier closings",
        rx.el.ul(rx.foreach(VIEW.history, row), class_name="plain-list stack card-body"),
        key="history",
        count=VIEW.history.length(),
    )


def kept_card() -> rx.Component:
    """Return until when each class of the record is kept, and by which rule."""

    def row(each: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(each.what), rx.el.dd(each.until, rx.el.span(each.why, class_name="sub small"))
        )

    earlier = rx.el.details(
        rx.el.summary("What held before"),
        rx.el.dl(rx.foreach(VIEW.earlier, row), class_name="answers stacked"),
    )
    return card(
        rx.cond(VIEW.is_at_work, "If it ends today, it is kept", "How long it is kept"),
        rx.el.div(
            rx.cond(
                VIEW.kept.length() > 0,
                rx.el.dl(rx.foreach(VIEW.kept, row), class_name="answers stacked"),
                rx.el.p(
                    "Nothing of it is forgotten: a hold stands, or a request or complaint is open."
                ),
            ),
            rx.el.p(VIEW.client_kept),
            rx.cond(VIEW.earlier.length() > 0, earlier),
            class_name="card-body stack",
        ),
        key="kept",
    )


def holds_card() -> rx.Component:
    """Return the holds on the client's record, with placing and lifting one."""

    def row(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.strong(each.what),
            rx.el.span(each.reason, class_name="sub"),
            rx.el.span(each.by, class_name="sub small"),
            rx.cond(
                VIEW.may_lift,
                rx.el.button(
                    "Lift",
                    rx.el.span(" this hold: ", each.what, class_name="sr"),
                    type="button",
                    class_name="button small",
                    on_click=STATE.choose_hold(each.id),
                    custom_attrs=LIFTS,
                ),
            ),
        )

    place = rx.el.button(
        "Hold the record", type="button", class_name="button small", custom_attrs=opens(PLACE)
    )
    return card(
        "Holds",
        rx.cond(
            STATE.holds.length() > 0,
            rx.el.ul(rx.foreach(STATE.holds, row), class_name="plain-list stack card-body"),
            rx.el.p("No hold stands on this client's record.", class_name="card-body"),
        ),
        rx.cond(VIEW.may_hold, _place_dialog()),
        rx.cond(VIEW.may_lift, _lift_dialog()),
        key="holds",
        count=STATE.holds.length(),
        end=rx.cond(VIEW.may_hold, place),
    )


def _place_dialog() -> rx.Component:
    return dialog(
        PLACE,
        "Hold this client's record",
        form(
            saved_mark(STATE.saved),
            error_summary(HOLD_ERRORS),
            rx.el.p("Whatever the dates say, nothing of it is forgotten until the hold is lifted."),
            select(
                "Because of",
                "kind",
                [("", "Choose"), *HOLD_LABELS.items()],
                error=HOLD_ERRORS["kind"],
                key="hold-",
            ),
            text_area(
                "Why it is held",
                "reason",
                error=HOLD_ERRORS["reason"],
                rows=2,
                max_length=600,
                key="hold-",
            ),
            form_foot(submit("Hold the record")),
            on_submit=STATE.place_hold,
            on_check=STATE.check_hold,
            key=f"hold/{STATE.saved}",
        ),
    )


def _lift_dialog() -> rx.Component:
    return dialog(
        LIFT,
        "Lift this hold",
        form(
            saved_mark(STATE.saved),
            error_summary(HOLD_ERRORS),
            rx.el.p(rx.el.strong(HOLD.what), " ", HOLD.reason),
            text_area(
                "Why it is lifted",
                "reason",
                error=HOLD_ERRORS["reason"],
                rows=2,
                max_length=600,
                key="lift-",
            ),
            form_foot(submit("Lift the hold")),
            on_submit=STATE.lift_hold,
            on_check=STATE.check_hold,
            key=f"lift/{STATE.saved}",
        ),
    )
