"""The outcomes report as a file that leaves the centre: small numbers kept back, nobody named.

It says its period, the version of its definitions, when and by whom it was made, and what was kept
back. That it was taken is in the audit log.
"""

import json
from decimal import Decimal
from typing import Final

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import NotFound
from cma_app.printing.sheets import CSV, XLSX, Rows, Sheet, Value, to_csv, to_xlsx
from cma_app.rules.outcomes import Figure, cell_name
from cma_app.rules.report_periods import Days
from cma_app.rules.suppression import Shown
from cma_app.services.issued_files import Printed, safe_name
from cma_app.services.outcomes import Report, read_report
from cma_app.session import CentreSession
from models import User

ENDINGS: Final = {"csv": (CSV, to_csv), "xlsx": (XLSX, to_xlsx)}
HEADS: Final = ("Section", "Figure", "Part", "Counted in", "Number", "Sum is", "Sum")
NOT_SHOWN: Final = "not shown"


def export_report(session: CentreSession, days: Days, *, ending: str) -> Printed:
    """Return the report of a period as a file; `ending` is csv or xlsx, else NotFound."""
    session.authorize(Act.REPORT_EXPORT)
    if ending not in ENDINGS:
        raise NotFound
    report = read_report(session, days)
    media_type, write = ENDINGS[ending]
    session.authorize(Act.REPORT_EXPORT)
    session.record_event(
        Act.REPORT_EXPORT.value,
        record=session.require(User, session.actor.user_id),
        values=json.dumps(
            {
                "from": days.first.isoformat(),
                "to": days.last.isoformat(),
                "definitions": report.definitions.version,
                "limit": report.limit,
                "kept_back": len(report.kept_back),
                "ending": ending,
            }
        ),
    )
    name = safe_name(
        session.actor.centre_code,
        "outcomes",
        days.first.isoformat(),
        "to",
        days.last.isoformat(),
        ending=ending,
    )
    return Printed(name, media_type, write(sheets_of(report)))


def sheets_of(report: Report) -> list[Sheet]:
    """Return the tables of a report as they leave the centre."""
    return [
        Sheet("Report", _about(report), head=None),
        Sheet("Figures", [HEADS, *_figures(report)]),
        Sheet("Definitions", [("Figure", "How it is counted", "Source"), *_definitions(report)]),
    ]


def _about(report: Report) -> Rows:
    made, limit = local(report.made_at), report.limit
    kept_back = len(report.kept_back)
    return [
        ("Outcomes report", report.centre),
        ("From", f"{report.days.first:%d %B %Y}"),
        ("To", f"{report.days.last:%d %B %Y}"),
        ("Definitions", f"Version {report.definitions.version}"),
        ("Made", f"{made:%d %B %Y, %H:%M}"),
        ("Made by", report.made_by),
        (
            "Small numbers",
            (
                f"A number of fewer than {limit} people is shown as fewer than {limit}, and is at"
                " least one. What it could be worked out from is not shown, nor are sums of so few."
            ),
        ),
        ("Figures kept back", f"{kept_back} of {len(report.leaving)}"),
        (
            "Answers for monitoring",
            "Sex, ethnic group and disability are counted for whole calendar months."
            if report.days.is_whole_months
            else "Not counted: the period is not made of whole calendar months.",
        ),
        ("Counted from", "Files that whoever made the report may see."),
        *[(f"Not counted: {what}", why) for what, why in report.definitions.not_counted],
    ]


def _figures(report: Report) -> Rows:
    rows: list[tuple[Value, ...]] = []
    for figure in report.definitions.figures.values():
        section = report.definitions.sections[figure.section]
        for part, word in _lines(report, figure):
            number, sum_ = shown(report, figure, part), shown(report, figure, part, money=True)
            if number is None and sum_ is None:
                continue
            rows.append(
                (
                    section,
                    figure.label,
                    word,
                    figure.counts,
                    "" if number is None else number,
                    figure.money if sum_ is not None else "",
                    "" if sum_ is None else sum_,
                )
            )
    return rows


def _lines(report: Report, figure: Figure) -> list[tuple[str, str]]:
    """Return the parts of a figure as they leave the centre: advisors have numbers for names."""
    if figure.across:
        return [
            (f"{row}/{column}", f"{said}: {other}")
            for row, said in report.words[figure.of].items()
            for column, other in report.words[figure.across].items()
        ]
    if not figure.of:
        return [("", "All")]
    if figure.parts == "advisor":
        return [
            (part, f"Advisor {number}")
            for number, (part, _) in enumerate(report.parts(figure), start=1)
        ]
    return report.parts(figure)


def shown(report: Report, figure: Figure, part: str, *, money: bool = False) -> Value | None:
    """Return a figure as it leaves the centre, None where it has no such number."""
    name = cell_name(figure.code, part, money=money)
    if name not in report.cells:
        return None
    said = in_words(report.leaving[name], report.limit)
    return said or _plain(report.cells[name].value, days=figure.median)


def in_words(how: Shown, limit: int) -> str:
    """Return what stands in the place of a figure that is kept back, empty where none is."""
    return {"shown": "", "few": f"fewer than {limit}", "hidden": NOT_SHOWN}[how]


def _plain(value: int | Decimal, *, days: bool) -> Value:
    return int(value) if days else value


def _definitions(report: Report) -> Rows:
    return [
        (
            figure.label,
            figure.words,
            figure.reference.title
            + (f" ({figure.reference.href})" if figure.reference.href else ""),
        )
        for figure in report.definitions.figures.values()
    ]
