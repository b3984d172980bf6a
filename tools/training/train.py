"""Trains the sorter and writes its weights: `make train`. Development only.

Power of the keyword rules and temperature are chosen on pieces that the model of a fold never saw;
the held-out papers of `tests/reading` are not looked at here.
"""

import json
import random
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from cma_app.reading import sorting
from cma_app.rules import document_words
from tools.training.corpus import PAPERS, SEED, Paper, hash_of, make_papers, read_pieces

ROOT = PAPERS.parents[2]
HELD_OUT = ("tests/reading/held_out.yaml", "tests/reading/later_papers.yaml")
FRESH = ("tests/reading/fresh_papers.yaml",)
"""Written for every type by somebody who had not seen the rules; the card's own figures."""
FOLDS = 4
MOST_TERMS = 6000
STRENGTH = 12.0


def main() -> None:
    """Choose, train, write and say how it went on unseen pieces."""
    pieces = read_pieces()
    power, temperature, checked = _choose(pieces)
    papers = make_papers(pieces)
    model = _fit(papers)
    rules = document_words._FILE.read_text(encoding="utf-8")  # noqa: SLF001 - part of the version
    version = f"2026-11-{hash_of(PAPERS.read_text(encoding='utf-8'), rules, str(SEED))}"
    np.savez_compressed(
        sorting.WEIGHTS,
        idf=model["idf"].astype(np.float16),
        weights=model["weights"].astype(np.float16),
        bias=model["bias"].astype(np.float16),
    )
    facts = {
        "version": version,
        "types": model["types"],
        "words_power": power,
        "temperature": temperature,
        "papers": len(papers),
        "checked": checked,
        "terms": model["terms"],
    }
    _write(facts)
    # what was written is asked, and nothing of it is changed by that
    facts["tested"], facts["fresh"] = test_on(HELD_OUT), test_on(FRESH)
    _write(facts)
    print(version, checked, facts["tested"], facts["fresh"])  # noqa: T201 - what the command is for


