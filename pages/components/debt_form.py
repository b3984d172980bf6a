"""The boxes of one debt in calm cards: who, what, what is paid, since when, and what is done."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.services import debt_forms as words
from pages.components.figure_offers import figure_offers
from pages.components.form import (
    Options,
    Text,
    Width,
    choice,
    date_boxes,
    error_summary,
    field,
    form,
    form_foot,
    keeps_itself,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.status import callout
from pages.components.table import card, cell
from pages.layout import when_may
from state.debt_file import DebtFileState

STATE: Any = DebtFileState
VIEW: Any = DebtFileState.view
VALUES: Any = DebtFileState.values
ERRORS: Any = DebtFileState.errors
THEIRS: Any = DebtFileState.theirs
OFFERED = {
    "account_number": "account number",
    "balance": "balance",
    "arrears": "arrears",
    "balance_date": "date of the balance",
    "payment_amount": "payment",
}
"""The boxes beside which figures of papers stand, as a button's label calls them."""
OFTEN: Options = [("", "How often"), *FREQUENCIES.items()]
LONG = 12_000
"""More than any box keeps: that it is too long is said, and nothing pasted is cut off unseen."""


def debt_form() -> rx.Component:
    """Return the form of the whole debt, with a foot that stays."""
    return form(
        rx.el.input(type="hidden", name="intent", default_value="save"),
        error_summary(ERRORS),
        _who(),
        _what(),
        _paid(),
        _since(),
        _treated(),
        _solutions(),
        _done(),
        when_may(
            Act.DEBT_RECORD,
            form_foot(
                submit("Save debt", value="save"),
                rx.el.span(
                    rx.cond(STATE.saved_at != "", rx.fragment("Saved ", STATE.saved_at)),
                    class_name="quiet fig",
                    role="status",
                ),
                keeps_itself(STATE.kept, STATE.drop),
            ),
        ),
        on_submit=STATE.record,
        on_check=STATE.check,
        key=f"{VIEW.id}/{STATE.saved}",
        custom_attrs={"data-intents": "save"},
    )


def _box(part: rx.Component, name: str) -> rx.Component:
    """Return a box with what somebody else stored in it meanwhile, and what papers say of it."""
    stored = rx.el.p("Stored now: ", rx.el.strong(THEIRS[name]), class_name="stored", role="status")
    offered = (
        [figure_offers(VIEW.suggested[name], OFFERED[name], on_dismiss=STATE.dismiss_figure)]
        if name in OFFERED
        else []
    )
    return rx.el.div(part, rx.cond(THEIRS.contains(name), stored), *offered, class_name="boxed")


def _text(
    label: Text, name: str, *, width: Width = "w20", hint: Text | None = None
) -> rx.Component:
    return _box(
        field(
            label,
            name,
            value=VALUES[name],
            error=ERRORS[name],
            width=width,
            hint=hint,
            max_length=LONG,
        ),
        name,
    )


def _sum(label: Text, name: str, *, hint: Text | None = None) -> rx.Component:
    part = field(
        label,
        name,
        value=VALUES[name],
        error=ERRORS[name],
        width="w8",
        hint=hint,
        inputmode="decimal",
        max_length=LONG,
    )
    return _box(part, name)


def _pick(
    label: Text,
    name: str,
    options: Any,
    *,
    width: Width = "w12",
    hint: Text | None = None,
) -> rx.Component:
    part = select(
        label, name, options, value=VALUES[name], error=ERRORS[name], width=width, hint=hint
    )
    return _box(part, name)


def _day(legend: Text, name: str, *, hint: Text = "For example, 27 3 2024") -> rx.Component:
    part = date_boxes(
        legend,
        name,
        hint=hint,
        error=ERRORS[name],
        day=VALUES[f"{name}-day"],
        month=VALUES[f"{name}-month"],
        year=VALUES[f"{name}-year"],
    )
    return _box(part, name)


def _long(label: Text, name: str, *, hint: Text | None = None, rows: int = 3) -> rx.Component:
    part = text_area(
        label,
        name,
        value=VALUES[name],
        error=ERRORS[name],
        hint=hint,
        rows=rows,
        max_length=LONG,
    )
    return _box(part, name)


def _card(title: str, key: str, *parts: rx.Component, end: Any = None) -> rx.Component:
    inside = rx.el.div(*parts, class_name="card-body stack")
    return card(title, inside, key=key, end=end)


def _row(*parts: rx.Component) -> rx.Component:
    return rx.el.div(*parts, class_name="duo")


def _who() -> rx.Component:
    return _card(
        "Who is owed",
        "who",
        _row(
            _text("Creditor", "creditor"),
            _pick("Kind of debt", "debt_type", VIEW.kinds, width="w20"),
        ),
        _row(
            _text("Account number", "account_number"),
            _text("Original creditor", "original_creditor"),
        ),
        _row(
            _text("Collector or agent", "collector", hint="Who writes or visits now"),
            _text("Their reference", "collector_reference", hint="As on their letters"),
        ),
        _row(
            _pick("Liability", "liability", list(words.LIABILITY_LABELS.items())),
            _pick("Owed by", "owed_by", list(words.OWED_BY_LABELS.items())),
        ),
    )


