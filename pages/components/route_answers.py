"""The five ways of reaching a client, asked one by one: yes, no or not asked, and when."""

from typing import Any

import reflex as rx

from cma_app.services.contact_routes import ROUTE_WORDS
from pages.components.icons import icon

ANSWERS = (("yes", "Yes"), ("no", "No"), ("not_asked", "Not asked"))


def route_answers(values: Any, errors: Any) -> rx.Component:
    """Return the table of routes; `values` is a var with `route_call`, `route_call_from`, ...

    A form that checks what was left is told `route_call` with the answer and both times, a line
    each.
    """
    heads = [rx.el.th("Route", scope="col")]
    heads += [rx.el.th(word, scope="col") for _, word in ANSWERS]
    heads.append(rx.el.th("Only between", scope="col"))
    return rx.el.fieldset(
        rx.el.legend("Safe ways to reach them", class_name="label"),
        rx.el.p("Yes only where they say that it is safe. Times are optional.", class_name="hint"),
        rx.el.div(
            rx.el.table(
                rx.el.thead(rx.el.tr(*heads)),
                rx.el.tbody(*[_row(route, values, errors) for route in ROUTE_WORDS]),
                class_name="route-answers",
            ),
            class_name="scroll",
        ),
        class_name="field full",
    )


def _row(route: str, values: Any, errors: Any) -> rx.Component:
    name, word = f"route_{route}", ROUTE_WORDS[route]
    error = errors[name]
    said = rx.el.p(
        icon("late"), error, class_name="field-error", custom_attrs={"id": f"{name}-error"}
    )
    return rx.el.tr(
        rx.el.th(word, rx.cond(error, said), scope="row"),
        *[_answer(name, word, each, shown, values) for each, shown in ANSWERS],
        rx.el.td(
            rx.el.span(
                _time(name, word, "from", values, error),
                rx.el.span("to", class_name="hint"),
                _time(name, word, "to", values, error),
                class_name="inline times",
            )
        ),
        custom_attrs={"data-together": name},
    )


def _answer(name: str, word: str, answer: str, shown: str, values: Any) -> rx.Component:
    return rx.el.td(
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=answer,
                default_checked=values[name] == answer,
                custom_attrs={"id": f"{name}-{answer}"},
            ),
            rx.el.span(f"{word}: {shown.lower()}", class_name="sr"),
            class_name="choice",
        )
    )


def _time(name: str, word: str, end: str, values: Any, error: Any) -> rx.Component:
    return rx.el.input(
        name=f"{name}_{end}",
        type="text",
        default_value=values[f"{name}_{end}"],
        max_length=5,
        class_name="box dense w4",
        aria_label=f"{word}: {end}, such as 14:00",
        custom_attrs={
            "autoComplete": "off",
            "aria-describedby": rx.cond(error, f"{name}-error", ""),
            "aria-invalid": rx.cond(error, "true", "false"),
        },
    )
