"""Makes a page's picture easier to read, and tells when it asks for that."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cma_app.reading.marks import Grey, light_by_block, marks_of, paper_around

UNEVEN: Final = 0.22
"""The light is uneven when the paper's darker parts lack this share of the lightest."""
DARK: Final = 110
"""A page whose middle grey is darker than this is light writing on dark paper."""
SMALL: Final = 13
"""Letters lower than this, in pixels, are too small to be read as they are."""
LEAST_SKEW: Final = 0.4
MOST_SKEW: Final = 16.0
"""Degrees between which a page is straightened."""
STEADY: Final = 1.15
"""How much better the rows must stand out for a skew to be believed."""


def is_dark(grey: Grey) -> bool:
    """Say whether the page is light writing on dark paper."""
    return float(np.median(grey)) < DARK


def is_uneven(grey: Grey) -> bool:
    """Say whether the paper is much darker in one part than in another."""
    light = light_by_block(grey)
    low, high = np.percentile(light, [8, 95])
    return bool(high > 0 and (high - low) / high > UNEVEN)


def even_out(grey: Grey) -> Grey:
    """Return the page as if its paper were white everywhere."""
    paper = np.maximum(paper_around(grey), 24)
    return np.clip(grey / paper * 255, 0, 255).astype(np.uint8)


def threshold(grey: Grey) -> Grey:
    """Return the page in black and white, each part by its own light: the last resort."""
    size = 25
    summed = np.pad(grey.astype(np.float64), size // 2 + 1, mode="edge").cumsum(0).cumsum(1)
    rows, columns = grey.shape
    whole = (
        summed[size : size + rows, size : size + columns]
        - summed[:rows, size : size + columns]
        - summed[size : size + rows, :columns]
        + summed[:rows, :columns]
    )
    return np.where(grey < whole / size**2 - 12, 0, 255).astype(np.uint8)


def letter_height(ink: NDArray[np.bool_]) -> float | None:
    """Return how high the letters are, in pixels; None where there are too few to tell."""
    letters = marks_of(ink).letters.boxes
    if len(letters) < 30:
        return None
    return float(np.median(letters[:, 3] - letters[:, 1]))


def skew_of(ink: NDArray[np.bool_]) -> float:
    """Return by how many degrees the rows of writing fall to the right; 0 where none stand out.

    Ink is pushed along slants, and the slant at which full and empty rows differ most is the one.
    """
    down, across = np.nonzero(ink)
    if len(down) < 500:
        return 0.0
    step = max(1, len(down) // 40_000)
    y, x = down[::step].astype(np.float64), across[::step].astype(np.float64)

    def stands_out(degrees: float) -> float:
        rows = ((y - x * np.tan(np.radians(degrees))) / 2).astype(np.int64)
        filled = np.bincount(rows - rows.min()).astype(np.float64)
        return float((np.diff(filled) ** 2).sum())

    level = stands_out(0.0)
    angles = np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.5)
    best = max(angles, key=stands_out)
    best = max(np.arange(best - 0.5, best + 0.51, 0.1), key=stands_out)
    if stands_out(best) < level * STEADY:
        return 0.0
    return round(float(best), 2)


def straighten(grey: Grey, degrees: float) -> Grey:
    """Return the page turned so that rows that fell by these degrees lie level."""
    picture = Image.fromarray(grey)
    turned = picture.rotate(
        degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=_corner(grey)
    )
    return np.asarray(turned, dtype=np.uint8)


def turn(grey: Grey, quarters: int) -> Grey:
    """Return the page turned clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(grey, -quarters))


def enlarge(grey: Grey, times: float) -> Grey:
    """Return the page at another size."""
    size = (round(grey.shape[1] * times), round(grey.shape[0] * times))
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.LANCZOS), dtype=np.uint8)


def _corner(grey: Grey) -> int:
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return int(np.median(edge))
