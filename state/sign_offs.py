"""Work that waits for sign-off: the queue, one version of it, and a trainee's own."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import own_work, sign_off_list, sign_offs
from cma_app.services.own_work import OwnWork
from cma_app.services.sign_offs import VOIDED, Decision
from cma_app.session import CentreSession
from models import SignOff
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.lists import Foot, address, page_beside, page_in
from state.review_views import BarRow
from state.sign_off_views import SignOffView, WaitRow, month_rows

QUEUE = "/sign-offs"


def _queue(session: CentreSession, page: int, *, late_only: bool) -> tuple[Any, ...]:
    found = sign_off_list.list_queue(session, page, late_only=late_only)
    rows = [WaitRow.of(row) for row in found.rows]
    late = sign_off_list.waiting_count(session, late_only=True)
    return rows, Foot.of(found, none="None"), found.total, late


def _decide(
    session: CentreSession, verb: Any, sign_off_id: int, decision: Decision, seen: str
) -> tuple[str, SignOffView]:
    row: SignOff = verb(session, sign_off_id, decision, seen=seen)
    return row.status, _read(session, sign_off_id)


def _read(session: CentreSession, sign_off_id: int) -> SignOffView:
    return SignOffView.of(sign_off_list.open_sign_off(session, sign_off_id))


def _withdraw(session: CentreSession, sign_off_id: int) -> SignOffView:
    sign_offs.withdraw(session, sign_off_id)
    return _read(session, sign_off_id)


def _decision(form: Form) -> Decision:
    """Return what a form decides: its points, its words beside lines, its edits, its remark."""

    def named(prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): said
            for name, said in form.items()
            if name.startswith(prefix)
        }

    return Decision(named("point-"), named("comment-"), named("edit-"), form.get("remark", ""))


class SignOffsState(CentreState):
    """The queue of this person."""

    rows: list[WaitRow] = []
    foot: Foot = Foot()
    waiting: int = 0
    late: int = 0
    late_only: bool = False
    ready: bool = False

    @load(Act.SIGN_OFF_DECIDE)
    async def open(self):
        """Show what waits, the longest first."""
        await self._show()

    @act(Act.SIGN_OFF_DECIDE, quiet=True, unattended=True)
    async def refresh(self):
        """Show the queue as it is now: somebody submitted, withdrew or decided."""
        await self._show()

    async def _show(self) -> None:
        late_only = self.query("late") == "1"
        page = page_in(self.query("page", "1"))
        found = await self.ask(_queue, page, late_only=late_only)
        self.rows, self.foot, self.waiting, self.late = found
        self.late_only, self.ready = late_only, True

    @act(Act.SIGN_OFF_DECIDE)
    def turn(self):
        """Show the late ones alone, or all again."""
        return rx.redirect(address(QUEUE, {"late": "" if self.late_only else "1"}))

    @act(Act.SIGN_OFF_DECIDE)
    def step(self, by: int):
        """Go a page forth or back."""
        said = {
            "late": "1" if self.late_only else "",
            "page": page_beside(str(self.foot.number), by),
        }
        return rx.redirect(address(QUEUE, said))


class SignOffState(CentreState):
    """One version, and what is decided of it."""

    view: SignOffView = SignOffView()
    errors: FormErrors = {}
    form_number: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the version of the address."""
        self.view = await self.ask(_read, self.route_id("sign_off_id"))
        self.errors = {}
        self.form_number += 1

    @act(Act.SIGN_OFF_DECIDE, form="errors")
    async def decide(self, form: Form):
        """Sign off, with the edits if any, or send back: as the pressed button says."""
        back = form.get("intent") == "back"
        verb = sign_offs.send_back if back else sign_offs.sign_off
        sign_off_id = self.route_id("sign_off_id")
        try:
            status, self.view = await self.ask(
                _decide, verb, sign_off_id, _decision(form), self.view.hash
            )
        except Conflict as conflict:
            self.view = await self.ask(_read, sign_off_id)
            return notice(conflict.sentence, "late")
        self.form_number += 1
        if status == "void":
            return notice(VOIDED.format(name=self.view.trainee), "late")
        if status == "returned":
            return notice(f"Sent back to {self.view.trainee}.")
        return notice("Signed off and done.")

    @act(Act.SIGN_OFF_SUBMIT)
    async def withdraw(self):
        """Take back what one submitted."""
        self.view = await self.ask(_withdraw, self.route_id("sign_off_id"))
        return notice("Withdrawn. Nobody signs it off now.")


def _own(found: OwnWork) -> tuple[Any, ...]:
    return (
        [WaitRow.of(row) for row in found.to_do],
        [WaitRow.of(row) for row in found.waiting],
        [WaitRow.of(row) for row in found.decided.rows],
        Foot.of(found.decided, none="None yet"),
        month_rows(found.months),
        [(text, str(count)) for text, count in found.reasons],
    )


class MyWorkState(CentreState):
    """What one submitted: what came back and why, over time."""

    to_do: list[WaitRow] = []
    waiting: list[WaitRow] = []
    decided: list[WaitRow] = []
    foot: Foot = Foot()
    months: list[BarRow] = []
    reasons: list[tuple[str, str]] = []
    ready: bool = False

    @load(Act.SIGN_OFF_SUBMIT)
    async def open(self):
        """Show one's own submissions."""
        page = page_in(self.query("page", "1"))
        found = await self.ask(own_work.read_own_work, page, show=_own)
        self.to_do, self.waiting, self.decided, self.foot, self.months, self.reasons = found
        self.ready = True

    @act(Act.SIGN_OFF_SUBMIT)
    def step(self, by: int):
        """Go a page forth or back."""
        return rx.redirect(address("/my-work", {"page": page_beside(str(self.foot.number), by)}))
