"""The board in words: plain values, the same from the page's state and from the live socket."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypedDict
from urllib.parse import urlencode

from cma_app.access.acts import Role
from cma_app.clock import local
from cma_app.rules.workflow import STAGE_LABELS, Stage
from cma_app.services.caseload_values import (
    LANE_CARDS,
    LANES,
    Board,
    Card,
    Change,
    Filter,
    Holder,
    Lane,
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
    ("missed", "Missed twice"),
    ("deficit", "Deficit"),
    ("unplanned", "No next action"),
    ("undated", "No date"),
    ("review", "Review overdue"),
    ("trainee", "Trainee’s work"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number of the top row: what it counts, in words, and where exactly these are listed.

    `key` is a filter of the board, or what is counted beside it, with the address `to`. `one` and
    `many` stand under the number.
    """

    key: str
    word: str
    one: str
    many: str
    to: str = ""


TILES: Final = (
    Tile("legal", "Legal dates in 7 days", "case to act on", "cases to act on"),
    Tile("referrals", "Referrals waiting", "person to be seen", "people to be seen", "/referrals"),
    Tile("sign_offs", "Late sign-offs", "waits too long", "wait too long", "/sign-offs?late=1"),
    Tile("missed", "Second missed appointment", "case to decide", "cases to decide"),
    Tile("unplanned", "No next action", "case without a step", "cases without a step"),
)
"""The top row: what a manager asks of each morning, the most pressing first."""


EVERYTHING: Final = Filter()
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
        "cards": [card_words(card, board.day, board.summary.filter) for card in board.cards],
        "at": f"{local(board.at):%H:%M}",
    }


def change_words(change: Change, wanted: Filter) -> ChangeWords:
    """Return a change as it is read under a watcher's filter; cards it hides are gone."""
    shown = [card for card in change.cards if matches(card, wanted, change.day)]
    hidden = [card.id for card in change.cards if card not in shown]
    return {
        "summary": summary_words(change.tallies.under(wanted)),
        "cards": [card_words(card, change.day, wanted) for card in shown],
        "gone": [*change.gone, *hidden],
        "at": f"{local(change.at):%H:%M}",
    }


def matches(card: Card, wanted: Filter, day: date) -> bool:
    """Say whether a card stands on the board under a filter."""
    if wanted.advisor_id not in (None, card.advisor_id):
        return False
    if wanted.stages and card.stage not in wanted.stages:
        return False
    due = card.due_date
    return {
        "today": due == day,
        "overdue": due is not None and due < day,
        "undated": due is None,
        "unplanned": card.next_action is None,
        "missed": card.is_missed,
        "emergency": card.emergency is not None,
        "deficit": card.monthly_surplus is not None and card.monthly_surplus < 0,
        "legal": card.legal is not None and is_near(card.legal),
        "review": card.next_review_date is not None and card.next_review_date < day,
        "trainee": card.is_trainees,
    }.get(wanted.show, True)


def card_words(card: Card, day: date, shown: Filter = EVERYTHING) -> dict[str, Any]:
    """Return a card as it is read; `coded` texts name nobody."""
    emergency = " ".join(part for part in (card.emergency, _short(card.emergency_date)) if part)
    step = card.next_action or "No next action"
    return {
        "id": card.id,
        "lane": shown.lane_of(card.stage, card.advisor_id),
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
        "shown": words_of(shown),
        "tiles": [_tile(tile, summary.of(tile.key)) for tile in TILES],
        "stats": _stats(summary.centre),
        "crew": [_crew(holder, shown) for holder in summary.holders],
        "ways": ways(shown, "board"),
        "chips": chips(summary),
        "lanes": _lanes(summary),
    }


def words_of(shown: Filter) -> dict[str, str]:
    """Return a filter as an address and the board's socket say it, without what says nothing."""
    said = {
        "show": shown.show,
        "advisor": f"{shown.advisor_id or ''}",
        "by": shown.by,
        "stage": ",".join(shown.stages),
    }
    return {name: word for name, word in said.items() if word}


