"""What the advice tab shows of each recommendation, and what its boxes begin with, as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cma_app.clock import today
from cma_app.rules.nations import NATIONS
from cma_app.rules.solutions import Solution, solution_groups, solution_word, solutions_on
from cma_app.services.recommendation_forms import OTHER, STATUS_WORDS
from cma_app.services.recommendations import AdvicePage, Version
from cma_app.services.sign_off_advice import choice_line
from models import Recommendation
from state.breathing_space_views import split_day
from state.words import day_text

Boxes = dict[str, str]
CHOOSE: Final = ("", "Choose")
TONES: Final = {"completed": "good", "failed": "late", "stopped": "late"}
PARTS: Final = ("day", "month", "year")
CHOICE_TEXTS: Final = ("choice", "chosen", "choice_note")
TEXTS: Final = ("solution", "reasons", "others_words", "costs_told", *CHOICE_TEXTS)
NO_OPTIONS: Final = {group: list[tuple[str, str]]() for group in solution_groups()}


@dataclass(frozen=True, slots=True)
class OptionBox:
    """One option of the list: the box that says why it suits less."""

    code: str
    label: str
    box: str
    said: str


@dataclass(frozen=True, slots=True)
class AdviceView:
    """One version of the advice; `id` is 0 where there is none."""

    id: int = 0
    version: int = 0
    name: str = ""
    solution: str = ""
    said: str = ""
    given: str = ""
    reasons: str = ""
    others: list[tuple[str, str]] = field(default_factory=list)
    others_words: str = ""
    costs: str = ""
    choice: str = ""
    choice_day: str = ""
    choice_note: str = ""
    status: str = ""
    status_word: str = ""
    tone: str = ""
    days: str = ""
    progress_note: str = ""
    past: str = ""
    under: str = ""
    instead: list[tuple[str, str]] = field(default_factory=list)
    choice_boxes: Boxes = field(default_factory=dict)
    progress_boxes: Boxes = field(default_factory=dict)

    @classmethod
    def of(cls, found: Version) -> "AdviceView":
        """Return what is shown of a version."""
        row = found.row
        signed = row.given_by is not None and row.given_by != row.advised_by
        return cls(
            id=row.id,
            version=row.version,
            name=f"Version {row.version_no}",
            solution=row.solution_word,
            said=f"{day_text(row.advised_on)} by {found.advised_by}",
            given=f"Signed off by {found.given_by}" if signed else "",
            reasons=row.reasons,
            others=[(solution_word(code, row.nation), why) for code, why in row.others.items()],
            others_words=row.others_words or "",
            costs=row.costs_told,
            choice=choice_line(row),
            choice_day=day_text(row.chosen_on),
            choice_note=row.choice_note or "",
            status=row.status,
            status_word=STATUS_WORDS.get(row.status, "Prepared, not given"),
            tone=TONES.get(row.status, ""),
            days=_days(row),
            progress_note=row.progress_note or "",
            past=f"Superseded {day_text(row.superseded_on)}" if row.superseded_on else "",
            under=found.under,
            instead=[] if row.superseded_on else _instead(solutions_on(row.advised_on, row.nation)),
            choice_boxes=_choice_boxes(row),
            progress_boxes=_progress_boxes(row),
        )


def _instead(options: Mapping[str, Solution]) -> list[tuple[str, str]]:
    """Return what a client can choose instead: of the nation and day that the advice was for."""
    return [CHOOSE, *((code, each.label) for code, each in options.items())]


def _days(row: Recommendation) -> str:
    started, ended = day_text(row.started_on), day_text(row.ended_on)
    if started and ended:
        return f"{started} to {ended}"
    return f"From {started}" if started else f"On {ended}" if ended else ""


def _dated(name: str, day: date | None) -> Boxes:
    return dict(zip((f"{name}-{part}" for part in PARTS), split_day(day), strict=True))


def _choice_boxes(row: Recommendation) -> Boxes:
    return {
        "choice": row.choice or "",
        "chosen": row.chosen or "",
        "choice_note": row.choice_note or "",
        **_dated("chosen_on", row.chosen_on),
    }


def _progress_boxes(row: Recommendation) -> Boxes:
    return {
        "status": row.status,
        "progress_note": row.progress_note or "",
        **_dated("started_on", row.started_on),
        **_dated("ended_on", row.ended_on),
    }


def advice_boxes(row: Recommendation | None, *, anew: bool = False) -> Boxes:
    """Return what the boxes of the form begin with; advice `anew` has its own day and choice."""
    values = {name: str(getattr(row, name, None) or "") for name in TEXTS}
    day = row.advised_on if row is not None and not anew else today()
    if anew:
        values |= dict.fromkeys(CHOICE_TEXTS, "")
    others = row.others if row is not None else {}
    return {
        **values,
        **{f"{OTHER}{code}": why for code, why in others.items()},
        **_dated("advised_on", day),
    }


def option_boxes(options: Mapping[str, Solution], said: Boxes) -> list[OptionBox]:
    """Return a box for each option, with what was said of it."""
    return [
        OptionBox(code, each.label, f"{OTHER}{code}", said.get(f"{OTHER}{code}", ""))
        for code, each in options.items()
        if code != "none"
    ]


@dataclass(frozen=True, slots=True)
class AdvicePageView:
    """The tab but for its form: what stands, what was before it, and the options by group."""

    case_id: int = 0
    nation: str = ""
    is_at_work: bool = False
    has_draft: bool = False
    draft: AdviceView = AdviceView()
    draft_by: str = ""
    may_discard: bool = False
    standing: AdviceView = AdviceView()
    earlier: list[AdviceView] = field(default_factory=list)
    groups: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: dict(NO_OPTIONS))
    instead: list[tuple[str, str]] = field(default_factory=list)
    sources: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, page: AdvicePage) -> "AdvicePageView":
        """Return what is shown of a case's advice."""
        views = [AdviceView.of(each) for each in page.given]
        standing = [each for each in views if not each.past]
        return cls(
            case_id=page.case_id,
            nation=NATIONS[page.nation],
            is_at_work=page.is_at_work,
            has_draft=page.draft is not None,
            draft=AdviceView.of(page.draft) if page.draft else AdviceView(),
            draft_by=page.draft.advised_by if page.draft else "",
            may_discard=page.may_discard,
            standing=standing[0] if standing else AdviceView(),
            earlier=[each for each in views if each.past],
            groups={
                group: [
                    (each.code, each.label) for each in page.options.values() if each.group == group
                ]
                for group in solution_groups()
            },
            instead=_instead(page.options),
            sources=_sources(page.options),
        )


def _sources(options: Mapping[str, Solution]) -> list[tuple[str, str]]:
    """Return each source of the list once, with what it is the source of."""
    found: dict[str, list[str]] = {}
    for each in options.values():
        found.setdefault(each.reference.title, []).append(each.label)
    return [(", ".join(labels), title) for title, labels in found.items()]
