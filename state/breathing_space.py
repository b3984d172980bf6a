"""What the dates tab of a case asks about breathing spaces: recorded, reviewed, ended, undone."""

from dataclasses import dataclass
from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.rules.breathing_space import why_none
from cma_app.services import breathing_space, breathing_space_debts, breathing_space_list
from cma_app.services.breathing_space_forms import (
    ContactForm,
    CoveredForm,
    ReviewForm,
    SpaceEndForm,
    SpaceForm,
)
from cma_app.services.timeline import read_space_history
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.breathing_space_views import (
    DATE_BOXES,
    CoveredView,
    SpacesView,
    SpaceView,
    values_of,
)
from state.case_bar import CaseBarState
from state.forms import checked, joined_date


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A breathing space that was taken back just now; `id` is 0 where none was."""

    id: int = 0
    title: str = ""


def _look(session: CentreSession, case_id: int) -> SpacesView:
    found = breathing_space_list.read_spaces(session, case_id)
    return SpacesView.of(found, read_space_history(session, case_id), why_none(found.nation))


def _do(session: CentreSession, case_id: int, verb: Any, *args: Any, **more: Any) -> SpacesView:
    """Do one step and show the case's breathing spaces as they stand then."""
    verb(session, *args, **more)
    return _look(session, case_id)


def _dated(form: Form, *names: str) -> Form:
    return {**form, **{name: joined_date(form, name) for name in names}}


