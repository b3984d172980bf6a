"""The board in words: plain values, the same from the page's state and from the live socket."""

import re
from datetime import date
from typing import Any, Final, TypedDict

from cma_app.clock import local
from cma_app.rules.workflow import STAGE_LABELS, Stage
from cma_app.services.caseload_values import (
    LANE_CARDS,
    LANE_OF,
    LANES,
    Board,
    Card,
    Change,
    Filter,
    Holder,
    Summary,
    Tally,
)
from cma_app.services.legal_dates import is_near
from state.legal_views import board_words as legal_words
from state.legal_views import guard_words
from state.words import day_text, pounds

CHIPS: Final = (
    ("", "Everyone"),
    ("today", "Due today"),
    ("overdue", "Overdue"),
    ("emergency", "Emergency"),
    ("legal", "Legal date in 7 days"),
    ("deficit", "Deficit"),
    ("undated", "No next date"),
    ("review", "Review overdue"),
    ("trainee", "Trainee’s work"),
)


SPACE: Final = "Breathing space"
"""What a next action of a breathing space begins with."""


class BoardWords(TypedDict):
    """What the board's component is given whole."""

    summary: dict[str, Any]
    cards: list[dict[str, Any]]
    at: str


class ChangeWords(TypedDict):
    """What the board's component is given when something changed."""

    summary: dict[str, Any]
    cards: list[dict[str, Any]]
    gone: list[int]
    at: str


def board_words(board: Board) -> BoardWords:
    """Return the whole board as it is read."""
    return {
        "summary": summary_words(board.summary),
        "cards": [card_words(card, board.day) for card in board.cards],
        "at": f"{local(board.at):%H:%M}",
    }


def change_words(change: Change, wanted: Filter) -> ChangeWords:
    """Return a change as it is read under a watcher's filter; cards it hides are gone."""
    shown = [card for card in change.cards if matches(card, wanted, change.day)]
    hidden = [card.id for card in change.cards if card not in shown]
    return {
        "summary": summary_words(change.tallies.under(wanted)),
        "cards": [card_words(card, change.day) for card in shown],
        "gone": [*change.gone, *hidden],
        "at": f"{local(change.at):%H:%M}",
    }


def matches(card: Card, wanted: Filter, day: date) -> bool:
    """Say whether a card stands on the board under a filter."""
    if wanted.advisor_id not in (None, card.advisor_id):
        return False
    due = card.due_date
    return {
        "today": due == day,
        "overdue": due is not None and due < day,
        "undated": due is None,
        "emergency": card.emergency is not None,
        "deficit": card.monthly_surplus is not None and card.monthly_surplus < 0,
        "legal": card.legal is not None and is_near(card.legal),
        "review": card.next_review_date is not None and card.next_review_date < day,
        "trainee": card.is_trainees,
    }.get(wanted.show, True)


def card_words(card: Card, day: date) -> dict[str, Any]:
    """Return a card as it is read; `coded` texts name nobody."""
    emergency = " ".join(part for part in (card.emergency, _short(card.emergency_date)) if part)
    step = card.next_action or "No next action"
    return {
        "id": card.id,
        "lane": LANE_OF[card.stage],
        "order": f"{0 if card.emergency else 1}{card.due_date or '9'}/{card.id:012d}",
        "name": f"{card.first_name} {card.last_name}",
        "reference": card.reference,
        "owner": card.advisor,
        "initials": initials(card.advisor),
        "cover": f"{card.cover} covers" if card.cover else "",
        "stage": STAGE_LABELS[Stage(card.stage)],
        "emergency": emergency,
        "coded_emergency": coded(emergency, card),
        "guard": guard_words(card.protection, briefly=step.startswith(SPACE)),
        "legal": "" if _is_next(card) else legal_words(card.deadline),
        "step": step,
        "coded_step": coded(step, card),
        "due": _due(card.due_date, day),
        "mark": _mark(card.due_date, day),
        "money": _money(card),
        "days": _days((day - card.stage_since).days),
    }


def _is_next(card: Card) -> bool:
    """Say whether the next action is the answer to the next deadline, and so tells of it."""
    one, what = card.deadline, card.next_action or ""
    return one is None or (what.startswith(one.label) and card.due_date == one.left.act_by)


