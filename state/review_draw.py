"""Drawing files: the days, how many would be asked of whom, and then the draw itself."""

from datetime import date, timedelta

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.services import review_samples
from cma_app.services.review_samples import Preview
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import text_in
from state.review_views import DrawView, LineView


def last_month(on: date) -> dict[str, str]:
    """Return the first and the last day of the month before a day, as a form begins with them."""
    last = on.replace(day=1) - timedelta(days=1)
    return {"first_day": last.replace(day=1).isoformat(), "last_day": last.isoformat()}


def _shown(found: Preview) -> tuple[list[LineView], list[DrawView]]:
    return [LineView.of(each) for each in found.lines], [
        DrawView.named(each) for each in found.earlier
    ]


class ReviewDrawState(CentreState):
    """The days that are typed, and what a draw of them would ask."""

    typed: dict[str, str] = {"first_day": "", "last_day": ""}
    errors: FormErrors = {}
    draw_errors: FormErrors = {}
    lines: list[LineView] = []
    earlier: list[DrawView] = []
    asked: int = 0
    is_shown: bool = False
    ready: bool = False

    @load(Act.REVIEW_DRAW)
    async def open(self):
        """Begin with the month before this one, or with the days that were typed last."""
        if not self.ready:
            self.typed = last_month(today())
        self.errors, self.draw_errors = {}, {}
        self.lines, self.earlier, self.is_shown = [], [], False
        self.ready = True

    @act(Act.REVIEW_DRAW, form="errors")
    async def preview(self, form: Form):
        """Show how many files would be asked of whom; which ones nobody sees beforehand."""
        self.is_shown = False
        typed = {name: text_in(form, name) for name in ("first_day", "last_day")}
        lines, earlier = await self.ask(review_samples.preview_draw, typed, show=_shown)
        self.lines, self.earlier = lines, earlier
        self.asked = sum(min(each.asked, each.pool) for each in lines)
        self.typed, self.draw_errors, self.is_shown = typed, {}, True

    @act(Act.REVIEW_DRAW, form="draw_errors")
    async def draw(self, form: Form):
        """Draw the files of the days that are shown."""
        said = {**self.typed, "reason": text_in(form, "reason")}
        number = await self.ask(review_samples.draw_sample, said, show=lambda row: row.id)
        return [notice("Drawn. The draw stays as it is."), rx.redirect(f"/reviews?draw={number}")]
