"""The outcomes and funder report of a centre: every figure of a period, and the rows behind each.

A figure and its rows are one question, so that they agree. Nothing is counted that the reader may
not see, but for the answers kept for monitoring, which come as counts alone and for whole months.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import NotFound
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.rules.caseload_weights import first_weights, weights_on
from cma_app.rules.outcomes import UNKNOWN, Definitions, Figure, cell_name, definitions_on, tables
from cma_app.rules.parameters import parameter
from cma_app.rules.report_periods import Days
from cma_app.rules.suppression import Cell, Shown, Sum, protect
from cma_app.services.emergencies import KINDS
from cma_app.services.outcome_rows import BASIS, MONITORED, counting, rows_of
from cma_app.services.outcome_words import MONITORED as ASKED
from cma_app.services.outcome_words import NAMED_WHERE_FOUND, NOT_RECORDED, Words, part_words
from cma_app.session import CentreSession
from cma_app.settings import settings
from models import User

Cells = dict[str, Cell]
NIL: Final = Decimal("0.00")
# Behind row security the planner expects a handful of rows, and would compare each with each.
_IN_HASHES: Final = text("SELECT set_config('enable_nestloop', 'off', true)")


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a period by one version of their definitions.

    `cells` are what the centre counted. `leaving` says how each is shown outside it, and
    `monitored` how the answers for monitoring are shown to anybody.
    """

    days: Days
    definitions: Definitions
    centre: str
    made_by: str
    made_at: datetime
    limit: int
    cells: Mapping[str, Cell]
    words: Mapping[str, Words]
    leaving: Mapping[str, Shown]
    monitored: Mapping[str, Shown]

    def parts(self, figure: Figure) -> list[tuple[str, str]]:
        """Return the parts of a breakdown with their words, in order."""
        return list(self.words[figure.code].items())

    @property
    def kept_back(self) -> list[str]:
        """Return the names of the figures that do not leave the centre as they are."""
        return [name for name, how in self.leaving.items() if how != "shown"]


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One thing that a figure counted: whose it is, in which case (0: in none), on which day."""

    case_id: int
    client_id: int
    reference: str
    client: str
    advisor: str
    amount: Decimal | None
    day: date | None


@dataclass(frozen=True, slots=True)
class CountedRows:
    """A page of what a figure counted, and what the figure and its part are called."""

    figure: Figure
    part: str
    page: Page[CountedRow]


@dataclass
class _Found:
    """What the one question answered, while it is put in order."""

    cells: Cells = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)


def read_report(session: CentreSession, days: Days) -> Report:
    """Return every figure of a period, by the definitions of its last day."""
    session.authorize(Act.REPORT_SEE)
    definitions = definitions_on(days.last)
    limit = least_count(days.last)
    found = _count(session, days, definitions)
    words = _words(session, definitions, found)
    cells = _filled(definitions, found, words)
    sums = tables(definitions, cells)
    return Report(
        days=days,
        definitions=definitions,
        centre=session.actor.centre_name,
        made_by=session.actor.name,
        made_at=now(),
        limit=limit,
        cells=cells,
        words=words,
        leaving=_ratings_together(protect(cells, sums, limit)),
        monitored=_monitored(cells, sums, limit),
    )


def least_count(day: date) -> int:
    """Return the least count that leaves a centre: the rule's of a day, or a setting above it."""
    rule = parameter("report_least_count")
    known = int(rule.on(max(day, rule.values[0].start)))
    return max(known, settings().report_least_count)


