"""The first tab of a case: what to do next, what is owed, what is left, what happened."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_appointments import case_appointments
from pages.components.case_dialogs import case_dialogs
from pages.components.case_frame import case_frame
from pages.components.closing_record import closing_card
from pages.components.empty import empty
from pages.components.form import button, read_only
from pages.components.legal_dates import other_dates_card
from pages.components.shadows import shadow_dialog, shadow_opener, shadows_card
from pages.components.status import badge
from pages.components.table import card, cell, column, link, opens, table
from pages.layout import screen, when_may
from state.appointments import CaseAppointmentsState
from state.case import CaseState
from state.case_bar import CaseBarState
from state.closing import ClosingCardState
from state.shadows import ShadowState

BAR: Any = CaseBarState.bar
EDIT: Any = CaseState.edit
DONE: Any = CaseState.done
MONEY: Any = CaseState.money
OLD_NATION: Any = CaseState.old_nation


@screen(
    "Case overview",
    route=routes.CASE,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[
        CaseBarState.open_tab,
        CaseState.open,
        CaseAppointmentsState.open,
        ClosingCardState.open,
        ShadowState.open,
    ],
)
def case() -> rx.Component:
    """Return the overview in the case's frame."""
    return case_frame(
        "overview",
        rx.el.div(
            rx.el.div(
                read_only(
                    rx.cond(BAR.clocks.length() > 0, _emergencies()),
                    rx.cond(OLD_NATION.now != "", _other_rules()),
                    rx.cond(~BAR.is_at_work, closing_card()),
                    other_dates_card(),
                    _actions(),
                    case_appointments(),
                    _debts(),
                    _money(),
                    when=BAR.is_shadowed,
                ),
                class_name="stack",
            ),
            rx.el.div(
                _timeline(),
                read_only(_about(), when=BAR.is_shadowed),
                shadows_card(),
                class_name="stack",
            ),
            class_name="split",
        ),
        read_only(case_dialogs(), when=BAR.is_shadowed),
        when_may(Act.SHADOW_KEEP, shadow_dialog()),
        opened=CaseState.on_case,
        reads=True,
    )


def _opener(word: str, key: str, kind: str = "button small") -> rx.Component:
    return rx.el.button(word, type="button", class_name=kind, custom_attrs=opens(key))


def _actions() -> rx.Component:
    actions: Any = CaseState.actions
    nothing = empty(
        "Nothing is planned. A case without a dated next action is easily forgotten.",
        _opener("Add the next action", "add-action", "button"),
    )
    return card(
        "Next actions",
        rx.cond(
            DONE.id != 0,
            rx.el.p(
                rx.el.span("Done: ", rx.el.strong(DONE.what)),
                button("Undo", on_click=CaseState.undo(DONE.id), kind="small"),
                class_name="between undo",
                role="status",
            ),
        ),
        rx.cond(
            actions.length() > 0,
            rx.el.ul(rx.foreach(actions, _action), class_name="agenda"),
            nothing,
        ),
        key="next",
        count=actions.length(),
        end=_opener("Add action", "add-action"),
    )


def _emergencies() -> rx.Component:
    return card(
        "Emergencies",
        rx.el.ul(rx.foreach(BAR.clocks, _emergency), class_name="agenda"),
        key="emergencies",
        count=BAR.clocks.length() + BAR.more_clocks,
    )


def _emergency(view: Any) -> rx.Component:
    debt = link(
        "Open debt",
        rx.el.span(" to ", view.about, class_name="sr"),
        to=routes.debt_path(BAR.case_id, view.debt_id),
        class_name="button small looks",
    )
    return rx.el.li(
        rx.el.strong(view.lead),
        rx.el.span(
            view.rest,
            rx.cond(view.about != "", rx.fragment(" · ", view.about)),
            rx.cond(view.consequence != "", rx.el.span(view.consequence, class_name="sub")),
        ),
        rx.cond(view.debt_id != 0, debt),
    )


def _other_rules() -> rx.Component:
    """Say that advice is for another nation than the case has now, and what to do about it."""
    look = link(
        "Look at the advice", to=routes.case_path(BAR.case_id, "advice"), class_name="button small"
    )

    def line(word: str, nation: Any) -> rx.Component:
        said = rx.el.p(word, " under the rules of ", rx.el.strong(nation), ".")
        return rx.cond(nation != "", said)

    return rx.el.div(
        rx.el.div(
            line("Advice was given", OLD_NATION.given),
            line("Advice was prepared", OLD_NATION.prepared),
            rx.el.p(
                "The case is now under those of ",
                rx.el.strong(OLD_NATION.now),
                ", where what can be recommended differs. Look at it again, or put the nation"
                " right if it is wrong.",
            ),
        ),
        look,
        class_name="callout kept",
    )


def _action(action: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            action.when,
            rx.cond(
                action.is_overdue,
                badge("Overdue", "late"),
                rx.el.span(action.sub, class_name="sub small"),
            ),
            class_name="when",
        ),
        rx.el.span(
            rx.el.button(
                action.what,
                type="button",
                class_name="who",
                on_click=CaseState.choose(action.id),
                custom_attrs=opens("change-action", fills=True),
            ),
            rx.el.span(
                action.owner,
                rx.cond(action.kind == "emergency", ". The date never rolls", ""),
                class_name="sub",
            ),
        ),
        rx.el.button(
            "Done",
            rx.el.span(" with ", action.what, class_name="sr"),
            type="button",
            class_name="button small",
            on_click=CaseState.finish(action.id),
        ),
        key=action.id,
    )


