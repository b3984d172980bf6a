"""Each handler of ours with a call that succeeds: who may make it, where, with what, and what then.

Texts in `{}` and numbers written `@name` are filled in from a pack (`tests/web/packs.py`). A
handler that stands here with several calls has a word after its name.
"""

from datetime import timedelta

from cma_app.clock import today
from cma_app.rules.dates import add_months
from tests.services import reviewing
from tests.services.intake_forms import ROUTES
from tests.web.calls import Call, boxes, flag_set, form, left
from tests.web.matrix_reading import READING
from tests.web.packs import SEARCH

CLIENT = "/clients/{clients}"
CASE = "/cases/{cases}"
SHOWN = "{canary}"
"""What a call shows that brings a planted text to the screen."""
WRONG_DAY = "There is no such date."

PERSON = {
    "first_name": "Nova",
    "last_name": "Arrival",
    "nation": "england",
    "source": "self",
    "emergency": "no",
}

SHELL = {
    "CentreState.tell": Call(args={"sentence": "told", "tone": "good"}, shows='"told"'),
    "ShellState.arrive": Call(),
    "PaletteState.find": Call(args={"text": SEARCH}, shows=SHOWN),
    "HomeState.open": Call(shows=SHOWN),
    "HomeState.open as trainee": Call(by="tess"),
    "StandingInState.open": Call(shows='"lines_rx_state_":['),
    "StandingInState.open as trainee": Call(by="tess", shows="Your supervisor: Amina Khan"),
    "StandingInState.ask_for_supervisor": Call(
        "/cases/{trainees_case}", "tess", writes="next_actions"
    ),
}
ON_HOME = ("HomeState.open",)
ON_NEWS = ("NotificationsState.open",)
NEWS = "/notifications"
A_TASK = {"number": "@task"}
A_REPLY = {"number": "@creditor_replies"}
TOLD = {"number": "@notifications"}
LATER = (today() + timedelta(days=9)).isoformat()
MY_DAY = {
    "HomeState.finish": Call(args=A_TASK, after=ON_HOME, writes="next_actions"),
    "HomeState.undo_task": Call(
        args=A_TASK, after=(*ON_HOME, "HomeState.finish"), writes="next_actions"
    ),
    "HomeState.told": Call(args=A_REPLY, after=ON_HOME, writes="creditor_replies"),
    "HomeState.undo_told": Call(
        args=A_REPLY, after=(*ON_HOME, "HomeState.told"), writes="creditor_replies"
    ),
    "HomeState.choose": Call(args=A_TASK, after=ON_HOME, shows=SHOWN),
    "HomeState.put_off": Call(
        args=form(due_date=LATER, reason="Waits for a letter"),
        after=(*ON_HOME, "HomeState.choose"),
        writes="next_actions",
    ),
    "HomeState.check_wait": Call(args=left("reason", ""), shows="Say why it waits."),
    "HomeState.begin_give": Call(shows=SHOWN),
    "HomeState.give": Call(
        args=form(reference="{reference}", what="Ring", due_date=LATER), writes="next_actions"
    ),
    "HomeState.check_give": Call(args=left("due_date", "1 13 2027"), shows=WRONG_DAY),
    "NotificationsState.open": Call(NEWS, shows=SHOWN),
    "NotificationsState.show_new": Call(NEWS, shows=SHOWN),
    "NotificationsState.step": Call(NEWS, args={"by": 1}, shows="page=2"),
    "NotificationsState.follow": Call(NEWS, args=TOLD, after=ON_NEWS, shows="/cases/{cases}"),
    "NotificationsState.seen": Call(NEWS, args=TOLD, after=ON_NEWS, shows=SHOWN),
    "NotificationsState.all_seen": Call(NEWS, after=ON_NEWS, shows="marked as seen"),
}
SIGN_INS = {
    "SignInsState.open": Call("/sign-ins", shows="127.0.0.1"),
    "SignInsState.end": Call("/sign-ins", args={"number": "@sessions"}, shows="Signed out there"),
    "SignInsState.end_others": Call("/sign-ins", by="ben", shows="Signed out everywhere else"),
    "IdentitiesState.open": Call("/sign-ins", shows='"own_rx_state_"'),
    "IdentitiesState.unlink": Call("/sign-ins", shows="Your account is not linked."),
}
A_FACTOR = {"number": "@second_factors"}
FACTORS = {
    "FactorsState.open": Call("/sign-ins", shows=flag_set("ready", "true")),
    "FactorsState.choose": Call("/sign-ins", args=A_FACTOR),
    "FactorsState.rename": Call(
        "/sign-ins",
        args=form(factor="{second_factors}", name="Desk"),
        writes="second_factors",
    ),
    "FactorsState.remove": Call("/sign-ins", args=A_FACTOR, writes="second_factors"),
}
WALK_IN = {
    "WalkInState.open": Call("/walk-in", shows=flag_set("ready", "true")),
    "WalkInState.send": Call("/walk-in", args=form(**PERSON, **ROUTES), writes="cases"),
    "WalkInState.send draft": Call(
        "/walk-in",
        args=form(intent="draft", last_name=SEARCH, first_name=SEARCH, postcode="PO1 3AX"),
        shows="Saved",
    ),
    "WalkInState.send look-alikes": Call(
        "/walk-in",
        args=form(
            intent="draft",
            first_name="Nova",
            last_name=f"{SEARCH} family",
            postcode="PO1 3AX",
            date_of_birth__day="27",
            date_of_birth__month="3",
            date_of_birth__year="1984",
        ),
        shows=SHOWN,
    ),
    "WalkInState.send for a client": Call(
        "/walk-in",
        args=form(**PERSON, **ROUTES),
        after=("WalkInState.use",),
        writes="cases",
    ),
    "WalkInState.send referral": Call(
        "/walk-in", args=form(intent="referral", **PERSON, **ROUTES), writes="referrals"
    ),
    "WalkInState.check": Call("/walk-in", args=left("email", "leanne@"), shows="e-mail address"),
    "WalkInState.use": Call("/walk-in", args={"number": "@clients"}, shows=SHOWN),
    "WalkInState.use_nobody": Call(
        "/walk-in", after=("WalkInState.use",), shows=flag_set("using", "0")
    ),
    "WalkInState.change_nation": Call("/walk-in", shows=flag_set("changes_nation", "true")),
    "WalkInState.clear": Call("/walk-in", shows=flag_set("ready", "true")),
}
CLIENTS = {
    "ClientsState.open": Call(f"/clients?q={SEARCH}&sort=newest", shows=SHOWN),
    "ClientsState.find": Call("/clients", args={"text": SEARCH}, shows=f"q={SEARCH}"),
    "ClientsState.sort": Call("/clients", args={"word": "born"}, shows="sort=born"),
    "ClientsState.step": Call("/clients", args={"by": 1}, shows="page=2"),
}
OPENED = ("ClientState.open",)
CLIENT_FILE = {
    "ClientState.open": Call(CLIENT, shows=SHOWN, writes="clients"),
    "ClientState.save": Call(
        CLIENT,
        args=form(version="{version}", first_name="Nova", last_name="Arrival"),
        after=OPENED,
        writes="clients",
    ),
    "ClientState.save stale": Call(
        CLIENT,
        args=form(version="0", first_name="Nova", last_name="Arrival"),
        after=OPENED,
        shows=SHOWN,
    ),
    "ClientState.check": Call("/clients", args=left("postcode", "PO1"), shows="postcode"),
    "ClientState.reveal": Call(CLIENT, after=OPENED, shows="{ni_number}", writes="clients"),
    "ClientState.hide": Call(
        CLIENT, after=(*OPENED, "ClientState.reveal"), shows=flag_set("ni_number", '""')
    ),
    "ClientState.save_routes": Call(
        CLIENT, args=form(**ROUTES), after=OPENED, writes="contact_routes"
    ),
    "ClientState.check_routes": Call(
        "/clients", args=left("route_call", "yes\nten\n"), shows="Enter a time like".lower()
    ),
    "ClientState.write_flag": Call(CLIENT, args={"number": "flag-1"}, after=OPENED, shows=SHOWN),
    "ClientState.leave_flag": Call(
        CLIENT,
        after=(*OPENED, "ClientState.write_flag"),
        shows=flag_set("writes_flag", "false"),
    ),
    "ClientState.save_flag": Call(
        CLIENT,
        args=form(driver="health", detail="Cannot see well", adjustment="Large print"),
        after=OPENED,
        writes="clients",
    ),
    "ClientState.save_flag revised": Call(
        CLIENT,
        args=form(driver="health", detail="Cannot see well", adjustment="Large print"),
        after=(*OPENED, "ClientState.write_flag"),
        writes="clients",
    ),
    "ClientState.check_flag": Call(
        "/clients", args=left("review_date", "1 13 2027"), shows=WRONG_DAY
    ),
    "ClientState.remove_flag": Call(
        CLIENT, args={"number": "flag-1"}, after=OPENED, writes="clients"
    ),
    "ClientState.agree": Call(
        CLIENT,
        args=form(
            purpose="holding", answer="given", channel="in_person", wording_version="2026-01"
        ),
        after=OPENED,
        writes="consents",
    ),
    "ClientState.choose_people": Call(CLIENT, "maria", after=OPENED, shows='"people_rx_state_":[{'),
    "ClientState.restrict": Call(
        CLIENT, "maria", {"form": {"person-{person}": "on"}}, OPENED, writes="clients"
    ),
    "ClientState.unrestrict": Call(
        CLIENT, "maria", after=(*OPENED, "ClientState.restrict"), writes="clients"
    ),
}
DATA = f"{CLIENT}/data"
ON_DATA = ("RightsState.open",)
BEGUN = (*ON_DATA, "RightsState.begin")
AN_ASKED = {"request_id": "@rights_requests"}
RIGHT = {
    "kind": "access",
    "received_on__day": "23",
    "received_on__month": "11",
    "received_on__year": "2026",
    "channel": "phone",
    "asked_for": "All of it",
    "identity": "known",
}


def day_boxes(name: str, *, ahead: int = 0) -> dict[str, str]:
    """Return today, or a day so far ahead, in the three boxes of a date, as `form` takes them."""
    now = today() + timedelta(days=ahead)
    parts = {"day": now.day, "month": now.month, "year": now.year}
    return {f"{name}__{part}": str(number) for part, number in parts.items()}


