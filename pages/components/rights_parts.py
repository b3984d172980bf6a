"""One request about data as a row, and the dialogs that record, pause, extend and decide it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.rights_forms import CHANNEL_WORDS, DECISION_WORDS, IDENTITY_WORDS
from pages import routes
from pages.components.confirm import stored_first
from pages.components.form import (
    choice,
    date_boxes,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.note_dialog import saved_mark
from pages.components.status import badge, tone_badge
from pages.components.table import dialog, link, opens, row_button
from pages.layout import when_may
from state.rights import RightsState
from state.rights_views import KINDS

STATE: Any = RightsState
CHOSEN: Any = RightsState.chosen
VALUES: Any = RightsState.values
ERRORS: Any = RightsState.errors
STEP_ERRORS: Any = RightsState.step_errors
VIEW: Any = RightsState.view
LABELS = {
    "kind": "What they ask for",
    "received_on": "Came on",
    "channel": "How it came",
    "asked_for": "In their words",
    "asked_by": "Who asks for them",
    "identity": "Who they are",
    "identity_how": "What you saw",
}
RECORD, STOP, RUN, LONGER, RECEIPT, DECIDE = (
    f"right-{each}" for each in ("record", "stop", "run", "longer", "receipt", "decide")
)


def right_marks(one: Any) -> rx.Component:
    """Return where a request stands: decided, its clock standing, or how long there is."""
    return rx.cond(
        one.is_open,
        rx.cond(
            one.stands != "",
            badge("Clock stands", "note"),
            rx.cond(one.left != "", tone_badge(one.left, one.tone), badge("No fixed day")),
        ),
        badge("Answered", "good"),
    )


def right_row(one: Any) -> rx.Component:
    """Return a request of a client with its clock, its decision and its steps."""

    def said(text: Any, name: str = "hint") -> rx.Component:
        return rx.cond(text != "", rx.el.p(text, class_name=name))

    due = rx.cond(
        one.is_open & (one.due != "") & (one.stands == ""),
        rx.el.p("Answer by ", rx.el.strong(one.due), class_name="fig"),
    )
    return rx.el.li(
        rx.el.p(rx.el.strong(one.label), " ", right_marks(one)),
        rx.el.p(one.asked_for, class_name="said"),
        rx.el.p(one.received, class_name="hint"),
        said(one.identity),
        due,
        said(one.stands, "fig"),
        rx.cond(one.is_open, said(one.counted)),
        said(one.longer),
        said(one.acknowledged),
        said(one.decided, "fig"),
        said(one.answer, "said"),
        said(one.action, "fig"),
        _steps(one),
        key=one.id,
    )


def _steps(one: Any) -> rx.Component:
    whose = rx.Var.create(f" {one.label}, {one.received}")

    def step(word: str, key: str, *, kind: str = "plain") -> rx.Component:
        return row_button(
            word,
            whose,
            on_click=STATE.begin(one.id),
            kind=kind,
            custom_attrs=opens(key, fills=True),
        )

    decides = rx.fragment(
        rx.cond(one.may_stop, step("Stop the clock", STOP)),
        rx.cond(one.may_extend, step("Needs longer", LONGER)),
    )
    open_ones = rx.fragment(
        when_may(Act.RIGHTS_DECIDE, step("Decide", DECIDE, kind="")),
        when_may(
            Act.RIGHTS_RECORD,
            rx.fragment(
                rx.cond(one.stands != "", step("Their answer came", RUN, kind="")),
                rx.cond(one.may_acknowledge, step("Acknowledged", RECEIPT, kind="")),
                step("Change", RECORD),
            ),
        ),
        when_may(Act.RIGHTS_DECIDE, decides),
    )
    again = row_button("Open again", whose, on_click=STATE.reopen(one.id), kind="plain")
    back = row_button("Take back", whose, on_click=STATE.take_back(one.id), kind="plain")
    return rx.el.div(
        rx.cond(one.is_open, open_ones, when_may(Act.RIGHTS_DECIDE, again)),
        when_may(Act.RIGHTS_DECIDE, back),
        class_name="chips",
    )


def hold_lines() -> rx.Component:
    """Return what stands in the way of forgetting the client, each with its case."""

    def line(one: Any) -> rx.Component:
        case = link("Open the case", to=routes.case_path(one.case_id))
        return rx.el.li(one.said, rx.cond(one.case_id > 0, rx.fragment(". ", case)))

    return rx.fragment(
        rx.cond(
            VIEW.holds.length() > 0,
            rx.el.ul(rx.foreach(VIEW.holds, line), class_name="plain-list"),
            rx.el.p("Nothing holds it: no case and no request is open.", class_name="hint"),
        ),
        rx.cond(VIEW.duty != "", rx.el.p(VIEW.duty, class_name="hint")),
    )


def rights_dialogs() -> rx.Component:
    """Return the dialogs of the requests."""
    return rx.fragment(_record(), _stop(), _run(), _longer(), _receipt(), _decide())


def _about() -> rx.Component:
    return rx.el.p(rx.el.strong(CHOSEN.label), ". ", CHOSEN.received)


def _dialog(key: str, title: str, *inside: rx.Component, word: str, on_submit: Any) -> rx.Component:
    return dialog(
        key,
        title,
        _about(),
        form(
            saved_mark(STATE.saved),
            error_summary(STEP_ERRORS),
            *inside,
            form_foot(submit(word)),
            on_submit=on_submit,
            key=f"{CHOSEN.id}/{CHOSEN.version}/{STATE.saved}",
        ),
    )


def _step_day(legend: str, name: str, key: str, hint: str) -> rx.Component:
    return date_boxes(legend, name, hint=hint, error=STEP_ERRORS[name], key=key)


def _step_text(label: str, name: str, key: str, **over: Any) -> rx.Component:
    return field(
        label, name, error=STEP_ERRORS[name], width="full", max_length=2000, key=key, **over
    )


def _record() -> rx.Component:
    def words(label: str, name: str, **over: Any) -> rx.Component:
        return field(
            label,
            name,
            value=VALUES[name],
            error=ERRORS[name],
            width="full",
            max_length=2000,
            key="right-",
            **over,
        )

    return dialog(
        RECORD,
        "Request about data",
        form(
            saved_mark(STATE.saved),
            error_summary(ERRORS),
            stored_first(STATE.theirs, LABELS),
            select(
                LABELS["kind"],
                "kind",
                [("", "Choose"), *KINDS],
                value=VALUES["kind"],
                error=ERRORS["kind"],
                key="right-",
            ),
            date_boxes(
                LABELS["received_on"],
                "received_on",
                hint="The day it reached any of us. For example, 27 10 2026",
                error=ERRORS["received_on"],
                kept=VALUES,
                key="right-",
            ),
            select(
                LABELS["channel"],
                "channel",
                [("", "Choose"), *CHANNEL_WORDS.items()],
                value=VALUES["channel"],
                error=ERRORS["channel"],
                key="right-",
            ),
            text_area(
                LABELS["asked_for"],
                "asked_for",
                value=VALUES["asked_for"],
                error=ERRORS["asked_for"],
                rows=3,
                key="right-",
            ),
            words(
                "Who asks for them, if somebody else does",
                "asked_by",
                hint="Their name, and what lets them ask",
            ),
            choice(
                "Do you know who they are?",
                "identity",
                list(IDENTITY_WORDS.items()),
                value=VALUES["identity"],
                error=ERRORS["identity"],
                key="right-",
            ),
            words("What you saw", "identity_how", hint="For example, passport. Keep no copy of it"),
            form_foot(submit("Save")),
            on_submit=STATE.save,
            on_check=STATE.check,
            key=f"{CHOSEN.id}/{CHOSEN.version}/{STATE.saved}",
        ),
    )


def _stop() -> rx.Component:
    return _dialog(
        STOP,
        "Stop the clock",
        rx.el.p(
            "Only for something you cannot do without. Write down what you asked in a note.",
            class_name="hint",
        ),
        select(
            "What you asked for", "reason", CHOSEN.pauses, error=STEP_ERRORS["reason"], key="s-"
        ),
        _step_day("Asked on", "since", "s-", "The day you asked them"),
        word="Stop the clock",
        on_submit=STATE.stop,
    )


def _run() -> rx.Component:
    return _dialog(
        RUN,
        "Their answer came",
        rx.el.p(CHOSEN.stands),
        _step_day("Came on", "until", "r-", "The day their answer reached us"),
        rx.cond(
            CHOSEN.waits_for_identity,
            _step_text("What you saw", "identity_how", "r-", hint="For example, passport"),
        ),
        word="Let the clock run",
        on_submit=STATE.run,
    )


def _longer() -> rx.Component:
    return _dialog(
        LONGER,
        "Two further months",
        rx.el.p(
            "For what is complex or much. The client has to be told why by ",
            rx.el.strong(CHOSEN.tell_by),
            ".",
        ),
        _step_day("Told on", "extended_on", "l-", "The day they were told"),
        _step_text("Why it takes longer", "extended_why", "l-"),
        word="Give it longer",
        on_submit=STATE.extend,
    )


def _receipt() -> rx.Component:
    return _dialog(
        RECEIPT,
        "Acknowledged",
        _step_day("On which day", "acknowledged_on", "a-", "The day they were told that it came"),
        _step_text("How they were told", "acknowledged_how", "a-", hint="For example, by letter"),
        word="Keep it",
        on_submit=STATE.acknowledge,
    )


def _decide() -> rx.Component:
    managers = rx.el.p(
        "A manager decides about erasure, and whether something is refused.", class_name="hint"
    )
    erasure = rx.fragment(
        rx.el.div(
            rx.el.strong("What holds the record now"),
            hold_lines(),
            class_name="callout stack close",
        ),
        _step_day(
            "To be erased on",
            "action_on",
            "d-",
            "Where it is done as asked or in part: after all that holds it",
        ),
    )
    return _dialog(
        DECIDE,
        "Decide",
        when_may(Act.RIGHTS_REFUSE, rx.fragment(), managers),
        choice(
            "What was decided",
            "outcome",
            list(DECISION_WORDS.items()),
            error=STEP_ERRORS["outcome"],
            key="d-",
        ),
        select(
            "Ground, where refused or done in part",
            "ground",
            CHOSEN.grounds,
            error=STEP_ERRORS["ground"],
            key="d-",
        ),
        rx.cond(CHOSEN.is_erasure, erasure),
        text_area(
            "What the client was told",
            "answer",
            hint="A refusal says why, and that they can complain to us and to the Commissioner.",
            error=STEP_ERRORS["answer"],
            rows=3,
            key="d-",
        ),
        _step_day("Decided on", "decided_on", "d-", "Leave empty for today"),
        word="Keep the decision",
        on_submit=STATE.decide,
    )
