"""The advice tab of a case: what was recommended and why, what the client chose, how far it is."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.advice_form import (
    CHOICE,
    PROGRESS,
    advice_form,
    choice_dialog,
    progress_dialog,
)
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.feedback import feedback_card, feedback_dialog
from pages.components.form import button
from pages.components.status import callout, tone_badge
from pages.components.table import card, link, opens, row_button
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.feedback import FeedbackState
from state.recommendations import AdviceState

STATE: Any = AdviceState
VIEW: Any = AdviceState.view
DISCARDED: Any = AdviceState.discarded
STANDING: Any = AdviceState.view.standing  # pyright: ignore[reportAttributeAccessIssue]


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
                rx.cond(DISCARDED.id != 0, _discarded()),
                rx.cond(writes, when_may(Act.RECOMMENDATION_PREPARE, advice_form(), _nothing())),
                rx.cond(STANDING.id != 0, _standing(), rx.cond(~writes, _nothing())),
                class_name="stack",
            ),
            rx.el.div(_earlier(), feedback_card(), rx.cond(writes, _sources()), class_name="stack"),
            class_name="split",
        ),
        choice_dialog(),
        progress_dialog(),
        feedback_dialog(),
        opened=STATE.opened,
    )


def _discarded() -> rx.Component:
    return rx.el.p(
        rx.el.span("Draft discarded: ", rx.el.strong(DISCARDED.solution)),
        when_may(
            Act.RECOMMENDATION_PREPARE,
            button("Undo", on_click=STATE.undo_discard, kind="small"),
        ),
        class_name="between undo card",
        role="status",
    )


def _other_rules() -> rx.Component:
    """Say that what stands was given for another nation, and what to do about it."""
    return callout(
        "This was given under the rules of ",
        rx.el.strong(STANDING.under),
        ". The case is under those of ",
        rx.el.strong(VIEW.nation),
        " now, and what can be recommended there differs. Look at it again with the client and"
        " advise anew. If the nation is wrong, put it right under ",
        link("Edit on the overview", to=routes.case_path(VIEW.case_id)),
        ".",
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
            rx.cond((STANDING.under != "") & VIEW.is_at_work, _other_rules()),
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
    chosen = _line(
        "The client’s choice",
        rx.el.div(
            rx.el.strong(one.choice),
            _sub(one.choice_day),
            _sub(one.choice_note),
        ),
        rx.cond(one.past == "", _step("Record the choice", one, CHOICE)),
    )
    far = _line(
        "How far it is",
        rx.el.div(tone_badge(one.status_word, one.tone), _sub(one.days), _sub(one.progress_note)),
        rx.cond(
            (one.past == "") | (one.status != "advised"),
            _step("Record progress", one, PROGRESS),
        ),
    )
    return rx.el.dl(chosen, far, class_name="decided")


def _line(term: str, *said: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(*said))


def _sub(said: Any) -> rx.Component:
    return rx.cond(said != "", rx.el.span(said, class_name="sub"))


def _step(word: str, one: Any, key: str) -> rx.Component:
    """Return the button that opens a dialog about one version."""
    return when_may(
        Act.RECOMMENDATION_FOLLOW,
        row_button(
            word,
            rx.Var.create(f", {one.solution}"),
            on_click=STATE.choose(one.id),
            custom_attrs=opens(key, fills=True),
        ),
    )


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
