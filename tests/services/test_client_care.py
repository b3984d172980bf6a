"""Around a client: look-alikes, drafts, flags, consents, contact routes, restricted files."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.keys import match_index
from cma_app.rules.consents import purposes, wording_on
from cma_app.services.clients import ClientForm, edit_client, find_clients, open_client
from cma_app.services.consents import ConsentForm, consents_of, record_consent, standing
from cma_app.services.contact_routes import (
    RouteAnswers,
    answer_in_words,
    record_routes,
    safe_routes,
)
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.duplicates import person_of, possible
from cma_app.services.restricted_files import colleagues, open_file_to_all, restrict_file
from cma_app.services.vulnerability import (
    VulnerabilityForm,
    add_vulnerability,
    remove_vulnerability,
    revise_vulnerability,
    vulnerabilities_of,
)
from cma_app.services.walk_in import start_walk_in
from models import Case, Client
from tests.services.intake_forms import ROUTES, walk_in_form


def client(cast, actor, **over) -> int:
    with cast.open(actor) as session:
        return start_walk_in(session, walk_in_form(**over)).client_id


class TestPossible:
    def test_an_equal_ni_number_is_definite(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            version = session.require(Client, mine).version
            named = ClientForm.read(
                {"first_name": "Leanne", "last_name": "Whitmore", "ni_number": "AB123456C"}
            )
            edit_client(session, mine, named, version=version)
        with cast.open(cast.ben) as session:
            found = possible(session, person_of(ni_match=match_index("AB123456C")))
        assert [(each.id, each.strength, each.reasons[0]) for each in found] == [
            (mine, "definite", "NI number")
        ]

    @pytest.mark.parametrize(
        ("known", "reasons"),
        [
            ({"phones": ["07700900123"], "last_name": "X"}, ("Mobile",)),
            ({"email": "LEANNE@example.org"}, ("E-mail",)),
            ({"first_name": "Whitmore", "last_name": "Leanne"}, ("Name",)),
        ],
    )
    def test_finds_by_each_key(self, cast, known, reasons):
        mine = client(cast, cast.amina)
        with cast.open(cast.ben) as session:
            found = possible(session, person_of(**known))
        assert [(each.id, each.reasons) for each in found] == [(mine, reasons)]

    def test_a_different_birth_date_is_another_person(self, cast):
        client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            other = person_of(
                first_name="Leanne",
                last_name="Whitmore",
                date_of_birth=today().replace(year=1990),
                phones=["07700 900123"],
            )
            assert possible(session, other) == []

    def test_names_the_newest_case(self, cast):
        client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            found = possible(session, person_of(email="leanne@example.org"))
            newest = session.exec(select(Case)).one()
            assert (found[0].case_id, found[0].case_reference) == (
                newest.id,
                newest.case_reference,
            )

    def test_never_shows_a_restricted_file_even_to_those_named(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.maria) as session:
            restrict_file(session, mine, [cast.amina.user_id])
        for person in (cast.amina, cast.ben, cast.maria):
            with cast.open(person) as session:
                assert possible(session, person_of(email="leanne@example.org")) == []

    def test_shows_another_centre_and_a_trainee_nothing(self, cast):
        client(cast, cast.amina)
        for person in (cast.colin, cast.tess):
            with cast.open(person) as session:
                assert possible(session, person_of(email="leanne@example.org")) == []


class TestDrafts:
    def test_belong_to_their_author(self, cast):
        with cast.open(cast.amina) as session:
            keep_draft(session, "walk_in", {"first_name": "Lea"})
            keep_draft(session, "walk_in", {"first_name": "Leanne"})
        with cast.open(cast.amina) as session:
            assert kept_draft(session, "walk_in") == {"first_name": "Leanne"}
        with cast.open(cast.ben) as session:
            assert kept_draft(session, "walk_in") == {}

    def test_can_be_dropped(self, cast):
        with cast.open(cast.amina) as session:
            keep_draft(session, "walk_in", {"first_name": "Lea"})
            drop_draft(session, "walk_in")
            assert kept_draft(session, "walk_in") == {}

    def test_have_a_limit(self, cast):
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            keep_draft(session, "walk_in", {"note": "x" * 70_000})

    def test_refuse_an_admin(self, cast):
        with pytest.raises(Refused), cast.open(cast.root) as session:
            keep_draft(session, "walk_in", {})


FLAG = {
    "driver": "health",
    "detail": "Depression, mornings are hard.",
    "adjustment": "Appointments after noon.",
    "review_date": "1 6 2027",
}


def flagged(cast, actor) -> tuple[int, str]:
    mine = client(cast, actor)
    with cast.open(actor) as session:
        add_vulnerability(session, mine, VulnerabilityForm.read(FLAG))
        return mine, vulnerabilities_of(session.require(Client, mine))[0].id


class TestVulnerability:
    def test_is_kept_with_its_adjustment(self, cast):
        mine, _ = flagged(cast, cast.tess)
        with cast.open(cast.amina) as session:
            flag = vulnerabilities_of(session.require(Client, mine))[0]
        assert (flag.driver, flag.adjustment, str(flag.review_date), flag.recorded_by) == (
            "health",
            "Appointments after noon.",
            "2027-06-01",
            cast.tess.user_id,
        )

    @pytest.mark.parametrize("field", ["driver", "detail", "adjustment"])
    def test_needs_driver_detail_and_adjustment(self, field):
        with pytest.raises(Invalid) as refused:
            VulnerabilityForm.read(FLAG | {field: " "})
        assert list(refused.value.fields) == [field]

    def test_is_revised_and_the_old_words_stay_in_the_audit_log(self, cast, owner):
        mine, flag_id = flagged(cast, cast.amina)
        with cast.open(cast.ben) as session:
            form = VulnerabilityForm.read(FLAG | {"adjustment": "Ring first."})
            revise_vulnerability(session, mine, flag_id, form)
            flags = vulnerabilities_of(session.require(Client, mine))
            assert [(each.id, each.adjustment) for each in flags] == [(flag_id, "Ring first.")]
        with owner.connect() as connection:
            old = connection.execute(
                text(
                    "SELECT old_values::text FROM audit_logs WHERE client_id = :id"
                    " AND table_name = 'clients' AND user_id = :who"
                ),
                {"id": mine, "who": cast.ben.user_id},
            ).scalar_one()
        assert "Appointments after noon." in old

    def test_two_people_do_not_overwrite_each_other(self, cast):
        mine, flag_id = flagged(cast, cast.amina)
        with cast.open(cast.amina) as session:
            seen = vulnerabilities_of(session.require(Client, mine))[0].recorded_at
        bens = VulnerabilityForm.read(FLAG | {"adjustment": "Ring first."})
        with cast.open(cast.ben) as session:
            revise_vulnerability(session, mine, flag_id, bens, seen_at=seen)
        with pytest.raises(Conflict) as refused, cast.open(cast.amina) as session:
            revise_vulnerability(session, mine, flag_id, VulnerabilityForm.read(FLAG), seen_at=seen)
        assert refused.value.theirs["adjustment"] == "Ring first."

    def test_is_removed_by_an_advisor_and_not_by_a_trainee(self, cast):
        mine, flag_id = flagged(cast, cast.tess)
        with pytest.raises(Refused), cast.open(cast.tess) as session:
            remove_vulnerability(session, mine, flag_id)
        with cast.open(cast.amina) as session:
            remove_vulnerability(session, mine, flag_id)
        with cast.open(cast.amina) as session:
            assert vulnerabilities_of(session.require(Client, mine)) == []

    def test_that_is_gone_is_not_found(self, cast):
        mine, _ = flagged(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            remove_vulnerability(session, mine, "nothing")

    def test_is_not_found_from_another_centre(self, cast):
        mine, flag_id = flagged(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            remove_vulnerability(session, mine, flag_id)


def consent(purpose="holding", answer="given", **over) -> ConsentForm:
    version = wording_on(purpose, today()).version
    return ConsentForm.read(
        {"purpose": purpose, "answer": answer, "wording_version": version, **over}
    )


class TestConsents:
    def test_keep_the_wording_version_channel_time_and_who(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            record_consent(session, mine, consent(channel="phone"))
        with cast.open(cast.ben) as session:
            history = consents_of(session, mine)
            row = session.require(Client, mine)
            assert (row.data_consent, row.data_consent_date) == (True, history[0].given_at)
        assert len(history) == 1
        kept = history[0]
        assert kept.wording == wording_on("holding", today()).text
        assert (kept.is_given, kept.channel, kept.recorded_by) == (True, "phone", "Amina Khan")

    def test_a_withdrawal_is_a_new_line_and_the_newest_stands(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            record_consent(session, mine, consent("sharing"))
            record_consent(session, mine, consent("sharing", "withdrawn"))
            history = consents_of(session, mine)
            assert [each.is_given for each in history] == [False, True]
            assert standing(history)["sharing"].is_given is False

    def test_refuse_words_that_are_not_those_in_force(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(Conflict), cast.open(cast.amina) as session:
            record_consent(session, mine, consent(wording_version="1999-01"))

    def test_cover_the_five_purposes(self):
        assert list(purposes()) == [
            "holding",
            "special_category",
            "sharing",
            "quality",
            "feedback",
        ]
        with pytest.raises(LookupError):
            wording_on("holding", today().replace(year=2020))

    def test_are_not_found_from_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            record_consent(session, mine, consent())


class TestRecordRoutes:
    def test_changes_an_answer_and_the_audit_log_keeps_the_old(self, cast, owner):
        mine = client(cast, cast.amina)
        with cast.open(cast.ben) as session:
            record_routes(session, mine, RouteAnswers.read(ROUTES | {"route_call": "no"}))
        with cast.open(cast.amina) as session:
            assert safe_routes(session, mine)[0].answer == "no"
        with owner.connect() as connection:
            row = connection.execute(
                text(
                    "SELECT old_values, new_values FROM audit_logs WHERE user_id = :who"
                    " AND table_name = 'contact_routes' AND client_id = :id"
                ),
                {"id": mine, "who": cast.ben.user_id},
            ).one()
        assert (row.old_values, row.new_values) == ({"answer": "yes"}, {"answer": "no"})

    def seen(self, cast, mine):
        with cast.open(cast.amina) as session:
            return {each.route: answer_in_words(each) for each in safe_routes(session, mine)}

    def test_of_two_at_once_keeps_both_where_they_changed_different_routes(self, cast):
        mine = client(cast, cast.amina)
        seen = self.seen(cast, mine)
        for person, change in (
            (cast.ben, {"route_call": "no"}),
            (cast.amina, {"route_post": "yes"}),
        ):
            with cast.open(person) as session:
                record_routes(session, mine, RouteAnswers.read(ROUTES | change), seen=seen)
        now = self.seen(cast, mine)
        assert (now["call"], now["post"]) == ("No", "Yes")

    def test_of_two_at_once_shows_both_where_they_changed_one_route(self, cast):
        mine = client(cast, cast.amina)
        seen = self.seen(cast, mine)
        with cast.open(cast.ben) as session:
            read = RouteAnswers.read(ROUTES | {"route_call": "no", "route_text": "no"})
            record_routes(session, mine, read, seen=seen)
        read = RouteAnswers.read(ROUTES | {"route_call_from": "10:00", "route_call_to": "12:00"})
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            record_routes(session, mine, read, seen=seen)
        assert conflict.value.theirs == {"route_call": "No"}
        assert self.seen(cast, mine)["call"] == "No"
        with cast.open(cast.amina) as session:
            record_routes(session, mine, read, seen=seen | {"call": "No"})
        now = self.seen(cast, mine)
        assert (now["call"], now["text"]) == ("Yes, 10:00 to 12:00", "No")

    def test_is_not_found_by_an_admin(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.root) as session:
            record_routes(session, mine, RouteAnswers.read(ROUTES))

    def test_refuses_times_in_the_wrong_order(self):
        late = ROUTES | {"route_call_from": "14:00", "route_call_to": "10:00"}
        with pytest.raises(Invalid) as refused:
            RouteAnswers.read(late)
        assert list(refused.value.fields) == ["route_call"]

    def test_is_not_found_from_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            record_routes(session, mine, RouteAnswers.read(ROUTES))


class TestRestrictFile:
    def test_hides_the_file_from_everyone_not_named(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.maria) as session:
            restrict_file(session, mine, [cast.amina.user_id])
        for person in (cast.maria, cast.amina):
            with cast.open(person) as session:
                assert open_client(session, mine).is_restricted
        with pytest.raises(NotFound), cast.open(cast.ben) as session:
            open_client(session, mine)
        with cast.open(cast.ben) as session:
            assert find_clients(session, text="whit").total == 0

    def test_takes_a_name_off_again(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.maria) as session:
            restrict_file(session, mine, [cast.amina.user_id])
            restrict_file(session, mine, [cast.ben.user_id])
            named = {each.id for each in colleagues(session, mine) if each.is_named}
        assert named == {cast.maria.user_id, cast.ben.user_id}
        with pytest.raises(NotFound), cast.open(cast.amina) as session:
            open_client(session, mine)

    def test_is_opened_to_all_again(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.maria) as session:
            restrict_file(session, mine, [])
        with cast.open(cast.maria) as session:
            open_file_to_all(session, mine)
        with cast.open(cast.ben) as session:
            assert not open_client(session, mine).is_restricted

    def test_refuses_an_advisor_and_people_of_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(Refused), cast.open(cast.amina) as session:
            restrict_file(session, mine, [])
        for stranger in (cast.colin, cast.root):
            with pytest.raises(Invalid), cast.open(cast.maria) as session:
                restrict_file(session, mine, [stranger.user_id])

    def test_is_not_found_from_another_centre(self, cast):
        mine = client(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            restrict_file(session, mine, [])
