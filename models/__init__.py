"""The tables. Importing this package defines them all on one metadata."""

from sqlalchemy import BigInteger, DateTime, column

from models.appointments import Appointment, AppointmentNote
from models.audit import AuditLog, SecurityEvent
from models.base import (
    CASEWORK,
    CENTRE_OWNED,
    SCHEMA_VERSION_TABLE,
    CentreOwned,
    SoftDeleted,
    metadata,
)
from models.budgets import BudgetSheet, Household, Offer
from models.cases import Case, ReferenceCounter
from models.centres import Centre
from models.clients import Client, Consent, ContactRoute, Draft, FileAccess
from models.compliance import CaseCompliance
from models.creditors import Creditor, Debt
from models.documents import Document
from models.insights import AiInsight
from models.notes import CaseNote, NextAction
from models.referrals import Referral
from models.sessions import SignInSession
from models.users import User

# What `with_loader_criteria` compares on the mixins: SQLModel leaves no class attribute there.
# Set once every table is defined, so that no table inherits it in place of its own column.
CentreOwned.centre_id = column("centre_id", BigInteger)  # type: ignore[assignment]
SoftDeleted.deleted_at = column("deleted_at", DateTime(timezone=True))  # type: ignore[assignment]

__all__ = [
    "CASEWORK",
    "CENTRE_OWNED",
    "SCHEMA_VERSION_TABLE",
    "AiInsight",
    "Appointment",
    "AppointmentNote",
    "AuditLog",
    "BudgetSheet",
    "Case",
    "CaseCompliance",
    "CaseNote",
    "Centre",
    "Client",
    "Consent",
    "ContactRoute",
    "Creditor",
    "Debt",
    "Document",
    "Draft",
    "FileAccess",
    "Household",
    "NextAction",
    "Offer",
    "ReferenceCounter",
    "Referral",
    "SecurityEvent",
    "SignInSession",
    "User",
    "metadata",
]
