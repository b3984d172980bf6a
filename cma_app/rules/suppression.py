"""Small numbers kept out of what leaves a centre, so that none can be worked out from the rest.

A count of fewer people than the limit is not shown. Nor is any figure without which it could be
worked out: for each figure that is kept back there is another value which would fit all that is
shown, found by changing the others that are kept back with it. Where no such value is found, one
more figure is kept back, and in the end all of its table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Shown = Literal["shown", "few", "hidden"]
"""A figure is shown; is fewer than the limit and at least one; or is not shown at all."""

MOST_STEPS: Final = 4000
"""How long another value is looked for; where it takes longer, more is kept back instead."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and how many people are behind it. `follows` is the count that a sum belongs to.

    `least` is what a reader knows of it in any case: of a part that is only named where it is, one.
    """

    value: int | Decimal
    people: int
    follows: str = ""
    least: int = 0


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known of figures: the total is the sum of its parts."""

    total: str
    parts: tuple[str, ...]


def protect(cells: Mapping[str, Cell], sums: Sequence[Sum], limit: int) -> dict[str, Shown]:
    """Return how each figure is shown, so that none kept back can be worked out from the others.

    Whoever reads them may know the limit, every total that is shown, and that no figure is below
    nil.
    """
    return _Keeper(cells, sums, limit).states()


class _Keeper:
    """One set of tables while it is decided which of its figures are kept back."""

    def __init__(self, cells: Mapping[str, Cell], sums: Sequence[Sum], limit: int) -> None:
        self.cells, self.sums, self.limit = cells, sums, limit
        self.back: dict[str, Shown] = {}
        self.of: dict[str, list[Sum]] = {name: [] for name in cells}
        for each in sums:
            for name in (each.total, *each.parts):
                self.of[name].append(each)
        self.followers: dict[str, list[str]] = {}
        for name, cell in cells.items():
            if cell.follows:
                self.followers.setdefault(cell.follows, []).append(name)

    def states(self) -> dict[str, Shown]:
        """Keep back the small ones, then more until every one of them is safe."""
        for name, cell in self.cells.items():
            if 0 < cell.people < self.limit:
                few = not cell.follows and 0 < cell.value < self.limit
                self._hide(name, "few" if few else "hidden")
        loose = self._loose()
        while loose is not None and self._hide_more(loose):
            loose = self._loose()
        return {name: self.back.get(name, "shown") for name in self.cells}

    def _hide(self, name: str, how: Shown = "hidden") -> None:
        self.back.setdefault(name, how)
        for each in self.followers.get(name, []):
            self.back.setdefault(each, "hidden")

    def _loose(self) -> str | None:
        """Return a figure kept back that could have no other value; None where there is none."""
        return next((name for name in sorted(self.back) if not self._has_another(name)), None)

    def _hide_more(self, loose: str) -> bool:
        """Keep back one more of the tables around a figure; say whether anything was left to do."""
        for around in (self.of[loose], self._component(loose)):
            found = self._next(around)
            if found is not None:
                self._hide(found)
                return True
        few = [name for name in self._names(self._component(loose)) if self._is_few(name)]
        for name in few:
            self.back[name] = "hidden"
        return bool(few)

    def _next(self, around: Iterable[Sum]) -> str | None:
        """Return what to keep back next: the smallest part, one of nil, then a total."""
        around = list(around)
        totals = {each.total for each in around}
        shown = [name for name in self._names(around) if name not in self.back]
        ranked = sorted(
            shown,
            key=lambda name: (
                name in totals,
                not self.cells[name].value,
                self.cells[name].value,
                name,
            ),
        )
        return ranked[0] if ranked else None

    def _component(self, name: str) -> list[Sum]:
        """Return every sum that hangs together with a figure by figures kept back."""
        found: list[Sum] = []
        waiting = [name]
        while waiting:
            for each in self.of[waiting.pop()]:
                if each in found:
                    continue
                found.append(each)
                waiting += [other for other in (each.total, *each.parts) if other in self.back]
        return found

    def _names(self, around: Iterable[Sum]) -> list[str]:
        return list(dict.fromkeys(n for each in around for n in (each.total, *each.parts)))

    def _is_few(self, name: str) -> bool:
        return self.back.get(name) == "few"

    def _has_another(self, name: str) -> bool:
        """Say whether a figure may be one more or one less with all that is shown still true."""
        for step in (1, -1):
            if self._fits(name, step):
                self.steps = 0
                if self._settled({name: step}):
                    return True
        return False

    def _fits(self, name: str, step: int) -> bool:
        value = self.cells[name].value + step * self._unit(name)
        if self._is_few(name):
            return 1 <= value < self.limit
        return value >= self.cells[name].least

    def _unit(self, name: str) -> int | Decimal:
        return Decimal("0.01") if self.cells[name].follows else 1

    def _settled(self, steps: dict[str, int]) -> bool:
        """Say whether the sums that a change has upset can be made good by changing others."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            return False
        upset = next(
            ((each, off) for each in self._touched(steps) if (off := _off(each, steps))), None
        )
        if upset is None:
            return True
        each, off = upset
        for other in sorted(
            (name for name in (each.total, *each.parts) if name in self.back and name not in steps),
            key=lambda name: (self._is_few(name), len(self.of[name]), name),
        ):
            step = -1 if (other == each.total) == (off > 0) else 1
            if self._fits(other, step) and self._settled({**steps, other: step}):
                return True
        return False

    def _touched(self, steps: Mapping[str, int]) -> list[Sum]:
        return [each for name in steps for each in self.of[name]]


def _off(each: Sum, steps: Mapping[str, int]) -> int:
    """Return by how much a total is too large for its parts after some changes."""
    return steps.get(each.total, 0) - sum(steps.get(part, 0) for part in each.parts)
