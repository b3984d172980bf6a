"""Referrals: recorded without an advisor, accepted in one click, merged, declined."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.contact_routes import safe_routes
from cma_app.services.referrals import (
    accept_referral,
    decline_referral,
    join_case,
    merge_referrals,
    record_referral,
    same_people,
    waiting_referrals,
)
from cma_app.services.walk_in import start_walk_in
from models import Case, CaseNote, Client, Referral
from tests.services.intake_forms import emergency, walk_in_form


def record(cast, actor, *, days_ago=0, **over) -> int:
    received = today() - timedelta(days=days_ago)
    form = walk_in_form(received_date=received.isoformat(), **over)
    with cast.open(actor) as session:
        return record_referral(session, form).id


class TestRecordReferral:
    def test_keeps_a_person_without_an_advisor(self, cast):
        referral_id = record(cast, cast.maria, days_ago=20, source="gp", referred_by="Dr Lee")
        with cast.open(cast.maria) as session:
            page = waiting_referrals(session)
        assert page.total == 1
        line = page.rows[0]
        assert (line.id, line.days_waiting, line.source, line.referred_by) == (
            referral_id,
            20,
            "gp",
            "Dr Lee",
        )
        assert [(each.route, each.answer) for each in line.routes][1:3] == [
            ("voicemail", "no"),
            ("text", "yes"),
        ]

    def test_lets_a_trainee_record_one(self, cast):
        record(cast, cast.tess)

    def test_refuses_one_from_the_future(self, cast):
        with pytest.raises(Invalid) as refused:
            record(cast, cast.amina, days_ago=-1)
        assert list(refused.value.fields) == ["received_date"]

    def test_refuses_one_without_an_answer_for_each_route(self, cast):
        with pytest.raises(Invalid) as refused:
            record(cast, cast.amina, route_text="", route_post="perhaps")
        assert list(refused.value.fields) == ["route_text", "route_post"]

    def test_refuses_an_admin(self, cast):
        with pytest.raises(Refused):
            record(cast, cast.root)


class TestWaitingReferrals:
    def test_puts_emergencies_first_by_date_and_then_the_longest_wait(self, cast):
        short = record(cast, cast.amina, days_ago=1, first_name="Ann")
        long = record(cast, cast.amina, days_ago=30, first_name="Bob")
        later = record(cast, cast.amina, first_name="Cat", **emergency(9))
        sooner = record(cast, cast.amina, first_name="Dan", **emergency(2))
        early = record(cast, cast.amina, first_name="Eve", **emergency(2, at="09:00"))
        with cast.open(cast.ben) as session:
            urgent = [each.id for each in waiting_referrals(session).rows]
            newest = [each.id for each in waiting_referrals(session, sort="newest").rows]
            longest = [each.id for each in waiting_referrals(session, sort="longest").rows]
        assert urgent == [early, sooner, later, long, short]
        assert newest[-2:] == [short, long]
        assert longest[:2] == [long, short]

    def test_shows_one_source_when_asked(self, cast):
        record(cast, cast.amina, source="gp")
        record(cast, cast.amina, source="church")
        with cast.open(cast.amina) as session:
            assert [each.source for each in waiting_referrals(session, source="gp").rows] == ["gp"]

    def test_refuses_a_trainee(self, cast):
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            waiting_referrals(session)

    def test_shows_another_centre_nothing(self, cast):
        record(cast, cast.amina)
        with cast.open(cast.colin) as session:
            assert waiting_referrals(session).total == 0


class TestAcceptReferral:
    def test_makes_client_case_and_note_without_retyping(self, cast):
        referral_id = record(
            cast, cast.maria, days_ago=3, source="gp", referred_by="Dr Lee", **emergency(5)
        )
        with cast.open(cast.amina) as session:
            case_id = accept_referral(session, referral_id).id
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            client = session.require(Client, case.client_id)
            referral = session.require(Referral, referral_id)
            note = session.exec(select(CaseNote)).one()
            assert (client.full_name, client.postcode) == ("Leanne Whitmore", "PO1 3AX")
            assert (case.advisor_id, case.emergency) == (cast.amina.user_id, "Eviction")
            assert (case.source, case.referred_by) == ("gp", "Dr Lee")
            assert (referral.status, referral.case_id, referral.client_id) == (
                "accepted",
                case.id,
                client.id,
            )
            assert note.body.endswith("Came with a folder of letters.")
            assert safe_routes(session, client.id)[1].answer == "no"
            assert waiting_referrals(session).total == 0

    def test_uses_a_client_who_is_known_and_overwrites_nothing(self, cast):
        with cast.open(cast.amina) as session:
            known = start_walk_in(session, walk_in_form(phone="", route_post="no")).client_id
        referral_id = record(cast, cast.amina, first_name="Lea", phone="07700 900456")
        with cast.open(cast.amina) as session:
            accept_referral(session, referral_id, client_id=known)
        with cast.open(cast.amina) as session:
            client = session.require(Client, known)
            assert (client.first_name, client.phone_primary) == ("Leanne", "07700 900456")
            assert safe_routes(session, known)[4].answer == "no"

    def test_refuses_a_second_time(self, cast):
        referral_id = record(cast, cast.amina)
        with cast.open(cast.amina) as session:
            accept_referral(session, referral_id)
        with pytest.raises(Conflict), cast.open(cast.ben) as session:
            accept_referral(session, referral_id)

    def test_refuses_a_trainee(self, cast):
        referral_id = record(cast, cast.tess)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            accept_referral(session, referral_id)

    def test_is_not_found_from_another_centre(self, cast):
        referral_id = record(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            accept_referral(session, referral_id)

    def test_cannot_use_another_centres_client(self, cast):
        with cast.open(cast.colin) as session:
            theirs = start_walk_in(session, walk_in_form()).client_id
        referral_id = record(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            accept_referral(session, referral_id, client_id=theirs)


class TestJoinCase:
    def test_adds_it_to_the_case_without_a_second_one(self, cast):
        with cast.open(cast.amina) as session:
            case = start_walk_in(session, walk_in_form(email=""))
            case_id, client_id = case.id, case.client_id
        referral_id = record(cast, cast.amina, email="new@example.org", **emergency(3))
        with cast.open(cast.maria) as session:
            assert join_case(session, referral_id, case_id).id == case_id
        with cast.open(cast.amina) as session:
            cases = session.exec(select(Case).where(Case.client_id == client_id)).all()
            notes = session.exec(select(CaseNote).where(CaseNote.case_id == case_id)).all()
            referral = session.require(Referral, referral_id)
            assert [each.id for each in cases] == [case_id]
            assert any("Referral accepted" in note.body for note in notes)
            assert cases[0].priority == "urgent"
            assert session.require(Client, client_id).email == "new@example.org"
            assert (referral.status, referral.case_id) == ("merged", case_id)

    def test_refuses_a_case_that_has_ended(self, cast, owner):
        with cast.open(cast.amina) as session:
            case_id = start_walk_in(session, walk_in_form()).id
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE cases SET status = 'closed' WHERE id = :id"), {"id": case_id}
            )
        referral_id = record(cast, cast.amina)
        with pytest.raises(Conflict, match="ended"), cast.open(cast.amina) as session:
            join_case(session, referral_id, case_id)

    def test_refuses_a_trainee_and_finds_nothing_from_another_centre(self, cast):
        with cast.open(cast.amina) as session:
            case_id = start_walk_in(session, walk_in_form()).id
        referral_id = record(cast, cast.tess)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            join_case(session, referral_id, case_id)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            join_case(session, referral_id, case_id)
        with cast.open(cast.colin) as session:
            theirs = start_walk_in(session, walk_in_form()).id
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            join_case(session, referral_id, theirs)


class TestMergeReferrals:
    def test_keeps_the_earlier_and_loses_no_answer(self, cast):
        church = record(
            cast,
            cast.amina,
            days_ago=20,
            first_name="Stephen",
            email="",
            note="Rent.",
            route_call="yes",
        )
        gp = record(
            cast,
            cast.amina,
            days_ago=1,
            first_name="Steven",
            source="gp",
            note="Low mood.",
            route_call="no",
            **emergency(4),
        )
        with cast.open(cast.amina) as session:
            kept = merge_referrals(session, gp, church).id
        with cast.open(cast.amina) as session:
            page = waiting_referrals(session)
            other = session.require(Referral, gp)
            first = session.require(Referral, kept)
            assert (kept, other.status, other.merged_into_id) == (church, "merged", church)
            assert [each.id for each in page.rows] == [church]
            assert (first.email, first.emergency, first.emergency_what) == (
                "leanne@example.org",
                "yes",
                "Eviction",
            )
            assert "Rent." in (first.needs or "")
            assert "Low mood." in (first.needs or "")
            assert page.rows[0].routes[0].answer == "no"
            assert page.rows[0].days_waiting == 20

    def test_refuses_itself(self, cast):
        one = record(cast, cast.amina)
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            merge_referrals(session, one, one)

    def test_is_not_found_across_centres(self, cast):
        mine, theirs = record(cast, cast.amina), record(cast, cast.colin)
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            merge_referrals(session, mine, theirs)


class TestDeclineReferral:
    def test_takes_it_off_the_list_with_the_reason(self, cast, owner):
        referral_id = record(cast, cast.amina)
        with cast.open(cast.amina) as session:
            decline_referral(session, referral_id, reason=" Lives in another area. ")
        with cast.open(cast.amina) as session:
            assert waiting_referrals(session).total == 0
            referral = session.require(Referral, referral_id)
            assert referral.declined_reason == "Lives in another area."
            assert "another area" not in (referral.needs or "")
        with owner.connect() as connection:
            actions = connection.execute(
                text(
                    "SELECT new_values ->> 'status' FROM audit_logs WHERE table_name = 'referrals'"
                    " AND record_id = :id ORDER BY timestamp"
                ),
                {"id": referral_id},
            ).scalars()
            assert list(actions) == ["waiting", "declined"]

    def test_asks_for_the_reason(self, cast):
        referral_id = record(cast, cast.amina)
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            decline_referral(session, referral_id, reason=" ")
        assert list(refused.value.fields) == ["reason"]

    def test_refuses_a_trainee(self, cast):
        referral_id = record(cast, cast.tess)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            decline_referral(session, referral_id, reason="No")


class TestSamePeople:
    def test_finds_the_gps_steven_in_the_churchs_stephen(self, cast):
        church = record(cast, cast.amina, days_ago=20, first_name="Stephen", last_name="Achebe")
        gp = record(cast, cast.amina, first_name="Steven", last_name="Achebe", email="")
        with cast.open(cast.amina) as session:
            found = same_people(session, gp)
        assert [(each.kind, each.id, each.strength) for each in found] == [
            ("referral", church, "likely")
        ]
        assert set(found[0].reasons) == {"Mobile", "Birth date", "Postcode", "Name"}

    def test_refuses_a_trainee(self, cast):
        referral_id = record(cast, cast.tess)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            same_people(session, referral_id)
