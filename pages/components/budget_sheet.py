"""Beside a budget's lines: the sheet with its details and versions, and where the money goes."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty
from pages.components.form import (
    button,
    date_boxes,
    error_summary,
    field,
    form,
    keeps_itself,
    select,
    submit,
    tick,
)
from pages.components.guideline_card import guideline_gaps
from pages.components.sign_off import act_word
from pages.components.stack_bar import bar_and_table
from pages.components.status import badge, callout
from pages.components.table import card, link
from state.budgets import BudgetState
from state.sheet_head import SHEET_TYPES
from state.shell import ShellState

BUDGET: Any = BudgetState
SHELL: Any = ShellState


def where_card() -> rx.Component:
    """Return the bar of where the money goes, and the same as a table."""
    shown = bar_and_table(
        BUDGET.parts,
        said="Bar of the parts; the table below has the figures",
        caption="Where the income goes each month",
        heads=("Part", "A month, £", "Share"),
    )
    return card(
        rx.Var.create(f"Where {BUDGET.sums.total_income} goes"),
        rx.cond(BUDGET.parts.length() > 0, shown, empty("Enter a line to see where it goes.")),
        key="where",
    )


def may_revise() -> rx.Var[bool]:
    """Say whether this person may copy the sheet on screen to a new one."""
    may = SHELL.acts.contains(Act.BUDGET_RECORD.value)
    return (BUDGET.sheet.id != 0) & BUDGET.sheet.is_newest & may


def may_change() -> rx.Var[bool]:
    """Say whether this person may change the sheet on screen."""
    return may_revise() & ~BUDGET.sheet.is_frozen


def sheet_card() -> rx.Component:
    """Return the sheet on screen: its state, its details, its other versions, its next steps."""
    sheet = BUDGET.sheet
    actions = rx.el.div(
        rx.cond(
            sheet.may_verify,
            button(
                act_word(Act.BUDGET_VERIFY, "Verify figures"),
                on_click=BUDGET.verify,
                busy="Verifying",
                kind="main",
            ),
        ),
        rx.cond(
            may_revise(),
            rx.fragment(
                button(
                    "Revise in a new sheet",
                    on_click=BUDGET.revise("revised"),
                    busy="Copying",
                ),
                button("Make the final sheet", on_click=BUDGET.revise("final"), busy="Copying"),
            ),
        ),
        class_name="chips",
    )
    return card(
        rx.Var.create(f"Sheet {sheet.number}"),
        rx.el.div(
            rx.el.p(sheet.head.summary),
            rx.cond(
                sheet.is_verified,
                rx.el.p(badge("Verified", "good"), " ", sheet.verified),
                rx.el.p(badge("Not verified")),
            ),
            rx.cond(
                sheet.is_newest,
                rx.fragment(),
                callout("This sheet was revised and stays as it was. The newest can be changed."),
            ),
            rx.cond(
                sheet.is_frozen & sheet.is_newest,
                callout("A statement was issued from this sheet, so it stays as it is. Revise it."),
            ),
            guideline_gaps(),
            actions,
            rx.cond(BUDGET.sheets.length() > 1, _versions()),
            class_name="card-body stack close",
        ),
        rx.cond(may_change(), _details()),
        key="sheet",
    )


def _versions() -> rx.Component:
    def other(each: Any) -> rx.Component:
        to = rx.Var.create(f"/cases/{BUDGET.opened}/budget?sheet={each.number}")
        return rx.el.li(
            rx.cond(
                each.number == BUDGET.sheet.number,
                rx.el.strong(each.word),
                link(each.word, to=to),
            ),
            rx.cond(each.is_verified, rx.fragment(" ", badge("Verified", "good"))),
        )

    return rx.fragment(
        rx.el.ul(rx.foreach(BUDGET.sheets, other), class_name="stack close"),
        rx.el.p(link("Compare two sheets", to=routes.compare_path(BUDGET.opened))),
    )


def _details() -> rx.Component:
    """Return the form of what stands above the lines, shut until it is wanted."""
    head, errors = BUDGET.sheet.head, BUDGET.detail_errors
    theirs = rx.cond(
        BUDGET.details_theirs != "",
        rx.el.p(
            "Somebody changed these details to: ",
            rx.el.strong(BUDGET.details_theirs),
            ". Yours are kept here; saving again replaces theirs.",
            role="alert",
        ),
    )
    joint = rx.fragment(
        tick(
            "Joint statement, with the partner",
            "is_joint",
            checked=head.is_joint,
            key="sheet-",
        ),
        rx.cond(
            errors["is_joint"],
            rx.el.div(
                rx.el.p(errors["is_joint"], class_name="field-error"),
                rx.el.p("Take them out, or leave the statement joint?"),
                tick("Take the partner’s lines out", "takes_partner_out", key="sheet-"),
                class_name="callout",
            ),
        ),
    )
    filled = form(
        error_summary(errors),
        theirs,
        rx.el.input(type="hidden", name="intent", default_value="save"),
        rx.el.input(type="hidden", name="seen", value=head.seen, read_only=True),
        select(
            "Kind",
            "sheet_type",
            SHEET_TYPES,
            value=head.sheet_type,
            error=errors["sheet_type"],
            width="w12",
            key="sheet-",
        ),
        date_boxes(
            "Statement date",
            "statement_date",
            hint="Lines, savings and how we convert are those of this day",
            error=errors["statement_date"],
            day=head.day,
            month=head.month,
            year=head.year,
            key="sheet-",
        ),
        rx.el.div(
            joint,
            tick(
                "Savings contribution considered",
                "are_savings_considered",
                checked=head.are_savings_considered,
                key="sheet-",
            ),
            tick(
                "Use of assets for lump sums considered",
                "are_assets_considered",
                checked=head.are_assets_considered,
                key="sheet-",
            ),
            class_name="choices",
        ),
        field(
            "Debt administration fee a month, £",
            "debt_admin_fee",
            hint="A free advice centre charges 0. It comes off what is available.",
            error=errors["debt_admin_fee"],
            value=head.fee,
            width="w8",
            inputmode="decimal",
            key="sheet-",
        ),
        rx.el.div(
            submit("Save details", busy="Saving", value="save"),
            keeps_itself(BUDGET.details_kept, BUDGET.drop_details),
            class_name="chips",
        ),
        on_submit=BUDGET.record_details,
        on_check=BUDGET.check_details,
        key=f"details-{BUDGET.sheet.id}-{BUDGET.details_shown}",
        custom_attrs={"data-intents": "save"},
    )
    return rx.el.details(
        rx.el.summary(rx.el.h3("Sheet details"), rx.el.span("Change", class_name="hint")),
        rx.el.div(filled, class_name="card-body"),
        class_name="sheet-details",
        open=BUDGET.details_open,
    )
