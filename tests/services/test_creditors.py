"""The creditor directory: own entries beside the shipped list, and what is offered of them."""

from typing import Any

import pytest
from sqlmodel import col, select

from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.creditor_list import listed_creditors
from cma_app.services.creditors import (
    CreditorLine,
    add_entry,
    change_entry,
    known_kinds,
    list_creditors,
    read_entry,
    remove_entry,
    restore_entry,
)
from cma_app.services.debts import add_debt, change_debt
from cma_app.services.letter_facts import creditors_to
from models import CreditorEntry
from tests.people import Cast
from tests.services.money import audited, make_case

HARBOUR = {
    "name": "Harbour Homes",
    "debt_type": "rent",
    "address_line1": "1 Quay Street",
    "city": "Hull",
    "postcode": "hu1 1aa",
    "phone": "01482 496 001",
    "email": "rents@harbour.example",
    "note": "Ask for the income team.",
}


def add(cast: Cast, who: Any = None, **over: str) -> int:
    with cast.open(who or cast.amina) as session:
        return add_entry(session, HARBOUR | over).id


def listed(cast: Cast, who: Any = None, **wanted: Any) -> list[CreditorLine]:
    with cast.open(who or cast.amina) as session:
        return list_creditors(session, **wanted).rows


def owe(cast: Cast, case_id: int, name: str, kind: str, balance: str = "70") -> int:
    with cast.open(cast.amina) as session:
        row = {"creditor": name, "debt_type": kind, "balance": balance}
        return add_debt(session, case_id, row).id


class TestListCreditors:
    def test_shows_own_entries_first_and_the_shipped_list_after(self, cast: Cast) -> None:
        add(cast, name="Zenith Homes")
        add(cast, name="Anchor Homes")
        rows = listed(cast)
        assert [row.name for row in rows[:3]] == [
            "Anchor Homes",
            "Zenith Homes",
            listed_creditors()[0].name,
        ]
        assert rows[0].address == ("1 Quay Street", "Hull", "HU1 1AA")
        assert (rows[2].id, rows[2].address) == (0, ())

    def test_comes_in_pages_that_leave_nobody_out(self, cast: Cast) -> None:
        names = [f"Lender {number:02}" for number in range(53)]
        for name in names:
            add(cast, name=name)
        with cast.open(cast.amina) as session:
            pages = [list_creditors(session, number=number) for number in range(1, 11)]
        shown = [row.name for page in pages for row in page.rows]
        assert shown == names + [each.name for each in listed_creditors()]
        assert pages[0].total == len(shown)
        assert [len(page.rows) for page in pages[:2]] == [50, 50]

    @pytest.mark.parametrize("text", ["harb", "HOMES", "homes", "  harbour   homes "])
    def test_finds_the_beginning_of_any_word(self, cast: Cast, text: str) -> None:
        add(cast)
        assert listed(cast, text=text)[0].name == "Harbour Homes"

    @pytest.mark.parametrize("text", ["%", "_", "arbour", "nobody at all", "\\"])
    def test_finds_no_more_than_that(self, cast: Cast, text: str) -> None:
        add(cast)
        assert "Harbour Homes" not in [row.name for row in listed(cast, text=text)]

    def test_an_own_entry_stands_in_the_place_of_the_shipped_one(self, cast: Cast) -> None:
        add(cast, name="barclays")
        rows = listed(cast, text="barclays bank uk")
        assert [(row.name, row.id > 0) for row in rows] == [("barclays", True)]

    def test_can_be_narrowed(self, cast: Cast) -> None:
        add(cast)
        assert [row.name for row in listed(cast, source="own")] == ["Harbour Homes"]
        assert all(row.id == 0 for row in listed(cast, source="shipped"))

    def test_a_trainee_sees_it_and_an_admin_does_not(self, cast: Cast) -> None:
        add(cast)
        assert listed(cast, cast.tess)[0].name == "Harbour Homes"
        with pytest.raises(Refused):
            listed(cast, cast.root)

    def test_another_centre_finds_only_what_is_shipped(self, cast: Cast) -> None:
        add(cast)
        assert listed(cast, cast.colin, source="own") == []
        assert listed(cast, cast.colin, text="harbour") == []


