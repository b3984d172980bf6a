"""The route of a copy of everything: sent once, as an attachment, to nobody else."""

import io
import json
import zipfile

import pytest
from sqlalchemy import Engine, text

from cma_app.services.client_copies import list_copies
from tests.papers import keep
from tests.people import Cast
from tests.served import Served
from tests.services.money import make_case
from tests.services.test_portability import ask, client_of

pytestmark = pytest.mark.database


def test_is_sent_once_to_who_asked_and_to_nobody_else(served: Served, cast: Cast) -> None:
    case_id = make_case(cast, cast.amina)
    keep(cast, case_id)
    client_id = client_of(cast, case_id)
    path = f"/copies/{ask(cast, client_id)}.zip"
    assert served.get(path).headers["location"] == "/sign-in"
    absent = served.get("/copies/999999999.zip", served.sign_in(cast, "ben"))
    for who in ("ben", "tess", "maria", "colin", "bea", "root"):
        answer = served.get(path, served.sign_in(cast, who))
        assert (answer.status_code, answer.text) == (404, absent.text), who
    cookie = served.sign_in(cast, "amina")
    answer = served.get(path, cookie)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    assert json.loads(found.read("everything.json"))["documents"]
    again = served.get(path, cookie)
    assert (again.status_code, again.text) == (
        409,
        "This copy was taken already. Ask for another one.",
    )
    with cast.open(cast.maria) as session:
        assert [each.row.status for each in list_copies(session, client_id)] == ["made"]


def test_is_not_sent_to_who_must_set_up_a_second_factor(
    served: Served, cast: Cast, owner: Engine
) -> None:
    case_id = make_case(cast, cast.amina)
    path = f"/copies/{ask(cast, client_of(cast, case_id))}.zip"
    cookie = served.sign_in(cast, "amina")
    with owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE centres SET settings = coalesce(settings, '{}')"
                ' || \'{"second_factor_roles": ["advisor"]}\' WHERE id = :id'
            ),
            {"id": cast.amina.centre_id},
        )
    assert served.get(path, cookie).status_code == 403
