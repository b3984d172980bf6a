"""Every deed by name, who may do it, and what we say to those who may not.

This is the one table: menus, buttons, the gate, the services, `docs/who-may-do-what.md` and the
tests are all derived from it.
"""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The four roles of the schema."""

    ADMIN = "admin"
    MANAGER = "manager"
    ADVISOR = "advisor"
    TRAINEE = "trainee"


class Act(StrEnum):
    """A deed with a name: asked, allowed or refused, written in the audit log."""

    # oneself
    HOME_SEE = "home:see"
    NOTIFICATION_SEE = "notification:see"
    OWN_PASSWORD_CHANGE = "own_password:change"  # noqa: S105 - the name of a deed
    OWN_SIGN_IN_END = "own_sign_in:end"
    OWN_IDENTITY_LINK = "own_identity:link"
    OWN_FACTOR_PROVE = "own_factor:prove"
    OWN_FACTOR_KEEP = "own_factor:keep"
    # running the system
    CENTRE_LIST = "centre:list"
    CENTRE_ADD = "centre:add"
    CENTRE_EDIT = "centre:edit"
    USER_LIST = "user:list"
    USER_ADD = "user:add"
    USER_EDIT = "user:edit"
    USER_RESET_PASSWORD = "user:reset_password"  # noqa: S105 - the name of a deed
    USER_RESET_FACTORS = "user:reset_factors"
    USER_DEACTIVATE = "user:deactivate"
    USER_LINK = "user:link_identity"
    # emergency access to a centre's clients
    ACCESS_OPEN = "emergency_access:open"
    ACCESS_LEAVE = "emergency_access:leave"
    ACCESS_SEE = "emergency_access:see"
    ACCESS_REVOKE = "emergency_access:revoke"
    # clients
    CLIENT_FIND = "client:find"
    CLIENT_OPEN = "client:open"
    CLIENT_RECORD = "client:record"
    CLIENT_REVEAL_NI_NUMBER = "client:reveal_ni_number"
    CLIENT_ROUTES_RECORD = "client:record_routes"
    CLIENT_CONSENT_RECORD = "client:record_consent"
    CLIENT_VULNERABILITY_RECORD = "client:record_vulnerability"
    CLIENT_VULNERABILITY_REMOVE = "client:remove_vulnerability"
    CLIENT_RESTRICT = "client:restrict"
    CLIENT_MONITORING_RECORD = "client:record_monitoring"
    CLIENT_EXPORT = "client:export"
    # requests about data
    RIGHTS_RECORD = "rights_request:record"
    RIGHTS_DECIDE = "rights_request:decide"
    RIGHTS_REFUSE = "rights_request:refuse"
    RETENTION_SEE = "retention:see"
    RETENTION_CONFIRM = "retention:confirm"
    RETENTION_WORK = "retention:work"
    RIGHTS_SEE_ALL = "rights_request:see_all"
    # referrals and cases
    REFERRAL_RECORD = "referral:record"
    REFERRAL_LIST = "referral:list"
    REFERRAL_ACCEPT = "referral:accept"
    CASE_LIST = "case:list"
    CASE_OPEN = "case:open"
    CASE_START = "case:start"
    CASE_RAISE_PRIORITY = "case:raise_priority"
    CASE_LOWER_PRIORITY = "case:lower_priority"
    CASE_MOVE_STAGE = "case:move_stage"
    CASE_ACT_ON_ADVICE = "case:act_on_advice"
    CASE_CLOSE = "case:close"
    CASE_REOPEN = "case:reopen"
    CLOSING_AMEND = "closing:amend"
    HOLD_PLACE = "legal_hold:place"
    HOLD_LIFT = "legal_hold:lift"
    CASE_ASSIGN = "case:assign"
    CASE_EDIT = "case:edit"
    CASE_JOIN = "case:join_person"
    CASE_SEPARATE = "case:separate_people"
    SHADOW_KEEP = "case_shadow:keep"
    NOTE_RECORD = "note:record"
    NOTE_CORRECT = "note:correct"
    ACTION_RECORD = "next_action:record"
    ACTION_DONE = "next_action:done"
    # money
    DEBT_RECORD = "debt:record"
    DEBT_REMOVE = "debt:remove"
    EMERGENCY_END = "debt_event:end_emergency"
    BUDGET_RECORD = "budget_sheet:record"
    BUDGET_VERIFY = "budget_sheet:verify"
    OFFER_RECORD = "offer:record"
    AUTHORITY_RECORD = "authority:record"
    STATEMENT_PREPARE = "statement:prepare"
    STATEMENT_VERIFY = "statement:verify"
    STATEMENT_CONFIRM = "statement:confirm"
    STATEMENT_ISSUE = "statement:issue"
    STATEMENT_PRINT = "statement:print"
    # advice, and what clients say of the service
    RECOMMENDATION_PREPARE = "recommendation:prepare"
    RECOMMENDATION_GIVE = "recommendation:give"
    RECOMMENDATION_FOLLOW = "recommendation:follow"
    FEEDBACK_RECORD = "feedback:record"
    # letters
    LETTER_RECORD = "letter:record"
    LETTER_ISSUE = "letter:issue"
    LETTER_ISSUE_ADVICE = "letter:issue_advice"
    LETTER_PRINT = "letter:print"
    REPLY_RECORD = "creditor_reply:record"
    # the creditor directory
    CREDITOR_SEE = "creditor:see"
    CREDITOR_RECORD = "creditor:record"
    CREDITOR_REMOVE = "creditor:remove"
    # compliance
    COMPLIANCE_ANSWER = "compliance:answer"
    COMPLIANCE_SEE = "compliance:see"
    CHECKLIST_EDIT = "checklist:edit"
    GATE_OVERRIDE = "gate:override"
    # supervised work
    SIGN_OFF_SUBMIT = "sign_off:submit"
    SIGN_OFF_DECIDE = "sign_off:decide"
    # documents
    DOCUMENT_SEE = "document:see"
    DOCUMENT_OPEN = "document:open"
    DOCUMENT_ADD = "document:add"
    DOCUMENT_EDIT = "document:edit"
    DOCUMENT_USE = "document:use_as_evidence"
    DOCUMENT_RESTRICT = "document:restrict"
    DOCUMENT_REMOVE = "document:remove"
    DOCUMENT_ASK = "document:ask_for"
    DOCUMENT_FIND = "document:find"
    DOCUMENT_READ = "document:read"
    DOCUMENT_SORT = "document:sort"
    FIGURE_DECIDE = "document_figure:decide"
    # file reviews
    REVIEW_DRAW = "file_review:draw"
    REVIEW_SEE_ALL = "file_review:see_all"
    REVIEW_SET_RATES = "file_review:set_rates"
    REVIEW_ASSIGN = "file_review:assign"
    REVIEW_RECORD = "file_review:record"
    REVIEW_ANSWER = "file_review:answer"
    # legal clocks
    BREATHING_SPACE_RECORD = "breathing_space:record"
    BREATHING_SPACE_REVIEW = "breathing_space:review"
    BREATHING_SPACE_END = "breathing_space:end"
    REQUEST_RECORD = "request_deadline:record"
    # appointments
    APPOINTMENT_SEE = "appointment:see"
    APPOINTMENT_BOOK = "appointment:book"
    APPOINTMENT_CANCEL = "appointment:cancel"
    APPOINTMENT_OUTCOME = "appointment:record_outcome"
    APPOINTMENT_NOTE = "appointment:note"
    APPOINTMENT_REMIND = "appointment:remind"
    REMINDER_TIMING_KEEP = "reminder_timing:keep"
    FEED_KEEP = "calendar_feed:keep"
    FEED_READ = "calendar_feed:read"
    AVAILABILITY_RECORD = "availability:record"
    AVAILABILITY_MANAGE = "availability:manage"
    ROOM_KEEP = "room:keep"
    # the centre
    CASELOAD_SEE = "caseload:see"
    VIEW_KEEP = "saved_view:keep"
    REPORT_SEE = "report:see"
    REPORT_EXPORT = "report:export"
    GUIDELINE_SEE = "guideline:see"
    GUIDELINE_LOAD = "guideline:load"
    GUIDELINE_REMOVE = "guideline:remove"


ADMIN: Final = frozenset(
    {
        Act.HOME_SEE,
        Act.OWN_PASSWORD_CHANGE,
        Act.OWN_SIGN_IN_END,
        Act.OWN_FACTOR_PROVE,
        Act.OWN_FACTOR_KEEP,
        Act.CENTRE_LIST,
        Act.CENTRE_ADD,
        Act.CENTRE_EDIT,
        Act.USER_LIST,
        Act.USER_ADD,
        Act.USER_EDIT,
        Act.USER_RESET_PASSWORD,
        Act.USER_RESET_FACTORS,
        Act.USER_DEACTIVATE,
        Act.USER_LINK,
        Act.ACCESS_OPEN,
    }
)
TRAINEE: Final = frozenset(
    {
        Act.HOME_SEE,
        Act.NOTIFICATION_SEE,
        Act.OWN_PASSWORD_CHANGE,
        Act.OWN_SIGN_IN_END,
        Act.OWN_IDENTITY_LINK,
        Act.OWN_FACTOR_PROVE,
        Act.OWN_FACTOR_KEEP,
        Act.CLIENT_FIND,
        Act.CLIENT_OPEN,
        Act.CLIENT_RECORD,
        Act.CLIENT_REVEAL_NI_NUMBER,
        Act.CLIENT_ROUTES_RECORD,
        Act.CLIENT_CONSENT_RECORD,
        Act.CLIENT_VULNERABILITY_RECORD,
        Act.CLIENT_MONITORING_RECORD,
        Act.RIGHTS_RECORD,
        Act.REFERRAL_RECORD,
        Act.CASE_LIST,
        Act.CASE_OPEN,
        Act.CASE_START,
        Act.CASE_RAISE_PRIORITY,
        Act.CASE_MOVE_STAGE,
        Act.CASE_EDIT,
        Act.CASE_JOIN,
        Act.NOTE_RECORD,
        Act.NOTE_CORRECT,
        Act.ACTION_RECORD,
        Act.ACTION_DONE,
        Act.DEBT_RECORD,
        Act.DEBT_REMOVE,
        Act.BUDGET_RECORD,
        Act.OFFER_RECORD,
        Act.AUTHORITY_RECORD,
        Act.STATEMENT_PREPARE,
        Act.STATEMENT_CONFIRM,
        Act.STATEMENT_PRINT,
        Act.RECOMMENDATION_PREPARE,
        Act.RECOMMENDATION_FOLLOW,
        Act.FEEDBACK_RECORD,
        Act.LETTER_RECORD,
        Act.LETTER_ISSUE,
        Act.LETTER_PRINT,
        Act.REPLY_RECORD,
        Act.CREDITOR_SEE,
        Act.COMPLIANCE_ANSWER,
        Act.COMPLIANCE_SEE,
        Act.SIGN_OFF_SUBMIT,
        Act.DOCUMENT_SEE,
        Act.DOCUMENT_OPEN,
        Act.DOCUMENT_ADD,
        Act.DOCUMENT_EDIT,
        Act.DOCUMENT_USE,
        Act.DOCUMENT_ASK,
        Act.DOCUMENT_FIND,
        Act.DOCUMENT_READ,
        Act.DOCUMENT_SORT,
        Act.FIGURE_DECIDE,
        Act.REVIEW_ANSWER,
        Act.GUIDELINE_SEE,
        Act.BREATHING_SPACE_RECORD,
        Act.REQUEST_RECORD,
        Act.APPOINTMENT_SEE,
        Act.APPOINTMENT_BOOK,
        Act.APPOINTMENT_CANCEL,
        Act.APPOINTMENT_OUTCOME,
        Act.APPOINTMENT_NOTE,
        Act.APPOINTMENT_REMIND,
        Act.FEED_KEEP,
        Act.FEED_READ,
    }
)
ADVISOR: Final = (TRAINEE - {Act.SIGN_OFF_SUBMIT}) | {
    Act.SIGN_OFF_DECIDE,
    Act.CLIENT_VULNERABILITY_REMOVE,
    Act.CLIENT_EXPORT,
    Act.RIGHTS_DECIDE,
    Act.REFERRAL_LIST,
    Act.REFERRAL_ACCEPT,
    Act.CASE_LOWER_PRIORITY,
    Act.CASE_ACT_ON_ADVICE,
    Act.CASE_CLOSE,
    Act.CASE_REOPEN,
    Act.HOLD_PLACE,
    Act.EMERGENCY_END,
    Act.CASE_SEPARATE,
    Act.SHADOW_KEEP,
    Act.BREATHING_SPACE_REVIEW,
    Act.BREATHING_SPACE_END,
    Act.BUDGET_VERIFY,
    Act.STATEMENT_VERIFY,
    Act.STATEMENT_ISSUE,
    Act.RECOMMENDATION_GIVE,
    Act.LETTER_ISSUE_ADVICE,
    # every letter of the centre goes to the address kept there: a slip is not one case's alone
    Act.CREDITOR_RECORD,
    Act.CREDITOR_REMOVE,
    Act.AVAILABILITY_RECORD,
    Act.REVIEW_RECORD,
    Act.DOCUMENT_RESTRICT,
    Act.DOCUMENT_REMOVE,
}
MANAGER: Final = ADVISOR | {
    Act.CLIENT_RESTRICT,
    Act.RIGHTS_REFUSE,
    Act.RETENTION_SEE,
    Act.RETENTION_CONFIRM,
    Act.RETENTION_WORK,  # what the worker does; the database lets nobody else
    Act.RIGHTS_SEE_ALL,
    Act.CASE_ASSIGN,
    Act.CLOSING_AMEND,
    Act.HOLD_LIFT,
    Act.ACCESS_SEE,
    Act.ACCESS_REVOKE,
    Act.CASELOAD_SEE,
    Act.VIEW_KEEP,
    Act.REPORT_SEE,
    Act.REPORT_EXPORT,
    Act.GUIDELINE_LOAD,
    Act.GUIDELINE_REMOVE,
    Act.CHECKLIST_EDIT,
    Act.GATE_OVERRIDE,
    Act.REVIEW_DRAW,
    Act.REVIEW_SEE_ALL,
    Act.REVIEW_SET_RATES,
    Act.REVIEW_ASSIGN,
    Act.AVAILABILITY_MANAGE,
    Act.REMINDER_TIMING_KEEP,
    Act.ROOM_KEEP,
    Act.USER_LIST,
    Act.USER_ADD,
    Act.USER_EDIT,
    Act.USER_RESET_PASSWORD,
    Act.USER_RESET_FACTORS,
    Act.USER_DEACTIVATE,
    Act.USER_LINK,
}

VISITOR: Final = "visitor"
"""What an admin acts as while they have emergency access to a centre; nobody is stored as one."""
VISITOR_ACTS: Final = frozenset(
    {
        Act.ACCESS_LEAVE,
        Act.CLIENT_FIND,
        Act.CLIENT_OPEN,
        Act.CASE_LIST,
        Act.CASE_OPEN,
        Act.STATEMENT_PRINT,
        Act.LETTER_PRINT,
        Act.CREDITOR_SEE,
        Act.COMPLIANCE_SEE,
        Act.DOCUMENT_SEE,
        Act.DOCUMENT_OPEN,
        Act.GUIDELINE_SEE,
        Act.APPOINTMENT_SEE,
    }
)
"""What is read under emergency access: one client's or case's own record, in any of its parts.

