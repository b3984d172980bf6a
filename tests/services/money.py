"""A client's case to enter debts and a budget on, and shorthand for reading the audit log."""

from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.services.compliance_gates import open_gate
from cma_app.session import CentreSession
from models import AuditLog, Case, Client
from tests.people import Cast


def make_case(cast: Cast, advisor: Actor, *, nation: str = "england") -> int:
    """Return the id of a new case held by an advisor of Ashdown."""
    with cast.open(cast.ashdown_system) as session:
        client = Client(
            client_reference=session.next_reference("client"),
            first_name="Leanne",
            last_name="Whitmore",
        )
        session.add(client)
        session.flush()
        case = Case(
            case_reference=session.next_reference("case"),
            client_id=client.id,
            advisor_id=advisor.user_id,
            nation=nation,
        )
        session.add(case)
        session.flush()
        return case.id


def let_through(cast: Cast, case_id: int, gate: str = "closing") -> None:
    """Let a case through a gate of its checklist, as the manager with a reason."""
    with cast.open(cast.maria) as session:
        open_gate(session, case_id, gate=gate, reason="Looked at the file by hand")


def audited(session: CentreSession, action: str, table: str) -> list[AuditLog]:
    """Return the audit rows of an act on a table in this centre, oldest first."""
    rows = select(AuditLog).where(col(AuditLog.action) == action, col(AuditLog.table_name) == table)
    return list(session.exec(rows.order_by(col(AuditLog.timestamp))))
