"""What kind of paper a text is: keyword rules times a small model, which abstains when unsure.

The model is TF-IDF with logistic regression. It is trained by `make train` (`tools/training`);
what serves is its weights and the few lines of arithmetic here. Its card is decision 0028.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cma_app.rules.document_words import odds_by_type, scam_signs, words_version

SURE: Final = 0.80
"""From this probability on a type is suggested; below it, three guesses and a person chooses."""
GUESSES: Final = 3
FEWEST_TERMS: Final = 5
"""With fewer known terms than these nothing is suggested: an all but empty page says nothing."""

_WORD: Final = re.compile(r"[a-z]{2,}")
_HERE: Final = Path(__file__).parent
WEIGHTS: Final = _HERE / "sorter.npz"
FACTS: Final = _HERE / "sorter.json"
LONGEST: Final = 20_000
"""Characters of a text that are looked at."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """A type with its probability where one is suggested, the three likeliest, and scam signs.

    `version` names the words' and the model's data; `terms` are the known terms of the text.
    """

    suggested: str | None
    probability: float
    guesses: tuple[tuple[str, float], ...]
    signs: tuple[dict[str, str], ...]
    version: str

    def to_json(self) -> dict[str, Any]:
        """Return it as `ai_classification` keeps it."""
        return {
            "type": self.suggested,
            "probability": self.probability,
            "guesses": [list(guess) for guess in self.guesses],
            "scam": list(self.signs),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class _Model:
    types: tuple[str, ...]
    terms: dict[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    words_power: float
    temperature: float
    version: str


@cache
def _model() -> _Model:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        return _Model(
            types=tuple(facts["types"]),
            terms={term: place for place, term in enumerate(facts["terms"])},
            idf=kept["idf"].astype(np.float32),
            weights=kept["weights"].astype(np.float32),
            bias=kept["bias"].astype(np.float32),
            words_power=facts["words_power"],
            temperature=facts["temperature"],
            version=facts["version"],
        )


def terms_of(text: str) -> list[str]:
    """Return the words and pairs of words of a text, numbers left out."""
    words = _WORD.findall(text[:LONGEST].lower())
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def known_terms(text: str) -> dict[str, int]:
    """Return how often each term of the model's vocabulary comes: nothing else of the text.

    This is what a correction keeps, so that the next version can learn from it.
    """
    known = _model().terms
    return dict(sorted(Counter(term for term in terms_of(text) if term in known).items()))


def sort_text(text: str) -> Sorted:
    """Return what kind of paper a text is, with the signs of a scam in it."""
    model = _model()
    counts = known_terms(text)
    chances = _chances(model, counts, odds_by_type(text))
    order = np.argsort(-chances, kind="stable")
    best = int(order[0])
    is_sure = chances[best] >= SURE and len(counts) >= FEWEST_TERMS
    return Sorted(
        suggested=model.types[best] if is_sure else None,
        probability=round(float(chances[best]), 3),
        guesses=tuple(
            (model.types[place], round(float(chances[place]), 3)) for place in order[:GUESSES]
        ),
        signs=tuple(
            {"code": sign.code, "says": sign.says, "seen": sign.seen} for sign in scam_signs(text)
        ),
        version=f"{model.version} words {words_version()}",
    )


def _chances(model: _Model, counts: dict[str, int], odds: dict[str, float]) -> NDArray[np.float64]:
    scores = model.bias.astype(np.float64)
    if counts:
        places = np.array([model.terms[term] for term in counts])
        often = 1 + np.log(np.array(list(counts.values()), dtype=np.float64))
        weighed = often * model.idf[places]
        weighed /= np.linalg.norm(weighed) or 1.0
        scores = scores + model.weights[:, places] @ weighed
    scores = scores + model.words_power * np.log([odds.get(code, 1.0) for code in model.types])
    scores = scores / model.temperature
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def model_facts() -> dict[str, Any]:
    """Return what the model's card says: version, how many papers, how it was checked."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    return {name: facts[name] for name in facts if name != "terms"}
