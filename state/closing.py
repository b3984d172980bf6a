"""Ending a case on one page, reading how it ended, and amending it; a draft survives a reload."""

from collections.abc import Mapping
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import Conflict, Invalid
from cma_app.services import closing_page, closings, retention
from cma_app.services.closing_forms import ENDINGS, ClosingForm, clean, foresee
from cma_app.services.closing_page import ClosingPage
from cma_app.services.closings import CLOSING_DRAFT
from cma_app.services.drafts import drop_draft, keep_draft
from cma_app.services.retention import HoldForm, LiftForm
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.closing_views import (
    DebtBoxes,
    GainBoxes,
    HoldView,
    PageView,
    RecordView,
    StandBox,
    SumsView,
    begin_debt,
    begin_gain,
    stand_boxes,
)
from state.forms import checked, text_in
from state.submitting import submitted

Words = list[tuple[str, str]]

MOST_GAINS: Final = 40


def _read(session: CentreSession, case_id: int) -> "Shown":
    return Shown(closing_page.read_closing(session, case_id))


class Shown:
    """The page as it is taken over into the state, read while its session is open."""

    def __init__(self, page: ClosingPage) -> None:
        self.view = PageView.of(page)
        self.debts = page.debts
        self.begin: dict[str, str] = dict(page.advised)
        for debt in page.debts:
            self.begin |= begin_debt(debt)
        for number, gain in enumerate(page.gains, start=1):
            self.begin |= begin_gain(number, gain)
        if page.record is not None:
            self.begin |= _ending_of(page)
        elif not page.is_at_work:
            self.begin["status"] = page.status
        self.typed = page.draft
        said = self.begin | self.typed
        self.meetings, self.tasks = stand_boxes(page, said)
        self.holds = [HoldView.of(each) for each in page.holds]
        self.choices = page.choices
        self.seen = {debt.id: debt.outcome for debt in page.debts}


def _ending_of(page: ClosingPage) -> dict[str, str]:
    """Return how a case ended as the boxes of an amendment begin with it."""
    closing = page.record.closing if page.record else None
    names = (
        *("status", "reason", "reason_words", "referred_to", "debt_solution", "fca_outcome"),
        *("client_words", "what_next", "emergency_words"),
    )
    kept = {f"saved-{code}": "on" for code in (closing.saved if closing else [])}
    return {name: str(getattr(closing, name) or "") for name in names} | kept


