"""Steps of a case that wait for sign-off: its stage, its priority, its emergencies, its end.

Each step's `lines` say what is submitted as the record stands, each `check` refuses what could not
be carried out, and each `do` carries it out in the session of whoever signs off.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.rules import workflow
from cma_app.rules.closing import UNKNOWN, label_of
from cma_app.rules.court_stages import court_stage
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.rules.workflow import STAGE_LABELS, Stage
from cma_app.services import case_steps, debt_events
from cma_app.services.cases import PRIORITY_LABELS, PRIORITY_ORDER, known
from cma_app.services.closing_forms import ENDINGS, STANDING, ClosingForm, DebtPart, check_ending
from cma_app.services.closings import (
    debts_of,
    end_case,
    open_tasks,
    standing_appointments,
    totals_of,
)
from cma_app.services.debt_events import EndForm
from cma_app.services.emergencies import open_emergencies
from cma_app.services.forms import ReasonForm
from cma_app.services.sign_off_content import Line, day_words, pounds
from cma_app.services.vulnerability import DRIVERS, remove_vulnerability, vulnerabilities_of
from cma_app.session import CentreSession
from models import Appointment, Case, Client, Creditor, Debt, DebtEvent, NextAction

Asked = Mapping[str, Any]
WORDS: Final = {
    "reason_words": "In a few words",
    "client_words": "The client's own words",
    "what_next": "What next",
    "emergency_words": "Why it ends while an emergency is open",
}
"""The texts of a closing that whoever signs off may put better."""


def money_lines(case: Case, session: CentreSession) -> list[Line]:
    """Return the figures that a case's advice stands on."""
    debts = [
        Line(
            f"debt-{each.debt.id}",
            each.creditor,
            f"{pounds(each.debt.balance)}, {'priority' if each.debt.is_priority else 'other'}",
        )
        for each in debts_of(session, case)
    ]
    return [Line("surplus", "Left each month", pounds(case.monthly_surplus)), *debts]


def stage_lines(session: CentreSession, case: Case, asked: Asked) -> list[Line]:
    """Return from where to where a case moves, and the figures of its advice."""
    return [
        Line("from", "Stage now", STAGE_LABELS[Stage(case.stage)]),
        Line("to", "Moves to", STAGE_LABELS[Stage(str(asked["stage"]))]),
        *money_lines(case, session),
    ]


def check_stage(_session: CentreSession, case: Case, asked: Asked) -> None:
    """Refuse a stage that may not follow."""
    known(str(asked.get("stage", "")), STAGE_LABELS, "stage")
    refusal = workflow.refuse_move(case.stage, str(asked["stage"]), case.status)
    if refusal is not None:
        raise Conflict(refusal)


def do_stage(session: CentreSession, case: Case, asked: Asked, _edits: Asked) -> None:
    """Move the case."""
    case_steps.move_stage(session, case.id, stage=str(asked["stage"]))


def _emergency_lines(session: CentreSession, case: Case) -> list[Line]:
    return [
        Line(
            f"emergency-{number}", "Open emergency", f"{each.label}, {day_words(each.day, each.at)}"
        )
        for number, each in enumerate(open_emergencies(session, case), start=1)
    ]


def priority_lines(session: CentreSession, case: Case, asked: Asked) -> list[Line]:
    """Return from what to what a priority is lowered, why, and what presses."""
    return [
        Line("from", "Priority now", PRIORITY_LABELS[case.priority]),
        Line("to", "Lowered to", PRIORITY_LABELS[str(asked["priority"])]),
        Line("reason", "Why", str(asked["reason"]).strip(), may_edit=True),
        *_emergency_lines(session, case),
    ]


def check_priority(_session: CentreSession, case: Case, asked: Asked) -> None:
    """Refuse a priority that is not lower, and one without a reason."""
    known(str(asked.get("priority", "")), PRIORITY_LABELS, "priority")
    ReasonForm.read(asked)
    if PRIORITY_ORDER[str(asked["priority"])] >= PRIORITY_ORDER[case.priority]:
        raise Conflict(
            f"The priority is {PRIORITY_LABELS[case.priority].lower()} now. Choose a lower one."
        )


def do_priority(session: CentreSession, case: Case, asked: Asked, edits: Asked) -> None:
    """Lower the priority."""
    reason = str(edits.get("reason", asked["reason"]))
    case_steps.lower_priority(session, case.id, priority=str(asked["priority"]), reason=reason)


