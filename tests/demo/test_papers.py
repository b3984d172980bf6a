"""The demo's papers: what went out, what came back, and what each checklist still waits for."""

from decimal import Decimal

import pytest

from cma_app.services import (
    chasers,
    checklists,
    compliance,
    letters,
    offers,
    replies,
    statement_list,
)
from tests.demo.conftest import Told
from tests.demo.test_story import HOLDERS, case_of, said_in


@pytest.mark.usefixtures("morning")
class TestPapers:
    def test_beths_two_offers_went_out_and_say_what_was_offered(self, told: Told) -> None:
        with told.open("priya") as session:
            case_id = case_of(told, "H6")
            rows = letters.list_letters(session, case_id)
            said = {
                row.to: said_in(letters.print_letter(session, row.id, ending="pdf").content)
                for row in rows
            }
        assert {(row.kind, row.status, row.route) for row in rows} == {("offer", "issued", "post")}
        assert set(said) == {"Marlow Bank", "Homefield Catalogue"}
        assert "£22.58" in said["Marlow Bank"]
        assert "PO Box 118" in said["Marlow Bank"]
        assert "£12.42" in said["Homefield Catalogue"]
        assert all("6 Castle Street" not in each for each in said.values())

    def test_both_creditors_answered_and_beth_was_told_of_one(self, told: Told) -> None:
        with told.open("priya") as session:
            case_id = case_of(told, "H6")
            found = {row.creditor: row for row in replies.list_replies(session, case_id)}
            assert chasers.waiting_letters(session, case_id) == []
        accepted, asked = found["Homefield Catalogue"], found["Marlow Bank"]
        assert accepted.reply == "accept"
        assert accepted.amount == accepted.offered == Decimal("12.42")
        assert accepted.client_told_on is not None
        assert (asked.reply, asked.client_told_on) == ("other", None)

    @pytest.mark.parametrize(
        ("code", "missing"),
        [
            ("H1", {"advice": set(), "statement": {"I7", "B1", "B6"}}),
            ("H5", {"advice": {"F11", "A1", "A2", "A3", "A4"}}),
            ("H6", {"advice": set(), "statement": set()}),
            ("H7", {"advice": {"A1", "A2", "A3", "A4"}, "statement": {"I7", "B6"}}),
            ("C1", {"advice": {"I10", "F11", "A1", "A2", "A3", "A4"}}),
        ],
    )
    def test_a_checklist_waits_for(
        self, told: Told, code: str, missing: dict[str, set[str]]
    ) -> None:
        with told.open(HOLDERS[code]) as session:
            found = compliance.read_checklist(session, case_of(told, code))
        waits = {
            each.gate: {row.standing.item.code for row in each.missing} for each in found.gates
        }
        assert {gate: waits[gate] for gate in missing} == missing

    def test_leannes_statement_is_left_to_the_walk_through(self, told: Told) -> None:
        with told.open("priya") as session:
            assert statement_list.read_statements(session, case_of(told, "H1")).rows == []

    def test_the_letter_to_the_lomaxes_landlord_may_leave(self, told: Told) -> None:
        with told.open("priya") as session:
            (row,) = letters.list_letters(session, case_of(told, "H8"))
            opened = letters.read_letter(session, row.id)
        assert (row.kind, row.to, row.status) == ("holding", "Solent Homes", "draft")
        assert "1 Anchor Gate" in opened.form.to_lines
        assert opened.obstacles == []

    def test_the_fenwicks_sheet_is_joint_and_its_statement_a_draft(self, told: Told) -> None:
        with told.open("gareth") as session:
            shown = statement_list.read_statements(session, case_of(told, "C1")).shown
        assert shown is not None
        assert shown.content.is_joint
        assert shown.content.partner is not None
        assert shown.content.partner.name == "Derek Fenwick"
        assert shown.statement.status == "draft"

    def test_nobody_is_offered_a_token(self, told: Told) -> None:
        found = told.value(
            "SELECT count(*) FROM offers o JOIN centres e ON e.id = o.centre_id"
            " WHERE e.code IN ('HMA', 'CWM') AND o.is_token"
        )
        assert found == 0

    def test_mareks_long_offers_are_warned_of(self, told: Told) -> None:
        with told.open("tom") as session:
            found = offers.read_offers(session, case_of(told, "H2")).plan
        assert found is not None
        assert [line.months for line in found.lines if line.long_term] == [539, 539]


class TestChecklists:
    def test_one_list_is_in_use_and_a_draft_waits(self, told: Told) -> None:
        with told.open("ruth") as session:
            one_off = checklists.read_checklists(session, "one_off")
            casework = checklists.read_checklists(session, "casework")
        assert [line.standing for line in one_off.lines] == ["in_use", "earlier"]
        assert "X4" not in {item.code for item in one_off.items}
        assert casework.shown.standing == "draft"
        assert [(each.code, each.kind) for each in casework.changes] == [
            ("I11", "added"),
            ("F1", "changed"),
        ]
        assert casework.emptied == []
