"""What became of a reminder, in words: on an appointment's page, the call list and My day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from cma_app.clock import local, now, today
from cma_app.rules.appointments import MODES
from cma_app.rules.reminders import RESULTS, WHY_CALL
from cma_app.services.call_list import CallLine, CallList
from cma_app.services.forms import Day
from cma_app.services.reminder_timings import KeptTiming, Timings
from cma_app.services.reminders import CALLABLE, ReminderNow
from state.safe_routes import SafeRoute, routes_in_words
from state.words import away, clock_text, day_text, moment_text, several, weekday_text

UNKNOWN: Final = "The mail server had it and did not answer. Nobody knows whether it was sent."
STUCK: Final = "The worker may not be running: tell whoever looks after the system."
STUCK_AFTER: Final = timedelta(minutes=5)
_DAY: Final = TypeAdapter(Day)
Words = list[tuple[str, str]]


def at_text(moment: datetime | None) -> str:
    """Return Tue 1 Dec, 10:00 by a British clock, with the year where it is another."""
    if moment is None:
        return ""
    there = local(moment)
    other = there.year != today().year
    return f"{weekday_text(there.date(), year=other)}, {there:%H:%M}"


def goes_again(due: datetime) -> str:
    """Return when what a person sends again goes: at once, or at night in the morning."""
    return f"It goes again on {at_text(due)}." if due > now() else "It goes again within a minute."


def why_text(reason: str, code: int = 0) -> str:
    """Return why somebody is rung, with the mail server's number if it gave one."""
    said = WHY_CALL.get(reason, "")
    return f"{said} ({code})" if code and said else said


def capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def _is_stuck(due: datetime | None) -> bool:
    """Say whether something is long due: the worker looks every minute."""
    return due is not None and due < now() - STUCK_AFTER


def _rung(calls: int, at: datetime | None) -> str:
    return f"Rung {several(calls, 'time')} without an answer, last {moment_text(at)}."


@dataclass(frozen=True, slots=True)
class ReminderView:
    """An appointment's reminder: its status, a sentence, and what may be done with it."""

    id: int = 0
    status: str = ""
    sentence: str = ""
    more: str = ""
    may_decide: bool = False
    may_call: bool = False

    @classmethod
    def of(cls, found: ReminderNow | None, *, stands: bool) -> "ReminderView":
        """Return what is shown of a reminder; `stands`: the appointment is ahead and stands."""
        if found is None:
            return cls(sentence="It is planned within a minute.") if stands else cls()
        ended = {"sent", "called", "left", "unknown", "none"}
        if not stands and found.status not in ended:
            return cls(status="none", sentence="None was sent.")
        more = found.note
        if found.status in {"call", "unknown"} and found.calls:
            more = f"{_rung(found.calls, found.called_at)} {found.note}".strip()
        return cls(
            id=found.id,
            status=found.status,
            sentence=_sentence(found),
            more=more,
            may_decide=stands and found.status in {"unknown", "left"},
            may_call=stands and found.status in CALLABLE,
        )


def _sentence(found: ReminderNow) -> str:
    goes = at_text(found.due_at)
    if found.status == "waiting" and _is_stuck(found.due_at):
        return f"It was due on {goes} and has not gone. {STUCK}"
    if found.status == "waiting" and found.foreseen:
        return f"It comes onto the call list on {goes}: {why_text(found.foreseen)}."
    if found.status == "called":
        said = RESULTS.get(found.result, "")
        return f"{said}: {found.called_by}, {moment_text(found.called_at)}."
    return {
        "waiting": f"It goes by e-mail on {goes}.",
        "claimed": "It is being sent just now.",
        "sending": "It is being sent just now.",
        "sent": f"Sent by e-mail: {moment_text(found.sent_at)}.",
        "unknown": UNKNOWN,
        "left": "It may not have been sent, and somebody decided to leave it so.",
        "call": f"Call the client: {why_text(found.reason, found.reply_code)}.",
        "none": "None: its time was settled too near the appointment.",
    }.get(found.status, "None was sent.")


@dataclass(frozen=True, slots=True)
class CallView:
    """A line of the call list."""

    id: int
    appointment_id: int
    when: str
    sub: str
    client: str
    what: str
    status: str
    why: str
    phone: str
    tried: str
    routes: list[SafeRoute]

    @classmethod
    def of(cls, line: CallLine) -> "CallView":
        """Return what is shown of one appointment on the list."""
        return cls(
            id=line.id,
            appointment_id=line.appointment_id,
            when=weekday_text(line.day),
            sub=f"{clock_text(line.at)}, {away(line.day)}",
            client=line.client,
            what=" · ".join((MODES[line.mode], line.advisor, line.reference)),
            status=line.status,
            why=_what_came(line),
            phone=line.phone,
            tried=_rung(line.calls, line.called_at) if line.calls else "",
            routes=routes_in_words(line.routes),
        )


def _what_came(line: CallLine) -> str:
    if line.status == "waiting" and _is_stuck(line.due_at):
        return f"Was due {at_text(line.due_at)}. {STUCK}"
    if line.status == "waiting":
        return f"Goes {at_text(line.due_at)}"
    if line.status == "sent":
        return moment_text(line.sent_at)
    if line.status == "called":
        return f"{RESULTS.get(line.result, '')}, {moment_text(line.called_at)}"
    return capital(why_text(line.reason, line.reply_code))


@dataclass(frozen=True, slots=True)
class CallsView:
    """The call list: whom to ring, what may not have been sent, and all the others."""

    calls: list[CallView]
    unknown: list[CallView]
    others: list[CallView]
    is_mine: bool

    @classmethod
    def of(cls, found: CallList, *, mine: bool) -> "CallsView":
        """Return what is shown of the list."""
        return cls(
            calls=[CallView.of(line) for line in found.calls],
            unknown=[CallView.of(line) for line in found.unknown],
            others=[CallView.of(line) for line in found.others],
            is_mine=mine,
        )


@dataclass(frozen=True, slots=True)
class TimingView:
    """When reminders go, in words, and what the form that changes it begins with.

    `known` is what is kept, today's and what is planned: from which day on, its id and version.
    """

    rule: str
    since: str
    sender: str
    planned: list[str]
    known: list[tuple[date, int, int]]
    typed: dict[str, str]

    @classmethod
    def of(cls, found: Timings) -> "TimingView":
        """Return what is shown of a centre's timing."""
        current = found.current
        return cls(
            rule=_rule(current),
            since=day_text(current.valid_from, none="as for every centre"),
            sender=found.shown_sender,
            planned=[
                f"For appointments from {day_text(each.valid_from)}: {_rule(each).lower()}"
                for each in found.planned
            ],
            known=[
                (each.valid_from, each.id, each.version)
                for each in (current, *found.planned)
                if each.valid_from is not None
            ],
            typed={
                "valid_from": today().isoformat(),
                "working_days": str(current.timing.working_days),
                "at_time": f"{current.timing.at:%H:%M}",
                "sender": current.timing.sender,
            },
        )

    def seen(self, typed: str) -> tuple[int, int]:
        """Return what was on screen of the day somebody typed: its id and version, or noughts."""
        try:
            day = _DAY.validate_python(typed)
        except ValidationError:
            return (0, 0)  # the form says what is wrong with it
        return next((each[1:] for each in self.known if each[0] == day), (0, 0))


def _rule(kept: KeptTiming) -> str:
    days = several(kept.timing.working_days, "working day")
    return f"{days} before, at {kept.timing.at:%H:%M}"


NO_CALLS: Final = CallsView([], [], [], is_mine=False)
NO_TIMING: Final = TimingView("", "", "", [], [], {})