def emergency_lines(_session: CentreSession, case: Case, asked: Asked) -> list[Line]:
    """Return the case's own emergency, and why it is over."""
    when = day_words(case.emergency_date, case.emergency_time)
    return [
        Line("what", "Emergency", case.emergency or "None"),
        Line("when", "When", when),
        Line("reason", "Why it is over", str(asked["reason"]).strip(), may_edit=True),
    ]


def check_emergency(_session: CentreSession, case: Case, asked: Asked) -> None:
    """Refuse where nothing is open, and an end without a reason."""
    ReasonForm.read(asked)
    if not case.emergency:
        raise Conflict("There is no emergency on this case.")


def do_emergency(session: CentreSession, case: Case, asked: Asked, edits: Asked) -> None:
    """Take the emergency off the case."""
    reason = str(edits.get("reason", asked["reason"]))
    case_steps.end_emergency(session, case.id, reason=reason)


def replacement_lines(_session: CentreSession, case: Case, asked: Asked) -> list[Line]:
    """Return the emergency that stands and the one, later or without a day, in its place."""
    return [
        Line("what", "Emergency", case.emergency or "None"),
        Line("when", "When", day_words(case.emergency_date, case.emergency_time)),
        Line("new", "In its place", str(asked["what"]).strip(), may_edit=True),
        Line("new_when", "When then", day_words(*_when(asked))),
    ]


def check_replacement(session: CentreSession, case: Case, asked: Asked) -> None:
    """Refuse what is no putting off: that is done at once, by anybody."""
    on, at = _when(asked)
    case_steps.emergency_words(str(asked.get("what", "")))
    if not case_steps.puts_off_emergency(session, case.id, on=on, at=at):
        raise Conflict("This is not later than what stands. Record it: it counts at once.")


def do_replacement(session: CentreSession, case: Case, asked: Asked, edits: Asked) -> None:
    """Record the emergency in place of the one that stands."""
    on, at = _when(asked)
    what = str(edits.get("new", asked["what"]))
    case_steps.record_emergency(session, case.id, what=what, on=on, at=at)


def _when(asked: Asked) -> tuple[date | None, time | None]:
    day, at = str(asked.get("on") or ""), str(asked.get("at") or "")
    return (
        date.fromisoformat(day) if day else None,
        time.fromisoformat(at) if at else None,
    )


def event_lines(session: CentreSession, event: DebtEvent, asked: Asked) -> list[Line]:
    """Return an emergency of a debt, and how it was dealt with where it was."""
    case = session.require(Case, event.case_id)
    creditor = session.require(Creditor, session.require(Debt, event.debt_id).creditor_id)
    said = [
        Line("what", "Emergency", court_stage(event.kind).label_for(case.nation)),
        Line("creditor", "Creditor", creditor.creditor_name),
        Line("when", "When", day_words(event.event_date, event.event_time)),
    ]
    if event.reply_by:
        said.append(Line("reply_by", "Answer by", day_words(event.reply_by)))
    if "how" in asked:
        said.append(Line("how", "How it was dealt with", str(asked["how"]).strip(), may_edit=True))
        said.append(
            Line("ended_on", "On which day", str(asked.get("ended_on") or "When signed off"))
        )
    return said


def check_event(_session: CentreSession, event: DebtEvent, asked: Asked) -> None:
    """Refuse an emergency that was dealt with already, and an end that says nothing."""
    if "how" in asked:
        EndForm.read(asked)
    if event.ended_at is not None:
        raise Conflict("This was dealt with already.")


def do_end_event(session: CentreSession, event: DebtEvent, asked: Asked, edits: Asked) -> None:
    """Record how the emergency was dealt with."""
    debt_events.end_event(session, event.id, {**asked, **edits}, version=event.version)


def do_take_back(session: CentreSession, event: DebtEvent, _asked: Asked, _edits: Asked) -> None:
    """Take back an emergency that was recorded by mistake."""
    debt_events.remove_event(session, event.id)


def flag_lines(_session: CentreSession, client: Client, asked: Asked) -> list[Line]:
    """Return what the flag says that is to be removed."""
    for flag in vulnerabilities_of(client):
        if flag.id == asked["flag_id"]:
            return [
                Line("driver", "What is behind it", DRIVERS.get(flag.driver, flag.driver)),
                Line("detail", "What it is", flag.detail),
                Line("adjustment", "What we do differently", flag.adjustment),
            ]
    raise Conflict("This flag is no longer there. Somebody may have removed it.")


