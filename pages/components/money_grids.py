"""The parts in which money is typed: the budget's lines, the debts' rows, a box for one offer.

They are local components (assets/*.jsx): what is typed stays in the browser until it is saved, so
that the server hears of a line once, when it is left.
"""

from typing import Any

import reflex as rx

SPEC: Any = rx.event.passthrough_event_spec  # its stub knows two types at most


class BudgetGrid(rx.Component):
    """The lines of a budget sheet, each saved by itself."""

    library = "$/public/budget_grid"
    tag = "BudgetGrid"

    sheet: rx.Var[int]
    groups: rx.Var[list[Any]]
    lines: rx.Var[dict[str, Any]]
    results: rx.Var[dict[str, Any]]
    sums: rx.Var[Any]
    rules: rx.Var[dict[str, Any]]
    loads: rx.Var[int]
    secret: rx.Var[str]
    frequencies: rx.Var[list[list[str]]]
    editable: rx.Var[bool]
    offers: rx.Var[dict[str, Any]]

    on_save: rx.EventHandler[SPEC(str, str, str, str, str)]
    on_dismiss: rx.EventHandler[SPEC(int)]


class BudgetSums(rx.Component):
    """The totals of a budget sheet, which follow each key that is typed in its lines."""

    library = "$/public/budget_grid"
    tag = "BudgetSums"

    sums: rx.Var[Any]
    saved_at: rx.Var[str]


class DebtGrid(rx.Component):
    """The debts of a case, one row each, saved by itself."""

    library = "$/public/debt_grid"
    tag = "DebtGrid"

    rows: rx.Var[list[Any]]
    results: rx.Var[dict[str, Any]]
    options: rx.Var[Any]
    names: rx.Var[dict[str, str]]
    editable: rx.Var[bool]
    offers: rx.Var[dict[str, Any]]

    on_save: rx.EventHandler[SPEC(str, int, int, dict[str, str])]
    on_remove: rx.EventHandler[SPEC(int)]
    on_dismiss: rx.EventHandler[SPEC(int)]


class PastedDebts(rx.Component):
    """A box to paste a table into, and the debts it proposes, to correct and to add at once."""

    library = "$/public/pasted_debts"
    tag = "PastedDebts"

    view: rx.Var[Any]
    options: rx.Var[Any]
    errors: rx.Var[dict[str, str]]
    answers: rx.Var[int]
    refused: rx.Var[int]
    readings: rx.Var[int]
    said: rx.Var[str]
    kept: rx.Var[str]
    keeps: rx.Var[int]

    on_read: rx.EventHandler[SPEC(str, dict[str, str])]
    on_keep_text: rx.EventHandler[SPEC(str)]
    on_keep_edits: rx.EventHandler[SPEC(dict[str, str])]
    on_check: rx.EventHandler[SPEC(str, str, str)]
    on_add: rx.EventHandler[SPEC(list[dict[str, str]])]
    on_start_again: rx.EventHandler[rx.event.no_args_event_spec]


class EntryBox(rx.Component):
    """A box for one sum, saved by Enter or when it is left.

    With `keeps`, beside a BudgetGrid, what is typed outlives a reload as it does in the grid.
    """

    library = "$/public/entry_box"
    tag = "EntryBox"

    name: rx.Var[str]
    label: rx.Var[str]
    value: rx.Var[str]
    error: rx.Var[str]
    theirs: rx.Var[str]
    seq: rx.Var[int]
    read_only: rx.Var[bool]
    described_by: rx.Var[str]
    keeps: rx.Var[bool]

    on_commit: rx.EventHandler[SPEC(str)]
