"""What the first page shows."""

from cma_app.access.acts import Act
from cma_app.clock import today
from state.base import CentreState, load


class HomeState(CentreState):
    """The day at the top of the first page."""

    day: str = ""

    @load(Act.HOME_SEE)
    def open(self):
        """Show what to do next."""
        day = today()
        self.day = f"{day:%A} {day.day} {day:%B %Y}"
