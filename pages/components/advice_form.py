"""The forms of the advice tab: what is recommended and why, the client's choice, and progress."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.solutions import solution_groups
from cma_app.services.recommendation_forms import CHOICE_WORDS, LOOKED_AGAIN, STATUS_WORDS
from pages.components.form import (
    button,
    choice,
    date_boxes,
    error_summary,
    field,
    form,
    form_foot,
    keeps_itself,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.note_dialog import saved_mark
from pages.components.sign_off import act_word, waits_for
from pages.components.status import callout
from pages.components.table import card, dialog
from state.recommendations import AdviceState

STATE: Any = AdviceState
VIEW: Any = AdviceState.view
STANDING: Any = AdviceState.view.standing  # pyright: ignore[reportAttributeAccessIssue]
DRAFT: Any = AdviceState.view.draft  # pyright: ignore[reportAttributeAccessIssue]
BOXES: Any = AdviceState.boxes
ERRORS: Any = AdviceState.errors
CHOSEN: Any = AdviceState.chosen
CHOICE_ERRORS: Any = AdviceState.choice_errors
PROGRESS_ERRORS: Any = AdviceState.progress_errors
CHOOSE: Final = [("", "Choose")]
CHOICE, PROGRESS = "record-choice", "record-progress"


def advice_form() -> rx.Component:
    """Return the card in which advice is written; a trainee's is submitted for sign-off."""
    filled = form(
        rx.el.input(type="hidden", name="intent", default_value="save"),
        rx.el.div(
            error_summary(ERRORS),
            rx.cond(STATE.obstacle != "", rx.el.div(STATE.obstacle, class_name="callout theirs")),
            _waits(),
            rx.cond(DRAFT.under != "", _other_rules()),
            select(
                "Recommended",
                "solution",
                _by_group(),
                value=BOXES["solution"],
                error=ERRORS["solution"],
                hint="Of the nation whose law applies. Looking eligible is not yet a reason.",
            ),
            _words("Why it fits them", "reasons", rows=4),
            _words(
                "Why the other options suit less",
                "others_words",
                rows=3,
                hint="In one go here, or option by option below.",
            ),
            _one_by_one(),
            _words(
                "Costs and risks they were told of",
                "costs_told",
                rows=3,
                hint="Fees, credit file, home and goods, what creditors may do meanwhile.",
            ),
            date_boxes(
                "Advised on",
                "advised_on",
                hint="For example, 26 11 2026",
                error=ERRORS["advised_on"],
                **_date(BOXES, "advised_on"),
            ),
            _choice_part(BOXES, ERRORS, VIEW.instead, is_optional=True),
            rx.cond(DRAFT.under != "", _looked_again()),
            class_name="card-body stack wide",
        ),
        form_foot(
            submit(act_word(Act.RECOMMENDATION_GIVE, "Record the advice"), value="save"),
            rx.cond(
                (STATE.kept == "") & (STANDING.id != 0) & ~VIEW.has_draft,
                button("Leave it as it is", on_click=STATE.drop),
            ),
            rx.cond(VIEW.may_discard, _discard()),
            keeps_itself(STATE.kept, STATE.drop),
        ),
        on_submit=STATE.send,
        on_check=STATE.check,
        key=f"{STATE.opened}/{STATE.form_number}",
        custom_attrs={"data-intents": "save", "id": "advice-form"},
    )
    return card(
        rx.cond(
            VIEW.has_draft,
            "Advice in preparation",
            rx.cond(STANDING.id != 0, "New advice", "Advice"),
        ),
        filled,
        key="advice",
    )


def _waits() -> rx.Component:
    """Say what becomes of a trainee's advice, and whose preparation an advisor takes over."""
    return rx.cond(
        waits_for(Act.RECOMMENDATION_GIVE),
        callout(
            "Fill this in and submit it: it counts once your supervisor has signed it off. If you"
            " change it after that, submit it again."
        ),
        rx.cond(
            VIEW.has_draft,
            callout(
                VIEW.draft_by,
                " prepared this, and it has not been given. If you record it, it is your advice.",
            ),
        ),
    )


def _other_rules() -> rx.Component:
    """Say that a draft was prepared for another nation, and what to do about it."""
    return callout(
        "This was prepared under the rules of ",
        rx.el.strong(DRAFT.under),
        ". The case is under those of ",
        rx.el.strong(VIEW.nation),
        " now, and what can be recommended there differs. Look at every answer again, choose from"
        " the list as it is now, and say below that you did.",
    )


def _looked_again() -> rx.Component:
    """Return the tick without which a draft for another nation is not given."""
    said = rx.Var.create(f"I looked at this again under the rules of {VIEW.nation}")
    return tick(said, LOOKED_AGAIN, error=ERRORS[LOOKED_AGAIN])


