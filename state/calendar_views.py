"""The calendar as it is shown: columns of half hours for a day or a week, and lines of a list."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Final

from cma_app.clock import today
from cma_app.rules.appointments import MODES, STATUSES, TYPES
from cma_app.rules.working_hours import Span
from cma_app.services.appointment_list import CalendarPage, Line
from state.appointment_views import times_text
from state.words import clock_text, weekday_text

STEP: Final = 30
"""Minutes of a row of the grid."""
FIRST, LAST = 9 * 60, 17 * 60
"""Minutes after midnight between which the grid always shows."""
SATURDAY: Final = 5
EVERYBODY: Final = "all"
VIEWS: Final = ("week", "day", "list")
LISTED_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: which days, whose, and how they are shown."""

    view: str
    day: date
    who: int | None  # None is the whole centre

    @property
    def first(self) -> date:
        """Return the first day shown."""
        return self.day - timedelta(days=self.day.weekday()) if self.view == "week" else self.day

    @property
    def last(self) -> date:
        """Return the last day shown."""
        return self.first + timedelta(
            days={"week": 6, "day": 0, "list": LISTED_DAYS - 1}[self.view]
        )

    def beside(self, by: int) -> date:
        """Return the day on which the page before or after this one begins."""
        step = {"week": 7, "day": 1, "list": LISTED_DAYS}[self.view]
        return self.day + timedelta(days=step * by)

    def address(self, *, view: str = "", day: date | None = None) -> str:
        """Return the address of these days in another view, or of other days."""
        who = EVERYBODY if self.who is None else str(self.who)
        shown = (day or self.day).isoformat()
        return f"/calendar?view={view or self.view}&day={shown}&who={who}"


