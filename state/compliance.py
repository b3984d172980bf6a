"""What the checklist tab shows and asks: each item by stage, an answer, a gate opened by hand."""

from dataclasses import dataclass, field, replace

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.rules.checklists import ANSWERS, EVIDENCE, GATES, STATUSES, stages, why_asked
from cma_app.services import compliance, compliance_gates
from cma_app.services.compliance import AnswerForm, CaseChecklist
from cma_app.services.compliance_gates import GateRow, OverrideForm
from cma_app.services.compliance_rows import CheckRow
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked, text_in
from state.words import day_text, moment_text, several


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as its row shows it."""

    id: int
    code: str
    text: str
    answer: str
    word: str
    said: str
    is_mandatory: bool
    is_late: bool
    due: str
    may_answer: bool

    @classmethod
    def of(cls, row: CheckRow) -> "ItemView":
        """Return what is shown of an item."""
        item, standing = row.standing.item, row.standing
        answer = "late" if row.is_late and standing.answer == "unknown" else standing.answer
        return cls(
            id=row.id,
            code=item.code,
            text=item.text,
            answer=answer,
            word="Late" if answer == "late" else ANSWERS[standing.answer],
            said=" ".join(part for part in (why_asked(item), _said(row)) if part),
            is_mandatory=item.is_mandatory,
            is_late=row.is_late,
            due=_due(row),
            may_answer=row.may_answer,
        )


def _said(row: CheckRow) -> str:
    """Return who or what answered, or what is asked for."""
    if row.is_proven:
        return f"Proved by the record. {row.why}"
    if row.standing.answer in {"met", "not_met", "not_applicable"}:
        parts = [row.notes, row.remedial_action and f"To do: {row.remedial_action}", row.evidence]
        who = f"{row.checked_by}, {moment_text(row.checked_at)}" if row.checked_by else ""
        return " · ".join(part for part in (*parts, who) if part)
    return row.why


def _due(row: CheckRow) -> str:
    if row.standing.deadline is None or row.standing.is_done:
        return ""
    word = "Was due" if row.standing.deadline < today() else "By"
    return f"{word} {day_text(row.standing.deadline)}"


@dataclass(frozen=True, slots=True)
class StageView:
    """The items of one stage; `left` counts the mandatory ones that are open."""

    key: str
    word: str
    count: str
    left: str
    is_complete: bool
    is_open: bool
    rows: list[ItemView]


@dataclass(frozen=True, slots=True)
class MissingView:
    """An item that a gate waits for."""

    id: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class GateView:
    """One gate: open, or what it waits for."""

    gate: str
    word: str
    missing: list[MissingView]
    count: int
    opened: str

    @classmethod
    def of(cls, row: GateRow) -> "GateView":
        """Return what is shown of a gate."""
        by = f" ({row.opened_by})" if row.opened_by else ""
        return cls(
            gate=row.gate,
            word=GATES[row.gate],
            missing=[
                MissingView(each.id, each.standing.item.code, each.standing.item.text)
                for each in row.missing[:4]
            ],
            count=len(row.missing),
            opened=f"Let through: {row.opened_because}{by}" if row.opened_because else "",
        )


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """The whole tab; without stages the case was opened before there were checklists."""

    is_begun: bool = False
    status: str = ""
    status_word: str = ""
    done: int = 0
    total: int = 0
    progress: str = ""
    proven: str = ""
    stages: list[StageView] = field(default_factory=list)
    gates: list[GateView] = field(default_factory=list)
    may_override: bool = False
    papers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, found: CaseChecklist) -> "ChecklistView":
        """Return what is shown of a case's checklist."""
        done = sum(row.standing.is_done for row in found.rows)
        proven = sum(row.is_proven for row in found.rows)
        return cls(
            is_begun=bool(found.rows),
            status=found.status,
            status_word=STATUSES[found.status],
            done=done,
            total=len(found.rows),
            progress=f"{done} of {len(found.rows)}",
            proven=f"{several(proven, 'was', 'were')} proved by the record.",
            stages=_stages(found.rows),
            gates=[GateView.of(row) for row in found.gates],
            may_override=found.may_override,
            papers=[(str(each), name) for each, name in found.papers],
        )


def _stages(rows: list[CheckRow]) -> list[StageView]:
    shown = []
    for key, word in stages().items():
        here = [row for row in rows if row.standing.item.stage == key]
        if not here:
            continue
        done = sum(row.standing.is_done for row in here)
        left = sum(row.standing.item.is_mandatory and not row.standing.is_done for row in here)
        shown.append(
            StageView(
                key=key,
                word=word,
                count=f"{done} of {len(here)}",
                left=f"{left} left" if left else "",
                is_complete=left == 0,
                is_open=(left > 0 and done > 0) or any(row.is_late for row in here),
                rows=[ItemView.of(row) for row in here],
            )
        )
    if shown and not any(stage.is_open for stage in shown):
        first = next((n for n, stage in enumerate(shown) if not stage.is_complete), 0)
        shown[first] = replace(shown[first], is_open=True)
    return shown


