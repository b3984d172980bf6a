"""What is drawn for those alone whose role includes an act; the gate refuses the others anyway."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from state.shell import ShellState


def reaches(act: Act) -> Any:
    """Say whether this person does an act, or prepares it for another's sign-off."""
    acts, prepared = rx.Var.create(ShellState.acts), rx.Var.create(ShellState.prepared)
    return acts.contains(act.value) | prepared.contains(act.value)


def when_may(act: Act, then: rx.Component, otherwise: rx.Component | None = None) -> rx.Component:
    """Return `then` for those who do an act or prepare it, for all others `otherwise`."""
    return rx.cond(reaches(act), then, otherwise or rx.fragment())
