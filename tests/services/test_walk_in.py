"""A walk-in: one submit makes client, case and first note, or nothing at all."""

import pytest
from sqlalchemy import func, select, text

from cma_app.errors import Invalid, NotFound, Refused
from cma_app.rules.identifiers import phone
from cma_app.services.contact_routes import safe_routes
from cma_app.services.drafts import keep_draft, kept_draft
from cma_app.services.walk_in import look_alikes, start_walk_in, suggested_nation
from models import Case, CaseNote, Client, NextAction
from tests.services.intake_forms import emergency, walk_in_form


def start(cast, actor, client_id=None, **over):
    with cast.open(actor) as session:
        case = start_walk_in(session, walk_in_form(**over), client_id=client_id)
        return case.id, case.client_id


class TestStartWalkIn:
    def test_makes_client_case_and_first_note(self, cast):
        case_id, client_id = start(cast, cast.amina)
        with cast.open(cast.amina) as session:
            client = session.require(Client, client_id)
            case = session.require(Case, case_id)
            notes = session.exec(select(CaseNote)).scalars().all()
            assert (client.full_name, client.postcode, client.nation) == (
                "Leanne Whitmore",
                "PO1 3AX",
                "england",
            )
            assert (case.advisor_id, case.nation, case.priority) == (
                cast.amina.user_id,
                "england",
                "medium",
            )
            assert [(note.channel, note.minutes) for note in notes] == [("in_person", 20)]
            assert "Who sent them: Church." in notes[0].body
            assert notes[0].body.endswith("Came with a folder of letters.")

    def test_gives_client_and_case_different_references(self, cast):
        case_id, client_id = start(cast, cast.amina)
        with cast.open(cast.amina) as session:
            case, client = session.require(Case, case_id), session.require(Client, client_id)
            assert case.case_reference != client.client_reference

    def test_keeps_every_route_with_its_times(self, cast):
        _, client_id = start(cast, cast.amina, route_text_from="10", route_text_to="12:00")
        with cast.open(cast.amina) as session:
            kept = {
                each.route: (each.answer, each.times) for each in safe_routes(session, client_id)
            }
        assert kept == {
            "call": ("yes", ""),
            "voicemail": ("no", ""),
            "text": ("yes", "10:00 to 12:00"),
            "email": ("yes", ""),
            "post": ("not_asked", ""),
        }

    def test_makes_an_emergency_the_first_next_action(self, cast):
        case_id, _ = start(cast, cast.amina, **emergency(5))
        with cast.open(cast.amina) as session:
            case = session.require(Case, case_id)
            actions = session.exec(select(NextAction)).scalars().all()
            assert case.priority == "urgent"
            assert [(each.kind, each.what, f"{each.due_time:%H:%M}") for each in actions] == [
                ("emergency", "Eviction", "10:30")
            ]

    def test_ignores_what_was_typed_about_an_emergency_that_is_none(self, cast):
        case_id, _ = start(cast, cast.amina, **emergency(5) | {"emergency": "no"})
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).emergency is None

    def test_uses_a_client_who_was_here_before(self, cast):
        _, client_id = start(cast, cast.amina)
        case_id, same = start(
            cast, cast.amina, client_id=client_id, first_name="Lea", route_call="no"
        )
        with cast.open(cast.amina) as session:
            assert same == client_id
            assert session.require(Client, client_id).first_name == "Leanne"
            assert session.require(Case, case_id).client_id == client_id
            assert safe_routes(session, client_id)[0].answer == "no"

    def test_forgets_the_draft(self, cast):
        with cast.open(cast.amina) as session:
            keep_draft(session, "walk_in", {"first_name": "Lea"})
        start(cast, cast.amina)
        with cast.open(cast.amina) as session:
            assert kept_draft(session, "walk_in") == {}

    def test_says_everything_that_is_wrong_at_once_and_saves_nothing(self, cast):
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            start_walk_in(
                session,
                walk_in_form(
                    first_name="x" * 10_000,
                    date_of_birth="31 2 1984",
                    phone="tel: none",
                    email="leanne@",
                    emergency="",
                    route_post="",
                ),
            )
        assert list(refused.value.fields) == [
            "first_name",
            "date_of_birth",
            "phone",
            "email",
            "route_post",
            "emergency",
        ]
        assert refused.value.fields["first_name"] == "Use at most 100 characters."
        assert refused.value.fields["date_of_birth"].startswith("There is no such date.")
        with cast.open(cast.amina) as session:
            assert session.execute(select(func.count()).select_from(Client)).scalar_one() == 0

    @pytest.mark.parametrize("typed", ["27 3", "27 3 84", "a b c", "² 3 1984", "1 1 " + "9" * 5000])
    def test_says_a_sentence_about_a_birth_date_that_is_none(self, cast, typed):
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            start_walk_in(session, walk_in_form(date_of_birth=typed))
        assert refused.value.fields["date_of_birth"].startswith("Enter ")

    def test_asks_for_the_nation_where_the_postcode_area_crosses_a_border(self, cast):
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            start_walk_in(session, walk_in_form(postcode="SY1 1AA"))
        assert list(refused.value.fields) == ["nation"]
        case_id, _ = start(cast, cast.amina, postcode="SY1 1AA", nation="wales")
        with cast.open(cast.amina) as session:
            assert session.require(Case, case_id).nation == "wales"

    def test_asks_about_the_fortnight_where_no_answer_was_sent(self, cast):
        typed = {name: text for name, text in walk_in_form().items() if name != "emergency"}
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            start_walk_in(session, typed)
        assert refused.value.fields == {"emergency": "Say if anything happens in the next 14 days."}

    @pytest.mark.parametrize("days", [-1, 15])
    def test_refuses_an_emergency_outside_the_fortnight(self, cast, days):
        with pytest.raises(Invalid) as refused, cast.open(cast.amina) as session:
            start_walk_in(session, walk_in_form(**emergency(days)))
        assert list(refused.value.fields) == ["emergency_date"]

    def test_takes_today_and_the_fourteenth_day(self, cast):
        for days in (0, 14):
            start(cast, cast.amina, **emergency(days))

    def test_refuses_an_admin(self, cast):
        with pytest.raises(Refused), cast.open(cast.root) as session:
            start_walk_in(session, walk_in_form())

    def test_lets_a_trainee_start_and_see_their_own(self, cast):
        case_id, client_id = start(cast, cast.tess)
        with cast.open(cast.tess) as session:
            assert session.require(Case, case_id).client_id == client_id

    def test_is_not_found_from_another_centre(self, cast):
        _, client_id = start(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            start_walk_in(session, walk_in_form(), client_id=client_id)

    def test_is_written_in_the_audit_log(self, cast, owner):
        _, client_id = start(cast, cast.amina)
        with owner.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT table_name, action, user_id FROM audit_logs"
                    " WHERE client_id = :client AND table_name IN ('clients', 'cases')"
                ),
                {"client": client_id},
            ).all()
        assert {(row.table_name, row.user_id) for row in rows} == {
            ("clients", cast.amina.user_id),
            ("cases", cast.amina.user_id),
        }
        assert "client:record" in {row.action for row in rows}


