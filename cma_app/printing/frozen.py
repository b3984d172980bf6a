"""Frozen values to and from plain dictionaries of strings, exactly, for a JSONB column.

Every leaf is a string or None: a Decimal keeps its pence, a date is ISO, a yes or no is "true" or
"false". What was frozen under an older edition of a class may lack a field that has a default.
"""

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from cma_app.errors import CmaError

T = TypeVar("T")


class Unreadable(CmaError):
    """What was kept of a printed page does not have the shape it should."""

    sentence = "This printed page was kept in a form that cannot be read."


def to_json(value: Any) -> Any:
    """Return a frozen value as dictionaries, lists and strings."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_json(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | int):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be frozen")


def from_json(kind: type[T], content: Any) -> T:
    """Return the value of a class that `to_json` made; another shape raises Unreadable."""
    try:
        return _read(kind, content)
    except (TypeError, ValueError, ArithmeticError, AttributeError, KeyError) as error:
        raise Unreadable from error


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, content: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = next(part for part in get_args(kind) if part is not type(None))
        return None if content is None else _read(inner, content)
    if origin is tuple:
        if not isinstance(content, list):
            raise TypeError("a list is missing")
        return tuple(_read(get_args(kind)[0], part) for part in content)
    if is_dataclass(kind):
        return _dataclass(kind, content)
    if not isinstance(content, str):
        raise TypeError("a text is missing")
    return _leaf(kind, content)


def _dataclass(kind: Any, content: dict[str, Any]) -> Any:
    known = {field.name: field for field in fields(kind)}
    if set(content) - set(known):
        raise KeyError(f"unknown: {sorted(set(content) - set(known))}")
    for name, field in known.items():
        if name not in content and field.default is MISSING:
            raise KeyError(name)
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], part) for name, part in content.items()})


def _leaf(kind: Any, text: str) -> Any:
    if kind is str:
        return text
    if kind is bool:
        return {"true": True, "false": False}[text]
    if kind is Decimal:
        return Decimal(text)
    if kind is int:
        return int(text)
    if kind is datetime:
        return datetime.fromisoformat(text)
    if kind is date:
        return date.fromisoformat(text)
    raise TypeError(f"{kind} cannot be read")
