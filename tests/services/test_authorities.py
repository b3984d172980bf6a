"""Authorities: recorded, live until their last day, withdrawn, and nobody else's."""

from datetime import timedelta

import pytest

from cma_app.clock import today
from cma_app.errors import Invalid, NotFound
from cma_app.services.authorities import (
    list_authorities,
    record_authority,
    withdraw_authority,
    without_authority,
)
from models import Debt
from tests.people import Cast
from tests.services.test_statements import Leanne


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    return Leanne(cast)


class TestRecordAuthority:
    def test_holds_until_its_last_day(self, cast: Cast, leanne: Leanne) -> None:
        signed, last = today() - timedelta(days=30), today()
        with cast.open(cast.amina) as session:
            data = {"signed_on": f"{signed:%d %m %Y}", "expires_on": f"{last:%d %m %Y}"}
            record_authority(session, leanne.case_id, data)
            rows = list_authorities(session, leanne.case_id)
        creditors = {1: "One"}
        assert without_authority(rows, creditors, last) == []
        assert without_authority(rows, creditors, last + timedelta(days=1)) == ["One"]
        assert without_authority(rows, creditors, signed - timedelta(days=1)) == ["One"]

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({}, "signed_on"),
            ({"signed_on": "31 2 2026"}, "signed_on"),
            ({"signed_on": "1 1 2100"}, "signed_on"),
            ({"signed_on": "2 1 2026", "note": "x" * 10_000}, "note"),
            ({"signed_on": "2 1 2026", "how": "smoke"}, "how"),
        ],
    )
    def test_bad_input_gets_its_sentence(
        self, cast: Cast, leanne: Leanne, data: dict[str, str], field: str
    ) -> None:
        with cast.open(cast.amina) as session, pytest.raises(Invalid) as said:
            record_authority(session, leanne.case_id, data)
        assert field in said.value.fields

    def test_another_cases_creditor_is_refused(self, cast: Cast, leanne: Leanne) -> None:
        other = Leanne(cast)
        with cast.open(cast.amina) as session:
            foreign = session.require(Debt, other.rent).creditor_id
            data = {"signed_on": "2 1 2026", "creditor_id": str(foreign)}
            with pytest.raises(Invalid):
                record_authority(session, leanne.case_id, data)

    def test_other_people_find_nothing(self, cast: Cast, leanne: Leanne) -> None:
        given = leanne.authorise()
        for stranger in (cast.colin, cast.tess):
            with cast.open(stranger) as session, pytest.raises(NotFound):
                withdraw_authority(session, given)
