"""What came back: the reviews of one's own files, and what one is to review."""

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services import review_feedback
from cma_app.services.review_feedback import MyReviews
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.finding_views import FeedbackView, MineLine
from state.forms import text_in
from state.lists import Foot, address, page_beside, page_in


def _lists(found: MyReviews) -> tuple[list[MineLine], Foot, list[MineLine], int]:
    return (
        [MineLine.of(row) for row in found.came_back.rows],
        Foot.of(found.came_back, none="None yet"),
        [MineLine.of(row) for row in found.to_review],
        found.to_review_count,
    )


def _answer(
    session: CentreSession, review_id: int, stance: str, body: str, seen: int
) -> FeedbackView:
    review_feedback.answer_feedback(session, review_id, stance=stance, body=body, seen=seen)
    return FeedbackView.of(review_feedback.open_feedback(session, review_id))


class MyReviewsState(CentreState):
    """One's own reviews as a list, and the one that is open."""

    rows: list[MineLine] = []
    foot: Foot = Foot()
    waiting: list[MineLine] = []
    waiting_count: int = 0
    ready: bool = False
    view: FeedbackView = FeedbackView()
    errors: FormErrors = {}
    answers: int = 0

    @load(Act.REVIEW_ANSWER)
    async def open(self):
        """Show what came back, a page at a time, and what waits to be reviewed."""
        found = await self.ask(
            review_feedback.list_my_reviews, page_in(self.query("page", "1")), show=_lists
        )
        self.rows, self.foot, self.waiting, self.waiting_count = found
        self.ready = True

    @act(Act.REVIEW_ANSWER)
    def step(self, by: int):
        """Go a page forth or back."""
        page = page_beside(str(self.foot.number), by)
        return rx.redirect(address("/my-reviews", {"page": page}))

    @load(Act.REVIEW_ANSWER)
    async def read(self):
        """Show the review of one's own file; that it was read is kept."""
        self.view = await self.ask(
            review_feedback.open_feedback, self.route_id("review_id"), show=FeedbackView.of
        )
        self.errors = {}
        self.answers += 1

    @act(Act.REVIEW_ANSWER, form="errors")
    async def answer(self, form: Form):
        """Accept or dispute the newest version."""
        seen = self.view.findings[0].number if self.view.findings else 0
        stance, body = text_in(form, "stance"), text_in(form, "body")
        review_id = self.route_id("review_id")
        self.view = await self.ask(_answer, review_id, stance, body, seen)
        self.answers += 1
        return notice("Your answer is kept beside the review.")
