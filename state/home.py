"""What the first page shows: for each role what to do next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.appointments import MODES, STATUSES, TYPES
from cma_app.rules.workflow import STAGE_LABELS, Stage
from cma_app.services import home
from cma_app.services.appointment_list import Line as Appointment
from cma_app.services.appointment_list import MyAppointments
from cma_app.services.call_list import CallLine
from cma_app.services.home import Listed, MyDay, Task, WaitingPerson
from cma_app.services.legal_dates import NearDate
from state.base import CentreState, load
from state.legal_views import DateView
from state.reminder_views import capital, why_text
from state.words import clock_text, day_text, several, weekday_text

STEPS = {
    "emergency": "Open case",
    "task": "Open case",
    "review": "Review",
    "waiting": "Start",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a card: when, who, what, and the one next step."""

    id: int
    when: str
    when_more: str
    mark: str
    who: str
    what: str
    step: str
    path: str


@dataclass(frozen=True, slots=True)
class Group:
    """A card of the first page: its first rows and how many there are in all."""

    rows: list[Line]
    total: int


@dataclass(frozen=True, slots=True)
class Number:
    """A figure that leads to exactly the records it counts."""

    word: str
    figure: str
    also: str
    path: str


@dataclass(frozen=True, slots=True)
class DayView:
    """The whole first page."""

    day: str
    kind: str
    emergencies: Group
    legal_dates: Group
    actions: Group
    reviews: Group
    new_cases: Group
    appointments: Group
    calls: Group
    referrals: Group
    shows_referrals: bool
    numbers: list[Number]
    is_clear: bool

    @classmethod
    def of(cls, day: MyDay) -> "DayView":
        """Return the day in words."""
        parts = (
            *(day.emergencies, day.legal_dates, day.actions),
            *(day.reviews, day.new_cases, day.calls),
        )
        return cls(
            day=f"{day.day:%A} {day.day.day} {day.day:%B %Y}",
            kind="admin" if day.system else "work",
            emergencies=_group(day.emergencies, _task),
            legal_dates=_group(day.legal_dates, _legal),
            actions=_group(day.actions, _task),
            reviews=_group(day.reviews, _task),
            new_cases=_group(day.new_cases, _task),
            appointments=_appointments(day.appointments),
            calls=_group(day.calls, _call),
            referrals=_group(day.referrals or Listed(), _person),
            shows_referrals=day.referrals is not None,
            numbers=_numbers(day),
            is_clear=not any(part.total for part in (*parts, day.referrals or Listed()))
            and not _appointments(day.appointments).total,
        )


NO_GROUP = Group([], 0)
BLANK = DayView(
    day="",
    kind="",
    emergencies=NO_GROUP,
    legal_dates=NO_GROUP,
    actions=NO_GROUP,
    reviews=NO_GROUP,
    new_cases=NO_GROUP,
    appointments=NO_GROUP,
    calls=NO_GROUP,
    referrals=NO_GROUP,
    shows_referrals=False,
    numbers=[],
    is_clear=False,
)


class HomeState(CentreState):
    """The first page."""

    view: DayView = BLANK

    @load(Act.HOME_SEE)
    async def open(self):
        """Show what to do next."""
        self.view = await self.ask(home.my_day, show=DayView.of)


def _group(listed: Listed, line: Callable[[Any], Line]) -> Group:
    return Group([line(row) for row in listed.rows], listed.total)


def _task(task: Task) -> Line:
    days = (task.due_date - today()).days if task.due_date else None
    what = STAGE_LABELS[Stage(task.what)] if task.kind == "waiting" else task.what
    return Line(
        id=task.case_id,
        when=weekday_text(task.due_date) or "No date",
        when_more=" ".join(part for part in (clock_text(task.due_time), _days(days, task)) if part),
        mark=_mark(days, task.kind),
        who=task.client,
        what=" · ".join(part for part in (what or "Review of the case", task.reference) if part),
        step=STEPS[task.kind],
        path=f"/cases/{task.case_id}",
    )


