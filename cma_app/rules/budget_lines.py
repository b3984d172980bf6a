"""A budget line as an editor sees it, so that two people on one line are told of each other."""

from collections.abc import Mapping
from typing import Any


def line_stamp(stored: Mapping[str, Any] | None) -> str:
    """Return a stored line in one text to compare by; an empty text where there is no line."""
    if not stored:
        return ""
    parts = [str(stored.get(name, "")) for name in ("amount", "frequency", "note")]
    if stored.get("payslips"):
        parts.append(";".join(stored["payslips"]))
    return "|".join(parts)
