"""What the dates tab of a case asks about requests with a last day."""

from dataclasses import dataclass, field
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.rules.legal_dates import left
from cma_app.rules.requests import request_kinds
from cma_app.rules.rights import rights
from cma_app.services import requests
from cma_app.services.legal_dates import AHEAD, LegalDate
from cma_app.services.requests import DoneForm, RequestForm, RequestRow
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.breathing_space_views import split_day
from state.case_bar import CaseBarState
from state.forms import checked, joined_date
from state.legal_views import left_words
from state.words import day_text, weekday_text

OF_RIGHTS: Final = {code for each in rights() for code in (each.counted_as, each.extended_as)}
"""The kinds that a client's own requests about data are counted by: recorded on their page."""
OFFERED: Final = [each for each in request_kinds() if each.code not in OF_RIGHTS]
KINDS: Final = {
    "Made to us": [(each.code, each.label) for each in OFFERED if not each.is_ours],
    "Made by us": [(each.code, each.label) for each in OFFERED if each.is_ours],
}
CHOOSE: Final = [("", "Choose")]
DATE_BOXES: Final = ("asked_on", "due_date")


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request as its row shows it, and what the boxes of its form begin with."""

    id: int = 0
    version: int = 0
    label: str = ""
    about: str = ""
    asked: str = ""
    due: str = ""
    act: str = ""
    left: str = ""
    tone: str = ""
    how: str = ""
    detail: str = ""
    consequence: str = ""
    done: str = ""
    is_open: bool = True
    boxes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: RequestRow) -> "RequestView":
        """Return what is shown of a request."""
        row, kind = found.row, found.kind
        when = left(row.due_date, today(), found.nation)
        count = kind.count_on(row.asked_on)
        rule = count.reference.title if count is not None else ""
        said = LegalDate(row.case_id, "request", kind.label, row.about, None, row.id, when)
        by = f", {found.done_by}" if found.done_by else ""
        return cls(
            id=row.id,
            version=row.version,
            label=kind.label,
            about=row.about,
            asked=f"{'Sent' if kind.is_ours else 'Came'} {day_text(row.asked_on)}",
            due=weekday_text(row.due_date, year=True),
            act=f"Act by {weekday_text(when.act_by)}" if when.rolls else "",
            left=left_words(said) if row.done_on is None else "",
            tone="late" if when.days < 0 else "soon" if when.act_by <= today() + AHEAD else "",
            how=f"Given: {row.given_why or 'the paper says so'}" if row.is_given else rule,
            detail=row.detail or "",
            consequence=kind.consequence,
            done=f"{day_text(row.done_on)}: {row.done_how}{by}" if row.done_on else "",
            is_open=row.done_on is None,
            boxes=_values(found),
        )


def _values(found: RequestRow | None) -> dict[str, str]:
    row = found.row if found is not None else None
    names = ("kind", "about", "given_why", "detail")
    values = {name: str(getattr(row, name, None) or "") for name in names}
    given = row.due_date if row is not None and row.is_given else None
    for name, day in (("asked_on", getattr(row, "asked_on", None)), ("due_date", given)):
        parts = split_day(day)
        values |= dict(zip((f"{name}-{p}" for p in ("day", "month", "year")), parts, strict=True))
    return values


def _look(session: CentreSession, case_id: int) -> list[RequestView]:
    return [RequestView.of(each) for each in requests.list_requests(session, case_id)]


def _do(
    session: CentreSession, case_id: int, verb: Any, *args: Any, **more: Any
) -> list[RequestView]:
    verb(session, *args, **more)
    return _look(session, case_id)


class RequestsState(CentreState):
    """The requests of a case, and the one that a dialog is about."""

    rows: list[RequestView] = []
    open_count: int = 0
    chosen: RequestView = RequestView()
    values: dict[str, str] = _values(None)
    first_kinds: list[tuple[str, str]] = CHOOSE
    theirs: dict[str, str] = {}
    errors: FormErrors = {}
    done_errors: FormErrors = {}
    taken_back: RequestView = RequestView()
    saved: int = 0
    opened: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the requests of the case on screen."""
        case_id = self.route_id("case_id")
        self._show(await self.ask(_look, case_id))
        self.opened, self.taken_back = case_id, RequestView()
        self._begin(RequestView())

    def _show(self, rows: list[RequestView]) -> None:
        self.rows = rows
        self.open_count = sum(each.is_open for each in rows)

    def _begin(self, request: RequestView) -> None:
        self.chosen = request
        self.values = request.boxes or _values(None)
        kind = self.values["kind"]
        self.first_kinds = [*CHOOSE, *([(kind, request.label)] if kind in OF_RIGHTS else [])]
        self.theirs, self.errors, self.done_errors = {}, {}, {}

    @act(Act.REQUEST_RECORD)
    def begin(self, request_id: int):
        """Put a request into the dialogs, or with 0 an empty one."""
        found = [each for each in self.rows if each.id == request_id]
        self._begin(found[0] if found else RequestView())

    @act(Act.REQUEST_RECORD, form="errors")
    async def save(self, form: Form):
        """Record a request, or change the one in the dialog."""
        data = {**form, **{name: joined_date(form, name) for name in DATE_BOXES}}
        if not self.chosen.id:
            sentence = "Request recorded. Its last day stands among the legal dates."
            return await self._take(sentence, requests.record_request, self.opened, data)
        more = {"version": self.chosen.version}
        return await self._take(
            "Request changed.", requests.change_request, self.chosen.id, data, **more
        )

    @act(Act.REQUEST_RECORD, form="done_errors")
    async def finish(self, form: Form):
        """Record how the request in the dialog was answered."""
        data = {**form, "done_on": joined_date(form, "done_on")}
        verb, more = requests.finish_request, {"version": self.chosen.version}
        return await self._take("Answered.", verb, self.chosen.id, data, **more)

    @act(Act.REQUEST_RECORD)
    async def reopen(self, request_id: int):
        """Make a request that was answered an open one."""
        return await self._take("Open again.", requests.reopen_request, request_id)

    @act(Act.REQUEST_RECORD)
    async def take_back(self, request_id: int):
        """Take back a request that was recorded by mistake; it can be undone."""
        found = [each for each in self.rows if each.id == request_id]
        said = await self._take("Taken back.", requests.remove_request, request_id)
        self.taken_back = found[0] if found else RequestView(id=request_id, label="Request")
        return said

    @act(Act.REQUEST_RECORD)
    async def undo_take_back(self):
        """Bring back the request that was taken back just now."""
        return await self._take("It is back.", requests.restore_request, self.taken_back.id)

    @act(Act.REQUEST_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, RequestForm, name, value)

    @act(Act.REQUEST_RECORD, quiet=True)
    def check_done(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.done_errors = checked(self.done_errors, DoneForm, name, value)

    async def _take(self, sentence: str, verb: Any, *args: Any, **more: Any) -> Any:
        """Take one step; who came second sees what is stored, and the next save is meant."""
        try:
            rows = await self.ask(_do, self.opened, verb, *args, **more)
        except Conflict as conflict:
            self._show(await self.ask(_look, self.opened))
            newest = [each for each in self.rows if each.id == self.chosen.id]
            if not (newest and conflict.theirs):
                raise
            self.chosen, self.theirs = newest[0], conflict.theirs
            return notice("Somebody changed this in the meantime. Both values are shown.", "late")
        self._show(rows)
        self.taken_back, self.theirs = RequestView(), {}
        self.saved += 1
        return [notice(sentence), CaseBarState.refresh]
