"""What the page of keeping and removing asks: the list, its confirmation, holds put and lifted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.rules.forgetting import COMING, DUE, HELD
from cma_app.services import forgetting, retention
from cma_app.services.forgetting_page import (
    MOST,
    EarlierList,
    Listed,
    ListSeen,
    RetentionPage,
    read_retention,
    words_of,
)
from cma_app.services.retention import Hold, HoldForm, LiftForm
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.caseload_figures import FigureRow, bar_row
from state.forms import checked, joined_date
from state.words import day_text, moment_text, several

PARTS: Final = (("p1", "Who they are"), ("p2", "Their figures"))
"""The colours of the picture, and what each stands for."""
MORE: Final = (
    f"Of each part the first {MOST} are shown. A confirmation is for those: the others stand on the"
    " next list."
)
STATES: Final = {
    DUE: "Due now",
    "confirmed": "Being removed",
    "done": "Removed",
    "skipped": "Left",
    COMING: "In the next 90 days",
    HELD: "Held",
}
ROWS: Final = (
    ("case_notes", "note"),
    ("documents", "document"),
    ("letters", "letter"),
    ("appointments", "appointment"),
    ("debts", "debt"),
)


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person on the list as text; `path` is empty where there is no page of theirs."""

    id: int
    name: str
    reference: str
    path: str
    what: str
    numbers: str
    why: list[str]
    until: str
    word: str
    tone: str

    @classmethod
    def of(cls, row: Listed) -> "PersonView":
        """Return a person on the list."""
        is_whole = row.covers == "case"
        cases = several(row.cases, "case") if row.cases else "No case"
        numbers = [cases, *_numbers(row, figures=not is_whole)]
        why = [words_of(code, about) for code, about in row.reasons]
        return cls(
            row.client_id,
            row.name or "Nobody any more",
            row.reference,
            f"/clients/{row.client_id}" if row.name else "",
            "Who they are, and all that was written" if is_whole else "The figures",
            ", ".join(numbers),
            [row.skipped_because] if row.skipped_because else why,
            day_text(row.kept_until),
            STATES.get(row.state, row.state),
            {"done": "good", "skipped": "late"}.get(row.state, "note"),
        )