class TestLookAlikes:
    def test_finds_the_person_from_half_a_form(self, cast):
        _, client_id = start(cast, cast.amina)
        with cast.open(cast.ben) as session:
            found = look_alikes(
                session,
                {"first_name": "leane", "last_name": "Whitmor", "phone": "0770", "email": "x@"},
            )
        assert [(each.id, each.strength, each.reasons) for each in found] == []
        with cast.open(cast.ben) as session:
            found = look_alikes(
                session,
                {"first_name": "Leane", "last_name": "Whitmor", "date_of_birth": "27 3 1984"},
            )
        assert [(each.id, each.reasons) for each in found] == [(client_id, ("Birth date", "Name"))]

    def test_leaves_out_what_cannot_be_read_yet(self, cast):
        with cast.open(cast.amina) as session:
            assert look_alikes(session, {"phone": "07", "date_of_birth": "31 2 1984"}) == []

    def test_refuses_an_admin(self, cast):
        with pytest.raises(Refused), cast.open(cast.root) as session:
            look_alikes(session, {})


class TestOtherPhone:
    def test_finds_the_person_by_the_second_number_alone(self, cast):
        with cast.open(cast.amina) as session:
            client_id = start_walk_in(session, walk_in_form()).client_id
            client = session.require(Client, client_id)
            client.phone_secondary = phone("07700 900777")
        typed = {"first_name": "Noor", "last_name": "Zaman", "phone": "07700900777"}
        with cast.open(cast.ben) as session:
            found = look_alikes(session, typed)
        assert [each.id for each in found] == [client_id]
        with cast.open(cast.colin) as session:
            assert look_alikes(session, typed) == []


class TestSuggestedNation:
    @pytest.mark.parametrize(
        ("typed", "nation"),
        [
            ("cf10 1aa", "wales"),
            ("BT1 1AA", "northern_ireland"),
            ("SY1 1AA", None),
            ("rubbish", None),
            ("", None),
        ],
    )
    def test_reads_the_area(self, typed, nation):
        assert suggested_nation(typed) == nation