class TestAddEntry:
    def test_keeps_what_was_typed(self, cast: Cast) -> None:
        entry_id = add(cast)
        with cast.open(cast.ben) as session:
            answers = read_entry(session, entry_id).answers
        assert answers["postcode"] == "HU1 1AA"
        assert answers["debt_type"] == "rent"
        assert answers["note"] == "Ask for the income team."

    def test_only_the_name_must_be_there(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            entry = add_entry(session, {"name": "  Harbour \u202e  Homes ", "debt_type": ""})
        assert (entry.name, entry.debt_type, entry.postcode) == ("Harbour Homes", None, None)

    @pytest.mark.parametrize("name", ["Harbour Homes", "HARBOUR HOMES", " harbour  homes "])
    def test_a_name_is_there_once(self, cast: Cast, name: str) -> None:
        add(cast)
        with pytest.raises(Invalid) as invalid:
            add(cast, name=name)
        assert "already" in invalid.value.fields["name"]

    def test_the_next_centre_may_have_the_same_name(self, cast: Cast) -> None:
        add(cast)
        add(cast, cast.colin)

    @pytest.mark.parametrize(
        ("box", "typed"),
        [
            ("name", " "),
            ("name", "x" * 10_000),
            ("debt_type", "gambling"),
            ("address_line1", "x" * 256),
            ("city", "x" * 101),
            ("postcode", "HULL"),
            ("postcode", "no fixed address"),
            ("phone", "not a number"),
            ("email", "rents@"),
            ("note", "x" * 501),
        ],
    )
    def test_each_wrong_box_has_a_sentence(self, cast: Cast, box: str, typed: str) -> None:
        with pytest.raises(Invalid) as invalid:
            add(cast, **{box: typed})
        assert list(invalid.value.fields) == [box]
        assert invalid.value.fields[box].endswith(".")

    @pytest.mark.parametrize("who", ["tess", "root"])
    def test_refuses_a_trainee_and_an_admin(self, cast: Cast, who: str) -> None:
        with pytest.raises(Refused):
            add(cast, getattr(cast, who))

    def test_is_written_in_the_audit_log(self, cast: Cast) -> None:
        entry_id = add(cast)
        with cast.open(cast.amina) as session:
            rows = audited(session, "creditor:record", "creditor_directory")
        assert [(row.user_id, row.record_id) for row in rows] == [(cast.amina.user_id, entry_id)]


class TestChangeEntry:
    def test_changes_it(self, cast: Cast) -> None:
        entry_id = add(cast)
        with cast.open(cast.ben) as session:
            change_entry(session, entry_id, HARBOUR | {"city": "Leeds"}, version=1)
        with cast.open(cast.ben) as session:
            entry = session.require(CreditorEntry, entry_id)
            assert (entry.city, entry.version) == ("Leeds", 2)

    def test_who_comes_second_sees_both(self, cast: Cast) -> None:
        entry_id = add(cast)
        with cast.open(cast.ben) as session:
            change_entry(session, entry_id, HARBOUR | {"city": "Leeds", "note": ""}, version=1)
        mine = HARBOUR | {"city": "York"}
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            change_entry(session, entry_id, mine, version=1)
        assert conflict.value.theirs == {"version": "2", "city": "Leeds", "note": "nothing"}
        with cast.open(cast.amina) as session:
            change_entry(session, entry_id, mine, version=2)
            assert session.require(CreditorEntry, entry_id).city == "York"

    def test_refuses_anothers_name(self, cast: Cast) -> None:
        add(cast)
        other = add(cast, name="Quay Homes")
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            change_entry(session, other, HARBOUR, version=1)

    def test_refuses_a_trainee(self, cast: Cast) -> None:
        entry_id = add(cast)
        for verb in (
            lambda session: change_entry(session, entry_id, HARBOUR, version=1),
            lambda session: read_entry(session, entry_id),
        ):
            with pytest.raises(Refused, match="supervisor"), cast.open(cast.tess) as session:
                verb(session)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        entry_id = add(cast)
        for number in (entry_id, 999_999_999):
            with pytest.raises(NotFound), cast.open(cast.colin) as session:
                change_entry(session, number, HARBOUR, version=1)


class TestRemoveAndRestore:
    def test_a_removed_name_may_be_added_again(self, cast: Cast) -> None:
        first = add(cast)
        with cast.open(cast.amina) as session:
            remove_entry(session, first)
        assert listed(cast, source="own") == []
        assert add(cast) != first

    def test_it_comes_back_as_it_was(self, cast: Cast) -> None:
        entry_id = add(cast)
        with cast.open(cast.amina) as session:
            remove_entry(session, entry_id)
        with cast.open(cast.ben) as session:
            restore_entry(session, entry_id)
        assert [row.email for row in listed(cast, source="own")] == ["rents@harbour.example"]

    def test_not_beside_another_of_its_name(self, cast: Cast) -> None:
        first = add(cast)
        with cast.open(cast.amina) as session:
            remove_entry(session, first)
        add(cast)
        with pytest.raises(Conflict, match="added again"), cast.open(cast.amina) as session:
            restore_entry(session, first)
        assert len(listed(cast, source="own")) == 1

    def test_neither_is_a_strangers_or_a_trainees(self, cast: Cast) -> None:
        entry_id = add(cast)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            remove_entry(session, entry_id)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            remove_entry(session, entry_id)
        with cast.open(cast.amina) as session:
            remove_entry(session, entry_id)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            restore_entry(session, entry_id)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            restore_entry(session, entry_id)

    def test_only_what_was_removed_comes_back(self, cast: Cast) -> None:
        entry_id = add(cast)
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            restore_entry(session, entry_id)

    def test_both_are_written_in_the_audit_log(self, cast: Cast) -> None:
        entry_id = add(cast)
        with cast.open(cast.amina) as session:
            remove_entry(session, entry_id)
        with cast.open(cast.ben) as session:
            restore_entry(session, entry_id)
        with cast.open(cast.maria) as session:
            rows = audited(session, "creditor:remove", "creditor_directory")
        assert [row.user_id for row in rows] == [cast.amina.user_id, cast.ben.user_id]


class TestKnownKinds:
    def kinds(self, cast: Cast, who: Any = None) -> dict[str, str]:
        with cast.open(who or cast.amina) as session:
            return known_kinds(session)

    def test_an_own_entry_says_it_before_the_shipped_list(self, cast: Cast) -> None:
        shipped = self.kinds(cast)["Barclays"]
        assert shipped == "overdraft"
        add(cast, name="BARCLAYS", debt_type="personal_loan")
        kinds = self.kinds(cast)
        assert kinds["BARCLAYS"] == "personal_loan"
        assert "Barclays" not in kinds

    def test_the_kind_last_owed_for_fills_what_nobody_said(self, cast: Cast) -> None:
        add(cast, debt_type="")
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id, "harbour homes", "council_tax")
        owe(cast, case_id, "Northern Bank", "overdraft")
        owe(cast, case_id, "Northern Bank", "credit_card")
        kinds = self.kinds(cast)
        assert kinds["Harbour Homes"] == "council_tax"
        assert kinds["Northern Bank"] == "credit_card"
        assert "harbour homes" not in kinds

    def test_never_names_a_private_person(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id, "Aunt Mary", "friends_family")
        mistaken = owe(cast, case_id, "Uncle Jim", "credit_card")
        with cast.open(cast.amina) as session:
            row = {"creditor": "Uncle Jim", "debt_type": "friends_family", "balance": "70"}
            change_debt(session, mistaken, row, version=1)
        kinds = self.kinds(cast)
        assert not {"Aunt Mary", "Uncle Jim"} & kinds.keys()

    def test_names_a_landlord_only_once_two_cases_do(self, cast: Cast) -> None:
        first, second = make_case(cast, cast.amina), make_case(cast, cast.amina)
        owe(cast, first, "J Smith", "rent")
        owe(cast, first, "J Smith", "rent", "80")
        assert "J Smith" not in self.kinds(cast)
        owe(cast, second, "J Smith", "rent")
        assert self.kinds(cast)["J Smith"] == "rent"

    def test_tells_the_next_centre_nothing(self, cast: Cast) -> None:
        add(cast)
        owe(cast, make_case(cast, cast.amina), "Northern Bank", "credit_card")
        assert not {"Harbour Homes", "Northern Bank"} & self.kinds(cast, cast.colin).keys()

    def test_a_trainee_hears_no_name_of_a_case_that_is_not_theirs(self, cast: Cast) -> None:
        owe(cast, make_case(cast, cast.amina), "Northern Bank", "credit_card")
        assert "Northern Bank" not in self.kinds(cast, cast.tess)


class TestLetters:
    def test_take_the_own_entrys_address_and_email(self, cast: Cast) -> None:
        add(cast)
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id, "harbour homes", "rent")
        with cast.open(cast.amina) as session:
            to = creditors_to(session, case_id)[0]
        assert to.address == ("1 Quay Street", "Hull", "HU1 1AA")
        assert to.email == "rents@harbour.example"

    def test_take_none_of_a_removed_one(self, cast: Cast) -> None:
        entry_id = add(cast)
        case_id = make_case(cast, cast.amina)
        owe(cast, case_id, "Harbour Homes", "rent")
        with cast.open(cast.amina) as session:
            remove_entry(session, entry_id)
        with cast.open(cast.amina) as session:
            to = creditors_to(session, case_id)[0]
            left = session.exec(select(CreditorEntry).where(col(CreditorEntry.id) == entry_id))
            assert list(left) == []
        assert (to.address, to.email) == ((), "")