def _numbers(row: Listed, *, figures: bool) -> Iterable[str]:
    for name, word in ROWS:
        if row.rows.get(name) and (name == "debts") == figures:
            yield several(row.rows[name], word)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold that stands, as text; `late` says that its day of looking again has come."""

    id: int = 0
    version: int = 0
    person: str = ""
    path: str = ""
    kind: str = ""
    reason: str = ""
    placed: str = ""
    review: str = ""
    late: bool = False

    @classmethod
    def of(cls, hold: Hold) -> "HoldLine":
        """Return a line of a hold."""
        return cls(
            hold.id,
            hold.version,
            hold.person,
            f"/clients/{hold.client_id}",
            hold.kind,
            hold.reason,
            f"{hold.placed_by}, {moment_text(hold.placed_at)}",
            day_text(hold.review_on, none="No day was set"),
            hold.is_to_review,
        )


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document whose date has passed."""

    id: int
    name: str
    path: str
    reference: str
    until: str


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A list that was confirmed: when and by whom, and what came of it."""

    when: str
    by: str
    came: str
    is_done: bool

    @classmethod
    def of(cls, row: EarlierList) -> "EarlierLine":
        """Return a line of an earlier list."""
        came = [f"{several(row.done, 'person', 'people')} removed"]
        came += [f"{row.left} left"] if row.left else []
        came += [f"{row.waiting} still to do"] if row.waiting else []
        return cls(
            moment_text(row.confirmed_at), row.confirmed_by, ", ".join(came), row.status == "done"
        )


@dataclass(frozen=True, slots=True)
class PageView:
    """The page but for its tables: what was listed when, and how many people there are of each."""

    id: int = 0
    version: int = 0
    listed_on: str = ""
    listed: str = ""
    confirmed: str = ""
    may_confirm: bool = False
    working: bool = False
    due: int = 0
    due_said: str = ""
    coming: int = 0
    held: int = 0
    documents: int = 0
    figures: str = ""
    fresh: bool = False
    picture: list[FigureRow] = field(default_factory=list)

    @classmethod
    def of(cls, page: RetentionPage) -> "PageView":
        """Return what stands above and beside the tables."""
        shown = page.shown
        due = _count(shown, DUE)
        asked = min(due, MOST)
        return cls(
            id=shown.id,
            version=shown.version,
            listed_on=shown.listed_on.isoformat() if shown.listed_on else "",
            listed=day_text(shown.listed_on),
            confirmed=(
                f"Confirmed by {shown.confirmed_by}, {moment_text(shown.confirmed_at)}"
                if shown.confirmed_at
                else ""
            ),
            may_confirm=shown.status == "listed" and due > 0,
            working=shown.status == "confirmed",
            due=due,
            due_said=several(asked, "person", "people"),
            coming=_count(shown, COMING),
            held=_count(shown, HELD),
            documents=page.documents_total,
            figures=(
                f"{several(page.kept_figures, 'case')} of earlier years"
                f" {'is' if page.kept_figures == 1 else 'are'} kept as bands alone."
                if page.kept_figures
                else ""
            ),
            fresh=page.is_fresh,
            picture=_picture(shown),
        )


def _count(shown: ListSeen, state: str) -> int:
    return sum(number for (found, _), number in shown.counts.items() if found == state)


def _picture(shown: ListSeen) -> list[FigureRow]:
    """Return a line for each state that has people or belongs to every list."""
    counts = {
        state: [shown.counts.get((state, covers), 0) for covers in ("case", "financial")]
        for state in STATES
    }
    lines = {
        state: numbers
        for state, numbers in counts.items()
        if any(numbers) or state in (DUE, COMING, HELD)
    }
    whole = max((sum(numbers) for numbers in lines.values()), default=0)
    return [
        bar_row(STATES[state], PARTS, numbers, whole=whole, more=(f"{sum(numbers)}",))
        for state, numbers in lines.items()
    ]


class RetentionState(CentreState):
    """The list of who is to be forgotten, and the holds of the centre."""

    view: PageView = PageView()
    due: list[PersonView] = []
    coming: list[PersonView] = []
    held: list[PersonView] = []
    holds: list[HoldLine] = []
    documents: list[DocumentLine] = []
    earlier: list[EarlierLine] = []
    more: str = ""
    ready: bool = False
    person_name: str = ""
    hold: HoldLine = HoldLine()
    errors: FormErrors = {}
    obstacle: str = ""
    done: int = 0

    _person: int = 0

    @load(Act.RETENTION_SEE)
    async def open(self):
        """Show the page."""
        self.errors, self.obstacle, self.hold = {}, "", HoldLine()
        await self._look()

    @act(Act.RETENTION_SEE, quiet=True, unattended=True)
    async def refresh(self):
        """Show it as it is now, while what was confirmed is being done."""
        await self._look()

    @act(Act.RETENTION_CONFIRM)
    async def begin(self):
        """Open the question; what stood in the way before is forgotten."""
        self.obstacle = ""
        await self._look()

    @act(Act.RETENTION_CONFIRM)
    async def confirm(self):
        """Confirm the list as it is on screen."""
        listed = self.view.listed_on
        try:
            number = await self.ask(
                forgetting.confirm_list,
                self.view.id,
                version=self.view.version,
                listed_on=date.fromisoformat(listed) if listed else date.min,
                people=[each.id for each in self.due],
            )
        except Conflict as error:
            self.obstacle = error.sentence
            return None
        await self._done()
        people = several(number, "person", "people")
        return notice(f"Confirmed: {people}. It is done within minutes.")

    @act(Act.HOLD_PLACE)
    def choose(self, number: int):
        """Open the dialog that holds a person of the list."""
        found = [each for each in (*self.due, *self.coming, *self.held) if each.id == number]
        self._person, self.errors = (found[0].id if found else 0), {}
        self.person_name = found[0].name if found else ""

    @act(Act.HOLD_PLACE, form="errors")
    async def place(self, form: Form):
        """Hold the chosen person's record."""
        said = form | {"review_on": joined_date(form, "review_on")}
        await self.ask(retention.hold_person, self._person, said, show=lambda row: row.id)
        await self._done()
        return notice("The record is held until the hold is taken off.")

    @act(Act.HOLD_LIFT)
    def choose_hold(self, number: int):
        """Open the dialog that takes a hold off."""
        found = [each for each in self.holds if each.id == number]
        self.hold, self.errors = (found[0] if found else HoldLine()), {}

    @act(Act.HOLD_LIFT, form="errors")
    async def lift(self, form: Form):
        """Take the chosen hold off, with the reason."""
        await self.ask(
            retention.lift_hold,
            self.hold.id,
            reason=form.get("reason", ""),
            version=self.hold.version,
            show=lambda row: row.id,
        )
        await self._done()
        return notice("The hold is off. The next list counts without it.")

    @act(Act.HOLD_PLACE, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, LiftForm if name == "reason" else HoldForm, name, value)

    async def _done(self) -> None:
        await self._look()
        self.errors, self.obstacle = {}, ""
        self.done += 1

    async def _look(self) -> None:
        page: RetentionPage = await self.ask(read_retention)
        people: dict[str, list[PersonView]] = {DUE: [], COMING: [], HELD: []}
        for row in page.shown.people:
            people.setdefault(row.state, []).append(PersonView.of(row))
        self.due = [
            each
            for state in (DUE, "confirmed", "done", "skipped")
            for each in people.get(state, [])
        ]
        self.coming, self.held = people[COMING], people[HELD]
        self.holds = [HoldLine.of(each) for each in page.holds]
        self.documents = [
            DocumentLine(
                each.id,
                each.name,
                f"/cases/{each.case_id}/documents",
                each.reference,
                day_text(each.until),
            )
            for each in page.documents
        ]
        self.earlier = [EarlierLine.of(each) for each in page.earlier]
        longest = max((len(each) for each in (self.due, self.coming, self.held)), default=0)
        self.more = MORE if longest >= MOST else ""
        self.view, self.ready = PageView.of(page), True
