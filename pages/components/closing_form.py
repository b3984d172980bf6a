"""The form that ends a case or amends how it ended: one page, kept while it is filled in."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.closing import GAIN_FREQUENCIES
from cma_app.services.closing_forms import ENDINGS, STANDING
from pages.components.form import (
    button,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.sign_off import act_word, waits_for
from pages.components.status import badge, callout
from pages.components.table import card, link
from state.closing import ClosingState

STATE: Any = ClosingState
VIEW: Any = ClosingState.view
ERRORS: Any = ClosingState.errors
SAID: Any = ClosingState.said
CHOOSE: Final = [("", "Choose")]
CASE_REASONS: Any = ClosingState.reasons


def closing_form() -> rx.Component:
    """Return the form; a trainee submits it, and the case ends once that is signed off."""
    return form(
        rx.el.input(type="hidden", name="intent", default_value="draft"),
        error_summary(ERRORS),
        rx.cond(
            VIEW.is_at_work & waits_for(Act.CASE_CLOSE),
            callout(
                "Fill this in and submit it: the case ends once your supervisor has signed it off."
            ),
        ),
        _ending(),
        _debts(),
        _gains(),
        rx.cond(VIEW.is_at_work, _standing()),
        _words(),
        _foot(),
        on_submit=STATE.send,
        on_check=STATE.check,
        key=f"{STATE.opened}/{STATE.form_number}",
        custom_attrs={"data-intents": "draft", "id": "closing-form"},
    )


def _ending() -> rx.Component:
    how = select(
        "The case is",
        "status",
        [*CHOOSE, *ENDINGS.items()],
        error=ERRORS["status"],
        value=SAID["status"],
        width="w12",
    )
    return card(
        "How it ends",
        rx.el.div(
            rx.el.div(
                rx.cond(VIEW.is_at_work, how),
                select(
                    "Why",
                    "reason",
                    CASE_REASONS,
                    error=ERRORS["reason"],
                    value=SAID["reason"],
                ),
                field(
                    "In a few words",
                    "reason_words",
                    error=ERRORS["reason_words"],
                    value=SAID["reason_words"],
                    max_length=120,
                ),
                class_name="pair",
            ),
            rx.cond(
                STATE.status == "referred",
                field(
                    "Referred to",
                    "referred_to",
                    error=ERRORS["referred_to"],
                    value=SAID["referred_to"],
                    width="full",
                    max_length=250,
                ),
            ),
            rx.el.div(
                select(
                    "Debt solution",
                    "debt_solution",
                    STATE.solutions,
                    error=ERRORS["debt_solution"],
                    value=SAID["debt_solution"],
                ),
                select(
                    "Outcome for the regulator",
                    "fca_outcome",
                    STATE.fca_outcomes,
                    error=ERRORS["fca_outcome"],
                    value=SAID["fca_outcome"],
                ),
                class_name="pair",
            ),
            class_name="card-body stack",
        ),
        key="ending",
    )


def _debts() -> rx.Component:
    return card(
        "Each debt",
        rx.el.div(
            rx.el.p(
                "Sums owed and written off. Leave one empty where it is not known.",
                class_name="hint",
            ),
            rx.cond(
                STATE.debts.length() > 0,
                rx.el.div(rx.foreach(STATE.debts, _debt)),
                rx.el.p("There are no debts in this case."),
            ),
            class_name="card-body stack",
        ),
        key="each-debt",
        count=STATE.debts.length(),
    )


def _sum(label: str, name: Any, value: Any) -> rx.Component:
    return field(
        label, name, error=ERRORS[name], value=value, width="w8", inputmode="decimal", max_length=20
    )


def _debt(debt: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(
            debt.creditor,
            " ",
            rx.el.span(debt.kind, class_name="sub"),
            " ",
            rx.cond(debt.is_priority, badge("Priority", "note", "up")),
        ),
        select(
            "Outcome",
            debt.outcome_name,
            STATE.outcomes,
            error=ERRORS[debt.outcome_name],
            value=debt.outcome,
        ),
        _sum("At start, £", debt.start_name, debt.start),
        _sum("Now, £", debt.now_name, debt.now),
        _sum("Written off, £", debt.off_name, debt.off),
        class_name="ended-row",
        key=debt.id,
    )


def _gains() -> rx.Component:
    return card(
        "Gained for the client",
        rx.el.div(
            rx.foreach(STATE.gains, _gain),
            rx.el.div(button("Add another gain", on_click=STATE.add_gain, kind="small")),
            _saved(),
            class_name="card-body stack",
        ),
        key="gains",
    )


def _saved() -> rx.Component:
    """Return what the client kept because of the advice, to tick."""

    def box(each: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="checkbox", name=each[0], default_checked=each[2]),
            each[1],
            class_name="choice",
            key=each[0],
        )

    return rx.el.fieldset(
        rx.el.legend("Because of the advice they kept", class_name="label"),
        rx.el.p("Tick what was in danger and was saved.", class_name="hint"),
        rx.foreach(STATE.saved_boxes, box),
        class_name="stack close",
    )


def _gain(gain: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(
            "Gain ",
            gain.number,
            " ",
            rx.el.span(gain.year, class_name="sub"),
        ),
        select(
            "What", gain.kind_name, STATE.gain_kinds, error=ERRORS[gain.kind_name], value=gain.kind
        ),
        field(
            "Which",
            gain.detail_name,
            error=ERRORS[gain.detail_name],
            value=gain.detail,
            width="w12",
            max_length=220,
        ),
        _sum("Amount, £", gain.amount_name, gain.amount),
        select(
            "How often",
            gain.frequency_name,
            [*CHOOSE, *GAIN_FREQUENCIES.items()],
            error=ERRORS[gain.frequency_name],
            value=gain.frequency,
            width="w12",
        ),
        rx.el.button(
            "Remove",
            rx.el.span(" gain ", gain.number, class_name="sr"),
            type="button",
            class_name="button small",
            on_click=STATE.drop_gain(gain.number),
        ),
        class_name="ended-row gain",
        key=gain.number,
    )


def _standing() -> rx.Component:
    nothing = (
        (STATE.meetings.length() == 0)
        & (STATE.tasks.length() == 0)
        & (VIEW.emergencies.length() == 0)
        & (VIEW.waiting.length() == 0)
        & (VIEW.authorities.length() == 0)
    )
    return card(
        "What still stands",
        rx.el.div(
            rx.cond(nothing, rx.el.p("Nothing is open in this case.")),
            rx.cond(VIEW.emergencies.length() > 0, _emergencies()),
            rx.foreach(STATE.meetings, _decides("meeting")),
            rx.foreach(STATE.tasks, _decides("task")),
            _to_see(
                VIEW.waiting,
                "Letters that nobody answered",
                "Tell the client what may still come.",
            ),
            _to_see(
                VIEW.authorities,
                "Authorities that hold",
                "Withdraw them, and tell the creditors, where we no longer act.",
            ),
            class_name="card-body stack",
        ),
        key="standing",
    )


def _decides(kind: str) -> Any:
    options = [*CHOOSE, *STANDING[kind].items()]

    def row(each: Any) -> rx.Component:
        return rx.el.div(
            rx.el.p(rx.el.strong(each.what), rx.el.span(each.when, class_name="sub")),
            select(
                rx.fragment("What happens", rx.el.span(" to ", each.what, class_name="sr")),  # pyright: ignore[reportArgumentType]
                each.name,
                options,
                error=ERRORS[each.name],
                value=each.value,
                width="w12",
            ),
            class_name="decides",
            key=each.name,
        )

    return row


def _emergencies() -> rx.Component:
    return rx.el.div(
        rx.el.p(badge("Emergency", "soon", "late")),
        rx.el.ul(rx.foreach(VIEW.emergencies, _place), class_name="plain-list"),
        text_area(
            "Why the case ends while this is open",
            "emergency_words",
            hint="Better deal with it first.",
            error=ERRORS["emergency_words"],
            value=SAID["emergency_words"],
            rows=2,
            max_length=600,
        ),
        class_name="stack close",
    )


def _place(each: Any) -> rx.Component:
    return rx.el.li(
        link(each.what, to=each.path),
        rx.cond(each.more != "", rx.el.span(" ", each.more, class_name="sub")),
    )


def _to_see(lines: Any, title: str, hint: str) -> rx.Component:
    return rx.cond(
        lines.length() > 0,
        rx.el.div(
            rx.el.h3(title),
            rx.el.ul(rx.foreach(lines, _place), class_name="plain-list"),
            rx.el.p(hint, class_name="hint"),
            class_name="stack close",
        ),
    )


def _words() -> rx.Component:
    letter = VIEW.letter
    return card(
        "Words and letter",
        rx.el.div(
            rx.el.p(letter.what, " ", link(letter.more, to=letter.path)),
            text_area(
                "In the client's own words, if they wish",
                "client_words",
                error=ERRORS["client_words"],
                value=SAID["client_words"],
                rows=2,
                max_length=2200,
            ),
            text_area(
                "What happens next",
                "what_next",
                hint="How they come back, and what they do themselves.",
                error=ERRORS["what_next"],
                value=SAID["what_next"],
                rows=2,
                max_length=2200,
            ),
            class_name="card-body stack",
        ),
        key="words",
    )


def _foot() -> rx.Component:
    keeps = rx.el.button(
        "Keep the draft",
        type="submit",
        value="draft",
        hidden=True,
        tab_index=-1,
        custom_attrs={"data-keeps": ""},
    )
    ends = rx.fragment(
        rx.cond(
            VIEW.may_close,
            submit(act_word(Act.CASE_CLOSE, "End the case"), busy="Ending", value="end"),
        ),
        rx.cond(
            VIEW.may_save,
            rx.el.button("Save the outcomes", type="submit", value="save", class_name="button"),
        ),
    )
    amends = rx.fragment(
        text_area(
            "Why the closing is changed",
            "amended_because",
            error=ERRORS["amended_because"],
            value=SAID["amended_because"],
            rows=2,
            max_length=600,
        ),
        submit("Save the change", value="amend"),
        button("Leave it as it is", on_click=STATE.leave_amending),
    )
    return form_foot(
        rx.cond(VIEW.is_at_work, ends, amends),
        keeps,
        rx.el.span(STATE.kept, class_name="quiet small", role="status"),
    )