@dataclass(frozen=True, slots=True)
class EditView:
    """The item in the dialog; `id` is 0 while none is open."""

    id: int = 0
    version: int = 0
    code: str = ""
    text: str = ""
    answer: str = ""
    notes: str = ""
    remedial_action: str = ""
    asks_for: str = ""
    asks_paper: bool = False
    paper: str = ""
    has_proof: bool = False
    why: str = ""
    tab: str = ""
    may_answer: bool = False

    @classmethod
    def of(cls, row: CheckRow) -> "EditView":
        """Return an item as its dialog begins."""
        item = row.standing.item
        asks = "" if item.evidence == "none" else f"Evidence: {EVIDENCE[item.evidence].lower()}."
        said = row.standing.answer
        return cls(
            id=row.id,
            version=row.version,
            code=item.code,
            text=item.text,
            answer=said if not item.proof or said == "not_applicable" else "unknown",
            notes=row.notes,
            remedial_action=row.remedial_action,
            asks_for=asks,
            asks_paper=item.evidence == "document" and not item.proof,
            paper=str(row.evidence_document_id or ""),
            has_proof=bool(item.proof),
            why=row.why,
            tab=row.tab,
            may_answer=row.may_answer,
        )


def _again(session: CentreSession, case_id: int) -> tuple[ChecklistView, dict[int, EditView]]:
    found = compliance.read_checklist(session, case_id)
    return ChecklistView.of(found), {row.id: EditView.of(row) for row in found.rows}


def _begin(session: CentreSession, case_id: int) -> tuple[ChecklistView, dict[int, EditView]]:
    compliance.open_checklist(session, case_id)
    return _again(session, case_id)


def _answer(
    session: CentreSession, item: EditView, said: Form
) -> tuple[ChecklistView, dict[int, EditView]]:
    row = compliance.answer_item(session, item.id, said, version=item.version)
    return _again(session, row.case_id)


def _let_through(
    session: CentreSession, case_id: int, gate: str, reason: str
) -> tuple[ChecklistView, dict[int, EditView]]:
    compliance_gates.open_gate(session, case_id, gate=gate, reason=reason)
    return _again(session, case_id)


class ComplianceState(CentreState):
    """One case's checklist, the item that is being answered and the gate being opened."""

    view: ChecklistView = ChecklistView()
    edit: EditView = EditView()
    errors: FormErrors = {}
    lost: str = ""
    theirs: dict[str, str] = {}
    gate: str = ""
    gate_word: str = ""
    gate_errors: FormErrors = {}
    saves: int = 0
    openings: int = 0
    opened: int = 0

    _edits: dict[int, EditView] = {}

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the checklist of the case."""
        case_id = self.route_id("case_id")
        self._take(*await self.ask(_again, case_id))
        self.opened = case_id

    @act(Act.COMPLIANCE_ANSWER)
    async def begin(self):
        """Begin the checklist of a case from before there were any."""
        self._take(*await self.ask(_begin, self.route_id("case_id")))

    @act(Act.CASE_OPEN)
    def edit_item(self, number: int):
        """Open the dialog of one item."""
        self.edit = self._edits.get(number, EditView())
        self.errors, self.lost, self.theirs = {}, "", {}
        self.openings += 1

    @act(Act.COMPLIANCE_ANSWER, form="errors")
    async def answer(self, form: Form):
        """Answer the item of the dialog; where somebody did meanwhile, both answers stand."""
        try:
            found = await self.ask(_answer, self.edit, form)
        except Conflict as error:
            if not error.theirs:
                raise
            self._take(*await self.ask(_again, self.route_id("case_id")))
            self.edit = self._edits.get(self.edit.id, self.edit)
            self.lost = error.sentence
            self.theirs = {
                name: ANSWERS.get(said, said) or "empty" for name, said in error.theirs.items()
            }
            return None
        self._take(*found)
        self.lost, self.theirs = "", {}
        self.saves += 1
        return notice(f"{self.edit.code} saved.")

    @act(Act.COMPLIANCE_ANSWER, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, AnswerForm, name, value)

    @act(Act.GATE_OVERRIDE)
    def choose_gate(self, gate: str):
        """Open the dialog that lets a case through one gate."""
        known = {each.gate: each.word for each in self.view.gates}
        self.gate, self.gate_word = gate if gate in known else "", known.get(gate, "")
        self.gate_errors = {}
        self.openings += 1

    @act(Act.GATE_OVERRIDE, form="gate_errors")
    async def let_through(self, form: Form):
        """Let the case through the chosen gate, with the reason."""
        reason = text_in(form, "reason")
        case_id = self.route_id("case_id")
        self._take(*await self.ask(_let_through, case_id, self.gate, reason))
        self.saves += 1
        return notice("Let through once. The reason is kept.")

    @act(Act.GATE_OVERRIDE, quiet=True)
    def check_gate(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.gate_errors = checked(self.gate_errors, OverrideForm, name, value)

    def _take(self, view: ChecklistView, edits: dict[int, EditView]) -> None:
        self.view, self._edits = view, edits
