"""Parts of a form: label above, hint below the label, the error beside its field and on top.

Boxes keep their own text (`value` is only what they begin with), so nothing typed is lost when the
socket drops; give `form` a `key` that changes when another record is on screen. The names here are
the keys of the form that a handler gets and of its FormErrors.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import reflex as rx

from cma_app.access.acts import VISITOR
from pages.components.icons import icon
from pages.components.table import anchor
from state.forms import UNSENT
from state.shell import ShellState

Text = rx.Var[str] | str
Options = Sequence[tuple[str, str]] | rx.Var[list[Any]]
SPEC: Any = rx.event.passthrough_event_spec  # its stub knows too few types
VISITING: Any = rx.Var.create(ShellState.role) == VISITOR
"""Whether the person looks with emergency access, which changes nothing."""
Width = Literal["w2", "w4", "w8", "w12", "w20", "full"]


class CheckOnBlur(rx.Component):
    """A hidden mark in a form: a box that was changed is sent by name and value once it is left.

    The three boxes of a date count as one. Nothing is sent of a box in which nobody typed.
    """

    library = "$/public/check_on_blur"
    tag = "CheckOnBlur"

    on_check: rx.EventHandler[SPEC(str, str)]


def form(
    *children: rx.Component, on_submit: Any, on_check: Any = None, key: Any = None, **props: Any
) -> rx.Component:
    """Return a form that sends its named boxes to a handler taking one `Form`.

    `on_check` is a quiet handler of (name, value) that sets the sentence of one box with
    `state.forms.checked`.
    """
    if on_check is not None:
        children = (CheckOnBlur.create(on_check=on_check), *children)
    if key is not None:
        props["key"] = key
    return rx.el.form(*children, on_submit=on_submit, no_validate=True, class_name="stack", **props)


def error_summary(errors: Any) -> rx.Component:
    """Return the box on top of a form: it takes focus when it appears and links to each field.

    Put it first inside `form`. While it shows, the page's title begins with "Error:". It waits
    until the form was sent: a box that was merely left has its sentence beside it alone.
    """
    return rx.cond(
        (errors.length() > 0) & ~errors.contains(UNSENT),
        rx.el.div(
            rx.el.h2(icon("late"), "Check these answers"),
            rx.el.ul(rx.foreach(errors, _summary_line)),
            class_name="error-summary",
            tab_index=-1,
            role="alert",
        ),
    )


def _summary_line(pair: Any) -> rx.Component:
    return rx.el.li(anchor(pair[1], href=f"#{pair[0]}", custom_attrs={"data-field": pair[0]}))


def field(
    label: Text,
    name: str,
    *,
    hint: Text | None = None,
    error: Any = None,
    value: Any = "",
    type: Literal["text", "email", "tel", "password", "search", "time", "date"] = "text",  # noqa: A002
    width: Width = "w20",
    autocomplete: str = "off",
    inputmode: str | None = None,
    max_length: int = 200,
    on_blur: Any = None,
    on_change: Any = None,
    key: str = "",
    **props: Any,
) -> rx.Component:
    """Return a labelled box of one line; `error` is `State.errors["name"]`.

    `key` goes before the name in the id, where two forms on a page share a name.
    """
    at = f"{key}{name}"
    events = {"on_blur": on_blur, "on_change": on_change}
    attrs = {"id": at, "autoComplete": autocomplete, **props.pop("custom_attrs", {})}
    if inputmode is not None:
        attrs["inputMode"] = inputmode
    box = rx.el.input(
        name=name,
        type=type,
        default_value=value,
        max_length=max_length,
        class_name="box" if width == "full" else f"box {width}",
        custom_attrs={**attrs, **_said(at, hint, error)},
        **{name_: event for name_, event in events.items() if event is not None},
        **props,
    )
    return _field(label, at, box, hint=hint, error=error, full=width == "full")


def text_area(
    label: Text,
    name: str,
    *,
    hint: Text | None = None,
    error: Any = None,
    value: Any = "",
    rows: int = 4,
    max_length: int = 20_000,
    on_change: Any = None,
    key: str = "",
) -> rx.Component:
    """Return a labelled box of several lines, as wide as the form."""
    at = f"{key}{name}"
    events = {"on_change": on_change} if on_change is not None else {}
    box = rx.el.textarea(
        name=name,
        default_value=value,
        max_length=max_length,
        class_name="box",
        custom_attrs={"id": at, "rows": str(rows), **_said(at, hint, error)},
        **events,
    )
    return _field(label, at, box, hint=hint, error=error, full=True)


def select(
    label: Text,
    name: str,
    options: Options | Mapping[str, Options],
    *,
    hint: Text | None = None,
    error: Any = None,
    value: Any = "",
    width: Width = "w20",
    on_change: Any = None,
    key: str = "",
) -> rx.Component:
    """Return a labelled list to choose one of; options are (value, word), or a var of such.

    A mapping makes groups of them, each under its word; those under an empty word stand first.
    """
    at = f"{key}{name}"
    inside = []
    for word, part in options.items() if isinstance(options, Mapping) else [("", options)]:
        inside += [rx.el.optgroup(*_options(part), label=word)] if word else _options(part)
    events = {"on_change": on_change} if on_change is not None else {}
    box = rx.el.select(
        *inside,
        name=name,
        default_value=value,
        class_name=f"box {width}",
        custom_attrs={"id": at, **_said(at, hint, error)},
        **events,
    )
    return _field(label, at, box, hint=hint, error=error)


def _options(options: Options) -> list[rx.Component]:
    if isinstance(options, rx.Var):
        return [rx.foreach(options, lambda pair: rx.el.option(pair[1], value=pair[0]))]
    return [rx.el.option(word, value=each) for each, word in options]


def choice(
    legend: Text,
    name: str,
    options: Sequence[tuple[str, str]],
    *,
    hint: Text | None = None,
    error: Any = None,
    value: Any = "",
    on_change: Any = None,
    key: str = "",
) -> rx.Component:
    """Return radio buttons under a legend; none is chosen until `value` or the person says so."""
    at = f"{key}{name}"
    events = {"on_change": on_change} if on_change is not None else {}
    radios = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=each,
                default_checked=rx.Var.create(value) == each,
                custom_attrs={"id": at if number == 0 else f"{at}-{each}"},
                **events,
            ),
            word,
            class_name="choice",
        )
        for number, (each, word) in enumerate(options)
    ]
    return _group(legend, at, rx.el.div(*radios, class_name="choices"), hint=hint, error=error)


def tick(
    label: Text,
    name: str,
    *,
    checked: Any = False,
    on_change: Any = None,
    key: str = "",
    error: Any = None,
) -> rx.Component:
    """Return one tick box with its label; ticked it sends "on", else nothing."""
    at = f"{key}{name}"
    events = {"on_change": on_change} if on_change is not None else {}
    box = rx.el.input(
        type="checkbox",
        name=name,
        default_checked=checked,
        custom_attrs={"id": at, **_said(at, None, error)},
        **events,
    )
    line = rx.el.label(box, label, class_name="choice")
    return line if error is None else rx.el.div(line, *_hint_and_error(at, None, error))


def date_boxes(
    legend: Text,
    name: str,
    *,
    hint: Text = "For example, 27 3 1985",
    error: Any = None,
    day: Any = "",
    month: Any = "",
    year: Any = "",
    kept: Any = None,
    key: str = "",
    autocomplete: bool = False,
) -> rx.Component:
    """Return three boxes for a date people know; `state.forms.date_in(form, name)` reads them.

    `kept` is a var with what all boxes of a form begin with, by their names.
    """
    at = f"{key}{name}"
    if kept is not None:
        day, month, year = (kept[f"{name}-{part}"] for part in ("day", "month", "year"))
    boxes = [
        rx.el.div(
            rx.el.label(word, html_for=each_at),
            rx.el.input(
                name=f"{name}-{part}",
                type="text",
                default_value=value,
                max_length=4,
                class_name=f"box {width}",
                custom_attrs={
                    "id": each_at,
                    "inputMode": "numeric",
                    "autoComplete": f"bday-{part}" if autocomplete else "off",
                    **_said(at, hint, error),
                },
            ),
            class_name="field small",
        )
        for part, word, value, width, each_at in (
            ("day", "Day", day, "w2", at),
            ("month", "Month", month, "w2", f"{at}-month"),
            ("year", "Year", year, "w4", f"{at}-year"),
        )
    ]
    return _group(legend, at, rx.el.div(*boxes, class_name="pair"), hint=hint, error=error)


def submit(
    word: Text, *, busy: Text = "Saving", kind: Literal["", "main"] = "main", **props: Any
) -> rx.Component:
    """Return the main button of a form; while its event runs it says `busy` and takes no click."""
    return _busy_button(word, busy, f"button {kind}".strip(), type="submit", **props)


def button(
    word: Text,
    *,
    on_click: Any,
    busy: Text | None = None,
    kind: Literal["", "main", "plain", "small", "plain small"] = "",
    **props: Any,
) -> rx.Component:
    """Return a button that does something; with `busy` it says so while its event runs."""
    name = f"button {kind}".strip()
    if busy is None:
        return rx.el.button(word, type="button", class_name=name, on_click=on_click, **props)
    return _busy_button(word, busy, name, type="button", on_click=on_click, **props)


def keeps_itself(kept: Any, on_drop: Any) -> rx.Component:
    """Return the end of a form's foot that keeps itself: when it was kept, and a way to drop it.

    The form has the hidden box "intent" and the attribute `data-intents`; see `state/kept_form.py`.
    """
    return rx.fragment(
        rx.el.span(kept, class_name="hint", role="status"),
        rx.cond(kept != "", button("Throw away what I typed", on_click=on_drop, kind="plain")),
        keeping_button(),
    )


def keeping_button() -> rx.Component:
    """Return the hidden button with which a form keeps itself (`assets/drafts.js`)."""
    return rx.el.button(
        "Keep what is typed",
        type="submit",
        value="draft",
        hidden=True,
        tab_index=-1,
        custom_attrs={"data-keeps": ""},
    )


def read_only(*children: rx.Component, when: Any) -> rx.Component:
    """Return a part of a page that takes no change while `when` holds: boxes rest, buttons go.

    Nor does it with emergency access.
    What only shows something, such as a link that looks like a button, carries the class `looks`.
    """
    return rx.el.fieldset(
        *children, disabled=when | VISITING, class_name="read-only", custom_attrs={"role": "none"}
    )


def form_foot(*children: rx.Component) -> rx.Component:
    """Return the foot of a form, which stays in view: the main button first."""
    return rx.el.div(*children, class_name="form-foot")


def _busy_button(word: Text, busy: Text, class_name: str, **props: Any) -> rx.Component:
    attrs = {"data-busy": "", **props.pop("custom_attrs", {})}
    return rx.el.button(
        rx.el.span(word, class_name="idle"),
        rx.el.span(busy, class_name="busy"),
        class_name=class_name,
        custom_attrs=attrs,
        **props,
    )


def _said(at: str, hint: Any, error: Any) -> dict[str, Any]:
    """Return the attributes that tie a box to its hint and its error."""
    hinted = f"{at}-hint" if hint is not None else ""
    if error is None:
        return {"aria-describedby": hinted} if hinted else {}
    both = f"{hinted} {at}-error".strip()
    return {
        "aria-describedby": rx.cond(error, both, hinted) if hinted else rx.cond(error, both, both),
        "aria-invalid": rx.cond(error, "true", "false"),
    }


def _hint_and_error(at: str, hint: Any, error: Any) -> list[rx.Component]:
    parts = []
    if hint is not None:
        parts.append(rx.el.p(hint, class_name="hint", custom_attrs={"id": f"{at}-hint"}))
    if error is not None:
        said = rx.el.p(
            icon("late"), error, class_name="field-error", custom_attrs={"id": f"{at}-error"}
        )
        parts.append(rx.cond(error, said))
    return parts


def _field(
    label: Text, at: str, box: rx.Component, *, hint: Any, error: Any, full: bool = False
) -> rx.Component:
    name = "field full" if full else "field"
    return rx.el.div(
        rx.el.label(label, html_for=at),
        *_hint_and_error(at, hint, error),
        box,
        class_name=name if error is None else rx.cond(error, f"{name} wrong", name),
    )


def _group(legend: Text, at: str, inside: rx.Component, *, hint: Any, error: Any) -> rx.Component:
    said = {k: v for k, v in _said(at, hint, error).items() if k == "aria-describedby"}
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        *_hint_and_error(at, hint, error),
        inside,
        class_name="field" if error is None else rx.cond(error, "field wrong", "field"),
        custom_attrs=said,
    )
