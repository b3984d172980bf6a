"""The dialogs of the letters tab: a new letter to whoever is chosen, and drafts issued together."""

from typing import Any, Final

import reflex as rx

from cma_app.rules.letter_templates import letter_kinds
from cma_app.services.letter_ways import ROUTE_WORDS
from pages import routes
from pages.components.form import (
    button,
    choice,
    error_summary,
    form,
    form_foot,
    select,
    submit,
    tick,
)
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog, link
from state.letters import LettersState

NEW: Final = "new-letter"
BATCH: Final = "issue-batch"
STATE: Any = LettersState
READERS: Any = LettersState.view.readers
KINDS: Final = [
    ("", "Choose"),
    *((kind, word) for kind, word in letter_kinds().items() if kind != "chaser"),
]


def new_letter_dialog() -> rx.Component:
    """Return the dialog that drafts letters of one kind to everybody who is ticked."""
    errors = STATE.new_errors
    return dialog(
        NEW,
        "New letter",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            select(
                "What to write",
                "kind",
                KINDS,
                value=STATE.kind,
                error=errors["kind"],
                on_change=STATE.pick,
                key="new-",
            ),
            rx.cond(STATE.kind != "", rx.cond(STATE.to_creditors, _creditors(), _people())),
            form_foot(submit("Draft letters", busy="Drafting")),
            on_submit=STATE.draft,
            key=STATE.saved,
        ),
    )


def _readers(legend: str, error: Any, *inside: rx.Component) -> rx.Component:
    said = rx.el.p(icon("late"), error, class_name="field-error")
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        rx.cond(error, said),
        *inside,
        class_name=rx.cond(error, "field wrong", "field"),
        custom_attrs={"id": "readers", "tabIndex": "-1"},
    )


def _creditors() -> rx.Component:
    wanted = READERS.creditors
    nobody = rx.el.p(
        "This case has no creditor yet. ",
        link("Enter the debts", to=routes.case_path(STATE.opened, "debts")),
    )
    word = rx.cond(STATE.all_chosen, "Choose none", "Choose all")
    all_of_them = button(word, on_click=STATE.turn_all, kind="small")
    ticks = rx.el.div(
        rx.foreach(
            wanted,
            lambda each: _tick(each, rx.Var.create(f"creditor-{each.id}"), STATE.all_chosen),
        ),
        class_name="stack close",
        key=rx.cond(STATE.all_chosen, "all", "some"),
    )
    return rx.cond(
        wanted.length() > 0,
        rx.fragment(
            _readers("To", STATE.new_errors["readers"], all_of_them, ticks),
            _wanting(),
        ),
        nobody,
    )


def _people() -> rx.Component:
    wanted = READERS.people
    ticks = rx.foreach(
        wanted,
        lambda each: _tick(each, rx.Var.create(f"person-{each.id}"), wanted.length() == 1),
    )
    return _readers("To", STATE.new_errors["readers"], rx.el.div(ticks, class_name="stack close"))


def _tick(each: Any, name: Any, is_chosen: Any) -> rx.Component:
    word = rx.fragment(each.name, rx.el.span(" ", each.said, class_name="quiet"))
    return tick(word, name, checked=is_chosen, key="new-")  # pyright: ignore[reportArgumentType]


def _wanting() -> rx.Component:
    """Return in sentences what is still wanting before some of these letters can leave."""
    authority = rx.el.li(
        icon("late"),
        rx.el.span(
            "No live authority: ",
            READERS.without_authority,
            ". Letters to them wait as drafts. ",
            link("Record an authority", to=routes.case_path(STATE.opened, "statement")),
        ),
    )
    where = rx.el.li(
        icon("half"),
        rx.el.span(
            "No address known: ",
            READERS.without_address,
            ". Write it on the letter before it goes by post.",
        ),
    )
    return rx.el.ul(
        rx.cond(READERS.without_authority != "", authority),
        rx.cond(READERS.without_address != "", where),
        class_name="gaps",
    )


def batch_dialog() -> rx.Component:
    """Return the dialog that asks how drafts leave, once, before they are issued."""
    errors = STATE.batch_errors
    return dialog(
        BATCH,
        "Issue these letters?",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.el.p(
                STATE.batch_word,
                ": ",
                STATE.batch_count,
                rx.cond(STATE.batch_count == 1, " letter. ", " letters. "),
                "They cannot be changed afterwards. One that cannot leave stays a draft and says"
                " why.",
            ),
            choice(
                "How they leave",
                "route",
                list(ROUTE_WORDS.items()),
                error=errors["route"],
                key="batch-",
            ),
            form_foot(
                submit("Issue letters", busy="Issuing"),
                rx.el.button(
                    "Go back",
                    type="button",
                    class_name="button",
                    custom_attrs={"data-closes": BATCH},
                ),
            ),
            on_submit=STATE.issue_batch,
            key=f"{STATE.batch}-{STATE.saved}",
        ),
    )
