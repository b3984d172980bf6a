"""How offers are shared: the settings above the table, and one sum in full and final settlement."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages.components.form import (
    button,
    error_summary,
    field,
    form,
    form_foot,
    submit,
    text_area,
)
from pages.components.icons import icon
from pages.components.money_grids import EntryBox
from pages.components.offer_tables import may_change, once_table, others_table
from pages.components.status import badge, callout
from pages.components.table import card
from pages.layout import when_may
from state.offer_views import METHOD_CHOICES
from state.offers import OfferState

OFFERS: Any = OfferState
VIEW: Any = OfferState.view
SHARING: Any = OfferState.view.sharing


def others_card() -> rx.Component:
    """Return the debts that are not priority, with how they share above them."""
    monthly = card(
        "Non-priority debts",
        rx.cond(VIEW.others.length() > 0, rx.cond(may_change(), _controls(), _shared_so())),
        others_table(),
        key="others",
    )
    once = card(
        "Non-priority debts",
        once_table(),
        key="others",
        end=badge("Full and final, paid once", "note"),
    )
    return rx.cond(SHARING.lump_sum != "", once, monthly)


def _shared_so() -> rx.Component:
    """Return how the rest was shared, for who may not change it."""
    return rx.el.p(
        "How the rest was shared: ",
        rx.el.strong(rx.match(SHARING.method, *map(tuple, METHOD_CHOICES), "")),
        rx.cond(SHARING.minimum != "", rx.fragment(", at least £", SHARING.minimum, " for each")),
        rx.cond(SHARING.in_pounds, ", in whole pounds", ""),
        rx.cond(SHARING.tokens, rx.fragment(", token offers of ", SHARING.token)),
        ".",
        class_name="card-body",
    )


def _error(name: str) -> rx.Component:
    said = OFFERS.box_errors[name]
    return rx.cond(
        said,
        rx.el.p(
            icon("late"),
            said,
            class_name="field-error",
            role="alert",
            custom_attrs={"id": f"{name}-error"},
        ),
    )


def _controls() -> rx.Component:
    method = rx.el.div(
        rx.el.label("How the rest is shared", html_for="method"),
        rx.el.select(
            *[rx.el.option(word, value=code) for code, word in METHOD_CHOICES],
            value=SHARING.method,
            on_change=lambda chosen: OFFERS.share("method", SHARING.seen["method"], chosen),
            class_name="box w20",
            custom_attrs={"id": "method", "aria-describedby": "method-why method-error"},
        ),
        class_name="field",
    )
    minimum = rx.el.div(
        rx.el.label("Least for each, £", html_for="minimum"),
        EntryBox.create(
            name="minimum",
            label="Least for each debt in pounds",
            value=SHARING.minimum,
            error=OFFERS.box_errors["minimum"],
            theirs=OFFERS.box_theirs["minimum"],
            seq=OFFERS.box_seqs["minimum"],
            described_by="sharing-hint",
            on_commit=lambda typed: OFFERS.share("minimum", SHARING.seen["minimum"], typed),
        ),
        class_name="field",
    )
    shares = (SHARING.method != "manual") & (SHARING.method != "nil")
    return rx.el.div(
        rx.el.div(
            method,
            rx.cond(shares, minimum),
            rx.el.div(
                rx.cond(shares, _tick("Whole pounds", "in_pounds", SHARING.in_pounds)),
                _tick(
                    rx.Var.create(f"Token offers of {SHARING.token} where nothing is left"),
                    "tokens",
                    SHARING.tokens,
                ),
                class_name="ticks",
            ),
            class_name="sharing",
        ),
        _error("method"),
        _error("in_pounds"),
        _error("tokens"),
        rx.el.p(
            rx.el.strong("Why this way? "),
            SHARING.why,
            class_name="hint",
            custom_attrs={"id": "method-why"},
        ),
        rx.el.p(
            rx.match(
                SHARING.method,
                ("manual", "Type an offer like 48, 12w or 40 4w for each debt; 0 offers nothing."),
                "Type over an offer to fix it, and the others share the rest. Empty the box to let "
                "it share again.",
            ),
            rx.cond(SHARING.kept != "", rx.fragment(" ", SHARING.kept)),
            class_name="hint",
            custom_attrs={"id": "sharing-hint"},
        ),
        rx.cond(SHARING.missing != "", rx.el.p(icon("half"), " ", SHARING.missing)),
        rx.cond(
            SHARING.minimum_unmet,
            rx.el.p(
                icon("half"),
                " There is not enough for the least of £",
                SHARING.minimum,
                " for each, so it is set aside.",
            ),
        ),
        class_name="card-body stack close",
    )


def _tick(label: Any, name: str, value: Any) -> rx.Component:
    """Return a tick box that is saved at once."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=value == "on",
            on_change=OFFERS.share(name, SHARING.seen[name], rx.cond(value == "on", "", "on")),
            custom_attrs={"id": name},
        ),
        label,
        class_name="choice",
    )