@dataclass(frozen=True, slots=True)
class Item:
    """One appointment as a button of the grid; `id` 0 is a time that is taken, no more."""

    id: int
    when: str
    who: str
    what: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A cell that spans rows: what lies there, one above the other."""

    row: int
    span: int
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Column:
    """A day, or a person on a day: when they work (rows from, to), and what is booked."""

    key: str
    day: str
    who: str
    head: str
    sub: str
    is_today: bool
    bookable: bool
    open: list[list[int]]
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list."""

    id: int
    day: str
    when: str
    client: str
    reference: str
    what: str
    advisor: str
    place: str
    status: str


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The calendar page: its title, where the steps lead, and the grid or the list."""

    title: str = ""
    view: str = "week"
    day: str = ""
    who: str = EVERYBODY
    links: dict[str, str] = field(default_factory=dict)
    people: list[tuple[str, str]] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    lines: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, asked: Asked, page: CalendarPage) -> "CalendarView":
        """Return what is shown of some days."""
        columns: list[Column] = []
        times: list[str] = []
        if asked.view != "list":
            columns, times = _grid(asked, page)
        return cls(
            title=_title(asked),
            view=asked.view,
            day=asked.day.isoformat(),
            who=EVERYBODY if asked.who is None else str(asked.who),
            links={
                "back": asked.address(day=asked.beside(-1)),
                "next": asked.address(day=asked.beside(1)),
                "today": asked.address(day=today()),
                **{view: asked.address(view=view) for view in VIEWS},
            },
            people=[(str(each.id), each.name) for each in page.people],
            times=times,
            columns=columns,
            lines=[_entry(line) for line in page.lines] if asked.view == "list" else [],
        )


def _title(asked: Asked) -> str:
    if asked.view == "day":
        return f"{asked.day:%A} {asked.day.day} {asked.day:%B %Y}"
    first, last = asked.first, asked.last
    begins = f"{first.day} {first:%b}" if first.month != last.month else str(first.day)
    return f"{begins} to {last.day} {last:%b %Y}"


def _grid(asked: Asked, page: CalendarPage) -> tuple[list[Column], list[str]]:
    """Return the columns and the time of each row: all of them share the rows."""
    shown = [line for line in page.lines if line.stands or line.status in {"attended", "late"}]
    plan = [
        (day, who, spans, [line for line in shown if line.day == day and _is_of(line, who)])
        for day, who, spans in _columns(asked, page)
    ]
    if asked.view == "week":
        plan = [each for each in plan if each[0].weekday() < SATURDAY or each[2] or each[3]]
    begins = [FIRST, *[_minutes(line.at) for line in shown]]
    ends = [LAST, *[min(_minutes(line.at) + line.minutes, 24 * 60) for line in shown]]
    for _, _, spans, _ in plan:
        begins += [_minutes(first) for first, _ in spans]
        ends += [_minutes(last) for _, last in spans]
    top = min(begins) // STEP * STEP
    rows = -(-(max(ends) - top) // STEP)
    times = [clock_text(time(*divmod(top + STEP * row, 60))) for row in range(rows)]
    names = {each.id: each.name for each in page.people}
    columns = [
        Column(
            key=f"{day.isoformat()}/{who or ''}",
            day=day.isoformat(),
            who=str(who or ""),
            head=names.get(who or 0, "") if asked.view == "day" else weekday_text(day),
            sub=_why_shut(page, day, who),
            is_today=day == today() and asked.view == "week",
            bookable=day >= today(),
            open=[[_row(first, top), -(-(_minutes(last) - top) // STEP)] for first, last in spans],
            blocks=_blocks(lines, top, rows, asked.who is None and asked.view == "week"),
        )
        for day, who, spans, lines in plan
    ]
    return columns, times


def _columns(asked: Asked, page: CalendarPage) -> list[tuple[date, int | None, list[Span]]]:
    """Return the day, the person and the hours of each column."""
    if asked.view == "day":
        people = [each.id for each in page.people if asked.who in (None, each.id)]
        return [(asked.day, who, page.diary.working(who)(asked.day)) for who in people]
    days = [asked.first + timedelta(days=number) for number in range(7)]
    if asked.who is not None:
        return [(day, asked.who, page.diary.working(asked.who)(day)) for day in days]
    everybody = [each.id for each in page.people]
    return [
        (day, None, [span for who in everybody for span in page.diary.working(who)(day)])
        for day in days
    ]


def _is_of(line: Line, who: int | None) -> bool:
    return who is None or line.advisor_id == who


def _why_shut(page: CalendarPage, day: date, who: int | None) -> str:
    if page.diary.is_holiday(day):
        return "Bank holiday"
    return "On leave" if who is not None and page.diary.is_away(who, day) else ""


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _row(at: time, top: int) -> int:
    return (_minutes(at) - top) // STEP


def _blocks(lines: list[Line], top: int, rows: int, names_advisor: bool) -> list[Block]:  # noqa: FBT001
    """Return the cells of a column: what shares a row lies in one cell."""
    blocks: list[Block] = []
    for line in sorted(lines, key=lambda each: (each.at, each.advisor)):
        first = _row(line.at, top)
        last = min(-(-(_minutes(line.at) + line.minutes - top) // STEP), rows)
        item = _item(line, names_advisor)
        before = blocks[-1] if blocks else None
        if before is not None and first < before.row + before.span:
            span = max(before.span, last - before.row)
            blocks[-1] = Block(before.row, span, [*before.items, item])
        else:
            blocks.append(Block(first, max(last - first, 1), [item]))
    return blocks


def _item(line: Line, names_advisor: bool) -> Item:  # noqa: FBT001
    place = line.room or line.location or (MODES[line.mode] if line.mode else "")
    about = [TYPES[line.kind]] if line.kind else []
    if line.status != "scheduled":
        about.append(STATUSES[line.status])
    parts = [line.advisor] if names_advisor and line.advisor else []
    return Item(
        id=line.id,
        when=times_text(line.day, line.at, line.minutes),
        who=line.client if line.id else "Taken",
        what=", ".join([*parts, *about, *([place] if place else [])]),
        stands=line.stands,
    )


def _entry(line: Line) -> Entry:
    item = _item(line, names_advisor=False)
    place = line.room or line.location
    mode = MODES[line.mode] if line.mode else ""
    return Entry(
        id=line.id,
        day=weekday_text(line.day, year=True),
        when=item.when,
        client=item.who,
        reference=line.reference,
        what=TYPES[line.kind] if line.kind else "",
        advisor=line.advisor,
        place=", ".join(part for part in (mode, place) if part),
        status=line.status if line.id else "taken",
    )
