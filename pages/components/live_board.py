"""The browser's part of the caseload board, made to patch single cards."""

from typing import Any

import reflex as rx


class LiveBoard(rx.Component):
    """The board with its head: given whole, then kept current over its own socket."""

    library = "$/public/live_board"
    tag = "LiveBoard"

    board: rx.Var[dict[str, Any]]


class Chips(rx.Component):
    """The filters of the board with their counts, as links; the lesser ones once wanted."""

    library = "$/public/live_board"
    tag = "Chips"

    chips: rx.Var[list[Any]]


class HideNames(rx.Component):
    """The button, and the key h, that show references in place of names."""

    library = "$/public/live_board"
    tag = "HideNames"
