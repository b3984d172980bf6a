"""What stays on the screen for a while only: it goes by itself, whoever forgets it there."""

import reflex as rx


class ShownFor(rx.Component):
    """Shows what is in it for so many seconds, and asks the server once to forget it after them."""

    library = "$/public/shown_for"
    tag = "ShownFor"

    seconds: rx.Var[int]
    on_over: rx.EventHandler[rx.event.no_args_event_spec]
