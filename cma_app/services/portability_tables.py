"""What of each table goes into a copy of everything about a client, and what does not, with why.

Every table that holds something of a client is in `SECTIONS` or in `LEFT_OUT`; a test compares both
with the catalogue, so that a new table cannot be forgotten.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules import appointments as meetings
from cma_app.rules.breathing_space import KINDS as SPACE_KINDS
from cma_app.rules.closing import every_word
from cma_app.rules.court_stages import court_stage
from cma_app.rules.debt_types import debt_type
from cma_app.rules.document_types import type_label
from cma_app.rules.frequencies import known_frequency
from cma_app.rules.letter_templates import letter_kinds
from cma_app.rules.nations import NATIONS
from cma_app.rules.offer_parts import METHODS
from cma_app.rules.requests import request_kind
from cma_app.rules.retention import class_label
from cma_app.rules.rights import right
from cma_app.rules.solutions import solution_word
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS
from cma_app.services import debt_forms, households, notes, rights_forms
from cma_app.services.budgets import TYPE_LABELS
from cma_app.services.cases import PRIORITY_LABELS, TYPES
from cma_app.services.clients import EMPLOYMENT_STATUSES, MARITAL_STATUSES
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.contact_routes import ANSWER_WORDS, ROUTE_WORDS
from cma_app.services.intake import EMERGENCY_WORDS, SOURCES
from cma_app.services.letter_ways import ROUTE_WORDS as LETTER_ROUTES
from cma_app.services.recommendation_forms import CHOICE_WORDS, STATUS_WORDS
from cma_app.services.replies import REPLY_WORDS
from cma_app.services.retention import HOLD_LABELS

SECTIONS: Final = {
    "clients": "Your details",
    "contact_routes": "How you may be reached safely",
    "consents": "What you agreed to",
    "monitoring_answers": "Your answers to equality questions",
    "referrals": "How you came to us",
    "cases": "Your cases",
    "case_people": "Cases you share",
    "households": "Your household",
    "creditors": "Who you owe",
    "debts": "Your debts",
    "debt_events": "What happened on your debts",
    "budget_sheets": "Your budgets",
    "offers": "Offers to your creditors",
    "creditor_replies": "What creditors answered",
    "statements": "Your financial statements",
    "letters": "Letters",
    "issued_files": "Letters and statements as they were sent",
    "authorities": "What you let us do for you",
    "recommendations": "What we advised, and what you chose",
    "breathing_spaces": "Breathing space",
    "breathing_space_debts": "Debts in a breathing space",
    "case_notes": "Notes of what was said and done",
    "next_actions": "What was planned and done",
    "appointments": "Appointments",
    "appointment_notes": "Notes of appointments",
    "reminders": "Reminders of appointments",
    "documents": "Documents",
    "document_versions": "Versions of documents",
    "document_uses": "What documents show",
    "document_requests": "Documents you were asked for",
    "document_figures": "Figures read from documents",
    "case_compliance": "Checks of your case",
    "gate_overrides": "Checks that a manager let pass",
    "ai_insights": "What a computer suggested",
    "case_closings": "How your case ended",
    "closing_debts": "What became of each debt",
    "closing_gains": "What was gained",
    "client_feedback": "What you said of our service",
    "request_deadlines": "Requests and complaints in your cases",
    "rights_requests": "What you asked about your data",
    "client_copies": "Copies that were made of everything",
    "legal_holds": "Why your record is held",
    "retention_dates": "How long your record is kept",
}
"""The tables in a copy, in the order of its index, each by its heading for the client."""

LEFT_OUT: Final = {
    "drafts": "What somebody had typed and not saved. It is no part of the record.",
    "file_access": "Which of our people may open a file. It is about them.",
    "case_shadows": "Which trainee read along to learn. It is about them.",
    "retention_items": "On which list of records to be removed they stood. How long their record is"
    " kept is in the copy.",
    "notifications": "What our people were told by the program. It repeats what the record says.",
    "sign_offs": "What a supervisor said of a trainee's work. It is about the trainee; what was"
    " done in the end is in the record.",
    "file_reviews": "How well our people did their work, as a colleague saw it. It is about them.",
    "file_review_versions": "As the reviews of our people's work.",
    "review_responses": "As the reviews of our people's work.",
    "review_pool": "Which files could be drawn for a review of our people's work.",
    "document_pages": "The words on each page as a computer read them. They are the document's,"
    " which is in the copy.",
    "document_readings": "When a computer read a document. It says nothing of the person.",
    "document_type_choices": "How a computer guessed what kind of document it is, to guess better."
    " What kind it is stands with the document.",
}
"""Tables that no copy holds, each with the reason that the copy itself gives."""

ALSO_LEFT_OUT: Final = {
    "Names of our people beyond who did what": "Who recorded or did a thing is named. More about"
    " our people is their own.",
    "Who looked": "On which days the record was opened is in the copy, not by whom.",
    "Keys and search words": "What makes the program find, lock and match a row says nothing"
    " more of the person.",
    "The bytes of removed documents": "A document that was removed is named with the day. It was"
    " often somebody else's and put here by a slip.",
}

NOT_SHOWN: Final = frozenset(
    {
        *("centre_id", "version", "updated_by", "first_name_search", "last_name_search"),
        *("ni_number_index", "extracted_tsv", "file_path", "is_encrypted", "encryption_key_id"),
        *("wrapped_key", "upload_key", "content_hash", "named_people", "access_level"),
        *(
            "file_bytes",
            "slot",
            "claimed_at",
            "attempts",
            "reply_code",
            "next_actions.rule",
            "cause",
        ),
        *("checklist_id", "lines_version", "model_version"),
    }
)
"""Columns that no section shows: keys, locks and words to search by."""
RENAMED: Final = {
    "created_at": "recorded_at",
    "created_by": "recorded_by",
    "deleted_at": "removed_at",
}


def _word(read: Callable[[str], Any]) -> Callable[[str], str]:
    """Return a reader of a code's label that leaves an unknown code as it is."""

    def label(code: str) -> str:
        try:
            found = read(code)
        except (CmaError, LookupError, ValueError):
            return code
        return str(getattr(found, "label", found) or code)

    return label


