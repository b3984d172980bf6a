"""Beside a read page: its type to confirm or correct, signs of a scam, and the figures found."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.document_types import document_types
from cma_app.rules.frequencies import FREQUENCIES
from pages.components.form import error_summary, form, select, submit
from pages.components.icons import icon
from pages.components.status import badge, callout
from pages.components.table import card
from pages.layout import when_may
from state.document_reading import DocumentReadingState

STATE: Any = DocumentReadingState
VIEW: Any = DocumentReadingState.view
CARD: Any = DocumentReadingState.card
FIGURES: Any = DocumentReadingState.figures
OFTEN: Final = list(FREQUENCIES.items())


def _types() -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {"": [("", "Choose a type")]}
    for code, each in document_types().items():
        groups.setdefault(each.group, []).append((code, each.label))
    return groups


def scam_card() -> rx.Component:
    """Return the warning of a paper that may be a scam, with what shows it."""
    return rx.cond(
        VIEW.scam.length() > 0,
        callout(
            rx.el.strong(icon("late"), " This may be a scam"),
            rx.el.ul(
                rx.foreach(
                    VIEW.scam,
                    lambda sign: rx.el.li(sign[0], " It says “", rx.el.q(sign[1]), "”."),
                )
            ),
            rx.el.p("Check with the body it names, by a number you know, before anybody pays."),
        ),
    )


def type_card() -> rx.Component:
    """Return what kind of paper it is: suggested, with three guesses, or as a person said."""
    return card(
        "What this is",
        rx.el.div(
            rx.cond(VIEW.chosen, _chosen(), _suggestion()),
            when_may(Act.DOCUMENT_SORT, _chooser()),
            _about_the_sorter(),
            class_name="card-body stack",
        ),
        key="type",
    )


def _chosen() -> rx.Component:
    return rx.el.p(rx.el.strong(VIEW.type_word), " ", badge("Confirmed by a person", "good"))


def _suggestion() -> rx.Component:
    guessed = rx.el.div(
        rx.el.p("Not sure enough to suggest one. The three likeliest:"),
        rx.el.ol(
            rx.foreach(
                VIEW.guesses,
                lambda each: rx.el.li(each[1], " ", rx.el.span(each[2], class_name="fig quiet")),
            ),
            class_name="guesses",
        ),
    )
    none = rx.el.p("Nothing was read by which it could be sorted.")
    return rx.cond(
        VIEW.suggested != "",
        rx.el.p(
            "Suggested: ",
            rx.el.strong(VIEW.suggested_word),
            ", ",
            VIEW.probability,
            " sure. ",
            badge("Not confirmed", "", "open"),
        ),
        rx.cond(VIEW.guesses.length() > 0, guessed, none),
    )


def _chooser() -> rx.Component:
    first = rx.cond(VIEW.type_code != "", VIEW.type_code, VIEW.suggested)
    return form(
        error_summary(STATE.errors),
        select(
            "Type",
            "document_type",
            _types(),
            error=STATE.errors["document_type"],
            value=first,
            width="full",
        ),
        rx.el.div(
            rx.cond(
                VIEW.chosen | (VIEW.suggested == ""), submit("Save type"), submit("Confirm type")
            )
        ),
        on_submit=STATE.choose_type,
        key=f"{VIEW.id}-{STATE.saved}",
    )


def _about_the_sorter() -> rx.Component:
    return rx.el.details(
        rx.el.summary("How this is suggested"),
        rx.el.p(
            "Rules about words and a small model, both made for this system from papers that were"
            " written for it. It suggests a type when it is 80% sure, and else says nothing. A"
            " person decides."
        ),
        rx.el.p(
            "Tested on ",
            CARD.tested,
            " papers that it had never seen, by somebody who had not seen its rules: the likeliest"
            " type was right for ",
            CARD.right,
            ". It suggested one for ",
            CARD.suggested,
            " (",
            CARD.suggested_count,
            " papers), and ",
            CARD.suggested_right,
            " of these were right. Of ",
            CARD.nothing,
            " papers of no type it knows, it wrongly suggested one for ",
            CARD.nothing_wrong,
            ".",
        ),
        rx.el.p(
            "The test papers were written for this and read well, so expect less of real ones. It"
            " fails most on short papers, on letters that name another kind of bill, and on what"
            " read badly."
        ),
        rx.el.p(CARD.earlier, class_name="hint"),
        rx.cond(
            CARD.here.length() > 0,
            rx.el.div(
                rx.el.p("In this centre:"),
                rx.el.ul(rx.foreach(CARD.here, rx.el.li)),
            ),
        ),
        rx.el.p(CARD.version, class_name="hint"),
        class_name="opens stack close",
    )


def figures_card() -> rx.Component:
    """Return the figures that were found, each beside the field that it would fill."""
    shown = rx.el.div(
        rx.el.p(
            "Half of the amounts on a scan are read wrongly somewhere. Hold each against the page;"
            " nothing is taken over until you say so.",
            class_name="hint",
        ),
        rx.cond(STATE.debts.length() > 0, _debt()),
        rx.el.ul(rx.foreach(FIGURES, _figure), class_name="plain-list figures-found"),
        class_name="card-body stack",
    )
    none = rx.el.div(
        rx.el.p("No balance, account number, amount, date or income was found."),
        class_name="card-body",
    )
    return card(
        "Figures found",
        rx.cond(FIGURES.length() > 0, shown, none),
        key="figures",
        count=FIGURES.length(),
    )


def _debt() -> rx.Component:
    return rx.el.div(
        select(
            "Which debt they are of",
            "debt",
            rx.Var.create([("", "Choose a debt")]) + STATE.debts,
            value=rx.cond(STATE.debt > 0, STATE.debt.to_string(), ""),
            width="full",
            on_change=STATE.choose_debt,
        ),
        key=STATE.debt,
    )


def _figure(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(row.word),
            rx.el.span(row.shown, class_name="fig"),
            rx.cond(row.is_unsure, badge("Check letter by letter", "soon")),
            class_name="inline",
        ),
        rx.el.p(
            rx.el.button(
                row.where,
                rx.el.span(f", show {row.word} on the page", class_name="sr"),
                type="button",
                class_name="as-link",
                on_click=STATE.show_figure(row.id),
            ),
            class_name="hint",
        ),
        rx.cond(
            row.status == "open",
            when_may(Act.FIGURE_DECIDE, _decide(row)),
            _decided(row),
        ),
        key=row.id,
    )


def _decide(row: Any) -> rx.Component:
    number = row.id.to_string()
    at = f"figure-{row.id}"
    wrong = STATE.wrong[number]
    often = rx.cond(
        row.is_income,
        rx.el.select(
            *[rx.el.option(word, value=code) for code, word in OFTEN],
            name="frequency",
            default_value="monthly",
            class_name="box",
            aria_label="How often it is paid",
        ),
    )
    return rx.el.form(
        rx.el.p("Recorded now: ", rx.el.strong(row.now), class_name="small"),
        rx.cond(row.same, rx.el.p("The same is recorded already.", class_name="hint")),
        rx.el.input(type="hidden", name="figure", value=number),
        rx.el.label(f"{row.word} to take over", html_for=at, class_name="sr"),
        rx.el.div(
            rx.el.input(
                type="text",
                name="value",
                default_value=row.value,
                max_length=60,
                class_name="box w12",
                custom_attrs={"id": at, "autoComplete": "off"},
            ),
            often,
            rx.el.button(
                "Accept",
                rx.el.span(f" {row.word} {row.shown}", class_name="sr"),
                type="submit",
                class_name="button small main",
                disabled=~row.is_income & (STATE.debt == 0),
            ),
            rx.el.button(
                "Dismiss",
                rx.el.span(f" {row.word} {row.shown}", class_name="sr"),
                type="button",
                class_name="button small",
                on_click=STATE.dismiss(row.id),
            ),
            class_name="inline",
        ),
        rx.cond(wrong, rx.el.p(icon("late"), wrong, class_name="field-error", role="alert")),
        on_submit=STATE.accept,
        no_validate=True,
        class_name="stack close",
    )


def _decided(row: Any) -> rx.Component:
    back = rx.el.button(
        "Bring back",
        rx.el.span(f" {row.word} {row.shown}", class_name="sr"),
        type="button",
        class_name="as-link",
        on_click=STATE.bring_back(row.id),
    )
    return rx.el.p(
        rx.cond(row.status == "accepted", icon("done"), icon("dash")),
        " ",
        row.decided,
        rx.cond(
            row.status == "dismissed",
            rx.fragment(". ", when_may(Act.FIGURE_DECIDE, back)),
        ),
        class_name="small quiet",
    )
