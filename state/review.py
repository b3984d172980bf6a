"""One file's review on screen: its form is kept while it is typed, then finished or corrected."""

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import Invalid
from cma_app.services import file_reviews
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.calendar import number_in
from state.finding_views import ReviewView
from state.forms import text_in


def _again(session: CentreSession, review_id: int) -> ReviewView:
    return ReviewView.of(file_reviews.open_review(session, review_id))


def _finish(session: CentreSession, review_id: int, typed: Form, seen: int) -> ReviewView:
    file_reviews.finish_review(session, review_id, typed, seen=seen)
    return _again(session, review_id)


def _drop(session: CentreSession, review_id: int) -> ReviewView:
    file_reviews.drop_review(session, review_id)
    return _again(session, review_id)


def _assign(session: CentreSession, review_id: int, user_id: int, seen: int) -> ReviewView:
    file_reviews.assign_reviewer(session, review_id, user_id, seen=seen)
    return _again(session, review_id)


def _reply(session: CentreSession, review_id: int, body: str) -> ReviewView:
    file_reviews.reply(session, review_id, body)
    return _again(session, review_id)


class ReviewState(CentreState):
    """The review of the address, and its form."""

    view: ReviewView = ReviewView()
    errors: FormErrors = {}
    assign_errors: FormErrors = {}
    reply_errors: FormErrors = {}
    is_writing: bool = False
    saved: str = ""
    form_number: int = 0

    @load(Act.REVIEW_RECORD)
    async def open(self):
        """Show the review of the address, with what was typed and not finished."""
        self._take(await self.ask(_again, self.route_id("review_id")))

    @act(Act.REVIEW_RECORD)
    async def send(self, form: Form):
        """Do what the pressed button says: finish the review, or keep what is typed."""
        intent = form.get("intent", "finish")
        typed = {name: text for name, text in form.items() if name != "intent"}
        review_id = self.route_id("review_id")
        if intent in {"draft", "keep"}:
            moment = await self.ask(file_reviews.keep_review, review_id, typed)
            self.saved = f"Saved {local(moment):%H:%M}"
            return (
                notice("Kept as a draft. It is here when you come back.")
                if (intent == "keep")
                else None
            )
        seen = self.view.version_no
        try:
            self._take(await self.ask(_finish, review_id, typed, seen))
        except Invalid as error:
            self.errors = dict(error.fields)
            return None
        return notice("Review finished. Its advisor reads it under My file reviews.")

    @act(Act.REVIEW_RECORD)
    async def drop(self):
        """Throw away what was typed and not finished."""
        self._take(await self.ask(_drop, self.route_id("review_id")))
        return notice("What was typed is gone.")

    @act(Act.REVIEW_RECORD)
    def correct(self):
        """Show the form that corrects a finished review."""
        self.is_writing = True
        self.form_number += 1

    @act(Act.REVIEW_ASSIGN, form="assign_errors")
    async def assign(self, form: Form):
        """Choose who reviews the file."""
        chosen = number_in(text_in(form, "reviewer_id")) or 0
        review_id = self.route_id("review_id")
        self._take(await self.ask(_assign, review_id, chosen, self.view.reviewer_id))
        return notice(f"{self.view.reviewer} reviews this file.")

    @act(Act.REVIEW_RECORD, form="reply_errors")
    async def reply(self, form: Form):
        """Answer the advisor's dispute."""
        said = text_in(form, "body")
        self._take(await self.ask(_reply, self.route_id("review_id"), said))
        return notice("Answered. The advisor reads it beside the review.")

    def _take(self, view: ReviewView) -> None:
        self.view = view
        self.errors, self.assign_errors, self.reply_errors = {}, {}, {}
        self.is_writing = view.may_write and not view.findings
        self.saved = ""
        self.form_number += 1
