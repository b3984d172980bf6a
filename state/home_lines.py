"""The lines of the first page: one a thing, with when, who, what, and the one step that acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from cma_app.clock import local, today
from cma_app.rules.appointments import MODES, STATUSES, TYPES
from cma_app.rules.rights import right
from cma_app.rules.task_rules import task_rule
from cma_app.services.appointment_list import Line as Appointment
from cma_app.services.call_list import CallLine
from cma_app.services.home import MyDay
from cma_app.services.home_news import Reply, Review
from cma_app.services.home_tasks import Task
from cma_app.services.legal_dates import NearDate
from cma_app.services.replies import REPLY_WORDS
from cma_app.services.rights_list import RightsRow
from cma_app.services.sign_off_list import QueueRow
from state.legal_views import DateView
from state.reminder_views import capital, why_text
from state.words import away, clock_text, day_text, pounds, several, weekday_text

TABS: Final = {
    "overview": "",
    "offers": "/offers",
    "statement": "/statement",
    "checklist": "/checklist",
}
"""The tabs of a case that a rule's task leads to."""
EMERGENCY, LEGAL, APPOINTMENT, TASK, OTHER = range(5)
"""In which order things of one day stand."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: when, who, what, and the one step. `does` names a deed; without one it is a link."""

    id: int = 0
    kind: str = ""
    word: str = ""
    when: str = ""
    when_more: str = ""
    mark: str = ""
    who: str = ""
    what: str = ""
    reference: str = ""
    more: str = ""
    step: str = ""
    path: str = ""
    does: str = ""
    may_wait: bool = False
    version: int = 0
    day: str = ""


Placed = tuple[date, int, time, Line]


def placed(day: MyDay) -> Iterator[Placed]:
    """Yield every line with the day it belongs to, its order there and its time."""
    now = day.day
    for task in day.emergencies.rows:
        yield task.due_date or now, EMERGENCY, task.due_time or time.min, _emergency(task)
    for near in day.legal_dates.rows:
        yield near.date.left.act_by, LEGAL, near.date.at or time.max, _legal(near)
    for asked in day.rights.rows:
        yield asked.row.due_date, LEGAL, time.max, _right(asked)
    for task in day.actions.rows:
        yield task.due_date, TASK, task.due_time or time.max, _task(task)
    for task in day.reviews.rows:
        yield task.due_date, OTHER, time.max, _review(task)
    if day.appointments is not None:
        for line in day.appointments.unsaid:
            yield line.day, APPOINTMENT, line.at, _unsaid(line)
        for line in day.appointments.today:
            yield now, APPOINTMENT, line.at, _appointment(line, day.me)
    for call in day.calls.rows:
        yield now, OTHER, call.at, _call(call)
    for reply in day.replies.rows:
        yield now, OTHER, time.max, _reply(reply)
    for review in day.file_reviews.rows:
        yield now, OTHER, time.max, _file_review(review)
    for row in day.sign_offs.rows:
        yield (
            local(row.submitted_at).date() if row.is_late else now,
            OTHER,
            time.max,
            _sign_off(row),
        )


def said(*parts: str) -> str:
    """Return the parts that say something, with a dot between."""
    return " · ".join(part for part in parts if part)


def _left(day: date | None) -> str:
    """Return how far a day is: "3 days late", "today", "in 5 days"."""
    if day is None:
        return ""
    days = (today() - day).days
    return f"{several(days, 'day')} late" if days > 0 else away(day)


def _when(day: date | None, at: time | None) -> tuple[str, str]:
    more = ", ".join(part for part in (clock_text(at), _left(day)) if part)
    return weekday_text(day) or "No date", more


def _emergency(task: Task) -> Line:
    when, more = _when(task.due_date, task.due_time)
    on_debt = f"/debts/{task.debt_id}" if task.debt_id else ""
    return Line(
        id=task.debt_id or task.case_id,
        kind="emergency",
        when=when,
        when_more=more,
        mark="Emergency",
        who=task.client,
        what=task.what,
        reference=task.reference,
        step="Open debt" if on_debt else "Open case",
        path=f"/cases/{task.case_id}{on_debt}",
    )


def _right(asked: RightsRow) -> Line:
    """Return a request about data whose last day is near, with the way to the client's data."""
    row = asked.row
    when, more = _when(row.due_date, None)
    return Line(
        id=row.id,
        kind="right",
        word="Data request",
        when=when,
        when_more=more,
        who=asked.client,
        what=f"{right(row.kind).label}, came {day_text(row.received_on)}",
        reference=asked.reference,
        step="Open data",
        path=f"/clients/{row.client_id}/data",
    )


def _legal(near: NearDate) -> Line:
    """Return a legal date that is near; the one step leads to the dates of its case."""
    shown = DateView.of(near.date)
    return Line(
        id=near.date.ref_id,
        kind=f"legal-{near.date.source}",
        word="Request" if near.date.source == "request" else "Legal date",
        when=weekday_text(near.date.day),
        when_more=shown.act[:1].lower() + shown.act[1:] or shown.left,
        who=near.client,
        what=said(shown.label, shown.about),
        reference=near.reference,
        step="Record review" if near.date.source in ("review", "contact") else "Open dates",
        path=f"/cases/{near.date.case_id}/dates",
    )


