"""The statement tab: what will be sent, the steps on its way, and the authorities behind it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.consents import CONSENT_CHANNELS
from pages import routes
from pages.components.authorities import authorities_card, authority_dialog
from pages.components.case_frame import case_frame
from pages.components.confirm import confirm
from pages.components.empty import empty
from pages.components.form import (
    button,
    choice,
    error_summary,
    form,
    form_foot,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.sign_off import act_word, waits_for
from pages.components.statement_sheet import statement_difference, statement_sheet
from pages.components.status import callout, status_badge
from pages.components.table import anchor, card, dialog, link, opens
from pages.layout import reaches, screen, when_may
from state.case_bar import CaseBarState
from state.shell import ShellState
from state.statements import StatementState

SHELL: Any = ShellState
STATE: Any = StatementState
VIEW: Any = StatementState.view
CONFIRM: Any = rx.cond(
    VIEW.to_confirm.length() > 0, "Record a confirmation", "Record the client's confirmation"
)
STEP_SHAPES = {"done": "done", "next": "half", "later": "open", "skipped": "dash"}


def _may(deed: Act) -> rx.Var[bool]:
    return SHELL.acts.contains(deed.value)


def _gap(view: Any) -> rx.Component:
    to = rx.cond(
        view.tab == "client",
        rx.Var.create(f"/clients/{CaseBarState.bar.client_id}"),
        rx.cond(
            view.tab == "overview",
            routes.case_path(STATE.opened),
            rx.Var.create(f"/cases/{STATE.opened}/{view.tab}{view.part}"),
        ),
    )
    return rx.el.li(
        icon("late"),
        rx.cond(view.tab == "statement", rx.el.span(view.sentence), link(view.sentence, to=to)),
    )


def _gaps(title: str, gaps: Any) -> rx.Component:
    return rx.cond(
        gaps.length() > 0,
        rx.el.div(
            rx.el.p(rx.el.strong(title)),
            rx.el.ul(rx.foreach(gaps, _gap), class_name="gaps"),
        ),
    )


def _step(view: Any) -> rx.Component:
    shape = rx.match(
        view.state,
        *[(state, icon(name)) for state, name in STEP_SHAPES.items()],
        icon("open"),
    )
    return rx.el.li(
        shape,
        rx.el.span(
            rx.cond(view.state == "next", rx.el.strong(view.word), view.word),
            rx.el.span(
                rx.cond(
                    view.said != "",
                    view.said,
                    rx.cond(view.state == "next", "Next", "Not yet"),
                ),
                class_name="sub",
            ),
        ),
    )


def _actions() -> rx.Component:
    """Return the one step that can be taken now, or why it cannot."""
    complete = rx.fragment(
        _gaps("Before it can be completed:", VIEW.gaps),
        button(
            "Complete statement",
            on_click=STATE.complete,
            busy="Completing",
            kind="main",
            disabled=VIEW.gaps.length() > 0,
        ),
    )
    issue = rx.fragment(
        _gaps("Before it can be issued:", VIEW.sending_gaps),
        rx.el.p(
            "Issuing freezes the statement, its sheet and its offers. It cannot be undone.",
            class_name="small quiet",
        ),
        button(
            act_word(Act.STATEMENT_ISSUE, "Issue statement"),
            on_click=STATE.issue,
            busy="Issuing",
            kind="main",
            disabled=VIEW.sending_gaps.length() > 0,
        ),
    )
    asks = rx.el.button(
        CONFIRM,
        type="button",
        class_name="button main",
        custom_attrs=opens("confirm"),
    )
    return rx.fragment(
        rx.cond(VIEW.may_complete & _may(Act.STATEMENT_PREPARE), complete),
        rx.cond(
            VIEW.may_verify,
            button(
                act_word(Act.STATEMENT_VERIFY, "Verify statement"),
                on_click=STATE.verify,
                busy="Verifying",
                kind="main",
            ),
        ),
        rx.cond(
            VIEW.waits_for_another | (VIEW.may_verify & waits_for(Act.STATEMENT_VERIFY)),
            callout("Another advisor has to verify this statement before the client confirms it."),
        ),
        rx.cond(VIEW.half_confirmed != "", callout(VIEW.half_confirmed)),
        rx.cond(VIEW.may_confirm & _may(Act.STATEMENT_CONFIRM), asks),
        rx.cond(VIEW.may_issue & reaches(Act.STATEMENT_ISSUE), issue),
    )


def _way() -> rx.Component:
    changed = callout(
        rx.el.strong("Something changed since this statement was completed. "),
        "Look at it again and complete it again; what came after is void.",
    )
    return card(
        rx.Var.create(f"Statement {VIEW.number}"),
        rx.el.div(
            rx.cond(VIEW.is_changed, changed),
            rx.cond((VIEW.voided != "") & ~VIEW.is_changed, callout(VIEW.voided)),
            rx.cond(
                VIEW.is_intact,
                rx.fragment(),
                callout(
                    rx.el.strong("This statement is not what was issued. "),
                    "Its kept content was changed. Tell your manager; the files are as issued.",
                ),
            ),
            rx.el.ol(rx.foreach(VIEW.steps, _step), class_name="steps-list"),
            _actions(),
            _discard(),
            class_name="card-body stack",
        ),
        key="way",
        end=status_badge(
            VIEW.status,
            {
                "draft": ("Draft", ""),
                "complete": ("Complete", "note"),
                "verified": ("Verified", "note"),
                "confirmed": ("Confirmed", "note"),
                "issued": ("Issued", "good"),
                "superseded": ("Superseded", ""),
            },
        ),
    )


def _discard() -> rx.Component:
    asks = rx.el.button(
        "Discard", type="button", class_name="button plain small", custom_attrs=opens("discard")
    )
    return rx.cond(VIEW.is_at_work & _may(Act.STATEMENT_PREPARE), rx.el.div(asks))


def _discard_dialog() -> rx.Component:
    return confirm(
        "discard",
        "Discard this statement",
        rx.el.p("What was completed, verified or confirmed of it is gone. The budget stays."),
        word="Discard statement",
        busy="Discarding",
        on_yes=STATE.discard,
        done=STATE.saved,
        obstacle="",
    )


def _files() -> rx.Component:
    kept = rx.el.ul(
        rx.foreach(
            VIEW.files,
            lambda view: rx.el.li(anchor(view.word, href=view.href, download=True)),
        ),
        class_name="stack close",
    )
    drafts = rx.el.ul(
        *[
            rx.el.li(
                anchor(
                    word,
                    href=rx.Var.create(f"/statements/{VIEW.id}/{layout}.pdf"),
                    download=True,
                )
            )
            for layout, word in (
                ("full", "Full statement, draft PDF"),
                ("summary", "Summary for creditors, draft PDF"),
            )
        ],
        class_name="stack close",
    )
    return card(
        "Files",
        rx.el.div(rx.cond(VIEW.is_at_work, drafts, kept), class_name="card-body"),
        key="files",
    )


def _earlier() -> rx.Component:
    def row(view: Any) -> rx.Component:
        to = rx.Var.create(f"/cases/{STATE.opened}/statement?statement={view.number}")
        name = rx.Var.create(f"Statement {view.number}")
        return rx.el.li(
            rx.cond(view.is_shown, rx.el.strong(name), link(name, to=to)),
            rx.el.span(view.word, ", ", view.said, class_name="sub"),
        )

    return card(
        "All statements",
        rx.el.ul(rx.foreach(VIEW.rows, row), class_name="card-body stack close"),
        key="earlier",
        count=VIEW.rows.length(),
    )


def _note() -> rx.Component:
    filled = form(
        error_summary(STATE.note_errors),
        text_area(
            "Notes for creditors",
            "note",
            hint="Printed on the statement: what they should know. Each line is a paragraph.",
            error=STATE.note_errors["note"],
            value=VIEW.note,
            rows=3,
            max_length=2000,
        ),
        rx.el.div(submit("Save notes")),
        on_submit=STATE.note,
        key=f"{VIEW.id}-{VIEW.version}",
    )
    read = rx.el.ul(rx.foreach(VIEW.notes, rx.el.li), class_name="stack close")
    return card(
        "Notes",
        rx.el.div(
            rx.cond(
                VIEW.is_at_work & _may(Act.STATEMENT_PREPARE),
                filled,
                rx.cond(VIEW.notes.length() > 0, read, rx.el.p("No notes.")),
            ),
            class_name="card-body",
        ),
        key="note",
    )


def _confirm_dialog() -> rx.Component:
    errors = STATE.confirm_errors
    return dialog(
        "confirm",
        CONFIRM,
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.el.p("Read the statement with ", VIEW.who, ", then record what was said."),
            rx.cond(
                VIEW.to_confirm.length() > 0,
                select(
                    "Who confirms it",
                    "client_id",
                    VIEW.to_confirm,
                    hint="Each of the two, in their own words.",
                    error=errors["client_id"],
                    key="confirm-",
                ),
            ),
            choice(
                "How it was confirmed",
                "how",
                list(CONSENT_CHANNELS.items()),
                error=errors["how"],
                key="confirm-",
            ),
            rx.el.div(
                tick("They say that it is accurate", "is_accurate", key="confirm-"),
                _tick_error(errors["is_accurate"]),
                tick("They consent to our sending it to the creditors", "may_send", key="confirm-"),
                _tick_error(errors["may_send"]),
                class_name="stack close",
            ),
            form_foot(submit("Record confirmation")),
            on_submit=STATE.confirm,
            key=f"{VIEW.id}-{VIEW.version}",
        ),
    )


def _tick_error(error: Any) -> rx.Component:
    return rx.cond(error, rx.el.p(icon("late"), error, class_name="field-error"))


@screen(
    "Statement",
    route=routes.CASE_STATEMENT,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, StatementState.open],
)
def statements() -> rx.Component:
    """Return the statement under the case's bar."""
    prepare = when_may(
        Act.STATEMENT_PREPARE,
        button("Prepare a statement", on_click=STATE.prepare, busy="Preparing", kind="main"),
    )
    nothing = rx.cond(
        VIEW.has_sheet,
        empty("No statement yet. It is made of the budget, the debts and the offers.", prepare),
        empty(
            "A statement is made of the budget. There is no budget sheet yet.",
            link("Enter the budget", to=routes.case_path(STATE.opened, "budget")),
        ),
    )
    again = rx.cond(
        ~VIEW.is_at_work & VIEW.may_prepare,
        rx.el.div(
            rx.el.p("Circumstances change: a new statement supersedes this one when issued."),
            prepare,
            class_name="callout kept",
        ),
    )
    shown = rx.el.div(
        rx.el.div(
            _way(),
            again,
            _files(),
            statement_difference(),
            authorities_card(),
            _earlier(),
            class_name="stack aside",
        ),
        rx.el.div(
            *statement_sheet(),
            _note(),
            class_name="stack",
        ),
        class_name="split lead",
    )
    return case_frame(
        "statement",
        rx.cond(VIEW.id == 0, nothing, shown),
        authority_dialog(),
        _confirm_dialog(),
        _discard_dialog(),
        opened=STATE.opened,
    )
