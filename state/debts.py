"""What the debts tab shows and asks."""

from dataclasses import dataclass, field
from typing import Any

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules import debt_types
from cma_app.rules.limitation import POSSIBLY
from cma_app.services import debts, document_reading, document_suggestions
from cma_app.services.creditors import known_kinds
from cma_app.services.debt_forms import (
    DEDUCTION_LABELS,
    LIABILITY_LABELS,
    OWED_BY_LABELS,
    SECURITY_LABELS,
)
from cma_app.services.debt_marks import Marks
from cma_app.services.debts import DebtRow, DebtTotals
from cma_app.session import CentreSession
from state.base import CentreState, Form, act, load, notice
from state.case_bar import CaseBarState
from state.suggestion_views import PUT_AWAY, GridOffers, by_grid_box
from state.words import day_text, pounds

WORDS = {
    "creditor": "Creditor",
    "debt_type": "Kind of debt",
    "liability": "Liability",
    "owed_by": "Owed by",
    "balance": "Balance",
    "arrears": "Arrears",
    "monthly_payment": "Payment",
    "account_number": "Account",
    "priority": "Treat as",
    "priority_reason": "Reason",
    "status": "State",
}


@dataclass(frozen=True, slots=True)
class DebtView:
    """One row of the grid, each box as its text."""

    id: int
    version: int
    creditor: str
    debt_type: str
    liability: str
    owed_by: str
    balance: str
    arrears: str
    monthly_payment: str
    account_number: str
    priority: str
    priority_reason: str
    status: str
    marks: list[dict[str, str]]

    @classmethod
    def of(cls, row: DebtRow, marks: Marks) -> "DebtView":
        """Return what is shown of a debt."""
        chosen = "priority" if row.is_priority else "non_priority"
        return cls(
            id=row.id,
            version=row.version,
            creditor=row.creditor,
            debt_type=row.debt_type,
            liability=row.liability,
            owed_by=row.owed_by,
            balance=pounds(row.balance, sign=False),
            arrears=pounds(row.arrears, sign=False),
            monthly_payment=pounds(row.monthly_payment, sign=False),
            account_number=row.account_number or "",
            priority=chosen if row.priority_reason else "by_type",
            priority_reason=row.priority_reason or "",
            status="active" if row.status == "disputed" else row.status,
            marks=_marks(row, marks),
        )


def _marks(row: DebtRow, marks: Marks) -> list[dict[str, str]]:
    """Return the badges of a debt, the most pressing first: a word, a shape and a tone."""
    said: list[tuple[str, str, str, str]] = [
        (words, "soon", "late", "") for words in marks.emergencies
    ]
    if marks.court:
        day = f" of {day_text(marks.court_date)}" if marks.court_date else ""
        said.append((f"{marks.court}{day}", "", "court", ""))
    if marks.age.status == POSSIBLY:
        said.append(("Possibly too old", "soon", "clock", marks.age.sentence))
    if marks.deduction:
        said.append((f"Taken from {DEDUCTION_LABELS[marks.deduction].lower()}", "", "down", ""))
    if marks.secured_on:
        word = SECURITY_LABELS[marks.secured_on].lower()
        said.append((f"Secured on {word}", "", "lock", ""))
    if "disputed" in {row.status, row.liability}:
        said.append(("Disputed", "", "dash", ""))
    return [
        {"word": word, "tone": tone, "shape": shape, "title": title}
        for word, tone, shape, title in said
    ]


@dataclass(frozen=True, slots=True)
class SumsView:
    """What is owed, as text."""

    household: str = "£0.00"
    priority: str = "£0.00"
    non_priority: str = "£0.00"
    arrears: str = "£0.00"
    payments: str = "£0.00"
    client: str = "£0.00"
    partner: str = "£0.00"
    has_partner: bool = False

    @classmethod
    def of(cls, totals: DebtTotals) -> "SumsView":
        """Return the totals as text."""
        return cls(
            household=pounds(totals.household),
            priority=pounds(totals.priority),
            non_priority=pounds(totals.non_priority),
            arrears=pounds(totals.arrears),
            payments=pounds(totals.payments),
            client=pounds(totals.client),
            partner=pounds(totals.partner),
            has_partner=totals.has_partner,
        )


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of saving one row: a sentence a box, or another person's values."""

    seq: int
    ok: bool
    id: int = 0
    at: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class DebtsView:
    """All that the tab shows."""

    rows: list[DebtView]
    sums: SumsView
    nation: str
    offers: GridOffers
    saved_id: int = 0


def _read(session: CentreSession, case_id: int, saved_id: int = 0) -> DebtsView:
    """Return what is shown of a case's debts, with what its papers say of them."""
    found = debts.list_debts(session, case_id)
    return DebtsView(
        rows=[DebtView.of(row, found.marks[row.id]) for row in found.rows],
        sums=SumsView.of(found.totals),
        nation=found.nation,
        offers=by_grid_box(document_suggestions.suggest_for_debts(session, case_id)),
        saved_id=saved_id,
    )


