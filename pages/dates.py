"""The dates tab of a case: every legal date, the breathing space, and requests with a last day."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.breathing_space import breathing_spaces
from pages.components.breathing_space_dialogs import breathing_space_dialogs
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.legal_dates import dates_strip, dates_table
from pages.components.requests import request_dialogs, requests_card
from pages.components.table import card
from pages.layout import screen
from state.breathing_space import BreathingSpaceState
from state.case_bar import CaseBarState
from state.requests import RequestsState

BAR: Any = CaseBarState.bar


@screen(
    "Legal dates",
    route=routes.CASE_DATES,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, BreathingSpaceState.open, RequestsState.open],
)
def dates() -> rx.Component:
    """Return the dates under the case's bar."""
    nothing = empty(
        "No legal date is known. Hearings, evictions and last days to answer come from the debts;"
        " requests and a breathing space are recorded here."
    )
    listed = card(
        "Legal dates",
        rx.cond(BAR.dates.length() > 0, rx.fragment(dates_strip(), dates_table()), nothing),
        key="dates",
        count=BAR.dates.length(),
    )
    return case_frame(
        "dates",
        rx.el.div(listed, breathing_spaces(), requests_card(), class_name="stack"),
        breathing_space_dialogs(),
        request_dialogs(),
        opened=BreathingSpaceState.opened,
    )
