"""The feedback of a case: who was asked, what they said, and whether it may be quoted."""

from dataclasses import dataclass, field
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.services import feedback
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.feedback import RATINGS, Asked, FeedbackForm, FeedbackRow
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.breathing_space_views import split_day
from state.forms import checked, joined_date
from state.words import day_text

Boxes = dict[str, str]
DATES: Final = ("asked_on", "answered_on")
TEXTS: Final = ("way", "rating", "said")
TICKS: Final = ("is_declined", "may_be_quoted")
AGREED: Final = {
    True: "agreed to be asked",
    False: "does not want to be asked",
    None: "was not asked whether we may ask",
}


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person who can be asked, and what they agreed to."""

    id: str = ""
    name: str = ""
    agreed: str = ""
    path: str = ""

    @classmethod
    def of(cls, asked: Asked) -> "PersonView":
        """Return what is shown of a person."""
        path = f"/clients/{asked.client_id}"
        return cls(str(asked.client_id), asked.name, AGREED[asked.agreed], path)


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """One time of asking as its row shows it, and what its boxes begin with; `id` 0: a new one."""

    id: int = 0
    version: int = 0
    name: str = ""
    asked: str = ""
    answer: str = ""
    tone: str = ""
    answered: str = ""
    said: str = ""
    quote: str = ""
    boxes: Boxes = field(default_factory=dict)
    ticks: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, found: FeedbackRow) -> "FeedbackView":
        """Return what is shown of one time of asking."""
        row = found.row
        word, tone = "No answer yet", ""
        if row.is_declined:
            word = "Does not want to"
        elif row.answered_on is not None:
            word, tone = (f"{row.rating} of 5" if row.rating else "In words"), "good"
        return cls(
            id=row.id,
            version=row.version,
            name=found.name,
            asked=f"Asked {day_text(row.asked_on)}, {CONSENT_CHANNELS[row.way].lower()}",
            answer=word,
            tone=tone,
            answered=f"Answered {day_text(row.answered_on)}" if row.answered_on else "",
            said=row.said or "",
            quote="May be quoted" if row.may_be_quoted else "",
            boxes=_boxes(row),
            ticks={name: getattr(row, name) for name in TICKS},
        )


def _boxes(row: Any) -> Boxes:
    values = {name: str(getattr(row, name, None) or "") for name in TEXTS}
    for name in DATES:
        parts = split_day(getattr(row, name, None))
        values |= dict(zip((f"{name}-{p}" for p in ("day", "month", "year")), parts, strict=True))
    return values


NEW: Final = FeedbackView(boxes=_boxes(None), ticks=dict.fromkeys(TICKS, False))
Shown = tuple[list[FeedbackView], list[PersonView]]


def _look(session: CentreSession, case_id: int) -> Shown:
    found = feedback.list_feedback(session, case_id)
    rows = [FeedbackView.of(each) for each in found.rows]
    return rows, [PersonView.of(each) for each in found.people]


def _do(session: CentreSession, case_id: int, verb: Any, *args: Any, **more: Any) -> Shown:
    verb(session, *args, **more)
    return _look(session, case_id)


class FeedbackState(CentreState):
    """The feedback of a case, and the one that the dialog is about."""

    rows: list[FeedbackView] = []
    people: list[PersonView] = []
    persons: list[tuple[str, str]] = []
    chosen: FeedbackView = NEW
    taken_back: FeedbackView = NEW
    errors: FormErrors = {}
    saved: int = 0
    on_case: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the feedback of the case."""
        case_id = self.route_id("case_id")
        self._show(await self.ask(_look, case_id))
        self.on_case, self.taken_back, self.chosen, self.errors = case_id, NEW, NEW, {}

    def _show(self, found: Shown) -> None:
        self.rows, self.people = found
        self.persons = [("", "Choose"), *[(each.id, each.name) for each in self.people]]

    @act(Act.FEEDBACK_RECORD)
    def begin(self, number: int):
        """Put one time of asking into the dialog, or with 0 an empty one."""
        found = [each for each in self.rows if each.id == number]
        self.chosen, self.errors = (found[0] if found else NEW), {}

    @act(Act.FEEDBACK_RECORD, form="errors")
    async def save(self, form: Form):
        """Record that somebody was asked, or the answer to the one in the dialog."""
        data = {**form, **{name: joined_date(form, name) for name in DATES}}
        if not self.chosen.id:
            return await self._take("Recorded.", feedback.record_feedback, self.on_case, data)
        more = {"version": self.chosen.version}
        verb = feedback.change_feedback
        return await self._take("Recorded.", verb, self.chosen.id, data, **more)

    @act(Act.FEEDBACK_RECORD)
    async def take_back(self, number: int):
        """Take back what was recorded by mistake; it can be undone."""
        found = [each for each in self.rows if each.id == number]
        told = await self._take("Taken back.", feedback.remove_feedback, number)
        self.taken_back = found[0] if found else FeedbackView(id=number)
        return told

    @act(Act.FEEDBACK_RECORD)
    async def undo_take_back(self):
        """Bring back what was taken back just now."""
        return await self._take("It is back.", feedback.restore_feedback, self.taken_back.id)

    @act(Act.FEEDBACK_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, FeedbackForm, name, value)

    async def _take(self, told: str, verb: Any, *args: Any, **more: Any) -> Any:
        self._show(await self.ask(_do, self.on_case, verb, *args, **more))
        self.taken_back = NEW
        self.saved += 1
        return notice(told)


WAYS: Final = list(CONSENT_CHANNELS.items())
RATING_WORDS: Final = [("", "No rating"), *[(str(each), word) for each, word in RATINGS.items()]]
