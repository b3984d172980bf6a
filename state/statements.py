"""What the statement tab asks: each step of a statement's way, and its authorities."""

from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Conflict, NotFound
from cma_app.services import authorities, statement_list, statements
from cma_app.services.authorities import AuthorityForm
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import checked, joined_date, ticked
from state.statement_views import StatementView
from state.submitting import submitted


def _step(session: CentreSession, verb: Any, statement_id: int, **more: Any) -> StatementView:
    """Do one step and show the case's newest statement as it stands then."""
    case_id = verb(session, statement_id, **more).case_id
    return StatementView.of(statement_list.read_statements(session, case_id))


def _prepare(session: CentreSession, case_id: int) -> StatementView:
    statements.prepare_statement(session, case_id)
    return StatementView.of(statement_list.read_statements(session, case_id))


def _authorise(session: CentreSession, case_id: int, data: Form) -> StatementView:
    authorities.record_authority(session, case_id, data)
    return StatementView.of(statement_list.read_statements(session, case_id))


class StatementState(CentreState):
    """One statement, the steps on its way, and what is missing for the next."""

    view: StatementView = StatementView()
    confirm_errors: FormErrors = {}
    authority_errors: FormErrors = {}
    note_errors: FormErrors = {}
    saved: int = 0
    opened: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the newest statement of the case, or the one its address names."""
        case_id = self.route_id("case_id")
        wanted = self.query("statement")
        if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 6):
            raise NotFound
        number = int(wanted) if wanted else None
        try:
            self.view = await self.ask(
                statement_list.read_statements, case_id, statement_no=number, show=StatementView.of
            )
        except Conflict:
            raise NotFound from None
        self.confirm_errors, self.authority_errors, self.note_errors = {}, {}, {}
        self.opened = case_id

    @act(Act.STATEMENT_PREPARE)
    async def prepare(self):
        """Begin a statement of the newest budget sheet."""
        self.view = await self.ask(_prepare, self.route_id("case_id"))

    @act(Act.STATEMENT_PREPARE, form="note_errors")
    async def note(self, form: Form):
        """Keep the notes that are printed for creditors."""
        await self._take(statements.note_statement, note=form.get("note", ""))
        return notice("Notes saved.")

    @act(Act.STATEMENT_PREPARE)
    async def complete(self):
        """Say that the statement is accurate and complete as it stands."""
        await self._take(statements.complete_statement)
        return notice("Statement complete.")

    @act(Act.STATEMENT_VERIFY)
    async def verify(self):
        """Verify another person's statement, or submit one's own for that."""
        if told := await submitted(self, "verify_statement", self.view.id):
            return told
        await self._take(statements.verify_statement)
        return notice("Statement verified.")

    @act(Act.STATEMENT_CONFIRM, form="confirm_errors")
    async def confirm(self, form: Form):
        """Record a person's confirmation and consent."""
        typed = form.get("client_id", "")
        await self._take(
            statements.confirm_statement,
            client_id=int(typed) if typed.isascii() and typed.isdigit() else None,
            how=form.get("how", ""),
            is_accurate=ticked(form, "is_accurate"),
            may_send=ticked(form, "may_send"),
        )
        self.saved += 1
        return notice("Confirmation recorded.")

    @act(Act.STATEMENT_ISSUE)
    async def issue(self):
        """Issue the statement, or submit that: it never changes once it is issued."""
        if told := await submitted(self, "issue_statement", self.view.id):
            return told
        await self._take(statements.issue_statement)
        return [notice("Statement issued."), CaseBarState.refresh]

    @act(Act.STATEMENT_PREPARE)
    async def discard(self):
        """Take away a statement that was never issued."""
        await self._take(statements.discard_statement)
        self.saved += 1
        return notice("Statement discarded. Its number is not used again.")

    @act(Act.AUTHORITY_RECORD, form="authority_errors")
    async def authorise(self, form: Form):
        """Record an authority that the client signed."""
        data = {
            **form,
            "signed_on": joined_date(form, "signed_on"),
            "expires_on": joined_date(form, "expires_on"),
        }
        self.view = await self.ask(_authorise, self.route_id("case_id"), data)
        self.saved += 1
        return notice("Authority recorded.")

    @act(Act.AUTHORITY_RECORD, quiet=True)
    def check_authority(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.authority_errors = checked(self.authority_errors, AuthorityForm, name, value)

    @act(Act.AUTHORITY_RECORD)
    async def withdraw(self, authority_id: int):
        """Record that an authority was withdrawn today."""
        self.view = await self.ask(_step, authorities.withdraw_authority, authority_id)
        return notice("Authority withdrawn.")

    async def _take(self, verb: Any, **more: Any) -> None:
        """Take one step with the version on screen; who came second sees what is there now."""
        try:
            self.view = await self.ask(_step, verb, self.view.id, version=self.view.version, **more)
        except Conflict:
            self.view = await self.ask(
                statement_list.read_statements, self.route_id("case_id"), show=StatementView.of
            )
            raise
