"""The household tab: who lives on the budget, and the people of the case."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.case_people import join_dialog, people_card, separate_dialog
from pages.components.confirm import stored_now
from pages.components.empty import empty
from pages.components.form import (
    choice,
    error_summary,
    field,
    form,
    form_foot,
    keeps_itself,
    select,
    submit,
)
from pages.components.icons import icon
from pages.components.status import callout
from pages.components.table import card
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.household import HouseholdState
from state.household_words import EMPLOYMENTS, TENURES
from state.shell import ShellState

STATE: Any = HouseholdState
VIEW: Any = HouseholdState.view
ANSWERS: Any = HouseholdState.view.answers
ERRORS: Any = HouseholdState.errors
SHELL: Any = ShellState

LABELS = {
    "has_partner": "Partner",
    "adults": "Adults",
    "child_ages": "Ages of the children",
    "children_under_16": "Children under 16",
    "children_16_to_18": "Children of 16 to 18",
    "other_dependants": "Other dependants",
    "non_dependants": "Non-dependants",
    "vehicles": "Vehicles",
    "tenure": "Home",
    "tenure_note": "What home",
    "employment": "Work",
    "employment_note": "What work",
    "partner_employment": "Partner's work",
    "partner_employment_note": "What work of the partner",
}


def _count(name: str, hint: str | None = None) -> rx.Component:
    return field(
        LABELS[name],
        name,
        value=ANSWERS[name],
        hint=hint,
        error=ERRORS[name],
        width="w4",
        inputmode="numeric",
        max_length=12,
    )


def _other(name: str, label: str) -> rx.Component:
    return rx.el.div(
        field(label, name, value=ANSWERS[name], error=ERRORS[name], width="w20", max_length=100),
        class_name="if-other",
    )


def _partner() -> rx.Component:
    """Return the question about a partner; who is on the case with a file answers it."""
    asked = choice(
        "Is there a partner?",
        "has_partner",
        [("yes", "Yes"), ("no", "No")],
        value=ANSWERS["has_partner"],
        error=ERRORS["has_partner"],
    )
    known = rx.el.div(
        rx.el.input(type="hidden", name="has_partner", value="yes", read_only=True),
        rx.el.p("Partner", class_name="label"),
        rx.el.p(VIEW.second, ", on this case", class_name="known"),
        class_name="field",
    )
    return rx.cond(VIEW.second != "", known, asked)


def _children() -> rx.Component:
    follows = rx.el.p(
        icon("done"),
        rx.el.span("Children: ", STATE.follows, ". They follow from the ages."),
        class_name="follows",
    )
    by_hand = rx.el.div(
        _count("children_under_16"), _count("children_16_to_18"), class_name="pair even"
    )
    return rx.el.div(
        field(
            LABELS["child_ages"],
            "child_ages",
            value=ANSWERS["child_ages"],
            hint="With commas, such as 3, 7, 16; 0 for a baby. Where one is unknown, leave this"
            " empty and enter the numbers.",
            error=ERRORS["child_ages"],
            max_length=200,
        ),
        rx.el.div(rx.cond(STATE.follows != "", follows, by_hand), role="status"),
        class_name="stack close",
    )


def _work(name: str, legend: str, note: str) -> rx.Component:
    ticks = [
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name=f"{name}-{word}",
                default_checked=VIEW[name].contains(word),
                custom_attrs={"data-other": ""} if word == "other" else {},
            ),
            label,
            class_name="choice",
        )
        for word, label in EMPLOYMENTS
    ]
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        rx.el.div(*ticks, class_name="work"),
        _other(note, "What other work"),
        class_name="field full may-be-other",
    )


def _form() -> rx.Component:
    filled = form(
        rx.el.input(type="hidden", name="intent", default_value="save"),
        rx.el.input(type="hidden", name="second", value=VIEW.second_id, read_only=True),
        rx.el.div(
            error_summary(ERRORS),
            stored_now(STATE.lost_to, STATE.theirs, LABELS),
            rx.el.div(_partner(), _count("adults"), class_name="pair even"),
            _children(),
            rx.el.div(
                _count("other_dependants", "Adults who rely on them"),
                _count("non_dependants", "Others who live there"),
                _count("vehicles", "Of all of them"),
                class_name="pair even",
            ),
            rx.el.div(
                select(
                    LABELS["tenure"],
                    "tenure",
                    [("", "Not asked"), *TENURES],
                    value=ANSWERS["tenure"],
                    error=ERRORS["tenure"],
                ),
                _other("tenure_note", "What other home"),
                class_name="pair may-be-other",
            ),
            _work("employment", "Work of the client (choose all that hold)", "employment_note"),
            rx.el.div(
                _work(
                    "partner_employment",
                    "Work of the partner (choose all that hold)",
                    "partner_employment_note",
                ),
                class_name="if-partner",
            ),
            class_name="card-body stack wide",
        ),
        form_foot(
            submit("Save household", busy="Saving", value="save"),
            keeps_itself(STATE.kept, STATE.drop),
        ),
        on_submit=STATE.record,
        on_check=STATE.check,
        key=f"{STATE.opened}-{STATE.form_number}",
        custom_attrs={"data-household": "", "data-intents": "save"},
    )
    read = rx.el.p(
        rx.cond(VIEW.history.length() > 0, VIEW.history[0].said, "Not asked yet."),
        class_name="card-body",
    )
    return card(
        "Household",
        rx.cond(SHELL.acts.contains(Act.BUDGET_RECORD.value), filled, read),
        key="household",
    )


def _sheet() -> rx.Component:
    behind = rx.cond(
        VIEW.is_frozen,
        callout(
            "A statement was issued from this sheet, so it keeps its own household. The next sheet"
            " takes the newest answers."
        ),
        callout("There are newer answers. Save the household to take them into this sheet."),
    )
    return card(
        "The newest budget sheet",
        rx.el.div(
            rx.cond(
                VIEW.sheet != "",
                rx.fragment(
                    rx.el.p(rx.el.strong(VIEW.sheet)),
                    rx.el.p("This sheet was made for: ", VIEW.sheet_said, "."),
                    rx.cond(VIEW.is_behind, behind),
                ),
                rx.el.p(
                    "None yet. It will be made for the household as it stands then.",
                    class_name="quiet",
                ),
            ),
            class_name="card-body stack close",
        ),
        key="made-for",
    )


def _history() -> rx.Component:
    def line(past: Any) -> rx.Component:
        return rx.el.li(
            rx.el.time(past.when, class_name="small quiet"),
            rx.el.p(past.said),
            rx.el.p(
                past.by,
                rx.cond(past.sheets != "", rx.fragment(". ", past.sheets)),
                class_name="small quiet",
            ),
            key=past.id,
        )

    return card(
        "Answers so far",
        rx.cond(
            VIEW.history.length() > 0,
            rx.el.ol(rx.foreach(VIEW.history, line), class_name="card-body stack past-answers"),
            empty("Nobody has been asked yet. The first answer is listed here with its day."),
        ),
        key="history",
        count=VIEW.history.length(),
    )


@screen(
    "Household",
    route=routes.CASE_HOUSEHOLD,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, HouseholdState.open],
)
def household() -> rx.Component:
    """Return the household and the people under the case's bar."""
    return case_frame(
        "household",
        rx.el.div(
            rx.el.div(_form(), class_name="stack"),
            rx.el.div(people_card(), _sheet(), _history(), class_name="stack"),
            class_name="split file",
        ),
        when_may(Act.CASE_JOIN, join_dialog()),
        when_may(Act.CASE_SEPARATE, separate_dialog()),
        opened=STATE.opened,
    )
