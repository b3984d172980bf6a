"""The people of a case: each with their own routes and consents; joined here, and separated."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.dates import birth_boxes
from pages.components.form import button, choice, error_summary, field, form, form_foot, submit
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.route_answers import route_answers
from pages.components.safe_routes import safe_routes
from pages.components.same_person import same_people
from pages.components.table import card, dialog, link, opens
from pages.layout import when_may
from state.household import HouseholdState

STATE: Any = HouseholdState
VIEW: Any = HouseholdState.view
ERRORS: Any = HouseholdState.person_errors
PARTING: Any = HouseholdState.parting_errors
JOIN, SEPARATE = "join-person", "separate-people"
NOTHING: Any = rx.Var.create(
    {
        **{
            f"route_{route}": "not_asked"
            for route in ("call", "voicemail", "text", "email", "post")
        },
        **{
            f"route_{route}_{end}": ""
            for route in ("call", "voicemail", "text", "email", "post")
            for end in ("from", "to")
        },
        **{f"date_of_birth-{part}": "" for part in ("day", "month", "year")},
    }
)


def people_card() -> rx.Component:
    """Return the people, and the step that joins or separates them."""
    join = when_may(
        Act.CASE_JOIN,
        rx.el.button(
            "Add the partner", type="button", class_name="button small", custom_attrs=opens(JOIN)
        ),
    )
    part = when_may(
        Act.CASE_SEPARATE,
        rx.el.button(
            "Separate the two",
            type="button",
            class_name="button small",
            custom_attrs=opens(SEPARATE),
        ),
    )
    return card(
        "People of this case",
        rx.el.ul(rx.foreach(VIEW.people, _person), class_name="people"),
        key="people",
        count=VIEW.people.length(),
        end=rx.cond(VIEW.second != "", part, join),
    )


def _person(person: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            link(rx.el.strong(person.name), to=routes.client_path(person.id)),
            rx.el.span(rx.cond(person.is_second, "Partner", "Client"), class_name="badge"),
            class_name="chips",
        ),
        rx.el.p(person.detail, class_name="hint"),
        rx.el.p("Safe ways to reach ", person.name, class_name="label"),
        safe_routes(person.routes, rx.Var.create(f"Safe ways to reach {person.name}")),
        rx.el.p("Consents", class_name="label"),
        rx.el.ul(rx.foreach(person.consents, _consent), class_name="consent-words"),
        class_name="stack close match",
        key=person.id,
    )


def _consent(consent: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(consent.is_given, icon("done"), icon("dash")),
        rx.el.span(consent.word, ": ", consent.answer),
    )


def join_dialog() -> rx.Component:
    """Return the dialog that finds the partner or makes a file for them."""
    return dialog(
        JOIN,
        "Add the partner",
        rx.el.p(
            "They get a file of their own. Their safe routes and consents are their own: nothing is"
            " taken over from the client."
        ),
        form(
            saved_mark(STATE.joined),
            error_summary(ERRORS),
            rx.el.div(
                _box("First name", "first_name", width="w12"),
                _box("Last name", "last_name", width="w12"),
                class_name="pair",
            ),
            birth_boxes(NOTHING, ERRORS),
            _box("Mobile or other phone (optional)", "phone", type="tel", width="w12"),
            _same(),
            route_answers(NOTHING, ERRORS),
            form_foot(submit("Make a file and add", busy="Adding")),
            on_submit=STATE.join_new,
            on_check=STATE.check_person,
            key=f"{STATE.opened}-{STATE.joined}",
        ),
    )


def _box(label: str, name: str, **over: Any) -> rx.Component:
    return field(label, name, error=ERRORS[name], key="partner-", max_length=100, **over)


def _same() -> rx.Component:
    found = rx.fragment(
        rx.el.p("Possibly the same person", class_name="label"),
        same_people(STATE.same, _use),
    )
    wrong = rx.el.p(icon("late"), ERRORS["client"], class_name="field-error", role="alert")
    return rx.el.div(
        rx.cond(STATE.same.length() > 0, found),
        rx.cond(ERRORS["client"], wrong),
        aria_live="polite",
        class_name="same-partner",
    )


def _use(person: Any) -> rx.Component:
    return rx.cond(
        person.kind == "client",
        rx.el.p(
            button("Add this client", on_click=STATE.join(person.id), kind="small", busy="Adding"),
            class_name="chips",
        ),
        rx.cond(
            person.kind == "referral",
            rx.el.p("A referral that waits: accept it first.", class_name="hint"),
            rx.el.p("Ask your manager who works with them.", class_name="hint"),
        ),
    )


def _owed(lines: Any) -> rx.Component:
    return rx.el.ul(rx.foreach(lines, rx.el.li), class_name="owed-lines")


def separate_dialog() -> rx.Component:
    """Return the question before two people are separated: what stays, what goes."""
    return dialog(
        SEPARATE,
        "Separate the two",
        rx.el.p(
            rx.el.strong(VIEW.second),
            " leaves this case, and it stays with the client. From then on nothing in this case or"
            " in either file tells of the other. There is no button that undoes it.",
        ),
        rx.el.dl(
            rx.el.div(
                rx.el.dt("Joint debts"),
                rx.el.dd(
                    rx.cond(
                        VIEW.joint.length() > 0,
                        rx.fragment(
                            "Stay here in full: each of them owes all of it.", _owed(VIEW.joint)
                        ),
                        "There are none.",
                    )
                ),
            ),
            rx.el.div(
                rx.el.dt("Debts of ", VIEW.second, " alone"),
                rx.el.dd(
                    rx.cond(
                        VIEW.theirs.length() > 0,
                        rx.fragment("Leave this case.", _owed(VIEW.theirs)),
                        "There are none.",
                    )
                ),
            ),
            rx.el.div(
                rx.el.dt("Budget"),
                rx.el.dd(
                    "The sheet for two stays as it was. A new one begins for the client: go through"
                    " every line of it."
                ),
            ),
            rx.el.div(
                rx.el.dt("Notes and what was issued"),
                rx.el.dd(
                    "Stay here as they are: both know them. Correct a note first, where it tells"
                    " what only one of them may know."
                ),
            ),
            class_name="partings",
        ),
        form(
            saved_mark(STATE.parted),
            error_summary(PARTING),
            choice(
                "Open a case of their own for them?",
                "own_case",
                [
                    ("yes", "Yes, with the joint debts copied and their own debts moved there"),
                    ("no", "No. Their own debts are then on no list"),
                ],
                value="yes",
                error=PARTING["own_case"],
            ),
            form_foot(
                submit("Separate the two", busy="Separating"),
                rx.el.button(
                    "Cancel",
                    type="button",
                    class_name="button",
                    custom_attrs={"data-closes": SEPARATE},
                ),
            ),
            on_submit=STATE.separate,
            key=f"{STATE.opened}-{STATE.parted}",
        ),
    )
