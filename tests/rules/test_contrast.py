"""The colours of the style sheet in both themes: what is written can be read (WCAG 2.2, 1.4.3)."""

import re
from itertools import product

import pytest

from cma_app.settings import ROOT

LEAST = 4.5
"""Text against its ground, by 1.4.3 for text of any size."""
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)",
        (ROOT / "assets" / "style.css").read_text(),
    )
}
WRITTEN = [
    *product(("ink", "ink-2", "ink-3", "accent"), ("surface", "paper", "sunken")),
    *[(name, f"{name}-tint") for name in ("late", "soon", "good", "accent")],
    *[(name, "surface") for name in ("late", "soon", "good")],
]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG defines it, 0 to 1."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return how far two colours are apart, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_as_far_as_it_goes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), WRITTEN)
def test_text_can_be_read_on_its_ground(text: str, ground: str, theme: int):
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= LEAST
