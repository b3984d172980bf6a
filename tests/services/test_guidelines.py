"""Spending guidelines: loading a centre's own, a sheet beside them, and what they hold up."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.printing.statements import full
from cma_app.rules.guideline_tables import BadTable
from cma_app.rules.guidelines import takes_effect, year_begun
from cma_app.services import statements
from cma_app.services.budgets import FROZEN, read_budget, record_line, revise_sheet, verify_sheet
from cma_app.services.guideline_reasons import LONGEST_REASON, explain_group
from cma_app.services.guideline_versions import (
    list_versions,
    load_sample,
    load_version,
    preview_version,
    remove_version,
    restore_version,
)
from cma_app.services.guidelines import SheetGuidelines, loaded_guidelines, read_sheet_guidelines
from models import BudgetSheet, SpendingGuideline
from tests.people import Cast
from tests.services.money import audited
from tests.services.test_statements import Leanne, text_of

FOOD, PERSONAL = "food-housekeeping", "personal"
TABLE = "\n".join(
    [
        "group,first adult,each additional adult,each child under 16,each child 16-18",
        "communications-leisure,£100,50,30,40",
        "Food and housekeeping,200,50,30,40",
        "personal,60,50,30,40",
    ]
)
FIRST = date(2026, 4, 6)
WHY = "Two pairs of school shoes this year."


def load(cast: Cast, version: str = "2026/27", first: date = FIRST, table: str = TABLE) -> int:
    with cast.open(cast.maria) as session:
        return load_version(session, table, version=version, valid_from=first).id


def versions(cast: Cast, who: Any = None) -> dict[str, Any]:
    with cast.open(who or cast.maria) as session:
        return {each.version: each for each in list_versions(session).versions}


def beside(cast: Cast, case_id: int, who: Any = None) -> SheetGuidelines:
    with cast.open(who or cast.amina) as session:
        found = read_sheet_guidelines(session, case_id)
        assert found is not None
        return found


def explain(cast: Cast, sheet_id: int, reason: str = WHY, who: Any = None, **more: Any) -> None:
    with cast.open(who or cast.amina) as session:
        explain_group(
            session, sheet_id, **{"group": PERSONAL, "reason": reason, "seen": None, **more}
        )


@pytest.fixture
def leanne(cast: Cast) -> Leanne:
    """One adult and two children; rent gives way to clothes, so that the surplus is the same."""
    made = Leanne(cast)
    with cast.open(cast.amina) as session:
        record_line(session, made.sheet_id, code="rent", typed="1835", frequency="monthly")
        record_line(session, made.sheet_id, code="clothing-footwear", typed="150")
    return made


class TestLoadVersion:
    def test_takes_in_each_group_with_its_version_and_first_day(self, cast: Cast) -> None:
        load(cast)
        with cast.open(cast.amina) as session:
            found = loaded_guidelines(session)
        assert {(each.version, each.valid_from, each.is_sample) for each in found} == {
            ("2026/27", FIRST, False)
        }
        assert [int(each.first_adult) for each in found] == [100, 200, 60]
        row = versions(cast)["2026/27"]
        assert (row.sheets, row.loaded_by, row.holds) == (0, "Maria Silva", True)

    def test_is_in_the_audit_log(self, cast: Cast) -> None:
        load(cast)
        with cast.open(cast.maria) as session:
            rows = audited(session, "guideline:load", "spending_guidelines")
        assert [row.user_id for row in rows[-3:]] == [cast.maria.user_id] * 3

    @pytest.mark.parametrize("who", ["amina", "tess", "root"])
    def test_refuses_all_but_a_manager(self, cast: Cast, who: str) -> None:
        with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
            load_version(session, TABLE, version="x", valid_from=FIRST)
        with pytest.raises(Refused), cast.open(getattr(cast, who)) as session:
            load_sample(session)

    def test_another_centre_has_none_of_it(self, cast: Cast) -> None:
        load(cast)
        assert versions(cast, cast.bea) == {}

    def test_a_bad_cell_keeps_the_whole_table_out(self, cast: Cast) -> None:
        with pytest.raises(BadTable, match="minus"):
            load(cast, table=TABLE.replace("personal,60", "personal,-60"))
        assert versions(cast) == {}

    def test_the_same_version_again_is_refused_with_what_to_do(self, cast: Cast) -> None:
        load(cast)
        with pytest.raises(Invalid) as refused:
            load(cast, first=date(2026, 5, 1))
        assert refused.value.fields["version"] == (
            "“2026/27” is loaded already, from 6 Apr 2026."
            " Remove that one first, or give this another name."
        )

    @pytest.mark.parametrize(
        ("version", "first", "field"),
        [
            ("v" * 51, FIRST, "version"),
            ("new", date(2017, 1, 1), "valid_from"),
            ("new", date(9999, 12, 31), "valid_from"),
        ],
    )
    def test_impossible_names_and_days(
        self, cast: Cast, version: str, first: date, field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            load(cast, version, first)
        assert list(refused.value.fields) == [field]

    def test_says_which_year_is_due(self, cast: Cast) -> None:
        begun = year_begun(today())
        with cast.open(cast.maria) as session:
            found = list_versions(session)
            assert (found.suggested, found.overdue) == (begun, None)
        load(cast, "old", begun - timedelta(days=364))
        with cast.open(cast.maria) as session:
            found = list_versions(session)
            assert (found.suggested, found.overdue) == (begun, begun)
        load(cast, "new", begun)
        with cast.open(cast.maria) as session:
            found = list_versions(session)
            assert (found.suggested, found.overdue) == (takes_effect(begun.year + 1), None)


class TestPreviewVersion:
    def test_stores_nothing(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            found = preview_version(session, TABLE, version="2026/27", valid_from=FIRST)
        assert len(found.guidelines) == 3
        assert versions(cast) == {}

    def test_says_that_a_version_is_loaded_already(self, cast: Cast) -> None:
        load(cast)
        with pytest.raises(Invalid, match="loaded already"), cast.open(cast.maria) as session:
            preview_version(session, TABLE, version="2026/27", valid_from=FIRST)

    def test_refuses_an_advisor(self, cast: Cast) -> None:
        with pytest.raises(Refused, match="Only a manager"), cast.open(cast.amina) as session:
            preview_version(session, TABLE, version="2026/27", valid_from=FIRST)


class TestLoadSample:
    def test_is_marked_as_one(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            row = load_sample(session)
        assert row.is_sample
        assert row.version.startswith("Fictional")

    def test_gives_way_to_what_is_licensed_and_is_refused_beside_it(self, cast: Cast) -> None:
        with cast.open(cast.maria) as session:
            load_sample(session)
        load(cast, "licensed", date(2020, 4, 6))
        assert [name for name, each in versions(cast).items() if each.holds] == ["licensed"]
        with pytest.raises(Conflict, match="licensed"), cast.open(cast.maria) as session:
            load_sample(session)


class TestRemoveVersion:
    def test_takes_away_every_row_and_an_undo_brings_them_back(self, cast: Cast) -> None:
        first = load(cast)
        with cast.open(cast.maria) as session:
            assert remove_version(session, first) == "2026/27"
        assert versions(cast) == {}
        with cast.open(cast.maria) as session:
            restore_version(session, first)
        assert len(versions(cast)["2026/27"].guidelines) == 3
        with cast.open(cast.maria) as session:
            rows = audited(session, "guideline:remove", "spending_guidelines")
        assert len(rows) == 6

    def test_an_undo_does_not_bring_back_what_was_removed_before(self, cast: Cast) -> None:
        first = load(cast)
        with cast.open(cast.maria) as session:
            remove_version(session, first)
        second = load(cast)
        with pytest.raises(Conflict, match="loaded again"), cast.open(cast.maria) as session:
            restore_version(session, first)
        with cast.open(cast.maria) as session:
            remove_version(session, second)
            restore_version(session, second)
        assert len(versions(cast)["2026/27"].guidelines) == 3

    def test_what_a_sheet_was_completed_with_stays(self, cast: Cast, leanne: Leanne) -> None:
        first = load(cast)
        explain(cast, leanne.sheet_id)
        leanne.prepare()
        leanne.do(statements.complete_statement)
        with pytest.raises(Conflict) as refused, cast.open(cast.maria) as session:
            remove_version(session, first)
        assert refused.value.sentence == (
            "“2026/27” stays: 1 budget sheet was compared with it when a statement was completed."
        )
        with pytest.raises(Invalid, match="another name"):
            load(cast)

    def test_refuses_all_but_a_manager(self, cast: Cast) -> None:
        first = load(cast)
        for verb in (remove_version, restore_version):
            with pytest.raises(Refused), cast.open(cast.amina) as session:
                verb(session, first)

    def test_is_not_found_from_another_centre(self, cast: Cast) -> None:
        first = load(cast)
        for verb in (remove_version, restore_version):
            with pytest.raises(NotFound), cast.open(cast.bea) as session:
                verb(session, first)
        with pytest.raises(NotFound), cast.open(cast.maria) as session:
            restore_version(session, first)  # it was not removed


class TestReadSheetGuidelines:
    def test_each_group_has_its_guideline_for_the_household(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        load(cast)
        found = beside(cast, leanne.case_id)
        assert [int(each.guideline or 0) for each in found.findings] == [160, 260, 120]
        assert [each.status for each in found.findings] == ["within", "within", "over_unexplained"]
        assert found.findings[2].difference == 30

    def test_says_where_none_is_loaded(self, cast: Cast, leanne: Leanne) -> None:
        assert {each.status for each in beside(cast, leanne.case_id).findings} == {"none_loaded"}

    @pytest.mark.parametrize(("days", "version"), [(-1, "old"), (0, "new"), (1, "new")])
    def test_the_newest_begun_by_the_statement_date_holds(
        self, cast: Cast, leanne: Leanne, days: int, version: str
    ) -> None:
        load(cast, "old", date(2025, 4, 7))
        load(cast, "new", FIRST)
        with cast.open(cast.amina) as session:
            session.require(BudgetSheet, leanne.sheet_id).statement_date = FIRST + timedelta(days)
        assert beside(cast, leanne.case_id).findings[0].version == version

    def test_is_not_found_by_strangers(self, cast: Cast, leanne: Leanne) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound), cast.open(stranger) as session:
                read_sheet_guidelines(session, leanne.case_id)


class TestExplainGroup:
    def test_is_kept_and_explains(self, cast: Cast, leanne: Leanne) -> None:
        load(cast)
        explain(cast, leanne.sheet_id, f"  {WHY}  ")
        found = beside(cast, leanne.case_id)
        assert found.findings[2].status == "over_explained"
        assert found.reasons == {PERSONAL: WHY}
        explain(cast, leanne.sheet_id, "")
        assert beside(cast, leanne.case_id).reasons == {}

    def test_over_is_never_refused_when_a_line_is_saved(self, cast: Cast, leanne: Leanne) -> None:
        load(cast)
        with cast.open(cast.amina) as session:
            record_line(session, leanne.sheet_id, code="groceries", typed="900w")
        assert beside(cast, leanne.case_id).findings[1].status == "over_unexplained"

    def test_two_editors_both_see_what_was_written(self, cast: Cast, leanne: Leanne) -> None:
        explain(cast, leanne.sheet_id, seen="")
        with pytest.raises(Conflict) as conflict:
            explain(cast, leanne.sheet_id, "Another reason.", seen="")
        assert conflict.value.theirs == {"reason": WHY}
        explain(cast, leanne.sheet_id, "Another reason.", seen=WHY)
        assert beside(cast, leanne.case_id).reasons[PERSONAL] == "Another reason."

    def test_takes_back_what_was_verified(self, cast: Cast, leanne: Leanne) -> None:
        with cast.open(cast.ben) as session:
            sheet = read_budget(session, leanne.case_id).sheet
            assert sheet is not None
            verify_sheet(session, sheet.id, version=sheet.version)
        explain(cast, leanne.sheet_id)
        with cast.open(cast.amina) as session:
            sheet = session.require(BudgetSheet, leanne.sheet_id)
            assert (sheet.verification_status, sheet.verified_by) == ("unverified", None)

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"reason": "x" * (LONGEST_REASON + 1)}, "at most 500 characters: this is 1 too many"),
            ({"reason": "x" * 10_000}, "9,500 too many"),
            ({"group": "rent"}, "Only flexible costs"),
        ],
    )
    def test_bad_input(self, cast: Cast, leanne: Leanne, more: dict[str, str], said: str) -> None:
        with pytest.raises(Invalid) as refused:
            explain(cast, leanne.sheet_id, **more)
        assert said in next(iter(refused.value.fields.values()))

    def test_refuses_a_revised_and_an_issued_sheet(self, cast: Cast, leanne: Leanne) -> None:
        explain(cast, leanne.sheet_id)
        leanne.issue()
        with pytest.raises(Conflict, match=FROZEN):
            explain(cast, leanne.sheet_id, "Too late.")
        with cast.open(cast.amina) as session:
            new = revise_sheet(session, leanne.sheet_id)
            assert new.guideline_reasons == {PERSONAL: WHY}
        with pytest.raises(Conflict, match="Open sheet 2"):
            explain(cast, leanne.sheet_id, "Too late.")

    def test_is_not_found_by_strangers(self, cast: Cast, leanne: Leanne) -> None:
        for stranger in (cast.colin, cast.tess):
            with pytest.raises(NotFound):
                explain(cast, leanne.sheet_id, who=stranger)


class TestSignOff:
    def test_a_sheet_is_not_verified_until_each_group_says_why(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        load(cast)

        def verify() -> None:
            with cast.open(cast.ben) as session:
                sheet = session.require(BudgetSheet, leanne.sheet_id)
                verify_sheet(session, sheet.id, version=sheet.version)

        with pytest.raises(Conflict, match=r"^Personal: over the spending guideline\. Say why"):
            verify()
        explain(cast, leanne.sheet_id)
        verify()
        with cast.open(cast.ben) as session:
            assert audited(session, "budget_sheet:verify", "budget_sheets")

    def test_a_statement_is_not_completed_until_each_group_says_why(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        load(cast)
        leanne.prepare()
        gap = next(each for each in leanne.shown().gaps if "guideline" in each.sentence)
        assert (gap.tab, gap.part) == ("budget", "explain-personal")
        with pytest.raises(Conflict, match="Personal is over the spending guideline: say why"):
            leanne.do(statements.complete_statement)
        explain(cast, leanne.sheet_id)
        leanne.do(statements.complete_statement)

    def test_the_statement_prints_the_version_and_the_reason(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        load(cast)
        explain(cast, leanne.sheet_id)
        leanne.issue()
        content = leanne.shown().content
        personal = next(group for group in content.groups if group.key == PERSONAL)
        assert personal.guideline is not None
        assert (personal.guideline.version, personal.guideline.explanation) == ("2026/27", WHY)
        assert f"£30.00 over guideline 2026/27: £120.00. {WHY}" in " ".join(
            text_of(full(content)).split()
        )


class TestKeepGuidelineVersion:
    """A sheet keeps the version it was completed with."""

    def completed(self, cast: Cast, leanne: Leanne) -> None:
        load(cast)
        explain(cast, leanne.sheet_id)
        leanne.prepare()
        leanne.do(statements.complete_statement)

    def test_a_later_import_does_not_change_what_was_completed(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        self.completed(cast, leanne)
        load(cast, "corrected", FIRST)
        found = beside(cast, leanne.case_id)
        assert (found.findings[0].version, found.is_kept) == ("2026/27", True)
        assert not leanne.shown().is_changed
        leanne.confirm()
        leanne.authorise()
        leanne.do(statements.issue_statement)

    def test_a_changed_line_is_compared_anew(self, cast: Cast, leanne: Leanne) -> None:
        self.completed(cast, leanne)
        load(cast, "corrected", FIRST)
        with cast.open(cast.amina) as session:
            record_line(session, leanne.sheet_id, code="toiletries", typed="1")
        found = beside(cast, leanne.case_id)
        assert (found.findings[0].version, found.is_kept) == ("corrected", False)

    def test_neither_author_nor_version_of_the_figures_changes(
        self, cast: Cast, leanne: Leanne
    ) -> None:
        load(cast)
        explain(cast, leanne.sheet_id)
        with cast.open(cast.amina) as session:
            before = session.require(BudgetSheet, leanne.sheet_id)
        leanne.prepare()
        leanne.do(statements.complete_statement, who=cast.ben)
        with cast.open(cast.amina) as session:
            after = session.require(BudgetSheet, leanne.sheet_id)
        assert after.guideline_version == "2026/27"
        assert (after.version, after.updated_by) == (before.version, before.updated_by)

    def test_what_was_issued_without_any_stays_without(self, cast: Cast, leanne: Leanne) -> None:
        leanne.issue()
        load(cast)
        assert {each.status for each in beside(cast, leanne.case_id).findings} == {"none_loaded"}

    def test_a_version_removed_out_of_sight_is_still_compared_with(
        self, cast: Cast, leanne: Leanne, owner: Engine
    ) -> None:
        """A manager may not see a restricted file, and so may remove what its sheet keeps."""
        self.completed(cast, leanne)
        with owner.begin() as connection:
            connection.execute(
                text("UPDATE spending_guidelines SET deleted_at = now() WHERE centre_id = :id"),
                {"id": cast.amina.centre_id},
            )
        with cast.open(cast.amina) as session:
            gone = select(SpendingGuideline).where(col(SpendingGuideline.version) == "2026/27")
            assert session.exec(gone).all() == []
        assert beside(cast, leanne.case_id).findings[0].version == "2026/27"
        assert not leanne.shown().is_changed