Neither the board nor a report nor the words of every document, which show many at once, nor a
National Insurance number.
"""

ROLE_ACTS: Final[dict[str, frozenset[Act]]] = {
    Role.ADMIN: ADMIN,
    Role.MANAGER: MANAGER,
    Role.ADVISOR: ADVISOR,
    Role.TRAINEE: TRAINEE,
    VISITOR: VISITOR_ACTS,
}

READS: Final = frozenset(
    {
        Act.HOME_SEE,
        Act.CLIENT_FIND,
        Act.CLIENT_OPEN,
        Act.CASE_LIST,
        Act.CASE_OPEN,
        Act.STATEMENT_PRINT,
        Act.LETTER_PRINT,
        Act.CREDITOR_SEE,
        Act.COMPLIANCE_SEE,
        Act.GUIDELINE_SEE,
        Act.APPOINTMENT_SEE,
        Act.FEED_READ,
    }
)
"""What a trainee may do in a case that they shadow; every other act is refused there.

To show a National Insurance number is none of them: nobody needs it to learn from a case.
"""
NEEDS_SIGN_OFF: Final = frozenset(
    {
        Act.CLIENT_VULNERABILITY_REMOVE,
        Act.CASE_LOWER_PRIORITY,
        Act.CASE_ACT_ON_ADVICE,
        Act.CASE_CLOSE,
        Act.EMERGENCY_END,
        Act.BUDGET_VERIFY,
        Act.STATEMENT_VERIFY,
        Act.STATEMENT_ISSUE,
        Act.RECOMMENDATION_GIVE,
        Act.LETTER_ISSUE_ADVICE,
    }
)
"""What a trainee prepares on the same screens and somebody else carries out by signing it off."""

READ_ONLY: Final = "You are looking with emergency access, which is read-only."
"""The sentence for every act that is none of a visitor's."""

