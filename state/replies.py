"""What creditors answered: recorded, corrected, removed, brought back, and told to the client."""

from dataclasses import dataclass, field

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.services import replies
from cma_app.services.replies import REPLY_WORDS, Answerable, ReplyForm, ReplyRow
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked, joined_date, text_in
from state.letters import LettersState
from state.words import day_text, pounds

TONES = {"accept": "good", "reject": "soon", "counter": "note", "hold": "note"}
DAYS = ("received_on", "hold_until", "client_told_on")
LABELS = {
    "reply": "Answer",
    "received_on": "Came on",
    "amount": "Amount",
    "hold_until": "Last day of the hold",
    "client_told_on": "Client told on",
    "note": "Note",
}


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One answer, ready to show and to correct."""

    id: int = 0
    debt_id: int = 0
    creditor: str = ""
    account: str = ""
    reply: str = ""
    word: str = ""
    tone: str = ""
    said: str = ""
    ours: str = ""
    came: str = ""
    note: str = ""
    told: str = ""
    amount: str = ""
    days: dict[str, str] = field(default_factory=dict)
    seen: str = ""

    @classmethod
    def of(cls, row: ReplyRow) -> "ReplyView":
        """Return what is shown of an answer."""
        return cls(
            id=row.id,
            debt_id=row.debt_id,
            creditor=row.creditor,
            account=row.account or "",
            reply=row.reply,
            word=REPLY_WORDS[row.reply],
            tone=TONES.get(row.reply, ""),
            said=_said(row),
            ours=f"Our offer {pounds(row.offered)} a month" if row.offered is not None else "",
            came=day_text(row.received_on),
            note=row.note or "",
            told=day_text(row.client_told_on),
            amount=pounds(row.amount, sign=False),
            days={
                f"{name}-{part}": str(getattr(day, part))
                for name in DAYS
                if (day := getattr(row, name)) is not None
                for part in ("day", "month", "year")
            },
            seen=row.changed_at.isoformat(),
        )


def _said(row: ReplyRow) -> str:
    if row.hold_until is not None:
        ended = row.hold_until < today()
        return (
            f"Hold ended {day_text(row.hold_until)}"
            if ended
            else f"Until {day_text(row.hold_until)}"
        )
    if row.amount is None:
        return ""
    return pounds(row.amount) if row.reply == "balance" else f"{pounds(row.amount)} a month"


def _label(debt: Answerable) -> str:
    account = f", {debt.account}" if debt.account else ""
    offered = f", offer {pounds(debt.offered)}" if debt.offered is not None else ""
    return f"{debt.creditor}{account}: {pounds(debt.balance)}{offered}"


def _list(session: CentreSession, case_id: int) -> list[ReplyView]:
    return [ReplyView.of(row) for row in replies.list_replies(session, case_id)]


class ReplyState(CentreState):
    """The answers of a case, and the dialog that records or corrects one."""

    rows: list[ReplyView] = []
    opened: int = 0
    editing: ReplyView = ReplyView()
    letter_id: int = 0
    debts: list[tuple[str, str]] = []
    errors: FormErrors = {}
    theirs: list[tuple[str, str]] = []
    form_number: int = 0
    saved: int = 0
    removed: int = 0
    removed_number: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show what creditors answered in the case."""
        case_id = self.route_id("case_id")
        self.rows = await self.ask(_list, case_id)
        self.removed, self.opened = 0, case_id

    @act(Act.REPLY_RECORD)
    async def begin(self, letter_id: int, creditor_id: int):
        """Begin an answer: to one letter, or of any creditor where both are 0."""
        found = await self.ask(replies.answerable_debts, self.route_id("case_id"))
        mine = [each for each in found if creditor_id in (0, each.creditor_id)]
        choose = [("", "Choose")] if len(mine) != 1 else []
        self.debts = [*choose, *((str(each.debt_id), _label(each)) for each in mine)]
        self.letter_id = letter_id
        self._fill(ReplyView(debt_id=mine[0].debt_id if len(mine) == 1 else 0))

    @act(Act.REPLY_RECORD)
    def correct(self, reply_id: int):
        """Put an answer into the dialog to be corrected."""
        chosen = [row for row in self.rows if row.id == reply_id]
        if chosen:
            self._fill(chosen[0])

    @act(Act.REPLY_RECORD, form="errors")
    async def save(self, form: Form):
        """Record the answer, or the correction of one."""
        case_id = self.route_id("case_id")
        data = {**form, **{name: joined_date(form, name) for name in DAYS}}
        if self.editing.id:
            try:
                await self.ask(replies.correct_reply, self.editing.id, data, seen=self.editing.seen)
            except Conflict as conflict:
                await self._meet(conflict)
                return notice(f"{conflict.sentence} Save again to keep yours.", "late")
        else:
            await self.ask(
                replies.record_reply, _debt(form), data, letter_id=self.letter_id or None
            )
        self.rows, self.theirs = await self.ask(_list, case_id), []
        self.saved += 1
        return [notice("Answer recorded."), LettersState.refresh]

    @act(Act.REPLY_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ReplyForm, name, value)

    @act(Act.REPLY_RECORD)
    async def tell(self, reply_id: int):
        """Note that the client was told today."""
        await self.ask(replies.tell_client, reply_id)
        self.rows = await self.ask(_list, self.route_id("case_id"))

    @act(Act.REPLY_RECORD)
    async def remove(self, reply_id: int):
        """Take an answer off the list; it can be brought back."""
        await self.ask(replies.remove_reply, reply_id)
        self.rows = await self.ask(_list, self.route_id("case_id"))
        self.removed, self.removed_number = reply_id, self.removed_number + 1
        return LettersState.refresh

    @act(Act.REPLY_RECORD)
    async def undo_remove(self):
        """Bring back the answer that was removed last."""
        if self.removed:
            await self.ask(replies.restore_reply, self.removed)
            self.rows = await self.ask(_list, self.route_id("case_id"))
            self.removed = 0
        return LettersState.refresh

    async def _meet(self, conflict: Conflict) -> None:
        self.theirs = [(LABELS[name], text) for name, text in conflict.theirs.items()]
        self.rows = await self.ask(_list, self.route_id("case_id"))
        newest = [row for row in self.rows if row.id == self.editing.id]
        if not newest:
            raise Invalid({"reply": conflict.sentence})
        self.editing = ReplyView(**{**_fields(self.editing), "seen": newest[0].seen})

    def _fill(self, editing: ReplyView) -> None:
        self.editing, self.errors, self.theirs = editing, {}, []
        self.form_number += 1


def _debt(form: Form) -> int:
    said = text_in(form, "debt_id")
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Invalid({"debt_id": "Choose which debt it is about."})
    return int(said)


def _fields(view: ReplyView) -> dict:
    return {name: getattr(view, name) for name in ReplyView.__slots__}
