"""Every address of a screen, and the functions that build those with a record in them."""

from typing import Final

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import VarData

HOME: Final = "/"
WALK_IN: Final = "/walk-in"
CLIENTS: Final = "/clients"
CLIENT: Final = "/clients/[client_id]"
CLIENT_DATA: Final = "/clients/[client_id]/data"
REQUESTS: Final = "/requests"
RETENTION: Final = "/retention"
REFERRALS: Final = "/referrals"
CASES: Final = "/cases"
CASE: Final = "/cases/[case_id]"
CASE_HOUSEHOLD: Final = "/cases/[case_id]/household"
CASE_DEBTS: Final = "/cases/[case_id]/debts"
CASE_DEBTS_PASTE: Final = "/cases/[case_id]/debts/paste"
CASE_DEBT: Final = "/cases/[case_id]/debts/[debt_id]"
CASE_DATES: Final = "/cases/[case_id]/dates"
CASE_BUDGET: Final = "/cases/[case_id]/budget"
CASE_BUDGET_COMPARE: Final = "/cases/[case_id]/budget/compare"
CASE_ADVICE: Final = "/cases/[case_id]/advice"
CASE_OFFERS: Final = "/cases/[case_id]/offers"
CASE_STATEMENT: Final = "/cases/[case_id]/statement"
CASE_CHECKLIST: Final = "/cases/[case_id]/checklist"
CASE_LETTERS: Final = "/cases/[case_id]/letters"
CASE_LETTER: Final = "/cases/[case_id]/letters/[letter_id]"
CASE_DOCUMENTS: Final = "/cases/[case_id]/documents"
CASE_DOCUMENT: Final = "/cases/[case_id]/documents/[document_id]"
CASE_CLOSING: Final = "/cases/[case_id]/closing"
CASE_NOTES: Final = "/cases/[case_id]/notes"
CASE_DOCUMENT_READING: Final = "/cases/[case_id]/documents/[document_id]/reading"
DOCUMENTS: Final = "/documents"
CREDITORS: Final = "/creditors"
CALENDAR: Final = "/calendar"
BOOKING: Final = "/calendar/book"
APPOINTMENT: Final = "/appointments/[appointment_id]"
AVAILABILITY: Final = "/availability"
CHECKLISTS: Final = "/checklists"
COMPLIANCE: Final = "/compliance"
COMPLIANCE_LIST: Final = "/compliance/list"
REVIEWS: Final = "/reviews"
REVIEWS_DRAW: Final = "/reviews/draw"
REVIEWS_RATES: Final = "/reviews/rates"
REVIEW: Final = "/reviews/[review_id]"
MY_REVIEWS: Final = "/my-reviews"
MY_REVIEW: Final = "/my-reviews/[review_id]"
SIGN_OFFS: Final = "/sign-offs"
SIGN_OFF: Final = "/sign-offs/[sign_off_id]"
MY_WORK: Final = "/my-work"
OUTCOMES: Final = "/outcomes"
OUTCOMES_LIST: Final = "/outcomes/list"
CALL_LIST: Final = "/call-list"
MY_CALLS: Final = "/call-list?mine=1"
NOTIFICATIONS: Final = "/notifications"
BOARD: Final = "/board"
BOARD_FIGURES: Final = "/board/figures"
GUIDELINES: Final = "/guidelines"
PEOPLE: Final = "/people"
CENTRES: Final = "/centres"
CENTRE_ACCESS: Final = "/centres/[centre_id]/emergency-access"
EMERGENCY_ACCESS: Final = "/emergency-access"
SIGN_INS: Final = "/sign-ins"
NOT_FOUND: Final = "/not-found"

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
LINK_IDENTITY: Final = "/sign-in/organisation/link"
PROVE: Final = "/second-factor/prove"
PASSWORD: Final = "/password"  # noqa: S105 - an address

CASE_TABS: Final = {
    "overview": "",
    "household": "/household",
    "debts": "/debts",
    "dates": "/dates",
    "budget": "/budget",
    "advice": "/advice",
    "offers": "/offers",
    "statement": "/statement",
    "letters": "/letters",
    "documents": "/documents",
    "checklist": "/checklist",
    "closing": "/closing",
    "notes": "/notes",
}


def in_address(name: str) -> rx.Var[str]:
    """Return a part of the address as the browser has it now, before the server answered."""
    return rx.Var(
        f"addressed.{name}",
        _var_type=str,
        _var_data=VarData(
            imports={"react-router": [ImportVar("useParams")]},
            hooks={"const addressed = useParams()": None},
        ),
    )


def access_path(centre_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address at which an admin asks for emergency access to a centre."""
    return rx.Var.create(f"/centres/{centre_id}/emergency-access")


def client_path(client_id: rx.Var[int] | rx.Var[str] | int | str) -> rx.Var[str]:
    """Return the address of a client, for a value or for a var of a state."""
    return rx.Var.create(f"/clients/{client_id}")


def client_data_path(client_id: rx.Var[int] | rx.Var[str] | int | str) -> rx.Var[str]:
    """Return the address of what a client asked about their data, and of copies of it."""
    return rx.Var.create(f"/clients/{client_id}/data")


def paste_path(case_id: rx.Var[int] | rx.Var[str] | int | str) -> rx.Var[str]:
    """Return the address where a case's debts are pasted, for a value or for a var of a state."""
    return rx.Var.create(f"/cases/{case_id}/debts/paste")


def case_path(case_id: rx.Var[int] | rx.Var[str] | int | str, tab: str = "overview") -> rx.Var[str]:
    """Return the address of a case's tab, for a value or for a var of a state."""
    return rx.Var.create(f"/cases/{case_id}{CASE_TABS[tab]}")


def compare_path(case_id: rx.Var[int]) -> rx.Var[str]:
    """Return the address at which two of a case's budget sheets stand side by side."""
    return rx.Var.create(f"/cases/{case_id}/budget/compare")


def debt_path(case_id: rx.Var[int] | int, debt_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address of one debt of a case, for values or for vars of a state."""
    return rx.Var.create(f"/cases/{case_id}/debts/{debt_id}")


def document_path(case_id: rx.Var[int] | int, document_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address of one document of a case, for values or for vars of a state."""
    return rx.Var.create(f"/cases/{case_id}/documents/{document_id}")


def document_reading_path(
    case_id: rx.Var[int] | int, document_id: rx.Var[int] | int
) -> rx.Var[str]:
    """Return the address of a document's words over its pages."""
    return rx.Var.create(f"/cases/{case_id}/documents/{document_id}/reading")


def appointment_path(appointment_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address of an appointment, for a value or for a var of a state."""
    return rx.Var.create(f"/appointments/{appointment_id}")


def review_path(review_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address of a file's review, for a value or for a var of a state."""
    return rx.Var.create(f"/reviews/{review_id}")


def my_review_path(review_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address at which an advisor reads a review of their own file."""
    return rx.Var.create(f"/my-reviews/{review_id}")


def sign_off_path(sign_off_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address of one version that was submitted for sign-off."""
    return rx.Var.create(f"/sign-offs/{sign_off_id}")