def _what() -> rx.Component:
    checked = rx.el.div(
        tick(
            "The balance was checked against a paper or with the creditor",
            "is_balance_verified",
            checked=VALUES["is_balance_verified"] == "on",
        ),
        rx.cond(VIEW.verified != "", rx.el.p(VIEW.verified, class_name="hint")),
    )
    return _card(
        "What is owed",
        "what",
        _row(_sum("Balance, £", "balance"), _sum("Of it arrears, £", "arrears")),
        _row(
            _day("Balance on", "balance_date"),
            _pick("Told by", "balance_source", [("", "Not said"), *words.SOURCE_LABELS.items()]),
        ),
        _box(checked, "is_balance_verified"),
        _row(
            _sum("Interest, % a year", "interest_rate"),
            _pick("Charges still added", "are_charges_added", list(words.KNOWN_LABELS.items())),
            _pick(
                "Regulated credit",
                "is_regulated",
                list(words.KNOWN_LABELS.items()),
            ),
        ),
    )


def _paid() -> rx.Component:
    month = rx.el.p(
        rx.cond(
            VIEW.monthly != "",
            rx.fragment("Comes to ", rx.el.strong(VIEW.monthly, class_name="fig"), " a month"),
            "Not known yet",
        ),
        rx.cond(VIEW.offer != "", rx.fragment("; offered now: ", VIEW.offer)),
        ".",
        class_name="hint",
    )
    vary = callout(rx.el.strong("If the ordered sum cannot be paid: "), VIEW.vary)
    return _card(
        "What is paid",
        "paid",
        _row(
            _sum("Paid now, £", "payment_amount"),
            _pick("How often it is paid", "payment_frequency", OFTEN),
        ),
        month,
        _row(
            _pick(
                "Taken at source, from",
                "deduction_source",
                [("", "Not taken"), *words.DEDUCTION_LABELS.items()],
            ),
            _sum("Taken, £", "deduction_amount"),
            _pick("How often it is taken", "deduction_frequency", OFTEN),
        ),
        _sum("Ordered by a court, £ a month", "ordered_payment"),
        rx.cond(VIEW.vary != "", vary),
    )


def _since() -> rx.Component:
    return _card(
        "Agreement and dates",
        "since",
        _row(_day("Date of the agreement", "agreement_date"), _day("Default", "default_date")),
        _row(
            _day("Last payment", "last_payment_date"),
            _day("Last acknowledged in writing", "last_acknowledged_date"),
        ),
        _pick(
            "Secured on",
            "secured_on",
            [("", "Not secured"), *words.SECURITY_LABELS.items()],
        ),
    )


def _treated() -> rx.Component:
    return _card(
        "Treated as",
        "treated",
        rx.el.p(
            "By its kind: ",
            rx.el.strong(VIEW.by_type_word),
            ". ",
            VIEW.consequence,
        ),
        _box(
            choice(
                "Treat it as",
                "priority",
                [
                    ("by_type", "Its kind says"),
                    ("priority", "Priority"),
                    ("non_priority", "Non-priority"),
                ],
                value=VALUES["priority"],
                error=ERRORS["priority"],
            ),
            "priority",
        ),
        _long(
            "Reason",
            "priority_reason",
            hint="Needed where it is treated otherwise than its kind says",
            rows=2,
        ),
    )


def _solutions() -> rx.Component:
    def row(view: Any) -> rx.Component:
        at = rx.Var.create(f"in_{view.code}")
        box = rx.el.select(
            *[rx.el.option(word, value=each) for each, word in words.INCLUSION_LABELS.items()],
            name=at,
            default_value=VALUES[at],
            class_name="box dense",
            aria_label=rx.Var.create(f"This debt in: {view.label}"),
        )
        stored = rx.el.p("Stored now: ", rx.el.strong(THEIRS[at]), class_name="stored")
        return rx.el.tr(
            rx.el.th(view.label, scope="row"),
            cell("By its kind", view.by_type, rx.el.span(view.why, class_name="sub")),
            cell("This debt", box, rx.cond(THEIRS.contains(at), stored)),
            key=view.code,
        )

    shown = rx.el.div(
        rx.el.table(
            rx.el.caption("In which solutions this debt is", class_name="sr"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Solution", scope="col"),
                    rx.el.th("By its kind", scope="col"),
                    rx.el.th("This debt", scope="col"),
                )
            ),
            rx.el.tbody(rx.foreach(VIEW.inclusions, row)),
            class_name="table inclusions piled free",
        ),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label="In which solutions this debt is",
    )
    return card("Included in", shown, key="included")


def _done() -> rx.Component:
    return _card(
        "What is done about it",
        "done",
        _row(
            _pick(
                "State",
                "status",
                [("active", "Owed"), ("settled", "Settled"), ("written_off", "Written off")],
            ),
            _pick("Outcome", "outcome", [("", "None yet"), *words.OUTCOME_LABELS.items()]),
            _sum("Written off, £", "written_off_amount"),
        ),
        _long("Strategy", "strategy", hint="What we do about this debt, in a sentence", rows=2),
        _long("Notes", "notes"),
    )
