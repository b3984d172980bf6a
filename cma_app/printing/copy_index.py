"""The readable index of a copy of everything about a client: one page without a script, to print.

It leaves the centre in a ZIP, so its style is in it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-bottom: 2px solid; padding-bottom: .25rem; }
dl { margin: 0 0 1rem; padding: .75rem 1rem; border: 1px solid #8888; border-radius: 6px; }
dl > div { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .1rem 1rem; }
dl > div { padding: .1rem 0; }
dt { opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
nav ul { columns: 2; padding-left: 1.2rem; }
.count { opacity: .75; font-weight: normal; }
@media (max-width: 30rem) { nav ul { columns: 1; } dl > div { grid-template-columns: 1fr; } }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  dl { break-inside: avoid; }
  nav { display: none; }
}
"""
ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d[+-]\d\d:\d\d)?")
WORDS: Final = {
    "id": "Number in our records",
    "date_of_birth": "Date of birth",
    "national_insurance_number": "National Insurance number",
    "gdpr_deletion_request": "Erasure was asked for",
    "gdpr_deletion_date": "To be erased on",
    "file_in_this_copy": "File in this copy",
    "address_line1": "Address, first line",
    "address_line2": "Address, second line",
}
"""Names of columns that do not read well with spaces alone."""


def index_page(
    about: Mapping[str, Any],
    sections: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
    opened: Sequence[Mapping[str, Any]],
    left_out: Mapping[str, str],
) -> str:
    """Return the page: what this is, each section with its rows, what was left out and why.

    Empty answers are not printed; they stand in the JSON. Every text is escaped.
    """
    filled = [
        (f"part-{number}", title, rows) for number, (title, rows) in enumerate(sections) if rows
    ]
    empty = [title for title, rows in sections if not rows]
    parts = [
        _head(about),
        _contents(filled),
        *[_section(at, title, rows) for at, title, rows in filled],
        _section("opened", "When your record was opened", opened),
        _left_out(left_out, empty),
    ]
    title = escape(f"Everything we hold about {about['about']}")
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _head(about: Mapping[str, Any]) -> str:
    controller = about["controller"]
    who = [controller[name] for name in ("name", "address", "phone", "email") if controller[name]]
    said = {
        "Reference": about["reference"],
        "Kept by": "\n".join(who),
        "What for": about["what_for"],
        "Copied on": about["made_at"],
        "Copied by": about["made_by"],
        "Because of": about["made_because"],
        "If something is wrong": about["complaints"],
    }
    return (
        f"<h1>Everything we hold about {escape(str(about['about']))}</h1>"
        "<p>The same, for another service to read, is in everything.json. The documents and letters"
        " lie beside this page, as they are named below.</p>"
        f"<dl>{''.join(_pair(name, value) for name, value in said.items())}</dl>"
    )


def _contents(filled: Sequence[tuple[str, str, Sequence[Any]]]) -> str:
    lines = [
        f'<li><a href="#{at}">{escape(title)}</a> <span class="count">{len(rows)}</span></li>'
        for at, title, rows in filled
    ]
    more = (
        '<li><a href="#opened">When your record was opened</a></li>'
        '<li><a href="#left-out">What was left out, and why</a></li>'
    )
    return f'<nav aria-label="Contents"><ul>{"".join(lines)}{more}</ul></nav>'


def _section(at: str, title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    inside = "".join(f"<dl>{_row(row)}</dl>" for row in rows) or "<p>Nothing.</p>"
    return f'<h2 id="{at}">{escape(title)} <span class="count">({len(rows)})</span></h2>{inside}'


def _row(row: Mapping[str, Any]) -> str:
    shown = {name: value for name, value in row.items() if name != "id"}
    return "".join(
        _pair(_words(name), value)
        for name, value in shown.items()
        if value not in (None, "", [], {})
    )


def _left_out(left_out: Mapping[str, str], empty: Sequence[str]) -> str:
    said = "".join(_pair(name, why) for name, why in left_out.items())
    nothing = f"<p>We hold nothing under: {escape(', '.join(empty).lower())}.</p>" if empty else ""
    return f'<h2 id="left-out">What was left out, and why</h2><dl>{said}</dl>{nothing}'


def _pair(name: str, value: Any) -> str:
    if name.endswith("in this copy") and isinstance(value, str):
        href = escape(value, quote=True)
        shown = f'<a href="{href}">{escape(value)}</a>'
    else:
        shown = escape(_said(value))
    return f"<div><dt>{escape(name)}</dt><dd>{shown}</dd></div>"


def _words(name: str) -> str:
    return (
        WORDS.get(name)
        or re.sub("^(is|are|has)_", "", name)
        .removesuffix("_id")
        .replace("_", " ")
        .strip()
        .capitalize()
    )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        return "; ".join(f"{_words(str(name))}: {_said(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, str) and ISO.fullmatch(value):
        return _day(value)
    return "" if value is None else str(value)


def _day(written: str) -> str:
    """Return 2 Apr 1979, or 2 Apr 1979, 09:00, of what the JSON writes for machines."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    day = f"{moment.day} {moment:%b %Y}"
    return f"{day}, {moment:%H:%M}" if "T" in written else day
