"""The advice tab of a case: recommending, what the client chose, and how far the solution is."""

from dataclasses import dataclass
from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import advice_drafts, recommendations, sign_offs
from cma_app.services.drafts import drop_draft, keep_draft
from cma_app.services.recommendation_forms import (
    LOOKED_AGAIN,
    Advice,
    ChoiceForm,
    ProgressForm,
)
from cma_app.services.recommendations import ADVICE_DRAFT, AdvicePage
from cma_app.services.sign_off_list import waits_for
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import checked, joined_date, ticked
from state.kept_form import KEPT_EARLIER, is_draft, kept_at, typed_in
from state.recommendation_views import (
    AdvicePageView,
    AdviceView,
    Boxes,
    OptionBox,
    advice_boxes,
    option_boxes,
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The tab as it is taken over into the state, read while its session is open."""

    view: AdvicePageView
    stored: Boxes
    anew: Boxes
    typed: Boxes
    seen: str
    options: list[OptionBox]

    @classmethod
    def of(cls, page: AdvicePage) -> "_Shown":
        newest = page.given[0].row if page.given else None
        return cls(
            view=AdvicePageView.of(page),
            stored=advice_boxes(page.draft.row if page.draft else None),
            anew=advice_boxes(newest, anew=True),
            typed=dict(page.typed),
            seen=page.seen,
            options=option_boxes(page.options, {}),
        )


def _read(session: CentreSession, case_id: int) -> _Shown:
    return _Shown.of(recommendations.read_advice(session, case_id))


def _save(session: CentreSession, case_id: int, form: Form, seen: str) -> str:
    """Give the advice, or submit it; return for whom it waits, empty where it stands."""
    if not session.actor.prepares(Act.RECOMMENDATION_GIVE):
        recommendations.give_advice(session, case_id, form, seen=seen)
        return ""
    row = recommendations.prepare_advice(session, case_id, form, seen=seen)
    sign_offs.submit(session, "give_advice", row.id, {})
    return waits_for(session, session.actor.user_id)


def _restore(session: CentreSession, number: int, typed: Boxes) -> _Shown:
    return _read(session, advice_drafts.restore_advice(session, number, typed))


def _do(session: CentreSession, case_id: int, verb: Any, *args: Any, **more: Any) -> _Shown:
    verb(session, *args, **more)
    return _read(session, case_id)


class AdviceState(CentreState):
    """The advice of one case: its form, what stands, and the version that a dialog is about."""

    view: AdvicePageView = AdvicePageView()
    boxes: Boxes = advice_boxes(None)
    options: list[OptionBox] = []
    errors: FormErrors = {}
    obstacle: str = ""
    kept: str = ""
    writing: bool = False
    form_number: int = 0
    chosen: AdviceView = AdviceView()
    choice_errors: FormErrors = {}
    progress_errors: FormErrors = {}
    saved: int = 0
    opened: int = 0
    discarded: AdviceView = AdviceView()

    _stored: Boxes = {}
    _anew: Boxes = {}
    _seen: str = ""
    _unsaved: Boxes = {}

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the advice of the case, and what this person had typed."""
        case_id = self.route_id("case_id")
        self._begin_with(await self.ask(_read, case_id))
        self.opened, self.discarded = case_id, AdviceView()

    def _begin_with(self, found: _Shown) -> None:
        """Show everything anew; the form begins with what was typed, else with what is stored."""
        self._take(found)
        self.writing = bool(found.typed) or found.view.has_draft or not found.view.standing.id
        self.kept = KEPT_EARLIER if found.typed else ""
        self._fill(found.typed or self._stored)

    def _take(self, found: _Shown) -> None:
        self.view, self._stored, self._anew = found.view, found.stored, found.anew
        self.options, self._seen = found.options, found.seen

    def _fill(self, boxes: Boxes) -> None:
        self.boxes = advice_boxes(None) | boxes
        self.options = [
            OptionBox(each.code, each.label, each.box, boxes.get(each.box, ""))
            for each in self.options
        ]
        self.errors, self.obstacle = {}, ""
        self.form_number += 1

    @act(Act.RECOMMENDATION_PREPARE)
    def begin(self):
        """Begin new advice with the words of what stands."""
        self.writing = True
        self._fill(self._anew)

    @act(Act.RECOMMENDATION_PREPARE, form="errors")
    async def send(self, form: Form):
        """Keep what is typed, or give the advice; a trainee's waits for sign-off."""
        case_id, typed = self.route_id("case_id"), typed_in(form)
        if is_draft(form):
            moment = await self.ask(keep_draft, ADVICE_DRAFT, typed, record_id=case_id)
            self.kept = kept_at(moment)
            return None
        data = {
            **typed,
            "advised_on": joined_date(form, "advised_on"),
            LOOKED_AGAIN: ticked(form, LOOKED_AGAIN),
        }
        try:
            who = await self.ask(_save, case_id, data, self._seen)
        except Conflict as conflict:
            await self.ask(keep_draft, ADVICE_DRAFT, typed, record_id=case_id)
            self.obstacle = conflict.sentence
            return notice(conflict.sentence, "late")
        self._begin_with(await self.ask(_read, case_id))
        self.discarded = AdviceView()
        told = f"Submitted. It waits for sign-off by {who}." if who else "Advice recorded."
        return [notice(told, "note" if who else "good"), CaseBarState.refresh]

    @act(Act.RECOMMENDATION_PREPARE)
    async def drop(self):
        """Throw away what was typed, and show what is stored."""
        case_id = self.route_id("case_id")
        await self.ask(drop_draft, ADVICE_DRAFT, record_id=case_id)
        self._begin_with(await self.ask(_read, case_id))

    @act(Act.RECOMMENDATION_PREPARE)
    async def discard(self):
        """Take one's own draft away; it can be undone."""
        draft = self.view.draft
        case_id = self.route_id("case_id")
        self._unsaved = await self.ask(
            advice_drafts.discard_advice, draft.id, version=draft.version
        )
        self._begin_with(await self.ask(_read, case_id))
        self.discarded = draft
        return CaseBarState.refresh

    @act(Act.RECOMMENDATION_PREPARE)
    async def undo_discard(self):
        """Bring back the draft that was discarded just now, with what was typed in it."""
        self._begin_with(await self.ask(_restore, self.discarded.id, self._unsaved))
        self.discarded, self._unsaved = AdviceView(), {}
        return CaseBarState.refresh

    @act(Act.RECOMMENDATION_PREPARE, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, Advice, name, value)

    @act(Act.RECOMMENDATION_FOLLOW)
    def choose(self, number: int):
        """Open the dialog about one version."""
        every = [self.view.standing, *self.view.earlier]
        found = [each for each in every if each.id == number]
        self.chosen = found[0] if found else AdviceView()
        self.choice_errors, self.progress_errors = {}, {}

    @act(Act.RECOMMENDATION_FOLLOW, form="choice_errors")
    async def save_choice(self, form: Form):
        """Record what the client chose."""
        data = {**form, "chosen_on": joined_date(form, "chosen_on")}
        return await self._follow("The choice is recorded.", recommendations.record_choice, data)

    @act(Act.RECOMMENDATION_FOLLOW, form="progress_errors")
    async def save_progress(self, form: Form):
        """Record how far the solution is."""
        days = {name: joined_date(form, name) for name in ("started_on", "ended_on")}
        verb = recommendations.record_progress
        return await self._follow("Progress recorded.", verb, {**form, **days})

    async def _follow(self, told: str, verb: Any, data: Form) -> Any:
        found: _Shown = await self.ask(
            _do, self.opened, verb, self.chosen.id, data, version=self.chosen.version
        )
        self._take(found)
        if not self.writing:
            self._fill(self._stored)
        self.saved += 1
        return notice(told)

    @act(Act.RECOMMENDATION_FOLLOW, quiet=True)
    def check_choice(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.choice_errors = checked(self.choice_errors, ChoiceForm, name, value)

    @act(Act.RECOMMENDATION_FOLLOW, quiet=True)
    def check_progress(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.progress_errors = checked(self.progress_errors, ProgressForm, name, value)