RIGHTS = {
    "RightsState.open": Call(DATA, shows=SHOWN),
    "RightsState.begin": Call(DATA, args=AN_ASKED, after=ON_DATA, shows=SHOWN),
    "RightsState.save": Call(DATA, args=form(**RIGHT), after=ON_DATA, writes="rights_requests"),
    "RightsState.save changed": Call(
        DATA, args=form(**RIGHT), after=BEGUN, writes="rights_requests"
    ),
    "RightsState.save complaint": Call(
        DATA, args=form(**RIGHT | {"kind": "complaint"}), after=BEGUN, writes="rights_requests"
    ),
    "RightsState.check": Call("/clients", args=left("asked_for", ""), shows="Write what they"),
    "RightsState.stop": Call(
        DATA,
        args=form(reason="clarification", **day_boxes("since")),
        after=BEGUN,
        writes="rights_requests",
    ),
    "RightsState.run": Call(
        DATA,
        args=form(**day_boxes("until")),
        after=(*ON_DATA, "RightsState.begin", "RightsState.stop", "RightsState.begin"),
        writes="rights_requests",
    ),
    "RightsState.extend": Call(
        DATA,
        args=form(extended_why="Much", **day_boxes("extended_on")),
        after=BEGUN,
        writes="rights_requests",
    ),
    "RightsState.acknowledge": Call(
        DATA,
        args=form(acknowledged_how="By letter", **day_boxes("acknowledged_on")),
        after=(*BEGUN, "RightsState.save complaint", "RightsState.begin"),
        writes="rights_requests",
    ),
    "RightsState.decide": Call(
        DATA, args=form(outcome="fulfilled", answer="Given"), after=BEGUN, writes="rights_requests"
    ),
    "RightsState.reopen": Call(
        DATA,
        args=AN_ASKED,
        after=(*BEGUN, "RightsState.decide"),
        writes="rights_requests",
    ),
    "RightsState.take_back": Call(DATA, args=AN_ASKED, after=ON_DATA, writes="rights_requests"),
    "RightsState.undo_take_back": Call(
        DATA, after=(*ON_DATA, "RightsState.take_back"), writes="rights_requests"
    ),
    "RightsState.prepare": Call(
        DATA, args=form(reason="Asked", is_warned="on"), after=ON_DATA, writes="client_copies"
    ),
    "RightsState.refresh": Call(DATA, after=ON_DATA, shows="copies_rx_state_"),
    "RightsRegisterState.open": Call("/requests", "maria", shows=SHOWN),
    "RightsRegisterState.choose": Call(
        "/requests", "maria", {"name": "kind", "value": "access"}, shows="kind=access"
    ),
    "RightsRegisterState.step": Call("/requests", "maria", {"by": 1}, shows="page=2"),
}
KEPT_AT = "/retention"
ON_KEPT = ("RetentionState.open",)
A_PERSON = {"number": "@clients"}
RETENTION = {
    "RetentionState.open": Call(KEPT_AT, "maria", shows=SHOWN),
    "RetentionState.refresh": Call(KEPT_AT, "maria", shows=SHOWN),
    "RetentionState.begin": Call(KEPT_AT, "maria", shows=SHOWN),
    "RetentionState.confirm": Call(KEPT_AT, "maria", after=ON_KEPT, writes="retention_runs"),
    "RetentionState.choose": Call(KEPT_AT, "maria", A_PERSON, after=ON_KEPT, shows=SHOWN),
    "RetentionState.place": Call(
        KEPT_AT,
        "maria",
        form(kind="complaint", reason="It is open", **day_boxes("review_on", ahead=30)),
        after=(*ON_KEPT, "RetentionState.choose"),
        writes="legal_holds",
    ),
    "RetentionState.choose_hold": Call(
        KEPT_AT, "maria", {"number": "@legal_holds"}, after=ON_KEPT, shows=SHOWN
    ),
    "RetentionState.lift": Call(
        KEPT_AT,
        "maria",
        form(reason="It is over"),
        after=(*ON_KEPT, "RetentionState.choose_hold"),
        writes="legal_holds",
    ),
    "RetentionState.check": Call("/clients", args=left("reason", ""), shows="Say why."),
}
ASKED = ("ReferralsState.accept",)
REFERRALS = {
    "ReferralsState.open": Call("/referrals", shows=SHOWN),
    "ReferralsState.open one": Call("/referrals?show={referrals}", shows=SHOWN),
    "ReferralsState.choose": Call(
        "/referrals", args={"name": "source", "value": "gp"}, shows="source=gp"
    ),
    "ReferralsState.refresh": Call("/referrals", shows=SHOWN),
    "HomeState.refresh": Call("/", shows=SHOWN),
    "CalendarState.refresh": Call("/calendar", shows=SHOWN),
    "ReferralsState.step": Call("/referrals", args={"by": 1}, shows="page=2"),
    "ReferralsState.accept": Call("/referrals", args={"number": "@referrals"}, shows=SHOWN),
    "ReferralsState.accept anew": Call(
        "/referrals", args={"number": "@referrals"}, after=ASKED, writes="cases"
    ),
    "ReferralsState.accept_for": Call(
        "/referrals", args={"client_number": "@clients"}, after=ASKED, writes="cases"
    ),
    "ReferralsState.join": Call(
        "/referrals", args={"case_number": "@cases"}, after=ASKED, writes="referrals"
    ),
    "ReferralsState.merge": Call(
        "/referrals", args={"other": "@other_referral"}, after=ASKED, writes="referrals"
    ),
    "ReferralsState.begin_decline": Call(
        "/referrals", args={"number": "@referrals"}, shows=flag_set("declining", "{referrals}")
    ),
    "ReferralsState.decline": Call(
        "/referrals",
        args=form(reason="Lives elsewhere"),
        after=("ReferralsState.begin_decline",),
        writes="referrals",
    ),
    "ReferralsState.check": Call("/referrals", args=left("reason", ""), shows="Say why."),
    "ReferralsState.put_away": Call(
        "/referrals", after=("ReferralsState.begin_decline",), shows=flag_set("declining", "0")
    ),
}
CASES = {
    "CasesState.open": Call("/cases?advisor=all&sort=-reference", shows=SHOWN),
    "CasesState.choose": Call(
        "/cases", args={"name": "stage", "value": "advice"}, shows="stage=advice"
    ),
    "CasesState.turn": Call("/cases", args={"name": "overdue"}, shows="overdue=1"),
    "CasesState.find": Call("/cases", args={"text": SEARCH}, shows=f"q={SEARCH}"),
    "CasesState.sort": Call("/cases", args={"word": "reference"}, shows="sort=reference"),
    "CasesState.step": Call("/cases", args={"by": 1}, shows="page=2"),
    "CaseBarState.open_tab": Call(CASE, shows=SHOWN, writes="cases"),
    "CaseBarState.refresh": Call(CASE, shows=SHOWN),
}
LETS = {"first_day": today().isoformat(), "reason": "To see a hearing prepared"}
SHADOWS = {
    "ShadowState.open": Call(CASE, shows=SHOWN),
    "ShadowState.let": Call(
        CASE,
        args=form(trainee_id="{trainee}", **LETS),
        after=("ShadowState.open",),
        writes="case_shadows",
    ),
    "ShadowState.check": Call("/cases", args=left("reason", ""), shows="Say what they"),
    "ShadowState.end": Call(
        CASE,
        args={"shadow_id": "@case_shadows"},
        after=("ShadowState.open",),
        writes="case_shadows",
    ),
}
ON_CASE = ("CaseState.open",)
CASE_TAB = {
    "CaseState.open": Call(CASE, shows=SHOWN),
    "CaseState.look_again": Call(CASE, after=ON_CASE),
    "CaseState.show_more": Call(CASE, shows=SHOWN),
    "CaseState.add_action": Call(CASE, args=form(what="Ring"), writes="next_actions"),
    "CaseState.choose": Call(CASE, args={"action_id": "@next_actions"}, after=ON_CASE, shows=SHOWN),
    "CaseState.change_action": Call(
        CASE, args=form(what="Write"), after=(*ON_CASE, "CaseState.choose"), writes="next_actions"
    ),
    "CaseState.check": Call("/cases", args=left("next_review_date", "1 13 2027"), shows=WRONG_DAY),
    "CaseState.check_emergency": Call(
        "/cases", args=left("emergency_date", "1 13 2027"), shows=WRONG_DAY
    ),
    "CaseState.check_action": Call("/cases", args=left("due_date", "1 13 2027"), shows=WRONG_DAY),
    "CaseState.check_reason": Call("/cases", args=left("reason", ""), shows="Say why."),
    "CaseState.check_raise": Call("/cases", args=left("reason", "x" * 501), shows="at most 500"),
    "CaseState.finish": Call(
        CASE, args={"action_id": "@next_actions"}, after=ON_CASE, writes="next_actions"
    ),
    "CaseState.undo": Call(
        CASE,
        args={"action_id": "@next_actions"},
        after=(*ON_CASE, "CaseState.finish"),
        writes="next_actions",
    ),
    "CaseState.save": Call(
        CASE, args=form(nation="wales", case_type="casework"), after=ON_CASE, writes="cases"
    ),
    "CaseState.record_emergency": Call(CASE, args=form(emergency="Eviction"), writes="cases"),
    "CaseState.end_emergency": Call(CASE, args=form(reason="It is over"), writes="cases"),
    "CaseState.move": Call(CASE, args=form(stage="evidence"), after=ON_CASE, writes="cases"),
    "CaseState.raise_priority": Call(
        CASE, args=form(priority="high", reason="Bailiffs"), writes="cases"
    ),
    "CaseState.lower_priority": Call(
        CASE, args=form(priority="low", reason="Calm"), writes="cases"
    ),
    "CaseState.assign": Call(
        CASE, "maria", form(advisor_id="{colleague}"), ON_CASE, writes="cases"
    ),
    "CaseState.reopen": Call(
        CASE, args=form(reason="Came back"), after=("ClosingState.send end",), writes="cases"
    ),
    "ClosingCardState.open": Call(CASE, shows=flag_set("on_case", "{cases}")),
}
CLOSING_AT = f"{CASE}/closing"
ON_CLOSING = ("ClosingState.open",)
ENDED = (*ON_CLOSING, "ClosingState.send end", *ON_CLOSING)
ENDS = {
    "reason": "moved_away",
    "emergency_words": "Known",
    "task-{next_actions}": "keep",
    "task-{task}": "keep",
}
CLOSING = {
    "ClosingState.open": Call(CLOSING_AT, shows=SHOWN),
    "ClosingState.send": Call(
        CLOSING_AT, args=form(intent="draft", client_words="At last"), shows="Draft kept"
    ),
    "ClosingState.send save": Call(
        CLOSING_AT,
        args={"form": {"intent": "save", "debt-{debts}-outcome": "plan"}},
        after=ON_CLOSING,
        writes="debts",
    ),
    "ClosingState.send end": Call(
        CLOSING_AT,
        args={"form": {"intent": "end", "status": "cancelled", **ENDS}},
        writes="case_closings",
    ),
    "ClosingState.send amend": Call(
        CLOSING_AT,
        "maria",
        {"form": {"intent": "amend", "amended_because": "They wrote", **ENDS}},
        after=ENDED,
        writes="case_closings",
    ),
    "ClosingState.check": Call("/cases", args=left("debt-1-now", "ten pounds"), shows="debt-1-now"),
    "ClosingState.add_gain": Call(CLOSING_AT, after=ON_CLOSING, shows="gain-2-amount"),
    "ClosingState.drop_gain": Call(
        CLOSING_AT, args={"number": 1}, after=ON_CLOSING, shows=flag_set("gains", "[]")
    ),
    "ClosingState.begin_amending": Call(
        CLOSING_AT, "maria", after=ENDED, shows=flag_set("amending", "true")
    ),
    "ClosingState.leave_amending": Call(
        CLOSING_AT,
        "maria",
        after=(*ENDED, "ClosingState.begin_amending"),
        shows=flag_set("amending", "false"),
    ),
    "ClosingState.place_hold": Call(
        CLOSING_AT, args=form(kind="complaint", reason="It is open"), writes="legal_holds"
    ),
    "ClosingState.choose_hold": Call(
        CLOSING_AT, "maria", {"number": "@legal_holds"}, after=ON_CLOSING, shows=SHOWN
    ),
    "ClosingState.lift_hold": Call(
        CLOSING_AT,
        "maria",
        form(reason="It is over"),
        after=(*ON_CLOSING, "ClosingState.choose_hold"),
        writes="legal_holds",
    ),
    "ClosingState.check_hold": Call("/cases", args=left("reason", ""), shows="Say why."),
}
ADVICE_AT = f"{CASE}/advice"
ON_ADVICE = ("AdviceState.open",)
ON_VERSION = (*ON_ADVICE, "AdviceState.choose")
ADVICE_SAID = {
    "solution": "offers",
    "reasons": "All can be paid within reason.",
    "others_words": "The others cost more.",
    "costs_told": "Interest may go on.",
}
ADVICE = {
    "AdviceState.open": Call(ADVICE_AT, shows=SHOWN),
    "AdviceState.begin": Call(ADVICE_AT, after=ON_ADVICE, shows='"form_number_rx_state_"'),
    "AdviceState.send": Call(
        ADVICE_AT, args=form(**ADVICE_SAID), after=ON_ADVICE, writes="recommendations"
    ),
    "AdviceState.send draft": Call(
        ADVICE_AT, args=form(intent="draft", reasons="So far"), after=ON_ADVICE, shows="Kept"
    ),
    "AdviceState.drop": Call(ADVICE_AT, after=ON_ADVICE, shows='"form_number_rx_state_"'),
    "AdviceState.discard": Call(ADVICE_AT, after=ON_ADVICE, writes="recommendations"),
    "AdviceState.undo_discard": Call(
        ADVICE_AT, after=(*ON_ADVICE, "AdviceState.discard"), writes="recommendations"
    ),
    "AdviceState.check": Call("/cases", args=left("reasons", ""), shows="Say why this fits them."),
    "AdviceState.choose": Call(
        ADVICE_AT, args={"number": "@recommendations"}, after=ON_ADVICE, shows=SHOWN
    ),
    "AdviceState.save_choice": Call(
        ADVICE_AT, args=form(choice="undecided"), after=ON_VERSION, writes="recommendations"
    ),
    "AdviceState.save_progress": Call(
        ADVICE_AT,
        args=form(
            status="started", **{f"started_on__{part}": said for part, said in boxes(today())}
        ),
        after=ON_VERSION,
        writes="recommendations",
    ),
    "AdviceState.check_choice": Call(
        "/cases", args=left("choice", ""), shows="Choose what the client decided."
    ),
    "AdviceState.check_progress": Call(
        "/cases", args=left("started_on", "1 13 2027"), shows=WRONG_DAY
    ),
}
ON_FEEDBACK = ("FeedbackState.open",)
A_FEEDBACK = {"number": "@client_feedback"}
FEEDBACK = {
    "FeedbackState.open": Call(CLOSING_AT, shows=SHOWN),
    "FeedbackState.begin": Call(CLOSING_AT, args=A_FEEDBACK, after=ON_FEEDBACK, shows=SHOWN),
    "FeedbackState.save": Call(
        CLOSING_AT,
        args=form(client_number="{clients}", way="phone", is_declined="on"),
        after=ON_FEEDBACK,
        writes="client_feedback",
    ),
    "FeedbackState.save answer": Call(
        CLOSING_AT,
        args=form(way="phone", rating="5"),
        after=(*ON_FEEDBACK, "FeedbackState.begin"),
        writes="client_feedback",
    ),
    "FeedbackState.take_back": Call(
        CLOSING_AT, args=A_FEEDBACK, after=ON_FEEDBACK, writes="client_feedback"
    ),
    "FeedbackState.undo_take_back": Call(
        CLOSING_AT, after=(*ON_FEEDBACK, "FeedbackState.take_back"), writes="client_feedback"
    ),
    "FeedbackState.check": Call("/cases", args=left("rating", "9"), shows="from 1 to 5"),
}
NOTED = ("NoteState.open",)
NOTES = {
    "NoteState.open": Call(f"{CASE}/notes", shows=SHOWN),
    "NoteState.step": Call(f"{CASE}/notes", args={"by": 1}, shows="page=2"),
    "NoteState.keep": Call(f"{CASE}/notes", args={"text": "He said"}, shows="Draft kept"),
    "NoteState.record": Call(
        f"{CASE}/notes",
        args=form(channel="phone", minutes="5", body="He rang.", next_action="Ring back"),
        writes="case_notes",
    ),
    "NoteState.check": Call("/cases", args=left("minutes", "x"), shows="whole number"),
    "NoteState.check_correction": Call("/cases", args=left("minutes", "x"), shows="whole number"),
    "NoteState.choose": Call(
        f"{CASE}/notes", args={"note_id": "@case_notes"}, after=NOTED, shows=SHOWN
    ),
    "NoteState.correct": Call(
        f"{CASE}/notes",
        args=form(channel="phone", body="He wrote."),
        after=(*NOTED, "NoteState.choose"),
        writes="case_notes",
    ),
}
HOME = f"{CASE}/household"
AT_HOME = ("HouseholdState.open",)
PARTED = ("HouseholdState.separate",)
HOUSEHOLD = {
    "HouseholdState.open": Call(HOME, shows=SHOWN),
    "HouseholdState.record": Call(
        HOME,
        args=form(has_partner="yes", adults="2", tenure="other"),
        after=AT_HOME,
        writes="households",
    ),
    "HouseholdState.record stale": Call(
        HOME, args=form(has_partner="yes", adults="3"), shows="Theirs is shown"
    ),
    "HouseholdState.record draft": Call(
        HOME, args=form(intent="draft", adults="2"), after=AT_HOME, shows="not saved yet"
    ),
    "HouseholdState.drop": Call(HOME, after=AT_HOME, shows=SHOWN),
    "HouseholdState.check": Call("/cases", args=left("adults", "x"), shows="whole number"),
    "HouseholdState.check_person": Call(HOME, args=left("phone", "12"), shows="phone"),
    "HouseholdState.separate": Call(HOME, args=form(own_case="yes"), writes="case_people"),
    "HouseholdState.join_new": Call(
        HOME,
        args=form(first_name="Nova", last_name="Arrival", **ROUTES),
        after=PARTED,
        writes="case_people",
    ),
    "HouseholdState.join": Call(
        HOME, args={"client_number": "@second"}, after=PARTED, writes="case_people"
    ),
}
ROW = {"creditor": "Lender", "debt_type": "credit_card", "balance": "12"}
DEBTS = {
    "DebtState.open": Call(f"{CASE}/debts", shows=SHOWN),
    "DebtState.save_row": Call(
        f"{CASE}/debts",
        args={"name": "r1", "debt_id": "@debts", "version": "@debt_version", "row": ROW},
        writes="debts",
    ),
    "DebtState.save_row new": Call(
        f"{CASE}/debts",
        args={"name": "r2", "debt_id": 0, "version": 0, "row": ROW},
        writes="debts",
    ),
    "DebtState.save_row stale": Call(
        f"{CASE}/debts",
        args={"name": "r3", "debt_id": "@debts", "version": 999, "row": ROW},
        shows=SHOWN,
    ),
    "DebtState.remove": Call(f"{CASE}/debts", args={"debt_id": "@debts"}, writes="debts"),
    "DebtState.undo_remove": Call(f"{CASE}/debts", after=("DebtState.remove",), writes="debts"),
    "DebtState.dismiss_figure": Call(
        f"{CASE}/debts", args={"figure_id": "@document_figures"}, writes="document_figures"
    ),
}
PASTE = f"{CASE}/debts/paste"
ON_PASTE = ("PastedState.read",)
PASTED = {
    "PastedState.open": Call(PASTE, after=ON_PASTE, shows="Pasted Lender"),
    "PastedState.read": Call(
        PASTE,
        args={"text": "Creditor\tBalance\nPasted Lender\t12\n", "mapping": {}},
        shows="Pasted Lender",
    ),
    "PastedState.keep_text": Call(PASTE, args={"text": "Creditor"}, shows="Kept"),
    "PastedState.keep_edits": Call(
        PASTE, args={"edits": {"2:balance": "13"}}, after=ON_PASTE, shows="Kept"
    ),
    "PastedState.check": Call(
        "/cases", args={"line": "2", "name": "balance", "value": "12,5"}, shows="Check the comma"
    ),
    "PastedState.add": Call(
        PASTE, args={"rows": [{**ROW, "line": "2"}]}, after=ON_PASTE, writes="debts"
    ),
    "PastedState.undo": Call(PASTE, after=(*ON_PASTE, "PastedState.add"), writes="debts"),
    "PastedState.start_again": Call(PASTE, after=ON_PASTE, shows='"is_read":false'),
}
CREDITORS = "/creditors?source=own&q=zqp"
ENTRY = "@creditor_directory"
ON_ENTRY = ("CreditorState.begin_edit",)
DIRECTORY = {
    "CreditorState.open": Call(CREDITORS, shows="{people_canary}"),
    "CreditorState.find": Call("/creditors", args={"text": SEARCH}, shows=f"q={SEARCH}"),
    "CreditorState.narrow": Call("/creditors", args={"source": "own"}, shows="source=own"),
    "CreditorState.step": Call("/creditors", args={"by": 1}, shows="page=2"),
    "CreditorState.begin": Call("/creditors", args={"name": "Lender", "kind": ""}, shows="Lender"),
    "CreditorState.begin_edit": Call(
        "/creditors", args={"entry_id": ENTRY}, shows="{people_canary}"
    ),
    "CreditorState.check": Call("/creditors", args=left("postcode", "PO1"), shows="postcode"),
    "CreditorState.save": Call(
        "/creditors", args=form(name="New lender {unique}"), writes="creditor_directory"
    ),
    "CreditorState.save edited": Call(
        "/creditors", args=form(name="Lender {unique}"), after=ON_ENTRY, writes="creditor_directory"
    ),
    "CreditorState.remove": Call(
        "/creditors", args={"entry_id": ENTRY}, writes="creditor_directory"
    ),
    "CreditorState.undo_remove": Call(
        "/creditors", after=("CreditorState.remove",), writes="creditor_directory"
    ),
}
DEBT = f"{CASE}/debts/{{debts}}"
ON_DEBT = ("DebtFileState.open",)
ON_EVENT = (*ON_DEBT, "DebtFileState.begin_event")
STEP = {
    "kind": "claim",
    "event_date__day": "2",
    "event_date__month": "1",
    "event_date__year": "2026",
}
DEBT_FILE = {
    "DebtFileState.open": Call(DEBT, shows=SHOWN),
    "DebtFileState.record": Call(DEBT, args=form(**ROW), after=ON_DEBT, writes="debts"),
    "DebtFileState.record draft": Call(
        DEBT, args=form(intent="draft", **ROW), after=ON_DEBT, shows="not saved yet"
    ),
    "DebtFileState.drop": Call(DEBT, after=ON_DEBT, shows=SHOWN),
    "DebtFileState.check": Call("/cases", args=left("balance_date", "1 13 2027"), shows=WRONG_DAY),
    "DebtFileState.dismiss_figure": Call(
        DEBT,
        args={"figure_id": "@document_figures"},
        after=ON_DEBT,
        writes="document_figures",
    ),
    "DebtFileState.begin_event": Call(
        DEBT, args={"event_id": "@debt_events"}, after=ON_DEBT, shows=SHOWN
    ),
    "DebtFileState.pick_kind": Call(
        DEBT, args={"code": "claim"}, after=ON_DEBT, shows=flag_set("picked", '{"is_step":true')
    ),
    "DebtFileState.check_event": Call(
        "/cases", args=left("event_date", "1 13 2027"), shows=WRONG_DAY
    ),
    "DebtFileState.save_event": Call(DEBT, args=form(**STEP), after=ON_DEBT, writes="debt_events"),
    "DebtFileState.save_event changed": Call(
        DEBT, args=form(**STEP), after=ON_EVENT, writes="debt_events"
    ),
    "DebtFileState.check_end": Call("/cases", args=left("how", ""), shows="Say how"),
    "DebtFileState.end_event": Call(
        DEBT, args=form(how="Suspended"), after=ON_EVENT, writes="debt_events"
    ),
    "DebtFileState.reopen": Call(
        DEBT,
        args={"event_id": "@debt_events"},
        after=(*ON_EVENT, "DebtFileState.end_event"),
        writes="debt_events",
    ),
    "DebtFileState.take_back": Call(
        DEBT, args={"event_id": "@debt_events"}, after=ON_DEBT, writes="debt_events"
    ),
    "DebtFileState.undo_take_back": Call(
        DEBT, after=(*ON_DEBT, "DebtFileState.take_back"), writes="debt_events"
    ),
}
DATES = f"{CASE}/dates"
ON_SPACES = ("BreathingSpaceState.open",)
ON_SPACE = (*ON_SPACES, "BreathingSpaceState.begin")
ENDED_SPACE = (*ON_SPACE, "BreathingSpaceState.end")
SPACE_BEGUN = {f"start_date__{part}": said for part, said in boxes(today() - timedelta(days=29))}
NOW = tuple(boxes(today()))
BREATHING_SPACES = {
    "BreathingSpaceState.open": Call(DATES, shows=SHOWN),
    "BreathingSpaceState.begin": Call(
        DATES, args={"space_id": "@breathing_spaces"}, after=ON_SPACES, shows=SHOWN
    ),
    "BreathingSpaceState.choose_debt": Call(
        DATES,
        args={"space_id": "@breathing_spaces", "debt_id": "@debts"},
        after=ON_SPACES,
        shows=SHOWN,
    ),
    "BreathingSpaceState.save": Call(
        DATES, args=form(kind="standard", **SPACE_BEGUN), after=ON_SPACE, writes="breathing_spaces"
    ),
    "BreathingSpaceState.save crisis": Call(
        DATES,
        args=form(kind="crisis", contact_name="Nia Bell", **SPACE_BEGUN),
        after=ON_SPACE,
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.save new": Call(
        DATES,
        args=form(kind="standard", **SPACE_BEGUN),
        after=(*ON_SPACES, "BreathingSpaceState.take_back"),
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.review": Call(
        DATES,
        args=form(
            review_outcome="goes_on",
            **{f"review_held_on__{part}": said for part, said in NOW},
        ),
        after=ON_SPACE,
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.confirm": Call(
        DATES,
        args=form(**{f"confirmed_on__{part}": said for part, said in NOW}),
        after=(*ON_SPACE, "BreathingSpaceState.save crisis", "BreathingSpaceState.begin"),
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.end": Call(
        DATES,
        args=form(
            ended_reason="client_asked",
            **{f"ended_on__{part}": said for part, said in NOW},
        ),
        after=ON_SPACE,
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.cover": Call(
        DATES,
        args=form(is_in="no", reason="Taken out by fraud"),
        after=(*ON_SPACES, "BreathingSpaceState.choose_debt"),
        writes="breathing_space_debts",
    ),
    "BreathingSpaceState.undo_review": Call(
        DATES,
        args={"space_id": "@breathing_spaces"},
        after=(*ON_SPACE, "BreathingSpaceState.review"),
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.undo_end": Call(
        DATES,
        args={"space_id": "@breathing_spaces"},
        after=ENDED_SPACE,
        writes="breathing_spaces",
    ),
    "BreathingSpaceState.take_back": Call(
        DATES, args={"space_id": "@breathing_spaces"}, after=ON_SPACES, writes="breathing_spaces"
    ),
    "BreathingSpaceState.undo_take_back": Call(
        DATES, after=(*ON_SPACES, "BreathingSpaceState.take_back"), writes="breathing_spaces"
    ),
    "BreathingSpaceState.check": Call(
        "/cases", args=left("start_date", "1 13 2027"), shows=WRONG_DAY
    ),
    "BreathingSpaceState.check_review": Call(
        "/cases", args=left("review_held_on", "1 13 2027"), shows=WRONG_DAY
    ),
    "BreathingSpaceState.check_contact": Call(
        "/cases", args=left("confirmed_on", "1 13 2027"), shows=WRONG_DAY
    ),
    "BreathingSpaceState.check_end": Call(
        "/cases", args=left("ended_on", "1 13 2027"), shows=WRONG_DAY
    ),
    "BreathingSpaceState.check_cover": Call(
        "/cases", args=left("effective_on", "1 13 2027"), shows=WRONG_DAY
    ),
}
ON_REQUESTS = ("RequestsState.open",)
ON_REQUEST = (*ON_REQUESTS, "RequestsState.begin")
ASKED = form(
    kind="data_access",
    about="The client",
    **{f"asked_on__{part}": said for part, said in NOW},
)
REQUESTS = {
    "RequestsState.open": Call(DATES, shows=SHOWN),
    "RequestsState.begin": Call(
        DATES, args={"request_id": "@request_deadlines"}, after=ON_REQUESTS, shows=SHOWN
    ),
    "RequestsState.save": Call(DATES, args=ASKED, after=ON_REQUESTS, writes="request_deadlines"),
    "RequestsState.save changed": Call(
        DATES, args=ASKED, after=ON_REQUEST, writes="request_deadlines"
    ),
    "RequestsState.finish": Call(
        DATES, args=form(done_how="Handed over"), after=ON_REQUEST, writes="request_deadlines"
    ),
    "RequestsState.reopen": Call(
        DATES,
        args={"request_id": "@request_deadlines"},
        after=(*ON_REQUEST, "RequestsState.finish"),
        writes="request_deadlines",
    ),
    "RequestsState.take_back": Call(
        DATES,
        args={"request_id": "@request_deadlines"},
        after=ON_REQUESTS,
        writes="request_deadlines",
    ),
    "RequestsState.undo_take_back": Call(
        DATES, after=(*ON_REQUESTS, "RequestsState.take_back"), writes="request_deadlines"
    ),
    "RequestsState.check": Call("/cases", args=left("asked_on", "1 13 2027"), shows=WRONG_DAY),
    "RequestsState.check_done": Call("/cases", args=left("done_how", ""), shows="Say how"),
}
DOCUMENTS_TAB = f"{CASE}/documents"
DOCUMENT_PAGE = f"{DOCUMENTS_TAB}/{{documents}}"
ON_DOCUMENTS = ("DocumentsState.open",)
ON_DOCUMENT = ("DocumentState.open",)
ON_ASKED = (*ON_DOCUMENTS, "DocumentsState.pick")
DOCUMENTS = {
    "DocumentsState.open": Call(DOCUMENTS_TAB, shows=SHOWN),
    "DocumentsState.refresh": Call(DOCUMENTS_TAB, after=ON_DOCUMENTS, shows=SHOWN),
    "DocumentsState.choose": Call(DOCUMENTS_TAB, args={"show": "unused"}, shows="show=unused"),
    "DocumentsState.restore": Call(
        DOCUMENTS_TAB,
        args={"document_id": "@removed_document"},
        after=ON_DOCUMENTS,
        writes="documents",
    ),
    "DocumentsState.begin": Call(DOCUMENTS_TAB, after=ON_DOCUMENTS),
    "DocumentsState.ask_for": Call(
        DOCUMENTS_TAB,
        args=form(document_type="payslip", about="The last three"),
        after=ON_DOCUMENTS,
        writes="document_requests",
    ),
    "DocumentsState.check_ask": Call("/cases", args=left("document_type", "x"), shows="Choose one"),
    "DocumentsState.pick": Call(
        DOCUMENTS_TAB, args={"asked_id": "@document_requests"}, after=ON_DOCUMENTS, shows=SHOWN
    ),
    "DocumentsState.chase": Call(
        DOCUMENTS_TAB, args=form(how="post"), after=ON_ASKED, shows="not a safe way"
    ),
    "DocumentsState.came": Call(
        DOCUMENTS_TAB,
        args=form(document_id="{documents}"),
        after=ON_ASKED,
        writes="document_requests",
    ),
    "DocumentsState.drop": Call(DOCUMENTS_TAB, after=ON_ASKED, writes="document_requests"),
    "DocumentsState.ask_again": Call(
        DOCUMENTS_TAB,
        args={"asked_id": "@document_requests"},
        after=(*ON_ASKED, "DocumentsState.came"),
        writes="document_requests",
    ),
    "DocumentState.open": Call(DOCUMENT_PAGE, shows=SHOWN),
    "DocumentState.refresh": Call(DOCUMENT_PAGE, after=ON_DOCUMENT, shows=SHOWN),
    "DocumentState.save": Call(
        DOCUMENT_PAGE,
        args=form(document_name="Named anew", document_type=""),
        after=ON_DOCUMENT,
        writes="documents",
    ),
    "DocumentState.check": Call("/cases", args=left("document_name", ""), shows="Give the"),
    "DocumentState.choose_readers": Call(DOCUMENT_PAGE, after=ON_DOCUMENT, shows="Advisor"),
    "DocumentState.restrict": Call(
        DOCUMENT_PAGE,
        args=form(),
        after=(*ON_DOCUMENT, "DocumentState.choose_readers"),
        shows="Name a manager too",
    ),
    "DocumentState.open_to_team": Call(
        DOCUMENT_PAGE, after=ON_DOCUMENT, shows="Everybody who may see the case"
    ),
    "DocumentState.remove": Call(DOCUMENT_PAGE, after=ON_DOCUMENT, shows="It is the evidence for"),
    "EvidenceState.begin": Call(DOCUMENTS_TAB, args={"document_id": "@documents"}, shows=SHOWN),
    "EvidenceState.use": Call(
        DOCUMENTS_TAB,
        args={"kind": "line", "mark": "{budget_sheets}/client-salary-or-wages"},
        after=("EvidenceState.begin",),
        writes="document_uses",
    ),
    "EvidenceState.drop": Call(
        DOCUMENTS_TAB,
        args={"document_id": "@documents", "kind": "debt", "mark": "{debts}"},
        writes="document_uses",
    ),
}
ON_SHEET = ("BudgetState.open",)
BUDGET = {
    "BudgetState.open": Call(f"{CASE}/budget", shows=SHOWN),
    "BudgetState.start": Call(f"{CASE}/budget", shows=SHOWN),
    "BudgetState.save_line": Call(
        f"{CASE}/budget",
        args={
            "code": "other-earnings",
            "typed": "85w",
            "frequency": "monthly",
            "note": "",
            "seen": "",
        },
        after=ON_SHEET,
        writes="budget_sheets",
    ),
    "BudgetState.dismiss_figure": Call(
        f"{CASE}/budget",
        args={"figure_id": "@document_figures"},
        after=("BudgetState.open",),
        writes="document_figures",
    ),
    "BudgetState.save_line stale": Call(
        f"{CASE}/budget",
        args={
            "code": "client-salary-or-wages",
            "typed": "85w",
            "frequency": "monthly",
            "note": "",
            "seen": "none of this",
        },
        after=ON_SHEET,
        shows=SHOWN,
    ),
    "BudgetState.save_savings": Call(
        f"{CASE}/budget", args={"typed": "5"}, after=ON_SHEET, writes="budget_sheets"
    ),
    "BudgetState.record_details": Call(
        f"{CASE}/budget",
        args=form(
            sheet_type="final",
            statement_date__day="20",
            statement_date__month="11",
            statement_date__year="2026",
            is_joint="on",
        ),
        after=ON_SHEET,
        writes="budget_sheets",
    ),
    "BudgetState.record_details draft": Call(
        f"{CASE}/budget",
        args=form(intent="draft", debt_admin_fee="5"),
        after=ON_SHEET,
        shows="not saved yet",
    ),
    "BudgetState.drop_details": Call(f"{CASE}/budget", after=ON_SHEET, shows=SHOWN),
    "BudgetState.record_details stale": Call(
        f"{CASE}/budget",
        args=form(
            sheet_type="final",
            statement_date__day="20",
            statement_date__month="11",
            statement_date__year="2026",
            seen="none of this",
        ),
        after=ON_SHEET,
        shows="assets considered",
    ),
    "BudgetState.check_details": Call(
        "/cases", args=left("statement_date", "31 2 2025"), shows=WRONG_DAY
    ),
    "BudgetState.revise": Call(
        f"{CASE}/budget", args={"sheet_type": "revised"}, after=ON_SHEET, writes="budget_sheets"
    ),
    "BudgetState.verify": Call(f"{CASE}/budget", "ben", after=ON_SHEET, writes="budget_sheets"),
}
REVIEW_ON = add_months(today(), 3)
REVIEW = {
    "review_date__day": str(REVIEW_ON.day),
    "review_date__month": str(REVIEW_ON.month),
    "review_date__year": str(REVIEW_ON.year),
}
ONCE = {"lump_sum": "50", "lump_sum_source": "A gift", "not_borrowed": "on"}
COMPARE = f"{CASE}/budget/compare"
ON_COMPARE = ("BudgetVersionsState.open",)
VERSIONS = {
    "BudgetVersionsState.open": Call(f"{COMPARE}?from=1&to=1", shows=SHOWN),
    "BudgetVersionsState.choose": Call(
        f"{COMPARE}?from=1&to=1",
        args={"name": "show", "value": "changes"},
        after=ON_COMPARE,
        shows="show=changes",
    ),
}
OFFERS = {
    "OfferState.open": Call(f"{CASE}/offers", shows=SHOWN),
    "OfferState.decide": Call(
        f"{CASE}/offers",
        args={"debt_id": "@debts", "seen": "", "typed": "12"},
        writes="offers",
    ),
    "OfferState.check": Call("/cases", args=left("review_date", "1 1 2001"), shows="after today"),
    "OfferState.record": Call(f"{CASE}/offers", args=form(**REVIEW), writes="offers"),
    "OfferState.share": Call(
        f"{CASE}/offers",
        args={"name": "method", "seen": "pro_rata_balance", "typed": "equal"},
        writes="budget_sheets",
    ),
    "OfferState.check_once": Call("/cases", args=left("lump_sum", "12,5"), shows="Check the comma"),
    "OfferState.offer_once": Call(f"{CASE}/offers", args=form(**ONCE), writes="budget_sheets"),
    "OfferState.offer_monthly": Call(
        f"{CASE}/offers", after=("OfferState.offer_once",), writes="budget_sheets"
    ),
    "OfferState.vary": Call(
        f"{CASE}/offers",
        args={"debt_id": "@debts"},
        after=("OfferState.decide",),
        writes="next_actions",
    ),
}
STATEMENT = f"{CASE}/statement"
ON_STATEMENT = ("StatementState.open",)
STATEMENTS = {
    "StatementState.open": Call(STATEMENT, shows=SHOWN),
    "StatementState.prepare": Call(STATEMENT, shows=SHOWN),
    "StatementState.note": Call(
        STATEMENT, args=form(note="Hours fell"), after=ON_STATEMENT, writes="statements"
    ),
    "StatementState.complete": Call(
        STATEMENT, after=("OfferState.decide", *ON_STATEMENT), writes="statements"
    ),
    "StatementState.verify": Call(STATEMENT, "ben", after=ON_STATEMENT, writes="statements"),
    "StatementState.confirm": Call(
        STATEMENT,
        args=form(how="phone", is_accurate="on", may_send="on"),
        after=ON_STATEMENT,
        writes="statements",
    ),
    "StatementState.issue": Call(
        STATEMENT,
        after=(
            "OfferState.decide",
            *ON_STATEMENT,
            "StatementState.complete",
            "StatementState.confirm",
        ),
        writes="issued_files",
    ),
    "StatementState.discard": Call(STATEMENT, after=ON_STATEMENT, writes="statements"),
    "StatementState.authorise": Call(
        STATEMENT,
        args=form(
            how="paper",
            creditor_id="",
            signed_on__day="2",
            signed_on__month="1",
            signed_on__year="2026",
        ),
        writes="authorities",
    ),
    "StatementState.check_authority": Call(
        "/cases", args=left("signed_on", "31 2 2026"), shows=WRONG_DAY
    ),
    "StatementState.withdraw": Call(
        STATEMENT, args={"authority_id": "@authorities"}, writes="authorities"
    ),
}
CHECKLIST = f"{CASE}/checklist"
ON_CHECKLIST = ("ComplianceState.open", "ComplianceState.edit_item")
COMPLIANCE = {
    "ComplianceState.open": Call(CHECKLIST, shows=SHOWN),
    "ComplianceState.begin": Call(CHECKLIST, shows=SHOWN),
    "ComplianceState.edit_item": Call(
        CHECKLIST,
        args={"number": "@case_compliance"},
        after=("ComplianceState.open",),
        shows=SHOWN,
    ),
    "ComplianceState.answer": Call(
        CHECKLIST,
        args=form(answer="met", notes="Asked the team"),
        after=ON_CHECKLIST,
        writes="case_compliance",
    ),
    "ComplianceState.check": Call("/cases", args=left("notes", "x" * 2001), shows="at most"),
    "ComplianceState.choose_gate": Call(
        CHECKLIST,
        "maria",
        {"gate": "closing"},
        after=("ComplianceState.open",),
        shows="Closing the case",
    ),
    "ComplianceState.let_through": Call(
        CHECKLIST,
        "maria",
        form(reason="Audited on paper"),
        after=("ComplianceState.open", "ComplianceState.choose_gate"),
        writes="gate_overrides",
    ),
    "ComplianceState.check_gate": Call(
        "/cases", "maria", left("reason", "x" * 501), shows="at most"
    ),
}
AT_DRAFT = "/checklists"
ON_DRAFT = ("ChecklistsState.begin_draft",)
ITEM = {"text": "Asked again", "stage": "intake", "is_mandatory": "on"}
CHECKLISTS = {
    "ChecklistsState.open": Call(
        "/checklists?type=review&version={checklist_versions}", "maria", shows="{people_canary}"
    ),
    "ChecklistsState.open preview": Call(
        "/checklists?type=review&version={checklist_versions}&view=preview",
        "maria",
        shows="{people_canary}",
    ),
    "ChecklistsState.take_up": Call(
        "/checklists?type=review",
        "maria",
        {"version_id": "@checklist_versions"},
        writes="checklist_versions",
    ),
    "ChecklistsState.begin_draft": Call(AT_DRAFT, "maria", shows="Draft begun"),
    "ChecklistsState.begin_add": Call(
        AT_DRAFT, "maria", {"stage": "closure"}, shows='"stage":"closure"'
    ),
    "ChecklistsState.begin_edit": Call(
        AT_DRAFT, "maria", {"code": "I2"}, after=ON_DRAFT, shows="Edit I2"
    ),
    "ChecklistsState.check": Call(
        "/checklists", "maria", left("text", "x" * 301), shows="at most 300"
    ),
    "ChecklistsState.save": Call(
        AT_DRAFT,
        "maria",
        form(**ITEM),
        after=(*ON_DRAFT, "ChecklistsState.begin_add"),
        writes="checklist_versions",
    ),
    "ChecklistsState.move": Call(
        AT_DRAFT,
        "maria",
        {"code": "F1", "by": 1},
        after=ON_DRAFT,
        writes="checklist_versions",
    ),
    "ChecklistsState.put_back": Call(
        AT_DRAFT,
        "maria",
        {"code": "X6"},
        after=(*ON_DRAFT, "ChecklistsState.remove"),
        writes="checklist_versions",
    ),
    "ChecklistsState.remove": Call(
        AT_DRAFT, "maria", {"code": "X6"}, after=ON_DRAFT, writes="checklist_versions"
    ),
    "ChecklistsState.consider": Call(AT_DRAFT, "maria"),
    "ChecklistsState.discard": Call(AT_DRAFT, "maria", after=ON_DRAFT, writes="checklist_versions"),
    "ChecklistsState.publish": Call(
        AT_DRAFT,
        "maria",
        form(),
        after=(*ON_DRAFT, "ChecklistsState.save"),
        writes="checklist_versions",
    ),
}
COMPLIANCE_FIGURES = {
    "OverviewState.open": Call("/compliance", "maria", shows=SHOWN),
    "OpenItemsState.open": Call("/compliance/list?show=late", shows=SHOWN),
    "OpenItemsState.open let through": Call("/compliance/list?show=let", shows=SHOWN),
    "OpenItemsState.choose": Call(
        "/compliance/list", args={"name": "show", "value": "late"}, shows="show=late"
    ),
    "OpenItemsState.step": Call("/compliance/list", args={"by": 1}, shows="page=2"),
}
THIS_DAY = today().isoformat()
OUTCOMES_AT = f"/outcomes?from={THIS_DAY}&to={THIS_DAY}"
OUTCOME_ROWS_AT = f"/outcomes/list?from={THIS_DAY}&to={THIS_DAY}&figure=cases_opened"
ON_MONITORING = ("MonitoringState.open",)
OUTCOMES = {
    "OutcomesState.open": Call(OUTCOMES_AT, "maria", shows="Cases opened"),
    "OutcomesState.choose": Call(
        "/outcomes",
        "maria",
        form(
            **{f"first__{part}": value for part, value in boxes(today())},
            **{f"last__{part}": value for part, value in boxes(today())},
        ),
        shows=f"from={THIS_DAY}",
    ),
    "OutcomesState.check": Call("/outcomes", "maria", left("first", "1 13 2026"), shows=WRONG_DAY),
    "OutcomeRowsState.open": Call(OUTCOME_ROWS_AT, "maria", shows=SHOWN),
    "OutcomeRowsState.step": Call(OUTCOME_ROWS_AT, "maria", {"by": 1}, shows="page=2"),
    "MonitoringState.open": Call(CLIENT, shows="Ethnic group"),
    "MonitoringState.record": Call(
        CLIENT, args=form(sex="female"), after=ON_MONITORING, writes="monitoring_answers"
    ),
    "MonitoringState.remove": Call(
        CLIENT, args={"question": "sex"}, after=ON_MONITORING, writes="monitoring_answers"
    ),
}
LETTERS_AT = f"{CASE}/letters"
LETTER_AT = f"{CASE}/letters/{{letters}}"
ON_LETTERS = ("LettersState.open",)
ON_LETTER = ("LetterState.open",)
LETTER_PARTS = {
    "version": "{letter_version}",
    "to_lines": "Northern Bank\n1 Quay Street",
    "salutation": "Dear Sir or Madam",
    "subject": "Please hold",
    "body": "Please hold action.",
}
LETTERS = {
    "LettersState.open": Call(LETTERS_AT, shows=SHOWN),
    "LettersState.open drafts": Call(f"{LETTERS_AT}?show=drafts", shows=SHOWN),
    "LettersState.refresh": Call(LETTERS_AT, shows=SHOWN),
    "LettersState.choose": Call(LETTERS_AT, args={"show": "sent"}, shows="show=sent"),
    "LettersState.begin": Call(
        LETTERS_AT, after=("LettersState.pick",), shows=flag_set("kind", '""')
    ),
    "LettersState.pick": Call(
        LETTERS_AT, args={"kind": "holding"}, shows=flag_set("kind", '"holding"')
    ),
    "LettersState.turn_all": Call(LETTERS_AT, shows=flag_set("all_chosen", "true")),
    "LettersState.draft": Call(
        LETTERS_AT,
        args=form(**{"kind": "balance_request", "creditor-{creditors}": "on"}),
        writes="letters",
    ),
    "LettersState.draft to a client": Call(
        LETTERS_AT,
        args=form(**{"kind": "appointment", "person-{clients}": "on"}),
        writes="letters",
    ),
    "LettersState.chase": Call(
        LETTERS_AT,
        args={"letter_id": "@letters"},
        after=("LetterState.open", "LetterState.issue"),
        writes="letters",
    ),
    "LettersState.ask_batch": Call(
        LETTERS_AT,
        args={"kind": "holding"},
        after=ON_LETTERS,
        shows=flag_set("batch", '"holding"'),
    ),
    "LettersState.issue_batch": Call(
        LETTERS_AT,
        args=form(route="handed"),
        after=(*ON_LETTERS, "LettersState.ask_batch"),
        writes="issued_files",
    ),
    "LettersState.undo_discard": Call(
        LETTERS_AT, after=("LetterState.open", "LetterState.discard"), writes="letters"
    ),
    "LetterState.open": Call(LETTER_AT, shows=SHOWN),
    "LetterState.send": Call(
        LETTER_AT, args=form(intent="save", **LETTER_PARTS), after=ON_LETTER, writes="letters"
    ),
    "LetterState.send draft": Call(
        LETTER_AT, args=form(intent="draft", **LETTER_PARTS), after=ON_LETTER, shows="not saved yet"
    ),
    "LetterState.drop": Call(LETTER_AT, after=ON_LETTER, shows=SHOWN),
    "LetterState.check": Call("/cases", args=left("subject", ""), shows="Give it a subject"),
    "LetterState.issue": Call(
        LETTER_AT,
        args=form(route="handed", version="{letter_version}"),
        after=ON_LETTER,
        writes="issued_files",
    ),
    "LetterState.discard": Call(LETTER_AT, after=ON_LETTER, writes="letters"),
}
ON_REPLIES = ("ReplyState.open",)
REPLIES = {
    "ReplyState.open": Call(LETTERS_AT, shows=SHOWN),
    "ReplyState.begin": Call(LETTERS_AT, args={"letter_id": 0, "creditor_id": 0}, shows=SHOWN),
    "ReplyState.correct": Call(
        LETTERS_AT, args={"reply_id": "@creditor_replies"}, after=ON_REPLIES, shows=SHOWN
    ),
    "ReplyState.save": Call(
        LETTERS_AT,
        args=form(reply="accept", debt_id="{debts}"),
        after=(*ON_REPLIES, "ReplyState.begin"),
        writes="creditor_replies",
    ),
    "ReplyState.save corrected": Call(
        LETTERS_AT,
        args=form(reply="other"),
        after=(*ON_REPLIES, "ReplyState.correct"),
        writes="creditor_replies",
    ),
    "ReplyState.check": Call("/cases", args=left("received_on", "31 2 2026"), shows=WRONG_DAY),
    "ReplyState.tell": Call(
        LETTERS_AT, args={"reply_id": "@creditor_replies"}, writes="creditor_replies"
    ),
    "ReplyState.remove": Call(
        LETTERS_AT, args={"reply_id": "@creditor_replies"}, writes="creditor_replies"
    ),
    "ReplyState.undo_remove": Call(
        LETTERS_AT, after=("ReplyState.remove",), writes="creditor_replies"
    ),
}
APPOINTMENT = "/appointments/{appointments}"
ON_APPOINTMENT = ("AppointmentState.open",)
BOOKED = {
    "appointment_type": "advice",
    "advisor_id": "{person}",
    "scheduled_date": "{free_day}",
    "scheduled_time": "10:00",
    "anyway": "on",
}
APPOINTMENTS = {
    "CalendarState.open": Call(
        "/calendar?view=list&day={appointment_day}&who={person}", shows=SHOWN
    ),
    "CalendarState.open week": Call(
        "/calendar?view=week&day={appointment_day}&who=all", shows=SHOWN
    ),
    "CalendarState.choose": Call("/calendar", args={"who": "{person}"}, shows="who={person}"),
    "CalendarState.turn_to": Call("/calendar", args={"day": "2027-01-04"}, shows="day=2027-01-04"),
    "BookingState.open": Call("/calendar/book?case={cases}", shows=SHOWN),
    "BookingState.find": Call("/calendar/book", args={"text": SEARCH}, shows=SHOWN),
    "BookingState.pick": Call("/calendar/book", args={"number": "@cases"}, shows=SHOWN),
    "BookingState.unpick": Call(
        "/calendar/book",
        after=("BookingState.pick",),
        shows=flag_set("case_id_chosen", "0"),
    ),
    "BookingState.check": Call(
        "/calendar", args=left("scheduled_date", "31 2 2027"), shows=WRONG_DAY
    ),
    "BookingState.book": Call(
        "/calendar/book", args=form(**BOOKED), after=("BookingState.pick",), writes="appointments"
    ),
    "BookingState.book free times": Call(
        "/calendar/book",
        args=form(**BOOKED, intent="free"),
        shows=flag_set("free", '[["'),
    ),
    "AppointmentState.open": Call(APPOINTMENT, shows=SHOWN),
    "AppointmentState.begin_move": Call(
        APPOINTMENT, after=ON_APPOINTMENT, shows=flag_set("moving", "true")
    ),
    "AppointmentState.stop_move": Call(
        APPOINTMENT,
        after=(*ON_APPOINTMENT, "AppointmentState.begin_move"),
        shows=flag_set("moving", "false"),
    ),
    "AppointmentState.check": Call(
        "/calendar", args=left("scheduled_date", "31 2 2027"), shows=WRONG_DAY
    ),
    "AppointmentState.move": Call(
        APPOINTMENT, args=form(**BOOKED), after=ON_APPOINTMENT, writes="appointments"
    ),
    "AppointmentState.confirm": Call(APPOINTMENT, after=ON_APPOINTMENT, writes="appointments"),
    "AppointmentState.cancel": Call(
        APPOINTMENT,
        args=form(cancelled_by="client", reason="Ill"),
        after=ON_APPOINTMENT,
        writes="appointments",
    ),
    "AppointmentState.check_cancel": Call("/calendar", args=left("reason", ""), shows="Say why."),
    "AppointmentState.say": Call(
        APPOINTMENT,
        args=form(outcome="attended", follow_up="Ring", follow_up_date="{free_day}"),
        after=ON_APPOINTMENT,
        writes="next_actions",
    ),
    "AppointmentState.check_outcome": Call(
        "/calendar", args=left("follow_up_date", "31 2 2027"), shows=WRONG_DAY
    ),
    "AppointmentState.note": Call(
        APPOINTMENT,
        args=form(body="Needs the lift"),
        after=ON_APPOINTMENT,
        writes="appointment_notes",
    ),
    "AppointmentState.check_note": Call(
        "/calendar", args=left("body", ""), shows="Write the note."
    ),
    "AppointmentState.record_call": Call(
        APPOINTMENT,
        args=form(result="spoke", note="Will come"),
        after=ON_APPOINTMENT,
        writes="reminders",
    ),
    "AppointmentState.check_call": Call(
        "/calendar", args=left("result", ""), shows="Say what came of it."
    ),
    "AppointmentState.send_again": Call(APPOINTMENT, after=ON_APPOINTMENT, writes="reminders"),
    "AppointmentState.leave": Call(APPOINTMENT, after=ON_APPOINTMENT, writes="reminders"),
    "CallListState.open": Call("/call-list", shows=SHOWN),
    "CallListState.open mine": Call("/call-list?mine=1", shows=SHOWN),
    "CallListState.choose": Call(
        "/call-list",
        args={"reminder_id": "@reminders"},
        after=("CallListState.open",),
        shows=SHOWN,
    ),
    "CallListState.record": Call(
        "/call-list",
        args=form(result="spoke"),
        after=("CallListState.open", "CallListState.choose"),
        writes="reminders",
    ),
    "CallListState.check": Call(
        "/call-list", args=left("result", ""), shows="Say what came of it."
    ),
    "CallListState.send_again": Call(
        "/call-list", args={"reminder_id": "@reminders"}, writes="reminders"
    ),
    "CallListState.leave": Call(
        "/call-list", args={"reminder_id": "@reminders"}, writes="reminders"
    ),
    "CallListState.save_timing": Call(
        "/call-list",
        "maria",
        form(valid_from="{free_day}", working_days="1", at_time="10:00"),
        writes="reminder_timings",
    ),
    "CallListState.check_timing": Call(
        "/call-list", "maria", left("at_time", "07:00"), shows="Choose a time from 08:00"
    ),
    "FeedState.open": Call("/availability", shows='"may_see":true'),
    "FeedState.renew": Call("/availability", writes="calendar_feeds"),
    "FeedState.end": Call("/availability", after=("FeedState.renew",), writes="calendar_feeds"),
    "CaseAppointmentsState.open": Call(CASE, shows="{people_canary}"),
    "AvailabilityState.open": Call("/availability?who={person}", shows="{people_canary}"),
    "AvailabilityState.choose": Call(
        "/availability", args={"who": "{person}"}, shows="who={person}"
    ),
    "AvailabilityState.save_week": Call(
        "/availability?who={person}",
        args=form(valid_from="{free_day}", monday="9-12"),
        after=("AvailabilityState.open",),
        writes="working_weeks",
    ),
    "AvailabilityState.check_week": Call(
        "/availability", args=left("monday", "17-9"), shows="ends before it begins"
    ),
    "AvailabilityState.add_leave": Call(
        "/availability?who={person}",
        args=form(first_day="{free_day}"),
        after=("AvailabilityState.open",),
        writes="staff_leave",
    ),
    "AvailabilityState.check_leave": Call(
        "/availability", args=left("first_day", "31 2 2027"), shows=WRONG_DAY
    ),
    "AvailabilityState.remove_leave": Call(
        "/availability?who={person}",
        args={"leave_id": "@staff_leave"},
        after=("AvailabilityState.open",),
        writes="staff_leave",
    ),
    "CoverState.open": Call("/availability?who={person}", shows="{people_canary}"),
    "CoverState.add": Call(
        "/availability?who={person}",
        args=form(cover_id="{colleague}", first_day="{free_day}"),
        after=("CoverState.open",),
        writes="covers",
    ),
    "CoverState.check": Call("/availability", args=left("first_day", "31 2 2027"), shows=WRONG_DAY),
    "CoverState.remove": Call(
        "/availability?who={person}",
        args={"cover_id": "@covers"},
        after=("CoverState.open",),
        writes="covers",
    ),
    "AvailabilityState.add_room": Call(
        "/availability", "maria", form(name="{unique} room"), writes="rooms"
    ),
    "AvailabilityState.check_room": Call(
        "/availability", "maria", left("name", ""), shows="Give the room a name"
    ),
    "AvailabilityState.choose_room": Call(
        "/availability",
        "maria",
        {"room_id": "@rooms"},
        ("AvailabilityState.open",),
        shows="{people_canary}",
    ),
    "AvailabilityState.rename_room": Call(
        "/availability",
        "maria",
        form(name="{unique} hall"),
        ("AvailabilityState.open", "AvailabilityState.choose_room"),
        writes="rooms",
    ),
    "AvailabilityState.close_room": Call(
        "/availability", "maria", {"room_id": "@rooms"}, writes="rooms"
    ),
    "AvailabilityState.open_room": Call(
        "/availability",
        "maria",
        {"room_id": "@rooms"},
        ("AvailabilityState.close_room",),
        writes="rooms",
    ),
}
LISTED = "/board?view=list"
LOOKED_UP = ("CaseloadMovesState.choose", "CaseloadMovesState.look")
VIEWS = ("SavedViewsState.open",)
BOARD = {
    "CaseloadState.open": Call("/board", "maria", shows=SHOWN),
    "CaseloadState.open list": Call("/board?view=list", "maria", shows=SHOWN),
    "CaseloadState.turn": Call("/board", "maria", {"number": 2}, shows="page=2"),
    "CaseloadState.choose_status": Call("/board", "maria", {"status": "open"}, shows="status=open"),
    "CaseloadState.choose_advisor": Call(
        "/board", "maria", {"advisor": "{person}"}, shows="advisor={person}"
    ),
    "CaseloadState.sort_by": Call("/board", "maria", {"sort": "opened"}, shows="sort=opened"),
    "CaseloadState.open by advisor": Call("/board?by=advisor", "maria", shows=SHOWN),
    "CaseloadFiguresState.open": Call("/board/figures", "maria", shows="Amina Khan"),
    "CaseloadFiguresState.choose_advisor": Call(
        "/board/figures", "maria", {"advisor": "{person}"}, shows="advisor={person}"
    ),
    "CaseloadMovesState.choose": Call(
        LISTED, "maria", {"form": {"case-{cases}": "on"}}, shows=flag_set("chosen", "1")
    ),
    "CaseloadMovesState.look": Call(
        LISTED, "maria", {"advisor": "{colleague}"}, ("CaseloadMovesState.choose",), shows=SHOWN
    ),
    "CaseloadMovesState.take_appointments": Call(
        LISTED, "maria", {"ticked": False}, LOOKED_UP, shows=SHOWN
    ),
    "CaseloadMovesState.move": Call(LISTED, "maria", after=LOOKED_UP, writes="cases"),
    "CaseloadMovesState.undo": Call(
        LISTED, "maria", after=(*LOOKED_UP, "CaseloadMovesState.move"), writes="cases"
    ),
    "RecentMovesState.open": Call(
        LISTED, "maria", after=(*LOOKED_UP, "CaseloadMovesState.move"), shows="From "
    ),
    "RecentMovesState.undo": Call(
        LISTED,
        "maria",
        {"case_id": "@cases"},
        (*LOOKED_UP, "CaseloadMovesState.move"),
        writes="cases",
    ),
    "RecentMovesState.undo_all": Call(
        LISTED,
        "maria",
        after=(*LOOKED_UP, "CaseloadMovesState.move", "RecentMovesState.open"),
        writes="cases",
    ),
    "SavedViewsState.open": Call("/board", "maria", shows="{people_canary}"),
    "SavedViewsState.save": Call(
        "/board?show=overdue", "maria", form(name="{unique} late"), writes="saved_views"
    ),
    "SavedViewsState.check": Call("/board", "maria", left("name", "x" * 61), shows="at most 60"),
    "SavedViewsState.begin": Call(
        "/board",
        "maria",
        {"number": "@saved_views"},
        VIEWS,
        shows=flag_set("editing", "{saved_views}"),
    ),
    "SavedViewsState.leave": Call(
        "/board", "maria", after=(*VIEWS, "SavedViewsState.begin"), shows=flag_set("editing", "0")
    ),
    "SavedViewsState.change": Call(
        "/board",
        "maria",
        form(name="{unique} renamed", is_shared="on"),
        (*VIEWS, "SavedViewsState.begin"),
        writes="saved_views",
    ),
    "SavedViewsState.remove": Call(
        "/board", "maria", {"number": "@saved_views"}, VIEWS, writes="saved_views"
    ),
    "SavedViewsState.undo_remove": Call(
        "/board", "maria", after=(*VIEWS, "SavedViewsState.remove"), writes="saved_views"
    ),
}
FIGURES = "\n".join(
    ["group,first adult,each additional adult,each child under 16,each child 16-18"]
    + [f"{group},1,1,1,1" for group in ("communications-leisure", "food-housekeeping", "personal")]
)
LOOKED_AT = form(
    table=FIGURES,
    version="{unique} guidelines",
    valid_from__day="6",
    valid_from__month="4",
    valid_from__year="2026",
)
GUIDELINES = {
    "GuidelineState.open": Call("/guidelines", shows="{people_canary}"),
    "GuidelineState.open as trainee": Call("/guidelines", "tess", shows="{people_canary}"),
    "GuidelineState.take_in_sample": Call("/guidelines", "maria", writes="spending_guidelines"),
    "GuidelineState.look": Call(
        "/guidelines", "maria", LOOKED_AT, shows="{unique} guidelines, from 6 Apr 2026"
    ),
    "GuidelineState.take_in": Call(
        "/guidelines", "maria", after=("GuidelineState.look",), writes="spending_guidelines"
    ),
    "GuidelineState.remove": Call(
        "/guidelines",
        "maria",
        {"guideline_id": "@spending_guidelines"},
        writes="spending_guidelines",
    ),
    "GuidelineState.undo_remove": Call(
        "/guidelines", "maria", after=("GuidelineState.remove",), writes="spending_guidelines"
    ),
    "GuidelineReasonState.refresh": Call(f"{CASE}/budget", shows="Food and housekeeping"),
    "GuidelineReasonState.explain": Call(
        f"{CASE}/budget",
        args={"group": "personal", "reason": "School shoes", "seen": ""},
        after=(*ON_SHEET, "GuidelineReasonState.refresh"),
        writes="budget_sheets",
    ),
}
PEOPLE = "/people?centre={centre}&show=all&q=zqp"
PEOPLE_SCREEN = {
    "UsersState.open": Call(PEOPLE, "maria", shows="{people_canary}"),
    "UsersState.narrow": Call(PEOPLE, "maria", {"show": "all"}, shows="show=all"),
    "UsersState.find": Call(PEOPLE, "maria", form(q=SEARCH), shows=f"q={SEARCH}"),
    "UsersState.turn": Call(PEOPLE, "maria", {"number": 2}, shows="page=2"),
    "UsersState.choose": Call(
        PEOPLE, "maria", {"person": "@users"}, ("UsersState.open",), shows="chosen_rx_state_"
    ),
    "UsersState.choose_centre": Call(
        "/people", "maria", {"centre": "{centre}"}, shows="centre={centre}"
    ),
    "UsersState.choose_role": Call(
        PEOPLE, "maria", {"role": "trainee"}, shows=flag_set("role", '"trainee"')
    ),
    "UsersState.begin": Call(PEOPLE, "maria", shows=flag_set("adding", "true")),
    "UsersState.stop": Call(
        PEOPLE, "maria", after=("UsersState.begin",), shows=flag_set("adding", "false")
    ),
    "UsersState.add": Call(
        PEOPLE,
        "maria",
        form(
            first_name="Nova",
            last_name="Arrival",
            username="{unique}nova",
            email="{unique}nova@example.org",
            role="advisor",
        ),
        writes="users",
    ),
    "UsersState.ask_reset": Call(
        PEOPLE, "maria", {"person": "@users"}, ("UsersState.open",), shows="resetting_rx_state_"
    ),
    "UsersState.reset_factors": Call(
        PEOPLE, "maria", {"person": "@users"}, writes="second_factors"
    ),
    "UsersState.add by letter": Call(
        PEOPLE,
        "maria",
        form(
            first_name="Ivy",
            last_name="Invited",
            username="ivy{unique}",
            email="ivy{unique}@example.org",
            role="advisor",
            how="invitation",
        ),
        shows="No mail server is set up",
    ),
    "UsersState.check": Call("/people", "maria", left("email", "nova@"), shows="e-mail address"),
    "UsersState.reset_password": Call(PEOPLE, "maria", {"person": "@users"}, writes="users"),
    "UsersState.send_invitation": Call(
        PEOPLE, "maria", {"person": "@users"}, shows="No mail server is set up"
    ),
    "UsersState.withdraw_invitation": Call(
        PEOPLE, "maria", {"person": "@users"}, writes="account_links"
    ),
    "LeavingState.ask_deactivate": Call(
        PEOPLE, "maria", {"person": "@users"}, shows="{people_canary}"
    ),
    "LeavingState.give_all": Call(
        PEOPLE,
        "maria",
        {"holder": "{colleague}"},
        ("LeavingState.ask_deactivate",),
        shows=flag_set("everything", ""),
    ),
    "LeavingState.give_one": Call(
        PEOPLE,
        "maria",
        {"case": "@cases", "holder": "{colleague}"},
        ("LeavingState.ask_deactivate",),
        shows=flag_set("leaving_cases", ""),
    ),
    "LeavingState.take_visits": Call(
        PEOPLE,
        "maria",
        {"ticked": False},
        ("LeavingState.ask_deactivate",),
        shows=flag_set("takes_visits", "false"),
    ),
    "LeavingState.choose_supervisor": Call(
        PEOPLE,
        "maria",
        {"person": "{colleague}"},
        ("LeavingState.ask_deactivate",),
        shows=flag_set("supervisor", ""),
    ),
    "LeavingState.deactivate": Call(
        PEOPLE, "maria", after=("LeavingState.ask_deactivate",), writes="users"
    ),
    "UsersState.reactivate": Call(
        PEOPLE,
        "maria",
        {"person": "@users"},
        ("LeavingState.ask_deactivate", "LeavingState.deactivate"),
        writes="users",
    ),
    "LinkingState.issue_code": Call(
        PEOPLE,
        "maria",
        {"person": "@users"},
        ("LinkingState.unlink",),
        writes="linking_codes",
    ),
    "LinkingState.ask_unlink": Call(
        PEOPLE,
        "maria",
        {"person": "@users"},
        ("UsersState.open",),
        shows="unlinking_rx_state_",
    ),
    "LinkingState.unlink": Call(PEOPLE, "maria", {"person": "@users"}, writes="identities"),
    "PersonEditState.begin_edit": Call(
        PEOPLE, "maria", {"person": "@users"}, shows="{people_canary}"
    ),
    "PersonEditState.pick_role": Call(
        PEOPLE, "maria", {"role": "trainee"}, shows=flag_set("person_role", '"trainee"')
    ),
    "PersonEditState.check_edit": Call(
        "/people", "maria", left("email", "nova@"), shows="e-mail address"
    ),
    "PersonEditState.save_edit": Call(
        PEOPLE,
        "maria",
        form(
            first_name="Nova",
            last_name="Arrival",
            email="{unique}edit@example.org",
            role="advisor",
        ),
        ("PersonEditState.begin_edit",),
        writes="users",
    ),
    "UsersState.put_away": Call(
        PEOPLE, "maria", after=("UsersState.reset_password",), shows='"issued_rx_state_"'
    ),
}
CENTRES = {
    "CentresState.open": Call("/centres", "root", shows='"listed_rx_state_"'),
    "CentresState.turn": Call("/centres", "root", {"number": 2}, shows="page=2"),
    "CentresState.begin": Call("/centres", "root", shows=flag_set("adding", "true")),
    "CentresState.stop": Call(
        "/centres", "root", after=("CentresState.begin",), shows=flag_set("adding", "false")
    ),
    "CentresState.add": Call(
        "/centres",
        "root",
        form(name="New centre", code="NC{unique}", nation="wales"),
        writes="centres",
    ),
    "CentresState.check": Call("/centres", "root", left("postcode", "PO1"), shows="postcode"),
    "CentreEditState.begin_edit": Call(
        "/centres", "root", {"centre": "@spare_centre"}, shows="Spare {unique}"
    ),
    "CentreEditState.check_edit": Call(
        "/centres", "root", left("postcode", "PO1"), shows="postcode"
    ),
    "CentreEditState.save_edit": Call(
        "/centres",
        "root",
        form(name="Spare hall", nation="wales"),
        ("CentreEditState.begin_edit",),
        writes="centres",
    ),
    "IdentityProviderState.begin": Call(
        "/centres", "root", {"centre": "@spare_centre"}, shows="Spare {unique}"
    ),
    "IdentityProviderState.check": Call(
        "/centres", "root", left("issuer", "ftp://x"), shows="begins with https://"
    ),
    "IdentityProviderState.send": Call(
        "/centres",
        "root",
        form(
            issuer="https://login.example.org",
            application_id="cma",
            application_secret="a secret",
            passwords="beside",
        ),
        ("IdentityProviderState.begin",),
        writes="identity_providers",
    ),
    "CentresState.ask_close": Call(
        "/centres", "root", {"centre": "@spare_centre"}, shows=flag_set("closing", "")
    ),
    "CentresState.close": Call("/centres", "root", {"centre": "@spare_centre"}, writes="centres"),
    "CentresState.reopen": Call(
        "/centres",
        "root",
        {"centre": "@spare_centre"},
        ("CentresState.close",),
        writes="centres",
    ),
    "CentresState.choose": Call(
        "/centres", "root", {"centre": "@spare_centre"}, shows="chosen_rx_state_"
    ),
    "CentresState.ask_manager": Call(
        "/centres", "root", {"centre": "@spare_centre"}, shows="Sam Spare"
    ),
    "CentresState.choose_manager": Call(
        "/centres",
        "root",
        form(user_id="{spare_manager}"),
        ("CentresState.ask_manager",),
        writes="centres",
    ),
}
ACCESS_AT = "/centres/{spare_centre}/emergency-access"
REGISTER_AT = "/emergency-access"
LEAVE = "AccessState.leave"
"""The one call of a visitor's alone; after it the tab is an admin's again."""
ACCESS = {
    "AccessState.open": Call(ACCESS_AT, "root", shows="Spare {unique}"),
    "AccessState.check": Call(ACCESS_AT, "root", left("reason", "Because"), shows="at least 20"),
    "AccessState.begin": Call(
        ACCESS_AT, "root", form(kind=""), ("AccessState.open",), shows="Choose what it is about."
    ),
    LEAVE: Call("/clients", "visitor", writes="access_grants"),
    "AccessRegisterState.open": Call(REGISTER_AT, "maria", shows="{people_canary}"),
    "AccessRegisterState.refresh": Call(REGISTER_AT, "maria", shows="{people_canary}"),
    "AccessRegisterState.step": Call(REGISTER_AT, "maria", {"by": 1}, shows="page=2"),
    "AccessRegisterState.revoke": Call(
        REGISTER_AT, "maria", {"number": "@access_grants"}, writes="access_grants"
    ),
}
REVIEWS_AT = "/reviews?draw={review_samples}"
REVIEW_AT = "/reviews/{file_reviews}"
MY_REVIEW_AT = "/my-reviews/{file_reviews}"
ON_REVIEW = ("ReviewState.open",)
RATES = {
    "trainee_percent": "100",
    "trainee_at_least": "0",
    "newly_qualified_percent": "50",
    "newly_qualified_at_least": "2",
    "experienced_percent": "10",
    "experienced_at_least": "2",
}
THESE_DAYS = {"first_day": today().isoformat(), "last_day": today().isoformat()}
REVIEWS = {
    "ReviewsState.open": Call(REVIEWS_AT, "maria", shows=SHOWN),
    "ReviewsState.choose": Call(
        "/reviews", "maria", {"name": "state", "value": "waiting"}, shows="state=waiting"
    ),
    "ReviewsState.step": Call("/reviews", "maria", {"by": 1}, shows="page=2"),
    "ReviewsState.add": Call(
        REVIEWS_AT,
        "maria",
        form(case_reference="A-2026-1", code="complaint", why="Rude"),
        after=("ReviewsState.open",),
        shows="No file of this reference",
    ),
    "ReviewDrawState.open": Call("/reviews/draw", "maria", shows=flag_set("is_shown", "false")),
    "ReviewDrawState.preview": Call(
        "/reviews/draw", "maria", form(**THESE_DAYS), shows=flag_set("is_shown", "true")
    ),
    "ReviewDrawState.draw": Call(
        "/reviews/draw",
        "maria",
        form(reason="For a test"),
        after=("ReviewDrawState.preview",),
        writes="review_samples",
    ),
    "ReviewRatesState.open": Call("/reviews/rates", "maria", shows="{people_canary}"),
    "ReviewRatesState.keep": Call(
        "/reviews/rates",
        "maria",
        form(valid_from=THESE_DAYS["last_day"], **RATES),
        writes="review_rates",
    ),
    "ReviewRatesState.check": Call(
        "/reviews/rates", "maria", left("trainee_percent", "101"), shows="Use 100 or less"
    ),
    "ReviewRatesState.choose": Call(
        "/reviews/rates",
        "maria",
        {"number": "@person"},
        after=("ReviewRatesState.open",),
        shows="Amina Khan",
    ),
    "ReviewRatesState.say_level": Call(
        "/reviews/rates",
        "maria",
        form(level="experienced", valid_from=THESE_DAYS["last_day"]),
        after=("ReviewRatesState.open", "ReviewRatesState.choose"),
        writes="review_levels",
    ),
    "ReviewRatesState.check_level": Call(
        "/reviews/rates", "maria", left("valid_from", "31 2 2026"), shows=WRONG_DAY
    ),
    "ReviewState.open": Call(REVIEW_AT, "ben", shows=SHOWN),
    "ReviewState.send": Call(
        REVIEW_AT,
        "ben",
        form(**reviewing.filled(reason="It was there after all")),
        after=ON_REVIEW,
        writes="file_review_versions",
    ),
    "ReviewState.send draft": Call(
        REVIEW_AT, "ben", form(intent="draft", summary="Half"), after=ON_REVIEW, shows="Saved"
    ),
    "ReviewState.drop": Call(REVIEW_AT, "ben", after=ON_REVIEW, shows=SHOWN),
    "ReviewState.correct": Call(
        REVIEW_AT, "ben", after=ON_REVIEW, shows=flag_set("is_writing", "true")
    ),
    "ReviewState.open waiting": Call("/reviews/{waiting_review}", "ben", shows=SHOWN),
    "ReviewState.open disputed": Call("/reviews/{disputed_review}", "ben", shows=SHOWN),
    "ReviewState.assign": Call(
        "/reviews/{waiting_review}",
        "maria",
        form(reviewer_id="{colleague}"),
        after=("ReviewState.open waiting",),
        shows=SHOWN,
    ),
    "ReviewState.reply": Call(
        "/reviews/{disputed_review}",
        "ben",
        form(body="Seen"),
        after=("ReviewState.open disputed",),
        writes="review_responses",
    ),
    "MyReviewsState.open": Call("/my-reviews", shows=SHOWN),
    "MyReviewsState.step": Call("/my-reviews", args={"by": 1}, shows="page=2"),
    "MyReviewsState.read": Call(MY_REVIEW_AT, shows=SHOWN),
    "MyReviewsState.answer": Call(
        MY_REVIEW_AT,
        args=form(stance="accepted"),
        after=("MyReviewsState.read",),
        writes="review_responses",
    ),
}
SIGN_OFF_AT = "/sign-offs/{sign_offs}"
ON_SIGN_OFF = ("SignOffState.open",)
IN_ORDER = {f"point__{code}": "fine" for code in ("pressing", "reason", "next_steps")}
SIGN_OFFS = {
    "SignOffsState.open": Call("/sign-offs", "maria", shows=SHOWN),
    "SignOffsState.refresh": Call("/sign-offs", "maria", shows=SHOWN),
    "SignOffsState.turn": Call("/sign-offs", "maria", shows="late=1"),
    "SignOffsState.step": Call("/sign-offs", "maria", {"by": 1}, shows="page=2"),
    "SignOffState.open": Call(SIGN_OFF_AT, "maria", shows=SHOWN),
    "SignOffState.decide": Call(
        SIGN_OFF_AT,
        "maria",
        form(intent="sign_off", **IN_ORDER),
        ON_SIGN_OFF,
        writes="cases",
    ),
    "SignOffState.decide back": Call(
        SIGN_OFF_AT,
        "maria",
        form(intent="back", comment__reason="Why?"),
        ON_SIGN_OFF,
        writes="sign_offs",
    ),
    "SignOffState.withdraw": Call(SIGN_OFF_AT, "tess", after=ON_SIGN_OFF, writes="sign_offs"),
    "MyWorkState.open": Call("/my-work", "tess", shows=SHOWN),
    "MyWorkState.step": Call("/my-work", "tess", {"by": 1}, shows="page=2"),
}
SUPERVISED = {
    "CaseState.end_emergency as trainee": Call(
        CASE, "tess", form(reason="It is over"), writes="sign_offs"
    ),
    "CaseState.move as trainee": Call(
        CASE,
        "tess",
        form(stage="action"),
        ("CaseState.open", "CaseState.move to advice", "CaseState.open"),
        writes="sign_offs",
    ),
    "CaseState.move to advice": Call(CASE, "tess", form(stage="advice"), ON_CASE, writes="cases"),
    "CaseState.lower_priority as trainee": Call(
        CASE, "tess", form(priority="low", reason="Calm"), writes="sign_offs"
    ),
    "ClosingState.send end as trainee": Call(
        CLOSING_AT,
        "tess",
        {"form": {"intent": "end", "status": "cancelled", **ENDS}},
        writes="sign_offs",
    ),
    "ClientState.remove_flag as trainee": Call(
        CLIENT, "tess", {"number": "flag-1"}, OPENED, writes="sign_offs"
    ),
    "AdviceState.send as trainee": Call(
        ADVICE_AT, "tess", form(**ADVICE_SAID), ON_ADVICE, writes="sign_offs"
    ),
    "BudgetState.verify as trainee": Call(
        f"{CASE}/budget", "tess", after=ON_SHEET, writes="sign_offs"
    ),
    "StatementState.verify as trainee": Call(
        STATEMENT, "tess", after=ON_STATEMENT, writes="sign_offs"
    ),
}
"""What a trainee does on the same screens, on a case of their own: it is submitted."""

