"""One letter: its parts beside the page that prints, what is still to write, and its issue."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.letter_templates import TABLE
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.form import (
    button,
    error_summary,
    field,
    form,
    form_foot,
    keeping_button,
    submit,
    text_area,
    tick,
)
from pages.components.icons import icon
from pages.components.letter_paper import letter_paper
from pages.components.note_dialog import saved_mark
from pages.components.sign_off import SUBMIT
from pages.components.status import badge, callout
from pages.components.table import anchor, card, dialog, link, opens
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.letter import LetterState
from state.shell import ShellState

ISSUE: Final = "issue-letter"
STATE: Any = LetterState
SHELL: Any = ShellState
VIEW: Any = LetterState.view
PARTS: Any = LetterState.parts
ERRORS: Any = LetterState.errors


def _tab() -> Any:
    return rx.Var.create(f"/cases/{STATE.opened}/letters")


def _head() -> rx.Component:
    files = rx.foreach(
        VIEW.files,
        lambda pair: anchor(pair[1], href=pair[0], class_name="button looks", download=True),
    )
    return rx.el.div(
        rx.el.div(
            link("All letters", to=_tab()),
            rx.el.h2(VIEW.kind, " to ", VIEW.reader),
            rx.cond(VIEW.is_draft, badge("Draft"), badge("Issued", "good")),
            class_name="letter-title",
        ),
        when_may(Act.LETTER_PRINT, rx.el.div(files, class_name="chips")),
        class_name="between",
    )


def _gap(gap: Any) -> rx.Component:
    return rx.el.li(
        icon("half"),
        rx.el.button(
            gap, type="button", class_name="as-link", custom_attrs={"data-gap": f"[{gap}]"}
        ),
    )


def _obstacle(view: Any) -> rx.Component:
    to = rx.Var.create(f"/cases/{STATE.opened}/{view.tab}")
    here = rx.cond(
        view.field != "",
        anchor(view.sentence, href=rx.Var.create(f"#{view.field}")),
        rx.el.span(view.sentence),
    )
    return rx.el.li(icon("late"), rx.cond(view.tab != "", link(view.sentence, to=to), here))


def _to_do() -> rx.Component:
    """Return what is still to write, and what else stands in the way."""
    return rx.fragment(
        rx.cond(
            VIEW.gaps.length() > 0,
            card(
                "Still to write",
                rx.el.ul(rx.foreach(VIEW.gaps, _gap), class_name="gaps card-body"),
                key="gaps",
                count=VIEW.gaps.length(),
            ),
        ),
        rx.cond(
            VIEW.hides_address,
            callout(
                VIEW.reader,
                " may not be reached by post, so their address is left off this letter.",
            ),
        ),
        rx.cond(VIEW.figures != "", callout(icon("late"), " ", VIEW.figures)),
    )


def _theirs() -> rx.Component:
    part = rx.foreach(
        STATE.theirs,
        lambda pair: rx.el.div(
            rx.el.p("Stored now: ", pair[0], class_name="label"),
            rx.el.p(pair[1], class_name="said"),
        ),
    )
    return rx.cond(
        STATE.theirs.length() > 0,
        rx.el.div(
            rx.el.p("Somebody changed this letter in the meantime. Save again to keep yours."),
            part,
            _drop("Take what is stored"),
            class_name="callout stack close",
            role="alert",
        ),
    )


def _drop(word: str) -> rx.Component:
    return button(word, on_click=STATE.drop, kind="small", custom_attrs={"data-drops": ""})


def _form() -> rx.Component:
    table_hint = rx.cond(
        VIEW.has_table,
        f"A line that is only {TABLE} is where the table stands; nobody types in it. "
        "Lines that begin with - are a list, with # a heading.",
        "An empty line parts paragraphs. Lines that begin with - are a list, with # a heading.",
    )
    issue = rx.el.button(
        rx.cond(VIEW.may_submit, SUBMIT, "Issue letter"),
        type="submit",
        value="save",
        class_name="button",
        custom_attrs=opens(ISSUE),
    )
    return card(
        "What it says",
        form(
            rx.el.input(type="hidden", name="intent", default_value="save"),
            rx.el.input(type="hidden", name="nonce", default_value=""),
            rx.el.input(type="hidden", name="version", default_value=STATE.base, key=STATE.base),
            rx.el.div(
                error_summary(ERRORS),
                _theirs(),
                text_area(
                    "Name and address",
                    "to_lines",
                    value=PARTS["to_lines"],
                    error=ERRORS["to_lines"],
                    rows=5,
                    max_length=2000,
                ),
                rx.cond(
                    VIEW.to_client,
                    rx.fragment(),
                    field(
                        "Their reference",
                        "their_reference",
                        value=PARTS["their_reference"],
                        error=ERRORS["their_reference"],
                    ),
                ),
                field(
                    "Begins",
                    "salutation",
                    value=PARTS["salutation"],
                    error=ERRORS["salutation"],
                ),
                field(
                    "Subject",
                    "subject",
                    value=PARTS["subject"],
                    error=ERRORS["subject"],
                    width="full",
                    max_length=400,
                ),
                text_area(
                    "Letter",
                    "body",
                    hint=table_hint,
                    value=PARTS["body"],
                    error=ERRORS["body"],
                    rows=18,
                ),
                class_name="card-body stack",
            ),
            form_foot(
                submit("Save letter"),
                rx.cond(VIEW.may_issue, when_may(Act.LETTER_ISSUE, issue)),
                rx.el.span(STATE.kept, class_name="hint", role="status"),
                keeping_button(),
            ),
            on_submit=STATE.send,
            on_check=STATE.check,
            key=f"{VIEW.id}-{STATE.form_number}",
            custom_attrs={"data-intents": "save", "data-heard": STATE.heard},
        ),
        key="parts",
        end=rx.fragment(
            rx.cond(
                STATE.kept != "",
                _drop("Throw away what I typed"),
            ),
            button(
                "Discard draft",
                on_click=STATE.discard,
                kind="small",
                custom_attrs={"data-drops": ""},
            ),
        ),
    )


def _issue_dialog() -> rx.Component:
    errors = STATE.issue_errors
    said = rx.el.p(icon("late"), errors["route"], class_name="field-error")
    radios = rx.foreach(
        VIEW.routes,
        lambda pair: rx.el.label(
            rx.el.input(
                type="radio",
                name="route",
                value=pair[0],
                custom_attrs={"id": rx.Var.create(f"issue-{pair[0]}")},
            ),
            pair[1],
            class_name="choice",
        ),
    )
    ways = rx.el.fieldset(
        rx.el.legend("How it leaves", class_name="label"),
        rx.cond(errors["route"], said),
        rx.el.div(radios, class_name="choices"),
        rx.foreach(VIEW.why_not, lambda why: rx.el.p(why, class_name="hint")),
        class_name=rx.cond(errors["route"], "field wrong", "field"),
        custom_attrs={"id": "route", "tabIndex": "-1"},
    )
    stands = rx.el.div(
        rx.el.p(rx.el.strong("Before it can be issued:")),
        rx.el.ul(rx.foreach(VIEW.obstacles, _obstacle), class_name="gaps"),
    )
    meant = rx.cond(
        VIEW.figures != "",
        rx.el.div(
            callout(VIEW.figures),
            tick("These figures are meant", "figures_meant", key="issue-"),
            class_name="stack close",
        ),
    )
    back = rx.el.button(
        "Go back", type="button", class_name="button", custom_attrs={"data-closes": ISSUE}
    )
    return dialog(
        ISSUE,
        "Issue this letter?",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.el.input(
                type="hidden", name="version", default_value=VIEW.version, key=VIEW.version
            ),
            rx.cond(
                VIEW.obstacles.length() > 0,
                stands,
                rx.fragment(
                    rx.el.p(VIEW.kind, " to ", VIEW.reader, ". It cannot be changed afterwards."),
                    ways,
                    meant,
                ),
            ),
            form_foot(
                submit(
                    rx.cond(VIEW.may_submit, SUBMIT, "Issue letter"),
                    busy=rx.cond(VIEW.may_submit, "Submitting", "Issuing"),
                    disabled=VIEW.obstacles.length() > 0,
                ),
                back,
            ),
            on_submit=STATE.issue,
            key=f"{VIEW.id}-{STATE.saved}",
        ),
    )


def _locked() -> rx.Component:
    return card(
        "Issued",
        rx.el.div(
            rx.el.p(VIEW.sent, "."),
            rx.cond(VIEW.chase != "", rx.el.p("Chase on ", VIEW.chase, ".")),
            rx.el.p(
                "It never changes. Draft a new letter to say something else.", class_name="hint"
            ),
            class_name="card-body stack close",
        ),
        key="issued",
    )


@screen(
    "Letter",
    route=routes.CASE_LETTER,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, LetterState.open],
)
def letter() -> rx.Component:
    """Return one letter under the case's bar."""
    writes = SHELL.acts.contains(Act.LETTER_RECORD.value)
    return case_frame(
        "letters",
        _head(),
        rx.el.div(
            rx.el.div(
                rx.cond(VIEW.is_draft, rx.fragment(_to_do(), rx.cond(writes, _form())), _locked()),
                class_name="stack",
            ),
            letter_paper(VIEW.paper),
            class_name="halves letter",
        ),
        _issue_dialog(),
        opened=STATE.opened,
        record=("letter_id", VIEW.id),
    )