def list_rows(
    session: CentreSession, days: Days, *, figure: str, part: str = "", number: int = 1
) -> CountedRows:
    """Return a page of the rows behind a figure or one of its parts, the newest first.

    NotFound for a figure whose rows nobody is shown.
    """
    session.authorize(Act.REPORT_SEE)
    definitions = definitions_on(days.last)
    asked = definitions.figures.get(figure)
    if asked is None or not asked.opens:
        raise NotFound
    rows = rows_of(definitions)[figure]
    session.execute(_IN_HASHES)
    found = session.execute(
        text(
            f"WITH {BASIS}, open AS MATERIALIZED (SELECT * FROM ({rows}) r"
            " WHERE :part = '' OR part = :part)"
            " SELECT n.total, r.* FROM (SELECT count(*) AS total FROM open) n"
            " LEFT JOIN (SELECT o.*, k.case_reference, k.advisor_id,"
            " concat_ws(' ', p.first_name, p.last_name) AS client"
            " FROM open o JOIN clients p ON p.centre_id = :centre AND p.id = o.person"
            " LEFT JOIN k ON k.id = o.case_id"
            " ORDER BY o.day DESC NULLS LAST, o.case_id, o.person, o.part, o.amount"
            " LIMIT :size OFFSET :before) r ON true"
        ),
        {
            **_asked(session, days),
            "part": part,
            "size": PAGE_SIZE,
            "before": offset_of(number),
        },
    ).all()
    listed = [row for row in found if row.person is not None]
    names = _names(session, {row.advisor_id for row in listed})
    return CountedRows(
        figure=asked,
        part=_part_word(session, definitions, asked, part),
        page=Page(
            [
                CountedRow(
                    case_id=row.case_id or 0,
                    client_id=row.person,
                    reference=row.case_reference or "",
                    client=row.client,
                    advisor=names.get(row.advisor_id, ""),
                    amount=row.amount,
                    day=row.day,
                )
                for row in listed
            ],
            found[0].total,
            number,
        ),
    )


def _count(session: CentreSession, days: Days, definitions: Definitions) -> _Found:
    """Ask for every figure in one statement."""
    branches = [
        counting(definitions.figures[code], rows)
        for code, rows in rows_of(definitions).items()
        if code in definitions.figures
    ]
    if days.is_whole_months:
        branches.append(MONITORED)
    session.execute(_IN_HASHES)
    answered = session.execute(
        text(f"WITH {BASIS} {' UNION ALL '.join(branches)}"), _asked(session, days)
    )
    found = _Found()
    for row in answered:
        _take(found, definitions.figures[row.figure], row)
    return found


def _take(found: _Found, figure: Figure, row: Any) -> None:
    """Keep one line of the answer: a figure itself, or one of its parts."""
    if row.is_whole and (figure.of or figure.across):
        return
    part = "" if row.is_whole else row.part
    if not row.is_whole and not figure.of:
        return
    least = int(figure.parts in NAMED_WHERE_FOUND)
    name = cell_name(figure.code, part)
    if not figure.sum_alone:
        found.cells[name] = Cell(row.many, row.people, least=least)
    if figure.money:
        amount = Decimal(row.amount or 0)
        found.cells[cell_name(figure.code, part, money=True)] = Cell(amount, row.people, name)
    if part:
        found.parts.setdefault(figure.code, []).append(part)


def _words(session: CentreSession, definitions: Definitions, found: _Found) -> Mapping[str, Words]:
    """Return what the parts of each breakdown are called, those that were found besides."""
    lists = part_words(definitions)
    people = _names(
        session, {int(each) for each in found.parts.get("open_by_advisor", ()) if each.isdigit()}
    )
    known = {**lists, "advisor": {str(each): name for each, name in people.items()}}
    words: dict[str, Words] = {}
    for figure in definitions.figures.values():
        if figure.across:
            words[figure.code] = {}
        elif figure.of:
            said = known[figure.parts]
            more = [each for each in sorted(found.parts.get(figure.code, ())) if each not in said]
            words[figure.code] = _last_unknown(
                said | {each: _said(each, is_name=_is_name(figure)) for each in more}
            )
    return words


def _is_name(figure: Figure) -> bool:
    """Say whether a part is called what it is, such as a postcode district."""
    return figure.parts == "district"


def _last_unknown(words: Words) -> Words:
    """Return the words with what is not recorded at the end."""
    known = {code: word for code, word in words.items() if code != UNKNOWN}
    return known | ({UNKNOWN: words[UNKNOWN]} if UNKNOWN in words else {})


def _said(code: str, *, is_name: bool = False) -> str:
    if code == UNKNOWN:
        return NOT_RECORDED
    return code if is_name else code.replace("_", " ").capitalize()


