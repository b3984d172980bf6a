"""The app: its screens, its routes beside the socket, the gate and the one error handler."""

from collections.abc import Callable
from typing import Any

import reflex as rx
import structlog
from reflex_base.environment import environment
from reflex_components_core.base.error_boundary import ErrorBoundary
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from cma_app.web import (
    account_links,
    bell,
    client_copies,
    doorkeeper,
    downloads,
    factor_setup,
    health,
    live_board,
    live_topics,
    oidc,
    second_factor,
    sign_in,
    uploads,
)
from cma_app.web.doorway import Doorway
from cma_app.web.security import Walls
from pages import (
    appointments,
    availability,
    board,
    board_figures,
    budget_versions,
    budgets,
    calendar,
    call_list,
    case,
    cases,
    centres,
    checklists,
    client_file,
    clients,
    closing,
    compliance,
    compliance_overview,
    creditors,
    dates,
    debt_file,
    debts,
    document,
    document_reading,
    document_search,
    documents,
    emergency_access,
    guidelines,
    home,
    household,
    letter,
    letters,
    my_reviews,
    not_found,
    notes,
    notifications,
    offers,
    outcome_rows,
    outcomes,
    pasted_debts,
    people,
    recommendations,
    referrals,
    retention,
    review,
    review_draw,
    review_rates,
    reviews,
    rights,
    rights_register,
    sign_ins,
    sign_off,
    sign_offs,
    statements,
    walk_in,
)
from pages.layout import Screen, broken_panel, head
from state.base import show_error
from state.gate import Gate, keep_payloads_out_of_logs

SCREENS: list[Screen] = [
    home.home,
    walk_in.walk_in,
    clients.clients,
    client_file.client_file,
    rights.rights,
    rights_register.rights_register,
    retention.retention,
    referrals.referrals,
    cases.cases,
    case.case,
    household.household,
    debts.debts,
    pasted_debts.pasted_debts,
    debt_file.debt,
    dates.dates,
    budgets.budgets,
    budget_versions.budget_versions,
    recommendations.advice,
    offers.offers,
    statements.statements,
    letters.letters,
    letter.letter,
    document_reading.document_reading,
    documents.documents,
    document.document,
    compliance.compliance,
    closing.closing,
    notes.notes,
    document_search.document_search,
    creditors.creditors,
    calendar.calendar,
    calendar.booking,
    appointments.appointment,
    availability.availability,
    call_list.call_list,
    board.board,
    board_figures.board_figures,
    compliance_overview.overview,
    compliance_overview.open_items,
    outcomes.report,
    outcome_rows.counted_rows,
    checklists.checklists,
    reviews.reviews,
    review_draw.review_draw,
    review_rates.review_rates,
    review.review,
    my_reviews.my_reviews,
    my_reviews.my_review,
    sign_offs.sign_offs,
    sign_offs.my_work,
    sign_off.sign_off,
    notifications.notifications,
    guidelines.guidelines,
    people.people,
    centres.centres,
    sign_ins.sign_ins,
    not_found.not_found,
    emergency_access.ask,
    emergency_access.register,
]
"""Every page: one line each."""

ROUTES: list[BaseRoute] = [
    *health.ROUTES,
    *sign_in.ROUTES,
    *oidc.ROUTES,
    *second_factor.ROUTES,
    *factor_setup.ROUTES,
    *account_links.ROUTES,
    *live_board.ROUTES,
    *live_topics.ROUTES,
    *downloads.ROUTES,
    *client_copies.ROUTES,
    *uploads.ROUTES,
]
"""Every plain HTTP or WebSocket route of our own: one line each."""

LIFESPANS: list[Callable[..., Any]] = [
    health.behind_the_walls,
    doorkeeper.keep_the_door,
    bell.keep_the_bell,
]
"""What runs for as long as the app does: one line each."""

log = structlog.get_logger(__name__)


def serve(reflex: ASGIApp) -> ASGIApp:
    """Return Reflex's app behind our walls, with our own routes before it."""
    return Walls(Starlette(routes=[*ROUTES, Mount("", Doorway(reflex))]))


def browser_failed(exception: Exception) -> None:  # noqa: ARG001 - its text is the browser's word
    """Note that a page failed in a browser; what it says may hold what was typed."""
    log.warning("browser_failed")


def _error_boundary(stateful: bool) -> rx.Component:  # noqa: ARG001, FBT001 - Reflex calls it
    return ErrorBoundary.create(on_error=rx.noop(), fallback_render=broken_panel())


def make() -> rx.App:
    """Return the app with every screen added."""
    keep_payloads_out_of_logs()
    environment.REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE.set(200_000)  # bytes of a socket's frame
    made = rx.App(
        api_transformer=serve,
        app_wraps={(55, "ErrorBoundary"): _error_boundary},
        backend_exception_handler=show_error,
        frontend_exception_handler=browser_failed,
        head_components=head(),
        html_lang="en-GB",
        reset_style=False,
        toaster=None,
    )
    made.add_middleware(Gate(), index=0)
    for each in LIFESPANS:
        made.register_lifespan_task(each)
    for screen in SCREENS:
        made.add_page(
            screen.component, route=screen.route, title=screen.title, on_load=list(screen.on_load)
        )
    made.add_page(not_found.not_found.component, route="404", title=not_found.not_found.title)
    return made


app = make()
