"""Where files come in: chosen, dropped or taken with the camera; `upload.js` sends them."""

from typing import Any

import reflex as rx

from cma_app.intake.kinds import ACCEPT
from cma_app.intake.refusals import MOST_BYTES, MOST_PAGES, SENTENCES
from pages.components.icons import icon

SAID = (
    "PDF, JPEG, PNG, HEIC, WebP or TIFF;"
    f" up to {MOST_BYTES // 1024 // 1024} MB and {MOST_PAGES} pages."
)


def upload_zone(
    address: Any, *children: rx.Component, on_done: Any, word: str, single: bool = False
) -> rx.Component:
    """Return a zone that sends each file to an address of ours; `on_done` runs after each.

    `single` takes one file at a time. Each file has a line with its progress or its sentence.
    """
    attrs = {
        "data-upload": address,
        "data-largest": str(MOST_BYTES),
        "data-too-large": SENTENCES["too_large"],
        "data-empty": SENTENCES["empty"],
    }
    return rx.el.div(
        rx.el.div(
            rx.el.p(icon("plus"), word, class_name="inline"),
            rx.el.div(
                _chooser("Choose a file" if single else "Choose files", single=single),
                _camera(),
                class_name="upload-ways",
            ),
            rx.el.p(SAID, class_name="hint"),
            *children,
            class_name="upload-drop",
        ),
        rx.el.ul(
            class_name="upload-list", aria_label="Files", custom_attrs={"data-upload-list": ""}
        ),
        rx.el.button(
            "Show what was added",
            type="button",
            on_click=on_done,
            custom_attrs={"data-upload-done": "", "hidden": True},
        ),
        class_name="upload",
        custom_attrs=attrs | ({"data-single": ""} if single else {}),
    )


def _chooser(word: str, *, single: bool) -> rx.Component:
    box = rx.el.input(
        type="file",
        class_name="sr",
        multiple=not single,
        custom_attrs={"accept": ACCEPT, "data-upload-choose": ""},
    )
    return rx.el.label(box, word, class_name="button")


def _camera() -> rx.Component:
    """Return what opens the camera of a tablet or phone; where a mouse points it is not shown."""
    box = rx.el.input(
        type="file",
        class_name="sr",
        custom_attrs={"accept": "image/jpeg,image/png", "capture": "environment"},
    )
    return rx.el.label(box, "Take a picture", class_name="button camera")
