"""A centre's checklists as data: versions, a draft edited by managers, publishing, the preview."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.checklists import MOST_DAYS, Item, starting_items
from cma_app.services.cases import TYPES
from cma_app.services.checklist_drafts import (
    add_item,
    discard_draft,
    draft_checklist,
    edit_item,
    move_item,
    publish_checklist,
    put_back,
    remove_item,
    take_up_draft,
)
from cma_app.services.checklist_preview import preview_checklist
from cma_app.services.checklists import ChecklistPage, read_checklists
from cma_app.services.compliance import read_checklist
from cma_app.session import CentreSession
from models import ChecklistVersion
from tests.people import Cast
from tests.services.money import audited
from tests.services.test_cases import make_case

NEW = {"text": "Told about the food bank", "stage": "intake", "is_mandatory": "on"}


def form(item: Item, **over: Any) -> dict[str, Any]:
    """Return an item as the browser sends it, with some answers changed."""
    ticks = {f"gate_{gate}": "on" for gate in ("statement", "advice") if gate in item.gates}
    mandatory = {"is_mandatory": "on"} if item.is_mandatory else {}
    plain = ("text", "stage", "evidence", "who", "due_from", "proof", "mandatory_when")
    said = {name: getattr(item, name) for name in plain} | {"due_days": str(item.due_days)}
    return {**said, **mandatory, **ticks, **over}


class Desk:
    """A manager with the draft of a case type before her."""

    def __init__(self, cast: Cast, case_type: str = "casework") -> None:
        self.cast, self.case_type = cast, case_type
        with cast.open(cast.maria) as session:
            self.id = draft_checklist(session, case_type).id

    def page(self) -> ChecklistPage:
        with self.cast.open(self.cast.maria) as session:
            return read_checklists(session, self.case_type)

    def item(self, code: str) -> Item:
        return next(item for item in self.page().items if item.code == code)

    def codes(self, stage: str) -> list[str]:
        return [item.code for item in self.page().items if item.stage == stage]

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.cast.open(self.cast.maria) as session:
            return verb(session, self.id, *args, **kwargs)

    def edit(self, code: str, **over: Any) -> Item:
        item = self.item(code)
        said = {name: value for name, value in form(item, **over).items() if value is not None}
        return self.do(edit_item, code, said, seen=item.to_json())

    def publish(self, **kwargs: Any) -> ChecklistVersion:
        return self.do(publish_checklist, version=self.page().version, **kwargs)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def codes_of(cast: Cast, case_id: int) -> list[tuple[str, str]]:
    with cast.open(cast.maria) as session:
        rows = read_checklist(session, case_id).rows
    return [(row.standing.item.code, row.standing.item.text) for row in rows]


class TestReadChecklists:
    @pytest.mark.parametrize("case_type", TYPES)
    def test_ours_is_in_use_until_a_manager_publishes(self, cast: Cast, case_type: str) -> None:
        with cast.open(cast.maria) as session:
            found = read_checklists(session, case_type)
        assert found.items == found.in_use == starting_items(case_type)
        assert [line.standing for line in found.lines] == ["in_use"]
        assert found.shown.name.startswith("Built in")

    def test_lists_each_version_with_the_open_cases_that_have_it(
        self, cast: Cast, desk: Desk
    ) -> None:
        for _ in range(2):
            make_case(cast, cast.amina)
        desk.do(add_item, NEW)
        first = desk.publish()
        make_case(cast, cast.ben)
        with cast.open(cast.maria) as session:
            draft_checklist(session, "casework")
        found = desk.page()
        assert [(line.name, line.standing, line.open_cases) for line in found.lines] == [
            ("Version 2", "draft", 0),
            ("Version 1", "in_use", 1),
            ("Built in, 2026-11", "earlier", 2),
        ]
        assert found.shown.standing == "draft"
        assert found.lines[1].who == "Maria Silva"
        with cast.open(cast.maria) as session:
            ours = read_checklists(session, "casework", version_id=0)
            published = read_checklists(session, "casework", version_id=first.id)
        assert ours.items == starting_items("casework")
        assert len(published.items) == 49
        assert published.changes == []

    def test_another_versions_id_or_type_is_not_found(self, cast: Cast, desk: Desk) -> None:
        with cast.open(cast.maria) as session, pytest.raises(NotFound):
            read_checklists(session, "one_off", version_id=desk.id)
        with cast.open(cast.bea) as session, pytest.raises(NotFound):
            read_checklists(session, "casework", version_id=desk.id)
        with cast.open(cast.maria) as session, pytest.raises(Invalid):
            read_checklists(session, "boat")


class TestDraft:
    def test_is_begun_once_for_a_type(self, cast: Cast, desk: Desk) -> None:
        assert Desk(cast).id == desk.id
        assert Desk(cast, "review").id != desk.id

    def test_an_item_is_added_with_a_code_that_was_never_used(self, cast: Cast, desk: Desk) -> None:
        assert desk.do(add_item, NEW).code == "I11"
        assert desk.codes("intake")[-1] == "I11"
        other = Desk(cast, "one_off")
        assert other.do(add_item, NEW).code == "I12"  # in any list of the centre
        assert desk.do(add_item, NEW | {"stage": "closure"}).code == "X7"

    def test_every_setting_of_an_item_is_edited(self, desk: Desk) -> None:
        said = {
            "text": "Told them who we are",
            "stage": "casework",
            "evidence": "document",
            "who": "supervisor",
            "due_from": "advice",
            "due_days": "3",
            "proof": "debts_listed",
            "gate_statement": "on",
            "gate_advice": "on",
        }
        desk.edit("I5", **said)
        assert desk.item("I5") == Item(
            code="I5",
            stage="casework",
            text="Told them who we are",
            is_mandatory=True,
            evidence="document",
            who="supervisor",
            due_from="advice",
            due_days=3,
            proof="debts_listed",
            gates=("statement", "advice"),
        )
        assert desk.codes("casework")[-1] == "I5"
        desk.edit("I2", is_mandatory=None)
        assert not desk.item("I2").is_mandatory
        said = {"mandatory_when": "holder_is_trainee", "gate_advice": "on"}
        desk.edit("I2", **said)
        item = desk.item("I2")
        assert (item.mandatory_when, item.gates) == ("holder_is_trainee", ("advice",))
        (change,) = [each for each in desk.page().changes if each.code == "I2"]
        assert "A trainee holds the case" in [part.becomes for part in change.parts]

    @pytest.mark.parametrize(
        ("code", "said", "field"),
        [
            ("I2", {"text": " "}, "text"),
            ("I2", {"text": "x" * 301}, "text"),
            ("I2", {"stage": "nowhere"}, "stage"),
            ("I2", {"evidence": "a hunch"}, "evidence"),
            ("I2", {"who": "the cat"}, "who"),
            ("I2", {"due_days": "soon"}, "due_days"),
            ("I2", {"due_days": str(MOST_DAYS + 1)}, "due_days"),
            ("I2", {"due_days": "-1"}, "due_days"),
            ("I2", {"due_from": "", "due_days": "3"}, "due_from"),
            ("I2", {"due_from": "never"}, "due_from"),
            ("I2", {"proof": "a miracle"}, "proof"),
            ("A1", {"is_mandatory": None}, "is_mandatory"),
            ("A1", {"mandatory_when": "holder_is_trainee"}, "mandatory_when"),
            ("A9", {"mandatory_when": "raining"}, "mandatory_when"),
        ],
    )
    def test_says_beside_the_box_what_is_wrong(
        self, desk: Desk, code: str, said: dict, field: str
    ) -> None:
        before = desk.item(code)
        with pytest.raises(Invalid) as refused:
            desk.edit(code, **said)
        assert list(refused.value.fields) == [field]
        assert desk.item(code) == before

    def test_an_item_moves_within_its_stage(self, desk: Desk) -> None:
        desk.do(move_item, "F1", by=1)
        assert desk.codes("fact_find")[:3] == ["F2", "F1", "F3"]
        desk.do(move_item, "F1", by=-100)
        assert desk.codes("fact_find")[:3] == ["F1", "F2", "F3"]
        desk.do(move_item, "F1", by=100)
        assert desk.codes("fact_find")[-1] == "F1"
        assert desk.codes("intake") == [f"I{n}" for n in range(1, 11)]

    def test_what_was_removed_or_changed_is_put_back(self, desk: Desk) -> None:
        desk.do(remove_item, "F2", seen=desk.item("F2").to_json())
        desk.edit("F1", text="Why", stage="advice")
        assert [(each.code, each.kind) for each in desk.page().changes] == [
            ("F1", "changed"),
            ("F2", "removed"),
        ]
        desk.do(put_back, "F2")
        desk.do(put_back, "F1")
        assert desk.page().items == starting_items("casework")
        assert desk.page().changes == []
        desk.do(move_item, "F3", by=5)
        assert [(each.code, each.kind) for each in desk.page().changes] == [("F3", "moved")]
        desk.do(put_back, "F3")
        assert desk.page().changes == []
        with pytest.raises(Conflict):
            desk.do(put_back, "Z9")

    def test_the_last_item_stays(self, desk: Desk) -> None:
        for item in starting_items("casework")[1:]:
            desk.do(remove_item, item.code, seen=item.to_json())
        with pytest.raises(Conflict, match="at least one"):
            desk.do(remove_item, "I1", seen=desk.item("I1").to_json())

    def test_is_discarded_kept_and_taken_up_again(self, cast: Cast, desk: Desk) -> None:
        desk.do(add_item, NEW)
        desk.do(discard_draft, version=desk.page().version)
        found = desk.page()
        assert [line.standing for line in found.lines] == ["in_use", "discarded"]
        assert len(found.items) == 48
        with pytest.raises(Conflict, match="not a draft"):
            desk.do(add_item, NEW)
        another = Desk(cast)
        with pytest.raises(Conflict, match="Another draft"):
            desk.do(take_up_draft)
        another.do(discard_draft, version=another.page().version)
        desk.do(take_up_draft)
        assert len(desk.page().items) == 49
        with pytest.raises(Conflict, match="not discarded"):
            desk.do(take_up_draft)

    def test_each_step_is_in_the_audit_log(self, cast: Cast, desk: Desk) -> None:
        desk.do(add_item, NEW)
        with cast.open(cast.maria) as session:
            assert audited(session, "checklist:edit", "checklist_versions")


class TestTwoManagers:
    def test_the_second_on_one_item_is_told_and_both_stand(self, desk: Desk) -> None:
        seen = desk.item("I2")
        desk.edit("I2", text="Asked the whole team", evidence="none")
        with pytest.raises(Conflict, match="meantime") as refused:
            desk.do(edit_item, "I2", form(seen, text="Asked"), seen=seen.to_json())
        assert refused.value.theirs == {"text": "Asked the whole team", "evidence": "None"}
        with pytest.raises(Conflict, match="meantime"):
            desk.do(remove_item, "I2", seen=seen.to_json())
        assert desk.item("I2").text == "Asked the whole team"

    def test_two_items_at_once_disturb_nobody(self, desk: Desk) -> None:
        one, other = desk.item("I2"), desk.item("I3")
        desk.do(edit_item, "I2", form(one, text="One"), seen=one.to_json())
        desk.do(edit_item, "I3", form(other, text="Two"), seen=other.to_json())
        assert (desk.item("I2").text, desk.item("I3").text) == ("One", "Two")

    def test_an_item_nobody_looked_at_is_not_changed(self, desk: Desk) -> None:
        for verb, args in ((edit_item, (form(desk.item("I2")),)), (remove_item, ())):
            with pytest.raises(Conflict, match="meantime") as refused:
                desk.do(verb, "I2", *args, seen={})
            assert refused.value.theirs["text"] == desk.item("I2").text

    def test_an_item_that_is_gone_is_said_to_be(self, desk: Desk) -> None:
        seen = desk.item("I2")
        desk.do(remove_item, "I2", seen=seen.to_json())
        for verb, args in ((edit_item, (form(seen),)), (remove_item, ())):
            with pytest.raises(Conflict, match="not in the draft"):
                desk.do(verb, "I2", *args, seen=seen.to_json())
        with pytest.raises(Conflict, match="not in the draft"):
            desk.do(move_item, "I2", by=1)

    @pytest.mark.parametrize("verb", [publish_checklist, discard_draft])
    def test_the_whole_is_decided_on_as_it_stands(self, desk: Desk, verb: Any) -> None:
        seen = desk.page().version
        desk.do(add_item, NEW)
        with pytest.raises(Conflict, match="as it is now"):
            desk.do(verb, version=seen)
        assert desk.page().shown.standing == "draft"


class TestPublish:
    def test_is_for_cases_from_then_on_and_old_rows_stay(
        self, cast: Cast, desk: Desk, owner: Engine
    ) -> None:
        def rows(case_id: int) -> list[tuple[Any, ...]]:
            kept = text("SELECT * FROM case_compliance WHERE case_id = :case ORDER BY id")
            with owner.connect() as connection:
                return [tuple(row) for row in connection.execute(kept, {"case": case_id})]

        before = make_case(cast, cast.amina)
        stood = rows(before)
        added = desk.do(add_item, NEW)
        desk.do(move_item, added.code, by=-100)
        desk.edit("I2", text="Nobody knows them")
        desk.do(remove_item, "X6", seen=desk.item("X6").to_json())
        published = desk.publish()
        after = codes_of(cast, make_case(cast, cast.amina))
        assert after[0] == ("I11", "Told about the food bank")
        assert ("I2", "Nobody knows them") in after
        assert "X6" not in dict(after)
        assert rows(before) == stood
        assert dict(codes_of(cast, before)).keys() == {
            item.code for item in starting_items("casework")
        }
        with pytest.raises(Conflict, match="not a draft"):
            desk.do(add_item, NEW)
        with cast.open(cast.maria) as session, pytest.raises(IntegrityError):
            session.execute(
                text("UPDATE checklist_versions SET items = '[]' WHERE id = :id"),
                {"id": published.id},
            )

    def test_another_case_types_list_stays(self, cast: Cast, desk: Desk) -> None:
        desk.do(add_item, NEW)
        desk.publish()
        with cast.open(cast.maria) as session:
            assert read_checklists(session, "review").items == starting_items("review")

    def test_a_gate_is_not_emptied_by_mistake(self, desk: Desk) -> None:
        for item in desk.page().items:
            if "advice" in item.gates:
                desk.edit(item.code, gate_advice=None)
        assert desk.page().emptied == ["advice"]
        with pytest.raises(Invalid) as refused:
            desk.publish()
        assert list(refused.value.fields) == ["empty_advice"]
        assert desk.publish(knowing=["advice"]).status == "published"

    def test_closing_is_emptied_when_nothing_is_mandatory(self, cast: Cast) -> None:
        desk = Desk(cast, "review")
        for item in desk.page().items:
            if item.is_mandatory:
                desk.edit(item.code, is_mandatory=None, gate_advice=None, gate_statement=None)
        assert desk.page().emptied == ["advice", "closing"]
        with pytest.raises(Invalid):
            desk.publish(knowing=["advice"])

    def test_a_draft_that_says_the_same_is_refused(self, desk: Desk) -> None:
        with pytest.raises(Conflict, match="the same"):
            desk.publish()


class TestPreview:
    def test_shows_a_new_case_and_stores_nothing(self, cast: Cast, desk: Desk) -> None:
        desk.do(add_item, NEW | {"due_from": "opening", "due_days": "2"})
        with cast.open(cast.maria) as session:
            seen = preview_checklist(session, "casework")
        desk.publish()
        case_id = make_case(cast, cast.amina)
        with cast.open(cast.amina) as session:
            real = read_checklist(session, case_id)
        assert [row.standing.item for row in seen.rows] == [r.standing.item for r in real.rows]
        assert [row.standing.deadline for row in seen.rows] == [
            row.standing.deadline for row in real.rows
        ]
        assert [gate.gate for gate in seen.gates] == [gate.gate for gate in real.gates]
        assert seen.status == "pending"


def _publish(session: CentreSession, draft_id: int) -> Any:
    return publish_checklist(session, draft_id, version=1)


def _discard(session: CentreSession, draft_id: int) -> Any:
    return discard_draft(session, draft_id, version=1)


def _remove(session: CentreSession, draft_id: int) -> Any:
    return remove_item(session, draft_id, "I2", seen={"code": "I2"})


def _edit(session: CentreSession, draft_id: int) -> Any:
    return edit_item(session, draft_id, "I2", NEW, seen={"code": "I2"})


VERBS: dict[str, Callable[[CentreSession, int], Any]] = {
    "read": lambda session, _: read_checklists(session, "casework"),
    "preview": lambda session, _: preview_checklist(session, "casework"),
    "begin": lambda session, _: draft_checklist(session, "casework"),
    "add": lambda session, draft: add_item(session, draft, NEW),
    "edit": _edit,
    "move": lambda session, draft: move_item(session, draft, "I2", by=1),
    "remove": _remove,
    "put back": lambda session, draft: put_back(session, draft, "I2"),
    "publish": _publish,
    "discard": _discard,
    "take up": take_up_draft,
}


class TestWhoMay:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("who", ["amina", "tess"])
    def test_is_a_managers_alone(self, cast: Cast, desk: Desk, verb: str, who: str) -> None:
        with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
            VERBS[verb](session, desk.id)

    @pytest.mark.parametrize("verb", VERBS)
    def test_an_admin_sees_none(self, cast: Cast, desk: Desk, verb: str) -> None:
        with pytest.raises((Refused, NotFound)), cast.open(cast.root) as session:
            VERBS[verb](session, desk.id)

    @pytest.mark.parametrize("verb", sorted(set(VERBS) - {"read", "preview", "begin"}))
    def test_is_not_found_from_another_centre(self, cast: Cast, desk: Desk, verb: str) -> None:
        with pytest.raises(NotFound), cast.open(cast.bea) as session:
            VERBS[verb](session, desk.id)

    def test_a_draft_of_ours_is_not_another_centres(self, cast: Cast, desk: Desk) -> None:
        desk.do(add_item, NEW)
        with cast.open(cast.bea) as session:
            found = read_checklists(session, "casework")
        assert [line.standing for line in found.lines] == ["in_use"]
        assert len(found.items) == 48
