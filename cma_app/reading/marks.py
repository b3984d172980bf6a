"""The marks on a page: what is ink, which marks are the size of letters, and which were read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cma_app.reading.words import Word

Grey = NDArray[np.uint8]
"""A page as rows of grey: 0 is black, 255 white."""
Mask = NDArray[np.bool_]

BLOCK: Final = 32
"""The side of the squares by which the light of a page is measured, in pixels at 200 dpi."""
DARKER_BY: Final = 0.78
"""A pixel is ink when it is darker than this share of the paper around it."""
LETTER: Final = (6, 70)
"""How high a letter is, in pixels at 200 dpi: 2 to 25 points."""
SURE_ENOUGH: Final = 0.3
"""A word of which the reader is less sure than this covers no ink."""


def paper_around(grey: Grey) -> NDArray[np.float32]:
    """Return how light the paper is around each pixel, by the lightest tenth of its square."""
    return _spread(light_by_block(grey), grey.shape)


def light_by_block(grey: Grey) -> NDArray[np.float32]:
    """Return the light of the paper by square, smoothed over its neighbours."""
    rows, columns = (max(1, -(-side // BLOCK)) for side in grey.shape)
    padded = np.pad(
        grey, ((0, rows * BLOCK - grey.shape[0]), (0, columns * BLOCK - grey.shape[1])), mode="edge"
    )
    blocks = padded.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(rows, columns, -1)
    place = int(blocks.shape[2] * 0.9)
    light = np.partition(blocks, place, axis=2)[:, :, place]
    around = np.pad(light.astype(np.float32), 1, mode="edge")
    nine = [around[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    return np.median(np.stack(nine), axis=0).astype(np.float32)


def _spread(light: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a value for each pixel between those of the squares' middles."""

    def places(size: int, blocks: int) -> NDArray[np.float64]:
        return np.clip((np.arange(size) + 0.5) / BLOCK - 0.5, 0, blocks - 1)

    down, across = places(shape[0], light.shape[0]), places(shape[1], light.shape[1])
    top, left = down.astype(int), across.astype(int)
    low = np.minimum(top + 1, light.shape[0] - 1)
    right = np.minimum(left + 1, light.shape[1] - 1)
    y, x = (down - top)[:, None].astype(np.float32), (across - left)[None, :].astype(np.float32)
    rows = light[top] * (1 - y) + light[low] * y
    return (rows[:, left] * (1 - x) + rows[:, right] * x).astype(np.float32, copy=False)


def ink_of(grey: Grey) -> Mask:
    """Return which pixels are ink on the paper around them."""
    return grey < paper_around(grey) * DARKER_BY


@dataclass(frozen=True, slots=True)
class Marks:
    """Boxes of connected ink: left, top, right and bottom, in pixels, the last two outside."""

    boxes: NDArray[np.int32]

    @property
    def letters(self) -> "Marks":
        """Return those that may be letters: neither specks, rules, frames nor pictures."""
        wide = self.boxes[:, 2] - self.boxes[:, 0]
        high = self.boxes[:, 3] - self.boxes[:, 1]
        fits = (high >= LETTER[0]) & (high <= LETTER[1]) & (wide >= 2) & (wide <= high * 12)
        return Marks(self.boxes[fits])

    def share_inside(self, words: Iterable[Word]) -> float | None:
        """Return the share whose middle lies in a word that was read; None without marks."""
        if len(self.boxes) == 0:
            return None
        inside = np.zeros(len(self.boxes), dtype=bool)
        x = (self.boxes[:, 0] + self.boxes[:, 2]) / 2
        y = (self.boxes[:, 1] + self.boxes[:, 3]) / 2
        for word in words:
            if word.sure >= SURE_ENOUGH:
                across = (x >= word.x - 2) & (x <= word.x + word.width + 2)
                inside |= across & (y >= word.y - 3) & (y <= word.y + word.height + 3)
        return float(inside.mean())


def marks_of(ink: Mask) -> Marks:
    """Return the boxes of connected ink, looked for at half the size."""
    half = _halve(ink)
    rows, begins, ends = _runs(half)
    if len(rows) == 0:
        return Marks(np.zeros((0, 4), dtype=np.int32))
    roots = _join(rows, begins, ends)
    _, number = np.unique(roots, return_inverse=True)
    many = int(number.max()) + 1
    boxes = np.empty((many, 4), dtype=np.int32)
    boxes[:, :2], boxes[:, 2:] = np.iinfo(np.int32).max, 0
    np.minimum.at(boxes[:, 0], number, begins)
    np.minimum.at(boxes[:, 1], number, rows)
    np.maximum.at(boxes[:, 2], number, ends)
    np.maximum.at(boxes[:, 3], number, rows + 1)
    return Marks(boxes * 2)


def _halve(ink: Mask) -> Mask:
    even = ink[: ink.shape[0] // 2 * 2, : ink.shape[1] // 2 * 2]
    pairs = even[::2] | even[1::2]
    return pairs[:, ::2] | pairs[:, 1::2]


def _runs(ink: Mask) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the row, first and past-the-last column of each run of ink, row by row."""
    framed = np.pad(ink, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(framed, axis=1)
    rows, begins = np.nonzero(change == 1)
    _, ends = np.nonzero(change == -1)
    return rows, begins, ends


def _join(rows: NDArray[Any], begins: NDArray[Any], ends: NDArray[Any]) -> NDArray[Any]:
    """Return, for each run, a number that it shares with the runs it touches."""
    parents = list(range(len(rows)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    starts = np.searchsorted(rows, np.arange(int(rows[-1]) + 2)).tolist()
    first, last = begins.tolist(), ends.tolist()
    for row in range(len(starts) - 2):
        above, below = starts[row], starts[row + 1]
        above_end, below_end = starts[row + 1], starts[row + 2]
        while above < above_end and below < below_end:
            if first[above] <= last[below] and first[below] <= last[above]:
                parents[root(above)] = root(below)
            if last[above] < last[below]:
                above += 1
            else:
                below += 1
    return np.array([root(run) for run in range(len(parents))])