class BreathingSpaceState(CentreState):
    """The breathing spaces of a case, and the one that a dialog is about."""

    view: SpacesView = SpacesView()
    chosen: SpaceView = SpaceView()
    values: dict[str, str] = values_of(None)
    debt: CoveredView = CoveredView()
    theirs: dict[str, str] = {}
    errors: FormErrors = {}
    review_errors: FormErrors = {}
    contact_errors: FormErrors = {}
    end_errors: FormErrors = {}
    cover_errors: FormErrors = {}
    taken_back: TakenBack = TakenBack()
    saved: int = 0
    opened: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the breathing spaces of the case on screen."""
        case_id = self.route_id("case_id")
        self.view = await self.ask(_look, case_id)
        self.opened, self.taken_back = case_id, TakenBack()
        self._begin(SpaceView())

    def _begin(self, space: SpaceView) -> None:
        self.chosen = space
        self.values = space.boxes or values_of(None)
        self.theirs, self.errors, self.review_errors = {}, {}, {}
        self.contact_errors, self.end_errors, self.cover_errors = {}, {}, {}

    @act(Act.CASE_OPEN)
    def begin(self, space_id: int):
        """Put a breathing space into the dialogs, or with 0 an empty one."""
        self._choose(space_id)

    def _choose(self, space_id: int) -> None:
        found = [each for each in self.view.spaces if each.id == space_id]
        self._begin(found[0] if found else SpaceView())

    @act(Act.CASE_OPEN)
    def choose_debt(self, space_id: int, debt_id: int):
        """Put one debt of a breathing space into the dialog that decides about it."""
        self._choose(space_id)
        found = [each for each in self.chosen.debts if each.debt_id == debt_id]
        self.debt = found[0] if found else CoveredView()

    @act(Act.BREATHING_SPACE_RECORD, form="errors")
    async def save(self, form: Form):
        """Record a breathing space, or put the one in the dialog right."""
        data = _dated(form, *DATE_BOXES)
        if not self.chosen.id:
            verb, sentence = breathing_space.record_space, "Breathing space recorded."
            return await self._take(sentence, verb, self.opened, data)
        verb, more = breathing_space.change_space, {"version": self.chosen.version}
        return await self._take("Put right.", verb, self.chosen.id, data, **more)

    @act(Act.BREATHING_SPACE_REVIEW, form="review_errors")
    async def review(self, form: Form):
        """Record the midway review of the one in the dialog."""
        return await self._about(
            "Review recorded.", breathing_space.review_space, _dated(form, "review_held_on")
        )

    @act(Act.BREATHING_SPACE_RECORD, form="contact_errors")
    async def confirm(self, form: Form):
        """Record that the named contact said the treatment goes on."""
        verb = breathing_space.confirm_treatment
        return await self._about(
            "Recorded. Ask again by the new day.", verb, _dated(form, "confirmed_on")
        )

    @act(Act.BREATHING_SPACE_END, form="end_errors")
    async def end(self, form: Form):
        """Record that the one in the dialog ended early."""
        sentence = "Its end is recorded."
        return await self._about(sentence, breathing_space.end_space, _dated(form, "ended_on"))

    @act(Act.BREATHING_SPACE_RECORD, form="cover_errors")
    async def cover(self, form: Form):
        """Put the debt in the dialog into the breathing space, or leave it out."""
        verb = breathing_space_debts.decide_debt
        data, more = _dated(form, "effective_on"), {"version": self.debt.version}
        return await self._take("Saved.", verb, self.chosen.id, self.debt.debt_id, data, **more)

    @act(Act.BREATHING_SPACE_REVIEW)
    async def undo_review(self, space_id: int):
        """Take back a review that was recorded by a slip."""
        verb = breathing_space.undo_review
        return await self._take("The review is to do again.", verb, space_id)

    @act(Act.BREATHING_SPACE_END)
    async def undo_end(self, space_id: int):
        """Take back an end that was recorded by a slip."""
        verb = breathing_space.undo_end
        return await self._take("Its end was taken back. It runs by its days.", verb, space_id)

    @act(Act.BREATHING_SPACE_END)
    async def take_back(self, space_id: int):
        """Take back a breathing space that was recorded by mistake; it can be undone."""
        found = [each for each in self.view.spaces if each.id == space_id]
        said = await self._take("Taken back.", breathing_space.remove_space, space_id)
        self.taken_back = TakenBack(space_id, found[0].title if found else "Breathing space")
        return said

    @act(Act.BREATHING_SPACE_END)
    async def undo_take_back(self):
        """Bring back the one that was taken back just now."""
        space_id = self.taken_back.id
        said = await self._take("It is back.", breathing_space.restore_space, space_id)
        self.taken_back = TakenBack()
        return said

    @act(Act.CASE_OPEN, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box of the record that was left what is wrong with it."""
        self.errors = checked(self.errors, SpaceForm, name, value)

    @act(Act.CASE_OPEN, quiet=True)
    def check_review(self, name: str, value: str):
        """Say beside a box of the review that was left what is wrong with it."""
        self.review_errors = checked(self.review_errors, ReviewForm, name, value)

    @act(Act.CASE_OPEN, quiet=True)
    def check_contact(self, name: str, value: str):
        """Say beside the contact's box that was left what is wrong with it."""
        self.contact_errors = checked(self.contact_errors, ContactForm, name, value)

    @act(Act.CASE_OPEN, quiet=True)
    def check_end(self, name: str, value: str):
        """Say beside a box of the end that was left what is wrong with it."""
        self.end_errors = checked(self.end_errors, SpaceEndForm, name, value)

    @act(Act.CASE_OPEN, quiet=True)
    def check_cover(self, name: str, value: str):
        """Say beside a box of a debt's decision that was left what is wrong with it."""
        self.cover_errors = checked(self.cover_errors, CoveredForm, name, value)

    async def _about(self, sentence: str, verb: Any, data: Form) -> Any:
        return await self._take(sentence, verb, self.chosen.id, data, version=self.chosen.version)

    async def _take(self, sentence: str, verb: Any, *args: Any, **more: Any) -> Any:
        """Take one step; who came second sees what is stored, and the next save is meant."""
        try:
            self.view = await self.ask(_do, self.opened, verb, *args, **more)
        except Conflict as conflict:
            self.view = await self.ask(_look, self.opened)
            newest = [each for each in self.view.spaces if each.id == self.chosen.id]
            if not (newest and conflict.theirs):
                raise
            self.chosen, self.theirs = newest[0], conflict.theirs
            return notice("Somebody changed this in the meantime. Both values are shown.", "late")
        self.taken_back = TakenBack()
        self.theirs = {}
        self.saved += 1
        return [notice(sentence), CaseBarState.refresh]