def _filled(definitions: Definitions, found: _Found, words: Mapping[str, Words]) -> Cells:
    """Return the cells in order, with nil for each part that is named and has nobody in it."""
    cells: Cells = {}
    for figure in definitions.figures.values():
        for part in _asked_parts(figure, found, words):
            name = cell_name(figure.code, part)
            if not figure.sum_alone:
                cells[name] = found.cells.get(name, Cell(0, 0))
            if figure.money:
                sum_ = cell_name(figure.code, part, money=True)
                cells[sum_] = found.cells.get(sum_, Cell(NIL, 0, name))
    return cells


def _asked_parts(figure: Figure, found: _Found, words: Mapping[str, Words]) -> Iterable[str]:
    """Return the parts that a figure has; of answers for monitoring the rest is not recorded."""
    if figure.across:
        return [f"{row}/{column}" for row in words[figure.of] for column in words[figure.across]]
    if not figure.of:
        return [""]
    if figure.parts not in ASKED:
        return list(words[figure.code])
    given = found.parts.get(figure.code, ())
    if not given:
        return []
    answered = sum(found.cells[cell_name(figure.code, part)].value for part in given)
    rest = int(found.cells[figure.of].value - answered)
    found.cells[cell_name(figure.code, UNKNOWN)] = Cell(rest, rest)
    return list(words[figure.code])


def _ratings_together(leaving: dict[str, Shown]) -> dict[str, Shown]:
    """Return what leaves with all ratings or none: their mean would tell the ones kept back."""
    ratings = [name for name in leaving if name.startswith("feedback_by_rating/")]
    if all(leaving[name] == "shown" for name in ratings):
        return leaving
    hidden: dict[str, Shown] = dict.fromkeys(ratings, "hidden")
    return leaving | hidden


def _monitored(cells: Cells, sums: list[Sum], limit: int) -> dict[str, Shown]:
    """Return how the answers for monitoring are shown to whoever sees all the other figures.

    The total is shown to them in any case: where it would be kept back, no answer is shown.
    """
    about = [each for each in sums if each.parts[0].split("/")[0] in _monitored_figures()]
    totals = {each.total for each in about}
    names = totals.union(*(each.parts for each in about))
    states = protect({name: cells[name] for name in cells if name in names}, about, limit)
    is_safe = all(states[total] == "shown" for total in totals)
    return {name: states[name] if is_safe else "hidden" for name in states if name not in totals}


def _monitored_figures() -> set[str]:
    return {f"seen_by_{question}" for question in ASKED}


def _asked(session: CentreSession, days: Days) -> dict[str, Any]:
    return {
        "centre": session.actor.centre_id,
        "first": days.first,
        "last": days.last,
        "begins": days.begins,
        "ends": days.ends,
        "today": today(),
        "emergencies": list(KINDS),
        "weights": json.dumps(_weights(days.last)),
    }


def _weights(day: date) -> dict[str, str]:
    """Return what an open case counts by its stage on a day, and an emergency besides."""
    found = weights_on(max(day, first_weights()))
    by_stage = {stage.value: str(weight) for stage, weight in found.stages.items()}
    return {**by_stage, "emergency": str(found.emergency)}


def _part_word(session: CentreSession, definitions: Definitions, figure: Figure, part: str) -> str:
    """Return what a part of a figure is called, empty for the whole of it."""
    if not part:
        return ""
    if figure.across:
        row, _, column = part.partition("/")
        of, across = definitions.figures[figure.of], definitions.figures[figure.across]
        return f"{_word(definitions, of, row)}, {_word(definitions, across, column).lower()}"
    if figure.parts == "advisor":
        people = _names(session, {int(part)} if part.isdigit() and len(part) < 10 else ())
        return next(iter(people.values()), "")
    return _word(definitions, figure, part)


def _word(definitions: Definitions, figure: Figure, part: str) -> str:
    known = part_words(definitions).get(figure.parts, {})
    return known.get(part) or _said(part, is_name=_is_name(figure))


def _names(session: CentreSession, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({each for each in ids if each})
    if not wanted:
        return {}
    people = session.exec(select(User).where(col(User.id).in_(wanted)).order_by(col(User.id)))
    return {user.id: user.full_name for user in people}
