"""Debts pasted as a table: read as proposals, corrected, and added all together or not at all.

What was pasted and what was corrected are kept as two drafts of whoever pasted, so that a reload
loses neither; the proposals themselves are read from the text anew each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.pasted_cells import read_cell
from cma_app.rules.pasted_debts import (
    MOST_ROWS,
    BadMapping,
    KnownDebt,
    PastedTable,
    like_known,
    read_table,
)
from cma_app.services.creditors import known_kinds
from cma_app.services.debts import DebtForm, add_debt, list_debts, remove_debt
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.forms import given, storable
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Case, Debt

TEXT_DRAFT: Final = "pasted_debts"
EDITS_DRAFT: Final = "pasted_edits"
MOST_PASTED: Final = 50_000  # characters at a time: a socket's frame has to hold them
MOST_EDITS: Final = 150_000  # characters of the corrections
MOST_ADDED: Final = 100  # rows at a time: each is a debt of its own, with its audit row and sums
GONE: Final = "This table was added already, or put away. Read it again to add its debts."
ALREADY: Final = "Add again to add it all the same, or untick the row."


def _as_pasted(name: str) -> BeforeValidator:
    """Read a box by the same rules as the cell of a pasted table."""

    def read(value: Any) -> Any:
        if value is None or not isinstance(value, str):
            return value
        cell = read_cell(name, value, on=today())
        if cell.problem:
            raise ValueError(cell.problem)
        return cell.value

    return BeforeValidator(read)


class PastedForm(DebtForm):
    """A debts grid's row, and what else a table may say of a debt."""

    liability: Annotated[
        Literal["sole", "joint", "guarantor", "disputed", "not_liable"],
        given("Choose who is liable."),
    ] = "sole"
    original_creditor: Annotated[str | None, _as_pasted("original_creditor")] = None
    collector: Annotated[str | None, _as_pasted("collector")] = None
    collector_reference: Annotated[str | None, _as_pasted("collector_reference")] = None
    balance_date: Annotated[date | None, _as_pasted("balance_date")] = None
    agreement_date: Annotated[date | None, _as_pasted("agreement_date")] = None
    default_date: Annotated[date | None, _as_pasted("default_date")] = None
    last_payment_date: Annotated[date | None, _as_pasted("last_payment_date")] = None
    interest_rate: Annotated[Decimal | None, _as_pasted("interest_rate")] = None
    judgment: Annotated[date | bool | None, _as_pasted("judgment")] = None


KEPT_BESIDE: Final = tuple(
    name for name in PastedForm.model_fields if name not in DebtForm.model_fields
)
"""What a table may say beside the boxes of the grid, in the order of their boxes."""


