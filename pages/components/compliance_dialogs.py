"""The dialogs of the checklist: an item's answer, and a gate opened by hand."""

from typing import Any, Final

import reflex as rx

from pages import routes
from pages.components.confirm import stored_now
from pages.components.form import choice, error_summary, form, form_foot, submit, text_area
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog, link
from state.case_bar import CaseBarState
from state.compliance import ComplianceState

ANSWER: Final = "answer-item"
GATE: Final = "open-gate"
LABELS: Final = {"answer": "Answer", "notes": "Notes", "remedial_action": "What will be done"}
OWN: Final = (
    ("met", "Met"),
    ("not_met", "Not met"),
    ("not_applicable", "Not applicable"),
    ("unknown", "Not answered yet"),
)
PROVEN: Final = (("unknown", "As the record says"), ("not_applicable", "Not applicable"))
STATE: Any = ComplianceState
VIEW: Any = ComplianceState.view
EDIT: Any = ComplianceState.edit
ERRORS: Any = ComplianceState.errors


def compliance_dialogs() -> rx.Component:
    """Return both dialogs."""
    return rx.fragment(_answer(), _gate())


def _answer() -> rx.Component:
    to = rx.cond(
        EDIT.tab == "client",
        rx.Var.create(f"/clients/{CaseBarState.bar.client_id}"),
        rx.cond(
            EDIT.tab == "overview",
            routes.case_path(STATE.opened),
            rx.Var.create(f"/cases/{STATE.opened}/{EDIT.tab}"),
        ),
    )
    proof = rx.cond(
        EDIT.has_proof,
        rx.el.p(EDIT.why, " ", link("Go there", to=to), class_name="callout"),
    )
    answers = rx.cond(
        EDIT.has_proof,
        choice(
            "Answer",
            "answer",
            PROVEN,
            value=EDIT.answer,
            error=ERRORS["answer"],
            hint="The record ticks this by itself, and unticks it when it stops being true.",
            key="proven-",
        ),
        choice("Answer", "answer", OWN, value=EDIT.answer, error=ERRORS["answer"], key="own-"),
    )
    paper = rx.cond(
        VIEW.papers.length() > 0,
        rx.el.div(
            rx.el.label("Document that shows it", html_for="item-evidence_document_id"),
            rx.el.select(
                rx.el.option("None chosen", value=""),
                rx.foreach(
                    VIEW.papers,
                    lambda pair: rx.el.option(pair[1], value=pair[0]),
                ),
                name="evidence_document_id",
                default_value=EDIT.paper,
                class_name="box full",
                custom_attrs={"id": "item-evidence_document_id"},
            ),
            class_name="field full",
        ),
        rx.el.p(
            "No document is kept with this case yet. Say in the notes where the paper is.",
            class_name="hint",
        ),
    )
    boxes = rx.fragment(
        answers,
        rx.cond(EDIT.asks_paper, paper),
        text_area(
            "Notes",
            "notes",
            hint=rx.Var.create(f"{EDIT.asks_for} What shows it, or why it does not apply."),
            error=ERRORS["notes"],
            value=EDIT.notes,
            rows=3,
            max_length=2200,
            key="item-",
        ),
        text_area(
            "What will be done about it",
            "remedial_action",
            hint="Needed where it is not met.",
            error=ERRORS["remedial_action"],
            value=EDIT.remedial_action,
            rows=2,
            max_length=2200,
            key="item-",
        ),
        form_foot(submit("Save answer")),
    )
    return dialog(
        ANSWER,
        "Answer this item",
        form(
            saved_mark(STATE.saves),
            error_summary(ERRORS),
            stored_now(STATE.lost, STATE.theirs, LABELS),
            rx.el.p(rx.el.strong(EDIT.code, " ", EDIT.text)),
            proof,
            rx.cond(
                EDIT.may_answer,
                boxes,
                rx.el.p("Somebody else answers this one: an advisor, or another advisor."),
            ),
            on_submit=STATE.answer,
            on_check=STATE.check,
            key=f"{EDIT.id}-{STATE.openings}",
        ),
    )


def _gate() -> rx.Component:
    errors: Any = ComplianceState.gate_errors
    return dialog(
        GATE,
        "Let this case through",
        form(
            saved_mark(STATE.saves),
            error_summary(errors),
            rx.el.p(
                rx.el.strong(STATE.gate_word),
                " goes on once with what is missing now. Your name and the reason are kept.",
            ),
            text_area(
                "Reason",
                "reason",
                error=errors["reason"],
                rows=3,
                max_length=600,
                key="gate-",
            ),
            form_foot(submit("Let through")),
            on_submit=STATE.let_through,
            on_check=STATE.check_gate,
            key=f"{STATE.gate}-{STATE.openings}",
        ),
    )