REFUSALS: Final[dict[Act, str]] = {
    Act.ACCESS_OPEN: "Only an admin can open emergency access.",
    Act.ACCESS_LEAVE: "You have no emergency access.",
    Act.ACCESS_SEE: "Only a manager sees who had emergency access. Ask your manager.",
    Act.ACCESS_REVOKE: "Only a manager of this centre can end emergency access early.",
    Act.CASE_ACT_ON_ADVICE: (
        "A trainee's advice is signed off before the case goes on. Ask your supervisor."
    ),
    Act.STATEMENT_ISSUE: "A trainee cannot issue a statement. Ask your supervisor.",
    Act.SIGN_OFF_DECIDE: "A trainee cannot sign work off. Ask your supervisor.",
    Act.SIGN_OFF_SUBMIT: "Only a trainee's work waits for sign-off. Do this yourself.",
    Act.CASE_REOPEN: "A trainee cannot reopen a case. Ask your supervisor to reopen it.",
    Act.CASE_CLOSE: "A trainee cannot close a case. Ask your supervisor to close it.",
    Act.CLOSING_AMEND: "Only a manager can change how a case was closed. Ask your manager.",
    Act.HOLD_PLACE: "A trainee cannot hold a client's record. Ask your supervisor.",
    Act.HOLD_LIFT: "Only a manager can lift a hold. Ask your manager.",
    Act.CASE_SEPARATE: "A trainee cannot separate two people. Ask your supervisor.",
    Act.SHADOW_KEEP: "An advisor or a manager lets somebody shadow a case. Ask your supervisor.",
    Act.CASE_LOWER_PRIORITY: "A trainee cannot lower a priority. Ask your supervisor.",
    Act.EMERGENCY_END: "A trainee cannot take an emergency off a case. Ask your supervisor.",
    Act.CLIENT_VULNERABILITY_REMOVE: (
        "A trainee cannot remove a vulnerability flag. Ask your supervisor."
    ),
    Act.BREATHING_SPACE_REVIEW: (
        "A trainee cannot decide a midway review. Ask your supervisor to record it."
    ),
    Act.BREATHING_SPACE_END: "A trainee cannot end a breathing space. Ask your supervisor.",
    Act.BUDGET_VERIFY: "A trainee cannot verify figures. Ask your supervisor.",
    Act.STATEMENT_VERIFY: "A trainee cannot verify a statement. Ask your supervisor.",
    Act.RECOMMENDATION_GIVE: (
        "A trainee's recommendation is signed off before it is given. Ask your supervisor."
    ),
    Act.LETTER_ISSUE_ADVICE: (
        "A trainee cannot issue a letter with advice or an offer. Ask your supervisor."
    ),
    Act.CREDITOR_RECORD: "A trainee cannot change the creditor directory. Ask your supervisor.",
    Act.CREDITOR_REMOVE: "A trainee cannot remove a creditor. Ask your supervisor.",
    Act.CHECKLIST_EDIT: "Only a manager can change a checklist. Ask your manager.",
    Act.GATE_OVERRIDE: "Only a manager can let a case through a gate. Ask your manager.",
    Act.DOCUMENT_RESTRICT: ("A trainee cannot choose who may see a document. Ask your supervisor."),
    Act.DOCUMENT_REMOVE: "A trainee cannot remove a document. Ask your supervisor.",
    Act.REVIEW_DRAW: "Only a manager can draw files for review. Ask your manager.",
    Act.REVIEW_SEE_ALL: "Only a manager sees everybody's reviews. Yours are under My file reviews.",
    Act.REVIEW_SET_RATES: "Only a manager can change how many files are drawn. Ask your manager.",
    Act.REVIEW_ASSIGN: "Only a manager can choose who reviews a file. Ask your manager.",
    Act.REVIEW_RECORD: "A trainee cannot review a file. Ask your supervisor.",
    Act.CASE_ASSIGN: "Only a manager can change who holds a case. Ask your manager.",
    Act.CLIENT_RESTRICT: "Only a manager can restrict a file. Ask your manager.",
    Act.CLIENT_EXPORT: (
        "A trainee cannot take a copy of everything about a client. Ask your supervisor."
    ),
    Act.RIGHTS_DECIDE: "A trainee records such a request. Ask your supervisor to answer it.",
    Act.RIGHTS_REFUSE: (
        "A manager decides about erasure, and whether something asked for is refused."
        " Ask your manager."
    ),
    Act.RIGHTS_SEE_ALL: (
        "Only a manager sees every request. Those of your clients are on their pages."
    ),
    Act.RETENTION_SEE: "Only a manager sees what is kept and removed. Ask your manager.",
    Act.RETENTION_CONFIRM: "Only a manager confirms what is removed. Ask your manager.",
    Act.RETENTION_WORK: "The worker removes what a manager confirmed. Nobody else does.",
    Act.REPORT_SEE: "Only a manager sees the outcomes report. Ask your manager.",
    Act.REPORT_EXPORT: "Only a manager takes a report away. Ask your manager.",
    Act.GUIDELINE_LOAD: "Only a manager can load spending guidelines. Ask your manager.",
    Act.GUIDELINE_REMOVE: "Only a manager can remove spending guidelines. Ask your manager.",
    Act.CASELOAD_SEE: "Only a manager sees the whole caseload. Your own cases are under Cases.",
    Act.CENTRE_LIST: "Only an admin sees the centres.",
    Act.CENTRE_ADD: "Only an admin can add a centre.",
    Act.CENTRE_EDIT: "Only an admin can change a centre.",
    Act.AVAILABILITY_RECORD: "A trainee's hours and leave are their manager's to record.",
    Act.AVAILABILITY_MANAGE: (
        "Your own hours and leave are yours to record; a manager records other people's."
    ),
    Act.REMINDER_TIMING_KEEP: ("Only a manager can change when reminders go. Ask your manager."),
    Act.ROOM_KEEP: "Only a manager can change the rooms. Ask your manager.",
    Act.USER_LIST: "Only a manager or an admin sees who works at a centre. Ask your manager.",
    Act.USER_EDIT: "Only a manager or an admin can change people. Ask your manager.",
    Act.OWN_IDENTITY_LINK: "An admin signs in with a password.",
    Act.USER_LINK: "Only a manager or an admin can link or unlink people. Ask your manager.",
    Act.USER_ADD: "Only a manager or an admin can add people. Ask your manager.",
}


def allows(role: str, act: Act) -> bool:
    """Say whether a role's holder may do an act at all; the record may still refuse."""
    return act in ROLE_ACTS[role]


def submits(role: str, act: Act) -> bool:
    """Say whether a role's holder prepares an act that waits for another person's sign-off."""
    return role == Role.TRAINEE and act in NEEDS_SIGN_OFF


def refusal(act: Act, role: str) -> str | None:
    """Return the sentence for a person whose role lacks an act, where there is a special one."""
    return READ_ONLY if role == VISITOR else REFUSALS.get(act)