def do_remove_flag(session: CentreSession, client: Client, asked: Asked, _edits: Asked) -> None:
    """Remove the flag."""
    remove_vulnerability(session, client.id, str(asked["flag_id"]))


def closing_lines(session: CentreSession, case: Case, asked: Asked) -> list[Line]:
    """Return how a case ends: its words, what became of each debt, the gains and the sums."""
    form, debts = ClosingForm.read(asked["form"]), debts_of(session, case)
    ending, sums = form.ending, totals_of(form, debts, today())
    said = [
        Line("status", "The case is", ENDINGS.get(ending.status, ending.status)),
        Line("reason", "Why", label_of("reasons", ending.reason)),
        Line("solution", "Debt solution", label_of("solutions", ending.debt_solution or UNKNOWN)),
        Line(
            "fca",
            "Outcome for the regulator",
            label_of("fca_outcomes", ending.fca_outcome or UNKNOWN),
        ),
    ]
    if ending.referred_to:
        said.append(Line("referred_to", "Referred to", ending.referred_to))
    for each in debts:
        part = form.debts.get(each.debt.id, DebtPart())
        word = label_of("outcomes", part.outcome or UNKNOWN)
        figures = (
            f"{pounds(part.start)} at the start, {pounds(part.now)} now, {pounds(part.off)} off"
        )
        said.append(Line(f"debt-{each.debt.id}", each.creditor, f"{word}: {figures}"))
        said.append(Line(f"owed-{each.debt.id}", f"{each.creditor}, on the record",
                         pounds(each.debt.balance)))  # fmt: skip
    for number, gain in enumerate(form.gains, start=1):
        often = FREQUENCIES.get(gain.frequency or "", "once").lower()
        word = label_of("gains", gain.kind or "other")
        said.append(Line(f"gain-{number}", "Gained", f"{word}: {pounds(gain.amount)}, {often}"))
    said += [
        Line("written_off", "Written off in all", pounds(sums.written_off.known)),
        Line("owed_at_closing", "Owed at closing", pounds(sums.owed_at_closing.known)),
        Line("gained_a_year", "Gained a year", pounds(sums.gained_a_year.known)),
    ]
    said += _standing_lines(session, form)
    said += [
        Line(name, label, getattr(ending, name) or "", may_edit=True)
        for name, label in WORDS.items()
    ]
    return said


def _standing_lines(session: CentreSession, form: ClosingForm) -> list[Line]:
    """Return what happens to what was standing when it was submitted, done since or not."""
    tasks = [
        Line(f"task-{number}", session.require(NextAction, number).what, STANDING["task"][choice])
        for number, choice in form.tasks.items()
    ]
    meetings = [
        Line(
            f"meeting-{number}",
            f"Appointment, {day_words(session.require(Appointment, number).scheduled_date)}",
            STANDING["meeting"][choice],
        )
        for number, choice in form.meetings.items()
    ]
    return [*tasks, *meetings]


def check_closing(session: CentreSession, case: Case, asked: Asked) -> None:
    """Refuse a closing that its own form would refuse; the checklist's gate stands at the end."""
    if case.status not in workflow.AT_WORK:
        raise Conflict("This case has ended already.")
    form = ClosingForm.read(asked["form"])
    debts = {each.debt.id: each.debt.outcome for each in debts_of(session, case)}
    check_ending(form, on=today(), nation=case.nation, debts=debts)
    wrong = {
        f"{kind}-{each.id}": "Say what happens to this."
        for kind, rows, said in (
            ("meeting", standing_appointments(session, case), form.meetings),
            ("task", open_tasks(session, case), form.tasks),
        )
        for each in rows
        if each.id not in said
    }
    if open_emergencies(session, case) and not form.ending.emergency_words:
        wrong["emergency_words"] = (
            "Deal with the emergency first, or say why the case ends while it is open."
        )
    if wrong:
        raise Invalid(wrong)


def do_closing(session: CentreSession, case: Case, asked: Asked, edits: Asked) -> None:
    """End the case; what was promised since it was submitted stays to do."""
    since = {f"task-{each.id}": "keep" for each in open_tasks(session, case)} | {
        f"meeting-{each.id}": "keep" for each in standing_appointments(session, case)
    }
    end_case(session, case.id, {**since, **asked["form"], **edits})


def is_emergency(session: CentreSession, event: DebtEvent) -> bool:
    """Say whether an event of a debt is an emergency that is still open."""
    session.authorize(Act.CASE_OPEN, session.require(Case, event.case_id))
    return event.kind in debt_events.KINDS and event.ended_at is None
