"""What the command palette finds: the first few, of what one may see, by how a name begins."""

import pytest
from sqlalchemy import Engine

from cma_app.errors import Refused
from cma_app.services.palette import MOST, FoundPlaces, find_places
from tests.people import Cast
from tests.plant import plant_case
from tests.services.test_case_list import named_case


def find(cast: Cast, who, text: str) -> FoundPlaces:
    with cast.open(who) as session:
        return find_places(session, text)


def names(found: FoundPlaces) -> tuple[list[str], list[str]]:
    return [each.last_name for each in found.clients], [each.client for each in found.cases]


class TestFindPlaces:
    def test_finds_by_the_beginning_of_a_name_and_by_reference(self, cast: Cast, owner: Engine):
        case_id = named_case(cast, cast.amina, "Leanne", "Whitmore")
        named_case(cast, cast.ben, "Marek", "Dudek")
        for text in ("wh", "  WHIT ", "leanne whit"):
            found = find(cast, cast.amina, text)
            assert names(found) == (["Whitmore"], ["Leanne Whitmore"])
        case = found.cases[0]
        assert (case.id, case.stage, case.advisor) == (case_id, "fact_find", "Amina Khan")
        for text in (case.reference, case.reference.lower()):
            assert names(find(cast, cast.amina, text)) == (["Whitmore"], ["Leanne Whitmore"])
        number = case.reference.rsplit("-", 1)[1]
        assert names(find(cast, cast.amina, number)) == ([], ["Leanne Whitmore"])
        for text in ("w", "", " w ", "hitmore", "%%", "\x00\x00"):
            assert find(cast, cast.amina, text) == FoundPlaces(), text

    def test_finds_no_more_than_a_few_and_ended_cases_too(self, cast: Cast, owner: Engine):
        for _ in range(MOST + 2):
            newest = plant_case(owner, cast.amina, last="Many", status="closed")
        found = find(cast, cast.amina, "many")
        assert (len(found.clients), len(found.cases)) == (MOST, MOST)
        assert (found.cases[0].id, found.cases[0].status) == (newest, "closed")

    def test_finds_what_one_may_see_and_nothing_else(self, cast: Cast, owner: Engine):
        plant_case(owner, cast.ben, last="Whitlock", restricted=True)
        plant_case(owner, cast.amina, last="Whitby")
        plant_case(owner, cast.tess, last="Whitaker")
        plant_case(owner, cast.colin, last="Whitcombe")
        open_ones = ["Whitaker", "Whitby"]
        assert names(find(cast, cast.amina, "whit"))[0] == open_ones
        assert names(find(cast, cast.maria, "whit"))[0][:2] == open_ones
        assert names(find(cast, cast.tess, "whit")) == (["Whitaker"], ["Pat Whitaker"])
        assert names(find(cast, cast.colin, "whit"))[0] == ["Whitcombe"]

    def test_refuses_an_admin(self, cast: Cast):
        with pytest.raises(Refused):
            find(cast, cast.root, "whit")
