"""What the budget tab shows and asks."""

from dataclasses import replace
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.services import budgets, document_reading, document_suggestions, sheet_details
from cma_app.services.budgets import CaseBudget
from cma_app.services.drafts import browser_key, drop_draft, keep_draft, kept_draft
from cma_app.services.sheet_details import SheetForm
from cma_app.session import CentreSession
from models import BudgetSheet
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.budget_parts import Offered, PartView
from state.budget_view import (
    FREQUENCY_CHOICES,
    BudgetView,
    GroupView,
    LineResult,
    LinesView,
    LineView,
    SheetLink,
    SheetView,
    SumsView,
)
from state.case_bar import CaseBarState
from state.forms import checked, joined_date
from state.kept_form import KEPT_EARLIER, is_draft, kept_at, typed_in
from state.sheet_head import told_details
from state.submitting import submitted
from state.suggestion_views import PUT_AWAY, Suggested, by_box, ids_of

KEPT: Final = "sheet details"
"""The form under which what is typed above a sheet's lines and not saved is kept, by sheet."""


def _sheet_again(session: CentreSession, sheet: BudgetSheet) -> CaseBudget:
    return budgets.read_budget(session, sheet.case_id)


def _line(
    session: CentreSession, sheet_id: int, what: dict[str, str], offered: list[int]
) -> tuple[LinesView, Suggested | None]:
    """Save a line, and say what papers offer now where they offered something for it."""
    sheet = budgets.record_line(
        session,
        sheet_id,
        code=what["code"],
        typed=what["typed"],
        frequency=what["frequency"],
        note=what["note"],
        seen=what["seen"],
    )
    if not offered:
        return LinesView.of(sheet), None
    document_suggestions.take_for_sheet(session, sheet_id, what["code"], offered)
    return LinesView.of(sheet), _suggested(session, sheet.case_id)


def _suggested(session: CentreSession, case_id: int) -> Suggested:
    return by_box(document_suggestions.suggest_for_sheet(session, case_id))


def _dismiss(session: CentreSession, case_id: int, figure_id: int) -> Suggested:
    document_reading.dismiss_figure(session, figure_id)
    return _suggested(session, case_id)


def _savings(session: CentreSession, sheet_id: int, typed: str) -> LinesView:
    return LinesView.of(budgets.record_savings(session, sheet_id, typed))


def _start(session: CentreSession, case_id: int) -> BudgetView:
    return BudgetView.of(_sheet_again(session, budgets.start_sheet(session, case_id)))


def _verify(session: CentreSession, sheet_id: int, version: int) -> BudgetView:
    sheet = budgets.verify_sheet(session, sheet_id, version=version)
    return BudgetView.of(_sheet_again(session, sheet))


def _revise(session: CentreSession, sheet_id: int, sheet_type: str) -> BudgetView:
    sheet = budgets.revise_sheet(session, sheet_id, sheet_type=sheet_type)
    return BudgetView.of(_sheet_again(session, sheet))


def _open(
    session: CentreSession, case_id: int, number: int | None
) -> tuple[BudgetView, str, Form, Suggested]:
    found = BudgetView.of(budgets.read_budget(session, case_id, sheet_no=number))
    kept = kept_draft(session, KEPT, record_id=found.sheet.id) if found.sheet.id else {}
    return found, browser_key(session), kept, _suggested(session, case_id)


def _details(session: CentreSession, sheet_id: int, answers: Form, seen: str | None) -> BudgetView:
    sheet = sheet_details.record_details(session, sheet_id, answers, seen=seen)
    drop_draft(session, KEPT, record_id=sheet_id)
    return BudgetView.of(_sheet_again(session, sheet))


