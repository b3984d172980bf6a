"""The advice tab of a case: what was recommended and why, what the client chose, how far it is."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.solutions import solution_groups
from cma_app.services.recommendation_forms import CHOICE_WORDS, STATUS_WORDS
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.feedback import feedback_card, feedback_dialog
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
)
from pages.components.note_dialog import saved_mark
from pages.components.sign_off import act_word, waits_for
from pages.components.status import badge, callout, tone_badge
from pages.components.table import card, dialog, opens, row_button
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.feedback import FeedbackState
from state.recommendations import AdviceState

STATE: Any = AdviceState
VIEW: Any = AdviceState.view
STANDING: Any = AdviceState.view.standing  # pyright: ignore[reportAttributeAccessIssue]
BOXES: Any = AdviceState.boxes
ERRORS: Any = AdviceState.errors
CHOSEN: Any = AdviceState.chosen
CHOICE_ERRORS: Any = AdviceState.choice_errors
PROGRESS_ERRORS: Any = AdviceState.progress_errors
CHOOSE: Final = [("", "Choose")]
CHOICE, PROGRESS = "record-choice", "record-progress"


@screen(
    "Advice",
    route=routes.CASE_ADVICE,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, AdviceState.open, FeedbackState.open],
)
def advice() -> rx.Component:
    """Return the form while advice is written, else what stands; what was before it at the side."""
    writes = STATE.writing & VIEW.is_at_work
    return case_frame(
        "advice",
        rx.el.div(
            rx.el.div(
                rx.cond(writes, when_may(Act.RECOMMENDATION_PREPARE, _form(), _nothing())),
                rx.cond(STANDING.id != 0, _standing(), rx.cond(~writes, _nothing())),
                class_name="stack",
            ),
            rx.el.div(_earlier(), feedback_card(), rx.cond(writes, _sources()), class_name="stack"),
            class_name="split",
        ),
        _choice_dialog(),
        _progress_dialog(),
        feedback_dialog(),
        opened=STATE.opened,
    )


def _nothing() -> rx.Component:
    return card(
        "Advice",
        empty(
            rx.cond(
                VIEW.is_at_work,
                "Nothing was recommended yet.",
                "Nothing was recommended before this case ended.",
            )
        ),
        key="no-advice",
    )


def _form() -> rx.Component:
    filled = form(
        rx.el.input(type="hidden", name="intent", default_value="save"),
        rx.el.div(
            error_summary(ERRORS),
            rx.cond(STATE.obstacle != "", rx.el.div(STATE.obstacle, class_name="callout theirs")),
            _waits(),
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
            _choice_part(BOXES, ERRORS, is_optional=True),
            class_name="card-body stack wide",
        ),
        form_foot(
            submit(act_word(Act.RECOMMENDATION_GIVE, "Record the advice"), value="save"),
            rx.cond(
                (STATE.kept == "") & (STANDING.id != 0) & ~VIEW.has_draft,
                button("Leave it as it is", on_click=STATE.drop),
            ),
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
    boxes: Any, errors: Any, *, is_optional: bool = False, key: str = ""
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
                VIEW.instead,
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


def _standing() -> rx.Component:
    anew = rx.cond(
        VIEW.is_at_work & ~STATE.writing,
        when_may(
            Act.RECOMMENDATION_PREPARE,
            button("Advise anew", on_click=STATE.begin, kind="small"),
        ),
    )
    return card(
        "The advice that stands",
        rx.el.div(
            rx.el.h3(STANDING.solution, class_name="advised"),
            rx.el.p(STANDING.said, " · ", STANDING.name, _signed(STANDING), class_name="quiet"),
            _decided(STANDING),
            _why(STANDING),
            class_name="card-body stack",
        ),
        key="standing-advice",
        end=anew,
    )


def _signed(one: Any) -> rx.Component:
    return rx.cond(one.given != "", rx.fragment(" · ", one.given))


def _decided(one: Any) -> rx.Component:
    """Return what the client chose and how far it is, each with the way to record it."""
    against = rx.cond(one.is_against, badge("Against advice", "note", "half"))
    chosen = rx.el.div(
        rx.el.dt("The client’s choice"),
        rx.el.dd(
            rx.el.strong(one.choice),
            " ",
            against,
            rx.cond(one.choice_day != "", rx.el.span(one.choice_day, class_name="sub")),
            rx.cond(one.choice_note != "", rx.el.span(one.choice_note, class_name="sub")),
        ),
        rx.cond(
            one.past == "",
            when_may(
                Act.RECOMMENDATION_FOLLOW,
                row_button(
                    "Record the choice",
                    rx.Var.create(f", {one.solution}"),
                    on_click=STATE.choose(one.id),
                    custom_attrs=opens(CHOICE, fills=True),
                ),
            ),
        ),
    )
    far = rx.el.div(
        rx.el.dt("How far it is"),
        rx.el.dd(
            tone_badge(one.status_word, one.tone),
            rx.cond(one.days != "", rx.el.span(one.days, class_name="sub")),
            rx.cond(one.progress_note != "", rx.el.span(one.progress_note, class_name="sub")),
        ),
        rx.cond(
            (one.past == "") | (one.status != "advised"),
            when_may(
                Act.RECOMMENDATION_FOLLOW,
                row_button(
                    "Record progress",
                    rx.Var.create(f", {one.solution}"),
                    on_click=STATE.choose(one.id),
                    custom_attrs=opens(PROGRESS, fills=True),
                ),
            ),
        ),
    )
    return rx.el.dl(chosen, far, class_name="decided")


def _why(one: Any) -> rx.Component:
    def other(pair: Any) -> rx.Component:
        return rx.el.li(rx.el.strong(pair[0]), ": ", pair[1])

    return rx.el.dl(
        _answer("Why it fits them", one.reasons),
        rx.el.div(
            rx.el.dt("Why the others suit less"),
            rx.el.dd(
                rx.cond(one.others_words != "", rx.el.p(one.others_words, class_name="said")),
                rx.cond(
                    one.others.length() > 0,
                    rx.el.ul(rx.foreach(one.others, other), class_name="plain-list"),
                ),
            ),
        ),
        _answer("Costs and risks they were told of", one.costs),
        class_name="answers stacked",
    )


def _answer(term: str, said: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(said, class_name="said"))


def _earlier() -> rx.Component:
    def one(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.p(rx.el.strong(each.solution)),
            rx.el.p(each.name, " · ", each.said, _signed(each), class_name="hint"),
            rx.el.p(each.past, class_name="hint"),
            rx.el.details(rx.el.summary("What it said"), _decided(each), _why(each)),
            key=each.id,
        )

    return card(
        "Earlier advice",
        rx.cond(
            VIEW.earlier.length() > 0,
            rx.el.ul(rx.foreach(VIEW.earlier, one), class_name="events"),
            empty("No earlier version. New advice takes the place of what stands and keeps it."),
        ),
        key="earlier",
        count=VIEW.earlier.length(),
    )


def _sources() -> rx.Component:
    def one(pair: Any) -> rx.Component:
        return rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1]))

    return rx.el.details(
        rx.el.summary("Where this list comes from"),
        rx.el.dl(rx.foreach(VIEW.sources, one), class_name="answers stacked"),
        class_name="sources",
    )


def _choice_dialog() -> rx.Component:
    boxes = CHOSEN.choice_boxes
    return dialog(
        CHOICE,
        "The client’s choice",
        rx.el.p("Recommended: ", rx.el.strong(CHOSEN.solution)),
        form(
            saved_mark(STATE.saved),
            error_summary(CHOICE_ERRORS),
            _choice_part(boxes, CHOICE_ERRORS, key="their-"),
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


def _progress_dialog() -> rx.Component:
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
