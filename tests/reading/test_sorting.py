"""Papers are sorted by words and a small model: what it says of itself is so, and it abstains."""

from typing import Any

import pytest
import yaml

from cma_app.reading.sorting import GUESSES, SURE, known_terms, model_facts, sort_text, terms_of
from cma_app.rules.document_types import document_types
from cma_app.rules.document_words import scam_signs
from cma_app.settings import ROOT
from tools.training.corpus import PAPERS, SEED, hash_of, make_papers, read_pieces

PUBLIC = ("Department for Work", "HM Revenue", "HMRC", "The Pension Service")
"""Bodies of which there is one: their papers cannot come from another."""
HERE = ROOT / "tests" / "reading"


def read(name: str) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return kept


def papers(*names: str) -> list[tuple[str, str]]:
    return [(kind, text) for name in names for kind, texts in read(name).items() for text in texts]


SETS = {
    "tested": papers("held_out.yaml", "later_papers.yaml"),
    "fresh": papers("fresh_papers.yaml"),
}
KEPT = SETS["tested"] + SETS["fresh"]


@pytest.mark.parametrize("which", SETS)
def test_the_card_says_what_the_papers_show(which: str) -> None:
    found = [(kind, sort_text(text)) for kind, text in SETS[which]]
    none = [each for kind, each in found if kind == "none"]
    known = [(kind, each) for kind, each in found if kind != "none"]
    sure = [(kind, each) for kind, each in known if each.suggested]
    tested: dict[str, Any] = model_facts()[which]
    assert (tested["papers"], tested["suggested_count"]) == (len(known), len(sure))
    wrong = sum(each.suggested is not None for each in none)
    assert (tested["of_no_class"], tested["of_no_class_suggested"]) == (len(none), wrong)
    right = sum(each.guesses[0][0] == kind for kind, each in known) / len(known)
    sure_right = sum(each.suggested == kind for kind, each in sure) / len(sure)
    assert tested["right"] == round(right, 3)
    assert tested["suggested_right"] == round(sure_right, 3)
    assert right > 0.9
    assert sure_right > 0.95
    assert len(sure) / len(known) > 0.5


def test_the_version_names_the_papers_and_the_words_it_was_made_from() -> None:
    rules = (ROOT / "cma_app" / "rules" / "document_words.yaml").read_text(encoding="utf-8")
    mark = hash_of(PAPERS.read_text(encoding="utf-8"), rules, str(SEED))
    assert model_facts()["version"].endswith(mark), "make train"
    assert sort_text("a payslip").version.startswith(model_facts()["version"])


def test_no_issuer_and_no_piece_of_the_test_is_among_what_was_learned() -> None:
    pieces = read_pieces()
    learned = " ".join(
        said.lower() for parts in pieces.values() for group in parts.values() for said in group
    )
    issuers = {name for parts in pieces.values() for name in parts["issuers"]}
    public = {name for name in issuers if name.startswith(PUBLIC)}
    for kind, text in KEPT:
        if kind != "none":
            assert not [name for name in issuers - public if name in text], text
            assert text.lower() not in learned


def test_the_corpus_is_the_same_each_time() -> None:
    pieces = {"payslip": read_pieces()["payslip"]}
    assert make_papers(pieces, 5) == make_papers(pieces, 5)


def test_every_class_is_a_type_that_people_can_choose() -> None:
    assert set(model_facts()["types"]) <= set(document_types())
    assert {kind for kind, _ in KEPT} - {"none"} == set(model_facts()["types"])


@pytest.mark.parametrize("text", ["", "Hello", "x" * 400, "£12.00 3 4 5"])
def test_abstains_with_three_guesses_where_there_is_little(text: str) -> None:
    found = sort_text(text)
    assert found.suggested is None
    assert len(found.guesses) == GUESSES


def test_a_suggestion_is_never_less_sure_than_the_limit() -> None:
    for _, text in KEPT:
        found = sort_text(text)
        assert (found.suggested is None) or found.probability >= SURE
        assert sum(chance for _, chance in found.guesses) <= 1.001


def test_a_correction_keeps_words_of_the_vocabulary_alone() -> None:
    said = "Dear Mrs Zyxwvutsrq of Quibblethorpe, your council tax is overdue. Call 07700 900123."
    kept = known_terms(said)
    assert "council tax" in kept
    assert not [term for term in kept if "zyx" in term or "quibble" in term or "07700" in term]
    assert set(kept) <= set(terms_of(said))


@pytest.mark.parametrize("text", read("scams.yaml")["scam"])
def test_a_scam_is_flagged_beside_its_type(text: str) -> None:
    signs = sort_text(text).signs
    assert signs
    assert all(each["says"] and each["seen"] in text.lower() for each in signs if each["seen"])


@pytest.mark.parametrize("text", read("scams.yaml")["honest"])
def test_an_honest_paper_that_presses_is_not(text: str) -> None:
    assert scam_signs(text) == []


def test_no_paper_of_the_test_is_taken_for_a_scam() -> None:
    assert [text for _, text in KEPT if scam_signs(text)] == []
