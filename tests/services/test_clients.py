"""Clients: found by one box, opened with one audit row, edited without losing anybody's work."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.clients import (
    ClientForm,
    edit_client,
    find_clients,
    masked_ni_number,
    open_client,
    read_client,
    reveal_ni_number,
)
from cma_app.services.walk_in import start_walk_in
from models import Case, Client
from tests.services.intake_forms import walk_in_form

NI_NUMBER = "AB123456C"


def client(cast, actor, **over) -> int:
    with cast.open(actor) as session:
        return start_walk_in(session, walk_in_form(**over)).client_id


def form(**over) -> ClientForm:
    return ClientForm.read(
        {"first_name": "Leanne", "last_name": "Whitmore", "postcode": "PO1 3AX", **over}
    )


def edit(cast, actor, client_id, version=None, **over):
    with cast.open(actor) as session:
        seen = version or session.require(Client, client_id).version
        edit_client(session, client_id, form(**over), version=seen)


def audit(owner, client_id, action):
    with owner.connect() as connection:
        return connection.execute(
            text(
                "SELECT user_id, new_values FROM audit_logs"
                " WHERE client_id = :client AND action = :action"
            ),
            {"client": client_id, "action": action},
        ).all()


class TestFindClients:
    @pytest.mark.parametrize(
        "typed",
        [
            "whit",
            "WHIT",
            "lea",
            "leanne whit",
            "whitmore, lea",
            "27 3 1984",
            "27/03/1984",
            "1984-03-27",
            "po13ax",
            "PO1",
            "07700900123",
            "",
        ],
    )
    def test_finds_by_one_box(self, cast, typed):
        mine = client(cast, cast.amina)
        client(
            cast,
            cast.amina,
            first_name="Marek",
            last_name="Dudek",
            date_of_birth="1 2 1970",
            postcode="SO14 0AA",
            phone="07700 900999",
            email="",
        )
        with cast.open(cast.ben) as session:
            page = find_clients(session, text=typed)
        found = [each.id for each in page.rows]
        assert mine in found
        assert len(found) == (2 if typed == "" else 1)
        assert page.total == len(found)

    def test_finds_by_the_reference_of_client_and_of_case(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            own = session.require(Client, mine).client_reference
            of_case = session.exec(select(Case)).one().case_reference
            for typed in (own, own.lower(), of_case):
                assert [each.id for each in find_clients(session, text=typed).rows] == [mine]

    @pytest.mark.parametrize("typed", ["%", "_", "hit", "31 2 1984", "x" * 10_000, "\x00", "'--"])
    def test_finds_nobody_by_rubbish(self, cast, typed):
        client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            assert find_clients(session, text=typed).total == (1 if typed == "\x00" else 0)

    def test_sorts_and_pages(self, cast, owner):
        with owner.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO clients (centre_id, client_reference, first_name, last_name)"
                    " SELECT :centre, 'T-' || n, 'Ann', 'Z' || lpad(n::text, 3, '0')"
                    " FROM generate_series(1, 60) n"
                ),
                {"centre": cast.amina.centre_id},
            )
        with cast.open(cast.amina) as session:
            first = find_clients(session, text="ann z")
            second = find_clients(session, text="ann z", number=2)
            last = find_clients(session, text="ann z", direction="descending")
        assert (len(first.rows), len(second.rows), first.total, first.pages) == (50, 10, 60, 2)
        assert first.rows[0].last_name == "Z001"
        assert last.rows[0].last_name == "Z060"

    def test_shows_a_trainee_their_own_people_only(self, cast):
        client(cast, cast.amina)
        own = client(cast, cast.tess)
        with cast.open(cast.tess) as session:
            assert [each.id for each in find_clients(session).rows] == [own]

    def test_shows_another_centre_nothing(self, cast):
        client(cast, cast.amina)
        with cast.open(cast.colin) as session:
            assert find_clients(session, text="whit").total == 0

    def test_refuses_an_admin(self, cast):
        with pytest.raises(Refused), cast.open(cast.root) as session:
            find_clients(session)


class TestOpenClient:
    def test_writes_exactly_one_audit_row(self, cast, owner):
        mine = client(cast, cast.amina)
        with cast.open(cast.ben) as session:
            open_client(session, mine)
            read_client(session, mine)
        assert [row.user_id for row in audit(owner, mine, "client:open")] == [cast.ben.user_id]

    def test_is_not_found_by_a_trainee_it_is_not_assigned_to(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.tess) as session:
            open_client(session, mine)

    def test_is_not_found_from_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            open_client(session, mine)


class TestEditClient:
    def test_changes_what_was_typed(self, cast):
        mine = client(cast, cast.amina)
        edit(
            cast,
            cast.ben,
            mine,
            title="Ms",
            city="Portsmouth",
            marital_status="single",
            employment_status="carer",
            dependents="2",
            phone_secondary="02392 123456",
        )
        with cast.open(cast.amina) as session:
            row = session.require(Client, mine)
            assert (row.title, row.city, row.dependents, row.employment_status) == (
                "Ms",
                "Portsmouth",
                2,
                "carer",
            )

    def test_shows_both_values_when_two_edit_and_loses_neither(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            seen = session.require(Client, mine).version
        edit(cast, cast.ben, mine, version=seen, city="Gosport", first_name="Lea")
        with pytest.raises(Conflict) as refused:
            edit(cast, cast.amina, mine, version=seen, city="Fareham", first_name="Lea")
        theirs = refused.value.theirs
        assert theirs["city"] == "Gosport"
        assert "first_name" not in theirs
        edit(cast, cast.amina, mine, version=int(theirs["version"]), city="Fareham")
        with cast.open(cast.amina) as session:
            assert session.require(Client, mine).city == "Fareham"

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("first_name", ""),
            ("last_name", "x" * 10_000),
            ("date_of_birth", "31 2 1984"),
            ("date_of_birth", "1 1 2090"),
            ("phone_primary", "call me"),
            ("email", "leanne@"),
            ("postcode", "XX"),
            ("nation", "france"),
            ("marital_status", "sometimes"),
            ("dependents", "two"),
            ("dependents", "-1"),
            ("ni_number", "QQ123456A"),
        ],
    )
    def test_refuses_a_wrong_answer_with_a_sentence(self, field, typed):
        with pytest.raises(Invalid) as refused:
            form(**{field: typed})
        assert list(refused.value.fields) == [field]
        assert refused.value.fields[field].endswith(".")

    def test_is_not_found_from_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            edit_client(session, mine, form(), version=1)


class TestNationalInsuranceNumber:
    def test_is_encrypted_masked_and_kept_when_the_box_is_left_empty(self, cast, owner):
        mine = client(cast, cast.amina)
        edit(cast, cast.amina, mine, ni_number="ab 12 34 56 c")
        edit(cast, cast.amina, mine, ni_number="")
        with owner.connect() as connection:
            stored = connection.execute(
                text("SELECT national_insurance_number FROM clients WHERE id = :id"), {"id": mine}
            ).scalar_one()
        assert NI_NUMBER not in stored
        with cast.open(cast.amina) as session:
            assert masked_ni_number(session.require(Client, mine)) == "•• •• •• 56 C"

    def test_is_revealed_with_an_audit_row_that_does_not_hold_it(self, cast, owner):
        mine = client(cast, cast.amina)
        edit(cast, cast.amina, mine, ni_number=NI_NUMBER)
        with cast.open(cast.ben) as session:
            assert reveal_ni_number(session, mine) == NI_NUMBER
        assert [row.user_id for row in audit(owner, mine, "client:reveal_ni_number")] == [
            cast.ben.user_id
        ]
        with owner.connect() as connection:
            leaked = connection.execute(
                text(
                    "SELECT count(*) FROM audit_logs WHERE client_id = :id"
                    " AND (old_values::text || new_values::text) LIKE '%123456%'"
                ),
                {"id": mine},
            ).scalar_one()
        assert leaked == 0

    def test_can_be_forgotten(self, cast):
        mine = client(cast, cast.amina)
        edit(cast, cast.amina, mine, ni_number=NI_NUMBER)
        edit(cast, cast.amina, mine, ni_number_forgotten="on")
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            reveal_ni_number(session, mine)

    def test_is_not_found_from_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            reveal_ni_number(session, mine)
