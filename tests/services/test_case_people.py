"""Two people on one case: joined with files of their own, and separated without a trace."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.authorities import list_authorities, record_authority
from cma_app.services.budgets import read_budget, record_line, start_sheet
from cma_app.services.case_facts import open_facts
from cma_app.services.case_people import (
    PersonFacts,
    alike_people,
    join_client,
    join_new_person,
    read_people,
)
from cma_app.services.clients import cases_of, find_clients
from cma_app.services.consents import ConsentForm, record_consent
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.debts import add_debt, list_debts
from cma_app.services.households import read_household, record_household
from cma_app.services.restricted_files import restrict_file
from cma_app.services.separation import foresee_parting, separate_people
from cma_app.services.timeline import read_timeline
from cma_app.services.walk_in import start_walk_in
from models import BudgetSheet, Case, CasePerson, Client
from tests.people import Cast
from tests.services.closings import close_case
from tests.services.intake_forms import ROUTES, walk_in_form
from tests.services.money import audited, make_case

UNASKED = dict.fromkeys(ROUTES, "not_asked")
DEREK = {
    "first_name": "Derek",
    "last_name": "Fenwick",
    "date_of_birth": "3 4 1951",
    "phone": "07700 900202",
    **UNASKED,
}


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def join(cast: Cast, case_id: int, who: Actor | None = None, **over: str) -> int:
    with cast.open(who or cast.amina) as session:
        return join_new_person(session, case_id, DEREK | over).id


def people(cast: Cast, case_id: int) -> list[PersonFacts]:
    with cast.open(cast.amina) as session:
        return read_people(session, case_id)


def separate(cast: Cast, case_id: int, *, opens_case: bool = False) -> int:
    with cast.open(cast.amina) as session:
        own = separate_people(session, case_id, opens_case=opens_case)
        return own.id if own is not None else 0


def owe(cast: Cast, case_id: int, name: str, balance: str, owed_by: str, **more: str) -> int:
    row = {"creditor": name, "debt_type": "credit_card", "balance": balance, "owed_by": owed_by}
    with cast.open(cast.amina) as session:
        return add_debt(session, case_id, row | more).id


def found(cast: Cast, who: Actor, words: str) -> list[int]:
    with cast.open(who) as session:
        return [row.id for row in find_clients(session, text=words).rows]


class TestJoinNewPerson:
    def test_makes_a_file_with_routes_and_consents_of_their_own(
        self, cast: Cast, case_id: int
    ) -> None:
        (first,) = people(cast, case_id)
        with cast.open(cast.amina) as session:
            record_routes(session, first.client_id, RouteAnswers.read(ROUTES))
            form = {"purpose": "holding", "answer": "given", "wording_version": "2026-01"}
            record_consent(session, first.client_id, ConsentForm.read(form))
        derek = join(cast, case_id)
        first, second = people(cast, case_id)
        assert (second.client_id, second.name, second.is_second) == (derek, "Derek Fenwick", True)
        assert second.date_of_birth == date(1951, 4, 3)
        assert {each.answer for each in second.routes} == {"not_asked"}
        assert set(second.consents.values()) == {None}
        assert {each.answer for each in first.routes} == {"yes", "no", "not_asked"}
        assert first.consents["holding"] is True

    def test_the_bar_names_both_and_how_to_reach_whom(self, cast: Cast, case_id: int) -> None:
        derek = join(cast, case_id, route_text="yes")
        with cast.open(cast.amina) as session:
            facts = open_facts(session, case_id, first=False)
        assert (facts.client_name, facts.partner_name) == ("Leanne Whitmore", "Derek Fenwick")
        assert facts.partner_id == derek
        assert "yes" not in {each.answer for each in facts.routes}
        assert [each.route for each in facts.partner_routes if each.answer == "yes"] == ["text"]

    def test_each_file_links_to_the_case_and_names_the_other(
        self, cast: Cast, case_id: int
    ) -> None:
        derek = join(cast, case_id)
        first = people(cast, case_id)[0].client_id
        with cast.open(cast.amina) as session:
            (theirs,), (hers,) = cases_of(session, derek), cases_of(session, first)
        assert (theirs.id, theirs.other) == (case_id, "Leanne Whitmore")
        assert (hers.id, hers.other) == (case_id, "Derek Fenwick")

    def test_an_answered_household_says_so_from_then_on(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            record_household(session, case_id, {"adults": "1", "tenure": "owner"})
        derek = join(cast, case_id)
        with cast.open(cast.amina) as session:
            newest, before = read_household(session, case_id).history
            assert (newest.answers.has_partner, newest.answers.adults) == (True, 2)
            assert (newest.answers.tenure, before.answers.adults) == ("owner", 1)
            logged = audited(session, "case:join_person", "households")
        assert logged[-1].new_values["partner_client_id"] == derek

    def test_there_are_two_and_no_more(self, cast: Cast, case_id: int) -> None:
        join(cast, case_id)
        with pytest.raises(Conflict, match="two people"):
            join(cast, case_id, first_name="Dora")
        with cast.open(cast.amina) as session:
            other = start_walk_in(session, walk_in_form(first_name="Dora")).client_id
        with pytest.raises(Conflict, match="two people"), cast.open(cast.amina) as session:
            join_client(session, case_id, client_id=other)

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("first_name", ""),
            ("last_name", "x" * 101),
            ("date_of_birth", "31 2 1951"),
            ("phone", "12"),
            ("route_text", "perhaps"),
        ],
    )
    def test_what_does_not_fit_gets_a_sentence(
        self, cast: Cast, case_id: int, field: str, typed: str
    ) -> None:
        with pytest.raises(Invalid) as invalid:
            join(cast, case_id, **{field: typed})
        assert list(invalid.value.fields) == [field]
        assert len(people(cast, case_id)) == 1

    def test_not_on_a_case_that_has_ended(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            close_case(session, case_id, reason="Done")
        with pytest.raises(Refused, match="ended"):
            join(cast, case_id)

    def test_is_not_found_by_strangers(self, cast: Cast, case_id: int) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound):
                join(cast, case_id, stranger)
            with pytest.raises(NotFound), cast.open(stranger) as session:
                read_people(session, case_id)
        with pytest.raises((Refused, NotFound)):
            join(cast, case_id, cast.root)

    def test_is_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        derek = join(cast, case_id)
        with cast.open(cast.amina) as session:
            (row,) = audited(session, "case:join_person", "case_people")
        assert (row.case_id, row.client_id) == (case_id, derek)


class TestJoinClient:
    def other(self, cast: Cast, who: Actor | None = None) -> int:
        form = walk_in_form(first_name="Derek", last_name="Fenwick", date_of_birth="3 4 1951")
        with cast.open(who or cast.amina) as session:
            return start_walk_in(session, form).client_id

    def test_takes_a_client_of_the_centre_as_they_are(self, cast: Cast, case_id: int) -> None:
        derek = self.other(cast, cast.ben)
        with cast.open(cast.amina) as session:
            alike = alike_people(session, case_id, {"first_name": "Derek", "last_name": "Fenwick"})
            assert [each.id for each in alike] == [derek]
            join_client(session, case_id, client_id=derek)
        assert [each.client_id for each in people(cast, case_id)][1] == derek
        assert people(cast, case_id)[1].routes[0].answer == ROUTES["route_call"]

    def test_the_client_of_the_case_is_no_partner_and_never_offered(
        self, cast: Cast, case_id: int
    ) -> None:
        first = people(cast, case_id)[0].client_id
        with cast.open(cast.amina) as session:
            typed = {"first_name": "Leanne", "last_name": "Whitmore", "date_of_birth": "1 1"}
            assert alike_people(session, case_id, typed) == []
            with pytest.raises(Invalid, match="client of the case"):
                join_client(session, case_id, client_id=first)

    def test_another_centres_client_is_nobody(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.colin) as session:
            foreign = start_walk_in(session, walk_in_form()).client_id
        sentences = set()
        for number in (foreign, 999_999_999):
            with pytest.raises(Invalid) as invalid, cast.open(cast.amina) as session:
                join_client(session, case_id, client_id=number)
            sentences.add(str(invalid.value.fields))
        assert len(sentences) == 1
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            join_client(session, case_id, client_id=foreign)


class TestATrainee:
    def test_sees_the_partner_of_their_own_case_alone(self, cast: Cast) -> None:
        mine, others = make_case(cast, cast.tess), make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            derek = join_new_person(session, mine, DEREK).id
            dora = join_new_person(session, others, DEREK | {"first_name": "Dora"}).id
        assert found(cast, cast.tess, "fenwick") == [derek]
        with cast.open(cast.tess) as session:
            assert [each.client_id for each in read_people(session, mine)][1] == derek
            with pytest.raises(NotFound):
                session.require(Client, dora)
        separate(cast, mine)
        assert found(cast, cast.tess, "fenwick") == []

    def test_cannot_take_anothers_client_by_joining_them(self, cast: Cast) -> None:
        mine = make_case(cast, cast.tess)
        with cast.open(cast.amina) as session:
            theirs = start_walk_in(session, walk_in_form()).client_id
        with pytest.raises(Invalid), cast.open(cast.tess) as session:
            join_client(session, mine, client_id=theirs)
        insert = text(
            "INSERT INTO case_people (centre_id, case_id, client_id) VALUES (:centre, :case, :who)"
        )
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            cast.open(cast.tess) as session,
        ):
            values = {"centre": cast.tess.centre_id, "case": mine, "who": theirs}
            session.execute(insert, values)

    def test_cannot_call_back_who_has_left(self, cast: Cast) -> None:
        mine = make_case(cast, cast.tess)
        with cast.open(cast.amina) as session:
            join_new_person(session, mine, DEREK)
        separate(cast, mine)
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            cast.open(cast.tess) as session,
        ):
            session.execute(text("UPDATE case_people SET left_on = NULL"))

    def test_separates_nobody(self, cast: Cast) -> None:
        mine = make_case(cast, cast.tess)
        join(cast, mine, cast.tess)
        with pytest.raises(Refused, match="supervisor"), cast.open(cast.tess) as session:
            separate_people(session, mine, opens_case=False)


class TestARestrictedPartner:
    def test_hides_the_case_until_they_leave_it(self, cast: Cast, case_id: int) -> None:
        derek = join(cast, case_id)
        with cast.open(cast.maria) as session:
            restrict_file(session, derek, [cast.amina.user_id])
        for stranger in (cast.ben,):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                open_facts(session, case_id, first=False)
            with pytest.raises(NotFound), cast.open(stranger) as session:
                read_household(session, case_id)
            assert found(cast, stranger, "fenwick") == []
        with cast.open(cast.amina) as session:
            assert open_facts(session, case_id, first=False).is_restricted
        separate(cast, case_id)
        with cast.open(cast.ben) as session:
            facts = open_facts(session, case_id, first=False)
        assert (facts.partner_name, facts.is_restricted) == ("", False)
        assert found(cast, cast.ben, "fenwick") == []


class TestSeparatePeople:
    def two_with_debts(self, cast: Cast, case_id: int) -> int:
        derek = join(cast, case_id)
        owe(cast, case_id, "Dyffryn Bank", "7800", "joint", liability="joint", account_number="J1")
        owe(cast, case_id, "Homefield", "2700", "client")
        owe(cast, case_id, "Marlow Bank", "1500", "partner")
        return derek

    def test_the_case_stays_and_the_partner_leaves(self, cast: Cast, case_id: int) -> None:
        derek = self.two_with_debts(cast, case_id)
        assert separate(cast, case_id) == 0
        assert [each.is_second for each in people(cast, case_id)] == [False]
        with cast.open(cast.amina) as session:
            (row,) = session.exec(select(CasePerson).where(col(CasePerson.case_id) == case_id))
            assert (row.client_id, row.left_on) == (derek, today())
            assert cases_of(session, derek) == []
            (hers,) = cases_of(session, session.require(Case, case_id).client_id)
            assert hers.other == ""

    def test_says_before_what_would_stay_and_what_would_go(self, cast: Cast, case_id: int) -> None:
        self.two_with_debts(cast, case_id)
        with cast.open(cast.amina) as session:
            parting = foresee_parting(session, case_id)
        assert [line.creditor for line in parting.joint] == ["Dyffryn Bank"]
        assert [(line.creditor, line.balance) for line in parting.theirs] == [
            ("Marlow Bank", Decimal("1500.00"))
        ]

    def test_joint_debts_stand_in_full_on_both_sides(self, cast: Cast, case_id: int) -> None:
        derek = self.two_with_debts(cast, case_id)
        own = separate(cast, case_id, opens_case=True)
        with cast.open(cast.amina) as session:
            hers, his = list_debts(session, case_id), list_debts(session, own)
            assert session.require(Case, own).client_id == derek
            assert session.require(Case, own).advisor_id == cast.amina.user_id
        assert [(row.creditor, row.balance) for row in hers.rows] == [
            ("Dyffryn Bank", Decimal("7800.00")),
            ("Homefield", Decimal("2700.00")),
        ]
        assert [(row.creditor, row.owed_by, row.account_number) for row in his.rows] == [
            ("Dyffryn Bank", "joint", "J1"),
            ("Marlow Bank", "client", None),
        ]
        assert (hers.totals.client, his.totals.client) == (Decimal(10_500), Decimal(9_300))

    def test_a_sheet_for_two_is_kept_and_revised_for_one(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            record_household(session, case_id, {"adults": "1"})
            sheet = start_sheet(session, case_id)
        join(cast, case_id)
        with cast.open(cast.amina) as session:
            session.require(BudgetSheet, sheet.id).is_joint = True
            record_line(session, sheet.id, code="client-salary-or-wages", typed="900")
            record_line(session, sheet.id, code="partner-salary-or-wages", typed="1100")
        separate(cast, case_id)
        with cast.open(cast.amina) as session:
            newest = read_budget(session, case_id)
            older = read_budget(session, case_id, sheet_no=1)
        assert newest.sheet is not None
        assert older.sheet is not None
        assert (older.sheet.total_income, newest.sheet.total_income) == (2000, 900)
        assert not newest.sheet.is_joint
        assert newest.household is not None
        assert older.household is not None
        assert (older.household.adults, newest.household.adults) == (2, 1)
        assert not newest.household.has_partner

    def test_an_ended_case_is_separated_too(self, cast: Cast, case_id: int) -> None:
        join(cast, case_id)
        with cast.open(cast.amina) as session:
            start_sheet(session, case_id)
            close_case(session, case_id, reason="Done")
        separate(cast, case_id)
        assert len(people(cast, case_id)) == 1
        with cast.open(cast.amina) as session:
            assert len(read_budget(session, case_id).sheets) == 1

    def test_what_left_is_in_nobodys_timeline_or_authorities(
        self, cast: Cast, case_id: int
    ) -> None:
        derek = self.two_with_debts(cast, case_id)
        with cast.open(cast.amina) as session:
            signed = {"signed_on": f"{today():%d %m %Y}", "client_id": str(derek)}
            record_authority(session, case_id, signed)
            assert "1,500.00" in str(read_timeline(session, case_id))
        separate(cast, case_id)
        with cast.open(cast.amina) as session:
            told = str(read_timeline(session, case_id))
            assert list_authorities(session, case_id) == []
        assert "1,500.00" not in told
        assert "2,700.00" in told

    def test_only_once(self, cast: Cast, case_id: int) -> None:
        join(cast, case_id)
        separate(cast, case_id)
        with pytest.raises(Conflict, match="already"):
            separate(cast, case_id)

    def test_they_may_be_joined_anew(self, cast: Cast, case_id: int) -> None:
        derek = join(cast, case_id)
        separate(cast, case_id)
        with cast.open(cast.amina) as session:
            join_client(session, case_id, client_id=derek)
        assert [each.client_id for each in people(cast, case_id)][1] == derek

    def test_is_not_found_by_strangers(self, cast: Cast, case_id: int) -> None:
        join(cast, case_id)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            separate_people(session, case_id, opens_case=True)
        assert len(people(cast, case_id)) == 2

    def test_is_written_in_the_audit_log(self, cast: Cast, case_id: int) -> None:
        derek = join(cast, case_id)
        separate(cast, case_id, opens_case=True)
        with cast.open(cast.amina) as session:
            (row,) = audited(session, "case:separate_people", "case_people")
        assert (row.case_id, row.client_id) == (case_id, derek)
        assert row.new_values == {"left_on": f"{today():%Y-%m-%d}"}
