"""The papers that the sorter learns from, put together from their pieces with a fixed seed."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

PAPERS: Final = Path(__file__).with_name("papers.yaml")
SEED: Final = 20261126
A_TYPE: Final = 160
"""Papers made of each type."""
MONTHS: Final = ("January", "March", "May", "August", "October", "December")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper with its true type."""

    kind: str
    text: str


def read_pieces() -> dict[str, dict[str, list[str]]]:
    """Return the pieces by type, as `papers.yaml` has them."""
    kept: dict[str, dict[str, list[str]]] = yaml.safe_load(PAPERS.read_text(encoding="utf-8"))
    return kept


def make_papers(pieces: dict[str, dict[str, list[str]]], a_type: int = A_TYPE) -> list[Paper]:
    """Return so many papers of each type; the same pieces give the same papers."""
    chance = random.Random(SEED)  # noqa: S311 - a corpus, not a secret
    return [
        Paper(kind, text) for kind in sorted(pieces) for text in _of(pieces[kind], a_type, chance)
    ]


def _of(parts: dict[str, list[str]], many: int, chance: random.Random) -> Iterator[str]:
    for number in range(many):
        said = chance.sample(parts["pieces"], k=min(len(parts["pieces"]), chance.randint(2, 6)))
        head = [chance.choice(parts["issuers"])] if chance.random() < 0.7 else []
        head += [chance.choice(parts["heads"])] if chance.random() < 0.7 else []
        text = ". ".join(_fill(piece, chance) for piece in [*head, *said])
        yield _smudge(text, chance) if number % 3 == 0 else text


def _fill(piece: str, chance: random.Random) -> str:
    values: dict[str, Any] = {
        "amount": f"£{chance.randint(3, 4000):,}.{chance.randint(0, 99):02}",
        "date": f"{chance.randint(1, 28)} {chance.choice(MONTHS)}",
        "ref": str(chance.randint(10**6, 10**8)),
        "name": "",  # who somebody is says nothing of what a paper is
        "month": chance.choice(MONTHS),
        "rate": f"{chance.randint(1, 45)}.{chance.randint(0, 9)}",
    }
    return piece.format(**values)


def _smudge(text: str, chance: random.Random) -> str:
    """Return the text as a poor scan gives it: one letter in twenty-five is another or gone."""
    return "".join(
        letter
        if not letter.isalpha() or chance.random() > 0.04
        else chance.choice([*LETTERS[:6], ""])
        for letter in text
    )


def hash_of(*parts: str) -> str:
    """Return the first eight figures of a hash of the texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