def _discard() -> rx.Component:
    return button("Discard this draft", on_click=STATE.discard, busy="Discarding")


def _by_group() -> dict[str, Any]:
    groups = {word: VIEW.groups[group] for group, word in solution_groups().items()}
    return {"": CHOOSE, **groups}


def _words(label: str, name: str, *, rows: int, hint: str | None = None) -> rx.Component:
    return text_area(
        label,
        name,
        hint=hint,
        value=BOXES[name],
        error=ERRORS[name],
        rows=rows,
        max_length=12_000,
    )


def _one_by_one() -> rx.Component:
    def one(option: Any) -> rx.Component:
        return field(
            option.label,
            option.box,
            value=option.said,
            error=ERRORS[option.box],
            width="full",
            max_length=2000,
        )

    return rx.el.details(
        rx.el.summary("Option by option"),
        rx.el.p("Leave empty what you recommend.", class_name="hint"),
        rx.el.div(rx.foreach(STATE.options, one)),
        class_name="options",
    )


def _date(boxes: Any, name: str) -> dict[str, Any]:
    return {part: boxes[f"{name}-{part}"] for part in ("day", "month", "year")}


def _choice_part(
    boxes: Any, errors: Any, instead: Any, *, is_optional: bool = False, key: str = ""
) -> rx.Component:
    """Return the boxes of what the client chose; what instead is asked where it is another."""
    return rx.el.div(
        choice(
            "The client's own choice",
            "choice",
            list(CHOICE_WORDS.items()),
            hint="Leave it open if you have not asked yet." if is_optional else None,
            value=boxes["choice"],
            error=errors["choice"],
            key=key,
        ),
        rx.el.div(
            select(
                "What they choose instead",
                "chosen",
                instead,
                value=boxes["chosen"],
                error=errors["chosen"],
                key=key,
            ),
            class_name="if-another",
        ),
        text_area(
            "About the choice",
            "choice_note",
            hint="In their words, where you can.",
            value=boxes["choice_note"],
            error=errors["choice_note"],
            rows=2,
            max_length=2000,
            key=key,
        ),
        class_name="stack choice-part",
    )


def choice_dialog() -> rx.Component:
    """Return the dialog that records what the client chose."""
    boxes = CHOSEN.choice_boxes
    return dialog(
        CHOICE,
        "The client’s choice",
        rx.el.p("Recommended: ", rx.el.strong(CHOSEN.solution)),
        form(
            saved_mark(STATE.saved),
            error_summary(CHOICE_ERRORS),
            _choice_part(boxes, CHOICE_ERRORS, CHOSEN.instead, key="their-"),
            date_boxes(
                "Chosen on",
                "chosen_on",
                hint="Leave empty for today",
                error=CHOICE_ERRORS["chosen_on"],
                key="their-",
                **_date(boxes, "chosen_on"),
            ),
            form_foot(submit("Record the choice")),
            on_submit=STATE.save_choice,
            on_check=STATE.check_choice,
            key=f"choice/{CHOSEN.id}/{STATE.saved}",
        ),
    )


def progress_dialog() -> rx.Component:
    """Return the dialog that records how far the solution is."""
    boxes = CHOSEN.progress_boxes
    days = [
        date_boxes(
            legend,
            name,
            hint=hint,
            error=PROGRESS_ERRORS[name],
            key="far-",
            **_date(boxes, name),
        )
        for legend, name, hint in (
            ("Started on", "started_on", "For example, 3 11 2026"),
            ("Ended on", "ended_on", "The day it was completed, failed or was stopped"),
        )
    ]
    return dialog(
        PROGRESS,
        "How far it is",
        rx.el.p(rx.el.strong(CHOSEN.solution)),
        form(
            saved_mark(STATE.saved),
            error_summary(PROGRESS_ERRORS),
            select(
                "How far it is",
                "status",
                list(STATUS_WORDS.items()),
                value=boxes["status"],
                error=PROGRESS_ERRORS["status"],
                key="far-",
            ),
            rx.el.div(*days, class_name="pair"),
            text_area(
                "What came of it",
                "progress_note",
                hint="Where it failed or was stopped, say why.",
                value=boxes["progress_note"],
                error=PROGRESS_ERRORS["progress_note"],
                rows=2,
                max_length=2000,
                key="far-",
            ),
            form_foot(submit("Record progress")),
            on_submit=STATE.save_progress,
            on_check=STATE.check_progress,
            key=f"progress/{CHOSEN.id}/{STATE.saved}",
        ),
    )
