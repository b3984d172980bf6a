"""Requests about data, and copies of everything, as their pages show them."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.clock import local, today
from cma_app.rules.requests import request_kind
from cma_app.rules.rights import ERASURE, ground, grounds_of, pause_rules, pauses_of, right, rights
from cma_app.services.client_copies import CopyRow, Paper
from cma_app.services.rights_forms import CHANNEL_WORDS, DECISION_WORDS, IDENTITY_WORDS
from cma_app.services.rights_list import SOON, ClientRights, RightsRow, days_left
from models import RightsRequest
from state.breathing_space_views import split_day
from state.legal_views import left_words
from state.words import day_text, moment_text, several, weekday_text

Words = list[tuple[str, str]]
KINDS: Final = [(each.code, f"{each.label}: {each.asks}") for each in rights()]
SIZES: Final = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
COPY_WORDS: Final = {
    "asked": ("Ready to take", "soon"),
    "making": ("Being made", "soon"),
    "made": ("Taken", "good"),
    "broken": ("Broke off", "late"),
}


@dataclass(frozen=True, slots=True)
class RightView:
    """One request as its row shows it, what may be done with it, and how its form begins."""

    id: int = 0
    version: int = 0
    client_id: int = 0
    client: str = ""
    reference: str = ""
    label: str = ""
    source: str = ""
    received: str = ""
    asked_for: str = ""
    identity: str = ""
    is_open: bool = True
    is_erasure: bool = False
    due: str = ""
    left: str = ""
    tone: str = ""
    counted: str = ""
    stands: str = ""
    longer: str = ""
    acknowledged: str = ""
    decided: str = ""
    answer: str = ""
    action: str = ""
    waits_for_identity: bool = False
    may_stop: bool = False
    may_extend: bool = False
    may_acknowledge: bool = False
    tell_by: str = ""
    pauses: Words = field(default_factory=list)
    grounds: Words = field(default_factory=list)
    boxes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: RightsRow) -> "RightView":
        """Return what is shown of a request."""
        row, known = found.row, right(found.row.kind)
        is_open, stands = row.outcome is None, row.paused_since is not None
        running = days_left(row, found.nation)
        near = running is not None and running.left.day <= today() + SOON
        late = running is not None and running.left.days < 0
        return cls(
            id=row.id,
            version=row.version,
            client_id=row.client_id,
            client=found.client,
            reference=found.reference,
            label=known.label,
            source=known.reference.title,
            received=_received(found),
            asked_for=row.asked_for,
            identity=_identity(row),
            is_open=is_open,
            is_erasure=row.kind == ERASURE,
            due=weekday_text(row.due_date, year=True),
            left=left_words(running) if running is not None else "",
            tone="late" if late else "soon" if near else "",
            counted=_counted(found),
            stands=_stands(row),
            longer=_longer(row),
            acknowledged=_acknowledged(row),
            decided=_decided(found),
            answer=row.answer or "",
            action=f"To be erased on {day_text(row.action_on)}" if row.action_on else "",
            waits_for_identity=stands and row.pauses[-1]["reason"] == "identity",
            may_stop=is_open and not stands and bool(pauses_of(row.kind, row.received_on)),
            may_extend=is_open
            and bool(known.extended_as)
            and row.extended_on is None
            and today() <= found.clock.first,
            may_acknowledge=is_open and known.is_acknowledged and row.acknowledged_on is None,
            tell_by=weekday_text(found.clock.first, year=True),
            pauses=[(each.code, each.label) for each in pauses_of(row.kind, row.received_on)],
            grounds=[("", "None"), *((each.code, each.label) for each in grounds_of(row.kind))],
            boxes=boxes_of(row),
        )


def boxes_of(row: RightsRequest | None) -> dict[str, str]:
    """Return what the form of a request begins with."""
    names = ("kind", "channel", "asked_for", "asked_by", "identity", "identity_how")
    values = {name: str(getattr(row, name, None) or "") for name in names}
    parts = split_day(row.received_on if row is not None else None)
    named = (f"received_on-{part}" for part in ("day", "month", "year"))
    return values | dict(zip(named, parts, strict=True))


def _received(found: RightsRow) -> str:
    row = found.row
    how = CHANNEL_WORDS.get(row.channel, row.channel).lower()
    by = f", asked by {row.asked_by}" if row.asked_by else ""
    recorded = f", recorded by {found.recorded_by}" if found.recorded_by else ""
    return f"Came {day_text(row.received_on)}, {how}{by}{recorded}"


def _identity(row: RightsRequest) -> str:
    word = IDENTITY_WORDS.get(row.identity, row.identity)
    return f"{word}: {row.identity_how}" if row.identity_how else word


def _counted(found: RightsRow) -> str:
    """Return how the last day comes about, with its source."""
    row, clock = found.row, found.clock
    known = right(row.kind)
    code = known.extended_as if row.extended_on else known.counted_as
    count = request_kind(code).count_on(clock.starts)
    if count is None or row.acknowledged_on is not None:
        return ""
    long = several(count.number, "month" if count.unit == "months" else "day")
    waited = f", {several(clock.paused, 'day')} of waiting added" if clock.paused else ""
    return f"{long} from {day_text(clock.starts)}{waited}. {count.reference.title}"


def _stands(row: RightsRequest) -> str:
    if row.paused_since is None or not row.pauses:
        return ""
    rule = next((each for each in pause_rules() if each.code == row.pauses[-1]["reason"]), None)
    waits = f": waits for {rule.waits_for}" if rule is not None else ""
    return f"Clock stands since {day_text(row.paused_since)}{waits}"


def _longer(row: RightsRequest) -> str:
    if row.extended_on is None:
        return ""
    return f"Two further months, told on {day_text(row.extended_on)}: {row.extended_why}"


def _acknowledged(row: RightsRequest) -> str:
    if row.acknowledged_on is None:
        return ""
    after = "" if row.outcome else " The answer follows without undue delay."
    return f"Acknowledged on {day_text(row.acknowledged_on)}: {row.acknowledged_how}.{after}"


def _decided(found: RightsRow) -> str:
    row = found.row
    if row.outcome is None:
        return ""
    on = ground(row.ground or "")
    why = f". {on.label} ({on.source})" if on is not None else ""
    by = f", {found.decided_by}" if found.decided_by else ""
    return f"{DECISION_WORDS.get(row.outcome, row.outcome)} on {day_text(row.decided_on)}{by}{why}"


@dataclass(frozen=True, slots=True)
class HoldLine:
    """What stands in the way of erasure, and the case it is of."""

    said: str
    case_id: int


@dataclass(frozen=True, slots=True)
class RightsView:
    """The requests of a client with what holds their record."""

    rows: list[RightView] = field(default_factory=list)
    open_count: int = 0
    holds: list[HoldLine] = field(default_factory=list)
    duty: str = ""
    choices: Words = field(default_factory=list)

    @classmethod
    def of(cls, found: ClientRights) -> "RightsView":
        """Return the view of a client's requests; `choices` are those a copy can answer."""
        rows = [RightView.of(each) for each in found.rows]
        return cls(
            rows=rows,
            open_count=sum(each.is_open for each in rows),
            holds=[HoldLine(said, case_id) for said, case_id in found.holds],
            duty=found.duty,
            choices=[(str(each.id), f"{each.label}. {each.received}") for each in rows],
        )


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of everything: who took it, when, why, and what became of it."""

    id: int = 0
    who: str = ""
    when: str = ""
    why: str = ""
    word: str = ""
    tone: str = ""
    detail: str = ""
    path: str = ""
    done: int = 0
    total: int = 0
    is_ready: bool = False
    is_again: bool = False
    runs: bool = False

    @classmethod
    def of(cls, found: CopyRow, me: int) -> "CopyView":
        """Return what is shown of a copy; only who asked for it can take it."""
        row, stuck = found.row, found.is_stuck
        word, tone = COPY_WORDS[row.status]
        if stuck:
            word, tone = ("Not taken", "") if row.status == "asked" else COPY_WORDS["broken"]
        is_mine = row.created_by == me
        ready = row.status == "asked" and not stuck and is_mine
        again = found.may_begin_again and is_mine
        return cls(
            id=row.id,
            who=found.who,
            when=moment_text(row.created_at),
            why=found.why,
            word=word,
            tone=tone,
            detail=_detail(found),
            path=f"/copies/{row.id}.zip" if ready or again else "",
            done=row.files_done,
            total=row.files_total,
            is_ready=ready,
            is_again=again,
            runs=row.status in ("asked", "making") and not stuck,
        )


def _detail(found: CopyRow) -> str:
    row = found.row
    if row.status != "made":
        return ""
    parts = [several(row.files_total - row.failed, "file"), size_text(row.file_size or 0)]
    if row.left_out:
        parts.append(f"{several(len(row.left_out), 'document')} left out")
    if row.failed:
        parts.append(f"{row.failed} did not open")
    at = f"{local(row.finished_at):%H:%M}" if row.finished_at else ""
    return f"{', '.join(parts)}, done at {at}"


def size_text(size: int) -> str:
    """Return 3.4 MB."""
    for unit, word in SIZES:
        if size >= unit:
            return f"{size / unit:.1f} {word}"
    return f"{size} bytes"


@dataclass(frozen=True, slots=True)
class PaperTick:
    """A document that may be left out of a copy."""

    box: str
    label: str

    @classmethod
    def of(cls, paper: Paper) -> "PaperTick":
        """Return the tick of a document."""
        return cls(f"leave-{paper.id}", f"{paper.name} ({paper.case}, {size_text(paper.size)})")
