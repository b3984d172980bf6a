"""Every address of a screen, and the functions that build those with a record in them."""

from typing import Final

import reflex as rx

HOME: Final = "/"
WALK_IN: Final = "/walk-in"
CLIENTS: Final = "/clients"
CLIENT: Final = "/clients/[client_id]"
REFERRALS: Final = "/referrals"
CASES: Final = "/cases"
CASE: Final = "/cases/[case_id]"
CASE_DEBTS: Final = "/cases/[case_id]/debts"
CASE_BUDGET: Final = "/cases/[case_id]/budget"
CASE_OFFERS: Final = "/cases/[case_id]/offers"
CASE_STATEMENT: Final = "/cases/[case_id]/statement"
CASE_NOTES: Final = "/cases/[case_id]/notes"
CALENDAR: Final = "/calendar"
BOOKING: Final = "/calendar/book"
APPOINTMENT: Final = "/appointments/[appointment_id]"
AVAILABILITY: Final = "/availability"
BOARD: Final = "/board"
PEOPLE: Final = "/people"
CENTRES: Final = "/centres"
NOT_FOUND: Final = "/not-found"

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
PASSWORD: Final = "/password"  # noqa: S105 - an address

CASE_TABS: Final = {
    "overview": "",
    "debts": "/debts",
    "budget": "/budget",
    "offers": "/offers",
    "statement": "/statement",
    "notes": "/notes",
}


def client_path(client_id: rx.Var[int] | rx.Var[str] | int | str) -> rx.Var[str]:
    """Return the address of a client, for a value or for a var of a state."""
    return rx.Var.create(f"/clients/{client_id}")


def case_path(case_id: rx.Var[int] | rx.Var[str] | int | str, tab: str = "overview") -> rx.Var[str]:
    """Return the address of a case's tab, for a value or for a var of a state."""
    return rx.Var.create(f"/cases/{case_id}{CASE_TABS[tab]}")


def appointment_path(appointment_id: rx.Var[int] | int) -> rx.Var[str]:
    """Return the address of an appointment, for a value or for a var of a state."""
    return rx.Var.create(f"/appointments/{appointment_id}")
