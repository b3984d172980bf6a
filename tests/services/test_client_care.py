"""Around a client: look-alikes, drafts, flags, consents, contact routes, restricted files."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.keys import match_index
from cma_app.rules.consents import purposes, wording_on
from cma_app.services.clients import ClientForm, edit_client, find_clients, open_client, read_client
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

    def test_shows_another_centre_nothing(self, cast):
        client(cast, cast.amina)
        with cast.open(cast.colin) as session:
            assert possible(session, person_of(email="leanne@example.org")) == []


KNOWN = {
    "first_name": "Leanne",
    "last_name": "Whitmore",
    "date_of_birth": date(1984, 3, 27),
    "postcode": "PO1 3AX",
    "phones": ["07700 900123"],
    "email": "leanne@example.org",
}

NAMES = {"first_name": "Leane", "last_name": "Whitmore", "postcode": "PO1 3AX"}


class TestPossibleForATrainee:
    """A trainee is told of a match among others' clients, and of nothing more."""

    def test_is_told_name_reference_and_reasons_as_an_advisor_is(self, cast):
        mine = client(cast, cast.amina)
        for known in ({"email": KNOWN["email"]}, {"phones": KNOWN["phones"]}, NAMES, KNOWN):
            with cast.open(cast.amina) as session:
                (full,) = possible(session, person_of(**known))
                reference = session.require(Client, mine).client_reference
            with cast.open(cast.tess) as session:
                (told,) = possible(session, person_of(**known))
            assert (told.name, told.reference) == ("Leanne Whitmore", reference)
            assert (told.strength, told.reasons) == (full.strength, full.reasons)
            assert (told.kind, told.id, told.case_id) == ("others_client", 0, None)

    @pytest.mark.parametrize(
        "known",
        [
            {"postcode": "PO1 3AX"},
            {"first_name": "Le", "last_name": "Wh"},
            {"first_name": "Bella", "last_name": "Whitmore"},
            {**KNOWN, "date_of_birth": date(1984, 3, 28)},
            {},
        ],
    )
    def test_is_told_nothing_where_the_rule_says_two_people(self, cast, known):
        client(cast, cast.amina)
        for person in (cast.amina, cast.tess):
            with cast.open(person) as session:
                assert possible(session, person_of(**known)) == []

    def test_the_first_of_january_says_nothing_either_way(self, cast):
        client(cast, cast.amina)
        with cast.open(cast.tess) as session:
            asked = person_of(**{**KNOWN, "date_of_birth": date(1984, 1, 1)})
            (told,) = possible(session, asked)
        assert told.reasons == ("Mobile", "E-mail", "Postcode", "Name")

    def test_an_ni_number_decides(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.amina) as session:
            named = ClientForm.read(
                {"first_name": "Leanne", "last_name": "Whitmore", "ni_number": "AB123456C"}
            )
            edit_client(session, mine, named, version=session.require(Client, mine).version)
        with cast.open(cast.tess) as session:
            (told,) = possible(session, person_of(ni_match=match_index("AB123456C")))
            assert (told.strength, told.reasons) == ("definite", ("NI number",))
            other = person_of(**KNOWN, ni_match=match_index("CE654321D"))
            assert possible(session, other) == []

    def test_opening_who_was_told_of_stays_refused(self, cast):
        mine = client(cast, cast.amina)
        with cast.open(cast.tess) as session:
            assert possible(session, person_of(email="leanne@example.org"))
            with pytest.raises(NotFound):
                read_client(session, mine)
        with pytest.raises(NotFound), cast.open(cast.tess) as session:
            open_client(session, mine)

    def test_their_own_client_is_shown_once_and_whole(self, cast):
        mine = client(cast, cast.tess)
        with cast.open(cast.tess) as session:
            (told,) = possible(session, person_of(**KNOWN))
        assert (told.kind, told.id) == ("client", mine)

    @pytest.mark.parametrize("names_her", [False, True])
    def test_is_not_told_of_a_restricted_file(self, cast, names_her):
        mine = client(cast, cast.amina)
        with cast.open(cast.maria) as session:
            restrict_file(session, mine, [cast.amina.user_id, *[cast.tess.user_id] * names_her])
        with cast.open(cast.tess) as session:
            assert possible(session, person_of(**KNOWN)) == []

    def test_is_not_told_of_another_centre(self, cast):
        client(cast, cast.colin)
        with cast.open(cast.tess) as session:
            assert possible(session, person_of(**KNOWN)) == []

    def test_is_not_told_of_somebody_removed(self, cast, owner):
        mine = client(cast, cast.amina)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET deleted_at = now() WHERE id = :id"), {"id": mine}
            )
        with cast.open(cast.tess) as session:
            assert possible(session, person_of(**KNOWN)) == []


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


class TestOneRoute:
    @pytest.mark.parametrize(
        ("row", "wrong"),
        [
            ("yes\n10:00\n12:00", None),
            ("yes\n\n12:00", None),
            ("yes\n\n", None),
            ("yes\nhalf\n", "Text: enter a time like 14:02."),
            ("yes\n\n25:00", "Text: enter a time like 14:02."),
            ("yes\n12:00\n10:00", "Text: the first time must come before the second."),
            ("\nhalf\n", "Text: enter a time like 14:02."),  # an answer may still come
            ("no\nhalf\n", None),  # nobody asks for times of a route that is not safe
            ("not_asked\n12:00\n10:00", None),
            ("yes", None),
            ("", None),
            ("yes\n1\n2\n3", None),
        ],
    )
    def test_says_what_is_wrong_with_its_times(self, row, wrong):
        assert RouteAnswers.sentence_for("route_text", row) == wrong

    @pytest.mark.parametrize("name", ["text", "route_", "route_pigeon", "first_name"])
    def test_knows_its_own_rows_alone(self, name):
        assert RouteAnswers.sentence_for(name, "yes\nhalf\n") is None


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