def lump_sum_card() -> rx.Component:
    """Return where one sum is offered in full and final settlement, folded until it is."""
    errors = OFFERS.once_errors
    is_once = SHARING.lump_sum != ""
    boxes = [
        error_summary(errors),
        field(
            "Lump sum, £",
            "lump_sum",
            value=SHARING.lump_sum,
            hint="Shared by balance among the non-priority debts, none above what is owed",
            error=errors["lump_sum"],
            width="w8",
            inputmode="decimal",
        ),
        text_area(
            "Where the money comes from",
            "lump_sum_source",
            value=SHARING.lump_sum_source,
            hint="Printed on the statement: a gift, a sale, savings, a lump sum from a pension",
            error=errors["lump_sum_source"],
            rows=2,
            max_length=400,
        ),
        _not_borrowed(errors["not_borrowed"], is_once),
    ]
    filled = form(
        rx.el.div(*boxes, class_name="card-body stack"),
        form_foot(
            submit(rx.cond(is_once, "Save lump sum", "Offer full and final"), busy="Saving"),
            rx.cond(
                is_once,
                button(
                    "Offer monthly payments instead",
                    on_click=OFFERS.offer_monthly,
                    busy="Changing",
                ),
            ),
        ),
        on_submit=OFFERS.offer_once,
        on_check=OFFERS.check_once,
        key=f"{OFFERS.opened}-{SHARING.lump_sum}",
    )
    left = rx.cond(
        SHARING.lump_sum_left != "",
        callout(
            rx.el.strong(SHARING.lump_sum_left),
            " of the lump sum is left: every debt gets all that is owed on it.",
        ),
    )
    folded = rx.el.details(
        rx.el.summary(
            rx.el.h2(rx.cond(is_once, "Full and final offer", "Full and final offer instead")),
            rx.el.span("One sum for all, paid once", class_name="hint"),
            rx.el.span(icon("down"), class_name="end fold"),
            class_name="card-head",
        ),
        left,
        filled,
        class_name="card",
        open=is_once,
        key=rx.Var.create(f"once-{OFFERS.opened}-{SHARING.lump_sum}"),
    )
    return when_may(Act.OFFER_RECORD, rx.cond(~VIEW.is_frozen, folded))


def _not_borrowed(error: Any, is_once: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            error,
            rx.el.p(
                icon("late"),
                error,
                class_name="field-error",
                custom_attrs={"id": "not_borrowed-error"},
            ),
        ),
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name="not_borrowed",
                default_checked=is_once,
                custom_attrs={
                    "id": "not_borrowed",
                    "aria-describedby": rx.cond(error, "not_borrowed-error", ""),
                },
            ),
            "The money is not new borrowing",
            class_name="choice",
        ),
        class_name=rx.cond(error, "field wrong", "field"),
    )