def _write(facts: dict[str, Any]) -> None:
    sorting.FACTS.write_text(
        json.dumps(facts, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )


def test_on(names: tuple[str, ...]) -> dict[str, Any]:
    """Return how the sorter does on whole papers by issuers that it never saw."""
    sorting._model.cache_clear()  # noqa: SLF001 - it was written anew
    papers = [
        (kind, text)
        for name in names
        for kind, texts in yaml.safe_load((ROOT / name).read_text(encoding="utf-8")).items()
        for text in texts
    ]
    found = [(kind, sorting.sort_text(text)) for kind, text in papers]
    known = [(kind, each) for kind, each in found if kind != "none"]
    sure = [(kind, each) for kind, each in known if each.suggested]
    return {
        "papers": len(known),
        "right": round(sum(each.guesses[0][0] == kind for kind, each in known) / len(known), 3),
        "suggested": round(len(sure) / len(known), 3),
        "suggested_count": len(sure),
        "suggested_right": round(
            sum(each.suggested == kind for kind, each in sure) / max(1, len(sure)), 3
        ),
        "of_no_class": len(found) - len(known),
        "of_no_class_suggested": sum(
            each.suggested is not None for kind, each in found if kind == "none"
        ),
    }


def _fit(papers: list[Paper]) -> dict[str, Any]:
    seen: dict[str, int] = {}
    lists = [sorting.terms_of(paper.text) for paper in papers]
    for terms in lists:
        for term in set(terms):
            seen[term] = seen.get(term, 0) + 1
    common = sorted(
        (term for term, often in seen.items() if often >= 4), key=lambda t: (-seen[t], t)
    )
    terms = sorted(common[:MOST_TERMS])
    place = {term: number for number, term in enumerate(terms)}
    idf = np.array([np.log((1 + len(papers)) / (1 + seen[term])) + 1 for term in terms])
    rows = np.zeros((len(papers), len(terms)))
    for number, found in enumerate(lists):
        for term in found:
            if term in place:
                rows[number, place[term]] += 1
    filled = rows > 0
    rows[filled] = 1 + np.log(rows[filled])
    rows *= idf
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    fit = LogisticRegression(C=STRENGTH, max_iter=400).fit(rows, [paper.kind for paper in papers])
    return {
        "types": [str(kind) for kind in fit.classes_],
        "terms": terms,
        "idf": idf,
        "weights": fit.coef_,
        "bias": fit.intercept_,
    }


def _choose(pieces: dict[str, dict[str, list[str]]]) -> tuple[float, float, dict[str, Any]]:
    """Return power and temperature by the log loss on pieces that each fold's model never saw."""
    scored: list[tuple[Any, str, dict[str, float], dict[str, int]]] = []
    for fold in range(FOLDS):
        shown, kept = _split(pieces, fold)
        fit = _as_model(_fit(make_papers(shown, 80)))
        for paper in make_papers(kept, 15):
            counts: dict[str, int] = {}
            for term in sorting.terms_of(paper.text):
                if term in fit.terms:
                    counts[term] = counts.get(term, 0) + 1
            scored.append((fit, paper.kind, document_words.odds_by_type(paper.text), counts))
    best = (np.inf, 1.0, 1.0)
    for power in (0.5, 1.0, 1.5):
        for temperature in (0.8, 1.0, 1.25, 1.5, 2.0):
            loss = -np.mean(
                [
                    np.log(
                        max(
                            _chance(fit, counts, odds, power, temperature)[fit.types.index(kind)],
                            1e-9,
                        )
                    )
                    for fit, kind, odds, counts in scored
                ]
            )
            best = min(best, (float(loss), power, temperature))
    _, power, temperature = best
    right = suggested = sure_right = 0
    for fit, kind, odds, counts in scored:
        chances = _chance(fit, counts, odds, power, temperature)
        is_right = fit.types[int(np.argmax(chances))] == kind
        right += is_right
        if chances.max() >= sorting.SURE:
            suggested += 1
            sure_right += is_right
    many = len(scored)
    return (
        power,
        temperature,
        {
            "papers": many,
            "right": round(right / many, 3),
            "suggested": round(suggested / many, 3),
            "suggested_right": round(sure_right / max(1, suggested), 3),
        },
    )


def _as_model(fit: dict[str, Any]) -> Any:
    return sorting._Model(  # noqa: SLF001 - the same arithmetic as serves
        types=tuple(fit["types"]),
        terms={term: place for place, term in enumerate(fit["terms"])},
        idf=fit["idf"].astype(np.float32),
        weights=fit["weights"].astype(np.float32),
        bias=fit["bias"].astype(np.float32),
        words_power=1.0,
        temperature=1.0,
        version="",
    )


def _chance(
    fit: Any, counts: dict[str, int], odds: dict[str, float], power: float, temperature: float
) -> Any:
    from dataclasses import replace  # noqa: PLC0415

    return sorting._chances(  # noqa: SLF001 - the same arithmetic as serves
        replace(fit, words_power=power, temperature=temperature), counts, odds
    )


def _split(
    pieces: dict[str, dict[str, list[str]]], fold: int
) -> tuple[dict[str, dict[str, list[str]]], dict[str, dict[str, list[str]]]]:
    """Return the pieces that a fold learns from, and those it is checked on."""
    shown: dict[str, dict[str, list[str]]] = {}
    kept: dict[str, dict[str, list[str]]] = {}
    for kind, parts in pieces.items():
        shown[kind], kept[kind] = {}, {}
        for name, said in parts.items():
            mixed = said[:]
            random.Random(f"{SEED}{kind}{name}").shuffle(mixed)  # noqa: S311 - a fixed mixing
            away = mixed[fold::FOLDS]
            kept[kind][name] = away or mixed[:1]
            shown[kind][name] = [piece for piece in mixed if piece not in away] or mixed
    return shown, kept


if __name__ == "__main__":
    main()