class BadRows(CmaError):
    """Rows that cannot be added as they are: a sentence for each box, by the row's line and name.

    Nothing was added. A row's sentence that is about no box stands under `creditor`.
    """

    sentence = "Nothing was added yet. Put right what is marked, or untick those rows."

    def __init__(self, fields: Mapping[tuple[str, str], str]) -> None:
        super().__init__()
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text with the table it is read as; `edits` are the corrections kept for it.

    `typed` is what stands in the box since, where that is another text and was not read.
    `kinds` are the names the centre knows, each with its usual kind of debt.
    """

    text: str = ""
    mapping: dict[int, str] = field(default_factory=dict)
    table: PastedTable | None = None
    edits: dict[str, str] = field(default_factory=dict)
    nation: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """The debts that were added together: their numbers, and their balances in pounds."""

    ids: list[int]
    balance: Decimal


def read_pasted(
    session: CentreSession, case_id: int, text: str, *, mapping: Mapping[int, str] | None = None
) -> Pasted:
    """Return what a text proposes for a case and keep it as a draft; nothing is added.

    `mapping` is the choice of columns. Invalid has the limit under `text`, where it is too long
    or empty, and a choice that cannot be under `mapping`.
    """
    case = _recordable(session, case_id)
    text, mapping = storable(text), dict(mapping or {})
    if not text.strip():
        raise Invalid({"text": "Paste a table first: one debt on each row."})
    _refuse_long(text)
    before = kept_draft(session, TEXT_DRAFT, record_id=case_id)
    table = _table(session, case, text, mapping)
    chosen = {f"column {index}": name for index, name in mapping.items()}
    content = {"text": text, "read": "yes", **chosen}
    keep_draft(session, TEXT_DRAFT, content, record_id=case_id)
    edits: dict[str, str] = {}
    if before.get("text") == text:
        edits = kept_draft(session, EDITS_DRAFT, record_id=case_id)
    else:
        drop_draft(session, EDITS_DRAFT, record_id=case_id)
    return Pasted(text, mapping, table, edits, case.nation, known_kinds(session))


def keep_pasted(session: CentreSession, case_id: int, text: str) -> None:
    """Keep a text that was pasted and not yet read, beside the one that was."""
    _recordable(session, case_id)
    text = storable(text)
    _refuse_long(text)
    before = kept_draft(session, TEXT_DRAFT, record_id=case_id)
    if not (text.strip() or before.get("read")):
        drop_draft(session, TEXT_DRAFT, record_id=case_id)
        return
    content = before | {"typed": text} if before.get("read") else {"text": text}
    if content.get("text") == content.get("typed"):
        content.pop("typed")
    keep_draft(session, TEXT_DRAFT, content, record_id=case_id, most=MOST_EDITS)


def keep_edits(session: CentreSession, case_id: int, edits: Mapping[str, str]) -> None:
    """Keep what was corrected of the proposals."""
    _recordable(session, case_id)
    if edits:
        kept = {name: storable(typed) for name, typed in edits.items()}
        keep_draft(session, EDITS_DRAFT, kept, record_id=case_id, most=MOST_EDITS)
    else:
        drop_draft(session, EDITS_DRAFT, record_id=case_id)


def kept_pasted(session: CentreSession, case_id: int) -> Pasted:
    """Return what this person pasted for a case and has not added; empty where there is nothing.

    It is read anew, so that debts added meanwhile count as already there.
    """
    case = _recordable(session, case_id)
    kept = kept_draft(session, TEXT_DRAFT, record_id=case_id)
    text = kept.get("text", "")
    if not kept.get("read"):
        return Pasted(text=text, nation=case.nation)
    mapping = {
        int(name.removeprefix("column ")): chosen
        for name, chosen in kept.items()
        if name.removeprefix("column ").isdigit()
    }
    edits = kept_draft(session, EDITS_DRAFT, record_id=case_id)
    table = _table(session, case, text, mapping)
    kinds = known_kinds(session)
    return Pasted(text, mapping, table, edits, case.nation, kinds, kept.get("typed", ""))


def forget_pasted(session: CentreSession, case_id: int) -> None:
    """Forget what was pasted for a case: it was added, or is not wanted."""
    _recordable(session, case_id)
    drop_draft(session, TEXT_DRAFT, record_id=case_id)
    drop_draft(session, EDITS_DRAFT, record_id=case_id)


def add_pasted(session: CentreSession, case_id: int, rows: Sequence[Mapping[str, Any]]) -> Added:
    """Add all rows as debts by the rules of `add_debt`, or none and say what is wrong with which.

    Each row has its `line` and its boxes by `PastedForm`'s names. A row that is on the list by
    now, and was not ticked knowingly (`sure`), is refused with what it is like. A table is added
    once: Conflict says so where its draft is gone.
    """
    _recordable(session, case_id)
    locked(session, Case, case_id)
    if not kept_draft(session, TEXT_DRAFT, record_id=case_id).get("read"):
        raise Conflict(GONE)
    if not rows:
        raise Invalid({"rows": "Tick at least one row."})
    if len(rows) > MOST_ADDED:
        raise Invalid({"rows": f"Add at most {MOST_ADDED} debts at a time. Untick some."})
    existing = _known(session, case_id)
    wrong: dict[tuple[str, str], str] = {}
    added: list[Debt] = []
    for row in rows:
        said = {name: storable(str(value)) for name, value in row.items()}
        line = said.get("line", "")
        try:
            form = PastedForm.read(said)
            if not said.get("sure"):
                _refuse_known(form, existing)
            added.append(_add(session, case_id, said, form))
        except Invalid as error:
            wrong |= {(line, name): sentence for name, sentence in error.fields.items()}
    if wrong:
        raise BadRows(wrong)
    session.flush()
    forget_pasted(session, case_id)
    return Added([debt.id for debt in added], sum((it.balance for it in added), Decimal("0.00")))


def take_back(session: CentreSession, case_id: int, debt_ids: Sequence[int]) -> int:
    """Remove the debts that were added together, those that still stand; return how many."""
    session.authorize(Act.DEBT_REMOVE, session.require(Case, case_id))
    standing = {each.id for each in list_debts(session, case_id).rows}
    back = [debt_id for debt_id in debt_ids if debt_id in standing]
    for debt_id in back:
        remove_debt(session, debt_id)
    return len(back)


def _recordable(session: CentreSession, case_id: int) -> Case:
    case = session.require(Case, case_id)
    session.authorize(Act.DEBT_RECORD, case)
    return case


def _refuse_long(text: str) -> None:
    if len(text) > MOST_PASTED:
        raise Invalid(
            {
                "text": f"This is {len(text):,} characters long. Paste at most {MOST_PASTED:,} at a"
                " time: part of the table first, then the rest."
            }
        )


def _known(session: CentreSession, case_id: int) -> list[KnownDebt]:
    return [
        KnownDebt(row.creditor, row.account_number or "", row.balance)
        for row in list_debts(session, case_id).rows
    ]


def _table(
    session: CentreSession, case: Case, text: str, mapping: Mapping[int, str]
) -> PastedTable:
    """Return what a text is read as, at most as many rows as are added at a time."""
    try:
        table = read_table(
            text,
            nation=case.nation,
            on=today(),
            mapping=mapping,
            existing=_known(session, case.id),
        )
    except BadMapping as error:
        raise Invalid({"mapping": error.sentence}) from None
    more = len(table.debts) - MOST_ADDED
    if more <= 0:
        return table
    cut = f"Only the first {MOST_ROWS} rows"
    problems = tuple(each for each in table.problems if not each.startswith(cut))
    said = (
        f"Only the first {MOST_ADDED} debts are shown; more follow. Add these, then paste the rest."
    )
    return PastedTable(
        table.layout,
        table.columns,
        table.debts[:MOST_ADDED],
        table.skipped,
        (*problems, said),
    )


def _refuse_known(form: PastedForm, existing: Sequence[KnownDebt]) -> None:
    """Refuse a debt that somebody added since the table was read."""
    like = like_known(form.creditor, form.account_number or "", form.balance, existing)
    if like:
        raise Invalid({"creditor": f"{like} {ALREADY}"})


def _add(session: CentreSession, case_id: int, row: Mapping[str, Any], form: PastedForm) -> Debt:
    debt = add_debt(session, case_id, row)
    for name in KEPT_BESIDE:
        value = getattr(form, name)
        if name == "judgment":
            debt.notes = _judgment_words(value)
        elif value is not None:
            setattr(debt, name, value)
    return debt


def _judgment_words(said: Any) -> str | None:
    if isinstance(said, date):
        return f"The pasted table says: court judgment of {said.day} {said:%b %Y}."
    return "The pasted table says: there is a court judgment." if said else None
