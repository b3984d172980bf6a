"""Finding documents: by words with their places, by type, case and day, behind every wall."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Invalid, Refused
from cma_app.services.case_steps import assign_case
from cma_app.services.document_search import (
    FoundDocument,
    Part,
    SearchForm,
    search_documents,
    split_marked,
)
from cma_app.services.restricted_files import restrict_file
from models import Case, Document
from tests.people import Cast
from tests.services.money import make_case
from tests.services.reading import COUNCIL, PAYSLIP, read, stored

pytestmark = pytest.mark.database

_MANY = text(
    "INSERT INTO documents (centre_id, case_id, document_name, extracted_text)"
    " SELECT :centre, :case, 'page ' || n, 'A heron kestrel of ' || n"
    " FROM generate_series(1, 900) n"
)


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def found(cast: Cast, who: Actor | None = None, **asked: Any) -> list[FoundDocument]:
    with cast.open(who or cast.amina) as session:
        return search_documents(session, SearchForm.read(asked)).rows


def ids(cast: Cast, who: Actor | None = None, **asked: Any) -> list[int]:
    return [row.id for row in found(cast, who, **asked)]


def reference(cast: Cast, case_id: int) -> str:
    with cast.open(cast.maria) as session:
        return session.require(Case, case_id).case_reference


def day(delta: int = 0) -> str:
    on = today().toordinal() + delta
    return type(today()).fromordinal(on).strftime("%d %m %Y")


class TestTheLog:
    def test_tells_who_looked_and_how_many_were_found_and_not_for_what(
        self, cast: Cast, case_id: int, owner: Engine
    ) -> None:
        read(cast, case_id, COUNCIL)
        assert ids(cast, cast.ben, words="council")
        assert ids(cast, cast.ben, words="wombat") == []
        asked = text(
            "SELECT new_values, audit_logs::text AS said FROM audit_logs"
            " WHERE action = 'document:find' AND centre_id = :centre AND user_id = :user"
        )
        with owner.connect() as connection:
            values = {"centre": cast.ben.centre_id, "user": cast.ben.user_id}
            (row,) = connection.execute(asked, values)
        assert row.new_values == {"found": 1, "shown": 1}
        assert "council" not in row.said


class TestWords:
    def test_finds_by_word_phrase_and_stem_the_newest_first(self, cast: Cast, case_id: int) -> None:
        council, pay = read(cast, case_id, COUNCIL), read(cast, case_id, PAYSLIP)
        assert ids(cast) == [pay, council]
        assert ids(cast, words="council") == [council]
        assert ids(cast, words='"council tax" reminders') == [council]
        assert ids(cast, words="pay -council") == [pay]
        assert ids(cast, words="elephants") == []
        assert ids(cast, words="the") == []  # a word of no meaning finds nothing

    def test_finds_those_with_several_words_and_side_by_side(
        self, cast: Cast, case_id: int
    ) -> None:
        apart = read(cast, case_id, "The council wrote. Then came a tax of the water")
        together = read(cast, case_id, "The council tax of the year")
        assert ids(cast, words="council tax") == [together, apart]
        assert ids(cast, words='"council tax"') == [together]
        assert ids(cast, words='"tax council"') == []
        assert ids(cast, words="council -water") == [together]
        assert ids(cast, words="year or water") == [together, apart]

    def test_finds_the_same_however_common_the_words_are(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        other_way = read(cast, case_id, "The kestrel heron of old")
        with owner.begin() as connection:  # what the search knows of words it has from ANALYZE
            values = {"centre": cast.amina.centre_id, "case": case_id}
            connection.execute(_MANY, values)
            connection.execute(text("ANALYZE documents"))
        newest = ids(cast)
        assert ids(cast, words="kestrel heron") == newest
        assert ids(cast, words='"heron kestrel"') == newest
        assert other_way not in newest
        assert ids(cast, words='"kestrel heron"') == [other_way]

    def test_finds_a_phrase_past_words_of_no_meaning_and_by_the_index_alone(
        self, cast: Cast, owner: Engine, case_id: int
    ) -> None:
        told = read(cast, case_id, "A notice of eviction. Yours, the Smith-Jones firm of Leeds")
        read(cast, case_id, "A notice came before the eviction. Jones, Smith, a firm in Leeds")
        with owner.begin() as connection:
            connection.execute(_MANY, {"centre": cast.amina.centre_id, "case": case_id})
            connection.execute(text("ANALYZE documents"))
        for words in (
            '"notice of eviction"',
            '"jones firm"',
            "smith-jones",
            '"notice of eviction" leeds -bailiff',
            '"notice of eviction" "firm of Leeds"',
        ):
            assert ids(cast, words=words) == [told], words
        assert ids(cast, words='"eviction notice"') == []
        assert len(ids(cast, words='"notice of eviction" or "heron kestrel"')) == 20
        assert told not in ids(cast, words='heron -"notice of eviction"')

    def test_finds_by_name_before_it_was_read(self, cast: Cast, case_id: int) -> None:
        number = stored(cast, case_id, name="Bailiff_letter.october.pdf")
        assert ids(cast, words="bailiff october") == [number]

    def test_marks_the_words_and_never_makes_markup(self, cast: Cast, case_id: int) -> None:
        said = "Look <script>alert(1)</script> at the arrears <b>of</b> your rent"
        read(cast, case_id, said)
        (row,) = found(cast, words="arrears")
        assert Part("arrears", is_found=True) in row.parts
        plain = "".join(part.said for part in row.parts)
        assert (
            "<script>alert(1)</script>" in plain
        )  # as text: the page shows parts, and nothing as markup
        assert not [part for part in row.parts if set(part.said) & set("\ue000\ue001\ue002")]

    @pytest.mark.parametrize("words", ["'", "((", "a & | !", "\\", "%", "x" * 200, '"', "or or"])
    def test_no_words_break_it(self, cast: Cast, case_id: int, words: str) -> None:
        assert ids(cast, words=words) == []


class TestBoxes:
    def test_type_case_state_and_day(self, cast: Cast, case_id: int) -> None:
        other = make_case(cast, cast.ben)
        council = read(cast, case_id, COUNCIL, document_type="council_tax")
        pay = read(cast, other, PAYSLIP)
        waiting = stored(cast, other)
        assert ids(cast, document_type="council_tax") == [council]
        assert ids(cast, case_reference=reference(cast, other).lower()) == [waiting, pay]
        assert ids(cast, case_reference="NONE-1") == []
        assert ids(cast, status="waiting") == [waiting]
        assert ids(cast, since=day(), until=day(), words="council") == [council]
        assert ids(cast, until=day(-1)) == []
        assert ids(cast, since=day(1)) == []

    @pytest.mark.parametrize(
        ("asked", "box"),
        [
            ({"document_type": "a toy"}, "document_type"),
            ({"status": "lost"}, "status"),
            ({"since": "31 2 2026"}, "since"),
            ({"since": "2 3 2026", "until": "1 3 2026"}, "until"),
            ({"words": "x" * 201}, "words"),
            ({"words": "-council"}, "words"),
            ({"words": "council or -tax"}, "words"),
        ],
    )
    def test_a_wrong_box_has_its_sentence(
        self, cast: Cast, asked: dict[str, str], box: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            found(cast, **asked)
        assert list(refused.value.fields) == [box]

    def test_pages(self, cast: Cast, case_id: int) -> None:
        for _ in range(23):
            stored(cast, case_id, name="one of many.pdf")
        with cast.open(cast.amina) as session:
            last = search_documents(session, SearchForm.read({"words": "many"}), page=99)
        assert (last.total, last.number, len(last.rows)) == (23, 2, 3)


class TestWalls:
    def test_another_centre_finds_nothing(self, cast: Cast, case_id: int) -> None:
        read(cast, case_id)
        assert ids(cast, cast.colin, words="council") == []
        assert ids(cast, cast.bea) == []

    def test_an_admin_is_refused(self, cast: Cast) -> None:
        with pytest.raises(Refused):
            found(cast, cast.root, words="council")

    def test_a_trainee_finds_those_of_their_own_cases(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id)
        assert ids(cast, cast.tess, words="council") == []
        with cast.open(cast.maria) as session:
            assign_case(session, case_id, advisor_id=cast.tess.user_id)
        assert ids(cast, cast.tess, words="council") == [number]

    def test_one_for_named_people_is_found_by_them_alone(self, cast: Cast, case_id: int) -> None:
        only = {"access_level": "named_people", "named_people": [cast.maria.user_id]}
        number = read(cast, case_id, **only)
        assert ids(cast, cast.maria, words="council") == [number]
        assert ids(cast, cast.amina, words="council") == []

    def test_those_of_a_restricted_file_are_found_by_who_is_named(
        self, cast: Cast, case_id: int
    ) -> None:
        number = read(cast, case_id)
        with cast.open(cast.maria) as session:
            client = session.require(Case, case_id).client_id
            restrict_file(session, client, [cast.maria.user_id])
        assert ids(cast, cast.maria, words="council") == [number]
        assert ids(cast, cast.ben, words="council") == []

    def test_a_removed_one_is_not_found(self, cast: Cast, case_id: int) -> None:
        number = read(cast, case_id)
        with cast.open(cast.ashdown_system) as session:
            session.require(Document, number).deleted_at = _now()
        assert ids(cast, words="council") == []


def _now() -> Any:
    from cma_app.clock import now

    return now()


class TestMarked:
    @pytest.mark.parametrize(
        ("headline", "parts"),
        [
            ("a \ue000b\ue001 c", [("a ", False), ("b", True), (" c", False)]),
            ("\ue000b\ue001", [("b", True)]),
            ("\ue000b c", [("b c", False)]),
            ("a\ue001 b", [("a b", False)]),
            ("", []),
            ("<mark>a</mark>\n b", [("<mark>a</mark> b", False)]),
        ],
    )
    def test_splits_whatever_comes(self, headline: str, parts: list[tuple[str, bool]]) -> None:
        assert [(part.said, part.is_found) for part in split_marked(headline)] == parts
