"""Nothing kept back can be worked out: by linear algebra, or by bounds, from all that is shown.

The tests solve the tables by themselves, exactly, and share no code with the rule.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cma_app.rules.suppression import Cell, Shown, Sum, protect

LIMIT = 5
Values = dict[str, int]


def counts(values: Mapping[str, int]) -> dict[str, Cell]:
    return {name: Cell(value, value) for name, value in values.items()}


def kept_back(values: Values, sums: Sequence[Sum]) -> dict[str, Shown]:
    states = protect(counts(values), sums, LIMIT)
    return {name: state for name, state in states.items() if state != "shown"}


def worked_out(back: Mapping[str, Shown], sums: Sequence[Sum]) -> set[str]:
    """Return what linear algebra gives away: the unknowns that every solution shares."""
    unknown = sorted(back)
    rows = []
    for each in sums:
        row = [Fraction(0)] * len(unknown)
        for name, sign in ((each.total, 1), *[(part, -1) for part in each.parts]):
            if name in back:
                row[unknown.index(name)] += sign
        rows.append(row)
    pivots: list[int] = []
    for column in range(len(unknown)):
        at = len(pivots)
        found = next((i for i in range(at, len(rows)) if rows[i][column]), None)
        if found is None:
            continue
        rows[at], rows[found] = rows[found], rows[at]
        rows[at] = [value / rows[at][column] for value in rows[at]]
        for i, row in enumerate(rows):
            if i != at and row[column]:
                rows[i] = [a - row[column] * b for a, b in zip(row, rows[at], strict=True)]
        pivots.append(column)
    return {
        unknown[column]
        for at, column in enumerate(pivots)
        if sum(1 for value in rows[at] if value) == 1
    }


class Solver:
    """What a reader who knows every rule can tell: all whole numbers that fit what is shown."""

    def __init__(self, values: Values, back: Mapping[str, Shown], sums: Sequence[Sum]) -> None:
        self.sums = sums
        most = sum(values.values()) + LIMIT
        bounds = {"few": (1, LIMIT - 1), "hidden": (0, most)}
        self.begin = {
            name: bounds[back[name]] if name in back else (value, value)
            for name, value in values.items()
        }

    def fits(self, name: str, value: int) -> bool:
        low, high = self.begin[name]
        return low <= value <= high and self._solves({**self.begin, name: (value, value)})

    def _solves(self, ranges: dict[str, tuple[int, int]]) -> bool:
        narrowed = self._narrowed(ranges)
        if narrowed is None:
            return False
        open_ = [name for name, (low, high) in narrowed.items() if low < high]
        if not open_:
            return True
        name = min(open_, key=lambda each: narrowed[each][1] - narrowed[each][0])
        low, high = narrowed[name]
        return any(self._solves({**narrowed, name: (v, v)}) for v in range(low, high + 1))

    def _narrowed(self, ranges: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]] | None:
        ranges, changed = dict(ranges), True
        while changed:
            changed = False
            for each in self.sums:
                terms = [(each.total, 1), *[(part, -1) for part in each.parts]]
                for name, sign in terms:
                    rest = [(ranges[n], -s * sign) for n, s in terms if n != name]
                    low = sum(lo if s > 0 else -hi for (lo, hi), s in rest)
                    high = sum(hi if s > 0 else -lo for (lo, hi), s in rest)
                    new = max(ranges[name][0], low), min(ranges[name][1], high)
                    if new[0] > new[1]:
                        return None
                    if new != ranges[name]:
                        ranges[name], changed = new, True
        return ranges


def given_away(values: Values, sums: Sequence[Sum]) -> set[str]:
    """Return the figures kept back for which no second value fits what is shown."""
    back = kept_back(values, sums)
    solver = Solver(values, back, sums)
    assert all(solver.fits(name, values[name]) for name in back), "the truth itself must fit"
    alone = {
        name
        for name in back
        if not any(
            solver.fits(name, other)
            for other in range(values[name] + 2 * LIMIT + 1)
            if other != values[name]
        )
    }
    return alone | worked_out(back, sums)


small = st.integers(0, 9)


@st.composite
def breakdowns(draw: st.DrawFn) -> tuple[Values, list[Sum]]:
    """Draw one total broken down in up to three ways, and one of the parts again."""
    first = draw(st.lists(small, min_size=2, max_size=4))
    total = sum(first)
    values, sums = {"t": total}, []
    for number in range(draw(st.integers(1, 3))):
        parts = first if number == 0 else _split(draw, total)
        values |= {f"{number}/{i}": part for i, part in enumerate(parts)}
        sums.append(Sum("t", tuple(f"{number}/{i}" for i in range(len(parts)))))
    again = _split(draw, values["0/0"])
    values |= {f"again/{i}": part for i, part in enumerate(again)}
    sums.append(Sum("0/0", tuple(f"again/{i}" for i in range(len(again)))))
    return values, sums


def _split(draw: st.DrawFn, total: int) -> list[int]:
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=1, max_size=2)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


@st.composite
def crossed(draw: st.DrawFn) -> tuple[Values, list[Sum]]:
    """Draw a table of rows and columns with both margins and their total."""
    height, width = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    inside = {f"{r}.{c}": draw(small) for r in range(height) for c in range(width)}
    rows = {f"r{r}": sum(inside[f"{r}.{c}"] for c in range(width)) for r in range(height)}
    columns = {f"c{c}": sum(inside[f"{r}.{c}"] for r in range(height)) for c in range(width)}
    sums = [
        Sum("t", tuple(rows)),
        Sum("t", tuple(columns)),
        *[Sum(f"r{r}", tuple(f"{r}.{c}" for c in range(width))) for r in range(height)],
        *[Sum(f"c{c}", tuple(f"{r}.{c}" for r in range(height))) for c in range(width)],
    ]
    return {"t": sum(inside.values()), **rows, **columns, **inside}, sums


class TestProtect:
    @settings(max_examples=150, deadline=None)
    @given(breakdowns())
    def test_nothing_is_worked_out_across_breakdowns_of_one_total(
        self, drawn: tuple[Values, list[Sum]]
    ) -> None:
        assert given_away(*drawn) == set()

    @settings(max_examples=100, deadline=None)
    @given(crossed())
    def test_nothing_is_worked_out_in_rows_and_columns(
        self, drawn: tuple[Values, list[Sum]]
    ) -> None:
        assert given_away(*drawn) == set()

    @settings(max_examples=100, deadline=None)
    @given(crossed())
    def test_no_small_count_is_shown_and_large_tables_stay(
        self, drawn: tuple[Values, list[Sum]]
    ) -> None:
        values, sums = drawn
        back = kept_back(values, sums)
        assert {name for name, value in values.items() if 0 < value < LIMIT} <= set(back)
        large = {name: value * LIMIT for name, value in values.items()}
        assert kept_back(large, sums) == {}

    def test_the_checker_itself_finds_what_the_first_step_alone_would_give_away(self) -> None:
        values, sums = {"t": 10, "a": 4, "b": 6}, [Sum("t", ("a", "b"))]
        assert worked_out({"a": "few"}, sums) == {"a"}
        solver = Solver({"t": 8, "a": 4, "b": 4}, {"a": "few", "b": "few"}, sums)
        assert [v for v in range(1, 5) if solver.fits("a", v)] == [4]
        assert kept_back(values, sums) == {"a": "few", "b": "hidden"}

    @pytest.mark.parametrize(
        ("parts", "back"),
        [
            ((9, 6, 5), {}),
            ((4, 6, 9), {"a": "few", "b": "hidden"}),
            ((4, 0, 9), {"a": "few", "c": "hidden"}),
            ((1, 2, 9), {"a": "few", "b": "few"}),
            # all at their most together: only a part of nil, kept back too, leaves a doubt
            ((4, 4, 0), {"a": "few", "b": "few", "c": "hidden"}),
            ((3, 0, 0), {"a": "few", "t": "few"}),
        ],
    )
    def test_keeps_back_the_next_smallest_part(
        self, parts: tuple[int, int, int], back: dict[str, Shown]
    ) -> None:
        values = {"t": sum(parts), **dict(zip("abc", parts, strict=True))}
        assert kept_back(values, [Sum("t", ("a", "b", "c"))]) == back

    def test_a_sum_in_pounds_goes_with_its_count_and_is_no_way_round(self) -> None:
        cells = {
            "t": Cell(30, 20),
            "a": Cell(12, 3),  # twelve debts, but of three people
            "b": Cell(8, 8),
            "c": Cell(10, 9),
            "t:sum": Cell(900, 20, follows="t"),
            "a:sum": Cell(500, 3, follows="a"),
            "b:sum": Cell(0, 8, follows="b"),
            "c:sum": Cell(400, 9, follows="c"),
        }
        sums = [Sum("t", ("a", "b", "c")), Sum("t:sum", ("a:sum", "b:sum", "c:sum"))]
        states = protect(cells, sums, LIMIT)
        assert (states["a"], states["a:sum"]) == ("hidden", "hidden")
        assert (states["b"], states["b:sum"]) == ("hidden", "hidden")
        assert states["c"] == states["t"] == states["t:sum"] == "shown"
