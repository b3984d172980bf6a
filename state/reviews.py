"""The files drawn for review and what came of them; what is shown stands in the address."""

from typing import Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.services import review_draws, review_results, review_samples
from cma_app.services.review_draws import Earlier, OpenSample
from cma_app.services.review_results import STATES, Results, ReviewFilter, ReviewList
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.calendar import number_in
from state.lists import Foot, address, page_beside, page_in
from state.review_views import BarRow, DrawView, FileLine, Words, advisor_rows, criterion_rows

PLAIN: Final = {"draw": "", "who": "", "state": "all", "page": "1"}
"""What the address may say, and what it means where it does not: the newest draw, everybody."""
EVERY: Final = "all"
Found = tuple[list[Earlier], OpenSample | None, ReviewList, Results]


def _look(session: CentreSession, shown: dict[str, str]) -> Found:
    """Return the draws, the one that is shown, its files and its results."""
    draws = review_draws.list_samples(session)
    newest = draws[0].id if draws else 0
    chosen = 0 if shown["draw"] == EVERY else number_in(shown["draw"]) or newest
    sample = review_draws.read_sample(session, chosen) if chosen else None
    wanted = ReviewFilter(
        sample_id=chosen,
        holder_id=number_in(shown["who"]) or 0,
        state=shown["state"] if shown["state"] in STATES else "all",
        number=page_in(shown["page"]),
    )
    listed = review_results.list_reviews(session, wanted)
    return draws, sample, listed, review_results.read_results(session, wanted)


class ReviewsState(CentreState):
    """The list of drawn files, the draw that is shown, and the results."""

    shown: dict[str, str] = dict(PLAIN)
    draws: Words = []
    draw: DrawView = DrawView()
    rows: list[FileLine] = []
    counts: dict[str, int] = {}
    holders: Words = []
    foot: Foot = Foot()
    advisors: list[BarRow] = []
    criteria: list[BarRow] = []
    add_errors: FormErrors = {}
    ready: bool = False
    saved: int = 0
    filled: int = 0

    @load(Act.REVIEW_SEE_ALL)
    async def open(self):
        """Show what the address asks for."""
        shown = {name: self.query(name, plain)[:20] for name, plain in PLAIN.items()}
        await self._take(shown)

    async def _take(self, shown: dict[str, str]) -> None:
        def view(found: Found) -> tuple:
            draws, sample, listed, results = found
            return (
                [DrawView.named(each) for each in draws],
                DrawView.of(sample) if sample else DrawView(),
                [FileLine.of(row) for row in listed.page.rows],
                dict(listed.counts),
                [(str(number), name) for number, name in listed.holders],
                Foot.of(listed.page, none="No files"),
                advisor_rows(results.advisors),
                criterion_rows(results.criteria, today()),
            )

        found = await self.ask(_look, shown, show=view)
        draws, self.draw, self.rows, self.counts = found[:4]
        self.holders, self.foot, self.advisors, self.criteria = found[4:]
        self.draws = [(str(each.id), each.name) for each in draws]
        self.shown = {**shown, "draw": shown["draw"] or str(self.draw.id or EVERY)}
        self.add_errors = {}
        self.ready = True
        self.filled += 1

    @act(Act.REVIEW_SEE_ALL)
    def choose(self, name: str, value: str):
        """Go to the list with one filter changed; another draw has other people."""
        said = {**self.shown, "page": "1"}
        if name in PLAIN:
            said[name] = value[:20]
        if name == "draw":
            said["who"] = ""
        return rx.redirect(address("/reviews", said, PLAIN))

    @act(Act.REVIEW_SEE_ALL)
    def step(self, by: int):
        """Go a page forth or back."""
        said = {**self.shown, "page": page_beside(self.shown["page"], by)}
        return rx.redirect(address("/reviews", said, PLAIN))

    @act(Act.REVIEW_DRAW, form="add_errors")
    async def add(self, form: Form):
        """Add a file to the draw that is shown, by hand."""
        await self.ask(review_samples.add_file, self.draw.id, form, show=lambda row: row.id)
        await self._take(self.shown)
        self.saved += 1
        return notice("Added to the draw, with the reason.")