def _of(words: Mapping[Any, str]) -> Callable[[str], str]:
    plain = {str(getattr(code, "value", code)): word for code, word in words.items()}
    return lambda code: plain.get(code, code)


STAGE: Final = _word(lambda code: court_stage(code).label_for("england"))
DEBT_TYPE: Final = _word(debt_type)
OFTEN: Final = _word(known_frequency)
LABELS: Final[dict[str, Callable[[str], str]]] = {
    "nation": _of(NATIONS),
    "marital_status": _of(MARITAL_STATUSES),
    "employment_status": _of(EMPLOYMENT_STATUSES),
    "contact_routes.route": _of(ROUTE_WORDS),
    "contact_routes.answer": _of(ANSWER_WORDS),
    "consents.channel": _of(CONSENT_CHANNELS),
    "source": _of(SOURCES),
    "referrals.emergency": _of(EMERGENCY_WORDS),
    "case_type": _of(TYPES),
    "cases.status": _of(STATUS_LABELS),
    "case_closings.status": _of(STATUS_LABELS),
    "stage": _of(STAGE_LABELS),
    "priority": _of(PRIORITY_LABELS),
    "debt_solution": _of(every_word("solutions")),
    "fca_outcome": _of(every_word("fca_outcomes")),
    "case_closings.reason": _of(every_word("reasons")),
    "debts.outcome": _of(every_word("outcomes")),
    "closing_debts.outcome": _of(every_word("outcomes")),
    "closing_gains.kind": _of(every_word("gains")),
    "tenure": _of(households.TENURES),
    "employment": _of(households.EMPLOYMENTS),
    "partner_employment": _of(households.EMPLOYMENTS),
    "debt_type": DEBT_TYPE,
    "liability": _of(debt_forms.LIABILITY_LABELS),
    "owed_by": _of(debt_forms.OWED_BY_LABELS),
    "debts.status": _of(debt_forms.STATUS_LABELS),
    "balance_source": _of(debt_forms.SOURCE_LABELS),
    "secured_on": _of(debt_forms.SECURITY_LABELS),
    "deduction_source": _of(debt_forms.DEDUCTION_LABELS),
    "are_charges_added": _of(debt_forms.KNOWN_LABELS),
    "is_regulated": _of(debt_forms.KNOWN_LABELS),
    "court_stage": STAGE,
    "debt_events.kind": STAGE,
    "payment_frequency": OFTEN,
    "deduction_frequency": OFTEN,
    "entered_frequency": OFTEN,
    "sheet_type": _of(TYPE_LABELS),
    "offer_method": _of(METHODS),
    "method": _of(METHODS),
    "creditor_replies.reply": _of(REPLY_WORDS),
    "letters.kind": _of(letter_kinds()),
    "letters.route": _of(LETTER_ROUTES),
    "case_notes.channel": _of(notes.CHANNEL_LABELS),
    "appointment_type": _of(meetings.TYPES),
    "meeting_mode": _of(meetings.MODES),
    "appointments.status": _of(meetings.STATUSES),
    "recommendations.status": _of({"draft": "Prepared, not given", **STATUS_WORDS}),
    "solution": solution_word,
    "chosen": solution_word,
    "choice": _of(CHOICE_WORDS),
    "client_feedback.way": _of(CONSENT_CHANNELS),
    "breathing_spaces.kind": _of(SPACE_KINDS),
    "document_type": type_label,
    "request_deadlines.kind": _word(request_kind),
    "rights_requests.kind": _word(right),
    "rights_requests.channel": _of(rights_forms.CHANNEL_WORDS),
    "rights_requests.identity": _of(rights_forms.IDENTITY_WORDS),
    "rights_requests.outcome": _of(rights_forms.DECISION_WORDS),
    "legal_holds.kind": _of(HOLD_LABELS),
    "covers": _word(class_label),
}
"""The words of coded columns, by table and column or by the column alone."""