def summary_words(summary: Summary) -> dict[str, Any]:
    """Return the counts of the board as they are read, with the filter they are under."""
    shown = summary.filter
    return {
        "show": shown.show,
        "advisor": shown.advisor_id or 0,
        "stats": _stats(summary.centre),
        "crew": [_crew(holder, shown) for holder in summary.holders],
        "chips": [_chip(show, word, summary) for show, word in CHIPS],
        "lanes": [
            {
                "key": lane.key,
                "title": lane.title,
                "count": summary.lanes[lane.key],
                "more": _more(lane.stages, summary, summary.lanes[lane.key]),
            }
            for lane in LANES
        ],
    }


def initials(name: str) -> str:
    """Return the first letters of the first and the last name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def coded(said: str, card: Card) -> str:
    """Return a text with the client's names replaced by the reference."""
    names = [re.escape(name) for name in (card.first_name, card.last_name) if len(name) > 1]
    if not names:
        return said
    found = rf"\b(?:{'|'.join(names)})(?:\s+(?:{'|'.join(names)}))*\b"
    return re.sub(found, card.reference, said, flags=re.IGNORECASE)


def address(shown: Filter, **over: Any) -> str:
    """Return the board's address under a filter."""
    asked = {"show": shown.show, "advisor": shown.advisor_id or "", **over}
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    return f"/board?{query}" if query else "/board"


def _stats(centre: Tally) -> list[dict[str, Any]]:
    share = f"{centre.priority_owed / centre.owed * 100:.1f}%" if centre.owed else "0.0%"
    emergencies = "1 emergency" if centre.emergency == 1 else f"{centre.emergency} emergencies"
    return [
        _stat("Open cases", f"{centre.open:,}", emergencies),
        _stat("Total owed", pounds(centre.owed), "debts written down so far"),
        _stat("Of it priority", pounds(centre.priority_owed), f"{share} of the total"),
        _stat("Overdue reviews", f"{centre.review:,}", "Open these", "/cases?overdue=1"),
        _stat("No next date", f"{centre.undated:,}", "Open these", "/cases?undated=1"),
    ]


def _stat(word: str, figure: str, also: str, to: str = "") -> dict[str, Any]:
    if to and figure == "0":
        return {"word": word, "figure": figure, "also": "Nothing to do", "to": ""}
    return {"word": word, "figure": figure, "also": also, "to": to}


def _crew(holder: Holder, shown: Filter) -> dict[str, Any]:
    tally = holder.tally
    mine = shown.advisor_id == holder.id
    trainee = ", trainee" if holder.role == "trainee" else ""
    return {
        "id": holder.id,
        "name": f"{holder.name}{trainee}",
        "initials": initials(holder.name),
        "tally": f"{tally.open} open, {tally.urgent} urgent, {tally.overdue} overdue",
        "to": address(shown, advisor="" if mine else holder.id),
        "pressed": mine,
    }


def _chip(show: str, word: str, summary: Summary) -> dict[str, Any]:
    return {
        "show": show,
        "word": word,
        "count": summary.shown.of(show),
        "to": address(summary.filter, show=show),
        "pressed": summary.filter.show == show,
    }


def _more(stages: tuple[str, ...], summary: Summary, count: int) -> list[dict[str, str]]:
    """Return the links to all cases of a lane that holds more than it shows."""
    if count <= LANE_CARDS:
        return []
    shown = summary.filter
    also = {"": "", "review": "&overdue=1", "undated": "&undated=1"}.get(shown.show)
    if also is None:
        return [{"word": f"Show all {count}", "to": address(shown, view="list")}]
    by = f"&advisor={shown.advisor_id}" if shown.advisor_id else ""
    one = len([stage for stage in stages if summary.stages.get(stage)]) == 1
    return [
        {
            "word": f"Show all {summary.stages[stage]}"
            if one
            else f"{STAGE_LABELS[Stage(stage)]}: show all {summary.stages[stage]}",
            "to": f"/cases?stage={stage}{also}{by}",
        }
        for stage in stages
        if summary.stages.get(stage)
    ]


def _money(card: Card) -> str:
    if card.monthly_surplus is None:
        return "Budget not done"
    word = "deficit" if card.monthly_surplus < 0 else "surplus"
    return f"{pounds(card.monthly_surplus)} {word}"


def _due(due: date | None, day: date) -> str:
    if due is None:
        return "No date"
    return _short(due) if due <= day and due.year == day.year else day_text(due)


def _mark(due: date | None, day: date) -> str:
    if due is None or due > day:
        return ""
    return "Today" if due == day else "Overdue"


def _short(day: date | None) -> str:
    return f"{day.day} {day:%b}" if day is not None else ""


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{max(days, 0)} days"
