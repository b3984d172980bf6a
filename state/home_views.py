"""The first page in its groups overdue, today and this week, with what stands beside them."""

from dataclasses import dataclass, field

from cma_app.clock import today
from cma_app.rules.workflow import STAGE_LABELS, Stage
from cma_app.services.home import MyDay, WaitingPerson
from cma_app.services.home_tasks import AHEAD, Listed, Task
from state.home_lines import Line, placed
from state.words import day_text, several, weekday_text


@dataclass(frozen=True, slots=True)
class Group:
    """A card of the first page: its rows and how many there are in all."""

    rows: list[Line] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """A figure that leads to exactly the records it counts."""

    word: str
    figure: str
    also: str
    path: str


@dataclass(frozen=True, slots=True)
class DayView:
    """The whole first page; `hidden` counts what has no line, `later` are emergencies ahead."""

    day: str = ""
    kind: str = ""
    overdue: Group = field(default_factory=Group)
    today: Group = field(default_factory=Group)
    week: Group = field(default_factory=Group)
    later: Group = field(default_factory=Group)
    hidden: int = 0
    new_cases: Group = field(default_factory=Group)
    referrals: Group = field(default_factory=Group)
    shows_referrals: bool = False
    numbers: list[Number] = field(default_factory=list)
    is_clear: bool = False

    @classmethod
    def of(cls, day: MyDay) -> "DayView":
        """Return the day in words."""
        found = sorted(placed(day), key=lambda each: each[:3])
        lines = [(on, line) for on, _, _, line in found]
        new = Group([_new(row) for row in day.new_cases.rows], day.new_cases.total)
        waiting = day.referrals or Listed()
        referrals = Group([_person(row) for row in waiting.rows], waiting.total)
        return cls(
            day=f"{day.day:%A} {day.day.day} {day.day:%B %Y}",
            kind="admin" if day.system else "work",
            overdue=_group([line for on, line in lines if on < day.day]),
            today=_group([line for on, line in lines if on == day.day]),
            week=_group([line for on, line in lines if day.day < on <= day.day + AHEAD]),
            later=_group([line for on, line in lines if on > day.day + AHEAD]),
            hidden=_hidden(day),
            new_cases=new,
            referrals=referrals,
            shows_referrals=day.referrals is not None,
            numbers=_numbers(day),
            is_clear=not (lines or new.total or referrals.total),
        )


def _group(lines: list[Line]) -> Group:
    return Group(lines, len(lines))


def _hidden(day: MyDay) -> int:
    listed = (
        *(day.emergencies, day.legal_dates, day.rights, day.actions, day.reviews),
        *(day.calls, day.replies, day.file_reviews, day.sign_offs),
    )
    more = sum(each.total - len(each.rows) for each in listed)
    mine = day.appointments
    return more + (mine.unsaid_count - len(mine.unsaid) if mine is not None else 0)


def _new(task: Task) -> Line:
    since = (today() - task.due_date).days if task.due_date else 0
    return Line(
        id=task.case_id,
        when=weekday_text(task.due_date),
        when_more=f"{several(since, 'day')} ago" if since else "today",
        who=task.client,
        what=STAGE_LABELS[Stage(task.what)],
        reference=task.reference,
        step="Start",
        path=f"/cases/{task.case_id}",
    )


def _person(person: WaitingPerson) -> Line:
    emergency = person.emergency == "yes"
    what = person.emergency_what or "Emergency" if emergency else "Waiting to be seen"
    by = f", {day_text(person.emergency_date)}" if emergency and person.emergency_date else ""
    return Line(
        id=person.id,
        when=several(person.days, "day"),
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
        ("Waiting for sign-off", day.centre.sign_offs, "/sign-offs"),
    )
    return [
        Number(word, f"{count:,}", "Open these" if count else "Nothing to do", to if count else "")
        for word, count, to in asked
    ]