def _task(task: Task) -> Line:
    """Return a task; the one step is that it is done. A rule's leads to where that is."""
    when, more = _when(task.due_date, task.due_time)
    rule = task_rule(task.rule) if task.rule else None
    why = f"By rule: {rule.reference.title}" if rule else ""
    given = f"From {task.given_by}" if task.given_by and not rule else ""
    was = f"Put off from {day_text(task.put_off_from)}: {task.put_off_reason}"
    return Line(
        id=task.id,
        kind="task",
        word="Review" if task.kind == "review" else "Task",
        when=when,
        when_more=more,
        who=task.client,
        what=task.what,
        reference=task.reference,
        more=said(given, why, was if task.put_off_from else ""),
        step="Done",
        path=f"/cases/{task.case_id}{TABS.get(rule.opens, '') if rule else ''}",
        does="task",
        may_wait=task.kind != "emergency",
        version=task.version,
        day=task.due_date.isoformat() if task.due_date else "",
    )


def _review(task: Task) -> Line:
    when, more = _when(task.due_date, None)
    return Line(
        id=task.case_id,
        kind="review",
        word="Review",
        when=when,
        when_more=more,
        who=task.client,
        what=task.what or "Review of the case",
        reference=task.reference,
        step="Review",
        path=f"/cases/{task.case_id}",
    )


def _appointment(line: Appointment, me: int) -> Line:
    """Return an appointment of today's; the one step leads to the case, or to what came of it."""
    place = line.room or line.location
    return Line(
        id=line.id,
        kind="appointment",
        word="Appointment",
        when=clock_text(line.at),
        when_more=MODES[line.mode].lower(),
        mark="" if line.stands else STATUSES[line.status],
        who=line.client,
        what=said(TYPES[line.kind], place),
        reference=line.reference,
        more=f"In place of {line.advisor}" if line.advisor_id != me else "",
        step="Start" if line.stands else "Open case",
        path=f"/cases/{line.case_id}",
    )


def _unsaid(line: Appointment) -> Line:
    when, more = _when(line.day, line.at)
    return Line(
        id=line.id,
        kind="unsaid",
        word="Appointment",
        when=when,
        when_more=more,
        mark="Outcome missing",
        who=line.client,
        what=TYPES[line.kind],
        reference=line.reference,
        step="Record outcome",
        path=f"/appointments/{line.id}",
    )


def _call(line: CallLine) -> Line:
    """Return a client to be rung about an appointment, or a letter to be decided on."""
    unknown = line.status == "unknown"
    why = "" if unknown else capital(why_text(line.reason, line.reply_code))
    tried = f"rung {several(line.calls, 'time')}" if line.calls else ""
    return Line(
        id=line.appointment_id,
        kind="call",
        word="Reminder" if unknown else "Call",
        when=weekday_text(line.day),
        when_more=clock_text(line.at),
        mark="May not have been sent" if unknown else "",
        who=line.client,
        what=said(why[:1].upper() + why[1:], tried),
        reference=line.reference,
        step="Decide" if unknown else "Call",
        path=f"/appointments/{line.appointment_id}",
    )


def _reply(reply: Reply) -> Line:
    """Return an answer that the client was not told of; the one step notes that they were."""
    answer = REPLY_WORDS[reply.reply].lower()
    return Line(
        id=reply.id,
        kind="reply",
        word="Reply",
        when=weekday_text(reply.received_on),
        when_more="received",
        who=reply.client,
        what=said(f"{reply.creditor}: {answer}", pounds(reply.amount)),
        reference=reply.reference,
        more="The client is to be told",
        step="Client told",
        path=f"/cases/{reply.case_id}/letters",
        does="reply",
    )


def _file_review(review: Review) -> Line:
    """Return a file to be reviewed, or a review that came back and was not read."""
    if review.finished_at is None:
        return Line(
            id=review.id,
            kind="to-review",
            word="File review",
            when="Open",
            who=review.reference,
            what="For you to review",
            step="Review file",
            path=f"/reviews/{review.id}",
        )
    return Line(
        id=review.id,
        kind="came-back",
        word="Came back",
        when=weekday_text(local(review.finished_at).date()),
        when_more="finished",
        who=review.reference,
        what="The review of your file is finished",
        step="Read review",
        path=f"/my-reviews/{review.id}",
    )


def _sign_off(row: QueueRow) -> Line:
    """Return work that waits for one's sign-off, or one's own that came back."""
    waits = row.status == "submitted"
    moment = row.submitted_at if waits or row.decided_at is None else row.decided_at
    is_void = row.status == "void"
    changed = "Something changed since you submitted it, so it is submitted anew"
    back = changed if is_void else f"Sent back by {row.decided_by}"
    return Line(
        id=row.id,
        kind="sign-off" if waits else "sent-back",
        word="Sign-off" if waits else "Came back",
        when=weekday_text(local(moment).date()),
        when_more="submitted" if waits else "became void" if is_void else "sent back",
        mark="Waits too long" if row.is_late else "",
        who=row.client,
        what=row.word,
        reference=row.reference,
        more=f"From {row.trainee}" if waits else back,
        step="See it" if waits else "See why",
        path=f"/sign-offs/{row.id}",
    )
