from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.duplicates import Match, Person, compare

STEPHEN = Person(
    first_name="Stephen",
    last_name="Achebe",
    date_of_birth=date(1984, 5, 17),
    ni_match="digest-of-his",
    phones=("447700900123",),
    email="stephen@example.org",
    postcode="PO1 3AX",
)
NOBODY = Person()


@pytest.mark.parametrize(
    ("other", "strength", "reasons"),
    [
        (Person(ni_match="digest-of-his"), "definite", ["NI number"]),
        (
            Person(ni_match="digest-of-his", date_of_birth=date(1990, 2, 2)),
            "definite",
            ["NI number"],
        ),
        (replace(STEPHEN, ni_match="another"), None, []),
        (replace(STEPHEN, ni_match=None, date_of_birth=date(1984, 5, 18)), None, []),
        (
            replace(STEPHEN, ni_match=None, date_of_birth=date(1984, 1, 1)),
            "likely",
            ["Mobile", "E-mail", "Postcode", "Name"],
        ),
        (
            Person(
                "Steven",
                "Achebe",
                date(1984, 5, 17),
                phones=("447700900123",),
                postcode="PO1 3AX",
            ),
            "likely",
            ["Mobile", "Birth date", "Postcode", "Name"],
        ),
        (Person(phones=("447700900123",)), "possible", ["Mobile"]),
        (Person(email="STEPHEN@example.org"), "possible", ["E-mail"]),
        (Person(email="stephen@example.org", postcode="PO1 3AX"), "likely", ["E-mail", "Postcode"]),
        (Person(postcode="PO1 3AX"), None, []),
        (Person(date_of_birth=date(1984, 5, 17)), None, []),
        (
            Person(date_of_birth=date(1984, 5, 17), postcode="PO1 3AX"),
            "possible",
            ["Birth date", "Postcode"],
        ),
        (Person("Stephen", "Achebe"), "possible", ["Name"]),
        (Person("Achebe", "Stephen"), "possible", ["Name"]),
        (Person("Steven", "Achebe"), None, []),
        (Person("Steven", "Achebe", postcode="PO1 3AX"), "possible", ["Postcode", "Name"]),
        (
            Person("Steven", "Achebe", date(1984, 5, 17), postcode="PO1 3AX"),
            "likely",
            ["Birth date", "Postcode", "Name"],
        ),
        (Person("Stella", "Achebe", postcode="PO1 3AX"), None, []),
        (NOBODY, None, []),
    ],
)
def test_what_is_shared_says_how_sure_we_are(other, strength, reasons):
    assert compare(STEPHEN, other).strength == strength
    if strength:
        assert compare(STEPHEN, other).reasons == reasons
    assert compare(other, STEPHEN) == compare(STEPHEN, other)


def test_the_first_of_january_says_nothing():
    year_only = Person(date_of_birth=date(1960, 1, 1), postcode="PO1 3AX")
    assert compare(year_only, year_only).strength is None


def test_no_fixed_address_is_no_address_to_share():
    someone = Person("Ana", "Lee", postcode="No fixed address")
    assert compare(someone, Person("Ben", "Ray", postcode="No fixed address")) == Match(None, [])


def test_a_landline_is_weak():
    home = Person("Ana", "Lee", phones=("442079460018",))
    assert compare(home, Person("Ben", "Ray", phones=("442079460018",))).strength is None
    assert compare(home, Person("Anna", "Lee", phones=("442079460018",))) == Match(
        "possible", ["Phone", "Name"]
    )


def test_accents_do_not_part_people():
    assert compare(Person("Siân", "Rees"), Person("SIAN", "Rees")).strength == "possible"


PEOPLE = st.builds(
    Person,
    first_name=st.sampled_from(["", "Ana", "Anna", "Stephen"]),
    last_name=st.sampled_from(["", "Lee", "Leigh"]),
    date_of_birth=st.none()
    | st.sampled_from([date(1980, 1, 1), date(1980, 2, 2), date(1981, 3, 3)]),
    ni_match=st.sampled_from([None, "a", "b"]),
    phones=st.sampled_from([(), ("447700900123",), ("442079460018",)]),
    email=st.sampled_from(["", "ana@example.org"]),
    postcode=st.sampled_from(["", "PO1 3AX"]),
)


@given(PEOPLE, PEOPLE)
def test_it_does_not_matter_who_comes_first(one, other):
    assert compare(one, other) == compare(other, one)


@given(PEOPLE, PEOPLE)
def test_a_different_number_is_a_different_person(one, other):
    if one.ni_match and other.ni_match and one.ni_match != other.ni_match:
        assert compare(one, other) == Match(None, [])