def _changed(begin: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed over what is stored: a draft hides nothing that changes later."""
    gone = {
        name: "" for name in begin if name.startswith(("gain-", "saved-")) and name not in typed
    }
    return gone | {name: text for name, text in typed.items() if text != begin.get(name, "")}


class ClosingState(CentreState):
    """The closing page of one case: its boxes, its sums so far, and the record once it ended."""

    view: PageView = PageView()
    debts: list[DebtBoxes] = []
    gains: list[GainBoxes] = []
    meetings: list[StandBox] = []
    tasks: list[StandBox] = []
    said: dict[str, str] = {}
    sums: SumsView = SumsView()
    status: str = ""
    reasons: Words = []
    outcomes: Words = []
    solutions: Words = []
    fca_outcomes: Words = []
    gain_kinds: Words = []
    saved_boxes: list[tuple[str, str, bool]] = []
    errors: FormErrors = {}
    obstacle: str = ""
    theirs: dict[str, str] = {}
    kept: str = ""
    amending: bool = False
    form_number: int = 0
    holds: list[HoldView] = []
    hold: HoldView = HoldView()
    hold_errors: FormErrors = {}
    saved: int = 0
    opened: int = 0

    _begin: dict[str, str] = {}
    _choices: dict[str, dict[str, str]] = {}
    _seen: dict[int, str] = {}

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the page, with what this person typed before."""
        self.errors, self.obstacle, self.theirs, self.amending = {}, "", {}, False
        self.kept, self.hold, self.hold_errors = "", HoldView(), {}
        await self._show()
        self.opened = self.route_id("case_id")

    async def _show(self) -> None:
        """Show the page anew; its form begins again with what is stored and what was typed."""
        found: Shown = await self.ask(_read, self.route_id("case_id"))
        self._take(found)
        said = found.begin | found.typed
        self.debts = [DebtBoxes.of(each, found.typed) for each in found.debts]
        numbers = {int(name.split("-")[1]) for name in said if name.startswith("gain-")}
        self.gains = [GainBoxes.of(number, said) for number in sorted(numbers or {1})]
        self.said = {name: text for name, text in said.items() if "-" not in name}
        self.saved_boxes = [
            (f"saved-{code}", word, bool(said.get(f"saved-{code}")))
            for code, word in found.choices["saved"].items()
        ]
        self._tell(said)
        self.form_number += 1

    def _take(self, found: Shown) -> None:
        self.view, self.holds = found.view, found.holds
        self.meetings, self.tasks = found.meetings, found.tasks
        self._begin, self._choices, self._seen = found.begin, found.choices, found.seen
        self.outcomes = [("", "Choose"), *found.choices["outcomes"].items()]
        self.solutions = [("", "Choose"), *found.choices["solutions"].items()]
        self.fca_outcomes = [("", "Choose"), *found.choices["fca_outcomes"].items()]
        self.gain_kinds = [("", "Choose"), *found.choices["gains"].items()]

    def _tell(self, said: Mapping[str, str]) -> None:
        """Show what follows from what is typed: the sums, the reasons, what a gain is a year."""
        self.sums = SumsView.of(foresee(said))
        self.status = said.get("status", "")
        words = self._choices.get(f"reasons of {self.status}", {})
        self.reasons = [("", "Choose" if words else "Choose first how it ends"), *words.items()]
        self.gains = [GainBoxes.of(each.number, said) for each in self.gains]

    @act(Act.DEBT_RECORD)
    async def send(self, form: Form):
        """Do what the pressed button says: keep a draft, save the outcomes, end or amend."""
        intent, typed = form.get("intent", ""), clean(form)
        case_id = self.route_id("case_id")
        changed = _changed(self._begin, typed)
        moment = await self.ask(keep_draft, CLOSING_DRAFT, changed, record_id=case_id)
        self.kept = f"Draft kept {local(moment):%H:%M}"
        self._tell({"status": self._begin.get("status", ""), **typed})
        if intent == "draft":
            return None
        steps = {"end": self._end, "save": self._save, "amend": self._amend}
        if intent not in steps:
            return None
        try:
            return await steps[intent](case_id, typed)
        except Invalid as error:
            self.errors, self.obstacle = dict(error.fields), ""
        except Conflict as error:
            return await self._meet(error)
        return None

    async def _end(self, case_id: int, typed: Form) -> Any:
        if told := await submitted(self, "close_case", case_id, form=typed):
            self.errors, self.obstacle, self.theirs = {}, "", {}
            return told
        word = ENDINGS.get(typed.get("status", ""), "Ended").lower()
        await self.ask(
            closings.end_case, case_id, typed, seen=self._seen, show=lambda row: row.revision
        )
        return await self._done(f"The case is {word}.")

    async def _save(self, case_id: int, typed: Form) -> Any:
        count = await self.ask(closings.save_outcomes, case_id, typed, seen=self._seen)
        found: Shown = await self.ask(_read, case_id)
        self._take(found)
        self.errors, self.obstacle, self.theirs = {}, "", {}
        of = len(found.debts)
        return notice(f"Saved. {count} of {of} debts have an outcome on the record.")

    async def _amend(self, case_id: int, typed: Form) -> Any:
        await self.ask(
            closings.amend_closing,
            case_id,
            typed,
            seen=self.view.record.revision,
            show=lambda row: row.revision,
        )
        return await self._done("The closing is changed. What it said before is kept.")

    async def _done(self, sentence: str) -> Any:
        self.errors, self.obstacle, self.theirs = {}, "", {}
        self.kept, self.amending = "", False
        await self._show()
        self.saved += 1
        return [notice(sentence), CaseBarState.refresh]

    async def _meet(self, error: Conflict) -> Any:
        """Say what stands in the way beside what is stored now; what was typed stays."""
        self._take(await self.ask(_read, self.route_id("case_id")))
        self.errors, self.obstacle, self.theirs = {}, error.sentence, error.theirs
        return [notice(error.sentence, "late"), CaseBarState.refresh]

    @act(Act.DEBT_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ClosingForm, name, value)

    @act(Act.DEBT_RECORD)
    def add_gain(self):
        """Give the form one more row for a gain."""
        last = max((each.number for each in self.gains), default=0)
        if len(self.gains) < MOST_GAINS:
            self.gains = [*self.gains, GainBoxes.of(last + 1, {})]

    @act(Act.DEBT_RECORD)
    def drop_gain(self, number: int):
        """Take a gain's row away."""
        self.gains = [each for each in self.gains if each.number != number]

    @act(Act.CLOSING_AMEND)
    def begin_amending(self):
        """Show the form with how the case ended."""
        self.amending = True
        self.errors, self.obstacle = {}, ""

    @act(Act.CLOSING_AMEND)
    async def leave_amending(self):
        """Go back to the record, and forget what was typed."""
        case_id = self.route_id("case_id")
        await self.ask(drop_draft, CLOSING_DRAFT, record_id=case_id)
        self.amending, self.errors, self.obstacle, self.kept = False, {}, "", ""
        await self._show()

    @act(Act.HOLD_PLACE, form="hold_errors")
    async def place_hold(self, form: Form):
        """Keep the client's record whatever the dates say."""
        case_id = self.route_id("case_id")
        await self.ask(retention.place_hold, case_id, form, show=lambda row: row.id)
        return await self._held("The record is held until the hold is lifted.")

    @act(Act.HOLD_LIFT)
    def choose_hold(self, number: int):
        """Open the dialog that lifts a hold."""
        found = [each for each in self.holds if each.id == number]
        self.hold, self.hold_errors = (found[0] if found else HoldView()), {}

    @act(Act.HOLD_LIFT, form="hold_errors")
    async def lift_hold(self, form: Form):
        """Lift the chosen hold, with the reason."""
        await self.ask(
            retention.lift_hold,
            self.hold.id,
            reason=text_in(form, "reason"),
            version=self.hold.version,
            show=lambda row: row.id,
        )
        return await self._held("The hold is lifted. The dates count again.")

    async def _held(self, sentence: str) -> Any:
        self._take(await self.ask(_read, self.route_id("case_id")))
        self.saved += 1
        return notice(sentence)

    @act(Act.HOLD_PLACE, quiet=True)
    def check_hold(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        form = LiftForm if name == "reason" else HoldForm
        self.hold_errors = checked(self.hold_errors, form, name, value)


class ClosingCardState(CentreState):
    """The card of a case's overview that says how it ended."""

    record: RecordView = RecordView()
    on_case: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show how the case ended, where it did."""
        case_id = self.route_id("case_id")
        self.record = await self.ask(closing_page.read_record, case_id, show=RecordView.of)
        self.on_case = case_id