def _debts() -> rx.Component:
    nothing = empty(
        "No debts yet.",
        link("Add the first debt", to=routes.case_path(BAR.case_id, "debts"), class_name="button"),
    )
    total = rx.el.tr(
        rx.el.th("Total", scope="row", col_span=2),
        cell("Owed, £", CaseState.debt_total, class_name="num"),
        rx.el.td(class_name="num"),
    )
    return card(
        "Debts",
        table(
            "Debts and monthly offers, in pounds",
            [
                column("Debt"),
                column("Kind"),
                column("Owed, £", num=True),
                column("Offer a month, £", num=True),
            ],
            CaseState.debts,  # pyright: ignore[reportArgumentType]
            _debt,
            when_empty=nothing,
            foot=total,
            kind="piled free",
        ),
        key="debts",
        count=CaseState.debt_count,  # pyright: ignore[reportArgumentType]
        end=link("All debts", to=routes.case_path(BAR.case_id, "debts")),
    )


def _debt(debt: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(debt.creditor, to=routes.debt_path(BAR.case_id, debt.id)),
            rx.el.span(debt.type_word, class_name="sub"),
            scope="row",
        ),
        rx.el.td(
            rx.cond(
                debt.is_priority, badge("Priority", "note", "up"), badge("Non-priority", "", "open")
            )
        ),
        cell("Owed, £", debt.balance, class_name="num"),
        cell("Offer a month, £", debt.offer, class_name="num"),
        key=debt.id,
    )


def _money() -> rx.Component:
    to_budget = routes.case_path(BAR.case_id, "budget")
    figures = rx.el.dl(
        _stat("Income", MONEY.income),
        _stat("Outgoings", MONEY.outgoings),
        _stat(MONEY.surplus_word, MONEY.surplus),
        _stat("Savings", MONEY.savings),
        _stat("Left after offers", MONEY.left),
        class_name="stats",
    )
    nothing = empty(
        "No budget yet. Offers are worked out from it.",
        link("Begin the budget", to=to_budget, class_name="button"),
    )
    return card(
        "Money left, each month",
        rx.cond(MONEY.is_done, figures, nothing),
        key="sums",
        end=rx.cond(
            MONEY.is_done,
            rx.fragment(
                rx.el.span(MONEY.checked, class_name="quiet"),
                " ",
                link("Open budget", to=to_budget),
            ),
        ),
    )


def _stat(term: Any, figure: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(figure), class_name="stat")


def _timeline() -> rx.Component:
    more = rx.el.div(
        button("Show more", on_click=CaseState.show_more, busy="Loading", kind="small"),
        class_name="card-body",
    )
    return card(
        "Timeline",
        rx.el.ol(rx.foreach(CaseState.events, _event), class_name="timeline"),
        rx.cond(CaseState.has_more, more),
        key="timeline",
    )


def _event(event: Any) -> rx.Component:
    return rx.el.li(
        rx.el.time(event.when),
        rx.el.h3(event.title),
        rx.cond(event.text != "", rx.el.p(event.text)),
        rx.cond(event.by != "", rx.el.p(event.by, class_name="small quiet")),
        class_name=rx.cond(event.is_ahead, "ahead", ""),
    )


def _about() -> rx.Component:
    steps = rx.el.div(
        rx.cond(
            BAR.is_at_work,
            rx.fragment(
                _opener("Move stage", "stage"),
                rx.cond(
                    CaseState.higher.length() > 0,  # pyright: ignore[reportAttributeAccessIssue]
                    _opener("Raise priority", "raise"),
                ),
                rx.cond(
                    BAR.may_lower & (CaseState.lower.length() > 0),  # pyright: ignore[reportAttributeAccessIssue]
                    _opener("Lower priority", "lower"),
                ),
                _opener("Emergency", "emergency"),
                rx.cond(
                    BAR.may_lower & (BAR.emergency != ""),
                    _opener("Emergency is over", "end-emergency"),
                ),
                rx.cond(BAR.may_assign, _opener("Hand on", "assign")),
                when_may(Act.SHADOW_KEEP, shadow_opener()),
                link(
                    "End case",
                    to=routes.case_path(BAR.case_id, "closing"),
                    class_name="button small",
                ),
            ),
            rx.cond(BAR.may_reopen, _opener("Reopen case", "reopen")),
        ),
        class_name="chips card-body",
    )
    return card(
        "Case",
        rx.el.dl(
            rx.el.div(
                rx.el.dt("Client"),
                rx.el.dd(link(BAR.name, to=routes.client_path(BAR.client_id))),
            ),
            rx.cond(EDIT.source != "", _answer("Sent by", EDIT.source, EDIT.referred_by)),
            _answer("Status", BAR.status_word),
            _answer("Priority", BAR.priority_word, BAR.priority_reason),
            _answer("Nation", rx.match(EDIT.nation, *_NATION_WORDS, "")),
            _answer("Type", rx.match(EDIT.case_type, *_TYPE_WORDS, "")),
            _answer("Opened", EDIT.opened),
            rx.cond(EDIT.ended != "", _answer("Ended", EDIT.ended, EDIT.reason)),
            class_name="answers card-body",
        ),
        steps,
        key="about",
        end=_opener("Edit", "edit-case"),
    )


_NATION_WORDS = (
    ("england", "England"),
    ("wales", "Wales"),
    ("scotland", "Scotland"),
    ("northern_ireland", "Northern Ireland"),
)
_TYPE_WORDS = (
    ("casework", "Casework"),
    ("one_off", "One-off advice"),
    ("debt_relief_order", "Debt relief order"),
    ("review", "Review only"),
)


def _answer(term: str, word: Any, also: Any = None) -> rx.Component:
    more = [] if also is None else [rx.cond(also != "", rx.el.span(also, class_name="sub small"))]
    return rx.el.div(rx.el.dt(term), rx.el.dd(word, *more))
