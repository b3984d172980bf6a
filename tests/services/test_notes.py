"""Notes and next actions: written, corrected and never overwritten, done and undone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.services.drafts import keep_draft, kept_draft
from cma_app.services.next_actions import (
    complete_action,
    edit_action,
    list_actions,
    list_holders,
    record_action,
    undo_action,
)
from cma_app.services.notes import (
    NOTE_DRAFT,
    NoteForm,
    correct_note,
    list_notes,
    record_note,
    save_note,
)
from models import CaseNote
from tests.people import Cast
from tests.services.test_cases import acts, make_case

SAID = {"channel": "phone", "minutes": 12, "body": "Rang about the rent."}


def write(cast: Cast, case_id: int, **over: object) -> int:
    """Return the id of a note that Amina wrote."""
    with cast.open(cast.amina) as session:
        return record_note(session, case_id, **{**SAID, **over}).id  # type: ignore[arg-type]


class TestRecordNote:
    def test_says_who_when_and_how_long(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        write(cast, case_id)
        with cast.open(cast.ben) as session:
            listed = list_notes(session, case_id)
        (row,) = listed.page.rows
        assert (row.latest.author, row.latest.minutes) == ("Amina Khan", 12)
        assert (row.latest.body, row.latest.channel) == (SAID["body"], "phone")
        assert row.earlier == ()
        assert "note:record" in acts(cast, case_id, "case_notes")

    def test_makes_the_next_action_with_owner_and_date(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        day = today() + timedelta(days=2)
        note_id = write(
            cast,
            case_id,
            next_action="Send the form",
            next_action_date=day,
            next_action_owner_id=cast.ben.user_id,
        )
        with cast.open(cast.amina) as session:
            (action,) = list_actions(session, case_id)
        assert (action.what, action.due_date, action.owner) == ("Send the form", day, "Ben Ellis")
        assert note_id > 0

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"body": "  "}, "body"),
            ({"minutes": -1}, "minutes"),
            ({"minutes": 721}, "minutes"),
            ({"channel": "pigeon"}, "channel"),
            ({"happened_at": now() + timedelta(hours=2)}, "happened_date"),
            ({"next_action_date": date(2030, 1, 1)}, "next_action"),
        ],
    )
    def test_refuses_beside_the_box_and_writes_nothing(
        self, cast: Cast, wrong: dict, field: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as invalid:
            write(cast, case_id, **wrong)
        assert list(invalid.value.fields) == [field]
        with cast.open(cast.amina) as session:
            assert list_notes(session, case_id).page.total == 0

    def test_a_wrong_owner_is_named_as_the_form_names_it(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid) as invalid:
            write(cast, case_id, next_action="Ring", next_action_owner_id=cast.colin.user_id)
        assert list(invalid.value.fields) == ["next_action_owner_id"]

    @pytest.mark.parametrize("other", ["colin", "tess", "root"])
    def test_is_not_found_elsewhere_and_by_an_unassigned_trainee(
        self, cast: Cast, other: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises((NotFound, Refused)), cast.open(getattr(cast, other)) as session:
            record_note(session, case_id, channel="phone", minutes=1, body="x")


class TestSaveNote:
    def test_writes_the_note_and_forgets_the_draft(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            keep_draft(session, NOTE_DRAFT, {"body": "Rang ab"}, record_id=case_id)
        form = NoteForm.read(
            {"channel": "text", "minutes": "", "body": "Texted.", "happened_date": ""}
        )
        with cast.open(cast.amina) as session:
            save_note(session, case_id, form)
            assert kept_draft(session, NOTE_DRAFT, record_id=case_id) == {}
            assert list_notes(session, case_id).page.rows[0].latest.body == "Texted."

    def test_a_day_without_a_time_is_that_day(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        form = NoteForm.read({"channel": "text", "body": "Texted.", "happened_date": "2026-01-05"})
        with cast.open(cast.amina) as session:
            assert save_note(session, case_id, form).happened_at.date() == date(2026, 1, 5)

    def test_is_not_found_in_another_centre(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        form = NoteForm.read({"channel": "text", "body": "Texted."})
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            save_note(session, case_id, form)


class TestCorrectNote:
    def test_is_a_new_row_that_points_to_the_old_one(self, cast: Cast, owner: Engine) -> None:
        case_id = make_case(cast, cast.amina)
        first = write(cast, case_id)
        with cast.open(cast.ben) as session:
            second = correct_note(session, first, body="Rang about the gas.", minutes=15).id
        with cast.open(cast.amina) as session:
            third = correct_note(session, second, body="Rang about the water.").id
            listed = list_notes(session, case_id)
        (row,) = listed.page.rows
        assert [each.id for each in (*row.earlier, row.latest)] == [first, second, third]
        assert row.earlier[0].body == SAID["body"]
        assert row.latest.minutes == listed.minutes == 15
        assert row.earlier[1].author == "Ben Ellis"
        assert "note:correct" in acts(cast, case_id, "case_notes")
        with owner.begin() as connection:
            kept = connection.execute(
                text("SELECT body FROM case_notes WHERE id = :id"), {"id": first}
            ).scalar_one()
        assert kept == SAID["body"]

    def test_two_people_see_both_wordings(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        first = write(cast, case_id)
        with cast.open(cast.ben) as session:
            correct_note(session, first, body="Ben's wording.")
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            correct_note(session, first, body="Amina's wording.")
        assert conflict.value.theirs == {"body": "Ben's wording."}

    @pytest.mark.parametrize("other", ["colin", "tess", "root"])
    def test_is_not_found_elsewhere_and_by_an_unassigned_trainee(
        self, cast: Cast, other: str
    ) -> None:
        first = write(cast, make_case(cast, cast.amina))
        with pytest.raises((NotFound, Refused)), cast.open(getattr(cast, other)) as session:
            correct_note(session, first, body="x")

    def test_refuses_an_empty_wording(self, cast: Cast) -> None:
        first = write(cast, make_case(cast, cast.amina))
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            correct_note(session, first, body=" ")


class TestListNotes:
    def test_pages_by_fifty_the_newest_first(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            for number in range(53):
                record_note(
                    session,
                    case_id,
                    channel="phone",
                    minutes=1,
                    body=f"Note {number}",
                    happened_at=now() - timedelta(minutes=100 - number),
                )
            one, two = (list_notes(session, case_id, number=page) for page in (1, 2))
        assert (len(one.page.rows), len(two.page.rows), one.page.total) == (50, 3, 53)
        assert one.page.rows[0].latest.body == "Note 52"
        assert two.page.rows[-1].latest.body == "Note 0"
        assert one.minutes == 53

    @pytest.mark.parametrize("asked", [0, -1, 3, 99_999])
    def test_a_page_that_is_not_there_is_the_nearest(self, cast: Cast, asked: int) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            for _ in range(51):
                record_note(session, case_id, channel="phone", minutes=1, body="Rang")
            page = list_notes(session, case_id, number=asked).page
        assert (page.number, len(page.rows)) == ((1, 50) if asked < 1 else (2, 1))

    def test_is_not_found_in_another_centre(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(NotFound), cast.open(cast.colin) as session:
            list_notes(session, case_id)


class TestNextActions:
    def test_the_earliest_comes_first_and_the_undated_last(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            record_action(session, case_id, what="Some day")
            record_action(session, case_id, what="Later", due_date=today() + timedelta(days=9))
            record_action(session, case_id, what="Soon", due_date=today())
            found = [action.what for action in list_actions(session, case_id)]
        assert found == ["Soon", "Later", "Some day"]

    def test_done_and_undone_is_what_it_was(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            action_id = record_action(session, case_id, what="Ring the landlord").id
        with cast.open(cast.ben) as session:
            assert complete_action(session, action_id).done_by == cast.ben.user_id
        with cast.open(cast.amina) as session:
            assert list_actions(session, case_id) == []
            undone = undo_action(session, action_id)
            assert (undone.done_at, undone.done_by) == (None, None)
            assert len(list_actions(session, case_id)) == 1
        assert acts(cast, case_id, "next_actions") == [
            "next_action:record",
            "next_action:done",
            "next_action:done",
        ]

    def test_is_done_once(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            action_id = record_action(session, case_id, what="Ring").id
            with pytest.raises(Conflict):
                undo_action(session, action_id)
            complete_action(session, action_id)
            with pytest.raises(Conflict):
                complete_action(session, action_id)

    def test_two_people_see_both_values(self, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        day = today() + timedelta(days=1)
        with cast.open(cast.amina) as session:
            action = record_action(session, case_id, what="Ring")
            action_id, version = action.id, action.version
        with cast.open(cast.ben) as session:
            edit_action(session, action_id, version=version, what="Write", due_date=day)
        with pytest.raises(Conflict) as conflict, cast.open(cast.amina) as session:
            edit_action(session, action_id, version=version, what="Visit")
        assert conflict.value.theirs["what"] == "Write"
        assert conflict.value.theirs["owner_id"] == "Amina Khan"

    @pytest.mark.parametrize("wrong", [{"what": " "}, {"what": "x" * 201}])
    def test_refuses_beside_the_box(self, cast: Cast, wrong: dict) -> None:
        case_id = make_case(cast, cast.amina)
        with pytest.raises(Invalid), cast.open(cast.amina) as session:
            record_action(session, case_id, **wrong)

    @pytest.mark.parametrize("other", ["colin", "tess", "root"])
    def test_are_not_found_elsewhere_and_by_an_unassigned_trainee(
        self, cast: Cast, other: str
    ) -> None:
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            action = record_action(session, case_id, what="Ring")
            action_id, version = action.id, action.version
        for verb in (
            lambda session: record_action(session, case_id, what="x"),
            lambda session: edit_action(session, action_id, version=version, what="x"),
            lambda session: complete_action(session, action_id),
            lambda session: undo_action(session, action_id),
            lambda session: list_actions(session, case_id),
        ):
            with pytest.raises((NotFound, Refused)), cast.open(getattr(cast, other)) as session:
                verb(session)

    def test_holders_are_this_centres_own(self, cast: Cast) -> None:
        with cast.open(cast.amina) as session:
            names = [each.name for each in list_holders(session)]
        assert names == ["Amina Khan", "Ben Ellis", "Maria Silva", "Tess Moore"]
        with pytest.raises(Refused), cast.open(cast.root) as session:
            list_holders(session)


def test_a_note_cannot_point_to_another_centres(cast: Cast) -> None:
    first = write(cast, make_case(cast, cast.amina))
    case_id = make_case(cast, cast.colin)
    with pytest.raises(Conflict), cast.open(cast.colin) as session:
        session.add(
            CaseNote(
                case_id=case_id, corrects_id=first, channel="phone", body="x", happened_at=now()
            )
        )