def _options(nation: str, case_id: int) -> dict[str, Any]:
    """Return the choices of the grid's lists, as they are in a nation, and where its debts are."""
    return {
        "path": f"/cases/{case_id}/debts",
        "types": [
            {
                "code": kind.code,
                "label": kind.label,
                "is_priority": debt_types.is_priority(kind.code, nation),
                "consequence": debt_types.consequence(kind.code, nation),
            }
            for kind in debt_types.debt_types(nation)
        ],
        "liabilities": [list(pair) for pair in LIABILITY_LABELS.items()],
        "owedBy": [list(pair) for pair in OWED_BY_LABELS.items()],
        "words": WORDS,
    }


def _save(
    session: CentreSession,
    case_id: int,
    *,
    debt_id: int,
    version: int,
    row: Form,
    offered: list[int],
) -> DebtsView:
    if debt_id:
        saved = debts.change_debt(session, debt_id, row, version=version)
        document_suggestions.take_for_debt(session, debt_id, offered)
    else:
        saved = debts.add_debt(session, case_id, row)
    return _read(session, case_id, saved.id)


def _remove(session: CentreSession, case_id: int, debt_id: int) -> DebtsView:
    debts.remove_debt(session, debt_id)
    return _read(session, case_id)


def _restore(session: CentreSession, case_id: int, debt_id: int) -> DebtsView:
    debts.restore_debt(session, debt_id)
    return _read(session, case_id)


def _dismiss(session: CentreSession, case_id: int, figure_id: int) -> DebtsView:
    document_reading.dismiss_figure(session, figure_id)
    return _read(session, case_id)


def _told(theirs: dict[str, str]) -> str:
    """Return another person's values in one line."""
    said = (f"{WORDS.get(name, name).lower()} {value or 'empty'}" for name, value in theirs.items())
    return ", ".join(said) or "it was saved again as it was"


class DebtState(CentreState):
    """The grid of debts, and what became of each row."""

    rows: list[DebtView] = []
    sums: SumsView = SumsView()
    names: dict[str, str] = {}
    options: dict[str, Any] = {
        "path": "",
        "types": [],
        "liabilities": [],
        "owedBy": [],
        "words": {},
    }
    results: dict[str, RowResult] = {}
    offers: GridOffers = {}
    saved_at: str = ""
    removed_id: int = 0
    removed_number: int = 0
    opened: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the debts of the case."""
        case_id = self.route_id("case_id")
        found = await self.ask(_read, case_id)
        self._show(found)
        self.names = await self.ask(known_kinds)
        self.options = _options(found.nation, case_id)
        self.results, self.saved_at, self.removed_id, self.opened = {}, "", 0, case_id

    @act(Act.DEBT_RECORD)
    async def save_row(self, name: str, debt_id: int, version: int, row: Form):
        """Save one row; what is wrong lands beside its boxes and nothing typed is lost."""
        case_id = self.route_id("case_id")
        stood = [each.id for each in self.offers.get(str(debt_id), {}).values()]
        what = {"debt_id": debt_id, "version": version, "row": row, "offered": stood}
        try:
            found = await self.ask(_save, case_id, **what)
        except Invalid as error:
            return self._note(name, ok=False, id=debt_id, errors=dict(error.fields))
        except Conflict as error:
            self._show(await self.ask(_read, case_id))
            return self._note(name, ok=False, id=debt_id, theirs=_told(error.theirs))
        except CmaError:
            self._note(name, ok=False, id=debt_id)
            raise
        self._show(found)
        self.saved_at = f"{local(now()):%H:%M}"
        self._note(name, ok=True, id=found.saved_id, at=self.saved_at)
        return CaseBarState.refresh

    @act(Act.DEBT_REMOVE)
    async def remove(self, debt_id: int):
        """Take a debt off the list; for ten seconds it can be brought back."""
        self._show(await self.ask(_remove, self.route_id("case_id"), debt_id))
        self.removed_id, self.removed_number = debt_id, self.removed_number + 1
        return CaseBarState.refresh

    @act(Act.DEBT_REMOVE)
    async def undo_remove(self):
        """Bring back the debt that was removed last."""
        if self.removed_id:
            self._show(await self.ask(_restore, self.route_id("case_id"), self.removed_id))
            self.removed_id = 0
        return CaseBarState.refresh

    @act(Act.FIGURE_DECIDE)
    async def dismiss_figure(self, figure_id: int):
        """Put away what a paper says of a box; what is typed stays."""
        self._show(await self.ask(_dismiss, self.route_id("case_id"), figure_id))
        return notice(PUT_AWAY)

    def _show(self, found: DebtsView) -> None:
        self.rows, self.sums, self.offers = found.rows, found.sums, found.offers

    def _note(self, name: str, **what: Any) -> None:
        before = self.results.get(name)
        seq = (before.seq if before else 0) + 1
        self.results = {**self.results, name[:40]: RowResult(seq=seq, **what)}