def ways(shown: Filter, here: str, **kept: str) -> list[dict[str, Any]]:
    """Return the ways to look at what is shown; `here` is board, list or figures.

    `kept` are other words of the address, which stay where it is a list.
    """
    return [
        _way("By stage", address(shown, by=""), here == "board" and not shown.by),
        _way("By advisor", address(shown, by="advisor"), here == "board" and bool(shown.by)),
        _way("List", address(shown, by="", view="list", **kept), here == "list"),
        _way("Figures", address(shown, by="", path="/board/figures"), here == "figures"),
    ]


def _way(word: str, to: str, is_here: bool) -> dict[str, Any]:  # noqa: FBT001 - a plain fact
    return {"word": word, "to": to, "pressed": is_here}


def chips(summary: Summary, **kept: str) -> list[dict[str, Any]]:
    """Return the filters with their counts; `kept` are other words of the address."""
    return [_chip(show, word, summary, kept) for show, word in CHIPS]


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


def address(shown: Filter, *, path: str = "/board", **over: Any) -> str:
    """Return the board's address under a filter, with other words in it where they are said."""
    said = {**words_of(shown), **over}
    kept = {name: f"{word}" for name, word in said.items() if word}
    return f"{path}?{urlencode(kept, safe=',')}" if kept else path


def _tile(tile: Tile, count: int) -> dict[str, Any]:
    also = tile.one if count == 1 else tile.many
    return {
        "word": tile.word,
        "figure": f"{count:,}",
        "also": also if count else "Nothing to do",
        "to": (tile.to or address(Filter(show=tile.key), view="list")) if count else "",
    }


def _stats(centre: Tally) -> list[dict[str, Any]]:
    share = f"{centre.priority_owed / centre.owed * 100:.1f}%" if centre.owed else "0.0%"
    emergencies = "1 emergency" if centre.emergency == 1 else f"{centre.emergency} emergencies"
    return [
        _stat("Open cases", f"{centre.open:,}", emergencies),
        _stat("Total owed", pounds(centre.owed), ""),
        _stat("Of it priority", pounds(centre.priority_owed), share),
        _stat("Overdue reviews", f"{centre.review:,}", "", show="review"),
    ]


def _stat(word: str, figure: str, also: str, show: str = "") -> dict[str, Any]:
    to = address(Filter(show=show), view="list") if show and figure != "0" else ""
    return {"word": word, "figure": figure, "also": also, "to": to}


def _crew(holder: Holder, shown: Filter) -> dict[str, Any]:
    mine = shown.advisor_id == holder.id
    tally = holder.tally
    said = [f"{tally.open} open", f"{holder.weighted:.1f} weighted", f"{tally.today} today"]
    return {
        "id": holder.id,
        "name": _holder_name(holder),
        "initials": initials(holder.name),
        "tally": ", ".join(said),
        "away": holder.away,
        "to": address(shown, advisor="" if mine else holder.id),
        "pressed": mine,
    }


def _holder_name(holder: Holder) -> str:
    return f"{holder.name}, trainee" if holder.role == Role.TRAINEE else holder.name


def _chip(show: str, word: str, summary: Summary, kept: dict[str, str]) -> dict[str, Any]:
    return {
        "show": show,
        "word": word,
        "count": summary.shown.of(show),
        "to": address(summary.filter, show=show, **kept),
        "pressed": summary.filter.show == show,
    }


def _lanes(summary: Summary) -> list[dict[str, Any]]:
    if not summary.filter.by:
        named = [(lane.key, lane.title, {"stage": _stages(lane, summary)}) for lane in LANES]
    else:
        people = {f"{one.id}": _holder_name(one) for one in summary.holders}
        named = [(key, people[key], {"advisor": key}) for key in summary.lanes]
    return [
        {
            "key": key,
            "title": title,
            "count": summary.lanes[key],
            "more": _more(summary, summary.lanes[key], only),
        }
        for key, title, only in named
    ]


def _stages(lane: Lane, summary: Summary) -> str:
    chosen = summary.filter.stages
    return ",".join(stage for stage in lane.stages if not chosen or stage in chosen)


def _more(summary: Summary, count: int, only: dict[str, str]) -> list[dict[str, str]]:
    """Return the link to all cases of a lane that holds more than it shows."""
    if count <= LANE_CARDS:
        return []
    to = address(summary.filter, **{"by": "", "view": "list", **only})
    return [{"word": f"Show all {count}", "to": to}]


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
