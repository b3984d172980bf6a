"""What the household tab shows and asks: the header's answers, and the people of the case."""

from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services import case_people, separation
from cma_app.services.case_people import PersonForm
from cma_app.services.contact_routes import RouteAnswers
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.households import HouseholdForm, read_household, record_household
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import checked, joined_date
from state.household_views import WORK, HouseholdView, ticked_words
from state.kept_form import KEPT_EARLIER, is_draft, kept_at, typed_in
from state.same_person import SamePerson

KEPT: Final = "household"
"""The form under which what is typed and not saved is kept, by case."""


def _read(session: CentreSession, case_id: int) -> HouseholdView:
    return HouseholdView.of(
        read_household(session, case_id),
        case_people.read_people(session, case_id),
        separation.foresee_parting(session, case_id),
    )


def _record(
    session: CentreSession, case_id: int, answers: dict[str, Any], seen: int
) -> HouseholdView:
    record_household(session, case_id, answers, seen=seen)
    drop_draft(session, KEPT, record_id=case_id)
    return _read(session, case_id)


def _open(session: CentreSession, case_id: int) -> tuple[HouseholdView, Form]:
    """Return the tab, and what this person typed; not where it is of other people by now."""
    view, kept = _read(session, case_id), kept_draft(session, KEPT, record_id=case_id)
    if kept and kept.get("second", "") != view.second_id:
        drop_draft(session, KEPT, record_id=case_id)
        kept = {}
    return view, kept


def _join_new(session: CentreSession, case_id: int, data: Form) -> HouseholdView:
    case_people.join_new_person(session, case_id, data)
    return _read(session, case_id)


def _join(session: CentreSession, case_id: int, client_id: int) -> HouseholdView:
    case_people.join_client(session, case_id, client_id=client_id)
    return _read(session, case_id)


def _separate(session: CentreSession, case_id: int, opens_case: bool) -> HouseholdView:  # noqa: FBT001
    separation.separate_people(session, case_id, opens_case=opens_case)
    return _read(session, case_id)


class HouseholdState(CentreState):
    """The household of a case, whose answers are in its form, and its people."""

    view: HouseholdView = HouseholdView()
    errors: FormErrors = {}
    theirs: dict[str, str] = {}
    lost_to: str = ""
    seen: int = 0
    follows: str = ""
    person_errors: FormErrors = {}
    parting_errors: FormErrors = {}
    same: list[SamePerson] = []
    joined: int = 0
    parted: int = 0
    opened: int = 0
    form_number: int = 0
    kept: str = ""

    _person: dict[str, str] = {}
    _is_touched: bool = False

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the newest answers of the case, what its sheet was made for, and its people."""
        case_id = self.route_id("case_id")
        view, kept = await self.ask(_open, case_id)
        self._show(view)
        if kept:
            self._take_up(kept)
        self.person_errors, self.parting_errors, self.same, self._person = {}, {}, [], {}
        self.opened = case_id

    @act(Act.BUDGET_RECORD)
    async def record(self, form: Form):
        """Record who lives on the budget, or keep it; where somebody else was first, show both."""
        if is_draft(form):
            kept = typed_in(form) | {"seen": str(self.seen)}
            self._is_touched = True
            self.kept = kept_at(
                await self.ask(keep_draft, KEPT, kept, record_id=self.route_id("case_id"))
            )
            return None
        work = {name: ticked_words(form, name) for name in WORK}
        try:
            shown = await self.ask(_record, self.route_id("case_id"), {**form, **work}, self.seen)
        except Invalid as error:
            self.errors = dict(error.fields)
            return None
        except Conflict as error:
            if not error.theirs:
                raise
            theirs = dict(error.theirs)
            self.seen = int(theirs.pop("seen", self.seen))
            self.errors, self.lost_to, self.theirs = {}, error.sentence, theirs
            return None
        self._show(shown)
        return [notice("Household saved."), CaseBarState.refresh]

    @act(Act.BUDGET_RECORD)
    async def drop(self):
        """Throw away what was typed and not saved, and show what is stored."""
        case_id = self.route_id("case_id")
        await self.ask(drop_draft, KEPT, record_id=case_id)
        self._show(await self.ask(_read, case_id))

    @act(Act.BUDGET_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it; the counts follow from the ages."""
        self._is_touched = True
        self.errors = checked(self.errors, HouseholdForm, name, value)
        if name == "child_ages":
            self.follows = "" if name in self.errors else _counted(value)

    @act(Act.CASE_JOIN, quiet=True)
    async def check_person(self, name: str, value: str):
        """Say what is wrong with a box that was left, and who looks like the person so far."""
        sheet = RouteAnswers if name.startswith("route_") else PersonForm
        self.person_errors = checked(self.person_errors, sheet, name, value)
        if name in PersonForm.model_fields:
            self._person = {**self._person, name: value[:200]}
            self.same = await self.ask(
                case_people.alike_people,
                self.route_id("case_id"),
                self._person,
                show=SamePerson.each,
            )

    @act(Act.CASE_JOIN, form="person_errors")
    async def join_new(self, form: Form):
        """Make a file for the second person and put them on the case."""
        typed = form | {"date_of_birth": joined_date(form, "date_of_birth")}
        self._people(await self.ask(_join_new, self.route_id("case_id"), typed))
        return self._joined()

    @act(Act.CASE_JOIN, form="person_errors")
    async def join(self, client_number: int):
        """Put a client of the centre on the case."""
        self._people(await self.ask(_join, self.route_id("case_id"), client_number))
        return self._joined()

    @act(Act.CASE_SEPARATE, form="parting_errors")
    async def separate(self, form: Form):
        """Separate the two people of the case."""
        own = form.get("own_case", "")
        if own not in {"yes", "no"}:
            raise Invalid({"own_case": "Choose whether to open a case for them."})
        self._people(await self.ask(_separate, self.route_id("case_id"), own == "yes"))
        self.parted += 1
        told = "Separated. A case of their own is on your list." if own == "yes" else "Separated."
        return [notice(told), CaseBarState.refresh]

    def _joined(self) -> list[Any]:
        self.same, self._person = [], {}
        self.joined += 1
        told = "On the case. Ask for consents and safe routes of their own, in their file."
        return [notice(told), CaseBarState.refresh]

    def _people(self, view: HouseholdView) -> None:
        """Show who is on the case now; a form that somebody began keeps what is typed."""
        if self._is_touched:
            self.view = view
        else:
            self._show(view)

    def _show(self, view: HouseholdView) -> None:
        self.view, self._is_touched = view, False
        self.seen, self.follows = view.id, _counted(view.answers["child_ages"])
        self.errors, self.theirs, self.lost_to, self.kept = {}, {}, "", ""
        self.form_number += 1

    def _take_up(self, kept: Form) -> None:
        """Let the boxes begin with what was typed before, on the answers it was typed on."""
        self.view = self.view.as_typed(kept)
        self.kept, self._is_touched = KEPT_EARLIER, True
        self.seen = int(kept.get("seen", self.seen))
        self.follows = _counted(self.view.answers["child_ages"])


def _counted(ages: str) -> str:
    """Return the two counts that follow from the ages, in words; empty where none are given."""
    try:
        said = HouseholdForm.read({"child_ages": ages}).answers()
    except Invalid:
        return ""
    if not said["child_ages"]:
        return ""
    return f"{said['children_under_16']} under 16, {said['children_16_to_18']} of 16 to 18"