def _legal(near: NearDate) -> Line:
    """Return a legal date that is near; the one step leads to the dates of its case."""
    shown = DateView.of(near.date)
    late, now = near.date.left.days < 0, near.date.left.act_by <= today()
    return Line(
        id=near.date.case_id,
        when=weekday_text(near.date.day),
        when_more=shown.act[:1].lower() + shown.act[1:] or shown.left,
        mark="Overdue" if late else "Today" if now else "",
        who=near.client,
        what=" · ".join(part for part in (shown.label, shown.about, near.reference) if part),
        step="Open dates",
        path=f"/cases/{near.date.case_id}/dates",
    )


def _appointments(mine: MyAppointments | None) -> Group:
    """Return today's appointments, and before them those of which nobody said what came."""
    if mine is None:
        return NO_GROUP
    lines = [*[_unsaid(each) for each in mine.unsaid], *[_appointment(each) for each in mine.today]]
    return Group(lines, mine.unsaid_count + len(mine.today))


def _unsaid(line: Appointment) -> Line:
    shown = _appointment(line)
    return replace(
        shown,
        when=weekday_text(line.day),
        when_more=clock_text(line.at),
        mark="Outcome missing",
        step="Record outcome",
        path=f"/appointments/{line.id}",
    )


def _appointment(line: Appointment) -> Line:
    """Return an appointment of today's; the one step leads to the case, or to what came of it."""
    place = line.room or line.location
    return Line(
        id=line.id,
        when=clock_text(line.at),
        when_more=MODES[line.mode].lower(),
        mark="" if line.stands else STATUSES[line.status],
        who=line.client,
        what=" · ".join(part for part in (TYPES[line.kind], place, line.reference) if part),
        step="Start" if line.stands else "Open case",
        path=f"/cases/{line.case_id}",
    )


def _call(line: CallLine) -> Line:
    """Return a client to be rung about an appointment, or a letter to be decided on."""
    unknown = line.status == "unknown"
    why = "" if unknown else capital(why_text(line.reason, line.reply_code))
    tried = f"rung {several(line.calls, 'time')}" if line.calls else ""
    return Line(
        id=line.appointment_id,
        when=weekday_text(line.day),
        when_more=clock_text(line.at),
        mark="May not have been sent" if unknown else "",
        who=line.client,
        what=" · ".join(
            each for each in (why[:1].upper() + why[1:], tried, line.reference) if each
        ),
        step="Decide" if unknown else "Call",
        path=f"/appointments/{line.appointment_id}",
    )


def _person(person: WaitingPerson) -> Line:
    emergency = person.emergency == "yes"
    what = person.emergency_what or "Emergency" if emergency else "Waiting to be seen"
    by = f", {day_text(person.emergency_date)}" if emergency and person.emergency_date else ""
    return Line(
        id=person.id,
        when=_count(person.days),
        when_more="waiting",
        mark="Emergency" if emergency else "",
        who=person.name,
        what=f"{what}{by}",
        step="See referral",
        path="/referrals",
    )


def _numbers(day: MyDay) -> list[Number]:
    if day.system is not None:
        unused = day.system.unused_passwords
        return [
            Number("Centres", f"{day.system.centres:,}", "Open centres", "/centres"),
            Number("People", f"{day.system.people:,}", "Open people", "/people"),
            Number(
                "One-time passwords not used",
                f"{unused:,}",
                "See by centre" if unused else "All were used",
                "/centres" if unused else "",
            ),
        ]
    if day.centre is None:
        return []
    waiting = day.referrals.total if day.referrals else 0
    asked = (
        ("Referrals waiting", waiting, "/referrals"),
        ("Overdue reviews", day.centre.overdue_reviews, "/cases?overdue=1"),
        ("No next date", day.centre.undated, "/cases?undated=1"),
        ("Overdue next actions", day.centre.overdue_actions, "/board?show=overdue"),
    )
    return [
        Number(word, f"{count:,}", "Open these" if count else "Nothing to do", to if count else "")
        for word, count, to in asked
    ]


def _days(days: int | None, task: Task) -> str:
    if days is None:
        return ""
    if task.kind == "waiting":
        return f"{_count(-days)} ago" if days else "today"
    if days == 0:
        return "today"
    return f"in {_count(days)}" if days > 0 else f"{_count(-days)} late"


def _mark(days: int | None, kind: str) -> str:
    if kind == "waiting" or days is None or days > 0:
        return ""
    return "Overdue" if days < 0 else "Today"


def _count(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
