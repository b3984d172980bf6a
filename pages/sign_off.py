"""One version of submitted work: what it says beside the version before, and what is decided."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.sign_offs import ANSWERS
from pages import routes
from pages.components.empty import skeleton
from pages.components.form import (
    button,
    error_summary,
    form,
    form_foot,
    submit,
    text_area,
)
from pages.components.icons import icon
from pages.components.status import badge, callout
from pages.components.table import card, link
from pages.layout import page_head, screen, when_may
from state.sign_offs import SignOffState

STATE: Any = SignOffState
VIEW: Any = SignOffState.view
ERRORS: Any = SignOffState.errors


@screen(
    "Sign-off",
    route=routes.SIGN_OFF,
    act=Act.CASE_OPEN,
    section="sign-offs",
    on_load=SignOffState.open,
)
def sign_off() -> rx.Component:
    """Return the version of the address."""
    shown = rx.el.div(
        page_head(
            VIEW.word,
            link("Look where it stands", to=rx.Var.create(VIEW.way), class_name="button"),
            when_may(
                Act.SIGN_OFF_DECIDE,
                link("All sign-offs", to=routes.SIGN_OFFS, class_name="button"),
                link("My work", to=routes.MY_WORK, class_name="button"),
            ),
            lead=rx.Var.create(f"{VIEW.client}, {VIEW.reference}"),
        ),
        rx.cond(
            VIEW.is_changed,
            callout(
                rx.el.strong("Something changed since this was submitted. "),
                "It cannot be signed off as it stands: ",
                rx.cond(
                    VIEW.is_mine,
                    "look at it again and submit it anew.",
                    "send it back, so that it is submitted anew.",
                ),
            ),
        ),
        rx.cond(
            VIEW.is_newest,
            rx.fragment(),
            callout("This is an earlier version. A newer one was submitted since."),
        ),
        rx.cond(
            VIEW.may_decide,
            form(
                rx.el.input(type="hidden", name="intent", default_value="back"),
                error_summary(ERRORS),
                rx.el.div(
                    _lines(),
                    rx.el.div(_facts(), _before(), _decide(), class_name="stack"),
                    class_name="split",
                ),
                on_submit=STATE.decide,
                key=f"{VIEW.id}/{STATE.form_number}",
                custom_attrs={"data-intents": "back"},
            ),
            rx.el.div(
                _lines(),
                rx.el.div(_facts(), _before(), _decided(), class_name="stack"),
                class_name="split",
            ),
        ),
        class_name="page",
        key=VIEW.id,
    )
    return rx.cond(VIEW.id == 0, rx.el.div(skeleton(6), class_name="page"), shown)


def _fact(term: str, *words: Any, when: Any = True) -> rx.Component:
    return rx.cond(when, rx.el.div(rx.el.dt(term), rx.el.dd(*words)))


def _facts() -> rx.Component:
    take_back = button("Withdraw it", on_click=STATE.withdraw, busy="Withdrawing", kind="small")
    return card(
        VIEW.version,
        rx.el.dl(
            _fact("By", VIEW.trainee),
            _fact("Submitted", VIEW.submitted),
            _fact(
                "Waiting",
                rx.cond(VIEW.is_late, badge(VIEW.waited, "late"), VIEW.waited),
                when=VIEW.status == "submitted",
            ),
            _fact("Waits for", VIEW.waits_for, when=VIEW.status == "submitted"),
            _fact("Decided", VIEW.decided, when=VIEW.decided != ""),
            class_name="answers card-body",
        ),
        rx.cond(VIEW.may_withdraw, rx.el.div(take_back, class_name="card-body")),
        key="facts",
        end=_status(),
    )


def _status() -> rx.Component:
    return rx.match(
        VIEW.status,
        ("approved", badge(VIEW.status_word, "good")),
        ("returned", badge(VIEW.status_word, "soon", "came-back")),
        ("void", badge(VIEW.status_word, "soon", "came-back")),
        badge(VIEW.status_word, "note"),
    )  # pyright: ignore[reportReturnType]


def _before() -> rx.Component:
    return rx.cond(
        (VIEW.before != "") & ((VIEW.before_points.length() > 0) | (VIEW.before_remark != "")),
        card(
            rx.Var.create(f"Said to {VIEW.before}"),
            rx.el.div(
                rx.cond(VIEW.before_remark != "", rx.el.p(VIEW.before_remark, class_name="said")),
                rx.el.ul(
                    rx.foreach(VIEW.before_points, lambda text: rx.el.li(icon("half"), text)),
                    class_name="gaps",
                ),
                rx.el.p(VIEW.before_by, class_name="small quiet"),
                class_name="card-body stack close",
            ),
            key="before",
        ),
    )


def _lines() -> rx.Component:
    return card(
        "What was submitted",
        rx.el.ul(rx.foreach(VIEW.lines, _line), class_name="sign-lines"),
        key="lines",
        end=rx.cond(
            VIEW.before != "",
            rx.el.span("Beside ", VIEW.before, class_name="hint"),
            rx.fragment(),
        ),
    )


def _line(line: Any) -> rx.Component:
    changed = (VIEW.before != "") & line.is_changed
    new = rx.cond(
        line.is_gone,
        rx.el.p("No longer there", class_name="quiet"),
        rx.cond(
            line.new != "",
            rx.el.p(line.new, class_name="said"),
            rx.el.p("Nothing", class_name="quiet"),
        ),
    )
    old = rx.cond(
        changed,
        rx.el.p(
            rx.el.span("Before: ", class_name="quiet"),
            rx.cond(line.is_new, rx.el.span("not there"), rx.el.del_(line.old)),
            class_name="said small",
        ),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.strong(line.label),
            rx.cond(changed, badge("Changed", "note")),
            class_name="between",
        ),
        new,
        old,
        _said("Said to the version before", line.before_comment),
        _said("Edited before it was signed off", line.edited),
        _said("Comment", line.comment),
        rx.cond(VIEW.may_decide, _boxes(line)),
        class_name=rx.cond(changed, "changed", ""),
        key=line.key,
    )


def _said(term: str, words: Any) -> rx.Component:
    return rx.cond(
        words != "",
        rx.el.p(
            icon("came-back"), rx.el.span(rx.el.strong(term, ": "), words), class_name="beside"
        ),
    )


def _boxes(line: Any) -> rx.Component:
    """Return the box of a comment beside a line, and of an edit where there may be one."""
    comment = rx.el.details(
        rx.el.summary("Comment", rx.el.span(" on ", line.label, class_name="sr")),
        rx.el.textarea(
            name=rx.Var.create(f"comment-{line.key}"),
            max_length=1000,
            class_name="box",
            custom_attrs={
                "id": rx.Var.create(f"comment-{line.key}"),
                "rows": "2",
                "aria-label": rx.Var.create(f"Comment on {line.label}"),
            },
        ),
    )
    edit = rx.el.details(
        rx.el.summary("Edit", rx.el.span(" ", line.label, class_name="sr")),
        rx.el.textarea(
            name=rx.Var.create(f"edit-{line.key}"),
            default_value=line.new,
            max_length=10_000,
            class_name="box",
            custom_attrs={
                "id": rx.Var.create(f"edit-{line.key}"),
                "rows": "4",
                "aria-label": rx.Var.create(f"Edit {line.label}"),
            },
        ),
    )
    return rx.el.div(
        rx.cond(line.is_gone, rx.fragment(), comment),
        rx.cond(line.may_edit, edit),
        class_name="line-boxes",
    )


def _decide() -> rx.Component:
    back = rx.el.button("Send back", type="submit", value="back", class_name="button")
    return card(
        "Your decision",
        rx.el.div(
            rx.foreach(VIEW.points, _point),
            rx.cond(
                ERRORS["points"], rx.el.p(icon("late"), ERRORS["points"], class_name="field-error")
            ),
            text_area(
                "Anything else to say",
                "remark",
                hint="Comments stand beside the lines they mean; this is for the whole.",
                error=ERRORS["remark"],
                rows=3,
                max_length=1000,
            ),
            rx.el.p(
                "Signing off carries it out in your name, done for ",
                VIEW.trainee,
                rx.cond(VIEW.may_edit, ". What you edit beside a line goes with it.", "."),
                class_name="hint",
            ),
            class_name="card-body stack",
        ),
        form_foot(submit("Sign off", busy="Signing off", value="sign_off"), back),
        key="decide",
    )


def _point(point: Any) -> rx.Component:
    name = rx.Var.create(f"point-{point.code}")
    radios = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=answer,
                custom_attrs={
                    "id": name if number == 0 else rx.Var.create(f"point-{point.code}-{answer}")
                },
            ),
            word,
            class_name="choice",
        )
        for number, (answer, word) in enumerate(ANSWERS.items())
    ]
    error = ERRORS[name]
    return rx.el.fieldset(
        rx.el.legend(point.text, class_name="label"),
        rx.cond(error, rx.el.p(icon("late"), error, class_name="field-error")),
        rx.el.div(*radios, class_name="choices row"),
        class_name=rx.cond(error, "field wrong", "field"),
        key=point.code,
    )


def _decided() -> rx.Component:
    def point(each: Any) -> rx.Component:
        return rx.el.li(
            rx.cond(each.answer == "change", icon("half"), icon("done")),
            rx.el.span(
                each.text,
                rx.cond(each.answer == "change", rx.el.span(ANSWERS["change"], class_name="sub")),
            ),
        )

    shown = rx.el.div(
        rx.cond(VIEW.remark != "", rx.el.p(VIEW.remark, class_name="said")),
        rx.el.ul(
            rx.foreach(VIEW.points, lambda each: rx.cond(each.answer != "", point(each))),
            class_name="gaps",
        ),
        class_name="card-body stack close",
    )
    again = rx.el.p(
        "Put it right where it stands and submit it again: ",
        link("go there", to=rx.Var.create(VIEW.way)),
        ".",
        class_name="card-body",
    )
    is_back = ((VIEW.status == "returned") | (VIEW.status == "void")) & VIEW.is_newest
    return rx.cond(
        (VIEW.status == "approved") | (VIEW.status == "returned") | is_back,
        card("What was decided", shown, rx.cond(is_back & VIEW.is_mine, again), key="decided"),
    )
