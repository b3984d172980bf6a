"""Whether this run looks at everything: set from `--deep` before the first test."""

from collections.abc import Iterable
from typing import Any

import pytest

deep = False


def others_deep(each_of: Iterable[Any]) -> list[Any]:
    """Return values for a test: the first in every run, the others with `--deep` alone."""
    first, *others = each_of
    return [first, *(_deep(each) for each in others)]


def _deep(value: Any) -> Any:
    said = value if isinstance(value, tuple) else (value,)
    return pytest.param(*said, marks=pytest.mark.deep)
