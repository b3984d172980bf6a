"""The tables. Importing this package defines them all on one metadata."""

from sqlalchemy import BigInteger, DateTime, column

from models.access_grants import AccessGrant
from models.account_links import AccountLink
from models.appointments import (
    Appointment,
    AppointmentNote,
    Room,
    StaffLeave,
    WorkingWeek,
)
from models.audit import AuditLog, SecurityEvent
from models.base import (
    CASEWORK,
    CENTRE_OWNED,
    SCHEMA_VERSION_TABLE,
    CentreOwned,
    SoftDeleted,
    metadata,
)
from models.breathing_space import BreathingSpace, BreathingSpaceDebt
from models.budgets import BudgetSheet, Household, Offer, SpendingGuideline
from models.cases import Case, CasePerson, ReferenceCounter
from models.centres import Centre
from models.clients import (
    Client,
    Consent,
    ContactRoute,
    Draft,
    FileAccess,
    MonitoringAnswer,
)
from models.closings import CaseClosing, ClosingDebt, ClosingGain, LegalHold, RetentionDate
from models.compliance import CaseCompliance, ChecklistVersion, GateOverride
from models.covers import Cover
from models.creditors import Creditor, CreditorEntry, CreditorReply, Debt, DebtEvent
from models.documents import Document, DocumentRequest, DocumentUse, DocumentVersion
from models.feedback import ClientFeedback
from models.identities import Identity, IdentityProvider, LinkingCode, SpentSignIn
from models.insights import AiInsight
from models.letters import Authority, Letter
from models.notes import CaseNote, NextAction
from models.notifications import Notification
from models.readings import DocumentFigure, DocumentPage, DocumentReading, DocumentTypeChoice
from models.recommendations import Recommendation
from models.referrals import Referral
from models.reminders import CalendarFeed, Reminder, ReminderTiming
from models.requests import RequestDeadline
from models.retention import RetentionItem, RetentionRun, RetentionStatistic
from models.reviews import (
    FileReview,
    FileReviewVersion,
    ReviewLevel,
    ReviewPool,
    ReviewRates,
    ReviewResponse,
    ReviewSample,
)
from models.rights import ClientCopy, RightsRequest
from models.saved_views import SavedView
from models.second_factors import RecoveryCode, SecondFactor
from models.sessions import SignInSession
from models.shadows import CaseShadow
from models.sign_offs import SignOff
from models.statements import IssuedFile, Statement
from models.users import User

# What `with_loader_criteria` compares on the mixins: SQLModel leaves no class attribute there.
# Set once every table is defined, so that no table inherits it in place of its own column.
CentreOwned.centre_id = column("centre_id", BigInteger)  # type: ignore[assignment]
SoftDeleted.deleted_at = column("deleted_at", DateTime(timezone=True))  # type: ignore[assignment]

__all__ = [
    "CASEWORK",
    "CENTRE_OWNED",
    "SCHEMA_VERSION_TABLE",
    "AccessGrant",
    "AccountLink",
    "AiInsight",
    "Appointment",
    "AppointmentNote",
    "AuditLog",
    "Authority",
    "BreathingSpace",
    "BreathingSpaceDebt",
    "BudgetSheet",
    "CalendarFeed",
    "Case",
    "CaseClosing",
    "CaseCompliance",
    "CaseNote",
    "CasePerson",
    "CaseShadow",
    "Centre",
    "ChecklistVersion",
    "Client",
    "ClientCopy",
    "ClientFeedback",
    "ClosingDebt",
    "ClosingGain",
    "Consent",
    "ContactRoute",
    "Cover",
    "Creditor",
    "CreditorEntry",
    "CreditorReply",
    "Debt",
    "DebtEvent",
    "Document",
    "DocumentFigure",
    "DocumentPage",
    "DocumentReading",
    "DocumentRequest",
    "DocumentTypeChoice",
    "DocumentUse",
    "DocumentVersion",
    "Draft",
    "FileAccess",
    "FileReview",
    "FileReviewVersion",
    "GateOverride",
    "Household",
    "Identity",
    "IdentityProvider",
    "IssuedFile",
    "LegalHold",
    "Letter",
    "LinkingCode",
    "MonitoringAnswer",
    "NextAction",
    "Notification",
    "Offer",
    "Recommendation",
    "RecoveryCode",
    "ReferenceCounter",
    "Referral",
    "Reminder",
    "ReminderTiming",
    "RequestDeadline",
    "RetentionDate",
    "RetentionItem",
    "RetentionRun",
    "RetentionStatistic",
    "ReviewLevel",
    "ReviewPool",
    "ReviewRates",
    "ReviewResponse",
    "ReviewSample",
    "RightsRequest",
    "Room",
    "SavedView",
    "SecondFactor",
    "SecurityEvent",
    "SignInSession",
    "SignOff",
    "SpendingGuideline",
    "SpentSignIn",
    "StaffLeave",
    "Statement",
    "User",
    "WorkingWeek",
    "metadata",
]
