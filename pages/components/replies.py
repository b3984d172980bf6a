"""Which letters wait for an answer, what creditors answered, and the dialog that records it."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.replies import REPLY_WORDS
from pages.components.empty import empty
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
from pages.components.status import badge, status_badge
from pages.components.table import card, dialog, link, opens, row_button
from pages.layout import when_may
from state.letters import LettersState
from state.replies import ReplyState

KEY: Final = "reply"
STATE: Any = ReplyState
LETTERS: Any = LettersState
EDITING: Any = ReplyState.editing
ERRORS: Any = ReplyState.errors
WORDS: Final = {
    "accept": ("Accepted", "good"),
    "reject": ("Rejected", "soon"),
    "counter": ("Asks for another amount", "note"),
    "hold": ("Holds action", "note"),
    "balance": ("Gave the balance", ""),
    "other": ("Something else", ""),
}


def waiting_card() -> rx.Component:
    """Return the letters without an answer, the first to be chased first."""
    waits = LETTERS.view.waits
    return card(
        "Waiting for an answer",
        rx.cond(
            waits.length() > 0,
            rx.el.ul(rx.foreach(waits, _waiting), class_name="answer-list"),
            empty("No letter waits for an answer."),
        ),
        key="waiting",
        count=waits.length(),
    )


def _waiting(view: Any) -> rx.Component:
    whose = rx.Var.create(f" of {view.creditor}")
    chaser = rx.cond(
        view.chaser_id > 0,
        link(
            "Open chaser",
            to=rx.Var.create(f"/cases/{LETTERS.opened}/letters/{view.chaser_id}"),
            class_name="button small",
        ),
        when_may(
            Act.LETTER_RECORD,
            row_button(
                "Draft chaser", f" to {view.creditor}", on_click=LETTERS.chase(view.letter_id)
            ),
        ),
    )
    answer = row_button(
        "Record answer",
        whose,
        on_click=STATE.begin(view.letter_id, view.creditor_id),
        custom_attrs=opens(KEY, fills=True),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.strong(view.creditor),
            rx.cond(view.is_due, badge("Chase now", "soon"), badge("Waiting", "", "open")),
            class_name="between",
        ),
        rx.el.p(view.kind, ". ", view.sent, class_name="sub"),
        rx.el.p(
            rx.cond(
                view.hold != "",
                rx.fragment("Hold until ", view.hold, ", then chase "),
                "Chase ",
            ),
            view.chase,
            class_name="sub",
        ),
        rx.cond(view.shield != "", badge(view.shield, "note", "shield")),
        rx.el.p(when_may(Act.REPLY_RECORD, answer), chaser, class_name="chips"),
        key=view.letter_id,
    )


def replies_card() -> rx.Component:
    """Return what creditors answered, the newest first."""
    record = rx.el.button(
        "Record an answer",
        type="button",
        class_name="button small",
        on_click=STATE.begin(0, 0),
        custom_attrs=opens(KEY, fills=True),
    )
    return card(
        "Answers",
        rx.cond(
            STATE.rows.length() > 0,
            rx.el.ul(rx.foreach(STATE.rows, _reply), class_name="answer-list"),
            empty("No creditor has answered yet."),
        ),
        key="answers",
        count=STATE.rows.length(),
        end=when_may(Act.REPLY_RECORD, record),
    )


def _reply(view: Any) -> rx.Component:
    whose = rx.Var.create(f" of {view.creditor}, {view.came}")
    untold = row_button("Client told today", whose, on_click=STATE.tell(view.id))
    doing = rx.el.p(
        rx.cond(view.told == "", untold),
        row_button(
            "Correct", whose, on_click=STATE.correct(view.id), custom_attrs=opens(KEY, fills=True)
        ),
        row_button("Remove", whose, on_click=STATE.remove(view.id)),
        class_name="chips",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.strong(view.creditor),
            status_badge(view.reply, WORDS),  # pyright: ignore[reportArgumentType]
            class_name="between",
        ),
        rx.el.p(
            view.came,
            rx.cond(view.account != "", rx.fragment(", account ", view.account)),
            class_name="sub",
        ),
        rx.cond(
            (view.said != "") | (view.ours != ""),
            rx.el.p(
                rx.cond(view.said != "", rx.el.strong(view.said)),
                rx.cond((view.said != "") & (view.ours != ""), ". ", ""),
                view.ours,
            ),
        ),
        rx.cond(view.note != "", rx.el.p(view.note, class_name="said")),
        rx.cond(
            view.told != "",
            rx.el.p("Client told ", view.told, class_name="sub"),
            rx.el.p(badge("Client not told yet", "soon", "half")),
        ),
        when_may(Act.REPLY_RECORD, doing),
        key=view.id,
    )


def reply_dialog() -> rx.Component:
    """Return the dialog that records an answer or corrects one."""
    return dialog(
        KEY,
        "What the creditor answered",
        form(
            saved_mark(STATE.saved),
            error_summary(ERRORS),
            _theirs(),
            rx.cond(
                EDITING.id > 0,
                rx.el.p(rx.el.strong(EDITING.creditor), " ", EDITING.account),
                select(
                    "Debt",
                    "debt_id",
                    STATE.debts,
                    value=EDITING.debt_id.to_string(),
                    error=ERRORS["debt_id"],
                    width="full",  # pyright: ignore[reportArgumentType]
                    key="reply-",
                ),
            ),
            choice(
                "Answer",
                "reply",
                list(REPLY_WORDS.items()),
                value=EDITING.reply,
                error=ERRORS["reply"],
                key="reply-",
            ),
            rx.el.div(
                field(
                    "Amount, £",
                    "amount",
                    hint="A month; for a balance, what is owed",
                    value=EDITING.amount,
                    error=ERRORS["amount"],
                    width="w8",
                    inputmode="decimal",
                    max_length=20,
                    key="reply-",
                ),
                class_name="when-sum",
            ),
            rx.el.div(_date("Last day of the hold", "hold_until"), class_name="when-hold"),
            _date("Came on", "received_on", hint="Leave empty for today"),
            text_area(
                "Note",
                "note",
                value=EDITING.note,
                error=ERRORS["note"],
                rows=3,
                max_length=10_000,
                key="reply-",
            ),
            _date("Client told on", "client_told_on", hint="Leave empty until they know"),
            form_foot(submit("Save answer")),
            on_submit=STATE.save,
            on_check=STATE.check,
            key=STATE.form_number,
        ),
    )


def _date(legend: str, name: str, hint: str = "For example, 22 12 2026") -> rx.Component:
    day, month, year = (EDITING.days[f"{name}-{part}"] for part in ("day", "month", "year"))
    return date_boxes(
        legend,
        name,
        hint=hint,
        day=rx.cond(day, day, ""),
        month=rx.cond(month, month, ""),
        year=rx.cond(year, year, ""),
        error=ERRORS[name],
        key="reply-",
    )


def _theirs() -> rx.Component:
    return rx.cond(
        STATE.theirs.length() > 0,
        rx.el.div(
            rx.el.p("Somebody changed this answer in the meantime. Stored now:"),
            rx.el.ul(
                rx.foreach(
                    STATE.theirs, lambda pair: rx.el.li(pair[0], ": ", rx.el.strong(pair[1]))
                )
            ),
            class_name="callout theirs",
            role="alert",
        ),
    )


def undo_reply() -> rx.Component:
    """Return the notice that brings back the answer removed last."""
    return rx.el.div(
        rx.cond(
            STATE.removed != 0,
            rx.el.div(
                rx.el.span("Answer removed."),
                rx.el.button(
                    "Undo", type="button", class_name="button small", on_click=STATE.undo_remove
                ),
                class_name="toast undo",
                key=STATE.removed_number,
            ),
        ),
        role="status",
    )