CALLS: dict[str, Call] = {
    **SHELL,
    **MY_DAY,
    **SIGN_INS,
    **FACTORS,
    **WALK_IN,
    **CLIENTS,
    **CLIENT_FILE,
    **RIGHTS,
    **RETENTION,
    **REFERRALS,
    **CASES,
    **CASE_TAB,
    **SHADOWS,
    **NOTES,
    **HOUSEHOLD,
    **DEBTS,
    **PASTED,
    **DIRECTORY,
    **DEBT_FILE,
    **BREATHING_SPACES,
    **REQUESTS,
    **DOCUMENTS,
    **BUDGET,
    **VERSIONS,
    **OFFERS,
    **STATEMENTS,
    **COMPLIANCE,
    **CHECKLISTS,
    **COMPLIANCE_FIGURES,
    **OUTCOMES,
    **CLOSING,
    **ADVICE,
    **FEEDBACK,
    **LETTERS,
    **REPLIES,
    **APPOINTMENTS,
    **BOARD,
    **REVIEWS,
    **SIGN_OFFS,
    **SUPERVISED,
    **READING,
    **GUIDELINES,
    **PEOPLE_SCREEN,
    **CENTRES,
    **ACCESS,
}


def changes_rows(name: str) -> bool:
    """Say whether a call, or one that goes before it, writes something."""
    call = CALLS[name]
    return bool(call.writes) or any(CALLS[each].writes for each in call.after)