class BudgetState(CentreState):
    """One sheet: its lines as they are stored, its sums, and what became of each line."""

    sheet: SheetView = SheetView()
    sheets: list[SheetLink] = []
    groups: list[GroupView] = []
    lines: dict[str, LineView] = {}
    sums: SumsView = SumsView()
    parts: list[PartView] = []
    household: str = ""
    frequencies: list[list[str]] = FREQUENCY_CHOICES
    results: dict[str, LineResult] = {}
    savings_error: str = ""
    savings_seq: int = 0
    saved_at: str = ""
    opened: int = 0
    rules: dict[str, Any] = {}
    loads: int = 0
    keep_under: str = ""
    suggested: Suggested = {}
    detail_errors: FormErrors = {}
    details_theirs: str = ""
    details_shown: int = 0
    details_kept: str = ""
    details_open: bool = False

    _offered: Offered = Offered()
    _nation: str = ""

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the newest sheet of the case, or the one its address names."""
        case_id = self.route_id("case_id")
        wanted = self.query("sheet")
        if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 6):
            raise NotFound
        number = int(wanted) if wanted else None
        found, self.keep_under, kept, self.suggested = await self.ask(_open, case_id, number)
        self._show(found)
        self.results, self.savings_error, self.saved_at = {}, "", ""
        self._begin_details()
        self.details_open = bool(kept)
        if kept:
            self.sheet = replace(self.sheet, head=self.sheet.head.as_typed(kept))
            self.details_kept = KEPT_EARLIER
        self.loads += 1
        self.opened = case_id

    @act(Act.BUDGET_RECORD)
    async def start(self):
        """Begin the first sheet of the case."""
        self._show(await self.ask(_start, self.route_id("case_id")))

    @act(Act.BUDGET_RECORD)
    async def save_line(self, code: str, typed: str, frequency: str, note: str, seen: str):
        """Save one line; what is wrong lands beside its box and nothing typed is lost."""
        what = {"code": code, "typed": typed, "frequency": frequency, "note": note, "seen": seen}
        try:
            offered = ids_of({code: self.suggested.get(code, [])})
            found, suggested = await self.ask(_line, self.sheet.id, what, offered)
        except Invalid as error:
            return self._note(code, ok=False, errors=dict(error.fields))
        except Conflict as error:
            if not error.theirs:
                self._note(code, ok=False)
                raise
            self._show(await self.ask(budgets.read_budget, self.opened, show=BudgetView.of))
            return self._note(code, ok=False, theirs=LineView.told(error.theirs))
        except CmaError:
            self._note(code, ok=False)
            raise
        self._saved(found)
        if suggested is not None:
            self.suggested = suggested
        self._note(code, ok=True)
        return CaseBarState.refresh

    @act(Act.FIGURE_DECIDE)
    async def dismiss_figure(self, figure_id: int):
        """Put away what a paper says of a line; what is typed stays."""
        self.suggested = await self.ask(_dismiss, self.opened, figure_id)
        return notice(PUT_AWAY)

    @act(Act.BUDGET_RECORD)
    async def save_savings(self, typed: str):
        """Set the month's savings, or go back to the usual share."""
        self.savings_seq += 1
        try:
            found = await self.ask(_savings, self.sheet.id, typed)
        except Invalid as error:
            self.savings_error = error.fields.get("savings", error.sentence)
            return
        self.savings_error = ""
        self._saved(found)

    @act(Act.BUDGET_RECORD)
    async def record_details(self, form: Form):
        """Record what stands above the lines, or keep it; a conflict goes on from theirs."""
        if is_draft(form):
            sheet_id = self.sheet.id
            moment = await self.ask(keep_draft, KEPT, typed_in(form), record_id=sheet_id)
            self.details_kept = kept_at(moment)
            return None
        answers = {**form, "statement_date": joined_date(form, "statement_date")}
        try:
            found = await self.ask(_details, self.sheet.id, answers, form.get("seen"))
        except Invalid as error:
            self.detail_errors = dict(error.fields)
            return None
        except Conflict as error:
            if not error.theirs:
                raise
            self._show(await self.ask(budgets.read_budget, self.opened, show=BudgetView.of))
            self.details_theirs = told_details(error.theirs)
            return None
        self._show(found)
        self._begin_details()
        return [notice("Sheet details saved."), CaseBarState.refresh]

    @act(Act.BUDGET_RECORD)
    async def drop_details(self):
        """Throw away what was typed above the lines and not saved, and show what is stored."""
        await self.ask(drop_draft, KEPT, record_id=self.sheet.id)
        number = self.sheet.number
        self._show(
            await self.ask(budgets.read_budget, self.opened, sheet_no=number, show=BudgetView.of)
        )
        self._begin_details()

    @act(Act.BUDGET_RECORD, quiet=True)
    def check_details(self, name: str, value: str):
        """Say beside a box of the details that was left what is wrong with it."""
        self.detail_errors = checked(self.detail_errors, SheetForm, name, value)

    @act(Act.BUDGET_RECORD)
    async def revise(self, sheet_type: str):
        """Copy the sheet to a new one and go on there."""
        before = set(self.lines)
        self._show(await self.ask(_revise, self.sheet.id, sheet_type))
        self.results = {}
        self._begin_details()
        left_out = len(before - set(self.lines))
        more = f" {left_out} lines that have ended were left out." if left_out else ""
        return notice(f"Sheet {self.sheet.number} begun. The old one stays as it was.{more}")

    @act(Act.BUDGET_VERIFY)
    async def verify(self):
        """Verify the figures on screen, or submit one's own for that."""
        if told := await submitted(self, "verify_sheet", self.sheet.id):
            return told
        self._show(await self.ask(_verify, self.sheet.id, self.sheet.version))
        return notice("Budget verified.")

    def _begin_details(self) -> None:
        """Let the form above the lines begin with what the sheet says."""
        self.detail_errors, self.details_theirs, self.details_kept = {}, "", ""
        self.details_shown += 1

    def _saved(self, found: LinesView) -> None:
        """Show what one line changed; what stands around the sheet is as it was."""
        if found.version != self.sheet.version:
            self.sheet = replace(
                self.sheet, version=found.version, is_verified=False, verified="", may_verify=False
            )
        self.lines, self.sums = found.lines, found.sums
        self.parts = found.parts(self._offered)
        self._take_rules(found.rules)
        groups = found.groups(self._nation)
        if groups != self.groups:
            self.groups = groups
        self.saved_at = f"{local(now()):%H:%M}"

    def _show(self, found: BudgetView) -> None:
        self.sheet, self.lines, self.sums, self.parts = (
            found.sheet,
            found.lines,
            found.sums,
            found.parts,
        )
        self._offered, self._nation = found.offered, found.nation
        self._take_rules(found.rules)
        if found.groups != self.groups:
            self.groups = found.groups
        if found.sheets != self.sheets:
            self.sheets = found.sheets
        self.household = found.household

    def _take_rules(self, rules: dict[str, Any]) -> None:
        if rules != self.rules:
            self.rules = rules

    def _note(self, code: str, **what: Any) -> None:
        before = self.results.get(code)
        seq = (before.seq if before else 0) + 1
        self.results = {**self.results, code[:60]: LineResult(seq=seq, **what)}
